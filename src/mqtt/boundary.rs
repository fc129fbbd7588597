//! Whether a packet begins at a place of a stream whose boundaries are not known.
//!
//! That is so when a capture begins in the middle of a connection, and behind bytes that were not
//! captured. `judge` counts, in bits, how much there is at a place that bytes without meaning
//! would have to get right by chance: a packet is taken to begin there from [`ENOUGH`] bits on,
//! which is one place in four thousand million. Silence is better than invention: one contradiction
//! among the bytes that are there, and the place is none.
//!
//! | evidence | bits | why |
//! |---|---|---|
//! | type and flags | 8, PUBLISH 4 | of 256 first bytes one is right for a type, ten are for PUBLISH |
//! | a fixed Remaining Length | 8 | acknowledgements have 2, pings 0 |
//! | the length of a topic or filter | 16 less those of Remaining Length | it has to lie inside the packet |
//! | readable text in it | 1 a byte, at most 20 | of 256 bytes 95 are printable |
//! | a topic that this side has used before | 16 | one of eight |
//! | a Packet Identifier that the other side has used | 12 | one of eight in 65,535 |
//! | Protocol Name of CONNECT | 48 | six bytes |
//! | properties | 8, and 4 each, at most 24 | their lengths have to add up |
//! | codes and flags with few values | 3 to 7 each | CONNACK, SUBACK, reason codes |
//! | a segment begins here | 10 | one place in a thousand is |
//! | a packet ends where a segment does | 10, once | the same |
//! | the next packets, in a row | what each has | up to [`CHAIN`] of them; one like the last tells nothing new |
//!
//! What contradicts: a type, flags or a length that the standard does not have, a packet that does
//! not read without fault in one version of MQTT, the same for all packets in a row, or one that
//! this side does not send; and all that for each packet behind it, as far as the bytes go.
//!
//! # How well it does
//!
//! Measured by `tests/boundary.rs`, which fails where a figure gets worse. A stream of each kind,
//! in segments of 1,460 bytes, begun at a place where no packet begins, and no packet in it:
//!
//! | the bytes | packets invented |
//! |---|---|
//! | random, 16 MiB, as either side and as one that is not known | 0 |
//! | text, JSON and program code, in segments of 1 to 65,535 bytes, 14 MiB | 0 |
//! | 16-bit samples, counters, zeros, runs of short packets, 18 MiB | 0 |
//! | captures of MQTT (pcap files) as the payload | 321, of some 6,700 that are inside |
//!
//! A payload that is itself a bare stream of MQTT packets can't be told from packets: where only
//! the tail of such a PUBLISH was captured, they are shown. Where its beginning is there, or the
//! connection is followed from its start, they are not.
//!
//! Real streams, those of `captures/` and of a corpus, begun at 49,802 of their bytes: no packet
//! is invented, and of 21,557 starts with a whole packet behind them 21,262 (98.6 %) show the first
//! one; 257 miss one packet, and 38 more.

use super::packet::{Packet, Text};
use super::plain::is_faultless;
use super::primitive::is_plain_topic;
use super::{Framing, Reading, decode, frame};
use crate::annotate::Tape;
use crate::spec::{PacketType, Rule, Sender, Version};
use crate::text;

/// Bits from which on a packet begins at a place.
pub const ENOUGH: u32 = 32;
/// Bits that do where the end of the packet is not there to be checked: what lies behind it is
/// what betrays a false one.
pub const ENOUGH_UNSEEN: u32 = 44;
/// Packets in a row that are looked at: more add nothing but work.
pub const CHAIN: usize = 16;
/// A place with so many bits keeps those inside its packet from being judged until it is decided:
/// they may be its payload.
pub(super) const SERIOUS: u32 = 16;

/// A segment begins here, or ends with the packet.
pub(super) const SEGMENT: u32 = 10;
/// The topic was seen before on this side.
const KNOWN_TOPIC: u32 = 16;
/// The Packet Identifier was seen before on the other side.
const KNOWN_ID: u32 = 12;
/// Bytes of a text that count.
const TEXT: usize = 20;
/// Type and flags of a PUBLISH.
const PUBLISH_BITS: u32 = 4;
/// The longest packet that is none of PUBLISH and still looked for, in bytes: only credentials, a
/// Will or hundreds of filters make it longer.
const LONG: usize = 65_536;
/// Work done for a PUBLISH, in bytes: its payload is not read.
const PUBLISH_WORK: usize = 256;

