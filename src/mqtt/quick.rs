//! What comes most, PUBLISH and its acknowledgements, where nobody looks at the fields one by one.

use super::packet::{Ack, Decoded, Packet, Publish, Text};
use super::property::Properties;
use super::usual::prefixed;
use crate::spec::{PacketType, Version};

/// Makes of a packet what [`decode`](super::decode) makes of it. `None`, with nothing done, where that is for it
/// to do: for one of another type or that is not whole, and for an acknowledgement with a reason code.
#[inline]
pub(super) fn quick<'a>(bytes: &'a [u8], decoded: &mut Decoded<'a>) -> Option<()> {
    let (first, len, body) = match bytes {
        [first, len @ ..0x80, body @ ..] => (*first, u32::from(*len), body),
        [first, low, high @ 1..0x80, body @ ..] => {
            (*first, u32::from(low & 0x7f) | u32::from(*high) << 7, body)
        }
        _ => return None,
    };
    if body.len() != len as usize {
        return None;
    }
    // Each type writes its packet by itself, as in the decoder.
    match PacketType::of_header(first) {
        PacketType::PUBLISH => {
            decoded.packet = Some(Packet::Publish(publish(first, body, decoded.version)?));
        }
        PacketType::PUBACK | PacketType::PUBREC | PacketType::PUBREL | PacketType::PUBCOMP => {
            let packet_id = u16::from_be_bytes(body.try_into().ok()?);
            let ack = Ack { packet_id, reason: None, properties: Properties::default() };
            decoded.packet = Some(Packet::Ack(ack));
        }
        _ => return None,
    }
    decoded.header.remaining_length = Some(len);
    Some(())
}

#[inline]
fn publish(first: u8, body: &[u8], version: Version) -> Option<Publish<'_>> {
    let qos = first >> 1 & 3;
    let (topic, mut rest) = prefixed(body)?;
    let mut packet_id = None;
    if qos > 0 {
        let (id, behind) = rest.split_first_chunk()?;
        (packet_id, rest) = (Some(u16::from_be_bytes(*id)), behind);
    }
    let (properties, payload) = match version.is_v5() {
        true => Properties::ahead(rest)?,
        false => (Properties::default(), rest),
    };
    Some(Publish {
        dup: first & 8 != 0,
        qos,
        retain: first & 1 != 0,
        topic: Text(topic),
        packet_id,
        properties,
        payload,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Tape;
    use crate::mqtt::{Header, Reading, altered, decode};

    /// Packets of each type that is read here, with all their bytes, cut, and with each byte changed.
    #[test]
    fn what_is_read_in_one_go_is_what_the_tree_is_made_of() {
        let (mut tape, mut count) = (Tape::new(), 0);
        let mut compare = |bytes: &[u8]| {
            for version in [Version::V31, Version::V311, Version::V5] {
                tape.clear();
                let slow = decode(bytes, Reading { version, sender: None }, &mut tape);
                let header = Header { remaining_length: None, ..slow.header };
                let mut decoded = Decoded { header, version, packet: None };
                if quick(bytes, &mut decoded).is_none() {
                    continue;
                }
                assert_eq!(decoded, slow, "{bytes:x?} as {version}");
                count += 1;
            }
        };
        altered::each(&altered::usual(), &mut compare);
        assert!(count > 10_000, "{count}");
    }
}
