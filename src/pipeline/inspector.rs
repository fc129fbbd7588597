//! Frames of a capture become records.

use super::backwards::Backwards;
use super::connection::Conversation;
use super::datagrams::Datagrams;
use super::desk::Desk;
use super::parts::Parts;
use super::reach::{Reach, SHORT};
use super::reader::Reader;
use super::{Consumer, Notes};
use crate::capture::{self, Beside, Frame, FrameRole, LinkType};
use crate::carrier::Hints;
use crate::carrier::tls::Secrets;
use crate::mqtt::boundary::{is_connack, is_connect};
use crate::net::{self, Counters, FragmentCounters, Net, Segment, Skip, Transport};
use crate::session::sn::Predefined;
use crate::spec::{Version, port};
use crate::stream::{
    Connection, End, Event, Flows, GapCause, Limits, Side, Sink, Stamp, StreamCounters,
};
use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};
use tracing::level_filters::LevelFilter;

/// The longest packet that is held, in bytes, unless set otherwise. Brokers take 256 KiB to 16 MiB.
pub const MAX_PACKET: usize = 16 << 20;

/// Bytes held of incomplete packets in all: sixteen of the longest; only an attack has more.
pub const HELD_IN_ALL: usize = 256 << 20;

/// Ports that are remembered to name them where there was no MQTT: as many as a line holds.
const MAX_OTHER_PORTS: usize = 8;
/// Connections that are looked at for each frame, on average, because secrets came: so the work
/// stays in proportion to the capture.
const LOOKS_PER_FRAME: u64 = 16;
/// The same at once: all connections of a large table, a few times.
const MAX_LOOKS: u64 = 1 << 20;
/// Nanoseconds from a frame to the next of which nothing is to be said: no pause, and not back in time.
const LITTLE: RangeInclusive<i64> = 0..=SHORT;
/// Nanoseconds without a frame after which connections are looked at: the shortest Keep Alive, doubled and more.
const LONG_PAUSE: i64 = 8_000_000_000;

/// What an inspection is to do.
///
/// ```
/// use mqttscope::pipeline::Settings;
///
/// let settings = Settings { any_port: false, redact: true, ..Settings::default() };
/// assert!(settings.ports.contains(&1883));
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// TCP ports of servers that speak MQTT.
    pub ports: Vec<u16>,
    /// Those of them that carry MQTT whatever their bytes look like.
    pub named_ports: Vec<u16>,
    /// UDP ports of gateways that speak MQTT-SN, besides those of [`PORTS`](port::PORTS).
    pub sn_ports: Vec<u16>,
    /// Names of the pre-defined topic ids of MQTT-SN.
    pub sn_topics: Predefined,
    /// Whether connections to other ports are read too, where their bytes are MQTT.
    pub any_port: bool,
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
    /// The secrets that TLS is decrypted with.
    pub secrets: Secrets,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: port::own("tcp").collect(),
            named_ports: Vec::new(),
            sn_ports: Vec::new(),
            sn_topics: Predefined::default(),
            any_port: true,
            version: None,
            redact: false,
            max_packet: MAX_PACKET,
            limits: Limits::default(),
            held_in_all: HELD_IN_ALL,
            secrets: Secrets::new(),
        }
    }
}

/// Takes frames, gives records to a consumer.
///
/// ```
/// use mqttscope::capture::{Source, open};
/// use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
/// use std::ops::ControlFlow;
/// use std::path::Path;
///
/// /// The Client Identifiers of those that publish.
/// #[derive(Default)]
/// struct Publishers(Vec<String>);
///
/// impl Consumer for Publishers {
///     fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
///         if record.type_name() == "PUBLISH" && record.sender_name() == Some("client") {
///             let client = String::from_utf8_lossy(record.client_id.unwrap_or_default());
///             self.0.push(client.into_owned());
///         }
///         ControlFlow::Continue(())
///     }
/// }
///
/// let mut inspector = Inspector::new(Publishers::default(), Settings::default());
/// let mut capture = open(Path::new("captures/cooked-any.pcap"))?;
/// while let Some(frame) = capture.next_frame()? {
///     if inspector.frame(&frame).is_break() {
///         break;
///     }
/// }
/// inspector.finish();
/// assert_eq!(inspector.into_consumer().0, ["talker"]);
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
#[derive(Debug)]
pub struct Inspector<C> {
    net: Net,
    flows: Flows<Conversation>,
    datagrams: Datagrams,
    worker: Worker<C>,
    counters: Counters,
    reach: Reach,
    frames: u64,
    /// The link type of the last frame, for diagnostics.
    link: Option<LinkType>,
    cut_frames: u64,
    backwards: Backwards,
    /// Connections that may be looked at yet because secrets came.
    looks: u64,
}

