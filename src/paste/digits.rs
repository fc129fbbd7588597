//! Digits of one token to bytes, and what is wrong with a token that is not made of them.

use super::mistake::{MistakeKind, lookalike};
use super::odd;
use super::piece::Meant;
use super::run::Run;
use super::source::Source;
use std::ops::Range;

/// The value of a hex digit.
pub(super) fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Reads a token of hex digits into the run; a character that is none becomes a slip.
pub(super) fn hex(source: Source<'_>, range: Range<usize>, run: &mut Run) {
    let token = source.range(range.clone());
    if token.len().is_multiple_of(2) && push_pairs(token, range.start, run) {
        return;
    }
    let is_hex = token.bytes().all(|b| b.is_ascii_hexdigit());
    if token.chars().count().is_multiple_of(2) {
        repair_pairs(token, range.start, run);
    } else if !(is_hex && odd::read(source, range.clone(), run)) {
        repair(token, range.start, run);
    }
}

/// Reads a word of several bytes, the low one of which stands last.
pub(super) fn low_first(source: Source<'_>, range: Range<usize>, run: &mut Run) {
    let word = source.range(range.clone());
    let mut ends: Vec<usize> = word.char_indices().map(|(n, _)| n).step_by(2).collect();
    ends.push(word.len());
    for pair in ends.windows(2).rev() {
        if let [from, to] = pair {
            hex(source, range.start.saturating_add(*from)..range.start.saturating_add(*to), run);
        }
    }
}

/// Reads a single digit: its byte most likely begins with a zero that was left out.
pub(super) fn lone(digit: u8, at: usize, run: &mut Run) {
    let meant = nibble(digit).map(Meant::Digit);
    run.mean(at..at.saturating_add(1), MistakeKind::OneDigit, meant);
}

/// Reads pairs of characters. A pair with a character that is no digit is one byte lost; where
/// the character looks like a digit, that byte is known.
pub(super) fn repair_pairs(token: &str, start: usize, run: &mut Run) {
    let mut chars = token.char_indices().map(|(n, c)| (start.saturating_add(n), c));
    while let (Some(high), Some(low)) = (chars.next(), chars.next()) {
        let [bad_high, bad_low] = [high, low].map(|(_, c)| !c.is_ascii_hexdigit());
        let digits = [high, low].map(|(_, c)| lookalike(c).unwrap_or(c).to_digit(16));
        let byte = match digits {
            [Some(high), Some(low)] => u8::try_from((high << 4) | low).ok(),
            _ => None,
        };
        let place = |(at, c): (usize, char)| at..at.saturating_add(c.len_utf8());
        match (bad_high, bad_low) {
            (false, false) => run.data.push(byte.unwrap_or(0), high.0, 2),
            (true, false) => run.guess(place(high), not_a_digit(high.1), byte),
            (false, true) => run.guess(place(low), not_a_digit(low.1), byte),
            (true, true) => {
                run.slip(place(high), not_a_digit(high.1), 0);
                run.guess(place(low), not_a_digit(low.1), byte);
            }
        }
    }
}

/// Pushes all pairs, or nothing where one of them is not hex.
pub(super) fn push_pairs(token: &str, start: usize, run: &mut Run) -> bool {
    if !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return false;
    }
    for (n, pair) in token.as_bytes().chunks(2).enumerate() {
        if let [high, low] = pair {
            let byte = (nibble(*high).unwrap_or(0) << 4) | nibble(*low).unwrap_or(0);
            run.data.push(byte, start.saturating_add(n.saturating_mul(2)), 2);
        }
    }
    true
}

/// Reads pairs up to the first character that is no digit and those after it. What follows the
/// character is aligned to the token's end: its digits are more likely right than its number.
fn repair(token: &str, start: usize, run: &mut Run) {
    let mut rest = token;
    let mut at = start;
    while let Some((n, bad)) = rest.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
        let (good, tail) = rest.split_at_checked(n).unwrap_or_default();
        push_pairs(even(good, false), at, run);
        at = at.saturating_add(n);
        run.slip(at..at.saturating_add(bad.len_utf8()), not_a_digit(bad), 1);
        let tail = tail.get(bad.len_utf8()..).unwrap_or_default();
        let end = at.saturating_add(bad.len_utf8()).saturating_add(tail.len());
        // The bad character's pair ends with the next one where it was the pair's first.
        let clean = tail.chars().all(|c| c.is_ascii_hexdigit());
        rest = if clean { even(tail, true) } else { tail.get(skip(n, tail)..).unwrap_or_default() };
        at = end.saturating_sub(rest.len());
    }
    let whole = rest.len() == token.len();
    if let (true, [digit]) = (whole, token.as_bytes()) {
        lone(*digit, at, run);
    } else if !rest.len().is_multiple_of(2) {
        push_pairs(even(rest, false), at, run);
        let last = at.saturating_add(rest.len()).saturating_sub(1);
        run.slip(last..last.saturating_add(1), MistakeKind::OddDigits { digits: token.len() }, 1);
    } else {
        push_pairs(rest, at, run);
    }
}

fn skip(before: usize, tail: &str) -> usize {
    if before.is_multiple_of(2) {
        tail.chars().next().filter(char::is_ascii_hexdigit).map_or(0, char::len_utf8)
    } else {
        0
    }
}

/// The longest part of even length: from the end, or from the beginning.
fn even(digits: &str, from_end: bool) -> &str {
    let odd = digits.len() % 2;
    let cut =
        if from_end { digits.get(odd..) } else { digits.get(..digits.len().saturating_sub(odd)) };
    cut.unwrap_or_default()
}

pub(super) fn not_a_digit(found: char) -> MistakeKind {
    match lookalike(found) {
        Some(meant) => MistakeKind::Lookalike { found, meant },
        None => MistakeKind::NotADigit { found, base: 16 },
    }
}

/// Whether a token is hex with a typing mistake rather than a word. `usual` is the length of
/// the tokens around it.
pub(super) fn near(token: &str, usual: usize) -> bool {
    let count = token.chars().count();
    let wrong = token.chars().filter(|c| !c.is_ascii_hexdigit()).count();
    let looks = token.chars().filter(|c| lookalike(*c).is_some()).count();
    let has_digit = token.bytes().any(|b| b.is_ascii_digit());
    let strange = token.chars().any(|c| !c.is_ascii_alphanumeric() && lookalike(c).is_none());
    match (count, wrong) {
        (0, _) => false,
        (1, 0) => usual <= 2,
        (_, 0) => count.is_multiple_of(2) || has_digit,
        (1, _) => usual == 2 && looks == 1,
        (2, _) => usual == 2 && (wrong == 1 || looks == 2),
        (3..=8, _) => has_digit && wrong <= 1 && !strange,
        _ => has_digit && wrong.saturating_mul(10) <= count && !strange,
    }
}

/// Reads tokens of eight binary digits.
pub(super) fn bits(token: &str) -> Option<u8> {
    let digits = token.len() == 8 && token.bytes().all(|b| b == b'0' || b == b'1');
    digits.then(|| u8::from_str_radix(token, 2).ok()).flatten()
}
