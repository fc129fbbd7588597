//! What a text shows a second time of the frames in it: `tshark -x` prints what it reassembled or
//! unmasked below the frame, `tshark -V` the values of fields above it.

use super::frame;
use super::piece::Kind;
use super::run::{Class, Run};
use super::source::Source;

/// Whether the dump at `at` stands below a heading of what tshark made of frames, as
/// `Reassembled TCP (300 bytes):`. What it decrypted stands nowhere else.
pub(super) fn is_made_of_frames(source: Source<'_>, at: usize) -> bool {
    let above = source.line_before(source.line_start(at));
    let heading = above.and_then(|line| match line.text.trim() {
        "" => source.line_before(line.start),
        _ => Some(line),
    });
    let parts =
        heading.and_then(|line| line.text.trim().strip_suffix(" bytes):")?.rsplit_once(" ("));
    parts.is_some_and(|(name, count)| {
        count.parse::<usize>().is_ok() && name != "Frame" && !name.starts_with("Decrypted")
    })
}

/// Takes runs away, in the order of the text, whose bytes stand in a frame beside them, or are made
/// of frames; gives their number. Numbers beside them, which are no packets, are taken
/// away too. Without frames nothing is.
pub(super) fn take_away(runs: &mut Vec<Run>) -> usize {
    let is_frame = |run: &Run| matches!(run.kind, Some(Kind::Frame(_)));
    if !runs.iter().any(is_frame) {
        return 0;
    }
    let is_whole = |run: &Run| run.made_of_frames || is_frame(run);
    let wholes: Vec<usize> =
        runs.iter().enumerate().filter(|(_, run)| is_whole(run)).map(|(n, _)| n).collect();
    let is_again = |(n, run): (usize, &Run)| {
        let next = wholes.partition_point(|whole| *whole < n);
        let near =
            wholes.get(next.saturating_sub(NEAR)..wholes.len().min(next.saturating_add(NEAR)));
        let shows = |whole: &Run| {
            let bytes = whole.data.bytes.get(..LONGEST_FRAME).unwrap_or(&whole.data.bytes);
            memchr::memmem::find(bytes, &run.data.bytes).is_some()
        };
        let mut near = near.unwrap_or_default().iter().filter_map(|whole| runs.get(*whole));
        !is_frame(run) && (run.made_of_frames || run.slips.is_empty() && near.any(shows))
    };
    let is_number = |run: &Run| {
        let is_text = run.class <= Class::Line && run.data.len() < LONGEST_NUMBER;
        is_text && !is_frame(run) && !frame::strict(&run.data.bytes)
    };
    let again: Vec<bool> = runs.iter().enumerate().map(is_again).collect();
    let count = again.iter().filter(|it| **it).count();
    let mut again = again.into_iter();
    runs.retain(|run| !again.next().unwrap_or(false) && !is_number(run));
    count
}

/// So many dumps before and behind a field may be the one that shows it: a frame and what was made
/// of it.
const NEAR: usize = 2;
/// A number of bytes, a port, a count.
const LONGEST_NUMBER: usize = 8;
/// No packet of IP is longer, with the headers of its link.
const LONGEST_FRAME: usize = 1 << 17;
