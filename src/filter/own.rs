//! Fields that are not in the tables of the packets: where and when a record was captured, and what
//! is known of it beside its bytes. One row each.

use super::subject::{One, Read, Subject, Take, option, protocol, text};
use super::table::{FieldRow, fact, single, tree};
use super::value::Type;
use super::{facts, json, names, origin};
use crate::pipeline::Needs;
use crate::spec::Field;

/// The rows.
pub(super) fn rows() -> Vec<FieldRow> {
    let packet = [frames(), network(), packets(), connections(), contents(), carriers()];
    let session = [others(), found()].into_iter().flatten();
    let session = session.map(|row| FieldRow { needs: Needs::Session, ..row });
    packet.into_iter().flatten().chain(session).collect()
}

/// The frame that completed the packet.
fn frames() -> Vec<FieldRow> {
    vec![
        fact(
            "frame",
            "There is a frame: the bytes were captured, not pasted",
            Type::Presence,
            origin::frame,
        ),
        single(
            "frame.number",
            "Number of the frame that completed the packet",
            Type::Number,
            origin::frame_number,
        ),
        fact("frame.len", "Bytes of that frame on the wire", Type::Number, origin::frame_len),
        fact("frame.time", "When it was captured", Type::Time, origin::time),
        fact(
            "frame.time_epoch",
            "When it was captured: seconds since 1970-01-01 UTC",
            Type::Duration,
            origin::time,
        ),
        fact(
            "frame.time_relative",
            "Seconds since the first frame",
            Type::Duration,
            origin::time_relative,
        ),
        fact(
            "frame.time_delta",
            "Seconds since the frame before",
            Type::Duration,
            origin::time_delta,
        ),
    ]
}

/// The network.
fn network() -> Vec<FieldRow> {
    vec![
        fact("ip", "The packet came over IPv4", Type::Presence, |s, t| {
            protocol(origin::is_v4(s), t)
        }),
        fact("ip.src", "Sender, IPv4", Type::Ipv4, |s, t| {
            origin::addresses(s, true, [true, false], t)
        }),
        fact("ip.dst", "Receiver, IPv4", Type::Ipv4, |s, t| {
            origin::addresses(s, true, [false, true], t)
        }),
        fact("ip.addr", "Sender and receiver, IPv4", Type::Ipv4, |s, t| {
            origin::addresses(s, true, [true, true], t)
        }),
        fact("ip.proto", "What IPv4 carries: 6 is TCP, 17 is UDP", Type::Number, |s, t| {
            let is_v4 = s.record.origin.layers.is_some() && origin::is_v4(s);
            option(is_v4.then(|| if origin::is_tcp(s.record) { 6 } else { 17 }), t)
        }),
        fact("ipv6", "The packet came over IPv6", Type::Presence, |s, t| {
            protocol(origin::is_v6(s), t)
        }),
        fact("ipv6.src", "Sender, IPv6", Type::Ipv6, |s, t| {
            origin::addresses(s, false, [true, false], t)
        }),
        fact("ipv6.dst", "Receiver, IPv6", Type::Ipv6, |s, t| {
            origin::addresses(s, false, [false, true], t)
        }),
        fact("ipv6.addr", "Sender and receiver, IPv6", Type::Ipv6, |s, t| {
            origin::addresses(s, false, [true, true], t)
        }),
        fact("tcp", "The packet came over TCP", Type::Presence, |s, t| {
            protocol(origin::is_tcp(s.record), t)
        }),
        fact("tcp.srcport", "Sender's port, TCP", Type::Number, |s, t| {
            origin::ports(s, true, [true, false], t)
        }),
        fact("tcp.dstport", "Receiver's port, TCP", Type::Number, |s, t| {
            origin::ports(s, true, [false, true], t)
        }),
        fact("tcp.port", "Sender's and receiver's port, TCP", Type::Number, |s, t| {
            origin::ports(s, true, [true, true], t)
        }),
        fact(
            "tcp.len",
            "Bytes that the segment which completed it carried",
            Type::Number,
            |s, t| option(s.record.origin.layers.and_then(|l| l.tcp()).map(|tcp| tcp.len), t),
        ),
        single("tcp.stream", "The TCP connection, counted from 0", Type::Number, |record| {
            record.origin.stream.into()
        }),
        fact("udp", "The packet came over UDP", Type::Presence, |s, t| {
            protocol(origin::is_udp(s.record), t)
        }),
        fact("udp.srcport", "Sender's port, UDP", Type::Number, |s, t| {
            origin::ports(s, false, [true, false], t)
        }),
        fact("udp.dstport", "Receiver's port, UDP", Type::Number, |s, t| {
            origin::ports(s, false, [false, true], t)
        }),
        fact("udp.port", "Sender's and receiver's port, UDP", Type::Number, |s, t| {
            origin::ports(s, false, [true, true], t)
        }),
    ]
}

/// The packet as a whole.
fn packets() -> Vec<FieldRow> {
    vec![
        fact("mqtt", "An MQTT packet, by its bytes", Type::Bytes, |s, t| {
            facts::whole(s, s.record.decoded.is_some(), t)
        }),
        fact("mqttsn", "An MQTT-SN message, by its bytes", Type::Bytes, |s, t| {
            facts::whole(s, s.record.sn.is_some(), t)
        }),
        single("mqtt.number", "Number of the record, as output shows it", Type::Number, |record| {
            One::Number(record.number)
        }),
        FieldRow {
            names: names::types(),
            ..single(
                "mqtt.type",
                "Name of the packet type, or of what it is instead",
                Type::Text,
                facts::kind,
            )
        },
    ]
}

