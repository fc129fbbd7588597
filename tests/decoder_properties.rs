//! The invariant that everything hangs on: for any bytes whatever, the leaves of a packet's tree
//! cover every bit of it exactly once, children lie inside their parents, and nothing panics.

use mqttscope::annotate::Tape;
use mqttscope::mqtt::{Reading, decode};
use mqttscope::spec::{Sender, Version};
use proptest::prelude::*;

/// Fails unless the tree of `bytes` is well-formed.
fn assert_tiles(bytes: &[u8], how: Reading) {
    let mut tape = Tape::new();
    decode(bytes, how, &mut tape);
    let mut at = 0;
    for leaf in tape.leaves() {
        assert_eq!(leaf.span.start, at, "{how:?} {} {tape:#?}", hex::encode(bytes));
        at = leaf.span.end();
    }
    assert_eq!(at as usize, bytes.len() * 8, "{how:?} {} {tape:#?}", hex::encode(bytes));
    for (i, node) in tape.nodes().iter().enumerate() {
        for child in &tape.nodes()[i + 1..i + 1 + node.below() as usize] {
            assert!(child.depth() > node.depth() && child.below() < node.below());
            assert!(child.span.start >= node.span.start && child.span.end() <= node.span.end());
        }
    }
    for finding in tape.findings() {
        assert!(finding.span.end() as usize <= bytes.len() * 8, "{finding:?}");
    }
}

fn assert_tiles_in_every_reading(bytes: &[u8]) {
    for version in Version::ALL {
        for sender in [None, Some(Sender::Client), Some(Sender::Server)] {
            assert_tiles(bytes, Reading { version, sender });
        }
    }
}

/// Packets of every type, written down from the standard's description of each.
const PACKETS: &[&str] = &[
    "102f00044d51545405c2003c05110000012c000e6d717474785f3063363638643064000561646d696e00067075626c6963",
    "102600044d51545404ee000a0002633100047775702f0004676f6e65000475736572000470617373",
    "20130000102700100000250 12a0129012 2ffff2801",
    "3b1b0003612f62000712 0109026869 0b05 260001 6b000176 7b7d20",
    "500600070010 0000",
    "820e000a000003612f62010003632f2b2e",
    "9006000a0000 0187",
    "a2 0800010000 03612f62",
    "b00600010000 0011",
    "c000",
    "d000",
    "e000",
    "e00b8e091f00066b69636b6564",
    "f00c18 0a 15 00 03 53 43 52 16 00 01 78",
];

fn packets() -> Vec<Vec<u8>> {
    PACKETS.iter().map(|hex| hex::decode(hex.replace(' ', "")).unwrap()).collect()
}

#[test]
fn real_packets_cut_at_every_length() {
    for packet in packets() {
        for cut in 0..=packet.len() {
            assert_tiles_in_every_reading(&packet[..cut]);
        }
    }
}

#[test]
fn real_packets_with_every_byte_changed() {
    for packet in packets() {
        for at in 0..packet.len() {
            for byte in 0..=255 {
                let mut changed = packet.clone();
                changed[at] = byte;
                assert_tiles(&changed, Reading { version: Version::V5, sender: None });
                assert_tiles(&changed, Reading { version: Version::V311, sender: None });
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        assert_tiles_in_every_reading(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_plausible_header(
        kind in 0u8..16, flags in 0u8..16, body in proptest::collection::vec(any::<u8>(), 0..120)
    ) {
        let mut bytes = vec![kind << 4 | flags, body.len() as u8];
        bytes.extend(body);
        assert_tiles_in_every_reading(&bytes);
    }
}
