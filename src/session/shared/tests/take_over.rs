//! Clients that throw each other out, and clients that come back.

use super::*;
use crate::session::ended::Lasts;

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

/// What becomes of a session whose client has another connection by then (5.0: sections 3.1.2.4 and 3.1.4).
#[test]
fn the_session_of_a_connection_that_was_taken_over() {
    let new = "101300044d5154540502003c051100000064 000161";
    for (connect, connack, lasts) in
        [(new, ACCEPTED, Some(Lasts::No)), (RESUMES, PRESENT, None), (RESUMES, ACCEPTED, None)]
    {
        for is_first in [true, false] {
            let mut world = World::default();
            world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
            world.packet(1, C, connect);
            if is_first {
                world.closes(0, S);
            }
            world.packet(1, S, connack);
            if !is_first {
                world.closes(0, S);
            }
            world.quiet(1, &[(C, LEAVES)]);
            world.closes(1, C);
            let all = world.end();
            let expected = [lasts, Some(Lasts::Seconds(100))];
            assert_eq!([all[0].session_lasts(), all[1].session_lasts()], expected);
        }
    }
}

/// Whether a client is connected already that no server was seen to accept is not known: where one direction
/// was captured it may have left by then.
#[test]
fn who_was_not_seen_accepted_is_not_connected() {
    let mut world = World::default();
    world.quiet(0, &[(C, NEW)]);
    world.quiet(1, &[(C, NEW), (S, ACCEPTED)]);
    world.finds(2, C, NEW, &[Rule::TAKES_OVER]);
}

/// A client connects and takes over from the one before it; the third that does breaks these rules, too.
fn takes_over(world: &mut World, stream: u64, rules: &[Rule]) {
    let war = if stream < 3 { &[] } else { rules };
    world.finds(stream, C, NEW, &[&[Rule::TAKES_OVER], war].concat());
    world.quiet(stream, &[(S, ACCEPTED)]);
}

#[test]
fn a_war_is_more_than_two_take_overs() {
    for (has_two_hosts, rule) in [(true, Rule::WAR), (false, Rule::TAKEN_OVER_AGAIN)] {
        let mut world = World { has_two_hosts, ..World::default() };
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        for stream in 1..6 {
            takes_over(&mut world, stream, &[rule]);
            world.closes(stream - 1, S);
        }
        // Long after, it is none.
        world.seconds += 3_600;
        world.finds(6, C, NEW, &[Rule::TAKES_OVER]);
        let all = world.end();
        let (war, reconnects) = (all[5].war, all[5].reconnects);
        assert_eq!(war.or(reconnects).unwrap().count, 5);
        // From one address it may be one client that connects before it closes.
        assert_eq!((war.is_some(), reconnects.is_some()), (has_two_hosts, !has_two_hosts));
    }
}

/// A proxy closes its side when the server has, whoever is behind it: where several clients come from an
/// address, that is no sign of a second one. But two addresses in turn, one at once behind the other, are.
#[test]
fn what_closes_for_several_clients_shows_no_second_one() {
    let in_turn = [0, 1, 2, 3];
    for (others, streams, seconds, rule) in [
        (&[][..], in_turn, 0, Rule::WAR),
        (&[10, 11], in_turn, 0, Rule::WAR),
        // One client that comes back when it has missed its connection for a while.
        (&[], in_turn, 60, Rule::WAR),
        (&[10, 11], in_turn, 60, Rule::TAKEN_OVER_AGAIN),
        // From the same address again: it may go any way.
        (&[10, 11], [0, 1, 3, 4], 0, Rule::TAKEN_OVER_AGAIN),
    ] {
        let mut world = World { has_two_hosts: true, ..World::default() };
        for stream in others {
            world.quiet(*stream, &[(C, "100e00044d5154540502003c00 000162"), (S, ACCEPTED)]);
            world.closes(*stream, C);
        }
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        for (nth, pair) in streams.windows(2).enumerate() {
            world.waits(seconds);
            let war = if nth < 2 { &[][..] } else { &[rule] };
            world.finds(pair[1], C, NEW, &[&[Rule::TAKES_OVER], war].concat());
            world.quiet(pair[1], &[(S, ACCEPTED)]);
            world.closes(pair[0], S);
        }
    }
}

/// Addresses in turn, of which one has nobody any more who answers: a client that goes to and fro.
#[test]
fn addresses_in_turn_of_which_one_is_silent_are_no_war() {
    let mut world = World { has_two_hosts: true, ..World::default() };
    for stream in [10, 11] {
        world.quiet(stream, &[(C, "100e00044d5154540502003c00 000162"), (S, ACCEPTED)]);
        world.closes(stream, C);
    }
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    for stream in 1..8 {
        let (rules, _) = world.packet(stream, C, NEW);
        assert!(!rules.contains(&Rule::WAR), "{stream}");
        world.quiet(stream, &[(S, ACCEPTED)]);
        match stream {
            1 => world.closes(stream - 1, S),
            _ => world.ends(stream - 1, S, Close::Fin),
        }
    }
}

