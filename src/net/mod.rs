//! From a frame to a TCP segment or a UDP datagram: link, tunnels, IP, transport.
//!
//! What may enter: one frame with its link type. Nothing here knows what TCP or UDP carries, and
//! nothing is kept from frame to frame but fragments of IP packets that wait for the others. IP
//! and TCP headers are read through `etherparse`, laxly: a frame cut by the snap length yields what
//! is there, and checksums, which network cards fill in after the capture, are nobody's fault.
//!
//! Headers are taken off one after another: each reader gets the bytes from its header on and says
//! what the rest is (`Kind`), until TCP or UDP is reached ([`Net::packet`]).
//!
//! To add a link type: its row in `spec::link` and its form in `link`. To add a tunnel: a row in
//! `spec::tunnel`, a variant of [`Tunnel`] with its words in `describe`, and a reader beside the
//! others that is called from `peel`.
//!
//! ```
//! use mqttscope::capture::{Source, open};
//! use mqttscope::net::{Flags, Net, Transport, describe};
//! use std::path::Path;
//!
//! let mut capture = open(Path::new("captures/session.pcap"))?;
//! let mut net = Net::default();
//! let frame = capture.next_frame()?.expect("a first frame");
//! let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
//! assert_eq!((segment.dst().port(), segment.tcp.flags), (1883, Flags::SYN));
//!
//! let lines: Vec<String> = describe(segment.layers).map(|layer| layer.words()).collect();
//! assert_eq!(lines[1], "IPv4 127.0.0.1 -> 127.0.0.1, TTL 64, id 0x21d9, DF, total length 60");
//! # Ok::<(), mqttscope::capture::CaptureError>(())
//! ```

mod counters;
mod describe;
mod ether;
mod ext;
mod fragments;
mod gre;
mod ip;
mod layers;
mod link;
mod peel;
mod ppp;
mod skip;
mod tcp;
mod transport;
mod tunnel;
mod udp;
mod udp_tunnel;
mod usual;
mod wifi;

/// The number of UDP among the protocols of IP.
///
/// ```
/// assert_eq!(mqttscope::net::UDP.0, 17); // IANA's number
/// ```
pub const UDP: IpNumber = IpNumber::UDP;

pub use counters::{Counters, SkipCount};
pub(crate) use describe::Near;
pub use describe::{Describe, describe};
pub use fragments::FragmentCounters;
pub use layers::{
    Flags, IpLayer, IpVersion, Layers, LinkLayer, TcpLayer, TransportLayer, UdpLayer, Vlan, Vlans,
};
pub use peel::Net;
pub use skip::{Reason, Skip};
pub use transport::{Datagram, Segment, Transport};
pub use tunnel::{Labels, Tunnel, Tunnels};

use crate::spec::link::EtherType;
use etherparse::IpNumber;

/// What bytes are that a header is followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// IPv4 or IPv6: the first half byte tells.
    Ip,
    /// An Ethernet frame.
    Ethernet,
    /// What an EtherType stands for.
    EtherType(EtherType),
    /// IEEE 802.2 LLC.
    Llc,
    /// PPP, from its protocol number on, with or without address and control before it.
    Ppp,
    /// Several frames in one frame of IEEE 802.11.
    Aggregate,
}

/// What a header carries.
#[derive(Clone, Copy, Debug)]
struct Carried<'a> {
    kind: Kind,
    data: &'a [u8],
}

/// Splits a header of `N` bytes off.
#[inline]
fn split<'a, const N: usize>(
    bytes: &'a [u8],
    layer: &'static str,
) -> Result<(&'a [u8; N], &'a [u8]), Skip> {
    bytes.split_first_chunk().ok_or(Skip::Cut { layer, needed: N, available: bytes.len() })
}

/// Takes `count` bytes off.
fn skip<'a>(bytes: &'a [u8], count: usize, layer: &'static str) -> Result<&'a [u8], Skip> {
    bytes.get(count..).ok_or(Skip::Cut { layer, needed: count, available: bytes.len() })
}
