//! The keys of a line up to `length`, written one by one: each packet has some twenty of them, which
//! takes as long as all its fields if each goes through a library that must expect anything.

use super::shows::{Times, add_latency};
use super::{Paste, safe, seconds, write};
use crate::pipeline::{Notes, Record};
use crate::render::ends::{self, Ends};
use crate::session::{How, Partner};
use crate::spec::{Sender, Version};
use crate::text::Counted;
use std::io;
use std::net::SocketAddr;

/// Directions of connections that are remembered: a power of two, more than speak at one moment.
const SLOTS: usize = 256;

/// Writes the keys up to `length`.
#[derive(Debug)]
pub(super) struct Head {
    /// The number of the line before, and of its only frame.
    number: Counted,
    frame: Counted,
    times: Times,
    ends: Ends,
    /// The keys that are the same in each line of a direction of a connection, each at the place that the
    /// ports choose.
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    who: Option<Who>,
    client_id: Vec<u8>,
    words: Vec<u8>,
}

/// What these keys depend on, besides the Client Identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Who {
    ends: (SocketAddr, SocketAddr),
    stream: Option<u64>,
    sender: Option<Sender>,
    version: Version,
    version_from: How,
    is_packet: bool,
    has_client_id: bool,
}

impl Head {
    pub(super) fn new() -> Self {
        let (number, frame) = (Counted::default(), Counted::default());
        let slots = vec![Slot::default(); SLOTS];
        Self { number, frame, times: Times::default(), ends: Ends::new(), slots }
    }

    /// Writes a line without what ends it, in the order of its keys.
    pub(super) fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let origin = record.origin;
        let mut keys = Keys { out };
        keys.out.extend_from_slice(b"{\"schema\":1,\"n\":");
        self.number.add_to(record.number, keys.out);
        keys.frames(origin.frames, &mut self.frame);
        if let Some(words) = origin.time.and_then(|time| self.times.words(time)) {
            keys.out.extend_from_slice(b",\"time\":\"");
            keys.out.extend_from_slice(words);
            keys.out.push(b'"');
        }
        self.who(record, keys.out)?;
        what(record, keys.out)
    }

    /// From `stream` to `client_id`.
    fn who(&mut self, record: &Record<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let origin = record.origin;
        // What a capture says beside its frames, and places of pasted text, are of one line alone.
        let is_plain = origin.notes.is_none_or(Notes::is_empty) && origin.text.is_none();
        let Some(ends) = origin.ends.filter(|_| is_plain) else {
            let ends = origin.ends.map(|ends| self.ends.words(ends));
            return who(record, ends, out);
        };
        let who_is_it = Who {
            ends,
            stream: origin.stream,
            sender: record.sender,
            version: record.version,
            version_from: record.version_from,
            is_packet: record.is_packet(),
            has_client_id: record.client_id.is_some(),
        };
        let client_id = record.client_id.unwrap_or_default();
        let Some(slot) = self.slots.get_mut(ends::place(ends, SLOTS)) else {
            return who(record, Some(self.ends.words(ends)), out);
        };
        if slot.who != Some(who_is_it) || slot.client_id != client_id {
            slot.who = None;
            slot.words.clear();
            who(record, Some(self.ends.words(ends)), &mut slot.words)?;
            slot.client_id.clear();
            slot.client_id.extend_from_slice(client_id);
            slot.who = Some(who_is_it);
        }
        out.extend_from_slice(&slot.words);
        Ok(())
    }
}

