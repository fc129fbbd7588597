//! What comes in for sessions whose clients are away.

use super::Kept;
use super::subscribers::Subscribers;
use crate::session::{At, Line};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Sessions that are counted for; with more, nothing is said of any.
const MAX_AWAY: usize = 4_096;
/// Messages for one session of which it is seen whether they come; with more, nothing is said of that.
const MAX_KEYS: usize = 256;

/// Sessions by the connection that left them. Their subscriptions have the bounds of [`Subscribers`].
#[derive(Debug, Default)]
pub(super) struct Away {
    subscribers: Subscribers,
    /// What waits for each that is away.
    waiting: HashMap<u64, Waiting, RandomState>,
    /// What has not come yet to each that is back, by its new connection.
    coming: HashMap<u64, Waiting, RandomState>,
    is_partial: bool,
}

/// Messages of QoS 1 and 2 for one session.
#[derive(Debug, Default)]
struct Waiting {
    count: u64,
    /// The keys of those that have not come.
    keys: Vec<u64>,
}

impl Away {
    /// A client has left a session whose subscriptions are all known; `hash` is that of broker and
    /// filter.
    pub(super) fn leaves(
        &mut self,
        line: &Line<'_>,
        kept: &Kept,
        at: At,
        hash: impl Fn(&[u8]) -> u64,
    ) {
        if self.is_partial || self.waiting.len() >= MAX_AWAY {
            *self = Self { is_partial: true, ..Self::default() };
            return;
        }
        self.waiting.insert(line.stream, Waiting::default());
        for one in kept.subscriptions.granted().filter(|one| one.qos > 0) {
            let filter = (hash(&one.filter), &*one.filter);
            self.subscribers.subscribed(line, filter, (one.options, false), at);
        }
        self.is_partial |= self.subscribers.is_partial();
    }

    /// Whether nobody is away.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A client publishes a message of this key with QoS 1 or 2; `hash` is that of broker and topic.
    #[inline(never)]
    pub(super) fn published(&mut self, line: &Line<'_>, hash: u64, topic: &[u8], key: u64) {
        for subscriber in &self.subscribers.of(*line.server, hash, topic).all {
            if let Some(waiting) = self.waiting.get_mut(&subscriber.stream) {
                waiting.count = waiting.count.saturating_add(1);
                if waiting.keys.len() < MAX_KEYS {
                    waiting.keys.push(key);
                }
            }
        }
    }

    /// The client is back on the connection `by`, with its session where `is_resumed`, or its session is
    /// over: how many came in for it; `None` where that is not known.
    pub(super) fn returns(
        &mut self,
        stream: u64,
        by: Option<u64>,
        is_resumed: bool,
    ) -> Option<u64> {
        let waiting = self.waiting.remove(&stream)?;
        self.subscribers.left(stream);
        let count = waiting.count;
        let is_all = waiting.keys.len() as u64 == count && self.coming.len() < MAX_AWAY;
        if let Some(by) = by.filter(|_| is_resumed && is_all && count > 0) {
            self.coming.insert(by, waiting);
        }
        (!self.is_partial).then_some(count)
    }

    /// A server delivers a message of this key on a connection.
    #[inline]
    pub(super) fn delivered(&mut self, stream: u64, key: u64) {
        if !self.coming.is_empty() {
            self.has_come(stream, key);
        }
    }

    #[inline(never)]
    fn has_come(&mut self, stream: u64, key: u64) {
        if let Some(coming) = self.coming.get_mut(&stream)
            && let Some(place) = coming.keys.iter().position(|waits| *waits == key)
        {
            coming.keys.swap_remove(place);
        }
    }

    /// A connection is over: how many of those that waited for its client have come on it; `None` where
    /// that is not known.
    pub(super) fn ends(&mut self, stream: u64) -> Option<u64> {
        let coming = self.coming.remove(&stream)?;
        (!self.is_partial).then(|| coming.count.saturating_sub(coming.keys.len() as u64))
    }
}
