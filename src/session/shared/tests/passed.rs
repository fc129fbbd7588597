//! What a server makes of messages on their way, by hand: each rule has a case that breaks it and a
//! near one that does not.

use super::World;
use crate::spec::{Rule, Sender};

const C: Sender = Sender::Client;
const S: Sender = Sender::Server;
const ACCEPTED: &str = "2003000000";
const ACCEPTED_V3: &str = "20020000";

/// A packet: its first byte and what follows on the Remaining Length.
fn packet(first: u8, rest: &[u8]) -> String {
    let len = u8::try_from(rest.len()).unwrap();
    assert!(len < 0x80);
    hex::encode([&[first, len], rest].concat())
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

/// A CONNECT with User Name, of this version and with a Will where its flags say so.
fn connect(version: u8, id: &str, flags: u8, will: &[u8]) -> String {
    let head = [&text("MQTT")[..], &[version, flags | 0x82, 0, 60]].concat();
    let properties: &[u8] = if version == 5 { &[0] } else { &[] };
    packet(0x10, &[&head, properties, &text(id), will, &text("user")].concat())
}

fn subscribe(version: u8, filter: &str, options: u8) -> String {
    let properties: &[u8] = if version == 5 { &[0] } else { &[] };
    packet(0x82, &[&[0, 1], properties, &text(filter), &[options]].concat())
}

fn suback(version: u8, code: u8) -> String {
    let properties: &[u8] = if version == 5 { &[0] } else { &[] };
    packet(0x90, &[&[0, 1], properties, &[code]].concat())
}

/// A PUBLISH of 5.0 to `x`; of QoS 0 where there is no identifier.
fn publish(flags: u8, id: Option<u8>, properties: &[u8], payload: &str) -> String {
    let id: Vec<u8> = id.map(|id| vec![0, id]).unwrap_or_default();
    let len = [properties.len() as u8];
    packet(0x30 | flags, &[&text("x")[..], &id, &len, properties, payload.as_bytes()].concat())
}

fn old(flags: u8, payload: &str) -> String {
    packet(0x30 | flags, &[&text("x")[..], payload.as_bytes()].concat())
}

/// A subscriber (stream 0) and a publisher (stream 1) of a version.
fn world(version: u8, filter: &str, options: u8) -> World {
    let mut world = World::default();
    let accepted = if version == 5 { ACCEPTED } else { ACCEPTED_V3 };
    for (stream, id) in [(0, "sub"), (1, "pub")] {
        world.quiet(stream, &[(C, &connect(version, id, 0, &[])), (S, accepted)]);
    }
    let (ask, grant) = (subscribe(version, filter, options), suback(version, options & 3));
    world.quiet(0, &[(C, &ask), (S, &grant)]);
    world
}

/// What is found on the copy with these properties of a message with those.
fn copied(own: &[u8], copy: &[u8]) -> Vec<Rule> {
    let mut world = world(5, "x", 0);
    world.quiet(1, &[(C, &publish(0, None, own, "hi"))]);
    world.packet(0, S, &publish(0, None, copy, "hi")).0
}

const FORMAT: &[u8] = &[1, 1];
const RESPONSE: &[u8] = &[8, 0, 1, b'r'];
const CORRELATION: &[u8] = &[9, 0, 2, 1, 2];
const CONTENT: &[u8] = &[3, 0, 1, b't'];
const USER_A: &[u8] = &[38, 0, 1, b'a', 0, 1, b'1'];
const USER_B: &[u8] = &[38, 0, 1, b'b', 0, 1, b'2'];

#[test]
fn properties_are_passed_on() {
    for property in [FORMAT, RESPONSE, CORRELATION, CONTENT, USER_A] {
        assert_eq!(copied(property, property), [], "{property:?}");
        assert_eq!(copied(property, &[]), [Rule::NOT_PASSED_ON], "{property:?}");
        // What the server adds is not told.
        assert_eq!(copied(&[], property), [], "{property:?}");
    }
    assert_eq!(copied(CORRELATION, &[9, 0, 2, 1, 3]), [Rule::NOT_PASSED_ON]);
    let both = [USER_A, USER_B].concat();
    assert_eq!(copied(&both, &both), []);
    assert_eq!(copied(&both, USER_A), [Rule::NOT_PASSED_ON]);
    assert_eq!(copied(&both, &[USER_B, USER_A].concat()), [Rule::USER_PROPERTIES_ORDER]);
    // The order of other properties tells nothing.
    assert_eq!(copied(&[FORMAT, CONTENT].concat(), &[CONTENT, FORMAT].concat()), []);
}

/// Two messages of one topic and payload that differ in their properties: whose copy it is cannot
/// be told.
#[test]
fn messages_that_look_the_same_are_not_judged() {
    let mut world = world(5, "x", 0);
    world.quiet(1, &[(C, &publish(0, None, FORMAT, "hi"))]);
    world.waits(3);
    world.quiet(1, &[(C, &publish(0, None, CONTENT, "hi"))]);
    world.quiet(0, &[(S, &publish(0, None, FORMAT, "hi")), (S, &publish(0, None, CONTENT, "hi"))]);
}

#[test]
fn what_comes_late_may_be_of_somebody_else() {
    let mut world = world(5, "x", 0);
    world.quiet(1, &[(C, &publish(0, None, FORMAT, "hi"))]);
    world.waits(60);
    world.quiet(0, &[(S, &publish(0, None, &[], "hi"))]);
}

#[test]
fn message_expiry_shrinks() {
    let expiry = |seconds: u8| [2, 0, 0, 0, seconds];
    // The copy comes a second after.
    assert_eq!(copied(&expiry(60), &expiry(59)), []);
    assert_eq!(copied(&expiry(60), &expiry(60)), []);
    assert_eq!(copied(&expiry(60), &expiry(90)), [Rule::EXPIRY_NOT_LESS]);
    assert_eq!(copied(&expiry(60), &[]), [Rule::NOT_PASSED_ON]);
    // A retained message for a client that comes 20 s later.
    for (left, expected) in [(40, vec![]), (60, vec![Rule::EXPIRY_NOT_LESS])] {
        let mut world = World::default();
        world.quiet(1, &[(C, &connect(5, "pub", 0, &[])), (S, ACCEPTED)]);
        world.quiet(1, &[(C, &publish(1, None, &expiry(60), "hi"))]);
        world.waits(16);
        world.quiet(0, &[(C, &connect(5, "sub", 0, &[])), (S, ACCEPTED)]);
        world.quiet(0, &[(C, &subscribe(5, "x", 0)), (S, &suback(5, 0))]);
        world.finds(0, S, &publish(1, None, &expiry(left), "hi"), &expected);
    }
}

/// Of what has expired there is no Message Expiry Interval left, and it may have been on its way before
/// (3.3.2-5).
#[test]
fn a_message_that_had_expired() {
    let expiry = |seconds: u8| [2, 0, 0, 0, seconds];
    for (own, left, waits, expected) in [
        (60, None, 0, vec![Rule::NOT_PASSED_ON]),
        (1, Some(1), 0, vec![]),
        (1, None, 1, vec![]),
        (1, Some(1), 1, vec![]),
        (3, Some(1), 1, vec![]),
    ] {
        let mut world = world(5, "x", 0);
        world.quiet(1, &[(C, &publish(0, None, &expiry(own), "hi"))]);
        world.waits(waits);
        let left: Vec<u8> = left.map(expiry).into_iter().flatten().collect();
        world.finds(0, S, &publish(0, None, &left, "hi"), &expected);
    }
}

#[test]
fn retain_as_published() {
    for (options, copy, expected) in [
        (0b1000, 1, vec![]),
        (0b1000, 0, vec![Rule::NOT_AS_PUBLISHED]),
        (0, 0, vec![]),
        (0, 1, vec![Rule::NEW_AS_RETAINED]),
    ] {
        let mut world = world(5, "x", options);
        world.waits(10);
        world.quiet(1, &[(C, &publish(1, None, &[], "hi"))]);
        world.finds(0, S, &publish(copy, None, &[], "hi"), &expected);
    }
    // RETAIN on a message that was published without it.
    let mut world = self::world(5, "x", 0b1000);
    world.waits(10);
    world.quiet(1, &[(C, &publish(0, None, &[], "hi"))]);
    world.finds(0, S, &publish(1, None, &[], "hi"), &[Rule::NOT_AS_PUBLISHED]);
}

#[test]
fn a_new_message_is_not_a_retained_one() {
    let mut world = world(4, "x", 0);
    // It may be the one that was kept from before the subscription.
    world.quiet(1, &[(C, &old(1, "hi"))]);
    world.quiet(0, &[(S, &old(1, "hi"))]);
    world.waits(10);
    world.quiet(1, &[(C, &old(1, "ho"))]);
    world.finds(0, S, &old(1, "ho"), &[Rule::NEW_AS_RETAINED]);
    world.finds(0, S, &old(1, ""), &[Rule::EMPTY_RETAINED]);
    world.finds(0, S, &old(0, ""), &[]);
}

#[test]
fn an_empty_message_is_kept_by_nobody() {
    let mut world = world(5, "x", 0);
    world.finds(0, S, &publish(1, None, &[], ""), &[Rule::EMPTY_RETAINED]);
    let mut world = self::world(5, "x", 0b1000);
    world.finds(0, S, &publish(1, None, &[], ""), &[]);
}

#[test]
fn no_local() {
    for (options, expected) in [(0b100, vec![Rule::OWN_DELIVERED]), (0, vec![])] {
        let mut world = world(5, "x", options);
        world.quiet(0, &[(C, &publish(0, None, &[], "hi"))]);
        world.finds(0, S, &publish(0, None, &[], "hi"), &expected);
        // A message of somebody else.
        world.quiet(1, &[(C, &publish(0, None, &[], "ho"))]);
        world.quiet(0, &[(S, &publish(0, None, &[], "ho"))]);
    }
}

#[test]
fn nothing_new_after_unsubscribe() {
    let mut world = world(5, "x", 0);
    let ask = packet(0xa2, &[&[0, 2, 0], &text("x")[..]].concat());
    world.quiet(0, &[(C, &ask), (S, "b00400020000")]);
    // It may have been on its way.
    world.quiet(1, &[(C, &publish(0, None, &[], "hi"))]);
    let found = world.packet(0, S, &publish(0, None, &[], "hi")).0;
    assert_eq!(found, [Rule::AFTER_UNSUBSCRIBE]);
    // Asked for again.
    world.quiet(0, &[(C, &subscribe(5, "x", 0)), (S, &suback(5, 0))]);
    world.quiet(1, &[(C, &publish(0, None, &[], "ho"))]);
    world.quiet(0, &[(S, &publish(0, None, &[], "ho"))]);
}

#[test]
fn messages_of_a_topic_keep_their_order() {
    let all: Vec<String> = ["1", "2", "3"].iter().map(|it| publish(0, None, &[], it)).collect();
    let mut world = world(5, "x", 0);
    world.quiet(1, &[(C, &all[0]), (C, &all[1]), (C, &all[2])]);
    world.quiet(0, &[(S, &all[0]), (S, &all[2])]);
    world.finds(0, S, &all[1], &[Rule::OUT_OF_ORDER]);
}

/// A copy of each has come: one more is of somebody else.
#[test]
fn one_more_than_was_published_is_of_somebody_else() {
    let all: Vec<String> = ["off", "on"].iter().map(|it| publish(0, None, &[], it)).collect();
    let mut world = world(5, "x", 0);
    world.quiet(1, &[(C, &all[0]), (C, &all[1])]);
    world.quiet(0, &[(S, &all[0]), (S, &all[1]), (S, &all[0])]);
    let mut world = self::world(5, "x", 0);
    world.quiet(1, &[(C, &publish(0, None, FORMAT, "off"))]);
    world.quiet(0, &[(S, &publish(0, None, FORMAT, "off")), (S, &publish(0, None, &[], "off"))]);
    // The copy of a retained message, for a subscription with Retain As Published.
    let mut world = self::world(5, "x", 0b1000);
    world.waits(10);
    world.quiet(1, &[(C, &publish(1, None, &[], "off"))]);
    world.quiet(0, &[(S, &publish(1, None, &[], "off")), (S, &publish(0, None, &[], "off"))]);
}

/// Somebody publishes whom the capture does not show, or a part of what a client sent is missing: what looks
/// like a message that was seen may be another one.
#[test]
fn strangers_publish_the_same() {
    let message = publish(0, None, FORMAT, "off");
    let (copy, other) = (publish(0, None, &[], "off"), publish(0, None, &[], "on"));
    let mut world = world(5, "x", 0);
    world.quiet(0, &[(S, &other)]);
    world.quiet(1, &[(C, &message)]);
    world.quiet(0, &[(S, &copy)]);
    // What was kept, and what the server tells of itself, no stranger has published just now.
    let sys = packet(0x30, &[&text("$SYS/x")[..], &[0, b'1']].concat());
    for known in [publish(1, None, &[], "on"), sys] {
        let mut world = self::world(5, "x", 0);
        world.packet(0, S, &known);
        world.quiet(1, &[(C, &message)]);
        world.finds(0, S, &copy, &[Rule::NOT_PASSED_ON]);
    }
    // A hole on the side of the client, or of the server.
    for (lost, expected) in [(C, vec![]), (S, vec![Rule::NOT_PASSED_ON])] {
        let mut world = self::world(5, "x", 0);
        world.quiet(2, &[(C, &connect(5, "torn", 0, &[])), (S, ACCEPTED)]);
        world.loses(2, lost);
        world.quiet(1, &[(C, &message)]);
        world.finds(0, S, &copy, &expected);
    }
}

/// A Will with Will Retain, seen by a subscription with Retain As Published.
#[test]
fn a_will_goes_out_as_it_was_left() {
    let will = |properties: &[u8]| {
        [&[properties.len() as u8], properties, &text("x"), &text("gone")].concat()
    };
    let both = [USER_A, USER_B].concat();
    for (own, flags, copy, expected) in [
        (&both[..], 0x24, publish(1, None, &both, "gone"), vec![]),
        (&[], 0x24, publish(0, None, &[], "gone"), vec![Rule::NOT_AS_PUBLISHED]),
        (&[], 0x04, publish(1, None, &[], "gone"), vec![Rule::NOT_AS_PUBLISHED]),
        (
            &both,
            0x04,
            publish(0, None, &[USER_B, USER_A].concat(), "gone"),
            vec![Rule::USER_PROPERTIES_ORDER],
        ),
        (FORMAT, 0x04, publish(0, None, &[], "gone"), vec![Rule::NOT_PASSED_ON]),
    ] {
        let mut world = self::world(5, "x", 0b1000);
        world.quiet(2, &[(C, &connect(5, "dies", flags, &will(own))), (S, ACCEPTED)]);
        world.waits(10);
        world.closes(2, C);
        world.finds(0, S, &copy, &expected);
    }
}

#[test]
fn what_a_member_refuses_goes_to_no_other() {
    for (code, expected) in [(0x97, vec![Rule::REFUSED_ELSEWHERE]), (0, vec![])] {
        let mut world = world(5, "$share/g/x", 1);
        world.quiet(2, &[(C, &connect(5, "other", 0, &[])), (S, ACCEPTED)]);
        world.quiet(2, &[(C, &subscribe(5, "$share/g/x", 1)), (S, &suback(5, 1))]);
        let message = publish(2, Some(7), &[], "hi");
        world.quiet(1, &[(C, &message), (S, "40020007")]);
        world.quiet(0, &[(S, &message)]);
        world.quiet(0, &[(C, &packet(0x40, &[0, 7, code, 0]))]);
        world.finds(2, S, &message, &expected);
    }
}

/// What the server has refused it passes on to nobody: what looks the same is of somebody else.
#[test]
fn what_is_refused_has_no_copies() {
    for (code, expected) in [(0x87, vec![]), (0, vec![Rule::NOT_PASSED_ON])] {
        let mut world = world(5, "x", 0);
        world.quiet(1, &[(C, &publish(2, Some(7), FORMAT, "hi"))]);
        world.quiet(1, &[(S, &packet(0x40, &[0, 7, code, 0]))]);
        world.finds(0, S, &publish(0, None, &[], "hi"), &expected);
    }
}

/// The time of a Will runs from when it is published: its Will Delay Interval does not count.
#[test]
fn a_will_that_is_delayed_expires_later() {
    let head =
        [&text("MQTT")[..], &[5, 0xa6, 0, 60], &[5, 17, 0, 0, 0, 90], &text("dies")].concat();
    let will = [&[10, 24, 0, 0, 0, 20, 2, 0, 0, 0, 30], &text("x")[..], &text("gone")].concat();
    for (left, expected) in [(28, vec![]), (60, vec![Rule::EXPIRY_NOT_LESS])] {
        let mut world = World::default();
        let connect_dies = packet(0x10, &[&head[..], &will, &text("user")].concat());
        world.quiet(2, &[(C, &connect_dies), (S, ACCEPTED)]);
        world.closes(2, C);
        world.quiet(0, &[(C, &connect(5, "sub", 0, &[])), (S, ACCEPTED)]);
        world.quiet(0, &[(C, &subscribe(5, "x", 0)), (S, &suback(5, 0))]);
        world.waits(17);
        world.finds(0, S, &publish(1, None, &[2, 0, 0, 0, left], "gone"), &expected);
    }
}
