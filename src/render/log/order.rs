//! What the broker had had of a client when it closed: TCP's numbers tell, whatever the times say.

use super::lines::{Open, When};
use super::scribe::Scribe;
use crate::session::{Proof, is_behind};
use crate::spec::Sender;
use crate::stream::Close;

/// How long what the broker had had may take to come, in nanoseconds: else the capture lacks it.
const PATIENCE: i64 = 1_000_000_000;

impl Scribe {
    /// The broker has reset a connection having had more of the client than has come: its end waits for that.
    /// The result is whether it does.
    pub(super) fn waits_for_client(&mut self, stream: u64, end: (When, Proof)) -> bool {
        let open = self.connections.get_mut(&stream).filter(|connection| !connection.is_over);
        let Some(connection) = open else { return false };
        connection.early = Some(end);
        self.early.push_back((stream, end.0));
        true
    }

    /// The broker has closed: lines that rest on what it had had of the client stay, or are taken back.
    pub(super) fn had(&mut self, stream: u64, proof: Proof, how: Close) {
        let Self { lines, connections, .. } = self;
        let Some(connection) = connections.get_mut(&stream) else { return };
        let had = |end: Option<u32>| proof.had.zip(end).map(|(had, end)| is_behind(had, end));
        if let Some(left) = connection.left.take() {
            match had(Some(left)) {
                Some(false) if lines.take_back((stream, Open::Left)) => connection.is_over = false,
                _ => lines.stay((stream, Open::Left)),
            }
        }
        let Some(steps) = connection.taken.take() else { return };
        // Who resets has not read all that it acknowledges.
        if how == Close::Fin {
            connection.is_over = false;
            for step in steps.into_iter().take_while(|step| had(step.end) == Some(true)) {
                connection.client(step, lines);
            }
            connection.drain(lines);
        }
        if how == Close::Fin && connection.is_over {
            lines.take_back((stream, Open::Taken));
            lines.stay((stream, Open::Left));
        } else {
            lines.stay((stream, Open::Taken));
        }
        connection.is_over = true;
    }

    /// Ends for which what the broker had had has not come in time: the capture lacks it.
    pub(super) fn catch_up_ends(&mut self, is_last: bool) {
        while let Some((stream, when)) = self.early.front().copied() {
            let passed = when.time.zip(self.now).map(|(then, now)| now.saturating_sub(then));
            if !is_last && passed.is_some_and(|passed| passed <= PATIENCE) {
                return;
            }
            self.early.pop_front();
            self.end_is_known(stream);
        }
    }

    /// A packet of the client has come: the end of the broker may have waited for it.
    pub(super) fn catch_up_end(&mut self, stream: u64) {
        let connection = self.connections.get(&stream);
        let early = connection.and_then(|it| Some((it.early?.1.had?, it.client_end?)));
        if early.is_some_and(|(had, end)| is_behind(end.wrapping_add(1), had)) {
            self.end_is_known(stream);
        }
    }

    /// The end of the broker waits no more.
    pub(super) fn end_is_known(&mut self, stream: u64) {
        let Some(connection) = self.connections.get_mut(&stream) else { return };
        let Some((when, proof)) = connection.early.take() else { return };
        let come = proof.had.zip(connection.client_end);
        connection.is_last_lost |=
            come.is_some_and(|(had, end)| !is_behind(end.wrapping_add(1), had));
        self.had(stream, proof, Close::Rst);
        self.delivered();
        self.parts(stream, when, true);
        self.closed(stream, Sender::Server, when);
    }
}
