//! What is wrong with values that could be read.

use super::message::{Message, Topic};
use crate::annotate::{Cursor, Finding, Sink};
use crate::bytes::Span;
use crate::spec::sn::{Flags, MessageType, Part, return_code::return_code};
use crate::spec::{Field, Rule};

/// The longest ClientId that the standard allows, in characters (section 5.3.1).
const MAX_CLIENT_ID: usize = 23;
/// The one ProtocolId (section 5.3.8).
const PROTOCOL_ID: u8 = 1;

/// Judges a number of one byte, which was read last.
pub(super) fn judge_byte<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field, value: u8) {
    let rule = match field {
        Field::SN_PROTOCOL_ID if value != PROTOCOL_ID => Rule::SN_PROTOCOL_ID,
        Field::SN_RETURN_CODE if return_code(value).is_none() => Rule::SN_RETURN_CODE,
        _ => return,
    };
    c.note_last(rule, field, 1, (u64::from(value), 0));
}

/// Judges text, which was read last.
pub(super) fn judge_text<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field, text: &[u8]) {
    if !S::RECORDS || !is_text(field) {
        return;
    }
    let (len, start) = (text.len(), c.position().saturating_sub(text.len()));
    let numbers = (len as u64, 0);
    match field {
        Field::SN_CLIENT_ID if len == 0 => {
            c.note_last(Rule::SN_CLIENT_ID_EMPTY, field, 0, numbers);
        }
        Field::SN_CLIENT_ID | Field::SN_PING_CLIENT_ID if len > MAX_CLIENT_ID => {
            c.note_last(Rule::SN_CLIENT_ID_LONG, field, len, numbers);
        }
        Field::SN_FILTER_SHORT if len != 2 => {
            c.note_last(Rule::SN_SHORT_TOPIC_LENGTH, field, len, numbers);
        }
        Field::SN_TOPIC_NAME | Field::SN_TOPIC_FILTER | Field::SN_WILL_TOPIC if len == 0 => {
            c.note_last(Rule::TOPIC_EMPTY, field, 0, numbers);
        }
        _ => {}
    }
    let mut note = |rule, at: usize, (a, b)| {
        let span = Span::of_bytes(start.saturating_add(at), 1);
        c.note(Finding::new(rule, span, field).with(a, b));
    };
    if let Err(error) = std::str::from_utf8(text) {
        let at = error.valid_up_to();
        let byte = text.get(at).copied().unwrap_or_default();
        note(Rule::UTF8_ILL_FORMED, at, (u64::from(byte), at as u64));
    }
    let wildcard = text.iter().position(|byte| matches!(byte, b'+' | b'#'));
    if let Some(at) = wildcard.filter(|_| is_name(field)) {
        let sign = text.get(at).copied().unwrap_or_default();
        note(Rule::TOPIC_WILDCARD, at, (u64::from(sign), 0));
    }
}

fn is_text(field: Field) -> bool {
    field.kind() == crate::spec::field::Kind::Tail
}

/// Whether a field is a topic's name, not a filter.
fn is_name(field: Field) -> bool {
    matches!(field, Field::SN_TOPIC_NAME | Field::SN_SHORT_TOPIC | Field::SN_WILL_TOPIC)
}

/// Judges MsgId and topic id, where one of them was read last.
pub(super) fn judge_ids<S: Sink>(c: &mut Cursor<'_, '_, S>, part: Part, message: &Message<'_>) {
    if !S::RECORDS {
        return;
    }
    match part {
        Part::Number(Field::SN_MSG_ID) => judge_msg_id(c, message),
        Part::TopicId => judge_topic(c, message),
        Part::Byte(Field::SN_RETURN_CODE) => judge_granted_id(c, message),
        _ => {}
    }
}

fn judge_msg_id<S: Sink>(c: &mut Cursor<'_, '_, S>, message: &Message<'_>) {
    let id = message.msg_id.unwrap_or_default();
    let is_answered =
        message.message_type != MessageType::PUBLISH || matches!(message.flags.qos(), 1 | 2);
    // A PUBACK also refuses a PUBLISH of QoS 0, which has no MsgId.
    let may_be_0 = message.message_type == MessageType::PUBACK;
    let rule = match (is_answered, id) {
        (true, 0) if !may_be_0 => Rule::SN_MSG_ID_0,
        (false, 1..) => Rule::SN_MSG_ID_UNUSED,
        _ => return,
    };
    c.note_last(rule, Field::SN_MSG_ID, 2, (u64::from(id), 0));
}

fn judge_topic<S: Sink>(c: &mut Cursor<'_, '_, S>, message: &Message<'_>) {
    let (field, id) = match message.topic {
        Some(Topic::Id(id)) => (Field::SN_TOPIC_ID, id),
        Some(Topic::Predefined(id)) => (Field::SN_PREDEFINED_ID, id),
        _ => return,
    };
    if matches!(id, 0 | 0xffff) {
        c.note_last(Rule::SN_TOPIC_ID_RESERVED, field, 2, (u64::from(id), 0));
    }
    if field == Field::SN_TOPIC_ID && message.flags.qos() == Flags::QOS_MINUS_1 {
        c.note_last(Rule::SN_QOS_MINUS_1_TOPIC, field, 2, (0, 0));
    }
}

/// An id that a REGACK grants must be one. A SUBACK may grant none: id 0.
fn judge_granted_id<S: Sink>(c: &mut Cursor<'_, '_, S>, message: &Message<'_>) {
    let Some(Topic::Id(id)) = message.topic.filter(|_| message.return_code == Some(0)) else {
        return;
    };
    let is_reserved = match message.message_type {
        MessageType::REGACK => matches!(id, 0 | 0xffff),
        MessageType::SUBACK => id == 0xffff,
        _ => false,
    };
    if is_reserved {
        // Before it stand MsgId and the code itself: in REGACK the id comes first, then MsgId.
        let start = c.position().saturating_sub(5);
        let span = Span::of_bytes(start, 2);
        let finding = Finding::new(Rule::SN_TOPIC_ID_RESERVED, span, Field::SN_TOPIC_ID);
        c.note(finding.with(u64::from(id), 0));
    }
}
