//! Which runs say again what stood in the text before: an article shows a packet, then explains it.

use super::piece::Kind;
use super::run::Run;
use std::collections::HashMap;

/// For each run the earlier one that it repeats: the same bytes said to be sent at the same
/// time, or written in another notation without a time of their own. Bytes that stand in the same notation
/// a second time were sent a second time.
pub(super) fn repeats(runs: &[Run]) -> Vec<Option<usize>> {
    let mut seen: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats = Vec::with_capacity(runs.len());
    for (n, run) in runs.iter().enumerate() {
        let earlier = seen.entry(&run.data.bytes).or_default();
        let found = earlier.iter().rev().take(MOST_COMPARED).find(|e| {
            let is_next = e.checked_add(1) == Some(n);
            runs.get(**e).is_some_and(|e| repeated(e, run, is_next))
        });
        repeats.push(found.copied());
        if found.is_none() {
            earlier.push(n);
        }
    }
    repeats
}

fn repeated(first: &Run, run: &Run, is_next: bool) -> bool {
    let is_other = run.notation != first.notation && run.data.len() >= SHORTEST;
    // A log that says who sent the bytes says it of each: right behind them they are shown another way.
    let is_view = is_other && run.time.is_none() && (run.direction.is_none() || is_next);
    let directions = run.direction == first.direction || run.direction.is_none();
    let times = run.time.is_some() && run.time == first.time;
    let frame = matches!(run.kind, Some(Kind::Frame(_)));
    run.slips.is_empty() && first.slips.is_empty() && directions && !frame && (times || is_view)
}

/// Shorter packets are the same each time.
const SHORTEST: usize = 4;
/// The same bytes at other times are looked through so far back.
const MOST_COMPARED: usize = 64;
