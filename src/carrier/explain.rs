//! The annotated tree of a unit's bytes.

use crate::annotate::{Sink, Tape};
use crate::bytes::Span;
use crate::spec::Field;
use crate::spec::unit::Unit;

/// Builds the tree of the bytes of a unit or of a frame's header.
pub fn explain(unit: Unit, bytes: &[u8], tape: &mut Tape) {
    let _ = unit;
    tape.clear();
    tape.leaf(Field::UNDECODED, Span::of_bytes(0, bytes.len()), 0);
}
