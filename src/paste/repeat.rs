//! Which runs say again what stood in the text before: an article shows a packet, then explains it.

use super::piece::Kind;
use super::run::Run;
use super::source::Source;
use super::stamp;
use std::collections::HashMap;

/// For each run the earlier one that it repeats: the same bytes in a line of a log that is quoted a second time,
/// or written in another notation without a time of their own. Bytes that stand in the same notation
/// a second time were sent a second time.
pub(super) fn repeats(source: Source<'_>, runs: &[Run]) -> Vec<Option<usize>> {
    let logs = logs(runs);
    let mut seen: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats = Vec::with_capacity(runs.len());
    for (n, run) in runs.iter().enumerate() {
        let earlier = seen.entry(&run.data.bytes).or_default();
        let last = earlier.last().copied();
        let found = earlier.iter().rev().take(MOST_COMPARED).find(|&&e| {
            let Some(first) = runs.get(e) else { return false };
            let near = Near {
                is_next: e.checked_add(1) == Some(n),
                is_later_log: logs.get(e) != logs.get(n),
                is_last: last == Some(e),
            };
            repeated(source, first, run, near)
        });
        repeats.push(found.copied());
        if found.is_none() {
            earlier.push(n);
        }
    }
    repeats
}

/// For each run the number of the log it stands in: where time goes back another one begins.
fn logs(runs: &[Run]) -> Vec<usize> {
    let mut log = 0_usize;
    let mut last = None;
    let number = |run: &Run| {
        let time = run.time.as_ref().map(|it| (it.clock, it.nanos));
        if let Some((clock, nanos)) = time {
            let goes_back = last.is_some_and(|(before, then)| before == clock && nanos < then);
            log = log.saturating_add(usize::from(goes_back));
            last = time;
        }
        log
    };
    runs.iter().map(number).collect()
}

/// How a run stands to an earlier one.
#[derive(Clone, Copy)]
struct Near {
    /// Whether no other stands between.
    is_next: bool,
    /// Whether time goes back between them.
    is_later_log: bool,
    /// Whether none of the same bytes stands between.
    is_last: bool,
}

fn repeated(source: Source<'_>, first: &Run, run: &Run, near: Near) -> bool {
    let is_next = near.is_next;
    let is_other = run.notation != first.notation && run.data.len() >= SHORTEST;
    // A log that says who sent the bytes says it of each: right behind them they are shown another way.
    let is_view = is_other && run.time.is_none() && (run.direction.is_none() || is_next);
    let directions = run.direction == first.direction || run.direction.is_none();
    // Two lines of a log that counts seconds are two packets.
    let is_quoted = || {
        near.is_later_log
            || run.notation != first.notation
            || near.is_last && is_fine(run) && stands_apart(source, first, run)
    };
    let times = run.time.is_some() && run.time == first.time && is_quoted();
    let frame = matches!(run.kind, Some(Kind::Frame(_)));
    run.slips.is_empty() && first.slips.is_empty() && directions && !frame && (times || is_view)
}

/// Whether its time tells more than seconds.
fn is_fine(run: &Run) -> bool {
    run.time.as_ref().is_some_and(|it| it.nanos % SECOND != 0)
}

/// Whether lines without a time stand between two runs: a log's have one each.
fn stands_apart(source: Source<'_>, first: &Run, run: &Run) -> bool {
    let between = source.range(first.range.end..run.range.start);
    let between = source.head(first.range.end, between.len().min(LONGEST_LOOK));
    let lines = between.lines().skip(1);
    let whole = lines.take(between.matches('\n').count().saturating_sub(1));
    whole.filter(|line| !line.trim().is_empty()).any(|line| stamp::read(line).is_none())
}

const SECOND: u64 = 1_000_000_000;
/// Some lines of a log.
const LONGEST_LOOK: usize = 1024;
/// Shorter packets are the same each time.
const SHORTEST: usize = 4;
/// The same bytes at other times are looked through so far back.
const MOST_COMPARED: usize = 64;
