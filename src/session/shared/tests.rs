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
    pub(super) told: Vec<Ended>,
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
        let (rules, facts, own) = self.any_packet(stream, sender, hex);
        assert_eq!(own, 0, "{rules:?}");
        (rules, facts)
    }

    /// The same for one that need not be legal: how many of the findings it has by itself.
    pub(super) fn any_packet(
        &mut self,
        stream: u64,
        sender: Sender,
        hex: &str,
    ) -> (Vec<Rule>, Facts<'static>, usize) {
        let at = self.at();
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let connection = self.connections.entry(stream).or_insert_with(|| {
            let mut connection = Connection::of_stream(None);
            connection.begin();
            connection
        });
        let (mut tape, mut scratch) = (Tape::new(), [Tape::new(), Tape::new()]);
        let (decoded, _) = connection.read(&bytes, Some(sender), &mut tape, &mut scratch);
        assert!(decoded.packet.is_some(), "{:?}", tape.findings());
        let own = tape.findings().len();
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
        (rules, facts, own)
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
    pub(super) fn end(mut self) -> Vec<Ended> {
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

/// Its own end of the first is there before the second: its server has nobody to throw out.
#[test]
fn who_hangs_up_before_it_comes_back_throws_nobody_out() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    let closed = Closed { how: Close::Fin, at: world.at() };
    world.connections.get_mut(&0).unwrap().closed(C, closed, &mut world.shared);
    world.quiet(1, &[(C, NEW), (S, ACCEPTED)]);
    let all = world.end();
    assert_eq!((all[0].taken_over_by, all[1].took_over), (None, None));
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
    world.finds(1, S, "d000", &[Rule::WILL_MISSED]);
    assert_eq!(world.told[0].will.as_ref().unwrap().seen, None);

    let world = start();
    assert_eq!(world.end()[0].will.as_ref().unwrap().fate, Fate::Armed);
}

#[test]
fn a_copy_may_have_a_lower_qos() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017702")]);
    world.quiet(0, &[(S, "900400010002")]);
    let (rules, _) = world.packet(0, C, "340700017700070078");
    assert_eq!(rules, []);
    let (rules, facts) = world.packet(0, S, "320700017700010078");
    let copy = facts.copy_of.map(|copy| copy.at.number);
    assert_eq!((rules, facts.lowered_from, copy), (Vec::new(), Some(2), Some(5)));
    // Somebody who was not captured may have published the same: another identifier is no proof.
    world.quiet(0, &[(S, "340700017700020078"), (C, "50020002"), (S, "62020002")]);
    world.quiet(0, &[(C, "70020002"), (S, "340700017700030078")]);
}

/// What the server refuses is not delivered, and what it does not acknowledge may be on its way.
#[test]
fn a_message_that_the_server_did_not_take_is_not_missed() {
    let missed = |answer: &[(Sender, &str)]| {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017701")]);
        world.quiet(0, &[(S, "900400010001")]);
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED), (C, "320700017700070078")]);
        world.quiet(1, answer);
        world.seconds += 10;
        world.quiet(0, &[(C, "c000")]);
        let (rules, _) = world.packet(0, S, "d000");
        let count = world.end()[0].missed_count;
        assert_eq!(rules.contains(&Rule::COPY_MISSED), count > 0);
        count
    };
    assert_eq!(missed(&[(S, "40020007")]), 1);
    // Reason Code 0x10: there are no subscribers, says the server.
    assert_eq!(missed(&[(S, "4003000710")]), 1);
    assert_eq!(missed(&[(S, "4003000787")]), 0);
    assert_eq!(missed(&[(S, "4003000797")]), 0);
    assert_eq!(missed(&[]), 0);
}

/// A copy that is not acknowledged may be why the next one does not come.
#[test]
fn who_does_not_acknowledge_misses_nothing() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
    world.packet(1, C, "100e00044d5154540502003c00 000162");
    world.quiet(1, &[(S, ACCEPTED), (C, "320700017700070078"), (S, "40020007")]);
    world.quiet(0, &[(S, "320700017700010078")]);
    world.quiet(1, &[(C, "320700017700080079"), (S, "40020008")]);
    world.seconds += 10;
    world.quiet(0, &[(C, "c000"), (S, "d000")]);
    assert_eq!(world.end()[0].missed_count, 0);
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
    // What was retained comes as such; what comes much later, and what was published more than
    // once, has another origin.
    assert_eq!(doubled(&[one], &[copy, "310500017700 78"], 0), 0);
    assert_eq!(doubled(&[one], &[copy, copy], 9), 0);
}

