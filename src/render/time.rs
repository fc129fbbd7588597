//! Times as the option `-t` asks for them, with tshark's letters and meaning.

use crate::pipeline::Origin;
use crate::text::{self, Out};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::str::FromStr;

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds since the first frame of the capture.
    #[default]
    Relative,
    /// Time of day.
    Absolute(Zone, Day),
    /// Seconds since the frame before.
    Delta,
    /// Seconds since the packet that was shown before.
    DeltaDisplayed,
    /// Seconds since 1970-01-01 UTC.
    Epoch,
}

/// Whose time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// That of this computer.
    Local,
    /// UTC.
    Utc,
}

/// How a time of day names its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Not at all.
    None,
    /// `2026-11-23`.
    Date,
    /// `2026/327`: year and day of the year.
    OfYear,
}

/// One row of the table of time formats.
#[derive(Debug)]
pub struct TimeFormatRow {
    /// What stands behind `-t`.
    pub name: &'static str,
    /// The format.
    pub format: TimeFormat,
    /// What it shows, as a clause for the help.
    pub about: &'static str,
}

const fn row(name: &'static str, format: TimeFormat, about: &'static str) -> TimeFormatRow {
    TimeFormatRow { name, format, about }
}

/// The formats that `-t` takes. A new one is a row.
#[rustfmt::skip]
pub static TIME_FORMATS: &[TimeFormatRow] = {
    use TimeFormat::*;
    use Zone::*;
    &[
        row("r", Relative, "seconds since the first frame"),
        row("a", Absolute(Local, Day::None), "local time of day"),
        row("ad", Absolute(Local, Day::Date), "local date and time"),
        row("adoy", Absolute(Local, Day::OfYear), "local year, day of the year, and time"),
        row("d", Delta, "seconds since the frame before"),
        row("dd", DeltaDisplayed, "seconds since the packet shown before"),
        row("e", Epoch, "seconds since 1970-01-01 UTC"),
        row("u", Absolute(Utc, Day::None), "UTC time of day"),
        row("ud", Absolute(Utc, Day::Date), "UTC date and time"),
        row("udoy", Absolute(Utc, Day::OfYear), "UTC year, day of the year, and time"),
    ]
};

/// A name that is not in the table of time formats.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such time format; it is one of {}", names())]
pub struct UnknownTimeFormat;

fn names() -> String {
    let names: Vec<&str> = TIME_FORMATS.iter().map(|row| row.name).collect();
    names.join(", ")
}

impl FromStr for TimeFormat {
    type Err = UnknownTimeFormat;

    fn from_str(name: &str) -> Result<Self, UnknownTimeFormat> {
        let row = TIME_FORMATS.iter().find(|row| row.name == name);
        row.map(|row| row.format).ok_or(UnknownTimeFormat)
    }
}

/// Writes the times of records in one format, and remembers what that needs.
#[derive(Clone, Debug)]
pub struct TimeWriter {
    format: TimeFormat,
    zone: TimeZone,
    shown: Option<i64>,
    /// The last second since 1970, and how it is written: most packets lie in the same as the one before.
    second: Option<(i64, String)>,
}

impl TimeWriter {
    /// A writer of this format. The local zone is asked for once, here.
    #[must_use]
    pub fn new(format: TimeFormat) -> Self {
        let zone = match format {
            TimeFormat::Absolute(Zone::Local, _) => TimeZone::system(),
            _ => TimeZone::UTC,
        };
        Self { format, zone, shown: None, second: None }
    }

    /// The time of a record, to the microsecond; empty where the capture gives none.
    pub fn format(&mut self, origin: &Origin<'_>) -> String {
        let mut out = String::new();
        self.write(origin, &mut out);
        out
    }

    /// Appends what [`format`](Self::format) returns.
    pub fn write(&mut self, origin: &Origin<'_>, out: &mut impl Out) {
        let Some(time) = origin.time else { return };
        let shown = self.shown.replace(time);
        match self.format {
            TimeFormat::Absolute(_, day) => self.absolute(time, day, out),
            TimeFormat::Epoch => seconds(time < 0, time.unsigned_abs(), out),
            TimeFormat::Relative => difference(time, origin.start, out),
            TimeFormat::Delta => difference(time, origin.previous, out),
            TimeFormat::DeltaDisplayed => difference(time, shown, out),
        }
    }

    fn absolute(&mut self, time: i64, day: Day, out: &mut impl Out) {
        let second = time.div_euclid(NANOS);
        if self.second.as_ref().is_none_or(|(known, _)| *known != second) {
            let Ok(timestamp) = Timestamp::from_second(second) else {
                return seconds(time < 0, time.unsigned_abs(), out);
            };
            self.second = Some((second, clock(&self.zone.to_datetime(timestamp), day)));
        }
        if let Some((_, text)) = &self.second {
            out.push_str(text);
            fraction(time.rem_euclid(NANOS).unsigned_abs() / 1_000, out);
        }
    }
}

