//! The data types of section 1.5 (5.0) and the checks that belong to them.

use super::packet::Text;
use crate::annotate::{Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, Rule};
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

/// A Topic Filter: text that is not empty (5.0: section 4.7.3).
#[inline]
pub fn topic_filter<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    field: Field,
) -> Result<Text<'a>, Stop> {
    let filter = text(c, field)?;
    if filter.is_empty() {
        c.note_last(Rule::TOPIC_EMPTY, field, 2, (0, 0));
    }
    Ok(filter)
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
pub(super) fn check_text<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    bytes: &[u8],
    end: usize,
) {
    let start = end.saturating_sub(bytes.len());
    let mut report = |rule, at: usize, byte: u8| {
        let span = Span::of_bytes(start.saturating_add(at), 1);
        c.note(Finding::new(rule, span, field).with(u64::from(byte), at as u64));
    };
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        report(Rule::UTF8_ILL_FORMED, at, bytes.get(at).copied().unwrap_or_default());
    }
    if let Some(at) = memchr(0, bytes) {
        report(Rule::UTF8_NUL, at, 0);
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
