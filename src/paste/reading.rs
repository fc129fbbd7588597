//! The ways to read a token of a text that is nothing but digits.

use super::digits;
use super::hex::Token;
use super::mistake::{MistakeKind, lookalike};
use super::run::Run;
use super::source::Source;

/// A token and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    pub(super) at: usize,
    pub(super) token: Token<'t>,
    /// Whether a minus stands before it, and not as a separator.
    pub(super) negative: bool,
}

/// Reads one token into a run.
pub(super) type ReadToken = fn(Source<'_>, &Word<'_>, &mut Run);

pub(super) fn pairs(source: Source<'_>, word: &Word<'_>, run: &mut Run) {
    word.token.read(source, word.at, run);
}

fn one(word: &Word<'_>, byte: Option<u8>, run: &mut Run) {
    let range = word.at..word.at.saturating_add(word.token.len);
    match byte {
        Some(byte) => run.data.push(byte, range.start, range.len()),
        None => run.slip(range, MistakeKind::TooBig { number: word.token.digits.to_owned() }, 1),
    }
}

pub(super) fn decimal(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let number = word.token.digits.parse::<i16>().ok().filter(|_| word.token.prefix.is_empty());
    let byte = number.and_then(|n| match word.negative {
        true => i8::try_from(n.checked_neg()?).ok().map(i8::cast_unsigned),
        false => u8::try_from(n).ok(),
    });
    one(word, byte, run);
}

pub(super) fn short_hex(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let is_short = word.token.digits.len() < 3 && !word.token.has_mistyped_prefix();
    one(word, u8::from_str_radix(word.token.digits, 16).ok().filter(|_| is_short), run);
}

pub(super) fn binary(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let digits = word.token.digits.len();
    match digits::bits(word.token.digits) {
        Some(byte) => run.data.push(byte, word.at, word.token.len),
        None if mistyped_bits(word.token.digits) => misread_bits(word, run),
        None => {
            let range = word.at..word.at.saturating_add(word.token.len);
            run.slip(range, MistakeKind::NotEightBits { digits }, 1);
        }
    }
}

/// Whether a token is eight binary digits of which one is mistyped.
pub(super) fn mistyped_bits(token: &str) -> bool {
    let wrong = token.chars().filter(|c| !matches!(c, '0' | '1')).count();
    token.len() <= LONGEST_BITS && wrong == 1 && token.chars().count() == 8
}

/// Eight characters, each of which a text may write with four bytes.
const LONGEST_BITS: usize = 32;

fn misread_bits(word: &Word<'_>, run: &mut Run) {
    let Token { digits, prefix, .. } = word.token;
    let Some((at, found)) = digits.char_indices().find(|(_, c)| !matches!(c, '0' | '1')) else {
        return;
    };
    let meant = lookalike(found).filter(|meant| matches!(meant, '0' | '1'));
    let kind = match meant {
        Some(meant) => MistakeKind::Lookalike { found, meant },
        None => MistakeKind::NotADigit { found, base: 2 },
    };
    let is_wrong = |c: char| !matches!(c, '0' | '1');
    let mended = meant.map(|meant| digits.replace(is_wrong, meant.encode_utf8(&mut [0; 4])));
    let byte = mended.as_deref().and_then(digits::bits);
    let at = word.at.saturating_add(prefix.len()).saturating_add(at);
    run.guess(at..at.saturating_add(found.len_utf8()), kind, byte);
}

/// Binary digits without gaps.
pub(super) fn long_binary(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let digits = word.token.digits;
    for (n, eight) in digits.as_bytes().chunks(8).enumerate() {
        let byte = std::str::from_utf8(eight).ok().and_then(digits::bits);
        let at = word.at.saturating_add(n.saturating_mul(8));
        match byte {
            Some(byte) => run.data.push(byte, at, 8),
            None => {
                run.slip(
                    at..at.saturating_add(eight.len()),
                    MistakeKind::NotEightBits { digits: eight.len() },
                    1,
                );
                return;
            }
        }
    }
}
