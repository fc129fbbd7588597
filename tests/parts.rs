//! A part of a capture accuses nobody whom the whole of it does not: recordings without some of their
//! connections, frames or directions, or begun late, ended early, cut by a snap length. What did not come
//! there may stand in what is missing, and who seems to break a rule may have an excuse in it.

mod support;

use mqttscope::capture::{Frame, LinkType, Merge, Source};
use mqttscope::net::{Flags, Net, Transport};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::session::ended::Fate;
use mqttscope::session::{Certainty, Ended};
use mqttscope::spec::Severity;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::Path;
use support::damage::Random;
use support::recordings;

/// Rules that a part may break where the whole does not, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("lost-before", "it says what is missing"),
    ("lost-before-unknown", "it says what is missing"),
    ("bytes-missing", "it says what is missing"),
    ("rest-missing", "it says what is missing"),
    ("rest-of-packet", "it says what is missing"),
    ("header-cut", "it says what is missing"),
    ("websocket-context", "it says what is missing"),
    ("websocket-skipped", "the bytes between two frames are what is left of one that is missing"),
    ("not-a-packet", "the bytes are what is left of a packet that is missing"),
    ("stream-ends", "the packet does end there for all that was captured"),
    (
        "alias-unknown",
        "of an alias above the maximum that is told alone, and the CONNACK which says that is missing",
    ),
    ("sn-asleep", "nothing shows that a datagram is missing: the sentence says so"),
];

/// Something that is said against somebody: what, of which two ends, of which topic or packet (by its first
/// byte), when.
type Said = (&'static str, Option<(SocketAddr, SocketAddr)>, Vec<u8>, Option<i64>);

/// All that is said.
#[derive(Default)]
struct Heard(BTreeSet<Said>);

impl Consumer for Heard {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let all = record.tape.findings().iter();
        let rules = all.filter(|it| it.severity() >= Severity::Warning).map(|it| it.info().id);
        let origin = record.origin;
        self.0.extend(rules.map(|id| {
            (id, origin.ends, record.bytes.iter().copied().take(1).collect(), origin.time)
        }));
        ControlFlow::Continue(())
    }

    fn ended(&mut self, ended: &Ended) {
        let mut say = |what, about: &[u8], time| {
            self.0.insert((what, ended.ends, about.to_vec(), time));
        };
        for missed in ended.missed.iter().filter(|missed| !missed.is_doubted) {
            let what = if missed.is_will {
                "a Will that did not come"
            } else {
                "a copy that did not come"
            };
            say(what, &missed.topic, None);
        }
        let is_over = ended.over_at().is_some();
        for open in ended.open.iter().filter(|_| is_over) {
            say("an exchange that was not finished", &[], open.first.time);
        }
        // One that waits is told with the doubt that its client may have come back.
        if let Some(will) = ended.will.as_ref().filter(|will| matches!(will.fate, Fate::Due(_)))
            && ended.will_certainty() == Certainty::Proven
            && ended.will_wait() == 0
        {
            say("a Will that is due", &will.topic, None);
        }
        for doubled in &ended.doubled {
            say("a copy too many", &doubled.topic, doubled.again.time);
        }
    }
}

/// A frame, with the two ends of its TCP connection, the sender first.
struct Held {
    time: Option<i64>,
    link: LinkType,
    original_len: u32,
    data: Vec<u8>,
    ends: Option<(SocketAddr, SocketAddr)>,
    is_syn: bool,
}

fn frames(path: &Path) -> Vec<Held> {
    let mut source = Merge::open(&[path.to_path_buf()]);
    let (mut net, mut all) = (Net::default(), Vec::new());
    while let Some(frame) = source.next_frame().unwrap() {
        let (mut ends, mut is_syn) = (None, false);
        if let Ok(Transport::Tcp(segment)) = net.packet(&frame) {
            ends = Some((segment.src(), segment.dst()));
            is_syn = segment.tcp.flags.has(Flags::SYN);
        }
        let Frame { time, link, original_len, data, .. } = frame;
        all.push(Held { time, link, original_len, data: data.to_vec(), ends, is_syn });
    }
    all
}

