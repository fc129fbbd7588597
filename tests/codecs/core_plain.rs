//! The crate `mqtt-protocol-core`: its packets of 3.1.1 and 5.0, told plainly, and its parser.

use crate::plain::{Plain, Properties, Value};
use mqtt_protocol_core::mqtt::packet::{self, Packet, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::prelude::PropertyValueAccess;
use mqttscope::mqtt::{Framing, frame};
use mqttscope::spec::{PacketType, Version};

// The versions have types of their own with the same methods.
macro_rules! connect_fields {
    ($new:expr, $p:expr) => {
        $new.bytes("protocol_name", $p.protocol_name())
            .number("level", $p.protocol_version())
            .number("clean_start", $p.clean_start())
            .number("keep_alive", $p.keep_alive())
            .bytes("client_id", $p.client_id())
            .maybe_number("will_qos", $p.will_flag().then(|| $p.will_qos() as u8))
            .maybe_number("will_retain", $p.will_flag().then(|| $p.will_retain()))
            .maybe_bytes("will_topic", $p.will_topic())
            .maybe_bytes("will_payload", $p.will_payload())
            .maybe_bytes("user_name", $p.user_name())
            .maybe_bytes("password", $p.password())
    };
}

macro_rules! publish_fields {
    ($new:expr, $p:expr) => {
        $new.number("dup", $p.dup())
            .number("qos", $p.qos() as u8)
            .number("retain", $p.retain())
            .bytes("topic", $p.topic_name())
            .maybe_number("packet_id", $p.packet_id())
            .bytes("payload", $p.payload().as_slice())
    };
}

macro_rules! reason_fields {
    ($new:expr, $p:expr) => {
        $new.maybe_number("reason", $p.reason_code().map(|code| code as u8))
            .properties($p.props().as_ref().map(|props| properties(props)).unwrap_or_default())
    };
}

/// The packet's typed values.
pub(crate) fn plain(packet: &Packet) -> Plain {
    let new = Plain::new(PacketType(packet.packet_type() as u8).name());
    match packet {
        Packet::V3_1_1Connect(p) => connect_fields!(new, p),
        Packet::V5_0Connect(p) => connect_fields!(new, p)
            .properties(properties(p.props()))
            .will_properties(properties(p.will_props())),
        Packet::V3_1_1Connack(p) => {
            new.number("session_present", p.session_present()).number("code", p.return_code() as u8)
        }
        Packet::V5_0Connack(p) => new
            .number("session_present", p.session_present())
            .number("code", p.reason_code() as u8)
            .properties(properties(p.props())),
        Packet::V3_1_1Publish(p) => publish_fields!(new, p),
        Packet::V5_0Publish(p) => publish_fields!(new, p).properties(properties(p.props())),
        Packet::V3_1_1Puback(p) => new.number("packet_id", p.packet_id()),
        Packet::V3_1_1Pubrec(p) => new.number("packet_id", p.packet_id()),
        Packet::V3_1_1Pubrel(p) => new.number("packet_id", p.packet_id()),
        Packet::V3_1_1Pubcomp(p) => new.number("packet_id", p.packet_id()),
        Packet::V5_0Puback(p) => reason_fields!(new.number("packet_id", p.packet_id()), p),
        Packet::V5_0Pubrec(p) => reason_fields!(new.number("packet_id", p.packet_id()), p),
        Packet::V5_0Pubrel(p) => reason_fields!(new.number("packet_id", p.packet_id()), p),
        Packet::V5_0Pubcomp(p) => reason_fields!(new.number("packet_id", p.packet_id()), p),
        Packet::V3_1_1Subscribe(p) => entries(new.number("packet_id", p.packet_id()), p.entries()),
        Packet::V5_0Subscribe(p) => entries(new.number("packet_id", p.packet_id()), p.entries())
            .properties(properties(p.props())),
        Packet::V3_1_1Suback(p) => new
            .number("packet_id", p.packet_id())
            .bytes("codes", p.return_codes().iter().map(|code| *code as u8).collect::<Vec<_>>()),
        Packet::V5_0Suback(p) => new
            .number("packet_id", p.packet_id())
            .bytes("codes", p.reason_codes().iter().map(|code| *code as u8).collect::<Vec<_>>())
            .properties(properties(p.props())),
        Packet::V3_1_1Unsubscribe(p) => {
            filters(new.number("packet_id", p.packet_id()), p.entries())
        }
        Packet::V5_0Unsubscribe(p) => filters(new.number("packet_id", p.packet_id()), p.entries())
            .properties(properties(p.props())),
        Packet::V3_1_1Unsuback(p) => new.number("packet_id", p.packet_id()).bytes("codes", []),
        Packet::V5_0Unsuback(p) => new
            .number("packet_id", p.packet_id())
            .bytes("codes", p.reason_codes().iter().map(|code| *code as u8).collect::<Vec<_>>())
            .properties(properties(p.props())),
        Packet::V5_0Disconnect(p) => reason_fields!(new, p),
        Packet::V5_0Auth(p) => reason_fields!(new, p),
        Packet::V3_1_1Pingreq(_)
        | Packet::V3_1_1Pingresp(_)
        | Packet::V3_1_1Disconnect(_)
        | Packet::V5_0Pingreq(_)
        | Packet::V5_0Pingresp(_) => new,
    }
}

fn entries(new: Plain, entries: &[packet::SubEntry]) -> Plain {
    entries.iter().fold(new, |plain, entry| {
        let [options] = *entry.sub_opts().to_buffer();
        plain.bytes("filter", entry.topic_filter()).number("options", options)
    })
}

fn filters(new: Plain, filters: &[packet::MqttString]) -> Plain {
    filters.iter().fold(new, |plain, filter| plain.bytes("filter", filter.as_str()))
}

fn properties(properties: &[packet::Property]) -> Properties {
    properties.iter().map(|property| (property.id().as_u8(), value(property))).collect()
}

fn value(property: &packet::Property) -> Value {
    let number = (property.as_u8().map(u64::from))
        .or_else(|| property.as_u16().map(u64::from))
        .or_else(|| property.as_u32().map(u64::from));
    match (number, property.as_str(), property.as_bytes(), property.as_key_value()) {
        (Some(number), ..) => Value::number(number),
        (_, Some(text), ..) => Value::bytes(text),
        (_, _, Some(bytes), _) => Value::bytes(bytes),
        (.., Some((name, text))) => Value::pair(name, text),
        _ => panic!("a property without a value: {property:?}"),
    }
}

/// What the codec makes of whole packets' bytes; it takes what stands behind the fixed header.
pub(crate) fn parse(bytes: &[u8], version: Version) -> Option<Packet> {
    let Framing::Length(len) = frame(bytes) else { return None };
    let header = 1 + bytes[1..].iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let body = bytes.get(header..len).filter(|_| len == bytes.len())?;
    let flags = bytes[0] & 0x0f;
    // The parser of this packet type; all of the body must be taken.
    macro_rules! whole {
        ($parsed:expr) => {
            $parsed.ok().filter(|(_, taken)| *taken == body.len()).map(|(packet, _)| packet.into())
        };
    }
    match (PacketType::of_header(bytes[0]), version.is_v5()) {
        (PacketType::CONNECT, false) => whole!(v3_1_1::Connect::parse(body)),
        (PacketType::CONNECT, true) => whole!(v5_0::Connect::parse(body)),
        (PacketType::CONNACK, false) => whole!(v3_1_1::Connack::parse(body)),
        (PacketType::CONNACK, true) => whole!(v5_0::Connack::parse(body)),
        (PacketType::PUBLISH, false) => whole!(v3_1_1::Publish::parse(flags, body.into())),
        (PacketType::PUBLISH, true) => whole!(v5_0::Publish::parse(flags, body.into())),
        (PacketType::PUBACK, true) => whole!(v5_0::Puback::parse(body)),
        (PacketType::PUBREC, true) => whole!(v5_0::Pubrec::parse(body)),
        (PacketType::PUBREL, true) => whole!(v5_0::Pubrel::parse(body)),
        (PacketType::PUBCOMP, true) => whole!(v5_0::Pubcomp::parse(body)),
        (PacketType::SUBSCRIBE, false) => whole!(v3_1_1::Subscribe::parse(body)),
        (PacketType::SUBSCRIBE, true) => whole!(v5_0::Subscribe::parse(body)),
        (PacketType::SUBACK, false) => whole!(v3_1_1::Suback::parse(body)),
        (PacketType::SUBACK, true) => whole!(v5_0::Suback::parse(body)),
        (PacketType::UNSUBSCRIBE, false) => whole!(v3_1_1::Unsubscribe::parse(body)),
        (PacketType::UNSUBSCRIBE, true) => whole!(v5_0::Unsubscribe::parse(body)),
        (PacketType::UNSUBACK, true) => whole!(v5_0::Unsuback::parse(body)),
        (PacketType::DISCONNECT, true) => whole!(v5_0::Disconnect::parse(body)),
        (PacketType::AUTH, true) => whole!(v5_0::Auth::parse(body)),
        _ => None,
    }
}
