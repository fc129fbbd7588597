//! Plain IP packets put into every link, tunnel and kind of fragment that is read.
//!
//! A [`Wrap`] makes frames of one link type of IP packets; [`wraps`] lists all. They are built by
//! hand from the standards, so that what reads them is compared with something else than itself.

/// What a frame holds of the packets that it is made of, and how.
pub struct Wrap {
    pub name: &'static str,
    /// The link type of the frames.
    pub link: u32,
    /// Whether the packets become IPv6 on their way, and have other addresses then.
    pub is_v6: bool,
    /// Whether other dissectors are known to read it, so that they can be asked.
    pub is_common: bool,
    make: Make,
}

enum Make {
    /// Each packet becomes a frame.
    Each(fn(&[u8]) -> Vec<u8>),
    /// A packet becomes several frames.
    Several(fn(&[u8], usize) -> Vec<Vec<u8>>),
    /// Two packets become a frame.
    Pairs(fn(&[u8], Option<&[u8]>) -> Vec<u8>),
}

impl Wrap {
    /// The frames that hold these IP packets.
    pub fn frames(&self, packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
        match self.make {
            Make::Each(make) => packets.iter().map(|packet| make(packet)).collect(),
            Make::Several(make) => {
                packets.iter().enumerate().flat_map(|(n, packet)| make(packet, n)).collect()
            }
            Make::Pairs(make) => {
                packets.chunks(2).map(|two| make(&two[0], two.get(1).map(Vec::as_slice))).collect()
            }
        }
    }

    const fn v6(self) -> Self {
        Self { is_v6: true, ..self }
    }

    /// Not to be asked others about.
    const fn rare(self) -> Self {
        Self { is_common: false, ..self }
    }
}

const fn each(name: &'static str, link: u32, make: fn(&[u8]) -> Vec<u8>) -> Wrap {
    Wrap { name, link, is_v6: false, is_common: true, make: Make::Each(make) }
}

const fn several(name: &'static str, link: u32, make: fn(&[u8], usize) -> Vec<Vec<u8>>) -> Wrap {
    Wrap { name, link, is_v6: false, is_common: true, make: Make::Several(make) }
}

const ETHERNET: u32 = 1;
const RAW: u32 = 101;
const WIFI: u32 = 105;
const RADIOTAP: u32 = 127;

/// Every wrap.
pub fn wraps() -> Vec<Wrap> {
    let mut all = links();
    all.extend(tunnels());
    all.extend(wifi());
    all.extend(fragments());
    all
}

