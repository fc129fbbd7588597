//! What can be asked for, with the names that it goes by.

use crate::spec::carrier_fields::CARRIER_FIELDS;
use crate::spec::fields::FIELDS;
use crate::spec::mosquitto::Event;
use crate::spec::mosquitto::client_lines::CLIENT_LINES;
use crate::spec::mosquitto::error::ERRORS;
use crate::spec::mosquitto::event::EVENTS;
use crate::spec::mosquitto::lines::LINES;
use crate::spec::property::PROPERTIES;
use crate::spec::reason::{REASONS, RETURN_CODES_V3};
use crate::spec::rule::RULES;
use crate::spec::sn::message_type::MESSAGE_TYPES;
use crate::spec::sn::{MessageType, fields::FIELDS as SN_FIELDS};
use crate::spec::statement::{Statement, sections};
use crate::spec::verdict::{VERDICTS, Verdict};
use crate::spec::{Field, PacketType, PropertyId, Rule, Version};

/// A row, or rows that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A packet type.
    Packet(PacketType),
    /// A property of 5.0.
    Property(PropertyId),
    /// A code in all packets that carry it, or in one.
    Code(u8, Option<PacketType>),
    /// A field.
    Field(Field),
    /// A rule.
    Rule(Rule),
    /// A normative statement, with `MQTT-` before it.
    Statement(String),
    /// A section of a standard.
    Section(String),
    /// A message type of MQTT-SN.
    Message(MessageType),
    /// A line of mosquitto's log.
    Event(Event),
    /// A verdict on a connection or a log.
    Verdict(Verdict),
    /// A number that libraries of clients return.
    Error(u8),
}

impl Item {
    /// The table that it stands in.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        match self {
            Self::Packet(_) => "packet type",
            Self::Property(_) => "property",
            Self::Code(..) => "reason code",
            Self::Field(_) => "field",
            Self::Rule(_) => "rule",
            Self::Statement(_) => "normative statement",
            Self::Section(_) => "section",
            Self::Message(_) => "message type of MQTT-SN",
            Self::Event(_) => "line of mosquitto's log",
            Self::Verdict(_) => "verdict",
            Self::Error(_) => "rc of a client's library",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Packet(kind) => kind.name().into(),
            Self::Property(id) => format!("{} (0x{:02x})", id.name(), id.0),
            Self::Code(code, packet) => super::codes::title(*code, *packet),
            Self::Field(field) => field.label(Version::V5).into(),
            Self::Rule(rule) => rule.info().id.into(),
            Self::Statement(id) => id.clone(),
            Self::Section(number) => number.clone(),
            Self::Message(kind) => kind.name().into(),
            Self::Event(event) => event.info().id.into(),
            Self::Verdict(verdict) => verdict.info().id.into(),
            Self::Error(number) => format!("rc {number}"),
        }
    }
}

/// Everything, each with its names: first the one that is shown where it is only near what was
/// asked for.
pub(super) fn all() -> Vec<(Vec<String>, Item)> {
    let mut out: Vec<(Vec<String>, Item)> = Vec::new();
    let mut add = |names: Vec<&str>, item: Item| {
        out.push((
            names.into_iter().filter(|name| !name.is_empty()).map(Into::into).collect(),
            item,
        ));
    };
    for kind in (0..16).map(PacketType) {
        add(vec![kind.name()], Item::Packet(kind));
    }
    for row in &PROPERTIES {
        add(vec![row.name, row.key], Item::Property(PropertyId(row.id.into())));
    }
    let mut codes: Vec<u8> = REASONS.iter().chain(&RETURN_CODES_V3).map(|row| row.code).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let rows = REASONS.iter().chain(&RETURN_CODES_V3).filter(|row| row.code == code);
        let mut names: Vec<&str> = rows.map(|row| row.name).collect();
        names.dedup();
        add(names, Item::Code(code, None));
    }
    for field in fields() {
        if let Some(info) = field.info() {
            add(vec![info.label, info.key, info.label_v3], Item::Field(field));
        }
    }
    for rule in (0u16..).map(Rule).take(RULES.len()) {
        add(vec![rule.info().id], Item::Rule(rule));
    }
    for id in statements() {
        add(vec![&id], Item::Statement(id.clone()));
    }
    for row in MESSAGE_TYPES {
        add(vec![row.name], Item::Message(MessageType(row.value)));
    }
    for event in (0u16..).map(Event).take(EVENTS.len()) {
        let rows = LINES.iter().chain(CLIENT_LINES).filter(|row| row.event == event);
        let lines = rows.map(|row| row.template);
        add(std::iter::once(event.info().id).chain(lines).collect(), Item::Event(event));
    }
    for verdict in (0u8..).map(Verdict).take(VERDICTS.len()) {
        add(vec![verdict.info().id, verdict.info().title], Item::Verdict(verdict));
    }
    for row in ERRORS {
        let names = [("MOSQ_ERR_", row.mosquitto), ("MQTT_ERR_", row.paho)];
        let names = names.iter().filter(|(_, name)| !name.is_empty());
        let names = names.map(|(library, name)| format!("{library}{name}")).collect();
        out.push((names, Item::Error(row.number)));
    }
    out
}

/// All fields but the properties.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    let of = |base: u16, len: usize| (base..).map(Field).take(len);
    of(0, FIELDS.len())
        .chain(of(Field::SN_BASE, SN_FIELDS.len()))
        .chain(of(Field::CARRIER_BASE, CARRIER_FIELDS.len()))
}

/// The numbers of all statements of both standards, each once.
fn statements() -> Vec<String> {
    let mut out = Vec::new();
    for version in [Version::V5, Version::V311] {
        for section in sections(version) {
            for (number, statement) in (1u32..).zip(section.statements) {
                if !matches!(statement, Statement::Gap) {
                    out.push(format!("MQTT-{}-{number}", section.number));
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}
