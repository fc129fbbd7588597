//! TLS: a key log and what both sides send.

use super::{Checker, ip_packet, raw_frame};
use crate::carrier::tls::seal::{SUITE, Sealer};
use crate::carrier::tls::{Secrets, Tls};
use crate::carrier::{Input, Layer, Output};
use crate::pipeline::{Inspector, Settings};
use crate::spec::Sender;

/// What one side sends next, or how much of it was not captured.
type Piece = (Sender, Result<Vec<u8>, usize>);

/// The bytes are a session of TLS: those of both sides, or what they say under the seal.
///
/// If the first byte is even, the next two are the length of a key log, and the log follows. If it
/// is odd, there is a handshake of TLS 1.3 and its key log already, and each piece is sealed as the
/// next record of its side unless it says otherwise. Then come pieces with a header of three: flags
/// and a length. Of the flags bit 0 is the side, bit 1 means that it was not captured, bit 2 that
/// it is not sealed; bits 4 and 5 are the type of the record, from 20 on; bits 6 and 7 its padding.
pub fn tls(data: &[u8]) {
    let Some((start, rest)) = data.split_first() else { return };
    if start & 1 == 0 {
        let Some((len, rest)) = rest.split_first_chunk() else { return };
        let (log, rest) = cut(rest, u16::from_be_bytes(*len).into());
        let pieces: Vec<Piece> = pieces(rest)
            .map(|(flags, bytes)| (side(flags), captured(flags, bytes.to_vec())))
            .collect();
        session(log, &pieces);
    } else {
        let mut ends = Ends::new();
        let mut all = ends.hellos();
        all.extend(pieces(rest).map(|(flags, bytes)| ends.piece(flags, bytes)));
        session(ends.key_log().as_bytes(), &all);
    }
}

fn cut(bytes: &[u8], len: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(len).unwrap_or((bytes, &[]))
}

fn pieces(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let ([flags, high, low], tail) = rest.split_first_chunk()?;
        let (bytes, tail) = cut(tail, u16::from_be_bytes([*high, *low]).into());
        rest = tail;
        Some((*flags, bytes))
    })
}

fn side(flags: u8) -> Sender {
    if flags & 1 == 0 { Sender::Client } else { Sender::Server }
}

fn captured(flags: u8, bytes: Vec<u8>) -> Result<Vec<u8>, usize> {
    if flags & 2 == 0 { Ok(bytes) } else { Err(bytes.len()) }
}

/// Both ends of a session whose secrets are bytes that repeat.
struct Ends {
    client: Sealer,
    server: Sealer,
}

const HANDSHAKE: [(&str, u8); 4] = [
    ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", 1),
    ("SERVER_HANDSHAKE_TRAFFIC_SECRET", 2),
    ("CLIENT_TRAFFIC_SECRET_0", 3),
    ("SERVER_TRAFFIC_SECRET_0", 4),
];

impl Ends {
    fn new() -> Self {
        Self { client: Sealer::new([1; 32]), server: Sealer::new([2; 32]) }
    }

    fn key_log(&self) -> String {
        let random = "07".repeat(32);
        let line = |(label, byte): (&str, u8)| {
            format!("{label} {random} {}\n", format!("{byte:02x}").repeat(32))
        };
        HANDSHAKE.map(line).concat()
    }

    fn hellos(&self) -> Vec<Piece> {
        let suite = SUITE.to_be_bytes();
        let client: [&[u8]; 4] = [
            &[3, 3],
            &[7; 32],
            &[0, 0, 2],
            &[suite[0], suite[1], 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4],
        ];
        let server: [&[u8]; 4] =
            [&[3, 3], &[9; 32], &[0], &[suite[0], suite[1], 0, 0, 6, 0, 43, 0, 2, 3, 4]];
        let record = |kind: u8, body: Vec<u8>| {
            let len = u8::try_from(body.len()).unwrap_or_default();
            [&[22, 3, 3, 0, len.saturating_add(4), kind, 0, 0, len], &body[..]].concat()
        };
        vec![
            (Sender::Client, Ok(record(1, client.concat()))),
            (Sender::Server, Ok(record(2, server.concat()))),
        ]
    }

