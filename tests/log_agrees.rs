//! What `explain` says of the log of a recording is what `sessions` says of the recording: nothing that went
//! wrong by the log alone.

mod support;

use std::path::Path;
use support::agree::{self, OTHER_WORDS};
use support::program::run;

const RECORDINGS: &[&str] = &[
    "dup.pcap",
    "ends-aedes.pcap",
    "ends.pcap",
    "session.pcap",
    "sessions-keep-alive.pcap",
    "sessions-late.pcap",
    "sessions-limits.pcap",
    "sessions-unfinished.pcap",
    "sessions-war.pcap",
    "sessions-wills.pcap",
    "v5-limits.pcap",
    "will.pcap",
];

/// Verdicts that are the same thing to both.
const OF_BOTH: &[&str] = &["taken-over", "take-over-war", "malformed"];

#[test]
fn a_log_accuses_nobody_whom_its_recording_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for name in RECORDINGS {
        let capture = Path::new("captures").join(name);
        let log = folder.path().join(name);
        std::fs::write(&log, run(["log".as_ref(), capture.as_os_str()]).out).unwrap();
        let by_log = agree::accepted(&agree::of_log(&log));
        let by_capture = agree::of_capture(&capture, &[]);
        for (client, said) in &by_log {
            let own = by_capture.get(client).cloned().unwrap_or_default();
            for verdict in said {
                let others = OTHER_WORDS.iter().find(|row| row.0 == verdict);
                let others = others.map_or(&[][..], |row| row.1);
                let is_said =
                    own.contains(verdict) || others.iter().any(|word| own.contains(*word));
                assert!(is_said, "{name}: {client}: {verdict} by the log, by the packets {own:?}");
                count += 1;
            }
        }
        for (client, said) in agree::accepted(&by_capture) {
            let own = by_log.get(&client).cloned().unwrap_or_default();
            for verdict in said.iter().filter(|verdict| OF_BOTH.contains(&verdict.as_str())) {
                assert!(
                    own.contains(verdict),
                    "{name}: {client}: {verdict} by the packets, by the log {own:?}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}
