//! What was found at a place of a packet.

use crate::bytes::Span;
use crate::spec::field::{Context, Kind};
use crate::spec::rule::RuleInfo;
use crate::spec::{Field, PacketSet, PacketType, Rule, Severity, Version, reason};
use crate::text;
use std::fmt::Write;

/// A rule that a packet breaks, or a note on it, with the place and the values.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::{Rule, Version};
///
/// // A PUBLISH whose QoS is 3.
/// let mut tape = Tape::new();
/// decode(b"\x36\x05\0\x01a\0\x07", Reading { version: Version::V5, sender: None }, &mut tape);
/// assert_eq!(tape.findings()[0].rule, Rule::QOS_3);
/// ```
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
    #[doc(hidden)]
    pub const fn new(rule: Rule, span: Span, field: Field) -> Self {
        Self { rule, span, field, limit: Field::INPUT, a: 0, b: 0 }
    }

    /// The same with the numbers of its sentence.
    #[must_use]
    #[doc(hidden)]
    pub const fn with(mut self, a: u64, b: u64) -> Self {
        self.a = a;
        self.b = b;
        self
    }

    /// The same with the length field that set the limit.
    #[must_use]
    pub(crate) const fn limited_by(mut self, limit: Field) -> Self {
        self.limit = limit;
        self
    }

    /// The row of the table of rules.
    #[must_use]
    #[doc(hidden)]
    pub fn info(&self) -> &'static RuleInfo {
        self.rule.info()
    }

    /// Section and normative statements of the standard that the packet is read by: those of the
    /// rule or, where they depend on the packet, of the codes or the property concerned. Either may
    /// be empty.
    ///
    /// ```
    /// # use mqttscope::annotate::{Tape, view};
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let (bytes, mut tape) = (b"\x36\x05\0\x01a\0\x07", Tape::new());
    /// # decode(bytes, Reading { version: Version::V5, sender: None }, &mut tape);
    /// # let context = view::context(bytes, &tape, Version::V5, None);
    /// assert_eq!(tape.findings()[0].source(&context), ("3.3.1.2", "MQTT-3.3.1-4"));
    /// ```
    #[must_use]
    pub fn source(&self, context: &Context) -> (&'static str, &'static str) {
        let version = if context.version.is_v5() { Version::V5 } else { Version::V311 };
        let kind = context.packet_type();
        let own = match self.rule {
            Rule::REASON_CODE | Rule::REASON_CODE_SENDER | Rule::RETURN_CODE => {
                reason::code_table(kind, version).map(|row| (row.section, row.statements))
            }
            Rule::PROPERTY_REPEATED | Rule::PROPERTY_RANGE | Rule::PROPERTY_SENDER => {
                let places = [PacketSet::of(&[kind]), PacketSet::WILL];
                let info = self.field.as_property();
                let statements = info.map_or("", |info| match self.rule {
                    Rule::PROPERTY_RANGE => info.range_statement,
                    Rule::PROPERTY_SENDER => info.only_from.map_or("", |(.., says)| says),
                    _ => "",
                });
                info.and_then(|info| places.into_iter().find_map(|place| info.place(place)))
                    .map(|place| (place.section, statements))
            }
            Rule::TOPIC_WILDCARD if self.field.as_property().is_some() => {
                Some(("3.3.2.3.5", "MQTT-3.3.2-14"))
            }
            Rule::HEADER_FLAGS => kind.flags_source(version),
            rule => {
                rule.of_sender(context.sender).map(|statement| (rule.info().section_v5, statement))
            }
        };
        let info = self.info();
        own.unwrap_or(info.place(context.version))
    }

    /// How grave it is.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Severity, Version};
    /// # let mut tape = Tape::new();
    /// # decode(b"\x36\x05\0\x01a\0\x07", Reading { version: Version::V5, sender: None }, &mut tape);
    /// assert_eq!(tape.findings()[0].severity(), Severity::Error);
    /// ```
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.info().severity
    }

    /// The sentence, filled in.
    ///
    /// ```
    /// # use mqttscope::annotate::{Tape, view};
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let (bytes, mut tape) = (b"\x36\x05\0\x01a\0\x07", Tape::new());
    /// # decode(bytes, Reading { version: Version::V5, sender: None }, &mut tape);
    /// # let context = view::context(bytes, &tape, Version::V5, None);
    /// assert_eq!(tape.findings()[0].message(&context), "QoS 3 does not exist");
    /// ```
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
            ("packet", _) => write!(out, "{}", context.type_name()),
            ("version", _) => write!(out, "{}", context.version),
            ("other", _) => write!(out, "{}", other_version(context.version)),
            ("sender", _) => {
                let name = context.sender.map(|sender| sender.name_in(context.version));
                write!(out, "{}", name.unwrap_or("peer"))
            }
            ("place", _) => write!(out, "{}", place_name(self.a, context.packet_type())),
            (_, "bytes") => write!(out, "{}", text::count(value, "byte")),
            (_, "need") => {
                // Of a number that goes on behind its bytes nothing was taken: they are there.
                let bytes = u64::from(self.span.len >> 3);
                let has_begun = self.field.kind() == Kind::VarInt && bytes > 0;
                let noun = if has_begun { "more byte" } else { "byte" };
                write!(out, "{}", text::count(value, noun))
            }
            (_, "time") => write!(out, "{}", text::duration(value)),
            (_, "code") => write!(out, "{value:04X}"),
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

