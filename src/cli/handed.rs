//! Standard output of a long run, written by a thread of its own: on a disk or in a pipe that takes as long as
//! a quarter of what is written there took to make.

use crate::render::threaded::{Hand as Takes, cores};
use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// Bytes that are written at once, before there is a thread: less costs less than the thread does.
const AT_ONCE: u64 = 1 << 20;
/// Bytes that are handed over in one go, at least while more comes: less costs more calls of the system.
const ENOUGH: usize = 64 << 10;
/// Bytes that are taken at once, at most.
const PIECE: usize = 256 << 10;
/// Pieces under way, at most.
const UNDER_WAY: usize = 3;

/// One for all that write to it.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Handed>>);

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

impl Shared {
    /// Writes to this file.
    pub(super) fn new(file: File) -> Self {
        Self(Arc::new(Mutex::new(Handed::new(file))))
    }

    fn lock(&self) -> io::Result<MutexGuard<'_, Handed>> {
        self.0.lock().map_err(|_| gone())
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock()?.flush()
    }
}

impl Takes for Shared {
    fn give(&self, text: &mut Vec<u8>) -> io::Result<()> {
        self.lock()?.give(text)
    }
}

impl Handed {
    fn new(file: File) -> Self {
        let is_alone = cores() < 2;
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

impl Handed {
    fn start_in_time(&mut self) {
        if self.thread.is_none() && !self.is_alone && self.written >= AT_ONCE {
            self.start();
        }
    }

    /// Writes bytes, and leaves an empty buffer, which may be another one.
    fn give(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.start_in_time();
        let len = bytes.len() as u64;
        match &mut self.thread {
            // What is little is gathered.
            Some(hand) if bytes.len() >= ENOUGH => hand.give(bytes)?,
            Some(hand) => hand.write_all(bytes)?,
            None => self.file.write_all(bytes)?,
        }
        bytes.clear();
        self.written = self.written.saturating_add(len);
        Ok(())
    }
}

impl Write for Handed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.start_in_time();
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

impl Write for Hand {
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

    fn flush(&mut self) -> io::Result<()> {
        self.finish()
    }
}

impl Hand {
    /// Takes a buffer as it is, for an empty one.
    fn give(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        if !self.filling.is_empty() {
            self.hand_over()?;
        }
        std::mem::swap(&mut self.filling, bytes);
        self.hand_over()
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
        if self.to_do.send(piece).is_err() {
            // It has ended after an error, which stands behind what it has written.
            self.wait_for_all()?;
            return Err(gone());
        }
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
        self.wait_for_all()
    }

    fn wait_for_all(&mut self) -> io::Result<()> {
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
    fn what_is_given_stands_between_what_is_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut out = Handed::new(file.reopen().unwrap());
        out.is_alone = false;
        for (n, mut piece) in pieces().enumerate() {
            match n % 3 {
                0 => out.write_all(&piece).unwrap(),
                // Both what is gathered and what goes on as it is.
                _ => {
                    piece.resize(piece.len() * (n % 2 * 9 + 1), 1);
                    out.give(&mut piece).unwrap();
                    assert!(piece.is_empty());
                }
            }
        }
        out.flush().unwrap();
        let wanted: Vec<u8> = (0..)
            .zip(pieces())
            .flat_map(|(n, mut piece)| {
                let times = if n % 3 == 0 { 1 } else { n % 2 * 9 + 1 };
                piece.resize(piece.len() * times, 1);
                piece
            })
            .collect();
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
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_whenever_it_shows() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut out = Handed::new(full);
        out.is_alone = false;
        out.written = AT_ONCE;
        let failed = (0..10).find_map(|_| {
            // The thread has ended when it gets the next piece.
            thread::sleep(std::time::Duration::from_millis(20));
            out.give(&mut vec![0; ENOUGH]).err()
        });
        assert_eq!(failed.unwrap().kind(), io::ErrorKind::StorageFull);
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
