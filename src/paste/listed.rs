//! Lists of names that are hex: UUIDs, hashes and addresses of hardware. Each line is one, as the lines around are; of
//! thousands some frame as packets by chance.

use super::frame;
use super::lengths;
use super::names;
use super::run::{Class, Run};
use super::source::{FILLER, Source};

/// Whether a run is one of several of the same form in lines side by side, none other of which are packets.
pub(super) fn is_listed(source: Source<'_>, run: &Run) -> bool {
    if are_columns(source, run) || !frame::strict(&run.data.bytes) {
        return are_columns(source, run);
    }
    if is_time(source, run) || is_long_number(source, run) {
        return true;
    }
    if run.range.len() <= LONGEST_LINE && are_names(source.range(run.range.clone())) {
        return true;
    }
    if run.class != Class::Line
        || lengths::tells_itself(&run.data.bytes)
        || !(LENGTHS.contains(&run.data.len()) || is_number(source, run))
    {
        return false;
    }
    let Some((own, around)) = lines(source, run.range.start) else { return false };
    let mut around = around.into_iter().flatten().filter(|it| is_like(it, own)).peekable();
    around.peek().is_some() && around.all(|line| !is_packet(line))
}

/// Whether a run is a number of 16 or 32 bits that is all of its line.
fn is_number(source: Source<'_>, run: &Run) -> bool {
    let line = || source.line(source.line_start(run.range.start)).text;
    NUMBERS.contains(&run.data.len()) && line().trim() == source.range(run.range.clone())
}

/// The line of a place and those beside it, where they are short.
fn lines<'t>(source: Source<'t>, at: usize) -> Option<(&'t str, [Option<&'t str>; 2])> {
    let before = source.tail(0..at, LONGEST_LINE);
    let start = at.saturating_sub(before.rsplit('\n').next()?.len());
    let line = |start: usize| {
        let text = source.head(start, LONGEST_LINE);
        let len = memchr::memchr(b'\n', text.as_bytes());
        let is_whole = len.is_some() || start.saturating_add(text.len()) == source.text.len();
        text.get(..len.unwrap_or(text.len())).filter(|_| is_whole)
    };
    let own = line(start)?;
    let next = start.saturating_add(own.len()).saturating_add(1);
    let above = source.tail(0..start.saturating_sub(1), LONGEST_LINE).rsplit('\n').next();
    let above = above.filter(|it| start > 0 && it.len() < LONGEST_LINE);
    Some((own, [above, line(next).filter(|it| !it.is_empty())]))
}

/// Whether the digits at a place are decimal ones of a line that is nothing else, as a line beside it is: they are no
/// mistyped packet.
pub(super) fn is_among_numbers(source: Source<'_>, at: usize) -> bool {
    let are_numbers = |text: &str| {
        text.bytes().all(|b| b.is_ascii_digit() || b == b' ' || b == b'\t') && !is_packet(text)
    };
    let Some((own, around)) = lines(source, at) else { return false };
    let has_digits = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    are_numbers(own)
        && around.into_iter().flatten().any(|line| has_digits(line) && are_numbers(line))
}

