//! The lines above a tree: which packet it is, and where it was.

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
    /// A line while it is made.
    line: String,
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
            line: String::new(),
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

    /// Sets the line that was made.
    fn set_line(&self, indent: usize, out: &mut String) {
        flow::set_line(&self.line, Role::Dim, out, self.painter, (indent, 2), self.width);
    }

    /// Writes where a packet was: frames, time, ends, and a line for each header below MQTT.
    pub fn origin(&mut self, record: &Record<'_>, out: &mut String) {
        self.line.clear();
        // Writing to a String does not fail.
        let _ = self.place(record);
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

    fn place(&mut self, record: &Record<'_>) -> std::fmt::Result {
        let (origin, line) = (&record.origin, &mut self.line);
        write!(line, "#{}", record.number)?;
        if let Some(text) = &origin.text {
            write!(line, "  {}", place(text))?;
        }
        if !origin.frames.is_empty() {
            line.push_str("  ");
            frames(origin.frames, line)?;
            line.push_str("  ");
            self.time.write(origin, line);
        }
        if let Some((src, dst)) = origin.ends {
            line.push_str("  ");
            end(src, origin, line)?;
            line.push_str(" -> ");
            end(dst, origin, line)?;
        }
        if let Some(stream) = origin.stream {
            write!(line, "  stream {stream}")?;
        }
        if let Some(sender) = record.sender_name() {
            write!(line, "  from the {sender}")?;
        }
        Ok(())
    }

    fn layers(&mut self, origin: &Origin<'_>, out: &mut String) {
        let Some(layers) = origin.layers.filter(|_| self.explain > Explain::Off) else { return };
        for layer in net::describe(layers) {
            self.line.clear();
            let _ = write!(self.line, "{layer}");
            out.push_str("    ");
            self.set_line(4, out);
        }
    }
}

/// Characters of a comment that are shown.
const MAX_COMMENT: usize = 2_000;
/// Characters of a name that are shown: the longest that DNS knows.
const MAX_NAME: usize = 253;

/// An address with port, and the name that the capture has for it.
fn end(end: SocketAddr, origin: &Origin<'_>, out: &mut String) -> std::fmt::Result {
    write!(out, "{end}")?;
    let Some(name) = origin.notes.and_then(|notes| notes.name(end.ip())) else { return Ok(()) };
    let name: String = name.chars().take(MAX_NAME).collect();
    write!(out, " ({})", text::safe(&name))
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

fn frames(frames: &[u64], out: &mut String) -> std::fmt::Result {
    match frames {
        [one] => write!(out, "frame {one}"),
        [first, .., last] if frames.len() > 6 => {
            write!(out, "frames {first} … {last} ({} of them)", frames.len())
        }
        _ => {
            out.push_str("frames");
            frames.iter().try_for_each(|frame| write!(out, " {frame}"))
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
