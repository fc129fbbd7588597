//! Lines are read, wherever they stand in a text.

mod cut;
#[cfg(test)]
mod tests;

use super::stamp::{Stamp, stamp_of};
use super::template::{fit, head, tail};
use crate::spec::mosquitto::client_lines::CLIENT_LINES;
use crate::spec::mosquitto::lines::LINES;
use crate::spec::mosquitto::{Event, LineInfo, LogField};
use cut::{Full, is_escaped};
use std::fmt::Write;

pub use cut::values_of_cut;

/// A longer line is prose: mosquitto's have about a thousand bytes at most.
const MAX_LINE: usize = 8_192;
/// How far into a line a message may begin, in bytes: behind the time, the name of a machine, a
/// container and so on.
const MAX_PREFIX: usize = 120;

/// What stands before a message.
const BEFORE: [&str; 4] = [": ", "| ", "] ", "> "];

/// Reads a text line by line. Some lines are known only by the one before them.
#[derive(Debug, Default)]
pub struct LogReader {
    lines: usize,
    context: Option<Context>,
}

/// The line before.
#[derive(Debug)]
struct Context {
    event: Event,
    client: Option<String>,
    /// What stood before its message.
    prefix: String,
}

/// What a line is.
#[derive(Debug)]
pub enum Read<'t> {
    /// A line of a log.
    Entry(Entry<'t>),
    /// Something else.
    Prose,
}

/// A line of a log.
#[derive(Clone, Debug)]
pub struct Entry<'t> {
    /// Counts the lines of the text from 1.
    pub number: usize,
    /// The line.
    pub text: &'t str,
    /// Where the message begins in it.
    pub start: usize,
    /// The time before it.
    pub stamp: Option<Stamp>,
    /// The row that it fits.
    pub row: &'static LineInfo,
    /// Its values, in their order.
    pub values: Vec<Value>,
    /// The client that it is about: its own, or that of the line that it belongs to.
    pub client: Option<String>,
    /// How many bytes of the message the broker wrote, where it cut the rest off: the last value may be
    /// the beginning of one, and those behind it are missing.
    pub cut: Option<usize>,
}

/// Where a value stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub field: LogField,
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

impl Entry<'_> {
    /// The text of a value.
    #[must_use]
    pub fn value(&self, field: LogField) -> Option<&str> {
        let value = self.values.iter().find(|value| value.field == field)?;
        self.text.get(value.start..value.end)
    }

    /// A value that is a number.
    #[must_use]
    pub fn number(&self, field: LogField) -> Option<u64> {
        self.value(field)?.parse().ok()
    }

    /// Whether no more than the beginning of a value stands there, as far as that can be told: the broker had no
    /// room for the rest.
    #[must_use]
    pub fn is_cut(&self, field: LogField) -> bool {
        let last = self.values.last().filter(|value| value.field == field);
        // What is behind it is half a character at most.
        let ends = |value: &Value| self.text.get(value.end..).is_some_and(is_escaped);
        self.cut.is_some() && last.is_some_and(ends)
    }

    /// Its time in nanoseconds since 1970-01-01; a local one as if it were UTC.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        self.stamp.map(|stamp| stamp.time)
    }

    /// What stands before the message.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.text.get(..self.start).unwrap_or_default()
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }
}

