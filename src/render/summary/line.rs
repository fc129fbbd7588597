//! One line of coloured text, cut where the terminal ends.

use crate::render::paint::{self, Painter, Role};
use crate::text::is_printable;
use std::fmt::{Display, Write};
use unicode_width::UnicodeWidthChar;

/// The text of a line, reused from line to line.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    /// Role and end of each piece.
    pieces: Vec<(Role, usize)>,
    /// Where the part ends that is never cut in favour of the tail.
    fixed: usize,
    /// Where the tail begins, which is cut last.
    tail: Option<usize>,
}

impl Line {
    /// Forgets the text and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.fixed = 0;
        self.tail = None;
    }

    /// Adds text of one role; nothing unsafe may be in it.
    pub(super) fn push(&mut self, role: Role, text: impl Display) {
        // Writing to a String does not fail.
        let _ = write!(self.text, "{text}");
        self.pieces.push((role, self.text.len()));
    }

    /// Adds what `write` writes; nothing unsafe may be in it.
    pub(super) fn add(&mut self, role: Role, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.pieces.push((role, self.text.len()));
    }

    /// Adds text as it is; nothing unsafe may be in it.
    pub(super) fn push_str(&mut self, role: Role, text: &str) {
        self.text.push_str(text);
        self.pieces.push((role, self.text.len()));
    }

    /// Adds so many blanks.
    pub(super) fn blanks(&mut self, count: usize) {
        if count > 0 {
            paint::blanks(count, &mut self.text);
            self.pieces.push((Role::Meaning, self.text.len()));
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

    /// Writes the line into `out`, without a line feed and without blanks at its end.
    pub(super) fn set(&self, out: &mut String, painter: Painter, width: Option<usize>) {
        let end = self.text.trim_end().len();
        if width.is_none() && !painter.color {
            return out.push_str(self.text.get(..end).unwrap_or_default());
        }
        let tail = self.tail.unwrap_or(end).min(end);
        let Some(width) = width else { return self.part(0, end, usize::MAX, out, painter) };
        let wide = |from, to| columns(self.text.get(from..to).unwrap_or_default());
        let left = width.saturating_sub(wide(tail, end)).max(wide(0, self.fixed));
        let head = wide(0, tail).min(left).min(width);
        self.part(0, tail, head, out, painter);
        self.part(tail, end, width.saturating_sub(head), out, painter);
    }

    /// The text from `from` to `to` in at most `room` columns.
    fn part(&self, from: usize, to: usize, room: usize, out: &mut String, painter: Painter) {
        let text = self.text.get(from..to).unwrap_or_default();
        let kept = fits(text, room);
        let cut = from.saturating_add(kept.unwrap_or(text.len()));
        let mut start = 0;
        let mut last = Role::Meaning;
        for (role, end) in &self.pieces {
            let piece = self.text.get(start.max(from)..(*end).min(cut)).unwrap_or_default();
            if !piece.is_empty() {
                painter.put(*role, piece, out);
                last = *role;
            }
            start = *end;
        }
        if kept.is_some() && room > 0 {
            painter.put(last, "…", out);
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
        let mut out = String::new();
        line.set(&mut out, Painter::default(), Some(width));
        out
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
