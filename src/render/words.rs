//! A row in words: its name, its value, what the value does, and where the standard says so.

use crate::annotate::view::Row;
use crate::spec::field::{Context, Kind, Meaning, SHARE};
use crate::spec::property::{PropertyInfo, Unit, Wire};
use crate::spec::sn::{MessageType, return_code};
use crate::spec::{Field, PacketType, PropertyId, Version, reason};
use crate::text::{self, Out};
use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The name of the row's field.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// # use mqttscope::{annotate::view, render::words};
/// read("40 02 00 07", |record| {
///     let id = view::rows(record.tape, record.bytes, false).last().unwrap();
///     assert_eq!(words::name(&id, &record.context()), "Packet Identifier");
/// });
/// ```
#[must_use]
pub fn name(row: &Row<'_>, context: &Context) -> &'static str {
    match row.field {
        Field::VALUE if row.whole.kind() == Kind::Data => "Data",
        Field::VALUE if row.whole.kind() == Kind::Text => "Text",
        field => field.label(context.version),
    }
}

/// The name of the row's field; behind that of a property stands its identifier.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     let mut settings = PastedSettings::default();
/// #     settings.inspection.version = Some(mqttscope::spec::Version::V5);
/// #     read_paste(&pasted, settings, Each(each));
/// # }
/// # use mqttscope::{annotate::view, render::words, spec::PropertyId};
/// // A CONNACK with Receive Maximum 10.
/// read("20 06 00 00 03 21 00 0a", |record| {
///     let maximum = view::rows(record.tape, record.bytes, false).last().unwrap();
///     assert_eq!(words::label(&maximum, &record.context()), "Receive Maximum (0x21)");
/// });
/// ```
#[must_use]
pub fn label(row: &Row<'_>, context: &Context) -> String {
    text::text(|out| add_label(row, context, out))
}

/// Adds what [`label`] returns.
pub(crate) fn add_label(row: &Row<'_>, context: &Context, out: &mut impl Out) {
    out.push_str(name(row, context));
    if let Some(info) = row.field.as_property() {
        out.push_str(" (0x");
        text::add::hex(info.id, out);
        out.push(')');
    }
}

/// The value for people, at most about `limit` characters of it; empty for a group.
///
/// Text is escaped and stands between double quotes.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// # use mqttscope::{annotate::view, render::words};
/// read("30 07 00 01 61 32 31 2e 35", |record| {
///     let payload = view::rows(record.tape, record.bytes, false).last().unwrap();
///     assert!(words::value(&payload, &record.context(), 80).starts_with("\"21.5\""));
/// });
/// ```
#[must_use]
pub fn value(row: &Row<'_>, context: &Context, limit: usize) -> String {
    text::text(|out| add_value(row, context, limit, out))
}

/// Adds what [`value`] returns.
pub(crate) fn add_value(row: &Row<'_>, context: &Context, limit: usize, out: &mut impl Out) {
    if row.is_group {
        return;
    }
    match row.field.kind() {
        Kind::Group => {}
        Kind::Flag | Kind::Digits => text::add::digits(row.number, out),
        Kind::Bits | Kind::Reserved => bits(row, context, out),
        Kind::Number(unit) => {
            // The number of a property, shown as a part of it, counts what the property does.
            let whole = row.whole.as_property().filter(|_| row.field == Field::NUMBER);
            with_unit(row.number, whole.map_or(unit, |info| info.unit), out);
        }
        Kind::VarInt => varint(row, out),
        Kind::Code => code(row, context, out),
        Kind::Undecoded => text::add::count(row.bytes.len() as u64, "byte", out),
        Kind::Text | Kind::Property(Wire::Utf8) => {
            add_quoted(row.content(), limit, out);
            length(row, out);
        }
        Kind::Data | Kind::Property(Wire::Binary) => {
            add_bytes(row.content(), limit, out);
            length(row, out);
        }
        Kind::Tail => add_quoted(row.content(), limit, out),
        Kind::Rest => add_bytes(row.content(), limit, out),
        Kind::Hex => add_hex(row.content(), limit, out),
        Kind::Address => out.push_str(&address(row.content())),
        Kind::Line | Kind::HeaderLine if row.content().is_empty() => {}
        Kind::Line | Kind::HeaderLine => add_quoted(row.content(), limit, out),
        Kind::Property(Wire::Pair) => pair(row, limit, out),
        Kind::Property(_) => {
            let unit = row.field.as_property().map_or(Unit::None, |info| info.unit);
            with_unit(row.number, unit, out);
        }
    }
}

/// What the value does to the conversation; empty where that is nothing beyond the value.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// # use mqttscope::{annotate::view, render::words, spec::Field};
/// read("31 03 00 01 61", |record| {
///     let mut rows = view::rows(record.tape, record.bytes, false);
///     let retain = rows.find(|row| row.field == Field::RETAIN).unwrap();
///     assert!(!words::meaning(&retain, &record.context()).is_empty());
/// });
/// ```
#[must_use]
pub fn meaning(row: &Row<'_>, context: &Context) -> Cow<'static, str> {
    if row.is_group {
        return Cow::default();
    }
    if row.field != row.whole {
        return part_meaning(row);
    }
    if let Some(info) = row.field.as_property() {
        let number = is_number(info).then(|| u32::try_from(row.number).unwrap_or(u32::MAX));
        return info.meaning(row.place(context), number).into();
    }
    let field_bytes = row.bytes.len() as u64;
    let is_shared = row.field == Field::TOPIC_FILTER && row.content().starts_with(SHARE);
    let context = Context { field_bytes, index: row.index, is_shared, ..*context };
    match row.field.info().map_or(Meaning::None, |info| info.meaning) {
        Meaning::None => Cow::default(),
        Meaning::Always(words) => words.into(),
        Meaning::Bit(zero, one) => if row.number == 0 { zero } else { one }.into(),
        Meaning::Values(rows) => named(rows, row.number)
            .map(|(name, clause)| format!("{name}: {clause}").into())
            .unwrap_or_default(),
        Meaning::Computed(words) => words(&context, row.number),
    }
}

/// The section and the normative statements that the field comes from, in the packet's version.
#[must_use]
pub(crate) fn spec(row: &Row<'_>, context: &Context) -> (&'static str, &'static str) {
    // What the reserved flags must be is said of each packet type by itself, too.
    let own = || context.packet_type().flags_source(context.version);
    if row.field == Field::HEADER_RESERVED
        && let Some(source) = own()
    {
        return source;
    }
    if let Some(info) = row.field.as_property() {
        return info.place(row.place(context)).map_or(("", ""), |p| (p.section, p.statements));
    }
    match (row.field.info(), context.version.is_v5()) {
        (None, _) => ("", ""),
        (Some(info), true) => (info.section_v5, info.statements_v5),
        (Some(info), false) => (info.section_v311, info.statements_v311),
    }
}

/// The standard and section that the field comes from where that is not MQTT's; else empty.
#[must_use]
pub(crate) fn elsewhere(row: &Row<'_>) -> &'static str {
    row.field.info().map_or("", |info| info.elsewhere)
}

/// The values that the standard allows, in words; empty where that is not said.
#[must_use]
pub(crate) fn allowed(row: &Row<'_>, context: &Context) -> String {
    if let Some(info) = row.field.as_property() {
        return allowed_in_property(info);
    }
    match row.field.info() {
        Some(info) if info.kind == Kind::Code && info.allowed.is_empty() => {
            let codes: Vec<String> = reason::defined(context.packet_type())
                .map(|info| format!("0x{:02x}", info.code))
                .collect();
            codes.join(" ")
        }
        Some(info) => info.allowed.into(),
        None => String::new(),
    }
}

fn allowed_in_property(info: &PropertyInfo) -> String {
    match info.wire {
        Wire::Utf8 => "text, up to 65,535 bytes".into(),
        Wire::Binary => "any bytes, up to 65,535".into(),
        Wire::Pair => "a name and a value, both text; may be repeated".into(),
        _ => format!("{} to {}", text::number(info.min.into()), text::number(info.max.into())),
    }
}

fn is_number(info: &PropertyInfo) -> bool {
    matches!(info.wire, Wire::Byte | Wire::U16 | Wire::U32 | Wire::VarInt)
}

fn part_meaning(row: &Row<'_>) -> Cow<'static, str> {
    match row.field {
        Field::LENGTH => "bytes of what follows".into(),
        Field::PROPERTY_ID => "says which property this is, and so how its value reads".into(),
        _ => Cow::default(),
    }
}

fn bits(row: &Row<'_>, context: &Context, out: &mut impl Out) {
    match row.field {
        Field::PACKET_TYPE => {
            out.push_str(context.packet_type().name());
            out.push_str(" (");
            text::add::digits(row.number, out);
            out.push(')');
        }
        Field::SN_TYPE => {
            let kind = MessageType(u8::try_from(row.number).unwrap_or_default());
            // Writing to a String does not fail.
            let _ = write!(out, "{kind} (0x{:02x})", row.number);
        }
        _ => text::add::digits(row.number, out),
    }
}

fn with_unit(number: u64, unit: Unit, out: &mut impl Out) {
    let words = match unit {
        Unit::None => return text::add::digits(number, out),
        Unit::Seconds => {
            text::add::number(number, out);
            out.push_str(" s");
            // The standard's "never" (5.0: section 3.1.2.11.2) is no time.
            text::seconds(number).filter(|_| number != u64::from(u32::MAX))
        }
        Unit::Bytes => {
            text::add::count(number, "byte", out);
            text::size(number)
        }
    };
    if let Some(words) = words {
        out.push_str(" (");
        out.push_str(&words);
        out.push(')');
    }
}

fn varint(row: &Row<'_>, out: &mut impl Out) {
    // Writing to a String does not fail.
    let _ = match row.field {
        Field::PROPERTY_ID => {
            let name = u32::try_from(row.number).map(|id| PropertyId(id).name());
            write!(out, "0x{:02x} {}", row.number, name.unwrap_or_default())
        }
        Field::UNKNOWN_PROPERTY => write!(out, "0x{:02x}", row.number),
        _ => return text::add::number(row.number, out),
    };
}

/// A code with its name: `0x87 Not authorized`; before 5.0 codes are written in decimal.
fn code(row: &Row<'_>, context: &Context, out: &mut impl Out) {
    let code = u8::try_from(row.number).unwrap_or_default();
    if context.version == Version::Sn12 || context.version.is_v5() || code >= 0x80 {
        out.push_str("0x");
        text::add::hex(code, out);
    } else {
        text::add::digits(code.into(), out);
    }
    out.push(' ');
    out.push_str(code_name(context.packet_type(), context.version, code));
    let has_many = [PacketType::SUBACK, PacketType::UNSUBACK].contains(&context.packet_type());
    if has_many && context.version != Version::Sn12 {
        out.push_str(" (filter ");
        text::add::digits(u64::from(row.index).saturating_add(1), out);
        out.push(')');
    }
}

/// The name of a code in a packet of this type; what another packet type calls it, where this one has no
/// such code; or that nobody knows it.
#[must_use]
pub(crate) fn code_name(kind: PacketType, version: Version, code: u8) -> &'static str {
    if version == Version::Sn12 {
        return return_code::return_code(code).map_or("reserved", |info| info.name);
    }
    let info = match version.is_v5() {
        true => reason::reason(kind, code),
        false => reason::return_code_v3(kind, code, version),
    };
    let other = || reason::code_name(code).filter(|_| version.is_v5());
    info.map(|info| info.name).or_else(other).unwrap_or("unknown")
}

/// A User Property, and how long its two texts are.
fn pair(row: &Row<'_>, limit: usize, out: &mut impl Out) {
    let (name, value) = row.pair().unwrap_or_default();
    add_quoted(name, limit, out);
    out.push_str(" = ");
    add_quoted(value, limit, out);
    // Writing to a String does not fail.
    let _ = write!(out, " ({} + {} bytes)", name.len(), value.len());
}

/// Adds what the two bytes of length before a value say.
fn length(row: &Row<'_>, out: &mut impl Out) {
    out.push_str(" (");
    text::add::count(row.content().len() as u64, "byte", out);
    out.push(')');
}

/// Bytes that may be text: between quotes if a person can read it, as hex digits if not.
#[must_use]
#[doc(hidden)]
pub fn bytes(bytes: &[u8], limit: usize) -> String {
    text::text(|out| add_bytes(bytes, limit, out))
}

/// Adds what [`bytes`] returns.
pub(crate) fn add_bytes(bytes: &[u8], limit: usize, out: &mut impl Out) {
    match bytes {
        [] => out.push_str("empty"),
        // All that is printable is readable, and nearly all that is readable is printable.
        _ if bytes.len() <= limit && out.push_quoted(bytes) => {}
        _ if text::is_readable(bytes) => add_quoted(bytes, limit, out),
        _ => add_hex(bytes, limit, out),
    }
}

fn add_hex(bytes: &[u8], limit: usize, out: &mut impl Out) {
    let shown = bytes.get(..limit >> 1).unwrap_or(bytes);
    out.push_str("0x");
    out.push_str(&hex::encode(shown));
    add_rest(bytes.len().saturating_sub(shown.len()), out);
}

/// An address of IPv4 or IPv6, in the usual form.
#[must_use]
#[doc(hidden)]
pub fn address(bytes: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(v4).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(v6) => Ipv6Addr::from(v6).to_string(),
        Err(_) => text::text(|out| add_hex(bytes, usize::MAX, out)),
    }
}

/// Text between double quotes, escaped.
///
/// ```
/// # use mqttscope::render::words;
/// assert_eq!(words::quoted(b"a\x1b", 80), r#""a\x1b""#);
/// ```
#[must_use]
pub fn quoted(bytes: &[u8], limit: usize) -> String {
    text::text(|out| add_quoted(bytes, limit, out))
}

/// Adds what [`quoted`] returns.
#[inline]
pub(crate) fn add_quoted(bytes: &[u8], limit: usize, out: &mut impl Out) {
    if bytes.len() <= limit {
        out.push('"');
        text::add::escaped(bytes, out);
        return out.push('"');
    }
    add_beginning(bytes, limit, out);
}

/// The same of a text that is too long.
fn add_beginning(bytes: &[u8], limit: usize, out: &mut impl Out) {
    let shown = bytes.get(..floor_char(bytes, limit)).unwrap_or(bytes);
    out.push('"');
    text::add::escaped(shown, out);
    out.push('"');
    add_rest(bytes.len().saturating_sub(shown.len()), out);
}

/// The largest cut at most `limit` that does not split a character.
fn floor_char(bytes: &[u8], limit: usize) -> usize {
    let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut cut = limit;
    while cut > limit.saturating_sub(3) && is_inside(cut) {
        cut = cut.saturating_sub(1);
    }
    cut
}

fn add_rest(left: usize, out: &mut impl Out) {
    if left > 0 {
        out.push_str(" … and ");
        text::add::count(left as u64, "byte", out);
        out.push_str(" more");
    }
}

fn named(
    rows: &'static [(u64, &'static str, &'static str)],
    value: u64,
) -> Option<(&'static str, &'static str)> {
    rows.iter().find(|row| row.0 == value).map(|row| (row.1, row.2))
}

/// A sentence whose places to fill are named: `Topic Alias <a>`.
#[must_use]
pub(crate) fn template(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, tail) = after.split_once('}').unwrap_or((after, ""));
        let name = place.split(':').next().unwrap_or(place);
        out.push_str(before);
        out.push_str(match name {
            "a" => "<n>",
            "b" => "<m>",
            "field" => "<field>",
            "limit" => "<length field>",
            "packet" => "<packet>",
            "version" | "other" => "<version>",
            "sender" => "<sender>",
            _ => "<place>",
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}
