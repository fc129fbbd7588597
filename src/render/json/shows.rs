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
    words: String,
    /// How many bytes of the words stand before the fraction.
    whole: usize,
}

impl Times {
    /// A time in nanoseconds since 1970; `None` where the calendar has none for it.
    pub(super) fn words(&mut self, nanoseconds: i64) -> Option<&str> {
        const NANOS: i64 = 1_000_000_000;
        let second = nanoseconds.div_euclid(NANOS);
        if self.second != Some(second) {
            self.second = None;
            let time = Time::new(second.checked_mul(NANOS)?)?;
            self.words = time.to_string();
            self.whole = self.words.find('.')?;
            self.second = Some(second);
        }
        self.words.truncate(self.whole);
        self.words.push('.');
        text::add::padded(nanoseconds.rem_euclid(NANOS).unsigned_abs(), 9, &mut self.words);
        self.words.push('Z');
        Some(&self.words)
    }
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
        fn times_are_written_as_the_library_writes_them(
            first in i64::MIN / 2..i64::MAX / 2, steps in prop::collection::vec(-2_000_000_000i64..2_000_000_000, 0..20),
        ) {
            let (mut times, mut now) = (Times::default(), first);
            for step in steps {
                now = now.saturating_add(step);
                let theirs = Time::new(now).map(|time| time.to_string());
                prop_assert_eq!(times.words(now), theirs.as_deref());
            }
        }
    }
}
