//! What a connection was: told once, when all of it is known.
//!
//! What may enter: facts of one connection that the packets of the capture prove, each with the
//! place of the packet. No verdict: why a connection ended is for those to say who read this.

use super::wire::Wire;
use super::{At, How, Partner, Seen};
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Connack, Connect, Text};
use crate::mqtt::property::{Properties, Value};
use crate::spec::{PacketType, PropertyId, Rule, Sender, Severity, Version};
use crate::stream;
use std::net::SocketAddr;

/// A connection that has ended, or of which nothing more comes.
///
/// The pipeline's consumers get it: mostly when the connection ends, and later where its Will
/// waits for something, at the latest at the end of the capture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    /// Its number over all TCP connections; `None` for pasted bytes.
    pub stream: Option<u64>,
    /// Client and server.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// The Client Identifier, as CONNECT gave it or CONNACK assigned it; at most
    /// [`MAX_TEXT`] bytes of it.
    pub client_id: Option<Box<[u8]>>,
    /// Whether the server assigned it.
    pub is_assigned: bool,
    /// The version that its packets were read by, and how that is known.
    pub version: Option<(Version, How)>,
    /// Whether it was seen from its first byte on.
    pub is_begun: bool,
    /// Whether all of it was seen, from its CONNECT on. Only then what is not here did not happen.
    pub is_complete: bool,
    /// Its first and its last record of MQTT; `None` where there was none.
    pub first: Option<At>,
    /// The last one.
    pub last: Option<At>,
    /// What the client sent.
    pub from_client: Half,
    /// What the server sent.
    pub from_server: Half,
    /// The first CONNECT.
    pub connect: Option<Asked>,
    /// The CONNACK to it.
    pub connack: Option<Answered>,
    /// Keep Alive.
    pub keep_alive: KeepAliveRecord,
    /// The Will of the CONNECT and what became of it.
    pub will: Option<Will>,
    /// Exchanges that were open when it ended, the oldest first; at most [`MAX_OPEN_TOLD`] of them.
    pub open: Vec<Open>,
    /// How many there were.
    pub open_count: u64,
    /// Subscriptions that held when it ended, in the order of their grants; at most
    /// [`MAX_SUBSCRIPTIONS_TOLD`] of them.
    pub subscriptions: Vec<Subscription>,
    /// Subscriptions that the server refused: the filter, the code, the SUBACK.
    pub refused: Vec<(Box<[u8]>, u8, At)>,
    /// Copies that the broker owed this client and that were not seen.
    pub missed: Vec<Missed>,
    /// How many there were.
    pub missed_count: u64,
    /// Copies that came to this client when it had one of the same PUBLISH already, though one of
    /// its subscriptions alone matches: the first ones, at most [`MAX_DOUBLED`] of them.
    pub doubled: Vec<Doubled>,
    /// How many there were.
    pub doubled_count: u64,
    /// The connection with the same Client Identifier that was open when this one began.
    pub took_over: Option<Other>,
    /// The one that began while this one was open.
    pub taken_over_by: Option<Other>,
    /// Where such take-overs go back and forth: the war so far.
    pub war: Option<War>,
    /// Where the client connects again and again while its connection before is open, and nothing
    /// shows that there are two of them.
    pub reconnects: Option<War>,
    /// What a security review would note.
    pub remarks: Vec<Fault>,
    /// Why nothing more comes of it.
    pub end: Option<stream::End>,
    /// What the wire shows of it beside its whole packets.
    pub wire: Wire,
    /// The key of the Will's message.
    pub(super) will_key: Option<u64>,
    /// How many of the missed copies no later packet of the connection proves.
    pub(super) unproven_missed: u64,
}

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;
/// Bytes of a text or name that are kept.
pub const MAX_TEXT: usize = 1_024;
/// Open exchanges that are told one by one.
pub const MAX_OPEN_TOLD: usize = 64;
/// Subscriptions that are told one by one.
pub const MAX_SUBSCRIPTIONS_TOLD: usize = 64;
/// Copies that did not come that are told one by one.
pub const MAX_MISSED: usize = 16;
/// Copies too many that are told one by one.
pub const MAX_DOUBLED: usize = 16;
/// Findings of severity error that are told one by one, of each side.
pub const MAX_FAULTS: usize = 8;

