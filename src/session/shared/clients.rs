//! Clients across their connections: who holds a session, who throws whom out, what a session
//! keeps while its client is away.

use super::TakeOver;
use super::holder::{Holder, Mark, Marks};
use super::takeover::{Hosts, Rival, TakeOvers};
use super::wills::Back;
use crate::session::At;
use crate::session::ended::{Ended, MAX_TEXT, Open, Other, Return};
use crate::session::recent::Recent;
use crate::session::track::Subscriptions;
use crate::spec::{Rule, Sender};
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// Clients that are remembered.
const MAX_CLIENTS: usize = 65_536;
/// Bytes that the sessions of clients that are away may keep together.
const MAX_KEPT: usize = 32 << 20;
/// Connections that are open though another one of their client has begun.
const MAX_RIVALS: usize = 4_096;

/// All clients.
#[derive(Debug)]
pub(super) struct Clients {
    by_key: Recent<u64, Client>,
    kept: usize,
    /// For connections that are open still: the one that threw them out.
    rivals: HashMap<u64, Rival, RandomState>,
    hosts: Hosts,
    /// Connections that are another one seen once more, from another address.
    echoes: HashSet<u64, RandomState>,
    /// For connections that are not over still: the one with which the client went on.
    successors: HashMap<u64, Back, RandomState>,
    /// By server: the last that it accepted of which the capture does not tell the Client Identifier.
    nameless: Recent<SocketAddr, At>,
}

/// Servers with clients that the capture does not name.
const MAX_SERVERS: usize = 1_024;

/// What a session keeps while its client is away.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Kept {
    /// Its subscriptions.
    pub(in crate::session) subscriptions: Subscriptions,
    /// Exchanges that were open, the oldest.
    pub(in crate::session) open: Vec<Open>,
    /// These are all that were open.
    pub(in crate::session) is_all: bool,
}

/// What is known of the session that a server goes on with, or begins.
#[derive(Debug, Default)]
pub(in crate::session) struct Accepted {
    /// What is wrong with Session Present, and the number of the packet that shows it.
    pub(in crate::session) finding: Option<(Rule, u64)>,
    /// What the session has kept.
    pub(in crate::session) kept: Option<Kept>,
    /// Where the session begins anew: what its client had open in the one before.
    pub(in crate::session) old: Vec<Open>,
    /// The client can have had no connection between those two of it that were seen.
    pub(in crate::session) is_unbroken: bool,
    /// The client's connection before, where that was over.
    pub(in crate::session) returns: Option<Return>,
    /// The connection that it threw out, where that is open still.
    pub(in crate::session) thrown_out: Option<u64>,
}

#[derive(Debug, Default)]
struct Client {
    /// The connection that has the session now, or had it last.
    holder: Option<Holder>,
    /// The one before it, until it is known whether the server accepts the new one.
    before: Option<Holder>,
    kept: Option<Kept>,
    take_overs: TakeOvers,
    marks: Marks,
}

impl Default for Clients {
    fn default() -> Self {
        let (rivals, hosts, echoes, successors) = Default::default();
        let (by_key, nameless) = (Recent::new(MAX_CLIENTS), Recent::new(MAX_SERVERS));
        Self { by_key, kept: 0, rivals, hosts, echoes, successors, nameless }
    }
}

impl Clients {
    /// A client asks for a connection; `mark` is what its CONNECT is known by.
    pub(super) fn connects(&mut self, key: u64, record: &Ended, mark: Mark) -> TakeOver {
        let Some((other, at)) = other(record) else { return TakeOver::default() };
        let client = self.by_key.entry(key, Client::default);
        let old = client.holder.filter(|holder| holder.other.stream != other.stream);
        if self.echoes.len() < MAX_RIVALS && client.marks.is_seen_again(&other, mark) {
            self.echoes.insert(other.stream);
            return TakeOver::default();
        }
        self.hosts.connects(other.client.ip(), key);
        client.before = old;
        client.holder = Some(Holder::new(other));
        let Some(old) = old.filter(|old| old.is_open) else { return TakeOver::default() };
        let many = client.take_overs.thrown_out(&old.other, &other, at);
        let (is_war, is_answered) =
            (client.take_overs.is_war(key, &self.hosts), client.take_overs.is_answered());
        if self.rivals.len() < MAX_RIVALS {
            self.rivals.insert(old.other.stream, Rival::new(other));
        }
        let (war, reconnects) = (many.filter(|_| is_war), many.filter(|_| !is_war));
        let was_accepted = old.accepted.is_some();
        TakeOver { took_over: Some(old.other), was_accepted, war, reconnects, is_answered }
    }

