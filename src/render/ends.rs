//! Addresses in words: those of a connection come again with each of its packets.

use std::net::SocketAddr;

/// Pairs of addresses that are remembered: a power of two, more than speak at one moment.
const SLOTS: usize = 256;

/// The addresses that were put into words last.
#[derive(Debug)]
pub(super) struct Ends {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    ends: Option<(SocketAddr, SocketAddr)>,
    words: (String, String),
}

impl Ends {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { slots: vec![Slot::default(); SLOTS] }
    }

    /// Sender and receiver, each as `address:port`.
    pub(super) fn words(&mut self, ends: (SocketAddr, SocketAddr)) -> (&str, &str) {
        let (src, dst) = ends;
        let Some(slot) = self.slots.get_mut(place(ends, SLOTS)) else { return ("", "") };
        if slot.ends != Some(ends) {
            *slot = Slot { ends: Some(ends), words: (src.to_string(), dst.to_string()) };
        }
        (&slot.words.0, &slot.words.1)
    }
}

/// The slot for what is remembered of a connection's direction, of so many, which are a power of two.
pub(super) fn place((src, dst): (SocketAddr, SocketAddr), slots: usize) -> usize {
    // One port is mostly that of the server: all bits of the other one count, whichever it is.
    usize::from(src.port().wrapping_mul(5) ^ dst.port()) & slots.saturating_sub(1)
}
