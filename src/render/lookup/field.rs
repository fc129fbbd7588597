//! The cells of a field: key, type, allowed values, and what each value does.

use super::facts::{Fact, places};
use crate::spec::field::{Context, FieldInfo, Kind, Meaning, Secret};
use crate::spec::sn::message_type::MESSAGE_TYPES;
use crate::spec::sn::{Flags, MessageType, flags};
use crate::spec::{Field, Version};
use std::borrow::Cow;

/// All cells of a field; some may be empty.
pub(super) fn facts(field: Field) -> Vec<Fact> {
    let Some(info) = field.info() else { return Vec::new() };
    let mut out = vec![
        Fact::new("Key", field.key()),
        Fact::new("In 3.x", info.label_v3),
        Fact::new("Type", kind(info.kind)),
        Fact::new("Allowed", info.allowed),
        Fact::new("Meaning", meaning(field, info)),
    ];
    if let (Some(flag), Meaning::Computed(words)) = (flags::of(field), info.meaning) {
        out.extend(by_message(flag, info.kind, words));
    }
    out.push(Fact::new("Defined by", info.elsewhere));
    out.push(Fact::new("Secret", info.secret.map_or("", hidden)));
    if field.is_sn() {
        let section = format!("section {}", field.section_sn());
        out.push(Fact::new(Version::Sn12.title(), section));
        return out;
    }
    let v5 = (info.section_v5, info.statements_v5);
    out.extend(places(v5, (info.section_v311, info.statements_v311)));
    out
}

/// What `--redact` does to a field.
fn hidden(secret: Secret) -> &'static str {
    match secret {
        Secret::Content => "--redact hides it",
        Secret::Value => "--redact hides the value",
        Secret::InUri => "--redact hides user information, parameters, query and fragment",
        Secret::AllBut(_) => "--redact hides what is not known",
        Secret::ByType => "--redact hides it, unless its type is known to hold no secret",
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Group => "holds other fields",
        Kind::Flag => "one bit",
        Kind::Bits => "a few bits",
        Kind::Reserved => "reserved bits",
        Kind::Number(_) => "a number",
        Kind::VarInt => "Variable Byte Integer",
        Kind::Text => "UTF-8 text with two bytes of length",
        Kind::Data => "bytes with two bytes of length",
        Kind::Code => "a code",
        _ => "bytes",
    }
}

fn meaning(field: Field, info: &FieldInfo) -> String {
    match info.meaning {
        Meaning::Always(words) => words.to_owned(),
        Meaning::Bit(zero, one) => format!("0: {zero}; 1: {one}"),
        Meaning::Values(rows) => {
            let rows = rows.iter().map(|(value, name, clause)| format!("{value} {name}: {clause}"));
            rows.collect::<Vec<_>>().join("; ")
        }
        // Each type has a row of its own, and each message its own words for a flag.
        Meaning::Computed(_) if [Field::PACKET_TYPE, Field::SN_TYPE].contains(&field) => {
            "what the packet is for: each type can be asked for by its name".to_owned()
        }
        Meaning::Computed(_) if flags::of(field).is_some() => String::new(),
        Meaning::Computed(words) => by_value(info.kind, words),
        Meaning::None => String::new(),
    }
}

/// What a value does.
type Words = fn(&Context, u64) -> Cow<'static, str>;

/// For a flag or a few bits: what each value does in a packet of which nothing else is known.
fn by_value(kind: Kind, words: Words) -> String {
    let of =
        |version| values(&Context { version, connect_flags: 4, ..<_>::default() }, kind, words);
    let (v5, v311) = (of(Version::V5), of(Version::V311));
    if v5 == v311 { v5 } else { format!("5.0: {v5}; 3.x: {v311}") }
}

/// What each value does in this packet.
fn values(context: &Context, kind: Kind, words: Words) -> String {
    let most = match kind {
        Kind::Flag => 1,
        Kind::Bits => 3,
        _ => return String::new(),
    };
    let rows = (0..=most).map(|value| (value, words(context, value)));
    let rows = rows.filter(|(_, words)| !words.is_empty());
    rows.map(|(value, words)| format!("{value}: {words}")).collect::<Vec<_>>().join("; ")
}

/// What a flag of MQTT-SN does in the messages that use it; those where that is the same share a cell.
fn by_message(flag: Flags, kind: Kind, words: Words) -> Vec<Fact> {
    let mut cells: Vec<(String, Vec<&str>)> = Vec::new();
    for row in MESSAGE_TYPES.iter().filter(|row| row.flags.meets(flag)) {
        let message_type = MessageType(row.value);
        let context = Context { version: Version::Sn12, message_type, ..<_>::default() };
        let says = values(&context, kind, words);
        match cells.iter_mut().find(|(other, _)| *other == says) {
            Some((_, names)) => names.push(row.name),
            None => cells.push((says, vec![row.name])),
        }
    }
    let cell =
        |(says, names): (String, Vec<&str>)| Fact::new(format!("in {}", names.join(", ")), says);
    cells.into_iter().map(cell).collect()
}
