//! Values that are written as strings without a string in between.

use crate::spec::Version;
use crate::text;
use jiff::Timestamp;
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Something that is shown as a string, written without a string in between.
pub(in crate::render) struct Shows<T>(pub(in crate::render) T);

impl<T: fmt::Display> Serialize for Shows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Standard, section and statements, with blanks between.
pub(super) struct Spec {
    standard: &'static str,
    section: &'static str,
    statements: &'static str,
}

impl Spec {
    pub(super) fn new(
        version: Version,
        section: &'static str,
        statements: &'static str,
    ) -> Option<Self> {
        let standard = crate::render::standard(version).name();
        let says = !section.is_empty() || !statements.is_empty();
        says.then_some(Self { standard, section, statements })
    }
}

impl Spec {
    /// The words and the blanks between them; none of them has to be escaped in a string.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> {
        let parts = [self.section, self.statements].into_iter().filter(|part| !part.is_empty());
        std::iter::once(self.standard).chain(parts.flat_map(|part| [" ", part]))
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().try_for_each(|word| f.write_str(word))
    }
}

/// Bytes as hex digits.
pub(super) struct Hex<'r>(pub(super) &'r [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Vec::new();
        hex(self.0, &mut digits);
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

/// Adds bytes as hex digits.
pub(super) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start.saturating_add(bytes.len().saturating_mul(2)), 0);
    let (room, _) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<2>();
    for (two, byte) in room.iter_mut().zip(bytes) {
        *two = text::hex_digits(*byte);
    }
}

/// A time as RFC 3339 with nine decimals.
pub(in crate::render) struct Time(Timestamp);

impl Time {
    pub(in crate::render) fn new(nanoseconds: i64) -> Option<Self> {
        Timestamp::from_nanosecond(i128::from(nanoseconds)).ok().map(Self)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(9));
        PRINTER.print_timestamp(&self.0, StdFmtWrite(f)).map_err(|_| fmt::Error)
    }
}

/// Times of packets as [`Time`] shows them. Most packets lie in the second of the one before, whose
/// words are there already.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The second that the words are of.
    second: Option<i64>,
    /// Words of such a time, in which the fraction is written anew.
    words: Vec<u8>,
    /// Where the fraction begins.
    whole: usize,
}

impl Times {
    /// A time in nanoseconds since 1970; `None` where the calendar has none for it.
    pub(super) fn words(&mut self, nanoseconds: i64) -> Option<&[u8]> {
        const NANOS: i64 = 1_000_000_000;
        let second = nanoseconds.div_euclid(NANOS);
        if self.second != Some(second) {
            self.second = None;
            let time = Time::new(second.checked_mul(NANOS)?)?;
            let words = time.to_string();
            self.whole = words.find('.')?.saturating_add(1);
            self.words = words.into_bytes();
            self.second = Some(second);
        }
        let fraction = self.words.get_mut(self.whole..).and_then(<[u8]>::first_chunk_mut)?;
        *fraction = text::add::nine_digits(nanoseconds.rem_euclid(NANOS).unsigned_abs());
        Some(&self.words)
    }
}

/// Adds nanoseconds in seconds as the library writes a number of 64 bits that is nearest to them: with no more
/// digits than it takes. `false`: it is one for which the library has another notation, or digits that are
/// not those of the nanoseconds.
pub(super) fn add_latency(nanoseconds: u64, out: &mut Vec<u8>) -> bool {
    const NANOS: u64 = 1_000_000_000;
    // Below, an exponent; above, more than the 15 digits that such a number holds for sure.
    if !(10_000..1_000_000_000_000_000).contains(&nanoseconds) {
        return false;
    }
    text::add::digits_to(nanoseconds / NANOS, out);
    let fraction = text::add::nine_digits(nanoseconds);
    let zeros = fraction.iter().skip(1).rev().take_while(|digit| **digit == b'0').count();
    out.push(b'.');
    out.extend_from_slice(&fraction);
    out.truncate(out.len().saturating_sub(zeros));
    true
}

/// Text with everything shown as an escape that could steer a terminal or is no UTF-8; line feeds
/// and tabs stay.
pub(super) struct Plain<'r>(pub(super) &'r [u8]);

impl<'r> Plain<'r> {
    /// Whether it is shown in its own bytes.
    pub(super) fn is_as_it_is(&self) -> bool {
        text::is_readable(self.0)
    }

    /// The text, in its own bytes where nothing has to be escaped.
    pub(super) fn words(&self) -> Cow<'r, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) if text::is_readable(self.0) => text.into(),
            _ => self.to_string().into(),
        }
    }
}

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = std::str::from_utf8(self.0).ok().filter(|_| text::is_readable(self.0)) {
            return f.write_str(text);
        }
        for chunk in self.0.utf8_chunks() {
            f.write_str(&text::safe(chunk.valid()))?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn latencies_are_written_as_the_library_writes_them(
            nanoseconds in prop_oneof![0..100_000u64, 0..10_000_000_000u64, 0..2_000_000_000_000_000u64],
            zeros in 0..9u32,
        ) {
            let power = 10u64.pow(zeros);
            let nanoseconds = nanoseconds / power * power;
            let mut ours = Vec::new();
            if add_latency(nanoseconds, &mut ours) {
                let theirs = serde_json::to_string(&crate::render::json::seconds(nanoseconds)).unwrap();
                prop_assert_eq!(String::from_utf8(ours).unwrap(), theirs);
            }
        }

        #[test]
        fn times_are_written_as_the_library_writes_them(
            first in i64::MIN / 2..i64::MAX / 2, steps in prop::collection::vec(-2_000_000_000i64..2_000_000_000, 0..20),
        ) {
            let (mut times, mut now) = (Times::default(), first);
            for step in steps {
                now = now.saturating_add(step);
                let theirs = Time::new(now).map(|time| time.to_string());
                prop_assert_eq!(times.words(now), theirs.as_deref().map(str::as_bytes));
            }
        }
    }
}
