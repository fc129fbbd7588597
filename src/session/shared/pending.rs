//! Messages whose copies are waited for.

use super::subscribers::Audience;
use crate::session::At;
use crate::session::ended::Missed;
use std::sync::Arc;

/// A message by its key, its topic, and the hash of broker and topic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'m> {
    pub(super) key: u64,
    pub(super) hash: u64,
    pub(super) topic: &'m [u8],
    /// The QoS that it was published with.
    pub(super) qos: u8,
}

/// A message whose copies are waited for.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) at: At,
    pub(super) from: u64,
    /// Its topic, and those who are to get it.
    pub(super) audience: Arc<Audience>,
    /// A bit for each of them that got it.
    pub(super) got: u64,
    pub(super) qos: u8,
    /// The server has acknowledged it, or it is a Will.
    pub(super) is_taken: bool,
    pub(super) is_will: bool,
    /// Whether its copies are due rests on a client that is not seen to be back.
    pub(super) is_doubted: bool,
}

/// A Will whose copies are waited for, from when it is to be published.
#[derive(Debug)]
pub(super) struct PendingWill {
    pub(super) from: i64,
    pub(super) key: u64,
    pub(super) will: Pending,
}

impl Pending {
    /// A message that came with the packet at `at` of this connection.
    pub(super) fn new(message: Message<'_>, at: At, from: u64, audience: Arc<Audience>) -> Self {
        let (is_taken, is_will, is_doubted) = (false, false, false);
        Self { at, from, audience, got: 0, qos: message.qos, is_taken, is_will, is_doubted }
    }

    /// Nanoseconds that it waits longer than others: for its PUBCOMP.
    pub(super) fn wait(&self) -> i64 {
        if self.qos == 2 { 1_000_000_000 } else { 0 }
    }

    /// A copy of it, whose key this is, did not come, from `due` on.
    pub(super) fn missed(&self, key: u64, due: Option<i64>, is_doubted: bool) -> Missed {
        let Self { at, from, audience, qos, is_will, .. } = self;
        let (publish, from, qos, is_will) = (*at, *from, *qos, *is_will);
        let topic = audience.topic.clone();
        Missed { publish, from, topic, qos, is_will, is_doubted, key, due }
    }

    /// A copy comes to a subscriber.
    pub(super) fn comes_to(&mut self, stream: u64) {
        let place = self.audience.all.iter().position(|by| by.stream == stream);
        self.got |= place.map_or(0, bit);
    }
}

/// The bit of a subscriber; of those there are at most 64.
pub(super) fn bit(place: usize) -> u64 {
    1u64.unbounded_shl(u32::try_from(place).unwrap_or(u32::MAX))
}
