//! `-T payload`: the bytes of payloads, in one stream and in files.

use super::bytes;
use crate::support::{outside, program};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The payloads as the packets' fields have them.
fn expected(file: &str) -> Vec<Vec<u8>> {
    let lines =
        bytes(&["read", "-T", "fields", "-e", "mqtt.msg", "-Y", "mqtt.msgtype == PUBLISH", file]);
    let lines = String::from_utf8(lines).unwrap();
    lines.lines().map(|line| hex::decode(line).unwrap()).collect()
}

#[test]
fn one_stream_holds_all_payloads() {
    for file in
        ["captures/v5-properties.pcapng", "captures/ws-deflate.pcapng", "captures/v311-qos.pcap"]
    {
        assert_eq!(bytes(&["read", "-T", "payload", file]), expected(file).concat(), "{file}");
    }
}

#[test]
fn each_payload_is_a_file_that_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let split = folder.path().join("new/payloads");
    let file = "captures/v5-properties.pcapng";
    let args = ["read", "-T", "payload", "--split", split.to_str().unwrap(), file];
    let run = program::run(args);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let found: Vec<Vec<u8>> = run.out.lines().map(|path| fs::read(path).unwrap()).collect();
    assert_eq!(found, expected(file));
    assert_eq!(fs::read_dir(&split).unwrap().count(), found.len());
    for line in run.out.lines() {
        assert_eq!(Path::new(line).parent(), Some(split.as_path()));
    }
    let again = program::run(args);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("000005-all_topics.json cannot be written"), "{}", again.err);
    // Of a topic that would lead out of the folder nothing but its letters stay.
    let topic = hex::encode("../../../x\x1b");
    let packet = format!("300e000b{topic}21");
    let split = folder.path().join("out");
    let run =
        program::run(["decode", "-T", "payload", "--split", split.to_str().unwrap(), &packet]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out, format!("{}/000001-_________x_.txt\n", split.display()));
}

#[test]
fn what_is_wrong_is_told() {
    let run = program::run(["decode", "--split", "/nowhere", "c000"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("-T payload"), "{}", run.err);
}

#[test]
#[cfg(target_os = "linux")]
fn raw_bytes_are_kept_from_a_terminal() {
    let program = env!("CARGO_BIN_EXE_mqttscope");
    let line = format!("{program} decode -T payload 30 04 00 01 61 1b");
    let typed = Command::new("script").args(["-qec", &line, "/dev/null"]).output();
    let Ok(typed) = typed else { return outside::missing("script is not installed") };
    let shown = String::from_utf8_lossy(&typed.stdout).into_owned();
    assert!(shown.contains("could steer this terminal") && !shown.contains('\x1b'), "{shown}");
}
