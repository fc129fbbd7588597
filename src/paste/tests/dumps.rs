//! Dumps as xxd, hexdump, od, tcpdump and tshark print them, of a conversation of our own.
use super::*;

const XXD: &str = "\
00000000: 102f 0004 4d51 5454 05c2 003c 0511 0000  ./..MQTT...<....
00000010: 012c 000e 6d71 7474 785f 3063 3636 3864  .,..mqttx_0c668d
00000020: 3064 0005 6164 6d69 6e00 0670 7562 6c69  0d..admin..publi
00000030: 63                                       c
";

#[test]
fn the_forms_of_one_dump() {
    let plain: String = XXD.lines().map(|l| format!("{}\n", l[..49].trim_end())).collect();
    let tcpdump: String = XXD.lines().map(|l| format!("\t0x{}\n", &l[4..])).collect();
    let quoted: String = XXD.lines().map(|l| format!("    {l}\n")).collect();
    for text in [XXD, &plain, &tcpdump, &quoted] {
        assert_eq!(hexes(text), [CONNECT], "{text}");
    }
}

#[test]
fn xxd_with_bits_and_with_words() {
    let bits = "00000000: 11000000 00000000 11010000 00000000 11100000 00000000  ......\n";
    assert_eq!(hexes(bits), ["c000d000e000"]);
    let words = "00000000: 04000e10 5454514d 3c000204 62610200  ....MQTT...<..ab\n";
    assert_eq!(hexes(words), [::hex::encode(EXAMPLE)]);
}

