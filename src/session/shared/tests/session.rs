//! What a session keeps for its next connection, and what is judged over it.

use super::*;

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
        world.finds(1, S, PRESENT, &[Rule::SESSION_UNEXPLAINED]);
        let mut world = World::default();
        world.session(0, connect, ACCEPTED);
        world.seconds += later;
        world.quiet(1, &[(C, RESUMES), (S, ACCEPTED)]);
    }

    // Nothing can have been in between where the server ended the one for the other.
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    world.packet(1, C, RESUMES);
    world.closes(0, S);
    world.finds(1, S, PRESENT, &[Rule::SESSION_REVIVED]);

    // Of a client that was never seen nothing is known.
    let mut world = World::default();
    world.quiet(0, &[(C, RESUMES), (S, PRESENT)]);
}

/// 3.1 has no Session Present: its place is reserved, and 0.
#[test]
fn nothing_says_in_3_1_whether_a_session_is_there() {
    // Clean Session 0.
    let connect = "100f00064d51497364700300003c000161";
    let mut world = World::default();
    world.session(0, connect, "20020000");
    world.quiet(1, &[(C, connect), (S, "20020000")]);
    let connect = "100d00044d5154540400003c000161";
    let mut world = World::default();
    world.session(0, connect, "20020000");
    world.quiet(1, &[(C, connect)]);
    world.finds(1, S, "20020000", &[Rule::SESSION_LOST]);
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

    // Under its identifier another message may wait, of a connection that is not there.
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, publish)]);
    world.goes_on(false);
    let (rules, facts) = world.packet(1, C, "3c0700016100070079");
    assert_eq!((rules, facts.repeats), (Vec::new(), None));
}

/// In a new session nothing is sent again that is of the old one (5.0: 3.1.2-4 and 3.2.2-5; 3.1.1: 3.1.2-6).
/// Before 5.0 a client that asked for the old one may go on with what it has kept.
#[test]
fn what_is_of_an_old_session() {
    let (clean, keeps) = ("100d00044d5154540402003c000161", "100d00044d5154540400003c000161");
    let (one, two, pubrec, pubrel) =
        ("320700016100070078", "340700016100070078", "50020007", "62020007");
    let (again_one, again_two) = ("3a0700016100070078", "3c0700016100070078");
    let v3 =
        |packet: &str| format!("{}06{}", &packet[..2], packet[4..].replacen("000700", "0007", 1));
    let old = [Rule::OLD_SESSION_RESENT];
    for (connects, accepted, is_v5, found) in [
        ([LASTS, NEW], ACCEPTED, true, &old[..]),
        ([LASTS, RESUMES], ACCEPTED, true, &old),
        ([keeps, clean], "20020000", false, &old),
        ([keeps, keeps], "20020000", false, &[]),
    ] {
        let hex = |packet: &str| if is_v5 { packet.to_owned() } else { v3(packet) };
        for (before, again) in [
            (&[(C, one)][..], again_one),
            (&[(C, two)], again_two),
            (&[(C, two), (S, pubrec)], pubrel),
            (&[(C, two), (S, pubrec), (C, pubrel)], pubrel),
        ] {
            let hex = |packet: &str| match packet.starts_with('3') {
                true => hex(packet),
                false => packet.to_owned(),
            };
            let mut world = World::default();
            world.quiet(0, &[(C, connects[0]), (S, accepted)]);
            for (sender, packet) in before {
                world.finds(0, *sender, &hex(packet), &[]);
            }
            world.closes(0, C);
            world.packet(1, C, connects[1]);
            world.packet(1, S, accepted);
            world.finds(1, C, &hex(again), found);
        }
    }
    // Of what the capture does not show the new session says enough where there is nothing else to go on with.
    for (connect, found) in
        [(NEW, &[Rule::DUP_WITHOUT_FIRST]), (RESUMES, &[Rule::DUP_WITHOUT_FIRST])]
    {
        let mut world = World::default();
        world.quiet(0, &[(C, connect), (S, ACCEPTED)]);
        world.finds(0, C, again_one, found);
    }
}

