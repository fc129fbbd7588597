//! Packets of several lines with a typing mistake, beside lines with good packets: each line by itself is none, and where
//! the mistake stands, the lines are not even joined. The type, the length and the width of the lines tell that they are
//! one packet; what tells nothing of that is shown as a line with a mistake.

use super::aside::{is_few, looks_hex};
use super::context::Context;
use super::frame::{self, Chain, Fit};
use super::leftover::{Shape, is_packet};
use super::lenient::{self, Digits, Form};
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::run::{Class, Join, Run};
use super::settle::settle;
use super::source::{Line, Source};

/// How many lines may still be read as those that a packet goes on with: so no text takes long.
pub(super) struct Room(usize);

impl Room {
    pub(super) const fn new() -> Self {
        Self(MOST_ROWS)
    }
}

/// The packet that begins with a line and ends with one below, before `until`, and where that ends.
pub(super) fn read(
    source: Source<'_>,
    line: &Line<'_>,
    until: usize,
    shapes: &[Shape<'_>],
    room: &mut Room,
) -> Option<(Run, usize)> {
    shapes.iter().find_map(|shape| packet(source, line, until, shape, room))
}

fn packet(
    source: Source<'_>,
    line: &Line<'_>,
    until: usize,
    shape: &Shape<'_>,
    room: &mut Room,
) -> Option<(Run, usize)> {
    let mut run = row(source, line, shape, false)?;
    let width = run.shown();
    let is_begun = frame::head(&run.filled()) || run.slips.first().is_some_and(|it| it.index == 0);
    if width < LEAST_ROW || !is_begun {
        return None;
    }
    let most = due(&run).unwrap_or(LONGEST).min(LONGEST);
    let (mut end, mut shown, mut all) = (line.next, width, width);
    // Only the last line is shorter.
    while end < until && shown.saturating_add(MOST_OFF) >= width && all < most {
        room.0 = room.0.checked_sub(1)?;
        let line = source.line(end);
        let next = row(source, &line, shape, true).filter(|_| line.end <= until);
        let Some(next) = next.filter(|it| it.shown() <= width.saturating_add(MOST_OFF)) else {
            break;
        };
        shown = next.shown();
        all = all.saturating_add(shown);
        run.append(next);
        end = line.next;
    }
    settle(&mut run);
    let is_meant =
        end > line.next && is_few(&run) && looks_hex(source, &run) && is_packet(&run, LEAST_ROW);
    Context::of(source, &run.range).tell(&mut run);
    is_meant.then_some((run, end))
}

/// How many bytes the packet has that begins with a line; nothing where its length could not be read.
fn due(first: &Run) -> Option<usize> {
    let is_lost = first.slips.iter().any(|slip| !slip.is_beside() && slip.index == 1);
    let (header, body) = frame::lengths(&first.filled()).filter(|_| !is_lost)?;
    Some(header.saturating_add(body))
}

/// The mistakes of a line of two digits a byte that is nothing else, of which nothing tells where its packet begins:
/// without bytes, for they would be no packet.
pub(super) fn mistakes(source: Source<'_>, line: &Line<'_>, shapes: &[Shape<'_>]) -> Option<Run> {
    let is_typed = |kind: &MistakeKind| {
        matches!(
            kind,
            MistakeKind::Lookalike { .. }
                | MistakeKind::NotADigit { .. }
                | MistakeKind::OddDigits { .. }
                | MistakeKind::OneDigit
                | MistakeKind::SplitByte
        )
    };
    let of_hex = shapes.iter().filter(|shape| shape.base == Digits::Hex);
    let run = of_hex.filter_map(|shape| row(source, line, shape, false)).find(|run| {
        let has_letters = || {
            let text = source.range(run.range.clone());
            text.bytes().any(|b| b.is_ascii_hexdigit() && b.is_ascii_alphabetic())
        };
        run.shown() >= LEAST_ROW
            && (1..=SIDE_BY_SIDE).contains(&run.slips.len())
            && run.slips.iter().all(|slip| is_typed(&slip.kind))
            && has_letters()
    })?;
    Some(without_bytes(run))
}

/// The mistakes of the line below a packet that lacks a few bytes at its end, if the line holds no more than these.
pub(super) fn end(
    source: Source<'_>,
    line: &Line<'_>,
    before: &Run,
    shapes: &[Shape<'_>],
) -> Option<Run> {
    let above = source.line_before(line.start)?;
    let is_below = (above.start..=above.end).contains(&before.range.end);
    let Fit::Short(left) = Chain::of(&before.filled()).fit() else { return None };
    if !is_below {
        return None;
    }
    let is_end = |run: &Run| !run.slips.is_empty() && run.shown() <= left.saturating_add(MOST_OFF);
    let run = shapes.iter().filter_map(|shape| row(source, line, shape, true)).find(is_end)?;
    Some(without_bytes(run))
}

fn without_bytes(mut run: Run) -> Run {
    run.data.split_off(0);
    run.slips.iter_mut().for_each(|slip| slip.index = 0);
    run
}

/// The bytes of a line that is written as those of a shape are, each byte by itself; of the last one there may be few.
fn row(source: Source<'_>, line: &Line<'_>, shape: &Shape<'_>, may_end: bool) -> Option<Run> {
    let range = shape.within(source, line)?;
    let form = Form::of(source, range.clone(), shape.base)?;
    let is_like = shape.form.is_of_bytes()
        && (shape.form.is_like(&form) || may_end && range.len() <= LONGEST_BYTE);
    if !is_like {
        return None;
    }
    let mut run = Run::new(shape.notation, Class::Sure, range.clone());
    run.join = Join::Never;
    lenient::read(source, range, shape.base, &run).filter(|run| run.shown() > 0)
}

/// Lines of packets of several lines are no shorter.
const LEAST_ROW: usize = 8;
/// Bytes by which a mistake makes a line shorter or longer.
const MOST_OFF: usize = 1;
/// Two digits and one too many.
const LONGEST_BYTE: usize = 3;
/// Longer packets are told line by line.
const LONGEST: usize = 1 << 11;
/// Nobody types more of them.
const MOST_ROWS: usize = 1 << 13;
