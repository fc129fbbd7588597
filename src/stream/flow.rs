//! One connection in the table: its two sides, and what came too early of them.

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use super::{
    Connection, End, Event, GapCause, Limits, Side, Sink, Stamp, StreamId,
    ahead::Ahead,
    assembler::{Assembler, Emit, Fit, Moment, Shared},
    ended::Last,
    limits::{REACH, STRAYS, WINDOW},
};
use crate::net::{Flags, Segment, TcpLayer};

#[derive(Debug)]
#[repr(C)] // what each segment changes lies side by side
pub(super) struct Flow<T> {
    /// What comes next of sides A and B, where it goes on as nearly all do; `None` where that is to be looked at
    /// again.
    steady: Option<[Next; 2]>,
    /// The last segment: the one with the smallest number is idle the longest.
    pub(super) last: Last,
    segments: u64,
    /// `None` where nobody cares for the connection, or all was told. In a box, so that an ended
    /// connection that lingers in the table is small.
    pub(super) state: Option<Box<T>>,
    /// Whether side A is the lower end of the key.
    a_is_low: bool,
    /// Whether any segment had payload.
    pub(super) has_payload: bool,
    strays: Strays,
    pub(super) connection: Connection,
    pub(super) a: Assembler,
    pub(super) b: Assembler,
    a_seen: bool,
    b_seen: bool,
    /// Which sides have sent a FIN.
    fins: [bool; 2],
    /// Whether a reset came, and no payload after it.
    reset: bool,
    /// The resets of sides A and B that came while their FIN waited for its turn.
    late_resets: [Option<Stamp>; 2],
    /// Whether it is in the queue of those that have ended.
    pub(super) queued: bool,
    /// Segments that came before what they answer; there only while some wait, or did in vain.
    pub(super) ahead: Option<Box<Ahead>>,
}

/// What comes next of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Next {
    /// Its Sequence Number.
    seq: u32,
    /// No later segment makes the start of the side another.
    is_sure: bool,
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

/// What opens or ends a side, and ACK.
const TURNS: Flags = Flags(Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0 | Flags::ACK.0);

impl<T> Flow<T> {
    /// A connection before its first segment.
    pub(super) fn new(connection: Connection, a_is_low: bool, state: Option<T>) -> Self {
        Self {
            steady: None,
            connection,
            a_is_low,
            state: state.map(Box::new),
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
            late_resets: [None; 2],
            queued: false,
            ahead: None,
        }
    }

    /// Takes a segment, or lets it wait.
    pub(super) fn push<S: Sink<State = T>>(
        &mut self,
        at: Stamp,
        segment: &Segment<'_>,
        sender_is_low: bool,
        shared: &mut Shared,
        sink: &mut S,
    ) -> StreamId {
        self.steady = None;
        let side = self.side(sender_is_low);
        let was_answered = self.a_seen && self.b_seen;
        let had_ended = self.connection.course.sent(side).has_ended();
        self.note(side, at, segment, shared);
        let id = StreamId { stream: self.connection.stream, side };
        if self.state.is_none() {
            self.assembler(side).note_start(&segment.tcp);
            return id;
        }
        if self.a_seen
            && self.b_seen
            && !was_answered
            && !segment.tcp.flags.has(Flags::RST)
            // A reset of who had opened it may show before the answer that it had.
            && (!self.reset || self.has_payload)
            && self.connection.opener.is_some()
            && let Some(state) = &mut self.state
        {
            sink.answered(&self.connection, state, at);
        }
        if !had_ended
            && self.connection.course.sent(side).has_ended()
            && let Some(state) = &mut self.state
        {
            sink.closing(&self.connection, state, side);
        }
        if segment.tcp.flags.has(Flags::FIN) || segment.tcp.len > 0 {
            while self.gives_up_vain(side, &segment.tcp, shared, sink) {
                self.catch_up(shared, sink);
            }
        }
        let asks = self.asks_for_first(side, segment, sink);
        // What is not the question came behind it, and behind the answer as far as one can see.
        let is_behind = self.ahead.as_ref().is_some_and(|ahead| ahead.asks(side.other()))
            && segment.tcp.len > 0
            && !sink.begins(segment.payload);
        if self.is_ahead(side, &segment.tcp, asks) || is_behind {
            self.assembler(side).note_start(&segment.tcp);
            let ahead = self.ahead.get_or_insert_default();
            let cost = ahead.push((side, asks), segment, at, self.last);
            shared.ahead = shared.ahead.saturating_add(cost);
            shared.counters.ahead = shared.counters.ahead.saturating_add(1);
            // As many as may pass until a hole counts as lost.
            while self.ahead.as_ref().is_some_and(|ahead| ahead.is_full()) {
                self.give_up_hole(GapCause::Lost, shared, sink);
            }
        } else {
            self.take(side, at, segment, shared, sink);
        }
        self.catch_up(shared, sink);
        self.tell_ends(shared, sink);
        id
    }

