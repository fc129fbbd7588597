//! What matters of a packet, by its type.

use super::line::Line;
use crate::annotate::view::{self, Row};
use crate::mqtt::Packet;
use crate::mqtt::packet::{Ack, Connack, Connect, Publish, Subscribe, Text, Will};
use crate::mqtt::property::Value;
use crate::pipeline::Record;
use crate::render::paint::Role;
use crate::render::words;
use crate::spec::field::{Context, Kind};
use crate::spec::level::ProtocolLevel;
use crate::spec::property::{PropertyInfo, Unit, Wire};
use crate::spec::{Field, PacketType, PropertyId};
use crate::text::{self, Ascii, Out, Words};
use std::fmt::Display;

/// Bytes of a payload that are shown.
const PAYLOAD: usize = 64;
/// Bytes of other values of any length that are shown.
const VALUE: usize = 48;

/// Adds what matters of the packet to the line: from the packet, or from the tree where structure
/// was lost.
pub(super) fn write(record: &Record<'_>, line: &mut Line) {
    let mut info = Info { record, line, is_first: true };
    if let Some(message) = record.sn.and_then(|sn| sn.decoded.message) {
        info.message(&message);
        return;
    }
    if !record.text.is_empty() {
        return info.item(text::safe(record.text));
    }
    if let Some(line) = record.unit.and_then(|unit| super::unit::line(unit, record)) {
        return info.item(line);
    }
    match record.decoded.and_then(|decoded| decoded.packet.as_ref()) {
        Some(packet) => {
            info.packet(packet);
            info.properties(packet);
            if let Some(latency) = record.facts.answers.and_then(|partner| partner.latency) {
                info.item_by(Role::Dim, |out| text::add::duration(latency, out));
            }
        }
        None => info.what_could_be_read(),
    }
}

/// Items with commas between.
pub(super) struct Info<'r, 'a> {
    pub(super) record: &'r Record<'a>,
    line: &'r mut Line,
    is_first: bool,
}

impl Info<'_, '_> {
    pub(super) fn item(&mut self, text: impl Display) {
        self.item_in(Role::Meaning, text);
    }

    pub(super) fn item_in(&mut self, role: Role, text: impl Display) {
        self.comma();
        self.line.push(role, text);
    }

    /// An item that `write` writes. What nearly every packet has is written so.
    #[inline]
    pub(super) fn item_by(&mut self, role: Role, write: impl FnOnce(&mut Words)) {
        self.comma();
        self.line.add(role, write);
    }

    /// A word and a number.
    #[inline]
    fn numbered(&mut self, word: &str, number: u64) {
        self.item_by(Role::Meaning, |out| {
            out.push_str(word);
            text::add::digits(number, out);
        });
    }

