//! Each finding on the recordings, and on the captures of others where
//! `MQTTSCOPE_CORPUS` names their folder, has been looked at and is right: `docs/findings.md` says why.
//! A finding that is not listed fails the test, and so does one that is listed and not made.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test findings` writes the document from the list below; the
//! reasons are written by hand.

mod support;

use mqttscope::spec::Severity;
use mqttscope::spec::rule::RULES;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use support::diff::diff;
use support::{captures_in, outside, program};

/// Capture, rule, how often, and why the verdict is right.
type Review = (&'static str, &'static str, usize, &'static str);

/// Compared with tshark: so many CONNECT packets have a Password there.
const PASSWORD: &str = "a CONNECT with a Password, and no TLS around it";

/// The recordings of this project.
#[rustfmt::skip]
const OURS: &[Review] = &[
    ("ends-aedes.pcap", "qos-3", 1,
        "the client was told to send a PUBLISH of QoS 3; the server ends the connection at once"),
    ("ends-aedes.pcap", "takes-over", 1,
        "the client `twins` was told to connect twice under the same name"),
    ("ends.pcap", "auth-before-5.0", 1,
        "24 bytes of 0xff behind a CONNECT of 3.1.1: type 15, as which no packet of 3.1.1 begins"),
    ("ends.pcap", "first-not-connect", 1,
        "the client was told to begin with PUBLISH; the server resets the connection"),
    ("ends.pcap", "header-flags", 1,
        "the same 24 bytes of 0xff: the flags are 15"),
    ("ends.pcap", "packet-above-maximum", 1,
        "a PUBLISH of 1216 bytes where the CONNACK had said 1000; the server answers DISCONNECT 0x95"),
    ("ends.pcap", "password-in-clear", 2, PASSWORD),
    ("ends.pcap", "qos-3", 2,
        "PUBLISH of QoS 3 in 3.1.1 and in 5.0; the server closes, and answers DISCONNECT 0x81"),
    ("ends.pcap", "second-connect", 1,
        "the client was told to send CONNECT twice; the server closes"),
    ("ends.pcap", "stream-ends", 1,
        "the client was told to send 40 bytes of a PUBLISH of 113 and to close"),
    ("ends.pcap", "topic-wildcard", 1,
        "a PUBLISH to ends/#; the server closes"),
    ("ends.pcap", "varint-too-long", 1,
        "the same 24 bytes of 0xff: the Remaining Length does not end"),
    ("midstream.pcap", "version-ambiguous", 3,
        "the connection has no CONNECT in the capture; its PUBLISH packets read as 5.0 with properties, and as 3.1.1 with a longer payload"),
    ("mqtt-sn.pcap", "sn-topic-unknown", 1,
        "the client was told to publish under the TopicId 999, which nobody had registered; the gateway answers with return code 0x02"),
    ("refused.pcap", "password-in-clear", 8, PASSWORD),
    ("refused.pcap", "protocol-level", 1,
        "the CONNECT of a client that was told to ask for level 6, which no standard has; the server refuses it"),
    ("session.pcap", "password-in-clear", 1, PASSWORD),
    ("sessions-late.pcap", "keep-alive-late", 1,
        "the PINGREQ comes 2.456 s after the packet before it, where Keep Alive is 2 s and the server waits for 3 s"),
    ("sessions-late.pcap", "takes-over", 4,
        "`roamer` comes back four times while the server holds the connection that it lost"),
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
    ("sessions-passed-on.pcap", "after-unsubscribe", 1,
        "bad_broker.py goes on to deliver `keep/left` to the client that has left it 1.5 s before the message was published"),
    ("sessions-passed-on.pcap", "delivered-out-of-order", 1,
        "bad_broker.py delivers the two messages of `swap/lines` the other way round"),
    ("sessions-passed-on.pcap", "delivered-twice", 1,
        "bad_broker.py sends the copy of `again/new-identifier` again with DUP, under a Packet Identifier of its own"),
    ("sessions-passed-on.pcap", "empty-retained", 1,
        "bad_broker.py sets RETAIN on the empty message to `set/retain-of-empty`"),
    ("sessions-passed-on.pcap", "expiry-not-less", 1,
        "bad_broker.py makes 90 s of the Message Expiry Interval of 60 s on `more/expiry`"),
    ("sessions-passed-on.pcap", "new-as-retained", 1,
        "bad_broker.py sets RETAIN on the new message to `set/retain`, 7 s after its subscription was granted"),
    ("sessions-passed-on.pcap", "no-local-ignored", 1,
        "bad_broker.py delivers `send/own` to the client that has published it and asked for No Local"),
    ("sessions-passed-on.pcap", "property-not-passed-on", 2,
        "bad_broker.py drops Content Type from `drop/content-type` and Response Topic from `drop/response-topic`"),
    ("sessions-passed-on.pcap", "qos-above-granted", 1,
        "bad_broker.py delivers `raise/qos` with QoS 1, where QoS 0 was asked for and granted"),
    ("sessions-passed-on.pcap", "refused-elsewhere", 1,
        "bad_broker.py gives `refuse/alarm` to crew-2 when crew-1 has answered it with 0x97"),
    ("sessions-passed-on.pcap", "retain-not-as-published", 1,
        "bad_broker.py clears RETAIN of `clear/retain` for a subscription with Retain As Published"),
    ("sessions-passed-on.pcap", "retained-unwanted", 1,
        "bad_broker.py sets RETAIN on `set/retain-for-never`, where the subscription has Retain Handling 2 and no Retain As Published"),
    ("sessions-passed-on.pcap", "subscription-id-missing", 1,
        "bad_broker.py drops the Subscription Identifier 3 from `drop/identifier`"),
    ("sessions-passed-on.pcap", "subscription-id-unknown", 1,
        "bad_broker.py puts 9 in the place of the Subscription Identifier 3 on `change/identifier`"),
    ("sessions-passed-on.pcap", "user-properties-order", 1,
        "bad_broker.py turns the two User Properties of `turn/user-properties` about"),
    ("sessions-war.pcap", "take-over-war", 3,
        "two clients throw each other out; from the third time within a minute on it is a war"),
    ("sessions-war.pcap", "takes-over", 5,
        "each CONNECT but the first comes while the other client's connection is open"),
    ("sessions-wills.pcap", "copy-missed", 1,
        "the server lets the watcher subscribe to secret/# and, by its rights, not read secret/door, which it has acknowledged"),
    ("sessions-wills.pcap", "will-missed", 1,
        "the Will of `spy` goes to secret/spy, which the watcher may not read either"),
    ("snaplen-96.pcap", "bytes-missing", 3,
        "each frame was cut at 96 bytes, and these three packets are longer"),
    ("v5-disconnects.pcap", "qos-unannounced", 1,
        "the scripted server sends DISCONNECT 0x9b; its CONNACK has no properties at all"),
    ("v5-limits.pcap", "alias-above-maximum", 1,
        "that PUBLISH with Topic Alias 99; the CONNACK had given a Topic Alias Maximum of 10"),
    ("v5-limits.pcap", "takes-over", 1,
        "a second client connects as `twin` while the first is there"),
    ("v5-properties.pcapng", "qos-above-maximum", 1,
        "the CONNACK of the scripted server says Maximum QoS 1, and MQTT.js was told to publish with QoS 2"),
    ("v5-properties.pcapng", "subscription-id-missing", 1,
        "the client has named its subscription 3; the scripted server delivers the second message, whose topic is an \
         alias, without any Subscription Identifier"),
    ("v5-properties.pcapng", "subscription-id-unknown", 1,
        "the scripted server sends the Subscription Identifiers 3 and 20,000; the client has given 3 alone"),
    ("v5-qos.pcapng", "password-in-clear", 1, PASSWORD),
    ("ws-refused.pcap", "header-flags", 1,
        "`c0 00` was sent as text, so that UTF-8 made `c3 80 00` of it: the flags of that PINGREQ are 3"),
    ("ws-refused.pcap", "remaining-length-not-shortest", 1,
        "the same `c3 80 00`: its Remaining Length is 0 in two bytes"),
    ("ws-refused.pcap", "websocket-no-subprotocol", 1,
        "the request of the second session has no Sec-WebSocket-Protocol"),
    ("ws-refused.pcap", "websocket-refused", 1,
        "the server was told to answer the first session with 401"),
    ("ws-refused.pcap", "websocket-subprotocol", 1,
        "so the answer can't choose one"),
    ("ws-refused.pcap", "websocket-text", 1,
        "the frame that holds these three bytes has the opcode 1"),
    ("ws.pcap", "password-in-clear", 1, PASSWORD),
];

/// The captures of others.
#[rustfmt::skip]
const OTHERS: &[Review] = &[
    ("arkime_arkime_synthetic.pcap", "password-in-clear", 1, PASSWORD),
    ("arkime_mqtt_big.pcap", "copy-lost", 1,
        "the client publishes test/small with QoS 0 and subscribes to test/#; the server answers all that the client sends behind it, and no copy comes"),
    ("arkime_mqtt_big.pcap", "copy-missed", 2,
        "the client publishes test/qos1 and test/bigdata and subscribes to test/#; the server acknowledges both, and no copy comes until its answers after them, 15 and 24 s later"),
    ("arkime_mqtt_big.pcap", "no-subscription", 2,
        "the server delivers server/bigdata and server/interrupt; the subscriptions are test/topic1, test/topic2 and test/#"),
    ("sv_mqtt311_pub_qos2.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_pub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_pub_userpass_auto_clientid.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_sub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_unsub_qos1.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_unsub_qos2.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt311_unsub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_pub_qos1.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_pub_qos2.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_pub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_pub_userpass_auto_clientid.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_sub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_unsub_qos1.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt31_unsub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_pub_mosquittoprops.pcap", "broken-accepted", 2,
        "the server answers the CONNECT and the PUBLISH with those properties as if they were legal"),
    ("sv_mqtt5_pub_mosquittoprops.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_pub_mosquittoprops.pcap", "property-range", 2,
        "Payload Format Indicator is 144 in the Will and 88 in the PUBLISH, where 0 and 1 exist; it is the last \
         property of its block both times, and the block is as long as its length says"),
    ("sv_mqtt5_pub_qos1.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_pub_qos2.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_pub_userpass_auto_clientid.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_sub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_unsub_qos1.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_unsub_qos2.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt5_unsub_userpass.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt_events_unassigned_msgtype.pcap", "packet-type-reserved", 1,
        "the first byte of the packet is 00; the capture was made to show that"),
    ("sv_mqtt_events_unassigned_msgtype.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt_events_unintroduced.pcap", "password-in-clear", 1, PASSWORD),
    ("sv_mqtt_frames_truncated.pcap", "password-in-clear", 1, PASSWORD),
];

const HEAD: &str = "\
# The findings, looked at one by one

A verdict that is false is worse than none. These are all findings, errors, warnings and notes, that
mqttscope makes on the recordings in [captures](../captures/INDEX.md) and on a corpus of captures that
others made, which is not part of this project. `tests/findings.rs` holds the list, makes the findings
anew and fails on any difference.
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
fn the_recordings_have_these_findings_and_no_others() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"), OURS);
}