/// One direction of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Half {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// PUBLISH packets, by QoS.
    pub publishes: [u64; 3],
    /// The first packet.
    pub first: Option<At>,
    /// The last packet.
    pub last: Option<At>,
    /// Its type.
    pub(super) last_kind: Option<PacketType>,
    /// Times that bytes were lost, or could not be read.
    pub losses: u64,
    /// Bytes were lost, or could not be read, behind the last packet.
    pub(super) is_tail_lost: bool,
    /// What this side takes from the other.
    pub limits: Limits,
    /// Its DISCONNECT.
    pub disconnect: Option<Disconnect>,
    /// How and when it ended in TCP.
    pub closed: Option<Closed>,
    /// What its packets did that the standard forbids, the first ones.
    pub faults: Vec<Fault>,
    /// How many there were.
    pub fault_count: u64,
    /// How long the other side took to answer what this one asked: each step of each exchange.
    pub answers: Latency,
}

/// What one side takes (5.0: sections 3.1.2.11 and 3.2.2.3). What is not given has the value that
/// the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Receive Maximum.
    pub receive_maximum: u16,
    /// Maximum Packet Size; `None`: any.
    pub packet_size: Option<u32>,
    /// Topic Alias Maximum.
    pub alias_maximum: u16,
    /// Maximum QoS; a client has none.
    pub qos: u8,
    /// Retain Available.
    pub retain: bool,
    /// Wildcard Subscription Available.
    pub wildcard: bool,
    /// Subscription Identifier Available.
    pub subscription_id: bool,
    /// Shared Subscription Available.
    pub shared: bool,
}

/// What a CONNECT asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The CONNECT.
    pub at: At,
    /// Clean Start, Clean Session.
    pub clean_start: bool,
    /// Session Expiry Interval in seconds: as given, or what Clean Session means in 3.x.
    pub expiry: u32,
    /// Whether there is a User Name.
    pub user_name: bool,
    /// Whether there is a Password.
    pub password: bool,
}

/// What a CONNACK answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// The CONNACK.
    pub at: At,
    /// Reason Code (5.0), return code (3.x); 0 is success.
    pub code: u8,
    /// Session Present.
    pub session_present: bool,
    /// Session Expiry Interval where the server changed it.
    pub expiry: Option<u32>,
    /// Reason String.
    pub reason: Option<Box<[u8]>>,
    /// Nanoseconds from the CONNECT to it.
    pub latency: Option<u64>,
}

/// A DISCONNECT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disconnect {
    /// Its place.
    pub at: At,
    /// Its Reason Code; 0 where there is none.
    pub reason: u8,
    /// Session Expiry Interval, where it changes it.
    pub expiry: Option<u32>,
    /// Reason String.
    pub text: Option<Box<[u8]>>,
}

/// How a side ended in TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// With FIN or RST.
    pub how: stream::Close,
    /// When, by the frame.
    pub at: At,
}

/// A finding of severity error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// The packet that breaks it.
    pub at: At,
}

/// Latencies of many answers, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// How many.
    pub count: u64,
    /// All of them together.
    pub total: u64,
    /// The longest.
    pub longest: u64,
    /// The answer that took longest.
    pub at: Option<At>,
}

/// What is known of a connection's Keep Alive (5.0: section 3.1.2.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepAliveRecord {
    /// The seconds that the client asked for.
    pub asked: Option<u16>,
    /// The seconds that hold: Server Keep Alive wins. 0 is off.
    pub seconds: Option<u16>,
    /// The longest silence of the client, between two packets or before the end of the connection.
    pub longest: Option<Silence>,
    /// Silences longer than the interval.
    pub late: u64,
    /// Silences longer than one and a half times the interval.
    pub broken: u64,
    /// The first of those.
    pub first_broken: Option<Silence>,
    /// The client's last packet: what came after it is silence until the end.
    pub last: Option<At>,
    /// PINGREQ packets.
    pub pings: u64,
    /// PINGRESP packets.
    pub pongs: u64,
    /// The oldest PINGREQ that had no PINGRESP when the client left, or at the end.
    pub unanswered: Option<At>,
    /// Its PINGRESP, where that came when the client had left.
    pub late_answer: Option<At>,
    /// The server's last packet when the client left.
    pub heard: Option<At>,
}

