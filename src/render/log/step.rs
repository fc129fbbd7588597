//! A packet of a client, as far as its lines need it: it may have to wait until the broker has
//! answered the one before.

use super::lines::{Values, When};
use crate::annotate::Finding;
use crate::log::text_of;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Ack, Connect, Publish, Will};
use crate::mqtt::property::{Properties, Value};
use crate::pipeline::Record;
use crate::session::Proof;
use crate::spec::mosquitto::ends::{
    Broken, Fault, is_denied, is_not_taken, is_of_session, is_taken, of_length, of_levels, of_rule,
};
use crate::spec::mosquitto::{Event, LogField, Release};
use crate::spec::{Field, PacketType, PropertyId, Rule, Severity, Version};

/// A packet of a client.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) when: When,
    pub(super) kind: PacketType,
    pub(super) act: Act,
    /// What the broker would have to say, if it ends the connection because of this packet.
    pub(super) fault: Option<Fault>,
    /// The filters before the fault.
    pub(super) good_filters: usize,
    /// What TCP proves of it: up to where the client had the broker's bytes, and the Sequence Number behind it.
    pub(super) proof: Proof,
}

/// What it does to the log.
#[derive(Debug)]
pub(super) enum Act {
    Connect(Box<Asked>),
    /// Lines of its own; what the broker answers, if it does.
    Says {
        event: Event,
        values: Values,
        awaits: Option<Awaits>,
        may_be_denied: bool,
        /// Where the broker closes right behind it nothing tells whether it took that: before 5.0 it does not say which
        /// QoS it takes, nor whether it takes messages that are to be retained.
        is_doubtful: bool,
    },
    /// SUBSCRIBE, with filters and options; UNSUBSCRIBE has filters alone.
    Filters {
        mid: u16,
        filters: Vec<(String, u8)>,
        is_subscribe: bool,
    },
    Disconnect,
    /// It cannot be read, so that only a fault can come of it.
    Nothing,
    /// The connection ends within it: the broker waits for the rest, and looks at nothing of it before.
    Cut {
        /// Whether its fixed header is there.
        has_header: bool,
    },
}

/// A CONNECT.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) version: Version,
    pub(super) level: u8,
    pub(super) name: String,
    pub(super) clean: bool,
    pub(super) keep_alive: u16,
    pub(super) user: Option<String>,
    /// Whether there is an Authentication Method.
    pub(super) has_method: bool,
    /// Bytes, RETAIN, QoS and topic.
    pub(super) will: Option<(usize, bool, u8, String)>,
}

/// The packet of the broker that a client's packet is answered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Awaits {
    pub(super) kind: PacketType,
    pub(super) mid: u16,
}

impl Awaits {
    /// After a PUBLISH of QoS 0, which nothing answers: the broker delivers it before it looks at the
    /// next packet of the client.
    pub(super) const DELIVERIES: Self = Self { kind: PacketType::PUBLISH, mid: 0 };
}

impl Step {
    /// The step of a record; `None` for one that no log knows.
    pub(super) fn of(record: &Record<'_>, release: Release) -> Option<Self> {
        let decoded = record.decoded.as_ref()?;
        let kind = decoded.header.packet_type;
        let when = When { time: record.origin.time, packet: record.number };
        let act = decoded
            .packet
            .as_ref()
            .map_or(Act::Nothing, |packet| act(packet, kind, record, release));
        let proof = Proof::of_segment(record.origin.layers);
        if let Some(has_header) = cut(record) {
            let act = Act::Cut { has_header };
            return Some(Self { when, kind, act, fault: None, good_filters: 0, proof });
        }
        if let Some(before) = torn_at(record) {
            return Some(Self::torn((when, kind), act, before, record));
        }
        let (fault, good_filters) = match decoded.header.remaining_length {
            None => (Some(of_length(release)), 0),
            Some(_) => fault_of(record, kind, release),
        };
        Some(Self { when, kind, act, fault, good_filters, proof })
    }

