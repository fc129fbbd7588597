//! MQTT-SN: what is known of one client at one gateway, across its messages.

use super::How;
use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::mqttsn::{Decoded, Message, Topic};
use crate::spec::sn::{Flags, MessageType as T};
use crate::spec::{Field, Rule, Sender};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The longest name that is kept, in bytes; a sensor network's datagrams are shorter.
const MAX_NAME: usize = 1_024;
/// Topic ids that are kept for one client: more than any device registers, less than a flood does.
const MAX_TOPICS: usize = 2_048;
/// Messages whose answer is waited for. A client waits for each answer before it goes on, a gateway
/// has a few under way.
const MAX_PENDING: usize = 64;

/// Where something was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Number of the record.
    pub record: u64,
    /// Number of the frame, where there are frames.
    pub frame: Option<u64>,
}

/// Which message gave a topic its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A REGISTER: the gateway's, or the client's that a REGACK granted.
    Register,
    /// A SUBACK, for the name in its SUBSCRIBE.
    Suback,
    /// The message itself: a short topic name.
    Short,
    /// The message that this one answers.
    Request,
    /// An option, for a pre-defined topic id.
    Option,
}

/// Names of pre-defined topic ids, which no message tells.
pub type Predefined = Arc<HashMap<u16, Arc<[u8]>>>;

impl Told {
    /// `register`, `suback`, `short`, `request` or `option`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Suback => "suback",
            Self::Short => "short",
            Self::Request => "request",
            Self::Option => "option",
        }
    }
}

/// The topic that a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The topic name; of SUBACK and UNSUBACK the filter.
    pub name: Arc<[u8]>,
    /// How it is known.
    pub told: Told,
    /// Where that was said.
    pub at: At,
}

/// A message whose answer is waited for.
#[derive(Debug)]
struct Pending {
    kind: T,
    sender: Option<Sender>,
    msg_id: u16,
    topic: Option<Resolved>,
}

/// Whether the client sleeps (section 6.14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sleep {
    #[default]
    Active,
    /// It has said that it goes to sleep.
    Announced,
    Asleep,
    /// It is awake for a moment, and takes what was kept for it.
    Awake,
}

/// One client at one gateway.
#[derive(Debug, Default)]
pub struct Session {
    client_id: Option<Arc<[u8]>>,
    /// Whether a CONNECT of this version was seen.
    is_connected: bool,
    /// Whether an answer fitted the message that it answers.
    is_answered: bool,
    topics: HashMap<u16, Resolved>,
    pending: VecDeque<Pending>,
    sleep: Sleep,
    /// The topic of the message that was read last.
    topic: Option<Resolved>,
    /// Bytes of the names that are kept.
    held: usize,
}

impl Session {
    /// The ClientId, as CONNECT or PINGREQ gave it.
    #[must_use]
    pub fn client_id(&self) -> Option<&[u8]> {
        self.client_id.as_deref()
    }

