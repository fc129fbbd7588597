//! `--redact`: the bytes of secrets are overwritten before anything is shown.

use crate::annotate::Tape;
use crate::annotate::view::rows;
use crate::spec::field::Kind;
use crate::spec::{Field, PacketType, PropertyId};

/// What stands in the place of a secret's bytes.
const MASK: u8 = b'*';

/// Whether a field's bytes are a secret.
#[must_use]
pub(super) fn is_secret(field: Field) -> bool {
    let authentication = PropertyId::AUTHENTICATION_DATA.0;
    field.info().is_some_and(|info| info.secret)
        || field.as_property().is_some_and(|info| u32::from(info.id) == authentication)
}

/// Copies a packet into `out` with its secrets masked: user names, passwords and authentication
/// data, and whatever could not be decoded where secrets may be in it: in a CONNECT or AUTH, and in
/// bytes that are no packet, which may be the rest of one. Lengths stay.
pub(super) fn redact(bytes: &[u8], is_packet: bool, tape: &Tape, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(bytes);
    let kind = bytes.first().copied().map(PacketType::of_header).filter(|_| is_packet);
    let may_hold_secrets =
        matches!(kind, None | Some(PacketType::RESERVED | PacketType::CONNECT | PacketType::AUTH));
    for row in rows(tape, bytes, false) {
        let is_lost = row.field.kind() == Kind::Undecoded && may_hold_secrets;
        if !row.is_group && (is_secret(row.field) || is_lost) {
            let (start, content) = (row.span.first_byte(), row.content_range());
            let secret = start.saturating_add(content.start)..start.saturating_add(content.end);
            if let Some(secret) = out.get_mut(secret) {
                secret.fill(MASK);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Reading, decode};

    fn redacted(hex: &str) -> String {
        let bytes = hex::decode(hex).unwrap();
        let (mut tape, mut out) = (Tape::new(), Vec::new());
        decode(&bytes, Reading::default(), &mut tape);
        redact(&bytes, true, &tape, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn secrets_are_masked_even_where_the_packet_is_cut() {
        let whole =
            "101b00044d51545404c2003c0001610005 61646d696e0006 7075626c6963".replace(' ', "");
        for cut in (2..=whole.len()).step_by(2) {
            let shown = redacted(&whole[..cut]);
            assert!(!shown.contains("ad") && !shown.contains("pu"), "{shown}");
        }
        assert!(redacted(&whole).ends_with("*****\0\u{6}******"));
    }
}
