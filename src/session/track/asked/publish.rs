//! PUBLISH: the first packet of its exchange, and one that is sent again.

use super::answer::DONE;
use super::{Ask, Asked, MAX_COMPARED};
use crate::mqtt::packet::Publish;
use crate::session::Partner;
use crate::session::ended::Open;
use crate::session::shared::{Hashes, Scope};
use crate::session::track::{Latest, Notes, Relation};
use crate::spec::{Field, PacketType, Rule, Sender};

impl Asked {
    /// A PUBLISH; the one that it sends again goes to `latest`. `most` is the Receive Maximum that
    /// holds for it, where it is known.
    pub(in crate::session::track) fn publish(
        &mut self,
        publish: &Publish<'_>,
        most: Option<u16>,
        latest: &mut Latest,
        notes: &mut Notes<'_>,
    ) {
        let next = match publish.qos {
            1 => PacketType::PUBACK,
            2 => PacketType::PUBREC,
            _ => return,
        };
        let Some(id) = publish.packet_id.filter(|id| *id != 0) else { return };
        let message = message(publish, notes);
        let ask = Ask { kind: PacketType::PUBLISH, next, filters: 0, message };
        if publish.dup {
            if self.publish_dup(id, (publish.qos, next), message, latest, notes) {
                return;
            }
        } else if self.has_carried {
            self.judge_no_dup(id, message, notes);
        }
        self.used.insert(id);
        if self.ask(id, ask, notes) {
            self.count(most, notes);
        }
    }

    /// A PUBLISH with DUP, of this QoS and with this answer. Whether it is one that is open, and that is all.
    #[cold]
    #[inline(never)]
    fn publish_dup(
        &mut self,
        id: u16,
        (qos, next): (u8, PacketType),
        message: Option<u64>,
        latest: &mut Latest,
        notes: &mut Notes<'_>,
    ) -> bool {
        if self.may_be_again(id, message) {
            if let Some(first) = self.publish_again(id, next, notes) {
                latest.belongs(Relation::Repeats, first);
            }
            return true;
        }
        // Of one of a session that is over nothing more is to be said.
        if !self.is_of_old(id, message, notes) {
            // Of QoS 1 the same message may come under another identifier.
            self.judge_dup(id, message.filter(|_| qos == 2), notes);
        }
        false
    }

    /// Whether a message may be the one that is open under an identifier: on a connection that was not captured
    /// the identifier may have got another one.
    fn may_be_again(&self, id: u16, message: Option<u64>) -> bool {
        let is_same = |of: Option<u64>| of.zip(message).is_none_or(|(a, b)| a == b);
        self.open.get(id).is_some_and(|open| !open.is_carried || is_same(open.message))
    }

    /// A PUBLISH without DUP, and an earlier connection of the session left something open under its
    /// identifier: it is sent again, or is another one whose identifier is in use.
    #[inline(never)]
    fn judge_no_dup(&self, id: u16, message: Option<u64>, notes: &mut Notes<'_>) {
        let open = self.open.get(id).filter(|open| open.is_carried);
        let Some(open) = open.filter(|_| notes.is_sure()) else { return };
        let is_unreleased = matches!(open.next, PacketType::PUBACK | PacketType::PUBREC);
        let is_same = open.message.zip(message).map(|(a, b)| a == b);
        let saw_all = notes.saw_all(Scope::Session);
        match is_same.filter(|_| is_unreleased) {
            Some(true) => {
                let rule = if saw_all { Rule::RESENT_WITHOUT_DUP } else { Rule::SAME_WITHOUT_DUP };
                notes.at(rule, Field::DUP, (open.first.number, 0));
            }
            // Which message it is its Topic Alias hides.
            None if is_unreleased => {}
            _ => {
                let rule = if saw_all { Rule::ID_IN_USE } else { Rule::ID_IN_USE_UNSEEN };
                notes.at(rule, Field::PACKET_ID, (id.into(), open.first.number));
            }
        }
    }

    /// A PUBLISH with DUP: whether it is one of a session that is over, which is told.
    fn is_of_old(&self, id: u16, message: Option<u64>, notes: &mut Notes<'_>) -> bool {
        let is_same = |old: &Open| message.is_some() && old.message == message;
        let old = self.of_old(id, is_same).filter(|_| notes.is_sure());
        if let Some(number) = old {
            notes.at(Rule::OLD_SESSION_RESENT, Field::DUP, (number, 0));
        }
        old.is_some()
    }

    /// A PUBLISH with DUP though nothing is open under its identifier.
    fn judge_dup(&self, id: u16, message: Option<u64>, notes: &mut Notes<'_>) {
        if !notes.is_sure() {
            return;
        }
        if self.is_muddled || self.is_partial {
            // What was sent again before matters to identifiers that were used.
            if self.is_new && self.used.lacks(id) && self.same(id, message, notes).is_none() {
                notes.at(Rule::DUP_WITHOUT_FIRST, Field::DUP, (id.into(), 0));
            }
            return;
        }
        let is_v5 = notes.seen.decoded.version.is_v5();
        match self.done.iter().rev().find(|done| done.id == id) {
            Some(done) if done.kind == PacketType::PUBCOMP && done.is_about(message) => {
                notes.at(Rule::PUBLISH_AFTER_PUBREL, Field::DUP, (done.last, 0));
            }
            Some(done) if is_v5 => notes.at(Rule::SENT_AGAIN, Field::DUP, (done.first, 0)),
            // Before 5.0 it may cross its acknowledgment on the way.
            // That it had read the PUBREC its PUBREL says.
            Some(done) if self.read >= done.number || done.kind == PacketType::PUBCOMP => {
                notes.at(Rule::DUP_AFTER_ANSWER, Field::DUP, (done.first, done.number));
            }
            Some(_) => {}
            None => match self.same(id, message, notes) {
                Some((other, number)) => {
                    notes.at(Rule::DELIVERED_TWICE, Field::DUP, (other.into(), number));
                }
                None if self.is_new => {
                    notes.at(Rule::DUP_WITHOUT_FIRST, Field::DUP, (id.into(), 0));
                }
                None => {}
            },
        }
    }

