//! What values of MQTT-SN do, where the words depend on the rest of the message.

use super::flags::Flags;
use super::message_type::MessageType as T;
use super::return_code;
use crate::spec::field::Context;
use crate::spec::version::Sender;
use crate::text;
use std::borrow::Cow;

type Words = Cow<'static, str>;

/// Length: what it counts.
pub fn length(context: &Context, value: u64) -> Words {
    let own = if context.field_bytes > 1 { "three" } else { "this" };
    let byte = if context.field_bytes > 1 { "bytes" } else { "byte" };
    match value.checked_sub(context.field_bytes) {
        None | Some(0) => "too small: it counts itself and the message type".into(),
        Some(rest) => {
            format!("bytes in all: {own} {byte}, and {} behind", text::number(rest)).into()
        }
    }
}

/// Message type: what the message is for.
pub fn message_type(_: &Context, value: u64) -> Words {
    let info = u8::try_from(value).ok().and_then(|value| T(value).info());
    info.map_or("the standard reserves this type", |info| info.meaning).into()
}

/// The words for a flag, or that the message has no use for it.
fn used(context: &Context, flag: Flags, words: &'static str) -> Words {
    if context.message_type.uses(flag) {
        return words.into();
    }
    format!("not used in {}", context.message_type).into()
}

/// DUP.
pub fn dup(context: &Context, value: u64) -> Words {
    let words = match value {
        0 => "this is the first attempt to send the message",
        _ => "sent again: an earlier attempt may have arrived already",
    };
    used(context, Flags::DUP, words)
}

/// QoS, by what the message does with it.
pub fn qos(context: &Context, value: u64) -> Words {
    let words = match (context.message_type, value) {
        (T::SUBSCRIBE, 0) => "messages come with QoS 0, whatever they were published with",
        (T::SUBSCRIBE, 1) => "messages come with QoS 1 at most",
        (T::SUBSCRIBE, 2) => "messages come with the QoS they were published with",
        (T::SUBACK, 0) => "granted: messages come with QoS 0",
        (T::SUBACK, 1) => "granted: messages come with QoS 1 at most",
        (T::SUBACK, 2) => "granted: messages come with QoS 2 at most",
        (T::WILLTOPIC | T::WILLTOPICUPD, 0..=2) => "the Will message is published with it",
        (T::PUBLISH, 0) => "at most once: sent once and never acknowledged; it may be lost",
        (T::PUBLISH, 1) => "at least once: the receiver answers with PUBACK; it may arrive twice",
        (T::PUBLISH, 2) => "exactly once: PUBREC, PUBREL and PUBCOMP follow; it arrives once",
        (T::PUBLISH, _) => "QoS -1: the client needs no connection, and nothing answers",
        _ => "QoS -1, which only a PUBLISH may have",
    };
    used(context, Flags::QOS, words)
}

/// Retain, by the side that sends it.
pub fn retain(context: &Context, value: u64) -> Words {
    let words = match (context.message_type, value, context.sender) {
        (T::WILLTOPIC | T::WILLTOPICUPD, 0, _) => {
            "the Will message is not kept for later subscribers"
        }
        (T::WILLTOPIC | T::WILLTOPICUPD, _, _) => "the Will message is kept for later subscribers",
        (_, 1.., Some(Sender::Client)) if context.is_empty => {
            "the topic's stored message is deleted, as there is no data"
        }
        (_, 1.., Some(Sender::Server)) if context.is_empty => {
            "not a stored message, as one without data is never stored"
        }
        (_, 1.., None) if context.is_empty => {
            "to the gateway: delete the topic's stored message, as there is no data"
        }
        (_, 0, Some(Sender::Server)) => "a message that was just published, not a stored one",
        (_, 0, _) => "the message is not stored for later subscribers",
        (_, _, Some(Sender::Client)) => {
            "the message is stored as the topic's last and sent to later subscribers"
        }
        (_, _, Some(Sender::Server)) => "a stored message",
        (_, _, None) => {
            "to the gateway: store it as the topic's last message; from it: a stored message"
        }
    };
    used(context, Flags::RETAIN, words)
}

/// Will.
pub fn will(context: &Context, value: u64) -> Words {
    let words = match value {
        0 => "nothing is published where the client is lost",
        _ => "the gateway asks for the Will topic and the Will message next",
    };
    used(context, Flags::WILL, words)
}

/// CleanSession (section 6.3).
pub fn clean_session(context: &Context, value: u64) -> Words {
    let words = match value {
        0 => "the gateway goes on with the subscriptions and the Will that it has of this client",
        _ => "earlier subscriptions and the Will of this client are dropped",
    };
    used(context, Flags::CLEAN_SESSION, words)
}

/// TopicIdType.
pub fn topic_id_type(context: &Context, value: u64) -> Words {
    let in_full = matches!(context.message_type, T::SUBSCRIBE | T::UNSUBSCRIBE);
    let words = match value {
        0 if in_full => "the topic name stands here in full",
        0 => "normal: an id that REGISTER or SUBACK assigned",
        1 => "pre-defined: an id that both ends know beforehand",
        2 => "short: the topic name itself, two characters",
        _ => "the standard reserves this value",
    };
    used(context, Flags::TOPIC_ID_TYPE, words)
}

