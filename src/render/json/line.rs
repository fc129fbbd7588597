//! The keys of a line up to `length`, written one by one: each packet has some twenty of them, which
//! takes as long as all its fields if each goes through a library that must expect anything.

use super::{Paste, safe, seconds, write};
use crate::pipeline::Record;
use crate::session::Partner;
use std::io;

/// Writes a line without what ends it, in the order of its keys.
pub(super) fn write_head(
    record: &Record<'_>,
    ends: Option<(&str, &str)>,
    time: Option<&str>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let origin = &record.origin;
    let version_from = record.version_from.name().filter(|_| record.is_packet());
    let topic = record.sn.and_then(|sn| sn.topic);
    let mut keys = Keys { out };
    keys.out.extend_from_slice(b"{\"schema\":1");
    keys.number(",\"n\":", Some(record.number));
    keys.frames(origin.frames);
    keys.text(",\"time\":", time);
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
    keys.bytes(",\"topic\":", topic.map(|topic| &*topic.name).or(record.facts.topic));
    keys.text(",\"topic_from\":", topic.map(|topic| topic.told.name()));
    keys.number(",\"topic_n\":", topic.map(|topic| topic.at.record));
    keys.partner(",\"answers\":", record.facts.answers.as_ref())?;
    keys.partner(",\"repeats\":", record.facts.repeats.as_ref())?;
    keys.partner(",\"copy_of\":", record.facts.copy_of.as_ref())?;
    keys.number(",\"lowered_from\":", record.facts.lowered_from.map(u64::from));
    keys.bytes(",\"filter\":", record.facts.filter);
    keys.text(",\"type\":", Some(record.type_name()));
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

    /// Text as it came, with U+FFFD for what is no UTF-8.
    fn bytes(&mut self, key: &str, value: Option<&[u8]>) {
        self.text(key, value.map(String::from_utf8_lossy).as_deref());
    }

    fn frames(&mut self, frames: &[u64]) {
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
        self.text(",\"type\":", Some(kind.name()));
        self.other(",\"latency\":", latency.map(seconds).as_ref())?;
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
