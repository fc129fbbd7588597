//! What the segments of a connection were, whatever they carried: how it began and how it ended.

use super::{Side, Stamp};
use crate::net::{Flags, TcpLayer};

/// The course of a connection, as far as it was captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Its first segment.
    pub first: Place,
    /// Its last one until now.
    pub last: Place,
    /// What side A sent.
    pub a: Sent,
    /// What side B sent.
    pub b: Sent,
}

/// What one side sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Segments.
    pub segments: u64,
    /// Bytes of payload, repeated ones included.
    pub bytes: u64,
    /// Segments with SYN: more than one is a SYN that was sent again.
    pub syns: u32,
    /// The first FIN.
    pub fin: Option<Place>,
    /// The first RST.
    pub rst: Option<Place>,
}

/// A frame and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Number of the frame, from 1 over the whole capture.
    pub frame: u64,
}

impl Course {
    /// What one side sent.
    #[must_use]
    pub const fn sent(&self, side: Side) -> &Sent {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// Takes note of a segment.
    pub(super) fn add(&mut self, side: Side, at: Stamp, tcp: &TcpLayer) {
        let place = Place { time: at.time, frame: at.frame };
        if self.first.frame == 0 {
            self.first = place;
        }
        self.last = place;
        let sent = if side == Side::A { &mut self.a } else { &mut self.b };
        sent.segments = sent.segments.saturating_add(1);
        sent.bytes = sent.bytes.saturating_add(tcp.len.into());
        if tcp.flags.has(Flags::SYN) {
            sent.syns = sent.syns.saturating_add(1);
        }
        if tcp.flags.has(Flags::FIN) {
            sent.fin = sent.fin.or(Some(place));
        }
        if tcp.flags.has(Flags::RST) {
            sent.rst = sent.rst.or(Some(place));
        }
    }
}
