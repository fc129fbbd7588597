//! The typed result of decoding: borrowed views of the bytes.

use super::property::Properties;
use crate::spec::{PacketType, Version};
use crate::text::Escaped;
use std::fmt;

/// A string as it stands on the wire: meant to be UTF-8, which it need not be.
///
/// ```
/// use mqttscope::mqtt::packet::Text;
///
/// // What a terminal would take for an order is escaped.
/// assert_eq!(Text(b"a\x1b[2J").to_string(), "a\\x1b[2J");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// The text, if it is well-formed UTF-8.
    ///
    /// ```
    /// # use mqttscope::mqtt::packet::Text;
    /// assert_eq!(Text("käse".as_bytes()).as_str(), Some("käse"));
    /// assert_eq!(Text(b"\xff").as_str(), None);
    /// ```
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// Whether there is no character.
    ///
    /// ```
    /// # use mqttscope::mqtt::packet::Text;
    /// assert!(Text(b"").is_empty());
    /// ```
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
///
/// ```
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::PacketType;
///
/// let header = decode(b"\x3b\x02\0\0", Reading::default(), &mut ()).header;
/// assert_eq!((header.packet_type, header.flags), (PacketType::PUBLISH, 0b1011));
/// assert_eq!(header.remaining_length, Some(2));
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::Version;
///
/// // A CONNECT says itself by which version it is to be read.
/// let decoded = decode(b"\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0", Reading::default(), &mut ());
/// assert_eq!(decoded.version, Version::V5);
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let decoded = decode(b"\xd0\x00", Reading::default(), &mut ());
/// assert_eq!(decoded.packet, Some(Packet::Pingresp));
/// ```
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
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// let suback = decode(b"\x90\x03\0\x05\x01", Reading::default(), &mut ()).packet.unwrap();
    /// assert_eq!(suback.packet_id(), Some(5));
    /// assert_eq!(Packet::Pingreq.packet_id(), None);
    /// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let bytes = b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02me";
/// let Some(Packet::Connect(connect)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not a CONNECT");
/// };
/// assert_eq!((connect.client_id.as_str(), connect.keep_alive), (Some("me"), 60));
/// assert!(connect.clean_start && connect.will.is_none());
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let bytes = b"\x10\x16\0\x04MQTT\x04\x2e\0\x3c\0\x02me\0\x01w\0\x03off";
/// let Some(Packet::Connect(connect)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not a CONNECT");
/// };
/// let will = connect.will.unwrap();
/// assert_eq!((will.topic.as_str(), will.payload), (Some("w"), &b"off"[..]));
/// assert_eq!((will.qos, will.retain), (1, true));
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let Some(Packet::Connack(connack)) = decode(b"\x20\x02\x01\0", Reading::default(), &mut ()).packet else {
///     panic!("not a CONNACK");
/// };
/// assert!(connack.session_present && connack.code == 0);
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let bytes = b"\x3d\x07\0\x01t\0\x2ahi";
/// let Some(Packet::Publish(publish)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not a PUBLISH");
/// };
/// assert_eq!((publish.dup, publish.qos, publish.retain), (true, 2, true));
/// assert_eq!((publish.packet_id, publish.payload), (Some(42), &b"hi"[..]));
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
/// use mqttscope::spec::Version;
///
/// let how = Reading { version: Version::V5, sender: None };
/// let Some(Packet::Ack(puback)) = decode(b"\x40\x03\0\x07\x10", how, &mut ()).packet else {
///     panic!("not a PUBACK");
/// };
/// assert_eq!((puback.packet_id, puback.reason), (7, Some(0x10)));
/// ```
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
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let how = Reading { version: Version::V5, sender: None };
    /// // 0x97: Quota exceeded.
    /// let Some(Packet::Ack(puback)) = decode(b"\x40\x03\0\x07\x97", how, &mut ()).packet else {
    ///     panic!("not a PUBACK");
    /// };
    /// assert!(puback.is_refusal());
    /// ```
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.reason.is_some_and(|reason| reason >= 0x80)
    }
}

/// SUBSCRIBE (5.0: section 3.8).
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let bytes = b"\x82\x08\0\x01\0\x03a/#\x01";
/// let Some(Packet::Subscribe(subscribe)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not a SUBSCRIBE");
/// };
/// assert_eq!(subscribe.packet_id, 1);
/// ```
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
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # let bytes = b"\x82\x0c\0\x01\0\x03a/#\x01\0\x01b\0";
    /// # let Some(Packet::Subscribe(subscribe)) = decode(bytes, Reading::default(), &mut ()).packet else {
    /// #     panic!("not a SUBSCRIBE");
    /// # };
    /// let filters: Vec<_> = subscribe.filters().map(|(filter, qos)| (filter.as_str(), qos)).collect();
    /// assert_eq!(filters, [(Some("a/#"), 1), (Some("b"), 0)]);
    /// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let bytes = b"\xa2\x07\0\x02\0\x03a/#";
/// let Some(Packet::Unsubscribe(unsubscribe)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not an UNSUBSCRIBE");
/// };
/// assert_eq!(unsubscribe.packet_id, 2);
/// ```
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
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # let bytes = b"\xa2\x07\0\x02\0\x03a/#";
    /// # let Some(Packet::Unsubscribe(unsubscribe)) = decode(bytes, Reading::default(), &mut ()).packet else {
    /// #     panic!("not an UNSUBSCRIBE");
    /// # };
    /// assert_eq!(unsubscribe.filters().next().unwrap().as_str(), Some("a/#"));
    /// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// // QoS 1 is granted, and the second filter is refused.
/// let bytes = b"\x90\x04\0\x01\x01\x80";
/// let Some(Packet::Suback(suback)) = decode(bytes, Reading::default(), &mut ()).packet else {
///     panic!("not a SUBACK");
/// };
/// assert_eq!(suback.codes, [0x01, 0x80]);
/// ```
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
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
/// use mqttscope::spec::Version;
///
/// let how = Reading { version: Version::V5, sender: None };
/// let Some(Packet::Disconnect(disconnect)) = decode(b"\xe0\x01\x8e", how, &mut ()).packet else {
///     panic!("not a DISCONNECT");
/// };
/// assert_eq!(disconnect.reason, Some(0x8e));
/// ```
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
