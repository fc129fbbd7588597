//! `--redact` hides the secrets of a CONNECT that is broken, wherever its lengths and flags put them.

mod support;

use std::fmt::Write;
use support::program;

/// What a User Name and a Password are here.
const SECRET: &[u8] = b"Zq9KwXv7";

#[test]
fn no_wrong_length_and_no_wrong_flag_shows_a_secret() {
    let lines = broken();
    let hex: String = SECRET.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    });
    for format in
        ["tree", "summary", "json", "ek", "markdown", "csv", "hex", "c", "python", "sarif"]
    {
        let mut args = vec!["decode", "--lines", "--redact", "-T", format];
        if format == "tree" {
            args.extend(["-x", "--explain", "full"]);
        }
        let run = program::finish(program::command(args), lines.as_bytes());
        assert!(!run.out.is_empty(), "-T {format}: {}", run.err);
        let shown = run.out;
        for at in 0..SECRET.len() - 2 {
            let text = std::str::from_utf8(&SECRET[at..at + 3]).unwrap();
            let digits = &hex[at * 2..at * 2 + 6];
            for part in [text, digits] {
                let shows = shown.split("\n\n").find(|block| without_blanks(block).contains(part));
                assert!(shows.is_none(), "-T {format}: {part} in\n{}", shows.unwrap_or_default());
            }
        }
        // Two of its bytes read as a length.
        for number in SECRET.windows(2).map(|two| u16::from_be_bytes([two[0], two[1]])) {
            let words = format!("{},{:03} bytes", number / 1000, number % 1000);
            assert!(!shown.contains(&words), "-T {format}: {words} in\n{shown}");
        }
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// CONNECT packets with one byte that is wrong, a line each.
fn broken() -> String {
    let mut out = String::new();
    for level in [3, 4, 5] {
        let (packet, lengths, flags) = connect(level);
        for at in lengths {
            for value in (0..=packet[at].saturating_add(14)).filter(|value| *value != packet[at]) {
                line(&packet, at, value, &mut out);
            }
        }
        // A Will in the place of both is a legal packet.
        for value in (0..=u8::MAX).filter(|value| value & 0xc4 != 4) {
            line(&packet, flags, value, &mut out);
        }
    }
    out
}

fn line(packet: &[u8], at: usize, value: u8, out: &mut String) {
    for (index, byte) in packet.iter().enumerate() {
        let byte = if index == at { value } else { *byte };
        write!(out, "{byte:02x}").unwrap();
    }
    out.push('\n');
}

/// A CONNECT, where its lengths are, and where its flags.
fn connect(level: u8) -> (Vec<u8>, Vec<usize>, usize) {
    let mut out = vec![0x10, 0];
    let mut lengths = vec![1];
    let text = |bytes: &[u8], out: &mut Vec<u8>, lengths: &mut Vec<usize>| {
        lengths.push(out.len() + 1);
        out.extend([0, u8::try_from(bytes.len()).unwrap()]);
        out.extend(bytes);
    };
    let name: &[u8] = if level == 3 { b"MQIsdp" } else { b"MQTT" };
    text(name, &mut out, &mut lengths);
    out.extend([level, 0xc2, 0, 60]);
    let flags = out.len() - 3;
    if level == 5 {
        lengths.push(out.len());
        out.extend([5, 0x11, 0, 0, 0, 9]);
    }
    for part in [&b"c"[..], SECRET, SECRET] {
        text(part, &mut out, &mut lengths);
    }
    out[1] = u8::try_from(out.len() - 2).unwrap();
    (out, lengths, flags)
}
