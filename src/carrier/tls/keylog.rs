//! The text of a key log: the NSS key log format (RFC 9850), which a Decryption Secrets Block of
//! pcapng uses too.

use super::secrets::{ClientRandom, Label};
use crate::text::Escaped;
use std::fmt;

/// The longest line that is held, in bytes: the longest that means something has 195.
const MAX_LINE: usize = 512;
/// Bytes of a label that a fault quotes.
const MAX_QUOTED: usize = 40;

/// Reads a key log that comes in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyLog {
    /// The line that has begun.
    line: Vec<u8>,
    /// Whether it was longer than what is held.
    too_long: bool,
    /// Lines that have ended.
    lines: u64,
}

/// What a line holds.
pub(super) type Line<'a> = Result<(ClientRandom, Label, &'a [u8]), Fault>;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The label is none that is known.
    Label(String),
    /// The line has too few words, or too many.
    Words(usize),
    /// The second word is no client random.
    Random,
    /// The third word is no secret: how many characters it has.
    Secret(usize),
    /// The line is longer than any that means something.
    TooLong,
    /// The secret belongs to an RSA key exchange by the encrypted premaster secret.
    Rsa,
}

/// What a label stands for: one row a label.
#[derive(Clone, Copy)]
enum Use {
    /// It is read.
    Read(Label),
    /// It is of no use here: other protocols, later keys that follow from earlier ones.
    Pass,
}

#[rustfmt::skip]
static LABELS: &[(&str, Use)] = &[
    ("CLIENT_RANDOM",                   Use::Read(Label::Master)),
    ("CLIENT_EARLY_TRAFFIC_SECRET",     Use::Read(Label::ClientEarly)),
    ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", Use::Read(Label::ClientHandshake)),
    ("SERVER_HANDSHAKE_TRAFFIC_SECRET", Use::Read(Label::ServerHandshake)),
    ("CLIENT_TRAFFIC_SECRET_0",         Use::Read(Label::ClientTraffic)),
    ("SERVER_TRAFFIC_SECRET_0",         Use::Read(Label::ServerTraffic)),
    ("EXPORTER_SECRET",                 Use::Pass),
    ("EARLY_EXPORTER_SECRET",           Use::Pass),
    ("EARLY_EXPORTER_MASTER_SECRET",    Use::Pass),
    ("ECH_SECRET",                      Use::Pass),
    ("ECH_CONFIG",                      Use::Pass),
];

/// Labels with a number or a name behind them, which are passed over.
const PASSED: [&str; 3] = ["CLIENT_TRAFFIC_SECRET_", "SERVER_TRAFFIC_SECRET_", "QUIC_"];

