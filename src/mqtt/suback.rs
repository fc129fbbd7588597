//! SUBACK (5.0: section 3.9).

use super::packet::Suback;
use super::primitive::packet_id;
use super::property::{Properties, properties};
use super::reason::reason_code;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version, reason};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
) -> Result<Suback<'a>, Stop> {
    let packet_id = packet_id(c)?;
    let properties = if version.is_v5() {
        properties(c, Field::PROPERTIES, const { PacketSet::of(&[PacketType::SUBACK]) })?
    } else {
        Properties::default()
    };
    let start = c.position();
    if c.at_end() {
        c.note_last(Rule::NO_CODE, Field::SUBACK_REASON, 0, (0, 0));
    }
    while !c.at_end() {
        code(c, version)?;
    }
    Ok(Suback { packet_id, properties, codes: c.since(start) })
}

fn code<S: Sink>(c: &mut Cursor<'_, '_, S>, version: Version) -> Result<(), Stop> {
    if version.is_v5() {
        return reason_code(c, Field::SUBACK_REASON, PacketType::SUBACK, None).map(drop);
    }
    let code = c.byte(Field::SUBACK_RETURN)?;
    if S::RECORDS && reason::return_code_v3(PacketType::SUBACK, code, version).is_none() {
        c.note_last(Rule::RETURN_CODE, Field::SUBACK_RETURN, 1, (u64::from(code), 0));
    }
    Ok(())
}
