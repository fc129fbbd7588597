//! One connection, as the broker's log sees it.

use super::astray::Astray;
use super::lines::{Lines, Open, PATIENCE, Values, When};
use super::order::Closing;
use super::step::{Act, Asked, Awaits, Step};
use crate::session::Proof;
use crate::spec::PacketType;
use crate::spec::mosquitto::ends::Fault;
use crate::spec::mosquitto::{Event, LogField, Release};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// Packets of a client that wait for an answer before them. Beyond, they do not wait.
const MAX_QUEUE: usize = 64;
/// How long a broker needs to end a connection because of a packet, in nanoseconds: a busy one, too.
const REACTION: i64 = 1_000_000_000;

/// Filters with their options.
pub(super) type Filters = Vec<(String, u8)>;

/// Whether a release, over WebSocket, has one line for each end but DISCONNECT, whoever was the first: what carries
/// that tells the broker of the end alone. Known of 2.0 (seen of 2.0.11).
pub(super) fn has_one_end(release: Release) -> bool {
    let Release(major, minor, _) = release;
    (major, minor) == (2, 0)
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    pub(super) stream: u64,
    /// The client, and the port of the broker.
    pub(super) ends: Option<(SocketAddr, u16)>,
    /// The name in the log, once the broker knows it.
    pub(super) id: Option<String>,
    /// The CONNECT, until it is answered.
    pub(super) asked: Option<Asked>,
    /// The topic of its Will, and how many bytes that has.
    pub(super) will: Option<(String, usize)>,
    /// What is wrong with it.
    pub(super) asked_fault: Option<Fault>,
    pub(super) keep_alive: u16,
    /// The Maximum QoS of the CONNACK.
    pub(super) most_qos: Option<u8>,
    /// No answer came to it, and nothing else: the capture does not show the broker.
    pub(super) is_unheard: bool,
    /// The last packet of the broker.
    pub(super) heard: Option<When>,
    /// The capture lacks some of what the broker sent.
    pub(super) is_deaf: bool,
    /// The last that came from the client.
    pub(super) last: Option<i64>,
    /// The code of a CONNACK that refused, or of the broker's DISCONNECT.
    pub(super) code: Option<u8>,
    /// The connection is over for the log.
    pub(super) is_over: bool,
    /// The release that is written for does not know the version of this client and refused it.
    pub(super) is_too_new: bool,
    /// It was closed for another one with its id, which is told with the CONNACK of that.
    pub(super) is_taken: bool,
    /// The client's last packet is not whole, but for its fixed header.
    pub(super) is_mid_packet: bool,
    /// The client has reset the connection.
    pub(super) is_reset: bool,
    /// WebSocket carries it.
    pub(super) is_websocket: bool,
    /// The client has closed, and as nothing of the broker was captured the end was not told.
    pub(super) is_untold: bool,
    /// The client has closed WebSocket.
    pub(super) has_closed: bool,
    /// The capture shows that it was opened.
    pub(super) is_opened: bool,
    /// A packet of it came.
    pub(super) has_packet: bool,
    /// Its name was made of its address, as if the capture had begun later.
    pub(super) is_guessed: bool,
    /// Another packet was written into one of the client's: the broker does not read what the client wrote behind that.
    pub(super) astray: Option<Astray>,
    /// The capture lacks some of what the client sent, which may be its CONNECT.
    pub(super) is_lossy: bool,
    /// The capture lacks what the client sent last, which may be its DISCONNECT.
    pub(super) is_last_lost: bool,
    /// The Sequence Number behind the broker's DISCONNECT: it reads nothing more.
    pub(super) dismissed: Option<u32>,
    /// The capture lacks what the broker sent last, which may be its DISCONNECT, or an answer.
    pub(super) is_last_unheard: bool,
    /// The Sequence Number behind its DISCONNECT, while the broker may be found not to have had it.
    pub(super) left: Option<u32>,
    /// When the broker closed, where nothing that came before tells why.
    pub(super) stopped: Option<When>,
    /// The client's side was captured later than the broker's, which answered first at this time.
    pub(super) late_since: Option<i64>,
    /// It was taken over, as it seems: what of the client came since, until the end of the broker tells what it
    /// had had of that.
    pub(super) taken: Option<Vec<Step>>,
    /// The FIN or RST of client and broker, from when they were captured on.
    pub(super) closing: [Option<Closing>; 2],
    /// What TCP proves of the packet that is to be answered next.
    pub(super) awaited: Proof,
    /// The Sequence Number behind the last packet of the broker.
    pub(super) said: Option<u32>,
    /// The client has reset the connection after it had closed its side.
    pub(super) is_reset_late: bool,
    /// Its reset came while a message of its own was on its way back to it.
    pub(super) is_echo_cut: bool,
    /// The broker has granted it a subscription.
    pub(super) is_subscriber: bool,
    /// When the broker took the connection, and when the CONNECT came.
    pub(super) opened_at: Option<i64>,
    pub(super) asked_at: Option<i64>,
    /// How many sides have closed.
    pub(super) closes: u8,
    /// A packet that the broker may end the connection for.
    pub(super) suspect: Option<Step>,
    /// What the client sent right behind it, which the broker may not have read.
    behind: VecDeque<Step>,
    /// The client has closed its side, while its last message was being delivered or it waited for an
    /// answer.
    pub(super) parting: Option<When>,
    /// Since when it is not known whether the broker took what came.
    doubt: Option<When>,
    /// Messages that no broker takes, and that it has not acknowledged yet.
    denied: Vec<u16>,
    awaits: Option<(Awaits, When)>,
    queue: VecDeque<Step>,
    pub(super) filters: VecDeque<(u16, When, Filters)>,
    /// Deliveries while a SUBSCRIBE is open: its lines come first.
    held: Vec<(When, Values)>,
}

