//! Tunnels in UDP, told by the port and by a header that is in order.

use super::{Carried, Kind, Tunnel};
use crate::spec::link::EtherType;

/// Port of VXLAN, that of Linux before the number was registered, that of the generic extension.
const VXLAN: [u16; 3] = [4789, 8472, 4790];
const GENEVE: u16 = 6081;
const GTP: u16 = 2152;

/// The tunnel that a datagram to this port belongs to, and what it carries. `None`: none that is
/// known, and the datagram stands for itself.
pub(super) fn read(port: u16, payload: &[u8]) -> Option<(Tunnel, Carried<'_>)> {
    match port {
        port if VXLAN.contains(&port) => vxlan(payload),
        GENEVE => geneve(payload),
        GTP => gtp(payload),
        _ => None,
    }
}

/// Flags 1, of group policy and the generic extension 3, network 3, reserved 1.
fn vxlan(payload: &[u8]) -> Option<(Tunnel, Carried<'_>)> {
    const NETWORK_IS_VALID: u8 = 0x08;
    const NAMES_NEXT: u8 = 0x04;
    let ([flags, _, _, next, v0, v1, v2, _], data) = payload.split_first_chunk::<8>()?;
    if flags & NETWORK_IS_VALID == 0 {
        return None;
    }
    let kind = match next {
        _ if flags & NAMES_NEXT == 0 => Kind::Ethernet,
        1 | 2 => Kind::Ip,
        3 => Kind::Ethernet,
        5 => Kind::EtherType(EtherType::MPLS),
        _ => return None,
    };
    let vni = u32::from_be_bytes([0, *v0, *v1, *v2]);
    Some((Tunnel::Vxlan { vni }, Carried { kind, data }))
}

/// Version 2 bits, length of options 6, flags 8, EtherType 16, network 24, reserved 8.
fn geneve(payload: &[u8]) -> Option<(Tunnel, Carried<'_>)> {
    let ([first, _, p0, p1, v0, v1, v2, _], rest) = payload.split_first_chunk::<8>()?;
    if first >> 6 != 0 {
        return None;
    }
    let options = usize::from(first & 0x3f).saturating_mul(4);
    let data = rest.get(options..)?;
    let kind = Kind::EtherType(EtherType(u16::from_be_bytes([*p0, *p1])));
    let vni = u32::from_be_bytes([0, *v0, *v1, *v2]);
    Some((Tunnel::Geneve { vni }, Carried { kind, data }))
}

/// Version 3 bits, flags 5, type 1 byte (255 is a packet of a subscriber), length 2, endpoint 4.
fn gtp(payload: &[u8]) -> Option<(Tunnel, Carried<'_>)> {
    const EXTENSION: u8 = 0x04;
    const ANY_OPTION: u8 = 0x07;
    let ([flags, 0xff, _, _, t0, t1, t2, t3], mut data) = payload.split_first_chunk::<8>()? else {
        return None;
    };
    if flags >> 4 != 0b0011 {
        return None;
    }
    if flags & ANY_OPTION != 0 {
        let ([_, _, _, next], rest) = data.split_first_chunk::<4>()?;
        data = rest;
        let mut next = if flags & EXTENSION == 0 { 0 } else { *next };
        while next != 0 {
            // A length in units of four bytes, which counts itself and the next type at the end.
            let length = usize::from(*data.first()?).checked_mul(4).filter(|length| *length > 0)?;
            let (header, rest) = data.split_at_checked(length)?;
            next = *header.last()?;
            data = rest;
        }
    }
    let teid = u32::from_be_bytes([*t0, *t1, *t2, *t3]);
    Some((Tunnel::Gtp { teid }, Carried { kind: Kind::Ip, data }))
}