/// An identifier is in use until the last acknowledgment, over all connections of the session (5.0: 2.2.1-3).
#[test]
fn an_identifier_that_an_earlier_connection_left_in_use() {
    let (two, pubrec, pubrel) = ("340700016100070078", "50020007", "62020007");
    let (next, dup) = ("320700016100070079", "3a0700016100070079");
    for (takes_over, rule) in [(true, Rule::ID_IN_USE), (false, Rule::ID_IN_USE_UNSEEN)] {
        let start = || {
            let mut world = World::default();
            world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, two), (S, pubrec), (C, pubrel)]);
            world.goes_on(takes_over);
            world
        };
        start().finds(1, C, next, &[rule]);
        // That it was sent before says that there was a connection in between.
        start().finds(1, C, dup, &[]);
        // Its PUBREL is sent again here, so that it is in use whatever was in between.
        let mut world = start();
        world.quiet(1, &[(C, pubrel)]);
        world.finds(1, C, next, &[Rule::ID_IN_USE]);
    }
}

/// What goes on in the next connection is sent again with DUP 1, by either side (3.3.1-1).
#[test]
fn what_is_sent_again_without_dup() {
    let back = |packet: &str, other: &str, takes_over: bool| {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, packet)]);
        world.goes_on(takes_over);
        world.packet(1, C, other).0
    };
    let again = |packet: &str, other: &str| back(packet, other, true);
    for (first, dup, other) in [
        ("320700016100070078", "3a0700016100070078", "320700016100070079"),
        ("340700016100070078", "3c0700016100070078", "340700016100070079"),
    ] {
        assert_eq!(again(first, first), [Rule::RESENT_WITHOUT_DUP]);
        // It may have been acknowledged on a connection that is not there, and this be a new one.
        assert_eq!(back(first, first, false), [Rule::SAME_WITHOUT_DUP]);
        assert_eq!(again(first, dup), []);
        // Another message, whose identifier is in use.
        assert_eq!(again(first, other), [Rule::ID_IN_USE]);
        assert_eq!(back(first, other, false), [Rule::ID_IN_USE_UNSEEN]);
    }
    let mut world = World::default();
    let subscribe = [(C, "820700010000016101"), (S, "900400010001")];
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
    world.quiet(0, &subscribe);
    world.quiet(0, &[(S, "320700016100070078")]);
    world.goes_on(true);
    world.finds(1, S, "320700016100070078", &[Rule::RESENT_WITHOUT_DUP]);
    // In a new session it is a new message.
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, "320700016100070078")]);
    world.closes(0, C);
    world.quiet(1, &[(C, NEW), (S, ACCEPTED), (C, "320700016100070078")]);
}

/// A PUBLISH that is sent again though its PUBREL was sent (5.0: 4.3.3-6, 3.1.1: 4.3.3-1): what answers it is
/// right.
#[test]
fn a_message_comes_again_after_its_pubrel() {
    let (pubrec, pubrel, pubcomp) = ("50020007", "62020007", "70020007");
    // Clean Session 0.
    let old = ("100d00044d5154540400003c000161", "20020000", "20020100");
    let new = (RESUMES, ACCEPTED, PRESENT);
    let v3 = ("340600016100 0778", "3c0600016100 0778");
    let v5 = ("340700016100070078", "3c0700016100070078");
    for ((connect, accepted, present), (publish, again)) in [(old, v3), (new, v5)] {
        for (sender, takes_over) in [(C, true), (C, false), (S, true), (S, false)] {
            let peer = sender.other();
            let mut world = World::default();
            let subscribes = match connect == RESUMES {
                true => [(C, "820700010000016102"), (S, "900400010002")],
                false => [(C, "82060001000161 02"), (S, "9003000102")],
            };
            world.quiet(0, &[(C, connect), (S, accepted)]);
            world.quiet(0, &subscribes);
            world.quiet(0, &[(sender, publish), (peer, pubrec), (sender, pubrel)]);
            if !takes_over {
                world.closes(0, C);
            }
            world.packet(1, C, connect);
            if takes_over {
                world.closes(0, S);
            }
            world.packet(1, S, present);
            let rule = match takes_over {
                true => Rule::PUBLISH_AFTER_PUBREL,
                false => Rule::PUBLISH_AFTER_PUBREL_UNSEEN,
            };
            world.finds(1, sender, again, &[rule]);
            let last = world.number;
            let answered = |(rules, facts): (Vec<Rule>, Facts<'_>)| {
                (rules, facts.answers.map(|asked| asked.at.number))
            };
            assert_eq!(answered(world.packet(1, peer, pubrec)), (Vec::new(), Some(last)));
            assert_eq!(answered(world.packet(1, sender, pubrel)), (Vec::new(), Some(last + 1)));
            assert_eq!(answered(world.packet(1, peer, pubcomp)), (Vec::new(), Some(last + 2)));
        }
    }
}

