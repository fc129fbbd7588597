//! Standard output of a capture: whoever ends the capture is not kept waiting by whoever reads it.
//!
//! A write into a full pipe, or to a terminal that was told to stop, has no end while nobody reads. So it is
//! asked first whether there is room, and given no more than fits then.

use super::Stop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What has room takes so many bytes at once (`PIPE_BUF`).
const PIECE: usize = if cfg!(target_os = "linux") { 4_096 } else { 512 };
/// How long to wait for room before looking whether the end was asked for, in nanoseconds.
const LOOK: i64 = 50_000_000;
/// How long a reader may take for no byte at all, once the end was asked for.
const PATIENCE: Duration = Duration::from_millis(500);

/// Standard output. Once the end was asked for and nobody reads, all writes fail as into a closed pipe.
#[derive(Debug)]
pub struct Patient {
    out: File,
    stop: Stop,
    has_given_up: Arc<AtomicBool>,
}

impl Patient {
    /// Standard output until this end.
    ///
    /// # Errors
    /// Where there is no standard output.
    pub fn new(stop: Stop) -> io::Result<Self> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self { out, stop, has_given_up: Arc::default() })
    }

    /// What tells whether it was given up, also later.
    #[must_use]
    pub fn given_up(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_given_up)
    }

    /// Waits until there is room, or whoever waits for the end need not wait longer.
    fn wait(&self) -> io::Result<()> {
        let mut asked = None;
        while !self.has_given_up.load(Ordering::Relaxed) {
            let mut fds = [PollFd::new(&self.out, PollFlags::OUT)];
            let timeout = Timespec { tv_sec: 0, tv_nsec: LOOK };
            // A signal ends the waiting too; what is wrong with the output the write itself tells.
            match poll(&mut fds, Some(&timeout)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(_) => return Ok(()),
            }
            if self.stop.is_asked() {
                let since = *asked.get_or_insert_with(Instant::now);
                self.has_given_up.store(since.elapsed() >= PATIENCE, Ordering::Relaxed);
            }
        }
        Err(ErrorKind::BrokenPipe.into())
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait()?;
        self.out.write(bytes.get(..PIECE).unwrap_or(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