    /// Which side goes on, where a segment is what nearly all are: both sides were seen, nothing of them waits or
    /// has ended; it is next, acknowledges what was told, and neither opens nor ends anything. With it, up to
    /// where the other side is acknowledged.
    #[inline]
    pub(super) fn goes_on(
        &mut self,
        segment: &Segment<'_>,
        sender_is_low: bool,
    ) -> Option<(Side, u64)> {
        let tcp = &segment.tcp;
        let side = self.side(sender_is_low);
        let [a, b] = match self.steady {
            Some(nexts) => nexts,
            None => *self.steady.insert(self.look()?),
        };
        let (own, other) = if side == Side::A { (a, b) } else { (b, a) };
        let behind = i64::from(other.seq.wrapping_sub(tcp.ack) as i32);
        let is_usual = tcp.flags.0 & TURNS.0 == Flags::ACK.0
            && tcp.missing == 0
            && own == Next { seq: tcp.seq, is_sure: true }
            && (0..REACH).contains(&behind);
        let told = self.side_of(side.other()).next();
        let acked = told.checked_sub(behind.unsigned_abs()).filter(|_| is_usual)?;
        Some((side, acked))
    }

    /// What comes next of both sides, where both were seen, and nothing of them waits or has ended. It is so until
    /// something but [`Self::go_on`] is done with them.
    fn look(&self) -> Option<[Next; 2]> {
        let are_there = self.a_seen && self.b_seen && self.state.is_some() && self.ahead.is_none();
        let next = |side: &Assembler| {
            let (seq, is_sure) = side.next_seq()?;
            Some(Next { seq, is_sure })
        };
        let nexts = [next(&self.a)?, next(&self.b)?];
        (are_there && !self.has_ended()).then_some(nexts)
    }

    /// Takes such a segment: what [`Self::push`] does with it, without what it does for others.
    #[inline]
    pub(super) fn go_on<S: Sink<State = T>>(
        &mut self,
        (side, acked): (Side, u64),
        at: Stamp,
        segment: &Segment<'_>,
        shared: &mut Shared,
        sink: &mut S,
    ) -> StreamId {
        let Segment { tcp, layers, payload: bytes, .. } = segment;
        self.strays = Strays::default();
        self.last = Last::new(shared.counters.segments, at);
        self.has_payload |= tcp.len > 0;
        self.segments = self.segments.saturating_add(1);
        self.connection.course.add(side, &at, tcp);
        if !bytes.is_empty()
            && let Some(state) = &mut self.state
        {
            let own = if side == Side::A { &mut self.a } else { &mut self.b };
            let offset = own.take_next(bytes, shared);
            if let Some([a, b]) = &mut self.steady {
                let next = if side == Side::A { a } else { b };
                next.seq = next.seq.wrapping_add(bytes.len() as u32);
            }
            let event = Event::Data { offset, bytes, at, layers };
            if sink.event(&self.connection, state, side, event).is_break() {
                self.let_go(shared, sink);
            }
        }
        self.assembler(side.other()).acknowledged_to(acked, at);
        StreamId { stream: self.connection.stream, side }
    }

