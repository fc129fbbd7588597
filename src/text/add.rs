//! Words and numbers at the end of a text that is used again: what a packet's line is made of, without
//! a text of its own for each piece.

use super::{Escaped, Out};

/// Adds a number in decimal digits.
#[inline]
pub fn digits(value: u64, out: &mut impl Out) {
    match u32::try_from(value) {
        Ok(value @ ..100_000) => few_digits(value, out),
        _ => out.push_str(itoa::Buffer::new().format(value)),
    }
}

/// The same for one of five digits at most, as most are: they need no buffer.
#[inline]
fn few_digits(value: u32, out: &mut impl Out) {
    let ([_, a], [b, c], [d, e]) = (two(value / 10_000), two(value / 100), two(value));
    match value {
        ..10 => out.push_ascii(&[e]),
        ..100 => out.push_ascii(&[d, e]),
        ..1_000 => out.push_ascii(&[c, d, e]),
        ..10_000 => out.push_ascii(&[b, c, d, e]),
        _ => out.push_ascii(&[a, b, c, d, e]),
    }
}

/// The last two digits of a number.
#[inline]
fn two(value: u32) -> [u8; 2] {
    /// Those of all below a hundred: to look them up takes less than to reckon.
    static ALL: [[u8; 2]; 100] = {
        let mut all = [[b'0'; 2]; 100];
        let mut at = 0;
        while at < 100 {
            all[at] = [b'0' + (at / 10) as u8, b'0' + (at % 10) as u8];
            at += 1;
        }
        all
    };
    ALL.get((value % 100) as usize).copied().unwrap_or_default()
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
    let value = (value % 1_000_000) as u32;
    let ([a, b], [c, d], [e, f]) = (two(value / 10_000), two(value / 100), two(value));
    [a, b, c, d, e, f]
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
    match u32::try_from(value) {
        Ok(value @ ..10_000) => few_digits(value, out),
        _ => large_number(value, out),
    }
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
    let rounded = |scale| nanoseconds.saturating_mul(scale).saturating_add(half).checked_div(UNIT).unwrap_or_default();
    match nanoseconds.checked_div(UNIT).unwrap_or_default() {
        100.. => digits(rounded(1), out),
        10.. => {
            let tenths = rounded(10);
            digits(tenths / 10, out);
            let [_, tenth] = two((tenths % 10) as u32);
            out.push_ascii(&[b'.', tenth]);
        }
        _ => {
            let hundredths = rounded(100);
            digits(hundredths / 100, out);
            let [tenth, hundredth] = two((hundredths % 100) as u32);
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
