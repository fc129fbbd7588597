//! What a field is: key, label, kind of value, section. The rows are in `fields`.

use super::packet_type::PacketType;
use super::property::{PropertyId, PropertyInfo, Unit, Wire};
use super::sn;
use super::version::{Sender, Version};
use std::borrow::Cow;
use std::fmt;

/// How the Topic Filter of a shared subscription begins (5.0: section 4.8.2).
pub const SHARE: &[u8] = b"$share/";

/// A field of a packet: an index into [`FIELDS`](super::fields::FIELDS), a property, or a field of
/// MQTT-SN, or a field of what carries packets
/// ([`CARRIER_FIELDS`](super::carrier_fields::CARRIER_FIELDS)).
///
/// ```
/// use mqttscope::spec::{Field, Version};
///
/// assert_eq!(Field::REMAINING_LENGTH.key(), "mqtt.len");
/// assert_eq!(Field::REMAINING_LENGTH.label(Version::V5), "Remaining Length");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(pub u16);

/// How the bytes of a field read.
///
/// ```
/// use mqttscope::spec::{Field, field::Kind};
///
/// assert_eq!(Field::REMAINING_LENGTH.kind(), Kind::VarInt);
/// assert_eq!(Field::PROTOCOL_NAME.kind(), Kind::Text);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Holds other fields.
    Group,
    /// One bit.
    Flag,
    /// A few bits that are a number.
    Bits,
    /// Bits that must have one value.
    Reserved,
    /// A big-endian number of one, two or four bytes.
    Number(Unit),
    /// Variable Byte Integer (5.0: section 1.5.5).
    VarInt,
    /// Two bytes of length, then UTF-8 text.
    Text,
    /// Two bytes of length, then any bytes.
    Data,
    /// UTF-8 text, up to the end of what holds it.
    Tail,
    /// A reason code or return code.
    Code,
    /// Any bytes, up to the end of what holds them.
    Rest,
    /// Bytes that are shown as hex digits, whether they can be read as text or not.
    Hex,
    /// An address of IPv4 or IPv6.
    Address,
    /// Text up to a blank or the end of its line, which belong to the field but are not shown.
    Line,
    /// A line of HTTP: a name, a colon, the value.
    HeaderLine,
    /// A number in digits, as [`Line`](Self::Line) delimited.
    Digits,
    /// Bytes that could not be decoded.
    Undecoded,
    /// A property: its identifier, then a value of this type.
    Property(Wire),
}

/// What of a field may be a secret: a user name, a password, a token.
///
/// ```
/// use mqttscope::spec::{Field, field::Secret};
///
/// assert_eq!(Field::PASSWORD.info().unwrap().secret, Some(Secret::Content));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// All of it, but the length or the name before it.
    Content,
    /// The value of a header line with any name: what stands behind the colon (RFC 9110 5.1).
    Value,
    /// The user information of a URI, and its parameters, query and fragment (RFC 3986 3).
    InUri,
    /// Each item of a list that is none of these.
    AllBut(&'static [&'static str]),
    /// A value of the PROXY protocol, if its type is none that is known to hold no secret.
    ByType,
}

