//! Frames and capture files made by hand, for the tests that need odd ones.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test program is a crate that uses a part of it"
)]

pub mod agree;
pub mod clients;
pub mod conversation;
pub mod damage;
pub mod diff;
pub mod outside;
pub mod pdml;
pub mod program;
pub mod streams;
pub mod wrap;

use etherparse::PacketBuilder;
use mqttscope::capture::{CaptureError, Frame, LinkType, Source, from_reader};
use std::path::{Path, PathBuf};

/// Rules that rest on both directions, or on other connections: a finding of one needs a proof of
/// the order, which damage may take away.
pub const IN_ORDER: &[&str] = &[
    "packet-id-in-use",
    "packet-id-in-use-unseen",
    "old-session-resent",
    "sent-again",
    "dup-without-first",
    "resent-without-dup",
    "same-without-dup",
    "resent-unseen",
    "publish-after-pubrel",
    "publish-after-pubrel-unseen",
    "retried",
    "pubrel-early",
    "pubrel-unknown",
    "pubrel-refused",
    "ack-twice",
    "ack-wrong",
    "ack-unasked",
    "pingresp-unasked",
    "receive-maximum-exceeded",
    "packet-above-maximum",
    "alias-above-maximum",
    // Told in its place where the maximum is not proved.
    "alias-unknown",
    "qos-above-maximum",
    "retain-unavailable",
    "wildcard-unavailable",
    "shared-unavailable",
    "subscription-id-unavailable",
    "no-subscription",
    "delivered-twice",
    "copy-missed",
    "copy-lost",
    "will-missed",
    "qos-above-granted",
    "subscription-id-unknown",
    "takes-over",
    "take-over-war",
    "taken-over-again",
    "session-revived",
    "session-lost",
    "session-unexplained",
];

/// The recordings of this project.
pub fn recordings() -> Vec<PathBuf> {
    captures_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"))
}

/// The captures of a folder, by their names.
pub fn captures_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_capture =
        |path: &PathBuf| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng");
    let mut files: Vec<_> = entries.filter(is_capture).collect();
    files.sort();
    files
}

/// A TCP segment to build a frame from.
#[derive(Clone, Debug)]
pub struct Tcp {
    pub from_client: bool,
    pub client_port: u16,
    pub seq: u32,
    pub ack: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    pub payload: Vec<u8>,
}

impl Tcp {
    pub fn client(seq: u32, payload: &[u8]) -> Self {
        Self {
            from_client: true,
            client_port: 50_000,
            seq,
            ack: None,
            syn: false,
            fin: false,
            rst: false,
            payload: payload.to_vec(),
        }
    }

    pub fn server(seq: u32, ack: u32, payload: &[u8]) -> Self {
        Self { from_client: false, ack: Some(ack), ..Self::client(seq, payload) }
    }

    pub fn syn(self) -> Self {
        Self { syn: true, ..self }
    }

    pub fn fin(self) -> Self {
        Self { fin: true, ..self }
    }

    pub fn rst(self) -> Self {
        Self { rst: true, ..self }
    }

    /// IPv4 without a link header.
    pub fn ip(&self) -> Vec<u8> {
        let (src, dst) = ([10, 0, 0, 1], [10, 0, 0, 2]);
        let (src, dst) = if self.from_client { (src, dst) } else { (dst, src) };
        let (sport, dport) = (self.client_port, 1883);
        let (sport, dport) = if self.from_client { (sport, dport) } else { (dport, sport) };
        let mut builder = PacketBuilder::ipv4(src, dst, 64).tcp(sport, dport, self.seq, 512);
        if let Some(ack) = self.ack {
            builder = builder.ack(ack);
        }
        if self.syn {
            builder = builder.syn();
        }
        if self.fin {
            builder = builder.fin();
        }
        if self.rst {
            builder = builder.rst();
        }
        let mut bytes = Vec::new();
        builder.write(&mut bytes, &self.payload).unwrap();
        bytes
    }

    /// With an Ethernet header before it.
    pub fn ethernet(&self) -> Vec<u8> {
        [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0], self.ip().as_slice()].concat()
    }
}

/// A UDP datagram in IPv4, without a link header.
pub fn datagram((src, src_port): (u8, u16), (dst, dst_port): (u8, u16), payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4([10, 0, 0, src], [10, 0, 0, dst], 64).udp(src_port, dst_port);
    let mut bytes = Vec::new();
    builder.write(&mut bytes, payload).unwrap();
    bytes
}

