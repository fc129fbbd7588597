//! UDP: eight bytes, then the datagram.

use super::{Skip, UdpLayer};

/// Length of the header, in bytes.
const HEADER: usize = 8;

/// Reads the datagram that an IP packet carries; `missing` bytes of the packet were not captured.
#[inline]
pub(super) fn read(data: &[u8], missing: u32) -> Result<(UdpLayer, &[u8]), Skip> {
    let Some((header, rest)) = data.split_first_chunk::<HEADER>() else {
        return Err(Skip::Cut { layer: "UDP", needed: HEADER, available: data.len() });
    };
    let [s0, s1, d0, d1, l0, l1, _, _] = *header;
    let length = u16::from_be_bytes([l0, l1]);
    let there = u32::try_from(rest.len()).unwrap_or(u32::MAX);
    // 0 is a jumbogram, or a length that the network card was to fill in.
    let (payload, len) = match length.checked_sub(HEADER as u16) {
        Some(len) => (rest.get(..usize::from(len)).unwrap_or(rest), u32::from(len)),
        None if length == 0 => (rest, there.saturating_add(missing)),
        None => return Err(Skip::UdpLen(length)),
    };
    let captured = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let layer = UdpLayer {
        src_port: u16::from_be_bytes([s0, s1]),
        dst_port: u16::from_be_bytes([d0, d1]),
        len,
        missing: len.saturating_sub(captured),
    };
    Ok((layer, payload))
}
