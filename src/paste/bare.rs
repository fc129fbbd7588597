//! What stands before each row of a dump: an indent, the mark of a quote, of a comment or of a list, the label of a
//! log. The text is read without it: the break of the line is as much longer, so that the rows begin where rows of a
//! dump do and all offsets stay what they are.

use super::address::{Address, next_line};
use super::beside;
use super::context;
use super::frame;
use super::gdb;
use super::link;
use super::piece::{Direction, Piece};
use super::scan;
use super::shown::Shown;
use super::source::{Line, Source, blanks, is_blank};
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
    let mut walk = Walk { source, shown: Shown::of(text), heads: Vec::new(), lines };
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        let prefix = Prefix::of(&line).filter(|it| !(lines && it.is_indent()));
        at = match prefix.filter(|it| it.is_dump(source, &line)) {
            Some(prefix) => walk.block(&line, &prefix),
            None => line.next,
        };
    }
    let Walk { shown, heads, .. } = walk;
    shown.changed().map(|text| Bare { text, heads })
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

/// Whether a row of gdb or lldb stands at a column: its address is one of a program's memory.
fn is_memory(line: &Line<'_>, column: usize) -> bool {
    let text = line.text.get(column..).unwrap_or_default();
    let at = line.start.saturating_add(column);
    let of_lldb = |it: Address<'_>| it.colon && it.gap > 0 && it.group == 2;
    gdb::is_row(&Line { text, start: at, ..*line }) || row(line, column).is_some_and(of_lldb)
}

/// Whether an address between bars stands at a column, as Netty prints it.
fn is_boxed(line: &Line<'_>, column: usize) -> bool {
    line.text.get(column..).is_some_and(beside::is_boxed)
}

/// What stands before a row.
struct Prefix<'t> {
    /// Without the blanks behind it.
    text: &'t str,
    /// The blanks behind it that are none of the row.
    blanks: &'t str,
    /// Where the address stands in its line.
    column: usize,
}

impl<'t> Prefix<'t> {
    /// What stands before a row with the address zero.
    fn of(line: &Line<'t>) -> Option<Self> {
        let near = line.text.as_bytes().get(..LONGEST).unwrap_or(line.text.as_bytes());
        let may_begin = |column: &usize| {
            let before = column.checked_sub(1).and_then(|n| near.get(n)).copied().map(char::from);
            before.is_some_and(|c| is_blank(c) || MARKS.contains(c))
        };
        let zeros = memchr::memmem::find_iter(near, b"000").map(|zero| {
            let hex = zero.checked_sub(2).filter(|n| near.get(*n..zero) == Some(b"0x"));
            let bar = zero.checked_sub(1).filter(|n| is_boxed(line, *n));
            hex.or(bar).unwrap_or(zero)
        });
        let memory = memchr::memmem::find_iter(near, b"0x");
        let memory = memory.filter(|column| may_begin(column) && is_memory(line, *column));
        let found = zeros.filter(may_begin).filter_map(|column| Self::at(line, column)).next();
        let found = found.or_else(|| memory.filter_map(|column| Self::at(line, column)).next());
        found.filter(|it| it.is_indent() || Address::of(line).is_none())
    }

    fn at(line: &Line<'t>, column: usize) -> Option<Self> {
        let text = line.text.get(..column)?.trim_end_matches(is_blank);
        if is_boxed(line, column) {
            let blanks = line.text.get(text.len()..column)?;
            return (!text.is_empty()).then_some(Self { text, blanks, column });
        }
        let address =
            row(line, column).filter(|it| it.value(16) == Some(0) || is_memory(line, column))?;
        if address.hex >= line.end {
            return None;
        }
        let is_label =
            text.ends_with(|c| LABEL_ENDS.contains(c)) || address.colon || address.gap > 1;
        // tcpdump itself indents its rows, which begin so.
        let is_own = line.text.get(column..)?.starts_with("0x");
        let blanks = if is_own { "" } else { line.text.get(text.len()..column)? };
        let it = Self { text, blanks, column };
        (column > 0 && !(is_own && it.is_indent()) && (is_label || it.is_mark())).then_some(it)
    }

    /// Whether no words stand in it.
    fn is_mark(&self) -> bool {
        self.text.chars().all(|c| is_blank(c) || MARKS.contains(c))
    }

