//! The fields of a packet as nested JSON, written straight from the rows.

use super::safe::SafeFormatter;
use super::shows::{Hex, Plain, Shows, Spec};
use crate::annotate::view::Row;
use crate::pipeline::SnRecord;
use crate::render::memo::Memo;
use crate::render::{sn, words};
use crate::spec::Field;
use crate::spec::field::{Context, Kind};
use crate::spec::property::{Unit, Wire};
use crate::text;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

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
        let key = (&row, &shown.context, u8::from(is_byte_of_flags));
        memo.row(key, out, |out| write_one(&One { row, is_byte_of_flags, shown }, out));
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
fn write_one(one: &One<'_, '_>, out: &mut Vec<u8>) {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, SafeFormatter);
    // Writing to a vector does not fail.
    let _ = one.serialize(&mut serializer);
    out.pop();
}

/// One field without those below it.
struct One<'r, 'a> {
    row: Row<'a>,
    is_byte_of_flags: bool,
    shown: &'r Shown<'r>,
}

impl Serialize for One<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (row, context) = (&self.row, &self.shown.context);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", row.field.key())?;
        map.serialize_entry("name", words::name(row, context))?;
        map.serialize_entry("bit_offset", &row.span.start)?;
        map.serialize_entry("bit_length", &row.span.len)?;
        if let Some(value) = Value::new(row, self.is_byte_of_flags) {
            map.serialize_entry("value", &value)?;
        }
        if let Some(words) = Words::new(row, context) {
            map.serialize_entry("text", &Shows(words))?;
        }
        if self.shown.meanings {
            let meaning = sn::meaning(row, context, self.shown.sn);
            if !meaning.is_empty() {
                map.serialize_entry("meaning", &meaning)?;
            }
        }
        let (section, statements) = words::spec(row, context);
        let elsewhere = words::elsewhere(row);
        if !elsewhere.is_empty() {
            map.serialize_entry("spec", elsewhere)?;
        } else if let Some(spec) = Spec::new(context.version, section, statements) {
            map.serialize_entry("spec", &Shows(spec))?;
        }
        map.end()
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

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Made(ref words) => serializer.serialize_str(words),
            Self::Flag(flag) => serializer.serialize_bool(flag),
            Self::Number(number) => serializer.serialize_u64(number),
            Self::Text(text) => serializer.serialize_str(&String::from_utf8_lossy(text)),
            Self::Data(bytes) => serializer.collect_str(&Hex(bytes)),
            Self::Pair(name, value) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("name", &Value::Text(name))?;
                map.serialize_entry("value", &Value::Text(value))?;
                map.end()
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

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Plain(text) => text.fmt(f),
            Self::Pair(name, value) => write!(f, "{name} = {value}"),
            Self::Made(words) => f.write_str(words),
        }
    }
}
