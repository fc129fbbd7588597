//! The loop that takes headers off a frame, one after another.

use std::mem;

use etherparse::{IpNumber, ip_number};

use super::fragments::{FragmentCounters, Fragments};
use super::ip::{self, Packet};
use super::{
    Carried, Datagram, IpLayer, IpVersion, Kind, Layers, LinkLayer, Segment, Skip, TcpLayer,
    Transport, TransportLayer, Tunnel, Tunnels, UdpLayer, ether, gre, link, ppp, tcp, udp,
    udp_tunnel, usual, wifi,
};
use crate::capture::Frame;
use crate::spec::link::{EtherType, LinkType};

/// How often what was put together of fragments may hold fragments again: a fragmented tunnel with
/// fragmented packets in it needs 2.
const MAX_NESTED: usize = 2;

/// Takes frames apart, down to TCP and UDP. It keeps fragments of IP packets until all are there.
///
/// ```
/// # use mqttscope::capture::{Source, open};
/// # use std::path::Path;
/// # use mqttscope::net::{Net, Transport};
/// let mut capture = open(Path::new("captures/mqtt-sn.pcap"))?;
/// let (mut net, mut datagrams) = (Net::default(), 0);
/// while let Some(frame) = capture.next_frame()? {
///     if let Ok(Transport::Udp(_)) = net.packet(&frame) {
///         datagrams += 1;
///     }
/// }
/// assert_eq!(datagrams, 74);
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
#[derive(Debug)]
pub struct Net {
    fragments: Fragments,
    /// The headers of the last frame.
    layers: Layers,
    /// What was put together for the last frame.
    whole: [Vec<u8>; MAX_NESTED],
    /// Bytes at the end of the last frame that hold further frames.
    behind: usize,
    /// The frames that brought the other parts of what was put together for the last one.
    parts: Vec<u64>,
}

impl Default for Net {
    fn default() -> Self {
        let fragments = Fragments::default();
        Self { fragments, layers: EMPTY, whole: Default::default(), behind: 0, parts: Vec::new() }
    }
}

/// Layers before the first frame.
const EMPTY: Layers = Layers {
    frame_len: 0,
    link: LinkLayer::Raw,
    tunnels: Tunnels::NONE,
    ip: IpLayer {
        src: std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        dst: std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        ttl: 0,
        dscp: 0,
        ecn: 0,
        version: IpVersion::V4 { id: 0, total_len: 0, dont_fragment: false },
    },
    transport: TransportLayer::Tcp(TcpLayer::EMPTY),
};

#[cfg(test)]
impl Net {
    /// The TCP segment in an IP packet, for tests of rooms that know of no frames.
    pub(crate) fn segment<'a>(&'a mut self, data: &'a [u8]) -> super::Segment<'a> {
        let (link, original_len) = (LinkType::RAW, data.len() as u32);
        let (number, time, interface, file, beside) = (1, None, 0, 0, None);
        let frame = Frame { number, time, link, original_len, interface, file, beside, data };
        match self.packet(&frame) {
            Ok(Transport::Tcp(segment)) => segment,
            _ => panic!("no TCP"),
        }
    }
}

