//! The decoder's verdicts against a set of packets with a legal/illegal mark.
//!
//! The set is not part of the project: MQTTSCOPE_SHARED names the folder that holds
//! `vectors/mosquitto.jsonl`. Each of its lines is one packet: `id`, `sender`, `version`, `hex`,
//! and `legal`, which is false where a broker or client ends the connection because of it.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test vectors` writes `docs/vectors.md` anew: the exceptions.

mod support;

use mqttscope::annotate::Tape;
use mqttscope::mqtt::{Reading, decode};
use mqttscope::spec::{Sender, Severity, Version};
use serde::Deserialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use support::diff::diff;

/// Illegal packets that have an error for the right reason, in hundredths of those that one packet
/// shows to be illegal.
const FLOOR: usize = 99;

/// Packets that are illegal only where they stand in a connection: part of the id, how many, and
/// why the packet alone is legal.
const BY_STATE: &[(&str, usize, &str)] = &[
    ("duplicate CONNECT", 1, "it is the second CONNECT of the connection"),
    (
        "tiny max packet",
        1,
        "the server ends it because no CONNACK fits into the 2 bytes that it allows",
    ),
    ("topic alias > max topic alias", 2, "the receiver offered a lower Topic Alias Maximum"),
    (
        "PUBLISH ALLOWED PROPERTIES: topic-alias (two byte integer)",
        1,
        "the client offered no Topic Alias Maximum",
    ),
];

/// Packets that the receiver may accept or refuse as it likes: text with control characters, which
/// both standards say should not be there. They have a warning.
const BY_CHOICE: (&str, usize) = ("text-control", 20);

/// Why a packet is illegal, by what its id says, the first that fits: parts of the id, all of which
/// must be there, and the rules of which one is to be broken.
const REASONS: &[(&[&str], &[&str])] = &[
    (&["unknown-property"], &["property-unknown"]),
    (&["invalid-property"], &["property-unknown"]),
    (&["PROPERTIES", "missing"], &["too-short", "property-length-too-long"]),
    (&["DISALLOWED PROPERTIES"], &["property-misplaced", "property-sender"]),
    (&["ALLOWED PROPERTIES", "2*"], &["property-repeated"]),
    (&["ALLOWED PROPERTIES", "wildcard"], &["topic-wildcard"]),
    (&["ALLOWED PROPERTIES"], &["property-range"]),
    (&["remaining length 5 bytes"], &["varint-too-long"]),
    (&[" long"], &["trailing-bytes"]),
    (&["excess bytes"], &["trailing-bytes"]),
    (&["5.0", "[MQTT-3.1.2-18]"], &["trailing-bytes"]),
    (&["mid 0"], &["packet-id-0"]),
    (&["zero mid"], &["packet-id-0"]),
    (&["rc="], &["reason-code"]),
    (&["len=4 short"], &["property-length-too-long"]),
    (&["short proto"], &["protocol-name"]),
    (&["incorrect protocol"], &["protocol-name"]),
    (&["proto ver 2"], &["protocol-level"]),
    (&["proto ver 4"], &["protocol-name"]),
    (&["[MQTT-3.1.2-1]"], &["protocol-name"]),
    (&["SUBSCRIBE", "short 2"], &["no-filter"]),
    (&["v5.0", " SUBSCRIBE", "short 3"], &["no-filter"]),
    (&["v5.0", "UNSUBSCRIBE", "short 3"], &["no-filter-to-leave"]),
    (&["short"], &["too-short"]),
    (&["no Will"], &["too-short"]),
    (&["[MQTT-3.1.2-19]"], &["too-short"]),
    (&["[MQTT-3.1.2-17]"], &["too-short"]),
    (&["NanoMQ"], &["too-short"]),
    (&["(no qos)"], &["too-short"]),
    (&["(no topic or qos)"], &["no-filter"]),
    // These lack the length of their properties besides.
    (&["v5.0", "Will topic with"], &["too-short"]),
    (&["v5.0", " SUBSCRIBE: 82 topic with"], &["too-short"]),
    (&["v5.0", "invalid topic"], &["too-short"]),
    (&["0x0000"], &["utf8-nul"]),
    // What they call U+FFFF is ed bf bf, which is the surrogate U+DFFF.
    (&["D800"], &["utf8-ill-formed"]),
    (&["FFFF"], &["utf8-ill-formed"]),
    (&["v3.1.1", "topic 0"], &["topic-empty"]),
    (&["v5.0", "topic 0"], &["topic-without-alias"]),
    (&["len 0"], &["topic-empty"]),
    (&["multiple zero"], &["topic-empty"]),
    (&["topic with #"], &["topic-wildcard"]),
    (&["PUBLISH", "QoS 3"], &["qos-3"]),
    (&["Dup 1"], &["dup-with-qos-0"]),
    (&["QoS 0x"], &["subscription-options-reserved"]),
    (&["invalid topic"], &["filter-single-level"]),
    (&["Will Qos 3"], &["will-qos-3"]),
    // The bit that is set is one of Will QoS.
    (&["Will flag 0 Will retain 1"], &["will-qos-without-will"]),
    (&["empty client ID"], &["client-id-empty"]),
];

