//! The picture: two lanes with arrows between.
//!
//! ```text
//!     time  client                              server
//! 0.000000  │┄┄ SYN ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▶│
//! 0.000063  │── CONNECT MQTT 3.1.1 ──────────────▶│ #1
//! 0.000231  │◀───── CONNACK Connection Accepted ──│ #2
//!           │   ! error rule: what is wrong       │
//!           ┊               9.74 s                ┊
//! ```
//!
//! What the client sends begins on the left, what the server sends ends on the right.

use super::events::{Collector, Event, Story};
use crate::pipeline::{Origin, Record};
use crate::render::flow::Flow;
use crate::render::paint::{Painter, Role};
use crate::render::sessions::{aftermath, cause_line, client};
use crate::render::summary::{columns, cut};
use crate::render::time::TimeWriter;
use crate::render::{Format, Options};
use crate::session::{At, Ended};
use crate::spec::{Sender, Severity};
use crate::text;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Columns of the picture where there is no terminal.
const WIDTH: usize = 100;
/// Columns between the lanes, at the least.
const LEAST: usize = 24;
/// Nanoseconds of silence from which on it is shown.
const SILENCE: u64 = 1_000_000_000;

/// The time line as a picture.
#[derive(Debug)]
pub struct Picture {
    collector: Collector,
    painter: Painter,
    width: usize,
    time: TimeWriter,
}

/// Where the columns of one picture are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    time: usize,
    /// Columns between the lanes.
    body: usize,
}

