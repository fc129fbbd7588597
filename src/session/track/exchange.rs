//! Requests and their answers: which packet answers which.
//!
//! Packet Identifiers are kept apart by direction (5.0: section 2.2.1): those of the client serve
//! PUBLISH, SUBSCRIBE and UNSUBSCRIBE alike. What answers nothing is no finding: a hole in the
//! other direction may just not be told yet.

use super::Notes;
use crate::mqtt::packet::{Ack, Packet};
use crate::session::{At, Partner, Seen, Shared};
use crate::spec::{PacketType, Rule, Sender};
use std::collections::{HashMap, VecDeque};

/// PINGREQs that may be open: a client that sends more gets no answers anyway.
const PINGS: usize = 16;

/// The exchanges of one connection.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    client: HashMap<u16, Exchange>,
    server: HashMap<u16, Exchange>,
    pings: VecDeque<At>,
    connect: Option<At>,
    auth: Option<(Sender, At)>,
}

/// One that is open.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    /// The last packet of it, and its type.
    last: At,
    kind: PacketType,
    /// The type of the packet that is to come next.
    next: PacketType,
    /// For SUBSCRIBE and UNSUBSCRIBE: how many filters.
    filters: u32,
}

impl Exchanges {
    /// Takes a packet; the result is the one that it answers.
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
                Some(Partner::new(PacketType::CONNECT, self.connect.take()?, at))
            }
            Packet::Auth(auth) => self.auth(auth.reason.unwrap_or(0), sender, at),
            Packet::Pingreq => {
                if self.pings.len() < PINGS {
                    self.pings.push_back(at);
                }
                None
            }
            Packet::Pingresp => {
                Some(Partner::new(PacketType::PINGREQ, self.pings.pop_front()?, at))
            }
            Packet::Publish(publish) => {
                let next = if publish.qos == 1 { PacketType::PUBACK } else { PacketType::PUBREC };
                let id = publish.packet_id.filter(|_| matches!(publish.qos, 1 | 2))?;
                self.ask(sender, id, (PacketType::PUBLISH, next, 0), at, notes.shared);
                None
            }
            Packet::Subscribe(subscribe) => {
                let ask = (PacketType::SUBSCRIBE, PacketType::SUBACK, subscribe.filters().count());
                self.ask(sender, subscribe.packet_id, ask, at, notes.shared);
                None
            }
            Packet::Unsubscribe(unsubscribe) => {
                let ask =
                    (PacketType::UNSUBSCRIBE, PacketType::UNSUBACK, unsubscribe.filters().count());
                self.ask(sender, unsubscribe.packet_id, ask, at, notes.shared);
                None
            }
            Packet::Suback(answer) => {
                let codes = Some(answer.codes.len());
                self.end(sender.other(), answer.packet_id, PacketType::SUBACK, codes, at, notes)
            }
            Packet::Unsuback(answer) => {
                let codes = is_v5.then_some(answer.codes.len());
                self.end(sender.other(), answer.packet_id, PacketType::UNSUBACK, codes, at, notes)
            }
            Packet::Ack(ack) => self.ack(ack, seen, sender, notes),
            Packet::Disconnect(_) | Packet::Reserved => None,
        }
    }

    /// What is open is not known any more: the result is how many exchanges that were.
    pub(super) fn forget(&mut self) -> usize {
        let open = self.client.len().saturating_add(self.server.len());
        *self = Self::default();
        open
    }

    fn of(&mut self, asker: Sender) -> &mut HashMap<u16, Exchange> {
        if asker == Sender::Client { &mut self.client } else { &mut self.server }
    }

    /// AUTH goes back and forth until the server says Success (5.0: section 4.12).
    fn auth(&mut self, reason: u8, sender: Sender, at: At) -> Option<Partner> {
        let asked = self.auth.take().filter(|(by, _)| *by != sender);
        self.auth = (reason != 0).then_some((sender, at));
        Some(Partner::new(PacketType::AUTH, asked?.1, at))
    }

    fn ask(
        &mut self,
        asker: Sender,
        id: u16,
        (kind, next, filters): (PacketType, PacketType, usize),
        at: At,
        shared: &mut Shared,
    ) {
        let open = self.of(asker);
        let old = open.remove(&id).map_or(0, |_| 1);
        shared.closed(old);
        if id != 0 && shared.may_open() {
            let filters = u32::try_from(filters).unwrap_or(u32::MAX);
            open.insert(id, Exchange { last: at, kind, next, filters });
        }
    }

    fn ack(
        &mut self,
        ack: &Ack<'_>,
        seen: &Seen<'_>,
        sender: Sender,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let kind = seen.decoded.header.packet_type;
        // A PUBREL comes from the side that published, the others from the one that got it.
        let asker = if kind == PacketType::PUBREL { sender } else { sender.other() };
        let answered = self.end(asker, ack.packet_id, kind, None, seen.at, notes);
        let next = match kind {
            PacketType::PUBREC if ack.reason.unwrap_or(0) < 0x80 => PacketType::PUBREL,
            PacketType::PUBREL => PacketType::PUBCOMP,
            _ => return answered,
        };
        // A PUBREL may go on with what an earlier connection began; a PUBREC may not.
        if answered.is_some() || kind == PacketType::PUBREL {
            self.ask(asker, ack.packet_id, (kind, next, 0), seen.at, notes.shared);
        }
        answered
    }

    /// What a packet answers, which is not open any more.
    fn end(
        &mut self,
        asker: Sender,
        id: u16,
        kind: PacketType,
        codes: Option<usize>,
        at: At,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let open = self.of(asker);
        let exchange = *open.get(&id).filter(|exchange| exchange.next == kind)?;
        open.remove(&id);
        notes.shared.closed(1);
        let filters = exchange.filters;
        if let Some(codes) = codes.filter(|codes| *codes as u64 != u64::from(filters)) {
            notes.whole(Rule::CODE_COUNT, (codes as u64, filters.into()));
        }
        Some(Partner::new(exchange.kind, exchange.last, at))
    }
}
