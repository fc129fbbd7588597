//! `mqttscope read`: captures.

use super::args::{Protocol, Read};
use super::keylog::{self, Waker};
use super::output::Printer;
use super::progress::Progress;
use super::{Outcome, choose, report};
use crate::capture::{self, CaptureError, Fault, Merge, Source, Stop};
use crate::carrier::tls::Secrets;
use crate::filter::{Filtered, FilteredConnections};
use crate::pipeline::{Consumer, Inspector, Needs, Settings};
use crate::render::threaded::cores;
use crate::render::{self, Target};
use crate::text;
use anyhow::Context;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &Read) -> anyhow::Result<Outcome> {
    run_as(args, &args.output.format)
}

/// Reads captures and writes them in this format.
pub(super) fn run_as(args: &Read, format: &str) -> anyhow::Result<Outcome> {
    let (others, words) = choose::part(&args.files, !args.read_file.is_empty());
    let files: Vec<PathBuf> = args.read_file.iter().cloned().chain(others).collect();
    let chosen = choose::both(args.output.display_filter.as_deref(), words);
    let Ok(filter) = choose::filter(&chosen, &args.output) else { return Ok(Outcome::Usage) };
    let row = render::format(format);
    // With a format of files -w is their folder, else a capture file.
    let is_folder = row.is_some_and(|row| row.target == Target::Folder);
    let (folder, file) = if is_folder { (&args.write, &None) } else { (&None, &args.write) };
    if let Some(mistake) = file.as_deref().and_then(|path| mistake(path, &files, args)) {
        report::line(&mistake);
        return Ok(Outcome::Usage);
    }
    let folder = folder.as_deref().or(args.output.split.as_deref());
    let mut printer = Printer::with_folder(&args.output, format, args.follow, &files, folder)?;
    if let Some(path) = file {
        printer.add_excerpt(path, &files)?;
    }
    let printer = Filtered::new(filter, printer);
    inspect(&files, args.count, args.follow, &args.protocol, (printer, args.output.redact))
}

/// Shows what a filter chooses.
pub(super) trait Shows: Consumer + Send + 'static {
    /// What shows it.
    fn printer(&mut self) -> &mut Printer;

    /// Whether a filter leaves something out.
    fn is_filtered(&self) -> bool;

    /// Tells how much the filter left out.
    fn report(&self);
}

impl Shows for Filtered<Printer> {
    fn printer(&mut self) -> &mut Printer {
        &mut self.inner
    }

    fn is_filtered(&self) -> bool {
        self.counts().is_some()
    }

    fn report(&self) {
        choose::report(self.counts(), "packet");
    }
}

impl Shows for FilteredConnections<Printer> {
    fn printer(&mut self) -> &mut Printer {
        &mut self.inner
    }

    fn is_filtered(&self) -> bool {
        self.counts().is_some()
    }

    fn report(&self) {
        choose::report(self.counts(), "connection");
    }
}

/// Reads captures as one, shows what the printer shows, and tells how that went.
pub(super) fn inspect<C: Shows>(
    files: &[PathBuf],
    count: Option<u64>,
    follow: bool,
    protocol: &Protocol,
    (mut shows, redact): (C, bool),
) -> anyhow::Result<Outcome> {
    let settings = protocol.settings(redact);
    let secrets = keylog::secrets(protocol.key_log(), follow)?;
    // What is shown is not held back while the input keeps us waiting.
    let flush = |shows: &mut C| shows.printer().flush();
    let (is_shown, threads) = (shows.printer().is_shown(), shows.printer().busy());
    let mut input = Input { files, count, follow, is_shown, threads, is_apart: false };
    input.is_apart = input.is_worth_a_thread(shows.is_filtered());
    if input.is_apart && cores() <= 2 {
        // A third thread would but have its work brought to it.
        shows.printer().write_alone();
    }
    let read = Reading::new(input, (settings, secrets), shows, flush)?;
    let Some(mut reading) = read else { return Ok(Outcome::Usage) };
    let outcome = reading.inspector.consumer().printer().finish()?;
    reading.report(files, C::report);
    Ok(if reading.is_whole() { outcome } else { Outcome::Input })
}

