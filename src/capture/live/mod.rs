//! Live capture through libpcap: interfaces become a [`Source`].
//!
//! [`interfaces`] lists what there is to listen on, in the order and with the numbers of
//! `tcpdump -D`. [`Live::open`] takes names or numbers of that list, or `any`, with a capture
//! filter in libpcap's language. [`Live::poll`] gives the next frame if there is one, in the order of time
//! over all interfaces; [`Live::wait`] waits for it. As a [`Source`] it does both, until a [`Stop`] is due;
//! what had arrived by then is given first.
//!
//! It is made to run for weeks. An interface that goes away is waited for. What libpcap warns of is
//! kept in [`Live::warnings`]; what happens later, losses among it, is an [`Event`], and nothing is
//! lost in silence. With [`Live::record`] every frame is written to a file or a ring of files too.
//!
//! Capturing needs a right that most users do not have; [`LiveError::NotPermitted`] names the
//! command that grants it. What is not needed any more once the interfaces are open is given up with
//! [`rights`].
//!
//! Memory stays flat: a frame at hand for each interface, the kernel's buffer, 64 KiB of what is
//! being written, the names of the files of a ring, and a bounded list of events.

mod backoff;
mod device;
mod error;
mod event;
mod interface;
mod patient;
mod permission;
mod recording;
pub mod rights;
mod tap;

pub use super::Stop;
pub use error::LiveError;
pub use event::Event;
pub use interface::{Interface, interfaces};
pub use patient::Patient;
pub use recording::{Format, Recording, Switch};

use super::{CaptureError, Fault, Frame, MAX_FRAME_LEN, Source};
use crate::spec::port;
use pcap::Error as PcapError;
use recording::Recorder;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tap::Tap;

/// How long to wait for a frame before looking whether a [`Stop`] is due: short enough that Ctrl-C
/// feels like one, long enough that an idle capture costs nothing.
const WAIT: Duration = Duration::from_millis(50);

/// How long a frame is held back where another interface could still hand over an older one: the
/// kernel gathers for [`device::GATHERS_MS`], and a busy machine takes a little longer.
const HOLD: Duration = Duration::from_millis(60);

/// How long to wait while a frame is held back, or an interface is down.
const PAUSE: Duration = Duration::from_millis(5);

/// How often is looked whether frames were dropped and interfaces are still there.
const WATCH: Duration = Duration::from_secs(1);

/// How many interfaces are captured on at once: each has a kernel's buffer of its own.
const MAX_INTERFACES: usize = 64;

/// Events that are kept until somebody asks; of more, the oldest are forgotten.
const MAX_EVENTS: usize = 1_024;

/// The kernel's buffer of an interface when nothing else is asked for, in MiB: seconds of a busy
/// network while the program does not get to run.
pub const DEFAULT_BUFFER_MIB: u32 = 64;

/// What to capture, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Interfaces: the name of each, its number in the list of [`interfaces`], or `any`.
    pub interfaces: Vec<String>,
    /// A capture filter in libpcap's language; empty for everything.
    pub filter: String,
    /// At most this many bytes of a frame are captured. 0 means all, as with tcpdump.
    pub snaplen: u32,
    /// Whether frames to other machines are wanted as well.
    pub promiscuous: bool,
    /// The size of the kernel's buffer of each interface in MiB.
    pub buffer_mib: u32,
}

impl Options {
    /// The usual options for an interface.
    #[must_use]
    pub fn new(interface: impl Into<String>) -> Self {
        Self {
            interfaces: vec![interface.into()],
            filter: port::filter(&[], &[]),
            snaplen: MAX_FRAME_LEN,
            promiscuous: true,
            buffer_mib: DEFAULT_BUFFER_MIB,
        }
    }

    const fn snaplen(&self) -> u32 {
        if self.snaplen == 0 || self.snaplen > MAX_FRAME_LEN { MAX_FRAME_LEN } else { self.snaplen }
    }
}

/// What was captured on an interface and what was lost, as far as libpcap can tell. The times before it
/// went away and came back are counted in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The interface.
    pub interface: String,
    /// Frames that [`Live`] gave.
    pub seen: u64,
    /// Frames that passed the filter, by the kernel's count; those that were not given yet too.
    pub received: u64,
    /// Frames that the kernel dropped because its buffer was full.
    pub dropped_by_kernel: u64,
    /// Frames that the interface or its driver dropped; not every system counts them.
    pub dropped_by_interface: u64,
}

/// Interfaces that are being captured on.
pub struct Live {
    options: Options,
    taps: Vec<Tap>,
    warnings: Vec<String>,
    events: VecDeque<Event>,
    stop: Stop,
    ending: Option<Ending>,
    watched: Instant,
    recorder: Option<Recorder>,
    seen: u64,
}

