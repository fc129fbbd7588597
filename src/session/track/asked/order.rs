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

/// What an exchange waited for when its acknowledgment came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waited {
    next: PacketType,
    /// The number of the packet since which it has waited for that, and of its first one.
    since: u64,
    first: u64,
    /// It is of a PUBLISH, and nothing about it is uncertain.
    is_certain: bool,
}

impl Exchange {
    /// What it waits for.
    #[inline]
    pub(super) fn waited(&self) -> Waited {
        let is_certain = self.kind == PacketType::PUBLISH && self.is_certain();
        Waited { next: self.next, since: self.since(), first: self.first.number, is_certain }
    }

    fn since(&self) -> u64 {
        if self.next == PacketType::PUBREL { self.last.number } else { self.first.number }
    }

    fn is_certain(&self) -> bool {
        !self.is_muddled && !self.is_carried && !self.is_passed
    }
}

impl Asked {
    /// Whether an acknowledgment of the client's overtakes that of an exchange which waits for the
    /// same, and since an earlier packet.
    #[inline]
    pub(super) fn judge_order(&mut self, of: Waited, notes: &mut Notes<'_>) {
        // Servers acknowledge in any order.
        if notes.seen.sender == Some(Sender::Client) && of.is_certain && self.open.len() > 0 {
            self.judge_overtaking(of, notes);
        }
    }

    fn judge_overtaking(&mut self, of: Waited, notes: &mut Notes<'_>) {
        if !notes.is_complete() || self.is_muddled || self.open.len() > MAX_COMPARED {
            return;
        }
        let waits = |it: &&mut Exchange| {
            it.next == of.next
                && it.since() < of.since
                && it.kind == PacketType::PUBLISH
                && it.is_certain()
        };
        let oldest = self.open.values_mut().filter(waits).min_by_key(|it| it.since());
        if let Some(oldest) = oldest {
            oldest.is_passed = true;
            notes.whole(Rule::ACK_ORDER, (oldest.first.number, of.first));
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
        let open = self.open.iter().map(|(_, it)| it);
        let open = open.filter(|it| is_owed(it) && !it.is_carried && has(it));
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
            self.open.iter().map(|(_, it)| it).filter(is_due).map(|it| it.last.number).collect();
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
