//! The record header: RFC 8446 section 5.1.

use super::handshake::kind;

/// Bytes of a record header.
pub(super) const HEADER: usize = 5;
/// The longest content of a record, in bytes: 2^14 of text and 2048 of what protects it (RFC 5246
/// section 6.2.3; TLS 1.3 has less).
pub(super) const MAX_BODY: usize = (1 << 14) + 2048;

/// Content types (IANA registry "TLS ContentType").
pub(super) mod content {
    pub(in super::super) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(in super::super) const ALERT: u8 = 21;
    pub(in super::super) const HANDSHAKE: u8 = 22;
    pub(in super::super) const APPLICATION_DATA: u8 = 23;
}

/// A record header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub(super) kind: u8,
    pub(super) bytes: [u8; HEADER],
    pub(super) body: usize,
}

impl RecordHeader {
    /// The header at the front; `None` where there is none, or too little to say.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = *bytes.first_chunk::<HEADER>()?;
        let [kind, major, minor, high, low] = bytes;
        let body = usize::from(u16::from_be_bytes([high, low]));
        // No record of any type is empty but application data; heartbeats (24) are long gone.
        let is_type = (content::CHANGE_CIPHER_SPEC..=content::APPLICATION_DATA).contains(&kind);
        let is_version = major == 3 && minor <= 4;
        let is_length = body <= MAX_BODY && (body > 0 || kind == content::APPLICATION_DATA);
        (is_type && is_version && is_length).then_some(Self { kind, bytes, body })
    }

    /// Header and body together, in bytes.
    pub(super) fn len(self) -> usize {
        self.body.saturating_add(HEADER)
    }
}

/// What the first bytes of a side look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Nothing of TLS.
    No,
    /// Too few bytes to tell, and none that speaks against it.
    Perhaps,
    /// A record with the beginning of a ClientHello: certainly TLS, from its first byte.
    ClientHello,
    /// The same of a ServerHello.
    ServerHello,
    /// A record of another kind: TLS in the middle of a connection, if what follows is one too.
    Record,
}

/// What the first bytes of a side look like. Nine bytes are enough to tell.
#[must_use]
pub fn looks_like_tls(bytes: &[u8]) -> Looks {
    if bytes.len() < HEADER {
        return if could_begin(bytes) { Looks::Perhaps } else { Looks::No };
    }
    let Some(header) = RecordHeader::parse(bytes) else { return Looks::No };
    match (header.kind, bytes.get(HEADER..)) {
        (content::HANDSHAKE, Some([])) => Looks::Perhaps,
        // Both hellos are longer than 38 bytes and shorter than 64 KiB.
        (content::HANDSHAKE, Some([kind::CLIENT_HELLO, 0, ..])) => Looks::ClientHello,
        (content::HANDSHAKE, Some([kind::SERVER_HELLO, 0, ..])) => Looks::ServerHello,
        (content::CHANGE_CIPHER_SPEC, _) if header.body != 1 => Looks::No,
        (content::ALERT, _) if header.body < 2 => Looks::No,
        _ => match bytes.get(header.len()..) {
            // What follows is there, and is no record.
            Some(next) if !could_begin(next) => Looks::No,
            _ => Looks::Record,
        },
    }
}

/// Whether a record may begin like this, as far as the bytes go.
pub(super) fn could_begin(bytes: &[u8]) -> bool {
    let types = content::CHANGE_CIPHER_SPEC..=content::APPLICATION_DATA;
    match bytes {
        [] => true,
        [kind, ..] if !types.contains(kind) => false,
        [_, major, ..] if *major != 3 => false,
        _ => bytes.len() < HEADER || RecordHeader::parse(bytes).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
        assert_eq!(looks_like_tls(&hello), Looks::ClientHello);
        for short in 0..=5 {
            assert_eq!(looks_like_tls(&hello[..short]), Looks::Perhaps, "{short}");
        }
        assert_eq!(looks_like_tls(&[0x16, 3, 3, 0, 90, 2, 0, 0, 86]), Looks::ServerHello);
        assert_eq!(looks_like_tls(&[0x17, 3, 3, 0, 90, 2, 0, 0, 86]), Looks::Record);
        assert_eq!(looks_like_tls(&[0x17, 3, 3, 0, 1, 2, 0x17, 3, 3, 0, 1, 9]), Looks::Record);
        assert_eq!(looks_like_tls(&[0x17, 3, 3, 0, 1, 2, 0x30, 3]), Looks::No);
    }

    /// No packet of MQTT, no request of HTTP and no greeting of SSH looks like TLS.
    #[test]
    fn other_protocols_do_not() {
        for other in [&b"\x10\x0c\x00\x04MQTT\x04\x02"[..], b"GET / HTTP/1.1\r\n", b"SSH-2.0-x\r\n"]
        {
            assert_eq!(looks_like_tls(other), Looks::No);
        }
        // 0x14 and 0x16 are CONNECT with reserved flags, 0x15 and 0x17 likewise: never MQTT.
        assert_eq!(looks_like_tls(&[0x16, 0x0c, 0, 4, b'M', b'Q']), Looks::No);
    }
}
