//! Frames of a capture become records.

use super::arrivals::{Arrival, Arrivals};
use super::reader::Reader;
use super::{Consumer, Origin};
use crate::annotate::Finding;
use crate::bytes::Span;
use crate::capture::Frame;
use crate::mqtt::framer::{Framed, Framer, Why};
use crate::net::{self, Counters};
use crate::session;
use crate::spec::{Field, Rule, Sender, Version};
use crate::stream::{Connection, End, Event, Flows, Limits, Side, Sink, Stamp, StreamCounters};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::ControlFlow;

/// The port that MQTT has without TLS.
pub const MQTT_PORT: u16 = 1883;
/// The longest packet that is held, in bytes, unless set otherwise. Brokers take 256 KiB to 16 MiB.
pub const MAX_PACKET: usize = 16 << 20;

/// Ports that are remembered to name them where there was no MQTT: as many as a line holds.
const MAX_OTHER_PORTS: usize = 8;

/// What an inspection is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// TCP ports of servers that speak MQTT.
    pub ports: Vec<u16>,
    /// The version of connections whose CONNECT is not seen.
    pub version: Option<Version>,
    /// Whether secrets are hidden.
    pub redact: bool,
    /// The longest packet that is held, in bytes.
    pub max_packet: usize,
    /// What the flow table may hold.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: vec![MQTT_PORT],
            version: None,
            redact: false,
            max_packet: MAX_PACKET,
            limits: Limits::default(),
        }
    }
}

/// Takes frames, gives records to a consumer.
#[derive(Debug)]
pub struct Inspector<C> {
    flows: Flows<Conversation>,
    worker: Worker<C>,
    counters: Counters,
    frames: u64,
    cut_frames: u64,
}

/// An MQTT connection: its two directions and what is known of it.
#[derive(Debug)]
struct Conversation {
    client: Side,
    session: session::Connection,
    a: Direction,
    b: Direction,
}

#[derive(Debug)]
struct Direction {
    framer: Framer,
    arrivals: Arrivals,
}

#[derive(Debug)]
struct Worker<C> {
    settings: Settings,
    reader: Reader<C>,
    clock: Clock,
    frames: Vec<u64>,
    /// Connections that are read as MQTT.
    connections: u64,
    other_ports: BTreeSet<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    start: Option<i64>,
    previous: Option<i64>,
    now: Option<i64>,
}

impl<C: Consumer> Inspector<C> {
    /// An inspection before its first frame.
    pub fn new(consumer: C, settings: Settings) -> Self {
        Self::with_reader(Reader::new(consumer, settings.redact), settings)
    }

    /// The same with a reader that has made records already; it goes on counting.
    pub fn with_reader(reader: Reader<C>, settings: Settings) -> Self {
        Self {
            flows: Flows::new(settings.limits),
            worker: Worker {
                reader,
                settings,
                clock: Clock::default(),
                frames: Vec::new(),
                connections: 0,
                other_ports: BTreeSet::new(),
            },
            counters: Counters::default(),
            frames: 0,
            cut_frames: 0,
        }
    }

    /// Takes a frame. `Break`: the consumer wants no more.
    pub fn frame(&mut self, frame: &Frame<'_>) -> ControlFlow<()> {
        self.worker.clock.tick(frame.time);
        self.frames = self.frames.saturating_add(1);
        let is_cut = (frame.original_len as usize) > frame.data.len();
        self.cut_frames = self.cut_frames.saturating_add(u64::from(is_cut));
        match net::segment(frame) {
            Ok(segment) => {
                let previous = self.worker.clock.previous;
                let at = Stamp { frame: frame.number, time: frame.time, previous };
                self.flows.push(at, &segment, &mut self.worker);
            }
            Err(skip) => self.counters.add(frame.number, skip),
        }
        self.flow()
    }

    /// Ends the inspection: what is still held is told.
    pub fn finish(&mut self) {
        self.flows.finish(&mut self.worker);
    }

    /// Frames that held no TCP segment, by reason.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What happened in TCP.
    pub fn stream_counters(&self) -> &StreamCounters {
        self.flows.counters()
    }

    /// How many frames were taken.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How many of them the snap length cut.
    pub fn cut_frames(&self) -> u64 {
        self.cut_frames
    }

    /// How many TCP connections count as MQTT's.
    pub fn connections(&self) -> u64 {
        self.worker.connections
    }

    /// The ports of servers that count as MQTT's.
    pub fn ports(&self) -> &[u16] {
        &self.worker.settings.ports
    }

    /// The ports of servers that do not count as MQTT's, as far as they are remembered.
    pub fn other_ports(&self) -> Vec<u16> {
        self.worker.other_ports.iter().copied().collect()
    }

    /// How many records were made.
    pub fn records(&self) -> u64 {
        self.worker.reader.records()
    }

    /// The consumer.
    pub fn consumer(&mut self) -> &mut C {
        &mut self.worker.reader.consumer
    }

