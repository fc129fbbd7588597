//! Fields that are written down, one beside the other.

use super::display::{add_hex, add_shown, shown};
use super::error::FilterError;
use super::operand;
use super::plan::Operand;
use super::subject::{One, ReadOne, Subject};
use super::value::{Type, Value};
use crate::pipeline::{Needs, Record};
use crate::text::{self, Out, Words};
use std::ops::ControlFlow;

/// The values of fields, one behind the other, in memory that serves the next record too.
#[derive(Debug)]
pub struct Cells {
    /// The line that the values make as long as none needs to be quoted or escaped.
    text: Words,
    /// From where to where each value stands in the text.
    values: Vec<(usize, usize)>,
    /// Where those of each field end among the values.
    columns: Vec<usize>,
    /// Which value is the first of the field.
    first: usize,
    /// What stands between fields.
    separator: char,
    /// What stands between the values of a field.
    aggregator: char,
    /// Whether quotes, backslashes and signs of a formula are more than what they are.
    is_strict: bool,
    /// Whether the text is the line.
    is_line: bool,
}

impl Cells {
    /// For a line with these characters between fields and between the values of a field. If it `is_strict`
    /// there is more to quote, escape or mark than what is not printable.
    #[must_use]
    pub fn new(separator: char, aggregator: char, is_strict: bool) -> Self {
        Self {
            text: Words::default(),
            values: Vec::new(),
            columns: Vec::new(),
            first: 0,
            separator,
            aggregator,
            is_strict,
            is_line: false,
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.values.clear();
        self.columns.clear();
        self.is_line = true;
    }

    /// The next field begins.
    fn begin(&mut self) {
        if !self.columns.is_empty() {
            self.text.push(self.separator);
        }
        self.first = self.values.len();
    }

    /// Adds a value of the field.
    fn add(&mut self, value: &Value<'_>, column: &Column) {
        if self.values.len() > self.first {
            self.text.push(self.aggregator);
            self.is_line &= !self.is_strict && matches!(self.aggregator, ' '..='~');
        }
        let from = self.text.len();
        let is_printable = self.write(value, column);
        self.values.push((from, self.text.len()));
        self.is_line &= is_printable && (!self.is_strict || self.is_bare(from));
    }

    /// Writes a value, and tells whether all of it is printable. Most are counts and plain texts.
    fn write(&mut self, value: &Value<'_>, column: &Column) -> bool {
        let from = self.text.len();
        match value {
            Value::Number(number) if column.is_count => match u64::try_from(*number) {
                Ok(number) => {
                    text::add::digits(number, &mut self.text);
                    return true;
                }
                Err(_) => add_shown(value, column.kind, &mut self.text),
            },
            Value::Text(text) if text::is_printable(text) => {
                self.text.push_ascii(text);
                return true;
            }
            Value::Number(number) if column.is_hex => add_hex(*number, &mut self.text),
            value => add_shown(value, column.kind, &mut self.text),
        }
        text::is_printable(self.text.as_bytes().get(from..).unwrap_or_default())
    }

    /// Whether there is nothing to quote, escape or mark in the text from here on.
    fn is_bare(&self, from: usize) -> bool {
        let value = self.text.as_bytes().get(from..).unwrap_or_default();
        text::is_all_plain(value)
            && !value.first().is_some_and(|first| b"=+-@".contains(first))
            && u8::try_from(self.separator).map_or(true, |byte| !value.contains(&byte))
    }

    fn end(&mut self) {
        self.columns.push(self.values.len());
    }

    /// Where the values of the fields before this one end.
    fn end_of(&self, column: usize) -> usize {
        column.checked_sub(1).and_then(|before| self.columns.get(before)).copied().unwrap_or(0)
    }

    /// The values of all fields as a line, with its line feed; `None` where some have to be quoted, escaped
    /// or marked, each by itself.
    #[must_use]
    pub fn line(&self) -> Option<&[u8]> {
        self.is_line.then(|| self.text.as_bytes())
    }

    /// The values of the field at this place, counted from 0.
    pub fn values(
        &self,
        column: usize,
    ) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        let ends = self.end_of(column)..self.end_of(column.saturating_add(1));
        self.values.get(ends).unwrap_or_default().iter().map(|(from, to)| {
            let value = self.text.as_bytes().get(*from..*to).unwrap_or_default();
            std::str::from_utf8(value).unwrap_or_default()
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
    /// Whether one of them has to be read value by value.
    has_several: bool,
}

#[derive(Debug)]
struct Column {
    key: String,
    operand: Operand,
    kind: Type,
    is_hex: bool,
    /// Whether its numbers are no times, and shown in decimal.
    is_count: bool,
    /// What gives its value in most records whose trees are not there yet, if that is a count or text.
    one: Option<ReadOne>,
}

impl Columns {
    /// Adds a field by its name, which may be that of a JSON member.
    ///
    /// # Errors
    /// There is no such field; the hint tells one that is like it.
    pub fn add(&mut self, key: &str) -> Result<(), FilterError> {
        let (operand, kind) = operand::column(key)?;
        let is_hex = matches!(operand, Operand::Field(row) if row.is_hex);
        let is_count = !is_hex && !matches!(kind, Type::Time | Type::Duration);
        let one = operand.one().filter(|_| is_count);
        self.has_several |= one.is_none();
        self.columns.push(Column { key: key.to_owned(), operand, kind, is_hex, is_count, one });
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

    /// The line of a record whose tree and facts are not there yet, where each field has one plain value at most,
    /// as nearly always; else `None`, and it is for [`read`](Self::read).
    pub fn line<'c>(&self, record: &Record<'_>, cells: &'c mut Cells) -> Option<&'c [u8]> {
        cells.clear();
        if self.has_several {
            return None;
        }
        for (nth, column) in self.columns.iter().enumerate() {
            if nth > 0 {
                cells.text.push(cells.separator);
            }
            let from = cells.text.len();
            match column.one?(record) {
                One::Unknown => return None,
                One::Nothing => continue,
                One::Number(number) => text::add::digits(number, &mut cells.text),
                One::Text(text) if text::is_printable(text) => cells.text.push_ascii(text),
                One::Text(_) => return None,
            }
            if cells.is_strict && !cells.is_bare(from) {
                return None;
            }
        }
        cells.text.push('\n');
        Some(cells.text.as_bytes())
    }

    /// The values of each field in a record as text. Where the record `is_whole` its tree and its facts
    /// are there; where not, `false` tells that not all values are known without them.
    pub fn read(&self, record: &Record<'_>, is_whole: bool, cells: &mut Cells) -> bool {
        cells.clear();
        let subject = Subject::new(record, is_whole);
        let is_known = self.columns.iter().all(|column| {
            cells.begin();
            let is_known = column.operand.each(&subject, &mut |value| {
                cells.add(&value, column);
                ControlFlow::Continue(())
            });
            cells.end();
            is_whole || is_known
        });
        cells.text.push('\n');
        is_known
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
