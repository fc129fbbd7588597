//! One side of a connection: its segments become its bytes in order.
//!
//! Invariants between calls: `offset` is where the next byte in order belongs; everything held
//! lies beyond it; what was told once is never told again.

use std::ops::Range;

use super::{
    Close, Event, GapCause, Limits, Stamp, StreamCounters,
    held::{Held, Piece},
    history::{History, Recent, join, part},
    limits::{GAP_PATIENCE, GAP_PATIENCE_LEAST, GAP_PATIENCE_ONE_WAY, GAP_PATIENCE_TIME, WINDOW},
    start::{Start, payload_seq},
};
use crate::net::{Flags, Segment, TcpLayer};

/// What all sides share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) limits: Limits,
    pub(super) counters: StreamCounters,
    pub(super) history: History,
    /// Held by all sides together, in bytes.
    pub(super) held: usize,
    /// What waits for the other side of its connection, in bytes.
    pub(super) ahead: usize,
}

/// Where events go. A call through a pointer costs nothing beside what the consumer does with one.
pub(super) type Emit<'e> = &'e mut dyn FnMut(Event<'_>);

/// When a segment comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) at: Stamp,
    /// Segments of the connection so far, both sides counted.
    pub(super) segments: u64,
    /// Whether the other side was seen at all.
    pub(super) both_ways: bool,
}

/// One side of a connection.
#[derive(Debug, Default)]
#[repr(C)] // what each segment changes lies side by side
pub(super) struct Assembler {
    /// Where the next byte in order belongs.
    offset: u64,
    recent: Recent,
    /// The furthest that the other side acknowledged.
    acked: Option<Acked>,
    start: Start,
    held: Held,
    end: Option<Ending>,
    closed: bool,
}

/// Where a segment lies in what is known of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Where it may be in order, late or early.
    Inside,
    /// Further away than a window is large.
    Far,
    /// Where no window reaches.
    Stray,
    /// Behind the end of the side.
    BeyondEnd,
}

/// What the other side has acknowledged. TCP counts a FIN like a byte: the last that it counts may be one.
#[derive(Clone, Copy, Debug)]
struct Acked {
    /// The offset before which all has come.
    offset: u64,
    at: Stamp,
    /// The Sequence Number behind what the other side sent since it said so.
    answered: Option<u32>,
    /// Whether this side has had that too. One that has closed resets the connection instead, and MQTT knows no
    /// side that has ended and listens (5.0: section 3.14.4): the last is no FIN.
    is_open: bool,
}

impl Acked {
    const fn new(offset: u64, at: Stamp) -> Self {
        Self { offset, at, answered: None, is_open: false }
    }
}

/// Where and how a side ends.
#[derive(Clone, Copy, Debug)]
struct Ending {
    offset: u64,
    how: Close,
    at: Stamp,
    since: u64,
    /// What its sender had of the other side, where it says so.
    had: Option<u32>,
}

impl Assembler {
    /// Takes the next segment of this side.
    pub(super) fn push(
        &mut self,
        segment: &Segment<'_>,
        now: Moment,
        shared: &mut Shared,
        emit: Emit<'_>,
    ) {
        let tcp = &segment.tcp;
        self.settle_start(tcp);
        let Some(distance) = self.distance(payload_seq(tcp)) else {
            if !tcp.flags.has(Flags::RST) {
                shared.counters.strays = shared.counters.strays.saturating_add(1);
                return;
            }
            return self.reset(now);
        };
        if is_keep_alive(tcp, distance) || self.is_probe_beyond_a_hole(tcp, distance) {
            shared.counters.keep_alives = shared.counters.keep_alives.saturating_add(1);
            return;
        }
        let before_start = self.bytes_before_start(distance);
        // What a reset carries is a word on its cause, not data (RFC 9293, section 3.10.7.4).
        if tcp.len > 0 && !tcp.flags.has(Flags::RST) {
            self.payload(segment, distance, before_start, now, shared, emit);
        }
        self.note_end(tcp, distance, now);
    }

    /// The Sequence Number that is next, and whether no later segment makes the start another, while nothing is
    /// missing and no end is known: what a segment brings that has this number, and opens and ends nothing,
    /// [`Self::push`] would tell, and do no more.
    #[inline]
    pub(super) fn next_seq(&self) -> Option<(u32, bool)> {
        let is_whole = self.end.is_none() && self.held.is_empty();
        self.start.seq_of(self.offset).filter(|_| is_whole)
    }

