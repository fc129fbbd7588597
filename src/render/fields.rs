//! `-T fields` and `-T csv`: one line a packet, the values of some fields side by side.

use super::{Format, Options};
use crate::filter::Columns;
use crate::pipeline::Record;
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
    header: bool,
    separator: char,
    quote: Quote,
    occurrence: Occurrence,
    aggregator: char,
    guard: bool,
}

impl Fields {
    /// tshark's format: tabs between fields, no quotes, no header.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self::with(options, (false, false), '\t', Quote::None)
    }

    /// Comma-separated values (RFC 4180), the names of the fields in the first line.
    #[must_use]
    pub fn csv(options: &Options) -> Self {
        Self::with(options, (true, true), ',', Quote::WhereNeeded)
    }

    fn with(
        options: &Options,
        (header, guard): (bool, bool),
        separator: char,
        quote: Quote,
    ) -> Self {
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
            header: options.header.unwrap_or(header) && !is_continued,
            separator: options.separator.unwrap_or(separator),
            quote: options.quote.unwrap_or(quote),
            occurrence: options.occurrence,
            aggregator: options.aggregator.unwrap_or(','),
            guard: options.guard.unwrap_or(guard),
        }
    }

    fn head(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !std::mem::take(&mut self.header) {
            return Ok(());
        }
        let keys: Vec<&str> = self.columns.keys().collect();
        writeln!(out, "{}", keys.join(&self.separator.to_string()))
    }

    /// The values of one field as one.
    fn cell(&self, values: &[String], is_text: bool) -> String {
        let all = match self.occurrence {
            Occurrence::All => values.join(&self.aggregator.to_string()),
            Occurrence::First => values.first().cloned().unwrap_or_default(),
            Occurrence::Last => values.last().cloned().unwrap_or_default(),
        };
        // A line is a packet, and nothing steers a terminal.
        let safe = text::safe(&all);
        let safe = if self.guard && is_text { guarded(safe) } else { safe };
        let is_special = |c: char| c == self.separator || c == '"';
        match self.quote {
            Quote::WhereNeeded if safe.contains(is_special) => quoted(&safe, '"'),
            Quote::None | Quote::WhereNeeded => safe,
            // As with tshark, a field without a value has no quotes.
            _ if values.is_empty() => safe,
            Quote::Double => quoted(&safe, '"'),
            Quote::Single => quoted(&safe, '\''),
        }
    }
}

/// Text as a cell of a spreadsheet: where the first character would make it a formula an apostrophe goes
/// before it, as OWASP advises against CSV injection. Topics and payloads are what strangers wrote.
#[must_use]
pub fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
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
        let values = self.columns.read(record);
        let cells = values.iter().zip(self.columns.texts());
        let cells: Vec<String> =
            cells.map(|(values, is_text)| self.cell(values, is_text)).collect();
        writeln!(out, "{}", cells.join(&self.separator.to_string()))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)
    }
}
