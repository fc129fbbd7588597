//! The columns of a row: one row of the table each. The schema, the writer and `docs/parquet.md` loop
//! over it.

use super::super::published;
use crate::filter::{FieldRow, TABLE, Value};
use crate::pipeline::Record;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of 64 bits.
    Long,
    /// A whole number of 32 bits.
    Int,
    /// True or false.
    Flag,
    /// Text: of bytes that are no UTF-8 those are replaced.
    Text,
    /// Bytes.
    Bytes,
    /// Microseconds since 1970-01-01 UTC: what all readers know, other than nanoseconds.
    Time,
}

impl Kind {
    /// Parquet's type, as SQL calls it.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Long => "BIGINT",
            Self::Int => "INTEGER",
            Self::Flag => "BOOLEAN",
            Self::Text => "VARCHAR",
            Self::Bytes => "BLOB",
            Self::Time => "TIMESTAMP (microseconds, UTC)",
        }
    }
}

/// Reads a value.
pub(super) type Fact = fn(&Record<'_>) -> Option<Value<'static>>;

/// Where the values of a column come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The first value of a field that filters know.
    Field(&'static str),
    /// Something else of the record.
    Fact(Fact),
}

/// One column.
#[derive(Debug)]
pub struct ColumnRow {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What stands in it, as a clause.
    pub about: &'static str,
    pub(super) source: Source,
}

impl ColumnRow {
    /// The field that filters know, where the column is one.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self.source {
            Source::Field(key) => Some(key),
            Source::Fact(_) => None,
        }
    }

    /// The row of that field in the table of fields.
    pub(super) fn row(&self) -> Option<&'static FieldRow> {
        let key = self.field()?;
        TABLE.iter().find(|row| row.key == key)
    }
}

const fn field(
    name: &'static str,
    kind: Kind,
    key: &'static str,
    about: &'static str,
) -> ColumnRow {
    ColumnRow { name, kind, about, source: Source::Field(key) }
}

const fn fact(name: &'static str, kind: Kind, read: Fact, about: &'static str) -> ColumnRow {
    ColumnRow { name, kind, about, source: Source::Fact(read) }
}

fn long(number: impl TryInto<i64>) -> Option<Value<'static>> {
    Some(Value::Number(number.try_into().ok()?.into()))
}

fn text(text: impl Into<String>) -> Option<Value<'static>> {
    Some(Value::Text(text.into().into_bytes().into()))
}

/// The columns, in their order. A new one is a row, at the end.
pub static COLUMNS: &[ColumnRow] = &[
    field("number", Kind::Long, "mqtt.number", "number of the packet, as output shows it"),
    field("frame", Kind::Long, "frame.number", "number of the frame that completed the packet"),
    field("time", Kind::Time, "frame.time", "when that frame was captured, in whole microseconds"),
    field("stream", Kind::Long, "tcp.stream", "the TCP connection, counted from 0"),
    fact("src", Kind::Text, |r| text(r.origin.ends?.0.ip().to_string()), "address of the sender"),
    fact("src_port", Kind::Int, |r| long(r.origin.ends?.0.port()), "port of the sender"),
    fact("dst", Kind::Text, |r| text(r.origin.ends?.1.ip().to_string()), "address of the receiver"),
    fact("dst_port", Kind::Int, |r| long(r.origin.ends?.1.port()), "port of the receiver"),
    field("client", Kind::Text, "mqtt.client", "Client Identifier of the connection"),
    field("sender", Kind::Text, "mqtt.sender", "`client`, `server`, or in MQTT-SN `gateway`"),
    field("version", Kind::Text, "mqtt.version", "version of the connection"),
    field("type", Kind::Text, "mqtt.type", "name of the packet type"),
    fact("length", Kind::Long, |r| long(r.bytes.len()), "bytes of the packet that are there"),
    field("packet_id", Kind::Int, "mqtt.msgid", "Packet Identifier"),
    field("qos", Kind::Int, "mqtt.qos", "QoS of a PUBLISH"),
    field("dup", Kind::Flag, "mqtt.dupflag", "DUP of a PUBLISH"),
    field("retain", Kind::Flag, "mqtt.retain", "RETAIN of a PUBLISH"),
    field(
        "topic",
        Kind::Text,
        "mqtt.topic",
        "Topic Name, also where a Topic Alias stands for it; the first Topic Filter of a SUBSCRIBE or UNSUBSCRIBE",
    ),
    field("reason_code", Kind::Int, "mqtt.reason_code", "the first reason code or return code"),
    fact(
        "payload_length",
        Kind::Long,
        |r| long(published::payload(r)?.len()),
        "bytes of the payload of a PUBLISH",
    ),
    fact(
        "payload",
        Kind::Bytes,
        |r| Some(Value::Bytes(published::payload(r)?.to_vec().into())),
        "the payload of a PUBLISH",
    ),
    field("answers", Kind::Long, "mqtt.answers", "`number` of the packet that this one answers"),
    field("latency_ns", Kind::Long, "mqtt.latency", "nanoseconds since that packet"),
    fact(
        "severity",
        Kind::Text,
        |r| text(r.tape.worst()?.name()),
        "the gravest finding: `note`, `warning` or `error`",
    ),
    fact(
        "findings",
        Kind::Text,
        |r| {
            let ids: Vec<&str> = r.tape.findings().iter().map(|it| it.info().id).collect();
            if ids.is_empty() { None } else { text(ids.join(",")) }
        },
        "the rules of all findings, with commas between them",
    ),
    field(
        "time_ns",
        Kind::Long,
        "frame.time",
        "`time` to the nanosecond: nanoseconds since 1970 in UTC",
    ),
];
