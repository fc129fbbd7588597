//! Strings with escapes: C's and Wireshark's `"\x10" "\x2f"`, Rust's and Python's `b".."`.

use super::context::Context;
use super::escape;
use super::frame;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken, is_word};

/// Reads a string, and those that stand right behind it, as C joins them.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if at.checked_sub(1).and_then(|n| source.byte(n)) == Some(b'\\') {
        return None;
    }
    let mut run = Run::new(row, Class::Code, at..at);
    let mut end = one(source, at, &mut run)?;
    if run.data.len() < 2 && run.slips.is_empty() {
        return None;
    }
    while let Some(next) = following(source, end) {
        let mut part = Run::new(row, Class::Code, next..next);
        match one(source, next, &mut part) {
            Some(after) => end = after,
            None => break,
        }
        run.append(part);
    }
    run.range.end = end;
    let context = Context::of(source, &run.range);
    run.time = context.time();
    run.direction = context.direction();
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// One string from its prefix or quote on; only one that has the escapes of bytes.
fn one(source: Source<'_>, at: usize, run: &mut Run) -> Option<usize> {
    let text = source.from(at);
    let marked = text.starts_with(['b', 'B']);
    let open = if marked { at.saturating_add(1) } else { at };
    let quote = source.from(open).chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = source.from(open).get(1..)?;
    let early: String = body.chars().take(EARLY).collect();
    let escaped = marked && early.contains('\\')
        || ["\\x", "\\u00", "\\0", "\\1", "\\u{", "\\n"].into_iter().any(|e| early.contains(e));
    if !escaped {
        return None;
    }
    escape::string(source, open, quote, run)
}

/// A packet has a byte that is no character among its first: the end of its Remaining Length,
/// or the high byte of a length behind it.
const EARLY: usize = 8;

/// Where the next string begins, if only blanks, line breaks and continuation marks stand between.
fn following(source: Source<'_>, at: usize) -> Option<usize> {
    let rest = source.from(at);
    let next = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\' || c == '+');
    let gap = rest.len().checked_sub(next.len())?;
    let string = next.starts_with(['"', '\'']) || next.starts_with("b'") || next.starts_with("b\"");
    (string && gap > 0 && gap < 100).then(|| at.saturating_add(gap))
}

/// Reads `\x10\x0e...` without quotes: all of the line, or up to the first blank where only
/// that is MQTT.
pub(super) fn bare(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let inside = at.checked_sub(1).and_then(|n| source.byte(n)).is_some_and(is_word);
    if inside || !escape::starts(source.from(at)) {
        return None;
    }
    let line = source.line(at);
    let blank = line.text.find(char::is_whitespace).unwrap_or(line.text.len());
    let mut run = until(row, source, at..at.saturating_add(blank));
    if !frame::strict(&run.data.bytes) {
        run = until(row, source, at..line.start.saturating_add(line.text.trim_end().len()));
    }
    if run.data.len() < 2 {
        return None;
    }
    Context::of(source, &run.range).apply(&mut run);
    run.class = run.class.max(Class::Code);
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

fn until(row: &'static Notation, source: Source<'_>, range: std::ops::Range<usize>) -> Run {
    let mut run = Run::new(row, Class::Code, range.clone());
    let mut at = range.start;
    while at < range.end {
        let Some(c) = source.from(at).chars().next() else { break };
        at = escape::one(source, at, c, &mut run);
    }
    run.range.end = at.min(range.end);
    run
}