/// As xxd 2022-01-14 prints PINGREQ, PINGRESP, a CONNECT cut, and the example with others behind it.
#[test]
fn words_of_xxd_with_their_low_byte_first() {
    for (text, bytes) in [
        ("00000000:     00c0                            ..\n", "c000"),
        ("00000000: 00d000c0                            ....\n", "c000d000"),
        ("00000000: 00c0 00d0                                ....\n", "c000d000"),
        ("00000000:           d000c0                   ...\n", "c000d0"),
        ("00000000: 04000e10       4d                    ....M\n", "100e00044d"),
        (
            "00000000: 04000e10 5454514d 3c000204 62610200  ....MQTT...<..ab\n\
             00000010:   d000c0                             ...\n",
            "100e00044d5154540402003c00026162c000d0",
        ),
        (
            "00000000: 0e10 0400 514d 5454 0204 3c00 0200 6261  ....MQTT...<..ab\n\
             00000010: 00c0   d0                                ...\n",
            "100e00044d5154540402003c00026162c000d0",
        ),
        (
            "00000000: 5454514d04000e10 626102003c000204  ....MQTT...<..ab\n\
             00000010:           d000c0                   ...\n",
            "100e00044d5154540402003c00026162c000d0",
        ),
        (
            "00000000: 626102003c0002045454514d04000e10  ....MQTT...<..ab\n\
             00000010:                           d000c0  ...\n",
            "100e00044d5154540402003c00026162c000d0",
        ),
        // Plain words that could be the others.
        ("00000000: 4002 0240                                @..@\n", "40020240"),
        ("00000000: c000d000                            ....\n", "c000d000"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
}

/// Of each length, in words of each width, as its manual and its source lay them out.
#[test]
fn words_of_each_width_and_length() {
    let line = |bytes: &[u8], width: usize, at: usize| {
        let mut cells = vec![b' '; 16 * 2 + 16 / width];
        for (n, byte) in bytes.iter().enumerate() {
            let place = n ^ (width - 1);
            let column = place * 2 + place / width;
            cells[column..column + 2].copy_from_slice(::hex::encode([*byte]).as_bytes());
        }
        let shown: String = bytes
            .iter()
            .map(|b| if (32..127).contains(b) { char::from(*b) } else { '.' })
            .collect();
        format!("{at:08x}: {} {shown}\n", String::from_utf8(cells).unwrap())
    };
    for width in [2, 4, 8, 16] {
        for len in 7..=40u8 {
            let payload = (0..len - 5).map(|n| if len % 2 == 0 { n } else { n + 32 });
            let packet: Vec<u8> = [0x30, len - 2, 0, 1, b'a'].into_iter().chain(payload).collect();
            let lines = packet.chunks(16).enumerate();
            let text: String = lines.map(|(n, bytes)| line(bytes, width, n * 16)).collect();
            assert_eq!(hexes(&text), [::hex::encode(&packet)], "{text}");
        }
    }
}

#[test]
fn addresses_of_xxd_that_are_decimal() {
    let text = XXD.replace("00000010:", "00000016:").replace("00000020:", "00000032:");
    assert_eq!(hexes(&text.replace("00000030:", "00000048:")), [CONNECT]);
}

/// As od prints them.
#[test]
fn numbers_of_od_that_are_not_hex() {
    let signed = "0000000   16   14    0    4   77   81   84   84\n\
                  0000010    4    2    0   60    0    2   97   98\n\
                  0000020  -64    0\n0000022\n";
    let octal = "0000000 020 016 000 004 115 121 124 124 004 002 000 074 000 002 141 142\n\
                 0000020 300 000\n0000022\n";
    let unsigned = "0000000  16  14   0   4  77  81  84  84   4   2   0  60   0   2  97  98\n\
                    0000020 192   0\n0000022\n";
    for text in [signed, octal, unsigned] {
        assert_eq!(hexes(text), [::hex::encode(EXAMPLE) + "c000"], "{text}");
    }
    assert_eq!(hexes("0000000 10 0e 00 04\n0000004\n"), ["100e0004"]);
}

#[test]
fn an_odd_word_at_the_end() {
    let text = "0000000 0790 0200 0102 0001 0004\n0000011\n";
    assert_eq!(hexes(text), ["900700020201010004"]);
}

#[test]
fn lines_that_a_star_stands_for() {
    let text = "0000000 30 51 00 03 61 2f 62 41 41 41 41 41 41 41 41 41\n\
                0000020 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41\n*\n0000120 41 41 41\n0000123\n";
    let expected = format!("30510003612f62{}", "41".repeat(76));
    assert_eq!(hexes(text), [expected]);
}

#[test]
fn a_line_that_is_missing() {
    let text: String =
        XXD.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, l)| format!("{l}\n")).collect();
    let paste = read(&text);
    assert_eq!(paste.mistakes[0].kind, MistakeKind::Gap { expected: 16, found: 32 });
    let parts: Vec<_> = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
    assert_eq!(parts, [&CONNECT[..32], &CONNECT[64..]]);
    assert_eq!(paste.pieces[1].continues, Some(Continues { mistake: 0, missing: 16, meant: None }));
}

#[test]
fn a_frame_and_its_time() {
    let text = "12:00:00.000001 IP 127.0.0.1.1883 > 127.0.0.1.38588: Flags [P.], length 2\n\
                \t0x0000:  4500 002a 0001 4000 4006 7cca 7f00 0001  E..*..@.@.|.....\n\
                \t0x0010:  7f00 0001 075b 96bc 0000 0001 0000 0001  .....[..........\n\
                \t0x0020:  5018 0200 fe1e 0000 d000                 P.........\n";
    let paste = read(text);
    assert_eq!(paste.pieces.len(), 1);
    let piece = &paste.pieces[0];
    assert_eq!(
        (piece.kind, piece.bytes.len(), piece.place.line),
        (Kind::Frame(Link::RawIp), 42, 2)
    );
    assert_eq!(piece.time.as_ref().unwrap().text, "12:00:00.000001");
}

