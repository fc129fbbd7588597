//! The two directions of a connection in the wrong order to each other, as a mirror port or a file
//! merged from two interfaces has them: an answer comes before its question. The acknowledgment
//! numbers prove what came first, so the packets read as in order.

mod support;

use mqttscope::capture::Frame;
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::render::{FORMATS, Options};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use support::conversation::packet;
use support::damage::{Random, cut, interleave, segments};
use support::streams::clean_streams;
use support::{IN_ORDER, Tcp};

/// The records, each without what depends on the numbers of its frames and lines.
#[derive(Default)]
struct Records(Vec<(bool, Value)>);

impl Consumer for Records {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let json = FORMATS.iter().find(|format| format.name == "json").unwrap();
        let mut out = Vec::new();
        (json.make)(&Options::default()).record(record, &mut out).unwrap();
        let mut value: Value = serde_json::from_slice(&out).unwrap();
        let object = value.as_object_mut().unwrap();
        object.retain(|key, _| !["n", "frames", "time", "stream"].contains(&key.as_str()));
        if let Some(question) = object.get("answers").and_then(|answers| answers["n"].as_u64()) {
            assert!(question <= self.0.len() as u64, "answered before it was asked: {object:?}");
        }
        for partner in ["answers", "repeats", "copy_of"] {
            if let Some(partner) = object.get_mut(partner).and_then(Value::as_object_mut) {
                partner.retain(|key, _| key == "type");
            }
        }
        let findings = object["findings"].as_array_mut().unwrap();
        findings.retain(|finding| !IN_ORDER.contains(&finding["rule"].as_str().unwrap()));
        self.0.push((record.origin.ends.unwrap().1.port() == 1883, value));
        ControlFlow::Continue(())
    }
}

/// The records of segments that are so many microseconds apart.
fn read(list: &[Tcp], step: i64) -> Records {
    let mut inspector = Inspector::new(Records::default(), Settings::default());
    for (number, segment) in (1..).zip(list) {
        let data = segment.ip();
        let time = Some(number as i64 * step * 1_000);
        let frame = Frame { number, time, ..support::frame(101, &data) };
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    inspector.into_consumer()
}

fn directions(records: &Records) -> BTreeMap<bool, Vec<&Value>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for (from_client, value) in &records.0 {
        map.entry(*from_client).or_default().push(value);
    }
    map
}

/// The segments of one side come `late` segments later than they should.
fn delay(list: &[Tcp], from_client: bool, late: usize) -> Vec<Tcp> {
    let place = |(index, segment): (usize, &Tcp)| {
        let is_late = segment.from_client == from_client;
        (2 * index + if is_late { 2 * late + 1 } else { 0 }, segment.clone())
    };
    let mut keyed: Vec<_> = list.iter().enumerate().map(place).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, segment)| segment).collect()
}

#[test]
fn one_direction_behind_the_other_reads_the_same() {
    for mut stream in clean_streams() {
        stream.turns.truncate(30);
        let list = segments(&stream, 7_000_000, 50_000);
        let clean = read(&list, 100);
        for from_client in [true, false] {
            for late in [1, 2, 5, 12] {
                let found = read(&delay(&list, from_client, late), 100);
                let what = format!("{}, client {from_client}, {late}", stream.name);
                assert_eq!(directions(&found), directions(&clean), "{what}");
            }
        }
    }
}

#[test]
fn directions_in_any_order_to_each_other_read_the_same() {
    for (seed, mut stream) in (1..).zip(clean_streams()) {
        stream.turns.truncate(12);
        let list = segments(&stream, 7_000_000, 50_000);
        let clean = read(&list, 100);
        let mut random = Random(seed);
        for _ in 0..4 {
            let pieces = cut(&list, 4_000, &mut random);
            let sides = [true, false].map(|from_client| {
                pieces.iter().filter(|one| one.from_client == from_client).cloned().collect()
            });
            let mixed = interleave(&sides, &mut random);
            let found = read(&mixed, 100);
            assert_eq!(directions(&found), directions(&clean), "{}", stream.name);
        }
    }
}

