//! Messages on their way through the broker.

use crate::session::{At, Partner};
use crate::spec::PacketType;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// Publications that are remembered to recognise their copies: a broker passes a message on within
/// moments, or stores it.
const MAX_MESSAGES: usize = 16_384;
/// Two equal messages within this time, in nanoseconds, cannot be told apart when their copies
/// come: brokers pass on within it, unless the receiver is away.
const APART: u64 = 1_000_000_000;

/// What clients have published of late, by a key of broker, topic and payload.
#[derive(Debug, Default)]
pub(super) struct Messages {
    by_key: HashMap<u64, Message, RandomState>,
    /// The number of each PUBLISH with its key, in their order.
    recent: VecDeque<(u64, u64)>,
}

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
struct Message {
    at: At,
    qos: u8,
    /// Another one with the same contents came shortly before.
    is_ambiguous: bool,
    /// Another one with the same contents came before at some time.
    is_repeated: bool,
}

/// Where a delivered message can come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// No client was seen to publish it.
    Unseen,
    /// Several PUBLISH packets have its contents; this is the last of them.
    Several(At),
    /// One PUBLISH, with its QoS; and whether no other one had the same contents.
    One(Partner, u8, bool),
}

impl Messages {
    /// A client publishes a message.
    pub(super) fn published(&mut self, key: u64, at: At, qos: u8, is_dup: bool) {
        let old = self.by_key.get(&key);
        // What is sent again is the same message.
        if is_dup && old.is_some() {
            return;
        }
        let since = |old: &Message| at.since(old.at).is_none_or(|time| time < APART);
        let (is_ambiguous, is_repeated) = (old.is_some_and(since), old.is_some());
        if self.recent.len() >= MAX_MESSAGES
            && let Some((number, oldest)) = self.recent.pop_front()
            && self.by_key.get(&oldest).is_some_and(|message| message.at.number == number)
        {
            self.by_key.remove(&oldest);
        }
        self.recent.push_back((at.number, key));
        self.by_key.insert(key, Message { at, qos, is_ambiguous, is_repeated });
    }

    /// The server refuses a PUBLISH, by its number: nothing is a copy of it.
    pub(super) fn refused(&mut self, number: u64) {
        let Ok(place) = self.recent.binary_search_by_key(&number, |(number, _)| *number) else {
            return;
        };
        let Some((_, key)) = self.recent.get(place).copied() else { return };
        let Some(message) = self.by_key.get_mut(&key) else { return };
        if message.is_repeated {
            message.is_ambiguous = true;
        } else {
            self.by_key.remove(&key);
        }
    }

    /// A server delivers a message: where it can come from.
    pub(super) fn source(&self, key: u64, at: At) -> Source {
        let Some(message) = self.by_key.get(&key) else { return Source::Unseen };
        if message.is_ambiguous {
            return Source::Several(message.at);
        }
        let partner = Partner::new(PacketType::PUBLISH, message.at, at);
        Source::One(partner, message.qos, !message.is_repeated)
    }
}
