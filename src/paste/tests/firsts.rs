//! A mistake in the first byte of a packet, which tells its type: the length tells that a packet stands there.
use super::*;

/// A CONNECT, and a PUBLISH with QoS 1 of `n` letters to "a/b".
const CONNECT: [u8; 14] = *b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0";

fn publish(n: usize) -> Vec<u8> {
    let mut bytes = b"\x32\0\0\x03a/b\0\x01".to_vec();
    bytes.extend(std::iter::repeat_n(b'h', n));
    bytes[1] = u8::try_from(bytes.len() - 2).unwrap();
    bytes
}

fn list(bytes: &[u8], first: Option<&str>, is_hex: bool) -> String {
    let number = |byte: &u8| if is_hex { format!("0x{byte:02x}") } else { byte.to_string() };
    let mut all: Vec<String> = bytes.iter().map(number).collect();
    if let Some(first) = first {
        all[0] = first.to_owned();
    }
    all.join(", ")
}

#[test]
fn is_told_beside_a_packet_in_the_same_notation() {
    for n in [1, 2, 8, 15, 30, 100] {
        for (open, close) in [("[", "]"), ("{", "}"), ("<<", ">>")] {
            for (first, is_hex) in
                [("552", false), ("500", false), ("5", false), ("2", false), ("5g", false)]
                    .into_iter()
                    .chain([("0x332", true), ("0xg2", true), ("0x3g", true), ("0x2", true)])
            {
                let good = list(&CONNECT, None, is_hex);
                let wrong = list(&publish(n), Some(first), is_hex);
                let text = format!("{open}{good}{close}\n{open}{wrong}{close}\n");
                let paste = read(&text);
                let lines: Vec<_> = paste.mistakes.iter().map(|it| it.place.line).collect();
                assert_eq!(lines, [2], "{text}{paste:?}");
                let near = paste.mistakes[0].place.column - 1 - open.len();
                assert!(near <= first.len(), "{text}");
                assert_eq!(paste.pieces[0].bytes, CONNECT, "{text}");
            }
        }
    }
}

#[test]
fn is_told_in_strings() {
    let escaped = |bytes: &[u8], first: Option<&str>| {
        let mut all: Vec<String> = bytes.iter().map(|it| format!("\\x{it:02x}")).collect();
        if let Some(first) = first {
            all[0] = format!("\\x{first}");
        }
        all.concat()
    };
    for n in [1, 2, 8, 15, 30, 100] {
        for first in ["g2", "3g", "332", "2"] {
            for quote in ["\"", ""] {
                let (good, wrong) = (escaped(&CONNECT, None), escaped(&publish(n), Some(first)));
                let text = format!("{quote}{good}{quote};\n{quote}{wrong}{quote};\n");
                let paste = read(&text);
                let lines: Vec<_> = paste.mistakes.iter().map(|it| it.place.line).collect();
                assert_eq!(lines, [2], "{text}{:?}", paste.mistakes);
                assert!(paste.mistakes[0].place.column <= 5, "{text}");
            }
        }
    }
}

#[test]
fn numbers_beside_a_packet_are_none() {
    let good = list(&CONNECT, None, false);
    for other in [
        "1, 2, 3, 4",
        "5, 4, 3, 2, 1, 0",
        "0, 3, 1, 2, 3",
        "0, 3, 1, 2",
        "2, 4, 8, 16, 32",
        "300, 400, 500, 600",
    ] {
        let text = format!("[{good}]\n[{other}]\n");
        assert_eq!(hexes(&text), [::hex::encode(CONNECT)], "{text}");
    }
}
