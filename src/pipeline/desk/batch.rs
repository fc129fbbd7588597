//! What is to be done in a room, kept until it can be done there.

use super::Packet;
use super::room::{End, Room};
use super::segment::{Segment, Spread, Way};
use crate::net::Layers;
use crate::pipeline::kept::lists::{Common, Slots, take};
use crate::pipeline::{Consumer, Origin};
use crate::session::Proof;
use crate::session::ended::Closed;
use crate::spec::Sender;
use crate::stream::Shut;
use std::slice;

/// Packets of a batch at most: to wake a thread costs as much as to read some of them.
const MAX_PACKETS: usize = if cfg!(test) { 5 } else { 512 };
/// Bytes of segments from which on a batch is full.
const MAX_BYTES: usize = 128 << 10;
/// Bytes that it keeps memory for: it is full a little later than it has so many.
const MAX_KEPT: usize = MAX_BYTES << 1;

/// Packets and ends of connections, in their order. The memory serves the next ones too.
///
/// It is written on one core and read on another, so that it is small: what packets of a segment share stands
/// once, and what few segments have stands in lists of its own, in their order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    segments: Vec<Segment>,
    /// Where in its segment each packet begins, and how long it is.
    packets: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    ways: Common<Way>,
    spreads: Vec<Spread>,
    /// The numbers of frames of what came in several.
    frames: Vec<u64>,
    shuts: Vec<Shut>,
    layers: Slots<Layers>,
    /// What else is to be done, and before which of the segments.
    others: Vec<(usize, Other)>,
    /// Which segment is the last, while more packets of it may come.
    last: Option<Of>,
    /// Once all is done: whether the consumer wants no more.
    pub(super) is_last: bool,
}

/// Which segment it is: its frame, and where in memory how many bytes lie. They stay there while the packets in
/// them are found.
type Of = (u64, usize, usize);

/// Something that is no packet, and rare.
#[derive(Debug)]
enum Other {
    Closed(usize, Sender, Closed),
    Ended(Option<usize>, Option<Box<End>>),
}

impl Batch {
    /// Whether nothing is to be done.
    pub(super) fn is_empty(&self) -> bool {
        self.packets.is_empty() && self.others.is_empty()
    }

    /// How many packets are to be read.
    #[inline]
    pub(super) fn packets(&self) -> u64 {
        self.packets.len() as u64
    }

    /// Whether it is to be done now.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        let count = self.packets.len().saturating_add(self.others.len());
        count >= MAX_PACKETS || self.bytes.len() >= MAX_BYTES
    }

    /// Whether a packet can be kept: one that has no segment, or lies in it.
    #[inline]
    pub(super) fn takes(packet: &Packet<'_>) -> bool {
        packet.origin.segment.is_none_or(|(segment, at)| {
            at.checked_add(packet.bytes.len()).is_some_and(|end| end <= segment.len())
        })
    }

    /// A packet that it [takes](Self::takes), of the session that has this place, is to be read.
    #[inline]
    pub(super) fn packet(&mut self, place: usize, packet: &Packet<'_>) {
        let Packet { bytes, sender, proof, origin, .. } = *packet;
        let (segment, at) = origin.segment.unwrap_or((bytes, 0));
        let way = Way::number((place, sender), origin, &mut self.ways);
        let goes_on = self.goes_on(origin);
        let is_same = |last: &&mut Segment| goes_on && last.way == way && last.proves(proof);
        match self.segments.last_mut().filter(is_same) {
            Some(last) => last.packets = last.packets.saturating_add(1),
            None => self.segment(segment, (way, proof), origin),
        }
        self.last = of(origin);
        // No packet is longer than 2^28 bytes, nor is what was captured at once.
        self.packets.push((at as u32, bytes.len() as u32));
    }

    /// Whether a packet came in the same segment as the last, and in the same frames.
    #[inline]
    pub(super) fn goes_on(&self, origin: &Origin<'_>) -> bool {
        let of = of(origin);
        of.is_some() && self.last == of && self.came_alike(origin)
    }

    #[inline]
    fn came_alike(&self, origin: &Origin<'_>) -> bool {
        let Some(last) = self.segments.last() else { return false };
        match origin.frames {
            [_] if origin.began.is_none() => !last.is_spread,
            frames => {
                let Some(spread) = self.spreads.last().filter(|_| last.is_spread) else {
                    return false;
                };
                spread.began == origin.began
                    && spread.frames == frames.len()
                    && self.frames.ends_with(frames)
            }
        }
    }

    /// The first packet of a segment is to be read.
    #[inline]
    fn segment(&mut self, bytes: &[u8], (way, proof): (u32, &Proof), origin: &Origin<'_>) {
        self.bytes.extend_from_slice(bytes);
        let segment = Segment::new(origin, proof, (way, bytes.len() as u32));
        if segment.is_spread {
            self.frames.extend_from_slice(origin.frames);
            self.spreads.push(Spread { frames: origin.frames.len(), began: origin.began });
        }
        self.shuts.extend(proof.shut);
        if let Some(layers) = origin.layers {
            self.layers.add(|| *layers, |slot| slot.assign(layers));
        }
        self.segments.push(segment);
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, place: usize, sender: Sender, closed: Closed) {
        self.other(Other::Closed(place, sender, closed));
    }

    /// Nothing more comes of a connection.
    pub(super) fn ended(&mut self, place: Option<usize>, end: Option<End>) {
        self.other(Other::Ended(place, end.map(Box::new)));
    }

    fn other(&mut self, other: Other) {
        self.others.push((self.segments.len(), other));
        self.last = None;
    }

    /// Does all that is to be done, and forgets it.
    pub(super) fn done_in<C: Consumer>(&mut self, room: &mut Room<C>) {
        let mut others = std::mem::take(&mut self.others);
        let (mut rest, mut done) = (Rest::of(self), 0);
        for (before, other) in others.drain(..) {
            rest.read(before.saturating_sub(done), room);
            done = before;
            match other {
                Other::Closed(place, sender, closed) => room.closed_at(place, sender, closed),
                Other::Ended(place, end) => room.ended_at(place, end.map(|end| *end)),
            }
        }
        rest.read(usize::MAX, room);
        self.others = others;
        self.clear();
        self.is_last = room.reader.stopped();
    }

    fn clear(&mut self) {
        self.segments.clear();
        self.packets.clear();
        self.bytes.clear();
        // A long packet may have been among them.
        self.bytes.shrink_to(MAX_KEPT);
        self.ways.clear();
        self.spreads.clear();
        self.frames.clear();
        self.shuts.clear();
        self.layers.clear();
        self.last = None;
    }
}

