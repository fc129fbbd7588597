//! What the broker did not read as its client sent it has no line of its own, and what no packet tells is
//! not told. The lines are those that mosquitto 2.0.11 wrote of the same bytes.

mod support;

use std::path::Path;
use support::conversation::{Turn, closed_by_server, frames, gone, packet};
use support::program::run;

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

fn publish(topic: &str, id: u8, payload: &[u8]) -> Vec<u8> {
    packet(0x32, &[&text(topic)[..], &[0, id], payload].concat())
}

fn client(bytes: &[u8]) -> Turn {
    Turn { from_client: true, bytes: bytes.to_vec() }
}

fn server(bytes: &[u8]) -> Turn {
    Turn { from_client: false, bytes: bytes.to_vec() }
}

/// CONNECT and CONNACK, and what comes then.
fn connected(version: u8, turns: Vec<Turn>) -> Vec<Turn> {
    let properties: &[u8] = if version == 5 { &[0] } else { &[] };
    let head = [&text("MQTT")[..], &[version, 2, 0, 60], properties, &text("torn")].concat();
    let connack = packet(0x20, &[&[0, 0], properties].concat());
    [vec![client(&packet(0x10, &head)), server(&connack)], turns].concat()
}

/// The lines without their times, behind that of the CONNACK.
fn lines(frames: &[Vec<u8>]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.pcap");
    std::fs::write(&file, support::pcap(1, frames)).unwrap();
    let all = own_lines(&file);
    let after = all.iter().position(|line| line.starts_with("Sending CONNACK")).unwrap();
    all[after + 1..].to_vec()
}

/// How many events the time line of the client has, which stand in the order of their times.
fn times(frames: &[Vec<u8>]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.pcap");
    std::fs::write(&file, support::pcap(1, frames)).unwrap();
    let args =
        ["session".as_ref(), file.as_os_str(), "torn".as_ref(), "-T".as_ref(), "json".as_ref()];
    let records = run(args).json();
    let events = records[0]["events"].as_array().unwrap();
    let times: Vec<String> = events.iter().map(|event| event["time"].to_string()).collect();
    assert!(times.is_sorted(), "{times:?}");
    times.len()
}

fn own_lines(file: &Path) -> Vec<String> {
    let run = run(["log".as_ref(), file.as_os_str()]);
    run.out.lines().filter_map(|line| Some(line.split_once(": ")?.1.to_owned())).collect()
}

fn whole(turns: &[Turn]) -> Vec<Vec<u8>> {
    frames(turns, |_, turn| vec![(0, turn.bytes.len())])
}

/// The broker takes the inner packet for a part of the payload, and acknowledges the outer one as soon as it has
/// as many bytes as its length says; what follows is no packet to it.
#[test]
fn a_packet_in_the_payload_of_another_has_no_line() {
    let (outer, ping) = (publish("sensors/one", 1, &[b'A'; 40]), packet(0xc0, &[]));
    for inner in [publish("sensors/two", 2, &[b'B'; 20]), packet(0xe0, &[])] {
        let turns = connected(
            4,
            vec![
                client(&outer[..30]),
                client(&inner),
                client(&outer[30..]),
                server(&packet(0x40, &[0, 1])),
                client(&ping),
            ],
        );
        assert_eq!(times(&whole(&turns)), 9);
        // That it is whole is known when the rest has come. What is left is the beginning of a packet of 67 bytes, in
        // which the connection ends.
        assert_eq!(
            lines(&whole(&turns)),
            [
                "Sending PUBACK to torn (m1, rc0)",
                "Received PUBLISH from torn (d0, q1, r0, m1, 'sensors/one', ... (40 bytes))",
                "Client torn disconnected: Success.",
            ]
        );
    }
    // Where the fields are torn apart nothing of it can be read.
    for at in [1, 5] {
        let inner = publish("sensors/two", 2, &[b'B'; 20]);
        let turns = vec![client(&outer[..at]), client(&inner), client(&outer[at..])];
        let lines = lines(&closed_by_server(&connected(4, turns)));
        assert_eq!(lines, ["Client torn disconnected due to malformed packet."], "{at}");
    }
}

