//! Requests and their answers: which packet answers which.
//!
//! Packet Identifiers are kept apart by direction (5.0: section 2.2.1): those of the client serve
//! PUBLISH, SUBSCRIBE and UNSUBSCRIBE alike. What the two directions have to do with each other is
//! judged only where TCP proves the order of their packets.

use super::asked::{Ask, Asked};
use super::{Latest, Notes};
use crate::mqtt::packet::{Ack, Packet, Publish};
use crate::session::ended::Open;
use crate::session::shared::Kept;
use crate::session::{At, Partner, Seen, Shared};
use crate::spec::{PacketType, Rule, Sender};
use std::collections::VecDeque;

/// PINGREQs that may be open: a client that sends more gets no answers anyway.
const PINGS: usize = 16;

/// Nanoseconds that a PINGRESP may take: no server is so busy for so long that still works.
const PATIENCE: u64 = 5_000_000_000;

/// The Reason Code "Packet Identifier not found".
const NOT_FOUND: u8 = 0x92;

/// The exchanges of one connection.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    client: Asked,
    server: Asked,
    pings: VecDeque<At>,
    /// PINGRESPs that were seen before their PINGREQ.
    early_pongs: usize,
    /// The first PINGREQ since the last PINGRESP that had no answer for so long that it gets none, and
    /// how many of these there are whose PINGRESP may come after all.
    given_up: Option<At>,
    given_up_count: usize,
    /// More pings were open than are remembered.
    lost_pings: bool,
    connect: Option<At>,
    /// The CONNACK that went on with what an earlier connection left open.
    resumed: Option<At>,
    auth: Option<(Sender, At)>,
}

impl Exchanges {
    /// A PUBLISH; the one that it sends again goes to `latest`. `most` is the Receive Maximum that holds for
    /// the sender, where it is known.
    #[inline]
    pub(super) fn publish(
        &mut self,
        publish: &Publish<'_>,
        sender: Sender,
        most: Option<u16>,
        latest: &mut Latest,
        notes: &mut Notes<'_>,
    ) {
        self.of(sender).publish(publish, most, latest, notes);
    }

    /// A packet that is neither a message nor the acknowledgment of one; the result is the one that it
    /// answers.
    pub(super) fn packet(
        &mut self,
        packet: &Packet<'_>,
        seen: &Seen<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let (at, is_v5) = (seen.at, seen.decoded.version.is_v5());
        match packet {
            Packet::Connect(_) => {
                self.connect = Some(at);
                None
            }
            Packet::Connack(_) => {
                self.auth = None;
                self.connect.take().map(|connect| Partner::new(PacketType::CONNECT, connect, at))
            }
            Packet::Auth(auth) => self.auth(auth.reason.unwrap_or(0), sender, at),
            Packet::Pingreq => {
                self.ping(at, notes);
                None
            }
            Packet::Pingresp => self.pong(at, notes),
            Packet::Subscribe(subscribe) => {
                let ask = Ask::new(PacketType::SUBSCRIBE, subscribe.filters().count());
                self.of(sender).ask(subscribe.packet_id, ask, notes);
                None
            }
            Packet::Unsubscribe(unsubscribe) => {
                let ask = Ask::new(PacketType::UNSUBSCRIBE, unsubscribe.filters().count());
                self.of(sender).ask(unsubscribe.packet_id, ask, notes);
                None
            }
            Packet::Suback(answer) => {
                let codes = Some(answer.codes.len());
                let asked = self.of(sender.other());
                let (of, mut answers) = ((answer.packet_id, PacketType::SUBACK), None);
                asked.answer(of, codes, &mut answers, notes);
                answers
            }
            Packet::Unsuback(answer) => {
                let codes = is_v5.then_some(answer.codes.len());
                let asked = self.of(sender.other());
                let (of, mut answers) = ((answer.packet_id, PacketType::UNSUBACK), None);
                asked.answer(of, codes, &mut answers, notes);
                answers
            }
            Packet::Disconnect(_) => {
                if sender == Sender::Client && !notes.seen.proof.is_swallowed {
                    self.client.unanswered(false, notes);
                    self.server.unanswered(true, notes);
                    if let Some(resumed) = self.resumed {
                        self.client.not_resent(resumed, notes);
                    }
                }
                None
            }
            Packet::Publish(_) | Packet::Ack(_) | Packet::Reserved => None,
        }
    }

    /// What is open is not known any more.
    pub(super) fn forget(&mut self, shared: &mut Shared) {
        shared.closed(self.client.open_count().saturating_add(self.server.open_count()));
        *self = Self::default();
    }

    /// What is open, the oldest first, and how much that is.
    pub(super) fn open(&self, most: usize) -> (Vec<Open>, u64) {
        let both = [(Sender::Client, &self.client), (Sender::Server, &self.server)];
        let mut open: Vec<Open> =
            both.into_iter().flat_map(|(asker, asked)| asked.open(asker)).collect();
        let count = open.len() as u64;
        open.sort_unstable_by_key(|open| (open.first.number, open.packet_id));
        open.truncate(most);
        (open, count)
    }

