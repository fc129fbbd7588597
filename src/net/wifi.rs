//! IEEE 802.11: data frames that are not encrypted, and the headers that drivers put before them.

use super::{Carried, Kind, LinkLayer, Skip, skip, split};

/// Bits of the second byte of Frame Control.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;
/// Bits of the subtype of a data frame.
const NO_DATA: u8 = 0x40;
const QOS: u8 = 0x80;
/// The bit of QoS Control that says that several frames are in one.
const AGGREGATED: u8 = 0x80;

/// What radiotap tells of the frame behind it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Driver {
    /// Whether the header is padded to a multiple of four bytes.
    padded: bool,
}

/// Takes the header of radiotap off: version 1, pad 1, length 2, which fields there are 4 or more.
pub(super) fn radiotap(frame: &[u8]) -> Result<(Driver, &[u8]), Skip> {
    const DATA_PAD: u8 = 0x20;
    let ([version, _, l0, l1, present, _, _, last], _) = split::<8>(frame, "radiotap")?;
    if *version != 0 {
        return Err(Skip::Malformed("radiotap"));
    }
    let length = usize::from(u16::from_le_bytes([*l0, *l1]));
    // Further words of fields follow while the top bit says so.
    let (mut at, mut top) = (8_usize, *last);
    while top & 0x80 != 0 {
        top = frame.get(at.saturating_add(3)).copied().unwrap_or_default();
        at = at.saturating_add(4);
    }
    // The time of eight bytes is the only field that stands before the flags.
    if present & 1 != 0 {
        at = at.next_multiple_of(8).saturating_add(8);
    }
    let flags = frame.get(at).copied().filter(|_| present & 2 != 0 && at < length);
    let padded = flags.is_some_and(|flags| flags & DATA_PAD != 0);
    Ok((Driver { padded }, skip(frame, length.max(8), "radiotap")?))
}

/// Reads a frame of IEEE 802.11 down to LLC.
pub(super) fn frame(bytes: &[u8], driver: Driver) -> Result<(LinkLayer, Carried<'_>), Skip> {
    let (fixed, _) = split::<24>(bytes, "IEEE 802.11")?;
    let [kind, flags, ..] = *fixed;
    // Version 0, type 2: data.
    if kind & 0x0f != 0x08 || kind & NO_DATA != 0 {
        return Err(Skip::NotData);
    }
    if flags & PROTECTED != 0 {
        return Err(Skip::Encrypted);
    }
    let is_part = flags & MORE_FRAGMENTS != 0 || fixed.get(22).is_some_and(|byte| byte & 0x0f != 0);
    if is_part {
        return Err(Skip::WifiFragment);
    }
    let address = |at: usize| -> [u8; 6] {
        bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
    };
    let (dst, src, mut header) = match (flags & TO_DS != 0, flags & FROM_DS != 0) {
        (false, false) => (4, 10, 24_usize),
        (true, false) => (16, 10, 24),
        (false, true) => (4, 16, 24),
        (true, true) => (16, 24, 30),
    };
    let mut aggregated = false;
    if kind & QOS != 0 {
        aggregated = bytes.get(header).is_some_and(|byte| byte & AGGREGATED != 0);
        header = header.saturating_add(if flags & ORDER != 0 { 6 } else { 2 });
    }
    if driver.padded {
        header = header.next_multiple_of(4);
    }
    let layer = LinkLayer::Wifi { dst: address(dst), src: address(src) };
    let data = skip(bytes, header, "IEEE 802.11")?;
    if aggregated {
        return Ok((layer, Carried { kind: Kind::Aggregate, data }));
    }
    Ok((layer, Carried { kind: Kind::Llc, data }))
}

/// One frame of several in one, and those behind it: receiver 6, sender 6, length 2, LLC; each
/// padded to a multiple of four bytes.
pub(super) fn subframe(data: &[u8]) -> Result<(Carried<'_>, &[u8]), Skip> {
    let (header, rest) = split::<14>(data, "A-MSDU")?;
    let length =
        usize::from(header.last_chunk::<2>().map_or(0, |bytes| u16::from_be_bytes(*bytes)));
    let inner = rest.get(..length).unwrap_or(rest);
    let whole = length.saturating_add(14).next_multiple_of(4);
    // What is shorter than a header is a check sequence, or padding.
    let behind = data.get(whole..).filter(|rest| rest.len() > 14).unwrap_or_default();
    Ok((Carried { kind: Kind::Llc, data: inner }, behind))
}

/// PPI: version 1, flags 1, length 2, link type 4, all little-endian. The link type and the frame.
pub(super) fn ppi(frame: &[u8]) -> Result<(u32, &[u8]), Skip> {
    let ([version, _, l0, l1, link @ ..], _) = split::<8>(frame, "PPI")?;
    if *version != 0 {
        return Err(Skip::Malformed("PPI"));
    }
    let length = usize::from(u16::from_le_bytes([*l0, *l1]));
    Ok((u32::from_le_bytes(*link), skip(frame, length.max(8), "PPI")?))
}
