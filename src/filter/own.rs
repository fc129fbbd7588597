//! Fields that are not in the tables of the packets: where and when a record was captured, and what
//! is known of it beside its bytes. One row each.

use super::names;
use super::subject::{Read, Subject, Take};
use super::table::{FieldRow, fact, tree};
use super::value::{Type, Value};
use crate::mqtt::Packet;
use crate::net::TransportLayer;
use crate::pipeline::Record;
use crate::session::Partner;
use crate::spec::field::Kind;
use crate::spec::{Field, Version};
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;

/// The rows.
pub(super) fn rows() -> Vec<FieldRow> {
    let mut rows = vec![
        // ---- the frame that completed the packet
        fact(
            "frame",
            "There is a frame: the bytes were captured, not pasted",
            Type::Presence,
            frame,
        ),
        fact(
            "frame.number",
            "Number of the frame that completed the packet",
            Type::Number,
            frame_number,
        ),
        fact("frame.len", "Bytes of that frame on the wire", Type::Number, frame_len),
        fact("frame.time", "When it was captured", Type::Time, time),
        fact(
            "frame.time_epoch",
            "When it was captured: seconds since 1970-01-01 UTC",
            Type::Duration,
            time,
        ),
        fact("frame.time_relative", "Seconds since the first frame", Type::Duration, time_relative),
        fact("frame.time_delta", "Seconds since the frame before", Type::Duration, time_delta),
        // ---- the network
        fact("ip", "The packet came over IPv4", Type::Presence, |s, t| protocol(is_v4(s), t)),
        fact("ip.src", "Sender, IPv4", Type::Ipv4, |s, t| addresses(s, true, [true, false], t)),
        fact("ip.dst", "Receiver, IPv4", Type::Ipv4, |s, t| addresses(s, true, [false, true], t)),
        fact("ip.addr", "Sender and receiver, IPv4", Type::Ipv4, |s, t| {
            addresses(s, true, [true, true], t)
        }),
        fact("ipv6", "The packet came over IPv6", Type::Presence, |s, t| protocol(is_v6(s), t)),
        fact("ipv6.src", "Sender, IPv6", Type::Ipv6, |s, t| addresses(s, false, [true, false], t)),
        fact("ipv6.dst", "Receiver, IPv6", Type::Ipv6, |s, t| {
            addresses(s, false, [false, true], t)
        }),
        fact("ipv6.addr", "Sender and receiver, IPv6", Type::Ipv6, |s, t| {
            addresses(s, false, [true, true], t)
        }),
        fact("tcp", "The packet came over TCP", Type::Presence, |s, t| {
            protocol(is_tcp(s.record), t)
        }),
        fact("tcp.srcport", "Sender's port, TCP", Type::Number, |s, t| {
            ports(s, true, [true, false], t)
        }),
        fact("tcp.dstport", "Receiver's port, TCP", Type::Number, |s, t| {
            ports(s, true, [false, true], t)
        }),
        fact("tcp.port", "Sender's and receiver's port, TCP", Type::Number, |s, t| {
            ports(s, true, [true, true], t)
        }),
        fact("tcp.stream", "The TCP connection, counted from 0", Type::Number, |s, t| {
            option(s.record.origin.stream, t)
        }),
        fact("udp", "The packet came over UDP", Type::Presence, |s, t| {
            protocol(is_udp(s.record), t)
        }),
        fact("udp.srcport", "Sender's port, UDP", Type::Number, |s, t| {
            ports(s, false, [true, false], t)
        }),
        fact("udp.dstport", "Receiver's port, UDP", Type::Number, |s, t| {
            ports(s, false, [false, true], t)
        }),
        fact("udp.port", "Sender's and receiver's port, UDP", Type::Number, |s, t| {
            ports(s, false, [true, true], t)
        }),
        // ---- the packet as a whole
        fact("mqtt", "An MQTT packet, by its bytes", Type::Bytes, |s, t| {
            whole(s, s.record.decoded.is_some(), t)
        }),
        fact("mqttsn", "An MQTT-SN message, by its bytes", Type::Bytes, |s, t| {
            whole(s, s.record.sn.is_some(), t)
        }),
        fact("mqtt.number", "Number of the record, as output shows it", Type::Number, |s, t| {
            option(Some(s.record.number), t)
        }),
        FieldRow {
            names: names::types(),
            ..fact(
                "mqtt.type",
                "Name of the packet type, or of what it is instead",
                Type::Text,
                kind,
            )
        },
        // ---- its connection
        fact(
            "mqtt.client",
            "Client Identifier of the connection, on every packet of it",
            Type::Text,
            client,
        ),
        FieldRow {
            names: names::senders(),
            ..fact("mqtt.sender", "Which end sent the packet", Type::Text, sender)
        },
        FieldRow {
            names: names::version_names(),
            ..fact("mqtt.version", "Version of the connection", Type::Text, version)
        },
        // ---- what the packet is to others
        fact(
            "mqtt.answers",
            "Number of the record that the packet answers",
            Type::Number,
            |s, t| partner(s, answers, |p| Some(p.at.number), t),
        ),
        fact("mqtt.answers.frame", "Frame of the packet that it answers", Type::Number, |s, t| {
            partner(s, answers, frame_of, t)
        }),
        FieldRow {
            names: names::packet_types(),
            ..fact(
                "mqtt.answers.msgtype",
                "Type of the packet that it answers",
                Type::Number,
                |s, t| partner(s, answers, |p| Some(p.kind.0.into()), t),
            )
        },
        fact("mqtt.latency", "Seconds since the packet that it answers", Type::Duration, |s, t| {
            partner(s, answers, |p| p.latency, t)
        }),
        fact(
            "mqtt.copy_of",
            "Number of the client's PUBLISH that the server passes on with this one",
            Type::Number,
            |s, t| partner(s, copy_of, |p| Some(p.at.number), t),
        ),
        fact("mqtt.copy_of.frame", "Frame of that PUBLISH", Type::Number, |s, t| {
            partner(s, copy_of, frame_of, t)
        }),
        fact("mqtt.copy_of.latency", "Seconds since that PUBLISH", Type::Duration, |s, t| {
            partner(s, copy_of, |p| p.latency, t)
        }),
        FieldRow {
            is_topic: true,
            ..fact(
                "mqtt.matched_filter",
                "The subscription that a PUBLISH of the server matches",
                Type::Text,
                matched,
            )
        },
        // ---- what was found
        FieldRow {
            names: names::rules(),
            ..fact(
                "mqtt.finding",
                "Rules that are broken, or that say something of the packet",
                Type::Text,
                findings,
            )
        },
        FieldRow {
            names: names::severities(),
            ..fact(
                "mqtt.finding.severity",
                "How grave each finding is: note < warning < error",
                Type::Number,
                severities,
            )
        },
        // ---- what is inside
        FieldRow {
            names: names::reason_codes(),
            ..fact(
                "mqtt.reason_code",
                "Reason code or return code, of any packet type; a Reason Code that is left out is 0",
                Type::Number,
                reason_codes,
            )
        },
        fact(
            "mqtt.json",
            "The payload is JSON; its members are mqtt.json.NAME",
            Type::Presence,
            |s, t| {
                s.record.decoded.is_some_and(|decoded| decoded.packet.is_some())
                    && protocol(s.json().is_some(), t)
                    || s.is_whole
            },
        ),
        FieldRow {
            is_topic: true,
            ..fact(
                "mqttsn.topic.resolved",
                "Topic that an id or a short name stands for",
                Type::Text,
                sn_topic,
            )
        },
    ];
    rows.extend(carriers());
    rows
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
    let lengths = tape.nodes().iter().filter(|node| node.field == Field::PROPERTY_LENGTH);
    protocol(tape.find(group).is_none() && lengths.count() >= nth, take)
}

