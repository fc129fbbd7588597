//! Where records go: a format, standard output, and what has to be remembered for the exit code.

use super::args::{ColorArg, Look, Output, SeverityArg};
use super::pager::Out;
use super::stats::Counter;
use super::{Misuse, Outcome, columns, report, terminal};
#[cfg(feature = "live")]
use crate::capture::live::Patient;
use crate::capture::{Beside, Excerpt, Frame, FrameRole};
use crate::pipeline::{Consumer, Lifeline, Needs, Record};
use crate::render::digest::{self, Digest};
use crate::render::paint::{Painter, Role};
use crate::render::threaded::Hand;
use crate::render::{self, ByOthers, Format, FormatRow, Options, OutputError, Target};
use crate::session::{Certainty, Ended, verdict};
use crate::spec::Severity;
use crate::text;
use anyhow::Context;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Why untrusted bytes are not written to a terminal.
const RAW: &str = "-T payload writes bytes as they are, which could steer this terminal: write them to a \
     file or a pipe, or each to a file of its own with --split DIR";

/// Why a format of files writes none.
const NO_FOLDER: &str = "-T parquet writes files: mqttscope read -T parquet -w DIR FILE";

/// Bytes that are gathered before they go out: less than a parcel of lines that another thread has written, which
/// need not be copied for that.
const GATHERED: usize = 16 << 10;

/// Files that an excerpt names as those which it is of.
const MAX_FILES: usize = 8;

/// Writes records to standard output.
pub(super) struct Printer {
    format: Box<dyn Format>,
    /// Makes the format again, where now another thread writes with it.
    alone: Option<(&'static FormatRow, Options)>,
    /// What of the session the format uses.
    needs: Needs,
    /// The frames of what is shown, where they are written, and to where.
    excerpt: Option<(Excerpt, PathBuf)>,
    /// The connections, told behind the packets.
    sessions: Option<Box<dyn Format>>,
    /// The statistics, told behind those.
    counter: Option<Counter>,
    out: BufWriter<Out>,
    /// Cores that are busy all the time, with who reads and who writes.
    busy: usize,
    flush_each: bool,
    /// Records go to the format, and nothing else is done with them.
    is_direct: bool,
    /// Those that it writes early, too.
    is_early: bool,
    quiet: bool,
    /// Whether the format writes files: with `quiet` these alone.
    has_files: bool,
    nowhere: io::Sink,
    redact: bool,
    fail_on: Option<Severity>,
    /// Whether that is asked of why connections ended, too.
    judges_ends: bool,
    /// Only packets with findings of this severity are shown, and all findings are counted.
    findings: Option<(Severity, Digest)>,
    /// Where the counts go, at the end: behind text for people, or beside what programs read.
    is_text: bool,
    painter: Painter,
    found: bool,
    /// The last write failed; a closed pipe counts as well, and is no fault.
    failed: Option<io::Error>,
}

impl Printer {
    /// For the user's options. `live`: who captures calls `flush` as soon as no frame waits.
    pub(super) fn new(output: &Output, live: bool, inputs: &[PathBuf]) -> anyhow::Result<Self> {
        Self::with_format(output, &output.format, live, inputs)
    }

    /// The same with another format than the user's.
    pub(super) fn with_format(
        output: &Output,
        name: &str,
        live: bool,
        inputs: &[PathBuf],
    ) -> anyhow::Result<Self> {
        Self::with_folder(output, name, live, inputs, output.split.as_deref())
    }

    /// The same for a format that writes files of its own to this folder.
    pub(super) fn with_folder(
        output: &Output,
        name: &str,
        live: bool,
        inputs: &[PathBuf],
        folder: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let row = render::format(name)
            .ok_or_else(|| anyhow::anyhow!("there is no output format \"{name}\""))?;
        if folder.is_none() {
            let is_raw = row.target == Target::NoTerminal;
            anyhow::ensure!(!is_raw || !io::stdout().is_terminal(), Misuse(RAW));
            anyhow::ensure!(row.target != Target::Folder, Misuse(NO_FOLDER));
        }
        let mut options = options(output);
        options.inputs = inputs.iter().map(|path| input(path)).collect();
        options.folder = folder.map(Path::to_owned);
        Ok(Self::of(row, &options, output, live))
    }

