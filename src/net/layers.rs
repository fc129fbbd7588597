//! The headers of a packet: small values that are copied.

use std::net::IpAddr;

use super::Tunnels;

/// The headers of a packet, from the outermost to the innermost.
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
/// # let bytes = [IPV4, UDP].concat();
/// # let (frame, mut net) = (frame(LinkType::RAW, &bytes), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// assert_eq!(datagram.layers.frame_len, 28);
/// assert_eq!(datagram.layers.ip.dst.to_string(), "10.0.0.1");
/// assert!(datagram.layers.tunnels.is_empty());
/// ```
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
    /// Becomes like `other`. Of room for tunnels, which is most of all, no more is written than is in use.
    pub(crate) fn assign(&mut self, other: &Self) {
        let Self { frame_len, link, tunnels, ip, transport } = other;
        (self.frame_len, self.link, self.ip, self.transport) = (*frame_len, *link, *ip, *transport);
        self.tunnels.assign(tunnels);
    }

    /// The header of TCP, where there is one.
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
    /// # let bytes = [IPV4, UDP].concat();
    /// # let (frame, mut net) = (frame(LinkType::RAW, &bytes), Net::default());
    /// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
    /// assert!(datagram.layers.tcp().is_none());
    /// ```
    #[must_use]
    pub const fn tcp(&self) -> Option<&TcpLayer> {
        match &self.transport {
            TransportLayer::Tcp(tcp) => Some(tcp),
            TransportLayer::Udp(_) => None,
        }
    }
}

/// What the header of the link says.
///
/// ```
/// # use mqttscope::capture::{Frame, LinkType};
/// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
/// #     let original_len = data.len() as u32;
/// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
/// # }
/// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
/// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
/// # use mqttscope::net::{LinkLayer, Net, Transport};
/// // 802.1Q: priority 3, VLAN 100.
/// let tagged = [&[2; 6][..], &[4; 6], b"\x81\x00\x60\x64\x08\x00", IPV4, UDP].concat();
/// let (frame, mut net) = (frame(LinkType::ETHERNET, &tagged), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// let LinkLayer::Ethernet { dst, vlans, .. } = datagram.layers.link else { panic!() };
/// assert_eq!((dst, vlans.as_slice()[0].id()), ([2; 6], 100));
/// ```
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
///
/// ```
/// # use mqttscope::net::Vlan;
/// let vlan = Vlan { kind: 0x8100, tag: 0x6064 }; // IEEE 802.1Q
/// assert_eq!((vlan.priority(), vlan.id()), (3, 100));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vlan {
    /// The EtherType that announced the tag: 0x8100 for 802.1Q, 0x88a8 or 0x9100 for an outer tag.
    pub kind: u16,
    /// The tag: priority in the top 3 bits, drop eligibility in the next, identifier in the last 12.
    pub tag: u16,
}

impl Vlan {
    /// The VLAN identifier, 0 to 4095.
    ///
    /// ```
    /// # use mqttscope::net::Vlan;
    /// assert_eq!(Vlan { kind: 0x8100, tag: 0xffff }.id(), 4095);
    /// ```
    #[must_use]
    pub const fn id(self) -> u16 {
        self.tag & 0x0fff
    }

    /// The priority, 0 to 7.
    ///
    /// ```
    /// # use mqttscope::net::Vlan;
    /// assert_eq!(Vlan { kind: 0x8100, tag: 0xe001 }.priority(), 7);
    /// ```
    #[must_use]
    pub const fn priority(self) -> u8 {
        (self.tag >> 13) as u8
    }
}

