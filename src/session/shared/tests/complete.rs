//! What is said of something that is not there, where the capture may lack it.

use super::*;

const SUBSCRIBER: [(Sender, &str); 4] =
    [(C, LASTS), (S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")];
const COPY: &str = "300500017700 78";

/// A publisher `b` on stream 5.
fn publisher(world: &mut World) {
    world.packet(5, C, "100e00044d5154540502003c00 000162");
    world.quiet(5, &[(S, ACCEPTED)]);
}

/// A message for a subscription of an earlier connection does not come: between the two the client may have
/// given up the subscription, unless the server ended the first for the second.
#[test]
fn a_subscription_may_have_ended_unseen() {
    for (takes_over, rules) in [(true, &[Rule::COPY_MISSED][..]), (false, &[])] {
        let mut world = World::default();
        world.quiet(0, &SUBSCRIBER);
        publisher(&mut world);
        world.goes_on(takes_over);
        world.quiet(5, &[(C, "320700017700070078"), (S, "40020007")]);
        world.seconds += 10;
        world.quiet(1, &[(C, "c000")]);
        world.finds(1, S, "d000", rules);
        let all = world.end();
        let missed = &all[1].missed;
        assert_eq!(missed.len(), 1, "{takes_over}");
        assert_eq!(missed[0].is_doubted, !takes_over);
    }
}

/// A Will that waits is not published when its client comes back in time, which the capture may lack.
#[test]
fn a_client_may_have_come_back_unseen() {
    for (delay, rules) in [(0, &[Rule::WILL_MISSED][..]), (3, &[])] {
        let mut world = World::default();
        world.quiet(1, &[(C, "100e00044d5154540502003c00 000162"), (S, ACCEPTED)]);
        world.quiet(1, &[(C, "820700010000017701"), (S, "900400010001")]);
        world.packet(0, C, &super::wills::delayed_will("06", delay, 100));
        world.quiet(0, &[(S, ACCEPTED)]);
        world.closes(0, C);
        world.seconds += 20;
        world.quiet(1, &[(C, "c000")]);
        world.finds(1, S, "d000", rules);
        let all = world.end();
        let missed = all[1].missed.iter().map(|missed| missed.is_doubted);
        assert_eq!(missed.collect::<Vec<_>>(), [delay > 0]);
    }
}

/// A PUBLISH that stood behind a hole is told when that is given up: its copies were told before.
#[test]
fn what_is_told_late_had_its_copies_before() {
    let missed = |is_late: bool| {
        let mut world = World::default();
        world.quiet(0, &SUBSCRIBER);
        publisher(&mut world);
        if is_late {
            world.quiet(0, &[(S, COPY)]);
            world.seconds -= 2;
        }
        world.quiet(5, &[(C, "320700017700070078"), (S, "40020007")]);
        world.seconds += 10;
        world.packet(0, C, "c000");
        world.packet(0, S, "d000");
        world.end()[0].missed_count
    };
    assert_eq!((missed(false), missed(true)), (1, 0));
}

/// What shows that somebody is unseen, and how many copies are too many then.
type Unseen = (fn(&mut World), u64);

/// A copy too many is of somebody else where a part of a publisher is missing, whenever that shows.
#[test]
fn a_copy_too_many_may_be_of_somebody_unseen() {
    let unseen: [Unseen; 5] = [
        (|_| {}, 1),
        (|world| world.loses(5, C), 0),
        (|world| world.loses(5, S), 1),
        // A message from nowhere.
        (|world| world.quiet(0, &[(S, "300500017700 79")]), 0),
        // A connection of which the server's direction alone was captured.
        (|world| drop(world.packet(6, S, ACCEPTED)), 0),
    ];
    for (nth, (unseen, count)) in unseen.into_iter().enumerate() {
        let mut world = World::default();
        world.quiet(0, &SUBSCRIBER);
        publisher(&mut world);
        world.quiet(5, &[(C, COPY)]);
        world.quiet(0, &[(S, COPY), (S, COPY)]);
        unseen(&mut world);
        assert_eq!(world.end()[0].doubled_count, count, "{nth}");
    }
}

/// A subscription of an earlier connection has this Subscription Identifier, or one in between that is missing.
#[test]
fn a_subscription_identifier_may_have_come_unseen() {
    let named = "82090001 020b01 00017701";
    let delivered = "3007 000177 020b09 78";
    for (takes_over, rules) in [(true, &[Rule::SUBSCRIPTION_ID_UNKNOWN][..]), (false, &[])] {
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED), (C, named), (S, "900400010001")]);
        world.goes_on(takes_over);
        world.finds(1, S, delivered, rules);
    }
}

/// Nothing was captured of the subscriber's connection since: its frames may be missing, and the copy in them.
#[test]
fn a_connection_of_which_nothing_more_was_captured() {
    for (later, count) in [(-1, 0), (30, 1)] {
        let mut world = World::default();
        world.quiet(0, &SUBSCRIBER);
        publisher(&mut world);
        world.quiet(5, &[(C, "320700017700070078"), (S, "40020007")]);
        let due = world.seconds - 1;
        world.seconds += 20;
        world.quiet(5, &[(C, "c000"), (S, "d000")]);
        let mut ended = world.connections.remove(&0).unwrap().end(&mut world.shared);
        let mut tcp = crate::session::wire::Tcp::default();
        tcp.last.time = Some((due + later) * 1_000_000_000);
        ended.wire.tcp = Some(tcp);
        world.shared.ended(ended);
        assert_eq!(world.end()[0].missed_count, count);
    }
}

/// What is acknowledged may have been sent on a connection before the capture, or one that it lacks.
#[test]
fn what_is_acknowledged_may_have_come_unseen() {
    for ack in ["40020007", "50020007", "70020007"] {
        let mut world = World::default();
        world.quiet(0, &[(C, RESUMES), (S, PRESENT), (C, ack)]);
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
        world.goes_on(false);
        world.quiet(1, &[(C, ack)]);
        let mut world = World::default();
        world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
        world.goes_on(true);
        world.finds(1, C, ack, &[Rule::ACK_UNASKED]);
    }
    // No session keeps a SUBSCRIBE.
    let mut world = World::default();
    world.quiet(0, &[(C, RESUMES), (S, PRESENT)]);
    world.finds(0, S, "900400070001", &[Rule::ACK_UNASKED]);
}

/// A hole before a PUBLISH may show when the subscriber, and its copies, were told.
#[test]
fn a_copy_too_many_waits_for_holes_that_show_later() {
    for (is_lost, count) in [(false, 1), (true, 0)] {
        let mut world = World::default();
        world.quiet(0, &SUBSCRIBER);
        publisher(&mut world);
        world.quiet(5, &[(C, COPY)]);
        world.quiet(0, &[(S, COPY), (S, COPY), (C, LEAVES)]);
        world.closes(0, C);
        if is_lost {
            world.loses(5, C);
        }
        let doubled = world.end().iter().map(|ended| ended.doubled_count).sum::<u64>();
        assert_eq!(doubled, count);
    }
}