    /// The same for a row of another table of formats.
    pub(super) fn of(
        row: &'static FormatRow,
        options: &Options,
        output: &Output,
        live: bool,
    ) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let is_paged = row.is_text && !live && !output.quiet && !output.look.pager.no_pager;
        let flush_each = output.line_buffered || (is_terminal && !live);
        let out = match is_paged {
            true if is_terminal => Out::paged(),
            _ if live || flush_each => Out::plain(),
            _ => Out::much(),
        };
        // What is to be seen at once is not handed around.
        let is_at_once = flush_each || live || output.quiet;
        let hand = || out.hand().map(|hand| Box::new(hand) as Box<dyn Hand>);
        let format = match is_at_once {
            true => (row.make)(options),
            false => render::threaded::make(row, options, hand()),
        };
        let is_written_apart = !is_at_once && row.by_others == ByOthers::InOrder;
        // Where each writes for himself, writing takes more than reading does; else there is time left.
        let is_shared = !is_at_once && row.by_others == ByOthers::Freely;
        let mut printer = Self {
            needs: format.needs(),
            format,
            alone: is_written_apart.then(|| (row, options.clone())),
            busy: if is_shared { 2 } else { 1 },
            excerpt: None,
            sessions: None,
            counter: None,
            out: BufWriter::with_capacity(GATHERED, out),
            flush_each,
            is_direct: false,
            is_early: false,
            quiet: output.quiet,
            has_files: options.folder.is_some(),
            nowhere: io::sink(),
            redact: output.redact,
            fail_on: output.fail_on.map(Into::into),
            judges_ends: false,
            findings: output.findings.map(|least| (least.into(), Digest::default())),
            is_text: row.is_text,
            painter: Painter { color: options.color && row.is_text },
            found: false,
            failed: None,
        };
        printer.is_direct = printer.is_plain() && !printer.quiet && !flush_each;
        printer.is_early = printer.is_direct && printer.is_choosy();
        printer
    }

    /// The same for one that is about connections: `--fail-on` is asked of why they ended, too.
    pub(super) fn judging_ends(self) -> Self {
        Self { judges_ends: true, ..self }
    }

    /// Whether packets are shown on a terminal, or by a pager there.
    pub(super) fn is_shown(&self) -> bool {
        !self.quiet && io::stdout().is_terminal()
    }

    /// Nobody else is to write what the format writes: whoever has the records does.
    pub(super) fn write_alone(&mut self) {
        if let Some((row, options)) = self.alone.take() {
            self.format = (row.make)(&options);
        }
    }

    /// Cores that are busy all the time, with who reads and who writes.
    pub(super) fn busy(&self) -> usize {
        if self.quiet { 1 } else { self.busy }
    }

    /// Tells the connections too, behind the packets: as JSON where these are JSON.
    #[cfg(feature = "live")]
    pub(super) fn add_sessions(&mut self, output: &Output) {
        let name = if output.format == "json" { "json" } else { "table" };
        let row = render::sessions::FORMATS.iter().find(|row| row.name == name);
        self.sessions = row.map(|row| (row.make)(&options(output)));
        self.has_more();
    }

    /// Writes the frames of the chosen packets to a file, too.
    pub(super) fn add_excerpt(&mut self, path: &Path, of: &[PathBuf]) -> anyhow::Result<()> {
        let excerpt = Excerpt::create(path, &about(of));
        let excerpt = excerpt.with_context(|| format!("{} cannot be created", path.display()))?;
        self.excerpt = Some((excerpt, path.to_owned()));
        self.has_more();
        Ok(())
    }

    /// Counts too, and tells that behind the packets.
    #[cfg(feature = "live")]
    pub(super) fn add_counter(&mut self, counter: Counter) {
        self.counter = Some(counter);
        self.has_more();
    }

    /// Writes all of it there.
    #[cfg(feature = "live")]
    pub(super) fn write_to(&mut self, out: Patient) {
        self.out = BufWriter::with_capacity(GATHERED, Out::Live(out));
    }

    /// Tells on standard error what was counted and has no other place.
    #[cfg(feature = "live")]
    pub(super) fn report_counter(&self) {
        if let Some(counter) = &self.counter {
            counter.report();
        }
    }

