//! The ways to read a token of a text that is nothing but digits.

use super::bits;
use super::bitstream;
use super::digits;
use super::literal::Mistyped;
use super::mistake::MistakeKind;
use super::run::Run;
use super::source::Source;
use super::token::Token;
use super::values::EXTENDED;

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

/// As `pairs`, where each byte is written with both its digits.
pub(super) fn padded(source: Source<'_>, word: &Word<'_>, run: &mut Run) {
    match word.token.digits.as_bytes() {
        [digit] => {
            let end = word.at.saturating_add(word.token.len);
            digits::lone(*digit, end.saturating_sub(1), run);
        }
        _ => word.token.read(source, word.at, run),
    }
}

/// Words of several bytes, the low one of which stands last.
pub(super) fn low_first(source: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let end = word.at.saturating_add(word.token.len);
    digits::low_first(source, end.saturating_sub(word.token.digits.len())..end, run);
}

fn one(word: &Word<'_>, byte: Option<u8>, run: &mut Run) {
    let range = word.at..word.at.saturating_add(word.token.len);
    match byte {
        Some(byte) => run.data.push(byte, range.start, range.len()),
        None => run.slip(range, MistakeKind::TooBig { number: word.token.digits.to_owned() }, 1),
    }
}

pub(super) fn decimal(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    if let Some(mistyped) = Mistyped::one(word.token.digits, 10) {
        let start = word.at.saturating_add(word.token.len);
        mistyped.tell(start.saturating_sub(word.token.digits.len()), run);
        return;
    }
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

/// The byte that a word of hex is, where C and Java made a number of 32 bits of a byte with a sign: `ffffff82`.
pub(super) fn extended(digits: &str) -> Option<u8> {
    let value = u32::from_str_radix(digits, 16).ok().filter(|it| *it >= EXTENDED)?;
    (digits.len() == 8).then(|| value.to_le_bytes()[0])
}

/// As `short_hex`, with bytes whose sign is extended among them.
pub(super) fn with_signs(source: Source<'_>, word: &Word<'_>, run: &mut Run) {
    match extended(word.token.digits) {
        Some(byte) => one(word, Some(byte), run),
        None => short_hex(source, word, run),
    }
}

pub(super) fn binary(_: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let prefix = word.token.prefix.len();
    if !bits::group(word.token.digits, word.at, prefix, run) {
        let range = word.at..word.at.saturating_add(word.token.len);
        let digits = word.token.digits.len();
        run.slip(range, MistakeKind::NotEightBits { digits }, 1);
    }
}

/// Binary digits without gaps.
pub(super) fn long_binary(source: Source<'_>, word: &Word<'_>, run: &mut Run) {
    let digits = word.token.digits;
    let len = bitstream::len(digits);
    if len > 0 && len == digits.len() {
        bitstream::read(digits, word.at.saturating_add(word.token.prefix.len()), run);
    } else {
        binary(source, word, run);
    }
}
