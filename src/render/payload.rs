//! `-T payload`: the payload of each PUBLISH as it is, one behind the other; with `--split` each in a
//! file of its own.
//!
//! The one format that writes untrusted bytes raw, which is what it is for: the command line keeps it
//! away from terminals.

use super::{Format, Options, OutputError, owner, published};
use crate::pipeline::Record;
use crate::text;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Characters of a topic that the name of a file keeps: with number and ending far below the 255
/// bytes that file systems grant.
const MAX_NAME: usize = 80;

/// Whether bytes are of a kind.
type Fits = fn(&[u8]) -> bool;

/// What a payload is, going by its bytes, and the ending of its file. The first that fits counts.
static CONTENTS: &[(&str, Fits)] = &[
    ("png", |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")),
    ("jpg", |bytes| bytes.starts_with(b"\xff\xd8\xff")),
    ("gif", |bytes| bytes.starts_with(b"GIF8")),
    ("pdf", |bytes| bytes.starts_with(b"%PDF-")),
    ("zip", |bytes| bytes.starts_with(b"PK\x03\x04")),
    ("gz", |bytes| bytes.starts_with(b"\x1f\x8b\x08")),
    ("zst", |bytes| bytes.starts_with(b"\x28\xb5\x2f\xfd")),
    ("xml", |bytes| bytes.starts_with(b"<?xml")),
    ("json", is_json),
    ("txt", text::is_readable),
];

/// An object or a list of JSON: a number alone is as well text.
fn is_json(bytes: &[u8]) -> bool {
    let begins = bytes.trim_ascii_start().first().is_some_and(|byte| b"{[".contains(byte));
    begins && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// Writes payloads.
#[derive(Debug)]
pub struct Payload {
    split: Option<PathBuf>,
    is_begun: bool,
}

impl Payload {
    /// With the user's options: the folder for a file each, if one is named.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { split: options.folder.clone(), is_begun: false }
    }

    /// Writes a file, and its name to `out`. A file that is there already is never written over.
    fn file(&mut self, folder: &Path, name: &str, payload: &[u8]) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_begun, true) {
            fs::create_dir_all(folder).map_err(|error| OutputError::of(folder, error))?;
        }
        let path = folder.join(name);
        let written = owner::create(&path).and_then(|mut file| file.write_all(payload));
        written.map_err(|error| OutputError::of(&path, error))
    }
}

impl Format for Payload {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Some(payload) = published::payload(record) else { return Ok(()) };
        let Some(folder) = self.split.clone() else { return out.write_all(payload) };
        let name = name(record.number, published::topic(record).unwrap_or_default(), payload);
        self.file(&folder, &name, payload)?;
        writeln!(out, "{}", text::safe(&folder.join(name).to_string_lossy()))
    }
}

/// `000007-home_kitchen.json`: the number keeps names apart and in order; of the topic there are
/// letters of ASCII, digits, `-` and `_`, so that no name leads out of the folder, is hidden, or
/// means something to a shell or a file system.
fn name(number: u64, topic: &[u8], payload: &[u8]) -> String {
    let plain = |byte: &u8| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        if is_plain { char::from(*byte) } else { '_' }
    };
    let topic: String = topic.iter().take(MAX_NAME).map(plain).collect();
    let dash = if topic.is_empty() { "" } else { "-" };
    let kind = CONTENTS.iter().find(|(_, fits)| fits(payload)).map_or("bin", |(ending, _)| ending);
    format!("{number:06}{dash}{topic}.{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_whatever_the_topic() {
        for (topic, payload, shown) in [
            (&b"home/kitchen"[..], &b"{\"t\":1}"[..], "000007-home_kitchen.json"),
            (b"../../etc/passwd", b"x", "000007-______etc_passwd.txt"),
            (b"\x1b[2J\xff", b"\x00", "000007-__2J_.bin"),
            (b"", b"\x89PNG\r\n\x1a\n0", "000007.png"),
            (b"21", b"21", "000007-21.txt"),
            (b"e", b"", "000007-e.txt"),
        ] {
            assert_eq!(name(7, topic, payload), shown);
        }
        assert!(name(u64::MAX, &[b'a'; 65_535], b"").len() < 128);
    }
}
