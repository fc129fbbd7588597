//! Tokens of hex one behind the other, with whatever people put between them; one with a typing mistake is told from a
//! word by what stands around it.

use super::digits;
use super::frame::{self, Chain, Fit};
use super::mistake::{MistakeKind, SIDE_BY_SIDE, lookalike};
use super::names;
use super::run::Run;
use super::source::{FILLER, Source, blanks};
use super::token::{PREFIXES, Style, Token, is_glued, is_signed, token};

/// Length of what stands between two tokens: blanks, and at most one mark.
pub(super) fn separator(text: &str) -> usize {
    let first = blanks(text);
    let rest = text.get(first..).unwrap_or_default();
    let mark = usize::from(rest.starts_with([',', ':', ';', '-', '|']));
    let last = blanks(rest.get(mark..).unwrap_or_default());
    let len = first.saturating_add(mark).saturating_add(last);
    let is_wide = || {
        let between = text.bytes().take(len);
        between.filter(|b| *b != FILLER).count() > WIDEST
    };
    if len > WIDEST && is_wide() { 0 } else { len }
}

/// Wider gaps stand between columns, not between bytes.
const WIDEST: usize = 12;

/// Reads tokens of hex from left to right.
pub(super) struct Lexer<'t> {
    pub(super) source: Source<'t>,
    pub(super) at: usize,
    pub(super) run: Run,
    pub(super) style: Style,
    /// Tokens with a typing mistake that are no pairs.
    pub(super) mended: usize,
    /// Whether the bytes must show that a token was meant.
    pub(super) doubtful: bool,
}

impl<'t> Lexer<'t> {
    /// Reads as far as there are some.
    pub(super) fn tokens(&mut self) {
        let mut between = "";
        loop {
            if between == " " && self.split_pair() {
                let rest = self.source.from(self.at);
                between = rest.get(..separator(rest)).unwrap_or_default();
                self.at = self.at.saturating_add(between.len());
            }
            let Some(token) = self.next() else { return };
            self.style.separator(between);
            self.style.token(&token);
            token.read(self.source, self.at, &mut self.run);
            self.at = self.at.saturating_add(token.len);
            self.run.range.end = self.at;
            let rest = self.source.from(self.at);
            between = rest.get(..separator(rest)).unwrap_or_default();
            self.at = self.at.saturating_add(between.len());
            let is_end = between.is_empty() && !is_signed(rest);
            if is_end || names::is_uuid(self.source, self.at) {
                return;
            }
        }
    }

    /// Reads a pair that a blank divides, between pairs or behind them; one of them at most.
    fn split_pair(&mut self) -> bool {
        let text = self.source.from(self.at);
        let Some(&[high, b' ', low]) = text.as_bytes().first_chunk() else { return false };
        let Some((high, low)) = digits::nibble(high).zip(digits::nibble(low)) else { return false };
        let behind = text.get(SPLIT..).unwrap_or_default();
        let is_word = behind.starts_with(|c: char| c.is_alphanumeric());
        let is_first = self.run.slips.is_empty() && self.style.pairs == self.style.tokens;
        let mut run = self.run.clone();
        run.data.push((high << 4) | low, self.at, SPLIT);
        let is_end = || Chain::of(&run.data.bytes).fit() == Fit::Whole;
        if is_word || !is_first || !(good_pairs(behind, 2) > 0 || is_end()) {
            return false;
        }
        let blank = self.at.saturating_add(1);
        self.run.slip(blank..blank.saturating_add(1), MistakeKind::SplitByte, 0);
        self.run.data = run.data;
        self.at = self.at.saturating_add(SPLIT);
        self.run.range.end = self.at;
        self.style.tokens = self.style.tokens.saturating_add(1);
        self.style.pairs = self.style.pairs.saturating_add(1);
        self.doubtful = true;
        true
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let text = self.source.from(self.at);
        match token(text) {
            Some(token)
                if token.is_good()
                    && !glued(text, &token)
                    && (self.style.zero_x || !token.has_mistyped_prefix()) =>
            {
                Some(token)
            }
            _ => self.mended(text),
        }
    }

