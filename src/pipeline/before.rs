//! What stood before bytes that are no packet, or a broken one: they may be the end of a packet that has
//! others inside it. Then it is not asked what they should have been.

use super::conversations::packet_at;
use crate::mqtt::repair;
use crate::mqtt::torn::may_be_torn;
use crate::spec::{Sender, Version};
use std::collections::VecDeque;

/// Whether the packet that begins at `at` of a segment may have others inside it, or be a part of one
/// before it.
pub(super) fn is_doubtful(
    (segment, at): (&[u8], usize),
    version: Option<Version>,
    sender: Option<Sender>,
) -> bool {
    let (mut before, mut next) = (Before::new(segment), 0);
    while let Some((start, packet)) = packet_at(segment, next).filter(|(start, _)| *start <= at) {
        before.take(start, packet.len());
        next = start.saturating_add(packet.len());
    }
    before.may_be_torn(version, sender)
}

/// The last packets before what cannot be one: where they begin, and their lengths.
pub(super) struct Before<'b> {
    all: &'b [u8],
    last: VecDeque<(usize, usize)>,
}

/// Packets that are looked back at: what is pushed out of a packet is short.
const MAX_BEFORE: usize = 8;

impl<'b> Before<'b> {
    pub(super) fn new(all: &'b [u8]) -> Self {
        Self { all, last: VecDeque::with_capacity(MAX_BEFORE) }
    }

    /// Takes note of the next packet; the result is what stands behind it.
    pub(super) fn take(&mut self, at: usize, len: usize) -> &'b [u8] {
        if self.last.len() >= MAX_BEFORE {
            self.last.pop_front();
        }
        self.last.push_back((at, len));
        self.all.get(at.saturating_add(len)..).unwrap_or_default()
    }

    pub(super) fn forget(&mut self) {
        self.last.clear();
    }

    /// Whether the last packet, or one before it, may have others inside it, so that this one's bytes are
    /// its own.
    pub(super) fn may_be_torn(&self, version: Option<Version>, sender: Option<Sender>) -> bool {
        self.last.iter().any(|(at, len)| {
            let rest = self.all.get(*at..).unwrap_or_default();
            let (packet, behind) = rest.split_at_checked(*len).unwrap_or((rest, &[]));
            let behind = behind.get(..=repair::MAX_BYTES).unwrap_or(behind);
            may_be_torn(packet, behind, version, sender)
        })
    }
}
