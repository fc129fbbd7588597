//! Captures that grow: `--follow`, standard input and named pipes. Each packet shows before the
//! next one is written.
#![cfg(unix)]

mod support;

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use support::conversation::packet;
use support::program::command;
use support::{Tcp, pcap, words};

/// Long enough for a loaded machine; nothing waits that long where all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program at work: its lines as they come.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines() {
                if sender.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line within the time")
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The exit code, and what was told on standard error.
    fn end(mut self) -> (i32, String) {
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code().unwrap(), told)
    }
}

/// The record of a PUBLISH with this number, which is its topic.
fn record(number: u32) -> Vec<u8> {
    let publish = packet(0x30, format!("\0\u{5}{number:05}x").as_bytes());
    let frame = Tcp::client(1 + number * publish.len() as u32, &publish).ethernet();
    let len = frame.len() as u32;
    [words(&[100, number, len, len], false), frame].concat()
}

fn file() -> (tempfile::TempDir, PathBuf, File) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("growing.pcap");
    let file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    (dir, path, file)
}

fn follow(path: &Path) -> Running {
    let mut command = command(["read", "--follow", "-T", "summary", "--color", "never"]);
    command.arg(path);
    Running::start(command)
}

fn write_each(out: &mut impl Write, running: &Running, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let record = record(number);
        // In two pieces, as a writer's buffer may cut it.
        let (first, second) = record.split_at(record.len() / 2);
        out.write_all(first).unwrap();
        out.flush().unwrap();
        std::thread::sleep(Duration::from_millis(5));
        out.write_all(second).unwrap();
        out.flush().unwrap();
        let line = running.line();
        assert!(line.contains(&format!("{number:05}")), "{line}");
    }
}

#[test]
fn a_file_is_followed_while_it_grows_until_a_signal_comes() {
    for signal in ["INT", "TERM"] {
        let (_dir, path, mut file) = file();
        // The program may be there before the first byte is.
        let running = follow(&path);
        file.write_all(&pcap(1, &[])).unwrap();
        write_each(&mut file, &running, 0..12);
        // In the middle of a record.
        file.write_all(&record(12)[..20]).unwrap();
        running.signal(signal);
        assert_eq!(running.end(), (0, String::new()), "{signal}");
    }
}

#[test]
fn an_empty_file_may_be_followed_and_left() {
    let (_dir, path, _file) = file();
    let running = follow(&path);
    std::thread::sleep(Duration::from_millis(300));
    running.signal("TERM");
    assert_eq!(running.end().0, 0);
}

#[test]
fn a_compressed_file_is_followed_too() {
    let (_dir, path, file) = file();
    let running = follow(&path);
    let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gzip.write_all(&pcap(1, &[])).unwrap();
    write_each(&mut gzip, &running, 0..5);
    running.signal("TERM");
    assert_eq!(running.end(), (0, String::new()));
}

#[test]
fn a_file_that_is_no_longer_what_it_was_is_told() {
    type Change = fn(&Path);
    let changes: [(Change, &str); 3] = [
        (|path| File::create(path).map(|_| ()).unwrap(), "became shorter while it was followed"),
        (|path| fs::remove_file(path).unwrap(), "was removed while it was followed"),
        (
            |path| {
                let other = path.with_extension("new");
                fs::write(&other, pcap(1, &[])).unwrap();
                fs::rename(other, path).unwrap();
            },
            "was replaced by another file while it was followed",
        ),
    ];
    for (change, told) in changes {
        let (_dir, path, mut file) = file();
        file.write_all(&pcap(1, &[])).unwrap();
        let running = follow(&path);
        write_each(&mut file, &running, 0..3);
        change(&path);
        let (code, said) = running.end();
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn only_one_file_can_be_followed() {
    for files in [&["a", "b"][..], &["-"]] {
        let run = support::program::run(["read", "--follow"].iter().chain(files));
        assert_eq!(run.code, 1);
        assert!(run.err.contains("--follow takes one file"), "{}", run.err);
    }
}

#[test]
fn standard_input_shows_each_packet_as_it_comes() {
    let mut command = command(["read", "-T", "summary", "--color", "never", "-"]);
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    let mut stdin = running.child.stdin.take().unwrap();
    stdin.write_all(&pcap(1, &[])).unwrap();
    write_each(&mut stdin, &running, 0..12);
    drop(stdin);
    assert_eq!(running.end(), (0, String::new()));
}

#[test]
fn a_named_pipe_shows_each_packet_as_it_comes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut command = command(["read", "-T", "summary", "--color", "never"]);
    command.arg(&path);
    let running = Running::start(command);
    let mut pipe = OpenOptions::new().write(true).open(&path).unwrap();
    pipe.write_all(&pcap(1, &[])).unwrap();
    write_each(&mut pipe, &running, 0..12);
    drop(pipe);
    assert_eq!(running.end(), (0, String::new()));
}