    #[inline]
    fn comma(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.line.push_str(Role::Dim, ", ");
        }
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        match packet {
            Packet::Connect(connect) => self.connect(connect),
            Packet::Connack(connack) => self.connack(connack),
            Packet::Publish(publish) => self.publish(publish),
            Packet::Ack(ack) => {
                self.id(ack.packet_id);
                self.reason(ack.reason);
            }
            Packet::Subscribe(subscribe) => self.subscribe(subscribe),
            Packet::Suback(answer) | Packet::Unsuback(answer) => {
                self.id(answer.packet_id);
                answer.codes.iter().for_each(|code| self.reason(Some(*code)));
            }
            Packet::Unsubscribe(unsubscribe) => {
                self.id(unsubscribe.packet_id);
                unsubscribe.filters().for_each(|filter| self.topic(filter));
            }
            Packet::Disconnect(last) | Packet::Auth(last) => {
                let left_out = self.record.version.is_v5().then_some(0);
                self.reason(last.reason.or(left_out));
            }
            Packet::Reserved => self.item(text::count(self.record.bytes.len() as u64, "byte")),
            Packet::Pingreq | Packet::Pingresp => {}
        }
    }

    fn connect(&mut self, connect: &Connect<'_>) {
        let version = self.record.version;
        self.item_in(Role::Value, format_args!("MQTT {version}"));
        if ProtocolLevel(connect.level).is_bridge() {
            self.item("bridge");
        }
        if self.record.client_id != Some(connect.client_id.0) {
            self.item(format_args!("client {}", quoted(connect.client_id)));
        }
        let clean_start = Field::CLEAN_START.label(version);
        self.item(format_args!("{clean_start} {}", u8::from(connect.clean_start)));
        self.item(format_args!("Keep Alive {} s", connect.keep_alive));
        if connect.user_name.is_some() {
            self.item("User Name");
        }
        if connect.password.is_some() {
            self.item("Password");
        }
        if let Some(will) = &connect.will {
            self.will(will);
        }
    }

    fn will(&mut self, will: &Will<'_>) {
        let retain = if will.retain { " RETAIN" } else { "" };
        let (topic, qos) = (quoted(will.topic), will.qos);
        self.item(format_args!("Will {topic} QoS {qos}{retain} "));
        self.line.add(Role::Meaning, |out| payload(will.payload, out));
    }

    fn connack(&mut self, connack: &Connack<'_>) {
        self.reason(Some(connack.code));
        self.item(format_args!("Session Present {}", u8::from(connack.session_present)));
    }

    fn publish(&mut self, publish: &Publish<'_>) {
        let alias = publish.properties.number(PropertyId::TOPIC_ALIAS);
        if !publish.topic.is_empty() || alias.is_none() {
            self.topic(publish.topic);
        }
        if let Some(alias) = alias {
            if let Some(topic) = self.record.facts.topic {
                self.item_in(Role::Value, format_args!("({})", quoted(Text(topic))));
            }
            self.item_in(Role::Value, format_args!("Topic Alias {alias}"));
        }
        self.numbered("QoS ", publish.qos.into());
        for (is_set, name) in [(publish.dup, "DUP"), (publish.retain, "RETAIN")] {
            if is_set {
                self.item_by(Role::Meaning, |out| out.push_str(name));
            }
        }
        if let Some(id) = publish.packet_id {
            self.id(id);
        }
        self.item_by(Role::Meaning, |out| payload(publish.payload, out));
    }

    fn subscribe(&mut self, subscribe: &Subscribe<'_>) {
        self.id(subscribe.packet_id);
        for (filter, options) in subscribe.filters() {
            self.topic(filter);
            self.line.push(Role::Meaning, format_args!(" QoS {}", options & 3));
            if !self.record.version.is_v5() {
                continue;
            }
            for (bit, field) in [(4, Field::NO_LOCAL), (8, Field::RETAIN_AS_PUBLISHED)] {
                if options & bit != 0 {
                    let label = field.label(self.record.version);
                    self.line.push(Role::Meaning, format_args!(" {label}"));
                }
            }
            let handling = options >> 4 & 3;
            if handling != 0 {
                self.line.push(Role::Meaning, format_args!(" Retain Handling {handling}"));
            }
        }
    }

    #[inline]
    pub(super) fn id(&mut self, id: u16) {
        self.numbered("id ", id.into());
    }

    fn topic(&mut self, topic: Text<'_>) {
        self.item_by(Role::Value, |out| words::add_quoted(topic.0, usize::MAX, out));
    }

    /// A code in words; the number too, where it tells of a failure.
    fn reason(&mut self, code: Option<u8>) {
        let Some(code) = code else { return };
        let kind = PacketType::of_header(self.record.bytes.first().copied().unwrap_or_default());
        let name = words::code_name(kind, self.record.version, code);
        match (kind, code) {
            (PacketType::SUBACK, 0..=2) => self.item(format_args!("Granted QoS {code}")),
            (_, 0x80..) => self.item_in(Role::Error, format_args!("0x{code:02x} {name}")),
            (PacketType::CONNACK, 1..) if !self.record.version.is_v5() => {
                self.item_in(Role::Error, format_args!("{code} {name}"));
            }
            _ => self.item_by(Role::Meaning, |out| out.push_str(name)),
        }
    }

    /// The properties but the Topic Alias, which stands with the topic.
    fn properties(&mut self, packet: &Packet<'_>) {
        match packet {
            Packet::Publish(Publish { properties, .. }) | Packet::Ack(Ack { properties, .. })
                if !properties.iter().any(|(id, _)| id == PropertyId::AUTHENTICATION_DATA) =>
            {
                for (id, value) in
                    properties.iter().filter(|(id, _)| *id != PropertyId::TOPIC_ALIAS)
                {
                    if let Some(info) = id.info() {
                        self.property(info, false, value);
                    }
                }
            }
            Packet::Pingreq | Packet::Pingresp => {}
            _ if self.record.version.is_v5() => self.properties_of_tree(),
            _ => {}
        }
    }

    /// The same from the tree, which knows of Wills, and whose secrets are masked if they are to be.
    fn properties_of_tree(&mut self) {
        let (tape, bytes) = (self.record.tape, self.record.bytes);
        for row in view::rows(tape, bytes, false).filter(|row| !row.is_group) {
            let is_new = |info: &&PropertyInfo| u32::from(info.id) != PropertyId::TOPIC_ALIAS.0;
            if let Some(info) = row.field.as_property().filter(is_new) {
                self.property(info, row.in_will, value(&row, info));
            }
        }
    }

    fn property(&mut self, info: &PropertyInfo, in_will: bool, value: Value<'_>) {
        self.item_by(Role::Meaning, |out| {
            if in_will && !info.name.starts_with("Will") {
                out.push_str("Will ");
            }
            out.push_str(info.name);
            out.push(' ');
            match (value, info.unit) {
                (Value::Number(number), Unit::None) => text::add::digits(number.into(), out),
                (Value::Number(number), Unit::Seconds) => {
                    text::add::number(number.into(), out);
                    out.push_str(" s");
                }
                (Value::Number(number), Unit::Bytes) => {
                    text::add::count(number.into(), "byte", out)
                }
                (Value::Text(text), _) => words::add_quoted(text.0, VALUE, out),
                (Value::Binary(bytes), _) => words::add_bytes(bytes, VALUE, out),
                (Value::Pair(name, value), _) => {
                    words::add_quoted(name.0, VALUE, out);
                    out.push_str(" = ");
                    words::add_quoted(value.0, VALUE, out);
                }
            }
        });
    }

    /// The fields of a packet that is broken off, and the bytes of none.
    fn what_could_be_read(&mut self) {
        let (tape, bytes, context) = (self.record.tape, self.record.bytes, self.record.context());
        let mut rows: Vec<_> = view::rows(tape, bytes, false).filter(|row| !row.is_group).collect();
        // As the words of a whole packet stand, not its bytes.
        rows.sort_by_key(|row| match row.field {
            Field::TOPIC => 0,
            Field::QOS => 1,
            _ => 2,
        });
        for row in rows {
            let label = words::name(&row, &context);
            let kind = row.field.kind();
            if let Some(info) = row.field.as_property() {
                self.property(info, row.in_will, value(&row, info));
            } else if row.field.info().is_some_and(|info| info.secret.is_some()) {
                self.item(label);
            } else if row.field == Field::PROTOCOL_LEVEL {
                self.item_in(Role::Value, format_args!("MQTT {}", self.record.version));
            } else if [Field::PACKET_ID, Field::SN_MSG_ID].contains(&row.field) {
                self.item(format_args!("id {}", row.number));
            } else if [Field::PAYLOAD, Field::SN_DATA].contains(&row.field) {
                self.item_by(Role::Meaning, |out| payload(row.bytes, out));
            } else if [Field::TOPIC, Field::TOPIC_FILTER].contains(&row.field) {
                self.topic(Text(row.content()));
            } else if kind == Kind::Undecoded {
                let size = text::count(row.bytes.len() as u64, "byte");
                self.item_in(Role::Warning, format_args!("{size} not decoded"));
            } else if matters(&row, kind) {
                self.item_by(Role::Meaning, |out| {
                    out.push_str(label);
                    out.push(' ');
                    add_value(&row, &context, out);
                });
            }
        }
    }
}

