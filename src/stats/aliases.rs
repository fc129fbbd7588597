//! What a Topic Alias (5.0: section 3.3.2.3.4) would save on each topic.

use super::names::Slots;
use super::overhead::header_len;
use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Slot, Statistic, add};
use crate::spec::{PropertyId, Sender};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Pairs of a topic and one direction of a connection that are told apart, at some 20 bytes each.
const MAX_PAIRS: usize = 65_536;
/// Bytes of the property: its identifier and a Two Byte Integer.
const PROPERTY: u64 = 3;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("topic", "topic", 0, "the topic"),
    column("length", "length", 1, "bytes of its name"),
    column("messages", "messages", 0, "PUBLISH packets"),
    column(
        "aliased",
        "with alias",
        2,
        "of them, those that have a Topic Alias in the place of the name",
    ),
    column("bytes", "bytes", 1, "bytes of the packets"),
    column(
        "saved",
        "would save",
        0,
        "bytes that a Topic Alias would save: each packet on a connection but the first could leave the name out",
    ),
    column("share", "share", 0, "the same as a part of `bytes`, from 0 to 1"),
];

/// What Topic Aliases would save.
#[derive(Debug, Default)]
pub(super) struct Saving {
    topics: Slots<Topic>,
    /// One direction of a connection and a topic: whether the cost of making the alias known is
    /// counted.
    pairs: HashMap<(u64, u32), bool, RandomState>,
    is_partial: bool,
}

#[derive(Clone, Debug, Default)]
struct Topic {
    messages: u64,
    aliased: u64,
    bytes: u64,
    saved: u64,
    spent: u64,
}

impl Topic {
    fn net(&self) -> u64 {
        self.saved.saturating_sub(self.spent)
    }
}

impl Saving {
    /// Takes a PUBLISH.
    pub(super) fn add(&mut self, counted: &Counted<'_>) {
        let Some(publish) = counted.publish() else { return };
        let Some(decoded) = &counted.record.decoded else { return };
        let Some(topic) = self.topics.at(counted.topic) else { return };
        add(&mut topic.messages, 1);
        add(&mut topic.bytes, counted.len);
        let len = publish.topic.0.len() as u64;
        if len == 0 {
            add(&mut topic.aliased, 1);
            return;
        }
        let is_v5 = decoded.version.is_v5();
        let has_alias = publish.properties.number(PropertyId::TOPIC_ALIAS).is_some();
        // Before 5.0 there are no properties, and not their length either.
        let length_field = u64::from(!is_v5);
        let cost = if has_alias { 0 } else { PROPERTY.saturating_add(length_field) };
        if len <= cost || counted.topic == Slot::OTHERS {
            return;
        }
        let side = u64::from(counted.sender == Sender::Server);
        let stream = counted.record.origin.stream.unwrap_or(u64::MAX >> 1);
        let pair = (stream << 1 | side, counted.topic.index() as u32);
        let is_full = self.pairs.len() >= MAX_PAIRS;
        match self.pairs.get_mut(&pair) {
            Some(is_known) => {
                let remaining = u64::from(decoded.header.remaining_length.unwrap_or(0));
                let shorter = remaining.saturating_sub(len).saturating_add(cost);
                let header = header_len(remaining).saturating_sub(header_len(shorter));
                add(&mut topic.saved, len.saturating_sub(cost).saturating_add(header));
                if !std::mem::replace(is_known, true) {
                    add(&mut topic.spent, cost);
                }
            }
            None if is_full => self.is_partial = true,
            None => {
                self.pairs.insert(pair, false);
            }
        }
    }

    /// Bytes on all topics.
    pub(super) fn total(&self) -> u64 {
        let all = self.topics.filled(|_| true).into_iter();
        let nets = all.filter_map(|row| Some(self.topics.get(row as usize)?.net()));
        nets.fold(0, u64::saturating_add)
    }

    /// Whether it may be more than is counted.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial || self.topics.get(0).is_some_and(|others| others.messages > 0)
    }
}

/// The same by topic.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    saving: Saving,
}

impl Statistic for Aliases {
    fn count(&mut self, counted: &Counted<'_>) {
        self.saving.add(counted);
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let topics = &self.saving.topics;
        let mut order = topics.filled(|topic| topic.messages > 0);
        order.sort_by_key(|row| std::cmp::Reverse(topics.get(*row as usize).map_or(0, Topic::net)));
        let cells = |name: Cell, len: Cell, topic: &Topic| {
            vec![
                name,
                len,
                Cell::Count(topic.messages),
                Cell::some(topic.aliased),
                Cell::Count(topic.bytes),
                Cell::Count(topic.net()),
                Cell::share(topic.net(), topic.bytes),
            ]
        };
        let row = move |row: u32| {
            let (name, len) =
                (run.names.topic_cell(row as usize), run.names.topic_len(row as usize));
            let topic = topics.get(row as usize);
            topic.map(|topic| cells(name, Cell::some(len), topic)).unwrap_or_default()
        };
        let mut total = Topic { saved: self.saving.total(), ..Topic::default() };
        let others = topics.get(0).filter(|others| others.messages > 0);
        for index in topics.filled(|_| true).into_iter().map(|row| row as usize).chain([0]) {
            let Some(topic) = topics.get(index) else { continue };
            add(&mut total.messages, topic.messages);
            add(&mut total.aliased, topic.aliased);
            add(&mut total.bytes, topic.bytes);
        }
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        report.others = others.map(|it| cells(Cell::words("others"), Cell::Nothing, it));
        report.total =
            (total.messages > 0).then(|| cells(Cell::words("all topics"), Cell::Nothing, &total));
        report.notes.extend(run.names.topics_note());
        if self.saving.is_partial() {
            report.note("not all topics and connections are told apart: more could be saved");
        }
        report.note(
            "an alias saves as long as the receiver takes as many (its Topic Alias Maximum); before 5.0 \
             there are none, and the saving is that of the same packets in 5.0",
        );
        report
    }
}
