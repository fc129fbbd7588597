//! The data types of section 1.5 (5.0) and the checks that belong to them.

use super::packet::Text;
use super::property::Properties;
use crate::annotate::{Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, PropertyId, Rule};
use memchr::memchr;

/// A UTF-8 Encoded String (5.0: section 1.5.4).
#[inline]
pub fn text<'a, S: Sink>(c: &mut Cursor<'a, '_, S>, field: Field) -> Result<Text<'a>, Stop> {
    let bytes = c.prefixed(field)?;
    if S::RECORDS {
        check_text(c, field, bytes, c.position());
    }
    Ok(Text(bytes))
}

/// A Topic Name: text that is not empty and holds no wildcard (5.0: sections 3.3.2.1 and 4.7).
#[inline]
pub fn topic_name<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    field: Field,
    may_be_empty: bool,
) -> Result<Text<'a>, Stop> {
    let bytes = c.prefixed(field)?;
    if S::RECORDS && !is_plain_topic(bytes) {
        check_unusual_text(c, field, bytes, c.position());
        check_topic(c, field, Text(bytes), may_be_empty, c.position());
    }
    Ok(Text(bytes))
}

/// A Packet Identifier, which is never 0 (5.0: section 2.2.1).
#[inline]
pub fn packet_id<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<u16, Stop> {
    let id = c.u16(Field::PACKET_ID)?;
    if id == 0 {
        c.note_last(Rule::PACKET_ID_0, Field::PACKET_ID, 2, (0, 0));
    }
    Ok(id)
}

/// Reports what is wrong with text that ends before byte `end` of the packet.
#[inline]
pub(super) fn check_text<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    bytes: &[u8],
    end: usize,
) {
    if !is_plain(bytes) {
        check_unusual_text(c, field, bytes, end);
    }
}

#[cold]
fn check_unusual_text<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field, bytes: &[u8], end: usize) {
    let start = end.saturating_sub(bytes.len());
    let mut report = |rule, at: usize, (len, value): (usize, u32)| {
        let span = Span::of_bytes(start.saturating_add(at), len);
        c.note(Finding::new(rule, span, field).with(u64::from(value), at as u64));
    };
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or_default();
            report(Rule::UTF8_ILL_FORMED, at, (1, byte.into()));
            std::str::from_utf8(bytes.get(..at).unwrap_or_default()).unwrap_or_default()
        }
    };
    if let Some(at) = memchr(0, bytes) {
        report(Rule::UTF8_NUL, at, (1, 0));
    }
    if valid.starts_with(BYTE_ORDER_MARK) {
        report(Rule::TEXT_BOM, 0, (BYTE_ORDER_MARK.len_utf8(), BYTE_ORDER_MARK.into()));
    }
    // The first of each kind: what is text by mistake may hold thousands.
    let control = valid.char_indices().find(|(_, sign)| is_control(*sign));
    let none = valid.char_indices().find(|(_, sign)| is_noncharacter(*sign));
    for (rule, found) in [(Rule::TEXT_CONTROL, control), (Rule::TEXT_NONCHARACTER, none)] {
        if let Some((at, sign)) = found {
            report(rule, at, (sign.len_utf8(), u32::from(sign)));
        }
    }
}

