//! Why a frame yields neither a TCP segment nor a UDP datagram.

use etherparse::{IpNumber, err};

use crate::spec::link::{EtherType, LinkType};

/// Why a frame yields neither a TCP segment nor a UDP datagram.
///
/// ```
/// # use mqttscope::net::Skip;
/// # use mqttscope::spec::link::EtherType;
/// let skip = Skip::Cut { layer: "TCP", needed: 20, available: 8 };
/// assert_eq!(skip.to_string(), "cut within the TCP header: 20 bytes needed, 8 captured");
/// ```
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
    /// IEEE 802.2 carries something other than IP.
    #[error("not IP: LLC access point 0x{0:02x}")]
    NotIpLlc(u8),
    /// PPP carries something other than IP.
    #[error("not IP: PPP protocol 0x{0:04x}")]
    NotIpPpp(u16),
    /// IP carries something other than TCP.
    #[error("not TCP: {}", name(*.0))]
    NotTcp(IpNumber),
    /// A part of an IP packet that is kept until the others are there.
    #[error("a fragment of an IP packet")]
    Fragment,
    /// Headers within headers, more than are taken off.
    #[error("more tunnels within each other than are read")]
    TooDeep,
    /// An IEEE 802.11 frame that manages or controls, or holds nothing.
    #[error("an IEEE 802.11 frame without data")]
    NotData,
    /// An encrypted IEEE 802.11 frame.
    #[error("an encrypted IEEE 802.11 frame")]
    Encrypted,
    /// A part of an IEEE 802.11 frame.
    #[error("a fragment of an IEEE 802.11 frame")]
    WifiFragment,
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
    /// A header that contradicts itself, or has a version that is not read.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// Where IP is to be, the version is neither 4 nor 6.
    #[error("malformed IP: version {0} in the place of 4 or 6")]
    IpVersion(u8),
    /// An IPv4 header that contradicts itself.
    #[error("malformed IP: {0}")]
    Ipv4(err::ipv4::HeaderError),
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
    /// A UDP datagram whose Length is shorter than its header.
    #[error("malformed UDP: Length {0} is shorter than the header of 8 bytes")]
    UdpLen(u16),
    /// A TCP header that contradicts itself.
    #[error("malformed TCP: {0}")]
    Tcp(err::tcp::HeaderSliceError),
}

impl Skip {
    /// The reason without what changes from frame to frame: what the counters count by.
    ///
    /// ```
    /// # use mqttscope::net::{Reason, Skip};
    /// let skip = Skip::Cut { layer: "TCP", needed: 20, available: 8 };
    /// assert_eq!(skip.reason(), Reason::Cut("TCP"));
    /// ```
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Link(link) => Reason::Link(*link),
            Self::NotIp(ether_type) => Reason::NotIp(ether_type.0),
            Self::Family(family) => Reason::Family(*family),
            Self::NotTcp(protocol) => Reason::NotTcp(protocol.0),
            Self::Fragment => Reason::Fragment,
            Self::Cut { layer, .. } => Reason::Cut(layer),
            Self::NotIpLlc(point) => Reason::NotIpLlc(*point),
            Self::NotIpPpp(protocol) => Reason::NotIpPpp(*protocol),
            Self::TooDeep => Reason::TooDeep,
            Self::NotData => Reason::NotData,
            Self::Encrypted => Reason::Encrypted,
            Self::WifiFragment => Reason::WifiFragment,
            Self::Malformed(layer) => Reason::Malformed(layer),
            Self::IpVersion(_) | Self::Ipv4(_) | Self::TotalLen { .. } => Reason::MalformedIp,
            Self::UdpLen(_) => Reason::MalformedUdp,
            Self::Tcp(_) => Reason::MalformedTcp,
        }
    }
}

impl Reason {
    /// Whether this is no news in any capture: what was no TCP or UDP to begin with, and parts of
    /// packets, which are counted for themselves.
    ///
    /// ```
    /// # use mqttscope::net::Reason;
    /// assert!(Reason::NotTcp(1).is_ordinary()); // ICMP
    /// assert!(!Reason::MalformedTcp.is_ordinary());
    /// ```
    #[must_use]
    pub const fn is_ordinary(self) -> bool {
        matches!(
            self,
            Self::NotIp(_)
                | Self::NotIpLlc(_)
                | Self::NotIpPpp(_)
                | Self::NotTcp(_)
                | Self::NotData
                | Self::Fragment
        )
    }
}

/// A kind of [`Skip`].
///
/// ```
/// # use mqttscope::net::{Reason, Skip};
/// // Two frames that end at different bytes of the same header count as one reason.
/// let cut = |available| Skip::Cut { layer: "IPv6", needed: 40, available };
/// assert_eq!(cut(10).reason(), cut(39).reason());
/// assert_eq!(cut(10).reason(), Reason::Cut("IPv6"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A link type that is not read.
    Link(LinkType),
    /// An EtherType other than IP.
    NotIp(u16),
    /// A protocol family other than IP.
    Family(u32),
    /// An LLC access point other than that of IP.
    NotIpLlc(u8),
    /// A PPP protocol other than IP.
    NotIpPpp(u16),
    /// An IP protocol other than TCP.
    NotTcp(u8),
    /// A fragment.
    Fragment,
    /// Too many headers within each other.
    TooDeep,
    /// IEEE 802.11 without data.
    NotData,
    /// Encrypted IEEE 802.11.
    Encrypted,
    /// A fragment of IEEE 802.11.
    WifiFragment,
    /// Cut within the header named.
    Cut(&'static str),
    /// Malformed IP.
    MalformedIp,
    /// Malformed TCP.
    MalformedTcp,
    /// Malformed UDP.
    MalformedUdp,
    /// Malformed, the header named.
    Malformed(&'static str),
}

fn name(protocol: IpNumber) -> String {
    match protocol.keyword_str() {
        Some(keyword) => format!("{keyword} (IP protocol {})", protocol.0),
        None => format!("IP protocol {}", protocol.0),
    }
}
