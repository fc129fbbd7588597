//! What values do to the conversation, where the words depend on the rest of the packet.

use super::field::Context;
use super::level::ProtocolLevel;
use super::packet_type::PacketType;
use super::reason;
use super::version::{Sender, Version};
use crate::text;
use std::borrow::Cow;

type Words = Cow<'static, str>;

/// QoS of a PUBLISH: (value, name, clause).
pub static QOS: &[(u64, &str, &str)] = &[
    (0, "at most once", "sent once and never acknowledged; it may be lost"),
    (1, "at least once", "the receiver answers with PUBACK; it may arrive twice"),
    (2, "exactly once", "PUBREC, PUBREL and PUBCOMP follow; it arrives once"),
    (3, "not allowed", "both QoS bits must not be 1"),
];

/// QoS that a subscriber asks for.
pub static REQUESTED_QOS: &[(u64, &str, &str)] = &[
    (0, "at most once", "messages come with QoS 0, whatever they were published with"),
    (1, "at least once", "messages come with QoS 1 at most"),
    (2, "exactly once", "messages come with the QoS they were published with"),
    (3, "not allowed", "both QoS bits must not be 1"),
];

/// Retain Handling of a subscription (5.0: section 3.8.3.1).
pub static RETAIN_HANDLING: &[(u64, &str, &str)] = &[
    (0, "send", "retained messages are sent each time the client subscribes"),
    (1, "send if new", "retained messages are sent only if the subscription did not exist yet"),
    (2, "do not send", "no retained messages are sent on subscribing"),
    (3, "not allowed", "the standard reserves this value"),
];

/// Packet type: what the packet is for.
pub fn packet_type(context: &Context, _: u64) -> Words {
    let kind = context.packet_type();
    if kind == PacketType::AUTH && !context.version.is_v5() {
        return "the standard forbids this type before 5.0".into();
    }
    let failed = kind.failed().filter(|_| context.refuses());
    failed.unwrap_or(kind.info().meaning).into()
}

/// The reserved lower bits of the first byte: the value that the type requires.
pub fn header_reserved(context: &Context, value: u64) -> Words {
    let kind = context.packet_type();
    match kind.info().flags {
        _ if kind == PacketType::RESERVED => Words::default(),
        Some(required) if u64::from(required) == value => {
            format!("the value {kind} requires").into()
        }
        Some(required) => format!("{kind} requires {required} ({required:04b})").into(),
        None => Words::default(),
    }
}

/// RETAIN of a PUBLISH, by the side that sends it. Before 5.0 a subscription cannot ask to keep the
/// flag. What has no payload is never stored (3.3.1.3).
pub fn retain(context: &Context, value: u64) -> Words {
    match (value, context.sender) {
        (1.., Some(Sender::Client)) if context.is_empty => {
            "the server deletes the topic's stored message, as the payload is empty"
        }
        (1.., Some(Sender::Server)) if context.is_empty && context.version.is_v5() => {
            "the subscription asked to keep the flag: a message without payload is never stored"
        }
        (1.., Some(Sender::Server)) if context.is_empty => {
            "not a stored message, as one without payload is never stored"
        }
        (1.., None) if context.is_empty => {
            "to the server: delete the topic's stored message, as the payload is empty"
        }
        (0, Some(Sender::Server)) => "a message that was just published, not a stored one",
        (0, _) => "the server does not store the message for later subscribers",
        (_, Some(Sender::Client)) => {
            "the server stores the message as the topic's last and sends it to later subscribers"
        }
        (_, Some(Sender::Server)) if context.version.is_v5() => {
            "a stored message, or one whose flag the subscription asked to keep"
        }
        (_, Some(Sender::Server)) => "a stored message, sent because of a new subscription",
        (_, None) => {
            "to the server: store it as the topic's last message; from the server: a stored message"
        }
    }
    .into()
}

/// Remaining Length: the sum that gives the length of the packet.
pub fn remaining_length(context: &Context, value: u64) -> Words {
    let header = context.field_bytes.saturating_add(1);
    let whole = header.saturating_add(value);
    if value == 0 {
        return format!("nothing follows; the packet has {header} bytes in all").into();
    }
    // Nearly each packet has another sum, so it is made quickly.
    let mut words = String::with_capacity(SUM);
    words.push_str("bytes after this one; ");
    text::add::digits(header, &mut words);
    words.push_str(" + ");
    text::add::number(value, &mut words);
    words.push_str(" = ");
    text::add::number(whole, &mut words);
    words.push_str(" in all");
    if context.field_bytes > 1 {
        words.push_str("; 7 bits a byte, lowest first");
    }
    words.into()
}

/// Room for the words of a sum, in bytes.
const SUM: usize = 80;