    /// Takes the bytes of such a segment; the result is their offset.
    #[inline]
    pub(super) fn take_next(&mut self, bytes: &[u8], shared: &mut Shared) -> u64 {
        let offset = self.offset;
        self.recent.remember(&mut shared.history, offset, bytes);
        self.offset = offset.saturating_add(bytes.len() as u64);
        offset
    }

    /// Takes the acknowledgment of a segment of the other side.
    pub(super) fn acknowledged(&mut self, tcp: &TcpLayer, at: Stamp) {
        let offset = self.distance(tcp.ack).and_then(|d| self.offset.checked_add_signed(d));
        let Some(offset) = offset else { return };
        self.acknowledged_to(offset, at);
        if let Some(acked) = self.acked.as_mut().filter(|acked| acked.offset == offset)
            && tcp.len > 0
            && !tcp.flags.has(Flags::RST)
        {
            acked.answered = Some(payload_seq(tcp).wrapping_add(tcp.len));
        }
    }

    /// Takes note of what this side has of the other one.
    pub(super) fn has_heard(&mut self, ack: u32) {
        if let Some(acked) = &mut self.acked
            && acked.answered.is_some_and(|behind| ack.wrapping_sub(behind) as i32 >= 0)
        {
            acked.is_open = true;
        }
    }

    /// The same of an offset.
    #[inline]
    pub(super) fn acknowledged_to(&mut self, offset: u64, at: Stamp) {
        if self.acked.is_none_or(|known| known.offset < offset) {
            self.acked = Some(Acked::new(offset, at));
        }
    }

    /// Gives up what is missing and does not come any more, as far as that is known now.
    pub(super) fn give_up_lost(&mut self, now: Moment, shared: &mut Shared, emit: Emit<'_>) {
        while let Some(chunk) = self.held.first() {
            if !self.is_lost(chunk.offset, chunk.since, chunk.at, now) {
                return;
            }
            self.jump(GapCause::Lost, shared, emit);
        }
        if let Some(end) = self.end.filter(|end| self.offset < end.offset)
            && self.is_lost(end.offset, end.since, end.at, now)
        {
            self.gap(end.offset, GapCause::Lost, end.at, shared, emit);
        }
    }

    /// Tells everything that is held, with its gaps: nothing more comes.
    pub(super) fn finish(&mut self, shared: &mut Shared, emit: Emit<'_>) {
        self.release(GapCause::End, shared, emit);
        // A reset may lie anywhere in the window: alone it does not show that bytes are missing.
        let is_real = |end: &Ending| {
            let is_acked = self.acked.is_some_and(|acked| acked.offset >= end.offset);
            self.offset < end.offset && (end.how == Close::Fin || is_acked)
        };
        if let Some(end) = self.end.filter(is_real) {
            self.gap(end.offset, GapCause::End, end.at, shared, emit);
        } else if let Some(acked) = self.acked.filter(|_| self.end.is_none()) {
            let (end, cause) = self.acknowledged_end(acked);
            self.gap(end.max(self.offset), cause, acked.at, shared, emit);
        }
    }

    /// Up to where bytes are certain that an acknowledgment alone tells of.
    fn acknowledged_end(&self, acked: Acked) -> (u64, GapCause) {
        // A single one may come of a start that was guessed.
        let is_sure = self.start.is_syn() || acked.offset > self.offset.saturating_add(1);
        match acked.is_open && is_sure {
            true => (acked.offset, GapCause::End),
            // The last may be a FIN that was not captured.
            false => (acked.offset.saturating_sub(1), GapCause::Acknowledged),
        }
    }

    /// Tells everything that is held, with its gaps.
    pub(super) fn release(&mut self, cause: GapCause, shared: &mut Shared, emit: Emit<'_>) {
        while !self.held.is_empty() {
            self.jump(cause, shared, emit);
        }
    }

    /// Lets go of everything held, untold.
    pub(super) fn discard(&mut self, shared: &mut Shared) {
        while let Some(chunk) = self.pop(shared) {
            drop(chunk);
        }
    }

    /// Whether something is missing that earlier segments tell of.
    #[inline]
    pub(super) fn waits(&self) -> bool {
        !self.held.is_empty() || (self.end.is_some() && !self.closed)
    }

    /// Whether all of it was told, up to its FIN or reset.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// What holding costs now, in bytes.
    pub(super) const fn held(&self) -> usize {
        self.held.cost()
    }

    /// Notes the start of a side that is not assembled.
    pub(super) fn note_start(&mut self, tcp: &TcpLayer) {
        self.settle_start(tcp);
    }

    /// Whether a SYN belongs to another connection than what was seen of this side before.
    pub(super) fn is_other_start(&self, syn: u32) -> bool {
        self.start.is_other(syn)
    }

