//! One connection: what its carrier gives becomes packets, and these become records.

use super::arrivals::{Arrivals, Now};
use super::inspector::{Clock, Settings, Worker};
use super::{Consumer, Origin};
use crate::annotate::Finding;
use crate::bytes::Span;
use crate::carrier::{Bottom, Carrier, Hints, Item, Top};
use crate::mqtt::framer::{Framed, Framer, Why};
use crate::net::Layers;
use crate::session;
use crate::spec::unit::Unit;
use crate::spec::{Field, Rule, Sender};
use crate::stream::{Connection, Event, Side, Stamp};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Findings on how bytes are carried that wait for the next record of their side: a few tell
/// enough, and a hostile peer could make any number.
const MAX_WAITING: usize = 16;

/// A connection: what carries it, its two directions and what is known of it.
#[derive(Debug)]
pub(super) struct Conversation {
    is_mqtt_port: bool,
    carrier: Carrier,
    mqtt: Mqtt,
}

/// The MQTT of a connection.
#[derive(Debug)]
struct Mqtt {
    client: Side,
    session: session::Connection,
    max_packet: usize,
    from_client: Direction,
    from_server: Direction,
}

#[derive(Debug)]
struct Direction {
    framer: Framer,
    arrivals: Arrivals,
    /// Offset behind the last byte that was taken.
    taken: u64,
    /// The frame headers of the carrier, each with the offset of the first byte behind it.
    headers: VecDeque<(u64, Unit, Vec<u8>)>,
    /// Findings that wait for the next record.
    findings: Vec<Finding>,
}

impl Conversation {
    /// A connection before its first byte.
    pub(super) fn new(hints: Hints, settings: &Settings) -> Self {
        let max_packet = settings.max_packet;
        let mqtt = Mqtt {
            client: Side::A,
            session: session::Connection::new(settings.version),
            max_packet,
            from_client: Direction::new(false, max_packet),
            from_server: Direction::new(false, max_packet),
        };
        let carrier = Carrier::new(hints, settings.secrets.clone());
        Self { is_mqtt_port: hints.is_mqtt_port, carrier, mqtt }
    }

    /// Something happened on one side. `Break`: the connection is none of ours.
    pub(super) fn event<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        if self.is_mqtt() {
            worker.losses.add(event);
        }
        let mut top = Records { worker, connection, mqtt: &mut self.mqtt, time: None };
        let bottom = match event {
            Event::Data { bytes, at, layers, .. } => {
                top.time = at.time;
                Bottom::Data(bytes, at, layers)
            }
            Event::Gap { bytes, at, .. } => {
                top.time = at.time;
                Bottom::Gap(bytes)
            }
            Event::Closed { at, .. } => {
                top.time = at.time;
                Bottom::End
            }
            Event::Conflict { .. } => return ControlFlow::Continue(()),
        };
        self.carrier.push(side, bottom, &mut top)
    }

    /// Whether it is MQTT, or ought to be by its port.
    fn is_mqtt(&self) -> bool {
        let Mqtt { from_client, from_server, .. } = &self.mqtt;
        self.is_mqtt_port || from_client.taken > 0 || from_server.taken > 0
    }

    /// Nothing more comes of the connection.
    pub(super) fn finish<C: Consumer>(&mut self, worker: &mut Worker<C>, connection: &Connection) {
        let mut top = Records { worker, connection, mqtt: &mut self.mqtt, time: None };
        self.carrier.finish(&mut top);
        for sender in [Sender::Client, Sender::Server] {
            top.item(sender, Item::End, None);
        }
    }
}

impl Mqtt {
    fn side(&self, sender: Sender) -> Side {
        if sender == Sender::Client { self.client } else { self.client.other() }
    }
}

impl Direction {
    fn new(is_aligned: bool, max_packet: usize) -> Self {
        Self {
            framer: Framer::new(is_aligned, max_packet),
            arrivals: Arrivals::default(),
            taken: 0,
            headers: VecDeque::new(),
            findings: Vec::new(),
        }
    }

