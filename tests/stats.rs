//! Statistics: against tshark, against the packets one by one, and against figures counted by hand.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::conversation::{Turn, frames, packet};
use support::program::{self, Run, command, finish};
use support::{captures_in, outside, pcap, program::run, recordings};

/// Ports of the recordings that are none of MQTT's own.
const PORTS: [&str; 4] = [
    "tcp.port==11883,mqtt",
    "tcp.port==1884,mqtt",
    "udp.port==1885,mqttsn",
    "udp.port==1886,mqttsn",
];

/// Captures in which tshark counts other packets than we do, and why.
const KNOWN: &[(&str, &str)] = &[
    ("ends.pcap", "bytes of no length that ends, and a packet that does not come whole"),
    ("lossy-raw.pcap", "bytes are missing, and tshark goes on in the middle of packets"),
    ("midstream.pcap", "begins within a packet"),
    ("snaplen-96.pcap", "packets are cut"),
];

#[test]
fn figures_are_those_of_the_packets_one_by_one() {
    for file in captures() {
        let packets = stats(&["read", "-T", "json", "--explain", "off"], &file).json();
        let types = stats(&["stats", "-T", "json", "-z", "types"], &file).json();
        let mut ours = BTreeMap::new();
        for row in rows(&types).filter(|row| row["type"] != "OTHER") {
            let name = row["type"].as_str().unwrap().to_owned();
            ours.insert(name, (count(row, "packets"), count(row, "bytes")));
        }
        let mut theirs: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for packet in packets.iter().filter(|packet| is_packet(packet)) {
            let (packets, bytes) =
                theirs.entry(packet["type"].as_str().unwrap().to_owned()).or_default();
            *packets += 1;
            *bytes += packet["hex"].as_str().unwrap().len() as u64 / 2;
        }
        assert_eq!(ours, theirs, "{}", file.display());
        let all = sum(&types, "all");
        let total: u64 = theirs.values().map(|(packets, _)| packets).sum();
        assert_eq!(all.map_or(0, |all| count(all, "packets")), total, "{}", file.display());
        topics_are_those_of(&file, &packets);
    }
}

fn topics_are_those_of(file: &Path, packets: &[Value]) {
    let topics = stats(&["stats", "-T", "json", "-z", "topics"], file).json();
    let mut ours = BTreeMap::new();
    for row in rows(&topics) {
        let key = row["topic"].as_str().unwrap().to_owned();
        let qos = ["qos0", "qos1", "qos2"].map(|key| count(row, key));
        let counts =
            ["messages", "published", "delivered", "payload_bytes", "retained", "publishers"];
        ours.insert(key, (counts.map(|key| count(row, key)), qos));
    }
    let mut theirs: BTreeMap<String, ([u64; 6], [u64; 3])> = BTreeMap::new();
    let mut publishers = BTreeSet::new();
    for record in packets.iter().filter(|packet| packet["type"] == "PUBLISH") {
        let fields = program::fields(record);
        let value = |keys: [&str; 2]| {
            let field = fields.iter().find(|f| keys.iter().any(|key| f["field"] == *key));
            field.map_or(&Value::Null, |field| &field["value"])
        };
        // A packet that could not be read to its end is not counted by its topic.
        let Some(payload) = value(["mqtt.msg", "mqttsn.pub.msg"]).as_str() else {
            continue;
        };
        let whole = value(["mqtt.len", "mqttsn.msg.len"]).as_u64().unwrap_or(0);
        if record["length"].as_u64().unwrap() < whole {
            continue;
        }
        let own = value(["mqtt.topic", "mqtt.topic"]).as_str().filter(|topic| !topic.is_empty());
        let topic = record["topic"].as_str().or(own).unwrap_or("(name not seen)").to_owned();
        let (counts, qos) = theirs.entry(topic.clone()).or_default();
        let is_client = record["sender"] == "client";
        counts[0] += 1;
        counts[if is_client { 1 } else { 2 }] += 1;
        counts[3] += payload.len() as u64 / 2;
        let retain = value(["mqtt.retain", "mqttsn.retain"]);
        counts[4] += u64::from(retain == &Value::Bool(true) || retain == &Value::from(1));
        let client = record["client_id"].as_str().or(record["src"].as_str()).unwrap_or_default();
        if is_client && publishers.insert((topic, client.to_owned())) {
            counts[5] += 1;
        }
        if let Some(count) =
            qos.get_mut(value(["mqtt.qos", "mqttsn.qos"]).as_u64().unwrap() as usize)
        {
            *count += 1;
        }
    }
    assert_eq!(ours, theirs, "{}", file.display());
}