fn links() -> Vec<Wrap> {
    vec![
        each("Ethernet", ETHERNET, |p| ethernet(ip_type(p), p)),
        each("Ethernet, padded", ETHERNET, |p| [ethernet(ip_type(p), p), vec![0xee; 9]].concat()),
        each("VLAN", ETHERNET, |p| ethernet(0x8100, &vlan(42, ip_type(p), p))),
        each("QinQ", ETHERNET, |p| ethernet(0x88a8, &vlan(7, 0x8100, &vlan(42, ip_type(p), p)))),
        each("802.3 with SNAP", ETHERNET, |p| {
            let llc = snap(ip_type(p), p);
            [ethernet(llc.len() as u16, &llc), vec![0; 4]].concat()
        }),
        each("raw IP", RAW, <[u8]>::to_vec),
        each("cooked 1", 113, |p| {
            [&[0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &be(ip_type(p))[..], p].concat()
        }),
        each("cooked 2", 276, |p| {
            [&be(ip_type(p))[..], &[0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0], p]
                .concat()
        }),
        each("BSD loopback", 0, |p| [&[2, 0, 0, 0], p].concat()),
        each("OpenBSD loopback", 108, |p| [&[0, 0, 0, 2], p].concat()),
        each("PPP", 9, |p| [&[0x00, 0x21], p].concat()),
        each("PPP in HDLC", 9, |p| [&[0xff, 0x03, 0x00, 0x21], p].concat()),
        each("PPP, compressed", 9, |p| [&[0x21], p].concat()),
        each("PPP, serial", 50, |p| [&[0xff, 0x03, 0x00, 0x21], p].concat()),
        each("Cisco HDLC, serial", 50, |p| [&[0x0f, 0x00, 0x08, 0x00], p].concat()),
        each("Cisco HDLC", 104, |p| [&[0x8f, 0x00, 0x08, 0x00], p].concat()),
        each("PPP with direction", 204, |p| [&[0x01, 0xff, 0x03, 0x00, 0x21], p].concat()),
        each("PPP of pppd", 166, |p| [&[0x01, 0x03, 0x00, 0x21], p].concat()).rare(),
        each("PPPoE link", 51, pppoe),
        each("LLC over ATM", 100, |p| snap(ip_type(p), p)),
        each("MPLS link", 219, |p| [&label(77, true)[..], p].concat()).rare(),
        each("OpenBSD IPsec", 109, |p| [&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], p].concat()).rare(),
        each("netfilter log", 239, |p| {
            let prefix = [9, 0, 10, 0, b'm', b'q', b't', b't', 0, 0, 0, 0];
            let length = (p.len() as u16 + 4).to_le_bytes();
            [&[2, 0, 0, 5][..], &prefix, &length, &[9, 0], p].concat()
        }),
        each("netANALYZER", 240, |p| {
            [&[0, 0, 0, 0], &ethernet(ip_type(p), p)[..], &[0; 4]].concat()
        })
        .rare(),
        each("PKTAP", 258, |p| {
            let mut header = vec![0; 108];
            (header[0], header[4], header[8]) = (108, 1, 1);
            [header, ethernet(ip_type(p), p)].concat()
        }),
        each("PPI", 192, |p| [&[0, 0, 8, 0, 1, 0, 0, 0][..], &ethernet(ip_type(p), p)].concat())
            .rare(),
    ]
}

