//! The flow table: which connection and side a segment belongs to.

use std::{collections::HashMap, ops::ControlFlow};

use super::{
    Connection, End, Event, GapCause, Limits, Side, Sink, Stamp, StreamCounters,
    assembler::{Assembler, Emit, Fit, Moment, Shared},
    ended::{Ended, Entry, Last},
    hash::{Key, Seed},
    limits::{STRAYS, SWEEP, SWEEP_SEGMENTS, WINDOW},
};
use crate::net::{Flags, Segment, TcpLayer};

/// All connections of a capture, each with the state that a [`Sink`] keeps for it.
#[derive(Debug)]
pub struct Flows<T> {
    table: HashMap<Key, Flow<T>, Seed>,
    ended: Ended,
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

#[derive(Debug)]
struct Flow<T> {
    connection: Connection,
    /// Whether side A is the lower end of the key.
    a_is_low: bool,
    /// `None` where nobody cares for the connection, or all was told. In a box, so that an ended
    /// connection that lingers in the table is small.
    state: Option<Box<T>>,
    a: Assembler,
    b: Assembler,
    a_seen: bool,
    b_seen: bool,
    segments: u64,
    /// Whether any segment had payload.
    has_payload: bool,
    strays: Strays,
    /// The last segment: the one with the smallest number is idle the longest.
    last: Last,
    /// Which sides have sent a FIN.
    fins: [bool; 2],
    /// Whether a reset came, and no payload after it.
    reset: bool,
    /// Whether it is in the queue of those that have ended.
    queued: bool,
}

/// Segments in a row that no window reaches: of which side, the next sequence number, how many.
#[derive(Clone, Copy, Debug, Default)]
struct Strays {
    sender_is_low: bool,
    next: u32,
    count: u8,
}

impl Strays {
    /// Takes the next one; whether there are enough for a new connection.
    fn add(&mut self, tcp: &TcpLayer, sender_is_low: bool) -> bool {
        let distance = tcp.seq.wrapping_sub(self.next) as i32;
        let goes_on = self.sender_is_low == sender_is_low
            && u64::from(distance.unsigned_abs()) <= WINDOW
            && self.count > 0;
        self.count = if goes_on { self.count.saturating_add(1) } else { 1 };
        (self.next, self.sender_is_low) = (tcp.seq.wrapping_add(tcp.len), sender_is_low);
        self.count >= STRAYS
    }
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
        Self { table: HashMap::default(), ended: Ended::default(), shared, swept: (None, 0) }
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

    /// Takes a segment, and tells the sink what follows from it.
    pub fn push<S: Sink<State = T>>(
        &mut self,
        at: Stamp,
        segment: &Segment<'_>,
        sink: &mut S,
    ) -> StreamId {
        self.shared.counters.segments = self.shared.counters.segments.saturating_add(1);
        self.forget_ended(Last::new(self.shared.counters.segments, at), sink);
        let (key, sender_is_low) = Key::new(segment.src(), segment.dst());
        self.sweep(at, sink);
        let known = self.table.get_mut(&key);
        if known.is_some_and(|flow| flow.is_reused_by(segment, sender_is_low, sink)) {
            self.end(key, End::Reused, sink);
        }
        if !self.table.contains_key(&key) {
            self.make_room(sink);
            let flow = self.open(at, segment, sender_is_low, sink);
            self.table.insert(key, flow);
        }
        let Some(flow) = self.table.get_mut(&key) else {
            // Not reached: the flow was put there above.
            return StreamId { stream: 0, side: Side::A };
        };
        let id = flow.push(at, segment, sender_is_low, &mut self.shared, sink);
        if flow.has_ended() && !flow.queued {
            flow.queued = true;
            self.ended.push(Entry { key, stream: id.stream, last: flow.last });
        }
        if self.shared.held > self.shared.limits.held_in_all {
            self.release_the_largest(sink);
        }
        id
    }

