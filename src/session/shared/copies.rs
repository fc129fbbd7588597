//! Who is to get a copy of a message, and who got none.
//!
//! A subscriber counts whose subscriptions are all known, from its grant until it leaves. What the
//! server took, or owes as a Will, and what does not come within some seconds while the subscriber
//! stays, is missed: of that there may be a reason that no packet tells (rights, a full queue), so
//! that it is a fact and no fault. The server took what it acknowledged: QoS 2 with PUBCOMP, before
//! which it may keep the message; and QoS 0, which may be lost at any time, where it answered what
//! the publisher sent behind it, or passed it on to somebody else. An answer of the server to what the subscriber asked by then proves
//! it: the server wrote what it had before into the same stream. A subscriber that gets a copy after
//! all shows that its server is slow, and is said to miss nothing from then on.

use super::pending::{Message, Pending, PendingWill, bit};
use super::subscribers::{Audience, Subscriber, Subscribers};
use super::wills::EARLY;
use crate::session::ended::Missed;
use crate::session::queue::{Head, Ring};
use crate::session::{At, Line};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Messages whose copies are waited for.
const MAX_PENDING: usize = 16_384;
/// Packets of which what came with them is found at once: those that were acknowledged within so many.
const LATELY: usize = 2_048;
/// Wills whose copies are waited for: each delivery is compared with all of them.
const MAX_WILLS: usize = 64;
/// Nanoseconds until a copy counts as missed.
const PATIENCE: u64 = 5_000_000_000;
/// Copies that wait for a proof, of one subscriber and of all.
const MAX_UNPROVEN: usize = 4_096;
const MAX_ALL_UNPROVEN: usize = 65_536;
/// Nanoseconds in which QoS 2 has to be completed: what takes longer is not judged.
const QUICK: u64 = 1_000_000_000;
/// Publishers of QoS 0 of whom it is remembered what was answered last.
const MAX_HEARD: usize = 4_096;

/// Who is to get what.
#[derive(Debug, Default)]
pub(super) struct Copies {
    subscribers: Subscribers,
    /// The open connections that subscribe to something.
    open: HashMap<u64, Known, RandomState>,
    pending: Ring<Pending, MAX_PENDING, LATELY>,
    wills: Vec<PendingWill>,
    /// For publishers of QoS 0: the number of their last packet that was answered.
    heard: HashMap<u64, u64, RandomState>,
    /// Missed copies that no later packet has proved yet.
    unproven: usize,
    /// Before that time nothing that waits is due; `None` where that is not known.
    quiet_until: Option<i64>,
}

/// What is known of the connection of a subscriber.
#[derive(Debug, Default)]
struct Known {
    /// When it last gave up a subscription: what was on its way by then may have come or not.
    since: Option<At>,
    /// Copies that did not come, without a proof.
    missed: Vec<Missed>,
    /// A copy came late.
    is_slow: bool,
}

impl Copies {
    /// A subscription is granted; `how` are its options, and whether it may have ended unseen.
    pub(super) fn subscribed(
        &mut self,
        line: &Line<'_>,
        of: (u64, &[u8]),
        how: (u8, bool),
        at: At,
    ) {
        if self.subscribers.subscribed(line, of, how, at) {
            self.open.entry(line.stream).or_default();
        } else if self.subscribers.is_partial() {
            let subscribers = std::mem::take(&mut self.subscribers);
            *self = Self { subscribers, ..Self::default() };
        }
    }

    /// A subscription is about to end.
    pub(super) fn unsubscribed(&mut self, stream: u64, hash: u64, filter: &[u8], at: At) {
        let Some(known) = self.open.get_mut(&stream) else { return };
        known.since = Some(at);
        self.subscribers.unsubscribed(stream, hash, filter);
    }

    /// A subscriber leaves, or is not known any more: what did not come to it, though nothing that came
    /// later proves it.
    pub(super) fn left(&mut self, stream: u64) -> Vec<Missed> {
        let Some(known) = self.open.remove(&stream) else { return Vec::new() };
        self.subscribers.left(stream);
        self.unproven = self.unproven.saturating_sub(known.missed.len());
        known.missed
    }

    /// A client publishes a message; `head` is that of its key.
    #[inline]
    pub(super) fn published(
        &mut self,
        message: Message<'_>,
        line: &Line<'_>,
        at: At,
        head: &mut Head,
    ) {
        self.expire(at.time);
        let mut audience = self.subscribers.of(*line.server, message.hash, message.topic);
        let is_own = |by: &Subscriber| by.stream == line.stream && by.no_local;
        if audience.all.iter().any(is_own) {
            audience = audience.without(is_own, message.topic);
        }
        if audience.all.is_empty() {
            return;
        }
        // What is never acknowledged takes no place from the rest.
        if message.qos == 0 && self.pending.len() >= MAX_PENDING >> 1 {
            return;
        }
        if self.pending.len() >= MAX_PENDING || self.pending.is_empty() {
            self.quiet_until = None;
        }
        if let Some(old) = self.pending.last_mut(*head, message.key) {
            // Whose copies they are is not certain any more.
            old.got = u64::MAX;
        }
        let pending = Pending::new(message, at, line.stream, audience);
        self.pending.push(head, message.key, at.number, pending);
    }

