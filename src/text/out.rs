//! Where words are added: a `String`, or the bytes of a text.

use super::plain;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// What takes a text, and may know a shorter way for ASCII that comes as bytes.
pub trait Ascii: Write {
    /// Writes bytes, all of them ASCII.
    ///
    /// # Errors
    /// What is written to reports.
    fn write_ascii(&mut self, ascii: &[u8]) -> fmt::Result {
        self.write_str(std::str::from_utf8(ascii).unwrap_or_default())
    }

    /// Writes the printable ASCII at the beginning of a text, with a backslash before each quote and backslash,
    /// and returns what is behind it, or a little more of the text.
    ///
    /// # Errors
    /// What is written to reports.
    fn write_escaped<'t>(&mut self, text: &'t [u8]) -> Result<&'t [u8], fmt::Error> {
        plain::escaped_pieces(text, |piece| self.write_ascii(piece))
    }
}

/// Memory that takes a text: writing to it does not fail.
pub trait Out: Ascii {
    /// Adds a text.
    #[inline]
    fn push_str(&mut self, text: &str) {
        let _ = self.write_str(text);
    }

    /// Adds a character.
    #[inline]
    fn push(&mut self, c: char) {
        let _ = self.write_char(c);
    }

    /// Adds bytes, all of them ASCII.
    #[inline]
    fn push_ascii(&mut self, ascii: &[u8]) {
        let _ = self.write_ascii(ascii);
    }

    /// Adds the first of some bytes, all of them ASCII.
    #[inline]
    fn push_first<const N: usize>(&mut self, ascii: &[u8; N], count: usize) {
        self.push_ascii(ascii.get(..count).unwrap_or(ascii));
    }

    /// Adds a text that was put into words before.
    #[inline]
    fn push_words(&mut self, words: &Words) {
        self.push_str(&words.as_str());
    }

    /// Adds a text between quotes, with a backslash before each quote and backslash, if it is printable ASCII.
    /// `false`: it is not, and nothing is added.
    fn push_quoted(&mut self, text: &[u8]) -> bool {
        let is_printable = plain::is_printable(text);
        if is_printable {
            self.push('"');
            let _ = self.write_escaped(text);
            self.push('"');
        }
        is_printable
    }

    /// Adds so many blanks.
    #[inline]
    fn blanks(&mut self, count: usize) {
        (0..count).for_each(|_| self.push(' '));
    }
}

impl Ascii for fmt::Formatter<'_> {}

impl Ascii for String {
    #[inline]
    fn write_ascii(&mut self, ascii: &[u8]) -> fmt::Result {
        const FEW: usize = 8;
        // One by one, few bytes are added before it would be known that they are text.
        if ascii.len() <= FEW && ascii.is_ascii() {
            ascii.iter().for_each(|byte| self.push(char::from(*byte)));
            return Ok(());
        }
        self.write_str(std::str::from_utf8(ascii).unwrap_or_default())
    }
}

impl Out for String {}

/// A text as bytes: what is known to be text when it is added is not looked at again, as a `String` asks for.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<u8>);

impl Words {
    /// The bytes, which are UTF-8.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Changes places with bytes that begin with a text of others, for who adds words behind that.
    #[inline]
    pub(crate) fn swap(&mut self, text: &mut Vec<u8>) {
        std::mem::swap(&mut self.0, text);
    }

