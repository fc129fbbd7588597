//! Words and numbers at the end of a text that is used again: what a packet's line is made of, without
//! a text of its own for each piece.

use super::{Escaped, Out};

/// Adds a number in decimal digits.
pub fn digits(value: u64, out: &mut impl Out) {
    // Most are small and need no buffer.
    match value {
        0..=9 => out.push(digit(value as u8)),
        10..=99 => out.push_ascii(&two(value)),
        _ => out.push_ascii(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// The character of a digit below 16.
fn digit(value: u8) -> char {
    // The mask tells the compiler that it is ASCII.
    char::from(super::hex_digit(value) & 0x7f)
}

/// The last two digits of a number.
const fn two(value: u64) -> [u8; 2] {
    [b'0' | (value / 10 % 10) as u8, b'0' | (value % 10) as u8]
}

/// Adds the last six digits of a number: the microseconds of a second.
#[inline]
pub fn six_digits(value: u64, out: &mut impl Out) {
    let ([a, b], [c, d], [e, f]) = (two(value / 10_000), two(value / 100), two(value));
    out.push_ascii(&[a, b, c, d, e, f]);
}

/// Adds a number in so many decimal digits at least, with zeros in front.
pub fn padded(value: u64, width: usize, out: &mut impl Out) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_ascii(digits.as_bytes());
}

/// Adds a number with commas between groups of three digits, from 10,000 on.
pub fn number(value: u64, out: &mut impl Out) {
    if value < 10_000 {
        return digits(value, out);
    }
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
pub fn count(value: u64, noun: &str, out: &mut impl Out) {
    number(value, out);
    out.push(' ');
    out.push_str(noun);
    if value != 1 {
        out.push('s');
    }
}

/// Adds a span of nanoseconds, with three digits that count: `412 µs`, `1.53 s`, `2 min 3 s`.
pub fn duration(nanoseconds: u64, out: &mut impl Out) {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000, " s"), (1_000_000, " ms"), (1_000, " µs"), (1, " ns")];
    let seconds = nanoseconds / 1_000_000_000;
    if seconds >= 60 {
        return minutes(seconds, out);
    }
    let at = UNITS.iter().position(|(unit, _)| nanoseconds >= *unit);
    let Some((unit, name)) = at.and_then(|at| UNITS.get(at)) else { return out.push_str("0 ns") };
    let whole = nanoseconds.checked_div(*unit).unwrap_or_default();
    let decimals = match whole {
        _ if *unit == 1 => 0,
        100.. => 0,
        10.. => 1,
        _ => 2,
    };
    let scale = 10u64.saturating_pow(decimals);
    let rounded = nanoseconds.saturating_mul(scale).saturating_add(unit >> 1);
    let value = rounded.checked_div(*unit).unwrap_or_default();
    digits(value.checked_div(scale).unwrap_or_default(), out);
    if decimals > 0 {
        out.push('.');
        padded(value.checked_rem(scale).unwrap_or_default(), decimals as usize, out);
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
