//! How long answers take: from a packet to the one that answers it, at the place of the capture.

use super::names::{Names, Slot};
use super::report::{Cell, Column, Report, column};
use super::values::Field;
use super::{Counted, Run, Statistic};
use crate::mqtt::Packet;
use crate::pipeline::Record;
use crate::session::Partner;
use crate::spec::{PacketType, Sender};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Digits that count of a latency: the figures are right to one percent.
const DIGITS: u8 = 2;
/// Below this many nanoseconds latencies are not told apart, above it (an hour) neither.
const LEAST: u64 = 100;
const MOST: u64 = 3_600_000_000_000;
/// Exchanges that are told apart where they are grouped by a field, at some 31 KiB each.
const MAX_HISTOGRAMS: usize = 128;
/// Bytes of the values that they are grouped by.
const MAX_NAME_BYTES: usize = 1 << 18;
/// Ranges of the picture of a distribution.
const RANGES: usize = 12;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("by", "by", 0, "the value that --by groups them by"),
    column("request", "from", 0, "packet type that the time runs from"),
    column(
        "answer",
        "to",
        0,
        "packet type that ends it: its answer, or for a PUBLISH of a client the copy that the server sends to a subscriber",
    ),
    column("asker", "asked by", 1, "`client` or `server`: who sent the first of the two"),
    column("count", "count", 0, "how many were measured"),
    column("min", "min", 2, "the shortest, in seconds"),
    column(
        "median",
        "median",
        0,
        "half are as short or shorter; of an even number the mean of the two in the middle; right to 1 %",
    ),
    column("mean", "mean", 3, "the mean; right to 1 %"),
    column("p90", "90 %", 3, "90 of 100 are as short or shorter; right to 1 %"),
    column("p99", "99 %", 0, "99 of 100 are as short or shorter; right to 1 %"),
    column("max", "max", 0, "the longest"),
    column(
        "distribution",
        "distribution",
        1,
        "how many there are from the shortest to the longest, in ranges of equal ratio",
    ),
];

/// Latencies by exchange.
#[derive(Debug)]
pub(super) struct Latencies {
    by: Option<Field>,
    groups: Names,
    scratch: Vec<u8>,
    all: BTreeMap<Key, Latency>,
}

/// The packet that is answered, its answer, who asked, and the group.
type Key = (u32, PacketType, PacketType, u8);

#[derive(Debug)]
struct Latency {
    histogram: Histogram<u64>,
    min: u64,
    max: u64,
}

impl Latencies {
    /// Of all packets, or grouped by a field.
    pub(super) fn new(by: Option<Field>) -> Self {
        let groups = Names::new(MAX_HISTOGRAMS, MAX_NAME_BYTES);
        Self { by, groups, scratch: Vec::new(), all: BTreeMap::new() }
    }

    fn group(&mut self, record: &Record<'_>) -> Slot {
        let Some(by) = &self.by else { return Slot::OTHERS };
        self.scratch.clear();
        by.first(record, &mut self.scratch);
        self.groups.slot(&self.scratch)
    }

    fn add(&mut self, record: &Record<'_>, partner: &Partner, asker: Sender) {
        let (Some(latency), Some(decoded)) = (partner.latency, record.decoded) else { return };
        let key = |group: Slot| {
            (group.index() as u32, partner.kind, decoded.header.packet_type, asker as u8)
        };
        let mut place = key(self.group(record));
        if !self.all.contains_key(&place) && self.all.len() >= MAX_HISTOGRAMS {
            place = key(Slot::OTHERS);
        }
        match self.all.entry(place) {
            Entry::Occupied(mut all) => all.get_mut().add(latency),
            Entry::Vacant(new) => {
                if let Some(fresh) = Latency::new() {
                    new.insert(fresh).add(latency);
                }
            }
        }
    }
}

impl Statistic for Latencies {
    /// Only what answers something has a latency.
    fn is_content(&self, record: &Record<'_>) -> bool {
        match record.decoded.as_ref().and_then(|decoded| decoded.packet.as_ref()) {
            Some(Packet::Publish(_)) => record.sender != Some(Sender::Server),
            Some(Packet::Ack(_) | Packet::Suback(_) | Packet::Unsuback(_) | Packet::Pingresp) => {
                false
            }
            _ => true,
        }
    }