/// What the consumer asks for besides records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asks {
    frames: bool,
    /// What frames are to their connections.
    roles: bool,
    pub(super) lifelines: bool,
}

#[derive(Debug)]
pub(super) struct Worker<C> {
    pub(super) settings: Settings,
    pub(super) desk: Desk<C>,
    pub(super) asks: Asks,
    pub(super) clock: Clock,
    pub(super) frames: Vec<u64>,
    /// The other parts of frames that completed IP packets.
    pub(super) parts: Parts,
    /// Packet Identifiers that one event is to tell the other direction.
    pub(super) ids: Vec<u16>,
    /// What all connections hold of incomplete packets, in bytes.
    held: usize,
    pub(super) notes: Notes,
    /// Connections to the ports of MQTT.
    connections: u64,
    pub(super) losses: Losses,
    /// Ports of servers that are not MQTT's, and what passes there.
    other_ports: BTreeMap<u16, Passing>,
    /// Connections to them that encrypt, and no MQTT was seen inside: mostly for want of keys.
    encrypted: u64,
}

/// What passes on a port that is not MQTT's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passing {
    /// No payload was seen.
    #[default]
    Nothing,
    /// Something that has no name here.
    Something,
    /// Something of this name.
    Named(&'static str),
}

/// What went wrong in the streams of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Gaps: runs of bytes that were not captured.
    pub gaps: u64,
    /// Bytes in them.
    pub gap_bytes: u64,
    /// Whether there may be more: the last that was acknowledged of a side may be a byte or its FIN.
    pub is_least: bool,
    /// Segments that repeated bytes with other contents.
    pub conflicts: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub(super) start: Option<i64>,
    pub(super) previous: Option<i64>,
    now: Option<i64>,
}

impl<C: Consumer> Inspector<C> {
    /// An inspection before its first frame.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// # use mqttscope::pipeline::{Inspector, Settings};
    /// let inspector = Inspector::new(Each(|_: &Record<'_>| {}), Settings::default());
    /// assert_eq!((inspector.frames(), inspector.records()), (0, 0));
    /// ```
    pub fn new(consumer: C, settings: Settings) -> Self {
        Self::with_reader(Reader::new(consumer, settings.redact), settings)
    }

    /// The same with a reader that has made records already; it goes on counting.
    pub(crate) fn with_reader(mut reader: Reader<C>, settings: Settings) -> Self {
        reader.sn_topics = settings.sn_topics.clone();
        let consumer = &reader.consumer;
        let asks = Asks {
            frames: consumer.needs_frames(),
            roles: consumer.needs_roles(),
            lifelines: consumer.needs_lifelines(),
        };
        Self {
            net: Net::default(),
            flows: Flows::new(settings.limits),
            datagrams: Datagrams::new(&settings.sn_ports, settings.any_port),
            worker: Worker {
                desk: Desk::new(reader),
                asks,
                settings,
                clock: Clock::default(),
                frames: Vec::new(),
                parts: Parts::default(),
                ids: Vec::new(),
                held: 0,
                notes: Notes::default(),
                connections: 0,
                losses: Losses::default(),
                other_ports: BTreeMap::new(),
                encrypted: 0,
            },
            counters: Counters::default(),
            reach: Reach::default(),
            frames: 0,
            link: None,
            cut_frames: 0,
            backwards: Backwards::default(),
            looks: MAX_LOOKS,
        }
    }

    /// Has a thread of its own read the packets in the light of their connections and give the records to the
    /// consumer, if the system has one: for captures that are there as a whole, as it lags behind.
    #[doc(hidden)]
    #[must_use]
    pub fn on_two_threads(mut self) -> Self
    where
        C: Send + 'static,
    {
        let Asks { frames, roles, lifelines } = self.worker.asks;
        if !frames && !roles && !lifelines {
            self.worker.desk = self.worker.desk.set_apart();
        }
        self
    }

