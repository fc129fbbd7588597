//! TCP as it is, from segments to records: what a capture may hold beside tidy connections.

mod support;

use mqttscope::spec::Severity;
use serde_json::Value;
use support::conversation::packet;
use support::program::{command, finish};
use support::{Tcp, pcap};

/// CONNECT of 3.1.1 and 5.0 with a Client Identifier of one character.
fn connect(v5: bool, id: u8) -> Vec<u8> {
    match v5 {
        true => packet(0x10, &[&b"\0\x04MQTT\x05\x02\0\0\0\0\x01"[..], &[id]].concat()),
        false => packet(0x10, &[&b"\0\x04MQTT\x04\x02\0\0\0\x01"[..], &[id]].concat()),
    }
}

fn publish(text: &str) -> Vec<u8> {
    packet(0x30, &[&b"\0\x03a/b"[..], text.as_bytes()].concat())
}

/// The records of a capture of these segments, and standard error.
fn read(segments: &[Tcp]) -> (Vec<Value>, String) {
    let frames: Vec<_> = segments.iter().map(Tcp::ethernet).collect();
    let run = finish(command(["read", "-T", "json", "--explain", "off", "-"]), &pcap(1, &frames));
    assert_eq!(run.code, 0, "{}", run.err);
    (run.json(), run.err)
}

/// Type and rules of each record.
fn told(records: &[Value]) -> Vec<String> {
    let rule = |finding: &Value| format!(" {}", finding["rule"].as_str().unwrap());
    let rules = |record: &Value| -> String {
        record["findings"].as_array().unwrap().iter().map(rule).collect()
    };
    records.iter().map(|one| format!("{}{}", one["type"].as_str().unwrap(), rules(one))).collect()
}

/// Client segments one after the other from a SYN on.
fn client(first: u32, payloads: &[&[u8]]) -> Vec<Tcp> {
    let mut list = vec![Tcp::client(first, b"").syn()];
    let mut seq = first.wrapping_add(1);
    for payload in payloads {
        list.push(Tcp::client(seq, payload));
        seq = seq.wrapping_add(payload.len() as u32);
    }
    list
}

#[test]
fn other_contents_for_a_packet_that_waits_are_told_with_it() {
    let (hello, other) = (publish("hello"), publish("jello"));
    let whole = [connect(false, b'c'), hello.clone()].concat();
    let mut list = client(9, &[&whole[..whole.len() - 2]]);
    let start = 10 + (whole.len() - hello.len()) as u32;
    list.push(Tcp::client(start, &other));
    let (records, _) = read(&list);
    assert_eq!(told(&records), ["CONNECT", "PUBLISH overlap-differs"]);
    assert!(records[1]["hex"].as_str().unwrap().ends_with(&hex::encode("hello")));
    let finding = &records[1]["findings"][0];
    assert_eq!((&finding["bit_offset"], &finding["bit_length"]), (&(7 * 8).into(), &8.into()));
    assert_eq!(
        finding["message"],
        "frame 3 brought 1 byte of this packet again with other contents; the first were taken"
    );
}

#[test]
fn other_contents_for_a_packet_that_was_told_are_a_record() {
    let mut list = client(9, &[&connect(false, b'c'), &publish("hello")]);
    let again = Tcp { payload: publish("hullo"), ..list[2].clone() };
    list.push(again);
    let (records, err) = read(&list);
    assert_eq!(told(&records), ["CONNECT", "PUBLISH", "UNDECODED overlap-differs-late"]);
    assert_eq!(records[2]["hex"], hex::encode("u"));
    assert_eq!(records[2]["frames"], serde_json::json!([4]));
    let message = records[2]["findings"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("are in record 2"), "{message}");
    assert!(err.contains("other contents"), "{err}");
}

#[test]
fn a_reset_and_what_comes_behind_an_end_are_no_data() {
    let mut list = client(9, &[&connect(false, b'c')]);
    let end = list[1].seq + list[1].payload.len() as u32;
    list.push(Tcp::client(end, &publish("last")).fin());
    list.push(Tcp::client(end + publish("last").len() as u32 + 1, &[0xc0, 0]));
    // What a reset carries is a word on its cause.
    list.push(Tcp::server(500, end, &[0xd0, 0]).rst());
    let (records, err) = read(&list);
    assert_eq!(told(&records), ["CONNECT", "PUBLISH"]);
    assert!(err.contains("2 bytes passed over"), "{err}");
}

