//! Values as text: one way for each type.

use super::table::FieldRow;
use super::value::{Type, Value};
use crate::text::{self, Out};
use std::fmt::Display;

impl FieldRow {
    /// A value of the field as text: numbers in decimal, bytes in hex, times in the local zone, spans of time in
    /// seconds. Text comes as it is, with what is not UTF-8 replaced: whoever shows it has to escape
    /// it.
    #[must_use]
    #[doc(hidden)]
    pub fn shown(&self, value: &Value<'_>) -> String {
        shown(value, self.kind)
    }

    /// The same with times as RFC 3339 has them, in UTC: `2026-11-23T22:58:01.123456789Z`.
    #[must_use]
    pub(crate) fn shown_in_utc(&self, value: &Value<'_>) -> String {
        let time = match value {
            Value::Number(nanos) if self.kind == Type::Time => {
                jiff::Timestamp::from_nanosecond(*nanos).ok()
            }
            _ => None,
        };
        time.map_or_else(|| self.shown(value), |time| format!("{time:.9}"))
    }
}

/// A value of a type as text. What is only there is shown as `1`.
pub(super) fn shown(value: &Value<'_>, kind: Type) -> String {
    let mut out = String::new();
    add_shown(value, kind, &mut out);
    out
}

/// The same behind what stands in `out`.
pub(super) fn add_shown(value: &Value<'_>, kind: Type, out: &mut impl Out) {
    match (value, kind) {
        (Value::Present, _) => out.push('1'),
        (Value::Number(nanos), Type::Duration) => seconds(*nanos, out),
        (Value::Number(nanos), Type::Time) => time(*nanos, out),
        (Value::Number(number), _) => match u64::try_from(*number) {
            Ok(number) => text::add::digits(number, out),
            Err(_) => add(out, number),
        },
        (Value::Float(number), _) => add(out, number),
        (Value::Text(text), _) => add_lossy(text, out),
        (Value::Bytes(bytes), Type::Text) => add_lossy(bytes, out),
        (Value::Bytes(bytes), _) => bytes.iter().for_each(|byte| text::add::hex(*byte, out)),
        (Value::Address(address), _) => add(out, address),
    }
}

/// A number in hex, with two digits at least, behind what stands in `out`.
pub(super) fn add_hex(number: i128, out: &mut impl Out) {
    add(out, format_args!("0x{number:02x}"));
}

fn add(out: &mut impl Out, value: impl Display) {
    // Writing to a String does not fail.
    let _ = write!(out, "{value}");
}

fn add_lossy(text: &[u8], out: &mut impl Out) {
    if text::is_printable(text) {
        out.push_ascii(text);
    } else {
        out.push_str(&String::from_utf8_lossy(text));
    }
}

/// `1792847.123456789`
fn seconds(nanos: i128, out: &mut impl Out) {
    const SECOND: u64 = 1_000_000_000;
    const LONG: u128 = SECOND as u128;
    if nanos < 0 {
        out.push('-');
    }
    // All times of a capture are that short.
    if let Ok(all) = u64::try_from(nanos.unsigned_abs()) {
        text::add::digits(all / SECOND, out);
        out.push('.');
        return text::add::padded(all % SECOND, 9, out);
    }
    let all = nanos.unsigned_abs();
    add(out, all / LONG);
    out.push('.');
    text::add::padded((all % LONG) as u64, 9, out);
}

/// `Nov 23, 2026 22:58:01.123456789 UTC`, in the local zone: as tshark has it.
fn time(nanos: i128, out: &mut impl Out) {
    match jiff::Timestamp::from_nanosecond(nanos) {
        Ok(time) => {
            let local = time.to_zoned(jiff::tz::TimeZone::system());
            add(out, local.strftime("%b %e, %Y %H:%M:%S%.9f %Z"));
        }
        Err(_) => seconds(nanos, out),
    }
}
