//! Times that run backwards from one frame to the next: then spans and rates are not what they seem.

/// Nanoseconds that a frame may be earlier than the one before it and say nothing: cards with several
/// queues hand frames over a little out of order.
const OUT_OF_ORDER: i64 = 100_000_000;

/// What was seen of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backwards {
    /// How often.
    pub(crate) count: u64,
    /// The first frame that is earlier than the one before it.
    pub(crate) first_frame: u64,
    /// The greatest step, in nanoseconds.
    pub(crate) greatest: u64,
}

impl Backwards {
    /// A frame of this number came at `time`, and the one before it at `before`.
    pub(super) fn frame(&mut self, number: u64, (before, time): (i64, i64)) {
        let back = before.saturating_sub(time);
        if back < OUT_OF_ORDER {
            return;
        }
        if self.count == 0 {
            self.first_frame = number;
        }
        self.count = self.count.saturating_add(1);
        self.greatest = self.greatest.max(back.unsigned_abs());
    }
}
