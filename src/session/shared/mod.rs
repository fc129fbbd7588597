//! What connections have to do with each other: messages on their way through the broker, clients
//! that come back or throw each other out, Wills, and how much all of them may remember.
//!
//! What may enter: one file a subject, each with its own bound. Whatever says that something is not there
//! asks `complete` first whether the capture shows all in which it might be.

mod away;
mod clients;
mod complete;
mod contents;
mod copies;
mod holder;
mod keys;
mod messages;
mod owed;
mod passing;
mod pending;
mod same_wills;
mod still;
mod subscribers;
mod takeover;
#[cfg(test)]
mod tests;
mod wills;

pub(super) use clients::{Accepted, Kept};
pub(super) use complete::{Scope, Whole};
pub(super) use contents::{Change, Contents};
pub(super) use messages::Source;
pub(super) use passing::{Came, Carried, Copy, Delivered, SOON};
pub(crate) use still::Captured;

use super::ended::{Disconnect, Ended, Found, Other, Return, Still, War};
use super::{At, Certainty, Line, Seen};
use crate::mqtt::packet::Connect;
use crate::session::queue::Heads;
use crate::spec::Rule;
use crate::stream::End;
use away::Away;
use clients::Clients;
use complete::Unseen;
use copies::Copies;
use foldhash::quality::RandomState;
pub(super) use keys::{Hashes, Keyed};
use keys::{at_broker, hash};
use messages::{MAX_MESSAGES, Messages};
use pending::Message;
use std::collections::VecDeque;
use wills::{Back, Delayed, Wills};

/// Exchanges that may be open over all connections: at some 120 bytes each this is 60 MiB.
const MAX_OPEN: usize = 1 << 19;
/// Connections that got copies too many and wait for the end of the capture. Beyond, the oldest are told.
const MAX_DOUBLED: usize = 256;

/// What is known over all connections.
#[derive(Debug, Default)]
pub struct Shared {
    /// Of `messages`, and of what waits in `copies`: they are asked for the same keys.
    heads: Heads<2, { MAX_MESSAGES << 1 }>,
    messages: Messages,
    unseen: Unseen,
    clients: Clients,
    copies: Copies,
    wills: Wills,
    away: Away,
    /// Connections that got copies too many: holes that show later may explain these.
    doubled: VecDeque<Ended>,
    /// Its seed is of this run, so that nobody can choose topics that collide.
    hasher: RandomState,
    open: usize,
    /// The latest time of the capture.
    now: Option<i64>,
    /// Times in which the capture stood still.
    still: VecDeque<Still>,
    /// At the end: what the capture shows.
    captured: Option<Captured>,
}

/// What a new connection does to another one of the same client.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TakeOver {
    /// The connection that was open.
    pub(super) took_over: Option<Other>,
    /// The server was seen to accept that.
    pub(super) was_accepted: bool,
    /// The war that this is part of.
    pub(super) war: Option<War>,
    /// The take-overs so far where they are many, but nothing shows that there are two clients.
    pub(super) reconnects: Option<War>,
    /// Who was thrown out was there to see it, more than once.
    pub(super) is_answered: bool,
}

impl Shared {
    /// A connection has ended: it is told once nothing is to be waited for any more.
    pub fn ended(&mut self, mut ended: Ended) {
        if let Some(stream) = ended.stream {
            ended.taken_over_by = ended.taken_over_by.or(self.clients.rival(stream));
        }
        if ended.end == Some(End::Capture) {
            ended.captured_until = self.captured.as_ref().and_then(|all| all.until(&ended));
        }
        self.note_still(&mut ended);
        ended.doubt_missed();
        ended.doubt_open();
        self.doubt_doubled(&mut ended);
        ended.doubt_will();
        ended.doubt_disconnect();
        let client = self.client(&ended).filter(|_| ended.will_wait() > 0);
        self.wills.ended(ended, client, self.now);
    }

    /// The capture ends.
    pub(crate) fn ends(&mut self, captured: Option<Captured>) {
        self.captured = captured;
    }

    /// The capture has come so far.
    pub(super) fn passes(&mut self, time: Option<i64>) {
        self.now = self.now.max(time);
    }

    /// The connections that can be told now; `now` is the time of the capture, and none its end.
    pub fn told(&mut self, now: Option<i64>) -> Vec<Ended> {
        let mut told = self.wills.told(now, self.now);
        self.doubled.extend(told.extract_if(.., |ended| ended.doubled_count > 0));
        let most = if now.is_some() { MAX_DOUBLED } else { 0 };
        while self.doubled.len() > most
            && let Some(mut ended) = self.doubled.pop_front()
        {
            self.doubt_doubled(&mut ended);
            told.push(ended);
        }
        told
    }

