//! `-T summary`: one line a packet with what matters of it, in columns.
//!
//! ```text
//! number  time  sender -> receiver  client id  TYPE  what matters  ! error: what is wrong
//! ```
//!
//! On a terminal of less than [`NARROW`] columns the ends and the client share a column: the
//! client id (the client's address before it is known) and an arrow, `->` for what the client
//! sends, `<-` for what it gets. Text cut at the edge of the terminal ends with `…`; what is wrong
//! is cut last. Notes are left to the tree.

mod info;
mod line;
mod sn;
mod unit;

use super::paint::{Painter, Role};
use super::time::TimeWriter;
use super::{Format, Options, hexdump};
use crate::pipeline::{Origin, Record};
use crate::spec::{Sender, Severity};
use crate::text::{self, Escaped};
use line::Line;
pub(in crate::render) use line::{columns, cut};
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
    time: TimeWriter,
    columns: [Column; 5],
    line: Line,
    out: String,
}

/// One column: as wide as its widest cell was until now, within bounds.
#[derive(Debug)]
struct Column {
    role: Role,
    is_right: bool,
    width: usize,
    most: usize,
}

impl Summary {
    /// A summary with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let column = |role, is_right, width, most| Column { role, is_right, width, most };
        Self {
            painter: Painter { color: options.color },
            width: options.width,
            hex: options.hex,
            time: TimeWriter::new(options.time),
            columns: [
                column(Role::Offset, true, 4, 12),
                column(Role::Offset, true, 0, 32),
                column(Role::Dim, false, 0, 48),
                column(Role::Label, false, 0, CLIENT),
                column(Role::Title, false, "UNSUBSCRIBE".len(), 16),
            ],
            line: Line::default(),
            out: String::new(),
        }
    }

    fn cells(&mut self, record: &Record<'_>) {
        let (place, client) = self.place(record);
        let cells = [
            record.number.to_string(),
            self.when(&record.origin),
            place,
            client,
            record.type_name().into(),
        ];
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.put(cell, &mut self.line);
        }
        self.line.end_fixed();
    }

    fn when(&mut self, origin: &Origin<'_>) -> String {
        let said = || origin.text.and_then(|text| text.time).map(text::safe);
        match origin.time {
            Some(_) => self.time.format(origin),
            None => said().unwrap_or_default(),
        }
    }

    /// Where the packet was, and whose it is.
    fn place(&self, record: &Record<'_>) -> (String, String) {
        let client = record.client_id.map(|id| Escaped(id).to_string()).unwrap_or_default();
        let client = match self.width {
            Some(_) => line::cut(&client, CLIENT),
            None => client,
        };
        if let Some(text) = record.origin.text {
            return (format!("line {:<4}", text.line), client);
        }
        let Some((src, dst)) = record.origin.ends else { return (String::new(), client) };
        let is_narrow = self.width.is_some_and(|width| width < NARROW);
        let (own, arrow) = match record.sender.filter(|_| is_narrow) {
            None => return (format!("{src} -> {dst}"), client),
            Some(Sender::Client) => (src, "->"),
            Some(Sender::Server) => (dst, "<-"),
        };
        let who = if client.is_empty() { own.to_string() } else { client };
        (format!("{who} {arrow}"), String::new())
    }

    /// The gravest finding, if it is more than a note.
    fn finding(&mut self, record: &Record<'_>) {
        let counts = || record.tape.findings().iter().filter(|f| f.severity() > Severity::Note);
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

impl Column {
    fn put(&mut self, cell: &str, line: &mut Line) {
        let columns = line::columns(cell);
        self.width = self.width.max(columns.min(self.most));
        if self.width == 0 {
            return;
        }
        let blanks = self.width.saturating_sub(columns);
        let (before, after) = if self.is_right { (blanks, 0) } else { (0, blanks) };
        line.blanks(before);
        line.push_str(self.role, cell);
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
