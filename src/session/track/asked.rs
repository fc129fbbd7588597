//! What one side has asked, by Packet Identifier, and how far each exchange has come.

use super::Notes;
use super::exchange::Before;
use crate::mqtt::packet::Publish;
use crate::session::ended::Open;
use crate::session::{At, Partner, Proof};
use crate::spec::{Field, PacketType, Rule, Sender};
use foldhash::fast::RandomState;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

/// Exchanges that are remembered once they are over, to tell a second answer from one to nothing.
const DONE: usize = 16;
/// Exchanges that are open, up to which the order of acknowledgments is judged: each is compared.
const MAX_COMPARED: usize = 64;
/// Nanoseconds from which on something counts as unanswered, and how many are told.
const PATIENCE: u64 = 10_000_000_000;
const MAX_LATE: usize = 4;
/// Nanoseconds in which a client that comes back has sent again what it has to.
const RESEND: u64 = 5_000_000_000;
/// Answers that are remembered where they were seen before their request: a capture that mixes up
/// its frames does so within a few.
const EARLY: usize = 64;

/// What one side of a connection has asked.
#[derive(Debug, Default)]
pub(super) struct Asked {
    open: HashMap<u16, Exchange, RandomState>,
    /// PUBLISH packets that count against the Receive Maximum.
    in_flight: u32,
    /// The last exchanges that are over.
    done: VecDeque<Done>,
    early: VecDeque<(u16, PacketType)>,
    /// Something was sent again, or answered in an order that is not certain: how many answers
    /// there may be is not certain either.
    is_muddled: bool,
    /// Too much was open to remember all.
    is_partial: bool,
    /// Of what an earlier connection began and this one sends again: the number that the last of it
    /// had at first.
    resent: u64,
    /// The session began with this connection.
    pub(super) is_new: bool,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    kind: PacketType,
    next: PacketType,
    /// For SUBSCRIBE and UNSUBSCRIBE: how many filters.
    filters: u32,
    /// For PUBLISH of QoS 2: a hash of its topic and payload.
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
    /// The number of the last packet of its asker, and what it was about.
    last: u64,
    message: Option<u64>,
    /// The Sequence Number behind the packet that ended it.
    end: Option<u32>,
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
    fn new(ask: Ask, at: At) -> Self {
        Self {
            first: at,
            kind: ask.kind,
            last: at,
            last_kind: ask.kind,
            next: ask.next,
            filters: ask.filters,
            message: ask.message,
            is_muddled: false,
            is_carried: false,
            is_passed: false,
            end: None,
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

/// What a PUBLISH of QoS 2 is told apart by, where it names its topic.
fn message(publish: &Publish<'_>, notes: &Notes<'_>) -> Option<u64> {
    (publish.qos == 2 && !publish.topic.0.is_empty()).then(|| {
        let topic = notes.shared.hash(publish.topic.0);
        topic.rotate_left(1) ^ notes.shared.hash(publish.payload)
    })
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
            packet_id: *id,
            kind: exchange.kind,
            first: exchange.first,
            last: exchange.last,
            next: exchange.next,
        })
    }

    /// An exchange that an earlier connection left open.
    pub(super) fn carry(&mut self, open: &Open) {
        let ask = Ask { kind: open.kind, next: open.next, filters: 0, message: None };
        let mut exchange = Exchange::new(ask, open.first);
        exchange.last = open.last;
        exchange.is_carried = true;
        exchange.is_muddled = true;
        self.open.entry(open.packet_id).or_insert(exchange);
    }

    /// A PUBLISH; the result is the one that it sends again. `most` is the Receive Maximum that
    /// holds for it, where it is known.
    pub(super) fn publish(
        &mut self,
        publish: &Publish<'_>,
        most: Option<u16>,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let next = match publish.qos {
            1 => PacketType::PUBACK,
            2 => PacketType::PUBREC,
            _ => return None,
        };
        let id = publish.packet_id.filter(|id| *id != 0)?;
        let message = message(publish, notes);
        let ask = Ask { kind: PacketType::PUBLISH, next, filters: 0, message };
        if publish.dup && self.open.contains_key(&id) {
            return self.publish_again(id, next, notes);
        }
        if publish.dup {
            self.judge_dup(id, message, notes);
        }
        if self.ask(id, ask, notes) {
            self.count(most, notes);
        }
        None
    }

    /// A request of any kind. The result: whether it is open now, and was not before.
    pub(super) fn ask(&mut self, id: u16, ask: Ask, notes: &mut Notes<'_>) -> bool {
        if id == 0 {
            return false;
        }
        let at = notes.seen.at;
        match self.open.entry(id) {
            Entry::Occupied(mut old) => {
                let before = *old.get();
                let exchange = Exchange { is_muddled: true, ..Exchange::new(ask, at) };
                old.insert(exchange);
                self.is_muddled = true;
                if notes.is_sure() && !before.is_carried && !before.is_muddled {
                    notes.at(Rule::ID_IN_USE, Field::PACKET_ID, (id.into(), before.first.number));
                }
                // What was in flight under this identifier still counts, once.
                false
            }
            Entry::Vacant(place) => {
                if !notes.shared.may_open() {
                    self.is_partial = true;
                    return false;
                }
                let end = notes.seen.proof.end;
                place.insert(Exchange { end, ..Exchange::new(ask, at) });
                let is_over = !self.early.is_empty() && self.take_early(id, notes);
                !is_over
            }
        }
    }

