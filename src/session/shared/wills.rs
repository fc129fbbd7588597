//! Wills: which are armed, what becomes of those that are delayed, and whether their messages were
//! seen going out.
//!
//! A connection whose Will is due is held back until its message was seen, or enough time passed.

use super::same_wills::{DueWill, SameWills};
use super::time;
use crate::session::ended::{Ended, Fate, WillCopy};
use crate::session::{At, Seen};
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// Wills whose messages are looked for.
const MAX_ARMED: usize = 65_536;
/// Connections that are held back for their Wills.
const MAX_WAITING: usize = 1_024;
/// Wills whose delay is waited for.
const MAX_DELAYED: usize = 4_096;
/// Nanoseconds that a Will is waited for once it is due and its delay is over.
const PATIENCE: i64 = 10_000_000_000;
/// Nanoseconds that a Will may be seen before the end of its connection is: the server may have
/// known of that end before the capture shows it.
pub(super) const EARLY: i64 = 1_000_000_000;
/// Messages of Wills that were delivered and not yet compared with those that wait.
const MAX_FRESH: usize = 64;

/// All Wills.
#[derive(Debug, Default)]
pub(super) struct Wills {
    /// By the key of the message.
    armed: HashMap<u64, SameWills, RandomState>,
    /// Wills that are due after a while, by their clients.
    delayed: HashMap<u64, Vec<Delayed>, RandomState>,
    delayed_count: usize,
    waiting: VecDeque<Waiting>,
    /// The keys of messages that were delivered since.
    fresh: Vec<u64>,
    /// There were too many of those: all are to be compared.
    is_all_fresh: bool,
    told: Vec<Ended>,
    /// The earliest time at which one of those that wait is due.
    next: Option<i64>,
}

/// A Will that its server publishes a while after the end of its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delayed {
    pub(super) stream: u64,
    /// When it is to be published.
    pub(super) from: i64,
    /// The client's next connection.
    pub(super) back: Option<Back>,
}

/// A client that has come back, and that the server has accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    /// Its CONNECT.
    pub(super) at: At,
    /// Whether it goes on with its session; the old one has ended otherwise.
    pub(super) is_resumed: bool,
}

/// A connection that is held back.
#[derive(Debug)]
struct Waiting {
    ended: Ended,
    /// The key of its client.
    client: Option<u64>,
    until: i64,
    /// Its Will was seen, but until then a later delivery may be its own, or this one another's.
    early: Option<i64>,
}

impl Wills {
    /// A connection has a Will with this message.
    pub(super) fn armed(&mut self, key: u64) {
        if self.armed.len() < MAX_ARMED || self.armed.contains_key(&key) {
            let armed = self.armed.entry(key).or_default();
            armed.holders = armed.holders.saturating_add(1);
        }
    }

    /// Whether a connection has a Will with this message, which may be on its way.
    #[inline]
    pub(super) fn is_armed(&self, key: u64) -> bool {
        !self.armed.is_empty() && self.has_armed(key)
    }

    #[inline(never)]
    fn has_armed(&self, key: u64) -> bool {
        self.armed.contains_key(&key)
    }

    /// A server delivers a message that no client has published of late, or more of them than were
    /// published.
    #[cold]
    #[inline(never)]
    pub(super) fn delivered(&mut self, key: u64, seen: &Seen<'_>) {
        let Some(armed) = self.armed.get_mut(&key) else { return };
        let stream = seen.line.map(|line| line.stream);
        armed.delivered(WillCopy { at: seen.at, stream, after: None });
        if !self.waiting.is_empty() {
            self.is_fresh(key);
        }
    }

    /// Those that wait for this message are to be looked at again.
    fn is_fresh(&mut self, key: u64) {
        self.next = Some(i64::MIN);
        if self.fresh.len() >= MAX_FRESH {
            self.is_all_fresh = true;
        } else if !self.fresh.contains(&key) {
            self.fresh.push(key);
        }
    }

    /// The Will of a connection is due, or may be.
    pub(super) fn due(&mut self, ended: &Ended) {
        if let Some(key) = ended.will_key
            && let Some(due) = DueWill::of(ended)
            && let Some(armed) = self.armed.get_mut(&key)
        {
            armed.due(due);
        }
    }

    /// The connections that may have got the Will of a connection before it was due; `None` where they
    /// are not known.
    pub(super) fn had(&self, key: u64, stream: u64) -> Option<Vec<u64>> {
        let Some(armed) = self.armed.get(&key) else { return Some(Vec::new()) };
        armed.had(stream)
    }

