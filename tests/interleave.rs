//! Packets that were written into the middle of another one: the original packets come back, and
//! nothing else is ever taken for that.

mod support;

use mqttscope::mqtt::framer::{Framed, Framer};
use mqttscope::paste;
use mqttscope::pipeline::{Consumer, Inspector, PastedSettings, Record, Settings, read_paste};
use mqttscope::spec::{Rule, Sender, Version};
use proptest::prelude::*;
use std::ops::ControlFlow;
use support::conversation::{Turn, closed_by_server, frames, packet};
use support::{pcap, program};

/// What the framer makes of a direction: its packets in their order, and how many had another one in
/// their middle.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    packets: Vec<Vec<u8>>,
    torn: usize,
    covered: u64,
}

fn seen(pieces: &[Vec<u8>]) -> Seen {
    seen_in(Version::V311, pieces)
}

fn seen_in(version: Version, pieces: &[Vec<u8>]) -> Seen {
    let mut framer = Framer::new(true, 1 << 20);
    framer.expect(Some(Sender::Client), Some(version));
    let mut seen = Seen::default();
    let mut emit = |framed: Framed<'_>| match framed {
        Framed::Packet { bytes, .. } => {
            seen.covered += bytes.len() as u64;
            seen.packets.push(bytes.to_vec());
        }
        Framed::Torn { bytes, before, others, .. } => {
            assert!(before < bytes.len() && others > 0);
            seen.covered += bytes.len() as u64;
            seen.packets.push(bytes.to_vec());
            seen.torn += 1;
        }
        Framed::Cut { bytes, .. } | Framed::Stray { bytes, .. } => {
            seen.covered += bytes.len() as u64
        }
        Framed::Gap { .. } => unreachable!(),
    };
    for piece in pieces {
        framer.data(piece, &mut emit);
    }
    framer.end(&mut emit);
    seen
}

fn publish(topic: &str, id: Option<u16>, payload: &[u8]) -> Vec<u8> {
    let len = (topic.len() as u16).to_be_bytes();
    let id = id.map(|id| id.to_be_bytes().to_vec()).unwrap_or_default();
    let body = [&len[..], topic.as_bytes(), &id, payload].concat();
    let mut out = vec![if id.is_empty() { 0x30 } else { 0x32 }];
    let mut left = body.len();
    while left > 0x7f {
        out.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
    out.extend_from_slice(&body);
    out
}

fn json() -> impl Strategy<Value = Vec<u8>> {
    (20usize..3_000, any::<u32>()).prop_map(|(len, seed)| {
        let line = |n: usize| {
            format!("{{\"t\":{},\"v\":{}}},", n, (seed as usize).wrapping_mul(n + 7) % 997)
        };
        (0..).flat_map(|n| line(n).into_bytes()).take(len).collect()
    })
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![json(), proptest::collection::vec(any::<u8>(), 20..3_000)]
}

fn inner() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(vec![0xc0, 0]),
        (1u16..=999).prop_map(|id| [&[0x40, 2][..], &id.to_be_bytes()].concat()),
        (1u16..=999).prop_map(|id| [&[0x62, 2][..], &id.to_be_bytes()].concat()),
        Just(b"\x82\x0a\x00\x07\x00\x05lamp/\x01".to_vec()),
        proptest::collection::vec(b' '..b'~', 0..200)
            .prop_map(|text| publish("log/line", None, &text)),
        Just([vec![0xc0, 0], publish("a/b", Some(3), b"x")].concat()),
    ]
}

/// Packets of the same client behind the torn one.
fn behind() -> Vec<Vec<u8>> {
    vec![
        publish("sensors/kitchen", None, b"21.5"),
        vec![0xc0, 0],
        publish("sensors/hall", Some(9), b"19"),
    ]
}

/// The stream of a torn packet, in the pieces in which it was written.
fn torn(outer: &[u8], cut: usize, inner: &[u8], is_joined: bool) -> Vec<Vec<u8>> {
    let before = publish("sensors/kitchen", None, b"21.4");
    let (head, tail) = outer.split_at(cut);
    let mut pieces = vec![before, head.to_vec(), inner.to_vec(), tail.to_vec()];
    if is_joined {
        // The inner packet and the rest came in one segment.
        let rest = pieces.pop().unwrap();
        pieces.last_mut().unwrap().extend(rest);
    }
    pieces.extend(behind());
    pieces
}

