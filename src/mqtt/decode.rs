//! One packet: fixed header, then the body by its type.

use super::packet::{Decoded, Header, Packet};
use super::quick::quick;
use super::unsubscribe;
use super::{ack, auth, connack, connect, disconnect, publish, suback, subscribe, unsuback};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, PacketType, Rule, Sender, Version};

/// What is known of a packet before it is read.
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
/// use mqttscope::spec::Version;
///
/// // The same bytes in MQTT 5.0 have a Property Length before the payload.
/// let bytes = b"\x30\x05\0\x01a\0!";
/// let payload = |version| match decode(bytes, Reading { version, sender: None }, &mut ()).packet {
///     Some(Packet::Publish(publish)) => publish.payload,
///     _ => panic!("not a PUBLISH"),
/// };
/// assert_eq!((payload(Version::V311), payload(Version::V5)), (&b"\0!"[..], &b"!"[..]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The version of the connection. A CONNECT is read by its own.
    pub version: Version,
    /// Which end sent the packet, where that is known.
    pub sender: Option<Sender>,
}

/// Decodes one packet: `bytes` are all that there is of it, and nothing behind it.
///
/// The leaves that `sink` gets cover every bit of `bytes` exactly once, whatever they are.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::mqtt::{Packet, Reading, decode};
///
/// let mut tape = Tape::new();
/// let decoded = decode(&[0xc0, 0x00], Reading::default(), &mut tape);
/// assert_eq!(decoded.packet, Some(Packet::Pingreq));
/// assert_eq!(tape.nodes().len(), 4); // the first byte, its two halves, Remaining Length
/// ```
pub fn decode<'a, S: Sink>(bytes: &'a [u8], how: Reading, sink: &mut S) -> Decoded<'a> {
    // Filled in place: a CONNECT takes some hundred bytes, which each return would copy.
    let mut decoded = Decoded::before(bytes, how.version);
    if !S::RECORDS && quick(bytes, &mut decoded).is_some() {
        return decoded;
    }
    let mut c = Cursor::new(bytes, sink);
    c.whole(|c| {
        fixed_header(c, &mut decoded.header, how)?;
        let there = c.left();
        let len = decoded.header.remaining_length.unwrap_or_default() as usize;
        if len > there {
            let span = Span::of_bytes(1, c.position().saturating_sub(1));
            let finding =
                Finding::new(Rule::REMAINING_LENGTH_TOO_LONG, span, Field::REMAINING_LENGTH);
            c.note(finding.with(len as u64, there as u64));
        }
        c.region(len, Field::REMAINING_LENGTH, |c| {
            body(c, how, &mut decoded)?;
            end(c);
            Ok(())
        });
        end(c);
        if len > there {
            decoded.packet = None;
        }
        Ok(())
    });
    decoded
}

/// Makes of the [beginning](Decoded::before) of a packet what [`decode`] makes of it where nobody looks at its tree:
/// most need not be moved for that.
#[inline]
pub(crate) fn complete<'a>(bytes: &'a [u8], how: Reading, decoded: &mut Decoded<'a>) {
    if quick(bytes, decoded).is_none() {
        *decoded = decode(bytes, how, &mut ());
    }
}

impl<'a> Decoded<'a> {
    /// What the first byte of a packet says, before the others are read.
    #[inline]
    pub(crate) fn before(bytes: &'a [u8], version: Version) -> Self {
        let first = bytes.first().copied().unwrap_or_default();
        let header = Header {
            packet_type: PacketType::of_header(first),
            flags: first & 0x0f,
            remaining_length: None,
        };
        Self { header, version, packet: None }
    }
}

fn fixed_header<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    header: &mut Header,
    how: Reading,
) -> Result<(), Stop> {
    let kind = header.packet_type;
    if kind == PacketType::PUBLISH {
        let first = c.flags(Field::FIXED_HEADER, &publish::FIXED_HEADER)?;
        publish::judge_flags(c, first);
    } else {
        other_flags(c, kind, how.version)?;
    }
    if S::RECORDS {
        judge_type(c, kind, how);
    }
    let length = c.varint(Field::REMAINING_LENGTH)?;
    if S::RECORDS {
        judge_length(c, length, kind, how.version);
    }
    header.remaining_length = Some(length);
    Ok(())
}

