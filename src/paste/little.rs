//! Words of `xxd -e`: their low byte first, and a last one that is not full at the right of its column.
//!
//! Nothing but the bytes tells them from words of plain xxd: the characters beside them, a word at the
//! right of its column, or packets that only one of the two orders gives.

use super::address::Address;
use super::columns::shows;
use super::digits;
use super::frame;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::run::Run;
use super::sides::WIDEST_GAP;
use super::source::{Source, word};
use std::ops::Range;

/// Bytes in a word, where the dump that begins at `at` has their low byte first.
pub(super) fn words(source: Source<'_>, at: usize) -> Option<usize> {
    WIDTHS.into_iter().find(|width| {
        let mut orders = Orders::default();
        orders.read(source, at, *width).is_some() && orders.is_little()
    })
}

/// Reads the words of a line into the run; false where something else stands there.
pub(super) fn read(source: Source<'_>, words: Range<usize>, width: usize, run: &mut Run) -> bool {
    let Some(cells) = Cells::of(source.range(words.clone()), width) else { return false };
    for (word, at) in cells.words {
        let start = words.start.saturating_add(at);
        let end = start.saturating_add(word.len());
        if word.len().is_multiple_of(2) {
            digits::low_first(source, start..end, run);
        } else {
            run.slip(
                start..end,
                MistakeKind::OddDigits { digits: word.len() },
                width_of(word, width),
            );
        }
        run.range.end = end;
    }
    true
}

/// Where the words of a line begin: one blank stands between them and the address.
pub(super) fn start(address: &Address<'_>) -> usize {
    address.hex.saturating_sub(address.gap).saturating_add(1)
}

/// Bytes of a word, as `xxd -g` has them; a single one has no order.
const WIDTHS: [usize; 4] = [4, 2, 8, 16];

/// The words of a line with their places, and the characters behind them.
struct Cells<'t> {
    words: Vec<(&'t str, usize)>,
    /// The last word stands at the right of its column.
    is_right: bool,
    /// Words with a typing mistake: no more than two, side by side.
    mistyped: usize,
    width: usize,
    shown: &'t str,
}

impl<'t> Cells<'t> {
    fn of(line: &'t str, width: usize) -> Option<Self> {
        let mut cells = Self { words: Vec::new(), is_right: false, mistyped: 0, width, shown: "" };
        let digits = width.saturating_mul(2);
        let mut at = 0usize;
        while let Some(cell) = line.get(at..at.saturating_add(digits)) {
            let end = at.saturating_add(digits);
            let behind = line.get(end..).unwrap_or_default();
            let word = cell.trim_start_matches(' ');
            // Letters that are digits too.
            if word.len() < digits && shows(line.get(at..).unwrap_or_default(), &cells.little()) {
                break;
            }
            let is_word = !word.is_empty()
                && word.len().is_multiple_of(2)
                && word.bytes().all(|b| b.is_ascii_hexdigit())
                && (behind.is_empty() || behind.starts_with(' '));
            if !is_word {
                let is_few = cells.mistyped < SIDE_BY_SIDE;
                if let Some((word, start)) = short(cell, at).filter(|_| is_few) {
                    cells.mistyped = cells.mistyped.saturating_add(1);
                    cells.words.push((word, start));
                    cells.is_right = true;
                    at = start.saturating_add(word.len());
                    break;
                }
                let Some(word) = mistyped(line, at, digits).filter(|_| is_few) else { break };
                cells.mistyped = cells.mistyped.saturating_add(1);
                cells.words.push((word, at));
                at = at.saturating_add(word.len()).saturating_add(1);
                continue;
            }
            cells.words.push((word, end.saturating_sub(word.len())));
            at = end.saturating_add(1);
            cells.is_right = word.len() < digits;
            if cells.is_right {
                break;
            }
        }
        cells.shown = line.get(at..).unwrap_or_default().trim();
        let shows = cells.shown.is_empty() || shows(cells.shown, &cells.little());
        (!cells.words.is_empty() && shows).then_some(cells)
    }