#[test]
fn counts_are_those_of_tshark() {
    if Command::new("tshark").arg("-v").output().is_err() {
        return outside::missing("tshark is not installed");
    }
    let mut compared = 0;
    for file in captures().into_iter().filter(|file| !is_known(file) && !is_carried(file)) {
        let theirs = by_tshark(&file);
        let ours =
            stats(&["stats", "-T", "json", "--only-port", "--by", "mqtt.msgtype"], &file).json();
        let ours: BTreeMap<String, u64> = rows(&ours)
            .filter(|row| row["value"] != "(none)")
            .map(|row| (row["value"].as_str().unwrap().to_owned(), count(row, "packets")))
            .collect();
        assert_eq!(ours, theirs.types, "{}", file.display());
        let topics = stats(&["stats", "-T", "json", "--only-port", "-z", "overhead"], &file).json();
        let topic = rows(&topics).find(|row| row["part"] == "Topic Name and its length");
        let payload = rows(&topics).find(|row| row["part"] == "payload");
        let of = |row: Option<&Value>| {
            row.map_or((0, 0), |row| (count(row, "packets"), count(row, "bytes")))
        };
        let ((packets, bytes), (_, payload)) = (of(topic), of(payload));
        assert_eq!(
            (bytes - 2 * packets, payload),
            (theirs.topic, theirs.payload),
            "{}",
            file.display()
        );
        compared += theirs.types.len();
    }
    assert!(compared > 200, "{compared}");
}

/// What tshark counts.
#[derive(Default)]
struct Theirs {
    types: BTreeMap<String, u64>,
    topic: u64,
    payload: u64,
}

fn by_tshark(file: &Path) -> Theirs {
    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-r"]).arg(file);
    tshark.args(PORTS.iter().flat_map(|port| ["-d", port]));
    // PDML keeps the packets of a frame apart.
    tshark.args(["-T", "pdml", "-J", "mqtt", "-Y", "mqtt"]);
    let output = tshark.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let document = roxmltree::Document::parse(&text).unwrap();
    let mut theirs = Theirs::default();
    for proto in document.descendants().filter(|node| node.attribute("name") == Some("mqtt")) {
        let field =
            |name: &str| proto.descendants().find(|node| node.attribute("name") == Some(name));
        let Some(kind) = field("mqtt.msgtype").and_then(|node| node.attribute("show")) else {
            continue;
        };
        *theirs.types.entry(kind.to_owned()).or_default() += 1;
        if kind == "3" {
            let size = |name| {
                field(name).map_or(0, |node| node.attribute("size").unwrap().parse().unwrap())
            };
            theirs.topic += size("mqtt.topic");
            theirs.payload += size("mqtt.msg");
        }
    }
    theirs
}

/// A client of 5.0 with an alias, one of 3.1.1; all figures below are counted by hand.
fn by_hand() -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat();
    let connect = [&text("MQTT")[..], &[5, 2, 0, 60, 0], &text("one")].concat();
    let publish = |header: u8, topic: &str, id: &[u8], properties: &[u8], payload: &[u8]| {
        let len = [properties.len() as u8];
        packet(header, &[&text(topic), id, &len, properties, payload].concat())
    };
    let alias = [0x23, 0, 7];
    let client = |packets: &[Vec<u8>]| Turn { from_client: true, bytes: packets.concat() };
    let server = |packets: &[Vec<u8>]| Turn { from_client: false, bytes: packets.concat() };
    let turns = [
        client(&[packet(0x10, &connect)]),   // 18 bytes
        server(&[packet(0x20, &[0, 0, 0])]), // 5 bytes
        client(&[publish(0x32, "plant/line", &[0, 1], &[], b"12345")]), // 22 bytes
        server(&[packet(0x40, &[0, 1, 0x10])]), // 5 bytes
        client(&[publish(0x31, "plant/line", &[], &[], b"")]), // 15 bytes
        client(&[publish(0x30, "a/b/c/d/e/f/g", &[], &alias, b"x")]), // 22 bytes
        client(&[publish(0x30, "", &[], &alias, b"yy")]), // 10 bytes
        client(&[packet(0xc0, &[])]),        // 2 bytes
        server(&[packet(0xd0, &[])]),        // 2 bytes
    ];
    pcap(1, &frames(&turns, |_, turn| vec![(0, turn.bytes.len())]))
}