/// Does Remaining Length take as few bytes as it can? 5.0 requires it, as of each Variable Byte Integer.
#[inline]
fn judge_length<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    value: u32,
    kind: PacketType,
    version: Version,
) {
    let [_, first, .., 0] = c.since(0) else { return };
    if first & 0x80 == 0 {
        return;
    }
    let is_v5 = match kind {
        PacketType::CONNECT => connect::version_ahead(c.ahead()) == Some(Version::V5),
        _ => version.is_v5(),
    };
    let rule = match is_v5 {
        true => Rule::VARINT_NOT_SHORTEST,
        false => Rule::REMAINING_LENGTH_NOT_SHORTEST,
    };
    let len = c.position().saturating_sub(1);
    c.note_last(rule, Field::REMAINING_LENGTH, len, (u64::from(value), len as u64));
}

const PACKET_TYPE: Bits = Bits::new(Field::PACKET_TYPE, 7, 4);
const RESERVED: Bits = Bits::new(Field::HEADER_RESERVED, 3, 0);
const DUP_V31: Bits = Bits::flag(Field::DUP_V31, 3);
const QOS_V31: Bits = Bits::new(Field::QOS_V31, 2, 1);
const RETAIN_V31: Bits = Bits::flag(Field::RETAIN_V31, 0);

/// The first byte where its lower four bits do not belong to a PUBLISH: a value that the type
/// requires. In 3.1 what is sent again has its DUP set, and 0010 is a QoS of 1.
fn other_flags<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    kind: PacketType,
    version: Version,
) -> Result<(), Stop> {
    let required = kind.info().flags.unwrap_or_default();
    let (first, field, required) = if required == 0 || version != Version::V31 {
        let first = c.flags(Field::FIXED_HEADER, &[PACKET_TYPE, RESERVED])?;
        (first, Field::HEADER_RESERVED, required)
    } else {
        let parts = [PACKET_TYPE, DUP_V31, QOS_V31, RETAIN_V31];
        let first = c.flags(Field::FIXED_HEADER, &parts)?;
        (first, Field::QOS_V31, first & 8 | required)
    };
    let flags = first & 0x0f;
    if flags != required {
        let numbers = (u64::from(flags), u64::from(required));
        c.note_bits(Rule::HEADER_FLAGS, Bits::new(field, 3, 0), numbers);
    }
    Ok(())
}

/// May this packet exist in this version, and may this side send it?
fn judge_type<S: Sink>(c: &mut Cursor<'_, '_, S>, kind: PacketType, how: Reading) {
    let span = Span { start: 0, len: 4 };
    let mut note = |rule| c.note(Finding::new(rule, span, Field::PACKET_TYPE));
    if kind == PacketType::RESERVED {
        note(Rule::PACKET_TYPE_RESERVED);
    } else if kind == PacketType::AUTH && !how.version.is_v5() {
        note(Rule::AUTH_BEFORE_V5);
    } else if how.sender.is_some_and(|sender| !kind.may_send(sender, how.version)) {
        note(Rule::WRONG_SENDER);
    }
}

/// Each type writes its packet by itself: as the value of one expression, each would cost as much as the
/// largest.
#[inline]
fn body<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    how: Reading,
    decoded: &mut Decoded<'a>,
) -> Result<(), Stop> {
    let Decoded { header, version, packet } = decoded;
    match header.packet_type {
        PacketType::CONNECT => *packet = Some(Packet::Connect(connect::read(c, version)?)),
        PacketType::CONNACK => *packet = Some(Packet::Connack(connack::read(c, how.version)?)),
        PacketType::PUBLISH => {
            *packet = Some(Packet::Publish(publish::read(c, header.flags, how)?))
        }
        PacketType::PUBACK | PacketType::PUBREC | PacketType::PUBREL | PacketType::PUBCOMP => {
            *packet = Some(Packet::Ack(ack::read(c, header.packet_type, how.version)?));
        }
        PacketType::SUBSCRIBE => {
            *packet = Some(Packet::Subscribe(subscribe::read(c, how.version)?));
        }
        PacketType::SUBACK => *packet = Some(Packet::Suback(suback::read(c, how.version)?)),
        PacketType::UNSUBSCRIBE => {
            *packet = Some(Packet::Unsubscribe(unsubscribe::read(c, how.version)?));
        }
        PacketType::UNSUBACK => *packet = Some(Packet::Unsuback(unsuback::read(c, how.version)?)),
        PacketType::PINGREQ => *packet = Some(Packet::Pingreq),
        PacketType::PINGRESP => *packet = Some(Packet::Pingresp),
        PacketType::DISCONNECT => *packet = Some(Packet::Disconnect(disconnect::read(c, how)?)),
        PacketType::AUTH => *packet = Some(Packet::Auth(auth::read(c, how)?)),
        _ => {
            if !c.at_end() {
                c.rest(Field::UNDECODED);
            }
            *packet = Some(Packet::Reserved);
        }
    }
    Ok(())
}

