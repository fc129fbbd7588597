//! The decoder against codecs of other hands.
//!
//! Each codec makes a packet of its own typed values and encodes it; what mqttscope decodes must be
//! those values, and no rule of severity error may speak. Then the bytes are damaged: where both
//! decoders still take them, they must say the same.

mod core_plain;
mod core_v3;
mod core_v5;
mod ours;
mod parts;
mod plain;
mod proto_v3;
mod proto_v5;
mod proto_v5_plain;

use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait, Packet};
use mqttscope::spec::Version;
use plain::Plain;
use proptest::prelude::*;

/// Ours must be `expected`, and find nothing wrong.
fn agree(bytes: &[u8], version: Version, expected: Plain, tell: fn(Plain) -> Plain) {
    let ours = ours::read(bytes, version);
    assert!(ours.errors.is_empty(), "legal: {} {:#?}", hex::encode(bytes), ours.errors);
    let packet = ours.packet.map(tell);
    assert_eq!(packet, Some(tell(expected)), "{}", hex::encode(bytes));
}

/// Where ours finds nothing wrong and theirs takes the bytes, both say the same.
fn agree_if_both_take(
    bytes: &[u8],
    version: Version,
    theirs: Option<Plain>,
    tell: fn(Plain) -> Plain,
) {
    let ours = ours::read(bytes, version);
    if let (Some(ours), true, Some(theirs)) = (ours.packet, ours.errors.is_empty(), theirs) {
        assert_eq!(tell(ours), tell(theirs), "{}", hex::encode(bytes));
    }
}

/// A packet's bytes, and the same bytes damaged.
fn and_damaged(bytes: Vec<u8>) -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (Just(bytes.clone()), parts::damaged(bytes))
}

fn proto_v3(version: Version) -> impl Strategy<Value = (Plain, (Vec<u8>, Vec<u8>))> {
    proto_v3::packet(version).prop_flat_map(|packet| {
        let bytes = packet.encode().expect("encodes").as_ref().to_vec();
        (Just(proto_v3::plain(&packet)), and_damaged(bytes))
    })
}

fn proto_v5() -> impl Strategy<Value = (Plain, (Vec<u8>, Vec<u8>))> {
    proto_v5::packet().prop_flat_map(|packet| {
        let bytes = packet.encode().expect("encodes").as_ref().to_vec();
        (Just(proto_v5_plain::plain(&packet)), and_damaged(bytes))
    })
}

fn core(
    packets: impl Strategy<Value = Packet>,
) -> impl Strategy<Value = (Plain, (Vec<u8>, Vec<u8>))> {
    packets.prop_flat_map(|packet| {
        (Just(core_plain::plain(&packet)), and_damaged(packet.to_continuous_buffer()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mqtt_proto_3_1((packet, (bytes, _)) in proto_v3(Version::V31)) {
        agree(&bytes, Version::V31, packet, Plain::loosened);
    }

    #[test]
    fn mqtt_proto_3_1_1((packet, (bytes, damaged)) in proto_v3(Version::V311)) {
        agree(&bytes, Version::V311, packet, Plain::loosened);
        let theirs = mqtt_proto::v3::Packet::decode(&damaged).ok().flatten();
        let theirs = theirs.as_ref().map(proto_v3::plain);
        agree_if_both_take(&damaged, Version::V311, theirs, Plain::loosened);
    }

    #[test]
    fn mqtt_proto_5((packet, (bytes, damaged)) in proto_v5()) {
        agree(&bytes, Version::V5, packet, Plain::loosened);
        let theirs = mqtt_proto::v5::Packet::decode(&damaged).ok().flatten();
        let theirs = theirs.as_ref().map(proto_v5_plain::plain);
        agree_if_both_take(&damaged, Version::V5, theirs, Plain::loosened);
    }

    #[test]
    fn mqtt_protocol_core_3_1_1((packet, (bytes, damaged)) in core(core_v3::packet())) {
        agree(&bytes, Version::V311, packet, |as_it_is| as_it_is);
        let theirs = core_plain::parse(&damaged, Version::V311);
        let theirs = theirs.as_ref().map(core_plain::plain);
        agree_if_both_take(&damaged, Version::V311, theirs, |as_it_is| as_it_is);
    }

    #[test]
    fn mqtt_protocol_core_5((packet, (bytes, damaged)) in core(core_v5::packet())) {
        agree(&bytes, Version::V5, packet, |as_it_is| as_it_is);
        let theirs = core_plain::parse(&damaged, Version::V5);
        let theirs = theirs.as_ref().map(core_plain::plain);
        agree_if_both_take(&damaged, Version::V5, theirs, |as_it_is| as_it_is);
    }
}
