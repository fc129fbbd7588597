//! Records that outlive the packets that they were made of.

mod entry;
pub(super) mod lists;
mod rest;
mod way;

use super::{Origin, Record};
use crate::annotate::Tape;
use crate::net::Layers;
use crate::session::{Facts, Partner};
use entry::{Beside, Entry, Has, Spread};
use lists::{Common, Slots};
use rest::Rest;
use std::slice;
use way::Way;

/// The longest packet that is kept, in bytes: what is longer costs more to copy than is gained.
const MAX_KEPT: usize = 64 << 10;

/// Copies of records in their order, in memory that serves the next ones too.
///
/// What each record has is one small entry, as it is written on one core and read on another. What it shares
/// with others stands once; what not all have stands in lists of their own, in the order of the records, and
/// an entry tells of which of them the next member belongs to it.
#[derive(Debug)]
pub struct Kept {
    entries: Vec<Entry>,
    ways: Common<Way>,
    /// Of each record its bytes, then its topic and its Topic Filter, if it has them.
    strings: Vec<u8>,
    /// Bytes of those topics and filters.
    lengths: Vec<u32>,
    partners: Vec<Partner>,
    spreads: Vec<Spread>,
    /// The numbers of the frames of those records that came in several.
    frames: Vec<u64>,
    layers: Slots<Layers>,
    beside: Slots<Beside>,
    /// Whether headers of frames are kept.
    needs_layers: bool,
}

impl Kept {
    /// None yet. Unless `needs_layers` the headers of the frames are not kept.
    #[must_use]
    pub fn new(needs_layers: bool) -> Self {
        Self {
            entries: Vec::new(),
            ways: Common::default(),
            strings: Vec::new(),
            lengths: Vec::new(),
            partners: Vec::new(),
            spreads: Vec::new(),
            frames: Vec::new(),
            layers: Slots::default(),
            beside: Slots::default(),
            needs_layers,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of their packets and names.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.strings.len()
    }

    /// Forgets all of them and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.ways.clear();
        self.strings.clear();
        self.lengths.clear();
        self.partners.clear();
        self.spreads.clear();
        self.frames.clear();
        self.layers.clear();
        self.beside.clear();
    }

    /// Copies a record. `false`: it cannot be kept, as it is too long, is of MQTT-SN or a pasted text, or
    /// rests on what the capture says beside its frames.
    #[inline]
    pub fn keep(&mut self, record: &Record<'_>) -> bool {
        let origin = record.origin;
        let has_notes = origin.notes.is_some_and(|notes| !notes.is_empty());
        if record.bytes.len() > MAX_KEPT
            || has_notes
            || origin.text.is_some()
            || record.sn.is_some()
        {
            return false;
        }
        self.strings.extend_from_slice(record.bytes);
        let has = Has::typed(record.decoded)
            .with(Has::TIME, origin.time.is_some())
            .with(Has::PREVIOUS, origin.previous.is_some());
        let has = self.add_facts(record.facts, has);
        let (frame, has) = match origin.frames {
            [frame] if origin.began.is_none() => (*frame, has),
            _ => (0, self.add_spread(origin, has)),
        };
        let layers = origin.layers.filter(|_| self.needs_layers);
        let has = has.with(Has::LAYERS, layers.is_some());
        if let Some(layers) = layers {
            self.layers.add(|| *layers, |slot| slot.assign(layers));
        }
        let has = if Beside::is_of(record) { self.add_beside(record, has) } else { has };
        let way = Way::number(record, &mut self.ways);
        self.entries.push(Entry {
            number: record.number,
            frame,
            time: origin.time.unwrap_or_default(),
            previous: origin.previous.unwrap_or_default(),
            length: record.bytes.len() as u32,
            way,
            has,
            lowered_from: record.facts.lowered_from,
        });
        true
    }

    /// Copies what is known from the packets before, but for one number, and adds to what a record has.
    #[inline]
    fn add_facts(&mut self, facts: &Facts<'_>, mut has: Has) -> Has {
        let partners = [
            (facts.answers, Has::ANSWERS),
            (facts.repeats, Has::REPEATS),
            (facts.copy_of, Has::COPY_OF),
        ];
        for (partner, what) in partners {
            if let Some(partner) = partner {
                // From where it stands, without a copy on the way.
                self.partners.extend_from_slice(slice::from_ref(partner));
                has = has.with(what, true);
            }
        }
        for (text, what) in [(facts.topic, Has::TOPIC), (facts.filter, Has::FILTER)] {
            if let Some(text) = text {
                // The packet that it comes from is no longer than 2^28 bytes.
                self.lengths.push(text.len() as u32);
                self.strings.extend_from_slice(text);
                has = has.with(what, true);
            }
        }
        has.with(Has::INSIDE, facts.is_inside)
    }

    fn add_spread(&mut self, origin: &Origin<'_>, has: Has) -> Has {
        self.frames.extend_from_slice(origin.frames);
        self.spreads.push(Spread { frames: origin.frames.len(), began: origin.began });
        has.with(Has::SPREAD, true)
    }

    #[cold]
    fn add_beside(&mut self, record: &Record<'_>, has: Has) -> Has {
        self.beside.add(Beside::default, |slot| slot.assign(record));
        has.with(Has::BESIDE, true)
    }

    /// Makes all records again, one after the other, for `read`; the trees of those that were kept without
    /// theirs in `room`, if there is any.
    ///
    /// # Errors
    /// The first that `read` reports: the records behind are left out.
    pub fn each<E>(
        &self,
        mut room: Option<&mut Tape>,
        mut read: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let none = Beside::default();
        let mut rest = Rest::of(self);
        self.entries.iter().try_for_each(|entry| {
            let Some(way) = self.ways.get(entry.way) else { return Ok(()) };
            let beside = rest.beside(entry).unwrap_or(&none);
            rest.with_record(entry, way, beside, room.as_deref_mut(), &mut read)
        })
    }
}