/// Errors in packets that are marked as legal because one receiver tolerates them: the rule, how
/// many packets, and why the rule stands all the same.
const TOLERATED: &[(&str, usize, &str)] = &[(
    "dup-with-qos-0",
    1,
    "MQTT-3.3.1-2 forbids it to both sides; the set itself has the same bytes as illegal when a \
     client sends them",
)];

#[derive(Deserialize)]
struct Vector {
    id: String,
    sender: String,
    version: String,
    hex: String,
    legal: bool,
}

impl Vector {
    fn reading(&self) -> Reading {
        let version = Version::ALL.into_iter().find(|v| v.name() == self.version);
        let sender = [Sender::Client, Sender::Server].into_iter().find(|s| s.name() == self.sender);
        Reading { version: version.expect("a known version"), sender }
    }

    /// The ids of the rules that the packet breaks.
    fn errors(&self) -> Vec<&'static str> {
        self.findings(Severity::Error)
    }

    fn findings(&self, severity: Severity) -> Vec<&'static str> {
        let mut tape = Tape::new();
        decode(&self.bytes(), self.reading(), &mut tape);
        let found = tape.findings().iter().filter(|f| f.severity() == severity);
        found.map(|finding| finding.info().id).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        hex::decode(&self.hex).expect("hex")
    }

    /// The rules of which the packet breaks one, by what is known of it without the decoder.
    fn reasons(&self) -> &'static [&'static str] {
        let first = self.bytes()[0];
        let flags = if matches!(first >> 4, 6 | 8 | 10) { 2 } else { 0 };
        if first >> 4 != 3 && first & 0x0f != flags {
            return &["header-flags"];
        }
        let fits = |parts: &[&str]| parts.iter().all(|part| self.id.contains(part));
        let row = REASONS.iter().find(|(parts, _)| fits(parts));
        row.map_or(&[], |(_, rules)| rules)
    }

    fn line(&self) -> String {
        format!("  {} {:6} {}  {}", self.version, self.sender, self.id, self.hex)
    }
}

