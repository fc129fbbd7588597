//! Lines that were wrapped: blanks stand for the breaks inside of a row while the text is read, so that all places
//! stay what they are.

use super::source::{Line, Source};
use super::{bitlog, rtthread};

/// For the line that a row begins with the end of the row's last line, where its end is missing in its own.
type Rule = fn(Source<'_>, &Line<'_>) -> Option<usize>;

const RULES: [Rule; 2] = [rtthread::wrapped, bitlog::wrapped];

/// The text with its wrapped rows in one line each; nothing where there are none.
pub(super) fn joined(text: &str) -> Option<String> {
    let source = Source { text };
    let mut shown = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        at = line.next;
        let Some(end) = RULES.iter().find_map(|rule| rule(source, &line)) else { continue };
        if shown.is_empty() {
            shown = text.as_bytes().to_vec();
        }
        let row = shown.get_mut(line.start..end).unwrap_or_default();
        row.iter_mut().filter(|b| matches!(b, b'\n' | b'\r')).for_each(|b| *b = b' ');
        at = source.line(end).next;
    }
    (!shown.is_empty()).then(|| String::from_utf8(shown).ok())?
}
