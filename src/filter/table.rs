//! The table of fields: those of the packets' tables in `spec`, and those of `own` and `wireshark`.
//!
//! To add a field of a packet: add its row in `spec`. To add one that is made of others or that is
//! known from elsewhere: a row in `own`, or in `wireshark` where Wireshark has it.

use super::names::Names;
use super::subject::{Read, ReadOne, Reader};
use super::value::Type;
use super::{names, own, quick, wireshark, wireshark_names};
use crate::pipeline::Needs;
use crate::spec::Field;
use crate::spec::field::{FieldInfo, Kind};
use crate::spec::property::{PROPERTIES, Unit, Wire};
use crate::text::{distance, nearest};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What the key of a JSON member begins with; its path follows.
pub(super) const JSON: &str = "mqtt.json.";

/// One field that a filter can name.
///
/// ```
/// use mqttscope::filter::{Type, table::field};
///
/// let row = field("mqtt.topic").unwrap();
/// assert!(row.is_topic && row.kind == Type::Text);
/// ```
#[derive(Debug)]
pub struct FieldRow {
    /// The name in filters: Wireshark's where Wireshark has the field.
    pub key: &'static str,
    /// What its values are.
    pub kind: Type,
    /// The standard's name, or a clause that says what it is.
    pub about: &'static str,
    /// Whether `~` matches its values by a Topic Filter.
    pub is_topic: bool,
    /// The names that stand for numbers, or the only texts that there are.
    pub names: Names,
    /// What of the packets before a packet its values rest on.
    pub needs: Needs,
    /// Whether its numbers are written in hex, with two digits at least.
    pub is_hex: bool,
    pub(super) source: Source,
}

/// Where values come from.
#[derive(Debug)]
pub(super) enum Source {
    /// Fields of the tree.
    Tree {
        fields: Vec<Field>,
        part: Part,
        /// Reads the same from the typed packet, where it can.
        quick: Option<Reader>,
        /// Gives what counts in place of what stands in the tree, where there is such a thing.
        instead: Option<Read>,
    },
    /// Facts of the record.
    Fact(Reader),
}

/// What of a field in the tree is the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The number or the content.
    Value,
    /// The length that stands before the content.
    Length,
}

impl FieldRow {
    /// Whether its numbers are seconds.
    pub(super) fn is_in_seconds(&self) -> bool {
        let is_field = |(_, info): (Field, &FieldInfo)| {
            info.key == self.key && matches!(info.kind, Kind::Number(Unit::Seconds))
        };
        Field::all().any(is_field)
            || PROPERTIES.iter().any(|info| info.key == self.key && info.unit == Unit::Seconds)
    }
}

/// All fields, by their keys.
///
/// ```
/// use mqttscope::filter::TABLE;
///
/// assert!(TABLE.iter().any(|row| row.key == "mqtt.conack.val"));
/// ```
pub static TABLE: LazyLock<Vec<FieldRow>> = LazyLock::new(rows);

impl FieldRow {
    /// The largest number that a packet can hold there, as far as the tables tell.
    pub(super) fn largest(&self) -> Option<i128> {
        let Source::Tree { fields, part, .. } = &self.source else {
            return self.key.ends_with("port").then(|| u16::MAX.into());
        };
        if *part == Part::Length {
            return Some(u16::MAX.into());
        }
        let all: Option<Vec<u32>> = fields.iter().map(|field| largest(field.kind())).collect();
        all?.into_iter().max().map(Into::into)
    }
}

/// The largest number of a field of this kind, or of the longest of its kind.
const fn largest(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Flag => Some(1),
        Kind::Bits | Kind::Reserved | Kind::Code | Kind::Property(Wire::Byte) => {
            Some(u8::MAX as u32)
        }
        Kind::Property(Wire::U16) => Some(u16::MAX as u32),
        Kind::Number(_) | Kind::Property(Wire::U32) => Some(u32::MAX),
        Kind::VarInt | Kind::Property(Wire::VarInt) => Some(268_435_455),
        _ => None,
    }
}

static BY_KEY: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| (0..).zip(TABLE.iter()).map(|(at, row)| (row.key, at)).collect());

/// The field of this name.
///
/// ```
/// # use mqttscope::filter::table::field;
/// assert_eq!(field("mqtt.qos").unwrap().key, "mqtt.qos");
/// assert!(field("mqtt.topik").is_none());
/// ```
#[must_use]
pub fn field(key: &str) -> Option<&'static FieldRow> {
    BY_KEY.get(key).and_then(|at| TABLE.get(*at))
}

