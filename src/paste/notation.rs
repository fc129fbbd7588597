//! The table of notations. Reading, help, documentation and tests loop over its rows.

use super::source::Read;
use super::{
    array, base64, beside, bitlog, bits, buffer, chars, dump, emqx, erlang, esp, fields, folded,
    follow, gdb, hex, printed, quoted, rtthread, tcpdump,
};

/// A way in which people write bytes down.
pub struct Notation {
    /// Its name, as its users know it.
    pub name: &'static str,
    /// A text in this notation that holds [`EXAMPLE`].
    pub example: &'static str,
    pub(super) place: Where,
    pub(super) read: Read,
}

/// Where a reader is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    /// At the beginning of each line.
    Line,
    /// At each of these characters, letters and digits only where a word begins.
    At(&'static str),
    /// Never: another row's reader chooses this row when it sees that the bytes fit better.
    Chosen,
}

/// The packet of every row's example: a CONNECT of 16 bytes.
pub const EXAMPLE: [u8; 16] = *b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02ab";

/// With all letters: the first digit may be mistyped.
const HEX_DIGITS: &str = "0123456789abcdefABCDEFghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ\\%&$";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const fn row(name: &'static str, place: Where, read: Read, example: &'static str) -> Notation {
    Notation { name, example, place, read }
}

