//! Groups of eight binary digits in a line, with and without `0b`.

use super::context::Context;
use super::digits;
use super::hex;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken, word};

/// Reads at least two groups.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut run = groups(row, source, at);
    if run.data.len() < 2 {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// The groups from `at` on, in one line.
pub(super) fn groups(row: &'static Notation, source: Source<'_>, at: usize) -> Run {
    let mut run = Run::new(row, Class::Prose, at..at);
    let mut at = at;
    loop {
        let text = source.from(at);
        let len = word(text);
        let group = text.get(..len).unwrap_or_default();
        let bare = group.strip_prefix("0b").or_else(|| group.strip_prefix("0B")).unwrap_or(group);
        let Some(byte) = digits::bits(bare) else { return run };
        run.data.push(byte, at, len);
        run.range.end = at.saturating_add(len);
        let gap = hex::separator(source.from(run.range.end));
        if gap == 0 {
            return run;
        }
        at = run.range.end.saturating_add(gap);
    }
}
