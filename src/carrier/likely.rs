//! Whether a stream without a CONNECT is MQTT: told from a run of packets on both sides.
//!
//! Any few bytes may look like a packet; packets that answer each other do not come about by
//! chance. So a stream is MQTT if two requests are answered with the same Packet Identifier (or a
//! PINGREQ with its PINGRESP), or if what was held is filled by packets without fault on a side
//! that publishes, and the other side does not contradict. One byte that no packet begins with
//! settles the opposite.
//!
//! On a port of MQTT one packet without fault is enough ([`expected`]); what cannot begin with one is
//! something else there too.

use crate::annotate::Tape;
use crate::mqtt::infer::{Evidence, infer};
use crate::mqtt::{Framing, Packet, Reading, decode, frame};
use crate::spec::{PacketType, Sender, Version};

/// Requests that must have been answered: one may be chance.
const ANSWERS: usize = 2;
/// Packets that must stand in a row on a side, where nothing is answered.
const RUN: usize = 8;
/// Packets of a side that are looked at: enough for a verdict.
const LOOK_AT: usize = 64;

/// What the packets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likely {
    /// It can't be told yet.
    Open,
    /// It is MQTT; where a packet tells, the client is the first side (`Client`) or the second.
    Yes(Option<Sender>),
    /// It is not.
    No,
}

/// Judges what came of both sides, each from its first byte; `is_all`: more is not held.
pub(super) fn judge(a: &[u8], b: &[u8], is_all: bool) -> Likely {
    let (Some(a), Some(b)) = (Run::of(a), Run::of(b)) else { return Likely::No };
    let client = match (a.sender, b.sender.map(Sender::other)) {
        (Some(one), Some(other)) if one != other => return Likely::No,
        (one, other) => one.or(other),
    };
    let answered = a.answers(&b).saturating_add(b.answers(&a));
    let longest = a.packets.max(b.packets);
    let publishes = a.publishes || b.publishes;
    let contradicts = a.packets == 0 && a.begun || b.packets == 0 && b.begun;
    if answered >= ANSWERS || (longest >= RUN && publishes && !contradicts && is_all) {
        Likely::Yes(client)
    } else if is_all {
        Likely::No
    } else {
        Likely::Open
    }
}

/// Judges a stream on a port of MQTT that is seen from its first byte and does not begin with a
/// CONNECT: one packet without fault must do, for that may be a client which is wrong in just this.
pub(super) fn expected(a: &[u8], b: &[u8], is_all: bool) -> Likely {
    let begins = [a, b].map(Beginning::of);
    if begins.contains(&Beginning::Wrong) {
        Likely::No
    } else if begins.contains(&Beginning::Packet) || is_all {
        Likely::Yes(None)
    } else {
        Likely::Open
    }
}

/// What a side begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beginning {
    /// A packet, whole, and without fault but for a CONNECT, which may have any.
    Packet,
    /// Nothing yet, or the beginning of a packet.
    Open,
    /// Something else.
    Wrong,
}

impl Beginning {
    fn of(bytes: &[u8]) -> Self {
        let packet = match frame(bytes) {
            Framing::Length(len) => bytes.get(..len),
            Framing::NeedMore => None,
            Framing::Endless => return Self::Wrong,
        };
        let Some(packet) = packet else {
            return if may_begin(bytes) { Self::Open } else { Self::Wrong };
        };
        let mut tapes = [Tape::new(), Tape::new()];
        match infer(packet, None, &mut tapes) {
            _ if is_like_connect(packet) => Self::Packet,
            Evidence::Faulty(_) => Self::Wrong,
            _ if tapes.iter().all(|tape| tape.errors() > 0) => Self::Wrong,
            _ => Self::Packet,
        }
    }
}

/// A CONNECT whose Protocol Name begins like one of MQTT's, in whatever case.
fn is_like_connect(packet: &[u8]) -> bool {
    let is_connect =
        packet.first().copied().map(PacketType::of_header) == Some(PacketType::CONNECT);
    let length = packet.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
    let name = packet.get(length.saturating_add(4)..).and_then(<[u8]>::first_chunk::<2>);
    is_connect && name.is_some_and(|name| name.eq_ignore_ascii_case(b"MQ"))
}

/// The packets that a side begins with.
#[derive(Debug, Default)]
struct Run {
    packets: usize,
    /// Whether a packet has begun behind them.
    begun: bool,
    publishes: bool,
    /// The side that this must be, by packets that only one may send.
    sender: Option<Sender>,
    asked: Vec<(PacketType, u16)>,
    answered: Vec<(PacketType, u16)>,
}

impl Run {
    /// `None` where the bytes are no packets.
    fn of(mut bytes: &[u8]) -> Option<Self> {
        let mut run = Self::default();
        let mut tapes = [Tape::new(), Tape::new()];
        while !bytes.is_empty() && run.packets < LOOK_AT {
            let len = match frame(bytes) {
                Framing::Length(len) if len <= bytes.len() => len,
                Framing::Length(_) | Framing::NeedMore => {
                    run.begun = true;
                    return may_begin(bytes).then_some(run);
                }
                Framing::Endless => return None,
            };
            let (packet, rest) = bytes.split_at_checked(len)?;
            let version = match infer(packet, None, &mut tapes) {
                Evidence::Settled(version) | Evidence::Ambiguous(version) => version,
                Evidence::Same => Version::V311,
                Evidence::Faulty(_) => return None,
            };
            if tapes.iter().all(|tape| tape.errors() > 0) {
                return None;
            }
            run.add(packet, version)?;
            bytes = rest;
        }
        Some(run)
    }

