//! The time that a line of a log begins with.

use super::mistake::lookalike;
use super::source::is_blank;

/// A time as the text writes it, and its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The text.
    pub text: String,
    /// What the nanoseconds count from.
    pub clock: Clock,
    /// Nanoseconds since the clock's zero.
    pub nanos: u64,
}

/// What a time counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// 1970-01-01 00:00 UTC.
    Epoch,
    /// 1970-01-01 00:00 in a zone that the text does not name.
    Local,
    /// Midnight of a day that the text does not name.
    Day,
    /// The moment a device started.
    Boot,
}

/// Reads the time at the beginning of `line`, past what stands before it: a date behind a number, too.
pub(super) fn read(line: &str) -> Option<Stamp> {
    let near: String = line.chars().take(80).collect();
    let head = unmarked(&near);
    let mut numbered = Cursor { rest: behind_number(head) };
    if let Some((clock, nanos)) = numbered.civil() {
        return stamp(behind_number(head), &numbered, clock, nanos);
    }
    let mut cursor = Cursor { rest: head };
    // What has a sign is a number.
    let has_sign = near.strip_suffix(head).is_some_and(|it| it.ends_with(['+', '-']));
    let time = cursor.day().or_else(|| cursor.epoch().filter(|_| !has_sign));
    let (clock, nanos) = time?;
    stamp(head, &cursor, clock, nanos)
}

/// What a line goes on with behind blanks, opening brackets and the marks of a quote, of a list, of a change or of a
/// table.
pub(super) fn unmarked(line: &str) -> &str {
    line.trim_start_matches(|c: char| is_blank(c) || "[(<>|#*+-".contains(c))
}

/// What stands behind the number of a line.
fn behind_number(head: &str) -> &str {
    let rest = head.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = (1..=LONGEST_NUMBER).contains(&head.len().saturating_sub(rest.len()));
    let behind = rest.trim_start_matches(|c: char| is_blank(c) || ":.|)".contains(c));
    if is_number && behind.len() < rest.len() { behind } else { head }
}

fn stamp(head: &str, cursor: &Cursor<'_>, clock: Clock, nanos: u64) -> Option<Stamp> {
    let used = head.len().saturating_sub(cursor.rest.len());
    Some(Stamp { text: head.get(..used)?.trim_end().to_owned(), clock, nanos })
}

/// Milliseconds since a device started, as its log writes them.
pub(super) fn boot(digits: &str) -> Option<Stamp> {
    let nanos = digits.parse::<u64>().ok()?.checked_mul(1_000_000)?;
    Some(Stamp { text: digits.to_owned(), clock: Clock::Boot, nanos })
}

/// A byte with one digit too many.
const LONGEST_GROUP: usize = 3;
/// The year 2030: ten digits that are more are no time, and may be bytes.
const LATEST: u64 = 1_900_000_000;
const SECOND: u64 = 1_000_000_000;
/// Lines of a text that someone pastes.
const LONGEST_NUMBER: usize = 6;

struct Cursor<'t> {
    rest: &'t str,
}

