//! Whose Will a message is that a server delivers, where several connections have the same one.
//!
//! To a subscriber each delivery is of one Will, and none of a connection that began later. Where
//! more Wills are due than were delivered, nobody knows whose they are: a Will counts as seen only
//! where its subscriber would have got fewer of them without it, or where the delivery comes when it is
//! due and no other one is.

use super::time;
use super::wills::EARLY;
use crate::session::At;
use crate::session::ended::{Ended, Fate, WillCopy};
use std::collections::VecDeque;

/// Wills, and deliveries, of one message that are compared.
const MAX_SAME: usize = 64;
/// Nanoseconds within which servers publish a Will as a rule: one that is due for longer is not
/// taken for the source while there is one that is due just now.
const PROMPT: i64 = 3_000_000_000;
/// Nanoseconds between the time for a Will and a delivery that is clearly of it, ...
const AT_ONCE: u64 = 20_000_000;
/// ... where each other one is so far away at the least.
const APART: u64 = 100_000_000;
/// Nanoseconds after which what is delivered is not taken for a Will any more.
const LATE: i64 = 60_000_000_000;

/// The Wills with the same message.
#[derive(Debug, Default)]
pub(super) struct SameWills {
    /// How many connections have it.
    pub(super) holders: u32,
    /// Those that are due, or may be, in the order in which they are to be published.
    due: VecDeque<DueWill>,
    /// The last deliveries of it.
    copies: VecDeque<WillCopy>,
    /// Up to this time some of them are forgotten: what came by then proves nothing.
    forgotten: Option<i64>,
}

/// A Will that is due, or may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct DueWill {
    stream: u64,
    /// When its connection began to count.
    since: i64,
    /// When it is to be published.
    from: i64,
    /// Until when it may come.
    until: i64,
    /// It waits for its delay, which servers look at now and then.
    is_delayed: bool,
    /// The delivery that was told to be of it.
    told: Option<At>,
    /// The delivery that is clearly of it, where that is to be forgotten.
    kept: Option<WillCopy>,
}

impl DueWill {
    /// The Will of a connection that is over, or whose client has closed its side.
    pub(super) fn of(ended: &Ended) -> Option<Self> {
        let fate = ended.will.as_ref()?.fate;
        let is_open = matches!(fate, Fate::Unknown | Fate::Armed);
        let at = fate.due().or_else(|| ended.over_at().filter(|_| is_open));
        let due = time(at)?;
        let began = ended.connack.as_ref().map(|connack| connack.at);
        let began = began.or(ended.connect.as_ref().map(|connect| connect.at));
        let wait = ended.will_wait();
        let from = due.saturating_add(i64::from(wait).saturating_mul(1_000_000_000));
        Some(Self {
            stream: ended.stream?,
            since: time(began).unwrap_or(i64::MIN),
            from,
            until: from.saturating_add(LATE),
            is_delayed: wait > 0,
            told: None,
            kept: None,
        })
    }

    /// Whether a delivery of this time may be of it.
    fn may_be(&self, time: i64) -> bool {
        let first = self.since.max(self.from.saturating_sub(EARLY));
        (first..=self.until).contains(&time)
    }

    /// Nanoseconds between the time for it and that of a delivery.
    fn distance(&self, copy: &WillCopy) -> u64 {
        copy.at.time.map_or(u64::MAX, |time| time.abs_diff(self.from))
    }

    /// Whether it is not the time for it.
    fn is_apart(&self, copy: &WillCopy, time: i64) -> bool {
        let is_late = self.is_delayed && self.is_prompt(time);
        self.distance(copy) >= APART && !is_late
    }

    fn is_prompt(&self, time: i64) -> bool {
        self.may_be(time) && time <= self.from.saturating_add(PROMPT)
    }
}

impl SameWills {
    /// One of them is due.
    pub(super) fn due(&mut self, mut will: DueWill) {
        if let Some(old) = self.due.iter().find(|old| old.stream == will.stream) {
            will.told = will.told.or(old.told);
            will.kept = will.kept.or(old.kept);
        }
        self.no_will(will.stream);
        if self.due.len() >= MAX_SAME {
            let old = self.due.pop_front();
            self.forgotten = self.forgotten.max(old.map(|old| old.until));
        }
        let place = self.due.partition_point(|other| other.from <= will.from);
        self.due.insert(place, will);
    }