/// A silence of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    /// The packet before it.
    pub from: At,
    /// The packet after it, or the end of the connection.
    pub to: At,
    /// Nanoseconds.
    pub time: u64,
}

/// The Will of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Will {
    /// Will Topic.
    pub topic: Box<[u8]>,
    /// Will QoS.
    pub qos: u8,
    /// Will Retain.
    pub retain: bool,
    /// Will Delay Interval in seconds.
    pub delay: u32,
    /// Bytes of the Will Payload.
    pub payload_len: usize,
    /// What became of it.
    pub fate: Fate,
    /// The first PUBLISH of the server that holds it, where one was seen once it was due.
    pub seen: Option<WillCopy>,
}

/// What became of a Will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// The connection was refused, or its CONNACK was not seen: it may not count.
    #[default]
    NotArmed,
    /// It is armed: the connection was still open at the end of the capture.
    Armed,
    /// The client's DISCONNECT has discarded it.
    Discarded(At),
    /// The client came back with this CONNECT before the Will Delay Interval had passed.
    Cancelled(At),
    /// The connection ended at this place, and the Will Delay Interval had not passed when the capture
    /// ended.
    Delayed(At),
    /// The client's DISCONNECT of 0x04 asks for it.
    Asked(At),
    /// The connection ended without a DISCONNECT of the client, at this place.
    Due(At),
    /// The last bytes of the client are missing from the capture: it may have said DISCONNECT.
    Unknown,
}

/// A Will on its way to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WillCopy {
    /// The PUBLISH.
    pub at: At,
    /// The connection of the subscriber.
    pub stream: Option<u64>,
    /// Nanoseconds since the Will was due.
    pub after: Option<u64>,
}

/// An exchange without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Who began it.
    pub asker: Sender,
    /// Its Packet Identifier.
    pub packet_id: u16,
    /// The type of its first packet, and where that was.
    pub kind: PacketType,
    /// Its first packet.
    pub first: At,
    /// Its last packet.
    pub last: At,
    /// The type of the packet that did not come.
    pub next: PacketType,
    /// For PUBLISH: a hash of its topic and payload.
    pub(super) message: Option<u64>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The Topic Filter.
    pub filter: Box<[u8]>,
    /// The QoS that was granted.
    pub qos: u8,
    /// The byte of Subscription Options.
    pub options: u8,
    /// Subscription Identifier.
    pub id: Option<u32>,
}

/// A copy that a subscriber should have got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The PUBLISH that came in; for a Will, where it was due.
    pub publish: At,
    /// Whether it is a Will.
    pub is_will: bool,
    /// Its connection.
    pub from: u64,
    /// Its topic.
    pub topic: Box<[u8]>,
    /// The QoS that it was published with.
    pub qos: u8,
    /// The key of the message.
    pub(super) key: u64,
    /// The time from which its copies were to come.
    pub(super) due: Option<i64>,
}

/// A copy that a subscriber has got already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubled {
    /// The PUBLISH that came in.
    pub publish: At,
    /// The copy before.
    pub before: At,
    /// The copy that came once more.
    pub again: At,
    /// Its topic, as much of it as [`MAX_TEXT`] bytes.
    pub topic: Box<[u8]>,
}

/// Another connection of the same client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its number.
    pub stream: u64,
    /// Its CONNECT.
    pub at: At,
    /// The address of its client.
    pub client: SocketAddr,
}

/// Connections that keep throwing each other out, or of a client that keeps coming back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct War {
    /// Take-overs so far.
    pub count: u64,
    /// Nanoseconds from the first to the last.
    pub time: Option<u64>,
    /// How many addresses of clients take part, as far as they are remembered.
    pub addresses: usize,
}

impl War {
    /// Nanoseconds from one take-over to the next, on average.
    #[must_use]
    pub fn period(&self) -> Option<u64> {
        self.time?.checked_div(self.count.checked_sub(1)?)
    }
}

impl Ended {
    /// One direction.
    #[must_use]
    pub fn half(&self, sender: Sender) -> &Half {
        if sender == Sender::Client { &self.from_client } else { &self.from_server }
    }

