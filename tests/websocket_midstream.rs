//! Compressed WebSocket whose beginning was not captured.

mod support;

use support::program;
use support::{Tcp, pcap, read};

/// The frames of `ws-deflate.pcapng` with this port, without the first so many.
fn without_start(port: u16, first: usize) -> Vec<u8> {
    let (frames, errors) = read(&std::fs::read("captures/ws-deflate.pcapng").unwrap());
    assert!(errors.is_empty());
    let of_port = |data: &[u8]| {
        let tcp = data.len().min(34);
        data[tcp..].get(..4).is_some_and(|ports| {
            [[ports[0], ports[1]], [ports[2], ports[3]]].contains(&port.to_be_bytes())
        })
    };
    let data = frames.into_iter().map(|frame| frame.data).filter(|data| of_port(data));
    pcap(1, &data.skip(first).collect::<Vec<_>>())
}

fn run(file: &[u8], args: &[&str]) -> program::Run {
    program::finish(program::command(["read", "-", "-T", "json"].iter().chain(args)), file)
}

#[test]
fn messages_that_stand_for_themselves_are_read() {
    let whole = run(&without_start(9003, 0), &[]);
    let publishes = |run: &program::Run| -> Vec<String> {
        let is_publish = |record: &&serde_json::Value| record["type"] == "PUBLISH";
        let hex = |record: &serde_json::Value| record["hex"].as_str().unwrap().to_owned();
        run.json().iter().filter(is_publish).map(hex).collect()
    };
    let all = publishes(&whole);
    assert_eq!(all.len(), 8, "{}", whole.out);
    // The upgrade and the CONNECT are in the first frames.
    for first in [8, 14, 20] {
        let cut = run(&without_start(9003, first), &["-d", "tcp.port==9003,mqtt"]);
        let found = publishes(&cut);
        assert!(found.len() >= 4, "{first}: {} {}", cut.out, cut.err);
        assert!(all.ends_with(&found), "{first}: {found:?}");
    }
}

#[test]
fn that_others_stay_closed_is_said() {
    let cut = run(&without_start(9002, 20), &["-d", "tcp.port==9002,mqtt"]);
    let lines = cut.json();
    let said = lines.iter().filter_map(|line| line["text"].as_str());
    let words = "a compressed message refers to earlier ones that were not captured";
    assert!(said.into_iter().any(|text| text.starts_with(words)), "{}", cut.out);
    // Each packet that is shown is one of the whole capture, as far as it could be inflated.
    let whole: Vec<String> = run(&without_start(9002, 0), &[])
        .json()
        .iter()
        .map(|line| line["hex"].as_str().unwrap().to_owned())
        .collect();
    let packets =
        lines.iter().filter(|line| line["version"].is_string() || line["type"] == "PUBACK");
    for packet in packets {
        let hex = packet["hex"].as_str().unwrap();
        assert!(whole.iter().any(|known| known.starts_with(hex)), "{packet}");
    }
}

#[test]
fn what_passes_on_another_port_is_named() {
    let cut = run(&without_start(9003, 14), &[]);
    let words =
        "what passes on port 9003 is WebSocket, in which nothing that can be read looks like MQTT";
    assert!(cut.err.contains(words), "{}", cut.err);
    let closed = program::run(["read", "captures/tls-ws.pcap"]);
    assert!(closed.err.contains("1 connection on port 8884 is encrypted (TLS)"), "{}", closed.err);
}

/// What a snap length leaves of the heads of HTTP is called no other protocol than WebSocket.
#[test]
fn a_head_that_is_cut_may_be_of_websocket() {
    let (frames, _) = read(&std::fs::read("captures/ws.pcap").unwrap());
    for snap in [70, 72, 75, 80, 96, 128] {
        let file = support::cut_pcap(1, frames.iter().map(|frame| frame.data.as_slice()), snap);
        let run = run(&file, &["-d", "tcp.port==9001,mqtt"]);
        let lines = run.json();
        let others: Vec<_> = lines.iter().filter(|line| line["type"] == "NOT MQTT").collect();
        assert!(others.is_empty(), "{snap}: {others:?}");
        let disconnects = lines.iter().filter(|line| line["type"] == "DISCONNECT").count();
        // With so much of each frame both can be read, and the answers tell what the heads are.
        assert!(snap < 80 || disconnects == 2, "{snap}: {disconnects}");
        // On no port of MQTT nothing is claimed but of what there is.
        let any = self::run(&file, &[]);
        assert!(!any.err.contains("is HTTP,"), "{snap}: {}", any.err);
    }
}

