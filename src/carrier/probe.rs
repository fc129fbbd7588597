//! What a stream carries, told from its first bytes.

use super::level::{Item, Level, Top};
use super::likely::{self, Likely};
use super::signature::{Carries, Recognised, may_be_frames, may_upgrade, recognise, recognise_cut};
use super::tls::{Secrets, Tls};
use super::websocket::WebSocket;
use crate::net::Layers;
use crate::spec::Sender;
use crate::spec::unit::Unit;
use crate::stream::{Side, Stamp};

/// Bytes of one side that are held until it is known what they are: a TLS ClientHello with all its
/// extensions, or enough packets to judge a stream by.
pub(super) const MAX_HELD: usize = 4_096;
/// Items that are held at most: a stream may come byte by byte.
const MAX_ITEMS: usize = 256;

/// What begins with a request that was not captured whole, and is not known to be one for WebSocket.
const CUT_HTTP: &str = "HTTP as far as it was captured";

/// What is known of a connection before its first byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints {
    /// Whether a port is one of MQTT's.
    pub is_mqtt_port: bool,
    /// Whether that is so because the user says so: then it is MQTT, whatever the bytes are.
    pub is_named: bool,
    /// The side that serves, by its port.
    pub server: Option<Side>,
    /// The side that opened the connection, where its SYN was seen.
    pub opener: Option<Side>,
    /// The side that serves if nothing else tells: its port is none of those that systems give to
    /// clients, while the other's is.
    pub likely: Option<Side>,
}

impl Hints {
    /// The client, as far as ports and SYN tell.
    fn client(&self) -> Side {
        let likely = self.likely.map(Side::other);
        self.server.map(Side::other).or(self.opener).or(likely).unwrap_or(Side::A)
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
    /// How many bytes of the client, of the server, came before some that are missing: they must do.
    cuts: [Option<usize>; 2],
    is_news: bool,
    /// Whether bytes are missing anywhere among those of either side.
    has_gap: bool,
}

#[derive(Debug)]
enum Held {
    Data(Vec<u8>, Vec<Stamp>),
    Gap(Option<u64>),
    End,
    Header(Unit, Vec<u8>),
    Unit(Unit, Vec<u8>, Vec<Stamp>),
    Note(Unit, String, Vec<Stamp>),
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
            Item::Gap(missing) => {
                self.cut(sender);
                self.has_gap = true;
                Held::Gap(missing)
            }
            Item::End => {
                self.cut(sender);
                Held::End
            }
            Item::Header { unit, bytes } => Held::Header(unit, bytes.to_vec()),
            Item::Unit { unit, bytes, stamps } => Held::Unit(unit, bytes.to_vec(), stamps.to_vec()),
            Item::Note { unit, text, stamps } => Held::Note(unit, text.to_owned(), stamps.to_vec()),
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

    /// Tells the lines, which need not wait for what else comes; bytes stay held.
    pub(super) fn tell_lines(&mut self, top: &mut dyn Top) {
        let is_told = |held: &Held| held.item().is_line() || matches!(held, Held::Finding(..));
        let (told, kept) =
            std::mem::take(&mut self.items).into_iter().partition(|it| is_told(&it.1));
        self.items = kept;
        let told = Self { items: told, ..Self::default() };
        told.replay(false, &mut |sender, item, layers| top.item(sender, item, layers));
    }

