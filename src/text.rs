//! Words and numbers for people, and the guard that nothing untrusted reaches a terminal raw.
//! Imports nothing.

pub mod add;
mod counted;
mod near;
mod out;
mod plain;

pub(crate) use counted::Counted;
pub use near::{distance, nearest};
pub use out::{Ascii, Out, Words};
pub(crate) use plain::{add_escaped, is_all_plain};
pub use plain::{is_plain, is_printable};
use std::fmt::{self, Write};
use unicode_width::UnicodeWidthChar;

/// A number with commas between groups of three digits, from 10,000 on.
#[must_use]
pub fn number(value: u64) -> String {
    text(|out| add::number(value, out))
}

/// A span of nanoseconds, with three digits that count: `412 µs`, `1.53 s`, `2 min 3 s`.
#[must_use]
pub fn duration(nanoseconds: u64) -> String {
    text(|out| add::duration(nanoseconds, out))
}

/// `1 byte`, `2 bytes`: a number and its noun, which takes an s.
#[must_use]
pub fn count(value: u64, noun: &str) -> String {
    text(|out| add::count(value, noun, out))
}

/// The two hexadecimal digits of a byte.
#[must_use]
pub fn hex_digits(byte: u8) -> [u8; 2] {
    [hex_digit(byte >> 4), hex_digit(byte)]
}

