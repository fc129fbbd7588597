//! Lines that were wrapped: blanks stand for the breaks inside of a row while the text is read, so that all places
//! stay what they are.

use super::shown::Shown;
use super::source::{Line, Source};
use super::{bitlog, rtthread};

/// For the line that a row begins with the end of the row's last line, where its end is missing in its own.
type Rule = fn(Source<'_>, &Line<'_>) -> Option<usize>;

const RULES: [Rule; 2] = [rtthread::wrapped, bitlog::wrapped];

/// The text with its wrapped rows in one line each; nothing where there are none.
pub(super) fn joined(text: &str) -> Option<String> {
    let source = Source { text };
    let mut shown = Shown::of(text);
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        at = line.next;
        let Some(end) = RULES.iter().find_map(|rule| rule(source, &line)) else { continue };
        let mut from = at;
        while from < end {
            let behind = source.line(from);
            if let Some(before) = source.line_before(from) {
                let is_cut = is_cut(before.text, behind.text);
                let cut = if is_cut { last(before.text).len() } else { 0 };
                // The digits of a byte that was cut go to those in the next line.
                let row = shown.part(before.end.saturating_sub(cut)..from);
                row.rotate_left(cut);
                let blank = row.len().saturating_sub(cut);
                row.iter_mut().take(blank).for_each(|b| *b = b' ');
            }
            from = behind.next;
        }
        at = source.line(end).next;
    }
    shown.changed()
}

/// Whether a line ends in the middle of a byte: the next one begins with its other digits.
pub(super) fn is_cut(line: &str, next: &str) -> bool {
    let (head, tail) = (last(line), next.get(..next.find(' ').unwrap_or(next.len())));
    let byte = [head, tail.unwrap_or_default()].concat();
    let is_bits = || byte.len() == 8 && byte.bytes().all(|b| matches!(b, b'0' | b'1'));
    let is_hex = || byte.len() == 2 && byte.bytes().all(|b| b.is_ascii_hexdigit());
    !head.is_empty() && head.len() < byte.len() && (is_hex() || is_bits())
}

/// What stands behind the last blank of a line.
pub(super) fn last(line: &str) -> &str {
    line.rsplit(' ').next().unwrap_or_default()
}