    fn settle_start(&mut self, tcp: &TcpLayer) {
        self.start.settle(tcp, self.offset == 0 && self.held.is_empty());
    }

    fn distance(&self, seq: u32) -> Option<i64> {
        self.start.distance(seq, self.offset)
    }

    /// Where a segment with payload lies in what is known of this side.
    pub(super) fn fit(&self, tcp: &TcpLayer) -> Fit {
        if !self.start.is_known() {
            return Fit::Inside;
        }
        let Some(distance) = self.distance(payload_seq(tcp)) else { return Fit::Stray };
        let offset = self.offset.saturating_add_signed(distance);
        if self.end.map_or(self.closed, |end| offset >= end.offset) && distance >= 0 {
            Fit::BeyondEnd
        } else if distance.unsigned_abs() > WINDOW {
            Fit::Far
        } else {
            Fit::Inside
        }
    }

    /// Whether a segment is the first behind the SYN of this side.
    pub(super) fn is_first(&self, tcp: &TcpLayer) -> bool {
        let is_untouched = self.offset == 0 && self.held.is_empty();
        is_untouched && self.start.is_syn() && self.distance(payload_seq(tcp)) == Some(0)
    }

    /// Whether it is known where the side begins.
    pub(super) fn is_begun(&self) -> bool {
        self.start.is_known()
    }

    /// The other side acknowledged the SYN of this one, which was not seen.
    pub(super) fn start_at(&mut self, ack: u32, is_certain: bool) {
        self.start.learn(ack, is_certain);
    }

    /// The next offset, where bytes from there on are missing that the other side acknowledges.
    ///
    /// A single one may come of a start that was guessed.
    pub(super) fn missing_before(&self, ack: u32) -> Option<u64> {
        let distance = self.distance(ack)?.try_into().ok()?;
        let acked = self.offset.saturating_add(distance);
        let is_sent = self.end.is_none_or(|end| self.offset < end.offset);
        let least = if self.start.is_syn() { 1 } else { 2 };
        let is_near = (least..=WINDOW).contains(&distance);
        (is_near && is_sent && !self.closed && acked > self.offset).then_some(self.offset)
    }

    /// Whether the other side has acknowledged something, but not up to this number, which is a place in the window.
    pub(super) fn is_unacked(&self, seq: u32) -> bool {
        let behind = |acked: Acked| {
            let offset = self.offset.checked_add_signed(self.distance(seq)?)?;
            offset.checked_sub(acked.offset).filter(|behind| (1..=WINDOW).contains(behind))
        };
        self.acked.and_then(behind).is_some()
    }

    /// The offset of the next byte.
    pub(super) const fn next(&self) -> u64 {
        self.offset
    }

    /// Whether bytes, or a FIN, are held that the other side acknowledges: only a hole keeps them.
    pub(super) fn holds_before(&self, ack: u32) -> bool {
        let distance = self.distance(ack).and_then(|distance| u64::try_from(distance).ok());
        let acked = distance.map(|distance| self.offset.saturating_add(distance));
        let held = self.held.first().map(|chunk| chunk.offset).or_else(|| self.waiting_fin());
        held.zip(acked).is_some_and(|(held, acked)| held < acked)
    }

    /// Gives up the first hole, and tells what is held behind it.
    pub(super) fn give_up_first(&mut self, cause: GapCause, shared: &mut Shared, emit: Emit<'_>) {
        if !self.held.is_empty() {
            self.jump(cause, shared, emit);
        } else if let Some(end) = self.end.filter(|_| self.waiting_fin().is_some()) {
            self.gap(end.offset, cause, end.at, shared, emit);
        }
    }

    /// Where the FIN stands before which bytes are missing.
    fn waiting_fin(&self) -> Option<u64> {
        let end = self.end.filter(|end| end.how == Close::Fin && self.offset < end.offset);
        end.map(|end| end.offset)
    }

    /// Whether its FIN was captured and not told yet.
    pub(super) fn has_waiting_fin(&self) -> bool {
        !self.closed && self.end.is_some_and(|end| end.how == Close::Fin)
    }

    /// The frame that ended the side, where all before its end was told, and that was not; and up to where its
    /// sender had the other side, where it says so.
    pub(super) fn due(&self) -> Option<(Stamp, Option<u32>)> {
        let end = self.end.filter(|end| !self.closed && self.offset >= end.offset)?;
        Some((end.at, end.had))
    }

    /// Whether a number of the other side acknowledges the FIN of this one, all before which was told.
    pub(super) fn ends_before(&self, ack: u32) -> bool {
        let is_fin = self.end.is_some_and(|end| end.how == Close::Fin);
        is_fin && self.distance(ack).is_some_and(|distance| distance > 0)
    }

