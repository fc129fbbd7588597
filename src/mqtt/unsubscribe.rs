//! UNSUBSCRIBE (5.0: section 3.10).

use super::filter::topic_filter;
use super::packet::Unsubscribe;
use super::primitive::packet_id;
use super::property::{Properties, properties};
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
) -> Result<Unsubscribe<'a>, Stop> {
    let packet_id = packet_id(c)?;
    let properties = if version.is_v5() {
        properties(c, Field::PROPERTIES, const { PacketSet::of(&[PacketType::UNSUBSCRIBE]) })?
    } else {
        Properties::default()
    };
    let start = c.position();
    if c.at_end() {
        c.note_last(Rule::NO_FILTER_TO_LEAVE, Field::UNSUBSCRIBE_FILTER, 0, (0, 0));
    }
    while !c.at_end() {
        topic_filter(c, Field::UNSUBSCRIBE_FILTER, version)?;
    }
    Ok(Unsubscribe { packet_id, properties, raw: c.since(start) })
}
