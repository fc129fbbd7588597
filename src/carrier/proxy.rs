//! The header that a load balancer puts in front of a connection (PROXY protocol, version 1 and 2):
//! a line of its own; what follows is passed on.

use super::signature::proxy_len;
use super::{Input, Layer, Out, Output};
use crate::spec::Sender;
use crate::spec::unit::Unit;

/// The layer of one connection.
#[derive(Debug, Default)]
pub struct Proxy {
    /// What is there of the header.
    held: Vec<u8>,
    is_done: bool,
    client_at: u64,
    server_at: u64,
}

impl Proxy {
    /// A connection whose client begins with the header.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes of the client as long as they belong to the header, and gives the others back.
    fn header<'b>(&mut self, bytes: &'b [u8], out: Out<'_>) -> &'b [u8] {
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        match proxy_len(&self.held) {
            Some(Some(len)) if len <= self.held.len() => {
                self.held.truncate(len);
                self.client_at = self.client_at.saturating_add(len.saturating_sub(before) as u64);
                self.give(out);
                bytes.get(len.saturating_sub(before)..).unwrap_or_default()
            }
            Some(_) => {
                self.client_at = self.client_at.saturating_add(bytes.len() as u64);
                &[]
            }
            // No header at all: nothing of it is kept from those above.
            None => {
                self.is_done = true;
                self.held.truncate(before);
                let held = std::mem::take(&mut self.held);
                if !held.is_empty() {
                    let from = self.client_at.saturating_sub(held.len() as u64);
                    out(Sender::Client, Output::Data { bytes: &held, from, to: self.client_at });
                }
                bytes
            }
        }
    }

    /// Gives what is held as the header, whole or not.
    fn give(&mut self, out: Out<'_>) {
        self.is_done = true;
        let bytes = std::mem::take(&mut self.held);
        if !bytes.is_empty() {
            let from = self.client_at.saturating_sub(bytes.len() as u64);
            let unit = Output::Unit { unit: Unit::PROXY, bytes: &bytes, from, to: self.client_at };
            out(Sender::Client, unit);
        }
    }
}

impl Layer for Proxy {
    fn name(&self) -> &'static str {
        "a PROXY header"
    }

    fn push(&mut self, sender: Sender, input: Input<'_>, out: Out<'_>) {
        let is_header = sender == Sender::Client && !self.is_done;
        let bytes = match input {
            Input::Data(bytes) if is_header => self.header(bytes, out),
            Input::Data(bytes) => bytes,
            Input::Gap(_) | Input::End => {
                if is_header {
                    self.give(out);
                }
                &[]
            }
        };
        let at = match sender {
            Sender::Client => &mut self.client_at,
            Sender::Server => &mut self.server_at,
        };
        match input {
            Input::Data(_) if bytes.is_empty() => {}
            Input::Data(_) => {
                let from = *at;
                *at = at.saturating_add(bytes.len() as u64);
                out(sender, Output::Data { bytes, from, to: *at });
            }
            Input::Gap(missing) => {
                *at = at.saturating_add(missing.unwrap_or(0));
                out(sender, Output::Gap(missing));
            }
            Input::End => out(sender, Output::End),
        }
    }

    fn needs_from(&self, sender: Sender) -> u64 {
        match sender {
            Sender::Client => self.client_at.saturating_sub(self.held.len() as u64),
            Sender::Server => self.server_at,
        }
    }

    fn finish(&mut self, out: Out<'_>) {
        self.give(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::proxy::SIGNATURE;

    fn run(pieces: &[&[u8]]) -> String {
        let mut layer = Proxy::new();
        let mut shown = Vec::new();
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            layer.push(Sender::Client, Input::Data(piece), &mut |_, output| match output {
                Output::Data { bytes, from, to } => {
                    assert_eq!(to - from, bytes.len() as u64);
                    shown.push(format!("{from}..{to} {}", String::from_utf8_lossy(bytes)));
                }
                Output::Unit { unit, from, to, .. } => shown.push(format!("{from}..{to} {unit:?}")),
                other => panic!("{other:?}"),
            });
        }
        shown.join(" ")
    }

    #[test]
    fn the_header_comes_off_wherever_it_is_cut() {
        let v1 = b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n".to_vec();
        let v2 = [&SIGNATURE[..], b"\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\x07\x5b"]
            .concat();
        for head in [v1, v2] {
            let n = head.len();
            let all = [&head[..], b"rest"].concat();
            for cut in 0..=n {
                let expected = format!("0..{n} PROXY {n}..{} rest", n + 4);
                assert_eq!(run(&[&all[..cut], &all[cut..]]), expected, "{cut}");
            }
        }
    }

    #[test]
    fn what_is_no_header_goes_through() {
        assert_eq!(run(&[b"PRO", b"TEST"]), "0..3 PRO 3..7 TEST");
    }
}
