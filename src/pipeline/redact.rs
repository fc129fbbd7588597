//! `--redact`: the bytes of secrets are overwritten before anything is shown.

use crate::annotate::Tape;
use crate::annotate::view::{Row, rows};
use crate::spec::field::{Kind, Secret};
use crate::spec::{Field, PacketType, PropertyId, proxy};
use std::ops::Range;

/// What stands in the place of a secret's bytes.
const MASK: u8 = b'*';

/// Copies a packet into `out` with its secrets masked: user names, passwords and authentication
/// data, and whatever could not be decoded where secrets may be in it: in a CONNECT or AUTH, and in
/// bytes that are no packet, which may be the rest of one. Lengths stay.
pub(super) fn redact(bytes: &[u8], is_packet: bool, tape: &Tape, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(bytes);
    let kind = bytes.first().copied().map(PacketType::of_header).filter(|_| is_packet);
    let may_hold_secrets =
        matches!(kind, None | Some(PacketType::RESERVED | PacketType::CONNECT | PacketType::AUTH));
    let mut last_type = 0;
    for row in rows(tape, bytes, false).filter(|row| !row.is_group) {
        if row.field == Field::PROXY_V2_TLV_TYPE {
            last_type = row.number;
        }
        let is_lost = row.field.kind() == Kind::Undecoded && may_hold_secrets;
        let secret = if is_lost { Some(Secret::Content) } else { secret(row.field) };
        let Some(secret) = secret else { continue };
        for part in parts(&row, secret, last_type) {
            let start = row.span.first_byte();
            let part = start.saturating_add(part.start)..start.saturating_add(part.end);
            if let Some(part) = out.get_mut(part) {
                part.fill(MASK);
            }
        }
    }
}

/// Hides in a packet as it should have been what is hidden in the one that it was: with another flag a Password
/// may be read as a Will Message. Where the bytes moved, its own tree tells.
pub(super) fn hide_alike(bytes: &[u8], masked: &[u8], repaired: &mut [u8]) {
    if repaired.len() != bytes.len() {
        return;
    }
    let pairs = bytes.iter().zip(masked);
    let hidden = repaired.iter_mut().zip(pairs).filter(|(_, (byte, shown))| byte != shown);
    hidden.for_each(|(shown, _)| *shown = MASK);
}

/// What of a field may be a secret.
fn secret(field: Field) -> Option<Secret> {
    let authentication = PropertyId::AUTHENTICATION_DATA.0;
    let of_row = field.info().and_then(|info| info.secret);
    let is_data = || field.as_property().is_some_and(|info| u32::from(info.id) == authentication);
    of_row.or_else(|| is_data().then_some(Secret::Content))
}

/// Where in the bytes of a row its secrets are.
fn parts(row: &Row<'_>, secret: Secret, tlv_type: u64) -> Vec<Range<usize>> {
    let content = row.content_range();
    match secret {
        Secret::Content => vec![content],
        Secret::Value => vec![value(row.content(), content)],
        Secret::InUri => in_uri(row.content(), content.start),
        Secret::AllBut(known) => all_but(known, row.content(), content.start),
        Secret::ByType if proxy::HARMLESS_TLVS.iter().any(|it| u64::from(*it) == tlv_type) => {
            Vec::new()
        }
        Secret::ByType => vec![content],
    }
}

/// What stands behind the colon; without a name it may all be the rest of a value (RFC 9112 5.2).
fn value(line: &[u8], content: Range<usize>) -> Range<usize> {
    let is_folded = line.first().is_some_and(|byte| byte.is_ascii_whitespace());
    let colon = line.iter().position(|byte| *byte == b':').filter(|_| !is_folded);
    let skip = colon.map_or(0, |at| {
        let behind = line.get(at.saturating_add(1)..).unwrap_or_default();
        let blanks = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        at.saturating_add(1).saturating_add(blanks)
    });
    content.start.saturating_add(skip)..content.end
}

/// What is before the `@` of the authority, and what is behind the path.
fn in_uri(uri: &[u8], at: usize) -> Vec<Range<usize>> {
    let is_behind = |byte: &u8| matches!(byte, b'?' | b'#' | b';');
    let path_end = uri.iter().position(is_behind).unwrap_or(uri.len());
    let shown = uri.get(..path_end).unwrap_or_default();
    let mut out = Vec::new();
    // A path alone has no authority before it, and may hold an `@`.
    let bare = if shown.starts_with(b"/") { None } else { Some(0) };
    let authority =
        memchr::memmem::find(shown, b"//").map(|slashes| slashes.saturating_add(2)).or(bare);
    let user_end = shown.iter().rposition(|byte| *byte == b'@');
    if let (Some(start), Some(end)) = (authority, user_end) {
        out.push(at.saturating_add(start)..at.saturating_add(end));
    }
    out.push(at.saturating_add(path_end).saturating_add(1)..at.saturating_add(uri.len()));
    out
}

