//! Fields that are written down, one beside the other.

use super::display::shown;
use super::error::FilterError;
use super::operand;
use super::plan::Operand;
use super::subject::Subject;
use super::value::Type;
use crate::pipeline::Record;
use std::ops::ControlFlow;

/// Fields in an order.
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
}
