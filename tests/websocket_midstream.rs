//! Compressed WebSocket whose beginning was not captured.

mod support;

use support::program;
use support::{pcap, read};

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
