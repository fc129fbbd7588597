//! Which topic a PUBLISH is on, and which client a packet is from or for.

use super::names::{Names, Slot};
use super::report::Cell;
use crate::mqtt::Packet;
use crate::mqtt::packet::Publish;
use crate::mqttsn::{Message, Topic};
use crate::pipeline::Record;
use crate::spec::sn::MessageType;
use crate::spec::{PacketType, PropertyId, Sender};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::io::Write;

/// Topics that are told apart, and bytes of their names: with their figures some 9 MiB.
const MAX_TOPICS: usize = 32_768;
const MAX_TOPIC_BYTES: usize = 4 << 20;
/// Clients that are told apart, and bytes of their names: with their figures some 4 MiB.
const MAX_CLIENTS: usize = 16_384;
const MAX_CLIENT_BYTES: usize = 1 << 20;
/// Topic Aliases that are remembered over all connections, at some 24 bytes each.
const MAX_ALIASES: usize = 32_768;
/// Streams whose client is found at once; a power of two.
const CACHE: usize = 1_024;

/// In front of a client's name: it is a Client Identifier, or it is none and the address stands for it.
const BY_ID: u8 = b'i';
const BY_ADDRESS: u8 = b'a';

/// Topics and clients with a place for each.
#[derive(Debug)]
pub struct Identities {
    topics: Names,
    clients: Names,
    aliases: Aliases,
    cache: Vec<(u64, Slot)>,
    scratch: Vec<u8>,
}

impl Default for Identities {
    fn default() -> Self {
        Self {
            topics: Names::new(MAX_TOPICS, MAX_TOPIC_BYTES),
            clients: Names::new(MAX_CLIENTS, MAX_CLIENT_BYTES),
            aliases: Aliases::default(),
            cache: vec![(u64::MAX, Slot::OTHERS); CACHE],
            scratch: Vec::new(),
        }
    }
}

impl Identities {
    /// The topic of a record; of one that is no PUBLISH, none.
    #[inline]
    pub(super) fn topic(&mut self, record: &Record<'_>) -> Slot {
        match record.decoded.as_ref().map(|decoded| &decoded.packet) {
            Some(Some(Packet::Publish(publish))) => self.topic_of(publish, record),
            Some(_) => Slot::OTHERS,
            None => self.sn_topic(record),
        }
    }

    fn topic_of(&mut self, publish: &Publish<'_>, record: &Record<'_>) -> Slot {
        if publish.properties.is_empty() {
            return self.topics.slot(publish.topic.0);
        }
        let alias = publish.properties.number(PropertyId::TOPIC_ALIAS);
        let place = alias.and_then(|alias| Place::new(record, alias));
        if !publish.topic.is_empty() {
            let slot = self.topics.slot(publish.topic.0);
            if let Some(place) = place {
                self.aliases.set(place, slot);
            }
            return slot;
        }
        match (record.facts.topic, place) {
            (Some(topic), _) => self.topics.slot(topic),
            (None, Some(place)) => self.aliases.get(place).unwrap_or_else(|| self.topics.slot(b"")),
            (None, None) => self.topics.slot(b""),
        }
    }

    #[cold]
    fn sn_topic(&mut self, record: &Record<'_>) -> Slot {
        let Some(sn) = &record.sn else { return Slot::OTHERS };
        let Some(message) = sn.decoded.message.filter(is_publish) else { return Slot::OTHERS };
        match (sn.topic, message.topic) {
            (Some(topic), _) => self.topics.slot(&topic.name),
            (None, Some(Topic::Short(name) | Topic::Name(name))) => self.topics.slot(name),
            (None, _) => self.topics.slot(b""),
        }
    }

    /// The client that a record is from or for.
    #[inline]
    pub(super) fn client(&mut self, record: &Record<'_>) -> Slot {
        let Some(stream) = record.origin.stream else { return self.find_client(record) };
        let kind = record.decoded.as_ref().map(|decoded| decoded.header.packet_type);
        let is_new = matches!(kind, Some(PacketType::CONNECT | PacketType::CONNACK));
        let place = stream as usize & CACHE.saturating_sub(1);
        let cached = self.cache.get(place).copied().filter(|(of, _)| *of == stream);
        match cached {
            Some((_, slot)) if !is_new => slot,
            _ => {
                if let (Some((_, slot)), Some(id)) = (cached, record.client_id) {
                    self.name_client(slot, id);
                }
                let slot = self.find_client(record);
                if let Some(entry) = self.cache.get_mut(place) {
                    *entry = (stream, slot);
                }
                slot
            }
        }
    }

