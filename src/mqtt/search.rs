//! The search for the next packet in a stream whose boundaries are not known.

use super::boundary::{ENOUGH, Known, Place, SERIOUS, Verdict, judge};
use crate::annotate::Tape;

/// Bytes held while it is not decided where a packet begins: a message of usual size is decided
/// within it by what follows it.
pub(super) const HELD: usize = 256 << 10;
/// Places that are undecided at a time. Serious ones are rare, and the others are soon decided.
const OPEN: usize = 64;
/// Segments whose beginnings are remembered, of those that are held.
const SEGMENTS: usize = 4_096;
/// Bytes that may be read for each byte that comes, so that no input takes more than a time that
/// grows with its length.
const WORK: usize = 64;
/// Bytes that may be read beyond that: the first place may be a long packet.
const HEAD_START: usize = 65_536;

/// Where the next packet begins behind the first of these bytes, which are all there is and of which nothing else is
/// known; `None` where none does for certain.
///
/// It is for what stands behind a Remaining Length that is none, which tells no end (5.0: section 1.5.5).
#[must_use]
pub(crate) fn next_packet(bytes: &[u8]) -> Option<usize> {
    first(bytes, &Known::default(), Sought::Certain)
}

/// The same in a stream that goes on: where the next packet begins, or may begin for all that can be said yet.
pub(super) fn next_chance(bytes: &[u8], known: &Known) -> Option<usize> {
    first(bytes, known, Sought::Possible)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sought {
    Certain,
    Possible,
}

fn first(bytes: &[u8], known: &Known, sought: Sought) -> Option<usize> {
    let (mut tape, mut work) = (Tape::new(), HEAD_START);
    let mut at = 1usize;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let place = Place { offset: at as u64, segments: &[] };
        work = work.saturating_add(WORK);
        let step = match judge(rest, place, known, &mut tape, &mut work) {
            Verdict::Yes => return Some(at),
            Verdict::Later { .. } if sought == Sought::Possible => return Some(at),
            // What seems to stand inside it may be its payload.
            Verdict::Later { bits, end, .. } if bits >= SERIOUS => end.max(1),
            Verdict::No | Verdict::Later { .. } => 1,
        };
        at = at.saturating_add(step);
    }
    None
}

/// Bytes in which a packet is looked for.
#[derive(Debug)]
pub(super) struct Search {
    bytes: Vec<u8>,
    /// How many of `bytes` are done with.
    front: usize,
    /// Offset in the stream of the first of `bytes`.
    base: u64,
    /// The first place that was not judged yet.
    next: u64,
    /// Places that were judged, and are undecided; in order.
    open: Vec<Open>,
    /// Offsets at which segments begin; in order.
    segments: Vec<u64>,
    tape: Tape,
    work: usize,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    at: u64,
    /// Offset up to which bytes are needed to say more.
    needs: u64,
    /// The evidence so far.
    bits: u32,
    /// Offset up to which no other place is to be judged; `at` where others may be.
    shades: u64,
}

impl Search {
    /// A search from an offset on.
    pub(super) fn new(offset: u64) -> Self {
        Self {
            bytes: Vec::new(),
            front: 0,
            base: offset,
            next: offset,
            open: Vec::new(),
            segments: Vec::new(),
            tape: Tape::new(),
            work: HEAD_START,
        }
    }

    /// Offset of the first byte that is held.
    pub(super) fn offset(&self) -> u64 {
        self.base.saturating_add(self.front as u64)
    }

    /// The bytes that are held.
    pub(super) fn held(&self) -> &[u8] {
        self.bytes.get(self.front..).unwrap_or_default()
    }

