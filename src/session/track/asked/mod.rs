//! What one side has asked, by Packet Identifier, and how far each exchange has come.
//!
//! What may enter: one file a step, or what is judged over several exchanges; each adds to [`Asked`].

mod answer;
mod opened;
mod order;
mod publish;
mod release;
mod used;

use super::Notes;
use crate::session::ended::Open;
use crate::session::{At, Partner};
use crate::spec::{Field, PacketType, Rule, Sender};
use opened::Opened;
use std::collections::VecDeque;
use used::Used;

/// Exchanges that are open, up to which all are compared with one.
const MAX_COMPARED: usize = 64;

/// What one side of a connection has asked.
#[derive(Debug, Default)]
pub(super) struct Asked {
    open: Opened,
    /// PUBLISH packets that count against the Receive Maximum.
    in_flight: u32,
    /// The last exchanges that are over.
    done: VecDeque<Done>,
    early: VecDeque<(u16, PacketType)>,
    /// Something was sent again, or answered in an order that is not certain: how many answers
    /// there may be is not certain either.
    is_muddled: bool,
    /// An earlier connection of the session left something open.
    has_carried: bool,
    /// Too much was open to remember all.
    pub(super) is_partial: bool,
    /// Of what an earlier connection began and this one sends again: the number that the last of it
    /// had at first.
    resent: u64,
    /// The session began with this connection.
    pub(super) is_new: bool,
    /// Of the session before that one, which is over: what was open then.
    old: Vec<Open>,
    /// The number of the last packet of the other side that it has answered: by its own packets it had read
    /// that, which the Acknowledgment Number of a segment does not show. TCP renews that when it sends the
    /// segment again, or sends what was written before in one with what is written now.
    read: u64,
    /// The Packet Identifiers that PUBLISH packets have had.
    used: Used,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    kind: PacketType,
    next: PacketType,
    /// For SUBSCRIBE and UNSUBSCRIBE: how many filters.
    filters: u32,
    /// For PUBLISH: a hash of its topic and payload.
    message: Option<u64>,
}

/// An exchange that is open.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    /// The first packet of it, and its type.
    first: At,
    kind: PacketType,
    /// The last packet of it, and its type.
    last: At,
    last_kind: PacketType,
    /// The type of the packet that is to come next.
    next: PacketType,
    filters: u32,
    message: Option<u64>,
    /// The number of the first PUBREC that it got; 0: none was seen.
    received: u64,
    /// What is to come is not certain: something was sent again, or its place in the capture is not
    /// its place in time.
    is_muddled: bool,
    /// An earlier connection of the session began it, and nothing of it was seen here yet.
    is_carried: bool,
    /// It was told already that something overtook it.
    is_passed: bool,
    /// The Sequence Number behind its last packet.
    end: Option<u32>,
}

/// An exchange that is over.
#[derive(Clone, Copy, Debug)]
struct Done {
    id: u16,
    /// The number of its first packet.
    first: u64,
    /// The type of the packet that ended it, and its number.
    kind: PacketType,
    number: u64,
    /// The number of its first PUBREC, as in [`Exchange`].
    received: u64,
    /// The number of the last packet of its asker, and what it was about.
    last: u64,
    message: Option<u64>,
}

impl Ask {
    /// A request with so many filters.
    pub(super) fn new(kind: PacketType, filters: usize) -> Self {
        let next = match kind {
            PacketType::SUBSCRIBE => PacketType::SUBACK,
            _ => PacketType::UNSUBACK,
        };
        Self { kind, next, filters: u32::try_from(filters).unwrap_or(u32::MAX), message: None }
    }
}

impl Exchange {
    #[inline]
    fn new(ask: Ask, at: At, end: Option<u32>) -> Self {
        Self {
            first: at,
            kind: ask.kind,
            last: at,
            last_kind: ask.kind,
            next: ask.next,
            filters: ask.filters,
            message: ask.message,
            received: 0,
            is_muddled: false,
            is_carried: false,
            is_passed: false,
            end,
        }
    }

