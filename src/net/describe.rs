//! Headers in words: a line each for link, IP and TCP. Plain text, without colour.

use std::fmt::{self, Display, Formatter};

use super::{Flags, IpLayer, IpVersion, Layers, LinkLayer, TcpLayer, Vlans};

/// One line each for link, IP and TCP.
#[must_use]
pub fn describe(layers: &Layers) -> [String; 3] {
    [layers.link.to_string(), layers.ip.to_string(), layers.tcp.to_string()]
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
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}
