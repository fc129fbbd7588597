//! Where in a broken packet a length stands, as far as its tree tells.

use super::Broken;
use crate::annotate::Node;
use crate::spec::field::Kind;
use crate::spec::property::Wire;
use crate::spec::{Field, Rule};

/// Offsets of the lengths of two bytes that were read, and of those where one would have begun.
pub(super) fn lengths(broken: &Broken<'_>) -> Vec<usize> {
    let mut places = Vec::new();
    for node in broken.tape.nodes() {
        let start = node.span.first_byte();
        match node.field().kind() {
            _ if node.field() == Field::LENGTH || node.field() == Field::UNDECODED => {
                places.push(start)
            }
            Kind::Text | Kind::Data => places.push(start),
            Kind::Property(Wire::Utf8 | Wire::Binary) => places.push(start.saturating_add(1)),
            Kind::Property(Wire::Pair) => {
                let name = start.saturating_add(1);
                let value =
                    number(broken, name).map(|len| name.saturating_add(len).saturating_add(2));
                places.extend([Some(name), value].into_iter().flatten());
            }
            _ => {}
        }
    }
    let short = broken.tape.findings().iter().filter(|finding| finding.rule == Rule::TOO_SHORT);
    places.extend(short.map(|finding| finding.span.first_byte()));
    places.sort_unstable();
    places.dedup();
    places
}

/// The number of two bytes at an offset.
pub(super) fn number(broken: &Broken<'_>, at: usize) -> Option<usize> {
    let bytes = broken.bytes.get(at..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes(*bytes)))
}

/// The offset behind a field.
pub(super) fn behind(node: &Node) -> usize {
    (node.span.end() / 8) as usize
}
