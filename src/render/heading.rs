//! The lines above a tree: which packet it is, and where it was.

mod direction;

use super::ends::Ends;
use super::flow::{self, Flow};
use super::paint::{Painter, Role};
use super::time::TimeWriter;
use super::{Explain, Options, facts, words};
use crate::net;
use crate::pipeline::{Header, Origin, Record, TextOrigin};
use crate::session::How;
use crate::text::{self, Counted, Out, Words};
use direction::Directions;
pub(super) use direction::Known;
use std::fmt::Write;
use std::net::SocketAddr;

/// The numbers of the packet before and of its only frame.
#[derive(Debug, Default)]
struct Counts {
    record: Counted,
    frame: Counted,
}

/// Writes headings.
#[derive(Debug)]
pub struct Heading {
    painter: Painter,
    explain: Explain,
    width: Option<usize>,
    counts: Counts,
    /// The same of the packets that packets refer to.
    near: facts::Near,
    time: TimeWriter,
    ends: Ends,
    directions: Directions,
    /// A line while it is made.
    line: Words,
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
            counts: Counts::default(),
            near: facts::Near::default(),
            time: TimeWriter::new(options.time),
            ends: Ends::new(),
            directions: Directions::new(),
            line: Words::default(),
            flow: Flow::new(),
        }
    }

    /// Writes the title of the header of a frame that brought a packet.
    pub fn unit(&self, header: &Header, out: &mut Words) {
        let bytes = text::count(header.bytes.len() as u64, "byte");
        let mut flow = Flow::new();
        flow.push(Role::Title, header.unit.name()).push(Role::Meaning, format!("  {bytes}"));
        if self.explain > Explain::Off {
            flow.push(Role::Meaning, "  ").push(Role::Dim, header.unit.info().meaning);
        }
        flow.set(out, self.painter, 0, 2, self.width);
    }

    /// Writes the title: which packet it is; below it what is known of it from those before it. `way` is what
    /// [`origin`](Self::origin) told of the same record.
    pub(super) fn title(&mut self, record: &Record<'_>, way: Option<Known>, out: &mut Words) {
        if self.is_plain() {
            return self.plain_title(record, way, out);
        }
        let flow = self.flow.clear();
        flow.push(Role::Title, record.type_name());
        flow.add(Role::Meaning, |out| title(record, out));
        flow.set(out, self.painter, 0, 2, self.width);
        self.line.clear();
        facts::add(record, &mut self.near, &mut self.line);
        if !self.line.is_empty() {
            out.push_str("  ");
            self.set_line(2, out);
        }
    }

    /// The same where nothing has to be painted or to be broken into lines.
    fn plain_title(&mut self, record: &Record<'_>, way: Option<Known>, out: &mut Words) {
        out.push_str(record.type_name());
        match way.and_then(|way| self.directions.get(way)) {
            // Of a packet the two are all that it has besides its length.
            Some(direction) if record.is_packet() && record.text.is_empty() => {
                direction.version(record.version_from, out, |out| version(record, out));
                length(record, out);
                direction.client(record.client_id, out, client);
            }
            _ => title(record, out),
        }
        out.push_str("\n  ");
        let start = out.len();
        facts::add(record, &mut self.near, out);
        match out.len() > start {
            true => out.push('\n'),
            false => out.truncate(start.saturating_sub(2)),
        }
    }

    /// Nothing is painted or broken into lines.
    fn is_plain(&self) -> bool {
        self.width.is_none() && !self.painter.color
    }

    /// Sets the line that was made.
    fn set_line(&self, indent: usize, out: &mut Words) {
        flow::set_line(&self.line.as_str(), Role::Dim, out, self.painter, (indent, 2), self.width);
    }

    /// Writes where a packet was: frames, time, ends, and a line for each header below MQTT. Gives back the
    /// direction of a connection that it went, if it is remembered.
    pub(super) fn origin(&mut self, record: &Record<'_>, out: &mut Words) -> Option<Known> {
        if self.is_plain()
            && let Some(way) = self.plain_origin(record, out)
        {
            return Some(way);
        }
        self.line.clear();
        place(record, (&mut self.counts, &mut self.time), &mut self.line);
        between(record, &mut self.ends, &mut self.line);
        self.set_line(0, out);
        self.layers(record.origin, out);
        let origin = record.origin;
        let comments = origin.notes.into_iter().flat_map(|notes| notes.comments(origin.frames));
        for comment in comments {
            // Line breaks would make further lines that look like ours.
            let line = format!("comment: {}", words::quoted(comment.as_bytes(), MAX_COMMENT));
            let _ = writeln!(out, "    {}", self.painter.paint(Role::Dim, line));
        }
        None
    }

    /// The same where nothing has to be painted or to be broken into lines, of a packet of a connection.
    /// `None`: it is none, and nothing is written.
    fn plain_origin(&mut self, record: &Record<'_>, out: &mut Words) -> Option<Known> {
        let ends = &mut self.ends;
        let way = self.directions.of(record, |out| between(record, ends, out))?;
        let direction = self.directions.get(way)?;
        place(record, (&mut self.counts, &mut self.time), out);
        let layers = record.origin.layers.filter(|_| self.explain > Explain::Off);
        let is_done = match layers {
            Some(layers) => direction.layers(layers, out),
            None => {
                out.push_words(&direction.between);
                true
            }
        };
        out.push('\n');
        if !is_done {
            self.layers(record.origin, out);
        }
        Some(way)
    }

    fn layers(&mut self, origin: &Origin<'_>, out: &mut Words) {
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

/// Characters of a Client Identifier that are shown.
const MAX_ID: usize = 64;

/// Adds number, frames and time.
fn place(record: &Record<'_>, (counts, time): (&mut Counts, &mut TimeWriter), out: &mut Words) {
    let origin = record.origin;
    out.push('#');
    counts.record.add(record.number, out);
    if let Some(text) = &origin.text {
        out.push_str("  ");
        out.push_str(&place_in_text(text));
    }
    if !origin.frames.is_empty() {
        frames(origin.frames, &mut counts.frame, out);
        out.push_str("  ");
        time.write(origin, out);
    }
}

/// Adds who speaks to whom.
fn between(record: &Record<'_>, ends: &mut Ends, out: &mut Words) {
    let origin = record.origin;
    if let Some(both) = origin.ends {
        let (src, dst) = ends.words(both);
        out.push_str("  ");
        end(src, both.0, origin, out);
        out.push_str(" -> ");
        end(dst, both.1, origin, out);
    }
    if let Some(stream) = origin.stream {
        out.push_str("  stream ");
        text::add::digits(stream, out);
    }
    if let Some(sender) = record.sender_name() {
        out.push_str("  from the ");
        out.push_str(sender);
    }
}

/// Adds an address with port, and the name that the capture has for it.
fn end(words: &str, end: SocketAddr, origin: &Origin<'_>, out: &mut Words) {
    out.push_str(words);
    let Some(name) = origin.notes.and_then(|notes| notes.name(end.ip())) else { return };
    let name: String = name.chars().take(MAX_NAME).collect();
    out.push_str(" (");
    out.push_str(&text::safe(&name));
    out.push(')');
}

/// Adds version, length and client id; they stand behind the packet's type.
fn title(record: &Record<'_>, out: &mut Words) {
    version(record, out);
    length(record, out);
    if !record.text.is_empty() {
        out.push_str("  ");
        out.push_str(&text::safe(record.text));
    }
    if let Some(id) = record.client_id {
        client(id, out);
    }
}

/// Adds the version of MQTT, and how it is known where no CONNECT told it.
fn version(record: &Record<'_>, out: &mut Words) {
    if record.is_packet() && record.version_from != How::Open {
        out.push_str("  ");
        out.push_str(record.version.title());
        out.push_str(match record.version_from {
            How::Inferred => " (inferred)",
            How::Option => " (by option)",
            How::Connect | How::Open => "",
        });
    }
}

/// Adds how many bytes there are.
fn length(record: &Record<'_>, out: &mut Words) {
    if record.unit.is_none() || !record.bytes.is_empty() {
        out.push_str("  ");
        text::add::bytes(record.bytes.len() as u64, out);
    }
}

/// Adds whose packet it is.
fn client(id: &[u8], out: &mut Words) {
    out.push_str("  client ");
    words::add_quoted(id, MAX_ID, out);
}

/// Adds the numbers of frames; of many, the first and the last.
fn frames(frames: &[u64], count: &mut Counted, out: &mut Words) {
    match frames {
        [one] => {
            out.push_str("  frame ");
            count.add(*one, out);
        }
        [first, .., last] if frames.len() > 6 => {
            // Writing to a String does not fail.
            let _ = write!(out, "  frames {first} … {last} ({} of them)", frames.len());
        }
        _ => {
            out.push_str("  frames");
            for frame in frames {
                out.push(' ');
                text::add::digits(*frame, out);
            }
        }
    }
}

/// `line 12, column 5`, behind the file where there are several, notation, and what the text says besides.
fn place_in_text(text: &TextOrigin<'_>) -> String {
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