impl Cursor<'_> {
    fn civil(&mut self) -> Option<(Clock, u64)> {
        let whole = self.rest;
        let found = self.civil_parts();
        if found.is_none() {
            self.rest = whole;
        }
        found
    }

    fn civil_parts(&mut self) -> Option<(Clock, u64)> {
        let year = self.number(4, 4)?;
        let separator = self.one_of("-/.")?;
        let month = self.number(1, 2)?;
        self.rest = self.rest.strip_prefix(separator)?;
        let day = self.number(1, 2)?;
        self.between_date_and_time()?;
        let (_, in_day) = self.day()?;
        let seconds = days(year, month, day)?.checked_mul(86_400)?;
        let local = seconds.checked_mul(SECOND)?.checked_add(in_day)?;
        Some(self.zone(local))
    }

    fn between_date_and_time(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(is_blank);
        if rest.len() == self.rest.len() {
            return self.one_of("T_").map(drop);
        }
        self.rest = rest;
        Some(())
    }

    fn zone(&mut self, local: u64) -> (Clock, u64) {
        let whole = self.rest;
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return (Clock::Epoch, local);
        }
        let shift = self.offset();
        match shift {
            Some((true, shift)) => (Clock::Epoch, local.saturating_sub(shift)),
            Some((false, shift)) => (Clock::Epoch, local.saturating_add(shift)),
            None => {
                self.rest = whole;
                (Clock::Local, local)
            }
        }
    }

    fn offset(&mut self) -> Option<(bool, u64)> {
        let east = self.one_of("+-")? == '+';
        let hours = self.number(2, 2)?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes = self.number(2, 2)?;
        let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
        Some((east, seconds.checked_mul(SECOND)?))
    }

    fn day(&mut self) -> Option<(Clock, u64)> {
        let whole = self.rest;
        let found = self.day_parts();
        if found.is_none() {
            self.rest = whole;
        }
        found.map(|nanos| (Clock::Day, nanos))
    }

    fn day_parts(&mut self) -> Option<u64> {
        let hour = self.number(1, 2)?;
        self.one_of(":")?;
        let minute = self.number(2, 2)?;
        self.one_of(":")?;
        let second = self.number(2, 2)?;
        if hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let seconds =
            hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
        let nanos = seconds.checked_mul(SECOND)?.checked_add(self.fraction(".,:"))?;
        (!self.goes_on()).then_some(nanos)
    }

    /// Whether more groups follow with a colon before them than a time has, or more digits: these are bytes.
    fn goes_on(&self) -> bool {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return true;
        }
        let Some(rest) = self.rest.strip_prefix(':') else { return false };
        let group = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric()).count();
        let len = group(rest);
        let word: String = rest.chars().take(len).collect();
        let behind = rest.get(word.len()..).and_then(|it| it.strip_prefix(':'));
        let is_byte =
            |word: &str| word.chars().all(|c| c.is_ascii_hexdigit() || lookalike(c).is_some());
        (1..=LONGEST_GROUP).contains(&len)
            && (is_byte(&word) || behind.is_some_and(|it| group(it) == 2))
    }

    fn epoch(&mut self) -> Option<(Clock, u64)> {
        let whole = self.rest;
        let seconds = self.number(10, 10).filter(|s| *s < LATEST)?;
        let fraction = self.fraction(".");
        if self.rest.starts_with([' ', ':', ']', '\t']) {
            return Some((Clock::Epoch, seconds.checked_mul(SECOND)?.checked_add(fraction)?));
        }
        self.rest = whole;
        None
    }

    fn fraction(&mut self, marks: &str) -> u64 {
        let whole = self.rest;
        let digits = |c: &mut Self| -> Option<u64> {
            let mark = c.one_of(marks)?;
            let before = c.rest.len();
            let value = c.number(1, 9)?;
            // Behind a colon it ends where the digits do.
            if mark == ':' && c.rest.starts_with(char::is_alphanumeric) {
                return None;
            }
            let width = before.saturating_sub(c.rest.len());
            let zeros = u32::try_from(9_usize.checked_sub(width)?).ok()?;
            value.checked_mul(10_u64.checked_pow(zeros)?)
        };
        digits(self).unwrap_or_else(|| {
            self.rest = whole;
            0
        })
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u64> {
        let digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        if digits < least { None } else { number.parse().ok() }
    }

    fn one_of(&mut self, set: &str) -> Option<char> {
        let first = self.rest.chars().next().filter(|c| set.contains(*c))?;
        self.rest = self.rest.get(first.len_utf8()..)?;
        Some(first)
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; none for dates before it.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Counted from March, a leap day is the last of its year, and 153 days are five months.
    let from_march = if month > 2 { month.checked_sub(3)? } else { month.checked_add(9)? };
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let leaps = (year / 4).checked_sub(year / 100)?.checked_add(year / 400)?;
    let in_year = (from_march.checked_mul(153)?.checked_add(2)? / 5).checked_add(day)?;
    let total = year.checked_mul(365)?.checked_add(leaps)?.checked_add(in_year)?;
    total.checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, Clock, u64)> {
        read(text).map(|s| (s.text, s.clock, s.nanos))
    }

    #[test]
    fn times_of_logs() {
        let day = 72_361_481_000_000;
        let local = 1_693_008_000 * SECOND + day;
        let text = "2023-08-26 20:06:01:481";
        assert_eq!(of(&format!("{text} Send")), Some((text.into(), Clock::Local, local)));
        assert_eq!(of("[20:06:01.481] x"), Some(("20:06:01.481".into(), Clock::Day, day)));
        let zoned = "2023-08-26T20:06:01.481+08:00";
        let utc = local - 8 * 3600 * SECOND;
        assert_eq!(of(&format!("{zoned} [debug]")), Some((zoned.into(), Clock::Epoch, utc)));
        let epoch = "1585066894.317703";
        let nanos = 1_585_066_894_317_703_000;
        assert_eq!(of(&format!("{epoch} IP6")), Some((epoch.into(), Clock::Epoch, nanos)));
        assert_eq!(
            of("1970-01-01 00:00:00Z"),
            Some(("1970-01-01 00:00:00Z".into(), Clock::Epoch, 0))
        );
        for none in ["", "10 2f 00", "2023-08-26", "99:99:99", "12345678901 x", "10:2f:00"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
