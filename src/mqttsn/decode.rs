//! One message: Length, message type, then the fields that its row names.

use super::framing::MAX_NESTING;
use super::judge::{judge_byte, judge_ids, judge_text};
use super::message::{Decoded, Message, Topic};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::sn::flags::FLAG_FIELDS;
use crate::spec::sn::{Flags, MessageType, Part, TopicIdType};
use crate::spec::{Field, Rule, Sender};

/// Decodes one message: `bytes` are all that there is of it, and nothing behind it. `sender` is the
/// end that sent it, where that is known.
///
/// The leaves that `sink` gets cover every bit of `bytes` exactly once, whatever they are.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::mqttsn::{Topic, decode};
///
/// let mut tape = Tape::new();
/// let decoded = decode(b"\x09\x0c\x20\x00\x07\x00\x01hi", None, &mut tape);
/// let publish = decoded.message.unwrap();
/// assert_eq!((publish.flags.qos(), publish.topic), (1, Some(Topic::Id(7))));
/// assert!(tape.findings().is_empty());
/// ```
pub fn decode<'a, S: Sink>(bytes: &'a [u8], sender: Option<Sender>, sink: &mut S) -> Decoded<'a> {
    let mut c = Cursor::new(bytes, sink);
    let mut decoded = Decoded::default();
    c.region(bytes.len(), Field::INPUT, |c| {
        message(c, sender, 0, &mut decoded)?;
        end(c, decoded.message_type);
        Ok(())
    });
    decoded
}

/// A message, and where it is a forwarder's what that passes on.
fn message<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    sender: Option<Sender>,
    depth: usize,
    decoded: &mut Decoded<'a>,
) -> Result<(), Stop> {
    let body_len = length(c)?;
    let there = c.left();
    let body = c.region(body_len, Field::SN_LENGTH, |c| {
        let kind = MessageType(c.byte(Field::SN_TYPE)?);
        decoded.message_type = Some(kind);
        decoded.message = None;
        body(c, kind, sender, decoded)
    });
    let is_forwarder = decoded.message_type == Some(MessageType::ENCAPSULATED);
    decoded.message = body.filter(|_| body_len <= there && !is_forwarder);
    if !is_forwarder || c.at_end() {
        return Ok(());
    }
    if depth >= MAX_NESTING {
        let span = Span::of_bytes(c.position(), c.left());
        let finding = Finding::new(Rule::SN_NESTED, span, Field::UNDECODED);
        return c.fail(finding.with(MAX_NESTING as u64, 0));
    }
    c.group(Field::SN_MESSAGE, |c| message(c, sender, depth.saturating_add(1), decoded))
}

/// Length, in one byte or in three; the result is how many bytes follow it.
fn length<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<usize, Stop> {
    let is_long = c.peek() == Some(1);
    let own = if is_long { 3 } else { 1 };
    let left = c.left();
    if left < own {
        let span = Span::of_bytes(c.position(), left);
        let finding = Finding::new(Rule::TOO_SHORT, span, Field::SN_LENGTH);
        return c.fail(finding.with(own as u64, left as u64));
    }
    let length = if is_long {
        let [_, high, low] = c.take_array(Field::SN_LENGTH)?;
        usize::from(u16::from_be_bytes([high, low]))
    } else {
        let [length] = c.take_array(Field::SN_LENGTH)?;
        usize::from(length)
    };
    c.leaf_before(Field::SN_LENGTH, own, length as u64);
    let Some(rest) = length.checked_sub(own).filter(|rest| *rest > 0) else {
        let span = Span::of_bytes(c.position().saturating_sub(own), own);
        let finding = Finding::new(Rule::SN_LENGTH_TOO_SHORT, span, Field::SN_LENGTH);
        let least = own.saturating_add(1) as u64;
        return c.fail(finding.with(length as u64, least));
    };
    if S::RECORDS {
        let numbers = (length as u64, left as u64);
        if length > left {
            c.note_last(Rule::SN_LENGTH_TOO_LONG, Field::SN_LENGTH, own, numbers);
        }
        if is_long && length <= usize::from(u8::MAX) {
            c.note_last(Rule::SN_LENGTH_NOT_SHORTEST, Field::SN_LENGTH, own, numbers);
        }
    }
    Ok(rest)
}

/// The fields of the message's row.
fn body<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    kind: MessageType,
    sender: Option<Sender>,
    decoded: &mut Decoded<'a>,
) -> Result<Message<'a>, Stop> {
    let mut message = Message { message_type: kind, ..Message::default() };
    let Some(info) = kind.info() else {
        c.note_last(Rule::SN_TYPE_RESERVED, Field::SN_TYPE, 1, (u64::from(kind.0), 0));
        if !c.at_end() {
            c.rest(Field::UNDECODED);
        }
        return Ok(message);
    };
    if sender.is_some() && info.sender.is_some() && sender != info.sender {
        c.note_last(Rule::WRONG_SENDER, Field::SN_TYPE, 1, (0, 0));
    }
    for part in info.parts {
        match *part {
            Part::MayEnd if c.at_end() => return Ok(message),
            Part::MayEnd => {}
            Part::Flags => message.flags = flags(c, kind)?,
            Part::Byte(Field::SN_CONTROL) => control(c)?,
            Part::Byte(field) => {
                let value = c.byte(field)?;
                message.set_number(field, value.into());
                judge_byte(c, field, value);
            }
            Part::Number(field) => {
                let value = c.u16(field)?;
                message.set_number(field, value);
            }
            Part::Tail(Field::SN_WIRELESS_NODE_ID) => {
                decoded.node = Some(c.rest(Field::SN_WIRELESS_NODE_ID));
            }
            Part::Tail(field) => {
                let bytes = c.rest(field);
                message.set_bytes(field, bytes);
                judge_text(c, field, bytes);
            }
            Part::TopicId => topic_id(c, &mut message)?,
            Part::TopicNameOrId => topic_name_or_id(c, &mut message)?,
        }
        judge_ids(c, *part, &message);
    }
    end(c, Some(kind));
    Ok(message)
}

