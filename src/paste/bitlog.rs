//! Logs that show packets as binary digits, the fixed header in one line and the rest in another.

use super::bits;
use super::bitstream;
use super::context::{self, Context};
use super::digits;
use super::frame::{self, Chain, Fit};
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::source::{Line, Source, Taken};
use super::wrapped;

/// Reads a line that ends in a colon and binary digits and says who sent them.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let digits = line.text.rfind([':', '\u{ff1a}'])?;
    let colon = line.text.get(digits..)?.chars().next()?;
    let before = line.text.get(..digits).filter(|b| b.len() < LONGEST_HEAD)?;
    let direction = context::direction(before)?;
    let start = source.skip_blanks(at.saturating_add(digits).saturating_add(colon.len_utf8()));
    let lower = before.to_lowercase();
    // A single group with a mistake is a number, unless the line says what it shows.
    let names_bits = NAMES.into_iter().any(|word| lower.contains(word));
    let (mut run, is_told) = groups(row, source, start, names_bits);
    let shown = run.data.len().saturating_add(if names_bits { run.slips.len() } else { 0 });
    if shown == 0 || source.skip_blanks(run.range.end) < line.end {
        return None;
    }
    let names_start = ["header", "\u{5934}"].into_iter().any(|word| lower.contains(word));
    let has_head =
        frame::head(&run.data.bytes) || run.slips.first().is_some_and(|slip| slip.index == 0);
    run.join = if names_start && has_head { Join::StreamStart } else { Join::Stream };
    run.class = Class::Line;
    if is_told {
        (run.join, run.class) = (Join::Never, Class::Sure);
    }
    run.direction = Some(direction);
    run.time = Context::of(source, &run.range).time();
    Some(Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// The end of the digits that a line begins, where the line was wrapped: the lines below hold nothing but more of them.
pub(super) fn wrapped(source: Source<'_>, line: &Line<'_>) -> Option<usize> {
    let shown = line.text.trim_end();
    if !shown.ends_with(['0', '1', ':', '\u{ff1a}']) {
        return None;
    }
    let (before, digits) = shown.rsplit_once([':', '\u{ff1a}'])?;
    if before.len() >= LONGEST_HEAD {
        return None;
    }
    context::direction(before)?;
    let mut chain = Chain::new();
    let mut last = *line;
    let mut open = digits.to_owned();
    loop {
        let next = source.line(last.next);
        let is_cut = wrapped::is_cut(&open, next.text);
        let whole =
            if is_cut { open.len().saturating_sub(wrapped::last(&open).len()) } else { open.len() };
        let (groups, cut) = open.split_at_checked(whole).unwrap_or_default();
        if !groups.trim().is_empty() && !are_groups(groups) {
            return None;
        }
        feed(&mut chain, groups);
        // Behind whole packets others begin.
        let is_end = !groups.trim().is_empty() && !is_cut && chain.fit() == Fit::Whole;
        open = [cut, next.text].concat();
        if is_end || next.start >= source.text.len() || !begins_with_groups(&open) {
            break;
        }
        last = next;
    }
    (last.end > line.end).then_some(last.end)
}

/// Whether nothing but groups stands in a line, of which the last may go on in the next one.
fn begins_with_groups(line: &str) -> bool {
    let cut = wrapped::last(line);
    let is_part = cut.len() < 8 && cut.bytes().all(|b| matches!(b, b'0' | b'1'));
    let groups = line.get(..line.len().saturating_sub(cut.len())).unwrap_or_default();
    are_groups(line) || is_part && are_groups(groups)
}

/// Whether nothing but groups of eight digits stands in a text, though some may be mistyped.
fn are_groups(text: &str) -> bool {
    let is_group = |word: &str| {
        digits::bits(word).is_some() || bits::is_mistyped(word) || bits::is_miscounted(word)
    };
    !text.trim().is_empty() && text.split_whitespace().all(is_group)
}

fn feed(chain: &mut Chain, text: &str) {
    text.split_whitespace().for_each(|word| chain.feed(&[digits::bits(word).unwrap_or(0)]));
}

/// The digits at a place, with blanks between the bytes or without, and whether they are packets but for a mistake.
fn groups(row: &'static Notation, source: Source<'_>, at: usize, names_bits: bool) -> (Run, bool) {
    let least = if names_bits { bitstream::SHORTEST - 1 } else { bitstream::SHORTEST_MISTYPED };
    let len = bitstream::len_of(source.from(at), least);
    if len == 0 {
        return (bits::groups(row, source, at), false);
    }
    let end = at.saturating_add(len);
    let mut run = Run::new(row, Class::Line, at..end);
    let is_told = bitstream::read(source.range(at..end), at, &mut run);
    (run, is_told)
}

/// What such a line calls its digits.
const NAMES: [&str; 5] = ["header", "payload", "binary", "\u{5934}", "\u{4e8c}\u{8fdb}\u{5236}"];
/// What stands before the digits is a time, a few words, a logger's name.
const LONGEST_HEAD: usize = 300;
