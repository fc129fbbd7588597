//! `-x`: the bytes of a packet as offset, hex digits and ASCII.

use super::paint::{Painter, Role};
use std::fmt::Write;

/// Bytes in one line.
const WIDTH: usize = 16;

/// The bytes in lines of sixteen, each ended by a line feed. Nothing for no bytes.
///
/// ```
/// use mqttscope::render::{hexdump::hexdump, paint::Painter};
///
/// let dump = hexdump(b"\x30\x03\x00\x01a\x1b\xff", Painter::default());
/// assert_eq!(dump, "0000  30 03 00 01 61 1b ff                               0...a..\n");
/// ```
#[must_use]
pub fn hexdump(bytes: &[u8], painter: Painter) -> String {
    let lines = bytes.len().div_ceil(WIDTH);
    let mut out = String::with_capacity(lines.saturating_mul(80));
    let last = bytes.len().saturating_sub(1);
    let digits = if last > 0xffff { 8 } else { 4 };
    let mut hex = String::new();
    let mut ascii = String::new();
    for (i, chunk) in bytes.chunks(WIDTH).enumerate() {
        line(chunk, &mut hex, &mut ascii);
        let offset = i.saturating_mul(WIDTH);
        // Writing to a String does not fail.
        let _ = writeln!(
            out,
            "{}  {}   {}",
            painter.paint(Role::Offset, format_args!("{offset:0digits$x}")),
            painter.paint(Role::Hex, format_args!("{hex:<48}")),
            painter.paint(Role::Dim, &ascii),
        );
    }
    out
}

/// The two columns of one line: a wider gap parts the halves, a point stands for what is no
/// printable ASCII.
fn line(chunk: &[u8], hex: &mut String, ascii: &mut String) {
    hex.clear();
    ascii.clear();
    for (i, byte) in chunk.iter().enumerate() {
        hex.push_str(match i {
            0 => "",
            8 => "  ",
            _ => " ",
        });
        let _ = write!(hex, "{byte:02x}");
        let is_printable = matches!(byte, 0x20..=0x7e);
        ascii.push(if is_printable { char::from(*byte) } else { '.' });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_sixteen_bytes() {
        let bytes: Vec<u8> = (0x1c..0x2d).collect();
        let expected = "\
0000  1c 1d 1e 1f 20 21 22 23  24 25 26 27 28 29 2a 2b   .... !\"#$%&'()*+
0010  2c                                                 ,
";
        assert_eq!(hexdump(&bytes, Painter::default()), expected);
        assert_eq!(hexdump(&[], Painter::default()), "");
    }

    #[test]
    fn offsets_stay_aligned_in_a_large_packet() {
        let dump = hexdump(&vec![0x7f; 0x1_0001], Painter::default());
        assert!(dump.starts_with("00000000  7f"));
        assert!(dump.lines().last().unwrap().starts_with("00010000  7f"));
        assert!(hexdump(&[0; 0x1_0000], Painter::default()).starts_with("0000  "));
    }
}
