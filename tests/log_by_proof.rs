//! The log rests on what TCP proves of the order in which two sides acted, where the capture shows one of them
//! later than the other.

mod support;

use mqttscope::capture::Frame;
use mqttscope::pipeline::{Consumer, Inspector, Lifeline, Record, Settings};
use mqttscope::render::log::{Line, Scribe};
use mqttscope::spec::mosquitto::Release;
use std::ops::ControlFlow;
use support::{Tcp, frame};

/// CONNECT of 3.1.1 by the client "c".
const CONNECT: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c";
const CONNACK: &[u8] = &[0x20, 2, 0, 0];
const DISCONNECT: &[u8] = &[0xe0, 0];

/// Where the client and the server stand behind CONNECT and CONNACK.
const C: u32 = 101 + CONNECT.len() as u32;
const S: u32 = 501 + CONNACK.len() as u32;

struct Told(Scribe);

impl Consumer for Told {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.record(record);
        ControlFlow::Continue(())
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.0.lifeline(lifeline);
        ControlFlow::Continue(())
    }
}

fn client(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp { ack: Some(ack), ..Tcp::client(seq, payload) }
}

fn server(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp::server(seq, ack, payload)
}

/// A segment of the second client.
fn second(segment: Tcp) -> Tcp {
    Tcp { client_port: 50_001, ..segment }
}

/// What the log says of clients, of segments at their times in microseconds, where those of the clients are
/// captured so much later.
fn log(segments: &[(i64, Tcp)], late: i64) -> Vec<String> {
    let shift = |(time, tcp): &(i64, Tcp)| {
        let late = if tcp.from_client { late } else { 0 };
        (time + late, tcp.clone())
    };
    let mut all: Vec<_> = segments.iter().map(shift).collect();
    all.sort_by_key(|(time, _)| *time);
    let mut inspector = Inspector::new(Told(Scribe::new(Release(2, 0, 0))), Settings::default());
    for (number, (time, segment)) in (1..).zip(&all) {
        let data = segment.ethernet();
        let time = Some(1_000_000_000 + time * 1_000);
        assert!(inspector.frame(&Frame { number, time, ..frame(1, &data) }).is_continue());
    }
    inspector.finish();
    let Told(mut scribe) = inspector.into_consumer();
    scribe.finish();
    let is_meant = |line: &Line| !["No will", "CONNACK"].iter().any(|it| line.text.contains(it));
    scribe.lines().into_iter().filter(is_meant).map(|line| line.text).collect()
}

fn accepted() -> Vec<(i64, Tcp)> {
    vec![
        (0, Tcp::client(100, &[]).syn()),
        (10, server(500, 101, &[]).syn()),
        (20, client(101, 501, &[])),
        (50, client(101, 501, CONNECT)),
        (150, server(501, C, CONNACK)),
    ]
}

/// The same client connects again at this time; the broker answers it at that one.
fn again(at: i64, answer: i64) -> Vec<(i64, Tcp)> {
    [
        (at, Tcp::client(100, &[]).syn()),
        (at + 10, server(500, 101, &[]).syn()),
        (at + 20, client(101, 501, &[])),
        (at + 30, client(101, 501, CONNECT)),
        (answer, server(501, C, CONNACK)),
    ]
    .map(|(time, tcp)| (time, second(tcp)))
    .into()
}

const FIRST: [&str; 2] = [
    "New connection from 10.0.0.1:50000 on port 1883.",
    "New client connected from 10.0.0.1:50000 as c (p2, c1, k60).",
];
const SECOND: [&str; 2] = [
    "New connection from 10.0.0.1:50001 on port 1883.",
    "New client connected from 10.0.0.1:50001 as c (p2, c1, k60).",
];
const TAKEN: [&str; 1] = ["Client c already connected, closing old connection."];
const LEAVES: [&str; 2] = ["Received DISCONNECT from c", "Client c disconnected."];

/// Whatever side was captured late, and by how much, there is no line that is not true, and none is missing.
fn check(segments: &[(i64, Tcp)], expected: &[&[&str]]) {
    for late in [0, 100, 200, 300, 500, -100, -300, -2_000] {
        let mut lines = log(segments, late);
        lines.sort_unstable();
        let mut expected = expected.concat();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{late} us late");
    }
}

/// The broker has refused it, whoever closes first.
#[test]
fn who_is_refused_may_close_first() {
    let refused: &[u8] = &[0x20, 2, 0, 5];
    let mut all = accepted();
    all.retain(|(_, segment)| segment.payload != CONNACK);
    all.extend([
        (3_000, server(501, C, refused)),
        (3_050, client(C, 505, &[]).fin()),
        (3_060, server(505, C + 1, &[]).fin()),
        (3_070, client(C + 1, 506, &[])),
    ]);
    let lines = log(&all, 0);
    assert_eq!(
        lines.last().unwrap(),
        "Client <unknown> disconnected, not authorised.",
        "{lines:?}"
    );
}

#[test]
fn a_client_that_had_left_is_not_taken_over() {
    let mut all = accepted();
    all.extend([
        (3_055, client(C, S, DISCONNECT)),
        (3_060, client(C + 2, S, &[]).fin()),
        (3_075, server(S, C + 3, &[]).fin()),
        (3_085, client(C + 3, S + 1, &[])),
    ]);
    // It was the first to be sent, and the second to be read.
    all.extend(again(3_020, 3_090));
    check(&all, &[&FIRST, &LEAVES, &SECOND]);
}