impl Connection {
    /// Before its first packet.
    pub(super) fn new(stream: u64, ends: Option<(SocketAddr, u16)>) -> Self {
        Self { stream, ends, ..Self::default() }
    }

    /// What the log calls the client: its id, once it is known.
    pub(super) fn name(&self, release: Release) -> String {
        self.id.clone().unwrap_or_else(|| self.nameless(release))
    }

    /// What the log calls a client that it has no id of: its address since 2.1.
    pub(super) fn nameless(&self, release: Release) -> String {
        if release < Release(2, 1, 0) { "<unknown>".into() } else { self.address() }
    }

    /// The broker has accepted the client, though the capture does not show it. Without its CONNECT the
    /// address and port stand for its name.
    pub(super) fn accept(&mut self) {
        if self.id.is_none() {
            let asked = self.asked.as_ref().map(|asked| asked.id.clone());
            let ends = || self.ends.map(|(client, _)| client.to_string());
            self.id = asked.filter(|id| !id.is_empty()).or_else(ends);
        }
    }

    pub(super) fn address(&self) -> String {
        self.ends.map_or_else(|| "<unknown>".into(), |(client, _)| client.ip().to_string())
    }

    /// Writes a line about this client.
    pub(super) fn put(&self, lines: &mut Lines, when: When, event: Event, values: Values) {
        let is_told =
            [Event::DISCONNECTED, Event::TAKEN_OVER, Event::SESSION_TAKEN_OVER].contains(&event);
        let is_bare = self.is_websocket && has_one_end(lines.release) && event.is_end() && !is_told;
        lines.put(
            when,
            if is_bare { Event::CLOSED } else { event },
            self.values(values, lines.release),
        );
    }

    /// Writes the line of a client that was taken over, which has one more over WebSocket: the broker hears of
    /// the end of its own connection.
    pub(super) fn put_gone(&self, lines: &mut Lines, when: When) {
        if self.is_websocket && has_one_end(lines.release) {
            self.put(lines, when, Event::CLOSED, Values::new());
        }
    }

    pub(super) fn values(&self, mut values: Values, release: Release) -> Values {
        let has = |values: &Values, field| values.iter().any(|row| row.0 == field);
        if !has(&values, LogField::CLIENT) {
            values.push((LogField::CLIENT, self.name(release)));
        }
        if let Some((client, listener)) = self.ends {
            values.push((LogField::ADDRESS, client.ip().to_string()));
            values.push((LogField::PORT, client.port().to_string()));
            values.push((LogField::LISTENER, listener.to_string()));
        }
        values
    }

