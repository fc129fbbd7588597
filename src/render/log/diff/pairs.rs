//! Which line of one log is which of the other. Equal lines that are near each other could be paired in
//! several ways: as many as can are paired, in their order, and among the ways to do that the one counts
//! in which most stand between the same other lines of their client, and then the one in which they are
//! nearest in time.

use super::{TOLERANCE, is_near};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// Steps that the search for the best way may take. Beyond, equal lines are paired as they come.
const MAX_STEPS: usize = 1 << 25;

/// A line of either log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Equal for lines that are.
    pub(super) key: u32,
    pub(super) client: Option<u32>,
    /// By the clock of the log, and as finely as that shows it.
    pub(super) time: Option<i64>,
}

/// Lines with one key, by their place in either log, none of which is near one outside.
#[derive(Debug)]
struct Cluster {
    ours: Vec<usize>,
    real: Vec<usize>,
}

/// Pairs found so far.
struct Pairing<'i> {
    ours: &'i [Item],
    real: &'i [Item],
    /// By the place of ours, that of the other.
    found: Vec<Option<usize>>,
    /// By client, the pairs that cannot be others, in the order of ours.
    sure: HashMap<u32, Vec<(usize, usize)>>,
    steps: usize,
}

/// By the place of a line of ours, that of the same line in the other log.
pub(super) fn pairs(ours: &[Item], real: &[Item]) -> Vec<Option<usize>> {
    let found = vec![None; ours.len()];
    let mut pairing = Pairing { ours, real, found, sure: HashMap::new(), steps: MAX_STEPS };
    let clusters = clusters(ours, real);
    let is_sure = |cluster: &&Cluster| pairing.is_sure(cluster);
    let (sure, open): (Vec<_>, Vec<_>) = clusters.iter().partition(is_sure);
    for cluster in sure {
        for (own, other) in cluster.ours.iter().zip(&cluster.real) {
            pairing.put(*own, *other);
            if let Some(client) = ours.get(*own).and_then(|item| item.client) {
                pairing.sure.entry(client).or_default().push((*own, *other));
            }
        }
    }
    pairing.sure.values_mut().for_each(|list| list.sort_unstable());
    for cluster in open {
        pairing.settle(cluster);
    }
    pairing.found
}

/// Lines by key, apart where nothing is near.
fn clusters(ours: &[Item], real: &[Item]) -> Vec<Cluster> {
    let mut by_key: HashMap<u32, Vec<(Option<i64>, bool, usize)>> = HashMap::new();
    for (items, is_real) in [(ours, false), (real, true)] {
        for (index, item) in items.iter().enumerate() {
            by_key.entry(item.key).or_default().push((item.time, is_real, index));
        }
    }
    let mut all = Vec::new();
    for mut lines in by_key.into_values() {
        let is_timed = lines.iter().all(|(time, ..)| time.is_some());
        if is_timed {
            lines.sort_unstable();
        }
        // A log that gives no times is near everything.
        for near in lines.chunk_by(|(a, ..), (b, ..)| !is_timed || is_near(*a, *b)) {
            let of = |wanted: bool| {
                let own = near.iter().filter(|row| row.1 == wanted);
                let mut own: Vec<usize> = own.map(|row| row.2).collect();
                own.sort_unstable();
                own
            };
            let cluster = Cluster { ours: of(false), real: of(true) };
            if !cluster.ours.is_empty() && !cluster.real.is_empty() {
                all.push(cluster);
            }
        }
    }
    all.sort_unstable_by_key(|cluster| cluster.ours.first().copied());
    all
}

