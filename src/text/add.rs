//! Words and numbers at the end of a text that is used again: what a packet's line is made of, without
//! a text of its own for each piece.

use super::plain::push_first;
use super::{Ascii, Escaped, Out};
use std::fmt::{self, Write};

/// Adds a number in decimal digits.
#[inline]
pub fn digits(value: u64, out: &mut impl Out) {
    match value {
        0..=9 => out.push_ascii(&[b'0' | value as u8]),
        10..=99 => out.push_ascii(&two(value)),
        100..=999 => {
            let [b, c] = two(value % 100);
            out.push_ascii(&[b'0' | (value / 100) as u8, b, c]);
        }
        1_000..=9_999 => {
            out.push_ascii(&four_digits(value));
        }
        _ => many_digits(value, out),
    }
}

/// The same of a number of five digits or more.
fn many_digits(value: u64, out: &mut impl Out) {
    let (upper, lower) = (value / EIGHT, value % EIGHT);
    match upper {
        0 => {
            let digits = u64::from_le_bytes(eight_digits(value));
            // The zeros in front are shifted out.
            let zeros = (digits ^ u64::from_le_bytes([b'0'; 8])).trailing_zeros() >> 3;
            let digits = digits.checked_shr(zeros << 3).unwrap_or_default();
            out.push_first(&digits.to_le_bytes(), 8u32.saturating_sub(zeros) as usize);
        }
        1..=9_999 => {
            // Numbers of 32 bits have two more at most.
            match upper {
                0..=9 => out.push_ascii(&[b'0' | upper as u8]),
                10..=99 => out.push_ascii(&two(upper)),
                _ => digits(upper, out),
            }
            out.push_ascii(&eight_digits(lower));
        }
        _ => out.push_str(itoa::Buffer::new().format(value)),
    }
}

/// The least number of more than eight digits.
const EIGHT: u64 = 100_000_000;

/// Adds a number in decimal digits to bytes.
#[inline]
pub(crate) fn digits_to(value: u64, out: &mut Vec<u8>) {
    digits(value, &mut Bytes(out));
}

/// Bytes that digits are added to.
pub(super) struct Bytes<'b>(pub(super) &'b mut Vec<u8>);

impl Write for Bytes<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write_ascii(text.as_bytes())
    }
}

impl Ascii for Bytes<'_> {
    #[inline]
    fn write_ascii(&mut self, ascii: &[u8]) -> fmt::Result {
        self.0.extend_from_slice(ascii);
        Ok(())
    }
}

impl Out for Bytes<'_> {
    #[inline]
    fn push_first<const N: usize>(&mut self, ascii: &[u8; N], count: usize) {
        push_first(ascii, count, self.0);
    }
}

/// The last eight digits of a number.
#[inline]
fn eight_digits(value: u64) -> [u8; 8] {
    // All at once, as numbers below 10^4, then 10^2, then 10 in ever smaller parts of a word, the first one in
    // the lowest: a product and a shift divide each part by ten or by a hundred, as it is small enough.
    let (upper, lower) = (value / 10_000 % 10_000, value % 10_000);
    let fours = upper | lower << 32;
    let hundreds = fours.wrapping_mul(10_486) >> 20 & 0x0000_007f_0000_007f;
    let twos = hundreds | fours.wrapping_sub(hundreds.wrapping_mul(100)) << 16;
    let tens = twos.wrapping_mul(103) >> 10 & 0x000f_000f_000f_000f;
    let ones = tens | twos.wrapping_sub(tens.wrapping_mul(10)) << 8;
    (ones | u64::from_le_bytes([b'0'; 8])).to_le_bytes()
}

/// The digits of a number below ten thousand, with zeros in front.
#[inline]
pub(crate) fn four_digits(value: u64) -> [u8; 4] {
    let ([a, b], [c, d]) = (two(value / 100), two(value % 100));
    [a, b, c, d]
}

/// The two digits of a number below a hundred.
#[inline]
fn two(value: u64) -> [u8; 2] {
    /// Those of all below a hundred: to look them up takes less than to reckon.
    static ALL: [u8; 200] = *b"\
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    let (pairs, _) = ALL.as_chunks::<2>();
    pairs.get(value as usize).copied().unwrap_or_default()
}

/// The character of a digit below 16.
fn digit(value: u8) -> char {
    // The mask tells the compiler that it is ASCII.
    char::from(super::hex_digit(value) & 0x7f)
}

/// The last six digits of a number: the microseconds of a second.
#[inline]
#[must_use]
pub fn six_digits(value: u64) -> [u8; 6] {
    let (upper, lower) = (value / 10_000 % 100, value % 10_000);
    let ([a, b], [c, d], [e, f]) = (two(upper), two(lower / 100), two(lower % 100));
    [a, b, c, d, e, f]
}

/// The last nine digits of a number: the nanoseconds of a second.
#[inline]
#[must_use]
pub fn nine_digits(value: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = eight_digits(value / 10);
    [a, b, c, d, e, f, g, h, b'0' | (value % 10) as u8]
}

