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
    /// Whether a line whose values are plain is them alone.
    is_bare: bool,
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
        let separator = options.separator.unwrap_or(separator);
        let aggregator = options.aggregator.unwrap_or(',');
        let quote = options.quote.unwrap_or(quote);
        let guard = options.guard.unwrap_or(is_csv);
        let is_strict = is_csv || guard || quote != Quote::None;
        Self {
            columns,
            bom: options.bom && !is_continued,
            header: options.header.unwrap_or(is_csv) && !is_continued,
            separator,
            quote,
            occurrence: options.occurrence,
            aggregator,
            guard,
            doubles: is_csv,
            is_bare: options.occurrence == Occurrence::All
                && matches!(quote, Quote::None | Quote::WhereNeeded),
            cells: Cells::new(separator, aggregator, is_strict),
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
        match self.cells.line().filter(|_| self.is_bare) {
            Some(line) => out.write_all(line),
            None => self.write_each(out),
        }
    }

    /// The same where values have to be chosen, quoted, escaped or marked.
    fn write_each(&mut self, out: &mut dyn Write) -> io::Result<()> {
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
        if self.is_bare
            && !self.header
            && !self.bom
            && let Some(line) = self.columns.line(record, &mut self.cells)
        {
            out.write_all(line)?;
            return Ok(true);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::with_record;
    use crate::spec::Version;
    use proptest::prelude::*;

    proptest! {
        /// A line of which each field has one plain value at most is written in a shorter way still.
        #[test]
        fn a_line_of_single_values_is_what_each_value_gives(
            topic in "[=+@a-c -~\\\\\"',;é\t]{0,9}",
            separator in prop::option::of(prop::sample::select(&['\t', ',', ';', '1', 'é'][..])),
            quote in prop::sample::select(&[None, Some(Quote::None), Some(Quote::WhereNeeded)][..]),
            guard in prop::option::of(any::<bool>()),
            is_csv: bool,
        ) {
            let head = [0x32, topic.len() as u8 + 5, 0, topic.len() as u8];
            let packet = [&head, topic.as_bytes(), b"\x01\x07!"].concat();
            let keys = ["mqtt.msgid", "mqtt.topic", "mqtt.client", "mqtt.type"].map(String::from).to_vec();
            let fields = FieldOptions { keys, separator, quote, guard, ..FieldOptions::default() };
            let options = Options { fields, ..Options::default() };
            let mut format = if is_csv { Fields::csv(&options) } else { Fields::new(&options) };
            let (mut short, mut long) = (None, Vec::new());
            with_record(&packet, Version::V311, None, |record| {
                short = format.columns.line(&record, &mut format.cells).map(<[u8]>::to_vec);
                let is_known = format.columns.read(&record, false, &mut format.cells);
                assert!(is_known || topic.is_empty());
                format.write_each(&mut long).unwrap();
            });
            let is_plain = topic.bytes().all(|byte| matches!(byte, b'a'..=b'c' | b' '));
            prop_assert!(short.is_some() || !is_plain || topic.is_empty() || separator == Some('1'));
            prop_assert!(short.is_none_or(|short| short == long));
        }

        /// A line of plain values is written in a shorter way.
        #[test]
        fn a_plain_line_is_what_each_value_gives(
            topics in prop::collection::vec("[=+@a-c -~\\\\\"',;é\t]{0,6}", 1..3),
            separator in prop::option::of(prop::sample::select(&['\t', ',', ';', '1', 'é'][..])),
            aggregator in prop::option::of(prop::sample::select(&[' ', ',', '\t', 'é'][..])),
            quote in prop::sample::select(&[None, Some(Quote::None), Some(Quote::WhereNeeded)][..]),
            guard in prop::option::of(any::<bool>()),
            is_csv: bool,
        ) {
            let filters = topics.iter().flat_map(|it| [&[0, it.len() as u8], it.as_bytes(), &[0]].concat());
            let filters: Vec<u8> = filters.collect();
            let packet = [&[0x82, filters.len() as u8 + 2, 0, 7], &filters[..]].concat();
            let keys = ["mqtt.msgid", "mqtt.topic", "mqtt.client", "mqtt.msgtype"].map(String::from).to_vec();
            let fields = FieldOptions { keys, separator, aggregator, quote, guard, ..FieldOptions::default() };
            let options = Options { fields, ..Options::default() };
            let mut format = if is_csv { Fields::csv(&options) } else { Fields::new(&options) };
            let (mut short, mut long) = (Vec::new(), Vec::new());
            with_record(&packet, Version::V311, None, |record| {
                format.columns.read(&record, true, &mut format.cells);
                format.write(&mut short).unwrap();
                format.write_each(&mut long).unwrap();
            });
            prop_assert_eq!(short, long);
        }
    }
}