/// What carries packets: a row for each family of fields in the table of carriers.
fn carriers() -> impl Iterator<Item = FieldRow> {
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
}

fn option<'s, T: Into<i128>>(value: Option<T>, take: Take<'_, 's>) -> bool {
    if let Some(value) = value {
        let _ = take(Value::number(value));
    }
    true
}

fn text<'s>(value: Option<&'s [u8]>, take: Take<'_, 's>) -> bool {
    if let Some(value) = value {
        let _ = take(Value::text(value));
    }
    true
}

fn protocol(is_there: bool, take: Take<'_, '_>) -> bool {
    if is_there {
        let _ = take(Value::Present);
    }
    true
}

fn whole<'s>(subject: &'s Subject<'s>, is_there: bool, take: Take<'_, 's>) -> bool {
    if is_there {
        let _ = take(Value::bytes(subject.record.bytes));
    }
    true
}

// ---- the frame

fn frame<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    protocol(!subject.record.origin.frames.is_empty(), take)
}

fn frame_number<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    option(subject.record.origin.frames.iter().copied().max(), take)
}

fn frame_len<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    option(subject.record.origin.layers.map(|layers| layers.frame_len), take)
}

fn time<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    option(subject.record.origin.time, take)
}

fn time_relative<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let origin = &subject.record.origin;
    option(
        origin
            .time
            .zip(origin.start)
            .map(|(time, start)| i128::from(time).saturating_sub(start.into())),
        take,
    )
}

fn time_delta<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let origin = &subject.record.origin;
    let before = origin.previous.or(origin.time);
    option(
        origin
            .time
            .zip(before)
            .map(|(time, before)| i128::from(time).saturating_sub(before.into())),
        take,
    )
}

// ---- the network

/// Sender and receiver by IP: a tunnel's own addresses do not count.
fn ends(record: &Record<'_>) -> Option<[IpAddr; 2]> {
    record.origin.ends.map(|(src, dst)| [src.ip().to_canonical(), dst.ip().to_canonical()])
}

