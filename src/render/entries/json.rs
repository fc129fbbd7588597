//! For programs: one object a line of the text, then one a verdict.

use super::{Explained, releases};
use crate::log::track::Found;
use crate::text;
use jiff::Timestamp;
use serde::Serialize;

/// One line of the text.
#[derive(Debug, Serialize)]
pub struct Json {
    schema: u8,
    /// `entry` or `prose`.
    kind: &'static str,
    line: usize,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    releases: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<JsonField>,
}

/// One value of a line.
#[derive(Debug, Serialize)]
struct JsonField {
    field: &'static str,
    name: &'static str,
    text: String,
    value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    means: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    meaning: String,
}

/// One verdict.
#[derive(Debug, Serialize)]
pub struct JsonVerdict {
    schema: u8,
    kind: &'static str,
    verdict: &'static str,
    severity: &'static str,
    client_id: String,
    count: u64,
    lines: Vec<usize>,
    message: String,
    advice: &'static str,
}

/// A line of a log.
#[must_use]
pub fn json(explained: &Explained<'_>) -> Json {
    let entry = &explained.entry;
    let info = entry.row.event.info();
    let time = entry.stamp.and_then(|stamp| {
        let time = Timestamp::from_nanosecond(stamp.time.into()).ok()?;
        // A local time has no zone.
        let form = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S%.f").to_string();
        Some(if stamp.is_local { form(time) } else { time.to_string() })
    });
    let own =
        |value: &crate::log::Value| entry.text.get(value.start..value.end).unwrap_or_default();
    let fields = entry.values.iter().zip(&explained.values).map(|(value, meant)| JsonField {
        field: value.field.info().key,
        name: meant.label,
        text: text::safe(&meant.shown),
        value: text::safe(own(value)),
        means: meant.value.clone(),
        meaning: meant.clause.to_string(),
    });
    Json {
        schema: 1,
        kind: "entry",
        line: entry.number,
        text: text::safe(entry.text),
        time,
        event: Some(info.id),
        packet: explained.packet.map(|(kind, _)| kind.name()),
        sender: explained.packet.map(|(_, sender)| sender.name()),
        client_id: entry.client.as_deref().map(text::safe),
        meaning: Some(explained.meaning()),
        releases: Some(releases(entry.row)).filter(|releases| !releases.is_empty()),
        fields: fields.collect(),
    }
}

/// A line that is none of a log.
#[must_use]
pub fn json_prose(at: usize, line: &str) -> Json {
    Json {
        schema: 1,
        kind: "prose",
        line: at,
        text: text::safe(line.trim_end()),
        time: None,
        event: None,
        packet: None,
        sender: None,
        client_id: None,
        meaning: None,
        releases: None,
        fields: Vec::new(),
    }
}

/// A verdict.
#[must_use]
pub fn json_verdict(found: &Found) -> JsonVerdict {
    let info = found.verdict.info();
    JsonVerdict {
        schema: 1,
        kind: "verdict",
        verdict: info.id,
        severity: info.severity.name(),
        client_id: text::safe(&found.client),
        count: found.count,
        lines: found.lines.clone(),
        message: text::safe(&found.what),
        advice: info.advice,
    }
}