/// A stop was due at this time; what the kernel stamped before is still given.
#[derive(Clone, Copy)]
struct Ending {
    time: i64,
    at: Instant,
}

/// What [`Live::poll`] finds.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// The next frame.
    Frame(Frame<'a>),
    /// There is none at the moment.
    Pending,
    /// The capture is over.
    Done,
}

/// The tap that has the next frame.
enum Found {
    At(usize),
    Nothing,
    End,
}

impl Live {
    /// Begins to capture. What arrives from now on is kept by the kernel until it is asked for.
    ///
    /// # Errors
    /// Where there is no such interface, capturing is not permitted, or the filter is wrong. Each
    /// message is a whole sentence that says what to do.
    pub fn open(options: &Options, stop: Stop) -> Result<Self, LiveError> {
        let (mut taps, mut warnings): (Vec<Tap>, _) = (Vec::new(), Vec::new());
        for (index, asked) in (0..).zip(&options.interfaces) {
            let name = interface::resolve(asked)?;
            if taps.iter().any(|tap| tap.name == name) {
                return Err(LiveError::Twice(name));
            }
            if taps.len() >= MAX_INTERFACES {
                return Err(LiveError::Many { most: MAX_INTERFACES });
            }
            let (tap, warning) = Tap::open(name, index, options)?;
            taps.push(tap);
            warnings.extend(warning);
        }
        Ok(Self {
            options: options.clone(),
            taps,
            warnings,
            events: VecDeque::new(),
            stop,
            ending: None,
            watched: Instant::now(),
            recorder: None,
            seen: 0,
        })
    }

    /// The names of the interfaces, also where numbers were given.
    #[must_use]
    pub fn interfaces(&self) -> Vec<&str> {
        self.taps.iter().map(|tap| tap.name.as_str()).collect()
    }

    /// What libpcap warned of when the interfaces were opened, as whole sentences.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The oldest event that was not asked for yet.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Writes every frame from now on to a file too, or to a ring of files; tells the format.
    ///
    /// # Errors
    /// Where the file cannot be created.
    pub fn record(&mut self, recording: Recording) -> Result<Format, LiveError> {
        let interfaces = self.taps.iter().map(|tap| (tap.name.clone(), tap.link));
        let path = recording.path.clone();
        let recorder =
            Recorder::start(recording, interfaces, self.options.snaplen(), self.stop.clone())
                .map_err(|error| LiveError::Create { path, error })?;
        let format = recorder.format();
        self.recorder = Some(recorder);
        Ok(format)
    }

