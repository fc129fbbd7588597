//! `mqttscope read`: files that are broken, missing or several, standard input, and what of a
//! capture is told beside its packets.

mod support;

use std::fs;
use std::path::Path;
use support::conversation::{self, tidy};
use support::program::{Run, command, finish, run};
use support::{Tcp, pcap};

/// How many packets the conversation has.
const PACKETS: usize = 15;
/// Ethernet.
const ETHERNET: u32 = 1;

/// `mqttscope read` with these arguments and this capture on standard input.
fn read(args: &[&str], capture: &[u8]) -> Run {
    finish(command(["read", "-"].iter().chain(args)), capture)
}

fn packets(run: &Run) -> Vec<String> {
    run.json().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_capture_cut_anywhere_gives_what_was_good_and_says_where_it_ends() {
    let whole = pcap(ETHERNET, &tidy());
    let all = packets(&read(&["-T", "json"], &whole));
    assert_eq!(all.len(), PACKETS, "{all:?}");
    let mut ends = vec![24];
    for frame in tidy() {
        ends.push(ends.last().unwrap() + 16 + frame.len());
    }
    for cut in 0..whole.len() {
        let run = read(&["-T", "json"], &whole[..cut]);
        let found = packets(&run);
        assert_eq!(found, all[..found.len()], "cut at {cut}");
        if ends.contains(&cut) {
            assert_eq!(run.code, 0, "cut at {cut}: {}", run.err);
            continue;
        }
        assert_eq!(run.code, 2, "cut at {cut}: {}", run.err);
        let begin = ends.iter().rev().find(|end| **end < cut).copied().unwrap_or_default();
        let what = match begin {
            0 => "file header",
            _ if cut - begin < 16 => "record header",
            _ => "record",
        };
        let told = match cut {
            0 => "standard input is empty".to_owned(),
            // The magic number itself is cut.
            1..4 => "standard input is not a pcap or pcapng capture".to_owned(),
            _ => format!("standard input ends early: the {what} at byte {begin} needs"),
        };
        assert!(run.err.contains(&told), "cut at {cut}: {told} is not in {}", run.err);
    }
}

#[test]
fn what_is_no_capture_is_told_and_does_not_end_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("good.pcap", &pcap(ETHERNET, &tidy()));
    let text = file("text", b"These are words, and no capture at all.\n");
    let noise = file("noise", &[0x5a; 64]);
    let empty = file("empty", b"");
    let missing = dir.path().join("missing").to_str().unwrap().to_owned();
    for (bad, told) in [
        (&text, "is not a pcap or pcapng capture"),
        (&noise, "is not a pcap or pcapng capture"),
        (&empty, "is empty"),
        (&missing, "cannot be opened"),
    ] {
        let alone = run(["read", bad]);
        assert_eq!((alone.code, alone.out.as_str()), (2, ""), "{bad}");
        assert_eq!(alone.err.lines().count(), 1, "one sentence says it: {}", alone.err);
        assert!(alone.err.contains(bad) && alone.err.contains(told), "{}", alone.err);

        let both = run(["read", "-T", "json", bad, &good]);
        assert_eq!((both.code, packets(&both).len()), (2, PACKETS), "{bad}: {}", both.err);
        assert!(both.err.contains(told), "{}", both.err);
    }
}