/// Neighbours of the list change places, whichever side they are of, in so many rounds; the handshake
/// stays in front, as it tells that the capture has the beginning of the connection.
fn swap_neighbours(list: &[Tcp], rounds: usize, random: &mut Random) -> Vec<Tcp> {
    let mut list = list.to_vec();
    for _ in 0..rounds {
        for at in [1].into_iter().chain(3..list.len()) {
            if random.one_in(3) {
                list.swap(at - 1, at);
            }
        }
    }
    list
}

#[test]
fn neighbours_of_both_directions_that_change_places_read_the_same() {
    for (seed, mut stream) in (1..).zip(clean_streams()) {
        stream.turns.truncate(16);
        let list = segments(&stream, 7_000_000, 50_000);
        let clean = read(&list, 100);
        let mut random = Random(seed);
        for rounds in [1, 1, 2, 3] {
            let pieces = cut(&list, 4_000, &mut random);
            let found = read(&swap_neighbours(&pieces, rounds, &mut random), 100);
            assert_eq!(directions(&found), directions(&clean), "{}, {rounds}", stream.name);
        }
    }
}

const CONNECT: &[u8] = b"\x10\x0f\0\x04MQTT\x04\x02\0\x3c\0\x03cid";
const CONNACK: &[u8] = &[0x20, 2, 0, 0];

/// A connection up to its CONNACK.
fn opened() -> Vec<Tcp> {
    vec![
        Tcp::client(0, b"").syn(),
        Tcp::server(0, 1, b"").syn(),
        Tcp { ack: Some(1), ..Tcp::client(1, CONNECT) },
        Tcp::server(1, 1 + CONNECT.len() as u32, CONNACK),
    ]
}

/// The types of the records.
fn types(records: &Records) -> Vec<&str> {
    records.0.iter().map(|(_, value)| value["type"].as_str().unwrap()).collect()
}

#[test]
fn an_answer_waits_for_the_last_byte_of_its_question() {
    let (begin, last) = CONNECT.split_at(CONNECT.len() - 1);
    let late = 1 + begin.len() as u32;
    let mut list = opened();
    let answer = list.pop().unwrap();
    list[2].payload = begin.to_vec();
    list.extend([answer, Tcp { ack: Some(1), ..Tcp::client(late, last) }]);
    assert_eq!(types(&read(&list, 100)), ["CONNECT", "CONNACK"]);
}

/// The PUBLISH acknowledges the CONNACK, which acknowledges the CONNECT behind both.
#[test]
fn an_answer_waits_where_what_follows_upon_it_came_first() {
    let publish = packet(0x30, b"\0\x04testhola");
    let behind = 1 + CONNECT.len() as u32;
    let list = opened();
    let [syn, answered, question, answer] = &list[..] else { panic!() };
    let next = Tcp { ack: Some(5), ..Tcp::client(behind, &publish) };
    let ping = Tcp { ack: Some(5), ..Tcp::client(behind + publish.len() as u32, &[0xc0, 0]) };
    let mixed = [syn, answered, &next, answer, question, &ping].map(Tcp::clone);
    assert_eq!(types(&read(&mixed, 100)), ["CONNECT", "CONNACK", "PUBLISH", "PINGREQ"]);
}

/// Of the client nothing was seen: that there is a question, the CONNACK itself tells.
#[test]
fn a_connack_waits_for_its_connect_without_a_handshake() {
    let list = opened();
    let [.., question, answer] = &list[..] else { panic!() };
    let publish = packet(0x30, b"\0\x04testhola");
    let behind = 1 + CONNECT.len() as u32;
    let next = Tcp { ack: Some(5), ..Tcp::client(behind, &publish) };
    let mixed = [answer, question, &next].map(Tcp::clone);
    assert_eq!(types(&read(&mixed, 100)), ["CONNECT", "CONNACK", "PUBLISH"]);
    // The capture begins behind the CONNECT.
    let mixed = [answer, &next].map(Tcp::clone);
    assert_eq!(types(&read(&mixed, 100)), ["CONNACK", "PUBLISH"]);
}

