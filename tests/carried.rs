//! Against tshark where something carries MQTT: the bytes of each side that come out of WebSocket,
//! or follow a PROXY header, are those that tshark takes out, and the frames have the same keys.
//!
//! tshark 4.0 shows no MQTT there, but it unmasks, joins and inflates.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use support::{Tcp, outside, pcap, program};

/// A capture, and what tshark needs to see the frames.
const CAPTURES: &[(&str, &str)] = &[
    ("ws.pcap", "tcp.port==9001,http"),
    ("ws-frames.pcap", "tcp.port==9005,http"),
    ("ws-deflate.pcapng", "tcp.port==9002,http"),
    ("ws-midstream.pcap", "tcp.port==9001,websocket"),
    ("proxy.pcap", "tcp.port==1883,mqtt"),
    ("tls-ws.pcap", "tls.port==8884,http"),
];

/// The bytes of each side of each stream in hex, by stream and port of the sender.
type Sides = BTreeMap<(u64, u64), String>;

#[test]
fn tshark_takes_out_the_same_bytes() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return outside::missing("tshark is not installed");
    }
    for (name, dissector) in CAPTURES {
        let path = format!("captures/{name}");
        let (ours, keys) = ours(&path);
        assert!(ours.len() >= 2, "{name}: no MQTT");
        assert_eq!(ours, theirs(&path, dissector), "{name}");
        assert_eq!(keys, their_keys(&path, dissector), "{name}: masking keys");
    }
}

#[test]
fn naming_the_port_gives_the_same_as_probing() {
    for (name, port) in [("ws.pcap", "9001"), ("ws-frames.pcap", "9005"), ("proxy.pcap", "1887")] {
        let path = format!("captures/{name}");
        let named = format!("tcp.port=={port},mqtt");
        let probed = program::run(["read", &path, "-T", "json"]);
        assert_eq!(program::run(["read", &path, "-T", "json", "-d", &named]).out, probed.out);
    }
}

#[test]
fn no_byte_of_a_carrier_is_missing() {
    // Frames in TCP's payload: what is no header, no unit and no packet would be lost.
    let run = program::run(["read", "captures/ws-frames.pcap", "-T", "json"]);
    let mut shown = 0;
    for record in run.json() {
        let bytes = |value: &serde_json::Value| value["hex"].as_str().unwrap().len() / 2;
        shown += bytes(&record);
        shown += record["headers"].as_array().into_iter().flatten().map(bytes).sum::<usize>();
    }
    let tcp = tshark(&["-r", "captures/ws-frames.pcap", "-T", "fields", "-e", "tcp.len"]);
    let there: usize = tcp.lines().map(|line| line.parse::<usize>().unwrap()).sum();
    assert_eq!(shown, there);
}

fn ours(path: &str) -> (Sides, BTreeSet<String>) {
    let keys = key_log(path);
    let keys = keys.iter().flat_map(|preference| ["-o", preference]);
    let run = program::run(["read", path, "-T", "json"].into_iter().chain(keys));
    assert_eq!(run.code, 0, "{path}: {}", run.err);
    let mut sides = Sides::new();
    let mut keys = BTreeSet::new();
    for record in run.json() {
        for header in record["headers"].as_array().into_iter().flatten() {
            keys.extend(masking_keys(header));
        }
        keys.extend(masking_keys(&record));
        let kind = record["type"].as_str().unwrap();
        if ["HTTP", "WEBSOCKET", "PROXY", "TLS"].iter().any(|start| kind.starts_with(start)) {
            continue;
        }
        let src = record["src"].as_str().unwrap();
        let port = src.rsplit(':').next().unwrap().parse().unwrap();
        let side = sides.entry((record["stream"].as_u64().unwrap(), port)).or_default();
        side.push_str(record["hex"].as_str().unwrap());
    }
    (sides, keys)
}

/// The preference that names the key log beside a capture, in both programs.
fn key_log(capture: &str) -> Option<String> {
    let keys = std::path::Path::new(capture).with_extension("keys");
    keys.is_file().then(|| format!("tls.keylog_file:{}", keys.display()))
}

fn masking_keys(shown: &serde_json::Value) -> Vec<String> {
    let fields = program::fields(shown);
    let keys = fields.iter().filter(|field| field["field"] == "websocket.masking_key");
    keys.map(|field| field["value"].as_str().unwrap().to_owned()).collect()
}