impl LogReader {
    /// Reads the next line, without what ends it.
    pub fn line<'t>(&mut self, text: &'t str) -> Read<'t> {
        self.lines = self.lines.saturating_add(1);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Read::Prose;
        }
        let found = (text.len() <= MAX_LINE).then(|| self.find(text)).flatten();
        let Some(entry) = found else {
            self.context = None;
            return Read::Prose;
        };
        self.context = Some(Context {
            event: entry.row.event,
            client: entry.client.clone(),
            prefix: entry.prefix().to_owned(),
        });
        Read::Entry(entry)
    }

    fn find<'t>(&self, text: &'t str) -> Option<Entry<'t>> {
        let full = Full::of(text);
        let make = |start, row, values, cut| {
            let mut entry = Entry {
                number: self.lines,
                text,
                start,
                stamp: stamp_of(text.get(..start).unwrap_or_default()),
                row,
                values,
                client: None,
                cut,
            };
            // A name that is cut is none.
            let is_name = !entry.is_cut(LogField::CLIENT);
            let own = entry.value(LogField::CLIENT).filter(|_| is_name).map(str::to_owned);
            entry.client = own.or_else(|| self.context_client(row.event));
            entry
        };
        let belonging = self.belonging(text, full);
        let fits = |start, has_head| {
            let (row, values) = fitting(text.get(start..)?.trim_end(), start, has_head)?;
            Some((start, row, values))
        };
        // One that begins with a name would take what stands before the message for a part of it.
        let own = || {
            starts(text).find(|start| stamp_of(text.get(..*start).unwrap_or_default()).is_some())
        };
        let whole = || {
            let headed = starts(text).find_map(|start| fits(start, true));
            headed.or_else(|| fits(own().unwrap_or(0), false))
        };
        // Without the tab a line of another kind is likelier than a filter that reads like one.
        let is_tabbed = |found: &(usize, _, _)| {
            text.get(found.0..).is_some_and(|message| message.starts_with('\t'))
        };
        let found = match belonging {
            Some(found) if is_tabbed(&found) => Some(found),
            other => whole().or(other),
        };
        let (start, row, values) = found.or_else(|| full?.find(text))?;
        // What ends as its row does was not cut.
        let tail = tail(row.template);
        let is_cut = tail.is_empty() || !text.ends_with(tail);
        let cut = full.filter(|_| is_cut).and_then(|full| full.bytes_from(start));
        Some(make(start, row, values, cut))
    }

    /// A line that belongs to the one before it.
    fn belonging(
        &self,
        text: &str,
        full: Option<Full>,
    ) -> Option<(usize, &'static LineInfo, Vec<Value>)> {
        let context = self.context.as_ref()?;
        let start = own_start(text, &context.prefix)?;
        let message = text.get(start..)?;
        // A paste loses the tab.
        let is_tabbed = message.starts_with('\t');
        let bare = message.trim_start();
        let at = start.saturating_add(message.len().saturating_sub(bare.len()));
        let bare = bare.trim_end();
        let is_marked = is_tabbed || start > 0;
        let rows = LINES.iter().filter(|row| {
            let follows = follows(row.event, context.event);
            row.needs_context() && follows && (is_marked || row.event != Event::UNFILTER)
        });
        let mut fitting = rows.filter_map(|row| {
            let template = row.template.strip_prefix('\t').unwrap_or(row.template);
            let is_client_line = !row.template.starts_with('\t');
            if is_tabbed && is_client_line {
                return None;
            }
            let Some(rest) = template.strip_prefix("{client} ") else {
                let values = fit(template, bare, at).or_else(|| full?.fit(template, bare, at))?;
                return Some((start, row, values));
            };
            // The name of the client is known, whatever stands in it.
            let client = context.client.as_deref()?;
            let tail = bare.strip_prefix(client)?.strip_prefix(' ')?;
            let end = at.saturating_add(client.len());
            let own = Value { field: LogField::CLIENT, start: at, end };
            let values = fit(rest, tail, end.saturating_add(1))?;
            Some((start, row, std::iter::once(own).chain(values).collect()))
        });
        fitting.next()
    }

    fn context_client(&self, event: Event) -> Option<String> {
        let needs = [
            Event::FILTER,
            Event::FILTER_DENIED,
            Event::UNFILTER,
            Event::WILL,
            Event::WILL_TOPIC,
            Event::NO_WILL,
        ];
        let context = self.context.as_ref().filter(|_| needs.contains(&event))?;
        context.client.clone()
    }
}

/// Whether a line of one event may stand behind one of another that it belongs to.
fn follows(event: Event, before: Event) -> bool {
    let (subscribing, unsubscribing): (&[Event], &[Event]) = (
        &[Event::SUBSCRIBE, Event::FILTER, Event::FILTER_DENIED, Event::GRANTED],
        &[Event::UNSUBSCRIBE, Event::UNFILTER, Event::UNGRANTED],
    );
    match event {
        Event::WILL_TOPIC => before == Event::WILL,
        Event::FILTER | Event::FILTER_DENIED | Event::GRANTED => subscribing.contains(&before),
        Event::UNGRANTED => before == Event::UNFILTER,
        Event::UNFILTER => unsubscribing.contains(&before) && before != Event::UNFILTER,
        _ => false,
    }
}

/// Where the message of a line begins that stands behind one with `before` before its message.
fn own_start(text: &str, before: &str) -> Option<usize> {
    if before.is_empty() {
        return Some(0);
    }
    if text.starts_with(before) {
        return Some(before.len());
    }
    // Another time stands there.
    let at = text.find(": ")?.saturating_add(2);
    stamp_of(text.get(..at)?).map(|_| at)
}

/// Where a message may begin in a line.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let blanks = text.len().saturating_sub(text.trim_start().len());
    let behind = (1..text.len().min(MAX_PREFIX)).filter(|at| {
        text.get(..*at).is_some_and(|before| BEFORE.iter().any(|mark| before.ends_with(mark)))
    });
    let behind: Vec<usize> = behind.collect();
    // A message may itself begin with a blank.
    [blanks, 0].into_iter().chain(behind)
}

/// The row that a message fits from its beginning to its end: one that begins with words, or with a
/// field.
fn fitting(message: &str, start: usize, has_head: bool) -> Option<(&'static LineInfo, Vec<Value>)> {
    let rows = LINES.iter().chain(CLIENT_LINES).filter(|row| !row.needs_context());
    let rows = rows.filter(|row| head(row.template).is_empty() != has_head);
    let mut fits = rows.filter(|row| message.starts_with(head(row.template)));
    fits.find_map(|row| Some((row, fit(row.template, message, start)?)))
}

/// Bytes as text: what is no UTF-8 stands as `\xNN`, so that nothing is lost.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}