#[test]
fn an_answer_whose_question_is_lost_is_told_soon() {
    let question = packet(0x32, b"\0\x01a\0\x07x");
    let answer = [0x40, 2, 0, 7];
    let at = 1 + CONNECT.len() as u32;
    let behind = at + question.len() as u32;
    let ping = [0xc0, 0];
    let mut list = opened();
    list.push(Tcp::server(5, behind, &answer));
    // Pings of the client: half a minute apart, so the second frame is long after the answer.
    for n in 0..4_u32 {
        list.push(Tcp { ack: Some(9 + 2 * n), ..Tcp::client(behind + 2 * n, &ping) });
        list.push(Tcp::server(9 + 2 * n, behind + 2 * n + 2, &[0xd0, 0]));
    }
    let found = read(&list, 30_000_000);
    let types = types(&found);
    assert_eq!(types[..3], ["CONNECT", "CONNACK", "PUBACK"], "{types:?}");
    assert_eq!(types.len(), 3 + 8, "{types:?}");
}

/// A PUBLISH is lost, the next one is there: it is told before its answer, as soon as the hole counts
/// as lost.
#[test]
fn a_question_behind_a_hole_is_told_before_its_answer() {
    let publish = |id: u8| packet(0x32, &[0, 1, b'a', 0, id, b'x']);
    let lost = 1 + CONNECT.len() as u32;
    let (second, behind) = (lost + 8, lost + 16);
    let mut list = opened();
    list.push(Tcp { ack: Some(5), ..Tcp::client(second, &publish(2)) });
    list.push(Tcp::server(5, behind, &[0x40, 2, 0, 1]));
    list.push(Tcp::server(9, behind, &[0x40, 2, 0, 2]));
    for n in 0..50_u32 {
        list.push(Tcp { ack: Some(13 + 2 * n), ..Tcp::client(behind + 2 * n, &[0xc0, 0]) });
        list.push(Tcp::server(13 + 2 * n, behind + 2 * n + 2, &[0xd0, 0]));
    }
    // Half a millisecond, five milliseconds, five seconds between two frames; and nothing but these.
    for (step, end) in [(500, 107), (5_000, 107), (5_000_000, 107), (500, 7), (5_000_000, 7)] {
        let found = read(&list[..end], step);
        let types = types(&found);
        let all = ["CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBACK"];
        assert_eq!(types[..5], all, "{step}, {end}: {types:?}");
        assert!(types[5..].chunks(2).all(|pair| pair == ["PINGREQ", "PINGRESP"]), "{types:?}");
    }
}

#[test]
fn a_direction_that_was_not_captured_holds_nothing_up_for_long() {
    let mut list = vec![Tcp::client(0, b"").syn(), Tcp::server(0, 1, b"").syn()];
    list.push(Tcp::server(1, 1 + CONNECT.len() as u32, CONNACK));
    for n in 0..2_000_u32 {
        list.push(Tcp::server(5 + 4 * n, 500 + 50 * n, &[0x40, 2, 1, n as u8 | 1]));
    }
    let mut inspector = Inspector::new(Records::default(), Settings::default());
    for (number, segment) in (1..).zip(&list) {
        let data = segment.ip();
        let time = Some(number as i64 * 1_000);
        inspector.frame(&Frame { number, time, ..support::frame(101, &data) }).is_continue();
        // The first that are held are soon too many; behind them nothing is held any more.
        assert!(inspector.records() + 70 > number, "{} after {number}", inspector.records());
    }
    inspector.finish();
    assert_eq!(inspector.into_consumer().0.len(), 2_001);
}
