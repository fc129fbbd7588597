//! The rest of a line that is nothing but a short packet with a typing mistake: behind a label, or alone. Longer
//! packets tell by themselves what they are; of a short one the line must, or the packets around it.

use super::context::{Context, said};
use super::digits;
use super::frame;
use super::listed;
use super::mistake::{MistakeKind, SIDE_BY_SIDE, lookalike};
use super::notation::Notation;
use super::odd;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};
use super::stamp;
use super::token::{Style, Token};
use super::zone::Zone;

/// Reads from `at` to the end of the line, if one mistake, or two letters that look like digits, are all that
/// keeps it from being packets.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if !may_begin(source, at) {
        return None;
    }
    let first = source.head(at, LONGEST_WORD).split(|c: char| !c.is_alphanumeric()).next()?;
    if first.is_empty() || !is_near(first.strip_prefix("0x").unwrap_or(first)) {
        return None;
    }
    if !begins(source, at) {
        return None;
    }
    let line = source.head(at, LONGEST.saturating_add(1)).split('\n').next()?;
    let text = line.trim_end_matches(|c: char| c.is_whitespace() || ",;.`".contains(c));
    if line.len() > LONGEST {
        return None;
    }
    let words = words(text);
    if is_time(&words, text) {
        return None;
    }
    let end = words.last().map(|(at, word)| at.saturating_add(word.len()));
    if end != Some(text.len()) || words.len() > MOST {
        return None;
    }
    let mut style = Style::default();
    let mut run = Run::new(row, Class::Line, at..at.saturating_add(text.len()));
    for (start, word) in &words {
        style.token(&Token::of(word, word.len()));
        style.separator(
            source.range(at..at.saturating_add(text.len())).get(..*start).unwrap_or_default(),
        );
    }
    run.notation = style.row(row);
    let is_read = split(&words, at, &mut run)
        || one(&words, at, &mut run)
        || pairs(&words, source, at, &mut run);
    if !is_read || listed::is_among_numbers(source, at) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    believe(source, &mut run);
    if is_small(source, &run) {
        return None;
    }
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Takes a run for bytes where its line says who sent them, and they are no decimal number; else what else the
/// text holds decides.
pub(super) fn believe(source: Source<'_>, run: &mut Run) {
    (run.class, run.join) = (Class::Line, Join::Never);
    let before = source.range(source.line_start(run.range.start)..run.range.start);
    let is_label = before.trim_end().ends_with([':', '>', ']', '\u{ff1a}', '|', '\t']);
    let is_number = source.range(run.range.clone()).bytes().all(|b| b.is_ascii_digit());
    let is_said = || said(&before.to_lowercase()).is_some();
    let is_told = is_label && is_said() || is_column(source, run.range.start);
    if is_told && !is_number {
        run.class = Class::Sure;
    } else {
        run.is_number = true;
    }
}

/// Whether three digits behind a label are more likely a number than a packet of two bytes.
fn is_small(source: Source<'_>, run: &Run) -> bool {
    let before = source.range(source.line_start(run.range.start)..run.range.start);
    run.range.len() == 3
        && run.class != Class::Sure
        && !before.trim().is_empty()
        && !before.ends_with('\t')
}

/// Whether what stands right before a place, but for blanks, is no letter: nearly all words are told by that.
fn may_begin(source: Source<'_>, at: usize) -> bool {
    let before = source.text.as_bytes().get(..at).unwrap_or_default();
    let mut near = before.iter().rev().take(MOST_BLANKS);
    let last = near.find(|b| !matches!(b, b' ' | b'\t'));
    let may_begin = |b: &u8| !b.is_ascii_alphabetic() && !matches!(b, b',' | b'(' | b'/' | b'_');
    last.is_none_or(may_begin) || is_column(source, at)
}

