//! Packets of which one look tells that they have no fault, though their end is not there: nearly each PUBLISH, and
//! its acknowledgements. What is there as a whole is for [`faultless`](super::faultless).

use super::decode::Reading;
use super::faultless::are_faultless;
use super::primitive::is_plain_topic;
use super::property::Properties;
use super::usual::prefixed;
use crate::spec::PacketType;

/// Whether the packet of `len` bytes that begins with these is such a one; where bytes of its payload are not
/// there, as far as it is there. [`decode`](super::decode) finds no error in it then, and no control character;
/// `false` says nothing.
pub(super) fn is_faultless(bytes: &[u8], len: usize, how: Reading) -> bool {
    let there = bytes.get(..len).unwrap_or(bytes);
    // Remaining Length in as few bytes as it can.
    let (first, body) = match there {
        [first, ..0x80, body @ ..]
        | [first, 0x80..=0xff, 1..0x80, body @ ..]
        | [first, 0x80..=0xff, 0x80..=0xff, 1..0x80, body @ ..] => (*first, body),
        _ => return false,
    };
    match (PacketType::of_header(first), first & 0x0f) {
        (PacketType::PUBLISH, flags) => is_faultless_publish(flags, body, how),
        (PacketType::PUBREL, 2)
        | (PacketType::PUBACK | PacketType::PUBREC | PacketType::PUBCOMP, 0) => {
            len == 4 && matches!(body, [high, low] if high | low != 0)
        }
        _ => false,
    }
}

fn is_faultless_publish(flags: u8, body: &[u8], how: Reading) -> bool {
    let qos = flags >> 1 & 3;
    let is_again = flags & 8 != 0;
    let Some((topic, rest)) = prefixed(body) else { return false };
    let behind = match (qos, rest) {
        (0, _) if !is_again => rest,
        (1 | 2, [high, low, behind @ ..]) if high | low != 0 => behind,
        _ => return false,
    };
    is_plain_topic(topic) && (!how.version.is_v5() || has_usual_properties(behind, how))
}

/// Whether all properties are there, and there is nothing to say of them.
fn has_usual_properties(bytes: &[u8], how: Reading) -> bool {
    Properties::ahead(bytes)
        .is_some_and(|(properties, payload)| are_faultless(properties, payload, how))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Tape;
    use crate::mqtt::boundary::FAULTS_OF_CUTS;
    use crate::mqtt::{Framing, decode, frame};
    use crate::spec::{Rule, Sender, Version};

    const LONG: &[u8] = b"\x32\x85\x01\0\x01t\0\x07\0";

    /// Packets with all their bytes, cut, and with each byte changed.
    fn packets() -> Vec<Vec<u8>> {
        let long = [LONG, &[b'x'; 127]].concat();
        let longer = [&b"\x34\x85\x80\x01\0\x01t\0\x07\0"[..], &[b'x'; 16_383]].concat();
        let named =
            b"\x30\x22\0\x01t\x1c\x01\x01\x03\0\x0aapplication\x26\0\x01k\0\x01v\x02\0\0\0\x07";
        let whole: [&[u8]; 11] = [
            named,
            b"\x3d\x0d\0\x01t\0\x2a\x05\x23\0\x01\x0b\x07hi",
            b"\x30\x05\0\x03a/b",
            b"\x3a\x08\0\x01t\0\x2a\0hi",
            b"\x34\x08\0\x01t\0\x01\0hi",
            b"\x40\x02\0\x07",
            b"\x50\x02\0\x07",
            b"\x62\x02\0\x07",
            b"\x70\x02\x01\0",
            b"\xc0\0",
            &long,
        ];
        let mut all = vec![longer[..20].to_vec(), longer];
        for packet in whole {
            all.extend((0..=packet.len()).map(|len| packet[..len].to_vec()));
            for (at, byte) in
                (0..packet.len().min(40)).flat_map(|at| (0..=255).map(move |b| (at, b)))
            {
                let mut changed = packet.to_vec();
                changed[at] = byte;
                all.push(changed);
            }
        }
        all
    }

    #[test]
    fn what_is_called_faultless_is_so_for_the_decoder() {
        let (mut tape, mut whole, mut cut) = (Tape::new(), 0, 0);
        for (bytes, version) in packets()
            .iter()
            .flat_map(|p| [Version::V31, Version::V311, Version::V5].map(|v| (p, v)))
        {
            let Framing::Length(len) = frame(bytes) else { continue };
            let there = bytes.get(..len).unwrap_or(bytes);
            for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
                let how = Reading { version, sender };
                if !is_faultless(bytes, len, how) {
                    continue;
                }
                tape.clear();
                let decoded = decode(there, how, &mut tape);
                assert_eq!(decoded.packet.is_some(), there.len() == len, "{there:x?}");
                if there.len() < len {
                    tape.retract(FAULTS_OF_CUTS);
                }
                let control = tape.findings().iter().find(|it| it.rule == Rule::TEXT_CONTROL);
                assert!(tape.errors() == 0 && control.is_none(), "{there:x?} as {version}");
                *(if there.len() < len { &mut cut } else { &mut whole }) += 1;
            }
        }
        assert!(whole > 3_000 && cut > 1_000, "{whole}, {cut}");
    }
}
