//! Link headers: what a frame begins with.

use super::{Carried, Kind, Layers, LinkLayer, Skip, Tunnels, ether, ppp, skip, split, wifi};
use crate::spec::link::{EtherType, LinkForm, LinkType, Wrapper};

/// How often one link header may stand before another: a driver's header before that of PPI.
const MAX_LINKS: usize = 4;

/// Takes the link header off a frame. What it says is put into `layers`.
#[inline]
pub(super) fn read<'a>(
    link: LinkType,
    frame: &'a [u8],
    layers: &mut Layers,
) -> Result<Carried<'a>, Skip> {
    if link == LinkType::ETHERNET {
        let (dst, src, vlans, carried) = ether::frame(frame)?;
        layers.link = LinkLayer::Ethernet { dst, src, vlans };
        return Ok(carried);
    }
    let (layer, carried) = other(link, frame, &mut layers.tunnels)?;
    layers.link = layer;
    Ok(carried)
}

/// Any link but Ethernet, or with Ethernet behind something else.
fn other<'a>(
    mut link: LinkType,
    mut frame: &'a [u8],
    tunnels: &mut Tunnels,
) -> Result<(LinkLayer, Carried<'a>), Skip> {
    for _ in 0..MAX_LINKS {
        let form = link.row().map_or(LinkForm::Unread, |row| row.form);
        (link, frame) = match form {
            LinkForm::Ethernet => return ethernet(frame),
            LinkForm::Wrapped(wrapper) => wrapped(wrapper, frame)?,
            _ => return single(link, form, frame, tunnels),
        };
    }
    Err(Skip::TooDeep)
}

fn ethernet(frame: &[u8]) -> Result<(LinkLayer, Carried<'_>), Skip> {
    let (dst, src, vlans, carried) = ether::frame(frame)?;
    Ok((LinkLayer::Ethernet { dst, src, vlans }, carried))
}

fn single<'a>(
    link: LinkType,
    form: LinkForm,
    frame: &'a [u8],
    tunnels: &mut Tunnels,
) -> Result<(LinkLayer, Carried<'a>), Skip> {
    let name = link.row().map_or("", |row| row.name);
    let raw = |kind| Ok((LinkLayer::Raw, Carried { kind, data: frame }));
    match form {
        LinkForm::Cooked1 => cooked1(frame),
        LinkForm::Cooked2 => cooked2(frame),
        LinkForm::Family => family(link, frame),
        LinkForm::Ip => raw(Kind::Ip),
        LinkForm::Mpls => raw(Kind::EtherType(EtherType::MPLS)),
        LinkForm::Llc => raw(Kind::Llc),
        LinkForm::Ppp => ppp(frame),
        LinkForm::PppAfter(header) => ppp(skip(frame, header.into(), "PPP")?),
        LinkForm::Pppoe => Ok((LinkLayer::Raw, ppp::pppoe(frame, tunnels)?)),
        LinkForm::Wifi => wifi::frame(frame, wifi::Driver::default()),
        LinkForm::Radiotap => {
            let (driver, frame) = wifi::radiotap(frame)?;
            wifi::frame(frame, driver)
        }
        LinkForm::After(header) => {
            let data = skip(frame, header.into(), name)?;
            Ok((LinkLayer::Other(name), Carried { kind: Kind::Ip, data }))
        }
        LinkForm::Nflog => Ok((LinkLayer::Other(name), nflog(frame)?)),
        LinkForm::Unread | LinkForm::Ethernet | LinkForm::Wrapped(_) => Err(Skip::Link(link)),
    }
}

/// A header that says which link type follows.
fn wrapped(wrapper: Wrapper, frame: &[u8]) -> Result<(LinkType, &[u8]), Skip> {
    match wrapper {
        Wrapper::Ppi => wifi::ppi(frame).map(|(link, rest)| (LinkType(link), rest)),
        // Length 4, record 4, link type 4, little-endian, and more that is not needed.
        Wrapper::Pktap => {
            let ([l0, l1, l2, l3, _, _, _, _, link @ ..], _) = split::<12>(frame, "PKTAP")?;
            let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]).max(12);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            Ok((LinkType(u32::from_le_bytes(*link)), skip(frame, length, "PKTAP")?))
        }
        // The cookie of the message 4, its length 4, big-endian.
        Wrapper::Avs => {
            let ([_, _, _, _, length @ ..], _) = split::<8>(frame, "AVS")?;
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            Ok((LinkType::WIFI, skip(frame, length.max(8), "AVS")?))
        }
        Wrapper::Prism => Ok((LinkType::WIFI, skip(frame, PRISM, "Prism")?)),
        Wrapper::NetAnalyzer => Ok((LinkType::ETHERNET, skip(frame, 4, "netANALYZER")?)),
    }
}

