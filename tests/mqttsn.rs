//! MQTT-SN 1.2: the invariant of the tree, each message of the standard, and what is wrong with
//! broken ones.

use mqttscope::annotate::{Tape, view};
use mqttscope::mqttsn::{Topic, decode, frame, is_connect, messages};
use mqttscope::render::words;
use mqttscope::spec::sn::MessageType;
use mqttscope::spec::sn::message_type::MESSAGE_TYPES;
use mqttscope::spec::{Sender, Version};
use proptest::prelude::*;

/// Messages of every type, put together by hand from the tables of section 5.4.
const MESSAGES: &[(&str, &str)] = &[
    ("ADVERTISE", "05 00 07 0384"),
    ("SEARCHGW", "03 01 02"),
    ("GWINFO", "03 02 07"),
    ("GWINFO", "07 02 07 0a000002"),
    ("CONNECT", "0a 04 0c 01 003c 74657374"),
    ("CONNACK", "03 05 00"),
    ("WILLTOPICREQ", "02 06"),
    ("WILLTOPIC", "07 07 30 612f6263"),
    ("WILLTOPIC", "02 07"),
    ("WILLMSGREQ", "02 08"),
    ("WILLMSG", "06 09 676f6e65"),
    ("REGISTER", "0b 0a 0000 0001 612f622f63"),
    ("REGACK", "07 0b 0001 0001 00"),
    ("PUBLISH", "09 0c 20 0001 0002 6869"),
    ("PUBLISH", "09 0c 22 6162 0002 6869"),
    ("PUBLISH", "09 0c 61 0005 0000 6869"),
    ("PUBLISH", "07 0c 50 0005 0003"),
    ("PUBACK", "07 0d 0001 0002 02"),
    ("PUBCOMP", "04 0e 0002"),
    ("PUBREC", "04 0f 0002"),
    ("PUBREL", "04 10 0002"),
    ("SUBSCRIBE", "08 12 20 0003 612f23"),
    ("SUBSCRIBE", "07 12 21 0004 0005"),
    ("SUBSCRIBE", "07 12 22 0004 6162"),
    ("SUBACK", "08 13 20 0007 0003 00"),
    ("UNSUBSCRIBE", "08 14 00 0003 612f23"),
    ("UNSUBACK", "04 15 0003"),
    ("PINGREQ", "02 16"),
    ("PINGREQ", "06 16 74657374"),
    ("PINGRESP", "02 17"),
    ("DISCONNECT", "02 18"),
    ("DISCONNECT", "04 18 003c"),
    ("WILLTOPICUPD", "07 1a 30 612f6263"),
    ("WILLTOPICUPD", "02 1a"),
    ("WILLTOPICRESP", "03 1b 00"),
    ("WILLMSGUPD", "04 1c 6869"),
    ("WILLMSGRESP", "03 1d 03"),
    ("PUBLISH", "05 fe 01 0005 09 0c 20 0001 0002 6869"),
    ("PINGREQ", "04 fe 00 05 03 fe 02 02 16"),
    ("ENCAPSULATED", "05 fe 01 0005"),
    ("RESERVED", "05 03 010203"),
];

const SENDERS: [Option<Sender>; 3] = [None, Some(Sender::Client), Some(Sender::Server)];

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(' ', "")).unwrap()
}

/// Fails unless the tree of `bytes` is well-formed, whoever sent them.
fn assert_tiles(bytes: &[u8]) {
    for sender in SENDERS {
        let mut tape = Tape::new();
        let decoded = decode(bytes, sender, &mut tape);
        assert_eq!(decoded, decode(bytes, sender, &mut ()), "the tape makes a difference");
        let mut at = 0;
        for leaf in tape.leaves() {
            assert_eq!(leaf.span.start, at, "{} {tape:#?}", hex::encode(bytes));
            at = leaf.span.end();
        }
        assert_eq!(at as usize, bytes.len() * 8, "{} {tape:#?}", hex::encode(bytes));
        for (i, node) in tape.nodes().iter().enumerate() {
            for child in &tape.nodes()[i + 1..i + 1 + node.below() as usize] {
                assert!(child.depth() > node.depth() && child.below() < node.below());
                assert!(child.span.start >= node.span.start && child.span.end() <= node.span.end());
            }
        }
        let context = view::context(bytes, &tape, Version::Sn12, sender);
        for finding in tape.findings() {
            assert!(finding.span.end() as usize <= bytes.len() * 8, "{finding:?}");
            let message = finding.message(&context);
            assert!(!message.contains(['{', '}']), "{message}");
        }
        for row in view::rows(&tape, bytes, true) {
            let _ = (words::value(&row, &context, 80), words::meaning(&row, &context));
        }
    }
    let all: Vec<u8> = messages(bytes).flat_map(|(_, message)| message.to_vec()).collect();
    assert_eq!(all, bytes, "a byte is in no message");
}

