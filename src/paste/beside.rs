//! Rows of hex with their characters beside them and no address: `socat -x -v`, `ngrep -x`, Zephyr's
//! LOG_HEXDUMP, serial monitors; and Netty's, with its address between bars.

use super::columns::{self, Ascii};
use super::context::Context;
use super::notation::Notation;
use super::piece::Direction;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken, blanks};

/// Reads rows up to the first one that is shorter, or none.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut line = source.line(at);
    let mut run = part(row, source, &line)?;
    let width = run.shown();
    let mut last = width;
    while last == width && line.next < source.text.len() {
        let next = source.line(line.next);
        let Some(more) = part(row, source, &next) else { break };
        last = more.shown();
        run.append(more);
        line = next;
    }
    let context = Context::of(source, &run.range);
    run.time = context.time();
    run.direction = context.direction().or_else(|| socat(source, at));
    Some(Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// One row; nothing where its characters are not those of its bytes.
fn part(row: &'static Notation, source: Source<'_>, line: &Line<'_>) -> Option<Run> {
    let start = line.start.saturating_add(head(line.text));
    let mut run = Run::new(row, Class::Code, start..start);
    let is_pair = |it: &str| it.len() == 2 && it.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = source.range(start..line.end).split(' ').next();
    if !first.is_some_and(is_pair) {
        return None;
    }
    let end = columns::read(source, start..line.end, Ascii::Maybe, &mut run);
    let shown = source.range(run.range.end..line.end);
    let is_row = end == line.end && !run.data.bytes.is_empty() && columns::is_shown(shown, &run);
    is_row.then_some(run)
}

/// Length of blanks, and of an address between bars.
fn head(line: &str) -> usize {
    let first = blanks(line);
    let rest = line.get(first..).unwrap_or_default();
    let bars = if is_boxed(rest) { ADDRESS.saturating_add(2) } else { 0 };
    let behind = blanks(rest.get(bars..).unwrap_or_default());
    first.saturating_add(bars).saturating_add(behind)
}

/// Whether a text begins with Netty's address between bars.
pub(super) fn is_boxed(text: &str) -> bool {
    let address = text.strip_prefix('|').and_then(|it| it.split_at_checked(ADDRESS));
    address.is_some_and(|(it, behind)| {
        behind.starts_with('|') && it.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// The line above a block of socat's: the side that sent it, the time and the length.
fn socat(source: Source<'_>, at: usize) -> Option<Direction> {
    let above = source.line_before(at)?.text;
    match above.get(..2).filter(|_| above.contains("length="))? {
        "> " => Some(Direction::Sent),
        "< " => Some(Direction::Received),
        _ => None,
    }
}

/// Digits of Netty's addresses.
const ADDRESS: usize = 8;
