//! The log rests on what TCP proves of the order in which two sides acted, where the capture shows one of them
//! later than the other.

mod support;

use support::Tcp;
use support::clients::{
    C, CONNACK, CONNECT, DISCONNECT, FIRST, LEAVES, S, SECOND, TAKEN, accepted, again, check,
    client, log, second, server,
};

/// The broker has refused it, whoever closes first.
#[test]
fn who_is_refused_may_close_first() {
    let refused: &[u8] = &[0x20, 2, 0, 5];
    let mut all = accepted();
    all.retain(|(_, segment)| segment.payload != CONNACK);
    all.extend([
        (3_000, server(501, C, refused)),
        (3_050, client(C, 505, &[]).fin()),
        (3_060, server(505, C + 1, &[]).fin()),
        (3_070, client(C + 1, 506, &[])),
    ]);
    let lines = log(&all, 0);
    assert_eq!(
        lines.last().unwrap(),
        "Client <unknown> disconnected, not authorised.",
        "{lines:?}"
    );
}

#[test]
fn a_client_that_had_left_is_not_taken_over() {
    let mut all = accepted();
    all.extend([
        (3_055, client(C, S, DISCONNECT)),
        (3_060, client(C + 2, S, &[]).fin()),
        (3_075, server(S, C + 3, &[]).fin()),
        (3_085, client(C + 3, S + 1, &[])),
    ]);
    // It was the first to be sent, and the second to be read.
    all.extend(again(3_020, 3_090));
    check(&all, &[&FIRST, &LEAVES, &SECOND]);
}

