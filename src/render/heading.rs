//! The lines above a tree: which packet it is, and where it was.

use super::ends::Ends;
use super::flow::{self, Flow};
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
    ends: Ends,
    /// A line while it is made.
    line: String,
    /// Words of several roles while they are put together.
    flow: Flow,
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
            ends: Ends::new(),
            line: String::new(),
            flow: Flow::new(),
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
        flow.set(out, self.painter, 0, 2, self.width);
    }

    /// Writes the title: which packet it is; below it what is known of it from those before it.
    pub fn title(&mut self, record: &Record<'_>, out: &mut String) {
        let flow = self.flow.clear();
        flow.push(Role::Title, record.type_name()).add(Role::Meaning, |out| title(record, out));
        flow.set(out, self.painter, 0, 2, self.width);
        self.line.clear();
        facts::add(record, &mut self.line);
        if !self.line.is_empty() {
            out.push_str("  ");
            self.set_line(2, out);
        }
    }

    /// Sets the line that was made.
    fn set_line(&self, indent: usize, out: &mut String) {
        flow::set_line(&self.line, Role::Dim, out, self.painter, (indent, 2), self.width);
    }

    /// Writes where a packet was: frames, time, ends, and a line for each header below MQTT.
    pub fn origin(&mut self, record: &Record<'_>, out: &mut String) {
        self.line.clear();
        self.place(record);
        self.set_line(0, out);
        self.layers(&record.origin, out);
        let origin = &record.origin;
        let comments = origin.notes.into_iter().flat_map(|notes| notes.comments(origin.frames));
        for comment in comments {
            // Line breaks would make further lines that look like ours.
            let line = format!("comment: {}", words::quoted(comment.as_bytes(), MAX_COMMENT));
            let _ = writeln!(out, "    {}", self.painter.paint(Role::Dim, line));
        }
    }

    fn place(&mut self, record: &Record<'_>) {
        let (origin, line) = (&record.origin, &mut self.line);
        line.push('#');
        text::add::digits(record.number, line);
        if let Some(text) = &origin.text {
            line.push_str("  ");
            line.push_str(&place(text));
        }
        if !origin.frames.is_empty() {
            line.push_str("  ");
            frames(origin.frames, line);
            line.push_str("  ");
            self.time.write(origin, line);
        }
        if let Some(ends) = origin.ends {
            let (src, dst) = self.ends.words(ends);
            line.push_str("  ");
            end(src, ends.0, origin, line);
            line.push_str(" -> ");
            end(dst, ends.1, origin, line);
        }
        if let Some(stream) = origin.stream {
            line.push_str("  stream ");
            text::add::digits(stream, line);
        }
        if let Some(sender) = record.sender_name() {
            line.push_str("  from the ");
            line.push_str(sender);
        }
    }

    fn layers(&mut self, origin: &Origin<'_>, out: &mut String) {
        let Some(layers) = origin.layers.filter(|_| self.explain > Explain::Off) else { return };
        for layer in net::describe(layers) {
            self.line.clear();
            layer.add(&mut self.line);
            out.push_str("    ");
            self.set_line(4, out);
        }
    }
}

/// Characters of a comment that are shown.
const MAX_COMMENT: usize = 2_000;
/// Characters of a name that are shown: the longest that DNS knows.
const MAX_NAME: usize = 253;

/// Adds an address with port, and the name that the capture has for it.
fn end(words: &str, end: SocketAddr, origin: &Origin<'_>, out: &mut String) {
    out.push_str(words);
    let Some(name) = origin.notes.and_then(|notes| notes.name(end.ip())) else { return };
    let name: String = name.chars().take(MAX_NAME).collect();
    out.push_str(" (");
    out.push_str(&text::safe(&name));
    out.push(')');
}

/// Adds version, length and client id, which stand behind the packet's type.
fn title(record: &Record<'_>, out: &mut String) {
    if record.is_packet() && record.version_from != How::Open {
        out.push_str("  ");
        out.push_str(record.version.title());
        out.push_str(match record.version_from {
            How::Inferred => " (inferred)",
            How::Option => " (by option)",
            How::Connect | How::Open => "",
        });
    }
    if record.unit.is_none() || !record.bytes.is_empty() {
        out.push_str("  ");
        text::add::count(record.bytes.len() as u64, "byte", out);
    }
    if !record.text.is_empty() {
        out.push_str("  ");
        out.push_str(&text::safe(record.text));
    }
    if let Some(id) = record.client_id {
        out.push_str("  client ");
        words::add_quoted(id, 64, out);
    }
}

/// Adds the numbers of frames; of many, the first and the last.
fn frames(frames: &[u64], out: &mut String) {
    match frames {
        [one] => {
            out.push_str("frame ");
            text::add::digits(*one, out);
        }
        [first, .., last] if frames.len() > 6 => {
            // Writing to a String does not fail.
            let _ = write!(out, "frames {first} … {last} ({} of them)", frames.len());
        }
        _ => {
            out.push_str("frames");
            for frame in frames {
                out.push(' ');
                text::add::digits(*frame, out);
            }
        }
    }
}

/// `line 12, column 5`, behind the file where there are several, notation, and what the text says besides.
fn place(text: &TextOrigin<'_>) -> String {
    let mut out = String::new();
    if let Some(file) = text.file {
        let _ = write!(out, "{} ", crate::text::safe(file));
    }
    let _ = write!(out, "line {}", text.line);
    if text.end_line > text.line {
        let _ = write!(out, " to {}", text.end_line);
    }
    let _ = write!(out, ", column {}", text.column);
    for part in [Some(text.notation), text.direction, text.time].into_iter().flatten() {
        let _ = write!(out, "  {}", crate::text::safe(part));
    }
    out
}
