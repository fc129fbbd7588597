//! A window over a byte stream: as many bytes in a row as a parser needs, and the offset in the file.

use std::io::{self, ErrorKind, Read};

use super::Fault;
use super::ahead::{Ahead, ROOM};

/// The most bytes in one piece: a frame of the greatest length with everything around it.
pub(super) const CAPACITY: usize = 512 * 1024;
/// Bytes read at a time: large enough that system calls cost little, small enough for many open files.
const READ_SIZE: usize = 128 * 1024;

/// A reader that holds a run of bytes in one piece.
pub(super) struct Window {
    reader: Input,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset in the file of the byte at `start`.
    offset: u64,
}

/// Where the bytes come from.
enum Input {
    Here(Box<dyn Read + Send>),
    Ahead(Ahead),
}

impl Window {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        let reader = Input::Here(reader);
        Self { reader, buffer: vec![0; CAPACITY], start: 0, end: 0, offset: 0 }
    }

    /// A window over nothing.
    pub(super) fn empty() -> Self {
        let reader = Input::Here(Box::new(io::empty()));
        Self { reader, buffer: Vec::new(), start: 0, end: 0, offset: 0 }
    }

    /// The same window, whose bytes are read ahead by another thread from now on.
    pub(super) fn ahead(self) -> Self {
        let Input::Here(reader) = self.reader else { return self };
        let reader = match Ahead::new(reader) {
            Ok(ahead) => Input::Ahead(ahead),
            Err(reader) => Input::Here(reader),
        };
        Self { reader, ..self }
    }

    /// Offset in the file of the first byte of [`Self::bytes`].
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that are here now.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Makes `need` bytes be here, and waits for no more than these. Fewer at the end of the input.
    ///
    /// Returns how many bytes are here, which may be more than `need`.
    /// `need` must not exceed the capacity; what does is cut to it.
    pub(super) fn fill(&mut self, need: usize) -> Result<usize, Fault> {
        let need = need.min(self.buffer.len());
        if self.len() < need {
            self.adopt().map_err(|error| self.fault(error))?;
        }
        if self.start.saturating_add(need) > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        while self.len() < need {
            match self.read_some() {
                Ok(0) => break,
                Ok(count) => self.end = self.end.saturating_add(count).min(self.buffer.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(error)),
            }
        }
        Ok(self.len())
    }

    /// Takes over the next piece that was read ahead, with what is here moved before its beginning: then its
    /// bytes are not copied.
    fn adopt(&mut self) -> io::Result<()> {
        let Input::Ahead(ahead) = &mut self.reader else { return Ok(()) };
        let here = self.buffer.get(self.start..self.end).unwrap_or_default();
        let Some(start) = ROOM.checked_sub(here.len()) else { return Ok(()) };
        let Some(mut piece) = ahead.next()? else { return Ok(()) };
        if let Some(room) = piece.buffer.get_mut(start..ROOM) {
            room.copy_from_slice(here);
        }
        ahead.give_back(std::mem::replace(&mut self.buffer, piece.buffer));
        (self.start, self.end) = (start, piece.end);
        Ok(())
    }

    fn fault(&self, error: io::Error) -> Fault {
        let offset = self.offset.saturating_add(self.len() as u64);
        // A reader of ours says itself what is wrong, and where.
        let fault = error.downcast::<Fault>();
        fault.unwrap_or_else(|error| Fault::Read { offset, error })
    }

    /// Lets go of the first `count` bytes of those that are here.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start = self.start.saturating_add(count);
        self.offset = self.offset.saturating_add(count as u64);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Lets go of `count` bytes, reading on where they are not here yet. Returns how many there were.
    pub(super) fn skip(&mut self, count: u64) -> Result<u64, Fault> {
        let mut left = count;
        while left > 0 {
            let here = self.fill(1)?;
            if here == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(here);
            self.consume(step);
            left = left.saturating_sub(step as u64);
        }
        Ok(count.saturating_sub(left))
    }

    const fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    fn read_some(&mut self) -> std::io::Result<usize> {
        let end = self.end.saturating_add(READ_SIZE).min(self.buffer.len());
        let place = self.buffer.get_mut(self.end..end).unwrap_or_default();
        match &mut self.reader {
            Input::Here(reader) => reader.read(place),
            Input::Ahead(ahead) => ahead.read(place),
        }
    }
}

/// The array of `N` bytes at `offset`, if it is there.
pub(super) fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16_at(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let array = array_at(bytes, offset)?;
        Some(if self == Self::Big { u16::from_be_bytes(array) } else { u16::from_le_bytes(array) })
    }

    #[inline]
    pub(super) fn u32_at(self, bytes: &[u8], offset: usize) -> Option<u32> {
        array_at(bytes, offset).map(|array| self.u32(array))
    }

    #[inline]
    pub(super) fn u32(self, array: [u8; 4]) -> u32 {
        if self == Self::Big { u32::from_be_bytes(array) } else { u32::from_le_bytes(array) }
    }

    /// Several at once: the order is asked for only once.
    #[inline]
    pub(super) fn u32s<const N: usize>(self, arrays: [[u8; 4]; N]) -> [u32; N] {
        match self {
            Self::Little => arrays.map(u32::from_le_bytes),
            Self::Big => arrays.map(u32::from_be_bytes),
        }
    }

    pub(super) fn u64_at(self, bytes: &[u8], offset: usize) -> Option<u64> {
        let array = array_at(bytes, offset)?;
        Some(if self == Self::Big { u64::from_be_bytes(array) } else { u64::from_le_bytes(array) })
    }

    pub(super) fn i64_at(self, bytes: &[u8], offset: usize) -> Option<i64> {
        let array = array_at(bytes, offset)?;
        Some(if self == Self::Big { i64::from_be_bytes(array) } else { i64::from_le_bytes(array) })
    }
}
