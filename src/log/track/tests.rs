//! Logs by hand: each verdict has one that shows it and a near one that does not.

use super::*;
use crate::log::{LogReader, Read};

fn tracked(log: &str) -> LogTrack {
    let (mut reader, mut track) = (LogReader::default(), LogTrack::default());
    for line in log.lines() {
        if let Read::Entry(entry) = reader.line(line) {
            track.entry(&entry);
        }
    }
    track
}

fn found(log: &str) -> Vec<(&'static str, String, u64)> {
    let found = tracked(log).finish().into_iter();
    found.map(|found| (found.verdict.info().id, found.client, found.count)).collect()
}

#[test]
fn two_take_overs_are_no_war_and_three_between_two_addresses_are() {
    let took = |address: &str| {
        format!(
            "100000000: Client a already connected, closing old connection.\n\
             100000000: New client connected from {address}:4000 as a (p2, c1, k60).\n"
        )
    };
    let (here, there) = (took("10.0.0.1"), took("10.0.0.2"));
    assert_eq!(found(&[here.clone(), there.clone()].concat()), [("taken-over", "a".into(), 2)]);
    assert_eq!(
        found(&[here.clone(), there, here.clone()].concat()),
        [("take-over-war", "a".into(), 3)]
    );
    // One device that comes back looks the same from one address.
    assert_eq!(found(&here.repeat(3)), [("taken-over", "a".into(), 3)]);
}

#[test]
fn an_exchange_is_open_until_its_last_step() {
    let steps = [
        "Received PUBLISH from a (d0, q2, r0, m1, 't', ... (1 bytes))",
        "Sending PUBREC to a (m1, rc0)",
        "Received PUBREL from a (Mid: 1)",
        "Sending PUBCOMP to a (m1)",
    ];
    let closed = "\nClient a closed its connection.";
    for count in 1..4 {
        let log = steps[..count].join("\n") + closed;
        assert_eq!(found(&log)[1..], [("qos-2-open", "a".into(), 1)]);
    }
    assert_eq!(found(&(steps.join("\n") + closed)).len(), 1);
    // The identifiers of the broker are others.
    let other = steps[..3].join("\n") + "\nReceived PUBCOMP from a (Mid: 1, RC:0)" + closed;
    assert_eq!(found(&other)[1..], [("qos-2-open", "a".into(), 1)]);
}

/// A log that ends while the client is there does not tell what comes.
#[test]
fn a_log_that_ends_is_no_end_of_a_connection() {
    let publish = "New client connected from 1.2.3.4:5 as a (p2, c1, k60).\n\
                   Received PUBLISH from a (d0, q1, r0, m1, 't', ... (1 bytes))\n";
    for (behind, id) in [
        ("", "under-way"),
        ("Client a disconnected.", "qos-1-open"),
        ("Received DISCONNECT from a", "qos-1-open"),
        ("mosquitto version 2.0.11 terminating", "qos-1-open"),
        ("mosquitto version 2.0.11 starting", "qos-1-open"),
        ("New client connected from 1.2.3.4:6 as a (p2, c1, k60).", "qos-1-open"),
        ("New client connected from 1.2.3.4:6 as a (p2, c0, k60).", "under-way"),
    ] {
        assert_eq!(found(&format!("{publish}{behind}")), [(id, "a".into(), 1)], "{behind}");
    }
}

/// What is sent again is a matter of the session: in 5.0 no line tells how long that lasts.
#[test]
fn a_message_is_sent_again_where_its_session_is_kept() {
    for (version, clean, says) in [
        ("p2, ", 0, "goes on when the client comes back"),
        ("p2, ", 1, "does not go on"),
        ("p4, ", 1, "does not go on"),
        ("", 0, "goes on when the client comes back"),
        ("", 1, "does not go on"),
        ("p5, ", 0, "which no line tells"),
        ("p5, ", 1, "which no line tells"),
    ] {
        // Before 1.6 the line has neither the version nor the port.
        let port = if version.is_empty() { "" } else { ":5" };
        let log = format!(
            "New client connected from 1.2.3.4{port} as a ({version}c{clean}, k60).\n\
             Sending PUBLISH to a (d0, q1, r0, m1, 't', ... (1 bytes))\nClient a disconnected."
        );
        let found = tracked(&log).finish().remove(0);
        assert_eq!(found.verdict, Verdict::QOS_1_OPEN);
        assert!(found.what.contains(says), "{version}{clean}: {}", found.what);
    }
}