/// Packet Identifier: what it ties together.
pub fn packet_id(context: &Context, _: u64) -> Words {
    match context.packet_type() {
        PacketType::PUBLISH if context.header & 0b110 == 0b010 => {
            "the PUBACK that answers carries the same number"
        }
        PacketType::PUBLISH => "PUBREC, PUBREL and PUBCOMP of this message carry the same number",
        PacketType::PUBACK => "that of the PUBLISH which this answers",
        PacketType::PUBREC | PacketType::PUBREL | PacketType::PUBCOMP => {
            "that of the PUBLISH which began this delivery"
        }
        PacketType::SUBSCRIBE => "the SUBACK that answers carries the same number",
        PacketType::SUBACK => "that of the SUBSCRIBE which this answers",
        PacketType::UNSUBSCRIBE => "the UNSUBACK that answers carries the same number",
        PacketType::UNSUBACK => "that of the UNSUBSCRIBE which this answers",
        _ => "",
    }
    .into()
}

/// Property Length: how far the properties reach.
pub fn property_length(_: &Context, value: u64) -> Words {
    match value {
        0 => "no properties".into(),
        1 => "1 byte of properties follows".into(),
        n => format!("{} bytes of properties follow", text::number(n)).into(),
    }
}

/// Protocol Name: which standard it belongs to.
pub fn protocol_name(context: &Context, _: u64) -> Words {
    match context.named {
        Some(Version::V31) => "the name in MQTT 3.1",
        Some(_) => "the name since MQTT 3.1.1",
        None => "",
    }
    .into()
}

/// Protocol Version: which standard the client speaks.
pub fn protocol_level(_: &Context, value: u64) -> Words {
    let level = ProtocolLevel(u8::try_from(value).unwrap_or_default());
    let bridge = if level.is_bridge() {
        ", bridge bit (0x80) set: the client is a broker's bridge"
    } else {
        ""
    };
    match level.version() {
        Some(version) => format!("MQTT {version}{bridge}").into(),
        None => format!("no standard has this level{bridge}").into(),
    }
}

const WILL: u8 = 0b0000_0100;

/// Will: which end of the connection makes the server publish it. A DISCONNECT of 5.0 drops it only
/// with Reason Code 0x00 (section 3.14.4).
pub fn will(context: &Context, value: u64) -> Words {
    match (value, context.version.is_v5()) {
        (0, _) => "nothing is published if the connection is lost",
        (_, true) => {
            "the server publishes the Will Message unless the client leaves with DISCONNECT 0x00"
        }
        (_, false) => {
            "the server publishes the Will Message unless the client leaves with a DISCONNECT"
        }
    }
    .into()
}

/// Will Retain, with or without a Will.
pub fn will_retain(context: &Context, value: u64) -> Words {
    match (context.connect_flags & WILL != 0, value) {
        (false, 0) => "no Will, so it must be 0",
        (false, _) => "no Will, so it should be 0",
        (true, 0) => "the Will Message is not stored for later subscribers",
        (true, _) if context.is_empty => {
            "the server deletes the topic's stored message, as the Will Message is empty"
        }
        (true, _) => "the server stores the Will Message as the topic's last",
    }
    .into()
}

/// Will QoS, with or without a Will.
pub fn will_qos(context: &Context, value: u64) -> Words {
    match (context.connect_flags & WILL != 0, value) {
        (_, 3) => "not allowed: both QoS bits must not be 1",
        (false, 0) => "no Will, so it must be 0",
        (false, _) => "no Will, so it should be 0",
        (true, 0) => "the Will Message is published at most once",
        (true, 1) => "the Will Message is published at least once",
        (true, _) => "the Will Message is published exactly once",
    }
    .into()
}

/// Clean Start (5.0) or Clean Session (3.x).
pub fn clean_start(context: &Context, value: u64) -> Words {
    match (value, context.version.is_v5()) {
        (0, true) => "the server goes on with the client's earlier session if it has one",
        (_, true) => "any earlier session of this client is dropped",
        (0, false) => "the session goes on from the last connection, and is kept after this one",
        (_, false) => "any earlier session is dropped, and this one ends with the connection",
    }
    .into()
}

/// Session Present: where the connection is refused there is no session, and the flag must be 0
/// (5.0: [MQTT-3.2.2-6], 3.1.1: [MQTT-3.2.2-4]).
pub fn session_present(context: &Context, value: u64) -> Words {
    match (value, context.refuses()) {
        (0, false) => "the server starts without a stored session",
        (_, false) => "the server goes on with the session that it stored for this client",
        (0, true) => "the connection is refused, so there is no session to go on with",
        (_, true) => "the connection is refused, so it must be 0",
    }
    .into()
}