/// What a pasted text gives: its packets, how many had another one in their middle, and what was
/// meant instead of any.
#[derive(Debug, Default)]
struct Read {
    packets: Vec<Vec<u8>>,
    torn: usize,
    meant: Vec<String>,
    covered: usize,
}

impl Consumer for Read {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.covered += record.bytes.len();
        self.packets.push(record.bytes.to_vec());
        let mut findings = record.tape.findings().iter();
        self.torn += usize::from(findings.any(|finding| finding.rule == Rule::INTERLEAVED));
        self.meant.extend(record.repair.map(|repair| repair.text.clone()));
        ControlFlow::Continue(())
    }
}

fn pasted(version: Option<Version>, bytes: &[u8]) -> Read {
    let text = hex::encode(bytes);
    let paste = paste::parse(&text, &paste::Options::default());
    let inspection = Settings { version, ..Settings::default() };
    let sender = Some(Sender::Client);
    let settings = PastedSettings { inspection, sender, ..PastedSettings::default() };
    read_paste(&paste, settings, Read::default())
}

/// What the same gives in one segment of a capture.
fn captured(version: Version, bytes: &[u8]) -> Read {
    let level = if version == Version::V5 { 5 } else { 4 };
    let properties: &[u8] = if version == Version::V5 { &[0] } else { &[] };
    let connect =
        packet(0x10, &[&text("MQTT")[..], &[level, 2, 0, 60], properties, &text("a")].concat());
    let turns = [connect, bytes.to_vec()].map(|bytes| Turn { from_client: true, bytes });
    let mut inspector = Inspector::new(Read::default(), Settings::default());
    for data in closed_by_server(&turns) {
        let _ = inspector.frame(&support::frame(1, &data));
    }
    inspector.finish();
    inspector.into_consumer()
}

fn whole(first: u8, body: &[u8]) -> Vec<u8> {
    packet(first, body)
}

fn text(value: &str) -> Vec<u8> {
    [&(value.len() as u16).to_be_bytes()[..], value.as_bytes()].concat()
}

/// Packets of a client that others may be written into. In 5.0 with properties or without.
fn outer(version: Version) -> impl Strategy<Value = Vec<u8>> {
    let none: &[u8] = if version == Version::V5 { &[0] } else { &[] };
    let pair: Vec<u8> = match version {
        Version::V5 => [&[10, 0x26][..], &text("ab"), &text("cde")].concat(),
        _ => Vec::new(),
    };
    let level = if version == Version::V5 { 5 } else { 4 };
    let (plain, rich) = (none.to_vec(), pair);
    let name = || "[a-z]{1,8}(/[a-z0-9]{1,8}){0,3}";
    (name(), name(), 0u8..5, 1u16..999, any::<bool>(), "[ -~]{0,60}").prop_map(
        move |(a, b, kind, id, is_rich, payload)| {
            let properties = if is_rich { &rich } else { &plain };
            let id = id.to_be_bytes().to_vec();
            let payload = payload.into_bytes();
            let parts = match kind {
                0 => (0x82, vec![id, properties.clone(), text(&a), vec![1], text(&b), vec![0]]),
                1 => (0xa2, vec![id, properties.clone(), text(&a), text(&b)]),
                2 => (0x30, vec![text(&a), properties.clone(), payload]),
                3 => (0x32, vec![text(&a), id, properties.clone(), payload]),
                _ => {
                    let head = [&text("MQTT")[..], &[level, 0xc2, 0, 60]].concat();
                    (0x10, vec![head, properties.clone(), text("client"), text(&a), text(&b)])
                }
            };
            whole(parts.0, &parts.1.concat())
        },
    )
}

