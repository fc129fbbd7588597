//! What the broker had had of a client when it closed: TCP's numbers tell, whatever the times say.

use super::connection::Connection;
use super::lines::{Open, When};
use super::scribe::Scribe;
use super::step::Step;
use crate::pipeline::{Happened, Lifeline};
use crate::session::{Proof, is_behind};
use crate::spec::Sender;
use crate::stream::Close;

/// How soon a broker closes a connection that it denies, in nanoseconds: as soon as it takes it.
const AT_ONCE: i64 = 100_000_000;

/// The first FIN or RST of a side, which may have to wait for its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    time: Option<i64>,
    how: Close,
    proof: Proof,
    /// Sequence Numbers of the other side that it had had, and that were not captured by then.
    pub(super) unseen: u32,
}

impl Scribe {
    /// The end of a side was captured, or its turn has come: what was captured meanwhile no longer counts as missing.
    pub(super) fn closing(&mut self, lifeline: &Lifeline, by: Sender, how: Close) {
        let Self { lines, connections, unread, .. } = self;
        let is_known = connections.contains_key(&lifeline.stream);
        let is_turn = lifeline.what == Happened::Closed(Sender::Server, Close::Fin);
        if !is_known && is_turn && lifeline.is_before_all() {
            // The capture begins later, and what it tells of the client from here on nobody reads.
            let ends = Some((lifeline.client, lifeline.server.port()));
            let new = || Connection::new(lifeline.stream, ends);
            connections.entry(lifeline.stream).or_insert_with(new).is_over = true;
        }
        let Some(connection) = connections.get_mut(&lifeline.stream) else { return };
        let Lifeline { stream, time, proof, unseen, .. } = *lifeline;
        let [client, server] = &mut connection.closing;
        let side = if by == Sender::Client { client } else { server };
        match side {
            Some(closing) => closing.unseen = unseen,
            None => *side = Some(Closing { time, how, proof, unseen }),
        }
        if connection.taken.is_some() && connection.closed_first() == Some(Sender::Server) {
            lines.stay((stream, Open::Doubtful));
        }
        let is_unread = match by {
            Sender::Server => connection.is_unread_by(lifeline, how),
            Sender::Client => connection.is_turned_away(lifeline),
        };
        if is_unread && lines.take_back((stream, Open::Opening)) {
            connection.is_over = true;
            *unread = unread.saturating_add(1);
        }
    }

    /// The broker has closed: lines that rest on what it had had of the client stay, or are taken back.
    pub(super) fn had(&mut self, stream: u64, (when, proof): (When, Proof), how: Close) {
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
            for step in steps.into_iter().take_while(|step| had(step.proof.end) == Some(true)) {
                connection.client(step, lines);
            }
            connection.drain(lines);
        }
        let taken = (stream, Open::Taken);
        let doubtful = (stream, Open::Doubtful);
        if how == Close::Fin && connection.is_over {
            lines.take_back(taken);
            lines.take_back(doubtful);
            lines.stay((stream, Open::Left));
            return;
        }
        match connection.was_open() {
            Some(true) => {
                lines.stay(taken);
                lines.stay(doubtful);
                connection.put_gone(lines, when);
                connection.is_over = true;
            }
            // It is told how it ended.
            Some(false) if lines.take_back(taken) | lines.take_back(doubtful) => {
                connection.is_over = false;
            }
            Some(false) | None => connection.is_over = true,
        }
    }
}

impl Lifeline {
    /// Whether the end of a server comes behind what was captured of the client, none of which was a packet.
    fn is_before_all(&self) -> bool {
        self.unseen == 0 && !self.had_nothing && self.late_since.is_none()
    }
}