    /// The CONNECT with which the session ended, so that the Will is due with it.
    fn session_ended(&self, ended: &Ended, client: Option<u64>) -> Option<At> {
        let ours = self.delayed.get(&client?)?.iter();
        let ours = ours.filter(|it| Some(it.stream) == ended.stream);
        ours.filter(|it| matches!(it.outcome(), Some(Ok(_)))).find_map(|it| Some(it.back?.at))
    }

    /// The Will of a client is due after a while.
    pub(super) fn delayed(&mut self, client: u64, delayed: Delayed) {
        if self.delayed_count < MAX_DELAYED {
            self.delayed_count = self.delayed_count.saturating_add(1);
            self.delayed.entry(client).or_default().push(delayed);
        }
    }

    /// A client has come back, with the connection `stream`: whose Wills need not be published any
    /// more when their delay is over.
    pub(super) fn back(&mut self, client: u64, stream: u64, back: Back) -> Vec<u64> {
        let Some(all) = self.delayed.get_mut(&client) else { return Vec::new() };
        self.next = Some(i64::MIN);
        let others = all.iter_mut().filter(|it| it.back.is_none() && it.stream != stream);
        // Where the session ends by it, servers may drop the Will, too (MQTT-3.1.2-8).
        let settled = others.filter_map(|delayed| {
            delayed.back = Some(back);
            delayed.outcome().map(|_| delayed.stream)
        });
        settled.collect()
    }

    /// A connection has ended; `client` is the key of its client.
    pub(super) fn ended(&mut self, ended: Ended, client: Option<u64>, now: Option<i64>) {
        let due = ended.will.as_ref().and_then(|will| will.fate.due());
        let due = due.filter(|_| ended.will_key.is_some());
        let Some(due) = time(due) else { return self.tell(ended, client, now) };
        self.due(&ended);
        let wait = i64::from(ended.will_wait()).saturating_mul(1_000_000_000);
        let until = due.saturating_add(wait).saturating_add(PATIENCE);
        // The client may be back already.
        let is_delayed = client.is_some_and(|client| self.delayed.contains_key(&client));
        let next = if is_delayed { i64::MIN } else { until };
        self.next = Some(self.next.map_or(next, |old| old.min(next)));
        // It may have been seen already.
        if let Some(key) = ended.will_key
            && self.armed.get(&key).is_some_and(SameWills::has_copies)
        {
            self.is_fresh(key);
        }
        self.waiting.push_back(Waiting { ended, client, until, early: None });
        if self.waiting.len() > MAX_WAITING
            && let Some(Waiting { ended, client, .. }) = self.waiting.pop_front()
        {
            self.tell(ended, client, now);
        }
    }

    /// Whether there may be something to tell.
    pub(super) fn has_told(&self, now: Option<i64>) -> bool {
        !self.told.is_empty() || self.next.is_some_and(|next| now.is_none_or(|now| now >= next))
    }

    /// What can be told; `now` is the time of the capture, and none its end, which was at `last`.
    pub(super) fn told(&mut self, now: Option<i64>, last: Option<i64>) -> Vec<Ended> {
        self.next = None;
        let (fresh, is_all) =
            (std::mem::take(&mut self.fresh), std::mem::take(&mut self.is_all_fresh));
        for mut it in std::mem::take(&mut self.waiting) {
            let until = it.early.unwrap_or(it.until);
            let is_over = now.is_none_or(|now| now >= until);
            let is_fresh = is_all || it.ended.will_key.is_some_and(|key| fresh.contains(&key));
            if is_over || self.is_settled(&mut it, is_fresh) {
                self.tell(it.ended, it.client, last);
            } else {
                let until = it.early.unwrap_or(it.until);
                self.next = Some(self.next.map_or(until, |next| next.min(until)));
                self.waiting.push_back(it);
            }
        }
        std::mem::take(&mut self.told)
    }

    /// Whether nothing more is to be waited for; `is_fresh` where there is something new.
    fn is_settled(&mut self, it: &mut Waiting, is_fresh: bool) -> bool {
        let Ok(from) = self.from(&it.ended, it.client) else { return true };
        let key = it.ended.will_key.filter(|_| is_fresh || it.client.is_some());
        let armed = key.and_then(|key| self.armed.get_mut(&key));
        let (Some(armed), Some(stream), Some(from)) = (armed, it.ended.stream, from) else {
            return false;
        };
        armed.moved(stream, from);
        let Some(seen) = armed.seen(stream) else { return false };
        let Some(time) = seen.at.time else { return true };
        // Another connection with the same Will may turn out to have ended just then.
        let has_others = armed.holders > 1;
        let is_early = time < from;
        let until = if has_others { time.max(from) } else { from };
        it.early = (is_early || has_others).then(|| until.saturating_add(EARLY));
        it.early.is_none()
    }

