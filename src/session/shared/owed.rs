//! Who is to get copies, and who got none.

use super::Shared;
use super::keys::at_broker;
use crate::session::ended::{Ended, Missed};
use crate::session::{At, Line, Seen};

impl Shared {
    /// A subscription of a session whose subscriptions are all known is granted; `how` are its options, and
    /// whether it was on an earlier connection, since which it may have ended unseen.
    pub(in crate::session) fn subscribed(
        &mut self,
        line: &Line<'_>,
        filter: &[u8],
        how: (u8, bool),
        at: At,
    ) {
        let hash = at_broker(&self.hasher, *line.server, self.hash(filter));
        self.copies.subscribed(line, (hash, filter), how, at);
    }

    /// It is about to end.
    pub(in crate::session) fn unsubscribed(&mut self, line: &Line<'_>, filter: &[u8], at: At) {
        let hash = at_broker(&self.hasher, *line.server, self.hash(filter));
        self.copies.unsubscribed(line.stream, hash, filter, at);
    }

    /// A server answers the packet of this number of a client.
    #[inline]
    pub(in crate::session) fn answered(&mut self, seen: &Seen<'_>, number: u64) {
        if let Some(line) = &seen.line {
            self.copies.answered(line.stream, number);
        }
    }

    /// Whether somebody may miss a message.
    pub(in crate::session) fn has_owed(&self) -> bool {
        !self.copies.is_idle()
    }

    /// What a connection missed, as the server's answer at `now` to a packet at `asked` proves.
    pub(in crate::session) fn missed(&mut self, stream: u64, asked: At, now: At) -> Vec<Missed> {
        if self.has_no_missed(now) {
            return Vec::new();
        }
        self.copies.missed(stream, asked.time)
    }

    /// Whether nobody is known to have missed anything by now.
    #[inline]
    pub(in crate::session) fn has_no_missed(&mut self, now: At) -> bool {
        self.copies.has_no_missed(now.time)
    }

    /// A copy that was missed has come: its server is slow.
    pub(in crate::session) fn is_slow(&mut self, stream: u64) {
        self.copies.is_slow(stream);
    }

    /// A connection is over: what it missed goes into its record.
    pub(in crate::session) fn gone(&mut self, record: &mut Ended) {
        let Some(stream) = record.stream else { return };
        self.copies.expire(self.now);
        let missed = self.copies.left(stream);
        record.unproven_missed = record.unproven_missed.saturating_add(missed.len() as u64);
        record.miss(missed);
    }

    /// The subscriptions of a connection are not known any more, nor what it missed.
    pub(in crate::session) fn unknown(&mut self, record: &Ended) {
        if let Some(stream) = record.stream {
            self.copies.left(stream);
        }
    }
}
