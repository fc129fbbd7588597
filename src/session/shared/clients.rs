//! Clients across their connections: who holds a session, who throws whom out, what a session
//! keeps while its client is away.

use super::wills::Back;
use super::{TakeOver, time};
use crate::session::At;
use crate::session::ended::{Ended, Found, Lasts, MAX_TEXT, Open, Other, Return, War};
use crate::session::recent::Recent;
use crate::session::track::Subscriptions;
use crate::spec::Rule;
use crate::stream::Close;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::net::IpAddr;

/// Clients that are remembered.
const MAX_CLIENTS: usize = 65_536;
/// Bytes that the sessions of clients that are away may keep together.
const MAX_KEPT: usize = 32 << 20;
/// Connections that are open though another one of their client has begun.
const MAX_RIVALS: usize = 4_096;
/// Take-overs from which on it is a war.
const WAR: u64 = 3;
/// How many of them must have thrown out a client that was still there: two clients throw each other
/// out. One that lost its connection and comes back is answered by nobody on the old one.
const FIGHTS: u64 = 2;
/// Nanoseconds without a take-over after which a war is over: brokers and clients back off for
/// minutes at most.
const PEACE: u64 = 600_000_000_000;
/// Addresses of a war that are told apart.
const MAX_ADDRESSES: usize = 4;
/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;
/// A session that never expires (5.0: section 3.1.2.11.2).
const NEVER: u32 = u32::MAX;

/// All clients.
#[derive(Debug)]
pub(super) struct Clients {
    by_key: Recent<u64, Client>,
    kept: usize,
    /// For connections that are open still: the one that threw them out.
    rivals: HashMap<u64, Other, RandomState>,
}

/// What a session keeps while its client is away.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Kept {
    /// Its subscriptions.
    pub(in crate::session) subscriptions: Subscriptions,
    /// Exchanges that were open.
    pub(in crate::session) open: Vec<Open>,
}

/// What is known of the session that a server goes on with, or begins.
#[derive(Debug, Default)]
pub(in crate::session) struct Accepted {
    /// What is wrong with Session Present, and the number of the packet that shows it.
    pub(in crate::session) finding: Option<(Rule, u64)>,
    /// What the session has kept.
    pub(in crate::session) kept: Option<Kept>,
    /// The client's connection before, where that was over.
    pub(in crate::session) returns: Option<Return>,
}

#[derive(Debug, Default)]
struct Client {
    /// The connection that has the session now, or had it last.
    holder: Option<Holder>,
    /// The one before it, until it is known whether the server accepts the new one.
    before: Option<Holder>,
    kept: Option<Kept>,
    takeovers: u64,
    /// Those of them whose loser was still there.
    fights: u64,
    first_takeover: Option<At>,
    last_takeover: Option<At>,
    addresses: Vec<IpAddr>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    other: Other,
    is_open: bool,
    /// The server's CONNACK.
    accepted: Option<u64>,
    /// Whether the server went on with the session of the connection before: Session Present is 1, or
    /// the client wanted a new one.
    is_resumed: Option<bool>,
    /// Once it is over: when that was, and the seconds that the session outlives it.
    left: Option<(At, u32)>,
    /// Whether it was seen whole.
    is_complete: bool,
}

impl Default for Clients {
    fn default() -> Self {
        Self { by_key: Recent::new(MAX_CLIENTS), kept: 0, rivals: HashMap::default() }
    }
}

impl Clients {
    /// A client asks for a connection.
    pub(super) fn connects(&mut self, key: u64, record: &Ended) -> TakeOver {
        let Some((other, at)) = other(record) else { return TakeOver::default() };
        let client = self.by_key.entry(key, Client::default);
        let old = client.holder.filter(|holder| holder.other.stream != other.stream);
        client.before = old;
        client.holder = Some(Holder::new(other));
        let Some(old) = old.filter(|old| old.is_open) else { return TakeOver::default() };
        let many = client.thrown_out(&old.other, &other, at);
        let is_war = client.fights >= FIGHTS;
        if self.rivals.len() < MAX_RIVALS {
            self.rivals.insert(old.other.stream, other);
        }
        let (war, reconnects) = (many.filter(|_| is_war), many.filter(|_| !is_war));
        TakeOver { took_over: Some(old.other), war, reconnects }
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
        let at = record.connack.as_ref().map_or(other.at, |connack| connack.at);
        let client = self.by_key.entry(key, Client::default);
        if !client.is_held_by(record) {
            // The server gave the name.
            client.before = client.holder.replace(Holder::new(other));
        }
        let old = client.before.take();
        let kept = client.kept.take();
        if let Some(kept) = &kept {
            self.kept = self.kept.saturating_sub(kept.cost());
        }
        if let Some(holder) = &mut client.holder {
            let wants_new = record.connect.as_ref().is_some_and(|connect| connect.clean_start);
            holder.is_resumed = (!is_present || !wants_new).then_some(is_present);
            holder.accepted = Some(at.number);
            holder.is_complete = is_complete;
        }
        let finding = old.and_then(|old| old.judge(at, is_present, record));
        let is_kept = is_present && !is_new && finding.is_none();
        // In 3.1 nothing says whether there is a session.
        let is_told = is_present || is_new;
        let returns = old.filter(|_| is_told).and_then(|old| old.returns(at, is_present, record));
        Accepted { finding, kept: kept.filter(|_| is_kept), returns }
    }

