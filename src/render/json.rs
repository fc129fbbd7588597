//! `-T json`: one JSON object a line, one line an MQTT packet.
//!
//! Bytes that belong to no packet are a line of their own, so no byte of the input is missing from
//! the output. A key without a value is absent. Keys stand in this order:
//!
//! | key | value |
//! |---|---|
//! | `schema` | 1; a change that breaks readers raises it |
//! | `n` | number of the line, from 1 |
//! | `frames` | numbers of the frames that brought the bytes, in order; absent for pasted bytes |
//! | `time` | when the last of them was captured: RFC 3339 in UTC, always with nine decimals: `"2026-11-23T22:58:01.123456789Z"` |
//! | `stream` | number of the TCP connection, from 0; absent for UDP |
//! | `src`, `dst` | sender and receiver: `"192.0.2.1:1883"`, `"[2001:db8::1]:1883"` |
//! | `comments` | what the capture file says of these frames: list of strings; absent where it says nothing |
//! | `line` | with `--lines`: the line of the input that the packet stands in, from 1 |
//! | `paste` | where in a pasted text the bytes were found: `file` where there are several, `line`, `column`, `end_line` (all from 1, the lines of the file), `notation`, and as the text gives them `time`, `direction` |
//! | `sender` | `"client"` or `"server"`; in MQTT-SN `"gateway"` for `"server"` |
//! | `version` | `"3.1"`, `"3.1.1"`, `"5.0"`, or `"SN-1.2"` for MQTT-SN 1.2; absent where it is not known and makes no difference |
//! | `version_from` | how that is known: `"connect"`, `"inferred"`, `"option"` |
//! | `client_id` | Client Identifier of the connection |
//! | `topic` | the topic name that a Topic Alias stands for; of MQTT-SN the one that the message is about; where the packet itself has just a number for it, or nothing; absent where that is not known |
//! | `topic_from` | of MQTT-SN: what said so: `"register"`, `"suback"`, `"short"` (a name of two characters), `"request"` (the message that this one answers), `"option"` (of a pre-defined id) |
//! | `topic_n` | `n` of the line that said so |
//! | `answers` | the packet that this one answers: `n` and `type` of its line, `frame`, the last of its frames, and `latency`, the time since then in seconds, to the nanosecond; `frame` or `latency` is absent where there is none. What is answered does not name its answer: its line is written before that comes |
//! | `repeats` | the packet that this one sends again, on this connection or an earlier one of the session, with the keys of `answers` |
//! | `copy_of` | of a PUBLISH from the server: the client's PUBLISH with the same topic and payload, with the keys of `answers`; absent where several could be meant |
//! | `lowered_from` | of such a copy: the QoS of the client's PUBLISH, where the copy has a lower one |
//! | `filter` | of a PUBLISH from the server: the first Topic Filter of the client's subscriptions that its topic matches, as far as they were seen |
//! | `type` | the standard's name in capitals; `"RESERVED"` for a type that has none, `"UNDECODED"` for bytes of no packet; of what a forwarder passes on (MQTT-SN) that of the inner message; what is no MQTT but worth a line has the names `"HTTP REQUEST"`, `"HTTP RESPONSE"`, `"HTTP BODY"`, `"WEBSOCKET PING"`, `"WEBSOCKET PONG"`, `"WEBSOCKET CLOSE"`, `"WEBSOCKET STRAY"`, `"PROXY"`, `"TLS"`, `"NOT MQTT"` |
//! | `text` | for a line that is a sentence and no bytes (`"TLS"`, `"NOT MQTT"`): the sentence |
//! | `length` | number of bytes that are there |
//! | `hex` | the bytes, in lower case without blanks |
//! | `findings` | list, empty if there is nothing to report |
//! | `fields` | list of the fields in the order of their bytes |
//! | `headers` | the headers of the WebSocket frames that brought the bytes, each with `type`, `hex`, `fields`; their bit offsets count from the header's first bit |
//!
//! A finding:
//!
//! | key | value |
//! |---|---|
//! | `severity` | `"error"`, `"warning"` or `"note"` |
//! | `rule` | name of the rule |
//! | `spec` | where the standard says it, see below |
//! | `bit_offset`, `bit_length` | the bits concerned, counted from the packet's first bit |
//! | `message` | the sentence |
//! | `repair` | at the gravest finding of a packet of at most 256 bytes, where one edit makes it legal: `text` says which, `hex` is the packet with it, ready to be pasted; absent where several edits are as good |
//!
//! A field:
//!
//! | key | value |
//! |---|---|
//! | `field` | the key, Wireshark's where Wireshark has the field: `"mqtt.topic"` |
//! | `name` | the standard's name: `"Topic Name"` |
//! | `bit_offset`, `bit_length` | its bits, counted from the packet's first bit |
//! | `value` | a flag: `true`, `false`; a number: the number; text: a string, U+FFFD for what is no UTF-8; data and payload: hex digits; a User Property: `{"name": .., "value": ..}`; a byte of flags: its number; any other group: absent |
//! | `text` | the value for people: numbers with unit, codes with name, text and readable data as text with controls shown as escapes (`\x1b`); absent for a group and for data that is no readable text |
//! | `meaning` | what the value does to the conversation; absent with `--explain off` |
//! | `spec` | where the standard says it, see below |
//! | `fields` | the fields of a group; with `--explain full` also identifier, length and value of a property and of a text |
//!
//! `spec` is words with one blank between them: the standard (`5.0`, `SN-1.2`, or `3.1.1`, which
//! stands for 3.1 too), its section, its normative statements: `"5.0 3.1.2.4 MQTT-3.1.2-4 MQTT-3.1.2-5"`.
//! Section or statements may be missing; a statement begins with `MQTT-`. What carries the packets
//! has the section of its own standard: `"RFC 6455 5.2"`.
//!
//! A character that could steer a terminal leaves as an escape: `\u009b`. Decoding gives the
//! original character again.

