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
mod will;

pub use subscription::matches;

pub(in crate::session) use exchange::Exchange;
pub(in crate::session) use keep_alive::is_beyond;
pub(in crate::session) use notes::Notes;
pub(in crate::session) use order::{Phase, Said};
pub(in crate::session) use will::{Will, WillState};

use super::shared::Stored;
use super::{At, Facts, Seen, Shared};
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Connack, Connect, Publish};
use crate::spec::{Field, PropertyId, Rule, Sender};
use alias::Aliases;
use exchange::Exchanges;
use keep_alive::KeepAlive;
use limits::Limits;
use order::Order;
use subscription::Subscriptions;

/// What is known of one connection, from its packets.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) order: Order,
    pub(super) exchanges: Exchanges,
    pub(super) keep_alive: KeepAlive,
    pub(super) will: Option<Will>,
    client_takes: Option<Limits>,
    server_takes: Option<Limits>,
    from_client: Aliases,
    from_server: Aliases,
    subscriptions: Subscriptions,
    /// The session lives on for so many seconds behind the end; `None` for ever.
    expiry: Option<Option<u32>>,
    clean_start: Option<bool>,
    /// Exchanges that count among those of all connections.
    open: usize,
}

impl Track {
    /// Takes a packet. Findings go to `tape`.
    pub(super) fn packet<'t>(
        &'t mut self,
        seen: &Seen<'_>,
        client_id: Option<&[u8]>,
        shared: &mut Shared,
        tape: &mut Tape,
    ) -> Facts<'t> {
        let Some(sender) = seen.sender else { return Facts::default() };
        self.order.packet(seen, sender, tape);
        let Some(packet) = &seen.decoded.packet else {
            if sender == Sender::Client {
                self.keep_alive.last = Some(seen.at);
            }
            return Facts::default();
        };
        if let Packet::Connect(connect) = packet {
            self.connect(connect, seen);
        }
        let mut open = self.open;
        let mut notes = Notes {
            tape,
            len: seen.bytes.len(),
            is_complete: self.order.is_complete(),
            is_new_session: self.order.is_new_session(),
            shared,
            open: &mut open,
        };
        if sender == Sender::Client {
            self.keep_alive.packet(seen.at, &mut notes);
        }
        let mut facts = Facts {
            answers: self.exchanges.packet(seen, sender, &mut notes),
            ..Facts::default()
        };
        let in_flight = self.exchanges.in_flight(sender);
        let takes = if sender == Sender::Client { &self.server_takes } else { &self.client_takes };
        if let Some(takes) = takes {
            takes.judge(packet, seen.bytes.len(), in_flight, seen.decoded.version, &mut notes);
        }
        match packet {
            Packet::Connack(connack) => self.connack(connack, seen, client_id, &mut notes),
            Packet::Subscribe(subscribe) => self.subscriptions.subscribe(subscribe),
            Packet::Suback(suback) => self.subscriptions.suback(suback, &mut notes),
            Packet::Unsubscribe(unsubscribe) => self.subscriptions.unsubscribe(unsubscribe),
            Packet::Unsuback(unsuback) => self.subscriptions.unsuback(unsuback),
            Packet::Disconnect(disconnect) if sender == Sender::Client => {
                let code = disconnect.reason.unwrap_or(0);
                if let Some(will) = &mut self.will {
                    will.disconnect(code, seen.at);
                }
                let expiry = disconnect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL);
                if let Some(expiry) = expiry {
                    if expiry > 0 && self.expiry == Some(Some(0)) && notes.is_complete {
                        notes.whole(Rule::EXPIRY_RAISED, (expiry.into(), 0));
                    }
                    self.expiry = Some((expiry != u32::MAX).then_some(expiry));
                }
            }
            Packet::Publish(publish) => {
                let Self { from_client, from_server, subscriptions, client_takes, server_takes, .. } =
                    self;
                let (aliases, takes) = match sender {
                    Sender::Client => (from_client, &*server_takes),
                    Sender::Server => (from_server, &*client_takes),
                };
                let most = takes.as_ref().map(Limits::alias_maximum);
                facts.topic = aliases.publish(publish, most, &mut notes);
                let topic = facts.topic.unwrap_or(publish.topic.0);
                relay(seen, sender, topic, publish, &mut facts, &mut notes);
                if sender == Sender::Server && !topic.is_empty() {
                    let version = seen.decoded.version;
                    facts.filter = subscriptions.delivered(topic, publish, version, &mut notes);
                }
            }
            _ => {}
        }
        self.open = open;
        facts
    }

    /// Bytes of the connection were lost: what rests on having seen everything is not said any more.
    pub(super) fn lost(&mut self, sender: Sender, at: At) {
        self.order.lost();
        if sender == Sender::Client {
            self.keep_alive.last = Some(at);
        }
    }

    /// What the server keeps for the client behind the end of the connection.
    pub(super) fn stored(&self) -> Stored {
        match self.expiry {
            None => Stored::Unknown,
            Some(Some(0)) => Stored::No,
            Some(seconds) => Stored::Yes(seconds),
        }
    }

    /// Whether the session was asked for anew.
    pub(super) fn clean_start(&self) -> Option<bool> {
        self.clean_start
    }

    /// The exchanges of this connection do not count any more.
    pub(super) fn let_go(&mut self, shared: &mut Shared) {
        shared.closed(std::mem::take(&mut self.open));
    }

    fn connect(&mut self, connect: &Connect<'_>, seen: &Seen<'_>) {
        let is_v5 = seen.decoded.version.is_v5();
        let order = std::mem::take(&mut self.order);
        let open = self.open;
        *self = Self { order, open, ..Self::default() };
        self.client_takes = Some(Limits::of(&connect.properties));
        self.keep_alive.seconds = Some(connect.keep_alive);
        self.clean_start = Some(connect.clean_start);
        self.will = connect.will.as_ref().map(|will| Will::new(will, seen.at));
        let expiry = connect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL).unwrap_or(0);
        self.expiry = Some(match is_v5 {
            true => (expiry != u32::MAX).then_some(expiry),
            false if connect.clean_start => Some(0),
            false => None,
        });
    }

    fn connack(
        &mut self,
        connack: &Connack<'_>,
        seen: &Seen<'_>,
        client_id: Option<&[u8]>,
        notes: &mut Notes<'_>,
    ) {
        self.order.accepted(connack);
        if connack.code != 0 {
            return;
        }
        self.server_takes = Some(Limits::of(&connack.properties));
        if let Some(seconds) = connack.properties.number(PropertyId::SERVER_KEEP_ALIVE) {
            self.keep_alive.seconds = u16::try_from(seconds).ok();
        }
        if let Some(seconds) = connack.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL) {
            self.expiry = Some((seconds != u32::MAX).then_some(seconds));
        }
        if connack.session_present && self.clean_start == Some(true) {
            notes.at(Rule::SESSION_AFTER_CLEAN_START, Field::SESSION_PRESENT, (0, 0));
        }
        let (Some(id), Some(stream)) = (client_id, seen.stream) else { return };
        let before = notes.shared.connected(id, stream, seen.at);
        let Some(before) = before else { return };
        if connack.session_present && before.session == Stored::No && before.stream.is_none() {
            notes.at(Rule::SESSION_FROM_NOWHERE, Field::SESSION_PRESENT, (before.ended.number, 0));
        }
        if let Some(old) = before.stream.filter(|old| *old != stream) {
            notes.on(Rule::TAKE_OVER, Field::INPUT, (old, before.since.number));
        }
    }
}

/// A message goes into the broker, or comes out of it.
fn relay(
    seen: &Seen<'_>,
    sender: Sender,
    topic: &[u8],
    publish: &Publish<'_>,
    facts: &mut Facts<'_>,
    notes: &mut Notes<'_>,
) {
    let (Some(stream), false) = (seen.stream, topic.is_empty()) else { return };
    if sender == Sender::Client {
        notes.shared.published(topic, publish.payload, stream, seen.at);
    } else if !publish.retain {
        facts.copy_of = notes.shared.delivered(topic, publish.payload, seen.at);
    }
}
