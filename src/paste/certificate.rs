//! Numbers, keys and signatures as `openssl x509 -text` prints them: a heading says what they are, and pairs of hex
//! with colons stand below it; and blocks of base64 between `-----BEGIN ..-----` and `-----END ..-----`. They are no
//! packets.

use super::source::{Line, Source};

/// The offset behind the values of the heading at `at`.
pub(super) fn values(source: Source<'_>, at: usize) -> Option<usize> {
    let head = source.line(at);
    let text = head.text.get(..LONGEST_HEAD).unwrap_or(head.text).trim_start().to_ascii_lowercase();
    if !HEADS.into_iter().any(|it| text.starts_with(it)) {
        return None;
    }
    let below = |line: &Line<'_>| line.text.starts_with([' ', '\t']) && is_value(line.text.trim());
    let mut end = head.next;
    while end < source.text.len() {
        let line = source.line(end);
        if !below(&line) {
            break;
        }
        end = line.next;
    }
    (end > head.next).then_some(end)
}

/// The offset behind a block of base64 that begins at `at`.
pub(super) fn block(source: Source<'_>, at: usize) -> Option<usize> {
    if !source.head(at, BEGIN.len()).starts_with(BEGIN) {
        return None;
    }
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let mut end = source.line(at).next;
    while end < source.text.len() {
        let line = source.line(end);
        if line.text.starts_with("-----END ") {
            return Some(line.next);
        }
        if !line.text.bytes().all(is_base64) {
            break;
        }
        end = line.next;
    }
    None
}

/// Whether a line is pairs with colons between them, and perhaps one behind.
fn is_value(line: &str) -> bool {
    let line = line.strip_prefix("keyid:").unwrap_or(line);
    let line = line.strip_suffix(':').unwrap_or(line);
    let is_pair = |it: &str| it.len() == 2 && it.bytes().all(|b| b.is_ascii_hexdigit());
    !line.is_empty() && line.split(':').all(is_pair)
}

const BEGIN: &str = "-----BEGIN ";
/// What stands above them, in small letters.
const HEADS: [&str; 13] = [
    "serial number",
    "modulus",
    "pub:",
    "priv:",
    "signature value",
    "signature algorithm",
    "signature :",
    "log id",
    "x509v3 subject key identifier",
    "x509v3 authority key identifier",
    "prime",
    "coefficient",
    "privateexponent",
];
const LONGEST_HEAD: usize = 80;