    fn count(&mut self, counted: &Counted<'_>) {
        let record = counted.record;
        if let Some(partner) = &record.facts.answers {
            // PUBREC is answered by PUBREL, which the asker sends: the answer's sender is the other end.
            self.add(record, partner, counted.sender.other());
        }
        if let Some(original) = &record.facts.copy_of {
            self.add(record, original, Sender::Client);
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let all: Vec<_> = self.all.iter().collect();
        let mut order: Vec<u32> = (0..all.len() as u32).collect();
        let group_of = |row: u32| all.get(row as usize).map_or(0, |(key, _)| key.0);
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for ((group, ..), latency) in &self.all {
            super::add(counts.entry(*group).or_default(), latency.histogram.len());
        }
        order.sort_by_key(|row| {
            std::cmp::Reverse(counts.get(&group_of(*row)).copied().unwrap_or(0))
        });
        let row = move |row: u32| {
            let Some(((group, request, answer, asker), latency)) = all.get(row as usize) else {
                return Vec::new();
            };
            let name = Slot::of(*group as usize).map(|slot| self.groups.name(slot));
            let by = match (&self.by, name.unwrap_or_default()) {
                (None, _) => Cell::Nothing,
                (Some(_), _) if *group == 0 => Cell::words("others"),
                (Some(_), []) => Cell::words("(none)"),
                (Some(_), name) => Cell::Wire(name.into()),
            };
            let is_client = *asker == Sender::Client as u8;
            let asker = if is_client { Sender::Client } else { Sender::Server };
            let mut cells = vec![
                by,
                Cell::words(request.name()),
                Cell::words(answer.name()),
                Cell::words(asker.name()),
            ];
            cells.extend(latency.cells());
            cells
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row));
        report.is_ranking = self.by.is_some();
        if !self.all.is_empty() {
            report.note(
                "an answer counts where its packet was seen; times are those of the frames at the place of the \
                 capture, and right to 1 %",
            );
        }
        report
    }
}

impl Latency {
    fn new() -> Option<Self> {
        let histogram = Histogram::new_with_bounds(LEAST, MOST, DIGITS).ok()?;
        Some(Self { histogram, min: u64::MAX, max: 0 })
    }

    fn add(&mut self, latency: u64) {
        self.histogram.saturating_record(latency);
        self.min = self.min.min(latency);
        self.max = self.max.max(latency);
    }

    fn cells(&self) -> [Cell; 8] {
        let of = |quantile| {
            Cell::Span(self.histogram.value_at_quantile(quantile).clamp(self.min, self.max))
        };
        let series = self.series();
        [
            Cell::Count(self.histogram.len()),
            Cell::Span(self.min),
            self.median(),
            Cell::Span((self.histogram.mean() as u64).clamp(self.min, self.max)),
            of(0.9),
            of(0.99),
            Cell::Span(self.max),
            if series.is_empty() { Cell::Nothing } else { Cell::Series(series) },
        ]
    }

    /// The one in the middle, or the mean of the two that stand there.
    fn median(&self) -> Cell {
        let count = self.histogram.len();
        let at = |rank: u64| {
            let quantile = rank as f64 / count.max(1) as f64;
            self.histogram.value_at_quantile(quantile).clamp(self.min, self.max)
        };
        let lower = at(count.div_ceil(2));
        let upper = at((count / 2).saturating_add(1));
        Cell::Span(if count == 2 { self.min.midpoint(self.max) } else { lower.midpoint(upper) })
    }

    /// Counts in ranges of equal ratio, from the shortest to the longest.
    fn series(&self) -> Vec<u64> {
        let (min, max) = (self.min.max(LEAST) as f64, self.max.max(LEAST) as f64);
        let step = (max / min).powf(1.0 / RANGES as f64);
        if self.histogram.len() < 3
            || step.partial_cmp(&1.0001) != Some(std::cmp::Ordering::Greater)
        {
            return Vec::new();
        }
        let mut series = vec![0; RANGES];
        for value in self.histogram.iter_recorded() {
            let latency = value.value_iterated_to() as f64;
            let place =
                ((latency / min).ln() / step.ln()).clamp(0.0, RANGES.saturating_sub(1) as f64);
            if let Some(count) = series.get_mut(place as usize) {
                super::add(count, value.count_at_value());
            }
        }
        series
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_right_to_one_percent() {
        let mut latency = Latency::new().unwrap();
        (1..=1_000).for_each(|n| latency.add(n * 10_000));
        let [count, min, median, _, p90, p99, max, _] = latency.cells();
        assert_eq!(
            (count, min, max),
            (Cell::Count(1_000), Cell::Span(10_000), Cell::Span(10_000_000))
        );
        for (cell, exact) in [(median, 5.0e6), (p90, 9.0e6), (p99, 9.9e6)] {
            let Cell::Span(span) = cell else { panic!("{cell:?}") };
            assert!((span as f64 / exact - 1.0).abs() <= 0.01, "{span} is not {exact}");
        }
    }

    #[test]
    fn the_median_of_few_lies_between_those_in_the_middle() {
        for (latencies, exact) in [
            (&[1_000_000, 3_000_000][..], 2.0e6),
            (&[1_000_000, 2_000_000, 9_000_000], 2.0e6),
            (&[1_000_000, 2_000_000, 4_000_000, 50_000_000], 3.0e6),
            (&[5_000_000; 4], 5.0e6),
        ] {
            let mut latency = Latency::new().unwrap();
            latencies.iter().for_each(|it| latency.add(*it));
            let Cell::Span(span) = latency.cells()[2] else { panic!() };
            assert!((span as f64 / exact - 1.0).abs() <= 0.01, "{span} is not {exact}");
        }
    }

    #[test]
    fn one_alone_and_the_endless_have_figures_too() {
        let mut latency = Latency::new().unwrap();
        latency.add(12_345);
        let [_, min, median, _, _, p99, max, picture] = latency.cells();
        assert_eq!([min, median, p99, max], [const { Cell::Span(12_345) }; 4]);
        assert_eq!(picture, Cell::Nothing);
        latency.add(u64::MAX);
        assert_eq!(latency.cells()[6], Cell::Span(u64::MAX));
    }
}