/// Whether a run is a time of day and a number behind it.
fn is_time(source: Source<'_>, run: &Run) -> bool {
    let text = source.head(run.range.start, TIME);
    let parts = || text.trim_end().split(':');
    text.ends_with(' ')
        && parts().count() == 3
        && parts().all(|it| it.len() == 2 && it.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a run is a decimal number alone in its line, as a line beside it is one of about its length.
fn is_long_number(source: Source<'_>, run: &Run) -> bool {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if run.range.len() > LONGEST_COLUMNS || !is_number(source.range(run.range.clone())) {
        return false;
    }
    let Some((own, around)) = lines(source, run.range.start) else { return false };
    let is_like = |it: &&str| it.len().abs_diff(own.len()) < 2 && is_number(it) && !is_packet(it);
    is_number(own) && around.iter().flatten().any(is_like)
}

/// Whether words of more than a byte are numbers of columns, or stand behind an address: one is longer than the first,
/// and words of hex are as long as that.
fn are_columns(source: Source<'_>, run: &Run) -> bool {
    let text = source.head(run.range.start, run.range.len().min(LONGEST_COLUMNS));
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
    // Strings side by side are as long as their writer made them.
    if text.as_bytes().contains(&FILLER) {
        return false;
    }
    let mut words = text.split_whitespace();
    let first = words.next().map(|it| it.trim_end_matches(':')).filter(|it| is_word(it));
    let first = first.map_or(0, str::len);
    let is_decimal = || text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_whitespace());
    (first > 2 || first > 0 && is_decimal())
        && words.take_while(|it| is_word(it)).any(|word| word.len() > first)
}

/// Whether nothing but names of this kind stands in a text.
pub(super) fn are_names(text: &str) -> bool {
    let words = || text.split([' ', ',', ';', '|', '\t', '\r', '\n']).filter(|it| !it.is_empty());
    let Some(first) = words().next() else { return false };
    if names::is_name(first) && words().nth(1).is_some() && words().all(names::is_name) {
        return true;
    }
    let least = if is_form(first) { 2 } else { LEAST };
    let len = first.len() / 2;
    let is_number = NUMBERS.contains(&len) && first.bytes().all(|b| b.is_ascii_hexdigit());
    let is_long = (LENGTHS.contains(&len) || is_number) && !is_packet(first);
    let are_many = (is_form(first) || is_long) && words().take(least).count() == least;
    // Among thousands some frame by chance.
    are_many
        && words().all(|word| is_like(word, first))
        && words().filter(|word| is_packet(word)).count().saturating_mul(2) < words().count()
}

/// Whether nothing but one name or several of a kind stands in a text.
pub(super) fn is_name(text: &str) -> bool {
    names::is_name(text) || are_names(text)
}

/// Whether a word has the form of a UUID or an address.
fn is_form(word: &str) -> bool {
    names::is_name(word)
        || groups(word).is_some_and(|(mark, count)| mark.is_some() && matches!(count, 6 | 8))
}

/// What stands between the pairs of a word, and how many of them there are.
fn groups(word: &str) -> Option<(Option<char>, usize)> {
    let mark = word.chars().nth(2).filter(|c| matches!(c, ':' | '-' | '.'));
    let is_pair = |it: &str| it.len() == 2 && it.bytes().all(|b| b.is_ascii_hexdigit());
    let count = word.split(mark?).count();
    word.split(mark?).all(is_pair).then_some((mark, count))
}

/// Whether two texts are alike but for their digits of hex.
fn is_like(a: &str, b: &str) -> bool {
    let mut pairs = a.trim().bytes().zip(b.trim().bytes());
    let both = |(a, b): (u8, u8)| a == b || a.is_ascii_hexdigit() && b.is_ascii_hexdigit();
    a.trim().len() == b.trim().len() && pairs.all(both)
}

/// Whether digits are a packet, or the beginning of one.
fn is_packet(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes = hex::decode(digits).unwrap_or_default();
    frame::strict(&bytes) || frame::begins(&bytes)
}

/// Hashes, and some columns of numbers.
const LONGEST_LINE: usize = 130;
/// `12:30:45` and a blank.
const TIME: usize = 9;
/// Some columns of numbers.
const LONGEST_COLUMNS: usize = 60;
/// Fewer words without marks are no list.
const LEAST: usize = 8;
/// Bytes of addresses of 48 and 64 bits, and of hashes and UUIDs.
const LENGTHS: [usize; 8] = [6, 8, 16, 20, 28, 32, 48, 64];
/// Bytes of numbers of 16 and 32 bits: one alone is none for sure.
const NUMBERS: [usize; 2] = [2, 4];
