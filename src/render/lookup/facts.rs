//! The cells of a row in words.

use super::items::{Item, fields};
use super::{codes, field};
use crate::render::words;
use crate::spec::Verdict;
use crate::spec::field::FieldInfo;
use crate::spec::mosquitto::client_lines::CLIENT_LINES;
use crate::spec::mosquitto::error::{ERRORS, ErrorInfo};
use crate::spec::mosquitto::lines::LINES;
use crate::spec::mosquitto::{Direction, Event, Wire};
use crate::spec::property::{PROPERTIES, PropertyInfo, Says, Wire as Type};
use crate::spec::reason::{defined, defined_v3};
use crate::spec::rule::RULES;
use crate::spec::sn::MessageType;
use crate::spec::sn::message_type::MESSAGE_TYPES;
use crate::spec::statement::{Statement, judges, sections};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};
use crate::text;
use serde::Serialize;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it says.
    pub label: String,
    /// What is said.
    pub text: String,
    /// Where the standard says so; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Fact {
    pub(super) fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into(), source: String::new() }
    }

    pub(super) fn from(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }
}

/// All cells of a row that are not empty.
#[must_use]
pub fn facts(item: &Item) -> Vec<Fact> {
    let mut out = match item {
        Item::Packet(kind) => packet(*kind),
        Item::Property(id) => id.info().map(property).unwrap_or_default(),
        Item::Code(code, kind) => codes::facts(*code, *kind),
        Item::Field(field) => field::facts(*field),
        Item::Rule(rule) => of_rule(*rule),
        Item::Statement(id) => statement(id),
        Item::Section(number) => section(number),
        Item::Message(kind) => message(*kind),
        Item::Event(event) => of_event(*event),
        Item::Verdict(verdict) => of_verdict(*verdict),
        Item::Error(number) => of_error(*number),
    };
    out.retain(|fact| !fact.text.is_empty());
    out
}

/// A section and statements as the source of a fact.
pub(super) fn source(section: &str, statements: &str) -> String {
    let statements: Vec<String> =
        statements.split_terminator(' ').map(|id| format!("[{id}]")).collect();
    let section = (!section.is_empty()).then(|| section.to_owned());
    section.into_iter().chain(statements).collect::<Vec<_>>().join(" ")
}

/// The sections of both standards with their statements.
pub(super) fn places(v5: (&str, &str), v311: (&str, &str)) -> Vec<Fact> {
    let of = |version: Version, (section, statements): (&str, &str)| {
        let words = match section {
            "" => String::new(),
            section => format!("section {section}"),
        };
        let sep = if words.is_empty() || statements.is_empty() { "" } else { " " };
        Fact::new(version.title(), format!("{words}{sep}{}", source("", statements)))
    };
    vec![of(Version::V5, v5), of(Version::V311, v311)]
}

fn packet(kind: PacketType) -> Vec<Fact> {
    let info = kind.info();
    let who = match (info.client_sends, info.server_sends) {
        (true, true) => "client and server",
        (true, false) => "the client",
        (false, true) => "the server",
        (false, false) => "nobody",
    };
    let who = if kind == PacketType::DISCONNECT { "client, and in 5.0 server too" } else { who };
    let flags = match info.flags {
        Some(flags) => format!("{flags:04b}"),
        None => "DUP, QoS and RETAIN".into(),
    };
    let list = |codes: Vec<String>| codes.join(", ");
    let v5 = defined(kind).map(|row| format!("0x{:02x} {}", row.code, row.name)).collect();
    let v3 =
        defined_v3(kind, Version::V311).map(|row| format!("{} {}", row.code, row.name)).collect();
    let own = PROPERTIES.iter().filter(|row| row.allowed.meets(PacketSet::of(&[kind])));
    let properties: Vec<&str> = own.map(|row| row.name).collect();
    let mut out = vec![
        Fact::new("Meaning", info.meaning),
        Fact::new("Where it fails", kind.failed().unwrap_or_default()),
        Fact::new("Number", format!("{}; the first byte is 0x{:x}_", kind.0, kind.0)),
        Fact::new("Sent by", who),
        Fact::new("Flags", flags),
        Fact::new("Reason Codes", list(v5)),
        Fact::new("Return codes", list(v3)),
        Fact::new("Properties", properties.join(", ")),
    ];
    out.extend(places((info.section_v5, ""), (info.section_v311, "")));
    out
}

