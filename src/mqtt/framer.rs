//! The bytes of one direction, in whatever pieces they come, become packets.

use super::framing::{Framing, frame};
use super::infer::{Evidence, infer};
use crate::annotate::Tape;
use crate::spec::PacketType;

/// What the framer makes of a run of bytes. Offsets count the bytes of the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A packet: all of its bytes.
    Packet {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The beginning of a packet whose other bytes are not there.
    Cut {
        /// Offset of the first byte.
        offset: u64,
        /// What there is of it.
        bytes: &'a [u8],
        /// Bytes that the whole packet has; 0 where its fixed header is cut too.
        whole: u64,
        /// Why.
        why: Why,
    },
    /// Bytes that belong to no packet.
    Stray {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
        /// Why.
        why: Why,
    },
}

/// Why bytes are not a whole packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Bytes of it were not captured.
    Missing,
    /// The stream ends.
    End,
    /// It is longer than the framer holds.
    TooLarge,
    /// It is not known where a packet begins, and these bytes do not look like one.
    NoPacket,
}

/// Finds the packets of one direction. Holds at most one packet that is not complete.
#[derive(Debug)]
pub struct Framer {
    held: Vec<u8>,
    /// Offset of the first byte held, or of the next byte.
    offset: u64,
    state: State,
    max_packet: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A packet begins with the next byte that is not held.
    Aligned,
    /// It is not known where a packet begins.
    Lost,
    /// The next bytes are the rest of a packet that was given up.
    Skipping(u64, Why),
}

/// A buffer that grew beyond this is given back when its packet is complete: there may be two for
/// each of tens of thousands of connections.
const KEEP_CAPACITY: usize = 256;

impl Framer {
    /// For a direction whose first byte begins a packet, if `aligned`; packets longer than
    /// `max_packet` bytes are not held.
    #[must_use]
    pub fn new(aligned: bool, max_packet: usize) -> Self {
        let state = if aligned { State::Aligned } else { State::Lost };
        Self { held: Vec::new(), offset: 0, state, max_packet: max_packet.max(5) }
    }

