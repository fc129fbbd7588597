//! Topics: what is published on each.

use super::names::{Slot, Slots};
use super::report::{Cell, Column, Report, column};
use super::{Counted, Message, Run, Statistic, add};
use crate::spec::Sender;
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// Pairs of a topic and one who publishes on it that are told apart, at 9 bytes and more each.
const MAX_PAIRS: usize = 65_536;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("topic", "topic", 0, "the topic, also where a Topic Alias stood for it"),
    column("messages", "messages", 0, "PUBLISH packets"),
    column("published", "published", 2, "of them, sent by clients"),
    column("delivered", "delivered", 2, "of them, sent by servers: one for each subscriber"),
    column("rate", "/s", 3, "PUBLISH packets a second, over the whole time"),
    column("bytes", "bytes", 0, "bytes of the packets"),
    column("payload_bytes", "payload", 1, "bytes of their payloads"),
    column("payload_min", "min", 5, "the smallest payload, in bytes"),
    column("payload_mean", "mean", 4, "the mean payload, in bytes"),
    column("payload_max", "max", 5, "the largest payload, in bytes"),
    column("qos0", "QoS 0", 3, "of them, with QoS 0"),
    column("qos1", "QoS 1", 3, "of them, with QoS 1"),
    column("qos2", "QoS 2", 3, "of them, with QoS 2"),
    column("retained", "retained", 4, "of them, with RETAIN set"),
    column("publishers", "publishers", 2, "clients that sent some"),
];

/// Figures of each topic.
#[derive(Debug, Default)]
pub(super) struct Topics {
    topics: Slots<Topic>,
    pairs: HashSet<(u32, u32), RandomState>,
    /// Whether a client published something, whatever the topic.
    publishers: Slots<bool>,
    /// How many did, and which one the last time.
    publisher_count: u32,
    last_publisher: u32,
    /// There was no room for a pair.
    is_partial: bool,
}

#[derive(Clone, Debug, Default)]
struct Topic {
    published: u64,
    delivered: u64,
    bytes: u64,
    payload_bytes: u64,
    payload_min: u32,
    payload_max: u32,
    qos: [u64; 4],
    retained: u64,
    publishers: u32,
    last_publisher: u32,
}

impl Topic {
    #[inline]
    fn add(&mut self, message: &Message, len: u64, sender: Sender) {
        let payload = u32::try_from(message.payload).unwrap_or(u32::MAX);
        let is_first = self.messages() == 0;
        self.payload_min = if is_first { payload } else { self.payload_min.min(payload) };
        self.payload_max = self.payload_max.max(payload);
        add(if sender == Sender::Client { &mut self.published } else { &mut self.delivered }, 1);
        add(&mut self.bytes, len);
        add(&mut self.payload_bytes, message.payload);
        if let Some(qos) = self.qos.get_mut(usize::from(message.qos)) {
            add(qos, 1);
        }
        add(&mut self.retained, message.retain.into());
    }

    /// Adds the figures of another topic; who publishes on both is not counted.
    fn join(&mut self, other: &Self) {
        if other.messages() == 0 {
            return;
        }
        let is_first = self.messages() == 0;
        let least = self.payload_min.min(other.payload_min);
        self.payload_min = if is_first { other.payload_min } else { least };
        self.payload_max = self.payload_max.max(other.payload_max);
        for (own, more) in [
            (&mut self.published, other.published),
            (&mut self.delivered, other.delivered),
            (&mut self.bytes, other.bytes),
            (&mut self.payload_bytes, other.payload_bytes),
            (&mut self.retained, other.retained),
        ] {
            add(own, more);
        }
        for (own, more) in self.qos.iter_mut().zip(other.qos) {
            add(own, more);
        }
    }

    fn messages(&self) -> u64 {
        self.published.saturating_add(self.delivered)
    }

    fn row(&self, name: Cell, span: Option<u64>) -> Vec<Cell> {
        let messages = self.messages();
        let [qos0, qos1, qos2, _] = self.qos;
        vec![
            name,
            Cell::Count(messages),
            Cell::some(self.published),
            Cell::some(self.delivered),
            Cell::rate(messages, span),
            Cell::Count(self.bytes),
            Cell::Count(self.payload_bytes),
            Cell::Count(self.payload_min.into()),
            Cell::ratio(self.payload_bytes, messages),
            Cell::Count(self.payload_max.into()),
            Cell::some(qos0),
            Cell::some(qos1),
            Cell::some(qos2),
            Cell::some(self.retained),
            Cell::some(self.publishers.into()),
        ]
    }
}

impl Topics {
    /// The figures of all topics together.
    fn all(&self) -> Topic {
        let mut all = Topic { publishers: self.publisher_count, ..Topic::default() };
        let rows = self.topics.filled(|_| true).into_iter().map(|row| row as usize);
        rows.chain([0]).filter_map(|row| self.topics.get(row)).for_each(|topic| all.join(topic));
        all
    }

    /// Counts who publishes on a topic; mostly it is who did so before.
    #[inline]
    fn publisher(&mut self, topic: Slot, client: Slot) {
        let slot = client;
        let client = client.index() as u32;
        if self.last_publisher != client {
            self.last_publisher = client;
            if let Some(is_known) = self.publishers.at(slot).filter(|is_known| !**is_known) {
                *is_known = true;
                self.publisher_count = self.publisher_count.saturating_add(1);
            }
        }
        let Some(of) = self.topics.at(topic) else { return };
        if of.last_publisher == client || topic == Slot::OTHERS || client == 0 {
            return;
        }
        of.last_publisher = client;
        let pair = (topic.index() as u32, client);
        if self.pairs.contains(&pair) {
            return;
        }
        if self.pairs.len() >= MAX_PAIRS {
            self.is_partial = true;
            return;
        }
        self.pairs.insert(pair);
        of.publishers = of.publishers.saturating_add(1);
    }
}

impl Statistic for Topics {
    fn count(&mut self, counted: &Counted<'_>) {
        let Some(message) = counted.message else { return };
        if let Some(topic) = self.topics.at(counted.topic) {
            topic.add(&message, counted.len, counted.sender);
        }
        if counted.sender == Sender::Client {
            self.publisher(counted.topic, counted.client);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let mut order = self.topics.filled(|topic| topic.messages() > 0);
        let get = |row: u32| self.topics.get(row as usize);
        order.sort_by_key(|row| std::cmp::Reverse(get(*row).map_or(0, Topic::messages)));
        let span = run.span();
        let row = move |row: u32| {
            let name = run.names.topic_cell(row as usize);
            self.topics.get(row as usize).map(|topic| topic.row(name, span)).unwrap_or_default()
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = self.topics.get(0).filter(|others| others.messages() > 0);
        report.others = others.map(|others| {
            let mut row = others.row(Cell::words("others"), span);
            // Who publishes on these is not counted.
            if let Some(publishers) = row.last_mut() {
                *publishers = Cell::Nothing;
            }
            row
        });
        let all = self.all();
        report.total = (all.messages() > 0).then(|| all.row(Cell::words("all topics"), span));
        report.notes.extend(run.names.topics_note());
        if self.is_partial {
            report.note("there are more publishers than are told apart: their numbers are the least that there can be");
        }
        report
    }
}
