//! An element of an array: a number with or without its base, or a character.

use super::digits;
use super::literal::Mistyped;
use super::mistake::{MistakeKind, lookalike};
use super::run::Run;
use super::times::Times;

pub(super) struct Element<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) value: Value,
    /// Whether it stands in quotes.
    pub(super) quoted: bool,
    /// How often it stands there, where gdb says so.
    pub(super) times: Option<Times>,
}

impl Element<'_> {
    /// The letter that stands alone without quotes, and the digit that it looks like.
    pub(super) fn lookalike(&self) -> Option<(char, char)> {
        let letter = self.text.chars().next().filter(|c| self.text.len() == c.len_utf8())?;
        lookalike(letter).filter(char::is_ascii_digit).map(|digit| (letter, digit))
    }

    /// Whether it is a letter that looks like no digit: then all letters are characters.
    pub(super) fn is_letter(&self) -> bool {
        let is_letter = matches!(self.text.as_bytes(), [b'G'..=b'Z']);
        is_letter && self.lookalike().is_none()
    }
}

pub(super) enum Value {
    /// Written with its base, or as a character: says its value alone.
    Sure(u32),
    /// Digits alone: decimal, unless the others around show hex.
    Bare,
    Wrong,
}

/// Fewer digits of two after `0b` are hex, too.
const SHORTEST_BITS: usize = 7;
/// Length of `'\x10'`.
const ESCAPED: usize = 6;

/// An element in which one character is no digit, and where its digits begin.
pub(super) fn mistyped(text: &str, bare_is_hex: bool) -> Option<(usize, Mistyped)> {
    let behind = |prefixes: [&str; 4]| prefixes.into_iter().find_map(|p| text.strip_prefix(p));
    let hex = behind(["0x", "0X", "Ox", "ox"]);
    let bits = behind(["0b", "0B", "Ob", "ob"]).filter(|it| it.len() >= SHORTEST_BITS);
    let sign = text.strip_prefix('-').unwrap_or(text);
    let (digits, base) = match (hex, bits) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (without_type(digits), 2),
        _ => (without_type(sign), if bare_is_hex { 16 } else { 10 }),
    };
    let prefix = text.len().saturating_sub(hex.or(bits).unwrap_or(sign).len());
    let mut it = Mistyped::of(&digits.replace('_', "0"), base)?;
    if digits.contains('_') {
        it.value = None;
    }
    Some((prefix, it))
}

/// A number of hex that has one digit, or three.
pub(super) fn odd_digits(element: &Element<'_>, run: &mut Run) {
    let has_base = element.text.starts_with("0x") || element.text.starts_with("0X");
    let start = element.at.saturating_add(if has_base { 2 } else { 0 });
    let end = element.at.saturating_add(element.text.len());
    match element.text.as_bytes() {
        [b'0', b'x' | b'X', digit] | [digit] => digits::lone(*digit, start, run),
        _ => {
            let digits = end.saturating_sub(start);
            run.slip(start..end, MistakeKind::OddDigits { digits }, 1);
        }
    }
}

/// Length of `(byte)`, `(unsigned char)` and the like.
pub(super) fn cast(rest: &str) -> usize {
    let inside =
        rest.strip_prefix('(').and_then(|r| r.get(..r.bytes().take(16).position(|b| b == b')')?));
    match inside {
        Some(name) if name.chars().all(|c| c.is_ascii_alphanumeric() || "_ .".contains(c)) => {
            let after = name.len().saturating_add(2);
            let blanks = rest.get(after..).map_or(0, super::source::blanks);
            after.saturating_add(blanks)
        }
        _ => 0,
    }
}

/// Length of Kotlin's and Scala's `.toByte()` behind a number, or of Rust's `as u8`.
pub(super) fn conversion(behind: &str) -> usize {
    let all = [".toByte()", ".toUByte()", ".toByte", " as u8", " as i8", " as byte"];
    all.into_iter().find(|it| behind.starts_with(it)).map_or(0, str::len)
}

/// `'M'`, Rust's `b'M'`, `'\0'`, `'\x10'`.
pub(super) fn character(body: &str) -> Option<(usize, Value)> {
    let prefix = usize::from(!body.starts_with('\''));
    let inside = body.get(prefix..)?.strip_prefix('\'')?;
    let plain = inside.chars().next().filter(|c| c.is_ascii() && *c != '\\');
    let escaped =
        [("\\0'", 0), ("\\n'", 10), ("\\r'", 13), ("\\t'", 9), ("\\\\'", 92), ("\\''", 39)];
    if let Some((text, value)) = escaped.into_iter().find(|(text, _)| inside.starts_with(text)) {
        return Some((prefix.saturating_add(1).saturating_add(text.len()), Value::Sure(value)));
    }
    if let Some((digits, "'")) =
        inside.strip_prefix("\\x").and_then(|it| it.get(..3)?.split_at_checked(2))
    {
        let value = u32::from_str_radix(digits, 16).ok()?;
        return Some((prefix.saturating_add(ESCAPED), Value::Sure(value)));
    }
    let value = plain.filter(|_| inside.get(1..2) == Some("'"))?;
    Some((prefix.saturating_add(3), Value::Sure(value.into())))
}

pub(super) fn number(body: &str) -> (usize, Value) {
    let mark = SIGNS.into_iter().find(|it| body.starts_with(it)).map_or(0, str::len);
    let sign = if mark > 0 { mark } else { usize::from(body.starts_with(['-', '+'])) };
    let digits = body.get(sign..).unwrap_or_default();
    let len =
        digits.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let word = digits.get(..len).unwrap_or_default();
    let text = body.get(..sign.saturating_add(len)).unwrap_or_default();
    let value = if mark > 0 {
        based(text)
    } else if sign > 0 {
        signed(text).map(|_| Value::Bare)
    } else {
        based(word)
    };
    let bare = || {
        signed(text).map(|_| Value::Bare).or_else(|| {
            (text.len() == 2)
                .then_some(Value::Bare)
                .filter(|_| u8::from_str_radix(text, 16).is_ok())
        })
    };
    let letter = || match word.as_bytes() {
        [b] if b.is_ascii_hexdigit() => Some(Value::Bare),
        [b] if b.is_ascii_uppercase() => Some(Value::Sure(u32::from(*b))),
        _ => None,
    };
    (text.len(), value.or_else(bare).or_else(letter).unwrap_or(Value::Wrong))
}

/// What stands before hex in BASIC and Pascal.
const SIGNS: [&str; 3] = ["&H", "&h", "$"];

/// Digits with a base before them, or a type behind.
fn based(word: &str) -> Option<Value> {
    let word = without_type(word);
    let radixes = [
        ("0x", 16),
        ("0X", 16),
        ("0b", 2),
        ("0B", 2),
        ("0o", 8),
        ("&H", 16),
        ("&h", 16),
        ("$", 16),
    ];
    let digits = radixes.into_iter().find_map(|(p, radix)| Some((word.strip_prefix(p)?, radix)));
    if let Some((digits, radix)) = digits {
        return u32::from_str_radix(&digits.replace('_', ""), radix).ok().map(Value::Sure);
    }
    None
}

pub(super) fn signed(text: &str) -> Option<i64> {
    without_type(text).parse().ok()
}

/// A number of C, Go or Rust without the type behind it.
fn without_type(word: &str) -> &str {
    let suffixes = ["_u8", "_i8", "u8", "i8", "U", "u"];
    suffixes.into_iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}
