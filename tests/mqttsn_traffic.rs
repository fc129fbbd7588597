//! Which datagrams of a capture are MQTT-SN, and which are something else.

mod support;

use mqttscope::capture::LinkType;
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use proptest::prelude::*;
use std::ops::ControlFlow;
use support::{datagram, frame};

/// Keeps what matters of each record.
#[derive(Default)]
struct Seen(Vec<String>);

impl Consumer for Seen {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let sender = record.sender_name().unwrap_or("?");
        let topic = record.sn.and_then(|sn| sn.topic).map(|topic| topic.name.clone());
        let topic = topic.map(|name| format!(" [{}]", String::from_utf8_lossy(&name)));
        let rules: Vec<_> = record.tape.findings().iter().map(|f| f.info().id).collect();
        let rules = if rules.is_empty() { String::new() } else { format!(" {}", rules.join(" ")) };
        self.0.push(format!("{sender} {}{}{rules}", record.type_name(), topic.unwrap_or_default()));
        ControlFlow::Continue(())
    }
}

/// Sender, receiver and contents of a datagram.
type Sent<'a> = ((u8, u16), (u8, u16), &'a [u8]);

fn run(settings: Settings, sent: &[Sent<'_>]) -> (Vec<String>, u64) {
    let mut inspector = Inspector::new(Seen::default(), settings);
    for (number, (src, dst, payload)) in (1..).zip(sent) {
        let bytes = datagram(*src, *dst, payload);
        let frame = mqttscope::capture::Frame { number, ..frame(LinkType::RAW.0, &bytes) };
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    let refused = inspector.other_datagrams();
    (inspector.into_consumer().0, refused)
}

fn seen(sent: &[Sent<'_>]) -> Vec<String> {
    run(Settings::default(), sent).0
}

const CLIENT: (u8, u16) = (1, 50_000);
const GATEWAY: (u8, u16) = (2, 1884);
const ODD: (u8, u16) = (2, 2442);
const CONNECT: &[u8] = b"\x07\x04\x04\x01\x00\x3ca";
const CONNACK: &[u8] = b"\x03\x05\x00";
const REGISTER: &[u8] = b"\x09\x0a\x00\x00\x00\x01a/b";
const REGACK: &[u8] = b"\x07\x0b\x00\x05\x00\x01\x00";
const PUBLISH: &[u8] = b"\x09\x0c\x00\x00\x05\x00\x00hi";

#[test]
fn a_connect_tells_a_gateway_on_any_port() {
    let talk: &[Sent<'_>] = &[
        (CLIENT, ODD, PUBLISH),
        (CLIENT, ODD, CONNECT),
        (ODD, CLIENT, CONNACK),
        (CLIENT, ODD, REGISTER),
        (ODD, CLIENT, REGACK),
        (CLIENT, ODD, PUBLISH),
        // Another client of the same gateway.
        ((3, 50_000), ODD, PUBLISH),
    ];
    let expected = [
        "client CONNECT",
        "gateway CONNACK",
        "client REGISTER",
        "gateway REGACK [a/b]",
        "client PUBLISH [a/b]",
        "client PUBLISH sn-topic-unknown",
    ];
    assert_eq!(seen(talk), expected);
    let only_ports = Settings { any_port: false, ..Settings::default() };
    assert!(run(only_ports, talk).0.is_empty());
    let named = Settings { any_port: false, sn_ports: vec![2442], ..Settings::default() };
    assert_eq!(run(named, talk).0.len(), talk.len());
}

#[test]
fn both_default_ports_are_read_from_the_middle_on() {
    for port in [1884, 10_000] {
        let talk: &[Sent<'_>] = &[(CLIENT, (2, port), PUBLISH), ((2, port), CLIENT, PUBLISH)];
        let expected = ["client PUBLISH sn-topic-unknown", "gateway PUBLISH sn-topic-unknown"];
        assert_eq!(seen(talk), expected, "{port}");
    }
}

#[test]
fn clients_and_nodes_behind_a_forwarder_are_told_apart() {
    let behind = |node: u8, message: &[u8]| [&[4, 0xfe, 0, node], message].concat();
    let (register, regack, publish) = (behind(1, REGISTER), behind(1, REGACK), behind(1, PUBLISH));
    let other = behind(2, PUBLISH);
    let talk: &[Sent<'_>] = &[
        (CLIENT, GATEWAY, &register),
        (GATEWAY, CLIENT, &regack),
        (CLIENT, GATEWAY, &publish),
        (CLIENT, GATEWAY, &other),
        (CLIENT, GATEWAY, PUBLISH),
    ];
    let found = seen(talk);
    assert_eq!(found[2], "client PUBLISH [a/b]");
    assert_eq!(found[3], "client PUBLISH sn-topic-unknown");
    assert_eq!(found[4], "client PUBLISH sn-topic-unknown");
}

#[test]
fn several_messages_of_one_datagram_are_records_of_their_own() {
    let two = [REGISTER, PUBLISH].concat();
    let garbage = [REGISTER, b"\x2a\x99nonsense"].concat();
    let talk: &[Sent<'_>] =
        &[(CLIENT, GATEWAY, CONNECT), (CLIENT, GATEWAY, &two), (CLIENT, GATEWAY, &garbage)];
    let expected = [
        "client CONNECT",
        "client REGISTER",
        "client PUBLISH sn-topic-unknown",
        "client REGISTER",
        "client UNDECODED sn-not-a-message",
    ];
    assert_eq!(seen(talk), expected);
}

#[test]
fn what_is_wrong_is_shown_once_it_is_known_to_be_mqtt_sn() {
    let broken = b"\x20\x0c\x00\x00\x05\x00\x00hi";
    let (found, refused) =
        run(Settings::default(), &[(CLIENT, GATEWAY, broken), (CLIENT, GATEWAY, PUBLISH)]);
    assert_eq!((found.len(), refused), (0, 2));
    let after_connect = seen(&[(CLIENT, GATEWAY, CONNECT), (CLIENT, GATEWAY, broken)]);
    assert_eq!(after_connect[1], "client PUBLISH sn-length-too-long");
    let named = Settings { sn_ports: vec![1884], ..Settings::default() };
    assert_eq!(run(named, &[(CLIENT, GATEWAY, broken)]).0, ["client PUBLISH sn-length-too-long"]);
}

/// Whole datagrams of other protocols, as their standards give them; `?` is any byte.
fn others() -> impl Strategy<Value = Vec<u8>> {
    const TEMPLATES: &[&str] = &[
        // DNS: query and answer (RFC 1035), with any id.
        "???? 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 03636f6d 00 0001 0001",
        "???? 8180 0001 0001 0000 0000 03777777 07 6578616d706c65 03636f6d 00 0001 0001 c00c 0001 0001 0000003c 0004 5db8d822",
        // mDNS (RFC 6762): _http._tcp.local.
        "0000 0000 0001 0000 0000 0000 05 5f68747470 04 5f746370 05 6c6f63616c 00 000c 0001",
        "0000 8400 0000 0001 0000 0000 05 5f68747470 04 5f746370 05 6c6f63616c 00 000c 0001 00000078 0002 c00c",
        // NTP (RFC 5905): client and server.
        "23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 ????????????????",
        "24 01 03 e8 ???????? ???????? 47505300 ???????????????? ???????????????? ???????????????? ????????????????",
        // CoAP (RFC 7252): GET, PUT, DELETE, 2.05, empty.
        "40 01 ???? b4 74656d70",
        "44 03 ???? ???????? b4 74656d70 ff 32312e35",
        "41 04 ???? ?? b4 74656d70",
        "64 45 ???? ???????? ff 32322e33 2043",
        "70 00 ????",
        // QUIC (RFC 9000): Initial, and a packet with a short header.
        "c? 00000001 08 ???????????????? 00 00 4496 ???????????????????????????????? ????????????????????????????????",
        "4? ???????????????? ???????????????????????????????? ????????",
        "5? ???????????????? ???????????????????????????????? ????????????????????????????????????????????????",
        // STUN (RFC 5389), RTP (RFC 3550), DTLS (RFC 6347), SNMP (RFC 1157), TFTP (RFC 1350).
        "0001 0000 2112a442 ????????????????????????",
        "80 08 ???? ???????? ???????? ????????????????????????????????",
        "16 fefd 0000 0000 0000 0000 0010 01 000004 0000 0000 00000004 ????????",
        "30 26 0201 00 0406 7075626c6963 a019 0204 ???????? 0201 00 0201 00 300b 3009 0605 2b06010201 0500",
        "0001 66696c65 00 6f63746574 00",
        "0003 ???? ????????????????",
        // WireGuard: handshake, and data.
        "01 000000 ???????? ????????????????????????????????",
        "04 000000 ???????? 0000000000000000 ????????????????????????????????",
        // DHCP (RFC 2131), NetBIOS name service (RFC 1002), RIP (RFC 2453).
        "01 01 06 00 ???????? 0000 0000 00000000 00000000 00000000 00000000",
        "???? 0110 0001 0000 0000 0000 20 434b4141414141414141414141414141 00 0021 0001",
        "02 02 0000 0002 0000 c0a80100 ffffff00 00000000 00000001",
    ];
    let binary = (prop::sample::select(TEMPLATES), prop::collection::vec(0u8..16, 256)).prop_map(
        |(template, digits)| {
            let mut digits = digits.into_iter();
            let mut hex = String::new();
            for c in template.chars().filter(|c| *c != ' ') {
                let digit = if c == '?' {
                    u32::from(digits.next().unwrap())
                } else {
                    c.to_digit(16).unwrap()
                };
                hex.push(char::from_digit(digit, 16).unwrap());
            }
            hex::decode(hex).unwrap()
        },
    );
    // SSDP, syslog (RFC 3164 and 5424), SIP (RFC 3261), StatsD.
    let text = prop_oneof![
        Just("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n".to_owned()),
        Just("NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n".to_owned()),
        "<[0-9]{1,3}>Oct 11 22:14:15 host su: [ -~]{0,120}",
        "<[0-9]{1,3}>1 2003-10-11T22:14:15.003Z host app [0-9]{1,5} - - [ -~]{0,120}",
        "(OPTIONS|REGISTER) sip:[a-z]{1,20} SIP/2.0\r\n",
        "[a-z.]{1,40}:[0-9]{1,5}\\|[cgm]",
    ]
    .prop_map(String::into_bytes);
    prop_oneof![4 => binary, 1 => text]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// On ports that nobody named nothing of it is MQTT-SN.
    #[test]
    fn other_protocols_are_left_alone(payloads in prop::collection::vec(others(), 1..20), port in 1u16..) {
        prop_assume!(port != 1884 && port != 10_000);
        let sent: Vec<Sent<'_>> =
            payloads.iter().map(|payload| (CLIENT, (2, port), payload.as_slice())).collect();
        prop_assert_eq!(run(Settings::default(), &sent), (Vec::new(), 0));
    }

    /// Random bytes neither.
    #[test]
    fn random_bytes_are_left_alone(payload in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(seen(&[(CLIENT, (2, 4711), payload.as_slice())]).is_empty());
    }
}

/// Opposite a well-known port it is not even a question.
#[test]
fn a_gateways_port_opposite_a_well_known_one_is_a_clients_own() {
    let sent: &[Sent<'_>] = &[((1, 10_000), (2, 443), PUBLISH), ((2, 53), (1, 1884), b"\0\0")];
    assert_eq!(run(Settings::default(), sent), (Vec::new(), 0));
}

/// A gateway's port as the client's own, by chance: what is not MQTT-SN ends the matter at once.
#[test]
fn a_port_alone_is_no_proof() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut wrong = 0;
    const TIMES: usize = 5_000;
    for _ in 0..TIMES {
        let payload = others().new_tree(&mut runner).unwrap().current();
        let (found, _) =
            run(Settings::default(), &[((1, 10_000), (2, 5_353), payload.as_slice()); 3]);
        wrong += usize::from(!found.is_empty());
    }
    println!("{wrong} of {TIMES} datagrams of other protocols on port 10000 read as MQTT-SN");
    assert!(wrong < TIMES / 1_000, "{wrong} of {TIMES}");
}
