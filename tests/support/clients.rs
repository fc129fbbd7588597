//! Conversations of two clients that call themselves "c", and what the log says of them, whichever side was captured
//! later than the other.

use super::{Tcp, frame};
use mqttscope::capture::Frame;
use mqttscope::pipeline::{Consumer, Inspector, Lifeline, Record, Settings};
use mqttscope::render::log::{Line, Scribe};
use mqttscope::spec::mosquitto::Release;
use std::ops::ControlFlow;

/// CONNECT of 3.1.1 by the client "c".
pub const CONNECT: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c";
pub const CONNACK: &[u8] = &[0x20, 2, 0, 0];
pub const DISCONNECT: &[u8] = &[0xe0, 0];

/// Where the client and the server stand behind CONNECT and CONNACK.
pub const C: u32 = 101 + CONNECT.len() as u32;
pub const S: u32 = 501 + CONNACK.len() as u32;

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

pub fn client(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp { ack: Some(ack), ..Tcp::client(seq, payload) }
}

pub fn server(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp::server(seq, ack, payload)
}

/// A segment of the second client.
pub fn second(segment: Tcp) -> Tcp {
    Tcp { client_port: 50_001, ..segment }
}

/// What the log says of clients, of segments at their times in microseconds, where those of the clients are
/// captured so much later.
pub fn log(segments: &[(i64, Tcp)], late: i64) -> Vec<String> {
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

pub fn accepted() -> Vec<(i64, Tcp)> {
    vec![
        (0, Tcp::client(100, &[]).syn()),
        (10, server(500, 101, &[]).syn()),
        (20, client(101, 501, &[])),
        (50, client(101, 501, CONNECT)),
        (150, server(501, C, CONNACK)),
    ]
}

/// The same client connects again at this time; the broker answers it at that one.
pub fn again(at: i64, answer: i64) -> Vec<(i64, Tcp)> {
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

pub const FIRST: [&str; 2] = [
    "New connection from 10.0.0.1:50000 on port 1883.",
    "New client connected from 10.0.0.1:50000 as c (p2, c1, k60).",
];
pub const SECOND: [&str; 2] = [
    "New connection from 10.0.0.1:50001 on port 1883.",
    "New client connected from 10.0.0.1:50001 as c (p2, c1, k60).",
];
pub const TAKEN: [&str; 1] = ["Client c already connected, closing old connection."];
pub const LEAVES: [&str; 2] = ["Received DISCONNECT from c", "Client c disconnected."];

/// Whatever side was captured late, and by how much, there is no line that is not true, and none is missing.
pub fn check(segments: &[(i64, Tcp)], expected: &[&[&str]]) {
    for late in [0, 100, 200, 300, 500, -100, -300, -2_000] {
        let mut lines = log(segments, late);
        lines.sort_unstable();
        let mut expected = expected.concat();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{late} us late");
    }
}
