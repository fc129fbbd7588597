//! Statistics become output: each format a file with a `write`, and a row of [`FORMATS`].
//!
//! What may enter: ways to write a [`Report`] down. A format knows columns and typed cells, and of no
//! statistic what it is about.

mod chart;
mod csv;
pub mod json;
mod table;

use super::Options;
use crate::stats::{Report, StatisticRow, Stats};
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
        let said: Vec<Said<'_>> = said.collect();
        (self.write)(&said, options, out)
    }
}
