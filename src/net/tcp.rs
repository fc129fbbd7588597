//! TCP: the last header before the bytes that count.

use etherparse::{TcpSlice, err};

use super::{Flags, Skip, TcpLayer};

/// Length of a header without options, in bytes.
const MIN_HEADER: usize = 20;
/// Where the length of the header and the flags stand in it.
const AT_DATA_OFFSET: usize = 12;
const AT_FLAGS: usize = 13;

/// Reads the segment that an IP packet carries; `missing` bytes of the packet were not captured.
#[inline]
pub(super) fn read(data: &[u8], missing: u32) -> Result<(TcpLayer, &[u8]), Skip> {
    match TcpSlice::from_slice(data) {
        Ok(slice) => Ok((layer(&slice, missing), slice.payload())),
        Err(err::tcp::HeaderSliceError::Len(len)) => {
            Ok((without_options(data, missing, &len)?, [].as_slice()))
        }
        Err(error) => Err(Skip::Tcp(error)),
    }
}

#[inline]
fn layer(slice: &TcpSlice<'_>, missing: u32) -> TcpLayer {
    let captured = u32::try_from(slice.payload().len()).unwrap_or(u32::MAX);
    TcpLayer {
        src_port: slice.source_port(),
        dst_port: slice.destination_port(),
        seq: slice.sequence_number(),
        ack: slice.acknowledgment_number(),
        flags: Flags(slice.slice().get(AT_FLAGS).copied().unwrap_or_default()),
        window: slice.window_size(),
        len: captured.saturating_add(missing),
        missing,
    }
}

/// A header that was cut within its options: they are not needed, and the rest still counts.
fn without_options(data: &[u8], missing: u32, len: &err::LenError) -> Result<TcpLayer, Skip> {
    let cut = Skip::Cut { layer: "TCP", needed: len.required_len, available: len.len };
    let Some(mut fixed) = data.first_chunk::<MIN_HEADER>().copied() else { return Err(cut) };
    // Of the bytes that are missing, those up to the end of the header are options, not payload.
    let options = len.required_len.saturating_sub(data.len());
    let Some(missing) = missing.checked_sub(u32::try_from(options).unwrap_or(u32::MAX)) else {
        return Err(cut);
    };
    if let Some(byte) = fixed.get_mut(AT_DATA_OFFSET) {
        *byte = 0x50 | (*byte & 0x0f);
    }
    let slice = TcpSlice::from_slice(&fixed).map_err(Skip::Tcp)?;
    Ok(layer(&slice, missing))
}
