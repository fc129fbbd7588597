//! Coloured words in lines of a given width, with a hanging indent.

use super::paint::{Painter, Role};
use crate::text::{Out, Words};
use unicode_width::UnicodeWidthStr;

/// Words waiting to be set into lines.
#[derive(Debug, Default)]
pub struct Flow {
    text: Words,
    /// Role and end of each piece of the text.
    pieces: Vec<(Role, usize)>,
}

impl Flow {
    /// No words.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the words and keeps their memory.
    pub fn clear(&mut self) -> &mut Self {
        self.text.clear();
        self.pieces.clear();
        self
    }

    /// Adds text of one role. Blanks in it are places where a line may break.
    pub fn push(&mut self, role: Role, text: impl AsRef<str>) -> &mut Self {
        self.add(role, |out| out.push_str(text.as_ref()))
    }

    /// Adds what `write` writes, as text of one role.
    pub fn add(&mut self, role: Role, write: impl FnOnce(&mut Words)) -> &mut Self {
        write(&mut self.text);
        self.pieces.push((role, self.text.len()));
        self
    }

    /// Adds `lead` and what `write` writes, or neither where that is nothing.
    pub fn unless_empty(&mut self, lead: (Role, &str), role: Role, write: impl FnOnce(&mut Words)) {
        let (before, pieces) = (self.text.len(), self.pieces.len());
        self.push(lead.0, lead.1);
        let start = self.text.len();
        self.add(role, write);
        if self.text.len() == start {
            self.text.truncate(before);
            self.pieces.truncate(pieces);
        }
    }

    /// Sets the words into `out`. The cursor stands at column `indent` already; further lines are
    /// indented by `hang` more. Lines reach to column `width` if it is given. Ends with a line
    /// feed.
    pub fn set(
        &self,
        out: &mut impl Out,
        painter: Painter,
        indent: usize,
        hang: usize,
        width: Option<usize>,
    ) {
        if width.is_none() && !painter.color {
            out.push_words(&self.text);
            return out.push('\n');
        }
        let text = self.text.as_str();
        let mut line = Line { out, painter, column: indent, gap: 0, indent, hang, width, begin: 0 };
        line.begin = if line.limit().saturating_sub(indent) < LEAST_ROOM {
            line.start()
        } else {
            line.start().max(indent)
        };
        let mut start = 0;
        for (role, end) in &self.pieces {
            let text = text.get(start..*end).unwrap_or_default();
            start = *end;
            match width {
                None => line.put(*role, text),
                Some(_) => line.words(*role, text),
            }
        }
        line.out.push('\n');
    }
}

/// Sets one text of one role, as a [`Flow`] of it alone would, with its indent and hang. Nearly all
/// fit as they are.
pub fn set_line(
    text: &str,
    role: Role,
    out: &mut impl Out,
    painter: Painter,
    (indent, hang): (usize, usize),
    width: Option<usize>,
) {
    let end = text.len().saturating_add(indent);
    if width.is_none_or(|width| end <= width && text.is_ascii()) {
        painter.put(role, text, out);
        out.push('\n');
    } else {
        Flow::new().push(role, text).set(out, painter, indent, hang, width);
    }
}

/// Columns behind the indent that are too few for any words.
const LEAST_ROOM: usize = 8;
/// Columns that the words of a further line have at least.
const LEAST_WORDS: usize = 16;

struct Line<'o, O> {
    out: &'o mut O,
    painter: Painter,
    column: usize,
    /// Blanks that are due before the next word, if that stays on this line.
    gap: usize,
    indent: usize,
    hang: usize,
    width: Option<usize>,
    /// Where a word stands on this line that stands on the next one no better.
    begin: usize,
}

