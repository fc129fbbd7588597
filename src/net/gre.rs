//! GRE, of both versions, and ERSPAN, which mirrors frames through it.

use super::{Carried, Kind, Skip, Tunnel, Tunnels, skip, split};
use crate::spec::link::EtherType;

/// Bits of the first two bytes: a checksum, a route, a key, a sequence number, an acknowledgement,
/// the version.
const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGEMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;

/// What GRE carries that no other EtherType stands for.
const PPP: EtherType = EtherType(0x880b);
const ERSPAN: EtherType = EtherType(0x88be);
const ERSPAN_3: EtherType = EtherType(0x22eb);

/// Takes GRE off.
pub(super) fn read<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    let ([f0, f1, p0, p1], mut rest) = split::<4>(data, "GRE")?;
    let flags = u16::from_be_bytes([*f0, *f1]);
    let protocol = EtherType(u16::from_be_bytes([*p0, *p1]));
    if flags & VERSION > 1 {
        return Err(Skip::Malformed("GRE"));
    }
    if flags & (CHECKSUM | ROUTING) != 0 {
        rest = skip(rest, 4, "GRE")?;
    }
    let mut key = None;
    if flags & KEY != 0 {
        let ([k0, k1, k2, k3], behind) = split::<4>(rest, "GRE")?;
        // Of PPTP (version 1) the upper half is a length, the lower the call.
        let upper = if flags & VERSION == 1 { [0, 0] } else { [*k0, *k1] };
        key = Some(u32::from_be_bytes([upper[0], upper[1], *k2, *k3]));
        rest = behind;
    }
    if flags & SEQUENCE != 0 {
        rest = skip(rest, 4, "GRE")?;
    }
    if flags & VERSION == 1 && flags & ACKNOWLEDGEMENT != 0 {
        rest = skip(rest, 4, "GRE")?;
    }
    if flags & ROUTING != 0 {
        rest = behind_route(rest)?;
    }
    tunnels.push(Tunnel::Gre { key })?;
    match protocol {
        PPP => Ok(Carried { kind: Kind::Ppp, data: rest }),
        ERSPAN if flags & SEQUENCE == 0 => mirrored(1, None, rest, Kind::Ethernet, tunnels),
        ERSPAN => erspan2(rest, tunnels),
        ERSPAN_3 => erspan3(rest, tunnels),
        other => Ok(Carried { kind: Kind::EtherType(other), data: rest }),
    }
}

/// Source routes: family 2, offset 1, length 1, as many bytes; family and length of zero end them.
fn behind_route(mut rest: &[u8]) -> Result<&[u8], Skip> {
    loop {
        let ([f0, f1, _, length], behind) = split::<4>(rest, "GRE")?;
        rest = skip(behind, usize::from(*length), "GRE")?;
        if [*f0, *f1, *length] == [0, 0, 0] {
            return Ok(rest);
        }
    }
}

/// Version 4 bits, VLAN 12, class 3, encapsulation 2, truncated 1, session 10, then 4 bytes more.
fn erspan2<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    let ([_, _, s0, s1, ..], rest) = split::<8>(data, "ERSPAN")?;
    mirrored(2, Some(session([*s0, *s1])), rest, Kind::Ethernet, tunnels)
}

/// The same first 4 bytes, then time 4, group 2, flags 2; a further 8 where the last bit says so.
fn erspan3<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    let ([_, _, s0, s1, _, _, _, _, _, _, f0, f1], mut rest) = split::<12>(data, "ERSPAN")?;
    if f1 & 1 != 0 {
        rest = skip(rest, 8, "ERSPAN")?;
    }
    let kind = match (f0 >> 2) & 0x1f {
        0 => Kind::Ethernet,
        2 => Kind::Ip,
        _ => return Err(Skip::Malformed("ERSPAN")),
    };
    mirrored(3, Some(session([*s0, *s1])), rest, kind, tunnels)
}

const fn session(bytes: [u8; 2]) -> u16 {
    u16::from_be_bytes(bytes) & 0x03ff
}

fn mirrored<'a>(
    version: u8,
    session: Option<u16>,
    data: &'a [u8],
    kind: Kind,
    tunnels: &mut Tunnels,
) -> Result<Carried<'a>, Skip> {
    tunnels.push(Tunnel::Erspan { version, session })?;
    Ok(Carried { kind, data })
}
