//! The left side of a tree: offset, and the bytes in hex or the bits of a byte.

use super::flow::Flow;
use super::paint::{Painter, Role};
use crate::annotate::view::Row;
use crate::bytes::Span;
use crate::text::{self, Out, Words};

/// Columns of the left side, made for one packet.
#[derive(Clone, Copy, Debug)]
pub struct Gutter {
    offset_width: usize,
    bytes_a_line: usize,
    all_bytes: bool,
    width: Option<usize>,
}

impl Gutter {
    /// For a packet of `len` bytes. With `all_bytes` every byte of a field is shown, over several
    /// lines if need be; else as many as fit into one.
    #[must_use]
    pub fn new(len: usize, width: Option<usize>, all_bytes: bool) -> Self {
        let offset_width = digits(len).max(3);
        let bytes_a_line = match width {
            // No less: the bits of a byte take nine columns.
            Some(..=59) => 4,
            Some(..=99) => 6,
            _ => 8,
        };
        Self { offset_width, bytes_a_line, all_bytes, width }
    }

    /// Columns that an offset takes.
    #[must_use]
    pub fn offset_width(&self) -> u8 {
        u8::try_from(self.offset_width).unwrap_or(u8::MAX)
    }

    /// Columns of the terminal; `None` for lines of any length.
    #[must_use]
    pub const fn width(&self) -> Option<usize> {
        self.width
    }

    /// The bytes that the hex digits of a row depend on whose bytes are shown in full below it.
    #[must_use]
    pub fn shown<'r>(&self, bytes: &'r [u8]) -> &'r [u8] {
        bytes.get(..self.bytes_a_line.saturating_add(1)).unwrap_or(bytes)
    }

    /// One row of the tree. The bytes of one that `is_whole` are shown in full by those below it.
    pub fn row(
        &self,
        out: &mut Words,
        painter: Painter,
        row: &Row<'_>,
        is_whole: bool,
        flow: &Flow,
    ) {
        let indent = self.left(out, painter, row, is_whole);
        flow.set(out, painter, indent, 2, self.width);
        if self.all_bytes && !is_whole && !row.span.is_bits() {
            self.further_bytes(out, painter, row);
        }
    }

    /// What stands before the words of a row; gives back how many columns that takes.
    pub(super) fn left(
        &self,
        out: &mut Words,
        painter: Painter,
        row: &Row<'_>,
        is_whole: bool,
    ) -> usize {
        self.begin(out, painter, row);
        if !painter.color {
            // All blanks up to the words are added at once.
            let columns = self.bytes_or_bits(row, is_whole, out);
            let nested = nested(row.depth);
            out.blanks(self.hex_width().saturating_add(nested).saturating_sub(columns));
            return self.indent(row.depth);
        }
        painter.add(Role::Hex, out, |out| {
            let columns = self.bytes_or_bits(row, is_whole, out);
            out.blanks(self.hex_width().saturating_sub(columns));
        });
        self.nest(out, row.depth)
    }

    /// Adds the offset of a row, or blanks before the bits of a byte.
    fn begin(&self, out: &mut Words, painter: Painter, row: &Row<'_>) {
        match row.span.is_bits() {
            true => out.blanks(self.offset_width.saturating_add(2)),
            false => self.offset(row.span.first_byte(), out, painter),
        }
    }

    /// Adds the bytes of a row, or the bits of its byte; gives back how many columns they take.
    fn bytes_or_bits(&self, row: &Row<'_>, is_whole: bool, out: &mut Words) -> usize {
        match row.span.is_bits() {
            true => add_bits(row, out),
            false => self.hex(row.bytes, self.all_bytes && !is_whole, out),
        }
    }

    /// A line that stands for no bytes.
    pub fn blank(&self, out: &mut Words, painter: Painter, depth: u8, flow: &Flow) {
        let left = self.offset_width.saturating_add(2).saturating_add(self.hex_width());
        out.blanks(left);
        let indent = self.nest(out, depth);
        flow.set(out, painter, indent, 2, self.width);
    }

    /// Adds the blanks for so many groups around a row; gives back how many columns stand before its words.
    fn nest(&self, out: &mut Words, depth: u8) -> usize {
        out.blanks(nested(depth));
        self.indent(depth)
    }

    /// How many columns stand before the words of a row in so many groups.
    fn indent(&self, depth: u8) -> usize {
        let left = self.offset_width.saturating_add(2).saturating_add(self.hex_width());
        left.saturating_add(nested(depth))
    }

    fn hex_width(&self) -> usize {
        self.bytes_a_line.saturating_mul(3).saturating_sub(1)
    }

    /// The offset of a row's first byte.
    fn offset(&self, at: usize, out: &mut Words, painter: Painter) {
        painter.add(Role::Offset, out, |out| match three_columns(at) {
            Some([a, b, c]) if self.offset_width == 3 => out.push_ascii(&[a, b, c, b' ', b' ']),
            _ => {
                out.blanks(self.offset_width.saturating_sub(digits(at)));
                text::add::digits(at as u64, out);
                out.push_str("  ");
            }
        });
    }

    /// The first bytes, and how many columns they take; `…` stands for the others, unless they follow
    /// on further lines.
    fn hex(&self, bytes: &[u8], goes_on: bool, out: &mut Words) -> usize {
        if bytes.len() <= self.bytes_a_line || goes_on {
            let shown = bytes.get(..self.bytes_a_line).unwrap_or(bytes);
            add_spaced(shown, out);
            return shown.len().saturating_mul(3).saturating_sub(1);
        }
        let count = self.bytes_a_line.saturating_sub(1);
        match bytes.first_chunk() {
            Some(first) if count == first.len() => add_first_spaced(first, out),
            _ => {
                add_spaced(bytes.get(..count).unwrap_or(bytes), out);
                out.push_str(MORE);
            }
        }
        self.bytes_a_line.saturating_mul(3).saturating_sub(2)
    }

    fn further_bytes(&self, out: &mut Words, painter: Painter, row: &Row<'_>) {
        let start = row.span.first_byte();
        for (i, chunk) in row.bytes.chunks(self.bytes_a_line.max(1)).enumerate().skip(1) {
            self.offset(start.saturating_add(i.saturating_mul(self.bytes_a_line)), out, painter);
            painter.add(Role::Hex, out, |out| add_spaced(chunk, out));
            out.push('\n');
        }
    }
}

