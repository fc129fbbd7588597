//! Headers in words: a line each for link, tunnels, IP and transport. Plain text, without colour.

use super::{
    Flags, IpLayer, IpVersion, Labels, Layers, LinkLayer, TcpLayer, TransportLayer, Tunnel,
    UdpLayer, Vlans,
};
use crate::text::{Counted, Out, Words, add, hex_pair};
use std::fmt::Write;
use std::net::IpAddr;

/// What can be told in words.
///
/// Each packet has such lines, so they are added to a text that is there already, piece by piece.
///
/// ```
/// # use mqttscope::net::{Describe, Flags};
/// assert_eq!(Flags(0x12).words(), "SYN ACK"); // RFC 9293, section 3.1
/// ```
pub trait Describe {
    /// Adds the words, without a line feed.
    fn add(&self, out: &mut Words) {
        self.add_lasting(out);
        self.add_passing(out);
    }

    /// Adds the first of the words: those that are the same in nearly all packets that go one way on a
    /// connection.
    #[doc(hidden)]
    fn add_lasting(&self, out: &mut Words);

    /// Adds those behind them, which are others in each packet.
    #[doc(hidden)]
    fn add_passing(&self, out: &mut Words) {
        let _ = out;
    }

    /// The words.
    fn words(&self) -> String {
        let mut words = Words::default();
        self.add(&mut words);
        words.into_string()
    }
}

/// One line each for link, tunnels, IP and transport, in this order.
///
/// ```
/// # use mqttscope::capture::{Frame, LinkType};
/// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
/// #     let original_len = data.len() as u32;
/// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
/// # }
/// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
/// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
/// # use mqttscope::net::{Net, describe, Transport};
/// # let bytes = [IPV4, UDP].concat();
/// # let (frame, mut net) = (frame(LinkType::RAW, &bytes), Net::default());
/// let Ok(Transport::Udp(datagram)) = net.packet(&frame) else { panic!("no UDP") };
/// let lines: Vec<String> = describe(datagram.layers).map(|layer| layer.words()).collect();
/// assert_eq!(lines[1], "IPv4 10.0.0.2 -> 10.0.0.1, TTL 64, id 0x0001, total length 28");
/// ```
pub fn describe(layers: &Layers) -> impl Iterator<Item = &dyn Describe> {
    let transport: &dyn Describe = match &layers.transport {
        TransportLayer::Tcp(tcp) => tcp,
        TransportLayer::Udp(udp) => udp,
    };
    let tunnels = layers.tunnels.iter().map(|tunnel| tunnel as &dyn Describe);
    let link: &dyn Describe = &layers.link;
    std::iter::once(link).chain(tunnels).chain([&layers.ip as &dyn Describe, transport])
}

/// Adds one after the other.
macro_rules! all {
    ($out:expr, $($piece:expr),+) => {{
        $(Describe::add($piece, $out);)+
    }};
}

impl Describe for LinkLayer {
    fn add_lasting(&self, out: &mut Words) {
        match self {
            Self::Ethernet { dst, src, vlans } => {
                all!(out, &"Ethernet ", &Mac(src), &" -> ", &Mac(dst), vlans);
            }
            Self::Cooked { direction, address, address_len, interface, vlans } => {
                out.push_str("Linux cooked, ");
                match DIRECTIONS.get(usize::from(*direction)) {
                    Some(words) => out.push_str(words),
                    None => all!(out, &"direction ", direction),
                }
                let address = address.get(..usize::from(*address_len)).unwrap_or_default();
                if !address.is_empty() {
                    all!(out, &", from ", &Mac(address));
                }
                if let Some(index) = interface {
                    all!(out, &", interface ", index);
                }
                vlans.add(out);
            }
            Self::Loopback { family } => all!(out, &"Loopback, protocol family ", family),
            Self::Wifi { dst, src } => {
                all!(out, &"IEEE 802.11 ", &Mac(src), &" -> ", &Mac(dst));
            }
            Self::Ppp => out.push_str("PPP"),
            Self::Hdlc => out.push_str("Cisco HDLC"),
            Self::Other(name) => out.push_str(name),
            Self::Raw => out.push_str("No link header"),
        }
    }
}

/// Directions of a Linux cooked header, by number.
const DIRECTIONS: [&str; 5] = ["to us", "broadcast", "multicast", "between others", "sent by us"];

impl Describe for Vlans {
    fn add_lasting(&self, out: &mut Words) {
        for vlan in self.as_slice() {
            all!(out, &", VLAN ", &vlan.id());
            if vlan.priority() != 0 {
                all!(out, &" (priority ", &vlan.priority(), &")");
            }
        }
    }
}

impl Describe for Tunnel {
    fn add_lasting(&self, out: &mut Words) {
        out.push_str(self.row().name);
        match self {
            Self::Ip { src, dst } => all!(out, &" ", src, &" -> ", dst),
            Self::Ethernet { dst, src, vlans } => {
                all!(out, &" ", &Mac(src), &" -> ", &Mac(dst), vlans);
            }
            Self::Mpls(labels) => labels.add(out),
            Self::Pppoe { session } => all!(out, &", session ", session),
            Self::Gre { key: Some(key) } => all!(out, &", key ", key),
            Self::Erspan { version, session } => {
                all!(out, &" version ", version);
                if let Some(session) = session {
                    all!(out, &", session ", session);
                }
            }
            Self::Vxlan { vni } | Self::Geneve { vni } => all!(out, &", network ", vni),
            Self::Gtp { teid } => hex(", endpoint 0x", *teid, 8, out),
            Self::Gre { key: None } | Self::EtherIp => {}
        }
    }
}

