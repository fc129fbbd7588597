//! JSON strings that steer no terminal, and keys with their values.

use crate::text::{is_plain, is_unsafe};
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Compact JSON in which every character that [`is_unsafe`] names is an escape.
pub(super) struct SafeFormatter;

impl Formatter for SafeFormatter {
    #[inline]
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // C0 controls never come here: serde_json escapes them itself.
        let is_plain = fragment.bytes().fold(true, |plain, byte| plain & (byte < 0x7f));
        if is_plain { out.write_all(fragment.as_bytes()) } else { escaped(out, fragment) }
    }
}

/// Adds a string with its quotes.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let rest = printable(text.as_bytes(), out);
    if rest.is_empty() {
        return out.push(b'"');
    }
    // All before it is ASCII, so it begins a character.
    let rest = str::from_utf8(rest).unwrap_or_default();
    let quote = out.len();
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, SafeFormatter);
    // Writing to a vector does not fail.
    let _ = rest.serialize(&mut serializer);
    out.remove(quote);
}

/// Adds bytes as a string if all of them are printable ASCII, as nearly always; else nothing.
pub(super) fn ascii(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.push(b'"');
    let is_all = printable(bytes, out).is_empty();
    match is_all {
        true => out.push(b'"'),
        false => out.truncate(start),
    }
    is_all
}

/// Adds bytes as a string, with U+FFFD for what is no UTF-8.
pub(super) fn lossy(bytes: &[u8], out: &mut Vec<u8>) {
    if !ascii(bytes, out) {
        string(&String::from_utf8_lossy(bytes), out);
    }
}

/// Adds the printable ASCII at the beginning with backslashes where they have to be, and gives back the
/// rest.
fn printable<'b>(bytes: &'b [u8], out: &mut Vec<u8>) -> &'b [u8] {
    let mut rest = bytes;
    loop {
        let Some((plain, tail)) = rest.split_at_checked(plain_len(rest)) else { return rest };
        out.extend_from_slice(plain);
        match tail {
            [byte @ (b'"' | b'\\'), after @ ..] => {
                out.extend_from_slice(&[b'\\', *byte]);
                rest = after;
            }
            _ => return tail,
        }
    }
}

/// How many bytes at the beginning stand in a string as they are. Eight are looked at in one go.
fn plain_len(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut len = 0usize;
    for word in words {
        match marked(u64::from_le_bytes(*word)) {
            0 => len = len.wrapping_add(8),
            marks => return len.wrapping_add((marks.trailing_zeros() >> 3) as usize),
        }
    }
    let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
    len.wrapping_add(plain)
}

/// The highest bit of the lowest byte that is not plain; what stands in the bytes above it means nothing,
/// 0 that all are plain.
const fn marked(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Borrows and carries come from bytes that are marked themselves.
    const fn is_below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(EACH.wrapping_mul(limit as u64)) & !word
    }
    let is_quote = is_below(word ^ EACH.wrapping_mul(b'"' as u64), 1);
    let is_backslash = is_below(word ^ EACH.wrapping_mul(b'\\' as u64), 1);
    let is_above = word | word.wrapping_add(EACH);
    (is_below(word, b' ') | is_quote | is_backslash | is_above) & EACH.wrapping_mul(0x80)
}

/// Adds a key as it stands and a string.
pub(super) fn entry(key: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    string(text, out);
}

/// Adds a key as it stands and words of our tables, which have nothing to escape.
pub(super) fn known(key: &str, words: &str, out: &mut Vec<u8>) {
    debug_assert_eq!(plain_len(words.as_bytes()), words.len(), "{words}");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(words.as_bytes());
}

/// Adds a key as it stands and a number.
pub(super) fn number(key: &str, number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn escaped<W: ?Sized + Write>(out: &mut W, fragment: &str) -> io::Result<()> {
    let mut rest = fragment;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
        let (safe, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.write_all(safe.as_bytes())?;
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = tail.strip_prefix(c).unwrap_or_default();
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_is_written_as_the_library_writes_it(text in ".{0,40}|[ -~\\n\u{80}-\u{a0}]{0,40}") {
            let (mut ours, mut theirs) = (vec![b'x'], vec![b'x']);
            string(&text, &mut ours);
            let mut serializer = serde_json::Serializer::with_formatter(&mut theirs, SafeFormatter);
            text.serialize(&mut serializer).unwrap();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn bytes_are_written_as_their_text(bytes in prop::collection::vec(prop_oneof![8 => b' '..=b'~', 1 => any::<u8>()], 0..40)) {
            let (mut ours, mut theirs) = (vec![b'x'], vec![b'x']);
            lossy(&bytes, &mut ours);
            string(&String::from_utf8_lossy(&bytes), &mut theirs);
            prop_assert_eq!(ours, theirs);
        }
    }
}
