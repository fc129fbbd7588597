//! A word of hex: what marks it as such, and its digits.

use super::bits;
use super::digits;
use super::literal::Mistyped;
use super::notation::{Notation, named};
use super::run::Run;
use super::source::{Source, is_word, word};

/// Which of the rows of the table a run of hex is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub(super) tokens: usize,
    pub(super) pairs: usize,
    pub(super) colon: bool,
    pub(super) dash: bool,
    pub(super) zero_x: bool,
    pub(super) h: bool,
    /// Tokens with `&H` or `$` before the digits.
    pub(super) signs: usize,
    /// Single digits behind `0x`, and pairs that begin with a zero.
    pub(super) alone: usize,
    pub(super) padded: usize,
}

impl Style {
    pub(super) fn row(self, row: &'static Notation) -> &'static Notation {
        let name = match self {
            Self { zero_x: true, .. } => "hex with 0x",
            Self { signs: 1.., .. } => "hex with &H or $ (BASIC, Pascal)",
            Self { h: true, .. } => "hex with h",
            Self { colon: true, .. } | Self { dash: true, .. } => "hex with colons or dashes",
            Self { tokens: 1, pairs: 0, .. } => "hex stream, xxd -p",
            _ => return row,
        };
        named(name, row)
    }

    pub(super) fn separator(&mut self, text: &str) {
        self.colon |= text.contains(':');
        self.dash |= text.contains('-');
    }

    pub(super) fn token(&mut self, token: &Token<'_>) {
        self.tokens = self.tokens.saturating_add(1);
        self.pairs = self.pairs.saturating_add(usize::from(token.digits.len() == 2));
        self.zero_x |= token.prefix.starts_with('0');
        self.h |= token.h;
        let has_sign = token.prefix.starts_with(['&', '$']);
        self.signs = self.signs.saturating_add(usize::from(has_sign));
        let is_prefixed = token.prefix.starts_with('0');
        let is_padded = token.digits.len() == 2 && token.digits.starts_with('0');
        let is_alone = is_prefixed && token.digits.len() == 1;
        self.alone = self.alone.saturating_add(usize::from(is_alone));
        self.padded = self.padded.saturating_add(usize::from(is_prefixed && is_padded));
    }
}

/// A token of hex: what stands before the digits, and the digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) prefix: &'t str,
    pub(super) digits: &'t str,
    /// Whether an `h` stands behind, as in assembler.
    pub(super) h: bool,
    /// Length with all of this.
    pub(super) len: usize,
}

