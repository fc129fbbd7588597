//! Packets of several lines with a typing mistake, beside lines with good packets: each line by itself is none, and where
//! the mistake stands, the lines are not even joined. The type, the length and the width of the lines tell that they are
//! one packet; what tells nothing of that is shown as a line with a mistake.

use super::aside::{is_few, looks_hex};
use super::context::Context;
use super::frame;
use super::leftover::{Shape, is_packet};
use super::lenient::{self, Digits, Form};
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::run::{Class, Join, Run};
use super::settle::settle;
use super::source::{Line, Source};

/// The packet that begins with a line and ends with one below, before `until`, and where that ends.
pub(super) fn read(
    source: Source<'_>,
    line: &Line<'_>,
    until: usize,
    shapes: &[Shape<'_>],
) -> Option<(Run, usize)> {
    shapes.iter().find_map(|shape| packet(source, line, until, shape))
}

fn packet(
    source: Source<'_>,
    line: &Line<'_>,
    until: usize,
    shape: &Shape<'_>,
) -> Option<(Run, usize)> {
    let mut all = row(source, line, shape, false)?;
    let width = all.shown();
    let is_begun = frame::head(&all.filled()) || all.slips.first().is_some_and(|it| it.index == 0);
    if width < LEAST_ROW || !is_begun {
        return None;
    }
    let (mut next, mut found) = (line.next, None);
    while next < until && all.shown() <= MOST_BYTES {
        let line = source.line(next);
        let Some(row) = row(source, &line, shape, true).filter(|_| line.end <= until) else {
            break;
        };
        let shown = row.shown();
        if shown > width.saturating_add(MOST_OFF) {
            break;
        }
        all.append(row);
        next = line.next;
        if is_few(&all) && looks_hex(source, &all) {
            let mut run = all.clone();
            settle(&mut run);
            if is_packet(&run, LEAST_ROW) {
                found = Some((run, next));
            }
        }
        // Only the last line is shorter.
        if shown.saturating_add(MOST_OFF) < width || is_whole(&all) {
            break;
        }
    }
    let (mut run, end) = found?;
    Context::of(source, &run.range).tell(&mut run);
    Some((run, end))
}

/// Whether the bytes are as many as the length says, or more.
fn is_whole(run: &Run) -> bool {
    let is_lost = |slip: &super::run::Slip| !slip.is_beside() && slip.index == 1;
    frame::lengths(&run.filled())
        .is_some_and(|(header, body)| header.saturating_add(body) <= run.shown())
        && !run.slips.iter().any(is_lost)
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
    let mut run = of_hex.filter_map(|shape| row(source, line, shape, false)).find(|run| {
        let has_letters = || {
            let text = source.range(run.range.clone());
            text.bytes().any(|b| b.is_ascii_hexdigit() && b.is_ascii_alphabetic())
        };
        run.shown() >= LEAST_ROW
            && (1..=SIDE_BY_SIDE).contains(&run.slips.len())
            && run.slips.iter().all(|slip| is_typed(&slip.kind))
            && has_letters()
    })?;
    run.data.split_off(0);
    run.slips.iter_mut().for_each(|slip| slip.index = 0);
    Some(run)
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
/// Nobody types more.
const MOST_BYTES: usize = 1 << 12;
