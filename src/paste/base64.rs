//! Base64, told from words by the packets that come out of it.

use super::context::Context;
use super::evidence;
use super::faulty;
use super::frame;
use super::lengths;
use super::lost64;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Source, Taken, is_word};
use ::base64::Engine as _;
use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

/// Reads one word of base64, and the lines that continue it.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let before =
        at.checked_sub(1).and_then(|n| source.byte(n)).is_some_and(|b| is_digit(b) && b != b'=');
    if before {
        // A long word is not measured again from each of its parts.
        return None;
    }
    let len = length(source.from(at));
    // Digits alone are numbers.
    let is_number = || source.head(at, len).bytes().all(|b| b.is_ascii_digit());
    if len == 0 || len < SHORTEST_STREAM && is_number() {
        return None;
    }
    let from = [Some(at), leading(source, at)].into_iter().flatten();
    if let Some(taken) = from.filter_map(|at| with_slip(row, source, at)).next() {
        return Some(taken);
    }
    if let Some(run) = divided(row, source, &(at, len)) {
        let end = run.range.end;
        return Some(Taken { runs: vec![run], end, modem: 0 });
    }
    if len < 4 {
        return None;
    }
    let words = lines(source, at, len);
    let run = decode(row, source, &words)
        .or_else(|| decode(row, source, words.get(..1)?))
        .or_else(|| lost64::read(row, source, &words))
        .or_else(|| cut(row, source, &words))
        .or_else(|| suspect(row, source, words.get(..1)?))?;
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// The word at `at`, and those that fill the lines behind it.
fn lines(source: Source<'_>, at: usize, len: usize) -> Vec<(usize, usize)> {
    let mut words = vec![(at, len)];
    let mut end = at.saturating_add(len);
    if len < SHORTEST_WRAPPED || goes_on(source, at, len) {
        return words;
    }
    let most = most_lines(source, at, len);
    while words.len() < most
        && let Some(next) = wrapped(source, end, len)
    {
        end = next.0.saturating_add(next.1);
        words.push(next);
        if next.1 < len {
            break;
        }
    }
    words
}

/// Whether the line before is as long a word: then this one was read together with it.
fn goes_on(source: Source<'_>, at: usize, len: usize) -> bool {
    len < SURELY_WRAPPED && is_behind_another(source, at, len)
}

/// How many lines are read together: within many lines a packet may begin at each of them.
fn most_lines(source: Source<'_>, at: usize, len: usize) -> usize {
    if is_behind_another(source, at, len) { MOST_WITHIN } else { usize::MAX }
}

fn is_behind_another(source: Source<'_>, at: usize, len: usize) -> bool {
    let before = source.line_before(source.line_start(at));
    before.is_some_and(|line| {
        let word = line.text.trim();
        word.len() == len && length(word) == len
    })
}