/// Whether bytes begin with a CONNECT: its type, Protocol Name and level (5.0: section 3.1.2).
#[must_use]
pub fn is_connect(bytes: &[u8]) -> bool {
    let Some((0x10, rest)) = bytes.split_first() else { return false };
    let length = rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let body = rest.get(length.saturating_add(1)..).unwrap_or_default();
    length < 4
        && matches!(
            body,
            [0, 4, b'M', b'Q', b'T', b'T', ..] | [0, 6, b'M', b'Q', b'I', b's', b'd', b'p', ..]
        )
}

/// Whether bytes begin with a CONNACK: its type, flags and length (3.1.1: section 3.2; 5.0: the
/// same, where properties follow).
#[must_use]
pub fn is_connack(bytes: &[u8]) -> bool {
    match bytes {
        [0x20, 2, 0 | 1, code, ..] => *code <= 5,
        [0x20, len @ 3..=0x7f, 0 | 1, _, properties, ..] => len.checked_sub(3) == Some(*properties),
        _ => false,
    }
}

/// The Packet Identifier of a whole packet, where it has one.
#[inline]
#[must_use]
pub fn packet_id(packet: &[u8]) -> Option<u16> {
    let first = *packet.first()?;
    let start = header_len(packet);
    let at = match PacketType::of_header(first) {
        PacketType::PUBLISH if first & 0b110 == 0 => return None,
        PacketType::PUBLISH => {
            let size = packet.get(start..)?.first_chunk::<2>()?;
            start.saturating_add(2).saturating_add(u16::from_be_bytes(*size).into())
        }
        PacketType::CONNECT
        | PacketType::CONNACK
        | PacketType::PINGREQ
        | PacketType::PINGRESP
        | PacketType::DISCONNECT
        | PacketType::AUTH
        | PacketType::RESERVED => return None,
        _ => start,
    };
    packet.get(at..)?.first_chunk::<2>().map(|id| u16::from_be_bytes(*id))
}

/// Bytes of the fixed header.
#[inline]
fn header_len(bytes: &[u8]) -> usize {
    if let [_, ..0x80, ..] = bytes {
        return 2;
    }
    bytes.iter().skip(1).take_while(|byte| *byte & 0x80 != 0).count().saturating_add(2)
}

/// Faults that a packet may have just because bytes of it are not there.
pub const FAULTS_OF_CUTS: &[Rule] = &[
    Rule::REMAINING_LENGTH_TOO_LONG,
    Rule::TOO_SHORT,
    Rule::PROPERTY_LENGTH_TOO_LONG,
    Rule::NO_FILTER,
    Rule::NO_FILTER_TO_LEAVE,
    Rule::NO_CODE,
    Rule::NO_UNSUBACK_CODE,
    Rule::CREDENTIAL_MISSING_V31,
    Rule::PAYLOAD_NOT_UTF8,
    Rule::AUTHENTICATION_METHOD_MISSING,
];

/// What is known of a side, for the packets that it may send.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// Which end it is.
    pub(super) sender: Option<Sender>,
    /// The version of the connection.
    pub(super) version: Option<Version>,
    topics: Ring<u32>,
    ids: Ids,
}

/// The last few different values.
#[derive(Clone, Copy, Debug, Default)]
struct Ring<T> {
    values: [T; 8],
    next: u8,
}

impl<T: Copy + PartialEq> Ring<T> {
    fn has(&self, value: T) -> bool {
        // No way out at the first: all eight are compared at once.
        self.values.iter().fold(false, |has, own| has | (*own == value))
    }

    fn put(&mut self, value: T) {
        if self.has(value) {
            return;
        }
        if let Some(slot) = self.values.get_mut(usize::from(self.next & 7)) {
            *slot = value;
        }
        self.next = self.next.wrapping_add(1);
    }
}

/// The last eight different Packet Identifiers, the last one lowest. They are one number, as many come one after the
/// other, and to write one of eight and to compare all right after is to wait for what was written.
#[derive(Clone, Copy, Debug, Default)]
struct Ids(u128);