/// Two copies of two PUBLISH packets of the same contents, the first of which came late.
#[test]
fn copies_of_several_messages_are_not_doubled() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
    world.quiet(1, &[(C, "100e00044d5154540502003c00 000162"), (S, ACCEPTED)]);
    let message = "300500017700 78";
    world.quiet(1, &[(C, message), (C, "c000"), (S, "d000"), (C, message)]);
    world.quiet(0, &[(S, message), (S, message)]);
    assert_eq!(world.end()[0].doubled_count, 0);
}

#[test]
fn what_is_sent_again_keeps_its_order() {
    let start = |again: [&str; 2]| {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
        world.quiet(0, &[(C, "320700016100070078"), (C, "320700016100080079")]);
        world.closes(0, C);
        world.quiet(1, &[(C, RESUMES), (S, PRESENT), (C, again[0])]);
        world.packet(1, C, again[1]).0
    };
    let (first, second) = ("3a0700016100070078", "3a0700016100080079");
    assert_eq!(start([first, second]), []);
    assert_eq!(start([second, first]), [Rule::RESENT_ORDER]);
}

/// A SUBSCRIBE with a reserved bit of its options set.
#[test]
fn what_is_not_legal_is_accepted() {
    let answer = |options: &str, suback: &str| {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        let (.., own) = world.any_packet(0, C, &format!("8207000100000177{options}"));
        assert_eq!(own > 0, options != "01");
        world.packet(0, S, suback).0
    };
    assert_eq!(answer("41", "900400010001"), [Rule::BROKEN_ACCEPTED]);
    assert_eq!(answer("41", "900400010083"), []);
    assert_eq!(answer("01", "900400010001"), []);
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
    let publish = [(C, "320700017700070078"), (S, "40020007")];
    let copy = "320700017700010078";
    for filter in [exact, wild] {
        // It comes; or the subscriber leaves; or another topic is published.
        let mut world = start(filter);
        world.quiet(1, &publish);
        world.quiet(0, &[(S, copy), (C, "40020001")]);
        world.seconds += 10;
        world.quiet(0, &[(C, "c000")]);
        assert_eq!(world.end()[0].missed_count, 0);
        let mut world = start(filter);
        world.quiet(1, &publish);
        world.quiet(0, &[(C, LEAVES)]);
        world.closes(0, C);
        world.seconds += 10;
        world.quiet(1, &[(C, "c000")]);
        assert_eq!(world.end()[0].missed_count, 0);
        // It does not come, though the subscriber stays: the last one too, and the next answer tells.
        let mut world = start(filter);
        world.quiet(1, &publish);
        world.seconds += 10;
        world.packet(0, S, "3005 000176 0079");
        world.quiet(0, &[(C, "c000")]);
        world.finds(0, S, "d000", &[Rule::COPY_MISSED]);
        let all = world.end();
        assert_eq!((all[0].missed_count, all[1].missed_count), (1, 0));
        let missed = &all[0].missed[0];
        assert_eq!((missed.from, &*missed.topic, missed.publish.number), (1, &b"w"[..], 7));
        // Without one there is nothing to tell it at, but that the capture goes on.
        let mut world = start(filter);
        world.quiet(1, &publish);
        world.seconds += 10;
        world.quiet(1, &[(C, "c000")]);
        assert_eq!(world.end()[0].missed_count, 1);
        // The capture ends too early to tell.
        let mut world = start(filter);
        world.quiet(1, &publish);
        world.quiet(1, &[(C, "c000")]);
        assert_eq!(world.end()[0].missed_count, 0);
    }
    let mut world = start("820700010000017601");
    world.quiet(1, &publish);
    world.seconds += 10;
    world.quiet(0, &[(C, "c000")]);
    assert_eq!(world.end()[0].missed_count, 0);
}