/// Captures to be read as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'f> {
    pub(super) files: &'f [PathBuf],
    /// Frames that are read at most.
    pub(super) count: Option<u64>,
    pub(super) follow: bool,
    /// What is found goes to a terminal while they are read.
    pub(super) is_shown: bool,
    /// Cores that what is read keeps busy.
    pub(super) threads: usize,
    /// The sessions are to be followed by a thread of their own.
    pub(super) is_apart: bool,
}

impl Input<'_> {
    /// Whether all of the captures is there.
    fn are_there(&self) -> bool {
        !self.follow && self.files.iter().all(|path| path.is_file())
    }

    /// Whether there is much to be read, and a core left that can follow the sessions. Where a filter chooses, it is
    /// not known that much is to be written.
    fn is_worth_a_thread(&self, is_filtered: bool) -> bool {
        let sizes = self.files.iter().filter_map(|path| Some(path.metadata().ok()?.len()));
        let busy = if is_filtered { 1 } else { self.threads };
        self.are_there()
            && self.count.is_none()
            && !self.is_shown
            && sizes.fold(0, u64::saturating_add) >= capture::LARGE
            && cores() >= busy.saturating_mul(2)
    }
}

/// Captures that were read as one.
pub(super) struct Reading<C> {
    pub(super) inspector: Inspector<C>,
    source: Merge,
    secrets: Secrets,
    errors: Vec<CaptureError>,
    /// Somebody asked for the end before it came.
    is_stopped: bool,
}

impl<C: Consumer + Send + 'static> Reading<C> {
    /// Reads them; `waits` is called where the input keeps us waiting. `None`: they cannot be followed,
    /// which is told.
    pub(super) fn new(
        input: Input<'_>,
        (mut settings, secrets): (Settings, Secrets),
        consumer: C,
        waits: impl FnMut(&mut C) -> ControlFlow<()>,
    ) -> anyhow::Result<Option<Self>> {
        let are_there = input.are_there();
        let Input { files, count, follow, is_shown, threads, is_apart } = input;
        settings.secrets = secrets.clone();
        if are_there {
            // The whole capture is there, so the session may as well be told in one line at its end.
            secrets.expect();
        }
        let is_apart = is_apart && consumer.needs() == Needs::Session;
        let inspector = Inspector::new(consumer, settings);
        let inspector = if is_apart { inspector.on_two_threads() } else { inspector };
        let followed: &[PathBuf] = if follow { &[] } else { files };
        let mut progress = Progress::new(followed, is_shown);
        let (source, stop) = match files {
            _ if !follow => (
                Merge::open_counted(files, &progress.read, threads),
                stop(are_there).context(report::NO_SIGNALS)?,
            ),
            [path] if path.as_os_str() != "-" => {
                let stop = Stop::default().on_signals().context(report::NO_SIGNALS)?;
                (Merge::follow(path, stop.clone()), stop)
            }
            _ => {
                report::line(FOLLOW_ONE);
                return Ok(None);
            }
        };
        let (errors, is_stopped) = (Vec::new(), false);
        let mut reading = Self { inspector, source, secrets, errors, is_stopped };
        let ends_early = are_there.then_some(&stop);
        reading.feed((count.unwrap_or(u64::MAX), ends_early), &mut progress, waits);
        drop(progress);
        if stop.is_due() {
            // Whoever ends the following ends it between two frames or within one.
            reading.errors.retain(|error| !is_end(&error.fault));
        }
        while let Some(beside) = reading.source.behind() {
            // Whether the consumer wants more is asked again at the end.
            let _ = reading.inspector.behind(&beside);
        }
        reading.inspector.finish();
        Ok(Some(reading))
    }

    /// Whether all files could be read to their ends.
    pub(super) fn is_whole(&self) -> bool {
        self.errors.is_empty() && !self.is_stopped
    }

    /// Tells how that went; `own` tells what the consumer has to say of it.
    pub(super) fn report(&mut self, files: &[PathBuf], own: impl FnOnce(&C)) {
        for notice in self.source.notices() {
            report::notice(files, &notice);
        }
        if self.is_whole() || self.inspector.frames() > 0 {
            report::inspection(&self.inspector);
        }
        own(self.inspector.consumer());
        keylog::report(&self.secrets);
        for error in &self.errors {
            report::capture_error(files, error);
        }
        if self.is_stopped {
            let frames = text::count(self.inspector.frames(), "frame");
            report::line(&format!(
                "stopped by a signal after {frames}: what follows them was not read"
            ));
        }
    }

    /// Gives all frames to the inspector, at most `count`; a file that fails does not end the others.
    fn feed(
        &mut self,
        (count, stop): (u64, Option<&Stop>),
        progress: &mut Progress,
        mut waits: impl FnMut(&mut C) -> ControlFlow<()>,
    ) {
        let Self { inspector, source, secrets, errors, is_stopped } = self;
        let mut waker = Waker::default();
        let mut taken = 0;
        while taken < count {
            if stop.is_some_and(Stop::is_due) {
                *is_stopped = true;
                break;
            }
            // The frame is looked at where it is: to move each out of what it comes in costs much.
            let next = source.next_frame();
            let Ok(Some(frame)) = &next else {
                match next {
                    Err(error) => errors.push(error),
                    Ok(_) => break,
                }
                continue;
            };
            taken = taken.saturating_add(1);
            progress.frame();
            if inspector.frame(frame).is_break() || waker.wake(secrets, inspector).is_break() {
                break;
            }
            // The next bytes of files that are there are there, too.
            let may_wait = stop.is_none() && source.waits();
            if may_wait && waits(inspector.consumer()).is_break() {
                break;
            }
        }
    }
}