impl Net {
    /// What a frame carries: a TCP segment or a UDP datagram.
    ///
    /// A part of an IP packet gives [`Skip::Fragment`]; with the part that completes it the whole
    /// packet is given.
    ///
    /// # Errors
    /// Why the frame carries nothing that can be read.
    ///
    /// ```
    /// # use mqttscope::capture::{Frame, LinkType};
    /// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    /// #     let original_len = data.len() as u32;
    /// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
    /// # }
    /// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
    /// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
    /// # use mqttscope::net::{Net, Skip, Transport};
    /// let mut net = Net::default();
    /// let bytes = [IPV4, UDP].concat();
    /// let Ok(Transport::Udp(datagram)) = net.packet(&frame(LinkType::RAW, &bytes)) else { panic!() };
    /// assert_eq!(datagram.src().to_string(), "10.0.0.2:50000");
    ///
    /// // A frame that the snap length cut within the header of UDP.
    /// let Err(skip) = net.packet(&frame(LinkType::RAW, &bytes[..24])) else { panic!() };
    /// assert_eq!(skip, Skip::Cut { layer: "UDP", needed: 8, available: 4 });
    /// ```
    #[inline]
    pub fn packet<'a>(&'a mut self, frame: &Frame<'a>) -> Result<Transport<'a>, Skip> {
        self.layers.tunnels.clear();
        self.layers.frame_len = frame.original_len;
        self.behind = 0;
        self.parts.clear();
        if frame.link == LinkType::ETHERNET
            && let Some(packet) = usual::ipv4_in_ethernet(frame.data, &mut self.layers)
            && let Some((tcp, payload)) = usual::tcp_in_ipv4(packet, &mut self.layers)
        {
            let Self { layers, parts, .. } = self;
            return Ok(Transport::Tcp(Segment { layers, tcp, payload, parts }));
        }
        self.in_any_link(frame)
    }

    #[inline(never)] // what most frames are is to find little in its way
    fn in_any_link<'a>(&'a mut self, frame: &Frame<'a>) -> Result<Transport<'a>, Skip> {
        let carried = link::read(frame.link, frame.data, &mut self.layers)?;
        if matches!(carried.kind, Kind::EtherType(EtherType::IPV4) | Kind::Ip)
            && let Some((tcp, payload)) = usual::tcp_in_ipv4(carried.data, &mut self.layers)
        {
            let Self { layers, parts, .. } = self;
            return Ok(Transport::Tcp(Segment { layers, tcp, payload, parts }));
        }
        self.peel(carried, frame)
    }

    /// What the same frame carries besides: IEEE 802.11 puts several frames into one. To be called
    /// after [`Self::packet`] until it gives `None`.
    ///
    /// ```
    /// # use mqttscope::capture::{Frame, LinkType};
    /// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    /// #     let original_len = data.len() as u32;
    /// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
    /// # }
    /// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
    /// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
    /// # use mqttscope::net::Net;
    /// let mut net = Net::default();
    /// let bytes = [IPV4, UDP].concat();
    /// let frame = frame(LinkType::RAW, &bytes);
    /// assert!(net.packet(&frame).is_ok());
    /// assert!(net.more(&frame).is_none()); // only IEEE 802.11 has more
    /// ```
    #[inline]
    pub fn more<'a>(&'a mut self, frame: &Frame<'a>) -> Option<Result<Transport<'a>, Skip>> {
        (self.behind > 0).then(|| self.behind(frame))
    }

    fn behind<'a>(&'a mut self, frame: &Frame<'a>) -> Result<Transport<'a>, Skip> {
        let start = frame.data.len().saturating_sub(self.behind);
        let data = frame.data.get(start..).unwrap_or_default();
        self.layers.tunnels.clear();
        self.parts.clear();
        self.peel(Carried { kind: Kind::Aggregate, data }, frame)
    }