impl<'t> Token<'t> {
    /// Splits the word at the beginning of `text`, which `len` bytes of it are.
    pub(super) fn of(text: &'t str, len: usize) -> Self {
        let whole = text.get(..len).unwrap_or_default();
        let prefix = PREFIXES.into_iter().find(|p| whole.starts_with(p));
        // Only before eight of them; 0b is a byte of hex too.
        let binary = |p: &&str| {
            whole.strip_prefix(*p).is_some_and(|bits| {
                digits::bits(bits).is_some() || bits::is_mistyped(bits) || bits::is_miscounted(bits)
            })
        };
        let prefix = prefix.or_else(|| ["0b", "0B"].into_iter().find(binary));
        // Where digits follow, and no more than a byte has.
        let mistyped = |p: &&str| {
            let digits = whole.strip_prefix(*p).unwrap_or_default();
            matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let prefix = prefix.or_else(|| MISTYPED_0X.into_iter().find(mistyped));
        let (prefix, rest) = whole.split_at_checked(prefix.map_or(0, str::len)).unwrap_or_default();
        let bare = rest.strip_suffix(['h', 'H']).filter(|b| prefix.is_empty() && is_assembler(b));
        let digits =
            bare.map_or(rest, |b| if b.len() == 3 { b.strip_prefix('0').unwrap_or(b) } else { b });
        Self { prefix, digits, h: bare.is_some(), len }
    }

    /// Whole pairs, or one digit behind `0x`.
    pub(super) fn is_good(&self) -> bool {
        let n = self.digits.len();
        let hex = n > 0 && self.digits.bytes().all(|b| b.is_ascii_hexdigit());
        let is_prefixed = self.prefix.starts_with(['0', '&', '$']) || self.has_mistyped_prefix();
        hex && (n.is_multiple_of(2) || n == 1 && is_prefixed)
    }

    /// Whether a letter stands for the zero of `0x`: that hides nothing of the byte.
    pub(super) fn has_mistyped_prefix(&self) -> bool {
        MISTYPED_0X.contains(&self.prefix)
    }

    /// Reads the digits, which stand at the end of the token that begins at `at`.
    pub(super) fn read(&self, source: Source<'_>, at: usize, run: &mut Run) {
        let end = at.saturating_add(self.len).saturating_sub(usize::from(self.h));
        let start = end.saturating_sub(self.digits.len());
        if let Some(letter) = self.prefix.chars().next().filter(|_| self.has_mistyped_prefix()) {
            run.slip(at..at.saturating_add(1), digits::not_a_digit(letter), 0);
        }
        match self.digits.as_bytes() {
            [digit] if self.is_good() => {
                run.data.push(digits::nibble(*digit).unwrap_or(0), at, self.len);
            }
            _ => digits::hex(source, start..end, run),
        }
    }
}

/// What marks digits as hex: of C, of strings, of addresses of the web, of BASIC and of Pascal.
pub(super) const PREFIXES: [&str; 8] = ["0x", "0X", "\\x", "\\X", "%", "&H", "&h", "$"];
const ZERO_X: [&str; 2] = ["0x", "0X"];
/// `0b` and eight digits.
pub(super) const LONGEST_BINARY: usize = 10;
/// Those behind which no more than two digits stand.
const ESCAPED: [&str; 6] = ["\\x", "\\X", "%", "&H", "&h", "$"];
/// `0x` with a letter for its zero.
const MISTYPED_0X: [&str; 4] = ["Ox", "OX", "ox", "oX"];

/// Length of a token that begins with `0x`, or with `0b` and eight digits, where another one stands right behind it
/// or may do so. It looks no further than the next one.
fn prefixed(text: &str) -> Option<usize> {
    let rest = ZERO_X.into_iter().find_map(|prefix| text.strip_prefix(prefix));
    if rest.is_some() {
        let ends = |n: &usize| !text.as_bytes().get(*n).is_some_and(|b| is_word(*b));
        return (2..text.len()).find(|n| ends(n) || is_glued(text, *n)).or(Some(text.len()));
    }
    is_glued(text, LONGEST_BINARY).then_some(LONGEST_BINARY)
}

/// Whether at `at` of a text another token like the one at its beginning starts: `0x20|0x02`.
pub(super) fn is_glued(text: &str, at: usize) -> bool {
    let behind = text.get(at..).unwrap_or_default();
    let is_hex = |it: &str| ZERO_X.into_iter().any(|prefix| it.starts_with(prefix));
    let is_binary = |it: &str| {
        let bits = it.strip_prefix("0b").or_else(|| it.strip_prefix("0B"));
        bits.and_then(|bits| digits::bits(bits.get(..8)?)).is_some()
    };
    at > 2 && is_hex(behind) && is_hex(text)
        || at == LONGEST_BINARY && is_binary(behind) && is_binary(text)
}

/// Whether a token stands at the beginning whose sign shows where the one before ends.
pub(super) fn is_signed(text: &str) -> bool {
    ZERO_X.into_iter().chain(ESCAPED).any(|sign| text.starts_with(sign))
}

fn is_assembler(digits: &str) -> bool {
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(digits.len(), 2 | 3) && is_hex
        || digits.len() == 2 && Mistyped::of(digits, 16).is_some()
}

/// The token at the beginning of `text`, good or not.
pub(super) fn token(text: &str) -> Option<Token<'_>> {
    let escaped = ESCAPED.into_iter().find(|p| text.starts_with(p));
    let len = match escaped {
        Some(prefix) => {
            let digits = text.bytes().skip(prefix.len()).take(2).take_while(u8::is_ascii_hexdigit);
            prefix.len().saturating_add(digits.count())
        }
        None => prefixed(text).unwrap_or_else(|| word(text)),
    };
    (len > 0).then(|| Token::of(text, len))
}
