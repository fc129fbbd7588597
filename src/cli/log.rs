//! `mqttscope log`: the log that mosquitto would have written, and how far the real one agrees.

use super::args::Log;
use super::output::Looks;
use super::read::{self, Reading};
use super::{Outcome, choose, keylog, report};
use crate::log::{Entry, LogReader, Read, text_of};
use crate::pipeline::{Consumer, Lifeline, Record};
use crate::render::log::{Diff, Line, Missing, Scribe, compare, release_of, shown};
use crate::render::paint::Role;
use crate::spec::Severity;
use crate::spec::mosquitto::{Level, Release};
use crate::text;
use anyhow::Context;
use serde::Serialize;
use std::fs;
use std::io::{self, Read as _, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &Log) -> anyhow::Result<Outcome> {
    match &args.diff {
        None => read::run_as(&args.read, "log"),
        Some(real) => diff(args, real),
    }
}

/// Why a filter is refused beside `--diff`.
const NO_FILTER: &str = "--diff takes no filter: the lines of the packets that it leaves out would stand as \
                         lines without a packet. mqttscope log with the filter writes the lines of the \
                         others alone";

/// What options say together that cannot be done.
pub(super) fn mistake(args: &Log) -> Option<&'static str> {
    (args.diff.is_some() && args.read.output.display_filter.is_some()).then_some(NO_FILTER)
}

/// Collects lines.
struct Collector {
    scribe: Scribe,
    lines: Vec<Line>,
}

impl Collector {
    fn take(&mut self) -> ControlFlow<()> {
        self.lines.extend(self.scribe.lines());
        ControlFlow::Continue(())
    }
}

impl Consumer for Collector {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.scribe.record(record);
        self.take()
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.scribe.lifeline(lifeline);
        self.take()
    }
}

fn diff(args: &Log, path: &Path) -> anyhow::Result<Outcome> {
    let (others, words) = choose::part(&args.read.files, !args.read.read_file.is_empty());
    if let Some(mistake) = mistake(args).or(words.and(Some(NO_FILTER))) {
        report::line(mistake);
        return Ok(Outcome::Usage);
    }
    let files: Vec<PathBuf> = args.read.read_file.iter().cloned().chain(others).collect();
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
        bytes
    } else {
        fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?
    };
    let text = text_of(&bytes);
    let (entries, prose) = entries(&text);
    if !entries.iter().any(|entry| !entry.row.by_client) {
        anyhow::bail!(
            "{} holds no line of mosquitto's log; mqttscope explain {} tells what its lines are",
            path.display(),
            path.display()
        );
    }
    let named = args.read.output.mosquitto;
    let release = named.or_else(|| release_of(&entries)).unwrap_or_default();
    let Release(major, minor, _) = release;
    if named.is_none() && (major, minor) != (Release::DEFAULT.0, Release::DEFAULT.1) {
        report::line(&format!(
            "{} is compared as a log of mosquitto {major}.{minor}, by its own lines; --mosquitto names another \
             release",
            path.display()
        ));
    }
    let (lines, failed) = lines(args, &files, release)?;
    // A log without the lines of packets says nothing of packets.
    let has_packets = entries.iter().any(|entry| entry.row.level == Level::Debug);
    let is_of = |line: &Line| has_packets || level(line) != Some(Level::Debug);
    let lines = lines.into_iter().filter(is_of).collect();
    let found = compare(lines, &entries);
    let view = View { diff: &found, release, prose, has_packets };
    let looks = Looks::new(&args.read.output.look);
    if args.read.output.format == "json" {
        view.json(&mut io::stdout().lock())?;
    } else {
        view.text(&looks, &mut io::stdout().lock())?;
    }
    let limit = args.read.output.fail_on.map(Severity::from);
    let differs = !found.extra.is_empty() || found.missing.iter().any(|row| !row.is_outside);
    Ok(match (failed, limit) {
        (true, _) => Outcome::Input,
        (false, Some(limit)) if differs && limit <= Severity::Warning => Outcome::Found,
        _ => Outcome::Done,
    })
}

/// The subscriptions count as packets' lines, too.
fn level(line: &Line) -> Option<Level> {
    let level = crate::log::row_of(line.event, &line.text)?.level;
    Some(match level {
        Level::Subscribe | Level::Unsubscribe => Level::Debug,
        level => level,
    })
}

/// The lines of a log, and how many others there are.
fn entries(text: &str) -> (Vec<Entry<'_>>, u64) {
    let mut reader = LogReader::default();
    let mut entries = Vec::new();
    let mut prose: u64 = 0;
    for line in text.lines() {
        match reader.line(line) {
            Read::Entry(entry) => entries.push(entry),
            Read::Prose if line.trim().is_empty() => {}
            Read::Prose => prose = prose.saturating_add(1),
        }
    }
    (entries, prose)
}

/// The log of the captures, and whether one could not be read to its end.
fn lines(args: &Log, files: &[PathBuf], release: Release) -> anyhow::Result<(Vec<Line>, bool)> {
    let settings = args.read.protocol.settings(args.read.output.redact);
    let secrets = keylog::secrets(args.read.protocol.key_log(), false)?;
    let collector = Collector { scribe: Scribe::new(release), lines: Vec::new() };
    // Nothing is shown before the end.
    let waits = |_: &mut Collector| ControlFlow::Continue(());
    let sources = (settings, secrets);
    let (count, threads) = (args.read.count, 1);
    let input =
        read::Input { files, count, follow: false, is_shown: false, threads, is_apart: false };
    let read = Reading::new(input, sources, collector, waits)?;
    let mut reading = read.context("a capture that grows cannot be compared")?;
    reading.report(files, |_| ());
    let is_whole = reading.is_whole();
    let mut collector = reading.inspector.into_consumer();
    collector.scribe.finish();
    let _ = collector.take();
    Ok((collector.lines, !is_whole))
}

