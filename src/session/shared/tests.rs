//! Several connections by hand: clients that come back, throw each other out, and Wills.

use crate::annotate::Tape;
use crate::session::ended::{Closed, Ended, Fate};
use crate::session::{At, Connection, Facts, Line, Proof, Seen, Shared};
use crate::spec::{Rule, Sender};
use crate::stream::Close;
use std::collections::BTreeMap;
use std::net::SocketAddr;

const C: Sender = Sender::Client;
const S: Sender = Sender::Server;

/// Clean Start, no session behind it; the same with a session of 100 s; and one that goes on with
/// it. The client is `a`.
const NEW: &str = "100e00044d5154540502003c00 000161";
const LASTS: &str = "101300044d5154540502003c051100000064 000161";
const RESUMES: &str = "101300044d5154540500003c051100000064 000161";
const ACCEPTED: &str = "2003000000";
const PRESENT: &str = "2003010000";
const REFUSED: &str = "2003008700";
const LEAVES: &str = "e000";

/// All connections of a capture.
#[derive(Default)]
pub(super) struct World {
    shared: Shared,
    number: u64,
    seconds: i64,
    connections: BTreeMap<u64, Connection>,
    told: Vec<Ended>,
}

impl World {
    fn at(&mut self) -> At {
        self.number += 1;
        self.seconds += 1;
        let time = Some(self.seconds * 1_000_000_000);
        At { number: self.number, frame: self.number, time }
    }

    /// Nothing happens for so many seconds more.
    pub(super) fn waits(&mut self, seconds: i64) {
        self.seconds += seconds;
    }

    /// A packet, a second after the last one: what is found on it, and some of what is known.
    pub(super) fn packet(
        &mut self,
        stream: u64,
        sender: Sender,
        hex: &str,
    ) -> (Vec<Rule>, Facts<'static>) {
        let at = self.at();
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let connection = self.connections.entry(stream).or_insert_with(|| {
            let mut connection = Connection::of_stream(None);
            connection.begin();
            connection
        });
        let (mut tape, mut scratch) = (Tape::new(), [Tape::new(), Tape::new()]);
        let (decoded, _) = connection.read(&bytes, Some(sender), &mut tape, &mut scratch);
        assert!(decoded.packet.is_some() && tape.findings().is_empty(), "{:?}", tape.findings());
        let end = |host: &str, port: u64| SocketAddr::new(host.parse().unwrap(), port as u16);
        let line = Line {
            stream,
            client: end("10.0.0.7", 50_000 + stream),
            server: end("10.0.0.1", 1883),
        };
        let place = Some(at.number as u32);
        let seen = Seen {
            at,
            sender: Some(sender),
            line: Some(line),
            began: None,
            proof: Proof { is_settled: true, had: place, end: place },
            is_secret: false,
            bytes: &bytes,
            decoded,
        };
        connection.track(&seen, &mut self.shared, &mut tape);
        let facts = connection.facts();
        let Facts { answers, repeats, copy_of, lowered_from, .. } = facts;
        let facts = Facts { answers, repeats, copy_of, lowered_from, ..Facts::default() };
        let rules = tape.findings().iter().map(|finding| finding.rule).collect();
        self.told.extend(self.shared.told(at.time));
        (rules, facts)
    }

    pub(super) fn finds(&mut self, stream: u64, sender: Sender, hex: &str, expected: &[Rule]) {
        assert_eq!(self.packet(stream, sender, hex).0, expected, "stream {stream}: {hex}");
    }

    pub(super) fn quiet(&mut self, stream: u64, packets: &[(Sender, &str)]) {
        for (sender, hex) in packets {
            self.finds(stream, *sender, hex, &[]);
        }
    }

    /// Both sides end, the one that is named first.
    pub(super) fn closes(&mut self, stream: u64, first: Sender) {
        let at = self.at();
        for sender in [first, first.other()] {
            let closed = Closed { how: Close::Fin, at };
            self.connections.get_mut(&stream).unwrap().closed(sender, closed, &mut self.shared);
        }
        let ended = self.connections.remove(&stream).unwrap().end(&mut self.shared);
        self.shared.ended(ended);
        self.told.extend(self.shared.told(at.time));
    }

    /// A whole connection.
    fn session(&mut self, stream: u64, connect: &str, connack: &str) {
        self.packet(stream, C, connect);
        self.packet(stream, S, connack);
        self.packet(stream, C, LEAVES);
        self.closes(stream, C);
    }

    /// The capture ends.
    fn end(mut self) -> Vec<Ended> {
        for (_, mut connection) in std::mem::take(&mut self.connections) {
            let ended = connection.end(&mut self.shared);
            self.shared.ended(ended);
        }
        self.told.extend(self.shared.told(None));
        self.told.sort_by_key(|ended| ended.stream);
        self.told
    }
}

