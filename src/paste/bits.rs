//! Groups of eight binary digits in a line, with and without `0b`.

use super::bitstream;
use super::context::Context;
use super::digits;
use super::frame;
use super::lexer;
use super::mistake::{MistakeKind, lookalike};
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Source, Taken};
use super::tail;
use super::token::{self, LONGEST_BINARY};

/// Reads at least two groups.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if let Some(taken) = stream(row, source, at) {
        return Some(taken);
    }
    let mut run = groups(row, source, at);
    if run.data.len() < 2.max(run.slips.len().saturating_add(1)) {
        return None;
    }
    let first = run.data.map.text_of(0..1).unwrap_or_default();
    let in_halves = source.range(first).contains(' ');
    if in_halves && !(run.is_strict() || run.data.len() > 2 && settle(&mut run) == Mended::Whole) {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    if run.shown() > 2 && tail::is_mendable(&run) {
        (run.class, run.join) = (Class::Sure, Join::Never);
    }
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Reads digits without blanks between the bytes, if they are packets or the beginning of one, or would be but for
/// a mistake.
fn stream(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let len = bitstream::len(source.from(at));
    if len == 0 {
        return None;
    }
    let end = at.saturating_add(len);
    let mut run = Run::new(row, Class::Prose, at..end);
    let is_told = bitstream::read(source.range(at..end), at, &mut run);
    Context::of(source, &run.range).apply(&mut run);
    let is_sent = run.class == Class::Line && run.direction.is_some();
    if !run.slips.is_empty() {
        // Numbers in base 10 have others among so many digits.
        run.class = if is_told || is_sent { Class::Sure } else { run.class };
        return Some(Taken { runs: vec![run], end, modem: 0 });
    }
    // Shorter ones may be numbers.
    let is_long = len >= SHORTEST_ALONE || is_sent;
    let are_packets = frame::strict(&run.data.bytes) || frame::begins(&run.data.bytes);
    (is_long && are_packets).then(|| Taken { runs: vec![run], end, modem: 0 })
}

/// The groups from `at` on, in one line. Such as stand in two halves are read where they begin as a packet does: hex
/// of such digits does not.
pub(super) fn groups(row: &'static Notation, source: Source<'_>, at: usize) -> Run {
    let run = groups_of(row, source, at, false);
    if run.shown() > 0 {
        return run;
    }
    let halves = groups_of(row, source, at, true);
    if frame::head(&halves.filled()) { halves } else { run }
}

fn groups_of(row: &'static Notation, source: Source<'_>, at: usize, halves: bool) -> Run {
    let mut run = Run::new(row, Class::Prose, at..at);
    let mut at = at;
    loop {
        let text = source.head(at, LONGEST_GROUP);
        let len_of = |text: &str| {
            text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
        };
        let is_glued = token::is_glued(text, LONGEST_BINARY);
        let mut len = if is_glued { LONGEST_BINARY } else { len_of(text) };
        let second = text.get(len..).and_then(|it| it.strip_prefix(' ')).filter(|_| halves);
        len = len.saturating_add(second.map_or(0, |it| len_of(it).saturating_add(1)));
        let group = text.get(..len).unwrap_or_default();
        let bare = group.strip_prefix("0b").or_else(|| group.strip_prefix("0B")).unwrap_or(group);
        if !self::group(bare, at, len.saturating_sub(bare.len()), &mut run) {
            return run;
        }
        run.range.end = at.saturating_add(len);
        let gap = lexer::separator(source.from(run.range.end));
        if gap == 0 && !is_glued {
            return run;
        }
        at = run.range.end.saturating_add(gap);
    }
}

/// Reads one group, whose digits stand behind a prefix; false where it is none, not even with a typing
/// mistake.
pub(super) fn group(bits: &str, at: usize, prefix: usize, run: &mut Run) -> bool {
    let start = at.saturating_add(prefix);
    let digits: String = bits.chars().filter(|c| !matches!(c, '_' | ' ')).collect();
    // Where languages let one stand, and people a blank: between two fours.
    let is_grouped = digits.len() == bits.len() || bits.find(['_', ' ']).is_some_and(is_half);
    if !is_grouped {
        return false;
    }
    if let Some(byte) = digits::bits(&digits) {
        run.data.push(byte, at, prefix.saturating_add(bits.len()));
    } else if is_mistyped(&digits) {
        misread(bits, start, run);
    } else if is_miscounted(&digits) {
        let range = start..start.saturating_add(bits.len());
        run.slip(range, MistakeKind::NotEightBits { digits: digits.len() }, 1);
    } else {
        return false;
    }
    true
}

/// Whether so many digits are half of a byte, of which one may be missing or too many.
const fn is_half(digits: usize) -> bool {
    matches!(digits, 3..=5)
}

/// Whether these are eight binary digits of which one is mistyped.
pub(super) fn is_mistyped(bits: &str) -> bool {
    let wrong = |c: char| !matches!(c, '0' | '1');
    bits.len() <= LONGEST_BITS
        && bits.chars().filter(|c| wrong(*c)).count() == 1
        && bits.chars().count() == 8
}

/// Whether these are binary digits, one more or less than eight.
pub(super) fn is_miscounted(bits: &str) -> bool {
    matches!(bits.len(), 7 | 9) && bits.bytes().all(|b| matches!(b, b'0' | b'1'))
}

/// Reads eight characters of which some are no digits of base 2.
pub(super) fn misread(bits: &str, start: usize, run: &mut Run) {
    let wrong = |c: char| !matches!(c, '0' | '1' | '_' | ' ');
    let Some((at, found)) = bits.char_indices().find(|(_, c)| wrong(*c)) else { return };
    let meant = lookalike(found).filter(|meant| !wrong(*meant));
    let kind = match meant {
        Some(meant) => MistakeKind::Lookalike { found, meant },
        None => MistakeKind::NotADigit { found, base: 2 },
    };
    let mended = meant.map(|meant| bits.replace(wrong, meant.encode_utf8(&mut [0; 4])));
    let mended = mended.map(|it| it.replace(['_', ' '], ""));
    let byte = mended.as_deref().and_then(digits::bits);
    let at = start.saturating_add(at);
    run.guess(at..at.saturating_add(found.len_utf8()), kind, byte);
}

/// Digits of four bytes.
const SHORTEST_ALONE: usize = 32;
/// Eight characters, each of which a text may write with four bytes.
const LONGEST_BITS: usize = 32;
/// With a prefix.
const LONGEST_GROUP: usize = 36;
