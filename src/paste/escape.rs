//! Escape sequences of C, Rust, Python, JSON, JavaScript, Lua and Erlang.

use super::digits::{self, nibble};
use super::literal::Mistyped;
use super::mistake::MistakeKind;
use super::notation::NOTATIONS;
use super::run::{Class, Run};
use super::source::Source;
use std::ops::Range;

/// Reads a quoted string from its opening quote on; gives the offset behind the closing one.
/// A line break ends it, unless a backslash stands before.
pub(super) fn string(source: Source<'_>, at: usize, quote: char, run: &mut Run) -> Option<usize> {
    string_in(source, at, quote, Digits::Octal, run)
}

/// What digits right behind a backslash are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    /// Up to three of base 8, as C, Python and strace have them.
    Octal,
    /// Up to three of base 10, as Lua has them.
    Decimal,
    /// One zero, as Rust and JavaScript have it: a digit behind it is a character.
    Zero,
}

/// As `string`, where digits behind a backslash are what `written` says.
pub(super) fn string_in(
    source: Source<'_>,
    at: usize,
    quote: char,
    written: Digits,
    run: &mut Run,
) -> Option<usize> {
    let doubled = is_doubled(source.head(at, LONGEST_LOOK));
    let mut at = at.saturating_add(quote.len_utf8());
    loop {
        let c = source.from(at).chars().next()?;
        if c == quote {
            return Some(at.saturating_add(quote.len_utf8()));
        }
        if c == '\n' {
            return None;
        }
        let number = match written {
            Digits::Octal => None,
            Digits::Decimal => decimal(source.head(at, LONGEST_DECIMAL)),
            Digits::Zero => source.from(at).starts_with("\\0").then_some((0, ZERO)),
        };
        if let Some((byte, len)) = number {
            run.data.push(byte, at, len);
            at = at.saturating_add(len);
            continue;
        }
        at = one(source, at, c, doubled, run);
    }
}

/// The bytes of characters and escapes without quotes; nothing where one of them is mistyped.
pub(super) fn bytes(text: &str, range: Range<usize>) -> Option<Vec<u8>> {
    let source = Source { text: text.get(..range.end)? };
    let mut run = Run::new(NOTATIONS.first()?, Class::Code, range.clone());
    let doubled = is_doubled(source.range(range.clone()));
    let mut at = range.start;
    while let Some(c) = source.from(at).chars().next() {
        at = one(source, at, c, doubled, &mut run);
    }
    run.slips.is_empty().then_some(run.data.bytes)
}

/// Whether each backslash is written twice, as a string is that stands in another one.
pub(super) fn is_doubled(text: &str) -> bool {
    let first = text.find('\\').and_then(|at| text.get(at..)).unwrap_or_default();
    first.strip_prefix('\\').is_some_and(|it| starts(it) || starts_mistyped(it))
}

/// A string's first escape stands at its beginning.
const LONGEST_LOOK: usize = 24;

/// Reads the character or escape at `at`; gives the offset behind it.
pub(super) fn one(source: Source<'_>, at: usize, c: char, doubled: bool, run: &mut Run) -> usize {
    if doubled && source.from(at).starts_with("\\\\") {
        return one(source, at.saturating_add(1), '\\', false, run);
    }
    if c != '\\' {
        let mut utf8 = [0; 4];
        for byte in c.encode_utf8(&mut utf8).bytes() {
            run.data.push(byte, at, c.len_utf8());
        }
        return at.saturating_add(c.len_utf8());
    }
    let rest = source.from(at).get(1..).unwrap_or_default();
    match sequence(rest) {
        Some((Some(byte), len)) => {
            run.data.push(byte, at, len.saturating_add(1));
            at.saturating_add(len).saturating_add(1)
        }
        Some((None, len)) => at.saturating_add(len).saturating_add(1),
        None => {
            if let Some(len) = mistyped(rest, at.saturating_add(2), run) {
                return at.saturating_add(len).saturating_add(1);
            }
            let len = broken(rest).saturating_add(1);
            run.slip(at..at.saturating_add(len), MistakeKind::BadEscape, 1);
            at.saturating_add(len)
        }
    }
}

/// Whether the text begins with a whole escape of a byte's number.
pub(super) fn starts(text: &str) -> bool {
    let rest = text.strip_prefix('\\').unwrap_or_default();
    rest.starts_with(['x', 'u', '0']) && sequence(rest).is_some_and(|(byte, _)| byte.is_some())
}

/// Whether the text begins with an escape of a byte in hex that has a typing mistake, and another one follows.
pub(super) fn starts_mistyped(text: &str) -> bool {
    let Some(digits) = text.strip_prefix("\\x") else { return false };
    let end = digits.char_indices().take(4).find(|(_, c)| !c.is_alphanumeric()).map(|(n, _)| n);
    let behind = end.filter(|end| *end > 0).and_then(|end| digits.get(end..)).unwrap_or_default();
    let next = behind.trim_start_matches('\\');
    behind.len() > next.len() && next.starts_with('x')
}

