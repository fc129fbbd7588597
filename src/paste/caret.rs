//! The line of the text that a mistake stands in, and carets under it.

use super::place::Place;
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Two lines without colour: the source line, and carets under `place`. Characters that could
/// act on a terminal are escaped; a line wider than `width` columns is cut around the place.
#[must_use]
pub fn caret(text: &str, place: &Place, width: usize) -> String {
    let (line, range) = line_of(text, place);
    let before = Shown::backward(line.get(..range.start).unwrap_or_default(), width / 2);
    let marked = Shown::forward(line.get(range.clone()).unwrap_or_default(), width / 2);
    let room = width.saturating_sub(before.width).saturating_sub(marked.width);
    let after = Shown::forward(line.get(range.end..).unwrap_or_default(), room);
    let pad = " ".repeat(before.width);
    let carets = "^".repeat(marked.width.max(1));
    format!("{}{}{}\n{pad}{carets}\n", before.text, marked.text, after.text)
}

/// The line around a place, without its end, and the place in it. A line as long as a book
/// is not read whole: at most [`REACH`] bytes on either side.
fn line_of<'t>(text: &'t str, place: &Place) -> (&'t str, Range<usize>) {
    let floor =
        |n: usize| (0..=n.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    let start = floor(place.start);
    let from = floor(start.saturating_sub(REACH));
    let head = text.get(from..start).unwrap_or_default();
    let head = head.rsplit(['\n', '\r']).next().unwrap_or_default();
    let tail = text.get(start..floor(start.saturating_add(REACH))).unwrap_or_default();
    let tail = tail.split(['\n', '\r']).next().unwrap_or_default();
    let line_start = start.saturating_sub(head.len());
    let line_end = start.saturating_add(tail.len());
    let end = floor(place.end.clamp(start, line_end));
    (text.get(line_start..line_end).unwrap_or_default(), head.len()..end.saturating_sub(line_start))
}

/// No terminal is as wide as this many bytes.
const REACH: usize = 4096;

struct Shown {
    text: String,
    width: usize,
}

impl Shown {
    fn forward(text: &str, most: usize) -> Self {
        let mut shown = Self { text: String::new(), width: 0 };
        for c in text.chars() {
            let next = show(c);
            if shown.width.saturating_add(next.width) > most {
                shown.text.push('…');
                shown.width = shown.width.saturating_add(1);
                break;
            }
            shown.text.push_str(&next.text);
            shown.width = shown.width.saturating_add(next.width);
        }
        shown
    }

    /// The end of `text` that fits.
    fn backward(text: &str, most: usize) -> Self {
        let mut parts = Vec::new();
        let mut width = 0_usize;
        for c in text.chars().rev() {
            let next = show(c);
            if width.saturating_add(next.width) > most {
                parts.push("…".to_owned());
                width = width.saturating_add(1);
                break;
            }
            width = width.saturating_add(next.width);
            parts.push(next.text);
        }
        parts.reverse();
        Self { text: parts.concat(), width }
    }
}

/// One character as it may be printed. A tab becomes four blanks: the carets stand right then.
fn show(c: char) -> Shown {
    let text = match (c, c.width()) {
        ('\t', _) => "    ".to_owned(),
        (_, Some(width)) if width > 0 && !acts(c) => return Shown { text: c.to_string(), width },
        _ => c.escape_default().to_string(),
    };
    Shown { width: text.len(), text }
}

/// Characters without a picture of their own that turn the writing around.
const fn acts(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paste::place::Locator;

    fn under(text: &str, mark: &str, width: usize) -> String {
        let start = text.find(mark).unwrap();
        let place = Locator::new(text).place(start..start.saturating_add(mark.len()));
        caret(text, &place, width)
    }

    #[test]
    fn carets_stand_under_the_place() {
        assert_eq!(under("x\n10 0O 00\ny", "O", 80), "10 0O 00\n    ^\n");
        assert_eq!(under("包 1O", "O", 80), "包 1O\n    ^\n");
        assert_eq!(under("\t1O", "O", 80), "    1O\n     ^\n");
        assert_eq!(under("\u{1b}[1mO", "O", 80), "\\u{1b}[1mO\n         ^\n");
        assert_eq!(under("a 300, b", "300", 80), "a 300, b\n  ^^^\n");
    }

    #[test]
    fn long_lines_are_cut() {
        let text = format!("{}O{}", "1".repeat(10_000), "2".repeat(10_000));
        let shown = under(&text, "O", 21);
        assert_eq!(shown, format!("…{}O{}…\n{}^\n", "1".repeat(10), "2".repeat(9), " ".repeat(11)));
    }
}
