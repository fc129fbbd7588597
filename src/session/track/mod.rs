//! The tracker of one connection: each packet in the light of those before it.
//!
//! What may enter: one file a subject, each with its own bounded state; [`Track`] hands every
//! packet to all of them. A finding needs that what it rests on was seen: where the capture begins
//! in the middle of the connection, or bytes were lost, nothing is said that might be false. What
//! rests on both directions needs besides that TCP proves the order of their packets; what rests on the
//! session, that no connection of the client can be missing. [`Notes::saw_all`] answers that for each `Scope`.

mod alias;
mod asked;
mod broken;
mod copied;
mod direct;
mod exchange;
mod handshake;
mod keep_alive;
mod leaving;
mod limits;
mod notes;
mod order;
mod passed;
mod publish;
mod security;
mod session;
mod subscription;
#[cfg(test)]
mod tests;

pub use subscription::matches;

use super::ended::{Disconnect, Ended};
use super::shared::{Hashes, SOON, Whole};
use super::{At, Facts, Partner, Proof, Seen, Shared};
use crate::annotate::Tape;
use crate::mqtt::{Decoded, Packet};
use crate::spec::{PacketType, Sender};
use alias::Aliases;
use copied::Copied;
use direct::Direct;
use exchange::Exchanges;
use handshake::Handshake;
use limits::Negotiated;
use notes::Notes;
use order::Order;
use passed::Passed;
use std::collections::VecDeque;
use subscription::Matched;
pub(super) use subscription::Subscriptions;

/// What is known of one connection, from its packets.
#[derive(Debug, Default)]
pub(super) struct Track {
    order: Order,
    direct: Direct,
    exchanges: Exchanges,
    handshake: Handshake,
    /// The last packets that are not legal by themselves.
    broken: VecDeque<u64>,
    negotiated: Negotiated,
    from_client: Aliases,
    from_server: Aliases,
    subscriptions: Subscriptions,
    /// Messages that were delivered, by their keys.
    copied: Copied,
    passed: Passed,
    /// The client is a bridge, which gets RETAIN as it was published, and not its own messages.
    is_bridge: bool,
    clean_start: Option<bool>,
    /// All subscriptions of the session are known: it began with this connection, or an earlier one
    /// that was seen whole.
    is_session_known: bool,
    /// It began with this connection.
    is_session_new: bool,
    /// It goes on from another connection, and none of its client can have been between the two.
    is_session_unbroken: bool,
    /// The client has left: what comes for its session does not come here.
    has_left: bool,
    /// What is known of the last packet.
    latest: Latest,
}

/// What is known of a packet, as places in the state.
#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    /// The packet that it belongs to, and what it is to that: there is no more than one, as what is sent again is an answer to nothing, and
    /// what came twice no copy.
    partner: Option<Partner>,
    is: Relation,
    lowered_from: Option<u8>,
    alias: Option<(Sender, u16)>,
    filter: Option<u16>,
    is_inside: bool,
}

/// What a packet is to another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Relation {
    /// It answers it.
    #[default]
    Answers,
    /// It sends it again.
    Repeats,
    /// It passes it on.
    Copies,
}

impl Latest {
    /// The packet to which it is that.
    #[inline]
    fn partner(&self, how: Relation) -> Option<&Partner> {
        self.partner.as_ref().filter(|_| self.is == how)
    }

    /// It belongs to another packet.
    #[inline]
    fn belongs(&mut self, how: Relation, partner: Partner) {
        (self.is, self.partner) = (how, Some(partner));
    }
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

    /// Takes a packet. Findings go to `tape`, what it was goes to `record`.
    #[inline(always)] // its only caller does little else
    pub(super) fn packet(
        &mut self,
        seen: &Seen<'_>,
        shared: &mut Shared,
        tape: &mut Tape,
        record: &mut Ended,
    ) {
        self.latest = Latest { is_inside: seen.proof.is_swallowed, ..Latest::default() };
        let Some(sender) = seen.sender else { return };
        if !tape.findings().is_empty() {
            self.breaks(seen, tape);
        }
        self.order.packet(seen, sender, tape);
        let Some(packet) = &seen.decoded.packet else {
            // What it did to the connection is not known.
            return self.lost(sender, seen.at, shared, record);
        };
        if sender == Sender::Server
            && self.order.is_one_sided(seen.decoded.header.packet_type)
            && let Some(line) = &seen.line
        {
            shared.stranger(line.server.ip());
        }
        let is_complete = self.order.is_complete();
        let whole = Whole {
            connection: is_complete,
            sender: seen.proof.is_settled,
            session: self.is_session_new || self.is_session_unbroken,
        };
        let (hashes, keyed) = match packet {
            Packet::Publish(publish) => {
                let hashes = shared.hashes(publish);
                (hashes, shared.keyed(seen, hashes))
            }
            _ => (Hashes::default(), None),
        };
        let is_direct = self.direct.packet(seen);
        let mut notes = Notes { tape, seen, whole, is_direct, hashes, keyed, shared };
        if sender == Sender::Client {
            // What comes when the server has ended the connection ends no silence.
            if !record.from_server.has_ended() {
                keep_alive::packet(&mut record.keep_alive, is_complete, &mut notes);
            }
            if !matches!(packet, Packet::Disconnect(_)) {
                notes.shared.speaks(seen);
            }
        }
        self.handshake.packet(packet, sender, &mut notes);
        let takes = match packet {
            // Nothing but its size could be too much.
            Packet::Ack(_) if !self.negotiated.has_packet_size() => None,
            _ => self.negotiated.for_sender(sender, &notes),
        };
        if let Some(takes) = takes {
            limits::judge(packet, sender, takes, &mut notes);
        }
        let (most, most_alias) =
            takes.map(|takes| (takes.receive_maximum, takes.alias_maximum)).unzip();
        // Nearly all packets are of these two kinds, each of which needs little of the rest.
        match packet {
            Packet::Publish(publish) => {
                if publish.qos > 0 {
                    self.exchanges.publish(publish, sender, most, &mut self.latest, &mut notes);
                }
                self.publish(publish, sender, most_alias, &mut notes, record);
            }
            Packet::Ack(ack) => {
                self.exchanges.ack(ack, sender, &mut self.latest, &mut notes);
                if let Some(asked) = self.answers().map(|asked| asked.at) {
                    self.answers_to(asked, packet, sender, &mut notes);
                }
                let kind = seen.decoded.header.packet_type;
                if sender == Sender::Client
                    && matches!(kind, PacketType::PUBACK | PacketType::PUBREC)
                {
                    self.passed.acknowledged(ack, &mut notes);
                }
                self.judge_owed(sender, &mut notes, record);
            }
            _ => self.about_session(packet, sender, &mut notes, record),
        }
    }

