//! Keep Alive: how long a client may be silent, and how long it was (5.0: section 3.1.2.10).

use super::Notes;
use crate::session::At;
use crate::session::ended::{KeepAliveRecord, Silence};
use crate::spec::Rule;

/// Nanoseconds by which a packet is late enough to be told: timers and networks are less exact.
const LATE: u64 = 100_000_000;
/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// Takes note of a packet of the client: the server has to end the connection once a silence is
/// longer than one and a half times the interval.
pub(super) fn packet(record: &mut KeepAliveRecord, is_seen: bool, notes: &mut Notes<'_>) {
    let at = notes.seen.at;
    // The silence ends where the next packet begins, which may be long before its last byte.
    let began = At { time: notes.seen.began.or(at.time), ..at };
    let last = record.last.replace(at);
    let Some((from, time)) = last.and_then(|last| Some((last, began.since(last)?))) else { return };
    let silence = Silence { from, to: at, time };
    if record.longest.is_none_or(|longest| longest.time < time) {
        record.longest = Some(silence);
    }
    let Some(seconds) = record.seconds.filter(|seconds| *seconds > 0) else { return };
    let interval = u64::from(seconds).saturating_mul(SECOND);
    if time <= interval {
        return;
    }
    record.late = record.late.saturating_add(1);
    let limit = interval.saturating_add(interval >> 1);
    if time > limit {
        record.broken = record.broken.saturating_add(1);
        record.first_broken = record.first_broken.or(Some(silence));
        if is_seen {
            notes.whole(Rule::KEEP_ALIVE_EXPIRED, (time, time.saturating_sub(limit)));
        }
    } else if is_seen && time.saturating_sub(interval) >= LATE {
        notes.whole(Rule::KEEP_ALIVE_LATE, (time.saturating_sub(interval), seconds.into()));
    }
}
