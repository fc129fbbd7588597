//! What both ends told each other that they take (5.0: sections 3.1.2.11 and 3.2.2.3).

use super::Notes;
use crate::mqtt::packet::{Packet, Publish, Subscribe};
use crate::mqtt::property::Properties;
use crate::spec::{Field, PropertyId, Rule, Version};

/// What one end takes. `None` in a field: it did not say, and the standard's default holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    receive_maximum: Option<u32>,
    packet_size: Option<u32>,
    alias_maximum: Option<u32>,
    maximum_qos: Option<u32>,
    retain: Option<u32>,
    wildcard: Option<u32>,
    shared: Option<u32>,
    identifiers: Option<u32>,
}

impl Limits {
    /// By the properties of a CONNECT or CONNACK.
    pub(super) fn of(properties: &Properties<'_>) -> Self {
        let mut limits = Self::default();
        for (id, value) in properties.iter() {
            let crate::mqtt::property::Value::Number(number) = value else { continue };
            let place = match id {
                PropertyId::RECEIVE_MAXIMUM => &mut limits.receive_maximum,
                PropertyId::MAXIMUM_PACKET_SIZE => &mut limits.packet_size,
                PropertyId::TOPIC_ALIAS_MAXIMUM => &mut limits.alias_maximum,
                PropertyId::MAXIMUM_QOS => &mut limits.maximum_qos,
                PropertyId::RETAIN_AVAILABLE => &mut limits.retain,
                PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE => &mut limits.wildcard,
                PropertyId::SHARED_SUBSCRIPTION_AVAILABLE => &mut limits.shared,
                PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE => &mut limits.identifiers,
                _ => continue,
            };
            *place = place.or(Some(number));
        }
        limits
    }

    /// The Topic Alias Maximum; none given means 0.
    pub(super) fn alias_maximum(&self) -> u32 {
        self.alias_maximum.unwrap_or(0)
    }

    /// Judges a packet of 5.0 that goes to this end. `in_flight` are its messages of QoS 1 and 2
    /// that are open, this packet included.
    pub(super) fn judge(
        &self,
        packet: &Packet<'_>,
        len: usize,
        in_flight: usize,
        version: Version,
        notes: &mut Notes<'_>,
    ) {
        if !version.is_v5() {
            return;
        }
        if let Some(most) = self.packet_size.filter(|most| len as u64 > u64::from(*most)) {
            notes.whole(Rule::PACKET_ABOVE_MAXIMUM, (len as u64, most.into()));
        }
        match packet {
            Packet::Publish(publish) => self.publish(publish, in_flight, notes),
            Packet::Subscribe(subscribe) => self.subscribe(subscribe, notes),
            Packet::Connect(_) | Packet::Connack(_) => {}
            _ => {}
        }
    }

    fn publish(&self, publish: &Publish<'_>, in_flight: usize, notes: &mut Notes<'_>) {
        let most = self.receive_maximum.unwrap_or(65_535);
        if publish.qos > 0 && in_flight as u64 > u64::from(most) {
            notes.at(Rule::RECEIVE_MAXIMUM, Field::PACKET_ID, (in_flight as u64, most.into()));
        }
        if let Some(most) = self.maximum_qos.filter(|most| u32::from(publish.qos) > *most) {
            notes.at(Rule::QOS_ABOVE_MAXIMUM, Field::QOS, (publish.qos.into(), most.into()));
        }
        if publish.retain && self.retain == Some(0) {
            notes.at(Rule::RETAIN_NOT_AVAILABLE, Field::RETAIN, (0, 0));
        }
    }

    fn subscribe(&self, subscribe: &Subscribe<'_>, notes: &mut Notes<'_>) {
        let has_id = subscribe.properties.number(PropertyId::SUBSCRIPTION_IDENTIFIER).is_some();
        if has_id && self.identifiers == Some(0) {
            notes.whole(Rule::SUBSCRIPTION_ID_NOT_AVAILABLE, (0, 0));
        }
        let any = |test: &dyn Fn(&[u8]) -> bool| subscribe.filters().any(|(text, _)| test(text.0));
        if self.shared == Some(0) && any(&|filter| filter.starts_with(b"$share/")) {
            notes.whole(Rule::SHARED_NOT_AVAILABLE, (0, 0));
        }
        let is_wild = |filter: &[u8]| filter.contains(&b'#') || filter.contains(&b'+');
        if self.wildcard == Some(0) && any(&is_wild) {
            notes.whole(Rule::WILDCARD_NOT_AVAILABLE, (0, 0));
        }
    }
}
