//! A connection to any port is read where its bytes are MQTT, and never where they are not.

mod support;

use std::ops::ControlFlow;

use mqttscope::capture::{Frame, LinkType};
use mqttscope::pipeline::{Consumer, Inspector, Passing, Record, Settings};
use mqttscope::spec::Sender;
use proptest::collection::vec;
use proptest::prelude::*;
use support::conversation::{Turn, frames, packet, turns};

/// Types of the records, in order, with who sent them.
#[derive(Default)]
struct Types(Vec<String>, Vec<Option<Sender>>);

impl Consumer for Types {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.push(record.type_name().to_owned());
        self.1.push(record.sender);
        ControlFlow::Continue(())
    }
}

/// What is made of a conversation on this port of the server; `from`: frames before it are lost.
fn read(turns: &[Turn], port: u16, from: usize) -> Vec<String> {
    inspect(turns, port, from).into_consumer().0
}

/// The inspection of such a conversation, at its end.
fn inspect(turns: &[Turn], port: u16, from: usize) -> Inspector<Types> {
    let settings = Settings::default();
    let mut inspector = Inspector::new(Types::default(), settings);
    let whole = frames(turns, |_, turn| vec![(0, turn.bytes.len())]);
    for (n, mut data) in whole.into_iter().enumerate().skip(from) {
        let server = if data[34..36] == [7, 0x5b] { 34 } else { 36 };
        data[server..server + 2].copy_from_slice(&port.to_be_bytes());
        let _ = inspector.frame(&Frame {
            number: n as u64 + 1,
            time: None,
            link: LinkType::ETHERNET,
            original_len: data.len() as u32,
            interface: 0,
            file: 0,
            data: &data,
            beside: Default::default(),
        });
    }
    inspector.finish();
    inspector
}

fn turn(from_client: bool, bytes: &[u8]) -> Turn {
    Turn { from_client, bytes: bytes.to_vec() }
}

#[test]
fn a_connect_tells_on_any_port() {
    let on_1883 = read(&turns(), 1883, 0);
    assert_eq!(on_1883.len(), 15);
    assert_eq!(read(&turns(), 4321, 0), on_1883);
}

#[test]
fn packets_that_answer_each_other_tell_where_the_connect_is_lost() {
    // Three frames of handshake and CONNECT are lost, then one more with each turn.
    let whole = read(&turns(), 1883, 0);
    for (from, lost) in [(3, 1), (4, 2), (5, 4)] {
        assert_eq!(read(&turns(), 4321, from), whole[lost..], "from frame {from} on");
    }
}

/// PUBLISH and its acknowledgement say nothing of who is the client; systems give their clients high ports.
#[test]
fn a_port_that_no_system_gives_to_clients_serves() {
    let both = |id: u8| {
        let publish = [0x32, 20, 0, 4, b't', b'e', b'm', b'p', 0, id].into_iter();
        let publish: Vec<u8> = publish.chain(*b"{\"at\": 21.5}").collect();
        [turn(false, &publish), turn(true, &[0x40, 2, 0, id])]
    };
    let turns: Vec<Turn> = (1..=8).flat_map(both).collect();
    // All but the handshake.
    let seen = inspect(&turns, 4321, 2).into_consumer();
    assert_eq!(seen.0.concat(), "PUBLISHPUBACK".repeat(8));
    let [server, client] = [Some(Sender::Server), Some(Sender::Client)];
    assert_eq!(seen.1, [server, client].repeat(8));
}

