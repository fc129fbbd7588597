//! Frames of a capture become records.

use super::reader::{Cut, Reader};
use super::trouble::Trouble;
use super::{Consumer, Origin};
use crate::annotate::Finding;
use crate::bytes::Span;
use crate::capture::Frame;
use crate::mqtt::boundary::{is_connect, packet_id};
use crate::mqtt::framer::{Framed, Framer, Why};
use crate::net::{self, Counters, Layers};
use crate::session;
use crate::spec::{Field, Rule, Sender, Version};
use crate::stream::{
    Connection, End, Event, Flows, Limits, Origins, Side, Sink, Stamp, StreamCounters,
};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::ControlFlow;

/// The port that MQTT has without TLS.
pub const MQTT_PORT: u16 = 1883;
/// The longest packet that is held, in bytes, unless set otherwise. Brokers take 256 KiB to 16 MiB.
pub const MAX_PACKET: usize = 16 << 20;

/// Bytes held of incomplete packets in all: sixteen of the longest; only an attack has more.
pub const HELD_IN_ALL: usize = 256 << 20;

/// Segments that an incomplete packet may come in: the longest in segments of 128 bytes. Many
/// smaller ones cost more to remember than their bytes do.
const MAX_SEGMENTS: usize = 1 << 17;
/// Packet Identifiers that one event tells the other direction; it remembers eight.
const MAX_IDS: usize = 8;
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
    /// Bytes that are held of incomplete packets, for all connections together.
    pub held_in_all: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: vec![MQTT_PORT],
            version: None,
            redact: false,
            max_packet: MAX_PACKET,
            limits: Limits::default(),
            held_in_all: HELD_IN_ALL,
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
    origins: Origins,
    trouble: Trouble,
}

#[derive(Debug)]
struct Worker<C> {
    settings: Settings,
    reader: Reader<C>,
    clock: Clock,
    frames: Vec<u64>,
    notes: Vec<Finding>,
    ids: Vec<u16>,
    /// What all directions hold, in bytes.
    held: usize,
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
                notes: Vec::new(),
                ids: Vec::new(),
                held: 0,
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
                let at = Stamp { frame: frame.number, time: frame.time };
                self.flows.push(at, &segment, &mut self.worker);
                if self.worker.held > self.worker.settings.held_in_all {
                    self.shed();
                }
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

    /// Gives up what the directions hold that hold at least half of the average: at least half of
    /// all, so that this is rarely done.
    fn shed(&mut self) {
        let holders = self.flows.states().map(|(_, state)| state.holders()).sum::<usize>();
        let least = self.worker.held.checked_div(holders.saturating_mul(2)).unwrap_or(0).max(1);
        let mut large: Vec<_> = self
            .flows
            .states()
            .filter(|(_, state)| state.a.cost().max(state.b.cost()) >= least)
            .collect();
        large.sort_unstable_by_key(|(connection, _)| connection.stream);
        for (connection, state) in large {
            for side in [Side::A, Side::B] {
                if state.direction(side).cost() >= least {
                    self.worker.frame_with(connection, state, side, None, |framer, emit| {
                        framer.shed(emit);
                    });
                }
            }
        }
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
        let direction = || Direction {
            framer: Framer::new(connection.opener.is_some(), self.settings.max_packet),
            origins: Origins::default(),
            trouble: Trouble::default(),
        };
        let session = session::Connection::of_stream(self.settings.version);
        Some(Conversation { client, session, a: direction(), b: direction() })
    }