/// Why `-w -` is refused.
const WRITE_AND_SHOW: &str = "-w - would mix the capture with what is shown, as both go to standard output: \
     add -q, without --findings, or write to a file";

/// Why no capture can be written to this file.
fn mistake(path: &Path, files: &[PathBuf], args: &Read) -> Option<String> {
    let is_shown = !args.output.quiet || args.output.findings.is_some();
    if path.as_os_str() == "-" && is_shown {
        return Some(WRITE_AND_SHOW.to_owned());
    }
    if args.output.redact {
        return Some(WRITE_AND_REDACT.to_owned());
    }
    let is_read = files.iter().any(|file| is_same(file, path));
    is_read.then(|| format!("{} is read, so it cannot be written", path.display()))
}

/// Why `-w` is refused with `--redact`.
const WRITE_AND_REDACT: &str = "--redact, which a configuration file may have said, does not reach into the frames \
     that -w writes: leave one of them out";

/// Whether two names stand for one file.
fn is_same(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
}

/// Why `--follow` is refused.
const FOLLOW_ONE: &str = "--follow takes one file; standard input is read as it grows anyway";

/// What ends the reading before its time, so that what is ready is shown.
///
/// Files that are there end between two frames. Who writes into a pipe gets the same Ctrl-C, and writes what it has
/// left: that is read to its end.
fn stop(are_there: bool) -> io::Result<Stop> {
    let stop = Stop::default();
    if are_there { stop.on_signals() } else { stop.on_interrupt() }
}

/// Whether a fault says no more than that the input ended.
fn is_end(fault: &Fault) -> bool {
    match fault {
        Fault::Empty | Fault::Truncated { .. } | Fault::PackedEnds { .. } => true,
        Fault::Unpacked { fault, .. } => is_end(fault),
        _ => false,
    }
}
