//! The masking of payloads (RFC 6455 5.3).

/// Writes `bytes` into `out` with the mask taken off. `phase` counts the bytes of the payload
/// that stood before them.
pub(super) fn unmask(key: [u8; 4], phase: u64, bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(bytes);
    let [a, b, c, d] = key;
    let key = match phase & 3 {
        0 => [a, b, c, d],
        1 => [b, c, d, a],
        2 => [c, d, a, b],
        _ => [d, a, b, c],
    };
    // Eight bytes at once: the key repeats every four, and a payload may have megabytes.
    let word = u64::from(u32::from_ne_bytes(key));
    let word = word << 32 | word;
    let (chunks, rest) = out.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_bytes_mask_alike() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let plain: Vec<u8> = (0..100).collect();
        for phase in 0..9_usize {
            for len in 0..plain.len() {
                let mut out = Vec::new();
                unmask(key, phase as u64, &plain[..len], &mut out);
                let simple: Vec<u8> = plain[..len]
                    .iter()
                    .enumerate()
                    .map(|(i, b)| b ^ key[(phase + i) % 4])
                    .collect();
                assert_eq!(out, simple, "{phase} {len}");
            }
        }
    }
}
