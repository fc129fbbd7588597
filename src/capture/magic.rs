//! Formats told by their first bytes, never by a file's name.

use super::{
    Fault,
    pcap::Variant,
    window::{Order, Window},
};

/// What a file is, as far as it is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Pcap(Variant),
    PcapNg,
}

/// Tells the format by the first bytes; leaves them in the window.
pub(super) fn format(window: &mut Window) -> Result<Format, Fault> {
    if window.fill(ENOUGH)? == 0 {
        return Err(Fault::Empty);
    }
    if let Some(format) = known(window.bytes()) {
        return Ok(format);
    }
    window.fill(SAMPLE)?;
    Err(foreign(window.bytes()))
}

/// How many bytes decide, so that nothing waits for more on a pipe that grows slowly.
pub(super) const ENOUGH: usize = 4;

/// Bytes looked at to say what a foreign file is.
const SAMPLE: usize = 512;

/// What is known of one capture format.
#[derive(Clone, Copy, Debug)]
pub struct FormatRow {
    /// Its name.
    pub name: &'static str,
    /// Which kinds of it are read.
    pub about: &'static str,
}

/// The capture formats that are read.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "pcap",
        about: "both byte orders, microseconds and nanoseconds, the longer records of old Linux systems",
    },
    FormatRow {
        name: "pcapng",
        about: "several sections in either byte order, several interfaces with links and time resolutions of \
                their own; comments are shown, names stand beside addresses, frames lost are told",
    },
];

/// First bytes of the formats that are read.
const READ: &[([u8; 4], Format)] = &[
    ([0xd4, 0xc3, 0xb2, 0xa1], pcap(Order::Little, 1000, 16)),
    ([0xa1, 0xb2, 0xc3, 0xd4], pcap(Order::Big, 1000, 16)),
    ([0x4d, 0x3c, 0xb2, 0xa1], pcap(Order::Little, 1, 16)),
    ([0xa1, 0xb2, 0x3c, 0x4d], pcap(Order::Big, 1, 16)),
    // A patched libpcap of old Linux systems: eight more bytes in each record header.
    ([0x34, 0xcd, 0xb2, 0xa1], pcap(Order::Little, 1000, 24)),
    ([0xa1, 0xb2, 0xcd, 0x34], pcap(Order::Big, 1000, 24)),
    ([0x0a, 0x0d, 0x0d, 0x0a], Format::PcapNg),
];

const fn pcap(order: Order, fraction: i64, record_header: usize) -> Format {
    Format::Pcap(Variant { order, fraction, record_header })
}

fn known(bytes: &[u8]) -> Option<Format> {
    let first = bytes.first_chunk::<4>()?;
    READ.iter().find(|(magic, _)| magic == first).map(|(_, format)| *format)
}

/// First bytes of formats that are not read, with what to do instead.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (
        b"\xfd7zXZ\0",
        "begins like xz-compressed data",
        "Unpack it first: xz -dc FILE | mqttscope read -",
    ),
    (
        b"BZh",
        "begins like bzip2-compressed data",
        "Unpack it first: bzip2 -dc FILE | mqttscope read -",
    ),
    (
        b"PK\x03\x04",
        "begins like a zip archive",
        "Unpack it first: unzip -p FILE | mqttscope read -",
    ),
    (
        b"7z\xbc\xaf\x27\x1c",
        "begins like a 7z archive",
        "Unpack it first: 7z x -so FILE | mqttscope read -",
    ),
    (
        b"\x1f\x9d",
        "begins like data of compress",
        "Unpack it first: uncompress -c FILE | mqttscope read -",
    ),
    (
        b"\x02\x21\x4c\x18",
        "begins like LZ4 data of the old form",
        "Unpack it first: lz4 -dc FILE | mqttscope read -",
    ),
    (b"snoop\0\0\0", "begins like a snoop capture", CONVERT),
    (b"GMBU", "begins like a Network Monitor capture", CONVERT),
    (b"RTSS", "begins like a Network Monitor capture", CONVERT),
    (b"btsnoop\0", "begins like a Bluetooth capture", "MQTT is not carried by Bluetooth HCI."),
];

const CONVERT: &str = "Convert it first: editcap FILE converted.pcapng";
const PASTE: &str = "Try: mqttscope decode --file FILE";
const UNKNOWN: &str = "Record one with: tcpdump -w FILE tcp port 1883";

fn foreign(bytes: &[u8]) -> Fault {
    if let Some((_, found, advice)) = FOREIGN.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Fault::Foreign { found: (*found).to_owned(), advice };
    }
    let (found, advice) = match text(bytes) {
        Some(true) => ("looks like a hex dump".to_owned(), PASTE),
        Some(false) => ("looks like text".to_owned(), PASTE),
        None if is_connect(bytes) => ("looks like the bytes of an MQTT CONNECT".to_owned(), PASTE),
        None => {
            let start = bytes.get(..8).unwrap_or(bytes);
            let digits: Vec<_> = start.iter().map(|byte| format!("{byte:02x}")).collect();
            (format!("begins with the bytes {}", digits.join(" ")), UNKNOWN)
        }
    };
    Fault::Foreign { found, advice }
}

/// Whether text is mostly hex digits; `None` where it is not text.
fn text(bytes: &[u8]) -> Option<bool> {
    let plain = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if bytes.is_empty() || !bytes.iter().all(plain) {
        return None;
    }
    // The last character may be cut in the middle.
    let whole = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    if whole.saturating_add(4) <= bytes.len() {
        return None;
    }
    let dark = bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    Some(digits.saturating_mul(10) >= dark.saturating_mul(6))
}

/// Whether a protocol name of MQTT stands where a CONNECT has it.
fn is_connect(bytes: &[u8]) -> bool {
    let name = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.starts_with(b"\0\x04MQTT") || rest.starts_with(b"\0\x06MQIsdp")
    };
    bytes.first() == Some(&0x10) && (2..=5).any(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        foreign(bytes).to_string()
    }

    #[test]
    fn a_foreign_file_is_named_and_the_next_step_told() {
        assert!(told(b"\xfd7zXZ\0").contains("xz -dc"));
        assert!(told(b"BZh91AY").contains("bzip2 -dc"));
        assert!(told(b"PK\x03\x04").contains("unzip -p"));
        assert!(told(b"7z\xbc\xaf\x27\x1c").contains("7z x -so"));
        assert!(told(b"0000  10 2f 00 04 4d 51 54 54\n").contains("hex dump"));
        assert!(told("Grüße und sonst nichts, wie immer".as_bytes()).contains("text"));
        assert!(told(b"\x10\x2f\x00\x04MQTT\x05\xc2").contains("CONNECT"));
        assert!(told(b"\x7fELF\x02\x01\x01\0\0").contains("7f 45 4c 46 02 01 01 00."));
    }

    #[test]
    fn no_prefix_of_a_foreign_file_panics() {
        for length in 0..40 {
            told(&vec![0xf0; length]);
            told(&vec![b'a'; length]);
        }
    }
}
