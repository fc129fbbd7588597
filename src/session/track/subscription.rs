//! The subscriptions of one session: what was asked for, what was granted, and which of them a
//! message matches (5.0: section 4.7).

use super::Notes;
use crate::mqtt::packet::{Publish, Suback, Subscribe, Unsubscribe};
use crate::mqtt::property::Value;
use crate::session::At;
use crate::session::ended::Subscription;
use crate::spec::{Field, PropertyId, Rule};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Filters that are remembered for a session. Beyond, it is not told any more which filter a
/// message matches.
const MAX_FILTERS: usize = 1_024;
/// Bytes that they may have together.
const MAX_BYTES: usize = 1 << 17;
/// Filters with wildcards that a message is compared with one by one.
const MAX_WILD: usize = 256;
/// Filters with wildcards from which on the results of comparing are remembered, and how many.
const FEW: usize = 2;
const MAX_CACHED: usize = 256;
/// SUBSCRIBE and UNSUBSCRIBE packets that may wait for their answers.
const MAX_WAITING: usize = 64;
/// The Subscription Option Retain As Published.
const RETAIN_AS_PUBLISHED: u8 = 0b1000;
/// The Subscription Option No Local.
const NO_LOCAL: u8 = 0b100;
/// Refusals that are remembered.
const MAX_REFUSED: usize = 16;

/// The subscriptions of one session.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Subscriptions {
    /// In the order in which they were first asked for.
    filters: Vec<Filter>,
    /// The place of each filter, by its hash.
    places: HashMap<u64, u16, RandomState>,
    /// Places of those with wildcards.
    wild: Vec<u16>,
    bytes: usize,
    /// SUBSCRIBE and UNSUBSCRIBE packets without an answer: identifier, and the places concerned.
    asked: Vec<(u16, Vec<(u16, u8)>)>,
    leaving: Vec<(u16, Vec<u16>)>,
    /// What topics match, by their hash.
    cached: HashMap<u64, Matched, RandomState>,
    /// Refused filters.
    refused: Vec<(Box<[u8]>, u8, At)>,
    /// Not all filters are known.
    is_partial: bool,
}

/// A filter, with what became of it.
#[derive(Clone, Debug)]
struct Filter {
    text: Box<[u8]>,
    options: u8,
    id: Option<u32>,
    /// The QoS that messages may have because of it: the highest that was ever granted or is asked
    /// for. `None`: it was refused, and never anything else.
    most: Option<u8>,
    /// The QoS that is granted now.
    granted: Option<u8>,
    /// A SUBSCRIBE for it had no Subscription Identifier.
    is_unnamed: bool,
    /// A SUBSCRIBE for it lets messages come with RETAIN 1: because of Retain Handling, or of Retain
    /// As Published.
    may_retain: bool,
    /// A SUBSCRIBE for it had Retain As Published, one had not, and one had not No Local.
    wants_published: bool,
    wants_cleared: bool,
    wants_own: bool,
    /// The last packet that changed it: the SUBACK or UNSUBACK; `None` while one is awaited, or where
    /// it was refused.
    since: Option<At>,
}

/// What a message matches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Matched {
    /// The place of the first filter that is granted.
    pub(super) granted: Option<u16>,
    /// How many filters match it: the server may send as many copies.
    pub(super) count: u16,
    /// The highest QoS that it may have; `None`: nothing that was asked for matches it.
    most: Option<u8>,
    /// One of them has no Subscription Identifier.
    is_unnamed: bool,
    /// One of them lets it have RETAIN 1.
    may_retain: bool,
    /// One wants RETAIN as it was published, one does not, and one wants the client's own messages.
    pub(super) wants_published: bool,
    pub(super) wants_cleared: bool,
    pub(super) wants_own: bool,
    /// One of them is a shared subscription.
    pub(super) is_shared: bool,
    /// All that it matches stand as they are since this packet at the latest.
    pub(super) since: Option<At>,
}

impl Subscriptions {
    /// A SUBSCRIBE.
    pub(super) fn subscribe(&mut self, subscribe: &Subscribe<'_>, notes: &Notes<'_>) {
        self.cached.clear();
        let id = subscribe.properties.number(PropertyId::SUBSCRIPTION_IDENTIFIER);
        let mut places = Vec::new();
        for (text, options) in subscribe.filters() {
            let Some(place) = self.place(text.0, notes) else { continue };
            let Some(filter) = self.filters.get_mut(usize::from(place)) else { continue };
            let is_known = filter.granted.is_some();
            filter.may_retain |= options & RETAIN_AS_PUBLISHED != 0
                || match options >> 4 & 0b11 {
                    0 => true,
                    1 => !is_known,
                    _ => false,
                };
            filter.is_unnamed |= id.is_none();
            filter.wants_published |= options & RETAIN_AS_PUBLISHED != 0;
            filter.wants_cleared |= options & RETAIN_AS_PUBLISHED == 0;
            filter.wants_own |= options & NO_LOCAL == 0;
            (filter.options, filter.id, filter.since) = (options, id, None);
            filter.most = filter.most.max(Some(options & 0b11));
            places.push((place, options & 0b11));
        }
        if self.asked.len() >= MAX_WAITING {
            self.asked.remove(0);
            self.is_partial = true;
        }
        if places.len() < subscribe.filters().count() {
            // Codes and filters cannot be paired.
            self.is_partial = true;
            return;
        }
        self.asked.retain(|(asked, _)| *asked != subscribe.packet_id);
        self.asked.push((subscribe.packet_id, places));
    }

