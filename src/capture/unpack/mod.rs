//! Compressed captures: gzip, Zstandard and LZ4 frames, as streams.
//!
//! What may enter: a window over the packed file. Memory stays flat: what a format looks back on
//! is all that is held. What was unpacked before a fault is given first, and the fault tells where
//! it is in both, the file and what it unpacks to.
//!
//! To add a format: a row in [`PACKINGS`] and a type that implements [`Unpack`].

mod gzip;
mod lz4;
mod zstd;

use std::io::{self, Read};

use super::{Fault, window::Window};

/// A format of compressed data.
#[derive(Clone, Copy)]
pub(super) struct Packing {
    /// Its name, for people.
    pub(super) name: &'static str,
    /// Its first bytes.
    magic: &'static [u8],
    start: fn() -> Box<dyn Unpack + Send>,
}

/// The formats that are unpacked.
pub(super) const PACKINGS: &[Packing] = &[
    Packing { name: "gzip", magic: &gzip::MAGIC, start: || Box::<gzip::Gzip>::default() },
    Packing { name: "Zstandard", magic: &zstd::MAGIC, start: || Box::<zstd::Zstd>::default() },
    Packing { name: "LZ4", magic: &lz4::MAGIC, start: || Box::<lz4::Lz4>::default() },
];

/// The names of the compressions that are unpacked.
pub fn packings() -> impl Iterator<Item = &'static str> {
    PACKINGS.iter().map(|packing| packing.name)
}

/// The format that a file begins like.
pub(super) fn packing(bytes: &[u8]) -> Option<&'static Packing> {
    PACKINGS.iter().find(|packing| bytes.starts_with(packing.magic))
}

/// Takes packed bytes, gives what they unpack to.
trait Unpack {
    /// Unpacks some bytes into `out`, as soon as there are any. 0 at the end of the input.
    fn unpack(&mut self, input: &mut Window, out: &mut [u8]) -> Result<usize, Problem>;
}

/// What ends the unpacking.
enum Problem {
    /// The packed bytes end within something.
    Ends,
    /// They are damaged, or not of this format: the reason.
    Damaged(String),
    /// The file cannot be read.
    Read(Fault),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Read(fault)
    }
}

/// A reader of what a file unpacks to.
pub(super) struct Unpacker {
    packing: &'static Packing,
    input: Window,
    state: Box<dyn Unpack + Send>,
    given: u64,
    ended: bool,
}

impl Unpacker {
    pub(super) fn new(packing: &'static Packing, input: Window) -> Self {
        Self { packing, input, state: (packing.start)(), given: 0, ended: false }
    }

    fn fault(&self, problem: Problem) -> Fault {
        let (packing, offset, unpacked) = (self.packing.name, self.input.offset(), self.given);
        match problem {
            Problem::Ends => Fault::PackedEnds { packing, offset, unpacked },
            Problem::Damaged(problem) => Fault::Unpack { packing, offset, unpacked, problem },
            Problem::Read(fault) => fault,
        }
    }
}

impl Read for Unpacker {
    /// An error holds a [`Fault`].
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        match self.state.unpack(&mut self.input, out) {
            Ok(count) => {
                self.ended = count == 0;
                self.given = self.given.saturating_add(count as u64);
                Ok(count)
            }
            Err(problem) => {
                self.ended = true;
                Err(io::Error::other(self.fault(problem)))
            }
        }
    }
}

/// First bytes of frames to be skipped, of Zstandard and LZ4 alike: 0x50 to 0x5f, then these. A
/// length of four bytes follows.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Goes to the next frame, over those to be skipped. `false` at the end of the input.
fn next_frame(input: &mut Window, magic: &[u8; 4]) -> Result<bool, Problem> {
    loop {
        if input.fill(1)? == 0 {
            return Ok(false);
        }
        if input.fill(4)? < 4 {
            return Err(Problem::Ends);
        }
        let first = input.bytes().first_chunk::<4>().copied().unwrap_or_default();
        if first == *magic {
            return Ok(true);
        }
        if first[0] & 0xf0 != 0x50 || !first.ends_with(&SKIPPABLE) {
            return Err(Problem::Damaged("no further frame begins here".into()));
        }
        input.fill(8)?;
        let Some(length) = super::window::Order::Little.u32_at(input.bytes(), 4) else {
            return Err(Problem::Ends);
        };
        let length = u64::from(length).saturating_add(8);
        if input.skip(length)? < length {
            return Err(Problem::Ends);
        }
    }
}
