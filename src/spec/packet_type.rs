//! The sixteen values of the packet type nibble (5.0: section 2.1.2, 3.1.1: section 2.2.1).

use super::version::{Sender, Version};
use std::fmt;

/// The upper four bits of a packet's first byte.
///
/// ```
/// use mqttscope::spec::PacketType;
///
/// assert_eq!(PacketType::CONNACK, PacketType(2));
/// assert_eq!(PacketType::CONNACK.to_string(), "CONNACK");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketType(pub u8);

/// What the standard says of one packet type.
///
/// ```
/// use mqttscope::spec::PacketType;
///
/// let row = PacketType::SUBSCRIBE.info();
/// assert_eq!((row.section_v5, row.flags), ("3.8", Some(0b0010)));
/// assert!(row.client_sends && !row.server_sends);
/// ```
#[derive(Debug)]
pub struct PacketTypeInfo {
    /// The standard's name, in capitals.
    pub name: &'static str,
    /// What the packet is for, as one clause.
    pub meaning: &'static str,
    /// Who may send it; nobody's is `None` in both.
    pub client_sends: bool,
    /// See `client_sends`.
    pub server_sends: bool,
    /// The value that the lower four bits must have; `None` where they carry flags (PUBLISH).
    pub flags: Option<u8>,
    /// The section of MQTT 5.0 that describes the packet.
    pub section_v5: &'static str,
    /// The section of MQTT 3.1.1 that describes the packet; empty where there is none.
    pub section_v311: &'static str,
}

const fn row(
    name: &'static str,
    (client_sends, server_sends): (bool, bool),
    flags: Option<u8>,
    section_v5: &'static str,
    section_v311: &'static str,
    meaning: &'static str,
) -> PacketTypeInfo {
    PacketTypeInfo { name, meaning, client_sends, server_sends, flags, section_v5, section_v311 }
}

const CLIENT: (bool, bool) = (true, false);
const SERVER: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);

#[rustfmt::skip]
static ROWS: [PacketTypeInfo; 16] = [
    row("RESERVED", (false, false), Some(0), "2.1.2", "2.2.1", "the standard forbids this type"),
    row("CONNECT", CLIENT, Some(0), "3.1", "3.1", "a client asks to open a session"),
    row("CONNACK", SERVER, Some(0), "3.2", "3.2", "the server answers the CONNECT"),
    row("PUBLISH", BOTH, None, "3.3", "3.3", "carries an application message"),
    row("PUBACK", BOTH, Some(0), "3.4", "3.4", "answers a PUBLISH of QoS 1: the message has arrived"),
    row("PUBREC", BOTH, Some(0), "3.5", "3.5", "QoS 2, step 2 of 4: the receiver has the message"),
    row("PUBREL", BOTH, Some(2), "3.6", "3.6", "QoS 2, step 3 of 4: the sender lets the message go"),
    row("PUBCOMP", BOTH, Some(0), "3.7", "3.7", "QoS 2, step 4 of 4: the delivery is complete"),
    row("SUBSCRIBE", CLIENT, Some(2), "3.8", "3.8", "a client asks for messages on topics"),
    row("SUBACK", SERVER, Some(0), "3.9", "3.9", "the server answers the SUBSCRIBE, one code a filter"),
    row("UNSUBSCRIBE", CLIENT, Some(2), "3.10", "3.10", "a client gives up subscriptions"),
    row("UNSUBACK", SERVER, Some(0), "3.11", "3.11", "the server answers the UNSUBSCRIBE"),
    row("PINGREQ", CLIENT, Some(0), "3.12", "3.12", "a client shows that it is alive and asks whether the server is"),
    row("PINGRESP", SERVER, Some(0), "3.13", "3.13", "the server answers the PINGREQ"),
    row("DISCONNECT", BOTH, Some(0), "3.14", "3.14", "the last packet: the sender ends the connection"),
    row("AUTH", BOTH, Some(0), "3.15", "", "a step of enhanced authentication"),
];

