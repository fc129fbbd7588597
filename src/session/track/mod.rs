//! The tracker of one connection: each packet in the light of those before it.
//!
//! What may enter: one file a subject, each with its own bounded state; [`Track`] hands every
//! packet to all of them. A finding needs that what it rests on was seen: where the capture begins
//! in the middle of the connection, or bytes were lost, nothing is said that might be false. What
//! rests on both directions needs besides that TCP proves the order of their packets.

mod alias;
mod asked;
mod exchange;
mod handshake;
mod keep_alive;
mod limits;
mod notes;
mod order;
mod passed;
mod security;
mod subscription;
#[cfg(test)]
mod tests;

pub use subscription::matches;

use super::ended::void::ends_connection;
use super::ended::{Ended, MAX_OPEN_TOLD, MAX_SUBSCRIPTIONS_TOLD, Open};
use super::recent::Recent;
use super::shared::{Copy, Kept, SOON, TakeOver};
use super::{At, Facts, Partner, Seen, Shared};
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Connack, Connect, Publish};
use crate::spec::{Field, PacketType, Rule, Sender, Version};
use alias::Aliases;
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
    /// The client is a bridge, which gets RETAIN as it was published.
    is_bridge: bool,
    clean_start: Option<bool>,
    /// All subscriptions of the session are known: it began with this connection, or an earlier one
    /// that was seen whole.
    is_session_known: bool,
    /// It began with this connection.
    is_session_new: bool,
    /// What is known of the last packet.
    latest: Latest,
}

/// Messages that are remembered for a connection, to see one come twice.
const MAX_COPIED: usize = 256;
/// Copies that did not come that are told on one packet.
const MAX_TOLD: usize = 4;

/// The bit of the Protocol Level by which a bridge says that it is one.
const BRIDGE: u8 = 0x80;

/// Packets that are not legal of which it is remembered.
const MAX_BROKEN: usize = 16;

/// Where a message was delivered last.
#[derive(Debug)]
struct Copied(Recent<u64, At>);

impl Default for Copied {
    fn default() -> Self {
        Self(Recent::new(MAX_COPIED))
    }
}

/// What is known of a packet, as places in the state.
#[derive(Clone, Copy, Debug, Default)]
struct Latest {
    answers: Option<Partner>,
    repeats: Option<Partner>,
    copy_of: Option<Partner>,
    lowered_from: Option<u8>,
    alias: Option<(Sender, u16)>,
    filter: Option<u16>,
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
    pub(super) fn packet(
        &mut self,
        seen: &Seen<'_>,
        shared: &mut Shared,
        tape: &mut Tape,
        record: &mut Ended,
    ) {
        self.latest = Latest::default();
        let Some(sender) = seen.sender else { return };
        self.breaks(seen, tape);
        self.order.packet(seen, sender, tape);
        let Some(packet) = &seen.decoded.packet else {
            // What it did to the connection is not known.
            return self.lost(sender, seen.at, shared, record);
        };
        let is_complete = self.order.is_complete();
        let mut notes = Notes { tape, seen, is_complete, shared };
        if sender == Sender::Client {
            keep_alive::packet(&mut record.keep_alive, is_complete, &mut notes);
        }
        self.handshake.packet(packet, sender, &mut notes);
        let takes = self.negotiated.for_sender(sender, &notes);
        if let Some(takes) = &takes {
            limits::judge(packet, sender, takes, &mut notes);
        }
        let most = takes.map(|takes| takes.receive_maximum);
        let before = self.exchanges.packet(packet, seen, sender, most, &mut notes);
        (self.latest.answers, self.latest.repeats) = (before.answers, before.repeats);
        self.judge_answer(packet, before.answers, &mut notes);
        let is_v5 = seen.decoded.version.is_v5();
        match packet {
            Packet::Connect(connect) => {
                self.negotiated.connect(&connect.properties, is_v5);
                self.connect(connect, &mut notes, record);
            }
            Packet::Connack(connack) => self.connack(connack, &mut notes, record),
            Packet::Subscribe(subscribe) => {
                self.subscriptions.subscribe(subscribe, &notes);
                security::subscribe(subscribe, &mut notes, record);
            }
            Packet::Suback(suback) => {
                let is_known = self.is_session_known && is_complete;
                self.subscriptions.suback(suback, is_known, &mut notes);
            }
            Packet::Unsubscribe(unsubscribe) => {
                self.subscriptions.unsubscribe(unsubscribe, &mut notes);
            }
            Packet::Unsuback(unsuback) => self.subscriptions.unsuback(unsuback, seen.at),
            Packet::Ack(ack) if sender == Sender::Client => {
                let kind = seen.decoded.header.packet_type;
                if matches!(kind, PacketType::PUBACK | PacketType::PUBREC) {
                    self.passed.acknowledged(ack, &mut notes);
                }
            }
            Packet::Publish(publish) => {
                let most = takes.map(|takes| takes.alias_maximum);
                self.publish(publish, sender, most, &mut notes, record);
            }
            _ => {}
        }
        if notes.shared.has_owed() {
            self.judge_missed(sender, &mut notes, record);
        }
    }