    /// The same as a text.
    #[must_use]
    pub fn as_str(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The same in a `String`.
    #[must_use]
    pub fn into_string(self) -> String {
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// How many bytes there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the text and keeps its memory.
    #[inline]
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The bytes from this one on, which begins a character.
    #[inline]
    #[must_use]
    pub fn since(&self, at: usize) -> &[u8] {
        self.0.get(at..).unwrap_or_default()
    }

    /// Adds what was [taken](Self::since) from other words.
    #[inline]
    pub(crate) fn push_known(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
    }

    /// Forgets what stands behind so many bytes, which end with a character.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Takes away the white space at the end.
    #[inline]
    pub fn trim_end(&mut self) {
        loop {
            let end = self.0.trim_ascii_end().len();
            self.0.truncate(end);
            if self.0.last().is_none_or(u8::is_ascii) || !self.trim_one() {
                return;
            }
        }
    }

    /// Takes away the last character if it is white space, of which there is more than ASCII's. `false`: it is
    /// none. Nothing before it is looked at, as there may be much.
    fn trim_one(&mut self) -> bool {
        let is_begin = |byte: &u8| *byte & 0xc0 != 0x80;
        let begin = self.0.iter().rposition(is_begin).unwrap_or_default();
        let last = self.0.get(begin..).and_then(|last| std::str::from_utf8(last).ok());
        let is_white = last.is_some_and(|last| last.trim_end().is_empty());
        if is_white {
            self.0.truncate(begin);
        }
        is_white
    }
}

impl Write for Words {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }

    #[inline]
    fn write_char(&mut self, c: char) -> fmt::Result {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => self.0.push(byte),
            _ => self.0.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        Ok(())
    }
}

impl Ascii for Words {
    #[inline]
    fn write_ascii(&mut self, ascii: &[u8]) -> fmt::Result {
        self.0.extend_from_slice(ascii);
        Ok(())
    }

    #[inline]
    fn write_escaped<'t>(&mut self, text: &'t [u8]) -> Result<&'t [u8], fmt::Error> {
        Ok(plain::add_escaped(text, &mut self.0))
    }
}

impl Out for Words {
    #[inline]
    fn push_first<const N: usize>(&mut self, ascii: &[u8; N], count: usize) {
        plain::push_first(ascii, count, &mut self.0);
    }

    #[inline]
    fn push_words(&mut self, words: &Words) {
        self.0.extend_from_slice(&words.0);
    }

    #[inline]
    fn push_quoted(&mut self, text: &[u8]) -> bool {
        // That it is printable is known once it is written, which it nearly always is.
        let start = self.0.len();
        self.0.push(b'"');
        let is_printable = plain::add_escaped(text, &mut self.0).is_empty();
        if is_printable {
            self.0.push(b'"');
        } else {
            self.0.truncate(start);
        }
        is_printable
    }

    #[inline]
    fn blanks(&mut self, count: usize) {
        // A length that the compiler knows is copied faster than the one that is asked for.
        const BLANKS: [u8; 32] = [b' '; 32];
        let end = self.0.len().saturating_add(count);
        while self.0.len() < end {
            self.0.extend_from_slice(&BLANKS);
        }
        self.0.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_a_string_would_hold() {
        let (mut words, mut string) = (Words::default(), String::new());
        let both: [&mut dyn Write; 2] = [&mut words, &mut string];
        for out in both {
            out.write_str("a\u{3000}b").unwrap();
            out.write_char('µ').unwrap();
            out.write_char('~').unwrap();
        }
        words.blanks(70);
        string.push_str(&" ".repeat(70));
        assert_eq!(words.as_bytes(), string.as_bytes());
        words.push('\u{3000}');
        words.trim_end();
        assert_eq!(words.as_bytes(), string.trim_end().as_bytes());
        words.push_str("…\u{3000} \u{a0}\t\u{2028}");
        words.trim_end();
        assert_eq!(words.as_bytes(), format!("{}…", string.trim_end()).as_bytes());
        let mut white = Words::default();
        white.push_str(" \u{3000} ");
        white.trim_end();
        assert!(white.is_empty());
    }

    #[test]
    fn what_is_not_printable_is_not_quoted() {
        for text in ["", "plain", "a \"quote\" and a \\", "longer, with a \n", "µ", "\u{7f}"] {
            let (mut words, mut string) = (Words::default(), String::from("lead "));
            words.push_str("lead ");
            let is_quoted = words.push_quoted(text.as_bytes());
            assert_eq!(is_quoted, text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
            assert_eq!(is_quoted, string.push_quoted(text.as_bytes()));
            assert_eq!(words.as_bytes(), string.as_bytes());
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            let quoted = if is_quoted { format!("\"{escaped}\"") } else { String::new() };
            assert_eq!(string, format!("lead {quoted}"));
        }
    }
}
