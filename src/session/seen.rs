//! A packet as the tracker sees it, and what the tracker has to say of it.

use crate::mqtt::Decoded;
use crate::spec::{PacketType, Sender};
use std::net::IpAddr;

/// A packet with its place in the capture.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where and when.
    pub at: At,
    /// Which end sent it, where that is known.
    pub sender: Option<Sender>,
    /// The address of the server; `None` for pasted bytes.
    pub server: Option<IpAddr>,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What was decoded of them.
    pub decoded: Decoded<'a>,
}

/// The place of a packet in the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The number of its record, from 1.
    pub number: u64,
    /// The frame that completed it; 0 for pasted bytes.
    pub frame: u64,
    /// Its time: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
}

impl At {
    /// Nanoseconds from `earlier` to here; `None` where a time is missing or runs backwards.
    #[must_use]
    pub fn since(&self, earlier: At) -> Option<u64> {
        u64::try_from(self.time?.checked_sub(earlier.time?)?).ok()
    }
}

/// What is known of a packet from those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The packet that this one answers.
    pub answers: Option<Partner>,
    /// For a PUBLISH of the server: the PUBLISH of a client that it is a copy of.
    pub copy_of: Option<Partner>,
    /// The topic that a Topic Alias stands for, where the packet itself does not hold it.
    pub topic: Option<&'a [u8]>,
    /// For a PUBLISH of the server: the first Topic Filter of the client's that it matches.
    pub filter: Option<&'a [u8]>,
}

/// Another packet that this one belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Its type.
    pub kind: PacketType,
    /// Its place.
    pub at: At,
    /// Nanoseconds from it to this one, where both have a time.
    pub latency: Option<u64>,
}

impl Partner {
    /// A packet of this type at `earlier`, for one at `now`.
    pub(super) fn new(kind: PacketType, earlier: At, now: At) -> Self {
        Self { kind, at: earlier, latency: now.since(earlier) }
    }
}
