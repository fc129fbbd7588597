//! Frames: every link, every shorter length, and what cut and padded frames yield.

mod support;

use mqttscope::capture::Frame;
use mqttscope::net::{
    Counters, Layers, LinkLayer, Net, Reason, Skip, TcpLayer, Transport, describe,
};
use support::{Tcp, frame};

/// A segment that owns what it holds.
#[derive(Debug, PartialEq)]
struct Segment {
    layers: Layers,
    tcp: TcpLayer,
    payload: Vec<u8>,
    src: String,
}

fn segment(frame: &Frame<'_>) -> Result<Segment, Skip> {
    match Net::default().packet(frame)? {
        Transport::Tcp(segment) => Ok(Segment {
            layers: *segment.layers,
            tcp: segment.tcp,
            payload: segment.payload.to_vec(),
            src: segment.src().to_string(),
        }),
        Transport::Udp(_) => Err(Skip::NotTcp(mqttscope::net::UDP)),
    }
}

fn segment_of(link: u32, header: &[u8], packet: &[u8]) -> Vec<u8> {
    let data = [header, packet].concat();
    let frame = frame(link, &data);
    let got = segment(&frame).unwrap_or_else(|skip| panic!("link {link}: {skip}"));
    assert_eq!(got.src, "10.0.0.1:50000");
    got.payload
}

const MACS: [u8; 12] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

