//! Messages on their way through the broker.

use super::contents::Contents;
use super::passing::Came;
use crate::session::queue::{Head, Ring};
use crate::session::recent::Recent;
use crate::session::{At, Partner};
use crate::spec::PacketType;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Publications that are remembered to recognise their copies, at some 130 bytes each: a broker
/// passes a message on within moments, or stores it.
pub(super) const MAX_MESSAGES: usize = 16_384;
/// Wills that are remembered to recognise their messages.
const MAX_WILLS: usize = 4_096;
/// Two equal messages within this time, in nanoseconds, cannot be told apart when their copies
/// come: brokers pass on within it, unless the receiver is away.
const APART: u64 = 1_000_000_000;

/// What clients have published of late, by a key of broker, topic and payload. Who asks for one says what the
/// head of its key is.
#[derive(Debug, Default)]
pub(super) struct Messages {
    recent: Ring<Message, MAX_MESSAGES>,
    /// For those that a member of a shared subscription has refused, which is rare, by their numbers: the hash of
    /// the filter, and the number of the packet that says so.
    refused: HashMap<u64, (u64, u64), RandomState>,
    wills: Wills,
}

/// Wills by the key of their messages.
#[derive(Debug)]
struct Wills(Recent<u64, Will>);

impl Default for Wills {
    fn default() -> Self {
        Self(Recent::new(MAX_WILLS))
    }
}

/// A message that a client published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    source: Source,
    /// Another one with the same contents came shortly before.
    is_ambiguous: bool,
    /// The number of the first of those that came shortly after each other, and which of them it is, from 1.
    run: u64,
    nth: u32,
    /// Another one with the same contents came before at some time, or this one for the second time.
    is_repeated: bool,
}

/// Which PUBLISH a delivered message can be a copy of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// No client was seen to publish it.
    Unseen,
    /// Several PUBLISH packets have its contents; this is the last of them, and whether as many copies came
    /// before.
    Several(At, bool),
    /// One PUBLISH, with its QoS; and whether no other one had the same contents.
    One(Partner, u8, bool),
}

/// A Will.
#[derive(Clone, Copy, Debug)]
struct Will {
    source: Source,
    /// Since when its copies may be seen: its CONNECT, or when it was due.
    since: At,
    is_due: bool,
}

/// Where a message comes from, as far as topic and payload tell.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) struct Source {
    /// The PUBLISH, or the CONNECT with the Will.
    pub(in crate::session) at: At,
    /// The connection that it came on, and the server's port there: the key tells its address.
    pub(in crate::session) from: u64,
    port: u16,
    /// Its QoS.
    pub(in crate::session) qos: u8,
    /// What it carries.
    pub(in crate::session) contents: Contents,
    /// It is the only one of its kind that was seen, and was sent once.
    pub(in crate::session) is_single: bool,
    /// All of its kind carry the same.
    is_uniform: bool,
    /// Whether it is a Will.
    pub(in crate::session) is_will: bool,
}

impl Source {
    /// A message that came with the packet at `at` of this connection.
    pub(super) fn new(at: At, (from, port): (u64, u16), qos: u8, contents: Contents) -> Self {
        Self { at, from, port, qos, contents, is_single: true, is_uniform: true, is_will: false }
    }

    /// It is the next one with the same topic and payload as one before.
    fn follows(&mut self, before: &Self) {
        self.is_single = false;
        self.is_uniform = before.is_uniform
            && self.contents == before.contents
            && self.qos == before.qos
            && self.port == before.port;
    }
}

impl Origin {
    /// Which PUBLISH a message can be a copy of that is delivered at this place, on a connection to which these
    /// `copies` came before.
    pub(super) fn of(message: Option<&Message>, at: At, copies: &Came) -> Self {
        let Some(message) = message else { return Self::Unseen };
        let Source { at: published, qos, .. } = message.source;
        if message.is_ambiguous && !message.is_next_of(copies) {
            let had_all = copies.run == message.run && copies.count >= message.nth;
            return Self::Several(published, had_all);
        }
        let partner = Partner::new(PacketType::PUBLISH, published, at);
        Self::One(partner, qos, !message.is_repeated)
    }
}

impl Message {
    /// The number of the first of those with the same contents that came shortly after each other.
    pub(super) fn run(&self) -> u64 {
        self.run
    }

    /// Whether a copy of each of those before it had come to a connection when it was published: the next one is its.
    fn is_next_of(&self, copies: &Came) -> bool {
        let is_last = copies.last < self.source.at.number;
        is_last && copies.run == self.run && copies.count.checked_add(1) == Some(self.nth)
    }
}