impl<O: Out> Line<'_, O> {
    fn put(&mut self, role: Role, text: &str) {
        let blanks = std::mem::take(&mut self.gap);
        self.out.blanks(blanks);
        self.painter.put(role, text, self.out);
        if self.width.is_some() {
            self.column = self.column.saturating_add(blanks).saturating_add(text.width());
        }
    }

    /// Text word by word: a word that does not fit goes to the next line, one that is longer than
    /// a line is cut where the line ends. Words that stay together are painted together.
    fn words(&mut self, role: Role, text: &str) {
        let mut chunk = String::new();
        for word in text.split_inclusive(' ') {
            let here = self.column.saturating_add(self.gap).saturating_add(chunk.width());
            let needed = word.trim_end().width();
            if here.saturating_add(needed) > self.limit() && here > self.begin {
                self.end(role, &chunk);
                chunk.clear();
                self.feed();
            }
            chunk.push_str(word);
            self.cut(role, &mut chunk);
        }
        self.end(role, &chunk);
    }

    /// Puts words, but not the blanks behind them: the line may end here.
    fn end(&mut self, role: Role, words: &str) {
        let there = words.trim_end();
        if !there.is_empty() {
            self.put(role, there);
        }
        self.gap = self.gap.saturating_add(words.width().saturating_sub(there.width()));
    }

    /// Sets what does not fit on this line of an endless word.
    fn cut(&mut self, role: Role, chunk: &mut String) {
        loop {
            let here = self.column.saturating_add(self.gap);
            if here.saturating_add(chunk.trim_end().width()) <= self.limit() {
                return;
            }
            let room = self.limit().saturating_sub(here).max(1);
            let mut used = 0usize;
            let fits = chunk.char_indices().find_map(|(at, c)| {
                used = used.saturating_add(unicode_width::UnicodeWidthChar::width(c).unwrap_or(0));
                (used > room && at > 0).then_some(at)
            });
            let Some((head, tail)) = fits.and_then(|at| chunk.split_at_checked(at)) else { return };
            let (head, tail) = (head.to_owned(), tail.to_owned());
            self.put(role, &head);
            *chunk = tail;
            self.feed();
        }
    }

    fn limit(&self) -> usize {
        self.width.unwrap_or(usize::MAX)
    }

    /// Where further lines begin: less far to the right, if hardly any words would fit behind that.
    fn start(&self) -> usize {
        let most = self.limit().saturating_sub(LEAST_WORDS);
        self.indent.saturating_add(self.hang).min(most)
    }

    fn feed(&mut self) {
        self.out.push('\n');
        self.gap = 0;
        let start = self.start();
        self.out.blanks(start);
        (self.column, self.begin) = (start, start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, width: usize) -> String {
        set_all(&[text], width)
    }

    fn set_all(texts: &[&str], width: usize) -> String {
        let (mut out, mut flow) = (String::new(), Flow::new());
        for text in texts {
            flow.push(Role::Meaning, *text);
        }
        flow.set(&mut out, Painter::default(), 0, 2, Some(width));
        out
    }

    #[test]
    fn no_line_ends_with_a_blank() {
        let texts = ["a name: ", "its value", " · ", "what it does"];
        for width in 20..40 {
            let out = set_all(&texts, width);
            assert!(!out.contains(" \n"), "{width}: {out:?}");
            let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words, texts.concat(), "{width}");
        }
    }

    #[test]
    fn a_terminal_that_is_narrow_for_the_indent_still_ends_the_lines() {
        for (indent, width) in [(10, 20), (18, 40), (30, 40), (40, 40), (60, 40)] {
            let (mut out, mut flow) = (" ".repeat(indent), Flow::new());
            flow.push(Role::Meaning, "several words, and one_that_is_longer_than_the_line_is");
            flow.set(&mut out, Painter::default(), indent, 2, Some(width));
            let longest = out.lines().map(|line| line.trim_end().width()).max();
            assert!(longest <= Some(width), "{indent} {width}:\n{out}");
        }
    }

    #[test]
    fn lines_end_at_the_width() {
        assert_eq!(set("one two three four five six", 20), "one two three four\n  five six\n");
        assert_eq!(set("abcdefghijklmnopqrstuvwxyz", 20), "abcdefghijklmnopqrst\n  uvwxyz\n");
        assert_eq!(set("日本語日本語日本語日本語", 20), "日本語日本語日本語日\n  本語\n");
    }
}
