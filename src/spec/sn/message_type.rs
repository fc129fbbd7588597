//! The message types (section 5.2.2), with the fields of each in the order of its bytes (5.4).

use super::flags::Flags;
use crate::spec::{Field, Sender};
use std::fmt;

/// The byte behind Length: which message this is.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageType(pub u8);

/// What the standard says of one message type.
#[derive(Debug)]
pub struct MessageTypeInfo {
    /// The value on the wire.
    pub value: u8,
    /// The standard's name, in capitals.
    pub name: &'static str,
    /// The only side that may send it; `None` where both may.
    pub sender: Option<Sender>,
    /// The flags that it uses; the others are not looked at.
    pub flags: Flags,
    /// Its fields behind the message type.
    pub parts: &'static [Part],
    /// The section that describes it.
    pub section: &'static str,
    /// What it is for, as one clause.
    pub meaning: &'static str,
}

/// One field of a message, by the way in which it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The byte of flags.
    Flags,
    /// A number of one byte.
    Byte(Field),
    /// A number of two bytes.
    Number(Field),
    /// Everything up to the end of the message.
    Tail(Field),
    /// Two bytes: a topic id or a short topic name, as TopicIdType says.
    TopicId,
    /// A topic name up to the end, or two bytes, as TopicIdType says.
    TopicNameOrId,
    /// The message may end here.
    MayEnd,
}

use Part::{Byte, MayEnd, Number, Tail, TopicId, TopicNameOrId};

const CLIENT: Option<Sender> = Some(Sender::Client);
const GATEWAY: Option<Sender> = Some(Sender::Server);
const BOTH: Option<Sender> = None;

const PUBLISH_FLAGS: Flags =
    Flags::DUP.and(Flags::QOS).and(Flags::RETAIN).and(Flags::TOPIC_ID_TYPE);
const WILL_FLAGS: Flags = Flags::QOS.and(Flags::RETAIN);
const RETURN_CODE: Part = Byte(Field::SN_RETURN_CODE);
const MSG_ID: Part = Number(Field::SN_MSG_ID);
const NO_PARTS: &[Part] = &[];
const WILL_TOPIC: &[Part] = &[MayEnd, Part::Flags, Tail(Field::SN_WILL_TOPIC)];

// Turns   NAME = value, sender, flags, parts, section, meaning;   into
// pub const NAME: MessageType = MessageType(value)   and a row of MESSAGE_TYPES.
macro_rules! message_types {
    ($($name:ident = $value:literal, $sender:expr, $flags:expr, $parts:expr, $section:literal, $meaning:literal;)*) => {
        impl MessageType {
            $(#[doc = concat!("The message type ", stringify!($name), ".")]
            pub const $name: Self = Self($value);)*
        }
        /// The rows, in the order of the values.
        pub static MESSAGE_TYPES: &[MessageTypeInfo] = &[$(MessageTypeInfo {
            value: $value,
            name: stringify!($name),
            sender: $sender,
            flags: $flags,
            parts: $parts,
            section: $section,
            meaning: $meaning,
        }),*];
    };
}

