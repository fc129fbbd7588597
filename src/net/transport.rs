//! What a frame carries: a TCP segment or a UDP datagram.

use std::net::SocketAddr;

use super::{Layers, TcpLayer, UdpLayer};

/// What a frame carries in the end.
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
/// let payload = match net.packet(&frame)? {
///     Transport::Tcp(segment) => segment.payload,
///     Transport::Udp(datagram) => datagram.payload,
/// };
/// assert_eq!(payload, b"");
/// # Ok::<(), mqttscope::net::Skip>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram.
    Udp(Datagram<'a>),
}

/// A TCP segment within a frame.
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
/// assert_eq!(segment.tcp.len, 19);
/// assert_eq!(segment.payload[0], 0x10); // a CONNECT
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
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
    /// assert_eq!(segment.src().to_string(), "127.0.0.1:49942");
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    #[must_use]
    pub const fn src(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.src, self.tcp.src_port)
    }

    /// Address and port of the receiver.
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
    /// assert_eq!(segment.dst().to_string(), "127.0.0.1:1883");
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    #[must_use]
    pub const fn dst(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.dst, self.tcp.dst_port)
    }
}

/// A UDP datagram within a frame.
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
/// assert_eq!((datagram.udp.dst_port, datagram.udp.len), (1884, 0));
/// ```
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
    /// assert_eq!(datagram.src().to_string(), "10.0.0.2:50000");
    /// ```
    #[must_use]
    pub const fn src(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.src, self.udp.src_port)
    }

    /// Address and port of the receiver.
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
    /// assert_eq!(datagram.dst().to_string(), "10.0.0.1:1884");
    /// ```
    #[must_use]
    pub const fn dst(&self) -> SocketAddr {
        SocketAddr::new(self.layers.ip.dst, self.udp.dst_port)
    }
}
