//! The files of a ring: their names, when the next one begins, which go.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// When the next file begins: as soon as one of these is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switch {
    /// The file has so many bytes.
    pub bytes: Option<u64>,
    /// The file has so many frames.
    pub frames: Option<u64>,
    /// The file is so old.
    pub duration: Option<Duration>,
    /// The clock comes to a multiple of so many seconds since 1970: 3600 is each full hour.
    pub interval: Option<u64>,
}

impl Switch {
    /// Whether there is a ring at all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

/// The names that dumpcap gives: the number of the file, and when it was begun.
pub(super) struct Names {
    base: PathBuf,
    number: u32,
}

/// Numbers have five digits and begin anew after the last.
const NUMBERS: u32 = 100_000;

impl Names {
    pub(super) const fn new(base: PathBuf) -> Self {
        Self { base, number: 0 }
    }

    /// `keep.pcap` at the first call: `keep_00001_20261231235959.pcap`, in local time.
    pub(super) fn next(&mut self) -> PathBuf {
        self.number = self.number.wrapping_add(1).checked_rem(NUMBERS).unwrap_or_default();
        let time = jiff::Zoned::now().strftime("%Y%m%d%H%M%S");
        name(&self.base, self.number, &time.to_string())
    }
}

fn name(base: &Path, number: u32, time: &str) -> PathBuf {
    let mut file = base.file_stem().unwrap_or_default().to_owned();
    file.push(format!("_{number:05}_{time}"));
    if let Some(extension) = base.extension() {
        file.push(".");
        file.push(extension);
    }
    base.with_file_name(file)
}

/// The finished and running files of this capture, the oldest first. Files of an earlier run are not
/// among them.
pub(super) struct Kept {
    most: Option<u32>,
    files: VecDeque<PathBuf>,
}

impl Kept {
    pub(super) const fn new(most: Option<u32>) -> Self {
        Self { most, files: VecDeque::new() }
    }

    /// Makes room for one more file: the oldest goes first, which also frees its room on the disk.
    pub(super) fn make_room(&mut self) -> io::Result<()> {
        let Some(most) = self.most else { return Ok(()) };
        while self.files.len() >= most.max(1) as usize {
            let Some(oldest) = self.files.front() else { break };
            match fs::remove_file(oldest) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => self.files.pop_front(),
            };
        }
        Ok(())
    }

    pub(super) fn add(&mut self, path: &Path) {
        // Without a bound nothing is ever deleted, and a list of weeks need not be kept.
        if self.most.is_some() {
            self.files.push_back(path.to_owned());
        }
    }
}

/// When a file was begun, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    at: Instant,
    second: u64,
}

impl Begun {
    pub(super) fn now() -> Self {
        Self { at: Instant::now(), second: second() }
    }

    /// Whether the file has come to its age.
    pub(super) fn is_over(&self, switch: &Switch, now: Instant) -> bool {
        let old =
            switch.duration.is_some_and(|most| now.saturating_duration_since(self.at) >= most);
        old || switch
            .interval
            .is_some_and(|step| second().checked_div(step) != self.second.checked_div(step))
    }
}

fn second() -> u64 {
    u64::try_from(super::super::clock().div_euclid(1_000_000_000)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As dumpcap 4.0 names them.
    #[test]
    fn names() {
        for (base, expected) in [
            ("/tmp/idle.pcap", "/tmp/idle_00001_20261125033248.pcap"),
            ("size.pcapng", "size_00001_20261125033248.pcapng"),
            ("a.b/no-suffix", "a.b/no-suffix_00001_20261125033248"),
            ("two.dots.pcap", "two.dots_00001_20261125033248.pcap"),
        ] {
            assert_eq!(name(Path::new(base), 1, "20261125033248"), Path::new(expected));
        }
    }

    #[test]
    fn numbers_have_five_digits_and_begin_anew() {
        let mut names = Names { base: "x".into(), number: 99_998 };
        let starts = |path: PathBuf| path.to_string_lossy()[..8].to_owned();
        assert_eq!(starts(names.next()), "x_99999_");
        assert_eq!(starts(names.next()), "x_00000_");
    }

    #[test]
    fn an_interval_ends_with_the_clock() {
        let switch = Switch { interval: Some(3_600), ..Switch::default() };
        let now = Begun::now();
        let before = Begun { second: now.second.saturating_sub(3_600), ..now };
        assert!(before.is_over(&switch, now.at));
    }
}
