//! One line of coloured text, cut where the terminal ends.

use crate::render::paint::{Painter, Role};
use crate::text::{Out, Words, is_printable};
use std::fmt::{Display, Write};
use unicode_width::UnicodeWidthChar;

/// The text of a line, reused from line to line.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: Words,
    /// Whether the line is neither coloured nor cut, so that its pieces make no difference.
    is_plain: bool,
    /// Role and end of each piece.
    pieces: Vec<(Role, usize)>,
    /// Where the part ends that is never cut in favour of the tail.
    fixed: usize,
    /// Where the tail begins, which is cut last.
    tail: Option<usize>,
}

impl Line {
    /// An empty line that is neither coloured nor cut if it `is_plain`.
    pub(super) fn new(is_plain: bool) -> Self {
        Self { is_plain, ..Self::default() }
    }

    /// Forgets the text and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.fixed = 0;
        self.tail = None;
    }

    /// Changes places with bytes that begin with other lines, for who adds one behind them. That is for a line
    /// whose pieces make no difference, and no blanks may be at the end of those.
    #[inline]
    pub(super) fn swap(&mut self, text: &mut Vec<u8>) {
        self.text.swap(text);
    }

    /// Adds text of one role; nothing unsafe may be in it.
    pub(super) fn push(&mut self, role: Role, text: impl Display) {
        self.add(role, |out| {
            // Writing to memory does not fail.
            let _ = write!(out, "{text}");
        });
    }

    /// Adds what `write` writes; nothing unsafe may be in it.
    #[inline]
    pub(super) fn add(&mut self, role: Role, write: impl FnOnce(&mut Words)) {
        write(&mut self.text);
        if !self.is_plain {
            self.pieces.push((role, self.text.len()));
        }
    }

    /// The text of a line whose pieces make no difference, for what is added without any.
    #[inline]
    pub(super) fn plain(&mut self) -> Option<&mut Words> {
        self.is_plain.then_some(&mut self.text)
    }

    /// Adds text as it is; nothing unsafe may be in it.
    #[inline]
    pub(super) fn push_str(&mut self, role: Role, text: &str) {
        self.add(role, |out| out.push_str(text));
    }

    /// Adds so many blanks.
    #[inline]
    pub(super) fn blanks(&mut self, count: usize) {
        if count > 0 {
            self.add(Role::Meaning, |out| out.blanks(count));
        }
    }

    /// What was added until now is not cut in favour of the tail.
    pub(super) fn end_fixed(&mut self) {
        self.fixed = self.text.len();
    }

    /// What follows is cut last.
    pub(super) fn begin_tail(&mut self) {
        self.tail = Some(self.text.len());
    }

    /// The line, coloured and cut, with a line feed and without blanks at its end.
    pub(super) fn end(&mut self, painter: Painter, width: Option<usize>) -> &mut Words {
        self.text.trim_end();
        if !self.is_plain {
            let set = self.set(painter, width);
            self.text.clear();
            self.text.push_str(&set);
        }
        self.text.push('\n');
        &mut self.text
    }

    /// The text of a line that is neither coloured nor cut, without blanks at its end.
    pub(super) fn into_text(mut self) -> String {
        self.text.trim_end();
        String::from_utf8_lossy(self.text.as_bytes()).into_owned()
    }

    /// The text of the line, coloured and cut.
    fn set(&self, painter: Painter, width: Option<usize>) -> String {
        let text = String::from_utf8_lossy(self.text.as_bytes());
        let part = Part { text: &text, pieces: &self.pieces, painter };
        let (mut out, end) = (String::new(), text.len());
        let Some(width) = width else {
            part.put(0, end, usize::MAX, &mut out);
            return out;
        };
        let tail = self.tail.unwrap_or(end).min(end);
        let wide = |from, to| columns(text.get(from..to).unwrap_or_default());
        let left = width.saturating_sub(wide(tail, end)).max(wide(0, self.fixed.min(end)));
        let head = wide(0, tail).min(left).min(width);
        part.put(0, tail, head, &mut out);
        part.put(tail, end, width.saturating_sub(head), &mut out);
        out
    }
}