#[test]
fn who_broke_a_connection_is_told_where_the_log_says_it() {
    let what = |log: &str| {
        let found = tracked(log).finish().remove(0);
        (found.verdict, found.what)
    };
    let (verdict, left_open) = what("Bad socket read/write on client a, disconnecting.");
    assert_eq!(verdict, Verdict::SOCKET_FAILED);
    assert!(left_open.contains("does not say who"), "{left_open}");
    let (_, said) = what("Bad socket read/write on client a: Connection reset by peer");
    assert!(said.starts_with("Connection reset by peer: an RST came from the client's"), "{said}");
    // Some reasons are the broker's own.
    let (verdict, _) =
        what("Bad socket read/write on client a: Requested QoS not supported on server.");
    assert_eq!(verdict, Verdict::LIMIT);
    let (verdict, _) =
        what("Bad socket read/write on client a: Duplicate property in property list");
    assert_eq!(verdict, Verdict::MALFORMED);
    let (_, lost) = what("Bad socket read/write on client a: Success");
    let (_, in_packet) = what("Client a disconnected: Success.");
    assert!(in_packet.contains("in the middle of a packet"), "{in_packet}");
    let (_, reset) = what("Client a disconnected: Connection reset by peer.");
    assert!(reset.contains("an RST came"), "{reset}");
    assert!(lost.contains("does not say which side"), "{lost}");
    let (verdict, _) = what("Socket error on client a, disconnecting.");
    assert_eq!(verdict, Verdict::SOCKET_FAILED);
    let (verdict, _) = what("Client a closed its connection.");
    assert_eq!(verdict, Verdict::CLOSED);
    // 1.4 writes two lines where a client was silent for too long.
    let both =
        "Client a has exceeded timeout, disconnecting.\nSocket error on client a, disconnecting.";
    assert_eq!(found(both), [("keep-alive", "a".into(), 1)]);
}

/// 3.1.1, table 3.1: 2 is an identifier rejected, 4 a bad user name or password, 5 not authorized.
#[test]
fn refusals_with_other_codes_are_other_refusals() {
    let refused: String =
        [5, 2, 4, 5].map(|code| format!("Sending CONNACK to 10.1.1.1 (0, {code})\n")).concat();
    let found = tracked(&refused).finish();
    let lines: Vec<_> = found.iter().map(|found| found.lines.as_slice()).collect();
    assert_eq!(lines, [&[2][..], &[3], &[1, 4]]);
    for (found, says) in found.iter().zip(["identifier", "password", "not authorized"]) {
        assert!(found.what.contains(says), "{}", found.what);
    }
}

/// Four take-overs have three times between them.
#[test]
fn how_often_is_told_as_precisely_as_the_stamps() {
    let first = "2026-01-01T00:00:00";
    let what = |times: [&str; 4]| {
        let log = times
            .map(|time| format!("{time}: Client a already connected, closing old connection.\n"));
        tracked(&log.concat()).finish().remove(0).what
    };
    for (times, says) in [
        ([first, first, first, "2026-01-01T00:00:01"], "times, several a second"),
        ([first, first, first, first], "times, several a second"),
        ([first, first, first, "2026-01-01T00:00:03"], "times, about one a second"),
        ([first, first, first, "2026-01-01T00:00:10"], "times, about every 3 s"),
        ([first, first, first, "2026-01-01T00:00:00.95"], "times, about every 0.3 s"),
        ([first, first, first, "2026-01-01T00:06:00"], "times, about every 2 min"),
    ] {
        let what = what(times);
        assert!(what.contains(says), "{what}");
    }
}

