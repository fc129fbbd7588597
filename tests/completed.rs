//! Which frame completed a packet: its time, its headers and what `-t d` counts from, also where
//! segments are late, lost or cut.

mod support;

use support::conversation::packet;
use support::program::{Run, command, finish};
use support::{Tcp, pcap, words};

fn read(args: &[&str], frames: &[Vec<u8>]) -> Run {
    finish(command(["read", "-"].iter().chain(args)), &pcap(1, frames))
}

fn publish(payload: &[u8]) -> Vec<u8> {
    packet(0x30, &[b"\0\x01a", payload].concat())
}

/// A PUBLISH whose second half, with a further PUBLISH behind it, comes three frames too early.
fn late() -> Vec<Vec<u8>> {
    let (first, second) = (publish(b"in two halves"), publish(b"whole"));
    let (head, tail) = first.split_at(6);
    let ahead = [tail, second.as_slice()].concat();
    let end = 101 + (first.len() + second.len()) as u32;
    [
        Tcp::client(100, &[]).syn(),
        Tcp::client(101 + head.len() as u32, &ahead),
        Tcp::server(7, 101, &[]),
        Tcp::server(7, 101, &[]),
        Tcp::client(101, head),
        Tcp::client(end, &publish(b"last")),
    ]
    .iter()
    .map(Tcp::ethernet)
    .collect()
}

#[test]
fn the_time_is_that_of_the_frame_which_completed_the_packet() {
    let run = read(&["-T", "json"], &late());
    let told: Vec<_> =
        run.json().iter().map(|r| (r["frames"].clone(), r["time"].clone())).collect();
    let at = |frames: &[u64], millis: u64| {
        (frames.into(), format!("1970-01-01T00:01:40.{millis:03}000000Z").into())
    };
    // A packet that waited for the one before it is as old as its own frame.
    assert_eq!(told, [at(&[5, 2], 4), at(&[2], 1), at(&[6], 5)], "{}", run.err);
}

#[test]
fn the_delta_counts_from_the_frame_before_that_one() {
    let run = read(&["-T", "summary", "-t", "d"], &late());
    let deltas: Vec<_> =
        run.out.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(deltas, ["0.001000"; 3], "{}", run.out);
}

/// The TCP line of each tree.
fn tcp_lines(run: &Run) -> Vec<Option<&str>> {
    let trees = run.out.split("\n\n");
    trees.map(|tree| tree.lines().find_map(|line| line.trim_start().strip_prefix("TCP "))).collect()
}

#[test]
fn the_headers_are_those_of_that_frame() {
    let run = read(&[], &late());
    let lines: Vec<_> = tcp_lines(&run).into_iter().map(|line| line.unwrap().to_owned()).collect();
    for (line, seq) in lines.iter().zip(["seq 101,", "seq 107,", "seq 129,"]) {
        assert!(line.contains(seq), "{line} instead of {seq}");
    }
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_packet_that_is_cut_has_the_headers_of_what_there_is_of_it() {
    let long = publish(&[b'x'; 100]);
    // By the end of the capture.
    let ended = [Tcp::client(100, &[]).syn().ethernet(), Tcp::client(101, &long[..50]).ethernet()];
    let run = read(&[], &ended);
    assert!(tcp_lines(&run)[0].unwrap().contains("seq 101,"), "{}", run.out);

    // By the snap length.
    let frame = Tcp::client(101, &long).ethernet();
    let mut capture = pcap(1, &ended[..1]);
    capture.extend(words(&[100, 1_000, 90, frame.len() as u32], false));
    capture.extend(&frame[..90]);
    let run = finish(command(["read", "-"]), &capture);
    assert!(tcp_lines(&run)[0].unwrap().contains("not captured"), "{}", run.out);

    // By a loss: two segments of three, then the connection ends.
    let lost = [
        Tcp::client(100, &[]).syn(),
        Tcp::client(101, &long[..20]),
        Tcp::client(121, &long[20..40]),
        Tcp::client(181, &long[80..]).fin(),
    ];
    let run = read(&[], &lost.each_ref().map(Tcp::ethernet));
    let lines = tcp_lines(&run);
    assert!(lines[0].unwrap().contains("seq 121,"), "{}", run.out);
    assert!(lines[1].unwrap().contains("seq 181,"), "{}", run.out);
    assert!(run.out.contains("frames 2 3  0.002000"), "{}", run.out);
}
