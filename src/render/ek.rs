//! `-T ek`: for Elasticsearch's bulk interface, in the shape of tshark's format of this name.
//!
//! Two lines a packet: which index it goes to, and the document. Its `layers` hold the fields that
//! filters know, each under the name that tshark makes of it: `mqtt.topic` of the layer `mqtt` is
//! `mqtt_mqtt_topic`. Of several values there is a list. Other than tshark's, a document holds one
//! MQTT packet, not a frame, no key stands twice in it, and the index line has no `_type`, which
//! Elasticsearch 8 refuses.

use super::json::write_line;
use super::{Format, Options};
use crate::filter::{FieldRow, TABLE, Type, Value};
use crate::pipeline::Record;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::io::{self, Write};

/// Bits that Wireshark has as one flag, however many they are.
const FLAGS: &[&str] = &["mqtt.conack.flags.reserved", "mqtt.conflag.reserved"];

/// A layer: its name, and its fields with their keys.
type LayerRows = (&'static str, Vec<(String, &'static FieldRow)>);

/// The format for Elasticsearch.
#[derive(Debug)]
pub struct Ek {
    /// The layers with their fields, and the key of each.
    layers: Vec<LayerRows>,
}

impl Ek {
    /// With the user's options, none of which makes a difference.
    #[must_use]
    pub fn new(_: &Options) -> Self {
        let mut layers: Vec<(&str, Vec<_>)> = Vec::new();
        // The keys of the table are in order, so a layer's fields stand together.
        for row in TABLE.iter() {
            let Some((layer, _)) = row.key.split_once('.') else { continue };
            let key = format!("{layer}_{}", row.key.replace('.', "_"));
            match layers.last_mut().filter(|(last, _)| *last == layer) {
                Some((_, fields)) => fields.push((key, row)),
                None => layers.push((layer, vec![(key, row)])),
            }
        }
        Self { layers }
    }
}

impl Format for Ek {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        let time = record.origin.time;
        let day = time.and_then(|time| jiff::Timestamp::from_nanosecond(time.into()).ok());
        let index = match day {
            Some(day) => format!("packets-{}", day.strftime("%Y-%m-%d")),
            None => "packets".to_owned(),
        };
        write_line(&Index { index: Target { _index: &index } }, out)?;
        let timestamp = time.map(|time| time.div_euclid(1_000_000).to_string());
        write_line(&Document { timestamp, layers: Layers { all: &self.layers, record } }, out)
    }
}

#[derive(Serialize)]
struct Index<'a> {
    index: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    _index: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    layers: Layers<'a>,
}

/// The layers that the record has.
struct Layers<'a> {
    all: &'a [LayerRows],
    record: &'a Record<'a>,
}

impl Serialize for Layers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, fields) in self.all {
            let found: Vec<(&str, &FieldRow, Vec<Value<'_>>)> = fields
                .iter()
                .map(|(key, row)| (key.as_str(), *row, row.values(self.record)))
                .filter(|(.., values)| !values.is_empty())
                .collect();
            if !found.is_empty() {
                map.serialize_entry(name, &Layer(&found))?;
            }
        }
        map.end()
    }
}

/// One layer: its fields with their values.
struct Layer<'a>(&'a [(&'a str, &'static FieldRow, Vec<Value<'a>>)]);

impl Serialize for Layer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, row, values) in self.0 {
            match values.as_slice() {
                [value] => map.serialize_entry(key, &Shown(row, value))?,
                values => {
                    let all: Vec<_> = values.iter().map(|value| Shown(row, value)).collect();
                    map.serialize_entry(key, &all)?;
                }
            }
        }
        map.end()
    }
}

/// A value as tshark writes it.
struct Shown<'a>(&'static FieldRow, &'a Value<'a>);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(row, value) = self;
        match value {
            Value::Present => serializer.serialize_none(),
            Value::Number(number) if row.kind == Type::Flag || FLAGS.contains(&row.key) => {
                serializer.serialize_bool(*number != 0)
            }
            Value::Number(number) if row.is_hex => {
                serializer.collect_str(&format_args!("0x{number:02x}"))
            }
            Value::Bytes(bytes) if row.kind == Type::Bytes => {
                let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                serializer.collect_str(&pairs.join(":"))
            }
            value => serializer.collect_str(&row.shown_in_utc(value)),
        }
    }
}
