//! What one side did.

use super::Ended;
use crate::mqtt::property::{Properties, Value};
use crate::session::{At, Mark, Proof, Void};
use crate::spec::{PacketType, PropertyId, Rule, Sender};
use crate::stream;

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
    pub(in crate::session) last_kind: Option<PacketType>,
    /// Times that bytes were lost, or could not be read.
    pub losses: u64,
    /// The number of the record that came next when that was so last.
    pub(in crate::session) lost_before: u64,
    /// Bytes were lost, or could not be read, behind the last packet.
    pub(in crate::session) is_tail_lost: bool,
    /// Its last packet did not come whole.
    pub(in crate::session) is_cut: bool,
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
    /// The number of the last packet that the other side has answered: it went on behind it.
    pub(in crate::session) answered: u64,
    /// The same where the answer was no refusal.
    pub(in crate::session) accepted: u64,
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

/// A DISCONNECT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disconnect {
    /// Its place.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
    /// Its Reason Code; 0 where there is none.
    pub reason: u8,
    /// Session Expiry Interval, where it changes it.
    pub expiry: Option<u32>,
    /// Reason String.
    pub text: Option<Box<[u8]>>,
    /// Why it does not count, or may not; the client's alone.
    pub void: Option<Void>,
}

impl Closed {
    /// When it was, with what TCP proves.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark { at: self.at, proof: self.proof }
    }
}

/// Reason Codes of DISCONNECT that change what follows (5.0: section 3.14.2.1).
impl Disconnect {
    /// "Normal disconnection": the Will is discarded.
    pub const NORMAL: u8 = 0x00;
    /// "Disconnect with Will Message": the client asks for it.
    pub const WITH_WILL: u8 = 0x04;
    /// "Server shutting down": it may publish Wills when it is back (section 3.1.2.5).
    pub const SHUTTING_DOWN: u8 = 0x8b;
    /// "Session taken over": the connection was open when another one came.
    pub const TAKEN_OVER: u8 = 0x8e;

    /// When it was, with what TCP proves.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark { at: self.at, proof: self.proof }
    }
}

/// How a side ended in TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// With FIN or RST.
    pub how: stream::Close,
    /// When, by the frame.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
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

impl Ended {
    /// One direction.
    #[must_use]
    pub fn half(&self, sender: Sender) -> &Half {
        if sender == Sender::Client { &self.from_client } else { &self.from_server }
    }

    /// One direction, to be changed.
    pub(in crate::session) fn half_mut(&mut self, sender: Sender) -> &mut Half {
        if sender == Sender::Client { &mut self.from_client } else { &mut self.from_server }
    }
}

impl Half {
    /// Whether it has said that it leaves, or has closed.
    pub(in crate::session) const fn has_ended(&self) -> bool {
        self.disconnect.is_some() || self.closed.is_some()
    }

    /// When it left: with its DISCONNECT, or else in TCP.
    pub(super) fn leaves(&self) -> Option<Mark> {
        let said = self.disconnect.as_ref().map(Disconnect::mark);
        said.or_else(|| self.closed.map(|closed| closed.mark()))
    }

    /// Whether it may have sent something more than was seen: where a packet that it did not end is all
    /// that could not be read, its receiver had no more of it either.
    pub(in crate::session) fn may_have_more(&self) -> bool {
        self.is_tail_lost && !(self.is_cut && self.losses == 1)
    }

    pub(in crate::session) fn fault(&mut self, fault: Fault) {
        self.fault_count = self.fault_count.saturating_add(1);
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }
}

impl Limits {
    /// By the properties of a CONNECT or a CONNACK.
    pub(in crate::session) fn of(properties: &Properties<'_>) -> Self {
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

impl Latency {
    /// Takes one more.
    pub(in crate::session) fn add(&mut self, nanos: u64, at: At) {
        self.count = self.count.saturating_add(1);
        self.total = self.total.saturating_add(nanos);
        if self.at.is_none() || nanos > self.longest {
            (self.longest, self.at) = (nanos, Some(at));
        }
    }
}