#[test]
fn the_same_client_twice_is_a_take_over_while_the_first_is_open() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    world.finds(1, C, NEW, &[Rule::TAKES_OVER]);
    world.quiet(1, &[(S, ACCEPTED)]);
    world.closes(0, S);
    let all = world.end();
    assert_eq!(all[0].taken_over_by.unwrap().stream, 1);
    assert_eq!(all[1].took_over.unwrap().stream, 0);
    assert_eq!((all[1].taken_over_by, all[0].took_over), (None, None));

    let mut world = World::default();
    world.session(0, NEW, ACCEPTED);
    world.quiet(1, &[(C, NEW), (S, ACCEPTED)]);
    // Another name is somebody else.
    world.quiet(2, &[(C, "100e00044d5154540502003c00 000162")]);
    assert!(world.end().iter().all(|ended| ended.taken_over_by.is_none()));
}

#[test]
fn who_is_refused_throws_nobody_out() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    world.finds(1, C, NEW, &[Rule::TAKES_OVER]);
    world.quiet(1, &[(S, REFUSED)]);
    world.closes(1, S);
    // The first one still holds the name.
    world.finds(2, C, NEW, &[Rule::TAKES_OVER]);
    let all = world.end();
    assert_eq!(all[0].taken_over_by.unwrap().stream, 2);
}

#[test]
fn a_war_is_more_than_two_take_overs() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    for stream in 1..6 {
        let war: &[Rule] = if stream < 3 { &[] } else { &[Rule::WAR] };
        world.finds(stream, C, NEW, &[&[Rule::TAKES_OVER], war].concat());
        world.quiet(stream, &[(S, ACCEPTED)]);
        world.closes(stream - 1, S);
        if stream == 5 {
            break;
        }
    }
    // Long after, it is none.
    world.seconds += 3_600;
    world.finds(6, C, NEW, &[Rule::TAKES_OVER]);
    let all = world.end();
    assert_eq!(all[5].war.unwrap().count, 5);
}

/// A device that loses its connection without a word and dials again: its server ends the old
/// connection, and nobody is there any more to answer.
#[test]
fn a_client_that_comes_back_fights_nobody() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    for stream in 1..6 {
        world.finds(stream, C, NEW, &[Rule::TAKES_OVER]);
        world.quiet(stream, &[(S, ACCEPTED)]);
        let closed = Closed { how: Close::Fin, at: world.at() };
        let old = world.connections.get_mut(&(stream - 1)).unwrap();
        old.closed(S, closed, &mut world.shared);
        // At best the host says that it knows nothing of it.
        if stream % 2 == 0 {
            let closed = Closed { how: Close::Rst, at: world.at() };
            let old = world.connections.get_mut(&(stream - 1)).unwrap();
            old.closed(C, closed, &mut world.shared);
        }
    }
    let all = world.end();
    assert!(all.iter().all(|ended| ended.war.is_none()), "{all:#?}");
    let counts: Vec<_> = all.iter().map(|one| one.reconnects.map(|many| many.count)).collect();
    assert_eq!(counts, [None, None, None, Some(3), Some(4), Some(5)]);
    assert_eq!(all[5].reconnects.unwrap().addresses, 1);
}

#[test]
fn a_session_is_there_or_is_not() {
    let mut world = World::default();
    world.session(0, LASTS, ACCEPTED);
    world.quiet(1, &[(C, RESUMES), (S, PRESENT)]);

    let mut world = World::default();
    world.session(0, LASTS, ACCEPTED);
    world.quiet(1, &[(C, RESUMES)]);
    world.finds(1, S, ACCEPTED, &[Rule::SESSION_LOST]);

    // It has expired, or ended with its connection.
    for (connect, later) in [(LASTS, 200), (NEW, 0)] {
        let mut world = World::default();
        world.session(0, connect, ACCEPTED);
        world.seconds += later;
        world.quiet(1, &[(C, RESUMES)]);
        world.finds(1, S, PRESENT, &[Rule::SESSION_REVIVED]);
        let mut world = World::default();
        world.session(0, connect, ACCEPTED);
        world.seconds += later;
        world.quiet(1, &[(C, RESUMES), (S, ACCEPTED)]);
    }

    // Of a client that was never seen nothing is known.
    let mut world = World::default();
    world.quiet(0, &[(C, RESUMES), (S, PRESENT)]);
}

