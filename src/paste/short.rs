//! Hex of which zeros are left out, as `%X` prints bytes: `10 E 0 4 4D`. In a sentence these are
//! numbers like all others, so whole packets must come out of them.

use super::context::{Context, direction};
use super::frame;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken, blanks};

/// Reads from the first number of a line to its end, or to what is none where whole packets end there.
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
    let mut run = Run::new(row, Class::Prose, at..at);
    let (mut rest, mut single, mut padded) = (text, 0_usize, false);
    let is_labelled = direction(before).is_some();
    while !rest.is_empty() {
        let len = rest.find([' ', ',']).unwrap_or(rest.len());
        let digits = rest.get(..len).filter(|it| matches!(it.len(), 1 | 2));
        let byte = digits.and_then(|it| Some((it, u8::from_str_radix(it, 16).ok()?)));
        let Some((digits, byte)) = byte else {
            if is_labelled {
                break;
            }
            return None;
        };
        let start = at.saturating_add(text.len().saturating_sub(rest.len()));
        run.data.push(byte, start, len);
        run.range.end = start.saturating_add(len);
        single = single.saturating_add(usize::from(len == 1));
        padded |= len == 2 && digits.starts_with('0');
        let behind = rest.get(len..).unwrap_or_default();
        let behind = behind.strip_prefix(',').unwrap_or(behind);
        rest = behind.get(blanks(behind)..).unwrap_or_default();
    }
    if single < LEAST_SINGLE
        || padded
        || run.data.len() < if is_labelled { SHORTEST_LABELLED } else { SHORTEST }
        || !frame::strict(&run.data.bytes)
    {
        return None;
    }
    // What stands behind them may begin with a digit.
    if run.range.end < at.saturating_add(text.len()) && !source.from(run.range.end).starts_with(' ')
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
/// Behind a word that says who sent them.
const SHORTEST_LABELLED: usize = 4;
/// A line that someone pastes.
const LONGEST: usize = 1 << 16;
