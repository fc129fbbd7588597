//! What the values of a line mean, by the tables of MQTT.

use super::{Entry, Value};
use crate::spec::field::{Context, Meaning};
use crate::spec::mosquitto::field::Says;
use crate::spec::mosquitto::{Direction, Event, LogField, Release};
use crate::spec::{Field, PacketType, Sender, Version, reason};
use crate::text;
use std::borrow::Cow;

/// A value with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The value as it stands in the line, with the letters before it that belong to it.
    pub shown: String,
    /// The name of the field.
    pub label: &'static str,
    /// The value, where it is clearer than what stands there.
    pub value: String,
    /// What it does; empty where there is nothing to say.
    pub clause: Cow<'static, str>,
}

/// The packet of a line: its type, and which end sent it.
#[must_use]
pub fn packet(entry: &Entry<'_>) -> Option<(PacketType, Sender)> {
    let (kind, direction) = entry.row.event.info().packet?;
    let named = || PacketType::from_name(entry.value(LogField::ACK).or_else(|| acked(entry))?);
    let kind = if entry.row.event == Event::ACK_IN || entry.row.event == Event::PUBACK_OUT {
        named().unwrap_or(kind)
    } else {
        kind
    };
    Some((kind, if direction == Direction::In { Sender::Client } else { Sender::Server }))
}