    /// The Will of a connection is to be published from another time on.
    pub(super) fn moved(&mut self, stream: u64, from: i64) {
        let old = self.due.iter().find(|will| will.stream == stream && will.from != from);
        if let Some(old) = old.copied() {
            self.due(DueWill { from, ..old });
        }
    }

    /// This delivery is told to be of the Will of a connection, and so of no other one.
    pub(super) fn told(&mut self, stream: u64, copy: &WillCopy) {
        if let Some(will) = self.due.iter_mut().find(|will| will.stream == stream) {
            will.told = Some(copy.at);
        }
    }

    /// The Will of a connection is not to be published.
    pub(super) fn no_will(&mut self, stream: u64) {
        self.due.retain(|will| will.stream != stream);
    }

    /// One of them is delivered.
    pub(super) fn delivered(&mut self, copy: WillCopy) {
        if self.copies.len() >= MAX_SAME
            && let Some(old) = self.copies.front().copied()
        {
            self.keep(&old);
            self.copies.pop_front();
            self.forgotten = self.forgotten.max(time(Some(old.at)));
        }
        self.copies.push_back(copy);
    }

    /// A delivery is about to be forgotten: whose it clearly is stays known.
    fn keep(&mut self, old: &WillCopy) {
        let known = self.known(old.stream).into_iter().find(|(_, copy)| copy.at == old.at);
        let Some((will, copy)) = known else { return };
        if let Some(will) = self.due.iter_mut().find(|it| it.stream == will.stream) {
            will.told = will.told.or(Some(copy.at));
            will.kept = will.kept.or(Some(copy));
        }
    }

    /// Whether any was delivered of late.
    pub(super) fn has_copies(&self) -> bool {
        !self.copies.is_empty()
    }

    /// The delivery of a connection's Will; where there are several, that which is nearest to the
    /// time for it. None is said to be where it is not certain.
    pub(super) fn seen(&self, stream: u64) -> Option<WillCopy> {
        let will = self.due.iter().find(|will| will.stream == stream)?;
        if will.kept.is_some() {
            return will.kept;
        }
        let seen = self.subscribers(will).into_iter().filter_map(|to| {
            let known = self.known(to);
            if let Some((_, copy)) = known.iter().find(|(known, _)| known.stream == stream) {
                return Some(*copy);
            }
            let all = self.pairs(to, &known, |_| true);
            let others = self.pairs(to, &known, |other| other.stream != stream);
            (all.len() > others.len()).then(|| self.own(will, to, all, &known)).flatten()
        });
        seen.min_by_key(|copy| will.distance(copy))
    }

    /// The connections that may have got a Will before it was due; `None` where they are not known.
    pub(super) fn had(&self, stream: u64) -> Option<Vec<u64>> {
        let will = self.due.iter().find(|will| will.stream == stream)?;
        let first = will.from.saturating_sub(EARLY);
        if self.forgotten.is_some_and(|time| time >= first) {
            return None;
        }
        // What is told to be of another one is not of this; of the rest it may have any.
        let has = |to: &Option<u64>| {
            let known = self.known(*to);
            known.iter().any(|(known, _)| known.stream == stream)
                || !self.pairs(*to, &known, |other| other.stream == stream).is_empty()
        };
        Some(self.subscribers(will).into_iter().filter(has).flatten().collect())
    }

