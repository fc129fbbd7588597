//! The lines above a tree: which packet it is, and where it was.

use super::flow::Flow;
use super::paint::{Painter, Role};
use super::{Explain, Options, facts, words};
use crate::net;
use crate::pipeline::{Header, Origin, Record, TextOrigin};
use crate::session::How;
use crate::text;
use std::fmt::Write;
use std::net::SocketAddr;

/// Writes headings.
#[derive(Debug)]
pub struct Heading {
    painter: Painter,
    explain: Explain,
    width: Option<usize>,
    time: super::time::TimeWriter,
}

impl Heading {
    /// With the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            painter: Painter { color: options.color },
            explain: options.explain,
            width: options.width,
            time: super::time::TimeWriter::new(options.time),
        }
    }

    /// Writes the title of the header of a frame that brought a packet.
    pub fn unit(&self, header: &Header, out: &mut String) {
        let bytes = text::count(header.bytes.len() as u64, "byte");
        let mut flow = Flow::new();
        flow.push(Role::Title, header.unit.name()).push(Role::Meaning, format!("  {bytes}"));
        if self.explain > Explain::Off {
            flow.push(Role::Meaning, "  ").push(Role::Dim, header.unit.info().meaning);
        }
        self.set(out, 0, &flow);
    }

    /// Writes the title: which packet it is; below it what is known of it from those before it.
    pub fn title(&self, record: &Record<'_>, out: &mut String) {
        let mut flow = Flow::new();
        flow.push(Role::Title, record.type_name()).push(Role::Meaning, title(record));
        self.set(out, 0, &flow);
        let facts = facts::clauses(record).join(" · ");
        if !facts.is_empty() {
            out.push_str("  ");
            self.set(out, 2, Flow::new().push(Role::Dim, facts));
        }
    }

    fn set(&self, out: &mut String, indent: usize, flow: &Flow) {
        flow.set(out, self.painter, indent, 2, self.width);
    }

    /// Writes where a packet was: frames, time, ends, and a line for each header below MQTT.
    pub fn origin(&mut self, record: &Record<'_>, out: &mut String) {
        let origin = &record.origin;
        let mut parts = vec![format!("#{}", record.number)];
        if let Some(text) = &origin.text {
            parts.push(place(text));
        }
        if !origin.frames.is_empty() {
            parts.push(frames(origin.frames));
            parts.push(self.time.format(origin));
        }
        if let Some((src, dst)) = origin.ends {
            let (from, to) = (named(src, origin), named(dst, origin));
            parts.push(format!("{from} -> {to}"));
        }
        if let Some(stream) = origin.stream {
            parts.push(format!("stream {stream}"));
        }
        if let Some(sender) = record.sender_name() {
            parts.push(format!("from the {sender}"));
        }
        self.set(out, 0, Flow::new().push(Role::Dim, parts.join("  ")));
        self.layers(origin, out);
        let comments = origin.notes.into_iter().flat_map(|notes| notes.comments(origin.frames));
        for comment in comments {
            // Line breaks would make further lines that look like ours.
            let line = format!("comment: {}", words::quoted(comment.as_bytes(), MAX_COMMENT));
            let _ = writeln!(out, "    {}", self.painter.paint(Role::Dim, line));
        }
    }

    fn layers(&self, origin: &Origin<'_>, out: &mut String) {
        let Some(layers) = origin.layers.filter(|_| self.explain > Explain::Off) else { return };
        for line in net::describe(layers) {
            out.push_str("    ");
            self.set(out, 4, Flow::new().push(Role::Dim, line));
        }
    }
}

/// Characters of a comment that are shown.
const MAX_COMMENT: usize = 2_000;
/// Characters of a name that are shown: the longest that DNS knows.
const MAX_NAME: usize = 253;

/// An address with port, and the name that the capture has for it.
fn named(end: SocketAddr, origin: &Origin<'_>) -> String {
    match origin.notes.and_then(|notes| notes.name(end.ip())) {
        Some(name) => {
            let name: String = name.chars().take(MAX_NAME).collect();
            format!("{end} ({})", text::safe(&name))
        }
        None => end.to_string(),
    }
}

/// Version, length and client id, behind the packet's type.
fn title(record: &Record<'_>) -> String {
    let mut out = String::new();
    if record.is_packet() && record.version_from != How::Open {
        let how = match record.version_from {
            How::Inferred => " (inferred)",
            How::Option => " (by option)",
            How::Connect | How::Open => "",
        };
        let _ = write!(out, "  {}{how}", record.version.title());
    }
    if record.unit.is_none() || !record.bytes.is_empty() {
        let _ = write!(out, "  {}", text::count(record.bytes.len() as u64, "byte"));
    }
    if !record.text.is_empty() {
        let _ = write!(out, "  {}", text::safe(record.text));
    }
    if let Some(id) = record.client_id {
        let _ = write!(out, "  client {}", words::quoted(id, 64));
    }
    out
}

fn frames(frames: &[u64]) -> String {
    match frames {
        [one] => format!("frame {one}"),
        [first, .., last] if frames.len() > 6 => {
            format!("frames {first} … {last} ({} of them)", frames.len())
        }
        _ => {
            let all: Vec<String> = frames.iter().map(u64::to_string).collect();
            format!("frames {}", all.join(" "))
        }
    }
}

/// `line 12, column 5`, notation, and what the text says besides.
fn place(text: &TextOrigin<'_>) -> String {
    let mut out = format!("line {}", text.line);
    if text.end_line > text.line {
        let _ = write!(out, " to {}", text.end_line);
    }
    let _ = write!(out, ", column {}", text.column);
    for part in [Some(text.notation), text.direction, text.time].into_iter().flatten() {
        let _ = write!(out, "  {}", crate::text::safe(part));
    }
    out
}