/// Duration of a CONNECT.
pub fn keep_alive(_: &Context, value: u64) -> Words {
    if value == 0 {
        return "Keep Alive is off, as 0 means in MQTT".into();
    }
    "Keep Alive: the client sends something at least this often, if only PINGREQ".into()
}

/// Duration of a DISCONNECT (section 6.14).
pub fn sleep(context: &Context, value: u64) -> Words {
    match context.sender {
        Some(Sender::Server) => "the sleep that the client asked for".into(),
        _ => {
            let time = text::seconds(value).unwrap_or_else(|| format!("{value} s"));
            format!("Sleep: the gateway keeps messages, and expects a PINGREQ within {time}").into()
        }
    }
}

/// MsgId: what it ties together.
pub fn msg_id(context: &Context, value: u64) -> Words {
    match context.message_type {
        T::PUBLISH => match (context.flags.qos(), value) {
            (1, _) => "the PUBACK that answers carries the same number",
            (2, _) => "PUBREC, PUBREL and PUBCOMP of this message carry the same number",
            (_, 0) => "none: nothing answers",
            _ => "of no use: nothing answers",
        },
        T::REGISTER => "the REGACK that answers carries the same number",
        T::REGACK => "that of the REGISTER which this answers",
        T::PUBACK => "that of the PUBLISH which this answers",
        T::PUBREC | T::PUBREL | T::PUBCOMP => "that of the PUBLISH which began this delivery",
        T::SUBSCRIBE => "the SUBACK that answers carries the same number",
        T::SUBACK => "that of the SUBSCRIBE which this answers",
        T::UNSUBSCRIBE => "the UNSUBACK that answers carries the same number",
        T::UNSUBACK => "that of the UNSUBSCRIBE which this answers",
        _ => "",
    }
    .into()
}

/// ProtocolId.
pub fn protocol_id(_: &Context, value: u64) -> Words {
    match value {
        1 => "MQTT-SN 1.2, and the versions before it",
        _ => "not MQTT-SN 1.2",
    }
    .into()
}

/// Radius of a SEARCHGW.
pub fn radius(_: &Context, value: u64) -> Words {
    match value {
        0 => "broadcast to all nodes of the network".into(),
        1 => "broadcast to the nodes next to this one".into(),
        n => format!("broadcast over at most {n} hops").into(),
    }
}

/// Radius in the control byte of a forwarder.
pub fn control_radius(_: &Context, value: u64) -> Words {
    match value {
        0 => "not broadcast".into(),
        n => {
            format!("to the forwarder: broadcast over {n} {}", if n == 1 { "hop" } else { "hops" })
                .into()
        }
    }
}

/// Wireless Node Id.
pub fn wireless_node_id(context: &Context, _: u64) -> Words {
    match context.sender {
        Some(Sender::Client) => "the client that sent the message to the forwarder",
        Some(Sender::Server) => "the client that the forwarder is to pass the message to",
        None => "the client that the message is from or for",
    }
    .into()
}

/// ReturnCode, in the message that carries it.
pub fn return_code(context: &Context, value: u64) -> Words {
    let code = u8::try_from(value).unwrap_or(u8::MAX);
    return_code::meaning(context.message_type, code).into()
}

/// A topic id, by the message that carries it.
pub fn topic_id(context: &Context, value: u64) -> Words {
    match (context.message_type, value) {
        (T::REGISTER, 0) => "none yet: the gateway chooses one and tells it in REGACK",
        (T::REGISTER, _) => "the gateway uses this number for the topic in PUBLISH",
        (T::REGACK, 0) => "none was assigned",
        (T::REGACK, _) => "PUBLISH uses this number for the topic",
        (T::SUBACK, 0) => "none: the filter may match several topics, or needs no id",
        (T::SUBACK, _) => "PUBLISH uses this number for the topic",
        (T::PUBACK, _) => "that of the PUBLISH which this answers",
        _ => "stands for the topic",
    }
    .into()
}

/// TopicName of a REGISTER.
pub fn topic_name(context: &Context, _: u64) -> Words {
    match context.sender {
        Some(Sender::Client) => "the client wants to publish here",
        Some(Sender::Server) => "messages of this topic follow for the client",
        None => "the topic that gets an id",
    }
    .into()
}

/// TopicName of a SUBSCRIBE or UNSUBSCRIBE.
pub fn topic_filter(context: &Context, _: u64) -> Words {
    match context.message_type {
        T::UNSUBSCRIBE => "the subscription to exactly this filter ends",
        _ => "messages on matching topics go to this client",
    }
    .into()
}

/// Data of a PUBLISH.
pub fn data(context: &Context, _: u64) -> Words {
    match context.field_bytes {
        0 if context.flags.meets(Flags::RETAIN) && context.sender != Some(Sender::Server) => {
            "no bytes: with Retain 1 this deletes the topic's stored message".into()
        }
        0 => "no bytes".into(),
        n => format!("the application message, {}", text::count(n, "byte")).into(),
    }
}
