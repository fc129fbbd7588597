//! What stands between the link and the innermost IP.

use std::net::IpAddr;

use super::{Skip, Vlans};
use crate::spec::tunnel::{self as spec, TunnelRow};

/// One header, or stack of headers, between the link and the innermost IP.
///
/// ```
/// # use mqttscope::net::{Describe, Tunnel};
/// assert_eq!(Tunnel::Vxlan { vni: 42 }.words(), "VXLAN, network 42");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// An outer IP.
    Ip {
        /// The sender: one end of the tunnel.
        src: IpAddr,
        /// The receiver: the other end.
        dst: IpAddr,
    },
    /// An inner Ethernet.
    Ethernet {
        /// Hardware address of the receiver.
        dst: [u8; 6],
        /// Hardware address of the sender.
        src: [u8; 6],
        /// VLAN tags, the outermost first.
        vlans: Vlans,
    },
    /// MPLS: a stack of labels.
    Mpls(Labels),
    /// A PPPoE session.
    Pppoe {
        /// Its number.
        session: u16,
    },
    /// GRE.
    Gre {
        /// The key, where it has one; of PPTP the call id.
        key: Option<u32>,
    },
    /// ERSPAN: a mirrored frame.
    Erspan {
        /// 1, 2 or 3.
        version: u8,
        /// The session; version 1 does not tell.
        session: Option<u16>,
    },
    /// Ethernet in IP.
    EtherIp,
    /// VXLAN.
    Vxlan {
        /// The VXLAN Network Identifier, 24 bits.
        vni: u32,
    },
    /// GENEVE.
    Geneve {
        /// The Virtual Network Identifier, 24 bits.
        vni: u32,
    },
    /// GTP-U: what a mobile network carries for one subscriber.
    Gtp {
        /// The Tunnel Endpoint Identifier.
        teid: u32,
    },
}

impl Tunnel {
    /// What is known of its kind.
    ///
    /// ```
    /// # use mqttscope::net::Tunnel;
    /// assert_eq!(Tunnel::Gre { key: None }.row().name, "GRE");
    /// ```
    #[must_use]
    pub const fn row(&self) -> &'static TunnelRow {
        match self {
            Self::Ip { src: IpAddr::V4(_), .. } => &spec::IPV4,
            Self::Ip { src: IpAddr::V6(_), .. } => &spec::IPV6,
            Self::Ethernet { .. } => &spec::ETHERNET,
            Self::Mpls(_) => &spec::MPLS,
            Self::Pppoe { .. } => &spec::PPPOE,
            Self::Gre { .. } => &spec::GRE,
            Self::Erspan { .. } => &spec::ERSPAN,
            Self::EtherIp => &spec::ETHERIP,
            Self::Vxlan { .. } => &spec::VXLAN,
            Self::Geneve { .. } => &spec::GENEVE,
            Self::Gtp { .. } => &spec::GTP,
        }
    }
}

/// The labels of an MPLS stack, the outermost first.
///
/// ```
/// # use mqttscope::capture::{Frame, LinkType};
/// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
/// #     let original_len = data.len() as u32;
/// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
/// # }
/// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
/// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
/// # use mqttscope::net::{Net, Transport, Tunnel};
/// // Label 16, the bottom of its stack, TTL 64 (RFC 3032, section 2.1).
/// let labelled = [&[2; 6][..], &[4; 6], b"\x88\x47\x00\x01\x01\x40", IPV4, UDP].concat();
/// let (frame, mut net) = (frame(LinkType::ETHERNET, &labelled), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// let Some(Tunnel::Mpls(labels)) = datagram.layers.tunnels.iter().next() else { panic!() };
/// assert_eq!((labels.as_slice(), labels.more()), (&[16][..], 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    labels: [u32; Self::MAX],
    count: u8,
}

impl Labels {
    /// The most labels that are kept. More are read, and counted.
    pub const MAX: usize = 4;

