//! Wireshark's fields that are made of ours: one row each, so that its users find what they know.

use super::names::{self, Names};
use super::subject::{Subject, Take, row, value};
use super::table::{FieldRow, Part, Source, fact};
use super::value::{Type, Value};
use crate::annotate::view::Row;
use crate::mqtt::Packet;
use crate::pipeline::Needs;
use crate::session::How;
use crate::spec::field::Kind;
use crate::spec::property::Wire;
use crate::spec::{Field, PropertyId};

/// What Wireshark calls the packet types, in the order of their numbers.
pub(super) const PACKET_TYPES: [&str; 16] = [
    "Reserved",
    "Connect Command",
    "Connect Ack",
    "Publish Message",
    "Publish Ack",
    "Publish Received",
    "Publish Release",
    "Publish Complete",
    "Subscribe Request",
    "Subscribe Ack",
    "Unsubscribe Request",
    "Unsubscribe Ack",
    "Ping Request",
    "Ping Response",
    "Disconnect Req",
    "Authentication Exchange",
];

/// Lengths that stand before a text or before bytes.
const LENGTHS: [(&str, &str, &[Field]); 7] = [
    (
        "mqtt.topic_len",
        "Length of a topic",
        &[Field::TOPIC, Field::TOPIC_FILTER, Field::UNSUBSCRIBE_FILTER],
    ),
    ("mqtt.proto_len", "Length of the Protocol Name", &[Field::PROTOCOL_NAME]),
    ("mqtt.clientid_len", "Length of the Client Identifier", &[Field::CLIENT_ID]),
    ("mqtt.willtopic_len", "Length of the Will Topic", &[Field::WILL_TOPIC]),
    ("mqtt.willmsg_len", "Length of the Will Payload", &[Field::WILL_PAYLOAD]),
    ("mqtt.username_len", "Length of the User Name", &[Field::USER_NAME]),
    ("mqtt.passwd_len", "Length of the Password", &[Field::PASSWORD]),
];

/// The rows.
pub(super) fn rows() -> Vec<FieldRow> {
    let lengths = LENGTHS.iter().map(|(key, about, fields)| FieldRow {
        key,
        kind: Type::Number,
        about,
        is_topic: false,
        names: Names::NONE,
        needs: Needs::Packet,
        is_hex: false,
        source: Source::Tree {
            fields: fields.to_vec(),
            part: Part::Length,
            quick: super::quick::of(key),
            instead: None,
        },
    });
    let mut rows: Vec<FieldRow> = lengths.collect();
    rows.extend([
        FieldRow {
            names: names::property_ids(),
            ..fact("mqtt.property_id", "Identifier of each property", Type::Number, |s, t| {
                each(s, t, id)
            })
        },
        fact(
            "mqtt.prop_number",
            "Number of a property, but for those with a field of their own in Wireshark",
            Type::Number,
            |s, t| each(s, t, number),
        ),
        fact(
            "mqtt.prop_string",
            "Text or bytes of a property, but for Content Type",
            Type::Text,
            |s, t| each(s, t, string),
        ),
        fact("mqtt.prop_string_len", "Length of that", Type::Number, |s, t| {
            each(s, t, |row| length(string(row)))
        }),
        fact("mqtt.prop_key", "Name of a User Property", Type::Text, |s, t| {
            each(s, t, |row| Some(Value::text(pair(row)?.0)))
        }),
        fact("mqtt.prop_key_len", "Length of that", Type::Number, |s, t| {
            each(s, t, |row| Some(Value::number(pair(row)?.0.len() as u64)))
        }),
        fact("mqtt.prop_value", "Value of a User Property", Type::Text, |s, t| {
            each(s, t, |row| Some(Value::text(pair(row)?.1)))
        }),
        fact("mqtt.prop_value_len", "Length of that", Type::Number, |s, t| {
            each(s, t, |row| Some(Value::number(pair(row)?.1.len() as u64)))
        }),
        fact("mqtt.msg_text", "Payload that is UTF-8 text", Type::Text, message),
        fact(
            "mqtt.msg_decoded_as",
            "What the payload reads as: json, where it is that",
            Type::Text,
            decoded_as,
        ),
        fact("mqtt.willmsg_text", "Will Payload that is UTF-8 text", Type::Text, will_message),
        fact(
            "mqtt.illegal_topic_length",
            "A topic is empty, and no Topic Alias stands for it",
            Type::Presence,
            empty_topic,
        ),
        fact(
            "mqtt.unknown_version",
            "The CONNECT, which tells the version, was not seen",
            Type::Presence,
            unknown_version,
        ),
        FieldRow {
            needs: Needs::Aliases,
            ..fact(
                "mqtt.unknown_topic_alias",
                "Where the Topic Alias was given its topic was not seen",
                Type::Presence,
                unknown_alias,
            )
        },
    ]);
    rows
}