    fn event(
        &mut self,
        connection: &Connection,
        state: &mut Conversation,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        match event {
            Event::Data { offset, bytes, at, layers } => {
                state.direction(side).origins.push(offset, bytes.len(), at);
                self.frame_with(
                    connection,
                    state,
                    side,
                    Some((at, Some(layers))),
                    |framer, emit| {
                        framer.data(bytes, emit);
                    },
                );
                if state.direction(side).origins.len() > MAX_SEGMENTS {
                    self.frame_with(connection, state, side, None, |framer, emit| {
                        framer.shed(emit)
                    });
                }
            }
            Event::Gap { bytes, at, .. } => {
                self.frame_with(connection, state, side, Some((at, None)), |framer, emit| {
                    framer.gap(bytes, emit);
                });
            }
            Event::Closed { at, .. } => {
                self.frame_with(connection, state, side, Some((at, None)), |framer, emit| {
                    framer.end(emit)
                });
            }
            Event::Conflict { offset, bytes, at, layers } => {
                self.conflict(connection, state, side, (offset, bytes), (at, layers));
            }
        }
        if self.reader.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn begins(&self, payload: &[u8]) -> bool {
        is_connect(payload)
    }

    fn ended(&mut self, connection: &Connection, mut state: Conversation, _: End) {
        for side in [Side::A, Side::B] {
            self.frame_with(connection, &mut state, side, None, |framer, emit| framer.end(emit));
            self.held = self.held.saturating_sub(state.direction(side).cost());
        }
    }
}

/// What a framer is given to emit to.
type Emit<'e> = &'e mut dyn FnMut(Framed<'_>);

impl<C: Consumer> Worker<C> {
    /// Lets the framer of a side do something, and makes records of what it emits.
    fn frame_with(
        &mut self,
        connection: &Connection,
        state: &mut Conversation,
        side: Side,
        at: Option<(Stamp, Option<&Layers>)>,
        act: impl FnOnce(&mut Framer, &mut Emit<'_>),
    ) {
        let sender = state.sender(side);
        let version = state.session.version();
        let (direction, other) = match side {
            Side::A => (&mut state.a, &mut state.b),
            Side::B => (&mut state.b, &mut state.a),
        };
        let before = direction.cost();
        let Direction { framer, origins, trouble } = direction;
        framer.expect(Some(sender), version);
        self.ids.clear();
        let mut packets = Packets {
            worker: self,
            session: &mut state.session,
            sender,
            ends: (connection.address(side), connection.address(side.other())),
            stream: connection.stream,
            layers: at.and_then(|(_, layers)| layers),
            time: at.and_then(|(stamp, _)| stamp.time),
            origins,
            trouble,
        };
        let mut emit = |framed: Framed<'_>| packets.framed(framed);
        act(framer, &mut (&mut emit as Emit<'_>));
        direction.origins.forget_before(direction.framer.offset());
        self.held = self.held.saturating_sub(before).saturating_add(direction.cost());
        for id in &self.ids {
            other.framer.expect_id(*id);
        }
    }

    /// Bytes came again with other contents. Those that their packet still waits for others are
    /// told with it; where it was told already, the other contents are a record of their own.
    fn conflict(
        &mut self,
        connection: &Connection,
        state: &mut Conversation,
        side: Side,
        (offset, bytes): (u64, &[u8]),
        (at, layers): (Stamp, &Layers),
    ) {
        let sender = state.sender(side);
        let session = &state.session;
        let direction = match side {
            Side::A => &mut state.a,
            Side::B => &mut state.b,
        };
        let end = offset.saturating_add(bytes.len() as u64);
        if end > direction.framer.offset() {
            direction.trouble.contradict(offset..end, at.frame);
        }
        let told = direction.framer.offset().saturating_sub(offset);
        let told = usize::try_from(told).unwrap_or(usize::MAX).min(bytes.len());
        let told = bytes.get(..told).unwrap_or_default();
        if told.is_empty() {
            return;
        }
        let finding = direction.trouble.late(offset..offset.saturating_add(told.len() as u64));
        let origin = Origin {
            frames: &[at.frame],
            time: at.time,
            start: self.clock.start,
            previous: self.clock.previous,
            stream: Some(connection.stream),
            ends: Some((connection.address(side), connection.address(side.other()))),
            layers: Some(layers),
            text: None,
        };
        self.reader.stray(session, told, Some(sender), &[finding], origin);
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

impl Direction {
    /// What it holds, in bytes.
    fn cost(&self) -> usize {
        self.framer.cost().saturating_add(self.origins.cost())
    }
}

impl Conversation {
    /// How many of its directions hold anything.
    fn holders(&self) -> usize {
        usize::from(self.a.cost() > 0).saturating_add((self.b.cost() > 0).into())
    }

    fn direction(&mut self, side: Side) -> &mut Direction {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

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
    layers: Option<&'w Layers>,
    time: Option<i64>,
    origins: &'w mut Origins,
    trouble: &'w mut Trouble,
}

impl<C: Consumer> Packets<'_, C> {
    fn framed(&mut self, framed: Framed<'_>) {
        let (offset, bytes) = match framed {
            Framed::Packet { offset, bytes }
            | Framed::Cut { offset, bytes, .. }
            | Framed::Stray { offset, bytes, .. } => (offset, bytes),
            Framed::Gap { missing, .. } => return self.trouble.lose(missing),
        };
        let range = offset..offset.saturating_add(bytes.len() as u64);
        self.worker.frames.clear();
        for stamp in self.origins.frames(range.clone()) {
            self.worker.frames.push(stamp.frame);
            self.time = stamp.time.or(self.time);
        }
        let Worker { reader, clock, frames, notes, ids, .. } = &mut *self.worker;
        self.trouble.findings(range.clone(), notes);
        let origin = Origin {
            frames,
            time: self.time,
            start: clock.start,
            previous: clock.previous,
            stream: Some(self.stream),
            ends: Some(self.ends),
            layers: self.layers,
            text: None,
        };
        let sender = Some(self.sender);
        match framed {
            Framed::Packet { .. } => {
                reader.packet(self.session, bytes, sender, None, notes, origin);
                if let Some(id) = packet_id(bytes).filter(|_| ids.len() < MAX_IDS) {
                    ids.push(id);
                }
            }
            Framed::Cut { whole, missing, why, .. } => {
                let cut = Some(Cut { why, whole, missing });
                reader.packet(self.session, bytes, sender, cut, notes, origin);
            }
            Framed::Stray { why, .. } => {
                notes.insert(0, stray(bytes, why));
                reader.stray(self.session, bytes, sender, notes, origin);
            }
            Framed::Gap { .. } => {}
        }
        self.trouble.remember(range, reader.records());
    }
}

fn stray(bytes: &[u8], why: Why) -> Finding {
    let rule = match why {
        Why::Missing => Rule::REST_OF_PACKET,
        Why::TooLarge | Why::Crowded => Rule::REST_OF_LARGE_PACKET,
        Why::End | Why::NoPacket => Rule::NOT_A_PACKET,
    };
    let span = Span::of_bytes(0, bytes.len());
    Finding::new(rule, span, Field::UNDECODED).with(bytes.len() as u64, 0)
}
