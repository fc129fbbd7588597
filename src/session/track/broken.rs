//! Packets that are not legal, and answers that accept them all the same.

use super::Track;
use super::notes::Notes;
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::session::ended::void::ends_connection;
use crate::session::{At, Seen};
use crate::spec::Rule;

/// Packets that are not legal of which it is remembered.
const MAX_BROKEN: usize = 16;

impl Track {
    /// Takes note of a packet that its receiver must end the connection for.
    #[cold]
    #[inline(never)]
    pub(super) fn breaks(&mut self, seen: &Seen<'_>, tape: &Tape) {
        if ends_connection(seen, tape).is_none() {
            return;
        }
        if self.broken.len() >= MAX_BROKEN {
            self.broken.pop_front();
        }
        self.broken.push_back(seen.at.number);
    }

    /// Whether an answer accepts what is not legal.
    #[cold]
    pub(super) fn judge_answer(&self, packet: &Packet<'_>, to: At, notes: &mut Notes<'_>) {
        if !self.broken.contains(&to.number) {
            return;
        }
        let accepts = match packet {
            Packet::Connack(connack) => connack.code == 0,
            Packet::Ack(ack) => !ack.is_refusal(),
            Packet::Suback(answer) | Packet::Unsuback(answer) => {
                answer.codes.iter().all(|code| *code < 0x80)
            }
            _ => false,
        };
        if accepts && notes.is_complete() {
            notes.whole(Rule::BROKEN_ACCEPTED, (to.number, 0));
        }
    }
}
