//! Ethernet, what EtherTypes stand for, LLC, and MPLS.

use super::{Carried, Kind, Labels, Skip, Tunnel, Tunnels, Vlan, Vlans, ppp, skip, split};
use crate::spec::link::EtherType;

/// Receiver, sender, VLAN tags, and what the frame carries.
pub(super) type Frame<'a> = ([u8; 6], [u8; 6], Vlans, Carried<'a>);

/// Receiver 6, sender 6, EtherType 2.
#[inline]
pub(super) fn frame(bytes: &[u8]) -> Result<Frame<'_>, Skip> {
    let (header, rest) = split::<14>(bytes, "Ethernet")?;
    let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, high, low] = *header;
    let (vlans, carried) = behind_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    Ok(([d0, d1, d2, d3, d4, d5], [s0, s1, s2, s3, s4, s5], vlans, carried))
}

/// Takes VLAN tags off.
#[inline]
pub(super) fn behind_tags(
    mut kind: EtherType,
    mut data: &[u8],
) -> Result<(Vlans, Carried<'_>), Skip> {
    let mut vlans = Vlans::default();
    while kind.is_vlan() {
        let (tag, rest) = split::<4>(data, "VLAN")?;
        let [t0, t1, high, low] = *tag;
        if !vlans.push(Vlan { kind: kind.0, tag: u16::from_be_bytes([t0, t1]) }) {
            return Err(Skip::TooDeep);
        }
        kind = EtherType(u16::from_be_bytes([high, low]));
        data = rest;
    }
    Ok((vlans, Carried { kind: Kind::EtherType(kind), data }))
}

/// What an EtherType other than IP stands for.
pub(super) fn carried<'a>(
    kind: EtherType,
    data: &'a [u8],
    tunnels: &mut Tunnels,
) -> Result<Carried<'a>, Skip> {
    match kind {
        EtherType::IPV4 | EtherType::IPV6 => Ok(Carried { kind: Kind::Ip, data }),
        EtherType::MPLS | EtherType::MPLS_MULTICAST => mpls(data, tunnels),
        EtherType::PPPOE_SESSION => ppp::pppoe(data, tunnels),
        EtherType::BRIDGING => Ok(Carried { kind: Kind::Ethernet, data }),
        // A tag where no Ethernet header stands before it (GRE, MPLS).
        tag if tag.is_vlan() => behind_tags(tag, data).map(|(_, carried)| carried),
        EtherType(length) if kind.is_length() => {
            let data = data.get(..usize::from(length)).unwrap_or(data);
            Ok(Carried { kind: Kind::Llc, data })
        }
        other => Err(Skip::NotIp(other)),
    }
}

/// IEEE 802.2: two access points and a control byte; with SNAP an organisation and a type as well.
pub(super) fn llc(data: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, rest) = split::<3>(data, "LLC")?;
    match *header {
        [0xaa, 0xaa, 0x03] => snap(rest),
        // The access point of IP itself.
        [0x06, 0x06, 0x03] => Ok(Carried { kind: Kind::Ip, data: rest }),
        [point, ..] => Err(Skip::NotIpLlc(point)),
    }
}

fn snap(data: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, data) = split::<5>(data, "SNAP")?;
    let [o0, o1, o2, high, low] = *header;
    let kind = EtherType(u16::from_be_bytes([high, low]));
    match ([o0, o1, o2], kind.0) {
        // Ethernet, and Ethernet in a tunnel by IEEE 802.1H.
        ([0, 0, 0] | [0, 0, 0xf8], _) => Ok(Carried { kind: Kind::EtherType(kind), data }),
        // IEEE 802.1: a bridged Ethernet frame with and without its check sequence.
        ([0, 0x80, 0xc2], 1 | 7) => Ok(Carried { kind: Kind::Ethernet, data }),
        _ => Err(Skip::NotIpLlc(0xaa)),
    }
}

/// A stack of labels of four bytes: label 20 bits, class 3, bottom 1, TTL 8.
pub(super) fn mpls<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    let mut labels = Labels::default();
    let mut rest = data;
    loop {
        let (entry, behind) = split::<4>(rest, "MPLS")?;
        rest = behind;
        let entry = u32::from_be_bytes(*entry);
        labels.push(entry >> 12);
        if entry & 0x100 != 0 {
            break;
        }
    }
    tunnels.push(Tunnel::Mpls(labels))?;
    Ok(below_labels(rest))
}

/// No field tells what the labels carry: the first half byte has to.
fn below_labels(data: &[u8]) -> Carried<'_> {
    let kind = match data.first().map(|byte| byte >> 4) {
        Some(4 | 6) if !is_ethernet(data) => Kind::Ip,
        // A pseudowire: the control word stands before the frame, or is left out.
        Some(0) if !is_ethernet(data) => {
            let frame = data.get(4..).unwrap_or_default();
            return Carried { kind: Kind::Ethernet, data: frame };
        }
        _ => Kind::Ethernet,
    };
    Carried { kind, data }
}

/// Whether bytes have a known EtherType where Ethernet has one.
fn is_ethernet(data: &[u8]) -> bool {
    let Some([high, low]) = data.get(12..).and_then(|rest| rest.first_chunk()) else {
        return false;
    };
    let kind = EtherType(u16::from_be_bytes([*high, *low]));
    let version = data.get(14).map(|byte| byte >> 4);
    match kind {
        EtherType::IPV4 => version == Some(4),
        EtherType::IPV6 => version == Some(6),
        kind => kind.is_vlan(),
    }
}

/// EtherIP: version 3, twelve bits of zero, an Ethernet frame.
pub(super) fn in_ip<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    if data.first().is_some_and(|byte| byte >> 4 != 3) {
        return Err(Skip::Malformed("EtherIP"));
    }
    tunnels.push(Tunnel::EtherIp)?;
    Ok(Carried { kind: Kind::Ethernet, data: skip(data, 2, "EtherIP")? })
}