    /// A PUBLISH with DUP though nothing is open under its identifier.
    fn judge_dup(&self, id: u16, message: Option<u64>, notes: &mut Notes<'_>) {
        if !notes.is_sure() || self.is_muddled || self.is_partial {
            return;
        }
        let is_v5 = notes.seen.decoded.version.is_v5();
        match self.done.iter().rev().find(|done| done.id == id) {
            Some(done) if done.kind == PacketType::PUBCOMP && done.is_about(message) => {
                notes.at(Rule::PUBLISH_AFTER_PUBREL, Field::DUP, (done.last, 0));
            }
            Some(done) if is_v5 => notes.at(Rule::SENT_AGAIN, Field::DUP, (done.first, 0)),
            // Before 5.0 it may cross its acknowledgment on the way.
            Some(done) => {
                let end = Proof { end: done.end, ..Proof::default() };
                if notes.seen.proof.had(end) {
                    let numbers = (done.first, done.number);
                    notes.at(Rule::DUP_AFTER_ANSWER, Field::DUP, numbers);
                }
            }
            None if self.is_new => notes.at(Rule::DUP_WITHOUT_FIRST, Field::DUP, (id.into(), 0)),
            None => {}
        }
    }

    /// A PUBLISH with DUP, and one with its identifier is open.
    fn publish_again(
        &mut self,
        id: u16,
        next: PacketType,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let exchange = self.open.get_mut(&id)?;
        let at = notes.seen.at;
        let was = *exchange;
        let first = Partner::new(was.kind, was.first, at);
        let is_released = was.next == PacketType::PUBCOMP;
        if !is_released {
            exchange.step(PacketType::PUBLISH, next, at);
        }
        exchange.is_carried = false;
        exchange.is_muddled = !was.is_carried;
        if was.is_carried {
            self.in_flight = self.in_flight.saturating_add(1);
            let last = self.resent;
            self.resent = last.max(was.first.number);
            let is_late = was.first.number < last && notes.seen.sender == Some(Sender::Client);
            if is_late && notes.is_complete && was.kind == PacketType::PUBLISH {
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

    /// Whether an acknowledgment of the client's overtakes that of an exchange which waits for the
    /// same, and since an earlier packet.
    fn judge_order(&mut self, of: &Exchange, notes: &mut Notes<'_>) {
        let since = |exchange: &Exchange| match exchange.next {
            PacketType::PUBREL => exchange.last.number,
            _ => exchange.first.number,
        };
        let is_certain = |it: &Exchange| !it.is_muddled && !it.is_carried && !it.is_passed;
        let is_of_client = notes.seen.sender == Some(Sender::Client);
        if !is_of_client || !notes.is_complete || self.is_muddled || !is_certain(of) {
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
    pub(super) fn unanswered(&self, must_arrive: bool, notes: &mut Notes<'_>) {
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
    pub(super) fn not_resent(&self, resumed: At, notes: &mut Notes<'_>) {
        let had_time = notes.seen.at.since(resumed).is_some_and(|time| time >= RESEND);
        if !notes.is_sure() || self.is_partial || !had_time {
            return;
        }
        let is_due = |it: &&Exchange| it.is_carried && it.next != PacketType::PUBREL;
        let mut due: Vec<u64> =
            self.open.values().filter(is_due).map(|it| it.last.number).collect();
        due.sort_unstable();
        for number in due.into_iter().take(MAX_LATE) {
            notes.whole(Rule::NOT_RESENT, (number, 0));
        }
    }

    /// PUBREL: the second step of the side that published. `is_lost`: it says itself that it does
    /// not know the identifier.
    pub(super) fn release(&mut self, id: u16, is_lost: bool, notes: &mut Notes<'_>) -> Before {
        let at = notes.seen.at;
        let step =
            Ask { kind: PacketType::PUBREL, next: PacketType::PUBCOMP, filters: 0, message: None };
        let Some(exchange) = self.open.get_mut(&id) else {
            let is_known = self.is_new && !self.is_muddled && !self.is_partial;
            if notes.is_sure() && is_known && !is_lost {
                notes.at(Rule::PUBREL_UNKNOWN, Field::PACKET_ID, (id.into(), 0));
            }
            // It may go on with what an earlier connection began.
            self.ask(id, step, notes);
            return Before::default();
        };
        let before = exchange.partner(at);
        let was = exchange.next;
        let whole = *exchange;
        exchange.end = notes.seen.proof.end;
        let is_carried = std::mem::take(&mut exchange.is_carried);
        let is_muddled = exchange.is_muddled;
        exchange.step(step.kind, step.next, at);
        let is_sure = notes.is_sure() && !is_carried && !is_muddled;
        let mut result = Before { answers: Some(before), repeats: None };
        match was {
            PacketType::PUBREL => self.judge_order(&whole, notes),
            PacketType::PUBCOMP => {
                exchange.is_muddled = true;
                self.is_muddled = true;
                if is_sure && notes.seen.decoded.version.is_v5() {
                    notes.whole(Rule::SENT_AGAIN, (before.at.number, 0));
                }
                result = Before { answers: None, repeats: Some(before) };
            }
            _ => {
                exchange.is_muddled = true;
                self.is_muddled = true;
                if is_sure {
                    notes.whole(Rule::PUBREL_EARLY, (before.at.number, 0));
                }
                result = Before::default();
            }
        }
        if !self.early.is_empty() {
            self.take_early(id, notes);
        }
        result
    }

    /// A PUBREC that does not refuse: the first answer of QoS 2.
    pub(super) fn received(&mut self, id: u16, notes: &mut Notes<'_>) -> Option<Partner> {
        let at = notes.seen.at;
        match self.open.get_mut(&id) {
            Some(exchange) if exchange.next == PacketType::PUBREC => {
                let (partner, whole) = (exchange.partner(at), *exchange);
                exchange.step(PacketType::PUBREC, PacketType::PUBREL, at);
                self.judge_order(&whole, notes);
                Some(partner)
            }
            _ => {
                self.unasked(id, PacketType::PUBREC, notes);
                None
            }
        }
    }

    /// A packet that ends an exchange; the result is the one that it answers.
    pub(super) fn answer(
        &mut self,
        id: u16,
        kind: PacketType,
        codes: Option<usize>,
        notes: &mut Notes<'_>,
    ) -> Option<Partner> {
        let at = notes.seen.at;
        let exchange = match self.open.entry(id) {
            Entry::Occupied(open) if open.get().next == kind => open.remove(),
            _ => {
                self.unasked(id, kind, notes);
                return None;
            }
        };
        if kind == PacketType::PUBACK {
            self.judge_order(&exchange, notes);
        }
        self.over(id, &exchange, kind, at, notes);
        let filters = exchange.filters;
        let codes = codes.filter(|_| !exchange.is_muddled);
        if let Some(codes) = codes.filter(|codes| *codes as u64 != u64::from(filters)) {
            notes.whole(Rule::CODE_COUNT, (codes as u64, filters.into()));
        }
        Some(exchange.partner(at))
    }

    /// An exchange is over, and taken out.
    fn over(
        &mut self,
        id: u16,
        exchange: &Exchange,
        kind: PacketType,
        at: At,
        notes: &mut Notes<'_>,
    ) {
        notes.shared.closed(1);
        if exchange.kind == PacketType::PUBLISH {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        if self.done.len() >= DONE {
            self.done.pop_front();
        }
        let Exchange { first, last, message, .. } = *exchange;
        let (first, last) = (first.number, last.number);
        let end = notes.seen.proof.end;
        self.done.push_back(Done { id, first, kind, number: at.number, last, message, end });
    }

    /// An answer that does not fit what is open under its identifier.
    fn unasked(&mut self, id: u16, kind: PacketType, notes: &mut Notes<'_>) {
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
        if let Some(exchange) = self.open.get_mut(&id) {
            // What the asker makes of it is not its fault.
            exchange.is_muddled = true;
            let is_second = kind == PacketType::PUBREC
                && matches!(exchange.next, PacketType::PUBREL | PacketType::PUBCOMP);
            let rule = if is_second { Rule::ACK_TWICE } else { Rule::ACK_WRONG };
            let of = if is_second { exchange.last } else { exchange.first };
            return notes.at(rule, Field::PACKET_ID, numbers(of.number));
        }
        let over = self.done.iter().rev().find(|done| done.id == id);
        match over.filter(|done| done.kind == kind || kind == PacketType::PUBREC) {
            Some(done) => notes.at(Rule::ACK_TWICE, Field::PACKET_ID, numbers(done.number)),
            None => notes.at(Rule::ACK_UNASKED, Field::PACKET_ID, (id.into(), 0)),
        }
    }

    /// Applies answers that were seen before what they answer. Whether the exchange is over.
    fn take_early(&mut self, id: u16, notes: &mut Notes<'_>) -> bool {
        while let Some(exchange) = self.open.get_mut(&id) {
            let fits = |early: &(u16, PacketType)| *early == (id, exchange.next);
            let Some(at) = self.early.iter().position(fits) else { return false };
            self.early.remove(at);
            self.is_muddled = true;
            exchange.is_muddled = true;
            match exchange.next {
                PacketType::PUBREC => exchange.next = PacketType::PUBREL,
                _ => {
                    self.open.remove(&id);
                    notes.shared.closed(1);
                    return true;
                }
            }
        }
        true
    }
}
