//! What can go wrong with a capture: [`Fault`]s end a file, [`Notice`]s do not.

use std::{fmt, io};

/// A fault and the file that has it.
///
/// ```
/// use mqttscope::capture::{Fault, from_reader};
///
/// let error = from_reader(Box::new(&b""[..])).err().unwrap();
/// assert!(matches!((error.file, &error.fault), (0, Fault::Empty)));
/// assert_eq!(error.to_string(), "is empty: there is no capture in it");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub struct CaptureError {
    /// Index of the file, from 0, in the order given.
    pub file: u16,
    /// What is wrong with it.
    pub fault: Fault,
}

/// Why a file cannot be read, or not any further.
fn unread(offset: u64, error: &io::Error) -> String {
    match (error.kind(), offset) {
        (io::ErrorKind::IsADirectory, _) => "is a folder: name the captures in it".into(),
        (_, 0) => format!("cannot be read: {error}"),
        _ => format!("cannot be read beyond byte {offset}: {error}"),
    }
}

/// What ended the reading of a file. Offsets count bytes from the start of the file.
///
/// ```
/// use mqttscope::capture::{Fault, open};
///
/// let error = open("captures/no-such.pcap".as_ref()).err().unwrap();
/// assert!(matches!(error.fault, Fault::Open(_)));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be opened.
    #[error("cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// Reading failed.
    #[error("{}", unread(*offset, error))]
    Read {
        /// Where.
        offset: u64,
        /// Why.
        error: io::Error,
    },
    /// There is not a single byte.
    #[error("is empty: there is no capture in it")]
    Empty,
    /// Not a capture format that is read.
    #[error("is not a pcap or pcapng capture: it {found}. {advice}")]
    Foreign {
        /// What it is instead, as the rest of a sentence that begins with "it".
        found: String,
        /// What to do next: a whole sentence.
        advice: &'static str,
    },
    /// The file ends within something.
    #[error(
        "ends early: the {what} at byte {offset} needs {needed} bytes, and {available} are there"
    )]
    Truncated {
        /// What is cut.
        what: &'static str,
        /// Where it begins.
        offset: u64,
        /// How many bytes it has by its own length.
        needed: u64,
        /// How many there are.
        available: u64,
    },
    /// A length that no capture has: the file is damaged here, and where the next frame begins is lost.
    #[error("is damaged: the {what} at byte {offset} claims {length} bytes; {limit}")]
    Length {
        /// What has the length.
        what: &'static str,
        /// Where it begins.
        offset: u64,
        /// The length that it claims.
        length: u64,
        /// Why that cannot be.
        limit: &'static str,
    },
    /// A block of a pcapng file ends with another length than it begins with.
    #[error(
        "is damaged: the block at byte {offset} begins with length {first} and ends with length {last}"
    )]
    BlockEnd {
        /// Where the block begins.
        offset: u64,
        /// The length before its body.
        first: u32,
        /// The length after its body.
        last: u32,
    },
    /// Compressed data that ends before its end.
    #[error(
        "ends early: its {packing} data break off at byte {offset}, after {unpacked} unpacked bytes"
    )]
    PackedEnds {
        /// The name of the compression.
        packing: &'static str,
        /// Where in the file.
        offset: u64,
        /// How many bytes were unpacked before.
        unpacked: u64,
    },
    /// Compressed data that cannot be unpacked.
    #[error(
        "is damaged: its {packing} data cannot be unpacked at byte {offset}, after {unpacked} unpacked bytes: {problem}"
    )]
    Unpack {
        /// The name of the compression.
        packing: &'static str,
        /// Where in the file, about: the fault may lie a little before.
        offset: u64,
        /// How many bytes were unpacked before.
        unpacked: u64,
        /// The reason, in the words of the library that unpacks.
        problem: String,
    },
    /// A fault in what a compressed file unpacks to: its offsets count these bytes.
    #[error("unpacked from {packing} {fault}")]
    Unpacked {
        /// The name of the compression.
        packing: &'static str,
        /// What is wrong.
        fault: Box<Fault>,
    },
    /// A file that was followed while it grew is not the one that it was.
    #[error("{what} while it was followed, after {offset} bytes: what comes now is not read")]
    Followed {
        /// What happened: the predicate of a sentence.
        what: &'static str,
        /// Bytes that were read before.
        offset: u64,
    },
    /// libpcap ended a live capture.
    #[error("cannot be captured on any longer: {0}")]
    Interface(String),
    /// A frame was captured, but could not be written to the file.
    #[error("was captured on, but the file cannot be written any longer: {0}")]
    Write(#[source] io::Error),
    /// A pcapng section whose byte order cannot be told.
    #[error("is damaged: the section header at byte {offset} has the byte-order mark {mark:#010x}")]
    ByteOrder {
        /// Where the section header begins.
        offset: u64,
        /// The four bytes where the mark belongs, read as little-endian.
        mark: u32,
    },
}

impl Fault {
    /// The same fault in what a compressed file unpacks to. What the unpacking itself tells stays.
    pub(super) fn unpacked(self, packing: &'static str) -> Self {
        match self {
            Self::PackedEnds { .. } | Self::Unpack { .. } | Self::Read { .. } => self,
            fault => Self::Unpacked { packing, fault: Box::new(fault) },
        }
    }