/// What a value does to the conversation.
///
/// ```
/// use mqttscope::spec::{Field, field::Meaning};
///
/// let fixed = Field::all().filter(|(_, row)| matches!(row.meaning, Meaning::Always(_)));
/// assert!(fixed.count() > 0);
/// ```
#[derive(Clone, Copy)]
pub enum Meaning {
    /// Nothing beyond the value itself.
    None,
    /// The same for every value.
    Always(&'static str),
    /// For a flag: the clauses for 0 and for 1.
    Bit(&'static str, &'static str),
    /// A name and a clause for some values.
    Values(&'static [(u64, &'static str, &'static str)]),
    /// Depends on the rest of the packet.
    Computed(fn(&Context, u64) -> Cow<'static, str>),
}

/// What a meaning may depend on besides the value.
///
/// ```
/// use mqttscope::spec::{PacketType, Version, field::Context};
///
/// let context = Context { version: Version::V5, header: 0x30, ..Context::default() };
/// assert_eq!(context.packet_type(), PacketType::PUBLISH);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The version that the packet is read by.
    pub version: Version,
    /// The packet's first byte.
    pub header: u8,
    /// The value of Remaining Length; 0 where there is none.
    pub remaining_length: u64,
    /// Bytes of the packet that are there.
    pub total: u64,
    /// The Connect Flags; 0 where there are none.
    pub connect_flags: u8,
    /// The first version that has the packet's Protocol Name, where a version has it.
    pub named: Option<Version>,
    /// How many fields of the same kind stood before this one in the packet.
    pub index: u32,
    /// Bytes that the field itself takes.
    pub field_bytes: u64,
    /// Which end sent the packet, where that is known.
    pub sender: Option<Sender>,
    /// Whether the packet holds a property that says how many seconds a session lasts, and how many.
    pub session_expiry: Option<u32>,
    /// The one Reason Code or return code of an answer; `None` where there is none, or many.
    pub code: Option<u8>,
    /// Whether the payload, or of a CONNECT the Will Payload, is there and has no bytes.
    pub is_empty: bool,
    /// Whether the field is the Topic Filter of a shared subscription (5.0: section 4.8.2).
    pub is_shared: bool,
    /// Of MQTT-SN: the message type; of an encapsulated message its own.
    pub message_type: sn::MessageType,
    /// Of MQTT-SN: the flags; 0 where there are none.
    pub flags: sn::Flags,
}

impl Context {
    /// The type of the packet.
    ///
    /// ```
    /// # use mqttscope::spec::{PacketType, field::Context};
    /// let context = Context { header: 0x62, ..Context::default() };
    /// assert_eq!(context.packet_type(), PacketType::PUBREL);
    /// ```
    #[must_use]
    pub const fn packet_type(&self) -> PacketType {
        PacketType::of_header(self.header)
    }

    /// Whether the packet is an answer that refuses what it answers: a CONNACK with any code but 0
    /// ([MQTT-3.2.2-6]), an acknowledgement with a Reason Code of 0x80 or more (5.0: section 2.4).
    ///
    /// ```
    /// # use mqttscope::spec::field::Context;
    /// let puback = |code| Context { header: 0x40, code, ..Context::default() };
    /// assert!(puback(Some(0x97)).refuses());
    /// assert!(!puback(Some(0x10)).refuses() && !puback(None).refuses());
    /// ```
    #[must_use]
    pub fn refuses(&self) -> bool {
        let code = self.code.unwrap_or_default();
        match self.packet_type() {
            PacketType::CONNACK => code != 0,
            PacketType::PUBACK | PacketType::PUBREC | PacketType::PUBREL | PacketType::PUBCOMP => {
                code >= 0x80
            }
            _ => false,
        }
    }

    /// The standard's name of the packet's type, whichever standard it is.
    ///
    /// ```
    /// # use mqttscope::spec::field::Context;
    /// assert_eq!(Context { header: 0xd0, ..Context::default() }.type_name(), "PINGRESP");
    /// ```
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self.version {
            Version::Sn12 => self.message_type.name(),
            _ => self.packet_type().name(),
        }
    }
}

/// One row of the table of fields.
///
/// ```
/// use mqttscope::spec::Field;
///
/// let row = Field::PROTOCOL_NAME.info().unwrap();
/// assert_eq!((row.label, row.section_v5), ("Protocol Name", "3.1.2.1"));
/// ```
pub struct FieldInfo {
    /// The key in filters and JSON; Wireshark's where Wireshark has the field.
    pub key: &'static str,
    /// The standard's name for people.
    pub label: &'static str,
    /// The name in 3.1 and 3.1.1, where it differs.
    pub label_v3: &'static str,
    /// How the bytes read.
    pub kind: Kind,
    /// What the value does.
    pub meaning: Meaning,
    /// Section in MQTT 5.0.
    pub section_v5: &'static str,
    /// Section in MQTT 3.1.1.
    pub section_v311: &'static str,
    /// Normative statements of MQTT 5.0, blank between them.
    pub statements_v5: &'static str,
    /// Normative statements of MQTT 3.1.1.
    pub statements_v311: &'static str,
    /// Where it is said, for what another standard than MQTT defines: `RFC 6455 5.2`.
    pub elsewhere: &'static str,
    /// The values that the standard allows, in words.
    pub allowed: &'static str,
    /// What of it may be a secret, which `--redact` hides.
    pub secret: Option<Secret>,
}

impl FieldInfo {
    /// A row with key, label and kind; the rest is added by the methods below.
    #[must_use]
    #[doc(hidden)]
    pub const fn new(key: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            key,
            label,
            label_v3: "",
            kind,
            meaning: Meaning::None,
            section_v5: "",
            section_v311: "",
            statements_v5: "",
            statements_v311: "",
            elsewhere: "",
            allowed: "",
            secret: None,
        }
    }

    /// The label in 3.1 and 3.1.1.
    #[must_use]
    pub(crate) const fn in_v3(mut self, label: &'static str) -> Self {
        self.label_v3 = label;
        self
    }

    /// What the value does.
    #[must_use]
    pub(crate) const fn means(mut self, meaning: Meaning) -> Self {
        self.meaning = meaning;
        self
    }

    /// The sections of MQTT 5.0 and 3.1.1.
    #[must_use]
    #[doc(hidden)]
    pub const fn at(mut self, v5: &'static str, v311: &'static str) -> Self {
        self.section_v5 = v5;
        self.section_v311 = v311;
        self
    }

