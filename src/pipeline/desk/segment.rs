//! What packets are kept with that came in one segment.

use crate::pipeline::Origin;
use crate::pipeline::kept::lists::Common;
use crate::session::Proof;
use crate::spec::Sender;
use std::net::SocketAddr;

/// A segment, or what came in several. What few have stands in lists of their own.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its frame, if it is the only one.
    pub(super) frame: u64,
    pub(super) time: Option<i64>,
    pub(super) previous: Option<i64>,
    /// The number of its way.
    pub(super) way: u32,
    /// Its bytes, and how many packets are kept of them.
    pub(super) length: u32,
    pub(super) packets: u32,
    /// What is certain of the order of its packets.
    had: Option<u32>,
    end: Option<u32>,
    is_settled: bool,
    is_swallowed: bool,
    pub(super) is_shut: bool,
    /// It came in several frames, or began before its last.
    pub(super) is_spread: bool,
    /// Its bytes are those of a segment, and not of a packet alone.
    pub(super) is_known: bool,
    pub(super) has_layers: bool,
}

/// Frames of what came in several, and when its first byte came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) frames: usize,
    pub(super) began: Option<i64>,
}

/// What is the same for one packet of a side after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The place of the session.
    pub(super) place: usize,
    pub(super) sender: Sender,
    pub(super) stream: Option<u64>,
    pub(super) ends: Option<(SocketAddr, SocketAddr)>,
    /// The time of the first frame of the capture.
    pub(super) start: Option<i64>,
}

impl Segment {
    /// With its first packet.
    #[inline]
    pub(super) fn new(origin: &Origin<'_>, proof: &Proof, (way, length): (u32, u32)) -> Self {
        let frame = match origin.frames {
            [frame] => Some(*frame),
            _ => None,
        };
        Self {
            frame: frame.unwrap_or_default(),
            time: origin.time,
            previous: origin.previous,
            way,
            length,
            packets: 1,
            had: proof.had,
            end: proof.end,
            is_settled: proof.is_settled,
            is_swallowed: proof.is_swallowed,
            is_shut: proof.shut.is_some(),
            is_spread: frame.is_none() || origin.began.is_some(),
            is_known: origin.segment.is_some(),
            has_layers: origin.layers.is_some(),
        }
    }

    /// Whether this is what it says of the order, too.
    #[inline]
    pub(super) fn proves(&self, proof: &Proof) -> bool {
        !self.is_shut && self.proof() == *proof
    }

    /// What is certain of the order, without when the receiver took nothing.
    #[inline]
    pub(super) const fn proof(&self) -> Proof {
        let Self { had, end, is_settled, is_swallowed, .. } = *self;
        Proof { is_settled, had, end, shut: None, is_swallowed }
    }
}

impl Way {
    /// The number of the way of a packet among others; the session of its connection has this place.
    #[inline]
    pub(super) fn number(
        (place, sender): (usize, Sender),
        origin: &Origin<'_>,
        among: &mut Common<Self>,
    ) -> u32 {
        let &Origin { stream, ends, start, .. } = origin;
        let way = Self { place, sender, stream, ends, start };
        among.number_of((place, sender == Sender::Server), |last| *last == way, || way)
    }
}
