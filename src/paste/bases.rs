//! Numbers that are packets as hex without zeros and as decimal: the others of the text tell which was meant.

use super::notation::{Notation, named};
use super::run::Run;
use super::source::Source;

/// Reads as decimal what can be that too, where other numbers of the text can be nothing else, and none can be
/// nothing but hex.
pub(super) fn settle(source: Source<'_>, runs: &mut [Run]) {
    let is = |run: &Run, name: &str| run.notation.name == name && run.also.is_none();
    let has = |name: &str| runs.iter().any(|run| is(run, name));
    if !has(DECIMAL) || has(SHORT_HEX) {
        return;
    }
    let both = |run: &&mut Run| {
        run.notation.name == SHORT_HEX && run.also.is_some_and(|also| also.name == DECIMAL)
    };
    for run in runs.iter_mut().filter(both) {
        if let Some(bytes) = decimal(source, run) {
            let row: &'static Notation = run.notation;
            run.data.bytes = bytes;
            (run.notation, run.also) = (named(DECIMAL, row), None);
        }
    }
}

/// The bytes of a run as its text says them in base 10.
fn decimal(source: Source<'_>, run: &Run) -> Option<Vec<u8>> {
    let one = |n: usize| {
        let place = run.data.map.text_of(n..n.saturating_add(1))?;
        source.range(place).parse().ok()
    };
    (0..run.data.len()).map(one).collect()
}

const DECIMAL: &str = "decimal";
const SHORT_HEX: &str = "hex with zeros left out";
