//! What a frame carries: a TCP segment or a UDP datagram.

use std::net::SocketAddr;

use super::{Layers, TcpLayer, UdpLayer};

/// What a frame carries in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram.
    Udp(Datagram<'a>),
}

/// A TCP segment within a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What all headers say.
    pub layers: &'a Layers,
    /// What the header of TCP says.
    pub tcp: TcpLayer,
    /// The payload, as far as it was captured; without padding of the link.
    pub payload: &'a [u8],
    /// Where IP came in fragments: the frames before this one that brought parts of it.
    pub parts: &'a [u64],
}

impl Segment<'_> {
    /// Address and port of the sender.
    #[must_use]
    pub const fn src(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.src, self.tcp.src_port)
    }

    /// Address and port of the receiver.
    #[must_use]
    pub const fn dst(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.dst, self.tcp.dst_port)
    }
}

/// A UDP datagram within a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What all headers say.
    pub layers: &'a Layers,
    /// What the header of UDP says.
    pub udp: UdpLayer,
    /// The payload, as far as it was captured; without padding of the link.
    pub payload: &'a [u8],
    /// Where IP came in fragments: the frames before this one that brought parts of it.
    pub parts: &'a [u64],
}

impl Datagram<'_> {
    /// Address and port of the sender.
    #[must_use]
    pub const fn src(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.src, self.udp.src_port)
    }

    /// Address and port of the receiver.
    #[must_use]
    pub const fn dst(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.dst, self.udp.dst_port)
    }
}
