//! Keys from secrets: the PRF of TLS 1.0 to 1.2 and HKDF-Expand-Label of TLS 1.3, written with
//! the HMAC and HKDF of the library.

use super::suite::Hash;
use hkdf::Hkdf;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384};

/// An HMAC, keyed and ready.
trait Hmacs: Mac + KeyInit + Clone {}
impl<T: Mac + KeyInit + Clone> Hmacs for T {}

/// The pseudorandom function of a version before 1.3: RFC 5246 section 5, RFC 4346 section 5.
/// `seed` is what follows the label.
pub(super) fn prf(
    version: u16,
    hash: Hash,
    secret: &[u8],
    label: &str,
    seed: &[u8],
    out: &mut [u8],
) {
    let seed = [label.as_bytes(), seed].concat();
    match (version, hash) {
        (0x0303, Hash::Sha384) => spread::<Hmac<Sha384>>(secret, &seed, out),
        (0x0303, _) => spread::<Hmac<Sha256>>(secret, &seed, out),
        _ => {
            // Two halves that overlap by a byte where the length is odd.
            let half = secret.len().div_ceil(2);
            let first = secret.get(..half).unwrap_or_default();
            let second = secret.get(secret.len().saturating_sub(half)..).unwrap_or_default();
            spread::<Hmac<Md5>>(first, &seed, out);
            spread::<Hmac<Sha1>>(second, &seed, out);
        }
    }
}

/// P_hash of RFC 5246 section 5, combined with `out` by exclusive or.
fn spread<H: Hmacs>(secret: &[u8], seed: &[u8], out: &mut [u8]) {
    let Ok(keyed) = <H as KeyInit>::new_from_slice(secret) else { return };
    let hash = |parts: [&[u8]; 2]| {
        let mut mac = keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes()
    };
    let mut a = hash([seed, &[]]);
    let mut rest = out;
    while !rest.is_empty() {
        let block = hash([&a, seed]);
        let n = block.len().min(rest.len());
        let (now, later) = rest.split_at_mut(n);
        for (byte, more) in now.iter_mut().zip(block.iter()) {
            *byte ^= more;
        }
        rest = later;
        a = hash([&a, &[]]);
    }
}

/// HKDF-Expand-Label with an empty context: RFC 8446 section 7.1. `None` where the secret is too
/// short for the hash.
pub(super) fn expand_label(hash: Hash, secret: &[u8], label: &str, out: &mut [u8]) -> Option<()> {
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_len = u8::try_from(label.len().checked_add(6)?).ok()?;
    let info: [&[u8]; 5] = [&length, &[label_len], b"tls13 ", label.as_bytes(), &[0]];
    match hash {
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret).ok()?.expand_multi_info(&info, out).ok(),
        _ => Hkdf::<Sha256>::from_prk(secret).ok()?.expand_multi_info(&info, out).ok(),
    }
}

/// Whether a MAC, the parts of its message and its key belong together.
pub(super) fn mac_fits(hash: Hash, key: &[u8], parts: [&[u8]; 2], mac: &[u8]) -> bool {
    fn check<H: Hmacs>(key: &[u8], parts: [&[u8]; 2], mac: &[u8]) -> bool {
        let Ok(mut keyed) = <H as KeyInit>::new_from_slice(key) else { return false };
        for part in parts {
            keyed.update(part);
        }
        keyed.verify_slice(mac).is_ok()
    }
    match hash {
        Hash::Sha1 => check::<Hmac<Sha1>>(key, parts, mac),
        Hash::Sha256 => check::<Hmac<Sha256>>(key, parts, mac),
        Hash::Sha384 => check::<Hmac<Sha384>>(key, parts, mac),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8448 section 3: the server's handshake traffic secret and what is made of it.
    #[test]
    fn expand_label_gives_the_keys_of_rfc_8448() {
        let secret =
            hex::decode("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
                .unwrap();
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        expand_label(Hash::Sha256, &secret, "key", &mut key).unwrap();
        expand_label(Hash::Sha256, &secret, "iv", &mut iv).unwrap();
        assert_eq!(hex::encode(key), "3fce516009c21727d0f2e4e86ee403bc");
        assert_eq!(hex::encode(iv), "5d313eb2671276ee13000b30");
        assert!(expand_label(Hash::Sha256, &[1; 5], "key", &mut key).is_none());
    }

    /// The test vector that circulated for the PRF of TLS 1.2 with SHA-256 (IETF TLS list, 2010).
    #[test]
    fn prf_of_tls_1_2() {
        let secret = hex::decode("9bbe436ba940f017b17652849a71db35").unwrap();
        let seed = hex::decode("a0ba9f936cda311827a6f796ffd5198c").unwrap();
        let mut out = [0; 100];
        prf(0x0303, Hash::Sha256, &secret, "test label", &seed, &mut out);
        assert_eq!(hex::encode(&out[..16]), "e3f229ba727be17b8d122620557cd453");
    }
}