/// What is written into them.
fn intruder(version: Version) -> impl Strategy<Value = Vec<u8>> {
    let none: &[u8] = if version == Version::V5 { &[0] } else { &[] };
    let publish = |topic: &str, id: &[u8], payload: &[u8]| {
        let first = if id.is_empty() { 0x30 } else { 0x32 };
        whole(first, &[&text(topic)[..], id, none, payload].concat())
    };
    prop_oneof![
        Just(vec![0xc0, 0]),
        (1u16..=999).prop_map(|id| [&[0x40, 2][..], &id.to_be_bytes()].concat()),
        (1u16..=999).prop_map(|id| [&[0x62, 2][..], &id.to_be_bytes()].concat()),
        Just(whole(0x82, &[&[0, 7][..], none, &text("lamp/"), &[1]].concat())),
        Just(publish("log/line", &[], b"all is well")),
        Just([vec![0xc0, 0], publish("a/b", &[0, 3], b"x")].concat()),
    ]
}

fn behind_in(version: Version) -> Vec<Vec<u8>> {
    let none: &[u8] = if version == Version::V5 { &[0] } else { &[] };
    let publish =
        |topic: &str, value: &[u8]| whole(0x30, &[&text(topic)[..], none, value].concat());
    vec![publish("sensors/kitchen", b"21.5"), vec![0xc0, 0]]
}

/// One packet in the middle of another: both come back, or nothing is said, and never is something
/// else said to be meant.
fn come_back_or_nothing(
    (version, is_told): (Version, bool),
    (outer, inner): (&[u8], &[u8]),
    cut: usize,
    follows: bool,
) -> Result<bool, TestCaseError> {
    let behind = if follows { behind_in(version) } else { Vec::new() };
    let (head, tail) = outer.split_at(cut);
    let stream = [head, inner, tail, &behind.concat()].concat();
    let is_in = |packets: &[Vec<u8>]| {
        let inside = packets.concat();
        packets.contains(&outer.to_vec())
            && inside.windows(inner.len()).any(|part| part == inner)
            && packets.ends_with(&behind)
    };
    let found = seen_in(version, std::slice::from_ref(&stream));
    prop_assert_eq!(found.covered, stream.len() as u64);
    prop_assert!(found.torn == 0 || is_in(&found.packets), "framer: {:02x?}", found);
    let read = captured(version, &stream);
    prop_assert!(read.torn == 0 || is_in(&read.packets), "capture: {:02x?}", read);
    prop_assert!(read.meant.is_empty(), "capture: {:02x?}", read);
    let read = pasted(is_told.then_some(version), &stream);
    prop_assert_eq!(read.covered, stream.len());
    prop_assert!(read.torn == 0 || is_in(&read.packets), "paste: {:02x?}", read);
    prop_assert!(read.meant.is_empty(), "paste: {:02x?}", read);
    Ok(read.torn > 0)
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V311), Just(Version::V5)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn in_one_segment_both_come_back_or_nothing_is_said(
        (version, outer, inner) in version().prop_flat_map(|version| {
            (Just(version), outer(version), intruder(version))
        }),
        place in 0.0..1.0f64,
        is_told: bool,
        follows: bool,
    ) {
        let cut = 1 + (place * (outer.len() - 1) as f64) as usize;
        come_back_or_nothing((version, is_told), (&outer, &inner), cut, follows)?;
    }

    /// A legal packet is never doubted, whatever its payload is.
    #[test]
    fn packets_in_the_payload_of_a_legal_one_are_its_payload(
        (version, inner) in version().prop_flat_map(|version| (Just(version), intruder(version))),
        before in "[ -~]{0,30}",
        after in "[ -~]{0,30}",
    ) {
        let none: &[u8] = if version == Version::V5 { &[0] } else { &[] };
        let body = [&text("bridge/raw"), none, before.as_bytes(), &inner, after.as_bytes()].concat();
        let packets = [vec![whole(0x30, &body)], behind_in(version)].concat();
        let stream = packets.concat();
        prop_assert_eq!(seen_in(version, std::slice::from_ref(&stream)).packets, packets.clone());
        prop_assert_eq!(pasted(Some(version), &stream).packets, packets);
    }

    #[test]
    fn the_original_packets_come_back(
        payload in payload(),
        inner in inner(),
        place in 0.0..1.0f64,
        id in prop_oneof![Just(None), (1u16..=99).prop_map(Some)],
        is_joined: bool,
    ) {
        let outer = publish("camera/front/state", id, &payload);
        let header = outer.len() - payload.len();
        let cut = header + 1 + (place * (payload.len() - 2) as f64) as usize;
        let pieces = torn(&outer, cut, &inner, is_joined);
        let found = seen(&pieces);
        let total: usize = pieces.iter().map(Vec::len).sum();
        prop_assert_eq!(found.covered, total as u64);
        // Where the rest of the payload happens to look like a packet, nothing is claimed.
        if found.torn > 0 {
            prop_assert!(found.packets.contains(&outer), "the outer packet");
            prop_assert!(found.packets.concat().windows(inner.len()).any(|part| part == inner));
            prop_assert!(found.packets.ends_with(&behind()), "those behind it");
        }
    }

    /// A legal PUBLISH behind which there are bytes that are no packet, as behind a wrong length: whatever its
    /// payload is, nothing is taken out of it.
    #[test]
    fn nothing_is_taken_out_of_a_payload_before_garbage(
        payload in payload(),
        inner in prop_oneof![Just(Vec::new()), inner()],
        more in prop_oneof![json(), proptest::collection::vec(any::<u8>(), 1..60)],
        kept in 1usize..60,
        follows: bool,
    ) {
        // With as many bytes as a packet inside has this would be what a torn one looks like.
        let more = &more[..if inner.is_empty() { kept.min(more.len()) } else { 1 }];
        let payload = [payload, inner].concat();
        let behind = if follows { behind().concat() } else { Vec::new() };
        let outer = publish("camera/front/state", None, &payload);
        let stream = [&outer[..], more, &behind].concat();
        let found = seen(std::slice::from_ref(&stream));
        prop_assert_eq!((found.torn, found.covered), (0, stream.len() as u64));
        prop_assert_eq!(&found.packets[0], &outer);
        let read = pasted(Some(Version::V311), &stream);
        prop_assert_eq!((read.torn, read.covered), (0, stream.len()));
    }

    /// A payload of MQTT packets, cut into segments where these begin, is a payload.
    #[test]
    fn a_payload_of_packets_is_left_alone(
        inner in proptest::collection::vec(inner(), 1..6),
        chunk in 1usize..50,
    ) {
        let outer = publish("bridge/raw", Some(2), &inner.concat());
        let header = outer.len() - inner.concat().len();
        let mut pieces = vec![outer[..header].to_vec()];
        pieces.extend(inner);
        pieces.extend(behind());
        let whole = [vec![outer.clone()], behind()].concat();
        prop_assert_eq!(seen(&pieces), Seen { covered: whole.concat().len() as u64, packets: whole.clone(), torn: 0 });
        let stream = whole.concat();
        let pieces: Vec<Vec<u8>> = stream.chunks(chunk).map(<[u8]>::to_vec).collect();
        prop_assert_eq!(seen(&pieces).packets, whole);
    }

    /// Whatever comes, in whatever pieces: each byte is told once.
    #[test]
    fn no_byte_is_lost_or_told_twice(pieces in proptest::collection::vec(
        prop_oneof![inner(), payload(), Just(vec![0x30, 0x20, 0, 3, b'a', b'/', b'b'])], 1..12)
    ) {
        let total: usize = pieces.iter().map(Vec::len).sum();
        prop_assert_eq!(seen(&pieces).covered, total as u64);
    }
}