/// One client that goes from one network to another and back: on the way that is lost nobody answers.
#[test]
fn one_address_that_answers_is_no_war() {
    let mut world = World { has_two_hosts: true, ..World::default() };
    world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
    for stream in 1..8 {
        let (rules, _) = world.packet(stream, C, NEW);
        assert!(!rules.contains(&Rule::WAR), "{stream}");
        world.quiet(stream, &[(S, ACCEPTED)]);
        match stream % 2 {
            0 => world.closes(stream - 1, S),
            _ => world.ends(stream - 1, S, Close::Fin),
        }
    }
}

/// Two clients behind one address: who was thrown out goes on as long as the server lets it. What was
/// on its way comes once, and who says DISCONNECT cleans up.
#[test]
fn who_goes_on_is_another_one() {
    for (says, rules) in [
        (&["c000", "c000"][..], &[Rule::WAR][..]),
        (&["c000"], &[Rule::TAKEN_OVER_AGAIN]),
        // The server may as well know its clients by something else, and end none for the other.
        (&["e000"], &[]),
    ] {
        let mut world = World::default();
        world.quiet(0, &[(C, NEW), (S, ACCEPTED)]);
        for stream in 1..4 {
            takes_over(&mut world, stream, rules);
            for packet in says {
                world.packet(stream - 1, C, packet);
            }
            world.closes(stream - 1, S);
        }
    }
}

/// Who has said that it leaves, or has closed, is not thrown out, though the other side of TCP is open.
#[test]
fn who_has_left_is_not_taken_over() {
    let start = |connect: &str| {
        let mut world = World::default();
        world.quiet(0, &[(C, connect), (S, ACCEPTED)]);
        world
    };
    let leaves: [fn(&mut World); 4] = [
        |world| world.quiet(0, &[(C, LEAVES)]),
        |world| world.ends(0, C, Close::Fin),
        |world| world.ends(0, C, Close::Rst),
        |world| world.ends(0, S, Close::Fin),
    ];
    for leaves in leaves {
        let mut world = start(NEW);
        leaves(&mut world);
        world.quiet(1, &[(C, RESUMES)]);
        world.finds(1, S, PRESENT, &[Rule::SESSION_UNEXPLAINED]);
        assert_eq!(world.end()[0].taken_over_by, None);
        let mut world = start(LASTS);
        leaves(&mut world);
        world.quiet(1, &[(C, RESUMES), (S, PRESENT)]);
    }
    // The server says that there was another one, whose CONNECT the capture shows late.
    let mut world = start(NEW);
    world.quiet(0, &[(S, "e0028e00")]);
    world.finds(1, C, NEW, &[Rule::TAKES_OVER]);
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
        let closed = Closed { how: Close::Fin, at: world.at(), proof: Proof::default() };
        let old = world.connections.get_mut(&(stream - 1)).unwrap();
        old.closed(S, closed, &mut world.shared);
        // At best the host says that it knows nothing of it.
        if stream % 2 == 0 {
            let closed = Closed { how: Close::Rst, at: world.at(), proof: Proof::default() };
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

/// A capture on both sides of what rewrites source addresses shows each connection twice.
#[test]
fn a_connection_that_is_seen_twice_is_no_take_over() {
    let mut world = World { has_two_hosts: true, ..World::default() };
    for stream in [0, 2, 4, 6] {
        world.quiet(stream, &[(C, NEW)]);
        // At once, and with the same Sequence Number, which is the number of the packet here.
        world.seconds -= 1;
        world.number -= 1;
        world.quiet(stream + 1, &[(C, NEW), (S, ACCEPTED)]);
        world.seconds -= 1;
        world.quiet(stream, &[(S, ACCEPTED), (C, LEAVES)]);
        world.closes(stream, C);
        world.quiet(stream + 1, &[(C, LEAVES)]);
        world.closes(stream + 1, C);
    }
    assert!(world.end().iter().all(|ended| ended.took_over.is_none()));
}

/// The second capture is of a host whose clock is half a second behind: its part comes when the client
/// has a new connection already.
#[test]
fn a_connection_that_is_seen_again_late_is_no_take_over() {
    let mut world = World { has_two_hosts: true, is_still: true, ..World::default() };
    for stream in [0, 2, 4, 6] {
        world.quiet(stream, &[(C, NEW), (S, ACCEPTED), (C, LEAVES)]);
        world.closes(stream, C);
    }
    for (stream, number) in [(1, 0), (3, 4), (5, 8), (7, 12)] {
        world.number = number;
        world.quiet(stream, &[(C, NEW), (S, ACCEPTED)]);
    }
    assert!(world.end().iter().all(|ended| ended.took_over.is_none()));
}
