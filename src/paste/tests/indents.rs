//! Dumps of which each row is indented, as in a list, in code or in the text of a mail.

use super::*;

const INDENTS: [&str; 6] = ["  ", "    ", "        ", "\t", "> ", "//   "];

/// PUBLISH of 40 bytes: three rows.
fn publish() -> Vec<u8> {
    let payload = (0..33).map(|n| if n % 3 == 0 { n } else { b'a' + n % 26 });
    [0x30, 38, 0, 3, b'a', b'/', b'b'].into_iter().chain(payload).collect()
}

/// As `od -t x1` prints bytes; beneath each row the characters, as `od -t x1c` does.
fn od(bytes: &[u8], with_bytes: bool, with_characters: bool) -> String {
    let byte = |b: &u8| format!(" {}{b:02x}", if with_characters { " " } else { "" });
    let character = |b: &u8| match b {
        0 => "  \\0".to_owned(),
        b' '..=b'~' => format!("   {}", char::from(*b)),
        7..=13 => format!("  \\{}", char::from(b"abtnvfr"[usize::from(*b - 7)])),
        _ => format!(" {b:03o}"),
    };
    let row = |(n, row): (usize, &[u8])| {
        let bytes: String = row.iter().map(byte).collect();
        let characters: String = row.iter().map(character).collect();
        match (with_bytes, with_characters) {
            (true, true) => format!("{:07o}{bytes}\n       {characters}\n", n * 16),
            (true, false) => format!("{:07o}{bytes}\n", n * 16),
            _ => format!("{:07o}{characters}\n", n * 16),
        }
    };
    let rows: String = bytes.chunks(16).enumerate().map(row).collect();
    format!("{rows}{:07o}\n", bytes.len())
}

fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}{line}\n")).collect()
}

#[test]
fn characters_of_od_and_bytes_with_their_characters_beneath() {
    let packet = publish();
    for (with_bytes, with_characters) in [(false, true), (true, true), (true, false)] {
        let dump = od(&packet, with_bytes, with_characters);
        assert_eq!(hexes(&dump), [::hex::encode(&packet)], "{dump}");
        for indent in INDENTS {
            let text = indented(&dump, indent);
            assert_eq!(hexes(&text), [::hex::encode(&packet)], "{text}");
            let two = format!("Two of them:\n\n{text}\n{text}and nothing more.\n");
            let paste = read(&two);
            assert_eq!(paste.mistakes, [], "{two}");
            assert!(paste.pieces.iter().all(|it| it.bytes == packet), "{two}");
            assert_eq!(paste.pieces.len(), 2, "{two}");
        }
    }
}

/// The place of a byte is where it stands in the text that was pasted.
#[test]
fn the_place_of_a_mistake_in_an_indented_dump() {
    let dump = od(&publish(), true, false).replace(" 6f", " 6O");
    let line = dump.lines().position(|it| it.contains('O')).unwrap();
    let column = dump.lines().find_map(|it| it.find('O')).unwrap();
    for indent in INDENTS {
        let paste = read(&indented(&dump, indent)).mistakes;
        let place = &paste[0].place;
        assert_eq!((place.line, place.column), (line + 1, indent.len() + column + 1));
    }
}

#[test]
fn a_star_between_indented_rows() {
    let dump = "00000000  30 51 00 03 61 2f 62 41  41 41 41 41 41 41 41 41  |0Q..a/bAAAAAAAAA|\n\
                00000010  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|\n\
                *\n00000050  41 41 41                                          |AAA|\n00000053\n";
    let expected = format!("30510003612f62{}", "41".repeat(76));
    for indent in INDENTS {
        assert_eq!(hexes(&indented(dump, indent)), [expected.as_str()], "{indent}");
    }
}

/// A dump of both sides tells them apart by how deep their rows stand, wherever all of it stands.
#[test]
fn two_sides_of_an_indented_dump() {
    let sides = "    00000000  20 02 00 00                                        ...\n\
                 00000000  c0 00                                              ..\n    \
                 00000004  d0 00                                              ..\n";
    for indent in ["", "    ", "> "] {
        let text = indented(sides, indent);
        let told: Vec<_> =
            read(&text).pieces.iter().map(|p| (::hex::encode(&p.bytes), p.direction)).collect();
        let (client, server) = (Some(Direction::FromClient), Some(Direction::FromServer));
        let expected = [("20020000", server), ("c000", client), ("d000", server)];
        assert_eq!(told, expected.map(|(hex, side)| (hex.to_owned(), side)), "{text}");
    }
}

#[test]
fn rows_without_addresses() {
    let packet = ::hex::encode(publish());
    let rows = od(&publish(), false, true);
    let rows: String = rows.lines().map(|row| format!("{}\n", &row[7..])).collect();
    let rows = rows.trim_end_matches('\n');
    let star = " 30\n 05\n 00\n 01\n 61\n 62\n*\n";
    for indent in ["", "  ", "    ", "\t", "\t\t"] {
        assert_eq!(hexes(&indented(rows, indent)), [packet.as_str()], "{indent}{rows}");
        assert_eq!(hexes(&indented(star, indent)), ["30050001616262"], "{indent}");
    }
}

/// The numbers begin with a sign, and the characters with letters that are digits of hex.
#[test]
fn rows_that_begin_otherwise() {
    let signed = "0000000 -15056      1  24835  25135  26740   8293  25975  29793\n\
                  0000020  25960   8306\n0000024\n";
    let expected = "30c501000361 2f62 7468 6520 7765 6174 6865 7220".replace(' ', "");
    for indent in INDENTS {
        let paste = read(&indented(signed, indent)).pieces;
        assert_eq!(::hex::encode(&paste[0].bytes), expected, "{indent}");
    }
    let little = "00000000: 00011b30 622f6103 41414141 41414141  0....a/bAAAAAAAA\n\
                  00000010: 41414141 41414141 41414141   414141  AAAAAAAAAAAAAAA\n";
    let little = little.replace("00011b30", "01001d30");
    assert_eq!(hexes(&little), [format!("301d0001 03612f62{}", "41".repeat(23)).replace(' ', "")]);
}