    /// A token with a typing mistake: told from a word by what stands around it.
    fn mended(&mut self, text: &'t str) -> Option<Token<'t>> {
        let token = Token::of(text, mistyped(text)?);
        let len = token.len;
        let is_first = self.style.tokens == 0;
        if token.digits.len() >= LONGEST_MENDED {
            // The bytes decide whether this is a stream of digits.
            let is_near = digits::near(token.digits, token.digits.len());
            self.doubtful |= is_first;
            return (is_first && is_near).then_some(token);
        }
        let after = text.get(len..)?;
        let pairs = self.style.pairs;
        if len > LONGEST_MENDED
            || pairs.saturating_add(self.mended) != self.style.tokens
            || !(digits::near(token.digits, 2) || pairs >= 3 && is_three(token.digits))
        {
            return None;
        }
        // Two may be mistyped side by side.
        let follow = good_pairs(behind_mistyped_pair(after).unwrap_or(after), 3);
        let ends_line = (after.starts_with('\n') || after.is_empty()) && token.digits.len() == 2;
        // Behind whole packets "is" is a word.
        let is_word = || {
            !token.digits.bytes().any(|b| b.is_ascii_hexdigit())
                && frame::strict(&self.run.filled())
        };
        let is_sure = pairs >= 3 && (follow >= 2 || ends_line && !is_word());
        let is_early = follow == 3 && token.digits.chars().count() <= 3;
        let is_last = || {
            pairs >= 3 && self.lacks().is_some_and(|n| follow.min(2) >= n.min(3).saturating_sub(1))
        };
        if !is_sure && !is_early && !is_last() {
            return None;
        }
        self.doubtful |= !is_sure;
        self.mended = self.mended.saturating_add(usize::from(token.digits.len() != 2));
        Some(token)
    }

    /// How many bytes the packet so far still has.
    fn lacks(&self) -> Option<usize> {
        match Chain::of(&self.run.filled()).fit() {
            Fit::Short(n) if frame::head(&self.run.data.bytes) => Some(n),
            _ => None,
        }
    }
}

/// What stands behind the next token, where that is a pair with a typing mistake.
fn behind_mistyped_pair(text: &str) -> Option<&str> {
    let next = text.get(separator(text)..)?;
    let token = Token::of(next, mistyped(next)?);
    let is_pair = token.digits.len() == 2 && !token.is_good() && digits::near(token.digits, 2);
    next.get(token.len..).filter(|_| is_pair)
}

/// Length of the word that `text` begins with, if no more than two of its characters are none of hex
/// nor of what marks it. It looks no further than that.
fn mistyped(text: &str) -> Option<usize> {
    let marks = PREFIXES.into_iter().find(|p| text.starts_with(p));
    let marks = marks.map_or(0, str::len);
    let mut wrong = 0_usize;
    for (n, c) in text.get(marks..)?.char_indices() {
        if !c.is_alphanumeric() || is_glued(text, marks.saturating_add(n)) {
            return (n > 0).then_some(marks.saturating_add(n));
        }
        // An h behind digits is another mark.
        wrong =
            wrong.saturating_add(usize::from(!c.is_ascii_hexdigit() && !matches!(c, 'h' | 'H')));
        if wrong > SIDE_BY_SIDE {
            return None;
        }
    }
    (text.len() > marks).then_some(text.len())
}

/// Three letters that are digits of hex.
fn is_three(digits: &str) -> bool {
    digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Two digits, and the blank between them.
const SPLIT: usize = 3;
/// Longer ones are streams of digits.
pub(super) const LONGEST_MENDED: usize = 16;

/// Whether a letter stands right behind the token that looks like a digit of it, or any behind one that a sign of BASIC
/// or of Pascal begins.
fn glued(text: &str, token: &Token<'_>) -> bool {
    let has_sign = token.prefix.starts_with(['&', '$']);
    let next = text.get(token.len..).and_then(|rest| rest.chars().next());
    next.is_some_and(|c| {
        has_sign && c.is_ascii_alphanumeric() || !c.is_ascii() && lookalike(c).is_some()
    })
}

/// How many of the next tokens are pairs, up to `most`.
fn good_pairs(mut text: &str, most: usize) -> usize {
    let pairs = (0..most).map(|_| {
        text = text.get(separator(text)..).unwrap_or_default();
        let next = token(text).filter(|t| t.is_good() && t.digits.len() == 2);
        text = next.and_then(|t| text.get(t.len..)).unwrap_or_default();
        next.is_some()
    });
    pairs.take_while(|is_pair| *is_pair).count()
}