#[test]
fn the_broker_closes_the_old_connection_for_the_new_one() {
    let mut all = accepted();
    all.extend(again(3_000, 3_160));
    all.extend([
        (3_130, server(S, C, &[]).fin()),
        (3_180, client(C, S + 1, &[]).fin()),
        (3_190, server(S + 1, C + 1, &[])),
    ]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

/// The DISCONNECT and the end of the broker crossed: it had taken the client over before it read that.
#[test]
fn a_disconnect_that_the_broker_had_not_had() {
    let mut all = accepted();
    all.extend(again(3_000, 3_160));
    all.extend([
        (3_130, server(S, C, &[]).fin()),
        (3_131, client(C, S, DISCONNECT)),
        (3_132, client(C + 2, S, &[]).fin()),
    ]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

#[test]
fn a_reset_that_stands_before_the_disconnect_that_it_acknowledges() {
    let mut all = accepted();
    all.extend([
        (3_000, client(C, S, &[0xe0, 0, 0x30, 4, 0, 1, b'a', b'b'])),
        (3_090, server(S, C + 8, &[]).rst()),
    ]);
    check(&all, &[&FIRST, &LEAVES]);
}

/// The client has gone by the time the broker takes it: that has a line all the same.
#[test]
fn a_connection_that_was_reset_before_its_answer_shows() {
    let mut all = accepted();
    all.extend([(300, client(C, S, DISCONNECT)), (350, client(C + 2, S, &[]).rst())]);
    check(&all, &[&FIRST, &LEAVES]);
}

/// What the client says over WebSocket, with a mask of zeros.
fn masked(bytes: &[u8]) -> Vec<u8> {
    [&[0x82, 0x80 | bytes.len() as u8, 0, 0, 0, 0], bytes].concat()
}

/// One connection over WebSocket up to its CONNACK, with where both sides stand then.
fn upgraded(at: i64) -> (Vec<(i64, Tcp)>, u32, u32) {
    let ask = b"GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\
                Sec-WebSocket-Version: 13\r\n\r\n";
    let answer =
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
                   Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    let connect = masked(b"\x10\x0d\0\x04MQTT\x04\x02\0\x01\0\x01c");
    let (c, s) = (101 + ask.len() as u32, 501 + answer.len() as u32);
    let behind = c + connect.len() as u32;
    let segments = vec![
        (at, Tcp::client(100, &[]).syn()),
        (at + 10, server(500, 101, &[]).syn()),
        (at + 20, client(101, 501, ask)),
        (at + 100, server(501, c, answer)),
        (at + 200, client(c, s, &connect)),
        (at + 300, server(s, behind, &[0x82, 4, 0x20, 2, 0, 0])),
    ];
    (segments, behind, s + 6)
}

/// As the log of mosquitto 2.0.11 says it of such clients.
#[test]
fn over_websocket_all_ends_but_one_are_told_alike() {
    const GONE: &str = "Client c closed its connection.";
    let connected = "New client connected from 10.0.0.1:50000 as c (p2, c1, k1).";
    let (begin, c, s) = upgraded(0);
    let with = |rest: &[(i64, Tcp)]| log(&[&begin, rest].concat(), 0);
    // Nothing came for longer than its Keep Alive allows.
    let silent = with(&[(3_000_000, server(s, c, &[]).fin())]);
    assert_eq!(silent, [connected, GONE]);
    let second = masked(b"\x10\x0d\0\x04MQTT\x04\x02\0\x01\0\x01c");
    let end = c + second.len() as u32;
    let faulty = with(&[(1_000, client(c, s, &second)), (1_200, server(s, end, &[]).fin())]);
    assert_eq!(faulty.last().unwrap(), GONE);
    let left = masked(DISCONNECT);
    let end = c + left.len() as u32;
    let left = with(&[(1_000, client(c, s, &left)), (1_200, server(s, end, &[]).fin())]);
    assert_eq!(left, [&[connected][..], &LEAVES].concat());
    // Taken over.
    let mut all = begin.clone();
    all.extend(upgraded(1_000).0.into_iter().map(|(time, tcp)| (time, self::second(tcp))));
    all.push((1_250, server(s, c, &[]).fin()));
    let again = connected.replace("50000", "50001");
    assert_eq!(log(&all, 0), [connected, TAKEN[0], &again, GONE]);
}

/// The picture of a connection draws both sides in that order, too.
#[test]
fn the_picture_has_the_order_that_is_proven() {
    let late = [
        Tcp::client(100, &[]).syn(),
        server(500, 101, &[]).syn(),
        client(101, 501, CONNECT),
        server(501, C, CONNACK),
        server(S, C + 3, &[]).fin(),
        client(C, S, DISCONNECT),
        client(C + 2, S, &[]).fin(),
    ];
    let frames: Vec<_> = late.iter().map(Tcp::ethernet).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let run = support::program::run(["session".as_ref(), file.as_os_str(), "0".as_ref()]);
    let names = ["SYN", "CONNECT ", "CONNACK", "DISCONNECT", "FIN"];
    let rows = run.out.lines().filter(|line| line.contains('│'));
    let kinds = rows.filter_map(|line| {
        let kind = names.iter().find(|kind| line.contains(&format!(" {kind}")))?.trim_end();
        Some((kind, line.contains('▶')))
    });
    let expected = [
        ("SYN", true),
        ("CONNECT", true),
        ("CONNACK", false),
        ("DISCONNECT", true),
        ("FIN", true),
        ("FIN", false),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected, "{}", run.out);
}
