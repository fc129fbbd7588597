//! Requests and their answers: which packet answers which, what is still open, and what answers
//! nothing.
//!
//! Packet Identifiers are kept apart by direction (5.0: section 2.2.1): those of the client serve
//! PUBLISH, SUBSCRIBE and UNSUBSCRIBE alike.

use super::Notes;
use crate::mqtt::packet::Packet;
use crate::session::{At, Partner, Seen};
use crate::spec::{Field, PacketType, Rule, Sender};
use std::collections::{HashMap, VecDeque};

/// Identifiers that are remembered behind the end of their exchange, to tell a second answer from
/// one without a request: a second one comes soon or not at all.
const DONE: usize = 32;
/// PINGREQs that may be open: a client that sends more gets no answers anyway.
const PINGS: usize = 16;

/// The exchanges of one connection.
#[derive(Debug, Default)]
pub(in crate::session) struct Exchanges {
    client: Requests,
    server: Requests,
    pings: VecDeque<At>,
    connect: Option<At>,
    auth: Option<(Sender, At)>,
}

/// What one side has asked for and not been answered.
#[derive(Debug, Default)]
pub(in crate::session) struct Requests {
    open: HashMap<u16, Exchange>,
    /// How many of them are PUBLISH.
    publishes: usize,
    done: VecDeque<(u16, PacketType, At)>,
}

/// One that is open.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Exchange {
    /// The packet that began it.
    pub(in crate::session) first: At,
    /// The type of that packet.
    pub(in crate::session) kind: PacketType,
    /// The last packet of it.
    pub(in crate::session) last: At,
    /// The type of the last packet.
    pub(in crate::session) last_kind: PacketType,
    /// The type of the packet that is to come next.
    pub(in crate::session) next: PacketType,
    /// For SUBSCRIBE and UNSUBSCRIBE: how many filters.
    pub(in crate::session) filters: u32,
}

impl Exchanges {
    /// Takes a packet; the result is the one that it answers.
    pub(in crate::session) fn packet(
        &mut self,
        seen: &Seen<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        match seen.decoded.packet.as_ref()? {
            Packet::Connect(_) => {
                *self = Self { connect: Some(seen.at), ..Self::default() };
                None
            }
            Packet::Connack(_) => {
                let asked = self.connect.take();
                answer(asked?, PacketType::CONNECT, seen.at)
            }
            Packet::Auth(_) => {
                let asked = self.auth.take().filter(|(by, _)| *by != sender);
                self.auth = Some((sender, seen.at));
                answer(asked?.1, PacketType::AUTH, seen.at)
            }
            Packet::Pingreq => {
                if self.pings.len() < PINGS {
                    self.pings.push_back(seen.at);
                }
                None
            }
            Packet::Pingresp => self.pingresp(seen, notes),
            Packet::Publish(publish) => {
                let id = publish.packet_id.filter(|_| matches!(publish.qos, 1 | 2))?;
                self.of(sender).publish(id, publish.qos, publish.dup, seen, notes);
                None
            }
            Packet::Subscribe(subscribe) => {
                let filters = subscribe.filters().count();
                let ask = (PacketType::SUBSCRIBE, PacketType::SUBACK, filters);
                self.of(sender).ask(subscribe.packet_id, ask, seen, notes);
                None
            }
            Packet::Unsubscribe(unsubscribe) => {
                let filters = unsubscribe.filters().count();
                let ask = (PacketType::UNSUBSCRIBE, PacketType::UNSUBACK, filters);
                self.of(sender).ask(unsubscribe.packet_id, ask, seen, notes);
                None
            }
            Packet::Suback(suback) => {
                let (id, codes) = (suback.packet_id, Some(suback.codes.len()));
                self.of(sender.other()).answered(id, 0, codes, seen, notes)
            }
            Packet::Unsuback(unsuback) => {
                let codes = seen.decoded.version.is_v5().then_some(unsuback.codes.len());
                self.of(sender.other()).answered(unsuback.packet_id, 0, codes, seen, notes)
            }
            Packet::Ack(ack) => {
                let kind = seen.decoded.header.packet_type;
                // A PUBREL comes from the side that published, the others from the one that got it.
                let asker = if kind == PacketType::PUBREL { sender } else { sender.other() };
                let reason = ack.reason.unwrap_or(0);
                self.of(asker).answered(ack.packet_id, reason, None, seen, notes)
            }
            Packet::Disconnect(_) | Packet::Reserved => None,
        }
    }

    /// PUBLISH packets of QoS 1 and 2 of a side that are not acknowledged.
    pub(in crate::session) fn in_flight(&self, sender: Sender) -> usize {
        if sender == Sender::Client { self.client.publishes } else { self.server.publishes }
    }

    /// What is open, with the side that asked, in the order of the capture.
    pub(in crate::session) fn open(&self) -> Vec<(Sender, u16, Exchange)> {
        let of = |side: &Requests, sender| {
            side.open.iter().map(|(id, open)| (sender, *id, *open)).collect::<Vec<_>>()
        };
        let mut all = of(&self.client, Sender::Client);
        all.extend(of(&self.server, Sender::Server));
        all.sort_unstable_by_key(|(_, _, open)| open.first.number);
        all
    }

