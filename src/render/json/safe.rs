//! JSON strings that steer no terminal, and keys with their values.

use crate::text::{add, add_escaped, is_all_plain, is_unsafe};
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
    let rest = add_escaped(text.as_bytes(), out);
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
    let is_all = add_escaped(bytes, out).is_empty();
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

/// Adds a key as it stands and a string.
pub(super) fn entry(key: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    string(text, out);
}

/// Adds a key as it stands and words of our tables, which have nothing to escape.
pub(super) fn known(key: &str, words: &str, out: &mut Vec<u8>) {
    debug_assert!(is_all_plain(words.as_bytes()), "{words}");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(words.as_bytes());
}

/// Adds a key as it stands and a number.
pub(super) fn number(key: &str, number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    add::digits_to(number, out);
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
