//! `decode` at a terminal: what is pasted is read to its end.

#![cfg(all(unix, feature = "live"))]

mod support;

use nix::pty::openpty;
use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;
use support::program::command;

/// What the program prints of what is typed, a part after the other with a pause between.
fn decoded(parts: &[&str]) -> String {
    typed(parts).0
}

/// As [`decoded`], with what it tells the user beside that.
fn typed(parts: &[&str]) -> (String, String) {
    let pty = openpty(None, None).unwrap();
    let mut program = command(["decode", "-T", "summary"]);
    program.stdin(Stdio::from(pty.slave)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    drop(program);
    let mut keyboard = File::from(pty.master);
    for part in parts {
        keyboard.write_all(part.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(600));
    }
    // A program that still waits sees that the terminal is gone.
    drop(keyboard);
    let (mut shown, mut told) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut shown).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    (shown, told)
}

#[test]
fn an_empty_line_in_a_pasted_text_does_not_end_it() {
    let shown = decoded(&["Hi,\nhere is it:\n\nc0 00\n\nand the answer:\n\nd0 00\n", "\n"]);
    let found = ["PINGREQ", "PINGRESP"].map(|it| shown.contains(it));
    assert_eq!(found, [true, true], "{shown}");
}

#[test]
fn an_empty_line_by_hand_ends_it_where_bytes_were_seen() {
    assert!(decoded(&["Hi,\n", "\n", "c0 00\n", "\n"]).contains("PINGREQ"));
    assert_eq!(decoded(&["Hi,\n", "\n", "\n"]), "");
}

#[test]
fn an_empty_line_by_hand_behind_no_bytes_says_so() {
    let (shown, told) = typed(&["hello\n", "\n", "c0 00\n", "\n"]);
    assert!(shown.contains("PINGREQ"), "{shown}");
    assert_eq!(told.matches("no bytes found so far").count(), 1, "{told}");
}

/// The first one passes on what was typed, the second one ends it.
#[test]
fn ctrl_d_twice_ends_a_line_that_enter_did_not() {
    assert!(decoded(&["c000", "\x04", "\x04"]).contains("PINGREQ"));
    assert!(decoded(&["d0 00\nc000", "\x04\x04"]).contains("PINGREQ"));
    assert!(decoded(&["c000\n", "\x04"]).contains("PINGREQ"));
}
