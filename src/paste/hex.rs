//! Hex digits in a line, with whatever people put between them.

use super::context::Context;
use super::digits;
use super::notation::{Notation, named};
use super::run::{Class, Run};
use super::source::{Source, Taken, blanks, word};

/// Reads a run of hex tokens that ends with its line at the latest.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut lexer =
        Lexer { source, at, run: Run::new(row, Class::Prose, at..at), style: Style::default() };
    lexer.tokens();
    let Lexer { mut run, style, .. } = lexer;
    if run.data.bytes.is_empty() {
        return None;
    }
    run.notation = style.row(row);
    let is_hardware = style.pairs == 6 && style.tokens == 6 && (style.colon || style.dash);
    run.address_like = is_hardware || style.colon && is_ipv6(source.range(run.range.clone()));
    Context::of(source, &run.range).apply(&mut run);
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Whether these are groups of an IPv6 address: up to four digits each, and no blank.
fn is_ipv6(text: &str) -> bool {
    let groups = || text.split(':');
    groups().count() <= 8
        && groups().all(|group| group.len() <= 4 && group.bytes().all(|b| b.is_ascii_hexdigit()))
        && groups().any(|group| group.len() > 2)
}

/// Which of the rows of the table a run of hex is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub(super) tokens: usize,
    pub(super) pairs: usize,
    pub(super) colon: bool,
    pub(super) dash: bool,
    pub(super) zero_x: bool,
    pub(super) h: bool,
}

impl Style {
    pub(super) fn row(self, row: &'static Notation) -> &'static Notation {
        let name = match self {
            Self { zero_x: true, .. } => "hex with 0x",
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
        let prefix = ["0x", "0X", "\\x", "\\X", "%"].into_iter().find(|p| whole.starts_with(p));
        // Only before eight of them; 0b is a byte of hex too.
        let binary = |p: &&str| whole.strip_prefix(*p).and_then(digits::bits).is_some();
        let prefix = prefix.or_else(|| ["0b", "0B"].into_iter().find(binary));
        // Where digits follow, and no more than a byte has.
        let mistyped = |p: &&str| {
            let digits = whole.strip_prefix(*p).unwrap_or_default();
            matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let prefix = prefix.or_else(|| MISTYPED_0X.into_iter().find(mistyped));
        let (prefix, rest) = whole.split_at_checked(prefix.map_or(0, str::len)).unwrap_or_default();
        let bare = rest.strip_suffix(['h', 'H']).filter(|b| prefix.is_empty() && is_assembler(b));
        let digits = bare.map_or(rest, |b| b.get(b.len().saturating_sub(2)..).unwrap_or(b));
        Self { prefix, digits, h: bare.is_some(), len }
    }

    /// Whole pairs, or one digit behind `0x`.
    pub(super) fn is_good(&self) -> bool {
        let n = self.digits.len();
        let hex = n > 0 && self.digits.bytes().all(|b| b.is_ascii_hexdigit());
        let is_prefixed = self.prefix.starts_with('0') || self.has_mistyped_prefix();
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

/// `0x` with a letter for its zero.
const MISTYPED_0X: [&str; 4] = ["Ox", "OX", "ox", "oX"];

fn is_assembler(digits: &str) -> bool {
    let zero = digits.len() == 3 && digits.starts_with('0');
    (digits.len() == 2 || zero) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The token at the beginning of `text`, good or not.
pub(super) fn token(text: &str) -> Option<Token<'_>> {
    let escaped = ["\\x", "\\X", "%"].into_iter().find(|p| text.starts_with(p));
    let len = match escaped {
        Some(prefix) => {
            let digits = text.bytes().skip(prefix.len()).take(2).take_while(u8::is_ascii_hexdigit);
            prefix.len().saturating_add(digits.count())
        }
        None => word(text),
    };
    (len > 0).then(|| Token::of(text, len))
}

/// Length of what stands between two tokens: blanks, and at most one mark.
pub(super) fn separator(text: &str) -> usize {
    let first = blanks(text);
    let rest = text.get(first..).unwrap_or_default();
    let mark = usize::from(rest.starts_with([',', ':', ';', '-', '|']));
    let last = blanks(rest.get(mark..).unwrap_or_default());
    let len = first.saturating_add(mark).saturating_add(last);
    if len > WIDEST { 0 } else { len }
}

/// Wider gaps stand between columns, not between bytes.
const WIDEST: usize = 12;

struct Lexer<'t> {
    source: Source<'t>,
    at: usize,
    run: Run,
    style: Style,
}

impl<'t> Lexer<'t> {
    fn tokens(&mut self) {
        let mut between = "";
        while let Some(token) = self.next() {
            self.style.separator(between);
            self.style.token(&token);
            token.read(self.source, self.at, &mut self.run);
            self.at = self.at.saturating_add(token.len);
            self.run.range.end = self.at;
            let rest = self.source.from(self.at);
            between = rest.get(..separator(rest)).unwrap_or_default();
            self.at = self.at.saturating_add(between.len());
            if between.is_empty() && !rest.starts_with(['\\', '%']) {
                return;
            }
        }
    }

    fn next(&self) -> Option<Token<'t>> {
        let text = self.source.from(self.at);
        match token(text) {
            Some(token)
                if token.is_good()
                    && !glued(text, token.len)
                    && (self.style.zero_x || !token.has_mistyped_prefix()) =>
            {
                Some(token)
            }
            _ => self.mended(text),
        }
    }

    /// A token with a typing mistake: told from a word by what stands around it.
    fn mended(&self, text: &'t str) -> Option<Token<'t>> {
        if self.style.pairs < 3 || self.style.pairs != self.style.tokens {
            return None;
        }
        let len =
            text.find(|c: char| c.is_whitespace() || ",:;-|`".contains(c)).unwrap_or(text.len());
        let wide = text.get(..len.min(8)).filter(|w| w.len() == len)?;
        let after = text.get(len..).unwrap_or_default();
        let goes_on = good_pairs(after, 2)
            || (after.starts_with('\n') || after.is_empty()) && wide.len() == 2;
        let one_wrong = wide.chars().filter(|c| !c.is_ascii_hexdigit()).count() <= 1;
        (goes_on && one_wrong && digits::near(wide, 2)).then(|| Token::of(text, len))
    }
}

/// Whether a letter stands right behind the token that looks like a digit of it.
fn glued(text: &str, len: usize) -> bool {
    let next = text.get(len..).and_then(|rest| rest.chars().next());
    next.is_some_and(|c| !c.is_ascii() && super::mistake::lookalike(c).is_some())
}

/// Whether the next `count` tokens are pairs.
fn good_pairs(mut text: &str, count: usize) -> bool {
    (0..count).all(|_| {
        text = text.get(separator(text)..).unwrap_or_default();
        let next = token(text).filter(|t| t.is_good() && t.digits.len() == 2);
        text = next.and_then(|t| text.get(t.len..)).unwrap_or_default();
        next.is_some()
    })
}
