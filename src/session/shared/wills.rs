//! Wills: which are armed, and whether their messages were seen going out.
//!
//! A connection whose Will is due is held back until its message was seen, or enough time passed.

use super::time;
use crate::session::ended::{Ended, Fate, WillCopy};
use crate::session::{At, Seen};
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// Wills whose messages are looked for.
const MAX_ARMED: usize = 65_536;
/// Connections that are held back for their Wills.
const MAX_WAITING: usize = 1_024;
/// Nanoseconds that a Will is waited for once it is due and its delay is over.
const PATIENCE: i64 = 10_000_000_000;
/// Nanoseconds that a Will may be seen before the end of its connection is: the server may have
/// known of that end before the capture shows it.
const EARLY: i64 = 1_000_000_000;
/// Copies of one Will that are remembered.
const MAX_COPIES: usize = 4;

/// All Wills.
#[derive(Debug, Default)]
pub(super) struct Wills {
    /// By the key of the message.
    armed: HashMap<u64, Armed, RandomState>,
    waiting: VecDeque<(Ended, i64)>,
    told: Vec<Ended>,
    /// The earliest time at which one of those that wait is due.
    next: Option<i64>,
}

/// Wills with the same message.
#[derive(Debug, Default)]
struct Armed {
    /// How many connections have it.
    holders: u32,
    /// The last deliveries of it.
    copies: VecDeque<WillCopy>,
}

impl Wills {
    /// A connection has a Will with this message.
    pub(super) fn armed(&mut self, key: u64) {
        if self.armed.len() < MAX_ARMED || self.armed.contains_key(&key) {
            let armed = self.armed.entry(key).or_default();
            armed.holders = armed.holders.saturating_add(1);
        }
    }

    /// A server delivers a message that no client has published of late.
    pub(super) fn delivered(&mut self, key: u64, seen: &Seen<'_>) {
        if self.armed.is_empty() {
            return;
        }
        let Some(armed) = self.armed.get_mut(&key) else { return };
        if armed.copies.len() >= MAX_COPIES {
            armed.copies.pop_front();
        }
        let stream = seen.line.map(|line| line.stream);
        armed.copies.push_back(WillCopy { at: seen.at, stream, after: None });
        if !self.waiting.is_empty() {
            self.next = Some(i64::MIN);
        }
    }

    /// A connection has ended.
    pub(super) fn ended(&mut self, ended: Ended) {
        let due = ended.will.as_ref().and_then(|will| Some((will.fate.due()?, will.delay)));
        let Some((due, delay)) = due.filter(|_| ended.will_key.is_some()) else {
            return self.tell(ended);
        };
        let Some(due) = time(Some(due)) else { return self.tell(ended) };
        let delay = i64::from(delay).saturating_mul(1_000_000_000);
        let until = due.saturating_add(delay).saturating_add(PATIENCE);
        self.next = Some(self.next.map_or(until, |next| next.min(until)));
        self.waiting.push_back((ended, until));
        if self.waiting.len() > MAX_WAITING
            && let Some((oldest, _)) = self.waiting.pop_front()
        {
            self.tell(oldest);
        }
    }

    /// Whether there may be something to tell.
    pub(super) fn has_told(&self, now: Option<i64>) -> bool {
        !self.told.is_empty() || self.next.is_some_and(|next| now.is_none_or(|now| now >= next))
    }

    /// What can be told; `now` is the time of the capture, and none its end.
    pub(super) fn told(&mut self, now: Option<i64>) -> Vec<Ended> {
        self.next = None;
        for (ended, until) in std::mem::take(&mut self.waiting) {
            let is_over = now.is_none_or(|now| now >= until);
            if is_over || self.copy(&ended).is_some() {
                self.tell(ended);
            } else {
                self.next = Some(self.next.map_or(until, |next| next.min(until)));
                self.waiting.push_back((ended, until));
            }
        }
        std::mem::take(&mut self.told)
    }

    fn tell(&mut self, mut ended: Ended) {
        let copy = self.copy(&ended);
        if let Some(will) = &mut ended.will {
            will.seen = copy;
        }
        if let Some(key) = ended.will_key
            && let Some(armed) = self.armed.get_mut(&key)
        {
            armed.holders = armed.holders.saturating_sub(1);
            if armed.holders == 0 {
                self.armed.remove(&key);
            }
        }
        self.told.push(ended);
    }

    /// The first delivery of a connection's Will since it was due.
    fn copy(&self, ended: &Ended) -> Option<WillCopy> {
        let due = ended.will.as_ref()?.fate.due()?;
        let armed = self.armed.get(&ended.will_key?)?;
        let since = |copy: &WillCopy| Some(copy.at.time?.saturating_sub(due.time?));
        let is_of_it = |copy: &&WillCopy| since(copy).is_some_and(|since| since >= -EARLY);
        let copy = armed.copies.iter().find(is_of_it)?;
        let after = since(copy).map(|since| u64::try_from(since).unwrap_or(0));
        Some(WillCopy { after, ..*copy })
    }
}

impl Fate {
    /// When the Will was due, if it was.
    pub(super) fn due(&self) -> Option<At> {
        match self {
            Self::Due(at) | Self::Asked(at) => Some(*at),
            Self::NotArmed | Self::Armed | Self::Discarded(_) => None,
        }
    }
}