    /// A segment comes behind what it acknowledges: the first hole in that, for which others have waited in vain, is
    /// given up before it. For what else is missing it waits itself. The result is whether there was such a hole.
    fn gives_up_vain<S: Sink<State = T>>(
        &mut self,
        side: Side,
        tcp: &TcpLayer,
        shared: &mut Shared,
        sink: &mut S,
    ) -> bool {
        let other = side.other();
        let Some(ahead) = self.ahead.as_ref().filter(|_| self.state.is_some()) else {
            return false;
        };
        let missing = self.side_of(other).missing_before(tcp.ack);
        let is_vain = tcp.flags.has(Flags::ACK)
            && missing.is_some_and(|missing| ahead.is_in_vain(other, missing))
            && self.side_of(other).holds_before(tcp.ack);
        if is_vain {
            self.tell(other, shared, sink, |assembler, shared, emit| {
                assembler.give_up_first(GapCause::Lost, shared, emit);
            });
        }
        is_vain
    }

    /// Tells the ends of the sides whose turn it is: each behind what it had of the other side. Where holes of that
    /// are all that keeps it, they were waited for in vain.
    fn tell_ends<S: Sink<State = T>>(&mut self, shared: &mut Shared, sink: &mut S) {
        while let Some(side) = self.next_end() {
            let had = self.side_of(side).due().and_then(|(_, had)| had);
            let other = side.other();
            if had.is_some_and(|had| self.side_of(other).holds_before(had)) {
                self.tell(other, shared, sink, |assembler, shared, emit| {
                    assembler.give_up_first(GapCause::Lost, shared, emit);
                });
                self.catch_up(shared, sink);
                continue;
            }
            self.tell(side, shared, sink, |assembler, _, emit| assembler.tell_end(emit));
            let Some(state) = &mut self.state else { return };
            let [a, b] = &mut self.late_resets;
            if let Some(at) = if side == Side::A { a } else { b }.take() {
                sink.reset(&self.connection, state, side, at);
            }
        }
        let all_told = self.a.is_closed() && self.b.is_closed() && !self.reset;
        if let Some(state) = self.state.take_if(|_| all_told) {
            // The consumer's state may be large; what lingers knows repeated segments without it.
            sink.ended(&self.connection, *state, End::Closed);
        }
    }

