//! The flow table: which connection and side a segment belongs to.

use std::collections::HashMap;

use super::{
    Connection, Course, End, GapCause, Limits, Side, Sink, Stamp, StreamCounters, ahead,
    assembler::Shared,
    ended::{Ended, Entry, Last},
    flow::{Flow, opener},
    hash::{Key, Seed},
    limits::{SWEEP, SWEEP_SEGMENTS},
};
use crate::net::Segment;

/// All connections of a capture, each with the state that a [`Sink`] keeps for it.
#[derive(Debug)]
pub struct Flows<T> {
    /// Each in a box: the table grows by doubling, and half of it may be empty.
    table: HashMap<Key, Box<Flow<T>>, Seed>,
    ended: Ended,
    ahead: ahead::Queue,
    shared: Shared,
    /// When idle connections were last looked for: time and number of the segment.
    swept: (Option<i64>, u64),
}

/// Where a segment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamId {
    /// Number of the connection, from 0.
    pub stream: u64,
    /// The side that sent the segment.
    pub side: Side,
}

impl<T> Default for Flows<T> {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl<T> Flows<T> {
    /// An empty table.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let shared = Shared { limits, ..Shared::default() };
        Self {
            table: HashMap::default(),
            ended: Ended::default(),
            ahead: ahead::Queue::default(),
            shared,
            swept: (None, 0),
        }
    }

    /// What happened so far.
    #[must_use]
    pub const fn counters(&self) -> &StreamCounters {
        &self.shared.counters
    }

    /// How many connections are remembered now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no connection is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The connections that the consumer cares for, in no order.
    pub fn states(&mut self) -> impl Iterator<Item = (&Connection, &mut T)> {
        let flows = self.table.values_mut();
        flows.filter_map(|flow| flow.state.as_deref_mut().map(|state| (&flow.connection, state)))
    }

    /// The connection that a segment's addresses and ports belong to now, and its state, where the
    /// consumer cares for it.
    pub fn known(&self, segment: &Segment<'_>) -> Option<(&Connection, Option<&T>)> {
        let (key, _) = Key::of(segment);
        let flow = self.table.get(&key)?;
        Some((&flow.connection, flow.state.as_deref()))
    }

    /// Takes a segment, and tells the sink what follows from it.
    pub fn push<S: Sink<State = T>>(
        &mut self,
        at: Stamp,
        segment: &Segment<'_>,
        sink: &mut S,
    ) -> StreamId {
        self.shared.counters.segments = self.shared.counters.segments.saturating_add(1);
        let now = Last::new(self.shared.counters.segments, at);
        self.forget_ended(now, sink);
        while let Some(entry) = self.ahead.due(now, self.shared.ahead) {
            self.give_up_waiting(entry, Some(now), sink);
        }
        let (key, sender_is_low) = Key::of(segment);
        self.sweep(at, sink);
        let mut known = self.table.get_mut(&key);
        // Looked up once for nearly all segments: those of a connection that goes on.
        if let Some(flow) = &mut known
            && let Some(next) = flow.goes_on(segment, sender_is_low)
        {
            let id = flow.go_on(next, at, segment, &mut self.shared, sink);
            if self.holds_too_much() {
                self.release_the_largest(sink);
            }
            return id;
        }
        let is_reused = known.as_mut().map(|flow| flow.is_reused_by(segment, sender_is_low, sink));
        if is_reused != Some(false) {
            if is_reused == Some(true) {
                self.end(key, End::Reused, sink);
            }
            self.make_room(sink);
            let flow = self.open(at, segment, sender_is_low, sink);
            self.table.insert(key, Box::new(flow));
            known = self.table.get_mut(&key);
        }
        let Some(flow) = known else {
            // Not reached: the flow was put there above.
            return StreamId { stream: 0, side: Side::A };
        };
        let id = flow.push(at, segment, sender_is_low, &mut self.shared, sink);
        if flow.has_ended() && !flow.queued {
            flow.queued = true;
            self.ended.push(Entry { key, stream: id.stream, last: flow.last });
        }
        if let Some(ahead) = &mut flow.ahead {
            self.ahead.add(ahead, Entry { key, stream: id.stream, last: flow.last }, None);
        }
        if self.holds_too_much() {
            self.release_the_largest(sink);
        }
        id
    }

