//! What a broker takes no notice of, and how it ends a connection for a packet: the lines are those that mosquitto 2.0.11
//! wrote of the same bytes.

mod support;

use support::conversation::{Turn, closed_by_server, packet};
use support::program::run;
use support::{Tcp, clients};

const PINGREQ: [u8; 2] = [0xc0, 0];

fn text(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text].concat()
}

fn client(bytes: &[u8]) -> Turn {
    Turn { from_client: true, bytes: bytes.to_vec() }
}

fn server(bytes: &[u8]) -> Turn {
    Turn { from_client: false, bytes: bytes.to_vec() }
}

fn connect(version: u8, flags: u8, properties: &[u8], payload: &[u8]) -> Vec<u8> {
    let name = text(if version == 3 { b"MQIsdp" } else { b"MQTT" });
    packet(0x10, &[&name, &[version, flags, 0, 60][..], properties, payload].concat())
}

/// The lines of a connection that the server ends, without their times and those that open it.
fn lines(turns: &[Turn]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.pcap");
    std::fs::write(&file, support::pcap(1, &closed_by_server(turns))).unwrap();
    let run = run(["log".as_ref(), "--mosquitto".as_ref(), "2.0.11".as_ref(), file.as_os_str()]);
    let all = run.out.lines().filter(|line| !line.starts_with('('));
    let own = all.filter_map(|line| Some(line.split_once(": ")?.1.to_owned()));
    let opens = ["New ", "No will", "Sending CONNACK"];
    own.filter(|line| !opens.iter().any(|it| line.starts_with(it))).collect()
}

/// The client `c` is accepted, sends these bytes, and gets those before the server closes.
fn ended(version: u8, sent: &[u8], got: &[u8]) -> Vec<String> {
    let properties: &[u8] = if version == 5 { &[0] } else { &[] };
    let connack = packet(0x20, &[&[0, 0], properties].concat());
    let mut turns =
        vec![client(&connect(version, 2, properties, &text(b"c"))), server(&connack), client(sent)];
    if !got.is_empty() {
        turns.push(server(got));
    }
    lines(&turns)
}

const MALFORMED: &str = "Client c disconnected due to malformed packet.";
const PROTOCOL: &str = "Client c disconnected due to protocol error.";
const SUBSCRIBE: &str = "Received SUBSCRIBE from c";
const UNSUBSCRIBE: &str = "Received UNSUBSCRIBE from c";
const DISCONNECT: &str = "Received DISCONNECT from c";
const BAD_QOS: &str = "Invalid QoS in subscription command from 10.0.0.1, disconnecting.";
const DUPLICATE: &str = "Bad socket read/write on client c: Duplicate property in property list";

/// Packets for which the broker ends the connection, with a PINGREQ behind in the same segment that it does not read.
#[test]
fn packets_that_end_a_connection() {
    let rows: &[(u8, &str, &[&str])] = &[
        (3, "e100", &[DISCONNECT, "Client c disconnected."]),
        (4, "e000", &[DISCONNECT, "Client c disconnected."]),
        (
            4,
            "e100",
            &[DISCONNECT, PROTOCOL, "Client <unknown> disconnected due to protocol error."],
        ),
        (4, "8209000000046f6b2f3100", &[SUBSCRIBE, MALFORMED]),
        (4, "a206000000026f6b", &[UNSUBSCRIBE, MALFORMED]),
        (4, "40020000", &[PROTOCOL]),
        (4, "50020000", &[PROTOCOL]),
        (4, "62020000", &[PROTOCOL]),
        (4, "70020000", &[PROTOCOL]),
        (4, "60020001", &[PROTOCOL]),
        (4, "4000", &[PROTOCOL]),
        (4, "8209000100046f6b2f6140", &[SUBSCRIBE, BAD_QOS, MALFORMED]),
        (4, "8209000100046f6b2f6104", &[SUBSCRIBE, BAD_QOS, MALFORMED]),
        (5, "820a00010000046f6b2f6140", &[SUBSCRIBE, MALFORMED]),
        (5, "9003000100", &["Received SUBACK from c", PROTOCOL]),
        (5, "b0020001", &["Received UNSUBACK from c", PROTOCOL]),
        (5, "820b0001040b010b0200016100", &[SUBSCRIBE, DUPLICATE]),
        (5, "e00c000a11000000011100000001", &[DUPLICATE]),
        (5, "4005000100017e", &[MALFORMED]),
        (
            5,
            "300d00026f6b07260001610001ff78",
            &["Bad socket read/write on client c: Malformed UTF-8"],
        ),
    ];
    for (version, hex, expected) in rows {
        let sent = [&hex::decode(hex).unwrap()[..], &PINGREQ].concat();
        assert_eq!(ended(*version, &sent, &[]), *expected, "{hex} of {version}");
    }
}

