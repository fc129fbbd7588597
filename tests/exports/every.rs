//! Every format writes every recording, and hostile packets, and lets nothing through that steers a
//! terminal.

use super::{bytes, captures};
use crate::support::program::finish;
use mqttscope::render::{FORMATS, FormatRow, Target};
use mqttscope::text::is_unsafe;

/// Names and payloads that steer terminals, turn the direction of writing, break HTML, Markdown,
/// comments, quotes and lines.
const HOSTILE: [&str; 4] = [
    "\u{1b}]0;x\u{7}\u{9b}31m\r\n\u{202e}\u{feff}",
    "</code><script>`````\n# h\n[x](y)<!--",
    "*/ #define x \\\n// '; rm -rf / \"$(id)`id`",
    "\u{0}\u{85}\u{2028}\u{e0041}",
];

/// A CONNECT, SUBSCRIBE and PUBLISH packets of 5.0 that hold a text wherever one can stand.
fn packets(text: &str) -> String {
    let field = |text: &[u8]| [&(text.len() as u16).to_be_bytes()[..], text].concat();
    let packet = |first: u8, body: Vec<u8>| [&[first, body.len() as u8][..], &body].concat();
    let short: String = text.chars().take(12).collect();
    let text = field(text.as_bytes());
    let pair = [&[0x26][..], &field(short.as_bytes()), &field(short.as_bytes())].concat();
    let properties = [&[pair.len() as u8][..], &pair].concat();
    let head = [&field(b"MQTT")[..], &[5, 0xc2, 0, 60, 0]].concat();
    let connect = packet(0x10, [&head[..], &text, &text, &text].concat());
    let subscribe = packet(0x82, [&[0, 1, 0][..], &text, &[3]].concat());
    let publish = packet(0x36, [&text[..], &[0, 7], &properties, &text].concat());
    let plain = packet(0x31, [&field(b"a b")[..], &properties, &text[2..]].concat());
    [connect, subscribe, publish, plain].map(hex::encode).join("\n")
}

/// Options without which a format writes nothing.
fn options(row: &FormatRow) -> &'static [&'static str] {
    if row.name == "fields" { &["-e", "mqtt.topic", "-e", "mqtt.msg_text"] } else { &[] }
}

#[test]
fn every_format_writes_every_recording() {
    let write = |row: &FormatRow| {
        let mut written = 0;
        for file in captures() {
            let file = file.to_str().unwrap();
            let out = bytes(&[&["read", "-T", row.name, file], options(row)].concat());
            written += usize::from(!out.is_empty());
            check(row, &out, file);
        }
        assert!(written > 20, "{}: {written}", row.name);
    };
    std::thread::scope(|scope| {
        // What writes files has tests of its own.
        for row in FORMATS.iter().filter(|row| row.target != Target::Folder) {
            scope.spawn(move || write(row));
        }
    });
}

#[test]
fn nothing_untrusted_gets_through_raw() {
    for row in FORMATS {
        for text in HOSTILE {
            let args = [&["decode", "--lines", "--from", "client", "-T", row.name], options(row)];
            let mut command = crate::support::program::command(args.concat());
            command.stdin(std::process::Stdio::piped());
            if row.target != Target::Anywhere {
                continue;
            }
            let run = finish(command, packets(text).as_bytes());
            assert!(run.code != 1, "{}: {}", row.name, run.err);
            check(row, run.out.as_bytes(), text);
            check(row, run.err.as_bytes(), text);
        }
    }
}

/// Nothing that steers a terminal, unless the format says of itself that it must not go to one.
fn check(row: &FormatRow, out: &[u8], what: &str) {
    if row.target == Target::NoTerminal {
        return;
    }
    let shown = std::str::from_utf8(out).unwrap_or_else(|_| panic!("{} {what}", row.name));
    let is_bad = |c: &char| is_unsafe(*c) && !matches!(c, '\n' | '\t');
    let bad = shown.chars().find(is_bad);
    assert!(bad.is_none(), "-T {} of {what:?} lets {bad:?} through", row.name);
}

#[test]
fn markdown_shows_untrusted_text_in_code_alone() {
    for text in HOSTILE {
        let packets = packets(text);
        let args: Vec<&str> = ["decode", "--lines", "-T", "markdown"].to_vec();
        let page = finish(crate::support::program::command(args), packets.as_bytes()).out;
        let mut fence: Option<String> = None;
        let mut outside = Vec::new();
        for line in page.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            match &fence {
                Some(open) if ticks.len() >= open.len() && line == ticks => fence = None,
                None if ticks.len() >= 3 => {
                    assert_eq!(line.strip_prefix(&ticks), Some("text"), "{page}");
                    fence = Some(ticks);
                }
                None => outside.push(without_spans(line)),
                Some(_) => {}
            }
        }
        assert!(fence.is_none(), "{page}");
        for line in outside {
            assert!(!line.contains(['<', '>', '`', '@', '"', '&']), "{line}");
            assert!(!line.starts_with("# "), "{line}");
        }
    }
}

/// A line of Markdown without its code spans.
fn without_spans(line: &str) -> String {
    let mut rest = line;
    let mut out = String::new();
    while let Some(at) = rest.find('`') {
        out += &rest[..at];
        rest = &rest[at..];
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let (open, after) = rest.split_at(ticks);
        let close = runs(after).into_iter().find(|(_, len)| *len == ticks);
        let (at, len) = close.unwrap_or_else(|| panic!("no end of {open}: {line}"));
        rest = &after[at + len..];
    }
    out + rest
}

/// Runs of backticks: where, and how long.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}
