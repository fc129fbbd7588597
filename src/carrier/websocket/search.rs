//! The next frame after a loss: which place looks most like the header of a frame.
//!
//! Points count bits of surprise, about: a byte that must be one of five scores five. What scores
//! [`ENOUGH`] comes about by chance once in some hundred thousand places.

use super::header::{Header, MAX_CONTROL};
use super::mask::unmask;
use crate::mqtt::framing::{Framing, frame};
use crate::spec::websocket::{Opcode, is_close_code};
use crate::spec::{PacketType, Sender};

/// Bytes that are held to find a frame in them.
pub(super) const MAX_HELD: usize = 8_192;
/// Points that make a place the header of a frame.
const ENOUGH: i32 = 19;
/// Points of a payload that holds whole packets.
const WHOLE: i32 = 10;
/// Frames of compressed messages behind each other that are no chance: each begins with one of two
/// bytes, a mask bit and a length that the next one proves.
const CHAIN: usize = 3;
/// The same of binary frames, each a message of its own: each begins with one byte, whatever it holds.
const BINARY_CHAIN: usize = 4;
/// A place that no frame begins at.
const NEVER: i32 = -100;
/// A segment begins there, as frames tend to.
const SEGMENT: i32 = 6;

/// What a place looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The header of a frame.
    Frame,
    /// Further bytes will tell.
    Open,
    /// Something else.
    Other,
}

/// Judges the place where `bytes` begin; all that came is in them. `begins`: a segment does too.
pub(super) fn look(bytes: &[u8], sender: Sender, begins: bool) -> Look {
    let Some(points) = points(bytes, sender) else {
        // Too few bytes for a header.
        return if may_begin(bytes, sender) { Look::Open } else { Look::Other };
    };
    let Points { sum, end } = points;
    let sum = sum.saturating_add(if begins { SEGMENT } else { 0 });
    let chained = chained_frames(bytes, sender);
    match bytes.len().checked_sub(end) {
        _ if sum >= ENOUGH || chained == Some(true) => Look::Frame,
        _ if chained.is_none() => Look::Open,
        _ if sum <= 0 || end > MAX_HELD => Look::Other,
        // What stands behind the frame is not there yet.
        None | Some(0 | 1) => Look::Open,
        Some(_) => Look::Other,
    }
}

struct Points {
    sum: i32,
    /// Where the frame ends.
    end: usize,
}

/// The length of a binary frame at the beginning of `bytes` that holds whole packets and nothing
/// else; the inner `None`: more bytes will tell, the outer: it is none.
pub(crate) fn whole_packets(bytes: &[u8], sender: Sender) -> Option<Option<usize>> {
    let Some(header) = Header::parse(bytes) else {
        let may_begin = bytes.first().is_none_or(|first| *first == 0x82)
            && (bytes.len() < 2 || first_byte(bytes, sender) > 0);
        return may_begin.then_some(None);
    };
    let end = usize::try_from(header.len).ok()?.saturating_add(header.size);
    let is_frame = header.fin && header.rsv == 0 && header.opcode == Opcode::BINARY;
    if !is_frame || header.len < 2 || first_byte(bytes, sender) == 0 {
        return None;
    }
    let inside = Inside::of(bytes, &header);
    if bytes.len() < end {
        let may = inside.bytes.first().is_none_or(|first| begins_packet(*first, sender));
        return may.then_some(None);
    }
    (packets(&inside, &header, sender) >= WHOLE).then_some(Some(end))
}

/// Whether `bytes` begin with frames of compressed messages, one behind the other, so many that
/// chance does not make them; `None`: more bytes will tell.
pub(crate) fn compressed_frames(bytes: &[u8], sender: Sender) -> Option<bool> {
    let is_one = |header: &Header| header.fin && header.is_compressed();
    chain(bytes, sender, CHAIN, &[0xc1, 0xc2], is_one)
}

/// The same for binary frames, whatever they hold: a part of a packet, say.
pub(crate) fn chained_frames(bytes: &[u8], sender: Sender) -> Option<bool> {
    chain(bytes, sender, BINARY_CHAIN, &[0x82], |_| true)
}

/// Whether `bytes` begin with so many frames behind each other, each of which has one of these first bytes;
/// `None`: more bytes will tell.
fn chain(
    bytes: &[u8],
    sender: Sender,
    count: usize,
    firsts: &[u8],
    is_one: impl Fn(&Header) -> bool,
) -> Option<bool> {
    let mut rest = bytes;
    for _ in 0..count {
        let is_first = rest.first().is_none_or(|first| firsts.contains(first));
        let Some(header) = Header::parse(rest).filter(|_| is_first) else {
            let may_begin = rest.is_empty() || is_first && first_byte(rest, sender) > 0;
            return if may_begin { None } else { Some(false) };
        };
        let is_whole = is_one(&header) && header.len > 0;
        if !is_whole || header.is_length_too_long() || first_byte(rest, sender) == 0 {
            return Some(false);
        }
        let end = usize::try_from(header.len).ok()?.saturating_add(header.size);
        let Some(behind) = rest.get(end..) else {
            // A frame that is longer than what is looked at tells nothing.
            return if end > MAX_HELD { Some(false) } else { None };
        };
        rest = behind;
    }
    Some(true)
}