    /// Tells the end of the side, if it is due.
    pub(super) fn tell_end(&mut self, emit: Emit<'_>) {
        if let Some(end) = self.end.filter(|_| self.due().is_some()) {
            self.closed = true;
            emit(Event::Closed { how: end.how, at: end.at });
        }
    }

    /// Whether the side has ended with a reset.
    pub(super) fn is_reset(&self) -> bool {
        self.closed && self.end.is_none_or(|end| end.how == Close::Rst)
    }

    /// A keep-alive probe may come while bytes before it are missing. It lies just before what the
    /// other side waits for, and its byte may be anything.
    fn is_probe_beyond_a_hole(&self, tcp: &TcpLayer, distance: i64) -> bool {
        let end = self.offset.saturating_add_signed(distance).saturating_add(1);
        tcp.len == 1
            && has_no_move(tcp)
            && self.acked.is_some_and(|acked| acked.offset == end)
            && distance > 0
    }

    /// How many bytes of a segment lie before offset 0.
    fn bytes_before_start(&self, distance: i64) -> u64 {
        let behind = if distance < 0 { distance.unsigned_abs() } else { 0 };
        behind.saturating_sub(self.offset)
    }

    fn payload(
        &mut self,
        segment: &Segment<'_>,
        distance: i64,
        before_start: u64,
        now: Moment,
        shared: &mut Shared,
        emit: Emit<'_>,
    ) {
        let tcp = &segment.tcp;
        let piece = Piece {
            offset: self.offset.saturating_add_signed(distance),
            bytes: segment.payload,
            missing: tcp.missing.into(),
            at: now.at,
            layers: segment.layers,
        };
        if distance == 0 && self.held.is_empty() && self.end.is_none() {
            return self.deliver(piece, shared, emit);
        }
        let piece = skip_front(piece, before_start);
        let piece = self.before_end(piece, shared);
        let skipped = before_start.min(tcp.len.into());
        shared.counters.before_start_bytes =
            shared.counters.before_start_bytes.saturating_add(skipped);
        if let Some(range) = self.difference(&piece, shared) {
            shared.counters.conflicts = shared.counters.conflicts.saturating_add(1);
            emit(Event::Conflict {
                offset: range.start,
                bytes: part(piece.offset, piece.bytes, range.start, range.end),
                at: now.at,
                layers: piece.layers,
            });
        }
        self.place(piece, now, shared, emit);
    }

