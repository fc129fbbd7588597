//! One connection: what its carrier gives becomes packets, and these become records.

mod in_step;

use super::arrivals::{Arrivals, Now};
use super::desk::{self, Packet, Room, Session};
use super::inspector::{Clock, Losses, Passing, Settings, Worker};
use super::reader::{Cut, is_on_header};
use super::trouble::Trouble;
use super::{Consumer, Happened, Lacks, Lifeline, Origin};
use crate::annotate::Finding;
use crate::bytes::Span;
use crate::capture::FrameRole;
use crate::carrier::{Bottom, Carrier, Hints, Item, Top};
use crate::mqtt::boundary::packet_id;
use crate::mqtt::framer::{Framed, Framer, Why};
use crate::net::{Layers, TcpLayer};
use crate::session::wire::{Lost, Tcp};
use crate::session::{At, Proof, ended::Closed, is_behind};
use crate::spec::unit::Unit;
use crate::spec::{Field, Rule, Sender};
use crate::stream::{Close, Connection, End, Event, GapCause, Side, Stamp};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Findings on how bytes are carried that wait for the next record of their side: a few tell
/// enough, and a hostile peer could make any number.
const MAX_WAITING: usize = 16;
/// Segments that an incomplete packet may come in: the longest in segments of 128 bytes. Many
/// smaller ones cost more to remember than their bytes do.
const MAX_SEGMENTS: usize = 1 << 17;
/// Packet Identifiers that one event tells the other direction; it remembers eight.
const MAX_IDS: usize = 8;

/// A connection: what carries it, its two directions and what is known of it.
#[derive(Debug)]
pub(super) struct Conversation {
    hints: Hints,
    /// Bytes were seen, whatever they are.
    has_bytes: bool,
    /// When the server took the connection, until that is told.
    answered: Option<Option<i64>>,
    carrier: Carrier,
    /// How sides A and B ended; there only when one has.
    closes: Option<Box<[Option<Closed>; 2]>>,
    /// What of sides A and B was not captured.
    lost: [Lost; 2],
    /// There from the first byte on: a SYN that nobody answers costs little.
    mqtt: Option<Box<Mqtt>>,
    /// When something came last.
    last: Option<i64>,
    /// What it holds in bytes, as far as it is counted with all others.
    pub(super) counted: usize,
}

/// The MQTT of a connection.
#[derive(Debug)]
struct Mqtt {
    client: Side,
    /// The beginning of the TCP connection was seen. What carries MQTT may be in step without it.
    is_opened: bool,
    /// A layer below encrypts.
    is_secret: bool,
    session: Session,
    max_packet: usize,
    from_client: Direction,
    from_server: Direction,
    /// What happened to the bytes of sides A and B in TCP.
    trouble: [Trouble; 2],
    /// What went wrong before it was known to be MQTT.
    losses: Losses,
}

#[derive(Debug)]
struct Direction {
    framer: Framer,
    arrivals: Arrivals,
    /// Offset behind the last byte that was taken.
    taken: u64,
    /// The frame headers of the carrier.
    headers: VecDeque<FrameHeader>,
    /// Findings on the header that comes next.
    on_header: Vec<Finding>,
    /// Findings that wait for the next record.
    findings: Vec<Finding>,
    /// The Sequence Number behind the last segment that was taken.
    told: Option<u32>,
    /// Where the packet begins that is not whole yet, and the Acknowledgment Number of the segment
    /// that brought its first byte.
    begun: Option<(u64, Option<u32>)>,
}

/// The header of a frame of the carrier.
#[derive(Debug)]
struct FrameHeader {
    /// Offset of the first byte behind it.
    start: u64,
    unit: Unit,
    bytes: Vec<u8>,
    findings: Vec<Finding>,
}

impl Conversation {
    /// A connection before its first byte.
    pub(super) fn new(hints: Hints, settings: &Settings) -> Self {
        let carrier = Carrier::new(hints, settings.secrets.clone());
        Self {
            hints,
            has_bytes: false,
            answered: None,
            carrier,
            closes: None,
            lost: Default::default(),
            mqtt: None,
            last: None,
            counted: 0,
        }
    }

