//! The fields of a packet as nested JSON, written straight from the rows.

use super::safe::{self, entry, number};
use super::shows::{self, Plain, Spec};
use crate::annotate::view::Row;
use crate::pipeline::SnRecord;
use crate::render::memo::Memo;
use crate::render::{sn, words};
use crate::spec::Field;
use crate::spec::field::{Context, Kind};
use crate::spec::property::{Unit, Wire};
use crate::text;

/// What is shown of each field.
pub(super) struct Shown<'r> {
    /// What the words depend on.
    pub(super) context: Context,
    /// Whether meanings are.
    pub(super) meanings: bool,
    /// What a message of MQTT-SN is about.
    pub(super) sn: Option<SnRecord<'r>>,
}

/// Writes the fields of a packet as a list, each with those below it.
pub(super) fn write<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    shown: &Shown<'_>,
    memo: &mut Memo<Vec<u8>>,
    out: &mut Vec<u8>,
) {
    let mut rows = rows.peekable();
    let mut depth = 0;
    out.push(b'[');
    let mut is_first = true;
    while let Some(row) = rows.next() {
        while depth > row.depth {
            out.extend_from_slice(b"]}");
            depth = depth.saturating_sub(1);
        }
        if !is_first {
            out.push(b',');
        }
        let next = rows.peek();
        let is_parent = next.is_some_and(|next| next.depth > row.depth);
        let is_byte_of_flags = is_parent && next.is_some_and(|next| next.span.is_bits());
        // Of a group at most its number is shown.
        let bytes = if row.is_group { &[] } else { row.bytes };
        let key = (&row, bytes, &shown.context, u8::from(is_byte_of_flags));
        memo.row(key, out, |out| write_one(&row, is_byte_of_flags, shown, out));
        if is_parent {
            out.extend_from_slice(b",\"fields\":[");
            depth = depth.saturating_add(1);
        } else {
            out.push(b'}');
        }
        is_first = is_parent;
    }
    for _ in 0..depth {
        out.extend_from_slice(b"]}");
    }
    out.push(b']');
}

/// Writes a field without what ends it: fields below it may follow.
fn write_one(row: &Row<'_>, is_byte_of_flags: bool, shown: &Shown<'_>, out: &mut Vec<u8>) {
    let context = &shown.context;
    entry("{\"field\":", row.field.key(), out);
    entry(",\"name\":", words::name(row, context), out);
    number(",\"bit_offset\":", row.span.start.into(), out);
    number(",\"bit_length\":", row.span.len.into(), out);
    let value = Value::new(row, is_byte_of_flags);
    let mut written = 0..0;
    if let Some(value) = &value {
        out.extend_from_slice(b",\"value\":");
        let start = out.len();
        value.write(out);
        written = start..out.len();
    }
    if let Some(words) = Words::new(row, context) {
        out.extend_from_slice(b",\"text\":");
        match (value, &words) {
            // The same text, which nothing has to be escaped in a second time.
            (Some(Value::Text(text)), Words::Plain(plain))
                if plain.is_as_it_is() && text == plain.0 =>
            {
                out.extend_from_within(written);
            }
            _ => words.write(out),
        }
    }
    let meaning = if shown.meanings { sn::meaning(row, context, shown.sn) } else { "".into() };
    if !meaning.is_empty() {
        entry(",\"meaning\":", &meaning, out);
    }
    let (section, statements) = words::spec(row, context);
    let elsewhere = words::elsewhere(row);
    if !elsewhere.is_empty() {
        entry(",\"spec\":", elsewhere, out);
    } else if let Some(spec) = Spec::new(context.version, section, statements) {
        out.extend_from_slice(b",\"spec\":\"");
        spec.words().for_each(|word| out.extend_from_slice(word.as_bytes()));
        out.push(b'"');
    }
}

/// A value as JSON has it.
enum Value<'a> {
    Flag(bool),
    Number(u64),
    Text(&'a [u8]),
    Data(&'a [u8]),
    Made(String),
    Pair(&'a [u8], &'a [u8]),
}

impl<'a> Value<'a> {
    fn new(row: &Row<'a>, is_byte_of_flags: bool) -> Option<Self> {
        if row.is_group {
            return is_byte_of_flags.then_some(Self::Number(row.number));
        }
        Some(match row.field.kind() {
            Kind::Group => return None,
            Kind::Flag => Self::Flag(row.number != 0),
            Kind::Rest if is_text(row) => Self::Text(row.content()),
            Kind::Text | Kind::Tail | Kind::Property(Wire::Utf8) => Self::Text(row.content()),
            Kind::Line | Kind::HeaderLine => Self::Text(row.content()),
            Kind::Address => Self::Made(words::address(row.content())),
            Kind::Data | Kind::Rest | Kind::Hex | Kind::Undecoded => Self::Data(row.content()),
            Kind::Property(Wire::Binary) => Self::Data(row.content()),
            Kind::Property(Wire::Pair) => {
                row.pair().map(|(name, value)| Self::Pair(name, value))?
            }
            _ => Self::Number(row.number),
        })
    }
}

/// Whether a part of a field is text, as its whole is.
fn is_text(row: &Row<'_>) -> bool {
    matches!(row.field, Field::VALUE | Field::PAIR_NAME | Field::PAIR_VALUE)
        && matches!(row.whole.kind(), Kind::Text | Kind::Property(Wire::Utf8 | Wire::Pair))
}

impl Value<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Made(ref words) => safe::string(words, out),
            Self::Flag(true) => out.extend_from_slice(b"true"),
            Self::Flag(false) => out.extend_from_slice(b"false"),
            Self::Number(value) => number("", value, out),
            Self::Text(text) => safe::string(&String::from_utf8_lossy(text), out),
            Self::Data(bytes) => {
                out.push(b'"');
                shows::hex(bytes, out);
                out.push(b'"');
            }
            Self::Pair(name, value) => {
                entry("{\"name\":", &String::from_utf8_lossy(name), out);
                entry(",\"value\":", &String::from_utf8_lossy(value), out);
                out.push(b'}');
            }
        }
    }
}

/// A value for people.
enum Words<'a> {
    Number(u64),
    Plain(Plain<'a>),
    Pair(Plain<'a>, Plain<'a>),
    Made(String),
}

impl<'a> Words<'a> {
    fn new(row: &Row<'a>, context: &Context) -> Option<Self> {
        if row.is_group {
            return None;
        }
        Some(match row.field.kind() {
            Kind::Group => return None,
            Kind::Flag | Kind::Reserved | Kind::Number(Unit::None) => Self::Number(row.number),
            Kind::Line | Kind::HeaderLine => Self::Plain(Plain(row.content())),
            Kind::Text | Kind::Tail | Kind::Property(Wire::Utf8) => {
                Self::Plain(Plain(row.content()))
            }
            Kind::Rest if is_text(row) => Self::Plain(Plain(row.content())),
            Kind::Data | Kind::Rest | Kind::Property(Wire::Binary) => {
                let content = row.content();
                return text::is_readable(content).then_some(Self::Plain(Plain(content)));
            }
            Kind::Property(Wire::Pair) => {
                let (name, value) = row.pair()?;
                Self::Pair(Plain(name), Plain(value))
            }
            _ => Self::Made(words::value(row, context, usize::MAX)),
        })
    }
}

impl Words<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Number(value) => {
                number("\"", *value, out);
                out.push(b'"');
            }
            Self::Plain(text) => safe::string(&text.words(), out),
            Self::Pair(name, value) => safe::string(&format!("{name} = {value}"), out),
            Self::Made(words) => safe::string(words, out),
        }
    }
}