#[test]
fn a_message_that_does_not_go_on_when_the_client_is_back_is_told_so() {
    let connected = |present: u8| {
        format!(
            "New client connected from 10.1.1.1:1 as a (p5, c0, k60).\nSending CONNACK to a ({present}, 0)\n"
        )
    };
    let sent = "Sending PUBLISH to a (d0, q2, r0, m7, 't', ... (1 bytes))\n";
    let again = "Sending PUBLISH to a (d1, q2, r0, m7, 't', ... (1 bytes))\n";
    let left = "Client a closed its connection.\n";
    let of = |log: String| {
        let found = tracked(&log).finish();
        let found = found.into_iter().find(|found| found.verdict != Verdict::CLOSED).unwrap();
        (found.verdict, found.what)
    };
    let begun = [&connected(0), sent, left].concat();
    let (verdict, what) = of([&begun, &connected(1)[..], left].concat());
    assert_eq!(verdict, Verdict::QOS_2_OPEN);
    assert!(what.contains("came back (line 5)") && !what.contains("no line tells"), "{what}");
    let (verdict, what) = of([&begun, &connected(1)[..]].concat());
    assert_eq!(verdict, Verdict::UNDER_WAY);
    assert!(what.contains("came back (line 5)"), "{what}");
    let (verdict, what) = of([&begun, &connected(0)[..]].concat());
    assert_eq!(verdict, Verdict::QOS_2_OPEN);
    assert!(what.contains("no session"), "{what}");
    // It goes on, and breaks off once more.
    let (_, what) = of([&begun, &connected(1)[..], again, left].concat());
    assert!(what.contains("no line tells"), "{what}");
}

/// 3.1.1, section 4.3.1: QoS 0 has no acknowledgment. `mosquitto_pub` counts such messages all the same.
#[test]
fn nothing_is_awaited_at_qos_0() {
    let log = |qos: u8| {
        format!(
            "Client a sending CONNECT\nClient a received CONNACK (0)\n\
             Client a sending PUBLISH (d0, q{qos}, r0, m1, 't', ... (2 bytes))\nClient a sending DISCONNECT\n"
        )
    };
    assert_eq!(found(&log(0)), []);
    assert_eq!(found(&log(1)), [("qos-1-open", "a".into(), 1)]);
}

/// The broker writes the line of a PUBLISH before it finds that it is too large, and drops the message.
#[test]
fn a_message_that_was_never_sent_is_not_awaited() {
    let log = |between: &str| {
        format!(
            "Sending PUBLISH to a (d0, q1, r0, m7, 't', ... (400 bytes))\n{between}\
             Dropping too large outgoing PUBLISH for a (412 bytes)\nClient a disconnected.\n"
        )
    };
    assert_eq!(found(&log("")), [("dropped", "a".into(), 1)]);
    // Lines of others do not part them.
    assert_eq!(found(&log("Sending PINGRESP to b\n")), [("dropped", "a".into(), 1)]);
    // Where another line of the client stands between, it is another message that was dropped.
    let other = log("Sending PUBLISH to a (d0, q0, r0, m0, 't', ... (1 bytes))\n");
    assert_eq!(found(&other), [("qos-1-open", "a".into(), 1), ("dropped", "a".into(), 1)]);
}

/// A client's log has no line of a connection that is lost: it sends CONNECT once more, which on one connection
/// it may not (3.1.1, section 3.1).
#[test]
fn a_client_that_connects_again_has_lost_its_connection() {
    let begun = "Client a sending CONNECT\nClient a received CONNACK (0)\n";
    let left = "Client a sending DISCONNECT\n";
    assert_eq!(found(&[begun, begun, left].concat()), [("socket-failed", "a".into(), 1)]);
    let lost = tracked(&begun.repeat(3)).finish();
    assert_eq!((lost.len(), lost[0].count, &lost[0].lines[..]), (1, 2, &[3, 5][..]));
    assert!(lost[0].what.contains("CONNECT again"), "{}", lost[0].what);
    assert_eq!(found(&[begun, left, begun, left].concat()), []);
    assert_eq!(found(&[begun, &begun.replace(" a ", " b ")].concat()), []);
    // The lines of the broker and of its client in one terminal.
    let accepted = "New client connected from 10.1.1.1:1 as a (p2, c1, k60).\n";
    assert_eq!(found(&[accepted, begun, left].concat()), []);
    assert_eq!(found(&[begun, accepted, left].concat()), []);
    let closed = "Client a closed its connection.\n";
    assert_eq!(found(&[begun, closed, begun, left].concat()), [("closed", "a".into(), 1)]);
    // Who was refused had no connection to lose.
    let refused = "Client a sending CONNECT\nClient a received CONNACK (5)\n";
    assert_eq!(found(&[refused, begun, left].concat()), [("refused", "a".into(), 1)]);
}

