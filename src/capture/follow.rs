//! A file that is still being written: its end is not the end.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{CaptureError, Fault, Source, Stop, from_reader};

/// How long to wait for more: short enough that a packet shows at once, long enough that waiting
/// costs nothing.
const WAIT: Duration = Duration::from_millis(50);

/// Opens a capture file that may still grow. It ends when `stop` is due; a file that becomes
/// shorter, or another one of its name, ends it with [`Fault::Followed`].
///
/// # Errors
/// As [`open`](super::open). Waits until the file has its first bytes.
pub fn follow(path: &Path, stop: Stop) -> Result<Box<dyn Source + Send>, CaptureError> {
    let file = File::open(path).map_err(|error| Fault::Open(error).of_file(0))?;
    from_reader(Box::new(Follower { file, path: path.to_owned(), stop, read: 0 }))
}

/// A reader that waits at the end.
struct Follower {
    file: File,
    path: PathBuf,
    stop: Stop,
    read: u64,
}

impl Read for Follower {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match self.file.read(out) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                other => other?,
            };
            self.read = self.read.saturating_add(count as u64);
            if count > 0 || self.stop.is_due() {
                return Ok(count);
            }
            if let Some(what) = self.change()? {
                return Err(io::Error::other(Fault::Followed { what, offset: self.read }));
            }
            thread::sleep(WAIT);
        }
    }
}

impl Follower {
    /// What happened to the file besides growing.
    fn change(&self) -> io::Result<Option<&'static str>> {
        let ours = self.file.metadata()?;
        if !ours.is_file() {
            // A pipe whose writers are gone for now.
            return Ok(None);
        }
        if ours.len() < self.read {
            return Ok(Some("became shorter"));
        }
        Ok(match self.path.metadata() {
            Ok(named) if is_another(&ours, &named) => Some("was replaced by another file"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some("was removed"),
            _ => None,
        })
    }
}

#[cfg(unix)]
fn is_another(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) != (b.dev(), b.ino())
}

/// Where files have no numbers a new one cannot be told from the old.
#[cfg(not(unix))]
fn is_another(_: &Metadata, _: &Metadata) -> bool {
    false
}
