//! Topic Aliases of one direction of a connection (5.0: section 3.3.2.3.4).

use super::Notes;
use crate::mqtt::packet::Publish;
use crate::spec::{Field, PropertyId, Rule};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Bytes of topics that are remembered for one direction: a maximum of 65,535 aliases is allowed,
/// but no client is known to use more than some hundred.
const MAX_BYTES: usize = 1 << 18;

/// What the aliases of one direction stand for.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    topics: HashMap<u16, Box<[u8]>, RandomState>,
    bytes: usize,
    /// A topic was too much to remember.
    is_partial: bool,
}

impl Aliases {
    /// The alias of a PUBLISH that does not hold its topic. `most` is the Topic Alias Maximum of
    /// the receiver, where it is known.
    #[inline]
    pub(super) fn publish(
        &mut self,
        publish: &Publish<'_>,
        most: Option<u32>,
        notes: &mut Notes<'_>,
    ) -> Option<u16> {
        if publish.properties.is_empty() { None } else { self.judge(publish, most, notes) }
    }

    fn judge(
        &mut self,
        publish: &Publish<'_>,
        most: Option<u32>,
        notes: &mut Notes<'_>,
    ) -> Option<u16> {
        let alias = publish.properties.number(PropertyId::TOPIC_ALIAS)?;
        let field = Field::property(PropertyId::TOPIC_ALIAS.0 as u8);
        let above = most.filter(|most| alias > *most);
        if let Some(most) = above {
            notes.at(Rule::ALIAS_ABOVE_MAXIMUM, field, (alias.into(), most.into()));
        }
        let alias = self.take_as(alias, publish)?;
        // An alias that the receiver does not take was not set either: one fault, told once.
        if !self.topics.contains_key(&alias) && above.is_none() {
            let rule = match notes.is_complete() && !self.is_partial {
                true => Rule::ALIAS_UNKNOWN,
                false => Rule::ALIAS_NOT_SEEN,
            };
            notes.at(rule, field, (alias.into(), 0));
        }
        Some(alias)
    }

    /// The alias of a PUBLISH that does not hold its topic; of one that does the topic is remembered.
    pub(super) fn take(&mut self, publish: &Publish<'_>) -> Option<u16> {
        self.take_as(publish.properties.number(PropertyId::TOPIC_ALIAS)?, publish)
    }

    fn take_as(&mut self, alias: u32, publish: &Publish<'_>) -> Option<u16> {
        let alias = u16::try_from(alias).ok().filter(|alias| *alias != 0)?;
        if publish.topic.is_empty() {
            return Some(alias);
        }
        self.set(alias, publish.topic.0);
        None
    }

    /// The topic that an alias stands for.
    pub(super) fn topic(&self, alias: u16) -> Option<&[u8]> {
        self.topics.get(&alias).map(|topic| &**topic)
    }

    fn set(&mut self, alias: u16, topic: &[u8]) {
        let old = self.topics.remove(&alias).map_or(0, |topic| topic.len());
        let rest = self.bytes.saturating_sub(old);
        let bytes = rest.saturating_add(topic.len());
        if bytes > MAX_BYTES {
            self.bytes = rest;
            self.is_partial = true;
            return;
        }
        self.bytes = bytes;
        self.topics.insert(alias, topic.into());
    }
}
