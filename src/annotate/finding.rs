//! What was found at a place of a packet.

use crate::bytes::Span;
use crate::spec::field::Context;
use crate::spec::rule::RuleInfo;
use crate::spec::{Field, PacketSet, PacketType, Rule, Severity, Version};
use crate::text;
use std::fmt::Write;

/// A rule that a packet breaks, or a note on it, with the place and the values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// The row of the table.
    pub rule: Rule,
    /// The bits concerned.
    pub span: Span,
    /// The field concerned.
    pub field: Field,
    /// The length field that set the limit; [`Field::INPUT`] where the bytes themselves end.
    pub limit: Field,
    /// First number of the sentence.
    pub a: u64,
    /// Second number of the sentence.
    pub b: u64,
}

impl Finding {
    /// A finding without numbers.
    #[must_use]
    pub const fn new(rule: Rule, span: Span, field: Field) -> Self {
        Self { rule, span, field, limit: Field::INPUT, a: 0, b: 0 }
    }

    /// The same with the numbers of its sentence.
    #[must_use]
    pub const fn with(mut self, a: u64, b: u64) -> Self {
        self.a = a;
        self.b = b;
        self
    }

    /// The same with the length field that set the limit.
    #[must_use]
    pub const fn limited_by(mut self, limit: Field) -> Self {
        self.limit = limit;
        self
    }

    /// The row of the table of rules.
    #[must_use]
    pub fn info(&self) -> &'static RuleInfo {
        self.rule.info()
    }

    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.info().severity
    }

    /// The sentence, filled in.
    #[must_use]
    pub fn message(&self, context: &Context) -> String {
        let mut out = String::new();
        let mut rest = self.info().message;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (place, tail) = after.split_once('}').unwrap_or((after, ""));
            self.fill(place, context, &mut out);
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    fn fill(&self, place: &str, context: &Context, out: &mut String) {
        let (name, form) = place.split_once(':').unwrap_or((place, ""));
        let value = if name == "b" { self.b } else { self.a };
        // Writing to a String does not fail.
        let _ = match (name, form) {
            ("field", _) => write!(out, "{}", self.field.label(context.version)),
            ("limit", _) => write!(out, "{}", self.limit.label(context.version)),
            ("packet", _) => write!(out, "{}", context.packet_type()),
            ("version", _) => write!(out, "{}", context.version),
            ("other", _) => write!(out, "{}", other_version(context.version)),
            ("sender", _) => write!(out, "{}", context.sender.map_or("peer", |s| s.name())),
            ("place", _) => write!(out, "{}", place_name(self.a, context.packet_type())),
            (_, "bytes") => write!(out, "{}", text::count(value, "byte")),
            (_, "time") => write!(out, "{}", text::duration(value)),
            (_, "hex") => write!(out, "0x{value:02x}"),
            (_, "char") => {
                write!(out, "{}", char::from(u8::try_from(value).unwrap_or(b'?')))
            }
            _ => write!(out, "{}", text::number(value)),
        };
    }
}

/// The version that the other reading of a packet without CONNECT has.
fn other_version(version: Version) -> Version {
    if version.is_v5() { Version::V311 } else { Version::V5 }
}

/// Where a property stands: `a` of the finding is 1 for the Will Properties.
fn place_name(in_will: u64, packet: PacketType) -> &'static str {
    if in_will == 1 { PacketSet::WILL.names().next().unwrap_or_default() } else { packet.name() }
}
