//! What a DISCONNECT does, and what it does not, by hand: to the Will and to the session.

use super::wills::delayed_will;
use super::*;
use crate::session::ended::{Found, Lasts};
use crate::session::wire::Tcp;
use crate::session::{Certainty, Why};
use crate::spec::PacketType;

/// Clean Start, a Will of topic `w`; the same in 3.1.1 and 3.1. The client is `a`.
const WILL: &str = "101500044d5154540506003c00 000161 00 000177 000178";
const WILL_V311: &str = "101300044d5154540406003c 000161 000177 000178";
const WILL_V31: &str = "101500064d514973647003 06003c 000161 000177 000178";
/// A PUBLISH of 5.0, and of 3.x, to the topic `x/#`.
const WILD: &str = "3007 0003782f23 00 61";
const WILD_V3: &str = "3006 0003782f23 61";

/// A connection with a Will on which the client sends these packets, and the server those; its server
/// closes.
fn left(connect: &str, client: &[&str], server: &[&str]) -> Ended {
    let mut world = World::default();
    world.any_packet(0, C, connect);
    world.any_packet(0, S, if connect == WILL { ACCEPTED } else { "20020000" });
    for hex in client {
        world.any_packet(0, C, hex);
    }
    for hex in server {
        world.any_packet(0, S, hex);
    }
    world.closes(0, S);
    world.end().remove(0)
}

/// What became of the Will, and how certain that is.
fn fate(connect: &str, client: &[&str], server: &[&str]) -> (&'static str, Certainty) {
    let ended = left(connect, client, server);
    let name = match ended.will.as_ref().unwrap().fate {
        Fate::Discarded(_) => "discarded",
        Fate::Asked(_) => "asked",
        Fate::Due(_) => "due",
        Fate::Doubtful(_) => "doubtful",
        _ => "?",
    };
    (name, ended.will_certainty())
}

use Certainty::{Likely, Possible, Proven};

#[test]
fn only_a_disconnect_of_0x00_discards_the_will() {
    assert_eq!(fate(WILL, &["e000"], &[]), ("discarded", Proven));
    assert_eq!(fate(WILL, &["e0020000"], &[]), ("discarded", Proven));
    assert_eq!(fate(WILL_V311, &["e000"], &[]), ("discarded", Proven));
    assert_eq!(fate(WILL, &["e00104"], &[]), ("asked", Proven));
    for code in ["80", "81", "82", "93", "98"] {
        assert_eq!(fate(WILL, &[&format!("e001{code}")], &[]), ("due", Proven), "{code}");
    }
    // These are no codes of a client; a server may not look at them.
    assert_eq!(fate(WILL, &["e00101"], &[]), ("due", Possible));
    assert_eq!(fate(WILL, &["e0018b"], &[]), ("due", Possible));
}

#[test]
fn a_disconnect_that_is_not_legal_discards_nothing() {
    assert_eq!(fate(WILL, &["e100"], &[]), ("due", Likely));
    assert_eq!(fate(WILL, &["e003000000"], &[]), ("due", Likely));
    assert_eq!(fate(WILL_V311, &["e100"], &[]), ("due", Likely));
    assert_eq!(fate(WILL_V311, &["e00100"], &[]), ("due", Likely));
    let why = |ended: Ended| ended.from_client.disconnect.unwrap().void.unwrap().why;
    assert_eq!(why(left(WILL, &["e100"], &[])), Why::Illegal(Rule::HEADER_FLAGS));
    // The server says that it did not take it, whatever it was.
    assert_eq!(fate(WILL, &["e100"], &["e00181"]), ("due", Proven));
    assert_eq!(fate(WILL, &["e000"], &["e00182"]), ("due", Likely));
    assert_eq!(why(left(WILL, &["e000"], &["e00182"])), Why::Rejected);
    // A server that leaves in order, too, has nothing against it.
    assert_eq!(fate(WILL, &["e000"], &["e000"]), ("discarded", Proven));
}

