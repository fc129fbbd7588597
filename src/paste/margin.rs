//! What stands before all lines of a block: the mark of a quote, of a comment, of a change or of a table, the number of
//! a line, the label of a log. The text is read without it: the break of the line is as much longer, so that the lines
//! begin where they did before someone put it there, and all offsets stay what they are.

use super::context;
use super::shown::Shown;
use super::source::{Line, Source, blanks, is_blank};
use super::unrolled;
use std::ops::Range;

/// The text without the margins of its blocks; nothing where it has none. Quotes of quotes have more than one.
pub(super) fn taken_off(text: &str) -> Option<String> {
    let first = once(text)?;
    let mut text = first;
    for _ in 1..DEEPEST {
        let Some(next) = once(&text) else { break };
        text = next;
    }
    Some(text)
}

fn once(text: &str) -> Option<String> {
    let source = Source { text };
    let has_sides = text.lines().any(|it| it.starts_with("< ") || it.starts_with("<<"));
    let mut shown = Shown::of(text);
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        at = line.next;
        let margin = Margin::of(source, &line).filter(|it| !(has_sides && it.is_quote()));
        let Some(margin) = margin else { continue };
        let block: Vec<_> = margin.block(source, line).collect();
        at = block.last().map_or(at, |last| last.0.next);
        for part in margin.meant(source, &block) {
            margin.take_off(block.get(part).unwrap_or_default(), &mut shown);
        }
    }
    shown.changed()
}

/// A line, and how much of it is the margin.
type Row<'t> = (Line<'t>, usize);

/// What the lines of a block have before them.
enum Margin<'t> {
    /// An indent and one of [`MARKS`] or [`CHANGES`].
    Mark { text: &'t str, mark: &'static str },
    /// The number of the first line, with what stands behind it.
    Number { first: u32, mark: &'static str },
    /// The label of a log, without its digits.
    Label(String),
}

impl<'t> Margin<'t> {
    /// What stands before a line and the next one.
    fn of(source: Source<'t>, line: &Line<'t>) -> Option<Self> {
        let next = (line.next < source.text.len()).then(|| source.line(line.next))?;
        Self::mark(line)
            .or_else(|| Self::number(line))
            .filter(|it| it.len(&next, 1).is_some())
            .or_else(|| Self::label(line, &next))
    }

    fn mark(line: &Line<'t>) -> Option<Self> {
        let indent = blanks(line.text);
        let rest = line.text.get(indent..)?;
        let is_here = |mark: &&&str| rest.starts_with(**mark);
        let changes = || CHANGES.iter().filter(|_| indent == 0).find(is_here);
        let mark =
            MARKS.iter().find(is_here).filter(|it| it.len() < 2 || !rest.starts_with("////"));
        let with = |mark: &'static str| Self::Mark {
            text: line.text.get(..indent.saturating_add(mark.len())).unwrap_or_default(),
            mark,
        };
        let found = mark.map(|it| with(it)).filter(|it| it.len(line, 0).is_some());
        found.or_else(|| changes().map(|it| with(it))).filter(|it| it.len(line, 0).is_some())
    }

    fn number(line: &Line<'t>) -> Option<Self> {
        let (first, len) = number(line.text)?;
        let rest = line.text.get(len..)?;
        let mark = *NUMBERED.iter().find(|mark| rest.starts_with(**mark))?;
        let behind = rest.get(mark.len()..)?;
        let is_aligned = mark == "\t" && len == CAT;
        let is_apart = mark == ":" && behind.starts_with(is_blank);
        // Other columns than the number's tell something of the bytes.
        let is_alone = first == 1 && !behind.trim_start().contains('\t');
        (is_alone || is_aligned || is_apart).then_some(Self::Number { first, mark })
    }

    fn label(line: &Line<'t>, next: &Line<'t>) -> Option<Self> {
        let own = labels(line.text).filter_map(|end| line.text.get(..end)).map(context::skeleton);
        let own = own.filter(|it| it.contains(char::is_alphabetic)).map(Self::Label);
        own.filter(|label| label.len(next, 1).is_some()).last()
    }

    /// How much of the block's line of a number it is; nothing where it does not stand there.
    fn len(&self, line: &Line<'_>, n: usize) -> Option<usize> {
        match self {
            Self::Mark { text, mark } => {
                let rest = line.text.strip_prefix(text)?;
                let is_apart = rest.trim().is_empty() || rest.starts_with(is_blank);
                let fits = match *mark {
                    ">" => true,
                    "|" => is_apart && is_boxed(rest, '|'),
                    "`" => is_boxed(rest, '`'),
                    "+" => !is_modem(rest),
                    "-" => is_apart || is_code(rest),
                    _ => is_apart,
                };
                fits.then_some(text.len())
            }
            Self::Number { first, mark } => {
                let (number, len) = number(line.text)?;
                let is_due = usize::try_from(number.checked_sub(*first)?).ok()? == n;
                let rest = line.text.get(len..)?;
                let is_bare = rest.trim().is_empty();
                (is_due && (rest.starts_with(mark) || is_bare))
                    .then(|| len.saturating_add(if is_bare { rest.len() } else { mark.len() }))
            }
            Self::Label(label) => labels(line.text)
                .find(|end| line.text.get(..*end).map(context::skeleton).as_ref() == Some(label)),
        }
    }

    fn is_quote(&self) -> bool {
        matches!(self, Self::Mark { mark: ">", .. })
    }

    /// The lines from `first` on that have it.
    fn block<'a>(
        &'a self,
        source: Source<'t>,
        first: Line<'t>,
    ) -> impl Iterator<Item = Row<'t>> + use<'a, 't> {
        let lines = std::iter::successors(Some(first), move |line| {
            (line.next < source.text.len()).then(|| source.line(line.next))
        });
        lines.enumerate().map_while(|(n, line)| Some((line, self.len(&line, n)?)))
    }

    /// The lines of a block that someone put a margin before.
    fn meant(&self, source: Source<'t>, block: &[Row<'t>]) -> Vec<Range<usize>> {
        let is_meant = match self {
            Self::Mark { mark, .. } => !COMMENTS.contains(mark) || !is_in_code(source, block),
            Self::Number { mark, .. } => *mark == "\t" || block.len() >= LEAST_NUMBERED,
            Self::Label(_) => return unrolled::find(&contents(block)),
        };
        if is_meant { std::iter::once(0..block.len()).collect() } else { Vec::new() }
    }

    /// Takes it off the lines of its block, with one blank that stands behind it in each of them.
    fn take_off(&self, block: &[Row<'t>], shown: &mut Shown<'_>) {
        let is_mark = matches!(self, Self::Mark { mark, .. } if !CHANGES.contains(mark));
        let mut written = contents(block).into_iter().filter(|it| !it.trim().is_empty());
        let blank = usize::from(is_mark && written.all(|it| it.starts_with(' ')));
        for (line, len) in block {
            let len = len.saturating_add(blank).min(line.text.len());
            if matches!(self, Self::Mark { mark: "|" | "`", .. }) {
                let end = line.start.saturating_add(line.text.trim_end().len());
                shown.part(end.saturating_sub(1)..end).fill(b' ');
            }
            // The break before the line is the one that moves.
            let start = line.start.saturating_sub(1);
            let place = shown.part(start..line.start.saturating_add(len));
            place.fill(b'\r');
            place.iter_mut().next_back().into_iter().for_each(|last| *last = b'\n');
        }
    }
}