/// What comes late was not missed, and shows that the server is slow.
#[test]
fn a_copy_that_comes_late() {
    let (publish, copy) = ("320700017700070078", "320700017700010078");
    // Before an answer, or behind one.
    for is_asked in [false, true] {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017701")]);
        world.quiet(0, &[(S, "900400010001")]);
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED), (C, publish), (S, "40020007")]);
        world.seconds += 10;
        world.quiet(1, &[(C, "320700017600080079"), (S, "40020008")]);
        if is_asked {
            world.quiet(0, &[(C, "c000")]);
            world.finds(0, S, "d000", &[Rule::COPY_MISSED]);
        }
        world.quiet(0, &[(S, copy), (C, "40020001")]);
        world.quiet(1, &[(C, "320700017700090079"), (S, "40020009")]);
        world.seconds += 10;
        world.quiet(0, &[(C, "c000"), (S, "d000")]);
        assert_eq!(world.end()[0].missed_count, 0);
    }
}

/// Bytes of the server to the subscriber that were not captured may hold the copy.
#[test]
fn what_may_be_lost_is_not_missed() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
    world.packet(1, C, "100e00044d5154540502003c00 000162");
    world.quiet(1, &[(S, ACCEPTED), (C, "320700017700070078"), (S, "40020007")]);
    world.seconds += 10;
    world.quiet(1, &[(C, "c000")]);
    let at = world.at();
    world.connections.get_mut(&0).unwrap().lost(S, at, &mut world.shared);
    assert_eq!(world.end()[0].missed_count, 0);
}

/// A Will of topic `w` and payload `x`, its Will Delay Interval, and the Session Expiry Interval.
pub(super) fn delayed_will(flags: &str, delay: u8, expiry: u8) -> String {
    let properties = format!("05 18000000{delay:02x}");
    let expiry = format!("05 11000000{expiry:02x}");
    format!("101f 00044d515454 05 {flags} 003c {expiry} 000161 {properties} 000177 000178")
}

#[test]
fn a_will_delay_that_the_client_comes_back_in() {
    // Comes back with Clean Start or not, after so many seconds; the server has the session or not.
    let fate = |delay, expiry, again: &str, connack, wait: i64| {
        let mut world = World::default();
        world.packet(0, C, &delayed_will("06", delay, expiry));
        world.quiet(0, &[(S, ACCEPTED)]);
        world.closes(0, C);
        world.seconds += wait;
        world.packet(1, C, again);
        world.packet(1, S, connack);
        world.packet(1, C, LEAVES);
        world.seconds += 200;
        world.packet(2, C, "c000");
        let all = world.end();
        let will = all[0].will.as_ref().unwrap().fate;
        match will {
            Fate::Cancelled(at) => ("cancelled", at.number),
            Fate::Due(at) => ("due", at.number),
            Fate::Delayed(at) => ("delayed", at.number),
            _ => ("?", 0),
        }
    };
    // The end is #3, the CONNECT after it #4.
    assert_eq!(fate(60, 100, RESUMES, PRESENT, 10), ("cancelled", 4));
    assert_eq!(fate(60, 100, RESUMES, PRESENT, 90), ("due", 3));
    // The session ends at once, or after 20 s, and with it the delay.
    assert_eq!(fate(60, 0, RESUMES, ACCEPTED, 10), ("due", 3));
    assert_eq!(fate(60, 20, RESUMES, PRESENT, 10), ("cancelled", 4));
    assert_eq!(fate(60, 20, RESUMES, ACCEPTED, 30), ("due", 3));
    // It is refused, or begins a new session.
    assert_eq!(fate(60, 100, RESUMES, REFUSED, 10), ("due", 3));
    assert_eq!(fate(60, 100, LASTS, ACCEPTED, 10), ("due", 3));
}

