//! Fields that are written down, one beside the other.

use super::display::shown;
use super::error::FilterError;
use super::operand;
use super::plan::Operand;
use super::subject::Subject;
use super::value::{Type, Value};
use crate::pipeline::Record;
use std::ops::ControlFlow;

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
}

impl Columns {
    /// Adds a field by its name, which may be that of a JSON member.
    ///
    /// # Errors
    /// There is no such field; the hint tells one that is like it.
    pub fn add(&mut self, key: &str) -> Result<(), FilterError> {
        let (operand, kind) = operand::column(key)?;
        self.columns.push(Column { key: key.to_owned(), operand, kind });
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

    /// The values of each field in a record as text, field by field.
    #[must_use]
    pub fn read(&self, record: &Record<'_>) -> Vec<Vec<String>> {
        let subject = Subject::new(record, true);
        let read = |column: &Column| {
            let mut values = Vec::new();
            column.operand.each(&subject, &mut |value| {
                values.push(shown(&value, column.kind));
                ControlFlow::Continue(())
            });
            values
        };
        self.columns.iter().map(read).collect()
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
                _ => take(shown(&value, column.kind).as_bytes()),
            })
        })
    }
}
