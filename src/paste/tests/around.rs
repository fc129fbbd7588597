//! What stands around bytes and between them: headings, labels, colours, marks of programs, names and numbers.
use super::*;

/// The ranges of the text that mistakes are shown at.
fn mistaken(text: &str) -> Vec<&str> {
    read(text).mistakes.iter().map(|it| &text[it.place.start..it.place.end]).collect()
}

fn bytes(text: &str) -> Vec<String> {
    read(text).pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect()
}

/// `xxd -p` breaks its lines behind 30 bytes: of 31 one stands alone.
#[test]
fn the_last_line_of_a_stream_may_be_a_single_byte() {
    let stream = "321d0013686f6d652f68656174696e672f73746174757300016f6e6c696e";
    let text =
        format!("Packet 4:\n20020000\nPacket 5, 31 bytes:\n{stream}\n65\nPacket 6:\n40020001\n");
    assert_eq!(hexes(&text), ["20020000", &format!("{stream}65"), "40020001"]);
    let text = format!("Packet 5:\n{stream}\n6\nPacket 6:\n40020001\n");
    assert_eq!(bytes(&text).last().map(String::as_str), Some("40020001"));
}

/// `print(binascii.hexlify(packet))` of Python.
#[test]
fn the_b_before_a_string_of_python_is_no_digit() {
    let packet = "101100044d5154540402001e000570686f6e65";
    for text in [
        format!("b'{packet}'"),
        format!("b\"{packet}\"\n"),
        format!("b'{packet}'\nb'c000'\n"),
        format!("It prints b'{packet}' here."),
    ] {
        assert_eq!(bytes(&text)[0], packet, "{text}");
        assert_eq!(mistaken(&text), [""; 0], "{text}");
    }
    // A list's last element.
    assert_eq!(mistaken("'10', '0e', 'b', '4'"), ["b", "4"]);
}

fn bits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:08b}")).collect()
}

#[test]
fn binary_digits_without_blanks_behind_a_label() {
    let all = bits(&EXAMPLE);
    for text in [
        format!("log 1: {all}\n"),
        format!("12:00:01 {all}\n"),
        format!("TX: {all}\nRX: {}\n", bits(b"\x20\x02\0\0")),
        format!("It sent {all} and died."),
    ] {
        assert_eq!(bytes(&text)[0], ::hex::encode(EXAMPLE), "{text}");
    }
    let text = format!("TX: {all}\nRX: {}\nTX: {}\n", bits(b"\x20\x02\0\0"), bits(b"\xc0\0"));
    assert_eq!(hexes(&text)[1..], ["20020000", "c000"]);
    assert_eq!(hexes("It cost 1100000000000000 wei."), [""; 0]);
}

/// A word that says who sent the bytes, behind a time.
#[test]
fn a_mistake_in_a_short_packet_behind_a_word_that_says_who_sent_it() {
    let text = "12:30:45 sent 20 02 00 00\n12:30:46 recv 4O 02 00 01\n12:30:47 sent c0 00\n";
    assert_eq!(mistaken(text), ["O"]);
    assert_eq!(bytes(text), ["20020000", "020001", "c000"]);
    let text = "2024-01-01 12:30:45.123 sent 20 02 00 00\n2024-01-01 12:30:46.001 recv dO00\n";
    assert_eq!(mistaken(text), ["O"]);
    assert_eq!(mistaken("12:30:45 recv 300\n12:30:46 in 2O days\n"), [""; 0]);
}

#[test]
fn words_behind_a_mistake_are_none_of_the_escapes() {
    let rest = r"\x30\x07\x00\x03\x61\x2f\x62\x68\x69";
    for (first, wrong) in [(r"\x440", "440"), (r"\x4O", "O"), (r"\x4g", "g"), (r"\x4", "4")] {
        let text =
            format!("sends {first}\\x02\\x00\\x01 to the broker, which then sends {rest} back");
        assert_eq!(mistaken(&text), [wrong], "{text}");
        assert_eq!(bytes(&text), ["020001", "30070003612f626869"], "{text}");
    }
}

#[test]
fn a_mistake_in_a_short_array_beside_others() {
    for (first, wrong) in [("0x440", "440"), ("0xg0", "g"), ("0x4g", "g"), ("0x4O", "O")] {
        let text = format!("{{ {first}, 0x02, 0x00, 0x01 }}\n{{ 0xc0, 0x00 }}\n");
        assert_eq!(mistaken(&text), [wrong], "{text}");
        assert_eq!(bytes(&text).last().map(String::as_str), Some("c000"), "{text}");
    }
    let text = "{ 0xc0, 0x00 }\nint sizes[] = { 440, 2, 0, 1 };\nint more[] = { x, 2, 0, 1 };\nreturn { length, 0 };\n";
    assert_eq!(mistaken(text), [""; 0]);
}

#[test]
fn a_name_that_ends_with_bin_is_no_field_of_emqx() {
    for text in ["Install: libc-bin:amd64 (2.36-9)", "PATH=/usr/bin:1234/x", "a.bin=1002"] {
        let paste = read(text);
        assert_eq!((paste.mistakes.len(), paste.pieces.len()), (0, 0), "{text}");
    }
}

#[test]
fn words_of_four_digits_and_pairs_behind_a_name() {
    for (text, packet) in [
        ("TX: 4002 b7f1\n", "4002b7f1"),
        ("SUBACK 90:04:b7:f2:00:02\n", "9004b7f20002"),
        ("the SUBACK 90:04:b7:f2:00:02 came", "9004b7f20002"),
    ] {
        assert_eq!(hexes(text), [packet], "{text}");
    }
    assert_eq!(hexes("the card 90:04:b7:f2:00:02 came"), [""; 0]);
}