/// The text of a Topic Filter is looked at before its levels.
#[test]
fn a_filter_that_is_no_text_is_malformed() {
    let subscribe = packet(0x82, &[&[0, 3][..], &text("2#\0"), &[0]].concat());
    let frames = closed_by_server(&connected(4, vec![client(&subscribe)]));
    assert_eq!(
        lines(&frames),
        ["Received SUBSCRIBE from torn", "Client torn disconnected due to malformed packet."]
    );
    let subscribe = packet(0x82, &[&[0, 3][..], &text("2#"), &[0]].concat());
    let frames = closed_by_server(&connected(4, vec![client(&subscribe)]));
    assert_eq!(lines(&frames)[1], "Invalid subscription string from 10.0.0.1, disconnecting.");
}

/// It is passed on as it is.
#[test]
fn a_response_topic_with_a_wildcard_is_taken() {
    let body = [&text("a")[..], &[6, 8], &text("a/#"), b"x"].concat();
    let turns = connected(5, vec![client(&packet(0x30, &body))]);
    assert_eq!(
        lines(&whole(&turns)),
        [
            "Received PUBLISH from torn (d0, q0, r0, m0, 'a', ... (1 bytes))",
            "Client torn closed its connection.",
        ]
    );
}

/// A client whose CONNECT was lost has the address for its name, in every line.
#[test]
fn who_goes_on_is_not_unknown() {
    let subscribe = packet(0x82, &[&[0, 3][..], &text("a"), &[0]].concat());
    let turns =
        vec![client(&subscribe), server(&packet(0x90, &[0, 3, 0])), client(&packet(0xe0, &[]))];
    let mut frames = whole(&connected(4, turns));
    // The CONNECT, and the CONNACK.
    frames.drain(2..4);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lossy.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let lines = own_lines(&file);
    assert!(
        lines.iter().any(|line| line == "Received SUBSCRIBE from 10.0.0.1:50000"),
        "{lines:#?}"
    );
    assert!(!lines.iter().any(|line| line.contains("<unknown>")), "{lines:#?}");
}

/// A client that says DISCONNECT and closes is gone when the broker answers: its RST keeps the next answer
/// from being written, and the broker does not come to the DISCONNECT.
#[test]
fn who_is_gone_before_it_was_answered_does_not_leave_in_order() {
    let ends = |asked: &[Vec<u8>; 2], answer: &[u8]| {
        let all = [&asked[0][..], &asked[1], &packet(0xe0, &[])].concat();
        let mut lines = lines(&gone(&connected(4, vec![client(&all)]), answer));
        assert!(lines.iter().all(|line| !line.contains("DISCONNECT")), "{lines:#?}");
        lines.split_off(2)
    };
    let publish =
        |qos: u8, id: u8| packet(0x30 | qos << 1, &[&text("a")[..], &[0, id], b"x"].concat());
    assert_eq!(
        ends(&[publish(1, 1), publish(1, 2)], &packet(0x40, &[0, 1])),
        [
            "Received PUBLISH from torn (d0, q1, r0, m2, 'a', ... (1 bytes))",
            "Sending PUBACK to torn (m2, rc0)",
            "Client torn disconnected due to out of memory.",
        ]
    );
    assert_eq!(
        ends(&[publish(2, 1), publish(2, 2)], &packet(0x50, &[0, 1])),
        [
            "Received PUBLISH from torn (d0, q2, r0, m2, 'a', ... (1 bytes))",
            "Sending PUBREC to torn (m2, rc0)",
            "Client torn disconnected: Broken pipe.",
        ]
    );
}

/// A capture of one direction does not tell who closed first.
#[test]
fn one_direction_tells_no_end() {
    let turns = connected(4, vec![client(&publish("a", 1, b"x"))]);
    let is_of_client = |frame: &Vec<u8>| frame[34..36] != 1883_u16.to_be_bytes();
    let frames: Vec<_> = whole(&turns).into_iter().filter(is_of_client).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one-way.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let lines = own_lines(&file);
    assert_eq!(lines, ["Received PUBLISH from torn (d0, q1, r0, m1, 'a', ... (1 bytes))"]);
}

/// The listener of WebSocket belongs to a library that has no line for a new connection.
#[test]
fn websocket_has_no_line_of_its_opening() {
    let is_opening = |line: &&String| line.starts_with("New connection from ");
    let count =
        |name: &str| own_lines(&Path::new("captures").join(name)).iter().filter(is_opening).count();
    assert_eq!((count("ws.pcap"), count("ws-frames.pcap")), (0, 0));
    assert!(count("ends.pcap") > 0);
}
