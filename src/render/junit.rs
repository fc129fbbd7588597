//! `-T junit`: JUnit's XML, which build servers read as test results.
//!
//! A connection is a suite; suites stand in the order in which their connections begin, and the totals of
//! all in front of them, so that all is written at the end. The properties of a suite say who and what it
//! was and why it ended. Each type of packet in it is a test case, so that the names of cases stay the
//! same from run to run; it fails if a packet of the type has a finding of severity error, and
//! warnings stand in its output. What belongs to no connection is a suite of its own.

use super::sessions::{Session, place};
use super::{Format, Options};
use crate::pipeline::Record;
use crate::session::{At, Ended};
use crate::spec::{Sender, Severity};
use crate::text::{self, Escaped};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Findings of a test case that are told one by one.
const MAX_TOLD: usize = 50;
/// Suites that are not finished: as many connections as are followed, and some that wait for what
/// becomes of their Wills.
const MAX_SUITES: usize = 70_000;

/// Bytes of suites that are held until the end: those of some ten thousand connections. Beyond, a suite
/// is counted with its cases and not told.
const MAX_HELD: usize = 64 << 20;

/// The JUnit format.
#[derive(Debug, Default)]
pub struct Junit {
    /// By stream; `None` for what is of no connection.
    suites: BTreeMap<Option<u64>, Suite>,
    /// What is written of those that are finished, by stream.
    done: BTreeMap<u64, Vec<u8>>,
    held: usize,
    /// Of all suites.
    totals: Totals,
    /// Of those that are not told.
    untold: Totals,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    suites: u64,
    tests: u64,
    failures: u64,
}

impl Totals {
    fn add(&mut self, suite: &Suite) {
        let (tests, failures) = suite.counts();
        self.suites = self.suites.saturating_add(1);
        self.tests = self.tests.saturating_add(tests);
        self.failures = self.failures.saturating_add(failures);
    }

    /// The attributes of an element.
    fn rows(self) -> [(&'static str, String); 4] {
        let (tests, failures) = (self.tests.to_string(), self.failures.to_string());
        [("tests", tests), ("failures", failures), ("errors", "0".into()), ("skipped", "0".into())]
    }
}

/// The test cases of a connection, by the type of packet.
#[derive(Debug, Default)]
struct Suite {
    cases: BTreeMap<&'static str, Case>,
}

#[derive(Debug, Default)]
struct Case {
    packets: u64,
    errors: Told,
    warnings: Told,
}

/// Lines, as many as are told, and how many there were; with the rule of the first.
#[derive(Debug, Default)]
struct Told {
    count: u64,
    rule: &'static str,
    lines: Vec<String>,
}

impl Junit {
    /// JUnit with the user's options.
    #[must_use]
    pub fn new(_: &Options) -> Self {
        Self::default()
    }

    /// Holds what is to be written of a connection.
    fn hold(&mut self, stream: u64, suite: &Suite, session: &Session) -> io::Result<()> {
        self.totals.add(suite);
        let mut text = Vec::new();
        Self::suite(suite, Some(session), &mut text)?;
        let held = self.held.saturating_add(text.len());
        if held > MAX_HELD {
            self.untold.add(suite);
        } else {
            self.held = held;
            self.done.entry(stream).or_default().extend(text);
        }
        Ok(())
    }

    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        Writer::new(&mut *out).write_event(Event::Decl(declaration))?;
        out.write_all(b"\n")?;
        let mut start = BytesStart::new("testsuites");
        start.push_attribute(("name", "mqttscope"));
        for (name, value) in self.totals.rows() {
            start.push_attribute((name, value.as_str()));
        }
        Writer::new(out).write_event(Event::Start(start))?;
        Ok(())
    }

    /// The suites that are not told, as one.
    fn rest(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.untold.suites == 0 {
            return Ok(());
        }
        out.write_all(b"\n")?;
        let name = format!("{} not told one by one", text::count(self.untold.suites, "connection"));
        let mut writer = Writer::new(out);
        let mut element =
            writer.create_element("testsuite").with_attribute(("name", name.as_str()));
        for (name, value) in self.untold.rows() {
            element = element.with_attribute((name, value.as_str()));
        }
        element.write_empty()?;
        Ok(())
    }

