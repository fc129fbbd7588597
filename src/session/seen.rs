//! A packet as the tracker sees it, and what the tracker has to say of it.

use crate::annotate::Tape;
use crate::mqtt::{Decoded, Reading, add_tree};
use crate::net::{Flags, Layers};
use crate::spec::{PacketType, Sender};
use crate::stream::{Finish, Place, Shut};
use std::net::SocketAddr;

/// A packet with its place in the capture.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where and when.
    pub at: At,
    /// Which end sent it, where that is known.
    pub sender: Option<Sender>,
    /// Its connection; `None` for pasted bytes.
    pub line: Option<Line<'a>>,
    /// When its first byte came, where that was before the last.
    pub began: Option<i64>,
    /// What is certain of its place among the packets of the other side.
    pub proof: &'a Proof,
    /// Whether it came encrypted.
    pub is_secret: bool,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What was decoded of them.
    pub decoded: &'a Decoded<'a>,
}

impl Seen<'_> {
    /// Makes the tree of a packet that was read without it: where a finding of the session belongs is seen there.
    #[cold]
    pub(super) fn add_tree(&self, tape: &mut Tape) {
        if tape.nodes().is_empty() {
            let how = Reading { version: self.decoded.version, sender: self.sender };
            add_tree(self.bytes, how, tape);
        }
    }
}

/// The TCP connection of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number over all TCP connections.
    pub stream: u64,
    /// Address and port of the client.
    pub client: &'a SocketAddr,
    /// Address and port of the server.
    pub server: &'a SocketAddr,
}

/// What TCP proves of the order of a packet and those of the other side.
///
/// A capture may show an answer before its request, and tells a hole late. The Acknowledgment
/// Number of the segment that brought a packet bounds what its sender can have known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Everything of the other side that can have reached the sender by then was taken before.
    pub is_settled: bool,
    /// The Sequence Number up to which the sender had the bytes of the other side when it sent the
    /// first byte of this packet.
    pub had: Option<u32>,
    /// A Sequence Number behind the last byte of the packet: of the end of its last segment.
    pub end: Option<u32>,
    /// The last time that its receiver took no more bytes.
    pub shut: Option<Shut>,
    /// It stood in the middle of another packet, or another one in its: the receiver took the bytes
    /// of both for something else.
    pub is_swallowed: bool,
}

impl Proof {
    /// Of what came whole in a segment with these headers; nothing without TCP.
    #[must_use]
    pub fn of_segment(layers: Option<&Layers>) -> Self {
        let Some(tcp) = layers.and_then(Layers::tcp) else { return Self::default() };
        let had = Some(tcp.ack).filter(|_| tcp.flags.has(Flags::ACK));
        Self { had, end: Some(tcp.seq.wrapping_add(tcp.len)), ..Self::default() }
    }

    /// Of a FIN, which takes a Sequence Number itself.
    #[must_use]
    pub fn of_fin(fin: Finish) -> Self {
        Self { had: fin.had, end: Some(fin.seq.wrapping_add(1)), ..Self::default() }
    }

    /// Of an RST, which nothing acknowledges.
    #[must_use]
    pub fn of_rst(rst: Finish) -> Self {
        Self { had: rst.had, end: None, ..Self::default() }
    }

    /// Whether the packet of the other side with this proof had reached the sender when it sent
    /// this one.
    #[inline]
    #[must_use]
    pub fn had(&self, other: Self) -> bool {
        let (Some(had), Some(end)) = (self.had, other.end) else { return false };
        is_behind(had, end)
    }
}

/// Whether a place on the ring of Sequence Numbers is another one, or behind it.
#[must_use]
pub const fn is_behind(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) as i32 >= 0
}

/// The place of a packet in the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The number of its record, from 1.
    pub number: u64,
    /// The frame that completed it; 0 for pasted bytes.
    pub frame: u64,
    /// Its time: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
}

impl At {
    /// What places stand in the order of: their times, and at one time their frames.
    #[must_use]
    pub const fn order(&self) -> (Option<i64>, u64) {
        (self.time, self.frame)
    }

    /// The place of a segment, which is no record.
    #[must_use]
    pub const fn of_place(place: Place) -> Self {
        Self { number: 0, frame: place.frame, time: place.time }
    }

    /// Nanoseconds from `earlier` to here; `None` where a time is missing or runs backwards.
    #[must_use]
    pub fn since(&self, earlier: At) -> Option<u64> {
        u64::try_from(self.time?.checked_sub(earlier.time?)?).ok()
    }
}

/// What is known of a packet from those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The packet that this one answers.
    pub answers: Option<&'a Partner>,
    /// The packet that this one sends again, on this connection or an earlier one.
    pub repeats: Option<&'a Partner>,
    /// For a PUBLISH of the server: the PUBLISH of a client that it is a copy of.
    pub copy_of: Option<&'a Partner>,
    /// The QoS of that PUBLISH, where this one has a lower one.
    pub lowered_from: Option<u8>,
    /// The topic that a Topic Alias stands for, where the packet itself does not hold it.
    pub topic: Option<&'a [u8]>,
    /// For a PUBLISH of the server: the first Topic Filter of the client's that it matches.
    pub filter: Option<&'a [u8]>,
    /// The packet was written into the middle of another one: its receiver took it for a part of that.
    pub is_inside: bool,
}

/// Another packet that this one belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Its type.
    pub kind: PacketType,
    /// Its place.
    pub at: At,
    /// Nanoseconds from it to this one, where both have a time.
    pub latency: Option<u64>,
}

impl Partner {
    /// A packet of this type at `earlier`, for one at `now`.
    pub(super) fn new(kind: PacketType, earlier: At, now: At) -> Self {
        Self { kind, at: earlier, latency: now.since(earlier) }
    }
}
