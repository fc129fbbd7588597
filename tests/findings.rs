//! Each finding of severity error on the recordings, and on the captures of others where
//! `MQTTSCOPE_CORPUS` names their folder, has been looked at and is right: `docs/findings.md` says why.
//! A finding that is not listed fails the test, and so does one that is listed and not made.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test findings` writes the document from the list below; the
//! reasons are written by hand.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use support::diff::diff;
use support::{outside, program};

/// Capture, rule, how often, and why the verdict is right.
type Review = (&'static str, &'static str, usize, &'static str);

/// The recordings of this project.
#[rustfmt::skip]
const OURS: &[Review] = &[
    ("ends-aedes.pcap", "qos-3", 1,
        "the client was told to send a PUBLISH of QoS 3; the server ends the connection at once"),
    ("ends.pcap", "auth-before-5.0", 1,
        "24 bytes of 0xff behind a CONNECT of 3.1.1: type 15, as which no packet of 3.1.1 begins"),
    ("ends.pcap", "first-not-connect", 1,
        "the client was told to begin with PUBLISH; the server resets the connection"),
    ("ends.pcap", "header-flags", 1,
        "the same 24 bytes of 0xff: the flags are 15"),
    ("ends.pcap", "packet-above-maximum", 1,
        "a PUBLISH of 1216 bytes where the CONNACK had said 1000; the server answers DISCONNECT 0x95"),
    ("ends.pcap", "qos-3", 2,
        "PUBLISH of QoS 3 in 3.1.1 and in 5.0; the server closes, and answers DISCONNECT 0x81"),
    ("ends.pcap", "second-connect", 1,
        "the client was told to send CONNECT twice; the server closes"),
    ("ends.pcap", "topic-wildcard", 1,
        "a PUBLISH to ends/#; the server closes"),
    ("ends.pcap", "varint-too-long", 1,
        "the same 24 bytes of 0xff: the Remaining Length does not end"),
    ("refused.pcap", "protocol-level", 1,
        "the CONNECT of a client that was told to ask for level 6, which no standard has; the server refuses it"),
    ("sessions-limits.pcap", "alias-above-maximum", 1,
        "the client was told to use Topic Alias 99; the CONNACK had given 10"),
    ("sessions-limits.pcap", "packet-above-maximum", 1,
        "the client was told to send 3,014 bytes; the CONNACK had given a Maximum Packet Size of 2,000"),
    ("sessions-limits.pcap", "qos-above-maximum", 1,
        "the client was told to publish with QoS 2; the CONNACK had given Maximum QoS 1"),
    ("sessions-limits.pcap", "receive-maximum-exceeded", 5,
        "the client was told to send eight PUBLISH packets of QoS 1 at once; the CONNACK had given a Receive Maximum of 3, \
         so the fourth to the eighth break it"),
    ("sessions-limits.pcap", "retain-unavailable", 1,
        "the client was told to set RETAIN; the CONNACK had said Retain Available 0"),
    ("sessions-order.pcap", "ack-unasked", 1,
        "the client was told to send a PUBACK of Packet Identifier 9, which no PUBLISH had"),
    ("sessions-order.pcap", "packet-id-in-use", 1,
        "the client was told to send two PUBLISH packets under Packet Identifier 2, the second before the answer to the \
         first"),
    ("sessions-order.pcap", "publish-after-pubrel", 1,
        "the client was told to send a PUBLISH of QoS 2 again, with DUP, when its exchange was over"),
    ("sessions-order.pcap", "pubrel-early", 1,
        "the client was told to send PUBREL right behind its PUBLISH, before the PUBREC"),
    ("sessions-order.pcap", "sent-again", 1,
        "the client was told to send a PUBLISH of 5.0 again on the same connection, with DUP"),
    ("v5-limits.pcap", "alias-above-maximum", 1,
        "that PUBLISH with Topic Alias 99; the CONNACK had given a Topic Alias Maximum of 10"),
    ("v5-properties.pcapng", "qos-above-maximum", 1,
        "the CONNACK of the scripted server says Maximum QoS 1, and MQTT.js was told to publish with QoS 2"),
    ("v5-properties.pcapng", "subscription-id-missing", 1,
        "the client has named its subscription 3; the scripted server delivers the second message, whose topic is an \
         alias, without any Subscription Identifier"),
    ("ws-refused.pcap", "header-flags", 1,
        "`c0 00` was sent as text, so that UTF-8 made `c3 80 00` of it: the flags of that PINGREQ are 3"),
    ("ws-refused.pcap", "websocket-no-subprotocol", 1,
        "the request of the second session has no Sec-WebSocket-Protocol"),
    ("ws-refused.pcap", "websocket-subprotocol", 1,
        "so the answer can't choose one"),
    ("ws-refused.pcap", "websocket-text", 1,
        "the frame that holds these three bytes has the opcode 1"),
];

/// The captures of others.
#[rustfmt::skip]
const OTHERS: &[Review] = &[
    ("sv_mqtt5_pub_mosquittoprops.pcap", "property-range", 2,
        "Payload Format Indicator is 144 in the Will and 88 in the PUBLISH, where 0 and 1 exist; it is the last \
         property of its block both times, and the block is as long as its length says"),
    ("sv_mqtt_events_unassigned_msgtype.pcap", "packet-type-reserved", 1,
        "the first byte of the packet is 00; the capture was made to show that"),
];

const HEAD: &str = "\
# The findings of severity error, looked at one by one

A verdict that is false is worse than none. These are all findings of severity error that mqttscope
makes on the recordings in [captures](../captures/INDEX.md) and on a corpus of captures that others
made, which is not part of this project. `tests/findings.rs` holds the list, makes the findings anew
and fails on any difference.
";

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let ours = table("The recordings", OURS);
    let now = format!("{HEAD}{ours}{}", table("Captures of others", OTHERS));
    let Some(difference) = diff(&text, &now) else { return };
    let is_rewritten = env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1");
    assert!(is_rewritten, "docs/findings.md\n{difference}");
    fs::write(path, now).unwrap();
}

