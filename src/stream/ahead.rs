//! Segments that came before what they answer.
//!
//! A mirror port, and a file that was merged from two interfaces, may have an answer before its
//! question. The acknowledgment number proves it: a side had what it acknowledges before it spoke
//! (RFC 9293, section 3.4). Such a segment waits until the bytes of the other side are there, whatever
//! waits beside it: of its own side an earlier one may come later. It waits for a short while only: they
//! may be lost. Where later bytes of the question are there it waits until the hole before them counts as
//! lost, and they are told first.

use std::collections::VecDeque;

use super::{
    Side, Stamp,
    ended::{Entry, Last},
    limits::{GAP_PATIENCE_LEAST, GAP_PATIENCE_TIME},
};
use crate::net::{Flags, Layers, Segment, TcpLayer};

/// How long an answer waits for its question, in nanoseconds, if anything else comes meanwhile.
const PATIENCE_TIME: i64 = 100_000_000;
/// Segments of all connections that come meanwhile: times may be as shuffled as the frames.
const PATIENCE_LEAST: u64 = 8;
/// How long it waits where next to nothing comes, in nanoseconds.
const PATIENCE_LONGEST: i64 = 1_000_000_000;
/// Segments of all connections that may pass, whatever the times say.
const PATIENCE: u64 = 4_096;
/// The same where frames have no times.
const PATIENCE_UNTIMED: u64 = 64;
/// Segments of one connection that wait: as many as may pass until a hole counts as lost.
const MOST: usize = 64;
/// Bytes of all connections that wait, with what they cost: a hundred milliseconds of a busy link.
const MOST_BYTES: usize = 4 << 20;
/// What a segment costs beside its payload.
const OVERHEAD: usize = size_of::<Waiting>();

/// The segments of one connection that wait.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    waiting: VecDeque<Waiting>,
    /// Where bytes of sides A and B were waited for in vain.
    in_vain: [Option<u64>; 2],
    /// The number of the segment for which the connection is in the queue, where it is there.
    queued: Option<u64>,
}

/// A segment that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) side: Side,
    /// Whether it answers the first bytes of the other side, of which nothing was seen.
    pub(super) asks: bool,
    pub(super) tcp: TcpLayer,
    pub(super) layers: Layers,
    pub(super) payload: Vec<u8>,
    parts: Vec<u64>,
    pub(super) at: Stamp,
    pub(super) last: Last,
}

impl Waiting {
    /// The segment.
    pub(super) fn segment(&self) -> Segment<'_> {
        Segment { layers: &self.layers, tcp: self.tcp, payload: &self.payload, parts: &self.parts }
    }

    fn cost(&self) -> usize {
        let parts = self.parts.capacity().saturating_mul(size_of::<u64>());
        self.payload.capacity().saturating_add(parts).saturating_add(OVERHEAD)
    }
}

impl Ahead {
    /// Whether a segment of a side waits for the first bytes of the other one.
    pub(super) fn asks(&self, side: Side) -> bool {
        self.waiting.iter().any(|one| one.side == side && one.asks)
    }

    /// Whether segments of a side wait.
    pub(super) fn has(&self, side: Side) -> bool {
        self.waiting.iter().any(|one| one.side == side)
    }

    /// Whether bytes of a side from an offset on were waited for in vain.
    pub(super) fn is_in_vain(&self, side: Side, offset: u64) -> bool {
        let [a, b] = self.in_vain;
        (if side == Side::A { a } else { b }) == Some(offset)
    }

    /// Bytes of a side from an offset on are not waited for any more.
    pub(super) fn give_up(&mut self, side: Side, offset: u64) {
        let [a, b] = &mut self.in_vain;
        *(if side == Side::A { a } else { b }) = Some(offset);
    }

