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
mod usual;

use super::ends::Ends;
use super::paint::{Painter, Role};
use super::time::TimeWriter;
use super::{Format, Options, hexdump};
use crate::pipeline::Record;
use crate::spec::{Sender, Severity};
use crate::text::{self, Out, Words};
use line::Line;
pub(in crate::render) use line::{columns, cut};
use std::fmt::Write as _;
use std::io::{self, Write};
use usual::Known;

/// Terminals with fewer columns than this get the short form.
pub const NARROW: usize = 120;
/// Columns that the client id may take on a terminal.
const CLIENT: usize = 24;

/// What matters of a record, in one line; safe to show.
pub(in crate::render) fn info(record: &Record<'_>) -> String {
    let mut line = Line::new(true);
    info::write(record, &mut line);
    line.into_text()
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
    /// What most lines begin with, as it was written before.
    known: Known,
    /// The time while it is put into words.
    clock: Words,
    /// The cell of the client while it is made.
    cell: String,
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
            line: Line::new(options.width.is_none() && !options.color),
            known: Known::new(),
            clock: Words::default(),
            cell: String::new(),
        }
    }

    /// Adds a record to the text of the line.
    fn add(&mut self, record: &Record<'_>) -> &mut Words {
        if !self.usual_cells(record) {
            self.cells(record);
        }
        info::write(record, &mut self.line);
        self.finding(record);
        let line = self.line.end(self.painter, self.width);
        if self.hex {
            line.push_str(&hexdump::hexdump(record.bytes, self.painter));
            line.push('\n');
        }
        line
    }

    fn cells(&mut self, record: &Record<'_>) {
        let Columns { number, time, .. } = &mut self.columns;
        number.put_ascii([itoa::Buffer::new().format(record.number).as_bytes()], &mut self.line);
        let origin = record.origin;
        match (origin.time, origin.text.and_then(|text| text.time)) {
            (None, Some(said)) => time.put(&text::safe(said), &mut self.line),
            // Digits and signs of ASCII; nothing where no time is known.
            _ => {
                self.clock.clear();
                self.time.write(origin, &mut self.clock);
                time.put_ascii([self.clock.as_bytes()], &mut self.line);
            }
        }
        self.place(record);
        // All names of packets and units are ASCII.
        self.columns.kind.put_ascii([record.type_name().as_bytes()], &mut self.line);
        self.line.end_fixed();
    }

    /// Where the packet was, and whose it is.
    fn place(&mut self, record: &Record<'_>) {
        let id = record.client_id.unwrap_or_default();
        let is_pasted = record.origin.ends.is_none() && record.origin.text.is_some();
        if is_pasted || self.width.is_some() || !text::is_all_plain(id) {
            return self.place_of_any(record, id);
        }
        // Addresses and a plain client id take a column for each byte.
        let Columns { place, client, .. } = &mut self.columns;
        let ends = record.origin.ends.map(|ends| self.ends.words(ends));
        let words = ends.map_or(["", "", ""], |(src, dst)| [src, " -> ", dst]);
        place.put_ascii(words.map(str::as_bytes), &mut self.line);
        client.put_ascii([id], &mut self.line);
    }

    /// The same on a terminal, of what was pasted, and for any client id.
    fn place_of_any(&mut self, record: &Record<'_>, id: &[u8]) {
        let (mut place, mut client) = (String::new(), std::mem::take(&mut self.cell));
        client.clear();
        text::add::escaped(id, &mut client);
        if self.width.is_some() {
            line::shorten(&mut client, CLIENT);
        }
        // Frames that were pasted say whose the packet is, too.
        if let Some(text) = record.origin.text.filter(|_| record.origin.ends.is_none()) {
            if let Some(file) = text.file {
                place.push_str(&text::safe(file));
                place.push(' ');
            }
            // Writing to a String does not fail.
            let _ = write!(place, "line {:<4}", text.line);
        } else if let Some(ends) = record.origin.ends {
            let (src, dst) = self.ends.words(ends);
            let is_narrow = self.width.is_some_and(|width| width < NARROW);
            let words = match record.sender.filter(|_| is_narrow) {
                None => [src, " -> ", dst],
                Some(Sender::Client) => [own(&client, src), " ->", ""],
                Some(Sender::Server) => [own(&client, dst), " <-", ""],
            };
            words.into_iter().for_each(|word| place.push_str(word));
            if record.sender.is_some() && is_narrow {
                client.clear();
            }
        }
        self.columns.place.put(&place, &mut self.line);
        self.columns.client.put(&client, &mut self.line);
        self.cell = client;
    }

    /// The gravest finding; a note only where packets are chosen by their notes.
    fn finding(&mut self, record: &Record<'_>) {
        if record.tape.findings().is_empty() {
            return;
        }
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
    /// Adds a cell to the line, aligned.
    fn put(&mut self, cell: &str, line: &mut Line) {
        self.align(line::columns(cell), line, |out| out.push_str(cell));
    }

    /// The same for a cell of some pieces of ASCII.
    #[inline]
    fn put_ascii<const N: usize>(&mut self, cell: [&[u8]; N], line: &mut Line) {
        let columns = cell.iter().map(|piece| piece.len()).fold(0, usize::saturating_add);
        self.align(columns, line, |out| cell.iter().for_each(|piece| out.push_ascii(piece)));
    }

    /// Adds a cell of so many columns, which `write` writes.
    #[inline]
    fn align(&mut self, columns: usize, line: &mut Line, write: impl FnOnce(&mut Words)) {
        self.width = self.width.max(columns.min(self.most));
        if self.width == 0 {
            return;
        }
        let blanks = self.width.saturating_sub(columns);
        let (before, after) = if self.is_right { (blanks, 0) } else { (0, blanks) };
        line.blanks(before);
        line.add(self.role, write);
        line.blanks(after.saturating_add(2));
    }
}

impl Format for Summary {
    fn needs_layers(&self) -> bool {
        false
    }

    fn needs_trees(&self) -> bool {
        // They are read where something is wrong, and of the types of packets that always have theirs.
        false
    }

    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        out.write_all(self.add(record).as_bytes())
    }

    fn append(&mut self, record: &Record<'_>, text: &mut Vec<u8>) -> io::Result<()> {
        // To colour or to cut a line is to write it anew.
        if self.line.plain().is_none() {
            return self.record(record, text);
        }
        self.line.swap(text);
        self.add(record);
        self.line.swap(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
