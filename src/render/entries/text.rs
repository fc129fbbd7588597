//! For people.

use super::{Explained, releases};
use crate::log::track::Found;
use crate::render::flow::Flow;
use crate::render::paint::{Painter, Role};
use crate::spec::{Sender, Severity};
use crate::text;
use jiff::Timestamp;
use std::fmt::Write;

/// Columns of the line number and the blanks behind it.
const NUMBER: usize = 7;
/// The most columns that the values of a line are set to.
const VALUE: usize = 24;

/// A line of a log and what it means.
#[must_use]
pub fn entry(explained: &Explained<'_>, painter: Painter, width: Option<usize>) -> String {
    let entry = &explained.entry;
    let mut out = number(entry.number, painter);
    Flow::new()
        .push(Role::Dim, text::safe(entry.prefix()))
        .push(Role::Title, text::safe(&entry.message().replace('\t', "  ")))
        .set(&mut out, painter, NUMBER, 2, width);
    let mut flow = Flow::new();
    let head = head(explained);
    if !head.is_empty() {
        flow.push(Role::Dim, format!("{head} · "));
    }
    flow.push(Role::Meaning, explained.meaning());
    let releases = releases(entry.row);
    if !releases.is_empty() {
        flow.push(Role::Dim, format!(" (mosquitto {releases})"));
    }
    indent(&mut out, NUMBER);
    flow.set(&mut out, painter, NUMBER, 0, width);
    values(explained, painter, width, &mut out);
    out
}

/// Time, direction and packet.
fn head(explained: &Explained<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(stamp) = explained.entry.stamp.filter(|_| explained.is_later)
        && let Ok(time) = Timestamp::from_nanosecond(stamp.time.into())
    {
        let zone = if stamp.is_local { "local time of the broker" } else { "UTC" };
        parts.push(format!("{} {zone}", time.strftime("%Y-%m-%d %H:%M:%S")));
    }
    if let Some((kind, sender)) = explained.packet {
        let arrow = if sender == Sender::Client { "client -> broker" } else { "broker -> client" };
        parts.push(format!("{kind} {arrow}"));
    }
    parts.join(" · ")
}

fn values(explained: &Explained<'_>, painter: Painter, width: Option<usize>, out: &mut String) {
    let shown: Vec<String> =
        explained.values.iter().map(|value| text::safe(&value.shown)).collect();
    let columns = |text: &String| text.chars().count();
    let widest = shown.iter().map(columns).filter(|n| *n <= VALUE).max().unwrap_or(0);
    let indentation = NUMBER.saturating_add(2);
    for (value, shown) in explained.values.iter().zip(&shown) {
        indent(out, indentation);
        let blanks = widest.saturating_sub(columns(shown)).saturating_add(2);
        // Writing to a String does not fail.
        let _ = write!(out, "{}{:blanks$}", painter.paint(Role::Value, shown), "");
        let mut at = indentation.saturating_add(columns(shown)).saturating_add(blanks);
        if columns(shown) > widest {
            out.truncate(out.trim_end().len());
            out.push('\n');
            at = indentation.saturating_add(widest).saturating_add(2);
            indent(out, at);
        }
        let mut flow = Flow::new();
        flow.push(Role::Label, value.label);
        if !value.value.is_empty() {
            flow.push(Role::Meaning, format!(": {}", value.value));
        }
        if !value.clause.is_empty() {
            flow.push(Role::Meaning, format!(" · {}", value.clause));
        }
        flow.set(out, painter, at, 2, width);
    }
}

/// A line that is none of a log, as it stands there.
#[must_use]
pub fn prose(at: usize, line: &str, painter: Painter, width: Option<usize>) -> String {
    let mut out = number(at, painter);
    let line = line.trim_end().replace('\t', "  ");
    Flow::new()
        .push(Role::Dim, format!("| {}", text::safe(&line)))
        .set(&mut out, painter, NUMBER, 2, width);
    out
}

/// What went wrong.
#[must_use]
pub fn verdicts(found: &[Found], painter: Painter, width: Option<usize>) -> String {
    let mut out = String::new();
    for found in found {
        let info = found.verdict.info();
        let severity: Role = info.severity.into();
        let mut flow = Flow::new();
        flow.push(severity, format!("{}: {}", info.severity, info.title));
        if found.count > 1 {
            flow.push(Role::Meaning, format!(" ({} times)", text::number(found.count)));
        }
        flow.push(Role::Meaning, ", ").push(Role::Label, text::safe(&found.client));
        flow.push(Role::Meaning, format!(": {} ", text::safe(&found.what)));
        flow.push(Role::Dim, format!("({})", lines(found)));
        flow.set(&mut out, painter, 0, 2, width);
        indent(&mut out, 2);
        Flow::new().push(Role::Meaning, info.advice).set(&mut out, painter, 2, 0, width);
    }
    if found.iter().all(|found| found.verdict.info().severity == Severity::Note) {
        out.push_str("nothing went wrong, as far as this log tells\n");
    }
    out
}

fn lines(found: &Found) -> String {
    let all: Vec<String> = found.lines.iter().map(ToString::to_string).collect();
    let s = if all.len() == 1 { "" } else { "s" };
    let more = if found.count > found.lines.len() as u64 { " …" } else { "" };
    format!("line{s} {}{more}", all.join(", "))
}

fn number(number: usize, painter: Painter) -> String {
    let blanks = NUMBER.saturating_sub(2);
    format!("{}  ", painter.paint(Role::Offset, format!("{number:>blanks$}")))
}

fn indent(out: &mut String, columns: usize) {
    let _ = write!(out, "{:columns$}", "");
}
