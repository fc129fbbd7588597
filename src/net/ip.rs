//! IPv4 and IPv6, with their extension headers.

use etherparse::{IpNumber, Ipv4HeaderSlice, Ipv6HeaderSlice, err};

use super::{IpLayer, IpVersion, Skip, ext};

/// The most that a frame can lack where the IP header does not tell its length: the largest packet
/// that segmentation offload builds has 512 KiB. More is a wrong length in the capture.
const MAX_OFFLOADED: u32 = 512 * 1024;

/// An IP packet, or a part of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) layer: IpLayer,
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

impl Packet<'_> {
    /// The packet whose parts were put together.
    pub(super) fn whole(self, data: &[u8]) -> Result<Packet<'_>, Skip> {
        // A part is the end of the headers that stand in each part; the whole may begin with more.
        let rest = ext::read(self.protocol, data, self.layer.src.is_ipv6())?;
        let ext::Rest { protocol, part: _, data } = rest;
        Ok(Packet { layer: self.layer, protocol, part: None, data, missing: 0 })
    }
}

/// Reads an IP packet. `cut` is how many bytes of what it is in were not captured.
pub(super) fn read(bytes: &[u8], cut: u32) -> Result<Packet<'_>, Skip> {
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => ipv4(bytes, cut),
        Some(6) => ipv6(bytes, cut),
        Some(version) => Err(Skip::IpVersion(version)),
        None => Err(Skip::Cut { layer: "IP", needed: 1, available: 0 }),
    }
}

fn ipv4(bytes: &[u8], cut: u32) -> Result<Packet<'_>, Skip> {
    let header = Ipv4HeaderSlice::from_slice(bytes).map_err(|error| match error {
        err::ipv4::HeaderSliceError::Len(len) => header_cut(&len),
        err::ipv4::HeaderSliceError::Content(error) => Skip::Ipv4(error),
    })?;
    let (total_len, header_len) = (header.total_len(), header.slice().len());
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
    let part = header.is_fragmenting_payload().then(|| Part {
        id: header.identification().into(),
        offset: u32::from(header.fragments_offset().value()).saturating_mul(8),
        more: header.more_fragments(),
    });
    let (data, missing) =
        payload(bytes, header_len, (total_len != 0).then_some(total_len.into()), cut);
    packet(layer, header.protocol(), part, data, missing)
}

fn ipv6(bytes: &[u8], cut: u32) -> Result<Packet<'_>, Skip> {
    let header = Ipv6HeaderSlice::from_slice(bytes).map_err(|error| match error {
        err::ipv6::HeaderSliceError::Len(len) => header_cut(&len),
        // Not reached: the version was looked at before.
        err::ipv6::HeaderSliceError::Content(_) => Skip::IpVersion(0),
    })?;
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
    let declared = (payload_len != 0).then(|| usize::from(payload_len).saturating_add(V6_HEADER));
    let (data, missing) = payload(bytes, V6_HEADER, declared, cut);
    packet(layer, header.next_header(), None, data, missing)
}

/// Length of the header of IPv6, in bytes.
const V6_HEADER: usize = 40;

/// The packet behind its extension headers. Those of a part that is not the first are in the first.
fn packet(
    layer: IpLayer,
    protocol: IpNumber,
    part: Option<Part>,
    data: &[u8],
    missing: u32,
) -> Result<Packet<'_>, Skip> {
    if part.is_some() {
        return Ok(Packet { layer, protocol, part, data, missing });
    }
    let ext::Rest { protocol, part, data } = ext::read(protocol, data, layer.src.is_ipv6())?;
    Ok(Packet { layer, protocol, part, data, missing })
}

/// What follows the header as far as it was captured, and how many bytes of it were not.
///
/// `declared` is how long the whole packet claims to be; `None` where the network card was to tell.
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
