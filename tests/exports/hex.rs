//! `-T hex`: what it writes is read again as the same packets.

use super::{bytes, captures};
use crate::support::program;
use serde_json::Value;

/// The bytes of each packet.
fn packets(lines: &str) -> Vec<String> {
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| record["hex"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn decode_reads_the_same_packets() {
    let mut compared = 0;
    for file in captures() {
        let file = file.to_str().unwrap();
        let lines = String::from_utf8(bytes(&["read", "-T", "hex", "-Y", "mqtt", file])).unwrap();
        let read = program::command(["decode", "--lines", "-T", "json"]);
        let again = program::finish(read, lines.as_bytes()).out;
        let all = bytes(&["read", "-T", "json", "-Y", "mqtt", file]);
        let first = packets(&String::from_utf8(all).unwrap());
        assert_eq!(lines.lines().collect::<Vec<_>>(), first, "{file}");
        assert_eq!(packets(&again), first, "{file}");
        compared += first.len();
    }
    assert!(compared > 800, "{compared}");
}
