//! Live capture through libpcap: an interface becomes a [`Source`].
//!
//! [`interfaces`] lists what there is to listen on, in the order and with the numbers of
//! `tcpdump -D`. [`Live::open`] takes a name or a number of that list, or `any`, with a capture
//! filter in libpcap's language. [`Source::next_frame`] then waits for the next frame and gives
//! `None` once a [`Stop`] is due; what had arrived by then is given first.
//!
//! What libpcap warns of is kept in [`Live::warnings`], and what the kernel could not hand over is
//! counted in [`Live::statistics`]: nothing is lost in silence. With [`Live::write_to`] every
//! frame is written to a pcap file too, which can be read while it grows.
//!
//! Capturing needs a right that most users do not have; [`LiveError::NotPermitted`] names the
//! command that grants it.

mod error;
mod interface;
mod permission;
mod write;

pub use super::Stop;
pub use error::LiveError;
pub use interface::{Interface, interfaces};
pub use write::Writer;

use super::{CaptureError, Fault, Frame, LinkType, MAX_FRAME_LEN, Source};
use pcap::{Active, Capture, Error as PcapError};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long to wait for a frame before looking whether a [`Stop`] is due: short enough that Ctrl-C
/// feels like one, long enough that an idle capture costs nothing.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// How long the kernel may hold frames back, in milliseconds, where it has no immediate mode.
const READ_TIMEOUT_MS: i32 = 50;

/// The kernel's buffer when nothing else is asked for, in MiB.
///
/// In immediate mode the kernel keeps a whole snap length of room for each frame, so the 2 MiB that
/// are usual elsewhere hold no more than eight frames of 256 KiB, and a burst on loopback is lost.
pub const DEFAULT_BUFFER_MIB: u32 = 64;

/// The filter when nothing else is asked for: MQTT's registered port.
pub const DEFAULT_FILTER: &str = "tcp port 1883";

/// What to capture, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of an interface, its number in the list of [`interfaces`], or `any`.
    pub interface: String,
    /// A capture filter in libpcap's language; empty for everything.
    pub filter: String,
    /// At most this many bytes of a frame are captured. 0 means all, as with tcpdump.
    pub snaplen: u32,
    /// Whether frames to other machines are wanted as well.
    pub promiscuous: bool,
    /// The size of the kernel's buffer in MiB.
    pub buffer_mib: u32,
}

impl Options {
    /// The usual options for an interface.
    #[must_use]
    pub fn new(interface: impl Into<String>) -> Self {
        Self {
            interface: interface.into(),
            filter: DEFAULT_FILTER.into(),
            snaplen: MAX_FRAME_LEN,
            promiscuous: true,
            buffer_mib: DEFAULT_BUFFER_MIB,
        }
    }

    const fn snaplen(&self) -> u32 {
        if self.snaplen == 0 || self.snaplen > MAX_FRAME_LEN { MAX_FRAME_LEN } else { self.snaplen }
    }
}

/// What was captured and what was lost, as far as libpcap can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Frames that [`Live`] gave.
    pub seen: u64,
    /// Frames that passed the filter, by the kernel's count; those that were not given yet too.
    pub received: u32,
    /// Frames that the kernel dropped because its buffer was full.
    pub dropped_by_kernel: u32,
    /// Frames that the interface or its driver dropped; not every system counts them.
    pub dropped_by_interface: u32,
}

/// An interface that is being captured on.
pub struct Live {
    capture: Capture<Active>,
    interface: String,
    link: LinkType,
    snaplen: u32,
    warnings: Vec<String>,
    stop: Stop,
    /// A stop was due at this time; what the kernel stamped before is still given.
    ending: Option<i64>,
    writer: Option<Writer>,
    seen: u64,
    data: Vec<u8>,
}

impl Live {
    /// Begins to capture. What arrives from now on is kept by the kernel until it is asked for.
    ///
    /// # Errors
    /// Where there is no such interface, capturing is not permitted, or the filter is wrong. Each
    /// message is a whole sentence that says what to do.
    pub fn open(options: &Options, stop: Stop) -> Result<Self, LiveError> {
        let interface = interface::resolve(&options.interface)?;
        let (mut capture, warnings) = open_device(&interface, options)?;
        capture = capture.setnonblock().map_err(|error| LiveError::Open {
            interface: interface.clone(),
            message: libpcap_says(error),
        })?;
        capture.filter(&options.filter, true).map_err(|error| LiveError::Filter {
            filter: options.filter.clone(),
            message: libpcap_says(error),
        })?;
        let link = link_type(capture.get_datalink().0);
        let snaplen = options.snaplen();
        Ok(Self {
            capture,
            interface,
            link,
            snaplen,
            warnings,
            stop,
            ending: None,
            writer: None,
            seen: 0,
            data: Vec::new(),
        })
    }

    /// The name of the interface, also where its number was given.
    #[must_use]
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// How frames begin.
    #[must_use]
    pub const fn link(&self) -> LinkType {
        self.link
    }

    /// What libpcap warned of when the interface was opened, as whole sentences.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes every frame from now on to a pcap file too; `-` is standard output.
    ///
    /// # Errors
    /// Where the file cannot be created.
    pub fn write_to(&mut self, path: PathBuf) -> Result<(), LiveError> {
        let writer = Writer::create(&path, self.link, self.snaplen)
            .map_err(|error| LiveError::Create { path, error })?;
        self.writer = Some(writer);
        Ok(())
    }

