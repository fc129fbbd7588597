//! Frames that were passed over, counted by reason.

use std::collections::BTreeMap;

use super::{Skip, skip::Reason};

/// Kinds of reason that are told apart. A link has a few; only damage or an attack has more.
const MAX_REASONS: usize = 128;

/// How many frames were passed over, and why.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    by_reason: BTreeMap<Reason, SkipCount>,
    frames: u64,
}

/// The frames that were passed over for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkipCount {
    /// How many.
    pub frames: u64,
    /// Number of the first of them.
    pub first_frame: u64,
    /// Why the first of them was passed over; its `Display` is the reason in words.
    pub example: Skip,
}

impl Counters {
    /// Counts a frame, by its number in the capture.
    pub fn add(&mut self, frame: u64, skip: Skip) {
        self.frames = self.frames.saturating_add(1);
        let reason = skip.reason();
        if let Some(count) = self.by_reason.get_mut(&reason) {
            count.frames = count.frames.saturating_add(1);
        } else if self.by_reason.len() < MAX_REASONS {
            self.by_reason
                .insert(reason, SkipCount { frames: 1, first_frame: frame, example: skip });
        }
    }

    /// All frames passed over. More than the rows add up to where there were too many reasons.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// A row for each reason, in a fixed order.
    pub fn rows(&self) -> impl Iterator<Item = &SkipCount> {
        self.by_reason.values()
    }
}