    /// A PUBLISH of the same message under another identifier, and that identifier: the one that DUP
    /// is about, where nothing of the session was forgotten.
    fn same(&self, id: u16, message: Option<u64>, notes: &Notes<'_>) -> Option<(u16, u64)> {
        // A client may send again what it sent on a connection before, of which the server knows nothing
        // any more; a server sends that on no new session.
        message.filter(|_| notes.seen.sender == Some(Sender::Server))?;
        if !self.is_new || self.done.len() >= DONE || self.open.len() > MAX_COMPARED {
            return None;
        }
        let done = self.done.iter().filter(|done| done.is_about(message));
        let open = self.open.iter().filter(|(_, it)| it.message == message);
        let done = done.map(|done| (done.id, done.first));
        let mut all = done.chain(open.map(|(id, it)| (id, it.first.number)));
        all.find(|(other, _)| *other != id)
    }

    /// A PUBLISH with DUP, and one with its identifier is open.
    fn publish_again(
        &mut self,
        id: u16,
        next: PacketType,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let read = self.read;
        let exchange = self.open.get_mut(id)?;
        let at = notes.seen.at;
        let was = *exchange;
        let first = Partner::new(was.kind, was.first, at);
        let is_released = was.next == PacketType::PUBCOMP;
        // On the connection of its PUBREL both answers may be on their way.
        if !is_released || was.is_carried {
            exchange.step(PacketType::PUBLISH, next, at);
            exchange.received = 0;
        }
        exchange.is_carried = false;
        exchange.is_muddled = !was.is_carried;
        if was.is_carried {
            if is_released && was.kind == PacketType::PUBLISH && notes.is_sure() {
                let rule = match notes.saw_all(Scope::Session) {
                    true => Rule::PUBLISH_AFTER_PUBREL,
                    false => Rule::PUBLISH_AFTER_PUBREL_UNSEEN,
                };
                notes.at(rule, Field::DUP, (was.last.number, 0));
            }
            self.in_flight = self.in_flight.saturating_add(1);
            let last = self.resent;
            self.resent = last.max(was.first.number);
            let is_late = was.first.number < last && notes.seen.sender == Some(Sender::Client);
            if is_late && notes.saw_all(Scope::Session) && was.kind == PacketType::PUBLISH {
                notes.whole(Rule::RESENT_ORDER, (was.first.number, last));
            }
            return Some(first);
        }
        self.is_muddled = true;
        let rule = match is_released {
            true => Rule::PUBLISH_AFTER_PUBREL,
            false => Rule::SENT_AGAIN,
        };
        // Before 5.0 a PUBLISH may be sent again at any time, until its PUBREL was.
        let is_forbidden = is_released || notes.seen.decoded.version.is_v5();
        let is_ours = was.kind == PacketType::PUBLISH && !was.is_muddled;
        if is_forbidden && is_ours && notes.is_sure() {
            let number = if is_released { was.last.number } else { was.first.number };
            notes.at(rule, Field::DUP, (number, 0));
        }
        let is_received = was.next == PacketType::PUBREL && read >= was.last.number;
        if is_received && !is_forbidden && is_ours && notes.is_sure() {
            let numbers = (was.first.number, was.last.number);
            notes.at(Rule::DUP_AFTER_ANSWER, Field::DUP, numbers);
        }
        if was.next == PacketType::PUBREL
            && !is_received
            && !is_forbidden
            && is_ours
            && notes.is_sure()
        {
            let numbers = (was.first.number, was.last.number);
            notes.at(Rule::RETRIED_ANSWERED, Field::DUP, numbers);
        }
        let waited = at.since(was.last).filter(|_| was.next != PacketType::PUBREL);
        if let Some(waited) = waited
            && !is_forbidden
            && is_ours
            && notes.is_sure()
        {
            notes.at(Rule::RETRIED, Field::DUP, (was.first.number, waited));
        }
        Some(first)
    }

    /// Counts a PUBLISH that has begun an exchange.
    fn count(&mut self, most: Option<u16>, notes: &mut Notes<'_>) {
        self.in_flight = self.in_flight.saturating_add(1);
        if let Some(most) = most
            && self.in_flight > most.into()
            && notes.is_sure()
            && !self.is_partial
            && !self.is_muddled
        {
            let numbers = (self.in_flight.into(), most.into());
            notes.whole(Rule::RECEIVE_MAXIMUM_EXCEEDED, numbers);
        }
    }
}

/// What a PUBLISH is told apart by, where it names its topic.
fn message(publish: &Publish<'_>, notes: &Notes<'_>) -> Option<u64> {
    let Hashes { topic, payload } = notes.hashes;
    (!publish.topic.0.is_empty()).then(|| topic.rotate_left(1) ^ payload)
}
