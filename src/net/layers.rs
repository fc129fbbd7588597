//! The headers of a packet: small values that are copied.

use std::net::IpAddr;

use super::Tunnels;

/// The headers of a packet, from the outermost to the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Bytes that the frame had on the wire.
    pub frame_len: u32,
    /// The link.
    pub link: LinkLayer,
    /// What stands between the link and the innermost IP: mostly nothing.
    pub tunnels: Tunnels,
    /// IPv4 or IPv6, the innermost.
    pub ip: IpLayer,
    /// TCP or UDP, the innermost.
    pub transport: TransportLayer,
}

impl Layers {
    /// The header of TCP, where there is one.
    #[must_use]
    pub const fn tcp(&self) -> Option<&TcpLayer> {
        match &self.transport {
            TransportLayer::Tcp(tcp) => Some(tcp),
            TransportLayer::Udp(_) => None,
        }
    }
}

/// What the header of the link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkLayer {
    /// Ethernet.
    Ethernet {
        /// Hardware address of the receiver.
        dst: [u8; 6],
        /// Hardware address of the sender.
        src: [u8; 6],
        /// VLAN tags, the outermost first.
        vlans: Vlans,
    },
    /// Linux cooked capture, version 1 or 2.
    Cooked {
        /// 0 to us, 1 broadcast, 2 multicast, 3 between others, 4 sent by us.
        direction: u16,
        /// Hardware address of the sender; its first `address_len` bytes count.
        address: [u8; 8],
        /// Bytes of the address, at most 8.
        address_len: u8,
        /// Index of the interface; version 2 alone has it.
        interface: Option<u32>,
        /// VLAN tags, the outermost first.
        vlans: Vlans,
    },
    /// BSD or OpenBSD loopback.
    Loopback {
        /// Protocol family as the capturing system numbers it.
        family: u32,
    },
    /// IEEE 802.11.
    Wifi {
        /// Hardware address of the receiver: the last one, not that of the access point.
        dst: [u8; 6],
        /// Hardware address of the sender: the first one.
        src: [u8; 6],
    },
    /// PPP, with or without the framing of HDLC.
    Ppp,
    /// Cisco HDLC.
    Hdlc,
    /// A header of another kind, of this name, that says nothing of interest here.
    Other(&'static str),
    /// No link header: the frame begins with what the next line tells.
    Raw,
}

/// One VLAN tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vlan {
    /// The EtherType that announced the tag: 0x8100 for 802.1Q, 0x88a8 or 0x9100 for an outer tag.
    pub kind: u16,
    /// The tag: priority in the top 3 bits, drop eligibility in the next, identifier in the last 12.
    pub tag: u16,
}

impl Vlan {
    /// The VLAN identifier, 0 to 4095.
    #[must_use]
    pub const fn id(self) -> u16 {
        self.tag & 0x0fff
    }

    /// The priority, 0 to 7.
    #[must_use]
    pub const fn priority(self) -> u8 {
        (self.tag >> 13) as u8
    }
}

/// The VLAN tags of a frame, the outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vlans {
    tags: [Vlan; Self::MAX],
    count: u8,
}

impl Vlans {
    /// The most tags that are read: QinQ has two, and no network is known to stack more than four.
    pub const MAX: usize = 4;

    /// The tags.
    #[must_use]
    pub fn as_slice(&self) -> &[Vlan] {
        self.tags.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Adds an inner tag; `false` where there is no more room.
    pub(super) fn push(&mut self, vlan: Vlan) -> bool {
        let Some(free) = self.tags.get_mut(usize::from(self.count)) else { return false };
        *free = vlan;
        self.count = self.count.saturating_add(1);
        true
    }
}

/// What the header of IP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpLayer {
    /// The sender.
    pub src: IpAddr,
    /// The receiver.
    pub dst: IpAddr,
    /// Time to Live (IPv4) or Hop Limit (IPv6).
    pub ttl: u8,
    /// Differentiated Services Code Point, 0 to 63.
    pub dscp: u8,
    /// Explicit Congestion Notification, 0 to 3.
    pub ecn: u8,
    /// What only one of the versions has.
    pub version: IpVersion,
}

/// What only one version of IP has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpVersion {
    /// IPv4.
    V4 {
        /// Identification.
        id: u16,
        /// Total Length, in bytes; 0 where the sender's network card was to fill it in.
        total_len: u16,
        /// The flag Don't Fragment.
        dont_fragment: bool,
    },
    /// IPv6.
    V6 {
        /// Flow Label, 20 bits.
        flow: u32,
        /// Payload Length, in bytes; 0 where the sender's network card was to fill it in.
        payload_len: u16,
    },
}

/// What the header above IP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportLayer {
    /// TCP.
    Tcp(TcpLayer),
    /// UDP.
    Udp(UdpLayer),
}

/// What the header of UDP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpLayer {
    /// Port of the sender.
    pub src_port: u16,
    /// Port of the receiver.
    pub dst_port: u16,
    /// Bytes of payload that the datagram had on the wire.
    pub len: u32,
    /// Bytes of these that were not captured.
    pub missing: u32,
}

/// What the header of TCP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpLayer {
    /// Port of the sender.
    pub src_port: u16,
    /// Port of the receiver.
    pub dst_port: u16,
    /// Sequence Number.
    pub seq: u32,
    /// Acknowledgment Number; counts only with [`Flags::ACK`].
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Window, as it stands in the header, not scaled.
    pub window: u16,
    /// Bytes of payload that the segment had on the wire.
    pub len: u32,
    /// Bytes of these that were not captured.
    pub missing: u32,
}

impl TcpLayer {
    /// A header of zeros.
    pub(super) const EMPTY: Self = Self {
        src_port: 0,
        dst_port: 0,
        seq: 0,
        ack: 0,
        flags: Flags(0),
        window: 0,
        len: 0,
        missing: 0,
    };
}

/// The control bits of TCP, as they stand in the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Opens the connection.
    pub const SYN: Self = Self(0x02);
    /// Resets the connection.
    pub const RST: Self = Self(0x04);
    /// Push.
    pub const PSH: Self = Self(0x08);
    /// The Acknowledgment Number counts.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer counts.
    pub const URG: Self = Self(0x20);
    /// Congestion experienced.
    pub const ECE: Self = Self(0x40);
    /// Congestion window reduced.
    pub const CWR: Self = Self(0x80);

    /// The bits with their names, in the order in which people write them.
    pub const NAMES: &[(Self, &'static str)] = &[
        (Self::SYN, "SYN"),
        (Self::FIN, "FIN"),
        (Self::RST, "RST"),
        (Self::PSH, "PSH"),
        (Self::ACK, "ACK"),
        (Self::URG, "URG"),
        (Self::ECE, "ECE"),
        (Self::CWR, "CWR"),
    ];

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}
