//! Extension headers: what may stand between IP and the transport.
//!
//! Walked here and not through `etherparse`, which knows half of them.

use etherparse::{IpNumber, ip_number};

use super::{Skip, ip::Part, skip, split};

/// What follows the extension headers.
pub(super) struct Rest<'a> {
    /// What it is.
    pub(super) protocol: IpNumber,
    /// Which part of a packet it is, where a fragment header said so: then it ended the walk.
    pub(super) part: Option<Part>,
    pub(super) data: &'a [u8],
}

/// How the length of an extension header counts.
enum Form {
    /// Units of eight bytes beyond the first eight.
    Eights,
    /// Units of four bytes beyond the first eight.
    Fours,
    /// Always eight bytes.
    Fragment,
}

/// Takes the extension headers off, of which most packets have none. IPv4 knows one of them, the Authentication Header.
#[inline]
pub(super) fn read(mut protocol: IpNumber, mut data: &[u8], is_v6: bool) -> Result<Rest<'_>, Skip> {
    // Looked at before all others: the rest of the walk is not for them.
    if matches!(protocol, IpNumber::TCP | IpNumber::UDP) {
        return Ok(Rest { protocol, part: None, data });
    }
    while let Some(form) = form(protocol, is_v6) {
        let (start, _) = split::<8>(data, "IP extension")?;
        let [next, length, o0, o1, i0, i1, i2, i3] = *start;
        let units = usize::from(length);
        let header = match form {
            Form::Eights => units.saturating_add(1).saturating_mul(8),
            Form::Fours => units.saturating_add(2).saturating_mul(4),
            Form::Fragment => 8,
        };
        protocol = IpNumber(next);
        data = skip(data, header, "IP extension")?;
        if matches!(form, Form::Fragment) {
            let field = u16::from_be_bytes([o0, o1]);
            let (offset, more) = (u32::from(field & 0xfff8), field & 1 != 0);
            // A packet may be its own only part.
            if more || offset > 0 {
                let id = u32::from_be_bytes([i0, i1, i2, i3]);
                return Ok(Rest { protocol, part: Some(Part { id, offset, more }), data });
            }
        }
    }
    Ok(Rest { protocol, part: None, data })
}

/// The form of an extension header; `None` for a number that is not one, or that hides what follows
/// (ESP).
#[inline]
const fn form(protocol: IpNumber, is_v6: bool) -> Option<Form> {
    use ip_number::{
        AUTH, EXP0, EXP1, HIP, IPV6_DEST_OPTIONS, IPV6_FRAG, IPV6_HOP_BY_HOP, IPV6_ROUTE, MOBILITY,
        SHIM6,
    };
    match protocol {
        AUTH => Some(Form::Fours),
        _ if !is_v6 => None,
        IPV6_FRAG => Some(Form::Fragment),
        IPV6_HOP_BY_HOP | IPV6_ROUTE | IPV6_DEST_OPTIONS | MOBILITY | HIP | SHIM6 | EXP0 | EXP1 => {
            Some(Form::Eights)
        }
        _ => None,
    }
}
