//! Templates: literal text and fields, fitted to a line or filled.

use super::Value;
use crate::spec::mosquitto::field::Shape;
use crate::spec::mosquitto::lines::LINES;
use crate::spec::mosquitto::{Event, LineInfo, LogField};
use std::net::IpAddr;

/// Steps that fitting one template to one line may take: a line that was made to be slow ends as
/// prose.
const MAX_STEPS: u32 = 20_000;

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(&'static str),
    Field(LogField),
}

/// The parts of a template.
pub(super) fn parts(template: &'static str) -> impl Iterator<Item = Part> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((key, tail)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = tail;
            return LogField::by_key(key).map(Part::Field);
        }
        let (literal, tail) = rest.split_at_checked(rest.find('{').unwrap_or(rest.len()))?;
        rest = tail;
        Some(Part::Literal(literal))
    })
}

/// The literal text that a template begins with.
pub(super) fn head(template: &'static str) -> &'static str {
    match parts(template).next() {
        Some(Part::Literal(literal)) => literal,
        _ => "",
    }
}

/// The literal text that a template ends with.
pub(super) fn tail(template: &'static str) -> &'static str {
    template.rsplit('}').next().unwrap_or_default()
}

/// Where the fields of a template stand in `text`, if it fits from beginning to end. Offsets count
/// from `start`.
pub(super) fn fit(template: &'static str, text: &str, start: usize) -> Option<Vec<Value>> {
    let parts: Vec<Part> = parts(template).collect();
    let mut values = Vec::new();
    let mut steps = MAX_STEPS;
    fits(&parts, text, start, &mut values, &mut steps).then_some(values)
}

/// The same of a text behind which something is lost. A name of a client that is cut is none, nor is a number.
pub(super) fn fit_cut(template: &'static str, text: &str, start: usize) -> Option<Vec<Value>> {
    let (mut values, mut rest, mut at) = (Vec::new(), text, start);
    let mut parts = parts(template).peekable();
    while let Some(part) = parts.next() {
        let field = match part {
            Part::Literal(literal) => {
                let Some(behind) = rest.strip_prefix(literal) else {
                    return literal.starts_with(rest).then_some(values);
                };
                (rest, at) = (behind, at.saturating_add(literal.len()));
                continue;
            }
            Part::Field(field) => field,
        };
        let shape = field.info().shape;
        // The first place of what stands behind it counts: a topic may be long, and its line is cut in it.
        let end = match parts.peek() {
            Some(Part::Literal(next)) if shape == Shape::Text => rest.find(next),
            _ => Some(reach(shape, rest)).filter(|end| *end < rest.len()),
        };
        let is_cut = end.is_none();
        if is_cut && (shape != Shape::Text || field == LogField::CLIENT) {
            return (field != LogField::CLIENT).then_some(values);
        }
        let (own, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        if !is_legal(field, own) {
            return None;
        }
        let stop = at.saturating_add(own.len());
        values.push(Value { field, start: at, end: stop });
        if is_cut {
            return Some(values);
        }
        (rest, at) = (behind, stop);
    }
    None
}

fn fits(parts: &[Part], text: &str, at: usize, values: &mut Vec<Value>, steps: &mut u32) -> bool {
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    let (field, rest) = match parts.split_first() {
        None => return text.is_empty(),
        Some((Part::Literal(literal), rest)) => {
            let Some(tail) = text.strip_prefix(literal) else { return false };
            return fits(rest, tail, at.saturating_add(literal.len()), values, steps);
        }
        Some((Part::Field(field), rest)) => (*field, rest),
    };
    let shape = field.info().shape;
    let reach = reach(shape, text);
    let mut take = |end: usize| {
        let Some((own, tail)) = text.split_at_checked(end) else { return false };
        if !is_legal(field, own) {
            return false;
        }
        let stop = at.saturating_add(end);
        values.push(Value { field, start: at, end: stop });
        let is_fit = fits(rest, tail, stop, values, steps);
        if !is_fit {
            values.pop();
        }
        is_fit
    };
    match rest.first() {
        _ if matches!(shape, Shape::Number | Shape::Hex) => take(reach),
        None => reach == text.len() && take(reach),
        // Text may hold what stands behind it: the last place counts.
        Some(Part::Literal(next)) => {
            let end = text.len().min(reach.saturating_add(next.len()));
            let within = text.get(..end).unwrap_or(text);
            within.rmatch_indices(next).any(|(end, _)| take(end))
        }
        Some(Part::Field(_)) => false,
    }
}

/// How many bytes of a text a field may take at most.
fn reach(shape: Shape, text: &str) -> usize {
    let is_of = |c: char| match shape {
        Shape::Number => c.is_ascii_digit(),
        Shape::Hex => c.is_ascii_hexdigit(),
        Shape::Ack => c.is_ascii_uppercase(),
        Shape::Word => !c.is_whitespace(),
        Shape::Text => true,
    };
    text.find(|c| !is_of(c)).unwrap_or(text.len())
}

fn is_legal(field: LogField, text: &str) -> bool {
    match field.info().shape {
        Shape::Ack => matches!(text, "PUBACK" | "PUBCOMP"),
        Shape::Number => !text.is_empty() && text.len() <= 20,
        Shape::Hex => (1..=8).contains(&text.len()),
        // IPv6 and a port behind it look alike: what has colons must be an address.
        Shape::Word if field == LogField::ADDRESS => {
            !text.is_empty() && (!text.contains(':') || text.parse::<IpAddr>().is_ok())
        }
        Shape::Word => !text.is_empty(),
        Shape::Text => true,
    }
}

/// The row of an event that a line fits which was written by it.
#[must_use]
pub fn row_of(event: Event, text: &str) -> Option<&'static LineInfo> {
    let rows = LINES.iter().filter(|row| row.event == event);
    rows.into_iter().find(|row| fit(row.template, text, 0).is_some())
}
