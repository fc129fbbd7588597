//! The connection that has a session, or had it last.

use super::time;
use super::wills::Back;
use crate::session::At;
use crate::session::ended::{Ended, Found, Lasts, Other, Return};
use crate::spec::Rule;
use std::collections::VecDeque;

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;
/// A session that never expires (5.0: section 3.1.2.11.2).
const NEVER: u32 = u32::MAX;
/// Nanoseconds within which a connection is seen once more behind what rewrites its addresses ...
const ECHO: u64 = 10_000_000;
/// ... and where it was captured by another host, whose clock may be wrong.
const SKEW: u64 = 900_000_000;
/// CONNECT packets of a client that are known again.
const MAX_MARKS: usize = 8;
/// Nanoseconds that a server may be late to end a session.
const GRACE: u64 = 60 * SECOND;

/// What a CONNECT is known by where it is seen twice: the Sequence Number behind it, that of its server, and
/// its hash.
type Sign = (u32, Option<u32>, u64);
/// The same, where it has them.
pub(super) type Mark = Option<Sign>;

/// The last CONNECT packets of a client.
#[derive(Debug, Default)]
pub(super) struct Marks(VecDeque<(Other, Sign)>);

impl Marks {
    /// Whether a CONNECT is one that was seen before, on another connection; it is remembered else.
    pub(super) fn is_seen_again(&mut self, by: &Other, mark: Mark) -> bool {
        let Some(mark) = mark else { return false };
        let is_it = |(old, its): &(Other, Sign)| {
            // What is slower may be the same numbers, chosen again: by a device that begins anew, say.
            let within = if old.client.ip() == by.client.ip() { ECHO } else { SKEW };
            let is_soon = by.at.since(old.at).is_some_and(|time| time <= within);
            *its == mark && old.stream != by.stream && is_soon
        };
        if self.0.iter().any(is_it) {
            return true;
        }
        if self.0.len() >= MAX_MARKS {
            self.0.pop_front();
        }
        self.0.push_back((*by, mark));
        false
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) other: Other,
    pub(super) is_open: bool,
    /// Both its sides have ended: nothing more comes of it.
    pub(super) is_over: bool,
    /// The server's CONNACK.
    pub(super) accepted: Option<u64>,
    /// Whether the server went on with the session of the connection before: Session Present is 1, or
    /// the client wanted a new one.
    pub(super) is_resumed: Option<bool>,
    /// Once it is over: when that was, and the seconds that the session outlives it.
    pub(super) left: Option<(At, u32)>,
    /// Whether it was seen whole.
    pub(super) is_complete: bool,
}

impl Holder {
    /// A client has asked for a connection.
    pub(super) const fn new(other: Other) -> Self {
        Self {
            other,
            is_open: true,
            is_over: false,
            accepted: None,
            is_resumed: None,
            left: None,
            is_complete: false,
        }
    }

    /// This connection as the return of a client, where its server has accepted it.
    pub(super) fn back(&self) -> Option<Back> {
        Some(Back { at: self.other.at, is_resumed: self.is_resumed? })
    }

    /// What the client finds of the session that this connection left.
    pub(super) fn returns(&self, at: At, is_present: bool, record: &Ended) -> Option<Return> {
        let (left, expiry) = self.left?;
        if record.connect.as_ref().is_some_and(|connect| left.time > connect.at.time) {
            // The server has ended it because the client is back.
            return None;
        }
        let (lasts, away) = (Lasts::of(expiry), at.since(left));
        let wants_new = record.connect.as_ref().is_some_and(|connect| connect.clean_start);
        let found = match (is_present, wants_new) {
            (true, _) => Found::Resumed,
            (false, true) => Found::New,
            (false, false) if lasts.is_over(away?) => Found::Over,
            (false, false) => Found::Missing,
        };
        Some(Return {
            stream: self.other.stream,
            left,
            lasts,
            away,
            found,
            waited: None,
            came: None,
        })
    }

    /// Whether its client can have had no other connection between this one and the next, which `record` is
    /// of: this one was still open by then.
    pub(super) fn is_followed_by(&self, record: &Ended) -> bool {
        let next = record.connect.as_ref().and_then(|connect| connect.at.time);
        let left = self.left.and_then(|(at, _)| at.time);
        self.is_complete && left.zip(next).is_some_and(|(left, next)| left >= next)
    }

    /// Judges Session Present by the connection before.
    pub(super) fn judge(&self, at: At, is_present: bool, record: &Ended) -> Option<(Rule, u64)> {
        let connack = self.accepted.filter(|_| self.is_complete)?;
        let (left, expiry) = self.left?;
        let clean_start = record.connect.as_ref().is_none_or(|connect| connect.clean_start);
        let revived = match self.is_followed_by(record) {
            true => Rule::SESSION_REVIVED,
            false => Rule::SESSION_UNEXPLAINED,
        };
        if is_present && !clean_start && expiry == 0 {
            return Some((revived, connack));
        }
        let away = time(Some(at))?.checked_sub(time(Some(left))?)?;
        let away = u64::try_from(away).ok()?;
        let lasts = u64::from(expiry).saturating_mul(SECOND);
        let has_expired = expiry != NEVER && away >= lasts;
        if is_present && !clean_start && has_expired && away > lasts.saturating_add(GRACE) {
            return Some((revived, connack));
        }
        (!is_present && !clean_start && !has_expired && expiry > 0)
            .then_some((Rule::SESSION_LOST, connack))
    }
}
