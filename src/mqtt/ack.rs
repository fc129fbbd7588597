//! PUBACK, PUBREC, PUBREL and PUBCOMP (5.0: sections 3.4 to 3.7): one shape.

use super::packet::Ack;
use super::primitive::packet_id;
use super::property::{Properties, properties};
use super::reason::reason_code;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Version};

#[inline]
pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    kind: PacketType,
    version: Version,
) -> Result<Ack<'a>, Stop> {
    let packet_id = packet_id(c)?;
    let mut ack = Ack { packet_id, reason: None, properties: Properties::default() };
    // Code and properties may be left out; the code is then 0 (5.0: sections 3.4.2.1 and 3.4.2.2.1).
    if version.is_v5() && !c.at_end() {
        ack.reason = Some(reason_code(c, reason_field(kind), kind, None)?);
        if !c.at_end() {
            ack.properties = properties(c, Field::PROPERTIES, PacketSet::of(&[kind]))?;
        }
    }
    Ok(ack)
}

fn reason_field(kind: PacketType) -> Field {
    match kind {
        PacketType::PUBACK => Field::PUBACK_REASON,
        PacketType::PUBREC => Field::PUBREC_REASON,
        PacketType::PUBREL => Field::PUBREL_REASON,
        _ => Field::PUBCOMP_REASON,
    }
}
