use super::*;
use crate::pipeline::Origin;
use crate::render::sample::{CONNECT, bytes, with_record, written};
use crate::session::{At, Facts, Partner};
use crate::spec::{PacketType, Version};
use crate::text::is_unsafe;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

fn shown(hex: &str, version: Version) -> String {
    let line = with_record(&bytes(hex), version, None, |record| {
        written(&mut Summary::new(&Options::default()), &record)
    });
    let line = line.strip_suffix('\n').unwrap();
    let line = line.strip_prefix("   1  ").unwrap();
    // Type and what matters; the column of the type is as wide as the longest type.
    let (kind, info) = line.split_at_checked(13).unwrap_or((line, ""));
    format!("{} {info}", kind.trim_end()).trim_end().into()
}

#[test]
fn connect_and_connack() {
    assert_eq!(
        shown(CONNECT, Version::V311),
        "CONNECT MQTT 5.0, client \"mqttx_0c668d0d\", Clean Start 1, Keep Alive 60 s, User Name, \
         Password, Session Expiry Interval 300 s"
    );
    // A bridge of 3.1.1 with a Will of QoS 1 and RETAIN.
    assert_eq!(
        shown("1017 0004 4d515454 84 2c 003c 0001 63 0001 77 0005 676f6e6521", Version::V311),
        "CONNECT MQTT 3.1.1, bridge, client \"c\", Clean Session 0, Keep Alive 60 s, \
         Will \"w\" QoS 1 RETAIN 5 bytes \"gone!\""
    );
    assert_eq!(
        shown("200b 00 00 08 12 0002 6162 13 003c", Version::V5),
        "CONNACK Success, Session Present 0, Assigned Client Identifier \"ab\", \
         Server Keep Alive 60 s"
    );
    assert_eq!(
        shown("2002 00 05", Version::V311),
        "CONNACK 5 Connection Refused, not authorized, Session Present 0"
    );
}

#[test]
fn publish_and_its_answers() {
    assert_eq!(
        shown("3b09 0003 612f62 0005 3231", Version::V311),
        "PUBLISH \"a/b\", QoS 1, DUP, RETAIN, id 5, 2 bytes \"21\""
    );
    assert_eq!(
        shown("3008 0000 03 23 0002 ff00", Version::V5),
        "PUBLISH Topic Alias 2, QoS 0, 2 bytes 0xff00"
    );
    assert_eq!(shown("3003 0001 74", Version::V311), "PUBLISH \"t\", QoS 0, 0 bytes");
    assert_eq!(shown("4002 0005", Version::V311), "PUBACK id 5");
    assert_eq!(shown("5004 0005 87 00", Version::V5), "PUBREC id 5, 0x87 Not authorized");
}

#[test]
fn the_beginning_of_a_payload_ends_between_characters() {
    // 3 bytes of topic, then 63 letters and a character of two bytes.
    let payload = format!("{}c3a9", "61".repeat(63));
    let line = shown(&format!("3044 0001 74 {payload}"), Version::V311);
    assert!(line.ends_with(&format!("65 bytes \"{}\"…", "a".repeat(63))), "{line}");
}

#[test]
fn subscriptions() {
    assert_eq!(
        shown("820d 0001 00 0001 61 2d 0003 622f23 00", Version::V5),
        "SUBSCRIBE id 1, \"a\" QoS 1 No Local Retain As Published Retain Handling 2, \"b/#\" QoS 0"
    );
    assert_eq!(
        shown("9005 0001 00 01 87", Version::V5),
        "SUBACK id 1, Granted QoS 1, 0x87 Not authorized"
    );
    assert_eq!(shown("9004 0001 02 80", Version::V311), "SUBACK id 1, Granted QoS 2, 0x80 Failure");
    assert_eq!(shown("a205 0002 0001 61", Version::V311), "UNSUBSCRIBE id 2, \"a\"");
    assert_eq!(shown("b004 0002 00 11", Version::V5), "UNSUBACK id 2, No subscription existed");
}

#[test]
fn the_last_packets() {
    assert_eq!(shown("e000", Version::V5), "DISCONNECT Normal disconnection");
    assert_eq!(shown("e001 8e", Version::V5), "DISCONNECT 0x8e Session taken over");
    assert_eq!(shown("e000", Version::V311), "DISCONNECT");
    assert_eq!(shown("c000", Version::V311), "PINGREQ");
}

#[test]
fn a_broken_packet_shows_what_could_be_read_and_what_is_wrong() {
    let line = shown("3208 0003 612f62", Version::V311);
    assert_eq!(
        line,
        "PUBLISH \"a/b\", QoS 1  ! error: Remaining Length says that 8 bytes follow, \
         but the bytes end after 5 (and 1 more)"
    );
    let line = shown("1011 0004 4d515454 04 c2 003c 0001 63 0009 61", Version::V311);
    assert!(
        line.starts_with(
            "CONNECT MQTT 3.1.1, Clean Session 1, Keep Alive 60 s (1 minute), Client Identifier \"c\", \
             1 byte not decoded  ! error: Remaining Length says that 17 bytes follow"
        ),
        "{line}"
    );
}

