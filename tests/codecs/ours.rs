//! What mqttscope's decoder makes of a packet, in plain values.

use crate::plain::{Plain, Properties, Value};
use mqttscope::annotate::Tape;
use mqttscope::mqtt::packet::{Connect, Packet, Publish};
use mqttscope::mqtt::{Decoded, Reading, decode, property};
use mqttscope::spec::{Severity, Version};

/// What was decoded, and the rules that the packet breaks.
#[derive(Debug)]
pub(crate) struct Ours {
    pub(crate) packet: Option<Plain>,
    pub(crate) errors: Vec<String>,
}

/// Decodes with the tape and without; both must say the same.
pub(crate) fn read(bytes: &[u8], version: Version) -> Ours {
    let how = Reading { version, sender: None };
    let mut tape = Tape::new();
    let decoded = decode(bytes, how, &mut tape);
    assert_eq!(decoded, decode(bytes, how, &mut ()), "the tape makes a difference");
    let errors = tape.findings().iter().filter(|f| f.severity() == Severity::Error);
    let errors = errors.map(|finding| format!("{finding:?}")).collect();
    Ours { packet: plain(&decoded), errors }
}

fn plain(decoded: &Decoded<'_>) -> Option<Plain> {
    let new = Plain::new(decoded.header.packet_type.name());
    Some(match decoded.packet? {
        Packet::Connect(connect) => plain_connect(new, &connect),
        Packet::Connack(connack) => new
            .number("session_present", connack.session_present)
            .number("code", connack.code)
            .properties(properties(connack.properties)),
        Packet::Publish(publish) => plain_publish(new, &publish),
        Packet::Ack(ack) => new
            .number("packet_id", ack.packet_id)
            .maybe_number("reason", ack.reason)
            .properties(properties(ack.properties)),
        Packet::Subscribe(subscribe) => subscribe
            .filters()
            .fold(new.number("packet_id", subscribe.packet_id), |plain, (filter, options)| {
                plain.bytes("filter", filter.0).number("options", options)
            })
            .properties(properties(subscribe.properties)),
        Packet::Unsubscribe(unsubscribe) => unsubscribe
            .filters()
            .fold(new.number("packet_id", unsubscribe.packet_id), |plain, filter| {
                plain.bytes("filter", filter.0)
            })
            .properties(properties(unsubscribe.properties)),
        Packet::Suback(suback) | Packet::Unsuback(suback) => new
            .number("packet_id", suback.packet_id)
            .bytes("codes", suback.codes)
            .properties(properties(suback.properties)),
        Packet::Disconnect(reasoned) | Packet::Auth(reasoned) => {
            new.maybe_number("reason", reasoned.reason).properties(properties(reasoned.properties))
        }
        Packet::Pingreq | Packet::Pingresp | Packet::Reserved => new,
    })
}

fn plain_connect(new: Plain, connect: &Connect<'_>) -> Plain {
    let will = connect.will.as_ref();
    new.bytes("protocol_name", connect.protocol_name.0)
        .number("level", connect.level)
        .number("clean_start", connect.clean_start)
        .number("keep_alive", connect.keep_alive)
        .bytes("client_id", connect.client_id.0)
        .maybe_number("will_qos", will.map(|will| will.qos))
        .maybe_number("will_retain", will.map(|will| will.retain))
        .maybe_bytes("will_topic", will.map(|will| will.topic.0))
        .maybe_bytes("will_payload", will.map(|will| will.payload))
        .maybe_bytes("user_name", connect.user_name.map(|name| name.0))
        .maybe_bytes("password", connect.password)
        .properties(properties(connect.properties))
        .will_properties(will.map(|will| properties(will.properties)).unwrap_or_default())
}

fn plain_publish(new: Plain, publish: &Publish<'_>) -> Plain {
    new.number("dup", publish.dup)
        .number("qos", publish.qos)
        .number("retain", publish.retain)
        .bytes("topic", publish.topic.0)
        .maybe_number("packet_id", publish.packet_id)
        .bytes("payload", publish.payload)
        .properties(properties(publish.properties))
}

fn properties(properties: property::Properties<'_>) -> Properties {
    let value = |value| match value {
        property::Value::Number(number) => Value::number(number),
        property::Value::Text(text) => Value::bytes(text.0),
        property::Value::Binary(bytes) => Value::bytes(bytes),
        property::Value::Pair(name, text) => Value::pair(name.0, text.0),
    };
    properties.iter().map(|(id, found)| (id.0 as u8, value(found))).collect()
}
