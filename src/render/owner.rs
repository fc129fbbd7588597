//! Files that formats write, for their owner alone.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a file that is not there yet. A capture holds what is not for everyone, so nobody but the
/// owner may read it.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