fn of_hand(args: &[&str]) -> Run {
    finish(command([&["stats", "-"], args].concat()), &by_hand())
}

fn hand_json(args: &[&str]) -> Vec<Value> {
    of_hand(&[args, &["-T", "json"]].concat()).json()
}

#[test]
fn topics_are_counted_also_behind_an_alias() {
    let topics = hand_json(&["-z", "topics"]);
    let row = |topic: &str| rows(&topics).find(|row| row["topic"] == topic).unwrap();
    let line = row("plant/line");
    let keys = [
        "messages",
        "published",
        "delivered",
        "bytes",
        "payload_bytes",
        "payload_min",
        "payload_max",
    ];
    assert_eq!(keys.map(|key| count(line, key)), [2, 2, 0, 37, 5, 0, 5]);
    assert_eq!(
        ["qos0", "qos1", "qos2", "retained", "publishers"].map(|key| count(line, key)),
        [1, 1, 0, 1, 1]
    );
    assert_eq!(line["payload_mean"], 2.5);
    let aliased = row("a/b/c/d/e/f/g");
    assert_eq!(keys.map(|key| count(aliased, key)), [2, 2, 0, 32, 3, 1, 2]);
    let all = sum(&topics, "all").unwrap();
    assert_eq!((count(all, "messages"), count(all, "bytes")), (4, 69));
}

#[test]
fn the_publishers_of_all_topics_are_counted_once() {
    for file in ["captures/session.pcap", "captures/v5-topics.pcap", "captures/sessions-wills.pcap"]
    {
        let topics = stats(&["stats", "-T", "json", "-z", "topics"], Path::new(file)).json();
        let filter = "mqtt.type == PUBLISH && mqtt.sender == client";
        let clients = run(["read", file, "-T", "fields", "-e", "mqtt.client", "-Y", filter]);
        let clients: BTreeSet<&str> = clients.out.lines().collect();
        assert!(!clients.is_empty() && !clients.contains(""), "{clients:?}");
        let all = sum(&topics, "all").unwrap();
        assert_eq!(count(all, "publishers"), clients.len() as u64, "{file}");
    }
}

#[test]
fn overhead_and_the_saving_of_aliases_are_counted() {
    let overhead = hand_json(&["-z", "overhead"]);
    let bytes: Vec<_> = rows(&overhead).map(|row| count(row, "bytes")).collect();
    // Payload 5+0+1+2; topics 12+12+15+2; fixed headers; one id; Property Lengths and two aliases; 18+5+5+2+2.
    assert_eq!(bytes, [8, 41, 8, 2, 10, 32]);
    // The second packet on plant/line leaves out 10 bytes and needs 3, as the first one did for the alias.
    let aliases = hand_json(&["-z", "aliases"]);
    let saved =
        |topic: &str| count(rows(&aliases).find(|row| row["topic"] == topic).unwrap(), "saved");
    assert_eq!((saved("plant/line"), saved("a/b/c/d/e/f/g")), (4, 0));
    let notes = overhead.iter().find_map(|line| line["notes"].as_array()).unwrap();
    assert!(notes.iter().any(|note| note.as_str().unwrap().contains("5.8 %")), "{notes:?}");
}

#[test]
fn latencies_are_those_between_the_frames() {
    // A frame every millisecond.
    let latencies = hand_json(&["-z", "latencies"]);
    let of: Vec<_> = rows(&latencies)
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            (
                text("request"),
                text("answer"),
                text("asker"),
                row["min"].as_f64(),
                row["max"].as_f64(),
            )
        })
        .collect();
    let row = |request: &str, answer: &str| {
        (request.to_owned(), answer.to_owned(), "client".to_owned(), Some(0.001), Some(0.001))
    };
    assert_eq!(
        of,
        [row("CONNECT", "CONNACK"), row("PUBLISH", "PUBACK"), row("PINGREQ", "PINGRESP")]
    );
}

