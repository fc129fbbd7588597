//! Connections that have ended, in the order in which they are forgotten.

use std::collections::VecDeque;

use super::{
    Stamp,
    hash::Key,
    limits::{LINGER, LINGER_SEGMENTS},
};

/// The queue: those that ended first are in front.
#[derive(Debug, Default)]
pub(super) struct Ended {
    queue: VecDeque<Entry>,
}

/// A connection, and its last segment as far as the queue knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) stream: u64,
    pub(super) last: Last,
}

/// The last segment of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Last {
    /// Its number over all connections.
    pub(super) segment: u64,
    /// Its time.
    pub(super) time: Option<i64>,
}

impl Last {
    /// The segment that comes now.
    pub(super) const fn new(segment: u64, at: Stamp) -> Self {
        Self { segment, time: at.time }
    }

    /// Whether nothing of the connection can be under way any more.
    fn is_long_before(self, now: Self) -> bool {
        match (self.time, now.time) {
            (Some(from), Some(to)) => to.saturating_sub(from) >= LINGER,
            _ => now.segment.saturating_sub(self.segment) >= LINGER_SEGMENTS,
        }
    }
}

impl Ended {
    /// Puts a connection at the end.
    pub(super) fn push(&mut self, entry: Entry) {
        self.queue.push_back(entry);
    }

    /// The connection in front, if it has lingered long enough.
    pub(super) fn due(&mut self, now: Last) -> Option<Entry> {
        self.queue.front().filter(|entry| entry.last.is_long_before(now))?;
        self.queue.pop_front()
    }

    /// The connection in front.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.queue.pop_front()
    }

    /// How many there are; some may have been forgotten since.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Lets go of all.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }
}
