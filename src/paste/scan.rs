//! The walk through a text of which only parts are bytes.

use super::build::Builder;
use super::certificate;
use super::context;
use super::disassembly;
use super::firmware;
use super::frame;
use super::head;
use super::notation::{NOTATIONS, Notation, Where};
use super::run::Run;
use super::source::{Source, Taken, is_blank, is_word, word};
use super::stamp;
use super::tokens::Tokens;
use std::sync::LazyLock;

/// Reads from `at` to the source's end.
pub(super) fn scan(source: Source<'_>, at: usize, builder: &mut Builder<'_>) {
    let mut at = at;
    while at < source.text.len() {
        at = line(source, at, builder);
    }
}

/// Whether the text begins as a dump or a log does: then its addresses are no bytes. Marks and comments may stand
/// above it, as around a block of code.
pub(super) fn begins_with_lines(source: Source<'_>, at: usize) -> bool {
    let mut at = at;
    while at < source.text.len() {
        let line = source.line(at);
        if Tokens::of(source, &line).next().is_some() {
            break;
        }
        at = line.next;
    }
    rows(source, at).is_some()
}

/// What a reader of whole lines takes from `at` on.
pub(super) fn rows(source: Source<'_>, at: usize) -> Option<Taken> {
    of_lines().find_map(|n| (n.read)(n, source, at))
}

fn of_lines() -> impl Iterator<Item = &'static Notation> {
    NOTATIONS.iter().filter(|n| matches!(n.place, Where::Line))
}

/// Reads the line at `at`, or the lines that a reader takes; gives the offset behind.
fn line(source: Source<'_>, at: usize, builder: &mut Builder<'_>) -> usize {
    let here = source.line(at);
    if here.text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r')) {
        return here.next;
    }
    let other = certificate::values(source, at).or_else(|| certificate::block(source, at));
    let other = other.or_else(|| disassembly::rows(source, at));
    if let Some(end) = other.or_else(|| firmware::rows(source, at)) {
        builder.ignored.lines = builder.ignored.lines.saturating_add(1);
        return end;
    }
    if let Some(mut taken) = rows(source, at) {
        if let Some(first) = taken.runs.first_mut() {
            first.direction = first.direction.or_else(|| context::announced(source, at));
        }
        builder.ignored.modem = builder.ignored.modem.saturating_add(taken.modem);
        let end = taken.end.max(at.saturating_add(1));
        taken.runs.into_iter().for_each(|run| builder.add(run));
        return end;
    }
    let line = source.line(at);
    let head = head::of(source, &line);
    let mut at = head.unwrap_or_else(|| at.saturating_add(time(line.text)));
    let mut found = false;
    while at < line.end {
        match inline(source, at) {
            Some(taken) => {
                found = true;
                at = taken.end.max(at.saturating_add(1));
                taken.runs.into_iter().for_each(|run: Run| builder.add(run));
            }
            None => at = next(source, at, line.end),
        }
    }
    if !found && !line.text.trim().is_empty() {
        builder.ignored.lines = builder.ignored.lines.saturating_add(1);
    }
    if at > line.end { at } else { line.next }
}

/// Length of the time at the line's beginning: its digits are no bytes.
fn time(line: &str) -> usize {
    let Some(stamp) = stamp::read(line).filter(|_| !begins_with_colons(line)) else { return 0 };
    line.find(&stamp.text).map_or(0, |n| n.saturating_add(stamp.text.len()))
}

/// Whether what looks like a time are bytes with colons: more of them than a time has, and packets.
fn begins_with_colons(line: &str) -> bool {
    let line = stamp::unmarked(line);
    let word = line.get(..line.find(is_blank).unwrap_or(line.len())).unwrap_or_default();
    let byte = |pair: &str| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2);
    let bytes: Option<Vec<u8>> = word.split(':').map(byte).collect();
    bytes.is_some_and(|it| it.len() > TIME && (frame::strict_prefix(&it) > 0 || frame::begins(&it)))
}

/// Hours, minutes and seconds.
const TIME: usize = 3;

fn inline(source: Source<'_>, at: usize) -> Option<Taken> {
    let first = source.byte(at)?;
    let readers = STARTS.get(usize::from(first)).copied().unwrap_or(0);
    let mine = |(n, _): &(usize, &Notation)| readers & (1 << n) != 0;
    NOTATIONS.iter().enumerate().filter(mine).find_map(|(_, n)| (n.read)(n, source, at))
}

/// Of each byte the rows of the table whose notation may start with it, as a set of bits.
static STARTS: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let row = |n: usize, byte: u8| match NOTATIONS.get(n).map(|row| &row.place) {
        Some(Where::At(set)) if set.as_bytes().contains(&byte) => 1_u64 << n,
        _ => 0,
    };
    std::array::from_fn(|byte| {
        let byte = u8::try_from(byte).unwrap_or_default();
        (0..NOTATIONS.len()).map(|n| row(n, byte)).sum()
    })
});

/// The next place where something may begin: behind this word, or behind this character.
fn next(source: Source<'_>, at: usize, end: usize) -> usize {
    let rest = source.range(at..end);
    let inside = word(rest);
    let after = rest.get(inside..).unwrap_or_default();
    let skip = after.bytes().take_while(|b| !starts(*b)).count();
    let skip = inside.saturating_add(skip).max(1);
    at.saturating_add(skip)
}

fn starts(byte: u8) -> bool {
    is_word(byte) || b"<\"'[{(\\%&$".contains(&byte)
}