    /// A client that was known by its address alone has a Client Identifier now: the server gave it
    /// one.
    fn name_client(&mut self, slot: Slot, id: &[u8]) {
        if self.clients.name(slot).first() == Some(&BY_ADDRESS) {
            self.scratch.clear();
            self.scratch.push(BY_ID);
            self.scratch.extend_from_slice(id);
            self.clients.rename(slot, &self.scratch);
        }
    }

    fn find_client(&mut self, record: &Record<'_>) -> Slot {
        self.scratch.clear();
        if let Some(id) = record.client_id {
            self.scratch.push(BY_ID);
            self.scratch.extend_from_slice(id);
        } else if let Some((src, dst)) = record.origin.ends {
            let client = if record.sender == Some(Sender::Server) { dst } else { src };
            self.scratch.push(BY_ADDRESS);
            // Writing to a Vec does not fail.
            let _ = write!(self.scratch, "{client}");
        }
        self.clients.slot(&self.scratch)
    }

    /// What was known of a connection rests on bytes that are lost.
    pub(super) fn lost(&mut self, stream: u64) {
        self.aliases.forget(stream);
    }

    /// A topic as a cell.
    #[must_use]
    pub fn topic_cell(&self, slot: usize) -> Cell {
        let name = Slot::of(slot).map(|slot| self.topics.name(slot)).unwrap_or_default();
        if name.is_empty() { Cell::words("(name not seen)") } else { Cell::Wire(name.into()) }
    }

    /// A client as a cell: its Client Identifier, or its address in round brackets.
    #[must_use]
    pub fn client_cell(&self, slot: usize) -> Cell {
        let name = Slot::of(slot).map(|slot| self.clients.name(slot)).unwrap_or_default();
        match name.split_first() {
            Some((&BY_ID, id)) => Cell::Wire(id.into()),
            Some((_, address)) => Cell::Words(format!("({})", String::from_utf8_lossy(address))),
            None => Cell::words("(pasted)"),
        }
    }

    /// Bytes of a topic's name.
    #[must_use]
    pub fn topic_len(&self, slot: usize) -> u64 {
        Slot::of(slot).map_or(0, |slot| self.topics.name(slot).len() as u64)
    }

    /// What is to be said where there was no room for all topics.
    #[must_use]
    pub fn topics_note(&self) -> Option<String> {
        let kept = crate::text::number(self.topics.len() as u64);
        self.topics.is_full().then(|| {
            format!(
                "the first {kept} topics are told apart; those that came later are counted together"
            )
        })
    }

    /// The same of clients.
    #[must_use]
    pub fn clients_note(&self) -> Option<String> {
        let kept = crate::text::number(self.clients.len() as u64);
        self.clients.is_full().then(|| {
            format!("the first {kept} clients are told apart; those that came later are counted together")
        })
    }
}

/// Whether a message of MQTT-SN is a PUBLISH.
pub(super) fn is_publish(message: &Message<'_>) -> bool {
    message.message_type == MessageType::PUBLISH
}

/// An alias of one direction of a connection.
#[derive(Clone, Copy, Debug)]
struct Place {
    stream: u64,
    key: u32,
}

impl Place {
    fn new(record: &Record<'_>, alias: u32) -> Option<Self> {
        let side = u32::from(record.sender == Some(Sender::Server)) << 16;
        Some(Self { stream: record.origin.stream?, key: side | alias & 0xffff })
    }
}

/// What Topic Aliases stand for (5.0: section 3.3.2.3.4).
#[derive(Debug, Default)]
struct Aliases {
    streams: HashMap<u64, HashMap<u32, Slot, RandomState>, RandomState>,
    count: usize,
}

impl Aliases {
    fn get(&self, place: Place) -> Option<Slot> {
        self.streams.get(&place.stream)?.get(&place.key).copied()
    }

    fn set(&mut self, place: Place, slot: Slot) {
        if self.count >= MAX_ALIASES {
            // Those in use come again with their topics, or are told as not seen.
            *self = Self::default();
        }
        let old = self.streams.entry(place.stream).or_default().insert(place.key, slot);
        self.count = self.count.saturating_add(usize::from(old.is_none()));
    }

    fn forget(&mut self, stream: u64) {
        if let Some(gone) = self.streams.remove(&stream) {
            self.count = self.count.saturating_sub(gone.len());
        }
    }
}