impl Pairing<'_> {
    fn times(&self, own: usize, other: usize) -> (Option<i64>, Option<i64>) {
        let time = |items: &[Item], index| items.get(index).and_then(|item: &Item| item.time);
        (time(self.ours, own), time(self.real, other))
    }

    fn are_near(&self, own: usize, other: usize) -> bool {
        let (own, other) = self.times(own, other);
        is_near(own, other)
    }

    /// Whether both logs have as many, each near its own.
    fn is_sure(&self, cluster: &Cluster) -> bool {
        cluster.ours.len() == cluster.real.len()
            && cluster.ours.iter().zip(&cluster.real).all(|(a, b)| self.are_near(*a, *b))
    }

    fn put(&mut self, own: usize, other: usize) {
        if let Some(found) = self.found.get_mut(own) {
            *found = Some(other);
        }
    }

    fn settle(&mut self, cluster: &Cluster) {
        let bands = self.bands(cluster);
        let steps = bands.iter().map(Range::len).fold(cluster.real.len(), usize::saturating_add);
        if let Some(left) = self.steps.checked_sub(steps) {
            self.steps = left;
            self.best(cluster, &bands);
        } else {
            self.first(cluster);
        }
    }

    /// For each of ours the others that may be near it. They begin and end no earlier than the ones before.
    fn bands(&self, cluster: &Cluster) -> Vec<Range<usize>> {
        let count = cluster.real.len();
        let time = |other: &usize| self.real.get(*other).and_then(|item| item.time);
        let place = |own: &usize| {
            let Some(own) = self.ours.get(*own).and_then(|item| item.time) else { return 0..count };
            let is_early = |other: &usize| {
                time(other).is_some_and(|other| other < own.saturating_sub(TOLERANCE))
            };
            let is_not_late = |other: &usize| {
                time(other).is_none_or(|other| other <= own.saturating_add(TOLERANCE))
            };
            cluster.real.partition_point(is_early)..cluster.real.partition_point(is_not_late)
        };
        let mut bands: Vec<_> = cluster.ours.iter().map(place).collect();
        let mut end = 0;
        for band in &mut bands {
            end = end.max(band.end);
            band.end = end;
        }
        let mut start = count;
        for band in bands.iter_mut().rev() {
            start = start.min(band.start).min(band.end);
            band.start = start;
        }
        bands
    }

    /// Pairs equal lines as they come.
    fn first(&mut self, cluster: &Cluster) {
        let mut others = cluster.real.iter().copied().peekable();
        for own in &cluster.ours {
            let is_behind = |other: &usize| {
                let (own, other) = self.times(*own, *other);
                !is_near(own, other) && other < own
            };
            while others.next_if(is_behind).is_some() {}
            if let Some(other) = others.next_if(|other| self.are_near(*own, *other)) {
                self.put(*own, other);
            }
        }
    }

    /// Pairs equal lines in the best of all ways that keep their order: row after row, the best that the
    /// first of ours can do with the first of the others.
    fn best(&mut self, cluster: &Cluster, bands: &[Range<usize>]) {
        let mut row = vec![Worth::default()];
        let mut choices: Vec<Vec<Choice>> = Vec::with_capacity(bands.len());
        for (own, band) in cluster.ours.iter().zip(bands) {
            let last = row.last().copied().unwrap_or_default();
            row.resize(row.len().max(band.end.saturating_add(1)), last);
            choices.push(self.row(*own, band.clone(), cluster, &mut row));
        }
        let mut at = cluster.real.len();
        for ((own, band), choices) in cluster.ours.iter().zip(bands).zip(&choices).rev() {
            at = at.min(band.end);
            while let Some(before) = at.checked_sub(1).filter(|before| *before >= band.start) {
                match choices.get(before.saturating_sub(band.start)) {
                    Some(Choice::LeaveOther) => at = before,
                    Some(Choice::Pair) => {
                        if let Some(other) = cluster.real.get(before) {
                            self.put(*own, *other);
                        }
                        at = before;
                        break;
                    }
                    Some(Choice::LeaveOwn) | None => break,
                }
            }
        }
    }

    /// What to do with one of ours beside each of the others in its band.
    fn row(
        &self,
        own: usize,
        band: Range<usize>,
        cluster: &Cluster,
        row: &mut [Worth],
    ) -> Vec<Choice> {
        let mut corner = row.get(band.start).copied().unwrap_or_default();
        let mut before = corner;
        let others = cluster.real.get(band.clone()).unwrap_or_default();
        let places = row.iter_mut().skip(band.start.saturating_add(1));
        let choose = |(other, place): (&usize, &mut Worth)| {
            let mut best = (*place, Choice::LeaveOwn);
            if before > best.0 {
                best = (before, Choice::LeaveOther);
            }
            if let Some(pair) = self.worth(own, *other).map(|worth| corner.and(worth))
                && pair > best.0
            {
                best = (pair, Choice::Pair);
            }
            corner = *place;
            before = best.0;
            *place = best.0;
            best.1
        };
        others.iter().zip(places).map(choose).collect()
    }

    /// What it is worth to pair two lines; `None` where they are not near.
    fn worth(&self, own: usize, other: usize) -> Option<Worth> {
        let (a, b) = self.times(own, other);
        let apart = a.zip(b).map_or(0, |(a, b)| a.saturating_sub(b).saturating_abs());
        let worth =
            Worth { pairs: 1, fitting: u32::from(self.fits(own, other)), apart: Reverse(apart) };
        is_near(a, b).then_some(worth)
    }

    /// Whether two lines stand between the same others of their client.
    fn fits(&self, own: usize, other: usize) -> bool {
        let client = self.ours.get(own).and_then(|item| item.client);
        let Some(list) = client.and_then(|client| self.sure.get(&client)) else { return true };
        let next = list.partition_point(|(sure, _)| *sure < own);
        let before = next.checked_sub(1).and_then(|before| list.get(before));
        let is_behind = before.is_none_or(|(_, sure)| *sure < other);
        is_behind && list.get(next).is_none_or(|(_, sure)| other < *sure)
    }
}

/// What to do with the last of ours and the last of the others.
#[derive(Clone, Copy, Debug)]
enum Choice {
    LeaveOwn,
    LeaveOther,
    Pair,
}

/// What some pairs are worth: their number first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    pairs: u32,
    /// How many stand between the same others.
    fitting: u32,
    /// How far they are apart together, in nanoseconds.
    apart: Reverse<i64>,
}

impl Worth {
    fn and(self, other: Self) -> Self {
        Self {
            pairs: self.pairs.saturating_add(other.pairs),
            fitting: self.fitting.saturating_add(other.fitting),
            apart: Reverse(self.apart.0.saturating_add(other.apart.0)),
        }
    }
}
