//! What hostile or unlucky traffic may cost is bounded, and what the bounds cost is told: nothing is
//! dropped in silence.

mod support;

use mqttscope::capture::Frame;
use mqttscope::mqtt::framer::{Framed, Framer, Why};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::stream::Limits;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use support::Tcp;
use support::conversation::packet;

/// How often each type of record, and each rule, was told.
#[derive(Default)]
struct Counts {
    kinds: BTreeMap<&'static str, usize>,
    rules: BTreeMap<&'static str, usize>,
}

impl Consumer for Counts {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        *self.kinds.entry(record.type_name()).or_default() += 1;
        for finding in record.tape.findings() {
            *self.rules.entry(finding.info().id).or_default() += 1;
        }
        ControlFlow::Continue(())
    }
}

impl Counts {
    fn of(&self, name: &str) -> usize {
        self.kinds.get(name).or(self.rules.get(name)).copied().unwrap_or(0)
    }
}

const SECOND: i64 = 1_000_000_000;

struct Run {
    inspector: Inspector<Counts>,
    frames: u64,
    time: i64,
}

impl Run {
    fn new(settings: Settings) -> Self {
        Self { inspector: Inspector::new(Counts::default(), settings), frames: 0, time: SECOND }
    }

    fn send(&mut self, port: u16, segment: Tcp) {
        let data = Tcp { client_port: port, ..segment }.ip();
        self.frames += 1;
        self.time += 1_000;
        let (number, time) = (self.frames, Some(self.time));
        let frame = Frame { number, time, ..support::frame(101, &data) };
        assert!(self.inspector.frame(&frame).is_continue());
    }

    /// Opens a connection; the sequence number behind its CONNECT.
    fn open(&mut self, port: u16) -> u32 {
        let connect = packet(0x10, b"\0\x04MQTT\x04\x02\0\0\0\x01c");
        self.send(port, Tcp::client(0, b"").syn());
        self.send(port, Tcp::client(1, &connect));
        1 + connect.len() as u32
    }
}

/// A PUBLISH that claims the longest Remaining Length there is.
const ENDLESS: &[u8] = b"\x30\xff\xff\xff\x7f\0\x03a/b";

#[test]
fn a_thousand_connections_with_an_early_hole_each_tell_it_and_go_on() {
    let limits = Limits { held_in_all: 4 << 20, ..Limits::default() };
    let mut run = Run::new(Settings { limits, ..Settings::default() });
    let publish = packet(0x30, &[b"\0\x03a/b", [b'x'; 1_400].as_slice()].concat());
    let len = publish.len() as u32;
    let ports = 10_000..11_000;
    let starts: Vec<u32> = ports.clone().map(|port| run.open(port)).collect();
    for nth in 1..9 {
        for (port, start) in ports.clone().zip(&starts) {
            run.send(port, Tcp::client(start + nth * len, &publish));
        }
    }
    // Long before the end the bound has made most of them give up their hole.
    let told = run.inspector.losses().gaps;
    assert!(told > 500, "{told}");
    run.inspector.finish();
    assert_eq!(run.inspector.losses().gaps, 1_000);
    assert_eq!(run.inspector.losses().gap_bytes, 1_000 * u64::from(len));
    let counts = run.inspector.into_consumer();
    assert_eq!(counts.of("PUBLISH"), 8_000);
    assert_eq!(counts.of("lost-before"), 1_000);
    assert_eq!(counts.of("UNDECODED"), 0);
}

#[test]
fn a_packet_that_never_comes_is_told_with_what_there_is() {
    let mut run = Run::new(Settings::default());
    let start = run.open(10_000);
    run.send(10_000, Tcp::client(start, ENDLESS));
    run.inspector.finish();
    let counts = run.inspector.into_consumer();
    assert_eq!((counts.of("PUBLISH"), counts.of("stream-ends")), (1, 1));
}

