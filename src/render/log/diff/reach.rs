//! What stretch of time one log holds of the other one.

use super::{SECOND, TOLERANCE};
use std::collections::{HashMap, HashSet};

/// Pairs that tell where a log begins or ends in the other one.
const EDGE: usize = 21;

/// Lines of the first and of the last second that one log holds, of which the other one may hold more, by key:
/// so many equal ones may have been taken for those that stand in both.
#[derive(Debug)]
pub(super) struct Straddling {
    span: Option<(i64, i64)>,
    early: HashMap<u32, u32>,
    late: HashMap<u32, u32>,
    /// Those of which some do not stand in both.
    left: HashSet<u32>,
}

impl Straddling {
    /// `times` are those of a log; `lines` those of the other one, by its clock: their keys, and whether they
    /// stand in it.
    pub(super) fn new(
        times: impl Iterator<Item = Option<i64>>,
        lines: &[(Option<i64>, u32, bool)],
    ) -> Self {
        let left = lines.iter().filter(|line| !line.2).map(|line| line.1).collect();
        let (early, late) = (HashMap::new(), HashMap::new());
        let mut out = Self { span: span(times), early, late, left };
        let other = span(lines.iter().map(|line| line.0));
        let Some(((first, last), (from, to))) = out.span.zip(other) else { return out };
        let (is_early, is_late) = (second(from) < second(first), second(to) > second(last));
        for (time, key, _) in lines.iter().filter(|line| line.2) {
            let Some(time) = *time else { continue };
            for (list, is_there) in [
                (&mut out.early, is_early && second(time) <= second(first)),
                (&mut out.late, is_late && second(time) >= second(last)),
            ] {
                let count = list.entry(*key).or_default();
                *count = count.saturating_add(u32::from(is_there));
            }
        }
        out
    }

    /// Whether some equal lines of the other log do not stand in it, so that it is chance which of them do.
    pub(super) fn leaves(&self, key: u32) -> bool {
        self.left.contains(&key)
    }

    /// Whether an equal line may stand in the log in place of this one, which does not: that is of before or
    /// after then.
    pub(super) fn takes(&mut self, key: u32, time: Option<i64>) -> bool {
        let Some((time, (first, last))) = time.zip(self.span) else { return false };
        let lists = [
            (&mut self.early, time.saturating_sub(first) <= TOLERANCE),
            (&mut self.late, last.saturating_sub(time) <= TOLERANCE),
        ];
        lists.into_iter().filter(|(_, is_near)| *is_near).any(|(list, _)| {
            let count = list.get_mut(&key).filter(|count| **count > 0);
            count.map(|count| *count = count.saturating_sub(1)).is_some()
        })
    }
}

fn span(times: impl Iterator<Item = Option<i64>>) -> Option<(i64, i64)> {
    times.flatten().fold(None, |span, time| {
        let (first, last) = span.unwrap_or((time, time));
        Some((time.min(first), time.max(last)))
    })
}

const fn second(time: i64) -> i64 {
    time.div_euclid(SECOND)
}

/// What one log holds, while the other one is gone through from its beginning.
#[derive(Debug)]
pub(super) struct Reach {
    span: Option<(i64, i64)>,
    edges: Option<Edges>,
    /// It holds the beginning for certain.
    is_whole: bool,
    /// A line has come that it has too.
    is_met: bool,
}

impl Reach {
    /// Of a log with lines of these times. `places` are those of its lines in the other one, which has `count`
    /// lines.
    pub(super) fn new(
        times: impl Iterator<Item = Option<i64>>,
        places: &[Option<usize>],
        count: usize,
        is_whole: bool,
    ) -> Self {
        Self { span: span(times), edges: Edges::of(places, count), is_whole, is_met: is_whole }
    }

    /// The next line of the other one stands in it, too.
    pub(super) const fn meets(&mut self) {
        self.is_met = true;
    }

    /// Whether it lacks the next line, at this place and time by its own clock, because that is of before or after
    /// what it holds. What is of the second in which it begins may be of before, unless a line before stands in it.
    pub(super) fn lacks(&self, place: usize, time: Option<i64>) -> bool {
        let is_beyond = |edges: Edges| edges.is_beyond(place, self.is_whole);
        self.is_out_of_time(time) || self.edges.is_some_and(is_beyond)
    }

    fn is_out_of_time(&self, time: Option<i64>) -> bool {
        let Some((time, (first, last))) = time.zip(self.span) else { return false };
        let is_early =
            second(time) < second(first) || second(time) == second(first) && !self.is_met;
        is_early || second(time) > second(last)
    }
}

/// Where in one log the other one begins and ends: equal lines from before or after that may have taken the
/// place of some there, so that one pair alone does not tell.
#[derive(Clone, Copy, Debug)]
struct Edges {
    first: usize,
    last: usize,
}

impl Edges {
    /// By the places in one log, which has `count` lines, in the order of the other. `None` where there are too
    /// few. Some lines without a partner at an end are no other stretch of time.
    fn of(places: &[Option<usize>], count: usize) -> Option<Self> {
        let known: Vec<usize> = places.iter().copied().flatten().collect();
        let middle = |part: &[usize]| {
            let mut part = part.to_vec();
            part.sort_unstable();
            part.get(part.len() / 2).copied()
        };
        let first = known.first_chunk::<EDGE>().and_then(|part| middle(part))?;
        let last = known.last_chunk::<EDGE>().and_then(|part| middle(part))?;
        let is_long = |lines: usize| lines > 4 * EDGE;
        let first = if is_long(first) { first } else { 0 };
        let last = if is_long(count.saturating_sub(last)) { last } else { count };
        is_long(known.len()).then_some(Self { first, last })
    }

    /// Whether a place is before or behind; the other log may hold the beginning for certain.
    const fn is_beyond(self, place: usize, is_begun: bool) -> bool {
        place < self.first && !is_begun || place > self.last
    }
}