/// What is said of these frames; of each so many bytes were captured.
fn heard<'h>(frames: impl Iterator<Item = &'h Held>, snap: usize) -> BTreeSet<Said> {
    let mut inspector = Inspector::new(Heard::default(), Settings::default());
    for (number, held) in (1..).zip(frames) {
        let &Held { time, link, original_len, .. } = held;
        let data = held.data.get(..snap).unwrap_or(&held.data);
        let (interface, file, beside) = (0, 0, None);
        let frame = Frame { number, time, link, original_len, interface, file, beside, data };
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    inspector.into_consumer().0
}

/// The two ends in no order.
fn pair((a, b): (SocketAddr, SocketAddr)) -> (SocketAddr, SocketAddr) {
    if a < b { (a, b) } else { (b, a) }
}

/// What is said of each part of a recording, and not of the whole.
fn accused(
    name: &str,
    part: impl Fn(&[Held], &mut Random, &mut dyn FnMut(&str, BTreeSet<Said>)),
) -> Vec<String> {
    let mut out = Vec::new();
    for path in recordings() {
        let all = frames(&path);
        let whole = heard(all.iter(), usize::MAX);
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut judge = |what: &str, found: BTreeSet<Said>| {
            for (rule, ends, bytes, time) in found.difference(&whole) {
                // Where a war cannot be proved it is told with the doubt whose it is.
                let is_less = *rule == "taken-over-again"
                    && whole.contains(&("take-over-war", *ends, bytes.clone(), *time));
                if !is_less && EXCUSED.iter().all(|(excused, _)| excused != rule) {
                    let about = String::from_utf8_lossy(bytes);
                    out.push(format!("{rule}: {name} {file} {what}: {ends:?} {about:?} {time:?}"));
                }
            }
        };
        part(&all, &mut Random(all.len() as u64), &mut judge);
    }
    out.sort();
    out
}

fn none(accused: Vec<String>) {
    let shown: Vec<_> = accused.iter().take(40).cloned().collect();
    assert!(accused.is_empty(), "{} are accused:\n{}", accused.len(), shown.join("\n"));
}

/// The connections of a recording.
fn connections(all: &[Held]) -> Vec<(SocketAddr, SocketAddr)> {
    let all: BTreeSet<_> = all.iter().filter_map(|held| held.ends.map(pair)).collect();
    all.into_iter().collect()
}

#[test]
fn connections_are_missing() {
    none(accused("connections", |all, random, judge| {
        let each = connections(all);
        let is_of = |held: &Held, gone: &[(SocketAddr, SocketAddr)]| {
            held.ends.is_some_and(|ends| gone.contains(&pair(ends)))
        };
        for gone in each.iter().take(40) {
            let rest = all.iter().filter(|held| !is_of(held, &[*gone]));
            judge(&format!("without {gone:?}"), heard(rest, usize::MAX));
        }
        for _ in 0..10 {
            let gone: Vec<_> = each.iter().copied().filter(|_| random.one_in(2)).collect();
            let rest = all.iter().filter(|held| !is_of(held, &gone));
            judge(&format!("without {gone:?}"), heard(rest, usize::MAX));
        }
    }));
}

#[test]
fn frames_are_missing() {
    none(accused("frames", |all, random, judge| {
        for many in [20, 20, 20, 100, 100, 100, 300, 300, 300, 300] {
            let is_there: Vec<bool> = all.iter().map(|_| !random.one_in(many)).collect();
            let rest = all.iter().zip(&is_there).filter(|(_, there)| **there).map(|(held, _)| held);
            let gone: Vec<_> = (1..)
                .zip(&is_there)
                .filter(|(_, there)| !**there)
                .map(|(n, _)| n)
                .collect::<Vec<u64>>();
            judge(&format!("without frames {gone:?}"), heard(rest, usize::MAX));
        }
    }));
}

#[test]
fn directions_are_missing() {
    none(accused("directions", |all, random, judge| {
        let mut each: Vec<_> = all.iter().filter_map(|held| held.ends).collect();
        each.sort_unstable();
        each.dedup();
        for gone in each.iter().take(40) {
            let rest = all.iter().filter(|held| held.ends != Some(*gone));
            judge(&format!("without {gone:?}"), heard(rest, usize::MAX));
        }
        for _ in 0..6 {
            let gone: Vec<_> = each.iter().copied().filter(|_| random.one_in(3)).collect();
            let rest = all.iter().filter(|held| held.ends.is_none_or(|ends| !gone.contains(&ends)));
            judge(&format!("without {gone:?}"), heard(rest, usize::MAX));
        }
    }));
}

#[test]
fn the_beginning_or_the_end_is_missing() {
    none(accused("ends", |all, _, judge| {
        for nth in 1..10 {
            let at = all.len() * nth / 10;
            judge(&format!("up to {at}"), heard(all[..at].iter(), usize::MAX));
            judge(&format!("behind {at}"), heard(all[at..].iter(), usize::MAX));
            let other = (at + all.len() / 3).min(all.len());
            judge(&format!("{at} to {other}"), heard(all[at..other].iter(), usize::MAX));
            // A hole in the middle, as of a capture that was stopped for a while.
            let rest = all[..at].iter().chain(&all[other..]);
            judge(&format!("without {at} to {other}"), heard(rest, usize::MAX));
        }
        let rest = all.iter().filter(|held| !held.is_syn);
        judge("without SYN", heard(rest, usize::MAX));
    }));
}

#[test]
fn frames_are_cut() {
    none(accused("snap", |all, _, judge| {
        for snap in [80, 96, 120, 160, 256] {
            judge(&format!("cut to {snap}"), heard(all.iter(), snap));
        }
    }));
}
