//! What happens to a capture while it runs.

use crate::text;
use std::{fmt, path::PathBuf};

/// Something that a user of a long capture wants to know at once. Each displays as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Frames were lost within the last second or so.
    Dropped {
        /// The interface.
        interface: String,
        /// Frames that the kernel dropped because its buffer was full.
        by_kernel: u64,
        /// Frames that the interface or its driver dropped.
        by_interface: u64,
    },
    /// The interface cannot be captured on any longer; it is waited for.
    Gone {
        /// The interface.
        interface: String,
        /// Why.
        reason: String,
    },
    /// The interface is captured on again.
    Back {
        /// The interface.
        interface: String,
    },
    /// The interface is there, but can't be captured on as before; it is tried again.
    Refused {
        /// The interface.
        interface: String,
        /// Why.
        reason: String,
    },
    /// The interface was switched off. It is still captured on, and silent.
    Down {
        /// The interface.
        interface: String,
    },
    /// The interface was switched on again.
    Up {
        /// The interface.
        interface: String,
    },
    /// The file cannot be written; the capture goes on.
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// Why.
        error: String,
    },
    /// The file is written again.
    WritesAgain {
        /// The file.
        path: PathBuf,
        /// Frames that are missing in it.
        missed: u64,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { interface, by_kernel, by_interface } => write!(
                f,
                "{} dropped on {interface} by the kernel, {by_interface} by the interface (-B makes \
                 the kernel's buffer larger)",
                text::count(*by_kernel, "frame")
            ),
            Self::Gone { interface, reason } => {
                write!(f, "{interface} cannot be captured on any longer: {reason}; waiting for it")
            }
            Self::Back { interface } => write!(f, "{interface} is back: capturing again"),
            Self::Refused { interface, reason } => {
                write!(f, "{interface} is back, but: {reason}; trying again")
            }
            Self::Down { interface } => write!(f, "{interface} is down; waiting for it"),
            Self::Up { interface } => write!(f, "{interface} is up again"),
            Self::CannotWrite { path, error } => write!(
                f,
                "{} cannot be written: {error}; capturing goes on, and writing is tried again",
                path.display()
            ),
            Self::WritesAgain { path, missed } => write!(
                f,
                "{} is written again; {} missing before",
                path.display(),
                text::count(*missed, "frame")
            ),
        }
    }
}