    /// A packet that another one was written into, so many bytes from its beginning: the broker reads on for
    /// as long as the fixed header says. Of a PUBLISH that is torn in its payload it has all fields.
    fn torn(
        (when, kind): (When, PacketType),
        act: Act,
        before: usize,
        record: &Record<'_>,
    ) -> Self {
        let packet = record.decoded.as_ref().and_then(|decoded| decoded.packet);
        let payload = match packet {
            Some(Packet::Publish(publish)) => publish.payload.len(),
            _ => 0,
        };
        let fields = record.bytes.len().saturating_sub(payload);
        let (act, fault) = match act {
            // It was answered before the rest of it came.
            Act::Says { event, values, .. } if payload > 0 && before >= fields => (
                Act::Says { event, values, awaits: None, may_be_denied: false, is_doubtful: false },
                None,
            ),
            _ => (Act::Nothing, Some(Fault::TORN)),
        };
        Self {
            when,
            kind,
            act,
            fault,
            good_filters: 0,
            proof: Proof::of_segment(record.origin.layers),
        }
    }

    /// What the broker answers, as far as the next packet has to wait for it.
    pub(super) fn awaits(&self) -> Option<Awaits> {
        let of = |kind, mid| Some(Awaits { kind, mid });
        match &self.act {
            Act::Connect(_) => of(PacketType::CONNACK, 0),
            Act::Says { awaits, .. } => *awaits,
            Act::Filters { mid, is_subscribe: true, .. } => of(PacketType::SUBACK, *mid),
            Act::Filters { mid, .. } => of(PacketType::UNSUBACK, *mid),
            Act::Disconnect | Act::Nothing | Act::Cut { .. } => None,
        }
    }
}

/// What the broker would say of what is wrong with a packet, and how many filters it takes before.
fn fault_of(record: &Record<'_>, kind: PacketType, release: Release) -> (Option<Fault>, usize) {
    let is_error =
        |rule, severity| severity == Severity::Error || is_not_taken(rule, kind, release);
    let findings = record.tape.findings().iter();
    let errors = findings.filter(|finding| is_error(finding.rule, finding.severity()));
    let errors = errors.filter(|finding| !is_taken(finding.rule, kind, record.version, release));
    let order = |finding: &&Finding| (is_of_session(finding.rule), finding.span.start);
    let first = errors.clone().min_by_key(order);
    let first = first.map(|first| text_of_filter(first, errors, record).unwrap_or(first));
    let Some(first) = first else { return deep(record, kind, release) };
    let packet = record.decoded.as_ref().and_then(|decoded| decoded.packet);
    let is_property = first.field.as_property().is_some();
    let broken = Broken {
        rule: first.rule,
        kind,
        version: record.version,
        is_whole: packet.is_some(),
        is_aside: is_property || first.field == Field::WILL_TOPIC,
    };
    let fault = of_rule(broken, release);
    // Of a Response Topic with a wildcard 2.0 delivers what it is a property of.
    let is_sure = fault.is_sure && !(first.rule == Rule::TOPIC_WILDCARD && is_property);
    (Some(Fault { is_sure, ..fault }), filters_before(record, first.span.start / 8))
}

/// The same of a topic or filter that has more levels than the broker takes, which is legal.
fn deep(record: &Record<'_>, kind: PacketType, release: Release) -> (Option<Fault>, usize) {
    let of = |text: &[u8]| of_levels(text, kind, release);
    let first = |mut filters: &mut dyn Iterator<Item = Option<Fault>>| {
        let found = (&mut filters).enumerate().find_map(|(at, fault)| Some((at, fault?)));
        found.map_or((None, 0), |(at, fault)| (Some(fault), at))
    };
    match record.decoded.as_ref().and_then(|decoded| decoded.packet) {
        Some(Packet::Connect(connect)) => {
            (connect.will.as_ref().and_then(|will| of(will.topic.0)), 0)
        }
        Some(Packet::Publish(publish)) => (of(publish.topic.0), 0),
        Some(Packet::Subscribe(packet)) => first(&mut packet.filters().map(|(f, _)| of(f.0))),
        Some(Packet::Unsubscribe(packet)) => first(&mut packet.filters().map(|f| of(f.0))),
        _ => (None, 0),
    }
}

/// Whether the stream ends within a packet, and if so whether behind its fixed header. Where the capture
/// lacks the rest the broker had it.
fn cut(record: &Record<'_>) -> Option<bool> {
    /// The packet type, and a length of one byte more than there may be: the one that the broker judges by.
    const LONGEST_HEADER: usize = 6;
    let has = |rule| record.tape.findings().iter().any(|finding| finding.rule == rule);
    let is_long = has(Rule::VARINT_TOO_LONG) && record.bytes.len() < LONGEST_HEADER;
    let is_in_header = has(Rule::HEADER_CUT) || is_long;
    (is_in_header || has(Rule::STREAM_ENDS)).then_some(!is_in_header)
}

