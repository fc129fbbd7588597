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
            options(c, version, is_shared)
        })?;
    }
    Ok(Subscribe { packet_id, properties, raw: c.since(start) })
}

const RESERVED: Bits = Bits::new(Field::OPTIONS_RESERVED, 7, 6);
const RETAIN_HANDLING: Bits = Bits::new(Field::RETAIN_HANDLING, 5, 4);
const RETAIN_AS_PUBLISHED: Bits = Bits::flag(Field::RETAIN_AS_PUBLISHED, 3);
const NO_LOCAL: Bits = Bits::flag(Field::NO_LOCAL, 2);
const QOS: Bits = Bits::new(Field::OPTIONS_QOS, 1, 0);
/// The two of 3.x.
const RESERVED_V3: Bits = Bits::new(Field::OPTIONS_RESERVED, 7, 2);
const REQUESTED_QOS: Bits = Bits::new(Field::REQUESTED_QOS, 1, 0);

#[inline]
fn options<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    version: Version,
    is_shared: bool,
) -> Result<(), Stop> {
    let group = Field::SUBSCRIPTION_OPTIONS;
    let (byte, reserved, qos) = if version.is_v5() {
        let parts = [RESERVED, RETAIN_HANDLING, RETAIN_AS_PUBLISHED, NO_LOCAL, QOS];
        let byte = c.flags(group, &parts)?;
        if RETAIN_HANDLING.of(byte) == 3 {
            c.note_bits(Rule::RETAIN_HANDLING_3, RETAIN_HANDLING, (3, 0));
        }
        if NO_LOCAL.of(byte) != 0 && is_shared {
            c.note_bits(Rule::NO_LOCAL_SHARED, NO_LOCAL, (1, 0));
        }
        (byte, RESERVED, QOS)
    } else {
        (c.flags(group, &[RESERVED_V3, REQUESTED_QOS])?, RESERVED_V3, REQUESTED_QOS)
    };
    if reserved.of(byte) != 0 {
        let all = Bits { field: group, ..reserved };
        c.note_bits(Rule::OPTIONS_RESERVED, all, (u64::from(reserved.of(byte)), 0));
    }
    if qos.of(byte) == 3 {
        c.note_bits(Rule::SUBSCRIPTION_QOS_3, qos, (3, 0));
    }
    Ok(())
}