    /// Nothing comes for a while: what waits for the other side of its connection waits no more.
    pub fn pause<S: Sink<State = T>>(&mut self, sink: &mut S) {
        while let Some(entry) = self.ahead.pop() {
            self.give_up_waiting(entry, None, sink);
        }
    }

    /// Ends all connections: what is still held is told, with its gaps, stream after stream.
    pub fn finish<S: Sink<State = T>>(&mut self, sink: &mut S) {
        self.ended.clear();
        self.ahead.clear();
        let mut flows: Vec<_> = self.table.drain().map(|(_, flow)| flow).collect();
        flows.sort_unstable_by_key(|flow| flow.connection.stream);
        for flow in flows {
            flow.finish(End::Capture, &mut self.shared, sink);
        }
    }

    fn open<S: Sink<State = T>>(
        &mut self,
        at: Stamp,
        segment: &Segment<'_>,
        a_is_low: bool,
        sink: &mut S,
    ) -> Flow<T> {
        let counters = &mut self.shared.counters;
        let connection = Connection {
            stream: counters.streams,
            a: segment.src(),
            b: segment.dst(),
            first_frame: at.frame,
            opener: opener(&segment.tcp, Side::A),
            course: Course::default(),
        };
        counters.streams = counters.streams.saturating_add(1);
        Flow::new(connection, a_is_low, sink.opened(&connection))
    }

    /// A connection has waited long enough for what a segment of it answers; without a time nothing comes
    /// at all.
    fn give_up_waiting<S: Sink<State = T>>(
        &mut self,
        entry: Entry,
        now: Option<Last>,
        sink: &mut S,
    ) {
        let known = self.table.get_mut(&entry.key);
        let Some(flow) = known.filter(|flow| flow.connection.stream == entry.stream) else {
            return;
        };
        let Some(first) = flow.ahead.as_mut().map(|ahead| ahead::taken(ahead)) else { return };
        let since = first.map(|first| first.last);
        let is_lost = |since| now.is_none_or(|now| ahead::is_lost(since, now));
        let mut again = None;
        match since {
            Some(since) if is_lost(since) => {
                flow.give_up_hole(GapCause::Lost, &mut self.shared, sink);
            }
            Some(since)
                if since.time.is_some()
                    && !ahead::is_too_much(self.shared.ahead)
                    && flow.side_with_hole().is_some() =>
            {
                again = now;
            }
            Some(_) => flow.wait_no_more(&mut self.shared, sink),
            None => {}
        }
        if let Some(ahead) = &mut flow.ahead {
            self.ahead.add(ahead, entry, again);
        }
    }

    fn end<S: Sink<State = T>>(&mut self, key: Key, end: End, sink: &mut S) {
        if let Some(flow) = self.table.remove(&key) {
            flow.finish(end, &mut self.shared, sink);
        }
    }

    /// Forgets the connections that are silent for too long.
    #[inline]
    fn sweep<S: Sink<State = T>>(&mut self, at: Stamp, sink: &mut S) {
        let Some(now) = at.time else { return };
        let (since, segments) = self.swept;
        if since.is_some_and(|since| (0..SWEEP).contains(&now.saturating_sub(since))) {
            return;
        }
        let passed = now.saturating_sub(since.unwrap_or(now));
        let taken = self.shared.counters.segments.saturating_sub(segments);
        let least = SWEEP_SEGMENTS.max(self.table.len() as u64);
        // Where the time jumps back it counts from there.
        if since.is_none() || passed < 0 {
            self.swept.0 = Some(now);
        }
        if passed < SWEEP || taken < least {
            return;
        }
        self.swept = (Some(now), self.shared.counters.segments);
        let limits = self.shared.limits;
        let idle = self.table.iter().filter(|(_, flow)| flow.is_idle(now, &limits));
        let mut idle: Vec<_> = idle.map(|(key, flow)| (flow.connection.stream, *key)).collect();
        idle.sort_unstable_by_key(|(stream, _)| *stream);
        for (_, key) in idle {
            self.shared.counters.idle = self.shared.counters.idle.saturating_add(1);
            self.end(key, End::Idle, sink);
        }
    }

