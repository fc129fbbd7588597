//! Keep Alive: how long a client may be silent, and how long it was (5.0: section 3.1.2.10).

use super::Notes;
use crate::session::At;
use crate::session::ended::{KeepAliveRecord, Silence, limit};
use crate::spec::Rule;

/// Nanoseconds by which a packet is late enough to be told: timers and networks are less exact.
const LATE: u64 = 100_000_000;

/// Takes note of a packet of the client: the server has to end the connection once a silence is
/// longer than one and a half times the interval.
#[inline]
pub(super) fn packet(record: &mut KeepAliveRecord, is_seen: bool, notes: &mut Notes<'_>) {
    let at = notes.seen.at;
    // The silence ends where the next packet begins, which may be long before its last byte.
    let began = At { time: notes.seen.began.or(at.time), ..at };
    let time = record.last.as_ref().and_then(|last| began.since(*last));
    if time.is_none_or(|time| record.is_usual(time)) {
        record.last = Some(at);
        return;
    }
    judge(record, (began, time.unwrap_or_default()), is_seen, notes);
}

/// A silence until a packet that began at `began` and is longer than those before, or than it may be.
#[inline(never)]
fn judge(
    record: &mut KeepAliveRecord,
    (began, time): (At, u64),
    is_seen: bool,
    notes: &mut Notes<'_>,
) {
    let at = notes.seen.at;
    let Some(from) = record.last.replace(at) else { return };
    // What the client could not send is no silence of its, nor what the capture missed.
    let held = notes.seen.proof.shut.map_or(0, |shut| shut.within(from.time, began.time));
    let stood = notes.shared.stood(from.time, began.time);
    let time = time.saturating_sub(held).saturating_sub(stood);
    let Some(interval) = record.silence(Silence { from, to: at, time }).filter(|_| is_seen) else {
        return;
    };
    let limit = limit(interval);
    let late = time.saturating_sub(interval);
    if time > limit {
        notes.whole(Rule::KEEP_ALIVE_EXPIRED, (time, time.saturating_sub(limit)));
    } else if late >= LATE {
        notes.whole(Rule::KEEP_ALIVE_LATE, (late, record.seconds.unwrap_or(0).into()));
    }
}
