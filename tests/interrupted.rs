//! A reading that somebody ends: what was read until then is shown.
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use support::conversation::packet;
use support::program::command;
use support::{Tcp, pcap, words};

/// Packets of the capture: their lines are many times what a pipe holds.
const PACKETS: u32 = 30_000;

fn capture() -> Vec<u8> {
    let mut file = pcap(1, &[]);
    for number in 0..PACKETS {
        let publish = packet(0x30, format!("\0\u{5}{number:05}").as_bytes());
        let frame = Tcp::client(1 + number * publish.len() as u32, &publish).ethernet();
        let len = frame.len() as u32;
        file.extend(words(&[100, number, len, len], false));
        file.extend(frame);
    }
    file
}

fn start(args: &[&str], file: Option<&std::path::Path>) -> Child {
    let mut command = command(args.iter().copied());
    command.args(file).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
}

/// The rest of both outputs, and the exit code.
fn end(mut child: Child, out: &mut impl Read) -> (i32, String, String) {
    let (mut shown, mut told) = (String::new(), String::new());
    out.read_to_string(&mut shown).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    (child.wait().unwrap().code().unwrap(), shown, told)
}

/// The program waits for us to read its lines when the signal comes.
#[test]
fn a_file_ends_with_what_is_ready() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.pcap");
    std::fs::write(&path, capture()).unwrap();
    for name in ["INT", "TERM"] {
        let mut child = start(&["read", "-T", "summary", "--color", "never"], Some(&path));
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        signal(&child, name);
        let (code, shown, told) = end(child, &mut out);
        assert!(first.contains("PUBLISH") && shown.ends_with('\n'), "{first}");
        let lines = shown.lines().count() + 1;
        assert!(lines < PACKETS as usize, "all {lines} lines are there");
        assert!(shown.lines().all(|line| line.contains("PUBLISH")), "a line is cut");
        let frames = told.split("stopped by a signal after ").nth(1).unwrap_or_default();
        let frames: String = frames.split(' ').next().unwrap_or_default().replace(',', "");
        assert_eq!((code, frames), (2, lines.to_string()), "{told}");
    }
}

/// Who writes into the pipe gets the same Ctrl-C, and writes what is left: nothing of that is lost.
#[test]
fn a_pipe_is_read_to_its_end() {
    let mut child = start(&["stats", "-T", "json", "-"], None);
    let mut stdin = child.stdin.take().unwrap();
    let capture = capture();
    let (before, behind) = capture.split_at(capture.len() / 2);
    stdin.write_all(before).unwrap();
    signal(&child, "INT");
    stdin.write_all(behind).unwrap();
    drop(stdin);
    let mut out = child.stdout.take().unwrap();
    let (code, shown, told) = end(child, &mut out);
    assert_eq!(code, 0, "{told}");
    assert!(shown.contains("30000"), "{shown}");
}