    /// Takes note of a packet, before it is judged.
    pub(super) fn packet(&mut self, seen: &Seen<'_>) {
        self.first = self.first.or(Some(seen.at));
        self.last = Some(seen.at);
        if let Some(line) = seen.line {
            (self.stream, self.ends) = (Some(line.stream), Some((line.client, line.server)));
        }
        let Some(sender) = seen.sender else { return };
        let half = self.half_mut(sender);
        half.first = half.first.or(Some(seen.at));
        half.last = Some(seen.at);
        half.last_kind = Some(seen.decoded.header.packet_type);
        half.is_tail_lost = false;
        half.packets = half.packets.saturating_add(1);
        half.bytes = half.bytes.saturating_add(seen.bytes.len() as u64);
        match &seen.decoded.packet {
            Some(Packet::Publish(publish)) => {
                if let Some(count) = half.publishes.get_mut(usize::from(publish.qos)) {
                    *count = count.saturating_add(1);
                }
            }
            Some(Packet::Pingreq) => {
                self.keep_alive.pings = self.keep_alive.pings.saturating_add(1);
            }
            Some(Packet::Pingresp) => {
                let record = &mut self.keep_alive;
                record.pongs = record.pongs.saturating_add(1);
                if record.unanswered.is_some() {
                    record.late_answer = record.late_answer.or(Some(seen.at));
                }
            }
            Some(Packet::Disconnect(disconnect)) => {
                half.disconnect = half.disconnect.take().or(Some(Disconnect {
                    at: seen.at,
                    reason: disconnect.reason.unwrap_or(0),
                    expiry: disconnect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL),
                    text: disconnect.properties.text(PropertyId::REASON_STRING).map(kept),
                }));
            }
            Some(Packet::Connect(connect)) if self.connect.is_none() => self.asked(connect, seen),
            Some(Packet::Connack(connack)) if self.connack.is_none() => {
                self.answered(connack, seen.at);
            }
            _ => {}
        }
    }

    /// Takes note of what was found on a packet.
    pub(super) fn found(&mut self, seen: &Seen<'_>, tape: &Tape, answers: Option<Partner>) {
        let Some(sender) = seen.sender else { return };
        for finding in tape.findings() {
            if finding.severity() == Severity::Error {
                self.half_mut(sender).fault(Fault { rule: finding.rule, at: seen.at });
            }
        }
        if let Some(latency) = answers.and_then(|partner| partner.latency) {
            self.half_mut(sender.other()).answers.add(latency, seen.at);
        }
    }

    fn asked(&mut self, connect: &Connect<'_>, seen: &Seen<'_>) {
        let expiry = match (seen.decoded.version, connect.clean_start) {
            (Version::V5, _) => {
                connect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL).unwrap_or(0)
            }
            (_, true) => 0,
            (_, false) => u32::MAX,
        };
        self.connect = Some(Asked {
            at: seen.at,
            clean_start: connect.clean_start,
            expiry,
            user_name: connect.user_name.is_some(),
            password: connect.password.is_some(),
        });
        self.client_id = (!connect.client_id.is_empty()).then(|| kept(connect.client_id));
        self.from_client.limits = Limits::of(&connect.properties);
        self.keep_alive.asked = Some(connect.keep_alive);
        self.keep_alive.seconds = Some(connect.keep_alive);
        self.will = connect.will.map(|will| Will {
            topic: kept(will.topic),
            qos: will.qos,
            retain: will.retain,
            delay: will.properties.number(PropertyId::WILL_DELAY_INTERVAL).unwrap_or(0),
            payload_len: will.payload.len(),
            fate: Fate::NotArmed,
            seen: None,
        });
    }

    fn answered(&mut self, connack: &Connack<'_>, at: At) {
        let properties = &connack.properties;
        self.connack = Some(Answered {
            at,
            code: connack.code,
            session_present: connack.session_present,
            expiry: properties.number(PropertyId::SESSION_EXPIRY_INTERVAL),
            reason: properties.text(PropertyId::REASON_STRING).map(kept),
            latency: self.connect.as_ref().and_then(|connect| at.since(connect.at)),
        });
        if let Some(id) = properties.assigned_client_id() {
            self.is_assigned = true;
            self.client_id = Some(kept(id));
        }
        self.from_server.limits = Limits::of(properties);
        let seconds = properties.number(PropertyId::SERVER_KEEP_ALIVE);
        if let Some(seconds) = seconds.and_then(|seconds| u16::try_from(seconds).ok()) {
            self.keep_alive.seconds = Some(seconds);
        }
        if let Some(will) = self.will.as_mut().filter(|_| connack.code == 0) {
            will.fate = Fate::Armed;
        }
    }

    /// The seconds that the session outlives the connection: as the client said last, unless the
    /// server wanted something else.
    #[must_use]
    pub fn session_expiry(&self) -> u32 {
        let left = self.from_client.disconnect.as_ref().and_then(|left| left.expiry);
        let server = self.connack.as_ref().and_then(|connack| connack.expiry);
        let client = self.connect.as_ref().map(|connect| connect.expiry);
        left.or(server).or(client).unwrap_or(0)
    }

    /// The seconds from when a Will is due until it is published: its delay, or what is left of the
    /// session where that ends before (5.0: section 3.1.3.2.2).
    #[must_use]
    pub fn will_wait(&self) -> u32 {
        let delay = self.will.as_ref().map_or(0, |will| will.delay);
        delay.min(self.session_expiry())
    }

    /// Takes note of copies that did not come.
    pub(super) fn miss(&mut self, missed: Vec<Missed>) {
        self.missed_count = self.missed_count.saturating_add(missed.len() as u64);
        let room = MAX_MISSED.saturating_sub(self.missed.len());
        self.missed.extend(missed.into_iter().take(room));
    }

    /// Takes note of a copy; whether it had been missed, so that its server is slow and nothing is
    /// certain of the others either.
    pub(super) fn comes_late(&mut self, key: u64) -> bool {
        let is_late = self.missed.iter().any(|missed| missed.key == key);
        if is_late {
            self.missed.clear();
            self.missed_count = 0;
        }
        is_late
    }

    /// The last bytes of the server are missing from the capture: what did not come may be in them.
    pub(super) fn doubt_missed(&mut self) {
        if self.unproven_missed == 0 || self.wire.lost(Sender::Server).bytes == 0 {
            return;
        }
        self.missed_count = self.missed_count.saturating_sub(self.unproven_missed);
        self.missed.truncate(usize::try_from(self.missed_count).unwrap_or(usize::MAX));
    }

    /// Takes note of a copy too many.
    pub(super) fn double(&mut self, topic: &[u8], publish: At, before: At, again: At) {
        self.doubled_count = self.doubled_count.saturating_add(1);
        if self.doubled.len() < MAX_DOUBLED {
            let topic = topic.get(..MAX_TEXT).unwrap_or(topic).into();
            self.doubled.push(Doubled { publish, before, again, topic });
        }
    }

    /// When the connection was over: at the first DISCONNECT or the first end of a side in TCP.
    #[must_use]
    pub fn over_at(&self) -> Option<At> {
        let halves = [&self.from_client, &self.from_server];
        let left = halves.iter().filter_map(|half| half.disconnect.as_ref().map(|left| left.at));
        let closed = halves.iter().filter_map(|half| half.closed.map(|closed| closed.at));
        left.chain(closed).min_by_key(|at| (at.time, at.frame))
    }

    /// The client leaves, or nothing more comes: its oldest PINGREQ that still waits.
    pub(super) fn settle_ping(&mut self, waits: Option<At>) {
        (self.keep_alive.unanswered, self.keep_alive.heard) = (waits, self.from_server.last);
    }

    /// What became of the Will, now that the connection is over.
    pub(super) fn settle_will(&mut self) {
        let over = self.over_at();
        let left = self.from_client.disconnect.as_ref().map(|left| (left.reason, left.at));
        let is_lost = self.from_client.is_tail_lost;
        let Some(will) = self.will.as_mut().filter(|will| will.fate == Fate::Armed) else { return };
        will.fate = match (left, over) {
            (None, Some(_)) if is_lost => Fate::Unknown,
            (Some((0, at)), _) => Fate::Discarded(at),
            (Some((_, at)), _) => Fate::Asked(at),
            (None, Some(at)) => Fate::Due(at),
            (None, None) => Fate::Armed,
        };
    }

    /// The last bytes of the client are missing from the capture: whether its Will is due is not known.
    pub(super) fn doubt_will(&mut self) {
        let is_tail = self.wire.lost(Sender::Client).is_tail;
        if let Some(will) = self.will.as_mut().filter(|_| is_tail)
            && matches!(will.fate, Fate::Due(_))
        {
            will.fate = Fate::Unknown;
        }
    }

    /// The silence of the client before the end of the connection counts as those between its packets.
    pub(super) fn settle_silence(&mut self) {
        if let (Some(from), Some(to)) = (self.keep_alive.last, self.over_at())
            && let Some(time) = to.since(from)
        {
            self.keep_alive.silence(Silence { from, to, time });
        }
    }

    /// One direction, to be changed.
    pub(super) fn half_mut(&mut self, sender: Sender) -> &mut Half {
        if sender == Sender::Client { &mut self.from_client } else { &mut self.from_server }
    }
}

