//! A reader that a thread of its own asks for bytes, a little ahead of what is done with them.
//!
//! For files alone: their bytes are there as soon as they are asked for, so that nothing is held back while a
//! piece is filled. Pieces go round between the two threads, so that memory stays flat; errors come where the
//! reader gave them, behind the bytes before them.

use std::{
    io::{self, ErrorKind, Read},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::window::CAPACITY;

/// Bytes in front of each piece, for what is left of the one before: most frames are shorter.
pub(super) const ROOM: usize = 4 * 1024;
/// Bytes of a piece: with twice as many nothing is gained, and with half as many the threads wake each other
/// more often.
const PIECE: usize = 256 * 1024;
/// Pieces that are filled or being filled, so that none of the threads waits for the other one.
const PIECES: usize = 3;

/// What another thread reads.
pub(super) struct Ahead {
    full: Receiver<io::Result<Piece>>,
    /// Where buffers go to be filled again.
    empty: SyncSender<Vec<u8>>,
    /// What of a piece is not taken yet; only while it was taken in part.
    rest: Option<Piece>,
}

/// A run of bytes in a buffer of [`CAPACITY`] bytes, behind [`ROOM`] that are free.
pub(super) struct Piece {
    pub(super) buffer: Vec<u8>,
    start: usize,
    pub(super) end: usize,
}

impl Ahead {
    /// Reads on in a new thread, which ends with the reader or with this. Where there can be no thread the
    /// reader comes back.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Result<Self, Box<dyn Read + Send>> {
        let (give, take) = sync_channel(1);
        let (fill, full) = sync_channel(PIECES);
        let (empty, emptied) = sync_channel(PIECES);
        let run = move || {
            if let Ok(reader) = take.recv() {
                read_all(reader, &fill, &emptied);
            }
        };
        if thread::Builder::new().name("read ahead".to_owned()).spawn(run).is_err() {
            return Err(reader);
        }
        give.send(reader).map_err(|back| back.0)?;
        let ahead = Self { full, empty, rest: None };
        (0..PIECES).for_each(|_| ahead.give_back(vec![0; CAPACITY]));
        Ok(ahead)
    }

    /// The next piece, whole. `None` at the end of the input, and where one was taken in part.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        // The other thread goes where there is nothing more to be read.
        if self.rest.is_some() { Ok(None) } else { self.full.recv().ok().transpose() }
    }

    /// Takes a buffer that is to be filled again.
    pub(super) fn give_back(&self, buffer: Vec<u8>) {
        // There is room for all, and at the end none is wanted.
        let _ = self.empty.try_send(buffer);
    }
}

impl Read for Ahead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let next = match self.rest.take() {
            Some(rest) => Some(rest),
            None => self.next()?,
        };
        let Some(mut piece) = next else { return Ok(0) };
        let bytes = piece.buffer.get(piece.start..piece.end).unwrap_or_default();
        let (count, len) = ((&*bytes).read(out)?, bytes.len());
        piece.start = piece.start.saturating_add(count);
        if count < len {
            self.rest = Some(piece);
        } else {
            self.give_back(piece.buffer);
        }
        Ok(count)
    }
}

/// Fills the buffers that come back, until there is nothing to read, or nobody who wants it.
fn read_all(
    mut reader: Box<dyn Read + Send>,
    fill: &SyncSender<io::Result<Piece>>,
    emptied: &Receiver<Vec<u8>>,
) {
    while let Ok(mut buffer) = emptied.recv() {
        let place = buffer.get_mut(ROOM..ROOM.saturating_add(PIECE)).unwrap_or_default();
        let (count, end) = read_piece(&mut *reader, place);
        let piece = Piece { buffer, start: ROOM, end: ROOM.saturating_add(count) };
        if count > 0 && fill.send(Ok(piece)).is_err() {
            return;
        }
        if let Some(end) = end {
            // Nobody may want to know it any more.
            let _ = end.map_err(|error| fill.send(Err(error)));
            return;
        }
    }
}

/// Reads as much as there is room for. How many bytes that is, and what came instead of more of them: an error,
/// or the end of the input.
fn read_piece(reader: &mut dyn Read, place: &mut [u8]) -> (usize, Option<io::Result<()>>) {
    let mut count = 0usize;
    while let Some(left) = place.get_mut(count..).filter(|left| !left.is_empty()) {
        match reader.read(left) {
            Ok(0) => return (count, Some(Ok(()))),
            Ok(more) => count = count.saturating_add(more),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (count, Some(Err(error))),
        }
    }
    (count, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Fault;
    use crate::capture::window::Window;

    /// Gives its bytes in runs of odd lengths, and then an error.
    struct Source {
        given: usize,
        len: usize,
        runs: usize,
    }

    impl Source {
        fn byte(at: usize) -> u8 {
            (at.wrapping_mul(0x9e37_79b9) >> 13) as u8
        }
    }

    impl Read for Source {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.runs += 1;
            let count = (self.runs * 7_919 % 60_000 + 1).min(out.len()).min(self.len - self.given);
            if count == 0 {
                return Err(io::Error::other("the disk is gone"));
            }
            for byte in &mut out[..count] {
                *byte = Self::byte(self.given);
                self.given += 1;
            }
            Ok(count)
        }
    }

    /// What is asked for fits the room in front of a piece, or not, or is more than a piece holds.
    #[test]
    fn what_is_read_ahead_is_what_the_reader_gives() {
        for needs in [&[40, 1_500, 16][..], &[60_000, 3, 300_000, 100], &[5_000, 262_144, 4_096]] {
            let len = 3_000_000;
            let mut window = Window::new(Box::new(Source { given: 0, len, runs: 0 })).ahead();
            let mut at = 0;
            let fault = needs.iter().cycle().find_map(|need| match window.fill(*need) {
                Ok(here) => {
                    assert!(here >= *need, "{here} bytes of {need} at {at}");
                    assert_eq!(window.offset(), at as u64);
                    let bytes = &window.bytes()[..*need];
                    assert!(bytes.iter().zip(at..).all(|(byte, at)| *byte == Source::byte(at)));
                    window.consume(*need);
                    at += need;
                    None
                }
                Err(fault) => Some(fault),
            });
            let Some(Fault::Read { offset, error }) = fault else { panic!("{fault:?}") };
            assert_eq!((offset, error.to_string()), (len as u64, "the disk is gone".to_owned()));
            assert!(at + window.bytes().len() == len);
        }
    }

    #[test]
    fn the_thread_ends_when_nobody_wants_the_rest() {
        struct Endless(std::sync::mpsc::Sender<()>);
        impl Read for Endless {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let _ = self.0.send(());
                Ok(out.len())
            }
        }
        let (reads, read) = std::sync::mpsc::channel();
        let mut window = Window::new(Box::new(Endless(reads))).ahead();
        assert!(window.fill(10).is_ok_and(|here| here >= 10));
        drop(window);
        // The channel ends with the reader.
        while read.recv_timeout(std::time::Duration::from_secs(60)).is_ok() {}
        let gone = read.recv_timeout(std::time::Duration::from_secs(60));
        assert_eq!(gone, Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
    }
}