fn property(info: &PropertyInfo) -> Vec<Fact> {
    let wire = match info.wire {
        Type::Byte => "Byte",
        Type::U16 => "Two Byte Integer",
        Type::U32 => "Four Byte Integer",
        Type::VarInt => "Variable Byte Integer",
        Type::Utf8 => "UTF-8 Encoded String",
        Type::Binary => "Binary Data",
        Type::Pair => "UTF-8 String Pair",
    };
    let range = match info.max {
        0 => String::new(),
        max => format!(", {} to {}", text::number(info.min.into()), text::number(max.into())),
    };
    let mut out = vec![
        Fact::new("Key", info.key),
        Fact::new("Identifier", format!("0x{:02x} ({})", info.id, info.id)),
        Fact::new("Type", format!("{wire}{range}")),
    ];
    for place in info.places {
        let name: Vec<&str> = place.place.names().collect();
        let says = info.says.iter().find(|(places, _)| places.meets(place.place));
        let words = match says.map(|row| row.1) {
            Some(Says::Always(clause)) => clause.to_owned(),
            Some(Says::ByValue(rows)) => values(rows),
            None => String::new(),
        };
        let words = if words.is_empty() { "may stand here".into() } else { words };
        let absent = match info.absence(place.place) {
            "" => String::new(),
            clause => format!("; absent: {clause}"),
        };
        let again = if info.repeats.meets(place.place) { "; may be repeated" } else { "" };
        let source = source(&format!("section {}", place.section), place.statements);
        out.push(
            Fact::new(format!("in {}", name.join(", ")), format!("{words}{again}{absent}"))
                .from(source),
        );
    }
    out
}

fn values(rows: &[(Option<u32>, &str)]) -> String {
    let own = rows.iter().map(|(value, clause)| match value {
        Some(value) => format!("{value}: {clause}"),
        None => format!("else: {clause}"),
    });
    own.collect::<Vec<_>>().join("; ")
}

fn of_rule(rule: Rule) -> Vec<Fact> {
    let info = rule.info();
    let mut out = vec![
        Fact::new("Severity", info.severity.name()),
        Fact::new("Says", words::template(info.message)),
    ];
    out.extend(places(
        (info.section_v5, info.statements_v5),
        (info.section_v311, info.statements_v311),
    ));
    out.push(Fact::new("MQTT-SN 1.2", with_word(info.section_sn)));
    out
}

fn with_word(section: &str) -> String {
    if section.is_empty() { String::new() } else { format!("section {section}") }
}

/// What the two standards number so, and what cites it.
fn statement(id: &str) -> Vec<Fact> {
    let mut out = Vec::new();
    let bare = id.strip_prefix("MQTT-").unwrap_or(id);
    for version in [Version::V5, Version::V311] {
        let Some(statement) = numbered(version, bare) else { continue };
        let (words, visible) = match statement {
            Statement::Wire(words) => (words, "a capture can show that it is broken"),
            Statement::Hidden(words) => (words, "no capture shows whether it is kept"),
            Statement::Unproven(words, why) => (words, why.words()),
            Statement::Gap => continue,
        };
        let section = bare.rsplit_once('-').map_or("", |(section, _)| section);
        out.push(Fact::new(version.title(), words).from(format!("section {section}; {visible}")));
        let rules: Vec<&str> = judges(version, bare).map(|rule| rule.info().id).collect();
        out.push(Fact::new("  judged by", rules.join(", ")));
        let cites = |statements: &str| statements.split(' ').any(|cited| cited == id);
        let of = |info: &FieldInfo| {
            if version.is_v5() { info.statements_v5 } else { info.statements_v311 }
        };
        let own = fields().filter(|field| field.info().is_some_and(|info| cites(of(info))));
        let mut names: Vec<&str> = own.map(|field| field.label(version)).collect();
        let kinds = (0..16).map(PacketType).filter_map(|kind| kind.flags_source(version));
        if kinds.into_iter().any(|(_, statements)| cites(statements)) {
            names.push(Field::HEADER_RESERVED.label(version));
            names.dedup();
        }
        if version.is_v5() {
            let rows =
                PROPERTIES.iter().filter(|row| row.places.iter().any(|p| cites(p.statements)));
            names.extend(rows.map(|row| row.name));
        }
        out.push(Fact::new("  is about", names.join(", ")));
    }
    out
}

fn numbered(version: Version, bare: &str) -> Option<Statement> {
    let (section, number) = bare.rsplit_once('-')?;
    let row = sections(version).iter().find(|row| row.number == section)?;
    let nth = number.parse::<usize>().ok()?.checked_sub(1)?;
    row.statements.get(nth).copied()
}