    /// The offset before which nothing is held.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the next bytes. A packet that lies whole in `bytes` is not copied.
    pub fn data(&mut self, mut bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Skipping(left, why) => self.skip(bytes, left, why, emit),
                State::Lost => self.search(bytes, emit),
                State::Aligned if self.held.is_empty() => self.whole(bytes, emit),
                State::Aligned => self.complete(bytes, emit),
            };
        }
    }

    /// Takes note that the next `missing` bytes were not captured.
    pub fn gap(&mut self, missing: u64, emit: &mut impl FnMut(Framed<'_>)) {
        let behind = match self.state {
            State::Skipping(left, _) => left,
            _ if self.held.is_empty() => 0,
            _ => self.give_up(Why::Missing, emit),
        };
        self.offset = self.offset.saturating_add(missing);
        self.state = match behind.checked_sub(missing) {
            Some(0) if behind > 0 => State::Aligned,
            Some(left) if left > 0 => State::Skipping(left, Why::Missing),
            _ => State::Lost,
        };
    }

    /// Takes note that nothing more comes.
    pub fn end(&mut self, emit: &mut impl FnMut(Framed<'_>)) {
        if !self.held.is_empty() {
            self.give_up(Why::End, emit);
        }
    }

    /// Emits what is held of a packet; the result is how many of its bytes are still to come.
    fn give_up(&mut self, why: Why, emit: &mut impl FnMut(Framed<'_>)) -> u64 {
        let whole = match frame(&self.held) {
            Framing::Length(len) => len as u64,
            _ => 0,
        };
        let there = self.held.len() as u64;
        emit(Framed::Cut { offset: self.offset, bytes: &self.held, whole, why });
        self.release();
        whole.saturating_sub(there)
    }

    /// Nothing is held: emits the packets that lie whole in `bytes`, and holds what is left.
    fn whole<'b>(&mut self, bytes: &'b [u8], emit: &mut impl FnMut(Framed<'_>)) -> &'b [u8] {
        match frame(bytes) {
            Framing::Length(len) if len <= bytes.len() => {
                let (packet, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
                emit(Framed::Packet { offset: self.offset, bytes: packet });
                self.advance(len);
                rest
            }
            Framing::Endless => {
                emit(Framed::Packet { offset: self.offset, bytes });
                self.advance(bytes.len());
                self.state = State::Lost;
                &[]
            }
            Framing::Length(_) | Framing::NeedMore => {
                self.hold(bytes, emit);
                &[]
            }
        }
    }

    /// A packet is held in part: takes what it lacks.
    fn complete<'b>(&mut self, bytes: &'b [u8], emit: &mut impl FnMut(Framed<'_>)) -> &'b [u8] {
        let lacks = match frame(&self.held) {
            Framing::Length(len) => len.saturating_sub(self.held.len()),
            _ => 1,
        };
        let (head, rest) = bytes.split_at_checked(lacks).unwrap_or((bytes, &[]));
        self.hold(head, emit);
        let is_whole = match frame(&self.held) {
            Framing::Length(len) => len <= self.held.len(),
            Framing::NeedMore => false,
            Framing::Endless => {
                self.state = State::Lost;
                true
            }
        };
        if is_whole && !self.held.is_empty() {
            emit(Framed::Packet { offset: self.offset, bytes: &self.held });
            self.release();
        }
        rest
    }

    /// Holds the next bytes, unless their packet is too long for that.
    fn hold(&mut self, bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) {
        self.held.extend_from_slice(bytes);
        if self.held.len() > self.max_packet {
            let left = self.give_up(Why::TooLarge, emit);
            self.state =
                if left > 0 { State::Skipping(left, Why::TooLarge) } else { State::Aligned };
        }
    }

    fn skip<'b>(
        &mut self,
        bytes: &'b [u8],
        left: u64,
        why: Why,
        emit: &mut impl FnMut(Framed<'_>),
    ) -> &'b [u8] {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (skipped, rest) = bytes.split_at_checked(take).unwrap_or((bytes, &[]));
        emit(Framed::Stray { offset: self.offset, bytes: skipped, why });
        self.advance(take);
        let left = left.saturating_sub(take as u64);
        self.state = if left > 0 { State::Skipping(left, why) } else { State::Aligned };
        rest
    }

    /// Packets tend to begin where a segment does: a piece that reads as packets is taken as such,
    /// any other is passed over.
    fn search<'b>(&mut self, bytes: &'b [u8], emit: &mut impl FnMut(Framed<'_>)) -> &'b [u8] {
        if is_plausible(bytes) {
            self.state = State::Aligned;
            return bytes;
        }
        emit(Framed::Stray { offset: self.offset, bytes, why: Why::NoPacket });
        self.advance(bytes.len());
        &[]
    }

    fn release(&mut self) {
        self.advance(self.held.len());
        self.held.clear();
        self.held.shrink_to(KEEP_CAPACITY);
    }

    fn advance(&mut self, len: usize) {
        self.offset = self.offset.saturating_add(len as u64);
    }
}

/// Whether bytes begin with a packet that reads without fault in some version, or with the
/// beginning of a PUBLISH whose topic does.
fn is_plausible(bytes: &[u8]) -> bool {
    let mut tapes = [Tape::new(), Tape::new()];
    match frame(bytes) {
        Framing::Length(len) if len <= bytes.len() => {
            let packet = bytes.get(..len).unwrap_or(bytes);
            !matches!(infer(packet, None, &mut tapes), Evidence::Faulty(_))
        }
        Framing::Length(_) => is_publish_with_topic(bytes),
        _ => false,
    }
}

fn is_publish_with_topic(bytes: &[u8]) -> bool {
    let header = bytes.iter().skip(1).take_while(|byte| *byte & 0x80 != 0).count();
    let topic = bytes.get(header.saturating_add(2)..).and_then(|body| {
        let (len, rest) = body.split_first_chunk::<2>()?;
        rest.get(..usize::from(u16::from_be_bytes(*len)))
    });
    let is_publish = bytes.first().is_some_and(|byte| {
        PacketType::of_header(*byte) == PacketType::PUBLISH && byte & 0b110 != 0b110
    });
    let is_name = |topic: &[u8]| {
        !topic.is_empty() && crate::text::is_readable(topic) && !topic.contains(&b'#')
    };
    is_publish && topic.is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINGREQ: &[u8] = &[0xc0, 0];
    const PUBLISH: &[u8] = b"\x30\x07\x00\x03a/bhi";

    fn run(framer: &mut Framer, pieces: &[&[u8]]) -> Vec<String> {
        let mut out = Vec::new();
        let mut emit = |framed: Framed<'_>| out.push(show(framed));
        for piece in pieces {
            framer.data(piece, &mut emit);
        }
        framer.end(&mut emit);
        out
    }

    fn show(framed: Framed<'_>) -> String {
        match framed {
            Framed::Packet { offset, bytes } => format!("{offset} {}", hex::encode(bytes)),
            Framed::Cut { offset, bytes, whole, why } => {
                format!("{offset} {} cut of {whole} {why:?}", hex::encode(bytes))
            }
            Framed::Stray { offset, bytes, why } => {
                format!("{offset} {} stray {why:?}", hex::encode(bytes))
            }
        }
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_packets() {
        let stream = [PUBLISH, PINGREQ, PUBLISH].concat();
        let whole = run(&mut Framer::new(true, 1000), &[&stream]);
        assert_eq!(
            whole,
            ["0 3007 0003 612f62 6869", "9 c000", "11 300700036 12f626869"].map(|s| {
                let (at, hex) = s.split_once(' ').unwrap();
                format!("{at} {}", hex.replace(' ', ""))
            })
        );
        for cut in 0..stream.len() {
            for next in cut..stream.len() {
                let pieces = [&stream[..cut], &stream[cut..next], &stream[next..]];
                assert_eq!(run(&mut Framer::new(true, 1000), &pieces), whole);
            }
        }
    }

    #[test]
    fn a_gap_in_a_packet_costs_that_packet_alone() {
        let mut framer = Framer::new(true, 1000);
        let mut out = Vec::new();
        let mut emit = |framed: Framed<'_>| out.push(show(framed));
        framer.data(&PUBLISH[..6], &mut emit);
        framer.gap(2, &mut emit);
        framer.data(&[&PUBLISH[8..], PINGREQ].concat(), &mut emit);
        framer.gap(4, &mut emit);
        framer.data(&[0x41, 0x41, 0x41], &mut emit);
        framer.data(PUBLISH, &mut emit);
        assert_eq!(
            out,
            [
                "0 30070003612f cut of 9 Missing",
                "8 69 stray Missing",
                "9 c000",
                "15 414141 stray NoPacket",
                "18 30070003612f626869",
            ]
        );
    }

    #[test]
    fn what_is_too_long_is_shown_in_part_and_skipped() {
        let mut framer = Framer::new(true, 6);
        let out = run(&mut framer, &[&PUBLISH[..5], &PUBLISH[5..], PINGREQ]);
        assert_eq!(out, ["0 30070003612f626869 cut of 9 TooLarge", "9 c000"]);
        let out = run(&mut Framer::new(true, 6), &[&PUBLISH[..7], &PUBLISH[7..], PINGREQ]);
        assert_eq!(out, ["0 30070003612f62 cut of 9 TooLarge", "7 6869 stray TooLarge", "9 c000"]);
    }

    #[test]
    fn the_end_tells_what_is_left() {
        let out = run(&mut Framer::new(true, 100), &[PINGREQ, &PUBLISH[..4]]);
        assert_eq!(out, ["0 c000", "2 30070003 cut of 9 End"]);
    }
}
