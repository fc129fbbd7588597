//! Hashes that things are known by over all connections.

use super::Shared;
use crate::mqtt::packet::Publish;
use crate::session::Seen;
use crate::session::ended::Ended;
use crate::session::queue::Head;
use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{IpAddr, SocketAddr};

/// What a message is known by, hashed once for all that ask.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session) struct Hashes {
    /// Of its topic; of a PUBLISH, as the packet has it.
    pub(in crate::session) topic: u64,
    /// Of its payload.
    pub(in crate::session) payload: u64,
}

/// A message by its key at its broker, and where to look for what is known of it. That is asked for as soon as the
/// key is known: it may have to come from far, which takes as long as much of what is done by then.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Keyed {
    /// The key.
    pub(in crate::session) key: u64,
    /// The heads of [`Messages`](super::messages::Messages) and [`Copies`](super::copies::Copies).
    pub(super) heads: [Head; 2],
}

impl Shared {
    /// The hash of a topic or a filter.
    pub(in crate::session) fn hash(&self, text: &[u8]) -> u64 {
        hash(&self.hasher, text)
    }

    /// The hashes of a PUBLISH.
    #[inline]
    pub(in crate::session) fn hashes(&self, publish: &Publish<'_>) -> Hashes {
        Hashes { topic: self.hash(publish.topic.0), payload: self.hash(publish.payload) }
    }

    /// A message at its broker, by the hashes of its topic and payload.
    #[inline]
    pub(in crate::session) fn keyed(&self, seen: &Seen<'_>, hashes: Hashes) -> Option<Keyed> {
        let key = self.message(seen.line.as_ref()?.server.ip(), hashes);
        Some(Keyed { key, heads: self.heads.of(key) })
    }

    /// The key of a message at a broker.
    pub(super) fn message(&self, server: IpAddr, hashes: Hashes) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match server {
            IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
            IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
        }
        hasher.write_u64(hashes.topic);
        hasher.write_u64(hashes.payload);
        hasher.finish()
    }

    /// The key of a client at a server: the same name elsewhere is somebody else.
    pub(super) fn client(&self, record: &Ended) -> Option<u64> {
        let (_, server) = record.ends?;
        let mut hasher = self.hasher.build_hasher();
        match server.ip() {
            IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
            IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
        }
        hasher.write_u16(server.port());
        hasher.write(record.client_id.as_deref()?);
        Some(hasher.finish())
    }
}

/// The hash of a topic or a filter.
#[inline]
pub(super) fn hash(hasher: &RandomState, text: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The hash of a topic or filter at one broker.
pub(super) fn at_broker(hasher: &RandomState, server: SocketAddr, hash: u64) -> u64 {
    let mut hasher = hasher.build_hasher();
    match server.ip() {
        IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
        IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
    }
    hasher.write_u16(server.port());
    hasher.write_u64(hash);
    hasher.finish()
}