    /// Writes what is left, and tells how the run ended.
    pub(super) fn finish(&mut self) -> anyhow::Result<Outcome> {
        if self.failed.is_none() {
            self.failed = self.end().err();
        }
        self.out.get_mut().close();
        match self.failed.take() {
            Some(error) if error.get_ref().is_some_and(|inner| inner.is::<OutputError>()) => {
                Err(anyhow::Error::new(error))
            }
            // What was asked for is not there.
            Some(error) if error.kind() == io::ErrorKind::NotFound => {
                report::line(&error.to_string());
                Ok(Outcome::Usage)
            }
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(anyhow::Error::new(error).context("standard output cannot be written"))
            }
            _ if self.found => Ok(Outcome::Found),
            _ => Ok(Outcome::Done),
        }
    }

    /// Lets out what was written. `Break`: it cannot be.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        let result = self.format.flush(&mut self.out).and_then(|()| self.out.flush());
        self.flow(result)
    }

    fn flow(&mut self, result: io::Result<()>) -> ControlFlow<()> {
        match result {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// The format, and where it writes beside its files.
    fn writer(&mut self) -> (&mut Box<dyn Format>, &mut dyn Write) {
        let Self { format, out, nowhere, .. } = self;
        (format, if self.quiet && self.has_files { nowhere } else { out })
    }

    /// Whether the format has no use for what is found.
    fn is_idle(&self) -> bool {
        self.quiet && !self.has_files
    }

    fn end(&mut self) -> io::Result<()> {
        let (format, out) = self.writer();
        format.end(out)?;
        if let Some(filed) = self.format.filed().filter(|_| !self.quiet) {
            report::line(&filed);
        }
        if let Some((excerpt, path)) = &mut self.excerpt {
            let left = excerpt.finish().map_err(|error| file_error(path, error))?;
            report::excerpt_written(path, &left);
        }
        if let Some((_, digest)) = &self.findings {
            let mut text = String::new();
            digest.write(self.painter, &mut text);
            if self.is_text {
                self.out.write_all(text.as_bytes())?;
            } else {
                report::excerpt(&text);
            }
        }
        if let Some(sessions) = &mut self.sessions {
            sessions.end(&mut self.out)?;
        }
        if let Some(counter) = &self.counter {
            counter.write(&mut self.out)?;
        }
        self.out.flush()
    }

    fn end_of(&mut self, ended: &Ended) -> io::Result<()> {
        if let Some(sessions) = &mut self.sessions {
            sessions.ended(ended, &mut self.out)?;
        }
        if self.is_idle() {
            return Ok(());
        }
        let (format, out) = self.writer();
        format.ended(ended, out)
    }

    /// The format is not the only one that takes records.
    fn has_more(&mut self) {
        (self.is_direct, self.is_early) = (false, false);
    }

    /// Whether the format alone takes records.
    fn is_plain(&self) -> bool {
        let has_more = self.excerpt.is_some() || self.sessions.is_some() || self.counter.is_some();
        !has_more && self.findings.is_none() && self.fail_on.is_none()
    }

    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        if let Some(sessions) = &mut self.sessions {
            sessions.record(record, &mut self.out)?;
        }
        if let Some(counter) = &mut self.counter {
            // It takes all there is.
            let _ = counter.stats.record(record);
        }
        let is_wanted = match &mut self.findings {
            Some((least, digest)) => digest.add(record, *least),
            None => true,
        };
        if let Some((excerpt, path)) = &mut self.excerpt
            && is_wanted
        {
            let (frames, stream) = (record.origin.frames, record.origin.stream);
            let chosen = excerpt.choose(frames, stream, digest::comments(record));
            chosen.map_err(|error| file_error(path, error))?;
        }
        if self.is_idle() || !is_wanted {
            return Ok(());
        }
        let (format, out) = self.writer();
        format.record(record, out)?;
        if self.flush_each { self.out.flush() } else { Ok(()) }
    }
}

/// What an excerpt says of itself.
fn about(of: &[PathBuf]) -> String {
    let names: Vec<_> = of.iter().take(MAX_FILES).map(|path| input(path)).collect();
    let more = if of.len() > MAX_FILES { " and others" } else { "" };
    text::safe(&format!(
        "Frames that mqttscope chose of {}{more}. In comments #n is the number of a packet, and \"frame n\" that of a \
         frame, in what they were chosen of, not in this file.",
        names.join(", ")
    ))
}

/// The error that is about a file; nobody reads a pipe any more is none.
fn file_error(path: &Path, error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe { error } else { OutputError::of(path, error) }
}

impl Consumer for Printer {
    fn needs(&self) -> Needs {
        match self.is_plain() {
            false => Needs::Session,
            true if self.is_idle() => Needs::Packet,
            true => self.needs,
        }
    }

    fn is_choosy(&self) -> bool {
        // Secrets are masked behind the choice.
        !self.redact && self.needs() < Needs::Session
    }

    fn wants_nothing(&self) -> bool {
        self.is_choosy() && self.is_idle()
    }

