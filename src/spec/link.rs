//! Link types, EtherTypes and well-known ports: the numbers below MQTT.
//!
//! A number on the wire is a newtype, not a closed enum: what no row names is shown as a number.
//! To read a further link type, add its row to [`LINKS`] and its form to `net::link`.

use std::fmt;

/// The link type of a capture file (the "LINKTYPE" registry of tcpdump.org): how a frame begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: four bytes of protocol family in the byte order of the capturing machine.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// Raw IP.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: four bytes of protocol family, big-endian.
    pub const LOOP: Self = Self(108);
    /// IEEE 802.11 without a header of the driver.
    pub const WIFI: Self = Self(105);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);

    /// The row that describes this link type, if there is one.
    #[must_use]
    pub fn row(self) -> Option<&'static LinkRow> {
        // Ethernet stands first, so the usual search is one comparison long.
        LINKS.iter().find(|row| row.id == self)
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row() {
            Some(row) => write!(f, "{} ({})", self.0, row.name),
            None => write!(f, "{}", self.0),
        }
    }
}

/// How the header of a link type is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkForm {
    /// Two addresses and an EtherType.
    Ethernet,
    /// 16 bytes, the EtherType last.
    Cooked1,
    /// 20 bytes, the EtherType first.
    Cooked2,
    /// Four bytes of protocol family, in either byte order.
    Family,
    /// No header: the first half byte tells the IP version.
    Ip,
    /// A header of so many bytes, then IP.
    After(u8),
    /// No header: a stack of MPLS labels.
    Mpls,
    /// IEEE 802.2 LLC.
    Llc,
    /// PPP, with or without address and control, or Cisco HDLC.
    Ppp,
    /// So many bytes that tell no more than the direction, then PPP.
    PppAfter(u8),
    /// PPPoE, from its version on.
    Pppoe,
    /// IEEE 802.11.
    Wifi,
    /// What the driver tells (radiotap), then IEEE 802.11.
    Radiotap,
    /// Attributes, of which one holds the packet.
    Nflog,
    /// A header that says which link type follows.
    Wrapped(Wrapper),
    /// Known by name, but not read.
    Unread,
}

/// A header before one of another link type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// Per-Packet Information: the link type is in the header.
    Ppi,
    /// Apple's: the link type is in the header.
    Pktap,
    /// IEEE 802.11 follows; the length is in the header.
    Avs,
    /// IEEE 802.11 follows.
    Prism,
    /// Ethernet follows.
    NetAnalyzer,
}

/// What is known of one link type.
#[derive(Clone, Copy, Debug)]
pub struct LinkRow {
    /// Its number.
    pub id: LinkType,
    /// Its name, for people.
    pub name: &'static str,
    /// How its header is read.
    pub form: LinkForm,
}

/// Every link type that has a name here.
pub const LINKS: &[LinkRow] = &[
    row(1, "Ethernet", LinkForm::Ethernet),
    row(113, "Linux cooked v1", LinkForm::Cooked1),
    row(276, "Linux cooked v2", LinkForm::Cooked2),
    row(0, "BSD loopback", LinkForm::Family),
    row(108, "OpenBSD loopback", LinkForm::Family),
    row(101, "raw IP", LinkForm::Ip),
    row(12, "raw IP", LinkForm::Ip),
    row(14, "raw IP", LinkForm::Ip),
    row(228, "raw IPv4", LinkForm::Ip),
    row(229, "raw IPv6", LinkForm::Ip),
    row(9, "PPP", LinkForm::Ppp),
    row(50, "PPP or Cisco HDLC over serial", LinkForm::Ppp),
    row(104, "Cisco HDLC", LinkForm::Ppp),
    row(166, "PPP of pppd", LinkForm::PppAfter(2)),
    row(204, "PPP with direction", LinkForm::PppAfter(1)),
    row(51, "PPPoE", LinkForm::Pppoe),
    row(105, "IEEE 802.11", LinkForm::Wifi),
    row(127, "IEEE 802.11 with radiotap", LinkForm::Radiotap),
    row(119, "IEEE 802.11 with Prism", LinkForm::Wrapped(Wrapper::Prism)),
    row(163, "IEEE 802.11 with AVS", LinkForm::Wrapped(Wrapper::Avs)),
    row(192, "PPI", LinkForm::Wrapped(Wrapper::Ppi)),
    row(258, "PKTAP", LinkForm::Wrapped(Wrapper::Pktap)),
    row(240, "netANALYZER", LinkForm::Wrapped(Wrapper::NetAnalyzer)),
    row(100, "LLC over ATM", LinkForm::Llc),
    row(109, "OpenBSD IPsec", LinkForm::After(12)),
    row(219, "MPLS", LinkForm::Mpls),
    row(239, "netfilter log", LinkForm::Nflog),
    row(147, "user-defined 0", LinkForm::Unread),
    row(187, "Bluetooth HCI", LinkForm::Unread),
    row(189, "USB, Linux", LinkForm::Unread),
    row(195, "IEEE 802.15.4", LinkForm::Unread),
    row(220, "USB, Linux, padded", LinkForm::Unread),
];

