//! Take-overs that turned out later to be part of a war: what is shown of the third one holds for the two before it.
//!
//! What may enter: what a connection cannot tell when it ends, as others show it that come later.

use crate::session::Ended;
use crate::session::ended::{Other, War};
use std::collections::HashMap;

/// The take-overs of a war that are told, from one on back: as many as a capture is likely to hold.
const MAX_BACK: u64 = 65_536;

/// Which of these connections were ended by a take-over of a war, and by which one: counted from the first.
#[must_use]
pub fn wars<'e>(all: impl Iterator<Item = &'e Ended>) -> HashMap<usize, War> {
    let all: Vec<&Ended> = all.collect();
    let places: HashMap<u64, usize> =
        all.iter().enumerate().filter_map(|(nth, ended)| Some((ended.stream?, nth))).collect();
    let mut out = HashMap::new();
    // The last of a war knows most of it.
    let mut begun: Vec<(&Ended, War)> =
        all.iter().filter_map(|ended| Some((*ended, ended.war?))).collect();
    begun.sort_by_key(|(_, war)| std::cmp::Reverse(war.count));
    for (ended, war) in begun {
        // It tells of the take-over that its own connection began with.
        let own = u64::from(ended.taken_over_by.is_some());
        let last = War { count: war.count.saturating_add(own), ..war };
        let by = if own > 0 { Some(ended) } else { before(ended, &all, &places) };
        let losers = Losers { all: &all, places: &places, by };
        let chain: Vec<(usize, Other)> = losers.take(back(last.count)).collect();
        tell(&chain, last, &mut out);
    }
    out
}

/// The connection that this one threw out.
fn before<'e>(ended: &Ended, all: &[&'e Ended], places: &HashMap<u64, usize>) -> Option<&'e Ended> {
    let old = ended.took_over?.stream;
    all.get(*places.get(&old)?).copied()
}

fn back(count: u64) -> usize {
    usize::try_from(count.min(MAX_BACK)).unwrap_or(usize::MAX)
}

/// The connections that lost, the last one first, with who threw each out.
struct Losers<'e, 'a> {
    all: &'a [&'e Ended],
    places: &'a HashMap<u64, usize>,
    by: Option<&'e Ended>,
}

impl Iterator for Losers<'_, '_> {
    type Item = (usize, Other);

    fn next(&mut self) -> Option<Self::Item> {
        let ended = self.by.take()?;
        let loser = (*self.places.get(&ended.stream?)?, ended.taken_over_by?);
        self.by = before(ended, self.all, self.places);
        Some(loser)
    }
}

fn tell(chain: &[(usize, Other)], last: War, out: &mut HashMap<usize, War>) {
    // Without the first of them nothing tells how long it has gone on.
    let is_whole = chain.len() as u64 == last.count;
    let first = chain.last().filter(|_| is_whole).map(|(_, other)| other.at);
    for ((nth, other), back) in chain.iter().zip(0u64..) {
        let count = last.count.saturating_sub(back);
        let time = first.filter(|_| count > 1).and_then(|first| other.at.since(first));
        out.entry(*nth).or_insert(War { count, time, addresses: last.addresses });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::At;

    const SECOND: i64 = 1_000_000_000;

    /// Connections that throw each other out, one a second; the last one stays.
    fn fight(count: u64) -> Vec<Ended> {
        let other = |stream: u64| Other {
            stream,
            at: At { number: stream, frame: stream, time: Some(stream as i64 * SECOND) },
            client: "192.0.2.1:50000".parse().unwrap(),
            clean_start: false,
        };
        let one = |stream: u64| Ended {
            stream: Some(stream),
            took_over: stream.checked_sub(1).map(other),
            taken_over_by: (stream < count).then(|| other(stream + 1)),
            ..Ended::default()
        };
        (0..=count).map(one).collect()
    }

    fn told(all: &[Ended]) -> Vec<(usize, u64, Option<u64>)> {
        let mut told: Vec<_> =
            wars(all.iter()).into_iter().map(|(nth, war)| (nth, war.count, war.time)).collect();
        told.sort_unstable();
        told
    }

    #[test]
    fn the_first_of_a_war_are_part_of_it() {
        let mut all = fight(4);
        assert_eq!(told(&all), []);
        // The third connection that throws one out, and the fourth, which nobody throws out.
        for stream in [3, 4] {
            all[stream].war = Some(War { count: stream as u64, time: None, addresses: 2 });
        }
        let second = SECOND as u64;
        let expected = [
            (0, 1, None),
            (1, 2, Some(second)),
            (2, 3, Some(2 * second)),
            (3, 4, Some(3 * second)),
        ];
        assert_eq!(told(&all), expected);
        // One before the war was another matter.
        all[0].taken_over_by = None;
        all[3].war = None;
        all[4].war = Some(War { count: 3, time: None, addresses: 2 });
        assert_eq!(told(&all).iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
