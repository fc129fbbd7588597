//! Against tshark: every capture, every packet, every field that both of us know, to the byte.
//!
//! tshark's fields come from its PDML, which has the offset and the bytes of each. What it names,
//! cuts or misses otherwise stands in [`KNOWN`] with the reason; a row that no longer applies
//! fails the test as well.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{captures_in, outside, pdml, program};

/// A field of a packet: its key, its first byte counted from the packet's first, and its bytes in
/// hex; of a field smaller than a byte its value.
type Field = (String, u64, String);

/// The packets that each frame completes, with their fields.
type Packets = BTreeMap<u64, Vec<BTreeSet<Field>>>;

/// A file, the frames, the fields in which we differ there, and why we are right.
struct Known {
    file: &'static str,
    frames: &'static [u64],
    /// [`PACKETS`] is the number of packets that the frame completes.
    keys: &'static [&'static str],
    why: &'static str,
}

/// Stands for a field where the number of packets differs.
const PACKETS: &str = "packets";

/// Reviewed: where tshark 4 is wrong, or counts otherwise.
const KNOWN: &[Known] = &[
    Known {
        file: "bridge.pcap",
        frames: &[6],
        keys: &[
            "mqtt.conack.val",
            "mqtt.connack.reason_code",
            "mqtt.conack.flags",
            "mqtt.conack.flags.sp",
            "mqtt.conack.flags.reserved",
        ],
        why: "level 0x83 is 3.1 with the bridge bit; tshark takes it for no version",
    },
    Known {
        file: "bridge.pcap",
        frames: &[10, 18],
        keys: &["mqtt.hdr_reserved", "mqtt.dupflag", "mqtt.qos", "mqtt.retain_reserved"],
        why: "level 0x83 is 3.1, where SUBSCRIBE and UNSUBSCRIBE have DUP and QoS",
    },
    Known {
        file: "bridge.pcap",
        frames: &[11, 51],
        keys: &["mqtt.suback.qos", "mqtt.suback.reason_code"],
        why: "levels 0x83 and 0x84 are 3.1 and 3.1.1 with the bridge bit",
    },
    Known {
        file: "bridge.pcap",
        frames: &[46],
        keys: &["mqtt.conack.val", "mqtt.connack.reason_code"],
        why: "level 0x84 is 3.1.1 with the bridge bit",
    },
    Known {
        file: "bridge.pcap",
        frames: &[124],
        keys: &["mqtt.property_len", "mqtt.clientid"],
        why: "level 0x85 is 5.0 with the bridge bit, and a 5.0 CONNECT has properties",
    },
    Known {
        file: "ends.pcap",
        frames: &[84, 115],
        keys: &[PACKETS],
        why: "bytes of no length that ends, and a packet that does not come whole: tshark waits for more",
    },
    Known {
        file: "lossy-raw.pcap",
        frames: &[74, 78, 82, 84, 92],
        keys: &[PACKETS],
        why: "behind a gap: we name the frames that hold the packet, tshark the one that fills the gap",
    },
    Known {
        file: "midstream.pcap",
        frames: &[15, 31, 52],
        keys: &[
            "mqtt.property_len",
            "mqtt.property_id",
            "mqtt.prop_string",
            "mqtt.prop_key",
            "mqtt.prop_value",
            "mqtt.msg",
        ],
        why: "no CONNECT was seen: tshark infers no version and takes the properties for payload",
    },
    Known {
        file: "refused.pcap",
        frames: &[106],
        keys: &["mqtt.conack.val", "mqtt.connack.reason_code"],
        why: "a CONNECT of level 6 is answered as in 3.1.1; tshark takes the answer for 5.0",
    },
    Known {
        file: "snaplen-96.pcap",
        frames: &[4],
        keys: &["mqtt.undecoded"],
        why: "the snap length cuts the packet: what is left of a text is shown, tshark drops it",
    },
    Known {
        file: "snaplen-96.pcap",
        frames: &[34, 35],
        keys: &["mqtt.msg"],
        why: "the snap length cuts the packet: the beginning of its payload is shown",
    },
    Known {
        file: "snaplen-96.pcap",
        frames: &[8, 21, 36, 38, 50, 51],
        keys: &[PACKETS],
        why: "whole packets behind one that is cut: tshark goes on waiting for what was cut",
    },
    Known {
        file: "sv_mqtt_events_unassigned_msgtype.pcap",
        frames: &[8],
        keys: &["mqtt.undecoded"],
        why: "packet type 0: its bytes are shown as not decoded, tshark leaves them out",
    },
];

