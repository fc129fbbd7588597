//! What a message carries beside topic and payload, and that a server passes on as it is (5.0:
//! section 3.3.2.3), as little of it as tells two messages apart.

use crate::mqtt::packet::{Publish, Text};
use crate::mqtt::property::{Properties, Value};
use crate::spec::PropertyId;
use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hash};

/// The properties that are passed on unaltered, but for User Property.
const PASSED_ON: [PropertyId; 4] = [
    PropertyId::PAYLOAD_FORMAT_INDICATOR,
    PropertyId::RESPONSE_TOPIC,
    PropertyId::CORRELATION_DATA,
    PropertyId::CONTENT_TYPE,
];

/// What a message carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::session) struct Contents {
    /// Whether it came in a packet of 5.0, which can carry properties.
    pub(in crate::session) is_v5: bool,
    /// RETAIN, or Will Retain.
    pub(in crate::session) retain: bool,
    /// Message Expiry Interval in seconds.
    pub(in crate::session) expiry: Option<u32>,
    /// A hash of each of [`PASSED_ON`]; 0: it is not there.
    fixed: [u32; PASSED_ON.len()],
    /// User Properties: how many, and hashes of them in any order and in their order.
    users: u32,
    any_order: u32,
    in_order: u32,
}

/// What became of a message's properties on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Change {
    /// This one is missing, or is another one.
    Altered(PropertyId),
    /// The User Properties stand in another order.
    Reordered,
}

impl Contents {
    /// Of a PUBLISH.
    #[inline]
    pub(in crate::session) fn of(publish: &Publish<'_>, is_v5: bool, hasher: &RandomState) -> Self {
        Self::new(&publish.properties, publish.retain, is_v5, hasher)
    }

    /// Of a message with these properties.
    #[inline]
    pub(super) fn new(
        properties: &Properties<'_>,
        retain: bool,
        is_v5: bool,
        hasher: &RandomState,
    ) -> Self {
        let out = Self { is_v5, retain, ..Self::default() };
        if properties.is_empty() { out } else { out.with(properties, hasher) }
    }

    /// The same with these properties.
    #[inline(never)]
    fn with(self, properties: &Properties<'_>, hasher: &RandomState) -> Self {
        let mut out = self;
        for (id, value) in properties.iter() {
            match (id, value) {
                (PropertyId::MESSAGE_EXPIRY_INTERVAL, Value::Number(seconds)) => {
                    out.expiry = Some(seconds);
                }
                (PropertyId::USER_PROPERTY, Value::Pair(Text(name), Text(value))) => {
                    let hash = hash(hasher, (name, value));
                    out.users = out.users.saturating_add(1);
                    out.any_order = out.any_order.wrapping_add(hash);
                    out.in_order = out.in_order.rotate_left(5) ^ hash;
                }
                (id, value) => {
                    let place = PASSED_ON.iter().position(|passed| *passed == id);
                    if let Some(place) = place.and_then(|place| out.fixed.get_mut(place)) {
                        *place = of_value(value, hasher).max(1);
                    }
                }
            }
        }
        out
    }

    /// Whether it carries nothing that a copy could lack.
    pub(in crate::session) fn is_bare(&self) -> bool {
        self.expiry.is_none() && self.users == 0 && self.fixed == [0; PASSED_ON.len()]
    }

    /// What a copy has not as this message has it. What the copy has in addition is not told.
    pub(in crate::session) fn changes(&self, copy: &Self) -> impl Iterator<Item = Change> {
        let pairs = PASSED_ON.into_iter().zip(self.fixed.into_iter().zip(copy.fixed));
        let altered = pairs.filter(|(_, (own, copied))| *own != 0 && own != copied);
        let is_lost = self.expiry.is_some() && copy.expiry.is_none();
        let user = match self.users {
            0 => None,
            own if own < copy.users => None,
            own if own > copy.users || self.any_order != copy.any_order => {
                Some(Change::Altered(PropertyId::USER_PROPERTY))
            }
            _ => (self.in_order != copy.in_order).then_some(Change::Reordered),
        };
        altered
            .map(|(id, _)| Change::Altered(id))
            .chain(is_lost.then_some(Change::Altered(PropertyId::MESSAGE_EXPIRY_INTERVAL)))
            .chain(user)
    }
}

fn of_value(value: Value<'_>, hasher: &RandomState) -> u32 {
    match value {
        Value::Number(number) => hash(hasher, number),
        Value::Text(Text(bytes)) | Value::Binary(bytes) => hash(hasher, bytes),
        Value::Pair(Text(name), Text(value)) => hash(hasher, (name, value)),
    }
}

fn hash(hasher: &RandomState, value: impl Hash) -> u32 {
    (hasher.hash_one(value) >> 32) as u32
}
