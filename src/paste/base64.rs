//! Base64, told from words by the packets that come out of it.

use super::context::Context;
use super::frame;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken, is_word};
use ::base64::Engine as _;
use ::base64::alphabet::{STANDARD, URL_SAFE};
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Reads one word of base64, and the lines that continue it.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let before =
        at.checked_sub(1).and_then(|n| source.byte(n)).is_some_and(|b| is_digit(b) && b != b'=');
    let len = length(source.from(at));
    if before || len < 4 {
        return None;
    }
    if let Some(taken) = with_slip(row, source, at, len) {
        return Some(taken);
    }
    let mut words = vec![(at, len)];
    let mut end = at.saturating_add(len);
    if len >= SHORTEST_WRAPPED {
        while let Some(next) = wrapped(source, end, len) {
            end = next.0.saturating_add(next.1);
            words.push(next);
            if next.1 < len {
                break;
            }
        }
    }
    let run = decode(row, source, &words)
        .or_else(|| decode(row, source, words.get(..1)?))
        .or_else(|| cut(row, source, &words))?;
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Reads one word in which one character is none of base64: the three bytes about it are lost.
fn with_slip(row: &'static Notation, source: Source<'_>, at: usize, len: usize) -> Option<Taken> {
    let bad = source.from(at).get(len..)?.chars().next().filter(|c| !c.is_whitespace())?;
    let behind = at.saturating_add(len).saturating_add(bad.len_utf8());
    let rest = length(source.from(behind));
    let end = behind.saturating_add(rest);
    let is_last = source.from(end).chars().next().is_none_or(char::is_whitespace);
    if len.saturating_add(rest) < SHORTEST_WITH_SLIP || rest == 0 || !is_last {
        return None;
    }
    let text =
        format!("{}A{}", source.range(at..at.saturating_add(len)), source.range(behind..end));
    let bytes = engine(&text, true).decode(text.trim_end_matches('=')).ok()?;
    // The packets must be whole, whatever stands where the character is.
    let quad = len / 4;
    if frame::Chain::of(&bytes).fit() != frame::Fit::Whole || quad == 0 {
        return None;
    }
    let mut run = Run::new(row, Class::Prose, at..end);
    let place = |n: usize| {
        let shift = if n > len { bad.len_utf8().saturating_sub(1) } else { 0 };
        at.saturating_add(n).saturating_add(shift)
    };
    for (n, group) in bytes.chunks(3).enumerate() {
        if n == quad {
            let bad_at = at.saturating_add(len);
            let kind = MistakeKind::NotADigit { found: bad, base: 64 };
            run.slip(bad_at..behind, kind, group.len());
            continue;
        }
        for (byte, digit) in group.iter().zip(n.saturating_mul(4)..) {
            run.data.push(*byte, place(digit), 2);
        }
    }
    Context::of(source, &run.range).apply(&mut run);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// The next line, if it is one word of base64 and no longer than the first.
fn wrapped(source: Source<'_>, end: usize, len: usize) -> Option<(usize, usize)> {
    let line = source.line(source.line(end).next);
    let at = source.skip_blanks(line.start);
    let next = length(source.from(at));
    let alone = source.range(end..source.line(end).end).trim().is_empty()
        && at.saturating_add(next)
            == source.line(at).start.saturating_add(source.line(at).text.trim_end().len());
    (line.start > end && next > 0 && next <= len && alone).then_some((at, next))
}

fn decode(row: &'static Notation, source: Source<'_>, words: &[(usize, usize)]) -> Option<Run> {
    let text = text_of(source, words);
    // One sign too many says no less than the right number of them.
    let mut run = run_of(row, words, text.trim_end_matches('='))?;
    if !frame::strict(&run.data.bytes) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    run.join = Join::Never;
    Some(run)
}

/// Reads words alone in their lines that begin as packets do and end too early.
fn cut(row: &'static Notation, source: Source<'_>, words: &[(usize, usize)]) -> Option<Run> {
    let text = text_of(source, words);
    let digits = text.trim_end_matches('=');
    let whole = digits.len().checked_sub(digits.len() % 4)?;
    // The last digits are bytes as far as they go: a single one is none.
    let usable = if digits.len().saturating_sub(whole) == 1 { whole } else { digits.len() };
    let mut run = run_of(row, words, digits.get(..usable)?)?;
    if digits.len() < SHORTEST_CUT || !frame::begins(&run.data.bytes) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    if run.class < Class::Line {
        return None;
    }
    // Nothing of it is a number that stands beside a packet.
    (run.class, run.join) = (Class::Code, Join::Never);
    let strict = engine(&text, false);
    if usable < digits.len() || strict.decode(digits).is_err() {
        let end = run.range.end.saturating_sub(text.len().saturating_sub(digits.len()));
        run.slip(end.saturating_sub(1)..end, MistakeKind::CutByte, 0);
    }
    Some(run)
}

fn text_of(source: Source<'_>, words: &[(usize, usize)]) -> String {
    words.iter().map(|(at, len)| source.range(*at..at.saturating_add(*len))).collect()
}

/// The bytes of these digits, which stand in these words.
fn run_of(row: &'static Notation, words: &[(usize, usize)], digits: &str) -> Option<Run> {
    let bytes = engine(digits, true).decode(digits).ok()?;
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

/// What decodes such a text; bits of a byte that is not whole may be left at its end.
fn engine(text: &str, bits_left: bool) -> GeneralPurpose {
    let url = text.contains(['-', '_']);
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(bits_left);
    GeneralPurpose::new(if url { &URL_SAFE } else { &STANDARD }, config)
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
/// Programs wrap base64 at 60 characters or more.
const SHORTEST_WRAPPED: usize = 60;