/// Fields of tshark, or names that come to mind, that are something else here: by their beginnings, with
/// what does the same.
const ELSEWHERE: [(&str, &str); 11] = [
    (
        "_ws.col.",
        "the line with what matters of a packet is -T summary; mqtt.type, mqtt.topic and so on are its parts",
    ),
    ("_ws.expert", "mqtt.finding and mqtt.finding.severity are what was found"),
    (
        "mqtt.partner",
        "mqtt.answers is the packet that this one answers, mqtt.copy_of the PUBLISH that the server passes on with it",
    ),
    ("mqtt.topic_filter", "mqtt.topic is the Topic Filter of SUBSCRIBE and UNSUBSCRIBE, too"),
    ("mqtt.filter", "mqtt.topic is the Topic Filter of SUBSCRIBE and UNSUBSCRIBE, too"),
    ("frame.protocols", "tcp, udp, websocket, mqtt and mqttsn alone tell what a packet came in"),
    (
        "frame.time_delta_displayed",
        "frame.time_delta is the time since the frame before; -t d shows the time since the packet before",
    ),
    (
        "frame.",
        "of frames there are number, len, time, time_epoch, time_relative and time_delta: a filter is about packets of MQTT",
    ),
    (
        "tcp.",
        "of TCP there are stream, len, port, srcport and dstport: a filter is about packets of MQTT",
    ),
    ("eth.", "a filter is about packets of MQTT: addresses are ip.addr and ipv6.addr"),
    (
        "tls.",
        "mqtt.* is what TLS carried; mqttscope read shows the handshake as a line of type TLS: mqtt.type == \"TLS\"",
    ),
];

/// What to say of a field that does not exist.
pub(super) fn hint(word: &str) -> String {
    let elsewhere = || ELSEWHERE.iter().find(|(begin, _)| word.starts_with(begin));
    let is_slip = |name: &&str| distance(word, name).is_some_and(|far| far <= 1);
    let like = suggestion(word);
    match (like.filter(is_slip), elsewhere(), like) {
        (None, Some((_, hint)), _) => (*hint).to_owned(),
        (Some(name), ..) | (None, None, Some(name)) => format!("did you mean {name}?"),
        (None, None, None) => "mqttscope -G fields lists all fields".to_owned(),
    }
}

/// The name that is most like one that does not exist.
pub(super) fn suggestion(word: &str) -> Option<&'static str> {
    // A field that lacks its protocol, too.
    let with_protocol = TABLE.iter().find(|row| {
        row.key.strip_prefix("mqtt.").is_some_and(|rest| rest.eq_ignore_ascii_case(word))
    });
    let whole = nearest(word, TABLE.iter().map(|row| row.key));
    whole.or_else(|| with_protocol.map(|row| row.key))
}

fn rows() -> Vec<FieldRow> {
    let mut rows: Vec<FieldRow> = Vec::new();
    for (field, info) in Field::all().filter(|(field, _)| !INNER.contains(field)) {
        add(&mut rows, info.key, field, info);
        // Wireshark has one name for what 3.1 has in another place.
        if let Some(key) = info.key.strip_suffix("_v31") {
            add(&mut rows, key, field, info);
        }
    }
    rows.extend(PROPERTIES.iter().map(|info| {
        let field = Field::property(info.id);
        let kind = match info.wire {
            Wire::Byte | Wire::U16 | Wire::U32 | Wire::VarInt => Type::Number,
            Wire::Utf8 | Wire::Pair => Type::Text,
            Wire::Binary => Type::Bytes,
        };
        FieldRow {
            is_topic: field == Field::property(RESPONSE_TOPIC),
            ..tree(info.key, info.name, kind, vec![field], Names::NONE)
        }
    }));
    rows.extend(wireshark::rows());
    rows.extend(own::rows());
    for row in &mut rows {
        row.is_hex = wireshark_names::IN_HEX.contains(&row.key);
        let named = wireshark_names::NAMES.iter().filter(|(keys, _)| keys.contains(&row.key));
        row.names.add(named.flat_map(|(_, names)| names.iter().copied()));
    }
    rows.sort_by_key(|row| row.key);
    rows
}

const RESPONSE_TOPIC: u8 = crate::spec::PropertyId::RESPONSE_TOPIC.0 as u8;

/// Parts of values: Wireshark's names for them are rows of `wireshark`.
const INNER: [Field; 7] = [
    Field::INPUT,
    Field::LENGTH,
    Field::PROPERTY_ID,
    Field::VALUE,
    Field::PAIR_NAME,
    Field::PAIR_VALUE,
    Field::NUMBER,
];