/// What some editors begin a file of UTF-8 with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The control characters that text should not hold; U+0000, which it must not, is not among them.
fn is_control(sign: char) -> bool {
    matches!(sign, '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// A code point that Unicode gives to no character for ever.
fn is_noncharacter(sign: char) -> bool {
    matches!(sign, '\u{fdd0}'..='\u{fdef}') || u32::from(sign) & 0xfffe == 0xfffe
}

/// The lowest bit of each byte.
pub(super) const ONES: u64 = 0x0101_0101_0101_0101;
/// The uppermost bit of each byte.
pub(super) const TOPS: u64 = ONES << 7;

/// Whether text is what nearly all text is: ASCII without control characters.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    each(bytes, is_plain_word, is_plain_byte)
}

/// Whether a topic is what nearly all are: not empty, plain, and without a wildcard.
#[inline]
pub(super) fn is_plain_topic(topic: &[u8]) -> bool {
    // In plain text a byte that a difference with `ONES` turns negative is one that was 0.
    let has =
        |word: u64, sign: u8| (word ^ (ONES * u64::from(sign))).wrapping_sub(ONES) & TOPS != 0;
    let is_plain = |word| is_plain_word(word) & !has(word, b'+') & !has(word, b'#');
    let is_plain_byte = |byte| is_plain_byte(byte) & (byte != b'+') & (byte != b'#');
    !topic.is_empty() && each(topic, is_plain, is_plain_byte)
}

/// The uppermost bit of a byte is set in `word` from 0x80 on, in the difference below 0x20, and in the
/// sum for 0x7f.
#[inline]
fn is_plain_word(word: u64) -> bool {
    (word | word.wrapping_sub(ONES << 5) | word.wrapping_add(ONES)) & TOPS == 0
}

#[inline]
fn is_plain_byte(byte: u8) -> bool {
    byte.wrapping_sub(b' ') <= b'~' - b' '
}

/// Looks at 16 bytes at a time, a vector register, of which the last may have been looked at before;
/// of fewer at eight, the first and the last, which may overlap. Fewer than eight are filled up with
/// blanks, or with themselves.
#[inline(always)]
fn each(bytes: &[u8], is_word: impl Fn(u64) -> bool, is_byte: impl Fn(u8) -> bool) -> bool {
    // No way out at the first that is not: then there is no branch for each byte.
    let is_block = |block: &[u8; 16]| block.iter().fold(true, |all, byte| all & is_byte(*byte));
    if let Some(last) = bytes.last_chunk::<16>() {
        return is_block(last) && bytes.as_chunks::<16>().0.iter().all(is_block);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let [first, last] = [first, last].map(|word| u64::from_ne_bytes(*word));
        return is_word(first) & is_word(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let [first, last] = [first, last].map(|half| u64::from(u32::from_ne_bytes(*half)));
        return is_word(first << 32 | last);
    }
    is_word(bytes.iter().fold(ONES << 5, |word, byte| word << 8 | u64::from(*byte)))
}

/// Where a payload is not the text that its Payload Format Indicator promises.
#[inline]
pub(super) fn ill_formed(properties: Properties<'_>, payload: &[u8]) -> Option<usize> {
    // Nearly all payloads with properties are plain text: to see that is cheaper than to look for one.
    if is_plain(payload) || properties.number(PropertyId::PAYLOAD_FORMAT_INDICATOR) != Some(1) {
        return None;
    }
    std::str::from_utf8(payload).err().map(|error| error.valid_up_to())
}

/// Reports where a payload that was read last is not the text that its Payload Format Indicator
/// promises (5.0: section 3.3.2.3.2).
pub(super) fn check_payload<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    properties: Properties<'_>,
    payload: &[u8],
) {
    if let Some(at) = ill_formed(properties, payload) {
        let byte = payload.get(at).copied().unwrap_or_default();
        let back = payload.len().saturating_sub(at);
        c.note_back(Rule::PAYLOAD_NOT_UTF8, field, (back, 1), (u64::from(byte), at as u64));
    }
}

/// Reports what makes text that ends before byte `end` unfit as a Topic Name.
pub(super) fn check_topic<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    topic: Text<'_>,
    may_be_empty: bool,
    end: usize,
) {
    if topic.is_empty() && !may_be_empty {
        c.note(Finding::new(Rule::TOPIC_EMPTY, Span::of_bytes(end.saturating_sub(2), 2), field));
    }
    if let Some(at) = memchr::memchr2(b'+', b'#', topic.0) {
        let place = end.saturating_sub(topic.0.len()).saturating_add(at);
        let sign = topic.0.get(at).copied().unwrap_or_default();
        c.note(
            Finding::new(Rule::TOPIC_WILDCARD, Span::of_bytes(place, 1), field)
                .with(u64::from(sign), 0),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_ascii_without_controls() {
        for len in 0..40 {
            for at in 0..len {
                for byte in 0..=255 {
                    let mut bytes = vec![b'a'; len];
                    bytes[at] = byte;
                    let plain = byte == b' ' || byte.is_ascii_graphic();
                    assert_eq!(is_plain(&bytes), plain, "{bytes:?}");
                }
            }
            assert!(is_plain(&vec![0x7e; len]) && is_plain(&vec![0x20; len]));
        }
    }

    #[test]
    fn a_plain_topic_holds_no_wildcard() {
        assert!(!is_plain_topic(b""));
        for len in 1..20 {
            for at in 0..len {
                for byte in 0..=255u8 {
                    let mut bytes = vec![b'a'; len];
                    bytes[at] = byte;
                    let is_plain = byte == b' ' || byte.is_ascii_graphic();
                    let expected = is_plain && !b"+#".contains(&byte);
                    assert_eq!(is_plain_topic(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