impl Describe for Labels {
    fn add_lasting(&self, out: &mut Words) {
        let mut lead = ", label ";
        for label in self.as_slice() {
            all!(out, &lead, label);
            lead = " / ";
        }
        if self.more() > 0 {
            all!(out, &" and ", &self.more(), &" more");
        }
    }
}

impl Describe for IpLayer {
    fn add_lasting(&self, out: &mut Words) {
        let Self { src, dst, ttl, version, .. } = self;
        match version {
            IpVersion::V4 { .. } => all!(out, &"IPv4 ", src, &" -> ", dst, &", TTL ", ttl),
            IpVersion::V6 { .. } => all!(out, &"IPv6 ", src, &" -> ", dst, &", hop limit ", ttl),
        }
    }

    fn add_passing(&self, out: &mut Words) {
        match &self.version {
            IpVersion::V4 { id, total_len, dont_fragment } => {
                let [[a, b], [c, d]] = id.to_be_bytes().map(hex_pair);
                out.push_ascii(&[b',', b' ', b'i', b'd', b' ', b'0', b'x', a, b, c, d]);
                match dont_fragment {
                    true => out.push_str(", DF, total length "),
                    false => out.push_str(", total length "),
                }
                add::digits((*total_len).into(), out);
            }
            IpVersion::V6 { flow, payload_len } => {
                hex(", flow 0x", *flow, 5, out);
                all!(out, &", payload length ", payload_len);
            }
        }
        if self.dscp != 0 {
            all!(out, &", DSCP ", &self.dscp);
        }
        if self.ecn != 0 {
            all!(out, &", ECN ", &self.ecn);
        }
    }
}

impl Describe for TcpLayer {
    fn add_lasting(&self, out: &mut Words) {
        let Self { src_port, dst_port, flags, .. } = self;
        all!(out, &"TCP ", src_port, &" -> ", dst_port, &", ", flags);
    }

    fn add_passing(&self, out: &mut Words) {
        self.add_near(&mut Near::default(), out);
    }
}

/// The numbers that were put into words last of those that go on from segment to segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Near {
    seq: Counted,
    ack: Counted,
}

impl TcpLayer {
    /// Adds what [`Describe::add_passing`] adds; `near` is of a segment before it that went the same way.
    pub(crate) fn add_near(&self, near: &mut Near, out: &mut Words) {
        // Each packet has these, so they are added without a way round.
        out.push_str(", seq ");
        near.seq.add(self.seq.into(), out);
        if self.flags.has(Flags::ACK) {
            out.push_str(", ack ");
            near.ack.add(self.ack.into(), out);
        }
        out.push_str(", window ");
        add::digits(self.window.into(), out);
        out.push_str(", ");
        add::digits(self.len.into(), out);
        out.push_str(" bytes");
        not_captured(self.missing, out);
    }
}

impl Describe for UdpLayer {
    fn add_lasting(&self, out: &mut Words) {
        all!(out, &"UDP ", &self.src_port, &" -> ", &self.dst_port);
    }

    fn add_passing(&self, out: &mut Words) {
        all!(out, &", ", &self.len, &" bytes");
        not_captured(self.missing, out);
    }
}

fn not_captured(missing: u32, out: &mut Words) {
    if missing > 0 {
        all!(out, &" (", &missing, &" of them not captured)");
    }
}

impl Describe for Flags {
    fn add_lasting(&self, out: &mut Words) {
        let mut set = Self::NAMES.iter().filter(|(bit, _)| self.has(*bit)).map(|(_, name)| name);
        out.push_str(set.next().unwrap_or(&"no flags"));
        set.for_each(|name| all!(out, &" ", name));
    }
}

/// A hardware address.
struct Mac<'a>(&'a [u8]);

impl Describe for Mac<'_> {
    fn add_lasting(&self, out: &mut Words) {
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(':');
            }
            add::hex(*byte, out);
        }
    }
}

impl Describe for IpAddr {
    fn add_lasting(&self, out: &mut Words) {
        match self {
            Self::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                all!(out, &a, &".", &b, &".", &c, &".", &d);
            }
            // Writing to a String does not fail.
            Self::V6(v6) => {
                let _ = write!(out, "{v6}");
            }
        }
    }
}

impl Describe for &str {
    fn add_lasting(&self, out: &mut Words) {
        out.push_str(self);
    }
}

/// Adds a number in so many hexadecimal digits behind some words.
fn hex(words: &str, number: u32, digits: u32, out: &mut Words) {
    out.push_str(words);
    add::padded_hex(number, digits, out);
}

/// Numbers in decimal.
macro_rules! number {
    ($($number:ty)+) => {$(
        impl Describe for $number {
            fn add_lasting(&self, out: &mut Words) {
                add::digits(u64::try_from(*self).unwrap_or_default(), out);
            }
        }
    )+};
}

number!(u8 u16 u32 usize);
