//! Headers of the PROXY protocol, version 1 (a line) and 2 (bytes).

use super::http::{number, word_end};
use super::rest;
use crate::annotate::{Bits, Cursor, Sink, Stop};
use crate::spec::{Field, proxy};

pub(super) fn read<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<(), Stop> {
    if c.ahead().starts_with(&proxy::SIGNATURE) { version_2(c) } else { version_1(c) }
}

fn version_1<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<(), Stop> {
    word(c, Field::PROXY_V1_MAGIC);
    let [src, dst] = match word(c, Field::PROXY_V1_PROTO).trim_ascii() {
        b"TCP4" => [Field::PROXY_V1_SRC_4, Field::PROXY_V1_DST_4],
        b"TCP6" => [Field::PROXY_V1_SRC_6, Field::PROXY_V1_DST_6],
        _ => {
            rest(c, Field::PROXY_V1_UNKNOWN);
            return Ok(());
        }
    };
    for field in [src, dst, Field::PROXY_V1_SRC_PORT, Field::PROXY_V1_DST_PORT] {
        word(c, field);
    }
    Ok(())
}

/// A word with the blank or the line end behind it.
fn word<'a, S: Sink>(c: &mut Cursor<'a, '_, S>, field: Field) -> &'a [u8] {
    let len = word_end(c.ahead(), c.left());
    let value = number(c.ahead().get(..len).unwrap_or_default());
    c.bytes(field, len, value)
}

fn version_2<S: Sink>(c: &mut Cursor<'_, '_, S>) -> Result<(), Stop> {
    c.bytes(Field::PROXY_V2_MAGIC, proxy::SIGNATURE.len(), 0);
    let halves = |high, low| [Bits::new(high, 7, 4), Bits::new(low, 3, 0)];
    let first = halves(Field::PROXY_V2_VERSION, Field::PROXY_V2_COMMAND);
    c.flags(Field::PROXY_V2_VERSION_COMMAND, &first)?;
    let second = halves(Field::PROXY_V2_FAMILY, Field::PROXY_V2_PROTOCOL);
    let family = c.flags(Field::PROXY_V2_FAMILY_PROTOCOL, &second)? >> 4;
    let len = usize::from(c.u16(Field::PROXY_V2_LENGTH)?);
    c.region(len, Field::PROXY_V2_LENGTH, |c| {
        addresses(c, family)?;
        while !c.at_end() {
            value(c, true)?;
        }
        Ok(())
    });
    Ok(())
}

fn addresses<S: Sink>(c: &mut Cursor<'_, '_, S>, family: u8) -> Result<(), Stop> {
    let (size, src, dst) = match family {
        1 => (4, Field::PROXY_V2_SRC_4, Field::PROXY_V2_DST_4),
        2 => (16, Field::PROXY_V2_SRC_6, Field::PROXY_V2_DST_6),
        3 => (108, Field::PROXY_V2_SRC_UNIX, Field::PROXY_V2_DST_UNIX),
        _ => {
            rest(c, Field::PROXY_V2_UNKNOWN);
            return Ok(());
        }
    };
    c.bytes(src, size, 0);
    c.bytes(dst, size, 0);
    if family < 3 {
        c.u16(Field::PROXY_V2_SRC_PORT)?;
        c.u16(Field::PROXY_V2_DST_PORT)?;
    }
    Ok(())
}

/// A type, a length, a value; that of TLS holds others.
fn value<S: Sink>(c: &mut Cursor<'_, '_, S>, may_hold: bool) -> Result<(), Stop> {
    c.group(Field::PROXY_V2_TLV, |c| {
        let kind = c.byte(Field::PROXY_V2_TLV_TYPE)?;
        let len = usize::from(c.u16(Field::PROXY_V2_TLV_LENGTH)?);
        c.region(len, Field::PROXY_V2_TLV_LENGTH, |c| {
            if may_hold && kind == proxy::TLV_SSL {
                c.byte(Field::PROXY_V2_SSL_CLIENT)?;
                let verify = u32::from_be_bytes(c.take_array(Field::PROXY_V2_SSL_VERIFY)?);
                c.leaf_before(Field::PROXY_V2_SSL_VERIFY, 4, u64::from(verify));
                while !c.at_end() {
                    value(c, false)?;
                }
                return Ok(());
            }
            rest(c, Field::PROXY_V2_TLV_VALUE);
            Ok(())
        });
        Ok(())
    })
}
