//! The properties of MQTT 5.0 (section 2.2.2.2): one row each.

use super::packet_type::{PacketSet, PacketType as P};
use super::version::Sender;

/// A property identifier as it stands on the wire. Values the standard does not know survive.
///
/// ```
/// use mqttscope::spec::PropertyId;
///
/// assert_eq!(PropertyId::TOPIC_ALIAS, PropertyId(0x23));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyId(pub u32);

/// How a property's value stands on the wire (5.0: section 1.5).
///
/// ```
/// use mqttscope::spec::{PropertyId, property::Wire};
///
/// assert_eq!(PropertyId::USER_PROPERTY.info().unwrap().wire, Wire::Pair);
/// assert_eq!(PropertyId::SUBSCRIPTION_IDENTIFIER.info().unwrap().wire, Wire::VarInt);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// One byte, any value in `min..=max` of the row.
    Byte,
    /// Two Byte Integer.
    U16,
    /// Four Byte Integer.
    U32,
    /// Variable Byte Integer.
    VarInt,
    /// UTF-8 Encoded String: two bytes of length and the text.
    Utf8,
    /// Binary Data: two bytes of length and the bytes.
    Binary,
    /// UTF-8 String Pair: a name and a value.
    Pair,
}

/// What a number counts.
///
/// ```
/// use mqttscope::spec::{PropertyId, property::Unit};
///
/// assert_eq!(PropertyId::MAXIMUM_PACKET_SIZE.info().unwrap().unit, Unit::Bytes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A bare number.
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

/// What a value does, in words: the clause that stands after the value in the tree.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub enum Says {
    /// The same clause for every value.
    Always(&'static str),
    /// A clause for each value that has one of its own; `None` is every other value.
    ByValue(&'static [(Option<u32>, &'static str)]),
}

/// One place where a property may stand.
///
/// ```
/// use mqttscope::spec::{PacketSet, PropertyId};
///
/// let expiry = PropertyId::MESSAGE_EXPIRY_INTERVAL.info().unwrap();
/// assert_eq!(expiry.place(PacketSet::WILL).unwrap().section, "3.1.3.2.4");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The packet type, or the Will Properties.
    pub place: PacketSet,
    /// The section of MQTT 5.0 that describes the property there.
    pub section: &'static str,
    /// The normative statements that bind it there, blank between them; may be empty.
    pub statements: &'static str,
}

/// Everything the standard says of one property.
///
/// ```
/// use mqttscope::spec::PropertyId;
///
/// let row = PropertyId(0x22).info().unwrap();
/// assert_eq!((row.name, row.number_len), ("Topic Alias Maximum", 2));
/// assert_eq!(row.allowed.names().collect::<Vec<_>>(), ["CONNECT", "CONNACK"]);
/// ```
#[derive(Debug)]
pub struct PropertyInfo {
    /// The identifier on the wire.
    pub id: u8,
    /// The key of the field in filters and JSON.
    pub key: &'static str,
    /// The standard's name.
    pub name: &'static str,
    /// The type of the value.
    pub wire: Wire,
    /// Bytes of a number that takes as many whatever it is; 0 for all other types.
    pub number_len: u8,
    /// What a number counts.
    pub unit: Unit,
    /// Smallest legal value of a number.
    pub min: u32,
    /// Largest legal value of a number; 0 where the value is none.
    pub max: u32,
    /// The normative statement that forbids numbers outside this range; may be empty.
    pub range_statement: &'static str,
    /// Whether the text names a topic: it must then be a Topic Name.
    pub is_topic: bool,
    /// The packet that both sides may send, but only this side with the property, and the normative
    /// statement that says so.
    pub only_from: Option<(PacketSet, Sender, &'static str)>,
    /// Where the property may stand: every member of `places`.
    pub allowed: PacketSet,
    /// The places where it may stand more than once.
    pub repeats: PacketSet,
    /// Each place with its section and statements, in the order of the standard's sections.
    pub places: &'static [Place],
    /// What the value does to the conversation. The first row whose places match holds.
    pub says: &'static [(PacketSet, Says)],
    /// What it means that the property is absent, where that means something. The first row whose
    /// places match holds.
    pub absent: &'static [(PacketSet, &'static str)],
}

impl PropertyInfo {
    const fn new(key: &'static str, name: &'static str, wire: Wire) -> Self {
        let max = match wire {
            Wire::Byte => 0xff,
            Wire::U16 => 0xffff,
            Wire::U32 => u32::MAX,
            Wire::VarInt => 268_435_455,
            Wire::Utf8 | Wire::Binary | Wire::Pair => 0,
        };
        let number_len = match wire {
            Wire::Byte => 1,
            Wire::U16 => 2,
            Wire::U32 => 4,
            Wire::VarInt | Wire::Utf8 | Wire::Binary | Wire::Pair => 0,
        };
        Self {
            id: 0,
            key,
            name,
            wire,
            number_len,
            unit: Unit::None,
            min: 0,
            max,
            range_statement: "",
            is_topic: false,
            only_from: None,
            allowed: PacketSet::NONE,
            repeats: PacketSet::NONE,
            places: &[],
            says: &[],
            absent: &[],
        }
    }

    const fn id(self, id: u8) -> Self {
        Self { id, ..self }
    }

    const fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    const fn range(self, min: u32, max: u32) -> Self {
        Self { min, max, ..self }
    }

    const fn range_by(self, range_statement: &'static str) -> Self {
        Self { range_statement, ..self }
    }

    const fn topic(self) -> Self {
        Self { is_topic: true, ..self }
    }