/// The VLAN tags of a frame, the outermost first.
///
/// ```
/// # use mqttscope::capture::{Frame, LinkType};
/// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
/// #     let original_len = data.len() as u32;
/// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
/// # }
/// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
/// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
/// # use mqttscope::net::{LinkLayer, Net, Transport};
/// // 802.1Q: priority 3, VLAN 100.
/// let tagged = [&[2; 6][..], &[4; 6], b"\x81\x00\x60\x64\x08\x00", IPV4, UDP].concat();
/// let (frame, mut net) = (frame(LinkType::ETHERNET, &tagged), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// let LinkLayer::Ethernet { vlans, .. } = datagram.layers.link else { panic!() };
/// assert_eq!(vlans.as_slice().len(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vlans {
    tags: [Vlan; Self::MAX],
    count: u8,
}

impl Vlans {
    /// The most tags that are read: QinQ has two, and no network is known to stack more than four.
    pub const MAX: usize = 4;

    /// The tags.
    ///
    /// ```
    /// # use mqttscope::net::Vlans;
    /// assert!(Vlans::default().as_slice().is_empty());
    /// ```
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
///
/// ```
/// # use mqttscope::capture::{Source, open};
/// # use std::path::Path;
/// # use mqttscope::net::{Net, Transport};
/// # let mut capture = open(Path::new("captures/session.pcap"))?;
/// # for _ in 0..3 { capture.next_frame()?; }
/// # let mut net = Net::default();
/// # let frame = capture.next_frame()?.unwrap();
/// let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
/// let ip = &segment.layers.ip;
/// assert_eq!((ip.src.to_string(), ip.ttl, ip.dscp), ("127.0.0.1".to_owned(), 64, 0));
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
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
///
/// ```
/// # use mqttscope::capture::{Source, open};
/// # use std::path::Path;
/// # use mqttscope::net::{IpVersion, Net, Transport};
/// # let mut capture = open(Path::new("captures/session.pcap"))?;
/// # for _ in 0..3 { capture.next_frame()?; }
/// # let mut net = Net::default();
/// # let frame = capture.next_frame()?.unwrap();
/// let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
/// let IpVersion::V4 { id, dont_fragment, .. } = segment.layers.ip.version else { panic!() };
/// assert_eq!((id, dont_fragment), (0x21db, true));
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
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
///
/// ```
/// # use mqttscope::capture::{Source, open};
/// # use std::path::Path;
/// # use mqttscope::net::{Net, Transport, TransportLayer};
/// # let mut capture = open(Path::new("captures/session.pcap"))?;
/// # for _ in 0..3 { capture.next_frame()?; }
/// # let mut net = Net::default();
/// # let frame = capture.next_frame()?.unwrap();
/// let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
/// assert_eq!(segment.layers.transport, TransportLayer::Tcp(segment.tcp));
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportLayer {
    /// TCP.
    Tcp(TcpLayer),
    /// UDP.
    Udp(UdpLayer),
}

/// What the header of UDP says.
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
/// # let bytes = [IPV4, UDP].concat();
/// # let (frame, mut net) = (frame(LinkType::RAW, &bytes), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// assert_eq!((datagram.udp.src_port, datagram.udp.missing), (50_000, 0));
/// ```
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
///
/// ```
/// # use mqttscope::capture::{Source, open};
/// # use std::path::Path;
/// # use mqttscope::net::{Flags, Net, Transport};
/// # let mut capture = open(Path::new("captures/session.pcap"))?;
/// # for _ in 0..3 { capture.next_frame()?; }
/// # let mut net = Net::default();
/// # let frame = capture.next_frame()?.unwrap();
/// let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
/// let tcp = &segment.tcp;
/// assert!(tcp.flags.has(Flags::PSH));
/// assert_eq!((tcp.seq, tcp.ack, tcp.window), (3_017_364_364, 2_720_176_327, 63));
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
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
///
/// ```
/// # use mqttscope::net::Flags;
/// let answer = Flags(0x12); // RFC 9293, section 3.1
/// assert!(answer.has(Flags::SYN) && answer.has(Flags::ACK) && !answer.has(Flags::RST));
/// ```
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
    ///
    /// ```
    /// # use mqttscope::net::Flags;
    /// assert!(Flags(0x11).has(Flags::FIN));
    /// ```
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}
