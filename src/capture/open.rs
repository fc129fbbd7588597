//! A file, standard input or any reader becomes a [`Source`].

use std::{
    fs::File,
    io::{self, Cursor, Read, stdin},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use super::{
    Beside, CaptureError, Fault, Frame, Notice, Source,
    magic::{self, Format},
    pcap::Pcap,
    pcapng::PcapNg,
    unpack::{self, Unpacker},
    window::Window,
};

/// Bytes of what is read from which on a thread more is worth it.
pub(crate) const LARGE: u64 = 2 << 20;

/// Opens a capture file, or standard input for `-`. The format is told by its first bytes, also
/// within a file that is compressed.
///
/// # Errors
/// Where the file cannot be opened or read, is empty, or is no capture; the message says what it
/// is instead and what to do.
///
/// ```
/// use mqttscope::capture::{Source, open};
/// use std::path::Path;
///
/// let mut capture = open(Path::new("captures/session.pcap"))?;
/// let mut bytes = 0;
/// while let Some(frame) = capture.next_frame()? {
///     bytes += frame.data.len();
/// }
/// assert!(bytes > 5_000);
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
pub fn open(path: &Path) -> Result<Box<dyn Source + Send>, CaptureError> {
    open_counted(path, &Arc::default())
}

/// The same; how many bytes of the file were read, packed as they are, is added to `read`.
///
/// # Errors
/// As [`open`].
pub fn open_counted(
    path: &Path,
    read: &Arc<AtomicU64>,
) -> Result<Box<dyn Source + Send>, CaptureError> {
    open_with(path, read, None)
}

/// The same for a file that is the only one: where that is worth it, and there are more cores than `threads`
/// that are busy anyway, a thread of its own reads, and unpacks, its bytes ahead.
///
/// # Errors
/// As [`open`].
pub(super) fn open_ahead(
    path: &Path,
    read: &Arc<AtomicU64>,
    threads: usize,
) -> Result<Box<dyn Source + Send>, CaptureError> {
    open_with(path, read, Some(threads))
}

fn open_with(
    path: &Path,
    read: &Arc<AtomicU64>,
    threads: Option<usize>,
) -> Result<Box<dyn Source + Send>, CaptureError> {
    if path.as_os_str() == "-" {
        return from_reader(Box::new(stdin()));
    }
    let file = File::open(path).map_err(|error| Fault::Open(error).of_file(0))?;
    tracing::info!(path = %path.display(), "file opened");
    let is_ahead = threads.is_some_and(|threads| is_worth_a_thread(&file, threads));
    let window = Window::new(Box::new(Counted { file, read: Arc::clone(read) }));
    let with = if is_ahead { Window::ahead } else { |window| window };
    start(window, with).map_err(|fault| fault.of_file(0))
}

/// Whether a file is large, its bytes are there, and another core than those of `threads` can fetch them.
fn is_worth_a_thread(file: &File, threads: usize) -> bool {
    let is_large = file.metadata().is_ok_and(|it| it.is_file() && it.len() >= LARGE);
    is_large && thread::available_parallelism().is_ok_and(|cores| cores.get() > threads)
}

/// A file whose bytes are counted as they are read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads a capture from any reader, as it comes: no frame waits for bytes beyond its own.
///
/// # Errors
/// As [`open`].
///
/// ```
/// # use mqttscope::capture::{Source, from_reader};
/// // The header of a pcap file, and nothing behind it.
/// let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
/// assert!(from_reader(Box::new(&header[..]))?.next_frame()?.is_none());
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
pub fn from_reader(reader: Box<dyn Read + Send>) -> Result<Box<dyn Source + Send>, CaptureError> {
    start(Window::new(reader), |window| window).map_err(|fault| fault.of_file(0))
}

/// What begins with these bytes, where it is a capture or compressed: `pcap`, `gzip-compressed
/// pcapng`, `gzip-compressed data`; and whether a capture is in it for sure.
#[must_use]
pub fn kind_of(first: &[u8]) -> Option<(String, bool)> {
    let bytes = |bytes: &[u8]| Window::new(Box::new(Cursor::new(bytes.to_vec())));
    let name = |mut window: Window| match magic::format(&mut window).ok()? {
        Format::Pcap(_) => Some("pcap"),
        Format::PcapNg => Some("pcapng"),
    };
    let Some(packing) = unpack::packing(first) else {
        return name(bytes(first)).map(|name| (name.to_owned(), true));
    };
    let inside = name(Window::new(Box::new(Unpacker::new(packing, bytes(first)))));
    let what = format!("{}-compressed {}", packing.name, inside.unwrap_or("data"));
    Some((what, inside.is_some()))
}

/// Tells what a file holds; `with` makes of the window over the capture the one that it is read through.
fn start(mut window: Window, with: fn(Window) -> Window) -> Result<Box<dyn Source + Send>, Fault> {
    window.fill(magic::ENOUGH)?;
    let Some(packing) = unpack::packing(window.bytes()) else { return read(with(window)) };
    tracing::debug!(packing = packing.name, "compressed");
    let unpacked = Window::new(Box::new(Unpacker::new(packing, window)));
    let source = read(with(unpacked)).map_err(|fault| fault.unpacked(packing.name))?;
    Ok(Box::new(Unpacked { source, packing: packing.name }))
}

fn read(mut window: Window) -> Result<Box<dyn Source + Send>, Fault> {
    let format = magic::format(&mut window)?;
    tracing::debug!(?format, "capture");
    Ok(match format {
        Format::Pcap(variant) => Box::new(Pcap::new(window, variant)?),
        Format::PcapNg => Box::new(PcapNg::new(window)),
    })
}

/// A capture within a compressed file: its faults say that their offsets count unpacked bytes.
struct Unpacked {
    source: Box<dyn Source + Send>,
    packing: &'static str,
}

impl Source for Unpacked {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let packing = self.packing;
        self.source.next_frame().map_err(|CaptureError { file, fault }| CaptureError {
            file,
            fault: fault.unpacked(packing),
        })
    }

    fn waits(&self) -> bool {
        self.source.waits()
    }

    fn behind(&mut self) -> Option<Beside> {
        self.source.behind()
    }

    fn notices(&mut self) -> Vec<Notice> {
        let packing = Some(self.packing);
        self.source.notices().into_iter().map(|notice| Notice { packing, ..notice }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A pcap file that is large enough for a thread of its own, and ends within a record: all frames of a
    /// length once, up to the longest, then short ones.
    fn large() -> Vec<u8> {
        let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0".to_vec();
        let mut record = |len: u32| {
            let [seconds, len] = [len, len].map(u32::to_le_bytes);
            [&seconds[..], &[0; 4], &len, &len]
                .iter()
                .for_each(|part| file.extend_from_slice(part));
            file.extend((0..u32::from_le_bytes(len)).map(|n| n as u8));
        };
        (0..1_500).for_each(&mut record);
        [262_144, 9, 200_000, 4_080, 4_081, 262_144].into_iter().for_each(&mut record);
        (0..1_500).for_each(&mut record);
        file.truncate(file.len() - 7);
        file
    }

    /// Each frame, and the error that ends them.
    fn read(source: Result<Box<dyn Source + Send>, CaptureError>) -> (Vec<Vec<u8>>, String) {
        let mut source = source.unwrap();
        let mut frames = Vec::new();
        loop {
            match source.next_frame() {
                Ok(frame) => frames.push(frame.unwrap().data.to_vec()),
                Err(error) => return (frames, error.to_string()),
            }
        }
    }

    #[test]
    fn a_large_file_that_is_read_ahead_gives_the_same_frames() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&large()).unwrap();
        let (here, ahead) = (Arc::default(), Arc::default());
        let (frames, error) = read(open_with(file.path(), &here, None));
        assert_eq!((frames.len(), frames[1_500].len()), (3_005, 262_144));
        assert!(read(open_with(file.path(), &ahead, Some(0))) == (frames, error));
        assert_eq!(ahead.load(Ordering::Relaxed), here.load(Ordering::Relaxed));
    }
}
