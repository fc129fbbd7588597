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
    let topic = text(c, field)?;
    if S::RECORDS {
        check_topic(c, field, topic, may_be_empty, c.position());
    }
    Ok(topic)
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
    // The first of each kind: what is text by mistake may hold thousands.
    let control = valid.char_indices().find(|(_, sign)| is_control(*sign));
    let none = valid.char_indices().find(|(_, sign)| is_noncharacter(*sign));
    for (rule, found) in [(Rule::TEXT_CONTROL, control), (Rule::TEXT_NONCHARACTER, none)] {
        if let Some((at, sign)) = found {
            report(rule, at, (sign.len_utf8(), u32::from(sign)));
        }
    }
}

/// The control characters that text should not hold; U+0000, which it must not, is not among them.
fn is_control(sign: char) -> bool {
    matches!(sign, '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// A code point that Unicode gives to no character for ever.
fn is_noncharacter(sign: char) -> bool {
    matches!(sign, '\u{fdd0}'..='\u{fdef}') || u32::from(sign) & 0xfffe == 0xfffe
}

/// Whether text is what nearly all text is: ASCII without control characters. Looks at eight bytes
/// at a time; the last eight may overlap the ones before.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The uppermost bit of a byte is set in `word` from 0x80 on, in the difference below 0x20, and
    // in the sum for 0x7f.
    let plain = |word: u64| {
        (word | word.wrapping_sub(ONES << 5) | word.wrapping_add(ONES)) & (ONES << 7) == 0
    };
    match (bytes.last_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(last), ..) => {
            let (words, _) = bytes.as_chunks::<8>();
            words.iter().chain([last]).all(|word| plain(u64::from_ne_bytes(*word)))
        }
        (None, Some(first), Some(last)) => {
            let [first, last] = [first, last].map(|half| u64::from(u32::from_ne_bytes(*half)));
            plain(first << 32 | last)
        }
        _ => bytes.iter().all(|byte| (0x20..0x7f).contains(byte)),
    }
}

/// Reports where a payload that was read last is not the text that its Payload Format Indicator
/// promises (5.0: section 3.3.2.3.2).
pub(super) fn check_payload<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    properties: Properties<'_>,
    payload: &[u8],
) {
    if properties.number(PropertyId::PAYLOAD_FORMAT_INDICATOR) == Some(1)
        && let Err(error) = std::str::from_utf8(payload)
    {
        let at = error.valid_up_to();
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
}