/// What the tables have of a section, in each standard.
fn section(number: &str) -> Vec<Fact> {
    let mut out = Vec::new();
    for version in [Version::V5, Version::V311] {
        let pick = |v5: &'static str, v311: &'static str| if version.is_v5() { v5 } else { v311 };
        let mut add = |label: &str, names: Vec<String>| {
            out.push(Fact::new(format!("{} {label}", version.title()), names.join(", ")));
        };
        let kinds = (1..16)
            .map(PacketType)
            .filter(|kind| pick(kind.info().section_v5, kind.info().section_v311) == number);
        add("packet", kinds.map(|kind| kind.name().into()).collect());
        let own = fields().filter(|field| {
            field.info().is_some_and(|info| pick(info.section_v5, info.section_v311) == number)
        });
        let own = own.filter(|field| !field.is_sn());
        add("fields", own.map(|field| field.label(version).into()).collect());
        let properties = PROPERTIES.iter().filter(|row| {
            version.is_v5() && row.places.iter().any(|place| place.section == number)
        });
        add("properties", properties.map(|row| row.name.into()).collect());
        let rules = RULES.iter().filter(|row| pick(row.section_v5, row.section_v311) == number);
        add("rules", rules.map(|row| row.id.into()).collect());
        let row = sections(version).iter().find(|row| row.number == number);
        let numbered = row.into_iter().flat_map(|row| (1u32..).zip(row.statements));
        let statements = numbered.filter(|(_, statement)| !matches!(statement, Statement::Gap));
        add("statements", statements.map(|(n, _)| format!("MQTT-{number}-{n}")).collect());
    }
    out.extend(section_of_sn(number));
    out
}

/// The same of MQTT-SN.
fn section_of_sn(number: &str) -> [Fact; 3] {
    let add = |label: &str, names: Vec<&str>| {
        Fact::new(format!("{} {label}", Version::Sn12.title()), names.join(", "))
    };
    let kinds = MESSAGE_TYPES.iter().filter(|row| row.section == number);
    let is_here = |field: &Field| field.is_sn() && field.section_sn() == number;
    let rules = RULES.iter().filter(|row| row.section_sn == number);
    [
        add("message", kinds.map(|row| row.name).collect()),
        add("fields", fields().filter(is_here).map(|it| it.label(Version::Sn12)).collect()),
        add("rules", rules.map(|row| row.id).collect()),
    ]
}

fn message(kind: MessageType) -> Vec<Fact> {
    let Some(info) = kind.info() else { return Vec::new() };
    let who = info.sender.map_or("client and gateway", |sender| sender.name_in(Version::Sn12));
    vec![
        Fact::new("Meaning", info.meaning),
        Fact::new("Number", format!("0x{:02x}", info.value)),
        Fact::new("Sent by", who),
        Fact::new("MQTT-SN 1.2", format!("section {}", info.section)),
    ]
}

fn of_event(event: Event) -> Vec<Fact> {
    let info = event.info();
    let packet = info.packet.map(|(kind, direction)| match direction {
        Direction::In => format!("{kind}, from the client"),
        Direction::Out => format!("{kind}, from the broker"),
    });
    let mut out =
        vec![Fact::new("Meaning", info.meaning), Fact::new("Packet", packet.unwrap_or_default())];
    for row in LINES.iter().chain(CLIENT_LINES).filter(|row| row.event == event) {
        let who = if row.by_client { "client, " } else { "" };
        let source = format!("{who}{} to {}, log_type {}", row.from, row.to, row.level.name());
        out.push(Fact::new("Line", row.template.trim_start()).from(source));
    }
    let in_capture = match info.wire {
        Wire::Seen | Wire::SeenBut(_) => None,
        Wire::Partly(reason) => Some(format!("seldom seen: {reason}")),
        Wire::Unseen(reason) => Some(format!("not to be seen: {reason}")),
    };
    out.extend(in_capture.map(|words| Fact::new("In a capture", words)));
    out
}

fn of_verdict(verdict: Verdict) -> Vec<Fact> {
    let info = verdict.info();
    let rows = [
        ("Severity", info.severity.name()),
        ("Title", info.title),
        ("Meaning", info.about),
        ("What to do", info.advice),
    ];
    let rows = rows.into_iter().filter(|row| !row.1.is_empty());
    rows.map(|(name, words)| Fact::new(name, words)).collect()
}

/// What each library means by it.
fn of_error(number: u8) -> Vec<Fact> {
    let rows = ERRORS.iter().filter(|row| row.number == number);
    let of = |row: &ErrorInfo| {
        let names =
            [("libmosquitto", "MOSQ_ERR_", row.mosquitto), ("Paho Python", "MQTT_ERR_", row.paho)];
        let names = names.into_iter().filter(|(.., name)| !name.is_empty());
        let about = row.about;
        names
            .map(move |(library, start, name)| {
                Fact::new(library, format!("{start}{name}: {about}"))
            })
            .collect::<Vec<_>>()
    };
    let facts: Vec<_> = rows.flat_map(of).collect();
    let note =
        "what the library returns, or tells when a connection is lost; it stands in no packet";
    let note = (!facts.is_empty()).then(|| Fact::new("Kind", note));
    note.into_iter().chain(facts).collect()
}