    const fn only_from(self, sender: Sender, place: PacketSet, statement: &'static str) -> Self {
        Self { only_from: Some((place, sender, statement)), ..self }
    }

    const fn at(self, places: &'static [Place]) -> Self {
        let mut allowed = PacketSet::NONE;
        let mut rest = places;
        while let [first, tail @ ..] = rest {
            allowed = allowed.and(first.place);
            rest = tail;
        }
        Self { allowed, places, ..self }
    }

    const fn repeats_in(self, repeats: PacketSet) -> Self {
        Self { repeats, ..self }
    }

    const fn says(self, says: &'static [(PacketSet, Says)]) -> Self {
        Self { says, ..self }
    }

    const fn absent(self, absent: &'static [(PacketSet, &'static str)]) -> Self {
        Self { absent, ..self }
    }

    /// The clause for a value in this place; `value` is `None` for what is not a number. Empty where
    /// there is nothing to say: a value out of range, or a place where the property may not stand.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketSet, PropertyId};
    /// let format = PropertyId::PAYLOAD_FORMAT_INDICATOR.info().unwrap();
    /// let clause = "the payload is bytes of no stated kind";
    /// assert_eq!(format.meaning(PacketSet::WILL, Some(0)), clause);
    /// ```
    #[must_use]
    pub fn meaning(&self, place: PacketSet, value: Option<u32>) -> &'static str {
        match self.says.iter().find(|(places, _)| places.meets(place)) {
            Some((_, Says::Always(clause))) => clause,
            Some((_, Says::ByValue(rows))) => {
                let own = rows.iter().find(|(v, _)| v.is_some() && *v == value);
                let row = own.or_else(|| rows.iter().find(|(v, _)| v.is_none()));
                row.map_or("", |(_, clause)| clause)
            }
            None => "",
        }
    }

    /// What it means that the property is absent from this place; empty where that means nothing in
    /// particular.
    #[must_use]
    pub(crate) fn absence(&self, place: PacketSet) -> &'static str {
        let row = self.absent.iter().find(|(places, _)| places.meets(place));
        row.map_or("", |(_, clause)| clause)
    }

    /// Section and statements for this place; `None` where the property may not stand.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketSet, PacketType, PropertyId};
    /// let format = PropertyId::PAYLOAD_FORMAT_INDICATOR.info().unwrap();
    /// let place = format.place(PacketSet::of(&[PacketType::PUBLISH])).unwrap();
    /// assert_eq!((place.section, place.statements), ("3.3.2.3.2", "MQTT-3.3.2-4"));
    /// assert!(format.place(PacketSet::of(&[PacketType::PUBACK])).is_none());
    /// ```
    #[must_use]
    pub fn place(&self, place: PacketSet) -> Option<&'static Place> {
        self.places.iter().find(|row| row.place.meets(place))
    }

    /// Whether the value is a number within the legal range. What is not a number is always legal.
    ///
    /// ```
    /// # use mqttscope::spec::PropertyId;
    /// let maximum = PropertyId::RECEIVE_MAXIMUM.info().unwrap();
    /// assert!(maximum.in_range(65_535) && !maximum.in_range(0));
    /// ```
    #[must_use]
    pub const fn in_range(&self, value: u32) -> bool {
        match self.wire {
            Wire::Utf8 | Wire::Binary | Wire::Pair => true,
            _ => self.min <= value && value <= self.max,
        }
    }
}

const fn set(packet: P) -> PacketSet {
    PacketSet::of(&[packet])
}

const CONNECT: PacketSet = set(P::CONNECT);
const CONNACK: PacketSet = set(P::CONNACK);
const PUBLISH: PacketSet = set(P::PUBLISH);
const PUBACK: PacketSet = set(P::PUBACK);
const PUBREC: PacketSet = set(P::PUBREC);
const PUBREL: PacketSet = set(P::PUBREL);
const PUBCOMP: PacketSet = set(P::PUBCOMP);
const SUBSCRIBE: PacketSet = set(P::SUBSCRIBE);
const SUBACK: PacketSet = set(P::SUBACK);
const UNSUBSCRIBE: PacketSet = set(P::UNSUBSCRIBE);
const UNSUBACK: PacketSet = set(P::UNSUBACK);
const DISCONNECT: PacketSet = set(P::DISCONNECT);
const AUTH: PacketSet = set(P::AUTH);
const WILL: PacketSet = PacketSet::WILL;
const ANY: PacketSet = CONNECT.and(CONNACK).and(MESSAGE).and(ANSWER).and(REQUEST).and(LAST);
const MESSAGE: PacketSet = PUBLISH.and(WILL);
const REQUEST: PacketSet = SUBSCRIBE.and(UNSUBSCRIBE);
const ANSWER: PacketSet = PUBACK.and(PUBREC).and(PUBREL).and(PUBCOMP).and(SUBACK).and(UNSUBACK);
const LAST: PacketSet = DISCONNECT.and(AUTH);

const fn place(place: PacketSet, section: &'static str, statements: &'static str) -> Place {
    Place { place, section, statements }
}

/// A clause that holds wherever the property may stand.
const fn always(clause: &'static str) -> (PacketSet, Says) {
    (ANY, Says::Always(clause))
}

/// Clauses for the values 0 and 1.
macro_rules! switch {
    ($zero:literal, $one:literal) => {
        &[(ANY, Says::ByValue(&[(Some(0), $zero), (Some(1), $one)]))]
    };
}

