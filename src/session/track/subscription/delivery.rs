//! A delivered message in the light of the subscriptions that it matches.

use super::Subscriptions;
use super::matching::matches;
use crate::mqtt::filter::behind_share;
use crate::mqtt::packet::Publish;
use crate::mqtt::property::Value;
use crate::session::At;
use crate::session::track::Notes;
use crate::spec::{Field, PropertyId, Rule};

/// Topics of which it is remembered what they match, where there are filters with wildcards.
const MAX_CACHED: usize = 256;

/// What a message matches.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session::track) struct Matched {
    /// The place of the first filter that is granted.
    pub(in crate::session::track) granted: Option<u16>,
    /// How many filters match it: the server may send as many copies.
    pub(in crate::session::track) count: u16,
    /// The highest QoS that it may have; `None`: nothing that was asked for matches it.
    most: Option<u8>,
    /// One of them has no Subscription Identifier.
    is_unnamed: bool,
    /// One of them lets it have RETAIN 1.
    may_retain: bool,
    /// One wants RETAIN as it was published, one does not, and one wants the client's own messages.
    pub(in crate::session::track) wants_published: bool,
    pub(in crate::session::track) wants_cleared: bool,
    pub(in crate::session::track) wants_own: bool,
    /// One of them is a shared subscription.
    pub(in crate::session::track) is_shared: bool,
    /// All that it matches stand as they are since this packet at the latest.
    pub(in crate::session::track) since: Option<At>,
}

impl Subscriptions {
    /// What a message matches; `hash` is that of its topic.
    pub(in crate::session::track) fn matching(&mut self, topic: &[u8], hash: u64) -> Matched {
        if self.wild.is_empty() {
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
            matched.most = matched.most.max(filter.most).max(filter.asked);
            matched.count = matched.count.saturating_add(1);
            matched.is_unnamed |= filter.is_unnamed;
            matched.may_retain |= filter.may_retain;
            matched.wants_published |= filter.wants_published;
            matched.wants_cleared |= filter.wants_cleared;
            matched.wants_own |= filter.wants_own;
            matched.is_shared |= behind_share(&filter.text).is_some();
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
    pub(in crate::session::track) fn judge(
        &self,
        publish: &Publish<'_>,
        matched: &Matched,
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
            if id == PropertyId::SUBSCRIPTION_IDENTIFIER && !self.ids.contains(&number) {
                let field = Field::property(id.0 as u8);
                notes.at(Rule::SUBSCRIPTION_ID_UNKNOWN, field, (number.into(), 0));
            }
        }
    }
}