    /// The server has acknowledged a PUBLISH, by the number of its packet, or refused it.
    #[inline]
    pub(super) fn acknowledged(&mut self, number: u64, is_refusal: bool, at: At) {
        let Some((_, pending)) = self.pending.of_packet(number) else { return };
        let is_quick = at.since(pending.at).is_some_and(|time| time <= QUICK);
        pending.is_taken = !is_refusal && (pending.qos < 2 || is_quick);
    }

    /// The server answers the packet of this number of a client: it had what was sent before.
    #[inline]
    pub(super) fn answered(&mut self, stream: u64, number: u64) {
        if !self.pending.is_empty() {
            self.has_heard(stream, number);
        }
    }

    #[inline(never)]
    fn has_heard(&mut self, stream: u64, number: u64) {
        if self.heard.len() >= MAX_HEARD {
            self.heard.clear();
        }
        self.heard.insert(stream, number);
    }

    /// The Will of a connection is due, to be published from `from` on; `had` are the connections
    /// that have got it already. `is_doubted`: it rests on a client that is not seen to be back.
    pub(super) fn will(
        &mut self,
        message: Message<'_>,
        (stream, server): (u64, SocketAddr),
        (at, from, is_doubted): (At, i64, bool),
        had: &[u64],
    ) {
        if self.open.is_empty() || self.wills.len() >= MAX_WILLS {
            return;
        }
        let audience = self.subscribers.of(server, message.hash, message.topic);
        let is_early = |by: &&Subscriber| {
            by.since.zip(at.time).is_some_and(|(a, b)| a < b.saturating_sub(EARLY))
        };
        let audience = Audience::new(message.topic, audience.all.iter().filter(is_early).copied());
        if audience.all.is_empty() {
            return;
        }
        let mut will = Pending::new(message, at, stream, audience);
        let places = will.audience.all.iter().enumerate();
        let got = places.filter(|(_, by)| had.contains(&by.stream)).map(|(place, _)| bit(place));
        will.got = got.fold(0, |all, one| all | one);
        (will.is_taken, will.is_will, will.is_doubted) = (true, true, is_doubted);
        self.wills.push(PendingWill { from, key: message.key, will });
        self.quiet_until = None;
    }

    /// The Will of a connection is not to be published.
    pub(super) fn no_will(&mut self, stream: u64) {
        self.wills.retain(|it| it.will.from != stream);
    }

    /// A message comes to a subscriber; `head` is that of its key.
    #[inline]
    pub(super) fn delivered(&mut self, key: u64, stream: u64, head: Head) {
        if !self.wills.is_empty() || self.unproven > 0 {
            self.may_be_due(key, stream);
        }
        if let Some(pending) = self.pending.last_mut(head, key) {
            pending.comes_to(stream);
        }
    }

    /// The same where Wills are waited for, or something was missed.
    #[inline(never)]
    fn may_be_due(&mut self, key: u64, stream: u64) {
        for it in self.wills.iter_mut().filter(|it| it.key == key) {
            it.will.comes_to(stream);
        }
        let is_late = |known: &Known| known.missed.iter().any(|missed| missed.key == key);
        if self.unproven > 0 && self.open.get(&stream).is_some_and(is_late) {
            self.is_slow(stream);
        }
    }

    /// A copy that was missed has come: the server of this subscriber is slow.
    #[cold]
    #[inline(never)]
    pub(super) fn is_slow(&mut self, stream: u64) {
        if let Some(known) = self.open.get_mut(&stream) {
            self.unproven = self.unproven.saturating_sub(known.missed.len());
            known.missed.clear();
            known.is_slow = true;
        }
    }

    /// Whether somebody may get a copy of something.
    pub(super) fn is_watched(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether nothing is waited for, so that nobody misses anything.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.wills.is_empty() && self.unproven == 0
    }

    /// Judges the messages whose time is over.
    #[inline]
    pub(super) fn expire(&mut self, now: Option<i64>) {
        if now.is_none() || now >= self.quiet_until {
            self.judge_ripe(now);
        }
    }

    #[inline(never)]
    fn judge_ripe(&mut self, now: Option<i64>) {
        let is_over = |since: i64| {
            now.and_then(|now| u64::try_from(now.checked_sub(since)?).ok())
                .is_some_and(|time| time >= PATIENCE)
        };
        let is_ripe =
            |it: &Pending| it.at.time.is_some_and(|time| is_over(time.saturating_add(it.wait())));
        while self.pending.front().is_some_and(is_ripe) {
            let Some((key, pending)) = self.pending.pop() else { return };
            let due = pending.at.time.map(|time| time.saturating_add(pending.wait()));
            self.judge((key, &pending), due, |since| since.number > pending.at.number);
        }
        if self.wills.iter().any(|it| is_over(it.from)) {
            for it in self.wills.extract_if(.., |it| is_over(it.from)).collect::<Vec<_>>() {
                let from = it.from.saturating_sub(EARLY);
                self.judge((it.key, &it.will), Some(it.from), |since| {
                    since.time.is_none_or(|time| time >= from)
                });
            }
        }
        self.quiet_until = Some(self.next_ripe());
    }