/// A line of which parts are coloured and cut.
struct Part<'l> {
    text: &'l str,
    pieces: &'l [(Role, usize)],
    painter: Painter,
}

impl Part<'_> {
    /// The text from `from` to `to` in at most `room` columns.
    fn put(&self, from: usize, to: usize, room: usize, out: &mut String) {
        let text = self.text.get(from..to).unwrap_or_default();
        let kept = fits(text, room);
        let cut = from.saturating_add(kept.unwrap_or(text.len()));
        let mut start = 0;
        let mut last = Role::Meaning;
        for (role, end) in self.pieces {
            let piece = self.text.get(start.max(from)..(*end).min(cut)).unwrap_or_default();
            if !piece.is_empty() {
                self.painter.put(*role, piece, out);
                last = *role;
            }
            start = *end;
        }
        if kept.is_some() && room > 0 {
            self.painter.put(last, "…", out);
        }
    }
}

/// How many bytes of a text that is too wide stand before the `…`; `None` where all of it fits.
fn fits(text: &str, room: usize) -> Option<usize> {
    // No character takes more columns than bytes.
    if text.len() <= room {
        return None;
    }
    let mut used = 0usize;
    let mut kept = 0;
    for (at, c) in text.char_indices() {
        if used < room {
            kept = at;
        }
        used = used.saturating_add(width(c));
        if used > room {
            return Some(kept);
        }
    }
    None
}

/// The columns that a text takes, at most.
pub(in crate::render) fn columns(text: &str) -> usize {
    if is_printable(text.as_bytes()) {
        return text.len();
    }
    text.chars().map(width).fold(0, usize::saturating_add)
}

/// The text in at most `room` columns, with `…` for what does not fit.
pub(in crate::render) fn cut(text: &str, room: usize) -> String {
    let mut out = text.to_owned();
    shorten(&mut out, room);
    out
}

/// Makes of a text what [`cut`] makes of it.
pub(super) fn shorten(text: &mut String, room: usize) {
    if let Some(kept) = fits(text, room) {
        text.truncate(kept);
        text.push('…');
    }
}

fn width(c: char) -> usize {
    match c {
        // Makes an emoji of the character before it, which then is one column wider.
        '\u{fe0f}' => 1,
        c => c.width().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    fn set(head: &str, tail: &str, width: usize) -> String {
        let mut line = Line::default();
        line.push(Role::Title, "1 ");
        line.end_fixed();
        line.push(Role::Title, head);
        if !tail.is_empty() {
            line.begin_tail();
            line.push(Role::Error, tail);
        }
        line.text.trim_end();
        line.set(Painter::default(), Some(width))
    }

    #[test]
    fn a_line_is_cut_at_the_width_and_not_before() {
        assert_eq!(set("0123456789", "", 12), "1 0123456789");
        assert_eq!(set("0123456789", "", 11), "1 01234567…");
        assert_eq!(set("日本語", "", 8), "1 日本語");
        assert_eq!(set("日本語", "", 7), "1 日本…");
        assert_eq!(set("日本語", "", 6), "1 日…");
        assert_eq!(set("ends with blanks   ", "", 18), "1 ends with blanks");
        assert_eq!(cut("mosq-0123456789", 8), "mosq-01…");
    }

    #[test]
    fn what_is_wrong_is_cut_last_but_for_the_columns() {
        assert_eq!(set("0123456789", " ! error", 14), "1 012… ! error");
        assert_eq!(set("0123456789", " ! error: abc", 15), "1… ! error: abc");
        assert_eq!(set("0123456789", " ! error: abcdefgh", 14), "1… ! error: a…");
        assert_eq!(set("01", " ! error", 14), "1 01 ! error");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            head in "\\PC{0,40}",
            tail in "\\PC{0,40}",
            width in 1usize..60,
        ) {
            prop_assert!(set(&head, &tail, width).width() <= width);
        }
    }
}
