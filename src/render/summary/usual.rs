//! The cells of a packet of a connection where lines are neither coloured nor cut: nearly all of them are as in
//! the line before, or as in an earlier line of the same sender.

use super::{Column, Summary};
use crate::pipeline::{Origin, Record};
use crate::render::ends;
use crate::text::{Counted, Out, Words};
use std::net::SocketAddr;

/// Senders of connections that are remembered: a power of two, more than speak at one moment.
const SLOTS: usize = 256;

/// Cells as they were written before.
#[derive(Debug)]
pub(super) struct Known {
    number: Counted,
    /// The cells of place and client for each sender of a connection, each at the place that the ports choose.
    ways: Vec<Way>,
}

/// The cells of place and client, and what they depend on.
#[derive(Clone, Debug, Default)]
struct Way {
    ends: Option<(SocketAddr, SocketAddr)>,
    client_id: Option<Vec<u8>>,
    /// The widths of both columns.
    widths: (usize, usize),
    cells: Vec<u8>,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { number: Counted::default(), ways: vec![Way::default(); SLOTS] }
    }
}

impl Summary {
    /// Adds the cells of a packet of a connection. `false`: nothing is added, as it is none, or as cells are
    /// coloured or cut.
    pub(super) fn usual_cells(&mut self, record: &Record<'_>) -> bool {
        let origin = &record.origin;
        let is_packet = record.decoded.is_some() && record.sn.is_none();
        let (true, None, Some(ends)) = (is_packet, origin.text, origin.ends) else { return false };
        if self.line.plain().is_none() {
            return false;
        }
        self.usual_number(record.number);
        self.usual_time(origin);
        self.usual_place(record, ends);
        if let Some(out) = self.line.plain() {
            self.columns.kind.put_name(record.type_name(), out);
        }
        self.line.end_fixed();
        true
    }

    /// The number, which is mostly one more than the last.
    fn usual_number(&mut self, number: u64) {
        let (counted, column) = (&mut self.known.number, &mut self.columns.number);
        let Some(out) = self.line.plain() else { return };
        let digits = counted.digits(number);
        column.width = column.width.max(digits.min(column.most));
        out.blanks(column.width.saturating_sub(digits));
        counted.add(number, out);
        out.push_str(GAP);
    }

    /// The time, which is mostly as long as the longest until now.
    fn usual_time(&mut self, origin: &Origin<'_>) {
        let Self { time, clock, columns, line, .. } = self;
        let Some(out) = line.plain() else { return };
        let start = out.len();
        time.write(origin, out);
        let columns_of_it = out.len().saturating_sub(start);
        if columns_of_it == columns.time.width {
            if columns_of_it > 0 {
                out.push_str(GAP);
            }
            return;
        }
        clock.clear();
        clock.push_ascii(out.since(start));
        out.truncate(start);
        columns.time.put_ascii([clock.as_bytes()], line);
    }

    /// Where the packet was and whose it is, as it was written of the packet before it that went the same way.
    fn usual_place(&mut self, record: &Record<'_>, ends: (SocketAddr, SocketAddr)) {
        let slot = ends::place(ends, SLOTS);
        let widths = (self.columns.place.width, self.columns.client.width);
        if let (Some(way), Some(out)) = (self.known.ways.get(slot), self.line.plain())
            && way.ends == Some(ends)
            && way.widths == widths
            && way.client_id.as_deref() == record.client_id
        {
            return out.push_ascii(&way.cells);
        }
        let start = self.line.plain().map_or(0, |out| out.len());
        self.place(record);
        let (Some(way), Some(out)) = (self.known.ways.get_mut(slot), self.line.plain()) else {
            return;
        };
        way.ends = Some(ends);
        way.client_id = record.client_id.map(<[u8]>::to_vec);
        way.widths = (self.columns.place.width, self.columns.client.width);
        way.cells.clear();
        way.cells.extend_from_slice(out.since(start));
    }
}

/// Stands between columns.
const GAP: &str = "  ";

impl Column {
    /// Adds the name of a packet, which is ASCII, and the blanks behind it.
    fn put_name(&mut self, name: &str, out: &mut Words) {
        self.width = self.width.max(name.len().min(self.most));
        out.push_str(name);
        out.blanks(self.width.saturating_sub(name.len()).saturating_add(GAP.len()));
    }
}