    /// The server took the connection.
    pub(super) fn answered<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        at: Stamp,
    ) {
        self.answered = Some(at.time);
        self.tell_opened(worker, connection);
    }

    /// The end of a side may have been captured, whose turn has not come.
    pub(super) fn closing<C: Consumer>(
        &self,
        worker: &mut Worker<C>,
        connection: &Connection,
        side: Side,
    ) {
        let sent = connection.course.sent(side);
        let fin = sent.fin.map(|fin| (Close::Fin, fin.place.time));
        let end = fin.or(sent.rst.map(|rst| (Close::Rst, rst.place.time)));
        if let Some((how, time)) = end.filter(|_| self.is_mqtt()) {
            let by = self.sender(side);
            self.tell(worker, connection, time, Happened::Closing(by, how));
        }
    }

    /// A side that had closed has answered with RST.
    pub(super) fn reset<C: Consumer>(
        &self,
        worker: &mut Worker<C>,
        connection: &Connection,
        side: Side,
        at: Stamp,
    ) {
        if self.is_mqtt() {
            let by = self.sender(side);
            self.tell(worker, connection, at.time, Happened::Reset(by));
        }
    }

    /// Tells that the connection was opened, once it is known to be MQTT's.
    fn tell_opened<C: Consumer>(&mut self, worker: &mut Worker<C>, connection: &Connection) {
        if self.is_mqtt()
            && let Some(time) = self.answered.take()
        {
            self.tell(worker, connection, time, Happened::Opened);
            for side in [Side::A, Side::B] {
                self.closing(worker, connection, side);
            }
        }
    }

    fn tell<C: Consumer>(
        &self,
        worker: &mut Worker<C>,
        connection: &Connection,
        time: Option<i64>,
        what: Happened,
    ) {
        if !worker.asks.lifelines {
            return;
        }
        let client = self.client();
        let course = &connection.course;
        let is_late = course.is_opener_late && connection.opener == Some(client);
        let (proof, unseen, had_nothing) = match what {
            Happened::Closing(by, how) | Happened::Closed(by, how) => {
                let side = if by == Sender::Client { client } else { client.other() };
                let proof = proof_of_end(connection, side, how);
                let other = course.sent(side.other());
                // A FIN that was captured counts where the side had had it.
                let has_fin =
                    |had: u32| other.fin.is_some_and(|fin| is_behind(had, fin.seq.wrapping_add(1)));
                let unseen = proof.had.zip(other.next).map_or(0, |(had, next)| {
                    let more = had.wrapping_sub(next);
                    let is_more = is_behind(had, next);
                    if is_more { more.saturating_sub(u32::from(has_fin(had))) } else { 0 }
                });
                let begun = other.begun;
                (proof, unseen, begun.is_some() && begun == proof.had)
            }
            _ => Default::default(),
        };
        let lacks = self.lacks(worker, client);
        worker.desk.room().reader.lifeline(&Lifeline {
            stream: connection.stream,
            time,
            client: connection.address(client),
            server: connection.address(client.other()),
            is_closed_book: (self.has_bytes || self.has_gap()) && !self.has_mqtt(),
            lacks,
            late_since: course.first.time.filter(|_| is_late),
            proof,
            unseen,
            had_nothing,
            what,
        });
    }

    /// The client: as its packets say, or else the ports.
    fn client(&self) -> Side {
        match (self.hints.server.filter(|_| !self.has_mqtt()), self.mqtt.as_deref()) {
            (Some(server), _) => server.other(),
            (None, mqtt) => mqtt.map_or(Side::A, |mqtt| mqtt.client),
        }
    }

    /// Who sends on a side.
    fn sender(&self, side: Side) -> Sender {
        if side == self.client() { Sender::Client } else { Sender::Server }
    }

    /// What is missing of the client, which is this side, and of the server.
    fn lacks<C: Consumer>(&self, worker: &mut Worker<C>, client: Side) -> [Lacks; 2] {
        let lost = by_role(self.lost, client);
        let room = worker.desk.room();
        let session = self.mqtt.as_deref().and_then(|mqtt| room.session(&mqtt.session));
        let lacks = |sender, lost: Lost| {
            let is_last = session.is_some_and(|session| session.may_have_more(sender));
            match lost.bytes > 0 {
                true if lost.is_tail || is_last => Lacks::Last,
                true => Lacks::Some,
                false => Lacks::Nothing,
            }
        };
        let [client, server] = lost;
        [lacks(Sender::Client, client), lacks(Sender::Server, server)]
    }

    fn has_gap(&self) -> bool {
        self.lost.iter().any(|lost| lost.bytes > 0)
    }

    /// Something happened on one side. `Break`: the connection is none of ours.
    pub(super) fn event<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        if let Event::Data { bytes, at, layers, .. } = event
            && self.in_step(worker, connection, side, (bytes, at, layers))
        {
            return ControlFlow::Continue(());
        }
        let is_known = self.is_mqtt();
        if is_known {
            worker.losses.add(event);
        }
        let hints = self.hints;
        let new = || Box::new(Mqtt::new(hints, &worker.settings));
        let mqtt = self.mqtt.get_or_insert_with(new);
        mqtt.is_secret = self.carrier.is_secret();
        if !is_known {
            mqtt.losses.add(event);
        }
        let mut top = Records { worker, connection, mqtt, time: None };
        let mut is_closed = false;
        let [a, b] = &mut self.lost;
        let lost = if side == Side::A { a } else { b };
        let bottom = match event {
            Event::Data { bytes, at, layers, .. } => {
                self.has_bytes = true;
                lost.is_tail = false;
                top.time = at.time;
                Bottom::Data(bytes, at, layers)
            }
            Event::Gap { bytes, cause, at, .. } => {
                top.time = at.time;
                lost.bytes = lost.bytes.saturating_add(bytes);
                lost.is_tail = true;
                lost.may_have_ended = cause == GapCause::Acknowledged;
                Bottom::Gap(bytes)
            }
            Event::Closed { how, at } => {
                top.time = at.time;
                let at = At { number: 0, frame: at.frame, time: at.time };
                let [a, b] = &mut **self.closes.get_or_insert_default();
                let proof = proof_of_end(connection, side, how);
                *(if side == Side::A { a } else { b }) = Some(Closed { how, at, proof });
                is_closed = true;
                Bottom::End
            }
            Event::Conflict { offset, bytes, at, layers } => {
                top.time = at.time;
                top.conflict(side, self.carrier.is_plain(), (offset, bytes), (at, layers));
                return ControlFlow::Continue(());
            }
        };
        self.last = top.time;
        let closed = match event {
            Event::Closed { how, .. } => Some(how),
            _ => None,
        };
        let flow = self.carrier.push(side, bottom, &mut top);
        if flow.is_break() {
            let is_secret = self.carrier.is_secret();
            let what = passing(self.has_bytes, self.carrier.other());
            top.worker.name_port(connection, what, is_secret);
        }
        let time = top.time;
        if !is_known && self.is_mqtt() {
            let before = self.mqtt.as_deref_mut().map(|mqtt| std::mem::take(&mut mqtt.losses));
            worker.losses.join(before.unwrap_or_default());
        }
        self.tell_opened(worker, connection);
        if self.is_mqtt() && (closed.is_some() || flow.is_break()) {
            let by = self.sender(side);
            let what = closed.map_or(Happened::NotMqtt, |how| Happened::Closed(by, how));
            self.tell(worker, connection, time, what);
        }
        flow?;
        let Some(mqtt) = self.mqtt.as_deref_mut() else { return ControlFlow::Continue(()) };
        if is_closed && mqtt.has_bytes() {
            mqtt.tell_closes(self.closes.as_deref(), worker);
        }
        let mut top = Records { worker, connection, mqtt, time };
        for sender in [Sender::Client, Sender::Server] {
            if top.mqtt.direction(sender).arrivals.len() > MAX_SEGMENTS {
                top.frame(sender, None, None, |framer, emit| framer.shed(emit));
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether the silence of its client has become too long by far between two times.
    pub(super) fn is_overdue<C: Consumer>(&self, room: &Room<C>, times: (i64, i64)) -> bool {
        let session = self.mqtt.as_deref().and_then(|mqtt| room.session(&mqtt.session));
        session.is_some_and(|session| session.is_overdue(times))
    }

    /// What the next segment is to the later ones.
    pub(super) fn role(&self) -> FrameRole {
        match self.has_packet() {
            false => FrameRole::Opens,
            true if self.carrier.is_chained() => FrameRole::Chained,
            true => FrameRole::Alone,
        }
    }

    /// Whether the first packet was whole.
    fn has_packet(&self) -> bool {
        let whole = |direction: &Direction| direction.framer.offset() > 0;
        self.mqtt.as_deref().is_some_and(|m| whole(&m.from_client) || whole(&m.from_server))
    }

    /// Whether MQTT lies right on TCP, so that nothing before its first packet is of use.
    pub(super) fn is_plain(&self) -> bool {
        self.has_mqtt() && self.carrier.is_plain()
    }

    /// What is held of incomplete packets, in bytes.
    pub(super) fn cost(&self) -> usize {
        let Some(Mqtt { from_client, from_server, .. }) = self.mqtt.as_deref() else { return 0 };
        from_client.cost().saturating_add(from_server.cost())
    }

    /// Gives up what is held of incomplete packets.
    pub(super) fn shed<C: Consumer>(&mut self, worker: &mut Worker<C>, connection: &Connection) {
        let Some(mqtt) = &mut self.mqtt else { return };
        let mut top = Records { worker, connection, mqtt, time: None };
        for sender in [Sender::Client, Sender::Server] {
            top.frame(sender, None, None, |framer, emit| framer.shed(emit));
        }
    }

    /// What the carrier waits for beside the bytes may be there now.
    pub(super) fn wake<C: Consumer>(&mut self, worker: &mut Worker<C>, connection: &Connection) {
        let Some(mqtt) = &mut self.mqtt else { return };
        let mut top = Records { worker, connection, mqtt, time: self.last };
        // What is found to be no MQTT is let go with its next bytes.
        let _ = self.carrier.wake(&mut top);
    }

    /// Whether it is MQTT, or ought to be by its port.
    fn is_mqtt(&self) -> bool {
        self.hints.is_mqtt_port || self.has_mqtt()
    }

    /// Whether bytes of MQTT were taken, so that it is known which side is the client.
    fn has_mqtt(&self) -> bool {
        self.mqtt.as_deref().is_some_and(Mqtt::has_bytes)
    }

    /// Nothing more comes of the connection.
    pub(super) fn finish<C: Consumer>(
        &mut self,
        worker: &mut Worker<C>,
        connection: &Connection,
        end: End,
    ) {
        let hints = self.hints;
        if hints.is_mqtt_port {
            // One that has said nothing is told, too.
            self.mqtt.get_or_insert_with(|| Box::new(Mqtt::new(hints, &worker.settings)));
        }
        let is_mqtt = self.is_mqtt();
        let Some(mut mqtt) = self.mqtt.take() else { return };
        let mut top = Records { worker, connection, mqtt: &mut mqtt, time: self.last };
        let what = self.carrier.other();
        self.carrier.finish(&mut top);
        let what = passing(self.has_bytes, what.or(self.carrier.other()));
        top.worker.name_port(connection, what, self.carrier.is_secret());
        for sender in [Sender::Client, Sender::Server] {
            top.item(sender, Item::End, None);
        }
        let has_bytes = mqtt.has_bytes();
        let is_mqtt = is_mqtt || has_bytes;
        let is_heard = !has_bytes && mqtt.is_heard(worker);
        if let Some(server) = hints.server
            && !has_bytes
            && !is_heard
        {
            // Nothing that was captured of it says which side is the client: the ports do.
            mqtt.client = server.other();
        }
        mqtt.tell_closes(self.closes.as_deref(), worker);
        let end = (is_mqtt || is_heard).then(|| {
            let side = mqtt.client;
            let [mut a, mut b] = self.lost;
            a.add_unseen(&connection.course.a);
            b.add_unseen(&connection.course.b);
            desk::End {
                stream: connection.stream,
                ends: (connection.address(side), connection.address(side.other())),
                end,
                tcp: Tcp::new(&connection.course, side),
                lost: by_role([a, b], side),
            }
        });
        worker.desk.ended(mqtt.session, end);
    }
}

impl Mqtt {
    fn new(hints: Hints, settings: &Settings) -> Self {
        let max_packet = settings.max_packet;
        Self {
            client: Side::A,
            is_opened: hints.opener.is_some(),
            is_secret: false,
            session: Session::new(settings.version),
            max_packet,
            from_client: Direction::new(false, max_packet),
            from_server: Direction::new(false, max_packet),
            trouble: <[Trouble; 2]>::default(),
            losses: Losses::default(),
        }
    }

    /// Whether bytes of MQTT were taken, so that it is known which side is the client.
    fn has_bytes(&self) -> bool {
        self.from_client.taken > 0 || self.from_server.taken > 0
    }

    /// Tells the session how its sides have ended, once it is known which is which.
    fn tell_closes<C: Consumer>(
        &mut self,
        closes: Option<&[Option<Closed>; 2]>,
        worker: &mut Worker<C>,
    ) {
        let closes = closes.copied().unwrap_or_default();
        for (side, closed) in [Side::A, Side::B].into_iter().zip(closes) {
            let sender = if side == self.client { Sender::Client } else { Sender::Server };
            if let Some(closed) = closed {
                worker.desk.closed(&mut self.session, sender, closed);
            }
        }
    }

    /// Whether a line was told of it that is no MQTT.
    fn is_heard<C: Consumer>(&self, worker: &mut Worker<C>) -> bool {
        self.session.has_begun()
            && worker.desk.room().session(&self.session).is_some_and(|session| session.is_heard())
    }

    fn side(&self, sender: Sender) -> Side {
        if sender == Sender::Client { self.client } else { self.client.other() }
    }

    fn direction(&mut self, sender: Sender) -> &mut Direction {
        match sender {
            Sender::Client => &mut self.from_client,
            Sender::Server => &mut self.from_server,
        }
    }
}

impl Direction {
    fn new(is_aligned: bool, max_packet: usize) -> Self {
        Self {
            framer: Framer::new(is_aligned, max_packet),
            arrivals: Arrivals::default(),
            taken: 0,
            headers: VecDeque::new(),
            on_header: Vec::new(),
            findings: Vec::new(),
            told: None,
            begun: None,
        }
    }

    /// The bytes of a segment from `start` on were taken; `had` is its Acknowledgment Number, where
    /// it alone brought them.
    fn note_told(&mut self, start: u64, tcp: Option<&TcpLayer>, had: Option<u32>) {
        let held = self.framer.offset();
        if held >= self.taken {
            self.begun = None;
        } else if held >= start {
            self.begun = Some((held, had));
        }
        let Some(end) = tcp.map(|tcp| tcp.seq.wrapping_add(tcp.len)) else { return };
        if self.told.is_none_or(|told| is_behind(end, told)) {
            self.told = Some(end);
        }
    }

    /// What it holds, in bytes.
    fn cost(&self) -> usize {
        self.framer.cost().saturating_add(self.arrivals.cost())
    }

    /// Lets go of what lies before the bytes that the framer still has to do with.
    fn forget(&mut self, now: Option<Now<'_>>) {
        let offset = self.framer.offset();
        self.arrivals.keep_from(offset, now.filter(|_| offset < self.taken));
        while self.headers.get(1).is_some_and(|next| next.start <= offset) {
            self.headers.pop_front();
        }
    }
}

/// What is known of sides A and B, as of client and server.
fn by_role<T>([a, b]: [T; 2], client: Side) -> [T; 2] {
    if client == Side::A { [a, b] } else { [b, a] }
}

/// Makes records of what comes out of the carrier.
struct Records<'r, C> {
    worker: &'r mut Worker<C>,
    connection: &'r Connection,
    mqtt: &'r mut Mqtt,
    time: Option<i64>,
}

