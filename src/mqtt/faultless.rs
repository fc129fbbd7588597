//! Packets of which there is nothing to say, read without their tree: nearly all.

use super::decode::{Reading, decode};
use super::packet::{Ack, Decoded, Packet, Publish};
use super::primitive::{ill_formed, is_plain_topic};
use super::property::Properties;
use super::quick::quick;
use crate::annotate::Tape;
use crate::spec::{PacketSet, PacketType, PropertyId};

/// Makes of a PUBLISH or an acknowledgement what [`decode`] makes of it, where that would report no finding:
/// `decoded` has its [beginning](Decoded::before). `None` where it may report one, or the packet is another one;
/// `decoded` is of no use then.
#[inline]
pub(crate) fn faultless<'a>(
    bytes: &'a [u8],
    how: Reading,
    decoded: &mut Decoded<'a>,
) -> Option<()> {
    quick(bytes, decoded)?;
    let is_faultless = match &decoded.packet {
        Some(Packet::Publish(publish)) => is_faultless(publish, how),
        Some(Packet::Ack(Ack { packet_id, .. })) => {
            let flags = decoded.header.packet_type.info().flags;
            *packet_id != 0 && flags == Some(decoded.header.flags)
        }
        _ => false,
    };
    is_faultless.then_some(())
}

/// Adds to `tape` the tree of a packet whose findings are known.
#[cold]
pub(crate) fn add_tree(bytes: &[u8], how: Reading, tape: &mut Tape) {
    let known = tape.findings().len();
    decode(bytes, how, tape);
    tape.keep_findings(known);
}

#[inline]
fn is_faultless(publish: &Publish<'_>, how: Reading) -> bool {
    let Publish { qos, dup, packet_id, topic, properties, payload, .. } = publish;
    // An empty Topic Name stands for the topic of its Topic Alias.
    let has_topic = is_plain_topic(topic.0)
        || topic.is_empty() && properties.get(PropertyId::TOPIC_ALIAS).is_some();
    if !has_topic || *qos == 3 || *dup && *qos == 0 || *packet_id == Some(0) {
        return false;
    }
    properties.is_empty() || are_faultless(*properties, payload, how)
}

/// Whether there is nothing to say of the properties of a PUBLISH with this payload.
pub(super) fn are_faultless(properties: Properties<'_>, payload: &[u8], how: Reading) -> bool {
    let place = const { PacketSet::of(&[PacketType::PUBLISH]) };
    properties.are_usual((place, how.sender)) && ill_formed(properties, payload).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::altered;
    use crate::spec::{Sender, Version};

    /// Packets that are read here, with all their bytes, cut, and with each byte changed.
    #[test]
    fn what_is_faultless_is_what_the_decoder_finds_nothing_of() {
        let (mut tape, mut count, mut missed) = (Tape::new(), 0, 0);
        let mut compare = |bytes: &[u8]| {
            for version in [Version::V31, Version::V311, Version::V5] {
                for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
                    let how = Reading { version, sender };
                    tape.clear();
                    let whole = decode(bytes, how, &mut tape);
                    let mut decoded = Decoded::before(bytes, version);
                    if faultless(bytes, how, &mut decoded).is_none() {
                        missed += usize::from(tape.findings().is_empty());
                        continue;
                    }
                    assert_eq!(decoded, whole, "{bytes:x?} as {version}");
                    assert_eq!(tape.findings(), [], "{bytes:x?} as {version} of {sender:?}");
                    count += 1;
                }
            }
        };
        altered::each(&altered::usual(), &mut compare);
        assert!(count > 100_000 && count > 4 * missed, "{count} and {missed}");
    }

    #[test]
    fn a_tree_is_added_without_its_findings() {
        // A PUBACK for Packet Identifier 0.
        let (bytes, how) = (b"\x40\x02\0\0", Reading::default());
        let (mut whole, mut tape) = (Tape::new(), Tape::new());
        decode(bytes, how, &mut whole);
        add_tree(bytes, how, &mut tape);
        assert_eq!((tape.nodes(), tape.findings().len()), (whole.nodes(), 0));
        assert_eq!(whole.findings().len(), 1);
    }
}