    /// Takes a frame. `Break`: the consumer wants no more.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Inspector, Settings};
    /// let mut inspector = Inspector::new(Each(|_: &Record<'_>| {}), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// while let Some(frame) = capture.next_frame()? {
    ///     if inspector.frame(&frame).is_break() {
    ///         break;
    ///     }
    /// }
    /// assert!(inspector.frames() > 20);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn frame(&mut self, frame: &Frame<'_>) -> ControlFlow<()> {
        if self.worker.asks.frames {
            self.worker.desk.room().reader.consumer.frame(frame);
        }
        if let Some(step) = self.worker.clock.tick(frame.time) {
            self.backwards.frame(frame.number, step);
            self.reach.step(step);
            self.look_at_pause(frame.number, step);
        }
        self.reach.frame(frame);
        self.frames = self.frames.saturating_add(1);
        if self.link != Some(frame.link) {
            self.new_link(frame);
        }
        self.looks = self.looks.saturating_add(LOOKS_PER_FRAME).min(MAX_LOOKS);
        let is_cut = (frame.original_len as usize) > frame.data.len();
        self.cut_frames = self.cut_frames.saturating_add(u64::from(is_cut));
        if let Some(beside) = frame.beside {
            self.beside(beside)?;
            self.worker.notes.add(frame.number, beside);
        }
        let previous = self.worker.clock.previous;
        let at = Stamp { frame: frame.number, time: frame.time, previous };
        // What a frame carries is looked at where it is: to move it costs as much as to find it.
        let mut packet = self.net.packet(frame);
        loop {
            match packet {
                Ok(Transport::Tcp(ref segment)) => {
                    self.worker.parts.add(frame.number, segment.parts);
                    let before = self.worker.asks.roles.then(|| role_before(&self.flows, segment));
                    let id = self.flows.push(at, segment, &mut self.worker);
                    if let Some(before) = before {
                        let role = role(&self.flows, segment, id.stream, before);
                        let consumer = &mut self.worker.desk.room().reader.consumer;
                        consumer.of_stream(segment.parts, id.stream, role);
                        consumer.of_stream(&[frame.number], id.stream, role);
                    }
                    if self.worker.held > self.worker.settings.held_in_all {
                        self.shed();
                    }
                }
                Ok(Transport::Udp(ref datagram)) => {
                    self.worker.parts.add(frame.number, datagram.parts);
                    if !self.datagrams.push(at, datagram, &mut self.worker) {
                        self.counters.add(frame.number, Skip::NotTcp(net::UDP));
                    }
                }
                Err(skip) => self.counters.add(frame.number, skip),
            }
            let Some(more) = self.net.more(frame) else { break };
            packet = more;
        }
        self.flow()
    }

    /// Nothing comes for a while: what was held in the hope of a frame before it is told.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// # use mqttscope::pipeline::{Inspector, Settings};
    /// // While a live capture is silent.
    /// let mut inspector = Inspector::new(Each(|_: &Record<'_>| {}), Settings::default());
    /// inspector.pause();
    /// assert_eq!(inspector.records(), 0);
    /// ```
    pub fn pause(&mut self) {
        self.flows.pause(&mut self.worker);
    }

    /// Ends the inspection: what is still held is told.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// inspector.finish();
    /// assert!(inspector.records() > 0);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn finish(&mut self) {
        self.worker.desk.room().reader.ends(self.reach.captured());
        self.flows.finish(&mut self.worker);
        self.worker.desk.room().reader.finish();
    }

    /// Takes what the capture says without a frame behind it. `Break`: the consumer wants no more.
    #[doc(hidden)]
    pub fn beside(&mut self, beside: &Beside) -> ControlFlow<()> {
        let mut is_new = false;
        for block in &beside.secrets {
            if block.kind == capture::Secrets::TLS_KEY_LOG {
                self.worker.settings.secrets.add_text(&block.bytes);
                is_new = true;
            }
        }
        // A file may bring secrets before each frame, and have many connections wait: then they go
        // on with their own next bytes, or at the end.
        let price = self.flows.len() as u64;
        if !is_new || price > self.looks {
            return self.flow();
        }
        self.looks = self.looks.saturating_sub(price);
        self.wake()
    }

    /// The same behind the last frame.
    #[doc(hidden)]
    pub fn behind(&mut self, beside: &Beside) -> ControlFlow<()> {
        self.worker.desk.room().reader.consumer.beside(beside);
        self.beside(beside)
    }

    /// Secrets may have come: connections that wait for them go on. `Break`: the consumer wants no
    /// more.
    #[doc(hidden)]
    pub fn wake(&mut self) -> ControlFlow<()> {
        if self.worker.settings.secrets.are_awaited() {
            let mut all: Vec<_> = self.flows.states().collect();
            all.sort_unstable_by_key(|(connection, _)| connection.stream);
            for (connection, state) in all {
                state.wake(&mut self.worker, connection);
                self.worker.note_cost(state);
            }
        }
        self.flow()
    }

    /// Frames that held no TCP segment, by reason.
    #[doc(hidden)]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What became of IP packets that came in fragments.
    #[doc(hidden)]
    pub fn fragments(&self) -> FragmentCounters {
        self.net.fragments()
    }

    /// What went wrong in the streams of MQTT.
    #[doc(hidden)]
    pub fn losses(&self) -> Losses {
        self.worker.losses
    }

    /// What happened in TCP, whatever it carries.
    #[doc(hidden)]
    pub fn stream_counters(&self) -> &StreamCounters {
        self.flows.counters()
    }

    /// Datagrams on MQTT-SN's own ports that are something else.
    #[doc(hidden)]
    pub fn other_datagrams(&self) -> u64 {
        self.datagrams.refused()
    }

    /// Pairs of an MQTT-SN client and its gateway that were forgotten, as there were too many.
    pub(crate) fn forgotten_pairs(&self) -> u64 {
        self.datagrams.forgotten()
    }

    /// What the capture says of frames and addresses.
    pub(crate) fn notes(&self) -> &Notes {
        &self.worker.notes
    }

    /// How many frames were taken.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// assert_eq!(inspector.frames(), taken);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Where their times run backwards.
    pub(crate) fn backwards(&self) -> &Backwards {
        &self.backwards
    }

    /// How many of them the snap length cut.
    pub(crate) fn cut_frames(&self) -> u64 {
        self.cut_frames
    }

    /// How many TCP connections there were to the ports of MQTT.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// assert!(inspector.connections() > 0);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn connections(&self) -> u64 {
        self.worker.connections
    }

    /// The ports of servers that count as MQTT's.
    #[doc(hidden)]
    pub fn ports(&self) -> &[u16] {
        &self.worker.settings.ports
    }

    /// Whether connections to other ports are read too, where their bytes are MQTT.
    pub(crate) fn any_port(&self) -> bool {
        self.worker.settings.any_port
    }

    /// The ports of servers that do not count as MQTT's, as far as they are remembered.
    pub(crate) fn other_ports(&self) -> Vec<u16> {
        self.worker.other_ports.keys().copied().collect()
    }

    /// What passes on such a port.
    #[doc(hidden)]
    pub fn other(&self, port: u16) -> Passing {
        self.worker.other_ports.get(&port).copied().unwrap_or_default()
    }

    /// Connections to such ports that encrypt, and no MQTT was seen inside.
    pub(crate) fn encrypted(&self) -> u64 {
        self.worker.encrypted
    }

    /// How many records were made.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// inspector.finish();
    /// let records = inspector.records();
    /// assert_eq!(inspector.into_consumer().0, records);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn records(&self) -> u64 {
        self.worker.desk.records()
    }

    /// The consumer.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// inspector.finish();
    /// assert!(inspector.consumer().0 > 0);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn consumer(&mut self) -> &mut C {
        &mut self.worker.desk.room().reader.consumer
    }

    /// The consumer, at the end.
    ///
    /// ```
    /// # use mqttscope::capture::{Source, open};
    /// # use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
    /// # use std::ops::ControlFlow;
    /// # struct Count(u64);
    /// # impl Consumer for Count {
    /// #     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
    /// #         self.0 += 1;
    /// #         ControlFlow::Continue(())
    /// #     }
    /// # }
    /// let mut inspector = Inspector::new(Count(0), Settings::default());
    /// let mut capture = open("captures/session.pcap".as_ref())?;
    /// # let mut taken = 0;
    /// while let Some(frame) = capture.next_frame()? {
    /// #     taken = frame.number;
    ///     let _ = inspector.frame(&frame);
    /// }
    /// # let _ = taken;
    /// inspector.finish();
    /// let Count(records) = inspector.into_consumer();
    /// assert!(records > 0);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    pub fn into_consumer(self) -> C {
        let room = self.worker.desk.into_room();
        room.reader.consumer
    }

    /// Tells of another link type than that of the frame before.
    #[cold]
    fn new_link(&mut self, frame: &Frame<'_>) {
        self.link = Some(frame.link);
        let name = frame.link.row().map(|row| row.name);
        tracing::debug!(frame = frame.number, number = frame.link.0, name, "link type");
    }

    /// Where nothing was captured for long, several clients that had to speak show that it was no silence of
    /// theirs.
    fn look_at_pause(&mut self, frame: u64, (from, to): (i64, i64)) {
        if to.saturating_sub(from) < LONG_PAUSE {
            return;
        }
        let room = self.worker.desk.room();
        let all = self.flows.states().filter(|(_, state)| state.is_overdue(room, (from, to)));
        let connections = all.count();
        room.reader.stands_still((from, to), frame, connections);
    }

    /// Gives up what the connections hold that hold at least half of the average: at least half of
    /// all, so that this is rarely done.
    fn shed(&mut self) {
        let holders = self.flows.states().filter(|(_, state)| state.cost() > 0).count();
        let least = self.worker.held.checked_div(holders.saturating_mul(2)).unwrap_or(0).max(1);
        let mut large: Vec<_> =
            self.flows.states().filter(|(_, state)| state.cost() >= least).collect();
        large.sort_unstable_by_key(|(connection, _)| connection.stream);
        for (connection, state) in large {
            state.shed(&mut self.worker, connection);
            self.worker.note_cost(state);
        }
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.worker.desk.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The connection that a segment seems to belong to, and what it is there by what came before it.
fn role_before(flows: &Flows<Conversation>, segment: &Segment<'_>) -> Option<(u64, FrameRole)> {
    let (connection, state) = flows.known(segment)?;
    Some((connection.stream, state.map_or(FrameRole::Foreign, Conversation::role)))
}

/// What a segment that was read is to the later ones of its connection.
fn role(
    flows: &Flows<Conversation>,
    segment: &Segment<'_>,
    stream: u64,
    before: Option<(u64, FrameRole)>,
) -> FrameRole {
    let Some((connection, Some(state))) = flows.known(segment) else { return FrameRole::Foreign };
    if connection.opener.is_none() && state.is_plain() {
        return FrameRole::Alone;
    }
    before.filter(|(known, _)| *known == stream).map_or(FrameRole::Opens, |(_, role)| role)
}

impl Losses {
    /// Counts what an event tells of.
    pub(super) fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Gap { bytes, cause, .. } => {
                self.gaps = self.gaps.saturating_add(1);
                self.gap_bytes = self.gap_bytes.saturating_add(bytes);
                self.is_least |= cause == GapCause::Acknowledged;
            }
            Event::Conflict { .. } => self.conflicts = self.conflicts.saturating_add(1),
            Event::Data { .. } | Event::Closed { .. } => {}
        }
    }

    /// Counts what was counted elsewhere.
    pub(super) fn join(&mut self, other: Self) {
        self.gaps = self.gaps.saturating_add(other.gaps);
        self.gap_bytes = self.gap_bytes.saturating_add(other.gap_bytes);
        self.is_least |= other.is_least;
        self.conflicts = self.conflicts.saturating_add(other.conflicts);
    }
}