    fn suite(suite: &Suite, session: Option<&Session>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n")?;
        let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
        let name = session.map_or_else(|| "no connection".to_owned(), name);
        let lasts = session.and_then(Session::lasts);
        let mut element =
            writer.create_element("testsuite").with_attribute(("name", name.as_str()));
        let mut totals = Totals::default();
        totals.add(suite);
        for (name, value) in totals.rows() {
            element = element.with_attribute((name, value.as_str()));
        }
        if let Some(lasts) = lasts {
            element = element.with_attribute(("time", seconds(lasts).as_str()));
        }
        if let Some(time) = session.and_then(|session| timestamp(session.begin()?)) {
            element = element.with_attribute(("timestamp", time.as_str()));
        }
        element.write_inner_content(|writer| {
            if let Some(session) = session {
                properties(session, writer)?;
            }
            for (kind, case) in &suite.cases {
                case.write(kind, &name, writer)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl Suite {
    /// Test cases, and how many of them fail.
    fn counts(&self) -> (u64, u64) {
        let failures = self.cases.values().filter(|case| case.errors.count > 0).count();
        (self.cases.len() as u64, failures as u64)
    }
}

impl Case {
    fn write<W: Write>(&self, kind: &str, class: &str, writer: &mut Writer<W>) -> io::Result<()> {
        let element = writer
            .create_element("testcase")
            .with_attribute(("classname", class))
            .with_attribute(("name", kind))
            .with_attribute(("assertions", self.packets.to_string().as_str()));
        if self.errors.count == 0 && self.warnings.count == 0 {
            element.write_empty()?;
            return Ok(());
        }
        element.write_inner_content(|writer| {
            if self.errors.count > 0 {
                let first = self.errors.lines.first().map(String::as_str).unwrap_or_default();
                writer
                    .create_element("failure")
                    .with_attribute(("type", self.errors.rule))
                    .with_attribute(("message", first))
                    .write_text_content(BytesText::new(&self.errors.text()))?;
            }
            if self.warnings.count > 0 {
                writer
                    .create_element("system-out")
                    .write_text_content(BytesText::new(&self.warnings.text()))?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl Told {
    fn add(&mut self, rule: &'static str, line: impl FnOnce() -> String) {
        self.count = self.count.saturating_add(1);
        if self.rule.is_empty() {
            self.rule = rule;
        }
        if self.lines.len() < MAX_TOLD {
            self.lines.push(line());
        }
    }

    fn text(&self) -> String {
        let more = self.count.saturating_sub(self.lines.len() as u64);
        let more = (more > 0).then(|| format!("and {more} more"));
        let lines: Vec<&str> = self.lines.iter().chain(&more).map(String::as_str).collect();
        lines.join("\n")
    }
}

/// `stream 3, client "thermostat-7"`.
fn name(session: &Session) -> String {
    let stream = session.ended.stream.map(|stream| format!("stream {stream}"));
    let id = session.ended.client_id.as_deref();
    let client = id.map(|id| format!("client \"{}\"", Escaped(id)));
    let words: Vec<String> = stream.into_iter().chain(client).collect();
    words.join(", ")
}

/// What a connection was and why it ended.
fn properties<W: Write>(session: &Session, writer: &mut Writer<W>) -> io::Result<()> {
    let ended = &session.ended;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    if let Some(stream) = ended.stream {
        row("stream", stream.to_string());
    }
    if let Some(id) = &ended.client_id {
        row("client_id", Escaped(id).to_string());
    }
    if let Some((client, server)) = ended.ends {
        row("client", client.to_string());
        row("server", server.to_string());
    }
    if ended.version.is_some() {
        row("version", session.version().to_owned());
    }
    for sender in [Sender::Client, Sender::Server] {
        let half = ended.half(sender);
        row(&format!("packets_from_{}", sender.name()), half.packets.to_string());
        row(&format!("bytes_from_{}", sender.name()), half.bytes.to_string());
    }
    for cause in &session.verdict.causes {
        let proof: Vec<String> = cause.proof.iter().map(place).collect();
        let text = format!("{}: {} [{}]", cause.certainty.name(), cause.text, proof.join(", "));
        row(&format!("end.{}", cause.info.id), text);
    }
    for caveat in &session.verdict.caveats {
        row("caveat", caveat.clone());
    }
    writer.create_element("properties").write_inner_content(|writer| {
        for (name, value) in &rows {
            writer
                .create_element("property")
                .with_attribute(("name", name.as_str()))
                .with_attribute(("value", value.as_str()))
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Nanoseconds as seconds with a point.
fn seconds(nanoseconds: u64) -> String {
    format!("{:.6}", nanoseconds as f64 / 1e9)
}

/// A time as JUnit's schema has it: ISO 8601 without a zone, in UTC.
fn timestamp(at: At) -> Option<String> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(at.time?)).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

impl Format for Junit {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        let key = record.origin.stream;
        if !self.suites.contains_key(&key) && self.suites.len() >= MAX_SUITES {
            return Ok(());
        }
        let suite = self.suites.entry(key).or_default();
        let case = suite.cases.entry(record.type_name()).or_default();
        case.packets = case.packets.saturating_add(1);
        let context = record.context();
        for finding in record.tape.findings() {
            let told = match finding.severity() {
                Severity::Error => &mut case.errors,
                Severity::Warning => &mut case.warnings,
                Severity::Note => continue,
            };
            let number = record.number;
            let frame = record.origin.frames.last().copied().unwrap_or(0);
            told.add(finding.info().id, || {
                let at = At { number, frame, time: None };
                let message = text::safe(&finding.message(&context));
                format!("{} {}: {message}", place(&at), finding.info().id)
            });
        }
        Ok(())
    }

    fn ended(&mut self, ended: &Ended, _: &mut dyn Write) -> io::Result<()> {
        // What was pasted is one suite, at the end.
        let Some(stream) = ended.stream else { return Ok(()) };
        let suite = self.suites.remove(&ended.stream).unwrap_or_default();
        self.hold(stream, &suite, &Session::new(ended))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut without = None;
        for (stream, suite) in std::mem::take(&mut self.suites) {
            let Some(number) = stream else {
                self.totals.add(&suite);
                without = Some(suite);
                continue;
            };
            let mut ended = Ended::default();
            ended.stream = stream;
            self.hold(number, &suite, &Session::new(&ended))?;
        }
        self.begin(out)?;
        for text in self.done.values() {
            out.write_all(text)?;
        }
        self.rest(out)?;
        if let Some(suite) = without {
            Self::suite(&suite, None, out)?;
        }
        out.write_all(b"\n</testsuites>\n")
    }
}