/// Both clients of the recording say DISCONNECT, one of them byte by byte in frames of their own.
#[test]
fn behind_a_lost_frame_nobody_left_without_a_word() {
    let (frames, _) = read(&std::fs::read("captures/ws.pcap").unwrap());
    let frames: Vec<_> = frames.into_iter().map(|frame| frame.data).collect();
    let carries = |frame: &Vec<u8>| frame.len() > 66;
    let last = (200..frames.len()).filter(|at| carries(&frames[*at]));
    for lost in last {
        let rest: Vec<_> = (0..).zip(&frames).filter(|(at, _)| *at != lost).collect();
        let rest: Vec<_> = rest.into_iter().map(|(_, frame)| frame.clone()).collect();
        let command = program::command(["sessions", "-", "-d", "tcp.port==9001,mqtt"]);
        let run = program::finish(command, &pcap(1, &rest));
        assert!(!run.out.contains("without a DISCONNECT"), "without frame {lost}: {}", run.out);
    }
}

/// Frames that hold single bytes of packets are frames, whichever of them the capture lacks.
#[test]
fn frames_in_a_row_are_frames_whatever_they_hold() {
    let (frames, _) = read(&std::fs::read("captures/ws-midstream.pcap").unwrap());
    let frames: Vec<_> = frames.into_iter().map(|frame| frame.data).collect();
    for lost in 0..12 {
        let mut rest = frames.clone();
        rest.remove(lost);
        let lines = run(&pcap(1, &rest), &["-d", "tcp.port==9001,mqtt"]).json();
        let is_frame = |line: &&serde_json::Value| {
            line["sender"] == "client" && line["headers"][0]["type"] == "WEBSOCKET FRAME"
        };
        let left = lines.iter().find(|line| line["type"] == "DISCONNECT");
        assert!(left.is_some(), "without frame {lost} no DISCONNECT is read");
        let count = lines.iter().filter(is_frame).count();
        assert!(count >= 7, "without frame {lost} {count} records of the client are in frames");
    }
}

/// What is lost before anything tells that a connection carries MQTT is counted all the same.
#[test]
fn a_request_that_is_lost_is_counted() {
    let (frames, _) = read(&std::fs::read("captures/ws.pcap").unwrap());
    let is_request = |data: &[u8]| data.windows(5).any(|it| it == b"GET /");
    let request = frames.iter().position(|frame| is_request(&frame.data)).unwrap();
    let kept = frames.into_iter().enumerate().filter(|(place, _)| *place != request);
    let lost = run(&pcap(1, &kept.map(|(_, frame)| frame.data).collect::<Vec<_>>()), &[]);
    assert!(lost.err.contains("1 gap in MQTT streams"), "{}", lost.err);
}

/// Bytes that come again with other contents, right behind a packet of another connection that WebSocket carries.
#[test]
fn what_comes_again_has_no_header_of_another_connection() {
    let connect = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03bob";
    let publish = b"\x30\x06\x00\x01ahey";
    let other = b"\x30\x06\x00\x01ahoo";
    let behind = 1 + connect.len() as u32;
    let plain = [(1, &connect[..]), (behind, publish)].map(|it| Tcp::client(it.0, it.1).ethernet());
    let (carried, _) = read(&std::fs::read("captures/ws.pcap").unwrap());
    let mut frames = plain.to_vec();
    frames.extend(carried.into_iter().map(|frame| frame.data));
    let lines = |frames: &[Vec<u8>], args: &[&str]| run(&pcap(1, frames), args).json().len();
    let before = [lines(&frames, &[]), lines(&frames, &["-Y", "websocket"])];
    frames.push(Tcp::client(behind, other).ethernet());
    assert_eq!(lines(&frames, &[]), before[0] + 1);
    assert_eq!(lines(&frames, &["-Y", "websocket"]), before[1]);
}
