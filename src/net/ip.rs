//! IPv4 and IPv6, with their extension headers.

use etherparse::{IpNumber, Ipv4HeaderSlice, Ipv6HeaderSlice, err};

use super::{IpLayer, IpVersion, Skip, ext};

/// The most that a frame can lack where the IP header does not tell its length: the largest packet
/// that segmentation offload builds has 512 KiB. More is a wrong length in the capture.
const MAX_OFFLOADED: u32 = 512 * 1024;

/// An IP packet, or a part of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// What IP carries; of a part of IPv6, what the whole begins with.
    pub(super) protocol: IpNumber,
    /// Which part it is, where it is one.
    pub(super) part: Option<Part>,
    /// What IP carries, as far as it was captured.
    pub(super) data: &'a [u8],
    /// Bytes of it that were not captured.
    pub(super) missing: u32,
}

/// Which part of an IP packet a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Identification: all parts of a packet have the same.
    pub(super) id: u32,
    /// Where in the whole it belongs, in bytes.
    pub(super) offset: u32,
    /// Whether another one follows.
    pub(super) more: bool,
}

/// Reads the packet whose parts were put together; `part` is any of them.
pub(super) fn whole<'a>(
    part: &Packet<'_>,
    data: &'a [u8],
    is_v6: bool,
) -> Result<Packet<'a>, Skip> {
    // A part is the end of the headers that stand in each part; the whole may begin with more.
    let ext::Rest { protocol, part: _, data } = ext::read(part.protocol, data, is_v6)?;
    Ok(Packet { protocol, part: None, data, missing: 0 })
}

/// Reads an IP packet, and what its header says into `layer`. `cut` is how many bytes of what it
/// is in were not captured.
#[inline]
pub(super) fn read<'a>(bytes: &'a [u8], cut: u32, layer: &mut IpLayer) -> Result<Packet<'a>, Skip> {
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => ipv4(bytes, cut, layer),
        Some(6) => ipv6(bytes, cut, layer),
        Some(version) => Err(Skip::IpVersion(version)),
        None => Err(Skip::Cut { layer: "IP", needed: 1, available: 0 }),
    }
}

#[inline]
fn ipv4<'a>(bytes: &'a [u8], cut: u32, layer: &mut IpLayer) -> Result<Packet<'a>, Skip> {
    let header = Ipv4HeaderSlice::from_slice(bytes).map_err(|error| match error {
        err::ipv4::HeaderSliceError::Len(len) => header_cut(&len),
        err::ipv4::HeaderSliceError::Content(error) => Skip::Ipv4(error),
    })?;
    let (total_len, header_len) = (header.total_len(), header.slice().len());
    if total_len != 0 && usize::from(total_len) < header_len {
        return Err(Skip::TotalLen { total_len, header_len });
    }
    *layer = IpLayer {
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
    let part = header.is_fragmenting_payload().then(|| Part {
        id: header.identification().into(),
        offset: u32::from(header.fragments_offset().value()).saturating_mul(8),
        more: header.more_fragments(),
    });
    let (data, missing) =
        payload(bytes, header_len, (total_len != 0).then_some(total_len.into()), cut);
    packet(header.protocol(), part, data, missing, false)
}

fn ipv6<'a>(bytes: &'a [u8], cut: u32, layer: &mut IpLayer) -> Result<Packet<'a>, Skip> {
    let header = Ipv6HeaderSlice::from_slice(bytes).map_err(|error| match error {
        err::ipv6::HeaderSliceError::Len(len) => header_cut(&len),
        // Not reached: the version was looked at before.
        err::ipv6::HeaderSliceError::Content(_) => Skip::IpVersion(0),
    })?;
    let payload_len = header.payload_length();
    *layer = IpLayer {
        src: header.source_addr().into(),
        dst: header.destination_addr().into(),
        ttl: header.hop_limit(),
        dscp: header.dscp().value(),
        ecn: header.ecn().value(),
        version: IpVersion::V6 { flow: header.flow_label().value(), payload_len },
    };
    // The header itself does not count in IPv6's length.
    let declared = (payload_len != 0).then(|| usize::from(payload_len).saturating_add(V6_HEADER));
    let (data, missing) = payload(bytes, V6_HEADER, declared, cut);
    packet(header.next_header(), None, data, missing, true)
}

/// Length of the header of IPv6, in bytes.
const V6_HEADER: usize = 40;

/// The packet behind its extension headers. Those of a part that is not the first are in the first.
#[inline]
fn packet(
    protocol: IpNumber,
    part: Option<Part>,
    data: &[u8],
    missing: u32,
    is_v6: bool,
) -> Result<Packet<'_>, Skip> {
    if part.is_some() {
        return Ok(Packet { protocol, part, data, missing });
    }
    let ext::Rest { protocol, part, data } = ext::read(protocol, data, is_v6)?;
    Ok(Packet { protocol, part, data, missing })
}

/// What follows the header as far as it was captured, and how many bytes of it were not.
///
/// `declared` is how long the whole packet claims to be; `None` where the network card was to tell.
#[inline]
fn payload(bytes: &[u8], header: usize, declared: Option<usize>, cut: u32) -> (&[u8], u32) {
    let end = declared.unwrap_or(usize::MAX).min(bytes.len());
    let data = bytes.get(header..end).unwrap_or_default();
    let missing = match declared {
        Some(declared) => u32::try_from(declared.saturating_sub(bytes.len())).unwrap_or(u32::MAX),
        None if cut <= MAX_OFFLOADED => cut,
        None => 0,
    };
    (data, missing)
}

fn header_cut(len: &err::LenError) -> Skip {
    Skip::Cut { layer: "IP", needed: len.required_len, available: len.len }
}