/// Groups that are one byte of flags, so that they have a number.
const BYTES_OF_FLAGS: [Field; 6] = [
    Field::FIXED_HEADER,
    Field::CONNECT_FLAGS,
    Field::CONNACK_FLAGS,
    Field::SUBSCRIPTION_OPTIONS,
    Field::SN_FLAGS,
    Field::SN_CONTROL,
];

/// Bytes that Wireshark has as text.
const TEXTS: [Field; 3] = [Field::PASSWORD, Field::SN_DATA, Field::SN_WILL_MESSAGE];

/// Fields whose values a Topic Filter can match.
const TOPICS: [Field; 6] = [
    Field::TOPIC,
    Field::TOPIC_FILTER,
    Field::WILL_TOPIC,
    Field::SN_TOPIC_NAME,
    Field::SN_TOPIC_FILTER,
    Field::SN_WILL_TOPIC,
];

/// A row for a field of the tree, or one more field for the row of this key.
fn add(rows: &mut Vec<FieldRow>, key: &'static str, field: Field, info: &'static FieldInfo) {
    let kind = kind(field, info.kind);
    if let Some(row) = rows.iter_mut().find(|row| row.key == key) {
        if let Source::Tree { fields, .. } = &mut row.source {
            fields.push(field);
        }
        row.kind = together(row.kind, kind);
        row.names.extend(&names::of(field, info));
        return;
    }
    let row = tree(key, info.label, kind, vec![field], names::of(field, info));
    rows.push(FieldRow { is_topic: TOPICS.contains(&field), ..row })
}

fn kind(field: Field, kind: Kind) -> Type {
    match kind {
        _ if TEXTS.contains(&field) => Type::Text,
        Kind::Group if BYTES_OF_FLAGS.contains(&field) => Type::Number,
        Kind::Group => Type::Presence,
        Kind::Flag => Type::Flag,
        Kind::Bits
        | Kind::Reserved
        | Kind::Number(_)
        | Kind::VarInt
        | Kind::Code
        | Kind::Digits => Type::Number,
        Kind::Text | Kind::Tail | Kind::Line | Kind::HeaderLine => Type::Text,
        Kind::Data | Kind::Rest | Kind::Hex | Kind::Undecoded => Type::Bytes,
        Kind::Address => Type::Address,
        Kind::Property(_) => Type::Number,
    }
}

/// The type of a field whose places have two.
fn together(a: Type, b: Type) -> Type {
    match (a, b) {
        (a, b) if a == b => a,
        (Type::Address, _) | (_, Type::Address) => Type::Address,
        (Type::Text | Type::Bytes, _) | (_, Type::Text | Type::Bytes) => Type::Text,
        _ => Type::Number,
    }
}

/// A row whose values stand in the tree.
pub(super) fn tree(
    key: &'static str,
    about: &'static str,
    kind: Type,
    fields: Vec<Field>,
    names: Names,
) -> FieldRow {
    let (quick, instead) = (quick::of(key), own::instead(key));
    let source = Source::Tree { fields, part: Part::Value, quick, instead };
    let needs = if key == "mqtt.topic" { Needs::Aliases } else { Needs::Packet };
    FieldRow { key, kind, about, is_topic: false, names, needs, is_hex: false, source }
}

/// A row whose values are read by a function.
pub(super) fn fact(key: &'static str, about: &'static str, kind: Type, read: Read) -> FieldRow {
    read_by(key, about, kind, Reader::Each(read))
}

/// The same for a row of which no record has several values.
pub(super) fn single(
    key: &'static str,
    about: &'static str,
    kind: Type,
    read: ReadOne,
) -> FieldRow {
    read_by(key, about, kind, Reader::One(read))
}

fn read_by(key: &'static str, about: &'static str, kind: Type, reader: Reader) -> FieldRow {
    let source = Source::Fact(reader);
    let (names, needs) = (Names::NONE, Needs::Packet);
    FieldRow { key, kind, about, is_topic: false, names, needs, is_hex: false, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_stands_twice() {
        let mut seen = BTreeSet::new();
        for row in TABLE.iter() {
            assert!(seen.insert(row.key), "{} stands twice", row.key);
            assert!(!row.about.is_empty() && field(row.key).is_some(), "{}", row.key);
        }
    }

    #[test]
    fn a_mistyped_name_is_recognised() {
        for (word, meant) in [
            ("mqtt.topik", Some("mqtt.topic")),
            ("mqtt.clienid", Some("mqtt.clientid")),
            ("MQTT.QOS", Some("mqtt.qos")),
            ("qos", Some("mqtt.qos")),
            ("http.request.urii", Some("http.request.uri")),
            ("nothing.like.it", None),
        ] {
            assert_eq!(suggestion(word), meant, "{word}");
        }
    }
}
