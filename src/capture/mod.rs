//! Captures: files and standard input become [`Frame`]s, one after another.
//!
//! What may enter: bytes of capture formats, times, link types. Nothing here knows what a frame
//! carries. Memory stays flat whatever the input says: no length field is believed before the
//! bytes are there, and every buffer has a named bound.
//!
//! Formats are read here and not through a library, so that a fault keeps its offset and its
//! cause, a damaged option does not cost its packet, and a length within a block that exceeds the
//! block is told as what it is, not as a file that ends early. A library's reader is what the
//! tests compare with.
//!
//! To add a format: a row in `magic` with its first bytes, and a file that implements [`Source`].
//! To add a compression: a row in `unpack`, which stands before the formats are told apart.
//!
//! ```
//! use mqttscope::capture::{Merge, Source};
//!
//! let mut frames = Merge::open(&["captures/session.pcap", "captures/bridge.pcap"]);
//! let mut from = [0, 0];
//! while let Some(frame) = frames.next_frame()? {
//!     from[usize::from(frame.file)] += 1;
//! }
//! assert!(from[0] > 0 && from[1] > 0);
//! # Ok::<(), mqttscope::capture::CaptureError>(())
//! ```

mod ahead;
mod beside;
mod block;
mod blocks;
mod error;
mod excerpt;
mod follow;
mod interface;
#[cfg(feature = "live")]
#[doc(hidden)]
pub mod live;
mod magic;
mod merge;
mod open;
mod owner;
mod pcap;
mod pcapng;
mod stop;
mod unpack;
mod window;
mod write;

pub use crate::spec::link::LinkType;
#[doc(hidden)]
pub use beside::{Beside, Described, Secrets};
pub use error::{CaptureError, Fault, Notice, NoticeKind};
#[doc(hidden)]
pub use excerpt::{Excerpt, FrameRole, Left};
#[doc(hidden)]
pub use follow::follow;
#[doc(hidden)]
pub use magic::{FORMATS, FormatRow};
pub use merge::Merge;
pub(crate) use open::LARGE;
pub use open::{from_reader, open};
#[doc(hidden)]
pub use open::{kind_of, open_counted};
use owner::private;
#[doc(hidden)]
pub use stop::Stop;
#[doc(hidden)]
pub use unpack::packings;

/// The longest frame that is read, in bytes: the largest snap length that libpcap grants.
///
/// A longer captured length is damage, and believing it would read the rest of the file as one frame.
pub const MAX_FRAME_LEN: u32 = 262_144;

/// One captured frame.
///
/// ```
/// use mqttscope::capture::{LinkType, Source, open};
///
/// let mut capture = open("captures/session.pcap".as_ref())?;
/// let frame = capture.next_frame()?.unwrap();
/// assert_eq!((frame.number, frame.link), (1, LinkType::ETHERNET));
/// assert_eq!(frame.original_len as usize, frame.data.len());
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Counts from 1 over all files that are read as one capture.
    pub number: u64,
    /// Nanoseconds since 1970-01-01 UTC. `None` where the file holds no time (pcapng simple packets).
    pub time: Option<i64>,
    /// How the frame begins.
    pub link: LinkType,
    /// Bytes that the frame had on the wire; more than `data` has where the snap length cut it.
    pub original_len: u32,
    /// Index of the interface within its file, from 0.
    pub interface: u32,
    /// Index of the file among those that are read as one capture, from 0.
    pub file: u16,
    /// What the file says beside it, where it says something.
    pub beside: Option<&'a Beside>,
    /// The captured bytes.
    pub data: &'a [u8],
}

/// Where frames come from: an iterator that lends each frame until the next is asked for.
///
/// ```
/// use mqttscope::capture::{CaptureError, Source, open};
///
/// fn count(source: &mut dyn Source) -> Result<u64, CaptureError> {
///     let mut frames = 0;
///     while source.next_frame()?.is_some() {
///         frames += 1;
///     }
///     Ok(frames)
/// }
/// assert!(count(&mut open("captures/session.pcap".as_ref())?)? > 20);
/// # Ok::<(), CaptureError>(())
/// ```
pub trait Source {
    /// The next frame; `None` at the end.
    ///
    /// # Errors
    /// What ended the input early. All frames before the damage were given first. A caller that
    /// wants everything asks again after an error: a merged capture may have further errors to
    /// tell, and then `None`.
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError>;

    /// Whether the next frame needs bytes that are not here yet, so that asking for it may take a
    /// while: what is shown should not be held back then.
    fn waits(&self) -> bool {
        true
    }

    /// At the end: what a file says behind its last frame; to be asked until there is no more.
    fn behind(&mut self) -> Option<Beside> {
        None
    }

    /// What was odd but did not end the reading, since the last call.
    fn notices(&mut self) -> Vec<Notice> {
        Vec::new()
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        (**self).next_frame()
    }

    fn waits(&self) -> bool {
        (**self).waits()
    }

    fn behind(&mut self) -> Option<Beside> {
        (**self).behind()
    }

    fn notices(&mut self) -> Vec<Notice> {
        (**self).notices()
    }
}
