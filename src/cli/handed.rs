//! Standard output of a long run, written by a thread of its own: on a disk or in a pipe that takes as long as
//! a quarter of what is written there took to make.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Bytes that are written at once, before there is a thread: less costs less than the thread does.
const AT_ONCE: u64 = 1 << 20;
/// Bytes that are handed over in one go, at least while more comes: less costs more calls of the system.
const ENOUGH: usize = 64 << 10;
/// Bytes that are taken at once, at most.
const PIECE: usize = 256 << 10;
/// Pieces under way, at most.
const UNDER_WAY: usize = 3;

/// A file that is written to a little later. An error is told with one of the next writes, or when flushed.
pub(super) struct Handed {
    file: File,
    written: u64,
    /// No thread is to be had.
    is_alone: bool,
    thread: Option<Hand>,
}

/// The thread, and how it is spoken to.
struct Hand {
    to_do: SyncSender<Vec<u8>>,
    done: Receiver<io::Result<Vec<u8>>>,
    under_way: usize,
    /// What will be handed over next.
    filling: Vec<u8>,
    spare: Vec<Vec<u8>>,
    /// An error was told: nothing more is written.
    has_failed: bool,
}

impl Handed {
    /// Writes to this file.
    pub(super) fn new(file: File) -> Self {
        let is_alone = thread::available_parallelism().map_or(1, usize::from) < 2;
        Self { file, written: 0, is_alone, thread: None }
    }

    fn start(&mut self) {
        self.is_alone = true;
        let Ok(mut file) = self.file.try_clone() else { return };
        let (to_do, pieces) = sync_channel::<Vec<u8>>(UNDER_WAY);
        let (written, done) = sync_channel(UNDER_WAY);
        let work = move || {
            for piece in pieces {
                let result = file.write_all(&piece).map(|()| piece);
                let is_over = result.is_err();
                if written.send(result).is_err() || is_over {
                    break;
                }
            }
        };
        if thread::Builder::new().name("output".into()).spawn(work).is_ok() {
            let (filling, spare) = (Vec::new(), Vec::new());
            let (under_way, has_failed) = (0, false);
            self.thread = Some(Hand { to_do, done, under_way, filling, spare, has_failed });
        }
    }
}

impl Write for Handed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.thread.is_none() && !self.is_alone && self.written >= AT_ONCE {
            self.start();
        }
        let taken = match &mut self.thread {
            Some(hand) => hand.write(bytes)?,
            None => self.file.write(bytes)?,
        };
        self.written = self.written.saturating_add(taken as u64);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.thread.as_mut().map_or(Ok(()), Hand::finish)
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        // Whoever wants to know of an error flushes.
        let _ = self.flush();
    }
}

impl Hand {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filling.len() >= ENOUGH {
            self.hand_over()?;
        }
        if self.has_failed {
            return Err(gone());
        }
        let bytes = bytes.get(..PIECE).unwrap_or(bytes);
        self.filling.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Gives what was filled to the thread.
    fn hand_over(&mut self) -> io::Result<()> {
        while self.under_way >= UNDER_WAY {
            self.wait()?;
        }
        if self.has_failed {
            return Err(gone());
        }
        let mut next = self.spare.pop().unwrap_or_default();
        next.clear();
        let piece = std::mem::replace(&mut self.filling, next);
        self.to_do.send(piece).map_err(|_| gone())?;
        self.under_way = self.under_way.saturating_add(1);
        Ok(())
    }

    /// Waits for the oldest piece that is under way.
    fn wait(&mut self) -> io::Result<()> {
        self.under_way = self.under_way.saturating_sub(1);
        let written = self.done.recv().unwrap_or_else(|_| Err(gone()));
        self.has_failed |= written.is_err();
        self.spare.push(written?);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.filling.is_empty() && !self.has_failed {
            self.hand_over()?;
        }
        while self.under_way > 0 {
            self.wait()?;
        }
        Ok(())
    }
}

/// The thread has ended, after an error that was told before.
fn gone() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Read;

    /// Pieces of many lengths, together far more than is written at once.
    fn pieces() -> impl Iterator<Item = Vec<u8>> {
        (0..400_usize).map(|n| vec![n as u8; n * 37 % 20_000])
    }

    #[test]
    fn all_is_written_in_its_order() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut out = Handed::new(file.reopen().unwrap());
        out.is_alone = false;
        pieces().for_each(|piece| out.write_all(&piece).unwrap());
        assert!(out.thread.is_some());
        out.flush().unwrap();
        let wanted: Vec<u8> = pieces().flatten().collect();
        assert!(wanted.len() as u64 > 2 * AT_ONCE);
        assert!(std::fs::read(file.path()).unwrap() == wanted);
    }

    #[test]
    fn who_is_dropped_has_written_all() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut out = Handed::new(File::from(std::os::fd::OwnedFd::from(writer)));
        out.is_alone = false;
        out.written = AT_ONCE;
        let reading = thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).map(|_| all)
        });
        pieces().for_each(|piece| out.write_all(&piece).unwrap());
        drop(out);
        assert!(reading.join().unwrap().unwrap() == pieces().flatten().collect::<Vec<_>>());
    }

    #[test]
    fn an_error_is_told() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut out = Handed::new(File::from(std::os::fd::OwnedFd::from(writer)));
        out.is_alone = false;
        out.written = AT_ONCE;
        let failed = out.write_all(&[0; 10]).and_then(|()| out.flush());
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(out.write_all(&[0; 10]).is_err());
    }
}