/// What other protocols begin with: the client's first bytes, and the server's.
const OTHERS: &[(&str, &[u8], &[u8])] = &[
    ("HTTP", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n0123456789"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0", b"\0\0\0\x04\0\0\0\0\0"),
    (
        "TLS",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
        b"\x16\x03\x03\x00\x05\x02\x00\x00\x01\x03",
    ),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-2.0-dropbear\r\n\0\0\x01\x04\x06\x14"),
    ("Redis", b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", b"$2\r\nok\r\n+PONG\r\n+PONG\r\n:1\r\n"),
    ("Memcached", b"get a\r\nget b\r\n", b"VALUE a 0 1\r\n1\r\nEND\r\n"),
    ("PostgreSQL", b"\0\0\0\x08\x04\xd2\x16\x2f", b"R\0\0\0\x08\0\0\0\0S\0\0\0\x16a\0b\0"),
    (
        "MySQL",
        b"\x20\0\0\x01\x85\xa6\xff\x01\0\0\0\x01\x21\0\0\0",
        b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0",
    ),
    (
        "MongoDB",
        b"\x3a\0\0\0\x01\0\0\0\0\0\0\0\xd4\x07\0\0",
        b"\x24\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0",
    ),
    ("SMTP", b"EHLO a\r\nMAIL FROM:<a@b>\r\n", b"220 mail ESMTP\r\n250 ok\r\n250 ok\r\n"),
    ("FTP", b"USER a\r\nPASS b\r\n", b"220 ready\r\n331 password\r\n230 in\r\n"),
    ("IMAP", b"a1 LOGIN a b\r\n", b"* OK ready\r\na1 OK in\r\n"),
    ("IRC", b"NICK a\r\nUSER a 0 * :a\r\n", b":srv 001 a :Welcome\r\nPING :x\r\n"),
    ("AMQP", b"AMQP\0\0\x09\x01", b"\x01\0\0\0\0\x01\xe7\0\x0a\0\x0a\0\x09"),
    ("STOMP", b"CONNECT\naccept-version:1.2\n\n\0", b"CONNECTED\nversion:1.2\n\n\0"),
    ("NATS", b"CONNECT {}\r\nPING\r\nSUB a 1\r\n", b"INFO {}\r\nPONG\r\nMSG a 1 2\r\nhi\r\n"),
    ("Kafka", b"\0\0\0\x23\0\x12\0\x03\0\0\0\x01\0\x08console\0", b"\0\0\0\x10\0\0\0\x01\0\0\0\0"),
    (
        "LDAP",
        b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0",
    ),
    (
        "RDP",
        b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0",
        b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0",
    ),
    ("SMB", b"\0\0\0\x45\xffSMBr\0\0\0\0\x18\x53\xc8", b"\0\0\0\x55\xffSMBr\0\0\0\0\x98"),
    ("Modbus", b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x0a", b"\0\x01\0\0\0\x17\x01\x03\x14\0\0"),
    (
        "DNS",
        b"\0\x1d\xab\xcd\x01\0\0\x01\0\0\0\0\0\0\x03www",
        b"\0\x2d\xab\xcd\x81\x80\0\x01\0\x01",
    ),
    (
        "BitTorrent",
        b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x05",
        b"\x13BitTorrent protocol\0\0\0\0",
    ),
    ("RTSP", b"OPTIONS rtsp://a RTSP/1.0\r\n\r\n", b"RTSP/1.0 200 OK\r\n\r\n"),
    (
        "BGP",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x1d\x01\x04",
        b"\xff\xff\xff\xff",
    ),
    ("zeros", &[0; 600], &[0; 600]),
    ("digits", b"0123456789 2345678 2345678 2345678", b"0123456789 4567 4567 4567 4567"),
    ("blanks", b"                                  ", b"\r\n\r\n\r\n\r\n\r\n"),
];

#[test]
fn other_protocols_are_left_alone() {
    for (name, client, server) in OTHERS {
        for repeat in [1, 40] {
            let conversation: Vec<Turn> =
                (0..repeat).flat_map(|_| [turn(true, client), turn(false, server)]).collect();
            let records = read(&conversation, 4321, 0);
            assert!(records.is_empty(), "{name}: {records:?}");
            // The capture begins in the middle of the connection, or has one side alone.
            assert!(read(&conversation, 4321, 2).is_empty(), "{name} from the middle");
            let one: Vec<Turn> = conversation.into_iter().filter(|t| !t.from_client).collect();
            assert!(read(&one, 4321, 2).is_empty(), "{name}, the server alone");
        }
    }
}

/// What a capture without MQTT is told by: a handshake alone says nothing of what passes there.
#[test]
fn what_passes_on_another_port_is_known_by_its_payload() {
    assert_eq!(inspect(&[], 4321, 0).other(4321), Passing::Nothing);
    let text = [turn(true, b"hello, is anybody there?"), turn(false, b"no, there is nobody here")];
    assert_eq!(inspect(&text, 4321, 0).other(4321), Passing::Something);
    let web = [turn(true, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")];
    assert_eq!(inspect(&web, 4321, 0).other(4321), Passing::Named("HTTP"));
}

#[test]
fn on_a_port_of_mqtt_one_line_says_what_it_is_instead() {
    let named = ["HTTP", "TLS", "SSH", "AMQP"];
    for (name, client, server) in OTHERS.iter().filter(|(name, ..)| named.contains(name)) {
        let records = read(&[turn(true, client), turn(false, server)], 1883, 0);
        // A session of TLS is told when it shows what it is, and again when it ends.
        let most = if *name == "TLS" { 2 } else { 1 };
        assert!((1..=most).contains(&records.len()), "{name}: {records:?}");
        assert!(records.iter().all(|kind| kind == "TLS" || kind == "NOT MQTT"), "{records:?}");
    }
}

/// Of the protocols above, and of random bytes, on a port of MQTT from the SYN on: no packet.
#[test]
fn on_a_port_of_mqtt_nothing_else_is_taken_for_packets() {
    for (name, client, server) in OTHERS {
        let conversation: Vec<Turn> =
            (0..9).flat_map(|_| [turn(true, client), turn(false, server)]).collect();
        for (what, turns) in [
            ("both", &conversation[..]),
            ("the client alone", &conversation[..1]),
            ("the server first", &conversation[1..]),
        ] {
            let records = read(turns, 1883, 0);
            let is_line = |kind: &String| kind == "TLS" || kind == "NOT MQTT";
            assert!(records.iter().all(is_line), "{name}, {what}: {records:?}");
            assert!(!records.is_empty(), "{name}, {what}");
        }
    }
}

#[test]
fn a_client_that_forgets_its_connect_is_read_all_the_same() {
    let publish = packet(0x30, b"\0\x03a/bhello");
    let records = read(&[turn(true, &publish), turn(false, &[0xe0, 0])], 1883, 0);
    assert_eq!(records, ["PUBLISH", "DISCONNECT"]);
    // A name that is none of MQTT's.
    let strange = packet(0x10, b"\0\x04mqtt\x09\x02\0\0\0\0");
    assert_eq!(read(&[turn(true, &strange)], 1883, 0), ["CONNECT"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Chance makes no MQTT: of 20,000 conversations of random bytes none is read.
    #[test]
    fn random_bytes_are_left_alone(
        turns in vec((any::<bool>(), vec(any::<u8>(), 1..80)), 1..12),
    ) {
        let turns: Vec<Turn> = turns.iter().map(|(client, bytes)| turn(*client, bytes)).collect();
        prop_assert!(read(&turns, 4321, 0).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Nor do lines of text.
    #[test]
    fn text_is_left_alone(
        turns in vec((any::<bool>(), "[ -~]{1,60}\r\n"), 1..20),
    ) {
        let turns: Vec<Turn> =
            turns.iter().map(|(client, text)| turn(*client, text.as_bytes())).collect();
        prop_assert!(read(&turns, 4321, 0).is_empty());
    }
}
