//! Numbers that stand beside a packet in its line: a frame's number, a length.

use super::frame;
use super::run::{Class, Run};
use super::source::Source;
use std::ops::Range;

/// Takes numbers away that stand before or behind a packet in the same line.
pub(super) fn trim(source: Source<'_>, run: &mut Run, whole: bool) {
    if whole || run.class > Class::Line || !run.slips.is_empty() || frame::strict(&run.data.bytes) {
        return;
    }
    let len = run.data.len();
    let most = len.saturating_sub(SHORTEST_TRIMMED).min(MOST_TRIMMED);
    for skip in 0..=most {
        let rest = run.data.bytes.get(skip..).unwrap_or_default();
        let packets = frame::strict_prefix(rest);
        let is_packet = packets >= SHORTEST_TRIMMED;
        let is_most = || rest.len().saturating_sub(packets) <= MOST_TRIMMED;
        let is_cut = |at: usize| at == 0 || at == len || is_gap(source, run, at);
        let end = skip.saturating_add(packets);
        if is_packet && is_most() && is_cut(skip) && is_cut(end) {
            if is_rest(source, run, skip..end) {
                return;
            }
            run.data = run.data.split_off(skip);
            run.data.split_off(packets);
            if let Some(range) = run.data.map.text_of(0..packets) {
                run.range = range;
            }
            return;
        }
    }
}

/// Whether what stands behind a packet is written as its bytes are, and is neither a word nor their count: of a packet
/// whose length is too short it is the rest.
fn is_rest(source: Source<'_>, run: &Run, packet: Range<usize>) -> bool {
    let text = |range: Range<usize>| run.data.map.text_of(range).unwrap_or_default();
    let gap = |at: usize| {
        let before = text(at.saturating_sub(1)..at);
        source.range(before.end..text(at..at.saturating_add(1)).start)
    };
    let width = |at: usize| text(at..at.saturating_add(1)).len();
    let last = packet.end.saturating_sub(1);
    let mut rest = packet.end..run.data.len();
    let is_alike = |at: usize| gap(at) == gap(last) && width(at) == width(last);
    let digits = source.range(text(rest.clone()).start..run.range.end);
    let is_count = digits.parse() == Ok(packet.len());
    let is_word = !digits.contains(|c: char| c.is_ascii_digit());
    !rest.is_empty() && rest.all(is_alike) && !is_count && !is_word
}

/// Whether a blank stands before the byte at `at`: what stands in one word belongs together.
fn is_gap(source: Source<'_>, run: &Run, at: usize) -> bool {
    let place = |n: usize| run.data.map.text_of(n..n.saturating_add(1));
    let sides = at.checked_sub(1).and_then(|before| place(before).zip(place(at)));
    sides.is_some_and(|(before, behind)| {
        source.range(before.end..behind.start).contains(char::is_whitespace)
    })
}

/// A frame's number, a length, the bytes' count.
const MOST_TRIMMED: usize = 4;
/// Shorter packets are found in numbers by chance.
pub(super) const SHORTEST_TRIMMED: usize = 8;
