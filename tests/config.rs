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

/// What the file says of the fields, of payloads and of rings is for the commands that show or write them.
#[test]
fn a_default_counts_only_where_it_applies() {
    let summary = &["read", FILE, "-T", "summary"][..];
    let direct = run(summary);
    for config in [
        "[read]\nE = [\"header=y\"]\n",
        "[read]\ne = [\"mqtt.topic\"]\n",
        "e = [\"mqtt.topic\"]\nE = [\"header=y\"]\n",
        "[read]\nsplit = \"payloads\"\n",
        "[read]\nE = [\"header=y\"]\ne = [\"mqtt.topic\"]\nT = \"fields\"\n",
    ] {
        let run = configured(config, summary);
        assert_eq!((run.code, &*run.err), (0, ""), "{config}");
        assert_eq!(run.out, direct.out, "{config}");
    }
    // They belong together, in whatever order they stand.
    let run = configured(
        "[read]\nE = [\"header=y\"]\ne = [\"mqtt.topic\"]\nT = \"fields\"\n",
        &["read", FILE],
    );
    assert!(run.out.starts_with("mqtt.topic\n"), "{}{}", run.out, run.err);
    let run = configured(
        "[read]\nE = [\"header=y\"]\n",
        &["read", FILE, "-T", "csv", "-e", "frame.number"],
    );
    assert!(run.out.starts_with("frame.number\n"), "{}{}", run.out, run.err);
    let run = configured("[stats]\nsort = \"payload_max\"\n", &["stats", FILE, "-z", "reasons"]);
    assert_eq!((run.code, &*run.err), (0, ""));
    let run = configured("[log]\nY = \"mqtt.qos == 1\"\n", &["log", FILE, "--diff", "README.md"]);
    assert!(!run.err.contains("takes no filter"), "{}", run.err);
    // What the command line says itself is refused as ever.
    let run = configured("[read]\nE = [\"header=y\"]\n", &["read", FILE, "-e", "mqtt.topic"]);
    assert!(run.code == 1 && run.err.contains("-T fields"), "{}", run.err);
}

#[test]
fn a_default_above_the_tables_counts_for_those_that_take_it() {
    let direct = run(["stats", FILE]);
    for args in [&["stats", FILE][..], &["sessions", FILE], &["session", FILE, "0"]] {
        let plain = run(args);
        let run = configured("T = \"summary\"\n", args);
        assert_eq!((run.code, run.out, run.err), (0, plain.out, plain.err), "{args:?}");
    }
    let run = configured("T = \"summary\"\n", &["read", FILE]);
    assert_eq!(run.out, support::program::run(["read", FILE, "-T", "summary"]).out);
    let run = configured("T = \"xml\"\n", &["stats", FILE]);
    assert!(run.code == 1 && run.err.contains("config.toml:1: "), "{}", run.err);
    let run = configured("T = \"summary\"\n[stats]\nT = \"json\"\n", &["stats", FILE]);
    assert!(run.code == 0 && run.out != direct.out && run.out.starts_with('{'), "{}", run.err);
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_place() {
    let summary = &["read", FILE, "-T", "summary", "-c", "2"][..];
    for (config, line, named) in [
        ("[read]\n\nY = \"mqtt.foo\"\n", 3, "there is no field mqtt.foo"),
        ("[read]\nY = \"mqtt.qos ==\"\n", 2, "mqtt.qos =="),
        ("Y = \"mqtt.qos = 1\"\n", 1, "equal is =="),
        ("\n[read]\nc = -1\n", 3, "-1"),
        ("[live]\nT = \"xml\"\n", 2, "xml"),
        ("[stats]\nz = [\"topics\", \"topik\"]\n", 2, "topik"),
        ("[stats]\nby = \"mqtt.foo\"\n", 2, "mqtt.foo"),
        ("[stats]\nsort = \"greatness\"\n", 2, "greatness"),
        ("[read]\n[read.x]\na = 1\n", 2, "[read.x]"),
        ("[read.c]\n", 1, "[read.c]"),
        ("[read.output]\n", 1, "[read.output]"),
    ] {
        let run = configured(config, summary);
        let told = format!("config.toml:{line}: ");
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{config}: {}", run.err);
        assert!(run.err.contains(&told) && run.err.contains(named), "{config}: {}", run.err);
    }
}
