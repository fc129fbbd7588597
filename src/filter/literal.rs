//! Values as they stand in the text of a filter, read as the type of the field that they are
//! compared with.

use super::arithmetic;
use super::error::FilterError;
use super::plan::Network;
use super::syntax::{At, Operand};
use super::table::FieldRow;
use super::value::{Type, Value};
use crate::text::nearest;
use jiff::civil;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::net::IpAddr;

/// What values are compared with.
#[derive(Clone, Debug)]
pub(super) enum Constant {
    Value(Value<'static>),
    /// The numbers that a name stands for.
    Numbers(Vec<i128>),
    Network(Network),
}

/// The field, or what is made of one, that a value is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Against {
    pub(super) kind: Type,
    /// The field itself, where nothing is made of it.
    pub(super) row: Option<&'static FieldRow>,
    /// Whether the value has to be one of those that there are.
    pub(super) is_whole: bool,
}

/// The word, or the text in quotes, of a value.
#[derive(Clone, Copy)]
struct Text<'t> {
    bytes: &'t [u8],
    is_quoted: bool,
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }
}

/// Reads a value.
pub(super) fn constant(operand: &At<Operand>, against: Against) -> Result<Constant, FilterError> {
    let byte;
    let text = match &operand.node {
        Operand::Word(word) => Text { bytes: word.as_bytes(), is_quoted: false },
        Operand::Quoted(quoted) => {
            if let Some(at) = &quoted.unknown_escape {
                let message = "there is no such escape";
                return Err(FilterError::new(at.clone(), message).hint(
                    "a backslash is written as two, or the text as r\"...\", where it means itself",
                ));
            }
            Text { bytes: &quoted.bytes, is_quoted: true }
        }
        Operand::Char(value) => {
            if against.kind == Type::Number {
                return Ok(Constant::Value(Value::number(*value)));
            }
            byte = [*value];
            Text { bytes: &byte, is_quoted: true }
        }
        Operand::Arithmetic(left, operator, right) => {
            let folded = arithmetic::folded(left, *operator, right, &operand.at, against.kind)?;
            return Ok(Constant::Value(folded));
        }
        _ => return Err(FilterError::new(operand.at.clone(), "a value is expected here")),
    };
    read(text, against).map_err(|(message, hint)| {
        let error = FilterError::new(operand.at.clone(), message);
        if hint.is_empty() { error } else { error.hint(hint) }
    })
}

/// A value, or what is wrong with it and what would be right.
type Reading = Result<Constant, (String, String)>;

fn read(text: Text<'_>, against: Against) -> Reading {
    let shown = || crate::text::Escaped(text.bytes).to_string();
    let name = against.row.map_or("what stands before it", |row| row.key);
    let wrong = |is: &str, hint: &str| {
        Err((format!("{name} is {is}, and {} is none", shown()), hint.to_owned()))
    };
    match against.kind {
        Type::Presence => Err((
            format!("{name} has no value to compare with: it is there or not"),
            format!("alone, {name} is true where it is there"),
        )),
        Type::Flag => match text.as_str().to_ascii_lowercase().as_str() {
            "1" | "true" | "set" | "yes" => value(Value::Number(1)),
            "0" | "false" | "not set" | "no" => value(Value::Number(0)),
            _ => wrong("a flag", "a flag is 0 or 1, also written as false or true"),
        },
        Type::Number => named_number(text, against),
        Type::Text => named_text(text, against),
        Type::Bytes if text.is_quoted => value(owned_bytes(text.bytes)),
        Type::Bytes => match bytes(text.as_str()) {
            Some(bytes) => value(owned_bytes(&bytes)),
            None => wrong(
                "bytes",
                "bytes are written as hex digits, 10:2f or 102f, or as text in quotes",
            ),
        },
        Type::Time => match time(text.as_str()) {
            Some(nanos) => value(Value::Number(nanos)),
            None => wrong(
                "a time",
                "a time is written as \"2026-01-31 12:00:00.5\", in local time, or with Z or +01:00 behind it, or as frame.time is shown",
            ),
        },
        Type::Duration => match seconds(text.as_str()).or_else(|| time(text.as_str())) {
            Some(nanos) => value(Value::Number(nanos)),
            None => wrong("a number of seconds", "written as 1.5, or with a unit: 20ms, 150us"),
        },
        Type::Ipv4 | Type::Ipv6 | Type::Address => address(text.as_str(), against.kind)
            .map_or_else(
                || {
                    wrong(
                        &format!("an {}", against.kind.name()),
                        "written as 10.0.0.1, 10.0.0.0/8, fe80::1 or fe80::/10",
                    )
                },
                Ok,
            ),
        Type::Any => value(any(text)),
    }
}

fn value(value: Value<'static>) -> Reading {
    Ok(Constant::Value(value))
}

fn owned_bytes(bytes: &[u8]) -> Value<'static> {
    Value::Bytes(Cow::Owned(bytes.to_vec()))
}

fn owned_text(text: &[u8]) -> Value<'static> {
    Value::Text(Cow::Owned(text.to_vec()))
}

