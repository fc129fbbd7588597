//! Edits of the fixed header.

use super::{Broken, Tries, packet};
use crate::spec::{Field, PacketType, Rule};
use crate::text;

/// The lower four bits, where the type requires a value.
pub(super) fn flags(broken: &Broken<'_>, tries: &mut Tries) {
    let Some(required) = broken.kind.info().flags else { return };
    let right = broken.first & 0xf0 | required;
    if right != broken.first {
        tries.add(first_byte(broken, right), || {
            format!("the first byte of {} is 0x{right:02x}", broken.kind)
        });
    }
}

/// Remaining Length, where it does not count the bytes that are there.
pub(super) fn remaining_length(broken: &Broken<'_>, tries: &mut Tries) {
    let whole = [broken.body, broken.behind].concat();
    if whole.len() != broken.said {
        let (right, said) = (whole.len(), broken.said);
        tries.add(Some(packet(broken.first, &whole)), || {
            let [right, off] =
                [right, right.abs_diff(said)].map(|bytes| text::number(bytes as u64));
            format!("Remaining Length is {right} (off by {off})")
        });
    }
}

/// Remaining Length in two bytes, the high one first, as the other lengths have it.
pub(super) fn two_byte_length(broken: &Broken<'_>, tries: &mut Tries) {
    if broken.said != 0 || !broken.body.is_empty() {
        return;
    }
    let Some((len, body)) = broken.behind.split_first() else { return };
    if usize::from(*len) == body.len() && body.len() < 0x80 {
        tries.add(Some(packet(broken.first, body)), || {
            format!("Remaining Length takes one byte up to 127, and here it is {len}")
        });
    }
}

/// Remaining Length of two bytes, of which the second is not there: the first says its share of what is.
pub(super) fn second_byte_lost(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((low, body)) = broken.bytes.get(1..).and_then(<[u8]>::split_first) else { return };
    let body = [body, broken.behind].concat();
    if let Some((first, second)) = two_bytes(body.len()).filter(|(first, _)| first == low) {
        tries.add(Some(packet(broken.first, &body)), || {
            let len = body.len();
            format!("Remaining Length is {len}, which takes two bytes: {first:02x} {second:02x}")
        });
    }
}

/// Remaining Length of two bytes, which stand the wrong way round.
pub(super) fn swapped_bytes(broken: &Broken<'_>, tries: &mut Tries) {
    let whole = [broken.bytes, broken.behind].concat();
    let Some((&[_, high, low], body)) = whole.split_first_chunk() else { return };
    if two_bytes(body.len()) == Some((low, high)) {
        tries.add(Some(packet(broken.first, body)), || {
            format!("Remaining Length has its low byte first: {low:02x} {high:02x}")
        });
    }
}

/// A Remaining Length that takes two bytes.
fn two_bytes(len: usize) -> Option<(u8, u8)> {
    let high = u8::try_from(len >> 7).ok().filter(|high| (1..0x80).contains(high))?;
    Some(((len & 0x7f) as u8 | 0x80, high))
}

/// Remaining Length, where it counts the next packet too.
pub(super) fn swallowed(broken: &Broken<'_>, tries: &mut Tries) {
    if broken.said != broken.body.len() {
        return;
    }
    let trailing = broken.tape.find(Field::TRAILING).map(|node| node.span.first_byte());
    let split =
        trailing.and_then(|at| broken.body.split_at_checked(at.checked_sub(broken.header)?));
    if let Some((own, next)) = split.filter(|_| broken.behind.is_empty()) {
        let both = [packet(broken.first, own), next.to_vec()].concat();
        tries.add(Some(both), || {
            format!("Remaining Length is {}, and another packet follows", own.len())
        });
    }
}

/// A PUBLISH without Packet Identifier has QoS 0.
pub(super) fn qos_without_id(broken: &Broken<'_>, tries: &mut Tries) {
    let is_short = broken
        .tape
        .findings()
        .iter()
        .any(|finding| finding.field == Field::PACKET_ID && finding.rule == Rule::TOO_SHORT);
    if broken.kind == PacketType::PUBLISH && is_short {
        tries.add(first_byte(broken, broken.first & 0xf1), || {
            "QoS is 0, as no Packet Identifier follows on the topic".to_owned()
        });
    }
}

fn first_byte(broken: &Broken<'_>, first: u8) -> Option<Vec<u8>> {
    (broken.said == broken.body.len()).then(|| {
        let rest = broken.bytes.get(1..).unwrap_or_default();
        [&[first], rest].concat()
    })
}