impl Clock {
    /// Goes on to the time of a frame. The result is the time before and that, where it is not a little later.
    #[inline]
    fn tick(&mut self, time: Option<i64>) -> Option<(i64, i64)> {
        self.previous = self.now;
        self.now = time.or(self.now);
        self.start = self.start.or(time);
        let step = self.previous.zip(time);
        step.filter(|(from, to)| !LITTLE.contains(&to.saturating_sub(*from)))
    }
}

/// The first port that systems give to clients: that of Linux; others begin higher (RFC 6335 section 6).
const FIRST_GIVEN: u16 = 32_768;

impl Settings {
    /// What ports and SYN tell of a connection.
    fn hints(&self, connection: &Connection) -> Hints {
        let serves = |side| self.ports.contains(&connection.address(side).port());
        let (a, b) = (serves(Side::A), serves(Side::B));
        let opener = connection.opener;
        let server = match (a, b) {
            (true, false) => Some(Side::A),
            (false, true) => Some(Side::B),
            _ => opener.map(Side::other),
        };
        let is_named = |side| self.named_ports.contains(&connection.address(side).port());
        let is_named = is_named(Side::A) || is_named(Side::B);
        let is_given = |side| connection.address(side).port() >= FIRST_GIVEN;
        let likely = match (is_given(Side::A), is_given(Side::B)) {
            (false, true) => Some(Side::A),
            (true, false) => Some(Side::B),
            _ => None,
        };
        Hints { is_mqtt_port: a || b, is_named, server, opener, likely }
    }
}

