//! What stands before each row of a dump: the mark of a quote, of a comment or of a list, the label of a log. The text
//! is read without it: blanks of the same length stand for it, and the break of the line comes behind them, so that
//! the rows begin where rows of a dump do and all offsets stay what they are.

use super::address::Address;
use super::context;
use super::frame;
use super::link;
use super::piece::{Direction, Piece};
use super::scan;
use super::source::{Line, Source, is_blank};
use super::stamp::{self, Stamp};
use std::ops::Range;

/// A text without what stands before the rows of its dumps.
pub(super) struct Bare {
    pub(super) text: String,
    heads: Vec<Head>,
}

/// What the label of a dump says of it.
struct Head {
    rows: Range<usize>,
    direction: Option<Direction>,
    time: Option<Stamp>,
}

/// The text without what stands before the rows of its dumps; nothing where no dump has anything there. Where each
/// line is by itself (`lines`) no line break moves.
pub(super) fn of(text: &str, lines: bool) -> Option<Bare> {
    let source = Source { text };
    let mut walk = Walk { source, shown: Vec::new(), heads: Vec::new(), lines };
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        at = match Prefix::of(&line).filter(|it| it.is_dump(source, &line)) {
            Some(prefix) => walk.block(&line, &prefix),
            None => line.next,
        };
    }
    let Walk { shown, heads, .. } = walk;
    (!shown.is_empty()).then_some(())?;
    String::from_utf8(shown).ok().map(|text| Bare { text, heads })
}

impl Bare {
    /// Tells the pieces who sent them and when, where the labels of their dumps do.
    pub(super) fn apply(&self, pieces: &mut [Piece]) {
        for piece in pieces {
            let after = self.heads.partition_point(|it| it.rows.start <= piece.place.start);
            let head = after.checked_sub(1).and_then(|n| self.heads.get(n));
            if let Some(head) = head.filter(|it| piece.place.start < it.rows.end) {
                piece.direction = piece.direction.or(head.direction);
                piece.time = piece.time.take().or_else(|| head.time.clone());
            }
        }
    }
}

/// What stands before a row.
struct Prefix<'t> {
    /// Without the blanks behind it.
    text: &'t str,
    /// Where the address stands in its line.
    column: usize,
}

impl<'t> Prefix<'t> {
    /// What stands before a row with the address zero.
    fn of(line: &Line<'t>) -> Option<Self> {
        let near = line.text.as_bytes().get(..LONGEST).unwrap_or(line.text.as_bytes());
        let zeros = memchr::memmem::find_iter(near, b"000").filter_map(|zero| {
            let hex = zero.checked_sub(2).filter(|n| near.get(*n..zero) == Some(b"0x"));
            let column = hex.unwrap_or(zero);
            let before = column.checked_sub(1).and_then(|n| near.get(n))?;
            let may_begin = is_blank(char::from(*before)) || MARKS.contains(char::from(*before));
            may_begin.then_some(column)
        });
        let found = zeros.filter_map(|column| Self::at(line, column)).next();
        found.filter(|_| Address::of(line).is_none())
    }

    fn at(line: &Line<'t>, column: usize) -> Option<Self> {
        let text = line.text.get(..column)?.trim_end_matches(is_blank);
        let address = row(line, column).filter(|it| it.value(16) == Some(0) && it.group > 0)?;
        let is_label =
            text.ends_with(|c| LABEL_ENDS.contains(c)) || address.colon || address.gap > 1;
        let it = Self { text, column };
        (!text.trim().is_empty() && (is_label || it.is_mark())).then_some(it)
    }

    /// Whether no words stand in it.
    fn is_mark(&self) -> bool {
        self.text.chars().all(|c| is_blank(c) || MARKS.contains(c))
    }

    /// Whether the rows without it are a dump; behind a label it begins as packets or frames do.
    fn is_dump(&self, source: Source<'_>, first: &Line<'_>) -> bool {
        let mut rows = String::new();
        let mut line = *first;
        for _ in 0..LOOKED_AT {
            rows.push_str(line.text.get(self.text.len()..).unwrap_or_default());
            rows.push('\n');
            line = source.line(line.next);
            if line.start >= source.text.len() || !self.goes_on(&line) {
                break;
            }
        }
        let Some(taken) = scan::rows(Source { text: &rows }, 0) else { return false };
        let begins = |bytes: &[u8]| frame::head(bytes) || link::guess(bytes).is_some();
        self.is_mark() || taken.runs.first().is_some_and(|run| begins(&run.data.bytes))
    }