/// What a framer is given to emit to.
type Emit<'e> = &'e mut dyn FnMut(Framed<'_>);

impl<C: Consumer> Records<'_, C> {
    /// What the packets of one side have in common, with its framer and the framer of the other.
    fn packets<'p>(
        &'p mut self,
        sender: Sender,
        layers: Option<&'p Layers>,
        now: Option<Now<'p>>,
    ) -> (Packets<'p, C>, &'p mut Framer, &'p mut Framer, &'p mut u64) {
        let side = self.mqtt.side(sender);
        // Of a side that has said nothing yet all was told when its SYN was seen.
        let begun_at = self.connection.course.sent(side.other()).begun;
        let Mqtt { session, from_client, from_server, trouble: [a, b], is_secret, .. } =
            &mut *self.mqtt;
        let (direction, other) = match sender {
            Sender::Client => (from_client, from_server),
            Sender::Server => (from_server, from_client),
        };
        let Direction { framer, arrivals, taken, headers, on_header, findings, begun, .. } =
            direction;
        framer.expect(Some(sender), session.version());
        self.worker.ids.clear();
        let packets = Packets {
            worker: self.worker,
            connection: self.connection,
            session,
            sender,
            side,
            layers,
            now,
            segment: None,
            time: self.time,
            proof: Proof {
                shut: self.connection.course.sent(side.other()).shut,
                ..proof(layers, other.told.or(begun_at).filter(|_| !other.framer.is_undecided()))
            },
            is_secret: *is_secret,
            begun: *begun,
            arrivals,
            headers,
            on_header,
            findings,
            trouble: if side == Side::A { a } else { b },
        };
        (packets, framer, &mut other.framer, taken)
    }

    /// Lets the framer of a side do something, and makes records of what it emits.
    fn frame(
        &mut self,
        sender: Sender,
        layers: Option<&Layers>,
        now: Option<Now<'_>>,
        act: impl FnOnce(&mut Framer, &mut Emit<'_>),
    ) {
        self.frame_segment(sender, layers, now, None, act);
    }

    /// The same, where the bytes of `segment` come in, with the offset of the first.
    fn frame_segment(
        &mut self,
        sender: Sender,
        layers: Option<&Layers>,
        now: Option<Now<'_>>,
        segment: Option<(u64, &[u8])>,
        act: impl FnOnce(&mut Framer, &mut Emit<'_>),
    ) {
        let (mut packets, framer, other, _) = self.packets(sender, layers, now);
        packets.segment = segment;
        let mut emit = |framed: Framed<'_>| packets.framed(framed);
        act(framer, &mut (&mut emit as Emit<'_>));
        for id in &packets.worker.ids {
            other.expect_id(*id);
        }
        self.mqtt.direction(sender).forget(now);
    }

    /// Bytes came again with other contents. Where their packet still waits for more they are told
    /// with it; where it was told already, the other contents are a record of their own. What
    /// carries MQTT has bytes of its own: there the next record tells it.
    fn conflict(
        &mut self,
        side: Side,
        is_plain: bool,
        (offset, bytes): (u64, &[u8]),
        (at, layers): (Stamp, &Layers),
    ) {
        let sender = if side == self.mqtt.client { Sender::Client } else { Sender::Server };
        let (mut packets, framer, ..) = self.packets(sender, Some(layers), None);
        if !is_plain {
            let here = Finding::new(Rule::OVERLAP_BELOW, Span::of_bytes(0, 0), Field::INPUT);
            return packets.wait(here.with(bytes.len() as u64, at.frame));
        }
        let end = offset.saturating_add(bytes.len() as u64);
        let told = usize::try_from(framer.offset().saturating_sub(offset)).unwrap_or(usize::MAX);
        if told < bytes.len() {
            packets.trouble.contradict(offset..end, at.frame);
        }
        let told = bytes.get(..told.min(bytes.len())).unwrap_or_default();
        if !told.is_empty() {
            packets.late(offset, told, at);
        }
    }
}

impl<C: Consumer> Top for Records<'_, C> {
    fn item(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>) {
        match item {
            Item::Data { bytes, stamps } => {
                let Direction { arrivals, taken, framer, .. } = self.mqtt.direction(sender);
                let start = *taken;
                // Those that came in step are told.
                let told = usize::try_from(framer.offset().saturating_sub(start));
                let rest = bytes.get(told.unwrap_or_default()..).unwrap_or_default();
                let now = layers.and_then(|layers| Now::new(start, stamps, layers));
                arrivals.push(start, bytes.len(), stamps);
                *taken = taken.saturating_add(bytes.len() as u64);
                let segment = Some((start, bytes));
                let act = |framer: &mut Framer, emit: &mut Emit<'_>| framer.data(rest, emit);
                self.frame_segment(sender, layers, now, segment, act);
                let tcp = layers.and_then(Layers::tcp);
                let had = Proof::of_segment(layers).had.filter(|_| matches!(stamps, [_]));
                self.mqtt.direction(sender).note_told(start, tcp, had);
            }
            Item::Gap(missing) => {
                let taken = &mut self.mqtt.direction(sender).taken;
                *taken = taken.saturating_add(missing.unwrap_or(0));
                self.frame(sender, layers, None, |framer, emit| framer.gap(missing, emit));
            }
            Item::End => self.frame(sender, layers, None, |framer, emit| framer.end(emit)),
            Item::Header { unit, bytes } => {
                let (packets, _, _, taken) = self.packets(sender, layers, None);
                packets.headers.push_back(FrameHeader {
                    start: *taken,
                    unit,
                    bytes: bytes.to_vec(),
                    findings: std::mem::take(packets.on_header),
                });
            }
            Item::Unit { unit, bytes, stamps } => {
                self.packets(sender, layers, None).0.unit(unit, bytes, stamps);
            }
            Item::Note { unit, text, stamps } => {
                self.packets(sender, layers, None).0.note(unit, text, stamps);
            }
            Item::Finding { rule, a, b } => {
                let finding = Finding::new(rule, Span::of_bytes(0, 0), Field::INPUT);
                let finding = finding.with(a, b);
                let mut packets = self.packets(sender, layers, None).0;
                if is_on_header(rule) && packets.on_header.len() < MAX_WAITING {
                    packets.on_header.push(finding);
                }
                packets.wait(finding);
            }
        }
    }

    fn settled(&mut self, client: Side, is_aligned: bool) {
        self.mqtt.client = client;
        if is_aligned && self.mqtt.is_opened {
            self.worker.desk.room().begin(&mut self.mqtt.session);
        }
        self.mqtt.from_client = Direction::new(is_aligned, self.mqtt.max_packet);
        self.mqtt.from_server = Direction::new(is_aligned, self.mqtt.max_packet);
    }
}

/// What the records of one item have in common.
struct Packets<'r, C> {
    worker: &'r mut Worker<C>,
    connection: &'r Connection,
    session: &'r mut Session,
    sender: Sender,
    side: Side,
    layers: Option<&'r Layers>,
    /// The frame whose bytes are being looked at.
    now: Option<Now<'r>>,
    /// The bytes that come in, and the offset of the first.
    segment: Option<(u64, &'r [u8])>,
    time: Option<i64>,
    /// What is certain of a packet's order that comes whole in the frame which is looked at.
    proof: Proof,
    is_secret: bool,
    /// Of the packet that earlier segments have begun.
    begun: Option<(u64, Option<u32>)>,
    arrivals: &'r mut Arrivals,
    headers: &'r mut VecDeque<FrameHeader>,
    on_header: &'r mut Vec<Finding>,
    findings: &'r mut Vec<Finding>,
    trouble: &'r mut Trouble,
}

impl<'r, C: Consumer> Packets<'r, C> {
    fn framed(&mut self, framed: Framed<'_>) {
        // A packet with others in its middle takes their part of the stream too.
        let others = if let Framed::Torn { others, .. } = framed { others } else { 0 };
        let (offset, bytes) = match framed {
            Framed::Packet { offset, bytes, .. }
            | Framed::Torn { offset, bytes, .. }
            | Framed::Cut { offset, bytes, .. }
            | Framed::Stray { offset, bytes, .. } => (offset, bytes),
            Framed::Gap { missing, .. } => {
                self.worker.desk.room().lost(
                    self.session,
                    self.sender,
                    &Origin {
                        time: self.time,
                        stream: Some(self.connection.stream),
                        ..Origin::default()
                    },
                );
                return self.trouble.lose(missing);
            }
        };
        let end = offset.saturating_add(bytes.len() as u64).saturating_add(others as u64);
        let (last, began, layers) = match self.sole_frame(framed, offset) {
            Some((at, layers)) => {
                self.take_frame(at);
                (Some(at), None, Some(layers))
            }
            None => {
                let (last, began) = self.take_frames(offset, end);
                match self.headers.is_empty() {
                    true => self.worker.desk.no_headers(),
                    false => self.take_headers(offset, end),
                }
                self.trouble.findings(offset..end, self.findings);
                (last, began, last.and_then(|at| self.arrivals.layers(at.frame, self.now)))
            }
        };
        let origin = Origin {
            frames: &self.worker.frames,
            layers,
            notes: Some(&self.worker.notes),
            began,
            is_secret: self.is_secret,
            segment: self.segment.and_then(|(start, bytes)| {
                Some((bytes, usize::try_from(offset.checked_sub(start)?).ok()?))
            }),
            ..origin(self.worker.clock, last, self.time, self.connection, self.side)
        };
        let is_whole = matches!(self.worker.frames.as_slice(), [_]);
        let had = match self.begun {
            Some((begun, had)) if begun == offset => had,
            _ => self.proof.had.filter(|_| is_whole),
        };
        let is_swallowed = matches!(framed, Framed::Packet { is_inside: true, .. });
        let proof = Proof { had, is_swallowed, ..self.proof };
        let (desk, sender) = (&mut self.worker.desk, self.sender);
        let packet =
            Packet { bytes, sender, cut: None, notes: &[], proof: &proof, origin: &origin };
        match framed {
            Framed::Packet { .. } | Framed::Torn { .. } => {
                let mut proof = proof;
                if let Framed::Torn { before, others, .. } = framed {
                    let span = Span::of_bytes(before, 0);
                    let torn = Finding::new(Rule::INTERLEAVED, span, Field::INPUT);
                    self.findings.push(torn.with(others as u64, before as u64));
                    proof = Proof { is_swallowed: true, ..Proof::default() };
                }
                let notes = self.findings.as_slice();
                desk.packet(self.session, &Packet { notes, proof: &proof, ..packet });
                let ids = &mut self.worker.ids;
                ids.extend(packet_id(bytes).filter(|_| ids.len() < MAX_IDS));
            }
            Framed::Cut { whole, missing, why, .. } => {
                let cut = Some(Cut { why, whole, missing });
                // When its first byte was sent.
                let proof = Proof { had, ..Proof::default() };
                let notes = self.findings.as_slice();
                desk.packet(self.session, &Packet { cut, notes, proof: &proof, ..packet });
            }
            Framed::Stray { why, .. } => {
                self.findings.insert(0, stray(bytes, why));
                desk.room().stray(self.session, (bytes, sender), self.findings, &origin);
            }
            Framed::Gap { .. } => {}
        }
        self.findings.clear();
        self.trouble.remember(offset..end, self.worker.desk.records());
    }

    /// Bytes that came again with other contents when their packet had been told.
    fn late(&mut self, offset: u64, bytes: &[u8], at: Stamp) {
        let finding = self.trouble.late(offset..offset.saturating_add(bytes.len() as u64));
        self.worker.frames.clear();
        self.worker.frames.push(at.frame);
        self.worker.parts.list(&mut self.worker.frames);
        let origin = Origin {
            frames: &self.worker.frames,
            layers: self.layers,
            notes: Some(&self.worker.notes),
            ..origin(self.worker.clock, Some(at), self.time, self.connection, self.side)
        };
        let room = self.worker.desk.room();
        // The header of a carrier belongs to what was told of these bytes before.
        room.reader.no_headers();
        room.stray(self.session, (bytes, self.sender), &[finding], &origin);
    }

    /// Keeps a finding for the next record.
    fn wait(&mut self, finding: Finding) {
        if self.findings.len() < MAX_WAITING {
            self.findings.push(finding);
        }
    }

    /// Bytes that are no MQTT, but worth a line.
    fn unit(&mut self, unit: Unit, bytes: &[u8], stamps: &[Stamp]) {
        self.worker.frames.clear();
        self.worker.frames.extend(stamps.iter().map(|at| at.frame));
        self.worker.parts.list(&mut self.worker.frames);
        // What was found of a control frame stands in its own line.
        self.on_header.clear();
        self.line(unit, bytes, "", stamps.iter().copied().max_by_key(|at| at.frame));
    }

    /// A sentence that is worth a line.
    fn note(&mut self, unit: Unit, text: &str, stamps: &[Stamp]) {
        self.worker.frames.clear();
        self.worker.frames.extend(stamps.iter().map(|at| at.frame));
        self.worker.parts.list(&mut self.worker.frames);
        self.line(unit, &[], text, stamps.iter().copied().max_by_key(|at| at.frame));
    }

    fn line(&mut self, unit: Unit, bytes: &[u8], text: &str, last: Option<Stamp>) {
        let origin = Origin {
            frames: &self.worker.frames,
            layers: self.layers,
            notes: Some(&self.worker.notes),
            ..origin(self.worker.clock, last, self.time, self.connection, self.side)
        };
        let room = self.worker.desk.room();
        room.unit(self.session, (unit, text), (bytes, self.sender), self.findings, &origin);
        self.findings.clear();
    }

    /// The frame that is looked at, where it brought a whole packet and nothing else is to be told of its
    /// bytes, as of nearly all: then nothing need be looked up.
    fn sole_frame(&self, framed: Framed<'_>, offset: u64) -> Option<(Stamp, &'r Layers)> {
        let is_plain = matches!(framed, Framed::Packet { is_inside: false, .. })
            && self.headers.is_empty()
            && self.findings.is_empty()
            && self.trouble.is_none()
            && self.worker.parts.is_empty();
        self.now.filter(|_| is_plain)?.of_all_from(offset)
    }

    /// Lists the only frame of a packet, which no header of a carrier brought.
    fn take_frame(&mut self, at: Stamp) {
        self.worker.desk.no_headers();
        self.worker.frames.clear();
        self.worker.frames.push(at.frame);
    }

    /// Lists the frames of a range; the result is the one that was captured last, and the time of
    /// the first byte where another frame brought it.
    fn take_frames(&mut self, offset: u64, end: u64) -> (Option<Stamp>, Option<i64>) {
        let frames = &mut self.worker.frames;
        frames.clear();
        let (mut first, mut last): (Option<Stamp>, Option<Stamp>) = (None, None);
        for stamp in self.arrivals.stamps(offset..end) {
            first = first.or(Some(stamp));
            if frames.last() != Some(&stamp.frame) {
                frames.push(stamp.frame);
            }
            if last.is_none_or(|last| last.frame < stamp.frame) {
                last = Some(stamp);
            }
        }
        self.worker.parts.list(frames);
        (last, first.filter(|first| Some(first) != last.as_ref()).and_then(|first| first.time))
    }

    /// The frame headers that brought bytes of a range.
    fn take_headers(&mut self, offset: u64, end: u64) {
        let starts = self.headers.iter().skip(1).map(|header| header.start);
        let ends = starts.chain([u64::MAX]);
        let with_ends = self.headers.iter().zip(ends);
        let ours = with_ends.filter(|(header, next)| header.start < end && *next > offset);
        let parts = ours.map(|(header, _)| (header.unit, &header.bytes[..], &header.findings[..]));
        self.worker.desk.room().reader.headers(parts);
    }
}

/// What passes on the port of a connection that is none of ours, by its bytes and what they were named.
fn passing(has_bytes: bool, name: Option<&'static str>) -> Passing {
    match name {
        Some(name) => Passing::Named(name),
        None if has_bytes => Passing::Something,
        None => Passing::Nothing,
    }
}

/// What is certain of the order of a packet that comes whole in a segment with these headers, where
/// `told` ends what was taken of the other side, and told.
fn proof(layers: Option<&Layers>, told: Option<u32>) -> Proof {
    let proof = Proof::of_segment(layers);
    let is_settled = proof.had.zip(told).is_some_and(|(had, told)| is_behind(told, had));
    Proof { is_settled, ..proof }
}

/// What is certain of the order of a side's end.
fn proof_of_end(connection: &Connection, side: Side, how: Close) -> Proof {
    let sent = connection.course.sent(side);
    match how {
        Close::Fin => sent.fin.map(Proof::of_fin),
        Close::Rst => sent.rst.map(Proof::of_rst),
    }
    .unwrap_or_default()
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
        Why::TooLarge | Why::Crowded => Rule::REST_OF_LARGE_PACKET,
        Why::End | Why::NoPacket => Rule::NOT_A_PACKET,
    };
    let span = Span::of_bytes(0, bytes.len());
    Finding::new(rule, span, Field::UNDECODED).with(bytes.len() as u64, 0)
}
