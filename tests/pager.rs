//! What goes to a terminal goes through a pager, and notices keep to its width.

#![cfg(unix)]

mod support;

use nix::pty::{Winsize, openpty};
use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};
use support::program::command;

const FILE: &str = "captures/session.pcap";

/// Runs a command whose standard output and error are a terminal of so many columns; what it shows, and
/// the exit code.
fn on_terminal(command: Command, columns: u16) -> (String, i32) {
    on_terminal_with(command, columns, "/usr/local/bin:/usr/bin:/bin")
}

/// The same with programs of these folders alone.
fn on_terminal_with(mut command: Command, columns: u16, path: &str) -> (String, i32) {
    command.env("PATH", path);
    on_terminal_of(command, 24, columns)
}

/// The same on a terminal that reports so many rows too.
fn on_terminal_of(mut command: Command, rows: u16, columns: u16) -> (String, i32) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(Some(&size), None).unwrap();
    let end = || Stdio::from(pty.slave.try_clone().unwrap());
    command.stdin(Stdio::null()).stdout(end()).stderr(end());
    command.env("NO_COLOR", "1").env("TERM", "xterm");
    let mut child = command.spawn().unwrap();
    drop((command, pty.slave));
    let mut shown = Vec::new();
    let mut screen = File::from(pty.master);
    let mut bytes = [0; 4096];
    // The end of a terminal is an error.
    while let Ok(count @ 1..) = screen.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..count]);
    }
    let code = child.wait().unwrap().code().unwrap();
    (String::from_utf8(shown).unwrap().replace("\r\n", "\n"), code)
}

/// The program with a pager.
fn paged(args: &[&str], pager: &str) -> Command {
    let mut command = command(args);
    command.env("MQTTSCOPE_PAGER", pager);
    command
}

#[test]
fn text_goes_through_the_pager_and_nothing_else_does() {
    let marked = |args: &[&str]| {
        let (shown, code) = on_terminal(paged(args, "sed s/^/paged:/"), 80);
        assert_eq!(code, 0, "{args:?}: {shown}");
        let lines = shown.lines().filter(|line| !line.starts_with("mqttscope: "));
        let marks: Vec<bool> = lines.map(|line| line.starts_with("paged:")).collect();
        assert!(!marks.is_empty(), "{args:?}");
        assert!(marks.iter().all(|is| *is == marks[0]), "{args:?}: {shown}");
        marks[0]
    };
    for args in [
        &["read", FILE][..],
        &["read", FILE, "-T", "summary"],
        &["decode", "c000"],
        &["sessions", FILE],
        &["session", FILE, "0"],
        &["log", FILE],
        &["stats", FILE],
        &["fields"],
        &["explain", "0x97"],
        &["explain", "tests/logs/client.log"],
    ] {
        assert!(marked(args), "{args:?} is not paged");
        let plain: Vec<&str> = args.iter().copied().chain(["--no-pager"]).collect();
        assert!(!marked(&plain), "{plain:?} is paged");
    }
    for args in [&["read", FILE, "-T", "json"][..], &["sessions", FILE, "-T", "json"]] {
        assert!(!marked(args), "{args:?} is paged");
    }
}

#[test]
fn the_list_of_fields_keeps_to_the_width_of_the_terminal() {
    for columns in [80, 100, 140] {
        let (shown, code) = on_terminal(command(["fields", "--no-pager"]), columns);
        assert_eq!(code, 0);
        assert!(shown.contains("mqtt.property.subscription_identifier_available"));
        let wide = shown.lines().find(|line| line.chars().count() > usize::from(columns));
        assert_eq!(wide, None, "{columns}");
    }
}

#[test]
fn a_page_of_the_manual_goes_through_man() {
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("man");
    std::fs::write(&man, "#!/bin/sh\necho \"man $*\"; sed -n s/^.SH/section/p").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&man, mode).unwrap();
    let run = |path: &str| on_terminal_with(command(["man", "read"]), 80, path);
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let (shown, code) = run(&path);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.starts_with("man -l -\nsection NAME\nsection SYNOPSIS\n"), "{shown}");
    let (shown, code) = run("/nowhere");
    assert_eq!(
        (code, shown.contains(".SH SYNOPSIS\n\\fBmqttscope read\\fR [\\fB\\-r\\fR\\fI FILE")),
        (0, true),
        "{shown}"
    );
}

