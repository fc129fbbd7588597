//! The configuration file stands in for what the command line does not say, also for what has to be said.

mod support;

use std::fs;
use support::program::{Run, run};

const FILE: &str = "captures/session.pcap";

/// Runs the program with this configuration.
fn configured(config: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, config).unwrap();
    run(["--config", path.to_str().unwrap()].iter().chain(args))
}

#[test]
fn what_a_subcommand_needs_may_stand_in_the_file() {
    let captures = format!("[read]\nr = [\"{FILE}\"]\n[sessions]\nr = [\"{FILE}\"]\n");
    for args in [&["read", "-T", "summary"][..], &["sessions"]] {
        let run = configured(&captures, args);
        let direct = support::program::run(args.iter().chain(&["-r", FILE]));
        assert_eq!((run.code, run.err, run.out), (direct.code, direct.err, direct.out), "{args:?}");
    }
    // No such interface, or no right to open one: either way it was asked for.
    for args in [&["live"][..], &["live", "-c", "1"], &["stats"], &["stats", "-f", "tcp"]] {
        let run = configured("[live]\ni = [\"none0\"]\n[stats]\ni = [\"none0\"]\n", args);
        let is_asked = !run.err.contains("required") && !run.err.contains("Usage");
        assert!(is_asked && run.code == 2, "{args:?}: {}", run.err);
    }
    let run = configured("color = \"never\"\n", &["live"]);
    assert!(run.code == 1 && run.err.contains("-i <IFACE>"), "{}", run.err);
}

#[test]
fn what_the_command_line_says_wins_over_what_it_cannot_be_had_with() {
    let other = "[read]\nr = [\"captures/cooked-any.pcap\"]\n[stats]\ni = [\"none0\"]\n";
    for args in [&["read", FILE, "-T", "summary"][..], &["stats", FILE, "-z", "types"]] {
        let (run, direct) = (configured(other, args), run(args));
        assert_eq!((run.code, run.out), (0, direct.out), "{args:?}: {}", run.err);
    }
    // Words that are no files are a filter.
    let chosen = configured(other, &["read", "-T", "json", "mqtt.msgtype == CONNECT"]);
    assert_eq!((chosen.code, chosen.json().len()), (0, 2), "{}", chosen.err);
}
