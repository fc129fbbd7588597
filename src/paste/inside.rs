//! A short packet with a typing mistake inside of a sentence or of a line of a log. That it is one the rest of the
//! text must tell: it is held back until all of it is read.

use super::context::Context;
use super::evidence;
use super::frame;
use super::listed;
use super::mistake::SIDE_BY_SIDE;
use super::names;
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};
use super::tail;
use super::token::{Style, Token};

/// A word and where it begins.
type Word<'t> = (usize, &'t str);

/// Reads words of hex from `at` on, if some mistyped byte is all that keeps them from being a short packet.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if !may_begin(source, at) {
        return None;
    }
    let text = source.head(at, LONGEST).split('\n').next()?;
    let words = tail::words(text);
    if tail::is_time(&words, text) {
        return None;
    }
    let mut run = pairs(row, source, at, &words).or_else(|| stream(row, source, at, &words))?;
    if !ends(source.from(run.range.end)) || listed::is_among_numbers(source, at) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    let is_short = run.shown() < SHORTEST || run.notation.name == STREAM;
    if is_short && !evidence::says_bytes(source, &run) {
        return None;
    }
    (run.class, run.join, run.is_number) = (Class::Prose, Join::Never, true);
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Whether a byte may begin here, and digits enough follow: nearly all words are told by that.
pub(super) fn may_begin(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(0..at, 4).chars().next_back();
    let near = source.text.as_bytes().get(at..).unwrap_or_default();
    let digits = near.iter().take(NEAR).take_while(|b| !matches!(b, b'\n' | b'.'));
    before.is_none_or(|c| c.is_whitespace() || OPEN.contains(c))
        && !is_in_list(source, at)
        && digits.filter(|b| b.is_ascii_digit()).count() >= LEAST_DIGITS
}

/// Whether bytes end before this: behind them stands a blank, or what ends a part of a sentence.
pub(super) fn ends(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| CLOSE.contains(c));
    rest.is_empty() || rest.starts_with(char::is_whitespace)
}

/// Bytes with the same between all of them.
fn pairs(row: &'static Notation, source: Source<'_>, at: usize, words: &[Word<'_>]) -> Option<Run> {
    let bytes = words.iter().take_while(|(_, word)| tail::is_byte(word)).count();
    let words = words.get(..bytes).filter(|it| it.len() > 1)?;
    let wrong = words.iter().position(|(_, word)| !tail::is_pair(word))?;
    let read = |words: &[Word<'_>]| {
        let mut run = Run::new(row, Class::Prose, at..at);
        tail::bytes(words, source, at, &mut run);
        run
    };
    let len = len(&read(words), wrong)?;
    // Of more bytes others tell what they are.
    let has_digit = |(_, word): &Word<'_>| word.bytes().any(|b| b.is_ascii_digit());
    let goes_on = words.get(len).is_some_and(has_digit);
    let words =
        words.get(..len).filter(|it| !goes_on && (2..=LONGEST_PACKET).contains(&it.len()))?;
    if !is_marked(source, at) && words.iter().any(|(_, word)| is_of_language(word)) {
        return None;
    }
    let mut run = read(words);
    let (start, last) = words.last()?;
    run.range.end = at.saturating_add(*start).saturating_add(last.len());
    let mut style = Style::default();
    style.separator(source.range(run.range.clone()));
    words.iter().for_each(|(_, word)| style.token(&Token::of(word, word.len())));
    run.notation = style.row(row);
    (run.slips.len() <= SIDE_BY_SIDE && tail::is_mendable(&run)).then_some(run)
}

/// Whether it is a word as sentences have it, rather than a byte without a digit: "of", "If"; a letter that stands
/// for a digit is seldom in the case that the word asks for: "dO".
fn is_of_language(word: &str) -> bool {
    let rest = word.get(1..).unwrap_or_default();
    let is_cased = rest.chars().all(char::is_lowercase);
    is_cased && word.chars().all(char::is_alphabetic) && !tail::is_pair(word)
}

/// Whether a mark stands right before a place, as around what is shown rather than said.
fn is_marked(source: Source<'_>, at: usize) -> bool {
    source.tail(0..at, 4).ends_with(|c: char| OPEN.contains(c))
}

/// How many bytes the packets have of which the byte at `wrong` is mistyped: their length says it, or, where that
/// is the one, the first end that it may mean.
fn len(run: &Run, wrong: usize) -> Option<usize> {
    let filled = run.filled();
    let before = frame::strict_prefix(filled.get(..wrong)?);
    let body = before.saturating_add(2);
    let behind = filled.get(body..).unwrap_or_default();
    if wrong != before.saturating_add(1) {
        let len = usize::from(*filled.get(before.saturating_add(1))?);
        return (len <= behind.len()).then(|| body.saturating_add(len));
    }
    let first = *filled.get(before)?;
    let fits = |len: &usize| behind.get(..*len).is_some_and(|it| frame::plausible(first, it));
    (0..=behind.len()).rev().find(fits).map(|len| body.saturating_add(len))
}

/// Digits without anything between them.
fn stream(
    row: &'static Notation,
    source: Source<'_>,
    at: usize,
    words: &[Word<'_>],
) -> Option<Run> {
    let (_, word) = words.first()?;
    let is_long = (SHORTEST_STREAM..=LONGEST_STREAM).contains(&word.len());
    if !is_long || is_element(source, at) || !tail::is_near(word) {
        return None;
    }
    if names::len(source, at).is_some() {
        return None;
    }
    let mut run = Run::new(row, Class::Prose, at..at.saturating_add(word.len()));
    let is_read = tail::one(words.get(..1)?, at, &mut run);
    run.notation = super::notation::named(STREAM, row);
    (is_read && tail::is_mendable(&run)).then_some(run)
}

/// Whether a digit is what stands before a place, but for blanks and marks: numbers of a list.
fn is_in_list(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(0..at, NEAR).trim_end_matches([' ', ',', ';', '\t']);
    before.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether nothing stands before a place in its line, or a bracket: the first number of a list.
fn is_element(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(0..at, NEAR).trim_end_matches(' ');
    before.is_empty() || before.ends_with(['[', '{', '(', '\n'])
}

/// What may stand right before bytes, and right behind them.
const OPEN: &str = "`\"'([{<=>\u{201c}\u{201e}\u{ab}";
const CLOSE: &str = "`\"')]}>,;.:!?\u{201c}\u{201d}\u{bb}";
/// Digits of the first two bytes, with what marks them, of which one character is wrong.
const NEAR: usize = 12;
const LEAST_DIGITS: usize = 2;
/// Longer packets tell what they are wherever they stand.
const LONGEST_PACKET: usize = 6;
/// Of fewer bytes the words around must say that they are some.
const SHORTEST: usize = 4;
const STREAM: &str = "hex stream, xxd -p";
/// Digits of three bytes, but for one.
const SHORTEST_STREAM: usize = 5;
const LONGEST_STREAM: usize = 13;
/// The bytes of a short packet with `0x` before each.
const LONGEST: usize = 160;