/// The set; `None`, and a word about it, where the environment does not say where it is.
fn vectors() -> Option<Vec<Vector>> {
    let Some(shared) = std::env::var_os("MQTTSCOPE_SHARED") else {
        println!("skipped: MQTTSCOPE_SHARED names no folder with vectors/mosquitto.jsonl");
        return None;
    };
    let path = PathBuf::from(shared).join("vectors/mosquitto.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(text.lines().map(|line| serde_json::from_str(line).expect("one vector a line")).collect())
}

#[test]
fn no_legal_packet_has_an_error() {
    let Some(vectors) = vectors() else { return };
    let mut tolerated = Vec::new();
    let mut accused = Vec::new();
    for vector in vectors.iter().filter(|vector| vector.legal) {
        match vector.errors()[..] {
            [] => {}
            [rule] if TOLERATED.iter().any(|(known, ..)| *known == rule) => tolerated.push(rule),
            ref rules => accused.push(format!("{}  {rules:?}", vector.line())),
        }
    }
    assert!(accused.is_empty(), "legal, but accused:\n{}", accused.join("\n"));
    for (rule, count, why) in TOLERATED {
        let seen = tolerated.iter().filter(|seen| *seen == rule).count();
        assert_eq!(seen, *count, "{rule}: {why}");
    }
}

#[test]
fn illegal_packets_have_an_error_for_the_right_reason() {
    let Some(vectors) = vectors() else { return };
    let illegal: Vec<_> = vectors.iter().filter(|vector| !vector.legal).collect();
    let (mut by_state, mut by_choice) = (vec![0; BY_STATE.len()], 0);
    let mut missed = Vec::new();
    for vector in &illegal {
        let errors = vector.errors();
        let state = BY_STATE.iter().position(|(part, ..)| vector.id.ends_with(part));
        if let Some(state) = state.filter(|_| errors.is_empty()) {
            by_state[state] += 1;
        } else if errors.is_empty() && vector.findings(Severity::Warning) == [BY_CHOICE.0] {
            by_choice += 1;
        } else if !errors.iter().any(|error| vector.reasons().contains(error)) {
            missed.push(format!("{}  {errors:?}, not {:?}", vector.line(), vector.reasons()));
        }
    }
    let counts: Vec<_> = BY_STATE.iter().map(|(_, count, _)| *count).collect();
    let alone = illegal.len() - counts.iter().sum::<usize>() - by_choice;
    println!(
        "{} of {alone} packets that are illegal by themselves have an error for the right reason \
         ({} in all: {} by state, {by_choice} by the choice of the receiver)",
        alone - missed.len(),
        illegal.len(),
        counts.iter().sum::<usize>()
    );
    println!("{}", missed.join("\n"));
    assert_eq!(by_state, counts, "{BY_STATE:?}");
    assert_eq!(by_choice, BY_CHOICE.1);
    assert!((alone - missed.len()) * 100 >= alone * FLOOR);
}

/// The exceptions are told to users, too.
#[test]
fn the_exceptions_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors.md");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let Some(difference) = diff(&text, &document()) else { return };
    let is_rewritten = std::env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1");
    assert!(is_rewritten, "docs/vectors.md\n{difference}");
    std::fs::write(path, document()).unwrap();
}

fn document() -> String {
    let mut out = String::from(
        "# Packets that are judged otherwise\n\n\
         mqttscope is measured by a set of packets from the tests of mosquitto, which is not part of this project: each is \
         marked as\nlegal, or as one that gets a broker or client to end the connection. At least 99 % of the illegal ones have a \
         finding of severity\nerror, for the right reason, and none of the legal ones has, but for those below. This file is \
         written by `tests/vectors.rs`.\n",
    );
    let mut table = |head: &str, rows: &[(&str, usize, &str)]| {
        out.push_str(head);
        out.push_str("\n\n| packets | how many | why |\n|---|---|---|\n");
        for (what, count, why) in rows {
            writeln!(out, "| {what} | {count} | {why} |").unwrap();
        }
    };
    table(
        "\n## Illegal only where they stand in a connection\n\nBy itself such a packet is legal.",
        BY_STATE,
    );
    let (rule, count) = BY_CHOICE;
    let why = "both standards say that it should not be there, and leave it to the receiver to end the connection";
    table(
        "\n## Marked as illegal, with a warning\n\nBy the rule that warns.",
        &[(&format!("`{rule}`"), count, why)],
    );
    let tolerated: Vec<_> =
        TOLERATED.iter().map(|(rule, count, why)| (format!("`{rule}`"), *count, *why)).collect();
    let tolerated: Vec<_> =
        tolerated.iter().map(|(rule, count, why)| (rule.as_str(), *count, *why)).collect();
    table(
        "\n## Marked as legal, with an error\n\nOne receiver tolerates them. By the rule that is broken.",
        &tolerated,
    );
    out
}
