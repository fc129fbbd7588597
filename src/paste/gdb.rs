//! What gdb prints for `x/8xb`, `x/4xw` and the like: `0x7ffe4a0 <buf+8>:\t0x10\t0x0e`.

use super::digits;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken, is_word, word};

/// Reads lines of numbers, each behind its address.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let first = Head::of(&source.line(at))?;
    let mut run = Run::new(row, Class::Sure, first.numbers..first.numbers);
    let mut width = None;
    let mut end = at;
    while end < source.text.len() {
        let line = source.line(end);
        let Some(head) = Head::of(&line) else { break };
        let width = *width.get_or_insert_with(|| usual(source.range(head.numbers..line.end)));
        let mut part = Run::new(row, Class::Sure, head.numbers..line.end);
        if !numbers(source, head.numbers..line.end, width, &mut part) {
            break;
        }
        if let Some((at, letter)) = head.wrong {
            part.beside(at..at.saturating_add(1), digits::not_a_digit(letter));
        }
        run.append(part);
        run.range.end = line.start.saturating_add(line.text.trim_end().len());
        end = line.next;
    }
    let width = width.unwrap_or(2) / 2;
    if run.data.bytes.is_empty() {
        return None;
    }
    run.order_words(width, 0);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Whether a line is an address and numbers behind it.
pub(super) fn is_row(line: &Line<'_>) -> bool {
    Head::of(line).is_some()
}

/// What stands before the numbers of a line.
struct Head {
    numbers: usize,
    /// A character of the address that is no digit.
    wrong: Option<(usize, char)>,
}

impl Head {
    fn of(line: &Line<'_>) -> Option<Self> {
        let text = line.text.trim_start();
        let start = line.end.checked_sub(text.len())?;
        let address = text.strip_prefix("0x")?;
        let len = word(address);
        let digits = address.get(..len).filter(|it| (4..=16).contains(&it.len()))?;
        let mut wrong = digits.char_indices().filter(|(_, c)| !c.is_ascii_hexdigit());
        let letter = wrong.next();
        if wrong.next().is_some() {
            return None;
        }
        let rest = address.get(len..)?;
        let rest = match rest.strip_prefix(" <") {
            Some(symbol) => symbol.split_once(">").map(|(_, rest)| rest)?,
            None => rest,
        };
        let rest = rest.strip_prefix(':')?;
        let numbers = rest.trim_start();
        // A tab, or what a web page makes of it; then numbers with their base.
        let is_memory = rest.starts_with(['\t', ' ']) && numbers.starts_with("0x");
        let numbers = line.end.checked_sub(numbers.len())?;
        let place = |n: usize| start.saturating_add(2).saturating_add(n);
        let wrong = letter.map(|(n, c)| (place(n), c));
        is_memory.then_some(Self { numbers, wrong })
    }
}

/// Digits of most of the numbers.
fn usual(numbers: &str) -> usize {
    let lens = || numbers.split_whitespace().filter_map(|it| Some(it.strip_prefix("0x")?.len()));
    let count = |len: usize| lens().filter(|other| *other == len).count();
    [2, 4, 8, 16]
        .into_iter()
        .max_by_key(|len| (count(*len), 16_usize.saturating_sub(*len)))
        .unwrap_or(2)
}

/// Reads the numbers of a line; false where something else stands there.
fn numbers(source: Source<'_>, range: std::ops::Range<usize>, width: usize, run: &mut Run) -> bool {
    let mut at = source.skip_blanks(range.start);
    while at < range.end {
        let text = source.range(at..range.end);
        let len = text.bytes().take_while(|b| is_word(*b)).count();
        let Some(digits) = text.get(..len).and_then(|it| it.strip_prefix("0x")) else {
            return false;
        };
        let end = at.saturating_add(len);
        let start = at.saturating_add(2);
        let wrong = digits.bytes().filter(|b| !b.is_ascii_hexdigit()).count();
        if wrong > 1 || digits.is_empty() || digits.len().abs_diff(width) > 1 {
            return false;
        }
        if digits.len() != width && width > 2 {
            let kind = MistakeKind::Digits { found: digits.len(), due: width };
            run.slip(start..end, kind, width / 2);
        } else if width == 2 {
            digits::hex(source, start..end, run);
        } else {
            digits::low_first(source, start..end, run);
        }
        at = source.skip_blanks(end);
    }
    run.slips.len() <= run.data.len().max(1)
}
