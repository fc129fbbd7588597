//! Words and numbers at the end of a text that is used again: what a packet's line is made of, without
//! a text of its own for each piece.

use super::Escaped;

/// Adds a number in decimal digits.
pub fn digits(value: u64, out: &mut String) {
    // Most are small and need no buffer.
    match u8::try_from(value) {
        Ok(value) => {
            if value >= 100 {
                out.push(digit(value / 100));
            }
            if value >= 10 {
                out.push(digit(value / 10 % 10));
            }
            out.push(digit(value % 10));
        }
        Err(_) => out.push_str(itoa::Buffer::new().format(value)),
    }
}

/// The character of a digit below 16.
fn digit(value: u8) -> char {
    // The mask tells the compiler that it is ASCII.
    char::from(super::hex_digit(value) & 0x7f)
}

/// Adds a number in so many decimal digits at least, with zeros in front.
pub fn padded(value: u64, width: usize, out: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    (digits.len()..width).for_each(|_| out.push('0'));
    out.push_str(digits);
}

/// Adds a number with commas between groups of three digits, from 10,000 on.
pub fn number(value: u64, out: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    if digits.len() < 5 {
        return out.push_str(digits);
    }
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
pub fn count(value: u64, noun: &str, out: &mut String) {
    number(value, out);
    out.push(' ');
    out.push_str(noun);
    if value != 1 {
        out.push('s');
    }
}

/// Adds a span of nanoseconds, with three digits that count: `412 µs`, `1.53 s`, `2 min 3 s`.
pub fn duration(nanoseconds: u64, out: &mut String) {
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
fn minutes(seconds: u64, out: &mut String) {
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
pub fn escaped(bytes: &[u8], out: &mut String) {
    // Writing to a String does not fail.
    let _ = Escaped(bytes).write(out);
}

/// Adds a byte as two hexadecimal digits.
pub fn hex(byte: u8, out: &mut String) {
    out.push(digit(byte >> 4));
    out.push(digit(byte));
}

/// Adds a number in so many hexadecimal digits at least, with zeros in front.
pub fn padded_hex(value: u32, width: u32, out: &mut String) {
    let needed = u32::BITS.saturating_sub(value.leading_zeros()).div_ceil(4);
    for place in (0..needed.max(width)).rev() {
        let digits = value.checked_shr(place.saturating_mul(4)).unwrap_or_default();
        out.push(digit((digits & 15) as u8));
    }
}