impl KeepAliveRecord {
    /// Takes note of a silence; the result is the interval that holds, in nanoseconds, where the silence
    /// was longer.
    pub(super) fn silence(&mut self, silence: Silence) -> Option<u64> {
        if self.longest.is_none_or(|longest| longest.time < silence.time) {
            self.longest = Some(silence);
        }
        let seconds = self.seconds.filter(|seconds| *seconds > 0)?;
        let interval = u64::from(seconds).saturating_mul(SECOND);
        if silence.time <= interval {
            return None;
        }
        self.late = self.late.saturating_add(1);
        if silence.time > interval.saturating_add(interval >> 1) {
            self.broken = self.broken.saturating_add(1);
            self.first_broken = self.first_broken.or(Some(silence));
        }
        Some(interval)
    }
}

impl Open {
    /// Whether a session keeps it for the client's next connection.
    pub(super) fn outlives(&self) -> bool {
        matches!(self.kind, PacketType::PUBLISH | PacketType::PUBREL)
    }
}

impl Half {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.fault_count = self.fault_count.saturating_add(1);
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

impl Limits {
    /// By the properties of a CONNECT or a CONNACK.
    pub(super) fn of(properties: &Properties<'_>) -> Self {
        let mut limits = Self::default();
        for (id, value) in properties.iter() {
            let Value::Number(value) = value else { continue };
            let short = u16::try_from(value).unwrap_or(u16::MAX);
            match id {
                PropertyId::RECEIVE_MAXIMUM => limits.receive_maximum = short,
                PropertyId::MAXIMUM_PACKET_SIZE => limits.packet_size = Some(value),
                PropertyId::TOPIC_ALIAS_MAXIMUM => limits.alias_maximum = short,
                PropertyId::MAXIMUM_QOS => limits.qos = u8::try_from(value).unwrap_or(2),
                PropertyId::RETAIN_AVAILABLE => limits.retain = value != 0,
                PropertyId::WILDCARD_SUBSCRIPTION_AVAILABLE => limits.wildcard = value != 0,
                PropertyId::SUBSCRIPTION_IDENTIFIER_AVAILABLE => {
                    limits.subscription_id = value != 0;
                }
                PropertyId::SHARED_SUBSCRIPTION_AVAILABLE => limits.shared = value != 0,
                _ => {}
            }
        }
        limits
    }
}

impl Latency {
    /// Takes one more.
    pub(super) fn add(&mut self, nanos: u64, at: At) {
        self.count = self.count.saturating_add(1);
        self.total = self.total.saturating_add(nanos);
        if self.at.is_none() || nanos > self.longest {
            (self.longest, self.at) = (nanos, Some(at));
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            receive_maximum: u16::MAX,
            packet_size: None,
            alias_maximum: 0,
            qos: 2,
            retain: true,
            wildcard: true,
            subscription_id: true,
            shared: true,
        }
    }
}

/// A text of the wire, as much of it as is kept.
fn kept(text: Text<'_>) -> Box<[u8]> {
    text.0.get(..MAX_TEXT).unwrap_or(text.0).into()
}