#[test]
fn the_captures_of_others_have_these_findings_and_no_others() {
    if let Some(corpus) = outside::folder("MQTTSCOPE_CORPUS") {
        check(&corpus.join("captures"), OTHERS);
    }
}

fn table(title: &str, reviews: &[Review]) -> String {
    let mut out = format!(
        "\n## {title}\n\n| capture | severity | rule | times | why it is right |\n|---|---|---|---|---|\n"
    );
    for (capture, rule, count, why) in reviews {
        let severity = severity(rule);
        writeln!(out, "| `{capture}` | {severity} | `{rule}` | {count} | {why} |").unwrap();
    }
    out
}

fn severity(rule: &str) -> Severity {
    RULES.iter().find(|row| row.id == rule).unwrap().severity
}

fn check(folder: &Path, reviews: &[Review]) {
    let mut found = BTreeMap::<(String, String), usize>::new();
    for capture in captures(folder) {
        let name = capture.file_name().unwrap().to_str().unwrap().to_owned();
        for rule in rules(&capture) {
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
    let captures = captures_in(folder);
    assert!(captures.len() > 20, "{}", folder.display());
    captures
}

/// The rules of the findings in a capture, which is decrypted where its secrets lie beside it.
fn rules(capture: &Path) -> Vec<String> {
    let mut args =
        vec!["read".into(), "-T".into(), "json".into(), "--explain".into(), "off".into()];
    let keys = capture.with_extension("keys");
    if keys.exists() {
        args.extend(["-o".into(), format!("tls.keylog_file:{}", keys.display())]);
    }
    args.push(capture.display().to_string());
    let run = program::run(args);
    let records = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let rule = |finding: &Value| finding["rule"].as_str().unwrap().to_owned();
    let of_record = |record: Value| -> Vec<String> {
        record["findings"].as_array().unwrap().iter().map(rule).collect()
    };
    records.flat_map(of_record).collect()
}