#[test]
fn a_session_that_ends_with_its_connection_cannot_be_made_to_last() {
    let raised = "e007 00 05 1100000064";
    let mut world = World::default();
    world.any_packet(0, C, WILL);
    world.any_packet(0, S, ACCEPTED);
    world.finds(0, C, raised, &[Rule::SESSION_EXPIRY_RAISED]);
    assert_eq!(fate(WILL, &[raised], &[]), ("due", Likely));
    assert_eq!(fate(WILL, &[raised], &["e00182"]), ("due", Proven));
    assert_eq!(left(WILL, &[raised], &[]).session_lasts(), Some(Lasts::No));
    // 0 changes nothing; one that lasts may be made longer or shorter.
    assert_eq!(fate(WILL, &["e007 00 05 1100000000"], &[]), ("discarded", Proven));
    for (disconnect, lasts) in [
        ("e007 00 05 1100000064", Lasts::Seconds(100)),
        ("e007 00 05 1100000000", Lasts::No),
        ("e007 00 05 11ffffffff", Lasts::Ever),
        ("e000", Lasts::Seconds(7)),
    ] {
        let mut world = World::default();
        world.any_packet(0, C, &delayed_will("06", 0, 7));
        world.quiet(0, &[(S, ACCEPTED), (C, disconnect)]);
        world.closes(0, C);
        let ended = world.end().remove(0);
        assert_eq!(ended.session_lasts(), Some(lasts), "{disconnect}");
        assert!(matches!(ended.will.unwrap().fate, Fate::Discarded(_)));
    }
}

#[test]
fn a_disconnect_behind_a_packet_that_ends_the_connection() {
    assert_eq!(fate(WILL, &[WILD, "e000"], &[]), ("doubtful", Possible));
    assert_eq!(fate(WILL_V311, &[WILD_V3, "e000"], &[]), ("doubtful", Possible));
    assert_eq!(fate(WILL, &[WILD, "e000"], &["e00182"]), ("due", Proven));
    assert_eq!(fate(WILL, &[WILD, "e00104"], &[]), ("asked", Proven));
    // In 3.1 nothing says that it is to be closed for that.
    assert_eq!(fate(WILL_V31, &[WILD_V3, "e000"], &[]), ("discarded", Proven));
    // The server goes on behind it, or for long.
    let mut world = World::default();
    world.any_packet(0, C, WILL);
    world.any_packet(0, S, ACCEPTED);
    world.any_packet(0, C, WILD);
    world.quiet(0, &[(C, "c000"), (S, "d000"), (C, "e000")]);
    world.closes(0, S);
    assert!(matches!(world.end()[0].will.as_ref().unwrap().fate, Fate::Discarded(_)));
    let mut world = World::default();
    world.any_packet(0, C, WILL);
    world.any_packet(0, S, ACCEPTED);
    world.any_packet(0, C, WILD);
    world.waits(10);
    world.quiet(0, &[(C, "e000")]);
    world.closes(0, S);
    assert!(matches!(world.end()[0].will.as_ref().unwrap().fate, Fate::Discarded(_)));
}

#[test]
fn a_disconnect_that_comes_too_late() {
    let mut world = World::default();
    world.any_packet(0, C, WILL);
    world.quiet(0, &[(S, ACCEPTED), (S, "e0018b"), (C, "e000")]);
    world.closes(0, S);
    let ended = world.end().remove(0);
    assert!(matches!(ended.will.as_ref().unwrap().fate, Fate::Due(_)));
    assert_eq!(ended.from_client.disconnect.unwrap().void.unwrap().why, Why::Late);
}

