//! Every form of line that a release of mosquitto writes is understood, and what is written for a
//! release has its forms. The formats are those of mosquitto's sources, as a list that lies beside the
//! project has them (MQTTSCOPE_SHARED); without it the tests of the list are skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use mqttscope::log::{LogReader, Read};
use mqttscope::spec::mosquitto::Release;
use mqttscope::spec::mosquitto::release::WRITTEN;
use std::path::Path;
use std::process::Command;

/// A format string, and the first and the last release that has it.
struct Form {
    format: String,
    from: Release,
    to: Release,
}

/// The rows of the list.
fn forms() -> Option<Vec<Form>> {
    let shared = std::env::var_os("MQTTSCOPE_SHARED")?;
    let text = Path::new(&shared).join("reference/mosquitto_log_formats.md");
    let text = std::fs::read_to_string(text).unwrap();
    let release = |text: &str| {
        let mut numbers =
            text.trim().trim_start_matches('v').split('.').map(|n| n.parse().unwrap());
        let mut next = || numbers.next().unwrap_or(0);
        Release(next(), next(), next())
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [_, format, versions, ..] = cells.as_slice() else { return None };
        let format = format.trim().strip_prefix('`')?.strip_suffix('`')?;
        let (from, to) = versions.split_once("..").unwrap_or((versions, versions));
        let is_row = from.trim().starts_with('v');
        let format = format.replace("\\t", "\t").replace("\\\"", "\"");
        is_row.then(|| Form { format, from: release(from), to: release(to) })
    };
    let forms: Vec<Form> = text.lines().filter_map(row).collect();
    assert!(forms.len() > 250, "{}", forms.len());
    Some(forms)
}

/// What stands between the fields of a format, and what kind each field is: `d`, `x` or `s`.
fn parts(format: &str) -> (Vec<String>, Vec<char>) {
    let (mut literals, mut kinds) = (vec![String::new()], Vec::new());
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            literals.last_mut().unwrap().push(c);
            continue;
        }
        let kind = rest.by_ref().find(|c| c.is_ascii_alphabetic() && *c != 'l').unwrap();
        kinds.push(kind);
        literals.push(String::new());
    }
    (literals, kinds)
}

/// Lines of a format. An address is a name as well; where a type of packet stands nothing else will
/// do: a line for each place that it may have.
fn examples(format: &str) -> Vec<String> {
    let count = parts(format).1.len();
    (0..=count).map(|place| example(format, place)).collect()
}

/// A line of a format, with the type of a packet for the field at `ack`.
fn example(format: &str, ack: usize) -> String {
    let (literals, kinds) = parts(format);
    let mut out = String::new();
    for (place, literal) in literals.iter().enumerate() {
        out += literal;
        match kinds.get(place) {
            Some('x') => out += "0a",
            Some('s') if place == ack => out += "PUBACK",
            Some('s') => out += "10.0.0.1",
            Some(_) => out += "7",
            None => {}
        }
    }
    out
}

/// The lines that have to stand before those that mean something only there.
const BEFORE: &[(&str, &str)] = &[
    ("\t%s (QoS %d)", "Received SUBSCRIBE from a"),
    ("\t%s (denied)", "Received SUBSCRIBE from a"),
    ("%s %d %s", "Received SUBSCRIBE from 10.0.0.1\n\ta (QoS 1)"),
    ("\t%s", "Received UNSUBSCRIBE from a"),
    ("%s %s", "Received UNSUBSCRIBE from 10.0.0.1\n\ta"),
];

fn is_understood(line: &str, before: &str) -> bool {
    let mut reader = LogReader::default();
    before.lines().for_each(|line| drop(reader.line(line)));
    matches!(reader.line(line), Read::Entry(_))
}

#[test]
fn every_form_is_understood() {
    let Some(forms) = forms() else { return };
    let mut missing = Vec::new();
    for Form { format, from, to } in &forms {
        let before = BEFORE.iter().find(|row| row.0 == format).map_or("", |row| row.1);
        let is_read = examples(format).iter().any(|line| is_understood(line, before));
        if !is_read {
            missing.push(format!("{from}..{to} {format}"));
        }
    }
    assert!(missing.is_empty(), "{} of {}:\n{}", missing.len(), forms.len(), missing.join("\n"));
}

/// Whether a line has a form: numbers where numbers stand, anything where text does.
fn has_form(line: &str, form: &str) -> bool {
    let (literals, kinds) = parts(form);
    fits(line, &literals, &kinds)
}

fn fits(line: &str, literals: &[String], kinds: &[char]) -> bool {
    let Some(rest) = line.strip_prefix(literals[0].as_str()) else { return false };
    let Some(kind) = kinds.first() else { return rest.is_empty() };
    let is_of = |c: char| match kind {
        's' => true,
        'x' => c.is_ascii_hexdigit(),
        _ => c.is_ascii_digit(),
    };
    let reach = rest.find(|c| !is_of(c)).unwrap_or(rest.len());
    let ends = (0..=reach).filter(|end| rest.is_char_boundary(*end) && (*end > 0 || *kind == 's'));
    ends.into_iter().any(|end| fits(&rest[end..], &literals[1..], &kinds[1..]))
}

/// The recordings have each type of packet, and connections that end in many ways.
const RECORDINGS: &[&str] = &[
    "session.pcap",
    "v31-qos.pcap",
    "v311-qos.pcap",
    "v5-qos.pcapng",
    "will.pcap",
    "retained.pcap",
    "refused.pcap",
    "ends.pcap",
    "v5-disconnects.pcap",
    "v5-auth.pcap",
    "v5-limits.pcap",
    "sessions-war.pcap",
    "sessions-keep-alive.pcap",
    "sessions-unfinished.pcap",
    "bridge.pcap",
    "tls13.pcap",
];

/// Lines that a release writes otherwise than by one call with a format.
const COMPOSED: &[&str] = &["Protocol error from "];

#[test]
fn what_is_written_for_a_release_has_its_forms() {
    let Some(forms) = forms() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    for (name, release) in WRITTEN {
        let ours: Vec<&Form> =
            forms.iter().filter(|form| form.from <= *release && *release <= form.to).collect();
        let mut count = 0;
        for recording in RECORDINGS {
            let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
            let output = command
                .args(["log", "--mosquitto", name])
                .arg(folder.join(recording))
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            for line in text.lines() {
                // The time stands before each line, and a filter begins with a tab.
                let message = line.split_once(": ").map_or(line, |(_, message)| message);
                let is_known = ours.iter().any(|form| has_form(message, &form.format))
                    || COMPOSED.iter().any(|head| message.starts_with(head));
                assert!(
                    is_known,
                    "mosquitto {release} writes no such line ({recording}): {message}"
                );
                count += 1;
            }
        }
        assert!(count > 200, "{name}: {count} lines");
    }
}
