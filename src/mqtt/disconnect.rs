//! DISCONNECT (5.0: section 3.14): before 5.0 without any body.

use super::decode::Reading;
use super::packet::Reasoned;
use super::reason::reasoned;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketType};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    how: Reading,
) -> Result<Reasoned<'a>, Stop> {
    if !how.version.is_v5() {
        return Ok(Reasoned::default());
    }
    reasoned(c, Field::DISCONNECT_REASON, PacketType::DISCONNECT, how.sender)
}
