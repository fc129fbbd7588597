//! Until when there was a capture at all: a connection that was silent by then was so on the wire.

use crate::capture::Frame;
use crate::session::{At, Captured};

/// Interfaces of files that are told apart. With more, it is not known when each ended.
const MAX_INTERFACES: usize = 64;
/// Pauses that are remembered.
const MAX_PAUSES: usize = 64;
/// Nanoseconds without a frame that are no pause yet.
pub(super) const SHORT: i64 = 1_000_000_000;

/// The last frame of each interface of each file, and the times without one.
#[derive(Debug, Default)]
pub(super) struct Reach {
    ends: Vec<((u16, u32), At)>,
    is_partial: bool,
    /// Pauses that are longer than all behind them.
    pauses: Vec<(i64, i64)>,
}

impl Reach {
    /// Takes note of the times of two frames, one after the other.
    pub(super) fn step(&mut self, (from, to): (i64, i64)) {
        if to.saturating_sub(from) > SHORT {
            self.pause(from, to);
        }
    }

    /// Takes note of a frame.
    #[inline]
    pub(super) fn frame(&mut self, frame: &Frame<'_>) {
        if frame.time.is_none() {
            return;
        }
        let of = (frame.file, frame.interface);
        let at = At { number: 0, frame: frame.number, time: frame.time };
        if let Some((_, end)) = self.ends.iter_mut().find(|(known, _)| *known == of) {
            if end.time <= at.time {
                *end = at;
            }
        } else if self.ends.len() < MAX_INTERFACES {
            self.ends.push((of, at));
        } else {
            self.is_partial = true;
        }
    }

    /// The frame until which everything was captured that any of the interfaces saw: the last one of that
    /// which ended first, as it is not known which of them sees a connection.
    pub(super) fn captured(&self) -> Option<Captured> {
        let ends = self.ends.iter().filter(|_| !self.is_partial).map(|(_, end)| *end);
        let until = ends.min_by_key(|end| end.time)?;
        Some(Captured { until, pauses: self.pauses.clone() })
    }

    fn pause(&mut self, from: i64, to: i64) {
        let length = |(from, to): &(i64, i64)| to.saturating_sub(*from);
        let is_shorter = |pause: &mut (i64, i64)| length(pause) <= length(&(from, to));
        while self.pauses.pop_if(is_shorter).is_some() {}
        if self.pauses.len() < MAX_PAUSES {
            self.pauses.push((from, to));
        } else if let Some((_, end)) = self.pauses.last_mut() {
            // What is between the two counts as one.
            *end = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkType;

    fn until(frames: &[(u16, u32, Option<i64>)]) -> Option<u64> {
        let mut reach = Reach::default();
        for (number, (file, interface, time)) in (1..).zip(frames) {
            let (link, file, interface) = (LinkType::ETHERNET, *file, *interface);
            let (original_len, beside, data, time) = (0, None, &[][..], *time);
            let frame = Frame { number, time, link, original_len, interface, file, beside, data };
            reach.frame(&frame);
        }
        reach.captured().map(|captured| captured.until.frame)
    }

    #[test]
    fn the_interface_that_ends_first() {
        assert_eq!(until(&[]), None);
        assert_eq!(
            until(&[(0, 0, Some(1)), (0, 0, None), (0, 0, Some(9)), (0, 0, Some(8))]),
            Some(3)
        );
        assert_eq!(until(&[(0, 0, Some(1)), (0, 1, Some(2)), (0, 0, Some(3))]), Some(2));
        assert_eq!(until(&[(0, 0, Some(1)), (1, 0, Some(2))]), Some(1));
        let many: Vec<_> = (0..65).map(|interface| (0, interface, Some(1))).collect();
        assert_eq!(until(&many), None);
    }

    #[test]
    fn the_longest_pauses_from_any_time_on() {
        let mut reach = Reach::default();
        let mut time = 0;
        for seconds in [1, 9, 2, 5, 3, 3] {
            reach.pause(time, time + seconds);
            time += seconds;
        }
        assert_eq!(reach.pauses, [(1, 10), (12, 17), (20, 23)]);
        // There may be more of them than are remembered.
        let mut reach = Reach::default();
        for nth in 0..200 {
            reach.pause(nth * 1_000, nth * 1_000 + 500 - nth);
        }
        assert_eq!(reach.pauses.len(), MAX_PAUSES);
        let longest = |from| {
            let behind = reach.pauses.iter().filter(|(_, to)| *to > from);
            behind.map(|(from, to)| to - from).max()
        };
        assert!(longest(150_000).unwrap() >= 350 && longest(0) >= Some(500));
    }
}
