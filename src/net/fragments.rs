//! Fragments of IP packets, kept until a packet is whole.
//!
//! Of bytes that come twice the first are taken. A packet that is whole is remembered for a while,
//! so that its parts, where they were captured twice, do not begin another one.

use std::collections::HashMap;
use std::net::IpAddr;

use super::ip::{Packet, Part};
use super::{IpLayer, Skip};
use crate::capture::Frame;

/// Packets that are put together at a time: about what a busy router sees within [`MAX_AGE`].
const MAX_PACKETS: usize = 1024;
/// Bytes that are kept for all of them: 128 packets of the greatest length.
const MAX_BYTES: usize = 8 << 20;
/// The longest packet, in bytes: what the offsets of both versions can say.
const MAX_PACKET: usize = 65_536;
/// How long a packet may take, in nanoseconds of capture time: what IPv6 grants (RFC 8200, 4.5).
const MAX_AGE: i64 = 60_000_000_000;
/// How many fragments may come while a packet waits, for captures without times: the number of
/// identifications of IPv4, which are used again then.
const MAX_WAIT: u64 = 65_536;

/// Frames that are remembered for a packet: the longest in fragments of 64 bytes.
const MAX_FRAMES: usize = 1024;

/// What became of the fragments.
///
/// ```
/// # use mqttscope::net::Net;
/// assert_eq!(Net::default().fragments().whole, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentCounters {
    /// Fragments that came.
    pub fragments: u64,
    /// Packets that became whole.
    pub whole: u64,
    /// Packets that did not, or not yet: a part of them is missing.
    pub incomplete: u64,
    /// Fragments that repeat bytes with other contents, or contradict the length; the first counted.
    pub conflicts: u64,
}

/// Packets of which some fragments are there.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    packets: HashMap<Key, Parts>,
    counters: FragmentCounters,
    bytes: usize,
}

/// What all fragments of a packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    src: IpAddr,
    dst: IpAddr,
    id: u32,
    protocol: u8,
}

/// The fragments of one packet.
#[derive(Debug)]
struct Parts {
    bytes: Vec<u8>,
    /// Which of the bytes are there: runs that neither touch nor overlap, in order.
    runs: Vec<(usize, usize)>,
    /// How long the whole is, where its last part was there.
    end: Option<usize>,
    is_whole: bool,
    began: Option<i64>,
    /// Number of the first fragment, over all packets.
    first: u64,
    /// The frames that brought something so far.
    frames: Vec<u64>,
}

impl Fragments {
    /// Takes a fragment. The whole packet with the last of them, otherwise [`Skip::Fragment`]; with it,
    /// the frames before this one that brought the others are put behind `frames`.
    pub(super) fn push(
        &mut self,
        ip: &IpLayer,
        packet: &Packet<'_>,
        part: Part,
        frame: &Frame<'_>,
        frames: &mut Vec<u64>,
    ) -> Result<Vec<u8>, Skip> {
        self.counters.fragments = self.counters.fragments.saturating_add(1);
        let key = Key { src: ip.src, dst: ip.dst, id: part.id, protocol: packet.protocol.0 };
        self.forget_old(frame.time);
        if let Some(known) = self.packets.get(&key)
            && known.is_whole
        {
            if known.has(part, packet.data) {
                return Err(Skip::Fragment);
            }
            // The same identification again, for another packet.
            self.forget(key);
        }
        let first = self.counters.fragments;
        let began = frame.time;
        let parts = self.packets.entry(key).or_insert_with(|| Parts::new(began, first));
        let before = parts.bytes.len();
        let known = parts.known();
        let agrees = parts.add(part, packet.data);
        self.counters.conflicts = self.counters.conflicts.saturating_add(u64::from(!agrees));
        self.bytes = self.bytes.saturating_add(parts.bytes.len()).saturating_sub(before);
        let whole = parts.finish();
        if whole.is_some() {
            frames.append(&mut parts.frames);
        } else if parts.known() > known && parts.frames.len() < MAX_FRAMES {
            parts.frames.push(frame.number);
        }
        self.counters.whole = self.counters.whole.saturating_add(u64::from(whole.is_some()));
        while self.packets.len() > MAX_PACKETS || self.bytes > MAX_BYTES {
            self.forget_oldest();
        }
        whole.ok_or(Skip::Fragment)
    }

    pub(super) fn counters(&self) -> FragmentCounters {
        let waiting = self.packets.values().filter(|parts| !parts.is_whole).count() as u64;
        let incomplete = self.counters.incomplete.saturating_add(waiting);
        FragmentCounters { incomplete, ..self.counters }
    }

