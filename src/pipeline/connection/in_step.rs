//! The short way of nearly all segments: whole packets, in a connection of which nothing is to be decided.

use super::{Conversation, Direction, MAX_IDS, Mqtt, origin, proof};
use crate::mqtt::boundary::packet_id;
use crate::net::Layers;
use crate::pipeline::desk::Packet;
use crate::pipeline::inspector::Worker;
use crate::pipeline::{Consumer, Origin};
use crate::session::Proof;
use crate::spec::Sender;
use crate::stream::{Connection, Side, Stamp};

impl Conversation {
    /// Makes records of the whole packets at the beginning of a segment, where MQTT lies right on TCP,
    /// nothing is held of earlier segments, and nothing waits to be told. Whether that is all of it; what is
    /// not goes the long way, which begins behind what the framer has taken.
    ///
    /// It is what [`event`](Self::event) does with such packets: as this segment alone brings them, nothing
    /// of it need be remembered, and what is known of the segment is known of each packet.
    #[inline]
    pub(super) fn in_step<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        side: Side,
        (bytes, at, layers): (&[u8], Stamp, &Layers),
    ) -> bool {
        let Some(sender) = self.carrier.passes(side) else { return false };
        let Some(mqtt) = self.mqtt.as_deref_mut() else { return false };
        if !mqtt.has_bytes() || self.answered.is_some() || !worker.parts.is_empty() {
            return false;
        }
        if !mqtt.segment(worker, connection, (sender, side), (bytes, at, layers)) {
            return false;
        }
        let [a, b] = &mut self.lost;
        (if side == Side::A { a } else { b }).is_tail = false;
        self.has_bytes = true;
        self.last = at.time;
        true
    }
}

impl Mqtt {
    fn segment<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        (sender, side): (Sender, Side),
        (bytes, at, layers): (&[u8], Stamp, &Layers),
    ) -> bool {
        let (direction, other) = match sender {
            Sender::Client => (&mut self.from_client, &mut self.from_server),
            Sender::Server => (&mut self.from_server, &mut self.from_client),
        };
        let [a, b] = &mut self.trouble;
        let trouble = if side == Side::A { a } else { b };
        if !direction.has_nothing() || !trouble.is_none() {
            return false;
        }
        let (session, receiver) = (&mut self.session, connection.course.sent(side.other()));
        let told = other.told.or(receiver.begun).filter(|_| !other.framer.is_undecided());
        let proof = Proof { shut: receiver.shut, ..proof(Some(layers), told) };
        let Worker { desk, clock, notes, .. } = worker;
        let mut from = Origin {
            frames: &[at.frame],
            layers: Some(layers),
            notes: Some(notes),
            ..origin(*clock, Some(at), at.time, connection, side)
        };
        let (start, mut ids) = (direction.taken, 0usize);
        desk.no_headers();
        direction.framer.expect(Some(sender), session.version());
        let taken = direction.framer.in_step(bytes, |offset, packet| {
            let place = usize::try_from(offset.wrapping_sub(start)).unwrap_or_default();
            from.segment = Some((bytes, place));
            let (bytes, cut, notes, proof) = (packet, None, &[][..], &proof);
            desk.packet(session, &Packet { bytes, sender, cut, notes, proof, origin: &from });
            if let Some(id) = packet_id(packet).filter(|_| ids < MAX_IDS) {
                other.framer.expect_id(id);
                ids = ids.wrapping_add(1);
            }
            let end = offset.saturating_add(packet.len() as u64);
            trouble.remember(offset..end, desk.records());
        });
        let is_all = taken == bytes.len();
        if is_all {
            direction.taken = start.saturating_add(bytes.len() as u64);
            direction.note_told(start, layers.tcp(), None);
        }
        is_all
    }
}

impl Direction {
    /// Whether nothing of earlier segments is kept, and nothing waits for the next record.
    fn has_nothing(&self) -> bool {
        self.begun.is_none()
            && self.arrivals.len() == 0
            && self.headers.is_empty()
            && self.findings.is_empty()
    }
}
