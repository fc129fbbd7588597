//! The reader that reports what it reads.

use super::{Bits, Finding, Sink};
use crate::bytes::Span;
use crate::spec::{Field, Rule};

/// Structure is lost: what holds the field must be given up. The reason is in the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Twice the longest packet that MQTT allows, and as many as 32 bits can count in bits. Offsets
/// within them do not overflow, which is why the arithmetic of the cursor need not saturate.
pub const MAX_BYTES: usize = (u32::MAX >> 3) as usize;

/// Reads a packet from its first byte to its last. Every read returns the value *and* reports the
/// field to the sink.
///
/// A length-prefixed part is read through [`region`](Self::region): it bounds the reads, covers
/// what is left of the part when structure is lost, and goes on behind it.
#[derive(Debug)]
pub struct Cursor<'a, 's, S> {
    /// All bytes of the packet.
    bytes: &'a [u8],
    /// The next byte and all behind it, up to the limit.
    rest: &'a [u8],
    /// Offset of the limit: where `rest` ends.
    end: usize,
    limit: Field,
    fault: Option<Finding>,
    sink: &'s mut S,
}

impl<'a, 's, S: Sink> Cursor<'a, 's, S> {
    /// A cursor before the first of `bytes`. More than [`MAX_BYTES`] of them are not looked at.
    pub fn new(bytes: &'a [u8], sink: &'s mut S) -> Self {
        let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
        Self { bytes, rest: bytes, end: bytes.len(), limit: Field::INPUT, fault: None, sink }
    }

    /// Offset of the next byte.
    #[inline]
    #[must_use]
    pub fn position(&self) -> usize {
        self.end.wrapping_sub(self.rest.len())
    }

    /// Bytes up to the limit.
    #[inline]
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether the limit is reached.
    #[inline]
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte, not consumed and not reported.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The length field that bounds the reads; [`Field::INPUT`] where the bytes themselves end.
    #[must_use]
    pub fn limit(&self) -> Field {
        self.limit
    }