    /// The standard and the section, where it is not one of MQTT.
    #[must_use]
    #[doc(hidden)]
    pub const fn of(mut self, elsewhere: &'static str) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    /// The normative statements of MQTT 5.0 and 3.1.1.
    #[must_use]
    pub(crate) const fn binds(mut self, v5: &'static str, v311: &'static str) -> Self {
        self.statements_v5 = v5;
        self.statements_v311 = v311;
        self
    }

    /// The allowed values, in words.
    #[must_use]
    pub(crate) const fn allows(mut self, words: &'static str) -> Self {
        self.allowed = words;
        self
    }

    /// Marks the field as a secret.
    #[must_use]
    pub(crate) const fn secret(self) -> Self {
        self.hides(Secret::Content)
    }

    /// Says what of the field may be a secret.
    #[must_use]
    pub(crate) const fn hides(mut self, secret: Secret) -> Self {
        self.secret = Some(secret);
        self
    }
}

impl Field {
    /// Fields from here on are properties: the identifier is added to it.
    const PROPERTY_BASE: u16 = 0x100;
    /// Fields from here on are those of MQTT-SN.
    pub const SN_BASE: u16 = 0x200;
    /// Fields from here on are those of what carries packets.
    pub const CARRIER_BASE: u16 = 0x300;

    /// Every field but the properties, with its row.
    ///
    /// ```
    /// # use mqttscope::spec::Field;
    /// let secret: Vec<_> = Field::all().filter(|(_, row)| row.secret.is_some()).map(|(_, row)| row.label).collect();
    /// assert!(secret.contains(&"Password") && !secret.contains(&"Topic Name"));
    /// ```
    pub fn all() -> impl Iterator<Item = (Self, &'static FieldInfo)> {
        let own = (0..).map(Self).zip(super::fields::FIELDS);
        let sn = (Self::SN_BASE..).map(Self).zip(sn::fields::FIELDS);
        let carrier = (Self::CARRIER_BASE..).map(Self).zip(super::carrier_fields::CARRIER_FIELDS);
        own.chain(sn).chain(carrier)
    }

    /// Whether it is one of MQTT-SN.
    #[must_use]
    pub(crate) fn is_sn(self) -> bool {
        (Self::SN_BASE..Self::CARRIER_BASE).contains(&self.0)
    }

    /// The section of MQTT-SN 1.2 that defines it; empty for a field of MQTT.
    #[must_use]
    pub(crate) fn section_sn(self) -> &'static str {
        self.info().filter(|_| self.is_sn()).map_or("", |info| info.section_v311)
    }

    /// The field of a property.
    #[must_use]
    #[doc(hidden)]
    pub const fn property(id: u8) -> Self {
        Self(Self::PROPERTY_BASE | id as u16)
    }

    /// The row of the property, if the field is one that the standard knows.
    #[must_use]
    pub(crate) fn as_property(self) -> Option<&'static PropertyInfo> {
        (Self::PROPERTY_BASE..Self::SN_BASE)
            .contains(&self.0)
            .then(|| PropertyId(u32::from(self.0 & 0xff)).info())
            .flatten()
    }

    /// The row of the table; `None` for a property.
    ///
    /// ```
    /// # use mqttscope::spec::Field;
    /// assert_eq!(Field::REMAINING_LENGTH.info().unwrap().section_v311, "2.2.3");
    /// ```
    #[must_use]
    pub fn info(self) -> Option<&'static FieldInfo> {
        if let Some(index) = self.0.checked_sub(Self::CARRIER_BASE) {
            return super::carrier_fields::CARRIER_FIELDS.get(usize::from(index));
        }
        match self.0.checked_sub(Self::SN_BASE) {
            Some(index) => sn::fields::FIELDS.get(usize::from(index)),
            None => super::fields::FIELDS.get(usize::from(self.0)),
        }
    }

    /// The key in filters and JSON.
    ///
    /// ```
    /// # use mqttscope::spec::Field;
    /// assert_eq!(Field::PROTOCOL_NAME.key(), "mqtt.protoname");
    /// ```
    #[must_use]
    pub fn key(self) -> &'static str {
        match self.as_property() {
            Some(property) => property.key,
            None => self.info().map_or("mqtt.property.unknown", |info| info.key),
        }
    }

    /// The name for people, as `version` calls it.
    ///
    /// ```
    /// # use mqttscope::spec::{Field, Version};
    /// // MQTT 5.0 gave Clean Session another name.
    /// assert_eq!(Field::CLEAN_START.label(Version::V311), "Clean Session");
    /// assert_eq!(Field::CLEAN_START.label(Version::V5), "Clean Start");
    /// ```
    #[must_use]
    pub fn label(self, version: Version) -> &'static str {
        if let Some(property) = self.as_property() {
            return property.name;
        }
        match self.info() {
            Some(info) if !version.is_v5() && !info.label_v3.is_empty() => info.label_v3,
            Some(info) => info.label,
            None => "Unknown property",
        }
    }

    /// How the bytes read.
    ///
    /// ```
    /// # use mqttscope::spec::{Field, field::Kind};
    /// assert_eq!(Field::CLEAN_START.kind(), Kind::Flag);
    /// ```
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.as_property() {
            Some(property) => Kind::Property(property.wire),
            None => self.info().map_or(Kind::Undecoded, |info| info.kind),
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
