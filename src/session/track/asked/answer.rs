//! Answers: what they end, and what nothing waits for.

use super::{Asked, Done};
use crate::session::Partner;
use crate::session::shared::Scope;
use crate::session::track::Notes;
use crate::spec::{Field, PacketType, Rule};

/// Exchanges that are remembered once they are over, to tell a second answer from one to nothing.
pub(super) const DONE: usize = 16;
/// Answers that are remembered where they were seen before their request: a capture that mixes up
/// its frames does so within a few.
const EARLY: usize = 64;

impl Asked {
    /// A PUBREC that does not refuse: the first answer of QoS 2. The packet that it answers goes to `answers`;
    /// whether there is one.
    pub(in crate::session::track) fn received(
        &mut self,
        id: u16,
        answers: &mut Option<Partner>,
        notes: &mut Notes<'_>,
    ) -> bool {
        let at = notes.seen.at;
        match self.open.get_mut(id) {
            Some(exchange) if exchange.next == PacketType::PUBREC => {
                *answers = Some(exchange.partner(at));
                let waited = exchange.waited();
                exchange.step(PacketType::PUBREC, PacketType::PUBREL, at);
                if exchange.received == 0 {
                    exchange.received = at.number;
                }
                self.judge_order(waited, notes);
                true
            }
            _ => {
                self.unasked(id, PacketType::PUBREC, notes);
                false
            }
        }
    }

    /// A packet that ends an exchange. The one that it answers goes to `answers`; the result is the number of
    /// the first packet of the exchange, where there is one.
    #[inline(always)] // hot in one place alone
    pub(in crate::session::track) fn answer(
        &mut self,
        (id, kind): (u16, PacketType),
        codes: Option<usize>,
        answers: &mut Option<Partner>,
        notes: &mut Notes<'_>,
    ) -> Option<u64> {
        let at = notes.seen.at;
        let Some(exchange) = self.open.take(id, kind) else {
            self.unasked(id, kind, notes);
            return None;
        };
        *answers = Some(exchange.partner(at));
        let (message, received) = (exchange.message, exchange.received);
        let (first, last) = (exchange.first.number, exchange.last.number);
        let done = Done { id, first, kind, number: at.number, received, last, message };
        let is_publish = exchange.kind == PacketType::PUBLISH;
        let (waited, filters) = (exchange.waited(), exchange.filters);
        let codes = codes.filter(|_| !exchange.is_muddled);
        if kind == PacketType::PUBACK {
            self.judge_order(waited, notes);
        }
        notes.shared.closed(1);
        self.in_flight = self.in_flight.saturating_sub(u32::from(is_publish));
        if self.done.len() >= DONE {
            self.done.pop_front();
        }
        self.done.push_back(done);
        if let Some(codes) = codes.filter(|codes| *codes as u64 != u64::from(filters)) {
            notes.whole(Rule::CODE_COUNT, (codes as u64, filters.into()));
        }
        Some(first)
    }

    /// An answer that does not fit what is open under its identifier.
    #[cold]
    pub(super) fn unasked(&mut self, id: u16, kind: PacketType, notes: &mut Notes<'_>) {
        if !notes.is_sure() {
            if self.early.len() >= EARLY {
                self.early.pop_front();
            }
            self.early.push_back((id, kind));
            return;
        }
        if self.is_muddled || self.is_partial {
            return;
        }
        let numbers = |number| (u64::from(id), number);
        if let Some(exchange) = self.open.get_mut(id) {
            // What the asker makes of it is not its fault.
            exchange.is_muddled = true;
            if exchange.is_carried && !notes.saw_all(Scope::Session) {
                // The identifier may have got another message, on a connection that is not there.
                return;
            }
            let is_second = kind == PacketType::PUBREC && exchange.received != 0;
            let rule = if is_second { Rule::ACK_TWICE } else { Rule::ACK_WRONG };
            let of = if is_second { exchange.received } else { exchange.first.number };
            return notes.at(rule, Field::PACKET_ID, numbers(of));
        }
        let over = self.done.iter().rev().find(|done| done.id == id);
        match over.filter(|done| done.kind == kind || kind == PacketType::PUBREC) {
            Some(done) => {
                let is_received = kind == PacketType::PUBREC && done.received != 0;
                let first = if is_received { done.received } else { done.number };
                notes.at(Rule::ACK_TWICE, Field::PACKET_ID, numbers(first));
            }
            // A PUBLISH of an earlier connection of the session may have it, and be acknowledged late.
            None if !matches!(kind, PacketType::SUBACK | PacketType::UNSUBACK)
                && !notes.saw_all(Scope::Session) => {}
            None => notes.at(Rule::ACK_UNASKED, Field::PACKET_ID, (id.into(), 0)),
        }
    }

    /// Applies answers that were seen before what they answer. Whether the exchange is over.
    #[cold]
    #[inline(never)]
    pub(super) fn take_early(&mut self, id: u16, notes: &mut Notes<'_>) -> bool {
        while let Some(exchange) = self.open.get_mut(id) {
            let fits = |early: &(u16, PacketType)| *early == (id, exchange.next);
            let Some(at) = self.early.iter().position(fits) else { return false };
            self.early.remove(at);
            self.is_muddled = true;
            exchange.is_muddled = true;
            match exchange.next {
                PacketType::PUBREC => exchange.next = PacketType::PUBREL,
                _ => {
                    self.open.remove(id);
                    notes.shared.closed(1);
                    return true;
                }
            }
        }
        true
    }
}
