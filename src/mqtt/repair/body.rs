//! Edits of what stands behind the fixed header.

use super::places::{behind, lengths, number};
use super::{Broken, Tries, packet};
use crate::spec::field::Kind;
use crate::spec::{Field, PacketType, Rule};
use crate::text::count;

/// How far off a length may be: what people miscount, or forget to count.
const OFF_BY: usize = 16;

/// Rules that are kept by clearing the bits that a finding on them names.
const CLEARED: &[Rule] = &[
    Rule::DUP_WITH_QOS_0,
    Rule::CONNECT_RESERVED,
    Rule::WILL_QOS_WITHOUT_WILL,
    Rule::WILL_RETAIN_WITHOUT_WILL,
    Rule::CONNACK_RESERVED,
    Rule::SESSION_PRESENT_ON_REFUSAL,
    Rule::OPTIONS_RESERVED,
    Rule::NO_LOCAL_SHARED,
];

/// Bits that must be 0.
pub(super) fn reserved_bits(broken: &Broken<'_>, tries: &mut Tries) {
    let findings = broken.tape.findings().iter();
    for finding in findings.filter(|finding| CLEARED.contains(&finding.rule)) {
        let at = finding.span.first_byte();
        let Some(byte) = broken.bytes.get(at).copied() else { continue };
        // A letter is one of the Topic Filter before it, whose length is wrong.
        if finding.rule == Rule::OPTIONS_RESERVED && byte.is_ascii_graphic() {
            continue;
        }
        let low = 8u32.saturating_sub(finding.span.start % 8).saturating_sub(finding.span.len);
        let ones = 0xffu16 >> 8u32.saturating_sub(finding.span.len).min(8);
        let cleared = byte & !((ones << low.min(8)) as u8);
        tries.add(broken.with(at, &[cleared]), || {
            let label = finding.field.label(broken.how.version);
            match finding.rule {
                Rule::OPTIONS_RESERVED => {
                    format!("the reserved bits are 0: {label} is 0x{cleared:02x}")
                }
                _ => format!("{label} is 0: the byte is 0x{cleared:02x}"),
            }
        });
    }
}

/// A QoS that is written as a digit of ASCII.
pub(super) fn qos_as_text(broken: &Broken<'_>, tries: &mut Tries) {
    let rules = [Rule::OPTIONS_RESERVED, Rule::RETAIN_HANDLING_3];
    let findings = broken.tape.findings().iter();
    for finding in findings.filter(|finding| rules.contains(&finding.rule)) {
        let at = finding.span.first_byte();
        let Some(byte @ b'0'..=b'2') = broken.bytes.get(at).copied() else { continue };
        let qos = byte & 0b11;
        tries.add(broken.with(at, &[qos]), || {
            format!("QoS {qos} is the byte 0x{qos:02x}; 0x{byte:02x} is the digit {qos} as text")
        });
    }
}

/// The high byte of a number of two bytes is missing.
pub(super) fn one_byte_number(broken: &Broken<'_>, tries: &mut Tries) {
    for at in lengths(broken) {
        let Some(low) = broken.bytes.get(at).copied().filter(|low| *low != 0) else { continue };
        tries.add(broken.with_inserted(at, &[0]), || {
            format!("what stands at byte {at} takes two bytes, the high one first: 00 {low:02x}")
        });
    }
}

/// Packet Identifier 0.
pub(super) fn packet_id_zero(broken: &Broken<'_>, tries: &mut Tries) {
    if let Some(node) = broken.tape.find(Field::PACKET_ID).filter(|node| node.value == 0) {
        tries.add(broken.with(node.span.first_byte(), &[0, 1]), || {
            "a Packet Identifier that is not 0, such as 1".to_owned()
        });
    }
}

/// The two bytes of a length the wrong way round.
pub(super) fn swapped_length(broken: &Broken<'_>, tries: &mut Tries) {
    for at in lengths(broken) {
        let Some([high, low]) = broken.bytes.get(at..).and_then(|rest| rest.first_chunk::<2>())
        else {
            continue;
        };
        if high != low {
            tries.add(broken.with(at, &[*low, *high]), || {
                format!("the length at byte {at} has its high byte first: {low:02x} {high:02x}")
            });
        }
    }
}

/// A length that counts the 00 at the end of a string of C.
pub(super) fn counted_nul(broken: &Broken<'_>, tries: &mut Tries) {
    if !has_id_behind_topic(broken) {
        without_nul(broken, tries);
    }
}

/// The same in a PUBLISH with a Packet Identifier, whose first byte is nearly always 00: the length
/// may as well be wrong.
pub(super) fn counted_nul_before_id(broken: &Broken<'_>, tries: &mut Tries) {
    if has_id_behind_topic(broken) {
        without_nul(broken, tries);
    }
}

fn has_id_behind_topic(broken: &Broken<'_>) -> bool {
    broken.kind == PacketType::PUBLISH && broken.first & 6 != 0
}