mod fields;
mod line;
mod safe;
mod shows;

use super::parts::Parts;
use super::{Explain, Format, Options};
use crate::annotate::{Tape, view};
use crate::pipeline::{Header, Record, TextOrigin};
use crate::spec::field::Context;
use fields::{Memos, Shown};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use shows::{Hex, Spec};
pub(in crate::render) use shows::{Shows, Time};
use std::io::{self, Write};

/// Memory for a line that is kept from record to record, in bytes: more than all but a few need.
const KEPT: usize = 1 << 20;

/// The JSON format.
#[derive(Debug)]
pub struct Json {
    explain: Explain,
    head: line::Head,
    memos: Memos,
    line: Vec<u8>,
    /// Room for the tree of a packet that comes without.
    room: Tape,
}

impl Json {
    /// JSON with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            explain: options.explain,
            head: line::Head::new(),
            memos: Memos::new(),
            line: Vec::new(),
            room: Tape::new(),
        }
    }
}

impl Format for Json {
    fn needs_layers(&self) -> bool {
        false
    }

    fn needs_trees(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        self.line.shrink_to(KEPT);
        self.add(record)?;
        out.write_all(&self.line)
    }

    fn append(&mut self, record: &Record<'_>, text: &mut Vec<u8>) -> io::Result<()> {
        std::mem::swap(&mut self.line, text);
        let result = self.add(record);
        std::mem::swap(&mut self.line, text);
        result
    }
}

impl Json {
    /// Adds the line of a record to what is to be written.
    fn add(&mut self, record: &Record<'_>) -> io::Result<()> {
        let line = &mut self.line;
        self.head.write(record, line)?;
        line.extend_from_slice(b",\"hex\":\"");
        let hex_at = Some(line.len());
        shows::hex(record.bytes, line);
        match Parts::of(record).filter(|_| self.explain < Explain::Full) {
            Some(parts) => {
                line.extend_from_slice(b"\",\"findings\":[],\"fields\":");
                let shown = Shown { hex_at, ..Shown::new(&parts.context, self.explain) };
                let all = (record, &parts, &mut self.room);
                fields::write_parts(all, &shown, &mut self.memos, line);
            }
            None => {
                let mut room = std::mem::take(&mut self.room);
                self.findings_and_fields(&record.with_tree(&mut room), hex_at)?;
                self.room = room;
            }
        }
        for (nth, header) in record.headers.iter().enumerate() {
            self.line.extend_from_slice(if nth == 0 { b",\"headers\":[" } else { b"," });
            self.header(header, record)?;
        }
        if !record.headers.is_empty() {
            self.line.push(b']');
        }
        self.line.extend_from_slice(b"}\n");
        Ok(())
    }