    /// A connection on a port of MQTT carries something else: one line says what.
    pub(super) fn tell_other(self, name: Option<&str>, top: &mut dyn Top) {
        let Some((sender, _, layers)) = self.items.first() else { return };
        let text = match name {
            Some(name) => format!("this connection carries {name}, not MQTT"),
            None => "this connection carries something other than MQTT".to_owned(),
        };
        let note = Item::Note { unit: Unit::OTHER, text: &text, stamps: &[] };
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

    fn cut(&mut self, sender: Sender) {
        let len = Some(self.side_mut(sender).len()).filter(|len| *len > 0);
        let [client, server] = &mut self.cuts;
        let cut = if sender == Sender::Client { client } else { server };
        *cut = cut.or(len);
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
            Self::Note(unit, text, stamps) => Item::Note { unit: *unit, text, stamps },
            Self::Finding(rule, a, b) => Item::Finding { rule: *rule, a: *a, b: *b },
        }
    }
}

/// Tells what a stream is, as far as what came of it does. `client` is the client where a layer
/// below has told; else side A stands for the client in the queue. `is_aligned`: what is held begins
/// with the first byte of the stream.
pub(super) fn decide(
    queue: &Queue,
    hints: &Hints,
    client: Option<Side>,
    (is_ours, is_aligned): (bool, bool),
    is_last: bool,
    secrets: &Secrets,
) -> Decision {
    if queue.is_empty() {
        return Decision::Wait;
    }
    let assumed = client.unwrap_or(Side::A);
    let side = |sender| if sender == Sender::Client { assumed } else { assumed.other() };
    let is_all = is_last || queue.is_full() || queue.has_ended();
    let mut waits = false;
    let [client_cut, server_cut] = queue.cuts;
    let sides = [
        (Sender::Client, queue.client.as_slice(), client_cut),
        (Sender::Server, queue.server.as_slice(), server_cut),
    ];
    for (sender, bytes, cut) in sides {
        // Whether a request whose head is cut is one for WebSocket, the answer tells, where that is there.
        let head = cut.filter(|_| queue.has_gap).and_then(|cut| bytes.get(..cut));
        let known = head.and_then(recognise_cut).map(Recognised::Is);
        let head = head.filter(|head| may_upgrade(head));
        let bytes = head.unwrap_or(bytes);
        // What comes behind a frame that is missing goes on as the frames before it.
        let role = if side(sender) == client.unwrap_or(hints.client()) {
            Sender::Client
        } else {
            Sender::Server
        };
        let is_final = cut.is_some() && head.is_none() && !may_be_frames(bytes, role);
        let row = match known.unwrap_or_else(|| recognise(bytes, is_all || is_final)) {
            Recognised::Is(row) => row,
            Recognised::NeedMore(_) => {
                waits |= !bytes.is_empty();
                continue;
            }
            Recognised::Unknown => continue,
        };
        let client = client.unwrap_or(match row.sender {
            Some(Sender::Server) => side(sender).other(),
            // A record in the middle is of either.
            None => hints.client(),
            Some(Sender::Client) => side(sender),
        });
        return match row.carries {
            Carries::Mqtt => Decision::Mqtt(client),
            Carries::Layer(make) => Decision::Layer(client, Level::new(make(), true)),
            Carries::Within(make) => Decision::Layer(client, Level::new(make(), false)),
            Carries::Tls => {
                let tls = Tls::new(secrets.clone());
                Decision::Layer(client, Level::new(Box::new(tls), true))
            }
            // Where it ought to be MQTT, no other HTTP would be of use.
            Carries::Other if head.is_some() && hints.is_mqtt_port => {
                Decision::Layer(client, Level::new(Box::new(WebSocket::new()), true))
            }
            Carries::Other if head.is_some() => Decision::Other(Some(CUT_HTTP)),
            Carries::Other => Decision::Other(Some(row.name)),
        };
    }
    if waits {
        return Decision::Wait;
    }
    let client = client.unwrap_or(hints.client());
    if is_ours || hints.is_named || hints.is_mqtt_port && (!is_aligned || queue.has_gap) {
        return Decision::Mqtt(client);
    }
    let judge = if hints.is_mqtt_port { likely::expected } else { likely::judge };
    match judge(&queue.client, &queue.server, is_all) {
        Likely::Open => Decision::Wait,
        Likely::Yes(Some(sender)) => Decision::Mqtt(side(sender)),
        Likely::Yes(None) => Decision::Mqtt(client),
        Likely::No => Decision::Other(None),
    }
}
