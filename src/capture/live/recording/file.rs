//! One file that frames are written to, which holds whole frames at every moment.

use crate::capture::live::{Patient, Stop};
use crate::capture::private;
use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// So many bytes are gathered before they are written, if frames come without a pause: few calls
/// of the system at a high rate, and no more than this to lose where the program is killed.
const MAX_HELD: usize = 64 << 10;

/// An open file. What is not written yet waits in `held`.
pub(super) struct Output {
    out: Out,
    pub(super) path: PathBuf,
    /// Bytes written: the end of the last whole frame.
    written: u64,
    held: Vec<u8>,
    held_frames: u64,
    pub(super) frames: u64,
}

enum Out {
    File(File),
    Stdout(Patient),
}

impl Output {
    /// Creates a file, or empties the one that is there; `-` is standard output. A capture holds
    /// passwords: a new file is for its owner alone. The head is written at once. Who reads standard output does
    /// not keep a capture that is to `stop`.
    pub(super) fn create(path: PathBuf, head: &[u8], stop: &Stop) -> io::Result<Self> {
        let out = if is_stdout(&path) {
            Out::Stdout(Patient::new(stop.clone())?)
        } else {
            Out::File(private().create(true).truncate(true).open(&path)?)
        };
        let (written, frames) = (0, 0);
        let held = Vec::with_capacity(MAX_HELD);
        let mut output = Self { out, path, written, held, held_frames: 0, frames };
        output.held.extend_from_slice(head);
        output.flush()?;
        Ok(output)
    }

    /// Bytes that the file has, those that wait counted in.
    pub(super) fn len(&self) -> u64 {
        self.written.saturating_add(self.held.len() as u64)
    }

    /// Takes a frame, which `encode` appends.
    pub(super) fn frame(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        encode(&mut self.held);
        self.held_frames = self.held_frames.saturating_add(1);
        self.frames = self.frames.saturating_add(1);
        if self.held.len() >= MAX_HELD { self.flush() } else { Ok(()) }
    }

    /// Gives what waits to the system. After an error the file ends with its last whole frame again.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let result = match &mut self.out {
            Out::File(file) => file.write_all(&self.held),
            Out::Stdout(out) => out.write_all(&self.held).and_then(|()| out.flush()),
        };
        match result {
            Ok(()) => {
                self.written = self.len();
                self.held.clear();
                self.held_frames = 0;
                Ok(())
            }
            Err(error) => {
                self.cut_back();
                Err(error)
            }
        }
    }

    /// Gives up what waits: how many frames that were.
    pub(super) fn discard(&mut self) -> u64 {
        self.held.clear();
        self.frames = self.frames.saturating_sub(self.held_frames);
        std::mem::take(&mut self.held_frames)
    }

    /// Whether writing can be tried again after an error: not where half a frame has gone down a pipe.
    pub(super) const fn can_go_on(&self) -> bool {
        matches!(self.out, Out::File(_))
    }

    /// Takes away the piece of a frame that was written. A device cannot be cut, nor needs it.
    fn cut_back(&mut self) {
        if let Out::File(file) = &mut self.out {
            let _ = file.set_len(self.written);
            let _ = file.seek(SeekFrom::Start(self.written));
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Who wants to know of an error has flushed before.
        let _ = self.flush();
    }
}

/// Whether standard output is meant.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}
