//! Memory stays flat however long a capture is.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::thread::{self, JoinHandle};
use support::conversation::packet;
use support::program::command;
use support::{Tcp, pcap, words};

#[test]
fn a_long_conversation_takes_no_more_memory_than_a_short_one() {
    let mut feed = Feed::start();
    // More messages than are remembered, which are 16,384.
    feed.connection(0, 20_000, 1_000);
    let short = feed.peak();
    feed.connection(1, 60_000, 1_000);
    let long = feed.peak();
    feed.end();
    assert!(long < short + 1_024, "{short} KiB for 20 MB, {long} KiB for 80 MB");
}

#[test]
fn a_connection_that_has_ended_costs_little_whatever_it_carried() {
    let mut feed = Feed::start();
    (0..100).for_each(|port| feed.connection(port, 4, 50_000));
    let few = feed.peak();
    (100..600).for_each(|port| feed.connection(port, 4, 50_000));
    let many = feed.peak();
    feed.end();
    let each = many.saturating_sub(few) * 1_024 / 500;
    // What is remembered of it takes some 3 KiB, and the table grows by doubling.
    assert!(each < 12_000, "{each} bytes for a connection: {few} KiB for 100, {many} KiB for 600");
}

#[test]
fn a_flood_of_syns_is_bounded_and_costs_no_conversation() {
    let mut feed = Feed::start();
    let publish = packet(0x30, b"\0\x03a/bbefore");
    feed.send(1, Tcp::client(0, &[]).syn());
    feed.send(1, Tcp::client(1, &publish));
    let syn = Tcp::client(0, &[]).syn().ethernet();
    let mut full = 0;
    for n in 0..1_000_000_u32 {
        let mut frame = syn.clone();
        // The source address.
        frame[26..30].copy_from_slice(&(0x0b00_0000 + n).to_be_bytes());
        feed.frame(&frame);
        // The table is full by then: 65,536 connections of some 1.7 KiB.
        if n == 150_000 {
            full = feed.peak();
        }
    }
    let peak = feed.peak();
    assert!(peak < full + 20_000, "{full} KiB for 150,000 SYNs, {peak} KiB for a million");
    assert!(peak < 168_000, "{peak} KiB");
    feed.send(1, Tcp::client(1 + publish.len() as u32, &publish));
    let (out, err) = feed.finish();
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(err.contains("connections forgotten"), "{err}");
}

/// A run of the program that is given a capture on standard input.
struct Feed {
    child: Child,
    stdin: ChildStdin,
    out: JoinHandle<String>,
    err: JoinHandle<String>,
}

impl Feed {
    fn start() -> Self {
        let mut command = command(["read", "-T", "summary", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&pcap(1, &[])).unwrap();
        Self { child, stdin, out, err }
    }

    /// A whole connection with this many messages; each fourth comes in two segments, in the wrong
    /// order.
    fn connection(&mut self, port: u16, messages: u32, size: usize) {
        let publish = packet(0x30, &[b"\0\x03a/b", vec![b'x'; size].as_slice()].concat());
        let (first, second) = publish.split_at(publish.len() / 2);
        let mut seq = 1;
        self.send(port, Tcp::client(0, &[]).syn());
        for n in 0..messages {
            if n % 4 == 0 {
                self.send(port, Tcp::client(seq + first.len() as u32, second));
                self.send(port, Tcp::client(seq, first));
            } else {
                self.send(port, Tcp::client(seq, &publish));
            }
            seq += publish.len() as u32;
        }
        self.send(port, Tcp::client(seq, &[]).fin());
        self.send(port, Tcp::server(1, seq + 1, &[]).fin());
    }

    fn send(&mut self, port: u16, segment: Tcp) {
        self.frame(&Tcp { client_port: 10_000 + port, ..segment }.ethernet());
    }

    fn frame(&mut self, frame: &[u8]) {
        let len = frame.len() as u32;
        self.stdin.write_all(&words(&[100, 0, len, len], false)).unwrap();
        self.stdin.write_all(frame).unwrap();
    }

    /// The most memory that the program held until now, in KiB. It has read all but what the pipe
    /// holds.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    fn end(self) {
        self.finish();
    }

    /// What the program wrote.
    fn finish(self) -> (String, String) {
        let Self { mut child, stdin, out, err } = self;
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        (out.join().unwrap(), err.join().unwrap())
    }
}

/// Reads a pipe to its end beside the test; what would fill a screen many times over is cut.
fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let (mut text, mut buffer) = (Vec::new(), [0; 65_536]);
        while let Ok(len @ 1..) = pipe.read(&mut buffer) {
            if text.len() < 1 << 20 {
                text.extend_from_slice(&buffer[..len]);
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}
