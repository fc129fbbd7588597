//! `-T hex`: one line a packet, its bytes as hex digits, ready to be pasted into `decode --lines`.

use super::{Format, Options};
use crate::pipeline::{Needs, Record};
use std::io::{self, Write};

/// Writes lines of hex digits.
#[derive(Debug, Default)]
pub struct Hex {
    line: String,
}

impl Hex {
    /// With the user's options, none of which makes a difference.
    #[must_use]
    pub fn new(_: &Options) -> Self {
        Self::default()
    }
}

impl Format for Hex {
    fn needs(&self) -> Needs {
        Needs::Packet
    }

    fn early(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<bool> {
        self.record(record, out).map(|()| true)
    }

    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        if !record.is_packet() || record.bytes.is_empty() {
            return Ok(());
        }
        self.line.clear();
        for byte in record.bytes {
            for half in [byte >> 4, byte & 0xf] {
                self.line.push(char::from_digit(half.into(), 16).unwrap_or_default());
            }
        }
        self.line.push('\n');
        out.write_all(self.line.as_bytes())
    }
}