    /// Lets go of what lies before the bytes that the framer still has to do with.
    fn forget(&mut self, now: Option<Now<'_>>) {
        let offset = self.framer.offset();
        self.arrivals.keep_from(offset, now.filter(|_| offset < self.taken));
        while self.headers.get(1).is_some_and(|(start, ..)| *start <= offset) {
            self.headers.pop_front();
        }
    }
}

/// Makes records of what comes out of the carrier.
struct Records<'r, C> {
    worker: &'r mut Worker<C>,
    connection: &'r Connection,
    mqtt: &'r mut Mqtt,
    time: Option<i64>,
}

impl<C: Consumer> Top for Records<'_, C> {
    fn item(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>) {
        let side = self.mqtt.side(sender);
        let Mqtt { session, from_client, from_server, .. } = &mut *self.mqtt;
        let direction = if sender == Sender::Client { from_client } else { from_server };
        let Direction { framer, arrivals, taken, headers, findings } = direction;
        let now = match (item, layers) {
            (Item::Data { stamps, .. }, Some(layers)) => Now::new(*taken, stamps, layers),
            _ => None,
        };
        let mut packets = Packets {
            worker: self.worker,
            connection: self.connection,
            session,
            sender,
            side,
            layers,
            now,
            time: self.time,
            arrivals,
            headers,
            findings,
        };
        match item {
            Item::Data { bytes, stamps } => {
                packets.arrivals.push(*taken, bytes.len(), stamps);
                *taken = taken.saturating_add(bytes.len() as u64);
                framer.data(bytes, &mut |framed| packets.framed(framed));
            }
            Item::Gap(missing) => {
                let missing = missing.unwrap_or(0);
                *taken = taken.saturating_add(missing);
                framer.gap(missing, &mut |framed| packets.framed(framed));
            }
            Item::End => framer.end(&mut |framed| packets.framed(framed)),
            Item::Header { unit, bytes } => {
                packets.headers.push_back((*taken, unit, bytes.to_vec()));
            }
            Item::Unit { unit, bytes, stamps } => packets.unit(unit, bytes, stamps),
            Item::Note { unit, text } => packets.note(unit, text),
            Item::Finding { rule, a, b } => {
                if packets.findings.len() < MAX_WAITING {
                    let finding = Finding::new(rule, Span::of_bytes(0, 0), Field::INPUT);
                    packets.findings.push(finding.with(a, b));
                }
            }
        }
        direction.forget(now);
    }

    fn settled(&mut self, client: Side, is_aligned: bool) {
        self.mqtt.client = client;
        self.mqtt.from_client = Direction::new(is_aligned, self.mqtt.max_packet);
        self.mqtt.from_server = Direction::new(is_aligned, self.mqtt.max_packet);
    }
}

/// What the records of one item have in common.
struct Packets<'r, C> {
    worker: &'r mut Worker<C>,
    connection: &'r Connection,
    session: &'r mut session::Connection,
    sender: Sender,
    side: Side,
    layers: Option<&'r Layers>,
    /// The frame whose bytes are being looked at.
    now: Option<Now<'r>>,
    time: Option<i64>,
    arrivals: &'r mut Arrivals,
    headers: &'r mut VecDeque<(u64, Unit, Vec<u8>)>,
    findings: &'r mut Vec<Finding>,
}