#[test]
fn a_half_closed_connection_goes_on() {
    let mut list = client(9, &[&connect(false, b'c')]);
    let end = list[1].seq + list[1].payload.len() as u32;
    list.insert(1, Tcp::server(99, 10, b"").syn());
    list.push(Tcp::client(end, b"").fin());
    list.push(Tcp::server(100, end + 1, &packet(0x20, &[0, 0])));
    list.push(Tcp::server(104, end + 1, &publish("still")).fin());
    assert_eq!(told(&read(&list).0), ["CONNECT", "CONNACK", "PUBLISH"]);
}

#[test]
fn both_sides_may_open_and_close_at_once() {
    let connect = connect(false, b'c');
    let end = 10 + connect.len() as u32;
    let both = [
        Tcp::client(9, b"").syn(),
        Tcp::server(99, 0, b"").syn(),
        Tcp { ack: Some(100), ..Tcp::client(9, b"") }.syn(),
        Tcp::server(99, 10, b"").syn(),
        Tcp::client(10, &connect),
        Tcp::server(100, end, &packet(0x20, &[0, 0])),
        Tcp::client(end, b"").fin(),
        Tcp::server(104, end, b"").fin(),
        Tcp { ack: Some(105), ..Tcp::client(end + 1, b"") },
        Tcp::server(105, end + 1, b""),
    ];
    let (records, _) = read(&both);
    assert_eq!(told(&records), ["CONNECT", "CONNACK"]);
    assert!(records.iter().all(|record| record["stream"] == 0));
}

#[test]
fn addresses_used_again_carry_nothing_over() {
    let old = client(9, &[&connect(true, b'o'), &packet(0x30, b"\0\x01a\0old")]);
    // With a SYN; and with a CONNECT alone, in sequence numbers near the old ones and far away.
    let far = [77_000_000_u32, 3_000_000_000];
    let mut news = vec![client(70_000, &[&connect(false, b'n'), &publish("new")])];
    news.extend(far.map(|seq| client(seq, &[&connect(false, b'n'), &publish("new")]).split_off(1)));
    for new in news {
        let (records, _) = read(&[&old[..], &new].concat());
        assert_eq!(told(&records), ["CONNECT", "PUBLISH", "CONNECT", "PUBLISH"]);
        let of = |key: &str| records.iter().map(|one| one[key].clone()).collect::<Vec<_>>();
        assert_eq!(of("stream"), [0, 0, 1, 1]);
        assert_eq!(of("version"), ["5.0", "5.0", "3.1.1", "3.1.1"]);
        assert_eq!(of("client_id"), ["o", "o", "n", "n"]);
    }
}

#[test]
fn a_run_of_segments_far_away_is_a_new_connection() {
    let old = client(9, &[&connect(true, b'o')]);
    let new = client(3_000_000_000, &[&publish("1"), &publish("2"), &publish("3"), &publish("4")]);
    let (records, err) = read(&[&old[..], &new[1..]].concat());
    assert_eq!(told(&records)[..2], ["CONNECT".to_owned(), "PUBLISH".to_owned()]);
    assert_eq!(records.last().unwrap()["stream"], 1);
    assert!(err.contains("2 segments passed over"), "{err}");
}

#[test]
fn a_second_connect_on_a_connection_is_a_fault_and_is_read() {
    let list = client(
        9,
        &[
            &connect(true, b'o'),
            &packet(0x30, b"\0\x01a\0old"),
            &connect(false, b'n'),
            &publish("\0"),
        ],
    );
    let (records, _) = read(&list);
    assert_eq!(told(&records), ["CONNECT", "PUBLISH", "CONNECT second-connect", "PUBLISH"]);
    let finding = &records[2]["findings"][0];
    assert_eq!(finding["severity"], Severity::Error.name());
    assert!(finding["spec"].as_str().unwrap().contains("MQTT-3.1.0-2"), "{finding}");
    assert_eq!((&records[3]["version"], &records[3]["client_id"]), (&"3.1.1".into(), &"n".into()));
}