/// The value of a property in the tree.
fn value<'a>(row: &Row<'a>, info: &PropertyInfo) -> Value<'a> {
    match info.wire {
        Wire::Utf8 => Value::Text(Text(row.content())),
        Wire::Binary => Value::Binary(row.content()),
        Wire::Pair => {
            let (name, value) = row.pair().unwrap_or_default();
            Value::Pair(Text(name), Text(value))
        }
        _ => Value::Number(u32::try_from(row.number).unwrap_or(u32::MAX)),
    }
}

/// Adds the beginning of a text or of data; the whole of any other value.
fn add_value(row: &Row<'_>, context: &Context, out: &mut impl Out) {
    match row.field.kind() {
        Kind::Text | Kind::Tail => words::add_quoted(row.content(), VALUE, out),
        Kind::Data => words::add_bytes(row.content(), VALUE, out),
        _ => words::add_value(row, context, VALUE, out),
    }
}

/// Whether a field tells more than how the packet is built.
fn matters(row: &Row<'_>, kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::Tail | Kind::Data | Kind::Rest | Kind::Number(_) | Kind::Code => {
            ![Field::PROTOCOL_NAME, Field::LENGTH, Field::SN_LENGTH].contains(&row.field)
        }
        Kind::Bits if [Field::PACKET_TYPE, Field::SN_TYPE].contains(&row.field) => false,
        Kind::Bits => row.number != 0 || row.field == Field::QOS,
        Kind::Flag => {
            row.number != 0
                && row.field != Field::USER_NAME_FLAG
                && row.field != Field::PASSWORD_FLAG
        }
        Kind::VarInt => row.field == Field::UNKNOWN_PROPERTY,
        _ => false,
    }
}

fn quoted(text: Text<'_>) -> String {
    words::quoted(text.0, usize::MAX)
}

/// Adds size and beginning of a payload.
pub(super) fn payload(payload: &[u8], out: &mut Words) {
    text::add::bytes(payload.len() as u64, out);
    if payload.is_empty() {
        return;
    }
    let shown = payload.get(..PAYLOAD).unwrap_or(payload);
    let start = out.len();
    out.push_str(" \"");
    // What is printable is known to be once it is written.
    let len = if matches!(out.write_escaped(shown), Ok([])) {
        out.push('"');
        shown.len()
    } else {
        out.truncate(start);
        out.push(' ');
        let whole = whole(shown, payload);
        words::add_bytes(whole, usize::MAX, out);
        whole.len()
    };
    if len < payload.len() {
        out.push('…');
    }
}

/// The beginning of a payload without the piece of a character that it ends with.
fn whole<'p>(shown: &'p [u8], payload: &[u8]) -> &'p [u8] {
    match std::str::from_utf8(shown) {
        // The cut goes through a character.
        Err(error) if error.error_len().is_none() && shown.len() < payload.len() => {
            shown.get(..error.valid_up_to()).unwrap_or(shown)
        }
        _ => shown,
    }
}