/// Which segment a packet came in last.
#[inline]
fn of(origin: &Origin<'_>) -> Option<Of> {
    let (bytes, _) = origin.segment?;
    Some((*origin.frames.last()?, bytes.as_ptr().addr(), bytes.len()))
}

/// What has not been read yet of a batch.
struct Rest<'b> {
    segments: slice::Iter<'b, Segment>,
    packets: &'b [(u32, u32)],
    bytes: &'b [u8],
    ways: &'b Common<Way>,
    spreads: slice::Iter<'b, Spread>,
    frames: &'b [u64],
    shuts: slice::Iter<'b, Shut>,
    layers: slice::Iter<'b, Layers>,
}

impl<'b> Rest<'b> {
    fn of(batch: &'b Batch) -> Self {
        Self {
            segments: batch.segments.iter(),
            packets: &batch.packets,
            bytes: &batch.bytes,
            ways: &batch.ways,
            spreads: batch.spreads.iter(),
            frames: &batch.frames,
            shuts: batch.shuts.iter(),
            layers: batch.layers.used().iter(),
        }
    }

    /// Reads the packets of so many segments more.
    fn read<C: Consumer>(&mut self, count: usize, room: &mut Room<C>) {
        for _ in 0..count {
            let Some(segment) = self.segments.next() else { return };
            let Some(way) = self.ways.get(segment.way) else { return };
            self.segment(segment, way, room);
        }
    }

    #[inline]
    fn segment<C: Consumer>(&mut self, segment: &'b Segment, way: &Way, room: &mut Room<C>) {
        let (all, sender) = (take(&mut self.bytes, segment.length as usize), way.sender);
        let (frames, began) = match segment.is_spread.then(|| self.spreads.next()).flatten() {
            Some(spread) => (take(&mut self.frames, spread.frames), spread.began),
            None => (slice::from_ref(&segment.frame), None),
        };
        let shut = if segment.is_shut { self.shuts.next().copied() } else { None };
        let proof = Proof { shut, ..segment.proof() };
        let mut origin = Origin {
            frames,
            time: segment.time,
            began,
            start: way.start,
            previous: segment.previous,
            is_secret: false,
            stream: way.stream,
            ends: way.ends,
            layers: if segment.has_layers { self.layers.next() } else { None },
            notes: None,
            text: None,
            segment: None,
        };
        for (at, len) in take(&mut self.packets, segment.packets as usize) {
            let (at, len) = (*at as usize, *len as usize);
            let Some(bytes) = all.get(at..at.saturating_add(len)) else { return };
            origin.segment = segment.is_known.then_some((all, at));
            let (cut, notes, proof) = (None, &[][..], &proof);
            let packet = Packet { bytes, sender, cut, notes, proof, origin: &origin };
            room.packet_at(way.place, &packet);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_copied_once_however_many_packets_it_has() {
        let (bytes, proof) = ([0xc0, 0].repeat(2_000), Proof::default());
        let mut batch = Batch::default();
        // One frame, an IP packet in several, and the same in others.
        for frames in [&[7][..], &[3, 7], &[5, 7]] {
            for at in (0..bytes.len()).step_by(2) {
                let origin = Origin { frames, segment: Some((&bytes, at)), ..Origin::default() };
                let (sender, cut, notes, bytes) =
                    (Sender::Client, None, &[][..], &bytes[at..][..2]);
                let packet = Packet { bytes, sender, cut, notes, proof: &proof, origin: &origin };
                assert_eq!(batch.goes_on(&origin), at > 0);
                batch.packet(0, &packet);
            }
        }
        assert_eq!((batch.packets(), batch.bytes.len()), (6_000, 3 * bytes.len()));
    }
}