    /// Ends all connections: what is still held is told, with its gaps, stream after stream.
    pub fn finish<S: Sink<State = T>>(&mut self, sink: &mut S) {
        self.ended.clear();
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
        };
        counters.streams = counters.streams.saturating_add(1);
        Flow {
            connection,
            a_is_low,
            state: sink.opened(&connection).map(Box::new),
            a: Assembler::default(),
            b: Assembler::default(),
            a_seen: false,
            b_seen: false,
            segments: 0,
            has_payload: false,
            strays: Strays::default(),
            last: Last::default(),
            fins: [false; 2],
            reset: false,
            queued: false,
        }
    }

    fn end<S: Sink<State = T>>(&mut self, key: Key, end: End, sink: &mut S) {
        if let Some(flow) = self.table.remove(&key) {
            flow.finish(end, &mut self.shared, sink);
        }
    }

    /// Forgets the connections that are silent for too long.
    fn sweep<S: Sink<State = T>>(&mut self, at: Stamp, sink: &mut S) {
        let Some(now) = at.time else { return };
        let (since, segments) = self.swept;
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

    /// Tells what the sides hold that hold at least half of the average: at least half of all.
    fn release_the_largest<S: Sink<State = T>>(&mut self, sink: &mut S) {
        let holders = |flow: &Flow<T>| {
            usize::from(flow.a.held() > 0).saturating_add((flow.b.held() > 0).into())
        };
        let count: usize = self.table.values().map(holders).sum();
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

impl<T> Flow<T> {
    fn push<S: Sink<State = T>>(
        &mut self,
        at: Stamp,
        segment: &Segment<'_>,
        sender_is_low: bool,
        shared: &mut Shared,
        sink: &mut S,
    ) -> StreamId {
        let side = self.side(sender_is_low);
        let was_answered = self.a_seen && self.b_seen;
        self.note(side, at, segment, shared);
        let id = StreamId { stream: self.connection.stream, side };
        if self.state.is_none() {
            self.assembler(side).note_start(&segment.tcp);
            return id;
        }
        let both_ways = self.a_seen && self.b_seen;
        if both_ways
            && !was_answered
            && !self.reset
            && self.connection.opener.is_some()
            && let Some(state) = &mut self.state
        {
            sink.answered(&self.connection, state, at);
        }
        let now = Moment { at, segments: self.segments, both_ways };
        self.tell(side, shared, sink, |assembler, shared, emit| {
            assembler.push(segment, now, shared, emit);
        });
        let tcp = &segment.tcp;
        if tcp.flags.has(Flags::ACK) {
            self.assembler(side.other()).acknowledged(tcp.ack, at);
        }
        for side in [Side::A, Side::B] {
            if self.assembler(side).waits() {
                self.tell(side, shared, sink, |assembler, shared, emit| {
                    assembler.give_up_lost(now, shared, emit);
                });
            }
        }
        let all_told = self.a.is_closed() && self.b.is_closed() && !self.reset;
        if let Some(state) = self.state.take_if(|_| all_told) {
            // The consumer's state may be large; what lingers knows repeated segments without it.
            sink.ended(&self.connection, *state, End::Closed);
        }
        id
    }

    fn note(&mut self, side: Side, at: Stamp, segment: &Segment<'_>, shared: &Shared) {
        self.last = Last::new(shared.counters.segments, at);
        self.has_payload |= segment.tcp.len > 0;
        self.segments = self.segments.saturating_add(1);
        match side {
            Side::A => self.a_seen = true,
            Side::B => self.b_seen = true,
        }
        let tcp = &segment.tcp;
        if tcp.flags.has(Flags::FIN) {
            let [a, b] = &mut self.fins;
            *(if side == Side::A { a } else { b }) = true;
        }
        // Payload behind a reset: nobody believed it.
        self.reset = tcp.flags.has(Flags::RST) || (self.reset && tcp.len == 0);
        if self.connection.opener.is_none() {
            self.connection.opener = opener(tcp, side);
        }
    }

    /// Whether its sides have ended it. What comes after that can only be sent again.
    const fn has_ended(&self) -> bool {
        self.reset || matches!(self.fins, [true, true])
    }

    fn finish<S: Sink<State = T>>(mut self, end: End, shared: &mut Shared, sink: &mut S) {
        for side in [Side::A, Side::B] {
            self.tell(side, shared, sink, |assembler, shared, emit| assembler.finish(shared, emit));
        }
        if let Some(state) = self.state {
            sink.ended(&self.connection, *state, end);
        }
    }

    /// Lets one side tell the sink what it has to tell.
    fn tell<S: Sink<State = T>>(
        &mut self,
        side: Side,
        shared: &mut Shared,
        sink: &mut S,
        act: impl FnOnce(&mut Assembler, &mut Shared, Emit<'_>),
    ) {
        let Some(state) = &mut self.state else { return };
        let connection = &self.connection;
        let mut wanted = true;
        let mut emit = |event: Event<'_>| {
            wanted =
                wanted && sink.event(connection, state, side, event) == ControlFlow::Continue(());
        };
        let assembler = if side == Side::A { &mut self.a } else { &mut self.b };
        act(assembler, shared, &mut emit);
        if !wanted {
            self.a.discard(shared);
            self.b.discard(shared);
            if let Some(state) = self.state.take() {
                sink.ended(&self.connection, *state, End::Unwanted);
            }
        }
    }

    /// Whether a segment belongs to a new connection between the same addresses and ports.
    fn is_reused_by<S: Sink<State = T>>(
        &mut self,
        segment: &Segment<'_>,
        sender_is_low: bool,
        sink: &S,
    ) -> bool {
        let tcp = &segment.tcp;
        let side = self.side(sender_is_low);
        let is_over = self.is_over();
        if tcp.flags.has(Flags::SYN) {
            return self.assembler(side).is_other_start(tcp.seq);
        }
        let is_unwanted = self.state.is_none() && !self.has_ended();
        if is_unwanted || tcp.flags.has(Flags::RST) {
            return false;
        }
        let fit = self.assembler(side).fit(tcp);
        if fit != Fit::Stray {
            self.strays = Strays::default();
        }
        let has_payload = tcp.len > 0;
        match fit {
            Fit::Inside => false,
            Fit::Far => has_payload && sink.begins(segment.payload),
            // One byte may be a keep-alive probe.
            Fit::BeyondEnd => {
                has_payload && ((is_over && tcp.len > 1) || sink.begins(segment.payload))
            }
            Fit::Stray => {
                let is_run = self.strays.add(tcp, sender_is_low);
                has_payload && (is_over || is_run || sink.begins(segment.payload))
            }
        }
    }

    /// Whether nothing more is to come of the connection.
    fn is_over(&self) -> bool {
        let is_reset = self.a.is_reset() || self.b.is_reset();
        is_reset || (self.a.is_closed() && self.b.is_closed())
    }

    fn is_idle(&self, now: i64, limits: &Limits) -> bool {
        let bound = if self.has_payload { limits.idle } else { limits.idle_without_payload };
        let silent = now.saturating_sub(self.last.time.unwrap_or(now));
        u128::try_from(silent).is_ok_and(|silent| silent > bound.as_nanos())
    }

    const fn side(&self, sender_is_low: bool) -> Side {
        if sender_is_low == self.a_is_low { Side::A } else { Side::B }
    }

    const fn assembler(&mut self, side: Side) -> &mut Assembler {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }
}

/// The side that opened a connection, where a segment tells.
fn opener(tcp: &TcpLayer, sender: Side) -> Option<Side> {
    match (tcp.flags.has(Flags::SYN), tcp.flags.has(Flags::ACK)) {
        (true, false) => Some(sender),
        (true, true) => Some(sender.other()),
        (false, _) => None,
    }
}
