//! What a server makes of a message on its way: its properties, RETAIN, its place among others.
//!
//! A copy is known by its topic and payload. Somebody whom the capture does not show may have
//! published the same, so that what rests on that is a note.

use super::{Matched, Notes, SOON};
use crate::mqtt::packet::{Ack, Publish};
use crate::session::At;
use crate::session::recent::Recent;
use crate::session::shared::{Carried, Change, Source};
use crate::spec::{Field, PropertyId, Rule};
use std::collections::VecDeque;

/// Topics, publishers and QoS for which it is remembered what was delivered last.
const MAX_ORDERED: usize = 256;
/// Messages for shared subscriptions of which a refusal is waited for.
const MAX_SHARED: usize = 64;
/// Nanoseconds that a message has to be newer than the end of a subscription: the server may have
/// had it before.
const AFTER: u64 = 1_000_000_000;
/// Seconds that Message Expiry Interval may be too large: server and capture round, each its way.
const ROUNDING: u64 = 2;

/// The messages that were delivered on a connection.
#[derive(Debug)]
pub(super) struct Passed {
    /// The number of the last PUBLISH of each topic, publisher and QoS that was delivered, by [`line`].
    last: Recent<u64, u64>,
    /// Messages for a shared subscription that wait for their acknowledgments: identifier, key, and
    /// the hash of the filter.
    members: VecDeque<(u16, u64, u64)>,
}

impl Default for Passed {
    fn default() -> Self {
        Self { last: Recent::new(MAX_ORDERED), members: VecDeque::new() }
    }
}

impl Passed {
    /// Judges a message that is delivered to a client whose subscriptions are all known. `topic` is
    /// the hash of its topic.
    pub(super) fn judge(
        &mut self,
        publish: &Publish<'_>,
        topic: u64,
        carried: &Carried,
        matched: &Matched,
        notes: &mut Notes<'_>,
    ) {
        let waited = notes.seen.at.since(carried.since);
        if waited.is_none_or(|waited| waited > SOON) || matched.count == 0 {
            return;
        }
        if publish.retain {
            return judge_flagged(carried, matched, notes);
        }
        judge_subscription(carried, matched, notes);
        self.judge_order(publish, topic, &carried.source, matched, notes);
    }

    /// A message of this key for the shared subscription whose filter has this hash, and no other.
    pub(super) fn judge_shared(
        &mut self,
        publish: &Publish<'_>,
        (key, filter): (u64, u64),
        source: &Source,
        notes: &mut Notes<'_>,
    ) {
        if !source.is_single {
            return;
        }
        if let Some(number) = notes.shared.refused_by_member(source.at.number, filter) {
            notes.whole(Rule::REFUSED_ELSEWHERE, (source.at.number, number));
        }
        let Some(id) = publish.packet_id else { return };
        if self.members.len() >= MAX_SHARED {
            self.members.pop_front();
        }
        self.members.push_back((id, key, filter));
    }

    /// The client acknowledges what was delivered to it.
    pub(super) fn acknowledged(&mut self, ack: &Ack<'_>, notes: &mut Notes<'_>) {
        let Some(place) = self.members.iter().position(|(id, ..)| *id == ack.packet_id) else {
            return;
        };
        let Some((_, key, filter)) = self.members.remove(place) else { return };
        if ack.is_refusal() {
            notes.shared.message_refused(key, filter, notes.seen.at);
        }
    }

    /// Messages of one client for one topic come in their order, those of each QoS by themselves.
    /// Those of QoS 2 are passed on when they are released.
    fn judge_order(
        &mut self,
        publish: &Publish<'_>,
        topic: u64,
        source: &Source,
        matched: &Matched,
        notes: &mut Notes<'_>,
    ) {
        let is_certain = source.is_single && !source.is_will && source.qos < 2;
        if !is_certain || matched.count != 1 || matched.is_shared || publish.qos != source.qos {
            return;
        }
        let number = source.at.number;
        let last = self.last.entry(line(topic, source), || number);
        if *last > number {
            notes.whole(Rule::OUT_OF_ORDER, (number, *last));
        }
        *last = number.max(*last);
    }
}

/// What messages of one topic, publisher and QoS have in common: the hash of the topic, which tells two of these apart
/// however publisher and QoS alter it.
const fn line(topic: u64, source: &Source) -> u64 {
    topic ^ (source.from << 2 | source.qos as u64).wrapping_mul(SPREAD)
}