/// What is left behind the last field of the packet.
fn end<S: Sink>(c: &mut Cursor<'_, '_, S>) {
    let left = c.left();
    if left > 0 {
        c.rest(Field::TRAILING);
        c.note_last(Rule::TRAILING_BYTES, Field::TRAILING, left, (left as u64, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Tape;
    use crate::spec::Severity;

    /// What is found of a packet: the rule, its numbers and its severity.
    fn found(bytes: &[u8], version: Version) -> Vec<(Rule, u64, u64, Severity)> {
        let mut tape = Tape::new();
        decode(bytes, Reading { version, sender: None }, &mut tape);
        tape.findings().iter().map(|it| (it.rule, it.a, it.b, it.severity())).collect()
    }

    /// MQTT-1.5.5-1 is of 5.0; 3.1.1 section 2.2.3 does not say it.
    #[test]
    fn a_remaining_length_longer_than_it_needs_breaks_a_rule_of_5_0() {
        let error = [(Rule::VARINT_NOT_SHORTEST, 0, 2, Severity::Error)];
        let warning = [(Rule::REMAINING_LENGTH_NOT_SHORTEST, 0, 2, Severity::Warning)];
        assert_eq!(found(b"\xc0\x80\0", Version::V5), error);
        assert_eq!(found(b"\xc0\x80\0", Version::V311), warning);
        // A CONNECT has its own version, whatever the connection's is.
        let v5 = b"\x10\x8f\0\0\x04MQTT\x05\x02\0\x3c\0\0\x02ab";
        let v311 = b"\x10\x8e\0\0\x04MQTT\x04\x02\0\x3c\0\x02ab";
        assert_eq!(found(v5, Version::V311), [(Rule::VARINT_NOT_SHORTEST, 15, 2, Severity::Error)]);
        let warning = [(Rule::REMAINING_LENGTH_NOT_SHORTEST, 14, 2, Severity::Warning)];
        assert_eq!(found(v311, Version::V5), warning);
        // 128 needs both bytes.
        let long = [&b"\x30\x80\x01\0\x01a\0"[..], &[b'x'; 124]].concat();
        assert_eq!(found(&long, Version::V5), []);
    }

    /// 5.0: section 2.2.2.2: the identifier of a property is a Variable Byte Integer.
    #[test]
    fn an_identifier_of_several_bytes_is_taken_whole() {
        let ack = |property: &[u8]| {
            let block =
                [&[0x50, 4 + property.len() as u8, 0, 1, 0, property.len() as u8], property];
            found(&block.concat(), Version::V5)
        };
        let unknown = |id| [(Rule::PROPERTY_UNKNOWN, id, 0, Severity::Error)];
        assert_eq!(ack(b"\x80\x80\x80\x01\x01"), unknown(1 << 21));
        assert_eq!(ack(b"\x7f\0"), unknown(0x7f));
        // One that goes on beyond its block is told by its first byte.
        assert_eq!(ack(b"\x9f\x80"), unknown(0x9f));
        // Reason String, 0x1f, in two bytes.
        assert_eq!(ack(b"\x9f\0\0\x01a"), [(Rule::VARINT_NOT_SHORTEST, 0x1f, 2, Severity::Error)]);
    }
}
