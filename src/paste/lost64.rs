//! Base64 with a mistake that every character of it is a digit of: one is missing or too many, or it is of the other
//! alphabet. Where it is the packets tell.

use super::base64::{Word, bytes_of, hidden, run_of, text_of};
use super::context::Context;
use super::frame;
use super::lengths;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Join, Run, Slip};
use super::source::Source;
use std::ops::Range;

/// Reads words of which a character is missing or too many, as the lengths in the last packet say.
pub(super) fn read(row: &'static Notation, source: Source<'_>, words: &[Word]) -> Option<Run> {
    let text = text_of(source, words);
    let digits = text.trim_end_matches('=');
    let due = due(digits)?;
    let is_missing = digits.len() < due;
    let at = place(digits, is_missing)?;
    let mended = mend(digits, at, is_missing, STAND_INS.first().copied()?);
    let mut run = run_of(row, words, &mended)?;
    let kind = MistakeKind::Base64Length { found: digits.len(), due };
    // Where each of the digits stands.
    let places: Vec<usize> =
        words.iter().flat_map(|(at, len)| *at..at.saturating_add(*len)).collect();
    let start = *places.get(at)?;
    let bytes = run.data.bytes.clone();
    run.data = super::data::Data::default();
    let lost = if is_missing { hidden(at) } else { 0..0 };
    let index = if is_missing { lost.start } else { at.saturating_mul(3) / 4 };
    for (n, byte) in bytes.iter().enumerate() {
        if n == index {
            run.slip(start..start.saturating_add(1), kind.clone(), lost.len());
        }
        let digit = n.saturating_mul(4) / 3;
        let is_behind = digit >= at;
        let digit = match is_missing {
            true => digit.saturating_sub(usize::from(is_behind)),
            false => digit.saturating_add(usize::from(is_behind)),
        };
        if !lost.contains(&n) {
            run.data.push(*byte, *places.get(digit)?, 2);
        }
    }
    Context::of(source, &run.range).apply(&mut run);
    (run.class, run.join) = (Class::Sure, Join::Never);
    Some(run)
}

/// How many digits there should be, where that is one more or less: what the length of the last packet says, if those
/// before it are whole.
fn due(digits: &str) -> Option<usize> {
    if !(SHORTEST..=LONGEST).contains(&digits.len()) {
        return None;
    }
    let whole = digits.len().saturating_sub(digits.len() % 4);
    let bytes = bytes_of(digits.get(..whole)?, true)?;
    let before = frame::strict_prefix(&bytes);
    let rest = bytes.get(before..)?;
    // What is shifted by a character may be a packet by chance.
    let last = match frame::lengths(rest).filter(|_| frame::head(rest)) {
        _ if before > 0 && rest.len() < 2 => 0,
        Some((header, body)) => header.saturating_add(body),
        None => return None,
    };
    let due = before.saturating_add(last).saturating_mul(4).div_ceil(3);
    (digits.len().abs_diff(due) == 1).then_some(due)
}

/// The digits with one put in, or taken out.
fn mend(digits: &str, at: usize, is_missing: bool, with: &str) -> String {
    let behind = if is_missing { at } else { at.saturating_add(1) };
    let (before, behind) = (digits.get(..at), digits.get(behind..));
    let with = if is_missing { with } else { "" };
    [before.unwrap_or_default(), with, behind.unwrap_or_default()].concat()
}

/// Where a digit is missing or too many: where mending it there makes packets that the lengths in them tell, and
/// leaves the fewest bytes that are no text. Nowhere where the end may have been cut off.
fn place(digits: &str, is_missing: bool) -> Option<usize> {
    let strange = |with: &str, at: usize| {
        let bytes = bytes_of(&mend(digits, at, is_missing, with), true)?;
        let is_packet = lengths::exact(&bytes) && lengths::tells_itself(&bytes);
        is_packet.then(|| bytes.iter().filter(|byte| !byte.is_ascii_graphic()).count())
    };
    // The name of the protocol leaves no choice.
    let stand_ins =
        |at: usize| STAND_INS.iter().take(if at < NAME_ENDS { STAND_INS.len() } else { LEAST });
    let best = |at: usize| stand_ins(at).filter_map(|with| strange(with, at)).min();
    let all = (0..digits.len()).filter_map(|at| Some((best(at)?, at)));
    let (least, at) = all.min()?;
    let end = digits.len().checked_sub(usize::from(!is_missing))?;
    let is_doubled = !is_missing
        && digits.get(at..=at) == digits.get(at.saturating_add(1)..=at.saturating_add(1));
    let is_less = |end: usize| end > least || is_doubled && end == least;
    (at < end && best(end).is_none_or(is_less)).then_some(at)
}

/// Tells the characters that are of another alphabet than most: they are read all the same.
pub(super) fn tell_alphabets(text: &str, words: &[Word], run: &mut Run) {
    let is_standard = |c: char| matches!(c, '+' | '/');
    let is_url = |c: char| matches!(c, '-' | '_');
    let count = |is: &dyn Fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let others: &dyn Fn(char) -> bool =
        if count(&is_url) <= count(&is_standard) { &is_url } else { &is_standard };
    let places = words.iter().flat_map(|(at, len)| *at..at.saturating_add(*len));
    let other = text.chars().zip(places).enumerate().filter(|(_, (c, _))| others(*c));
    for (n, (found, at)) in other {
        let range: Range<usize> = at..at.saturating_add(1);
        let kind = MistakeKind::OtherAlphabet { found };
        run.slips.push(Slip { index: hidden(n).start, range, kind, lost: 0, meant: None });
    }
}

/// What stands in for a character that is missing.
const STAND_INS: [&str; 64] = [
    "A", "B", "Y", "F", "C", "D", "E", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R",
    "S", "T", "U", "V", "W", "X", "Z", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
    "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "0", "1", "2", "3", "4",
    "5", "6", "7", "8", "9", "+", "/",
];
/// So many of them show whether a byte of text may stand there.
const LEAST: usize = 4;
/// The digits of a CONNECT up to the end of its protocol name, and of its level.
const NAME_ENDS: usize = 16;
/// Fewer digits make packets by chance.
const SHORTEST: usize = 12;
/// Each place of a longer word would take too long to look at.
const LONGEST: usize = 200;