/// Whether a column ends right before a place that says who sent what the next one holds, or a word of a line of a log
/// does.
pub(super) fn is_column(source: Source<'_>, at: usize) -> bool {
    let near = source.tail(0..at, LONGEST_SENDER);
    let head = near.strip_suffix([',', '\t', ';']).unwrap_or_default();
    let word = head.rsplit([',', '\t', ';']).next().unwrap_or_default();
    let is_said = || word.len() < head.len() && said(&word.to_ascii_lowercase()).is_some();
    is_said() || is_behind_sender(source, at)
}

/// Whether a word that says who sent it stands right before a place, in a line that begins with a time.
fn is_behind_sender(source: Source<'_>, at: usize) -> bool {
    let near = source.tail(0..at, LONGEST_SENDER).trim_end();
    let head = near.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = near.get(head.len()..).unwrap_or_default();
    head.ends_with(' ')
        && said(&word.to_ascii_lowercase()).is_some()
        && stamp::read(source.range(source.line_start(at)..at)).is_some()
}

/// Whether nothing stands before a place in its line but what a line begins with.
fn begins(source: Source<'_>, at: usize) -> bool {
    let near = source.tail(0..at, LONGEST_HEAD);
    let before = near.rsplit('\n').next().unwrap_or_default();
    let head = before.trim_end();
    let is_time = || {
        head.contains([':', '.'])
            && stamp::read(before).is_some_and(|it| head.ends_with(it.text.as_str()))
    };
    let is_numbered =
        before.ends_with('\t') || !head.is_empty() && head.bytes().all(|b| b.is_ascii_digit());
    let is_path = head.ends_with("::");
    head.is_empty()
        || !is_path && head.ends_with([':', '=', '>', ']', '\u{ff1a}', ';', '|'])
        || is_numbered
        || is_time()
        || is_column(source, at)
}

/// The words that a text begins with, as far as the same stands between all of them, and one more than a short
/// packet has.
pub(super) fn words(text: &str) -> Vec<(usize, &str)> {
    words_of(text, MOST)
}

/// As [`words`], and one more than `most`.
pub(super) fn words_of(text: &str, most: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let (mut at, mut between) = (0_usize, None);
    while let Some(rest) = text.get(at..).filter(|_| words.len() <= most) {
        let len = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(len).unwrap_or_default();
        if word.is_empty() {
            break;
        }
        words.push((at, word));
        let gap = behind.find(char::is_alphanumeric).and_then(|gap| behind.get(..gap));
        let Some(gap) = gap.filter(|gap| SEPARATORS.contains(gap)) else { break };
        if *between.get_or_insert(gap) != gap {
            break;
        }
        at = at.saturating_add(len).saturating_add(gap.len());
    }
    words
}

/// Whether these are two or three numbers of a time: `0:00`.
pub(super) fn is_time(words: &[(usize, &str)], text: &str) -> bool {
    let is_number = |(_, word): &(usize, &str)| word.bytes().all(|b| b.is_ascii_digit());
    matches!(words.len(), 2 | 3) && words.iter().all(is_number) && text.contains(':')
}

/// Two words of hex that a blank in the middle of a byte divides.
fn split(words: &[(usize, &str)], at: usize, run: &mut Run) -> bool {
    let [(first, before), (second, behind)] = words else { return false };
    let is_odd = |word: &str| word.len() % 2 == 1;
    let all = hex::decode(format!("{before}{behind}")).unwrap_or_default();
    if !(is_odd(before) && is_odd(behind)) || all.len() < 2 || !frame::strict(&all) {
        return false;
    }
    let gap = second.saturating_sub(*first).saturating_sub(before.len());
    for (n, byte) in all.into_iter().enumerate() {
        let from = n.saturating_mul(2);
        let moved = |digit: usize| {
            at.saturating_add(digit).saturating_add(if digit < before.len() { 0 } else { gap })
        };
        let (start, end) = (moved(from), moved(from.saturating_add(1)).saturating_add(1));
        run.data.push(byte, start, end.saturating_sub(start));
    }
    let blank = at.saturating_add(before.len());
    run.beside(blank..blank.saturating_add(gap), MistakeKind::SplitByte);
    true
}

