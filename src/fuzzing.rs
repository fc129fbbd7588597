//! What the fuzzers in `fuzz/` call: one function for each target, any bytes go in, and a panic
//! means that a promise of this library is broken. Behind the feature `fuzzing`.
//!
//! The promises: nothing panics; the leaves of a packet's tree cover every bit of it exactly once,
//! and children lie inside their parents; with nobody looking the decoder says the same; what is
//! repaired is legal; every format can write every record, and nothing in the lines of those for a
//! terminal can steer it.
//!
//! To add a target: a function here, and in `fuzz/` a file of the same name that calls it, a
//! `[[bin]]` for the file, and a folder of small inputs in `fuzz/corpus`.

mod checker;
mod text;
mod tls;

use crate::annotate::Tape;
use crate::capture::{Frame, LinkType, Source, from_reader};
use crate::carrier::signature::recognise;
use crate::carrier::websocket::WebSocket;
use crate::carrier::{Input, Layer, Output, explain};
use crate::mqtt::repair::repair;
use crate::mqtt::{Framing, Reading, decode, frame, infer};
use crate::mqttsn;
use crate::paste;
use crate::pipeline::{Inspector, PastedSettings, Settings, read_paste};
use crate::spec::{Sender, Version};
use crate::stream::Limits;
use std::io::Cursor;

use checker::{Checker, assert_tiles};
pub use text::{filter, log};
pub use tls::tls;

/// The bytes are one packet, or claim to be.
pub fn decoder(data: &[u8]) {
    let mut tape = Tape::new();
    for version in Version::ALL {
        for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
            let how = Reading { version, sender };
            tape.clear();
            let decoded = decode(data, how, &mut tape);
            assert_tiles(data, &tape);
            assert_eq!(decoded, decode(data, how, &mut ()), "the tape makes a difference");
        }
    }
    infer::infer(data, None, &mut [Tape::new(), Tape::new()]);
    for version in [Version::V311, Version::V5] {
        let how = Reading { version, sender: None };
        let Some(found) = repair(data, &[], how) else { continue };
        let mut rest = found.bytes.as_slice();
        while let Framing::Length(len) = frame(rest)
            && let Some((packet, behind)) = rest.split_at_checked(len)
        {
            assert_eq!(repair(packet, &[], how), None, "what is repaired is broken");
            rest = behind;
        }
        assert!(rest.is_empty(), "what is repaired ends within a packet");
    }
}

/// The bytes are a text that somebody pasted.
pub fn paste(data: &[u8]) {
    for lines in [false, true] {
        let paste = paste::parse_bytes(data, &paste::Options { lines });
        let settings = PastedSettings { lines, ..PastedSettings::default() };
        read_paste(&paste, settings, Checker::new()).end();
    }
}

