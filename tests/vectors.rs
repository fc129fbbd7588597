//! The decoder's verdicts against a set of packets with a legal/illegal mark.
//!
//! The set is not part of the project: MQTTSCOPE_SHARED names the folder that holds
//! `vectors/mosquitto.jsonl`. Each of its lines is one packet: `id`, `sender`, `version`, `hex`,
//! and `legal`, which is false where a broker or client ends the connection because of it.

use mqttscope::annotate::Tape;
use mqttscope::mqtt::{Reading, decode};
use mqttscope::spec::{Sender, Severity, Version};
use serde::Deserialize;
use std::path::PathBuf;

/// Illegal packets of which the decoder says so, by what it is able to see in one packet. To be
/// raised when more are found, never lowered.
const FOUND_FLOOR: usize = 722;

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
        let bytes = hex::decode(&self.hex).expect("hex");
        let mut tape = Tape::new();
        decode(&bytes, self.reading(), &mut tape);
        let errors = tape.findings().iter().filter(|f| f.severity() == Severity::Error);
        errors.map(|finding| finding.info().id).collect()
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
fn illegal_packets_have_an_error() {
    let Some(vectors) = vectors() else { return };
    let illegal: Vec<_> = vectors.iter().filter(|vector| !vector.legal).collect();
    let missed: Vec<_> =
        illegal.iter().filter(|v| v.errors().is_empty()).map(|v| v.line()).collect();
    let found = illegal.len() - missed.len();
    println!("{found} of {} illegal packets have an error; without:", illegal.len());
    println!("{}", missed.join("\n"));
    assert!(found >= FOUND_FLOOR, "{found} of {} found, {FOUND_FLOOR} before", illegal.len());
}