    /// A message Finished or KeyUpdate changes the key behind it, as it does at the reader's.
    fn piece(&mut self, flags: u8, bytes: &[u8]) -> Piece {
        let sender = side(flags);
        if flags & 4 != 0 {
            return (sender, captured(flags, bytes.to_vec()));
        }
        let (sealer, application) = match sender {
            Sender::Client => (&mut self.client, [3; 32]),
            Sender::Server => (&mut self.server, [4; 32]),
        };
        let kind = (flags >> 4 & 3).saturating_add(20);
        let record = sealer.record(kind, bytes, (flags >> 6).into());
        match (kind, bytes.first()) {
            (22, Some(20)) => *sealer = Sealer::new(application),
            (22, Some(24)) => sealer.update(),
            _ => {}
        }
        (sender, captured(flags, record))
    }
}

fn session(key_log: &[u8], pieces: &[Piece]) {
    let secrets = Secrets::new();
    secrets.add_text(key_log);
    alone(pieces, secrets.clone());
    piped(pieces, secrets);
}

/// The layer by itself.
fn alone(pieces: &[Piece], secrets: Secrets) {
    let mut layer = Tls::new(secrets);
    let mut below = [0_u64; 2];
    let mut check = |_: Sender, output: Output<'_>| {
        if let Output::Data { bytes, from, to } = output {
            assert!(!bytes.is_empty() && from < to);
        }
    };
    for (sender, piece) in pieces {
        let input = match piece {
            Ok(bytes) if bytes.is_empty() => continue,
            Ok(bytes) => Input::Data(bytes),
            Err(missing) => Input::Gap(Some(*missing as u64)),
        };
        let [client, server] = &mut below;
        let at = if *sender == Sender::Client { client } else { server };
        let len = piece.as_ref().map_or_else(|missing| *missing, Vec::len);
        *at = at.saturating_add(len as u64);
        layer.push(*sender, input, &mut check);
        assert!(layer.needs_from(*sender) <= *at, "bytes are needed that did not come");
    }
    layer.finish(&mut check);
}

/// The same as segments of TCP, through everything.
fn piped(pieces: &[Piece], secrets: Secrets) {
    const LARGEST: usize = 16_000;
    let mut inspector = Inspector::new(Checker::new(), Settings { secrets, ..Settings::default() });
    let mut sequence = [1_u32; 2];
    let mut segments = vec![(0x02_u8, 0, 0, &[][..]), (0x92, 0, 1, &[])];
    for (sender, piece) in pieces {
        let [client, server] = &mut sequence;
        let (direction, at, ack) = match sender {
            Sender::Client => (0x10_u8, client, *server),
            Sender::Server => (0x90, server, *client),
        };
        match piece {
            Err(missing) => *at = at.wrapping_add(u32::try_from(*missing).unwrap_or_default()),
            Ok(bytes) => {
                for bytes in bytes.chunks(LARGEST) {
                    segments.push((direction, *at, ack, bytes));
                    *at = at.wrapping_add(u32::try_from(bytes.len()).unwrap_or_default());
                }
            }
        }
    }
    for (number, (flags, seq, ack, payload)) in (1_u64..).zip(segments) {
        let packet = ip_packet(flags, seq, ack, payload);
        if inspector.frame(&raw_frame(number, &packet)).is_break() {
            break;
        }
    }
    inspector.finish();
    inspector.into_consumer().end();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the fuzzer is to get behind is opened: through a change of keys, and after a loss.
    #[test]
    fn what_is_sealed_is_opened() {
        let mut ends = Ends::new();
        let mut all = ends.hellos();
        let finished = [&[20, 0, 0, 32][..], &[0; 32]].concat();
        let sent: [(u8, &[u8]); 7] = [
            (0x21, &finished),
            (0x20, &finished),
            (0x30, b"one "),
            (0x20, &[24, 0, 0, 1, 0]),
            (0xf0, b"two "),
            (0x32, b"lost"),
            (0x30, b"four"),
        ];
        all.extend(sent.map(|(flags, bytes)| ends.piece(flags, bytes)));
        let secrets = Secrets::new();
        secrets.add_text(ends.key_log().as_bytes());
        let mut layer = Tls::new(secrets);
        let mut out = Vec::new();
        let mut gaps = 0;
        let mut take = |_: Sender, output: Output<'_>| match output {
            Output::Data { bytes, .. } => out.extend_from_slice(bytes),
            Output::Gap(_) => gaps += 1,
            _ => {}
        };
        for (sender, piece) in &all {
            let input = match piece {
                Ok(bytes) => Input::Data(bytes),
                Err(missing) => Input::Gap(Some(*missing as u64)),
            };
            layer.push(*sender, input, &mut take);
        }
        assert_eq!((String::from_utf8_lossy(&out), gaps), ("one two four".into(), 1));
    }
}
