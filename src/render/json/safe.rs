//! JSON strings that steer no terminal.

use crate::text::is_unsafe;
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
