//! What the layer makes of a session.

use crate::peers::Chunks;
use mqttscope::carrier::tls::{Secrets, Tls};
use mqttscope::carrier::{Input, Layer, Output};
use mqttscope::spec::Sender;

pub(crate) type Piece = Option<(u64, Vec<u8>)>;

/// What came out, with what can be checked while it comes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) notes: Vec<String>,
    /// Gaps and data of each side in their order: `None` is a gap; data has its offset below.
    pub(crate) client_pieces: Vec<Piece>,
    pub(crate) server_pieces: Vec<Piece>,
    /// Where each piece of data came from, below: side, from, to.
    pub(crate) ranges: Vec<(bool, u64, u64)>,
    pub(crate) ends: usize,
}

impl Reading {
    pub(crate) fn take(&mut self, sender: Sender, output: Output<'_>) {
        let (bytes, pieces) = match sender {
            Sender::Client => (&mut self.client, &mut self.client_pieces),
            Sender::Server => (&mut self.server, &mut self.server_pieces),
        };
        match output {
            Output::Data { bytes: data, from, to } => {
                assert!(!data.is_empty() && from < to);
                bytes.extend(data);
                pieces.push(Some((from, data.to_vec())));
                self.ranges.push((sender == Sender::Client, from, to));
            }
            Output::Gap(_) => pieces.push(None),
            Output::Note { text, .. } => self.notes.push(text.to_owned()),
            Output::End => self.ends += 1,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn gaps(&self) -> usize {
        self.client_pieces.iter().chain(&self.server_pieces).filter(|piece| piece.is_none()).count()
    }
}

pub(crate) fn secrets(key_log: &str) -> Secrets {
    let secrets = Secrets::new();
    secrets.add_text(key_log.as_bytes());
    secrets
}

/// Reads a session whose ends are told too.
pub(crate) fn read(chunks: &Chunks, secrets: &Secrets) -> Reading {
    let inputs: Vec<_> =
        chunks.iter().map(|(sender, bytes)| (*sender, Input::Data(bytes))).collect();
    read_inputs(&inputs, secrets)
}

/// The same with gaps.
pub(crate) fn read_inputs(inputs: &[(Sender, Input<'_>)], secrets: &Secrets) -> Reading {
    let mut tls = Tls::new(secrets.clone());
    let mut reading = Reading::default();
    let mut needed = [0, 0];
    for (sender, input) in inputs {
        tls.push(*sender, *input, &mut |sender, output| {
            if let Output::Data { from, .. } = output {
                let is_client = usize::from(sender == Sender::Client);
                assert!(from >= needed[is_client], "names bytes that it said it needs no more");
            }
            reading.take(sender, output);
        });
        needed = [tls.needs_from(Sender::Server), tls.needs_from(Sender::Client)];
    }
    for sender in [Sender::Client, Sender::Server] {
        tls.push(sender, Input::End, &mut |sender, output| reading.take(sender, output));
    }
    tls.finish(&mut |sender, output| reading.take(sender, output));
    assert_eq!(reading.ends, 2, "each side ends once");
    reading
}

/// The same bytes in pieces of this length.
pub(crate) fn cut(chunks: &Chunks, len: usize) -> Chunks {
    let pieces = |(sender, bytes): &(Sender, Vec<u8>)| {
        bytes.chunks(len).map(|piece| (*sender, piece.to_vec())).collect::<Vec<_>>()
    };
    chunks.iter().flat_map(pieces).collect()
}