/// The messages of the findings of these bytes, with the rule's name.
fn findings(hex: &str) -> Vec<String> {
    let bytes = bytes(hex);
    let mut tape = Tape::new();
    decode(&bytes, None, &mut tape);
    let context = view::context(&bytes, &tape, Version::Sn12, None);
    tape.findings().iter().map(|f| format!("{}: {}", f.info().id, f.message(&context))).collect()
}

#[test]
fn each_message_of_the_standard_reads_without_fault() {
    for (name, hex) in MESSAGES {
        let message = bytes(hex);
        let mut tape = Tape::new();
        let decoded = decode(&message, None, &mut tape);
        let found = decoded.message_type.unwrap();
        assert_eq!(found.name(), *name, "{hex}");
        assert_eq!(messages(&message).count(), 1, "{hex}");
        let clean = *name != "RESERVED";
        assert_eq!(tape.findings().is_empty(), clean, "{hex} {:?}", findings(hex));
        assert_eq!(decoded.message.is_some(), *name != "ENCAPSULATED", "{hex}");
    }
    for row in MESSAGE_TYPES {
        assert!(MESSAGES.iter().any(|(name, _)| *name == row.name), "{} has no example", row.name);
    }
}

#[test]
fn values_arrive_in_the_typed_message() {
    let read = |hex: &str| {
        let bytes: &'static [u8] = Vec::leak(bytes(hex));
        decode(bytes, None, &mut ())
    };
    let connect = read("0a 04 0c 01 003c 74657374").message.unwrap();
    assert_eq!((connect.duration, connect.client_id), (Some(60), Some(&b"test"[..])));
    let publish = read("05 fe 01 0005 09 0c 22 6162 0002 6869");
    assert_eq!(publish.node, Some(&[0, 5][..]));
    let publish = publish.message.unwrap();
    assert_eq!(publish.topic, Some(Topic::Short(b"ab")));
    assert_eq!((publish.msg_id, publish.data), (Some(2), Some(&b"hi"[..])));
    let suback = read("08 13 20 0007 0003 01").message.unwrap();
    assert_eq!(suback.topic, Some(Topic::Id(7)));
    assert_eq!((suback.flags.qos(), suback.msg_id, suback.return_code), (1, Some(3), Some(1)));
}

#[test]
fn a_length_of_three_bytes() {
    let message = [&[1, 1, 4, 0x0c, 0x20, 0, 5, 0, 3][..], &[b'x'; 251]].concat();
    let mut tape = Tape::new();
    let publish = decode(&message, None, &mut tape).message.unwrap();
    assert_eq!((publish.topic, publish.msg_id), (Some(Topic::Id(5)), Some(3)));
    assert_eq!(publish.data.unwrap().len(), 251);
    assert!(tape.findings().is_empty());
    assert_tiles(&message);
}

#[test]
fn what_is_wrong_is_told_with_its_numbers() {
    for (hex, expected) in [
        (
            "0c 0c 20 0001 0002 6869",
            "sn-length-too-long: Length says 12 bytes in all, but only 9 are there",
        ),
        (
            "01 000b 0c 00 0005 0000 6869",
            "sn-length-not-shortest: Length takes 3 bytes for 11, where 1 is enough",
        ),
        ("01 16", "too-short: Length needs 3 bytes, but the end of the bytes leaves 2"),
        ("00 16", "sn-length-too-short: Length is 0, but itself and the message type make 2"),
        ("05 0b 0001 00", "too-short: MsgId needs 2 bytes, but Length leaves 1"),
        (
            "09 0b 0001 0001 00 ff ff",
            "sn-trailing-bytes: 2 bytes left over: REGACK ends before its Length does",
        ),
        ("02 19", "sn-type-reserved: the standard reserves the message type 0x19"),
        ("07 04 f4 01 000a 61", "sn-flag-unused: CONNECT has no use for DUP, which is 1"),
        (
            "07 0c 63 0001 0000",
            "sn-topic-id-type: TopicIdType 3 is reserved: what names the topic cannot be read",
        ),
        ("06 12 60 0001 61", "sn-qos-minus-1: QoS -1 is for PUBLISH alone, not for SUBSCRIBE"),
        (
            "07 0c 60 0001 0000",
            "sn-qos-minus-1-topic: a PUBLISH of QoS -1 needs a short topic name or a pre-defined topic id: the gateway knows no other of this client",
        ),
        (
            "07 0c 20 0001 0000",
            "sn-msg-id-0: MsgId is 0, which is for messages that nothing answers",
        ),
        (
            "07 0c 00 0001 0009",
            "sn-msg-id-unused: MsgId is 9, but in a PUBLISH that nothing answers it must be 0",
        ),
        ("07 0c 00 ffff 0000", "sn-topic-id-reserved: the standard reserves the topic id 65,535"),
        ("07 0b 0000 0001 00", "sn-topic-id-reserved: the standard reserves the topic id 0"),
        ("07 04 00 02 000a 61", "sn-protocol-id: ProtocolId is 2, where MQTT-SN 1.2 has 1"),
        ("06 04 00 01 000a", "sn-client-id-empty: ClientId is empty; it needs 1 to 23 characters"),
        ("03 05 04", "sn-return-code: the standard reserves the return code 0x04"),
        (
            "08 12 02 0001 616263",
            "sn-short-topic-length: a short topic name has two characters, this one has 3 bytes",
        ),
        (
            "09 0a 0000 0001 612f23",
            "topic-wildcard: TopicName holds the wildcard #, which only a filter may",
        ),
        (
            "07 0a 0000 0001 ff",
            "utf8-ill-formed: TopicName is not well-formed UTF-8: byte 0xff at 0 bytes from its beginning",
        ),
    ] {
        assert!(findings(hex).iter().any(|f| f == expected), "{hex}: {:?}", findings(hex));
    }
    assert!(findings("07 0d 0001 0000 00").is_empty(), "a PUBLISH of QoS 0 can be refused");
    assert!(findings("08 13 20 0000 0003 00").is_empty(), "a SUBACK need not grant an id");
}

