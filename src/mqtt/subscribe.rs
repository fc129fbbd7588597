//! SUBSCRIBE (5.0: section 3.8).

use super::filter::{is_shared, topic_filter};
use super::packet::Subscribe;
use super::primitive::packet_id;
use super::property::{Properties, properties};
use crate::annotate::{Bits, Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
) -> Result<Subscribe<'a>, Stop> {
    let packet_id = packet_id(c)?;
    let properties = if version.is_v5() {
        properties(c, Field::PROPERTIES, const { PacketSet::of(&[PacketType::SUBSCRIBE]) })?
    } else {
        Properties::default()
    };
    let start = c.position();
    if c.at_end() {
        c.note_last(Rule::NO_FILTER, Field::SUBSCRIPTION, 0, (0, 0));
    }
    while !c.at_end() {
        c.group(Field::SUBSCRIPTION, |c| {
            let filter = topic_filter(c, Field::TOPIC_FILTER, version)?;
            let is_shared = S::RECORDS && is_shared(filter, version);
            c.flags(Field::SUBSCRIPTION_OPTIONS, |b| options(b, version, is_shared))
        })?;
    }
    Ok(Subscribe { packet_id, properties, raw: c.since(start) })
}

fn options<S: Sink>(b: &mut Bits<'_, S>, version: Version, is_shared: bool) {
    let low = if version.is_v5() { 6 } else { 2 };
    let reserved = b.bits(Field::OPTIONS_RESERVED, 7, low);
    if reserved != 0 {
        let numbers = (u64::from(reserved), 0);
        b.note(Rule::OPTIONS_RESERVED, Field::SUBSCRIPTION_OPTIONS, (7, low), numbers);
    }
    let mut qos_field = Field::REQUESTED_QOS;
    if version.is_v5() {
        qos_field = Field::OPTIONS_QOS;
        if b.bits(Field::RETAIN_HANDLING, 5, 4) == 3 {
            b.note(Rule::RETAIN_HANDLING_3, Field::RETAIN_HANDLING, (5, 4), (3, 0));
        }
        b.flag(Field::RETAIN_AS_PUBLISHED, 3);
        if b.flag(Field::NO_LOCAL, 2) && is_shared {
            b.note(Rule::NO_LOCAL_SHARED, Field::NO_LOCAL, (2, 2), (1, 0));
        }
    }
    if b.bits(qos_field, 1, 0) == 3 {
        b.note(Rule::SUBSCRIPTION_QOS_3, qos_field, (1, 0), (3, 0));
    }
}