    /// PINGREQs without an answer.
    pub(in crate::session) fn pings(&self) -> impl Iterator<Item = At> + '_ {
        self.pings.iter().copied()
    }

    /// The CONNECT, as long as it is not answered.
    pub(in crate::session) fn connect(&self) -> Option<At> {
        self.connect
    }

    fn of(&mut self, sender: Sender) -> &mut Requests {
        if sender == Sender::Client { &mut self.client } else { &mut self.server }
    }

    fn pingresp(&mut self, seen: &Seen<'_>, notes: &mut Notes<'_>) -> Option<Partner> {
        let asked = self.pings.pop_front();
        if asked.is_none() && notes.is_complete {
            notes.whole(Rule::PINGRESP_UNASKED, (0, 0));
        }
        answer(asked?, PacketType::PINGREQ, seen.at)
    }
}

impl Requests {
    fn publish(&mut self, id: u16, qos: u8, dup: bool, seen: &Seen<'_>, notes: &mut Notes<'_>) {
        let next = if qos == 1 { PacketType::PUBACK } else { PacketType::PUBREC };
        match self.open.get_mut(&id) {
            Some(open) if dup && open.kind == PacketType::PUBLISH => {
                let rule = match seen.decoded.version.is_v5() {
                    true => Rule::SENT_AGAIN_V5,
                    false => Rule::SENT_AGAIN,
                };
                notes.at(rule, Field::DUP, (open.first.number, open.first.frame));
                open.next = next;
                return;
            }
            None if dup && notes.is_complete && notes.is_new_session => {
                notes.at(Rule::DUP_WITHOUT_FIRST, Field::DUP, (id.into(), 0));
            }
            _ => {}
        }
        self.ask(id, (PacketType::PUBLISH, next, 0), seen, notes);
    }

    fn ask(
        &mut self,
        id: u16,
        (kind, next, filters): (PacketType, PacketType, usize),
        seen: &Seen<'_>,
        notes: &mut Notes<'_>,
    ) {
        if id == 0 {
            return; // a finding of its own
        }
        if let Some(open) = self.open.get(&id).copied() {
            notes.at(Rule::ID_IN_USE, Field::PACKET_ID, (id.into(), open.first.number));
            self.close(id);
        }
        if !notes.may_keep() {
            return;
        }
        let filters = u32::try_from(filters).unwrap_or(u32::MAX);
        let at = seen.at;
        self.publishes =
            self.publishes.saturating_add(usize::from(kind == PacketType::PUBLISH));
        let open = Exchange { first: at, kind, last: at, last_kind: kind, next, filters };
        self.open.insert(id, open);
    }

    /// An answer, or a PUBREL, which goes on with an exchange of the same side.
    fn answered(
        &mut self,
        id: u16,
        reason: u8,
        codes: Option<usize>,
        seen: &Seen<'_>,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let kind = seen.decoded.header.packet_type;
        let Some(open) = self.open.get_mut(&id) else {
            return self.unasked(id, kind, notes);
        };
        let last = *open;
        if last.next != kind {
            let again = last.last_kind == kind;
            let rule = if again { Rule::ANSWERED_TWICE } else { Rule::ANSWER_WRONG };
            notes.at(rule, Field::PACKET_ID, (id.into(), last.last.number));
            return answer(last.last, last.last_kind, seen.at);
        }
        if let Some(codes) = codes.filter(|codes| *codes as u64 != u64::from(last.filters)) {
            notes.whole(Rule::CODE_COUNT, (codes as u64, last.filters.into()));
        }
        (open.last, open.last_kind) = (seen.at, kind);
        match kind {
            PacketType::PUBREC if reason < 0x80 => open.next = PacketType::PUBREL,
            PacketType::PUBREL => open.next = PacketType::PUBCOMP,
            _ => {
                self.close(id);
                self.done.push_back((id, kind, seen.at));
                if self.done.len() > DONE {
                    self.done.pop_front();
                }
                notes.let_go();
            }
        }
        let first = (last.first != last.last).then_some(last.first);
        answer(last.last, last.last_kind, seen.at).map(|partner| Partner { first, ..partner })
    }

    fn unasked(&mut self, id: u16, kind: PacketType, notes: &mut Notes<'_>) -> Option<Partner> {
        let done = self.done.iter().rev().find(|(done, last, _)| *done == id && *last == kind);
        if let Some((_, _, at)) = done {
            notes.at(Rule::ANSWERED_TWICE, Field::PACKET_ID, (id.into(), at.number));
        } else if notes.is_complete && (kind != PacketType::PUBREL || notes.is_new_session) {
            notes.at(Rule::ANSWER_UNASKED, Field::PACKET_ID, (id.into(), 0));
        }
        None
    }

    fn close(&mut self, id: u16) {
        if self.open.remove(&id).is_some_and(|open| open.kind == PacketType::PUBLISH) {
            self.publishes = self.publishes.saturating_sub(1);
        }
    }
}

fn answer(asked: At, kind: PacketType, at: At) -> Option<Partner> {
    Some(Partner { kind, at: asked, latency: at.since(asked), first: None })
}