    /// What was seen and what was lost up to now.
    ///
    /// # Errors
    /// Where libpcap cannot tell.
    pub fn statistics(&mut self) -> Result<Statistics, LiveError> {
        let counts =
            self.capture.stats().map_err(|error| LiveError::Statistics(libpcap_says(error)))?;
        Ok(Statistics {
            seen: self.seen,
            received: counts.received,
            dropped_by_kernel: counts.dropped,
            dropped_by_interface: counts.if_dropped,
        })
    }

    /// Reads until there is a frame in `data`; `None` when a stop is due and nothing older is left.
    fn fill(&mut self) -> Result<Option<(i64, u32)>, Fault> {
        loop {
            if self.ending.is_none() && self.stop.is_due() {
                self.ending = Some(now());
            }
            match self.capture.next_packet() {
                Ok(packet) => {
                    let time = time_of(packet.header);
                    if self.ending.is_some_and(|end| time > end) {
                        return Ok(None);
                    }
                    self.data.clear();
                    self.data.extend_from_slice(packet.data);
                    return Ok(Some((time, packet.header.len)));
                }
                Err(PcapError::TimeoutExpired) if self.ending.is_some() => return Ok(None),
                Err(PcapError::TimeoutExpired) => {}
                Err(error) => return Err(Fault::Interface(libpcap_says(error))),
            }
            self.wait()?;
        }
    }

    /// Waits for a frame, a signal, or [`WAIT`]. libpcap's own waiting has no end on an idle
    /// interface: with a ring buffer it takes the timeout for a hint.
    fn wait(&self) -> Result<(), Fault> {
        let mut fds = [PollFd::new(&self.capture, PollFlags::IN)];
        match poll(&mut fds, Some(&WAIT)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Fault::Interface(error.to_string())),
        }
    }
}

impl Source for Live {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let Some((time, original_len)) = self.fill().map_err(|fault| fault.of_file(0))? else {
            return Ok(None);
        };
        self.seen = self.seen.saturating_add(1);
        let frame = Frame {
            number: self.seen,
            time: Some(time),
            link: self.link,
            original_len,
            interface: 0,
            file: 0,
            beside: None,
            data: &self.data,
        };
        if let Some(Err(error)) = self.writer.as_mut().map(|writer| writer.frame(&frame)) {
            // Who asks for a frame after this error captures on without the file.
            self.writer = None;
            return Err(Fault::Write(error).of_file(0));
        }
        Ok(Some(frame))
    }
}

/// Opens and activates a device, if need be without promiscuous mode: the crate `pcap` takes a
/// warning of libpcap for an error, and `any` for one warns that it has no such mode.
fn open_device(name: &str, options: &Options) -> Result<(Capture<Active>, Vec<String>), LiveError> {
    let error = match activate(name, options, options.promiscuous) {
        Ok(capture) => return Ok((capture, Vec::new())),
        Err(error) => libpcap_says(error),
    };
    if permission::is_missing(&error) {
        let advice = permission::advice();
        return Err(LiveError::NotPermitted { interface: name.into(), advice });
    }
    let second = options.promiscuous.then(|| activate(name, options, false));
    match second {
        Some(Ok(capture)) => {
            let warning = format!("{name} is captured on without promiscuous mode: {error}");
            Ok((capture, vec![warning]))
        }
        _ => Err(LiveError::Open { interface: name.into(), message: error }),
    }
}

fn activate(
    name: &str,
    options: &Options,
    promiscuous: bool,
) -> Result<Capture<Active>, PcapError> {
    let bytes = options.buffer_mib.max(1).saturating_mul(1 << 20);
    let inactive = Capture::from_device(name)?
        .promisc(promiscuous)
        .immediate_mode(true)
        .timeout(READ_TIMEOUT_MS)
        .snaplen(i32::try_from(options.snaplen()).unwrap_or(i32::MAX))
        .buffer_size(i32::try_from(bytes).unwrap_or(i32::MAX));
    if NANOSECONDS { inactive.precision(pcap::Precision::Nano).open() } else { inactive.open() }
}

/// Whether times come in nanoseconds. libpcap grants them on every device of Linux; elsewhere
/// it mostly does not, and the crate `pcap` cannot tell whether it did.
const NANOSECONDS: bool = cfg!(target_os = "linux");

/// Nanoseconds since 1970 by the system's clock, which is also what stamps frames.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Nanoseconds since 1970.
fn time_of(header: &pcap::PacketHeader) -> i64 {
    // The fields of `timeval` have another width on each system.
    #[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
    let (seconds, fraction) = (i64::from(header.ts.tv_sec), i64::from(header.ts.tv_usec));
    let nanoseconds = if NANOSECONDS { fraction } else { fraction.saturating_mul(1_000) };
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}

/// libpcap tells its own numbers (DLT), which for raw IP are not those of files (LINKTYPE).
const fn link_type(dlt: i32) -> LinkType {
    match dlt {
        12 | 14 => LinkType::RAW,
        // A negative number is none of libpcap's: shown as it is, unread.
        other => LinkType(other.cast_unsigned()),
    }
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
    fn raw_ip_has_the_number_of_files() {
        assert_eq!(link_type(12), LinkType::RAW);
        assert_eq!(link_type(1), LinkType::ETHERNET);
        assert_eq!(link_type(276), LinkType::LINUX_SLL2);
    }

    #[test]
    fn unknown_interface_is_told_before_rights_are() {
        let result = Live::open(&Options::new("no-such-interface"), Stop::default());
        let message = result.map(|_| ()).unwrap_err().to_string();
        assert!(message.starts_with("there is no interface \"no-such-interface\""), "{message}");
    }
}