/// PUBACK or PUBCOMP in the template itself, as clients write it.
fn acked(entry: &Entry<'_>) -> Option<&'static str> {
    ["PUBACK", "PUBCOMP"].into_iter().find(|name| entry.row.template.contains(name))
}

/// The version of MQTT that a line tells of a client, with the number that stands for it: 1.6 and
/// 2.0 count 1, 2, 5; since 2.1 it is the Protocol Level.
#[must_use]
pub fn version(entry: &Entry<'_>) -> Option<Version> {
    let number = entry.number(LogField::PROTOCOL)?;
    match number {
        1 | 3 => Some(Version::V31),
        2 | 4 => Some(Version::V311),
        5 => Some(Version::V5),
        _ => None,
    }
}

/// A value of a line; `version` is that of the client, where it is known.
#[must_use]
pub fn meant(entry: &Entry<'_>, value: &Value, version: Option<Version>) -> Meant {
    let info = value.field.info();
    let own = entry.text.get(value.start..value.end).unwrap_or_default();
    let number = own.parse::<u64>().ok();
    let context = context(entry, version);
    let (label, shown, clause) = match (info.says, number) {
        _ if entry.is_cut(value.field) => (
            info.label,
            String::new(),
            "no more than its beginning: the broker cuts its lines at 999 bytes".into(),
        ),
        (Says::Always(words), _) => (info.label, String::new(), words.into()),
        (Says::Field(Field::PACKET_ID), Some(number)) if number > 0 && is_unnumbered(entry) => {
            let clause = "the program's own count: QoS 0 has no identifier, and none is sent";
            (info.label, format!("{number}"), clause.into())
        }
        (Says::Field(field), Some(number)) => {
            let clause = of_field(field, &context, number);
            let unit = if field == Field::KEEP_ALIVE { " s" } else { "" };
            (field.label(context.version), format!("{number}{unit}"), clause)
        }
        (Says::Code, Some(number)) => code(entry, &context, number),
        (Says::Protocol, Some(number)) => (info.label, protocol_name(number), protocol(entry)),
        (Says::Bytes, Some(number)) => (info.label, text::count(number, "byte"), "".into()),
        (Says::Client, _) => (info.label, String::new(), client(entry, own).into()),
        (Says::Quoted(words), _) => (info.label, format!("\"{}\"", text::safe(own)), words.into()),
        (Says::Packet, _) => {
            let kind = PacketType::from_name(own);
            (info.label, String::new(), kind.map_or("", |kind| kind.info().meaning).into())
        }
        (Says::Options, _) => (info.label, String::new(), options(own).into()),
        _ => (info.label, String::new(), Cow::default()),
    };
    Meant { shown: with_mark(entry, value), label, value: shown, clause }
}

/// Whether the packet of the line has no Packet Identifier: a PUBLISH of QoS 0 (3.1.1, section 2.3.1).
fn is_unnumbered(entry: &Entry<'_>) -> bool {
    entry.number(LogField::QOS) == Some(0)
}

/// A client, or what stands in its place.
fn client(entry: &Entry<'_>, name: &str) -> &'static str {
    let is_refusal = entry.row.event == Event::CONNACK
        && entry.number(LogField::CODE).is_some_and(|code| code > 0);
    match name {
        "<unknown>" => "not known: the broker has accepted no CONNECT on this connection",
        _ if is_refusal && name.parse::<std::net::IpAddr>().is_ok() => {
            "the address stands here, as the broker has not accepted the client's own name"
        }
        _ => "the name of the session",
    }
}

fn context(entry: &Entry<'_>, version: Option<Version>) -> Context {
    let (kind, sender) = match packet(entry) {
        Some((kind, sender)) => (kind, Some(sender)),
        None => (PacketType::CONNECT, None),
    };
    let flag = |field| u8::from(entry.number(field).is_some_and(|n| n > 0));
    let qos = u8::try_from(entry.number(LogField::QOS).unwrap_or(0)).unwrap_or(0) & 3;
    let flags = (flag(LogField::DUP) << 3) | (qos << 1) | flag(LogField::RETAIN);
    // A line of the Will is about a CONNECT that has one.
    let connect_flags = if entry.row.event == Event::WILL { 0b100 } else { 0 };
    let bytes = entry.number(LogField::BYTES).or_else(|| entry.number(LogField::WILL_BYTES));
    Context {
        version: version.unwrap_or(Version::V311),
        header: (kind.0 << 4) | flags,
        connect_flags,
        code: entry.number(LogField::CODE).and_then(|code| u8::try_from(code).ok()),
        is_empty: bytes == Some(0),
        sender,
        ..Context::default()
    }
}

fn of_field(field: Field, context: &Context, number: u64) -> Cow<'static, str> {
    if field == Field::PACKET_ID && number == 0 {
        return "none: QoS 0 has no identifier".into();
    }
    match field.info().map_or(Meaning::None, |info| info.meaning) {
        Meaning::None => Cow::default(),
        Meaning::Always(words) => words.into(),
        Meaning::Bit(zero, one) => if number == 0 { zero } else { one }.into(),
        Meaning::Values(rows) => match rows.iter().find(|row| row.0 == number) {
            Some((_, name, clause)) => format!("{name}: {clause}").into(),
            None => Cow::default(),
        },
        Meaning::Computed(words) => words(context, number),
    }
}

fn code(
    entry: &Entry<'_>,
    context: &Context,
    number: u64,
) -> (&'static str, String, Cow<'static, str>) {
    let code = u8::try_from(number).unwrap_or(u8::MAX);
    let kind = match entry.row.event {
        Event::GRANTED => PacketType::SUBACK,
        _ => context.packet_type(),
    };
    let old = || reason::return_code_v3(kind, code, Version::V311);
    let new = || reason::reason(kind, code);
    let is_v5 = context.version.is_v5();
    let info = if is_v5 { new().or_else(old) } else { old().or_else(new) };
    let label = match kind {
        PacketType::SUBACK => "Granted QoS",
        _ if is_v5 || code >= 0x80 => "Reason Code",
        _ => "Return code",
    };
    let name = info.map(|info| info.name).or_else(|| reason::code_name(code)).unwrap_or("unknown");
    let hex = if code >= 0x80 { format!("0x{code:02x} ") } else { String::new() };
    (label, format!("{hex}{name}"), info.map_or("", |info| info.meaning).into())
}

fn protocol_name(number: u64) -> String {
    let name = match number {
        1 | 3 => "3.1",
        2 | 4 => "3.1.1",
        5 => "5.0",
        _ => return format!("{number}"),
    };
    format!("MQTT {name}")
}

fn protocol(entry: &Entry<'_>) -> Cow<'static, str> {
    let by_level = entry.number(LogField::PROTOCOL).is_some_and(|number| matches!(number, 3 | 4));
    let (first, rule) = match by_level {
        true => (Release::LEVEL, "the Protocol Level, as mosquitto writes it since"),
        false => (Release::PROTOCOL, "by mosquitto's own count, which it writes since"),
    };
    let Release(major, minor, _) = first;
    format!("{rule} {major}.{minor}").into()
}

/// The byte of Subscription Options (5.0: section 3.8.3.1).
fn options(hex: &str) -> String {
    let Ok(byte) = u8::from_str_radix(hex, 16) else { return String::new() };
    let flag = |field: Field, bit: u8| {
        let value = (byte >> bit) & 1;
        format!("{} {value}", field.label(Version::V5))
    };
    format!(
        "QoS {}, {}, {}, {} {}",
        byte & 3,
        flag(Field::NO_LOCAL, 2),
        flag(Field::RETAIN_AS_PUBLISHED, 3),
        Field::RETAIN_HANDLING.label(Version::V5),
        (byte >> 4) & 3
    )
}

/// The value with what stands right before it and belongs to it: `c0`, `Mid: 1`.
fn with_mark(entry: &Entry<'_>, value: &Value) -> String {
    let before = entry.text.get(..value.start).unwrap_or_default();
    let marks = value.field.info().marks.iter();
    let mark = marks.copied().find(|mark| before.ends_with(mark)).unwrap_or_default();
    let mark = mark.trim_start_matches('(');
    let own = entry.text.get(value.start..value.end).unwrap_or_default();
    let close = if mark.ends_with('\'') { "'" } else { "" };
    format!("{mark}{own}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogReader, Read};

    /// What a line says of its value of this field.
    fn clause(line: &str, field: LogField) -> String {
        let Read::Entry(entry) = LogReader::default().line(line) else { panic!("prose: {line}") };
        let value = entry.values.iter().find(|value| value.field == field).unwrap();
        meant(&entry, value, None).clause.into_owned()
    }

    #[test]
    fn a_topic_that_was_cut_is_called_so() {
        let line = |topic: &str| {
            format!("Sending PUBLISH to a (d0, q0, r0, m0, '{topic}', ... (2 bytes))")
        };
        let cut: String = line(&"t".repeat(1_200)).chars().take(999).collect();
        assert!(clause(&cut, LogField::TOPIC).contains("no more than its beginning"));
        assert!(!clause(&line("t"), LogField::TOPIC).contains("beginning"));
    }

    /// 3.1.1, section 2.3.1: a PUBLISH of QoS 0 has no Packet Identifier; libmosquitto counts it all the same.
    #[test]
    fn a_number_at_qos_0_is_no_identifier() {
        let line = |qos: u8, mid: u8| {
            let line =
                format!("Client a sending PUBLISH (d0, q{qos}, r0, m{mid}, 't', ... (2 bytes))");
            clause(&line, LogField::MID)
        };
        assert!(line(0, 1).contains("no identifier"), "{}", line(0, 1));
        assert!(line(0, 0).contains("no identifier"), "{}", line(0, 0));
        assert!(line(1, 1).contains("PUBACK"), "{}", line(1, 1));
        assert!(line(2, 1).contains("PUBREC"), "{}", line(2, 1));
    }
}
