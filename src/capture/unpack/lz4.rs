//! LZ4 frames: blocks of up to 4 MiB, each unpacked when it is there.

use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use super::{Problem, Unpack, next_frame};
use crate::capture::{Fault, window::Window};

/// First bytes of a frame.
pub(super) const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

/// Unpacks LZ4 frames.
#[derive(Default)]
pub(super) struct Lz4 {
    frame: Option<FrameDecoder<Lent>>,
}

impl Unpack for Lz4 {
    fn unpack(&mut self, input: &mut Window, out: &mut [u8]) -> Result<usize, Problem> {
        loop {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None if next_frame(input, &MAGIC)? => FrameDecoder::new(Lent::default()),
                None => return Ok(0),
            };
            // The decoder owns what it reads from, so the window is lent to it for each call.
            std::mem::swap(&mut frame.get_mut().window, input);
            let count = frame.read(out);
            std::mem::swap(&mut frame.get_mut().window, input);
            match count {
                // The decoder takes an input that ends between two blocks for the end of the frame.
                Ok(0) if frame.get_ref().starved => return Err(Problem::Ends),
                Ok(0) => {}
                Ok(count) => {
                    self.frame = Some(frame);
                    return Ok(count);
                }
                Err(error) => return Err(problem(error)),
            }
        }
    }
}

fn problem(error: io::Error) -> Problem {
    match error.downcast::<Fault>() {
        Ok(fault) => Problem::Read(fault),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Problem::Ends,
        Err(error) => Problem::Damaged(error.to_string()),
    }
}

/// The window while a frame is read from it.
struct Lent {
    window: Window,
    /// More was asked for than the input has.
    starved: bool,
}

impl Default for Lent {
    fn default() -> Self {
        Self { window: Window::empty(), starved: false }
    }
}

impl Read for Lent {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !out.is_empty() {
            self.starved |= self.window.fill(1).map_err(io::Error::other)? == 0;
        }
        let count = self.window.bytes().len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), self.window.bytes().get(..count)) {
            to.copy_from_slice(from);
        }
        self.window.consume(count);
        Ok(count)
    }
}
