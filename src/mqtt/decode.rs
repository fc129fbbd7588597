//! One packet: fixed header, then the body by its type.

use super::packet::{Decoded, Header, Packet};
use super::unsubscribe;
use super::{ack, auth, connack, connect, disconnect, publish, suback, subscribe, unsuback};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, PacketType, Rule, Sender, Version};

/// What is known of a packet before it is read.
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
    let mut c = Cursor::new(bytes, sink);
    let first = bytes.first().copied().unwrap_or_default();
    let header = Header {
        packet_type: PacketType::of_header(first),
        flags: first & 0x0f,
        remaining_length: None,
    };
    // Filled in place: a CONNECT takes some hundred bytes, which each return would copy.
    let mut decoded = Decoded { header, version: how.version, packet: None };
    c.region(bytes.len(), Field::INPUT, |c| {
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
            decoded.packet = Some(body(c, decoded.header, how, &mut decoded.version)?);
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

fn fixed_header<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    header: &mut Header,
    how: Reading,
) -> Result<(), Stop> {
    let kind = header.packet_type;
    let first = c.flags(Field::FIXED_HEADER, |b| {
        b.bits(Field::PACKET_TYPE, 7, 4);
        if kind == PacketType::PUBLISH {
            publish::flags(b);
            return;
        }
        other_flags(b, kind, how.version);
    })?;
    header.flags = first & 0x0f;
    if S::RECORDS {
        judge_type(c, kind, how);
    }
    header.remaining_length = Some(c.varint(Field::REMAINING_LENGTH)?);
    Ok(())
}

/// The lower four bits where they do not belong to a PUBLISH: a value that the type requires. In
/// 3.1 what is sent again has its DUP set, and 0010 is a QoS of 1.
fn other_flags<S: Sink>(b: &mut Bits<'_, S>, kind: PacketType, version: Version) {
    let required = kind.info().flags.unwrap_or_default();
    let (field, flags, required) = if required == 0 || version != Version::V31 {
        (Field::HEADER_RESERVED, b.bits(Field::HEADER_RESERVED, 3, 0), required)
    } else {
        let dup = u8::from(b.flag(Field::DUP_V31, 3)) << 3;
        let qos = b.bits(Field::QOS_V31, 2, 1) << 1;
        let retain = b.bits(Field::RETAIN_V31, 0, 0);
        (Field::QOS_V31, dup | qos | retain, dup | required)
    };
    if flags != required {
        let numbers = (u64::from(flags), u64::from(required));
        b.note(Rule::HEADER_FLAGS, field, (3, 0), numbers);
    }
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

#[inline]
fn body<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    header: Header,
    how: Reading,
    version: &mut Version,
) -> Result<Packet<'a>, Stop> {
    Ok(match header.packet_type {
        PacketType::CONNECT => Packet::Connect(connect::read(c, version)?),
        PacketType::CONNACK => Packet::Connack(connack::read(c, how.version)?),
        PacketType::PUBLISH => Packet::Publish(publish::read(c, header.flags, how)?),
        PacketType::PUBACK | PacketType::PUBREC | PacketType::PUBREL | PacketType::PUBCOMP => {
            Packet::Ack(ack::read(c, header.packet_type, how.version)?)
        }
        PacketType::SUBSCRIBE => Packet::Subscribe(subscribe::read(c, how.version)?),
        PacketType::SUBACK => Packet::Suback(suback::read(c, how.version)?),
        PacketType::UNSUBSCRIBE => Packet::Unsubscribe(unsubscribe::read(c, how.version)?),
        PacketType::UNSUBACK => Packet::Unsuback(unsuback::read(c, how.version)?),
        PacketType::PINGREQ => Packet::Pingreq,
        PacketType::PINGRESP => Packet::Pingresp,
        PacketType::DISCONNECT => Packet::Disconnect(disconnect::read(c, how)?),
        PacketType::AUTH => Packet::Auth(auth::read(c, how)?),
        _ => {
            if !c.at_end() {
                c.rest(Field::UNDECODED);
            }
            Packet::Reserved
        }
    })
}

/// What is left behind the last field of the packet.
fn end<S: Sink>(c: &mut Cursor<'_, '_, S>) {
    let left = c.left();
    if left > 0 {
        c.rest(Field::TRAILING);
        c.note_last(Rule::TRAILING_BYTES, Field::TRAILING, left, (left as u64, 0));
    }
}