impl Messages {
    /// A client publishes a message; `head` is that of its key.
    #[inline]
    pub(super) fn published(
        &mut self,
        head: &mut Head,
        key: u64,
        mut source: Source,
        is_dup: bool,
    ) {
        let at = source.at;
        // What is sent again is the same message; of QoS 1 a server that has acknowledged it takes it for a
        // new one (5.0: MQTT-4.3.2-5).
        if is_dup && source.qos == 2 && self.is_known_again(*head, key) {
            return;
        }
        let old = self.published_as(*head, key);
        let since = |old: &Message| at.since(old.source.at).is_none_or(|time| time < APART);
        let (is_ambiguous, is_repeated) = (old.is_some_and(since), old.is_some() || is_dup);
        match old {
            Some(old) => source.follows(&old.source),
            None => source.is_single = !is_dup,
        }
        let before = old.filter(|_| is_ambiguous);
        let (run, nth) = before.map_or((at.number, 1), |old| (old.run, old.nth.saturating_add(1)));
        let message = Message { source, is_ambiguous, run, nth, is_repeated };
        self.recent.push(head, key, at.number, message);
    }

    /// A message is sent again; whether it was seen to be published.
    #[cold]
    #[inline(never)]
    fn is_known_again(&mut self, head: Head, key: u64) -> bool {
        let old = self.recent.last_mut(head, key);
        old.map(|old| old.source.is_single = false).is_some()
    }

    /// The server refuses a PUBLISH, by its number: nothing is a copy of it.
    #[cold]
    #[inline(never)]
    pub(super) fn refused(&mut self, number: u64, head: impl FnOnce(u64) -> Head) {
        let Some((key, _)) = self.recent.of_packet(number) else { return };
        let head = head(key);
        let Some(message) = self.recent.last_mut(head, key) else { return };
        if message.is_repeated {
            // How many of them have copies is not certain any more.
            (message.is_ambiguous, message.nth) = (true, u32::MAX);
        } else {
            self.recent.hide(head, key);
        }
    }

    /// The last message of this key that a client has published.
    #[inline]
    pub(super) fn published_as(&self, head: Head, key: u64) -> Option<&Message> {
        self.recent.last(head, key)
    }

    /// A member of the shared subscription with this filter refuses a message.
    pub(super) fn member_refused(&mut self, head: Head, key: u64, filter: u64, at: At) {
        let Some(message) = self.recent.last(head, key) else { return };
        if self.refused.len() >= MAX_MESSAGES << 1 {
            let oldest = self.recent.front().map_or(0, |message| message.source.at.number);
            self.refused.retain(|number, _| *number >= oldest);
        }
        self.refused.insert(message.source.at.number, (filter, at.number));
    }

    /// The packet with which a member of the shared subscription with this filter has refused the message with this
    /// number, if the last one that did was of that.
    pub(super) fn is_refused(&self, number: u64, filter: u64) -> Option<u64> {
        let (by, number) = self.refused.get(&number)?;
        (*by == filter).then_some(*number)
    }

    /// A client has a Will with this message.
    pub(super) fn has_will(&mut self, key: u64, mut source: Source) {
        source.is_will = true;
        let mut is_new = false;
        let will = self.wills.0.entry(key, || {
            is_new = true;
            Will { source, since: source.at, is_due: false }
        });
        if !is_new {
            source.follows(&will.source);
            *will = Will { source, since: source.at, is_due: false };
        }
    }

    /// Whether a client has had a Will with this message.
    #[inline]
    pub(super) fn is_will(&self, key: u64) -> bool {
        self.will(key).is_some()
    }

    #[inline]
    fn will(&self, key: u64) -> Option<&Will> {
        if self.wills.0.is_empty() { None } else { self.some_will(key) }
    }

    #[inline(never)]
    fn some_will(&self, key: u64) -> Option<&Will> {
        self.wills.0.get(&key)
    }

    /// The Will that came with the connection `from` is due.
    pub(super) fn will_due(&mut self, key: u64, from: u64, at: At) {
        if let Some(will) = self.wills.0.get_mut(&key).filter(|will| will.source.from == from) {
            (will.since, will.is_due) = (at, true);
        }
    }

    /// Where a message comes from that a server delivers at this port, and since when its copies may be seen:
    /// `message`, which has this key, or the Will that is due; where that is certain and all that look the same carry
    /// the same.
    #[inline]
    pub(super) fn carried_by<'m>(
        &'m self,
        message: Option<&'m Message>,
        key: u64,
        port: u16,
    ) -> Option<(&'m Source, At)> {
        let (source, since) = match (message, self.will(key)) {
            (Some(message), None) if !message.is_ambiguous => (&message.source, message.source.at),
            (None, Some(will)) if will.is_due => (&will.source, will.since),
            // Which of the two it is cannot be told.
            _ => return None,
        };
        (source.is_uniform && source.port == port).then_some((source, since))
    }
}
