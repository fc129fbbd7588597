//! `-T fields` and `-T csv`: one line a packet, the values of some fields side by side.

use super::{Format, Options};
use crate::filter::{Cells, Columns};
use crate::pipeline::{Needs, Record};
use crate::text;
use std::io::{self, Write};

/// What is written where no field is asked for.
pub const DEFAULT_FIELDS: [&str; 10] = [
    "mqtt.number",
    "frame.number",
    "frame.time_epoch",
    "mqtt.client",
    "mqtt.sender",
    "mqtt.type",
    "mqtt.msgid",
    "mqtt.qos",
    "mqtt.topic",
    "mqtt.len",
];

/// How lines are written: the options of `-E`. `None` is what the format does of itself.
#[derive(Clone, Debug, Default)]
pub struct FieldOptions {
    /// The fields of `-e`.
    pub keys: Vec<String>,
    /// Whether a line with the names of the fields comes first.
    pub header: Option<bool>,
    /// What stands between fields.
    pub separator: Option<char>,
    /// What stands around values.
    pub quote: Option<Quote>,
    /// Whether U+FEFF comes before all, by which some programs know UTF-8.
    pub bom: bool,
    /// Which values of a field that has several.
    pub occurrence: Occurrence,
    /// What stands between the values of a field.
    pub aggregator: Option<char>,
    /// Whether text that a spreadsheet would run as a formula is marked: see [`guarded`].
    pub guard: Option<bool>,
}

/// What stands around values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Nothing.
    None,
    /// Double quotes; a double quote in a value is doubled.
    Double,
    /// Single quotes; a single quote in a value is doubled.
    Single,
    /// Double quotes where the value needs them.
    WhereNeeded,
}

/// Which values of a field that has several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occurrence {
    /// The first.
    First,
    /// The last.
    Last,
    /// All.
    #[default]
    All,
}

/// Writes lines.
#[derive(Debug)]
pub struct Fields {
    columns: Columns,
    bom: bool,
    header: bool,
    separator: char,
    quote: Quote,
    occurrence: Occurrence,
    aggregator: char,
    guard: bool,
    /// Whether `\\` is told apart from the beginning of an escape.
    doubles: bool,
    cells: Cells,
    /// One of them as it is written.
    cell: String,
    line: String,
}

impl Fields {
    /// tshark's format: tabs between fields, no quotes, no header.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self::with(options, false, '\t', Quote::None)
    }

    /// Comma-separated values (RFC 4180), the names of the fields in the first line.
    #[must_use]
    pub fn csv(options: &Options) -> Self {
        Self::with(options, true, ',', Quote::WhereNeeded)
    }

    fn with(options: &Options, is_csv: bool, separator: char, quote: Quote) -> Self {
        let is_continued = options.is_continued;
        let options = &options.fields;
        let mut columns = Columns::default();
        let asked = options.keys.iter().map(String::as_str);
        let defaults = DEFAULT_FIELDS.into_iter().filter(|_| options.keys.is_empty());
        for key in asked.chain(defaults) {
            // The command line has refused names that do not exist.
            let _ = columns.add(key);
        }
        Self {
            columns,
            bom: options.bom && !is_continued,
            header: options.header.unwrap_or(is_csv) && !is_continued,
            separator: options.separator.unwrap_or(separator),
            quote: options.quote.unwrap_or(quote),
            occurrence: options.occurrence,
            aggregator: options.aggregator.unwrap_or(','),
            guard: options.guard.unwrap_or(is_csv),
            doubles: is_csv,
            cells: Cells::default(),
            cell: String::new(),
            line: String::new(),
        }
    }

    fn head(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::take(&mut self.bom) {
            write!(out, "\u{feff}")?;
        }
        if !std::mem::take(&mut self.header) {
            return Ok(());
        }
        let keys: Vec<&str> = self.columns.keys().collect();
        writeln!(out, "{}", keys.join(&self.separator.to_string()))
    }

    /// Writes the line of the values that were read.
    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        for (column, is_text) in self.columns.texts().enumerate() {
            if column > 0 {
                self.line.push(self.separator);
            }
            let mut values = self.cells.values(column);
            let is_empty = values.len() == 0;
            self.cell.clear();
            match self.occurrence {
                Occurrence::All => join(values, self.aggregator, &mut self.cell),
                Occurrence::First => self.cell.push_str(values.next().unwrap_or_default()),
                Occurrence::Last => self.cell.push_str(values.next_back().unwrap_or_default()),
            }
            if self.doubles && is_text && self.cell.contains('\\') {
                self.cell = doubled(&self.cell);
            }
            // A line is a packet, and nothing steers a terminal.
            text::make_safe(&mut self.cell);
            if self.guard && is_text {
                self.cell = guarded(std::mem::take(&mut self.cell));
            }
            match quote(self.quote, &self.cell, self.separator, is_empty) {
                Some(quote) => self.line.push_str(&quoted(&self.cell, quote)),
                None => self.line.push_str(&self.cell),
            }
        }
        self.line.push('\n');
        out.write_all(self.line.as_bytes())
    }
}

fn join<'v>(values: impl Iterator<Item = &'v str>, aggregator: char, out: &mut String) {
    for (nth, value) in values.enumerate() {
        if nth > 0 {
            out.push(aggregator);
        }
        out.push_str(value);
    }
}

/// What stands around a cell. As with tshark, a field without a value has no quotes.
fn quote(quote: Quote, cell: &str, separator: char, is_empty: bool) -> Option<char> {
    match quote {
        Quote::WhereNeeded => cell.contains([separator, '"']).then_some('"'),
        Quote::Double if !is_empty => Some('"'),
        Quote::Single if !is_empty => Some('\''),
        _ => None,
    }
}

/// Text as a cell of a spreadsheet: where the first character would make it a formula an apostrophe goes
/// before it, as OWASP advises against CSV injection. Topics and payloads are what strangers wrote.
#[must_use]
pub fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

/// Text of which a backslash is no escape: twice, as `\n` stands for a line feed.
pub(in crate::render) fn doubled(text: &str) -> String {
    text.replace('\\', "\\\\")
}

pub(in crate::render) fn quoted(text: &str, quote: char) -> String {
    let twice: String = [quote, quote].iter().collect();
    format!("{quote}{}{quote}", text.replace(quote, &twice))
}

impl Format for Fields {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)?;
        if !record.is_packet() {
            return Ok(());
        }
        self.columns.read(record, true, &mut self.cells);
        self.write(out)
    }

    fn needs(&self) -> Needs {
        self.columns.needs()
    }

    fn early(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<bool> {
        if !self.columns.read(record, false, &mut self.cells) {
            return Ok(false);
        }
        self.head(out)?;
        self.write(out)?;
        Ok(true)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)
    }
}
