//! Values that the typed packet holds: for them no tree is needed.
//!
//! What is read here has to be what the tree says; a test compares the two on every recording.
//! CONNECT, CONNACK and AUTH never come here: they are few, and change what is known of the
//! connection.

use super::subject::{Read, Subject, Take};
use super::value::Value;
use crate::mqtt::Packet;
use crate::pipeline::Record;
use crate::spec::{PacketType, Version};
use std::ops::ControlFlow;

/// The reader for a key; `None` where the tree has to be built.
pub(super) fn of(key: &str) -> Option<Read> {
    let exact: [(&str, Read); 10] = [
        ("mqtt.msgtype", kind),
        ("mqtt.len", length),
        ("mqtt.qos", |s, t| flag(s, 0b0110, 1, t)),
        ("mqtt.dupflag", |s, t| flag(s, 0b1000, 3, t)),
        ("mqtt.retain", retain),
        ("mqtt.msgid", id),
        ("mqtt.topic", topic),
        ("mqtt.topic_len", topic_len),
        ("mqtt.msg", payload),
        ("mqtt.hdrflags", first_byte),
    ];
    if let Some((_, read)) = exact.iter().find(|(name, _)| *name == key) {
        return Some(*read);
    }
    let elsewhere: [(&str, Read); 13] = [
        ("mqtt.con", nowhere),
        ("mqtt.clientid", nowhere),
        ("mqtt.kalive", nowhere),
        ("mqtt.ver", nowhere),
        ("mqtt.proto", nowhere),
        ("mqtt.will", nowhere),
        ("mqtt.username", nowhere),
        ("mqtt.passwd", nowhere),
        ("mqtt.property.", property),
        ("mqtt.sub", |s, t| only_in(s, &[PacketType::SUBSCRIBE, PacketType::SUBACK], t)),
        ("mqtt.disconnect", |s, t| only_in(s, &[PacketType::DISCONNECT], t)),
        ("mqtt.unsuback", |s, t| only_in(s, &[PacketType::UNSUBACK], t)),
        ("mqtt.pub", acknowledgement),
    ];
    elsewhere.iter().find(|(start, _)| key.starts_with(start)).map(|(_, read)| *read)
}

/// Whether it is certain that the packet has no properties.
pub(super) fn has_no_properties(record: &Record<'_>) -> bool {
    let Some(decoded) = &record.decoded else { return true };
    match &decoded.packet {
        _ if !decoded.version.is_v5() => decoded.packet.is_some(),
        Some(Packet::Publish(it)) => it.properties.is_empty(),
        Some(Packet::Ack(it)) => it.properties.is_empty(),
        Some(Packet::Pingreq | Packet::Pingresp) => true,
        _ => false,
    }
}

fn packet<'s>(subject: &'s Subject<'s>) -> Option<&'s Packet<'s>> {
    subject.record.decoded.as_ref()?.packet.as_ref()
}

fn packet_type(subject: &Subject<'_>) -> Option<PacketType> {
    Some(subject.record.decoded.as_ref()?.header.packet_type)
}

fn give<'s>(value: Option<Value<'s>>, take: Take<'_, 's>) -> bool {
    if let Some(value) = value {
        let _ = take(value);
    }
    true
}

/// A field that packets which come here do not have.
fn nowhere<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    packet(subject).is_some()
}

/// A field that other packets than these do not have.
fn only_in<'s>(subject: &'s Subject<'s>, types: &[PacketType], _: Take<'_, 's>) -> bool {
    packet_type(subject).is_some_and(|kind| !types.contains(&kind))
}

/// The reason codes of PUBACK to PUBCOMP.
fn acknowledgement<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    packet(subject).is_some_and(|packet| !matches!(packet, Packet::Ack(_)))
}

fn property<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    has_no_properties(subject.record)
}

fn kind<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let Some(kind) = packet_type(subject) else { return true };
    give(Some(Value::number(kind.0)), take)
}

fn first_byte<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    give(subject.record.bytes.first().map(|byte| Value::number(*byte)), take)
}

fn length<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let decoded = subject.record.decoded.as_ref();
    let length = decoded.and_then(|decoded| decoded.header.remaining_length);
    length.is_some() && give(length.map(Value::number), take)
}

/// DUP or QoS: 3.1 has them in three more types.
fn flag<'s>(subject: &'s Subject<'s>, mask: u8, shift: u8, take: Take<'_, 's>) -> bool {
    let Some(decoded) = &subject.record.decoded else { return true };
    let header = decoded.header;
    let has_it = match header.packet_type {
        PacketType::PUBLISH => true,
        PacketType::PUBREL | PacketType::SUBSCRIBE | PacketType::UNSUBSCRIBE => {
            subject.record.version == Version::V31
        }
        _ => false,
    };
    let value = (header.flags & mask) >> shift;
    give(has_it.then(|| Value::number(value)), take)
}

fn retain<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let Some(decoded) = &subject.record.decoded else { return true };
    let has_it = decoded.header.packet_type == PacketType::PUBLISH;
    give(has_it.then(|| Value::number(decoded.header.flags & 1)), take)
}

fn id<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let Some(packet) = packet(subject) else { return false };
    give(packet.packet_id().map(Value::number), take)
}

fn payload<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    match packet(subject) {
        Some(Packet::Publish(publish)) => give(Some(Value::bytes(publish.payload)), take),
        packet => packet.is_some(),
    }
}

fn topic<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    topics(subject, &mut |topic| take(Value::text(topic)))
}

fn topic_len<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    match packet(subject) {
        Some(Packet::Publish(it)) => give(Some(Value::number(it.topic.0.len() as u64)), take),
        _ => topics(subject, &mut |topic| take(Value::number(topic.len() as u64))),
    }
}

/// Topic Name or Topic Filters. A topic that an alias stands for is not known yet.
fn topics<'s>(subject: &'s Subject<'s>, take: &mut dyn FnMut(&'s [u8]) -> ControlFlow<()>) -> bool {
    match packet(subject) {
        None => return false,
        Some(Packet::Publish(it)) if it.topic.is_empty() => return false,
        Some(Packet::Publish(it)) => {
            let _ = take(it.topic.0);
        }
        Some(Packet::Subscribe(it)) => {
            let _ = it.filters().try_for_each(|(filter, _)| take(filter.0));
        }
        Some(Packet::Unsubscribe(it)) => {
            let _ = it.filters().try_for_each(|filter| take(filter.0));
        }
        Some(_) => {}
    }
    true
}
