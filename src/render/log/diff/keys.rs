//! What tells lines apart, whatever release wrote them.

use super::super::Line;
use crate::log::{Entry, row_of, values_of_cut};
use crate::spec::mosquitto::{Event, LogField};
use std::collections::HashMap;

/// The values that tell lines apart beside the client.
const KEYS: [LogField; 8] = [
    LogField::ACK,
    LogField::MID,
    LogField::TOPIC,
    LogField::FILTER,
    LogField::DUP,
    LogField::QOS,
    LogField::RETAIN,
    LogField::BYTES,
];

/// Numbers for keys: equal lines have the same.
#[derive(Debug)]
pub(super) struct Keys {
    has_ports: bool,
    /// Whether the client is a part of them.
    has_clients: bool,
    /// Whether the topic is.
    has_topics: bool,
    /// The bytes of a message for which the log had room, where it cut some.
    room: Option<usize>,
    numbers: HashMap<String, u32>,
}

impl Keys {
    /// For a log with or without the ports of the clients; without clients, lines that are equal but
    /// for theirs have one key.
    pub(super) fn new(has_ports: bool, has_clients: bool) -> Self {
        Self { has_ports, has_clients, has_topics: true, room: None, numbers: HashMap::new() }
    }

    /// None yet, for the same log.
    pub(super) fn anew(&self, has_clients: bool) -> Self {
        Self { room: self.room, ..Self::new(self.has_ports, has_clients) }
    }

    /// The same for a log whose lines have room for so many bytes of a message, where it cut some.
    pub(super) fn within(self, room: Option<usize>) -> Self {
        Self { room, ..self }
    }

    /// None yet, for the same log, of lines without their topics.
    pub(super) fn without_topics(&self) -> Self {
        Self { has_topics: false, ..self.anew(true) }
    }

    pub(super) fn of_line(&mut self, line: &Line) -> u32 {
        if let Some(room) = self.room.filter(|room| *room < line.text.len()) {
            let text = (0..=room).rev().find_map(|end| line.text.get(..end)).unwrap_or_default();
            if let Some(values) = values_of_cut(line.event, text) {
                let of = |field| values.iter().find(|value| value.field == field);
                return self.number(line.event, |field| {
                    let value = of(field)?;
                    text.get(value.start..value.end)
                });
            }
        }
        let value = |field| line.values.iter().find(|row| row.0 == field).map(|row| row.1.as_str());
        let row = row_of(line.event, &line.text);
        // What the line does not show is no part of it.
        let shown = |field: LogField| {
            row?.template.contains(&format!("{{{}}}", field.info().key)).then(|| value(field))?
        };
        self.number(line.event, shown)
    }

    pub(super) fn of_entry(&mut self, entry: &Entry<'_>) -> u32 {
        self.number(entry.row.event, |field| entry.value(field))
    }

    /// A number for a text of its own, as a client's name.
    pub(super) fn of_text(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn number<'v>(&mut self, event: Event, value: impl Fn(LogField) -> Option<&'v str>) -> u32 {
        // That it drops a message the broker says in place of that it came; the packet is the same.
        let is_dropped = [Event::PUBLISH_DENIED, Event::PUBLISH_TOO_LARGE].contains(&event);
        let event = if is_dropped { Event::PUBLISH_IN } else { event };
        let mut out = event.info().id.to_owned();
        let client = [LogField::CLIENT];
        let client = if self.has_clients { &client[..] } else { &[] };
        let opened: &[LogField] = match (event == Event::OPENED, self.has_ports) {
            (false, _) => &[],
            (true, true) => &[LogField::ADDRESS, LogField::PORT],
            (true, false) => &[LogField::ADDRESS],
        };
        let is_meant = |field: &&LogField| self.has_topics || **field != LogField::TOPIC;
        for field in client.iter().chain(&KEYS).chain(opened).filter(is_meant) {
            if let Some(value) = value(*field) {
                out.push('\0');
                // A listener of both families writes an address of IPv4 so.
                out.push_str(value.strip_prefix("::ffff:").unwrap_or(value));
            }
        }
        self.of_text(&out)
    }
}
