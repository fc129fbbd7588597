//! What `tcpdump -x`, `-xx`, `-X` and `-XX` print: frames, each below a line with its time.

use super::dump;
use super::frame;
use super::link::{self, Link};
use super::notation::Notation;
use super::piece::Kind;
use super::source::{Source, Taken};
use super::stamp::{self, Stamp};

/// Reads the hex of one frame or more.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let address = line.text.trim_start();
    if address.len() == line.text.len() || !address.starts_with("0x") {
        return None;
    }
    let mut taken = dump::read(row, source, at, |a| a.colon)?;
    let time = time(source, at);
    for run in &mut taken.runs {
        run.kind = Some(kind(&run.data.bytes));
        run.time.clone_from(&time);
    }
    Some(taken)
}

/// `-x` leaves the link header out, `-xx` prints it.
fn kind(bytes: &[u8]) -> Kind {
    match (link::guess(bytes), bytes.first().map(|b| b >> 4)) {
        (Some(link), _) => Kind::Frame(link),
        _ if frame::strict(bytes) => Kind::Stream,
        (None, Some(4 | 6)) => Kind::Frame(Link::RawIp),
        _ => Kind::Frame(Link::Ethernet),
    }
}

/// The time of the summary, which with `-v` takes several lines.
fn time(source: Source<'_>, at: usize) -> Option<Stamp> {
    let mut at = at;
    for _ in 0..MOST_SUMMARY_LINES {
        let line = source.line_before(at)?;
        if line.text.trim_start().starts_with("0x") {
            return None;
        }
        if let Some(stamp) = stamp::read(line.text) {
            return Some(stamp);
        }
        at = line.start;
    }
    None
}

const MOST_SUMMARY_LINES: usize = 8;
