//! PUBREL: the second step of QoS 2.

use super::{Ask, Asked};
use crate::session::ended::Open;
use crate::session::track::{Latest, Notes, Relation};
use crate::spec::{Field, PacketType, Rule};

impl Asked {
    /// PUBREL: the second step of the side that published. `is_lost`: it says itself that it does
    /// not know the identifier. What it answers, or sends again, goes to `latest`.
    pub(in crate::session::track) fn release(
        &mut self,
        id: u16,
        is_lost: bool,
        latest: &mut Latest,
        notes: &mut Notes<'_>,
    ) {
        let at = notes.seen.at;
        let step =
            Ask { kind: PacketType::PUBREL, next: PacketType::PUBCOMP, filters: 0, message: None };
        let Some(exchange) = self.open.get_mut(id) else {
            return self.release_unknown(id, is_lost, step, notes);
        };
        let before = exchange.partner(at);
        let was = exchange.next;
        let waited = exchange.waited();
        exchange.end = notes.seen.proof.end;
        let is_carried = std::mem::take(&mut exchange.is_carried);
        let is_muddled = exchange.is_muddled;
        exchange.step(step.kind, step.next, at);
        let is_sure = notes.is_sure() && !is_carried && !is_muddled;
        match was {
            PacketType::PUBREL => {
                latest.belongs(Relation::Answers, before);
                self.judge_order(waited, notes);
            }
            PacketType::PUBCOMP => {
                exchange.is_muddled = true;
                self.is_muddled = true;
                if is_sure && notes.seen.decoded.version.is_v5() {
                    notes.whole(Rule::SENT_AGAIN, (before.at.number, 0));
                }
                latest.belongs(Relation::Repeats, before);
            }
            _ => {
                exchange.is_muddled = true;
                self.is_muddled = true;
                if is_sure {
                    notes.whole(Rule::PUBREL_EARLY, (before.at.number, 0));
                }
            }
        }
        if !self.early.is_empty() {
            self.take_early(id, notes);
        }
    }

    /// PUBREL with an identifier that nothing is open under.
    #[cold]
    #[inline(never)]
    fn release_unknown(&mut self, id: u16, is_lost: bool, step: Ask, notes: &mut Notes<'_>) {
        let is_known = self.is_new && !self.is_muddled && !self.is_partial;
        // The PUBREL, or the first one to a PUBREC of then.
        let is_due = |old: &Open| old.next != PacketType::PUBACK;
        let old = self.of_old(id, is_due).filter(|_| !is_lost && notes.is_sure());
        if let Some(number) = old {
            notes.at(Rule::OLD_SESSION_RESENT, Field::PACKET_ID, (number, 0));
        } else if notes.is_sure() && is_known && !is_lost {
            let last = self.done.iter().rev().find(|done| done.id == id);
            match last.filter(|done| done.kind == PacketType::PUBREC) {
                // With a refusal the exchange is over.
                Some(refused) => {
                    notes.at(Rule::PUBREL_REFUSED, Field::PACKET_ID, (id.into(), refused.number))
                }
                None => notes.at(Rule::PUBREL_UNKNOWN, Field::PACKET_ID, (id.into(), 0)),
            }
        }
        // It may go on with what an earlier connection began.
        self.ask(id, step, notes);
    }
}