impl Ids {
    /// 1 in each of the four places of a half.
    const ONES: u64 = 0x0001_0001_0001_0001;

    #[inline]
    fn has(self, id: u16) -> bool {
        let half = u64::from(id).wrapping_mul(Self::ONES);
        let ones = u128::from(Self::ONES) << 64 | u128::from(Self::ONES);
        // A place is 0 where the two are the same; then what is one less borrows from its highest bit.
        let differs = self.0 ^ (u128::from(half) << 64 | u128::from(half));
        differs.wrapping_sub(ones) & !differs & ones << 15 != 0
    }

    #[inline]
    fn put(&mut self, id: u16) {
        if !self.has(id) {
            self.0 = self.0 << 16 | u128::from(id);
        }
    }
}

impl Known {
    /// Learns the topic of a packet of this side.
    pub(super) fn learn(&mut self, packet: &[u8]) {
        let Some(topic) = topic(packet) else { return };
        let mark = mark(topic);
        // Most topics come again and again: whether one is a name is asked only once.
        if !self.topics.has(mark) && is_name(topic) {
            self.topics.put(mark);
        }
    }

    /// Learns a Packet Identifier of the other side.
    pub(super) fn learn_id(&mut self, id: u16) {
        self.ids.put(id);
    }

    fn has_topic(&self, topic: &[u8]) -> bool {
        !topic.is_empty() && self.topics.has(mark(topic))
    }

    fn has_id(&self, id: u16) -> bool {
        id != 0 && self.ids.has(id)
    }

    /// The versions that its packets may be of.
    pub(super) fn versions(&self) -> [Option<Version>; 2] {
        match self.version {
            Some(version) => [Some(version), None],
            None => [Some(Version::V311), Some(Version::V5)],
        }
    }
}

/// Its first and last bytes and the length stand for a topic. Never 0, which is an empty place in the
/// ring.
fn mark(topic: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |hash: u64, word: u64| (hash ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let all = |hash: u64, bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks::<8>();
        let hash = words.iter().fold(hash, |hash, word| step(hash, u64::from_le_bytes(*word)));
        match bytes.last_chunk::<8>() {
            // It may share bytes with the word before it.
            Some(last) if !rest.is_empty() => step(hash, u64::from_le_bytes(*last)),
            _ => rest.iter().fold(hash, |hash, byte| step(hash, u64::from(*byte))),
        }
    };
    let len = topic.len() as u64;
    let hash = match (topic.first_chunk::<32>(), topic.last_chunk::<32>()) {
        (Some(head), Some(tail)) if topic.len() > 32 => all(all(len, head), tail),
        _ => all(len, topic),
    };
    (hash ^ hash >> 32) as u32 | 1
}

/// A place where a packet may begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// Its offset in the stream.
    pub(super) offset: u64,
    /// Offsets at which segments begin, in order.
    pub(super) segments: &'a [u64],
}

impl Place<'_> {
    fn is_segment(&self, behind: usize) -> bool {
        self.segments.binary_search(&self.offset.saturating_add(behind as u64)).is_ok()
    }
}

/// What is to be thought of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No packet begins there.
    No,
    /// A packet begins there.
    Yes,
    /// It can't be said yet.
    Later {
        /// Bytes from the place on with which more can be said.
        needs: usize,
        /// The evidence so far.
        bits: u32,
        /// Where the last of the packets that seem to be there ends, from the place on.
        end: usize,
    },
}

/// Judges a place: `bytes` are all that there is from there on. `work` is lessened by the bytes
/// that had to be read; where it is used up, the answer is no.
pub(super) fn judge(
    bytes: &[u8],
    place: Place<'_>,
    known: &Known,
    tape: &mut Tape,
    work: &mut usize,
) -> Verdict {
    let mut versions = known.versions();
    let mut total = if place.is_segment(0) { SEGMENT } else { 0 };
    let (mut at, mut is_ended, mut previous) = (0usize, false, [].as_slice());
    for _ in 0..CHAIN {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        match step(rest, &mut versions, known, tape, work) {
            Step::No => return Verdict::No,
            Step::Part { needs, bits, end } => {
                let enough = if at > 0 { ENOUGH } else { ENOUGH_UNSEEN };
                let (needs, end) = (at.saturating_add(needs), at.saturating_add(end));
                return later(needs, total.saturating_add(bits), end, enough);
            }
            Step::Whole { len, bits } => {
                let packet = rest.get(..len).unwrap_or(rest);
                // One like the last tells nothing new.
                total = total.saturating_add(if packet == previous { 0 } else { bits });
                (previous, at) = (packet, at.saturating_add(len));
                if !is_ended && (at >= bytes.len() || place.is_segment(at)) {
                    total = total.saturating_add(SEGMENT);
                    is_ended = true;
                }
            }
        }
    }
    match later(at.saturating_add(1), total, at, ENOUGH) {
        // So many packets that say nothing are a pattern in something else.
        Verdict::Later { .. } if at < bytes.len() => Verdict::No,
        verdict => verdict,
    }
}