    /// Forgets the connections that ended a while ago.
    fn forget_ended<S: Sink<State = T>>(&mut self, now: Last, sink: &mut S) {
        while let Some(entry) = self.ended.due(now) {
            let known = self.table.get_mut(&entry.key);
            // It may have been forgotten before, and its addresses used again.
            let Some(flow) = known.filter(|flow| flow.connection.stream == entry.stream) else {
                continue;
            };
            if !flow.has_ended() {
                flow.queued = false;
            } else if flow.last != entry.last {
                self.ended.push(Entry { last: flow.last, ..entry });
            } else {
                self.end(entry.key, End::Closed, sink);
            }
        }
    }

    /// Makes room for one more connection, and bounds the queue of the ended ones: those go first,
    /// then the ones that are idle the longest.
    fn make_room<S: Sink<State = T>>(&mut self, sink: &mut S) {
        let most = self.shared.limits.flows.max(1);
        while self.table.len() >= most || self.ended.len() >= most {
            let Some(entry) = self.ended.pop() else { return self.forget_idle(sink) };
            let known = self.table.get_mut(&entry.key);
            match known.filter(|flow| flow.connection.stream == entry.stream) {
                Some(flow) if flow.has_ended() => self.end(entry.key, End::Closed, sink),
                Some(flow) => flow.queued = false,
                None => {}
            }
        }
    }

    /// Those that have carried nothing go first, so that a flood of SYNs costs no conversation.
    /// A sixteenth at a time, so that looking for them costs little for each new connection.
    fn forget_idle<S: Sink<State = T>>(&mut self, sink: &mut S) {
        let idle =
            self.table.iter().map(|(key, flow)| ((flow.has_payload, flow.last.segment), *key));
        let mut idle: Vec<_> = idle.collect();
        let count = (idle.len() / 16).clamp(1, idle.len());
        idle.select_nth_unstable_by_key(count.saturating_sub(1), |(rank, _)| *rank);
        idle.truncate(count);
        idle.sort_unstable_by_key(|(rank, _)| *rank);
        for (_, key) in idle {
            self.shared.counters.forgotten = self.shared.counters.forgotten.saturating_add(1);
            self.end(key, End::Forgotten, sink);
        }
    }

    #[inline]
    const fn holds_too_much(&self) -> bool {
        self.shared.held > self.shared.limits.held_in_all
    }

    /// Tells what the sides hold that hold at least half of the average: at least half of all.
    fn release_the_largest<S: Sink<State = T>>(&mut self, sink: &mut S) {
        let holders = |flow: &Flow<T>| {
            usize::from(flow.a.held() > 0).saturating_add((flow.b.held() > 0).into())
        };
        let count: usize = self.table.values().map(|flow| holders(flow)).sum();
        let least = self.shared.held.checked_div(count.saturating_mul(2)).unwrap_or(0).max(1);
        let mut large: Vec<_> = self
            .table
            .values_mut()
            .filter(|flow| flow.a.held().max(flow.b.held()) >= least)
            .collect();
        large.sort_unstable_by_key(|flow| flow.connection.stream);
        for flow in large {
            for side in [Side::A, Side::B] {
                if flow.assembler(side).held() >= least {
                    flow.tell(side, &mut self.shared, sink, |assembler, shared, emit| {
                        assembler.release(GapCause::Bound, shared, emit);
                    });
                }
            }
        }
    }
}