/// The same, looked up: quicker for a few bytes.
#[inline]
pub(crate) fn hex_pair(byte: u8) -> [u8; 2] {
    static ALL: [[u8; 2]; 256] = {
        let mut all = [[0; 2]; 256];
        let mut rest: &mut [[u8; 2]] = &mut all;
        let mut byte = 0u8;
        while let Some((first, behind)) = rest.split_first_mut() {
            *first = [hex_digit(byte >> 4), hex_digit(byte)];
            (rest, byte) = (behind, byte.wrapping_add(1));
        }
        all
    };
    ALL.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The digit of the lower half of a byte.
const fn hex_digit(byte: u8) -> u8 {
    // Reckoned, not looked up: so the processor does many at once.
    let digit = byte & 15;
    let letters = if digit > 9 { b'a' - b'0' - 10 } else { 0 };
    b'0'.wrapping_add(digit).wrapping_add(letters)
}

/// What is added to an empty text.
pub(crate) fn text(write: impl FnOnce(&mut String)) -> String {
    let mut out = String::new();
    write(&mut out);
    out
}

/// A time in words: `5 minutes`, `1 hour 30 minutes`, `7 days`; with two units at most, so
/// `about 18 hours 12 minutes`. `None` below one minute, where the number of seconds says it all.
#[must_use]
pub fn seconds(value: u64) -> Option<String> {
    const UNITS: [(u64, &str); 4] =
        [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    if value < 60 {
        return None;
    }
    let mut rest = value;
    let mut words = Vec::new();
    for (size, noun) in UNITS {
        let many = rest.checked_div(size).unwrap_or_default();
        rest = rest.checked_rem(size).unwrap_or_default();
        if many > 0 {
            words.push(count(many, noun));
        }
    }
    let about = if words.len() > 2 { "about " } else { "" };
    words.truncate(2);
    Some(format!("{about}{}", words.join(" ")))
}

/// A size in binary units where it is a round one or large: `1 MiB`; `None` below 1 KiB.
#[must_use]
pub fn size(bytes: u64) -> Option<String> {
    const UNITS: [(u32, &str); 3] = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let (shift, unit) = UNITS.into_iter().find(|(shift, _)| bytes >> shift > 0)?;
    let whole = bytes >> shift;
    let rest = bytes.saturating_sub(whole << shift);
    let tenth = rest.saturating_mul(10) >> shift;
    if tenth == 0 {
        Some(format!("{whole} {unit}"))
    } else {
        Some(format!("{whole}.{tenth} {unit}"))
    }
}

/// Bytes shown as text: what is not printable, and what could steer a terminal or turn the
/// direction of writing, is shown as an escape: `\n`, `\x1b`, `\u{202e}`. A backslash and a
/// double quote are escaped too, so that the result can stand between double quotes.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Escaped<'_> {
    #[inline]
    fn write(&self, out: &mut impl Ascii) -> fmt::Result {
        // Nearly all is printable, and goes out in pieces.
        let rest = out.write_escaped(self.0)?;
        if rest.is_empty() { Ok(()) } else { Self::write_any(rest, out) }
    }

    fn write_any(bytes: &[u8], out: &mut impl Write) -> fmt::Result {
        for chunk in bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            // Text is nearly always plain, and goes out in one piece.
            while let Some((plain, c, tail)) = split_plain(rest) {
                out.write_str(plain)?;
                escape(c, out)?;
                rest = tail;
            }
            out.write_str(rest)?;
            for byte in chunk.invalid() {
                write!(out, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// What is plain at the beginning, the character behind it, and the rest; `None` where all is plain.
fn split_plain(text: &str) -> Option<(&str, char, &str)> {
    let at = text.bytes().position(|byte| !is_plain(byte))?;
    let (plain, tail) = text.split_at_checked(at)?;
    let mut tail = tail.chars();
    Some((plain, tail.next()?, tail.as_str()))
}

/// Whether all of it is printable ASCII or ends a line: the usual case, told quickly.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    bytes.iter().fold(true, |all, byte| all & is_plain(*byte))
}

fn escape(c: char, out: &mut impl Write) -> fmt::Result {
    match c {
        '"' | '\\' => {
            out.write_char('\\')?;
            out.write_char(c)
        }
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if is_unsafe(c) && c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
        c if is_unsafe(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
        c => out.write_char(c),
    }
}

/// Whether a character may not reach a terminal as it is: controls (C0, DEL, C1), characters that
/// turn the direction of writing, invisible ones, line and paragraph separators, the byte order
/// mark, tags, and what Unicode leaves unassigned for good.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// Text of ours or of the system that may hold something untrusted, made safe: only what
/// [`is_unsafe`] names is escaped.
#[must_use]
pub fn safe(text: &str) -> String {
    if is_printable(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a String does not fail.
            let _ = escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// The same in its place.
pub fn make_safe(text: &mut String) {
    if !is_printable(text.as_bytes()) {
        *text = safe(text);
    }
}

/// Whether bytes are text that a person can read: valid UTF-8, hardly anything to escape, and no
/// mark at the beginning that belongs to a character before it.
#[must_use]
pub fn is_readable(bytes: &[u8]) -> bool {
    if is_printable(bytes) || is_plain_ascii(bytes) {
        return true;
    }
    let is_mark = |c: char| c.width() == Some(0);
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text.starts_with(is_mark)
            && !text.chars().any(|c| is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(number(9_999), "9999");
        assert_eq!(number(268_435_455), "268,435,455");
        assert_eq!(seconds(300).as_deref(), Some("5 minutes"));
        assert_eq!(seconds(90_061).as_deref(), Some("about 1 day 1 hour"));
        assert_eq!(seconds(65_535).as_deref(), Some("about 18 hours 12 minutes"));
        assert_eq!(seconds(59), None);
        assert_eq!(number(10_000), "10,000");
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(1_234_567, "byte"), "1,234,567 bytes");
        assert_eq!(size(1_048_576).as_deref(), Some("1 MiB"));
        assert_eq!(size(1_536).as_deref(), Some("1.5 KiB"));
    }

    /// Half of the last digit counts as one, as in `printf "%.2f"` of a value that is exact.
    #[test]
    fn a_duration_has_three_digits_that_count() {
        for (nanoseconds, words) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (2_005_000, "2.01 ms"),
            (9_994_999, "9.99 ms"),
            (9_995_000, "10.00 ms"),
            (12_350_000, "12.4 ms"),
            (412_499, "412 µs"),
            (412_500, "413 µs"),
            (1_530_000_000, "1.53 s"),
            (59_999_999_999, "60.0 s"),
            (123_000_000_000, "2 min 3 s"),
            (7_380_000_000_000, "2 h 3 min"),
            (u64::MAX, "5,124,095 h 34 min"),
        ] {
            assert_eq!(duration(nanoseconds), words);
        }
    }

    #[test]
    fn bytes_that_happen_to_be_a_mark_without_its_letter_are_no_text() {
        assert!(!is_readable(b"\xde\xad") && !is_readable("\u{301}a".as_bytes()));
        assert!(is_readable("cafe\u{301}".as_bytes()) && is_readable("温度\n".as_bytes()));
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let shown = Escaped(b"a\x1b[31m\"\xff\xe2\x80\xae\n").to_string();
        assert_eq!(shown, "a\\x1b[31m\\\"\\xff\\u{202e}\\n");
        assert_eq!(safe("a\u{9b}b \"q\""), "a\\u{9b}b \"q\"");
    }
}