#[test]
fn the_recordings_have_these_errors_and_no_others() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"), OURS);
}

#[test]
fn the_captures_of_others_have_these_errors_and_no_others() {
    if let Some(corpus) = outside::folder("MQTTSCOPE_CORPUS") {
        check(&corpus.join("captures"), OTHERS);
    }
}

fn table(title: &str, reviews: &[Review]) -> String {
    let mut out = format!(
        "\n## {title}\n\n| capture | rule | times | why it is right |\n|---|---|---|---|\n"
    );
    for (capture, rule, count, why) in reviews {
        writeln!(out, "| `{capture}` | `{rule}` | {count} | {why} |").unwrap();
    }
    out
}

fn check(folder: &Path, reviews: &[Review]) {
    let mut found = BTreeMap::<(String, String), usize>::new();
    for capture in captures(folder) {
        let name = capture.file_name().unwrap().to_str().unwrap().to_owned();
        for rule in errors(&capture) {
            *found.entry((name.clone(), rule)).or_default() += 1;
        }
    }
    let listed: BTreeMap<_, _> = reviews
        .iter()
        .map(|(capture, rule, count, _)| (((*capture).to_owned(), (*rule).to_owned()), *count))
        .collect();
    assert_eq!(found, listed);
}

fn captures(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_capture =
        |path: &PathBuf| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng");
    let captures: Vec<_> = entries.filter(is_capture).collect();
    assert!(captures.len() > 20, "{}", folder.display());
    captures
}

/// The rules of the findings of severity error in a capture, which is decrypted where its secrets
/// lie beside it.
fn errors(capture: &Path) -> Vec<String> {
    let mut args =
        vec!["read".into(), "-T".into(), "json".into(), "--explain".into(), "off".into()];
    let keys = capture.with_extension("keys");
    if keys.exists() {
        args.extend(["-o".into(), format!("tls.keylog_file:{}", keys.display())]);
    }
    args.push(capture.display().to_string());
    let run = program::run(args);
    let records = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let is_error = |finding: &&Value| finding["severity"] == "error";
    let rule = |finding: &Value| finding["rule"].as_str().unwrap().to_owned();
    let of_record = |record: Value| -> Vec<String> {
        record["findings"].as_array().unwrap().iter().filter(is_error).map(rule).collect()
    };
    records.flat_map(of_record).collect()
}