impl Connection {
    /// Whether its broker has read nothing of it, by the end of that.
    fn is_unread_by(&self, end: &Lifeline, how: Close) -> bool {
        let passed = end.time.zip(self.opened_at).map(|(end, begin)| end.saturating_sub(begin));
        let is_soon = passed.is_some_and(|passed| (0..AT_ONCE).contains(&passed));
        let is_unread = match how {
            Close::Fin => is_soon && end.had_nothing,
            // A broker that closes with bytes unread resets.
            Close::Rst => end.had_nothing || self.is_asked_alone(),
        };
        is_unread && self.heard.is_none()
    }

    /// Whether the client, which has closed now, had had the FIN of the broker, which was not captured, before it sent
    /// anything.
    fn is_turned_away(&self, end: &Lifeline) -> bool {
        let [_, server] = &self.closing;
        let is_turn = matches!(end.what, Happened::Closed(..)) && !end.is_closed_book;
        let is_bare = is_turn && !self.has_packet && self.id.is_none() && server.is_none();
        is_bare && self.closed_first() == Some(Sender::Server)
    }

    /// Whether the broker had closed before it had a packet, as the number of its FIN tells, or the client had had its
    /// DISCONNECT.
    pub(super) fn is_behind_end(&self, step: &Step) -> bool {
        let [_, server] = &self.closing;
        let had = server.filter(|server| server.how == Close::Fin).and_then(|fin| fin.proof.had);
        let is_behind_fin = had.zip(step.proof.end).is_some_and(|(had, end)| !is_behind(had, end));
        let dismissed = step.proof.had.zip(self.dismissed);
        is_behind_fin || dismissed.is_some_and(|(had, end)| is_behind(had, end))
    }

    /// Whether the broker had had the FIN of the client when it closed.
    pub(super) fn is_answer(&self) -> bool {
        let [client, server] = &self.closing;
        let both = client.as_ref().zip(server.as_ref());
        let fins = both.filter(|(client, server)| [client.how, server.how] == [Close::Fin; 2]);
        fins.is_some_and(|(client, server)| server.proof.had(client.proof))
    }

    /// Who closed first, as far as that is proven.
    pub(super) fn closed_first(&self) -> Option<Sender> {
        let [client, server] = &self.closing;
        // No packet is so short: it is the FIN of the client.
        let is_shown = client.is_none() && server.is_some_and(|server| server.unseen == 1);
        let by_client = || Some(Sender::Client).filter(|_| self.is_answer() || is_shown);
        let by_server = |client: &&Closing| match server {
            Some(server) => client.proof.had(server.proof),
            // Nor is it here: it is the FIN of the broker.
            None => client.unseen == 1,
        };
        let is_answer = client.as_ref().filter(by_server).map(|_| Sender::Server);
        is_answer.or_else(by_client)
    }

    /// Whether it was open for the broker until that closed it; `None` where the capture does not tell, as it lacks
    /// one of the ends, or what the client sent last.
    fn was_open(&self) -> Option<bool> {
        match self.closing {
            // A broker that has read of the reset of its client closes without a word.
            [Some(_), Some(_)] => Some(!self.is_answer()),
            [None, Some(server)] => Some(true).filter(|_| server.unseen == 0),
            [Some(_), None] => self.closed_first().map(|first| first == Sender::Server),
            [None, None] => Some(true).filter(|_| self.is_websocket),
        }
    }

    /// The same when another one with its Client Identifier is accepted, which was opened and whose CONNECT came at
    /// these times: what had ended before was not closed for it.
    pub(super) fn is_open_for(&self, new: &NewTimes) -> Option<bool> {
        let is_before =
            |end: Closing, new: Option<i64>| end.time.zip(new).is_some_and(|(end, new)| end <= new);
        match self.closing {
            [_, Some(server)] if is_before(server, new.opened) => Some(false),
            [Some(client), None] if is_before(client, new.asked) => Some(false),
            _ => self.was_open(),
        }
    }
}

/// When a connection was opened, and when its CONNECT came: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NewTimes {
    pub(super) opened: Option<i64>,
    pub(super) asked: Option<i64>,
}
