//! The formats that other programs read: each on every recording, and each with the program that it
//! is for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

mod ek;
mod every;
mod frames;
mod hex;
mod mosquitto;
mod parquet;
mod payload;
mod source;

use std::path::PathBuf;
use std::process::Command;

/// All recordings of this project.
fn captures() -> Vec<PathBuf> {
    let files = support::recordings();
    assert!(files.len() > 30);
    files
}

/// What the program writes to standard output, byte for byte.
fn bytes(args: &[&str]) -> Vec<u8> {
    let output = support::program::command(args).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code != 1), "{args:?}: {output:?}");
    output.stdout
}

/// Whether a program is there; tells where it is not.
fn has(name: &str) -> bool {
    let is_there = Command::new("sh")
        .args(["-c", "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; command -v \"$0\"", name])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        support::outside::missing(&format!("{name} is not installed"));
    }
    is_there
}
