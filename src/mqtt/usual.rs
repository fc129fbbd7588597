//! Properties of which there is nothing to say: nearly all. They are read by a table of their own, in
//! which an identifier finds in one step what decides.

use super::primitive::{is_plain, is_plain_topic};
use crate::spec::property::{PROPERTIES, PropertyInfo, Wire};
use crate::spec::{PacketSet, Sender};

/// The first property of `bytes`: its identifier, its number or 0, and what is behind it. `None` where
/// there is something to say of it. `seen` has a bit for each identifier met before.
#[inline]
pub(super) fn usual(
    bytes: &[u8],
    (place, sender): (PacketSet, Option<Sender>),
    seen: u64,
) -> Option<(u8, u32, &[u8])> {
    let (id, rest) = bytes.split_first()?;
    let row = ROWS.get(usize::from(*id))?;
    let is_again = seen & bit(*id) != 0;
    if !row.allowed.meets(place) || is_again && !row.repeats.meets(place) {
        return None;
    }
    // The sender first: in the packets that one side alone may send, it is not asked for.
    if sender.is_some_and(|sender| sender != row.only_from.1 && row.only_from.0.meets(place)) {
        return None;
    }
    let (number, behind) = value(rest, row)?;
    Some((*id, number, behind))
}

/// One bit for each identifier, of which the highest is 42.
#[inline]
pub(super) const fn bit(id: u8) -> u64 {
    1 << (id & 63)
}

/// What decides over a property: the row of the standard's table without what is only told. Aligned, so
/// that a shift finds it, and that it lies in one line of the cache.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Row {
    allowed: PacketSet,
    repeats: PacketSet,
    only_from: (PacketSet, Sender),
    /// Smallest legal number, and how many there are above it.
    min: u32,
    above: u32,
    /// Bytes of a number, at most four; 0 for what has another shape.
    number_len: u8,
    wire: Wire,
    is_topic: bool,
}

/// For each identifier its row; one that the standard does not know is allowed nowhere.
static ROWS: [Row; 256] = rows();

const fn rows() -> [Row; 256] {
    let nowhere = Row {
        allowed: PacketSet::NONE,
        repeats: PacketSet::NONE,
        only_from: (PacketSet::NONE, Sender::Client),
        min: 0,
        above: 0,
        number_len: 0,
        wire: Wire::Byte,
        is_topic: false,
    };
    let mut table = [nowhere; 256];
    let mut rest: &[PropertyInfo] = &PROPERTIES;
    while let [info, tail @ ..] = rest {
        let (_, from) = table.split_at_mut(info.id as usize);
        if let [slot, ..] = from {
            *slot = Row {
                allowed: info.allowed,
                repeats: info.repeats,
                only_from: match info.only_from {
                    Some((place, sender, _)) => (place, sender),
                    None => nowhere.only_from,
                },
                min: info.min,
                above: info.max.saturating_sub(info.min),
                number_len: info.number_len,
                wire: info.wire,
                is_topic: info.is_topic,
            };
        }
        rest = tail;
    }
    table
}

/// The number, or 0, and what is behind the value.
#[inline]
fn value<'a>(bytes: &'a [u8], row: &Row) -> Option<(u32, &'a [u8])> {
    // Few branches, and no jump by the type: which property comes next nobody can predict.
    let len = usize::from(row.number_len);
    if len > 0 {
        let (value, behind) = number(bytes, len)?;
        return (value.wrapping_sub(row.min) <= row.above).then_some((value, behind));
    }
    if row.wire == Wire::VarInt {
        let (byte, behind) = bytes.split_first()?;
        let value = u32::from(*byte);
        return (*byte < 0x80 && value.wrapping_sub(row.min) <= row.above)
            .then_some((value, behind));
    }
    let (first, behind) = prefixed(bytes)?;
    if row.is_topic {
        return is_plain_topic(first).then_some((0, behind));
    }
    if row.wire == Wire::Pair {
        let (second, behind) = prefixed(behind)?;
        return (is_plain(first) && is_plain(second)).then_some((0, behind));
    }
    (row.wire == Wire::Binary || is_plain(first)).then_some((0, behind))
}

/// A number of `len` bytes, at most four.
#[inline]
fn number(bytes: &[u8], len: usize) -> Option<(u32, &[u8])> {
    let (own, behind) = bytes.split_at_checked(len)?;
    // Four bytes are read at once where they are there; those behind the number drop out.
    let value = match bytes.first_chunk::<4>() {
        Some(four) => {
            let behind = 4u32.wrapping_sub(len as u32).wrapping_mul(8);
            u32::from_be_bytes(*four).unbounded_shr(behind)
        }
        None => own.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)),
    };
    Some((value, behind))
}

/// Bytes behind two bytes of length, and what is behind them.
#[inline]
pub(super) fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}