    fn peel<'a>(
        &'a mut self,
        mut carried: Carried<'a>,
        frame: &Frame<'a>,
    ) -> Result<Transport<'a>, Skip> {
        let Self { fragments, layers, whole, behind, parts } = self;
        let mut whole = whole.as_mut_slice();
        let captured = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
        let mut missing = frame.original_len.saturating_sub(captured);
        loop {
            let Carried { kind, data } = carried;
            carried = match kind {
                Kind::EtherType(EtherType::IPV4 | EtherType::IPV6) | Kind::Ip => {
                    let mut packet = ip::read(data, missing, &mut layers.ip)?;
                    if let Some(part) = packet.part {
                        let together = fragments.push(&layers.ip, &packet, part, frame, parts)?;
                        let (room, rest) =
                            mem::take(&mut whole).split_first_mut().ok_or(Skip::TooDeep)?;
                        (*room, whole) = (together, rest);
                        packet = ip::whole(&packet, room, layers.ip.src.is_ipv6())?;
                    }
                    missing = packet.missing;
                    match above_ip(packet, layers)? {
                        Above::Tunnel(carried) => carried,
                        Above::Tcp(tcp, payload) => {
                            layers.transport = TransportLayer::Tcp(tcp);
                            return Ok(Transport::Tcp(Segment { layers, tcp, payload, parts }));
                        }
                        Above::Udp(udp, payload) => {
                            layers.transport = TransportLayer::Udp(udp);
                            return Ok(Transport::Udp(Datagram { layers, udp, payload, parts }));
                        }
                    }
                }
                Kind::EtherType(kind) => ether::carried(kind, data, &mut layers.tunnels)?,
                Kind::Ethernet => {
                    let (dst, src, vlans, carried) = ether::frame(data)?;
                    layers.tunnels.push(Tunnel::Ethernet { dst, src, vlans })?;
                    carried
                }
                Kind::Llc => ether::llc(data)?,
                Kind::Ppp => ppp::protocol(data)?,
                Kind::Aggregate => {
                    let (carried, rest) = wifi::subframe(data)?;
                    *behind = rest.len();
                    carried
                }
            };
        }
    }

    /// What became of the fragments so far.
    ///
    /// ```
    /// # use mqttscope::capture::{Frame, LinkType};
    /// # fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    /// #     let original_len = data.len() as u32;
    /// #     Frame { number: 1, time: None, link, original_len, interface: 0, file: 0, beside: None, data }
    /// # }
    /// # const IPV4: &[u8] = b"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01";
    /// # const UDP: &[u8] = b"\xc3\x50\x07\x5c\x00\x08\x00\x00";
    /// # use mqttscope::net::{Net, Skip};
    /// let mut net = Net::default();
    /// let mut bytes = [IPV4, UDP].concat();
    /// bytes[6] = 0x20; // More Fragments (RFC 791, section 3.1)
    /// assert_eq!(net.packet(&frame(LinkType::RAW, &bytes)), Err(Skip::Fragment));
    /// assert_eq!((net.fragments().fragments, net.fragments().incomplete), (1, 1));
    /// ```
    #[must_use]
    pub fn fragments(&self) -> FragmentCounters {
        self.fragments.counters()
    }
}

/// What stands above IP.
enum Above<'a> {
    Tcp(TcpLayer, &'a [u8]),
    Udp(UdpLayer, &'a [u8]),
    Tunnel(Carried<'a>),
}

/// Reads what an IP packet carries, or takes the header of a tunnel off.
#[inline]
fn above_ip<'a>(packet: Packet<'a>, layers: &mut Layers) -> Result<Above<'a>, Skip> {
    let Packet { data, missing, protocol, .. } = packet;
    let carried = match protocol {
        IpNumber::TCP => {
            let (tcp, payload) = tcp::read(data, missing)?;
            return Ok(Above::Tcp(tcp, payload));
        }
        IpNumber::UDP => {
            let (udp, payload) = udp::read(data, missing)?;
            let Some((tunnel, carried)) = udp_tunnel::read(udp.dst_port, payload) else {
                return Ok(Above::Udp(udp, payload));
            };
            enter(layers)?;
            layers.tunnels.push(tunnel)?;
            carried
        }
        ip_number::IPV4 | ip_number::IPV6 => {
            enter(layers)?;
            Carried { kind: Kind::Ip, data }
        }
        ip_number::GRE => gre::read(data, enter(layers)?)?,
        ip_number::ETHER_IP => ether::in_ip(data, enter(layers)?)?,
        ip_number::MPLS_IN_IP => ether::mpls(data, enter(layers)?)?,
        other => return Err(Skip::NotTcp(other)),
    };
    Ok(Above::Tunnel(carried))
}

/// The IP that was read last is the outside of a tunnel.
fn enter(layers: &mut Layers) -> Result<&mut Tunnels, Skip> {
    let IpLayer { src, dst, .. } = layers.ip;
    layers.tunnels.push(Tunnel::Ip { src, dst })?;
    Ok(&mut layers.tunnels)
}