    /// A packet of the client.
    pub(super) fn client(&mut self, step: Step, lines: &mut Lines) {
        self.last = step.when.time.or(self.last);
        if let Some(steps) = self.taken.as_mut().filter(|steps| steps.len() < MAX_QUEUE) {
            return steps.push(step);
        }
        if self.is_over || self.astray.is_some() || self.is_behind_end(&step) {
            return;
        }
        if !self.may_be_unread(&step) {
            self.clear(lines);
        }
        if let Act::Says { event: Event::PUBREL_IN, awaits: Some(awaits), .. } = &step.act {
            // Who goes on had an answer that is no refusal.
            lines.settle((self.stream, Open::Message(awaits.mid)), None);
        }
        let is_long = |since: When| {
            let passed = since.time.zip(step.when.time).map(|(a, b)| b.saturating_sub(a));
            passed.is_some_and(|passed| passed >= REACTION)
        };
        if self.doubt.is_some_and(is_long) {
            self.believe(lines);
        }
        let is_late = self.awaits.is_some_and(|(_, since)| {
            let passed = since.time.zip(step.when.time).map(|(a, b)| b.saturating_sub(a));
            passed.is_some_and(|passed| passed > PATIENCE)
        });
        if is_late || self.queue.len() >= MAX_QUEUE {
            self.drain(lines);
        }
        if self.awaits.is_some() {
            self.queue.push_back(step);
        } else {
            self.take(step, lines);
        }
    }

    /// The broker answers its CONNECT in HTTP: the listener is one for WebSocket, and takes no bare MQTT.
    pub(super) fn is_turned_down(&mut self, when: When, lines: &mut Lines) {
        self.id = None;
        if std::mem::take(&mut self.is_untold) {
            self.put(lines, when, Event::CLOSED, Values::new());
        }
    }

    /// Whether the client was gone so soon, without a word, that the broker need not have taken the connection.
    pub(super) fn is_bare_reset(&self, reset: When) -> bool {
        let passed = self.opened_at.zip(reset.time).map(|(a, b)| b.saturating_sub(a));
        let is_soon = passed.is_none_or(|passed| passed < REACTION);
        is_soon && self.is_opened && !self.has_packet && !self.is_websocket && self.heard.is_none()
    }

    /// Whether it is open, and nothing tells yet whose it is.
    pub(super) fn is_nobody(&self) -> bool {
        self.is_opened && !self.is_over && self.id.is_none() && self.asked.is_none()
    }

    /// Whether its CONNECT came, and nothing behind it.
    pub(super) fn is_asked_alone(&self) -> bool {
        self.asked.is_some() && self.queue.is_empty() && self.behind.is_empty()
    }

    /// What was suspect was taken by the broker after all.
    pub(super) fn clear(&mut self, lines: &mut Lines) {
        if let Some(step) = self.suspect.take() {
            self.perform(step, lines);
        }
        for step in std::mem::take(&mut self.behind) {
            if self.awaits.is_some() {
                self.queue.push_back(step);
            } else {
                self.take(step, lines);
            }
        }
    }

    /// The broker has accepted a CONNECT, whatever was wrong with it.
    pub(super) fn takes_connect(&mut self) {
        let is_connect = |step: &Step| step.kind == PacketType::CONNECT;
        self.suspect = self.suspect.take().filter(|step| self.id.is_some() || !is_connect(step));
        self.asked_fault = None;
    }

    /// Whether the broker has ended the connection, or is about to, because of a packet.
    pub(super) fn is_doomed(&self) -> bool {
        let fault = self.suspect.as_ref().and_then(|step| step.fault);
        fault.is_some_and(|fault| fault.is_sure)
    }

    /// The same where nothing of the broker was captured, so that its end does not show.
    pub(super) fn is_lost_to_view(&self) -> bool {
        self.is_doomed() && self.heard.is_none()
    }

    /// Whether the client has said DISCONNECT, which the broker may not have read.
    pub(super) fn has_left(&self) -> bool {
        let mut waiting = self.behind.iter().chain(&self.queue);
        waiting.any(|step| matches!(step.act, Act::Disconnect))
    }

    /// Whether the line of its end rests on bytes that the capture lacks: what the client sent last, or its
    /// CONNECT and the answer to it, without which nobody knows whether the broker had a name for it.
    pub(super) fn lacks_end(&self) -> bool {
        self.is_last_lost || self.id.is_none() && (self.is_lossy || self.is_deaf)
    }

    /// Whether the broker need not have read a packet, as it may end the connection for one just before. Where nothing of
    /// the broker was captured, nothing can show that it went on behind one that it takes for sure amiss.
    fn may_be_unread(&self, step: &Step) -> bool {
        let Some(suspect) = &self.suspect else { return false };
        if self.is_lost_to_view() {
            return true;
        }
        let passed = suspect.when.time.zip(step.when.time).map(|(a, b)| b.saturating_sub(a));
        let is_soon = passed.is_none_or(|passed| passed < REACTION);
        is_soon && self.behind.len() < MAX_QUEUE
    }

