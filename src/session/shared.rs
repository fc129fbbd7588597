//! What connections have to do with each other: client ids, and messages on their way through the
//! broker.

use super::{At, Partner};
use crate::spec::PacketType;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};

/// Client ids that are remembered: as many as connections are.
const MAX_CLIENTS: usize = 65_536;
/// Messages that are remembered to recognise their copies: a broker passes a message on within
/// moments, or stores it.
const MAX_MESSAGES: usize = 16_384;
/// Exchanges that may be open over all connections: at some 64 bytes each this is 64 MiB.
const MAX_OPEN: usize = 1 << 20;
/// Take-overs of one client id that are remembered: enough to see who throws out whom.
pub const MAX_TAKE_OVERS: usize = 8;

/// What is known over all connections.
#[derive(Debug, Default)]
pub struct Shared {
    clients: HashMap<Box<[u8]>, Client>,
    /// Client ids in the order in which they were met, to forget the oldest.
    order: VecDeque<Box<[u8]>>,
    messages: HashMap<u64, Message>,
    recent: VecDeque<u64>,
    hasher: RandomState,
    pub(super) open: usize,
}

/// What is known of a client id.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// The connection that has it now, if one does.
    pub(super) stream: Option<u64>,
    /// When the server accepted that connection.
    pub(super) since: At,
    /// How often another connection took it over, and the last times: the connection that was
    /// thrown out, the one that came, and when.
    pub(super) take_overs: VecDeque<(u64, u64, At)>,
    pub(super) take_over_count: u64,
    /// What is known of the session behind the end of the last connection.
    pub(super) session: Stored,
    /// When the last connection ended.
    pub(super) ended: At,
}

/// Whether a server has a session stored for a client that is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stored {
    /// The capture does not tell.
    #[default]
    Unknown,
    /// It has none: it ended with the connection.
    No,
    /// It has one, for so many seconds; `None` for ever.
    Yes(Option<u32>),
}

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
struct Message {
    at: At,
    stream: u64,
}

impl Shared {
    /// A client id is accepted on a connection. The result is what was known of it before.
    pub(super) fn connected(&mut self, id: &[u8], stream: u64, at: At) -> Option<Client> {
        if !self.clients.contains_key(id) {
            self.make_room();
            self.order.push_back(id.into());
            self.clients.insert(id.into(), Client::default());
        }
        let client = self.clients.get_mut(id)?;
        let before = client.clone();
        if let Some(old) = client.stream.filter(|old| *old != stream) {
            client.take_over_count = client.take_over_count.saturating_add(1);
            client.take_overs.push_back((old, stream, at));
            if client.take_overs.len() > MAX_TAKE_OVERS {
                client.take_overs.pop_front();
            }
        }
        client.stream = Some(stream);
        client.since = at;
        Some(before)
    }

    /// A connection with this client id has ended.
    pub(super) fn ended(&mut self, id: &[u8], stream: u64, session: Stored, at: At) {
        if let Some(client) = self.clients.get_mut(id).filter(|c| c.stream == Some(stream)) {
            client.stream = None;
            client.session = session;
            client.ended = at;
        }
    }

    /// What is known of a client id.
    pub(super) fn client(&self, id: &[u8]) -> Option<&Client> {
        self.clients.get(id)
    }

    /// A client publishes a message.
    pub(super) fn published(&mut self, topic: &[u8], payload: &[u8], stream: u64, at: At) {
        let key = self.key(topic, payload);
        if self.messages.insert(key, Message { at, stream }).is_none() {
            self.recent.push_back(key);
        }
        if self.recent.len() > MAX_MESSAGES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.messages.remove(&oldest);
        }
    }

    /// A server delivers a message: the PUBLISH that it is a copy of.
    pub(super) fn delivered(&self, topic: &[u8], payload: &[u8], at: At) -> Option<Partner> {
        let message = self.messages.get(&self.key(topic, payload))?;
        let _ = message.stream;
        let latency = at.since(message.at);
        Some(Partner { kind: PacketType::PUBLISH, at: message.at, latency, first: None })
    }

    /// Whether one exchange more may be remembered.
    pub(super) fn may_open(&mut self) -> bool {
        if self.open >= MAX_OPEN {
            return false;
        }
        self.open = self.open.saturating_add(1);
        true
    }

    /// So many exchanges have ended.
    pub(super) fn closed(&mut self, count: usize) {
        self.open = self.open.saturating_sub(count);
    }

    fn key(&self, topic: &[u8], payload: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_usize(topic.len());
        hasher.write(topic);
        hasher.write(payload);
        hasher.finish()
    }

    fn make_room(&mut self) {
        while self.clients.len() >= MAX_CLIENTS {
            let Some(oldest) = self.order.pop_front() else { return };
            self.clients.remove(&oldest);
        }
    }
}
