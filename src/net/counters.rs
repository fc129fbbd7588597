//! Frames that were passed over, counted by reason.

use std::collections::BTreeMap;

use super::{Skip, skip::Reason};

/// Kinds of reason that are told apart. A link has a few; only damage or an attack has more.
const MAX_REASONS: usize = 128;

/// How many frames were passed over, and why.
///
/// ```
/// # use mqttscope::net::{Counters, Skip};
/// # use mqttscope::spec::link::EtherType;
/// let mut counters = Counters::default();
/// counters.add(1, Skip::NotIp(EtherType(0x0806))); // ARP
/// counters.add(7, Skip::NotIp(EtherType(0x0806)));
/// assert_eq!(counters.frames(), 2);
/// let row = counters.rows().next().unwrap();
/// assert_eq!((row.frames, row.first_frame), (2, 1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Counters {
    by_reason: BTreeMap<Reason, SkipCount>,
    frames: u64,
}

/// The frames that were passed over for one reason.
///
/// ```
/// # use mqttscope::net::{Counters, Skip};
/// # use mqttscope::spec::link::EtherType;
/// let mut counters = Counters::default();
/// counters.add(3, Skip::Encrypted);
/// let row = counters.rows().next().unwrap();
/// assert_eq!(row.example.to_string(), "an encrypted IEEE 802.11 frame");
/// ```
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
    ///
    /// ```
    /// # use mqttscope::net::{Counters, Skip};
    /// # use mqttscope::spec::link::EtherType;
    /// let mut counters = Counters::default();
    /// counters.add(1, Skip::Fragment);
    /// assert_eq!(counters.frames(), 1);
    /// ```
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
    ///
    /// ```
    /// # use mqttscope::net::{Counters, Skip};
    /// # use mqttscope::spec::link::EtherType;
    /// assert_eq!(Counters::default().frames(), 0);
    /// ```
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// A row for each reason, in a fixed order.
    ///
    /// ```
    /// # use mqttscope::net::{Counters, Skip};
    /// # use mqttscope::spec::link::EtherType;
    /// let mut counters = Counters::default();
    /// counters.add(1, Skip::Fragment);
    /// counters.add(2, Skip::NotData);
    /// counters.add(3, Skip::NotData);
    /// assert_eq!(counters.rows().map(|row| row.frames).sum::<u64>(), 3);
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = &SkipCount> {
        self.by_reason.values()
    }
}
