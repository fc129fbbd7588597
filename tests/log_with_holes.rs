//! Where a capture lacks a frame, or a side resets while the other one still writes, the log has no line that
//! mosquitto 2.0 did not write of the same conversation.

mod support;

use support::Tcp;
use support::clients::{
    C, CONNACK, CONNECT, DISCONNECT, FIRST, S, SECOND, TAKEN, accepted, again, check, client, log,
    server,
};

/// PUBLISH to "a" of QoS 1 or 2 with this Packet Identifier.
fn publish(qos: u8, id: u8) -> Vec<u8> {
    vec![0x30 | qos << 1, 6, 0, 1, b'a', 0, id, b'x']
}

/// PUBLISH of QoS 0 to "a".
const LOOSE: &[u8] = &[0x30, 4, 0, 1, b'a', b'x'];
const PINGREQ: &[u8] = &[0xc0, 0];
const PINGRESP: &[u8] = &[0xd0, 0];

/// With what stands behind the CONNACK.
fn conversation(rest: &[(i64, Tcp)]) -> Vec<(i64, Tcp)> {
    [accepted(), rest.to_vec()].concat()
}

/// The FIN waits for the packet before it, which was not captured; the broker had both.
#[test]
fn who_has_closed_behind_a_hole_is_not_taken_over() {
    let mut all = conversation(&[
        (1_006, client(C + 6, S, &[]).fin()),
        (1_100, server(S, C + 7, &[]).fin()),
        (1_110, client(C + 7, S + 1, &[])),
    ]);
    all.extend(again(3_000, 3_160));
    check(&all, &[&FIRST, &SECOND]);
    // Nor if the FIN is not there, either.
    all.retain(|(time, _)| *time != 1_006);
    check(&all, &[&FIRST, &SECOND]);
    // Nor if that of the broker was not captured.
    let mut all = conversation(&[(1_006, client(C, S, &[]).fin()), (1_100, server(S, C + 1, &[]))]);
    all.extend(again(3_000, 3_160));
    check(&all, &[&FIRST, &SECOND, &["Client c closed its connection."]]);
}

