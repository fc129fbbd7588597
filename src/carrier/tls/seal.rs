//! What an end of a connection does and a reader never needs: records are sealed here, so that a
//! fuzzer gets behind the authentication. Behind the feature `fuzzing`.

use super::derive::expand_label;
use super::suite::Hash;
use aes_gcm::aead::{AeadInOut, KeyInit};
use chacha20poly1305::ChaCha20Poly1305;

/// The suite of [`Sealer`].
pub const SUITE: u16 = 0x1303;

/// One side of TLS 1.3 with `TLS_CHACHA20_POLY1305_SHA256`: one traffic secret after the other.
#[derive(Debug)]
pub struct Sealer {
    secret: [u8; 32],
    sequence: u64,
}

impl Sealer {
    /// Begins with this traffic secret.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self { secret, sequence: 0 }
    }

    /// Goes on as after a KeyUpdate.
    pub fn update(&mut self) {
        *self = Self::new(self.derived("traffic upd"));
    }

    /// The next record, whole: `text` with its type and so many bytes of padding.
    #[must_use]
    pub fn record(&mut self, kind: u8, text: &[u8], padding: usize) -> Vec<u8> {
        let mut body = text.to_vec();
        body.push(kind);
        body.resize(body.len().saturating_add(padding), 0);
        let len = u16::try_from(body.len().saturating_add(16)).unwrap_or(u16::MAX).to_be_bytes();
        let header = [&[23, 3, 3], &len[..]].concat();
        let mut nonce: [u8; 12] = self.derived("iv");
        for (to, from) in nonce.iter_mut().skip(4).zip(self.sequence.to_be_bytes()) {
            *to ^= from;
        }
        self.sequence = self.sequence.saturating_add(1);
        let cipher = ChaCha20Poly1305::new(&self.derived::<32>("key").into());
        let sealed = cipher.encrypt_in_place(&nonce.into(), &header, &mut body);
        debug_assert!(sealed.is_ok());
        [header, body].concat()
    }

    fn derived<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut out = [0; N];
        let done = expand_label(Hash::Sha256, &self.secret, label, &mut out);
        debug_assert!(done.is_some());
        out
    }
}