/// A frame that holds these bytes whole.
pub fn frame(link: u32, data: &[u8]) -> Frame<'_> {
    Frame {
        number: 1,
        time: Some(0),
        link: LinkType(link),
        original_len: data.len() as u32,
        interface: 0,
        file: 0,
        beside: None,
        data,
    }
}

/// A pcap file: little-endian, microseconds, a frame every millisecond.
pub fn pcap(link: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    pcap_with(link, frames, false, 0xa1b2_c3d4, 1000)
}

/// A pcap file of any byte order and resolution.
pub fn pcap_with(link: u32, frames: &[Vec<u8>], big: bool, magic: u32, step: u32) -> Vec<u8> {
    let u32s = |values: &[u32]| words(values, big);
    let mut file = u32s(&[magic, if big { 0x0002_0004 } else { 0x0004_0002 }, 0, 0, 262_144, link]);
    for (index, frame) in frames.iter().enumerate() {
        let len = frame.len() as u32;
        file.extend(u32s(&[100, index as u32 * step, len, len]));
        file.extend(frame);
    }
    file
}

/// The same of frames of which no more than `snap` bytes were captured.
pub fn cut_pcap<'f>(link: u32, frames: impl Iterator<Item = &'f [u8]>, snap: usize) -> Vec<u8> {
    let mut file = pcap(link, &[]);
    for (index, frame) in frames.enumerate() {
        let there = frame.get(..snap).unwrap_or(frame);
        let (len, whole) = (there.len() as u32, frame.len() as u32);
        file.extend(words(&[100, index as u32 * 1000, len, whole], false));
        file.extend(there);
    }
    file
}

/// A pcapng block: its body is padded.
pub fn block(kind: u32, body: &[u8], big: bool) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = padded as u32 + 12;
    let mut bytes = words(&[kind, length], big);
    bytes.extend(body);
    bytes.resize(8 + padded, 0);
    bytes.extend(words(&[length], big));
    bytes
}

/// A section header.
pub fn section(big: bool) -> Vec<u8> {
    let mut body = words(&[0x1a2b_3c4d, if big { 0x0001_0000 } else { 1 }], big);
    body.extend([0xff; 8]);
    block(0x0a0d_0d0a, &body, big)
}

/// An interface of a link type, with options as they stand in the file.
pub fn interface(link: u16, snap_len: u32, options: &[u8], big: bool) -> Vec<u8> {
    let mut body = if big { link.to_be_bytes() } else { link.to_le_bytes() }.to_vec();
    body.extend([0, 0]);
    body.extend(words(&[snap_len], big));
    body.extend(options);
    block(1, &body, big)
}

/// An enhanced packet.
pub fn enhanced(interface: u32, time: u64, data: &[u8], big: bool) -> Vec<u8> {
    let len = data.len() as u32;
    let mut body = words(&[interface, (time >> 32) as u32, time as u32, len, len], big);
    body.extend(data);
    block(6, &body, big)
}

pub fn words(values: &[u32], big: bool) -> Vec<u8> {
    let bytes = |v: &u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    values.iter().flat_map(bytes).collect()
}

/// A frame that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    pub number: u64,
    pub time: Option<i64>,
    pub link: u32,
    pub original_len: u32,
    pub interface: u32,
    pub file: u16,
    pub data: Vec<u8>,
}

/// All frames of a source, and the errors that came after them.
pub fn drain(source: &mut dyn Source) -> (Vec<Owned>, Vec<CaptureError>) {
    let (mut frames, mut errors) = (Vec::new(), Vec::new());
    loop {
        match source.next_frame() {
            Ok(Some(f)) => {
                assert!(errors.is_empty(), "a frame after an error");
                frames.push(Owned {
                    number: f.number,
                    time: f.time,
                    link: f.link.0,
                    original_len: f.original_len,
                    interface: f.interface,
                    file: f.file,
                    data: f.data.to_vec(),
                });
            }
            Ok(None) => return (frames, errors),
            Err(error) => errors.push(error),
        }
    }
}

/// All frames of a capture file in memory.
pub fn read(file: &[u8]) -> (Vec<Owned>, Vec<CaptureError>) {
    match from_reader(Box::new(std::io::Cursor::new(file.to_vec()))) {
        Ok(mut source) => drain(&mut source),
        Err(error) => (Vec::new(), vec![error]),
    }
}
