//! Copies that come lower, twice, late or not at all.

use super::*;

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

/// QoS 2 is taken with its PUBCOMP, QoS 0 where the server answers what came behind it, or passes it on.
#[test]
fn messages_of_other_qos_that_do_not_come() {
    let missed = |packets: &[(u64, Sender, &str)]| {
        let mut world = World::default();
        for (stream, connect) in [(0, NEW), (2, "100e00044d5154540502003c00 000163")] {
            world.packet(stream, C, connect);
            world.quiet(stream, &[(S, ACCEPTED), (C, "820700010000017702"), (S, "900400010002")]);
        }
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED)]);
        let at = world.seconds;
        for (stream, sender, hex) in packets {
            // All within a second.
            world.seconds = at;
            world.packet(*stream, *sender, hex);
        }
        world.seconds += 10;
        world.quiet(0, &[(C, "c000")]);
        let (rules, _) = world.packet(0, S, "d000");
        let all = world.end();
        assert_eq!(rules.len() as u64, all[0].missed_count);
        rules
    };
    let two =
        [(1, C, "340700017700070078"), (1, S, "50020007"), (1, C, "62020007"), (1, S, "70020007")];
    assert_eq!(missed(&two), [Rule::COPY_MISSED]);
    for count in 1..4 {
        assert_eq!(missed(&two[..count]), []);
    }
    let refused = [two[0], (1, S, "5003000787")];
    assert_eq!(missed(&refused), []);
    let done =
        [(0, S, "340700017700010078"), (0, C, "50020001"), (0, S, "62020001"), (0, C, "70020001")];
    assert_eq!(missed(&[&two[..], &done].concat()), []);
    // It may be passed on before the PUBCOMP.
    assert_eq!(missed(&[&two[..3], &done, &two[3..]].concat()), []);
    let zero = (1, C, "300500017700 78");
    assert_eq!(missed(&[zero]), []);
    assert_eq!(missed(&[zero, (1, C, "c000"), (1, S, "d000")]), [Rule::COPY_LOST]);
    assert_eq!(missed(&[(1, C, "c000"), zero, (1, S, "d000")]), []);
    let copy = |stream| (stream, S, "300500017700 78");
    assert_eq!(missed(&[zero, copy(2)]), [Rule::COPY_LOST]);
    assert_eq!(missed(&[zero, copy(2), copy(0)]), []);
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

/// What is published while a client is away comes when it is back: it is neither missed nor doubled.
#[test]
fn what_waits_for_a_client_is_not_missed() {
    let leaves: [fn(&mut World); 3] = [
        |world| world.quiet(0, &[(C, LEAVES)]),
        |world| world.ends(0, C, Close::Fin),
        |world| world.closes(0, C),
    ];
    for leaves in leaves {
        for (publish, ack) in [("320700017700070078", "40020007"), ("300500017700 78", "d000")] {
            let mut world = World::default();
            let subscribe = [(C, "820700010000017701"), (S, "900400010001")];
            world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
            world.quiet(0, &subscribe);
            world.packet(1, C, "100e00044d5154540502003c00 000162");
            world.quiet(1, &[(S, ACCEPTED)]);
            leaves(&mut world);
            world.quiet(1, &[(C, publish), (C, "c000"), (S, ack)]);
            world.seconds += 20;
            world.quiet(2, &[(C, RESUMES), (S, PRESENT), (S, "320700017700010078")]);
            world.quiet(2, &[(C, "40020001")]);
            world.seconds += 20;
            world.quiet(2, &[(C, "c000"), (S, "d000")]);
            let all = world.end();
            let counts: Vec<_> = all.iter().map(|it| (it.missed_count, it.doubled_count)).collect();
            assert_eq!(counts, [(0, 0); 3]);
        }
    }
}

/// A message of QoS 1 that is sent again is a new one for a server that has acknowledged it (4.3.2): both of
/// its copies are due. One of QoS 2 is not.
#[test]
fn copies_of_what_was_sent_again() {
    for (first, again, expected) in [
        ("320600017700 0778", "3a0600017700 0778", 0),
        ("340600017700 0778", "3c0600017700 0778", 1),
    ] {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017700")]);
        world.quiet(0, &[(S, "900400010000")]);
        world.packet(1, C, "100d00044d5154540402003c 000162");
        world.quiet(1, &[(S, "20020000"), (C, first)]);
        let copy = "300500017700 78";
        world.quiet(0, &[(S, copy)]);
        world.finds(1, C, again, &[Rule::RETRIED]);
        world.quiet(0, &[(S, copy)]);
        assert_eq!(world.end()[0].doubled_count, expected, "{first}");
    }
}

/// Equal messages shortly after each other: a copy is told from the others where those had come before its
/// message was published.
#[test]
fn copies_of_equal_messages() {
    let publish = ["320700017700010078", "320700017700020078"];
    let acked = [[(C, publish[0]), (S, "40020001")], [(C, publish[1]), (S, "40020002")]];
    let copy = "300500017700 78";
    let of = |in_turn: bool| {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED), (C, "820700010000017700")]);
        world.quiet(0, &[(S, "900400010000")]);
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED)]);
        // All in half a second, by the clock of the capture.
        world.is_still = true;
        world.quiet(1, &acked[0]);
        let first = if in_turn { world.packet(0, S, copy).1 } else { Facts::default() };
        world.quiet(1, &acked[1]);
        let second = world.packet(0, S, copy).1;
        [first, second].map(|facts| (facts.copy_of.map(|it| it.at.number), facts.lowered_from))
    };
    assert_eq!(of(true), [(Some(7), Some(1)), (Some(10), Some(1))]);
    assert_eq!(of(false)[1], (None, None));
}

/// A bridge of 3.1.1, by the bit 0x80 of its level, gets no message back that it has brought, as mosquitto
/// takes its subscriptions for such with No Local. Others get theirs.
#[test]
fn a_bridge_gets_none_of_its_own() {
    let missed = |level: &str, is_kept: bool| {
        let connect = |level: &str, clean: &str, id: &str| {
            format!("100d 0004 4d515454 {level} {clean} 003c 0001 {id}")
        };
        let (subscribe, suback) = ("8206 0001 0001 77 01", "9003 0001 01");
        let mut world = World::default();
        world.packet(0, C, &connect(level, "00", "61"));
        world.quiet(0, &[(S, "20020000"), (C, subscribe), (S, suback)]);
        if is_kept {
            world.closes(0, C);
            world.packet(2, C, &connect(level, "00", "61"));
            world.quiet(2, &[(S, "20020100")]);
        }
        let bridge = if is_kept { 2 } else { 0 };
        world.packet(1, C, &connect("04", "02", "62"));
        world.quiet(1, &[(S, "20020000"), (C, subscribe), (S, suback)]);
        world.quiet(bridge, &[(C, "3206 0001 77 0007 78"), (S, "40020007")]);
        world.seconds += 10;
        world.quiet(1, &[(C, "c000")]);
        let all = world.end();
        [bridge as usize, 1].map(|stream| all[stream].missed_count)
    };
    for is_kept in [false, true] {
        assert_eq!(missed("84", is_kept), [0, 1]);
        assert_eq!(missed("04", is_kept), [1, 1]);
    }
}
