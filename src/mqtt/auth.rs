//! AUTH (5.0: section 3.15). Before 5.0 the type is forbidden; it is read all the same.

use super::decode::Reading;
use super::packet::Reasoned;
use super::reason::reasoned;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketType, PropertyId, Rule};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    how: Reading,
) -> Result<Reasoned<'a>, Stop> {
    let start = c.position();
    let auth = reasoned(c, Field::AUTH_REASON, PacketType::AUTH, how.sender)?;
    // The whole body may be left out for Success, although the method may not (section 3.15.2.2.2).
    let is_short = auth.reason.is_none();
    if S::RECORDS && !is_short && auth.properties.get(PropertyId::AUTHENTICATION_METHOD).is_none() {
        let len = c.position().saturating_sub(start);
        let field = Field::property(PropertyId::AUTHENTICATION_METHOD.0 as u8);
        c.note_last(Rule::AUTHENTICATION_METHOD_MISSING, field, len, (0, 0));
    }
    Ok(auth)
}