fn tunnels() -> Vec<Wrap> {
    vec![
        each("MPLS", ETHERNET, |p| ethernet(0x8847, &[&label(16, true)[..], p].concat())),
        each("MPLS, five labels", ETHERNET, |p| {
            let stack: Vec<u8> = (16..20).flat_map(|n| label(n, false)).collect();
            ethernet(0x8847, &[&stack[..], &label(20, true), p].concat())
        }),
        each("MPLS pseudowire", ETHERNET, |p| {
            ethernet(0x8847, &[&label(16, true)[..], &ethernet(ip_type(p), p)].concat())
        })
        .rare(),
        each("MPLS pseudowire, control word", ETHERNET, |p| {
            let word = [0, 0, 0, 9];
            ethernet(0x8847, &[&label(16, true)[..], &word, &ethernet(ip_type(p), p)].concat())
        })
        .rare(),
        each("PPPoE", ETHERNET, |p| ethernet(0x8864, &[pppoe(p), vec![0; 6]].concat())),
        each("PPPoE in VLAN", ETHERNET, |p| ethernet(0x8100, &vlan(7, 0x8864, &pppoe(p)))),
        each("IP in IP", RAW, |p| ipv4(4, p)),
        each("4in6", RAW, |p| ipv6(4, p)),
        each("6in4", RAW, |p| ipv4(41, &to_v6(p, &[]))).v6(),
        each("6in6", RAW, |p| ipv6(41, &to_v6(p, &[]))).v6(),
        each("IP in IP in IP", RAW, |p| ipv4(4, &ipv4(4, p))),
        each("GRE", RAW, |p| ipv4(47, &gre(0, &[], ip_type(p), p))),
        each("GRE with key", RAW, |p| ipv4(47, &gre(0x2000, &[0, 0, 0, 5], ip_type(p), p))),
        each("GRE with all", RAW, |p| {
            ipv4(47, &gre(0xb000, &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 9], ip_type(p), p))
        }),
        each("GRE in IPv6", RAW, |p| ipv6(47, &gre(0x1000, &[0, 0, 0, 9], ip_type(p), p))),
        each("GRE with MPLS", RAW, |p| {
            ipv4(47, &gre(0, &[], 0x8847, &[&label(99, true)[..], p].concat()))
        }),
        each("GRE with Ethernet", RAW, |p| {
            ipv4(47, &gre(0, &[], 0x6558, &ethernet(ip_type(p), p)))
        }),
        each("PPTP", RAW, |p| {
            let ppp = [&[0xff, 0x03, 0x00, 0x21], p].concat();
            let length = be(ppp.len() as u16);
            let rest = [&length[..], &[0, 7, 0, 0, 0, 1, 0, 0, 0, 2]].concat();
            ipv4(47, &gre(0x3081, &rest, 0x880b, &ppp))
        }),
        each("ERSPAN 1", RAW, |p| ipv4(47, &gre(0, &[], 0x88be, &ethernet(ip_type(p), p)))),
        each("ERSPAN 2", RAW, |p| {
            let data = [&[0x10, 5, 0, 7, 0, 0, 0, 1][..], &ethernet(ip_type(p), p)].concat();
            ipv4(47, &gre(0x1000, &[0, 0, 0, 1], 0x88be, &data))
        }),
        each("ERSPAN 3", RAW, |p| {
            let header = [0x20, 5, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0];
            let data = [&header[..], &ethernet(ip_type(p), p)].concat();
            ipv4(47, &gre(0x1000, &[0, 0, 0, 1], 0x22eb, &data))
        }),
        each("EtherIP", RAW, |p| ipv4(97, &[&[0x30, 0][..], &ethernet(ip_type(p), p)].concat())),
        each("MPLS in IP", RAW, |p| ipv4(137, &[&label(5, true)[..], p].concat())),
        each("VXLAN", ETHERNET, |p| ethernet(0x0800, &ipv4(17, &udp(4789, &vxlan(p))))),
        each("VXLAN, port of Linux", RAW, |p| ipv4(17, &udp(8472, &vxlan(p)))).rare(),
        each("VXLAN in IPv6", RAW, |p| ipv6(17, &udp(4789, &vxlan(p)))),
        each("VXLAN, generic", RAW, |p| {
            ipv4(17, &udp(4790, &[&[0x0c, 0, 0, 1, 0, 0, 42, 0], p].concat()))
        }),
        each("GENEVE", RAW, |p| {
            let header = [0x02, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 1, 0, 0, 0, 0];
            ipv4(17, &udp(6081, &[&header[..], &ethernet(ip_type(p), p)].concat()))
        }),
        each("GENEVE with IP", RAW, |p| {
            let kind = be(ip_type(p));
            ipv4(17, &udp(6081, &[&[0, 0], &kind[..], &[0, 0, 42, 0], p].concat()))
        }),
        each("GTP-U", RAW, |p| {
            let length = be(p.len() as u16);
            ipv4(17, &udp(2152, &[&[0x30, 0xff], &length[..], &[0, 0, 0, 9], p].concat()))
        }),
        each("GTP-U with extension", RAW, |p| {
            let length = be(p.len() as u16 + 8);
            let more = [0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 0, 0];
            ipv4(17, &udp(2152, &[&[0x34, 0xff], &length[..], &more, p].concat()))
        }),
        each("everything", ETHERNET, |p| {
            let inner = ethernet(0x8847, &[&label(16, true)[..], p].concat());
            let vxlan = [&[8, 0, 0, 0, 0, 0, 42, 0][..], &inner].concat();
            let ppp = pppoe(&ipv4(17, &udp(4789, &vxlan)));
            ethernet(0x88a8, &vlan(7, 0x8864, &ppp))
        }),
        each("IPv6", RAW, |p| to_v6(p, &[])).v6(),
        each("IPv6, all extension headers", RAW, |p| {
            to_v6(
                p,
                &[(0, 8), (60, 16), (43, 24), (51, 24), (60, 8), (135, 8), (139, 8), (140, 16)],
            )
        })
        .v6()
        .rare(),
        each("IPv6, options and routing", RAW, |p| to_v6(p, &[(0, 8), (43, 24), (60, 8)])).v6(),
        each("IPv4 with Authentication Header", RAW, |p| {
            let header = usize::from(p[0] & 0x0f) * 4;
            let ah = [&[p[9], 4, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1][..], &[0; 12]].concat();
            let mut out = [&p[..header], &ah, &p[header..]].concat();
            out[9] = 51;
            fix_length(out)
        }),
        each("IPv4 with options", RAW, |p| {
            let mut out = [&p[..20], &[1, 1, 1, 0], &p[20..]].concat();
            out[0] += 1;
            fix_length(out)
        }),
        each("offloaded: no length, no checksums", RAW, |p| {
            let mut out = p.to_vec();
            out[2..4].fill(0);
            out[10..12].fill(0);
            out[36..38].fill(0xab);
            out
        }),
    ]
}

