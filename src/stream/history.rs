//! The bytes that were told last, over all connections, to compare repeated ones with.
//!
//! One ring for all: memory stays flat however many connections there are. Each side remembers
//! where its last few segments lie in it.

use std::ops::Range;

/// Bytes remembered. A segment that comes again does so within a second or two; on a busy link this
/// holds tens of milliseconds, on the links that MQTT is used on, minutes.
const RING: usize = 1 << 22;
/// Takes a place to its index in the ring, whose size is a power of two.
const MASK: u64 = (1 << 22) - 1;
/// Runs of bytes that a side remembers: a repeated segment is nearly always among the last four. What
/// one side brings while no other does is one run, up to the ring's end.
const RECENT: usize = 32;

/// The ring.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Empty until the first use.
    ring: Vec<u8>,
    /// Bytes written so far, as if the ring had no end.
    written: u64,
}

impl History {
    /// Keeps bytes, and returns where.
    #[inline]
    fn keep(&mut self, bytes: &[u8]) -> Option<u64> {
        let free = self.ring.get_mut((self.written & MASK) as usize..).unwrap_or_default();
        let Some(free) = free.get_mut(..bytes.len()) else { return self.keep_at_start(bytes) };
        free.copy_from_slice(bytes);
        let place = self.written;
        self.written = place.saturating_add(bytes.len() as u64);
        Some(place)
    }

    /// The same where the ring is empty, or they do not fit in one piece: then they go to its start.
    #[cold]
    fn keep_at_start(&mut self, bytes: &[u8]) -> Option<u64> {
        if self.ring.is_empty() {
            self.ring = vec![0; RING];
        }
        if bytes.len() > RING {
            return None;
        }
        let mut at = self.index(self.written);
        if at.saturating_add(bytes.len()) > RING {
            self.written = self.written.saturating_add(RING.saturating_sub(at) as u64);
            at = 0;
        }
        let place = self.written;
        self.ring.get_mut(at..at.saturating_add(bytes.len()))?.copy_from_slice(bytes);
        self.written = self.written.saturating_add(bytes.len() as u64);
        Some(place)
    }

    /// What is still there of bytes that were kept, with how many of the first are not.
    fn get(&self, place: u64, len: usize) -> Option<(u64, &[u8])> {
        let oldest = self.written.saturating_sub(RING as u64);
        let gone = oldest.saturating_sub(place);
        let bytes = self.ring.get(self.index(place)..)?.get(..len)?;
        Some((gone, bytes.get(usize::try_from(gone).ok()?..)?))
    }

    const fn index(&self, place: u64) -> usize {
        (place & MASK) as usize
    }
}

/// Where the last bytes of one side lie in the ring.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    /// The last one, here, as it is looked at for each segment; without length before the first.
    last: Entry,
    /// Those before it, in no order, as all are looked at; no more is allocated than was needed.
    entries: Vec<Entry>,
    /// Where the next one of them goes.
    next: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    offset: u64,
    len: u32,
    place: u64,
}

impl Entry {
    /// Whether bytes at an offset, and at a place in the ring, lie directly behind these.
    const fn goes_on(&self, offset: u64, place: u64) -> bool {
        let len = self.len as u64;
        let is_behind = self.place.saturating_add(len) == place;
        // Those at the ring's start are not behind those at its end.
        is_behind && place & MASK != 0 && self.offset.saturating_add(len) == offset
    }
}

impl Recent {
    /// Remembers bytes that were told at an offset of the side.
    #[inline]
    pub(super) fn remember(&mut self, history: &mut History, offset: u64, bytes: &[u8]) {
        let (Some(place), Ok(len)) = (history.keep(bytes), u32::try_from(bytes.len())) else {
            return;
        };
        if self.last.goes_on(offset, place)
            && let Some(len) = self.last.len.checked_add(len).filter(|len| *len as usize <= RING)
        {
            self.last.len = len;
            return;
        }
        if self.last.len > 0 {
            self.put_behind();
        }
        self.last = Entry { offset, len, place };
    }

    /// Puts the last one to those before it.
    #[inline]
    fn put_behind(&mut self) {
        match self.entries.get_mut(self.next) {
            Some(oldest) => *oldest = self.last,
            None => self.entries.push(self.last),
        }
        let next = self.next.saturating_add(1);
        self.next = if next < RECENT.saturating_sub(1) { next } else { 0 };
    }

    /// From where to where these bytes differ from those told at the same offsets, as far as they
    /// are remembered.
    pub(super) fn difference(
        &self,
        history: &History,
        offset: u64,
        bytes: &[u8],
    ) -> Option<Range<u64>> {
        let told = self.entries.iter().chain([&self.last]).filter_map(|entry| {
            let (gone, told) = history.get(entry.place, entry.len as usize)?;
            difference((entry.offset.saturating_add(gone), told), (offset, bytes))
        });
        told.reduce(join)
    }
}

/// From where to where two runs of bytes, each at its offset, differ where they overlap.
pub(super) fn difference((a_at, a): (u64, &[u8]), (b_at, b): (u64, &[u8])) -> Option<Range<u64>> {
    let start = a_at.max(b_at);
    let end = a_at.saturating_add(a.len() as u64).min(b_at.saturating_add(b.len() as u64));
    if start >= end {
        return None;
    }
    let (a, b) = (part(a_at, a, start, end), part(b_at, b, start, end));
    if a == b {
        return None;
    }
    let differs = |(a, b): (&u8, &u8)| a != b;
    let first = a.iter().zip(b).position(differs)? as u64;
    let last = a.iter().zip(b).rposition(differs)? as u64;
    Some(start.saturating_add(first)..start.saturating_add(last).saturating_add(1))
}

/// The range that holds both.
pub(super) fn join(a: Range<u64>, b: Range<u64>) -> Range<u64> {
    a.start.min(b.start)..a.end.max(b.end)
}

pub(super) fn part(at: u64, bytes: &[u8], start: u64, end: u64) -> &[u8] {
    let from = usize::try_from(start.saturating_sub(at)).unwrap_or(usize::MAX);
    let to = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
    bytes.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_run_that_is_overwritten_in_part_the_rest_is_compared() {
        let (mut history, mut recent) = (History::default(), Recent::default());
        let block = vec![7; RING / 8];
        for n in 0..8 {
            recent.remember(&mut history, n * block.len() as u64, &block);
        }
        assert_eq!((recent.entries.len(), recent.last.len as usize), (0, RING));
        Recent::default().remember(&mut history, 0, &[1; 100]);
        assert_eq!(recent.difference(&history, 90, &[8; 20]), Some(100..110));
        assert_eq!(recent.difference(&history, 0, &[8; 100]), None);
    }

    #[test]
    fn a_difference_is_seen_as_long_as_the_ring_holds_the_bytes() {
        let (mut history, mut recent) = (History::default(), Recent::default());
        recent.remember(&mut history, 100, b"hello");
        assert_eq!(recent.difference(&history, 102, b"llo, and more"), None);
        assert_eq!(recent.difference(&history, 102, b"lls"), Some(104..105));
        assert_eq!(recent.difference(&history, 99, b"?Hel?o"), Some(100..104));
        assert_eq!(recent.difference(&history, 105, b"anything"), None);
        let block = vec![7; RING - 2];
        let mut other = Recent::default();
        other.remember(&mut history, 0, &block);
        other.remember(&mut history, 0, &block[..5]);
        assert_eq!(recent.difference(&history, 100, b"HELLO"), None, "overwritten, not compared");
        assert_eq!(other.difference(&history, 0, b"\x07\x08"), Some(1..2));
    }
}
