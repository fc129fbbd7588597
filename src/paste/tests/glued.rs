//! Bytes without anything between them, and halves of bytes with something between them.

use super::*;

const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

#[track_caller]
fn connack(text: &str) {
    let paste = read(text);
    assert_eq!(paste.mistakes, [], "{text}");
    let pieces: Vec<_> = paste.pieces.iter().map(|it| it.bytes.as_slice()).collect();
    assert_eq!(pieces, [CONNACK], "{text}");
}

#[test]
fn signs_of_hex_show_where_a_byte_begins() {
    for text in [
        "0x200x020x000x00",
        "0x200x020x00 0x00",
        "0X200X020X000X00",
        "0x20,0x020x00,0x00",
        "&H20&H02&H00&H00",
        "$20$02$00$00",
        "0b001000000b000000100b000000000b00000000",
    ] {
        connack(text);
        connack(&format!("the broker answers {text} here"));
        connack(&format!("RX: {text}"));
    }
}

#[test]
fn halves_of_bytes_in_binary_digits() {
    for text in [
        "0010 0000  0000 0010  0000 0000  0000 0000",
        "0010 0000 0000 0010 0000 0000 0000 0000",
        "0010 0000, 0000 0010, 0000 0000, 0000 0000",
        "0b0010_0000 0b0000_0010 0b0000_0000 0b0000_0000",
    ] {
        connack(text);
        connack(&format!("the broker answers {text} here"));
        connack(&format!("RX: {text}"));
    }
    connack("0010 0000\n0000 0010\n0000 0000\n0000 0000\n");
}

/// Two bytes of a SUBACK are no packet in hex.
#[test]
fn a_header_in_halves() {
    let paste = read("1001 0000  0000 0011");
    assert_eq!(paste.pieces[0].bytes, [0x90, 3]);
}

#[test]
fn a_mistyped_half() {
    let paste = read("0010 0000  0000 0O10  0000 0000  0000 0000");
    let (place, lost) = (&paste.mistakes[0].place, paste.mistakes.len());
    assert_eq!((place.column, lost), (18, 1));
    let told = MistakeKind::Lookalike { found: 'O', meant: '0' };
    assert_eq!(paste.mistakes[0].kind, told);
}

#[test]
fn numbers_of_four_digits_are_no_halves() {
    for text in
        ["codes 1000 0010 0011 1100 of the list", "0000 0000 0000 0001", "1000 1100 2000 1010"]
    {
        let paste = read(text);
        assert!(paste.pieces.iter().all(|it| it.notation.name != "binary digits"), "{text}");
    }
}

/// A wrong letter in the middle of a packet is told inside of a sentence too, whatever marks the bytes.
#[test]
fn a_wrong_letter_in_a_sentence() {
    const PUBLISH: [&str; 12] =
        ["30", "0A", "00", "03", "61", "2G", "62", "68", "65", "6C", "6C", "6F"];
    for (sign, between) in
        [("0x", ""), ("0x", " "), ("&H", ", "), ("$", " "), ("%", ""), ("\\x", "")]
    {
        let bytes = PUBLISH.map(|it| format!("{sign}{it}")).join(between);
        let text = format!("The client sends {bytes} to it.");
        let column = text.find('G').unwrap() + 1;
        let told: Vec<usize> = read(&text).mistakes.iter().map(|it| it.place.column).collect();
        assert_eq!(told, [column], "{text}");
    }
}
