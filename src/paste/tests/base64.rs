//! Base64: short packets of letters alone, and mistakes of which each character is a digit.
use super::*;
use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// CONNACK and PUBACK of letters alone, without the signs that fill them up.
#[test]
fn letters_alone_behind_a_label_and_beside_packets() {
    for (text, bytes) in [
        ("IAIAAA", "20020000"),
        ("payload: IAIAAA\n", "20020000"),
        ("payload: IAIAAA==\n", "20020000"),
        ("the server answers IAIAAA and closes", "20020000"),
        ("tx: EA4ABE1RVFQEAgA8AAJhYg==\nrx: IAIAAA\n", "100e00044d5154540402003c00026162 20020000"),
        (
            "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00\nQAIAAQ\n",
            "100c00044d5154540402003c0000 40020001",
        ),
        ("TX: MAUAAWFiYw==\nRX: QAIAAQ==\nTX: wAA=\n", "30050001616263 40020001 c000"),
    ] {
        assert_eq!(hexes(text).join(" "), bytes, "{text}");
    }
    for text in ["Sailor", "SAILOR", "we met QAIAAQ there", "name: UAINTS", "iPhone", "YgIbberish"]
    {
        assert!(read(text).pieces.is_empty(), "{text}");
    }
}

/// A character lost, or one twice, at each place of a CONNECT and of a PUBLISH behind it.
#[test]
fn a_character_that_is_missing_or_too_many_is_told() {
    let publish = b"\x32\x1a\0\x09home/temp\0\x07temperature=7";
    for (all, first) in
        [(EXAMPLE.to_vec(), 8), (publish.to_vec(), 8), ([&EXAMPLE[..], publish].concat(), 26)]
    {
        for text in [STANDARD.encode(&all), STANDARD_NO_PAD.encode(&all)] {
            let digits = text.trim_end_matches('=').len();
            for at in first..digits - 2 {
                for put in ["", &text[at..=at].repeat(2)] {
                    for around in ["@", "payload: @\nrx: 20 02 00 00\n"] {
                        let wrong = [&text[..at], put, &text[at + 1..]].concat();
                        let whole = around.replace('@', &wrong);
                        let paste = read(&whole);
                        assert_eq!(paste.mistakes.len(), 1, "{at} {whole} {:?}", paste.mistakes);
                        if around != "@" {
                            assert_eq!(paste.pieces.last().unwrap().bytes, [0x20, 2, 0, 0]);
                        }
                        let found: Vec<u8> =
                            paste.pieces.iter().flat_map(|it| it.bytes.clone()).collect();
                        assert!(found.len() + 2 >= all.len(), "{whole}");
                        assert!(found.starts_with(&all[..2]), "{whole}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_missing_character_in_text_is_told_where_it_is() {
    let text = STANDARD.encode(b"\x30\x22\0\x09home/tempthe temperature is 21.5");
    for at in 20..38 {
        let wrong = [&text[..at], &text[at + 1..]].concat();
        let column = read(&wrong).mistakes[0].place.column;
        assert!(column.abs_diff(at + 1) <= 4, "{at} {column}");
    }
}

/// `-` beside `/`: the bytes are read all the same.
#[test]
fn two_alphabets_in_one_text() {
    let bytes = b"\x30\x12\0\x03a/b>?>?>??>?????";
    let text = STANDARD.encode(bytes);
    let mixed = text.replacen('+', "-", 1);
    let paste = read(&mixed);
    assert_eq!(paste.pieces[0].bytes, bytes, "{mixed}");
    let told: Vec<_> = paste.mistakes.iter().map(|it| (it.place.column, &it.kind)).collect();
    let at = text.find('+').unwrap() + 1;
    assert_eq!(told, [(at, &MistakeKind::OtherAlphabet { found: '-' })], "{mixed}");
    assert_eq!(hexes(&text.replace('+', "-").replace('/', "_")), [::hex::encode(bytes)]);
    for text in ["src/home-page/a_b+c/readme", "usr/share/doc-base/lib_x-y/a"] {
        assert!(read(text).pieces.is_empty(), "{text}");
    }
}