#[rustfmt::skip]
message_types! {
    ADVERTISE = 0x00, GATEWAY, Flags::NONE, &[Byte(Field::SN_GW_ID), Number(Field::SN_ADVERTISE_DURATION)],
        "5.4.1", "a gateway tells everybody that it is there";
    SEARCHGW = 0x01, CLIENT, Flags::NONE, &[Byte(Field::SN_RADIUS)],
        "5.4.2", "a client looks for a gateway";
    GWINFO = 0x02, BOTH, Flags::NONE, &[Byte(Field::SN_GW_ID), MayEnd, Tail(Field::SN_GW_ADDRESS)],
        "5.4.3", "answers a SEARCHGW: here is a gateway";
    CONNECT = 0x04, CLIENT, Flags::WILL.and(Flags::CLEAN_SESSION),
        &[Part::Flags, Byte(Field::SN_PROTOCOL_ID), Number(Field::SN_KEEP_ALIVE), Tail(Field::SN_CLIENT_ID)],
        "5.4.4", "a client asks to open a connection";
    CONNACK = 0x05, GATEWAY, Flags::NONE, &[RETURN_CODE], "5.4.5", "the gateway answers the CONNECT";
    WILLTOPICREQ = 0x06, GATEWAY, Flags::NONE, NO_PARTS, "5.4.6", "the gateway asks for the Will topic";
    WILLTOPIC = 0x07, CLIENT, WILL_FLAGS, WILL_TOPIC, "5.4.7", "the client tells its Will topic; without a body: it has no Will";
    WILLMSGREQ = 0x08, GATEWAY, Flags::NONE, NO_PARTS, "5.4.8", "the gateway asks for the Will message";
    WILLMSG = 0x09, CLIENT, Flags::NONE, &[Tail(Field::SN_WILL_MESSAGE)], "5.4.9", "the client tells its Will message";
    REGISTER = 0x0a, BOTH, Flags::NONE, &[Number(Field::SN_TOPIC_ID), MSG_ID, Tail(Field::SN_TOPIC_NAME)],
        "5.4.10", "asks for an id of a topic name (client), or tells one (gateway)";
    REGACK = 0x0b, BOTH, Flags::NONE, &[Number(Field::SN_TOPIC_ID), MSG_ID, RETURN_CODE], "5.4.11", "answers the REGISTER";
    PUBLISH = 0x0c, BOTH, PUBLISH_FLAGS, &[Part::Flags, TopicId, MSG_ID, Tail(Field::SN_DATA)],
        "5.4.12", "carries an application message";
    PUBACK = 0x0d, BOTH, Flags::NONE, &[Number(Field::SN_TOPIC_ID), MSG_ID, RETURN_CODE],
        "5.4.13", "answers a PUBLISH of QoS 1, or tells why a PUBLISH is refused";
    PUBCOMP = 0x0e, BOTH, Flags::NONE, &[MSG_ID], "5.4.14", "QoS 2, step 4 of 4: the delivery is complete";
    PUBREC = 0x0f, BOTH, Flags::NONE, &[MSG_ID], "5.4.14", "QoS 2, step 2 of 4: the receiver has the message";
    PUBREL = 0x10, BOTH, Flags::NONE, &[MSG_ID], "5.4.14", "QoS 2, step 3 of 4: the sender lets the message go";
    SUBSCRIBE = 0x12, CLIENT, Flags::DUP.and(Flags::QOS).and(Flags::TOPIC_ID_TYPE), &[Part::Flags, MSG_ID, TopicNameOrId],
        "5.4.15", "a client asks for messages on a topic";
    SUBACK = 0x13, GATEWAY, Flags::QOS, &[Part::Flags, Number(Field::SN_TOPIC_ID), MSG_ID, RETURN_CODE],
        "5.4.16", "the gateway answers the SUBSCRIBE";
    UNSUBSCRIBE = 0x14, CLIENT, Flags::TOPIC_ID_TYPE, &[Part::Flags, MSG_ID, TopicNameOrId],
        "5.4.17", "a client gives up a subscription";
    UNSUBACK = 0x15, GATEWAY, Flags::NONE, &[MSG_ID], "5.4.18", "the gateway answers the UNSUBSCRIBE";
    PINGREQ = 0x16, BOTH, Flags::NONE, &[MayEnd, Tail(Field::SN_PING_CLIENT_ID)],
        "5.4.19", "asks whether the other end is alive; with a ClientId: a sleeping client is awake";
    PINGRESP = 0x17, BOTH, Flags::NONE, NO_PARTS,
        "5.4.20", "answers the PINGREQ; to a sleeping client: there are no more messages for it";
    DISCONNECT = 0x18, BOTH, Flags::NONE, &[MayEnd, Number(Field::SN_SLEEP_DURATION)],
        "5.4.21", "ends the connection, or answers that; with a Duration: the client goes to sleep";
    WILLTOPICUPD = 0x1a, CLIENT, WILL_FLAGS, WILL_TOPIC,
        "5.4.22", "the client changes its Will topic; without a body: it has no Will any more";
    WILLTOPICRESP = 0x1b, GATEWAY, Flags::NONE, &[RETURN_CODE], "5.4.24", "the gateway answers the WILLTOPICUPD";
    WILLMSGUPD = 0x1c, CLIENT, Flags::NONE, &[Tail(Field::SN_WILL_MESSAGE)], "5.4.23", "the client changes its Will message";
    WILLMSGRESP = 0x1d, GATEWAY, Flags::NONE, &[RETURN_CODE], "5.4.25", "the gateway answers the WILLMSGUPD";
    ENCAPSULATED = 0xfe, BOTH, Flags::NONE, &[Byte(Field::SN_CONTROL), Tail(Field::SN_WIRELESS_NODE_ID)],
        "5.5", "a forwarder passes a message on; whose it is stands in Wireless Node Id";
}

impl MessageType {
    /// The row of the table; `None` for a value that is reserved.
    #[must_use]
    pub fn info(self) -> Option<&'static MessageTypeInfo> {
        MESSAGE_TYPES.iter().find(|row| row.value == self.0)
    }

    /// The standard's name, in capitals; `RESERVED` for a value without one.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().map_or("RESERVED", |info| info.name)
    }

    /// The only side that may send it, where just one may.
    #[must_use]
    pub fn only_sender(self) -> Option<Sender> {
        self.info().and_then(|info| info.sender)
    }

    /// Whether it uses this flag.
    #[must_use]
    pub fn uses(self, flag: Flags) -> bool {
        self.info().is_some_and(|info| info.flags.meets(flag))
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:#04x})", self.name(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_once_and_in_order() {
        let pairs = MESSAGE_TYPES.iter().zip(MESSAGE_TYPES.iter().skip(1));
        assert!(pairs.into_iter().all(|(a, b)| a.value < b.value));
        // Table 3 of the standard: 0x03, 0x11, 0x19, 0x1e to 0xfd and 0xff are reserved.
        let reserved: Vec<u8> =
            (0..=255).filter(|value| MessageType(*value).info().is_none()).collect();
        let expected: Vec<u8> =
            [3, 0x11, 0x19].into_iter().chain(0x1e..=0xfd).chain([0xff]).collect();
        assert_eq!(reserved, expected);
    }

    #[test]
    fn nothing_stands_behind_a_tail() {
        for row in MESSAGE_TYPES {
            let ends = |part: &Part| matches!(part, Tail(_) | TopicNameOrId);
            let inner = row.parts.split_last().map_or(NO_PARTS, |(_, inner)| inner);
            assert!(!inner.iter().any(ends), "{}", row.name);
        }
    }
}