#[test]
fn keep_alive_reasons_and_intervals_are_counted() {
    let keep = hand_json(&["-z", "keepalive"]);
    let one = rows(&keep).next().unwrap();
    assert_eq!(one["client"], "one");
    assert_eq!(
        ["keep_alive", "pingreqs", "pingresps", "ping_bytes"].map(|key| count(one, key)),
        [60, 1, 1, 4]
    );
    assert_eq!(
        (count(one, "pings_with_traffic"), one["longest_silence"].as_f64()),
        (1, Some(0.002))
    );
    let reasons = hand_json(&["-z", "reasons"]);
    let of: Vec<_> = rows(&reasons)
        .map(|row| {
            (row["type"].as_str().unwrap(), count(row, "code"), row["name"].as_str().unwrap())
        })
        .collect();
    assert_eq!(of, [("CONNACK", 0, "Success"), ("PUBACK", 16, "No matching subscribers")]);
    // The handshake takes frames 0 and 1, packets are at 2 ms to 10 ms.
    let intervals = hand_json(&["-z", "io,stat,0.004"]);
    let packets: Vec<_> = rows(&intervals).map(|row| count(row, "packets")).collect();
    assert_eq!(packets, [2, 4, 3]);
    let whole = hand_json(&["-z", "io,stat,0"]);
    assert_eq!(rows(&whole).map(|row| count(row, "packets")).collect::<Vec<_>>(), [9]);
}

#[test]
fn a_filter_chooses_what_is_counted() {
    for (filter, packets) in [
        ("mqtt.qos == 1", 1),
        ("mqtt.topic == \"a/b/c/d/e/f/g\"", 2),
        ("mqtt.sender == \"server\"", 3),
        ("mqtt.latency", 3),
        ("mqtt.msgtype == 3 && mqtt.retain == 0", 3),
    ] {
        let types =
            finish(command(["stats", "-", filter, "-z", "types", "-T", "json"]), &by_hand());
        let all = sum(&types.json(), "all").map(|all| count(all, "packets"));
        assert_eq!(all, Some(packets), "{filter}");
        assert!(types.err.contains(&format!("chose {packets} packet")), "{filter}: {}", types.err);
        // The same for one statistic alone.
        let one = format!("types,{filter}");
        let both = ["stats", "-", "-z", &one, "-z", "sizes", "-T", "json"];
        let both = finish(command(both), &by_hand()).json();
        let of = |name: &str| {
            let rows: Vec<_> =
                both.iter().filter(|row| row["statistic"] == name).cloned().collect();
            rows
        };
        assert_eq!(
            sum(&of("types"), "all").map(|all| count(all, "packets")),
            Some(packets),
            "{filter}"
        );
        assert!(of("sizes").iter().any(|row| count(row, "packets") > packets), "{filter}");
    }
}

/// A recording in which the clock goes back by this many seconds before the eleventh frame.
fn clock_back(seconds: u32) -> Vec<u8> {
    let mut capture = std::fs::read("captures/session.pcap").unwrap();
    let number =
        |capture: &[u8], at: usize| u32::from_le_bytes(capture[at..at + 4].try_into().unwrap());
    let (mut at, mut frame) = (24, 1);
    while at < capture.len() {
        let len = number(&capture, at + 8) as usize;
        let time = number(&capture, at);
        if frame > 10 {
            capture[at..at + 4].copy_from_slice(&(time - seconds).to_le_bytes());
        }
        (at, frame) = (at + 16 + len, frame + 1);
    }
    capture
}

#[test]
fn a_clock_that_goes_back_is_told() {
    let run = |seconds| finish(command(["stats", "-"]), &clock_back(seconds));
    assert_eq!(run(0).err, "");
    let back = run(100);
    assert_eq!(back.code, 0);
    let told =
        back.err.contains("times run backwards 1 time, by ") && back.err.contains("at frame 11:");
    assert!(told, "{}", back.err);
}

