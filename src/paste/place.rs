//! Where something stands in the text: byte offsets for programs, lines and columns for people.

use std::ops::Range;

/// A stretch of the text. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Byte offset of the first character.
    pub start: usize,
    /// Byte offset after the last character.
    pub end: usize,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column of the last character.
    pub end_column: usize,
}

/// Turns offsets into lines and columns. It remembers where it was, so that offsets asked for
/// in the order of the text cost one walk through it, however long the lines are.
#[derive(Debug)]
pub struct Locator<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Locator<'t> {
    /// A locator that stands at the beginning of `text`.
    #[must_use]
    pub const fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    /// The place of a range of byte offsets.
    pub fn place(&mut self, range: Range<usize>) -> Place {
        let (line, column) = self.point(range.start);
        let last = self.last_char(&range);
        let (end_line, end_column) = self.point(last);
        Place { start: range.start, end: range.end, line, column, end_line, end_column }
    }

    /// Line and column of the character at a byte offset.
    pub fn point(&mut self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        if offset >= self.at {
            self.forward(offset)
        } else {
            self.back(offset)
        }
        self.at = offset;
        (self.line, self.column)
    }

    fn forward(&mut self, offset: usize) {
        let passed = self.text.get(self.at..offset).unwrap_or_default();
        match memchr::memrchr(b'\n', passed.as_bytes()) {
            None => self.column = self.column.saturating_add(passed.chars().count()),
            Some(last) => {
                let newlines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
                let tail = passed.get(last..).unwrap_or_default();
                self.line = self.line.saturating_add(newlines);
                self.column = tail.chars().count();
            }
        }
    }

    fn back(&mut self, offset: usize) {
        let passed = self.text.get(offset..self.at).unwrap_or_default();
        let newlines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        if newlines == 0 {
            self.column = self.column.saturating_sub(passed.chars().count());
            return;
        }
        self.line = self.line.saturating_sub(newlines);
        let before = self.text.get(..offset).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |n| n.saturating_add(1));
        let head = before.get(start..).unwrap_or_default();
        self.column = head.chars().count().saturating_add(1);
    }

    fn last_char(&self, range: &Range<usize>) -> usize {
        let inside = self.text.get(range.start..range.end).unwrap_or_default();
        inside
            .char_indices()
            .next_back()
            .map_or(range.start, |(n, _)| range.start.saturating_add(n))
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset = offset.saturating_sub(1);
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_both_ways() {
        let text = "ab\nцде\n\nx";
        let mut locator = Locator::new(text);
        let ends: Vec<_> = text.char_indices().map(|(n, _)| n).collect();
        let forth: Vec<_> = ends.iter().map(|n| locator.point(*n)).collect();
        let back: Vec<_> = ends.iter().rev().map(|n| locator.point(*n)).collect();
        assert_eq!(forth[3..8], [(2, 1), (2, 2), (2, 3), (2, 4), (3, 1)]);
        assert_eq!(forth, back.into_iter().rev().collect::<Vec<_>>());
        assert_eq!(locator.point(1000), (4, 2));
    }

    #[test]
    fn a_place_ends_at_its_last_character() {
        let place = Locator::new("aй\nйb").place(1..6);
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (1, 2, 2, 1));
    }
}