/// An odd number that spreads small ones over all bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Judges what a message carries that is delivered on a connection which began with the CONNECT at
/// `connected`.
pub(super) fn judge_carried(carried: &Carried, connected: Option<At>, notes: &mut Notes<'_>) {
    let source = &carried.source;
    let Some(waited) = notes.seen.at.since(carried.since) else { return };
    // What comes late has come from somebody else, unless the client was away when it was published.
    let was_away = connected.is_some_and(|at| at.number > carried.since.number);
    let is_of_it = waited <= SOON || was_away;
    // What has expired may have been on its way before: the server had begun to deliver it (MQTT-3.3.2-5).
    let has_expired = may_have_expired(source, waited);
    if is_of_it && !has_expired {
        judge_expiry(carried, waited, notes);
    }
    if waited <= SOON && !carried.contents.retain {
        judge_contents(carried, has_expired, notes);
    }
}

/// Whether a message that was delivered after this time had expired by the clock of its server, which may
/// count whole seconds; of several with the same contents it may be one that was published before.
fn may_have_expired(source: &Source, waited: u64) -> bool {
    let is_over = |seconds: u32| waited / 1_000_000_000 >= u64::from(seconds).saturating_sub(1);
    source.contents.expiry.is_some_and(|seconds| !source.is_single || is_over(seconds))
}

/// The properties of a copy. Of one that may have expired there is no Message Expiry Interval left.
fn judge_contents(carried: &Carried, has_expired: bool, notes: &mut Notes<'_>) {
    let Carried { source, contents, .. } = carried;
    if !source.contents.is_v5 || !contents.is_v5 {
        return;
    }
    let number = source.at.number;
    for change in source.contents.changes(contents) {
        match change {
            Change::Altered(PropertyId::MESSAGE_EXPIRY_INTERVAL) if has_expired => {}
            Change::Altered(id) => {
                notes.at(Rule::NOT_PASSED_ON, Field::property(id.0 as u8), (number, 0));
            }
            Change::Reordered => {
                let field = Field::property(PropertyId::USER_PROPERTY.0 as u8);
                notes.at(Rule::USER_PROPERTIES_ORDER, field, (number, 0));
            }
        }
    }
}

/// The server takes the time off that it had a message.
fn judge_expiry(carried: &Carried, waited: u64, notes: &mut Notes<'_>) {
    let Carried { source, contents, .. } = carried;
    let pair = source.contents.expiry.zip(contents.expiry);
    let Some((own, copied)) = pair.filter(|_| source.is_single) else { return };
    let left = u64::from(own).saturating_sub(waited / 1_000_000_000);
    if u64::from(copied) > left.saturating_add(ROUNDING) {
        let field = Field::property(PropertyId::MESSAGE_EXPIRY_INTERVAL.0 as u8);
        notes.at(Rule::EXPIRY_NOT_LESS, field, (copied.into(), left));
    }
}

/// A copy with RETAIN 1, which is granted for long: only what was kept from before the subscription
/// has it, unless the subscription wants the flag as it was published.
fn judge_flagged(carried: &Carried, matched: &Matched, notes: &mut Notes<'_>) {
    let Carried { source, since: begins, .. } = carried;
    let Some(since) = matched.since.filter(|_| matched.granted.is_some()) else { return };
    let is_new = begins.since(since).is_some_and(|time| time >= SOON);
    if !is_new || !source.is_single {
        return;
    }
    let number = source.at.number;
    if matched.wants_published && !matched.wants_cleared && !source.contents.retain {
        notes.at(Rule::NOT_AS_PUBLISHED, Field::RETAIN, (number, 0));
    }
    if !matched.wants_published && source.contents.retain && !source.is_will {
        notes.at(Rule::NEW_AS_RETAINED, Field::RETAIN, (number, since.number));
    }
}

/// A copy with RETAIN 0 by what its subscriptions want.
fn judge_subscription(carried: &Carried, matched: &Matched, notes: &mut Notes<'_>) {
    let Carried { source, since: begins, .. } = carried;
    let number = source.at.number;
    let wants_flag = matched.wants_published && !matched.wants_cleared;
    if source.contents.retain && wants_flag && matched.granted.is_some() {
        notes.at(Rule::NOT_AS_PUBLISHED, Field::RETAIN, (number, 0));
    }
    let is_own = notes.seen.line.is_some_and(|line| line.stream == source.from);
    if is_own && !matched.wants_own && !source.is_will {
        notes.whole(Rule::OWN_DELIVERED, (number, 0));
    }
    let Some(left) = matched.since.filter(|_| matched.granted.is_none()) else { return };
    if begins.since(left).is_some_and(|time| time >= AFTER) {
        notes.whole(Rule::AFTER_UNSUBSCRIBE, (number, left.number));
    }
}