/// The broker's FIN was not captured; that of the client answers it.
#[test]
fn a_fin_that_only_its_answer_shows() {
    let mut all = conversation(&[]);
    all.extend(again(3_000, 3_160));
    all.extend([(3_180, client(C, S + 1, &[]).fin()), (3_190, server(S + 1, C + 1, &[]))]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

/// Behind a message that is being delivered stands a PINGREQ, which cannot be answered any more.
#[test]
fn who_has_reset_is_not_taken_over() {
    let bytes = [LOOSE, PINGREQ].concat();
    let end = C + bytes.len() as u32;
    let mut all =
        conversation(&[(1_000, client(C, S, &bytes)), (1_100, client(end, S, &[]).rst())]);
    all.extend(again(3_000, 3_160));
    let cut = [
        "Received PUBLISH from c (d0, q0, r0, m0, 'a', ... (1 bytes))",
        "Received PINGREQ from c",
        "Sending PINGRESP to c",
        "Client c closed its connection.",
    ];
    check(&all, &[&FIRST, &cut, &SECOND]);
}

/// What the client went on to say waits behind a PUBREC, a PUBREL or a PINGREQ that was not captured, and was no silence.
#[test]
fn behind_a_lost_packet_nobody_was_silent() {
    const CONNECT: &[u8] = b"\x10\x0d\0\x04MQTT\x04\x02\0\x01\0\x01c";
    let publish = publish(2, 1);
    let (p, mut all) = (C + publish.len() as u32, accepted());
    all.iter_mut().filter(|(_, tcp)| tcp.payload.len() > 4).for_each(|(_, tcp)| {
        tcp.payload = CONNECT.to_vec();
    });
    all.extend([
        (1_000, client(C, S, &publish)),
        (1_100, server(S, p, &[0x50, 2, 0, 1])),
        (1_200, client(p, S + 4, &[0x62, 2, 0, 1])),
        (1_300, server(S + 4, p + 4, &[0x70, 2, 0, 1])),
    ]);
    let (mut c, mut s) = (p + 4, S + 8);
    for time in (1..6).map(|seconds| seconds * 900_000) {
        all.push((time, client(c, s, PINGREQ)));
        all.push((time + 100, server(s, c + 2, PINGRESP)));
        (c, s) = (c + 2, s + 2);
    }
    all.extend([
        (4_800_000, client(c, s, DISCONNECT)),
        (4_800_010, client(c + 2, s, &[]).fin()),
        (4_800_100, server(s, c + 3, &[]).fin()),
        (4_800_110, client(c + 3, s + 1, &[])),
    ]);
    for lost in [1_100, 1_200, 900_000, 2_700_000] {
        let rest: Vec<_> = all.iter().filter(|(time, _)| *time != lost).cloned().collect();
        assert_eq!(rest.len(), all.len() - 1);
        for late in [0, 300, -300] {
            let lines = log(&rest, late);
            assert!(lines.iter().all(|line| !line.contains("exceeded")), "{lost} {lines:#?}");
            assert!(lines.iter().any(|line| line == "Client c disconnected."), "{lost} {lines:#?}");
        }
    }
}

/// A reset without an Acknowledgment Number has that of the answer which provoked it for its Sequence Number: it comes
/// behind that, though it may be captured before it.
#[test]
fn a_reset_stands_behind_the_answer_that_provoked_it() {
    let bytes = [&publish(1, 1)[..], &publish(1, 2), DISCONNECT].concat();
    let end = C + bytes.len() as u32;
    let all = conversation(&[
        (1_000, client(C, S, &bytes)),
        (1_010, client(end, S, &[]).fin()),
        (1_090, server(S, end + 1, &[0x40, 2, 0, 1])),
        (1_120, Tcp::client(end + 1, &[]).rst()),
    ]);
    let lines = [
        "Received PUBLISH from c (d0, q1, r0, m1, 'a', ... (1 bytes))",
        "Sending PUBACK to c (m1, rc0)",
        "Received PUBLISH from c (d0, q1, r0, m2, 'a', ... (1 bytes))",
        "Sending PUBACK to c (m2, rc0)",
        "Client c disconnected due to out of memory.",
    ];
    check(&all, &[&FIRST, &lines]);
}

/// Nothing but the reset can have kept the first answer from the wire, so that the broker reads nothing behind.
#[test]
fn an_answer_that_could_not_be_written() {
    for (qos, answer, end) in [
        (1, "Sending PUBACK to c (m1, rc0)", "Client c disconnected due to out of memory."),
        (2, "Sending PUBREC to c (m1, rc0)", "Client c closed its connection."),
    ] {
        let bytes = [publish(qos, 1), publish(qos, 2)].concat();
        let behind = C + bytes.len() as u32;
        let all =
            conversation(&[(1_000, client(C, S, &bytes)), (1_010, client(behind, S, &[]).rst())]);
        let received = format!("Received PUBLISH from c (d0, q{qos}, r0, m1, 'a', ... (1 bytes))");
        check(&all, &[&FIRST, &[&received, answer, end]]);
    }
    // The client had not acknowledged the first answer: the second may wait for that.
    let bytes = [publish(1, 1), publish(1, 2)].concat();
    let behind = C + bytes.len() as u32;
    let all = conversation(&[
        (1_000, client(C, S, &bytes)),
        (1_100, server(S, behind, &[0x40, 2, 0, 1])),
        (1_200, client(behind, S + 4, &[]).rst()),
    ]);
    let lines = log(&all, 0);
    let ends = |line: &String| line.starts_with("Client c ");
    assert!(lines.len() == 5 && !lines.iter().any(ends), "{lines:#?}");
}

/// As it does where max_connections is reached.
#[test]
fn a_broker_that_closes_before_it_reads() {
    let opened = [
        (0, Tcp::client(100, &[]).syn()),
        (10, server(500, 101, &[]).syn()),
        (20, client(101, 501, &[])),
    ];
    let fin = [
        (100, server(501, 101, &[]).fin()),
        (150, client(101, 502, CONNECT)),
        (160, Tcp { ack: None, ..server(502, 0, &[]).rst() }),
    ];
    let rst = [(50, client(101, 501, CONNECT)), (100, server(501, C, &[]).rst())];
    for rest in [&fin[..], &rst] {
        check(&[&opened[..], rest].concat(), &[]);
    }
    // One that has read of it has taken it.
    let answered = [(50, client(101, 501, CONNECT)), (100, server(501, C, CONNACK))];
    check(&[&opened[..], &answered].concat(), &[&FIRST]);
}

/// The connection was gone before the broker took it, or was not: of one that lasted it has the line.
#[test]
fn a_client_that_resets_before_it_has_sent_a_byte() {
    let all = |at| [&accepted()[..3], &[(at, client(101, 501, &[]).rst())]].concat();
    check(&all(90), &[]);
    let lines = log(&all(3_000_000), 0);
    assert_eq!(lines[0], FIRST[0], "{lines:?}");
}

/// The listener is one for WebSocket, which 2.0 has no line of; mosquitto 2.0.11 wrote the other one.
#[test]
fn a_connect_that_is_answered_in_http() {
    let answer = b"HTTP/1.0 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
    let fin = [(80_000, client(C, 501, &[]).fin())];
    let reply = |end| (120_000, server(501, end, answer));
    let reset = |end| (120_010, Tcp { ack: None, ..client(end, 0, &[]).rst() });
    let gone = [&accepted()[..4], &fin, &[reply(C + 1), reset(C + 1)]].concat();
    let server_closes = (120_020, server(501 + answer.len() as u32, C, &[]).fin());
    let stays = [&accepted()[..4], &[reply(C), server_closes]].concat();
    for all in [gone, stays] {
        assert_eq!(log(&all, 0), ["Client <unknown> closed its connection."]);
    }
}

/// In 5.0 the answer to a message tells whether the broker denied it.
#[test]
fn an_answer_that_tells_a_denial_is_lost() {
    const CONNECT: &[u8] = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01c";
    const ACCEPTED: &[u8] = &[0x20, 3, 0, 0, 0];
    const MESSAGE: &[u8] = &[0x34, 7, 0, 1, b'a', 0, 1, 0, b'x'];
    let (c, s) = (101 + CONNECT.len() as u32, 501 + ACCEPTED.len() as u32);
    let end = c + MESSAGE.len() as u32;
    let conversation = |answer: &[u8], next: &[u8], reply: &[u8]| {
        let (behind, last) = (s + answer.len() as u32, end + next.len() as u32);
        let mut all = accepted()[..3].to_vec();
        all.extend([
            (50, client(101, 501, CONNECT)),
            (150, server(501, c, ACCEPTED)),
            (1_000, client(c, s, MESSAGE)),
            (1_100, server(s, end, answer)),
            (2_000, client(end, behind, next)),
            (2_100, server(behind, last, reply)),
        ]);
        all
    };
    let denied = conversation(&[0x50, 3, 0, 1, 0x87], PINGREQ, PINGRESP);
    let taken = conversation(&[0x50, 2, 0, 1], &[0x62, 2, 0, 1], &[0x70, 2, 0, 1]);
    let first = |all: &[(i64, Tcp)], word: &str| {
        log(all, 0).into_iter().find(|line| line.contains("PUBLISH")).map(|it| it.starts_with(word))
    };
    assert_eq!(first(&denied, "Denied"), Some(true));
    assert_eq!(first(&taken, "Received"), Some(true));
    let lossy = |all: &[(i64, Tcp)]| {
        all.iter().filter(|(time, _)| *time != 1_100).cloned().collect::<Vec<_>>()
    };
    assert_eq!(first(&lossy(&denied), ""), None);
    assert_eq!(first(&lossy(&taken), "Received"), Some(true));
}

/// The CONNECT of another connection was not captured: it may be the same client's, for which the broker closed this one,
/// though that had been silent for long.
#[test]
fn who_was_silent_may_have_been_taken_over() {
    const LONG: i64 = 200_000_000;
    let mut all = accepted();
    all.extend(again(LONG, LONG + 160));
    all.push((LONG + 130, server(S, C, &[]).fin()));
    let is_told = |lines: &[String], word: &str| lines.iter().any(|line| line.contains(word));
    assert!(is_told(&log(&all, 0), "already connected"));
    all.retain(|(time, _)| *time != LONG + 30);
    let lines = log(&all, 0);
    assert!(!is_told(&lines, "exceeded timeout") && !is_told(&lines, "already"), "{lines:?}");
    // Nobody else came.
    let alone = [accepted(), vec![(LONG, server(S, C, &[]).fin())]].concat();
    assert!(is_told(&log(&alone, 0), "exceeded timeout"));
}

/// The capture begins when the broker has closed: it answers with RST what it does not read.
#[test]
fn a_client_that_goes_on_when_the_broker_had_closed() {
    let late = [
        (1_000, client(C, S + 1, PINGREQ)),
        (1_010, Tcp { ack: None, ..server(S + 1, 0, &[]).rst() }),
    ];
    assert_eq!(log(&late, 0), Vec::<String>::new());
    // Or with the rest of a packet.
    let cut = [(1_000, client(C, S, b"xyz")), (1_100, server(S, C + 3, &[]).fin())];
    let behind = [
        (1_200, client(C + 3, S + 1, PINGREQ)),
        (1_210, Tcp { ack: None, ..server(S + 1, 0, &[]).rst() }),
    ];
    assert_eq!(log(&[cut, behind].concat(), 0), Vec::<String>::new());
    let answered = [(1_000, client(C, S, PINGREQ)), (1_100, server(S, C + 2, PINGRESP))];
    assert!(log(&answered, 0)[0].starts_with("Received PINGREQ"));
}

/// Its broker had not missed it: it looks for silent clients now and then.
#[test]
fn who_comes_back_after_a_silence_is_taken_over() {
    const LONG: i64 = 200_000_000;
    let mut all = accepted();
    all.extend(again(LONG, LONG + 160));
    all.extend([
        (LONG + 130, server(S, C, &[]).fin()),
        (LONG + 180, client(C, S + 1, &[]).fin()),
        (LONG + 190, server(S + 1, C + 1, &[])),
    ]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

/// A client that gets its own messages back resets: the broker fails to deliver, and no wire tells how it says so.
#[test]
fn a_message_on_its_way_back_to_who_is_gone() {
    const SUBSCRIBE: &[u8] = &[0x82, 6, 0, 1, 0, 1, b'a', 0];
    const SUBACK: &[u8] = &[0x90, 3, 0, 1, 0];
    let (c, s) = (C + SUBSCRIBE.len() as u32, S + SUBACK.len() as u32);
    let bytes = [LOOSE, LOOSE, LOOSE].concat();
    let end = c + bytes.len() as u32;
    let all = conversation(&[
        (1_000, client(C, S, SUBSCRIBE)),
        (1_100, server(S, c, SUBACK)),
        (2_000, client(c, s, &bytes)),
        (2_100, client(end, s, &[]).rst()),
    ]);
    let lines = log(&all, 0);
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("Received PUBLISH"), count("Client c ")), (1, 0), "{lines:#?}");
}

/// The broker's FIN acknowledges a DISCONNECT that was not captured: nobody was silent, and nobody was thrown out.
#[test]
fn an_end_whose_disconnect_is_lost() {
    const LATE: i64 = 100_000_000;
    const UNASKED: &[u8] = &[0x40, 2, 0, 9];
    let acknowledged = client(C, S, UNASKED);
    for (before, c) in [(None, C), (Some((LATE - 100, acknowledged)), C + UNASKED.len() as u32)] {
        let mut all = conversation(before.as_slice());
        all.extend([
            (LATE + 100, server(S, c + 2, &[]).fin()),
            (LATE + 110, client(c + 2, S + 1, &[]).fin()),
            (LATE + 120, server(S + 1, c + 3, &[])),
        ]);
        let lines = log(&all, 0);
        assert!(!lines.iter().any(|line| line.starts_with("Client c ")), "{lines:#?}");
    }
    // One Sequence Number is a FIN, whose sender was not too silent.
    let all = conversation(&[
        (LATE, server(S, C + 1, &[]).fin()),
        (LATE + 10, client(C + 1, S + 1, &[])),
    ]);
    let lines = log(&all, 0);
    assert_eq!(lines.last().map(String::as_str), Some("Client c closed its connection."));
}

/// The CONNACK before the broker's FIN is lost: whether that took a DISCONNECT with wrong flags it does not show.
#[test]
fn a_suspect_packet_before_an_end_that_is_not_known() {
    const WRONG: &[u8] = &[0xe3, 0];
    let mut all = conversation(&[
        (80_000, client(C, S, WRONG)),
        (80_100, server(S, C + 2, &[]).fin()),
        (120_000, client(C + 2, S + 1, &[])),
        (160_000, client(C + 2, S + 1, PINGREQ)),
        (160_010, Tcp { ack: None, ..server(S + 1, 0, &[]).rst() }),
    ]);
    all.retain(|(time, _)| *time != 150);
    check(&all, &[&FIRST[..1]]);
}

/// The end is lost of a connection that no broker goes on with: it has taken neither the packet nor what stands behind it.
#[test]
fn a_malformed_packet_before_an_end_that_is_lost() {
    const WILDCARD: &[u8] = &[0x30, 4, 0, 1, b'#', b'x'];
    let bytes = [WILDCARD, PINGREQ].concat();
    check(&conversation(&[(1_000, client(C, S, &bytes))]), &[&FIRST]);
}

/// Why the broker closed stands in its own DISCONNECT, which was not captured.
#[test]
fn an_end_whose_reason_is_lost() {
    const CONNECT: &[u8] = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01c";
    const NO_RETAIN: &[u8] = &[0x20, 5, 0, 0, 2, 0x25, 0];
    const RETAINED: &[u8] = &[0x31, 5, 0, 1, b'a', 0, b'x'];
    const REASON: &[u8] = &[0xe0, 1, 0x9a];
    let (c, s) = (101 + CONNECT.len() as u32, 501 + NO_RETAIN.len() as u32);
    let (end, behind) = (c + RETAINED.len() as u32, s + REASON.len() as u32);
    let mut all = accepted()[..3].to_vec();
    all.extend([
        (50, client(101, 501, CONNECT)),
        (150, server(501, c, NO_RETAIN)),
        (1_000, client(c, s, RETAINED)),
        (1_100, server(s, end, REASON)),
        (1_110, client(end, behind, &[])),
        (1_120, server(behind, end, &[]).fin()),
        (1_200, client(end, behind + 1, &[]).fin()),
        (1_210, server(behind + 1, end + 1, &[])),
    ]);
    let is_end = |line: &&String| line.starts_with("Client c ") || line.starts_with("Bad socket");
    assert_eq!(log(&all, 0).iter().filter(is_end).count(), 1);
    // Its FIN and that of the client are lost: it took neither the packet nor what the client sent when it had that.
    let mut open = all[..all.len() - 3].to_vec();
    open.push((80_000, client(end, behind, PINGREQ)));
    let lines = log(&open, 0);
    assert!(!lines.iter().any(|line| line.starts_with("Received")), "{lines:#?}");
    all.retain(|(time, _)| *time != 1_100);
    let lines = log(&all, 0);
    assert_eq!(lines.iter().filter(is_end).count(), 0, "{lines:#?}");
}

/// Neither has sent a byte, and a FIN is missing: no broker calls that an error of the protocol.
#[test]
fn a_bare_connection_whose_fin_is_lost() {
    let opened = &accepted()[..3];
    let of_server = [
        (7_000, client(101, 502, &[])),
        (110_000, client(101, 502, &[]).fin()),
        (110_010, server(502, 102, &[])),
    ];
    // It was denied.
    assert_eq!(log(&[opened, &of_server].concat(), 0), [""; 0]);
    let of_client = [(110_000, server(501, 102, &[]).fin()), (110_010, client(102, 502, &[]))];
    assert_eq!(log(&[opened, &of_client].concat(), 0), FIRST[..1]);
}

/// What the client sent when the broker had closed was not received, whatever was lost before.
#[test]
fn a_packet_behind_the_fin_of_the_broker() {
    let behind = C + CONNECT.len() as u32;
    let mut all = conversation(&[
        (80_000, client(C, S, CONNECT)),
        (80_100, server(S, behind, &[]).fin()),
        (120_000, client(behind, S + 1, &[])),
        (160_000, client(behind, S + 1, PINGREQ)),
        (160_010, Tcp { ack: None, ..server(S + 1, 0, &[]).rst() }),
    ]);
    all.retain(|(time, _)| *time != 50);
    let address = "10.0.0.1:50000";
    let second = format!("Bad client {address} sending multiple CONNECT messages.");
    let end = format!("Client {address} disconnected due to protocol error.");
    for late in [0, 100, -100] {
        assert_eq!(log(&all, late), [FIRST[0], &second, &end], "{late} us late");
    }
}

/// A packet is lost long before a client resets while answers are owed to it: the others have their order, and what it
/// sent last was not received for that.
#[test]
fn a_hole_long_before_a_reset() {
    let (mut c, mut s, mut all) = (C, S, accepted());
    for id in 1..20_u8 {
        let time = i64::from(id) * 20_000;
        let publish = publish(1, id);
        all.push((time, client(c, s, &publish)));
        c += publish.len() as u32;
        all.push((time + 100, server(s, c, &[0x40, 2, 0, id])));
        s += 4;
    }
    let last = [&publish(1, 20)[..], &publish(2, 21), LOOSE].concat();
    let end = c + last.len() as u32;
    all.extend([
        (400_000, client(c, s, &last).fin()),
        (400_100, server(s, end + 1, &[0x40, 2, 0, 20])),
        (400_130, Tcp::client(end + 1, &[]).rst()),
    ]);
    let whole = log(&all, 0);
    for lost in [20_000, 100_000, 360_000, 380_000] {
        let rest: Vec<_> = all.iter().filter(|(time, _)| *time != lost).cloned().collect();
        let id = format!(" m{},", lost / 20_000);
        let is_left = |line: &&String| !(line.starts_with("Received") && line.contains(&id));
        let expected: Vec<_> = whole.iter().filter(is_left).cloned().collect();
        assert_eq!(log(&rest, 0), expected, "{lost}");
    }
}
