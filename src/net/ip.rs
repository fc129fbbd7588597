//! IPv4 and IPv6, with their extension headers.

use etherparse::{IpNumber, Ipv4HeaderSlice, Ipv6HeaderSlice, LaxIpSlice, err};

use super::{IpLayer, IpVersion, Skip};

/// The most that a frame can lack where the IP header does not tell its length: the largest packet
/// that segmentation offload builds has 512 KiB. More is a wrong length in the capture.
const MAX_OFFLOADED: u32 = 512 * 1024;

/// An IP packet that carries TCP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) layer: IpLayer,
    /// What IP carries, as far as it was captured.
    pub(super) data: &'a [u8],
    /// Bytes of it that were not captured.
    pub(super) missing: u32,
}

/// Reads an IP packet. `cut` is how many bytes the snap length took off the frame.
pub(super) fn read(bytes: &[u8], cut: u32) -> Result<Packet<'_>, Skip> {
    let (slice, stop) = LaxIpSlice::from_slice(bytes).map_err(header_error)?;
    let (layer, declared) = match &slice {
        LaxIpSlice::Ipv4(v4) => ipv4(&v4.header())?,
        LaxIpSlice::Ipv6(v6) => ipv6(&v6.header()),
    };
    let payload = slice.payload();
    if payload.fragmented {
        return Err(Skip::Fragment);
    }
    if let Some((error, _)) = stop {
        return Err(extension_error(error));
    }
    if payload.ip_number != IpNumber::TCP {
        return Err(Skip::NotTcp(payload.ip_number));
    }
    let captured = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let missing = match declared {
        Some(declared) => declared.saturating_sub(captured),
        None if cut <= MAX_OFFLOADED => cut,
        None => 0,
    };
    Ok(Packet { layer, data: payload.payload, missing })
}

/// The header, and how long the whole packet claims to be; `None` where the network card was to tell.
fn ipv4(header: &Ipv4HeaderSlice<'_>) -> Result<(IpLayer, Option<u32>), Skip> {
    let total_len = header.total_len();
    let header_len = header.slice().len();
    if total_len != 0 && usize::from(total_len) < header_len {
        return Err(Skip::TotalLen { total_len, header_len });
    }
    let layer = IpLayer {
        src: header.source_addr().into(),
        dst: header.destination_addr().into(),
        ttl: header.ttl(),
        dscp: header.dcp().value(),
        ecn: header.ecn().value(),
        version: IpVersion::V4 {
            id: header.identification(),
            total_len,
            dont_fragment: header.dont_fragment(),
        },
    };
    Ok((layer, (total_len != 0).then(|| total_len.into())))
}

fn ipv6(header: &Ipv6HeaderSlice<'_>) -> (IpLayer, Option<u32>) {
    let payload_len = header.payload_length();
    let layer = IpLayer {
        src: header.source_addr().into(),
        dst: header.destination_addr().into(),
        ttl: header.hop_limit(),
        dscp: header.dscp().value(),
        ecn: header.ecn().value(),
        version: IpVersion::V6 { flow: header.flow_label().value(), payload_len },
    };
    // The header itself does not count in IPv6's length.
    (layer, (payload_len != 0).then(|| u32::from(payload_len).saturating_add(40)))
}

fn header_error(error: err::ip::LaxHeaderSliceError) -> Skip {
    match error {
        err::ip::LaxHeaderSliceError::Len(len) => {
            Skip::Cut { layer: "IP", needed: len.required_len, available: len.len }
        }
        other => Skip::Ip(other),
    }
}

fn extension_error(error: err::ipv6_exts::HeaderSliceError) -> Skip {
    match error {
        err::ipv6_exts::HeaderSliceError::Len(len) => {
            Skip::Cut { layer: "IP extension", needed: len.required_len, available: len.len }
        }
        other => Skip::Extension(other),
    }
}
