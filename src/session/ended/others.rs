//! Other connections of the same client.

use crate::session::At;
use std::net::SocketAddr;

/// Another connection of the same client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its number.
    pub stream: u64,
    /// Its CONNECT.
    pub at: At,
    /// The address of its client.
    pub client: SocketAddr,
    /// Its CONNECT asks for a new session: what there was is over with it (5.0: section 3.1.2.4).
    pub clean_start: bool,
}

/// Connections that keep throwing each other out, or of a client that keeps coming back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct War {
    /// Take-overs so far.
    pub count: u64,
    /// Nanoseconds from the first to the last.
    pub time: Option<u64>,
    /// How many addresses of clients take part, as far as they are remembered.
    pub addresses: usize,
}

impl War {
    /// Nanoseconds from one take-over to the next, on average.
    #[must_use]
    pub fn period(&self) -> Option<u64> {
        self.time?.checked_div(self.count.checked_sub(1)?)
    }
}