    /// Exchanges that an earlier connection of the session left open go on here.
    pub(super) fn carry(&mut self, kept: &Kept, notes: &mut Notes<'_>) {
        self.resumed = Some(notes.seen.at);
        let mut is_all = kept.is_all;
        for open in &kept.open {
            if notes.shared.may_open() {
                self.of(open.asker).carry(open);
            } else {
                is_all = false;
            }
        }
        if !is_all {
            self.client.is_partial = true;
            self.server.is_partial = true;
        }
    }

    /// A side has answered the packet of the other one with this number, and so has read that.
    pub(super) fn has_read(&mut self, by: Sender, number: u64) {
        self.of(by).has_read(number);
    }

    /// A session that begins anew: nothing was sent in it before. `for_client`: its client knows that, too, and
    /// has to discard what it has kept of the one before, `old`; before 5.0 one that has not asked for a new one
    /// may go on with that (3.1.1: section 3.2.2.2).
    pub(super) fn begin_session(&mut self, for_client: bool, old: &[Open]) {
        self.client.is_new = for_client;
        self.server.is_new = true;
        if for_client {
            self.client.discards(old);
        }
    }

    /// Whether messages to the client wait for its acknowledgments.
    pub(super) fn waits_for_client(&self) -> bool {
        self.server.open_count() > 0
    }

    /// The oldest PINGREQ without its answer.
    pub(super) fn unanswered_ping(&self) -> Option<At> {
        self.given_up.or(self.pings.front().copied())
    }

    fn of(&mut self, asker: Sender) -> &mut Asked {
        if asker == Sender::Client { &mut self.client } else { &mut self.server }
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP. What it answers, or sends again, goes to `latest`.
    #[inline]
    pub(super) fn ack(
        &mut self,
        ack: &Ack<'_>,
        sender: Sender,
        latest: &mut Latest,
        notes: &mut Notes<'_>,
    ) {
        let kind = notes.seen.decoded.header.packet_type;
        if kind == PacketType::PUBREL {
            // A PUBREL comes from the side that published, the others from the one that got it.
            let is_lost = ack.reason == Some(NOT_FOUND);
            return self.of(sender).release(ack.packet_id, is_lost, latest, notes);
        }
        let is_refusal = ack.is_refusal();
        let asked = self.of(sender.other());
        if kind == PacketType::PUBREC && !is_refusal {
            // With it the server may wait for the PUBREL before it passes a message on.
            asked.received(ack.packet_id, &mut latest.partner, notes);
            return;
        }
        let first = asked.answer((ack.packet_id, kind), None, &mut latest.partner, notes);
        if let Some(first) = first.filter(|_| sender == Sender::Server) {
            notes.shared.acknowledged(first, is_refusal, notes.seen.at);
        }
    }

    /// AUTH goes back and forth until the server says Success (5.0: section 4.12).
    fn auth(&mut self, reason: u8, sender: Sender, at: At) -> Option<Partner> {
        let asked = self.auth.take().filter(|(by, _)| *by != sender);
        self.auth = (reason != 0).then_some((sender, at));
        Some(Partner::new(PacketType::AUTH, asked?.1, at))
    }

    fn ping(&mut self, at: At, notes: &mut Notes<'_>) {
        let last = self.pings.back().and_then(|last| Some((last.number, at.since(*last)?)));
        if let Some((number, time)) = last.filter(|(_, time)| *time >= PATIENCE) {
            if notes.is_sure() {
                notes.whole(Rule::PING_UNANSWERED, (number, time));
            }
            // A PINGRESP that comes now answers the one that is sent now.
            self.given_up = self.unanswered_ping();
            self.given_up_count = self.given_up_count.saturating_add(self.pings.len());
            self.pings.clear();
        } else if self.pings.is_empty() {
            self.given_up_count = 0;
        }
        if self.early_pongs > 0 {
            self.early_pongs = self.early_pongs.saturating_sub(1);
        } else if self.pings.len() < PINGS {
            self.pings.push_back(at);
        } else {
            self.lost_pings = true;
        }
    }

    fn pong(&mut self, at: At, notes: &mut Notes<'_>) -> Option<Partner> {
        if let Some(ping) = self.pings.pop_front() {
            self.given_up = None;
            return Some(Partner::new(PacketType::PINGREQ, ping, at));
        }
        if let Some(fewer) = self.given_up_count.checked_sub(1) {
            self.given_up_count = fewer;
            return None;
        }
        if notes.is_sure() && !self.lost_pings {
            notes.whole(Rule::PINGRESP_UNASKED, (0, 0));
        } else {
            self.early_pongs = self.early_pongs.saturating_add(1).min(PINGS);
        }
        None
    }
}
