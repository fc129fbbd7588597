//! The program as a user runs it.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program in a clean environment; nothing on standard input.
pub fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
    command.args(args).env_clear().env("TZ", "UTC").stdin(Stdio::null());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs the program to its end.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    finish(command(args), b"")
}

/// Runs a prepared command to its end, with these bytes on standard input.
pub fn finish(mut command: Command, input: &[u8]) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that ends without reading all closes the pipe: no fault here.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    Run {
        code: output.status.code().expect("ended by a signal"),
        out: String::from_utf8(output.stdout).expect("standard output that is not UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error that is not UTF-8"),
    }
}

impl Run {
    /// Its output as JSON, line by line.
    pub fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The fields of a record, groups before what is in them.
pub fn fields(record: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut left: Vec<_> = list(record).rev().collect();
    while let Some(field) = left.pop() {
        found.push(field);
        left.extend(list(field).rev());
    }
    found
}

fn list(value: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    value["fields"].as_array().into_iter().flatten()
}