#[test]
fn csv_tells_beside_it_what_it_leaves_out() {
    let all = run(["stats", "captures/session.pcap", "-z", "topics", "-T", "csv"]);
    assert_eq!((all.code, all.err.as_str(), all.out.lines().count()), (0, "", 5));
    let cut = run(["stats", "captures/session.pcap", "-z", "topics", "-T", "csv", "--top", "1"]);
    assert_eq!((cut.code, cut.out.lines().count()), (0, 2));
    // 10 PUBLISH packets to four topics.
    assert!(
        cut.err.contains("topics: 3 rows left out") && cut.err.contains("messages=10 "),
        "{}",
        cut.err
    );
}

#[test]
fn rows_are_sorted_cut_and_told() {
    let topics = hand_json(&["-z", "topics", "--sort", "payload_min", "--top", "1"]);
    assert_eq!(
        rows(&topics).map(|row| row["topic"].as_str().unwrap()).collect::<Vec<_>>(),
        ["a/b/c/d/e/f/g"]
    );
    assert_eq!(topics.iter().find_map(|line| line["left_out"].as_u64()), Some(1));
    let wrong = of_hand(&["-z", "topics", "--sort", "size"]);
    assert!(wrong.code == 1 && wrong.err.contains("payload_min"), "{wrong:?}");
    assert_eq!(of_hand(&["-z", "topcis"]).code, 1);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for file in captures() {
        for width in ["60", "80", "120"] {
            let mut args = vec!["stats", "--width", width];
            let all = mqttscope::stats::STATISTICS.iter().map(|row| row.name);
            args.extend(all.filter(|name| *name != "values").flat_map(|name| ["-z", name]));
            let table = stats(&args, &file);
            for line in table.out.lines() {
                let wide = unicode_width::UnicodeWidthStr::width(line);
                assert!(wide <= width.parse().unwrap(), "{} {width}: {line}", file.display());
            }
        }
    }
}

#[test]
fn topics_without_number_are_bounded_and_told() {
    const MANY: u32 = 40_000;
    let turns: Vec<Turn> = (0..MANY)
        .map(|n| {
            let topic = format!("t/{n}");
            let body = [&(topic.len() as u16).to_be_bytes()[..], topic.as_bytes(), b"x"].concat();
            Turn { from_client: true, bytes: packet(0x30, &body) }
        })
        .collect();
    let file = pcap(1, &frames(&turns, |_, turn| vec![(0, turn.bytes.len())]));
    let run = finish(command(["stats", "-", "-z", "topics", "-T", "json"]), &file);
    let lines = run.json();
    let others = count(sum(&lines, "others").unwrap(), "messages");
    let kept = rows(&lines).count() as u64;
    assert_eq!((kept + others, kept), (MANY.into(), 32_768));
    let notes = lines.iter().find_map(|line| line["notes"].as_array()).unwrap();
    assert!(notes[0].as_str().unwrap().contains("32,768"), "{notes:?}");
}

/// The program with what is needed to read all of our captures.
fn stats(args: &[&str], file: &Path) -> Run {
    let ports = PORTS.iter().flat_map(|port| ["-d", port]);
    run(args.iter().copied().chain(ports).chain(["-r", file.to_str().unwrap()]))
}

/// Lines of rows, without sums and notes.
fn rows(lines: &[Value]) -> impl Iterator<Item = &Value> {
    lines.iter().filter(|l| l["of"].is_null() && l["notes"].is_null() && l["left_out"].is_null())
}

fn sum<'v>(lines: &'v [Value], of: &str) -> Option<&'v Value> {
    lines.iter().find(|line| line["of"] == of)
}

fn count(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("no {key}: {row}"))
}

/// Packets have a fixed header, or are MQTT-SN; other lines of the session have neither.
fn is_packet(record: &Value) -> bool {
    let fields = program::fields(record);
    fields
        .iter()
        .any(|field| ["mqtt.hdrflags", "mqttsn.msg.type"].iter().any(|key| field["field"] == *key))
}

fn captures() -> Vec<PathBuf> {
    let mut files = recordings();
    let corpus = outside::folder("MQTTSCOPE_CORPUS").map(|folder| folder.join("captures"));
    files.extend(corpus.into_iter().flat_map(|folder| captures_in(&folder)));
    files
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

fn is_known(file: &Path) -> bool {
    KNOWN.iter().any(|(known, _)| *known == name(file))
}

/// tshark sees no MQTT in what something else carries.
fn is_carried(file: &Path) -> bool {
    ["ws", "proxy", "tls"].iter().any(|start| name(file).starts_with(start))
}
