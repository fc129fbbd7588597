//! The log of a recording that has one direction alone, or begins behind a CONNECT: what rests on the other side is left
//! out, and what a client's own bytes tell holds all the same. The lines are those that mosquitto 2.0.11 wrote of the
//! whole conversations.

mod support;

use support::clients::{C, CONNECT, client, log, server};
use support::conversation::packet;
use support::program::run;
use support::{Tcp, clients};

const V5: &[u8] = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01c";
const PINGREQ: &[u8] = &[0xc0, 0];
const PINGED: &str = "Received PINGREQ from c";

fn publish(first: u8, topic: &[u8], behind: &[u8]) -> Vec<u8> {
    packet(first, &[&[0, topic.len() as u8], topic, behind, b"x"].concat())
}

/// The lines of what a client alone is captured to say: a CONNECT, and these packets at their times in microseconds.
fn said(connect: &[u8], packets: &[(i64, &[u8])]) -> Vec<String> {
    let mut seq = 101 + connect.len() as u32;
    let mut all = vec![(0, Tcp::client(100, &[]).syn()), (50, client(101, 501, connect))];
    for (time, bytes) in packets {
        all.push((*time, client(seq, 501, bytes)));
        seq += bytes.len() as u32;
    }
    let end = packets.last().map_or(100, |(time, _)| time + 10);
    all.push((end, client(seq, 501, &[]).fin()));
    log(&all, 0)
}

/// The CONNECT tells its name, however long ago it came.
#[test]
fn a_client_that_says_nothing_for_long_keeps_its_name() {
    let message = publish(0x30, b"a", &[]);
    let received = "Received PUBLISH from c (d0, q0, r0, m0, 'a', ... (1 bytes))";
    for pause in [1_000, 4_000_000, 9_000_000, 90_000_000] {
        assert_eq!(said(CONNECT, &[(pause, &message)]), [received], "{pause} us");
    }
}

/// No broker takes them, whether its answer is captured or not, nor what comes behind.
#[test]
fn what_is_not_legal_by_its_own_bytes_was_not_received() {
    let rows: [(&[u8], Vec<u8>); 12] = [
        (CONNECT, publish(0x30, b"t/+", &[])),
        (CONNECT, publish(0x36, b"a", &[0, 1])),
        (CONNECT, publish(0x32, b"t/1", &[0, 0])),
        (CONNECT, publish(0x30, b"u/\xff", &[])),
        (CONNECT, vec![0xf0, 0]),
        (CONNECT, vec![0x60, 2, 0, 1]),
        (CONNECT, vec![0xe1, 0]),
        (V5, publish(0x30, b"t/+", &[0])),
        (V5, publish(0x32, b"t/1", &[0, 0, 0])),
        (V5, publish(0x30, b"", &[0])),
        (V5, vec![0xf0, 0]),
        (V5, vec![0x60, 2, 0, 1]),
    ];
    for (connect, bytes) in rows {
        for behind in [1_010, 3_000_000, 9_000_000] {
            let packets = [(500, PINGREQ), (1_000, &bytes), (behind, PINGREQ)];
            assert_eq!(said(connect, &packets), [PINGED], "{bytes:02x?} {behind}");
        }
    }
}

/// In 5.0 the answer to a message of QoS 1 or 2 tells whether it was denied. A message of QoS 0 has none.
#[test]
fn a_message_the_answer_to_which_was_not_captured() {
    let message =
        |qos: u8, id: &[u8], rest: &[u8]| publish(0x30 | qos << 1, b"a", &[id, rest].concat());
    for (qos, id) in [(0, &[][..]), (1, &[0, 1]), (2, &[0, 1])] {
        for pause in [1_010, 20_000_000] {
            let lines = |connect, rest: &[u8]| {
                said(connect, &[(1_000, &message(qos, id, rest)), (pause, PINGREQ)])
            };
            assert_eq!(lines(V5, &[0]).len(), if qos == 0 { 2 } else { 1 }, "{qos}");
            assert_eq!(lines(CONNECT, &[]).len(), 2, "{qos}");
        }
    }
}

/// Behind a CONNACK that refuses the broker has no name for the client, whose CONNECT need not have been captured.
#[test]
fn who_is_refused_is_unknown() {
    let all = [
        (150, server(501, C, &[0x20, 2, 0, 5])),
        (160, server(505, C, &[]).fin()),
        (200, clients::client(C, 506, &[]).fin()),
    ];
    assert_eq!(log(&all, 0), ["Client <unknown> disconnected, not authorised."]);
}

/// Its SYN shows that nothing came before it.
#[test]
fn what_comes_in_place_of_a_connect_was_not_received() {
    assert_eq!(said(&publish(0x30, b"first", &[]), &[]), Vec::<String>::new());
}

/// A broker resets a connection the CONNECT of which is above its max_packet_size, and has a line for it; it has none for
/// one that it denies: nothing on the wire tells which it was.
#[test]
fn a_connection_that_was_not_read_is_not_said_to_be_denied() {
    let frames: Vec<_> = [
        Tcp::client(100, &[]).syn(),
        server(500, 101, &[]).syn(),
        client(101, 501, &[]),
        client(101, 501, CONNECT),
        server(501, C, &[]).rst(),
    ]
    .iter()
    .map(Tcp::ethernet)
    .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let run = run(["log".as_ref(), file.as_os_str()]);
    assert!(run.out.starts_with("(1 connection left out"), "{}", run.out);
    assert!(run.out.contains("max_packet_size"), "{}", run.out);
}