    /// The bytes from `start` to the current position.
    #[inline]
    #[must_use]
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.position()).unwrap_or_default()
    }

    /// Reports a finding.
    #[inline]
    pub fn note(&mut self, finding: Finding) {
        self.sink.note(finding);
    }

    /// Reports a finding on the `len` bytes that were read last, with the numbers of its sentence.
    #[cold]
    pub fn note_last(&mut self, rule: Rule, field: Field, len: usize, (a, b): (u64, u64)) {
        let span = Span::of_bytes(self.position().saturating_sub(len), len);
        self.sink.note(Finding::new(rule, span, field).with(a, b));
    }

    /// Reports a finding on `len` bytes, of which the first is `back` bytes before the next one.
    #[cold]
    pub fn note_back(
        &mut self,
        rule: Rule,
        field: Field,
        (back, len): (usize, usize),
        (a, b): (u64, u64),
    ) {
        let span = Span::of_bytes(self.position().saturating_sub(back), len);
        self.sink.note(Finding::new(rule, span, field).with(a, b));
    }

    /// Whether findings are of any use.
    #[must_use]
    pub fn records(&self) -> bool {
        S::RECORDS
    }

    /// A number of one byte.
    #[inline(always)]
    pub fn byte(&mut self, field: Field) -> Result<u8, Stop> {
        let [byte] = self.take_array(field)?;
        self.leaf_before(field, 1, u64::from(byte));
        Ok(byte)
    }

    /// A number of two bytes.
    #[inline(always)]
    pub fn u16(&mut self, field: Field) -> Result<u16, Stop> {
        let value = u16::from_be_bytes(self.take_array(field)?);
        self.leaf_before(field, 2, u64::from(value));
        Ok(value)
    }

    /// A Variable Byte Integer.
    #[inline(always)]
    pub fn varint(&mut self, field: Field) -> Result<u32, Stop> {
        let left = self.left();
        let value = self.raw_varint(field)?;
        self.leaf_before(field, left.wrapping_sub(self.left()), u64::from(value));
        Ok(value)
    }

    /// Bytes behind two bytes of length: text or binary data. The length belongs to the field.
    #[inline(always)]
    pub fn prefixed(&mut self, field: Field) -> Result<&'a [u8], Stop> {
        let start = self.position();
        let body = self.raw_prefixed(field).inspect_err(|_| self.show_length(field, start))?;
        self.leaf_before(field, body.len().wrapping_add(2), 0);
        Ok(body)
    }

    /// Everything up to the limit, as one field.
    #[inline]
    pub fn rest(&mut self, field: Field) -> &'a [u8] {
        let body = std::mem::take(&mut self.rest);
        self.leaf_before(field, body.len(), 0);
        body
    }

    /// The next `len` bytes, or as many as there are up to the limit, as one field with a value.
    /// None at all make no field.
    #[inline]
    pub(crate) fn bytes(&mut self, field: Field, len: usize, value: u64) -> &'a [u8] {
        let (body, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        if !body.is_empty() {
            self.leaf_before(field, body.len(), value);
        }
        body
    }

    /// All bytes up to the limit, not consumed and not reported.
    #[inline]
    pub(crate) fn ahead(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte whose bits are fields of their own: all eight of them, in the order of the wire.
    #[inline(always)]
    pub fn flags<const N: usize>(&mut self, group: Field, parts: &[Bits; N]) -> Result<u8, Stop> {
        let start = self.bit();
        let [byte] = self.take_array(group)?;
        self.sink.flags(group, start, byte, parts);
        Ok(byte)
    }

    /// Reports a finding on some bits of the byte that was read last.
    #[cold]
    pub fn note_bits(&mut self, rule: Rule, bits: Bits, (a, b): (u64, u64)) {
        let span = bits.span(self.bit().saturating_sub(8));
        self.sink.note(Finding::new(rule, span, bits.field).with(a, b));
    }

    /// Fields that belong together. The group closes on a fault too.
    #[inline]
    pub fn group<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let mark = self.sink.open(field, self.bit());
        let result = read(self);
        self.sink.close(mark, self.bit(), 0);
        result
    }

    /// The next `len` bytes, as bounded by the length field `limit`. Where structure is lost in
    /// them, the rest of them becomes a "not decoded" leaf, the reason a finding, and reading can
    /// go on behind them; the result is then `None`. `len` beyond the present limit is cut to it.
    #[inline]
    pub fn region<T>(
        &mut self,
        len: usize,
        limit: Field,
        read: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Option<T> {
        let (outer_end, outer_limit) = (self.end, self.limit);
        let mut behind: &[u8] = &[];
        if let Some((inside, outside)) = self.rest.split_at_checked(len) {
            self.end = outer_end.wrapping_sub(outside.len());
            self.rest = inside;
            self.limit = limit;
            behind = outside;
        }
        let result = self.whole(read);
        let position = self.position();
        (self.end, self.limit) = (outer_end, outer_limit);
        if self.rest.is_empty() {
            self.rest = behind;
        } else {
            self.go_to(position);
        }
        result
    }

    /// The same up to the present limit.
    #[inline(always)]
    pub fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Option<T> {
        let result = read(self).ok();
        if result.is_none() {
            self.give_up();
        }
        result
    }

    /// Gives up for a reason of the caller's.
    #[cold]
    pub fn fail<T>(&mut self, finding: Finding) -> Result<T, Stop> {
        self.fault = Some(finding);
        Err(Stop)
    }

    /// A Variable Byte Integer without a leaf.
    #[inline(always)]
    pub(crate) fn raw_varint(&mut self, field: Field) -> Result<u32, Stop> {
        let (value, rest) = match self.rest {
            [byte @ 0..0x80, rest @ ..] => (u32::from(*byte), rest),
            [low, high @ 1..0x80, rest @ ..] => {
                (u32::from(low & 0x7f) | u32::from(*high) << 7, rest)
            }
            _ => return self.raw_long_varint(field),
        };
        self.rest = rest;
        Ok(value)
    }

    /// One that takes more than two bytes, or is broken. Where it does not end, nothing of it is
    /// consumed.
    #[cold]
    fn raw_long_varint(&mut self, field: Field) -> Result<u32, Stop> {
        let start = self.position();
        let mut value: u32 = 0;
        let mut last = 0;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.take_array(field).inspect_err(|_| self.go_to(start))?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // Whether that of a packet is wrong depends on its version, which the decoder knows.
                if byte == 0 && field != Field::REMAINING_LENGTH {
                    self.note_long_varint(field, value, start);
                }
                return Ok(value);
            }
            last = byte;
        }
        self.go_to(start);
        let span = Span::of_bytes(start, 4);
        self.fail(Finding::new(Rule::VARINT_TOO_LONG, span, field).with(u64::from(last), 4))
    }

    /// Two bytes of length and what they count, without a leaf of its own.
    #[inline(always)]
    pub(crate) fn raw_prefixed(&mut self, field: Field) -> Result<&'a [u8], Stop> {
        let len = usize::from(u16::from_be_bytes(self.take_array(field)?));
        match self.rest.split_at_checked(len) {
            Some((body, rest)) => {
                self.rest = rest;
                Ok(body)
            }
            None => self.too_short(field, len),
        }
    }

    /// `N` bytes without a leaf.
    #[inline(always)]
    pub(crate) fn take_array<const N: usize>(&mut self, field: Field) -> Result<[u8; N], Stop> {
        match self.rest.split_first_chunk::<N>() {
            Some((chunk, rest)) => {
                self.rest = rest;
                Ok(*chunk)
            }
            None => self.too_short(field, N),
        }
    }

    /// Reports a leaf for the `len` bytes that were read last.
    #[inline(always)]
    pub(crate) fn leaf_before(&mut self, field: Field, len: usize, value: u64) {
        let start = bits(self.position().wrapping_sub(len));
        self.sink.leaf(field, Span { start, len: bits(len) }, value);
    }

    /// Reports a leaf of `len` bytes from offset `start` on, wherever the cursor is.
    #[inline]
    pub(crate) fn leaf_at(&mut self, field: Field, start: usize, len: usize, value: u64) {
        self.sink.leaf(field, Span { start: bits(start), len: bits(len) }, value);
    }

    /// The next bytes are those of `rest`, the last part of [`ahead`](Self::ahead); the caller has
    /// reported what is before them.
    #[inline]
    pub(crate) fn skip_to(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    /// Goes back to byte `start`, the identifier of a property whose value is cut short: the
    /// identifier gets a leaf of its own, the "not decoded" leaf covers the rest.
    #[cold]
    pub(crate) fn back_to_identifier(&mut self, start: usize, id: u8) {
        self.go_to(start.saturating_add(1));
        self.leaf_before(Field::PROPERTY_ID, 1, u64::from(id));
    }

    /// The next byte is the one at offset `position`.
    #[inline]
    fn go_to(&mut self, position: usize) {
        self.rest = self.bytes.get(position..self.end).unwrap_or_default();
    }

    /// Offset of the next byte in bits.
    #[inline]
    fn bit(&self) -> u32 {
        bits(self.position())
    }

    #[cold]
    fn too_short<T>(&mut self, field: Field, need: usize) -> Result<T, Stop> {
        let left = self.left();
        let span = Span::of_bytes(self.position(), left);
        let finding = Finding::new(Rule::TOO_SHORT, span, field).limited_by(self.limit);
        self.fail(finding.with(need as u64, left as u64))
    }

    /// Where a length was read that says more than there is, it is shown as what it is.
    #[cold]
    fn show_length(&mut self, field: Field, start: usize) {
        let read = self.since(start);
        let Some(len) = read.first_chunk::<2>() else {
            return;
        };
        let value = u64::from(u16::from_be_bytes(*len));
        let span = Span::of_bytes(start, 2);
        let mark = self.sink.open(field, span.start);
        self.sink.leaf(Field::LENGTH, span, value);
        self.sink.close(mark, span.end(), 0);
    }

    #[cold]
    fn note_long_varint(&mut self, field: Field, value: u32, start: usize) {
        let len = self.position().saturating_sub(start);
        self.note_last(Rule::VARINT_NOT_SHORTEST, field, len, (u64::from(value), len as u64));
    }

    /// Covers what is left up to the limit, and reports why.
    #[cold]
    fn give_up(&mut self) {
        let left = self.left();
        let place = Span::of_bytes(self.position(), left);
        if left > 0 {
            self.rest(Field::UNDECODED);
        }
        if let Some(mut fault) = self.fault.take() {
            if fault.rule == Rule::TOO_SHORT {
                fault.span = place;
            }
            self.sink.note(fault);
        }
    }
}

/// A number of bytes in bits; at most [`MAX_BYTES`].
#[inline]
const fn bits(bytes: usize) -> u32 {
    (bytes as u32) << 3
}