    /// Writes what waits to be written. The events tell if that fails.
    pub fn finish(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            keep(&mut self.events, recorder.finish(Instant::now()));
        }
    }

    /// The file that is written to, and how many frames are missing at its end because it can't be written
    /// at the moment.
    #[must_use]
    pub fn recorded(&self) -> Option<(&Path, u64)> {
        self.recorder.as_ref().map(|recorder| (recorder.path(), recorder.missed()))
    }

    /// What was seen and what was lost on each interface up to now.
    pub fn statistics(&mut self) -> Vec<Statistics> {
        let of = |tap: &mut Tap| {
            let _ = tap.losses();
            Statistics {
                interface: tap.name.clone(),
                seen: tap.seen,
                received: tap.received,
                dropped_by_kernel: tap.by_kernel,
                dropped_by_interface: tap.by_interface,
            }
        };
        self.taps.iter_mut().map(of).collect()
    }

    /// The next frame, if one is there. Where none is, what was captured goes to the file.
    ///
    /// # Errors
    /// Where what is recorded goes down a pipe that nobody reads any more.
    pub fn poll(&mut self) -> Result<Step<'_>, CaptureError> {
        match self.find()? {
            Found::At(index) => self.lend(index),
            Found::Nothing => Ok(Step::Pending),
            Found::End => Ok(Step::Done),
        }
    }

    fn find(&mut self) -> Result<Found, CaptureError> {
        let now = Instant::now();
        self.watch(now);
        for tap in &mut self.taps {
            keep(&mut self.events, tap.revive(&self.options, now));
            keep(&mut self.events, tap.fetch(now));
        }
        self.end(now);
        if let Some(index) = self.earliest() {
            return Ok(Found::At(index));
        }
        self.idle(now)?;
        let is_over = self.ending.is_some() && self.taps.iter().all(Tap::is_silent);
        Ok(if is_over { Found::End } else { Found::Nothing })
    }

    /// Lends a frame that was found, and writes it to the file.
    fn lend(&mut self, index: usize) -> Result<Step<'_>, CaptureError> {
        self.seen = self.seen.saturating_add(1);
        let taken = self.taps.get_mut(index).and_then(|tap| tap.take(self.seen));
        let Some(frame) = taken else { return Ok(Step::Pending) };
        if let Some(recorder) = &mut self.recorder {
            let event = recorder
                .frame(&frame, Instant::now())
                .map_err(|error| Fault::Write(error).of_file(0))?;
            keep(&mut self.events, event);
        }
        Ok(Step::Frame(frame))
    }

    /// Waits for a frame, a signal, or a moment. libpcap's own waiting has no end on an idle
    /// interface: with a ring buffer it takes the timeout for a hint.
    ///
    /// # Errors
    /// Where the system cannot wait.
    pub fn wait(&self) -> Result<(), CaptureError> {
        let is_held = self.taps.iter().any(|tap| tap.time().is_some());
        let longest = if is_held { PAUSE } else { WAIT };
        let mut fds: Vec<PollFd<'_>> = self
            .taps
            .iter()
            .filter_map(Tap::waits_on)
            .map(|capture| PollFd::new(capture, PollFlags::IN))
            .collect();
        let timeout = Timespec { tv_sec: 0, tv_nsec: longest.subsec_nanos().into() };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(Fault::Interface(error.to_string()).of_file(0)),
        }
        // An interface that is down is ready all the time, with nothing to read.
        let is_in = |fd: &PollFd<'_>| fd.revents().contains(PollFlags::IN);
        if fds.iter().any(|fd| !fd.revents().is_empty()) && !fds.iter().any(is_in) {
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Once a second: losses, and interfaces that went or came.
    fn watch(&mut self, now: Instant) {
        if now.saturating_duration_since(self.watched) < WATCH {
            return;
        }
        self.watched = now;
        for tap in &mut self.taps {
            tap.watch(now, &mut |event| keep(&mut self.events, Some(event)));
        }
    }

    /// Looks whether the end has come, and drops what came after it.
    fn end(&mut self, now: Instant) {
        if self.ending.is_none() {
            let is_full = self.recorder.as_ref().is_some_and(Recorder::is_done);
            if !is_full && !self.stop.is_due() {
                return;
            }
            // Once the last file is full no further frame is wanted.
            let time = if is_full { i64::MIN } else { clock() };
            self.ending = Some(Ending { time, at: now });
        }
        let Some(ending) = self.ending else { return };
        let is_late = now.saturating_duration_since(ending.at) >= HOLD;
        for tap in &mut self.taps {
            if tap.time().map_or(is_late, |time| time > ending.time) {
                tap.drain();
            }
        }
    }

    /// The tap with the earliest frame, if none can come before it any more.
    fn earliest(&self) -> Option<usize> {
        let heads = self.taps.iter().enumerate();
        let (time, index) = heads.filter_map(|(i, tap)| Some((tap.time()?, i))).min()?;
        let is_settled = |tap: &Tap| tap.time().is_some() || tap.is_silent();
        let hold = i64::try_from(HOLD.as_nanos()).unwrap_or(i64::MAX);
        let is_first = self.taps.iter().all(is_settled) || time.saturating_add(hold) <= clock();
        is_first.then_some(index)
    }

    fn idle(&mut self, now: Instant) -> Result<(), CaptureError> {
        let Some(recorder) = &mut self.recorder else { return Ok(()) };
        let event = recorder.idle(now).map_err(|error| Fault::Write(error).of_file(0))?;
        keep(&mut self.events, event);
        Ok(())
    }
}

fn keep(events: &mut VecDeque<Event>, event: Option<Event>) {
    let Some(event) = event else { return };
    if events.len() >= MAX_EVENTS {
        events.pop_front();
    }
    events.push_back(event);
}

impl Source for Live {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        loop {
            match self.find()? {
                Found::At(index) => {
                    return Ok(match self.lend(index)? {
                        Step::Frame(frame) => Some(frame),
                        Step::Pending | Step::Done => None,
                    });
                }
                Found::Nothing => self.wait()?,
                Found::End => return Ok(None),
            }
        }
    }
}

/// Nanoseconds since 1970 by the system's clock, which is also what stamps frames.
fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn libpcap_says(error: PcapError) -> String {
    match error {
        PcapError::PcapError(message) if !message.is_empty() => message,
        PcapError::PcapError(_) => "libpcap gives no reason".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snap_length_zero_means_all() {
        let mut options = Options::new("lo");
        for (asked, taken) in [(0, MAX_FRAME_LEN), (96, 96), (u32::MAX, MAX_FRAME_LEN)] {
            options.snaplen = asked;
            assert_eq!(options.snaplen(), taken);
        }
    }

    #[test]
    fn unknown_interface_is_told_before_rights_are() {
        let result = Live::open(&Options::new("no-such-interface"), Stop::default());
        let message = result.map(|_| ()).unwrap_err().to_string();
        assert!(message.starts_with("there is no interface \"no-such-interface\""), "{message}");
    }
}