    fn tell(&mut self, mut ended: Ended, client: Option<u64>, now: Option<i64>) {
        let from = self.from(&ended, client);
        let copy = self.copy(&ended, from);
        if from.is_err()
            && let (Some(key), Some(stream)) = (ended.will_key, ended.stream)
            && let Some(armed) = self.armed.get_mut(&key)
        {
            armed.no_will(stream);
        }
        if let (Some(key), Some(stream), Some(copy)) = (ended.will_key, ended.stream, &copy)
            && let Some(armed) = self.armed.get_mut(&key)
        {
            armed.told(stream, copy);
        }
        let session_ended = self.session_ended(&ended, client);
        if let Some(will) = &mut ended.will
            && let Some(due) = will.fate.due()
        {
            (will.seen, will.session_ended) = (copy, session_ended);
            match from {
                Err(back) => will.fate = Fate::Cancelled(back),
                Ok(_) if matches!(will.fate, Fate::Doubtful(_)) => {
                    if copy.is_some() {
                        will.fate = Fate::Due(due);
                    }
                }
                Ok(Some(from)) if copy.is_none() && now.is_none_or(|now| now < from) => {
                    will.fate = Fate::Delayed(due);
                }
                Ok(_) => {}
            }
        }
        self.forget(&ended, client);
        self.told.push(ended);
    }

    fn forget(&mut self, ended: &Ended, client: Option<u64>) {
        if let Some(key) = ended.will_key
            && let Some(armed) = self.armed.get_mut(&key)
        {
            armed.holders = armed.holders.saturating_sub(1);
            if armed.holders == 0 {
                self.armed.remove(&key);
            }
        }
        if let Some(client) = client
            && let Some(all) = self.delayed.get_mut(&client)
        {
            let before = all.len();
            all.retain(|it| Some(it.stream) != ended.stream);
            let gone = before.saturating_sub(all.len());
            self.delayed_count = self.delayed_count.saturating_sub(gone);
            if all.is_empty() {
                self.delayed.remove(&client);
            }
        }
    }

    /// When a connection's Will is to be published, where it is due; or the CONNECT that is why it
    /// is not.
    fn from(&self, ended: &Ended, client: Option<u64>) -> Result<Option<i64>, At> {
        let Some(due) = ended.will.as_ref().and_then(|will| will.fate.due()) else {
            return Ok(None);
        };
        let wait = i64::from(ended.will_wait()).saturating_mul(1_000_000_000);
        let from = due.time.map(|due| due.saturating_add(wait));
        let ours = client.and_then(|client| self.delayed.get(&client)).into_iter().flatten();
        let mut ours = ours.filter(|it| Some(it.stream) == ended.stream);
        match ours.find_map(Delayed::outcome) {
            Some(outcome) => outcome.map(|back| Some(back).max(due.time)),
            None => Ok(from),
        }
    }

    /// The delivery of a connection's Will that is certain to be of it.
    fn copy(&self, ended: &Ended, from: Result<Option<i64>, At>) -> Option<WillCopy> {
        let due = ended.will.as_ref()?.fate.due()?.time?;
        from.ok()??;
        let copy = self.armed.get(&ended.will_key?)?.seen(ended.stream?)?;
        let after = copy.at.time.and_then(|time| u64::try_from(time.checked_sub(due)?).ok());
        Some(WillCopy { after, ..copy })
    }
}

impl Delayed {
    /// What the client's return makes of it: it is to be published from another time on, as the
    /// session ends by it, or not at all (5.0: section 3.1.3.2.2).
    fn outcome(&self) -> Option<Result<i64, At>> {
        let back = self.back?;
        let time = back.at.time.filter(|time| *time < self.from)?;
        Some(if back.is_resumed { Err(back.at) } else { Ok(time) })
    }
}

impl Fate {
    /// When the Will was due, if it was or may have been.
    #[must_use]
    pub fn due(&self) -> Option<At> {
        match self {
            Self::Due(at) | Self::Asked(at) | Self::Doubtful(at) => Some(*at),
            _ => None,
        }
    }
}
