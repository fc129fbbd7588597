//! Packets as tests alter them.

/// Each packet with all its bytes, cut anywhere, and with each byte changed to any other.
pub(super) fn each(packets: &[&[u8]], mut act: impl FnMut(&[u8])) {
    for packet in packets {
        (0..=packet.len()).for_each(|len| act(&packet[..len]));
        let mut changed = packet.to_vec();
        for at in 0..packet.len() {
            (0..=255).for_each(|byte| {
                changed[at] = byte;
                act(&changed);
            });
            changed[at] = packet[at];
        }
    }
}
