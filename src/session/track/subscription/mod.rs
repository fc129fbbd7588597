//! The subscriptions of one session: what was asked for, what was granted, and which of them a
//! message matches (5.0: section 4.7).
//!
//! What may enter: what is known of a session by its filters alone. SUBSCRIBE, UNSUBSCRIBE and their answers
//! are here, what is judged of a message by them in `delivery`.

mod delivery;
mod matching;

pub(super) use delivery::Matched;
pub use matching::matches;
pub(super) use matching::unshared;

use super::Notes;
use crate::mqtt::packet::{Suback, Subscribe, Unsubscribe};
use crate::session::At;
use crate::session::ended::Subscription;
use crate::spec::{PropertyId, Rule};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Filters that are remembered for a session. Beyond, it is not told any more which filter a
/// message matches.
const MAX_FILTERS: usize = 1_024;
/// Bytes that they may have together.
const MAX_BYTES: usize = 1 << 17;
/// Filters with wildcards that a message is compared with one by one.
const MAX_WILD: usize = 256;
/// SUBSCRIBE and UNSUBSCRIBE packets that may wait for their answers.
const MAX_WAITING: usize = 64;
/// The Subscription Option Retain As Published.
const RETAIN_AS_PUBLISHED: u8 = 0b1000;
/// The Subscription Option No Local.
const NO_LOCAL: u8 = 0b100;
/// What mosquitto and its relatives take a subscription of a bridge for that cannot say it, as 3.1.1 has no
/// such options: a bridge gets no message back that it has brought, and RETAIN as it was published.
const BRIDGED: u8 = NO_LOCAL | RETAIN_AS_PUBLISHED;
/// Subscription Identifiers that are remembered.
const MAX_IDS: usize = 256;
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
    /// Subscription Identifiers that were asked for: what waits for the client has the one that its
    /// subscription had when it came in.
    ids: Vec<u32>,
    /// Not all filters are known.
    is_partial: bool,
}

/// A filter, with what became of it.
#[derive(Clone, Debug)]
struct Filter {
    text: Box<[u8]>,
    options: u8,
    id: Option<u32>,
    /// The highest QoS that was ever granted: what was on its way when less was granted comes as it is.
    most: Option<u8>,
    /// The highest that is asked for without an answer: messages may come before the SUBACK.
    asked: Option<u8>,
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

/// The Subscription Options by which the server chooses what it delivers; `is_bridge`: the client says in its
/// CONNECT that it is a bridge.
pub(super) const fn served(options: u8, is_bridge: bool) -> u8 {
    if is_bridge { options | BRIDGED } else { options }
}

impl Subscriptions {
    /// A SUBSCRIBE.
    pub(super) fn subscribe(&mut self, subscribe: &Subscribe<'_>, notes: &Notes<'_>) {
        self.cached.clear();
        let id = subscribe.properties.number(PropertyId::SUBSCRIPTION_IDENTIFIER);
        if let Some(id) = id.filter(|id| !self.ids.contains(id)) {
            if self.ids.len() < MAX_IDS {
                self.ids.push(id);
            } else {
                self.is_partial = true;
            }
        }
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
            filter.asked = filter.asked.max(Some(options & 0b11));
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
        let before = self.asked.len();
        self.asked.retain(|(asked, _)| *asked != subscribe.packet_id);
        // Which of the two a SUBACK answers is not certain.
        self.is_partial |= self.asked.len() < before;
        self.asked.push((subscribe.packet_id, places));
    }

    /// A SUBACK: what was granted, and more than was asked for. `is_known`: all subscriptions of the
    /// session are known; `is_bridge`: the client is one.
    pub(super) fn suback(
        &mut self,
        suback: &Suback<'_>,
        (is_known, is_bridge): (bool, bool),
        notes: &mut Notes<'_>,
    ) {
        // Without its SUBSCRIBE it is not known what it grants.
        let Some(nth) = self.asked.iter().position(|(id, _)| *id == suback.packet_id) else {
            return;
        };
        self.cached.clear();
        let is_only = self.asked.iter().filter(|(id, _)| *id == suback.packet_id).count() == 1;
        let is_judged = notes.is_complete() || is_only && notes.knows_request();
        let (_, places) = self.asked.remove(nth);
        for ((place, requested), code) in places.into_iter().zip(suback.codes) {
            let waiting = self.asked.iter().flat_map(|(_, places)| places);
            let waiting = waiting.filter(|(other, _)| *other == place).map(|(_, qos)| *qos).max();
            let Some(filter) = self.filters.get_mut(usize::from(place)) else { continue };
            filter.asked = waiting;
            if *code > 2 {
                if self.refused.len() < MAX_REFUSED {
                    self.refused.push((filter.text.clone(), *code, notes.seen.at));
                }
                continue;
            }
            if *code > requested && is_judged {
                notes.whole(Rule::GRANTED_ABOVE_REQUESTED, ((*code).into(), requested.into()));
            }
            (filter.granted, filter.since) = (Some(*code), Some(notes.seen.at));
            filter.most = filter.most.max(Some(*code));
            if let Some(line) = notes.seen.line.filter(|_| is_known) {
                let how = (served(filter.options, is_bridge), false);
                notes.shared.subscribed(&line, &filter.text, how, notes.seen.at);
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
    pub(super) fn kept(mut self) -> Self {
        for filter in &mut self.filters {
            filter.most = filter.most.max(filter.asked.take());
        }
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
            asked: None,
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