#[test]
fn several_files_are_read_in_the_order_of_time() {
    let frames = tidy();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, first: usize| {
        // Every other frame, each a second behind its predecessor in the other file.
        let mut file = pcap(ETHERNET, &[]);
        for (index, frame) in frames.iter().enumerate().skip(first).step_by(2) {
            let len = frame.len() as u32;
            file.extend(support::words(&[100 + index as u32, 0, len, len], false));
            file.extend(frame);
        }
        let path = dir.path().join(name);
        fs::write(&path, file).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (even, odd) = (write("even", 0), write("odd", 1));
    let whole = read(&["-T", "json"], &pcap(ETHERNET, &frames));
    for order in [[&even, &odd], [&odd, &even]] {
        let merged = run(["read", "-T", "json", order[0], order[1]]);
        assert_eq!(merged.code, 0, "{}", merged.err);
        assert_eq!(packets(&merged), packets(&whole));
        let frame = |run: &Run| run.json().iter().map(|r| r["frames"].clone()).collect::<Vec<_>>();
        assert_eq!(frame(&merged), frame(&whole));
    }
    let by_option = run(["-T", "json", "-r", &even, "-r", &odd]);
    assert_eq!(packets(&by_option), packets(&whole));
}

#[test]
fn standard_input_is_read_like_a_file() {
    let path = Path::new("captures/session.pcap");
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let file = run(["read", "captures/session.pcap"]);
    let input = read(&[], &bytes);
    assert_eq!((input.code, &input.out), (0, &file.out));
    assert_eq!(finish(command(["-r", "-"]), &bytes).out, file.out);
}

#[test]
fn as_many_frames_are_read_as_asked_for() {
    let capture = pcap(ETHERNET, &tidy());
    for (count, expected) in [("0", 0), ("2", 0), ("3", 1), ("5", 4), ("100", PACKETS)] {
        let run = read(&["-T", "json", "-c", count], &capture);
        assert_eq!((run.code, packets(&run).len()), (0, expected), "-c {count}: {}", run.err);
    }
    // What comes behind the last frame asked for may be broken.
    let run = read(&["-T", "json", "-c", "3"], &capture[..capture.len() - 1]);
    assert_eq!((run.code, packets(&run).len()), (0, 1), "{}", run.err);
}

#[test]
fn another_port_is_read_where_it_is_named_or_a_connect_tells() {
    let frames: Vec<_> = tidy().into_iter().map(|frame| on_port(frame, 4321)).collect();
    let capture = pcap(ETHERNET, &frames);
    let silent = read(&["-T", "json", "--only-port"], &capture);
    assert_eq!((silent.code, silent.out.as_str()), (0, ""));
    assert!(silent.err.contains("-d tcp.port==4321,mqtt"), "{}", silent.err);
    let found = read(&["-T", "json"], &capture);
    assert_eq!((found.code, packets(&found).len()), (0, PACKETS), "{}", found.err);
    let args = ["-T", "json", "-d", "tcp.port==4321,mqtt", "--only-port"];
    let named = read(&args, &capture);
    assert_eq!((named.code, packets(&named).len()), (0, PACKETS), "{}", named.err);
    let sender = |run: &Run| run.json().iter().map(|r| r["sender"].clone()).collect::<Vec<_>>();
    assert_eq!(sender(&named), sender(&read(&["-T", "json"], &pcap(ETHERNET, &tidy()))));
}

/// The frame with another port in the place of 1883.
fn on_port(mut frame: Vec<u8>, port: u16) -> Vec<u8> {
    const PORTS: usize = 14 + 20;
    for at in [PORTS, PORTS + 2] {
        if frame[at..at + 2] == 1883u16.to_be_bytes() {
            frame[at..at + 2].copy_from_slice(&port.to_be_bytes());
        }
    }
    frame
}

#[test]
fn frames_of_unknown_links_are_counted() {
    let run = read(&["-T", "json"], &pcap(147, &tidy()));
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let told = format!("{} frames not read, the first is frame 1: link type", tidy().len());
    assert!(run.err.contains(&told) && run.err.contains("147"), "{}", run.err);
}

#[test]
fn frames_that_the_snap_length_cut_are_counted_and_what_is_there_is_shown() {
    const SNAP: usize = 120;
    let mut capture = pcap(ETHERNET, &[]);
    let frames = tidy();
    for frame in &frames {
        let there = &frame[..frame.len().min(SNAP)];
        capture.extend(support::words(&[100, 0, there.len() as u32, frame.len() as u32], false));
        capture.extend(there);
    }
    let cut = frames.iter().filter(|frame| frame.len() > SNAP).count();
    assert_eq!(cut, 1, "the turn with the long PUBLISH");
    let run = read(&["-T", "json"], &capture);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("1 frame cut short by the snap length"), "{}", run.err);
    let found = packets(&run);
    assert_eq!(found.len(), PACKETS, "{found:?}");
    let records = run.json();
    let broken: Vec<_> =
        records.iter().filter(|r| !r["findings"].as_array().unwrap().is_empty()).collect();
    assert_eq!(broken.len(), 1);
    let (record, finding) = (broken[0], &broken[0]["findings"][0]);
    assert_eq!((&record["type"], &finding["rule"]), (&"PUBLISH".into(), &"bytes-missing".into()));
}

