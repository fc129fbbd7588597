//! What a stream carries, told from its first bytes.

use super::level::{Item, Level, Top};
use super::likely::{self, Likely};
use crate::net::Layers;
use crate::spec::Sender;
use crate::spec::unit::Unit;
use crate::stream::{Side, Stamp};

/// Bytes of one side that are held until it is known what they are: a TLS ClientHello with all its
/// extensions, or enough packets to judge a stream by.
pub(super) const MAX_HELD: usize = 4_096;
/// Items that are held at most: a stream may come byte by byte.
const MAX_ITEMS: usize = 256;

/// What is known of a connection before its first byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints {
    /// Whether a port is one of MQTT's.
    pub is_mqtt_port: bool,
    /// The side that serves, by its port.
    pub server: Option<Side>,
    /// The side that opened the connection, where its SYN was seen.
    pub opener: Option<Side>,
}

impl Hints {
    /// The client, as far as ports and SYN tell.
    fn client(&self) -> Side {
        self.server.map(Side::other).or(self.opener).unwrap_or(Side::A)
    }
}

/// What a stream turns out to be.
#[derive(Debug)]
pub(super) enum Decision {
    /// More bytes are needed.
    Wait,
    /// MQTT; the client is this side.
    Mqtt(Side),
    /// Something that carries other bytes; the client is this side.
    Layer(Side, Level),
    /// Something else, with its name where that is known.
    Other(Option<&'static str>),
}

/// What came before it was known what it is.
#[derive(Debug, Default)]
pub(super) struct Queue {
    items: Vec<(Sender, Held, Option<Box<Layers>>)>,
    client: Vec<u8>,
    server: Vec<u8>,
    is_news: bool,
}

#[derive(Debug)]
enum Held {
    Data(Vec<u8>, Vec<Stamp>),
    Gap(Option<u64>),
    End,
    Header(Unit, Vec<u8>),
    Unit(Unit, Vec<u8>, Vec<Stamp>),
    Note(Unit, String),
    Finding(crate::spec::Rule, u64, u64),
}

impl Queue {
    /// Holds what came at the top.
    pub(super) fn add(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>) {
        self.is_news |= !item.is_line();
        let held = match item {
            Item::Data { bytes, stamps } => {
                let side = self.side_mut(sender);
                let room = MAX_HELD.saturating_sub(side.len());
                side.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                Held::Data(bytes.to_vec(), stamps.to_vec())
            }
            Item::Gap(missing) => Held::Gap(missing),
            Item::End => Held::End,
            Item::Header { unit, bytes } => Held::Header(unit, bytes.to_vec()),
            Item::Unit { unit, bytes, stamps } => Held::Unit(unit, bytes.to_vec(), stamps.to_vec()),
            Item::Note { unit, text } => Held::Note(unit, text.to_owned()),
            Item::Finding { rule, a, b } => Held::Finding(rule, a, b),
        };
        self.items.push((sender, held, layers.copied().map(Box::new)));
    }

    /// Whether something came since this was last asked.
    pub(super) fn is_news(&mut self) -> bool {
        std::mem::take(&mut self.is_news)
    }

