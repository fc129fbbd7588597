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
        let row = shown.part(line.start..end);
        row.iter_mut().filter(|b| matches!(b, b'\n' | b'\r')).for_each(|b| *b = b' ');
        at = source.line(end).next;
    }
    shown.changed()
}