/// What differs from line to line is said of the line that it is true of.
#[test]
fn verdicts_that_say_different_things_stay_apart() {
    let lines = |log: &str| {
        let found = tracked(log).finish().into_iter();
        found.map(|found| (found.what, found.lines)).collect::<Vec<_>>()
    };
    let end = |what: &str| format!("Client <unknown> disconnected due to {what}.\n");
    let (qos, size) = (end("QoS too high or retain not supported"), end("oversize payload"));
    let limits = lines(&[&qos[..], &size, &qos, &size].concat());
    assert_eq!(limits.len(), 2, "{limits:?}");
    for (what, lines) in limits {
        let is_qos = what.contains("QoS");
        assert_eq!(lines, if is_qos { [1, 3] } else { [2, 4] }, "{what}");
    }
    let closed = lines("Client a disconnected: Success.\nClient a closed its connection.\n");
    assert_eq!(closed.len(), 2, "{closed:?}");
    for (what, lines) in closed {
        assert_eq!(lines, [if what.contains("Success") { 1 } else { 2 }], "{what}");
    }
    // How much was under way is a matter of each.
    let sent = "Sending PUBLISH to a (d0, q1, r0, m1, 't', ... (1 bytes))\n";
    let gone = "Client a closed its connection.\n";
    let acked = "Received PUBACK from a (Mid: 1, RC:0)\n";
    let twice = lines(&[sent, gone, acked, gone].concat()).remove(0);
    assert_eq!(
        twice,
        (
            "it went away without DISCONNECT, the first time with 1 message under way".into(),
            vec![2, 4]
        )
    );
    let once = lines(&[gone, sent, gone].concat()).remove(0);
    assert_eq!(once, ("it went away without DISCONNECT".into(), vec![1, 3]));
}

#[test]
fn messages_that_got_equally_far_are_told_together() {
    let sent = |mid: u8, topic: &str| {
        format!("Sending PUBLISH to a (d0, q2, r0, m{mid}, '{topic}', ... (1 bytes))\n")
    };
    let got = "Received PUBREC from a (Mid: 2)\n";
    let log = [&sent(1, "t"), &sent(2, "u"), got, &sent(3, "v"), "Client a disconnected.\n"];
    let found = tracked(&log.concat()).finish();
    let told: Vec<_> = found.iter().map(|found| (&found.what[..36], &found.lines[..])).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    let of = |words: &str| found.iter().find(|found| found.what.contains(words)).unwrap();
    let (publish, pubrec) = (of("as far as PUBLISH"), of("as far as PUBREC"));
    assert!(
        publish.what.starts_with("message 1 to it on 't' and 1 more got as far"),
        "{publish:?}"
    );
    assert_eq!((publish.count, &publish.lines[..]), (2, &[1, 4][..]));
    assert!(pubrec.what.starts_with("message 2 to it on 'u' got as far"), "{pubrec:?}");
}

/// A log that was made to have many causes is held within bounds.
#[test]
fn causes_of_one_client_are_bounded() {
    let log = (0..1_000).map(|n| format!("Bad socket read/write on client a: cause {n}\n"));
    let found = tracked(&log.collect::<String>()).finish();
    assert!(found.len() <= 17, "{}", found.len());
    assert_eq!(found.iter().map(|found| found.count).sum::<u64>(), 1_000);
}