fn later(needs: usize, bits: u32, end: usize, enough: u32) -> Verdict {
    if bits >= enough { Verdict::Yes } else { Verdict::Later { needs, bits, end } }
}

/// Whether a packet may begin with these bytes: they do not contradict it.
pub(super) fn is_plausible(bytes: &[u8], known: &Known, tape: &mut Tape) -> bool {
    let mut work = usize::MAX;
    step(bytes, &mut known.versions(), known, tape, &mut work) != Step::No
}

/// What begins with some bytes, by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighted {
    /// No packet of this side.
    No,
    /// The beginning of one, and what is certain of it.
    Part {
        /// The evidence.
        bits: u32,
    },
    /// A whole one without fault, and what is certain of it.
    Whole {
        /// Its bytes.
        len: usize,
        /// The evidence.
        bits: u32,
    },
}

/// Looks at the packet that these bytes may begin with.
pub(super) fn sight(bytes: &[u8], known: &Known, tape: &mut Tape) -> Sighted {
    let mut work = usize::MAX;
    match step(bytes, &mut known.versions(), known, tape, &mut work) {
        Step::No => Sighted::No,
        Step::Part { bits, .. } => Sighted::Part { bits },
        Step::Whole { len, bits } => Sighted::Whole { len, bits },
    }
}

/// Whether a whole packet of this side seems to begin with these bytes, by its fixed header and, of a PUBLISH,
/// the length of its topic.
pub(super) fn seems_whole(bytes: &[u8], known: &Known) -> bool {
    let Some(kind) = bytes.first().and_then(|first| kind(*first, known)) else { return false };
    match frame(bytes) {
        Framing::Length(len) => {
            let fits = match kind {
                PacketType::PUBLISH => has_topic(bytes, len),
                _ => has_length(kind, len),
            };
            len <= bytes.len() && fits
        }
        Framing::NeedMore | Framing::Endless => false,
    }
}

/// Whether bytes are the beginning of a PUBLISH that one look tells to be without fault, and what is certain of it
/// is [`SERIOUS`]: what [`sight`] says of it, without a tape.
pub(super) fn is_serious_part(bytes: &[u8], known: &Known, version: Version) -> bool {
    let Framing::Length(len) = frame(bytes) else { return false };
    let how = Reading { version, sender: known.sender };
    let first = bytes.first().copied().unwrap_or_default();
    bytes.len() < len
        && kind(first, known) == Some(PacketType::PUBLISH)
        && is_faultless(bytes, len, how)
        && matches!(text(bytes, len), Topic::Name(name)
            if topic_bits(name, len, known).saturating_add(PUBLISH_BITS) >= SERIOUS)
}

/// One packet of those in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    No,
    Whole { len: usize, bits: u32 },
    Part { needs: usize, bits: u32, end: usize },
}

