//! The tracker of one connection: each packet in the light of those before it.
//!
//! What may enter: one file a subject, each with its own bounded state; [`Track`] hands every
//! packet to all of them. A finding needs that what it rests on was seen: where the capture begins
//! in the middle of the connection, or bytes were lost, nothing is said that might be false.

mod alias;
mod exchange;
mod keep_alive;
mod limits;
mod notes;
mod order;
mod subscription;
#[cfg(test)]
mod tests;

pub use subscription::matches;

use super::{At, Facts, Partner, Seen, Shared};
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Connack, Publish};
use crate::spec::{Field, PropertyId, Rule, Sender, Version};
use alias::Aliases;
use exchange::Exchanges;
use keep_alive::KeepAlive;
use limits::Limits;
use notes::Notes;
use order::Order;
use subscription::Subscriptions;

/// What is known of one connection, from its packets.
#[derive(Debug, Default)]
pub(super) struct Track {
    order: Order,
    exchanges: Exchanges,
    keep_alive: KeepAlive,
    client_takes: Option<Limits>,
    from_client: Aliases,
    from_server: Aliases,
    subscriptions: Subscriptions,
    clean_start: Option<bool>,
    /// What is known of the last packet.
    latest: Latest,
}

/// What is known of a packet, as places in the state.
#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    answers: Option<Partner>,
    copy_of: Option<Partner>,
    alias: Option<(Sender, u16)>,
    filter: Option<usize>,
}

impl Track {
    /// The connection is seen from its first byte on.
    pub(super) fn begin(&mut self) {
        self.order.begin();
    }

    /// Whether the connection is seen from its first byte on.
    pub(super) fn is_begun(&self) -> bool {
        self.order.is_begun()
    }

    /// Whether all of it was seen, from its CONNECT on.
    pub(super) fn is_complete(&self) -> bool {
        self.order.is_complete()
    }

    /// Takes a packet. Findings go to `tape`.
    pub(super) fn packet(&mut self, seen: &Seen<'_>, shared: &mut Shared, tape: &mut Tape) {
        self.latest = Latest::default();
        let Some(sender) = seen.sender else { return };
        self.order.packet(seen, sender, tape);
        let Some(packet) = &seen.decoded.packet else {
            // What it did to the connection is not known.
            return self.lost(sender, seen.at, shared);
        };
        let is_complete = self.order.is_complete();
        let mut notes = Notes { tape, len: seen.bytes.len(), is_complete, shared };
        if sender == Sender::Client {
            self.keep_alive.packet(seen.at, &mut notes);
        } else if seen.decoded.version.is_v5() {
            self.size(seen, &mut notes);
        }
        self.latest.answers = self.exchanges.packet(packet, seen, sender, &mut notes);
        match packet {
            Packet::Connect(connect) => {
                self.client_takes = Some(Limits::of(&connect.properties));
                self.keep_alive.seconds = Some(connect.keep_alive);
                self.clean_start = Some(connect.clean_start);
            }
            Packet::Connack(connack) => self.connack(connack, seen.decoded.version, &mut notes),
            Packet::Subscribe(subscribe) => self.subscriptions.subscribe(subscribe),
            Packet::Suback(suback) => self.subscriptions.suback(suback, &mut notes),
            Packet::Unsubscribe(unsubscribe) => self.subscriptions.unsubscribe(unsubscribe),
            Packet::Unsuback(unsuback) => self.subscriptions.unsuback(unsuback),
            Packet::Publish(publish) => self.publish(publish, seen, sender, &mut notes),
            _ => {}
        }
    }

    /// What is known of the last packet from those before it.
    pub(super) fn facts(&self) -> Facts<'_> {
        let Latest { answers, copy_of, alias, filter } = self.latest;
        let topic = alias.and_then(|(sender, alias)| self.aliases(sender).topic(alias));
        Facts {
            answers,
            copy_of,
            topic,
            filter: filter.and_then(|nth| self.subscriptions.filter(nth)),
        }
    }

    /// Bytes of the connection were lost: what rests on them is forgotten.
    pub(super) fn lost(&mut self, sender: Sender, at: At, shared: &mut Shared) {
        self.order.lost();
        self.end(shared);
        (self.from_client, self.from_server) = Default::default();
        self.subscriptions = Subscriptions::default();
        self.latest = Latest::default();
        if sender == Sender::Client {
            self.keep_alive.last = Some(at);
        }
    }

    /// The exchanges of this connection do not count any more.
    pub(super) fn end(&mut self, shared: &mut Shared) {
        shared.closed(self.exchanges.forget());
    }

    fn aliases(&self, sender: Sender) -> &Aliases {
        if sender == Sender::Client { &self.from_client } else { &self.from_server }
    }

    /// A packet to the client may be as long as the client said.
    fn size(&self, seen: &Seen<'_>, notes: &mut Notes<'_>) {
        let most = self.client_takes.and_then(|takes| takes.packet_size);
        let len = seen.bytes.len() as u64;
        if let Some(most) = most.filter(|most| notes.is_complete && len > u64::from(*most)) {
            notes.whole(Rule::PACKET_ABOVE_MAXIMUM, (len, most.into()));
        }
    }

    fn connack(&mut self, connack: &Connack<'_>, version: Version, notes: &mut Notes<'_>) {
        let server = connack.properties.number(PropertyId::SERVER_KEEP_ALIVE);
        if let Some(seconds) = server {
            self.keep_alive.seconds = u16::try_from(seconds).ok();
        }
        // 3.1 has no Session Present.
        let is_present = connack.session_present && version != Version::V31 && connack.code == 0;
        if is_present && notes.is_complete && self.clean_start == Some(true) {
            notes.at(Rule::SESSION_AFTER_CLEAN_START, Field::SESSION_PRESENT, (0, 0));
        }
    }

    fn publish(
        &mut self,
        publish: &Publish<'_>,
        seen: &Seen<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
    ) {
        let most = self.client_takes.map(|takes| takes.alias_maximum);
        let (aliases, most) = match sender {
            Sender::Client => (&mut self.from_client, None),
            Sender::Server => (&mut self.from_server, most.filter(|_| notes.is_complete)),
        };
        let alias = aliases.publish(publish, most, notes);
        self.latest.alias = alias.map(|alias| (sender, alias));
        let known = alias.and_then(|alias| self.aliases(sender).topic(alias));
        let topic = known.unwrap_or(publish.topic.0);
        if topic.is_empty() {
            return;
        }
        let at = seen.at;
        let (filter, copy_of) = match (sender, seen.server) {
            (Sender::Client, Some(server)) => {
                notes.shared.published(server, topic, publish.payload, at);
                (None, None)
            }
            (Sender::Client, None) => (None, None),
            (Sender::Server, server) => {
                let server = server.filter(|_| !publish.retain && !publish.dup);
                let copy =
                    server.and_then(|s| notes.shared.delivered(s, topic, publish.payload, at));
                (self.subscriptions.matching(topic), copy)
            }
        };
        (self.latest.filter, self.latest.copy_of) = (filter, copy_of);
    }
}