#[cfg(test)]
mod tests {
    use super::Finding;
    use crate::annotate::{Tape, view};
    use crate::bytes::Span;
    use crate::mqtt::{Reading, decode};
    use crate::spec::{Field, Rule, Sender, Version};

    /// The rule, section and statements of the first finding on these bytes.
    fn source(bytes: &[u8], version: Version) -> (&'static str, &'static str, &'static str) {
        let mut tape = Tape::new();
        let decoded = decode(bytes, Reading { version, sender: None }, &mut tape);
        let context = view::context(bytes, &tape, decoded.version, None);
        let finding = tape.findings().first().unwrap();
        let (section, statements) = finding.source(&context);
        (finding.info().id, section, statements)
    }

    #[test]
    fn a_code_is_judged_by_the_table_of_its_packet() {
        let v311 = Version::V311;
        assert_eq!(source(&[0x20, 2, 0, 9], v311).1, "3.2.2.3");
        let suback = source(&[0x90, 3, 0, 1, 3], v311);
        assert_eq!(suback, ("return-code", "3.9.3", "MQTT-3.9.3-1 MQTT-3.9.3-2"));
        let puback = source(&[0x40, 3, 0, 1, 1], Version::V5);
        assert_eq!(puback, ("reason-code", "3.4.2.1", "MQTT-3.4.2-1"));
    }

    #[test]
    fn the_standard_contradicts_itself_on_0x8c_in_disconnect() {
        let found = source(&[0xe0, 1, 0x8c], Version::V5);
        assert_eq!(found, ("reason-code-disputed", "2.4", ""));
    }

    #[test]
    fn a_value_of_a_property_is_judged_by_the_section_of_the_property() {
        let connack = source(&[0x20, 6, 0, 0, 3, 0x21, 0, 0], Version::V5);
        assert_eq!(connack, ("property-range", "3.2.2.3.3", ""));
    }

    #[test]
    fn a_limit_is_broken_by_the_side_that_sends() {
        let (bytes, mut tape) = ([0x30, 4, 0, 1, b'a', 0], Tape::new());
        let version =
            decode(&bytes, Reading { version: Version::V5, sender: None }, &mut tape).version;
        for (rule, by_client, by_server) in [
            (Rule::PACKET_ABOVE_MAXIMUM, "MQTT-3.2.2-15", "MQTT-3.1.2-24"),
            (Rule::ALIAS_ABOVE_MAXIMUM, "MQTT-3.3.2-9", "MQTT-3.3.2-11"),
            (Rule::RECEIVE_MAXIMUM_EXCEEDED, "MQTT-3.3.4-7", "MQTT-3.3.4-9"),
        ] {
            for (sender, statement) in [(Sender::Client, by_client), (Sender::Server, by_server)] {
                let context = view::context(&bytes, &tape, version, Some(sender));
                let finding = Finding::new(rule, Span::of_bytes(0, 1), Field::INPUT);
                assert_eq!(finding.source(&context).1, statement);
            }
        }
    }

    #[test]
    fn who_names_no_filter_breaks_the_rule_of_the_own_packet() {
        for (first, five, three) in
            [(0x82, "MQTT-3.8.3-2", "MQTT-3.8.3-3"), (0xa2, "MQTT-3.10.3-2", "MQTT-3.10.3-2")]
        {
            assert_eq!(source(&[first, 3, 0, 1, 0], Version::V5).2, five);
            assert_eq!(source(&[first, 2, 0, 1], Version::V311).2, three);
        }
    }
}
