//! What is to be done in a room, kept until it can be done there.

use super::Packet;
use super::room::{End, Room};
use crate::net::Layers;
use crate::pipeline::{Consumer, Origin};
use crate::session::Proof;
use crate::session::ended::Closed;
use crate::spec::Sender;
use std::net::SocketAddr;
use std::ops::Range;

/// Packets of a batch at most: to wake a thread costs as much as to read some of them.
const MAX_ACTS: usize = if cfg!(test) { 5 } else { 512 };
/// Bytes of packets from which on a batch is full.
const MAX_BYTES: usize = 128 << 10;

/// Bytes that a batch keeps memory for: one is full a little later than it has [`MAX_BYTES`].
const MAX_KEPT: usize = MAX_BYTES << 1;

/// Packets and ends of connections, in their order. The memory serves the next ones too.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The packets; those behind `packet_count` are spare.
    packets: Vec<Kept>,
    packet_count: usize,
    /// What else is to be done, and before which of the packets.
    others: Vec<(usize, Other)>,
    /// The segments and packets.
    bytes: Vec<u8>,
    /// Frames of packets that came in several.
    frames: Vec<u64>,
    /// The headers in front of the segments; those behind `layer_count` are spare.
    layers: Vec<Layers>,
    layer_count: usize,
    /// The segment that was copied last.
    last: Option<Segment>,
    /// Once all is done: whether the consumer wants no more.
    pub(super) is_last: bool,
}

/// Something that is no packet, and rare.
#[derive(Debug)]
enum Other {
    Closed(usize, Sender, Closed),
    Ended(Option<usize>, Option<Box<End>>),
}

/// A packet as [`Packet`] has it; what it borrows is kept in the [`Batch`].
#[derive(Debug, Default)]
struct Kept {
    place: usize,
    is_from_server: bool,
    proof: Proof,
    bytes: Range<usize>,
    /// The only frame, or where the numbers of all stand.
    frame: u64,
    frames: Range<usize>,
    time: Option<i64>,
    began: Option<i64>,
    start: Option<i64>,
    previous: Option<i64>,
    stream: Option<u64>,
    ends: Option<(SocketAddr, SocketAddr)>,
    layers: Option<usize>,
    segment: Option<(Range<usize>, usize)>,
}

/// A segment whose packets follow each other.
#[derive(Debug)]
struct Segment {
    /// The frame, and where in memory how many bytes lie: they stay there while the packets in them are found.
    of: (u64, usize, usize),
    bytes: Range<usize>,
    layers: Option<usize>,
}

impl Batch {
    /// Whether nothing is to be done.
    pub(super) fn is_empty(&self) -> bool {
        self.packet_count == 0 && self.others.is_empty()
    }

    /// How many packets are to be read.
    #[inline]
    pub(super) fn packets(&self) -> u64 {
        self.packet_count as u64
    }

