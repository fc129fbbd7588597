//! Digits of base 2 without anything between the bytes, in which one may be mistyped, missing or too many.

use super::bits;
use super::digits;
use super::frame;
use super::lengths;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::run::Run;
use super::settle::{Mended, settle};
use super::tail;
use std::ops::Range;

/// Length of the word of such digits that a text begins with; 0 where it is none. Other words are looked at no
/// further than to a third letter that is none.
pub(super) fn len(text: &str) -> usize {
    len_of(text, SHORTEST_MISTYPED)
}

/// As [`len`], where so many digits are some though one is mistyped.
pub(super) fn len_of(text: &str, least: usize) -> usize {
    let (mut digits, mut wrong, mut len) = (0_usize, 0_usize, 0_usize);
    for c in text.chars().take_while(|c| c.is_alphanumeric() || *c == '_') {
        wrong = wrong.saturating_add(usize::from(!matches!(c, '0' | '1')));
        if c == '_' || wrong > SIDE_BY_SIDE {
            return 0;
        }
        digits = digits.saturating_add(1);
        len = len.saturating_add(c.len_utf8());
    }
    let is_mistyped = digits >= least
        && (wrong > 0 && digits % 8 == 0 || wrong == 0 && matches!(digits % 8, 1 | 7));
    let is_whole = wrong == 0 && digits % 8 == 0 && digits >= SHORTEST;
    if is_whole || is_mistyped { len } else { 0 }
}

/// Reads a word of which [`len`] is the length, at place `at`; whether it is packets but for a mistake.
pub(super) fn read(word: &str, at: usize, run: &mut Run) -> bool {
    let ends: Vec<usize> = word.char_indices().map(|(n, _)| n).chain([word.len()]).collect();
    if ends.len() % 8 != 1 {
        return miscounted(word, at, run);
    }
    for pair in ends.iter().step_by(8).zip(ends.iter().skip(8).step_by(8)) {
        let (&from, &to) = pair;
        let eight = word.get(from..to).unwrap_or_default();
        let start = at.saturating_add(from);
        match digits::bits(eight) {
            Some(byte) => run.data.push(byte, start, eight.len()),
            None => bits::misread(eight, start, run),
        }
    }
    !run.slips.is_empty() && (settle(run) == Mended::Whole || tail::is_mendable(run))
}

/// Reads digits of which one is missing or too many: in the bytes where it makes packets of all, else in the last
/// one; whether there are such bytes.
fn miscounted(word: &str, at: usize, run: &mut Run) -> bool {
    let hidden = if word.len() % 8 == 7 { 7 } else { 9 };
    let bytes = word.len().saturating_sub(hidden) / 8;
    let places = places(word, hidden, bytes);
    let (first, last) = (places.first().copied(), places.last().copied());
    let (first, last) = first.zip(last).unwrap_or((bytes, bytes));
    let start = first.saturating_mul(8);
    let end = last.saturating_mul(8).saturating_add(hidden);
    whole(word, 0..start, at, run);
    let kind = MistakeKind::OddBits { digits: word.len() };
    let lost = last.saturating_sub(first).saturating_add(1);
    run.slip(at.saturating_add(start)..at.saturating_add(end), kind, lost);
    whole(word, end..word.len(), at, run);
    !places.is_empty()
}

/// Reads digits of whole bytes.
fn whole(word: &str, range: Range<usize>, at: usize, run: &mut Run) {
    let start = at.saturating_add(range.start);
    for (n, byte) in bytes(word.get(range).unwrap_or_default()).into_iter().enumerate() {
        run.data.push(byte, start.saturating_add(n.saturating_mul(8)), 8);
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    let eights = digits.as_bytes().chunks_exact(8);
    eights.filter_map(|it| std::str::from_utf8(it).ok().and_then(digits::bits)).collect()
}

/// The bytes that may have the wrong number of digits: of those that make packets the ones that make exact ones.
fn places(word: &str, hidden: usize, len: usize) -> Vec<usize> {
    if len > LONGEST_TRIED {
        return Vec::new();
    }
    let before = bytes(word);
    let behind = bytes(word.get(hidden..).unwrap_or_default());
    let mut all = [&[0], &behind[..]].concat();
    let (mut strict, mut exact) = (Vec::new(), Vec::new());
    for at in 0..=len {
        let own = at.saturating_mul(8)..at.saturating_mul(8).saturating_add(hidden);
        for byte in may_be(word.get(own).unwrap_or_default()) {
            set(&mut all, at, byte);
            if strict.last() != Some(&at) && frame::strict(&all) {
                strict.push(at);
            }
            if exact.last() != Some(&at) && lengths::exact(&all) {
                exact.push(at);
            }
        }
        set(&mut all, at, before.get(at).copied().unwrap_or(0));
    }
    if exact.is_empty() { strict } else { exact }
}

fn set(bytes: &mut [u8], at: usize, byte: u8) {
    bytes.iter_mut().skip(at).take(1).for_each(|it| *it = byte);
}

/// The bytes that these digits may be, of which one is missing or too many.
fn may_be(digits: &str) -> Vec<u8> {
    let with = |at: usize, it: &str, skip: usize| {
        let (before, rest) = digits.split_at_checked(at)?;
        u8::from_str_radix(&[before, it, rest.get(skip..)?].concat(), 2).ok()
    };
    let places = 0..=digits.len();
    let mut bytes: Vec<u8> = match digits.len() {
        7 => places.flat_map(|at| [with(at, "0", 0), with(at, "1", 0)]).flatten().collect(),
        9 => places.filter_map(|at| with(at, "", 1)).collect(),
        _ => Vec::new(),
    };
    bytes.sort_unstable();
    bytes.dedup();
    bytes
}

/// Digits of two bytes, and of three, of which one is missing.
pub(super) const SHORTEST: usize = 16;
pub(super) const SHORTEST_MISTYPED: usize = 23;
/// In longer ones the digit is not looked for.
const LONGEST_TRIED: usize = 128;
