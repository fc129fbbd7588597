//! Opens records: the ciphers of the suites over the libraries, one nonce and one additional data
//! for each version.

use super::derive::{expand_label, mac_fits, prf};
use super::suite::{Cipher, Hash, Mode, Protection};
use aes::{Aes128, Aes256};
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, consts::U8, consts::U12, consts::U16};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;
use std::fmt;

/// Bytes of the nonce of every AEAD here.
const NONCE: usize = 12;
/// Bytes of the nonce that a record of TLS 1.2 carries.
const EXPLICIT: usize = 8;
/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// The header of a record, as it stands on the wire.
pub(super) type Header = [u8; 5];

/// Opens the records of one side, as long as one key holds.
pub(super) struct Opener(Kind);

enum Kind {
    Aead { cipher: Box<dyn Aead>, iv: [u8; NONCE], nonce: Nonces, tag: usize },
    Cbc(Cbc),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nonces {
    /// TLS 1.2 with GCM and CCM: four bytes of salt, eight in the record.
    Explicit,
    /// TLS 1.2 with ChaCha20-Poly1305.
    Implicit,
    /// TLS 1.3, where the header is the additional data and the type stands inside.
    Tls13,
}

struct Cbc {
    key: Vec<u8>,
    mac: (Hash, Vec<u8>),
    version: u16,
    encrypt_then_mac: bool,
    /// The last block of the record before, which is the IV in TLS 1.0, where it is known.
    last: Option<[u8; BLOCK]>,
}

/// What a record of a version before 1.3 is opened with, besides the master secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Legacy<'a> {
    /// The version: 0x0301 to 0x0303.
    pub(super) version: u16,
    /// What the suite protects with.
    pub(super) protection: Protection,
    /// Random of the client.
    pub(super) client_random: &'a [u8; 32],
    /// Random of the server.
    pub(super) server_random: &'a [u8; 32],
    /// Whether encrypt_then_mac was agreed on (RFC 7366).
    pub(super) encrypt_then_mac: bool,
}

impl Opener {
    /// For one side of TLS 1.3, from a traffic secret: RFC 8446 section 7.3.
    pub(super) fn tls13(protection: Protection, secret: &[u8]) -> Option<Self> {
        let mut key = vec![0; protection.cipher.key_len()];
        let mut iv = [0; NONCE];
        expand_label(protection.hash, secret, "key", &mut key)?;
        expand_label(protection.hash, secret, "iv", &mut iv)?;
        let cipher = aead(protection.cipher, &key)?;
        let tag = protection.cipher.tag_len();
        Some(Self(Kind::Aead { cipher, iv, nonce: Nonces::Tls13, tag }))
    }

    /// For one side of TLS 1.0 to 1.2, from the master secret: RFC 5246 section 6.3.
    pub(super) fn legacy(of: &Legacy<'_>, is_client: bool, master: &[u8]) -> Option<Self> {
        let Protection { cipher, hash } = of.protection;
        let mode = cipher.mode();
        let key_len = cipher.key_len();
        let (mac_len, iv_len) = match mode {
            Mode::Cbc if of.version == 0x0301 => (hash.output_len(), BLOCK),
            Mode::Cbc => (hash.output_len(), 0),
            Mode::ExplicitNonce => (0, NONCE.saturating_sub(EXPLICIT)),
            Mode::ImplicitNonce => (0, NONCE),
        };
        let side = mac_len.checked_add(key_len)?.checked_add(iv_len)?;
        let mut block = vec![0; side.checked_mul(2)?];
        let seed = [&of.server_random[..], &of.client_random[..]].concat();
        prf(of.version, hash, master, "key expansion", &seed, &mut block);
        // Both MAC keys, then both keys, then both IVs; the client's come first.
        let mut at = 0_usize;
        let mut next = |len: usize| {
            let start = if is_client { at } else { at.checked_add(len)? };
            at = at.checked_add(len.checked_mul(2)?)?;
            block.get(start..start.checked_add(len)?)
        };
        let (mac, key, salt) = (next(mac_len)?, next(key_len)?, next(iv_len)?);
        if mode == Mode::Cbc {
            let mut last = [0; BLOCK];
            last.iter_mut().zip(salt).for_each(|(to, from)| *to = *from);
            return Some(Self(Kind::Cbc(Cbc {
                key: key.to_vec(),
                mac: (hash, mac.to_vec()),
                version: of.version,
                encrypt_then_mac: of.encrypt_then_mac,
                last: Some(last),
            })));
        }
        if of.version != 0x0303 {
            return None;
        }
        let mut iv = [0; NONCE];
        iv.iter_mut().zip(salt).for_each(|(to, from)| *to = *from);
        let nonce = if mode == Mode::ExplicitNonce { Nonces::Explicit } else { Nonces::Implicit };
        Some(Self(Kind::Aead { cipher: aead(cipher, key)?, iv, nonce, tag: cipher.tag_len() }))
    }