fn named_number(text: Text<'_>, against: Against) -> Reading {
    let name = against.row.map_or("what stands before it", |row| row.key);
    let shown = crate::text::Escaped(text.bytes).to_string();
    let numbers = against.row.map(|row| row.names.numbers(text.as_str())).unwrap_or_default();
    if !numbers.is_empty() {
        return Ok(match numbers.as_slice() {
            [only] => Constant::Value(Value::Number(*only)),
            _ => Constant::Numbers(numbers),
        });
    }
    match number(text.as_str()) {
        Some(number) if !text.is_quoted => {
            let most = against.row.filter(|_| against.is_whole).and_then(FieldRow::largest);
            return match most.filter(|most| !(0..=*most).contains(&number)) {
                Some(most) => Err((format!("{name} is 0 to {most}, never {shown}"), String::new())),
                None => value(Value::Number(number)),
            };
        }
        Some(_) => {
            let message = format!("{name} is a number, and \"{shown}\" is text");
            return Err((message, format!("without quotes: {shown}")));
        }
        None => {}
    }
    let names: Vec<_> = against.row.map(|row| row.names.all().collect()).unwrap_or_default();
    if names.is_empty() {
        return Err((format!("{name} is a number, and {shown} is none"), String::new()));
    }
    let message = format!("{name} is a number, and {shown} is not the name of one");
    Err((message, among(text.as_str(), &names)))
}

fn named_text(text: Text<'_>, against: Against) -> Reading {
    let Some(row) = against.row.filter(|row| against.is_whole && row.names.are_texts()) else {
        return value(owned_text(text.bytes));
    };
    if let Some(known) = row.names.text(text.as_str()) {
        return value(owned_text(known.as_bytes()));
    }
    let names: Vec<_> = row.names.all().collect();
    let shown = crate::text::Escaped(text.bytes);
    Err((format!("{} is never \"{shown}\"", row.key), among(text.as_str(), &names)))
}

/// A similar name, or all of them where they are few.
fn among(word: &str, names: &[&'static str]) -> String {
    const FEW: usize = 8;
    match nearest(word, names.iter().copied()) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None if names.len() <= FEW => format!("there are: {}", names.join(", ")),
        None => {
            let first: Vec<_> = names.iter().take(FEW).copied().collect();
            format!("there are: {}, and {} more", first.join(", "), names.len().saturating_sub(FEW))
        }
    }
}

/// A whole number: decimal, `0x`, `0b`, and octal behind a zero, as in C.
pub(super) fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (digits.get(2..)?, 16),
        [b'0', b'b' | b'B', ..] => (digits.get(2..)?, 2),
        [b'0', _, ..] => (digits.get(1..)?, 8),
        _ => (digits, 10),
    };
    let is_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let value = i128::from_str_radix(digits, radix).ok().filter(|_| is_digits)?;
    value.checked_mul(sign)
}

/// Bytes in hex: `10:2f`, `10-2f`, `10.2f`, `102f`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    for separator in [':', '-', '.'] {
        if text.contains(separator) {
            let parts = text.split(separator);
            return parts
                .map(|part| {
                    hex::decode(if part.len() == 1 { format!("0{part}") } else { part.into() })
                })
                .map(|byte| byte.ok().filter(|byte| byte.len() == 1))
                .map(|byte| byte.and_then(|byte| byte.first().copied()))
                .collect();
        }
    }
    hex::decode(text).ok().filter(|bytes| !bytes.is_empty())
}

/// Nanoseconds of a decimal number of seconds, or of another unit behind it.
fn seconds(text: &str) -> Option<i128> {
    const UNITS: [(&str, i128); 6] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("min", 60_000_000_000),
        ("s", 1_000_000_000),
    ];
    let found = UNITS.iter().find_map(|(name, nanos)| Some((text.strip_suffix(name)?, *nanos)));
    let (digits, unit) = found.unwrap_or((text, 1_000_000_000));
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.is_empty() || digits.len() > 30 {
        return None;
    }
    let whole = whole.parse::<i128>().ok()?.checked_mul(unit)?;
    let mut part = 0_i128;
    let mut scale = unit;
    for digit in fraction.bytes() {
        scale /= 10;
        part = part.checked_add(i128::from(digit.wrapping_sub(b'0')).checked_mul(scale)?)?;
    }
    whole.checked_add(part)?.checked_mul(sign)
}

/// Nanoseconds since 1970 of a date, or of a date and a time: with an offset, or in local time.
fn time(text: &str) -> Option<i128> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_nanosecond());
    }
    if let Ok(civil) = text.parse::<civil::DateTime>() {
        let zoned = civil.to_zoned(TimeZone::system()).ok()?;
        return Some(zoned.timestamp().as_nanosecond());
    }
    shown_time(text, TimeZone::system())
}

