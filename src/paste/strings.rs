//! Strings of hex digits that stand side by side, as Python and C join them: `fromhex("1010" "0004")`. Blanks stand for
//! the quotes between them while the text is read.

use super::shown::Shown;
use super::source::{FILLER, Source};

/// The text with such strings as one; nothing where there are none.
pub(super) fn joined(text: &str) -> Option<String> {
    let source = Source { text };
    let mut shown = Shown::of(text);
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\'', source.from(at).as_bytes()) {
        let first = at.saturating_add(found);
        at = first.saturating_add(1);
        if !source.tail(0..first, LONGEST_GAP).trim_end().ends_with(['(', '=']) {
            continue;
        }
        while let Some(end) = end(source, at.saturating_sub(1)) {
            let next = next(source, end);
            at = end;
            if source.byte(next) != source.byte(first) || self::end(source, next).is_none() {
                break;
            }
            at = next.saturating_add(1);
            shown.part(end.saturating_sub(1)..at).fill(FILLER);
        }
    }
    shown.changed()
}

/// The end of the string of pairs of digits that begins at `at`, behind its quote.
fn end(source: Source<'_>, at: usize) -> Option<usize> {
    let quote = source.byte(at).filter(|b| matches!(b, b'"' | b'\''))?;
    let text = source.head(at.saturating_add(1), LONGEST);
    let digits = text.get(..text.bytes().position(|b| b == quote)?)?;
    let are_pairs =
        |it: &str| it.len().is_multiple_of(2) && it.bytes().all(|b| b.is_ascii_hexdigit());
    let is_hex = digits.len() >= SHORTEST && digits.split(' ').all(are_pairs);
    is_hex.then(|| at.saturating_add(digits.len()).saturating_add(2))
}

/// Where the next string begins, if only blanks and line breaks stand between.
fn next(source: Source<'_>, at: usize) -> usize {
    let gap = source.head(at, LONGEST_GAP);
    at.saturating_add(gap.len()).saturating_sub(gap.trim_start().len())
}

/// Two bytes: a number alone is shorter.
const SHORTEST: usize = 4;
/// No source has longer lines that people read.
const LONGEST: usize = 1024;
/// A line break and the indent behind it.
const LONGEST_GAP: usize = 80;