#[test]
fn both_sides_of_a_followed_stream() {
    let raw = "===\nFollow: tcp,raw\nFilter: tcp.stream eq 3\nNode 0: 10.0.0.1:1883\nNode 1: 10.0.0.2:50000\n\
               \t100e00044d515454\n\t0402003c00026162\n20020000\n\tc000\nd000\n===\n";
    let (client, server) = (Some(Direction::FromClient), Some(Direction::FromServer));
    let expected = [
        (::hex::encode(EXAMPLE), client),
        ("20020000".into(), server),
        ("c000".into(), client),
        ("d000".into(), server),
    ];
    let told = |text: &str| -> Vec<_> {
        read(text).pieces.iter().map(|p| (::hex::encode(&p.bytes), p.direction)).collect()
    };
    assert_eq!(told(raw), expected);
    assert_eq!(read(raw).pieces[0].conversation, 3);
    let hex = "00000000  10 0e 00 04 4d 51 54 54  04 02 00 3c 00 02 61 62   ....MQTT ...<..ab\n    \
               00000000  20 02 00 00                                        ...\n\
               00000010  c0 00                                              ..\n    \
               00000004  d0 00                                              ..\n";
    assert_eq!(told(hex), expected);
}

#[test]
fn wiresharks_strings() {
    let escaped = "\"\\x10\\x0e\\x00\\x04\\x4d\\x51\\x54\\x54\" \\\n\"\\x04\\x02\\x00\\x3c\\x00\\x02\\x61\\x62\"\n";
    assert_eq!(hexes(escaped), [::hex::encode(EXAMPLE)]);
    let c = "char peer0_0[] = { /* Packet 4 */\n0x10, 0x0e, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, \n0x04, 0x02, 0x00, 0x3c };\n\
             char peer0_1[] = { /* Packet 5 */\n0x00, 0x02, 0x61, 0x62 };\nchar peer1_0[] = { /* Packet 6 */\n0x20, 0x02, 0x00, 0x00 };\n";
    assert_eq!(hexes(c), [::hex::encode(EXAMPLE), "20020000".into()]);
    let paste = read(c);
    assert_eq!(paste.pieces[1].direction, Some(Direction::FromServer));
}

/// Blanks are columns of blanks, and at the end of a line an editor cuts them off.
#[test]
fn characters_of_od_with_blanks_at_the_end_of_a_line() {
    let packet = b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04a   ";
    let text = "0000000 020 020  \\0 004   M   Q   T   T 004 002  \\0   <  \\0 004   a    \n0000020        \n0000022\n";
    for text in
        [text.to_owned(), text.replace("   a    \n", "   a\n").replace("20        \n", "20\n")]
    {
        let paste = read(&text);
        assert_eq!(paste.pieces[0].bytes, packet, "{text}");
        assert_eq!(paste.pieces[0].notation.name, "od -c, hexdump -c");
    }
}

#[test]
fn binary_digits_with_their_prefix() {
    for text in
        ["0b11000000 0b00000000", "see 0b11000000, 0b00000000 there", "{0b11000000, 0b00000000}"]
    {
        assert_eq!(read(text).pieces[0].bytes, [0xc0, 0], "{text}");
    }
}

/// Three lines: CONNECT, SUBSCRIBE, PUBLISH and PINGREQ.
const FOUR: &str =
    "100e00044d5154540402003c00026162820800010003612f6200300a000474657374686f6c61c000";