fn step(
    bytes: &[u8],
    versions: &mut [Option<Version>; 2],
    known: &Known,
    tape: &mut Tape,
    work: &mut usize,
) -> Step {
    let Some(kind) = bytes.first().and_then(|first| kind(*first, known)) else { return Step::No };
    let is_publish = kind == PacketType::PUBLISH;
    let header = if is_publish { PUBLISH_BITS } else { 8 };
    let len = match frame(bytes) {
        Framing::Endless => return Step::No,
        Framing::NeedMore => {
            let needs = bytes.len().saturating_add(1);
            return Step::Part { needs, bits: header, end: needs };
        }
        Framing::Length(len) => len,
    };
    if !is_publish && (len > LONG || !has_length(kind, len)) {
        return Step::No;
    }
    let text = if is_publish { self::text(bytes, len) } else { Topic::None };
    if text == Topic::Wrong {
        return Step::No;
    }
    let there = bytes.get(..len).unwrap_or(bytes);
    let cost = if is_publish { there.len().min(PUBLISH_WORK) } else { there.len() };
    let Some(left) = work.checked_sub(cost.saturating_add(16)) else { return Step::No };
    *work = left;
    let Some(packet) = read(there, len, versions, known, tape) else { return Step::No };
    let bits = header.saturating_add(match packet {
        Some(packet) => evidence(&packet, len, known),
        None => match text {
            Topic::Name(name) => topic_bits(name, len, known),
            _ => 0,
        },
    });
    match text {
        _ if there.len() == len => Step::Whole { len, bits },
        Topic::Part { needs } => Step::Part { needs: needs.min(len), bits, end: len },
        _ => Step::Part { needs: len, bits, end: len },
    }
}

/// The type, where a packet of this side may begin with such a byte.
fn kind(first: u8, known: &Known) -> Option<PacketType> {
    let kind = PacketType::of_header(first);
    let version = known.version.unwrap_or(Version::V5);
    let flags = first & 0x0f;
    let is_allowed = match kind.info().flags {
        None => flags & 0b110 != 0b110 && flags & 0b1110 != 0b1000,
        // 3.1 has DUP in packets that are sent again.
        Some(required) if version == Version::V31 && required != 0 => flags & 7 == required,
        Some(required) => flags == required,
    };
    let is_sent = known.sender.is_none_or(|sender| kind.may_send(sender, version));
    (kind != PacketType::RESERVED && is_allowed && is_sent).then_some(kind)
}

/// Whether a packet of this type may have this many bytes in all.
pub(crate) fn has_length(kind: PacketType, len: usize) -> bool {
    let body = len.saturating_sub(2);
    match kind {
        PacketType::CONNECT => body >= 12,
        PacketType::PINGREQ | PacketType::PINGRESP => body == 0,
        PacketType::SUBSCRIBE | PacketType::UNSUBSCRIBE => body >= 5,
        PacketType::SUBACK => body >= 3,
        PacketType::DISCONNECT | PacketType::AUTH => true,
        _ => body >= 2,
    }
}

/// Whether the topic of a PUBLISH of `len` bytes ends before these do.
fn has_topic(bytes: &[u8], len: usize) -> bool {
    let start = header_len(bytes);
    let size = bytes.get(start..).and_then(<[u8]>::first_chunk::<2>);
    size.is_some_and(|size| {
        start.saturating_add(2).saturating_add(u16::from_be_bytes(*size).into()) <= len
    })
}

/// The topic at the beginning of a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic<'a> {
    None,
    Wrong,
    Part { needs: usize },
    Name(&'a [u8]),
}

/// Looks at the topic of a PUBLISH of `len` bytes, as far as it is there.
fn text(bytes: &[u8], len: usize) -> Topic<'_> {
    let start = header_len(bytes);
    let body = bytes.get(start..).unwrap_or_default();
    let Some((size, name)) = body.split_first_chunk::<2>() else {
        let needs = start.saturating_add(2);
        return if needs > len { Topic::Wrong } else { Topic::Part { needs } };
    };
    let size = usize::from(u16::from_be_bytes(*size));
    let end = start.saturating_add(2).saturating_add(size);
    if end > len {
        return Topic::Wrong;
    }
    let there = name.get(..size);
    if !is_name(there.unwrap_or(name)) {
        return Topic::Wrong;
    }
    there.map_or(Topic::Part { needs: end }, Topic::Name)
}

/// Whether bytes are the beginning of a Topic Name.
fn is_name(bytes: &[u8]) -> bool {
    // As nearly all are.
    if is_plain_topic(bytes) {
        return true;
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text.as_bytes(),
        Err(error) if error.error_len().is_some() => return false,
        Err(error) => bytes.get(..error.valid_up_to()).unwrap_or_default(),
    };
    let is_wild = |byte: &u8| matches!(byte, b'#' | b'+' | b'\n' | b'\r' | b'\t');
    text::is_readable(valid) && !valid.iter().any(is_wild)
}