// properties! {
//     TOPIC_ALIAS = 0x23, PropertyInfo::new("mqtt.property.topic_alias", "Topic Alias", Wire::U16);
// }
// becomes
// impl PropertyId { pub const TOPIC_ALIAS: Self = Self(0x23); }
// pub static PROPERTIES: [PropertyInfo; 27] = [PropertyInfo::new(...).id(0x23)];
macro_rules! properties {
    ($($name:ident = $id:literal, $row:expr;)*) => {
        impl PropertyId {
            $(#[doc = concat!("The property with identifier ", stringify!($id), ".")]
            pub const $name: Self = Self($id);)*
        }

        /// The properties, in the order of their identifiers.
        ///
        /// ```
        /// use mqttscope::spec::{PacketSet, PacketType, property::PROPERTIES};
        ///
        /// assert_eq!(PROPERTIES.len(), 27);
        /// let auth = PacketSet::of(&[PacketType::AUTH]);
        /// assert_eq!(PROPERTIES.iter().filter(|row| row.allowed.meets(auth)).count(), 4);
        /// ```
        pub static PROPERTIES: [PropertyInfo; 27] = [$($row.id($id)),*];
    };
}

properties! {
    PAYLOAD_FORMAT_INDICATOR = 0x01,
    PropertyInfo::new("mqtt.property.payload_format_indicator", "Payload Format Indicator", Wire::Byte)
        .range(0, 1)
        .at(&[
            place(WILL, "3.1.3.2.3", ""),
            place(PUBLISH, "3.3.2.3.2", "MQTT-3.3.2-4"),
        ])
        .says(switch!(
            "the payload is bytes of no stated kind",
            "the payload is UTF-8 text, which the receiver may check"
        ))
        .absent(&[(ANY, "0: the payload is bytes of no stated kind")]);

    MESSAGE_EXPIRY_INTERVAL = 0x02,
    PropertyInfo::new("mqtt.property.message_expiry_interval", "Message Expiry Interval", Wire::U32)
        .unit(Unit::Seconds)
        .at(&[
            place(WILL, "3.1.3.2.4", ""),
            place(PUBLISH, "3.3.2.3.3", "MQTT-3.3.2-5 MQTT-3.3.2-6 MQTT-4.3.3-7 MQTT-4.3.3-13"),
        ])
        .says(&[
            (WILL, Says::Always("the lifetime of the Will Message, from when the server publishes it")),
            (PUBLISH, Says::Always("copies whose delivery has not begun by then are dropped by the server")),
        ])
        .absent(&[(ANY, "the message does not expire")]);

    CONTENT_TYPE = 0x03,
    PropertyInfo::new("mqtt.property.content_type", "Content Type", Wire::Utf8)
        .at(&[
            place(WILL, "3.1.3.2.5", ""),
            place(PUBLISH, "3.3.2.3.9", "MQTT-3.3.2-19 MQTT-3.3.2-20"),
        ])
        .says(&[always("tells receivers what the payload is, often as a MIME type; the server only passes it on")]);

    RESPONSE_TOPIC = 0x08,
    PropertyInfo::new("mqtt.property.response_topic", "Response Topic", Wire::Utf8)
        .topic()
        .at(&[
            place(WILL, "3.1.3.2.6", ""),
            place(PUBLISH, "3.3.2.3.5", "MQTT-3.3.2-13 MQTT-3.3.2-14 MQTT-3.3.2-15"),
        ])
        .says(&[
            (WILL, Says::Always("makes the Will Message a request: answers are to be published to this topic")),
            (PUBLISH, Says::Always("makes the message a request: answers are to be published to this topic")),
        ])
        .absent(&[(ANY, "the message is not a request")]);

    CORRELATION_DATA = 0x09,
    PropertyInfo::new("mqtt.property.correlation_data", "Correlation Data", Wire::Binary)
        .at(&[
            place(WILL, "3.1.3.2.7", ""),
            place(PUBLISH, "3.3.2.3.6", "MQTT-3.3.2-16"),
        ])
        .says(&[
            (WILL, Says::Always("comes back with the answer, to show that it belongs to this Will Message")),
            (PUBLISH, Says::Always("ties request and answer together; only the requester knows what it means")),
        ]);

    SUBSCRIPTION_IDENTIFIER = 0x0b,
    PropertyInfo::new("mqtt.property.subscription_identifier", "Subscription Identifier", Wire::VarInt)
        .range(1, 268_435_455)
        .only_from(Sender::Server, PUBLISH, "MQTT-3.3.4-6")
        .repeats_in(PUBLISH)
        .at(&[
            place(PUBLISH, "3.3.2.3.8", "MQTT-3.3.4-3 MQTT-3.3.4-4 MQTT-3.3.4-5 MQTT-3.3.4-6"),
            place(SUBSCRIBE, "3.8.2.1.2", ""),
        ])
        .says(&[
            (PUBLISH, Says::Always("the message matched the subscription to which the client gave this number")),
            (SUBSCRIBE, Says::Always("the server puts this number on every message that it sends for these filters")),
        ])
        .absent(&[
            (PUBLISH, "no matching subscription has a number, or a client sent the message"),
            (SUBSCRIBE, "messages for these filters come without a number"),
        ]);

    SESSION_EXPIRY_INTERVAL = 0x11,
    PropertyInfo::new("mqtt.property.session_expiry_interval", "Session Expiry Interval", Wire::U32)
        .only_from(Sender::Client, DISCONNECT, "MQTT-3.14.2-2")
        .unit(Unit::Seconds)
        .at(&[
            place(CONNECT, "3.1.2.11.2", "MQTT-3.1.2-23 MQTT-4.1.0-2"),
            place(CONNACK, "3.2.2.3.2", ""),
            place(DISCONNECT, "3.14.2.2.2", "MQTT-3.14.2-2"),
        ])
        .says(&[
            (CONNECT, Says::ByValue(&[
                (Some(0), "the session ends with the connection"),
                (Some(u32::MAX), "the session never expires"),
                (None, "the session outlives the connection by this time"),
            ])),
            (CONNACK, Says::ByValue(&[
                (Some(0), "the server decides otherwise: the session ends with the connection"),
                (Some(u32::MAX), "the server decides otherwise: the session never expires"),
                (None, "the server decides otherwise: the session outlives the connection by this time"),
            ])),
            (DISCONNECT, Says::ByValue(&[
                (Some(0), "the session ends now, with the connection"),
                (Some(u32::MAX), "the session stays after this connection and never expires"),
                (None, "the session stays for this time from now on"),
            ])),
        ])
        .absent(&[
            (CONNECT, "0: the session ends with the connection"),
            (CONNACK, "the value of the CONNECT holds"),
            (DISCONNECT, "the value that was settled at the start of the connection goes on"),
        ]);

    ASSIGNED_CLIENT_IDENTIFIER = 0x12,
    PropertyInfo::new("mqtt.property.assigned_client_identifier", "Assigned Client Identifier", Wire::Utf8)
        .at(&[place(CONNACK, "3.2.2.3.7", "MQTT-3.1.3-6 MQTT-3.1.3-7 MQTT-3.2.2-16")])
        .says(&[always("the server chose this Client Identifier, as it does for a client that sends an empty one")])
        .absent(&[(ANY, "the Client Identifier of the CONNECT holds")]);

    SERVER_KEEP_ALIVE = 0x13,
    PropertyInfo::new("mqtt.property.server_keep_alive", "Server Keep Alive", Wire::U16)
        .unit(Unit::Seconds)
        .at(&[place(CONNACK, "3.2.2.3.14", "MQTT-3.1.2-21 MQTT-3.2.2-21 MQTT-3.2.2-22")])
        .says(&[(ANY, Says::ByValue(&[
            (Some(0), "the server switches Keep Alive off, whatever the client asked for"),
            (None, "the client must keep to this Keep Alive instead of the one that it sent"),
        ]))])
        .absent(&[(ANY, "the Keep Alive of the CONNECT holds")]);

    AUTHENTICATION_METHOD = 0x15,
    PropertyInfo::new("mqtt.property.authentication_method", "Authentication Method", Wire::Utf8)
        .at(&[
            place(CONNECT, "3.1.2.11.9", "MQTT-3.1.2-30 MQTT-4.12.0-1"),
            place(CONNACK, "3.2.2.3.17", "MQTT-4.12.0-5 MQTT-4.12.0-6"),
            place(AUTH, "3.15.2.2.2", "MQTT-4.12.0-5 MQTT-4.12.1-1"),
        ])
        .says(&[
            (CONNECT, Says::Always("asks for enhanced authentication by this method; AUTH packets may follow")),
            (CONNACK, Says::Always("the method of the CONNECT, repeated to confirm it")),
            (AUTH, Says::Always("the method of the CONNECT, the same in every step")),
        ])
        .absent(&[
            (CONNECT, "no enhanced authentication: neither side may send AUTH"),
            (CONNACK, "no enhanced authentication, unless the connection is refused"),
            (AUTH, "an AUTH names its method, unless it is Success with nothing behind its Remaining Length of 0"),
        ]);

    AUTHENTICATION_DATA = 0x16,
    PropertyInfo::new("mqtt.property.authentication_data", "Authentication Data", Wire::Binary)
        .at(&[
            place(CONNECT, "3.1.2.11.10", ""),
            place(CONNACK, "3.2.2.3.18", ""),
            place(AUTH, "3.15.2.2.3", ""),
        ])
        .says(&[
            (CONNECT, Says::Always("the client's opening move; what it holds is up to the Authentication Method")),
            (CONNACK, Says::Always("the server's closing move; what it holds is up to the Authentication Method")),
            (AUTH, Says::Always("this step's data; what it holds is up to the Authentication Method")),
        ]);

    REQUEST_PROBLEM_INFORMATION = 0x17,
    PropertyInfo::new("mqtt.property.request_problem_information", "Request Problem Information", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNECT, "3.1.2.11.7", "MQTT-3.1.2-29")])
        .says(switch!(
            "the server must not send Reason String and User Property but in PUBLISH, CONNACK, DISCONNECT",
            "the server may send Reason String and User Property wherever they are allowed"
        ))
        .absent(&[(ANY, "1: the server may send Reason String and User Property wherever they are allowed")]);

    WILL_DELAY_INTERVAL = 0x18,
    PropertyInfo::new("mqtt.property.will_delay_interval", "Will Delay Interval", Wire::U32)
        .unit(Unit::Seconds)
        .at(&[place(WILL, "3.1.3.2.2", "MQTT-3.1.2-8 MQTT-3.1.3-9")])
        .says(&[(ANY, Says::ByValue(&[
            (Some(0), "the Will Message is published as soon as the connection is lost"),
            (None, "the Will Message waits this long or until the session ends; a reconnect before cancels it"),
        ]))])
        .absent(&[(ANY, "0: the Will Message is published as soon as the connection is lost")]);

    REQUEST_RESPONSE_INFORMATION = 0x19,
    PropertyInfo::new("mqtt.property.request_response_information", "Request Response Information", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNECT, "3.1.2.11.6", "MQTT-3.1.2-28")])
        .says(switch!(
            "the server must not send Response Information",
            "asks for Response Information in the CONNACK, which the server need not send"
        ))
        .absent(&[(ANY, "0: the server must not send Response Information")]);

    RESPONSE_INFORMATION = 0x1a,
    PropertyInfo::new("mqtt.property.response_information", "Response Information", Wire::Utf8)
        .at(&[place(CONNACK, "3.2.2.3.15", "MQTT-3.1.2-28")])
        .says(&[always("a text from which the client makes its Response Topics, often their common beginning")]);

    SERVER_REFERENCE = 0x1c,
    PropertyInfo::new("mqtt.property.server_reference", "Server Reference", Wire::Utf8)
        .at(&[
            place(CONNACK, "3.2.2.3.16", ""),
            place(DISCONNECT, "3.14.2.2.5", ""),
        ])
        .says(&[always("names the server, or the servers, to connect to instead")]);

    REASON_STRING = 0x1f,
    PropertyInfo::new("mqtt.property.reason_string", "Reason String", Wire::Utf8)
        .at(&[
            place(CONNACK, "3.2.2.3.9", "MQTT-3.2.2-19"),
            place(PUBACK, "3.4.2.2.2", "MQTT-3.1.2-29 MQTT-3.4.2-2"),
            place(PUBREC, "3.5.2.2.2", "MQTT-3.1.2-29 MQTT-3.5.2-2"),
            place(PUBREL, "3.6.2.2.2", "MQTT-3.1.2-29 MQTT-3.6.2-2"),
            place(PUBCOMP, "3.7.2.2.2", "MQTT-3.1.2-29 MQTT-3.7.2-2"),
            place(SUBACK, "3.9.2.1.2", "MQTT-3.1.2-29 MQTT-3.9.2-1"),
            place(UNSUBACK, "3.11.2.1.2", "MQTT-3.1.2-29 MQTT-3.11.2-1"),
            place(DISCONNECT, "3.14.2.2.3", "MQTT-3.14.2-3"),
            place(AUTH, "3.15.2.2.4", "MQTT-3.1.2-29 MQTT-3.15.2-2"),
        ])
        .says(&[always("the sender's own words for the Reason Code, for people and logs, not for programs")]);

    RECEIVE_MAXIMUM = 0x21,
    PropertyInfo::new("mqtt.property.receive_maximum", "Receive Maximum", Wire::U16)
        .range(1, 0xffff)
        .at(&[
            place(CONNECT, "3.1.2.11.3", "MQTT-3.3.4-9 MQTT-4.9.0-1 MQTT-4.9.0-2"),
            place(CONNACK, "3.2.2.3.3", "MQTT-3.3.4-7 MQTT-4.9.0-1 MQTT-4.9.0-2"),
        ])
        .says(&[
            (CONNECT, Says::Always("the server may have at most this many QoS 1 and 2 messages unacknowledged at once")),
            (CONNACK, Says::Always("the client may have at most this many QoS 1 and 2 messages unacknowledged at once")),
        ])
        .absent(&[
            (CONNECT, "65,535: the server may have that many QoS 1 and 2 messages unacknowledged at once"),
            (CONNACK, "65,535: the client may have that many QoS 1 and 2 messages unacknowledged at once"),
        ]);

    TOPIC_ALIAS_MAXIMUM = 0x22,
    PropertyInfo::new("mqtt.property.topic_alias_maximum", "Topic Alias Maximum", Wire::U16)
        .at(&[
            place(CONNECT, "3.1.2.11.5", "MQTT-3.1.2-26 MQTT-3.1.2-27 MQTT-3.3.2-10 MQTT-3.3.2-11"),
            place(CONNACK, "3.2.2.3.8", "MQTT-3.2.2-17 MQTT-3.2.2-18 MQTT-3.3.2-9 MQTT-3.3.2-12"),
        ])
        .says(&[
            (CONNECT, Says::ByValue(&[
                (Some(0), "the server must not send Topic Aliases"),
                (None, "the server may send Topic Aliases from 1 up to this number"),
            ])),
            (CONNACK, Says::ByValue(&[
                (Some(0), "the client must not send Topic Aliases"),
                (None, "the client may send Topic Aliases from 1 up to this number"),
            ])),
        ])
        .absent(&[
            (CONNECT, "0: the server must not send Topic Aliases"),
            (CONNACK, "0: the client must not send Topic Aliases"),
        ]);

    TOPIC_ALIAS = 0x23,
    PropertyInfo::new("mqtt.property.topic_alias", "Topic Alias", Wire::U16)
        .range(1, 0xffff)
        .range_by("MQTT-3.3.2-8")
        .at(&[place(
            PUBLISH,
            "3.3.2.3.4",
            "MQTT-3.3.2-7 MQTT-3.3.2-8 MQTT-3.3.2-9 MQTT-3.3.2-10 MQTT-3.3.2-11 MQTT-3.3.2-12",
        )])
        .says(&[always("stands for this packet's Topic Name or, where that is empty, for the last one it was given")])
        .absent(&[(ANY, "the Topic Name stands in full and no alias is set for it")]);

    MAXIMUM_QOS = 0x24,
    PropertyInfo::new("mqtt.property.max_qos", "Maximum QoS", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNACK, "3.2.2.3.4", "MQTT-3.2.2-9 MQTT-3.2.2-10 MQTT-3.2.2-11 MQTT-3.2.2-12")])
        .says(switch!(
            "the client may publish at QoS 0 only; it may still ask for any QoS when it subscribes",
            "the client may publish at QoS 0 and 1, not 2; it may still ask for any when it subscribes"
        ))
        .absent(&[(ANY, "2: the client may publish at every QoS")]);

    RETAIN_AVAILABLE = 0x25,
    PropertyInfo::new("mqtt.property.retain_available", "Retain Available", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNACK, "3.2.2.3.5", "MQTT-3.2.2-13 MQTT-3.2.2-14")])
        .says(switch!(
            "the server keeps no retained messages; the client must not set RETAIN",
            "the server keeps retained messages"
        ))
        .absent(&[(ANY, "1: the server keeps retained messages")]);

    USER_PROPERTY = 0x26,
    PropertyInfo::new("mqtt.property.user_property", "User Property", Wire::Pair)
        .repeats_in(ANY)
        .at(&[
            place(CONNECT, "3.1.2.11.8", ""),
            place(WILL, "3.1.3.2.8", "MQTT-3.1.3-10"),
            place(CONNACK, "3.2.2.3.10", "MQTT-3.2.2-20"),
            place(PUBLISH, "3.3.2.3.7", "MQTT-3.3.2-17 MQTT-3.3.2-18"),
            place(PUBACK, "3.4.2.2.3", "MQTT-3.1.2-29 MQTT-3.4.2-3"),
            place(PUBREC, "3.5.2.2.3", "MQTT-3.1.2-29 MQTT-3.5.2-3"),
            place(PUBREL, "3.6.2.2.3", "MQTT-3.1.2-29 MQTT-3.6.2-3"),
            place(PUBCOMP, "3.7.2.2.3", "MQTT-3.1.2-29 MQTT-3.7.2-3"),
            place(SUBSCRIBE, "3.8.2.1.3", ""),
            place(SUBACK, "3.9.2.1.3", "MQTT-3.1.2-29 MQTT-3.9.2-2"),
            place(UNSUBSCRIBE, "3.10.2.1.2", ""),
            place(UNSUBACK, "3.11.2.1.3", "MQTT-3.1.2-29 MQTT-3.11.2-2"),
            place(DISCONNECT, "3.14.2.2.4", "MQTT-3.14.2-4"),
            place(AUTH, "3.15.2.2.5", "MQTT-3.1.2-29 MQTT-3.15.2-3"),
        ])
        .says(&[
            (CONNECT, Says::Always("a note on the connection, meant for the server; the application gives it sense")),
            (WILL, Says::Always("goes out with the Will Message; the order of several is kept")),
            (PUBLISH, Says::Always("goes with the message to every subscriber; the order of several is kept")),
            (REQUEST, Says::Always("a note on the request, meant for the server; the application gives it sense")),
            (CONNACK.and(ANSWER), Says::Always("a note on the answer, often diagnostic; the receiver may ignore it")),
            (DISCONNECT, Says::Always("a note on the end of the connection, often diagnostic; it may be ignored")),
            (AUTH, Says::Always("a note on this step, often diagnostic; the receiver may ignore it")),
        ]);

    MAXIMUM_PACKET_SIZE = 0x27,
    PropertyInfo::new("mqtt.property.maximum_packet_size", "Maximum Packet Size", Wire::U32)
        .unit(Unit::Bytes)
        .range(1, u32::MAX)
        .at(&[
            place(CONNECT, "3.1.2.11.4", "MQTT-3.1.2-24 MQTT-3.1.2-25"),
            place(CONNACK, "3.2.2.3.6", "MQTT-3.2.2-15"),
        ])
        .says(&[
            (CONNECT, Says::Always("the server must not send larger packets; a message that would be larger is dropped")),
            (CONNACK, Says::Always("the client must not send larger packets")),
        ])
        .absent(&[(ANY, "no limit but the protocol's own, 268,435,460 bytes")]);

    WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28,
    PropertyInfo::new("mqtt.property.wildcard_subscription_available", "Wildcard Subscription Available", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNACK, "3.2.2.3.11", "")])
        .says(switch!(
            "the server takes no Topic Filter with + or #",
            "the server takes Topic Filters with + and #"
        ))
        .absent(&[(ANY, "1: the server takes Topic Filters with + and #")]);

    SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29,
    PropertyInfo::new("mqtt.property.subscription_identifier_available", "Subscription Identifier Available", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNACK, "3.2.2.3.12", "")])
        .says(switch!(
            "the server takes no SUBSCRIBE with a Subscription Identifier",
            "the server takes Subscription Identifiers"
        ))
        .absent(&[(ANY, "1: the server takes Subscription Identifiers")]);

    SHARED_SUBSCRIPTION_AVAILABLE = 0x2a,
    PropertyInfo::new("mqtt.property.shared_subscription_available", "Shared Subscription Available", Wire::Byte)
        .range(0, 1)
        .at(&[place(CONNACK, "3.2.2.3.13", "")])
        .says(switch!(
            "the server takes no shared subscription ($share/...)",
            "the server takes shared subscriptions ($share/...)"
        ))
        .absent(&[(ANY, "1: the server takes shared subscriptions ($share/...)")]);
}

