//! Bytes together with the map that leads each of them back to the text it was written as.

use std::ops::Range;

/// For each byte of a piece the stretch of text that says it.
///
/// Neighbours at equal distances are one segment, so that a line of hex costs one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMap {
    segments: Vec<Segment>,
}

/// 32 bits hold every offset: [`super::MAX_TEXT`] is below 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    byte: u32,
    text: u32,
    width: u16,
    step: u16,
}

impl TextMap {
    /// The text that bytes `range` were read from, from the first one's to the last one's end.
    #[must_use]
    pub fn text_of(&self, range: Range<usize>) -> Option<Range<usize>> {
        let first = self.one(range.start)?;
        let last = self.one(range.end.saturating_sub(1).max(range.start))?;
        Some(first.start..last.end.max(first.end))
    }

    fn one(&self, byte: usize) -> Option<Range<usize>> {
        let after = self.segments.partition_point(|s| s.byte as usize <= byte);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let steps = byte.saturating_sub(segment.byte as usize);
        let start = steps.saturating_mul(segment.step.into()).saturating_add(segment.text as usize);
        Some(start..start.saturating_add(segment.width.into()))
    }

    fn push(&mut self, byte: usize, start: usize, width: usize) {
        let (byte, text) = (narrow(byte), narrow(start));
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        if let Some(last) = self.segments.last_mut()
            && last.width == width
        {
            let count = byte.saturating_sub(last.byte);
            let gap = text.checked_sub(last.text);
            if let (1, Some(Ok(step))) = (count, gap.map(u16::try_from)) {
                last.step = step;
                return;
            }
            let gap = gap.unwrap_or(u32::MAX);
            if count > 1 && u64::from(last.step).saturating_mul(count.into()) == u64::from(gap) {
                return;
            }
        }
        self.segments.push(Segment { byte, text, width, step: 0 });
    }

    fn append(&mut self, other: &Self, bytes_before: usize) {
        let shift = narrow(bytes_before);
        self.segments.extend(
            other.segments.iter().map(|s| Segment { byte: s.byte.saturating_add(shift), ..*s }),
        );
    }

    fn split_off(&mut self, at: usize) -> Self {
        let Some(text) = self.one(at) else { return Self::default() };
        let keep = self.segments.partition_point(|s| (s.byte as usize) < at);
        let inner = keep.checked_sub(1).and_then(|n| self.segments.get(n)).copied();
        let mut tail = self.segments.split_off(keep);
        let at = narrow(at);
        let begins_there = tail.first().is_some_and(|s| s.byte == at);
        if let (false, Some(s)) = (begins_there, inner) {
            tail.insert(0, Segment { byte: at, text: narrow(text.start), ..s });
        }
        for segment in &mut tail {
            segment.byte = segment.byte.saturating_sub(at);
        }
        Self { segments: tail }
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Bytes read from a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Data {
    pub(super) bytes: Vec<u8>,
    pub(super) map: TextMap,
}

impl Data {
    /// Adds a byte that is written at offset `start`, `width` bytes of text long.
    pub(super) fn push(&mut self, byte: u8, start: usize, width: usize) {
        self.map.push(self.bytes.len(), start, width);
        self.bytes.push(byte);
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.map.append(&other.map, self.bytes.len());
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// Keeps the first `at` bytes and gives back the others.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let at = at.min(self.bytes.len());
        Self { map: self.map.split_off(at), bytes: self.bytes.split_off(at) }
    }

    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Data {
        let mut data = Data::default();
        for (n, at) in [0, 3, 6, 9, 20, 22, 24, 40].into_iter().enumerate() {
            data.push(n as u8, at, 2);
        }
        data
    }

    #[test]
    fn equal_distances_share_a_segment() {
        let data = sample();
        assert!(data.map.segments.len() <= 4, "{:?}", data.map);
        assert_eq!(data.map.text_of(1..3), Some(3..8));
        assert_eq!(data.map.text_of(4..5), Some(20..22));
        assert_eq!(data.map.text_of(6..8), Some(24..42));
    }

    #[test]
    fn split_and_append_keep_the_places() {
        for at in 0..=8 {
            let mut data = sample();
            let tail = data.split_off(at);
            for n in 0..tail.len() {
                let there = sample().map.text_of(at.saturating_add(n)..at.saturating_add(n + 1));
                assert_eq!(tail.map.text_of(n..n + 1), there, "{at} {n}");
            }
            data.append(&tail);
            for n in 0..8 {
                assert_eq!(data.map.text_of(n..n + 1), sample().map.text_of(n..n + 1), "{at} {n}");
            }
        }
    }
}