    /// Whether the messages are MQTT-SN beyond doubt: there was a CONNECT, or an answer fitted the
    /// message that it answers.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.is_connected || self.is_answered
    }

    /// The topic that the message read last is about, where it does not stand there in full.
    #[must_use]
    pub fn topic(&self) -> Option<&Resolved> {
        self.topic.as_ref()
    }

    /// Bytes of the names that are kept, with what it takes to keep them.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
    }

    /// How it is known that this is MQTT-SN 1.2: a CONNECT said so, or else `otherwise`.
    #[must_use]
    pub fn version_from(&self, otherwise: How) -> How {
        if self.is_connected { How::Connect } else { otherwise }
    }

    /// Takes note of a message that was read; `sender` is what is known or likely. What is wrong
    /// with it beside those before it becomes a finding in `tape`.
    pub fn observe(
        &mut self,
        decoded: &Decoded<'_>,
        sender: Option<Sender>,
        at: At,
        predefined: &Predefined,
        tape: &mut Tape,
    ) {
        self.topic = None;
        let Some(message) = &decoded.message else { return };
        self.topic = match message.message_type {
            T::CONNECT => self.connect(message),
            T::REGISTER => self.register(message, sender, at),
            T::PUBLISH => self.publish(message, sender, at, predefined, tape),
            T::SUBSCRIBE | T::UNSUBSCRIBE => self.subscribe(message, sender, at, predefined),
            T::REGACK | T::SUBACK => self.granted(message, sender, at),
            T::PUBACK | T::PUBCOMP | T::UNSUBACK => self.answered(message, sender, true),
            T::PUBREC => self.answered(message, sender, false),
            T::PUBREL => self.answered(message, sender.map(Sender::other), false),
            _ => None,
        };
        self.follow_sleep(message, sender, tape);
    }

    /// A client that starts anew, or another one, has no topic ids yet.
    fn connect(&mut self, message: &Message<'_>) -> Option<Resolved> {
        let id = message.client_id.unwrap_or_default();
        let is_other = self.client_id().is_some_and(|known| known != id);
        if message.flags.meets(Flags::CLEAN_SESSION) || is_other {
            self.topics.clear();
            self.held = 0;
        }
        self.pending.clear();
        self.client_id = kept(id);
        self.is_connected = message.protocol_id == Some(1);
        None
    }

    /// A gateway tells an id; a client asks for one, which REGACK tells.
    fn register(
        &mut self,
        message: &Message<'_>,
        sender: Option<Sender>,
        at: At,
    ) -> Option<Resolved> {
        let name = kept(message.topic_name?)?;
        let topic = Resolved { name, told: Told::Register, at };
        match message.topic {
            Some(Topic::Id(id)) if id != 0 && sender != Some(Sender::Client) => {
                self.keep(id, topic.clone());
            }
            _ => {}
        }
        self.wait(message, sender, Some(topic));
        None
    }

    fn publish(
        &mut self,
        message: &Message<'_>,
        sender: Option<Sender>,
        at: At,
        predefined: &Predefined,
        tape: &mut Tape,
    ) -> Option<Resolved> {
        let topic = match message.topic? {
            Topic::Id(id) => self.topics.get(&id).cloned(),
            Topic::Short(name) => kept(name).map(|name| Resolved { name, told: Told::Short, at }),
            Topic::Predefined(id) => by_option(predefined, id, at),
            Topic::Name(_) => None,
        };
        if let (None, Topic::Id(id)) = (&topic, message.topic?) {
            note(tape, Rule::SN_TOPIC_UNKNOWN, Field::SN_TOPIC_ID, id.into());
        }
        if matches!(message.flags.qos(), 1 | 2) {
            self.wait(message, sender, topic.clone());
        }
        topic
    }

    fn subscribe(
        &mut self,
        message: &Message<'_>,
        sender: Option<Sender>,
        at: At,
        predefined: &Predefined,
    ) -> Option<Resolved> {
        let named = |name, told| kept(name).map(|name| Resolved { name, told, at });
        let by_option = match message.topic? {
            Topic::Predefined(id) => by_option(predefined, id, at),
            _ => None,
        };
        let topic = match message.topic? {
            Topic::Name(name) => named(name, Told::Suback),
            Topic::Short(name) => named(name, Told::Short),
            Topic::Id(_) | Topic::Predefined(_) => by_option.clone(),
        };
        self.wait(message, sender, topic);
        by_option
    }

    /// REGACK and SUBACK: the id that the topic has from now on.
    fn granted(
        &mut self,
        message: &Message<'_>,
        sender: Option<Sender>,
        at: At,
    ) -> Option<Resolved> {
        let asked = self.take(message, sender, true)?;
        let is_suback = message.message_type == T::SUBACK;
        if let (Some(Topic::Id(id)), Some(0)) = (message.topic, message.return_code) {
            // A short name needs no id, a filter with wildcards has none, and a pre-defined id is
            // no normal one.
            let is_asked = !matches!(asked.told, Told::Short | Told::Option);
            let is_name = is_asked && !has_wildcard(&asked.name);
            if id != 0 && is_name {
                let at = if is_suback { at } else { asked.at };
                self.keep(id, Resolved { at, ..asked.clone() });
            }
        }
        Some(Resolved { told: Told::Request, ..asked })
    }

    /// An answer that is about the topic of the message that it answers.
    fn answered(
        &mut self,
        message: &Message<'_>,
        sender: Option<Sender>,
        is_last: bool,
    ) -> Option<Resolved> {
        self.take(message, sender, is_last)
    }

    /// Remembers a message until its answer comes.
    fn wait(&mut self, message: &Message<'_>, sender: Option<Sender>, topic: Option<Resolved>) {
        let Some(msg_id) = message.msg_id else { return };
        let kind = message.message_type;
        // What is sent again takes the place of the first attempt.
        self.pending.retain(|p| (p.kind, p.sender, p.msg_id) != (kind, sender, msg_id));
        if self.pending.len() >= MAX_PENDING {
            self.pending.pop_front();
        }
        self.pending.push_back(Pending { kind, sender, msg_id, topic });
    }

    /// The topic of the message that this one answers.
    fn take(
        &mut self,
        answer: &Message<'_>,
        sender: Option<Sender>,
        is_last: bool,
    ) -> Option<Resolved> {
        let request = match answer.message_type {
            T::REGACK => T::REGISTER,
            T::SUBACK => T::SUBSCRIBE,
            T::UNSUBACK => T::UNSUBSCRIBE,
            _ => T::PUBLISH,
        };
        let may_answer = |p: &Pending| match (p.sender, sender) {
            (Some(asker), Some(answerer)) => asker != answerer,
            _ => true,
        };
        let is_it =
            |p: &Pending| p.kind == request && Some(p.msg_id) == answer.msg_id && may_answer(p);
        let index = self.pending.iter().position(is_it)?;
        self.is_answered = true;
        if is_last {
            self.pending.remove(index)?.topic
        } else {
            self.pending.get(index)?.topic.clone()
        }
    }

    /// Keeps the topic of an id, unless there are too many.
    fn keep(&mut self, id: u16, topic: Resolved) {
        if self.topics.len() >= MAX_TOPICS && !self.topics.contains_key(&id) {
            return;
        }
        self.held = self.held.saturating_add(cost(&topic));
        if let Some(former) = self.topics.insert(id, topic) {
            self.held = self.held.saturating_sub(cost(&former));
        }
    }

    /// Sleep and wake, and what a gateway sends to a client that sleeps.
    fn follow_sleep(&mut self, message: &Message<'_>, sender: Option<Sender>, tape: &mut Tape) {
        let from_gateway = sender == Some(Sender::Server);
        self.sleep = match (message.message_type, self.sleep) {
            (T::DISCONNECT, Sleep::Announced) if from_gateway => Sleep::Asleep,
            (T::DISCONNECT, _) if !from_gateway && message.duration.is_some() => Sleep::Announced,
            (T::PINGREQ, _) if message.client_id.is_some() => {
                self.client_id = kept(message.client_id.unwrap_or_default());
                Sleep::Awake
            }
            (T::PINGRESP, Sleep::Awake) => Sleep::Asleep,
            (T::PUBLISH | T::REGISTER | T::PINGREQ, Sleep::Asleep) if from_gateway => {
                note(tape, Rule::SN_ASLEEP, Field::SN_TYPE, 0);
                Sleep::Asleep
            }
            (_, state) if from_gateway || sender.is_none() => state,
            (_, Sleep::Awake) => Sleep::Awake,
            _ => Sleep::Active,
        };
    }
}

/// The topic of a pre-defined id, where an option names it.
fn by_option(predefined: &Predefined, id: u16, at: At) -> Option<Resolved> {
    let name = Arc::clone(predefined.get(&id)?);
    Some(Resolved { name, told: Told::Option, at })
}

/// A name that is short enough to be kept; empty ones are none.
fn kept(name: &[u8]) -> Option<Arc<[u8]>> {
    (!name.is_empty() && name.len() <= MAX_NAME).then(|| name.into())
}

fn cost(topic: &Resolved) -> usize {
    topic.name.len().saturating_add(std::mem::size_of::<Resolved>())
}

fn has_wildcard(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b'+' | b'#'))
}

/// A finding on the last field of this kind in the tree.
fn note(tape: &mut Tape, rule: Rule, field: Field, number: u64) {
    let node = tape.nodes().iter().rev().find(|node| node.field() == field);
    let span = node.map_or(Span::default(), |node| node.span);
    tape.note(Finding::new(rule, span, field).with(number, 0));
}

#[cfg(test)]
mod tests;