/// How many of a fixed set are recognised.
#[test]
fn nearly_all_are_recognised() {
    let text: Vec<u8> = (0..400)
        .flat_map(|n| format!("{{\"t\":{n},\"v\":{}}},", n * 37 % 997).into_bytes())
        .collect();
    let noise: Vec<u8> =
        (0..4_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let inners = [
        vec![0xc0, 0],
        vec![0x40, 2, 0, 5],
        publish("log/line", None, b"started"),
        [vec![0xc0, 0], vec![0x40, 2, 0, 7]].concat(),
    ];
    let (mut all, mut found) = (0, 0);
    for (payload, inner) in
        [&text, &noise].into_iter().flat_map(|p| inners.iter().map(move |i| (p, i)))
    {
        let outer = publish("camera/front/state", None, payload);
        for cut in (40..outer.len() - 10).step_by(37) {
            for is_joined in [false, true] {
                let seen = seen(&torn(&outer, cut, inner, is_joined));
                all += 1;
                found += usize::from(
                    seen.torn == 1
                        && seen.packets.contains(&outer)
                        && seen.packets.ends_with(&behind()),
                );
            }
        }
    }
    println!("{found} of {all} interleaved writes are recognised");
    assert!(found * 100 >= all * 95, "{found} of {all}");
}

/// The same within one segment, for packets that are broken by it: in their filters, topics and lengths.
#[test]
fn most_are_recognised_in_one_segment() {
    let outers = [
        whole(0x82, &[&[0, 5][..], &text("sensors/+/state"), &[1], &text("lamp"), &[0]].concat()),
        whole(0xa2, &[&[0, 5][..], &text("sensors/+/state"), &text("lamp")].concat()),
        publish("sensors/kitchen/temperature/average", None, b"21.5"),
    ];
    let inners = [vec![0xc0, 0], vec![0x40, 2, 0, 5], publish("log/line", None, b"started")];
    let (mut all, mut found) = (0, [0, 0]);
    for (outer, inner) in outers.iter().flat_map(|o| inners.iter().map(move |i| (o, i))) {
        // Behind the Packet Identifier or the length of the topic, and before the last name ends.
        for cut in 4..outer.len() - 6 {
            let (head, tail) = outer.split_at(cut);
            let stream = [head, inner, tail, &behind().concat()].concat();
            all += 1;
            found[0] += seen(std::slice::from_ref(&stream)).torn;
            found[1] += pasted(None, &stream).torn;
        }
    }
    println!("{found:?} of {all} interleaved writes are recognised, in a segment and in a text");
    assert!(found.iter().all(|found| found * 100 >= all * 80), "{found:?} of {all}");
}

/// As a user sees it: both packets whole, and why.
#[test]
fn a_capture_shows_both_packets_and_says_why() {
    let connect = packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a");
    let outer = publish("camera/front/state", None, &[b'x'; 90]);
    let turns = [connect, outer[..60].to_vec(), vec![0xc0, 0], outer[60..].to_vec()];
    let turns = turns.into_iter().chain(behind()).map(|bytes| Turn { from_client: true, bytes });
    let turns: Vec<Turn> = turns.collect();
    let capture = pcap(1, &frames(&turns, |_, turn| vec![(0, turn.bytes.len())]));
    let run = program::finish(program::command(["read", "-T", "json", "-"]), &capture);
    let records: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<_> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["CONNECT", "PINGREQ", "PUBLISH", "PUBLISH", "PINGREQ", "PUBLISH"]);
    assert_eq!(records[2]["hex"], hex::encode(&outer));
    assert_eq!(records[2]["frames"], serde_json::json!([4, 5, 6]));
    assert_eq!(records[1]["frames"], serde_json::json!([5]));
    let rules: Vec<_> = records
        .iter()
        .flat_map(|r| r["findings"].as_array().unwrap())
        .map(|f| &f["rule"])
        .collect();
    assert_eq!(rules, ["interleaved"]);
    let message = records[2]["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("60 bytes from its beginning, 2 bytes of the packet(s)"),
        "{message}"
    );
}

