//! What of a record is its own.

use crate::annotate::Tape;
use crate::mqtt::Decoded;
use crate::mqtt::repair::Repair;
use crate::pipeline::{Header, Record};
use crate::spec::unit::Unit;

/// What each record has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    /// Its only frame.
    pub(super) frame: u64,
    pub(super) time: i64,
    pub(super) previous: i64,
    /// Bytes of the packet.
    pub(super) length: u32,
    pub(super) way: u32,
    pub(super) has: Has,
    pub(super) lowered_from: Option<u8>,
}

/// Which of what not all have a record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Has(u16);

impl Has {
    pub(super) const NOTHING: Self = Self(0);
    pub(super) const TIME: Self = Self(1);
    /// The time of the frame before.
    pub(super) const PREVIOUS: Self = Self(1 << 1);
    /// A fixed header.
    pub(super) const HEADER: Self = Self(1 << 2);
    /// All of a packet was typed; its parts are found again in the bytes.
    pub(super) const PACKET: Self = Self(1 << 3);
    pub(super) const ANSWERS: Self = Self(1 << 4);
    pub(super) const REPEATS: Self = Self(1 << 5);
    pub(super) const COPY_OF: Self = Self(1 << 6);
    pub(super) const TOPIC: Self = Self(1 << 7);
    pub(super) const FILTER: Self = Self(1 << 8);
    /// It is inside of another packet.
    pub(super) const INSIDE: Self = Self(1 << 9);
    pub(super) const SPREAD: Self = Self(1 << 10);
    pub(super) const LAYERS: Self = Self(1 << 11);
    pub(super) const BESIDE: Self = Self(1 << 12);

    /// How much of a packet could be read: nothing of what is none.
    #[inline]
    pub(super) fn typed(decoded: Option<&Decoded<'_>>) -> Self {
        let has_all = decoded.is_some_and(|decoded| decoded.packet.is_some());
        Self::NOTHING.with(Self::HEADER, decoded.is_some()).with(Self::PACKET, has_all)
    }

    /// Both, or the first alone unless `is`.
    #[inline]
    pub(super) const fn with(self, other: Self, is: bool) -> Self {
        if is { Self(self.0 | other.0) } else { self }
    }

    #[inline]
    pub(super) const fn is(self, what: Self) -> bool {
        self.0 & what.0 != 0
    }
}

/// Where a record came from that is not in one frame, from its beginning to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) frames: usize,
    pub(super) began: Option<i64>,
}

/// What few records have.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) tape: Tape,
    pub(super) unit: Option<Unit>,
    pub(super) text: String,
    pub(super) headers: Vec<Header>,
    pub(super) repair: Option<Repair>,
}

impl Beside {
    /// Whether a record has something of it.
    #[inline]
    pub(super) fn is_of(record: &Record<'_>) -> bool {
        !record.tape.nodes().is_empty()
            || !record.tape.findings().is_empty()
            || record.unit.is_some()
            || !record.text.is_empty()
            || !record.headers.is_empty()
            || record.repair.is_some()
    }

    /// Becomes that of a record.
    pub(super) fn assign(&mut self, record: &Record<'_>) {
        self.tape.clone_from(record.tape);
        self.unit = record.unit;
        self.text.clear();
        self.text.push_str(record.text);
        self.headers.clear();
        self.headers.extend(record.headers.iter().cloned());
        self.repair = record.repair.cloned();
    }
}
