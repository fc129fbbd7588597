//! Strings of bytes in the languages that print them: which digits behind a backslash belong to it.
use super::*;

/// What `Bytes` of Rust prints: zeros have one digit, and a digit behind one is a character.
#[test]
fn rust_writes_zeros_with_one_digit() {
    let text = r#"read b"@\x02\01"
read b"\xc0\0"
"#;
    assert_eq!(hexes(text), ["40020031", "c000"]);
    assert_eq!(hexes(r#"b"1\n\0\x03a/b\021.5""#), ["310a0003612f620032312e35"]);
    // Without its end it is read so, too.
    assert_eq!(hexes(r#"got b"0\x0a\0\x03a/b\021""#), ["300a0003612f62003231"]);
    // Three digits of octal, as C has them.
    assert_eq!(hexes(r#"send(b"\x30\005\000\001abc")"#), ["30050001616263"]);
}

/// What strace prints: octal digits, no more of them than needed, and names.
#[test]
fn strace_begins_packets_with_octal() {
    let text = r#"write(5, "\202\v\2(\0\6home/#\0", 13) = 13
write(3, "@\2\0\1", 4) = 4
read(3, "\220\3\2(\0", 9) = 5
write(3, "b\2\2\3", 4) = 4
"#;
    let expected = ["820b02280006686f6d652f2300", "40020001", "9003022800", "62020203"];
    assert_eq!(hexes(text), expected);
    // The groups of a pattern are no bytes.
    assert_eq!(hexes(r#"re.sub("(a)(b)(c)", "\2\3", text)"#), [""; 0]);
}

/// A word with a letter of Latin-1 or UTF-8 is no packet, though its first letter is the type of one.
#[test]
fn words_with_escaped_letters() {
    for text in [
        "'bokm\\xe5l'\n",
        "assert name('bokm\\xe5l') == 'nb_NO'\n",
        "b'bokm\\xc3\\xa5l'\n",
        "names = {'bokm\\xe5l': 'nb', 'fran\\xe7ais': 'fr'}\n",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
    assert_eq!(hexes("b'bokm\\x00'\n"), ["626f6b6d00"]);
}
