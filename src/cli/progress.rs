//! A bar on standard error while a long capture is read.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of files from which on it is worth while: less is read before a bar can be seen.
const LEAST: u64 = 32 << 20;
/// Frames between two looks.
const FRAMES: u64 = 64;
/// What it looks like.
const STYLE: &str =
    "{wide_bar} {percent:>3} %  {binary_total_bytes}  {binary_bytes_per_sec}  {eta} left";

/// How far files were read.
pub(super) struct Progress {
    /// Bytes that were read.
    pub(super) read: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
    frames: u64,
}

impl Progress {
    /// Over these files. `is_shown`: what is found goes to a terminal while they are read, where a bar
    /// would be in the way.
    pub(super) fn new(files: &[PathBuf], is_shown: bool) -> Self {
        let logs =
            ["MQTTSCOPE_LOG", "RUST_LOG"].iter().any(|name| std::env::var_os(name).is_some());
        let is_wanted = !is_shown && !logs && io::stderr().is_terminal();
        let bar = if is_wanted { length(files) } else { None }.and_then(bar);
        Self { read: Arc::default(), bar, frames: 0 }
    }

    /// A frame was read.
    #[inline]
    pub(super) fn frame(&mut self) {
        self.frames = self.frames.wrapping_add(1);
        if self.frames.is_multiple_of(FRAMES)
            && let Some(bar) = &self.bar
        {
            bar.set_position(self.read.load(Ordering::Relaxed));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The bytes of all files, where that is known and much.
fn length(files: &[PathBuf]) -> Option<u64> {
    let lengths = files.iter().map(|path| path.metadata().ok().filter(|it| it.is_file()));
    let all: Option<u64> = lengths.map(|it| it.map(|it| it.len())).sum();
    all.filter(|all| *all >= LEAST)
}

fn bar(length: u64) -> Option<ProgressBar> {
    let style = ProgressStyle::with_template(STYLE).ok()?;
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    Some(bar)
}
