//! Times in which nothing at all was captured, though several clients had to speak: the clock of the capture
//! was set, or the capture stood still. Such a time is nobody's silence. And how far the capture shows one.

use super::Shared;
use crate::session::At;
use crate::session::ended::{Ended, Still};

/// Such times that are remembered: the last ones.
const MAX_STILL: usize = 16;
/// Connections at the least whose clients would all have been silent for far too long, without that their server
/// ended any of them: one alone may be let be by its server.
const LEAST: usize = 2;

/// What a capture shows, told at its end.
#[derive(Debug)]
pub(crate) struct Captured {
    /// The last frame until which it shows everything.
    pub(crate) until: At,
    /// Times before and behind which there are frames, and none in between; the long ones.
    pub(crate) pauses: Vec<(i64, i64)>,
}

impl Captured {
    /// Until when it shows that a client is silent. In a pause that is longer than its Keep Alive the capture
    /// may have been off.
    pub(super) fn until(&self, ended: &Ended) -> Option<At> {
        let interval = i64::from(ended.keep_alive.seconds?).saturating_mul(1_000_000_000);
        let last = ended.keep_alive.last?.time?;
        let is_on = |(from, to): &(i64, i64)| *to <= last || to.saturating_sub(*from) <= interval;
        self.pauses.iter().all(is_on).then_some(self.until)
    }
}

impl Shared {
    /// Nothing was captured between two frames, in which the silence of so many connections became too long by
    /// far.
    pub(crate) fn stands_still(&mut self, (from, to): (i64, i64), frame: u64, connections: usize) {
        if connections < LEAST {
            return;
        }
        if self.still.len() >= MAX_STILL {
            self.still.pop_front();
        }
        self.still.push_back(Still { from, to, frame, connections });
    }

    /// Nanoseconds between two times that are no silence.
    #[inline]
    pub(in crate::session) fn stood(&self, from: Option<i64>, to: Option<i64>) -> u64 {
        if self.still.is_empty() { 0 } else { self.stood_of_some(from, to) }
    }

    #[inline(never)]
    fn stood_of_some(&self, from: Option<i64>, to: Option<i64>) -> u64 {
        self.still.iter().map(|still| still.within(from, to)).fold(0, u64::saturating_add)
    }

    /// What of that a connection that has ended was open in: where its end was not seen, until that of the capture.
    pub(super) fn note_still(&self, ended: &mut Ended) {
        let until = ended.captured_until.filter(|_| ended.over_at().is_none());
        let until = until.and_then(|until| until.time);
        let tcp = ended.wire.tcp.map(|tcp| (tcp.first.time, tcp.last.time.max(until)));
        let Some((Some(first), Some(last))) = tcp else { return };
        let all = self.still.iter().filter(|still| first <= still.from && still.to <= last);
        ended.still = all.copied().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Captures of different days that were merged: in between nothing is known of a client.
    #[test]
    fn a_silence_is_shown_as_long_as_there_are_frames() {
        let second = |seconds: i64| seconds * 1_000_000_000;
        let at = |seconds| At { number: 1, frame: 1, time: Some(second(seconds)) };
        let until = |keep_alive, pauses: &[(i64, i64)]| {
            let pauses = pauses.iter().map(|(from, to)| (second(*from), second(*to))).collect();
            let captured = Captured { until: at(100), pauses };
            let mut ended = Ended::default();
            (ended.keep_alive.seconds, ended.keep_alive.last) = (keep_alive, Some(at(20)));
            captured.until(&ended)
        };
        assert_eq!(until(Some(10), &[]), Some(at(100)));
        assert_eq!(until(Some(10), &[(0, 19), (30, 40)]), Some(at(100)));
        assert_eq!(until(Some(10), &[(30, 41)]), None);
        // Its Keep Alive is off, or not known.
        assert_eq!((until(Some(0), &[(30, 41)]), until(None, &[])), (None, None));
    }
}