/// A number in three columns, if it has no more digits.
#[inline]
fn three_columns(number: usize) -> Option<[u8; 3]> {
    if number > 999 {
        return None;
    }
    let [_, a, b, c] = text::add::four_digits(number as u64);
    let a = if number < 100 { b' ' } else { a };
    let b = if number < 10 { b' ' } else { b };
    Some([a, b, c])
}

/// Columns for so many groups around a row.
fn nested(depth: u8) -> usize {
    usize::from(depth).saturating_mul(2).saturating_add(2)
}

/// Decimal digits of a number.
fn digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or_default().saturating_add(1) as usize
}

/// `10 2f 00`: two digits a byte with a blank between.
#[must_use]
pub fn spaced(bytes: &[u8]) -> String {
    let mut out = Words::default();
    add_spaced(bytes, &mut out);
    out.into_string()
}

/// Bytes that are put into digits at once.
const AT_ONCE: usize = 8;

/// Stands for the bytes that are not shown.
const MORE: &str = " …";

/// Adds what [`spaced`] returns of so many bytes, and what stands for those behind them.
fn add_first_spaced(bytes: &[u8; AT_ONCE - 1], out: &mut Words) {
    let mut room = [b' '; 3 * AT_ONCE];
    for ([upper, lower, _], byte) in room.as_chunks_mut::<3>().0.iter_mut().zip(bytes) {
        [*upper, *lower] = text::hex_pair(*byte);
    }
    if let (Some(end), Some(more)) = (room.last_chunk_mut(), MORE.as_bytes().first_chunk::<4>()) {
        *end = *more;
    }
    out.push_known(&room);
}