    /// The broker has ended the connection because of a packet: it reads no more. Whether it took a suspect one, nobody
    /// knows.
    pub(super) fn forget(&mut self) {
        self.suspect = None;
        self.drop_unanswered();
        self.is_over = true;
    }

    /// It is not known what the broker has read behind the packet that it did not answer.
    pub(super) fn drop_unanswered(&mut self) {
        self.behind.clear();
        self.queue.clear();
        self.awaits = None;
    }

    /// The broker answers a suspect packet, or one behind it: it has taken that.
    pub(super) fn proves(&mut self, kind: PacketType, mid: u16, lines: &mut Lines) {
        let wanted = Some(Awaits { kind, mid }).filter(|wanted| *wanted != Awaits::DELIVERIES);
        let mut both = self.suspect.iter().chain(&self.behind);
        if wanted.is_some() && both.any(|step| step.awaits() == wanted) {
            self.clear(lines);
        }
    }

    fn take(&mut self, step: Step, lines: &mut Lines) {
        if self.is_over {
            // What it says behind its DISCONNECT nobody reads.
            return;
        }
        if self.may_be_unread(&step) {
            if self.behind.len() < MAX_QUEUE {
                self.behind.push_back(step);
            }
            return;
        }
        self.clear(lines);
        if self.awaits.is_some() {
            // The one before it was taken, and waits for its answer.
            return self.queue.push_front(step);
        }
        if step.fault.is_some() && !matches!(step.act, Act::Connect(_)) || self.is_second(&step) {
            self.suspect = Some(step);
        } else {
            self.perform(step, lines);
        }
    }

    fn is_second(&self, step: &Step) -> bool {
        matches!(step.act, Act::Connect(_)) && self.id.is_some()
    }

    fn perform(&mut self, step: Step, lines: &mut Lines) {
        let awaits = step.awaits();
        let when = step.when;
        if self.asked.is_some() && !matches!(step.act, Act::Connect(_)) {
            // Who goes on has been accepted, though no CONNACK shows it.
            self.accept();
        }
        match step.act {
            Act::Connect(asked) => {
                (self.asked, self.asked_at) = (Some(*asked), when.time);
                self.asked_fault = step.fault;
            }
            Act::Says { event, values, may_be_denied, is_doubtful, .. } => {
                let values = self.values(values, lines.release);
                let mid = awaits.map(|awaits| awaits.mid);
                let is_doubtful = is_doubtful || self.may_be_over();
                self.doubt = self.doubt.or(is_doubtful.then_some(when));
                self.deny(event, mid);
                let open = match mid.filter(|_| may_be_denied) {
                    Some(mid) => Some(Open::Message(mid)),
                    None => self.doubt.map(|_| Open::Doubted),
                };
                match open {
                    Some(open) => lines.put_open(when, event, values, (self.stream, open)),
                    None => lines.put(when, event, values),
                }
            }
            Act::Filters { mid, filters, .. } => {
                self.filters.push_back((mid, when, filters));
                if self.filters.len() > MAX_QUEUE {
                    self.filters.pop_front();
                }
            }
            Act::Disconnect => {
                for event in [Event::DISCONNECT_IN, Event::DISCONNECTED] {
                    let values = self.values(Values::new(), lines.release);
                    lines.put_open(when, event, values, (self.stream, Open::Left));
                }
                (self.is_over, self.left) = (true, step.proof.end);
            }
            Act::Cut { has_header } => self.is_mid_packet = has_header,
            Act::Nothing => {}
        }
        if let Some(awaits) = awaits.filter(|_| !self.is_unheard) {
            self.awaits = Some((awaits, when));
            self.awaited = step.proof;
        }
    }

    /// Whether the capture begins later than the connection, and the broker may have closed it before.
    fn may_be_over(&self) -> bool {
        !self.is_opened && self.heard.is_none() && self.asked_at.is_none()
    }

    /// No broker takes the message, though it acknowledges it.
    fn deny(&mut self, event: Event, mid: Option<u16>) {
        let is_denied = event == Event::PUBLISH_DENIED && self.denied.len() < MAX_QUEUE;
        self.denied.extend(mid.filter(|_| is_denied));
    }

    /// Whether a message was denied that is acknowledged now.
    pub(super) fn was_denied(&mut self, mid: u16) -> bool {
        let place = self.denied.iter().position(|denied| *denied == mid);
        place.is_some_and(|place| {
            self.denied.remove(place);
            true
        })
    }

