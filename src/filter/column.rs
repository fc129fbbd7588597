//! Fields that are written down, one beside the other.

use super::display::{add_hex, add_shown, shown};
use super::error::FilterError;
use super::operand;
use super::plan::Operand;
use super::subject::Subject;
use super::value::{Type, Value};
use crate::pipeline::{Needs, Record};
use std::ops::ControlFlow;

/// The values of fields, one behind the other, in memory that serves the next record too.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    /// Where each value ends in the text.
    values: Vec<usize>,
    /// Where those of each field end among the values.
    columns: Vec<usize>,
}

impl Cells {
    fn clear(&mut self) {
        self.text.clear();
        self.values.clear();
        self.columns.clear();
    }

    /// The values of the field at this place, counted from 0.
    pub fn values(
        &self,
        column: usize,
    ) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        let end = |ends: &[usize], at: usize| {
            at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0)
        };
        let (from, to) = (end(&self.columns, column), end(&self.columns, column.saturating_add(1)));
        (from..to).map(move |at| {
            let range = end(&self.values, at)..end(&self.values, at.saturating_add(1));
            self.text.get(range).unwrap_or_default()
        })
    }
}

/// Fields in an order.
///
/// ```
/// use mqttscope::filter::Columns;
///
/// let mut columns = Columns::default();
/// columns.add("mqtt.topic")?;
/// columns.add("mqtt.json.celsius")?;
/// assert!(columns.keys().eq(["mqtt.topic", "mqtt.json.celsius"]));
/// assert!(columns.add("mqtt.topik").is_err());
/// # Ok::<(), mqttscope::filter::FilterError>(())
/// ```
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    key: String,
    operand: Operand,
    kind: Type,
    is_hex: bool,
}

impl Columns {
    /// Adds a field by its name, which may be that of a JSON member.
    ///
    /// # Errors
    /// There is no such field; the hint tells one that is like it.
    pub fn add(&mut self, key: &str) -> Result<(), FilterError> {
        let (operand, kind) = operand::column(key)?;
        let is_hex = matches!(operand, Operand::Field(row) if row.is_hex);
        self.columns.push(Column { key: key.to_owned(), operand, kind, is_hex });
        Ok(())
    }

    /// The names, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.key.as_str())
    }

    /// Whether each field holds text that others wrote, or may hold some.
    pub fn texts(&self) -> impl Iterator<Item = bool> {
        self.columns.iter().map(|column| matches!(column.kind, Type::Text | Type::Any))
    }

    /// What of the packets before a record they rest on.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.columns.iter().map(|column| column.operand.needs()).max().unwrap_or(Needs::Packet)
    }

    /// The values of each field in a record as text. Where the record `is_whole` its tree and its facts
    /// are there; where not, `false` tells that not all values are known without them.
    pub fn read(&self, record: &Record<'_>, is_whole: bool, cells: &mut Cells) -> bool {
        cells.clear();
        let subject = Subject::new(record, is_whole);
        self.columns.iter().all(|column| {
            let is_known = column.operand.each(&subject, &mut |value| {
                match value {
                    Value::Number(number) if column.is_hex => add_hex(number, &mut cells.text),
                    value => add_shown(&value, column.kind, &mut cells.text),
                }
                cells.values.push(cells.text.len());
                ControlFlow::Continue(())
            });
            cells.columns.push(cells.values.len());
            is_whole || is_known
        })
    }

    /// Gives the values of all fields as text, until `take` wants no more. Where the record
    /// `is_whole` its tree and its facts are there; where not, the result tells whether the values
    /// are known without them.
    pub fn each(
        &self,
        record: &Record<'_>,
        is_whole: bool,
        take: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> bool {
        let subject = Subject::new(record, is_whole);
        self.columns.iter().all(|column| {
            column.operand.each(&subject, &mut |value| match (&value, column.kind) {
                (Value::Text(text), _) => take(text),
                (Value::Number(number), _) if column.is_hex => {
                    let mut shown = String::new();
                    add_hex(*number, &mut shown);
                    take(shown.as_bytes())
                }
                _ => take(shown(&value, column.kind).as_bytes()),
            })
        })
    }
}