impl KeyLog {
    /// Takes the next piece, and gives each line that ends in it with its number. Lines without a
    /// secret of use are not given.
    pub(super) fn feed(&mut self, mut text: &[u8], found: &mut dyn FnMut(u64, Line<'_>)) {
        while let Some(at) = memchr::memchr(b'\n', text) {
            let (line, rest) = text.split_at(at);
            self.hold(line);
            text = rest.get(1..).unwrap_or_default();
            self.lines = self.lines.saturating_add(1);
            self.line_ended(found);
        }
        self.hold(text);
    }

    fn hold(&mut self, bytes: &[u8]) {
        let free = MAX_LINE.saturating_sub(self.line.len());
        self.too_long |= bytes.len() > free;
        self.line.extend_from_slice(bytes.get(..free).unwrap_or(bytes));
    }

    fn line_ended(&mut self, found: &mut dyn FnMut(u64, Line<'_>)) {
        let mut secret = [0; 48];
        if std::mem::take(&mut self.too_long) && !self.line.starts_with(b"#") {
            found(self.lines, Err(Fault::TooLong));
        } else {
            match parse(&self.line, &mut secret) {
                Ok(None) => {}
                Ok(Some((random, label, len))) => {
                    found(self.lines, Ok((random, label, secret.get(..len).unwrap_or_default())));
                }
                Err(fault) => found(self.lines, Err(fault)),
            }
        }
        self.line.clear();
    }
}

fn parse(
    line: &[u8],
    secret: &mut [u8; 48],
) -> Result<Option<(ClientRandom, Label, usize)>, Fault> {
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let label = words.next().unwrap_or_default();
    let label = match LABELS.iter().find(|row| row.0.as_bytes() == label) {
        Some((_, Use::Read(label))) => *label,
        Some((_, Use::Pass)) => return Ok(None),
        None if PASSED.iter().any(|start| label.starts_with(start.as_bytes())) => return Ok(None),
        None if label == b"RSA" => return Err(Fault::Rsa),
        None => {
            let quoted = label.get(..MAX_QUOTED).unwrap_or(label);
            return Err(Fault::Label(Escaped(quoted).to_string()));
        }
    };
    let (Some(random), Some(text), None) = (words.next(), words.next(), words.next()) else {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        return Err(Fault::Words(words.count()));
    };
    let mut client_random = [0; 32];
    hex::decode_to_slice(random, &mut client_random).map_err(|_| Fault::Random)?;
    let len = text.len() / 2;
    let fits = if label == Label::Master { len == 48 } else { len == 32 || len == 48 };
    let into = secret.get_mut(..len).filter(|_| fits).ok_or(Fault::Secret(text.len()))?;
    hex::decode_to_slice(text, into).map_err(|_| Fault::Secret(text.len()))?;
    Ok(Some((client_random, label, len)))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "\"{label}\" is no label of a key log"),
            Self::Words(words) => {
                write!(f, "there are {words} words, not three: label, client random, secret")
            }
            Self::Random => f.write_str("the client random is not 64 hex digits"),
            Self::Secret(len) => {
                write!(f, "the secret is not 64 or 96 hex digits; it has {len} characters")
            }
            Self::TooLong => write!(f, "the line is longer than {MAX_LINE} bytes"),
            Self::Rsa => {
                f.write_str("secrets by RSA premaster secret are not read; CLIENT_RANDOM lines are")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Found = Result<(u8, Label, usize), String>;

    fn lines(text: &str) -> Vec<(u64, Found)> {
        let mut found = Vec::new();
        KeyLog::default().feed(text.as_bytes(), &mut |number, line| {
            let line = line.map(|(random, label, secret)| (random[0], label, secret.len()));
            found.push((number, line.map_err(|fault| fault.to_string())));
        });
        found
    }

    #[test]
    fn lines_are_told_by_number_and_fault() {
        let random = "ab".repeat(32);
        let text = format!(
            "# SSL/TLS secrets log file\n\nCLIENT_RANDOM {random} {}\r\nCLIENT_TRAFFIC_SECRET_0 {random} {}\n\
             EXPORTER_SECRET {random} 00\nCLIENT_TRAFFIC_SECRET_1 x y\nCLIENT_RANDOM {random}\n\
             CLIENT_RANDOM {random} 00\nSERVER_TRAFFIC_SECRET_0 abc {random}\nWHAT\u{1b} is this\nRSA a b\n{}\n\
             SERVER_TRAFFIC_SECRET_0 {random}",
            "11".repeat(48),
            "22".repeat(32),
            "x".repeat(2000),
        );
        let found = lines(&text);
        assert_eq!(found[0], (3, Ok((0xab, Label::Master, 48))));
        assert_eq!(found[1], (4, Ok((0xab, Label::ClientTraffic, 32))));
        let faults: Vec<_> =
            found[2..].iter().map(|(n, line)| (*n, line.clone().unwrap_err())).collect();
        assert_eq!(faults[0].0, 7);
        assert!(faults[0].1.contains("2 words"), "{faults:?}");
        assert!(faults[1].1.contains("2 characters"));
        assert!(faults[2].1.contains("client random"));
        assert_eq!(faults[3].1, "\"WHAT\\x1b\" is no label of a key log");
        assert!(faults[4].1.contains("RSA"));
        assert!(faults[5].1.contains("longer"));
        assert_eq!(faults.len(), 6, "the last line has not ended");
    }

    proptest! {
        /// However a log is cut, the same lines come out of it.
        #[test]
        fn pieces_make_no_difference(cuts in proptest::collection::vec(1_usize..40, 0..60)) {
            let text = format!("CLIENT_RANDOM {} {}\nbad\n\n", "cd".repeat(32), "ef".repeat(48));
            let mut found = Vec::new();
            let mut log = KeyLog::default();
            let mut rest = text.as_bytes();
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                log.feed(now, &mut |n, line| found.push((n, line.is_ok())));
                rest = later;
            }
            log.feed(rest, &mut |n, line| found.push((n, line.is_ok())));
            prop_assert_eq!(found, vec![(1, true), (2, false)]);
        }

        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            KeyLog::default().feed(&bytes, &mut |_, _| {});
        }
    }
}