    /// A SUBACK: what was granted, and more than was asked for. `is_known`: all subscriptions of the
    /// session are known.
    pub(super) fn suback(&mut self, suback: &Suback<'_>, is_known: bool, notes: &mut Notes<'_>) {
        // Without its SUBSCRIBE it is not known what it grants.
        let Some(nth) = self.asked.iter().position(|(id, _)| *id == suback.packet_id) else {
            return;
        };
        self.cached.clear();
        let (_, places) = self.asked.remove(nth);
        for ((place, requested), code) in places.into_iter().zip(suback.codes) {
            let Some(filter) = self.filters.get_mut(usize::from(place)) else { continue };
            if *code > 2 {
                if filter.granted.is_none() {
                    filter.most = None;
                }
                if self.refused.len() < MAX_REFUSED {
                    self.refused.push((filter.text.clone(), *code, notes.seen.at));
                }
                continue;
            }
            if *code > requested && notes.is_complete {
                notes.whole(Rule::GRANTED_ABOVE_REQUESTED, ((*code).into(), requested.into()));
            }
            (filter.granted, filter.since) = (Some(*code), Some(notes.seen.at));
            filter.most = filter.most.max(Some(*code));
            if let Some(line) = notes.seen.line.filter(|_| is_known) {
                notes.shared.subscribed(&line, &filter.text, filter.options, notes.seen.at);
            }
        }
    }

    /// An UNSUBSCRIBE.
    pub(super) fn unsubscribe(&mut self, unsubscribe: &Unsubscribe<'_>, notes: &mut Notes<'_>) {
        if let Some(line) = notes.seen.line {
            for filter in unsubscribe.filters() {
                notes.shared.unsubscribed(&line, filter.0, notes.seen.at);
            }
        }
        let find = |text: &[u8]| self.places.get(&notes.shared.hash(text)).copied();
        let places: Vec<u16> = unsubscribe.filters().filter_map(|text| find(text.0)).collect();
        self.cached.clear();
        for place in &places {
            if let Some(filter) = self.filters.get_mut(usize::from(*place)) {
                filter.since = None;
            }
        }
        if self.leaving.len() >= MAX_WAITING {
            self.leaving.remove(0);
        }
        self.leaving.push((unsubscribe.packet_id, places));
    }

    /// An UNSUBACK: the subscriptions end, but for those that the server kept. What is on its way
    /// may still come.
    pub(super) fn unsuback(&mut self, unsuback: &Suback<'_>, at: At) {
        let Some(nth) = self.leaving.iter().position(|(id, _)| *id == unsuback.packet_id) else {
            return;
        };
        self.cached.clear();
        let (_, places) = self.leaving.remove(nth);
        let codes = unsuback.codes.iter().copied().chain(std::iter::repeat(0));
        for (place, code) in places.into_iter().zip(codes) {
            if let Some(filter) = self.filters.get_mut(usize::from(place)).filter(|_| code < 0x80) {
                (filter.granted, filter.since) = (None, Some(at));
            }
        }
    }

    /// What a message matches; `hash` is that of its topic.
    pub(super) fn matching(&mut self, topic: &[u8], hash: u64) -> Matched {
        if self.wild.len() <= FEW {
            return self.compare(topic, hash);
        }
        if let Some(matched) = self.cached.get(&hash) {
            return *matched;
        }
        let matched = self.compare(topic, hash);
        if self.cached.len() >= MAX_CACHED {
            self.cached.clear();
        }
        self.cached.insert(hash, matched);
        matched
    }

    fn compare(&self, topic: &[u8], hash: u64) -> Matched {
        let mut matched = Matched::default();
        let mut is_settled = true;
        let exact = self.places.get(&hash).copied();
        let exact = exact.filter(|place| self.text(*place) == Some(topic));
        let wild = self.wild.iter().copied();
        let wild = wild.filter(|place| self.text(*place).is_some_and(|text| matches(text, topic)));
        for place in exact.into_iter().chain(wild) {
            let Some(filter) = self.filters.get(usize::from(place)) else { continue };
            matched.most = matched.most.max(filter.most);
            matched.count = matched.count.saturating_add(1);
            matched.is_unnamed |= filter.is_unnamed;
            matched.may_retain |= filter.may_retain;
            matched.wants_published |= filter.wants_published;
            matched.wants_cleared |= filter.wants_cleared;
            matched.wants_own |= filter.wants_own;
            matched.is_shared |= filter.text.starts_with(b"$share/");
            is_settled &= filter.since.is_some();
            let later = |at: &At| matched.since.is_none_or(|since| at.number > since.number);
            matched.since = filter.since.filter(later).or(matched.since);
            if filter.granted.is_some() && matched.granted.is_none_or(|first| place < first) {
                matched.granted = Some(place);
            }
        }
        matched.since = matched.since.filter(|_| is_settled);
        matched
    }