/// Length of a Prism header, in bytes.
const PRISM: usize = 144;

/// PPP, or Cisco's HDLC, which serial lines carry as well and whose first byte PPP never has.
fn ppp(frame: &[u8]) -> Result<(LinkLayer, Carried<'_>), Skip> {
    match ppp::cisco(frame) {
        Some(carried) => Ok((LinkLayer::Hdlc, carried?)),
        None => Ok((LinkLayer::Ppp, Carried { kind: Kind::Ppp, data: frame })),
    }
}

/// A log of netfilter: family 1, version 1, resource 2; then attributes, each with length 2 and
/// type 2 in the byte order of the machine, padded to four bytes. Type 9 is the packet.
fn nflog(frame: &[u8]) -> Result<Carried<'_>, Skip> {
    const PAYLOAD: u16 = 9;
    let (_, mut rest) = split::<4>(frame, "netfilter log")?;
    loop {
        let ([l0, l1, t0, t1], _) = split::<4>(rest, "netfilter log")?;
        let [length, kind] = [[*l0, *l1], [*t0, *t1]].map(u16::from_le_bytes);
        let length = usize::from(length).max(4);
        if kind & 0x7fff == PAYLOAD {
            let data = rest.get(4..length).or_else(|| rest.get(4..)).unwrap_or_default();
            return Ok(Carried { kind: Kind::Ip, data });
        }
        rest = skip(rest, length.next_multiple_of(4), "netfilter log")?;
    }
}

/// Direction 2, hardware type 2, address length 2, address 8, EtherType 2.
fn cooked1(frame: &[u8]) -> Result<(LinkLayer, Carried<'_>), Skip> {
    let (header, rest) = split::<16>(frame, "Linux cooked")?;
    let [d0, d1, _, _, l0, l1, a0, a1, a2, a3, a4, a5, a6, a7, high, low] = *header;
    let (vlans, carried) = ether::behind_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    let layer = LinkLayer::Cooked {
        direction: u16::from_be_bytes([d0, d1]),
        address: [a0, a1, a2, a3, a4, a5, a6, a7],
        address_len: u16::from_be_bytes([l0, l1]).min(8) as u8,
        interface: None,
        vlans,
    };
    Ok((layer, carried))
}

/// EtherType 2, reserved 2, interface 4, hardware type 2, direction 1, address length 1, address 8.
fn cooked2(frame: &[u8]) -> Result<(LinkLayer, Carried<'_>), Skip> {
    let (header, rest) = split::<20>(frame, "Linux cooked")?;
    let [high, low, _, _, i0, i1, i2, i3, _, _, direction, len, a0, a1, a2, a3, a4, a5, a6, a7] =
        *header;
    let (vlans, carried) = ether::behind_tags(EtherType(u16::from_be_bytes([high, low])), rest)?;
    let layer = LinkLayer::Cooked {
        direction: direction.into(),
        address: [a0, a1, a2, a3, a4, a5, a6, a7],
        address_len: len.min(8),
        interface: Some(u32::from_be_bytes([i0, i1, i2, i3])),
        vlans,
    };
    Ok((layer, carried))
}

/// Four bytes of protocol family: in either byte order for BSD, big-endian for OpenBSD.
fn family(link: LinkType, frame: &[u8]) -> Result<(LinkLayer, Carried<'_>), Skip> {
    let (header, data) = split::<4>(frame, "loopback")?;
    let big = u32::from_be_bytes(*header);
    // A family is a small number, so the order that makes it small is the right one.
    let family = if link == LinkType::LOOP { big } else { big.min(big.swap_bytes()) };
    if !IP_FAMILIES.contains(&family) {
        return Err(Skip::Family(family));
    }
    Ok((LinkLayer::Loopback { family }, Carried { kind: Kind::Ip, data }))
}

/// IPv4 is 2 everywhere; IPv6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin.
const IP_FAMILIES: [u32; 5] = [2, 10, 24, 28, 30];
