//! The tables agree with each other.

use super::client_lines::CLIENT_LINES;
use super::event::EVENTS;
use super::field::LOG_FIELDS;
use super::lines::LINES;
use super::*;

fn fields(template: &str) -> Vec<&str> {
    template.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

#[test]
fn templates_name_fields_that_exist_each_once() {
    for row in LINES.iter().chain(CLIENT_LINES) {
        let names = fields(row.template);
        for name in &names {
            assert!(LogField::by_key(name).is_some(), "{}: {name}", row.template);
            assert_eq!(names.iter().filter(|n| n == &name).count(), 1, "{}", row.template);
        }
        assert!(row.from <= row.to, "{}", row.template);
    }
    for field in LOG_FIELDS {
        let is_used = |row: &LineInfo| fields(row.template).contains(&field.key);
        assert!(LINES.iter().chain(CLIENT_LINES).any(is_used), "no line has {}", field.key);
    }
}

#[test]
fn every_event_has_a_line_and_no_two_rows_are_one() {
    for (index, row) in EVENTS.iter().enumerate() {
        let event = Event(u16::try_from(index).unwrap());
        assert!(LINES.iter().chain(CLIENT_LINES).any(|line| line.event == event), "{}", row.id);
        assert_eq!(EVENTS.iter().filter(|other| other.id == row.id).count(), 1, "{}", row.id);
    }
    for row in LINES.iter().chain(CLIENT_LINES) {
        let twins = LINES.iter().chain(CLIENT_LINES).filter(|o| o.template == row.template);
        assert_eq!(twins.count(), 1, "{}", row.template);
    }
}

#[test]
fn releases_are_read() {
    assert_eq!("2.0".parse(), Ok(Release::DEFAULT));
    assert_eq!("2.0.11".parse(), Ok(Release(2, 0, 11)));
    for wrong in ["", "2", "3.0", "1.3.1", "2.0.x", "2.0.1.1"] {
        assert!(wrong.parse::<Release>().is_err(), "{wrong}");
    }
}

/// The reference lists the format of every line that a release writes. Each template of ours
/// between its first and last release stands there.
#[test]
fn templates_are_those_of_the_reference() {
    let Some(shared) = std::env::var_os("MQTTSCOPE_SHARED") else { return };
    let path = std::path::Path::new(&shared).join("reference/mosquitto_log_formats.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut formats = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        if let [_, format, versions, ..] = cells.as_slice()
            && let Some(format) = format.trim().strip_prefix('`').and_then(|f| f.strip_suffix('`'))
        {
            formats.push((shape(format), *versions));
        }
    }
    assert!(formats.len() > 250, "{}", formats.len());
    // What is older than the reference, or stands in it in other words.
    let ours = [
        "Subscribed (",
        "Connection error",
        "Saving in-memory",
        "Protocol error from {client}: {cause}",
        "Protocol error from {address}:{port} {cause}",
        "Opening {name}",
        "rejected, {cause}",
        "Connecting bridge",
        "Connection Refused: {cause}",
        "disconnected: Success.",
    ];
    for row in LINES.iter().chain(CLIENT_LINES) {
        // The topic of a Will looks like a filter that is given up.
        let is_shared = row.event == Event::WILL_TOPIC;
        if row.to < Release(1, 4, 0)
            || is_shared
            || ours.iter().any(|part| row.template.contains(part))
        {
            continue;
        }
        let ours = shape(row.template);
        let found: Vec<_> = formats.iter().filter(|(format, _)| *format == ours).collect();
        // A release's own packet type may stand where the reference has a placeholder.
        let generic = ours.replace(" PUBACK ", " % ").replace(" PUBCOMP ", " % ");
        let is_known = !found.is_empty() || formats.iter().any(|(format, _)| *format == generic);
        assert!(is_known, "{ours}");
        if let [(_, versions)] = found.as_slice() {
            let (first, last) = versions.split_once("..").unwrap_or((versions, versions));
            let number = |text: &str| {
                let mut parts = text.trim_start_matches('v').split('.').map(|p| p.parse().unwrap());
                Release(parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or(0))
            };
            let from = row.from.max(Release(1, 4, 0));
            assert_eq!((from, row.to), (number(first), number(last)), "{}", row.template);
        }
    }
}

/// A format without what its fields are called.
fn shape(format: &str) -> String {
    let mut out = String::new();
    let mut rest = format.replace("\\t", "\t").replace("\\\"", "\"");
    while let Some(at) = rest.find(['%', '{']) {
        out += &rest[..at];
        out.push('%');
        let tail = rest[at..].to_owned();
        rest = match tail.strip_prefix('{') {
            Some(field) => field.split_once('}').unwrap().1.to_owned(),
            None => {
                let end = tail[1..].find(|c: char| c.is_ascii_alphabetic() && c != 'l').unwrap();
                tail[end + 2..].to_owned()
            }
        };
    }
    out + &rest
}