/// Adds what [`spaced`] returns of two bytes.
pub(super) fn add_two_spaced([first, second]: [u8; 2], out: &mut Words) {
    let ([a, b], [c, d]) = (text::hex_pair(first), text::hex_pair(second));
    out.push_ascii(&[a, b, b' ', c, d]);
}

/// Adds what [`spaced`] returns.
pub(super) fn add_spaced(bytes: &[u8], out: &mut Words) {
    let mut left = bytes.len();
    for some in bytes.chunks(AT_ONCE) {
        let mut room = [b' '; 3 * AT_ONCE];
        for (three, byte) in room.as_chunks_mut::<3>().0.iter_mut().zip(some) {
            let [upper, lower] = text::hex_digits(*byte);
            *three = [upper, lower, b' '];
        }
        left = left.saturating_sub(some.len());
        // No blank stands behind the last.
        let len = some.len().saturating_mul(3).saturating_sub((left == 0).into());
        out.push_first(&room, len);
    }
}

/// `.... .10.`: the bits of the field, a point for every other bit of its byte; how many columns they take.
fn add_bits(row: &Row<'_>, out: &mut Words) -> usize {
    let byte = row.bytes.first().copied().unwrap_or_default();
    let Span { start, len } = row.span;
    let first = start & 7;
    for bit in 0..8u32 {
        if bit == 4 {
            out.push(' ');
        }
        let is_in = bit >= first && bit < first.saturating_add(len);
        let is_set = byte << bit & 0x80 != 0;
        out.push(match (is_in, is_set) {
            (false, _) => '.',
            (true, false) => '0',
            (true, true) => '1',
        });
    }
    BITS
}

/// Columns of the bits of a byte.
const BITS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Field;

    /// What colours add, `\x1b[` up to `m`, taken away.
    fn uncoloured(text: &str) -> String {
        let pieces = text.split("\x1b[").enumerate();
        let of = |(nth, piece): (usize, &str)| match nth {
            0 => piece.to_owned(),
            _ => piece.split_once('m').unwrap().1.to_owned(),
        };
        pieces.map(of).collect()
    }

    /// Offsets of one digit to five, fields of bits and of no bytes to many, deep and not, in packets and on
    /// terminals of any size.
    #[test]
    fn what_stands_on_the_left_is_the_same_with_and_without_colour() {
        let bytes: Vec<u8> = (0..12u8).map(|nth| nth.wrapping_mul(37) ^ 0x9c).collect();
        let spans = [0, 7, 99, 100, 999, 1_000, 65_000].into_iter().flat_map(|at| {
            let whole = (0..=bytes.len()).map(move |len| Span::of_bytes(at, len));
            whole.chain([Span { start: at as u32 * 8 + 5, len: 2 }])
        });
        for (span, depth) in spans.flat_map(|span| [(span, 0), (span, 3)]) {
            let shown = if span.is_bits() { 1 } else { span.len as usize / 8 };
            let row = Row {
                field: Field::PAYLOAD,
                whole: Field::PAYLOAD,
                depth,
                span,
                number: 0,
                bytes: &bytes[..shown],
                index: 0,
                in_will: false,
                is_group: false,
            };
            for (len, width, all) in [
                (900, None, false),
                (70_000, None, false),
                (900, Some(80), false),
                (900, Some(40), false),
                (900, None, true),
            ] {
                let gutter = Gutter::new(len, width, all);
                let left = |color| {
                    let mut out = Words::default();
                    let columns = gutter.left(&mut out, Painter { color }, &row, false);
                    (out.into_string(), columns)
                };
                let ((plain, columns), (painted, same)) = (left(false), left(true));
                assert!(painted.len() > plain.len());
                assert_eq!((&uncoloured(&painted), same), (&plain, columns), "{row:?}");
                let offset = plain.split_whitespace().next().unwrap();
                assert!(span.is_bits() || offset == (span.first_byte()).to_string(), "{plain}");
                let is_too_wide = offset.len() > gutter.offset_width().into();
                assert!(is_too_wide || plain.chars().count() == columns, "{plain:?} {columns}");
            }
        }
    }
}
