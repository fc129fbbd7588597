//! Connections that a server ended all at once, as one does that is stopped or dies.
//!
//! What may enter: what no connection shows alone. It is no cause: a server that is stopped, one that dies, and
//! a machine that goes down look alike.

use super::acts::{Scene, What};
use super::{Verdict, is_bare};
use crate::session::ended::Disconnect;
use crate::session::{At, Ended};
use crate::spec::Sender;
use std::collections::HashMap;

/// Nanoseconds within which they end: a machine closes what a process leaves open at once.
const SOON: i64 = 100_000_000;
/// So many at the least: two may be chance.
const LEAST: usize = 3;

/// A server that ended all its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtOnce {
    /// How many there were.
    pub count: usize,
    /// Nanoseconds from the first end to the last.
    pub time: u64,
    /// The first end.
    pub first: At,
}

/// The connections of one server.
#[derive(Debug, Default)]
struct Served {
    /// When each began, and when each ended, whoever did that.
    begins: Vec<i64>,
    ends: Vec<i64>,
    /// Those that the server ended: when, its place, when the connection began, and which it is.
    by_server: Vec<(i64, At, i64, usize)>,
}

/// Which of these connections their server ended with all others that were open then, for no cause that is
/// known.
#[must_use]
pub fn at_once<'e>(all: impl Iterator<Item = (&'e Ended, &'e Verdict)>) -> HashMap<usize, AtOnce> {
    let mut servers: HashMap<_, Served> = HashMap::new();
    for (nth, (ended, verdict)) in all.enumerate() {
        // What never spoke MQTT was no connection to end.
        let (Some((_, server)), Some(first)) = (ended.ends, ended.first) else { continue };
        servers.entry(server).or_default().add(nth, (ended, verdict), first);
    }
    servers.into_values().flat_map(Served::groups).collect()
}

impl Served {
    fn add(&mut self, nth: usize, (ended, verdict): (&Ended, &Verdict), first: At) {
        let begin = ended.wire.tcp.map_or(first, |tcp| tcp.first).time.unwrap_or(i64::MIN);
        self.begins.push(begin);
        let scene = Scene::new(ended);
        let Some((act, time)) = scene.first().and_then(|act| Some((act, act.at.time?))) else {
            return;
        };
        self.ends.push(time);
        let is_stop = match act.what {
            What::Disconnect(left) => left.reason == Disconnect::SHUTTING_DOWN,
            // A guess is told behind it.
            What::Fin | What::Rst => verdict.causes.first().is_some_and(is_bare),
            What::Refusal(_) => false,
        };
        if act.by == Sender::Server && is_stop {
            self.by_server.push((time, act.at, begin, nth));
        }
    }

    /// Those that ended at once, and were all that were open.
    fn groups(mut self) -> Vec<(usize, AtOnce)> {
        self.begins.sort_unstable();
        self.ends.sort_unstable();
        self.by_server.sort_unstable_by_key(|(time, at, ..)| (*time, at.frame));
        let mut rest = self.by_server.as_slice();
        let mut out = Vec::new();
        while let Some((from, first, ..)) = rest.first().copied() {
            let within = rest.partition_point(|(time, ..)| time.saturating_sub(from) <= SOON);
            let (group, behind) = rest.split_at(within);
            rest = behind;
            let before = |times: &[i64]| times.partition_point(|time| *time < from);
            let open = before(&self.begins).saturating_sub(before(&self.ends));
            let members = || group.iter().filter(|(_, _, begin, _)| *begin < from);
            let count = members().count();
            let Some((last, ..)) = members().next_back() else { continue };
            if count < LEAST || count != open {
                continue;
            }
            let time = u64::try_from(last.saturating_sub(from)).unwrap_or(0);
            let told = AtOnce { count, time, first };
            out.extend(members().map(|(.., nth)| (*nth, told)));
        }
        out
    }
}
