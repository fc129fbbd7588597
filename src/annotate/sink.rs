//! Where a decoder reports fields to.

use super::{Bits, Finding};
use crate::bytes::Span;
use crate::spec::Field;

/// The place of an open group, to close it with.
#[derive(Clone, Copy, Debug)]
pub struct Mark(pub(super) u32);

/// Takes the fields of a packet in the order of its bytes.
///
/// Push, not pull: the decoder runs once, in a straight line, and with `()` as its sink nothing
/// is left of the calls.
///
/// ```
/// use mqttscope::annotate::{Sink, Tape};
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::Version;
///
/// // The same decoder with and without a tree.
/// fn packet_id(bytes: &[u8], mut sink: impl Sink) -> Option<u16> {
///     decode(bytes, Reading { version: Version::V311, sender: None }, &mut sink).packet?.packet_id()
/// }
/// assert_eq!(packet_id(b"\x40\x02\0\x07", ()), Some(7));
/// assert_eq!(packet_id(b"\x40\x02\0\x07", Tape::new()), Some(7));
/// ```
pub trait Sink {
    /// Whether anything is recorded. Checks whose only result is a finding are left out if not.
    const RECORDS: bool;

    /// A field that holds no others. `value` is the number, or 0 for text and bytes.
    fn leaf(&mut self, field: Field, span: Span, value: u64);

    /// Opens a group that begins at bit `start`.
    fn open(&mut self, field: Field, start: u32) -> Mark;

    /// Closes a group; it ends before bit `end`.
    fn close(&mut self, mark: Mark, end: u32, value: u64);

    /// A byte that begins at bit `start`, and whose bits are fields of their own.
    fn flags<const N: usize>(&mut self, group: Field, start: u32, byte: u8, parts: &[Bits; N]);

    /// A fault, or something worth knowing.
    fn note(&mut self, finding: Finding);
}

impl Sink for () {
    const RECORDS: bool = false;

    #[inline(always)]
    fn leaf(&mut self, _: Field, _: Span, _: u64) {}

    #[inline(always)]
    fn open(&mut self, _: Field, _: u32) -> Mark {
        Mark(0)
    }

    #[inline(always)]
    fn close(&mut self, _: Mark, _: u32, _: u64) {}

    #[inline(always)]
    fn flags<const N: usize>(&mut self, _: Field, _: u32, _: u8, _: &[Bits; N]) {}

    #[inline(always)]
    fn note(&mut self, _: Finding) {}
}
