//! "Did you mean": legal packets, each broken by one known edit, and how often the repair gives the
//! original back.
//!
//! The packets are the legal ones of `vectors/mosquitto.jsonl` in the folder that MQTTSCOPE_SHARED
//! names, and a few typical ones below, so that it runs without them too.

use mqttscope::annotate::Tape;
use mqttscope::mqtt::repair::repair;
use mqttscope::mqtt::{Framing, Reading, decode, frame};
use mqttscope::spec::{Field, Sender, Version};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// One way to break a packet: what it is called, how, and the least part of the broken packets that
/// come back as they were, in hundredths.
type Break = (&'static str, fn(&Packet) -> Vec<Broken>, usize);

/// The packet, and what stands behind it.
type Broken = (Vec<u8>, Vec<u8>);

#[rustfmt::skip]
const BREAKS: &[Break] = &[
    ("Remaining Length too long", longer, 95),
    ("Remaining Length too short", shorter, 95),
    ("reserved flags", flags, 100),
    ("Property Length forgotten", no_property_length, 90),
    ("Property Length off by one", property_length, 70),
    ("a property of another packet", misplaced_property, 90),
    ("level of the other name", level, 100),
    ("level of the other layout", layout, 65),
    ("Packet Identifier forgotten", no_id, 80),
    ("Packet Identifier 0", zero_id, 100),
    ("length with its bytes swapped", swapped, 100),
    ("length that counts a 00", nul, 70),
    ("length off by one", off_by_one, 80),
    ("a byte too many", trailing, 40),
    ("subscription without options", no_options, 100),
    ("Connect Flags", connect_flags, 90),
    ("length in one byte", one_byte, 90),
    ("Keep Alive forgotten", no_keep_alive, 90),
    ("QoS as a digit", digit, 100),
    ("Remaining Length in two bytes", two_bytes, 95),
    ("Client Identifier without its length", bare_client_id, 90),
];

const TYPICAL: &[(&str, Version)] = &[
    ("101000044d5154540402003c000464656d6f", Version::V311),
    (
        "102400044d51545404c6003c000464656d6f000477696c6c000362796500046a6f686e0003646f65",
        Version::V311,
    ),
    ("101300064d51497364700302003c00056465766963", Version::V31),
    ("101100044d5154540502003c00000464656d6f", Version::V5),
    ("101600044d5154540502003c051100000e10000464656d6f", Version::V5),
    ("301200077465737477657468656c6c6f", Version::V311),
    ("320d0003612f62000a68656c6c6f21", Version::V311),
    ("320e0003612f62000a0068656c6c6f21", Version::V5),
    ("820d0001000873656e736f72732f01", Version::V311),
    ("820e000100000873656e736f72732f01", Version::V5),
    ("a20700020003612f62", Version::V311),
    ("900300010100", Version::V311),
    ("62020007", Version::V311),
    ("200200", Version::V311),
    ("c000", Version::V311),
    ("82080001000361622f00", Version::V311),
];

#[derive(Deserialize)]
struct Vector {
    sender: String,
    version: String,
    hex: String,
    legal: bool,
}

struct Packet {
    bytes: Vec<u8>,
    how: Reading,
    tape: Tape,
}

impl Packet {
    fn new(hex: &str, how: Reading) -> Option<Self> {
        let bytes = hex::decode(hex).expect("hex");
        let mut tape = Tape::new();
        let version = decode(&bytes, how, &mut tape).version;
        // One of the set is tolerated, though the standard forbids it.
        (tape.errors() == 0).then_some(Self { bytes, how: Reading { version, ..how }, tape })
    }

    /// Bytes of the fixed header; none here has a longer one.
    const HEADER: usize = 2;

    /// With other bytes from an offset on, as many as were there.
    fn with(&self, at: usize, new: &[u8]) -> Broken {
        let mut bytes = self.bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        (bytes, Vec::new())
    }

    /// With so many bytes from an offset on replaced, and Remaining Length right.
    fn replaced(&self, at: usize, len: usize, new: &[u8]) -> Broken {
        let mut bytes = self.bytes.clone();
        bytes.splice(at..at + len, new.iter().copied());
        bytes[1] = (bytes.len() - Self::HEADER) as u8;
        (bytes, Vec::new())
    }

    /// Offsets of a field, and behind it.
    fn places(&self, field: Field) -> impl Iterator<Item = (usize, usize)> {
        let nodes = self.tape.nodes().iter().filter(move |node| node.field() == field);
        nodes.map(|node| (node.span.first_byte(), (node.span.end() / 8) as usize))
    }

    fn texts(&self) -> impl Iterator<Item = (usize, usize)> {
        let fields = [
            Field::CLIENT_ID,
            Field::TOPIC,
            Field::TOPIC_FILTER,
            Field::UNSUBSCRIBE_FILTER,
            Field::WILL_TOPIC,
            Field::USER_NAME,
        ];
        fields.into_iter().flat_map(|field| self.places(field))
    }

    fn kind(&self) -> u8 {
        self.bytes[0] >> 4
    }
}

fn longer(packet: &Packet) -> Vec<Broken> {
    (1..4).map(|n| packet.with(1, &[packet.bytes[1] + n])).collect()
}

fn shorter(packet: &Packet) -> Vec<Broken> {
    let cut = |n: u8| {
        let said = packet.bytes[1].checked_sub(n)?;
        let mut bytes = packet.with(1, &[said]).0;
        let behind = bytes.split_off(Packet::HEADER + usize::from(said));
        Some((bytes, behind))
    };
    (1..4).filter_map(cut).collect()
}

fn flags(packet: &Packet) -> Vec<Broken> {
    let first = packet.bytes[0];
    if packet.kind() == 3 {
        return Vec::new();
    }
    (0..16)
        .map(|low| first & 0xf0 | low)
        .filter(|b| *b != first)
        .map(|b| packet.with(0, &[b]))
        .collect()
}

fn no_property_length(packet: &Packet) -> Vec<Broken> {
    let empty =
        packet.tape.nodes().iter().filter(|n| n.field() == Field::PROPERTY_LENGTH && n.value == 0);
    let is_short = matches!(packet.kind(), 4..=7 | 14 | 15);
    empty
        .filter(|_| !is_short)
        .map(|node| packet.replaced(node.span.first_byte(), 1, &[]))
        .collect()
}

fn property_length(packet: &Packet) -> Vec<Broken> {
    let places = packet.places(Field::PROPERTY_LENGTH).map(|(at, _)| at);
    places
        .flat_map(|at| [1u8, 255].map(|n| packet.with(at, &[packet.bytes[at].wrapping_add(n)])))
        .collect()
}

/// Wildcard Subscription Available, which CONNACK alone has, comes first.
fn misplaced_property(packet: &Packet) -> Vec<Broken> {
    let places = packet.places(Field::PROPERTY_LENGTH).filter(|_| packet.kind() != 2);
    let is_short = |at: &usize| packet.bytes[*at] < 0x7e;
    let longer = |at: usize| packet.replaced(at, 1, &[packet.bytes[at] + 2, 0x28, 0]);
    places.map(|(at, _)| at).filter(is_short).map(longer).collect()
}

fn level(packet: &Packet) -> Vec<Broken> {
    let other =
        |(at, _): (usize, usize)| packet.with(at, &[if packet.bytes[at] == 3 { 4 } else { 3 }]);
    packet
        .places(Field::PROTOCOL_LEVEL)
        .filter(|(at, _)| packet.bytes[*at] != 5)
        .map(other)
        .collect()
}

fn layout(packet: &Packet) -> Vec<Broken> {
    let other =
        |(at, _): (usize, usize)| packet.with(at, &[if packet.bytes[at] == 5 { 4 } else { 5 }]);
    packet
        .places(Field::PROTOCOL_LEVEL)
        .filter(|(at, _)| packet.bytes[*at] != 3)
        .map(other)
        .collect()
}

/// The identifier that is put back is 1, so that is what must have been there.
fn no_id(packet: &Packet) -> Vec<Broken> {
    let is_one = |(at, _): &(usize, usize)| {
        matches!(packet.kind(), 3 | 8..=11) && packet.bytes[*at..*at + 2] == [0, 1]
    };
    packet
        .places(Field::PACKET_ID)
        .filter(is_one)
        .map(|(at, _)| packet.replaced(at, 2, &[]))
        .collect()
}

fn zero_id(packet: &Packet) -> Vec<Broken> {
    let is_one = |(at, _): &(usize, usize)| packet.bytes[*at..*at + 2] == [0, 1];
    packet.places(Field::PACKET_ID).filter(is_one).map(|(at, _)| packet.with(at, &[0, 0])).collect()
}

fn swapped(packet: &Packet) -> Vec<Broken> {
    packet
        .texts()
        .map(|(at, _)| packet.with(at, &[packet.bytes[at + 1], packet.bytes[at]]))
        .collect()
}

fn nul(packet: &Packet) -> Vec<Broken> {
    let broken = |(at, end): (usize, usize)| {
        let text = &packet.bytes[at + 2..end];
        let new = [&[0, text.len() as u8 + 1], text, &[0]].concat();
        packet.replaced(at, end - at, &new)
    };
    packet.texts().map(broken).collect()
}

fn off_by_one(packet: &Packet) -> Vec<Broken> {
    let both = |(at, _): (usize, usize)| {
        [1u8, 255].map(|n| packet.with(at + 1, &[packet.bytes[at + 1].wrapping_add(n)]))
    };
    packet.texts().flat_map(both).collect()
}

fn trailing(packet: &Packet) -> Vec<Broken> {
    vec![packet.replaced(packet.bytes.len(), 0, b"\n")]
}

fn no_options(packet: &Packet) -> Vec<Broken> {
    let is_zero = packet.kind() == 8 && packet.bytes.last() == Some(&0);
    is_zero.then(|| packet.replaced(packet.bytes.len() - 1, 1, &[])).into_iter().collect()
}

fn connect_flags(packet: &Packet) -> Vec<Broken> {
    let bits = |(at, _): (usize, usize)| {
        [0x80u8, 0x40, 0x04, 0xc0].map(|bit| packet.with(at, &[packet.bytes[at] ^ bit]))
    };
    packet.places(Field::CONNECT_FLAGS).flat_map(bits).collect()
}

fn one_byte(packet: &Packet) -> Vec<Broken> {
    packet.texts().map(|(at, _)| packet.replaced(at, 1, &[])).collect()
}

/// What is put back is 60 s, so that is what must have been there.
fn no_keep_alive(packet: &Packet) -> Vec<Broken> {
    let is_usual = |(at, _): &(usize, usize)| packet.bytes[*at..*at + 2] == [0, 60];
    packet
        .places(Field::KEEP_ALIVE)
        .filter(is_usual)
        .map(|(at, _)| packet.replaced(at, 2, &[]))
        .collect()
}

fn digit(packet: &Packet) -> Vec<Broken> {
    let is_one = packet.kind() == 8
        && packet.tape.nodes().iter().filter(|n| n.field() == Field::SUBSCRIPTION).count() == 1;
    let last = packet.bytes.len() - 1;
    let qos = packet.bytes[last];
    (is_one && qos <= 2).then(|| packet.with(last, &[b'0' + qos])).into_iter().collect()
}

fn two_bytes(packet: &Packet) -> Vec<Broken> {
    let (first, body) = packet.bytes.split_at(1);
    let is_readable = body.len() > 3;
    let broken = || (vec![first[0], 0], body.to_vec());
    is_readable.then(broken).into_iter().collect()
}

/// Where it is the last field, and not as short as to be read as something else.
fn bare_client_id(packet: &Packet) -> Vec<Broken> {
    let is_last = |(at, end): &(usize, usize)| *end == packet.bytes.len() && end - at > 4;
    let places = packet.places(Field::CLIENT_ID).filter(is_last);
    places.map(|(at, _)| packet.replaced(at, 2, &[])).collect()
}

fn packets() -> Vec<Packet> {
    let how = |version, sender| Reading { version, sender };
    let mut all: Vec<Packet> =
        TYPICAL.iter().filter_map(|(hex, version)| Packet::new(hex, how(*version, None))).collect();
    let Some(shared) = std::env::var_os("MQTTSCOPE_SHARED") else {
        println!(
            "MQTTSCOPE_SHARED names no folder with vectors/mosquitto.jsonl: a few packets only"
        );
        return all;
    };
    let text =
        std::fs::read_to_string(PathBuf::from(shared).join("vectors/mosquitto.jsonl")).unwrap();
    for line in text.lines() {
        let vector: Vector = serde_json::from_str(line).expect("one vector a line");
        let version = Version::ALL.into_iter().find(|v| v.name() == vector.version).unwrap();
        let sender =
            [Sender::Client, Sender::Server].into_iter().find(|s| s.name() == vector.sender);
        if vector.legal {
            all.extend(Packet::new(&vector.hex, how(version, sender)));
        }
    }
    all
}

#[test]
fn a_legal_packet_is_left_alone() {
    for packet in packets() {
        assert_eq!(repair(&packet.bytes, &[], packet.how), None, "{}", hex::encode(&packet.bytes));
    }
}

#[test]
fn what_is_repaired_is_legal() {
    for packet in packets() {
        for (bytes, behind) in BREAKS.iter().flat_map(|(_, make, _)| make(&packet)) {
            if let Some(repaired) = repair(&bytes, &behind, packet.how) {
                assert_eq!(repair(&repaired.bytes, &[], packet.how), None);
                assert!(repaired.text.len() < 110, "{}", repaired.text);
            }
        }
    }
}

#[test]
fn broken_packets_come_back_as_they_were() {
    let packets = packets();
    let mut low = Vec::new();
    for (name, make, floor) in BREAKS {
        let (mut seen, mut original, mut other, mut examples) = (BTreeSet::new(), 0, 0, Vec::new());
        for packet in &packets {
            for (bytes, behind) in make(packet) {
                let mut tape = Tape::new();
                decode(&bytes, packet.how, &mut tape);
                let is_broken = tape.errors() > 0 && seen.insert((bytes.clone(), behind.clone()));
                if !is_broken {
                    continue;
                }
                match repair(&bytes, &behind, packet.how) {
                    Some(repaired) if repaired.bytes == packet.bytes => original += 1,
                    found => {
                        other += usize::from(found.is_some());
                        let shown = found.map(|r| format!("{} ({})", hex::encode(r.bytes), r.text));
                        examples.push(format!(
                            "    {} was {}: {shown:?}",
                            hex::encode(&bytes),
                            hex::encode(&packet.bytes)
                        ));
                    }
                }
            }
        }
        let count = seen.len();
        println!(
            "{name}: {original} of {count} as they were, {other} otherwise, {} not",
            count - original - other
        );
        if std::env::var_os("MQTTSCOPE_EXAMPLES").is_some() {
            println!("{}", examples.join("\n"));
        }
        if original * 100 < count * floor || count == 0 {
            low.push(*name);
        }
    }
    assert!(low.is_empty(), "{low:?}");
}

/// What a Remaining Length leaves out is told from an edit that adds bytes.
#[test]
fn what_is_left_out_of_a_packet_is_counted() {
    let whole = b"\x10\x1c\0\x06MQIsdp\x03\xc6\0\x3c\0\x02ab\0\x01t\0\x01m\0\x01u\0\x01p";
    let (broken, behind) = whole.split_at(whole.len() - 4);
    let broken = [&[0x10, 0x18], &broken[2..]].concat();
    let found = repair(&broken, behind, Reading::default()).unwrap();
    assert_eq!((&found.bytes[..], found.left_out(&broken, behind)), (&whole[..], 4));
    // The lower four bits alone are wrong, and what is behind is no part of it.
    let found = repair(&[0x80, 6, 0, 1, 0, 1, b'a', 0], &[0, 0], Reading::default()).unwrap();
    assert_eq!(found.left_out(&[0x80, 6, 0, 1, 0, 1, b'a', 0], &[0, 0]), 0);
}

/// Remaining Length of the first packet leaves the second one out, as it should.
#[test]
fn a_packet_before_another_one_has_swallowed_nothing() {
    let two = [0xb0, 2, 2, 11, 0xb0, 2, 2, 11];
    for version in Version::ALL {
        let how = Reading { version, sender: None };
        let found = repair(&two, &[], how).map(|found| found.bytes);
        // In 5.0 its reason codes are missing as well.
        let expected = (version != Version::V5).then(|| two[..4].to_vec());
        assert_eq!(found, expected, "{version:?}");
    }
}

/// The byte behind a Topic Filter that is a letter belongs to it: to clear its bits would hide that.
#[test]
fn a_letter_is_no_qos() {
    let broken = hex::decode("820d000a000856686f6d652f2b2f74").unwrap();
    assert_eq!(repair(&broken, &[1], Reading::default()), None);
}

/// A SUBACK of one code, whose code is missing; an identifier before it is the smaller matter.
#[test]
fn a_suback_without_its_code() {
    for (broken, right, version) in
        [("90020001", "9003000100", Version::V311), ("9003000100", "900400010000", Version::V5)]
    {
        let how = Reading { version, sender: Some(Sender::Server) };
        let repaired = repair(&hex::decode(broken).unwrap(), &[], how).unwrap();
        assert_eq!(hex::encode(&repaired.bytes), right);
    }
    // With codes that no identifier has.
    let how = Reading { version: Version::V311, sender: Some(Sender::Server) };
    let repaired = repair(&[0x90, 1, 1], &[], how).unwrap();
    assert_eq!(repaired.bytes, [0x90, 3, 0, 1, 1]);
}

/// A Remaining Length of two bytes, of which the second is lost, or stands first.
#[test]
fn a_remaining_length_of_two_bytes() {
    let body = [b"\0\x03a/b", &[b'x'; 200][..]].concat();
    let whole = [&[0x30, 0xcd, 1], &body[..]].concat();
    let how = Reading { version: Version::V311, sender: Some(Sender::Client) };
    let repaired = |bytes: &[u8]| {
        let Framing::Length(len) = frame(bytes) else { panic!("{bytes:?}") };
        let (broken, behind) = bytes.split_at(len);
        repair(broken, behind, how).map(|repair| (repair.bytes, repair.text))
    };
    let (bytes, text) = repaired(&[&[0x30, 0xcd], &body[..]].concat()).unwrap();
    assert_eq!(bytes, whole);
    assert_eq!(text, "Remaining Length is 205, which takes two bytes: cd 01");
    let (bytes, text) = repaired(&[&[0x30, 1, 0xcd], &body[..]].concat()).unwrap();
    assert_eq!(bytes, whole);
    assert_eq!(text, "Remaining Length has its low byte first: cd 01");
    // One that says nothing of what is there.
    assert_ne!(repaired(&[&[0x30, 0xce], &body[..]].concat()).map(|it| it.0), Some(whole));
}