/// `Nov 23, 2026 22:58:01.123456789 UTC`, as `frame.time` is shown. The zone may be missing; it is
/// that of this computer, UTC, or an offset.
fn shown_time(text: &str, local: TimeZone) -> Option<i128> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (date, zone) = words.split_at_checked(4)?;
    let civil = civil::DateTime::strptime("%b %d, %Y %H:%M:%S%.f", date.join(" ")).ok()?;
    let zone = match *zone {
        [] => return Some(civil.to_zoned(local).ok()?.timestamp().as_nanosecond()),
        [zone] => zone,
        _ => return None,
    };
    if matches!(zone, "UTC" | "GMT" | "Z") {
        return Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond());
    }
    // Where clocks are put back an hour comes twice: the name of the zone tells which is meant.
    let ambiguous = local.to_ambiguous_timestamp(civil);
    let both = [ambiguous.earlier().ok()?, ambiguous.later().ok()?];
    let named = both.into_iter().find(|at| local.to_offset_info(*at).abbreviation() == zone);
    named.map(|at| at.as_nanosecond())
}

fn address(text: &str, kind: Type) -> Option<Constant> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let is_ours = match kind {
        Type::Ipv4 => address.is_ipv4(),
        Type::Ipv6 => address.is_ipv6(),
        _ => true,
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    match bits {
        _ if !is_ours => None,
        Some(bits) if bits <= width => Some(Constant::Network(Network { address, bits })),
        Some(_) => None,
        None => Some(Constant::Value(Value::Address(address))),
    }
}

/// A value for JSON: a number or a word of JSON where it is one, else text.
fn any(text: Text<'_>) -> Value<'static> {
    let word = text.as_str();
    if text.is_quoted {
        return owned_text(text.bytes);
    }
    match word {
        "true" | "True" => return Value::Number(1),
        "false" | "False" => return Value::Number(0),
        _ => {}
    }
    if let Some(number) = number(word) {
        return Value::Number(number);
    }
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match word.parse::<f64>() {
        Ok(number) if is_number => Value::Float(number),
        _ => owned_text(text.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_c() {
        for (text, value) in [
            ("0", Some(0)),
            ("10", Some(10)),
            ("0x1F", Some(31)),
            ("010", Some(8)),
            ("0b101", Some(5)),
            ("-3", Some(-3)),
            ("", None),
            ("0x", None),
            ("08", None),
            ("+1", None),
            ("--1", None),
            ("1.0", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }

    #[test]
    fn bytes_take_the_separators_of_wireshark() {
        for text in ["10:2f", "10-2F", "10.2f", "102f"] {
            assert_eq!(bytes(text), Some(vec![0x10, 0x2f]), "{text}");
        }
        assert_eq!(bytes("1:2"), Some(vec![1, 2]));
        for text in ["", "1", "xy", "10:", "10:2", "10:2ff"] {
            let single = bytes(text);
            assert!(single.is_none() || text == "10:2", "{text}: {single:?}");
        }
    }

    #[test]
    fn seconds_are_exact() {
        for (text, nanos) in [
            ("1", Some(1_000_000_000)),
            ("0.000000001", Some(1)),
            ("1792847.123456789", Some(1_792_847_123_456_789)),
            ("20ms", Some(20_000_000)),
            ("1.5us", Some(1_500)),
            ("-2s", Some(-2_000_000_000)),
            ("2min", Some(120_000_000_000)),
            ("", None),
            ("ms", None),
            ("1e3", None),
        ] {
            assert_eq!(seconds(text), nanos, "{text}");
        }
    }

    #[test]
    fn times_have_an_offset_or_are_local() {
        assert_eq!(time("1970-01-01T00:00:01Z"), Some(1_000_000_000));
        assert_eq!(time("1970-01-01 01:00:01+01:00"), Some(1_000_000_000));
        assert!(time("2026-01-31").is_some() && time("2026-01-31 12:00:00.5").is_some());
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn times_are_read_as_they_are_shown() {
        let zone = |name| TimeZone::get(name).unwrap();
        // 2023-11-14 22:13:21 UTC.
        let nanos = 1_700_000_001_000_000_000;
        for (text, local, meant) in [
            ("Nov 14, 2023 22:13:21.000000000 UTC", "Europe/Berlin", Some(nanos)),
            ("Nov 15, 2023 03:43:21.000000004 IST", "Asia/Kolkata", Some(nanos + 4)),
            ("Nov 14, 2023 23:13:21", "Europe/Berlin", Some(nanos)),
            ("Nov  4, 2023 23:13:21 CET", "Europe/Berlin", Some(nanos - 10 * 86_400_000_000_000)),
            // The hour that comes twice.
            ("Oct 29, 2023 02:30:00 CEST", "Europe/Berlin", Some(1_698_539_400_000_000_000)),
            ("Oct 29, 2023 02:30:00 CET", "Europe/Berlin", Some(1_698_543_000_000_000_000)),
            ("Nov 15, 2023 03:43:21 IST", "Europe/Berlin", None),
            ("Nov 15, 2023", "UTC", None),
            ("Nov 15, 2023 03:43:21 IST more", "Asia/Kolkata", None),
        ] {
            assert_eq!(shown_time(text, zone(local)), meant, "{text}");
        }
    }
}