    fn needs_trees(&self) -> bool {
        !self.is_plain() || self.format.needs_trees()
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        // A comment on a frame is told with the record of it.
        let has_notes = record.origin.notes.is_some_and(|notes| !notes.is_empty());
        if self.failed.is_some() || has_notes || !self.is_early && !self.is_choosy() {
            return true;
        }
        if self.is_idle() {
            return false;
        }
        let (format, out) = self.writer();
        let written = format.early(record, out);
        let is_flushed = self.flush_each && matches!(written, Ok(true));
        let written = if is_flushed { self.out.flush().map(|()| true) } else { written };
        written.map_or_else(
            |error| {
                self.failed = Some(error);
                true
            },
            |is_written| !is_written,
        )
    }

    fn needs_frames(&self) -> bool {
        self.excerpt.is_some()
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        if let Some((excerpt, path)) = &mut self.excerpt
            && self.failed.is_none()
        {
            self.failed = excerpt.frame(frame).map_err(|error| file_error(path, error)).err();
        }
    }

    fn needs_roles(&self) -> bool {
        self.excerpt.is_some()
    }

    fn of_stream(&mut self, frames: &[u64], stream: u64, role: FrameRole) {
        if let Some((excerpt, _)) = &mut self.excerpt {
            excerpt.of_stream(frames, stream, role);
        }
    }

    fn beside(&mut self, beside: &Beside) {
        if let Some((excerpt, _)) = &mut self.excerpt {
            excerpt.beside(beside);
        }
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        if self.failed.is_some() {
            return ControlFlow::Break(());
        }
        if self.is_direct {
            let result = self.format.record(record, &mut self.out);
            return self.flow(result);
        }
        self.found |= self.fail_on.is_some_and(|limit| record.tape.worst() >= Some(limit));
        let result = self.write(record);
        self.flow(result)
    }

    fn lost(&mut self, stream: Option<u64>) {
        if let Some(counter) = &mut self.counter {
            counter.stats.lost(stream);
        }
    }

    fn ended(&mut self, ended: &Ended) {
        if let Some(counter) = &mut self.counter {
            counter.stats.ended(ended);
        }
        if let Some(limit) = self.fail_on.filter(|_| self.judges_ends && !self.found) {
            // A guess fails nothing.
            let verdict = verdict::judge(ended);
            let mut sure = verdict.causes.iter().filter(|it| it.certainty != Certainty::Possible);
            self.found = sure.any(|cause| cause.info.severity >= limit);
        }
        if let (Some((excerpt, _)), Some(stream)) = (&mut self.excerpt, ended.stream) {
            excerpt.ended(stream);
        }
        if self.failed.is_none() {
            self.failed = self.end_of(ended).err();
        }
    }

    fn needs_lifelines(&self) -> bool {
        !self.is_idle() && self.format.needs_lifelines()
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        if self.is_idle() {
            return ControlFlow::Continue(());
        }
        let (format, out) = self.writer();
        let result = format.lifeline(lifeline, out);
        let result = result.and_then(|()| if self.flush_each { self.out.flush() } else { Ok(()) });
        self.flow(result)
    }
}

/// How text looks that is no format of records.
#[derive(Debug)]
pub(super) struct Looks {
    pub(super) painter: Painter,
    pub(super) width: Option<usize>,
}

impl Looks {
    /// What the user wants on standard output.
    pub(super) fn new(look: &Look) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let painter = Painter { color: wants_color(look.color, is_terminal) };
        Self { painter, width: width(look.width) }
    }

    /// Text in the colour of its role.
    pub(super) fn paint<T: Display>(&self, role: Role, text: T) -> impl Display {
        self.painter.paint(role, text)
    }
}

/// Columns of a line, where they are limited.
pub(super) fn width(asked: Option<u16>) -> Option<usize> {
    asked.map(usize::from).or_else(|| terminal::columns(&io::stdout()))
}

/// The name of an input in a report.
fn input(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy().into_owned() }
}

/// The options of a format, by the arguments, the environment and the terminal.
pub(super) fn options(output: &Output) -> Options {
    let is_terminal = io::stdout().is_terminal();
    Options {
        explain: output.explain.into(),
        color: wants_color(output.look.color, is_terminal),
        width: width(output.look.width),
        hex: output.hex,
        redact: output.redact,
        time: output.time,
        fields: columns::options(&output.fields, &output.field_options),
        mosquitto: output.mosquitto.unwrap_or_default(),
        session: String::new(),
        is_filtered: false,
        shows_notes: matches!(output.findings, Some(SeverityArg::Note)),
        is_continued: false,
        inputs: Vec::new(),
        folder: None,
    }
}

/// NO_COLOR says no on a terminal, CLICOLOR_FORCE says yes elsewhere; an option says it for good.
fn wants_color(arg: ColorArg, is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let forced =
        is_set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0");
    match arg {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if is_set("NO_COLOR") => false,
        ColorArg::Auto => forced || is_terminal,
    }
}
