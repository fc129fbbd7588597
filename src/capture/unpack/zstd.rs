//! Zstandard (RFC 8878): frames one after another, some of them to be skipped.

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::{Problem, Unpack, next_frame};
use crate::capture::window::Window;

/// First bytes of a frame.
pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The largest window that a frame may look back on, as a power of two: 128 MiB, what `zstd -d`
/// takes without being told to take more.
const MAX_WINDOW_LOG: u32 = 27;

/// Unpacks Zstandard.
#[derive(Default)]
pub(super) struct Zstd {
    decoder: Option<Decoder<'static>>,
    within_frame: bool,
    /// The last call filled all it was given: there may be more without further input.
    full: bool,
}

impl Unpack for Zstd {
    fn unpack(&mut self, input: &mut Window, out: &mut [u8]) -> Result<usize, Problem> {
        loop {
            if !self.within_frame {
                if !next_frame(input, &MAGIC)? {
                    return Ok(0);
                }
                self.begin()?;
            }
            if !self.full && input.fill(1)? == 0 {
                return Err(Problem::Ends);
            }
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let mut packed = InBuffer::around(input.bytes());
            let mut unpacked = OutBuffer::around(&mut *out);
            let left = decoder.run(&mut packed, &mut unpacked).map_err(damaged)?;
            let (taken, count) = (packed.pos(), unpacked.pos());
            input.consume(taken);
            self.full = count == out.len();
            self.within_frame = left != 0;
            if count > 0 {
                return Ok(count);
            }
        }
    }
}

impl Zstd {
    fn begin(&mut self) -> Result<(), Problem> {
        match &mut self.decoder {
            Some(decoder) => decoder.reinit().map_err(damaged)?,
            None => {
                let mut decoder = Decoder::new().map_err(damaged)?;
                let limit = DParameter::WindowLogMax(MAX_WINDOW_LOG);
                decoder.set_parameter(limit).map_err(damaged)?;
                self.decoder = Some(decoder);
            }
        }
        (self.within_frame, self.full) = (true, false);
        Ok(())
    }
}

fn damaged(error: std::io::Error) -> Problem {
    let text = error.to_string();
    // The library's words for a window beyond the limit do not tell what to do.
    if text.contains("too much memory") {
        return Problem::Damaged(
            "it looks back further than the 128 MiB that are held; unpack it first: \
             zstd -d --long=31 -c FILE | mqttscope read -"
                .to_owned(),
        );
    }
    Problem::Damaged(text)
}