/// A program that prints dumps: its name, what stands in front of the digits of a line, the bytes of a
/// group and of a column, and whether the characters follow.
type Program = (&'static str, fn(usize) -> String, usize, usize, bool);
/// A line of a dump, and where its digits begin and end.
type Line = (String, std::ops::Range<usize>);

/// What the programs print of [`FOUR`].
fn printed() -> Vec<(&'static str, Vec<Line>)> {
    let bytes = ::hex::decode(FOUR).unwrap();
    let ascii = |line: &[u8]| -> String {
        line.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect()
    };
    let rows: [Program; 6] = [
        ("xxd", |at| format!("{at:08x}: "), 2, 16, true),
        ("xxd -g1", |at| format!("{at:08x}: "), 1, 16, true),
        ("hexdump -C", |at| format!("{at:08x}  "), 1, 8, true),
        ("od -t x1", |at| format!("{at:07o} "), 1, 16, false),
        ("od -A x -t x1", |at| format!("{at:06x} "), 1, 16, false),
        ("tshark -x", |at| format!("{at:04x}  "), 1, 16, true),
    ];
    let line = |row: &Program, at: usize, line: &[u8]| {
        let mut text = row.1(at);
        let start = text.len();
        for (n, byte) in line.iter().enumerate() {
            text += &format!("{byte:02x}");
            text += if (n + 1) % row.2 == 0 && n + 1 < line.len() { " " } else { "" };
            text += if (n + 1) % row.3 == 0 && n + 1 < line.len() { " " } else { "" };
        }
        let text = text.replace("   ", "  ");
        let end = text.trim_end().len();
        let text = match row.0 {
            _ if !row.4 => text,
            "hexdump -C" => format!("{text:<58}  |{}|", ascii(line)),
            _ => format!("{text:<58}  {}", ascii(line)),
        };
        (text + "\n", start..end)
    };
    let lines = |row| bytes.chunks(16).enumerate().map(|(n, it)| line(row, n * 16, it)).collect();
    rows.iter().map(|row| (row.0, lines(row))).collect()
}

/// One mistyped digit, wherever it stands, is told and moves nothing: all but the byte is read.
#[test]
fn a_mistyped_digit_of_a_dump_hides_its_byte_alone() {
    for (name, lines) in printed() {
        let whole: String = lines.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(hexes(&whole), [FOUR], "{name}\n{whole}");
        for (number, (line, digits)) in lines.iter().enumerate() {
            for at in digits.clone().filter(|at| line.as_bytes()[*at] != b' ') {
                for wrong in ["O", "g"] {
                    let mut text: Vec<String> =
                        lines.iter().map(|(text, _)| text.clone()).collect();
                    text[number].replace_range(at..=at, wrong);
                    let text = text.concat();
                    let paste = read(&text);
                    let told: Vec<_> =
                        paste.mistakes.iter().map(|m| (m.place.line, m.place.column)).collect();
                    assert_eq!(told, [(number + 1, at + 1)], "{name}\n{text}{:?}", paste.mistakes);
                    let before = line[digits.start..at].bytes().filter(|b| *b != b' ').count() / 2;
                    let lost = number * 16 + before;
                    let expected = [&FOUR[..lost * 2], &FOUR[lost * 2 + 2..]].concat();
                    let read: String =
                        paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
                    assert_eq!(read, expected, "{name}\n{text}");
                    let missing: usize = paste
                        .pieces
                        .iter()
                        .filter_map(|p| p.continues.or(p.lacks))
                        .map(|c| c.missing)
                        .sum();
                    assert!(missing <= 1, "{name}\n{text}");
                }
            }
        }
    }
}

/// A digit that is left out or typed twice: the address of the next line tells how many bytes that is.
#[test]
fn a_digit_too_few_or_too_many_moves_no_line_but_its_own() {
    for (name, lines) in printed() {
        for (number, (line, digits)) in lines.iter().enumerate() {
            for at in digits.clone().filter(|at| line.as_bytes()[*at] != b' ') {
                for wrong in ["", "77"] {
                    let mut text: Vec<String> =
                        lines.iter().map(|(text, _)| text.clone()).collect();
                    text[number].replace_range(at..=at, wrong);
                    let text = text.concat();
                    let paste = read(&text);
                    assert_eq!(paste.mistakes.len(), 1, "{name}\n{text}{:?}", paste.mistakes);
                    assert_eq!(paste.mistakes[0].place.line, number + 1, "{name}\n{text}");
                    let read: String =
                        paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
                    let behind = &FOUR[((number + 1) * 32).min(FOUR.len())..];
                    assert!(read.starts_with(&FOUR[..number * 32]), "{name}\n{text}");
                    assert!(read.ends_with(behind), "{name}\n{text}{read}");
                }
            }
        }
    }
}
