//! Exchanges and subscriptions at the end, and copies that did not come or came twice.

use super::{Ended, MAX_TEXT};
use crate::session::At;
use crate::spec::{PacketType, Sender};

/// Open exchanges that are told one by one.
pub const MAX_OPEN_TOLD: usize = 64;

/// Subscriptions that are told one by one.
pub const MAX_SUBSCRIPTIONS_TOLD: usize = 64;

/// Copies that did not come that are told one by one.
pub const MAX_MISSED: usize = 16;

/// Copies too many that are told one by one.
pub const MAX_DOUBLED: usize = 16;

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
    /// An earlier connection began it, and nothing of it was seen on this one.
    pub(in crate::session) is_carried: bool,
    /// For PUBLISH: a hash of its topic and payload.
    pub(in crate::session) message: Option<u64>,
    /// The number of its first PUBREC; 0: none was seen.
    pub(in crate::session) received: u64,
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
    /// It came, or was not to come, if the capture lacks a connection: one on which this client gave up the
    /// subscription, which was granted before; or one with which the client of a Will that waits came back.
    pub is_doubted: bool,
    /// The key of the message.
    pub(in crate::session) key: u64,
    /// The time from which its copies were to come.
    pub(in crate::session) due: Option<i64>,
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

impl Ended {
    /// Takes note of copies that did not come.
    pub(in crate::session) fn miss(&mut self, missed: Vec<Missed>) {
        self.missed_count = self.missed_count.saturating_add(missed.len() as u64);
        let room = MAX_MISSED.saturating_sub(self.missed.len());
        self.missed.extend(missed.into_iter().take(room));
    }

    /// Takes note of a copy; whether it had been missed, so that its server is slow and nothing is
    /// certain of the others either.
    #[inline]
    pub(in crate::session) fn comes_late(&mut self, key: u64) -> bool {
        !self.missed.is_empty() && self.was_missed(key)
    }

    #[inline(never)]
    fn was_missed(&mut self, key: u64) -> bool {
        let is_late = self.missed.iter().any(|missed| missed.key == key);
        if is_late {
            self.missed.clear();
            self.missed_count = 0;
        }
        is_late
    }

    /// The last bytes of the server are missing from the capture: what did not come may be in them. So it
    /// may where nothing was captured of the connection since it was due.
    pub(in crate::session) fn doubt_missed(&mut self) {
        let last = self.wire.tcp.and_then(|tcp| tcp.last.time);
        let is_later = |missed: &Missed| last.zip(missed.due).is_some_and(|(last, due)| last < due);
        let is_silent = self.missed.iter().any(is_later);
        let is_certain = !is_silent && self.wire.lost(Sender::Server).bytes == 0;
        if self.unproven_missed == 0 || is_certain {
            return;
        }
        self.missed_count = self.missed_count.saturating_sub(self.unproven_missed);
        self.missed.truncate(usize::try_from(self.missed_count).unwrap_or(usize::MAX));
    }

    /// Bytes of either side are missing from the capture: what is open may have been finished in them.
    pub(in crate::session) fn doubt_open(&mut self) {
        let is_unseen = |of| {
            let sent = self.wire.tcp.map(|tcp| *tcp.sent(of));
            // Nothing was captured; or the most of it was skipped to find where packets, or the frames
            // that carry them, begin.
            let is_unread = |bytes| !self.is_begun && self.half(of).bytes < bytes >> 1;
            sent.is_some_and(|sent| sent.segments == 0 || is_unread(sent.bytes))
        };
        let is_lost =
            |of| self.wire.lost(of).bytes > 0 || self.half(of).losses > 0 || is_unseen(of);
        if is_lost(Sender::Client) || is_lost(Sender::Server) {
            self.keep_open(|_| false);
        }
    }

    /// Tells of no more exchanges than these.
    pub(in crate::session) fn keep_open(&mut self, is_one: impl Fn(&Open) -> bool) {
        let before = self.open.len();
        self.open.retain(is_one);
        if self.open.len() < before {
            self.open_count = self.open.len() as u64;
        }
    }

    /// Somebody may have published what the capture does not show: a copy too many may be of that.
    pub(in crate::session) fn doubt_doubled(&mut self) {
        self.doubled.clear();
        self.doubled_count = 0;
    }

    /// Takes note of a copy too many.
    #[cold]
    #[inline(never)]
    pub(in crate::session) fn double(&mut self, topic: &[u8], publish: At, before: At, again: At) {
        self.doubled_count = self.doubled_count.saturating_add(1);
        if self.doubled.len() < MAX_DOUBLED {
            let topic = topic.get(..MAX_TEXT).unwrap_or(topic).into();
            self.doubled.push(Doubled { publish, before, again, topic });
        }
    }
}

impl Open {
    /// Whether a session keeps it for the client's next connection.
    pub(in crate::session) fn outlives(&self) -> bool {
        matches!(self.kind, PacketType::PUBLISH | PacketType::PUBREL)
    }
}
