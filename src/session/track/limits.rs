//! What each side said that it takes, and which packet breaks it (5.0: sections 3.1.2.11 and
//! 3.2.2.3).
//!
//! The server has read the CONNECT before it sends anything, so that the client's limits always
//! hold for it. The server's limits bind the client from when its CONNACK has arrived: of that the
//! Acknowledgment Number of the client's segment is the proof.

use super::Notes;
use crate::mqtt::Packet;
use crate::mqtt::filter::behind_share;
use crate::mqtt::packet::{Publish, Subscribe};
use crate::mqtt::property::Properties;
use crate::session::Proof;
use crate::session::ended::Limits;
use crate::spec::{Field, PropertyId, Rule, Sender};

/// The limits of a connection of 5.0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Negotiated {
    /// What the client takes; `None`: no CONNECT of 5.0 was seen.
    client: Option<Limits>,
    /// What the server takes, and what proves that its CONNACK had arrived.
    server: Option<(Limits, Proof)>,
}

impl Negotiated {
    /// A CONNECT.
    pub(super) fn connect(&mut self, properties: &Properties<'_>, is_v5: bool) {
        self.client = is_v5.then(|| Limits::of(properties));
    }

    /// A CONNACK that accepts.
    pub(super) fn connack(&mut self, properties: &Properties<'_>, proof: Proof) {
        self.server = self.client.map(|_| (Limits::of(properties), proof));
    }

    /// Whether one side does not take packets of any size.
    #[inline]
    pub(super) fn has_packet_size(&self) -> bool {
        let is_limited = |limits: &Limits| limits.packet_size.is_some();
        self.client.as_ref().is_some_and(is_limited)
            || self.server.as_ref().is_some_and(|(limits, _)| is_limited(limits))
    }

    /// What the receiver of a packet takes, where that is known and its sender had heard of it.
    pub(super) fn for_sender(&self, sender: Sender, notes: &Notes<'_>) -> Option<&Limits> {
        self.of(sender, *notes.seen.proof).filter(|_| notes.is_complete())
    }

    /// The same of a packet with this proof, whatever else of the connection was seen.
    pub(super) fn of(&self, sender: Sender, proof: Proof) -> Option<&Limits> {
        match sender {
            Sender::Server => self.client.as_ref(),
            Sender::Client => {
                let (limits, connack) = self.server.as_ref()?;
                proof.had(*connack).then_some(limits)
            }
        }
    }
}

/// Judges a packet by what its receiver takes.
#[inline]
pub(super) fn judge(packet: &Packet<'_>, sender: Sender, takes: &Limits, notes: &mut Notes<'_>) {
    let len = notes.seen.bytes.len() as u64;
    if let Some(most) = takes.packet_size.filter(|most| len > u64::from(*most)) {
        notes.whole(Rule::PACKET_ABOVE_MAXIMUM, (len, most.into()));
    }
    if sender == Sender::Server {
        return;
    }
    match packet {
        Packet::Publish(publish) => judge_publish(publish, takes, notes),
        Packet::Subscribe(subscribe) => judge_subscribe(subscribe, takes, notes),
        _ => {}
    }
}

fn judge_publish(publish: &Publish<'_>, takes: &Limits, notes: &mut Notes<'_>) {
    if publish.qos > takes.qos && publish.qos < 3 {
        let numbers = (publish.qos.into(), takes.qos.into());
        notes.at(Rule::QOS_ABOVE_MAXIMUM, Field::QOS, numbers);
    }
    if publish.retain && !takes.retain {
        notes.at(Rule::RETAIN_UNAVAILABLE, Field::RETAIN, (0, 0));
    }
}

#[inline(never)]
fn judge_subscribe(subscribe: &Subscribe<'_>, takes: &Limits, notes: &mut Notes<'_>) {
    let is_shared = |filter: &[u8]| behind_share(filter).is_some();
    let is_wild = |filter: &[u8]| filter.iter().any(|byte| matches!(byte, b'+' | b'#'));
    let place = |is_such: &dyn Fn(&[u8]) -> bool| {
        subscribe.filters().position(|(filter, _)| is_such(filter.0))
    };
    if let Some(nth) = place(&is_wild).filter(|_| !takes.wildcard) {
        notes.at_nth(Rule::WILDCARD_UNAVAILABLE, Field::TOPIC_FILTER, nth);
    }
    if let Some(nth) = place(&is_shared).filter(|_| !takes.shared) {
        notes.at_nth(Rule::SHARED_UNAVAILABLE, Field::TOPIC_FILTER, nth);
    }
    let id = PropertyId::SUBSCRIPTION_IDENTIFIER;
    if !takes.subscription_id && subscribe.properties.get(id).is_some() {
        let field = Field::property(id.0 as u8);
        notes.at(Rule::SUBSCRIPTION_ID_UNAVAILABLE, field, (0, 0));
    }
}