    /// Zeros stand in for what could not be read.
    fn big(&self) -> Vec<u8> {
        self.words.iter().flat_map(|(word, _)| self.bytes(word)).collect()
    }

    fn little(&self) -> Vec<u8> {
        self.words.iter().flat_map(|(word, _)| self.bytes(word).into_iter().rev()).collect()
    }

    fn bytes(&self, word: &str) -> Vec<u8> {
        if !word.len().is_multiple_of(2) {
            return vec![0; width_of(word, self.width)];
        }
        pairs(word).map(|pair| u8::from_str_radix(pair, 16).unwrap_or(0)).collect()
    }
}

/// Bytes of a word with a digit more or less, of words of so many bytes.
fn width_of(word: &str, width: usize) -> usize {
    word.len().div_ceil(2).min(width)
}

/// A last word that is not full, with a letter in it that is no digit, or a digit too few, at the right of
/// its column.
fn short(cell: &str, at: usize) -> Option<(&str, usize)> {
    let word = cell.trim();
    let wrong = word.bytes().filter(|b| !b.is_ascii_hexdigit()).count();
    let is_near = word.len() > 1 && wrong == word.len().wrapping_add(1) % 2;
    let blanks = cell.len().saturating_sub(cell.trim_start().len());
    let is_word = blanks > 0 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_near && is_word).then(|| (word, at.saturating_add(blanks)))
}

/// The digits of a word, two and two.
fn pairs(word: &str) -> impl Iterator<Item = &str> {
    (0..word.len()).step_by(2).filter_map(|at| word.get(at..at.saturating_add(2)))
}

/// A word of so many digits of which one is none, or one is missing or too many.
fn mistyped(line: &str, at: usize, digits: usize) -> Option<&str> {
    let rest = line.get(at..)?;
    let word = rest.get(..word(rest))?;
    let wrong = word.bytes().filter(|b| !b.is_ascii_hexdigit()).count();
    let is_near = match word.len().abs_diff(digits) {
        0 => wrong == 1,
        1 => wrong == 0,
        _ => false,
    };
    (is_near && rest.get(word.len()..).is_some_and(|it| it.is_empty() || it.starts_with(' ')))
        .then_some(word)
}

/// What speaks for the one order and against the other.
#[derive(Default)]
struct Orders {
    little: Vec<u8>,
    big: Vec<u8>,
    /// Something that plain xxd never prints.
    is_not_big: bool,
}

impl Orders {
    /// Reads all lines; `None` where one of them has no words of this width, or not as `xxd -e` has them.
    fn read(&mut self, source: Source<'_>, at: usize, width: usize) -> Option<()> {
        let (mut at, mut first) = (at, None);
        while at < source.text.len() {
            let line = source.line(at);
            at = line.next;
            let Some(address) = Address::mistyped_in(&line).filter(is_xxd) else { break };
            // What does not go on is another dump: nothing is read twice.
            let read = u64::try_from(self.little.len()).ok()?;
            let value = match (address.value(16), first) {
                (Some(value), _) => value,
                (None, first) => first.unwrap_or(0_u64).checked_add(read)?,
            };
            let due = read.checked_add(*first.get_or_insert(value))?;
            if value.checked_sub(due).is_none_or(|more| more > WIDEST_GAP) {
                break;
            }
            self.line(source.range(start(&address)..line.end), width)?;
        }
        (!self.little.is_empty()).then_some(())
    }

    fn line(&mut self, words: &str, width: usize) -> Option<()> {
        let cells = Cells::of(words, width)?;
        let big = cells.big();
        let is_big = cells.shown.is_empty() || shows(cells.shown, &big);
        self.is_not_big |= cells.is_right || !is_big;
        self.big.extend(big);
        self.little.extend(cells.little());
        Some(())
    }

    fn is_little(&self) -> bool {
        self.is_not_big || frame::strict(&self.little) && !frame::strict(&self.big)
    }
}

fn is_xxd(address: &Address<'_>) -> bool {
    address.colon && address.digits.len() >= 7 && address.gap > 0 && address.group > 0
}