/// What stands in a PUBLISH where its Topic Name belongs.
fn topic(packet: &[u8]) -> Option<&[u8]> {
    let is_publish = PacketType::of_header(*packet.first()?) == PacketType::PUBLISH;
    if !is_publish || !matches!(frame(packet), Framing::Length(_)) {
        return None;
    }
    let (size, name) = packet.get(header_len(packet)..)?.split_first_chunk::<2>()?;
    name.get(..usize::from(u16::from_be_bytes(*size)))
}

/// Reads a packet of `len` bytes in each version that is left, and strikes out those that it has faults in.
/// `None` where no version is left; the packet where it is whole.
fn read<'a>(
    bytes: &'a [u8],
    len: usize,
    versions: &mut [Option<Version>; 2],
    known: &Known,
    tape: &mut Tape,
) -> Option<Option<Packet<'a>>> {
    if let [Some(version), None] = *versions {
        let how = Reading { version, sender: known.sender };
        if is_faultless(bytes, len, how) {
            return Some(decode(bytes, how, &mut ()).packet);
        }
    }
    let is_cut = bytes.len() < len;
    let mut found = None;
    for slot in versions {
        let Some(version) = *slot else { continue };
        tape.clear();
        let decoded = decode(bytes, Reading { version, sender: known.sender }, tape);
        if is_cut {
            tape.retract(FAULTS_OF_CUTS);
        }
        if tape.errors() > 0 {
            *slot = None;
        } else {
            found = found.or(Some(decoded.packet));
        }
    }
    found
}

/// What a whole packet tells beside its first byte.
fn evidence(packet: &Packet<'_>, len: usize, known: &Known) -> u32 {
    body_bits(packet, len, known).saturating_add(property_bits(packet))
}

/// A block of properties ends where its length says, and each of them is one that may stand there.
fn property_bits(packet: &Packet<'_>) -> u32 {
    let properties = match packet {
        Packet::Connack(connack) => connack.properties,
        Packet::Publish(publish) => publish.properties,
        Packet::Ack(ack) => ack.properties,
        Packet::Subscribe(subscribe) => subscribe.properties,
        Packet::Suback(suback) | Packet::Unsuback(suback) => suback.properties,
        Packet::Unsubscribe(unsubscribe) => unsubscribe.properties,
        Packet::Disconnect(reasoned) | Packet::Auth(reasoned) => reasoned.properties,
        _ => return 0,
    };
    let count = u32::try_from(properties.iter().take(4).count()).unwrap_or_default();
    if count > 0 { count.saturating_mul(4).saturating_add(8) } else { 0 }
}

fn body_bits(packet: &Packet<'_>, len: usize, known: &Known) -> u32 {
    let id = |id| if known.has_id(id) { KNOWN_ID } else { 0 };
    let codes = |codes: &[u8]| u32::try_from(codes.len().min(4)).unwrap_or(4).saturating_mul(5);
    match packet {
        Packet::Connect(_) => 48,
        Packet::Connack(_) => 19,
        Packet::Publish(publish) => {
            topic_bits(publish.topic.0, len, known).saturating_add(if publish.topic.is_empty() {
                // An alias stands for the topic.
                8
            } else {
                0
            })
        }
        Packet::Ack(ack) => 8u32.saturating_add(id(ack.packet_id)),
        Packet::Subscribe(subscribe) => filter_bits(subscribe.filters().map(|(filter, _)| filter)),
        Packet::Unsubscribe(unsubscribe) => filter_bits(unsubscribe.filters()),
        Packet::Suback(suback) => codes(suback.codes).saturating_add(id(suback.packet_id)),
        Packet::Unsuback(unsuback) => {
            codes(unsuback.codes).max(8).saturating_add(id(unsuback.packet_id))
        }
        Packet::Disconnect(reasoned) | Packet::Auth(reasoned) if reasoned.reason.is_some() => 12,
        Packet::Pingreq | Packet::Pingresp | Packet::Disconnect(_) | Packet::Auth(_) => 8,
        Packet::Reserved => 0,
    }
}