    /// Whether it is nothing but blanks.
    const fn is_indent(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the rows without it are a dump; behind a label it begins as packets or frames do.
    fn is_dump(&self, source: Source<'t>, first: &Line<'t>) -> bool {
        let lines = || self.lines(source, *first).take(LOOKED_AT);
        let len = lines().map(|line| self.len_in_row(&line)).min().unwrap_or(0);
        let mut rows = String::new();
        for line in lines() {
            rows.push_str(line.text.get(self.len(&line, len)..).unwrap_or_default());
            rows.push('\n');
        }
        let Some(taken) = scan::rows(Source { text: &rows }, 0) else { return false };
        let begins = |bytes: &[u8]| frame::head(bytes) || link::guess(bytes).is_some();
        self.is_mark() || taken.runs.first().is_some_and(|run| begins(&run.data.bytes))
    }

    /// The lines from `first` on that have the same before them.
    fn lines(&self, source: Source<'t>, first: Line<'t>) -> impl Iterator<Item = Line<'t>> {
        std::iter::successors(Some(first), move |line| {
            next_line(source, line).filter(|next| self.goes_on(next))
        })
    }

    /// Whether a line has the same before it.
    fn goes_on(&self, line: &Line<'_>) -> bool {
        let is_star = || line.text.get(self.text.len()..).is_some_and(|it| it.trim() == "*");
        if self.is_indent() {
            // The same bytes once more stand beneath a row, and the rows of one side less deep than the other's.
            let is_beneath = blanks(line.text) > self.column && !line.text.trim().is_empty();
            return is_beneath || is_star() || Address::of(line).is_some();
        }
        if self.is_mark() {
            return line.text.starts_with(self.text);
        }
        let head = line.text.get(..self.text.len()).unwrap_or_default();
        let is_row = || row(line, self.column).is_some() || is_boxed(line, self.column);
        context::skeleton(head) == context::skeleton(self.text) && (is_row() || is_star())
    }

    /// How much of a line is it: blanks alone differ.
    fn len(&self, line: &Line<'_>, most: usize) -> usize {
        let len = self.text.len();
        let rest = line.text.get(len..).unwrap_or_default();
        let same = rest.chars().zip(self.blanks.chars()).take_while(|(a, b)| a == b);
        most.min(same.fold(len, |len, (c, _)| len.saturating_add(c.len_utf8())))
    }

    /// As `len`, of a row; of what is none nothing can be told.
    fn len_in_row(&self, line: &Line<'_>) -> usize {
        let text = line.text.get(self.text.len()..).unwrap_or_default();
        let start = line.start.saturating_add(self.text.len());
        let is_row = Address::of(&Line { text, start, ..*line }).is_some();
        self.len(line, usize::MAX).max(if is_row { 0 } else { self.column })
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
    shown: Shown<'t>,
    heads: Vec<Head>,
    lines: bool,
}

impl<'t> Walk<'t> {
    /// Takes away what stands before the rows from `line` on; gives the offset behind them.
    fn block(&mut self, line: &Line<'t>, prefix: &Prefix<'t>) -> usize {
        let first = self.first(line, prefix);
        let above = self.source.line_before(first.start).filter(|_| prefix.is_indent());
        let above = above.filter(|line| Address::of(line).is_some());
        let above = above.map_or(prefix.column, |it| prefix.len_in_row(&it));
        let lines = || prefix.lines(self.source, first);
        let len = lines().map(|line| prefix.len_in_row(&line)).fold(above, usize::min);
        let mut end = line.next;
        for line in lines() {
            if len > 0 {
                self.row(&line, prefix, len, line.start == first.start);
            }
            end = line.next;
        }
        end
    }

    /// The first of the lines right above with the same mark: they may tell the time of the dump.
    fn first(&self, line: &Line<'t>, prefix: &Prefix<'_>) -> Line<'t> {
        let mut first = *line;
        for _ in 0..MOST_ABOVE {
            let above = self.source.line_before(first.start);
            let is_mark = prefix.is_mark() && !prefix.is_indent();
            let Some(above) = above.filter(|it| is_mark && prefix.goes_on(it)) else { break };
            first = above;
        }
        first
    }

    /// Takes away what stands before a row, at most `most` bytes.
    fn row(&mut self, line: &Line<'_>, prefix: &Prefix<'_>, most: usize, is_first: bool) {
        let end = line.start.saturating_add(prefix.len(line, most));
        // The break before the line is the one that moves.
        let start = line.start.saturating_sub(usize::from(!self.lines));
        let place = self.shown.part(start..end);
        // Blanks in front of it would be characters of the row before.
        place.fill(if self.lines { b' ' } else { b'\r' });
        if let Some(last) = place.last_mut().filter(|_| !self.lines) {
            *last = b'\n';
        }
        if !prefix.is_mark() {
            self.head(line, prefix, is_first);
        }
    }

    /// What the label says; each address zero begins another dump.
    fn head(&mut self, line: &Line<'_>, prefix: &Prefix<'_>, is_first: bool) {
        let is_zero = row(line, prefix.column).is_some_and(|it| it.value(16) == Some(0));
        if !is_first
            && !is_zero
            && let Some(last) = self.heads.last_mut()
        {
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
        assert_eq!(
            rows.map(|it| it.text),
            Some("id: 1\r\r\n0000000 c0 00\r\r\n0000002\n".to_owned())
        );
    }
}