/// How many bytes of a packet came before another one that was written into it.
pub(super) fn torn_at(record: &Record<'_>) -> Option<usize> {
    torn(record).and_then(|torn| usize::try_from(torn.b).ok())
}

/// How many bytes that other one has.
pub(super) fn torn_by(record: &Record<'_>) -> Option<usize> {
    torn(record).and_then(|torn| usize::try_from(torn.a).ok())
}

fn torn<'r>(record: &'r Record<'_>) -> Option<&'r Finding> {
    record.tape.findings().iter().find(|finding| finding.rule == Rule::INTERLEAVED)
}

/// What is wrong with the text of the filter whose levels are wrong: the broker looks at it first.
fn text_of_filter<'f>(
    first: &Finding,
    mut errors: impl Iterator<Item = &'f Finding>,
    record: &Record<'_>,
) -> Option<&'f Finding> {
    let is_of_levels = matches!(
        first.rule,
        Rule::FILTER_MULTI_LEVEL
            | Rule::FILTER_SINGLE_LEVEL
            | Rule::SHARE_NAME
            | Rule::SHARE_FILTER
    );
    let place = |finding: &Finding| filters_before(record, finding.span.start / 8);
    let is_text = |rule| matches!(rule, Rule::UTF8_NUL | Rule::UTF8_ILL_FORMED);
    errors.find(|other| is_of_levels && is_text(other.rule) && place(other) == place(first))
}

/// How many filters of a SUBSCRIBE or UNSUBSCRIBE end before this byte of the packet.
fn filters_before(record: &Record<'_>, at: u32) -> usize {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let packet = record.decoded.as_ref().and_then(|decoded| decoded.packet);
    // Each filter has its length before it, and in SUBSCRIBE its options behind it.
    let (raw, lengths): (&[u8], Vec<usize>) = match packet {
        Some(Packet::Subscribe(packet)) => (
            packet.raw,
            packet.filters().map(|(filter, _)| filter.0.len().saturating_add(3)).collect(),
        ),
        Some(Packet::Unsubscribe(packet)) => {
            (packet.raw, packet.filters().map(|filter| filter.0.len().saturating_add(2)).collect())
        }
        _ => return 0,
    };
    let mut end = record.bytes.len().saturating_sub(raw.len());
    let ends = lengths.into_iter().map(|len| {
        end = end.saturating_add(len);
        end
    });
    ends.take_while(|end| *end <= at).count()
}

fn act(packet: &Packet<'_>, kind: PacketType, record: &Record<'_>, release: Release) -> Act {
    let says = |event, values| Act::Says {
        event,
        values,
        awaits: None,
        may_be_denied: false,
        is_doubtful: false,
    };
    match packet {
        Packet::Connect(connect) => Act::Connect(Box::new(asked(connect, record.version))),
        Packet::Publish(publish) => published(publish, record, release),
        Packet::Ack(ack) => acknowledged(ack, kind),
        Packet::Subscribe(subscribe) => Act::Filters {
            mid: subscribe.packet_id,
            filters: subscribe.filters().map(|(f, options)| (text_of(f.0), options)).collect(),
            is_subscribe: true,
        },
        Packet::Unsubscribe(unsubscribe) => Act::Filters {
            mid: unsubscribe.packet_id,
            filters: unsubscribe.filters().map(|filter| (text_of(filter.0), 0)).collect(),
            is_subscribe: false,
        },
        Packet::Pingreq => Act::Says {
            event: Event::PINGREQ,
            values: Values::new(),
            awaits: Some(Awaits { kind: PacketType::PINGRESP, mid: 0 }),
            may_be_denied: false,
            is_doubtful: false,
        },
        Packet::Pingresp => says(Event::PINGRESP_IN, Values::new()),
        Packet::Suback(_) => says(Event::SUBACK_IN, Values::new()),
        Packet::Unsuback(_) => says(Event::UNSUBACK_IN, Values::new()),
        Packet::Disconnect(_) => Act::Disconnect,
        Packet::Auth(auth) => {
            says(Event::AUTH_IN, auth_values(auth.reason, method(&auth.properties)))
        }
        Packet::Connack(_) | Packet::Reserved => Act::Nothing,
    }
}