    /// The labels that are kept.
    ///
    /// ```
    /// # use mqttscope::net::Labels;
    /// assert!(Labels::default().as_slice().is_empty());
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        self.labels.get(..usize::from(self.count).min(Self::MAX)).unwrap_or_default()
    }

    /// How many labels there are beyond those that are kept.
    ///
    /// ```
    /// # use mqttscope::net::Labels;
    /// assert_eq!(Labels::default().more(), 0);
    /// ```
    #[must_use]
    pub fn more(&self) -> usize {
        usize::from(self.count).saturating_sub(Self::MAX)
    }

    pub(super) fn push(&mut self, label: u32) {
        if let Some(free) = self.labels.get_mut(usize::from(self.count)) {
            *free = label;
        }
        self.count = self.count.saturating_add(1);
    }
}

/// Headers between the link and the innermost IP, the outermost first.
///
/// ```
/// # use mqttscope::capture::{Frame, LinkType};
/// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
/// #     let original_len = data.len() as u32;
/// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
/// # }
/// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
/// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
/// # use mqttscope::net::{Net, Transport, Tunnel};
/// // Label 16, the bottom of its stack, TTL 64 (RFC 3032, section 2.1).
/// let labelled = [&[2; 6][..], &[4; 6], b"\x88\x47\x00\x01\x01\x40", IPV4, UDP].concat();
/// let (frame, mut net) = (frame(LinkType::ETHERNET, &labelled), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// assert_eq!(datagram.layers.tunnels.iter().count(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tunnels {
    list: [Option<Tunnel>; Self::MAX],
}

impl Tunnels {
    /// The most headers that are taken off between link and IP. Real networks stack about five
    /// (PPPoE, PPP, IP, VXLAN, Ethernet); what nests deeper is made to exhaust its reader.
    pub const MAX: usize = 8;

    /// No headers.
    pub(super) const NONE: Self = Self { list: [None; Self::MAX] };

    /// The headers.
    ///
    /// ```
    /// # use mqttscope::capture::{Frame, LinkType};
    /// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    /// #     let original_len = data.len() as u32;
    /// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
    /// # }
    /// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
    /// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
    /// # use mqttscope::net::{Net, Transport};
    /// // Label 16, the bottom of its stack, TTL 64 (RFC 3032, section 2.1).
    /// let labelled = [&[2; 6][..], &[4; 6], b"\x88\x47\x00\x01\x01\x40", IPV4, UDP].concat();
    /// let (frame, mut net) = (frame(LinkType::ETHERNET, &labelled), Net::default());
    /// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
    /// let names: Vec<_> = datagram.layers.tunnels.iter().map(|tunnel| tunnel.row().name).collect();
    /// assert_eq!(names, ["MPLS"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Tunnel> {
        self.list.iter().map_while(Option::as_ref)
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use mqttscope::net::Tunnels;
    /// assert!(Tunnels::default().is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.list, [None, ..])
    }

    /// Adds an inner header.
    pub(super) fn push(&mut self, tunnel: Tunnel) -> Result<(), Skip> {
        let free = self.list.iter_mut().find(|slot| slot.is_none()).ok_or(Skip::TooDeep)?;
        *free = Some(tunnel);
        Ok(())
    }

    /// Becomes like these; only slots in use are written, as most packets have none.
    pub(super) fn assign(&mut self, other: &Self) {
        self.clear();
        let slots = self.list.iter_mut().zip(&other.list).take_while(|(_, from)| from.is_some());
        slots.for_each(|(to, from)| *to = *from);
    }

    /// Forgets all. Only the slots in use are written, so that a frame without tunnels costs nothing.
    pub(super) fn clear(&mut self) {
        self.list.iter_mut().take_while(|slot| slot.is_some()).for_each(|slot| *slot = None);
    }
}

#[cfg(test)]
mod tests {
    use crate::net::Layers;

    /// A copy of the layers is kept with what is held of a stream, so they are to stay small.
    #[test]
    fn layers_stay_small() {
        assert!(size_of::<Layers>() <= 448, "{} bytes", size_of::<Layers>());
    }
}
