//! Names that stand for numbers: `PUBLISH`, `"Not authorized"`.

use crate::spec::field::{FieldInfo, Kind, Meaning};
use crate::spec::packet_type::PacketType;
use crate::spec::property::PROPERTIES;
use crate::spec::reason::{REASONS, RETURN_CODES_V3};
use crate::spec::rule::RULES;
use crate::spec::sn::message_type::MESSAGE_TYPES;
use crate::spec::sn::return_code::RETURN_CODES;
use crate::spec::unit::UNITS;
use crate::spec::{Field, Sender, Severity, Version};

/// The names of a field's values.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// A name may stand for several numbers: a reason code of 5.0 and a return code before it.
    numbers: Vec<(i128, &'static str)>,
    /// The texts that there are.
    texts: Vec<&'static str>,
}

impl Names {
    pub(super) const NONE: Self = Self { numbers: Vec::new(), texts: Vec::new() };

    /// The numbers of a name, in any case of letters.
    pub(super) fn numbers(&self, name: &str) -> Vec<i128> {
        let named = self.numbers.iter().filter(|(_, n)| n.eq_ignore_ascii_case(name));
        let mut numbers: Vec<i128> = named.map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The text of this spelling, in any case of letters; `None` where there is none such.
    pub(super) fn text(&self, text: &str) -> Option<&'static str> {
        self.texts.iter().find(|known| known.eq_ignore_ascii_case(text)).copied()
    }

    /// Whether only some texts are possible.
    pub(super) fn are_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// All names.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        self.numbers.iter().map(|(_, name)| *name).chain(self.texts.iter().copied())
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.add(other.numbers.iter().copied());
    }

    /// Adds names to those that are there.
    pub(super) fn add(&mut self, rows: impl IntoIterator<Item = (impl Into<i128>, &'static str)>) {
        for (number, name) in rows {
            let row = (number.into(), name);
            if !self.numbers.contains(&row) {
                self.numbers.push(row);
            }
        }
    }

    fn numbered(rows: impl IntoIterator<Item = (impl Into<i128>, &'static str)>) -> Self {
        let numbers = rows.into_iter().map(|(number, name)| (number.into(), name)).collect();
        Self { numbers, texts: Vec::new() }
    }

    fn texts(rows: impl IntoIterator<Item = &'static str>) -> Self {
        Self { numbers: Vec::new(), texts: rows.into_iter().collect() }
    }
}

/// The names of the values of a field of the tables.
pub(super) fn of(field: Field, info: &'static FieldInfo) -> Names {
    match (field, info.meaning) {
        (Field::PACKET_TYPE, _) => packet_types(),
        (Field::PROTOCOL_LEVEL, _) => versions(),
        (Field::SN_TYPE, _) => {
            Names::numbered(MESSAGE_TYPES.iter().map(|row| (row.value, row.name)))
        }
        (Field::SN_RETURN_CODE, _) => {
            Names::numbered(RETURN_CODES.iter().map(|row| (row.code, row.name)))
        }
        (_, Meaning::Values(rows)) => Names::numbered(rows.iter().map(|row| (row.0, row.1))),
        _ if info.kind == Kind::Code => reason_codes(),
        _ => Names::NONE,
    }
}

/// The standard's names of the packet types, and Wireshark's.
pub(super) fn packet_types() -> Names {
    let standard = (0..16).map(|value| (value, PacketType(value).name()));
    Names::numbered(standard.chain((0..).zip(super::wireshark::PACKET_TYPES)))
}

/// The names of all codes. What 3.1 and 3.1.1 call by longer names goes by those of 5.0 as well.
pub(super) fn reason_codes() -> Names {
    let v5 = REASONS.iter().map(|row| (row.code, row.name));
    let v3 = RETURN_CODES_V3.iter().map(|row| (row.code, row.name));
    // `Connection Refused, not authorized` is 5.0's `Not authorized`.
    let short = RETURN_CODES_V3.iter().filter_map(|row| {
        let (_, reason) = row.name.split_once(", ")?;
        Some((row.code, reason))
    });
    let mut names = Names::numbered(v5.chain(v3).chain(short));
    names.numbers.sort_unstable();
    names.numbers.dedup();
    names
}

pub(super) fn property_ids() -> Names {
    Names::numbered(PROPERTIES.iter().map(|row| (row.id, row.name)))
}

/// Protocol levels by the names of their versions. `5` is a level and a version.
pub(super) fn versions() -> Names {
    Names::numbered(
        Version::ALL.into_iter().zip(3_u8..).map(|(version, level)| (level, version.name())),
    )
}

pub(super) fn version_names() -> Names {
    let mqtt = Version::ALL.into_iter().chain([Version::Sn12]);
    Names::texts(mqtt.map(Version::name))
}

pub(super) fn severities() -> Names {
    let all = [Severity::Note, Severity::Warning, Severity::Error];
    Names::numbered(all.into_iter().map(|severity| (severity as u8, severity.name())))
}

pub(super) fn senders() -> Names {
    let names = [Sender::Client, Sender::Server].map(Sender::name);
    Names::texts(names.into_iter().chain([Sender::Server.name_in(Version::Sn12)]))
}

pub(super) fn rules() -> Names {
    Names::texts(RULES.iter().map(|row| row.id))
}

/// What the records of all kinds are called.
pub(super) fn types() -> Names {
    let mqtt = (0..16).map(|value| PacketType(value).name());
    let sn = MESSAGE_TYPES.iter().map(|row| row.name);
    let mut names: Vec<_> =
        mqtt.chain(sn).chain(UNITS.iter().map(|row| row.name)).chain(["UNDECODED"]).collect();
    names.sort_unstable();
    names.dedup();
    Names::texts(names)
}
