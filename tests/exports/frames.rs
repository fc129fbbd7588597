//! `read -w`: the frames of the chosen packets in a capture file, as tshark reads it.

use super::{bytes, has};
use crate::support::program::{self, Run};
use mqttscope::capture::{Frame, LinkType, Source, open};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Runs with `-w FILE -q`.
fn write(file: &Path, args: &[&str]) -> Run {
    let run = program::run([&["read", "-q", "-w", file.to_str().unwrap()], args].concat());
    assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    run
}

/// The records of chosen packets.
fn records(args: &[&str]) -> Vec<Value> {
    let out = bytes(&[&["read", "-T", "json"], args].concat());
    let lines = String::from_utf8(out).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn frames(record: &Value) -> Vec<u64> {
    let frames = record["frames"].as_array().into_iter().flatten();
    frames.map(|frame| frame.as_u64().unwrap()).collect()
}

/// Link, time, original length and bytes of a frame, and the names of interfaces apart.
type Kept = (LinkType, Option<i64>, u32, Vec<u8>);

fn read(file: &Path) -> Vec<(u64, Kept)> {
    let mut source = open(file).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = source.next_frame().unwrap() {
        let Frame { number, link, time, original_len, data, .. } = frame;
        all.push((number, (link, time, original_len, data.to_vec())));
    }
    all
}

/// Recordings, and what is chosen of them.
const CHOSEN: [(&str, &[&str]); 7] = [
    ("captures/segments.pcap", &["mqtt.msgtype == PUBLISH"]),
    ("captures/ends.pcap", &["--findings=error"]),
    ("captures/two-interfaces.pcapng", &["mqtt"]),
    ("captures/nanoseconds.pcap", &["mqtt.qos > 0"]),
    ("captures/lossy-raw.pcap", &["mqtt.msgtype == PUBLISH"]),
    ("captures/mqtt-sn.pcap", &["mqttsn.msg.type == PUBLISH"]),
    ("captures/ws.pcap", &["mqtt.msgtype == CONNECT"]),
];

/// The frames that open the connections of some records: all of a TCP connection, as tshark counts it,
/// up to the first packet of MQTT. A connection whose SYN was not seen has none.
fn openings(capture: &str, chosen: &[Value]) -> BTreeSet<u64> {
    let streams: BTreeSet<u64> = chosen.iter().filter_map(|it| it["stream"].as_u64()).collect();
    let all = records(&[capture]);
    let is_packet = |it: &&Value| it["version"].is_string();
    let fields = tshark(Path::new(capture), &["frame.number", "tcp.stream", "tcp.flags.syn"]);
    let rows: Vec<Vec<u64>> = fields
        .iter()
        .filter_map(|row| row.iter().map(|cell| cell.parse().ok()).collect())
        .collect();
    let mut openings = BTreeSet::new();
    for stream in streams {
        let mut ours = all.iter().filter(is_packet).filter(|it| it["stream"] == stream);
        let first = ours.next().and_then(|it| frames(it).into_iter().max()).unwrap();
        let of_stream: Vec<_> = rows.iter().filter(|row| row[1] == stream).collect();
        if of_stream[0][2] == 1 {
            openings.extend(of_stream.iter().map(|row| row[0]).filter(|frame| *frame <= first));
        }
    }
    openings
}

/// The values of fields that tshark shows, frame by frame.
fn tshark(file: &Path, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["-n", "-r", file.to_str().unwrap(), "-T", "fields"]);
    fields.iter().for_each(|field| {
        command.args(["-e", field]);
    });
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn each_frame_of_a_chosen_packet_is_there_once_and_as_it_was() {
    if !has("tshark") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (capture, filter) in CHOSEN {
        let args = [&[capture][..], filter].concat();
        let chosen = records(&args);
        let mut wanted: BTreeSet<u64> = chosen.iter().flat_map(frames).collect();
        let by_themselves = wanted.len();
        wanted.extend(openings(capture, &chosen));
        let added = wanted.len() - by_themselves;
        let all = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(capture));
        let expected: Vec<&Kept> =
            all.iter().filter(|(number, _)| wanted.contains(number)).map(|(_, it)| it).collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{capture}");
        for name in ["a.pcapng", "a.pcap"] {
            let file = folder.path().join(name);
            let run = write(&file, &args);
            assert_eq!(run.out.is_empty(), !filter[0].starts_with("--findings"), "{}", run.out);
            assert!(run.err.contains(&format!(" written to {}", file.display())), "{}", run.err);
            let told = format!(", {added} of them for the others to be readable");
            assert_eq!(run.err.contains(&told), added > 0, "{capture}: {added}: {}", run.err);
            let written = read(&file);
            assert_eq!(written.iter().map(|(_, it)| it).collect::<Vec<_>>(), expected, "{capture}");
        }
    }
}

