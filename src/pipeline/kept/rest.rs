//! Kept records are made again.

use super::Kept;
use super::entry::{Beside, Entry, Has, Spread};
use super::lists::take;
use super::way::Way;
use crate::annotate::Tape;
use crate::mqtt::{Decoded, complete, decode};
use crate::net::Layers;
use crate::pipeline::{Origin, Record};
use crate::session::{Facts, Partner};
use std::slice;

/// What has not been read yet of the lists of [`Kept`].
pub(super) struct Rest<'k> {
    strings: &'k [u8],
    lengths: slice::Iter<'k, u32>,
    partners: slice::Iter<'k, Partner>,
    spreads: slice::Iter<'k, Spread>,
    frames: &'k [u64],
    layers: slice::Iter<'k, Layers>,
    beside: slice::Iter<'k, Beside>,
    /// Where the last record came from: what of it is as its way, stays until another goes another way.
    origin: Origin<'k>,
    way: Option<u32>,
}

impl<'k> Rest<'k> {
    /// All of it.
    pub(super) fn of(kept: &'k Kept) -> Self {
        Self {
            strings: &kept.strings,
            lengths: kept.lengths.iter(),
            partners: kept.partners.iter(),
            spreads: kept.spreads.iter(),
            frames: &kept.frames,
            layers: kept.layers.used().iter(),
            beside: kept.beside.used().iter(),
            origin: Origin::default(),
            way: None,
        }
    }

    /// Makes the next record again. Whatever it has is taken in the order in which it was kept.
    #[inline]
    pub(super) fn with_record<T>(
        &mut self,
        entry: &'k Entry,
        way: &'k Way,
        beside: &'k Beside,
        room: Option<&mut Tape>,
        read: impl FnOnce(&Record<'_>) -> T,
    ) -> T {
        let bytes = take(&mut self.strings, entry.length as usize);
        let (is_packet, how) = (entry.has.is(Has::HEADER), way.reading());
        let mut room = room.filter(|_| is_packet && beside.tape.nodes().is_empty());
        let mut decoded = Decoded::before(bytes, way.version);
        match &mut room {
            _ if !is_packet => {}
            Some(tape) => {
                tape.clear();
                decoded = decode(bytes, how, *tape);
            }
            None => complete(bytes, how, &mut decoded),
        }
        if !entry.has.is(Has::PACKET) {
            decoded.packet = None;
        }
        self.go_on(entry, way);
        let facts = self.facts(entry);
        read(&Record {
            number: entry.number,
            origin: &self.origin,
            sender: way.sender,
            version: way.version,
            version_from: way.version_from,
            client_id: way.client_id.as_deref(),
            bytes,
            tape: room.map_or(&beside.tape, |room| room),
            decoded: is_packet.then_some(&decoded),
            unit: beside.unit,
            text: &beside.text,
            headers: &beside.headers,
            sn: None,
            facts: &facts,
            repair: beside.repair.as_ref(),
        })
    }

    /// Makes of where the last record came from what it is of the next.
    #[inline]
    fn go_on(&mut self, entry: &'k Entry, way: &Way) {
        let Self { origin, spreads, frames, layers, .. } = self;
        if self.way != Some(entry.way) {
            self.way = Some(entry.way);
            let &Way { stream, ends, start, is_secret, .. } = way;
            *origin = Origin { stream, ends, start, is_secret, ..Origin::default() };
        }
        let spread = if entry.has.is(Has::SPREAD) { spreads.next() } else { None };
        (origin.frames, origin.began) = match spread {
            Some(spread) => (take(frames, spread.frames), spread.began),
            None => (slice::from_ref(&entry.frame), None),
        };
        origin.time = entry.has.is(Has::TIME).then_some(entry.time);
        origin.previous = entry.has.is(Has::PREVIOUS).then_some(entry.previous);
        origin.layers = if entry.has.is(Has::LAYERS) { layers.next() } else { None };
    }

    #[inline]
    fn facts(&mut self, entry: &Entry) -> Facts<'k> {
        let has = entry.has;
        Facts {
            answers: self.partner(has.is(Has::ANSWERS)),
            repeats: self.partner(has.is(Has::REPEATS)),
            copy_of: self.partner(has.is(Has::COPY_OF)),
            lowered_from: entry.lowered_from,
            topic: self.string(has.is(Has::TOPIC)),
            filter: self.string(has.is(Has::FILTER)),
            is_inside: has.is(Has::INSIDE),
        }
    }

    #[inline]
    fn partner(&mut self, is_there: bool) -> Option<&'k Partner> {
        if is_there { self.partners.next() } else { None }
    }

    #[inline]
    fn string(&mut self, is_there: bool) -> Option<&'k [u8]> {
        let length = if is_there { self.lengths.next() } else { None }?;
        Some(take(&mut self.strings, *length as usize))
    }

    #[inline]
    pub(super) fn beside(&mut self, entry: &Entry) -> Option<&'k Beside> {
        if entry.has.is(Has::BESIDE) { self.beside.next() } else { None }
    }
}
