//! Comma-separated values (RFC 4180).

use super::Said;
use crate::render::Options;
use crate::render::fields::{doubled, guarded, quoted};
use crate::render::json::Time;
use crate::stats::Cell;
use crate::text;
use std::io::{self, Write};

/// Writes all of them, with a blank line between two.
pub(super) fn write(said: &[Said<'_>], _: &Options, out: &mut dyn Write) -> io::Result<()> {
    for (at, Said { report, .. }) in said.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let keys: Vec<&str> = report.columns.iter().map(|column| column.key).collect();
        writeln!(out, "{}", keys.join(","))?;
        for row in report.order.iter().map(|row| (report.row)(*row)).chain(report.others.clone()) {
            let cells: Vec<String> = row.iter().map(cell).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
    }
    Ok(())
}

/// A value, as it stands between commas.
pub(super) fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Zero => "0".into(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) | Cell::Share(number) => number.to_string(),
        Cell::Span(span) | Cell::Since(span) => {
            const SECOND: u64 = 1_000_000_000;
            format!("{}.{:09}", span / SECOND, span % SECOND)
        }
        Cell::Time(time) => Time::new(*time).map(|time| time.to_string()).unwrap_or_default(),
        Cell::Words(words) => quoted_where_needed(text::safe(words)),
        Cell::Wire(bytes) => {
            quoted_where_needed(guarded(text::safe(&doubled(&String::from_utf8_lossy(bytes)))))
        }
        Cell::Series(values) => {
            let values: Vec<String> = values.iter().map(u64::to_string).collect();
            values.join(" ")
        }
    }
}

/// A line is a row, and what needs quotes has them.
fn quoted_where_needed(safe: String) -> String {
    if safe.contains([',', '"']) { quoted(&safe, '"') } else { safe }
}