/// What packets do that tell a failure in their Reason Code (0x80 or more), in place of their meaning.
static FAILED: [(PacketType, &str); 4] = [
    (PacketType::PUBACK, "answers a PUBLISH of QoS 1: the message is refused"),
    (
        PacketType::PUBREC,
        "answers a PUBLISH of QoS 2: the message is refused, and the delivery ends",
    ),
    (PacketType::PUBREL, "answers a PUBREC of which the sender knows no message"),
    (PacketType::PUBCOMP, "answers a PUBREL of which the receiver knows no message"),
];

/// Section and normative statements.
type Source = (&'static str, &'static str);

/// What MQTT 5.0 and 3.1.1 say of the flags of single types, besides what they say of all.
#[rustfmt::skip]
static FLAGS: [(PacketType, Source, Source); 5] = [
    (PacketType::PUBREL, ("3.6.1", "MQTT-2.1.3-1 MQTT-3.6.1-1"), ("3.6.1", "MQTT-2.2.2-1 MQTT-2.2.2-2 MQTT-3.6.1-1")),
    (PacketType::SUBSCRIBE, ("3.8.1", "MQTT-2.1.3-1 MQTT-3.8.1-1"), ("3.8.1", "MQTT-2.2.2-1 MQTT-2.2.2-2 MQTT-3.8.1-1")),
    (PacketType::UNSUBSCRIBE, ("3.10.1", "MQTT-2.1.3-1 MQTT-3.10.1-1"), ("3.10.1", "MQTT-2.2.2-1 MQTT-2.2.2-2 MQTT-3.10.1-1")),
    (PacketType::DISCONNECT, ("3.14.1", "MQTT-2.1.3-1 MQTT-3.14.1-1"), ("3.14.1", "MQTT-2.2.2-1 MQTT-2.2.2-2 MQTT-3.14.1-1")),
    (PacketType::AUTH, ("3.15.1", "MQTT-2.1.3-1 MQTT-3.15.1-1"), ("", "")),
];

macro_rules! packet_types {
    ($($name:ident = $value:literal),* $(,)?) => {
        impl PacketType {
            $(#[doc = concat!("The packet type ", stringify!($name), ".")]
            pub const $name: Self = Self($value);)*
        }
    };
}

packet_types! {
    RESERVED = 0, CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4, PUBREC = 5, PUBREL = 6,
    PUBCOMP = 7, SUBSCRIBE = 8, SUBACK = 9, UNSUBSCRIBE = 10, UNSUBACK = 11, PINGREQ = 12,
    PINGRESP = 13, DISCONNECT = 14, AUTH = 15,
}

impl PacketType {
    /// The type in a packet's first byte.
    ///
    /// ```
    /// # use mqttscope::spec::PacketType;
    /// assert_eq!(PacketType::of_header(0x32), PacketType::PUBLISH);
    /// ```
    #[must_use]
    pub const fn of_header(byte: u8) -> Self {
        Self(byte >> 4)
    }