/// Every notation. Of two that could read a place the earlier row does.
#[rustfmt::skip]
pub static NOTATIONS: [Notation; 39] = [
    row("RT-Thread AT log", Where::Line, rtthread::read,
        "[D/AT] sendline: 0000-0020: 10 0E 00 04 4D 51 54 54 04 02 00 3C 00 02 61 62 ....MQTT...<..ab"),
    row("log of binary digits", Where::Line, bitlog::read,
        "Send Message Header : 00010000 00001110 00000000 00000100\n\
         Send Message payload : 01001101 01010001 01010100 01010100 00000100 00000010 00000000 00111100 00000000 00000010 01100001 01100010"),
    row("EMQX log", Where::Line, emqx::read,
        "2023-01-30T16:39:24.889009+08:00 [debug] msg: raw_bin_received, peername: 127.0.0.1:62119, bin: 100E00044D5154540402003C00026162, size: 16, type: hex"),
    row("ESP-IDF log", Where::Line, esp::read,
        "I (1234) mqtt: 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62"),
    row("tcpdump -x, -xx, -X, -XX", Where::Line, tcpdump::read,
        "\t0x0000:  100e 0004 4d51 5454 0402 003c 0002 6162  ....MQTT...<..ab"),
    row("tshark -z follow,tcp,raw", Where::Line, follow::read,
        "Follow: tcp,raw\nFilter: tcp.stream eq 0\nNode 0: [::1]:38588\nNode 1: [::1]:1883\n100e00044d5154540402003c00026162\n=====\n"),
    row("gdb x/8xb, x/4xw", Where::Line, gdb::read,
        "0x7ffe4a0 <buf>:\t0x10\t0x0e\t0x00\t0x04\t0x4d\t0x51\t0x54\t0x54\n\
         0x7ffe4a8 <buf+8>:\t0x04\t0x02\t0x00\t0x3c\t0x00\t0x02\t0x61\t0x62"),
    row("xxd", Where::Line, dump::xxd,
        "00000000: 100e 0004 4d51 5454 0402 003c 0002 6162  ....MQTT...<..ab"),
    row("hexdump -C", Where::Line, dump::hexdump_c,
        "00000000  10 0e 00 04 4d 51 54 54  04 02 00 3c 00 02 61 62  |....MQTT...<..ab|\n00000010"),
    row("od -d, -s, -i, -l, od -t u2, d2, u4, d4, u8, d8", Where::Line, fields::decimals,
        "0000000  3600  1024 20813 21588   516 15360   512 25185\n0000020"),
    row("hexdump, hexdump -x, od -x, od (16-bit words)", Where::Line, fields::words,
        "0000000 0e10 0400 514d 5454 0204 3c00 0200 6261\n0000010"),
    row("od -t x4, od -t x8", Where::Line, fields::long_words,
        "0000000 04000e10 5454514d 3c000204 62610200\n0000020"),
    row("od -b, hexdump -b, od -t u1, od -t d1", Where::Line, fields::bytes,
        "0000000  16  14   0   4  77  81  84  84   4   2   0  60   0   2  97  98\n0000020"),
    row("od -c, hexdump -c", Where::Line, chars::read,
        "0000000 020 016  \\0 004   M   Q   T   T 004 002  \\0   <  \\0 002   a   b\n0000020"),
    row("od -A n -c", Where::Line, chars::bare,
        " 020 016  \\0 004   M   Q   T   T 004 002  \\0   <  \\0 002   a   b\n"),
    row("od -t x1", Where::Line, dump::od,
        "0000000 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62\n0000020"),
    row("Wireshark hex dump, tshark -x", Where::Line, dump::wireshark,
        "0000   10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62   ....MQTT...<..ab"),
    row("hex beside its characters (socat -x -v, ngrep -x, Zephyr, Netty)", Where::Line, beside::read,
        "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62  ....MQTT...<..ab"),
    row("od -A n -t x1 with lines *", Where::Line, folded::read,
        " 10\n 0e\n 00\n 04\n 4d\n 51\n 54\n*\n 04\n 02\n 00\n 3c\n 00\n 02\n 61\n 62\n"),
    row("Node <Buffer ..>", Where::At("<"), buffer::read,
        "<Buffer 10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62>"),
    row("Erlang <<..>>", Where::At("<"), erlang::read,
        "<<16,14,0,4,\"MQTT\",4,2,0,16#3c,0,2,\"ab\">>"),
    row("string with escapes (C, Rust, Python, Wireshark)", Where::At("\"'bB"), quoted::read,
        r"b'\x10\x0e\x00\x04MQTT\x04\x02\x00<\x00\x02ab'"),
    row("string with decimal escapes (Lua)", Where::Chosen, quoted::read,
        r#""\16\14\0\4MQTT\4\2\0<\0\2ab""#),
    row("escapes without quotes", Where::At("\\"), quoted::bare,
        r"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02ab"),
    row("escapes with their backslashes doubled", Where::Chosen, quoted::bare,
        r"\\x10\\x0e\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x02ab"),
    row("list of strings", Where::Chosen, array::read,
        "['10', '0e', '00', '04', '4d', '51', '54', '54', '04', '02', '00', '3c', '00', '02', '61', '62']"),
    row("array (C, Rust, Go, JSON, Java, Node)", Where::At("[{("), array::read,
        "{ 0x10, 0x0e, 0x00, 0x04, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 2, 97, 98 }"),
    row("binary digits", Where::At("01OoIl2"), bits::read,
        "00010000 00001110 00000000 00000100 01001101 01010001 01010100 01010100 00000100 00000010 00000000 00111100 00000000 00000010 01100001 01100010"),
    row("hex with zeros left out", Where::At(HEX_DIGITS), printed::read,
        "10 E 0 4 4D 51 54 54 4 2 0 3C 0 2 61 62"),
    row("hex", Where::At(HEX_DIGITS), hex::read,
        "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62"),
    row("hex with 0x", Where::Chosen, hex::read,
        "0x10 0x0e 0x00 0x04 0x4d 0x51 0x54 0x54 0x04 0x02 0x00 0x3c 0x00 0x02 0x61 0x62"),
    row("hex with colons or dashes", Where::Chosen, hex::read,
        "10:0E:00:04:4D:51:54:54:04:02:00:3C:00:02:61:62"),
    row("hex stream, xxd -p", Where::Chosen, hex::read,
        "100e00044d5154540402003c00026162"),
    row("hex with h", Where::Chosen, hex::read,
        "10h 0Eh 00h 04h 4Dh 51h 54h 54h 04h 02h 00h 3Ch 00h 02h 61h 62h"),
    row("hex with &H or $ (BASIC, Pascal)", Where::Chosen, hex::read,
        "&H10, &H0E, &H00, &H04, &H4D, &H51, &H54, &H54, &H04, &H02, &H00, &H3C, &H00, &H02, &H61, &H62"),
    row("hex words, low byte first", Where::Chosen, hex::read,
        "04000e10 5454514d 3c000204 62610200"),
    row("decimal", Where::Chosen, hex::read,
        "16 14 0 4 77 81 84 84 4 2 0 60 0 2 97 98"),
    row("base64", Where::At(LETTERS), base64::read, "EA4ABE1RVFQEAgA8AAJhYg=="),
    row("raw bytes", Where::Chosen, hex::read, ""),
];

/// The names of all rows.
pub fn names() -> Vec<&'static str> {
    NOTATIONS.iter().map(|n| n.name).collect()
}

/// The row of a name: for readers that choose between rows. Names are unique: a test says so.
pub(super) fn named(name: &str, other: &'static Notation) -> &'static Notation {
    NOTATIONS.iter().find(|n| n.name == name).unwrap_or(other)
}

impl std::fmt::Debug for Notation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Notation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Notation {}
