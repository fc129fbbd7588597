//! A connection and its two sides.

use super::Course;
use std::net::SocketAddr;

/// One of the two sides of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The sender of the first segment that was seen.
    A,
    /// The other.
    B,
}

impl Side {
    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What is known of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number: from 0, in the order of first appearance, over all TCP connections.
    pub stream: u64,
    /// Address and port of side A.
    pub a: SocketAddr,
    /// Address and port of side B.
    pub b: SocketAddr,
    /// Number of the first frame.
    pub first_frame: u64,
    /// The side that opened it, where a SYN was seen.
    pub opener: Option<Side>,
    /// What its segments were until now.
    pub course: Course,
}

impl Connection {
    /// Address and port of a side.
    #[must_use]
    pub const fn address(&self, side: Side) -> SocketAddr {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }
}