    /// Gives everything, in the order in which it came; `swapped`: client and server were taken
    /// for each other.
    pub(super) fn replay(
        self,
        swapped: bool,
        give: &mut dyn FnMut(Sender, Item<'_>, Option<&Layers>),
    ) {
        for (sender, held, layers) in &self.items {
            let sender = if swapped { sender.other() } else { *sender };
            give(sender, held.item(), layers.as_deref());
        }
    }

    /// The connection ends, and it never became clear what it is: the lines are told.
    pub(super) fn tell(self, top: &mut dyn Top) {
        self.replay(false, &mut |sender, item, layers| {
            if item.is_line() {
                top.item(sender, item, layers);
            }
        });
    }

    /// A connection on a port of MQTT carries something else: one line says what.
    pub(super) fn tell_other(self, name: Option<&str>, top: &mut dyn Top) {
        let Some((sender, _, layers)) = self.items.first() else { return };
        let text = match name {
            Some(name) => format!("this connection carries {name}, not MQTT"),
            None => "this connection carries something other than MQTT".to_owned(),
        };
        let note = Item::Note { unit: Unit::OTHER, text: &text };
        top.item(*sender, note, layers.as_deref());
    }

    fn is_full(&self) -> bool {
        self.items.len() >= MAX_ITEMS
            || self.client.len() >= MAX_HELD
            || self.server.len() >= MAX_HELD
    }

    fn has_ended(&self) -> bool {
        let ends = self.items.iter().filter(|(_, held, _)| matches!(held, Held::End));
        ends.count() >= 2
    }

    fn is_empty(&self) -> bool {
        self.client.is_empty() && self.server.is_empty()
    }

    fn side_mut(&mut self, sender: Sender) -> &mut Vec<u8> {
        if sender == Sender::Client { &mut self.client } else { &mut self.server }
    }
}

impl Held {
    fn item(&self) -> Item<'_> {
        match self {
            Self::Data(bytes, stamps) => Item::Data { bytes, stamps },
            Self::Gap(missing) => Item::Gap(*missing),
            Self::End => Item::End,
            Self::Header(unit, bytes) => Item::Header { unit: *unit, bytes },
            Self::Unit(unit, bytes, stamps) => Item::Unit { unit: *unit, bytes, stamps },
            Self::Note(unit, text) => Item::Note { unit: *unit, text },
            Self::Finding(rule, a, b) => Item::Finding { rule: *rule, a: *a, b: *b },
        }
    }
}

/// What the first bytes of a side say.
enum Look {
    /// They begin a CONNECT of MQTT.
    Connect,
    /// They begin something that carries other bytes; `None` where it is not read.
    Carries(&'static str, Sender, Option<fn() -> Level>),
    /// They begin something else.
    Other(&'static str),
    /// A few more bytes are needed.
    NeedMore,
    /// They say nothing.
    Unknown,
}

fn recognise(bytes: &[u8]) -> Look {
    const OTHERS: &[(&[u8], &str)] = &[
        (b"SSH-", "SSH"),
        (b"AMQP", "AMQP"),
        (b"HTTP/", "HTTP"),
        (b"GET ", "HTTP"),
        (b"POST ", "HTTP"),
    ];
    let is_connect = [&b"\x00\x04MQTT"[..], b"\x00\x06MQIsdp"].iter().any(|name| {
        let start = bytes.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
        bytes.first() == Some(&0x10)
            && bytes.get(start.saturating_add(2)..).is_some_and(|rest| rest.starts_with(name))
    });
    if is_connect {
        return Look::Connect;
    }
    if let [0x16, 3, 0..=4, _, _, 1 | 2, ..] = bytes {
        return Look::Carries(
            "TLS",
            if bytes.get(5) == Some(&1) { Sender::Client } else { Sender::Server },
            None,
        );
    }
    for (start, name) in OTHERS {
        if bytes.starts_with(start) {
            return Look::Other(name);
        }
    }
    let may = OTHERS.iter().any(|(start, _)| start.starts_with(bytes))
        || matches!(bytes, [0x16] | [0x16, 3, ..]) && bytes.len() < 6;
    if may { Look::NeedMore } else { Look::Unknown }
}

/// Tells what a stream is, as far as what came of it does. `client` is the client where a layer
/// below has told; else side A stands for the client in the queue.
pub(super) fn decide(
    queue: &Queue,
    hints: &Hints,
    client: Option<Side>,
    is_ours: bool,
    is_last: bool,
) -> Decision {
    if queue.is_empty() {
        return Decision::Wait;
    }
    let assumed = client.unwrap_or(Side::A);
    let side = |sender| if sender == Sender::Client { assumed } else { assumed.other() };
    let mut waits = false;
    for (sender, bytes) in [(Sender::Client, &queue.client), (Sender::Server, &queue.server)] {
        match recognise(bytes) {
            Look::Connect => return Decision::Mqtt(client.unwrap_or(side(sender))),
            Look::Carries(name, by, make) => {
                let client = client.unwrap_or(match by {
                    Sender::Client => side(sender),
                    Sender::Server => side(sender).other(),
                });
                return make
                    .map_or(Decision::Other(Some(name)), |make| Decision::Layer(client, make()));
            }
            Look::Other(name) => return Decision::Other(Some(name)),
            Look::NeedMore => waits |= !bytes.is_empty(),
            Look::Unknown => {}
        }
    }
    let is_all = is_last || queue.is_full() || queue.has_ended();
    if waits && !is_all {
        return Decision::Wait;
    }
    let client = client.unwrap_or(hints.client());
    if hints.is_mqtt_port || is_ours {
        return Decision::Mqtt(client);
    }
    match likely::judge(&queue.client, &queue.server, is_all) {
        Likely::Open => Decision::Wait,
        Likely::Yes(Some(sender)) => Decision::Mqtt(side(sender)),
        Likely::Yes(None) => Decision::Mqtt(client),
        Likely::No => Decision::Other(None),
    }
}
