//! The subscriptions of one connection: what was asked for, what was granted, and which of them a
//! message matches (5.0: section 4.7).

use super::Notes;
use crate::mqtt::packet::{Suback, Subscribe, Unsubscribe};
use crate::spec::Rule;
use std::collections::HashMap;

/// Filters that are remembered for a connection. Beyond, it is not told any more which filter a
/// message matches.
const MAX_FILTERS: usize = 1_024;
/// Bytes that they may have together.
const MAX_BYTES: usize = 1 << 17;

/// A filter with its Subscription Options.
type Asked = (Box<[u8]>, u8);

/// The subscriptions of one connection.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    /// In the order in which they were granted, so that the first match is always the same one.
    granted: Vec<Box<[u8]>>,
    /// Filters of SUBSCRIBE packets without an answer, by Packet Identifier.
    asked: HashMap<u16, Vec<Asked>>,
    /// Filters of UNSUBSCRIBE packets without an answer.
    leaving: HashMap<u16, Vec<Box<[u8]>>>,
}

impl Subscriptions {
    /// A SUBSCRIBE.
    pub(super) fn subscribe(&mut self, subscribe: &Subscribe<'_>) {
        let filters: Vec<_> =
            subscribe.filters().map(|(filter, options)| (filter.0.into(), options)).collect();
        let bytes: usize = filters.iter().map(|(filter, _): &(Box<[u8]>, u8)| filter.len()).sum();
        if self.has_room(filters.len(), bytes) {
            self.asked.insert(subscribe.packet_id, filters);
        }
    }

    /// A SUBACK: what was granted, and more than was asked for.
    pub(super) fn suback(&mut self, suback: &Suback<'_>, notes: &mut Notes<'_>) {
        // Without its SUBSCRIBE it is not known what it grants.
        let Some(asked) = self.asked.remove(&suback.packet_id) else { return };
        for ((filter, options), code) in asked.into_iter().zip(suback.codes) {
            let most = options & 0b11;
            if *code > 2 {
                continue;
            }
            if *code > most && notes.is_complete {
                notes.whole(Rule::GRANTED_ABOVE_REQUESTED, ((*code).into(), most.into()));
            }
            self.granted.retain(|granted| *granted != filter);
            self.granted.push(filter);
        }
    }

    /// An UNSUBSCRIBE.
    pub(super) fn unsubscribe(&mut self, unsubscribe: &Unsubscribe<'_>) {
        let filters: Vec<Box<[u8]>> = unsubscribe.filters().map(|filter| filter.0.into()).collect();
        if self.has_room(filters.len(), filters.iter().map(|filter| filter.len()).sum()) {
            self.leaving.insert(unsubscribe.packet_id, filters);
        }
    }

    /// An UNSUBACK: the subscriptions end, but for those that the server kept.
    pub(super) fn unsuback(&mut self, unsuback: &Suback<'_>) {
        let Some(leaving) = self.leaving.remove(&unsuback.packet_id) else { return };
        let codes = unsuback.codes.iter().copied().chain(std::iter::repeat(0));
        for (filter, code) in leaving.iter().zip(codes) {
            if code < 0x80 {
                self.granted.retain(|granted| granted != filter);
            }
        }
    }

    /// The first filter that a topic matches, as a place for [`Self::filter`].
    pub(super) fn matching(&self, topic: &[u8]) -> Option<usize> {
        self.granted.iter().position(|filter| matches(filter, topic))
    }

    /// The filter at a place.
    pub(super) fn filter(&self, nth: usize) -> Option<&[u8]> {
        self.granted.get(nth).map(|filter| &**filter)
    }

    /// Whether so many filters more can be remembered.
    fn has_room(&self, filters: usize, bytes: usize) -> bool {
        let granted = self.granted.iter().map(|filter| filter.len());
        let asked = self.asked.values().flatten().map(|(filter, _)| filter.len());
        let leaving = self.leaving.values().flatten().map(|filter| filter.len());
        let all = granted.chain(asked).chain(leaving);
        let (count, held) = all.fold((filters, bytes), |(count, held), len| {
            (count.saturating_add(1), held.saturating_add(len))
        });
        count <= MAX_FILTERS && held <= MAX_BYTES
    }
}

/// Whether a Topic Filter matches a Topic Name: `+` stands for one level, `#` for all that remain,
/// also none. A filter that begins with a wildcard does not match a topic that begins with `$`. Of
/// a shared subscription the filter behind `$share/NAME/` counts.
#[must_use]
pub fn matches(filter: &[u8], topic: &[u8]) -> bool {
    let filter = shared(filter).unwrap_or(filter);
    if topic.first() == Some(&b'$') && matches!(filter.first(), Some(b'+' | b'#')) {
        return false;
    }
    let mut levels = topic.split(|byte| *byte == b'/');
    for part in filter.split(|byte| *byte == b'/') {
        match (part, levels.next()) {
            (b"#", _) => return true,
            (b"+", Some(_)) => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// The filter of a shared subscription: what stands behind `$share/NAME/`.
fn shared(filter: &[u8]) -> Option<&[u8]> {
    let rest = filter.strip_prefix(b"$share/")?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    rest.get(slash.saturating_add(1)..)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn the_examples_of_the_standard() {
        // 5.0, sections 4.7.1 and 4.7.2, and shared subscriptions of 4.8.2.
        let all = "sport/tennis/player1/#";
        for topic in
            ["sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/a/b"]
        {
            assert!(matches(all.as_bytes(), topic.as_bytes()), "{topic}");
        }
        for (filter, topic, is) in [
            ("sport/#", "sport", true),
            ("#", "a/b", true),
            ("#", "/", true),
            ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true),
            ("+/+", "/finance", true),
            ("/+", "/finance", true),
            ("+", "/finance", false),
            ("#", "$SYS/monitor", false),
            ("+/monitor/Clients", "$SYS/monitor/Clients", false),
            ("$SYS/#", "$SYS/monitor", true),
            ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
            ("ACCOUNTS", "Accounts", false),
            ("$share/consumer1/sport/tennis/+", "sport/tennis/player1", true),
            ("$share/consumer1//finance", "/finance", true),
        ] {
            assert_eq!(matches(filter.as_bytes(), topic.as_bytes()), is, "{filter} {topic}");
        }
    }
}