    /// The first time at which something that waits now is due: the oldest message, before which none is judged,
    /// or a Will.
    fn next_ripe(&self) -> i64 {
        let oldest = self.pending.front();
        let oldest = oldest.and_then(|it| Some(it.at.time?.saturating_add(it.wait())));
        let wills = self.wills.iter().map(|it| it.from);
        let first = wills.chain(oldest).min().unwrap_or(i64::MAX);
        first.saturating_add(i64::try_from(PATIENCE).unwrap_or(i64::MAX))
    }

    /// Whether nobody is known to have missed anything, once what is due by then was judged.
    #[inline]
    pub(super) fn has_no_missed(&mut self, now: Option<i64>) -> bool {
        self.expire(now);
        self.unproven == 0
    }

    /// What one subscriber has missed, as its server's answer to a packet of this time proves.
    pub(super) fn missed(&mut self, stream: u64, asked: Option<i64>) -> Vec<Missed> {
        if self.unproven == 0 {
            return Vec::new();
        }
        let known = self.open.get_mut(&stream);
        let (Some(known), Some(asked)) = (known, asked) else { return Vec::new() };
        let is_proved = |missed: &mut Missed| {
            let wait = i64::try_from(PATIENCE).unwrap_or(i64::MAX);
            missed.due.is_some_and(|due| asked >= due.saturating_add(wait))
        };
        let missed: Vec<_> = known.missed.extract_if(.., is_proved).collect();
        self.unproven = self.unproven.saturating_sub(missed.len());
        missed
    }

    /// Judges one message; `has_changed` is whether a subscriber that gave up something at a place
    /// may have given up this.
    fn judge(
        &mut self,
        (key, pending): (u64, &Pending),
        due: Option<i64>,
        has_changed: impl Fn(At) -> bool,
    ) {
        let is_answered =
            || self.heard.get(&pending.from).is_some_and(|last| *last > pending.at.number);
        if !pending.is_taken && (pending.qos > 0 || (pending.got == 0 && !is_answered())) {
            return;
        }
        for (place, by) in pending.audience.all.iter().enumerate() {
            let Some(known) = self.open.get_mut(&by.stream) else { continue };
            if known.since.is_some_and(&has_changed) || pending.got & bit(place) != 0 {
                continue;
            }
            let is_full = known.missed.len() >= MAX_UNPROVEN || self.unproven >= MAX_ALL_UNPROVEN;
            if !is_full && !known.is_slow {
                let is_doubted = pending.is_doubted || by.is_doubted;
                known.missed.push(pending.missed(key, due, is_doubted));
                self.unproven = self.unproven.saturating_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::queue::Heads;

    const SECOND: i64 = 1_000_000_000;

    /// What a subscriber misses, step by step, of messages of which every third comes, where `expire` judges them.
    fn missed(expire: fn(&mut Copies, Option<i64>)) -> Vec<(usize, usize, Vec<u64>)> {
        let ends = ["10.0.0.7:50000", "10.0.0.1:1883"].map(|end| end.parse().unwrap());
        let line = |stream| Line { stream, client: &ends[0], server: &ends[1] };
        let (mut copies, mut all) = (Copies::default(), Vec::new());
        let mut heads = Heads::<1, 1_024>::default();
        let at = |number: u64, time| At { number, frame: number, time: Some(time) };
        copies.subscribed(&line(1), (7, b"a"), (0, false), at(1, 0));
        let mut now = 0;
        for number in 2..400u64 {
            // Mostly moments, sometimes long; some times are missing.
            now += [0, 3, 40, 900, 7_000][(number * number % 23 % 5) as usize] * SECOND / 1_000;
            let at =
                if number % 29 == 0 { At { time: None, ..at(number, 0) } } else { at(number, now) };
            expire(&mut copies, at.time);
            let qos = (number % 3) as u8;
            let message = Message { key: number, hash: 7, topic: b"a", qos };
            let [mut head] = heads.of(number);
            copies.published(message, &line(2), at, &mut head);
            *heads.of_mut(number).unwrap() = [head];
            if number % 5 != 0 {
                copies.acknowledged(number, false, at);
            }
            if number % 3 == 0 {
                copies.delivered(number, 1, head);
            }
            if number % 50 == 0 {
                copies.will(Message { key: 1, ..message }, (2, ends[1]), (at, now, false), &[]);
            }
            expire(&mut copies, Some(now));
            let proved = copies.missed(1, Some(now)).iter().map(|missed| missed.key).collect();
            all.push((copies.pending.len(), copies.unproven, proved));
        }
        all
    }

    #[test]
    fn while_it_is_quiet_nothing_is_due() {
        let short = missed(Copies::expire);
        let long = missed(|copies, now| {
            copies.quiet_until = None;
            copies.judge_ripe(now);
        });
        assert_eq!(short, long);
        assert!(long.iter().any(|(.., proved)| !proved.is_empty()));
    }
}