/// The keys from `stream` to `client_id`.
fn who(record: &Record<'_>, ends: Option<(&str, &str)>, out: &mut Vec<u8>) -> io::Result<()> {
    let origin = record.origin;
    let version_from = record.version_from.name().filter(|_| record.is_packet());
    let mut keys = Keys { out };
    keys.number(",\"stream\":", origin.stream);
    keys.text(",\"src\":", ends.map(|(src, _)| src));
    keys.text(",\"dst\":", ends.map(|(_, dst)| dst));
    if let Some(notes) = origin.notes {
        let comments: Vec<&str> = notes.comments(origin.frames).collect();
        keys.other(",\"comments\":", (!comments.is_empty()).then_some(&comments))?;
    }
    let alone = origin.text.filter(|text| text.alone);
    keys.number(",\"line\":", alone.map(|text| text.line as u64));
    keys.other(",\"paste\":", origin.text.map(Paste::new).as_ref())?;
    keys.text(",\"sender\":", record.sender_name());
    keys.text(",\"version\":", version_from.map(|_| record.version.name()));
    keys.text(",\"version_from\":", version_from);
    keys.bytes(",\"client_id\":", record.client_id);
    Ok(())
}

/// The keys from `topic` to `length`.
fn what(record: &Record<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let topic = record.sn.and_then(|sn| sn.topic);
    let mut keys = Keys { out };
    keys.bytes(",\"topic\":", topic.map(|topic| &*topic.name).or(record.facts.topic));
    keys.text(",\"topic_from\":", topic.map(|topic| topic.told.name()));
    keys.number(",\"topic_n\":", topic.map(|topic| topic.at.record));
    keys.partner(",\"answers\":", record.facts.answers)?;
    keys.partner(",\"repeats\":", record.facts.repeats)?;
    keys.partner(",\"copy_of\":", record.facts.copy_of)?;
    keys.number(",\"lowered_from\":", record.facts.lowered_from.map(u64::from));
    keys.bytes(",\"filter\":", record.facts.filter);
    keys.known(",\"type\":\"", Some(record.type_name()));
    keys.text(",\"text\":", Some(record.text).filter(|text| !text.is_empty()));
    keys.number(",\"length\":", Some(record.bytes.len() as u64));
    Ok(())
}

/// Keys with their values. Each comes with its comma, quotes and colon; one without a value is left out.
struct Keys<'o> {
    out: &'o mut Vec<u8>,
}

impl Keys<'_> {
    fn number(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            safe::number(key, value, self.out);
        }
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            safe::entry(key, value, self.out);
        }
    }

    /// Words of ours, which have nothing to escape. The key has the first quote.
    fn known(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            safe::known(key, value, self.out);
            self.out.push(b'"');
        }
    }

    /// Text as it came, with U+FFFD for what is no UTF-8.
    fn bytes(&mut self, key: &str, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.out.extend_from_slice(key.as_bytes());
            safe::lossy(value, self.out);
        }
    }

    fn frames(&mut self, frames: &[u64], count: &mut Counted) {
        if let [one] = frames {
            self.out.extend_from_slice(b",\"frames\":[");
            count.add_to(*one, self.out);
            return self.out.push(b']');
        }
        let mut lead = ",\"frames\":[";
        for frame in frames {
            safe::number(lead, *frame, self.out);
            lead = ",";
        }
        if !frames.is_empty() {
            self.out.push(b']');
        }
    }

    /// Another packet that this one belongs to.
    fn partner(&mut self, key: &str, partner: Option<&Partner>) -> io::Result<()> {
        let Some(Partner { kind, at, latency }) = partner else { return Ok(()) };
        self.out.extend_from_slice(key.as_bytes());
        self.number("{\"n\":", Some(at.number));
        self.number(",\"frame\":", Some(at.frame).filter(|frame| *frame > 0));
        self.known(",\"type\":\"", Some(kind.name()));
        let Some(nanoseconds) = *latency else {
            self.out.push(b'}');
            return Ok(());
        };
        self.out.extend_from_slice(b",\"latency\":");
        if !add_latency(nanoseconds, self.out) {
            write(&seconds(nanoseconds), self.out)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// What is rare, or a number that only the library knows how to write.
    fn other(&mut self, key: &str, value: Option<&impl serde::Serialize>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        self.out.extend_from_slice(key.as_bytes());
        write(value, self.out)
    }
}