/// Adds a number in so many decimal digits at least, with zeros in front.
pub fn padded(value: u64, width: usize, out: &mut impl Out) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_ascii(digits.as_bytes());
}

/// Adds a number with commas between groups of three digits, from 10,000 on.
#[inline]
pub fn number(value: u64, out: &mut impl Out) {
    if value < 10_000 { digits(value, out) } else { large_number(value, out) }
}

fn large_number(value: u64, out: &mut impl Out) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    let mut left = digits.len();
    for digit in digits.chars() {
        out.push(digit);
        left = left.saturating_sub(1);
        if left > 0 && left.checked_rem(3) == Some(0) {
            out.push(',');
        }
    }
}

/// Adds a number and its noun, which takes an s: `1 byte`, `2 bytes`.
#[inline]
pub fn count(value: u64, noun: &str, out: &mut impl Out) {
    number(value, out);
    out.push(' ');
    out.push_str(noun);
    if value != 1 {
        out.push('s');
    }
}

/// Adds what [`count`] adds of bytes, which nearly each line does.
#[inline]
pub fn bytes(value: u64, out: &mut impl Out) {
    number(value, out);
    out.push_str(if value == 1 { " byte" } else { " bytes" });
}

/// Adds a span of nanoseconds, with three digits that count: `412 µs`, `1.53 s`, `2 min 3 s`.
#[inline]
pub fn duration(nanoseconds: u64, out: &mut impl Out) {
    match nanoseconds {
        0 => out.push_str("0 ns"),
        1..1_000 => {
            digits(nanoseconds, out);
            out.push_str(" ns");
        }
        1_000..1_000_000 => in_unit::<1_000>(nanoseconds, " µs", out),
        1_000_000..1_000_000_000 => in_unit::<1_000_000>(nanoseconds, " ms", out),
        1_000_000_000..60_000_000_000 => in_unit::<1_000_000_000>(nanoseconds, " s", out),
        _ => minutes(nanoseconds / 1_000_000_000, out),
    }
}

/// Adds nanoseconds in a unit of so many, below a thousand of it, with three digits that count.
#[inline]
fn in_unit<const UNIT: u64>(nanoseconds: u64, name: &str, out: &mut impl Out) {
    let half = UNIT >> 1;
    let rounded = |scale| {
        nanoseconds.saturating_mul(scale).saturating_add(half).checked_div(UNIT).unwrap_or_default()
    };
    match nanoseconds.checked_div(UNIT).unwrap_or_default() {
        100.. => digits(rounded(1), out),
        10.. => {
            let tenths = rounded(10);
            digits(tenths / 10, out);
            let [_, tenth] = two(tenths % 10);
            out.push_ascii(&[b'.', tenth]);
        }
        _ => {
            let hundredths = rounded(100);
            digits(hundredths / 100, out);
            let [tenth, hundredth] = two(hundredths % 100);
            out.push_ascii(&[b'.', tenth, hundredth]);
        }
    }
    out.push_str(name);
}

/// Adds a time of a minute or more, in its two largest units.
fn minutes(seconds: u64, out: &mut impl Out) {
    let (minutes, rest) = (seconds / 60, seconds % 60);
    let (whole, whole_name, part, part_name) = match (minutes / 60, minutes % 60) {
        (0, _) => (minutes, " min ", rest, " s"),
        (hours, minutes) => (hours, " h ", minutes, " min"),
    };
    number(whole, out);
    out.push_str(whole_name);
    digits(part, out);
    out.push_str(part_name);
}

/// Adds bytes as [`Escaped`] shows them.
#[inline]
pub fn escaped(bytes: &[u8], out: &mut impl Out) {
    // Writing to a String does not fail.
    let _ = Escaped(bytes).write(out);
}

/// Adds a byte as two hexadecimal digits.
pub fn hex(byte: u8, out: &mut impl Out) {
    out.push(digit(byte >> 4));
    out.push(digit(byte));
}

/// Adds a number in so many hexadecimal digits at least, with zeros in front.
pub fn padded_hex(value: u32, width: u32, out: &mut impl Out) {
    let needed = u32::BITS.saturating_sub(value.leading_zeros()).div_ceil(4);
    for place in (0..needed.max(width)).rev() {
        let digits = value.checked_shr(place.saturating_mul(4)).unwrap_or_default();
        out.push(digit((digits & 15) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Words, text};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_those_of_the_standard_library(value: u64, places in 0..64u32) {
            let value = value >> places;
            let (mut words, mut bytes) = (Words::default(), Vec::new());
            digits(value, &mut words);
            digits_to(value, &mut bytes);
            prop_assert_eq!(words.into_string(), value.to_string());
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), value.to_string());
            prop_assert_eq!(text(|out| digits(value, out)), value.to_string());
            prop_assert_eq!(text(|out| super::bytes(value, out)), text(|out| count(value, "byte", out)));
            let (six, nine) = (six_digits(value), nine_digits(value));
            let whole = format!("{value:09}");
            prop_assert!(whole.as_bytes().ends_with(&six) && whole.as_bytes().ends_with(&nine));
        }
    }
}
