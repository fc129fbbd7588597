//! Where in a stream of hex digits one is missing or too many: in the packet without which all others are
//! whole, at the places where the digit would make it whole.

use super::digits;
use super::frame;
use super::lengths;
use std::ops::Range;

/// The part of a stream of digits in which one is missing or too many.
pub(super) struct Zone {
    pub(super) digits: Range<usize>,
    /// How many bytes it should be.
    pub(super) bytes: usize,
}

impl Zone {
    /// The part of `token`, which has an odd number of digits.
    pub(super) fn of(token: &str) -> Option<Self> {
        let front = hex::decode(token.get(..token.len().saturating_sub(1))?).ok()?;
        let mut starts = vec![0_usize];
        while let Some(&at) = starts.last() {
            let rest = front.get(at..).unwrap_or_default();
            let len = frame::first(rest).unwrap_or(0);
            if len == 0 || frame::strict_prefix(rest) == 0 {
                break;
            }
            starts.push(at.saturating_add(len));
        }
        // All digits but the last are packets: that one stands behind them.
        if starts.last() == Some(&front.len()) && lengths::exact(&front) {
            return None;
        }
        starts.iter().rev().take(MOST_PACKETS).find_map(|at| {
            let start = at.saturating_mul(2);
            let rest = token.get(start..)?;
            let of_header = || of_type(rest).or_else(|| of_length(rest));
            let zone = of_body(rest, front.get(*at..)?).or_else(of_header)?;
            Some(Self { digits: shift(zone.digits, start), bytes: zone.bytes })
        })
    }
}

impl Zone {
    /// The part of a short token, where it is known that it is packets: any byte may have a digit more or less.
    pub(super) fn anywhere(token: &str) -> Option<Self> {
        let digits = token.as_bytes();
        if token.len() > LONGEST_ANYWHERE {
            return None;
        }
        let fits = |at: usize, hidden: usize| {
            let start = at.saturating_mul(2);
            let end = start.saturating_add(hidden);
            let all = token.get(..start).zip(token.get(end..)).map(|(a, b)| format!("{a}00{b}"));
            let Some(mut bytes) = all.and_then(|all| hex::decode(all).ok()) else { return false };
            may_be(digits.get(start..end).unwrap_or_default()).into_iter().any(|byte| {
                bytes.get_mut(at).is_some_and(|place| {
                    *place = byte;
                    true
                }) && frame::strict(&bytes)
            })
        };
        let is_doubled = |at: usize| {
            let start = at.saturating_mul(2);
            let own = digits.get(start..start.saturating_add(3)).unwrap_or_default();
            own.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
        };
        let places = |hidden: usize| (0..=token.len() / 2).filter(move |at| fits(*at, hidden));
        let of = |at: usize, hidden: usize| {
            let start = at.saturating_mul(2);
            Self { digits: start..start.saturating_add(hidden), bytes: 1 }
        };
        let doubled = places(3).find(|at| is_doubled(*at)).map(|at| of(at, 3));
        let missing = || places(1).next_back().map(|at| of(at, 1));
        doubled.or_else(missing).or_else(|| places(3).next_back().map(|at| of(at, 3)))
    }
}

fn shift(range: Range<usize>, by: usize) -> Range<usize> {
    range.start.saturating_add(by)..range.end.saturating_add(by)
}

/// Digits that stand for one byte where one is missing or too many.
const HIDDEN: [usize; 2] = [1, 3];

/// A CONNECT at the beginning of `digits`, of which the first byte has the wrong number of them.
fn of_type(digits: &str) -> Option<Zone> {
    let hidden = HIDDEN.into_iter().find(|hidden| {
        let rest = digits.get(*hidden..).map(|rest| format!("{CONNECT}{rest}"));
        rest.and_then(|it| hex::decode(it).ok())
            .is_some_and(|it| frame::connect(&it) && frame::strict(&it))
    })?;
    Some(Zone { digits: 0..hidden, bytes: 1 })
}

/// A packet at the beginning of `digits`, of which the length has the wrong number of them.
fn of_length(digits: &str) -> Option<Zone> {
    let first = u8::from_str_radix(digits.get(..2)?, 16).ok()?;
    let is_whole = |rest: &[u8], length: u8| {
        frame::fits(first, length, rest)
            && lengths::tells_itself(&[&[first, length], rest].concat())
    };
    let hidden = HIDDEN.into_iter().find(|hidden| {
        let rest = digits.get(hidden.saturating_add(2)..).and_then(|it| hex::decode(it).ok());
        rest.filter(|it| it.len() >= SHORTEST)
            .is_some_and(|rest| (0..0x80).any(|length| is_whole(&rest, length)))
    })?;
    Some(Zone { digits: 2..hidden.saturating_add(2), bytes: 1 })
}