#[test]
fn the_broker_closes_the_old_connection_for_the_new_one() {
    let mut all = accepted();
    all.extend(again(3_000, 3_160));
    all.extend([
        (3_130, server(S, C, &[]).fin()),
        (3_180, client(C, S + 1, &[]).fin()),
        (3_190, server(S + 1, C + 1, &[])),
    ]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

/// The DISCONNECT and the end of the broker crossed: it had taken the client over before it read that.
#[test]
fn a_disconnect_that_the_broker_had_not_had() {
    let mut all = accepted();
    all.extend(again(3_000, 3_160));
    all.extend([
        (3_130, server(S, C, &[]).fin()),
        (3_131, client(C, S, DISCONNECT)),
        (3_132, client(C + 2, S, &[]).fin()),
    ]);
    check(&all, &[&FIRST, &TAKEN, &SECOND]);
}

#[test]
fn a_reset_that_stands_before_the_disconnect_that_it_acknowledges() {
    let mut all = accepted();
    all.extend([
        (3_000, client(C, S, &[0xe0, 0, 0x30, 4, 0, 1, b'a', b'b'])),
        (3_090, server(S, C + 8, &[]).rst()),
    ]);
    check(&all, &[&FIRST, &LEAVES]);
}

/// The client has gone by the time the broker takes it: that has a line all the same.
#[test]
fn a_connection_that_was_reset_before_its_answer_shows() {
    let mut all = accepted();
    all.extend([(300, client(C, S, DISCONNECT)), (350, client(C + 2, S, &[]).rst())]);
    check(&all, &[&FIRST, &LEAVES]);
}

/// What the client says over WebSocket, with a mask of zeros.
fn masked(bytes: &[u8]) -> Vec<u8> {
    [&[0x82, 0x80 | bytes.len() as u8, 0, 0, 0, 0], bytes].concat()
}

/// One connection over WebSocket up to its CONNACK, with where both sides stand then.
fn upgraded(at: i64) -> (Vec<(i64, Tcp)>, u32, u32) {
    let ask = b"GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\
                Sec-WebSocket-Version: 13\r\n\r\n";
    let answer =
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
                   Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    let connect = masked(b"\x10\x0d\0\x04MQTT\x04\x02\0\x01\0\x01c");
    let (c, s) = (101 + ask.len() as u32, 501 + answer.len() as u32);
    let behind = c + connect.len() as u32;
    let segments = vec![
        (at, Tcp::client(100, &[]).syn()),
        (at + 10, server(500, 101, &[]).syn()),
        (at + 20, client(101, 501, ask)),
        (at + 100, server(501, c, answer)),
        (at + 200, client(c, s, &connect)),
        (at + 300, server(s, behind, &[0x82, 4, 0x20, 2, 0, 0])),
    ];
    (segments, behind, s + 6)
}

/// As the log of mosquitto 2.0.11 says it of such clients.
#[test]
fn over_websocket_all_ends_but_one_are_told_alike() {
    const GONE: &str = "Client c closed its connection.";
    let connected = "New client connected from 10.0.0.1:50000 as c (p2, c1, k1).";
    let (begin, c, s) = upgraded(0);
    let with = |rest: &[(i64, Tcp)]| log(&[&begin, rest].concat(), 0);
    // Nothing came for longer than its Keep Alive allows.
    let silent = with(&[(3_000_000, server(s, c, &[]).fin())]);
    assert_eq!(silent, [connected, GONE]);
    let second = masked(b"\x10\x0d\0\x04MQTT\x04\x02\0\x01\0\x01c");
    let end = c + second.len() as u32;
    let faulty = with(&[(1_000, client(c, s, &second)), (1_200, server(s, end, &[]).fin())]);
    assert_eq!(faulty.last().unwrap(), GONE);
    let left = masked(DISCONNECT);
    let end = c + left.len() as u32;
    let left = with(&[(1_000, client(c, s, &left)), (1_200, server(s, end, &[]).fin())]);
    assert_eq!(left, [&[connected][..], &LEAVES].concat());
    // Taken over.
    let mut all = begin.clone();
    all.extend(upgraded(1_000).0.into_iter().map(|(time, tcp)| (time, self::second(tcp))));
    all.push((1_250, server(s, c, &[]).fin()));
    let again = connected.replace("50000", "50001");
    assert_eq!(log(&all, 0), [connected, TAKEN[0], &again, GONE]);
}

/// The picture of a connection draws both sides in that order, too.
#[test]
fn the_picture_has_the_order_that_is_proven() {
    let late = [
        Tcp::client(100, &[]).syn(),
        server(500, 101, &[]).syn(),
        client(101, 501, CONNECT),
        server(501, C, CONNACK),
        server(S, C + 3, &[]).fin(),
        client(C, S, DISCONNECT),
        client(C + 2, S, &[]).fin(),
    ];
    let frames: Vec<_> = late.iter().map(Tcp::ethernet).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let run = support::program::run(["session".as_ref(), file.as_os_str(), "0".as_ref()]);
    let names = ["SYN", "CONNECT ", "CONNACK", "DISCONNECT", "FIN"];
    let rows = run.out.lines().filter(|line| line.contains('│'));
    let kinds = rows.filter_map(|line| {
        let kind = names.iter().find(|kind| line.contains(&format!(" {kind}")))?.trim_end();
        Some((kind, line.contains('▶')))
    });
    let expected = [
        ("SYN", true),
        ("CONNECT", true),
        ("CONNACK", false),
        ("DISCONNECT", true),
        ("FIN", true),
        ("FIN", false),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected, "{}", run.out);
}

/// A client that watches for the topic "x", on a third connection.
fn watching() -> Vec<(i64, Tcp)> {
    const W: u32 = 101 + 15;
    [
        (-1_000, Tcp::client(100, &[]).syn()),
        (-990, server(500, 101, &[]).syn()),
        (-980, client(101, 501, &[])),
        (-970, client(101, 501, b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01w")),
        (-960, server(501, W, CONNACK)),
        (-950, client(W, 505, &[0x82, 6, 0, 1, 0, 1, b'x', 0])),
        (-940, server(505, W + 8, &[0x90, 3, 0, 1, 0])),
    ]
    .map(|(time, tcp)| (time + 10_000, Tcp { client_port: 50_002, ..tcp }))
    .into()
}

/// The broker closes the old connection first, and then delivers its Will; the capture shows the Will and, behind it, the
/// CONNACK that tells of a take-over.
#[test]
fn a_will_of_who_is_taken_over() {
    const WITH_WILL: &[u8] = b"\x10\x13\0\x04MQTT\x04\x06\0\x3c\0\x01c\0\x01x\0\x01m";
    const OLD: u32 = 101 + WITH_WILL.len() as u32;
    let later = |(time, tcp): (i64, Tcp)| (time + 20_000, tcp);
    let mut old: Vec<_> = accepted().into_iter().map(later).collect();
    old[3].1.payload = WITH_WILL.to_vec();
    old[4].1 = server(501, OLD, CONNACK);
    let told = |time: i64, message: &[u8], code: u8| {
        let mut all = [watching(), old.clone(), again(50_000, 50_160)].concat();
        all.iter_mut()
            .filter(|(time, _)| *time == 50_160)
            .for_each(|(_, tcp)| tcp.payload[3] = code);
        let of_watching = |tcp| Tcp { client_port: 50_002, ..tcp };
        all.push((time, of_watching(server(510, 124, message))));
        all.push((50_130, server(S, OLD, &[]).fin()));
        all.push((50_140, client(OLD, S + 1, &[]).fin()));
        let lines = log(&all, 0);
        let place = |word: &str| lines.iter().position(|line| line.contains(word));
        place("Sending PUBLISH to w").unwrap().cmp(&place("already connected").unwrap_or(99))
    };
    let will = &[0x30, 4, 0, 1, b'x', b'm'];
    assert_eq!(told(50_120, will, 0), std::cmp::Ordering::Greater);
    // Another message, one before the CONNECT, and one where nobody is taken over.
    let other = &[0x30, 5, 0, 1, b'x', b'm', b'm'];
    assert_eq!(told(50_120, other, 0), std::cmp::Ordering::Less);
    assert_eq!(told(49_000, will, 0), std::cmp::Ordering::Less);
    assert_eq!(told(50_120, will, 5), std::cmp::Ordering::Less);
}
