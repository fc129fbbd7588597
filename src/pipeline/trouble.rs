//! What happened to the bytes of a direction on their way, until the packet is known that it is to
//! be told with.

use crate::annotate::Finding;
use crate::bytes::Span;
use crate::spec::{Field, Rule};
use std::ops::Range;

/// Conflicts that are kept for packets that are not complete: one segment that was tampered with
/// brings one.
const MAX_CONFLICTS: usize = 32;
/// Records that are remembered, to name the one that bytes came again of.
const MAX_TOLD: usize = 8;

/// What is still to be told of a direction.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Bytes that were not captured before the next record; `None` within where the number is not
    /// known.
    lost: Option<Option<u64>>,
    conflicts: Vec<Conflict>,
    /// The last packets: their bytes and the numbers of their records.
    told: [(u64, u64, u64); MAX_TOLD],
    next: usize,
}

/// Bytes that came again with other contents.
#[derive(Clone, Copy, Debug)]
struct Conflict {
    start: u64,
    end: u64,
    frame: u64,
}

impl Trouble {
    /// Whether there is nothing to tell.
    pub(super) fn is_none(&self) -> bool {
        self.lost.is_none() && self.conflicts.is_empty()
    }

    /// Takes note of bytes that were not captured.
    pub(super) fn lose(&mut self, missing: Option<u64>) {
        self.lost = Some(match self.lost {
            Some(before) => before.zip(missing).map(|(a, b)| a.saturating_add(b)),
            None => missing,
        });
    }

    /// Takes note of bytes that came again with other contents.
    pub(super) fn contradict(&mut self, range: Range<u64>, frame: u64) {
        if self.conflicts.len() < MAX_CONFLICTS {
            self.conflicts.push(Conflict { start: range.start, end: range.end, frame });
        }
    }

    /// Remembers which record told these bytes.
    pub(super) fn remember(&mut self, range: Range<u64>, record: u64) {
        if let Some(slot) = self.told.get_mut(self.next % MAX_TOLD) {
            *slot = (range.start, range.end, record);
        }
        self.next = self.next.wrapping_add(1);
    }

    /// The finding for bytes that came again with other contents when they had been told already.
    pub(super) fn late(&self, range: Range<u64>) -> Finding {
        let len = range.end.saturating_sub(range.start);
        let span = Span::of_bytes(0, usize::try_from(len).unwrap_or(usize::MAX));
        let told =
            self.told.iter().find(|(start, end, _)| *start < range.end && range.start < *end);
        match told {
            Some((.., record)) => {
                Finding::new(Rule::OVERLAP_OF_RECORD, span, Field::UNDECODED).with(len, *record)
            }
            None => Finding::new(Rule::OVERLAP_OF_OLD, span, Field::UNDECODED).with(len, 0),
        }
    }

    /// Adds the findings for a record that holds the bytes of a range to `notes`.
    pub(super) fn findings(&mut self, range: Range<u64>, notes: &mut Vec<Finding>) {
        let here = Span::of_bytes(0, 0);
        match self.lost.take() {
            Some(Some(bytes)) => {
                notes.push(Finding::new(Rule::LOST_BEFORE, here, Field::INPUT).with(bytes, 0));
            }
            Some(None) => notes.push(Finding::new(Rule::LOST_UNKNOWN, here, Field::INPUT)),
            None => {}
        }
        for conflict in &self.conflicts {
            let start = conflict.start.max(range.start);
            let len = conflict.end.min(range.end).saturating_sub(start);
            if len > 0 {
                let [at, count] = [start.saturating_sub(range.start), len]
                    .map(|value| usize::try_from(value).unwrap_or(usize::MAX));
                let finding = Finding::new(Rule::OVERLAP, Span::of_bytes(at, count), Field::INPUT);
                notes.push(finding.with(len, conflict.frame));
            }
        }
        self.conflicts.retain(|conflict| conflict.end > range.end);
    }
}
