//! The handshake messages, as far as a reader needs them: RFC 8446 section 4, RFC 5246 section 7.4.

use super::secrets::ClientRandom;
use super::suite::SuiteId;

/// Message types that mean something here (IANA registry "TLS HandshakeType").
pub(super) mod kind {
    pub(in super::super) const CLIENT_HELLO: u8 = 1;
    pub(in super::super) const SERVER_HELLO: u8 = 2;
    pub(in super::super) const END_OF_EARLY_DATA: u8 = 5;
    pub(in super::super) const ENCRYPTED_EXTENSIONS: u8 = 8;
    pub(in super::super) const CERTIFICATE: u8 = 11;
    pub(in super::super) const FINISHED: u8 = 20;
    pub(in super::super) const KEY_UPDATE: u8 = 24;
    /// The highest type that was ever given; a higher one is noise.
    pub(in super::super) const LAST: u8 = 25;
}

/// Extensions that mean something here (IANA registry "TLS ExtensionType Values").
mod extension {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const ALPN: u16 = 16;
    pub(super) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(super) const PRE_SHARED_KEY: u16 = 41;
    pub(super) const EARLY_DATA: u16 = 42;
    pub(super) const SUPPORTED_VERSIONS: u16 = 43;
}

/// The longest message that is held, in bytes: OpenSSL takes certificate chains up to 100 KiB, and
/// nothing else is longer. What is longer is passed over.
const MAX_MESSAGE: usize = 128 << 10;
/// Protocols of an ALPN list that are kept: clients of MQTT offer one or two.
const MAX_PROTOCOLS: usize = 8;
/// The random of a ServerHello that asks for another ClientHello: RFC 8446 section 4.1.3.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Puts the messages of one side together from the records that carry them.
#[derive(Debug, Default)]
pub(super) struct Messages {
    held: Vec<u8>,
    /// Bytes of a message that was too long, still to come.
    skip: usize,
}

/// Type and body of a message; no body where it was too long.
pub(super) type Message<'a> = (u8, Option<&'a [u8]>);

impl Messages {
    /// Takes the content of a record, and gives the messages that end in it.
    pub(super) fn feed(&mut self, mut content: &[u8], found: &mut dyn FnMut(Message<'_>)) {
        let skipped = self.skip.min(content.len());
        self.skip = self.skip.saturating_sub(skipped);
        content = content.get(skipped..).unwrap_or_default();
        self.held.extend_from_slice(content);
        let mut at = 0_usize;
        while let Some([kind, a, b, c]) = self.held.get(at..).and_then(|rest| rest.first_chunk()) {
            let (kind, len) = (*kind, u32::from_be_bytes([0, *a, *b, *c]) as usize);
            let start = at.saturating_add(4);
            let end = start.saturating_add(len);
            if len > MAX_MESSAGE {
                self.skip = end.saturating_sub(self.held.len());
                found((kind, None));
                at = end.min(self.held.len());
                continue;
            }
            let Some(body) = self.held.get(start..end) else { break };
            found((kind, Some(body)));
            at = end;
        }
        self.held.drain(..at);
    }

    /// Forgets a message that has begun: what follows is lost, or belongs to other keys.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// What a ClientHello says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) version: u16,
    pub(super) random: ClientRandom,
    pub(super) session_id: Vec<u8>,
    pub(super) server_name: Option<Vec<u8>>,
    pub(super) protocols: Vec<Vec<u8>>,
    pub(super) early_data: bool,
}

/// What a ServerHello says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerHello {
    /// The version that was agreed on.
    pub(super) version: u16,
    pub(super) random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    pub(super) suite: SuiteId,
    pub(super) is_compressed: bool,
    pub(super) protocol: Option<Vec<u8>>,
    pub(super) encrypt_then_mac: bool,
    pub(super) pre_shared_key: bool,
}

/// What EncryptedExtensions say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EncryptedExtensions {
    pub(super) protocol: Option<Vec<u8>>,
    pub(super) early_data: bool,
}

impl ClientHello {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut from = Bytes(body);
        let mut hello = Self {
            version: from.u16()?,
            random: *from.array()?,
            session_id: from.vector8()?.to_vec(),
            ..Self::default()
        };
        from.vector16()?;
        from.vector8()?;
        from.extensions(|id, data| {
            match id {
                extension::SERVER_NAME => hello.server_name = server_name(data),
                extension::ALPN => hello.protocols = protocols(data),
                extension::EARLY_DATA => hello.early_data = true,
                _ => {}
            };
        });
        Some(hello)
    }
}