    /// The client itself has ended its side of the connection.
    pub(super) fn hung_up(&mut self, key: u64, record: &Ended) {
        let client = self.by_key.entry(key, Client::default);
        let holders = [&mut client.holder, &mut client.before].into_iter().flatten();
        for holder in holders.filter(|holder| Some(holder.other.stream) == record.stream) {
            holder.is_open = false;
        }
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
        if rival.is_some_and(|rival| is_thrown_out(record, &rival)) {
            client.fights = client.fights.saturating_add(1);
        }
        let at = record.over_at();
        let holders = [&mut client.holder, &mut client.before];
        for holder in holders.into_iter().flatten() {
            if holder.other.stream == other.stream {
                holder.is_open = false;
                holder.left = at.map(|at| (at, record.session_expiry()));
                holder.is_complete &= record.is_complete;
            }
        }
        let holds_session = record.session_expiry() > 0 && at.is_some();
        if let Some(kept) = kept.filter(|_| holds_session) {
            self.kept = self.kept.saturating_add(kept.cost());
            client.kept = Some(kept);
        }
    }

    /// The connection with which a client has come back since this one, where its server has accepted
    /// it.
    pub(super) fn back(&mut self, key: u64, stream: u64) -> Option<Back> {
        let holder = self.by_key.entry(key, Client::default).holder?;
        let is_resumed = holder.is_resumed.filter(|_| holder.other.stream != stream)?;
        Some(Back { at: holder.other.at, is_resumed })
    }

    /// Who has thrown out a connection.
    pub(super) fn rival(&mut self, stream: u64) -> Option<Other> {
        self.rivals.remove(&stream)
    }
}

impl Client {
    fn is_held_by(&self, record: &Ended) -> bool {
        let stream = self.holder.map(|holder| holder.other.stream);
        stream.is_some() && stream == record.stream
    }

    /// One connection has thrown out another.
    fn thrown_out(&mut self, old: &Other, new: &Other, at: At) -> Option<War> {
        if self.last_takeover.is_some_and(|last| at.since(last).is_none_or(|time| time > PEACE)) {
            (self.takeovers, self.fights, self.first_takeover) = (0, 0, None);
            self.addresses.clear();
        }
        self.takeovers = self.takeovers.saturating_add(1);
        self.first_takeover = self.first_takeover.or(Some(at));
        self.last_takeover = Some(at);
        for address in [old.client.ip(), new.client.ip()] {
            if !self.addresses.contains(&address) && self.addresses.len() < MAX_ADDRESSES {
                self.addresses.push(address);
            }
        }
        (self.takeovers >= WAR).then(|| War {
            count: self.takeovers,
            time: self.first_takeover.and_then(|first| at.since(first)),
            addresses: self.addresses.len(),
        })
    }
}

impl Holder {
    const fn new(other: Other) -> Self {
        Self {
            other,
            is_open: true,
            accepted: None,
            is_resumed: None,
            left: None,
            is_complete: false,
        }
    }

    /// What the client finds of the session that this connection left.
    fn returns(&self, at: At, is_present: bool, record: &Ended) -> Option<Return> {
        let (left, expiry) = self.left?;
        let (lasts, away) = (Lasts::of(expiry), at.since(left));
        let wants_new = record.connect.as_ref().is_some_and(|connect| connect.clean_start);
        let found = match (is_present, wants_new) {
            (true, _) => Found::Resumed,
            (false, true) => Found::New,
            (false, false) if lasts.is_over(away?) => Found::Over,
            (false, false) => Found::Missing,
        };
        Some(Return { stream: self.other.stream, left, lasts, away, found, waited: None })
    }

    /// Judges Session Present by the connection before.
    fn judge(&self, at: At, is_present: bool, record: &Ended) -> Option<(Rule, u64)> {
        let connack = self.accepted.filter(|_| self.is_complete)?;
        let (left, expiry) = self.left?;
        let clean_start = record.connect.as_ref().is_none_or(|connect| connect.clean_start);
        if is_present && !clean_start && expiry == 0 {
            return Some((Rule::SESSION_REVIVED, connack));
        }
        let away = time(Some(at))?.checked_sub(time(Some(left))?)?;
        let away = u64::try_from(away).ok()?;
        let lasts = u64::from(expiry).saturating_mul(SECOND);
        let has_expired = expiry != NEVER && away >= lasts;
        if is_present && !clean_start && has_expired && away > lasts.saturating_add(GRACE) {
            return Some((Rule::SESSION_REVIVED, connack));
        }
        (!is_present && !clean_start && !has_expired && expiry > 0)
            .then_some((Rule::SESSION_LOST, connack))
    }
}

/// Nanoseconds that a server may be late to end a session.
const GRACE: u64 = 60 * SECOND;

impl Kept {
    fn cost(&self) -> usize {
        let open = self.open.len().saturating_mul(size_of::<Open>());
        self.subscriptions.cost().saturating_add(open)
    }
}

/// Whether a connection was ended by its server because of another one, and its client was there to
/// see it: it sent something since, or closed its side once the server had.
fn is_thrown_out(record: &Ended, rival: &Other) -> bool {
    let time = |at: At| (at.time, at.frame);
    let Some(server) = record.from_server.closed else { return false };
    let since = time(rival.at);
    let closes = record
        .from_client
        .closed
        .is_some_and(|closed| closed.how == Close::Fin && time(closed.at) >= time(server.at));
    let speaks = record.from_client.last.is_some_and(|last| time(last) > since);
    time(server.at) >= since && (closes || speaks)
}

/// A connection as others see it, with its CONNECT.
fn other(record: &Ended) -> Option<(Other, At)> {
    let (client, _) = record.ends?;
    let at = record.connect.as_ref()?.at;
    debug_assert!(record.client_id.as_ref().is_none_or(|id| id.len() <= MAX_TEXT));
    Some((Other { stream: record.stream?, at, client }, at))
}
