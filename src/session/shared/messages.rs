//! Messages on their way through the broker.

use super::contents::Contents;
use super::passing::Came;
use crate::session::queue::Queue;
use crate::session::recent::Recent;
use crate::session::{At, Partner};
use crate::spec::PacketType;

/// Publications that are remembered to recognise their copies, at some 250 bytes each: a broker
/// passes a message on within moments, or stores it.
const MAX_MESSAGES: usize = 16_384;
/// Wills that are remembered to recognise their messages.
const MAX_WILLS: usize = 4_096;
/// Two equal messages within this time, in nanoseconds, cannot be told apart when their copies
/// come: brokers pass on within it, unless the receiver is away.
const APART: u64 = 1_000_000_000;

/// What clients have published of late, by a key of broker, topic and payload.
#[derive(Debug, Default)]
pub(super) struct Messages {
    recent: Queue<Message, { MAX_MESSAGES << 1 }>,
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
    /// Its copies may be seen since the Will is due.
    source: Source,
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
    /// Since when its copies may be seen: the PUBLISH, or when the Will was due.
    pub(in crate::session) since: At,
    /// It is the only one of its kind that was seen, and was sent once.
    pub(in crate::session) is_single: bool,
    /// All of its kind carry the same.
    is_uniform: bool,
    /// Whether it is a Will.
    pub(in crate::session) is_will: bool,
    /// A member of a shared subscription has refused it: the hash of the filter, and the number of
    /// the packet that says so.
    pub(in crate::session) refused: Option<(u64, u64)>,
}

impl Source {
    /// A message that came with the packet at `at` of this connection.
    pub(super) fn new(at: At, (from, port): (u64, u16), qos: u8, contents: Contents) -> Self {
        Self {
            at,
            from,
            port,
            qos,
            contents,
            since: at,
            is_single: true,
            is_uniform: true,
            is_will: false,
            refused: None,
        }
    }

    /// The next one with the same topic and payload.
    fn followed_by(&self, next: Self) -> Self {
        let is_uniform = self.is_uniform
            && self.contents == next.contents
            && self.qos == next.qos
            && self.port == next.port;
        Self { is_single: false, is_uniform, ..next }
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
    /// A client publishes a message.
    #[inline]
    pub(super) fn published(&mut self, key: u64, source: Source, is_dup: bool) {
        let at = source.at;
        // What is sent again is the same message; of QoS 1 a server that has acknowledged it takes it for a
        // new one (5.0: MQTT-4.3.2-5).
        if is_dup
            && source.qos == 2
            && let Some(old) = self.recent.last_mut(key)
        {
            old.source.is_single = false;
            return;
        }
        let old = self.published_as(key);
        let since = |old: &Message| at.since(old.source.at).is_none_or(|time| time < APART);
        let (is_ambiguous, is_repeated) = (old.is_some_and(since), old.is_some() || is_dup);
        let source = match old {
            Some(old) => old.source.followed_by(source),
            None => Source { is_single: !is_dup, ..source },
        };
        let before = old.filter(|_| is_ambiguous);
        let (run, nth) = before.map_or((at.number, 1), |old| (old.run, old.nth.saturating_add(1)));
        self.remember(key, Message { source, is_ambiguous, run, nth, is_repeated });
    }

    /// Keeps a message as the last one of its key, in place of the oldest of all.
    fn remember(&mut self, key: u64, message: Message) {
        if self.recent.len() >= MAX_MESSAGES {
            self.recent.pop();
        }
        self.recent.push(key, message.source.at.number, message);
    }

    /// The server refuses a PUBLISH, by its number: nothing is a copy of it.
    pub(super) fn refused(&mut self, number: u64) {
        let Some((key, _)) = self.recent.of_packet(number) else { return };
        let Some(message) = self.recent.last_mut(key) else { return };
        if message.is_repeated {
            // How many of them have copies is not certain any more.
            (message.is_ambiguous, message.nth) = (true, u32::MAX);
        } else {
            self.recent.hide(key);
        }
    }

    /// The last message of this key that a client has published.
    pub(super) fn published_as(&self, key: u64) -> Option<&Message> {
        self.recent.last(key)
    }

    /// A member of the shared subscription with this filter refuses a message.
    pub(super) fn member_refused(&mut self, key: u64, filter: u64, at: At) {
        if let Some(message) = self.recent.last_mut(key) {
            message.source.refused = Some((filter, at.number));
        }
    }

    /// A client has a Will with this message.
    pub(super) fn has_will(&mut self, key: u64, source: Source) {
        let source = Source { is_will: true, ..source };
        let mut is_new = false;
        let will = self.wills.0.entry(key, || {
            is_new = true;
            Will { source, is_due: false }
        });
        if !is_new {
            *will = Will { source: will.source.followed_by(source), is_due: false };
        }
    }

    /// Whether a client has had a Will with this message.
    #[inline]
    pub(super) fn is_will(&self, key: u64) -> bool {
        self.will(key).is_some()
    }

    #[inline]
    fn will(&self, key: u64) -> Option<&Will> {
        if self.wills.0.is_empty() { None } else { self.wills.0.get(&key) }
    }

    /// The Will that came with the connection `from` is due.
    pub(super) fn will_due(&mut self, key: u64, from: u64, at: At) {
        if let Some(will) = self.wills.0.get_mut(&key).filter(|will| will.source.from == from) {
            (will.source.since, will.is_due) = (at, true);
        }
    }

    /// Where a message comes from that a server delivers at this port: `message`, which has this key, or the Will that
    /// is due; where that is certain and all that look the same carry the same.
    #[inline]
    pub(super) fn carried_by<'m>(
        &'m self,
        message: Option<&'m Message>,
        key: u64,
        port: u16,
    ) -> Option<&'m Source> {
        let source = match (message, self.will(key)) {
            (Some(message), None) => (!message.is_ambiguous).then_some(&message.source)?,
            (None, Some(will)) => will.is_due.then_some(&will.source)?,
            // Which of the two it is cannot be told.
            (Some(_), Some(_)) | (None, None) => return None,
        };
        (source.is_uniform && source.port == port).then_some(source)
    }
}