/// The Authentication Method of a packet.
pub(super) fn method(properties: &Properties<'_>) -> String {
    match properties.get(PropertyId::AUTHENTICATION_METHOD) {
        Some(Value::Text(method)) => text_of(method.0),
        _ => String::new(),
    }
}

pub(super) fn auth_values(reason: Option<u8>, method: String) -> Values {
    vec![(LogField::CODE, reason.unwrap_or(0).to_string()), (LogField::METHOD, method)]
}

fn asked(connect: &Connect<'_>, version: Version) -> Asked {
    let will = |will: &Will<'_>| (will.payload.len(), will.retain, will.qos, text_of(will.topic.0));
    Asked {
        id: text_of(connect.client_id.0),
        version,
        level: connect.level,
        name: text_of(connect.protocol_name.0),
        clean: connect.clean_start,
        keep_alive: connect.keep_alive,
        user: connect.user_name.map(|user| text_of(user.0)),
        has_method: connect.properties.get(PropertyId::AUTHENTICATION_METHOD).is_some(),
        will: connect.will.as_ref().map(will),
    }
}

/// The values of a PUBLISH in either direction. Of an alias the topic is written; it is not there where that is not
/// known.
pub(super) fn publish_values(publish: &Publish<'_>, record: &Record<'_>) -> Values {
    let alias = publish.properties.get(PropertyId::TOPIC_ALIAS);
    let topic = match record.facts.topic {
        _ if !publish.topic.is_empty() => Some(publish.topic.0),
        // Set before the capture begins.
        None if alias.is_some() => None,
        topic => topic.or(Some(publish.topic.0)),
    };
    let flag = |is: bool| u8::from(is).to_string();
    let mut values = vec![
        (LogField::DUP, flag(publish.dup)),
        (LogField::QOS, publish.qos.to_string()),
        (LogField::RETAIN, flag(publish.retain)),
        (LogField::MID, publish.packet_id.unwrap_or(0).to_string()),
        (LogField::BYTES, publish.payload.len().to_string()),
    ];
    values.extend(topic.map(|topic| (LogField::TOPIC, text_of(topic))));
    values
}

fn published(publish: &Publish<'_>, record: &Record<'_>, release: Release) -> Act {
    let answer = match publish.qos {
        1 => Some(PacketType::PUBACK),
        2 => Some(PacketType::PUBREC),
        _ => None,
    };
    let answer = answer.zip(publish.packet_id).map(|(kind, mid)| Awaits { kind, mid });
    let awaits = Some(answer.unwrap_or(Awaits::DELIVERIES));
    let topic = record.facts.topic.filter(|_| publish.topic.is_empty()).unwrap_or(publish.topic.0);
    let is_denied = is_denied(topic, release);
    Act::Says {
        event: if is_denied { Event::PUBLISH_DENIED } else { Event::PUBLISH_IN },
        values: publish_values(publish, record),
        awaits,
        may_be_denied: answer.is_some() && record.version.is_v5(),
        is_doubtful: !record.version.is_v5() && (publish.qos > 0 || publish.retain),
    }
}

fn acknowledged(ack: &Ack<'_>, kind: PacketType) -> Act {
    let (event, answer) = match kind {
        PacketType::PUBREC => (Event::PUBREC_IN, Some(PacketType::PUBREL)),
        PacketType::PUBREL => (Event::PUBREL_IN, Some(PacketType::PUBCOMP)),
        _ => (Event::ACK_IN, None),
    };
    let is_refusal = ack.is_refusal();
    Act::Says {
        event,
        values: ack_values(ack, kind),
        awaits: answer.filter(|_| !is_refusal).map(|kind| Awaits { kind, mid: ack.packet_id }),
        may_be_denied: false,
        is_doubtful: false,
    }
}

/// The values of an acknowledgement in either direction.
pub(super) fn ack_values(ack: &Ack<'_>, kind: PacketType) -> Values {
    vec![
        (LogField::ACK, kind.name().to_owned()),
        (LogField::MID, ack.packet_id.to_string()),
        (LogField::CODE, ack.reason.unwrap_or(0).to_string()),
    ]
}