#[test]
fn a_large_packet_without_its_middle_costs_that_packet_alone() {
    let large = publish(&"x".repeat(5_000_000));
    let stream = [connect(false, b'c'), large.clone(), publish("next")].concat();
    let pieces: Vec<&[u8]> = stream.chunks(1_400).collect();
    let mut list = client(9, &pieces);
    // One segment, and later a run of them.
    list.drain(3_000..3_300);
    list.remove(700);
    list.push(Tcp::server(100, 10 + stream.len() as u32, b""));
    let (records, err) = read(&list);
    let told = told(&records);
    assert_eq!(told[..2], ["CONNECT".to_owned(), "PUBLISH bytes-missing".to_owned()]);
    assert_eq!(records.last().unwrap()["hex"], hex::encode(publish("next")));
    assert_eq!(told.iter().filter(|one| one.starts_with("PUBLISH")).count(), 2);
    let message = records[1]["findings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "not captured: 1400 bytes of this packet");
    let lost = told.iter().position(|one| one.ends_with("lost-before")).unwrap();
    assert!(
        records[lost]["findings"].to_string().contains("not captured before this: 420,000 bytes"),
        "{lost}"
    );
    assert!(err.contains("2 gaps in MQTT streams: 421,400 bytes"), "{err}");
}

#[test]
fn what_is_lost_between_packets_is_told_with_the_next() {
    let publishes: Vec<_> = (0..300).map(|n| publish(&format!("number {n:04}"))).collect();
    let connect = connect(false, b'c');
    let mut payloads: Vec<&[u8]> = vec![&connect];
    payloads.extend(publishes.iter().map(Vec::as_slice));
    let mut list = client(9, &payloads);
    list.drain(10..13);
    let (records, _) = read(&list);
    assert_eq!(records.len(), 298);
    let finding = &records[9]["findings"][0];
    assert_eq!(finding["message"], "not captured before this: 54 bytes");
}

#[test]
fn a_payload_of_packets_is_not_taken_for_packets() {
    let inner: Vec<u8> = (0..200).flat_map(|n| publish(&format!("inner {n:03}"))).collect();
    let outer = packet(0x30, &[&b"\0\x05outer"[..], &inner].concat());
    let stream = [connect(false, b'c'), outer.clone(), publish("next")].concat();
    let pieces: Vec<&[u8]> = stream.chunks(500).collect();
    // Whole, and with a part of the payload lost: the end is known in both.
    for gone in [None, Some(3)] {
        let mut list = client(9, &pieces);
        if let Some(gone) = gone {
            list.remove(gone);
        }
        let (records, _) = read(&list);
        let packets = records.iter().filter(|one| one["type"] != "UNDECODED").count();
        assert_eq!(packets, 3, "{:?}", told(&records));
    }
    // The beginning is there and the connection's is not: the outer packet is taken.
    let next = Tcp::client(10 + outer.len() as u32, &[0xc0, 0]);
    let (records, _) = read(&[Tcp::client(10, &outer), next]);
    assert_eq!(told(&records), ["PUBLISH", "PINGREQ"]);
}

#[test]
fn a_connect_behind_a_gap_is_not_accused() {
    let old = client(9, &[&connect(true, b'o'), &publish("old")]);
    // Within a window of what was seen: whether it is the same connection cannot be told.
    let new = client(500_000, &[&connect(false, b'n'), &publish("new")]);
    let (records, _) = read(&[&old[..], &new[1..]].concat());
    assert_eq!(told(&records)[2..], ["CONNECT lost-before", "PUBLISH"]);
    assert_eq!(records[3]["version"], "3.1.1");
    assert_eq!(records[3]["client_id"], "n");
}

#[test]
fn a_reset_far_away_tells_of_no_loss() {
    for far in [3_000, 100_000_000] {
        let mut list = client(9, &[&connect(false, b'c')]);
        let end = list[1].seq + list[1].payload.len() as u32;
        list.push(Tcp::client(end + far, b"").rst());
        list.push(Tcp::client(end, &publish("goes on")));
        let (records, err) = read(&list);
        assert_eq!(told(&records), ["CONNECT", "PUBLISH"]);
        assert_eq!(err, "", "{far}");
    }
}
