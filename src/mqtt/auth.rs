//! AUTH (5.0: section 3.15). Before 5.0 the type is forbidden; it is read all the same.

use super::decode::Reading;
use super::packet::Reasoned;
use super::reason::reasoned;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketType};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    how: Reading,
) -> Result<Reasoned<'a>, Stop> {
    reasoned(c, Field::AUTH_REASON, PacketType::AUTH, how.sender)
}