/// The bytes are a capture file.
pub fn capture(data: &[u8]) {
    let Ok(mut source) = from_reader(Box::new(Cursor::new(data.to_vec()))) else {
        return;
    };
    let mut inspector = Inspector::new(Checker::new(), Settings::default());
    while let Ok(Some(frame)) = source.next_frame() {
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    inspector.into_consumer().end();
    for notice in source.notices() {
        assert!(!notice.to_string().is_empty(), "{notice:?}");
    }
}

/// The bytes are TCP segments of one connection, in any order and overlapping as they like. Each
/// has a header of four: flags (bit 7 is the direction, the lower six are TCP's), the low byte of
/// the sequence number, that of the acknowledgement, and the length of the payload behind them.
/// With bit 6 of the flags the acknowledgement is the high byte of the sequence number, and a
/// minute passes for each of it. All bounds are met once as they are, and once very low.
pub fn segments(data: &[u8]) {
    let limits = Limits { flows: 1, held_per_side: 700, held_in_all: 900, ..Limits::default() };
    let tight = Settings { limits, max_packet: 300, held_in_all: 400, ..Settings::default() };
    for settings in [Settings::default(), tight] {
        segments_with(data, settings);
    }
}

fn segments_with(data: &[u8], settings: Settings) {
    let mut inspector = Inspector::new(Checker::new(), settings);
    let mut passed: i64 = 0;
    let mut rest = data;
    let mut number: u64 = 0;
    while let Some(([flags, seq, ack, len], tail)) = rest.split_first_chunk::<4>() {
        let (payload, tail) = tail.split_at_checked(usize::from(*len)).unwrap_or((tail, &[]));
        rest = tail;
        number = number.saturating_add(1);
        let far = if flags & 0x40 == 0 { 0 } else { *ack };
        passed = passed.saturating_add(60_000_000_000_i64.saturating_mul(far.into()));
        let seq = u32::from(*seq) | u32::from(far) << 24;
        let packet = ip_packet(*flags, seq, u32::from(*ack), payload);
        let whole = raw_frame(number, &packet);
        let frame = Frame { time: whole.time.map(|time| time.saturating_add(passed)), ..whole };
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    inspector.into_consumer().end();
}

/// The bytes are what both sides of a WebSocket connection send. The first chooses how it begins:
/// with a request or in the middle; then follow pieces with a header of two: who sends it and
/// whether it is missing (bits 0 and 1), and its length.
pub fn websocket(data: &[u8]) {
    let Some((start, mut rest)) = data.split_first() else { return };
    let mut layer = if start & 1 == 0 { WebSocket::new() } else { WebSocket::mid_stream() };
    let mut below = [0_u64; 2];
    let mut tape = Tape::new();
    let mut check = |_: Sender, output: Output<'_>| match output {
        Output::Data { bytes, from, to } => assert!(!bytes.is_empty() && from < to),
        Output::Header { unit, bytes, .. } | Output::Unit { unit, bytes, .. } => {
            explain(unit, bytes, &mut tape);
            assert_tiles(bytes, &tape);
        }
        _ => {}
    };
    while let Some(([kind, len], tail)) = rest.split_first_chunk::<2>() {
        let (piece, tail) = tail.split_at_checked(usize::from(*len)).unwrap_or((tail, &[]));
        rest = tail;
        let (sender, at) = match (kind & 1, &mut below) {
            (0, [client, _]) => (Sender::Client, client),
            (_, [_, server]) => (Sender::Server, server),
        };
        let input = match kind & 2 {
            0 if piece.is_empty() => continue,
            0 => Input::Data(piece),
            _ => Input::Gap(Some(piece.len() as u64)),
        };
        *at = at.saturating_add(piece.len() as u64);
        layer.push(sender, input, &mut check);
        assert!(layer.needs_from(sender) <= *at, "bytes are needed that did not come");
        let _ = recognise(piece, kind & 4 != 0);
    }
    layer.finish(&mut check);
}

/// A frame that holds an IP packet whole, so many nanoseconds after 1970 as its number.
fn raw_frame(number: u64, packet: &[u8]) -> Frame<'_> {
    Frame {
        number,
        time: i64::try_from(number).ok(),
        link: LinkType::RAW,
        original_len: u32::try_from(packet.len()).unwrap_or(u32::MAX),
        interface: 0,
        file: 0,
        beside: None,
        data: packet,
    }
}

/// IPv4 and TCP headers before the payload; to port 1883, or from it.
fn ip_packet(flags: u8, seq: u32, ack: u32, payload: &[u8]) -> Vec<u8> {
    const HEADERS: u16 = 40;
    let (client, server) = ((1, 50_000u16), (2, 1883u16));
    let (from, to) = if flags & 0x80 == 0 { (client, server) } else { (server, client) };
    let len = HEADERS.saturating_add(u16::try_from(payload.len()).unwrap_or_default());
    // Near the end of the numbers, so that they wrap.
    let [seq, ack] = [seq, ack].map(|low| low.wrapping_sub(0x80).to_be_bytes());
    let ip: [&[u8]; 4] =
        [&[0x45, 0], &len.to_be_bytes(), &[0, 0, 0x40, 0, 64, 6, 0, 0], &[10, 0, 0, from.0]];
    let tcp: [&[u8]; 4] = [&from.1.to_be_bytes(), &to.1.to_be_bytes(), &seq, &ack];
    let tail: [&[u8]; 2] = [&[0x50, flags & 0x3f, 2, 0, 0, 0, 0, 0], payload];
    [ip.concat(), vec![10, 0, 0, to.0], tcp.concat(), tail.concat()].concat()
}

