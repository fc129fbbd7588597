//! From which frames a run of bytes came.

use std::collections::VecDeque;
use std::ops::Range;

use super::Stamp;

/// The frames of one side of a connection, by the offsets that they brought.
///
/// Give it each [`Event::Data`](super::Event::Data); ask for the frames of a range; and let go of
/// what lies before the bytes that are still of interest, so that memory stays flat.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    entries: VecDeque<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u64,
    end: u64,
    at: Stamp,
}

impl Origins {
    /// Notes that `len` bytes from `offset` on came in this frame. Offsets must not go back.
    pub fn push(&mut self, offset: u64, len: usize, at: Stamp) {
        let end = offset.saturating_add(len as u64);
        match self.entries.back_mut() {
            Some(last) if last.at.frame == at.frame && last.end == offset => last.end = end,
            _ => self.entries.push_back(Entry { start: offset, end, at }),
        }
    }

    /// Notes that `len` bytes from `offset` on came in several frames together: which byte came in
    /// which can't be told, as of a record that is deciphered as a whole.
    pub fn push_all(&mut self, offset: u64, len: usize, stamps: &[Stamp]) {
        match stamps {
            [one] => self.push(offset, len, *one),
            _ => {
                let end = offset.saturating_add(len as u64);
                self.entries.extend(stamps.iter().map(|at| Entry { start: offset, end, at: *at }));
            }
        }
    }

    /// The frames that brought bytes of a range, in the order of the bytes.
    ///
    /// Bytes that were not captured, or were let go of, have no frame.
    pub fn frames(&self, range: Range<u64>) -> impl Iterator<Item = Stamp> + '_ {
        let first = self.entries.partition_point(|entry| entry.end <= range.start);
        let rest = self.entries.iter().skip(first);
        rest.take_while(move |entry| entry.start.max(range.start) < range.end).map(|entry| entry.at)
    }

    /// The frame that brought the byte at an offset.
    #[must_use]
    pub fn frame_of(&self, offset: u64) -> Option<Stamp> {
        self.frames(offset..offset.saturating_add(1)).next()
    }

    /// Lets go of all bytes before an offset.
    pub fn forget_before(&mut self, offset: u64) {
        while self.entries.front().is_some_and(|entry| entry.end <= offset) {
            self.entries.pop_front();
        }
    }

    /// How many entries are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is allocated, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.entries.capacity().saturating_mul(size_of::<Entry>())
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frame: u64) -> Stamp {
        Stamp { frame, ..Stamp::default() }
    }

    #[test]
    fn a_range_tells_its_frames_and_gaps_have_none() {
        let mut origins = Origins::default();
        origins.push(0, 10, at(1));
        origins.push(10, 5, at(4));
        origins.push(15, 5, at(4));
        origins.push(30, 1, at(2));
        let frames = |range| origins.frames(range).map(|at| at.frame).collect::<Vec<_>>();
        assert_eq!(frames(0..31), [1, 4, 2]);
        assert_eq!(frames(10..15), [4]);
        assert_eq!(frames(20..30), [0; 0]);
        assert_eq!(frames(9..11), [1, 4]);
        assert_eq!(frames(5..5), [1; 0]);
        assert_eq!(origins.frame_of(30), Some(at(2)));
        let mut pruned = origins.clone();
        pruned.forget_before(19);
        assert_eq!(pruned.len(), 2);
    }
}
