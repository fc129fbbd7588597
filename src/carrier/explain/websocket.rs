//! Frames of WebSocket (RFC 6455 5.2). The payload of a control frame stands unmasked behind its
//! header.

use super::rest;
use crate::annotate::{Bits, Cursor, Sink, Stop};
use crate::spec::Field;
use crate::spec::unit::Unit;

pub(super) fn read<S: Sink>(c: &mut Cursor<'_, '_, S>, unit: Unit) -> Result<(), Stop> {
    let first = [
        Bits::flag(Field::WS_FIN, 7),
        Bits::new(Field::WS_RSV, 6, 4),
        Bits::new(Field::WS_OPCODE, 3, 0),
    ];
    c.flags(Field::WS_FLAGS, &first)?;
    let second = [Bits::flag(Field::WS_MASK, 7), Bits::new(Field::WS_LENGTH, 6, 0)];
    let second = c.flags(Field::WS_MASK_AND_LENGTH, &second)?;
    match second & 0x7f {
        126 => {
            c.u16(Field::WS_LENGTH_16)?;
        }
        127 => {
            let len = u64::from_be_bytes(c.take_array(Field::WS_LENGTH_64)?);
            c.leaf_before(Field::WS_LENGTH_64, 8, len);
        }
        _ => {}
    }
    if second & 0x80 != 0 {
        let key = u32::from_be_bytes(c.take_array(Field::WS_KEY)?);
        c.leaf_before(Field::WS_KEY, 4, u64::from(key));
    }
    match unit {
        Unit::WEBSOCKET_PING => rest(c, Field::WS_PING),
        Unit::WEBSOCKET_PONG => rest(c, Field::WS_PONG),
        Unit::WEBSOCKET_CLOSE if !c.at_end() => {
            c.u16(Field::WS_CLOSE_CODE)?;
            rest(c, Field::WS_CLOSE_REASON);
        }
        _ => rest(c, Field::WS_PAYLOAD),
    }
    Ok(())
}
