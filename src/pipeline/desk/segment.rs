//! What packets are kept with that came in one segment.

use crate::pipeline::Origin;
use crate::session::Proof;
use crate::spec::Sender;
use std::net::SocketAddr;

/// Sides of connections of which the last way is found: a power of two.
const SLOTS: usize = 256;
/// Ways that are remembered beyond the packets that were kept with them.
const MAX_WAYS: usize = 1_024;

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

/// The ways that packets went.
#[derive(Debug)]
pub(super) struct Ways {
    all: Vec<Way>,
    /// Which of them a packet of a side went last.
    last: [u32; SLOTS],
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

impl Default for Ways {
    fn default() -> Self {
        Self { all: Vec::new(), last: [0; SLOTS] }
    }
}

impl Ways {
    /// The number of the way of a packet, whose session has this place.
    #[inline]
    pub(super) fn number_of(&mut self, place: usize, sender: Sender, origin: &Origin<'_>) -> u32 {
        let &Origin { stream, ends, start, .. } = origin;
        let way = Way { place, sender, stream, ends, start };
        let slot = place.wrapping_mul(2).wrapping_add(usize::from(sender == Sender::Server));
        let Some(last) = self.last.get_mut(slot % SLOTS) else { return 0 };
        if self.all.get(*last as usize) != Some(&way) {
            // Not many more than packets, which are kept by some hundreds.
            *last = self.all.len() as u32;
            self.all.push(way);
        }
        *last
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Way> {
        self.all.get(number as usize)
    }

    /// No packet needs them any more: they stay for the next ones, unless they have become many.
    pub(super) fn clear(&mut self) {
        if self.all.len() > MAX_WAYS {
            self.all.clear();
        }
    }
}