fn wifi() -> Vec<Wrap> {
    vec![
        each("802.11, to the access point", WIFI, |p| dot11(0x08, 0x01, &[], &snap(ip_type(p), p))),
        each("802.11, from it", WIFI, |p| dot11(0x08, 0x02, &[], &snap(ip_type(p), p))),
        each("802.11, between them", WIFI, |p| {
            dot11(0x08, 0x03, &[2, 0, 0, 0, 0, 9], &snap(ip_type(p), p))
        }),
        each("802.11, ad hoc, QoS", WIFI, |p| dot11(0x88, 0x00, &[0, 0], &snap(ip_type(p), p))),
        each("802.11, QoS and HT", WIFI, |p| {
            dot11(0x88, 0x81, &[0, 0, 0, 0, 0, 0], &snap(ip_type(p), p))
        }),
        each("radiotap", RADIOTAP, |p| {
            [vec![0, 0, 8, 0, 0, 0, 0, 0], dot11(0x88, 0x01, &[0, 0], &snap(ip_type(p), p))]
                .concat()
        }),
        each("radiotap, time and check sequence", RADIOTAP, |p| {
            let mut header = vec![0, 0, 25, 0, 0x03, 0, 0, 0];
            header.extend([0; 8]);
            header.push(0x10);
            header.resize(25, 0);
            let frame = dot11(0x88, 0x02, &[0, 0], &snap(ip_type(p), p));
            [header, frame, vec![1, 2, 3, 4]].concat()
        }),
        each("radiotap, padded header, more fields", RADIOTAP, |p| {
            // Two words of fields; flags with the bit for padding behind the header.
            let header = [0, 0, 16, 0, 0x02, 0, 0, 0x80, 0, 0, 0, 0, 0x20, 0, 0, 0];
            let frame = dot11(0x88, 0x02, &[0, 0, 0xde, 0xad], &snap(ip_type(p), p));
            [&header[..], &frame].concat()
        }),
        each("PPI, 802.11", 192, |p| {
            [&[0, 0, 8, 0, 105, 0, 0, 0], &dot11(0x08, 0x01, &[], &snap(ip_type(p), p))[..]]
                .concat()
        }),
        each("Prism", 119, |p| {
            let mut header = vec![0x44, 0, 0, 0, 144, 0, 0, 0];
            header.resize(144, 0);
            [header, dot11(0x08, 0x01, &[], &snap(ip_type(p), p))].concat()
        })
        .rare(),
        each("AVS", 163, |p| {
            let mut header = vec![0x80, 0x21, 0x10, 0x01, 0, 0, 0, 64];
            header.resize(64, 0);
            [header, dot11(0x08, 0x01, &[], &snap(ip_type(p), p))].concat()
        }),
        Wrap {
            name: "802.11, two frames in one",
            link: WIFI,
            is_v6: false,
            is_common: true,
            make: Make::Pairs(|first, second| {
                let mut body = subframe(first);
                if let Some(second) = second {
                    body.resize(body.len().next_multiple_of(4), 0);
                    body.extend(subframe(second));
                }
                dot11(0x88, 0x01, &[0x80, 0], &body)
            }),
        },
    ]
}

