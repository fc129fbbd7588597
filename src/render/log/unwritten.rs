//! Answers that the broker could not write, as its client was gone: the end has another line then than that of a
//! client which goes by itself.

use super::connection::Connection;
use super::lines::{Lines, When};
use super::scribe::Scribe;
use super::step::Awaits;
use crate::session::{At, Void, is_behind};
use crate::spec::PacketType;
use crate::spec::mosquitto::ends::{BROKEN_PIPE, of_unwritten};
use crate::spec::mosquitto::{Event, LogField};

/// How long a broker may need for an answer, in nanoseconds: where none comes for longer, something else is wrong.
const SLOW: u64 = 1_000_000_000;

impl Scribe {
    /// The client is gone, as its RST says, before the broker has answered what it asked: the answer
    /// cannot be written, and nothing behind it is read. The result is whether it is so.
    pub(super) fn cuts_answer(&mut self, stream: u64, has_closed: bool, when: When) -> bool {
        let Self { lines, connections, .. } = self;
        let at = |when: When| At { number: when.packet, time: when.time, ..At::default() };
        let Some(connection) = connections.get_mut(&stream).filter(|it| !it.is_over) else {
            return false;
        };
        let heard = connection.heard;
        let waits = connection.waits_for().filter(|(awaits, asked)| {
            let free = heard.filter(|heard| heard.packet > asked.packet).unwrap_or(*asked);
            // By its number it came behind that, whatever the times say.
            let gone = if when.time < free.time { free } else { when };
            awaits.kind != PacketType::CONNACK && Void::cuts_answer(at(free), at(gone))
        });
        let is_whole = connection.suspect.is_none() && !connection.is_deaf;
        let Some((answer, _)) = waits.filter(|_| is_whole && connection.has_left()) else {
            return false;
        };
        connection.fails_to_write(answer, has_closed, when, lines);
        true
    }

    /// The client is gone, and answers are missing that the broker owed it by then. The first of them could not be
    /// written, if nothing else can have kept it from the wire: TCP holds small packets back until those before them are
    /// acknowledged (RFC 9293, section 3.7.4), so that the broker may have written several in vain where the client
    /// had not acknowledged all. Then it is not known how it ended. The result is whether it is one or the other.
    pub(super) fn is_cut(&mut self, connection: &mut Connection, when: When) -> bool {
        let has_closed = connection.is_reset_late;
        if !(connection.is_reset || has_closed) || connection.suspect.is_some() {
            return false;
        }
        let is_of_connect = |it: Awaits| it.kind == PacketType::CONNACK;
        match connection.waits_for() {
            Some((it, _)) if is_of_connect(it) && connection.is_asked_alone() => return false,
            Some((it, asked)) if !is_of_connect(it) && connection.is_next_to_write(asked, when) => {
                connection.fails_to_write(it, has_closed, when, &mut self.lines);
            }
            None if !connection.is_echo_cut => return false,
            _ => {
                connection.forget();
                self.unknown_ends = self.unknown_ends.saturating_add(1);
            }
        }
        true
    }
}

impl Connection {
    /// Whether nothing but the reset of the client can have kept the answer from the wire to what was asked then.
    fn is_next_to_write(&self, asked: When, reset: When) -> bool {
        let at = |when: When| At { time: when.time, ..At::default() };
        let is_soon = at(reset).since(at(asked)).is_some_and(|time| time <= SLOW);
        let is_free =
            self.awaited.had.zip(self.said).is_some_and(|(had, said)| is_behind(had, said));
        let [client, _] = self.closing;
        let is_whole = !self.is_deaf && client.is_some_and(|client| client.unseen == 0);
        is_soon && is_free && is_whole
    }

    /// Whether the client, which is gone by then, was to get a message back that it has just published.
    pub(super) fn cuts_echo(&self, reset: When) -> bool {
        let at = |when: When| At { time: when.time, ..At::default() };
        let is_gone = self.is_reset || self.is_reset_late;
        let since = self.delivering().filter(|_| self.is_subscriber && is_gone);
        since.is_some_and(|since| {
            let is_heard = self.heard.is_some_and(|heard| heard.packet > since.packet);
            (!is_heard || self.has_more_to_deliver()) && Void::cuts_answer(at(since), at(reset))
        })
    }

    /// The lines of an answer that the broker tries to write in vain, and of the end.
    fn fails_to_write(&mut self, answer: Awaits, has_closed: bool, when: When, lines: &mut Lines) {
        self.tries(answer, when, lines);
        self.forget();
        self.parting = None;
        let event = of_unwritten(answer.kind, has_closed);
        let cause = (event == Event::SYSTEM_FAILED).then(|| BROKEN_PIPE.to_owned());
        let values = cause.map(|cause| (LogField::CAUSE, cause)).into_iter().collect();
        self.put(lines, when, event, values);
    }
}