/// More levels than the broker takes, which the standard allows.
#[test]
fn topics_of_many_levels() {
    let deep = text(&b"a/".repeat(250));
    let bad = "Invalid subscription string from 10.0.0.1, disconnecting.";
    let bad_unsubscribe = "Invalid unsubscription string from c, disconnecting.";
    let rows: [(Vec<u8>, &[&str]); 3] = [
        (packet(0x30, &[&deep[..], b"x"].concat()), &[PROTOCOL]),
        (packet(0x82, &[&[0, 1], &deep[..], &[0]].concat()), &[SUBSCRIBE, bad, MALFORMED]),
        (packet(0xa2, &[&[0, 1], &deep[..]].concat()), &[UNSUBSCRIBE, bad_unsubscribe, MALFORMED]),
    ];
    for (sent, expected) in rows {
        assert_eq!(ended(4, &[&sent[..], &PINGREQ].concat(), &[]), expected);
    }
    let fits = packet(0x30, &[&text(&b"a/".repeat(200))[..], b"x"].concat());
    assert!(ended(4, &fits, &[])[0].starts_with("Received PUBLISH from c"));
}

#[test]
fn connects_that_are_not_taken() {
    const ERROR: &str = "Client <unknown> disconnected due to protocol error.";
    let will = |topic: &[u8], qos: u8| {
        let payload = [text(b"c"), text(topic), text(b"m")].concat();
        connect(4, 6 | qos << 3, &[], &payload)
    };
    let other =
        |name: &[u8]| packet(0x10, &[&text(name)[..], &[4, 2, 0, 60], &text(b"c")].concat());
    let properties = [&[6, 0x21, 0, 1, 0x21, 0, 1][..], &text(b"c")].concat();
    let with_password = [text(b"c"), text(b"p")].concat();
    let rows: [(Vec<u8>, &[&str]); 9] = [
        (
            will(b"a/#", 0),
            &["Bad socket read/write on client <unknown>: Invalid function arguments provided."],
        ),
        (will(b"a\xff", 0), &["Bad socket read/write on client <unknown>: Malformed UTF-8"]),
        (will(b"a", 3), &["Invalid Will QoS in CONNECT from 10.0.0.1.", ERROR]),
        (other(b"MQTX"), &["Invalid protocol \"MQTX\" in CONNECT from 10.0.0.1.", ERROR]),
        (other(b"MQTTTTTT"), &[ERROR]),
        (
            connect(4, 0x42, &[], &with_password),
            &["Protocol error from c: password without username, closing connection.", ERROR],
        ),
        (
            connect(5, 2, &[], &properties),
            &["Bad socket read/write on client <unknown>: Duplicate property in property list"],
        ),
        // Without the Client Identifier.
        (connect(4, 2, &[], &[]), &[ERROR]),
        (packet(0x20, &[0, 0]), &[ERROR]),
    ];
    for (sent, expected) in rows {
        assert_eq!(lines(&[client(&sent)]), expected, "{sent:02x?}");
    }
}