    /// Opens a record into `plain`, and tells its type. `None` where key, sequence number and
    /// record do not belong together.
    pub(super) fn open(
        &self,
        header: &Header,
        body: &[u8],
        sequence: u64,
        plain: &mut Vec<u8>,
    ) -> Option<u8> {
        plain.clear();
        match &self.0 {
            Kind::Aead { cipher, iv, nonce, tag } => {
                let sealed = match nonce {
                    Nonces::Explicit => body.get(EXPLICIT..)?,
                    _ => body,
                };
                let text_len = sealed.len().checked_sub(*tag)?;
                plain.extend_from_slice(sealed);
                let nonce_bytes = match nonce {
                    Nonces::Explicit => explicit(iv, body.get(..EXPLICIT)?),
                    _ => mixed(iv, sequence),
                };
                if *nonce == Nonces::Tls13 {
                    cipher.open(&nonce_bytes, header, plain)?;
                    return inner_type(plain);
                }
                cipher.open(&nonce_bytes, &additional(header, sequence, text_len)?, plain)?;
                header.first().copied()
            }
            Kind::Cbc(cbc) => {
                cbc.open(header, body, sequence, plain)?;
                header.first().copied()
            }
        }
    }

    /// Takes note that a record has passed, opened or not.
    pub(super) fn passed(&mut self, body: &[u8], is_opened: bool) {
        if let Kind::Cbc(cbc) = &mut self.0 {
            let mac = if cbc.encrypt_then_mac { cbc.mac.0.output_len() } else { 0 };
            let sealed = body.get(..body.len().saturating_sub(mac)).unwrap_or_default();
            // A MAC over the ciphertext says nothing of an IV from before.
            let is_sure = is_opened || !cbc.encrypt_then_mac;
            cbc.last = sealed.last_chunk::<BLOCK>().copied().filter(|_| is_sure);
        }
    }

    /// Takes note that records may have passed unseen.
    pub(super) fn missed(&mut self) {
        if let Kind::Cbc(cbc) = &mut self.0 {
            cbc.last = None;
        }
    }

    /// Bytes by which a record is longer than the text inside at least.
    pub(super) fn overhead(&self) -> usize {
        match &self.0 {
            Kind::Aead { nonce: Nonces::Explicit, tag, .. } => EXPLICIT.saturating_add(*tag),
            Kind::Aead { tag, .. } => *tag,
            Kind::Cbc(cbc) => cbc.mac.0.output_len(),
        }
    }
}

impl fmt::Debug for Opener {
    /// Never shows a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

impl Cbc {
    fn open(&self, header: &Header, body: &[u8], sequence: u64, plain: &mut Vec<u8>) -> Option<()> {
        let (hash, mac_key) = &self.mac;
        let mac_len = hash.output_len();
        let sealed = if self.encrypt_then_mac {
            let (sealed, mac) = body.split_at(body.len().checked_sub(mac_len)?);
            let additional = additional(header, sequence, sealed.len())?;
            if !mac_fits(*hash, mac_key, [&additional, sealed], mac) {
                return None;
            }
            sealed
        } else {
            body
        };
        let (iv, sealed) = match (self.version, &self.last) {
            (0x0301, Some(last)) => (last, sealed),
            // It is genuine, and its first block cannot be had: it counts, and gives nothing.
            (0x0301, None) if self.encrypt_then_mac => return Some(()),
            (0x0301, None) => return None,
            _ => sealed.split_first_chunk::<BLOCK>()?,
        };
        plain.extend_from_slice(sealed);
        self.decrypt(iv, plain)?;
        let padding = usize::from(*plain.last()?);
        let text = plain.len().checked_sub(padding)?.checked_sub(1)?;
        if plain.get(text..)?.iter().any(|byte| usize::from(*byte) != padding) {
            return None;
        }
        plain.truncate(text);
        if !self.encrypt_then_mac {
            let text = text.checked_sub(mac_len)?;
            let additional = additional(header, sequence, text)?;
            let (text, mac) = plain.split_at(text);
            if !mac_fits(*hash, mac_key, [&additional, text], mac) {
                return None;
            }
            plain.truncate(plain.len().checked_sub(mac_len)?);
        }
        Some(())
    }