/// The items of a list that are none of the known ones.
fn all_but(known: &[&str], list: &[u8], mut at: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for item in list.split(|byte| *byte == b',') {
        let (end, name) = (at.saturating_add(item.len()), item.trim_ascii());
        if !known.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(name)) {
            let blanks = item.len().saturating_sub(item.trim_ascii_start().len());
            out.push(at.saturating_add(blanks)..end);
        }
        at = end.saturating_add(1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::explain;
    use crate::mqtt::{Reading, decode};
    use crate::spec::unit::Unit;

    fn redacted(hex: &str) -> String {
        let bytes = hex::decode(hex).unwrap();
        let (mut tape, mut out) = (Tape::new(), Vec::new());
        decode(&bytes, Reading::default(), &mut tape);
        redact(&bytes, true, &tape, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn heads_keep_what_is_known_to_be_harmless() {
        let shown = |unit, head: &str| {
            let (mut tape, mut out) = (Tape::new(), Vec::new());
            explain(unit, head.as_bytes(), &mut tape);
            redact(head.as_bytes(), false, &tape, &mut out);
            String::from_utf8(out).unwrap()
        };
        let head = |target: &str, lines: &str| format!("GET {target} HTTP/1.1\r\n{lines}\r\n\r\n");
        for (target, lines, shows) in [
            (
                "/mqtt?user=a&token=b",
                "Host: h:80",
                "GET /mqtt?************** HTTP/1.1\r\nHost: h:80",
            ),
            ("/mqtt?a b", "Host: h", "GET /mqtt?* **********\r\nHost: h"),
            (
                "ws://u:p@h/mqtt;s=1#x",
                "Host: u@h",
                "GET ws://***@h/mqtt;***** HTTP/1.1\r\nHost: *@h",
            ),
            ("/@me", "Host: h", "GET /@me HTTP/1.1\r\nHost: h"),
            ("/mqtt", "X-Token: ab:c\r\n d:e", "GET /mqtt HTTP/1.1\r\nX-Token: ****\r\n****"),
            ("/", "Authorization : Basic YQ==", "GET / HTTP/1.1\r\nAuthorization : **********"),
            (
                "/",
                "sec-websocket-protocol: mqtt, a.b",
                "GET / HTTP/1.1\r\nsec-websocket-protocol: mqtt, ***",
            ),
            ("/", "Date: now\r\nsecret", "GET / HTTP/1.1\r\nDate: now\r\n******"),
        ] {
            assert_eq!(shown(Unit::HTTP_REQUEST, &head(target, lines)), format!("{shows}\r\n\r\n"));
        }
        let answer = "HTTP/1.1 401 No\r\nX-Why: abc\r\nServer: s\r\n\r\ntoken abc";
        let shows = "HTTP/1.1 401 No\r\nX-Why: ***\r\nServer: s\r\n\r\n*********";
        assert_eq!(shown(Unit::HTTP_RESPONSE, answer), shows);
    }

    #[test]
    fn values_of_balancers_that_may_name_the_user_are_masked() {
        // PROXY protocol 2.2: authority `h`; TLS with version `1` and Common Name `cn`; a type of one's own.
        let values = b"\x02\0\x01h\x20\0\x0e\x07\0\0\0\0\x21\0\x011\x22\0\x02cn\xe0\0\x02ow";
        let addresses = b"\x7f\0\0\x01\x7f\0\0\x01\0\x01\0\x02";
        let len = [0, u8::try_from(values.len() + addresses.len()).unwrap()];
        let bytes = [&proxy::SIGNATURE[..], b"\x21\x11", &len, addresses, values].concat();
        let (mut tape, mut out) = (Tape::new(), Vec::new());
        explain(Unit::PROXY, &bytes, &mut tape);
        redact(&bytes, false, &tape, &mut out);
        let shown = String::from_utf8_lossy(&out).into_owned();
        assert!(shown.ends_with("\x21\0\x011\x22\0\x02**�\0\x02**"), "{shown:?}");
        assert!(shown.contains("\x02\0\x01h\x20"), "{shown:?}");
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
