//! Packets as tests alter them.

/// Each packet with all its bytes, cut anywhere, and with each byte changed to any other.
pub(crate) fn each(packets: &[Vec<u8>], mut act: impl FnMut(&[u8])) {
    for packet in packets {
        (0..=packet.len()).for_each(|len| act(&packet[..len]));
        let mut changed = packet.clone();
        for at in 0..packet.len() {
            (0..=255).for_each(|byte| {
                changed[at] = byte;
                act(&changed);
            });
            changed[at] = packet[at];
        }
    }
}

/// Every so many of them, where all would take long. The result is how many all are.
pub(crate) fn every(nth: usize, packets: &[Vec<u8>], mut act: impl FnMut(&[u8])) -> usize {
    let mut count = 0;
    each(packets, |packet| {
        count += 1;
        if count % nth == 0 {
            act(packet);
        }
    });
    count
}

/// A PUBLISH of each kind, acknowledgements with and without a reason code, and a PINGREQ.
pub(crate) fn usual() -> Vec<Vec<u8>> {
    let long = [&b"\x32\x85\x01\0\x01t\0\x07"[..], &[b'x'; 128]].concat();
    let packets: [&[u8]; 13] = [
        b"\x30\x05\0\x03a/b",
        b"\x3d\x0a\0\x01t\0\x2a\x03\x23\0\x01hi",
        b"\x34\x08\0\x01t\0\x01\0hi",
        b"\x30\x08\0\0\x03\x23\0\x01hi",
        b"\x30\x08\0\x01t\x02\x01\x01\xc3\xa9",
        b"\x30\x0b\0\x01t\x07\x26\0\x01k\0\x01v",
        b"\x30\x09\0\x01t\x04\x0b\x01\x01\x01!",
        b"\x40\x02\0\x07",
        b"\x50\x03\0\x07\x10",
        b"\x62\x04\0\x07\x92\0",
        b"\x70\x02\x01\0",
        b"\xc0\0",
        &long,
    ];
    packets.map(<[u8]>::to_vec).to_vec()
}
