//! Values that the typed packet holds: for them no tree is needed.
//!
//! What is read here has to be what the tree says; a test compares the two on every recording.
//! CONNECT, CONNACK and AUTH never come here: they are few, and change what is known of the
//! connection.

use super::subject::{One, Read, Reader, Subject, Take};
use super::value::Value;
use crate::mqtt::Packet;
use crate::pipeline::Record;
use crate::spec::{PacketType, Version};
use std::ops::ControlFlow;

/// The reader for a key; `None` where the tree has to be built.
pub(super) fn of(key: &str) -> Option<Reader> {
    let exact: [(&str, Reader); 10] = [
        ("mqtt.msgtype", Reader::One(kind)),
        ("mqtt.len", Reader::One(length)),
        ("mqtt.qos", Reader::One(|record| flag(record, 0b0110, 1))),
        ("mqtt.dupflag", Reader::One(|record| flag(record, 0b1000, 3))),
        ("mqtt.retain", Reader::One(retain)),
        ("mqtt.msgid", Reader::One(id)),
        ("mqtt.topic", Reader::Few(topic, |s, t| topics(s, &mut |topic| t(Value::text(topic))))),
        ("mqtt.topic_len", Reader::Each(topic_len)),
        ("mqtt.msg", Reader::Each(payload)),
        ("mqtt.hdrflags", Reader::One(first_byte)),
    ];
    if let Some((_, reader)) = exact.iter().find(|(name, _)| *name == key) {
        return Some(*reader);
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
    let found = elsewhere.iter().find(|(start, _)| key.starts_with(start));
    found.map(|(_, read)| Reader::Each(*read))
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

fn packet<'r>(record: &'r Record<'r>) -> Option<&'r Packet<'r>> {
    record.decoded?.packet.as_ref()
}

fn packet_type(record: &Record<'_>) -> Option<PacketType> {
    Some(record.decoded?.header.packet_type)
}

/// A field that packets which come here do not have.
fn nowhere<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    packet(subject.record).is_some()
}

/// A field that other packets than these do not have.
fn only_in<'s>(subject: &'s Subject<'s>, types: &[PacketType], _: Take<'_, 's>) -> bool {
    packet_type(subject.record).is_some_and(|kind| !types.contains(&kind))
}

/// The reason codes of PUBACK to PUBCOMP.
fn acknowledgement<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    packet(subject.record).is_some_and(|packet| !matches!(packet, Packet::Ack(_)))
}

fn property<'s>(subject: &'s Subject<'s>, _: Take<'_, 's>) -> bool {
    has_no_properties(subject.record)
}

fn kind<'r>(record: &'r Record<'r>) -> One<'r> {
    packet_type(record).map(|kind| u64::from(kind.0)).into()
}

fn first_byte<'r>(record: &'r Record<'r>) -> One<'r> {
    record.bytes.first().map(|byte| u64::from(*byte)).into()
}

fn length<'r>(record: &'r Record<'r>) -> One<'r> {
    let length = record.decoded.and_then(|decoded| decoded.header.remaining_length);
    length.map_or(One::Unknown, |length| One::Number(length.into()))
}

/// DUP or QoS: 3.1 has them in three more types.
fn flag<'r>(record: &'r Record<'r>, mask: u8, shift: u8) -> One<'r> {
    let Some(decoded) = record.decoded else { return One::Nothing };
    let header = decoded.header;
    let has_it = match header.packet_type {
        PacketType::PUBLISH => true,
        PacketType::PUBREL | PacketType::SUBSCRIBE | PacketType::UNSUBSCRIBE => {
            record.version == Version::V31
        }
        _ => false,
    };
    let value = (header.flags & mask) >> shift;
    has_it.then_some(u64::from(value)).into()
}

fn retain<'r>(record: &'r Record<'r>) -> One<'r> {
    let Some(decoded) = record.decoded else { return One::Nothing };
    let has_it = decoded.header.packet_type == PacketType::PUBLISH;
    has_it.then_some(u64::from(decoded.header.flags & 1)).into()
}

fn id<'r>(record: &'r Record<'r>) -> One<'r> {
    let Some(packet) = packet(record) else { return One::Unknown };
    packet.packet_id().map(u64::from).into()
}

fn payload<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    match packet(subject.record) {
        Some(Packet::Publish(publish)) => {
            let _ = take(Value::bytes(publish.payload));
            true
        }
        packet => packet.is_some(),
    }
}

fn topic_len<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    match packet(subject.record) {
        Some(Packet::Publish(it)) => {
            let _ = take(Value::number(it.topic.0.len() as u64));
            true
        }
        _ => topics(subject, &mut |topic| take(Value::number(topic.len() as u64))),
    }
}

/// The Topic Name. One that an alias stands for is not known yet.
fn topic<'r>(record: &'r Record<'r>) -> One<'r> {
    match packet(record) {
        Some(Packet::Publish(it)) if !it.topic.is_empty() => One::Text(it.topic.0),
        None | Some(Packet::Publish(_) | Packet::Subscribe(_) | Packet::Unsubscribe(_)) => {
            One::Unknown
        }
        Some(_) => One::Nothing,
    }
}

/// The Topic Filters of a packet that has no Topic Name.
fn topics<'s>(subject: &'s Subject<'s>, take: &mut dyn FnMut(&'s [u8]) -> ControlFlow<()>) -> bool {
    match packet(subject.record) {
        None | Some(Packet::Publish(_)) => return false,
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
