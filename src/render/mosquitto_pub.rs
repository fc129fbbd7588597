//! `-T mosquitto_pub`: for each PUBLISH a command for sh that sends the same message.
//!
//! The message is the same: topic, payload, QoS, RETAIN, and of 5.0 the properties that a client may
//! send. Client Identifier, User Name and Password are not in it: two clients with one identifier
//! would end each other's connections. What cannot be said stands above the command as a comment,
//! and where there is no such command, in its place.

use super::{Format, Options, published};
use crate::mqtt::packet::{Publish, Text};
use crate::mqtt::property::Value;
use crate::pipeline::Record;
use crate::spec::unit::Unit;
use crate::spec::{PropertyId, Sender, Version};
use crate::text;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes of a payload that stand in the command's arguments: well below what systems grant for one.
const MAX_ARGUMENT: usize = 4_096;

/// Writes commands.
#[derive(Debug)]
pub struct MosquittoPub;

impl MosquittoPub {
    /// With the user's options, none of which makes a difference.
    #[must_use]
    pub const fn new(_: &Options) -> Self {
        Self
    }
}

impl Format for MosquittoPub {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        if published::payload(record).is_none() {
            return Ok(());
        }
        let mut notes = Vec::new();
        let line = command(record, &mut notes);
        for note in &notes {
            writeln!(out, "# {note}")?;
        }
        match line {
            Ok(line) => writeln!(out, "{line}"),
            Err(why) => writeln!(out, "# no command for #{} PUBLISH: {why}", record.number),
        }
    }
}

/// The command; `notes` takes what is to be said of it. `Err`: why there is none.
fn command(record: &Record<'_>, notes: &mut Vec<String>) -> Result<String, &'static str> {
    let publish = published::publish(record).ok_or("mosquitto_pub does not speak MQTT-SN")?;
    if publish.qos > 2 {
        return Err("its QoS is 3");
    }
    let topic = published::topic(record).ok_or("the topic of its Topic Alias is not known")?;
    if topic.iter().any(|byte| matches!(byte, b'+' | b'#')) {
        return Err("mosquitto_pub refuses its topic: + and # are for Topic Filters");
    }
    let topic = argument(topic).ok_or("mosquitto_pub refuses its topic")?;
    let mut line = String::from("mosquitto_pub");
    server(record, &mut line);
    carriers(record, notes);
    // Writing to a String does not fail.
    let _ = write!(line, " -V {} -q {}", version(record.version), publish.qos);
    if publish.retain {
        line.push_str(" -r");
    }
    let _ = write!(line, " -t {topic}");
    properties(record, publish, &mut line, notes);
    Ok(with_payload(line, publish.payload))
}

/// What has to be added to the command, as the message did not come over TCP alone.
fn carriers(record: &Record<'_>, notes: &mut Vec<String>) {
    let number = record.number;
    if record.origin.is_secret {
        notes.push(format!("#{number} came over TLS: add --cafile, or --tls-use-os-certs"));
    }
    if record.headers.iter().any(|header| header.unit == Unit::WEBSOCKET_FRAME) {
        notes.push(format!(
            "#{number} came over WebSocket: add --ws (mosquitto_pub 2.1), or send to a port for plain MQTT"
        ));
    }
}

/// Where the broker was.
fn server(record: &Record<'_>, line: &mut String) {
    let Some((src, dst)) = record.origin.ends else { return };
    let server = if record.sender == Some(Sender::Server) { src } else { dst };
    let _ = write!(line, " -h {} -p {}", server.ip(), server.port());
}

const fn version(version: Version) -> &'static str {
    match version {
        Version::V31 => "mqttv31",
        Version::V5 => "mqttv5",
        _ => "mqttv311",
    }
}

/// What mosquitto_pub calls the properties that a client may send with a PUBLISH.
static PROPERTIES: &[(PropertyId, &str)] = &[
    (PropertyId::PAYLOAD_FORMAT_INDICATOR, "payload-format-indicator"),
    (PropertyId::MESSAGE_EXPIRY_INTERVAL, "message-expiry-interval"),
    (PropertyId::CONTENT_TYPE, "content-type"),
    (PropertyId::RESPONSE_TOPIC, "response-topic"),
    (PropertyId::CORRELATION_DATA, "correlation-data"),
    (PropertyId::USER_PROPERTY, "user-property"),
];

/// Its properties as options; of those that have none, `notes` tells. In place of a Topic Alias stands the
/// topic.
fn properties(
    record: &Record<'_>,
    publish: &Publish<'_>,
    line: &mut String,
    notes: &mut Vec<String>,
) {
    for (id, value) in publish.properties.iter() {
        let row = PROPERTIES.iter().find(|(known, _)| *known == id);
        match row.zip(words(value)) {
            Some(((_, name), words)) => {
                let _ = write!(line, " -D publish {name} {words}");
            }
            None => {
                let name = id.info().map_or("property", |info| info.name);
                notes.push(format!("#{}: left out: {name}", record.number));
            }
        }
    }
}

/// The value of a property as one argument or two.
fn words(value: Value<'_>) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Text(Text(bytes)) | Value::Binary(bytes) => argument(bytes),
        Value::Pair(Text(name), Text(value)) => {
            Some(format!("{} {}", argument(name)?, argument(value)?))
        }
    }
}

/// A payload that is short text is an argument; any other is made by printf, whose octal escapes every
/// sh knows, and comes through a pipe.
fn with_payload(line: String, payload: &[u8]) -> String {
    let text = std::str::from_utf8(payload).ok().filter(|text| text.len() <= MAX_ARGUMENT);
    match text {
        Some("") => format!("{line} -n"),
        Some(text) if !text.contains(text::is_unsafe) => format!("{line} -m {}", quoted(text)),
        _ => format!("printf '{}' | {line} -s", octal(payload)),
    }
}

/// Bytes as an argument that sh takes for nothing else. `None`: mosquitto_pub refuses them, as it
/// does with what is no UTF-8 and with control characters.
fn argument(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.contains(char::is_control) {
        return None;
    }
    // What could steer a terminal all the same, such as marks of direction, is written as octal.
    Some(if text.contains(text::is_unsafe) {
        format!("\"$(printf '{}')\"", octal(bytes))
    } else {
        quoted(text)
    })
}

/// Text between single quotes; a single quote ends them, stands escaped, and begins them again.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Bytes for printf's format: letters, digits and blanks as they are, nearly every other one as an
/// escape; a minus sign too, as at the beginning it would be an option.
fn octal(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        match byte {
            b' ' | b'.' | b',' | b':' | b'/' | b'_' => out.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(*byte)),
            byte => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_one_word_of_sh() {
        for (bytes, shown) in [
            (&b"a/b"[..], Some("a/b")),
            (b"", Some("''")),
            (b"it's $HOME `x` \\", Some("'it'\\''s $HOME `x` \\'")),
            ("a\u{202e}b".as_bytes(), Some("\"$(printf 'a\\342\\200\\256b')\"")),
            (b"a\nb", None),
            (b"\xff", None),
        ] {
            assert_eq!(argument(bytes).as_deref(), shown);
        }
    }

    #[test]
    fn payloads_of_any_bytes_come_through_a_pipe() {
        let line = || "mosquitto_pub -t a".to_owned();
        assert_eq!(with_payload(line(), b""), "mosquitto_pub -t a -n");
        assert_eq!(with_payload(line(), b"-n"), "mosquitto_pub -t a -m -n");
        assert_eq!(
            with_payload(line(), b"%s\n\x001"),
            "printf '\\045s\\012\\0001' | mosquitto_pub -t a -s"
        );
    }
}
