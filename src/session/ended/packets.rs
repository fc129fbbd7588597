//! What the packets of a connection put into its record.

use super::{Disconnect, Ended, Fault, kept};
use crate::annotate::Tape;
use crate::mqtt::Packet;
use crate::session::{At, Line, Partner, Seen};
use crate::spec::{PacketType, PropertyId, Sender, Severity};
use std::net::SocketAddr;

impl Ended {
    /// Takes note of a packet, before it is judged.
    #[inline]
    pub(in crate::session) fn packet(&mut self, seen: &Seen<'_>) {
        if let Some(line) = &seen.line
            && !self.is_on(line)
        {
            self.set_line(line);
        }
        let Some(sender) = seen.sender else { return self.note_unsent(seen.at) };
        let half = self.half_mut(sender);
        if half.first.is_none() {
            half.first = Some(seen.at);
        }
        half.last = Some(seen.at);
        half.last_kind = Some(seen.decoded.header.packet_type);
        half.is_tail_lost = false;
        half.packets = half.packets.saturating_add(1);
        half.bytes = half.bytes.saturating_add(seen.bytes.len() as u64);
        match &seen.decoded.packet {
            Some(Packet::Publish(publish)) => {
                if let Some(count) = half.publishes.get_mut(usize::from(publish.qos)) {
                    *count = count.saturating_add(1);
                }
            }
            Some(Packet::Ack(_)) => {}
            _ => self.about_session(seen, sender),
        }
    }

    #[cold]
    #[inline(never)]
    fn set_line(&mut self, line: &Line<'_>) {
        (self.stream, self.ends) = (Some(line.stream), Some((*line.client, *line.server)));
    }

    /// Whether its packets so far came on this connection, from the same end. The other end follows from that.
    #[inline]
    fn is_on(&self, line: &Line<'_>) -> bool {
        let is_same = |(client, _): &(SocketAddr, SocketAddr)| client == line.client;
        self.stream == Some(line.stream) && self.ends.as_ref().is_some_and(is_same)
    }

    /// A packet of which it is not known which side sent it.
    #[cold]
    fn note_unsent(&mut self, at: At) {
        self.first.get_or_insert(at);
        self.last = Some(at);
    }

    /// Takes note of its first and its last packet: each side has noted its own.
    pub(in crate::session) fn settle_both(&mut self) {
        let halves = [&self.from_client, &self.from_server];
        let firsts = halves.map(|half| half.first).into_iter().chain([self.first]).flatten();
        let lasts = halves.map(|half| half.last).into_iter().chain([self.last]).flatten();
        self.first = firsts.min_by_key(|at| at.number);
        self.last = lasts.max_by_key(|at| at.number);
    }

    /// Takes note of a packet that is neither a message nor the acknowledgment of one.
    #[inline(never)]
    fn about_session(&mut self, seen: &Seen<'_>, sender: Sender) {
        let half = self.half_mut(sender);
        match &seen.decoded.packet {
            Some(Packet::Pingreq) => {
                self.keep_alive.pings = self.keep_alive.pings.saturating_add(1);
            }
            Some(Packet::Pingresp) => {
                let record = &mut self.keep_alive;
                record.pongs = record.pongs.saturating_add(1);
                if record.unanswered.is_some() {
                    record.late_answer = record.late_answer.or(Some(seen.at));
                }
            }
            // Its receiver never saw it.
            Some(Packet::Disconnect(_)) if seen.proof.is_swallowed => {}
            Some(Packet::Disconnect(disconnect)) if half.disconnect.is_none() => {
                half.disconnect = Some(Disconnect {
                    at: seen.at,
                    proof: *seen.proof,
                    reason: disconnect.reason.unwrap_or(0),
                    expiry: disconnect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL),
                    text: disconnect.properties.text(PropertyId::REASON_STRING).map(kept),
                    void: None,
                });
            }
            // It says so, though the rest of it cannot be read.
            None if seen.decoded.header.packet_type == PacketType::DISCONNECT => {
                let (at, proof) = (seen.at, *seen.proof);
                let left = || Disconnect { at, proof, ..Disconnect::default() };
                half.disconnect = half.disconnect.take().or_else(|| Some(left()));
            }
            Some(Packet::Connect(connect)) if self.connect.is_none() => self.asked(connect, seen),
            Some(Packet::Connack(connack)) if self.connack.is_none() => {
                self.answered(connack, seen);
            }
            _ => {}
        }
    }

    /// Takes note of what was found on a packet.
    #[cold]
    pub(in crate::session) fn found(&mut self, seen: &Seen<'_>, tape: &Tape) {
        let Some(sender) = seen.sender else { return };
        for finding in tape.findings() {
            if finding.severity() == Severity::Error {
                self.half_mut(sender).fault(Fault { rule: finding.rule, at: seen.at });
            }
        }
    }

    /// Takes note of a packet that answers `partner`.
    #[inline]
    pub(in crate::session) fn answers(&mut self, seen: &Seen<'_>, partner: &Partner) {
        let Some(sender) = seen.sender else { return };
        let half = self.half_mut(sender.other());
        half.answered = half.answered.max(partner.at.number);
        if !seen.decoded.packet.as_ref().is_some_and(is_refusal) {
            half.accepted = half.accepted.max(partner.at.number);
        }
        if let Some(latency) = partner.latency {
            half.answers.add(latency, seen.at);
        }
    }
}

/// Whether an answer refuses what was asked.
fn is_refusal(packet: &Packet<'_>) -> bool {
    match packet {
        Packet::Connack(connack) => connack.code != 0,
        Packet::Ack(ack) => ack.is_refusal(),
        Packet::Suback(answer) | Packet::Unsuback(answer) => {
            answer.codes.iter().any(|code| *code >= 0x80)
        }
        _ => false,
    }
}