    /// The broker goes on: it took what was doubtful.
    pub(super) fn believe(&mut self, lines: &mut Lines) {
        if self.doubt.take().is_some() {
            lines.stay((self.stream, Open::Doubted));
        }
    }

    /// The broker has closed, and nothing tells why: whether it took what was doubtful nobody knows. The result is
    /// whether anything was.
    pub(super) fn disbelieve(&mut self, when: When, lines: &mut Lines) -> bool {
        let Some(since) = self.doubt.take() else { return false };
        let passed = since.time.zip(when.time).map(|(a, b)| b.saturating_sub(a));
        if passed.is_some_and(|passed| passed >= REACTION) {
            lines.stay((self.stream, Open::Doubted));
            return false;
        }
        self.drop_unanswered();
        lines.take_back((self.stream, Open::Doubted))
    }

    /// The broker is about to answer a packet that waits behind another one: that one gets no answer.
    pub(super) fn reaches(&mut self, kind: PacketType, mid: u16, lines: &mut Lines) {
        let wanted = Awaits { kind, mid };
        if self.awaits.is_none_or(|(awaits, _)| awaits == wanted) {
            return;
        }
        let place = self.queue.iter().position(|step| step.awaits() == Some(wanted));
        let Some(rest) = place.and_then(|place| self.queue.len().checked_sub(place)) else {
            return;
        };
        while self.queue.len() >= rest
            && let Some(step) = self.queue.pop_front()
        {
            self.awaits = None;
            self.take(step, lines);
        }
    }

    /// The broker answers: what waited for it goes on. The lines of the answer were written.
    pub(super) fn answered(&mut self, kind: PacketType, mid: u16, lines: &mut Lines) {
        if self.awaits.is_some_and(|(awaits, _)| awaits == (Awaits { kind, mid })) {
            self.awaits = None;
            while self.awaits.is_none()
                && let Some(step) = self.queue.pop_front()
            {
                self.take(step, lines);
            }
        }
    }

    /// Whether an answer of the broker is to come before the next packet is taken.
    pub(super) fn is_waiting(&self) -> bool {
        self.waits_for().is_some()
    }

    /// The answer that is to come before the next packet is taken, and since when.
    pub(super) fn waits_for(&self) -> Option<(Awaits, When)> {
        self.awaits.filter(|(awaits, _)| *awaits != Awaits::DELIVERIES)
    }

    /// Whether a message of QoS 0 of this client is being delivered.
    pub(super) fn is_delivering(&self) -> bool {
        self.delivering().is_some()
    }

    /// The message of QoS 0 that is being delivered: when it came, and its packet.
    pub(super) fn delivering(&self) -> Option<When> {
        self.awaits.filter(|(awaits, _)| *awaits == Awaits::DELIVERIES).map(|(_, since)| since)
    }

    /// Whether another message of QoS 0 waits behind that.
    pub(super) fn has_more_to_deliver(&self) -> bool {
        self.queue.iter().any(|step| step.awaits() == Some(Awaits::DELIVERIES))
    }

    /// No answer comes any more. A client that goes on without its CONNACK, which the capture may lack,
    /// is called what it calls itself.
    pub(super) fn drain(&mut self, lines: &mut Lines) {
        let is_unanswered =
            self.awaits.take().is_some_and(|(it, _)| it.kind == PacketType::CONNACK);
        if is_unanswered && !self.queue.is_empty() {
            self.accept();
        }
        self.release(lines);
        while let Some(step) = self.queue.pop_front() {
            self.take(step, lines);
            self.awaits = None;
        }
    }

    /// The broker delivers a message; `taker`: the connection for which it closes that of its publisher, whose Will it is.
    pub(super) fn deliver(
        &mut self,
        when: When,
        values: Values,
        taker: Option<u64>,
        lines: &mut Lines,
    ) {
        let is_subscribing =
            self.awaits.is_some_and(|(awaits, _)| awaits.kind == PacketType::SUBACK);
        if is_subscribing && self.held.len() < MAX_QUEUE {
            self.held.push((when, values));
        } else if let Some(taker) = taker {
            let values = self.values(values, lines.release);
            lines.put_open(when, Event::PUBLISH_OUT, values, (taker, Open::Will));
        } else {
            self.put(lines, when, Event::PUBLISH_OUT, values);
        }
    }

    pub(super) fn release(&mut self, lines: &mut Lines) {
        for (when, values) in std::mem::take(&mut self.held) {
            self.put(lines, when, Event::PUBLISH_OUT, values);
        }
    }
}