/// Before 5.0 nothing tells that the broker takes no message of this QoS, or none that is to be retained: whether it
/// received it, and what came behind, is not told. In 5.0 its DISCONNECT says it.
#[test]
fn messages_that_the_broker_does_not_take() {
    let publish = |first: u8, id: &[u8], properties: &[u8]| {
        packet(first, &[&text(b"q")[..], id, properties, b"x"].concat())
    };
    for (first, id) in [(0x34, &[0, 1][..]), (0x31, &[]), (0x33, &[0, 1])] {
        let sent = [&publish(first, id, &[])[..], &PINGREQ].concat();
        assert_eq!(ended(4, &sent, &[]), Vec::<String>::new(), "{first:x}");
        // The broker goes on.
        let got: &[u8] = if first == 0x31 { &[0xd0, 0] } else { &[0x40, 2, 0, 1] };
        let got = if first == 0x34 { &[0x50, 2, 0, 1] } else { got };
        assert!(ended(4, &sent, got)[0].starts_with("Received PUBLISH from c"), "{first:x}");
    }
    let sent = publish(0x31, &[], &[0]);
    let both = [&sent[..], &PINGREQ].concat();
    // RETAIN not supported.
    let connect = connect(5, 2, &[0], &text(b"c"));
    let connack = packet(0x20, &[0, 0, 2, 0x25, 0]);
    let (c, s) = (101 + connect.len() as u32, 501 + connack.len() as u32);
    let end = c + both.len() as u32;
    let lines = clients::log(
        &[
            (0, Tcp::client(100, &[]).syn()),
            (10, clients::server(500, 101, &[]).syn()),
            (50, clients::client(101, 501, &connect)),
            (150, clients::server(501, c, &connack)),
            (1_000, clients::client(c, s, &both)),
            (1_100, clients::server(s, end, &[0xe0, 1, 0x9a])),
            (1_110, clients::server(s + 3, end, &[]).fin()),
        ],
        0,
    );
    // So 2.0.0 says it, which does not tell the cause.
    assert_eq!(lines[2..], ["Bad socket read/write on client c, disconnecting."], "{lines:?}");
}

/// To the topics of the broker itself nobody publishes: before 5.0 its answer does not say so.
#[test]
fn messages_to_the_topics_of_the_broker() {
    for (topic, expected) in [
        ("$SYS/x", ["Denied PUBLISH", "Sending PUBACK to c (m4, rc135)"]),
        ("$share/x/y", ["Denied PUBLISH", "Sending PUBACK to c (m4, rc135)"]),
        ("$SYS/broker/connection/b/state", ["Received PUBLISH", "Sending PUBACK to c (m4, rc0)"]),
        ("$x", ["Received PUBLISH", "Sending PUBACK to c (m4, rc0)"]),
    ] {
        let sent = packet(0x32, &[&text(topic.as_bytes())[..], &[0, 4], b"x"].concat());
        let lines = ended(4, &sent, &[0x40, 2, 0, 4]);
        assert!(lines[0].starts_with(expected[0]), "{lines:?}");
        assert_eq!(lines[1], expected[1]);
    }
    // The code of 5.0 for a message that is above the limit of the broker.
    let sent = packet(0x32, &[&text(b"big")[..], &[0, 4, 0], b"x"].concat());
    let lines = ended(5, &sent, &[0x40, 3, 0, 4, 0x95]);
    assert!(lines[0].starts_with("Dropped too large PUBLISH from c (d0, q1"), "{lines:?}");
}

/// Of a Will above its message_size_limit the broker has words of its own; a CONNECT above its max_packet_size it does
/// not answer.
#[test]
fn a_will_that_is_too_large() {
    let payload = [&text(b"c")[..], &[0], &text(b"w"), &text(&[b'x'; 60])].concat();
    let sent = connect(5, 6, &[0], &payload);
    let lines = lines(&[client(&sent), server(&[0x20, 3, 0, 0x95, 0])]);
    assert_eq!(
        lines,
        [
            "Client c connected with too large Will payload",
            "Client <unknown> disconnected due to oversize payload."
        ]
    );
}

/// The PUBLISH of a QoS that the broker does not take was not captured: its DISCONNECT tells of it.
#[test]
fn a_qos_that_the_broker_says_it_does_not_take() {
    let lines = ended(5, &PINGREQ, &[0xe0, 1, 0x9b]);
    let end = "Bad socket read/write on client c: Requested QoS not supported on server.";
    assert_eq!(lines, ["Received PINGREQ from c", end]);
}