fn without_nul(broken: &Broken<'_>, tries: &mut Tries) {
    let is_text = |field: Field| field.kind() == Kind::Text;
    for node in broken.tape.nodes().iter().filter(|node| is_text(node.field())) {
        let (start, end) = (node.span.first_byte(), behind(node));
        let Some(len) = number(broken, start).filter(|len| *len > 0) else { continue };
        let own = start.checked_sub(broken.header).zip(end.checked_sub(broken.header));
        let parts = own.and_then(|(start, end)| {
            let text = broken.body.get(start.saturating_add(2)..end)?.strip_suffix(&[0])?;
            Some((broken.body.get(..start)?, text, broken.body.get(end..)?))
        });
        let Some((before, text, after)) = parts else { continue };
        let short = (len.saturating_sub(1) as u16).to_be_bytes();
        let body = [before, &short, text, after].concat();
        tries.add(broken.with_body(&body), || {
            let label = node.field().label(broken.how.version);
            format!("{label} ends without a 00, which its length must not count")
        });
    }
}

/// The Packet Identifier is missing.
pub(super) fn packet_id_forgotten(broken: &Broken<'_>, tries: &mut Tries) {
    let at = match broken.kind {
        _ if ends_with_id(broken) => None,
        PacketType::SUBSCRIBE
        | PacketType::UNSUBSCRIBE
        | PacketType::SUBACK
        | PacketType::UNSUBACK => Some(broken.header),
        PacketType::PUBLISH if broken.first & 6 != 0 => {
            // There it shows only by an empty property block and text, where the identifier should be.
            let at = broken.tape.find(Field::TOPIC).map(behind);
            let is_readable = |byte: &u8| *byte == b' ' || byte.is_ascii_graphic();
            at.filter(|at| match broken.bytes.get(*at..) {
                Some([0, text @ ..]) => !text.is_empty() && text.iter().all(is_readable),
                _ => false,
            })
        }
        _ => None,
    };
    if let Some(at) = at {
        tries.add(broken.with_inserted(at, &[0, 1]), || {
            "a Packet Identifier, such as 1, is missing".to_owned()
        });
    }
}

/// The byte behind the last filter is missing.
pub(super) fn options_forgotten(broken: &Broken<'_>, tries: &mut Tries) {
    if broken.kind == PacketType::SUBSCRIBE {
        tries.add(broken.with_body(&[broken.body, &[0]].concat()), || {
            "a byte with the QoS follows on the last Topic Filter, such as 00".to_owned()
        });
    }
}

/// The code of a SUBACK is missing.
pub(super) fn code_forgotten(broken: &Broken<'_>, tries: &mut Tries) {
    if ends_with_id(broken) {
        tries.add(broken.with_body(&[broken.body, &[0]].concat()), || {
            "a code for each Topic Filter follows, such as 00".to_owned()
        });
    }
}

/// Whether a SUBACK holds nothing but what a Packet Identifier looks like, and in 5.0 no properties.
fn ends_with_id(broken: &Broken<'_>) -> bool {
    let is_id = match (broken.body, broken.how.version.is_v5()) {
        ([0, low], false) | ([0, low, 0], true) => *low != 0,
        _ => false,
    };
    is_id && broken.kind == PacketType::SUBACK
}

/// A length that counts too many bytes or too few. Where several would do, none is certain.
pub(super) fn wrong_length(broken: &Broken<'_>, tries: &mut Tries) {
    for at in lengths(broken) {
        let Some(said) = number(broken, at) else { continue };
        for right in said.saturating_sub(OFF_BY)..=said.saturating_add(OFF_BY) {
            let Some(bytes) = u16::try_from(right).ok().filter(|_| right != said) else { continue };
            tries.add(broken.with(at, &bytes.to_be_bytes()), || {
                format!("the length at byte {at} is {right} (off by {})", right.abs_diff(said))
            });
        }
    }
}

/// Bytes behind the end of the packet.
pub(super) fn left_over(broken: &Broken<'_>, tries: &mut Tries) {
    let trailing = broken.tape.find(Field::TRAILING).map(|node| node.span.first_byte());
    let own = trailing.and_then(|at| broken.body.get(..at.checked_sub(broken.header)?));
    if let Some(own) = own {
        let left = broken.body.len().saturating_sub(own.len());
        tries.add(Some(packet(broken.first, own)), || too_many(broken.kind, own.len(), left));
    }
}

/// That a packet has `left` bytes too many behind the `own` that follow on its fixed header.
fn too_many(kind: PacketType, own: usize, left: usize) -> String {
    let own = match own {
        0 => "with".to_owned(),
        own => format!("{} behind", count(own as u64, "byte")),
    };
    let left = match left {
        1 => "the last byte does".to_owned(),
        left => format!("the last {left} bytes do"),
    };
    format!("{kind} ends {own} its fixed header: {left} not belong to it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_many_reads_right() {
        let says = |own, left| too_many(PacketType::PUBACK, own, left);
        let none = "PUBACK ends with its fixed header: the last 2 bytes do not belong to it";
        let one = "PUBACK ends 1 byte behind its fixed header: the last byte does not belong to it";
        let many =
            "PUBACK ends 2 bytes behind its fixed header: the last byte does not belong to it";
        assert_eq!([says(0, 2), says(1, 1), says(2, 1)], [none, one, many]);
    }
}
