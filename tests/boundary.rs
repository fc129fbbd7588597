//! How well a packet's boundary is found in bytes that are not known to have one: what is invented
//! in bytes that hold none, and how soon the packets of real streams are found from any byte on.
//! The figures stand in the documentation of `mqtt::boundary`.

mod support;

use mqttscope::mqtt::framer::{Framed, Framer};
use mqttscope::mqtt::{Framing, frame};
use mqttscope::spec::Sender;
use support::streams::{Side, clean_streams};

/// A multiplicative generator: the same bytes in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 8) as u8).collect()
    }
}

/// What a framer that knows nothing finds in a stream, cut in segments: offsets and lengths of the
/// packets, and how many bytes it was at most behind.
fn found(sender: Option<Sender>, bytes: &[u8], segment: usize) -> (Vec<(usize, usize)>, usize) {
    let mut framer = Framer::new(false, 1 << 20);
    framer.expect(sender, None);
    let (mut packets, mut behind, mut taken) = (Vec::new(), 0, 0);
    let mut emit = |framed: Framed<'_>| {
        if let Framed::Packet { offset, bytes, .. } = framed {
            packets.push((offset as usize, bytes.len()));
        }
    };
    for piece in bytes.chunks(segment) {
        framer.data(piece, &mut emit);
        taken += piece.len();
        behind = behind.max(taken - framer.offset() as usize);
    }
    framer.end(&mut emit);
    (packets, behind)
}

/// Megabytes of each kind: a debug build reads a few a second.
const MIB: usize = if cfg!(debug_assertions) { 1 } else { 16 };

#[test]
fn random_bytes_hold_no_packet() {
    let mut noise = Noise(7);
    for _ in 0..MIB {
        let bytes = noise.bytes(1 << 20);
        for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
            let (packets, behind) = found(sender, &bytes, 1_460);
            assert_eq!(packets, []);
            assert!(behind < 300_000, "{behind} bytes behind");
        }
    }
}

#[test]
fn text_holds_no_packet() {
    let code = include_str!("boundary.rs").as_bytes();
    let json: String = (0..MIB * 2_000)
        .map(|n| {
            format!("{{\"n\":{n},\"topic\":\"a/b/{n}\",\"value\":0.{n},\"on\":[0,1,null]}}\r\n")
        })
        .collect();
    let prose = "0123456789 @P`pb \u{430}\u{431}\u{e0}\u{d0}\u{3c9}\u{20ac}, und so weiter\n"
        .repeat(MIB * 900);
    for text in [code, json.as_bytes(), prose.as_bytes()] {
        for segment in [1, 7, 536, 1_460, 65_535] {
            let (packets, _) = found(None, text, segment);
            assert_eq!(packets, [], "in segments of {segment}");
        }
    }
}

#[test]
fn patterns_hold_no_packet() {
    let samples = |step: u16| -> Vec<u8> {
        (0..MIB as u32 * 20_000)
            .flat_map(|n| ((n as u16).wrapping_mul(step)).to_le_bytes())
            .collect()
    };
    let mut kinds: Vec<(String, Vec<u8>)> =
        [1, 3, 0x00c0, 0x0140].map(|step| (format!("step {step}"), samples(step))).to_vec();
    for pattern in [
        &[0x00][..],
        &[0xff],
        &[0x30],
        &[0xc0, 0x00],
        &[0xd0, 0],
        &[0xe0, 0],
        &[0x40, 2, 0, 1],
        &[0x30, 0x03, 0x00, 0x01],
        &[0x30, 0x05, 0x00, 0x03],
        &[0, 0, 0, 0x40, 0x02],
    ] {
        kinds.push((format!("{pattern:02x?}"), pattern.repeat(MIB * 40_000 / pattern.len())));
    }
    for (name, bytes) in kinds {
        // Where a segment begins with the pattern is up to its length.
        for segment in [535, 1_460] {
            let (packets, _) = found(None, &bytes[3..], segment);
            assert_eq!(packets.len(), 0, "{name} in segments of {segment}: {packets:?}");
        }
    }
}

