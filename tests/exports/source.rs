//! `-T c`, `-T rust`, `-T python`: compilers and an interpreter read the packets, and print the bytes.

use super::{bytes, has};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

const CAPTURES: [&str; 3] =
    ["captures/v5-properties.pcapng", "captures/ends.pcap", "captures/mqtt-sn.pcap"];

/// The packets of a recording as hex, and the names that the source text has for them.
fn packets(file: &str, prefix: &str) -> (String, Vec<String>) {
    let numbers = bytes(&["read", "-T", "fields", "-e", "mqtt.number", file]);
    let names = String::from_utf8(numbers).unwrap();
    let names = names.lines().map(|number| format!("{prefix}{number}")).collect();
    (String::from_utf8(bytes(&["read", "-T", "hex", file])).unwrap(), names)
}

fn source(format: &str, file: &str) -> String {
    String::from_utf8(bytes(&["read", "-T", format, file])).unwrap()
}

/// What a program prints, after `build` made it.
fn printed(build: Option<&mut Command>, run: &mut Command) -> String {
    if let Some(build) = build {
        let output = build.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn c_has_the_same_bytes() {
    if !has("cc") {
        return;
    }
    for file in CAPTURES {
        let (hex, names) = packets(file, "packet_");
        let mut text = format!("#include <stdio.h>\n{}int main(void) {{\n", source("c", file));
        for name in &names {
            writeln!(
                text,
                "for (unsigned i = 0; i < sizeof {name}; i++) printf(\"%02x\", {name}[i]);\nputs(\"\");"
            )
            .unwrap();
        }
        text.push_str("return 0; }\n");
        let folder = tempfile::tempdir().unwrap();
        let (path, program) = (write(folder.path(), "a.c", &text), folder.path().join("a"));
        let mut build = Command::new("cc");
        build.args(["-std=c99", "-Wall", "-Werror"]).arg(path).arg("-o").arg(&program);
        assert_eq!(printed(Some(&mut build), &mut Command::new(program)), hex, "{file}");
    }
}

#[test]
fn rust_has_the_same_bytes() {
    for file in CAPTURES {
        let (hex, names) = packets(file, "PACKET_");
        let mut text = format!("{}fn main() {{\n", source("rust", file));
        for name in &names {
            writeln!(text, "for byte in {name} {{ print!(\"{{byte:02x}}\"); }}\nprintln!();")
                .unwrap();
        }
        text.push_str("}\n");
        let folder = tempfile::tempdir().unwrap();
        let (path, program) = (write(folder.path(), "a.rs", &text), folder.path().join("a"));
        let mut build = Command::new(option_env!("RUSTC").unwrap_or("rustc"));
        build.args(["--edition", "2021", "-D", "warnings"]).arg(path).arg("-o").arg(&program);
        assert_eq!(printed(Some(&mut build), &mut Command::new(program)), hex, "{file}");
    }
}

#[test]
fn python_has_the_same_bytes() {
    if !has("python3") {
        return;
    }
    for file in CAPTURES {
        let (hex, names) = packets(file, "PACKET_");
        let mut text = source("python", file);
        for name in &names {
            writeln!(text, "print({name}.hex())").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "a.py", &text);
        assert_eq!(printed(None, Command::new("python3").arg(path)), hex, "{file}");
    }
}
