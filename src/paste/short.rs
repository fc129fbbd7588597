//! Hex of which zeros are left out, as `%X` prints bytes: `10 E 0 4 4D`. In a sentence these are
//! numbers like all others, so whole packets must come out of them.

use super::context::Context;
use super::frame;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken, blanks};

/// Reads from the first number of a line to its end.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let near = source.head(at, NEAR);
    let first = near.get(..near.find([' ', ','])?)?;
    if !matches!(first.len(), 1 | 2) || !first.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let before = source.range(source.line_start(at)..at).trim_end();
    let is_first = before.is_empty() || before.ends_with([':', '=', '>', ']', '\u{ff1a}']);
    let text = source.range(at..source.line(at).end).trim_end();
    if !is_first || text.len() > LONGEST {
        return None;
    }
    let mut run = Run::new(row, Class::Prose, at..at.saturating_add(text.len()));
    let (mut rest, mut single, mut padded) = (text, 0_usize, false);
    while !rest.is_empty() {
        let len = rest.find([' ', ',']).unwrap_or(rest.len());
        let digits = rest.get(..len).filter(|it| matches!(it.len(), 1 | 2))?;
        let byte = u8::from_str_radix(digits, 16).ok()?;
        run.data.push(byte, at.saturating_add(text.len().saturating_sub(rest.len())), len);
        single = single.saturating_add(usize::from(len == 1));
        padded |= len == 2 && digits.starts_with('0');
        let behind = rest.get(len..).unwrap_or_default();
        let behind = behind.strip_prefix(',').unwrap_or(behind);
        rest = behind.get(blanks(behind)..).unwrap_or_default();
    }
    if single < LEAST_SINGLE
        || padded
        || run.data.len() < SHORTEST
        || !frame::strict(&run.data.bytes)
    {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// A number of two digits, and what stands behind it.
const NEAR: usize = 3;
/// One alone is a slip.
const LEAST_SINGLE: usize = 2;
/// Fewer numbers make a packet by chance.
const SHORTEST: usize = 8;
/// A line that someone pastes.
const LONGEST: usize = 1 << 16;
