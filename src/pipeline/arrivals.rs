//! The frames that brought the bytes of one direction.

use crate::net::Layers;
use crate::stream::{Origins, Stamp};

/// A frame with payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    /// Its number and time.
    pub(super) at: Stamp,
    /// Its headers.
    pub(super) layers: &'a Layers,
    /// Offset of its first byte that was new.
    pub(super) offset: u64,
}

/// What is remembered of the frames, as long as their bytes are of interest.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    origins: Origins,
    /// Of the frames that brought bytes of a packet which is not whole yet, the one that was
    /// captured last. In a box, as nearly all packets come whole.
    latest: Option<Box<(Stamp, Layers)>>,
}

impl Arrivals {
    /// Takes note of a frame that brought `len` bytes.
    pub(super) fn push(&mut self, arrival: Arrival<'_>, len: usize) {
        self.origins.push(arrival.offset, len, arrival.at);
    }

    /// The numbers of the frames that brought `len` bytes from an offset on, in the order of the
    /// bytes.
    pub(super) fn frames(&self, offset: u64, len: usize) -> impl Iterator<Item = u64> + '_ {
        let end = offset.saturating_add(len as u64);
        self.origins.frames(offset..end).map(|at| at.frame)
    }

    /// Of the frames that brought the bytes from an offset up to now, the one captured last.
    pub(super) fn last<'a>(
        &'a self,
        offset: u64,
        now: Option<Arrival<'a>>,
    ) -> Option<(Stamp, &'a Layers)> {
        let now = now.filter(|now| !self.is_behind(offset, *now));
        let before = || self.latest.as_deref().map(|(at, layers)| (*at, layers));
        now.map(|now| (now.at, now.layers)).or_else(before)
    }

    /// Whether the bytes from an offset on have a part that was captured after `now`.
    fn is_behind(&self, offset: u64, now: Arrival<'_>) -> bool {
        let latest = self.latest.as_deref();
        offset < now.offset && latest.is_some_and(|(at, _)| at.frame > now.at.frame)
    }

    /// Lets go of what lies before an offset, where nothing is held or a packet begins that is not
    /// whole yet; the bytes of that one end with those of `held`.
    pub(super) fn keep_from(&mut self, offset: u64, held: Option<Arrival<'_>>) {
        self.origins.forget_before(offset);
        let Some(now) = held else {
            self.latest = None;
            return;
        };
        if !self.is_behind(offset, now) {
            match &mut self.latest {
                Some(latest) => **latest = (now.at, *now.layers),
                None => self.latest = Some(Box::new((now.at, *now.layers))),
            }
        }
    }
}
