//! Keep Alive: how long a client may be silent, and how long it was (5.0: section 3.1.2.10).

use super::Notes;
use crate::session::At;
use crate::session::ended::{KeepAliveRecord, Silence, limit};
use crate::spec::Rule;

/// Nanoseconds by which a packet is late enough to be told: timers and networks are less exact.
const LATE: u64 = 100_000_000;

/// Takes note of a packet of the client: the server has to end the connection once a silence is
/// longer than one and a half times the interval.
pub(super) fn packet(record: &mut KeepAliveRecord, is_seen: bool, notes: &mut Notes<'_>) {
    let at = notes.seen.at;
    // The silence ends where the next packet begins, which may be long before its last byte.
    let began = At { time: notes.seen.began.or(at.time), ..at };
    let last = record.last.replace(at);
    let Some((from, time)) = last.and_then(|last| Some((last, began.since(last)?))) else { return };
    if record.is_usual(time) {
        return;
    }
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
