//! The lines above a tree: which packet it is, and where it was.

use super::paint::{Painter, Role};
use super::{Explain, Options, words};
use crate::net;
use crate::pipeline::{Header, Origin, Record, TextOrigin};
use crate::session::How;
use crate::text;
use std::fmt::Write;

/// Writes headings.
#[derive(Debug)]
pub struct Heading {
    painter: Painter,
    explain: Explain,
    time: super::time::TimeWriter,
}

impl Heading {
    /// With the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            painter: Painter { color: options.color },
            explain: options.explain,
            time: super::time::TimeWriter::new(options.time),
        }
    }

    /// Writes the title of the header of a frame that brought a packet.
    pub fn unit(&self, header: &Header, out: &mut String) {
        let name = self.painter.paint(Role::Title, header.unit.name());
        let bytes = text::count(header.bytes.len() as u64, "byte");
        let meaning = header.unit.info().meaning;
        let _ = write!(out, "{name}  {bytes}");
        if self.explain > Explain::Off {
            let _ = write!(out, "  {}", self.painter.paint(Role::Dim, meaning));
        }
        out.push('\n');
    }

    /// Writes the title: which packet it is.
    pub fn title(&self, record: &Record<'_>, out: &mut String) {
        let _ = writeln!(
            out,
            "{}{}",
            self.painter.paint(Role::Title, record.type_name()),
            title(record)
        );
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
            parts.push(format!("{src} -> {dst}"));
        }
        if let Some(stream) = origin.stream {
            parts.push(format!("stream {stream}"));
        }
        if let Some(sender) = record.sender {
            parts.push(format!("from the {sender}"));
        }
        let _ = writeln!(out, "{}", self.painter.paint(Role::Dim, parts.join("  ")));
        self.layers(origin, out);
    }

    fn layers(&self, origin: &Origin<'_>, out: &mut String) {
        let Some(layers) = origin.layers.filter(|_| self.explain > Explain::Off) else { return };
        for line in net::describe(layers) {
            let _ = writeln!(out, "    {}", self.painter.paint(Role::Dim, line));
        }
    }
}

/// Version, length and client id, behind the packet's type.
fn title(record: &Record<'_>) -> String {
    let mut out = String::new();
    if record.decoded.is_some() && record.version_from != How::Open {
        let how = match record.version_from {
            How::Inferred => " (inferred)",
            How::Option => " (by option)",
            How::Connect | How::Open => "",
        };
        let _ = write!(out, "  MQTT {}{how}", record.version);
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
