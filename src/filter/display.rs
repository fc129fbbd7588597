//! Values as text: one way for each type.

use super::table::FieldRow;
use super::value::{Type, Value};

impl FieldRow {
    /// A value of the field as text: numbers in decimal, bytes in hex, times in the local zone, spans of time in
    /// seconds. Text comes as it is, with what is not UTF-8 replaced: whoever shows it has to escape
    /// it.
    #[must_use]
    pub fn shown(&self, value: &Value<'_>) -> String {
        shown(value, self.kind)
    }

    /// The same with times as RFC 3339 has them, in UTC: `2026-11-23T22:58:01.123456789Z`.
    #[must_use]
    pub fn shown_in_utc(&self, value: &Value<'_>) -> String {
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
    match (value, kind) {
        (Value::Present, _) => "1".to_owned(),
        (Value::Number(nanos), Type::Duration) => seconds(*nanos),
        (Value::Number(nanos), Type::Time) => time(*nanos),
        (Value::Number(number), _) => number.to_string(),
        (Value::Float(number), _) => number.to_string(),
        (Value::Text(text), _) => String::from_utf8_lossy(text).into_owned(),
        (Value::Bytes(bytes), Type::Text) => String::from_utf8_lossy(bytes).into_owned(),
        (Value::Bytes(bytes), _) => hex::encode(bytes),
        (Value::Address(address), _) => address.to_string(),
    }
}

/// `1792847.123456789`
fn seconds(nanos: i128) -> String {
    const SECOND: u128 = 1_000_000_000;
    let sign = if nanos < 0 { "-" } else { "" };
    let all = nanos.unsigned_abs();
    format!("{sign}{}.{:09}", all / SECOND, all % SECOND)
}

/// `Nov 23, 2026 22:58:01.123456789 UTC`, in the local zone: as tshark has it.
fn time(nanos: i128) -> String {
    match jiff::Timestamp::from_nanosecond(nanos) {
        Ok(time) => {
            let local = time.to_zoned(jiff::tz::TimeZone::system());
            local.strftime("%b %e, %Y %H:%M:%S%.9f %Z").to_string()
        }
        Err(_) => seconds(nanos),
    }
}