/// Reads a word in which one character is none of base64: the bytes of which it holds bits are lost.
fn with_slip(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let (first, found) = mistyped(source, at)?;
    let mut words = vec![first];
    let mut slip = found.map(|found| (0_usize, found));
    if first.1 >= SHORTEST_WRAPPED && !goes_on(source, at, first.1) {
        let most = most_lines(source, at, first.1);
        while words.len() < most
            && let Some(line) = next_line(source, words.last()?)
        {
            let (next, found) = mistyped(source, line)?;
            let is_alone = source
                .range(next.0.saturating_add(next.1)..source.line(line).end)
                .trim()
                .is_empty();
            if next.1 == 0 || next.1 > first.1 || !is_alone || found.is_some() && slip.is_some() {
                break;
            }
            slip = found.map(|found| (words.len(), found)).or(slip);
            words.push(next);
            if next.1 < first.1 {
                break;
            }
        }
    }
    let (word, (bad_at, bad)) = slip?;
    let text = text_of(source, &words);
    let before = words.get(..word)?.iter().map(|(_, len)| len).sum::<usize>();
    let index = before.checked_add(bad_at.checked_sub(words.get(word)?.0)?)?;
    if text.len() < SHORTEST_WITH_SLIP || bad.is_alphabetic() && is_word_of_letters(&text) {
        return None;
    }
    let mended =
        [text.get(..index)?, "A", text.get(index.saturating_add(bad.len_utf8())..)?].concat();
    let digits = mended.trim_end_matches('=');
    let bytes = bytes_of(digits, true)?;
    // Where each of the digits stands, in bytes of the text.
    let places = words.iter().flat_map(|(at, len)| *at..at.saturating_add(*len));
    let places: Vec<usize> =
        places.filter(|at| *at <= bad_at || *at >= bad_at.saturating_add(bad.len_utf8())).collect();
    let lost = hidden(index);
    let end = words.last().map(|(at, len)| at.saturating_add(*len))?;
    let mut run = Run::new(row, Class::Prose, at..end);
    for (n, byte) in bytes.iter().enumerate() {
        if n == lost.start {
            let kind = MistakeKind::NotADigit { found: bad, base: 64 };
            let count = lost.end.min(bytes.len()).saturating_sub(lost.start);
            run.slip(bad_at..bad_at.saturating_add(bad.len_utf8()), kind, count);
        }
        if !lost.contains(&n) {
            let digit = n.checked_mul(4)?.checked_div(3)?;
            run.data.push(*byte, *places.get(digit)?, 2);
        }
    }
    // A word of a program frames by chance; a long one without its marks does not.
    let is_long = text.len() >= SHORTEST_STREAM && !MARKS.contains(bad);
    let is_mended = settle(&mut run) == Mended::Whole && is_long;
    if !is_mended && !run.is_strict() && !names_protocol(&run.filled()) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    (run.class, run.join) = (Class::Sure, Join::Never);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// The bytes of which the character at `index` holds bits.
pub(super) fn hidden(index: usize) -> Range<usize> {
    let group = (index / 4).saturating_mul(3);
    match index % 4 {
        0 => group..group.saturating_add(1),
        1 => group..group.saturating_add(2),
        2 => group.saturating_add(1)..group.saturating_add(3),
        _ => group.saturating_add(2)..group.saturating_add(3),
    }
}

/// Where the character before a word stands, if nothing else stands before it: it may be the first one of
/// the word.
fn leading(source: Source<'_>, at: usize) -> Option<usize> {
    let before = source.range(0..at);
    let found = before.chars().next_back().filter(|c| !c.is_whitespace())?;
    let start = at.saturating_sub(found.len_utf8());
    let is_alone = source.range(0..start).chars().next_back().is_none_or(char::is_whitespace);
    is_alone.then_some(start)
}

/// A stretch of the text: where it begins, and its length.
pub(super) type Word = (usize, usize);

/// The word at `at`, with the place of the only character in it that is none of base64.
fn mistyped(source: Source<'_>, at: usize) -> Option<(Word, Option<(usize, char)>)> {
    let len = length(source.from(at));
    let bad_at = at.saturating_add(len);
    let bad = source.from(bad_at).chars().next().filter(|c| !c.is_whitespace());
    let Some(bad) = bad else { return Some(((at, len), None)) };
    let behind = bad_at.saturating_add(bad.len_utf8());
    let rest = length(source.from(behind));
    let end = behind.saturating_add(rest);
    let ends = source.from(end).chars().next().is_none_or(|c| !c.is_alphanumeric());
    let is_inside = rest > 0 && ends && !source.range(at..bad_at).ends_with('=');
    Some(if is_inside {
        ((at, end.saturating_sub(at)), Some((bad_at, bad)))
    } else {
        ((at, len), None)
    })
}

/// Where the word of the next line begins, if this one ends its line.
fn next_line(source: Source<'_>, (at, len): &Word) -> Option<usize> {
    let next = behind_line(source, at.saturating_add(*len))?;
    (next < source.text.len()).then(|| source.skip_blanks(next))
}

/// Whether the bytes are a CONNECT, though its first ones are not known.
fn names_protocol(bytes: &[u8]) -> bool {
    [b"MQTT".as_slice(), b"MQIs"].into_iter().any(|name| bytes.get(4..8) == Some(name))
}

/// The next line, if it is one word of base64 and no longer than the first.
fn wrapped(source: Source<'_>, end: usize, len: usize) -> Option<(usize, usize)> {
    let at = source.skip_blanks(behind_line(source, end)?);
    let next = length(source.from(at));
    let behind = at.saturating_add(next);
    let is_alone = behind == source.text.len() || behind_line(source, behind).is_some();
    (next > 0 && next <= len && is_alone).then_some((at, next))
}

/// Where the next line begins, if nothing but blanks stand between a place and its line's end. It looks no further.
fn behind_line(source: Source<'_>, at: usize) -> Option<usize> {
    let end = source.skip_blanks(at);
    (source.byte(end) == Some(b'\n')).then(|| end.saturating_add(1))
}

fn decode(row: &'static Notation, source: Source<'_>, words: &[(usize, usize)]) -> Option<Run> {
    let text = text_of(source, words);
    // One sign too many says no less than the right number of them.
    let digits = text.trim_end_matches('=');
    // Nearly all words of a text end here.
    if !frame::strict(&bytes_of(digits, true)?) {
        return None;
    }
    let mut run = run_of(row, words, digits)?;
    Context::of(source, &run.range).apply(&mut run);
    run.join = Join::Never;
    let bytes = &run.data.bytes;
    let is_told = || lengths::exact(bytes) && lengths::tells_itself(bytes);
    let is_meant = || {
        is_told()
            || !are_mixed(&text) && !is_word_of_letters(&text)
            || is_word_of_letters(&text) && lengths::exact(bytes) && says_bytes(source, &run)
    };
    if !is_meant() {
        return None;
    }
    if are_mixed(&text) {
        lost64::tell_alphabets(&text, words, &mut run);
    }
    Some(run)
}

/// Whether nothing else stands in a word's line, or the words around say that it is bytes.
fn says_bytes(source: Source<'_>, run: &Run) -> bool {
    let is_alone = || source.line(source.line_start(run.range.start)).text.trim().len();
    run.direction.is_some() || is_alone() == run.range.len() || evidence::says_bytes(source, run)
}

/// Reads words alone in their lines that begin as packets do and end too early.
fn cut(row: &'static Notation, source: Source<'_>, words: &[(usize, usize)]) -> Option<Run> {
    let text = text_of(source, words);
    let digits = text.trim_end_matches('=');
    let whole = digits.len().checked_sub(digits.len() % 4)?;
    // The last digits are bytes as far as they go: a single one is none.
    let usable = if digits.len().saturating_sub(whole) == 1 { whole } else { digits.len() };
    let mut run = run_of(row, words, digits.get(..usable)?)?;
    let is_name = is_word_of_letters(&text) && !frame::connect(&run.data.bytes);
    if digits.len() < SHORTEST_CUT || !frame::begins(&run.data.bytes) || is_name {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    if run.class < Class::Line {
        return None;
    }
    // Nothing of it is a number that stands beside a packet.
    (run.class, run.join) = (Class::Code, Join::Never);
    if usable < digits.len() || bytes_of(digits, false).is_none() {
        let end = run.range.end.saturating_sub(text.len().saturating_sub(digits.len()));
        run.slip(end.saturating_sub(1)..end, MistakeKind::CutByte, 0);
    }
    Some(run)
}

/// Reads a word that has a packet's length, or nearly, and breaks a rule: others beside it must show that it is one.
fn suspect(row: &'static Notation, source: Source<'_>, words: &[(usize, usize)]) -> Option<Run> {
    let text = text_of(source, words);
    if !(text.len().is_multiple_of(4) || text.ends_with('=')) || text.len() > LONGEST_SUSPECT {
        return None;
    }
    let mut run = run_of(row, words, text.trim_end_matches('='))?;
    Context::of(source, &run.range).apply(&mut run);
    (run.join, run.is_suspect) = (Join::Never, true);
    // Few words of a line are as long as a packet, and have its type.
    let is_near = || frame::head(&run.data.bytes) && faulty::is_near(&run, 1);
    let is_line = run.class >= Class::Line;
    let is_meant = match is_word_of_letters(&text) && !is_line {
        true => false,
        false => faulty::may_be(&run) || is_line && run.data.len() > 2 && is_near(),
    };
    is_meant.then_some(run)
}

/// Reads a word that a blank divides, where its two parts are all of the line and packets together.
fn divided(row: &'static Notation, source: Source<'_>, first: &Word) -> Option<Run> {
    let end = first.0.saturating_add(first.1);
    let second = source.from(end).strip_prefix(' ').map(length).filter(|len| *len > 0)?;
    let words = [*first, (end.saturating_add(1), second)];
    let is_end = behind_line(source, end.saturating_add(1).saturating_add(second)).is_some();
    let text = text_of(source, &words);
    if !is_end || !text.len().is_multiple_of(4) || is_word_of_letters(&text) {
        return None;
    }
    let mut run = decode(row, source, &words).filter(|run| run.class == Class::Line)?;
    run.between(end..end.saturating_add(1), MistakeKind::SplitWord);
    run.is_suspect = true;
    Some(run)
}

/// Whether digits of both alphabets stand in a text, as in the names of files: the lengths of packets must tell more.
fn are_mixed(text: &str) -> bool {
    text.contains(['-', '_']) && text.contains(['+', '/'])
}

/// Whether letters are all that a word has, as the names of programs: that they are packets by chance is likelier
/// than that bytes have no digit.
fn is_word_of_letters(text: &str) -> bool {
    text.chars().all(char::is_alphabetic)
}

pub(super) fn text_of(source: Source<'_>, words: &[(usize, usize)]) -> String {
    words.iter().map(|(at, len)| source.range(*at..at.saturating_add(*len))).collect()
}

/// The bytes of these digits, which stand in these words.
pub(super) fn run_of(
    row: &'static Notation,
    words: &[(usize, usize)],
    digits: &str,
) -> Option<Run> {
    let bytes = bytes_of(digits, true)?;
    let (&(first, _), &(last, len)) = (words.first()?, words.last()?);
    let mut run = Run::new(row, Class::Prose, first..last.saturating_add(len));
    // Four characters are three bytes: each byte's text is the two characters that hold it.
    let places = words.iter().flat_map(|(at, len)| *at..at.saturating_add(*len));
    let mut places = places.collect::<Vec<_>>().into_iter();
    for group in bytes.chunks(3) {
        let quad: Vec<usize> = places.by_ref().take(4).collect();
        for (byte, at) in group.iter().zip(&quad) {
            run.data.push(*byte, *at, 2);
        }
    }
    Some(run)
}

/// The bytes of such a text, in either alphabet; bits of a byte that is not whole may be left at its end.
pub(super) fn bytes_of(text: &str, bits_left: bool) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(bits_left);
    let engine = GeneralPurpose::new(&STANDARD, config);
    if text.contains(['-', '_']) {
        return engine.decode(text.replace('-', "+").replace('_', "/")).ok();
    }
    engine.decode(text).ok()
}

fn length(text: &str) -> usize {
    let digits = text.bytes().take_while(|b| is_digit(*b) && *b != b'=').count();
    let padding = text.bytes().skip(digits).take(2).take_while(|b| *b == b'=').count();
    digits.saturating_add(padding)
}

const fn is_digit(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'+' | b'/' | b'-' | b'=')
}

/// Digits of a word in which a slip is looked for: a sentence has none so long that decodes to whole
/// packets.
const SHORTEST_WITH_SLIP: usize = 15;
/// Digits of a word that may be cut.
const SHORTEST_CUT: usize = 8;
/// Longer ones with a fault are rare, and cost time where texts are made of them.
const LONGEST_SUSPECT: usize = 1 << 12;
/// Digits of a word that frames by chance no more.
const SHORTEST_STREAM: usize = 24;
/// What stands between the words of programs.
const MARKS: &str = "(){}[]<>.,:;|@&='\"\\?$";
/// Shorter lines are no lines of base64.
const SHORTEST_WRAPPED: usize = 8;
/// Lines of a packet that begins within others, at most.
const MOST_WITHIN: usize = 32;
/// Programs wrap base64 at 60 characters or more.
const SURELY_WRAPPED: usize = 60;