    /// Whether there may be something to tell.
    #[must_use]
    pub fn has_told(&self, now: Option<i64>) -> bool {
        self.wills.has_told(now) || (now.is_none() && !self.doubled.is_empty())
    }

    /// Copies too many are of somebody else, where the capture does not show everybody.
    fn doubt_doubled(&self, ended: &mut Ended) {
        if ended.ends.is_some_and(|(_, server)| !self.unseen.is_nobody(server.ip())) {
            ended.doubt_doubled();
        }
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
            let hashes =
                Hashes { topic: self.hash(will.topic.0), payload: self.hash(will.payload) };
            let key = self.message(server.ip(), hashes);
            self.wills.armed(key);
            record.will_key = Some(key);
            if let Some(line) = seen.line {
                let is_v5 = seen.decoded.version.is_v5();
                let contents = Contents::new(&will.properties, will.retain, is_v5, &self.hasher);
                let by = (line.stream, line.server.port());
                self.messages.has_will(key, Source::new(seen.at, by, will.qos, contents));
            }
        }
        let Some(key) = self.client(record) else { return TakeOver::default() };
        // Address and port may be rewritten on the way, Sequence Numbers rarely are.
        let mark = seen.proof.end.map(|end| (end, seen.proof.had, self.hash(seen.bytes)));
        self.clients.connects(key, record, mark)
    }

    /// A server accepts a connection.
    pub(super) fn accepted(
        &mut self,
        record: &mut Ended,
        is_present: bool,
        is_new: bool,
        is_complete: bool,
    ) -> Accepted {
        let Some(key) = self.client(record) else {
            self.clients.accepted_nameless(record);
            return Accepted::default();
        };
        let accepted = self.clients.accepted(key, record, is_present, is_new, is_complete);
        let is_unexplained =
            accepted.finding.is_some_and(|(rule, _)| rule == Rule::SESSION_UNEXPLAINED);
        if let Some((_, server)) = record.ends.filter(|_| is_unexplained) {
            // It has had the session on a connection that is missing, and what it published there.
            self.unseen.publisher(server.ip());
        }
        if let Some(returns) = accepted.returns {
            let is_resumed = returns.found == Found::Resumed;
            let waited = self.away.returns(returns.stream, record.stream, is_resumed);
            record.returns = record.returns.or(Some(Return { waited, ..returns }));
        }
        if let Some(old) = accepted.thrown_out {
            // What its session is to get comes here.
            self.copies.left(old);
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

    /// A client sends something but a DISCONNECT.
    pub(super) fn speaks(&mut self, seen: &Seen<'_>) {
        if let Some(line) = &seen.line {
            self.clients.speaks(line.stream, seen.at);
        }
    }

    /// One side of a connection says that it leaves, or closes: the next one of the client throws
    /// nobody out.
    pub(super) fn leaves(&mut self, record: &Ended, is_complete: bool) {
        if let Some(key) = self.client(record) {
            self.clients.leaves(key, record, is_complete);
        }
    }

    /// The client has closed its side. Of a reset behind that nothing is told, so that the connection may not
    /// be over for long; but its Will may come from now on.
    pub(super) fn client_closes(&mut self, record: &Ended) {
        if record.from_client.disconnect.is_none() {
            self.wills.due(record);
        }
    }

    /// A connection is over.
    pub(super) fn left(&mut self, record: &mut Ended, kept: Option<Kept>) {
        let key = self.client(record);
        if let (Some(kept), Some(at)) = (&kept, record.over_at())
            && let (Some(stream), Some((client, server))) = (record.stream, &record.ends)
            && record.session_expiry() > 0
        {
            let line = Line { stream, client, server };
            let Self { away, hasher, .. } = self;
            away.leaves(&line, kept, at, |filter| at_broker(hasher, *server, hash(hasher, filter)));
        }
        if let Some(key) = key {
            self.clients.left(key, record, kept);
        }
        let Some(stream) = record.stream else { return };
        let came = self.away.ends(stream).filter(|_| record.from_server.losses == 0);
        if let Some(returns) = &mut record.returns {
            returns.came = came;
        }
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
        self.wills.due(record);
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
        let had = self.wills.had(key, stream);
        // A server that shuts down may publish it when it is back.
        let left = record.from_server.disconnect.as_ref();
        let is_certain =
            is_certain && left.is_none_or(|left| left.reason != Disconnect::SHUTTING_DOWN);
        if let Some(had) = had.filter(|_| is_certain && (wait == 0 || back.is_none())) {
            let topic = &*will.topic;
            let hash = at_broker(&self.hasher, server, self.hash(topic));
            let message = Message { key, hash, topic, qos: will.qos };
            self.copies.will(message, (stream, server), (at, from, wait > 0), &had);
        }
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
}

/// The first of two places that has a time, where both do.
fn time(at: Option<At>) -> Option<i64> {
    at.and_then(|at| at.time)
}
