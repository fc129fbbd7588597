//! Messages on their way through the broker.

use crate::session::{At, Partner};
use crate::spec::PacketType;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// Messages that are remembered to recognise their copies: a broker passes a message on within
/// moments, or stores it.
const MAX_MESSAGES: usize = 16_384;
/// Two equal messages within this time, in nanoseconds, cannot be told apart when their copies
/// come: brokers pass on within it, unless the receiver is away.
const APART: u64 = 1_000_000_000;

/// What clients have published of late, by a key of broker, topic and payload.
#[derive(Debug, Default)]
pub(super) struct Messages {
    by_key: HashMap<u64, Message, RandomState>,
    recent: VecDeque<u64>,
}

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
struct Message {
    at: At,
    qos: u8,
    /// Another one with the same contents came shortly before.
    is_ambiguous: bool,
}

impl Messages {
    /// A client publishes a message.
    pub(super) fn published(&mut self, key: u64, at: At, qos: u8, is_dup: bool) {
        if let Some(message) = self.by_key.get_mut(&key) {
            // What is sent again is the same message.
            if !is_dup {
                message.is_ambiguous = at.since(message.at).is_none_or(|time| time < APART);
                (message.at, message.qos) = (at, qos);
            }
            return;
        }
        if self.recent.len() >= MAX_MESSAGES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.by_key.remove(&oldest);
        }
        self.recent.push_back(key);
        self.by_key.insert(key, Message { at, qos, is_ambiguous: false });
    }

    /// A server delivers a message: the PUBLISH that it is a copy of, where that is certain, and
    /// its QoS.
    pub(super) fn delivered(&self, key: u64, at: At) -> Option<(Partner, u8)> {
        let message = self.by_key.get(&key)?;
        let partner = || Partner::new(PacketType::PUBLISH, message.at, at);
        (!message.is_ambiguous).then(|| (partner(), message.qos))
    }
}