/// Captures with layers between TCP and MQTT, their key logs, and a filter.
const LAYERED: [(&str, &str, &str); 7] = [
    ("captures/tls-secrets.pcapng", "", "mqtt.msgtype == SUBACK"),
    ("captures/tls13.pcap", "captures/tls13.keys", "mqtt.qos == 2"),
    ("captures/tls12.pcap", "captures/tls12.keys", "mqtt.msgtype == PUBREL"),
    ("captures/tls-ws.pcap", "captures/tls-ws.keys", "mqtt.msgtype == PUBACK"),
    ("captures/ws.pcap", "", "mqtt.msgtype == PUBACK"),
    ("captures/ws-deflate.pcapng", "", "mqtt.msgtype == PUBACK"),
    ("captures/ws-frames.pcap", "", "mqtt.qos == 1"),
];

#[test]
fn what_tls_and_websocket_carry_can_be_read_from_the_excerpt() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcapng");
    for (capture, keys, filter) in LAYERED {
        let keys = if keys.is_empty() { String::new() } else { format!("tls.keylog_file:{keys}") };
        let option = if keys.is_empty() { vec![] } else { vec!["-o", &keys] };
        // Frames that are left out may delay packets behind them.
        let told = |file: &str| -> BTreeSet<[String; 4]> {
            let chosen = records(&[&option[..], &[file, filter]].concat());
            let keys = ["time", "type", "hex", "client_id"];
            chosen.iter().map(|it| keys.map(|key| it[key].to_string())).collect()
        };
        let expected = told(capture);
        assert!(expected.len() > 1, "{capture}");
        let run = write(&file, &[&option[..], &[capture, filter]].concat());
        assert!(!run.err.contains("without its beginning"), "{}", run.err);
        assert_eq!(told(file.to_str().unwrap()), expected, "{capture}");
        let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(capture);
        assert!(read(&file).len() < read(&whole).len(), "{capture}");
    }
}

#[test]
fn tshark_opens_the_excerpt_with_the_secrets_and_names_of_the_capture() {
    if !has("tshark") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcapng");
    let run = write(&file, &["captures/tls-secrets.pcapng", "mqtt.msgtype == PUBREL"]);
    assert!(!run.err.contains("secrets block"), "{}", run.err);
    let types = tshark(&file, &["mqtt.msgtype"]).concat();
    assert_eq!(types.iter().filter(|it| it.as_str() == "6").count(), 4, "{types:?}");
    let run = write(&folder.path().join("a.pcap"), &["captures/tls-secrets.pcapng", "mqtt"]);
    assert!(run.err.contains("1 secrets block not in it"), "{}", run.err);

    let capture = Path::new("captures/two-interfaces.pcapng");
    write(&file, &[capture.to_str().unwrap(), "mqtt.msgtype == PUBLISH"]);
    let fields = ["frame.time_epoch", "frame.interface_name", "frame.interface_description"];
    let (ours, all) = (tshark(&file, &fields), tshark(capture, &fields));
    assert!(!ours.is_empty() && ours.iter().all(|row| all.contains(row)), "{ours:?}");
    let names: BTreeSet<&String> = ours.iter().map(|row| &row[1]).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn the_excerpt_says_what_its_numbers_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcapng");
    write(&file, &["captures/ends.pcap", "mqtt"]);
    let run = program::run(["read", "-q", file.to_str().unwrap()]);
    assert!(run.err.contains("chose of captures/ends.pcap"), "{}", run.err);
}