fn links() -> Vec<(u32, Vec<u8>)> {
    let ethernet = |tail: &[u8]| [&MACS, tail].concat();
    let mut cooked1 = vec![0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
    let cooked1_vlan = [cooked1.as_slice(), &[0x81, 0, 0, 5, 8, 0]].concat();
    cooked1.extend([8, 0]);
    vec![
        (1, ethernet(&[8, 0])),
        (1, ethernet(&[0x81, 0, 0xa0, 42, 8, 0])),
        (1, ethernet(&[0x88, 0xa8, 0, 7, 0x81, 0, 0, 42, 8, 0])),
        (1, ethernet(&[0x91, 0, 0, 7, 0x81, 0, 0, 42, 8, 0])),
        (113, cooked1),
        (113, cooked1_vlan),
        (276, vec![8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0]),
        (0, vec![2, 0, 0, 0]),
        (0, vec![0, 0, 0, 2]),
        (108, vec![0, 0, 0, 2]),
        (12, vec![]),
        (14, vec![]),
        (101, vec![]),
        (228, vec![]),
    ]
}

#[test]
fn every_link_is_read() {
    let packet = Tcp::client(7, b"payload").ip();
    for (link, header) in links() {
        assert_eq!(segment_of(link, &header, &packet), b"payload", "link {link} {header:?}");
    }
}

#[test]
fn ipv6_is_read_with_extension_headers() {
    let mut tcp = Vec::new();
    etherparse::TcpHeader::new(50_000, 1883, 7, 1).write(&mut tcp).unwrap();
    tcp.extend(b"payload");
    let header = |next: u8, len: usize| {
        let mut ip = vec![0x60, 0, 0, 0, 0, len as u8, next, 64];
        ip.extend([0; 15]);
        ip.push(1);
        ip.extend([0; 15]);
        ip.push(2);
        ip
    };
    let plain = [header(6, tcp.len()), tcp.clone()].concat();
    let options = [header(0, tcp.len() + 8), vec![6, 0, 1, 4, 0, 0, 0, 0], tcp.clone()].concat();
    for packet in [plain, options] {
        let frame = frame(229, &packet);
        let got = segment(&frame).unwrap();
        assert_eq!(
            (got.payload.as_slice(), got.src.as_str()),
            (b"payload".as_slice(), "[::1]:50000")
        );
    }
    let fragment = [header(44, tcp.len() + 8), vec![6, 0, 0, 1, 0, 0, 0, 9], tcp].concat();
    assert_eq!(segment(&frame(229, &fragment)), Err(Skip::Fragment));
}

#[test]
fn every_shorter_length_yields_a_part_or_a_reason() {
    for (link, header) in links() {
        let data = [header.as_slice(), &Tcp::client(7, b"payload").ip()].concat();
        for length in 0..data.len() {
            let mut cut = frame(link, &data[..length]);
            cut.original_len = data.len() as u32;
            match segment(&cut) {
                Ok(Segment { tcp, payload, .. }) => {
                    assert!(length >= header.len() + 40);
                    assert_eq!(payload, &b"payload"[..length - header.len() - 40]);
                    assert_eq!((tcp.len, tcp.missing as usize), (7, 7 - payload.len()));
                }
                Err(Skip::Cut { needed, available, .. }) => assert!(available < needed),
                Err(other) => panic!("link {link}, length {length}: {other}"),
            }
        }
    }
}

#[test]
fn every_changed_byte_is_survived() {
    for (link, header) in links() {
        let data = [header.as_slice(), &Tcp::client(7, b"payload").ip()].concat();
        for at in 0..data.len() {
            for value in 0..=255 {
                let mut damaged = data.clone();
                damaged[at] = value;
                match segment(&frame(link, &damaged)) {
                    Ok(segment) => {
                        assert!(describe(&segment.layers).all(|layer| !layer.words().is_empty()));
                    }
                    Err(skip) => assert!(!skip.to_string().is_empty()),
                }
            }
        }
    }
}

#[test]
fn padding_is_not_payload_and_a_length_of_zero_means_the_whole_frame() {
    let mut packet = Tcp::client(7, b"").ip();
    packet.extend([0xee; 6]);
    assert!(segment_of(101, &[], &packet).is_empty());
    let mut offloaded = Tcp::client(7, b"payload").ip();
    offloaded[2..4].fill(0);
    assert_eq!(segment_of(101, &[], &offloaded), b"payload");
    let mut cut = frame(101, &offloaded[..44]);
    cut.original_len = 47;
    assert_eq!(segment(&cut).unwrap().tcp.missing, 3);
    cut.original_len = u32::MAX;
    assert_eq!(segment(&cut).unwrap().tcp.missing, 0, "a length that no frame has");
}

#[test]
fn a_header_cut_within_its_options_still_counts() {
    let mut packet = Tcp::client(7, b"").ip();
    packet.extend([1; 12]);
    packet.extend(b"payload");
    packet[32] = 0x80;
    packet[2..4].copy_from_slice(&59_u16.to_be_bytes());
    let mut cut = frame(101, &packet[..44]);
    cut.original_len = 59;
    let tcp = segment(&cut).unwrap().tcp;
    assert_eq!((tcp.seq, tcp.len, tcp.missing), (7, 7, 7));
}

#[test]
fn what_is_passed_over_is_counted_by_reason() {
    let arp = [&MACS[..], &[8, 6, 0, 1]].concat();
    let mut udp = Tcp::client(7, b"").ip();
    udp[9] = 17;
    let mut fragment = Tcp::client(7, b"").ip();
    fragment[6] = 0x20;
    let mut short = Tcp::client(7, b"").ip();
    short[2..4].copy_from_slice(&[0, 19]);
    let appletalk = vec![0, 0, 0, 16, 1, 2];
    let mut counters = Counters::default();
    for (number, (link, data)) in (1..).zip([
        (1, &arp),
        (101, &udp),
        (101, &fragment),
        (9999, &arp),
        (1, &arp),
        (108, &appletalk),
        (101, &short),
    ]) {
        counters.add(number, segment(&frame(link, data)).unwrap_err());
    }
    let rows: Vec<_> =
        counters.rows().map(|row| (row.frames, row.first_frame, row.example.to_string())).collect();
    assert_eq!(counters.frames(), 7);
    assert_eq!(
        rows,
        [
            (1, 4, "link type 9999 is not read".to_owned()),
            (2, 1, "not IP: ARP (0x0806)".to_owned()),
            (1, 6, "not IP: protocol family 16".to_owned()),
            (1, 2, "not TCP: UDP (IP protocol 17)".to_owned()),
            (1, 3, "a fragment of an IP packet".to_owned()),
            (
                1,
                7,
                "malformed IP: Total Length 19 is shorter than the header of 20 bytes".to_owned()
            ),
        ]
    );
    assert_eq!(Skip::Fragment.reason(), Reason::Fragment);
}

#[test]
fn headers_are_told_in_one_line_each() {
    let data = [&MACS[..], &[0x81, 0, 0xa0, 42, 8, 0], &Tcp::server(7, 9, b"hi").ip()].concat();
    let frame = frame(1, &data);
    let got = segment(&frame).unwrap();
    let LinkLayer::Ethernet { vlans, .. } = got.layers.link else { panic!("not Ethernet") };
    assert_eq!(vlans.as_slice().len(), 1);
    assert_eq!(
        describe(&got.layers).map(|layer| layer.words()).collect::<Vec<_>>(),
        [
            "Ethernet 02:00:00:00:00:01 -> 02:00:00:00:00:02, VLAN 42 (priority 5)",
            "IPv4 10.0.0.2 -> 10.0.0.1, TTL 64, id 0x0000, DF, total length 42",
            "TCP 1883 -> 50000, ACK, seq 7, ack 9, window 512, 2 bytes",
        ]
    );
}