fn fragments() -> Vec<Wrap> {
    vec![
        several("IPv4 fragments", RAW, |p, n| ipv4_fragments(p, n, 24)),
        several("IPv4 fragments, last first", RAW, |p, n| {
            ipv4_fragments(p, n, 16).into_iter().rev().collect()
        }),
        several("IPv4 fragments, each twice", RAW, |p, n| {
            ipv4_fragments(p, n, 24).into_iter().flat_map(|f| [f.clone(), f]).collect()
        }),
        several("IPv4 fragments, overlapping", RAW, |p, n| {
            // Cut at other places: equal bytes come twice.
            let mut all = ipv4_fragments(p, n, 32);
            let last = all.pop().unwrap();
            all.extend(ipv4_fragments(p, n, 24));
            all.push(last);
            all
        })
        .rare(),
        several("IPv4 fragments of a tunnel", RAW, |p, n| {
            ipv4_fragments(&ipv4(17, &udp(4789, &vxlan(p))), n, 48)
        }),
        several("IPv4 fragments of a tunnel with fragments", RAW, |p, n| {
            let inner = ipv4_fragments(p, n, 24);
            let outer =
                |(at, part): (usize, &Vec<u8>)| ipv4_fragments(&ipv4(4, part), n * 512 + at, 32);
            inner.iter().enumerate().flat_map(outer).collect()
        }),
        several("IPv6 fragments", RAW, |p, n| ipv6_fragments(&to_v6(p, &[]), n, 40)).v6(),
        several("IPv6 fragments, last first", RAW, |p, n| {
            ipv6_fragments(&to_v6(p, &[]), n, 24).into_iter().rev().collect()
        })
        .v6(),
        several("IPv6 fragments with options within", RAW, |p, n| {
            ipv6_fragments(&to_v6(p, &[(60, 16)]), n, 24)
        })
        .v6(),
        several("6in4, fragments of both", RAW, |p, n| {
            let inner = ipv6_fragments(&to_v6(p, &[]), n, 40);
            let outer =
                |(at, part): (usize, &Vec<u8>)| ipv4_fragments(&ipv4(41, part), n * 512 + at, 48);
            inner.iter().enumerate().flat_map(outer).collect()
        })
        .v6(),
    ]
}

fn be(value: u16) -> [u8; 2] {
    value.to_be_bytes()
}

/// The EtherType of an IP packet.
fn ip_type(packet: &[u8]) -> u16 {
    if packet[0] >> 4 == 6 { 0x86dd } else { 0x0800 }
}

/// An Ethernet frame.
pub fn ethernet(kind: u16, data: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], &be(kind)[..], data].concat()
}

fn vlan(id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    [&be(id)[..], &be(kind), data].concat()
}

fn snap(kind: u16, data: &[u8]) -> Vec<u8> {
    [&[0xaa, 0xaa, 0x03, 0, 0, 0], &be(kind)[..], data].concat()
}

fn label(label: u32, is_last: bool) -> [u8; 4] {
    (label << 12 | u32::from(is_last) << 8 | 64).to_be_bytes()
}

fn pppoe(packet: &[u8]) -> Vec<u8> {
    let length = be(packet.len() as u16 + 2);
    [&[0x11, 0, 0, 5], &length[..], &[0x00, 0x21], packet].concat()
}

fn gre(flags: u16, rest: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    [&be(flags)[..], &be(kind), rest, data].concat()
}

fn udp(port: u16, data: &[u8]) -> Vec<u8> {
    [&be(50_123)[..], &be(port), &be(data.len() as u16 + 8), &[0, 0], data].concat()
}

fn vxlan(packet: &[u8]) -> Vec<u8> {
    [&[8, 0, 0, 0, 0, 0, 42, 0], &ethernet(ip_type(packet), packet)[..]].concat()
}

/// An IPv4 packet around something.
pub fn ipv4(protocol: u8, data: &[u8]) -> Vec<u8> {
    let length = be(data.len() as u16 + 20);
    let start = [0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0];
    with_checksum([&start[..], &[192, 0, 2, 1, 192, 0, 2, 2], data].concat())
}