/// The points of a place; `None`: the header is not complete.
fn points(bytes: &[u8], sender: Sender) -> Option<Points> {
    let header = Header::parse(bytes)?;
    let first = first_byte(bytes, sender);
    let end = usize::try_from(header.len).unwrap_or(usize::MAX).saturating_add(header.size);
    if first == 0 || header.is_length_too_long() || header.len >> 40 != 0 {
        return Some(Points { sum: NEVER, end });
    }
    let inside = Inside::of(bytes, &header);
    let content = if header.opcode.is_control() {
        control(&header, &inside)
    } else if header.is_compressed() || header.opcode == Opcode::CONTINUATION {
        0
    } else {
        packets(&inside, &header, sender)
    };
    let behind = match bytes.get(end..) {
        Some([]) => 7,
        Some(rest) => match first_byte(rest, sender) {
            0 => -8,
            points => points,
        },
        None => 0,
    };
    Some(Points { sum: [first, content, behind].iter().sum(), end })
}

/// Points for the first byte and the mask bit; 0: no frame of this side begins so.
fn first_byte(bytes: &[u8], sender: Sender) -> i32 {
    let [first, rest @ ..] = bytes else { return 0 };
    let is_masked = rest.first().map(|second| second & 0x80 != 0);
    if is_masked.is_some_and(|is| is != (sender == Sender::Client)) {
        return 0;
    }
    match first {
        0x82 | 0xc2 | 0x88..=0x8a => 6,
        0x00 | 0x01 | 0x02 | 0x41 | 0x42 | 0x80 | 0x81 | 0xc1 => 4,
        _ => 0,
    }
}

fn may_begin(bytes: &[u8], sender: Sender) -> bool {
    first_byte(bytes, sender) > 0
}

/// The first bytes of the payload, without the mask.
struct Inside {
    bytes: Vec<u8>,
}

impl Inside {
    fn of(bytes: &[u8], header: &Header) -> Self {
        let payload = bytes.get(header.size..).unwrap_or_default();
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        let there = payload.get(..len).unwrap_or(payload);
        let mut out = Vec::new();
        unmask(header.key.unwrap_or_default(), 0, there, &mut out);
        Self { bytes: out }
    }
}

/// Points for what a control frame holds.
fn control(header: &Header, inside: &Inside) -> i32 {
    if header.len > MAX_CONTROL || !header.fin || header.rsv != 0 {
        return -10;
    }
    match (header.opcode, inside.bytes.first_chunk::<2>()) {
        (Opcode::CLOSE, _) if header.len == 0 => 4,
        (Opcode::CLOSE, Some(code)) if is_close_code(u16::from_be_bytes(*code)) => 5,
        (Opcode::CLOSE, Some(_)) => -10,
        _ => 1,
    }
}

/// Points for packets in a payload: one that ends where the frame does is the best of signs.
fn packets(inside: &Inside, header: &Header, sender: Sender) -> i32 {
    let mut rest = inside.bytes.as_slice();
    let mut left = header.len;
    for points in [2, 4, 6, 8] {
        let before = if points == 2 { 0 } else { 2 };
        let Some(first) = rest.first() else { return before };
        if !begins_packet(*first, sender) {
            return -4;
        }
        let len = match frame(rest) {
            Framing::Length(len) => len,
            Framing::NeedMore => return points,
            Framing::Endless => return -4,
        };
        match left.checked_sub(len as u64) {
            Some(0) => return WHOLE,
            Some(behind) => left = behind,
            None => return points,
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    WHOLE
}

/// Whether the first byte is that of a packet which this side may send.
fn begins_packet(first: u8, sender: Sender) -> bool {
    let kind = PacketType::of_header(first);
    let flags = match kind.info().flags {
        _ if kind == PacketType::PUBLISH => first & 0b110 != 0b110,
        Some(flags) => first & 0x0f == flags,
        None => false,
    };
    flags && kind.only_sender().is_none_or(|only| only == sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(hex: &str, sender: Sender, begins: bool) -> Look {
        look(&hex::decode(hex.replace(' ', "")).unwrap(), sender, begins)
    }

    #[test]
    fn a_frame_around_a_packet_is_seen_at_once() {
        assert_eq!(seen("82 02 d0 00", Sender::Server, false), Look::Frame);
        assert_eq!(seen("82 82 01020304 c102", Sender::Client, false), Look::Frame);
        // Masked by the wrong side, or a packet that this side does not send.
        assert_eq!(seen("82 02 d0 00", Sender::Client, true), Look::Other);
        assert_eq!(seen("82 02 c0 00", Sender::Server, false), Look::Open);
        assert_eq!(seen("82 02 c0 00 00 00 00 00", Sender::Server, false), Look::Other);
        // A compressed one at the beginning of a segment that it fills.
        assert_eq!(seen("c2 03 aabbcc", Sender::Server, true), Look::Frame);
    }

    #[test]
    fn chance_hardly_ever_looks_like_a_frame() {
        let mut state = 7_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        let bytes: Vec<u8> = (0..400_000).map(|_| noise()).collect();
        for sender in [Sender::Client, Sender::Server] {
            let frames = (0..bytes.len() - 2000)
                .filter(|at| look(&bytes[*at..at + 2000], sender, false) == Look::Frame)
                .count();
            assert!(frames <= 4, "{frames} false frames of the {sender}");
        }
    }
}