    /// An answer of the server shows what has not come to a subscriber: what the server wrote before
    /// stands before it. While the client owes acknowledgments, or takes no packet above a size, the
    /// server may hold back what it has.
    fn judge_missed(&self, sender: Sender, notes: &mut Notes<'_>, record: &mut Ended) {
        let asked = self.latest.answers.filter(|_| sender == Sender::Server && notes.is_complete);
        let (Some(asked), Some(line)) = (asked, notes.seen.line) else { return };
        if self.may_be_held(record) {
            return;
        }
        let missed = notes.shared.missed(line.stream, asked.at, notes.seen.at);
        for missed in missed.iter().take(MAX_TOLD) {
            let rule = if missed.is_will { Rule::WILL_MISSED } else { Rule::COPY_MISSED };
            let place = if missed.is_will { missed.publish.frame } else { missed.publish.number };
            notes.whole(rule, (place, missed.from));
        }
        record.miss(missed);
    }

    /// Whether the server may have a reason to hold back messages.
    fn may_be_held(&self, record: &Ended) -> bool {
        self.exchanges.waits_for_client() || record.from_client.limits.packet_size.is_some()
    }

    /// What is known of the last packet from those before it.
    pub(super) fn facts(&self) -> Facts<'_> {
        let Latest { answers, repeats, copy_of, lowered_from, alias, filter } = self.latest;
        let topic = alias.and_then(|(sender, alias)| self.aliases(sender).topic(alias));
        Facts {
            answers,
            repeats,
            copy_of,
            lowered_from,
            topic,
            filter: filter.and_then(|place| self.subscriptions.text(place)),
        }
    }

    /// The oldest PINGREQ without its answer.
    pub(super) fn unanswered_ping(&self) -> Option<At> {
        self.exchanges.unanswered_ping()
    }

    /// The packet that the last one answers.
    pub(super) fn answers(&self) -> Option<Partner> {
        self.latest.answers
    }

    /// Bytes of the connection were lost: what rests on them is forgotten.
    pub(super) fn lost(&mut self, sender: Sender, at: At, shared: &mut Shared, record: &mut Ended) {
        self.order.lost();
        self.exchanges.forget(shared);
        self.broken.clear();
        shared.unknown(record);
        (self.from_client, self.from_server) = Default::default();
        self.subscriptions = Subscriptions::default();
        self.is_session_known = false;
        self.latest = Latest::default();
        if sender == Sender::Client {
            record.keep_alive.last = Some(at);
        }
    }

    /// Nothing more comes: what is open goes into the record. The result is what the session keeps
    /// for its next connection, where all of that is known.
    pub(super) fn end(&mut self, shared: &mut Shared, record: &mut Ended) -> Option<Kept> {
        if self.may_be_held(record) {
            shared.unknown(record);
        } else {
            shared.gone(record);
        }
        record.is_begun = self.is_begun();
        record.is_complete = self.is_complete();
        if record.from_client.closed.is_none() {
            record.settle_ping(self.unanswered_ping());
        }
        (record.open, record.open_count) = self.exchanges.open(MAX_OPEN_TOLD);
        record.subscriptions = self.subscriptions.granted().take(MAX_SUBSCRIPTIONS_TOLD).collect();
        record.refused = self.subscriptions.refused().to_vec();
        let is_all = record.open_count <= record.open.len() as u64;
        let open: Vec<Open> = record.open.iter().copied().filter(Open::outlives).collect();
        self.exchanges.forget(shared);
        // What may still come rests on what is forgotten now.
        self.order.lost();
        let subscriptions = std::mem::take(&mut self.subscriptions);
        (self.is_session_known && is_all && record.is_complete)
            .then(|| Kept { subscriptions: subscriptions.kept(), open })
    }

    /// Takes note of a packet that its receiver must end the connection for.
    fn breaks(&mut self, seen: &Seen<'_>, tape: &Tape) {
        if ends_connection(seen, tape).is_none() {
            return;
        }
        if self.broken.len() >= MAX_BROKEN {
            self.broken.pop_front();
        }
        self.broken.push_back(seen.at.number);
    }

    /// Whether an answer accepts what is not legal.
    fn judge_answer(&self, packet: &Packet<'_>, to: Option<Partner>, notes: &mut Notes<'_>) {
        let Some(to) = to.filter(|to| self.broken.contains(&to.at.number)) else { return };
        let accepts = match packet {
            Packet::Connack(connack) => connack.code == 0,
            Packet::Ack(ack) => !ack.is_refusal(),
            Packet::Suback(answer) | Packet::Unsuback(answer) => {
                answer.codes.iter().all(|code| *code < 0x80)
            }
            _ => false,
        };
        if accepts && notes.is_complete {
            notes.whole(Rule::BROKEN_ACCEPTED, (to.at.number, 0));
        }
    }

    fn aliases(&self, sender: Sender) -> &Aliases {
        if sender == Sender::Client { &self.from_client } else { &self.from_server }
    }

    fn connect(&mut self, connect: &Connect<'_>, notes: &mut Notes<'_>, record: &mut Ended) {
        self.clean_start = Some(connect.clean_start);
        self.is_bridge = connect.level & BRIDGE != 0;
        let TakeOver { took_over, war, reconnects } =
            notes.shared.connects(record, connect, notes.seen);
        (record.took_over, record.war, record.reconnects) = (took_over, war, reconnects);
        if let Some(other) = took_over {
            let numbers = (other.stream, other.at.number);
            notes.at(Rule::TAKES_OVER, Field::CLIENT_ID, numbers);
        }
        if let Some(war) = war {
            notes.at(Rule::WAR, Field::CLIENT_ID, (war.count, war.time.unwrap_or(0)));
        }
        security::connect(connect, notes, record);
    }

    fn connack(&mut self, connack: &Connack<'_>, notes: &mut Notes<'_>, record: &mut Ended) {
        if connack.code != 0 {
            return notes.shared.refused(record);
        }
        self.negotiated.connack(&connack.properties, notes.seen.proof);
        // 3.1 has no Session Present.
        let has_flag = notes.seen.decoded.version != Version::V31;
        let is_present = connack.session_present && has_flag;
        if is_present && notes.is_complete && self.clean_start == Some(true) {
            notes.at(Rule::SESSION_AFTER_CLEAN_START, Field::SESSION_PRESENT, (0, 0));
        }
        let is_new = self.clean_start == Some(true) || (has_flag && !is_present);
        if is_new {
            self.exchanges.begin_session();
            self.is_session_known = true;
            self.is_session_new = true;
        }
        let kept = notes.shared.accepted(record, is_present, is_new, notes.is_complete);
        if let Some((rule, number)) = kept.finding.filter(|_| notes.is_complete) {
            notes.at(rule, Field::SESSION_PRESENT, (number, 0));
        }
        if let Some(kept) = kept.kept
            && is_present
        {
            self.exchanges.carry(&kept.open, notes.seen.at);
            self.subscriptions = kept.subscriptions;
            self.is_session_known = true;
            if let Some(line) = notes.seen.line.filter(|_| notes.is_complete) {
                for one in self.subscriptions.granted() {
                    notes.shared.subscribed(&line, &one.filter, one.options, notes.seen.at);
                }
            }
        }
    }

    /// An empty message is never kept, and RETAIN is 1 on what was kept alone (3.1.1). In 5.0 a
    /// subscription may want the flag as it was published.
    fn judge_emptied(&self, publish: &Publish<'_>, notes: &mut Notes<'_>) {
        let is_kept = publish.retain && publish.payload.is_empty() && !self.is_bridge;
        if is_kept && notes.is_complete && notes.seen.decoded.version == Version::V311 {
            notes.at(Rule::EMPTY_RETAINED, Field::RETAIN, (0, 0));
        }
    }

    fn publish(
        &mut self,
        publish: &Publish<'_>,
        sender: Sender,
        most: Option<u16>,
        notes: &mut Notes<'_>,
        record: &mut Ended,
    ) {
        let aliases = match sender {
            Sender::Client => &mut self.from_client,
            Sender::Server => &mut self.from_server,
        };
        let alias = aliases.publish(publish, most.map(u32::from), notes);
        self.latest.alias = alias.map(|alias| (sender, alias));
        let known = alias.and_then(|alias| match sender {
            Sender::Client => self.from_client.topic(alias),
            Sender::Server => self.from_server.topic(alias),
        });
        let topic = known.unwrap_or(publish.topic.0);
        if topic.is_empty() {
            return;
        }
        let hash = notes.shared.hash(topic);
        let key = notes.shared.key(notes.seen, hash, publish);
        if sender == Sender::Client {
            if let Some(key) = key {
                notes.shared.published(notes.seen, key, (hash, topic), publish);
            }
            return;
        }
        self.judge_emptied(publish, notes);
        let before = key.and_then(|key| self.copied.0.get(&key).copied());
        let number = before.map(|before| before.number);
        let delivered =
            key.and_then(|key| notes.shared.delivered(notes.seen, key, publish, number));
        let copy = delivered.and_then(|delivered| delivered.copy);
        if let (Some(key), Some(line)) = (key, notes.seen.line)
            && record.comes_late(key)
        {
            notes.shared.is_slow(line.stream);
        }
        if let Some(Copy { of, qos, .. }) = copy {
            self.latest.copy_of = Some(of);
            self.latest.lowered_from = Some(qos).filter(|qos| *qos > publish.qos);
        }
        if let Some(delivered) = delivered.filter(|_| notes.is_complete) {
            let since = record.connect.as_ref().map(|connect| connect.at);
            passed::judge_carried(&delivered, since, notes);
        }
        if let Some(key) = key.filter(|_| copy.is_some()) {
            *self.copied.0.entry(key, || notes.seen.at) = notes.seen.at;
        }
        if self.subscriptions.is_empty() && !self.is_session_known {
            return;
        }
        let matched = self.subscriptions.matching(topic, hash);
        self.latest.filter = matched.granted;
        if self.is_session_known && notes.is_sure() {
            self.subscriptions.judge(publish, matched, self.is_session_new, notes);
        }
        let is_known = self.is_session_known && self.subscriptions.is_whole();
        if let Some(delivered) = delivered.filter(|_| self.is_session_new && !self.is_bridge)
            && self.subscriptions.is_whole()
            && notes.is_complete
        {
            self.passed.judge(publish, hash, delivered, &matched, notes);
            let filter = matched.granted.and_then(|place| self.subscriptions.text(place));
            if let Some(filter) = filter.filter(|_| matched.is_shared && matched.count == 1) {
                let filter = notes.shared.hash(filter);
                self.passed.judge_shared(publish, filter, &delivered, notes);
            }
        }
        if let (Some(copy), Some(before)) = (copy, before)
            && copy.is_alone
            && matched.count == 1
            && is_known
            && notes.is_complete
        {
            let now = notes.seen.at;
            let is_soon = now.since(copy.of.at).is_some_and(|time| time <= SOON);
            if before.number > copy.of.at.number && is_soon {
                record.double(topic, copy.of.at, before, now);
            }
        }
    }
}
