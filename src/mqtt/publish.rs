//! PUBLISH (5.0: section 3.3).

use super::decode::Reading;
use super::packet::Publish;
use super::primitive::{check_payload, packet_id, topic_name};
use super::property::{Properties, properties_from};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, PacketSet, PacketType, PropertyId, Rule};

const DUP: Bits = Bits::flag(Field::DUP, 3);
const QOS: Bits = Bits::new(Field::QOS, 2, 1);

/// The first byte, with DUP, QoS and RETAIN in its lower four bits.
pub(super) const FIXED_HEADER: [Bits; 4] =
    [Bits::new(Field::PACKET_TYPE, 7, 4), DUP, QOS, Bits::flag(Field::RETAIN, 0)];

#[inline]
pub(super) fn judge_flags<S: Sink>(c: &mut Cursor<'_, '_, S>, first: u8) {
    let (dup, qos) = (DUP.of(first) != 0, QOS.of(first));
    if qos == 3 {
        c.note_bits(Rule::QOS_3, QOS, (3, 0));
    }
    if dup && qos == 0 {
        c.note_bits(Rule::DUP_WITH_QOS_0, DUP, (1, 0));
    }
}

#[inline]
pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    flags: u8,
    Reading { version, sender }: Reading,
) -> Result<Publish<'a>, Stop> {
    let qos = flags >> 1 & 3;
    // Whether an empty topic has its Topic Alias is known only behind the properties.
    let start = c.position();
    let topic = topic_name(c, Field::TOPIC, version.is_v5())?;
    let packet_id = if qos > 0 { Some(packet_id(c)?) } else { None };
    let properties = if version.is_v5() {
        let place = const { PacketSet::of(&[PacketType::PUBLISH]) };
        properties_from(c, Field::PROPERTIES, place, sender)?
    } else {
        Properties::default()
    };
    if S::RECORDS && version.is_v5() && topic.is_empty() {
        judge_alias(c, start, properties);
    }
    let payload = c.rest(Field::PAYLOAD);
    if S::RECORDS && !properties.is_empty() {
        check_payload(c, Field::PAYLOAD, properties, payload);
    }
    Ok(Publish {
        dup: flags & 8 != 0,
        qos,
        retain: flags & 1 != 0,
        topic,
        packet_id,
        properties,
        payload,
    })
}

/// An empty Topic Name stands for the topic of its Topic Alias (5.0: section 3.3.2.1).
#[cold]
fn judge_alias<S: Sink>(c: &mut Cursor<'_, '_, S>, topic: usize, properties: Properties<'_>) {
    if properties.get(PropertyId::TOPIC_ALIAS).is_none() {
        let span = Span::of_bytes(topic, 2);
        c.note(Finding::new(Rule::TOPIC_WITHOUT_ALIAS, span, Field::TOPIC));
    }
}

#[cfg(test)]
mod tests {
    use crate::annotate::Tape;
    use crate::mqtt::{Reading, decode};
    use crate::spec::{Rule, Version};

    #[test]
    fn an_empty_topic_needs_a_topic_alias() {
        let how = Reading { version: Version::V5, sender: None };
        let mut tape = Tape::new();
        decode(&[0x30, 3, 0, 0, 0], how, &mut tape);
        let rules: Vec<Rule> = tape.findings().iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [Rule::TOPIC_WITHOUT_ALIAS]);
        tape.clear();
        decode(&[0x30, 6, 0, 0, 3, 0x23, 0, 1], how, &mut tape);
        assert!(tape.findings().is_empty());
    }
}
