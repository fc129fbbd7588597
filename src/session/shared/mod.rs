//! What connections have to do with each other: messages on their way through the broker, clients
//! that come back or throw each other out, Wills, and how much all of them may remember.
//!
//! What may enter: one file a subject, each with its own bound.

mod away;
mod clients;
mod contents;
mod copies;
#[cfg(test)]
mod left_tests;
mod messages;
#[cfg(test)]
mod passed_tests;
mod subscribers;
#[cfg(test)]
mod tests;
mod wills;

pub(super) use clients::{Accepted, Kept};
pub(super) use contents::{Change, Contents};
pub(super) use messages::Source;

use super::ended::{Ended, Missed, Other, Return, War};
use super::{At, Certainty, Line, Partner, Seen};
use crate::mqtt::packet::{Connect, Publish};
use crate::spec::PropertyId;
use away::Away;
use clients::Clients;
use copies::Copies;
use foldhash::quality::RandomState;
use messages::{Messages, Origin};
use std::hash::{BuildHasher, Hasher};
use std::net::{IpAddr, SocketAddr};
use wills::{Back, Delayed, EARLY, Wills};

/// Nanoseconds within which a broker passes on a message: the same contents later may have come from
/// somebody else.
pub(super) const SOON: u64 = 5_000_000_000;

/// Exchanges that may be open over all connections: at some 96 bytes each this is 48 MiB.
const MAX_OPEN: usize = 1 << 19;

/// What is known over all connections.
#[derive(Debug, Default)]
pub struct Shared {
    messages: Messages,
    clients: Clients,
    copies: Copies,
    wills: Wills,
    away: Away,
    /// Its seed is of this run, so that nobody can choose topics that collide.
    hasher: RandomState,
    open: usize,
    /// The latest time of the capture.
    now: Option<i64>,
}

/// A delivered message that is a copy of one that a client has published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy {
    /// The PUBLISH.
    pub(super) of: Partner,
    /// Its QoS.
    pub(super) qos: u8,
    /// Nothing else with the same contents is known of: no other PUBLISH and no Will.
    pub(super) is_alone: bool,
}