    /// Whether a line has the same before it.
    fn goes_on(&self, line: &Line<'_>) -> bool {
        if self.is_mark() {
            return line.text.starts_with(self.text);
        }
        let head = line.text.get(..self.text.len()).unwrap_or_default();
        let is_row = || row(line, self.column).is_some();
        let is_star = || line.text.get(self.text.len()..).is_some_and(|it| it.trim() == "*");
        context::skeleton(head) == context::skeleton(self.text) && (is_row() || is_star())
    }
}

/// The address at a column of a line.
fn row<'t>(line: &Line<'t>, column: usize) -> Option<Address<'t>> {
    let text = line.text.get(column..)?;
    let start = line.start.saturating_add(column);
    Address::of(&Line { text, start, ..*line })
}

struct Walk<'t> {
    source: Source<'t>,
    /// The text without what was found; empty as long as nothing was.
    shown: Vec<u8>,
    heads: Vec<Head>,
    lines: bool,
}

impl<'t> Walk<'t> {
    /// Takes away what stands before the rows from `line` on; gives the offset behind them.
    fn block(&mut self, line: &Line<'t>, prefix: &Prefix<'_>) -> usize {
        let mut line = self.first(line, prefix);
        loop {
            self.row(&line, prefix);
            if line.next >= self.source.text.len() {
                return line.next;
            }
            let next = self.source.line(line.next);
            if !prefix.goes_on(&next) {
                return line.next;
            }
            line = next;
        }
    }

    /// The first of the lines right above with the same mark: they may tell the time of the dump.
    fn first(&self, line: &Line<'t>, prefix: &Prefix<'_>) -> Line<'t> {
        let mut first = *line;
        for _ in 0..MOST_ABOVE {
            let above = self.source.line_before(first.start);
            let Some(above) = above.filter(|it| prefix.is_mark() && prefix.goes_on(it)) else {
                break;
            };
            first = above;
        }
        first
    }

    fn row(&mut self, line: &Line<'_>, prefix: &Prefix<'_>) {
        if self.shown.is_empty() {
            self.shown = self.source.text.as_bytes().to_vec();
        }
        let end = line.start.saturating_add(prefix.text.len());
        // The break before the line is the one that moves.
        let start = line.start.saturating_sub(usize::from(!self.lines));
        self.shown.get_mut(start..end).unwrap_or_default().fill(b' ');
        if let Some(last) = self.shown.get_mut(end.saturating_sub(1)).filter(|_| !self.lines) {
            *last = b'\n';
        }
        if !prefix.is_mark() {
            self.head(line, prefix);
        }
    }

    /// What the label says; each address zero begins another dump.
    fn head(&mut self, line: &Line<'_>, prefix: &Prefix<'_>) {
        let is_first = row(line, prefix.column).is_some_and(|it| it.value(16) == Some(0));
        if !is_first && let Some(last) = self.heads.last_mut() {
            last.rows.end = line.end;
            return;
        }
        let label = line.text.get(..prefix.text.len()).unwrap_or_default();
        self.heads.push(Head {
            rows: line.start..line.end,
            direction: context::direction(label),
            time: stamp::read(label),
        });
    }
}

/// Signs of quotes, of comments, of lists and of tables.
const MARKS: &str = ">#/|*;-+%!";
/// What stands behind a label.
const LABEL_ENDS: &str = ":>]=|)";
/// Far enough for a time, a thread and a label.
const LONGEST: usize = 100;
/// Lines of a summary above a dump.
const MOST_ABOVE: usize = 8;
/// Rows that tell whether they are a dump.
const LOOKED_AT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_behind_a_label_are_no_dump_by_themselves() {
        for text in ["order: 00000000 items", "id: 0000  00 00 00", "x = 000000 99 01"] {
            assert!(of(text, false).is_none(), "{text}");
        }
        let rows = of("id: 1\n> 0000000 c0 00\n> 0000002\n", false);
        assert_eq!(rows.map(|it| it.text), Some("id: 1 \n 0000000 c0 00 \n 0000002\n".to_owned()));
    }
}