/// The byte of flags (5.3.4): all of them are shown, also those that the message has no use for.
fn flags<S: Sink>(c: &mut Cursor<'_, '_, S>, kind: MessageType) -> Result<Flags, Stop> {
    let byte = c.flags(Field::SN_FLAGS, &FLAGS.map(|(bits, _)| bits))?;
    if S::RECORDS {
        for (bits, flag) in FLAGS {
            judge_flag(c, kind, (bits, flag), bits.of(byte));
        }
    }
    Ok(Flags(byte))
}

const FLAGS: [(Bits, Flags); 6] = {
    let [dup, qos, retain, will, clean, topic] = FLAG_FIELDS;
    [placed(dup), placed(qos), placed(retain), placed(will), placed(clean), placed(topic)]
};

/// A field of the byte of flags with the places of its bits, which stand side by side.
const fn placed((field, flag): (Field, Flags)) -> (Bits, Flags) {
    let high = 7_u32.saturating_sub(flag.0.leading_zeros());
    (Bits::new(field, high as u8, flag.0.trailing_zeros() as u8), flag)
}

fn judge_flag<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    kind: MessageType,
    (bits, flag): (Bits, Flags),
    value: u8,
) {
    let rule = match bits.field {
        _ if value == 0 => return,
        _ if !kind.uses(flag) => Rule::SN_FLAG_UNUSED,
        Field::SN_TOPIC_ID_TYPE if value == TopicIdType::RESERVED.0 => Rule::SN_TOPIC_ID_TYPE,
        Field::SN_QOS if value == Flags::QOS_MINUS_1 && kind != MessageType::PUBLISH => {
            Rule::SN_QOS_MINUS_1
        }
        _ => return,
    };
    c.note_bits(rule, bits, (u64::from(value), 0));
}

/// The control byte of a forwarder (5.5).
fn control<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<(), Stop> {
    const RESERVED: Bits = Bits::new(Field::SN_CONTROL_RESERVED, 7, 2);
    const RADIUS: Bits = Bits::new(Field::SN_CONTROL_RADIUS, 1, 0);
    let reserved = RESERVED.of(c.flags(Field::SN_CONTROL, &[RESERVED, RADIUS])?);
    if reserved != 0 {
        c.note_bits(Rule::SN_FLAG_UNUSED, RESERVED, (u64::from(reserved), 0));
    }
    Ok(())
}

/// Two bytes that name the topic of a PUBLISH.
fn topic_id<'a, S: Sink>(c: &mut Cursor<'a, '_, S>, message: &mut Message<'a>) -> Result<(), Stop> {
    message.topic = Some(match message.topic_id_type() {
        TopicIdType::SHORT => {
            let start = c.position();
            c.take_array::<2>(Field::SN_SHORT_TOPIC)?;
            c.leaf_before(Field::SN_SHORT_TOPIC, 2, 0);
            let name = c.since(start);
            judge_text(c, Field::SN_SHORT_TOPIC, name);
            Topic::Short(name)
        }
        TopicIdType::PREDEFINED => Topic::Predefined(c.u16(Field::SN_PREDEFINED_ID)?),
        _ => Topic::Id(c.u16(Field::SN_TOPIC_ID)?),
    });
    Ok(())
}

/// What SUBSCRIBE and UNSUBSCRIBE are about.
fn topic_name_or_id<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    message: &mut Message<'a>,
) -> Result<(), Stop> {
    let field = match message.topic_id_type() {
        TopicIdType::PREDEFINED => {
            message.topic = Some(Topic::Predefined(c.u16(Field::SN_FILTER_ID)?));
            return Ok(());
        }
        TopicIdType::SHORT => Field::SN_FILTER_SHORT,
        _ => Field::SN_TOPIC_FILTER,
    };
    let name = c.rest(field);
    judge_text(c, field, name);
    let is_short = field == Field::SN_FILTER_SHORT;
    message.topic = Some(if is_short { Topic::Short(name) } else { Topic::Name(name) });
    Ok(())
}

/// What is left behind the last field of the message.
fn end<S: Sink>(c: &mut Cursor<'_, '_, S>, kind: Option<MessageType>) {
    let left = c.left();
    if left > 0 && kind.is_some() {
        c.rest(Field::TRAILING);
        c.note_last(Rule::SN_TRAILING, Field::TRAILING, left, (left as u64, 0));
    }
}
