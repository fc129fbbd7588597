//! Keep Alive (5.0: section 3.1.2.10).

use super::{Ended, SECOND};
use crate::session::{At, Shared};

/// Nanoseconds by which a server may be late.
const LATE_SERVER: u64 = 5 * SECOND;

/// What is known of a connection's Keep Alive (5.0: section 3.1.2.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepAliveRecord {
    /// The seconds that the client asked for.
    pub asked: Option<u16>,
    /// The seconds that hold: Server Keep Alive wins. 0 is off.
    pub seconds: Option<u16>,
    /// The longest silence of the client, between two packets or before the end of the connection.
    pub longest: Option<Silence>,
    /// Silences longer than the interval.
    pub late: u64,
    /// Silences longer than one and a half times the interval.
    pub broken: u64,
    /// The first of those.
    pub first_broken: Option<Silence>,
    /// The client's last packet: what came after it is silence until the end.
    pub last: Option<At>,
    /// PINGREQ packets.
    pub pings: u64,
    /// PINGRESP packets.
    pub pongs: u64,
    /// The oldest PINGREQ that had no PINGRESP when the client left, or at the end.
    pub unanswered: Option<At>,
    /// Its PINGRESP, where that came when the client had left.
    pub late_answer: Option<At>,
    /// The server's last packet when the client left.
    pub heard: Option<At>,
}

/// One and a half times a Keep Alive interval: after so long a silence the server has to end the connection.
pub(in crate::session) const fn limit(interval: u64) -> u64 {
    interval.saturating_add(interval >> 1)
}

/// A silence of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    /// The packet before it.
    pub from: At,
    /// The packet after it, or the end of the connection.
    pub to: At,
    /// Nanoseconds.
    pub time: u64,
}

/// A time in which nothing at all was captured, though several clients had to speak: no silence of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Still {
    /// The time of the frame before it.
    pub from: i64,
    /// The time of the frame behind it.
    pub to: i64,
    /// The number of that frame.
    pub frame: u64,
    /// Connections whose clients had to speak.
    pub connections: usize,
}

impl Still {
    /// Nanoseconds of it that lie between two times.
    #[must_use]
    pub fn within(&self, from: Option<i64>, to: Option<i64>) -> u64 {
        let (Some(from), Some(to)) = (from, to) else { return 0 };
        u64::try_from(self.to.min(to).saturating_sub(self.from.max(from))).unwrap_or(0)
    }
}

impl Ended {
    /// Whether its client had kept its Keep Alive until `from`, and has not by far at `to`, as it is silent until
    /// then.
    pub(in crate::session) fn is_overdue(&self, (from, to): (i64, i64)) -> bool {
        let is_over = self.over_at().is_some() || self.connack.is_none();
        let seconds = self.keep_alive.seconds.filter(|seconds| *seconds > 0 && !is_over);
        let last = self.keep_alive.last.and_then(|last| last.time);
        let Some((seconds, last)) = seconds.zip(last) else { return false };
        let limit = limit(u64::from(seconds).saturating_mul(SECOND));
        let silent = |until: i64| u64::try_from(until.saturating_sub(last)).unwrap_or(0);
        // Some servers look at their clients every few seconds.
        silent(from) <= limit && silent(to) > limit.saturating_mul(2).saturating_add(LATE_SERVER)
    }

    /// The client leaves, or nothing more comes: its oldest PINGREQ that still waits.
    pub(in crate::session) fn settle_ping(&mut self, waits: Option<At>) {
        (self.keep_alive.unanswered, self.keep_alive.heard) = (waits, self.from_server.last);
    }

    /// The silence of the client before the end of the connection counts as those between its packets.
    pub(in crate::session) fn settle_silence(&mut self, shared: &Shared) {
        if let (Some(from), Some(to)) = (self.keep_alive.last, self.over_at())
            && let Some(time) = to.since(from)
        {
            let time = time.saturating_sub(shared.stood(from.time, to.time));
            self.keep_alive.silence(Silence { from, to, time });
        }
    }
}

impl KeepAliveRecord {
    /// Whether there is nothing to note of a silence of so many nanoseconds: it is neither the longest nor too
    /// long.
    pub(in crate::session) fn is_usual(&self, time: u64) -> bool {
        let interval = u64::from(self.seconds.unwrap_or(0)).saturating_mul(SECOND);
        let is_late = interval > 0 && time > interval;
        !is_late && self.longest.is_some_and(|longest| time <= longest.time)
    }

    /// Takes note of a silence; the result is the interval that holds, in nanoseconds, where the silence
    /// was longer.
    pub(in crate::session) fn silence(&mut self, silence: Silence) -> Option<u64> {
        if self.longest.is_none_or(|longest| longest.time < silence.time) {
            self.longest = Some(silence);
        }
        let seconds = self.seconds.filter(|seconds| *seconds > 0)?;
        let interval = u64::from(seconds).saturating_mul(SECOND);
        if silence.time <= interval {
            return None;
        }
        self.late = self.late.saturating_add(1);
        if silence.time > limit(interval) {
            self.broken = self.broken.saturating_add(1);
            self.first_broken = self.first_broken.or(Some(silence));
        }
        Some(interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_usual_nothing_is_noted() {
        for seconds in [None, Some(0), Some(2)] {
            let mut record = KeepAliveRecord { seconds, ..KeepAliveRecord::default() };
            let mut usual = Vec::new();
            for time in [1, 2, 1, 3, 2, 4, 3, 3].map(|time| time * SECOND) {
                let (before, is_usual) = (record, record.is_usual(time));
                let interval = record.silence(Silence { time, ..Silence::default() });
                assert_eq!(is_usual, interval.is_none() && record == before, "{seconds:?} {time}");
                usual.push(is_usual);
            }
            let is_off = seconds != Some(2);
            assert_eq!(usual, [false, false, true, false, true, false, is_off, is_off]);
        }
    }
}