/// The length of a topic, its text, and whether it is known.
fn topic_bits(topic: &[u8], len: usize, known: &Known) -> u32 {
    let taken = usize::BITS.saturating_sub(len.leading_zeros());
    let text = u32::try_from(topic.len().min(TEXT)).unwrap_or_default();
    let seen = if known.has_topic(topic) { KNOWN_TOPIC } else { 0 };
    16u32.saturating_sub(taken).saturating_add(text).saturating_add(seen)
}

/// The lengths of the first filters, and their text.
fn filter_bits<'a>(filters: impl Iterator<Item = Text<'a>>) -> u32 {
    let bits = |Text(filter): Text<'_>| 10usize.saturating_add(filter.len().min(TEXT));
    u32::try_from(filters.take(3).map(bits).sum::<usize>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Identifiers that are new, come again, differ by one bit or by a borrow, and 0.
    #[test]
    fn the_last_eight_packet_identifiers() {
        let (mut ids, mut last) = (Ids::default(), std::collections::VecDeque::from([0u16; 8]));
        for nth in 0..20_000u32 {
            let id = (nth.wrapping_mul(2_654_435_761) >> 20) as u16
                % [3, 11, 16, 4_096][nth as usize % 4];
            let id = if nth % 7 == 0 { id << 12 | 0x8000 } else { id };
            assert_eq!(ids.has(id), last.contains(&id), "{id:#x} in {last:x?}");
            ids.put(id);
            if !last.contains(&id) {
                last.push_front(id);
                last.truncate(8);
            }
        }
        assert!(last.iter().enumerate().all(|(place, id)| (ids.0 >> (16 * place)) as u16 == *id));
    }

    /// A packet of each kind, of 3.1.1 and 5.0.
    const PACKETS: &[&str] = &[
        "101000044d51545404020000000461626364",
        "101300044d51545405020000 05 11 0000001f 000161",
        "20020000",
        "2006000003 210014",
        "300700 03612f62 6869",
        "320b0003612f62 0007 02 0101 68",
        "40020007",
        "500400010000",
        "62020007",
        "700d00019209 1f0006726561736f6e",
        "8209000100 0003612f62 01",
        "82080001 0003612f62 01",
        "9003000101",
        "9004000100 01",
        "a2070001 0003612f62",
        "b0020001",
        "c000",
        "d000",
        "e000",
        "e0180416 1100000000 1f000e62617474657279206368616e6765",
        "f0131811 150005534352414d 1f0006726561736f6e",
    ];

    fn packets() -> Vec<Vec<u8>> {
        PACKETS.iter().map(|hex| hex::decode(hex.replace(' ', "")).unwrap()).collect()
    }

    #[test]
    fn the_beginning_of_a_packet_contradicts_nothing() {
        let mut tape = Tape::new();
        let mut checked = 0;
        for packet in packets() {
            for version in [None, Some(Version::V311), Some(Version::V5)] {
                let known = Known { version, ..Known::default() };
                if !is_plausible(&packet, &known, &mut tape) {
                    continue;
                }
                checked += 1;
                for len in 1..packet.len() {
                    let is_plausible = is_plausible(&packet[..len], &known, &mut tape);
                    let rules: Vec<_> = tape.findings().iter().map(|f| f.rule).collect();
                    assert!(is_plausible, "{len} of {}: {rules:?}", hex::encode(&packet));
                }
            }
        }
        assert!(checked > 2 * PACKETS.len(), "{checked}");
    }

    #[test]
    fn a_packet_that_is_a_segment_of_its_own_is_enough() {
        let mut tape = Tape::new();
        for packet in packets() {
            let place = Place { offset: 9, segments: &[9] };
            let mut work = 100_000;
            let verdict = judge(&packet, place, &Known::default(), &mut tape, &mut work);
            assert_eq!(verdict, Verdict::Yes, "{}", hex::encode(&packet));
        }
    }

    #[test]
    fn what_follows_betrays_a_false_one() {
        let mut tape = Tape::new();
        for packet in packets() {
            let bytes = [&packet[..], &[0, 0, 0, 0]].concat();
            let place = Place { offset: 9, segments: &[9] };
            let mut work = 100_000;
            let verdict = judge(&bytes, place, &Known::default(), &mut tape, &mut work);
            assert_eq!(verdict, Verdict::No, "{}", hex::encode(&packet));
        }
    }
}
