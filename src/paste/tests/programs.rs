//! Bytes as programs of other languages write them.
use super::*;

const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

#[test]
fn numbers_in_a_call() {
    for (text, bytes) in [
        ("val b = byteArrayOf(0xC0.toByte(), 0x00)", "c000"),
        (
            "byteArrayOf(0x82.toByte(), 0x08u, 0, 1, 0, 3, 0x61, 0x2f, 0x62, 0)",
            "820800010003612f6200",
        ),
        ("ubyteArrayOf(0xC0u, 0x00u)", "c000"),
        ("byteArrayOf(-64, 0)", "c000"),
        (
            "string.char(16, 18, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 6, 100, 101, 118, 45, 49, 55)",
            WHOLE,
        ),
        ("string.char(0xc0, 0x00)", "c000"),
        ("const b = Uint8Array.of(0xC0, 0);", "c000"),
        ("bytes((192, 0))", "c000"),
        ("Array[Byte](0xC0.toByte, 0x00.toByte)", "c000"),
        ("let b: [UInt8] = [0xC0, 0x00]", "c000"),
        ("var b = new byte[] { 0xC0, 0x00 };", "c000"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
    assert_eq!(hexes("see f(192, 0) and g(0xC0, 1, 2)"), [""; 0]);
}

/// Rust's `{:x?}`: hex where only that makes packets, decimal where both do.
#[test]
fn hex_in_brackets_without_zeros() {
    for (text, bytes) in [
        ("[20, 2, 0, 0]", "20020000"),
        ("sent [82, 8, 0, 1, 0, 3, 61, 2f, 62, 0]", "820800010003612f6200"),
        ("[30, 3, 0, 1, 61]", "3003000161"),
        ("[32, 2, 0, 0]", "20020000"),
        ("[64, 2, 0, 1]", "40020001"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
}

#[test]
fn strings_of_a_quoted_mail() {
    for text in [
        "Hi\n> s = \"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x06\"\n>     \"dev-17\";\n",
        "> \"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\"\n> \"\\x00<\\x00\\x06dev-17\"\n",
        "> p = b\"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x06\" +\n>    b\"dev-17\"\n",
    ] {
        assert_eq!(hexes(text), [WHOLE], "{text}");
    }
}

/// Hex of which zeros are left out, with a label before and words behind.
#[test]
fn zeros_left_out_before_words() {
    for (text, bytes) in [
        ("send: 20 2 0 0 -> ok", "20020000"),
        ("send: 20 2 0 0", "20020000"),
        ("send: 10 12 0 4 4D 51 54 54 4 2 0 3C 0 6 64 65 76 2D 31 37 -> ok", WHOLE),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
    assert_eq!(hexes("score: 20 2 0 0 points"), [""; 0]);
}

/// Digits of two in fours, and characters as numbers.
#[test]
fn digits_of_two_in_fours() {
    for (text, bytes) in [
        ("let a = [0b1100_0000, 0x00];", "c000"),
        ("[0b0010_0000, 0b10, 0, 0]", "20020000"),
        ("0b1100_0000 0b0000_0000", "c000"),
        ("we send 0b1100_0000 0b0000_0000 now", "c000"),
        ("0b1100_0000, 0b0000_0000", "c000"),
        ("1100_0000 0000_0000", "c000"),
        ("[0x30, 5, 0, 1, 'a' as u8, b'b', b'c']", "30050001616263"),
        ("[48u8, 5, 0, 1, 'a' as u8, 'b' as u8, 'c' as u8]", "30050001616263"),
        ("{'\\x30', 5, 0, 1, 'a', 'b', 'c'}", "30050001616263"),
        ("let p: [u8; 4] = [b'\\x20', 2, 0, 0];", "20020000"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
    for (text, column) in [
        ("[0b1100_0000, 0b0000_0O00, 0xd0, 0]", 23),
        ("[0b1100_0000, 0b00000l00, 0xd0, 0]", 22),
        ("0b1100_0000 0b0000_00O0 0b1101_0000 0b0000_0000", 22),
    ] {
        let paste = read(text);
        assert_eq!((paste.mistakes.len(), paste.mistakes[0].place.column), (1, column), "{text}");
        assert_eq!(paste.pieces[1].bytes, [0xd0, 0], "{text}");
    }
}

/// BASIC, Pascal and assemblers, JavaScript's characters, Lua's escapes.
#[test]
fn other_languages() {
    for (text, bytes) in [
        ("&HC0, &H00", "c000"),
        ("Sent: &HC0 &H0", "c000"),
        ("p = Array(&H20, &H2, 0, 0)", "20020000"),
        ("Dim p() As Byte = {&H20, &H02, &H0, &H5}", "20020005"),
        ("const p: array[0..3] of Byte = ($20, $02, $00, $00);", "20020000"),
        (".byte $C0,$00", "c000"),
        ("[$20, $02, $00, $00]", "20020000"),
        ("String.fromCharCode(192, 0)", "c000"),
        ("s = String.fromCharCode(0x20, 2, 0, 0);", "20020000"),
        (r#"x = "\192\0""#, "c000"),
        (r#"c:send("\48\5\0\1abc") -- it works"#, "30050001616263"),
        (r#"c:send("\16\18\0\4MQTT\4\2\0<\0\6dev-17")"#, WHOLE),
        // Octal, as C has it.
        (r#"send("\20\22\0\4MQTT\4\2\0<\0\6dev-17")"#, WHOLE),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
    assert_eq!(hexes("It costs $10 $12 $20, or $30 $00"), [""; 0]);
}

/// Numbers that are packets as decimal and as hex: nothing tells which was meant, so the other is named.
#[test]
fn the_other_reading_is_named() {
    for (text, bytes) in [
        ("[32, 6, 0, 0, 3, 33, 0, 10]", "200600000321000a"),
        ("32, 6, 0, 0, 3, 33, 0, 10", "200600000321000a"),
    ] {
        let paste = read(text);
        assert_eq!(hexes(text), [bytes], "{text}");
        let also = paste.pieces[0].also.map(|row| row.name);
        assert_eq!(also, Some("hex with zeros left out"), "{text}");
    }
    let paste = read("TX: 32 6 0 0 3 33 0 10\n");
    assert_eq!(paste.pieces[0].also.map(|row| row.name), Some("decimal"));
    for text in ["[32, 2, 0, 0]", "[48, 5, 0, 1, 97, 98, 99]", "[20, 2, 0, 0]", "c000"] {
        assert_eq!(read(text).pieces[0].also, None, "{text}");
    }
}
