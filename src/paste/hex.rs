//! Hex digits in a line, with whatever people put between them.

use super::context::Context;
use super::digits;
use super::evidence;
use super::frame::{self, Chain, Fit};
use super::inside;
use super::lengths;
use super::listed;
use super::mistake::{MistakeKind, SIDE_BY_SIDE, lookalike};
use super::names;
use super::notation::Notation;
use super::piece::Meant;
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Source, Taken, blanks};
use super::tail;
use super::token::{PREFIXES, Style, Token, token};
use super::wordy;
use std::ops::Range;

/// Reads a run of hex tokens that ends with its line at the latest.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if let Some(taken) = tail::read(row, source, at)
        .or_else(|| inside::read(row, source, at))
        .or_else(|| wordy::read(row, source, at))
    {
        return Some(taken);
    }
    if is_word(source, at) {
        return None;
    }
    if let Some(len) = names::len(source, at) {
        let end = at.saturating_add(len);
        return Some(Taken {
            runs: called(row, source, at..end).into_iter().collect(),
            end,
            modem: 0,
        });
    }
    let mut lexer = Lexer {
        source,
        at,
        run: Run::new(row, Class::Prose, at..at),
        style: Style::default(),
        mended: 0,
        doubtful: false,
    };
    lexer.tokens();
    let Lexer { mut run, style, doubtful, .. } = lexer;
    // Who writes a sign before one byte writes it before all: others are names of a program.
    let has_names = style.signs > 0 && style.signs < style.tokens;
    if run.data.bytes.is_empty() || has_names {
        return None;
    }
    if style.alone == 1 && style.padded >= LEAST_PADDED {
        lone_digit(&mut run);
    }
    let settled = if doubtful { settle(&mut run) } else { Mended::Whole };
    run.notation = style.row(row);
    let is_hardware = style.pairs == 6 && style.tokens == 6 && (style.colon || style.dash);
    let is_hardware = is_hardware && !evidence::is_named(source, run.range.start);
    run.address_like =
        is_hardware || style.colon && names::is_ipv6(source.range(run.range.clone()));
    Context::of(source, &run.range).apply(&mut run);
    if is_list_of_twos(source.head(run.range.start, run.range.len().min(LONGEST_LIST))) {
        (run.class, run.join) = (Class::Prose, Join::Never);
    }
    if evidence::is_number(source, &run, &style) {
        (run.is_number, run.join) = (true, Join::Never);
    }
    if is_part(source, &run) || listed::is_listed(source, &run) {
        (run.is_number, run.is_called, run.join) = (true, true, Join::Never);
    }
    // A log says that these are bytes.
    let is_log = run.class == Class::Line && run.direction.is_some();
    let end = run.range.end;
    // A stream of digits is a number too.
    let is_short = run.range.len() < SHORTEST_STREAM;
    let is_number = doubtful && style.tokens == 1 && is_short && !run.is_strict();
    // Packets, and a digit behind them.
    let has_tail = || {
        let at = run.data.len();
        at >= SHORTEST_TAILED
            && run.slips.iter().all(|it| it.index == at)
            && lengths::exact(&run.data.bytes)
    };
    let is_meant = (settled == Mended::Whole || has_tail()) && !is_number
        || settled == Mended::Headless && run.class == Class::Line
        || is_log;
    is_meant.then(|| Taken { runs: vec![run], end, modem: 0 })
}

/// Whether a run is a part of a word with points: `e000.64a4.df49`, `32.41.46`.
fn is_part(source: Source<'_>, run: &Run) -> bool {
    let rest = source.head(run.range.end, 2).strip_prefix('.').unwrap_or_default();
    let before = source.tail(0..run.range.start, 4).strip_suffix('.').unwrap_or_default();
    rest.starts_with(|c: char| c.is_ascii_hexdigit())
        || before.ends_with(|c: char| c.is_ascii_hexdigit())
}

/// A number that could be packets, if the word before it did not say what it is.
fn called(row: &'static Notation, source: Source<'_>, range: Range<usize>) -> Option<Run> {
    let mut run = Run::new(row, Class::Prose, range.clone());
    let text = source.range(range.clone());
    let is_read = range.len() <= LONGEST_MENDED
        && text.len().is_multiple_of(2)
        && digits::push_pairs(text, range.start, &mut run);
    (run.is_number, run.is_called) = (true, true);
    (is_read && frame::strict(&run.data.bytes)).then_some(run)
}

/// Whether a letter that no digit looks like begins what is not even a mistyped pair nor a stream: nearly all
/// words are told by that.
fn is_word(source: Source<'_>, at: usize) -> bool {
    let text = source.head(at, LONGEST_MENDED);
    let mut chars = text.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic);
    let Some(first) = first.filter(|c| !c.is_ascii_hexdigit() && lookalike(*c).is_none()) else {
        return false;
    };
    let mut hex = chars.take_while(char::is_ascii_hexdigit).count();
    let is_pair = hex == 1 || hex == 2;
    hex = hex.saturating_add(first.len_utf8());
    !is_pair && hex < LONGEST_MENDED
        || text.get(hex..).is_some_and(|it| it.starts_with(char::is_alphanumeric))
}

/// Whether these are twos of digits with a comma between: times of a timetable.
fn is_list_of_twos(text: &str) -> bool {
    let mut twos = text.split(", ").filter(|two| !two.is_empty());
    let all = twos.by_ref().take(LEAST_TWOS).filter(|two| two.len() == 5 && two.contains(' '));
    all.count() == LEAST_TWOS && twos.take(LEAST_TWOS).all(|two| two.len() <= 5)
}

/// So many twos, and more behind, show how the others are written.
const LEAST_TWOS: usize = 3;
const LONGEST_LIST: usize = 60;

/// Turns the byte of a single digit behind `0x` into a mistake: the others all have two.
fn lone_digit(run: &mut Run) {
    let place = |n: usize| run.data.map.text_of(n..n.saturating_add(1));
    let lone = (0..run.data.len()).find_map(|n| Some((n, place(n).filter(|it| it.len() == 3)?)));
    if let Some((n, range)) = lone {
        let meant = run.data.bytes.get(n).copied().map(Meant::Digit);
        run.lose(
            n..n.saturating_add(1),
            range.end.saturating_sub(1)..range.end,
            MistakeKind::OneDigit,
            meant,
        );
    }
}

/// As many bytes with a zero before them show that zeros are written.
pub(super) const LEAST_PADDED: usize = 2;

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
    /// Tokens with a typing mistake that are no pairs.
    mended: usize,
    /// Whether the bytes must show that a token was meant.
    doubtful: bool,
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
            let is_end = between.is_empty() && !rest.starts_with(['\\', '%']);
            if is_end || names::is_uuid(self.source, self.at) {
                return;
            }
        }
    }

    fn next(&mut self) -> Option<Token<'t>> {
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
        if !c.is_alphanumeric() {
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

/// Numbers are shorter.
const SHORTEST_TAILED: usize = 10;
/// Longer ones frame by chance no more.
const SHORTEST_STREAM: usize = 32;
/// Longer ones are streams of digits.
const LONGEST_MENDED: usize = 16;

/// Whether a letter stands right behind the token that looks like a digit of it.
fn glued(text: &str, len: usize) -> bool {
    let next = text.get(len..).and_then(|rest| rest.chars().next());
    next.is_some_and(|c| !c.is_ascii() && lookalike(c).is_some())
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