/// A connection with a Will, to which another client subscribes: its client sends these packets, and its
/// server closes.
fn watched(client: &[&str]) -> World {
    let mut world = World::default();
    world.packet(1, C, "100e00044d5154540502003c00 000162");
    world.quiet(1, &[(S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
    world.any_packet(0, C, WILL);
    world.any_packet(0, S, ACCEPTED);
    for hex in client {
        world.any_packet(0, C, hex);
    }
    world.closes(0, S);
    world
}

/// Where a doubtful Will is seen going out, it was due.
#[test]
fn a_doubtful_will_that_is_seen() {
    for client in [&[WILD, "e000"][..], &["e100"], &["e00101"]] {
        let mut world = watched(client);
        world.quiet(1, &[(S, "3005 000177 0078")]);
        let ended = world.told.remove(0);
        assert!(matches!(ended.will.as_ref().unwrap().fate, Fate::Due(_)), "{client:?}");
        assert_eq!(ended.will_certainty(), Proven);
        assert!(ended.will.unwrap().seen.is_some());
    }
}

/// A subscriber misses no Will of which it is not certain that it is due.
#[test]
fn a_doubtful_will_is_not_missed() {
    for (client, is_missed) in [
        (&[WILD, "e000"][..], false),
        (&["e100"], false),
        (&["e00101"], false),
        (&["e00180"], true),
    ] {
        let mut world = watched(client);
        world.waits(10);
        world.quiet(1, &[(C, "c000")]);
        let (rules, _) = world.packet(1, S, "d000");
        assert_eq!(rules.contains(&Rule::WILL_MISSED), is_missed, "{client:?}");
    }
}

/// A Will is due with the CONNECT with which its session ends, and whoever misses it then may have a
/// server that drops it (MQTT-3.1.2-8).
#[test]
fn a_will_delay_that_the_session_does_not_outlive() {
    let due = |again: &str, connack: &str, wait: i64| {
        let mut world = World::default();
        world.packet(0, C, &delayed_will("06", 60, 100));
        world.quiet(0, &[(S, ACCEPTED)]);
        world.closes(0, C);
        world.waits(wait);
        world.packet(1, C, again);
        world.packet(1, S, connack);
        let will = world.end().remove(0).will.unwrap();
        (matches!(will.fate, Fate::Due(_)), will.session_ended.map(|at| at.number))
    };
    let (clean, resumes) = (
        "101300044d5154540502003c051100000064 000161",
        "101300044d5154540500003c051100000064 000161",
    );
    assert_eq!(due(clean, ACCEPTED, 10), (true, Some(4)));
    // The server does not have the session any more.
    assert_eq!(due(resumes, ACCEPTED, 10), (true, Some(4)));
    assert_eq!(due(resumes, PRESENT, 10), (false, None));
    assert_eq!(due(clean, ACCEPTED, 80), (true, None));
}

/// The client leaves a session of 100 s, or of none.
#[test]
fn what_a_client_finds_that_is_back() {
    let found = |expiry: u8, again: &str, connack: &str, wait: i64| {
        let mut world = World::default();
        world.packet(0, C, &delayed_will("06", 0, expiry));
        world.quiet(0, &[(S, ACCEPTED), (C, "e000")]);
        world.closes(0, C);
        world.waits(wait);
        world.packet(1, C, again);
        world.packet(1, S, connack);
        let back = world.end()[1].returns.unwrap();
        assert_eq!((back.stream, back.left.number), (0, 3));
        assert_eq!(back.away, Some((wait as u64 + 3) * 1_000_000_000));
        (back.lasts, back.found)
    };
    let (clean, resumes) = (
        "101300044d5154540502003c051100000064 000161",
        "101300044d5154540500003c051100000064 000161",
    );
    assert_eq!(found(100, resumes, PRESENT, 10), (Lasts::Seconds(100), Found::Resumed));
    assert_eq!(found(100, clean, ACCEPTED, 10), (Lasts::Seconds(100), Found::New));
    assert_eq!(found(100, resumes, ACCEPTED, 10), (Lasts::Seconds(100), Found::Missing));
    assert_eq!(found(100, resumes, ACCEPTED, 110), (Lasts::Seconds(100), Found::Over));
    assert_eq!(found(0, resumes, ACCEPTED, 10), (Lasts::No, Found::Over));
}

/// A connection whose CONNECT was not captured may have been of the client: its session may be what that left.
#[test]
fn nobody_knows_who_was_back_without_a_name() {
    for nameless in [false, true] {
        let mut world = World::default();
        world.session(0, LASTS, ACCEPTED);
        if nameless {
            world.packet(2, S, ACCEPTED);
        }
        world.packet(1, C, RESUMES);
        let lost: &[Rule] = if nameless { &[] } else { &[Rule::SESSION_LOST] };
        world.finds(1, S, ACCEPTED, lost);
        let back = world.end()[1].returns;
        assert_eq!(back.is_some(), !nameless, "{back:?}");
    }
}

/// Who has an empty Client Identifier gets a unique one (3.1.1: section 3.1.3.1): the session of another client is not its.
#[test]
fn who_asks_without_a_name_is_nobody_who_has_left() {
    for (connect, accepted) in [
        ("100c00044d5154540402003c 0000", "20020000"),
        ("100d00044d5154540502003c00 0000", ACCEPTED),
    ] {
        let mut world = World::default();
        world.session(0, LASTS, ACCEPTED);
        world.any_packet(2, C, connect);
        world.any_packet(2, S, accepted);
        world.packet(1, C, RESUMES);
        world.finds(1, S, ACCEPTED, &[Rule::SESSION_LOST]);
        let ended = world.end();
        assert!(ended.iter().any(|ended| ended.returns.is_some()), "{connect}");
    }
}

/// Clients publish to topics that the session of an absent one has subscribed to.
#[test]
fn what_comes_in_while_a_client_is_away() {
    let waited = |subscribe: &str, granted: &str, publish: &[&str], delivered: &[&str]| {
        let mut world = World::default();
        world.packet(0, C, &delayed_will("06", 0, 100));
        world.quiet(0, &[(S, ACCEPTED), (C, subscribe), (S, granted), (C, "e000")]);
        world.closes(0, C);
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED)]);
        for hex in publish {
            world.packet(1, C, hex);
        }
        world.packet(2, C, "101300044d5154540500003c051100000064 000161");
        world.packet(2, S, PRESENT);
        // What comes now comes to the client.
        world.packet(1, C, "3208 000178 0009 00 6161");
        for hex in delivered {
            world.packet(2, S, hex);
        }
        let back = world.end()[2].returns.unwrap();
        (back.waited, back.came)
    };
    let (exact, wild) = ("820700010000017801", "820700010000012b02");
    let (one, two) = ("900400010001", "900400010002");
    // QoS 1 to x, the same again with DUP, QoS 0 to x, QoS 2 to y.
    let publish =
        ["3206 000178 0001 00", "3a06 000178 0001 00", "3004 000178 00", "3406 000179 0002 00"];
    let (x, y) = ("3206 000178 0001 00", "3406 000179 0002 00");
    assert_eq!(waited(exact, one, &publish, &[]), (Some(1), Some(0)));
    assert_eq!(waited(exact, one, &publish, &[x]), (Some(1), Some(1)));
    assert_eq!(waited(wild, two, &publish, &[y]), (Some(2), Some(1)));
    // What was published later is none of them.
    assert_eq!(
        waited(wild, two, &publish, &["3208 000178 0003 00 6161", y, x]),
        (Some(2), Some(2))
    );
    // A session gets nothing of QoS 0 that it was not there for.
    let none = "820700010000017800";
    assert_eq!(waited(none, "900400010000", &publish, &[]), (Some(0), None));
}

