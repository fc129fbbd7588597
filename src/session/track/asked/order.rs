//! What overtakes what, what has waited for long, and what was to be sent again.

use super::{Asked, Exchange, MAX_COMPARED};
use crate::session::shared::Scope;
use crate::session::track::Notes;
use crate::session::{At, Proof};
use crate::spec::{PacketType, Rule, Sender};

/// Nanoseconds from which on something counts as unanswered, and how many are told.
const PATIENCE: u64 = 10_000_000_000;
const MAX_LATE: usize = 4;
/// Nanoseconds in which a client that comes back has sent again what it has to.
const RESEND: u64 = 5_000_000_000;

impl Asked {
    /// Whether an acknowledgment of the client's overtakes that of an exchange which waits for the
    /// same, and since an earlier packet.
    #[inline]
    pub(super) fn judge_order(&mut self, of: &Exchange, notes: &mut Notes<'_>) {
        // Servers acknowledge in any order.
        if notes.seen.sender == Some(Sender::Client) && !self.open.is_empty() {
            self.judge_overtaking(of, notes);
        }
    }

    fn judge_overtaking(&mut self, of: &Exchange, notes: &mut Notes<'_>) {
        let since = |exchange: &Exchange| match exchange.next {
            PacketType::PUBREL => exchange.last.number,
            _ => exchange.first.number,
        };
        let is_certain = |it: &Exchange| !it.is_muddled && !it.is_carried && !it.is_passed;
        if !notes.is_complete() || self.is_muddled || !is_certain(of) {
            return;
        }
        if of.kind != PacketType::PUBLISH || self.open.len() > MAX_COMPARED {
            return;
        }
        let waits = |it: &&mut Exchange| {
            it.kind == of.kind && it.next == of.next && since(it) < since(of) && is_certain(it)
        };
        let oldest = self.open.values_mut().filter(waits).min_by_key(|it| since(it));
        if let Some(oldest) = oldest {
            oldest.is_passed = true;
            notes.whole(Rule::ACK_ORDER, (oldest.first.number, of.first.number));
        }
    }

    /// The client leaves: what has waited for long. `must_arrive`: it is to answer, for which it
    /// must have got what waits.
    pub(in crate::session::track) fn unanswered(&self, must_arrive: bool, notes: &mut Notes<'_>) {
        if !notes.is_sure() || self.is_muddled || self.is_partial {
            return;
        }
        let now = notes.seen;
        let has = |it: &Exchange| {
            now.proof.had(Proof { end: it.end, ..Proof::default() }) || !must_arrive
        };
        // What waits for the next step of its own asker is not owed by the other side.
        let is_owed = |it: &&Exchange| it.next != PacketType::PUBREL && !it.is_muddled;
        let open = self.open.values().filter(|it| is_owed(it) && !it.is_carried && has(it));
        let long = |it: &Exchange| now.at.since(it.last).filter(|time| *time >= PATIENCE);
        let mut late: Vec<_> = open.filter_map(|it| Some((it.last.number, long(it)?))).collect();
        late.sort_unstable();
        for numbers in late.into_iter().take(MAX_LATE) {
            notes.whole(Rule::UNANSWERED, numbers);
        }
    }

    /// The client leaves: what it had to send again since the CONNACK `resumed`, and has not. A
    /// message whose PUBREC had come is left out, as either of its two packets might be meant.
    pub(in crate::session::track) fn not_resent(&self, resumed: At, notes: &mut Notes<'_>) {
        let had_time = notes.seen.at.since(resumed).is_some_and(|time| time >= RESEND);
        if !notes.is_sure() || self.is_partial || !had_time {
            return;
        }
        let is_due = |it: &&Exchange| it.is_carried && it.next != PacketType::PUBREL;
        let mut due: Vec<u64> =
            self.open.values().filter(is_due).map(|it| it.last.number).collect();
        due.sort_unstable();
        let rule = match notes.saw_all(Scope::Session) {
            true => Rule::NOT_RESENT,
            false => Rule::RESENT_UNSEEN,
        };
        for number in due.into_iter().take(MAX_LATE) {
            notes.whole(rule, (number, 0));
        }
    }
}
