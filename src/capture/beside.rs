//! What a capture file says beside the bytes of its frames: comments, names, secrets.
//!
//! Whoever wrote the file wrote these texts too: they are untrusted, and escaped where they are
//! shown.

use std::net::IpAddr;

use super::error::NoticeKind;

/// The most that is kept until the next frame, in bytes: a key log of ten thousand TLS sessions.
const MAX_BYTES: usize = 4 << 20;
/// What keeping an item costs besides its bytes, about.
const OVERHEAD: usize = 64;

/// What stands in a file with a frame, or between it and the frame before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Comments on the frame.
    pub comments: Vec<String>,
    /// Secrets that decrypt this frame and later ones.
    pub secrets: Vec<Secrets>,
    /// Addresses and a name of each.
    pub names: Vec<(IpAddr, String)>,
    /// Interfaces that this frame and later ones may be of.
    pub interfaces: Vec<Described>,
    bytes: usize,
}

/// What a file says of one of its interfaces, for people. Untrusted, and no UTF-8 for certain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Its index within its section, from 0.
    pub interface: u32,
    /// Its name; empty where there is none.
    pub name: Vec<u8>,
    /// What it is; empty where nothing is said.
    pub description: Vec<u8>,
}

/// The body of a Decryption Secrets Block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// What they are: [`Self::TLS_KEY_LOG`], or another number of the pcapng specification.
    pub kind: u32,
    /// The secrets as they stand in the file.
    pub bytes: Vec<u8>,
}

impl Secrets {
    /// A TLS key log: lines of text, the format of `SSLKEYLOGFILE`.
    pub const TLS_KEY_LOG: u32 = 0x544c_534b;
}

impl Beside {
    /// Whether there is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.comments.is_empty()
            && self.secrets.is_empty()
            && self.names.is_empty()
            && self.interfaces.is_empty()
    }

    pub(super) fn clear(&mut self) {
        if !self.is_empty() {
            *self = Self::default();
        }
    }

    pub(super) fn comment(&mut self, text: &[u8]) -> Result<(), NoticeKind> {
        self.room(text.len(), "a comment")?;
        self.comments.push(String::from_utf8_lossy(text).into_owned());
        Ok(())
    }

    pub(super) fn secrets(&mut self, kind: u32, bytes: &[u8]) -> Result<(), NoticeKind> {
        self.room(bytes.len(), "a block of secrets")?;
        self.secrets.push(Secrets { kind, bytes: bytes.to_vec() });
        Ok(())
    }

    pub(super) fn name(&mut self, address: IpAddr, name: &[u8]) -> Result<(), NoticeKind> {
        self.room(name.len(), "a name")?;
        self.names.push((address, String::from_utf8_lossy(name).into_owned()));
        Ok(())
    }

    pub(super) fn interface(&mut self, described: Described) -> Result<(), NoticeKind> {
        let bytes = described.name.len().saturating_add(described.description.len());
        self.room(bytes, "the name of an interface")?;
        self.interfaces.push(described);
        Ok(())
    }

    fn room(&mut self, bytes: usize, what: &'static str) -> Result<(), NoticeKind> {
        let bytes = self.bytes.saturating_add(bytes).saturating_add(OVERHEAD);
        if bytes > MAX_BYTES {
            return Err(NoticeKind::NoRoom(what));
        }
        self.bytes = bytes;
        Ok(())
    }
}
