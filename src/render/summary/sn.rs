//! What matters of a message of MQTT-SN, by its type.

use super::info::{Info, payload};
use crate::mqttsn::{Message, Topic};
use crate::render::paint::Role;
use crate::render::{sn, words};
use crate::session::sn::Told;
use crate::spec::sn::{Flags, MessageType as T, return_code};
use crate::text::Escaped;

impl Info<'_, '_> {
    /// Adds what matters of the message to the line. A topic name that stands in another message
    /// stands between brackets.
    pub(super) fn message(&mut self, message: &Message<'_>) {
        self.topic_of(message);
        match message.message_type {
            T::CONNECT => self.connect_of(message),
            T::PUBLISH => self.publish_of(message),
            T::SUBSCRIBE => self.qos_of(message),
            T::SUBACK if message.return_code == Some(0) => {
                self.item(format_args!("Granted QoS {}", message.flags.qos_name()));
            }
            T::WILLTOPIC | T::WILLTOPICUPD => self.will_of(message),
            T::DISCONNECT => {
                if let Some(duration) = message.duration {
                    self.item(format_args!("Sleep {duration} s"));
                }
            }
            T::PINGREQ if message.client_id.is_some() => self.item("awake"),
            T::ADVERTISE => self.item(format_args!("every {} s", message.duration.unwrap_or(0))),
            _ => {}
        }
        if let Some(id) = message.gateway_id {
            self.item(format_args!("gateway {id}"));
        }
        if let Some(id) = message.msg_id.filter(|id| *id != 0) {
            self.id(id);
        }
        if let Some(code) = message.return_code {
            self.code_of(message, code);
        }
        if let Some(data) = message.data {
            self.item_by(Role::Meaning, |out| payload(data, out));
        }
        if let Some(node) = self.record.sn.and_then(|sn| sn.decoded.node) {
            self.item_in(Role::Dim, format_args!("node {}", words::bytes(node, 32)));
        }
    }

    fn topic_of(&mut self, message: &Message<'_>) {
        let topic = self.record.sn.and_then(|sn| sn.topic);
        let is_here = matches!(message.topic, Some(Topic::Short(_) | Topic::Name(_)));
        if let Some(topic) = topic.filter(|_| !is_here) {
            self.item_in(Role::Value, format_args!("[{}]", Escaped(&topic.name)));
        }
        if let Some(name) = message.topic_name {
            self.item_in(Role::Value, words::quoted(name, usize::MAX));
        }
        match message.topic {
            Some(Topic::Short(name) | Topic::Name(name)) => {
                self.item_in(Role::Value, words::quoted(name, usize::MAX));
            }
            Some(Topic::Predefined(id)) => {
                self.item_in(Role::Value, format_args!("pre-defined TopicId {id}"));
            }
            Some(Topic::Id(0)) => {}
            // The answer to a PUBLISH with a short name has its two characters for an id.
            Some(Topic::Id(_)) if topic.is_some_and(|topic| topic.told == Told::Short) => {}
            Some(Topic::Id(id)) => {
                let source = topic.and_then(sn::source).map(|source| format!(" ({source})"));
                self.item(format_args!("TopicId {id}{}", source.unwrap_or_default()));
            }
            None => {}
        }
    }

    fn connect_of(&mut self, message: &Message<'_>) {
        self.item_in(Role::Value, "MQTT-SN 1.2");
        if self.record.client_id != message.client_id {
            let id = message.client_id.unwrap_or_default();
            self.item(format_args!("client {}", words::quoted(id, usize::MAX)));
        }
        let is_clean = message.flags.meets(Flags::CLEAN_SESSION);
        self.item(format_args!("CleanSession {}", u8::from(is_clean)));
        self.item(format_args!("Duration {} s", message.duration.unwrap_or_default()));
        if message.flags.meets(Flags::WILL) {
            self.item("Will");
        }
    }

    fn publish_of(&mut self, message: &Message<'_>) {
        self.qos_of(message);
        for (flag, name) in [(Flags::DUP, "DUP"), (Flags::RETAIN, "Retain")] {
            if message.flags.meets(flag) {
                self.item(name);
            }
        }
    }

    fn will_of(&mut self, message: &Message<'_>) {
        let Some(topic) = message.will_topic else { return self.item("no Will") };
        self.item_in(Role::Value, words::quoted(topic, usize::MAX));
        self.qos_of(message);
        if message.flags.meets(Flags::RETAIN) {
            self.item("Retain");
        }
    }

    fn qos_of(&mut self, message: &Message<'_>) {
        self.item(format_args!("QoS {}", message.flags.qos_name()));
    }

    /// A code in words; where it tells of a failure the number too.
    fn code_of(&mut self, message: &Message<'_>, code: u8) {
        let name = return_code::return_code(code).map_or("reserved", |info| info.name);
        match (message.message_type, code) {
            // What was granted says as much.
            (T::SUBACK, 0) => {}
            (_, 0) => self.item(name),
            _ => self.item_in(Role::Error, format_args!("{code} {name}")),
        }
    }
}