/// Its connection.
fn connections() -> Vec<FieldRow> {
    vec![
        single(
            "mqtt.client",
            "Client Identifier of the connection, on every packet of it; empty on a CONNECT that leaves it to the server",
            Type::Text,
            facts::client,
        ),
        FieldRow {
            names: names::senders(),
            ..single("mqtt.sender", "Which end sent the packet", Type::Text, facts::sender)
        },
        FieldRow {
            names: names::version_names(),
            ..fact("mqtt.version", "Version of the connection", Type::Text, facts::version)
        },
    ]
}

/// What the packet is to others.
fn others() -> Vec<FieldRow> {
    vec![
        fact(
            "mqtt.answers",
            "Number of the record that the packet answers",
            Type::Number,
            |s, t| facts::partner(s, facts::answers, |p| Some(p.at.number), t),
        ),
        fact("mqtt.answers.frame", "Frame of the packet that it answers", Type::Number, |s, t| {
            facts::partner(s, facts::answers, facts::frame_of, t)
        }),
        FieldRow {
            names: names::packet_types(),
            ..fact(
                "mqtt.answers.msgtype",
                "Type of the packet that it answers",
                Type::Number,
                |s, t| facts::partner(s, facts::answers, |p| Some(p.kind.0.into()), t),
            )
        },
        fact("mqtt.latency", "Seconds since the packet that it answers", Type::Duration, |s, t| {
            facts::partner(s, facts::answers, |p| p.latency, t)
        }),
        fact(
            "mqtt.copy_of",
            "Number of the client's PUBLISH that the server passes on with this one",
            Type::Number,
            |s, t| facts::partner(s, facts::copy_of, |p| Some(p.at.number), t),
        ),
        fact("mqtt.copy_of.frame", "Frame of that PUBLISH", Type::Number, |s, t| {
            facts::partner(s, facts::copy_of, facts::frame_of, t)
        }),
        fact("mqtt.copy_of.latency", "Seconds since that PUBLISH", Type::Duration, |s, t| {
            facts::partner(s, facts::copy_of, |p| p.latency, t)
        }),
        FieldRow {
            is_topic: true,
            ..fact(
                "mqtt.matched_filter",
                "The subscription that a PUBLISH of the server matches",
                Type::Text,
                facts::matched,
            )
        },
    ]
}

/// What was found.
fn found() -> Vec<FieldRow> {
    vec![
        FieldRow {
            names: names::rules(),
            ..fact(
                "mqtt.finding",
                "Rules that are broken, or that say something of the packet",
                Type::Text,
                facts::findings,
            )
        },
        FieldRow {
            names: names::severities(),
            ..fact(
                "mqtt.finding.severity",
                "How grave each finding is: note < warning < error",
                Type::Number,
                facts::severities,
            )
        },
    ]
}

/// What is inside.
fn contents() -> Vec<FieldRow> {
    vec![
        FieldRow {
            names: names::reason_codes(),
            ..fact(
                "mqtt.reason_code",
                "Reason code or return code, of any packet type; a Reason Code that is left out is 0",
                Type::Number,
                facts::reason_codes,
            )
        },
        fact(
            "mqtt.json",
            "The payload is JSON: its value; its members are mqtt.json.NAME, in quotes if the name has blanks or dots",
            Type::Any,
            |s, t| {
                let is_known = s.record.decoded.is_some_and(|decoded| decoded.packet.is_some());
                if let Some(json) = s.json().filter(|_| is_known) {
                    let _ = json::at(json, &[], t);
                }
                is_known || s.is_whole
            },
        ),
        FieldRow {
            is_topic: true,
            ..fact(
                "mqttsn.topic.resolved",
                "Topic that an id or a short name stands for",
                Type::Text,
                facts::sn_topic,
            )
        },
    ]
}

/// What counts in place of what stands in the tree: the topic that a Topic Alias stands for, and
/// properties of which there are none.
pub(super) fn instead(key: &str) -> Option<Read> {
    match key {
        "mqtt.topic" => Some(|s, t| text(s.record.facts.topic, t)),
        "mqtt.properties" => Some(|s, t| no_properties(s, Field::PROPERTIES, 1, t)),
        "mqtt.will_properties" => Some(|s, t| no_properties(s, Field::WILL_PROPERTIES, 2, t)),
        _ => None,
    }
}

/// A Property Length of 0, the first or the second of a packet, has no group for its properties.
fn no_properties(subject: &Subject<'_>, group: Field, nth: usize, take: Take<'_, '_>) -> bool {
    let tape = subject.record.tape;
    let lengths = tape.nodes().iter().filter(|node| node.field() == Field::PROPERTY_LENGTH);
    protocol(tape.find(group).is_none() && lengths.count() >= nth, take)
}

/// What carries packets: a row for each family of fields in the table of carriers.
fn carriers() -> Vec<FieldRow> {
    [
        ("websocket", "Something of WebSocket, or a packet that came in its frames"),
        ("http", "A request for WebSocket, or its answer"),
        ("proxy", "A header of the PROXY protocol"),
    ]
    .into_iter()
    .map(|(key, about)| {
        let is_ours =
            |field: &Field| field.key().strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let fields = Field::all().map(|(field, _)| field).filter(is_ours).collect();
        tree(key, about, Type::Presence, fields, names::Names::NONE)
    })
    .collect()
}