/// The comparison on its way out.
struct View<'d> {
    diff: &'d Diff,
    release: Release,
    prose: u64,
    has_packets: bool,
}

/// One object of the JSON form.
#[derive(Serialize)]
struct Json<'d> {
    schema: u8,
    /// `missing`, `extra` or `summary`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

#[derive(Serialize)]
struct Counts {
    same: u64,
    missing: usize,
    extra: usize,
    unseen: u64,
    outside_capture: u64,
    outside_log: usize,
    prose: u64,
    clock_ahead_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_unknown: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    called_by_user_name: Option<u64>,
    release: String,
}

impl View<'_> {
    fn missing(&self) -> impl Iterator<Item = &Missing> {
        self.diff.missing.iter().filter(|row| !row.is_outside)
    }

    fn outside_log(&self) -> usize {
        self.diff.missing.iter().filter(|row| row.is_outside).count()
    }

    fn text(&self, looks: &Looks, out: &mut dyn Write) -> io::Result<()> {
        let is_packet = |row: &&Missing| row.line.event.info().packet.is_some();
        let (packets, others): (Vec<_>, Vec<_>) = self.missing().partition(is_packet);
        let head = |count: usize, noun, words| {
            let dots = if count == 0 { "" } else { ":" };
            format!("{} {words}{dots}", text::count(count as u64, noun))
        };
        let same = head(self.diff.same as usize, "line", "that both have");
        writeln!(out, "{}", looks.paint(Role::Label, same))?;
        if !self.has_packets {
            writeln!(
                out,
                "the log has no lines of packets: it was written without log_type all (or -v)"
            )?;
        }
        for (rows, noun, words) in [
            (packets, "packet", "that the broker did not log"),
            (others, "other line", "that the broker did not write"),
        ] {
            writeln!(out, "{}", looks.paint(Role::Label, head(rows.len(), noun, words)))?;
            for row in rows {
                let number = match row.line.packet {
                    0 => String::new(),
                    packet => format!("#{packet}"),
                };
                let number = looks.paint(Role::Offset, format!("{number:>6}"));
                writeln!(out, "{number}  {}", shown(&row.line, self.release).replace('\t', " "))?;
            }
        }
        let words = "of the log without a packet";
        writeln!(out, "{}", looks.paint(Role::Label, head(self.diff.extra.len(), "line", words)))?;
        for (number, line) in &self.diff.extra {
            let number = looks.paint(Role::Offset, format!("{number:>6}"));
            writeln!(out, "{number}  {}", text::safe(&line.replace('\t', " ")))?;
        }
        for (reason, count) in &self.diff.unseen {
            writeln!(out, "{} that no capture shows: {reason}", text::count(*count, "line"))?;
        }
        let rest = [
            (self.diff.outside, "line", "of the log from before or after the capture"),
            (self.outside_log() as u64, "line", "of the capture from before or after the log"),
            (
                self.diff.topics,
                "line",
                "of the capture left out: the topic is not known, as the Topic Alias was set before it begins",
            ),
            (self.prose, "line", "of the file that mosquitto's log does not have"),
        ];
        for (count, noun, words) in rest.into_iter().filter(|row| row.0 > 0) {
            writeln!(out, "{} {words}", text::count(count, noun))?;
        }
        if self.diff.by_user > 0 {
            writeln!(
                out,
                "{} of the capture {} in the log by the User Name, as with use_username_as_clientid true",
                text::count(self.diff.by_user, "connection"),
                if self.diff.by_user == 1 { "is called" } else { "are called" }
            )?;
        }
        if let Some(zone) = self.diff.zone {
            let sign = if zone < 0 { '-' } else { '+' };
            let minutes = zone.unsigned_abs() / 60;
            let (hours, minutes) = (minutes / 60, minutes % 60);
            writeln!(out, "the log's times are local ones: UTC{sign}{hours:02}:{minutes:02}")?;
        }
        if self.diff.ahead != 0 {
            let side = if self.diff.ahead < 0 { "behind" } else { "ahead of" };
            let seconds = self.diff.ahead.unsigned_abs();
            writeln!(out, "the broker's clock is {seconds} s {side} the capture's")?;
        }
        out.flush()
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let base = || Json {
            schema: 1,
            kind: "",
            packet: None,
            line: None,
            text: None,
            event: None,
            counts: None,
        };
        let mut put = |json: Json<'_>| -> io::Result<()> {
            serde_json::to_writer(&mut *out, &json)?;
            writeln!(out)
        };
        for row in self.missing() {
            put(Json {
                kind: "missing",
                packet: Some(row.line.packet).filter(|packet| *packet > 0),
                text: Some(text::safe(&row.line.text)),
                event: Some(row.line.event.info().id),
                ..base()
            })?;
        }
        for (number, line) in &self.diff.extra {
            put(Json {
                kind: "extra",
                line: Some(*number),
                text: Some(text::safe(line)),
                ..base()
            })?;
        }
        let counts = Counts {
            same: self.diff.same,
            missing: self.missing().count(),
            extra: self.diff.extra.len(),
            unseen: self.diff.unseen.values().sum(),
            outside_capture: self.diff.outside,
            outside_log: self.outside_log(),
            prose: self.prose,
            clock_ahead_seconds: self.diff.ahead,
            zone_seconds: self.diff.zone,
            topic_unknown: Some(self.diff.topics).filter(|count| *count > 0),
            called_by_user_name: Some(self.diff.by_user).filter(|count| *count > 0),
            release: self.release.to_string(),
        };
        put(Json { kind: "summary", counts: Some(counts), ..base() })
    }
}
