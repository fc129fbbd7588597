//! The time that stands before a line.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A time as it stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Nanoseconds since 1970-01-01; of a local time as if it were UTC.
    pub time: i64,
    /// Whether it is a date without a zone: mosquitto's `log_timestamp_format` writes the local time of
    /// the broker's machine, and which zone that is the log does not tell.
    pub is_local: bool,
}

/// The time in what stands before a line's text: seconds since 1970-01-01, as mosquitto writes them by
/// itself, or a date with a time. `None` for anything else, also for the dates of syslog, which have no
/// year.
#[must_use]
pub fn stamp_of(prefix: &str) -> Option<Stamp> {
    let words = prefix.split(|c: char| c.is_whitespace() || matches!(c, '|' | '[' | ']' | '>'));
    let words: Vec<&str> = words.map(|word| word.trim_end_matches(':')).collect();
    let date = |(index, word): (usize, &&str)| {
        let both = words.get(index.saturating_add(1)).map(|next| format!("{word}T{next}"));
        calendar(word).or_else(|| calendar(&both?))
    };
    words.iter().find_map(|word| epoch(word)).or_else(|| words.iter().enumerate().find_map(date))
}

/// Nine or ten digits: from 1973 to 2286.
fn epoch(word: &str) -> Option<Stamp> {
    let is_it = matches!(word.len(), 9 | 10) && word.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = word.parse().ok().filter(|_| is_it)?;
    Some(Stamp { time: seconds.checked_mul(1_000_000_000)?, is_local: false })
}

fn calendar(word: &str) -> Option<Stamp> {
    if word.len() < "2020-01-01T00:00".len() || !word.contains('-') {
        return None;
    }
    let zoned = word.parse::<Timestamp>().ok();
    let local = || Some(word.parse::<DateTime>().ok()?.in_tz("UTC").ok()?.timestamp());
    let time = i64::try_from(zoned.or_else(local)?.as_nanosecond()).ok()?;
    Some(Stamp { time, is_local: zoned.is_none() })
}

#[cfg(test)]
mod tests {
    use super::{Stamp, stamp_of};

    #[test]
    fn times_of_all_kinds() {
        let time = 1_615_328_622_000_000_000;
        for (prefix, is_local) in [
            ("1615328622: ", false),
            ("2021-03-09T22:23:42: ", true),
            ("2021-03-09 22:23:42: ", true),
            ("2021-03-09T22:23:42Z ", false),
            ("2021-03-09T23:23:42+01:00: ", false),
            ("mosquitto_1  | 1615328622: ", false),
            ("Mar  9 22:23:42 host mosquitto[123]: 1615328622: ", false),
        ] {
            assert_eq!(stamp_of(prefix), Some(Stamp { time, is_local }), "{prefix}");
        }
        for none in ["", "Mar  9 22:23:42 host mosquitto[123]: ", "123: ", "line 12345: "] {
            assert_eq!(stamp_of(none), None, "{none}");
        }
    }
}
