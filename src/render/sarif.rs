//! `-T sarif`: SARIF 2.1.0, the exchange format of static analysis that build servers read.
//!
//! One run; the rules are the rows of the table of rules, each finding is a result. A result's
//! location is the capture file, or the line and column of a text that was pasted; packet and frame are
//! its logical locations, and `properties` hold the numbers. Severities are levels: `error`, `warning`,
//! `note`. Results are written as they come: the file is whole once the run has ended.

use super::json::write_safe;
use super::{Format, Options, citation, standard, words};
use crate::annotate::Finding;
use crate::pipeline::Record;
use crate::spec::Version;
use crate::spec::rule::{RULES, RuleInfo};
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};

/// The schema that the output keeps to.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The SARIF format.
#[derive(Debug)]
pub struct Sarif {
    inputs: Vec<String>,
    is_begun: bool,
    has_results: bool,
}

impl Sarif {
    /// SARIF with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { inputs: options.inputs.clone(), is_begun: false, has_results: false }
    }

    /// All in front of the first result.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Ok(());
        }
        let driver = json!({
            "name": "mqttscope",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
        });
        let artifacts: Vec<_> =
            self.inputs.iter().map(|path| json!({ "location": { "uri": uri(path) } })).collect();
        write!(
            out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":"
        )?;
        write_safe(&driver, out)?;
        write!(out, "}},\"artifacts\":")?;
        write_safe(&artifacts, out)?;
        write!(out, ",\"results\":[")
    }

    fn result(&self, record: &Record<'_>, finding: &Finding) -> impl Serialize {
        let context = record.context();
        let origin = record.origin;
        let mut place = json!({ "logicalLocations": logical(record) });
        // Which of several captures a frame is of is not known here.
        if let ([path], Some(object)) = (self.inputs.as_slice(), place.as_object_mut()) {
            let mut physical = json!({ "artifactLocation": { "uri": uri(path), "index": 0 } });
            if let (Some(text), Some(object)) = (origin.text, physical.as_object_mut()) {
                let region = json!({
                    "startLine": text.line, "startColumn": text.column, "endLine": text.end_line,
                });
                object.insert("region".into(), region);
            }
            object.insert("physicalLocation".into(), physical);
        }
        let client = record.client_id.map(|id| format!(" of client {}", words::quoted(id, 64)));
        let message = format!(
            "{} #{}{}: {}",
            record.type_name(),
            record.number,
            client.unwrap_or_default(),
            finding.message(&context)
        );
        let bits = [finding.span.start, finding.span.len];
        json!({
            "ruleId": finding.info().id,
            "ruleIndex": finding.rule.0,
            "level": finding.severity().name(),
            "message": { "text": message },
            "locations": [place],
            "properties": {
                "packet": record.number,
                "frames": origin.frames,
                "stream": origin.stream,
                "clientId": record.client_id.map(String::from_utf8_lossy),
                "sender": record.sender_name(),
                "bitOffset": bits[0],
                "bitLength": bits[1],
                "spec": citation(finding, &context),
            },
        })
    }
}

/// Packet and frame of a record.
fn logical(record: &Record<'_>) -> Vec<serde_json::Value> {
    let origin = record.origin;
    let packet = format!("packet {}", record.number);
    let path = match origin.stream {
        Some(stream) => format!("stream {stream}/{packet}"),
        None => packet.clone(),
    };
    let mut places = vec![json!({ "name": packet, "fullyQualifiedName": path, "kind": "packet" })];
    if let Some(frame) = origin.frames.last() {
        let name = format!("frame {frame}");
        places.push(json!({ "name": name, "fullyQualifiedName": name, "kind": "frame" }));
    }
    places
}

/// A row of the table of rules as a reporting descriptor.
fn rule(info: &'static RuleInfo) -> serde_json::Value {
    let sentence = words::template(info.message);
    let places: Vec<String> = [Version::V311, Version::V5, Version::Sn12]
        .into_iter()
        .filter_map(|version| {
            let (section, statements) = info.place(version);
            let section = (!section.is_empty()).then(|| format!("section {section}"));
            let statements =
                (!statements.is_empty()).then(|| format!("[{}]", statements.replace(' ', "] [")));
            let words: Vec<String> = section.into_iter().chain(statements).collect();
            (!words.is_empty())
                .then(|| format!("{} {}", standard(version).title(), words.join(" ")))
        })
        .collect();
    let says = match places.as_slice() {
        [] => "The standard has no such rule; it is about what lies around the packets.".into(),
        places => format!("See {}.", places.join("; ")),
    };
    json!({
        "id": info.id,
        "shortDescription": { "text": sentence },
        "fullDescription": { "text": format!("{sentence}. {says}") },
        "help": { "text": says },
        "defaultConfiguration": { "level": info.severity.name() },
        "properties": { "tags": ["mqtt"] },
    })
}

/// A path as a reference in a URI.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => out.push('/'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl Format for Sarif {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in record.tape.findings() {
            self.begin(out)?;
            if std::mem::replace(&mut self.has_results, true) {
                out.write_all(b",")?;
            }
            out.write_all(b"\n")?;
            write_safe(&self.result(record, finding), out)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(b"\n]}]}\n")
    }
}