/// 5.0 and 3.1.1: section 4.4. What a client has not had acknowledged it sends again when it comes back.
#[test]
fn what_is_not_sent_again() {
    let (one, again) = ("320700016100070078", "3a0700016100070078");
    let left = |packets: &[(Sender, &str)], wait: i64, takes_over: bool| {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, one)]);
        world.goes_on(takes_over);
        world.quiet(1, packets);
        world.waits(wait);
        world.packet(1, C, LEAVES).0
    };
    let back = |packets: &[(Sender, &str)], wait: i64| left(packets, wait, true);
    // It may have done so on a connection that is not there.
    assert_eq!(left(&[], 10, false), [Rule::RESENT_UNSEEN]);
    assert_eq!(back(&[], 10), [Rule::NOT_RESENT]);
    // It had no time to.
    assert_eq!(back(&[], 1), []);
    assert_eq!(back(&[(C, again), (S, "40020007")], 10), []);
    // The server has answered what came on the connection before.
    assert_eq!(back(&[(S, "40020007")], 10), []);
}

#[test]
fn what_is_sent_again_keeps_its_order() {
    let start = |again: [&str; 2]| {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
        world.quiet(0, &[(C, "320700016100070078"), (C, "320700016100080079")]);
        world.goes_on(true);
        world.quiet(1, &[(C, again[0])]);
        world.packet(1, C, again[1]).0
    };
    let (first, second) = ("3a0700016100070078", "3a0700016100080079");
    assert_eq!(start([first, second]), []);
    assert_eq!(start([second, first]), [Rule::RESENT_ORDER]);
}

#[test]
fn subscriptions_last_as_long_as_the_session() {
    let subscribe = "820700010000017801";
    let deliver = ["3005 000178 0079", "3005 000179 0079"];
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, subscribe), (S, "900400010001")]);
    world.goes_on(true);
    world.quiet(1, &[(S, deliver[0])]);
    world.finds(1, S, deliver[1], &[Rule::NO_SUBSCRIPTION]);
    // On a connection that is not there it may have subscribed to more.
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, subscribe), (S, "900400010001")]);
    world.goes_on(false);
    let (rules, facts) = world.packet(1, S, deliver[0]);
    assert_eq!((rules, facts.filter), (Vec::new(), None));
    world.quiet(1, &[(S, deliver[1])]);
    // Where the session began before the capture, nothing is said.
    let mut world = World::default();
    world.quiet(0, &[(C, RESUMES), (S, PRESENT), (S, deliver[1])]);
}

/// However many exchanges are open, the session goes on with what is remembered.
#[test]
fn what_many_open_exchanges_leave_of_a_session() {
    for (count, forgotten) in [(64_u16, 0_u16), (65, 0), (1_024, 0), (1_030, 6)] {
        let mut world = World { is_still: true, ..World::default() };
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
        world.quiet(0, &[(C, "820700010000017801"), (S, "900400010001")]);
        for id in 1..=count {
            world.packet(0, S, &format!("32070001 78 {id:04x} 00 79"));
        }
        world.goes_on(true);
        for id in 1..=count {
            let (rules, facts) = world.packet(1, S, &format!("3a070001 78 {id:04x} 00 79"));
            assert_eq!((rules, facts.repeats.is_some()), (Vec::new(), id <= count - forgotten));
        }
        world.finds(1, S, "3005 000179 0079", &[Rule::NO_SUBSCRIPTION]);
        assert_eq!(world.end()[0].open_forgotten, u64::from(forgotten));
    }
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

/// The first control character alone can be why a server ends the connection: the others were taken.
#[test]
fn what_was_taken_once_is_not_held_against_the_next() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    for _ in 0..3 {
        world.any_packet(0, C, "3005 0002 6101 00");
    }
    let ended = world.end().remove(0);
    let broke: Vec<_> = ended.wire.client_broke.iter().map(|it| (it.rule, it.at.number)).collect();
    assert_eq!(broke, [(Rule::TEXT_CONTROL, 3)]);
}
