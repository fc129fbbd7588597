//! Who is to get a copy of a message, and who got none.
//!
//! A subscriber counts whose subscriptions are all known, from its grant until it leaves. What does
//! not come within some seconds while it stays is missed: of that there may be a reason that no
//! packet tells (rights, a full queue), so that it is a fact and no fault.

use crate::session::ended::Missed;
use crate::session::track::matches;
use crate::session::{At, Line};
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

/// Subscriptions that are compared with what is published; with more, nobody is said to miss
/// anything.
const MAX_EXACT: usize = 65_536;
/// The same of those with wildcards, each of which is compared one by one.
const MAX_WILD: usize = 256;
/// Topics whose subscribers are remembered.
const MAX_CACHED: usize = 1_024;
/// Subscribers of one message that are told apart.
const MAX_SUBSCRIBERS: usize = 64;
/// Messages whose copies are waited for.
const MAX_PENDING: usize = 16_384;
/// Nanoseconds until a copy counts as missed.
const PATIENCE: u64 = 5_000_000_000;
/// Missed copies that are told one by one, for each subscriber, and bytes of their topics.
const MAX_MISSED: usize = 16;
const MAX_TOPIC: usize = 256;

/// Who is to get what.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Subscribers by the hash of broker and filter.
    exact: HashMap<u64, Vec<Subscriber>, RandomState>,
    exact_count: usize,
    wild: Vec<(SocketAddr, Box<[u8]>, Subscriber)>,
    /// Subscribers of a topic, by the hash of broker and topic.
    cached: HashMap<u64, Arc<[Subscriber]>, RandomState>,
    /// The open connections, with the filters that they are known by.
    open: HashMap<u64, Known, RandomState>,
    pending: VecDeque<Pending>,
    /// The number of the first of those, and the number of each by the key of its message.
    first: u64,
    by_key: HashMap<u64, u64, RandomState>,
    /// Whether there are more subscriptions than are compared.
    is_partial: bool,
}

/// A subscriber, by its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subscriber {
    stream: u64,
    /// It does not want its own messages.
    no_local: bool,
}

/// What is known of the connection of a subscriber.
#[derive(Debug, Default)]
struct Known {
    exact: Vec<u64>,
    /// When it last gave up a subscription: what was on its way by then may have come or not.
    since: Option<At>,
    missed: Vec<Missed>,
    count: u64,
}

/// A message whose copies are waited for.
#[derive(Debug)]
struct Pending {
    key: u64,
    at: At,
    from: u64,
    topic: Box<[u8]>,
    subscribers: Arc<[Subscriber]>,
    /// A bit for each of them that got it.
    got: u64,
}

impl Copies {
    /// A subscription is granted; `hash` is that of broker and filter.
    pub(super) fn subscribed(&mut self, line: &Line, hash: u64, filter: &[u8], options: u8) {
        if filter.starts_with(b"$share/") || self.is_partial {
            return;
        }
        self.cached.clear();
        let subscriber = Subscriber { stream: line.stream, no_local: options & 0b100 != 0 };
        let is_wild = filter.iter().any(|byte| matches!(byte, b'+' | b'#'));
        let is_full = self.wild.len() >= MAX_WILD || self.exact_count >= MAX_EXACT;
        if is_full {
            *self = Self { is_partial: true, ..Self::default() };
            return;
        }
        let known = self.open.entry(line.stream).or_default();
        if is_wild {
            self.wild.retain(|(_, old, by)| by.stream != line.stream || **old != *filter);
            self.wild.push((line.server, filter.into(), subscriber));
            return;
        }
        let all = self.exact.entry(hash).or_default();
        if let Some(old) = all.iter_mut().find(|old| old.stream == line.stream) {
            *old = subscriber;
            return;
        }
        all.push(subscriber);
        known.exact.push(hash);
        self.exact_count = self.exact_count.saturating_add(1);
    }

    /// A subscription is about to end.
    pub(super) fn unsubscribed(&mut self, stream: u64, hash: u64, filter: &[u8], at: At) {
        let Some(known) = self.open.get_mut(&stream) else { return };
        known.since = Some(at);
        self.cached.clear();
        self.wild.retain(|(_, old, by)| by.stream != stream || **old != *filter);
        self.remove_exact(stream, hash);
    }

