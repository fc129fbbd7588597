//! What stands before the bytes in a line of a log or of a list: a time, a number, a label. Its digits
//! are no bytes where those behind it make whole packets.

use super::frame;
use super::lexer::separator;
use super::mistake::lookalike;
use super::modem;
use super::names;
use super::row;
use super::run::{Class, Run};
use super::source::{Line, Source, is_blank};
use super::stamp;
use super::tail;
use super::token::token;

/// The offset of the bytes in a line that begins with something else, if they are packets, or the
/// beginning of one, and the line as a whole is none.
pub(super) fn of(source: Source<'_>, line: &Line<'_>) -> Option<usize> {
    row::bytes(source, line).or_else(|| modem::bytes(line)).or_else(|| label(source, line))
}

/// The offset behind a time, numbers with their marks and labels.
fn label(source: Source<'_>, line: &Line<'_>) -> Option<usize> {
    let near = source.head(line.start, LONGEST.min(line.text.len()));
    let mut places = near.char_indices().skip(1).map(|(n, _)| n).filter(|n| is_start(near, *n));
    let found = places.find(|n| {
        let (head, bytes) = line.text.split_at_checked(*n).unwrap_or_default();
        first_byte(bytes).is_some_and(|byte| frame::head(&[byte]))
            && is_other(head, bytes)
            && is_packets(source, line.start.saturating_add(*n)..line.end)
    })?;
    let start = source.skip_blanks(line.start);
    (!is_packets(source, start..line.end)).then(|| line.start.saturating_add(found))
}

/// Whether bytes may begin at `at`, behind a blank or a mark.
fn is_start(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    let next = text.as_bytes().get(at);
    before.is_some_and(|c| is_blank(c) || MARKS.contains(c) || c == '-')
        && next.is_some_and(|b| b.is_ascii_hexdigit() || *b == b'\\')
}

fn first_byte(text: &str) -> Option<u8> {
    let digits = token(text).filter(|it| it.is_good())?.digits;
    u8::from_str_radix(digits.get(..2)?, 16).ok()
}

/// Whether nothing but hex stands there, which makes packets as far as it goes.
pub(super) fn is_packets(source: Source<'_>, range: std::ops::Range<usize>) -> bool {
    let Some(row) = super::notation::NOTATIONS.first() else { return false };
    let mut run = Run::new(row, Class::Prose, range.start..range.start);
    let mut at = range.start;
    while at < range.end {
        let text = source.range(at..range.end);
        let Some(token) = token(text).filter(super::token::Token::is_good) else { return false };
        token.read(source, at, &mut run);
        let behind = text.get(token.len..).unwrap_or_default();
        let gap = separator(behind);
        if gap == 0 && !behind.is_empty() && !behind.starts_with(['\\', '%']) {
            return false;
        }
        at = at.saturating_add(token.len).saturating_add(gap);
    }
    frame::strict(&run.data.bytes) || frame::begins(&run.data.bytes)
}

/// Whether a head is none of the bytes behind it: words that are no bytes, and what these name.
fn is_other(head: &str, bytes: &str) -> bool {
    let Some(mark) = head.chars().next_back() else { return false };
    let between = token(bytes).and_then(|it| bytes.get(it.len..)).unwrap_or_default();
    let between = between.get(..separator(between)).unwrap_or_default();
    // A mark that stands between the bytes too says nothing, nor one that is glued to digits.
    let glued = head.split(is_blank).next_back().unwrap_or_default();
    let is_glued_time = matches!(mark, ';' | '|' | ',') && is_time(glued.trim_end_matches(mark));
    let is_open = |(open, close): (char, char)| head.rfind(open) > head.rfind(close);
    if PAIRS.into_iter().any(is_open) || head.contains(['"', '\'', '{']) {
        return false;
    }
    if between.contains(mark) && !is_blank(mark)
        || !glued.is_empty() && !is_label(glued) && !is_glued_time && !is_line_number(head, mark)
    {
        return false;
    }
    let mut is_named = false;
    let mut words = head.split(is_blank).filter(|word| !word.is_empty()).take(MOST_WORDS + 1);
    let mut count = 0_usize;
    let all = words.all(|word| {
        count = count.saturating_add(1);
        let bare = word.trim_end_matches(|c| MARKS.contains(c) && !between.contains(c));
        // The mark between bytes makes none of them a time.
        let is_number = bare.len() < word.len() || is_time(word.trim_end_matches(IS_MARK));
        let is_label = is_label(bare);
        // A letter alone is a side's name, which names no number.
        let is_side = matches!(bare.as_bytes(), [letter] if letter.is_ascii_alphabetic());
        let is_head = (is_label || is_side || is_number || is_named)
            && !is_mistyped(bare)
            && !is_packet(bare.trim_end_matches(IS_MARK));
        is_named = is_label;
        is_head
    });
    all && (1..=MOST_WORDS).contains(&count)
}

