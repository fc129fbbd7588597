//! The time that stands before a line.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The time in what stands before a line's text, in nanoseconds since 1970-01-01: seconds since
/// then, as mosquitto writes them by itself, or a date with a time, which counts as UTC. `None` for
/// anything else, also for the dates of syslog, which have no year.
#[must_use]
pub fn time_of(prefix: &str) -> Option<i64> {
    let words = prefix.split(|c: char| c.is_whitespace() || matches!(c, '|' | '[' | ']' | '>'));
    let words: Vec<&str> = words.map(|word| word.trim_end_matches(':')).collect();
    let date = |(index, word): (usize, &&str)| {
        let both = words.get(index.saturating_add(1)).map(|next| format!("{word}T{next}"));
        calendar(word).or_else(|| calendar(&both?))
    };
    words.iter().find_map(|word| epoch(word)).or_else(|| words.iter().enumerate().find_map(date))
}

/// Nine or ten digits: from 1973 to 2286.
fn epoch(word: &str) -> Option<i64> {
    let is_it = matches!(word.len(), 9 | 10) && word.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = word.parse().ok().filter(|_| is_it)?;
    seconds.checked_mul(1_000_000_000)
}

fn calendar(word: &str) -> Option<i64> {
    if word.len() < "2020-01-01T00:00".len() || !word.contains('-') {
        return None;
    }
    let stamp = word.parse::<Timestamp>().ok().or_else(|| {
        let civil = word.parse::<DateTime>().ok()?;
        Some(civil.in_tz("UTC").ok()?.timestamp())
    })?;
    i64::try_from(stamp.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::time_of;

    #[test]
    fn times_of_all_kinds() {
        let noon = Some(1_615_328_622_000_000_000);
        for prefix in [
            "1615328622: ",
            "2021-03-09T22:23:42: ",
            "2021-03-09 22:23:42: ",
            "2021-03-09T22:23:42Z ",
            "mosquitto_1  | 1615328622: ",
            "Mar  9 22:23:42 host mosquitto[123]: 1615328622: ",
        ] {
            assert_eq!(time_of(prefix), noon, "{prefix}");
        }
        for none in ["", "Mar  9 22:23:42 host mosquitto[123]: ", "123: ", "line 12345: "] {
            assert_eq!(time_of(none), None, "{none}");
        }
    }
}
