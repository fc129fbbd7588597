//! Arrays and strings of programs that are packets but for the first byte, which tells the type: that is mistyped, and
//! the length tells that the rest is whole.

use super::frame;
use super::lengths;
use super::mistake::MistakeKind;
use super::run::{Class, Run, Slip};

/// Whether only the first byte of a run could not be read, and the rest goes on as a packet does.
pub(super) fn is(run: &Run) -> bool {
    let mut slips = run.slips.iter().filter(|slip| !slip.is_beside());
    let only = slips.next().filter(|_| slips.next().is_none());
    let is_told = |slip: &Slip| matches!(slip.kind, MistakeKind::NoType { .. });
    let goes_on = |slip: &Slip| is_told(slip) || goes_on(&run.data.bytes, frame::strict);
    run.class == Class::Code && only.is_some_and(|slip| is_first(slip) && goes_on(slip))
}

/// Whether only the flags of the first byte keep a run from being packets: that is for the decoder to tell.
pub(super) fn has_wrong_flags(run: &Run) -> bool {
    let Some((&first, rest)) = run.data.bytes.split_first() else { return false };
    let mut kinds = FIRSTS.iter().filter(|kind| **kind >> 4 == first >> 4);
    run.class == Class::Code
        && run.slips.is_empty()
        && rest.len() >= SHORTEST_BODY
        && !frame::head(&run.data.bytes)
        && kinds.any(|kind| lengths::exact(&[&[*kind], rest].concat()))
}

const fn is_first(slip: &Slip) -> bool {
    slip.index == 0 && slip.lost == 1
}

/// Makes a mistake of a first byte of the type 0 where the rest goes on as a packet does: a digit is missing. As the
/// byte is a number like others, more than one length has to fit, or the digits that it has are those of a type.
pub(super) fn tell(run: &mut Run) {
    let Some((&byte, rest)) = run.data.bytes.split_first() else { return };
    let is_number = run.class != Class::Code || !run.slips.is_empty() || byte >= LEAST;
    let is_packet = |bytes: &[u8]| frame::strict(bytes) && lengths::tells_itself(bytes);
    if is_number || !(goes_on(rest, is_packet) || lacks_digit(byte, rest)) {
        return;
    }
    if let Some(range) = run.data.map.text_of(0..1) {
        run.lose(0..1, range, MistakeKind::NoType { byte }, None);
    }
}

/// Whether a byte is that of the type of an acknowledgement without one of its decimal digits. Numbers of equal steps count
/// something.
fn lacks_digit(byte: u8, rest: &[u8]) -> bool {
    let is_left = |kind: u8| {
        let (tens, ones) = (kind / 10, kind % 10);
        kind < 100 && (byte == tens || byte == ones)
    };
    let steps = || std::iter::once(&byte).chain(rest).zip(rest).map(|(a, b)| b.wrapping_sub(*a));
    let counts = steps().zip(steps().skip(1)).all(|(a, b)| a == b);
    let is_packet = |kind: u8| lengths::legal(&[&[kind], rest].concat());
    rest.len() == SHORTEST_BODY
        && !counts
        && FIRSTS.into_iter().any(|kind| is_left(kind) && is_packet(kind))
}

/// Whether bytes are what stands behind the first one of a packet.
fn goes_on(rest: &[u8], is_packet: impl Fn(&[u8]) -> bool) -> bool {
    let first = |kind: &u8| [&[*kind], rest].concat();
    (SHORTEST..LONGEST).contains(&rest.len()) && FIRSTS.iter().any(|kind| is_packet(&first(kind)))
}

/// The first bytes of packets (MQTT 5.0, 2.1.2 and 2.1.3), of PUBLISH with and without an identifier.
const FIRSTS: [u8; 14] =
    [0x10, 0x20, 0x30, 0x32, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xa2, 0xb0, 0xe0, 0xf0];
/// What has a lower first byte is of the type 0.
const LEAST: u8 = 0x10;
/// The length, and a Packet Identifier.
const SHORTEST_BODY: usize = 3;
/// Fewer bytes fit a length by chance.
const SHORTEST: usize = 4;
/// Longer ones are not looked at.
const LONGEST: usize = 1 << 12;
