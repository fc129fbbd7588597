//! PUBLISH, and what is delivered: its alias, its origin, the subscriptions that it matches.

use super::notes::Notes;
use super::{Relation, Track, passed};
use crate::mqtt::packet::Publish;
use crate::session::ended::Ended;
use crate::session::shared::{Came, Copy, Hashes, SOON, Scope};
use crate::spec::{Field, Rule, Sender, Version};

/// What came of a message of which nothing came.
static NOTHING_CAME: Came = Came::NOTHING;

impl Track {
    /// A PUBLISH of either side. `most` is the highest Topic Alias that its receiver takes, where it is known.
    pub(super) fn publish(
        &mut self,
        publish: &Publish<'_>,
        sender: Sender,
        most: Option<u16>,
        notes: &mut Notes<'_>,
        record: &mut Ended,
    ) {
        let alias = self.aliases_mut(sender).publish(publish, most.map(u32::from), notes);
        self.latest.alias = alias.map(|alias| (sender, alias));
        let aliases = if sender == Sender::Client { &self.from_client } else { &self.from_server };
        let known = alias.and_then(|alias| aliases.topic(alias));
        let topic = known.unwrap_or(publish.topic.0);
        if topic.is_empty() {
            // What it stands for was set where the capture does not reach.
            if let Some(line) = &notes.seen.line
                && sender == Sender::Client
            {
                notes.shared.stranger(line.server.ip());
            }
            return;
        }
        let hash = known.map_or(notes.hashes.topic, |topic| notes.shared.hash(topic));
        let keyed = match known {
            Some(_) => notes.shared.keyed(notes.seen, Hashes { topic: hash, ..notes.hashes }),
            None => notes.keyed,
        };
        if sender == Sender::Client {
            if let Some(keyed) = keyed.filter(|_| !notes.seen.proof.is_swallowed) {
                notes.shared.published(notes.seen, keyed, (hash, topic), publish);
            }
            return;
        }
        let key = keyed.map(|keyed| keyed.key);
        self.judge_emptied(publish, notes);
        let place = key.and_then(|key| self.copied.place(key));
        let came = place.and_then(|place| self.copied.at(place)).unwrap_or(&NOTHING_CAME);
        let before = came.known;
        let mut carried = None;
        let (seen, from) = (notes.seen, &mut carried);
        let delivered = keyed.and_then(|it| notes.shared.delivered(seen, it, publish, came, from));
        // It is large: what follows looks at it where it is.
        let delivered = delivered.as_ref();
        let copy = delivered.and_then(|delivered| delivered.copy);
        // What had waited for a session may have been published before the capture; what the server
        // tells of itself nobody publishes.
        let is_live = self.clean_start.is_none() || self.is_session_new;
        if let Some(line) = &notes.seen.line
            && is_live
            && delivered.is_some_and(|delivered| delivered.is_strange)
            && !topic.starts_with(b"$")
        {
            notes.shared.stranger(line.server.ip());
        }
        if let (Some(key), Some(line)) = (key, &notes.seen.line)
            && record.comes_late(key)
        {
            notes.shared.is_slow(line.stream);
        }
        if let Some(Copy { of, qos, .. }) = copy {
            self.latest.belongs(Relation::Copies, of);
            self.latest.lowered_from = Some(qos).filter(|qos| *qos > publish.qos);
        }
        let is_complete = notes.is_complete();
        if let Some(carried) = carried.as_ref().filter(|_| is_complete)
            && !carried.source.contents.is_bare()
        {
            let since = record.connect.as_ref().map(|connect| connect.at);
            passed::judge_carried(carried, since, notes);
        }
        if let Some(delivered) = delivered.filter(|delivered| delivered.is_known) {
            self.copied.comes(place, delivered, notes.seen.at);
        }
        if self.subscriptions.is_empty() && !self.is_session_known {
            return;
        }
        let matched = self.subscriptions.matching(topic, hash);
        self.latest.filter = matched.granted;
        if self.is_session_known && notes.saw_all(Scope::Session) {
            self.subscriptions.judge(publish, &matched, self.is_session_new, notes);
        }
        let is_known = self.is_session_known && notes.saw_all(Scope::Session);
        let is_known = is_known && self.subscriptions.is_whole();
        if let (Some(carried), Some(key)) = (&carried, key)
            && is_complete
            && self.is_session_new
            && !self.is_bridge
            && self.subscriptions.is_whole()
        {
            self.passed.judge(publish, hash, carried, &matched, notes);
            let filter = matched.granted.and_then(|place| self.subscriptions.text(place));
            if let Some(filter) = filter.filter(|_| matched.is_shared && matched.count == 1) {
                let filter = notes.shared.hash(filter);
                self.passed.judge_shared(publish, (key, filter), &carried.source, notes);
            }
        }
        if let (Some(copy), Some(before)) = (copy, before)
            && copy.is_alone
            && matched.count == 1
            && is_known
            && notes.is_complete()
        {
            let now = notes.seen.at;
            let is_soon = now.since(copy.of.at).is_some_and(|time| time <= SOON);
            if before.number > copy.of.at.number && is_soon {
                record.double(topic, copy.of.at, before, now);
            }
        }
    }

    /// An empty message is never kept, and RETAIN is 1 on what was kept alone (3.1.1). In 5.0 a
    /// subscription may want the flag as it was published.
    fn judge_emptied(&self, publish: &Publish<'_>, notes: &mut Notes<'_>) {
        let is_kept = publish.retain && publish.payload.is_empty() && !self.is_bridge;
        if is_kept && notes.is_complete() && notes.seen.decoded.version == Version::V311 {
            notes.at(Rule::EMPTY_RETAINED, Field::RETAIN, (0, 0));
        }
    }
}
