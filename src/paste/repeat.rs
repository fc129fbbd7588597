//! Which runs say again what stood in the text before: an article shows a packet, then explains it.

use super::piece::Kind;
use super::run::{Class, Run};
use std::collections::HashMap;

/// For each run the earlier one that it repeats: the same bytes said to be sent at the same
/// time, or quoted without a time or a direction of their own.
pub(super) fn repeats(runs: &[Run]) -> Vec<Option<usize>> {
    let mut seen: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats = Vec::with_capacity(runs.len());
    for (n, run) in runs.iter().enumerate() {
        let earlier = seen.entry(&run.data.bytes).or_default();
        let found = earlier
            .iter()
            .rev()
            .take(MOST_COMPARED)
            .find(|e| runs.get(**e).is_some_and(|e| repeated(e, run)));
        repeats.push(found.copied());
        if found.is_none() {
            earlier.push(n);
        }
    }
    repeats
}

fn repeated(first: &Run, run: &Run) -> bool {
    let quoted = run.class <= Class::Line
        && run.time.is_none()
        && run.direction.is_none()
        && run.data.len() >= 4;
    let directions = run.direction == first.direction || run.direction.is_none();
    let times = run.time.is_some() && run.time == first.time;
    let frame = matches!(run.kind, Some(Kind::Frame(_)));
    run.slips.is_empty() && first.slips.is_empty() && directions && !frame && (times || quoted)
}

/// The same bytes at other times are looked through so far back.
const MOST_COMPARED: usize = 64;