/// What a terminal shows in colour has marks that are no bytes, behind a label too; so has a log with a NUL.
#[test]
fn colours_and_control_characters() {
    let packet = ::hex::encode(EXAMPLE);
    let pairs = EXAMPLE.map(|b| format!("{b:02x}")).join(" ");
    let colour = format!("TX: \u{1b}[32m{pairs}\u{1b}[0m\n");
    for text in [
        colour.clone(),
        format!("\u{1b}[1;34mnet\u{1b}[0m: {pairs}\n"),
        format!("\u{1b}[31m{pairs}\u{1b}[m\n"),
    ] {
        let paste = read(&text);
        assert_eq!((bytes(&text), paste.mistakes.len()), (vec![packet.clone()], 0), "{text:?}");
        assert_eq!(paste.text, text);
        let place = &paste.pieces[0].place;
        assert_eq!(&text[place.start..place.end], pairs);
    }
    let text = format!(
        "The device starts and says nothing for a while.\0\nTX: {pairs}\nRX: 20 02 00 00\n"
    );
    let paste = parse_bytes(text.as_bytes(), &Options::default());
    assert_eq!(paste.pieces.len(), 2);
    assert_eq!(paste.pieces[0].bytes, EXAMPLE);
    assert_eq!(contents(b"\x30\x0a\0\x03a/bhello"), Contents::Raw);
    assert_eq!(
        contents(b"\x30\x0f\0\x03a/bhello, how are you? I am fine, and the weather is as it is."),
        Contents::Raw
    );
}

/// The noise of a device that starts, its bell and its backspaces, and a string's end.
#[test]
fn a_control_character_makes_no_text_raw_bytes() {
    let log = "14:22:01 boot\nTX: c0 00\nRX: d0 00\n";
    for noise in ["rl\0l|\0\n", "\x07", "\x08\x08", "\x01\x02\n", "\x1a\n"] {
        for text in [format!("{noise}{log}"), format!("{log}{noise}")] {
            let paste = parse_bytes(text.as_bytes(), &Options::default());
            let found: Vec<_> = paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
            assert_eq!(
                (found, paste.mistakes),
                (vec!["c000".to_owned(), "d000".to_owned()], vec![]),
                "{text:?}"
            );
        }
    }
    let noise = [b"rl\0l\x9c\x9e|\0\n", log.as_bytes()].concat();
    assert_eq!(parse_bytes(&noise, &Options::default()).pieces.len(), 2);
    for ended in ["c0 00\0", "TX: c0 00\x07\n", "TX:\x08 c0 00\n", "TX: c0 00\0\0\0\0\0\0\0\0"] {
        assert_eq!(parse_bytes(ended.as_bytes(), &Options::default()).pieces[0].bytes, [0xc0, 0]);
    }
    // Packets of which the text is one, whole or cut, and what no packets are written in.
    for raw in [
        &b"\x30\x2f\0\x03a/bTX: 30 05 00 03 61 2f 62 and this goes on and o"[..],
        b"\x30\x1f\0\x03a/bTX: 30 05 00 03 61 2f 62\nand more\n\x30\x7f\0\x03a/bThe rest of it is not th",
        b"he\0llo, this is what a program says of itself\n",
        b"c0 00 d0 00\"}\n0\x19\0\x03a/b{\"x\":\"c0 00 d0 00\"}\n0\x19\0\x03a/b{\"x\":\"c0 00 d0 00\"}\n",
        b"\xfe\x01c0 00\x03\x99\x80\xff\x07\x1f",
    ] {
        assert_eq!(contents(raw), Contents::Raw, "{raw:?}");
    }
}

/// As `openssl x509 -text` prints them.
#[test]
fn numbers_keys_and_signatures_of_certificates() {
    let text = "Certificate:\n    Data:\n        Serial Number:\n            \
        62:f6:32:6c:e5:c4:e3:68:5c:1b:62:dd:9c:2e:9d:95\n        Signature Algorithm: sha256WithRSAEncryption\n            \
        X509v3 Subject Key Identifier: \n                \
        40:02:63:F1:75:84:43:58:8E:D1:16:20:B1:C6:AC:1A:BC:F6:89:AA\n            \
        X509v3 Authority Key Identifier:\n                \
        keyid:40:02:63:F1:75:84:43:58:8E:D1:16:20:B1:C6:AC:1A:BC:F6:89:AA\n    \
        Signature Value:\n        \
        30:ba:92:49:a7:ad:f0:f1:70:c3:e4:97:f0:9f:a9:25:d5:6b:\n        \
        30:34:fe:e6:1a:64:f6:3a:6b:52:b2:10:78:1a:9f:4c:da:8a:\n        25:7b:71\n\
        SHA1 Fingerprint=40:02:27:0E:22:2B:E1:60:71:E6:1E:6C:F2:8A:45:44:A9:5F:0C:93\n";
    assert_eq!(hexes(text), [""; 0]);
}

/// Of two readings the one counts that the other lines have.
#[test]
fn a_decimal_line_settles_the_others() {
    let text = "TX: 16 14 0 4 77 81 84 84 4 2 0 60 0 2 97 98\nRX: 32 9 0 0 6 34 0 10 33 0 20\n";
    assert_eq!(hexes(text), [::hex::encode(EXAMPLE), "2009000006220 00a210014".replace(' ', "")]);
}
