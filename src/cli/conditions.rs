//! `-a` and `-b`: when a capture ends, and when a ring begins its next file. Words and meaning are
//! those of tshark.

use std::time::Duration;

/// One condition of `-a` or `-b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Condition {
    /// After this time.
    Duration(Duration),
    /// When the file has so many bytes.
    Filesize(u64),
    /// `-a`: when there are so many files. `-b`: so many are kept.
    Files(u32),
    /// After so many frames.
    Packets(u64),
    /// When the clock comes to a multiple of so many seconds.
    Interval(u64),
}

struct Row {
    name: &'static str,
    example: &'static str,
    ends: bool,
    switches: bool,
    parse: fn(&str) -> Option<Condition>,
}

const ROWS: [Row; 5] = [
    Row {
        name: "duration",
        example: "duration:10 (seconds)",
        ends: true,
        switches: true,
        parse: duration,
    },
    Row {
        name: "filesize",
        example: "filesize:10000 (kB of 1000 bytes)",
        ends: true,
        switches: true,
        // tshark's bound, 2 TB, in kB.
        parse: |text| {
            let kilobytes = whole(text).filter(|kilobytes| *kilobytes <= 2_000_000_000)?;
            Some(Condition::Filesize(kilobytes.saturating_mul(1_000)))
        },
    },
    Row {
        name: "files",
        example: "files:5",
        ends: true,
        switches: true,
        parse: |text| Some(Condition::Files(u32::try_from(whole(text)?).ok()?)),
    },
    Row {
        name: "packets",
        example: "packets:1000",
        ends: true,
        switches: true,
        parse: |text| whole(text).map(Condition::Packets),
    },
    Row {
        name: "interval",
        example: "interval:3600 (each full hour)",
        ends: false,
        switches: true,
        parse: |text| whole(text).map(Condition::Interval),
    },
];

/// `-a`: an end of the capture.
pub(super) fn parse_end(text: &str) -> Result<Condition, String> {
    parse(text, |row| row.ends)
}

/// `-b`: a property of the ring.
pub(super) fn parse_ring(text: &str) -> Result<Condition, String> {
    parse(text, |row| row.switches)
}

/// Examples for `-a`, or for `-b`.
pub(super) fn examples(of_end: bool) -> impl Iterator<Item = &'static str> {
    let is_meant = move |row: &&Row| if of_end { row.ends } else { row.switches };
    ROWS.iter().filter(is_meant).filter_map(|row| row.example.split(' ').next())
}

fn parse(text: &str, is_meant: fn(&Row) -> bool) -> Result<Condition, String> {
    let rows = || ROWS.iter().filter(|row| is_meant(row));
    let found = text.split_once(':').and_then(|(name, value)| {
        rows().find(|row| row.name == name).and_then(|row| (row.parse)(value))
    });
    found.ok_or_else(|| {
        let examples: Vec<&str> = rows().map(|row| row.example).collect();
        format!("\"{text}\" is no such condition; write {}", examples.join(", "))
    })
}

/// A whole number from 1 on.
fn whole(text: &str) -> Option<u64> {
    text.parse().ok().filter(|value| *value > 0)
}

/// Seconds; fractions are taken too.
fn duration(text: &str) -> Option<Condition> {
    let seconds = text.parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|it| !it.is_zero()).map(Condition::Duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| match parse_end(text) {
            Ok(Condition::Duration(duration)) => duration.as_secs_f64(),
            other => panic!("{other:?}"),
        };
        assert_eq!((seconds("duration:2"), seconds("duration:0.5")), (2.0, 0.5));
        for wrong in ["2", "duration:", "duration:x", "duration:-1", "duration:nan", "duration:0"] {
            assert!(parse_end(wrong).unwrap_err().contains("duration:10"), "{wrong}");
        }
    }

    #[test]
    fn sizes_count_in_thousands_as_with_tshark() {
        assert_eq!(parse_ring("filesize:1").unwrap(), Condition::Filesize(1_000));
        assert!(parse_ring("filesize:2000000001").is_err());
    }

    #[test]
    fn every_example_is_understood_where_it_is_offered() {
        for row in &ROWS {
            let example = row.example.split(' ').next().unwrap();
            assert_eq!(parse_end(example).is_ok(), row.ends, "{example}");
            assert_eq!(parse_ring(example).is_ok(), row.switches, "{example}");
            for wrong in ["0", "-1", "", "x"] {
                assert!(parse_ring(&format!("{}:{wrong}", row.name)).is_err());
            }
        }
    }
}