/// Whether a word is a stream of hex digits that are packets, and too long for a number that a label names.
fn is_packet(word: &str) -> bool {
    word.len() >= SHORTEST_PACKETS && hex::decode(word).is_ok_and(|it| frame::strict(&it))
}

/// Whether a head is the number of a line as `grep -n` prints it, with the mark of a line that was found or of one
/// around it.
fn is_line_number(head: &str, mark: char) -> bool {
    let number = head.strip_suffix(mark).filter(|_| matches!(mark, ':' | '-'));
    number.is_some_and(|it| {
        it.parse::<u32>().is_ok_and(|number| number > 0) && !it.starts_with(['0', '+'])
    })
}

/// Whether a word is a stream of hex digits with a mistake: a letter in digits, or a digit too few or too many in
/// more of them than numbers have.
fn is_mistyped(word: &str) -> bool {
    let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if is_hex {
        return word.len() % 2 == 1 && word.len() > LONGEST_NUMBER;
    }
    word.len() >= SHORTEST_STREAM && digits.saturating_mul(2) >= word.len() && tail::is_near(word)
}

/// A word that is no byte, not even a mistyped one.
fn is_label(word: &str) -> bool {
    let bare = word.trim_end_matches(IS_MARK);
    let mended: String = bare.chars().map(|c| lookalike(c).unwrap_or(c)).collect();
    let byte = u8::from_str_radix(&mended, 16).ok().filter(|_| bare.len() == 2);
    let has_letter = bare.chars().any(|c| c.is_alphabetic() && !c.is_ascii_hexdigit());
    let is_long = bare.chars().count() > 2 || !bare.chars().any(|c| c.is_ascii_digit());
    let is_byte = token(bare).is_some_and(|it| it.is_good() && it.len == bare.len());
    has_letter && is_long && !is_byte && !byte.is_some_and(|byte| frame::head(&[byte]))
        || names::is_word(bare)
}

/// Digits in groups, as times and dates have them, or without gaps.
fn is_time(word: &str) -> bool {
    let groups = word.split([':', '-', '/', '.', ',', '+', 'T', 'Z']).collect::<Vec<_>>();
    let digits = |it: &&str| it.bytes().all(|b| b.is_ascii_digit());
    let is_grouped = (2..=8).contains(&groups.len()) && groups.iter().all(digits);
    is_grouped && word.starts_with(|c: char| c.is_ascii_digit())
        || is_date(word)
        || word.len() == 10 && stamp::read(&format!("{word} ")).is_some()
}

/// Eight digits: year, month and day.
pub(super) fn is_date(word: &str) -> bool {
    let number = |range: std::ops::Range<usize>| word.get(range)?.parse::<u32>().ok();
    let fits = |n: Option<u32>, most: u32| n.is_some_and(|n| (1..=most).contains(&n));
    let is_year = number(0..4).is_some_and(|year| (1970..2100).contains(&year));
    word.len() == 8 && is_year && fits(number(4..6), 12) && fits(number(6..8), 31)
}

/// Far enough for a time, a thread and a label.
const LONGEST: usize = 100;
const MOST_WORDS: usize = 6;
/// Digits of 64 bits, and of the shortest stream.
const LONGEST_NUMBER: usize = 16;
const SHORTEST_STREAM: usize = 6;
/// Four bytes: shorter ones are numbers as well.
const SHORTEST_PACKETS: usize = 8;
/// What is open belongs to a notation.
const PAIRS: [(char, char); 3] = [('<', '>'), ('[', ']'), ('(', ')')];
/// What stands behind a label or a number.
const MARKS: &str = ":=>,;|)].#";
const IS_MARK: fn(char) -> bool = |c| MARKS.contains(c);
