//! The Will of a client that is taken over: the broker says that it closes the old connection, delivers its Will, and
//! answers the CONNECT of the new one last.

use super::connection::Connection;
use super::lines::Open;
use super::scribe::Scribe;
use crate::mqtt::Packet;
use crate::pipeline::Record;
use std::collections::VecDeque;

/// Connections that are remembered; a broker answers a CONNECT at once.
const MAX_TAKERS: usize = 64;

/// Connections the CONNECT of which is not answered yet.
#[derive(Debug, Default)]
pub(super) struct Takers(VecDeque<u64>);

impl Takers {
    /// A packet came on this connection, which may be its CONNECT.
    pub(super) fn asks(&mut self, stream: u64, connection: &Connection) {
        if connection.asked.is_none() || self.0.contains(&stream) {
            return;
        }
        if self.0.len() >= MAX_TAKERS {
            self.0.pop_front();
        }
        self.0.push_back(stream);
    }
}

impl Scribe {
    /// The CONNECT of a connection was answered.
    pub(super) fn is_answered(&mut self, stream: u64) {
        self.takers.0.retain(|taker| *taker != stream);
        self.lines.stay((stream, Open::Will));
    }

    /// The connection for which the broker closes another one, where it delivers the Will of that now: no client was
    /// seen to publish the message.
    pub(super) fn taker_by_will(&self, packet: &Packet<'_>, record: &Record<'_>) -> Option<u64> {
        let Packet::Publish(publish) = packet else { return None };
        if self.takers.0.is_empty() {
            return None;
        }
        let topic = record.facts.topic.filter(|_| publish.topic.is_empty());
        let topic = crate::log::text_of(topic.unwrap_or(publish.topic.0));
        let is_will = |old: &Connection| {
            old.will.as_ref().is_some_and(|(its, bytes)| {
                (its.as_str(), *bytes) == (topic.as_str(), publish.payload.len())
            })
        };
        let takes = |stream: &u64| {
            let asked = self.connections.get(stream).and_then(|taker| taker.asked.as_ref());
            let old = asked.and_then(|asked| self.active.get(&asked.id));
            old.and_then(|old| self.connections.get(old)).is_some_and(is_will)
        };
        let mut takers = self.takers.0.iter().filter(|_| record.facts.copy_of.is_none());
        takers.find(|stream| takes(stream)).copied()
    }
}