/// What the names of captures begin with in which tshark has no MQTT, as something carries it:
/// `carried` compares the bytes there.
const CARRIED: &[&str] = &["ws", "proxy", "tls-ws"];

/// Names of tshark's that stand for one of ours.
const NAMES: &[(&str, &str)] = &[
    // Three properties have fields of their own, the others these.
    ("mqtt.property.content_type", "mqtt.prop_string"),
    ("mqtt.property.max_qos", "mqtt.prop_number"),
    ("mqtt.property.topic_alias", "mqtt.prop_number"),
    // The byte behind a Topic Filter in 3.1 and 3.1.1.
    ("mqtt.sub.qos", "mqtt.subscription_options"),
];

#[test]
fn tshark_finds_the_same() {
    let Ok(version) = Command::new("tshark").arg("--version").output() else {
        return outside::missing("tshark is not installed");
    };
    let corpus = outside::folder("MQTTSCOPE_CORPUS").map(|corpus| corpus.join("captures"));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let is_whole = corpus.is_some();
    let mut found = BTreeMap::new();
    for folder in [Some(own), corpus].into_iter().flatten() {
        for file in captures(&folder) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            found.insert(name, differences(&ours(&file), &theirs(&file)));
        }
    }
    let mut wrong = Vec::new();
    for known in KNOWN {
        let Some(there) = found.get_mut(known.file) else {
            assert!(!is_whole, "{} is not there", known.file);
            continue;
        };
        for (frame, key) in known.frames.iter().flat_map(|f| known.keys.iter().map(|k| (*f, *k))) {
            if there.remove(&(frame, key.to_owned())).is_none() {
                wrong.push(format!("{} {frame} {key}: no longer so: {}", known.file, known.why));
            }
        }
    }
    for (file, left) in &found {
        wrong.extend(left.iter().map(|((frame, key), how)| format!("{file} {frame} {key}: {how}")));
    }
    let version = String::from_utf8_lossy(&version.stdout);
    let version = version.lines().next().unwrap_or_default();
    assert!(wrong.is_empty(), "{version}\n{}", wrong.join("\n"));
}

fn captures(folder: &Path) -> Vec<PathBuf> {
    // What WebSocket carries, and MQTT-SN, have comparisons of their own.
    let is_other = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("mqtt-sn") || CARRIED.iter().any(|start| name.starts_with(start))
    };
    let mut files = captures_in(folder);
    files.retain(|path| !is_other(path));
    assert!(!files.is_empty(), "no capture in {}", folder.display());
    files
}

/// What differs, by frame and field.
fn differences(ours: &Packets, theirs: &Packets) -> BTreeMap<(u64, String), String> {
    let mut found = BTreeMap::new();
    let frames: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for frame in frames {
        let of = |packets: &Packets| packets.get(frame).cloned().unwrap_or_default();
        let (ours, theirs) = (of(ours), of(theirs));
        if ours.len() != theirs.len() {
            let how = format!("ours {}, tshark's {}", ours.len(), theirs.len());
            found.insert((*frame, PACKETS.to_owned()), how);
            continue;
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            for (key, at, value) in ours.symmetric_difference(theirs) {
                let whose = if ours.contains(&(key.clone(), *at, value.clone())) {
                    "ours"
                } else {
                    "tshark's"
                };
                let how: &mut String = found.entry((*frame, key.clone())).or_default();
                *how += &format!("{whose} {value} at byte {at}; ");
            }
        }
    }
    found
}

