//! The short way to what nearly every frame holds: a whole TCP segment in IPv4, mostly in Ethernet.

use std::net::Ipv4Addr;

use super::{Flags, IpLayer, IpVersion, Layers, LinkLayer, TcpLayer, TransportLayer, Vlans};

/// Length of the header of IPv4 without options, in bytes; that of TCP is the same.
const HEADER: usize = 20;
/// The number of TCP among the protocols of IP.
const TCP: u8 = 6;
/// More Fragments, and the upper bits of the Fragment Offset, in the byte that they stand in
/// (RFC 791, section 3.1).
const FRAGMENT: u8 = 0x3f;

/// Takes the header of Ethernet off an IPv4 packet, where no tag stands between them, and puts into `layers` what it
/// says. `None`, with nothing written, for all else.
#[inline(always)] // what goes through memory by parts and is read as a whole costs more than all the reading
pub(super) fn ipv4_in_ethernet<'a>(frame: &'a [u8], layers: &mut Layers) -> Option<&'a [u8]> {
    let (header, packet) = frame.split_first_chunk::<14>()?;
    let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, 0x08, 0x00] = *header else {
        return None;
    };
    let (dst, src) = ([d0, d1, d2, d3, d4, d5], [s0, s1, s2, s3, s4, s5]);
    layers.link = LinkLayer::Ethernet { dst, src, vlans: Vlans::default() };
    Some(packet)
}

/// Reads IPv4 and TCP in one go, where IPv4 has no options, and the packet is captured whole and no
/// fragment. It gives, and puts into `layers`, what their own readers would.
///
/// `None`, with nothing written, for all else: the readers take it, and know what is wrong with it.
#[inline(always)] // the same
pub(super) fn tcp_in_ipv4<'a>(
    bytes: &'a [u8],
    layers: &mut Layers,
) -> Option<(TcpLayer, &'a [u8])> {
    let header = bytes.first_chunk::<HEADER>()?;
    let [0x45, class, l0, l1, i0, i1, f0, 0, ttl, TCP, _, _, addresses @ ..] = *header else {
        return None;
    };
    let [s0, s1, s2, s3, d0, d1, d2, d3] = addresses;
    let total_len = u16::from_be_bytes([l0, l1]);
    if f0 & FRAGMENT != 0 {
        return None;
    }
    let (tcp, payload) = tcp(bytes.get(HEADER..usize::from(total_len))?)?;
    layers.ip = IpLayer {
        src: Ipv4Addr::new(s0, s1, s2, s3).into(),
        dst: Ipv4Addr::new(d0, d1, d2, d3).into(),
        ttl,
        dscp: class >> 2,
        ecn: class & 0b11,
        version: IpVersion::V4 {
            id: u16::from_be_bytes([i0, i1]),
            total_len,
            dont_fragment: f0 & 0x40 != 0,
        },
    };
    layers.transport = TransportLayer::Tcp(tcp);
    Some((tcp, payload))
}

/// The header of TCP, whole with its options, and the payload.
#[inline(always)] // the same
fn tcp(data: &[u8]) -> Option<(TcpLayer, &[u8])> {
    let header = data.first_chunk::<HEADER>()?;
    let [p0, p1, p2, p3, s0, s1, s2, s3, a0, a1, a2, a3, length, flags, w0, w1, ..] = *header;
    let length = usize::from(length >> 4).saturating_mul(4);
    let payload = data.get(length..).filter(|_| length >= HEADER)?;
    let tcp = TcpLayer {
        src_port: u16::from_be_bytes([p0, p1]),
        dst_port: u16::from_be_bytes([p2, p3]),
        seq: u32::from_be_bytes([s0, s1, s2, s3]),
        ack: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        len: u32::try_from(payload.len()).ok()?,
        missing: 0,
    };
    Some((tcp, payload))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Frame, LinkType};
    use crate::net::{Kind, Net, Transport, ip, link, tcp};
    use crate::spec::link::EtherType;

    /// IPv4 and TCP as RFC 791 and RFC 9293 lay them out, with an option of four bytes, and 3 bytes of padding.
    const PACKET: &[u8] = b"\x45\x00\x00\x30\x21\xdb\x40\x00\x40\x06\x00\x00\x0a\x00\x00\x02\x0a\x00\x00\x01\
        \xc3\x50\x07\x5b\x00\x00\x00\x01\x00\x00\x00\x02\x60\x18\x01\x00\x00\x00\x00\x00\x02\x04\x05\xb4\
        \x10\x0c\x00\x04\0\0\0";

    /// What the readers of each header say.
    fn long_way<'a>(bytes: &'a [u8], layers: &mut Layers) -> Option<(TcpLayer, &'a [u8])> {
        let packet = ip::read(bytes, 0, &mut layers.ip).ok()?;
        let (tcp, payload) = tcp::read(packet.data, packet.missing).ok()?;
        layers.transport = TransportLayer::Tcp(tcp);
        (packet.part.is_none() && packet.protocol.0 == TCP).then_some((tcp, payload))
    }

    fn layers() -> Layers {
        let (number, link, original_len) = (1, LinkType::RAW, PACKET.len() as u32);
        let (time, interface, file, beside, data) = (None, 0, 0, None, PACKET);
        let frame = Frame { number, time, link, original_len, interface, file, beside, data };
        let mut net = Net::default();
        let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("no TCP") };
        *segment.layers
    }

    /// With each byte of the header being any, and the frame cut anywhere.
    #[test]
    fn it_takes_off_ethernet_what_its_own_reader_does() {
        let whole = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], PACKET].concat();
        let (mut short, mut long) = (layers(), layers());
        let mut taken = 0;
        for (at, byte) in (0..14).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            for end in [bytes.len(), 15, 14, 13, 0] {
                let before = short;
                match ipv4_in_ethernet(&bytes[..end], &mut short) {
                    None => assert_eq!(short, before),
                    Some(packet) => {
                        let carried =
                            link::read(LinkType::ETHERNET, &bytes[..end], &mut long).unwrap();
                        assert_eq!(carried.kind, Kind::EtherType(EtherType::IPV4));
                        assert_eq!((packet, short), (carried.data, long));
                        taken += 1;
                    }
                }
            }
        }
        assert!(taken > 5_000, "{taken}");
    }

    /// With each byte of the headers being any, and the packet cut anywhere.
    #[test]
    fn it_gives_what_the_readers_of_each_header_give() {
        let (mut short, mut long) = (layers(), layers());
        let mut taken = 0;
        for at in 0..40 {
            for byte in 0..=u8::MAX {
                let mut bytes = PACKET.to_vec();
                bytes[at] = byte;
                for end in [bytes.len(), 48, 47, 44, 40, 39, 20, 19] {
                    let before = short;
                    match tcp_in_ipv4(&bytes[..end], &mut short) {
                        None => assert_eq!(short, before),
                        given => {
                            assert_eq!(given, long_way(&bytes[..end], &mut long));
                            assert_eq!(short, long);
                            taken += 1;
                        }
                    }
                }
            }
        }
        assert!(taken > 10_000, "{taken}");
    }
}
