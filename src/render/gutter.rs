//! The left side of a tree: offset, and the bytes in hex or the bits of a byte.

use super::flow::Flow;
use super::paint::{self, Painter, Role};
use crate::annotate::view::Row;
use crate::bytes::Span;
use std::fmt::Write;

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
        let offset_width = len.to_string().len().max(3);
        let bytes_a_line = match width {
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

    /// The bytes of a row that the words beside it or its hex digits depend on: of one that
    /// `is_whole` no more than what is shown.
    #[must_use]
    pub fn shown<'r>(&self, bytes: &'r [u8], is_whole: bool) -> &'r [u8] {
        let shown = bytes.get(..self.bytes_a_line.saturating_add(1)).unwrap_or(bytes);
        if is_whole { shown } else { bytes }
    }

    /// One row of the tree. The bytes of one that `is_whole` are shown in full by those below it.
    pub fn row(
        &self,
        out: &mut String,
        painter: Painter,
        row: &Row<'_>,
        is_whole: bool,
        flow: &Flow,
    ) {
        let all_bytes = self.all_bytes && !is_whole;
        let offset = self.offset_width;
        if row.span.is_bits() {
            let bits = bit_pattern(row);
            put(out, painter, Role::Offset, format_args!("{:offset$}  ", ""));
            put(out, painter, Role::Hex, format_args!("{bits:<w$}", w = self.hex_width()));
        } else {
            let at = row.span.first_byte();
            put(out, painter, Role::Offset, format_args!("{at:>offset$}  "));
            let shown = self.hex(row.bytes, all_bytes);
            put(out, painter, Role::Hex, format_args!("{shown:<w$}", w = self.hex_width()));
        }
        self.words(out, painter, row.depth, flow);
        if all_bytes && !row.span.is_bits() {
            self.further_bytes(out, painter, row);
        }
    }

    /// A line that stands for no bytes.
    pub fn blank(&self, out: &mut String, painter: Painter, depth: u8, flow: &Flow) {
        let left = self.offset_width.saturating_add(2).saturating_add(self.hex_width());
        paint::blanks(left, out);
        self.words(out, painter, depth, flow);
    }

    fn words(&self, out: &mut String, painter: Painter, depth: u8, flow: &Flow) {
        let nested = usize::from(depth).saturating_mul(2).saturating_add(2);
        paint::blanks(nested, out);
        let indent = self
            .offset_width
            .saturating_add(2)
            .saturating_add(self.hex_width())
            .saturating_add(nested);
        flow.set(out, painter, indent, 2, self.width);
    }

    fn hex_width(&self) -> usize {
        self.bytes_a_line.saturating_mul(3).saturating_sub(1)
    }

    /// The first bytes; `…` stands for the others, unless they follow on further lines.
    fn hex(&self, bytes: &[u8], goes_on: bool) -> String {
        if bytes.len() <= self.bytes_a_line || goes_on {
            return spaced(bytes.get(..self.bytes_a_line).unwrap_or(bytes));
        }
        let shown = bytes.get(..self.bytes_a_line.saturating_sub(1)).unwrap_or(bytes);
        format!("{} …", spaced(shown))
    }

    fn further_bytes(&self, out: &mut String, painter: Painter, row: &Row<'_>) {
        let start = row.span.first_byte();
        for (i, chunk) in row.bytes.chunks(self.bytes_a_line.max(1)).enumerate().skip(1) {
            let at = start.saturating_add(i.saturating_mul(self.bytes_a_line));
            let offset = self.offset_width;
            put(out, painter, Role::Offset, format_args!("{at:>offset$}  "));
            put(out, painter, Role::Hex, format_args!("{}", spaced(chunk)));
            out.push('\n');
        }
    }
}

fn put(out: &mut String, painter: Painter, role: Role, text: std::fmt::Arguments<'_>) {
    let _ = write!(out, "{}", painter.paint(role, text));
}

/// `10 2f 00`: two digits a byte with a blank between.
#[must_use]
pub fn spaced(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(3));
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(digit.into(), 16).unwrap_or_default());
        }
    }
    out
}

/// `.... .10.`: the bits of the field, a point for every other bit of its byte.
fn bit_pattern(row: &Row<'_>) -> String {
    let byte = row.bytes.first().copied().unwrap_or_default();
    let Span { start, len } = row.span;
    let first = start & 7;
    let mut out = String::with_capacity(9);
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
    out
}
