//! Heads of HTTP/1.1 (RFC 9112), line by line.

use super::rest;
use crate::annotate::{Cursor, Sink};
use crate::spec::Field;
use crate::spec::carrier_fields::header_line;

/// The fields of a head: those of its first line, and of a line with another name.
#[derive(Clone, Copy)]
pub(super) struct Form {
    first_line: Field,
    words: [Field; 3],
    other: Field,
}

/// A request.
pub(super) const REQUEST: Form = Form {
    first_line: Field::HTTP_REQUEST_LINE,
    words: [Field::HTTP_METHOD, Field::HTTP_URI, Field::HTTP_REQUEST_VERSION],
    other: Field::HTTP_REQUEST_HEADER,
};

/// An answer.
pub(super) const RESPONSE: Form = Form {
    first_line: Field::HTTP_STATUS_LINE,
    words: [Field::HTTP_RESPONSE_VERSION, Field::HTTP_STATUS, Field::HTTP_PHRASE],
    other: Field::HTTP_RESPONSE_HEADER,
};

pub(super) fn read<S: Sink>(c: &mut Cursor<'_, '_, S>, form: Form) {
    if c.at_end() {
        return;
    }
    let _ = c.group(form.first_line, |c| {
        let end = line(c.ahead()).len();
        let [first, second, third] = form.words;
        let word = word_end(c.ahead(), end);
        c.bytes(first, word, 0);
        let left = end.saturating_sub(word);
        let word = word_end(c.ahead(), left);
        c.bytes(second, word, number(c.ahead().get(..word).unwrap_or_default()));
        c.bytes(third, left.saturating_sub(word), 0);
        Ok(())
    });
    while !c.at_end() {
        let line = line(c.ahead());
        if line.trim_ascii().is_empty() {
            c.bytes(Field::HTTP_END, line.len(), 0);
            break;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let field = header_line(name).unwrap_or(form.other);
        c.bytes(field, line.len(), 0);
    }
    rest(c, Field::HTTP_DATA);
}

/// The first line, with its end.
fn line(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at.saturating_add(1));
    bytes.get(..end).unwrap_or(bytes)
}

/// Where the first word ends, with the blank behind it.
pub(super) fn word_end(bytes: &[u8], line: usize) -> usize {
    let line_bytes = bytes.get(..line).unwrap_or(bytes);
    memchr::memchr(b' ', line_bytes).map_or(line_bytes.len(), |at| at.saturating_add(1))
}

/// The number that a word is, or 0.
pub(super) fn number(word: &[u8]) -> u64 {
    let text = std::str::from_utf8(word.trim_ascii()).unwrap_or_default();
    text.parse::<u32>().map_or(0, u64::from)
}