fn is_v4(subject: &Subject<'_>) -> bool {
    ends(subject.record).is_some_and(|[src, _]| src.is_ipv4())
}

fn is_v6(subject: &Subject<'_>) -> bool {
    ends(subject.record).is_some_and(|[src, _]| src.is_ipv6())
}

/// Connections are counted of TCP alone.
fn is_tcp(record: &Record<'_>) -> bool {
    record.origin.stream.is_some()
        || record.origin.layers.is_some_and(|l| matches!(l.transport, TransportLayer::Tcp(_)))
}

fn is_udp(record: &Record<'_>) -> bool {
    record.origin.ends.is_some() && !is_tcp(record)
}

fn addresses<'s>(
    subject: &'s Subject<'s>,
    is_v4: bool,
    which: [bool; 2],
    take: Take<'_, 's>,
) -> bool {
    let ends = ends(subject.record).into_iter().flatten().zip(which);
    let mut ours = ends.filter(|(end, is_asked)| *is_asked && end.is_ipv4() == is_v4);
    let _ = ours.try_for_each(|(end, _)| take(Value::Address(end)));
    true
}

fn ports<'s>(subject: &'s Subject<'s>, of_tcp: bool, which: [bool; 2], take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let is_ours = if of_tcp { is_tcp(record) } else { is_udp(record) };
    let ends = record.origin.ends.filter(|_| is_ours);
    let ends = ends.into_iter().flat_map(|(src, dst)| [src, dst]).zip(which);
    let mut asked = ends.filter(|(_, is_asked)| *is_asked).map(|(end, _)| SocketAddr::port(&end));
    let _ = asked.try_for_each(|port| take(Value::number(port)));
    true
}

// ---- the connection

fn kind<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    text(Some(subject.record.type_name().as_bytes()), take)
}

fn client<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    text(subject.record.client_id, take)
}

fn sender<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    text(subject.record.sender_name().map(str::as_bytes), take)
}

fn version<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let is_known = record.version == Version::Sn12 || record.version_from.name().is_some();
    let name = record.is_packet().then(|| record.version.name().as_bytes());
    text(name.filter(|_| is_known), take)
}

// ---- what the packet is to others

fn answers(record: &Record<'_>) -> Option<Partner> {
    record.facts.answers
}

fn copy_of(record: &Record<'_>) -> Option<Partner> {
    record.facts.copy_of
}

fn frame_of(partner: &Partner) -> Option<u64> {
    Some(partner.at.frame).filter(|frame| *frame > 0)
}

fn partner<'s>(
    subject: &'s Subject<'s>,
    which: fn(&Record<'_>) -> Option<Partner>,
    what: fn(&Partner) -> Option<u64>,
    take: Take<'_, 's>,
) -> bool {
    subject.is_whole && option(which(subject.record).as_ref().and_then(what), take)
}

fn matched<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    subject.is_whole && text(subject.record.facts.filter, take)
}

fn sn_topic<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let topic = subject.record.sn.and_then(|sn| sn.topic).map(|topic| &*topic.name);
    text(topic, take)
}

// ---- what was found

fn findings<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let mut ids = subject.record.tape.findings().iter().map(|finding| finding.info().id);
    let _ = ids.try_for_each(|id| take(Value::text(id.as_bytes())));
    subject.is_whole
}

fn severities<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let findings = subject.record.tape.findings().iter();
    let mut severities = findings.map(|finding| finding.severity() as u8);
    let _ = severities.try_for_each(|severity| take(Value::number(severity)));
    subject.is_whole
}

// ---- what is inside

/// The payload of a PUBLISH.
pub(super) fn payload<'r>(record: &'r Record<'_>) -> Option<&'r [u8]> {
    match record.decoded.as_ref()?.packet.as_ref()? {
        Packet::Publish(publish) => Some(publish.payload),
        _ => None,
    }
}

/// All codes of the packet. In 5.0 a code that is left out is 0 (sections 3.4.2.1, 3.14.2.1, 3.15.2.1).
fn reason_codes<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let implied =
        record.decoded.filter(|decoded| decoded.version.is_v5()).is_some_and(
            |decoded| match decoded.packet {
                Some(Packet::Ack(ack)) => ack.reason.is_none(),
                Some(Packet::Disconnect(it) | Packet::Auth(it)) => it.reason.is_none(),
                _ => false,
            },
        );
    if implied {
        return option(Some(0), take);
    }
    if !subject.is_whole {
        // A packet of another type has none.
        return record.decoded.is_some_and(|decoded| {
            matches!(decoded.packet, Some(Packet::Publish(_) | Packet::Pingreq | Packet::Pingresp))
        });
    }
    let is_code = |field: Field| field.kind() == Kind::Code && field.key().starts_with("mqtt.");
    let codes = record.tape.nodes().iter().filter(|node| is_code(node.field));
    let mut values = codes.map(|node| Value::number(node.value));
    matches!(values.try_for_each(take), ControlFlow::Continue(()) | ControlFlow::Break(()))
}