/// What is known of a message that a server delivers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    /// Its key, of broker, topic and payload.
    pub(super) key: u64,
    /// The PUBLISH that it is a copy of, where that is certain. What was kept from before, or is
    /// sent again, is no copy.
    pub(super) copy: Option<Copy>,
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
        ended.doubt_missed();
        ended.doubt_will();
        let client = self.client(&ended).filter(|_| ended.will_wait() > 0);
        self.wills.ended(ended, client, self.now);
    }

    /// The capture has come so far.
    pub(super) fn passes(&mut self, time: Option<i64>) {
        self.now = self.now.max(time);
    }

    /// The connections that can be told now; `now` is the time of the capture, and none its end.
    pub fn told(&mut self, now: Option<i64>) -> Vec<Ended> {
        self.wills.told(now, self.now)
    }

    /// Whether there may be something to tell.
    #[must_use]
    pub fn has_told(&self, now: Option<i64>) -> bool {
        self.wills.has_told(now)
    }

    /// The hash of a topic or a filter.
    pub(super) fn hash(&self, text: &[u8]) -> u64 {
        hash(&self.hasher, text)
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
        let accepted = self.clients.accepted(key, record, is_present, is_new, is_complete);
        if let Some(returns) = accepted.returns {
            let waited = self.away.returns(returns.stream);
            record.returns = record.returns.or(Some(Return { waited, ..returns }));
        }
        if let Some(stream) = record.stream
            && let Some(back) = self.clients.back(key, u64::MAX)
        {
            for stream in self.wills.back(key, stream, back) {
                self.copies.no_will(stream);
            }
        }
        accepted
    }

    /// A server refuses a connection.
    pub(super) fn refused(&mut self, record: &Ended) {
        if let Some(key) = self.client(record) {
            self.clients.refused(key, record);
        }
    }

    /// The client has ended its side: its next connection throws nobody out.
    pub(super) fn hung_up(&mut self, record: &Ended) {
        if let Some(key) = self.client(record) {
            self.clients.hung_up(key, record);
        }
    }

    /// A connection is over, so that the next one of the client throws nobody out.
    pub(super) fn left(&mut self, record: &mut Ended, kept: Option<Kept>) {
        let key = self.client(record);
        if let (Some(kept), Some(at)) = (&kept, record.over_at())
            && let (Some(stream), Some((client, server))) = (record.stream, record.ends)
            && record.session_expiry() > 0
        {
            let line = Line { stream, client, server };
            let Self { away, hasher, .. } = self;
            away.leaves(&line, kept, at, |filter| at_broker(hasher, server, hash(hasher, filter)));
        }
        if let Some(key) = key {
            self.clients.left(key, record, kept);
        }
        let Some(stream) = record.stream else { return };
        record.taken_over_by = record.taken_over_by.or(self.clients.rival(stream));
        let back = key.and_then(|key| self.clients.back(key, stream));
        self.will_is_due(record, stream, key, back);
    }

    /// The Will of a connection that is over is due: who is to get it, and when.
    fn will_is_due(
        &mut self,
        record: &Ended,
        stream: u64,
        client: Option<u64>,
        back: Option<Back>,
    ) {
        let Some(will) = record.will.as_ref() else { return };
        let (Some((_, server)), Some(key)) = (record.ends, record.will_key) else { return };
        let Some(at) = will.fate.due() else { return };
        let Some(due) = at.time else { return };
        let wait = i64::from(record.will_wait()).saturating_mul(1_000_000_000);
        let from = due.saturating_add(wait);
        // One that is back already is no matter of who gets it.
        if let Some(client) = client.filter(|_| wait > 0) {
            self.wills.delayed(client, Delayed { stream, from, back });
        }
        // Some servers wait for the delay even where the session has ended.
        let last = due.saturating_add(i64::from(will.delay).saturating_mul(1_000_000_000));
        // What is said of its copies is to be certain.
        let is_certain = record.will_certainty() == Certainty::Proven;
        // Its own time begins there, which is to be certain.
        if last == from && is_certain {
            self.messages.will_due(key, stream, At { time: Some(from), ..at });
        }
        let from = last;
        let had = self.wills.went_to(key, due.saturating_sub(EARLY));
        if let Some(had) = had.filter(|_| is_certain && (wait == 0 || back.is_none())) {
            let topic = &*will.topic;
            let hash = at_broker(&self.hasher, server, self.hash(topic));
            let message = copies::Message { key, hash, topic };
            self.copies.will(message, (stream, server), (at, from), &had);
        }
    }

    /// The key of a message at its broker; `topic` is the hash of its topic.
    pub(super) fn key(&self, seen: &Seen<'_>, topic: u64, publish: &Publish<'_>) -> Option<u64> {
        let line = seen.line?;
        Some(self.message(line.server.ip(), topic, publish.payload))
    }

    /// A client publishes a message; `hash` is that of its topic.
    pub(super) fn published(
        &mut self,
        seen: &Seen<'_>,
        key: u64,
        (hash, topic): (u64, &[u8]),
        publish: &Publish<'_>,
    ) {
        let Some(line) = seen.line else { return };
        let contents = Contents::of(publish, seen.decoded.version.is_v5(), &self.hasher);
        let source = Source::new(seen.at, (line.stream, line.server), publish.qos, contents);
        self.messages.published(key, source, publish.dup);
        if publish.qos > 0 && !publish.dup && !self.away.is_empty() {
            self.away.published(&line, at_broker(&self.hasher, line.server, hash), topic);
        }
        // QoS 2 is passed on once it is released, which may be never; QoS 0 may be lost, and what
        // expires is not to be passed on at all.
        let may_expire = publish.properties.get(PropertyId::MESSAGE_EXPIRY_INTERVAL).is_some();
        if publish.qos == 1 && !publish.dup && !may_expire {
            let hash = at_broker(&self.hasher, line.server, hash);
            self.copies.published(copies::Message { key, hash, topic }, &line, seen.at);
        }
    }

    /// A server acknowledges a PUBLISH, by the number of its first packet, or refuses it.
    pub(super) fn acknowledged(&mut self, number: u64, is_refusal: bool) {
        self.copies.acknowledged(number, is_refusal);
        if is_refusal {
            self.messages.refused(number);
        }
    }

    /// A subscription of a session whose subscriptions are all known is granted.
    pub(super) fn subscribed(&mut self, line: &Line, filter: &[u8], options: u8, at: At) {
        let hash = at_broker(&self.hasher, line.server, self.hash(filter));
        self.copies.subscribed(line, (hash, filter), options, at);
    }

    /// It is about to end.
    pub(super) fn unsubscribed(&mut self, line: &Line, filter: &[u8], at: At) {
        let hash = at_broker(&self.hasher, line.server, self.hash(filter));
        self.copies.unsubscribed(line.stream, hash, filter, at);
    }

    /// The subscriptions of a connection are not known any more, nor what it missed.
    pub(super) fn unknown(&mut self, record: &Ended) {
        if let Some(stream) = record.stream {
            self.copies.left(stream);
        }
    }

    /// A connection is over: what it missed goes into its record.
    pub(super) fn gone(&mut self, record: &mut Ended) {
        let Some(stream) = record.stream else { return };
        self.copies.expire(self.now);
        let missed = self.copies.left(stream);
        record.unproven_missed = missed.len() as u64;
        record.miss(missed);
    }

    /// Whether somebody may miss a message.
    pub(super) fn has_owed(&self) -> bool {
        !self.copies.is_idle()
    }

    /// What a connection missed, as the server's answer at `now` to a packet at `asked` proves.
    pub(super) fn missed(&mut self, stream: u64, asked: At, now: At) -> Vec<Missed> {
        self.copies.expire(now.time);
        self.copies.missed(stream, asked.time)
    }

    /// A copy that was missed has come: its server is slow.
    pub(super) fn is_slow(&mut self, stream: u64) {
        self.copies.is_slow(stream);
    }

    /// A server delivers a message. `before` is the number of the last copy of the same contents on
    /// this connection.
    pub(super) fn delivered(
        &mut self,
        seen: &Seen<'_>,
        key: u64,
        publish: &Publish<'_>,
        before: Option<u64>,
    ) -> Option<Delivered> {
        let line = seen.line?;
        self.copies.delivered(key, line.stream);
        let copy = self.copy(seen, key, publish, before);
        let source = self.messages.carried_by(key, line.server).filter(|_| !publish.dup);
        // It may be a Will that looks the same.
        let source = source.filter(|source| source.is_will || !self.wills.is_armed(key));
        // What it carries is compared with that alone.
        let is_v5 = seen.decoded.version.is_v5();
        let contents = source.map(|_| Contents::of(publish, is_v5, &self.hasher));
        Some(Delivered { key, copy, source, contents: contents.unwrap_or_default() })
    }

    /// What a message that a server delivers is a copy of, where that is certain; or it is one that
    /// is taken for a Will.
    fn copy(
        &mut self,
        seen: &Seen<'_>,
        key: u64,
        publish: &Publish<'_>,
        before: Option<u64>,
    ) -> Option<Copy> {
        let origin = self.messages.origin(key, seen.at);
        let is_old = |at: At| seen.at.since(at).is_none_or(|time| time > SOON);
        let is_new = match origin {
            Origin::Unseen => true,
            Origin::Several(at) => is_old(at),
            Origin::One(of, ..) => is_old(of.at) || before > Some(of.at.number),
        };
        // Before 5.0 a message with RETAIN 1 is one that was kept.
        let is_kept = publish.retain && !seen.decoded.version.is_v5();
        let is_armed = self.wills.is_armed(key);
        if is_armed && is_new && !is_kept {
            self.wills.delivered(key, seen);
            return None;
        }
        let Origin::One(of, qos, is_only) = origin else { return None };
        let is_live = !publish.retain && !publish.dup;
        is_live.then_some(Copy { of, qos, is_alone: is_only && !is_armed })
    }

    /// A member of a shared subscription refuses a message; `filter` is the hash of its filter.
    pub(super) fn message_refused(&mut self, key: u64, filter: u64, at: At) {
        self.messages.member_refused(key, filter, at);
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

/// The hash of a topic or a filter.
fn hash(hasher: &RandomState, text: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The hash of a topic or filter at one broker.
fn at_broker(hasher: &RandomState, server: SocketAddr, hash: u64) -> u64 {
    let mut hasher = hasher.build_hasher();
    match server.ip() {
        IpAddr::V4(v4) => hasher.write_u32(v4.to_bits()),
        IpAddr::V6(v6) => hasher.write_u128(v6.to_bits()),
    }
    hasher.write_u16(server.port());
    hasher.write_u64(hash);
    hasher.finish()
}

/// The first of two places that has a time, where both do.
fn time(at: Option<At>) -> Option<i64> {
    at.and_then(|at| at.time)
}
