//! Link headers: what stands before IP.

use super::{LinkLayer, Skip, Vlan, Vlans};
use crate::spec::link::{EtherType, LinkForm, LinkType};

/// What a link header carries: a packet that is to be IP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carried<'a> {
    pub(super) layer: LinkLayer,
    pub(super) data: &'a [u8],
}

/// Takes the link header off a frame.
pub(super) fn read(link: LinkType, frame: &[u8]) -> Result<Carried<'_>, Skip> {
    match link.row().map_or(LinkForm::Unread, |row| row.form) {
        LinkForm::Ethernet => ethernet(frame),
        LinkForm::Cooked1 => cooked1(frame),
        LinkForm::Cooked2 => cooked2(frame),
        LinkForm::Family => family(link, frame),
        LinkForm::Ip => Ok(Carried { layer: LinkLayer::Raw, data: frame }),
        LinkForm::Unread => Err(Skip::Link(link)),
    }
}

/// Receiver 6, sender 6, EtherType 2.
fn ethernet(frame: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, rest) = split::<14>(frame, "Ethernet")?;
    let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, high, low] = *header;
    let (vlans, data) = ip_after_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    let layer =
        LinkLayer::Ethernet { dst: [d0, d1, d2, d3, d4, d5], src: [s0, s1, s2, s3, s4, s5], vlans };
    Ok(Carried { layer, data })
}

/// Direction 2, hardware type 2, address length 2, address 8, EtherType 2.
fn cooked1(frame: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, rest) = split::<16>(frame, "Linux cooked")?;
    let [d0, d1, _, _, l0, l1, a0, a1, a2, a3, a4, a5, a6, a7, high, low] = *header;
    let (vlans, data) = ip_after_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    let layer = LinkLayer::Cooked {
        direction: u16::from_be_bytes([d0, d1]),
        address: [a0, a1, a2, a3, a4, a5, a6, a7],
        address_len: u16::from_be_bytes([l0, l1]).min(8) as u8,
        interface: None,
        vlans,
    };
    Ok(Carried { layer, data })
}

/// EtherType 2, reserved 2, interface 4, hardware type 2, direction 1, address length 1, address 8.
fn cooked2(frame: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, rest) = split::<20>(frame, "Linux cooked")?;
    let [high, low, _, _, i0, i1, i2, i3, _, _, direction, len, a0, a1, a2, a3, a4, a5, a6, a7] =
        *header;
    let (vlans, data) = ip_after_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    let layer = LinkLayer::Cooked {
        direction: direction.into(),
        address: [a0, a1, a2, a3, a4, a5, a6, a7],
        address_len: len.min(8),
        interface: Some(u32::from_be_bytes([i0, i1, i2, i3])),
        vlans,
    };
    Ok(Carried { layer, data })
}

/// Four bytes of protocol family: in either byte order for BSD, big-endian for OpenBSD.
fn family(link: LinkType, frame: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, data) = split::<4>(frame, "loopback")?;
    let big = u32::from_be_bytes(*header);
    // A family is a small number, so the order that makes it small is the right one.
    let family = if link == LinkType::LOOP { big } else { big.min(big.swap_bytes()) };
    if !IP_FAMILIES.contains(&family) {
        return Err(Skip::Family(family));
    }
    Ok(Carried { layer: LinkLayer::Loopback { family }, data })
}

/// IPv4 is 2 everywhere; IPv6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin.
const IP_FAMILIES: [u32; 5] = [2, 10, 24, 28, 30];

/// Takes VLAN tags off; what remains must be IP.
fn ip_after_tags(mut kind: EtherType, mut data: &[u8]) -> Result<(Vlans, &[u8]), Skip> {
    let mut vlans = Vlans::default();
    while kind.is_vlan() {
        let (tag, rest) = split::<4>(data, "VLAN")?;
        let [t0, t1, high, low] = *tag;
        if !vlans.push(Vlan { kind: kind.0, tag: u16::from_be_bytes([t0, t1]) }) {
            break;
        }
        kind = EtherType(u16::from_be_bytes([high, low]));
        data = rest;
    }
    match kind {
        EtherType::IPV4 | EtherType::IPV6 => Ok((vlans, data)),
        other => Err(Skip::NotIp(other)),
    }
}

fn split<'a, const N: usize>(
    bytes: &'a [u8],
    layer: &'static str,
) -> Result<(&'a [u8; N], &'a [u8]), Skip> {
    bytes.split_first_chunk().ok_or(Skip::Cut { layer, needed: N, available: bytes.len() })
}
