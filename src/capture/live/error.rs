//! What can go wrong before the first frame.

use std::{io, path::PathBuf};

/// Why a live capture does not begin. Every message is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// libpcap cannot list the interfaces.
    #[error("the interfaces cannot be listed: {0}")]
    List(String),
    /// There is no interface of that name.
    #[error("there is no interface \"{name}\"{hint}; there are: {there_are}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// A question after a name that looks alike; empty without one.
        hint: String,
        /// The names that there are.
        there_are: String,
    },
    /// There is no interface of that number.
    #[error("there is no interface number {number}; the numbers go from 1 to {last}: {there_are}")]
    Number {
        /// The number that was asked for.
        number: usize,
        /// The last number.
        last: usize,
        /// The names that there are.
        there_are: String,
    },
    /// The right to capture is missing.
    #[error("capturing on {interface} is not permitted; {advice}")]
    NotPermitted {
        /// The interface.
        interface: String,
        /// How to get the right.
        advice: String,
    },
    /// libpcap cannot open the interface.
    #[error("{interface} cannot be captured on: {message}")]
    Open {
        /// The interface.
        interface: String,
        /// libpcap's own words.
        message: String,
    },
    /// The capture filter is wrong.
    #[error("the capture filter \"{filter}\" is not understood by libpcap: {message}")]
    Filter {
        /// The filter.
        filter: String,
        /// libpcap's own words.
        message: String,
    },
    /// The file to write to cannot be created.
    #[error("{} cannot be written: {error}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// An interface was named twice.
    #[error("{0} is named twice with -i: each frame would come twice")]
    Twice(String),
    /// More interfaces than are captured on at once.
    #[error("at most {most} interfaces are captured on at once; `any` is all of them")]
    Many {
        /// The bound.
        most: usize,
    },
}