#[test]
fn a_capture_without_a_handshake_is_read() {
    let publish = conversation::packet(0x30, b"\0\x01abody");
    let frames = [Tcp::client(5, &publish).ethernet(), Tcp::client(14, &publish).ethernet()];
    let run = read(&["-T", "json"], &pcap(ETHERNET, &frames));
    assert_eq!((run.code, packets(&run)), (0, vec!["PUBLISH".to_owned(); 2]), "{}", run.err);
}

#[test]
fn where_there_is_no_mqtt_the_reason_is_told() {
    let told = |args: &[&str], capture: &[u8]| read(args, capture).err;
    let other = |port| on_port(Tcp::client(1, b"220 ready\r\n").ethernet(), port);
    let empty = Tcp::client(0, &[]).syn().ethernet();

    let none = told(&[], &pcap(ETHERNET, &[]));
    assert!(
        none.contains("in 0 frames: there is no TCP connection on port 1883 or 8883\n"),
        "{none}"
    );
    let none = told(&["-d", "tcp.port==1884,mqtt"], &pcap(ETHERNET, &[other(22)]));
    assert!(none.contains("no TCP connection on port 1883, 8883 or 1884, and what"), "{none}");
    assert!(none.contains("-d tcp.port==22,mqtt"), "{none}");
    // A handshake says nothing of what would pass there.
    let none = told(&[], &pcap(ETHERNET, &[on_port(empty.clone(), 22)]));
    assert!(none.contains("on port 1883 or 8883, and no payload on port 22\n"), "{none}");
    let none = told(&["--only-port"], &pcap(ETHERNET, &[other(22)]));
    assert!(none.contains("or 8883, but on port 22."), "{none}");
    let several = told(&[], &pcap(ETHERNET, &[other(443), on_port(second(), 22)]));
    assert!(several.contains("port 22 and 443 does not look"), "{several}");
    assert!(several.contains("-d tcp.port==N,mqtt"), "{several}");

    // Another port is not to blame where the payload on MQTT's own is missing.
    let silent = told(&[], &pcap(ETHERNET, &[empty.clone(), on_port(second(), 22)]));
    assert!(silent.contains("no payload in 1 TCP connection on port 1883 or 8883\n"), "{silent}");
    let payload = Tcp::client(1, b"\xc0\0").ethernet();
    let mut cut = pcap(ETHERNET, &[empty, on_port(second(), 22)]);
    cut.extend(support::words(&[100, 0, payload.len() as u32 - 2, payload.len() as u32], false));
    cut.extend(&payload[..payload.len() - 2]);
    let cut = told(&[], &cut);
    assert!(cut.contains("1 gap in MQTT streams: 2 bytes not captured\n"), "{cut}");
    assert!(cut.contains("no payload of MQTT was captured in 1 TCP connection"), "{cut}");
    assert!(!cut.contains("-d tcp.port"), "{cut}");
}

/// The beginning of a second connection.
fn second() -> Vec<u8> {
    Tcp { client_port: 50_001, ..Tcp::client(0, &[]).syn() }.ethernet()
}