    /// What is allocated, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.bytes.capacity()
    }

    /// Takes the next bytes. `is_segment`: they begin where a segment does. The result is the
    /// offset at which a packet begins, if that is known now.
    pub(super) fn push(&mut self, bytes: &[u8], is_segment: bool, known: &Known) -> Option<u64> {
        if is_segment && self.segments.len() < SEGMENTS {
            self.segments.push(self.end());
        }
        self.bytes.extend_from_slice(bytes);
        self.work = self.work.saturating_add(bytes.len().saturating_mul(WORK));
        self.look(known)
    }

    /// The bytes that are held before an offset.
    pub(super) fn before(&self, offset: u64) -> &[u8] {
        self.held().get(..self.len_to(offset)).unwrap_or_default()
    }

    /// Lets go of the bytes before an offset.
    pub(super) fn drop_to(&mut self, offset: u64) {
        self.front = self.front.saturating_add(self.len_to(offset));
        self.open.retain(|open| open.at >= offset);
        self.next = self.next.max(offset);
        // Moving what is left costs no more than coming here did.
        if self.front > self.bytes.len() / 2 {
            self.base = self.offset();
            self.bytes.drain(..self.front.min(self.bytes.len()));
            self.front = 0;
            self.segments.retain(|start| *start >= offset);
        }
    }

    /// The offset before which all is decided: no packet begins there. As long as little is held,
    /// what is decided waits for the rest.
    pub(super) fn decided(&mut self) -> u64 {
        if self.held().len() > HELD {
            // Half of it, so that the next time is as many bytes away.
            let keep = self.end().saturating_sub(HELD as u64 / 2);
            self.open.retain(|open| open.at >= keep);
            self.next = self.next.max(keep);
        }
        match self.open.first() {
            None => self.next,
            Some(first) if self.held().len() > HELD => first.at,
            Some(_) => self.offset(),
        }
    }

    fn end(&self) -> u64 {
        self.base.saturating_add(self.bytes.len() as u64)
    }

    fn len_to(&self, offset: u64) -> usize {
        let len = offset.saturating_sub(self.offset());
        usize::try_from(len).unwrap_or(usize::MAX).min(self.held().len())
    }

    /// Goes on looking.
    pub(super) fn look(&mut self, known: &Known) -> Option<u64> {
        let end = self.end();
        // Of a message that is longer than what is held the end won't be seen.
        if self.held().len() > HELD
            && let Some(open) = self.open.iter().find(|open| open.bits >= ENOUGH)
        {
            return Some(open.at);
        }
        for open in std::mem::take(&mut self.open) {
            if open.needs > end {
                self.open.push(open);
            } else if self.judge(open.at, known) {
                return Some(open.at);
            }
        }
        while self.next < end {
            let next = self.next;
            if self.open.iter().any(|open| open.shades > next) {
                break;
            }
            self.next = next.saturating_add(1);
            if self.judge(next, known) {
                return Some(next);
            }
        }
        None
    }

    /// Whether a packet begins at an offset. Notes it where that can't be said yet.
    fn judge(&mut self, at: u64, known: &Known) -> bool {
        let index = usize::try_from(at.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let bytes = self.bytes.get(index..).unwrap_or_default();
        let place = Place { offset: at, segments: &self.segments };
        match judge(bytes, place, known, &mut self.tape, &mut self.work) {
            Verdict::Yes => return true,
            Verdict::No => {}
            Verdict::Later { needs, bits, end } => {
                let shades = if bits >= SERIOUS { at.saturating_add(end as u64) } else { at };
                let needs = at.saturating_add(needs as u64);
                if self.open.len() < OPEN {
                    self.open.push(Open { at, needs, bits, shades });
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01c";

    #[test]
    fn a_packet_behind_what_is_none() {
        let junk = [0xff; 5];
        assert_eq!(next_packet(&[&junk, CONNECT].concat()), Some(5));
        assert_eq!(next_packet(&[&junk, CONNECT, b"\x20\x02\0\0"].concat()), Some(5));
    }

    #[test]
    fn too_little_to_tell_is_no_packet() {
        for bytes in [&b""[..], b"\xff", b"\xff\xff\xff\xff\xff\xc0\0", CONNECT] {
            assert_eq!(next_packet(bytes), None, "{}", hex::encode(bytes));
        }
        // What follows on it contradicts it.
        assert_eq!(next_packet(&[&[0xff; 5], CONNECT, &[0xff; 5]].concat()), None);
    }
}