    /// Takes off what lies behind the end of the side: nobody reads it.
    fn before_end<'p>(&self, piece: Piece<'p>, shared: &mut Shared) -> Piece<'p> {
        let Some(end) = self.end else { return piece };
        let (before, behind) = piece.split(end.offset.max(piece.offset));
        let count = &mut shared.counters.after_end_bytes;
        *count = count.saturating_add(behind.len());
        before
    }

    fn difference(&self, piece: &Piece<'_>, shared: &Shared) -> Option<Range<u64>> {
        let told = (piece.offset < self.offset)
            .then(|| self.recent.difference(&shared.history, piece.offset, piece.bytes))
            .flatten();
        match (told, self.held.difference(piece)) {
            (Some(told), Some(held)) => Some(join(told, held)),
            (told, held) => told.or(held),
        }
    }

    /// Tells what of a piece is next in order, with what was held behind it; holds the rest.
    fn place(&mut self, mut piece: Piece<'_>, now: Moment, shared: &mut Shared, emit: Emit<'_>) {
        loop {
            let (told, rest) = piece.split(self.offset.max(piece.offset));
            repeated(shared, told.len());
            if rest.len() == 0 {
                return;
            }
            if rest.offset > self.offset {
                return self.hold(rest, now, shared, emit);
            }
            let next = self.held.first().map_or(u64::MAX, |chunk| chunk.offset);
            let (free, behind) = rest.split(next);
            self.deliver(free, shared, emit);
            self.drain(shared, emit);
            piece = behind;
        }
    }

    fn hold(&mut self, piece: Piece<'_>, now: Moment, shared: &mut Shared, emit: Emit<'_>) {
        shared.counters.out_of_order = shared.counters.out_of_order.saturating_add(1);
        let before = self.held.cost();
        let known = self.held.insert(piece, now.segments);
        repeated(shared, known);
        shared.held = shared.held.saturating_add(self.held.cost().saturating_sub(before));
        while self.held.cost() > shared.limits.held_per_side {
            self.jump(GapCause::Bound, shared, emit);
        }
    }

    /// Tells a piece that is next in order.
    fn deliver(&mut self, piece: Piece<'_>, shared: &mut Shared, emit: Emit<'_>) {
        let Piece { bytes, missing, at, layers, .. } = piece;
        let offset = self.offset;
        if !bytes.is_empty() {
            self.take_next(bytes, shared);
            emit(Event::Data { offset, bytes, at, layers });
        }
        if missing > 0 {
            self.gap(self.offset.saturating_add(missing), GapCause::Cut, at, shared, emit);
        }
    }

    /// Tells what is held and has become next in order.
    fn drain(&mut self, shared: &mut Shared, emit: Emit<'_>) {
        while self.held.first().is_some_and(|chunk| chunk.offset <= self.offset) {
            let Some(chunk) = self.pop(shared) else { return };
            let (_, new) = chunk.piece().split(self.offset);
            self.deliver(new, shared, emit);
        }
    }

    /// Gives up the first hole, and tells what is held behind it.
    fn jump(&mut self, cause: GapCause, shared: &mut Shared, emit: Emit<'_>) {
        let Some((offset, at)) = self.held.first().map(|chunk| (chunk.offset, chunk.at)) else {
            return;
        };
        self.gap(offset, cause, at, shared, emit);
        self.drain(shared, emit);
    }

    fn gap(&mut self, to: u64, cause: GapCause, at: Stamp, shared: &mut Shared, emit: Emit<'_>) {
        let offset = self.offset;
        let bytes = to.saturating_sub(offset);
        if bytes == 0 {
            return;
        }
        self.offset = to;
        shared.counters.gaps = shared.counters.gaps.saturating_add(1);
        shared.counters.gap_bytes = shared.counters.gap_bytes.saturating_add(bytes);
        emit(Event::Gap { offset, bytes, cause, at });
    }

    fn pop(&mut self, shared: &mut Shared) -> Option<super::held::Chunk> {
        let before = self.held.cost();
        let chunk = self.held.pop();
        shared.held = shared.held.saturating_sub(before.saturating_sub(self.held.cost()));
        chunk
    }

    /// Whether the hole before an offset counts as lost: `since` and `at` tell when it showed.
    fn is_lost(&self, offset: u64, since: u64, at: Stamp, now: Moment) -> bool {
        let waited = now.segments.saturating_sub(since);
        if !now.both_ways {
            return waited >= GAP_PATIENCE_ONE_WAY;
        }
        if self.acked.is_none_or(|acked| acked.offset < offset) {
            return false;
        }
        let long = match (at.time, now.at.time) {
            (Some(from), Some(to)) => to.saturating_sub(from) >= GAP_PATIENCE_TIME,
            _ => false,
        };
        waited >= GAP_PATIENCE || (long && waited >= GAP_PATIENCE_LEAST)
    }

    fn note_end(&mut self, tcp: &TcpLayer, distance: i64, now: Moment) {
        let how = if tcp.flags.has(Flags::RST) {
            Close::Rst
        } else if tcp.flags.has(Flags::FIN) {
            Close::Fin
        } else {
            return;
        };
        if self.end.is_none() {
            // `distance` was measured before the payload was told: count from the sequence number.
            let first = self.distance(payload_seq(tcp)).unwrap_or(distance);
            let offset = self.offset.saturating_add_signed(first).saturating_add(tcp.len.into());
            let had = Some(tcp.ack).filter(|_| tcp.flags.has(Flags::ACK));
            self.end = Some(Ending { offset, how, at: now.at, since: now.segments, had });
        }
    }

    /// A reset whose sequence number says nothing, as the answer to a refused SYN.
    fn reset(&mut self, now: Moment) {
        let (offset, at, since) = (self.offset, now.at, now.segments);
        if !self.closed {
            self.end = Some(Ending { offset, how: Close::Rst, at, since, had: None });
        }
    }
}

/// A probe repeats the last byte, with any contents, or just the place before the next one.
fn is_keep_alive(tcp: &TcpLayer, distance: i64) -> bool {
    distance == -1 && tcp.len <= 1 && has_no_move(tcp)
}

/// Whether a segment neither opens nor ends anything.
const fn has_no_move(tcp: &TcpLayer) -> bool {
    tcp.flags.0 & (Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0) == 0
}

/// Takes bytes off the front, and moves what remains to offset 0.
fn skip_front(piece: Piece<'_>, count: u64) -> Piece<'_> {
    if count == 0 {
        return piece;
    }
    let (_, rest) = piece.split(piece.offset.saturating_add(count));
    Piece { offset: 0, ..rest }
}

fn repeated(shared: &mut Shared, bytes: u64) {
    shared.counters.repeated_bytes = shared.counters.repeated_bytes.saturating_add(bytes);
}
