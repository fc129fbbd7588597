//! Take-overs of one Client Identifier: how many, and whether they show that two clients have it.
//!
//! Two clients throw each other out. From one address that looks like one client which connects anew
//! while its old connection is open, so that two are told only where losers go on. From two addresses it
//! takes that each of them was still there when it was thrown out. What closes a side may be a proxy, behind
//! which one client comes back on another way, so that each address has to be a client's own; or else they
//! have to throw each other out in turn, sooner than one client notices that its connection is lost.

use crate::session::At;
use crate::session::ended::{Ended, Other, War};
use crate::stream::Close;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::net::IpAddr;

/// Take-overs from which on it is a war.
const WAR: u64 = 3;
/// How many of them must have thrown out a client that was still there: one that lost its connection
/// and comes back is answered by nobody on the old one.
const FIGHTS: u64 = 2;
/// Nanoseconds without a take-over after which a war is over: brokers and clients back off for
/// minutes at most.
const PEACE: u64 = 600_000_000_000;
/// Nanoseconds from one take-over to the next, on average, within which nobody comes back who has lost a
/// connection without being told: that takes a Keep Alive, a restart or another network.
const QUICK: u64 = 10 * SECOND;
/// Addresses of a war that are told apart.
const MAX_ADDRESSES: usize = 4;
/// Addresses of which it is known who connects from there.
const MAX_HOSTS: usize = 65_536;
/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The take-overs of one client.
#[derive(Debug, Default)]
pub(super) struct TakeOvers {
    count: u64,
    /// Those of them whose loser was still there, and those of these whose loser went on.
    fights: u64,
    proven: u64,
    /// From where the losers came that were still there when somebody from elsewhere came.
    losers: Vec<IpAddr>,
    /// A loser left by itself: the server keeps them apart by something else, by their User Names for example.
    has_survivor: bool,
    first: Option<At>,
    last: Option<At>,
    addresses: Vec<IpAddr>,
    /// One connection has thrown out another from its own address.
    has_stayed: bool,
}

/// Who connects from where: one client, by its key, or several.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    by_address: HashMap<IpAddr, Option<u64>, RandomState>,
}

/// A connection that threw out another one, with what the loser does afterwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rival {
    pub(super) by: Other,
    /// The loser's first packet since.
    pub(super) spoke: Option<At>,
    /// It went on for a second at least: nothing that was on its way, sent late.
    pub(super) is_active: bool,
}

impl TakeOvers {
    /// Whether there are several clients that have this key.
    pub(super) fn is_war(&self, key: u64, hosts: &Hosts) -> bool {
        let own = self.losers.iter().filter(|address| hosts.is_own(**address, key));
        self.proven >= FIGHTS || own.count() > 1 || self.is_in_turn()
    }

    /// Whether two addresses throw each other out in turn, quickly, and each loser was there to see it, but for
    /// the last one, of which that is not known yet.
    fn is_in_turn(&self) -> bool {
        let is_quick = self.war().and_then(|war| war.period()).is_some_and(|time| time <= QUICK);
        let is_there = self.fights.saturating_add(1) >= self.count && self.losers.len() > 1;
        self.addresses.len() == 2 && !self.has_stayed && is_there && is_quick
    }

    /// Whether losers were there to see it.
    pub(super) fn is_answered(&self) -> bool {
        self.fights >= FIGHTS
    }

    /// A connection is over that was thrown out by this one.
    pub(super) fn lost(&mut self, loser: &Other, record: &Ended, rival: &Rival) {
        if record.leaves_by_itself(&rival.by) {
            self.has_survivor = true;
            return;
        }
        if !is_thrown_out(record, &rival.by) {
            return;
        }
        self.fights = self.fights.saturating_add(1);
        self.proven = self.proven.saturating_add(u64::from(rival.is_active));
        let from = loser.client.ip();
        if from != rival.by.client.ip() {
            note(&mut self.losers, from);
        }
    }

    /// One connection has thrown out another.
    pub(super) fn thrown_out(&mut self, old: &Other, new: &Other, at: At) -> Option<War> {
        if self.last.is_some_and(|last| at.since(last).is_none_or(|time| time > PEACE)) {
            (self.count, self.fights, self.proven) = (0, 0, 0);
            (self.has_survivor, self.has_stayed) = (false, false);
            self.first = None;
            self.addresses.clear();
            self.losers.clear();
        }
        self.count = self.count.saturating_add(1);
        self.first = self.first.or(Some(at));
        self.last = Some(at);
        self.has_stayed |= old.client.ip() == new.client.ip();
        for address in [old.client.ip(), new.client.ip()] {
            note(&mut self.addresses, address);
        }
        self.war().filter(|_| !self.has_survivor)
    }

    /// The take-overs so far, where they are many.
    fn war(&self) -> Option<War> {
        let (count, addresses) = (self.count, self.addresses.len());
        let time = self.first.zip(self.last).and_then(|(first, last)| last.since(first));
        (count >= WAR).then_some(War { count, time, addresses })
    }
}

impl Hosts {
    /// A client connects from an address.
    pub(super) fn connects(&mut self, from: IpAddr, key: u64) {
        if let Some(who) = self.by_address.get_mut(&from) {
            *who = who.filter(|who| *who == key);
        } else if self.by_address.len() < MAX_HOSTS {
            self.by_address.insert(from, Some(key));
        }
    }

    /// Whether nobody else connects from there.
    fn is_own(&self, address: IpAddr, key: u64) -> bool {
        self.by_address.get(&address) == Some(&Some(key))
    }
}

impl Rival {
    /// A connection that has thrown out another one.
    pub(super) const fn new(by: Other) -> Self {
        Self { by, spoke: None, is_active: false }
    }

    /// The loser sends something.
    pub(super) fn speaks(&mut self, at: At) {
        let first = *self.spoke.get_or_insert(at);
        self.is_active |= at.since(first).is_some_and(|time| time >= SECOND);
    }
}

fn note(addresses: &mut Vec<IpAddr>, address: IpAddr) {
    if !addresses.contains(&address) && addresses.len() < MAX_ADDRESSES {
        addresses.push(address);
    }
}

/// Whether a connection was ended by its server because of another one, and its client was there to
/// see it: it sent something since, or closed its side once the server had.
fn is_thrown_out(record: &Ended, rival: &Other) -> bool {
    let Some(server) = record.from_server.closed else { return false };
    let since = rival.at.order();
    let closes = record
        .from_client
        .closed
        .is_some_and(|closed| closed.how == Close::Fin && closed.at.order() >= server.at.order());
    let speaks = record.from_client.last.is_some_and(|last| last.order() > since);
    server.at.order() >= since && (closes || speaks)
}
