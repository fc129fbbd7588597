//! Words of two, four or eight bytes in a line, with a typing mistake in one of them: `4002 00O1`.

use super::context::Context;
use super::digits;
use super::frame;
use super::inside;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Source, Taken};
use super::tail;

/// Reads words as long as the first one or the second, if they are packets but for a mistake.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if !inside::may_begin(source, at) || !may_begin(source.head(at, LONGEST_WORD)) {
        return None;
    }
    let text = source.head(at, LONGEST).split('\n').next()?;
    let all = tail::words_of(text, MOST);
    let len = [0, 1].map(|n| all.get(n).map_or(0, |(_, word)| word.len()));
    let len = len.into_iter().find(|len| LENGTHS.contains(len))?;
    let mut run = Run::new(row, Class::Prose, at..at);
    for (start, word) in all.into_iter().take_while(|(_, word)| is_like(word, len)) {
        let is_text = !word.bytes().any(|b| b.is_ascii_digit());
        if is_text && run.slips.len() == 1 && tail::is_mendable(&run) {
            break;
        }
        push(at.saturating_add(start), word, len, &mut run);
        if word.len() < len.saturating_sub(1) {
            break;
        }
    }
    // Words with marks between them are names and addresses.
    let text = source.range(run.range.clone());
    let are_words = text.contains(' ') && !text.contains([':', '-', ',', ';']);
    if !are_words || !inside::ends(source.from(run.range.end)) {
        return None;
    }
    let told = told(&mut run)?;
    Context::of(source, &run.range).apply(&mut run);
    if told == Told::Itself {
        (run.class, run.join) = (Class::Sure, Join::Never);
    } else {
        tail::believe(source, &mut run);
    }
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Longer packets tell what they are.
    Itself,
    /// Of short ones what stands around them must.
    Others,
}

/// Whether words are packets but for a mistake.
fn told(run: &mut Run) -> Option<Told> {
    if run.slips.is_empty() || run.slips.len() > SIDE_BY_SIDE {
        return None;
    }
    let is_short = run.shown() <= LONGEST_PACKET;
    let is_whole = tail::is_mendable(run)
        || settle(run) == Mended::Whole && (!is_short || frame::head(&run.data.bytes));
    is_whole.then_some(if is_short { Told::Others } else { Told::Itself })
}

/// Whether the first word has a digit and another one of about its length follows: nearly all words are told by that.
fn may_begin(text: &str) -> bool {
    let word = text.find(|c: char| !c.is_alphanumeric()).and_then(|len| text.get(..len));
    word.is_some_and(|word| {
        (SHORTEST..=LONGEST_WORD).contains(&word.len()) && word.bytes().any(|b| b.is_ascii_digit())
    })
}

/// Whether a word has so many digits of hex, or is one of these but for a character; the last one may be shorter.
fn is_like(word: &str, len: usize) -> bool {
    let count = word.chars().count();
    let is_last = count < len && count.is_multiple_of(2);
    let has_digit = word.bytes().any(|b| b.is_ascii_digit());
    // Letters alone with a mistake among them are a word: `chmod 4002 file`.
    let is_hex = || count == len && word.bytes().all(|b| b.is_ascii_hexdigit());
    (count.abs_diff(len) <= 1 || is_last) && tail::is_near(word) && (has_digit || is_hex())
}

fn push(at: usize, word: &str, len: usize, run: &mut Run) {
    run.range.end = at.saturating_add(word.len());
    if word.chars().count().is_multiple_of(2) {
        digits::repair_pairs(word, at, run);
    } else {
        let kind = MistakeKind::OddDigits { digits: word.len() };
        run.slip(at..run.range.end, kind, len / 2);
    }
}

/// Digits of words of two, four and eight bytes.
const LENGTHS: [usize; 3] = [4, 8, 16];
const SHORTEST: usize = 3;
const LONGEST_WORD: usize = 18;
/// Shorter packets are numbers as well.
const LONGEST_PACKET: usize = 8;
/// A line that someone pastes.
const MOST: usize = 128;
const LONGEST: usize = 700;
