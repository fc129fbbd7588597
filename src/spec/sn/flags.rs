//! The Flags field (section 5.3.4).

use crate::spec::Field;

/// The fields of the byte, in the order of the wire, each with its bits.
pub const FLAG_FIELDS: [(Field, Flags); 6] = [
    (Field::SN_DUP, Flags::DUP),
    (Field::SN_QOS, Flags::QOS),
    (Field::SN_RETAIN, Flags::RETAIN),
    (Field::SN_WILL, Flags::WILL),
    (Field::SN_CLEAN_SESSION, Flags::CLEAN_SESSION),
    (Field::SN_TOPIC_ID_TYPE, Flags::TOPIC_ID_TYPE),
];

/// The bits of a field of the byte; `None` for any other field.
#[must_use]
pub fn of(field: Field) -> Option<Flags> {
    FLAG_FIELDS.iter().find(|row| row.0 == field).map(|row| row.1)
}

/// The byte of flags, as it stands on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// The message is sent again.
    pub const DUP: Self = Self(0x80);
    /// Both bits of QoS.
    pub const QOS: Self = Self(0x60);
    /// The message is to be kept for later subscribers.
    pub const RETAIN: Self = Self(0x10);
    /// The client has a Will.
    pub const WILL: Self = Self(0x08);
    /// The client starts anew.
    pub const CLEAN_SESSION: Self = Self(0x04);
    /// Both bits of TopicIdType.
    pub const TOPIC_ID_TYPE: Self = Self(0x03);

    /// The value of both bits of QoS that stands for QoS -1.
    pub const QOS_MINUS_1: u8 = 3;

    /// Both in one.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they share a bit.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The bits of QoS: 0, 1, 2, and 3 for QoS -1.
    #[must_use]
    pub const fn qos(self) -> u8 {
        self.0 >> 5 & 3
    }

    /// QoS in words: `-1`, `0`, `1` or `2`.
    #[must_use]
    pub const fn qos_name(self) -> &'static str {
        match self.qos() {
            0 => "0",
            1 => "1",
            2 => "2",
            _ => "-1",
        }
    }

    /// How the message names its topic.
    #[must_use]
    pub const fn topic_id_type(self) -> TopicIdType {
        TopicIdType(self.0 & 3)
    }
}

/// How a message names its topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicIdType(pub u8);

impl TopicIdType {
    /// An id that REGISTER or SUBACK assigned; in SUBSCRIBE and UNSUBSCRIBE the name in full.
    pub const NORMAL: Self = Self(0);
    /// An id that client and gateway agreed upon beforehand.
    pub const PREDEFINED: Self = Self(1);
    /// A name of two characters.
    pub const SHORT: Self = Self(2);
    /// Not in use.
    pub const RESERVED: Self = Self(3);
}
