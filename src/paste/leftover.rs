//! Lines that are written as those with packets are, of which nothing was taken: a typing mistake keeps them from being
//! packets, and must be told.

use super::aside::{is_few, looks_hex};
use super::context::{Context, said};
use super::frame;
use super::lenient::{self, Digits, Form};
use super::mistake::SIDE_BY_SIDE;
use super::notation::{Notation, Where};
use super::rows;
use super::run::{Class, Join, Run, Slip};
use super::settle::settle;
use super::source::{Line, Source};
use std::ops::Range;

/// How lines with packets are written.
pub(super) struct Shape<'t> {
    /// What stands before the packet and behind it.
    head: &'t str,
    behind: &'t str,
    pub(super) base: Digits,
    pub(super) form: Form<'t>,
    pub(super) notation: &'static Notation,
}

impl Shape<'_> {
    /// The part of a line that stands where the packet does in a line of this shape, without blanks around it.
    pub(super) fn within(&self, source: Source<'_>, line: &Line<'_>) -> Option<Range<usize>> {
        let start = behind_head(self.head, line.text)?;
        let behind = line.text.trim_end().strip_suffix(self.behind.trim_end())?;
        let range = line.start.saturating_add(start)..line.start.saturating_add(behind.len());
        Some(trimmed(source, range))
    }
}

/// Reads the lines from `from` on in which none of the runs that were taken stand. These are in order.
pub(super) fn read(source: Source<'_>, from: usize, taken: &[Run]) -> Vec<Run> {
    let shapes = shapes(source, taken);
    let mut found = Vec::new();
    let mut taken = taken.iter().peekable();
    let (mut room, mut before) = (rows::Room::new(), None);
    let (mut at, mut covered) = (from, from);
    while at < source.text.len() && !shapes.is_empty() && found.len() < MOST {
        let line = source.line(at);
        at = line.next;
        while let Some(run) = taken.next_if(|it| it.range.start <= line.end) {
            covered = covered.max(run.range.end);
            before = Some(run);
        }
        let may_be = covered <= line.start
            && line.text.len() <= LONGEST
            && line.text.bytes().any(|b| b.is_ascii_digit());
        if !may_be {
            continue;
        }
        let until = taken.peek().map_or(source.text.len(), |it| it.range.start);
        if let Some((run, end)) = rows::read(source, &line, until, &shapes, &mut room) {
            found.push(run);
            at = end;
        } else {
            let end = || rows::end(source, &line, before?, &shapes);
            let one = in_line(source, &line, &shapes).or_else(end);
            found.extend(one.or_else(|| rows::mistakes(source, &line, &shapes)));
        }
    }
    found
}

/// How the packets are written that stand alone in their lines, and the first lines of those of several lines. What
/// this room's own reader does not read is left out: so it would not read what is mistyped either.
fn shapes<'t>(source: Source<'t>, taken: &[Run]) -> Vec<Shape<'t>> {
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    for run in taken {
        if shapes.len() >= MOST_SHAPES {
            break;
        }
        let is_plain = run.slips.is_empty() && !matches!(run.notation.place, Where::Line);
        if !is_plain || run.class == Class::Sure || !frame::strict(&run.data.bytes) {
            continue;
        }
        let Some(all) = run.data.map.text_of(0..run.data.len()) else { continue };
        let line = source.line(source.line_start(all.start));
        let range = trimmed(source, all.start..all.end.min(line.end));
        let head = source.range(line.start..range.start);
        let behind = source.range(range.end..line.end);
        let is_whole = all.end <= line.end;
        // An array's lines end where it does.
        let is_line = line.text.len() <= LONGEST && (is_whole || run.class != Class::Code);
        let is_known = |it: &Shape<'_>| {
            it.notation == run.notation
                && it.behind == behind
                && behind_head(it.head, head) == Some(head.len())
        };
        if !is_line || behind.contains(char::is_alphanumeric) || shapes.iter().any(is_known) {
            continue;
        }
        let reads = |base: &Digits| {
            let empty = Run::new(run.notation, Class::Sure, range.clone());
            let read = lenient::read(source, range.clone(), *base, &empty);
            read.is_some_and(|it| {
                it.slips.is_empty()
                    && run.data.bytes.starts_with(&it.data.bytes)
                    && (!is_whole || it.data.len() == run.data.len())
            })
        };
        let base = Digits::ALL.into_iter().find(reads);
        let form = base.and_then(|base| Form::of(source, range.clone(), base));
        let notation = run.notation;
        let shape = base.zip(form).map(|(base, form)| Shape { head, behind, base, form, notation });
        shapes.extend(shape);
    }
    shapes
}

