//! Headers in words: a line each for link, tunnels, IP and transport. Plain text, without colour.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    Flags, IpLayer, IpVersion, Labels, Layers, LinkLayer, TcpLayer, TransportLayer, Tunnel,
    UdpLayer, Vlans,
};

/// One line each for link, tunnels, IP and transport, in this order.
pub fn describe(layers: &Layers) -> impl Iterator<Item = &dyn Display> {
    let transport: &dyn Display = match &layers.transport {
        TransportLayer::Tcp(tcp) => tcp,
        TransportLayer::Udp(udp) => udp,
    };
    let tunnels = layers.tunnels.iter().map(|tunnel| tunnel as &dyn Display);
    let link: &dyn Display = &layers.link;
    std::iter::once(link).chain(tunnels).chain([&layers.ip as &dyn Display, transport])
}

impl Display for LinkLayer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ethernet { dst, src, vlans } => {
                write!(f, "Ethernet {} -> {}{vlans}", Mac(src), Mac(dst))
            }
            Self::Cooked { direction, address, address_len, interface, vlans } => {
                f.write_str("Linux cooked, ")?;
                match DIRECTIONS.get(usize::from(*direction)) {
                    Some(words) => f.write_str(words)?,
                    None => write!(f, "direction {direction}")?,
                }
                let address = address.get(..usize::from(*address_len)).unwrap_or_default();
                if !address.is_empty() {
                    write!(f, ", from {}", Mac(address))?;
                }
                if let Some(index) = interface {
                    write!(f, ", interface {index}")?;
                }
                vlans.fmt(f)
            }
            Self::Loopback { family } => write!(f, "Loopback, protocol family {family}"),
            Self::Wifi { dst, src } => write!(f, "IEEE 802.11 {} -> {}", Mac(src), Mac(dst)),
            Self::Ppp => f.write_str("PPP"),
            Self::Hdlc => f.write_str("Cisco HDLC"),
            Self::Other(name) => f.write_str(name),
            Self::Raw => f.write_str("No link header"),
        }
    }
}

/// Directions of a Linux cooked header, by number.
const DIRECTIONS: [&str; 5] = ["to us", "broadcast", "multicast", "between others", "sent by us"];

impl Display for Vlans {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for vlan in self.as_slice() {
            write!(f, ", VLAN {}", vlan.id())?;
            if vlan.priority() != 0 {
                write!(f, " (priority {})", vlan.priority())?;
            }
        }
        Ok(())
    }
}

impl Display for Tunnel {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().name)?;
        match self {
            Self::Ip { src, dst } => write!(f, " {src} -> {dst}"),
            Self::Ethernet { dst, src, vlans } => {
                write!(f, " {} -> {}{vlans}", Mac(src), Mac(dst))
            }
            Self::Mpls(labels) => labels.fmt(f),
            Self::Pppoe { session } => write!(f, ", session {session}"),
            Self::Gre { key: Some(key) } => write!(f, ", key {key}"),
            Self::Erspan { version, session } => {
                write!(f, " version {version}")?;
                session.map_or(Ok(()), |session| write!(f, ", session {session}"))
            }
            Self::Vxlan { vni } | Self::Geneve { vni } => write!(f, ", network {vni}"),
            Self::Gtp { teid } => write!(f, ", endpoint 0x{teid:08x}"),
            Self::Gre { key: None } | Self::EtherIp => Ok(()),
        }
    }
}

impl Display for Labels {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut lead = ", label";
        for label in self.as_slice() {
            write!(f, "{lead} {label}")?;
            lead = " /";
        }
        match self.more() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Display for IpLayer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { src, dst, ttl, dscp, ecn, version } = self;
        match version {
            IpVersion::V4 { id, total_len, dont_fragment } => {
                write!(f, "IPv4 {src} -> {dst}, TTL {ttl}, id 0x{id:04x}")?;
                if *dont_fragment {
                    f.write_str(", DF")?;
                }
                write!(f, ", total length {total_len}")?;
            }
            IpVersion::V6 { flow, payload_len } => {
                write!(f, "IPv6 {src} -> {dst}, hop limit {ttl}, flow 0x{flow:05x}")?;
                write!(f, ", payload length {payload_len}")?;
            }
        }
        if *dscp != 0 {
            write!(f, ", DSCP {dscp}")?;
        }
        if *ecn != 0 {
            write!(f, ", ECN {ecn}")?;
        }
        Ok(())
    }
}

impl Display for TcpLayer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "TCP {} -> {}, {}, seq {}", self.src_port, self.dst_port, self.flags, self.seq)?;
        if self.flags.has(Flags::ACK) {
            write!(f, ", ack {}", self.ack)?;
        }
        write!(f, ", window {}, {} bytes", self.window, self.len)?;
        if self.missing > 0 {
            write!(f, " ({} of them not captured)", self.missing)?;
        }
        Ok(())
    }
}

impl Display for UdpLayer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "UDP {} -> {}, {} bytes", self.src_port, self.dst_port, self.len)?;
        if self.missing > 0 {
            write!(f, " ({} of them not captured)", self.missing)?;
        }
        Ok(())
    }
}

impl Display for Flags {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut set = Self::NAMES.iter().filter(|(bit, _)| self.has(*bit)).map(|(_, name)| name);
        f.write_str(set.next().unwrap_or(&"no flags"))?;
        set.try_for_each(|name| write!(f, " {name}"))
    }
}

/// A hardware address.
struct Mac<'a>(&'a [u8]);

impl Display for Mac<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or_default();
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char(':')?;
            }
            f.write_char(digit(byte >> 4))?;
            f.write_char(digit(byte & 0x0f))?;
        }
        Ok(())
    }
}
