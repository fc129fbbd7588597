//! What connections have to do with each other: messages on their way through the broker, clients
//! that come back or throw each other out, Wills, and how much all of them may remember.
//!
//! What may enter: one file a subject, each with its own bound.

mod clients;
mod contents;
mod copies;
mod messages;
#[cfg(test)]
mod passed_tests;
#[cfg(test)]
mod tests;
mod wills;

pub(super) use clients::{Accepted, Kept};
pub(super) use contents::{Change, Contents};
pub(super) use messages::Source;

use super::ended::{Ended, Other, War};
use super::{At, Line, Partner, Seen};
use crate::mqtt::packet::{Connect, Publish};
use clients::Clients;
use copies::Copies;
use foldhash::quality::RandomState;
use messages::Messages;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;
use wills::Wills;

/// Exchanges that may be open over all connections: at some 96 bytes each this is 48 MiB.
const MAX_OPEN: usize = 1 << 19;

/// What is known over all connections.
#[derive(Debug, Default)]
pub struct Shared {
    messages: Messages,
    clients: Clients,
    copies: Copies,
    wills: Wills,
    /// Its seed is of this run, so that nobody can choose topics that collide.
    hasher: RandomState,
    open: usize,
}

/// What is known of a message that a server delivers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    /// Its key, of broker, topic and payload.
    pub(super) key: u64,
    /// The PUBLISH that it is a copy of and its QoS, where that is certain. What was kept from
    /// before, or is sent again, is no copy.
    pub(super) copy: Option<(Partner, u8)>,
    /// Where a message of this topic and payload came from of late.
    pub(super) source: Option<Source>,
    /// What it carries.
    pub(super) contents: Contents,
}

/// What a new connection does to another one of the same client.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TakeOver {
    /// The connection that was open.
    pub(super) took_over: Option<Other>,
    /// The war that this is part of.
    pub(super) war: Option<War>,
    /// The take-overs so far where they are many, but nothing shows that two clients fight.
    pub(super) reconnects: Option<War>,
}

impl Shared {
    /// A connection has ended: it is told once nothing is to be waited for any more.
    pub fn ended(&mut self, mut ended: Ended) {
        if let Some(stream) = ended.stream {
            ended.taken_over_by = ended.taken_over_by.or(self.clients.rival(stream));
        }
        self.wills.ended(ended);
    }

    /// The connections that can be told now; `now` is the time of the capture, and none its end.
    pub fn told(&mut self, now: Option<i64>) -> Vec<Ended> {
        self.wills.told(now)
    }

    /// Whether there may be something to tell.
    #[must_use]
    pub fn has_told(&self, now: Option<i64>) -> bool {
        self.wills.has_told(now)
    }

