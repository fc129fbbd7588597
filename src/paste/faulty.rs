//! Packets with a fault beside good ones. What frames and is no legal packet could be any bytes; that others of its
//! notation are packets beyond doubt tells that it is meant as one.

use super::aside::{is_few, looks_hex};
use super::frame;
use super::piece::Kind;
use super::run::{Class, Run};
use super::source::Source;

/// How packets beyond doubt are written in a text.
pub(super) struct Kinds {
    written: Vec<(&'static str, Class)>,
    /// Whether lines say who sent some.
    has_sides: bool,
}

impl Kinds {
    /// Those of these runs that are packets.
    pub(super) fn of(taken: &[Run]) -> Self {
        let (mut written, mut has_sides) = (Vec::new(), false);
        for run in taken.iter().filter(|run| frame::strict(&run.data.bytes)) {
            let kind = (run.notation.name, run.class);
            if !written.contains(&kind) {
                written.push(kind);
            }
            has_sides |= run.direction.is_some();
        }
        Self { written, has_sides }
    }

    /// Whether a run that is no legal packet is written as they are, and has a packet's length, or nearly.
    pub(super) fn show(&self, source: Source<'_>, run: &Run) -> bool {
        let is_other = run.is_number || run.is_called || run.address_like;
        let is_frame = matches!(run.kind, Some(Kind::Frame(_)));
        self.show_written(run)
            && !is_other
            && !is_frame
            && (run.is_suspect
                || (may_be(run) || self.has_sides && is_cut(run)) && looks_hex(source, run))
    }

    /// Whether they are written as a run is; in a sentence of which a longer one may be a part lines are, too.
    fn show_written(&self, run: &Run) -> bool {
        let is_sentence = run.class == Class::Prose && run.shown() >= SHORTEST;
        let is_like = |class: Class| {
            class == run.class || is_sentence && matches!(class, Class::Line | Class::Sure)
        };
        self.written.iter().any(|(name, class)| *name == run.notation.name && is_like(*class))
    }
}

/// Whether the Remaining Length of the first byte's packet says how many bytes there are; a longer packet may have one
/// that is wrong by a few, or a few typing mistakes, where nothing is wrong with its beginning.
pub(super) fn may_be(run: &Run) -> bool {
    let bytes = run.filled();
    let Some((header, remaining)) = frame::lengths(&bytes) else { return false };
    let due = header.saturating_add(remaining);
    let is_long = bytes.len() >= SHORTEST;
    // In a sentence as few numbers are many other things.
    let is_type = match run.class {
        Class::Prose if !is_long && run.direction.is_none() => {
            bytes.len() >= SHORTEST_SAID && frame::head(&bytes)
        }
        _ => bytes.first().is_some_and(|first| first >> 4 != 0),
    };
    let is_exact = is_type && due == bytes.len() && run.slips.is_empty();
    let begins = is_long && frame::head(&bytes);
    let is_near = due.abs_diff(bytes.len()) <= MOST_OFF;
    is_exact
        || begins && is_near && is_few(run) && run.slips.iter().all(|slip| slip.index >= header)
}

/// Whether it is a packet, however short, of which a few bytes are missing at the end, in a line that says who sent it.
fn is_cut(run: &Run) -> bool {
    let bytes = &run.data.bytes;
    let due = frame::lengths(bytes).map(|(header, body)| header.saturating_add(body));
    let is_near = due.and_then(|due| due.checked_sub(bytes.len())).is_some_and(|n| n <= MOST_OFF);
    run.class == Class::Line
        && run.direction.is_some()
        && run.slips.is_empty()
        && bytes.len() >= SHORTEST_CUT
        && frame::head(bytes)
        && is_near
}

/// Whether the length that the first packet says is as many as the bytes, or one of so many more or less.
pub(super) fn is_near(run: &Run, most: usize) -> bool {
    let lengths = frame::lengths(&run.data.bytes);
    lengths
        .is_some_and(|(header, body)| header.saturating_add(body).abs_diff(run.data.len()) <= most)
}

/// Bytes by which people miscount.
const MOST_OFF: usize = 3;
/// Bytes of which the second is a length within so few by chance alone.
const SHORTEST: usize = 6;
/// An acknowledgement's.
const SHORTEST_SAID: usize = 4;
/// A fixed header and a byte behind it: fewer are many other things.
const SHORTEST_CUT: usize = 3;