/// Both packets in one segment, and the server ends the connection: it says which packets it was.
#[test]
fn the_end_of_a_connection_says_that_it_was_interleaved() {
    let connect = packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a");
    let subscribe = whole(0x82, &[&[0, 5][..], &text("sensors/+/state"), &[1]].concat());
    let (head, tail) = subscribe.split_at(9);
    let torn = [head, &[0xc0, 0], tail].concat();
    let turns = [(true, connect), (false, vec![0x20, 2, 0, 0]), (true, torn)];
    let turns = turns.map(|(from_client, bytes)| Turn { from_client, bytes });
    let capture = pcap(1, &closed_by_server(&turns));
    let run = program::finish(program::command(["sessions", "-T", "json", "-"]), &capture);
    let session: serde_json::Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    let causes = session["causes"].as_array().unwrap_or_else(|| panic!("{session}"));
    let names: Vec<_> = causes.iter().map(|cause| cause["cause"].as_str().unwrap()).collect();
    assert_eq!(names, ["interleaved", "closed"], "{session}");
    let text = causes[0]["text"].as_str().unwrap();
    assert!(
        text.contains("the SUBSCRIBE #4 of the client had #3 written into its middle"),
        "{text}"
    );
    let run = program::finish(program::command(["read", "-T", "json", "-"]), &capture);
    let records: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let hex: Vec<_> =
        records.iter().skip(2).map(|record| record["hex"].as_str().unwrap()).collect();
    assert_eq!(hex, ["c000".to_owned(), hex::encode(&subscribe)]);
    assert!(records[3]["findings"][0]["repair"].is_null());
}

