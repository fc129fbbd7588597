//! How long the session outlives the connection, and what a client finds of it that is back.

use super::{Ended, Other, SECOND};
use crate::session::At;

/// A client that is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Return {
    /// Its connection before.
    pub stream: u64,
    /// The end of that.
    pub left: At,
    /// How long its session was to be kept.
    pub lasts: Lasts,
    /// Nanoseconds from that end to the CONNACK.
    pub away: Option<u64>,
    /// What the server made of the session.
    pub found: Found,
    /// Messages of QoS 1 and 2 that clients published meanwhile for its subscriptions with such a QoS,
    /// but for shared ones; `None` where those are not all known.
    pub waited: Option<u64>,
    /// How many of those came while this connection lasted; `None` where that is not known.
    pub came: Option<u64>,
}

/// How long a session outlives its connection (5.0: section 3.1.2.11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// It ends with it.
    No,
    /// So many seconds.
    Seconds(u32),
    /// It does not expire.
    Ever,
}

/// What a client that is back finds of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The server goes on with it.
    Resumed,
    /// The client wanted a new one (Clean Start).
    New,
    /// It had ended in time.
    Over,
    /// The server does not have it, though it was to be kept for longer.
    Missing,
}

impl Lasts {
    /// By the Session Expiry Interval.
    #[must_use]
    pub const fn of(expiry: u32) -> Self {
        match expiry {
            0 => Self::No,
            u32::MAX => Self::Ever,
            seconds => Self::Seconds(seconds),
        }
    }

    /// Whether it is over so many nanoseconds after the end of the connection.
    #[must_use]
    pub fn is_over(self, away: u64) -> bool {
        match self {
            Self::No => true,
            Self::Seconds(seconds) => away >= u64::from(seconds).saturating_mul(SECOND),
            Self::Ever => false,
        }
    }
}

impl Ended {
    /// The seconds that the session outlives the connection: as the client said last, unless the
    /// server wanted something else.
    #[must_use]
    pub fn session_expiry(&self) -> u32 {
        let left = self.from_client.disconnect.as_ref();
        // One that does not count changes nothing.
        let left = left.filter(|left| left.void.is_none()).and_then(|left| left.expiry);
        let server = self.connack.as_ref().and_then(|connack| connack.expiry);
        let client = self.connect.as_ref().map(|connect| connect.expiry);
        left.or(server).or(client).unwrap_or(0)
    }

    /// How long its session outlives it; `None` where it is not over, or was not accepted, or where another
    /// connection of its client has the session.
    #[must_use]
    pub fn session_lasts(&self) -> Option<Lasts> {
        self.connack.as_ref().filter(|connack| connack.code == 0)?;
        if self.connect.is_none() || self.over_at().is_none() {
            return None;
        }
        match self.taken_over_by {
            None => Some(Lasts::of(self.session_expiry())),
            // The server may keep the two apart.
            Some(other) if self.leaves_by_itself(&other) => None,
            Some(other) => other.clean_start.then_some(Lasts::No),
        }
    }

    /// Whether its client says DISCONNECT when another connection has its Client Identifier by then: the server
    /// has not ended this one.
    #[must_use]
    pub(in crate::session) fn leaves_by_itself(&self, rival: &Other) -> bool {
        let left = self.from_client.disconnect.as_ref().filter(|left| left.void.is_none());
        left.is_some_and(|left| left.at.order() > rival.at.order())
    }
}