    /// A client sends something but a DISCONNECT, which one does that cleans up.
    #[inline]
    pub(super) fn speaks(&mut self, stream: u64, at: At) {
        if !self.rivals.is_empty() {
            self.rival_speaks(stream, at);
        }
    }

    #[inline(never)]
    fn rival_speaks(&mut self, stream: u64, at: At) {
        if let Some(rival) = self.rivals.get_mut(&stream) {
            rival.speaks(at);
        }
    }

    /// A server refuses it: nobody was thrown out.
    pub(super) fn refused(&mut self, key: u64, record: &Ended) {
        let client = self.by_key.entry(key, Client::default);
        if !client.is_held_by(record) {
            return;
        }
        client.holder = client.before.take();
        if let Some(old) = client.holder {
            self.rivals.remove(&old.other.stream);
        }
    }

    /// A server accepts a client whose Client Identifier was not captured: it may be any. One whose CONNECT has an empty
    /// one is none that was there before: it gets a unique one (3.1.1 and 5.0: section 3.1.3.1).
    pub(super) fn accepted_nameless(&mut self, record: &Ended) {
        if let Some((_, server)) = record.ends.filter(|_| record.connect.is_none())
            && let Some(connack) = &record.connack
        {
            let last = self.nameless.entry(server, || connack.at);
            *last = connack.at;
        }
    }

    /// Whether one that is not named may have been this client, after it had left.
    fn may_have_been(&self, old: &Holder, record: &Ended) -> bool {
        let nameless = record.ends.and_then(|(_, server)| self.nameless.get(&server));
        let left = old.left.map(|(at, _)| at);
        nameless.zip(left).is_some_and(|(nameless, left)| nameless.order() >= left.order())
    }

    /// A server accepts it.
    pub(super) fn accepted(
        &mut self,
        key: u64,
        record: &Ended,
        is_present: bool,
        is_new: bool,
        is_complete: bool,
    ) -> Accepted {
        let Some((other, _)) = other(record) else { return Accepted::default() };
        if self.echoes.contains(&other.stream) {
            return Accepted::default();
        }
        let at = record.connack.as_ref().map_or(other.at, |connack| connack.at);
        let client = self.by_key.entry(key, Client::default);
        if !client.is_held_by(record) {
            // The server gave the name.
            client.before = client.holder.replace(Holder::new(other));
        }
        let (old, kept) = (client.before.take(), client.kept.take());
        if let Some(kept) = &kept {
            self.kept = self.kept.saturating_sub(kept.cost());
        }
        if let Some(holder) = &mut client.holder {
            let wants_new = record.connect.as_ref().is_some_and(|connect| connect.clean_start);
            holder.is_resumed = (!is_present || !wants_new).then_some(is_present);
            holder.accepted = Some(at.number);
            holder.is_complete = is_complete;
        }
        let back = client.holder.and_then(|holder| holder.back());
        if let (Some(old), Some(back)) = (old.filter(|old| !old.is_over), back)
            && self.successors.len() < MAX_RIVALS
        {
            self.successors.entry(old.other.stream).or_insert(back);
        }
        // What became of the session on a connection that is not known, nobody can tell.
        let known = old.filter(|old| !self.may_have_been(old, record));
        let finding = known.and_then(|old| old.judge(at, is_present, record));
        let is_unbroken = old.is_some_and(|old| old.is_followed_by(record));
        let is_same = old.is_none() || known.is_some();
        let is_kept = is_present && !is_new && finding.is_none() && is_same;
        let thrown_out = old.filter(|old| old.is_open).map(|old| old.other.stream);
        // In 3.1 nothing says whether there is a session.
        let is_told = is_present || is_new;
        let returns = known.filter(|_| is_told).and_then(|old| old.returns(at, is_present, record));
        let of_client = |kept: &Kept| {
            let open = kept.open.iter().filter(|open| open.asker == Sender::Client);
            open.copied().collect()
        };
        let old = kept.as_ref().filter(|_| is_new).map(of_client).unwrap_or_default();
        let kept = kept.filter(|_| is_kept);
        Accepted { finding, kept, old, is_unbroken, returns, thrown_out }
    }