    /// The same fault with the file that it belongs to.
    pub(super) const fn of_file(self, file: u16) -> CaptureError {
        CaptureError { file, fault: self }
    }
}

/// Something in a file that did not end its reading, and that is no frame.
///
/// ```
/// use mqttscope::capture::{Source, open};
///
/// let mut capture = open("captures/session.pcap".as_ref())?;
/// while capture.next_frame()?.is_some() {}
/// assert!(capture.notices().is_empty());
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Index of the file, from 0.
    pub file: u16,
    /// Offset in the file, in bytes; of a compressed file in what it unpacks to.
    pub offset: u64,
    /// The name of the compression, of a compressed file.
    pub packing: Option<&'static str>,
    /// What is odd.
    pub kind: NoticeKind,
}

/// What is odd.
///
/// ```
/// use mqttscope::capture::NoticeKind;
///
/// // Few are a loss.
/// let is_loss = |kind: &NoticeKind| matches!(kind, NoticeKind::Dropped { .. });
/// assert!(!is_loss(&NoticeKind::TimeRange));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A packet of an interface that the section does not describe; it was passed over.
    NoInterface(u32),
    /// A packet block claims more bytes than the block holds; it was cut to what is there.
    CutToBlock {
        /// The captured length that it claims.
        claimed: u32,
        /// The bytes that are there.
        there: u32,
    },
    /// A block too short for its kind; it was passed over.
    ShortBlock {
        /// The type of the block.
        block: u32,
        /// Bytes in its body.
        body: u32,
    },
    /// More interfaces than are kept; the packets of the further ones are passed over.
    ManyInterfaces,
    /// A time that lies outside the years 1678 to 2262; the frame is given without a time.
    TimeRange,
    /// A comment on a section or an interface. Untrusted text.
    Comment {
        /// What it is on.
        on: &'static str,
        /// The comment, or its beginning.
        text: String,
    },
    /// Frames of an interface that were lost while the file was written.
    Dropped {
        /// Index of the interface.
        interface: u32,
        /// Lost by the interface.
        by_interface: u64,
        /// Lost by the operating system.
        by_system: u64,
    },
    /// A block of a kind that is read, but longer than is held; it was passed over.
    LongBlock {
        /// The type of the block.
        block: u32,
        /// Its length, in bytes.
        length: u32,
    },
    /// Something that was passed over because there is too much of it before the next frame.
    NoRoom(&'static str),
    /// This many further notices were not kept.
    More(u64),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(packing) = self.packing {
            write!(f, "unpacked from {packing}, ")?;
        }
        let at = self.offset;
        match &self.kind {
            NoticeKind::NoInterface(id) => {
                write!(
                    f,
                    "the packet at byte {at} names interface {id}, which is not described; passed over"
                )
            }
            NoticeKind::CutToBlock { claimed, there } => write!(
                f,
                "the packet at byte {at} claims {claimed} bytes, its block holds {there}; shown as far as it goes"
            ),
            NoticeKind::ShortBlock { block, body } => write!(
                f,
                "the block at byte {at} (type {block:#x}) has a body of {body} bytes, too short for its kind; passed over"
            ),
            NoticeKind::ManyInterfaces => {
                write!(f, "the interface at byte {at} is one too many; its packets are passed over")
            }
            NoticeKind::TimeRange => {
                write!(
                    f,
                    "the packet at byte {at} has a time outside the years 1678 to 2262; shown without"
                )
            }
            NoticeKind::Comment { on, text } => {
                write!(f, "comment on the {on} at byte {at}: {text}")
            }
            NoticeKind::Dropped { interface, by_interface, by_system } => write!(
                f,
                "on interface {interface} frames were lost while capturing: {by_interface} by the interface, {by_system} by the system"
            ),
            NoticeKind::LongBlock { block, length } => write!(
                f,
                "the block at byte {at} (type {block:#x}) has {length} bytes, more than are held; passed over"
            ),
            NoticeKind::NoRoom(what) => write!(
                f,
                "{what} at byte {at} was passed over, as there is too much of it before the next packet"
            ),
            NoticeKind::More(count) => write!(f, "{count} more such remarks"),
        }
    }
}

/// How many notices are kept until somebody asks: enough to see what is wrong, and never a flood.
const MAX_NOTICES: usize = 32;

/// Notices that wait to be asked for.
#[derive(Debug, Default)]
pub(super) struct NoticeLog {
    kept: Vec<Notice>,
    more: u64,
}

impl NoticeLog {
    pub(super) fn add(&mut self, file: u16, offset: u64, kind: NoticeKind) {
        self.push(Notice { file, offset, packing: None, kind });
    }

    pub(super) fn push(&mut self, notice: Notice) {
        if self.kept.len() < MAX_NOTICES {
            self.kept.push(notice);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn drain(&mut self) -> Vec<Notice> {
        if self.more > 0
            && let Some(last) = self.kept.last()
        {
            let kind = NoticeKind::More(self.more);
            self.kept.push(Notice { kind, ..*last });
            self.more = 0;
        }
        std::mem::take(&mut self.kept)
    }
}