    /// The hash of a topic or a filter.
    pub(super) fn hash(&self, text: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text);
        hasher.finish()
    }

    /// A client asks for a connection.
    pub(super) fn connects(
        &mut self,
        record: &mut Ended,
        connect: &Connect<'_>,
        seen: &Seen<'_>,
    ) -> TakeOver {
        if let Some(will) = &connect.will
            && let Some((_, server)) = record.ends
        {
            let topic = self.hash(will.topic.0);
            let key = self.message(server.ip(), topic, will.payload);
            self.wills.armed(key);
            record.will_key = Some(key);
            if let Some(line) = seen.line {
                let is_v5 = seen.decoded.version.is_v5();
                let contents = Contents::new(&will.properties, will.retain, is_v5, &self.hasher);
                let by = (line.stream, line.server);
                self.messages.has_will(key, Source::new(seen.at, by, will.qos, contents));
            }
        }
        let Some(key) = self.client(record) else { return TakeOver::default() };
        self.clients.connects(key, record)
    }

    /// A server accepts a connection.
    pub(super) fn accepted(
        &mut self,
        record: &mut Ended,
        is_present: bool,
        is_new: bool,
        is_complete: bool,
    ) -> Accepted {
        let Some(key) = self.client(record) else { return Accepted::default() };
        self.clients.accepted(key, record, is_present, is_new, is_complete)
    }

    /// A server refuses a connection.
    pub(super) fn refused(&mut self, record: &Ended) {
        if let Some(key) = self.client(record) {
            self.clients.refused(key, record);
        }
    }

    /// A connection is over, so that the next one of the client throws nobody out.
    pub(super) fn left(&mut self, record: &mut Ended, kept: Option<Kept>) {
        if let Some(key) = self.client(record) {
            self.clients.left(key, record, kept);
        }
        if let Some(stream) = record.stream {
            record.taken_over_by = record.taken_over_by.or(self.clients.rival(stream));
            let due = record.will.as_ref().and_then(|will| will.fate.due());
            if let Some((key, due)) = record.will_key.zip(due) {
                self.messages.will_due(key, stream, due);
            }
        }
    }

    /// A client publishes a message; `topic` is the hash of its topic.
    pub(super) fn published(
        &mut self,
        seen: &Seen<'_>,
        topic: &[u8],
        hash: u64,
        publish: &Publish<'_>,
    ) {
        let Some(line) = seen.line else { return };
        let key = self.message(line.server.ip(), hash, publish.payload);
        let contents = Contents::of(publish, seen.decoded.version.is_v5(), &self.hasher);
        let source = Source::new(seen.at, (line.stream, line.server), publish.qos, contents);
        self.messages.published(key, source, publish.dup);
        // QoS 2 is passed on once it is released, which may be never; QoS 0 may be lost.
        if publish.qos == 1 && !publish.dup {
            let hash = self.at_broker(&line, hash);
            self.copies.published(key, &line, seen.at, hash, topic);
        }
    }

    /// A subscription of a session whose subscriptions are all known is granted.
    pub(super) fn subscribed(&mut self, line: &Line, filter: &[u8], options: u8) {
        let hash = self.at_broker(line, self.hash(filter));
        self.copies.subscribed(line, hash, filter, options);
    }

    /// It is about to end.
    pub(super) fn unsubscribed(&mut self, line: &Line, filter: &[u8], at: At) {
        let hash = self.at_broker(line, self.hash(filter));
        self.copies.unsubscribed(line.stream, hash, filter, at);
    }

    /// The subscriptions of a connection are not known any more; what it missed goes into its
    /// record.
    pub(super) fn unknown(&mut self, record: &mut Ended) {
        let Some(stream) = record.stream else { return };
        let (missed, count) = self.copies.left(stream);
        record.missed.extend(missed);
        record.missed_count = record.missed_count.saturating_add(count);
    }

    /// A server delivers a message.
    pub(super) fn delivered(
        &mut self,
        seen: &Seen<'_>,
        topic: u64,
        publish: &Publish<'_>,
    ) -> Option<Delivered> {
        let line = seen.line?;
        let key = self.message(line.server.ip(), topic, publish.payload);
        self.copies.delivered(key, line.stream);
        let copy = match publish.retain || publish.dup {
            true => None,
            false => self.messages.delivered(key, seen.at),
        };
        if copy.is_none() {
            self.wills.delivered(key, seen);
        }
        let contents = Contents::of(publish, seen.decoded.version.is_v5(), &self.hasher);
        let source = self.messages.carried_by(key, line.server);
        Some(Delivered { key, copy, source: source.filter(|_| !publish.dup), contents })
    }

    /// A member of a shared subscription refuses a message; `filter` is the hash of its filter.
    pub(super) fn message_refused(&mut self, key: u64, filter: u64, at: At) {
        self.messages.refused(key, filter, at);
    }

    /// Whether one exchange more may be remembered; it counts from now on.
    pub(super) fn may_open(&mut self) -> bool {
        let may = self.open < MAX_OPEN;
        self.open = self.open.saturating_add(usize::from(may));
        may
    }

    /// So many exchanges are forgotten.
    pub(super) fn closed(&mut self, count: usize) {
        self.open = self.open.saturating_sub(count);
    }

    /// The hash of a topic or filter at one broker.
    fn at_broker(&self, line: &Line, hash: u64) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match line.server.ip() {
            IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
            IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
        }
        hasher.write_u16(line.server.port());
        hasher.write_u64(hash);
        hasher.finish()
    }

    fn message(&self, server: IpAddr, topic: u64, payload: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match server {
            IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
            IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
        }
        hasher.write_u64(topic);
        hasher.write(payload);
        hasher.finish()
    }

    /// The key of a client at a server: the same name elsewhere is somebody else.
    fn client(&self, record: &Ended) -> Option<u64> {
        let (_, server) = record.ends?;
        let mut hasher = self.hasher.build_hasher();
        match server.ip() {
            IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
            IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
        }
        hasher.write_u16(server.port());
        hasher.write(record.client_id.as_deref()?);
        Some(hasher.finish())
    }
}

/// The first of two places that has a time, where both do.
fn time(at: Option<At>) -> Option<i64> {
    at.and_then(|at| at.time)
}
