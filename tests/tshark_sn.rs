//! MQTT-SN against tshark: every message of the recordings and one of each type, every field that
//! both of us know, to the byte.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{datagram, outside, pcap, pdml, program};

/// A field: its key, its first byte counted from the message's first, and its bytes in hex; of a
/// field smaller than a byte its value.
type Field = (String, u64, String);

/// The messages by the frame that holds them.
type Messages = BTreeMap<u64, BTreeSet<Field>>;

/// tshark shows a topic name of two characters as a topic id.
const NAMES: &[(&str, &str)] = &[("mqttsn.topic.short", "mqttsn.topic.id")];

/// What tshark leaves out: groups, and of the flags those that it does not show for a type, among
/// them DUP and QoS of SUBSCRIBE, QoS of SUBACK, QoS and Retain of WILLTOPIC.
const OURS_ALONE: &[&str] = &[
    "mqttsn.dup",
    "mqttsn.qos",
    "mqttsn.retain",
    "mqttsn.will",
    "mqttsn.clean.session",
    "mqttsn.topic.id.type",
    "mqttsn.control.reserved",
];

/// Groups.
const GROUPS: &[&str] = &["mqttsn.flags", "mqttsn.control", "mqttsn.msg"];

/// One message of each type, from the tables of section 5.4, and of each way to name a topic.
const MESSAGES: &[&str] = &[
    "05 00 07 0384",
    "03 01 02",
    "03 02 07",
    "07 02 07 41424344",
    "0a 04 0c 01 003c 74657374",
    "03 05 00",
    "02 06",
    "07 07 30 612f6263",
    "02 07",
    "02 08",
    "06 09 676f6e65",
    "0b 0a 0000 0001 612f622f63",
    "07 0b 0001 0001 00",
    "09 0c f0 0001 0002 6869",
    "09 0c 22 6162 0002 6869",
    "09 0c 61 0005 0000 6869",
    "01 000b 0c a0 0005 0003 6869",
    "07 0d 0001 0002 02",
    "04 0e 0002",
    "04 0f 0002",
    "04 10 0002",
    "08 12 20 0003 612f23",
    "07 12 21 0004 0005",
    "07 12 22 0004 6162",
    "08 13 20 0007 0003 00",
    "08 14 00 0003 612f23",
    "07 14 21 0003 0005",
    "04 15 0003",
    "02 16",
    "06 16 74657374",
    "02 17",
    "02 18",
    "04 18 003c",
    "07 1a 30 612f6263",
    "02 1a",
    "03 1b 00",
    "04 1c 6869",
    "03 1d 03",
    "05 fe 01 0005 09 0c 20 0001 0002 6869",
    "04 fe 02 05 02 16",
];

#[test]
fn tshark_finds_the_same_fields() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return outside::missing("tshark is not installed");
    }
    let dir = tempfile::tempdir().unwrap();
    let every_type = dir.path().join("every-type.pcap");
    let frames: Vec<_> = MESSAGES
        .iter()
        .map(|hex| hex::decode(hex.replace(' ', "")).unwrap())
        .map(|message| datagram((1, 50_000), (2, 1884), &message))
        .collect();
    fs::write(&every_type, pcap(101, &frames)).unwrap();
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let recordings = ["mqtt-sn.pcap", "mqtt-sn-forwarder.pcap"].map(|name| captures.join(name));
    let mut wrong = Vec::new();
    for (file, count) in recordings.iter().map(|file| (file, 20)).chain([(&every_type, 40)]) {
        let (ours, theirs) = (ours(file), theirs(file));
        assert!(theirs.len() >= count, "{}: {} messages", file.display(), theirs.len());
        let frames: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for frame in frames {
            let of = |all: &Messages| all.get(frame).cloned().unwrap_or_default();
            let (ours, theirs) = (of(&ours), of(&theirs));
            let name = file.file_name().unwrap().display();
            for (key, at, value) in theirs.difference(&ours) {
                wrong.push(format!("{name} {frame}: tshark's {key} {value} at byte {at}"));
            }
            for (key, at, value) in ours.difference(&theirs) {
                if !OURS_ALONE.contains(&key.as_str()) {
                    wrong.push(format!("{name} {frame}: our {key} {value} at byte {at}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Messages as `mqttscope read -T json` shows them.
fn ours(file: &Path) -> Messages {
    let options = ["-T", "json", "-d", "udp.port==1884,mqttsn"];
    let run = program::run(["read", file.to_str().unwrap()].into_iter().chain(options));
    assert_eq!(run.code, 0, "{}", run.err);
    let record = |record: &Value| (record["frames"][0].as_u64().unwrap(), our_fields(record));
    run.json().iter().map(record).collect()
}

fn our_fields(record: &Value) -> BTreeSet<Field> {
    let bytes = hex::decode(record["hex"].as_str().unwrap()).unwrap();
    let mut fields = BTreeSet::new();
    for field in program::fields(record) {
        let key = field["field"].as_str().unwrap();
        let (start, len) =
            (field["bit_offset"].as_u64().unwrap(), field["bit_length"].as_u64().unwrap());
        if GROUPS.contains(&key) || len == 0 {
            continue;
        }
        let key = NAMES.iter().find(|row| row.0 == key).map_or(key, |row| row.1);
        let whole = |from: u64| hex::encode(&bytes[from as usize..((start + len) / 8) as usize]);
        fields.insert(match (key, len) {
            // tshark has wrong offsets for it, and leaves out the byte that announces the others.
            ("mqttsn.msg.len", 24) => (key.to_owned(), 0, whole(start / 8 + 1)),
            ("mqttsn.msg.len", _) => (key.to_owned(), 0, whole(start / 8)),
            (_, 8..) => (key.to_owned(), start / 8, whole(start / 8)),
            _ => {
                let byte = u64::from(bytes[(start / 8) as usize]);
                let value = byte >> (8 - start % 8 - len) & ((1 << len) - 1);
                (key.to_owned(), start / 8, value.to_string())
            }
        });
    }
    fields
}

/// Messages as tshark shows them.
fn theirs(file: &Path) -> Messages {
    let options = ["-d", "udp.port==1884,mqttsn", "-d", "udp.port==2442,mqttsn"];
    let field = |field: &pdml::Field| {
        let at = if field.name == "mqttsn.msg.len" { 0 } else { field.at };
        (field.name.clone(), at, field.value.clone())
    };
    pdml::packets_of("mqttsn", file, &options)
        .iter()
        .map(|(frame, fields)| (*frame, fields.iter().map(field).collect()))
        .collect()
}