/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;

/// A time up to its second.
fn clock(time: &DateTime, day: Day) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let day = match day {
        Day::None => String::new(),
        Day::Date => format!("{} ", time.date()),
        Day::OfYear => format!("{:04}/{:03} ", time.year(), time.day_of_year()),
    };
    format!("{day}{hour:02}:{minute:02}:{second:02}")
}

/// Seconds from an earlier time on; zero where there was none.
fn difference(time: i64, from: Option<i64>, out: &mut impl Out) {
    let from = from.unwrap_or(time);
    seconds(time < from, time.abs_diff(from), out);
}

/// Nanoseconds as seconds with six decimals; what is below a microsecond is cut off.
fn seconds(is_negative: bool, nanoseconds: u64, out: &mut impl Out) {
    let micros = nanoseconds / 1_000;
    if is_negative && micros > 0 {
        out.push('-');
    }
    text::add::digits(micros / 1_000_000, out);
    fraction(micros % 1_000_000, out);
}

/// Microseconds of a second, as six decimals.
fn fraction(micros: u64, out: &mut impl Out) {
    let [a, b, c, d, e, f] = text::add::six_digits(micros);
    out.push_ascii(&[b'.', a, b, c, d, e, f]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2020-03-24 16:21:32.288022999 UTC, a leap year's day 84.
    const TIME: i64 = 1_585_066_892_288_022_999;

    fn origin(time: i64) -> Origin<'static> {
        let start = Some(TIME - 1_500_000_000);
        Origin { time: Some(time), start, previous: Some(TIME - 12_000), ..Origin::default() }
    }

    fn shown(name: &str) -> String {
        TimeWriter::new(name.parse().unwrap()).format(&origin(TIME))
    }

    #[test]
    fn times_look_as_tshark_shows_them() {
        assert_eq!(shown("r"), "1.500000");
        assert_eq!(shown("d"), "0.000012");
        assert_eq!(shown("dd"), "0.000000");
        assert_eq!(shown("e"), "1585066892.288022");
        assert_eq!(shown("u"), "16:21:32.288022");
        assert_eq!(shown("ud"), "2020-03-24 16:21:32.288022");
        assert_eq!(shown("udoy"), "2020/084 16:21:32.288022");
    }

    #[test]
    fn local_time_is_that_of_the_zone() {
        let shown = |format: &str| {
            let mut writer = TimeWriter::new(format.parse().unwrap());
            writer.zone = TimeZone::fixed(jiff::tz::offset(-17));
            writer.format(&origin(TIME))
        };
        assert_eq!(shown("ad"), "2020-03-23 23:21:32.288022");
        assert_eq!(shown("adoy"), "2020/083 23:21:32.288022");
    }

    #[test]
    fn a_second_is_written_once_and_the_next_anew() {
        let mut writer = TimeWriter::new("ud".parse().unwrap());
        for (nanos, expected) in [
            (0, "1970-01-01 00:00:00.000000"),
            (999_999_999, "1970-01-01 00:00:00.999999"),
            (1_000_000_000, "1970-01-01 00:00:01.000000"),
            (-1, "1969-12-31 23:59:59.999999"),
            (-1_000_000_000, "1969-12-31 23:59:59.000000"),
        ] {
            assert_eq!(writer.format(&origin(nanos)), expected);
        }
    }

    #[test]
    fn the_delta_of_what_is_shown_counts_from_the_packet_before() {
        let mut writer = TimeWriter::new(TimeFormat::DeltaDisplayed);
        assert_eq!(writer.format(&origin(TIME)), "0.000000");
        assert_eq!(writer.format(&Origin::default()), "");
        assert_eq!(writer.format(&origin(TIME + 250_000_000)), "0.250000");
        assert_eq!(writer.format(&origin(TIME)), "-0.250000");
    }

    #[test]
    fn names_are_unique_and_an_unknown_one_lists_them() {
        for (i, row) in TIME_FORMATS.iter().enumerate() {
            assert_eq!(row.name.parse(), Ok(row.format));
            assert!(TIME_FORMATS.iter().skip(i + 1).all(|other| other.format != row.format));
        }
        let error = "x".parse::<TimeFormat>().unwrap_err().to_string();
        assert!(error.ends_with("one of r, a, ad, adoy, d, dd, e, u, ud, udoy"), "{error}");
    }

    proptest! {
        #[test]
        fn any_time_can_be_shown(time: i64, start: Option<i64>) {
            for row in TIME_FORMATS {
                let origin = Origin { time: Some(time), start, ..Origin::default() };
                prop_assert!(TimeWriter::new(row.format).format(&origin).contains('.'));
            }
        }
    }
}