    /// The row of the table. A value above 15 has the row of the reserved type.
    ///
    /// ```
    /// # use mqttscope::spec::PacketType;
    /// assert_eq!(PacketType::AUTH.info().meaning, "a step of enhanced authentication");
    /// ```
    #[must_use]
    pub fn info(self) -> &'static PacketTypeInfo {
        let [reserved, ..] = &ROWS;
        ROWS.get(usize::from(self.0)).unwrap_or(reserved)
    }

    /// The standard's name, in capitals.
    ///
    /// ```
    /// # use mqttscope::spec::PacketType;
    /// assert_eq!(PacketType(12).name(), "PINGREQ");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The type of this name, in any case.
    ///
    /// ```
    /// # use mqttscope::spec::PacketType;
    /// assert_eq!(PacketType::from_name("pubrel"), Some(PacketType::PUBREL));
    /// assert_eq!(PacketType::from_name("PUBACK2"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        (0..16).map(Self).find(|t| t.name().eq_ignore_ascii_case(name))
    }

    /// What the packet is for, as one clause, where its Reason Code is 0x80 or more; `None` where that
    /// is the same as without one.
    #[must_use]
    pub(crate) fn failed(self) -> Option<&'static str> {
        FAILED.iter().find(|(kind, _)| *kind == self).map(|(_, meaning)| *meaning)
    }

    /// Section and normative statements on the lower four bits of the first byte; `None` where no
    /// statement names this type.
    #[must_use]
    pub(crate) fn flags_source(self, version: Version) -> Option<(&'static str, &'static str)> {
        let row = FLAGS.iter().find(|(kind, ..)| *kind == self);
        row.map(|(_, v5, v311)| if version.is_v5() { *v5 } else { *v311 })
            .filter(|(section, _)| !section.is_empty())
    }

    /// Whether `sender` may send this type in `version`.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketType, Sender, Version};
    /// // A server may say goodbye since MQTT 5.0.
    /// assert!(!PacketType::DISCONNECT.may_send(Sender::Server, Version::V311));
    /// assert!(PacketType::DISCONNECT.may_send(Sender::Server, Version::V5));
    /// ```
    #[must_use]
    pub fn may_send(self, sender: Sender, version: Version) -> bool {
        match (self, sender) {
            (Self::DISCONNECT, Sender::Server) | (Self::AUTH, _) => version.is_v5(),
            (_, Sender::Client) => self.info().client_sends,
            (_, Sender::Server) => self.info().server_sends,
        }
    }

    /// The only side that may send this type, where just one may.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketType, Sender};
    /// assert_eq!(PacketType::CONNACK.only_sender(), Some(Sender::Server));
    /// assert_eq!(PacketType::PUBLISH.only_sender(), None);
    /// ```
    #[must_use]
    pub fn only_sender(self) -> Option<Sender> {
        match (self.info().client_sends, self.info().server_sends) {
            (true, false) => Some(Sender::Client),
            (false, true) => Some(Sender::Server),
            _ => None,
        }
    }
}

impl fmt::Display for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of packet types; the bit of [`PacketSet::WILL`] stands for the Will Properties.
///
/// ```
/// use mqttscope::spec::{PacketSet, PacketType, PropertyId};
///
/// let allowed = PropertyId::SERVER_KEEP_ALIVE.info().unwrap().allowed;
/// assert_eq!(allowed, PacketSet::of(&[PacketType::CONNACK]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketSet(u32);

impl PacketSet {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// The Will Properties in the payload of a CONNECT (5.0: section 3.1.3.2).
    pub const WILL: Self = Self(1 << 16);

    /// The set of these types.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketSet, PacketType};
    /// let acknowledge = PacketSet::of(&[PacketType::PUBACK, PacketType::PUBREC]);
    /// assert_eq!(acknowledge.names().collect::<Vec<_>>(), ["PUBACK", "PUBREC"]);
    /// ```
    #[must_use]
    pub const fn of(types: &[PacketType]) -> Self {
        let mut bits = 0;
        let mut rest = types;
        while let [first, tail @ ..] = rest {
            bits |= 1 << (first.0 & 15);
            rest = tail;
        }
        Self(bits)
    }

    /// Both sets in one.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketSet, PacketType};
    /// let set = PacketSet::of(&[PacketType::PUBLISH]).and(PacketSet::WILL);
    /// assert!(set.meets(PacketSet::WILL));
    /// ```
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share a member.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketSet, PacketType};
    /// let set = PacketSet::of(&[PacketType::PUBLISH, PacketType::CONNECT]);
    /// assert!(set.meets(PacketSet::of(&[PacketType::CONNECT])));
    /// assert!(!set.meets(PacketSet::of(&[PacketType::CONNACK])));
    /// ```
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the members, in the order of their numbers; `Will Properties` is last.
    ///
    /// ```
    /// # use mqttscope::spec::PropertyId;
    /// let places = PropertyId::CONTENT_TYPE.info().unwrap().allowed;
    /// assert_eq!(places.names().collect::<Vec<_>>(), ["PUBLISH", "Will Properties"]);
    /// ```
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let types = (0..16).map(PacketType).filter(move |t| self.meets(Self::of(&[*t])));
        let will = self.meets(Self::WILL).then_some("Will Properties");
        types.map(PacketType::name).chain(will)
    }
}
