//! What the broker had had of a client when it closed: TCP's numbers tell, whatever the times say.

use super::lines::{Open, When};
use super::scribe::Scribe;
use crate::session::{Proof, is_behind};
use crate::stream::Close;

impl Scribe {
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
            connection.put_gone(lines, when);
        }
        connection.is_over = true;
    }
}
