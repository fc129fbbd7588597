//! Secrets that come behind the records that they open: in a block of the file, or in a key log
//! that is written late.

mod support;

use mqttscope::capture::{Source, open};
use mqttscope::carrier::tls::{SecretSource, Secrets};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::program;

const CAPTURE: &str = "captures/tls-secrets.pcapng";

/// The capture with its blocks of secrets moved behind so many blocks of its packets.
fn moved(behind: usize) -> tempfile::NamedTempFile {
    let bytes = std::fs::read(CAPTURE).unwrap();
    let mut rest = &bytes[..];
    let (mut secrets, mut others) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let (block, tail) = rest.split_at(word(4) as usize);
        if word(0) == 10 {
            secrets.push(block)
        } else {
            others.push(block)
        }
        rest = tail;
    }
    assert!(!secrets.is_empty());
    let at = behind.min(others.len());
    let (before, after) = others.split_at(at);
    let mut file = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    file.write_all(&[before, &secrets, after].concat().concat()).unwrap();
    file
}

/// The packets of MQTT without what depends on the place of their lines.
fn packets(path: &Path) -> Vec<String> {
    let run = program::run(["read", path.to_str().unwrap(), "-T", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let is_packet = |record: &serde_json::Value| record["type"] != "TLS";
    let key = |record: &serde_json::Value| {
        ["stream", "frames", "time", "type", "hex", "client_id"]
            .map(|key| record[key].to_string())
            .join(" ")
    };
    let mut packets: Vec<String> = run.json().iter().filter(|r| is_packet(r)).map(key).collect();
    packets.sort();
    packets
}

#[test]
fn a_block_of_secrets_may_stand_anywhere() {
    let expected = packets(Path::new(CAPTURE));
    assert!(expected.len() > 10, "{expected:?}");
    for behind in [10, 30, 60, usize::MAX] {
        assert_eq!(packets(moved(behind).path()), expected, "behind {behind} blocks");
    }
}

#[test]
fn the_log_is_compared_with_all_that_such_a_block_opens() {
    let file = moved(usize::MAX);
    let path = file.path().to_str().unwrap();
    let log = program::run(["log", path]);
    assert!(log.out.contains("CONNACK"), "{}", log.out);
    let diff = program::command(["log", path, "--diff", "-", "-T", "json"]);
    let rows = program::finish(diff, log.out.as_bytes()).json();
    let [summary] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(summary["counts"]["same"], log.out.lines().count());
}

#[derive(Clone, Debug, Default)]
struct Late(Arc<Mutex<Vec<u8>>>);

impl SecretSource for Late {
    fn more(&mut self, text: &mut dyn FnMut(&[u8])) {
        text(&std::mem::take(&mut *self.0.lock().unwrap()));
    }
    fn name(&self) -> String {
        "late".to_owned()
    }
}

#[derive(Default)]
struct Count(usize);

impl Consumer for Count {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0 += usize::from(record.is_packet());
        ControlFlow::Continue(())
    }
}

#[test]
fn a_silent_connection_is_opened_when_it_is_woken() {
    let late = Late::default();
    let secrets = Secrets::from_source(Box::new(late.clone()));
    let settings = Settings { secrets: secrets.clone(), ..Settings::default() };
    let mut inspector = Inspector::new(Count::default(), settings);
    let mut source = open(Path::new("captures/tls13.pcap")).unwrap();
    while let Some(frame) = source.next_frame().unwrap() {
        let _ = inspector.frame(&frame);
    }
    let _ = inspector.wake();
    assert_eq!(inspector.consumer().0, 0);
    assert!(secrets.are_awaited());
    late.0.lock().unwrap().extend(std::fs::read("captures/tls13.keys").unwrap());
    let _ = inspector.wake();
    assert!(inspector.consumer().0 > 30, "{}", inspector.consumer().0);
    assert!(!secrets.are_awaited());
}

#[test]
fn a_session_that_stays_closed_is_one_line() {
    let run = program::run(["read", "captures/tls13.pcap", "-T", "json"]);
    let lines = run.json();
    for stream in 0..3 {
        let of_stream: Vec<_> = lines.iter().filter(|line| line["stream"] == stream).collect();
        assert_eq!(of_stream.len(), 1, "{of_stream:?}");
        let text = of_stream[0]["text"].as_str().unwrap();
        for word in ["TLS 1.3", "TLS_AES_256_GCM_SHA384", "bytes, the server", "no key log", "-o "]
        {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(of_stream[0]["time"].is_string());
    }
}