    /// Who has got what may be this Will.
    fn subscribers(&self, will: &DueWill) -> Vec<Option<u64>> {
        let may_be = |copy: &&WillCopy| copy.at.time.is_some_and(|time| will.may_be(time));
        let mut all: Vec<_> = self.copies.iter().filter(may_be).map(|copy| copy.stream).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The deliveries to a subscriber that are told to be of a Will, and those that clearly are.
    fn known(&self, to: Option<u64>) -> Vec<(DueWill, WillCopy)> {
        let told = |copy: &WillCopy| self.due.iter().find(|will| will.told == Some(copy.at));
        let all = self.copies_of(to).filter_map(|(copy, _)| Some((*told(copy)?, *copy)));
        let mut known: Vec<_> = all.collect();
        let told: Vec<_> = known.iter().map(|(will, copy)| (will.stream, copy.at)).collect();
        for (copy, time) in self.copies_of(to) {
            let is_free = |will: &&DueWill| told.iter().all(|told| told.0 != will.stream);
            let may_be = |will: &&DueWill| will.may_be(time) && is_free(will);
            let nearest = self.due.iter().filter(may_be).min_by_key(|will| will.distance(copy));
            let Some(nearest) = nearest.filter(|will| will.distance(copy) <= AT_ONCE) else {
                continue;
            };
            let mut others = self.due.iter().filter(may_be);
            let is_clear =
                others.all(|will| will.stream == nearest.stream || will.is_apart(copy, time));
            if is_clear && told.iter().all(|told| told.1 != copy.at) {
                known.push((*nearest, *copy));
            }
        }
        known
    }

    /// As many deliveries to a subscriber as can be of these Wills, each with one: each is of the
    /// Will that is waited for the shortest. Without those of which that is known.
    fn pairs(
        &self,
        to: Option<u64>,
        known: &[(DueWill, WillCopy)],
        is_one: impl Fn(&DueWill) -> bool,
    ) -> Vec<(DueWill, WillCopy)> {
        let is_known = |will: &DueWill| known.iter().any(|(known, _)| known.stream == will.stream);
        let is_taken = |at: At| known.iter().any(|(_, copy)| copy.at == at);
        let free = self.due.iter().filter(|will| is_one(will) && !is_known(will));
        let mut free: Vec<_> = free.copied().collect();
        let mut pairs = Vec::new();
        for (copy, time) in self.copies_of(to).filter(|(copy, _)| !is_taken(copy.at)) {
            let is_prompt = self.due.iter().any(|will| will.is_prompt(time));
            let fits = |will: &DueWill| will.may_be(time) && (!is_prompt || will.is_prompt(time));
            if let Some(place) = free.iter().position(fits) {
                pairs.push((free.remove(place), *copy));
            }
        }
        pairs
    }

    /// Which delivery of a subscriber is taken for this Will: they come in the order of their Wills
    /// where that can be; before it is due only where none is nearer.
    fn own(
        &self,
        will: &DueWill,
        to: Option<u64>,
        pairs: Vec<(DueWill, WillCopy)>,
        known: &[(DueWill, WillCopy)],
    ) -> Option<WillCopy> {
        let mut wills: Vec<_> = pairs.iter().map(|(will, _)| *will).collect();
        wills.sort_by_key(|will| will.from);
        let ordered: Vec<_> = wills.into_iter().zip(pairs.iter().map(|(_, copy)| *copy)).collect();
        let fits =
            |(will, copy): &(DueWill, WillCopy)| copy.at.time.is_some_and(|time| will.may_be(time));
        let pairs = if ordered.iter().all(fits) { ordered } else { pairs };
        let own = pairs.iter().find(|(other, _)| other.stream == will.stream)?.1;
        if time(Some(own.at)) >= Some(will.from) {
            return Some(own);
        }
        let is_free = |at| {
            pairs.iter().all(|(_, copy)| copy.at != at)
                && known.iter().all(|(_, copy)| copy.at != at)
                && self.due.iter().all(|other| other.told != Some(at))
        };
        let later = self.copies_of(to).find(|(copy, time)| {
            *time >= will.from
                && will.distance(copy) < will.distance(&own)
                && will.may_be(*time)
                && is_free(copy.at)
        });
        Some(later.map_or(own, |(copy, _)| *copy))
    }

    /// What a subscriber has got, with the times.
    fn copies_of(&self, to: Option<u64>) -> impl Iterator<Item = (&WillCopy, i64)> {
        let of = self.copies.iter().filter(move |copy| copy.stream == to);
        let of = of.filter_map(|copy| Some((copy, copy.at.time?)));
        of.filter(|(_, time)| self.forgotten.is_none_or(|forgotten| *time > forgotten))
    }
}