#[test]
fn a_will_delay_that_goes_on() {
    let will = delayed_will("06", 60, 100);
    // It is taken over by one that goes on with the session, before its end is seen.
    let mut world = World::default();
    world.packet(0, C, &will);
    world.quiet(0, &[(S, ACCEPTED)]);
    world.packet(1, C, RESUMES);
    world.packet(1, S, PRESENT);
    world.closes(0, S);
    assert_eq!(world.told[0].will.as_ref().unwrap().fate, Fate::Cancelled(world_at(3)));
    // The capture ends before the delay does.
    let mut world = World::default();
    world.packet(0, C, &will);
    world.quiet(0, &[(S, ACCEPTED)]);
    world.closes(0, C);
    let all = world.end();
    assert!(matches!(all[0].will.as_ref().unwrap().fate, Fate::Delayed(_)));
}

/// What was not captured may be the DISCONNECT.
#[test]
fn a_will_whose_client_may_have_left() {
    let mut world = World::default();
    world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
    let at = world.at();
    world.connections.get_mut(&0).unwrap().lost(C, at, &mut world.shared);
    world.closes(0, C);
    assert_eq!(world.end()[0].will.as_ref().unwrap().fate, Fate::Unknown);
    // A packet that comes behind it was no DISCONNECT before.
    let mut world = World::default();
    world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
    let at = world.at();
    world.connections.get_mut(&0).unwrap().lost(C, at, &mut world.shared);
    world.quiet(0, &[(C, "c000")]);
    world.closes(0, C);
    assert!(matches!(world.end()[0].will.as_ref().unwrap().fate, Fate::Due(_)));
}

/// Keep Alive is 60 s.
#[test]
fn the_last_silence_counts() {
    for (wait, late, broken) in [(50, 0, 0), (80, 1, 0), (100, 1, 1)] {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        world.seconds += wait - 2;
        world.closes(0, S);
        let all = world.end();
        let record = &all[0].keep_alive;
        assert_eq!(record.longest.unwrap().time, wait as u64 * 1_000_000_000);
        assert_eq!((record.late, record.broken), (late, broken));
    }
    // What the client says to leave ends the silence; what the server takes to close is none.
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, LEAVES)]);
    world.seconds += 100;
    world.closes(0, S);
    assert_eq!(world.end()[0].keep_alive.longest.unwrap().time, 2_000_000_000);
}

/// The place of a packet where all came a second apart.
fn world_at(number: u64) -> At {
    At { number, frame: number, time: Some(number as i64 * 1_000_000_000) }
}

/// A Will like a PUBLISH that was delivered is the Will where it is due.
#[test]
fn a_will_like_a_message_before() {
    let mut world = World::default();
    world.packet(1, C, "100e00044d5154540502003c00 000162");
    world.quiet(1, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
    world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED), (C, "340700017700070078")]);
    let (_, facts) = world.packet(1, S, "340700017700010078");
    assert_eq!(facts.copy_of.map(|of| of.at.number), Some(7));
    world.quiet(1, &[(C, "50020001"), (S, "62020001"), (C, "70020001")]);
    world.closes(0, C);
    let (rules, facts) = world.packet(1, S, "300500017700 78");
    assert_eq!((rules, facts.copy_of), (vec![], None));
    let will = world.told[0].will.clone().unwrap();
    assert_eq!(will.seen.map(|seen| seen.at.number), Some(13));
    assert_eq!(world.end()[1].doubled_count, 0);
}

/// A Will that a subscriber does not get.
#[test]
fn a_will_that_does_not_come() {
    let missed = |comes: bool, subscribe: &str, leaves: bool| {
        let mut world = World::default();
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED), (C, subscribe), (S, "900400010002")]);
        world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
        world.seconds += 2;
        if leaves {
            world.quiet(0, &[(C, LEAVES)]);
        }
        world.closes(0, C);
        if comes {
            world.quiet(1, &[(S, "300500017700 78")]);
        }
        world.seconds += 10;
        world.quiet(1, &[(C, "c000")]);
        let (rules, _) = world.packet(1, S, "d000");
        let all = world.end();
        assert_eq!(rules.contains(&Rule::WILL_MISSED), all[1].missed_count > 0);
        all[1].missed.first().map(|missed| (missed.from, missed.is_will))
    };
    let (ours, other) = ("820700010000017702", "820700010000017602");
    assert_eq!(missed(false, ours, false), Some((0, true)));
    assert_eq!(missed(true, ours, false), None);
    assert_eq!(missed(false, other, false), None);
    assert_eq!(missed(false, ours, true), None);
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
