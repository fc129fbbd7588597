//! A message on its way through the broker: from the client that publishes it to those that get it.

use super::Shared;
use super::contents::Contents;
use super::keys::{Keyed, at_broker};
use super::messages::{Message, Origin, Source};
use super::pending;
use crate::mqtt::packet::Publish;
use crate::session::{At, Partner, Seen};
use std::net::IpAddr;

/// Nanoseconds within which a broker passes on a message: the same contents later may have come from
/// somebody else.
pub(in crate::session) const SOON: u64 = 5_000_000_000;

/// A delivered message that is a copy of one that a client has published.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Copy {
    /// The PUBLISH.
    pub(in crate::session) of: Partner,
    /// Its QoS.
    pub(in crate::session) qos: u8,
    /// Nothing else with the same contents is known of: no other PUBLISH and no Will.
    pub(in crate::session) is_alone: bool,
}

/// The copies of one topic and payload that came to a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session) struct Came {
    /// The last of those whose PUBLISH is certain.
    pub(in crate::session) known: Option<At>,
    /// The number of the last of all, and of the last that was no new message, or a Will.
    pub(super) last: u64,
    other: u64,
    /// How many there are of messages that were published shortly after each other, and the number of the first
    /// of these.
    pub(super) count: u32,
    pub(super) run: u64,
}

impl Came {
    /// Of a message of which nothing came.
    pub(in crate::session) const NOTHING: Self =
        Self { known: None, last: 0, other: 0, count: 0, run: 0 };
}

#[cfg(test)]
impl Came {
    /// How many there are.
    pub(in crate::session) fn count(&self) -> u64 {
        self.count.into()
    }
}

#[cfg(test)]
impl Delivered {
    /// A new message of this key, the first of which is the packet of the number `run`.
    pub(in crate::session) fn of_run(key: u64, run: u64) -> Self {
        Self { key, copy: None, run: Some(run), is_known: true, is_strange: false }
    }
}

impl Came {
    /// One more comes.
    #[inline]
    pub(in crate::session) fn add(&mut self, delivered: &Delivered, at: At) {
        let Some(run) = delivered.run else {
            self.other = at.number;
            return;
        };
        let before = if self.run == run { self.count } else { 0 };
        (self.run, self.count, self.last) = (run, before.saturating_add(1), at.number);
        self.known = Some(at).filter(|_| delivered.copy.is_some()).or(self.known);
    }
}

/// What is known of a message that a server delivers.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Delivered {
    /// Its key, of broker, topic and payload.
    pub(in crate::session) key: u64,
    /// The PUBLISH that it is a copy of, where that is certain. What was kept from before, or is
    /// sent again, is no copy.
    pub(in crate::session) copy: Option<Copy>,
    /// Where it is new, and was seen to be published: the number of the first PUBLISH of those with its contents that
    /// came shortly after each other.
    run: Option<u64>,
    /// A client was seen to publish it, or to have it as its Will.
    pub(in crate::session) is_known: bool,
    /// It is a new message, and no client was seen to publish it.
    pub(in crate::session) is_strange: bool,
}

/// Where a message comes from that a server delivers, and what it carries.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Carried {
    /// Where a message of this topic and payload came from of late.
    pub(in crate::session) source: Source,
    /// Since when its copies may be seen: the PUBLISH, or when the Will was due.
    pub(in crate::session) since: At,
    /// What it carries, where that is to be compared with what its source carries.
    pub(in crate::session) contents: Contents,
}

impl Shared {
    /// A client publishes a message; `hash` is that of its topic.
    #[inline]
    pub(in crate::session) fn published(
        &mut self,
        seen: &Seen<'_>,
        Keyed { key, .. }: Keyed,
        (hash, topic): (u64, &[u8]),
        publish: &Publish<'_>,
    ) {
        let (Some(line), Some([of_message, of_copies])) = (&seen.line, self.heads.of_mut(key))
        else {
            return;
        };
        // What was told behind others that came later had waited for bytes that are lost: its copies were
        // told by then.
        let is_late = self.now > seen.at.time;
        let contents = Contents::of(publish, seen.decoded.version.is_v5(), &self.hasher);
        let by = (line.stream, line.server.port());
        let source = Source::new(seen.at, by, publish.qos, contents);
        self.messages.published(of_message, key, source, publish.dup);
        if publish.qos > 0 && !publish.dup && !self.away.is_empty() {
            self.away.published(line, at_broker(&self.hasher, *line.server, hash), topic, key);
        }
        // What expires is not to be passed on at all.
        let may_expire = contents.expiry.is_some();
        if publish.qos < 3 && !publish.dup && !may_expire && !is_late && self.copies.is_watched() {
            let hash = at_broker(&self.hasher, *line.server, hash);
            let message = pending::Message { key, hash, topic, qos: publish.qos };
            self.copies.published(message, line, seen.at, of_copies);
        }
    }