/// Its receiver takes a DISCONNECT inside a PUBLISH for a part of that: nobody has left, the Will is due,
/// and what follows is not behind a DISCONNECT.
#[test]
fn a_disconnect_inside_another_packet_ends_nothing() {
    let connect = packet(0x10, b"\x00\x04MQTT\x04\x06\x00\x3c\x00\x01a\x00\x01w\x00\x04gone");
    let outer = publish("camera/front/state", None, &[b'x'; 90]);
    let of_client = [outer[..60].to_vec(), vec![0xe0, 0], outer[60..].to_vec()];
    let of_client = of_client.into_iter().chain([publish("camera/front/state", None, b"off")]);
    let turns = [(true, connect), (false, vec![0x20, 2, 0, 0])].into_iter();
    let turns = turns.chain(of_client.map(|bytes| (true, bytes)));
    let turns: Vec<Turn> = turns.map(|(from_client, bytes)| Turn { from_client, bytes }).collect();
    let capture = pcap(1, &closed_by_server(&turns));
    let read = program::finish(program::command(["read", "-T", "json", "-"]), &capture);
    assert!(
        read.out.contains("interleaved") && !read.out.contains("after-disconnect"),
        "{}",
        read.out
    );
    let run = program::finish(program::command(["sessions", "-T", "json", "-"]), &capture);
    let session: serde_json::Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    let causes = session["causes"].as_array().unwrap_or_else(|| panic!("{session}"));
    assert!(causes.iter().all(|cause| cause["cause"] != "disconnect"), "{session}");
    assert_eq!(session["will"]["fate"], "due", "{session}");
}

/// Its receiver takes the bytes of both for one PUBLISH as long as the outer one, and acknowledges that: the
/// acknowledgment is right, whatever the client meant.
#[test]
fn the_receiver_of_interleaved_packets_answers_what_it_sees() {
    let connect = packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a");
    let outer = publish("sensors/one", Some(1), &[b'A'; 40]);
    let inner = publish("sensors/two", Some(2), &[b'B'; 20]);
    let (head, tail) = outer.split_at(30);
    let turns = [
        (true, connect),
        (false, vec![0x20, 2, 0, 0]),
        (true, head.to_vec()),
        (true, inner),
        (false, vec![0x40, 2, 0, 1]),
        (true, tail.to_vec()),
        (true, vec![0xc0, 0]),
        // What it makes of the rest is not known either.
        (false, vec![0x40, 2, 0x20, 0x41]),
    ];
    let turns = turns.map(|(from_client, bytes)| Turn { from_client, bytes });
    let capture = pcap(1, &closed_by_server(&turns));
    let run = program::finish(program::command(["read", "-T", "json", "-"]), &capture);
    let records: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = records.iter().flat_map(|record| record["findings"].as_array().unwrap());
    let rules: Vec<_> = found.map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["interleaved"], "{}", run.out);
}

/// A packet in each place of a PUBLISH, all of it in one segment: where its topic is broken by that, between
/// its header and its payload, and in its payload, which alone would be legal.
#[test]
fn in_one_segment_each_place_of_a_publish() {
    let payload = br#"{"t":21.5}{"t":21.6}{"t":21.7}{"t":21.8}"#;
    let inner = publish("a/b/c", Some(7), b"second message");
    for id in [None, Some(9)] {
        let outer = publish("sensors/temperature", id, payload);
        let behind = [vec![0xc0, 0], publish("sensors/hall", None, b"19")];
        let mut found = 0;
        for cut in 2..outer.len() {
            let (head, tail) = outer.split_at(cut);
            let stream = [head, &inner, tail, &behind.concat()].concat();
            let seen = seen(std::slice::from_ref(&stream));
            let expected = [&[inner.clone(), outer.clone()], &behind[..]].concat();
            let is_found = seen.packets == expected;
            assert!(is_found || seen.torn == 0, "{cut}: {seen:02x?}");
            let is_payload = cut >= outer.len() - payload.len();
            // The beginning of what follows may look like a packet: then nothing is certain.
            assert!(is_found || !is_payload || tail.len() < inner.len(), "{cut}: {seen:02x?}");
            found += usize::from(is_found);
        }
        assert!(found > outer.len() - 12, "{found} of {}", outer.len());
    }
}