/// The comments that tshark shows, frame by frame.
fn comments(file: &Path) -> Vec<String> {
    let output = Command::new("tshark")
        .args(["-n", "-r", file.to_str().unwrap(), "-T", "fields", "-e", "frame.comment"])
        .args(["-E", "aggregator=\u{1}"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn tshark_shows_the_findings_as_comments() {
    if !has("tshark") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcapng");
    let mut compared = 0;
    for capture in ["captures/ends.pcap", "captures/v5-limits.pcap", "captures/sessions-order.pcap"]
    {
        let run = write(&file, &[capture, "mqtt"]);
        let is_added = run.err.contains("for the others to be readable");
        // The findings of each frame, in the order of the packets.
        let mut expected: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for record in records(&[capture, "mqtt"]) {
            for frame in frames(&record) {
                expected.entry(frame).or_default();
            }
            let last = frames(&record).into_iter().max().unwrap();
            let (number, kind) = (&record["n"], record["type"].as_str().unwrap());
            for finding in record["findings"].as_array().unwrap() {
                let severity = finding["severity"].as_str().unwrap();
                let message = finding["message"].as_str().unwrap();
                let place = format!("#{number} (frame {last} of the whole)");
                let text = format!("{place} {kind}: {severity}: {message}");
                expected.get_mut(&last).unwrap().push(text);
                compared += 1;
            }
        }
        let mut shown = comments(&file);
        // Handshakes have no comments.
        if is_added {
            shown.retain(|it| !it.is_empty());
            expected.retain(|_, it| !it.is_empty());
        }
        assert_eq!(shown.len(), expected.len(), "{capture}");
        for (shown, expected) in shown.iter().zip(expected.values()) {
            let shown: Vec<&str> = shown.split('\u{1}').filter(|it| !it.is_empty()).collect();
            assert_eq!(shown.len(), expected.len(), "{capture}: {shown:?}");
            for (shown, expected) in shown.iter().zip(expected) {
                assert!(shown.starts_with(expected), "{capture}: {shown}\n{expected}");
            }
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn pcap_says_what_it_has_no_place_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcap");
    let run = write(&file, &["captures/ends.pcap", "--findings=error"]);
    assert!(run.err.contains("not in it: pcap has no place for them"), "{}", run.err);
    // Two files of different links as one capture: pcap takes the frames of the first link alone.
    let two = ["captures/session.pcap", "captures/cooked-v1.pcap", "mqtt"];
    let run = write(&file, &two);
    assert!(run.err.contains("pcap has one link type for all"), "{}", run.err);
    assert_eq!(read(&file).iter().map(|(_, it)| it.0).collect::<BTreeSet<_>>().len(), 1);
    let file = folder.path().join("a.pcapng");
    let run = write(&file, &two);
    assert!(!run.err.contains("not in it"), "{}", run.err);
    assert_eq!(read(&file).iter().map(|(_, it)| it.0).collect::<BTreeSet<_>>().len(), 2);
}

#[test]
fn what_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let same = folder.path().join("same.pcap");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/session.pcap"), &same)
        .unwrap();
    let same = same.to_str().unwrap();
    for (args, code, told) in [
        (&["-w", "/nowhere/a.pcap"][..], 2, "/nowhere/a.pcap cannot be created"),
        (&["-w", "-"], 1, "add -q"),
        (&["-w", "-", "-q", "--findings"], 1, "without --findings"),
        (&["-w", same], 1, "is read, so it cannot be written"),
        (&["-w", "a.pcap", "--redact"], 1, "--redact"),
    ] {
        let run = program::run([&["read", same], args].concat());
        assert_eq!((run.code, run.err.contains(told)), (code, true), "{args:?}: {}", run.err);
    }
    assert!(!read(Path::new(same)).is_empty());
}
