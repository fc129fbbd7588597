//! The text as the readers see it: by offset, line by line, never past its end.

use super::notation::Notation;
use super::run::Run;
use std::ops::Range;

/// The part of the text that is read. Offsets count from the beginning of the whole text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
}

/// One line, without its line break.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where the next line starts.
    pub(super) next: usize,
}

/// What a reader took, from the offset it was called with up to `end`.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) runs: Vec<Run>,
    pub(super) end: usize,
    /// Lines that modem and driver exchanged.
    pub(super) modem: usize,
}

/// How a notation is read: at the beginning of a line, or at a character that may start it.
/// A reader that is called where its notation does not stand gives nothing.
pub(super) type Read = fn(&'static Notation, Source<'_>, usize) -> Option<Taken>;

impl<'t> Source<'t> {
    /// The line from `at` on.
    pub(super) fn line(self, at: usize) -> Line<'t> {
        let rest = self.from(at);
        let len = memchr::memchr(b'\n', rest.as_bytes());
        let text = rest.get(..len.unwrap_or(rest.len())).unwrap_or_default();
        let next = len.map_or(self.text.len(), |n| at.saturating_add(n).saturating_add(1));
        let text = text.trim_end_matches('\r');
        Line { text, start: at, end: at.saturating_add(text.len()), next }
    }

    /// The line that ends before `at`, a line's start; at most [`LOOK_BACK`] bytes of it.
    pub(super) fn line_before(self, at: usize) -> Option<Line<'t>> {
        let end = at.checked_sub(1).filter(|n| self.byte(*n) == Some(b'\n'))?;
        let start = self.line_start(end);
        let text = self.range(start..end).trim_end_matches('\r');
        Some(Line { text, start, end: start.saturating_add(text.len()), next: at })
    }

    /// Where the line of `at` starts, or where looking back ended.
    pub(super) fn line_start(self, at: usize) -> usize {
        let from = floor(self.text, at.saturating_sub(LOOK_BACK));
        let head = self.range(from..at);
        memchr::memrchr(b'\n', head.as_bytes())
            .map_or(from, |n| from.saturating_add(n).saturating_add(1))
    }

    /// Whether nothing but blanks stands beside a range in its line. It looks no further than to what does.
    pub(super) fn is_line(self, range: &Range<usize>) -> bool {
        let before = self.range(self.line_start(range.start)..range.start);
        let end = self.skip_blanks(range.end);
        before.trim().is_empty() && self.byte(end).is_none_or(|byte| byte == b'\n')
    }

    pub(super) fn range(self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn from(self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The text from `at` on, no more than about `len` bytes of it.
    pub(super) fn head(self, at: usize, len: usize) -> &'t str {
        self.range(at..floor(self.text, at.saturating_add(len).min(self.text.len())))
    }

    /// The end of a range, no more than about `len` bytes of it.
    pub(super) fn tail(self, range: Range<usize>, len: usize) -> &'t str {
        let from = floor(self.text, range.end.saturating_sub(len));
        self.range(from.max(range.start)..range.end)
    }

    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Offset of the first character from `at` on that is no blank.
    pub(super) fn skip_blanks(self, at: usize) -> usize {
        at.saturating_add(blanks(self.from(at)))
    }

    /// As `skip_space`, past what a mail program puts before the lines that it quotes.
    pub(super) fn skip_quote(self, at: usize) -> usize {
        let end = self.skip_space(at);
        let is_mark = self.range(at..end).contains('\n') && self.byte(end) == Some(b'>');
        let behind = end.saturating_add(1);
        // A mark alone in its line closes what came before.
        let is_quote = is_mark && matches!(self.byte(behind), Some(b' ' | b'>' | b'\t'));
        if is_quote { self.skip_blanks(behind) } else { end }
    }

    /// As `skip_blanks`, past line breaks too.
    pub(super) fn skip_space(self, at: usize) -> usize {
        let rest = self.from(at);
        at.saturating_add(rest.len().saturating_sub(rest.trim_start().len()))
    }
}

/// Far enough for the head of a log line; no line makes looking back slow.
const LOOK_BACK: usize = 1024;

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

/// Length of the blanks at the beginning: those that web pages put in too.
pub(super) fn blanks(text: &str) -> usize {
    text.len().saturating_sub(text.trim_start_matches(is_blank).len())
}

/// Stands for what a page does not show: a blank without width.
pub(super) const FILLER: u8 = 0x0c;

pub(super) const fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\r'
            | '\u{c}'
            | '\u{a0}'
            | '\u{200b}'
            | '\u{2007}'
            | '\u{202f}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

/// Length of the word of ASCII letters, digits and underscores at the beginning.
pub(super) fn word(text: &str) -> usize {
    text.bytes().take_while(|b| is_word(*b)).count()
}

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
