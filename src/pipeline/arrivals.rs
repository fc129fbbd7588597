//! The frames that brought the bytes of one direction.

use crate::net::Layers;
use crate::stream::{Origins, Stamp};
use std::ops::Range;

/// The frame whose bytes are being looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now<'a> {
    at: Stamp,
    /// No other frame brought a part of these bytes.
    is_alone: bool,
    layers: &'a Layers,
    /// Offset of the first byte that it brought.
    offset: u64,
}

impl<'a> Now<'a> {
    /// The frame with these headers: the last of those that brought the bytes from `offset` on.
    pub(super) fn new(offset: u64, stamps: &[Stamp], layers: &'a Layers) -> Option<Self> {
        let is_alone = stamps.len() == 1;
        Some(Self { at: *stamps.last()?, is_alone, layers, offset })
    }

    /// The frame and its headers, where it alone brought all bytes from an offset on.
    pub(super) fn of_all_from(&self, offset: u64) -> Option<(Stamp, &'a Layers)> {
        (self.is_alone && offset >= self.offset).then_some((self.at, self.layers))
    }
}

/// What is remembered of the frames, as long as their bytes are of interest.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    origins: Origins,
    /// Of the frames that brought bytes of a packet which is not whole yet, the one that was
    /// captured last, with its headers. In a box, as nearly all packets come whole.
    latest: Option<Box<(u64, Layers)>>,
}

impl Arrivals {
    /// Takes note of the frames that brought `len` bytes.
    pub(super) fn push(&mut self, offset: u64, len: usize, stamps: &[Stamp]) {
        self.origins.push_all(offset, len, stamps);
    }

    /// How many frames are remembered.
    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// What is allocated, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.origins.cost()
    }

    /// The frames that brought the bytes of a range, in the order of the bytes.
    pub(super) fn stamps(&self, range: Range<u64>) -> impl Iterator<Item = Stamp> + '_ {
        self.origins.frames(range)
    }

    /// The headers of the frame that brought the last of a packet's bytes, as far as they are
    /// remembered.
    pub(super) fn layers<'a>(&'a self, frame: u64, now: Option<Now<'a>>) -> Option<&'a Layers> {
        let now = now.map(|now| (now.at.frame, now.layers));
        let latest = self.latest.as_deref().map(|(frame, layers)| (*frame, layers));
        let known = [now, latest].into_iter().flatten().find(|(known, _)| *known == frame);
        known.map(|(_, layers)| layers)
    }

    /// Lets go of what lies before an offset, where nothing is held or a packet begins that is not
    /// whole yet; the last bytes of that one are those of `held`.
    pub(super) fn keep_from(&mut self, offset: u64, held: Option<Now<'_>>) {
        self.origins.forget_before(offset);
        let Some(now) = held else {
            self.latest = None;
            return;
        };
        let begins_before = offset < now.offset;
        match &mut self.latest {
            Some(latest) if begins_before && latest.0 > now.at.frame => {}
            Some(latest) => **latest = (now.at.frame, *now.layers),
            None => self.latest = Some(Box::new((now.at.frame, *now.layers))),
        }
    }
}
