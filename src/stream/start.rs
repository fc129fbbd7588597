//! The first sequence number of a side, from which its offsets count.

use super::limits::{LATE_SYN_REACH, REACH};
use crate::net::{Flags, TcpLayer};

/// What is known of the sequence number of offset 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Start {
    /// Nothing was seen of this side.
    #[default]
    Unknown,
    /// From a segment without payload, which may be a keep-alive probe one byte too early.
    Guessed(u32),
    /// From the first payload that was seen.
    Payload(u32),
    /// From the SYN.
    Syn(u32),
}

impl Start {
    /// Learns from a segment. `untouched`: no byte of the side was taken yet.
    pub(super) fn settle(&mut self, tcp: &TcpLayer, untouched: bool) {
        let first = payload_seq(tcp);
        let syn = tcp.flags.has(Flags::SYN);
        match *self {
            // The sequence number of a reset may be anything.
            Self::Unknown if tcp.flags.has(Flags::RST) => {}
            Self::Unknown if syn => *self = Self::Syn(first),
            Self::Unknown if tcp.len > 0 => *self = Self::Payload(first),
            Self::Unknown => *self = Self::Guessed(first),
            Self::Guessed(_) if syn && untouched => *self = Self::Syn(first),
            Self::Guessed(guess) if tcp.len > 0 => {
                let probe = untouched && first == guess.wrapping_add(1);
                *self = Self::Payload(if probe { first } else { guess });
            }
            _ => {}
        }
    }

    /// Learns from an acknowledgment of the other side where nothing is known yet: that of a SYN is
    /// certain, another may be of more than the SYN.
    pub(super) fn learn(&mut self, ack: u32, is_certain: bool) {
        if *self == Self::Unknown {
            *self = if is_certain { Self::Syn(ack) } else { Self::Guessed(ack) };
        }
    }

    /// Whether the SYN is known.
    pub(super) fn is_syn(self) -> bool {
        matches!(self, Self::Syn(_))
    }

    /// Whether anything of the side is known.
    pub(super) fn is_known(self) -> bool {
        self != Self::Unknown
    }

    /// How far a sequence number lies from an offset; `None` where no window reaches.
    #[inline]
    pub(super) fn distance(self, seq: u32, offset: u64) -> Option<i64> {
        // The low half of the offset is all that counts on the ring of sequence numbers.
        let next = self.base()?.wrapping_add(offset as u32);
        let distance = i64::from(seq.wrapping_sub(next) as i32);
        (distance.abs() < REACH).then_some(distance)
    }

    /// The sequence number of an offset, and whether no later segment makes the start another.
    #[inline]
    pub(super) fn seq_of(self, offset: u64) -> Option<(u32, bool)> {
        let is_sure = matches!(self, Self::Payload(_) | Self::Syn(_));
        Some((self.base()?.wrapping_add(offset as u32), is_sure))
    }

    /// Whether a SYN belongs to another connection.
    pub(super) fn is_other(self, syn: u32) -> bool {
        let first = syn.wrapping_add(1);
        match self {
            Self::Unknown => false,
            Self::Syn(base) => base != first,
            // The SYN may come late; then the first byte that was seen follows it closely.
            Self::Guessed(base) | Self::Payload(base) => base.wrapping_sub(first) > LATE_SYN_REACH,
        }
    }

    const fn base(self) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Guessed(base) | Self::Payload(base) | Self::Syn(base) => Some(base),
        }
    }
}

/// The sequence number of a segment's first byte: a SYN stands before it.
pub(super) const fn payload_seq(tcp: &TcpLayer) -> u32 {
    if tcp.flags.has(Flags::SYN) { tcp.seq.wrapping_add(1) } else { tcp.seq }
}
