//! `-T summary`: one line a packet with what matters of it, in columns.
//!
//! ```text
//! number  time  sender -> receiver  client id  TYPE  what matters  ! error: what is wrong
//! ```
//!
//! On a terminal of less than [`NARROW`] columns the ends and the client share a column: the
//! client id (the client's address before it is known) and an arrow, `->` for what the client
//! sends, `<-` for what it gets. Text cut at the edge of the terminal ends with `…`; what is wrong
//! is cut last. Notes are left to the tree, but where packets are chosen by them.

mod info;
mod line;
mod sn;
mod unit;

use super::ends::Ends;
use super::paint::{Painter, Role};
use super::time::TimeWriter;
use super::{Format, Options, hexdump};
use crate::pipeline::Record;
use crate::spec::{Sender, Severity};
use crate::text;
use line::Line;
pub(in crate::render) use line::{columns, cut};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Terminals with fewer columns than this get the short form.
pub const NARROW: usize = 120;
/// Columns that the client id may take on a terminal.
const CLIENT: usize = 24;

/// What matters of a record, in one line; safe to show.
pub(in crate::render) fn info(record: &Record<'_>) -> String {
    let (mut line, mut out) = (Line::default(), String::new());
    info::write(record, &mut line);
    line.set(&mut out, Painter::default(), None);
    out
}

/// The summary format.
#[derive(Debug)]
pub struct Summary {
    painter: Painter,
    width: Option<usize>,
    hex: bool,
    /// The least severity that a line tells.
    least: Severity,
    time: TimeWriter,
    ends: Ends,
    columns: Columns,
    line: Line,
    out: String,
}

/// The columns in front of what matters.
#[derive(Debug)]
struct Columns {
    number: Column,
    time: Column,
    place: Column,
    client: Column,
    kind: Column,
}

/// One column: as wide as its widest cell was until now, within bounds.
#[derive(Debug)]
struct Column {
    role: Role,
    is_right: bool,
    width: usize,
    most: usize,
    /// The cell while it is made.
    cell: String,
}

impl Summary {
    /// A summary with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let column = |role, is_right, width, most| Column {
            role,
            is_right,
            width,
            most,
            cell: String::new(),
        };
        Self {
            painter: Painter { color: options.color },
            width: options.width,
            hex: options.hex,
            least: if options.shows_notes { Severity::Note } else { Severity::Warning },
            time: TimeWriter::new(options.time),
            ends: Ends::new(),
            columns: Columns {
                number: column(Role::Offset, true, 4, 12),
                time: column(Role::Offset, true, 0, 32),
                place: column(Role::Dim, false, 0, 48),
                client: column(Role::Label, false, 0, CLIENT),
                kind: column(Role::Title, false, "UNSUBSCRIBE".len(), 16),
            },
            line: Line::default(),
            out: String::new(),
        }
    }

    fn cells(&mut self, record: &Record<'_>) {
        let Columns { number, time, kind, .. } = &mut self.columns;
        text::add::digits(record.number, number.empty());
        number.put(&mut self.line);
        let (origin, cell) = (&record.origin, time.empty());
        match (origin.time, origin.text.and_then(|text| text.time)) {
            (Some(_), _) => self.time.write(origin, cell),
            (None, Some(said)) => cell.push_str(&text::safe(said)),
            (None, None) => {}
        }
        time.put(&mut self.line);
        kind.empty().push_str(record.type_name());
        self.place(record);
        self.columns.kind.put(&mut self.line);
        self.line.end_fixed();
    }

    /// Where the packet was, and whose it is.
    fn place(&mut self, record: &Record<'_>) {
        let Columns { place, client, .. } = &mut self.columns;
        let (place_cell, client_cell) = (place.empty(), client.empty());
        text::add::escaped(record.client_id.unwrap_or_default(), client_cell);
        if self.width.is_some() {
            line::shorten(client_cell, CLIENT);
        }
        // Frames that were pasted say whose the packet is, too.
        if let Some(text) = record.origin.text.filter(|_| record.origin.ends.is_none()) {
            if let Some(file) = text.file {
                place_cell.push_str(&text::safe(file));
                place_cell.push(' ');
            }
            // Writing to a String does not fail.
            let _ = write!(place_cell, "line {:<4}", text.line);
        } else if let Some(ends) = record.origin.ends {
            let (src, dst) = self.ends.words(ends);
            let is_narrow = self.width.is_some_and(|width| width < NARROW);
            let words = match record.sender.filter(|_| is_narrow) {
                None => [src, " -> ", dst],
                Some(Sender::Client) => [own(client_cell, src), " ->", ""],
                Some(Sender::Server) => [own(client_cell, dst), " <-", ""],
            };
            words.into_iter().for_each(|word| place_cell.push_str(word));
            if record.sender.is_some() && is_narrow {
                client_cell.clear();
            }
        }
        place.put(&mut self.line);
        client.put(&mut self.line);
    }

    /// The gravest finding; a note only where packets are chosen by their notes.
    fn finding(&mut self, record: &Record<'_>) {
        let counts = || record.tape.findings().iter().filter(|f| f.severity() >= self.least);
        // Of several that are equally grave the first one counts.
        let Some(worst) = counts().rev().max_by_key(|finding| finding.severity()) else { return };
        let severity = worst.severity();
        let message = worst.message(&record.context());
        self.line.begin_tail();
        self.line.push(severity.into(), format_args!("  ! {severity}: "));
        self.line.push(Role::Meaning, message);
        let others = counts().count().saturating_sub(1);
        if others > 0 {
            self.line.push(Role::Dim, format_args!(" (and {others} more)"));
        }
    }
}

/// The client id, or its address before that is known.
fn own<'t>(client: &'t str, address: &'t str) -> &'t str {
    if client.is_empty() { address } else { client }
}

impl Column {
    /// The cell without the text of the record before.
    fn empty(&mut self) -> &mut String {
        self.cell.clear();
        &mut self.cell
    }

    /// Adds the cell to the line, aligned.
    fn put(&mut self, line: &mut Line) {
        let columns = line::columns(&self.cell);
        self.width = self.width.max(columns.min(self.most));
        if self.width == 0 {
            return;
        }
        let blanks = self.width.saturating_sub(columns);
        let (before, after) = if self.is_right { (blanks, 0) } else { (0, blanks) };
        line.blanks(before);
        line.push_str(self.role, &self.cell);
        line.blanks(after.saturating_add(2));
    }
}

impl Format for Summary {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.out.clear();
        self.cells(record);
        info::write(record, &mut self.line);
        self.finding(record);
        self.line.set(&mut self.out, self.painter, self.width);
        self.out.push('\n');
        if self.hex {
            self.out.push_str(&hexdump::hexdump(record.bytes, self.painter));
            self.out.push('\n');
        }
        out.write_all(self.out.as_bytes())
    }
}

#[cfg(test)]
mod tests;