/// What the lines of a block have behind their margin.
fn contents<'t>(block: &[Row<'t>]) -> Vec<&'t str> {
    block.iter().filter_map(|(line, len)| line.text.get(*len..)).collect()
}

/// The number that a line begins with, and where it ends.
fn number(text: &str) -> Option<(u32, usize)> {
    let indent = text.bytes().take_while(|b| *b == b' ').count();
    let rest = text.get(indent..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=LONGEST_NUMBER).contains(&digits) && !rest.starts_with('0');
    let value = rest.get(..digits)?.parse().ok().filter(|_| is_number)?;
    Some((value, indent.saturating_add(digits)))
}

/// Where labels of a line may end, behind the blank.
fn labels(text: &str) -> impl Iterator<Item = usize> {
    let near = text.char_indices().take(LONGEST_LABEL);
    let mut before = ' ';
    let ends = near.filter_map(move |(at, c)| {
        let is_end = c == ' ' && matches!(before, ':' | ']' | '|' | '>');
        before = c;
        is_end.then(|| at.saturating_add(1))
    });
    ends.take(MOST_LABELS)
}

/// Whether a line goes on to the same mark at its end, as a table of one column does.
fn is_boxed(rest: &str, mark: char) -> bool {
    rest.trim_end().strip_suffix(mark).is_some_and(|it| !it.contains(mark))
}

/// Whether a line goes on as the answer of a modem does: `+QMTRECV: 0`.
fn is_modem(rest: &str) -> bool {
    let name = rest.split(':').next().unwrap_or_default();
    name.len() > 1 && name.len() < rest.len() && name.bytes().all(|b| b.is_ascii_uppercase())
}

/// Whether a line goes on as code does, and not as a negative number.
fn is_code(rest: &str) -> bool {
    let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_number = word.len() <= LONGEST_BYTE && word.bytes().all(|b| b.is_ascii_digit());
    !(rest.starts_with('-') || is_number && rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether comments stand within a list of a program: its elements are around them.
fn is_in_code(source: Source<'_>, block: &[Row<'_>]) -> bool {
    let (Some((first, _)), Some((last, _))) = (block.first(), block.last()) else { return false };
    let above = source.line_before(first.start).map_or("", |it| it.text.trim_end());
    let below = source.line(last.next).text.trim_start();
    above.ends_with(['{', '[', '(', ',', '\\']) || below.starts_with([']', '}', ')'])
}

/// Signs of quotes, of comments, of lists and of tables.
const MARKS: [&str; 12] = [">", "///", "//", "#", "*", ";", "--", "%", "!", "|", "`", "-"];
/// Those of comments: in a program they stand among other things.
const COMMENTS: [&str; 8] = ["///", "//", "#", "*", ";", "--", "%", "!"];
/// What `diff` puts before a line.
const CHANGES: [&str; 2] = ["+", "-"];
/// What stands behind the number of a line.
const NUMBERED: [&str; 6] = ["\t", ":", " | ", "|", " │", "  "];
/// The columns of a number that `cat -n` prints.
const CAT: usize = 6;
/// Fewer lines count by chance.
const LEAST_NUMBERED: usize = 3;
const LONGEST_NUMBER: usize = 6;
/// Digits of a byte.
const LONGEST_BYTE: usize = 3;
/// Far enough for a time, a host and a program.
const LONGEST_LABEL: usize = 120;
const MOST_LABELS: usize = 8;
/// A quote in a quote in a comment.
const DEEPEST: usize = 4;
