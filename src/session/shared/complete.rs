//! What the capture knows of its own completeness: the one gate for what is said of something that is
//! not there.
//!
//! Who says that something did not come, was not sent again, or belongs to nothing, names the
//! [`Scope`] in which it could stand unseen, and is told whether all of that was seen. Where it was not,
//! nothing is said, or no more than a note which says what might be missing.
//!
//! What is judged packet by packet asks `Notes::saw_all`. What is told of a connection that is over is
//! looked at once more when all of it is known, by the `doubt_*` methods of
//! [`Ended`](crate::session::Ended): copies that did not come, copies too many, exchanges that are open, a
//! Will that is due. Copies too many wait for that until the capture ends. A hole is known late: what was said of the packets of other connections before it
//! shows stands, so that such a finding says "unless a client that was not captured published the same".

use std::collections::HashSet;
use std::net::IpAddr;

/// Brokers that are told apart; with more, nobody is said to be known at any.
const MAX_BROKERS: usize = 1_024;

/// Where that might stand unseen which is not there. Each takes in those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::session) enum Scope {
    /// On the connection, up to the packet that is looked at.
    Connection,
    /// Behind that, among what its sender can have known when it sent the packet.
    Sender,
    /// On a connection of the client before this one, as long as its session lasts.
    Session,
}

/// What was seen of a connection and of its client, when a packet comes.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session) struct Whole {
    /// Nothing of the connection is missing, from its CONNECT on.
    pub(in crate::session) connection: bool,
    /// Everything that can have reached the sender was taken before.
    pub(in crate::session) sender: bool,
    /// The session began with this connection, or no connection of the client can have been between
    /// those of it that were seen whole.
    pub(in crate::session) session: bool,
}

impl Whole {
    /// Whether all of a scope was seen.
    pub(in crate::session) const fn is(self, scope: Scope) -> bool {
        match scope {
            Scope::Connection => self.connection,
            Scope::Sender => self.connection && self.sender,
            Scope::Session => self.connection && self.sender && self.session,
        }
    }
}

/// Brokers at which somebody publishes unseen: messages came from nowhere, or a part of what a client
/// sent is missing, or was seen later than what came of it.
#[derive(Debug, Default)]
pub(super) struct Unseen(HashSet<IpAddr, foldhash::fast::RandomState>);

impl Unseen {
    /// Somebody may have published something here that the capture does not show in its place.
    #[cold]
    #[inline(never)]
    pub(super) fn publisher(&mut self, server: IpAddr) {
        if self.0.len() < MAX_BROKERS {
            self.0.insert(server);
        }
    }

    /// Whether, by all that is known so far, the capture shows everybody who publishes at this broker.
    #[inline]
    pub(super) fn is_nobody(&self, server: IpAddr) -> bool {
        self.0.is_empty() || !self.may_be_at(server)
    }

    #[inline(never)]
    fn may_be_at(&self, server: IpAddr) -> bool {
        self.0.len() >= MAX_BROKERS || self.0.contains(&server)
    }
}
