//! Edits of properties and of the length of their block.

use super::places::behind;
use super::{Broken, Tries};
use crate::annotate::{Finding, Node};
use crate::spec::{Field, PacketType, Rule, Severity};
use crate::text;

/// A property that may not stand here, or not again.
pub(super) fn left_out(broken: &Broken<'_>, tries: &mut Tries) {
    for finding in misplaced(broken) {
        let (start, end) = (finding.span.first_byte(), (finding.span.end() / 8) as usize);
        let is_before =
            |it: &&Node| it.field() == Field::PROPERTY_LENGTH && it.span.first_byte() < start;
        let Some(length) = broken.tape.nodes().iter().rfind(is_before) else {
            continue;
        };
        let right = length.value.checked_sub(end.saturating_sub(start) as u64);
        // What people write by hand has a length of one byte.
        let right = right.filter(|_| length.value < 0x80).and_then(|it| u8::try_from(it).ok());
        let Some(right) = right else { continue };
        let part = |from, to| broken.bytes.get(from..to).unwrap_or_default();
        let before = part(broken.header, length.span.first_byte());
        let (kept, after) = (part(behind(length), start), part(end, broken.bytes.len()));
        let body = [before, &[right], kept, after].concat();
        tries.add(broken.with_body(&body), || {
            format!("{} is left out", finding.field.label(broken.how.version))
        });
    }
}

/// What is found of properties that do not belong where they stand, where nothing else is wrong: then the
/// length of their block is right.
fn misplaced<'b>(broken: &'b Broken<'_>) -> impl Iterator<Item = &'b Finding> {
    let is_error = |finding: &&Finding| finding.severity() == Severity::Error;
    let rules = [Rule::PROPERTY_MISPLACED, Rule::PROPERTY_REPEATED];
    let errors = broken.tape.findings().iter().filter(is_error);
    let is_sole = errors.clone().all(|finding| rules.contains(&finding.rule));
    errors.filter(move |_| is_sole)
}

/// A Property Length that counts too many bytes or too few.
pub(super) fn wrong_length(broken: &Broken<'_>, tries: &mut Tries) {
    if misplaced(broken).next().is_some() {
        // Another length would make a payload of its properties.
        return;
    }
    let nodes = broken.tape.nodes().iter().filter(|node| node.field() == Field::PROPERTY_LENGTH);
    for node in nodes {
        let at = node.span.first_byte();
        for right in (0..0x80).filter(|right| u64::from(*right) != node.value && node.value < 0x80)
        {
            tries.add(broken.with(at, &[right]), || {
                format!(
                    "Property Length is {} (off by {})",
                    text::number(right.into()),
                    text::number(node.value.abs_diff(right.into()))
                )
            });
        }
    }
}

/// The Property Length of 5.0 is missing.
pub(super) fn length_forgotten(broken: &Broken<'_>, tries: &mut Tries) {
    if !broken.how.version.is_v5() {
        return;
    }
    let before: &[Field] = match broken.kind {
        PacketType::CONNECT => &[Field::KEEP_ALIVE, Field::CLIENT_ID],
        PacketType::CONNACK => &[Field::CONNACK_REASON],
        PacketType::PUBLISH if broken.first & 6 == 0 => &[Field::TOPIC],
        PacketType::PUBLISH
        | PacketType::SUBSCRIBE
        | PacketType::SUBACK
        | PacketType::UNSUBSCRIBE
        | PacketType::UNSUBACK => &[Field::PACKET_ID],
        _ => &[],
    };
    for field in before {
        let at = broken.tape.find(*field).map(behind);
        if let Some(at) = at.filter(|at| may_be_payload(broken, *at)) {
            tries.add(broken.with_inserted(at, &[0]), || {
                let label = field.label(broken.how.version);
                format!("a Property Length, 00 where there are no properties, follows on {label}")
            });
        }
    }
}

/// Whether the next byte may begin a payload that nothing stands before. One that is no text may
/// as well be a Property Length that is wrong.
fn may_be_payload(broken: &Broken<'_>, at: usize) -> bool {
    let next = broken.bytes.get(at);
    broken.kind != PacketType::PUBLISH
        || next.is_none_or(|byte| *byte == b' ' || byte.is_ascii_graphic())
}