    /// Lets a segment wait; the result is what that costs, in bytes.
    pub(super) fn push(
        &mut self,
        (side, asks): (Side, bool),
        segment: &Segment<'_>,
        at: Stamp,
        last: Last,
    ) -> usize {
        let Segment { layers, tcp, payload, parts } = *segment;
        let (payload, parts) = (payload.to_vec(), parts.to_vec());
        let one = Waiting { side, asks, tcp, layers: *layers, payload, parts, at, last };
        let cost = one.cost();
        self.waiting.push_back(one);
        cost
    }

    /// The segment that waits the longest.
    pub(super) fn first(&self) -> Option<&Waiting> {
        self.waiting.front()
    }

    /// The segment at a place.
    pub(super) fn at(&self, index: usize) -> Option<&Waiting> {
        self.waiting.get(index)
    }

    /// The first segment that is ready. A reset is when none of its side waits before it.
    pub(super) fn position(&self, is_ready: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let is_behind =
            |index: usize, side| self.waiting.iter().take(index).any(|one| one.side == side);
        self.waiting.iter().enumerate().position(|(index, one)| {
            is_ready(one) && !(one.tcp.flags.has(Flags::RST) && is_behind(index, one.side))
        })
    }

    /// Takes a segment out, with what it cost.
    pub(super) fn take(&mut self, index: usize) -> Option<(Waiting, usize)> {
        let one = self.waiting.remove(index)?;
        let cost = one.cost();
        Some((one, cost))
    }

    /// What all that waits costs, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.waiting.iter().map(Waiting::cost).sum()
    }

    /// Whether more wait than may.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() > MOST
    }
}

/// The connections with segments that wait, the ones that wait the longest in front.
#[derive(Debug, Default)]
pub(super) struct Queue {
    queue: VecDeque<Entry>,
}

impl Queue {
    /// Puts a connection at the end, if segments of it wait and it is not there yet. Its turn comes when
    /// the first of them has waited long enough, counted from `again` where it has waited before.
    pub(super) fn add(&mut self, ahead: &mut Ahead, entry: Entry, again: Option<Last>) {
        if let Some(first) = ahead.waiting.front()
            && ahead.queued.is_none()
        {
            ahead.queued = Some(first.last.segment);
            self.queue.push_back(Entry { last: again.unwrap_or(first.last), ..entry });
        }
    }

    /// The connection in front, if it has waited long enough, or if what all cost is too much.
    pub(super) fn due(&mut self, now: Last, cost: usize) -> Option<Entry> {
        let front = self.queue.front()?;
        (is_too_much(cost) || is_over(front.last, now)).then(|| self.queue.pop_front())?
    }

    /// The connection in front.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.queue.pop_front()
    }

    /// Lets go of all.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
    }
}

/// Takes a connection that was in front of the queue; the result is the segment for which it stood
/// there, if that waits still.
pub(super) fn taken(ahead: &mut Ahead) -> Option<&Waiting> {
    let number = ahead.queued.take()?;
    ahead.waiting.front().filter(|first| first.last.segment == number)
}

/// Whether a hole that a segment acknowledged counts as lost, if that has waited since it came.
pub(super) fn is_lost(since: Last, now: Last) -> bool {
    let passed = now.segment.saturating_sub(since.segment);
    let (Some(from), Some(to)) = (since.time, now.time) else { return false };
    let is_long = to.saturating_sub(from) >= GAP_PATIENCE_TIME;
    passed >= PATIENCE || (is_long && passed >= GAP_PATIENCE_LEAST)
}

/// Whether what waits of all connections costs too much.
pub(super) const fn is_too_much(cost: usize) -> bool {
    cost > MOST_BYTES
}

/// Whether a segment that came at `since` has waited long enough.
fn is_over(since: Last, now: Last) -> bool {
    let passed = now.segment.saturating_sub(since.segment);
    let (Some(from), Some(to)) = (since.time, now.time) else { return passed >= PATIENCE_UNTIMED };
    let time = to.saturating_sub(from);
    passed >= PATIENCE
        || time >= PATIENCE_LONGEST
        || (time >= PATIENCE_TIME && passed >= PATIENCE_LEAST)
}
