//! Statistics as tables for people.
//!
//! What a terminal has no room for is left out column by column, those of the highest rank first; names are cut with
//! `…`. A column in which nothing stands is not shown at all.

use super::Said;
use super::chart::{bar, curve};
use crate::render::Options;
use crate::render::flow::Flow;
use crate::render::paint::{Painter, Role};
use crate::render::summary::{columns, cut};
use crate::stats::{Cell, Layout, Report};
use crate::text::{self, Escaped};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Columns that a name takes at least, where the terminal has no room for all of it.
const LEAST_NAME: usize = 20;
/// Columns that a bar takes at least, and at most.
const BAR: (usize, usize) = (8, 40);
/// Blanks between columns.
const GAP: usize = 2;

/// Writes all of them, with a blank line between two.
pub(super) fn write(said: &[Said<'_>], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let painter = Painter { color: options.color };
    let mut text = String::new();
    for (at, Said { row, report }) in said.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let title = painter.paint(Role::Title, row.name);
        // Writing to a String does not fail.
        let _ = writeln!(text, "{title}");
        match row.layout {
            Layout::Card => card(report, options, &mut text),
            Layout::Table => Table::new(report, None, options).write(painter, &mut text, out)?,
            Layout::Bars(key) => {
                Table::new(report, Some(key), options).write(painter, &mut text, out)?;
            }
        }
        if report.left_out > 0 {
            let more = text::number(report.left_out as u64);
            let line = format!("… {more} more: --top N shows N of them, --top 0 all");
            let _ = writeln!(text, "{}", painter.paint(Role::Dim, line));
        }
        for note in &report.notes {
            let mut flow = Flow::new();
            flow.push(Role::Dim, note.clone()).set(&mut text, painter, 0, 2, options.width);
        }
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

/// One row: a line for each column in which something stands.
fn card(report: &Report<'_>, options: &Options, out: &mut String) {
    let painter = Painter { color: options.color };
    let Some(row) = report.order.first().map(|row| (report.row)(*row)) else { return };
    let there = || {
        report
            .columns
            .iter()
            .zip(&row)
            .filter(|(_, cell)| !matches!(cell, Cell::Nothing | Cell::Zero))
    };
    let width = there().map(|(column, _)| columns(column.head)).max().unwrap_or(0);
    for (column, cell) in there() {
        let head = format!("{:width$}", column.head);
        let room = options.width.unwrap_or(usize::MAX).saturating_sub(width).saturating_sub(4);
        let value = painter.paint(role(cell), cut(&shown(cell), room));
        let _ = writeln!(out, "  {}  {value}", painter.paint(Role::Label, head));
    }
}

/// A table, and which of its columns are shown.
struct Table<'r, 's> {
    report: &'r Report<'s>,
    /// The columns that are shown, in their order.
    places: Vec<Place>,
    /// The column that bars are drawn of, the greatest value in it, and the room for a bar.
    bar: Option<(usize, f64, usize)>,
}

struct Place {
    column: usize,
    width: usize,
    is_right: bool,
}

impl<'r, 's> Table<'r, 's> {
    fn new(report: &'r Report<'s>, bar_of: Option<&str>, options: &Options) -> Self {
        let mut places: Vec<Place> = (0..report.columns.len())
            .map(|column| Place { column, width: 0, is_right: true })
            .collect();
        for row in rows(report) {
            for (place, cell) in places.iter_mut().zip(&row) {
                place.width = place.width.max(columns(&shown(cell)));
                place.is_right &= !matches!(cell, Cell::Words(_) | Cell::Wire(_) | Cell::Series(_));
            }
        }
        places.retain(|place| place.width > 0);
        for place in &mut places {
            let head = report.columns.get(place.column).map_or(0, |column| columns(column.head));
            place.width = place.width.max(head);
        }
        let bar_of = report.columns.iter().position(|column| Some(column.key) == bar_of);
        let mut table = Self { report, places, bar: None };
        table.fit(bar_of, options.width);
        table
    }

    /// Leaves out columns, cuts names and draws bars as the width asks for.
    fn fit(&mut self, bar_of: Option<usize>, width: Option<usize>) {
        let (least, most) = BAR;
        let for_bar = if bar_of.is_some() { least.saturating_add(GAP) } else { 0 };
        let width = width.unwrap_or(usize::MAX);
        while self.needed().saturating_add(for_bar) > width {
            let rank = |place: &Place| self.report.columns.get(place.column).map_or(0, |c| c.rank);
            let ranks = self.places.iter().enumerate().map(|(at, place)| (rank(place), at));
            let Some((1.., at)) = ranks.max() else { break };
            self.places.remove(at);
        }
        let over = self.needed().saturating_add(for_bar).saturating_sub(width);
        if let Some(name) = self.places.iter_mut().filter(|p| !p.is_right).max_by_key(|p| p.width) {
            let least = LEAST_NAME.min(name.width);
            name.width = name.width.saturating_sub(over).max(least);
        }
        let room = width.saturating_sub(self.needed().saturating_add(GAP)).min(most);
        self.bar = bar_of.filter(|_| room >= least).map(|column| {
            let values = self
                .report
                .order
                .iter()
                .map(|row| (self.report.row)(*row).get(column).map_or(0.0, Cell::weight));
            (column, values.fold(0.0, f64::max), room)
        });
    }

    /// Columns of the terminal that the table takes, without bars.
    fn needed(&self) -> usize {
        let gaps = self.places.len().saturating_sub(1).saturating_mul(GAP);
        self.places.iter().fold(gaps, |sum, place| sum.saturating_add(place.width))
    }

    fn write(&self, painter: Painter, text: &mut String, out: &mut dyn Write) -> io::Result<()> {
        if self.report.order.is_empty() && self.report.others.is_none() {
            let _ = writeln!(text, "{}", painter.paint(Role::Dim, "nothing to count"));
            return Ok(());
        }
        let heads = self.report.columns.iter().map(|column| (column.head.to_owned(), Role::Dim));
        self.line(&heads.collect::<Vec<_>>(), "", painter, text);
        let report = self.report;
        let sums = report.others.iter().chain(&report.total).cloned();
        let own = report.order.iter().map(|row| ((report.row)(*row), true));
        for (row, is_own) in own.chain(sums.map(|row| (row, false))) {
            let bar = self.bar.filter(|_| is_own).map(|(column, most, room)| {
                bar(row.get(column).map_or(0.0, Cell::weight), most, room)
            });
            let role = |cell| if is_own { role(cell) } else { Role::Dim };
            let cells: Vec<_> = row.iter().map(|cell| (shown(cell), role(cell))).collect();
            self.line(&cells, bar.as_deref().unwrap_or_default(), painter, text);
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        Ok(())
    }

    fn line(&self, cells: &[(String, Role)], bar: &str, painter: Painter, out: &mut String) {
        let mut gap = 0;
        for place in &self.places {
            let Some((cell, role)) = cells.get(place.column) else { continue };
            let cell = cut(cell, place.width);
            let blanks = place.width.saturating_sub(columns(&cell));
            let (before, after) = if place.is_right { (blanks, 0) } else { (0, blanks) };
            if !cell.is_empty() {
                let pad = before.saturating_add(gap);
                let _ = write!(out, "{:pad$}{}", "", painter.paint(*role, &cell));
                gap = after.saturating_add(GAP);
            } else {
                gap = gap.saturating_add(place.width).saturating_add(GAP);
            }
        }
        if !bar.is_empty() {
            let _ = write!(out, "{:gap$}{}", "", painter.paint(Role::Note, bar));
        }
        out.push('\n');
    }
}

/// All rows with the sums behind them.
fn rows(report: &Report<'_>) -> impl Iterator<Item = Vec<Cell>> {
    let own = report.order.iter().map(|row| (report.row)(*row));
    own.chain(report.others.clone()).chain(report.total.clone())
}

fn role(cell: &Cell) -> Role {
    match cell {
        Cell::Words(_) | Cell::Wire(_) => Role::Label,
        Cell::Since(_) | Cell::Time(_) => Role::Offset,
        Cell::Series(_) => Role::Note,
        _ => Role::Value,
    }
}

/// A cell for people; safe to show.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Nothing | Cell::Zero => String::new(),
        Cell::Count(count) => text::number(*count),
        Cell::Number(number) => figure(*number),
        Cell::Share(share) => format!("{:.1} %", share * 100.0),
        Cell::Span(0) => "0 s".into(),
        Cell::Span(span) => text::duration(*span),
        Cell::Since(span) => format!("{:.6}", *span as f64 / 1e9),
        Cell::Time(time) => match jiff::Timestamp::from_nanosecond(i128::from(*time)) {
            Ok(time) => format!("{time:.6}"),
            Err(_) => String::new(),
        },
        Cell::Words(words) => text::safe(words),
        Cell::Wire(bytes) => Escaped(bytes).to_string(),
        Cell::Series(values) => curve(values),
    }
}

/// A number with three digits that count.
fn figure(number: f64) -> String {
    match number {
        100.0.. => text::number(number.round() as u64),
        10.0.. => format!("{number:.1}"),
        0.01.. => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_for_people() {
        for (cell, words) in [
            (Cell::Count(12_345), "12,345"),
            (Cell::Number(0.256), "0.26"),
            (Cell::Number(12.34), "12.3"),
            (Cell::Number(1_234.5), "1235"),
            (Cell::Number(0.001), "0.0010"),
            (Cell::Share(0.4125), "41.2 %"),
            (Cell::Span(1_530_000), "1.53 ms"),
            (Cell::Since(1_500_000_000), "1.500000"),
            (Cell::Wire((*b"a\x1b[2J").into()), "a\\x1b[2J"),
            (Cell::Series(vec![0, 2]), "·█"),
        ] {
            assert_eq!(shown(&cell), words);
        }
    }
}
