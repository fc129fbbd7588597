//! Wills, across connections.

use super::*;
use crate::annotate::view;
use crate::mqtt::Reading;
use crate::spec::Version;

/// A Will of topic `w` and payload `x`.
const WITH_WILL: &str = "101500044d5154540506003c00 000161 00 000177 000178";

/// A Will of topic `w` and payload `x`, its Will Delay Interval, and the Session Expiry Interval.
pub(super) fn delayed_will(flags: &str, delay: u8, expiry: u8) -> String {
    let properties = format!("05 18000000{delay:02x}");
    let expiry = format!("05 11000000{expiry:02x}");
    format!("101f 00044d515454 05 {flags} 003c {expiry} 000161 {properties} 000177 000178")
}

/// The place of a packet where all came a second apart.
fn world_at(number: u64) -> At {
    At { number, frame: number, time: Some(number as i64 * 1_000_000_000) }
}

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

/// The client publishes what its Will says, twice within a second: the copy after those two is its Will.
#[test]
fn a_will_that_its_client_has_published_before() {
    let will = "3005 000177 0078";
    let seen = |before: usize| {
        let mut world = World::default();
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
        world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
        world.is_still = true;
        world.quiet(0, &[(C, will), (C, will)]);
        for _ in 0..before {
            world.quiet(1, &[(S, will)]);
        }
        world.is_still = false;
        world.closes(0, C);
        world.quiet(1, &[(S, will)]);
        world.end()[0].will.as_ref().unwrap().seen.is_some()
    };
    assert!(seen(2));
    // It may be the copy of the second.
    assert!(!seen(1));
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
    // The same where the client's side of the old connection stays open until it connects once more.
    let mut world = World::default();
    world.packet(0, C, &will);
    world.quiet(0, &[(S, ACCEPTED)]);
    world.packet(1, C, RESUMES);
    world.ends(0, S, Close::Fin);
    world.packet(1, S, PRESENT);
    world.quiet(1, &[(C, LEAVES)]);
    world.closes(1, C);
    world.waits(90);
    world.packet(2, C, RESUMES);
    world.packet(2, S, PRESENT);
    world.closes(0, C);
    assert_eq!(world.end()[0].will.as_ref().unwrap().fate, Fate::Cancelled(world_at(3)));
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

/// What stands in a packet that its client did not end is no DISCONNECT.
#[test]
fn a_will_whose_client_ends_in_a_packet() {
    for (is_lost_before, is_due) in [(false, true), (true, false)] {
        let mut world = World::default();
        world.quiet(0, &[(C, WITH_WILL), (S, ACCEPTED)]);
        if is_lost_before {
            let at = world.at();
            world.connections.get_mut(&0).unwrap().lost(C, at, &mut world.shared);
        }
        let at = world.at();
        let connection = world.connections.get_mut(&0).unwrap();
        let cut = hex::decode("30100003782f79e000").unwrap();
        let mut tape = Tape::new();
        crate::mqtt::decode(&cut, Reading { version: Version::V5, sender: Some(C) }, &mut tape);
        let context = view::context(&cut, &tape, Version::V5, Some(C));
        let finding = tape.findings()[0];
        connection.stray(C, at, (&finding, &context), Some((9, 18)));
        connection.lost(C, at, &mut world.shared);
        world.closes(0, C);
        let fate = world.end()[0].will.as_ref().unwrap().fate;
        assert_eq!(matches!(fate, Fate::Due(_)), is_due, "{fate:?}");
    }
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

/// A server that shuts down may publish it when it is back.
#[test]
fn a_will_of_a_server_that_shuts_down_is_not_missed() {
    for (leaves, is_missed) in [("e0018b", false), ("e0018d", true)] {
        let mut world = same_wills(1);
        world.waits(2);
        world.quiet(0, &[(S, leaves)]);
        world.closes(0, S);
        assert_eq!(misses(&mut world), is_missed, "{leaves}");
    }
}

/// A subscriber `b` of topic `w`, and clients with the same Will, each accepted.
fn same_wills(count: u64) -> World {
    let mut world = World::default();
    world.packet(100, C, "100e00044d5154540502003c00 000162");
    world.quiet(100, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
    for stream in 0..count {
        same_will(&mut world, stream);
    }
    world
}

/// One more of them.
fn same_will(world: &mut World, stream: u64) {
    let id = 0x63 + stream;
    let connect = format!("101500044d5154540506003c00 0001{id:02x} 00 000177 000178");
    world.quiet(stream, &[(C, &connect), (S, ACCEPTED)]);
}

/// Nothing happens for a while, and the subscriber is answered: what it misses.
fn misses(world: &mut World) -> bool {
    world.waits(10);
    world.quiet(100, &[(C, "c000")]);
    world.packet(100, S, "d000").0.contains(&Rule::WILL_MISSED)
}

/// By connection: the packets in which their Wills were seen, and how many seconds after they were
/// due.
fn sightings(world: World, count: u64) -> Vec<Option<(u64, Option<u64>)>> {
    let all = world.end();
    let wills = all.iter().filter(|ended| ended.stream < Some(count));
    wills
        .map(|ended| {
            let seen = ended.will.as_ref().unwrap().seen?;
            Some((seen.at.number, seen.after.map(|after| after / 1_000_000_000)))
        })
        .collect()
}

/// The Will of topic `w` and payload `x`, as it is delivered.
const SENT: &str = "300500017700 78";

/// Places count from 1: the subscriber takes four.
#[test]
fn the_same_wills_one_after_the_other() {
    let mut world = same_wills(1);
    world.closes(0, C);
    world.quiet(100, &[(S, SENT)]);
    // #9 to #12: this one was not there when the first one's was sent.
    same_will(&mut world, 1);
    world.closes(1, C);
    world.quiet(100, &[(S, SENT)]);
    assert!(!misses(&mut world));
    assert_eq!(sightings(world, 2), [Some((8, Some(1))), Some((12, Some(1)))]);

    // The same where nothing is sent the second time.
    let mut world = same_wills(1);
    world.closes(0, C);
    world.quiet(100, &[(S, SENT)]);
    same_will(&mut world, 1);
    world.closes(1, C);
    assert!(misses(&mut world));
    assert_eq!(sightings(world, 2), [Some((8, Some(1))), None]);
}

#[test]
fn the_same_wills_at_once() {
    // Each has its own.
    let mut world = same_wills(3);
    (0..3).for_each(|stream| world.closes(stream, C));
    (0..3).for_each(|_| world.quiet(100, &[(S, SENT)]));
    assert_eq!(
        sightings(world, 3),
        [Some((14, Some(3))), Some((15, Some(3))), Some((16, Some(3)))]
    );

    // With one less than are due, nobody knows whose they are.
    let mut world = same_wills(3);
    (0..3).for_each(|stream| world.closes(stream, C));
    (0..2).for_each(|_| world.quiet(100, &[(S, SENT)]));
    assert_eq!(sightings(world, 3), [None, None, None]);
}

/// A connection is told a while after its end: by then many others have had the same Will.
#[test]
fn the_same_wills_again_and_again() {
    for server_ends in [true, false] {
        let mut world = same_wills(1);
        world.is_still = true;
        world.ends(0, C, Close::Fin);
        if server_ends {
            world.ends(0, S, Close::Fin);
        }
        world.quiet(100, &[(S, SENT)]);
        let at = world.number;
        for stream in 1..=60 {
            world.is_still = false;
            let id = 0x63 + stream % 20;
            let connect = format!("101500044d5154540506003c00 0001{id:02x} 00 000177 000178");
            world.quiet(stream, &[(C, &connect), (S, ACCEPTED)]);
            world.is_still = true;
            world.closes(stream, C);
            world.quiet(100, &[(S, SENT), (S, SENT)]);
        }
        assert_eq!(sightings(world, 1), [Some((at, Some(0)))]);
    }
}

/// A delivery is of one Will, though another one is due within a second of it.
#[test]
fn a_will_that_does_not_come_after_the_same() {
    let mut world = same_wills(2);
    world.closes(0, C);
    world.seconds -= 1;
    world.quiet(100, &[(S, SENT)]);
    world.closes(1, C);
    assert!(misses(&mut world));
    assert_eq!(sightings(world, 2), [Some((10, Some(0))), None]);
}

/// A server that does not publish the first one: what comes when the second one is due is of that.
#[test]
fn a_will_that_comes_when_another_one_is_due() {
    let mut world = same_wills(2);
    world.closes(0, C);
    world.quiet(100, &[(S, SENT)]);
    world.seconds -= 1;
    world.closes(1, C);
    assert_eq!(sightings(world, 2), [None, Some((10, Some(0)))]);

    // The same to a second subscriber, as to a member of a shared subscription, where each gets one.
    let mut world = same_wills(2);
    world.packet(101, C, "100e00044d5154540502003c00 00017a");
    world.quiet(101, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
    for (stream, to) in [(0, 100), (1, 101)] {
        world.closes(stream, C);
        world.seconds -= 1;
        world.quiet(to, &[(S, SENT)]);
    }
    assert_eq!(sightings(world, 2), [Some((14, Some(0))), Some((16, Some(0)))]);

    // A delay may be over at any time before: it may be the first one's, late.
    let mut world = same_wills(0);
    world.packet(0, C, &delayed_will("06", 1, 100).replace("000161", "000163"));
    world.quiet(0, &[(S, ACCEPTED)]);
    same_will(&mut world, 1);
    world.closes(0, C);
    world.waits(1);
    world.closes(1, C);
    world.seconds -= 1;
    world.quiet(100, &[(S, SENT)]);
    assert_eq!(sightings(world, 2), [None, None]);
}

/// Each of several subscribers gets each Will.
#[test]
fn the_same_wills_for_two_subscribers() {
    let mut world = World::default();
    world.packet(101, C, "100e00044d5154540502003c00 00017a");
    world.quiet(101, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
    world.packet(100, C, "100e00044d5154540502003c00 000162");
    world.quiet(100, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
    same_will(&mut world, 0);
    same_will(&mut world, 1);
    world.closes(0, C);
    // Both at once.
    for stream in [100, 101] {
        world.seconds -= 1;
        world.quiet(stream, &[(S, SENT)]);
    }
    world.closes(1, C);
    assert!(misses(&mut world));
    assert_eq!(sightings(world, 2), [Some((14, Some(0))), None]);
}

/// A server may know of an end before the capture shows it.
#[test]
fn a_will_that_comes_before_the_end_is_seen() {
    let mut world = same_wills(1);
    world.quiet(100, &[(S, SENT)]);
    world.seconds -= 1;
    world.closes(0, C);
    assert!(!misses(&mut world));
    // As the one before, in the same instant.
    assert_eq!(sightings(world, 1), [Some((7, Some(0)))]);

    let mut world = same_wills(1);
    world.quiet(100, &[(S, SENT)]);
    world.closes(0, C);
    assert!(!misses(&mut world));
    assert_eq!(sightings(world, 1), [Some((7, None))]);
}

/// The server knows of each end before the capture shows it.
#[test]
fn the_same_wills_before_their_ends() {
    let mut world = same_wills(2);
    world.waits(10);
    // #9 to #12, all in the same second.
    for stream in 0..2 {
        world.quiet(100, &[(S, SENT)]);
        world.seconds -= 1;
        world.closes(stream, C);
        world.seconds -= 1;
    }
    assert!(!misses(&mut world));
    assert_eq!(sightings(world, 2), [Some((9, Some(0))), Some((11, Some(0)))]);

    // The one before is sent twice, to two subscriptions of the same client.
    let mut world = same_wills(2);
    world.closes(0, C);
    world.quiet(100, &[(S, SENT), (S, SENT)]);
    world.closes(1, C);
    world.seconds -= 1;
    world.quiet(100, &[(S, SENT)]);
    assert_eq!(sightings(world, 2), [Some((10, Some(1))), Some((13, Some(0)))]);

    // Late, but there is nobody else whose it can be.
    let mut world = same_wills(1);
    world.closes(0, C);
    world.waits(10);
    world.quiet(100, &[(S, SENT)]);
    assert_eq!(sightings(world, 1), [Some((8, Some(11)))]);
}
