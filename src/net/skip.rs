//! Why a frame yields no TCP segment.

use etherparse::{IpNumber, err};

use crate::spec::link::{EtherType, LinkType};

/// Why a frame yields no TCP segment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// The link type is not read.
    #[error("link type {0} is not read")]
    Link(LinkType),
    /// The frame carries something other than IP.
    #[error("not IP: {0}")]
    NotIp(EtherType),
    /// A loopback frame of another protocol family.
    #[error("not IP: protocol family {0}")]
    Family(u32),
    /// IP carries something other than TCP.
    #[error("not TCP: {}", name(*.0))]
    NotTcp(IpNumber),
    /// A part of an IP packet.
    #[error("a fragment of an IP packet")]
    Fragment,
    /// The frame ends within a header.
    #[error("cut within the {layer} header: {needed} bytes needed, {available} captured")]
    Cut {
        /// Which header.
        layer: &'static str,
        /// Bytes that the header has at least.
        needed: usize,
        /// Bytes that are there.
        available: usize,
    },
    /// An IP header that contradicts itself.
    #[error("malformed IP: {0}")]
    Ip(err::ip::LaxHeaderSliceError),
    /// An IPv4 packet whose Total Length is shorter than its header.
    #[error(
        "malformed IP: Total Length {total_len} is shorter than the header of {header_len} bytes"
    )]
    TotalLen {
        /// Total Length.
        total_len: u16,
        /// Length of the header, in bytes.
        header_len: usize,
    },
    /// An extension header that contradicts itself.
    #[error("malformed IP extension header: {0}")]
    Extension(err::ipv6_exts::HeaderSliceError),
    /// A TCP header that contradicts itself.
    #[error("malformed TCP: {0}")]
    Tcp(err::tcp::HeaderSliceError),
}

impl Skip {
    /// The reason without what changes from frame to frame: what the counters count by.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Link(link) => Reason::Link(*link),
            Self::NotIp(ether_type) => Reason::NotIp(ether_type.0),
            Self::Family(family) => Reason::Family(*family),
            Self::NotTcp(protocol) => Reason::NotTcp(protocol.0),
            Self::Fragment => Reason::Fragment,
            Self::Cut { layer, .. } => Reason::Cut(layer),
            Self::Ip(_) | Self::TotalLen { .. } | Self::Extension(_) => Reason::MalformedIp,
            Self::Tcp(_) => Reason::MalformedTcp,
        }
    }
}

/// A kind of [`Skip`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A link type that is not read.
    Link(LinkType),
    /// An EtherType other than IP.
    NotIp(u16),
    /// A protocol family other than IP.
    Family(u32),
    /// An IP protocol other than TCP.
    NotTcp(u8),
    /// A fragment.
    Fragment,
    /// Cut within the header named.
    Cut(&'static str),
    /// Malformed IP.
    MalformedIp,
    /// Malformed TCP.
    MalformedTcp,
}

fn name(protocol: IpNumber) -> String {
    match protocol.keyword_str() {
        Some(keyword) => format!("{keyword} (IP protocol {})", protocol.0),
        None => format!("IP protocol {}", protocol.0),
    }
}