    /// The packet that one at `now` answers, or sends again.
    fn partner(&self, now: At) -> Partner {
        Partner::new(self.last_kind, self.last, now)
    }

    fn step(&mut self, kind: PacketType, next: PacketType, at: At) {
        (self.last, self.last_kind, self.next) = (at, kind, next);
    }
}

impl Done {
    /// Whether a PUBLISH holds the same message.
    fn is_about(&self, message: Option<u64>) -> bool {
        message.is_some() && self.message == message
    }
}

impl Asked {
    /// How many exchanges are open.
    pub(super) fn open_count(&self) -> usize {
        self.open.len()
    }

    /// The exchanges that are open, in no order.
    pub(super) fn open(&self, asker: Sender) -> impl Iterator<Item = Open> {
        self.open.iter().map(move |(id, exchange)| Open {
            asker,
            packet_id: id,
            kind: exchange.kind,
            first: exchange.first,
            last: exchange.last,
            next: exchange.next,
            is_carried: exchange.is_carried,
            message: exchange.message,
            received: exchange.received,
        })
    }

    /// It has answered the packet of this number: what it sends from now on it sends having read that, and
    /// what stood before it.
    pub(super) fn has_read(&mut self, number: u64) {
        self.read = self.read.max(number);
    }

    /// An exchange that an earlier connection left open.
    pub(super) fn carry(&mut self, open: &Open) {
        let Open { kind, next, message, .. } = *open;
        let ask = Ask { kind, next, filters: 0, message };
        let mut exchange = Exchange::new(ask, open.first, None);
        exchange.last = open.last;
        exchange.received = open.received;
        exchange.is_carried = true;
        exchange.is_muddled = true;
        self.has_carried = true;
        if self.open.get(open.packet_id).is_none() {
            self.open.add(open.packet_id, exchange);
        }
    }

    /// What was open in a session that is over, and is not to go on here.
    pub(super) fn discards(&mut self, old: &[Open]) {
        self.old = old.to_vec();
    }

    /// Of a session that is over: the packet that one with this identifier sends again, which this session has
    /// not had.
    fn of_old(&self, id: u16, fits: impl Fn(&Open) -> bool) -> Option<u64> {
        let old = self.old.iter().filter(|_| self.used.lacks(id));
        let mut old = old.filter(|open| open.packet_id == id && open.kind == PacketType::PUBLISH);
        old.find(|open| fits(open)).map(|open| match open.next {
            PacketType::PUBCOMP => open.last.number,
            _ => open.first.number,
        })
    }

    /// A request of any kind. The result: whether it is open now, and was not before.
    #[inline(always)] // hot in one place alone
    pub(super) fn ask(&mut self, id: u16, ask: Ask, notes: &mut Notes<'_>) -> bool {
        if id == 0 {
            return false;
        }
        let at = notes.seen.at;
        if self.open.get(id).is_some() {
            self.ask_again(id, ask, notes);
            // What was in flight under this identifier still counts, once.
            return false;
        }
        if !notes.shared.may_open() {
            self.is_partial = true;
            return false;
        }
        let end = notes.seen.proof.end;
        self.open.add(id, Exchange::new(ask, at, end));
        let is_over = !self.early.is_empty() && self.take_early(id, notes);
        !is_over
    }

    /// A request under an identifier that is in use.
    #[cold]
    #[inline(never)]
    fn ask_again(&mut self, id: u16, ask: Ask, notes: &mut Notes<'_>) {
        let Some(old) = self.open.get_mut(id) else { return };
        let exchange = Exchange { is_muddled: true, ..Exchange::new(ask, notes.seen.at, None) };
        let before = std::mem::replace(old, exchange);
        self.is_muddled = true;
        // Whatever was sent twice, or on a connection before: its PUBREL here has had no PUBCOMP.
        let is_released = before.next == PacketType::PUBCOMP;
        if notes.is_sure() && !before.is_carried && (is_released || !before.is_muddled) {
            notes.at(Rule::ID_IN_USE, Field::PACKET_ID, (id.into(), before.first.number));
        }
    }
}