/// Bytes in which every place may be one: what is done for each of them is bounded.
#[test]
fn no_input_takes_long() {
    let nested: Vec<u8> = (0..MIB as u32 * 10_000)
        .flat_map(|n| [0x82, 0xff, 0x7f, (n >> 8) as u8, n as u8, 0, 9])
        .collect();
    let subscribe = [&[0x82, 0xfe, 0x7f, 0, 1][..], &[0, 1, b'a', 0].repeat(4_095)].concat();
    for bytes in [
        [0xc0, 0].repeat(MIB * 5_000),
        [0x30, 0xff, 0x7f, 0, 1, b'a'].repeat(MIB * 6_000),
        [0x30, 0xff, 0xff, 0x03, 0, 1, b'a'].repeat(MIB * 6_000),
        [0x40, 2, 0, 1, 0x40, 2, 0, 2].repeat(MIB * 5_000),
        nested,
        subscribe[5..].repeat(MIB * 6),
        [0x90, 0x7f, 0, 1, 0].repeat(MIB * 5_000),
    ] {
        for segment in [1, 100, 65_535] {
            let start = std::time::Instant::now();
            found(None, &bytes, segment);
            let took = start.elapsed().as_secs_f64() * 1e6 / bytes.len() as f64;
            // A debug build on a busy machine is slow; a quadratic one would take seconds a byte.
            let bound = if cfg!(debug_assertions) { 2_000.0 } else { 20.0 };
            assert!(
                took < bound,
                "{took} us a byte in segments of {segment}: {:02x?}",
                &bytes[..8]
            );
        }
    }
}

/// Where packets begin in a stream that begins with one.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let (mut at, mut list) = (0, Vec::new());
    while let Framing::Length(len) = frame(&bytes[at..]) {
        if at + len > bytes.len() {
            break;
        }
        list.push(at);
        at += len;
    }
    list
}

#[test]
fn real_streams_are_found_from_any_byte_on() {
    let (mut starts, mut invented, mut missed) = (0_usize, 0_usize, [0_usize; 6]);
    for stream in clean_streams() {
        for side in [Side::Client, Side::Server] {
            let (bytes, segments) = stream.side(side);
            let real = boundaries(bytes);
            let sender = if side == Side::Client { Sender::Client } else { Sender::Server };
            // Long streams are begun at each place of their first part.
            for cut in 1..bytes.len().min(if cfg!(debug_assertions) { 300 } else { 4_000 }) {
                let packets = found_in(sender, bytes, segments, cut);
                starts += 1;
                for at in packets.iter().filter(|at| real.binary_search(at).is_err()) {
                    println!(
                        "{} {side:?} from {cut}: none begins at {at}: {:02x?}",
                        stream.name,
                        &bytes[*at..(*at + 40).min(bytes.len())]
                    );
                    invented += 1;
                }
                let whole = real.iter().filter(|at| **at >= cut && **at < cut + 8_000);
                let lost = whole.clone().take_while(|at| Some(*at) != packets.first()).count();
                if whole.count() > 0 {
                    missed[lost.min(5)] += 1;
                }
            }
        }
    }
    let some: usize = missed.iter().sum();
    println!(
        "{starts} starts, {invented} packets invented; packets missed 0..5+: {missed:?} of {some}"
    );
    assert_eq!(invented, 0);
    assert!(missed[0] * 10 >= some * 9, "{missed:?} of {some}");
}

/// The offsets of what is found where the first `cut` bytes of a stream are not there.
fn found_in(sender: Sender, bytes: &[u8], segments: &[usize], cut: usize) -> Vec<usize> {
    let mut framer = Framer::new(false, 1 << 20);
    framer.expect(Some(sender), None);
    let mut packets = Vec::new();
    let mut emit = |framed: Framed<'_>| {
        if let Framed::Packet { offset, .. } = framed {
            packets.push(offset as usize + cut);
        }
    };
    let ends = segments.iter().copied().filter(|end| *end > cut);
    let mut from = cut;
    for to in ends {
        framer.data(&bytes[from..to], &mut emit);
        from = to;
        // What comes much later was begun at many other bytes.
        if from > cut + 8_000 {
            break;
        }
    }
    framer.end(&mut emit);
    packets
}

/// The payload of a large PUBLISH is a capture file, of which only the tail is there: its packets
/// stand between the headers of frames, which betray them.
#[test]
fn captures_in_a_payload_are_mostly_left_alone() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let (mut runs, mut inside, mut shown) = (0_usize, 0_usize, 0_usize);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "pcap") {
            continue;
        }
        let file = std::fs::read(path).unwrap();
        let (frames, _) = support::read(&file);
        for from in (1..file.len()).step_by(file.len() / 8) {
            runs += 1;
            // A frame with payload has at least one packet.
            inside += frames.iter().filter(|frame| frame.data.len() > 70).count() / 2;
            shown += found(None, &file[from..], 1_460).0.len();
        }
    }
    println!("{runs} runs, some {inside} packets inside, {shown} shown");
    assert!(inside > 1_000 && shown * 15 < inside, "{shown} of {inside}");
}