const _: () =
    assert!(ascending(&PROPERTIES), "two properties share an identifier, or are out of order");

const fn ascending(rows: &[PropertyInfo]) -> bool {
    let mut rest = rows;
    while let [first, tail @ ..] = rest {
        if let [second, ..] = tail
            && first.id >= second.id
        {
            return false;
        }
        rest = tail;
    }
    true
}

/// For each identifier the row's position in [`PROPERTIES`]; `NO_ROW` where there is none.
static POSITIONS: [u8; 256] = positions();

const NO_ROW: u8 = 0xff;

const fn positions() -> [u8; 256] {
    let mut table = [NO_ROW; 256];
    let mut slots: &mut [u8] = &mut table;
    let mut id: u8 = 0;
    while let [slot, tail @ ..] = slots {
        *slot = position_of(id);
        slots = tail;
        id = id.wrapping_add(1);
    }
    table
}

const fn position_of(id: u8) -> u8 {
    let mut rest: &[PropertyInfo] = &PROPERTIES;
    let mut position: u8 = 0;
    while let [row, tail @ ..] = rest {
        if row.id == id {
            return position;
        }
        position = position.wrapping_add(1);
        rest = tail;
    }
    NO_ROW
}

impl PropertyId {
    /// The row of the table; `None` for an identifier that the standard does not know.
    ///
    /// ```
    /// # use mqttscope::spec::PropertyId;
    /// assert_eq!(PropertyId(0x21).info().unwrap().name, "Receive Maximum");
    /// assert!(PropertyId(0x04).info().is_none());
    /// ```
    #[must_use]
    pub fn info(self) -> Option<&'static PropertyInfo> {
        let position = POSITIONS.get(usize::try_from(self.0).ok()?)?;
        PROPERTIES.get(usize::from(*position))
    }

    /// The standard's name; `Unknown property` for an identifier that it does not know.
    ///
    /// ```
    /// # use mqttscope::spec::PropertyId;
    /// assert_eq!(PropertyId::REASON_STRING.name(), "Reason String");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().map_or("Unknown property", |row| row.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Table 2-4, typed from the standard and not from the rows above: identifier, name, type, the
    /// packets that may carry it (`Will` is the Will Properties).
    const TABLE_2_4: &str = "\
01 | Payload Format Indicator | Byte | PUBLISH Will
02 | Message Expiry Interval | U32 | PUBLISH Will
03 | Content Type | Utf8 | PUBLISH Will
08 | Response Topic | Utf8 | PUBLISH Will
09 | Correlation Data | Binary | PUBLISH Will
0b | Subscription Identifier | VarInt | PUBLISH SUBSCRIBE
11 | Session Expiry Interval | U32 | CONNECT CONNACK DISCONNECT
12 | Assigned Client Identifier | Utf8 | CONNACK
13 | Server Keep Alive | U16 | CONNACK
15 | Authentication Method | Utf8 | CONNECT CONNACK AUTH
16 | Authentication Data | Binary | CONNECT CONNACK AUTH
17 | Request Problem Information | Byte | CONNECT
18 | Will Delay Interval | U32 | Will
19 | Request Response Information | Byte | CONNECT
1a | Response Information | Utf8 | CONNACK
1c | Server Reference | Utf8 | CONNACK DISCONNECT
1f | Reason String | Utf8 | CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH
21 | Receive Maximum | U16 | CONNECT CONNACK
22 | Topic Alias Maximum | U16 | CONNECT CONNACK
23 | Topic Alias | U16 | PUBLISH
24 | Maximum QoS | Byte | CONNACK
25 | Retain Available | Byte | CONNACK
26 | User Property | Pair | CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK DISCONNECT AUTH Will
27 | Maximum Packet Size | U32 | CONNECT CONNACK
28 | Wildcard Subscription Available | Byte | CONNACK
29 | Subscription Identifier Available | Byte | CONNACK
2a | Shared Subscription Available | Byte | CONNACK
";

    /// For each place the section of its properties and the properties in the order of their
    /// subsections, of which the first, `.1`, is Property Length.
    const SECTIONS: &[(PacketSet, &str, &[u32])] = &[
        (CONNECT, "3.1.2.11", &[0x11, 0x21, 0x27, 0x22, 0x19, 0x17, 0x26, 0x15, 0x16]),
        (WILL, "3.1.3.2", &[0x18, 0x01, 0x02, 0x03, 0x08, 0x09, 0x26]),
        (
            CONNACK,
            "3.2.2.3",
            &[
                0x11, 0x21, 0x24, 0x25, 0x27, 0x12, 0x22, 0x1f, 0x26, 0x28, 0x29, 0x2a, 0x13, 0x1a,
                0x1c, 0x15, 0x16,
            ],
        ),
        (PUBLISH, "3.3.2.3", &[0x01, 0x02, 0x23, 0x08, 0x09, 0x26, 0x0b, 0x03]),
        (PUBACK, "3.4.2.2", &[0x1f, 0x26]),
        (PUBREC, "3.5.2.2", &[0x1f, 0x26]),
        (PUBREL, "3.6.2.2", &[0x1f, 0x26]),
        (PUBCOMP, "3.7.2.2", &[0x1f, 0x26]),
        (SUBSCRIBE, "3.8.2.1", &[0x0b, 0x26]),
        (SUBACK, "3.9.2.1", &[0x1f, 0x26]),
        (UNSUBSCRIBE, "3.10.2.1", &[0x26]),
        (UNSUBACK, "3.11.2.1", &[0x1f, 0x26]),
        (DISCONNECT, "3.14.2.2", &[0x11, 0x1f, 0x26, 0x1c]),
        (AUTH, "3.15.2.2", &[0x15, 0x16, 0x1f, 0x26]),
    ];

    fn places(set: PacketSet) -> Vec<&'static str> {
        set.names().map(|name| if name == "Will Properties" { "Will" } else { name }).collect()
    }

    #[test]
    fn rows_are_table_2_4() {
        let shown: String = PROPERTIES
            .iter()
            .map(|p| {
                let places = places(p.allowed).join(" ");
                format!("{:02x} | {} | {:?} | {places}\n", p.id, p.name, p.wire)
            })
            .collect();
        assert_eq!(shown, TABLE_2_4);
    }

    #[test]
    fn each_place_has_the_section_of_the_standard() {
        let mut total = 0;
        for (place, section, ids) in SECTIONS {
            for (id, number) in ids.iter().zip(2..) {
                let row = PropertyId(*id).info().unwrap();
                let found = row.place(*place).map(|p| p.section);
                assert_eq!(found, Some(format!("{section}.{number}").as_str()), "{}", row.name);
            }
            total += ids.len();
        }
        assert_eq!(total, PROPERTIES.iter().map(|row| row.places.len()).sum::<usize>());
    }

    #[test]
    fn statements_are_well_formed() {
        for place in PROPERTIES.iter().flat_map(|row| row.places) {
            let mut seen = HashSet::new();
            for id in place.statements.split_terminator(' ') {
                let parts: Vec<&str> = id.split('-').collect();
                let [head, section, number] = parts.as_slice() else { panic!("{id}") };
                assert_eq!(*head, "MQTT");
                assert!(section.split('.').all(|n| n.parse::<u8>().is_ok()), "{id}");
                assert!(number.parse::<u8>().is_ok_and(|n| n > 0), "{id}");
                assert!(seen.insert(id), "{id} stands twice");
            }
        }
    }

    #[test]
    fn every_row_is_found_by_its_identifier_and_nothing_else() {
        for id in 0..600 {
            let row = PROPERTIES.iter().find(|row| u32::from(row.id) == id);
            let found = PropertyId(id).info();
            assert_eq!(found.map(|row| row.id), row.map(|row| row.id));
        }
        assert_eq!(PropertyId(u32::MAX).info().map(|row| row.id), None);
        assert_eq!(PropertyId::TOPIC_ALIAS.name(), "Topic Alias");
        assert_eq!(PropertyId(0x7f).name(), "Unknown property");
    }

    #[test]
    fn keys_and_names_are_unique_and_keys_follow_the_names() {
        let keys: HashSet<_> = PROPERTIES.iter().map(|row| row.key).collect();
        let names: HashSet<_> = PROPERTIES.iter().map(|row| row.name).collect();
        assert_eq!((keys.len(), names.len()), (27, 27));
        for row in &PROPERTIES {
            // Wireshark's name differs from the standard's here.
            let name = if row.id == 0x24 { "max_qos" } else { row.name };
            let expected = format!("mqtt.property.{}", name.to_lowercase().replace(' ', "_"));
            assert_eq!(row.key, expected);
        }
    }

    #[test]
    fn only_two_properties_repeat() {
        for row in &PROPERTIES {
            let expected = match row.id {
                0x26 => places(row.allowed),
                0x0b => vec!["PUBLISH"],
                _ => vec![],
            };
            let repeats = places(row.repeats).into_iter();
            assert_eq!(repeats.collect::<Vec<_>>(), expected, "{}", row.name);
        }
    }

    #[test]
    fn numbers_have_the_range_and_unit_of_the_standard() {
        for row in &PROPERTIES {
            let range = match (row.wire, row.id) {
                (Wire::Byte, _) => (0, 1),
                (Wire::U16, 0x21 | 0x23) => (1, 65_535),
                (Wire::U16, _) => (0, 65_535),
                (Wire::U32, 0x27) => (1, u32::MAX),
                (Wire::U32, _) => (0, u32::MAX),
                (Wire::VarInt, _) => (1, 268_435_455),
                (Wire::Utf8 | Wire::Binary | Wire::Pair, _) => (0, 0),
            };
            assert_eq!((row.min, row.max), range, "{}", row.name);
            let unit = match row.id {
                0x02 | 0x11 | 0x13 | 0x18 => Unit::Seconds,
                0x27 => Unit::Bytes,
                _ => Unit::None,
            };
            assert_eq!(row.unit, unit, "{}", row.name);
        }
        assert!(!PropertyId::RECEIVE_MAXIMUM.info().unwrap().in_range(0));
        assert!(!PropertyId::MAXIMUM_QOS.info().unwrap().in_range(2));
        assert!(PropertyId::TOPIC_ALIAS_MAXIMUM.info().unwrap().in_range(0));
    }

    fn assert_clause(clause: &str) {
        let first = clause.chars().next();
        assert!(first.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit()), "{clause:?}");
        assert!(!clause.ends_with('.') && clause.len() < 110, "{clause}");
    }

    #[test]
    fn every_legal_value_says_something_in_every_place() {
        for row in &PROPERTIES {
            for place in row.places {
                for value in [row.min, row.min.saturating_add(1), row.max] {
                    assert_clause(row.meaning(place.place, Some(value)));
                }
                let absence = row.absence(place.place);
                if !absence.is_empty() {
                    assert_clause(absence);
                }
            }
            for (_, clause) in row.absent {
                assert_clause(clause);
            }
        }
    }

    #[test]
    fn words_depend_on_value_and_place() {
        let expiry = PropertyId::SESSION_EXPIRY_INTERVAL.info().unwrap();
        assert_eq!(expiry.meaning(CONNECT, Some(0)), "the session ends with the connection");
        assert_eq!(expiry.meaning(CONNECT, Some(u32::MAX)), "the session never expires");
        assert_ne!(expiry.meaning(CONNECT, Some(9)), expiry.meaning(DISCONNECT, Some(9)));
        assert_ne!(expiry.absence(CONNECT), expiry.absence(DISCONNECT));
        assert_eq!(expiry.meaning(PUBLISH, Some(0)), "");
        let qos = PropertyId::MAXIMUM_QOS.info().unwrap();
        assert_eq!(qos.meaning(CONNACK, Some(7)), "");
    }
}
