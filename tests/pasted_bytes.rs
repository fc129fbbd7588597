//! No byte that is pasted gets lost: it stands in a record, or is told to carry no MQTT.

use mqttscope::paste::{Options, parse};
use mqttscope::pipeline::{Consumer, PastedOutcome, PastedSettings, Record, read_pieces};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// The bytes of all records, one after another.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Consumer for Bytes {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.extend_from_slice(record.bytes);
        ControlFlow::Continue(())
    }
}

/// Fails unless every byte is shown in its place, or said to stand in a frame without MQTT.
fn assert_covered(bytes: &[u8]) {
    let text = hex::encode(bytes);
    let paste = parse(&text, &Options::default());
    assert_eq!(paste.mistakes, [], "{text}");
    let PastedOutcome { consumer: Bytes(shown), silent, .. } =
        read_pieces(&paste, PastedSettings::default(), Bytes::default());
    let is_frame = !silent.is_empty();
    assert!(is_frame && silent.len() == paste.pieces.len() || shown == bytes, "{text}");
}

/// Each was once taken for a packet of IP by its first half byte, and then shown by nothing.
#[test]
fn bytes_that_begin_as_ip_are_shown() {
    for text in [
        "4a138f0555d463021b33e8e16b6e3d30b9bd5b3d8670aaa6a03c6af1acaad06c2a889c5dea",
        "4a008f00000000001b0000000000000000000000",
        "6b556ed6076a011683a15929af340c2a992b2f2689976c0649efee0c682750f55b2804de3aaabc3b",
    ] {
        let bytes = hex::decode(text).unwrap();
        let paste = parse(text, &Options::default());
        let Bytes(shown) =
            read_pieces(&paste, PastedSettings::default(), Bytes::default()).consumer;
        assert_eq!(shown, bytes, "{text}");
    }
}

/// A bare acknowledgement of TCP: total length and header agree.
#[test]
fn a_frame_without_mqtt_is_told() {
    for checksum in ["7ccd", "f97c", "0000"] {
        let text = format!(
            "45000028000100004006{checksum}7f0000017f0000010fa0075b0000000100000001501003e800000000"
        );
        let paste = parse(&text, &Options::default());
        let outcome = read_pieces(&paste, PastedSettings::default(), Bytes::default());
        assert_eq!((outcome.silent, outcome.records), (vec![0], 0), "{text}");
    }
}

/// Bytes with what makes up headers of IP and of Ethernet in places where these stand.
fn like_ip() -> impl Strategy<Value = Vec<u8>> {
    let head = prop::sample::select(vec![0x45u8, 0x46, 0x4a, 0x60, 0x6b, 0x40, 0x62]);
    let protocol = prop::sample::select(vec![6u8, 17, 1, 0, 44]);
    let bytes = prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 20..90);
    (head, protocol, bytes, any::<bool>()).prop_map(|(head, protocol, mut bytes, has_length)| {
        bytes[0] = head;
        bytes[9] = protocol;
        bytes[6] = protocol;
        if has_length {
            let len = if head >> 4 == 4 { bytes.len() } else { bytes.len().saturating_sub(40) };
            let at = if head >> 4 == 4 { 2 } else { 4 };
            bytes[at..at + 2].copy_from_slice(&(len as u16).to_be_bytes());
        }
        bytes
    })
}

proptest! {
    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 2..80)) {
        assert_covered(&bytes);
    }

    #[test]
    fn bytes_like_ip(bytes in like_ip()) {
        assert_covered(&bytes);
    }

    #[test]
    fn bytes_like_ethernet(bytes in like_ip(), head in prop::collection::vec(any::<u8>(), 12)) {
        assert_covered(&[&head[..], &[8, 0], &bytes].concat());
    }
}