#[test]
fn what_is_open_goes_on_in_the_next_connection() {
    let (publish, again) = ("340700016100070078", "3c0700016100070078");
    let (pubrec, pubrel, pubcomp) = ("50020007", "62020007", "70020007");
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, publish)]);
    world.closes(0, C);
    world.quiet(1, &[(C, RESUMES), (S, PRESENT)]);
    let (rules, facts) = world.packet(1, C, again);
    assert_eq!((rules, facts.repeats.map(|first| first.at.number)), (Vec::new(), Some(3)));
    world.quiet(1, &[(S, pubrec), (C, pubrel)]);
    world.closes(1, C);
    world.quiet(2, &[(C, RESUMES), (S, PRESENT)]);
    world.finds(2, C, pubrel, &[]);
    world.quiet(2, &[(S, pubcomp)]);
    let all = world.end();
    assert_eq!(all.iter().map(|ended| ended.open_count).collect::<Vec<_>>(), [1, 1, 0]);

    // In a new session nothing is sent again.
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, publish)]);
    world.closes(0, C);
    world.quiet(1, &[(C, NEW), (S, ACCEPTED)]);
    world.finds(1, C, again, &[Rule::DUP_WITHOUT_FIRST]);
}

/// 5.0 and 3.1.1: section 4.4. What a client has not had acknowledged it sends again when it comes back.
#[test]
fn what_is_not_sent_again() {
    let (one, again) = ("320700016100070078", "3a0700016100070078");
    let back = |packets: &[(Sender, &str)], wait: i64| {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, one)]);
        world.closes(0, C);
        world.quiet(1, &[(C, RESUMES), (S, PRESENT)]);
        world.quiet(1, packets);
        world.waits(wait);
        world.packet(1, C, LEAVES).0
    };
    assert_eq!(back(&[], 10), [Rule::NOT_RESENT]);
    // It had no time to.
    assert_eq!(back(&[], 1), []);
    assert_eq!(back(&[(C, again), (S, "40020007")], 10), []);
    // The server has answered what came on the connection before.
    assert_eq!(back(&[(S, "40020007")], 10), []);
}

#[test]
fn subscriptions_last_as_long_as_the_session() {
    let subscribe = "820700010000017801";
    let deliver = ["3005 000178 0079", "3005 000179 0079"];
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, subscribe), (S, "900400010001")]);
    world.packet(0, C, LEAVES);
    world.closes(0, C);
    world.quiet(1, &[(C, RESUMES), (S, PRESENT), (S, deliver[0])]);
    world.finds(1, S, deliver[1], &[Rule::NO_SUBSCRIPTION]);
    // Where the session began before the capture, nothing is said.
    let mut world = World::default();
    world.quiet(0, &[(C, RESUMES), (S, PRESENT), (S, deliver[1])]);
}

/// A Will of topic `w` and payload `x`.
const WITH_WILL: &str = "101500044d5154540506003c00 000161 00 000177 000178";

