//! Statistics as JSON: one object a line, one line a row.
//!
//! Keys stand in the order of the columns, and a key without a value is absent. Spans of time and what is counted
//! from the first frame are seconds, times are RFC 3339 in UTC with nine decimals, and bytes that are no
//! UTF-8 in a name are replaced by U+FFFD. Each line has besides, before and behind the columns:
//!
//! | key | value |
//! |---|---|
//! | `schema` | 1; a change that breaks readers raises it |
//! | `statistic` | its name |
//! | `of` | `"others"`: the figures of all for which there was no room; `"all"`: the sum of all rows; absent in the rows themselves |
//! | `left_out` | in a line of its own: how many rows `--top` left out |
//! | `notes` | in a line of its own: what else there is to say, sentences |

use super::Said;
use crate::render::Options;
use crate::render::json::{Time, seconds, write_line};
use crate::stats::{Cell, Column};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// Writes all of them.
pub(super) fn write(said: &[Said<'_>], _: &Options, out: &mut dyn Write) -> io::Result<()> {
    for Said { row, report } in said {
        let line = |of: Option<&'static str>, cells: Vec<Cell>| Line {
            statistic: row.name,
            of,
            columns: report.columns,
            cells,
        };
        for row in &report.order {
            write_line(&line(None, (report.row)(*row)), out)?;
        }
        for (of, cells) in [("others", &report.others), ("all", &report.total)] {
            if let Some(cells) = cells {
                write_line(&line(Some(of), cells.clone()), out)?;
            }
        }
        if report.left_out > 0 || !report.notes.is_empty() {
            let (left_out, notes) = (report.left_out, &report.notes);
            write_line(&Rest { schema: 1, statistic: row.name, left_out, notes }, out)?;
        }
    }
    Ok(())
}

/// What stands behind the rows.
#[derive(Serialize)]
struct Rest<'r> {
    schema: u8,
    statistic: &'static str,
    #[serde(skip_serializing_if = "is_nothing")]
    left_out: usize,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'r [String],
}

#[allow(clippy::trivially_copy_pass_by_ref)] // that is how serde asks
fn is_nothing(count: &usize) -> bool {
    *count == 0
}

/// One row.
struct Line {
    statistic: &'static str,
    of: Option<&'static str>,
    columns: &'static [Column],
    cells: Vec<Cell>,
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &1u8)?;
        map.serialize_entry("statistic", self.statistic)?;
        if let Some(of) = self.of {
            map.serialize_entry("of", of)?;
        }
        for (column, cell) in self.columns.iter().zip(&self.cells) {
            match cell {
                Cell::Nothing => {}
                // The name of a sum is told by `of`.
                Cell::Words(_) if self.of.is_some() => {}
                cell => map.serialize_entry(column.key, &Value(cell))?,
            }
        }
        map.end()
    }
}

struct Value<'c>(&'c Cell);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Nothing => serializer.serialize_none(),
            Cell::Zero => serializer.serialize_u64(0),
            Cell::Count(count) => serializer.serialize_u64(*count),
            Cell::Number(number) | Cell::Share(number) => serializer.serialize_f64(*number),
            Cell::Span(span) | Cell::Since(span) => serializer.serialize_f64(seconds(*span)),
            Cell::Time(time) => match Time::new(*time) {
                Some(time) => serializer.collect_str(&time),
                None => serializer.serialize_none(),
            },
            Cell::Words(words) => serializer.serialize_str(words),
            Cell::Wire(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Cell::Series(values) => values.serialize(serializer),
        }
    }
}
