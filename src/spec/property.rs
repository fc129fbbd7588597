//! The properties of MQTT 5.0 (section 2.2.2.2): one row each.

use super::packet_type::{PacketSet, PacketType as P};

/// A property identifier as it stands on the wire. Values the standard does not know survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyId(pub u32);

/// How a property's value stands on the wire (5.0: section 1.5).
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
pub enum Says {
    /// The same clause for every value.
    Always(&'static str),
    /// A clause for each value that has one of its own; `None` is every other value.
    ByValue(&'static [(Option<u32>, &'static str)]),
}

/// Everything the standard says of one property.
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
    /// What a number counts.
    pub unit: Unit,
    /// Smallest legal value of a number.
    pub min: u32,
    /// Largest legal value of a number.
    pub max: u32,
    /// Where the property may stand.
    pub allowed: PacketSet,
    /// The places where it may stand more than once.
    pub repeats: PacketSet,
    /// What the value does to the conversation, where it stands in a packet.
    pub says: Says,
    /// The same for Will Properties, where it differs.
    pub says_in_will: Option<&'static str>,
    /// What it means that the property is absent; empty where that means nothing in particular.
    pub absent: &'static str,
    /// The sections of MQTT 5.0, for each place in the order of `allowed`: (place, section, statement ids).
    pub sections: &'static [(PacketSet, &'static str, &'static str)],
}
impl PropertyId {
    /// x
    pub fn info(self) -> Option<&'static PropertyInfo> {
        None
    }
}
const _X: Option<P> = None;