/// A ping in the topic, and the stream ends; its answer finds it.
#[test]
fn at_the_end_of_a_stream_a_broken_topic_tells() {
    let outer = publish(
        "sensors/temperature",
        None,
        br#"{"t":21.5}{"t":21.5}{"t":21.5}{"t":21.5}{"t":21.5}"#,
    );
    for is_joined in [false, true] {
        let mut pieces = vec![outer[..20].to_vec(), vec![0xc0, 0], outer[20..].to_vec()];
        if is_joined {
            let rest = pieces.pop().unwrap();
            pieces.last_mut().unwrap().extend(rest);
        }
        let seen = seen(&pieces);
        assert_eq!((seen.packets, seen.torn), (vec![vec![0xc0, 0], outer.clone()], 1));
    }
}

/// A ping in the payload of the last packet, the end of which looks like the beginning of another one: the stream ends
/// there, and the payload is text without the ping.
#[test]
fn the_last_packet_before_the_end() {
    for (end, is_text) in [("1}", true), ("0}", true), ("\"}", true), ("0\u{1}", false)] {
        let payload = format!("{{\"t\":21.5,\"text\":\"of some length\",\"u\":{end}");
        let outer = publish("sensors/temperature", None, payload.as_bytes());
        let (ping, cut) = (vec![0xc0, 0], outer.len() - 20);
        let all = [vec![outer[..cut].to_vec()], vec![ping.clone()], vec![outer[cut..].to_vec()]];
        let all = all.concat();
        let joined = vec![all[0].clone(), all[1..].concat()];
        for pieces in [all.clone(), joined, vec![all.concat()]] {
            let seen = seen(&pieces);
            if is_text {
                assert_eq!(
                    (seen.packets, seen.torn),
                    (vec![ping.clone(), outer.clone()], 1),
                    "{end}"
                );
            } else if pieces.len() == 1 {
                assert_eq!(seen.torn, 0, "{end}");
            }
            // Bytes were not captured: the rest of a packet may be among them.
            let mut framer = Framer::new(true, 1 << 20);
            framer.expect(Some(Sender::Client), Some(Version::V311));
            let mut torn = 0;
            let mut emit = |framed: Framed<'_>| {
                torn += usize::from(matches!(framed, Framed::Torn { .. }));
            };
            pieces.iter().for_each(|piece| framer.data(piece, &mut emit));
            framer.gap(125, &mut emit);
            framer.end(&mut emit);
            assert!(end != "0}" || torn == 0, "{pieces:02x?}");
            // The stream goes on: what follows is the beginning of a packet.
            let goes_on = [pieces, vec![vec![0; 125]]].concat();
            let seen = self::seen(&goes_on);
            assert!(end != "0}" || seen.torn == 0, "{seen:02x?}");
        }
    }
}

/// The packet behind a byte of garbage is by chance as long as one in the payload: nothing is certain.
#[test]
fn a_packet_behind_garbage_is_no_end_of_another_one() {
    let inner = publish("log/line", None, &[b' '; 12]);
    let outer = publish("camera/front/state", None, &[b"{\"t\":1", &inner[..]].concat());
    let behind = behind();
    assert_eq!(behind[0].len() + 1, inner.len());
    let stream = [&outer[..], b"{", &behind.concat()].concat();
    let found = seen(std::slice::from_ref(&stream));
    assert_eq!((found.torn, &found.packets[0]), (0, &outer));
}

/// An acknowledgment is found in a thousand random bytes by chance, and as many bytes of garbage too.
#[test]
fn two_bytes_of_a_binary_payload_are_no_packet() {
    for inner in [&[0x50, 2, 0, 1][..], &[0xc0, 0]] {
        let outer =
            publish("camera/front/state", None, &[&[0xf1, 7, 0x9a], inner, &[0; 30]].concat());
        let stream = [&outer[..], &b"{\"t\":"[..inner.len()], &behind().concat()].concat();
        let found = seen(std::slice::from_ref(&stream));
        assert_eq!((found.torn, &found.packets[0]), (0, &outer));
    }
}