impl<C: Consumer> Packets<'_, C> {
    fn framed(&mut self, framed: Framed<'_>) {
        let (offset, bytes) = match framed {
            Framed::Packet { offset, bytes }
            | Framed::Cut { offset, bytes, .. }
            | Framed::Stray { offset, bytes, .. } => (offset, bytes),
        };
        let end = offset.saturating_add(bytes.len() as u64);
        let last = self.take_frames(offset, end);
        self.take_headers(offset, end);
        let layers = last.and_then(|at| self.arrivals.layers(at.frame, self.now));
        let origin = Origin {
            frames: &self.worker.frames,
            layers,
            notes: Some(&self.worker.notes),
            ..origin(self.worker.clock, last, self.time, self.connection, self.side)
        };
        let reader = &mut self.worker.reader;
        let sender = Some(self.sender);
        match framed {
            Framed::Packet { .. } => {
                reader.packet(self.session, bytes, sender, None, self.findings, origin);
            }
            Framed::Cut { whole, why, .. } => {
                let cut = Some((why, whole));
                reader.packet(self.session, bytes, sender, cut, self.findings, origin);
            }
            Framed::Stray { why, .. } => {
                reader.stray(self.session, bytes, sender, stray(bytes, why), origin);
            }
        }
        self.findings.clear();
    }

    /// Bytes that are no MQTT, but worth a line.
    fn unit(&mut self, unit: Unit, bytes: &[u8], stamps: &[Stamp]) {
        self.worker.frames.clear();
        self.worker.frames.extend(stamps.iter().map(|at| at.frame));
        self.line(unit, bytes, "", stamps.iter().copied().max_by_key(|at| at.frame));
    }

    /// A sentence that is worth a line.
    fn note(&mut self, unit: Unit, text: &str) {
        self.worker.frames.clear();
        self.line(unit, &[], text, None);
    }

    fn line(&mut self, unit: Unit, bytes: &[u8], text: &str, last: Option<Stamp>) {
        let origin = Origin {
            frames: &self.worker.frames,
            layers: self.layers,
            notes: Some(&self.worker.notes),
            ..origin(self.worker.clock, last, self.time, self.connection, self.side)
        };
        let sender = Some(self.sender);
        let reader = &mut self.worker.reader;
        reader.unit(self.session, (unit, text), bytes, sender, self.findings, origin);
        self.findings.clear();
    }

    /// Lists the frames of a range; the result is the one that was captured last.
    fn take_frames(&mut self, offset: u64, end: u64) -> Option<Stamp> {
        let frames = &mut self.worker.frames;
        frames.clear();
        let mut last: Option<Stamp> = None;
        for stamp in self.arrivals.stamps(offset..end) {
            if frames.last() != Some(&stamp.frame) {
                frames.push(stamp.frame);
            }
            if last.is_none_or(|last| last.frame < stamp.frame) {
                last = Some(stamp);
            }
        }
        last
    }

    /// The frame headers that brought bytes of a range.
    fn take_headers(&mut self, offset: u64, end: u64) {
        let starts = self.headers.iter().skip(1).map(|(start, ..)| *start);
        let ends = starts.chain([u64::MAX]);
        let with_ends = self.headers.iter().zip(ends);
        let ours = with_ends.filter(|((start, ..), next)| *start < end && *next > offset);
        self.worker.reader.headers(ours.map(|((_, unit, bytes), _)| (*unit, bytes.as_slice())));
    }
}

/// Where bytes were, of whose frames `last` was captured last; without frames, `time` is when they
/// are told.
fn origin(
    clock: Clock,
    last: Option<Stamp>,
    time: Option<i64>,
    connection: &Connection,
    side: Side,
) -> Origin<'static> {
    let (time, previous) = last.map_or((time, clock.previous), |last| (last.time, last.previous));
    Origin {
        time,
        start: clock.start,
        previous,
        stream: Some(connection.stream),
        ends: Some((connection.address(side), connection.address(side.other()))),
        ..Origin::default()
    }
}

fn stray(bytes: &[u8], why: Why) -> Finding {
    let rule = match why {
        Why::Missing => Rule::REST_OF_PACKET,
        Why::TooLarge => Rule::REST_OF_LARGE_PACKET,
        Why::End | Why::NoPacket => Rule::NOT_A_PACKET,
    };
    let span = Span::of_bytes(0, bytes.len());
    Finding::new(rule, span, Field::UNDECODED).with(bytes.len() as u64, 0)
}
