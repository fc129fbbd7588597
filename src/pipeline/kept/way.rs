//! What most packets share with those before them that the same side of a connection sent.

use crate::mqtt::Reading;
use crate::pipeline::{Origin, Record};
use crate::session::How;
use crate::spec::{Sender, Version};
use std::net::SocketAddr;

/// Sides of connections of which the last way is found: a power of two, more than speak at one moment.
const SLOTS: usize = 512;
/// Ways that are remembered beyond the records that were kept with them.
const MAX_WAYS: usize = 1_024;

/// What is the same for one packet after the other.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) stream: Option<u64>,
    pub(super) ends: Option<(SocketAddr, SocketAddr)>,
    /// The time of the first frame of the capture.
    pub(super) start: Option<i64>,
    pub(super) client_id: Option<Vec<u8>>,
    pub(super) sender: Option<Sender>,
    pub(super) version: Version,
    pub(super) version_from: How,
    pub(super) is_secret: bool,
}

/// The ways that packets went.
#[derive(Debug)]
pub(super) struct Ways {
    all: Vec<Way>,
    /// Which of them a packet of a side went last, at the place that the number of its connection chooses.
    last: Vec<u32>,
}

impl Way {
    fn of(record: &Record<'_>) -> Self {
        let &Origin { stream, ends, start, is_secret, .. } = record.origin;
        let &Record { sender, version, version_from, .. } = record;
        let client_id = record.client_id.map(<[u8]>::to_vec);
        Self { stream, ends, start, client_id, sender, version, version_from, is_secret }
    }

    /// Whether all of it is so for a record.
    #[inline]
    fn is_of(&self, record: &Record<'_>) -> bool {
        let origin = record.origin;
        self.stream == origin.stream
            && self.sender == record.sender
            && self.version == record.version
            && self.version_from == record.version_from
            && self.is_secret == origin.is_secret
            && self.start == origin.start
            && self.ends == origin.ends
            && self.client_id.as_deref() == record.client_id
    }

    /// How its packets are read.
    #[inline]
    pub(super) const fn reading(&self) -> Reading {
        Reading { version: self.version, sender: self.sender }
    }
}

impl Ways {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), last: vec![0; SLOTS] }
    }

    /// The number of the way of a record, which is made if it is not the last of its side.
    #[inline]
    pub(super) fn number_of(&mut self, record: &Record<'_>) -> u32 {
        let slot = slot(record.origin.stream, record.sender);
        let last = self.last.get(slot).copied().unwrap_or_default();
        match self.all.get(last as usize) {
            Some(way) if way.is_of(record) => last,
            _ => self.add(record, slot),
        }
    }

    #[cold]
    fn add(&mut self, record: &Record<'_>, slot: usize) -> u32 {
        // No more than records, which are kept by some hundreds.
        let number = self.all.len() as u32;
        self.all.push(Way::of(record));
        if let Some(last) = self.last.get_mut(slot) {
            *last = number;
        }
        number
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Way> {
        self.all.get(number as usize)
    }

    /// No record needs them any more: they stay for the next ones, unless they have become many.
    pub(super) fn clear(&mut self) {
        if self.all.len() > MAX_WAYS {
            self.all.clear();
        }
    }
}

#[inline]
fn slot(stream: Option<u64>, sender: Option<Sender>) -> usize {
    let side = usize::from(sender == Some(Sender::Server));
    let stream = stream.unwrap_or_default() as usize;
    stream.wrapping_mul(2).wrapping_add(side) % SLOTS
}