    /// A packet that is neither a message nor the acknowledgment of one.
    #[inline(never)]
    fn about_session(
        &mut self,
        packet: &Packet<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
        record: &mut Ended,
    ) {
        let seen = notes.seen;
        self.latest.partner = self.exchanges.packet(packet, seen, sender, notes);
        if let Some(asked) = self.latest.partner {
            self.answers_to(asked.at, packet, sender, notes);
        }
        match packet {
            Packet::Connect(connect) => {
                self.negotiated.connect(&connect.properties, seen.decoded.version.is_v5());
                self.connect(connect, notes, record);
            }
            Packet::Connack(connack) => self.connack(connack, notes, record),
            Packet::Subscribe(subscribe) => {
                self.subscriptions.subscribe(subscribe, notes);
                security::subscribe(subscribe, notes, record);
            }
            Packet::Suback(suback) => {
                let is_known = self.is_session_known && notes.is_complete() && !self.has_left;
                self.subscriptions.suback(suback, (is_known, self.is_bridge), notes);
            }
            Packet::Unsubscribe(unsubscribe) => {
                self.subscriptions.unsubscribe(unsubscribe, notes);
            }
            Packet::Unsuback(unsuback) => self.subscriptions.unsuback(unsuback, seen.at),
            _ => {}
        }
        self.judge_owed(sender, notes, record);
        if let Packet::Disconnect(left) = packet
            && left.reason != Some(Disconnect::TAKEN_OVER)
            && !seen.proof.is_swallowed
        {
            self.leaves(sender, notes.shared, record);
        }
    }

    /// A packet answers the one at `asked`.
    #[inline(always)] // nearly always it does next to nothing
    fn answers_to(
        &mut self,
        asked: At,
        packet: &Packet<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
    ) {
        if !self.broken.is_empty() {
            self.judge_answer(packet, asked, notes);
        }
        self.exchanges.has_read(sender, asked.number);
        if sender == Sender::Server {
            notes.shared.answered(notes.seen, asked.number);
        }
    }

    /// Where the packet is an answer of the server: what it shows of the copies that did not come.
    #[inline(always)] // nearly always it does next to nothing
    fn judge_owed(&self, sender: Sender, notes: &mut Notes<'_>, record: &mut Ended) {
        if let Some(asked) = self.answers()
            && sender == Sender::Server
            && notes.shared.has_owed()
        {
            self.judge_missed(asked.at, notes, record);
        }
    }

    /// Takes from a packet no more than what its Topic Alias stands for.
    pub(super) fn aliases_alone(&mut self, decoded: &Decoded<'_>, sender: Option<Sender>) {
        self.latest = Latest::default();
        let (Some(sender), Some(Packet::Publish(publish))) = (sender, &decoded.packet) else {
            return;
        };
        self.latest.alias = self.aliases_mut(sender).take(publish).map(|alias| (sender, alias));
    }

    /// The longest packet that the receiver takes, where the sender knew that when it sent one with this
    /// proof. What was lost in between changes no limit.
    pub(super) fn most_bytes(&self, sender: Sender, proof: Proof) -> Option<u32> {
        self.negotiated.of(sender, proof).filter(|_| self.is_begun())?.packet_size
    }

    /// What is known of the last packet from those before it.
    #[inline]
    pub(super) fn facts(&self) -> Facts<'_> {
        let latest = &self.latest;
        let topic = latest.alias.and_then(|(sender, alias)| self.aliases(sender).topic(alias));
        Facts {
            answers: latest.partner(Relation::Answers),
            repeats: latest.partner(Relation::Repeats),
            copy_of: latest.partner(Relation::Copies),
            lowered_from: latest.lowered_from,
            topic,
            filter: latest.filter.and_then(|place| self.subscriptions.text(place)),
            is_inside: latest.is_inside,
        }
    }

    /// The oldest PINGREQ without its answer.
    pub(super) fn unanswered_ping(&self) -> Option<At> {
        self.exchanges.unanswered_ping()
    }

    /// The packet that the last one answers.
    #[inline]
    pub(super) fn answers(&self) -> Option<&Partner> {
        self.latest.partner(Relation::Answers)
    }

    fn aliases_mut(&mut self, sender: Sender) -> &mut Aliases {
        if sender == Sender::Client { &mut self.from_client } else { &mut self.from_server }
    }

    fn aliases(&self, sender: Sender) -> &Aliases {
        if sender == Sender::Client { &self.from_client } else { &self.from_server }
    }
}
