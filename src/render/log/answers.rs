//! The lines of what the broker answers: CONNACK, SUBACK, UNSUBACK, and what it tries to write in vain.

use super::connection::{Connection, Filters};
use super::lines::{Lines, Open, Values, When};
use super::step::{Asked, Awaits};
use crate::spec::mosquitto::{Event, LogField, Release};
use crate::spec::{PacketType, Version};

impl Connection {
    /// The lines of an answer that the broker tries to write.
    pub(super) fn tries(&mut self, Awaits { kind, mid }: Awaits, when: When, lines: &mut Lines) {
        let event = match kind {
            PacketType::SUBACK => {
                let asked = self.filters.iter().find(|row| row.0 == mid);
                let qos = self.most_qos.unwrap_or(2);
                let granted = |(_, options): &(String, u8)| (options & 3).min(qos);
                let codes: Vec<_> =
                    asked.iter().flat_map(|(.., filters)| filters).map(granted).collect();
                return self.subscribed(when, mid, &codes, lines);
            }
            PacketType::UNSUBACK => return self.unsubscribed(when, mid, lines),
            PacketType::PINGRESP => return self.put(lines, when, Event::PINGRESP, Values::new()),
            PacketType::PUBACK => Event::PUBACK_OUT,
            PacketType::PUBREC => Event::PUBREC_OUT,
            PacketType::PUBREL => Event::PUBREL_OUT,
            PacketType::PUBCOMP => Event::PUBCOMP_OUT,
            _ => return,
        };
        lines.settle((self.stream, Open::Message(mid)), None);
        let values = vec![
            (LogField::ACK, kind.name().to_owned()),
            (LogField::MID, mid.to_string()),
            (LogField::CODE, "0".to_owned()),
        ];
        self.put(lines, when, event, values);
    }

    /// SUBACK: the lines of the SUBSCRIBE, with what was granted.
    pub(super) fn subscribed(&mut self, when: When, mid: u16, codes: &[u8], lines: &mut Lines) {
        self.is_subscriber |= codes.iter().any(|code| *code < 0x80);
        if let Some((asked, filters)) = self.filters_of(mid) {
            self.put(lines, asked, Event::SUBSCRIBE, Values::new());
            let codes = codes.iter().copied().chain(std::iter::repeat(0x80));
            for ((filter, options), code) in filters.into_iter().zip(codes) {
                // The broker lowers what is asked for to its own maximum before it writes it.
                let requested = if code < 0x80 { code.min(options & 3) } else { options & 3 };
                let values = vec![
                    (LogField::FILTER, filter),
                    (LogField::REQUESTED_QOS, requested.to_string()),
                    (LogField::GRANTED_QOS, code.to_string()),
                ];
                let denied = code >= 0x80 && lines.release >= Release::LEVEL;
                let event = if denied { Event::FILTER_DENIED } else { Event::FILTER };
                self.put(lines, asked, event, values.clone());
                if code < 0x80 {
                    self.put(lines, asked, Event::GRANTED, values);
                }
            }
        }
        self.release(lines);
        self.put(lines, when, Event::SUBACK, Values::new());
    }

    /// UNSUBACK: the lines of the UNSUBSCRIBE.
    pub(super) fn unsubscribed(&mut self, when: When, mid: u16, lines: &mut Lines) {
        if let Some((asked, filters)) = self.filters_of(mid) {
            self.put(lines, asked, Event::UNSUBSCRIBE, Values::new());
            for (filter, _) in filters {
                let values = vec![(LogField::FILTER, filter)];
                self.put(lines, asked, Event::UNFILTER, values.clone());
                self.put(lines, asked, Event::UNGRANTED, values);
            }
        }
        self.put(lines, when, Event::UNSUBACK, Values::new());
    }

    /// The lines of a filter that was taken, though its packet was not.
    pub(super) fn filter(
        &self,
        when: When,
        filter: &str,
        qos: u8,
        is_subscribe: bool,
        lines: &mut Lines,
    ) {
        let qos = qos.min(self.most_qos.unwrap_or(2)).to_string();
        let values = vec![
            (LogField::FILTER, filter.to_owned()),
            (LogField::REQUESTED_QOS, qos.clone()),
            (LogField::GRANTED_QOS, qos),
        ];
        let events = match is_subscribe {
            true => [Event::FILTER, Event::GRANTED],
            false => [Event::UNFILTER, Event::UNGRANTED],
        };
        for event in events {
            self.put(lines, when, event, values.clone());
        }
    }

    fn filters_of(&mut self, mid: u16) -> Option<(When, Filters)> {
        let at = self.filters.iter().position(|row| row.0 == mid)?;
        self.filters.remove(at).map(|(_, when, filters)| (when, filters))
    }

    /// The lines of a CONNECT that the broker took.
    pub(super) fn connected(&mut self, asked: Asked, when: When, lines: &mut Lines) {
        let is_v5 = asked.version == Version::V5;
        let number = match (asked.version, lines.release >= Release::LEVEL) {
            _ if is_v5 => 5,
            (Version::V31, false) => 1,
            (Version::V31, true) => 3,
            (_, false) => 2,
            (_, true) => 4,
        };
        let mut values = vec![
            (LogField::PROTOCOL, number.to_string()),
            (LogField::CLEAN, u8::from(asked.clean).to_string()),
            (LogField::KEEP_ALIVE, asked.keep_alive.to_string()),
        ];
        values.extend(asked.user.map(|user| (LogField::USER, user)));
        let is_bridge = asked.level & 0x80 != 0;
        let event = if is_bridge { Event::BRIDGE_CONNECTED } else { Event::CONNECTED };
        self.put(lines, when, event, values);
        self.keep_alive = asked.keep_alive;
        let Some((bytes, retain, qos, topic)) = asked.will else {
            return self.put(lines, when, Event::NO_WILL, Values::new());
        };
        let values = vec![
            (LogField::WILL_BYTES, bytes.to_string()),
            (LogField::WILL_RETAIN, u8::from(retain).to_string()),
            (LogField::WILL_QOS, qos.to_string()),
            (LogField::TOPIC, topic),
        ];
        self.will = values.last().map(|(_, topic)| (topic.clone(), bytes));
        self.put(lines, when, Event::WILL, values.clone());
        self.put(lines, when, Event::WILL_TOPIC, values);
    }
}
