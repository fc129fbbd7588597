//! `-T c`, `-T rust`, `-T python`: a packet as source text, each field on lines of its own with its
//! name and value as a comment. To add a language: a [`Language`], and a row in the table of formats.

use super::{Format, words};
use crate::annotate::view;
use crate::pipeline::Record;
use crate::text;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes in one line.
const WIDTH: usize = 12;
/// Characters of a value that a comment shows.
const LIMIT: usize = 60;

/// How a language writes bytes down.
#[derive(Debug)]
pub struct Language {
    /// What begins a comment.
    comment: &'static str,
    /// What stands before the bytes, and what behind them: `{n}` is the number of the packet,
    /// `{len}` how many bytes it has.
    around: [&'static str; 2],
}

/// C.
pub static C: Language =
    Language { comment: "//", around: ["static const unsigned char packet_{n}[{len}] = {", "};"] };
/// Rust.
pub static RUST: Language =
    Language { comment: "//", around: ["pub const PACKET_{n}: [u8; {len}] = [", "];"] };
/// Python.
pub static PYTHON: Language = Language { comment: "#", around: ["PACKET_{n} = bytes([", "])"] };

/// Writes packets as source text.
#[derive(Debug)]
pub struct Source {
    language: &'static Language,
    is_begun: bool,
}

impl Source {
    /// In this language.
    #[must_use]
    pub const fn new(language: &'static Language) -> Self {
        Self { language, is_begun: false }
    }
}

impl Format for Source {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        // An array without elements is no C; such a record is no packet anyway.
        if !record.is_packet() || record.bytes.is_empty() {
            return Ok(());
        }
        let Language { comment, around: [open, close] } = self.language;
        let set = |form: &str| {
            let number = form.replace("{n}", &record.number.to_string());
            number.replace("{len}", &record.bytes.len().to_string())
        };
        let mut page = String::new();
        if std::mem::replace(&mut self.is_begun, true) {
            page.push('\n');
        }
        // Writing to a String does not fail.
        let _ = writeln!(page, "{comment} {}", title(record));
        let _ = writeln!(page, "{}", set(open));
        for chunk in chunks(record) {
            self.lines(&chunk, &mut page);
        }
        let _ = writeln!(page, "{}", set(close));
        out.write_all(page.as_bytes())
    }
}

impl Source {
    /// The bytes of a field, its name behind the first of them.
    fn lines(&self, chunk: &Chunk<'_>, page: &mut String) {
        for (at, bytes) in chunk.bytes.chunks(WIDTH).enumerate() {
            page.push_str("   ");
            for byte in bytes {
                let _ = write!(page, " 0x{byte:02x},");
            }
            if at == 0 {
                let _ = write!(page, " {} {}", self.language.comment, chunk.label);
            }
            page.push('\n');
        }
    }
}

/// Bytes that belong together, and what they are.
struct Chunk<'a> {
    bytes: &'a [u8],
    label: String,
}

/// The bytes of a record, field by field; fields that share a byte share a chunk.
fn chunks<'a>(record: &'a Record<'_>) -> Vec<Chunk<'a>> {
    let context = record.context();
    let mut chunks: Vec<Chunk<'a>> = Vec::new();
    let mut at = 0;
    for row in view::rows(record.tape, record.bytes, false).filter(|row| !row.is_group) {
        let label = label(&words::label(&row, &context), &words::value(&row, &context, LIMIT));
        let start = row.span.first_byte();
        let end = start.saturating_add(row.bytes.len());
        match chunks.last_mut() {
            Some(last) if start < at => {
                last.label.push_str(", ");
                last.label.push_str(&label);
            }
            _ => {}
        }
        // Each bit lies in one leaf, so a leaf begins where the last one ended or in its last byte.
        if end > at {
            let bytes = record.bytes.get(at..end).unwrap_or_default();
            at = end;
            chunks.push(Chunk { bytes, label });
        }
    }
    let rest = record.bytes.get(at..).unwrap_or_default();
    if !rest.is_empty() {
        chunks.push(Chunk { bytes: rest, label: String::new() });
    }
    chunks
}

/// Name and value. Text is escaped, and stands between double quotes: so no line ends with a
/// backslash, which would carry a comment of C on to the next one.
fn label(name: &str, value: &str) -> String {
    let value = text::safe(value);
    if value.is_empty() { name.to_owned() } else { format!("{name}: {value}") }
}

/// `#7 CONNECT, MQTT 5.0, 49 bytes, from the client`
fn title(record: &Record<'_>) -> String {
    let mut title = format!("#{} {}", record.number, record.type_name());
    if record.version_from.name().is_some() {
        let _ = write!(title, ", {}", record.version.title());
    }
    let _ = write!(title, ", {}", text::count(record.bytes.len() as u64, "byte"));
    if let Some(sender) = record.sender_name() {
        let _ = write!(title, ", from the {sender}");
    }
    title
}
