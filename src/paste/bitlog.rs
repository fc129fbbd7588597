//! Logs that show packets as binary digits, the fixed header in one line and the rest in another.

use super::bits;
use super::context::{self, Context};
use super::frame;
use super::notation::Notation;
use super::run::{Class, Join};
use super::source::{Source, Taken};

/// Reads a line that ends in a colon and binary digits and says who sent them.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let digits = line.text.trim_end().rfind(|c: char| !"01 ".contains(c))?;
    let colon =
        line.text.get(digits..)?.chars().next().filter(|c| matches!(c, ':' | '\u{ff1a}'))?;
    let before = line.text.get(..digits).filter(|b| b.len() < LONGEST_HEAD)?;
    let direction = context::direction(before)?;
    let start = source.skip_blanks(at.saturating_add(digits).saturating_add(colon.len_utf8()));
    let mut run = bits::groups(row, source, start);
    if run.data.bytes.is_empty() || source.skip_blanks(run.range.end) < line.end {
        return None;
    }
    let lower = before.to_lowercase();
    let names_start = ["header", "\u{5934}"].into_iter().any(|word| lower.contains(word));
    run.join =
        if names_start && frame::head(&run.data.bytes) { Join::StreamStart } else { Join::Stream };
    run.class = Class::Line;
    run.direction = Some(direction);
    run.time = Context::of(source, &run.range).time();
    Some(Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// What stands before the digits is a time, a few words, a logger's name.
const LONGEST_HEAD: usize = 300;
