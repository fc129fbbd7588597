//! How long packets and payloads are, in the ranges of tshark's `plen,tree`.

use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, Volume, add};

/// The first range ends before it, and each further one is twice as long: 0-19, 20-39, 40-79 ...
const FIRST: u64 = 20;
/// Ranges: the longest packet of MQTT has 268,435,460 bytes.
const RANGES: usize = 25;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("from", "from", 0, "the shortest length of the range, in bytes"),
    column("to", "to", 0, "the longest one"),
    column("packets", "packets", 0, "packets of such a length"),
    column("bytes", "bytes", 2, "their bytes"),
    column("share", "share", 1, "part of all packets, from 0 to 1"),
    column("mean", "mean", 3, "their mean length"),
    column("min", "min", 3, "the shortest of them"),
    column("max", "max", 3, "the longest of them"),
    column("payloads", "payloads", 0, "payloads of PUBLISH packets of such a length"),
];

/// Figures of each range.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    ranges: [Range; RANGES],
    all: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Range {
    volume: Volume,
    min: u64,
    max: u64,
    payloads: u64,
}

/// The range that a length is in.
#[inline]
fn range(len: u64) -> usize {
    let times = len / FIRST;
    times.checked_ilog2().map_or(0, |power| power.saturating_add(1) as usize)
}

impl Statistic for Sizes {
    fn count(&mut self, counted: &Counted<'_>) {
        if !counted.record.is_packet() {
            return;
        }
        let len = counted.len;
        add(&mut self.all, 1);
        if let Some(range) = self.ranges.get_mut(range(len)) {
            range.min = if range.volume.packets == 0 { len } else { range.min.min(len) };
            range.max = range.max.max(len);
            range.volume.add(len);
        }
        if let Some(message) = counted.message
            && let Some(range) = self.ranges.get_mut(range(message.payload))
        {
            add(&mut range.payloads, 1);
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let is_used = |range: &Range| range.volume.packets > 0 || range.payloads > 0;
        let last = self.ranges.iter().rposition(is_used).map_or(0, |last| last.saturating_add(1));
        let mut from = 0u64;
        let mut rows = Vec::new();
        for range in self.ranges.iter().take(last) {
            let next = if from == 0 { FIRST } else { from.saturating_mul(2) };
            let Volume { packets, bytes } = range.volume;
            let some = |len| if packets > 0 { Cell::Count(len) } else { Cell::Nothing };
            rows.push(vec![
                Cell::Count(from),
                Cell::Count(next.saturating_sub(1)),
                Cell::Count(packets),
                Cell::Count(bytes),
                Cell::share(packets, self.all),
                Cell::ratio(bytes, packets),
                some(range.min),
                some(range.max),
                Cell::Count(range.payloads),
            ]);
            from = next;
        }
        Report::of(COLUMNS, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn the_ranges_are_those_of_tshark() {
        for (len, place) in
            [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (79, 2), (80, 3), (5120, 9)]
        {
            assert_eq!(range(len), place, "{len}");
        }
        assert_eq!(range(268_435_460), super::RANGES - 1);
    }
}
