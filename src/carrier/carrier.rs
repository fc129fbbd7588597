//! One connection, from the bytes of TCP up to those of MQTT: the layers between, and the decision
//! which there are.

use super::layer::{Layer, Out};
use super::level::{Item, Level, Top, through};
use super::probe::{Decision, Hints, Queue, decide};
use super::tls::Secrets;
use crate::net::Layers;
use crate::spec::Sender;
use crate::spec::unit::Unit;
use crate::stream::{Side, Stamp};
use std::ops::ControlFlow;

/// Layers that may lie upon each other: PROXY, TLS and WebSocket are three, and a tunnel of one
/// more is the most that makes sense.
const MAX_LEVELS: usize = 4;

/// The layers of one connection.
#[derive(Debug)]
pub struct Carrier {
    hints: Hints,
    /// What TLS is decrypted with.
    secrets: Secrets,
    client: Option<Side>,
    levels: Vec<Level>,
    state: State,
    /// What else it is.
    other: Option<&'static str>,
    answer: Answer,
}

/// What a server answers to MQTT that nothing else carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Answer {
    /// Nothing yet.
    #[default]
    Awaited,
    Mqtt,
    /// HTTP: it serves web pages, or MQTT over WebSocket, for which the client has to ask first.
    Http,
}

/// What such an answer in HTTP means.
const HTTP_ANSWER: &str = "the server answers the client's MQTT in HTTP: the port is one for WebSocket, or a web server's";

#[derive(Debug)]
enum State {
    /// It is not known what comes out at the top.
    Probing(Queue),
    /// It is MQTT.
    Mqtt,
    /// It is something else.
    Other,
}

/// What a side of the connection brings.
#[derive(Clone, Copy, Debug)]
pub enum Bottom<'a> {
    /// The next bytes, with the frame that brought them and its headers.
    Data(&'a [u8], Stamp, &'a Layers),
    /// Bytes that were not captured.
    Gap(u64),
    /// The side has ended.
    End,
}

impl Carrier {
    /// A connection before its first byte.
    #[must_use]
    pub fn new(hints: Hints, secrets: Secrets) -> Self {
        let state = State::Probing(Queue::default());
        let (client, levels, other, answer) = (None, Vec::new(), None, Answer::Awaited);
        Self { hints, secrets, client, levels, state, other, answer }
    }

    /// Whether the MQTT stream begins with the first byte that comes out.
    #[must_use]
    pub fn is_aligned(&self) -> bool {
        is_aligned(&self.levels, &self.hints)
    }