/// The part of the body of a packet at the beginning of `digits`, which `front` are but for the last one, if
/// the packets behind are whole where this one has a digit more or less.
fn of_body(digits: &str, front: &[u8]) -> Option<Zone> {
    let (header, body) = frame::lengths(front).filter(|_| frame::head(front))?;
    let len = header.saturating_add(body);
    let due = len.saturating_mul(2);
    let ends = [due.checked_sub(1)?, due.saturating_add(1)];
    let end = ends.into_iter().find(|end| {
        let behind = digits.get(*end..).and_then(|rest| hex::decode(rest).ok());
        *end > 0 && behind.is_some_and(|rest| frame::strict_prefix(&rest) == rest.len())
    })?;
    let packet = Packet::of(digits.get(..end)?, header, len)?;
    let places = packet.places();
    let (first, last) = match (places.first(), places.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => (header, len.saturating_sub(1)),
    };
    let bytes = last.saturating_sub(first).saturating_add(1);
    let behind = len.saturating_sub(last).saturating_sub(1).saturating_mul(2);
    let zone = first.saturating_mul(2)..end.checked_sub(behind)?;
    // Where nothing follows the end may have been cut off.
    let is_told = last.saturating_add(1) < len || end < digits.len() || end > due;
    if bytes > MOST_LOST || !is_told || places.is_empty() {
        // Better bytes of which some are wrong than none.
        let from = zone.start.saturating_add(bytes.saturating_sub(1).saturating_mul(2));
        return Some(Zone { digits: from..zone.end, bytes: 1 });
    }
    Some(Zone { digits: zone, bytes })
}

/// A packet with a digit more or less than its length says.
struct Packet<'t> {
    digits: &'t str,
    header: usize,
    len: usize,
    /// Digits of the byte that has too few or too many.
    hidden: usize,
    /// The bytes, if the digit is in the last of them, and if it is in the first.
    front: Vec<u8>,
    back: Vec<u8>,
}

impl<'t> Packet<'t> {
    fn of(digits: &'t str, header: usize, len: usize) -> Option<Self> {
        let hidden = digits.len().checked_sub(len.saturating_sub(1).saturating_mul(2))?;
        let even = digits.len().saturating_sub(1);
        let front = hex::decode(digits.get(..even)?).ok()?;
        let back = hex::decode(digits.get(hidden..)?).ok()?;
        Some(Self { digits, header, len, hidden, front, back })
    }

    /// The bytes that may have the wrong number of digits: of those that make the packet legal the ones where
    /// a digit stands twice, where one is too many.
    fn places(&self) -> Vec<usize> {
        if self.len > LONGEST_TRIED {
            return Vec::new();
        }
        let fits = |fits: fn(&[u8]) -> bool, is_any: bool| -> Vec<usize> {
            (self.header..self.len).filter(|at| self.fits(*at, fits, is_any)).collect()
        };
        let mut places = fits(lengths::exact, false);
        if places.is_empty() && self.len <= LONGEST_TRIED_ALL {
            places = fits(lengths::exact, true);
        }
        if places.is_empty() {
            places = fits(frame::strict, false);
        }
        let doubled: Vec<usize> =
            places.iter().copied().filter(|at| self.is_doubled(*at)).collect();
        if doubled.is_empty() { places } else { doubled }
    }

    /// Whether the packet is whole with a byte at place `at` that has one digit more or less; a digit that is
    /// missing is one of the likely ones, or may be any.
    fn fits(&self, at: usize, fits: fn(&[u8]) -> bool, is_any: bool) -> bool {
        let before = self.front.get(..at).unwrap_or_default();
        let behind = self.back.get(at..).unwrap_or_default();
        let is_whole = |byte: u8| fits(&[before, &[byte], behind].concat());
        match self.digits_at(at) {
            [a, b, c] => {
                [(a, b), (b, c), (a, c)].into_iter().any(|it| byte(it).is_some_and(is_whole))
            }
            hidden @ [_] if is_any => may_be(hidden).into_iter().any(is_whole),
            [one] => OTHERS.iter().any(|(high, low)| {
                let of = |digit: &Option<u8>| digit.unwrap_or(*one);
                byte((&of(high), &of(low))).is_some_and(is_whole)
            }),
            _ => false,
        }
    }

    fn is_doubled(&self, at: usize) -> bool {
        self.digits_at(at).windows(2).any(|pair| matches!(pair, [a, b] if a == b))
    }

    fn digits_at(&self, at: usize) -> &[u8] {
        let start = at.saturating_mul(2);
        self.digits.as_bytes().get(start..start.saturating_add(self.hidden)).unwrap_or_default()
    }
}

/// The bytes that these digits may be, of which one is missing or too many.
pub(super) fn may_be(digits: &[u8]) -> Vec<u8> {
    match digits {
        [a, b, c] => [(a, b), (b, c), (a, c)].into_iter().filter_map(byte).collect(),
        [one] => {
            let others = || b"0123456789abcdef".iter();
            others().flat_map(|other| [(one, other), (other, one)]).filter_map(byte).collect()
        }
        _ => Vec::new(),
    }
}

fn byte((high, low): (&u8, &u8)) -> Option<u8> {
    Some((digits::nibble(*high)? << 4) | digits::nibble(*low)?)
}

const CONNECT: &str = "10";
/// The other digit of a byte that has one, before it or behind it, as lengths, levels, flags and texts have.
const OTHERS: [(Option<u8>, Option<u8>); 8] = [
    (Some(b'0'), None),
    (Some(b'6'), None),
    (Some(b'1'), None),
    (None, Some(b'0')),
    (None, Some(b'2')),
    (None, Some(b'4')),
    (None, Some(b'5')),
    (None, Some(b'1')),
];
/// Fewer bytes fit a length by chance.
const SHORTEST: usize = 8;
/// Packets in which the digit is looked for, from the last one on.
const MOST_PACKETS: usize = 3;
/// Longer packets are not tried digit by digit.
const LONGEST_TRIED: usize = 512;
const LONGEST_TRIED_ALL: usize = 128;
/// Longer ones tell what they are.
const LONGEST_ANYWHERE: usize = 33;
/// More can't be shown as missing.
const MOST_LOST: usize = 64;