fn ipv6(next: u8, data: &[u8]) -> Vec<u8> {
    let length = be(data.len() as u16);
    let mut out = vec![0x60, 0, 0, 0, length[0], length[1], next, 64];
    for last in [0xa, 0xb] {
        out.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    [out.as_slice(), data].concat()
}

/// An IPv4 packet as one of IPv6, with extension headers of these numbers and lengths. Addresses
/// end in those of the IPv4 packet.
fn to_v6(packet: &[u8], extensions: &[(u8, usize)]) -> Vec<u8> {
    let header = usize::from(packet[0] & 0x0f) * 4;
    let mut next = packet[9];
    let mut data = packet[header..].to_vec();
    for (number, length) in extensions.iter().rev() {
        let units = if *number == 51 { length / 4 - 2 } else { length / 8 - 1 };
        let mut extension = vec![next, units as u8];
        match number {
            // Options: padding up to the end.
            0 | 60 => extension.extend([1, (length - 4) as u8]),
            _ => {}
        }
        extension.resize(*length, 0);
        data = [extension, data].concat();
        next = *number;
    }
    let mut out = ipv6(next, &data);
    out[20..24].copy_from_slice(&packet[12..16]);
    out[36..40].copy_from_slice(&packet[16..20]);
    out
}

fn fix_length(mut packet: Vec<u8>) -> Vec<u8> {
    let length = packet.len() as u16;
    packet[2..4].copy_from_slice(&be(length));
    with_checksum(packet)
}

/// An IPv4 packet with the right checksum of its header.
fn with_checksum(mut packet: Vec<u8>) -> Vec<u8> {
    let header = usize::from(packet[0] & 0x0f) * 4;
    packet[10..12].fill(0);
    let pairs = packet[..header].chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    let mut sum: u32 = pairs.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    packet[10..12].copy_from_slice(&(!(sum as u16)).to_be_bytes());
    packet
}

/// Parts of `size` bytes, a multiple of 8.
pub fn ipv4_fragments(packet: &[u8], id: usize, size: usize) -> Vec<Vec<u8>> {
    let header = usize::from(packet[0] & 0x0f) * 4;
    let (head, data) = packet.split_at(header);
    let count = data.len().div_ceil(size);
    let part = |(at, part): (usize, &[u8])| {
        let mut out = [head, part].concat();
        out[4..6].copy_from_slice(&be(id as u16 + 1));
        let more = if at + 1 < count { 0x2000 } else { 0 };
        out[6..8].copy_from_slice(&be(more | (at * size / 8) as u16));
        fix_length(out)
    };
    data.chunks(size).enumerate().map(part).collect()
}

fn ipv6_fragments(packet: &[u8], id: usize, size: usize) -> Vec<Vec<u8>> {
    let (head, data) = packet.split_at(40);
    let count = data.len().div_ceil(size);
    let part = |(at, part): (usize, &[u8])| {
        let place = (at * size) as u16 | u16::from(at + 1 < count);
        let fragment = [&[head[6], 0], &be(place)[..], &(id as u32 + 1).to_be_bytes()].concat();
        let mut out = [head, &fragment, part].concat();
        out[4..6].copy_from_slice(&be(part.len() as u16 + 8));
        out[6] = 44;
        out
    };
    data.chunks(size).enumerate().map(part).collect()
}

/// A frame of IEEE 802.11: both bytes of Frame Control, what stands behind the three addresses and
/// the sequence number, the rest.
fn dot11(kind: u8, flags: u8, behind: &[u8], data: &[u8]) -> Vec<u8> {
    let addresses = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 3]].concat();
    [&[kind, flags, 0, 0][..], &addresses, &[0x10, 0], behind, data].concat()
}

fn subframe(packet: &[u8]) -> Vec<u8> {
    let llc = snap(ip_type(packet), packet);
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], &be(llc.len() as u16)[..], &llc].concat()
}