/// What a line holds that is written as one of the shapes, or has another label before it and is nearly a packet.
fn in_line(source: Source<'_>, line: &Line<'_>, shapes: &[Shape<'_>]) -> Option<Run> {
    let mut alike = shapes.iter().filter_map(|shape| {
        let range = shape.within(source, line)?;
        let is_labelled = shape.head.contains(char::is_alphabetic);
        let least = match is_labelled {
            true => LEAST,
            false if shape.head.trim().is_empty() => LEAST_ALONE,
            false => LEAST_LABELLED,
        };
        let is_hex = |run: &Run| is_labelled || shape.base != Digits::Hex || looks_hex(source, run);
        let is_meant = |run: &Run| is_packet(run, least) || is_labelled && is_mistyped(run);
        of(source, range, shape).filter(|run| is_meant(run) && is_hex(run))
    });
    let own = || {
        let start = line.start.saturating_add(label(line.text));
        let is_meant = |run: &Run| is_packet(run, LEAST_ALONE) && looks_hex(source, run);
        let run = |shape| of(source, start..line.end, shape).filter(is_meant);
        shapes.iter().find_map(run)
    };
    alike.next().or_else(own)
}

/// The bytes of a part of a line.
fn of(source: Source<'_>, range: Range<usize>, shape: &Shape<'_>) -> Option<Run> {
    let range = trimmed(source, range);
    if !shape.form.is_like(&Form::of(source, range.clone(), shape.base)?) {
        return None;
    }
    let mut run = Run::new(shape.notation, Class::Sure, range.clone());
    run.join = Join::Never;
    let mut run = lenient::read(source, range, shape.base, &run)?;
    let has_bytes = run.shown() >= LEAST && !run.data.bytes.is_empty() && is_few(&run);
    if !has_bytes {
        return None;
    }
    settle(&mut run);
    Context::of(source, &run.range).tell(&mut run);
    Some(run)
}

/// A part of the text without the blanks around it.
fn trimmed(source: Source<'_>, range: Range<usize>) -> Range<usize> {
    let text = source.range(range.clone());
    let start = range.start.saturating_add(text.len().saturating_sub(text.trim_start().len()));
    start..start.saturating_add(text.trim().len())
}

/// Whether these are bytes of which some are mistyped: with others of their label that is what they are.
fn is_mistyped(run: &Run) -> bool {
    (1..=SIDE_BY_SIDE).contains(&run.slips.len()) && run.shown() >= LEAST_LABELLED
}

/// Whether these are nearly a packet: the length says how many bytes there are, or one more or less. Where a byte of the
/// fixed header could not be read the other one must tell. Fewer bytes than `least` are as many other things.
pub(super) fn is_packet(run: &Run, least: usize) -> bool {
    let bytes = run.filled();
    if bytes.len() < least {
        return false;
    }
    let is_lost = |at: usize| run.slips.iter().any(|slip| !slip.is_beside() && slip.index == at);
    let is_length = || {
        frame::lengths(&bytes).is_some_and(|(header, body)| {
            header.saturating_add(body).abs_diff(bytes.len()) <= MOST_OFF
        })
    };
    let are_bytes = !run.slips.is_empty() || has_zeros(&bytes);
    let is_whole = run.slips.iter().all(Slip::is_beside) && frame::strict(&bytes);
    match (is_lost(0), is_lost(1)) {
        _ if is_whole => true,
        (true, true) => false,
        (true, false) => is_length(),
        (false, true) => frame::head(&bytes),
        (false, false) => are_bytes && frame::head(&bytes) && is_length(),
    }
}

/// Whether a zero stands before a digit of the bytes, as in no table of numbers.
fn has_zeros(bytes: &[u8]) -> bool {
    bytes.iter().skip(1).any(|byte| *byte < LEAST_NUMBER)
}

/// Where a line goes on behind what is like `head`, but for numbers and the words and marks that say who sent it.
fn behind_head(head: &str, line: &str) -> Option<usize> {
    let mut at = 0_usize;
    let mut rest = head;
    while let Some(part) = part(rest) {
        let own = self::part(line.get(at..)?)?;
        let is_side =
            |text: &str| matches!(text, ">" | "<") || said(&text.to_lowercase()).is_some();
        let are_alike = matches!(kind(part), Kind::Digits | Kind::Blanks)
            && kind(part) == kind(own)
            || part == own
            || is_side(part) && is_side(own);
        if !are_alike {
            return None;
        }
        at = at.saturating_add(own.len());
        rest = rest.get(part.len()..)?;
    }
    Some(at)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digits,
    Letters,
    Blanks,
    Other,
}

fn kind(text: &str) -> Kind {
    match text.chars().next() {
        Some(c) if c.is_ascii_digit() => Kind::Digits,
        Some(c) if c.is_alphabetic() => Kind::Letters,
        Some(c) if c.is_whitespace() => Kind::Blanks,
        _ => Kind::Other,
    }
}

/// The digits, letters or blanks that a text begins with, or the mark.
fn part(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let own = kind(text);
    let mut others = text.char_indices().skip(1);
    let end = match own {
        Kind::Other => Some(first.len_utf8()),
        _ => others.find(|(_, c)| kind(c.encode_utf8(&mut [0; 4])) != own).map(|(n, _)| n),
    };
    text.get(..end.unwrap_or(text.len()))
}

/// Length of the label that a line begins with, and of the marks.
fn label(line: &str) -> usize {
    let last = line
        .char_indices()
        .zip(line.chars().skip(1))
        .filter(|((_, c), next)| LABELS.contains(*c) && next.is_whitespace());
    let end = last.last().map_or(0, |((n, c), _)| n.saturating_add(c.len_utf8()));
    let rest = line.get(end..).unwrap_or_default();
    let marks = rest.find(|c: char| !c.is_whitespace() && !MARKS.contains(c));
    end.saturating_add(marks.unwrap_or(rest.len()))
}

/// What stands at the end of a label.
const LABELS: &str = ":=>]\u{ff1a}";
/// What a line begins with.
const MARKS: &str = ">-*`|.<";
/// The shortest packets, and what is no number behind a label that packets have, or without one.
const LEAST: usize = 2;
const LEAST_LABELLED: usize = 3;
const LEAST_ALONE: usize = 4;
/// Bytes by which a mistake makes a packet shorter or longer.
const MOST_OFF: usize = 1;
/// Lower ones have a zero before them.
const LEAST_NUMBER: u8 = 10;
/// A text has few kinds of lines with packets.
const MOST_SHAPES: usize = 16;
/// Longer lines are not looked at.
const LONGEST: usize = 2048;
/// Nobody mends more of them by hand.
const MOST: usize = super::MAX_MISTAKES;