    /// A server acknowledges a PUBLISH, by the number of its first packet, or refuses it.
    #[inline]
    pub(in crate::session) fn acknowledged(&mut self, number: u64, is_refusal: bool, at: At) {
        self.copies.acknowledged(number, is_refusal, at);
        if is_refusal {
            self.messages.refused(number, |key| self.heads.of(key)[0]);
        }
    }

    /// A server delivers a message. `copies` are those of the same contents that came on this connection. Where it
    /// comes from goes to `carried`, if that is certain.
    #[inline]
    pub(in crate::session) fn delivered(
        &mut self,
        seen: &Seen<'_>,
        Keyed { key, heads: [of_message, of_copies] }: Keyed,
        publish: &Publish<'_>,
        copies: &Came,
        carried: &mut Option<Carried>,
    ) -> Option<Delivered> {
        let before = copies.known.map(|at| at.number);
        let line = seen.line.as_ref()?;
        self.copies.delivered(key, line.stream, of_copies);
        self.away.delivered(line.stream, key);
        let message = self.messages.published_as(of_message, key);
        let origin = Origin::of(message, seen.at, copies);
        let is_armed = self.wills.is_armed(key);
        let copy = if is_armed && may_be_will(seen, publish, before, &origin) {
            self.wills.delivered(key, seen);
            None
        } else {
            copy(publish, origin, is_armed)
        };
        let is_known = message.is_some() || self.messages.is_will(key) || is_armed;
        let is_new = !publish.retain && !publish.dup;
        let is_strange = !is_known && is_new;
        let run = message.filter(|_| is_new).map(Message::run);
        let source = self.messages.carried_by(message, key, line.server.port());
        // One more than was published is of somebody else, and so may all be of which one is.
        let last = before.unwrap_or(0).max(copies.other);
        let source = source.filter(|(_, since)| last < since.number);
        let source = source.filter(|_| !publish.dup && self.unseen.is_nobody(line.server.ip()));
        // It may be a Will that looks the same.
        let source = source.filter(|(source, _)| source.is_will || !is_armed);
        // What it carries is compared with that alone.
        let is_v5 = seen.decoded.version.is_v5();
        let contents = match source {
            Some((source, _)) if !source.contents.is_bare() => {
                Contents::of(publish, is_v5, &self.hasher)
            }
            _ => Contents::default(),
        };
        // It is large: made where it is to be, it is copied once.
        if let Some((source, since)) = source {
            *carried = Some(Carried { source: *source, since, contents });
        }
        Some(Delivered { key, copy, run, is_known, is_strange })
    }

    /// Somebody whom the capture does not show may publish at this broker.
    pub(in crate::session) fn stranger(&mut self, server: IpAddr) {
        self.unseen.publisher(server);
    }

    /// A member of a shared subscription refuses a message; `filter` is the hash of its filter.
    pub(in crate::session) fn message_refused(&mut self, key: u64, filter: u64, at: At) {
        let [head, _] = self.heads.of(key);
        self.messages.member_refused(head, key, filter, at);
    }

    /// The packet with which another member of the shared subscription whose filter has this hash has refused the
    /// message of this number.
    pub(in crate::session) fn refused_by_member(&self, number: u64, filter: u64) -> Option<u64> {
        self.messages.is_refused(number, filter)
    }
}

/// Whether a message that a server delivers, and that looks like a Will, is taken for that: `before` is the number of
/// the last one with the same contents.
fn may_be_will(
    seen: &Seen<'_>,
    publish: &Publish<'_>,
    before: Option<u64>,
    origin: &Origin,
) -> bool {
    let is_old = |at: At| seen.at.since(at).is_none_or(|time| time > SOON);
    let is_new = match origin {
        Origin::Unseen => true,
        Origin::Several(at, had_all) => *had_all || is_old(*at),
        Origin::One(of, ..) => is_old(of.at) || before > Some(of.at.number),
    };
    // Before 5.0 a message with RETAIN 1 is one that was kept.
    let is_kept = publish.retain && !seen.decoded.version.is_v5();
    is_new && !is_kept
}

/// What a message that a server delivers is a copy of, where that is certain. `is_armed`: a Will looks the same.
fn copy(publish: &Publish<'_>, origin: Origin, is_armed: bool) -> Option<Copy> {
    let Origin::One(of, qos, is_only) = origin else { return None };
    let is_live = !publish.retain && !publish.dup;
    is_live.then_some(Copy { of, qos, is_alone: is_only && !is_armed })
}