/// The bytes are datagrams of an MQTT-SN client and its gateway. Each has a header of two: the upper
/// bit of the first is the direction, the lower two say how many bytes were not captured; the second
/// is the length of the payload behind it. The first datagram is read as a message by itself too.
pub fn datagrams(data: &[u8]) {
    let mut inspector =
        Inspector::new(Checker::new(), Settings { sn_ports: vec![SN_PORT], ..Settings::default() });
    let mut rest = data;
    let mut number: u64 = 0;
    while let Some(([flags, len], tail)) = rest.split_first_chunk::<2>() {
        let (payload, tail) = tail.split_at_checked(usize::from(*len)).unwrap_or((tail, &[]));
        rest = tail;
        number = number.saturating_add(1);
        message(payload);
        let missing = u16::from(flags & 3);
        let packet = udp_packet(flags & 0x80 == 0, missing, payload);
        let there = raw_frame(number, &packet);
        let original_len = there.original_len.saturating_add(missing.into());
        let frame = Frame { original_len, ..there };
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    inspector.into_consumer().end();
}

/// The port of the gateway.
const SN_PORT: u16 = 2442;

fn message(data: &[u8]) {
    for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
        let mut tape = Tape::new();
        let decoded = mqttsn::decode(data, sender, &mut tape);
        assert_tiles(data, &tape);
        assert_eq!(decoded, mqttsn::decode(data, sender, &mut ()), "the tape makes a difference");
    }
    let all: usize = mqttsn::messages(data).map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(all, data.len(), "a byte is in no message");
}

/// IPv4 and UDP headers before the payload, of which `missing` bytes were not captured.
fn udp_packet(from_client: bool, missing: u16, payload: &[u8]) -> Vec<u8> {
    let (client, gateway) = ((1, 50_000u16), (2, SN_PORT));
    let (from, to) = if from_client { (client, gateway) } else { (gateway, client) };
    let udp_len = u16::try_from(payload.len()).unwrap_or_default().saturating_add(missing);
    let udp_len = udp_len.saturating_add(8);
    let ip_len = udp_len.saturating_add(20);
    let ip: [&[u8]; 4] =
        [&[0x45, 0], &ip_len.to_be_bytes(), &[0, 0, 0x40, 0, 64, 17, 0, 0], &[10, 0, 0, from.0]];
    let udp: [&[u8]; 4] =
        [&from.1.to_be_bytes(), &to.1.to_be_bytes(), &udp_len.to_be_bytes(), &[0, 0]];
    [ip.concat(), vec![10, 0, 0, to.0], udp.concat(), payload.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// The committed inputs of each target, without a fuzzer.
    #[test]
    fn the_corpus_passes() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        if !corpus.exists() {
            eprintln!("SKIPPED: fuzz/corpus is not part of a packed crate");
            return;
        }
        type Target = fn(&[u8]);
        let targets: [(&str, Target); 9] = [
            ("decoder", super::decoder),
            ("paste", super::paste),
            ("capture", super::capture),
            ("segments", super::segments),
            ("datagrams", super::datagrams),
            ("websocket", super::websocket),
            ("tls", super::tls),
            ("filter", super::filter),
            ("log", super::log),
        ];
        for (name, target) in targets {
            let files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().collect();
            assert!(!files.is_empty(), "{name}");
            for file in files {
                target(&fs::read(file.unwrap().path()).unwrap());
            }
        }
    }
}