#[test]
fn a_bar_shows_how_far_a_long_capture_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.pcap");
    // The head of pcap for Ethernet, and frames of an unknown EtherType.
    let mut bytes = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0".to_vec();
    let length = 65_536_u32.to_le_bytes();
    let head = [[0; 4], [0; 4], length, length].concat();
    let frame = [&head[..], &[0xff; 65_536]].concat();
    (0..600).for_each(|_| bytes.extend_from_slice(&frame));
    std::fs::write(&file, bytes).unwrap();
    let file = file.to_str().unwrap();
    let has_bar = |args: &[&str]| {
        let (shown, code) = on_terminal(command(args), 80);
        assert_eq!(code, 0, "{args:?}: {shown}");
        shown.contains(" left")
    };
    assert!(has_bar(&["stats", file, "-z", "types", "--no-pager"]));
    assert!(has_bar(&["read", "-q", file]));
    // Packets and a bar would stand in each other's way.
    assert!(!has_bar(&["read", file, "--no-pager"]));
    assert!(!has_bar(&["stats", FILE, "-z", "types", "--no-pager"]));
}

#[test]
fn the_pager_is_that_of_the_variables() {
    let shown = |own: Option<&str>, other: Option<&str>| {
        let mut command = command(["read", "-T", "summary", FILE]);
        let set = [("MQTTSCOPE_PAGER", own), ("PAGER", other)];
        command.envs(set.into_iter().filter_map(|(name, value)| Some((name, value?))));
        on_terminal(command, 80).0
    };
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    assert!(first(shown(Some("sed s/^/own:/"), Some("sed s/^/other:/"))).starts_with("own:"));
    assert!(first(shown(None, Some("sed s/^/other:/"))).starts_with("other:"));
    // A shell's words.
    assert!(first(shown(Some("sed 's/^/a:/' | sed 's/^/b:/'"), None)).starts_with("b:a:"));
    // None, and one that is not there.
    for none in ["", "cat"] {
        assert!(first(shown(Some(none), None)).starts_with("   1  "), "{none}");
    }
    let missing = shown(Some("no-such-pager"), None);
    assert!(missing.contains("no-such-pager cannot be started"), "{missing}");
    assert!(missing.contains("   1  0.00"), "{missing}");
}

#[test]
fn the_exit_code_is_kept_and_a_pager_that_is_left_is_no_fault() {
    let findings = ["read", "captures/ends.pcap", "--fail-on", "note"];
    assert_eq!(on_terminal(paged(&findings, "sed s/^/paged:/"), 80).1, 3);
    for pager in ["head -1", "true"] {
        let (shown, code) = on_terminal(paged(&["read", FILE], pager), 80);
        assert_eq!(code, 0, "{pager}");
        assert!(shown.lines().count() <= 1, "{shown}");
    }
}

#[test]
fn notices_keep_to_the_width_of_the_terminal() {
    let (shown, code) = on_terminal(paged(&["explain", FILE], ""), 40);
    assert_eq!(code, 1);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines.len() > 3 && lines.iter().all(|line| line.len() <= 40), "{shown}");
    assert!(lines[0].starts_with("mqttscope: ") && lines[1].starts_with("  "), "{shown}");
}

/// One that tells no rows still tells its columns, and `COLUMNS` stands in for a width that it does not tell.
#[test]
fn lines_end_at_the_width_that_is_known() {
    let widest = |rows, columns, variable: &str| {
        let mut command = command(["decode", "--no-pager", "-x", "c000"]);
        if !variable.is_empty() {
            command.env("COLUMNS", variable);
        }
        let (shown, code) = on_terminal_of(command, rows, columns);
        assert_eq!(code, 0, "{shown}");
        shown.lines().map(|line| line.chars().count()).max().unwrap()
    };
    let endless = widest(0, 0, "");
    assert!(endless > 100, "{endless}");
    for (rows, columns, variable, at_most) in [
        (0, 80, "", 80),
        (24, 80, "", 80),
        (0, 0, "80", 80),
        (24, 0, "90", 90),
        (24, 80, "100", 80),
    ] {
        let widest = widest(rows, columns, variable);
        assert!((60..=at_most).contains(&widest), "{rows} {columns} {variable:?}: {widest}");
    }
    for unusable in ["", "0", "7", "wide"] {
        assert_eq!(widest(24, 0, unusable), endless, "{unusable:?}");
    }
}