    /// Judges a delivered message of a session whose subscriptions are known. `is_new`: it began
    /// with this connection, so that none was made where the capture does not reach.
    pub(super) fn judge(
        &self,
        publish: &Publish<'_>,
        matched: Matched,
        is_new: bool,
        notes: &mut Notes<'_>,
    ) {
        if self.is_partial {
            return;
        }
        let Some(most) = matched.most else {
            return notes.at(Rule::NO_SUBSCRIPTION, Field::TOPIC, (0, 0));
        };
        if is_new && publish.qos > most && publish.qos < 3 {
            notes.at(Rule::QOS_ABOVE_GRANTED, Field::QOS, (publish.qos.into(), most.into()));
        }
        if !notes.seen.decoded.version.is_v5() {
            return;
        }
        if is_new && publish.retain && !matched.may_retain {
            notes.at(Rule::RETAINED_UNWANTED, Field::RETAIN, (0, 0));
        } else if is_new && publish.retain && publish.payload.is_empty() && !matched.wants_published
        {
            notes.at(Rule::EMPTY_RETAINED, Field::RETAIN, (0, 0));
        }
        let id = PropertyId::SUBSCRIPTION_IDENTIFIER;
        if is_new && !matched.is_unnamed && publish.properties.get(id).is_none() {
            notes.whole(Rule::SUBSCRIPTION_ID_MISSING, (0, 0));
        }
        for (id, value) in publish.properties.iter() {
            let Value::Number(number) = value else { continue };
            if id == PropertyId::SUBSCRIPTION_IDENTIFIER
                && !self.filters.iter().any(|filter| filter.id == Some(number))
            {
                let field = Field::property(id.0 as u8);
                notes.at(Rule::SUBSCRIPTION_ID_UNKNOWN, field, (number.into(), 0));
            }
        }
    }

    /// Whether all subscriptions are remembered.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_partial
    }

    /// The filter at a place.
    pub(super) fn text(&self, place: u16) -> Option<&[u8]> {
        self.filters.get(usize::from(place)).map(|filter| &*filter.text)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// What it costs to keep, in bytes.
    pub(in crate::session) fn cost(&self) -> usize {
        let each = size_of::<Filter>().saturating_add(32);
        self.bytes.saturating_add(self.filters.len().saturating_mul(each))
    }

    /// The subscriptions that hold.
    pub(in crate::session) fn granted(&self) -> impl Iterator<Item = Subscription> + '_ {
        self.filters.iter().filter_map(|filter| {
            let (filter, qos) = (filter, filter.granted?);
            let Filter { text, options, id, .. } = filter;
            Some(Subscription { filter: text.clone(), qos, options: *options, id: *id })
        })
    }

    /// What was refused.
    pub(super) fn refused(&self) -> &[(Box<[u8]>, u8, At)] {
        &self.refused
    }

    /// The same for the next connection of the session: what was asked without an answer may hold.
    pub(super) fn kept(self) -> Self {
        let (asked, leaving) = (Vec::new(), Vec::new());
        Self { asked, leaving, cached: HashMap::default(), refused: Vec::new(), ..self }
    }

    /// The place of a filter, made where there is none yet.
    fn place(&mut self, text: &[u8], notes: &Notes<'_>) -> Option<u16> {
        let hash = notes.shared.hash(text);
        if let Some(place) = self.places.get(&hash) {
            return Some(*place);
        }
        let bytes = self.bytes.saturating_add(text.len());
        let is_wild =
            text.iter().any(|byte| matches!(byte, b'+' | b'#')) || unshared(text).is_some();
        let is_full = self.filters.len() >= MAX_FILTERS || bytes > MAX_BYTES;
        if is_full || (is_wild && self.wild.len() >= MAX_WILD) {
            self.is_partial = true;
            return None;
        }
        let place = u16::try_from(self.filters.len()).ok()?;
        self.bytes = bytes;
        self.places.insert(hash, place);
        if is_wild {
            self.wild.push(place);
        }
        let text = text.into();
        self.filters.push(Filter {
            text,
            options: 0,
            id: None,
            most: None,
            granted: None,
            is_unnamed: false,
            may_retain: false,
            wants_published: false,
            wants_cleared: false,
            wants_own: false,
            since: None,
        });
        Some(place)
    }
}

/// Whether a Topic Filter matches a Topic Name: `+` stands for one level, `#` for all that remain,
/// also none. A filter that begins with a wildcard does not match a topic that begins with `$`. Of
/// a shared subscription the filter behind `$share/NAME/` counts.
#[must_use]
pub fn matches(filter: &[u8], topic: &[u8]) -> bool {
    let filter = unshared(filter).unwrap_or(filter);
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
pub(super) fn unshared(filter: &[u8]) -> Option<&[u8]> {
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