    /// What the tree of a packet says, behind its hex digits, which begin at `hex_at`.
    fn findings_and_fields(
        &mut self,
        record: &Record<'_>,
        hex_at: Option<usize>,
    ) -> io::Result<()> {
        let (line, context) = (&mut self.line, record.context());
        line.extend_from_slice(b"\",\"findings\":");
        match record.tape.findings() {
            [] => line.extend_from_slice(b"[]"),
            _ => write(&Findings { record, context: &context }, line)?,
        }
        line.extend_from_slice(b",\"fields\":");
        let shown = Shown { sn: record.sn, hex_at, ..Shown::new(&context, self.explain) };
        fields::write_packet((record.tape, record.bytes), &shown, &mut self.memos, line);
        Ok(())
    }

    /// The header of a frame that brought the packet.
    fn header(&mut self, header: &Header, record: &Record<'_>) -> io::Result<()> {
        let Record { version, sender, .. } = *record;
        let hex = Shows(Hex(&header.bytes));
        write(&OneHeader { r#type: header.unit.name(), hex }, &mut self.line)?;
        self.line.pop();
        self.line.extend_from_slice(b",\"fields\":");
        let context = view::context(&header.bytes, &header.tape, version, sender);
        let shown = Shown::new(&context, self.explain);
        let packet = (&header.tape, header.bytes.as_slice());
        fields::write_header(packet, &shown, &mut self.memos, &mut self.line);
        self.line.push(b'}');
        Ok(())
    }
}

/// Writes a value so that it steers no terminal.
fn write(value: &impl Serialize, line: &mut Vec<u8>) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(line, safe::SafeFormatter);
    Ok(value.serialize(&mut serializer)?)
}

/// Writes a value as one line that steers no terminal.
pub(in crate::render) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write_safe(value, out)?;
    out.write_all(b"\n")
}

/// The same without a line feed.
pub(in crate::render) fn write_safe(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    write(value, &mut line)?;
    out.write_all(&line)
}

/// Nanoseconds in seconds; a number of 64 bits holds each of them for a hundred days.
pub(in crate::render) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// The header of a frame, without its fields.
#[derive(Serialize)]
struct OneHeader<'r> {
    r#type: &'static str,
    hex: Shows<Hex<'r>>,
}

/// Where in a pasted text the bytes were found.
#[derive(Serialize)]
struct Paste<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'r str>,
    line: usize,
    column: usize,
    end_line: usize,
    notation: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'r str>,
}

impl<'r> Paste<'r> {
    fn new(text: TextOrigin<'r>) -> Self {
        let TextOrigin { file, line, column, end_line, notation, time, direction, .. } = text;
        Self { file, line, column, end_line, notation, time, direction }
    }
}

/// The findings of a record.
struct Findings<'r> {
    record: &'r Record<'r>,
    context: &'r Context,
}

/// One of them.
#[derive(Serialize)]
struct Finding<'r> {
    severity: &'static str,
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Shows<Spec>>,
    bit_offset: u32,
    bit_length: u32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<Repaired<'r>>,
}

/// What a broken packet should have been.
#[derive(Serialize)]
struct Repaired<'r> {
    text: &'r str,
    hex: Shows<Hex<'r>>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let (mut repair, worst) = (self.record.repair, self.record.tape.worst());
        for finding in self.record.tape.findings() {
            let info = finding.info();
            let own = if Some(info.severity) == worst { repair.take() } else { None };
            let version = self.context.version;
            let (section, statements) = finding.source(self.context);
            list.serialize_element(&Finding {
                severity: info.severity.name(),
                rule: info.id,
                spec: Spec::new(version, section, statements).map(Shows),
                bit_offset: finding.span.start,
                bit_length: finding.span.len,
                message: finding.message(self.context),
                repair: own.map(|own| Repaired { text: &own.text, hex: Shows(Hex(&own.bytes)) }),
            })?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests;