    /// Whether it is to be done now.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.packet_count.saturating_add(self.others.len()) >= MAX_ACTS
            || self.bytes.len() >= MAX_BYTES
    }

    /// A packet, of the session that has this place, is to be read.
    #[inline]
    pub(super) fn packet(&mut self, place: usize, packet: &Packet<'_>) {
        let Packet { bytes, sender, proof, origin, .. } = *packet;
        let (frame, frames) = match origin.frames {
            [frame] => (*frame, 0..0),
            frames => (0, add(&mut self.frames, frames)),
        };
        let is_told = self.last.as_ref().is_some_and(|last| Some(last.of) == of(origin));
        if !is_told {
            self.segment(origin);
        }
        let last = self.last.as_ref();
        let segment = last.zip(origin.segment).map(|(last, (_, at))| (last.bytes.clone(), at));
        // Mostly it lies in the segment.
        let inside = segment.as_ref().and_then(|(segment, at)| {
            let from = segment.start.checked_add(*at)?;
            Some(from..from.checked_add(bytes.len())?).filter(|it| it.end <= segment.end)
        });
        let layers = last.and_then(|last| last.layers);
        let bytes = inside.unwrap_or_else(|| add(&mut self.bytes, bytes));
        if self.packet_count >= self.packets.len() {
            self.packets.push(Kept::default());
        }
        // One by one, which writes each where it stays.
        if let Some(kept) = self.packets.get_mut(self.packet_count) {
            (kept.place, kept.proof) = (place, *proof);
            kept.is_from_server = sender == Sender::Server;
            (kept.bytes, kept.segment, kept.layers) = (bytes, segment, layers);
            (kept.frame, kept.frames) = (frame, frames);
            (kept.time, kept.began) = (origin.time, origin.began);
            (kept.start, kept.previous) = (origin.start, origin.previous);
            (kept.stream, kept.ends) = (origin.stream, origin.ends);
        }
        self.packet_count = self.packet_count.saturating_add(1);
    }

    /// Copies the segment of a packet, if it is known, and the headers in front of it.
    fn segment(&mut self, origin: &Origin<'_>) {
        let layers = origin.layers.map(|layers| {
            let at = self.layer_count;
            match self.layers.get_mut(at) {
                Some(spare) => spare.assign(layers),
                None => self.layers.push(*layers),
            }
            self.layer_count = at.saturating_add(1);
            at
        });
        let bytes = origin.segment.map(|(bytes, _)| add(&mut self.bytes, bytes));
        let of = of(origin).unwrap_or_default();
        self.last = Some(Segment { of, bytes: bytes.unwrap_or_default(), layers });
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, place: usize, sender: Sender, closed: Closed) {
        self.others.push((self.packet_count, Other::Closed(place, sender, closed)));
    }

    /// Nothing more comes of a connection.
    pub(super) fn ended(&mut self, place: Option<usize>, end: Option<End>) {
        self.others.push((self.packet_count, Other::Ended(place, end.map(Box::new))));
    }

    /// Does all that is to be done, and forgets it.
    pub(super) fn done_in<C: Consumer>(&mut self, room: &mut Room<C>) {
        let Self { packets, packet_count, others, bytes, frames, layers, .. } = self;
        let mut read = 0;
        for (before, other) in others.drain(..) {
            let packets = packets.get(read..before).unwrap_or_default();
            packets.iter().for_each(|kept| kept.read(room, bytes, frames, layers));
            read = before;
            match other {
                Other::Closed(place, sender, closed) => room.closed_at(place, sender, closed),
                Other::Ended(place, end) => room.ended_at(place, end.map(|end| *end)),
            }
        }
        let packets = packets.get(read..*packet_count).unwrap_or_default();
        packets.iter().for_each(|kept| kept.read(room, bytes, frames, layers));
        bytes.clear();
        // A long packet may have been among them.
        bytes.shrink_to(MAX_KEPT);
        frames.clear();
        self.layer_count = 0;
        self.last = None;
        self.packet_count = 0;
        self.is_last = room.reader.stopped();
    }
}

impl Kept {
    fn read<C: Consumer>(
        &self,
        room: &mut Room<C>,
        bytes: &[u8],
        frames: &[u64],
        layers: &[Layers],
    ) {
        let frames = match self.frames.is_empty() {
            true => std::slice::from_ref(&self.frame),
            false => frames.get(self.frames.clone()).unwrap_or_default(),
        };
        let part = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        let origin = Origin {
            frames,
            time: self.time,
            began: self.began,
            start: self.start,
            previous: self.previous,
            is_secret: false,
            stream: self.stream,
            ends: self.ends,
            layers: self.layers.and_then(|at| layers.get(at)),
            notes: None,
            text: None,
            segment: self.segment.as_ref().map(|(segment, at)| (part(segment), *at)),
        };
        let packet = Packet {
            bytes: part(&self.bytes),
            sender: if self.is_from_server { Sender::Server } else { Sender::Client },
            cut: None,
            notes: &[],
            proof: &self.proof,
            origin: &origin,
        };
        room.packet_at(self.place, &packet);
    }
}

/// Which segment a packet came in last.
#[inline]
fn of(origin: &Origin<'_>) -> Option<(u64, usize, usize)> {
    let (bytes, _) = origin.segment?;
    Some((*origin.frames.last()?, bytes.as_ptr().addr(), bytes.len()))
}

/// Copies some to the end of a list; where they stand there.
fn add<T: Copy>(list: &mut Vec<T>, some: &[T]) -> Range<usize> {
    let from = list.len();
    list.extend_from_slice(some);
    from..list.len()
}
