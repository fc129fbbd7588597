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

/// A digit of the type is lost, in packets too short to be told by more than that.
#[test]
fn a_digit_lost_from_the_type_of_a_short_packet() {
    let good = list(&CONNECT, None, false);
    for (wrong, byte) in
        [("4, 2, 0, 1", 4), ("3, 2, 0, 0", 3), ("2, 2, 1, 0", 2), ("6, 2, 0, 9", 6)]
    {
        for text in [
            format!("[{wrong}]"),
            format!("[{wrong}]\n[32, 2, 0, 0]\n"),
            format!("[{good}]\n[{wrong}]\n"),
            format!("x = [{good}]\ny = [{wrong}]\nz = [192, 0]\n"),
        ] {
            let paste = read(&text);
            let kinds: Vec<_> = paste.mistakes.iter().map(|it| &it.kind).collect();
            assert_eq!(kinds, [&MistakeKind::NoType { byte }], "{text}");
            let start = text.find(wrong).unwrap();
            assert_eq!(paste.mistakes[0].place.start, start, "{text}");
        }
    }
    // Numbers that count, and what is a packet with no type that a digit was lost from.
    for other in
        ["3, 2, 1, 0", "1, 2, 3, 4", "0, 1, 2", "2, 2, 2, 2", "7, 2, 0, 1", "7, 3, 1, 2", "4, 3, 2"]
    {
        let text = format!("[{good}]\n[{other}]\n");
        assert_eq!(hexes(&text), [::hex::encode(CONNECT)], "{text}");
    }
}

/// What the decoder has a finding for is no mistake of typing: the flags of the first byte.
#[test]
fn wrong_flags_are_shown_beside_a_packet_in_the_same_notation() {
    for wrong in [
        &b"\x80\x06\x00\x01\x00\x01a\x00"[..],
        b"\x36\x07\x00\x03a/b\x00\x01",
        b"\x60\x02\x00\x01",
        b"\x21\x02\x00\x00",
        b"\x1f\x0c\0\x04MQTT\x04\x02\0\x3c\0\0",
    ] {
        for is_hex in [true, false] {
            let (good, wrong_list) = (list(&CONNECT, None, is_hex), list(wrong, None, is_hex));
            let text = format!("a = [{good}]\nb = [{wrong_list}]\n");
            assert_eq!(hexes(&text), [::hex::encode(CONNECT), ::hex::encode(wrong)], "{text}");
            assert_eq!(hexes(&format!("{{{wrong_list}}}")), [::hex::encode(wrong)]);
            assert_eq!(
                hexes(&format!("x = [{wrong_list}, 7]\n[{good}]")),
                [::hex::encode(CONNECT)]
            );
        }
    }
}
