//! What comes in for sessions whose clients are away.

use super::Kept;
use super::subscribers::Subscribers;
use crate::session::{At, Line};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Sessions that are counted for; with more, nothing is said of any.
const MAX_AWAY: usize = 4_096;

/// Sessions by the connection that left them. Their subscriptions have the bounds of [`Subscribers`].
#[derive(Debug, Default)]
pub(super) struct Away {
    subscribers: Subscribers,
    /// Messages of QoS 1 and 2 for each.
    counts: HashMap<u64, u64, RandomState>,
    is_partial: bool,
}

impl Away {
    /// A client has left a session whose subscriptions are all known; `hash` is that of broker and
    /// filter.
    pub(super) fn leaves(&mut self, line: &Line, kept: &Kept, at: At, hash: impl Fn(&[u8]) -> u64) {
        if self.is_partial || self.counts.len() >= MAX_AWAY {
            *self = Self { is_partial: true, ..Self::default() };
            return;
        }
        self.counts.insert(line.stream, 0);
        for one in kept.subscriptions.granted().filter(|one| one.qos > 0) {
            let filter = (hash(&one.filter), &*one.filter);
            self.subscribers.subscribed(line, filter, one.options, at);
        }
        self.is_partial |= self.subscribers.is_partial();
    }

    /// Whether nobody is away.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// A client publishes with QoS 1 or 2; `hash` is that of broker and topic.
    pub(super) fn published(&mut self, line: &Line, hash: u64, topic: &[u8]) {
        for subscriber in &*self.subscribers.of(line.server, hash, topic) {
            if let Some(count) = self.counts.get_mut(&subscriber.stream) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// The client is back, or its session is over: how many came in for it; `None` where that is not
    /// known.
    pub(super) fn returns(&mut self, stream: u64) -> Option<u64> {
        let count = self.counts.remove(&stream)?;
        self.subscribers.left(stream);
        (!self.is_partial).then_some(count)
    }
}
