//! The frames that the later ones of their connection rest on, until one of those is chosen.
//!
//! A connection that was begun, of which a frame was chosen, has all of them written before the next
//! chosen one. Where there are too many to be held those of such a connection are written anyway, and
//! those of one that nothing was chosen of yet are forgotten, which is told if something is.

use super::kept::Kept;
use std::collections::{BTreeMap, VecDeque};

/// Bytes that are held for one connection: an hour of a busy client under TLS.
const MAX_OF_STREAM: usize = 4 << 20;
/// Bytes that are held in all: the handshakes of some thousand connections.
const MAX_HELD: usize = 16 << 20;
/// Connections that are remembered.
const MAX_STREAMS: usize = 1 << 16;

/// By connection, the oldest first.
#[derive(Default)]
pub(super) struct Rests {
    streams: BTreeMap<u64, Stream>,
    bytes: usize,
}

#[derive(Default)]
struct Stream {
    /// Numbers of frames that may still be chosen by themselves.
    pending: VecDeque<u64>,
    /// Frames that were let go otherwise.
    held: Vec<Kept>,
    bytes: usize,
    /// A frame was chosen.
    is_begun: bool,
    /// Some were forgotten.
    is_lost: bool,
}

/// What a chosen frame rests on.
pub(super) struct Found {
    /// Frames to be written now.
    pub(super) held: Vec<Kept>,
    /// Numbers of frames to be chosen.
    pub(super) pending: Vec<u64>,
    /// Others are no longer there.
    pub(super) is_lost: bool,
}

impl Rests {
    /// Later frames of a connection rest on this one.
    pub(super) fn add(&mut self, stream: u64, number: u64) {
        if !self.streams.contains_key(&stream) && self.streams.len() >= MAX_STREAMS {
            let oldest = self.streams.pop_first();
            let bytes = oldest.map_or(0, |(_, stream)| stream.bytes);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        self.streams.entry(stream).or_default().pending.push_back(number);
    }

    /// Such a frame is kept no longer, and was not chosen: those that are to be written instead.
    pub(super) fn hold(&mut self, number: u64, kept: Kept) -> Vec<Kept> {
        let Some(stream) = self.streams.get_mut(&number) else { return Vec::new() };
        if stream.pending.front() == Some(&kept.number) {
            stream.pending.pop_front();
        }
        if stream.is_lost {
            return Vec::new();
        }
        let cost = kept.cost();
        stream.bytes = stream.bytes.saturating_add(cost);
        self.bytes = self.bytes.saturating_add(cost);
        stream.held.push(kept);
        if stream.bytes > MAX_OF_STREAM {
            return self.give_up(number);
        }
        let mut all = Vec::new();
        while self.bytes > MAX_HELD {
            let oldest = self.streams.iter().find(|(_, stream)| stream.bytes > 0);
            let Some(oldest) = oldest.map(|(number, _)| *number) else { break };
            all.extend(self.give_up(oldest));
        }
        all
    }

    /// A frame of a connection was chosen: what it rests on, where there is something.
    pub(super) fn begin(&mut self, number: u64, last: u64) -> Option<Found> {
        let stream = self.streams.get_mut(&number)?;
        stream.is_begun = true;
        self.bytes = self.bytes.saturating_sub(std::mem::take(&mut stream.bytes));
        let count = stream.pending.iter().take_while(|number| **number <= last).count();
        Some(Found {
            held: std::mem::take(&mut stream.held),
            pending: stream.pending.drain(..count).collect(),
            is_lost: std::mem::take(&mut stream.is_lost),
        })
    }

    /// Nothing more is chosen of a connection.
    pub(super) fn forget(&mut self, number: u64) {
        let bytes = self.streams.remove(&number).map_or(0, |stream| stream.bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// What is held of a connection is too much: it is to be written, or forgotten.
    fn give_up(&mut self, number: u64) -> Vec<Kept> {
        let Some(stream) = self.streams.get_mut(&number) else { return Vec::new() };
        self.bytes = self.bytes.saturating_sub(std::mem::take(&mut stream.bytes));
        let held = std::mem::take(&mut stream.held);
        if stream.is_begun {
            return held;
        }
        stream.is_lost = true;
        Vec::new()
    }
}
