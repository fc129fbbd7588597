//! What a log and a capture of the same traffic say went wrong, client by client.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The clients, each with what is said of it.
pub type Said = BTreeMap<String, BTreeSet<String>>;

/// What the log alone tells, each with the reason: a capture has no such verdict.
const LOG_ALONE: &[(&str, &str)] = &[(
    "denied",
    "before 5.0 no packet says that a PUBLISH was denied, and a refused filter ends nothing",
)];
/// What the capture alone tells, each with the reason.
const CAPTURE_ALONE: &[(&str, &str)] = &[
    ("disconnect", "it is as it should be: the log has a line of it, and no verdict"),
    ("no-connect", "the log has no name for who never said it"),
    ("not-mqtt", "the log has no name for who never said it"),
];
/// Clients of which the two differ, each with the reason.
const OTHERWISE: &[(&str, &str, &str)] =
    &[("there to the end", "closed", "a broker that stops writes no line of who is connected")];

/// By the lines of a log.
pub fn of_log(log: &Path) -> Said {
    let mut out = Said::new();
    for value in lines(&["explain", "-T", "json", "-q", log.to_str().unwrap()], &[]) {
        let verdict = value["verdict"].as_str().unwrap();
        if LOG_ALONE.iter().all(|row| row.0 != verdict) {
            let client = value["client_id"].as_str().unwrap().to_owned();
            out.entry(client).or_default().insert(verdict.to_owned());
        }
    }
    out
}

/// By the packets, in the words of a log.
pub fn of_capture(capture: &Path, ports: &[String]) -> Said {
    let mut out = Said::new();
    for value in lines(&["sessions", "-T", "json", capture.to_str().unwrap()], ports) {
        let client = value["client_id"].as_str().unwrap_or("?").to_owned();
        let said = out.entry(client.clone()).or_default();
        // The first cause is the likeliest.
        let cause = value["causes"][0]["cause"].as_str().unwrap();
        let is_told = CAPTURE_ALONE.iter().all(|row| row.0 != cause)
            && OTHERWISE.iter().all(|row| (row.0, row.1) != (client.as_str(), cause));
        if is_told {
            said.insert(cause.to_owned());
        }
        // A SUBSCRIBE without an answer has no verdict, and a PUBREL for nothing has no line.
        if value["unfinished"]["type"] == "PUBLISH" {
            let is_exact = value["unfinished"]["waits_for"] != "PUBACK";
            said.insert(if is_exact { "qos-2-open" } else { "qos-1-open" }.to_owned());
        }
    }
    out.retain(|_, said| !said.is_empty());
    out
}

/// What the log tells in other words than the capture, each with the reason.
pub const OTHER_WORDS: &[(&str, &[&str], &str)] = &[
    (
        "closed",
        &["reset", "incomplete", "no-connack", "keep-alive"],
        "a log tells neither FIN from RST, nor what had not come whole, nor what the client waited for",
    ),
    (
        "socket-failed",
        &["limit", "malformed"],
        "2.0 has no words for some limits, and says that it failed to read",
    ),
    (
        "under-way",
        &["qos-1-open", "qos-2-open"],
        "the broker closed, of which the log has no line: for it the client is there still",
    ),
];

/// Both without the clients that were not let in: the log knows them by their address, or by no name.
pub fn accepted(said: &Said) -> Said {
    let is_known = |client: &str| {
        !matches!(client, "<unknown>" | "?") && client.parse::<std::net::IpAddr>().is_err()
    };
    let all = said.iter().filter(|(client, said)| is_known(client) && !said.contains("refused"));
    all.map(|(client, said)| (client.clone(), said.clone())).collect()
}

/// How many connections were refused, by a log and by a capture.
pub fn refusals(log: &Path, capture: &Path, ports: &[String]) -> (u64, u64) {
    let is_refusal = |value: &Value| value["verdict"] == "refused";
    let log = lines(&["explain", "-T", "json", "-q", log.to_str().unwrap()], &[]);
    let told = log.iter().filter(|value| is_refusal(value));
    let connections = lines(&["sessions", "-T", "json", capture.to_str().unwrap()], ports);
    let refused = connections.iter().filter(|value| value["causes"][0]["cause"] == "refused");
    (told.map(|value| value["count"].as_u64().unwrap()).sum(), refused.count() as u64)
}

fn lines(args: &[&str], ports: &[String]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
    command.args(args);
    for port in ports {
        command.args(["-d", port]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