    fn decrypt(&self, iv: &[u8; BLOCK], text: &mut [u8]) -> Option<()> {
        let done = match self.key.len() {
            16 => cbc::Decryptor::<Aes128>::new_from_slices(&self.key, iv)
                .ok()?
                .decrypt_padded::<NoPadding>(text)
                .is_ok(),
            _ => cbc::Decryptor::<Aes256>::new_from_slices(&self.key, iv)
                .ok()?
                .decrypt_padded::<NoPadding>(text)
                .is_ok(),
        };
        done.then_some(())
    }
}

/// Any of the AEADs, whose nonce has twelve bytes.
trait Aead: Send {
    /// Takes the tag off the end of `text` and decrypts the rest in place.
    fn open(&self, nonce: &[u8; NONCE], additional: &[u8], text: &mut Vec<u8>) -> Option<()>;
}

impl<A: AeadInOut<NonceSize = U12> + Send> Aead for A {
    fn open(&self, nonce: &[u8; NONCE], additional: &[u8], text: &mut Vec<u8>) -> Option<()> {
        let nonce = Nonce::<A>::from(*nonce);
        self.decrypt_in_place(&nonce, additional, text).ok()
    }
}

fn aead(cipher: Cipher, key: &[u8]) -> Option<Box<dyn Aead>> {
    fn boxed<A: Aead + KeyInit + 'static>(key: &[u8]) -> Option<Box<dyn Aead>> {
        A::new_from_slice(key).ok().map(|cipher| Box::new(cipher) as Box<dyn Aead>)
    }
    match cipher {
        Cipher::Aes128Gcm => boxed::<Aes128Gcm>(key),
        Cipher::Aes256Gcm => boxed::<Aes256Gcm>(key),
        Cipher::Aes128Ccm => boxed::<Ccm<Aes128, U16, U12>>(key),
        Cipher::Aes256Ccm => boxed::<Ccm<Aes256, U16, U12>>(key),
        Cipher::Aes128Ccm8 => boxed::<Ccm<Aes128, U8, U12>>(key),
        Cipher::Aes256Ccm8 => boxed::<Ccm<Aes256, U8, U12>>(key),
        Cipher::ChaCha20Poly1305 => boxed::<ChaCha20Poly1305>(key),
        Cipher::Aes128Cbc | Cipher::Aes256Cbc => None,
    }
}

/// The salt and what the record carries: RFC 5288 section 3, RFC 6655 section 3.
fn explicit(salt: &[u8; NONCE], carried: &[u8]) -> [u8; NONCE] {
    let mut nonce = *salt;
    let (_, to) = nonce.split_at_mut(NONCE.saturating_sub(EXPLICIT));
    to.iter_mut().zip(carried).for_each(|(to, from)| *to = *from);
    nonce
}

/// The IV with the sequence number mixed into its end: RFC 8446 section 5.3, RFC 7905.
fn mixed(iv: &[u8; NONCE], sequence: u64) -> [u8; NONCE] {
    let mut nonce = *iv;
    let (_, end) = nonce.split_at_mut(NONCE.saturating_sub(8));
    end.iter_mut().zip(sequence.to_be_bytes()).for_each(|(to, from)| *to ^= from);
    nonce
}

/// Sequence number, type, version and length of the text: RFC 5246 section 6.2.3.3.
fn additional(header: &Header, sequence: u64, text: usize) -> Option<[u8; 13]> {
    let length = u16::try_from(text).ok()?.to_be_bytes();
    let [kind, major, minor, ..] = *header;
    let mut data = [0; 13];
    let (before, after) = data.split_at_mut(8);
    before.copy_from_slice(&sequence.to_be_bytes());
    after.copy_from_slice(&[kind, major, minor, length[0], length[1]]);
    Some(data)
}

/// Takes the padding and the type off the end: RFC 8446 section 5.4.
fn inner_type(plain: &mut Vec<u8>) -> Option<u8> {
    let at = plain.iter().rposition(|byte| *byte != 0)?;
    let kind = plain.get(at).copied();
    plain.truncate(at);
    kind
}
