//! What connections have to do with each other: messages on their way through the broker, and how
//! much all of them may remember.

use super::{At, Partner};
use crate::spec::PacketType;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

/// Messages that are remembered to recognise their copies: a broker passes a message on within
/// moments, or stores it.
const MAX_MESSAGES: usize = 16_384;
/// Exchanges that may be open over all connections: at some 64 bytes each this is 64 MiB.
const MAX_OPEN: usize = 1 << 20;
/// Two equal messages within this time, in nanoseconds, cannot be told apart when their copies
/// come: brokers pass on within it, unless the receiver is away.
const APART: u64 = 1_000_000_000;

/// What is known over all connections.
#[derive(Debug, Default)]
pub struct Shared {
    messages: HashMap<u64, Message>,
    recent: VecDeque<u64>,
    hasher: RandomState,
    open: usize,
}

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
struct Message {
    at: At,
    /// Another one with the same contents came shortly before.
    is_ambiguous: bool,
}

impl Shared {
    /// A client publishes a message.
    pub(super) fn published(&mut self, server: IpAddr, topic: &[u8], payload: &[u8], at: At) {
        let key = self.key(server, topic, payload);
        let old = self.messages.get(&key);
        let is_ambiguous = old.is_some_and(|old| at.since(old.at).is_none_or(|t| t < APART));
        if self.messages.insert(key, Message { at, is_ambiguous }).is_none() {
            self.recent.push_back(key);
        }
        if self.recent.len() > MAX_MESSAGES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.messages.remove(&oldest);
        }
    }

    /// A server delivers a message: the PUBLISH that it is a copy of, where that is certain.
    pub(super) fn delivered(
        &self,
        server: IpAddr,
        topic: &[u8],
        payload: &[u8],
        at: At,
    ) -> Option<Partner> {
        let message = self.messages.get(&self.key(server, topic, payload))?;
        (!message.is_ambiguous).then(|| Partner::new(PacketType::PUBLISH, message.at, at))
    }

    /// Whether one exchange more may be remembered; it counts from now on.
    pub(super) fn may_open(&mut self) -> bool {
        let may = self.open < MAX_OPEN;
        self.open = self.open.saturating_add(usize::from(may));
        may
    }

    /// So many exchanges are forgotten.
    pub(super) fn closed(&mut self, count: usize) {
        self.open = self.open.saturating_sub(count);
    }

    fn key(&self, server: IpAddr, topic: &[u8], payload: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        let address = match server {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        hasher.write_u128(u128::from(address));
        hasher.write_usize(topic.len());
        hasher.write(topic);
        hasher.write(payload);
        hasher.finish()
    }
}