/// Packets as `mqttscope read -T json --explain full` shows them.
fn ours(file: &Path) -> Packets {
    let path = file.to_str().unwrap();
    let options = ["-T", "json", "--explain", "full", "-d", "tcp.port==11883,mqtt"];
    let keys = key_log(file);
    let keys = keys.iter().flat_map(|preference| ["-o", preference]);
    let run = program::run(["read", path].into_iter().chain(options).chain(keys));
    assert_eq!(run.code, 0, "{path}: {}", run.err);
    let mut packets = Packets::new();
    for record in run.json() {
        if record["type"] == "TLS" {
            continue;
        }
        let frame = record["frames"].as_array().unwrap().last().unwrap().as_u64().unwrap();
        packets.entry(frame).or_default().push(our_fields(&record));
    }
    packets
}

/// The preference that names the key log beside a capture, in both programs.
fn key_log(capture: &Path) -> Option<String> {
    let keys = capture.with_extension("keys");
    keys.is_file().then(|| format!("tls.keylog_file:{}", keys.display()))
}

fn our_fields(record: &Value) -> BTreeSet<Field> {
    let bytes = hex::decode(record["hex"].as_str().unwrap()).unwrap();
    let mut fields = BTreeSet::new();
    let mut owner = "";
    for field in program::fields(record) {
        let key = field["field"].as_str().unwrap();
        let (start, len) =
            (field["bit_offset"].as_u64().unwrap(), field["bit_length"].as_u64().unwrap());
        let is_property = key.starts_with("mqtt.property.");
        let is_text = field["fields"][0]["field"] == "mqtt.string_len";
        if is_text || is_property {
            owner = if is_property { "" } else { key };
        }
        let is_container = is_text || is_property || len == 0 || SKIPPED.contains(&key);
        if is_container {
            continue;
        }
        let key = if key == "mqtt.prop_string" && !owner.is_empty() { owner } else { key };
        let key = key.trim_end_matches("_v31");
        fields.insert((key.to_owned(), start / 8, value(&bytes, start, len)));
    }
    fields
}

/// Groups, and what tshark shows as one byte: the parts of Subscription Options before 5.0.
const SKIPPED: [&str; 6] = [
    "mqtt.properties",
    "mqtt.will_properties",
    "mqtt.subscription",
    "mqtt.string_len",
    "mqtt.sub.qos",
    "mqtt.subscription_options_reserved",
];

fn value(bytes: &[u8], start: u64, len: u64) -> String {
    let first = (start / 8) as usize;
    if start.is_multiple_of(8) && len.is_multiple_of(8) {
        return hex::encode(&bytes[first..first + (len / 8) as usize]);
    }
    let byte = u64::from(bytes[first]);
    format!("{}", byte >> (8 - start % 8 - len) & ((1 << len) - 1))
}

/// Packets as tshark shows them.
fn theirs(file: &Path) -> Packets {
    let mut packets = Packets::new();
    let keys = key_log(file);
    let keys = keys.iter().flat_map(|preference| ["-o", preference]);
    let options: Vec<_> = ["-d", "tcp.port==11883,mqtt"].into_iter().chain(keys).collect();
    for (frame, fields) in pdml::packets(file, &options) {
        packets.entry(frame).or_default().push(fields.iter().filter_map(their_field).collect());
    }
    packets
}

fn their_field(field: &pdml::Field) -> Option<Field> {
    let is_string_len = field.name.ends_with("_len") && field.name != "mqtt.property_len";
    let name = NAMES.iter().find(|row| row.0 == field.name).map_or(&*field.name, |row| row.1);
    if is_string_len || SKIPPED.contains(&name) {
        return None;
    }
    // In Content Type tshark counts the two bytes of its length.
    let prefix = if field.name == "mqtt.property.content_type" { 2 } else { 0 };
    Some((name.to_owned(), field.at + prefix, field.value[2 * prefix as usize..].to_owned()))
}
