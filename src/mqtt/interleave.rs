//! A packet that was written into the middle of another one: what a client does that writes from two
//! threads without a lock.
//!
//! The receiver sees the first packet with the other one in it, and then, where the next packet
//! should be, as many bytes of the first as the other one has. Such a pair is told apart from a
//! payload that merely holds bytes of MQTT by what must all be so:
//!
//! - A piece (a TCP segment, or a message of what carries MQTT) begins inside the first packet, and at
//!   its first byte one to [`CHAIN`] packets stand that read without fault and that this side may send.
//! - What follows on the first packet cannot be a packet, or the first packet is broken and no whole one
//!   follows. A payload is never doubted as long as the packets behind it go on.
//! - Without the inner packets, and with as many bytes more, the first packet reads without fault in
//!   the version of the connection.
//! - Behind these bytes a packet begins, or they are the last of the stream.
//! - All that is worth [`ENOUGH`] bits, counted as in [`boundary`](super::boundary): the piece that
//!   begins with the inner packet, one that ends with it, the inner packets, and the packet behind.
//!
//! The first packet must be a PUBLISH. A fault in its fixed header, or in one that lies in one piece, is
//! not looked at.
//!
//! Where the stream ends within what follows, that may be a packet of which the rest is not there. It belongs to the
//! first one if it has as many bytes as the inner packets, and if the payload is text without these and not with
//! them. That is asked, too, of a PUBLISH that lies in one piece with all of them
//! ([`torn`](super::torn) finds it); it takes [`ENOUGH_UNSEEN`] bits.

use super::boundary::{ENOUGH, ENOUGH_UNSEEN, Known, SERIOUS, Sighted, sight};
use super::packet::Packet;
use super::{Framing, Reading, decode, frame};
use crate::annotate::Tape;
use crate::spec::{PacketType, Version};

/// Packets that may stand in the middle of another one, in a row.
pub const CHAIN: usize = 4;
/// The longest run of inner packets that is looked for, in bytes. What is written at the same time as
/// a large message is short: pings, acknowledgements, small messages.
pub const MAX_INNER: usize = 4_096;
/// Pieces inside one packet of which it is remembered that one may begin there.
const MAX_MARKS: usize = 8;
/// Bytes behind a packet that tell whether another one begins there: its topic is among them.
const DECIDED: usize = 64;
/// Bits for a piece that begins or ends with the inner packets: one place in a thousand is so.
const PIECE: u32 = 10;
/// Bits for a stream that ends with a packet so, and within one otherwise.
const END: u32 = 20;
/// Bits for a payload that is text without what stands in it: no packet is text.
pub(super) const TEXT: u32 = 16;

/// A packet that is whole, but may have another one in its middle: it is not told until what follows
/// on it settles that.
#[derive(Debug, Default)]
pub(super) struct Suspect {
    /// The packet and what followed.
    bytes: Vec<u8>,
    /// Bytes of the packet.
    len: usize,
    /// Where in `bytes` a piece begins that may be an inner packet.
    marks: Vec<usize>,
    /// Where in `bytes` the other pieces begin, behind the packet.
    pieces: Vec<usize>,
    /// No piece begins at its mark: only the end of the stream can tell.
    is_in_one: bool,
}

/// What is to be thought of a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// More bytes are needed.
    Later,
    /// It is what it seems to be.
    Whole,
    /// So many bytes from here on belong to other packets.
    Torn { at: usize, len: usize },
}

/// What is known of the bytes behind those that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// They may come.
    Comes,
    /// They were not captured, or are not waited for.
    Lost,
    /// There are none: the stream ends.
    Never,
}

/// Whether a piece that begins in the middle of what is held of a packet may be an inner packet. Only a
/// PUBLISH takes so long to write that it happens; and what waits for what follows is told late, after
/// answers of the other side perhaps, so that it had better be rare.
pub(super) fn is_mark(held: &[u8], piece: &[u8], marks: &[usize], known: &Known) -> bool {
    let is_publish = held.first().copied().map(PacketType::of_header) == Some(PacketType::PUBLISH);
    let fits = match frame(piece) {
        Framing::Length(len) => len <= MAX_INNER,
        Framing::NeedMore | Framing::Endless => false,
    };
    let may_be = || match sight(piece, known, &mut Tape::new()) {
        Sighted::Whole { bits, .. } | Sighted::Part { bits } => bits >= SERIOUS,
        Sighted::No => false,
    };
    is_publish && fits && marks.len() < MAX_MARKS && may_be()
}

