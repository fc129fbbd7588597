//! Writing what is captured: one file, or a ring of files for weeks.
//!
//! **What a reader finds.** Files only ever grow by whole frames, and the head is there from the start: a
//! file can be read at every moment. Frames go to the system as soon as none is waiting to be taken, and
//! after 64 KiB where they come without a pause; so much is lost if the program is killed. On Ctrl-C
//! and SIGTERM nothing is.
//!
//! **Where it cannot be written** (disk full, folder gone) the file is cut back to its last whole frame, it
//! is told once, and the capture goes on without it. Writing is tried again after 1 second, then ever less
//! often down to once a minute, and the frames that are missing in the file are told.

mod encode;
mod file;
mod ring;
#[cfg(test)]
mod tests;

pub use encode::Format;
pub use ring::Switch;

use super::{Event, Stop, backoff::Backoff};
use crate::capture::{Frame, LinkType};
use encode::{Described, Encoder};
use file::Output;
use ring::{Begun, Kept, Names};
use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What is written, and where to.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The file; for a ring, what the names of its files are made of. `-` is standard output.
    pub path: PathBuf,
    /// The format; without it pcapng where the name says so or the link types differ, else pcap.
    pub format: Option<Format>,
    /// When the next file of a ring begins.
    pub switch: Switch,
    /// So many files of a ring are kept.
    pub keep: Option<u32>,
    /// The capture ends when the file has so many bytes.
    pub stop_bytes: Option<u64>,
    /// The capture ends when so many files are full.
    pub stop_files: Option<u32>,
}

impl Recording {
    /// A single file that takes all.
    #[must_use]
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// The folder that files are created in; none for standard output.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        let parent = || self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        (!file::is_stdout(&self.path)).then(|| parent().unwrap_or(Path::new(".")))
    }

    fn format(&self, interfaces: &[Described]) -> Format {
        let first = interfaces.first();
        let differ = interfaces.iter().any(|other| Some(other.link) != first.map(|i| i.link));
        let named = self.path.extension().is_some_and(|it| it.eq_ignore_ascii_case("pcapng"));
        self.format.unwrap_or(if differ || named { Format::Pcapng } else { Format::Pcap })
    }
}

/// A recording that is running.
pub(super) struct Recorder {
    /// When the capture ends.
    stop: Stop,
    plan: Recording,
    encoder: Encoder,
    names: Names,
    kept: Kept,
    output: Option<Output>,
    begun: Begun,
    full: u32,
    /// Set while writing fails.
    failed: Option<Failed>,
    done: bool,
    given_up: bool,
}

struct Failed {
    retry: Backoff,
    missed: u64,
}

/// The first wait after a failure, and the longest: a full disk is not emptied within a second,
/// and who empties it need not wait longer than a minute.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

impl Recorder {
    /// Begins, with the first file.
    pub(super) fn start(
        plan: Recording,
        interfaces: impl Iterator<Item = (String, LinkType)>,
        snaplen: u32,
        stop: Stop,
    ) -> io::Result<Self> {
        let interfaces: Vec<_> = interfaces.map(|(name, link)| Described { name, link }).collect();
        let format = plan.format(&interfaces);
        let mut recorder = Self {
            stop,
            encoder: Encoder { format, interfaces, snaplen },
            names: Names::new(plan.path.clone()),
            kept: Kept::new(plan.keep),
            output: None,
            begun: Begun::now(),
            full: 0,
            failed: None,
            done: false,
            given_up: false,
            plan,
        };
        recorder.open()?;
        Ok(recorder)
    }

    pub(super) const fn format(&self) -> Format {
        self.encoder.format
    }

    /// The file that is being written.
    pub(super) fn path(&self) -> &Path {
        self.output.as_ref().map_or(&self.plan.path, |output| &output.path)
    }

    /// Whether an end of the capture was asked for that has come.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Writes a frame.
    ///
    /// # Errors
    /// Where nobody reads the pipe any more that is written to.
    pub(super) fn frame(&mut self, frame: &Frame<'_>, now: Instant) -> io::Result<Option<Event>> {
        if self.is_closed() {
            return Ok(None);
        }
        if self.failed.as_mut().is_some_and(|failed| !failed.is_due(now)) {
            return Ok(None);
        }
        let mut result = self.switch_by_time(now).and_then(|()| self.opened());
        let mut untried = 1;
        if result.is_ok()
            && let Some(output) = &mut self.output
        {
            let encoder = &self.encoder;
            untried = 0;
            result = output.frame(|out| encoder.frame(frame, out));
            if self.failed.is_some() && result.is_ok() {
                // Only what has gone to the disk tells that it goes there again.
                result = output.flush();
            }
            if result.is_ok() {
                result = self.switch_by_size();
            }
        }
        self.judge(result, untried, now)
    }