    /// The consumer, at the end.
    pub fn into_consumer(self) -> C {
        self.worker.reader.consumer
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.worker.reader.stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Clock {
    fn tick(&mut self, time: Option<i64>) {
        self.previous = self.now;
        self.now = time.or(self.now);
        self.start = self.start.or(time);
    }
}

impl Settings {
    /// The side that is the client; `None` where neither port is one of MQTT's.
    fn client(&self, connection: &Connection) -> Option<Side> {
        let serves = |side| self.ports.contains(&connection.address(side).port());
        match (serves(Side::A), serves(Side::B)) {
            (false, false) => None,
            (true, false) => Some(Side::B),
            (false, true) => Some(Side::A),
            (true, true) => Some(connection.opener.unwrap_or(Side::A)),
        }
    }
}

impl<C: Consumer> Sink for Worker<C> {
    type State = Conversation;

    fn opened(&mut self, connection: &Connection) -> Option<Conversation> {
        let Some(client) = self.settings.client(connection) else {
            self.remember_port(connection);
            return None;
        };
        self.connections = self.connections.saturating_add(1);
        let direction = || Direction {
            framer: Framer::new(connection.opener.is_some(), self.settings.max_packet),
            arrivals: Arrivals::default(),
        };
        let session = session::Connection::new(self.settings.version);
        Some(Conversation { client, session, a: direction(), b: direction() })
    }

    fn event(
        &mut self,
        connection: &Connection,
        state: &mut Conversation,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        let sender = state.sender(side);
        let direction = if side == Side::A { &mut state.a } else { &mut state.b };
        let Direction { framer, arrivals } = direction;
        let now = match event {
            Event::Data { offset, bytes, at, layers } => {
                let arrival = Arrival { at, layers, offset };
                arrivals.push(arrival, bytes.len());
                Some(arrival)
            }
            _ => None,
        };
        let ends = (connection.address(side), connection.address(side.other()));
        let mut packets = Packets {
            worker: self,
            session: &mut state.session,
            sender,
            ends,
            stream: connection.stream,
            now,
            arrivals,
        };
        let mut emit = |framed: Framed<'_>| packets.framed(framed);
        let end = match event {
            Event::Data { offset, bytes, .. } => {
                framer.data(bytes, &mut emit);
                offset.saturating_add(bytes.len() as u64)
            }
            Event::Gap { bytes, .. } => {
                framer.gap(bytes, &mut emit);
                framer.offset()
            }
            Event::Closed { .. } => {
                framer.end(&mut emit);
                framer.offset()
            }
            Event::Conflict { .. } => return ControlFlow::Continue(()),
        };
        arrivals.keep_from(framer.offset(), now.filter(|_| framer.offset() < end));
        if self.reader.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn ended(&mut self, connection: &Connection, mut state: Conversation, _: End) {
        for side in [Side::A, Side::B] {
            let sender = state.sender(side);
            let direction = if side == Side::A { &mut state.a } else { &mut state.b };
            let mut packets = Packets {
                worker: self,
                session: &mut state.session,
                sender,
                ends: (connection.address(side), connection.address(side.other())),
                stream: connection.stream,
                now: None,
                arrivals: &direction.arrivals,
            };
            direction.framer.end(&mut |framed| packets.framed(framed));
        }
    }
}

impl<C> Worker<C> {
    /// The server's port: that of the side which did not open the connection, or the lower one.
    fn remember_port(&mut self, connection: &Connection) {
        let port = |side| connection.address(side).port();
        let server = match connection.opener {
            Some(opener) => port(opener.other()),
            None => port(Side::A).min(port(Side::B)),
        };
        if self.other_ports.len() < MAX_OTHER_PORTS {
            self.other_ports.insert(server);
        }
    }
}

impl Conversation {
    fn sender(&self, side: Side) -> Sender {
        if side == self.client { Sender::Client } else { Sender::Server }
    }
}

/// What the packets of one event have in common.
struct Packets<'w, C> {
    worker: &'w mut Worker<C>,
    session: &'w mut session::Connection,
    sender: Sender,
    ends: (SocketAddr, SocketAddr),
    stream: u64,
    /// The frame whose bytes are being looked at.
    now: Option<Arrival<'w>>,
    arrivals: &'w Arrivals,
}

impl<C: Consumer> Packets<'_, C> {
    fn framed(&mut self, framed: Framed<'_>) {
        let (offset, bytes) = match framed {
            Framed::Packet { offset, bytes }
            | Framed::Cut { offset, bytes, .. }
            | Framed::Stray { offset, bytes, .. } => (offset, bytes),
        };
        let Worker { reader, clock, frames, .. } = &mut *self.worker;
        frames.clear();
        frames.extend(self.arrivals.frames(offset, bytes.len()));
        let (at, layers) = self.arrivals.last(offset, self.now).unzip();
        let origin = Origin {
            frames,
            time: at.and_then(|at| at.time),
            start: clock.start,
            previous: at.and_then(|at| at.previous),
            stream: Some(self.stream),
            ends: Some(self.ends),
            layers,
            text: None,
        };
        let sender = Some(self.sender);
        match framed {
            Framed::Packet { .. } => reader.packet(self.session, bytes, sender, None, &[], origin),
            Framed::Cut { whole, why, .. } => {
                reader.packet(self.session, bytes, sender, Some((why, whole)), &[], origin);
            }
            Framed::Stray { why, .. } => {
                reader.stray(self.session, bytes, sender, stray(bytes, why), origin);
            }
        }
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
