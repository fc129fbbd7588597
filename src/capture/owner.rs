//! Files for their owner alone.

use std::fs::OpenOptions;

/// How a file is opened to be written that holds what a capture holds, which is not for everyone:
/// where it is new, nobody but its owner may read it. Whether it may be there already is for the
/// caller to add.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