#[test]
fn columns_grow_and_stay_aligned() {
    let mut summary = Summary::new(&Options::default());
    let mut line = |number, src: &str, client: Option<&'static [u8]>| {
        with_record(&bytes("c000"), Version::V311, Some(Sender::Client), |record| {
            let origin = Origin {
                time: Some(1_500_000),
                start: Some(0),
                ends: Some((src.parse().unwrap(), "10.0.0.2:1883".parse().unwrap())),
                ..Origin::default()
            };
            let record = Record { number, origin: &origin, client_id: client, ..record };
            written(&mut summary, &record)
        })
    };
    assert_eq!(
        line(1, "10.0.0.1:50000", None),
        "   1  0.001500  10.0.0.1:50000 -> 10.0.0.2:1883  PINGREQ\n"
    );
    assert_eq!(
        line(10_000, "[fe80::1]:50000", Some(b"a\x1bb")),
        "10000  0.001500  [fe80::1]:50000 -> 10.0.0.2:1883  a\\x1bb  PINGREQ\n"
    );
    assert_eq!(
        line(2, "10.0.0.1:50000", Some(b"c")),
        "    2  0.001500  10.0.0.1:50000 -> 10.0.0.2:1883   c       PINGREQ\n"
    );
}

#[test]
fn a_narrow_terminal_shows_the_client_and_an_arrow() {
    let options = Options { width: Some(60), ..Options::default() };
    let mut summary = Summary::new(&options);
    let packet = bytes("3012 0003 612f62 68656c6c6f2c20776f726c6421");
    let line = with_record(&packet, Version::V311, Some(Sender::Server), |record| {
        let ends = Some(("10.0.0.2:1883".parse().unwrap(), "10.0.0.1:50000".parse().unwrap()));
        let origin = Origin { ends, ..Origin::default() };
        written(&mut summary, &Record { origin: &origin, client_id: Some(b"c"), ..record })
    });
    assert_eq!(line, "   1  c <-  PUBLISH      \"a/b\", QoS 0, 13 bytes \"hello, wor…\n");
}

#[test]
fn colours_follow_roles_and_the_dump_follows_the_line() {
    let options = Options { color: true, hex: true, ..Options::default() };
    let text = with_record(&bytes("c000"), Version::V311, None, |record| {
        written(&mut Summary::new(&options), &record)
    });
    assert!(text.contains("\x1b[") && text.contains("PINGREQ"));
    assert_eq!(text.lines().count(), 3);
    assert!(text.ends_with("\n\n"));
}

/// None, a Topic Alias, and two that are shown.
const PROPERTIES: &[&[u8]] = &[b"", b"\x23\0\x01", b"\x01\x01\x03\0\x02\"b"];

/// An answer so many nanoseconds after its packet.
fn answers(latency: u64) -> Partner {
    Partner { kind: PacketType::PUBLISH, at: At::default(), latency: Some(latency) }
}

proptest! {
    #[test]
    fn any_bytes_are_one_safe_line_within_the_width(
        packet in prop::collection::vec(any::<u8>(), 0..200),
        version in prop::sample::select(&Version::ALL[..]),
        width in prop::option::of(20usize..160),
        client in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let options = Options { width, ..Options::default() };
        let text = with_record(&packet, version, None, |record| {
            let record = Record { client_id: Some(&client), ..record };
            written(&mut Summary::new(&options), &record)
        });
        let line = text.strip_suffix('\n').unwrap();
        prop_assert!(!line.chars().any(is_unsafe), "{line:?}");
        prop_assert!(line.width() <= width.unwrap_or(usize::MAX), "{line:?}");
    }

    /// Lines that are neither coloured nor cut are put together in a shorter way.
    #[test]
    fn a_line_without_a_terminal_is_that_of_a_wide_one(
        packet in prop::collection::vec(any::<u8>(), 0..200),
        topic in "[ -~\\\\\"é]{0,20}",
        properties in prop::sample::select(PROPERTIES),
        payload in "[ -~\\\\\"é\n]{0,70}",
        flags in 0..16u8,
        first in prop::sample::select(&[1, 97, 9_998, 999_999_999_998][..]),
        step in 1..3u64,
        version in prop::sample::select(&Version::ALL[..]),
        client in "[a-z\\\\\u{1b}\u{3000}é]{0,24}",
    ) {
        let id: &[u8] = if flags & 6 == 0 { &[] } else { &[1, 2] };
        let len = [properties.len() as u8];
        let len: &[u8] = if version.is_v5() { &len } else { &[] };
        let topic = [&[0, topic.len() as u8], topic.as_bytes()].concat();
        let rest = [&*topic, id, len, properties, payload.as_bytes()].concat();
        let length = [rest.len() as u8 & 0x7f | 0x80, (rest.len() >> 7) as u8];
        let publish = [&[0x30 | flags], &length[..], &rest[..]].concat();
        let puback = vec![0x40, 2, 0x30, 0x39];
        let mut plain = Summary::new(&Options::default());
        let mut wide = Summary::new(&Options { width: Some(9_999), ..Options::default() });
        let ends = ("10.0.0.1:50000".parse().unwrap(), "[fe80::1]:1883".parse().unwrap());
        for (nth, packet) in (0u64..).zip([&packet, &publish, &puback, &publish, &packet]) {
            let number = first + nth * step;
            let time = Some(nth as i64 * 4_700_000_123);
            let origin = &Origin { ends: Some(ends), time, start: Some(0), ..Origin::default() };
            let [plain, wide] = [&mut plain, &mut wide].map(|summary| {
                with_record(packet, version, None, |record| {
                    let client_id = Some(client.as_bytes());
                    let partner = answers(number * 7_919);
                    let facts = &Facts { answers: Some(&partner), ..*record.facts };
                    written(summary, &Record { number, client_id, origin, facts, ..record })
                })
            });
            if line::columns(&text::Escaped(client.as_bytes()).to_string()) <= CLIENT {
                prop_assert_eq!(plain, wide);
            }
        }
    }
}