    /// Gives what waits to the system, and begins the next file if it is time.
    ///
    /// # Errors
    /// Where nobody reads the pipe any more that is written to.
    pub(super) fn idle(&mut self, now: Instant) -> io::Result<Option<Event>> {
        if self.failed.is_some() || self.is_closed() {
            return Ok(None);
        }
        let flushed = self.output.as_mut().map_or(Ok(()), Output::flush);
        let result = flushed.and_then(|()| self.switch_by_time(now));
        self.judge(result, 0, now)
    }

    /// Gives what waits to the system, at the end.
    pub(super) fn finish(&mut self, now: Instant) -> Option<Event> {
        let result = self.output.as_mut().map_or(Ok(()), Output::flush);
        if result.is_ok() {
            return None;
        }
        self.judge(result, 0, now).ok().flatten()
    }

    /// Whether nothing is written any more.
    const fn is_closed(&self) -> bool {
        self.done || self.given_up
    }

    /// Frames that are not in the file, as it can't be written at the moment.
    pub(super) fn missed(&self) -> u64 {
        self.failed.as_ref().map_or(0, |failed| failed.missed)
    }

    fn switch_by_time(&mut self, now: Instant) -> io::Result<()> {
        if self.begun.is_over(&self.plan.switch, now) { self.switch() } else { Ok(()) }
    }

    fn switch_by_size(&mut self) -> io::Result<()> {
        let Some(output) = &self.output else { return Ok(()) };
        let (len, frames) = (output.len(), output.frames);
        let reached = |limit: Option<u64>, value: u64| limit.is_some_and(|limit| value >= limit);
        let switch = &self.plan.switch;
        if reached(switch.bytes, len) || reached(switch.frames, frames) {
            return self.switch();
        }
        if reached(self.plan.stop_bytes, len) {
            self.done = true;
            return self.output.as_mut().map_or(Ok(()), Output::flush);
        }
        Ok(())
    }

    /// The file is full: the next one begins, unless it was the last.
    fn switch(&mut self) -> io::Result<()> {
        self.output.as_mut().map_or(Ok(()), Output::flush)?;
        self.full = self.full.saturating_add(1);
        if self.plan.stop_files.is_some_and(|most| self.full >= most) {
            self.done = true;
            return Ok(());
        }
        self.output = None;
        self.open()
    }

    /// A file is open; after a failure it may not be.
    fn opened(&mut self) -> io::Result<()> {
        if self.output.is_none() { self.open() } else { Ok(()) }
    }

    fn open(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        self.encoder.head(&mut head);
        let is_ring = self.plan.switch.is_any();
        if is_ring {
            self.kept.make_room()?;
        }
        let path = if is_ring { self.names.next() } else { self.plan.path.clone() };
        let output = Output::create(path.clone(), &head, &self.stop)?;
        self.kept.add(&path);
        self.begun = Begun::now();
        self.output = Some(output);
        Ok(())
    }

    /// What is to be told of an attempt to write. `untried` frames did not even come to it.
    fn judge(
        &mut self,
        result: io::Result<()>,
        untried: u64,
        now: Instant,
    ) -> io::Result<Option<Event>> {
        let Err(error) = result else {
            return Ok(self.failed.take().map(|failed| Event::WritesAgain {
                path: self.path().to_owned(),
                missed: failed.missed,
            }));
        };
        let lost = self.output.as_mut().map_or(0, Output::discard).saturating_add(untried);
        if self.output.as_ref().is_some_and(|output| !output.can_go_on()) {
            self.given_up = true;
            if error.kind() == io::ErrorKind::BrokenPipe {
                return Err(error);
            }
        }
        let is_news = self.failed.is_none();
        let failed = self
            .failed
            .get_or_insert_with(|| Failed { retry: Backoff::new(RETRY.0, RETRY.1), missed: 0 });
        failed.retry.failed(now);
        failed.missed = failed.missed.saturating_add(lost);
        let path = self.path().to_owned();
        Ok(is_news.then(|| Event::CannotWrite { path, error: error.to_string() }))
    }
}

impl Failed {
    /// Whether a further attempt is due; counts the frame as missed for as long as it is not written.
    fn is_due(&mut self, now: Instant) -> bool {
        let due = self.retry.is_due(now);
        if !due {
            self.missed = self.missed.saturating_add(1);
        }
        due
    }
}
