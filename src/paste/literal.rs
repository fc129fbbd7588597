//! Numbers with one character that is no digit of theirs: `2o8`, `0x0O`, `1g`.

use super::mistake::{MistakeKind, lookalike};
use super::run::Run;
use std::ops::Range;

/// A number with a typing mistake.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mistyped {
    /// Where in the digits the character stands.
    at: usize,
    found: char,
    meant: Option<char>,
    base: u8,
    /// The number, where the character looks like a digit.
    pub(super) value: Option<u32>,
}

impl Mistyped {
    /// Digits in base `base` of which one is none, and others are.
    pub(super) fn of(digits: &str, base: u8) -> Option<Self> {
        let others = digits.chars().any(|c| c.is_digit(base.into()));
        Self::one(digits, base).filter(|_| others)
    }

    /// As `of`, a letter alone too.
    pub(super) fn one(digits: &str, base: u8) -> Option<Self> {
        let is_digit = |c: char| c.is_digit(base.into());
        let mut wrong = digits.char_indices().filter(|(_, c)| !is_digit(*c));
        let (at, found) = wrong.next()?;
        let longest = if base == 2 { LONGEST_BITS } else { LONGEST };
        let is_number = digits.len() <= longest
            && wrong.next().is_none()
            && (found.is_ascii_alphanumeric() || lookalike(found).is_some());
        let meant = lookalike(found).filter(|c| is_digit(*c));
        let mended = meant.map(|c| digits.replace(found, c.encode_utf8(&mut [0; 4])));
        let value = mended.and_then(|it| u32::from_str_radix(&it, base.into()).ok());
        is_number.then_some(Self { at, found, meant, base, value })
    }

    /// Tells the mistake in the digits that begin at `start`.
    pub(super) fn tell(&self, start: usize, run: &mut Run) {
        let kind = match self.meant {
            Some(meant) => MistakeKind::Lookalike { found: self.found, meant },
            None => MistakeKind::NotADigit { found: self.found, base: self.base },
        };
        let byte = self.value.and_then(|value| u8::try_from(value).ok());
        run.guess(self.range(start), kind, byte);
    }

    fn range(&self, start: usize) -> Range<usize> {
        let at = start.saturating_add(self.at);
        at..at.saturating_add(self.found.len_utf8())
    }
}

/// A decimal number of at most three digits in which a character is none. Letters of hex are mistakes
/// where the others are decimal: that is for the caller to know.
pub(super) fn is_decimal(digits: &str) -> bool {
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let is_letter = digits.len() == 1 && digits.bytes().all(|b| b.is_ascii_alphabetic());
    !is_hex && digits.chars().count() <= 3 && (is_letter || Mistyped::of(digits, 10).is_some())
}

/// Three digits, one of which may be a letter of another script.
const LONGEST: usize = 6;
/// Eight digits of two and what groups them.
const LONGEST_BITS: usize = 12;
