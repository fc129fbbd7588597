//! UDP datagrams become records of MQTT-SN.

use super::inspector::Worker;
use super::sn::Bytes;
use super::{Consumer, Origin};
use crate::mqttsn::{is_connect, is_plausible, messages};
use crate::net::Datagram;
use crate::session::{How, Pairs, Trust};
use crate::spec::{Sender, port};
use crate::stream::Stamp;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::net::SocketAddr;

/// The last of the well-known ports: a client does not send from there.
const MAX_WELL_KNOWN: u16 = 1_023;

/// Gateways on other ports that are remembered, by the CONNECT that was sent to them.
const MAX_FOUND: usize = 4_096;

/// What is known of MQTT-SN in a capture.
#[derive(Debug)]
pub(super) struct Datagrams {
    /// The ports that an option names.
    named: BTreeSet<u16>,
    any_port: bool,
    found: Found,
    pairs: Pairs,
    refused: u64,
}

/// Gateways that a CONNECT told, the oldest first.
#[derive(Debug, Default)]
struct Found {
    all: HashSet<SocketAddr>,
    order: VecDeque<SocketAddr>,
}

impl Datagrams {
    /// Before the first datagram: `named` are the ports that an option names; with `any_port` those
    /// on other ports are read too, from the CONNECT on that tells a gateway.
    pub(super) fn new(named: &[u16], any_port: bool) -> Self {
        Self {
            named: named.iter().copied().collect(),
            any_port,
            found: Found::default(),
            pairs: Pairs::default(),
            refused: 0,
        }
    }

    /// Reads a datagram, if it is one of MQTT-SN.
    pub(super) fn push<C: Consumer>(
        &mut self,
        at: Stamp,
        datagram: &Datagram<'_>,
        worker: &mut Worker<C>,
    ) -> bool {
        let (src, dst) = (datagram.src(), datagram.dst());
        let (from, to) = (self.is_gateway(src, dst), self.is_gateway(dst, src));
        let is_told = !from && !to && self.any_port && is_connect(datagram.payload);
        if is_told {
            self.found.add(dst);
        }
        if !(from || to || is_told) || datagram.payload.is_empty() {
            return false;
        }
        let is_named = [src, dst].iter().any(|end| self.named.contains(&end.port()));
        if !is_named && !self.admits(datagram) {
            self.refused = self.refused.saturating_add(1);
            return false;
        }
        let likely = match (from, to || is_told) {
            (true, false) => Some(Sender::Server),
            (false, true) => Some(Sender::Client),
            _ => None,
        };
        let how = if is_named { How::Option } else { How::Inferred };
        worker.frames.clear();
        worker.frames.push(at.frame);
        worker.parts.list(&mut worker.frames);
        for (start, bytes) in messages(datagram.payload) {
            let is_last = start.saturating_add(bytes.len()) == datagram.payload.len();
            let missing = if is_last { datagram.udp.missing } else { 0 };
            let what =
                Bytes { bytes, missing: missing.into(), is_behind: start > 0, sender: None, how };
            let origin = Origin {
                frames: &worker.frames,
                time: at.time,
                start: worker.clock.start,
                previous: worker.clock.previous,
                ends: Some((src, dst)),
                layers: Some(datagram.layers),
                notes: Some(&worker.notes),
                ..Origin::default()
            };
            let pairs = &mut self.pairs;
            let (before, after) = worker.desk.room().reader.message(what, &[], origin, |decoded| {
                let pair = pairs.pair(src, dst, decoded.node);
                let sender = pair.sender(src, dst, decoded, likely);
                (&mut pair.session, sender)
            });
            self.pairs.grew(before, after);
        }
        true
    }

    /// Whether a datagram to or from a gateway's port is MQTT-SN. A port says little: until a
    /// CONNECT or an answer that fits has shown that two ends speak MQTT-SN, the first datagram that
    /// is something else ends the matter.
    fn admits(&mut self, datagram: &Datagram<'_>) -> bool {
        let pair = self.pairs.pair(datagram.src(), datagram.dst(), None);
        if pair.session.is_proven() || is_connect(datagram.payload) {
            pair.trust = Trust::Proven;
        }
        if pair.trust == Trust::Open {
            let missing = usize::try_from(datagram.udp.missing).unwrap_or(usize::MAX);
            if !is_plausible(datagram.payload, missing) {
                pair.trust = Trust::Refused;
            }
        }
        pair.trust != Trust::Refused
    }

    /// Datagrams on a gateway's port that are no MQTT-SN.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Pairs of client and gateway that were forgotten, as there were too many.
    pub(super) fn forgotten(&self) -> u64 {
        self.pairs.forgotten()
    }

    /// Whether an end is a gateway, going by its port and by the CONNECTs until now. Opposite a
    /// well-known port, that of DNS for example, a gateway's port is a client's own by chance.
    fn is_gateway(&self, end: SocketAddr, peer: SocketAddr) -> bool {
        let by_port = port::own("udp").any(|own| own == end.port()) && peer.port() > MAX_WELL_KNOWN;
        by_port || self.named.contains(&end.port()) || self.found.all.contains(&end)
    }
}

impl Found {
    fn add(&mut self, gateway: SocketAddr) {
        if self.order.len() >= MAX_FOUND
            && let Some(oldest) = self.order.pop_front()
        {
            self.all.remove(&oldest);
        }
        if self.all.insert(gateway) {
            self.order.push_back(gateway);
        }
    }
}
