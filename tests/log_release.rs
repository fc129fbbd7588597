//! `--diff` tells the release that wrote a log by the forms of its lines, where its first line is missing.

mod support;

use support::program::{command, finish, run};

const CAPTURES: [&str; 3] =
    ["captures/cooked-any.pcap", "captures/will.pcap", "captures/sessions-war.pcap"];

/// The log that this release would have written, without its first line.
fn log(capture: &str, release: &str) -> String {
    let run = run(["log", capture, "--mosquitto", release]);
    let rest =
        run.out.lines().filter(|line| !line.ends_with(" starting") && !line.starts_with('('));
    rest.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_forms_of_the_lines_tell_the_release() {
    for release in ["1.4", "1.5", "1.6", "2.0", "2.1"] {
        for capture in CAPTURES {
            let log = log(capture, release);
            let diff =
                finish(command(["log", capture, "--diff", "-", "-T", "json"]), log.as_bytes());
            let summary = &diff.json().pop().unwrap()["counts"];
            let differs = [&summary["missing"], &summary["extra"]].map(|count| count.as_u64());
            assert_eq!(differs, [Some(0); 2], "{release} of {capture}: {}", diff.out);
            let said = format!("as a log of mosquitto {release},");
            // Those of the first two of a client that is refused are the same.
            let is_either = capture.contains("war") && release == "1.4";
            let is_said = diff.err.contains(&said) || is_either;
            assert_eq!(is_said, release != "2.0", "{release} of {capture}: {}", diff.err);
        }
    }
}

#[test]
fn a_release_that_is_named_counts() {
    let log = log(CAPTURES[0], "1.4");
    let args = ["log", CAPTURES[0], "--diff", "-", "-T", "json", "--mosquitto", "2.0"];
    let diff = finish(command(args), log.as_bytes());
    let summary = &diff.json().pop().unwrap()["counts"];
    assert!(summary["missing"].as_u64() > Some(0), "{}", diff.out);
    assert!(!diff.err.contains("as a log of"), "{}", diff.err);
}
