//! What the client told the server that it takes (5.0: section 3.1.2.11).
//!
//! Of the server's limits only packets can be judged that the client sent after it got the CONNACK;
//! which those are a capture near the server does not show.

use crate::mqtt::property::Properties;
use crate::spec::PropertyId;

/// What the client takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// Maximum Packet Size; `None`: any.
    pub(super) packet_size: Option<u32>,
    /// Topic Alias Maximum; none given means 0.
    pub(super) alias_maximum: u32,
}

impl Limits {
    /// By the properties of a CONNECT.
    pub(super) fn of(properties: &Properties<'_>) -> Self {
        Self {
            packet_size: properties.number(PropertyId::MAXIMUM_PACKET_SIZE),
            alias_maximum: properties.number(PropertyId::TOPIC_ALIAS_MAXIMUM).unwrap_or(0),
        }
    }
}