impl Picture {
    /// For the connection that the options name.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            collector: Collector::new(options),
            painter: Painter { color: options.color },
            width: options.width.unwrap_or(WIDTH),
            time: TimeWriter::new(options.time),
        }
    }

    fn story(&mut self, story: &Story, out: &mut String) {
        self.heading(story, out);
        let begin = story.session.begin().and_then(|at| at.time);
        let start = self.collector.start.or(begin);
        let mut previous = start;
        let times: Vec<String> = story
            .events
            .iter()
            .map(|event| {
                let time = event.at.time;
                let origin = Origin { time, start, previous, ..Origin::default() };
                previous = time.or(previous);
                self.time.format(&origin)
            })
            .collect();
        let time = times.iter().map(|time| columns(time)).max().unwrap_or(0).max("time".len());
        let number = story.events.iter().map(|event| event.at.number.to_string().len()).max();
        let taken = time.saturating_add(number.unwrap_or(1)).saturating_add(6);
        let layout = Layout { time, body: self.width.saturating_sub(taken).max(LEAST) };
        self.heads(layout, out);
        let mut last: Option<At> = None;
        for (event, time) in story.events.iter().zip(&times) {
            let silence = last.and_then(|last| event.at.since(last));
            if let Some(silence) = silence.filter(|silence| *silence >= SILENCE) {
                let words = text::duration(silence);
                self.between(layout, '┊', (Role::Dim, &words), out);
            }
            if let Some(lost) = event.lost {
                let bytes = lost.map_or("bytes".into(), |lost| text::count(lost, "byte"));
                let words = format!("✗ {bytes} of the {} not captured ✗", event.sender.name());
                self.between(layout, '┊', (Role::Warning, &words), out);
            }
            self.arrow(event, time, layout, out);
            self.findings(event, layout, out);
            last = Some(event.at);
        }
        for cause in &story.session.verdict.causes {
            cause_line(cause).set(out, self.painter, 0, 2, Some(self.width));
        }
        let others = aftermath(&story.session);
        for line in others.into_iter().chain(story.session.verdict.caveats.iter().cloned()) {
            Flow::new().push(Role::Dim, line).set(out, self.painter, 0, 2, Some(self.width));
        }
    }

    fn heading(&self, story: &Story, out: &mut String) {
        let ended = &story.session.ended;
        let mut flow = Flow::new();
        flow.push(Role::Title, format!("stream {}", ended.stream.unwrap_or(0)));
        let id = client(ended);
        if !id.is_empty() {
            let id = cut(&id, self.width.saturating_sub(20).max(LEAST));
            flow.push(Role::Meaning, "  ").push(Role::Label, format!("client \"{id}\""));
        }
        if let Some((version, _)) = ended.version {
            flow.push(Role::Meaning, format!("  {}", version.title()));
        }
        if let Some((client, server)) = ended.ends {
            flow.push(Role::Dim, format!("  {client} -> {server}"));
        }
        flow.set(out, self.painter, 0, 2, Some(self.width));
    }

    fn heads(&self, layout: Layout, out: &mut String) {
        let Layout { time, body } = layout;
        let room = body.saturating_sub("client".len());
        let line =
            format!("{:>time$}  client{:>room$}", "time", "server", room = room.saturating_add(2));
        let _ = writeln!(out, "{}", self.painter.paint(Role::Dim, line));
    }

    /// Words in the middle between the lanes.
    fn between(&self, layout: Layout, lane: char, (role, words): (Role, &str), out: &mut String) {
        let words = cut(words, layout.body);
        let left = layout.body.saturating_sub(columns(&words)) >> 1;
        let right = layout.body.saturating_sub(columns(&words)).saturating_sub(left);
        let indent = layout.time.saturating_add(2);
        let lane = self.painter.paint(Role::Dim, lane);
        // Writing to a String does not fail.
        let _ = write!(out, "{:indent$}{lane}{:left$}", "", "");
        let _ = writeln!(out, "{}{:right$}{lane}", self.painter.paint(role, words), "");
    }

    fn arrow(&self, event: &Event, time: &str, layout: Layout, out: &mut String) {
        let Layout { time: time_width, body } = layout;
        let bar = if event.is_tcp { '┄' } else { '─' };
        let (dim, painter) = (Role::Dim, self.painter);
        // Room for a head, four bars and the blanks around the words.
        let room = body.saturating_sub(7);
        let kind = cut(event.kind, room);
        let left = room.saturating_sub(columns(&kind)).saturating_sub(1);
        let words =
            if event.text.is_empty() || left < 2 { String::new() } else { cut(&event.text, left) };
        let blank = if words.is_empty() { "" } else { " " };
        let label = columns(&kind).saturating_add(columns(&words)).saturating_add(blank.len());
        let bars = body.saturating_sub(label).saturating_sub(5).max(1);
        let (head, tail): (String, String) = match event.sender {
            Sender::Client => (bar.to_string().repeat(2), repeated(bar, bars, Some('▶'))),
            Sender::Server => (
                std::iter::once('◀').chain(std::iter::repeat_n(bar, bars)).collect(),
                bar.to_string().repeat(2),
            ),
        };
        let role = if event.is_tcp { Role::Offset } else { Role::Title };
        let lane = painter.paint(dim, '│');
        let _ =
            write!(out, "{}  {lane}", painter.paint(Role::Offset, format!("{time:>time_width$}")));
        let _ = write!(out, "{} {}{blank}", painter.paint(dim, head), painter.paint(role, kind));
        let _ = write!(out, "{} {}", painter.paint(Role::Meaning, words), painter.paint(dim, tail));
        let number = match event.at.number {
            0 => String::new(),
            number => format!(" #{number}"),
        };
        let _ = writeln!(out, "{lane}{}", painter.paint(Role::Offset, number));
    }

    /// What was found on a packet, below its arrow. Notes are left to the tree.
    fn findings(&self, event: &Event, layout: Layout, out: &mut String) {
        let indent = layout.time.saturating_add(2);
        let room = layout.body.saturating_sub(6);
        for (severity, rule, message) in &event.findings {
            if *severity == Severity::Note {
                continue;
            }
            let text = format!("! {severity} {rule}: {message}");
            for line in wrapped(&text, room) {
                let right = layout.body.saturating_sub(columns(&line)).saturating_sub(3);
                let lane = self.painter.paint(Role::Dim, '│');
                let line = self.painter.paint((*severity).into(), line);
                let _ = writeln!(out, "{:indent$}{lane}   {line}{:right$}{lane}", "", "");
            }
        }
    }
}

fn repeated(bar: char, count: usize, last: Option<char>) -> String {
    std::iter::repeat_n(bar, count).chain(last).collect()
}

/// Words in lines of at most `room` columns; a word that is longer is cut.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let needed = columns(&line).saturating_add(columns(word)).saturating_add(1);
        if needed > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cut(word, room));
    }
    lines.push(line);
    lines
}

impl Format for Picture {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.collector.record(record);
        Ok(())
    }

    fn ended(&mut self, ended: &Ended, _: &mut dyn Write) -> io::Result<()> {
        self.collector.ended(ended);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let stories = self.collector.take();
        let mut text = String::new();
        for (index, story) in stories.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            self.story(story, &mut text);
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        if stories.is_empty() {
            return Err(self.collector.nothing());
        }
        if self.collector.forgotten > 0 {
            let more = text::number(self.collector.forgotten);
            let _ = writeln!(text, "{more} more packets are not shown, as there were too many");
        }
        out.write_all(text.as_bytes())
    }
}
