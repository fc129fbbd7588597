//! Records that outlive the packets that they were made of.

use super::record::Header;
use super::{Origin, Record};
use crate::annotate::Tape;
use crate::mqtt::repair::Repair;
use crate::mqtt::{Decoded, Reading, complete, decode};
use crate::net::Layers;
use crate::session::{Facts, How, Partner};
use crate::spec::unit::Unit;
use crate::spec::{Sender, Version};
use std::net::SocketAddr;

/// The longest packet that is kept, in bytes: what is longer costs more to copy than is gained.
const MAX_KEPT: usize = 64 << 10;

/// Copies of records in their order, in memory that serves the next ones too.
///
/// What each record has is one small entry and bytes behind those of the one before; what few have stands
/// beside, so that nothing is spent on it where it is not there.
#[derive(Debug)]
pub struct Kept {
    entries: Slots<Entry>,
    strings: Strings,
    /// The numbers of the frames of those records that came in several.
    frames: Vec<u64>,
    layers: Slots<Layers>,
    beside: Slots<Beside>,
    /// Whether headers of frames are kept.
    needs_layers: bool,
}

/// What each record has. Numbers that stand for others are places in the lists of [`Kept`].
#[derive(Debug, Default)]
struct Entry {
    number: u64,
    place: Owned,
    /// Its only frame.
    frame: u64,
    /// Where its frames stand, if they are more or fewer than one.
    frames: Option<Place>,
    layers: Option<usize>,
    sender: Option<Sender>,
    version: Version,
    version_from: How,
    client_id: Option<Place>,
    bytes: Place,
    /// What of the packet was typed; its parts are found again in the bytes.
    typed: Typed,
    facts: Known,
    beside: Option<usize>,
}

/// What is known from the packets before, as [`Facts`] has it.
#[derive(Debug, Default)]
struct Known {
    answers: Option<Partner>,
    repeats: Option<Partner>,
    copy_of: Option<Partner>,
    lowered_from: Option<u8>,
    topic: Option<Place>,
    filter: Option<Place>,
    is_inside: bool,
}

/// What few records have.
#[derive(Debug, Default)]
struct Beside {
    tape: Tape,
    unit: Option<Unit>,
    text: String,
    headers: Vec<Header>,
    repair: Option<Repair>,
}

/// What of an [`Origin`] borrows nothing.
#[derive(Debug, Default)]
struct Owned {
    time: Option<i64>,
    began: Option<i64>,
    start: Option<i64>,
    previous: Option<i64>,
    is_secret: bool,
    stream: Option<u64>,
    ends: Option<(SocketAddr, SocketAddr)>,
}

/// Byte strings behind each other: whether there are more or fewer of them, the memory is one.
#[derive(Debug, Default)]
struct Strings(Vec<u8>);

/// Where one of them stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    from: u32,
    to: u32,
}

impl Place {
    /// What has been added to a list of `to` members that had `from`: far fewer than 2^32, as records are kept
    /// by some hundreds.
    #[inline]
    const fn new(from: usize, to: usize) -> Self {
        Self { from: from as u32, to: to as u32 }
    }

    #[inline]
    fn of<T>(self, list: &[T]) -> &[T] {
        list.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

/// Values of which those in use come first: the others keep their memory.
#[derive(Debug)]
struct Slots<T> {
    slots: Vec<T>,
    count: usize,
}

/// How much of a packet could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typed {
    /// It is no packet.
    #[default]
    Nothing,
    /// Its fixed header.
    Header,
    /// All of it.
    Packet,
}

impl Kept {
    /// None yet. Unless `needs_layers` the headers of the frames are not kept.
    #[must_use]
    pub fn new(needs_layers: bool) -> Self {
        Self {
            entries: Slots::default(),
            strings: Strings::default(),
            frames: Vec::new(),
            layers: Slots::default(),
            beside: Slots::default(),
            needs_layers,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.count == 0
    }

    /// Bytes of their packets and names.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.strings.0.len()
    }

    /// Forgets all of them and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.count = 0;
        self.strings.0.clear();
        self.frames.clear();
        self.layers.count = 0;
        self.beside.count = 0;
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
        let bytes = self.strings.add(record.bytes);
        let client_id = record.client_id.map(|id| self.strings.add(id));
        let texts = [record.facts.topic, record.facts.filter];
        let texts = texts.map(|text| text.map(|text| self.strings.add(text)));
        let (frame, frames) = match origin.frames {
            [frame] => (*frame, None),
            frames => (0, Some(self.add_frames(frames))),
        };
        let layers = origin.layers.filter(|_| self.needs_layers);
        let layers = layers.map(|layers| self.add_layers(layers));
        let beside = has_more(record).then(|| self.add_beside(record));
        // One by one, which writes each where it stays: an entry is too large to be made elsewhere and moved.
        self.entries.add(Entry::default, |entry| {
            entry.number = record.number;
            entry.place.assign(origin);
            (entry.frame, entry.frames, entry.layers) = (frame, frames, layers);
            (entry.sender, entry.client_id, entry.bytes) = (record.sender, client_id, bytes);
            (entry.version, entry.version_from) = (record.version, record.version_from);
            entry.typed = match record.decoded {
                None => Typed::Nothing,
                Some(Decoded { packet: None, .. }) => Typed::Header,
                Some(_) => Typed::Packet,
            };
            entry.facts.assign(record.facts, texts);
            entry.beside = beside;
        });
        true
    }

    fn add_frames(&mut self, frames: &[u64]) -> Place {
        let from = self.frames.len();
        self.frames.extend_from_slice(frames);
        Place::new(from, self.frames.len())
    }

