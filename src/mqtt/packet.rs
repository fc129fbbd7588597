//! The typed result of decoding: borrowed views of the bytes.

use super::property::Properties;
use crate::spec::{PacketType, Version};
use crate::text::Escaped;
use std::fmt;

/// A string as it stands on the wire: meant to be UTF-8, which it need not be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// The text, if it is well-formed UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(self.0).fmt(f)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The fixed header (5.0: section 2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Upper four bits of the first byte.
    pub packet_type: PacketType,
    /// Lower four bits of the first byte.
    pub flags: u8,
    /// Bytes behind the fixed header; `None` where the field is broken.
    pub remaining_length: Option<u32>,
}

/// What was decoded of one packet's bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoded<'a> {
    /// The fixed header; type 0 where there are no bytes at all.
    pub header: Header,
    /// The version that the bytes were read by: for a CONNECT, its own.
    pub version: Version,
    /// The packet; `None` where structure was lost. What could be read is then in the tree alone.
    pub packet: Option<Packet<'a>>,
}

/// One MQTT control packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Packet<'a> {
    /// 3.1
    Connect(Connect<'a>),
    /// 3.2
    Connack(Connack<'a>),
    /// 3.3
    Publish(Publish<'a>),
    /// 3.4 to 3.7: PUBACK, PUBREC, PUBREL and PUBCOMP have one shape.
    Ack(Ack<'a>),
    /// 3.8
    Subscribe(Subscribe<'a>),
    /// 3.9
    Suback(Suback<'a>),
    /// 3.10
    Unsubscribe(Unsubscribe<'a>),
    /// 3.11
    Unsuback(Suback<'a>),
    /// 3.12
    Pingreq,
    /// 3.13
    Pingresp,
    /// 3.14
    Disconnect(Reasoned<'a>),
    /// 3.15
    Auth(Reasoned<'a>),
    /// Type 0, which the standard forbids.
    Reserved,
}

impl Packet<'_> {
    /// The Packet Identifier; `None` where the packet has none.
    #[must_use]
    pub const fn packet_id(&self) -> Option<u16> {
        match self {
            Self::Publish(publish) => publish.packet_id,
            Self::Ack(ack) => Some(ack.packet_id),
            Self::Subscribe(subscribe) => Some(subscribe.packet_id),
            Self::Suback(suback) | Self::Unsuback(suback) => Some(suback.packet_id),
            Self::Unsubscribe(unsubscribe) => Some(unsubscribe.packet_id),
            _ => None,
        }
    }
}

/// CONNECT (5.0: section 3.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connect<'a> {
    /// Protocol Name.
    pub protocol_name: Text<'a>,
    /// Protocol Level with the bridge bit, as on the wire.
    pub level: u8,
    /// Clean Start (5.0), Clean Session (3.x).
    pub clean_start: bool,
    /// Keep Alive in seconds; 0 is off.
    pub keep_alive: u16,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// Client Identifier.
    pub client_id: Text<'a>,
    /// The Will, if the Will flag is set.
    pub will: Option<Will<'a>>,
    /// User Name.
    pub user_name: Option<Text<'a>>,
    /// Password.
    pub password: Option<&'a [u8]>,
}

/// The Will of a CONNECT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Will<'a> {
    /// Will QoS; 3 is not allowed, but may stand there.
    pub qos: u8,
    /// Will Retain.
    pub retain: bool,
    /// Will Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// Will Topic.
    pub topic: Text<'a>,
    /// Will Payload (5.0), Will Message (3.x).
    pub payload: &'a [u8],
}

/// CONNACK (5.0: section 3.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Connack<'a> {
    /// Session Present; does not exist in 3.1.
    pub session_present: bool,
    /// Reason Code (5.0), return code (3.x).
    pub code: u8,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
}

/// PUBLISH (5.0: section 3.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Publish<'a> {
    /// DUP.
    pub dup: bool,
    /// QoS; 3 is not allowed, but may stand there.
    pub qos: u8,
    /// RETAIN.
    pub retain: bool,
    /// Topic Name; empty where a Topic Alias stands for it.
    pub topic: Text<'a>,
    /// Packet Identifier, for QoS 1 and 2.
    pub packet_id: Option<u16>,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// The application message.
    pub payload: &'a [u8],
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP (5.0: sections 3.4 to 3.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ack<'a> {
    /// Packet Identifier.
    pub packet_id: u16,
    /// Reason Code; `None` where it is left out, which means 0.
    pub reason: Option<u8>,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
}

impl Ack<'_> {
    /// Whether its Reason Code refuses: one from 0x80 on (5.0: section 2.4).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.reason.is_some_and(|reason| reason >= 0x80)
    }
}

/// SUBSCRIBE (5.0: section 3.8).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subscribe<'a> {
    /// Packet Identifier.
    pub packet_id: u16,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// The subscriptions as they stand on the wire.
    pub raw: &'a [u8],
}

impl<'a> Subscribe<'a> {
    /// The topic filters, each with its byte of options.
    pub fn filters(&self) -> impl Iterator<Item = (Text<'a>, u8)> + use<'a> {
        let mut rest = self.raw;
        std::iter::from_fn(move || {
            let (filter, tail) = split_text(rest)?;
            let (options, tail) = tail.split_first()?;
            rest = tail;
            Some((filter, *options))
        })
    }
}

/// UNSUBSCRIBE (5.0: section 3.10).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unsubscribe<'a> {
    /// Packet Identifier.
    pub packet_id: u16,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// The filters as they stand on the wire.
    pub raw: &'a [u8],
}

impl<'a> Unsubscribe<'a> {
    /// The topic filters.
    pub fn filters(&self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        let mut rest = self.raw;
        std::iter::from_fn(move || {
            let (filter, tail) = split_text(rest)?;
            rest = tail;
            Some(filter)
        })
    }
}

/// SUBACK or UNSUBACK (5.0: sections 3.9 and 3.11).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suback<'a> {
    /// Packet Identifier.
    pub packet_id: u16,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
    /// One code for each topic filter, in their order; an UNSUBACK has none before 5.0.
    pub codes: &'a [u8],
}

/// DISCONNECT or AUTH (5.0: sections 3.14 and 3.15).
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Reasoned<'a> {
    /// Reason Code; `None` where it is left out, which means 0.
    pub reason: Option<u8>,
    /// Properties; none before 5.0.
    pub properties: Properties<'a>,
}

fn split_text(bytes: &[u8]) -> Option<(Text<'_>, &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<2>()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    Some((Text(text), rest))
}