    /// A subscriber leaves, or is not known any more: what it missed, and how much that was.
    pub(super) fn left(&mut self, stream: u64) -> (Vec<Missed>, u64) {
        let Some(known) = self.open.remove(&stream) else { return (Vec::new(), 0) };
        self.cached.clear();
        self.wild.retain(|(_, _, by)| by.stream != stream);
        for hash in known.exact {
            self.remove_exact(stream, hash);
        }
        (known.missed, known.count)
    }

    /// A client publishes a message; `hash` is that of broker and topic.
    pub(super) fn published(&mut self, key: u64, line: &Line, at: At, hash: u64, topic: &[u8]) {
        self.expire(at);
        if self.open.is_empty() {
            return;
        }
        let subscribers = match self.cached.get(&hash) {
            Some(known) => Arc::clone(known),
            None => self.look_up(line.server, hash, topic),
        };
        let is_own = |by: &Subscriber| by.stream == line.stream && by.no_local;
        if subscribers.is_empty() || subscribers.iter().any(is_own) {
            return;
        }
        if self.pending.len() >= MAX_PENDING {
            self.pop();
        }
        let topic = topic.get(..MAX_TOPIC).unwrap_or(topic).into();
        let number = self.first.saturating_add(self.pending.len() as u64);
        if let Some(old) = self.by_key.insert(key, number)
            && let Some(old) = self.nth(old)
        {
            // Whose copies they are is not certain any more.
            old.got = u64::MAX;
        }
        self.pending.push_back(Pending { key, at, from: line.stream, topic, subscribers, got: 0 });
    }

    /// A message comes to a subscriber.
    pub(super) fn delivered(&mut self, key: u64, stream: u64) {
        if self.pending.is_empty() {
            return;
        }
        let Some(number) = self.by_key.get(&key).copied() else { return };
        let Some(pending) = self.nth(number) else { return };
        let place = pending.subscribers.iter().position(|by| by.stream == stream);
        pending.got |= place.map_or(0, bit);
    }

    fn nth(&mut self, number: u64) -> Option<&mut Pending> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.pending.get_mut(place)
    }

    fn pop(&mut self) -> Option<Pending> {
        let pending = self.pending.pop_front()?;
        if self.by_key.get(&pending.key) == Some(&self.first) {
            self.by_key.remove(&pending.key);
        }
        self.first = self.first.saturating_add(1);
        Some(pending)
    }

    /// Judges the messages whose time is over.
    fn expire(&mut self, now: At) {
        while let Some(pending) = self.pending.front() {
            if now.since(pending.at).is_none_or(|time| time < PATIENCE) {
                return;
            }
            let Some(pending) = self.pop() else { return };
            for (place, by) in pending.subscribers.iter().enumerate() {
                let Some(known) = self.open.get_mut(&by.stream) else { continue };
                let since = known.since.is_some_and(|since| since.number > pending.at.number);
                if since || pending.got & bit(place) != 0 {
                    continue;
                }
                known.count = known.count.saturating_add(1);
                if known.missed.len() < MAX_MISSED {
                    let Pending { at, from, topic, .. } = &pending;
                    let missed = Missed { publish: *at, from: *from, topic: topic.clone() };
                    known.missed.push(missed);
                }
            }
        }
    }

    fn look_up(&mut self, server: SocketAddr, hash: u64, topic: &[u8]) -> Arc<[Subscriber]> {
        let mut all = self.exact.get(&hash).cloned().unwrap_or_default();
        for (at, filter, by) in &self.wild {
            let is_new = all.iter().all(|known| known.stream != by.stream);
            if *at == server && is_new && matches(filter, topic) {
                all.push(*by);
            }
        }
        if all.len() > MAX_SUBSCRIBERS {
            all.clear();
        }
        if self.cached.len() >= MAX_CACHED {
            self.cached.clear();
        }
        let all: Arc<[Subscriber]> = all.into();
        self.cached.insert(hash, Arc::clone(&all));
        all
    }

    fn remove_exact(&mut self, stream: u64, hash: u64) {
        let Some(all) = self.exact.get_mut(&hash) else { return };
        let before = all.len();
        all.retain(|by| by.stream != stream);
        self.exact_count = self.exact_count.saturating_sub(before.saturating_sub(all.len()));
        if all.is_empty() {
            self.exact.remove(&hash);
        }
    }
}

/// The bit of a subscriber; of those there are at most 64.
fn bit(place: usize) -> u64 {
    1u64.unbounded_shl(u32::try_from(place).unwrap_or(u32::MAX))
}