#[test]
fn forwarders_inside_each_other_are_followed_so_far() {
    let nested = |times| [[3, 0xfe, 0].repeat(times), vec![2, 0x16]].concat();
    for times in 0..8 {
        let bytes = nested(times);
        assert_tiles(&bytes);
        let mut tape = Tape::new();
        let decoded = decode(&bytes, None, &mut tape);
        let is_read = decoded.message_type == Some(MessageType::PINGREQ);
        assert_eq!(is_read, times <= 4, "{times}");
        assert_eq!(tape.findings().is_empty(), times <= 4, "{times}");
    }
    assert_tiles(&nested(60));
}

#[test]
fn messages_cut_anywhere_and_with_every_byte_changed() {
    for (_, hex) in MESSAGES {
        let message = bytes(hex);
        for cut in 0..=message.len() {
            assert_tiles(&message[..cut]);
        }
        for at in 0..message.len() {
            for byte in 0..=255 {
                let mut changed = message.clone();
                changed[at] = byte;
                assert_tiles(&changed);
            }
        }
    }
}

/// The first bytes of datagrams of other protocols, and such as come close to a CONNECT.
#[test]
fn other_traffic_is_no_connect() {
    assert!(is_connect(&bytes("0a 04 0c 01 003c 74657374")));
    for other in [
        // MQTT-SN, but not beyond doubt.
        "0a 04 0c 02 003c 74657374",
        "0a 04 4c 01 003c 74657374",
        "06 04 0c 01 003c",
        "0a 04 0c 01 003c 74657300",
        "0b 04 0c 01 003c 74657374",
        "01 000c 04 0c 01 003c 74657374",
        // DNS query, answer; mDNS; NTP; CoAP GET and DELETE; STUN; DHCP; QUIC; SIP; syslog; SSDP.
        "0a04 0100 0001 0000 0000 0000 0161 00 0001 0001",
        "1404 8180 0001 0001 0000 0000 0161 00 0001 0001",
        "0000 0000 0001 0000 0000 0000 05 5f68747470 04 5f746370 05 6c6f63616c 00 000c 0001",
        "2304 06ec 0000 0000 0000 0000",
        "4001 1234 b3 666f6f",
        "4404 1234 01020304 b3 666f6f",
        "0001 0000 2112a442 000102030405060708090a0b",
        "0101 0600 00003d1d",
        "c0 00000001 08 0001020304050607 00",
        "4f5054494f4e53207369703a",
        "3c33343e4f6374203131",
        "4e4f54494659202a20485454502f312e31",
        // MQTT: every first byte that is short enough.
        "10 04 0004 4d51",
        "0a04 0c01 003c",
    ] {
        assert!(!is_connect(&bytes(other)), "{other}");
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        assert_tiles(&bytes);
    }

    #[test]
    fn any_body_behind_a_header_that_fits(
        kind in 0u8..0x20, long in any::<bool>(), body in proptest::collection::vec(any::<u8>(), 0..120)
    ) {
        let len = body.len() + if long { 4 } else { 2 };
        let header = if long { vec![1, 0, len as u8, kind] } else { vec![len as u8, kind] };
        let bytes = [header, body].concat();
        prop_assert_eq!(frame(&bytes), mqttscope::mqttsn::Framing::Length(bytes.len()));
        assert_tiles(&bytes);
    }

    #[test]
    fn random_datagrams_are_no_connect(bytes in proptest::collection::vec(any::<u8>(), 7..30)) {
        prop_assert!(!is_connect(&bytes));
    }
}