    fn add(&mut self, bytes: &[u8], version: Version) -> Option<()> {
        self.packets = self.packets.saturating_add(1);
        let decoded = decode(bytes, Reading { version, sender: None }, &mut ());
        let kind = decoded.header.packet_type;
        if let Some(sender) = kind.only_sender() {
            if self.sender.is_some_and(|known| known != sender) {
                return None;
            }
            self.sender = Some(sender);
        }
        self.publishes |= kind == PacketType::PUBLISH;
        let id = decoded.packet.as_ref().and_then(Packet::packet_id).unwrap_or(0);
        if let Some(answer) = answer_to(kind, decoded.header.flags) {
            self.asked.push((answer, id));
        }
        self.answered.push((kind, id));
        Some(())
    }

    /// How many requests of this side the other answers.
    fn answers(&self, other: &Self) -> usize {
        self.asked.iter().filter(|asked| other.answered.contains(asked)).count()
    }
}

/// The type of the packet that answers; `None` where there is none.
fn answer_to(kind: PacketType, flags: u8) -> Option<PacketType> {
    match (kind, flags & 0b110) {
        (PacketType::PUBLISH, 0b010) => Some(PacketType::PUBACK),
        (PacketType::PUBLISH, 0b100) => Some(PacketType::PUBREC),
        (PacketType::PUBREC, _) => Some(PacketType::PUBREL),
        (PacketType::PUBREL, _) => Some(PacketType::PUBCOMP),
        (PacketType::SUBSCRIBE, _) => Some(PacketType::SUBACK),
        (PacketType::UNSUBSCRIBE, _) => Some(PacketType::UNSUBACK),
        (PacketType::PINGREQ, _) => Some(PacketType::PINGRESP),
        _ => None,
    }
}

/// Whether what there is can be the beginning of a packet: a type that exists, with flags that it
/// may have, and a topic that fits into a PUBLISH.
fn may_begin(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else { return true };
    let kind = PacketType::of_header(*first);
    if kind != PacketType::PUBLISH {
        let is_fixed = kind.info().flags.is_some_and(|flags| first & 0x0f == flags);
        return kind != PacketType::RESERVED && is_fixed;
    }
    let more = rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let topic = rest.get(more.saturating_add(1)..).and_then(<[u8]>::split_first_chunk::<2>);
    let fits = |(len, name): (&[u8; 2], &[u8])| {
        let len = usize::from(u16::from_be_bytes(*len));
        let whole = match frame(bytes) {
            Framing::Length(whole) => whole,
            Framing::NeedMore | Framing::Endless => 0,
        };
        len.saturating_add(4) <= whole && !name.iter().take(len).any(u8::is_ascii_control)
    };
    first & 0b110 != 0b110 && topic.is_none_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(a: &str, b: &str, is_all: bool) -> Likely {
        let bytes = |hex: &str| hex::decode(hex.replace(' ', "")).unwrap();
        judge(&bytes(a), &bytes(b), is_all)
    }

    #[test]
    fn answers_on_the_other_side_tell() {
        // Two PUBLISH of QoS 1 with their PUBACKs; then a PINGREQ and a SUBSCRIBE of the second side.
        let publishes = "3207 0001 61 0001 62 68  3207 0001 61 0002 62 68";
        assert_eq!(judged(publishes, "4002 0001 4002 0002", false), Likely::Yes(None));
        assert_eq!(judged(publishes, "4002 0001", false), Likely::Open);
        assert_eq!(judged(publishes, "4002 0007 4002 0009", true), Likely::No);
        let second = "c000 8206 0001 0001 61 00";
        assert_eq!(judged("d000 9003 0001 00", second, false), Likely::Yes(Some(Sender::Server)));
    }

    #[test]
    fn a_run_of_packets_on_one_side_tells_when_there_is_enough_of_it() {
        let publish = "3004 0001 61 62";
        assert_eq!(judged(&publish.repeat(20), "", false), Likely::Open);
        assert_eq!(judged(&publish.repeat(20), "", true), Likely::Yes(None));
        assert_eq!(judged(&publish.repeat(3), "", true), Likely::No);
        assert_eq!(judged(&publish.repeat(20), "ffff", true), Likely::No);
    }

    #[test]
    fn a_byte_that_begins_no_packet_settles_it() {
        assert_eq!(judged(&hex::encode("GET / HTTP/1.1\r\n\r\n"), "", false), Likely::No);
        assert_eq!(judged(&hex::encode("SSH-2.0-OpenSSH_9.2\r\n"), "", false), Likely::No);
        assert_eq!(judged("1603 0100", "", false), Likely::No);
        // A greeting of MySQL ends with many zeros, each two of which are a packet of type 0.
        assert_eq!(judged("", &format!("3202 0a35 {}", "00".repeat(40)), true), Likely::No);
        assert_eq!(judged("", &hex::encode("220 mail ESMTP\r\n"), false), Likely::No);
    }
}