impl<C: Consumer> Sink for Worker<C> {
    type State = Conversation;

    fn opened(&mut self, connection: &Connection) -> Option<Conversation> {
        let hints = self.settings.hints(connection);
        let Connection { stream, a, b, opener, .. } = connection;
        tracing::debug!(stream, %a, %b, ?opener, mqtt_port = hints.is_mqtt_port, "flow begins");
        if hints.is_mqtt_port {
            self.connections = self.connections.saturating_add(1);
        } else {
            self.remember_port(connection);
            if !self.settings.any_port {
                return None;
            }
        }
        Some(Conversation::new(hints, &self.settings))
    }

    fn answered(&mut self, connection: &Connection, state: &mut Conversation, at: Stamp) {
        state.answered(self, connection, at);
    }

    fn closing(&mut self, connection: &Connection, state: &mut Conversation, side: Side) {
        state.closing(self, connection, side);
    }

    fn reset(&mut self, connection: &Connection, state: &mut Conversation, side: Side, at: Stamp) {
        state.reset(self, connection, side, at);
    }

    fn event(
        &mut self,
        connection: &Connection,
        state: &mut Conversation,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        // While nobody listens, as nearly always, no span is made for each segment.
        let _of = (tracing::Level::DEBUG <= LevelFilter::current())
            .then(|| tracing::debug_span!("flow", stream = connection.stream).entered());
        let flow = state.event(self, connection, side, event);
        self.note_cost(state);
        flow?;
        if self.desk.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn begins(&self, payload: &[u8]) -> bool {
        is_connect(payload)
    }

    fn answers(&self, payload: &[u8]) -> bool {
        is_connack(payload)
    }

    fn ended(&mut self, connection: &Connection, mut state: Conversation, end: End) {
        let _of = tracing::debug_span!("flow", stream = connection.stream).entered();
        tracing::debug!(?end, "flow ends");
        state.finish(self, connection, end);
        self.held = self.held.saturating_sub(state.counted);
    }
}

impl<C> Worker<C> {
    /// Counts what a connection holds now.
    #[inline]
    fn note_cost(&mut self, state: &mut Conversation) {
        let cost = state.cost();
        if cost != state.counted {
            self.held = self.held.saturating_sub(state.counted).saturating_add(cost);
            state.counted = cost;
        }
    }

    fn remember_port(&mut self, connection: &Connection) {
        if self.other_ports.len() < MAX_OTHER_PORTS {
            self.other_ports.entry(server_port(connection)).or_default();
        }
    }

    /// What passes on the server's port is this, and no MQTT.
    pub(super) fn name_port(&mut self, connection: &Connection, what: Passing, is_secret: bool) {
        if let Some(port) = self.other_ports.get_mut(&server_port(connection)) {
            *port = what.max(*port);
            self.encrypted = self.encrypted.saturating_add(u64::from(is_secret));
        }
    }
}

/// The server's port: that of the side which did not open the connection, or the lower one.
fn server_port(connection: &Connection) -> u16 {
    let port = |side| connection.address(side).port();
    match connection.opener {
        Some(opener) => port(opener.other()),
        None => port(Side::A).min(port(Side::B)),
    }
}
