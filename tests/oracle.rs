//! Captures of others, where `MQTTSCOPE_CORPUS` names their folder: `mqttscope read -T json` finds
//! what an independent reader found, packet by packet, and as many of each type as were counted.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use support::{outside, program};

/// What is compared of a packet, as text: the columns of the reader's tables.
const COLUMNS: [&str; 11] = [
    "stream",
    "dir",
    "first_frame",
    "last_frame",
    "type",
    "hdr",
    "bytes",
    "topic",
    "msgid",
    "clientid",
    "ver",
];

#[test]
fn every_packet_of_the_independent_reader_is_found() {
    for (capture, name, truth) in captures() {
        let rows = ours(&capture);
        let found: Vec<_> = sorted(rows.iter().map(row).collect());
        let table = fs::read_to_string(truth.join(format!("{name}.oracle.tsv"))).unwrap();
        assert_eq!(found.join("\n"), sorted(expected(&table)).join("\n"), "{name}");
    }
}

#[test]
fn as_many_of_each_type_are_found_as_were_counted() {
    for (capture, name, truth) in captures() {
        let mut counts = BTreeMap::<String, usize>::new();
        for record in ours(&capture) {
            *counts.entry(kind(&record).to_owned()).or_default() += 1;
        }
        let total = counts.values().sum();
        counts.insert("TOTAL".to_owned(), total);
        let table = fs::read_to_string(truth.join(format!("{name}.counts"))).unwrap();
        let expected: BTreeMap<_, _> = table
            .lines()
            .skip(1)
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .map(|cells| (cells[0].to_owned(), cells[3].parse::<usize>().unwrap()))
            .filter(|(kind, count)| *count > 0 || kind == "TOTAL")
            .collect();
        assert_eq!(counts, expected, "{name}");
    }
}

/// Capture, its name, and the folder of the tables.
fn captures() -> Vec<(PathBuf, String, PathBuf)> {
    let Some(corpus) = outside::folder("MQTTSCOPE_CORPUS") else { return Vec::new() };
    let files = fs::read_dir(corpus.join("captures")).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let found: Vec<_> =
        files.map(|path| (path.clone(), name(&path), corpus.join("truth"))).collect();
    assert!(!found.is_empty(), "no capture in {}", corpus.display());
    found
}

fn ours(capture: &Path) -> Vec<Value> {
    let run = program::run(["read", "-T", "json", capture.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}: {}", capture.display(), run.err);
    run.json()
}

/// The tables call type 0 so.
fn kind(record: &Value) -> &str {
    match record["type"].as_str().unwrap() {
        "RESERVED" => "RSV0",
        kind => kind,
    }
}

/// A record in the words of the tables.
fn row(record: &Value) -> String {
    let field = |key: &str| {
        let values = program::fields(record).into_iter().filter(|field| field["field"] == *key);
        values.map(|field| text(&field["value"])).collect::<Vec<_>>().join(",")
    };
    let port = |end: &str| record[end].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let frames = record["frames"].as_array().unwrap();
    let cells = [
        text(&record["stream"]),
        format!("{}>{}", port("src"), port("dst")),
        text(&frames[0]),
        text(frames.last().unwrap()),
        kind(record).to_owned(),
        format!("0x{}", &record["hex"].as_str().unwrap()[..2]),
        text(&record["length"]),
        field("mqtt.topic"),
        field("mqtt.msgid"),
        field("mqtt.clientid"),
        version(record).to_owned(),
    ];
    cells.join("\t")
}

/// The protocol level, where a CONNECT told it.
fn version(record: &Value) -> &str {
    match record["version_from"].as_str().and(record["version"].as_str()) {
        Some("3.1") => "3",
        Some("3.1.1") => "4",
        Some("5.0") => "5",
        _ => "",
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The rows of a table, each with the columns that are compared.
fn expected(table: &str) -> Vec<String> {
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let place = |column: &str| head.iter().position(|cell| *cell == column).unwrap();
    let places = COLUMNS.map(place);
    lines.map(|cells| places.map(|at| cells[at]).join("\t")).collect()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
