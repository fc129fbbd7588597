//! The words of a text that is nothing but digits.

use super::reading::Word;
use super::source::{Line, Source, is_blank};
use super::token::{Token, is_glued};

/// The tokens of one line. They are read anew for each reading: kept they would take more
/// memory than the text.
pub(super) struct Tokens<'t> {
    source: Source<'t>,
    at: usize,
    end: usize,
    /// What stands before the token that came last.
    pub(super) gap: &'t str,
    /// Whether two of them are one: the halves of a byte.
    halves: bool,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(source: Source<'t>, line: &Line<'t>) -> Self {
        Self {
            source,
            at: line.start,
            end: line.start.saturating_add(content(line.text).len()),
            gap: "",
            halves: false,
        }
    }

    /// The bytes of a line whose tokens are halves of bytes.
    pub(super) fn of_halves(source: Source<'t>, line: &Line<'t>) -> Self {
        Self { halves: true, ..Self::of(source, line) }
    }

    fn one(&mut self) -> Option<Word<'t>> {
        let rest = self.source.range(self.at..self.end);
        let gap = rest.find(|c| !separates(c)).unwrap_or(rest.len());
        let gap = gap.saturating_add(rest.get(gap..).map_or(0, string_mark));
        let (gap, rest) = rest.split_at_checked(gap)?;
        let at = self.at.saturating_add(gap.len());
        let len = token_len(rest);
        self.gap = gap;
        self.at = at.saturating_add(len.max(1));
        if rest == "\\" || len == 0 {
            return None;
        }
        // Between two numbers without a blank it is a separator.
        let is_first = || gap == "-" && self.source.line_start(at) == at.saturating_sub(1);
        let negative = gap.ends_with('-') && (gap.len() > 1 || is_first());
        Some(Word { at, token: Token::of(rest, len), negative })
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let first = self.one()?;
        if !self.halves {
            return Some(first);
        }
        let second = self.one()?;
        let end = second.at.saturating_add(second.token.len);
        let digits = self.source.range(first.at..end);
        let token = Token { prefix: "", digits, h: false, len: digits.len() };
        Some(Word { at: first.at, token, negative: false })
    }
}

/// The line without a comment.
fn content(line: &str) -> &str {
    let end = ["//", "#", "/*", " --"].into_iter().filter_map(|mark| line.find(mark)).min();
    line.get(..end.unwrap_or(line.len())).unwrap_or_default().trim_end()
}

/// Length of what Python puts before a string of bytes, with its quote, where digits follow.
fn string_mark(text: &str) -> usize {
    let marked = ["b'", "b\"", "B'", "B\""].into_iter().find_map(|it| text.strip_prefix(it));
    let is_string = marked.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_hexdigit()));
    if is_string { 2 } else { 0 }
}

const fn separates(c: char) -> bool {
    is_blank(c) || matches!(c, ',' | ';' | ':' | '-' | '|' | '`' | '"' | '\'')
}

/// Up to the next separator, or to the next escape. It looks no further.
fn token_len(rest: &str) -> usize {
    let ends = |(n, c): &(usize, char)| {
        separates(*c) || (*n > 0 && matches!(c, '\\' | '%' | '&' | '$')) || is_glued(rest, *n)
    };
    rest.char_indices().find(ends).map_or(rest.len(), |(n, _)| n)
}
