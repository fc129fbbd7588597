//! Statistics become output: each format a file with a `write`, and a row of [`FORMATS`].
//!
//! What may enter: ways to write a [`Report`] down. A format knows columns and typed cells, and of no
//! statistic what it is about.

mod chart;
mod csv;
pub mod json;
mod table;

use super::Options;
use crate::stats::{Cell, Report, StatisticRow, Stats};
use crate::text;
use std::io::{self, Write};

/// Rows of a ranking that a table shows where the user says nothing else.
const TOP: usize = 20;

/// One way to write statistics down.
#[derive(Debug)]
pub struct StatsFormat {
    /// What stands behind `-T`.
    pub name: &'static str,
    /// What it writes, as a clause for the help.
    pub about: &'static str,
    /// Rows of a ranking that are shown where nothing else is asked for.
    top: usize,
    write: fn(&[Said<'_>], &Options, &mut dyn Write) -> io::Result<()>,
}

/// The formats that statistics have, the default first.
pub static FORMATS: &[StatsFormat] = &[
    StatsFormat {
        name: "table",
        about: "tables for people, with bars where a picture says more",
        top: TOP,
        write: table::write,
    },
    StatsFormat {
        name: "json",
        about: "one JSON object a line, one line a row",
        top: usize::MAX,
        write: json::write,
    },
    StatsFormat {
        name: "csv",
        about: "comma-separated values: for each statistic a line of names, its rows, and a blank line before the next",
        top: usize::MAX,
        write: csv::write,
    },
];

/// Which rows are shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// At most so many of a ranking; 0 is all.
    pub top: Option<usize>,
    /// The column that rows are ordered by, the greatest first.
    pub sort: Option<String>,
}

/// What a statistic says.
struct Said<'s> {
    row: &'static StatisticRow,
    report: Report<'s>,
}

impl StatsFormat {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|row| row.name == name)
    }

    /// Writes what statistics say.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(
        &self,
        stats: &Stats,
        shown: &Shown,
        options: &Options,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        (self.write)(&self.said(stats, shown), options, out)
    }

    /// What the format has no place for, as sentences: notes, and of a ranking that is cut the rest.
    #[must_use]
    pub fn beside(&self, stats: &Stats, shown: &Shown) -> Vec<String> {
        if self.name != "csv" {
            return Vec::new();
        }
        let mut beside = Vec::new();
        for Said { row, report } in self.said(stats, shown) {
            beside.extend(report.notes.iter().map(|note| format!("{}: {note}", row.name)));
            if report.left_out == 0 {
                continue;
            }
            let left_out = text::count(report.left_out as u64, "row");
            let cells = report.total.iter().flatten().zip(report.columns);
            let all = cells.filter(|(cell, _)| **cell != Cell::Nothing);
            let all: Vec<_> =
                all.map(|(cell, it)| format!("{}={}", it.key, csv::cell(cell))).collect();
            let all = if all.is_empty() {
                String::new()
            } else {
                format!("; together with them: {}", all.join(" "))
            };
            beside.push(format!("{}: {left_out} left out (--top 0 writes all){all}", row.name));
        }
        beside
    }

    fn said<'s>(&self, stats: &'s Stats, shown: &Shown) -> Vec<Said<'s>> {
        let top = match shown.top {
            Some(0) => usize::MAX,
            top => top.unwrap_or(self.top),
        };
        let said = stats.reports().map(|(row, mut report)| {
            let sort = shown.sort.as_deref();
            let place = row.columns.iter().position(|column| Some(column.key) == sort);
            if let Some(place) = place {
                report.sort(place);
            }
            report.keep(top);
            Said { row, report }
        });
        said.collect()
    }
}
