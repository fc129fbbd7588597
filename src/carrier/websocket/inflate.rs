//! Compressed messages (RFC 7692): deflate with a window that may reach back into earlier
//! messages.
//!
//! The window is held here and not by the library: after a loss a message is read only if it
//! refers to nothing that was lost, which takes a reader that knows how far back its bytes reach;
//! and a block that says to be the last (RFC 7692 7.2.3.4) ends nothing but itself.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use std::fmt;

/// Bytes that are inflated at once.
const CHUNK: usize = 8_192;
/// The most bytes that a message is inflated to: the longest MQTT packet. A longer one is no
/// message of MQTT but an attack on whoever reads it.
pub(super) const MAX_MESSAGE: u64 = 268_435_460;
/// What a message may inflate to at any ratio, in bytes.
const FREE: u64 = 16 << 20;
/// The most that a longer message may grow, as a multiple. Text grows twentyfold, zeros a
/// thousandfold.
const MAX_RATIO: u64 = 500;
/// What the sender leaves out at the end of a message (RFC 7692 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

const FLAGS: u32 = TINFL_FLAG_HAS_MORE_INPUT | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;

/// Why a message cannot be inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It refers to bytes that are not known.
    Lost,
    /// It is no deflate.
    Broken,
    /// It grew beyond what is read: from so many bytes to so many.
    Bomb(u64, u64),
}

/// Inflates the messages of one side.
pub(super) struct Inflater {
    state: Box<DecompressorOxide>,
    /// What was given last, so far as a message may still refer to it.
    known: Vec<u8>,
    /// How far back a message may refer.
    window: usize,
    /// Whether a message may refer to earlier ones.
    keeps: bool,
    /// Whether everything that it may refer to is known.
    is_whole: bool,
    taken: u64,
    given: u64,
}

impl Inflater {
    /// For a sender with a window of `1 << bits` bytes, which it keeps from message to message or
    /// not. `is_whole`: no message was missed.
    pub(super) fn new(bits: u8, keeps: bool, is_whole: bool) -> Self {
        Self {
            state: Box::default(),
            known: Vec::new(),
            window: 1 << bits.clamp(8, 15),
            keeps,
            is_whole,
            taken: 0,
            given: 0,
        }
    }

    /// A message begins.
    pub(super) fn begin(&mut self) {
        (self.taken, self.given) = (0, 0);
        if !self.keeps {
            self.state.init();
            self.known = Vec::new();
            self.is_whole = true;
        }
    }

    /// Bytes of a message are missing, or could not be read: what it inflates to is not known.
    pub(super) fn lose(&mut self) {
        self.state.init();
        self.known = Vec::new();
        self.is_whole = false;
    }

    /// Takes the next bytes of a message.
    pub(super) fn data(
        &mut self,
        mut bytes: &[u8],
        give: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Fault> {
        loop {
            self.forget();
            let start = self.known.len();
            self.known.resize(start.saturating_add(CHUNK), 0);
            let (status, read, written) =
                decompress(&mut self.state, bytes, &mut self.known, start, FLAGS);
            self.known.truncate(start.saturating_add(written));
            bytes = bytes.get(read..).unwrap_or_default();
            self.taken = self.taken.saturating_add(read as u64);
            self.given = self.given.saturating_add(written as u64);
            let new = self.known.get(start..).unwrap_or_default();
            if !new.is_empty() {
                give(new);
            }
            if self.is_bomb() {
                return Err(Fault::Bomb(self.taken, self.given));
            }
            match status {
                // A block that says to be the last: another may follow all the same.
                TINFLStatus::Done => self.state.init(),
                TINFLStatus::HasMoreOutput => continue,
                TINFLStatus::NeedsMoreInput => {}
                _ if self.is_whole => return Err(Fault::Broken),
                _ => return Err(Fault::Lost),
            }
            if bytes.is_empty() {
                return Ok(());
            }
            if read == 0 && written == 0 {
                return Err(Fault::Broken);
            }
        }
    }

    /// The message ends.
    pub(super) fn end(&mut self, give: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        let result = self.data(&TAIL, give);
        if !self.keeps {
            self.known = Vec::new();
        }
        result
    }

    /// Drops what no message may refer to any more; not each time, as it moves the rest.
    fn forget(&mut self) {
        let too_much = self.known.len().saturating_sub(self.window);
        if too_much > self.window {
            self.known.drain(..too_much);
        }
    }

    fn is_bomb(&self) -> bool {
        self.given > MAX_MESSAGE
            || self.given > FREE && self.given > self.taken.saturating_mul(MAX_RATIO)
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("known", &self.known.len())
            .field("is_whole", &self.is_whole)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(inflater: &mut Inflater, hex: &str) -> Result<String, Fault> {
        let mut out = Vec::new();
        inflater.begin();
        for byte in hex::decode(hex.replace(' ', "")).unwrap() {
            inflater.data(&[byte], &mut |bytes| out.extend_from_slice(bytes))?;
        }
        inflater.end(&mut |bytes| out.extend_from_slice(bytes))?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_examples_of_the_standard() {
        // RFC 7692 7.2.3.2: the second "Hello" refers to the first.
        let mut keeps = Inflater::new(15, true, true);
        for hex in ["f2 48 cd c9 c9 07 00", "f2 00 11 00 00"] {
            assert_eq!(message(&mut keeps, hex).unwrap(), "Hello");
        }
        // 7.2.3.3: a block that is not compressed; 7.2.3.4: one that says to be the last;
        // 7.2.3.5: two blocks.
        for hex in [
            "00 05 00 fa ff 48 65 6c 6c 6f 00",
            "f3 48 cd c9 c9 07 00 00",
            "f2 48 05 00 00 00 ff ff ca c9 c9 07 00",
        ] {
            assert_eq!(message(&mut keeps, hex).unwrap(), "Hello");
        }
    }

    #[test]
    fn what_refers_to_lost_bytes_is_not_made_up() {
        let mut late = Inflater::new(15, true, false);
        assert_eq!(message(&mut late, "f2 00 11 00 00"), Err(Fault::Lost));
        late.lose();
        assert_eq!(message(&mut late, "f2 48 cd c9 c9 07 00").unwrap(), "Hello");
        assert_eq!(message(&mut late, "f2 00 11 00 00").unwrap(), "Hello");
        let mut whole = Inflater::new(15, true, true);
        assert_eq!(message(&mut whole, "f2 00 11 00 00"), Err(Fault::Broken));
    }

    #[test]
    fn a_bomb_is_told_and_memory_stays_flat() {
        let zeros = vec![0; 20 << 20];
        let bomb = miniz_oxide::deflate::compress_to_vec(&zeros, 9);
        let mut inflater = Inflater::new(15, true, true);
        inflater.begin();
        let mut given = 0;
        let fault = inflater.data(&bomb, &mut |bytes| given += bytes.len() as u64);
        assert!(matches!(fault, Err(Fault::Bomb(_, n)) if n == given && n < FREE + 100_000));
        assert!(inflater.known.capacity() < 200_000, "{}", inflater.known.capacity());
    }
}