impl Suspect {
    /// A packet of which pieces began at these offsets.
    pub(super) fn new(packet: &[u8], marks: Vec<usize>) -> Self {
        let (bytes, len) = (packet.to_vec(), packet.len());
        Self { bytes, len, marks, pieces: Vec::new(), is_in_one: false }
    }

    /// A packet that has others at this offset if the stream ends with what follows it in its piece.
    pub(super) fn until_end(packet: &[u8], at: usize) -> Self {
        Self { is_in_one: true, ..Self::new(packet, vec![at]) }
    }

    /// What is allocated, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.bytes.capacity()
    }

    /// Takes a piece, or what is left of it.
    pub(super) fn push(&mut self, piece: &[u8]) {
        if !piece.is_empty() {
            self.pieces.push(self.bytes.len());
            self.bytes.extend_from_slice(piece);
        }
    }

    /// The packet as it came.
    pub(super) fn packet(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The inner packets, one after the other, and the outer one without them.
    pub(super) fn parts(&self, at: usize, len: usize) -> (&[u8], Vec<u8>) {
        let end = at.saturating_add(len);
        let inner = self.bytes.get(at..end).unwrap_or_default();
        let before = self.bytes.get(..at).unwrap_or_default();
        let after = self.bytes.get(end..self.len.saturating_add(len)).unwrap_or_default();
        (inner, [before, after].concat())
    }

    /// What follows on the packet and `more` bytes behind it, piece by piece.
    pub(super) fn rest(&self, more: usize) -> Vec<Vec<u8>> {
        let start = self.len.saturating_add(more);
        let starts = self.pieces.iter().copied().filter(|piece| *piece > start);
        let bounds: Vec<usize> = [start].into_iter().chain(starts).collect();
        let ends = bounds.iter().skip(1).copied().chain([self.bytes.len()]);
        let pieces = bounds.iter().zip(ends).filter_map(|(from, to)| self.bytes.get(*from..to));
        pieces.filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec).collect()
    }

    /// Judges it by what followed so far.
    pub(super) fn judge(&self, known: &Known, more: More) -> Judged {
        let (is_end, mut tape) = (more != More::Comes, Tape::new());
        let next = self.bytes.get(self.len..).unwrap_or_default();
        if self.is_in_one && !is_end {
            return if self.pieces.len() > 1 { Judged::Whole } else { Judged::Later };
        }
        if self.is_in_one && more == More::Lost {
            return Judged::Whole;
        }
        let sighted = sight(next, known, &mut tape);
        let is_cut = matches!(sighted, Sighted::Part { bits } if bits < SERIOUS);
        let is_odd = more == More::Never && !next.is_empty() && is_cut;
        if self.is_in_one || is_odd && !self.is_broken(known, &mut tape) {
            return self.judge_end(known, &mut tape);
        }
        let contradicts = match sighted {
            Sighted::No => !next.is_empty(),
            Sighted::Part { .. } if next.len() < DECIDED && self.is_broken(known, &mut tape) => {
                true
            }
            Sighted::Part { .. } if next.len() < DECIDED && !is_end => return Judged::Later,
            Sighted::Part { .. } | Sighted::Whole { .. } => false,
        };
        if !contradicts {
            return if next.is_empty() && !is_end { Judged::Later } else { Judged::Whole };
        }
        let mut judged = Judged::Whole;
        for at in self.marks.iter().copied() {
            match self.judge_at(at, known, is_end, &mut tape) {
                Judged::Whole => {}
                Judged::Later => judged = Judged::Later,
                torn @ Judged::Torn { .. } => return torn,
            }
        }
        judged
    }

    /// Judges it where what follows is no whole packet, and nothing more comes.
    fn judge_end(&self, known: &Known, tape: &mut Tape) -> Judged {
        let len = self.bytes.len().saturating_sub(self.len);
        let begins = if self.is_in_one { 0 } else { PIECE };
        let is_torn = |at: &usize| {
            let runs = self.runs(*at, known, tape).unwrap_or_default();
            let own = runs.into_iter().find(|run| run.0 == len).map(|run| run.1);
            let (_, outer) = self.parts(*at, len);
            let bits = own.map(|own| own.saturating_add(begins).saturating_add(TEXT + END));
            bits.is_some_and(|bits| bits >= ENOUGH_UNSEEN)
                && is_text(&outer, known, tape)
                && !is_text(self.packet(), known, tape)
                && is_clean(&outer, known, tape)
        };
        match self.marks.iter().copied().find(is_torn) {
            Some(at) => Judged::Torn { at, len },
            None => Judged::Whole,
        }
    }

    /// The packets at a place, in a row: where each ends from there on, and what they are worth so far. `None` where
    /// there is the beginning of one alone.
    fn runs(&self, at: usize, known: &Known, tape: &mut Tape) -> Option<Vec<(usize, u32)>> {
        let (mut len, mut bits) = (0usize, 0u32);
        let mut runs: Vec<(usize, u32)> = Vec::new();
        while runs.len() < CHAIN && len <= MAX_INNER {
            let inner = self.bytes.get(at.saturating_add(len)..).unwrap_or_default();
            match sight(inner, known, tape) {
                Sighted::Whole { len: more, bits: own } => {
                    len = len.saturating_add(more);
                    bits = bits.saturating_add(own);
                    runs.push((len, bits));
                }
                Sighted::Part { .. } if runs.is_empty() => return None,
                _ => break,
            }
        }
        Some(runs)
    }

    fn judge_at(&self, at: usize, known: &Known, is_end: bool, tape: &mut Tape) -> Judged {
        let runs = match self.runs(at, known, tape) {
            None if !is_end => return Judged::Later,
            runs => runs.unwrap_or_default(),
        };
        // Of a run of packets the first alone would leave the others in the payload.
        for (len, bits) in runs.into_iter().rev() {
            match self.settles(at, len, bits.saturating_add(PIECE), (known, is_end), tape) {
                Some(true) => return Judged::Torn { at, len },
                Some(false) => {}
                None => return Judged::Later,
            }
        }
        Judged::Whole
    }

    /// Whether the `len` bytes from `at` on are what makes the packets go on; `None` where that can't
    /// be said yet.
    fn settles(
        &self,
        at: usize,
        len: usize,
        bits: u32,
        (known, is_end): (&Known, bool),
        tape: &mut Tape,
    ) -> Option<bool> {
        let tail = self.bytes.get(self.len..self.len.saturating_add(len));
        let behind = self.bytes.get(self.len.saturating_add(len)..).unwrap_or_default();
        // Of a packet that is broken without it the end is enough.
        let is_all = behind.is_empty() && self.is_broken(known, tape);
        let is_there = tail.is_some() && (is_end || is_all || behind.len() >= 2);
        if !is_there {
            return if is_end { Some(false) } else { None };
        }
        let (follows, is_part) = match (behind.is_empty(), sight(behind, known, tape)) {
            (true, _) => (if is_end { PIECE } else { 0 }, !is_end),
            (false, Sighted::Whole { bits, .. }) => (bits, false),
            (false, Sighted::Part { bits }) => (bits, !is_end),
            (false, Sighted::No) => return Some(false),
        };
        let end = at.saturating_add(len);
        let ends = end == self.len || self.pieces.contains(&end) || self.marks.contains(&end);
        let bits = bits.saturating_add(follows).saturating_add(if ends { PIECE } else { 0 });
        match bits >= ENOUGH {
            false if is_part && behind.len() < DECIDED => None,
            is_enough => Some(is_enough && self.is_clean_without(at, len, known, tape)),
        }
    }

    /// Whether the outer packet reads without fault.
    fn is_clean_without(&self, at: usize, len: usize, known: &Known, tape: &mut Tape) -> bool {
        let (_, outer) = self.parts(at, len);
        is_clean(&outer, known, tape)
    }

    /// Whether the outer packet has a fault as it stands.
    fn is_broken(&self, known: &Known, tape: &mut Tape) -> bool {
        !is_clean(self.packet(), known, tape)
    }
}

/// Whether a packet reads without fault in the version of its connection.
fn is_clean(packet: &[u8], known: &Known, tape: &mut Tape) -> bool {
    let versions = match known.version {
        Some(version) => [version; 2],
        None => [Version::V311, Version::V5],
    };
    versions.into_iter().any(|version| {
        tape.clear();
        decode(packet, Reading { version, sender: known.sender }, tape);
        tape.errors() == 0
    })
}

/// Whether the payload of a PUBLISH is text, and not empty.
pub(super) fn is_text(packet: &[u8], known: &Known, tape: &mut Tape) -> bool {
    known.versions().into_iter().flatten().any(|version| {
        tape.clear();
        let reading = Reading { version, sender: known.sender };
        let Some(Packet::Publish(publish)) = decode(packet, reading, tape).packet else {
            return false;
        };
        let is_odd = |c: char| c.is_control() && !c.is_ascii_whitespace();
        let text = std::str::from_utf8(publish.payload).ok().filter(|text| !text.is_empty());
        text.is_some_and(|text| !text.contains(is_odd))
    })
}
