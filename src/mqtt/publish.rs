//! PUBLISH (5.0: section 3.3).

use super::packet::Publish;
use super::primitive::{packet_id, topic_name};
use super::property::{Properties, properties};
use crate::annotate::{Bits, Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};

/// DUP, QoS and RETAIN in the lower four bits of the first byte.
#[inline]
pub(super) fn flags<S: Sink>(b: &mut Bits<'_, S>) {
    let dup = b.flag(Field::DUP, 3);
    let qos = b.bits(Field::QOS, 2, 1);
    b.flag(Field::RETAIN, 0);
    if qos == 3 {
        b.note(Rule::QOS_3, Field::QOS, (2, 1), (3, 0));
    }
    if dup && qos == 0 {
        b.note(Rule::DUP_WITH_QOS_0, Field::DUP, (3, 3), (1, 0));
    }
}

#[inline]
pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    flags: u8,
    version: Version,
) -> Result<Publish<'a>, Stop> {
    let qos = flags >> 1 & 3;
    // Whether an empty topic has its Topic Alias is known only behind the properties; that
    // belongs to the whole packet, not to this field.
    let topic = topic_name(c, Field::TOPIC, version.is_v5())?;
    let packet_id = if qos > 0 { Some(packet_id(c)?) } else { None };
    let properties = if version.is_v5() {
        properties(c, Field::PROPERTIES, const { PacketSet::of(&[PacketType::PUBLISH]) })?
    } else {
        Properties::default()
    };
    let payload = c.rest(Field::PAYLOAD);
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