    /// Forgets what is too old by the time of a capture, or by the fragments that came since.
    fn forget_old(&mut self, now: Option<i64>) {
        // Looked at now and then only, or many small packets would cost a look at all for each.
        if !self.counters.fragments.is_multiple_of(64) {
            return;
        }
        let count = self.counters.fragments;
        let is_old = |parts: &Parts| {
            let age = now.zip(parts.began).map_or(0, |(now, began)| now.saturating_sub(began));
            age > MAX_AGE || count.saturating_sub(parts.first) > MAX_WAIT
        };
        let mut old: Vec<_> =
            self.packets.iter().filter(|(_, parts)| is_old(parts)).map(|(key, _)| *key).collect();
        old.sort_unstable();
        old.into_iter().for_each(|key| self.forget(key));
    }

    /// Makes room: what is whole goes first, then what waits the longest. A sixteenth at a time, so
    /// that looking for them costs little for each new packet.
    fn forget_oldest(&mut self) {
        let mut keys: Vec<_> =
            self.packets.iter().map(|(key, parts)| (!parts.is_whole, parts.first, *key)).collect();
        keys.sort_unstable();
        let count = (keys.len() / 16).max(1);
        keys.into_iter().take(count).for_each(|(.., key)| self.forget(key));
    }

    fn forget(&mut self, key: Key) {
        let Some(parts) = self.packets.remove(&key) else { return };
        self.bytes = self.bytes.saturating_sub(parts.bytes.len());
        let incomplete = u64::from(!parts.is_whole);
        self.counters.incomplete = self.counters.incomplete.saturating_add(incomplete);
    }
}

impl Parts {
    fn new(began: Option<i64>, first: u64) -> Self {
        let (bytes, runs) = (Vec::new(), Vec::new());
        Self { bytes, runs, end: None, is_whole: false, began, first, frames: Vec::new() }
    }

    /// How many bytes are here.
    fn known(&self) -> usize {
        self.runs.iter().map(|(from, until)| until.saturating_sub(*from)).sum()
    }

    /// Whether a fragment says what is here already.
    fn has(&self, part: Part, data: &[u8]) -> bool {
        let start = part.offset as usize;
        self.bytes.get(start..start.saturating_add(data.len())) == Some(data)
    }

    /// Puts a fragment in its place. `false` where it contradicts what was there.
    fn add(&mut self, part: Part, data: &[u8]) -> bool {
        let start = part.offset as usize;
        let end = start.saturating_add(data.len());
        let mut agrees = end <= MAX_PACKET;
        let data = data.get(..MAX_PACKET.saturating_sub(start).min(data.len())).unwrap_or_default();
        let mut end = start.saturating_add(data.len());
        if !part.more {
            agrees &= self.end.is_none_or(|known| known == end);
            self.end = self.end.or(Some(end));
        }
        if let Some(limit) = self.end {
            agrees &= end <= limit;
            end = end.min(limit);
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let mut at = start;
        while at < end {
            let (known, until) = self.run_at(at, end);
            let range = at.saturating_sub(start)..until.saturating_sub(start);
            let new = data.get(range).unwrap_or_default();
            if let Some(old) = self.bytes.get_mut(at..until) {
                if known {
                    agrees &= old == new;
                } else {
                    old.copy_from_slice(new);
                }
            }
            at = until;
        }
        self.note(start, end);
        agrees
    }

    /// Whether the byte at an offset is there, and up to where that goes on, at most to `end`.
    fn run_at(&self, at: usize, end: usize) -> (bool, usize) {
        let index = self.runs.partition_point(|(_, until)| *until <= at);
        match self.runs.get(index) {
            Some((from, until)) if *from <= at => (true, end.min(*until)),
            Some((from, _)) => (false, end.min(*from)),
            None => (false, end),
        }
    }

    /// Notes that the bytes from `start` to `end` are there.
    fn note(&mut self, mut start: usize, mut end: usize) {
        if start >= end {
            return;
        }
        let first = self.runs.partition_point(|(_, until)| *until < start);
        let behind = self.runs.partition_point(|(from, _)| *from <= end);
        if let Some((from, _)) = self.runs.get(first).filter(|_| first < behind) {
            start = start.min(*from);
        }
        if let Some((_, until)) = behind.checked_sub(1).and_then(|last| self.runs.get(last)) {
            end = if first < behind { end.max(*until) } else { end };
        }
        self.runs.splice(first..behind, [(start, end)]);
    }

    /// The packet, once, when no byte of it is missing.
    fn finish(&mut self) -> Option<Vec<u8>> {
        let end = self.end?;
        let is_whole = self.runs.as_slice() == [(0, end)] || end == 0;
        if self.is_whole || !is_whole {
            return None;
        }
        self.is_whole = true;
        self.bytes.truncate(end);
        Some(self.bytes.clone())
    }
}
