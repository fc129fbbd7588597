//! Writing what is captured: a pcap file that can be read while it grows.

use super::super::{Frame, LinkType};
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// Writes frames to a pcap file with times in nanoseconds.
///
/// Each frame goes to the system in one piece as soon as it comes: a reader never finds half of one, and
/// nothing is lost when the program is killed.
pub struct Writer {
    out: Box<dyn Write + Send>,
    record: Vec<u8>,
}

/// A pcap file whose times are in nanoseconds.
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;

impl Writer {
    /// Creates the file, or empties the one that is there; `-` is standard output.
    ///
    /// # Errors
    /// Where that is not possible.
    pub fn create(path: &Path, link: LinkType, snaplen: u32) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Self::new(Box::new(io::stdout()), link, snaplen);
        }
        Self::new(Box::new(File::create(path)?), link, snaplen)
    }

    /// Writes to anything that can be written to.
    ///
    /// # Errors
    /// Where the header cannot be written.
    pub fn new(mut out: Box<dyn Write + Send>, link: LinkType, snaplen: u32) -> io::Result<Self> {
        let mut header = Vec::with_capacity(24);
        header.extend(MAGIC_NANOSECONDS.to_le_bytes());
        header.extend([2, 0, 4, 0]); // version 2.4
        header.extend([0; 8]); // times are UTC; their accuracy is not told
        header.extend(snaplen.to_le_bytes());
        header.extend(link.0.to_le_bytes());
        out.write_all(&header)?;
        out.flush()?;
        Ok(Self { out, record: Vec::new() })
    }

    /// Writes a frame; one without a time gets 1970.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn frame(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let time = frame.time.unwrap_or_default();
        let seconds = time.div_euclid(1_000_000_000);
        let fraction = time.rem_euclid(1_000_000_000);
        let caplen = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
        self.record.clear();
        // The format has 32 bits for each; a time before 1970 or after 2106 does not fit.
        for word in [
            u32::try_from(seconds).unwrap_or_default(),
            u32::try_from(fraction).unwrap_or_default(),
        ] {
            self.record.extend(word.to_le_bytes());
        }
        for word in [caplen, frame.original_len] {
            self.record.extend(word.to_le_bytes());
        }
        self.record.extend_from_slice(frame.data);
        self.out.write_all(&self.record)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Source, open};
    use super::*;

    fn frame(data: &[u8]) -> Frame<'_> {
        Frame {
            number: 1,
            time: Some(1_700_000_000_123_456_789),
            link: LinkType::LINUX_SLL2,
            original_len: 1_000,
            interface: 0,
            file: 0,
            beside: None,
            data,
        }
    }

    #[test]
    fn is_read_back_as_it_was_while_it_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("growing.pcap");
        let mut writer = Writer::create(&path, LinkType::LINUX_SLL2, 65_535).unwrap();
        for count in 1..4_u64 {
            writer.frame(&frame(b"some bytes")).unwrap();
            let mut source = open(&path).unwrap();
            for number in 1..=count {
                let expected = Frame { number, ..frame(b"some bytes") };
                assert_eq!(source.next_frame().unwrap(), Some(expected));
            }
            assert_eq!(source.next_frame().unwrap(), None);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(
            Writer::create(Path::new("/no/such/folder/x.pcap"), LinkType::ETHERNET, 96).is_err()
        );
    }
}