/// Its server ends the connection before the CONNACK of the next one: nobody was away.
#[test]
fn who_is_thrown_out_was_not_away() {
    let mut world = World::default();
    world.quiet(0, &[(C, LASTS), (S, ACCEPTED)]);
    world.packet(1, C, RESUMES);
    world.closes(0, S);
    world.packet(1, S, PRESENT);
    let ended = world.end();
    let back = ended.iter().find(|ended| ended.stream == Some(1)).unwrap();
    assert!(back.took_over.is_some() && back.returns.is_none(), "{:?}", back.returns);
}

/// The client says DISCONNECT and closes; what its server answers finds nobody, so that the server need
/// not read as far as the DISCONNECT.
#[test]
fn a_disconnect_of_a_client_that_is_gone() {
    let fate = |answered: bool, server_first: bool, comes: bool| {
        let mut world = World::default();
        world.packet(1, C, "100e00044d5154540502003c00 000162");
        world.quiet(1, &[(S, ACCEPTED), (C, "820700010000017701"), (S, "900400010001")]);
        world.quiet(0, &[(C, WILL), (S, ACCEPTED)]);
        // In the same second.
        for packet in ["320700017800010079", "320700017800020079", "e000"] {
            world.seconds -= 1;
            world.quiet(0, &[(C, packet)]);
        }
        for sender in [C, S] {
            world.seconds -= 1;
            world.ends(0, sender, Close::Fin);
        }
        world.any_packet(0, S, "40020001");
        if answered {
            world.any_packet(0, S, "40020002");
        }
        let at = world.at();
        if comes {
            world.quiet(1, &[(S, "3005 000177 0078")]);
        }
        let mut ended = world.connections.remove(&0).unwrap().end(&mut world.shared);
        let finish = |at: At| {
            let place = crate::stream::Place { time: at.time, frame: at.frame };
            Some(crate::stream::Finish { place, ..Default::default() })
        };
        let mut tcp = Tcp::default();
        (tcp.client.segments, tcp.server.segments) = (9, 9);
        tcp.client.rst = finish(at);
        tcp.server.fin = finish(at).filter(|_| server_first);
        ended.wire.tcp = Some(tcp);
        world.shared.ended(ended);
        let ended = world.end().remove(0);
        let why = ended.from_client.disconnect.as_ref().and_then(|left| left.void);
        let certainty = ended.will_certainty();
        (ended.will.unwrap().fate, why.map(|void| void.why), certainty)
    };
    let (is, why, certainty) = fate(false, false, false);
    assert!(matches!((is, certainty), (Fate::Doubtful(_), Possible)), "{is:?} {certainty:?}");
    assert!(matches!(why, Some(Why::Reset(PacketType::PUBLISH, _))), "{why:?}");
    let (is, _, certainty) = fate(false, false, true);
    assert!(matches!((is, certainty), (Fate::Due(_), Proven)), "{is:?} {certainty:?}");
    // The server had come to the DISCONNECT, or closed because of it.
    assert!(matches!(fate(true, false, true), (Fate::Discarded(_), None, Proven)));
    assert!(matches!(fate(false, true, true), (Fate::Discarded(_), None, Proven)));
}