impl ServerHello {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut from = Bytes(body);
        let mut hello = Self {
            version: from.u16()?,
            random: *from.array()?,
            session_id: from.vector8()?.to_vec(),
            suite: SuiteId(from.u16()?),
            is_compressed: from.u8()? != 0,
            ..Self::default()
        };
        from.extensions(|id, data| match id {
            extension::SUPPORTED_VERSIONS => {
                hello.version = Bytes(data).u16().unwrap_or(hello.version);
            }
            extension::ALPN => hello.protocol = protocols(data).into_iter().next(),
            extension::ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
            extension::PRE_SHARED_KEY => hello.pre_shared_key = true,
            _ => {}
        });
        Some(hello)
    }

    /// Whether it asks for another ClientHello.
    pub(super) fn is_retry(&self) -> bool {
        self.random == RETRY
    }
}

impl EncryptedExtensions {
    pub(super) fn parse(body: &[u8]) -> Self {
        let mut found = Self::default();
        Bytes(body).extensions(|id, data| match id {
            extension::ALPN => found.protocol = protocols(data).into_iter().next(),
            extension::EARLY_DATA => found.early_data = true,
            _ => {}
        });
        found
    }
}

/// The first certificate of a Certificate message, in DER.
pub(super) fn first_certificate(body: &[u8], is_tls13: bool) -> Option<&[u8]> {
    let mut from = Bytes(body);
    if is_tls13 {
        from.vector8()?;
    }
    Bytes(from.vector24()?).vector24()
}

/// The first name of a server_name extension: RFC 6066 section 3.
fn server_name(data: &[u8]) -> Option<Vec<u8>> {
    let mut list = Bytes(Bytes(data).vector16()?);
    while let Some(kind) = list.u8() {
        let name = list.vector16()?;
        // 0: host_name. A longer one is none: RFC 1035 section 2.3.4.
        if kind == 0 && name.len() <= 255 {
            return Some(name.to_vec());
        }
    }
    None
}

/// The names of an ALPN extension: RFC 7301 section 3.1.
fn protocols(data: &[u8]) -> Vec<Vec<u8>> {
    let mut list = Bytes(Bytes(data).vector16().unwrap_or_default());
    let mut found = Vec::new();
    while let Some(name) = list.vector8().filter(|_| found.len() < MAX_PROTOCOLS) {
        found.push(name.to_vec());
    }
    found
}

/// Takes numbers and vectors off the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        self.take(N)?.first_chunk()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| *byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn vector8(&mut self) -> Option<&'a [u8]> {
        let len = self.u8()?;
        self.take(len.into())
    }

    fn vector16(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        self.take(len.into())
    }

    fn vector24(&mut self) -> Option<&'a [u8]> {
        let [a, b, c] = *self.array()?;
        self.take(u32::from_be_bytes([0, a, b, c]) as usize)
    }

    /// Gives each extension of a list that is preceded by its length; what is broken ends it.
    fn extensions(&mut self, mut found: impl FnMut(u16, &'a [u8])) {
        let mut list = Self(self.vector16().unwrap_or_default());
        while let (Some(id), Some(data)) = (list.u16(), list.vector16()) {
            found(id, data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_are_put_together_however_they_are_cut() {
        let mut stream = vec![1, 0, 0, 3, 7, 8, 9, 14, 0, 0, 0];
        stream.extend([11, 3, 0, 0]); // 196,608 bytes: too long
        stream.extend(vec![0; 3 << 16]);
        stream.extend([20, 0, 0, 1, 5]);
        for cut in [1, 2, 5, 1000, stream.len()] {
            let mut messages = Messages::default();
            let mut found = Vec::new();
            for piece in stream.chunks(cut) {
                messages.feed(piece, &mut |(kind, body)| {
                    found.push((kind, body.map(<[u8]>::to_vec)));
                });
                assert!(messages.held.len() <= cut + 4 + MAX_MESSAGE);
            }
            assert_eq!(found[0], (1, Some(vec![7, 8, 9])));
            assert_eq!(found[1], (14, Some(vec![])));
            assert_eq!(found[2], (11, None));
            assert_eq!(found[3], (20, Some(vec![5])));
            assert!(messages.held.is_empty() && messages.skip == 0);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = ClientHello::parse(&bytes);
            let _ = ServerHello::parse(&bytes);
            let _ = EncryptedExtensions::parse(&bytes);
            let _ = first_certificate(&bytes, true);
            Messages::default().feed(&bytes, &mut |_| {});
        }
    }
}