const fn row(id: u32, name: &'static str, form: LinkForm) -> LinkRow {
    LinkRow { id: LinkType(id), name, form }
}

/// The number that tells what an Ethernet frame carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4.
    pub const IPV4: Self = Self(0x0800);
    /// IPv6.
    pub const IPV6: Self = Self(0x86dd);
    /// MPLS to one receiver.
    pub const MPLS: Self = Self(0x8847);
    /// MPLS to many receivers, or with a label that the sender chose.
    pub const MPLS_MULTICAST: Self = Self(0x8848);
    /// PPPoE, before there is a session.
    pub const PPPOE_DISCOVERY: Self = Self(0x8863);
    /// PPPoE within a session.
    pub const PPPOE_SESSION: Self = Self(0x8864);
    /// Transparent Ethernet bridging: a whole Ethernet frame.
    pub const BRIDGING: Self = Self(0x6558);

    /// Whether this is a length, not a type: the frame is IEEE 802.3 with LLC.
    #[must_use]
    pub const fn is_length(self) -> bool {
        self.0 < 0x0600
    }

    /// Whether a VLAN tag follows: 802.1Q, 802.1ad (QinQ) and the older number for QinQ.
    #[must_use]
    pub const fn is_vlan(self) -> bool {
        matches!(self.0, 0x8100 | 0x88a8 | 0x9100)
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ETHER_TYPES.iter().find(|(id, _)| *id == self.0) {
            Some((id, name)) => write!(f, "{name} (0x{id:04x})"),
            None if self.is_length() => write!(f, "IEEE 802.3 with LLC, length {}", self.0),
            None => write!(f, "EtherType 0x{:04x}", self.0),
        }
    }
}

/// EtherTypes that have a name here.
pub const ETHER_TYPES: &[(u16, &str)] = &[
    (0x0800, "IPv4"),
    (0x0806, "ARP"),
    (0x6558, "Ethernet bridging"),
    (0x8035, "RARP"),
    (0x8100, "802.1Q VLAN"),
    (0x86dd, "IPv6"),
    (0x8847, "MPLS"),
    (0x8848, "MPLS multicast"),
    (0x8863, "PPPoE discovery"),
    (0x8864, "PPPoE session"),
    (0x888e, "802.1X"),
    (0x88a8, "802.1ad QinQ"),
    (0x88cc, "LLDP"),
    (0x88e5, "MACsec"),
    (0x88f7, "PTP"),
    (0x9100, "QinQ"),
];

/// What an application port is registered for, of the ports that carry MQTT.
#[derive(Clone, Copy, Debug)]
pub struct PortRow {
    /// The TCP port.
    pub port: u16,
    /// What it carries.
    pub name: &'static str,
    /// Whether a stream on it is MQTT without anything in between.
    pub plain: bool,
}

/// TCP ports that the IANA registry gives to MQTT.
pub const PORTS: &[PortRow] = &[
    PortRow { port: 1883, name: "MQTT", plain: true },
    PortRow { port: 8883, name: "MQTT over TLS", plain: false },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_twice() {
        let mut links: Vec<_> = LINKS.iter().map(|row| row.id).collect();
        links.sort_unstable();
        assert!(links.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(ETHER_TYPES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PORTS.windows(2).all(|pair| pair[0].port < pair[1].port));
    }

    #[test]
    fn unknown_numbers_are_shown() {
        assert_eq!(LinkType(9999).to_string(), "9999");
        assert_eq!(LinkType::LINUX_SLL2.to_string(), "276 (Linux cooked v2)");
        assert_eq!(EtherType(0x1234).to_string(), "EtherType 0x1234");
        assert_eq!(EtherType(0x0026).to_string(), "IEEE 802.3 with LLC, length 38");
    }
}
