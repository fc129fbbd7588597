//! How wide a terminal is.
//!
//! It says so itself; where it does not, as behind a serial line, the variable `COLUMNS` does: as `ls` takes it.

use std::io::IsTerminal;

/// Fewer columns are none that text can be set in.
const LEAST: usize = 20;

/// Columns of standard output or standard error, if it is a terminal whose width is known.
pub(super) fn columns<S: IsTerminal + Handle>(stream: &S) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let named = || std::env::var("COLUMNS").ok()?.parse().ok();
    reported(stream)
        .filter(|columns| *columns > 0)
        .or_else(named)
        .filter(|columns| *columns >= LEAST)
}

#[cfg(unix)]
pub(super) use std::os::fd::AsFd as Handle;
#[cfg(windows)]
pub(super) use std::os::windows::io::AsHandle as Handle;

/// What it reports. It may know its columns alone.
#[cfg(unix)]
fn reported(stream: &impl Handle) -> Option<usize> {
    rustix::termios::tcgetwinsize(stream).ok().map(|size| usize::from(size.ws_col))
}

#[cfg(windows)]
fn reported(stream: &impl Handle) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0))
}
