//! UNSUBACK (5.0: section 3.11): before 5.0 the Packet Identifier alone.

use super::packet::Suback;
use super::primitive::packet_id;
use super::property::{Properties, properties};
use super::reason::reason_code;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
) -> Result<Suback<'a>, Stop> {
    let packet_id = packet_id(c)?;
    if !version.is_v5() {
        return Ok(Suback { packet_id, properties: Properties::default(), codes: &[] });
    }
    let properties =
        properties(c, Field::PROPERTIES, const { PacketSet::of(&[PacketType::UNSUBACK]) })?;
    let start = c.position();
    if c.at_end() {
        c.note_last(Rule::NO_UNSUBACK_CODE, Field::UNSUBACK_REASON, 0, (0, 0));
    }
    while !c.at_end() {
        reason_code(c, Field::UNSUBACK_REASON, PacketType::UNSUBACK, None)?;
    }
    Ok(Suback { packet_id, properties, codes: c.since(start) })
}

#[cfg(test)]
mod tests {
    use crate::annotate::Tape;
    use crate::mqtt::{Reading, decode};
    use crate::spec::{Severity, Version};

    /// SUBACK has MQTT-3.8.4-6, which wants a code for each filter; UNSUBACK has no such statement.
    #[test]
    fn no_code_is_suspicious_not_forbidden() {
        let how = Reading { version: Version::V5, sender: None };
        let mut tape = Tape::new();
        decode(&[0xb0, 3, 0, 1, 0], how, &mut tape);
        assert_eq!(tape.worst(), Some(Severity::Warning));
        tape.clear();
        decode(&[0x90, 3, 0, 1, 0], how, &mut tape);
        assert_eq!(tape.worst(), Some(Severity::Error));
    }
}