    /// Whether nothing stands between TCP and MQTT, so that both count the same bytes.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.levels.is_empty()
    }

    /// Whether a layer encrypts.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.levels.iter().any(Level::is_secret)
    }

    /// Whether what comes later can be read with all that came before alone.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        self.levels.iter().any(Level::is_chained)
    }

    /// The name of what it carries, where that is known and no MQTT.
    #[must_use]
    pub fn other(&self) -> Option<&'static str> {
        let is_mqtt = matches!(self.state, State::Mqtt);
        self.levels.last().map(Level::name).or(self.other).filter(|_| !is_mqtt)
    }

    /// Who sends on a side whose bytes are MQTT as they are, so that they need not be pushed; `None` where
    /// there is something between, or still to be decided.
    #[inline]
    #[must_use]
    pub(crate) fn passes(&self, side: Side) -> Option<Sender> {
        let sender = if self.client? == side { Sender::Client } else { Sender::Server };
        let is_decided = sender == Sender::Client || self.answer == Answer::Mqtt;
        let is_plain = matches!(self.state, State::Mqtt) && self.levels.is_empty();
        (is_plain && is_decided).then_some(sender)
    }

    /// Takes what comes next from one side. `Break`: this is no MQTT, and nothing more is wanted.
    pub fn push(&mut self, side: Side, item: Bottom<'_>, top: &mut dyn Top) -> ControlFlow<()> {
        let sender = match self.client {
            Some(client) if client != side => Sender::Server,
            _ if self.client.is_some() => Sender::Client,
            // Until it is known, side A stands for the client.
            _ if side == Side::A => Sender::Client,
            _ => Sender::Server,
        };
        match (item, &mut self.state) {
            (Bottom::Data(bytes, at, layers), State::Mqtt) if self.levels.is_empty() => {
                if sender == Sender::Server && self.is_http(bytes, (at, layers), top) {
                    return ControlFlow::Continue(());
                }
                top.item(sender, Item::Data { bytes, stamps: &[at] }, Some(layers));
                return ControlFlow::Continue(());
            }
            (_, State::Other) => return ControlFlow::Break(()),
            // What comes behind bytes that are missing may stand in the middle of a packet.
            (Bottom::Gap(_), _) if sender == Sender::Server => self.answer = Answer::Mqtt,
            _ => {}
        }
        let (item, layers) = match item {
            Bottom::Data(bytes, at, layers) => (Item::Data { bytes, stamps: &[at] }, Some(layers)),
            Bottom::Gap(bytes) => (Item::Gap(Some(bytes)), None),
            Bottom::End => (Item::End, None),
        };
        self.up(sender, item, layers, top);
        self.settle(false, top)?;
        if self.client.is_some() {
            self.tell_lines(top);
        }
        ControlFlow::Continue(())
    }

    /// Whether bytes of the server are HTTP in answer to MQTT; then they are told as lines.
    #[inline]
    fn is_http(&mut self, bytes: &[u8], frame: (Stamp, &Layers), top: &mut dyn Top) -> bool {
        if self.answer != Answer::Mqtt {
            self.answer(bytes, frame, top);
        }
        self.answer == Answer::Http
    }

    fn answer(&mut self, bytes: &[u8], (at, layers): (Stamp, &Layers), top: &mut dyn Top) {
        let (stamps, layers) = (&[at], Some(layers));
        let mut unit = |unit, bytes| {
            let item = Item::Unit { unit, bytes, stamps };
            top.item(Sender::Server, item, layers);
        };
        match self.answer {
            Answer::Mqtt => {}
            Answer::Http => unit(Unit::HTTP_BODY, bytes),
            Answer::Awaited if !bytes.starts_with(b"HTTP/1.") || self.hints.opener.is_none() => {
                self.answer = Answer::Mqtt;
            }
            Answer::Awaited => {
                self.answer = Answer::Http;
                let head = memchr::memmem::find(bytes, b"\r\n\r\n");
                let len = head.map_or(bytes.len(), |head| head.saturating_add(4));
                let (head, body) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
                unit(Unit::HTTP_RESPONSE, head);
                if !body.is_empty() {
                    unit(Unit::HTTP_BODY, body);
                }
                let note = Item::Note { unit: Unit::OTHER, text: HTTP_ANSWER, stamps };
                top.item(Sender::Server, note, layers);
            }
        }
    }

    /// What a layer waits for beside the bytes may be there now: secrets.
    pub fn wake(&mut self, top: &mut dyn Top) -> ControlFlow<()> {
        self.act(|layer, out| layer.wake(out), top);
        self.settle(false, top)?;
        if self.client.is_some() {
            self.tell_lines(top);
        }
        ControlFlow::Continue(())
    }

    /// Nothing more comes: what is held is told.
    pub fn finish(&mut self, top: &mut dyn Top) {
        self.act(|layer, out| layer.finish(out), top);
        let _ = self.settle(true, top);
        self.tell_lines(top);
        self.state = State::Other;
    }

    /// Lets each layer do something without new bytes, the lowest first.
    fn act(&mut self, act: fn(&mut dyn Layer, Out<'_>), top: &mut dyn Top) {
        for at in 0..self.levels.len() {
            let Some((level, above)) = self.levels.get_mut(at..).and_then(<[_]>::split_first_mut)
            else {
                return;
            };
            let mut end = Ending { state: &mut self.state, top: &mut *top };
            level.act(act, above, &mut end);
        }
    }

    /// It is not clear yet what the stream is; but where it ought to be MQTT, by its port or by the
    /// words of a layer, the lines of the session are told at once.
    fn tell_lines(&mut self, top: &mut dyn Top) {
        if let State::Probing(queue) = &mut self.state
            && (self.hints.is_mqtt_port || self.levels.iter().any(Level::is_for_mqtt))
        {
            queue.tell_lines(top);
        }
    }

    fn up(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>, top: &mut dyn Top) {
        let mut end = Ending { state: &mut self.state, top };
        through(&mut self.levels, sender, item, layers, &mut end);
    }

    /// Decides what the stream at the top is, as often as new layers appear.
    ///
    /// `is_last`: nothing more comes, so what is there must do.
    fn settle(&mut self, is_last: bool, top: &mut dyn Top) -> ControlFlow<()> {
        while let State::Probing(queue) = &mut self.state {
            if !queue.is_news() && !is_last {
                break;
            }
            let depth = self.levels.len();
            let is_ours = self.levels.iter().any(Level::is_for_mqtt);
            let is_aligned = is_aligned(&self.levels, &self.hints);
            let how = (is_ours, is_aligned);
            match decide(queue, &self.hints, self.client, how, is_last, &self.secrets) {
                Decision::Wait => break,
                Decision::Other(name) => {
                    tracing::debug!(name, depth, "no MQTT");
                    let queue = std::mem::take(queue);
                    self.state = State::Other;
                    self.other = name;
                    if self.hints.is_mqtt_port && depth == 0 {
                        queue.tell_other(name, top);
                    }
                    return ControlFlow::Break(());
                }
                Decision::Mqtt(client) => {
                    tracing::debug!(?client, depth, is_aligned, "carries MQTT");
                    let queue = std::mem::take(queue);
                    self.state = State::Mqtt;
                    self.replay(queue, client, top);
                }
                Decision::Layer(_, _) if depth >= MAX_LEVELS => {
                    self.state = State::Other;
                    return ControlFlow::Break(());
                }
                Decision::Layer(client, level) => {
                    tracing::debug!(?client, depth, layer = level.name(), "carrier");
                    let queue = std::mem::take(queue);
                    self.levels.push(level);
                    self.replay(queue, client, top);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends what was held through the layers that it is for.
    fn replay(&mut self, queue: Queue, client: Side, top: &mut dyn Top) {
        let swapped = self.client.is_none() && client == Side::B;
        self.client = Some(self.client.unwrap_or(client));
        let below = self.levels.len().saturating_sub(1);
        let is_mqtt = matches!(self.state, State::Mqtt);
        top.settled(self.client.unwrap_or(Side::A), self.is_aligned());
        queue.replay(swapped, &mut |sender, item, layers| {
            let mut end = Ending { state: &mut self.state, top: &mut *top };
            if is_mqtt || item.is_line() {
                return end.item(sender, item, layers);
            }
            let levels = self.levels.get_mut(below..).unwrap_or_default();
            through(levels, sender, item, layers, &mut end);
        });
    }
}

fn is_aligned(levels: &[Level], hints: &Hints) -> bool {
    levels.last().map_or(hints.opener.is_some(), |level| level.is_aligned)
}

/// The top of the layers: the consumer, or the queue of what is not known yet.
struct Ending<'e> {
    state: &'e mut State,
    top: &'e mut dyn Top,
}

impl Top for Ending<'_> {
    fn item(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>) {
        match self.state {
            State::Mqtt => self.top.item(sender, item, layers),
            State::Probing(queue) => queue.add(sender, item, layers),
            State::Other => {}
        }
    }

    fn settled(&mut self, client: Side, is_aligned: bool) {
        self.top.settled(client, is_aligned);
    }
}