    fn add_layers(&mut self, layers: &Layers) -> usize {
        self.layers.add(|| *layers, |slot| slot.assign(layers))
    }

    #[cold]
    fn add_beside(&mut self, record: &Record<'_>) -> usize {
        self.beside.add(Beside::default, |slot| {
            slot.tape.clone_from(record.tape);
            slot.unit = record.unit;
            slot.text.clear();
            slot.text.push_str(record.text);
            slot.headers.clear();
            slot.headers.extend(record.headers.iter().cloned());
            slot.repair = record.repair.cloned();
        })
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
        self.entries.used().iter().try_for_each(|entry| {
            let beside = entry.beside.and_then(|at| self.beside.used().get(at)).unwrap_or(&none);
            self.with_record(entry, beside, room.as_deref_mut(), &mut read)
        })
    }

    #[inline]
    fn facts_of<'k>(&'k self, known: &'k Known) -> Facts<'k> {
        Facts {
            answers: known.answers.as_ref(),
            repeats: known.repeats.as_ref(),
            copy_of: known.copy_of.as_ref(),
            lowered_from: known.lowered_from,
            topic: self.text(known.topic),
            filter: self.text(known.filter),
            is_inside: known.is_inside,
        }
    }

    #[inline]
    fn text(&self, place: Option<Place>) -> Option<&[u8]> {
        place.map(|place| self.strings.at(place))
    }

    #[inline]
    fn with_record<T>(
        &self,
        entry: &Entry,
        beside: &Beside,
        room: Option<&mut Tape>,
        read: impl FnOnce(&Record<'_>) -> T,
    ) -> T {
        let (version, sender) = (entry.version, entry.sender);
        let bytes = self.strings.at(entry.bytes);
        let is_packet = entry.typed != Typed::Nothing;
        let mut room = room.filter(|_| is_packet && beside.tape.nodes().is_empty());
        let how = Reading { version, sender };
        let mut decoded = Decoded::before(bytes, version);
        match &mut room {
            _ if !is_packet => {}
            Some(tape) => {
                tape.clear();
                decoded = decode(bytes, how, *tape);
            }
            None => complete(bytes, how, &mut decoded),
        }
        if entry.typed == Typed::Header {
            decoded.packet = None;
        }
        let frames = match entry.frames {
            None => std::slice::from_ref(&entry.frame),
            Some(place) => place.of(&self.frames),
        };
        let layers = entry.layers.and_then(|at| self.layers.used().get(at));
        read(&Record {
            number: entry.number,
            origin: &entry.place.origin(frames, layers),
            sender,
            version,
            version_from: entry.version_from,
            client_id: self.text(entry.client_id),
            bytes,
            tape: room.map_or(&beside.tape, |room| room),
            decoded: is_packet.then_some(&decoded),
            unit: beside.unit,
            text: &beside.text,
            headers: &beside.headers,
            sn: None,
            facts: &self.facts_of(&entry.facts),
            repair: beside.repair.as_ref(),
        })
    }
}

/// Whether a record has something that few have.
#[inline]
fn has_more(record: &Record<'_>) -> bool {
    !record.tape.nodes().is_empty()
        || !record.tape.findings().is_empty()
        || record.unit.is_some()
        || !record.text.is_empty()
        || !record.headers.is_empty()
        || record.repair.is_some()
}

impl Known {
    #[inline]
    fn assign(&mut self, facts: &Facts<'_>, [topic, filter]: [Option<Place>; 2]) {
        self.answers = facts.answers.copied();
        self.repeats = facts.repeats.copied();
        self.copy_of = facts.copy_of.copied();
        self.lowered_from = facts.lowered_from;
        (self.topic, self.filter) = (topic, filter);
        self.is_inside = facts.is_inside;
    }
}

impl Owned {
    #[inline]
    fn assign(&mut self, origin: &Origin<'_>) {
        self.time = origin.time;
        self.began = origin.began;
        self.start = origin.start;
        self.previous = origin.previous;
        self.is_secret = origin.is_secret;
        self.stream = origin.stream;
        self.ends = origin.ends;
    }

    #[inline]
    fn origin<'a>(&self, frames: &'a [u64], layers: Option<&'a Layers>) -> Origin<'a> {
        Origin {
            frames,
            time: self.time,
            began: self.began,
            start: self.start,
            previous: self.previous,
            is_secret: self.is_secret,
            stream: self.stream,
            ends: self.ends,
            layers,
            notes: None,
            text: None,
            segment: None,
        }
    }
}

impl Strings {
    #[inline]
    fn add(&mut self, string: &[u8]) -> Place {
        let from = self.0.len();
        self.0.extend_from_slice(string);
        Place::new(from, self.0.len())
    }

    #[inline]
    fn at(&self, place: Place) -> &[u8] {
        place.of(&self.0)
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), count: 0 }
    }
}

impl<T> Slots<T> {
    /// Puts a value into the next slot, a new one or one that is there with what it held, and tells which it is.
    #[inline]
    fn add(&mut self, new: impl FnOnce() -> T, assign: impl FnOnce(&mut T)) -> usize {
        let at = self.count;
        if at >= self.slots.len() {
            self.slots.push(new());
        }
        if let Some(slot) = self.slots.get_mut(at) {
            assign(slot);
        }
        self.count = at.saturating_add(1);
        at
    }

    /// Those in use.
    #[inline]
    fn used(&self) -> &[T] {
        self.slots.get(..self.count).unwrap_or_default()
    }
}