/// A stream of digits.
pub(super) fn one(words: &[(usize, &str)], at: usize, run: &mut Run) -> bool {
    let [(_, word)] = words else { return false };
    if word.len() < 3 || word.starts_with("0x") {
        return false;
    }
    if word.bytes().all(|b| b.is_ascii_hexdigit()) {
        return word.len() % 2 == 1
            && Zone::anywhere(word).is_some_and(|zone| odd::cut(word, at, &zone, run));
    }
    let is_even = word.chars().count().is_multiple_of(2) && is_near(word);
    if is_even {
        digits::repair_pairs(word, at, run);
    }
    is_even && is_mendable(run)
}

/// Pairs with something between them.
fn pairs(words: &[(usize, &str)], source: Source<'_>, at: usize, run: &mut Run) -> bool {
    let wrong = words.iter().filter(|(_, word)| !is_pair(word)).count();
    let are_bytes = words.len() > 1 && words.iter().all(|(_, word)| is_byte(word));
    if !are_bytes || !(1..=SIDE_BY_SIDE).contains(&wrong) {
        return false;
    }
    bytes(words, source, at, run);
    is_mendable(run)
}

/// Whether a word is a byte in hex.
pub(super) fn is_pair(word: &str) -> bool {
    let token = Token::of(word, word.len());
    token.is_good() && token.digits.len() == 2
}

/// Whether a word is a byte in hex, though maybe a mistyped one.
pub(super) fn is_byte(word: &str) -> bool {
    let token = Token::of(word, word.len());
    let count = token.digits.chars().count();
    is_pair(word) || (1..=3).contains(&count) && is_near(token.digits)
}

/// Reads words that are bytes.
pub(super) fn bytes(words: &[(usize, &str)], source: Source<'_>, at: usize, run: &mut Run) {
    for (start, word) in words {
        let token = Token::of(word, word.len());
        let place = at.saturating_add(*start);
        match token.digits.as_bytes() {
            [digit] if digit.is_ascii_hexdigit() => {
                digits::lone(*digit, place.saturating_add(word.len()).saturating_sub(1), run);
            }
            _ => token.read(source, place, run),
        }
    }
}

/// Whether a word is hex but for a character, or for some that look like digits.
pub(super) fn is_near(word: &str) -> bool {
    let wrong = || word.chars().filter(|c| !c.is_ascii_hexdigit());
    let looks = wrong().all(|c| lookalike(c).is_some());
    let most = if looks { SIDE_BY_SIDE } else { 1 };
    word.chars().all(char::is_alphanumeric) && wrong().count() <= most
}

/// Whether some byte in the place of what could not be read makes packets.
pub(super) fn is_mendable(run: &Run) -> bool {
    if run.slips.is_empty() || run.slips.len() > SIDE_BY_SIDE {
        return false;
    }
    let is_told = frame::strict(&run.filled());
    let mut unknown = run.slips.iter().filter(|slip| slip.lost == 1);
    let one = unknown.next().filter(|_| unknown.next().is_none());
    is_told
        || one.is_some_and(|slip| {
            let (before, behind) = run.data.bytes.split_at_checked(slip.index).unwrap_or_default();
            let mut bytes = [before, &[0], behind].concat();
            (0..=u8::MAX).any(|byte| {
                bytes.iter_mut().skip(slip.index).take(1).for_each(|place| *place = byte);
                frame::strict(&bytes)
            })
        })
}

const SEPARATORS: [&str; 8] = [" ", "  ", "\t", ",", ", ", ":", "-", ";"];
/// Longer packets tell what they are.
pub(super) const MOST: usize = 24;
/// Digits of a short stream.
const LONGEST_WORD: usize = 64;
/// The longest word that says who sent it, and blanks.
const LONGEST_SENDER: usize = 16;
/// What a line begins with.
const LONGEST_HEAD: usize = 200;
/// What stands between columns.
const MOST_BLANKS: usize = 40;
/// So many bytes with `0x` before each.
const LONGEST: usize = 160;