fn theirs(path: &str, dissector: &str) -> Sides {
    let fields = ["-e", "tcp.stream", "-e", "tcp.srcport", "-e", "data.data"];
    let base = ["-r", path, "-2", "-d", dissector, "-Y", "data", "-T", "fields"];
    let keys = key_log(path);
    let keys: Vec<_> = keys.iter().flat_map(|preference| ["-o", preference]).collect();
    let mut sides = Sides::new();
    for line in tshark(&[&base[..], &fields, &keys].concat()).lines() {
        let mut parts = line.split('\t');
        let mut number = || parts.next().unwrap().parse::<u64>().unwrap();
        let side = sides.entry((number(), number())).or_default();
        side.push_str(&parts.next().unwrap_or_default().replace(',', ""));
    }
    sides
}

fn their_keys(path: &str, dissector: &str) -> BTreeSet<String> {
    let base = ["-r", path, "-2", "-d", dissector, "-Y", "websocket", "-T", "fields"];
    let keys = key_log(path);
    let keys: Vec<_> = keys.iter().flat_map(|preference| ["-o", preference]).collect();
    let out = tshark(&[&base[..], &["-e", "websocket.masking_key"], &keys].concat());
    out.split(['\n', ',']).filter(|key| !key.is_empty()).map(|key| key.replace(':', "")).collect()
}

fn tshark(args: &[&str]) -> String {
    let output = Command::new("tshark").arg("-n").args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_wrong_with_a_frame_stands_at_its_header() {
    let request: &[u8] = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
    let answer: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
    // A CONNECT in a frame without a mask, a ping with a reserved bit, and a CONNACK with a mask.
    let connect = b"\x82\x10\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02ab\xc9\x00";
    let connack = b"\x82\x84\0\0\0\0\x20\x02\x00\x00";
    let mut seq = [1, 1];
    let mut frames = vec![support::Tcp::client(0, &[]).syn().ethernet()];
    for (is_client, payload) in
        [(true, request), (false, answer), (true, connect), (false, connack)]
    {
        let [client, server] = seq;
        if is_client {
            frames.push(support::Tcp::client(client, payload).ethernet());
            seq[0] += payload.len() as u32;
        } else {
            frames.push(support::Tcp::server(server, client, payload).ethernet());
            seq[1] += payload.len() as u32;
        }
    }
    let file = support::pcap(1, &frames);
    let tree = program::finish(program::command(["read", "-"]), &file);
    let lines: Vec<&str> = tree.out.lines().collect();
    for (sentence, field) in [
        ("frame is not masked", "MASK: 0"),
        ("frame is masked", "MASK: 1"),
        ("the reserved bits of the WebSocket frame are 4", "Reserved: 4"),
    ] {
        let at: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains(sentence)).collect();
        assert!(!at.is_empty(), "{sentence}: {}", tree.out);
        for at in at {
            assert!(lines[at - 1].contains(field), "{sentence}: {}", lines[at - 1]);
        }
    }
    // In JSON the packet has them, as ever.
    let json = program::finish(program::command(["read", "-", "-T", "json"]), &file);
    let rules = |kind: &str| -> Vec<String> {
        let records = json.json();
        let record = records.iter().find(|record| record["type"] == kind).unwrap();
        let findings = record["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert!(rules("CONNECT").contains(&"websocket-unmasked".to_owned()));
    assert!(rules("CONNACK").contains(&"websocket-masked".to_owned()));
    assert!(rules("WEBSOCKET PING").contains(&"websocket-reserved-bits".to_owned()));
}

/// A client that speaks MQTT to a port of WebSocket, or of a web server.
#[test]
fn an_answer_in_http_is_no_mqtt() {
    let connect = b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02ab";
    let head = b"HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\n\r\n";
    let (seq, body) = (2 + head.len() as u32, b"<html>no</html>");
    let whole = [
        Tcp::client(0, b"").syn(),
        Tcp::server(0, 1, b"").syn(),
        Tcp::client(1, connect),
        Tcp::server(1, 17, head),
        Tcp::server(seq - 1, 17, body),
    ];
    let types = |segments: &[Tcp]| -> Vec<String> {
        let frames: Vec<Vec<u8>> = segments.iter().map(Tcp::ethernet).collect();
        let run = program::finish(program::command(["read", "-", "-T", "json"]), &pcap(1, &frames));
        run.json().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect()
    };
    let said = ["CONNECT", "HTTP RESPONSE", "NOT MQTT", "HTTP BODY"];
    assert_eq!(types(&whole), said);
    // What the server sent before was not captured: it may stand in a message.
    let lost = [&whole[..3], &[Tcp::server(100, 17, head)]].concat();
    assert!(!types(&lost).contains(&"HTTP RESPONSE".to_owned()));
}