const CONTENT_TYPE: Field = Field::property(PropertyId::CONTENT_TYPE.0 as u8);
const MAX_QOS: Field = Field::property(PropertyId::MAXIMUM_QOS.0 as u8);
const TOPIC_ALIAS: Field = Field::property(PropertyId::TOPIC_ALIAS.0 as u8);

/// What `what` makes of each property in the tree.
fn each<'s>(
    subject: &'s Subject<'s>,
    take: Take<'_, 's>,
    what: fn(&Row<'s>) -> Option<Value<'s>>,
) -> bool {
    if !subject.is_whole {
        return super::quick::has_no_properties(subject.record);
    }
    let record = subject.record;
    for node in record.tape.nodes() {
        let is_unknown = node.field() == Field::UNKNOWN_PROPERTY;
        let is_property = is_unknown || node.field().as_property().is_some();
        let value = if is_property { what(&row(node, record.bytes)) } else { None };
        if value.is_some_and(|value| take(value).is_break()) {
            break;
        }
    }
    true
}

fn id<'s>(row: &Row<'s>) -> Option<Value<'s>> {
    Some(match row.field.as_property() {
        Some(info) => Value::number(info.id),
        None => Value::number(row.number),
    })
}

fn number<'s>(row: &Row<'s>) -> Option<Value<'s>> {
    let Kind::Property(wire) = row.field.kind() else { return None };
    let is_number = matches!(wire, Wire::Byte | Wire::U16 | Wire::U32 | Wire::VarInt);
    let has_own = [MAX_QOS, TOPIC_ALIAS].contains(&row.field);
    (is_number && !has_own).then(|| Value::number(row.number))
}

fn string<'s>(row: &Row<'s>) -> Option<Value<'s>> {
    let Kind::Property(Wire::Utf8 | Wire::Binary) = row.field.kind() else { return None };
    if row.field == CONTENT_TYPE { None } else { value(row, Type::Text) }
}

fn length(value: Option<Value<'_>>) -> Option<Value<'_>> {
    Some(Value::number(value?.as_bytes()?.len() as u64))
}

fn pair<'s>(row: &Row<'s>) -> Option<(&'s [u8], &'s [u8])> {
    if row.field.kind() == Kind::Property(Wire::Pair) { row.pair() } else { None }
}

fn give_text<'s>(bytes: Option<&'s [u8]>, take: Take<'_, 's>) -> bool {
    if let Some(bytes) = bytes.filter(|bytes| std::str::from_utf8(bytes).is_ok()) {
        let _ = take(Value::text(bytes));
    }
    true
}

fn message<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    give_text(super::facts::payload(subject.record), take)
}

fn decoded_as<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    give_text(subject.json().map(|_| "json".as_bytes()), take)
}

fn will_message<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let will = match subject.record.decoded.as_ref().and_then(|decoded| decoded.packet.as_ref()) {
        Some(Packet::Connect(connect)) => connect.will.as_ref().map(|will| will.payload),
        _ => None,
    };
    give_text(will, take)
}

fn give(is_so: bool, take: Take<'_, '_>) -> bool {
    if is_so {
        let _ = take(Value::Present);
    }
    true
}

fn empty_topic<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let is_empty = |field: Field, len: u32| {
        let topics =
            [Field::TOPIC, Field::TOPIC_FILTER, Field::UNSUBSCRIBE_FILTER, Field::WILL_TOPIC];
        topics.contains(&field) && len <= 16
    };
    let mut nodes = record.tape.nodes().iter();
    let is_so = nodes.any(|node| is_empty(node.field(), node.span.len));
    subject.is_whole && give(is_so && record.tape.find(TOPIC_ALIAS).is_none(), take)
}

fn unknown_version<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    give(record.decoded.is_some() && matches!(record.version_from, How::Inferred | How::Open), take)
}

fn unknown_alias<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let is_so = match record.decoded.as_ref().and_then(|decoded| decoded.packet.as_ref()) {
        Some(Packet::Publish(publish)) => {
            publish.topic.is_empty()
                && publish.properties.get(PropertyId::TOPIC_ALIAS).is_some()
                && record.facts.topic.is_none()
        }
        _ => false,
    };
    (subject.is_whole || !is_so) && give(is_so, take)
}