    /// The side whose end is to be told next.
    fn next_end(&self) -> Option<Side> {
        self.state.as_ref()?;
        let (a, b) = match (self.a.due(), self.b.due()) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return a.map(|_| Side::A).or(b.map(|_| Side::B)),
        };
        let is_answer =
            |of: &Assembler, had: Option<u32>| had.is_some_and(|had| of.ends_before(had));
        let is_a_first = match (is_answer(&self.a, b.1), is_answer(&self.b, a.1)) {
            (true, false) => true,
            (false, true) => false,
            _ => a.0.frame <= b.0.frame,
        };
        Some(if is_a_first { Side::A } else { Side::B })
    }

    /// Takes a segment whose turn it is.
    fn take<S: Sink<State = T>>(
        &mut self,
        side: Side,
        at: Stamp,
        segment: &Segment<'_>,
        shared: &mut Shared,
        sink: &mut S,
    ) {
        let both_ways = self.a_seen && self.b_seen;
        let now = Moment { at, segments: self.segments, both_ways };
        let tcp = &segment.tcp;
        let assembler = self.side_of(side);
        let has_closed = assembler.is_closed() && !assembler.is_reset();
        if assembler.has_waiting_fin() && tcp.flags.has(Flags::RST) {
            let [a, b] = &mut self.late_resets;
            *(if side == Side::A { a } else { b }) = Some(at);
        }
        self.tell(side, shared, sink, |assembler, shared, emit| {
            assembler.push(segment, now, shared, emit);
        });
        if let Some(state) = &mut self.state
            && has_closed
            && tcp.flags.has(Flags::RST)
        {
            sink.reset(&self.connection, state, side, at);
        }
        if tcp.flags.has(Flags::ACK) {
            self.assembler(side.other()).acknowledged(tcp, at);
            self.assembler(side).has_heard(tcp.ack);
        }
        for side in [Side::A, Side::B] {
            if self.assembler(side).waits() {
                self.tell(side, shared, sink, |assembler, shared, emit| {
                    assembler.give_up_lost(now, shared, emit);
                });
            }
        }
    }

    /// Whether a segment has to wait for bytes of the other side that it acknowledges.
    fn is_ahead(&mut self, side: Side, tcp: &TcpLayer, asks: bool) -> bool {
        self.learn_start(side, tcp);
        let waits = |side| self.ahead.as_ref().is_some_and(|ahead| ahead.has(side));
        // A reset ends its side at once: it comes behind what waits, and behind what it had.
        if tcp.flags.has(Flags::RST) {
            return waits(side) || self.awaits(side, tcp, asks).is_some();
        }
        // A bare acknowledgment waits too where it is of bytes that wait: it came behind these.
        let moves = tcp.len > 0 || tcp.flags.has(Flags::FIN) || waits(side.other());
        moves && self.awaits(side, tcp, asks).is_some()
    }

    /// Whether a segment answers the first one of the other side, of which nothing was seen.
    fn asks_for_first<S: Sink<State = T>>(
        &self,
        side: Side,
        segment: &Segment<'_>,
        sink: &S,
    ) -> bool {
        let is_other_seen = if side == Side::A { self.b_seen } else { self.a_seen };
        !is_other_seen && segment.tcp.len > 0 && sink.answers(segment.payload)
    }

    /// Where the other side was not seen yet, an acknowledgment may tell its first sequence number.
    fn learn_start(&mut self, side: Side, tcp: &TcpLayer) {
        let both_seen = self.a_seen && self.b_seen;
        if !both_seen && tcp.flags.has(Flags::ACK) && !tcp.flags.has(Flags::RST) {
            let is_certain = tcp.flags.has(Flags::SYN);
            if is_certain || self.assembler(side).is_first(tcp) {
                self.assembler(side.other()).start_at(tcp.ack, is_certain);
            }
        }
    }

    /// The offset of the other side at which bytes are missing that a segment acknowledges, or its first
    /// byte, where the segment asks for that. A reset that acknowledges nothing has the Acknowledgment Number of the
    /// segment that it answers for its Sequence Number (RFC 9293, section 3.10.7.4): it came behind that.
    fn awaits(&self, side: Side, tcp: &TcpLayer, asks: bool) -> Option<u64> {
        let other = self.side_of(side.other());
        let is_answer = !tcp.flags.has(Flags::ACK);
        if is_answer && !(tcp.flags.has(Flags::RST) && self.side_of(side).is_unacked(tcp.seq)) {
            return None;
        }
        let first = (is_answer || (asks && !other.is_begun())).then(|| other.next());
        let missing = first.or_else(|| other.missing_before(tcp.ack))?;
        let gave_up = |ahead: &Ahead| ahead.is_in_vain(side.other(), missing);
        (!self.ahead.as_deref().is_some_and(gave_up)).then_some(missing)
    }

    /// Takes the segments that waited for what is there now. What one side tells may be what the other
    /// waits for; and what comes later in a side may have been captured before what comes earlier, so
    /// each waits for its own acknowledgment alone.
    fn catch_up<S: Sink<State = T>>(&mut self, shared: &mut Shared, sink: &mut S) {
        while let Some((index, side, tcp)) = self.next_in_turn() {
            if self.gives_up_vain(side, &tcp, shared, sink) {
                continue;
            }
            let taken = self.ahead.as_mut().and_then(|ahead| ahead.take(index));
            let Some((one, cost)) = taken else { return };
            shared.ahead = shared.ahead.saturating_sub(cost);
            self.take(one.side, one.at, &one.segment(), shared, sink);
        }
    }

    /// The first segment that need not wait any more: where it stands, and what it is.
    fn next_in_turn(&self) -> Option<(usize, Side, TcpLayer)> {
        let ahead = self.ahead.as_ref()?;
        let index = ahead.position(|one| self.awaits(one.side, &one.tcp, one.asks).is_none())?;
        ahead.at(index).map(|one| (index, one.side, one.tcp))
    }

    /// The side of which the segment that waits the longest acknowledges bytes behind a hole.
    pub(super) fn side_with_hole(&self) -> Option<Side> {
        let first = self.ahead.as_ref()?.first()?;
        self.awaits(first.side, &first.tcp, first.asks)?;
        let other = first.side.other();
        self.side_of(other).holds_before(first.tcp.ack).then_some(other)
    }

    /// The segment that waits the longest waits no more: the first hole of what it acknowledges is
    /// given up, and what is behind that told; where there is nothing, nor do others wait for the same
    /// bytes.
    pub(super) fn give_up_hole<S: Sink<State = T>>(
        &mut self,
        cause: GapCause,
        shared: &mut Shared,
        sink: &mut S,
    ) {
        let Some(side) = self.side_with_hole() else { return self.wait_no_more(shared, sink) };
        self.tell(side, shared, sink, |assembler, shared, emit| {
            assembler.give_up_first(cause, shared, emit);
        });
        self.catch_up(shared, sink);
        self.tell_ends(shared, sink);
    }

    /// The segment that waits the longest waits no more, nor do others for the same bytes.
    pub(super) fn wait_no_more<S: Sink<State = T>>(&mut self, shared: &mut Shared, sink: &mut S) {
        let first = self.ahead.as_ref().and_then(|ahead| ahead.first());
        let Some((side, missing)) =
            first.map(|one| (one.side, self.awaits(one.side, &one.tcp, one.asks)))
        else {
            return;
        };
        if let Some(missing) = missing
            && let Some(ahead) = &mut self.ahead
        {
            ahead.give_up(side.other(), missing);
        }
        self.catch_up(shared, sink);
        self.tell_ends(shared, sink);
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
        self.connection.course.add(side, &at, tcp);
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
    pub(super) const fn has_ended(&self) -> bool {
        self.reset || matches!(self.fins, [true, true])
    }

    pub(super) fn finish<S: Sink<State = T>>(
        mut self,
        end: End,
        shared: &mut Shared,
        sink: &mut S,
    ) {
        while self.ahead.as_ref().is_some_and(|ahead| ahead.first().is_some()) {
            self.give_up_hole(GapCause::End, shared, sink);
        }
        for side in [Side::A, Side::B] {
            self.tell(side, shared, sink, |assembler, shared, emit| assembler.finish(shared, emit));
        }
        self.tell_ends(shared, sink);
        if let Some(state) = self.state {
            sink.ended(&self.connection, *state, end);
        }
    }

    /// Lets one side tell the sink what it has to tell.
    pub(super) fn tell<S: Sink<State = T>>(
        &mut self,
        side: Side,
        shared: &mut Shared,
        sink: &mut S,
        act: impl FnOnce(&mut Assembler, &mut Shared, Emit<'_>),
    ) {
        self.steady = None;
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
            self.let_go(shared, sink);
        }
    }

    /// The consumer does not care for the rest.
    fn let_go<S: Sink<State = T>>(&mut self, shared: &mut Shared, sink: &mut S) {
        self.steady = None;
        self.a.discard(shared);
        self.b.discard(shared);
        let waiting = self.ahead.take().map_or(0, |ahead| ahead.cost());
        shared.ahead = shared.ahead.saturating_sub(waiting);
        if let Some(state) = self.state.take() {
            sink.ended(&self.connection, *state, End::Unwanted);
        }
    }

    /// Whether a segment belongs to a new connection between the same addresses and ports.
    pub(super) fn is_reused_by<S: Sink<State = T>>(
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

    pub(super) fn is_idle(&self, now: i64, limits: &Limits) -> bool {
        let bound = if self.has_payload { limits.idle } else { limits.idle_without_payload };
        let silent = now.saturating_sub(self.last.time.unwrap_or(now));
        u128::try_from(silent).is_ok_and(|silent| silent > bound.as_nanos())
    }

    const fn side(&self, sender_is_low: bool) -> Side {
        if sender_is_low == self.a_is_low { Side::A } else { Side::B }
    }

    const fn side_of(&self, side: Side) -> &Assembler {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    pub(super) const fn assembler(&mut self, side: Side) -> &mut Assembler {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }
}

/// The side that opened a connection, where a segment tells.
pub(super) fn opener(tcp: &TcpLayer, sender: Side) -> Option<Side> {
    match (tcp.flags.has(Flags::SYN), tcp.flags.has(Flags::ACK)) {
        (true, false) => Some(sender),
        (true, true) => Some(sender.other()),
        (false, _) => None,
    }
}
