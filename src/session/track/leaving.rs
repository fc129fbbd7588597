//! How a connection comes to its end, or loses bytes: what its client missed, and what its session keeps.

use super::notes::Notes;
use super::subscription::Subscriptions;
use super::{Latest, Track};
use crate::session::ended::{Ended, MAX_OPEN_TOLD, MAX_SUBSCRIPTIONS_TOLD, Open};
use crate::session::shared::Kept;
use crate::session::{At, Shared};
use crate::spec::{Rule, Sender};

/// Exchanges of a session that are remembered for its next connection: at some 100 bytes each this is a part of
/// what all sessions may keep together.
const MAX_OPEN_KEPT: usize = 1_024;
/// Copies that did not come that are told on one packet.
const MAX_TOLD: usize = 4;

impl Track {
    /// One side says that it leaves, or closes.
    pub(in crate::session) fn leaves(
        &mut self,
        by: Sender,
        shared: &mut Shared,
        record: &mut Ended,
    ) {
        if by == Sender::Client && !std::mem::replace(&mut self.has_left, true) {
            self.settle_missed(shared, record);
        }
        shared.leaves(record, self.is_complete());
    }

    /// Nothing more comes: what is open goes into the record. The result is what the session keeps
    /// for its next connection, where all of that is known.
    pub(in crate::session) fn end(
        &mut self,
        shared: &mut Shared,
        record: &mut Ended,
    ) -> Option<Kept> {
        self.settle_missed(shared, record);
        record.is_begun = self.is_begun();
        record.is_complete = self.is_complete();
        if record.from_client.closed.is_none() {
            record.settle_ping(self.unanswered_ping());
        }
        let (mut open, count) = self.exchanges.open(MAX_OPEN_KEPT);
        let all = open.len() as u64;
        (record.open, record.open_count) =
            (open.iter().take(MAX_OPEN_TOLD).copied().collect(), count);
        record.subscriptions = self.subscriptions.granted().take(MAX_SUBSCRIPTIONS_TOLD).collect();
        record.refused = self.subscriptions.refused().to_vec();
        open.retain(Open::outlives);
        if !self.is_session_unbroken {
            // It may have been finished on a connection in between.
            record.keep_open(|open| !open.is_carried);
        }
        self.exchanges.forget(shared);
        // What may still come rests on what is forgotten now.
        self.order.lost();
        self.direct.lost();
        let subscriptions = std::mem::take(&mut self.subscriptions);
        let is_kept = self.is_session_known && record.is_complete;
        let forgotten = count.saturating_sub(all);
        record.open_forgotten = if is_kept { forgotten } else { 0 };
        is_kept.then(|| Kept { subscriptions: subscriptions.kept(), open, is_all: forgotten == 0 })
    }

    /// Bytes of the connection were lost: what rests on them is forgotten.
    #[cold]
    #[inline(never)]
    pub(in crate::session) fn lost(
        &mut self,
        sender: Sender,
        at: At,
        shared: &mut Shared,
        record: &mut Ended,
    ) {
        self.order.lost();
        self.exchanges.forget(shared);
        self.broken.clear();
        shared.unknown(record);
        (self.from_client, self.from_server) = Default::default();
        self.subscriptions = Subscriptions::default();
        self.is_session_known = false;
        self.latest = Latest::default();
        if sender == Sender::Client {
            record.keep_alive.last = Some(at);
            if let Some((_, server)) = record.ends {
                shared.stranger(server.ip());
            }
        }
    }

    /// An answer of the server to the packet at `asked` shows what has not come to a subscriber: what the server wrote before
    /// stands before it. While the client owes acknowledgments, or takes no packet above a size, the
    /// server may hold back what it has.
    #[inline(never)]
    pub(super) fn judge_missed(&self, asked: At, notes: &mut Notes<'_>, record: &mut Ended) {
        let Some(stream) = notes.seen.line.as_ref().map(|line| line.stream) else { return };
        if !notes.is_complete() || self.may_be_held(record) {
            return;
        }
        if notes.shared.has_no_missed(notes.seen.at) {
            return;
        }
        let missed = notes.shared.missed(stream, asked, notes.seen.at);
        if missed.is_empty() {
            return;
        }
        for missed in missed.iter().filter(|missed| !missed.is_doubted).take(MAX_TOLD) {
            let rule = match (missed.is_will, missed.qos) {
                (true, _) => Rule::WILL_MISSED,
                (false, 0) => Rule::COPY_LOST,
                (false, _) => Rule::COPY_MISSED,
            };
            let place = if missed.is_will { missed.publish.frame } else { missed.publish.number };
            notes.whole(rule, (place, missed.from));
        }
        record.miss(missed);
    }

    /// The client gets no more: what it missed goes into the record.
    fn settle_missed(&self, shared: &mut Shared, record: &mut Ended) {
        if self.may_be_held(record) {
            shared.unknown(record);
        } else {
            shared.gone(record);
        }
    }

    /// Whether the server may have a reason to hold back messages.
    fn may_be_held(&self, record: &Ended) -> bool {
        self.exchanges.waits_for_client() || record.from_client.limits.packet_size.is_some()
    }
}
