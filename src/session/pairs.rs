//! MQTT-SN: the sessions of a capture, by the two ends of their datagrams.

use super::recent::Recent;
use super::sn::Session;
use crate::mqttsn::Decoded;
use crate::spec::Sender;
use std::net::SocketAddr;

/// Pairs of client and gateway that are kept.
const MAX_PAIRS: usize = 32_768;
/// Bytes of topic names that are kept for all of them together.
const MAX_HELD: usize = 64 << 20;
/// The longest Wireless Node Id that tells clients of one forwarder apart, in bytes.
const MAX_NODE: usize = 32;

/// All pairs of client and gateway, with what is known of each.
#[derive(Debug)]
pub struct Pairs {
    pairs: Recent<Key, Pair>,
    held: usize,
}

/// Two ends, the lower address first, and the node behind a forwarder.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    low: SocketAddr,
    high: SocketAddr,
    node: Option<Box<[u8]>>,
}

/// A client and its gateway.
#[derive(Debug, Default)]
pub struct Pair {
    /// What is known of the client.
    pub session: Session,
    /// Whether the datagrams of the two ends are MQTT-SN.
    pub trust: Trust,
    /// The client's address, where a message of one side alone told it.
    client: Option<SocketAddr>,
}

/// Whether the datagrams of two ends are MQTT-SN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Going by the port they may be.
    #[default]
    Open,
    /// They are: what is wrong with one is its own fault.
    Proven,
    /// They are not: one was something else.
    Refused,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { pairs: Recent::new(MAX_PAIRS), held: 0 }
    }
}

impl Pairs {
    /// The pair that a message from `src` to `dst` belongs to.
    pub fn pair(&mut self, src: SocketAddr, dst: SocketAddr, node: Option<&[u8]>) -> &mut Pair {
        if self.held > MAX_HELD {
            self.pairs.forget_old();
            self.held = self.pairs.values().map(|pair| pair.session.held()).sum();
        }
        let node = node.map(|node| node.get(..MAX_NODE).unwrap_or(node).into());
        let key = Key { low: src.min(dst), high: src.max(dst), node };
        self.pairs.entry(key, Pair::default)
    }

    /// Takes note of how much more a session keeps than before.
    pub fn grew(&mut self, before: usize, after: usize) {
        self.held = self.held.saturating_sub(before).saturating_add(after);
    }

    /// Pairs that were forgotten, as there were too many.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.pairs.forgotten()
    }
}

impl Pair {
    /// Which end sent a message: as its type says, as the messages before it say, or as the ports
    /// do: `likely` is the end that sent it going by them.
    pub fn sender(
        &mut self,
        src: SocketAddr,
        dst: SocketAddr,
        decoded: &Decoded<'_>,
        likely: Option<Sender>,
    ) -> Option<Sender> {
        if let Some(sender) = decoded.message_type.and_then(|kind| kind.only_sender()) {
            self.client = Some(if sender == Sender::Client { src } else { dst });
            return Some(sender);
        }
        match self.client {
            Some(client) if src != dst => {
                Some(if client == src { Sender::Client } else { Sender::Server })
            }
            _ => likely,
        }
    }
}