#[test]
fn of_a_packet_longer_than_may_be_held_the_beginning_is_told() {
    let mut run = Run::new(Settings { max_packet: 100_000, ..Settings::default() });
    let mut seq = run.open(10_000);
    run.send(10_000, Tcp::client(seq, ENDLESS));
    seq += ENDLESS.len() as u32;
    for _ in 0..40 {
        run.send(10_000, Tcp::client(seq, &[b'y'; 50_000]));
        seq += 50_000;
    }
    run.inspector.finish();
    let counts = run.inspector.into_consumer();
    assert_eq!((counts.of("PUBLISH"), counts.of("packet-too-large")), (1, 1));
    assert_eq!(counts.of("rest-of-large-packet"), 38);
}

#[test]
fn incomplete_packets_of_many_connections_are_bounded_together() {
    let mut run = Run::new(Settings { held_in_all: 1 << 20, ..Settings::default() });
    let ports = 10_000..10_400;
    for port in ports.clone() {
        let start = run.open(port);
        run.send(port, Tcp::client(start, &[ENDLESS, &[b'z'; 9_000]].concat()));
    }
    run.inspector.finish();
    let counts = run.inspector.into_consumer();
    assert_eq!(counts.of("PUBLISH"), 400);
    let crowded = counts.of("crowded");
    assert!((200..400).contains(&crowded), "{crowded}");
    assert_eq!(crowded + counts.of("stream-ends"), 400);
}

#[test]
fn a_full_table_forgets_the_idle_ones_and_tells_what_they_held() {
    let limits = Limits { flows: 64, ..Limits::default() };
    let mut run = Run::new(Settings { limits, ..Settings::default() });
    for port in 10_000..11_000 {
        let start = run.open(port);
        run.send(port, Tcp::client(start, &ENDLESS[..7]));
    }
    let forgotten = run.inspector.stream_counters().forgotten;
    assert!((900..1_000).contains(&forgotten), "{forgotten}");
    run.inspector.finish();
    let counts = run.inspector.into_consumer();
    assert_eq!((counts.of("CONNECT"), counts.of("stream-ends")), (1_000, 1_000));
}

#[test]
fn a_connection_that_was_silent_for_too_long_is_forgotten_and_found_again() {
    let mut run = Run::new(Settings::default());
    let start = run.open(10_000);
    run.time += 29 * 3_600 * SECOND;
    // The look for idle ones is made once in so many segments.
    for n in 0..1_100 {
        run.send(11_000 + n, Tcp::client(0, b"").syn());
    }
    assert_eq!(run.inspector.stream_counters().idle, 1);
    let publish = packet(0x30, b"\0\x03a/bfound again, in the middle");
    run.send(10_000, Tcp::client(start, &publish));
    run.inspector.finish();
    let counts = run.inspector.into_consumer();
    assert_eq!((counts.of("CONNECT"), counts.of("PUBLISH")), (1, 1));
}

#[test]
fn behind_a_hole_of_unknown_size_packets_are_found_again() {
    let publish = packet(0x30, &[b"\0\x03a/b", [b'x'; 40].as_slice()].concat());
    let mut framer = Framer::new(true, 1_000);
    let mut told = Vec::new();
    let mut emit = |framed: Framed<'_>| {
        told.push(match framed {
            Framed::Packet { .. } => "packet",
            Framed::Cut { why: Why::Missing, missing: None, .. } => "cut",
            Framed::Stray { .. } => "stray",
            Framed::Gap { missing: None, .. } => "gap",
            _ => "other",
        });
    };
    // Within a packet, and then between two.
    framer.data(&publish[..20], &mut emit);
    framer.gap(None, &mut emit);
    framer.data(&publish[30..], &mut emit);
    framer.data(&publish, &mut emit);
    framer.data(&publish, &mut emit);
    framer.gap(None, &mut emit);
    framer.data(&publish, &mut emit);
    framer.data(&publish, &mut emit);
    framer.end(&mut emit);
    assert_eq!(told, ["cut", "stray", "packet", "packet", "gap", "packet", "packet"]);
}