/// Keep Alive: when the server gives up.
pub fn keep_alive(_: &Context, value: u64) -> Words {
    if value == 0 {
        return "turned off: silence never closes the connection".into();
    }
    let tenths = value.saturating_mul(15);
    let whole = tenths.checked_div(10).unwrap_or_default();
    let half = if tenths.checked_rem(10).unwrap_or_default() == 0 { "" } else { ".5" };
    format!("after {}{half} s of silence (1.5 times) the server closes", text::number(whole)).into()
}

/// Client Identifier: the name of the session.
pub fn client_id(context: &Context, _: u64) -> Words {
    let clean = context.connect_flags & 0b10 != 0;
    match (context.field_bytes > 2, context.version, clean) {
        (true, ..) => "the server keeps the session under this name".into(),
        (false, Version::V5, _) => "empty: the server makes a name and sends it in CONNACK".into(),
        (false, Version::V311, true) => "empty: the server makes a name for this connection".into(),
        (false, Version::V311, false) => {
            "empty, which needs Clean Session 1: the server refuses".into()
        }
        (false, ..) => "empty, which 3.1 does not allow: 1 to 23 characters".into(),
    }
}

/// Will Payload: what is published.
pub fn will_payload(_: &Context, _: u64) -> Words {
    "the message that is published".into()
}

/// Topic Name of a PUBLISH.
pub fn topic(context: &Context, _: u64) -> Words {
    match (context.field_bytes, context.version.is_v5()) {
        (0..=2, true) => "empty: the topic is the one that the Topic Alias stands for",
        (0..=2, false) => "empty, which the standard does not allow",
        _ => "subscribers whose filter matches it get the message",
    }
    .into()
}

/// Topic Filter of a SUBSCRIBE. Shared subscriptions came with 5.0 (section 4.8.2), but servers offer
/// them to older clients too.
pub fn topic_filter(context: &Context, _: u64) -> Words {
    match context.field_bytes {
        0..=2 => "empty, which the standard does not allow",
        _ if context.is_shared && context.version.is_v5() => {
            "shared: each message on a matching topic goes to one client of the group"
        }
        _ if context.is_shared => {
            "unknown to the standard before 5.0, but a server that shares subscriptions sends each \
             message on a matching topic to one client of the group"
        }
        _ => "messages on matching topics go to this client",
    }
    .into()
}

/// Payload of a PUBLISH.
pub fn payload(context: &Context, _: u64) -> Words {
    if context.field_bytes == 0 {
        return match context.sender {
            None | Some(Sender::Client) if context.is_empty && context.header & 1 == 1 => {
                "no bytes: with RETAIN 1 this deletes the topic's stored message"
            }
            _ => "no bytes",
        }
        .into();
    }
    length_words(context.field_bytes, "the application message")
}

fn length_words(bytes: u64, what: &str) -> Words {
    if bytes == 0 {
        return format!("{what}; no bytes").into();
    }
    let mut words = String::with_capacity(SUM);
    words.push_str(what);
    words.push_str(", ");
    text::add::count(bytes, "byte", &mut words);
    words.into()
}

/// A reason code of 5.0, in the packet that carries it.
pub fn reason_code(context: &Context, value: u64) -> Words {
    let code = u8::try_from(value).unwrap_or_default();
    match reason::reason(context.packet_type(), code) {
        Some(info) => info.meaning.into(),
        None => format!("not a reason code of {}", context.packet_type()).into(),
    }
}

/// A return code of 3.1 or 3.1.1, in the packet that carries it.
pub fn return_code(context: &Context, value: u64) -> Words {
    let code = u8::try_from(value).unwrap_or_default();
    match reason::return_code_v3(context.packet_type(), code, context.version) {
        Some(info) => info.meaning.into(),
        None => {
            format!("not a return code of {} in {}", context.packet_type(), context.version).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_in_the_version_of_the_packet() {
        let context = |version| Context { version, sender: Some(Sender::Server), ..<_>::default() };
        let (v311, v5) = (context(Version::V311), context(Version::V5));
        // Retain As Published came with 5.0.
        assert!(!retain(&v311, 1).contains("asked") && retain(&v5, 1).contains("asked"));
        // A DISCONNECT of 5.0 may ask for the Will Message all the same.
        assert!(will(&v5, 1).contains("0x00") && !will(&v311, 1).contains("0x00"));
        assert_eq!(header_reserved(&v311, 0), "");
    }

    /// 3.1.2.1 of each standard; 3.1 has the other name.
    #[test]
    fn a_protocol_name_is_of_the_version_that_has_it() {
        let words = |name: &[u8]| {
            let named = ProtocolLevel::named(name);
            let context = Context { version: Version::V311, named, ..<_>::default() };
            protocol_name(&context, 0)
        };
        assert_eq!(words(b"MQIsdp"), "the name in MQTT 3.1");
        assert_eq!(words(b"MQTT"), "the name since MQTT 3.1.1");
        assert_eq!(words(b"MQTt"), "");
    }
}
