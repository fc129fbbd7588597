//! Who subscribes to what, over all connections whose subscriptions are all known.

use crate::mqtt::filter::behind_share;
use crate::session::track::matches;
use crate::session::{At, Line};
use foldhash::fast::RandomState;
use std::collections::HashMap;
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
/// Bytes of a topic that are kept, to be told.
const MAX_TOPIC: usize = 256;

/// All subscribers.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    /// By the hash of broker and filter.
    exact: HashMap<u64, Vec<Subscriber>, RandomState>,
    exact_count: usize,
    wild: Vec<(SocketAddr, Box<[u8]>, Subscriber)>,
    /// The filters without wildcards of each connection.
    by_stream: HashMap<u64, Vec<u64>, RandomState>,
    /// Subscribers of a topic, by the hash of broker and topic.
    cached: HashMap<u64, Arc<Audience>, RandomState>,
    /// Whether there are more subscriptions than are compared.
    is_partial: bool,
}

/// A subscriber, by its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subscriber {
    pub(super) stream: u64,
    /// It does not want its own messages.
    pub(super) no_local: bool,
    /// The time of its grant.
    pub(super) since: Option<i64>,
    /// It was granted on an earlier connection, and may have ended unseen since.
    pub(super) is_doubted: bool,
}

/// A topic, and those who are to get what is published to it. Messages that wait share it.
#[derive(Debug)]
pub(super) struct Audience {
    /// As much of it as is told.
    pub(super) topic: Box<[u8]>,
    pub(super) all: Box<[Subscriber]>,
}

impl Audience {
    /// These subscribers of a topic.
    pub(super) fn new(topic: &[u8], all: impl IntoIterator<Item = Subscriber>) -> Arc<Self> {
        let topic = topic.get(..MAX_TOPIC).unwrap_or(topic).into();
        Arc::new(Self { topic, all: all.into_iter().collect() })
    }

    /// The same but for some.
    #[cold]
    #[inline(never)]
    pub(super) fn without(&self, is_one: impl Fn(&Subscriber) -> bool, topic: &[u8]) -> Arc<Self> {
        Self::new(topic, self.all.iter().filter(|by| !is_one(by)).copied())
    }
}

impl Subscribers {
    /// A subscription is granted; `hash` is that of broker and filter. Whether it is remembered.
    pub(super) fn subscribed(
        &mut self,
        line: &Line<'_>,
        (hash, filter): (u64, &[u8]),
        (options, is_doubted): (u8, bool),
        at: At,
    ) -> bool {
        if behind_share(filter).is_some() || self.is_partial {
            return false;
        }
        if self.wild.len() >= MAX_WILD || self.exact_count >= MAX_EXACT {
            *self = Self { is_partial: true, ..Self::default() };
            return false;
        }
        self.cached.clear();
        let no_local = options & 0b100 != 0;
        let subscriber = Subscriber { stream: line.stream, no_local, since: at.time, is_doubted };
        if filter.iter().any(|byte| matches!(byte, b'+' | b'#')) {
            self.wild.retain(|(_, old, by)| by.stream != line.stream || **old != *filter);
            self.wild.push((*line.server, filter.into(), subscriber));
            return true;
        }
        let all = self.exact.entry(hash).or_default();
        if let Some(old) = all.iter_mut().find(|old| old.stream == line.stream) {
            *old = subscriber;
            return true;
        }
        all.push(subscriber);
        self.by_stream.entry(line.stream).or_default().push(hash);
        self.exact_count = self.exact_count.saturating_add(1);
        true
    }

    /// Whether there are more subscriptions than are compared.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// A subscription is about to end.
    pub(super) fn unsubscribed(&mut self, stream: u64, hash: u64, filter: &[u8]) {
        self.cached.clear();
        self.wild.retain(|(_, old, by)| by.stream != stream || **old != *filter);
        self.remove_exact(stream, hash);
    }

    /// A subscriber leaves, or is not known any more.
    pub(super) fn left(&mut self, stream: u64) {
        self.cached.clear();
        self.wild.retain(|(_, _, by)| by.stream != stream);
        for hash in self.by_stream.remove(&stream).unwrap_or_default() {
            self.remove_exact(stream, hash);
        }
    }

    /// The subscribers of a topic; `hash` is that of broker and topic. Nobody where there are too
    /// many to tell apart.
    pub(super) fn of(&mut self, server: SocketAddr, hash: u64, topic: &[u8]) -> Arc<Audience> {
        if let Some(known) = self.cached.get(&hash) {
            return Arc::clone(known);
        }
        self.find(server, hash, topic)
    }

    #[inline(never)]
    fn find(&mut self, server: SocketAddr, hash: u64, topic: &[u8]) -> Arc<Audience> {
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
        let audience = Audience::new(topic, all);
        self.cached.insert(hash, Arc::clone(&audience));
        audience
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