    /// One side of a connection says that it leaves, or closes: the next connection of the client
    /// throws nobody out.
    pub(super) fn leaves(&mut self, key: u64, record: &Ended, is_complete: bool) {
        self.by_key.entry(key, Client::default).leaves(record, is_complete);
    }

    /// A connection is over.
    pub(super) fn left(&mut self, key: u64, record: &Ended, kept: Option<Kept>) {
        if self.kept > MAX_KEPT {
            self.by_key.forget_old();
            let all = self.by_key.values().filter_map(|client| client.kept.as_ref());
            self.kept = all.map(Kept::cost).sum();
        }
        let rival = record.stream.and_then(|stream| self.rivals.get(&stream)).copied();
        let client = self.by_key.entry(key, Client::default);
        let Some((other, _)) = other(record) else { return };
        if self.echoes.contains(&other.stream) {
            return;
        }
        if let Some(rival) = rival {
            client.take_overs.lost(&other, record, &rival);
        }
        let is_last = client.leaves(record, record.is_complete);
        for holder in [&mut client.holder, &mut client.before].into_iter().flatten() {
            holder.is_over |= Some(holder.other.stream) == record.stream;
        }
        // Where another connection has the session by now, what this one knew is out of date.
        let lasts = record.session_expiry() > 0 && record.over_at().is_some();
        if let Some(kept) = kept.filter(|_| is_last && lasts) {
            self.kept = self.kept.saturating_add(kept.cost());
            let old = client.kept.replace(kept);
            self.kept = self.kept.saturating_sub(old.as_ref().map_or(0, Kept::cost));
        }
    }

    /// The first connection with which a client has come back since this one, which is over now, where
    /// its server has accepted it.
    pub(super) fn back(&mut self, key: u64, stream: u64) -> Option<Back> {
        if self.echoes.remove(&stream) {
            return None;
        }
        if let Some(first) = self.successors.remove(&stream) {
            return Some(first);
        }
        let holder = self.by_key.entry(key, Client::default).holder?;
        holder.back().filter(|_| holder.other.stream != stream)
    }

    /// Who has thrown out a connection.
    pub(super) fn rival(&mut self, stream: u64) -> Option<Other> {
        self.rivals.remove(&stream).map(|rival| rival.by)
    }
}

impl Client {
    fn is_held_by(&self, record: &Ended) -> bool {
        let stream = self.holder.map(|holder| holder.other.stream);
        stream.is_some() && stream == record.stream
    }

    /// A connection is over, or about to be; whether no later one has the session.
    fn leaves(&mut self, record: &Ended, is_complete: bool) -> bool {
        let at = record.over_at();
        let holders = [&mut self.holder, &mut self.before].into_iter().flatten();
        let mut holders = holders.filter(|holder| Some(holder.other.stream) == record.stream);
        let Some(holder) = holders.next() else { return false };
        holder.is_open = false;
        holder.left = at.map(|at| (at, record.session_expiry()));
        holder.is_complete &= is_complete;
        true
    }
}

impl Kept {
    fn cost(&self) -> usize {
        let open = self.open.len().saturating_mul(size_of::<Open>());
        self.subscriptions.cost().saturating_add(open)
    }
}

/// A connection as others see it, with its CONNECT.
fn other(record: &Ended) -> Option<(Other, At)> {
    let (client, _) = record.ends?;
    let connect = record.connect.as_ref()?;
    let (at, clean_start) = (connect.at, connect.clean_start);
    debug_assert!(record.client_id.as_ref().is_none_or(|id| id.len() <= MAX_TEXT));
    Some((Other { stream: record.stream?, at, client, clean_start }, at))
}