/// What stands behind a backslash: its byte, if it has one, and its length.
fn sequence(rest: &str) -> Option<(Option<u8>, usize)> {
    let first = rest.chars().next()?;
    let simple = |byte: u8| Some((Some(byte), 1));
    match first {
        'x' | 'X' => braced(rest).or_else(|| hex(rest, 2)),
        'u' => braced(rest).or_else(|| hex(rest, 4)),
        'U' => hex(rest, 8),
        '0'..='7' => octal(rest),
        'n' => simple(b'\n'),
        'r' => simple(b'\r'),
        't' => simple(b'\t'),
        'a' => simple(7),
        'b' => simple(8),
        'v' => simple(11),
        'f' => simple(12),
        'e' => simple(27),
        '\\' | '\'' | '"' | '?' | '/' | '`' => simple(u8::try_from(first).ok()?),
        '\n' => Some((None, rest.len().saturating_sub(rest.trim_start().len()))),
        '\r' if rest.starts_with("\r\n") => Some((None, 2)),
        _ => None,
    }
}

fn hex(rest: &str, digits: usize) -> Option<(Option<u8>, usize)> {
    let code = rest.get(1..)?.get(..digits)?;
    let all = code.bytes().all(|b| nibble(b).is_some());
    let value = u32::from_str_radix(code, 16).ok().filter(|_| all)?;
    Some((Some(u8::try_from(value).ok()?), digits.saturating_add(1)))
}

/// `{10}`, as in Rust's `\u{10}` and Erlang's `\x{10}`.
fn braced(rest: &str) -> Option<(Option<u8>, usize)> {
    let inside = rest.get(1..)?.strip_prefix('{')?;
    let len = inside.bytes().take(7).position(|b| b == b'}')?;
    let value = u32::from_str_radix(inside.get(..len)?, 16).ok()?;
    Some((Some(u8::try_from(value).ok()?), len.saturating_add(3)))
}

/// Whether a character that is no byte stands behind a backslash: `u{fe0f}`, `u2026`. What stands in for bytes that were
/// lost is none.
pub(super) fn is_wide(rest: &str) -> bool {
    let Some(digits) = rest.strip_prefix('u') else { return false };
    let inside = digits.strip_prefix('{').and_then(|it| it.split_once('}')).map(|(it, _)| it);
    let code = inside.or_else(|| digits.get(..4)).and_then(|it| u32::from_str_radix(it, 16).ok());
    code.is_some_and(|it| it > 0xff && it != u32::from(char::REPLACEMENT_CHARACTER))
}

fn octal(rest: &str) -> Option<(Option<u8>, usize)> {
    let len = rest.bytes().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    let value = u32::from_str_radix(rest.get(..len)?, 8).ok()?;
    Some((Some(u8::try_from(value).ok()?), len))
}

/// A backslash and up to three decimal digits at the beginning of a text: a byte, and their length.
fn decimal(text: &str) -> Option<(u8, usize)> {
    let digits = text.strip_prefix('\\')?;
    let len = digits.bytes().take(3).take_while(u8::is_ascii_digit).count();
    Some((digits.get(..len)?.parse().ok()?, len.saturating_add(1)))
}

/// A backslash and three digits.
const LONGEST_DECIMAL: usize = 4;
/// Length of `\0`.
const ZERO: usize = 2;

/// Reads an `x` of which a digit is missing or no digit; `start` is where its digits begin.
fn mistyped(rest: &str, start: usize, run: &mut Run) -> Option<usize> {
    let digits = rest.strip_prefix(['x', 'X'])?;
    let mut ends = digits.char_indices().map(|(n, _)| n).chain([digits.len()]).skip(1);
    let (first, second) = (digits.get(..ends.next()?)?, ends.next());
    let both = second.and_then(|end| digits.get(..end));
    let ends_escape = |end: usize| {
        digits.get(end..).is_none_or(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let it = both.and_then(|both| Mistyped::of(both, 16));
    match (it, second, first.as_bytes()) {
        // Characters behind belong to a text, and a digit is missing before them.
        (Some(it), Some(end), _) if it.value.is_some() || ends_escape(end) => {
            it.tell(start, run);
            Some(end.saturating_add(1))
        }
        (_, _, [digit]) if digit.is_ascii_hexdigit() => {
            digits::lone(*digit, start, run);
            Some(2)
        }
        _ => None,
    }
}

/// How much of a broken escape to pass over: the digits it should have had.
fn broken(rest: &str) -> usize {
    let digits = match rest.chars().next() {
        Some('x' | 'X') => 3,
        Some('u') => 5,
        Some(_) => 1,
        None => 0,
    };
    let end = |c: char| !c.is_alphanumeric();
    let word = rest.find(end).unwrap_or(rest.len());
    let wanted: usize = rest.chars().take(digits).map(char::len_utf8).sum();
    wanted.min(word)
}
