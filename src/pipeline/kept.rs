//! A record that outlives the packet that it was made of.

use super::record::Header;
use super::{Origin, Record};
use crate::annotate::Tape;
use crate::mqtt::repair::Repair;
use crate::mqtt::{Decoded, Reading, decode};
use crate::net::Layers;
use crate::session::{Facts, How};
use crate::spec::unit::Unit;
use crate::spec::{Sender, Version};
use std::net::SocketAddr;

/// The longest packet that is kept, in bytes: what is longer costs more to copy than is gained.
const MAX_KEPT: usize = 64 << 10;

/// A copy of a record, in memory that serves the next one too.
#[derive(Debug, Default)]
pub struct Kept {
    number: u64,
    place: Owned,
    layers: Option<Layers>,
    frames: Vec<u64>,
    sender: Option<Sender>,
    version: Version,
    version_from: How,
    strings: Strings,
    client_id: Option<Place>,
    bytes: Place,
    tape: Tape,
    /// What of the packet was typed; its parts are found again in the bytes.
    typed: Typed,
    unit: Option<Unit>,
    text: String,
    headers: Vec<Header>,
    facts: Facts<'static>,
    topic: Option<Place>,
    filter: Option<Place>,
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
    from: usize,
    to: usize,
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
    /// Copies a record. `false`: it cannot be kept, as it is too long, is of MQTT-SN or a pasted text, or
    /// rests on what the capture says beside its frames.
    pub fn keep(&mut self, record: &Record<'_>) -> bool {
        let origin = &record.origin;
        let has_notes = origin.notes.is_some_and(|notes| !notes.is_empty());
        if record.bytes.len() > MAX_KEPT
            || has_notes
            || origin.text.is_some()
            || record.sn.is_some()
        {
            return false;
        }
        self.number = record.number;
        self.place.assign(origin);
        match (&mut self.layers, origin.layers) {
            (Some(layers), Some(from)) => layers.assign(from),
            (layers, from) => *layers = from.copied(),
        }
        self.frames.clear();
        self.frames.extend_from_slice(origin.frames);
        (self.sender, self.unit) = (record.sender, record.unit);
        (self.version, self.version_from) = (record.version, record.version_from);
        self.strings.0.clear();
        self.bytes = self.strings.add(record.bytes);
        self.client_id = record.client_id.map(|id| self.strings.add(id));
        self.topic = record.facts.topic.map(|topic| self.strings.add(topic));
        self.filter = record.facts.filter.map(|filter| self.strings.add(filter));
        self.tape.clone_from(record.tape);
        self.typed = match record.decoded {
            None => Typed::Nothing,
            Some(Decoded { packet: None, .. }) => Typed::Header,
            Some(_) => Typed::Packet,
        };
        self.text.clear();
        self.text.push_str(record.text);
        if !self.headers.is_empty() || !record.headers.is_empty() {
            self.headers.clear();
            self.headers.extend(record.headers.iter().cloned());
        }
        self.facts = Facts { topic: None, filter: None, ..record.facts };
        if self.repair.is_some() || record.repair.is_some() {
            self.repair = record.repair.cloned();
        }
        true
    }

    /// Makes the record again, for `read`; its tree, where that was left out, in `room` if there is any.
    pub fn with_record<T>(
        &self,
        room: Option<&mut Tape>,
        read: impl FnOnce(&Record<'_>) -> T,
    ) -> T {
        let (version, sender) = (self.version, self.sender);
        let bytes = self.strings.at(self.bytes);
        let is_packet = self.typed != Typed::Nothing;
        let mut room = room.filter(|_| is_packet && self.tape.nodes().is_empty());
        let decoded = is_packet.then(|| {
            let how = Reading { version, sender };
            let mut decoded = match &mut room {
                Some(tape) => {
                    tape.clear();
                    decode(bytes, how, *tape)
                }
                None => decode(bytes, how, &mut ()),
            };
            if self.typed == Typed::Header {
                decoded.packet = None;
            }
            decoded
        });
        read(&Record {
            number: self.number,
            origin: self.place.origin(&self.frames, self.layers.as_ref()),
            sender,
            version,
            version_from: self.version_from,
            client_id: self.client_id.map(|place| self.strings.at(place)),
            bytes,
            tape: room.map_or(&self.tape, |room| room),
            decoded: decoded.as_ref(),
            unit: self.unit,
            text: &self.text,
            headers: &self.headers,
            sn: None,
            facts: Facts {
                topic: self.topic.map(|place| self.strings.at(place)),
                filter: self.filter.map(|place| self.strings.at(place)),
                ..self.facts
            },
            repair: self.repair.as_ref(),
        })
    }
}

impl Owned {
    /// Each by itself: the rest of an origin, which is most of it, is not copied.
    #[inline]
    fn assign(&mut self, origin: &Origin<'_>) {
        (self.time, self.began) = (origin.time, origin.began);
        (self.start, self.previous) = (origin.start, origin.previous);
        (self.is_secret, self.stream, self.ends) = (origin.is_secret, origin.stream, origin.ends);
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
    fn add(&mut self, string: &[u8]) -> Place {
        let from = self.0.len();
        self.0.extend_from_slice(string);
        Place { from, to: self.0.len() }
    }

    fn at(&self, place: Place) -> &[u8] {
        self.0.get(place.from..place.to).unwrap_or_default()
    }
}