#[test]
fn a_will_is_seen_going_out_or_not() {
    let will = "3005 000177 0078";
    let watcher = "100e00044d5154540502003c00 000162";
    let start = || {
        let mut world = World::default();
        world.packet(1, C, watcher);
        world.quiet(1, &[(S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
        world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
        world
    };
    let mut world = start();
    world.closes(0, C);
    assert!(world.told.is_empty(), "it is waited for");
    world.quiet(1, &[(S, will)]);
    let told = world.told.first().unwrap().will.clone().unwrap();
    assert!(matches!(told.fate, Fate::Due(_)));
    let seen = told.seen.unwrap();
    assert_eq!((seen.stream, seen.after), (Some(1), Some(1_000_000_000)));

    // A client that publishes the same is no Will.
    let mut world = start();
    world.quiet(1, &[(C, will), (S, will)]);
    world.closes(0, C);
    assert_eq!(world.end()[0].will.as_ref().unwrap().seen, None);

    let mut world = start();
    world.quiet(0, &[(C, LEAVES)]);
    world.closes(0, C);
    assert!(matches!(world.told[0].will.as_ref().unwrap().fate, Fate::Discarded(_)));

    // What does not come is not waited for for ever.
    let mut world = start();
    world.closes(0, C);
    world.seconds += 20;
    world.quiet(1, &[(C, "c000")]);
    assert_eq!(world.told[0].will.as_ref().unwrap().seen, None);

    let world = start();
    assert_eq!(world.end()[0].will.as_ref().unwrap().fate, Fate::Armed);
}

#[test]
fn a_copy_may_have_a_lower_qos_and_comes_once() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017702")]);
    world.quiet(0, &[(S, "900400010002")]);
    let (rules, _) = world.packet(0, C, "340700017700070078");
    assert_eq!(rules, []);
    let (rules, facts) = world.packet(0, S, "320700017700010078");
    let copy = facts.copy_of.map(|copy| copy.at.number);
    assert_eq!((rules, facts.lowered_from, copy), (Vec::new(), Some(2), Some(5)));
    world.quiet(0, &[(S, "340700017700020078")]);
    world.finds(0, S, "340700017700030078", &[Rule::DELIVERED_TWICE]);
}

/// Two copies of one PUBLISH to a client with one subscription that matches.
#[test]
fn copies_that_come_twice_are_told() {
    let doubled = |filters: &[&str], copies: &[&str], wait: i64| -> u64 {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        for subscribe in filters {
            world.quiet(0, &[(C, subscribe), (S, "900400010001")]);
        }
        world.quiet(1, &[(C, "100e00044d5154540502003c00 000162"), (S, ACCEPTED)]);
        world.quiet(1, &[(C, "300500017700 78")]);
        for copy in copies {
            world.seconds += wait;
            world.quiet(0, &[(S, copy)]);
        }
        let all = world.end();
        assert_eq!(all[0].doubled.len() as u64, all[0].doubled_count);
        all[0].doubled_count
    };
    let (one, all, copy) = ("820700010000017701", "820700010000012b01", "300500017700 78");
    assert_eq!(doubled(&[one], &[copy], 0), 0);
    assert_eq!(doubled(&[one], &[copy, copy], 0), 1);
    assert_eq!(doubled(&[one], &[copy, copy, copy], 0), 2);
    // Each of two subscriptions may have its copy (5.0: section 3.3.4).
    assert_eq!(doubled(&[one, all], &[copy, copy], 0), 0);
    // What was retained comes as such; what comes much later has another origin.
    assert_eq!(doubled(&[one], &[copy, "310500017700 78"], 0), 0);
    assert_eq!(doubled(&[one], &[copy, copy], 9), 0);
}

#[test]
fn security_remarks() {
    let with_password = "101300044d51545404c2003c0001610001750001 70";
    let mut world = World::default();
    world.finds(0, C, with_password, &[Rule::PASSWORD_IN_CLEAR]);
    world.quiet(0, &[(S, "20020000")]);
    world.finds(0, C, "82060001000123 00", &[Rule::SUBSCRIBES_TO_ALL]);
    world.quiet(1, &[(C, "100e00044d5154540502003c00 000162")]);
    let remarks =
        |ended: &Ended| -> Vec<Rule> { ended.remarks.iter().map(|remark| remark.rule).collect() };
    let all = world.end();
    assert_eq!(remarks(&all[0]), [Rule::PASSWORD_IN_CLEAR, Rule::SUBSCRIBES_TO_ALL]);
    assert_eq!(remarks(&all[1]), [Rule::NO_USER_NAME]);
}

#[test]
fn copies_that_do_not_come() {
    let start = |filter: &str| {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, filter), (S, "900400010001")]);
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED)]);
        world
    };
    let (exact, wild) = ("820700010000017701", "820700010000012b01");
    let (publish, copy) = ("320700017700070078", "320700017700010078");
    for filter in [exact, wild] {
        // It comes; or the subscriber leaves; or another topic is published.
        let mut world = start(filter);
        world.quiet(1, &[(C, publish)]);
        world.quiet(0, &[(S, copy)]);
        world.seconds += 10;
        world.quiet(1, &[(C, "320700017700080079")]);
        assert_eq!(world.end()[0].missed_count, 0);
        let mut world = start(filter);
        world.quiet(1, &[(C, publish)]);
        world.quiet(0, &[(C, LEAVES)]);
        world.closes(0, C);
        world.seconds += 10;
        world.quiet(1, &[(C, "320700017700080079")]);
        assert_eq!(world.end()[0].missed_count, 0);
        // It does not come, though the subscriber stays.
        let mut world = start(filter);
        world.quiet(1, &[(C, publish)]);
        world.seconds += 10;
        world.quiet(1, &[(C, "320700017700080079")]);
        let all = world.end();
        assert_eq!((all[0].missed_count, all[1].missed_count), (1, 0));
        let missed = &all[0].missed[0];
        assert_eq!((missed.from, &*missed.topic, missed.publish.number), (1, &b"w"[..], 7));
    }
    let mut world = start("820700010000017601");
    world.quiet(1, &[(C, publish)]);
    world.seconds += 10;
    world.quiet(1, &[(C, "320700017700080079")]);
    assert_eq!(world.end()[0].missed_count, 0);
}

/// Keep Alive is 60 s: a packet may be late before the server has to end the connection.
#[test]
fn a_pingreq_that_is_late_or_never_answered() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    world.seconds += 57;
    world.quiet(0, &[(C, "c000"), (S, "d000")]);
    world.seconds += 60;
    world.finds(0, C, "c000", &[Rule::KEEP_ALIVE_LATE]);
    world.seconds += 90;
    world.finds(0, C, "c000", &[Rule::KEEP_ALIVE_EXPIRED, Rule::PING_UNANSWERED]);
    let unanswered = world.end()[0].keep_alive.unanswered;
    assert_eq!(unanswered.map(|ping| ping.number), Some(5));
}
