use super::*;

fn told(text: &str) -> (Vec<String>, Vec<(usize, usize, String)>) {
    let paste = read(text);
    let pieces = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
    let mistake = |m: &Mistake| (m.place.line, m.place.column, m.kind.to_string());
    (pieces, paste.mistakes.iter().map(mistake).collect())
}

#[track_caller]
fn check(text: &str, pieces: &[&str], mistakes: &[(usize, usize, &str)]) {
    let (p, m) = told(text);
    let m: Vec<_> = m.iter().map(|(l, c, t)| (*l, *c, t.as_str())).collect();
    assert_eq!(
        (p.iter().map(String::as_str).collect::<Vec<_>>(), m),
        (pieces.to_vec(), mistakes.to_vec()),
        "{text}"
    );
}

#[test]
fn each_mistake_in_its_place() {
    check("10 0e 00 O4 4d 51", &["100e00", "4d51"], &[(1, 10, "the letter 'O' is not a digit")]);
    check("10 0e\n00 0l 4d 51", &["100e00", "4d51"], &[(2, 5, "the letter 'l' is not a digit")]);
    check("10 0g 00", &["10", "00"], &[(1, 5, "the letter 'g' is not a hex digit")]);
    check(
        "10 0e 00 4 4d 51",
        &["100e00", "4d51"],
        &[(1, 10, "one hex digit, its second is missing")],
    );
    check("100e00044d515", &["100e00044d51"], &[(1, 13, "odd number of hex digits: 13")]);
    check("c0 0\u{41e}", &["c0"], &[(1, 5, "the Cyrillic letter 'О' (U+041E) is not a digit")]);
    check("\u{421}0 00", &["00"], &[(1, 1, "the Cyrillic letter 'С' (U+0421) is not a digit")]);
    check("\u{ff11}0 0e 00", &["0e00"], &[(1, 1, "the full-width '１' (U+FF11) is not a digit")]);
    check("[16, 300, 0, 4]", &["10", "0004"], &[(1, 6, "300 does not fit into a byte")]);
    check(
        "[0x10, 0x0e, 0x1g, 4]",
        &["100e", "04"],
        &[(1, 17, "the letter 'g' is not a hex digit")],
    );
    check("16 14 0 4 377 81", &["100e0004", "51"], &[(1, 11, "377 does not fit into a byte")]);
    check(r"b'\x10\x0\x00'", &["10", "00"], &[(1, 9, "one hex digit, its second is missing")]);
    check("00010000 0000111 00000000", &["10", "00"], &[(1, 10, "7 binary digits instead of 8")]);
    check(
        "<Buffer 10 0e ... 33 more bytes>",
        &["100e"],
        &[(1, 15, "33 bytes were left out when this was printed")],
    );
    check("[16, 14, 0, 4, 77", &["100e00044d"], &[(1, 18, "the closing ] is missing")]);
}

#[test]
fn a_long_run_with_one_wrong_character() {
    let mut text = CONNECT.to_owned();
    text.replace_range(20..21, "g");
    check(
        &text,
        &[&CONNECT[..20], &CONNECT[22..]],
        &[(1, 21, "the letter 'g' is not a hex digit")],
    );
}

#[test]
fn what_follows_the_broken_packet_is_its_own() {
    let mut text = format!("{CONNECT}{CONNACK}");
    text.replace_range(20..21, "g");
    let paste = read(&text);
    let told: Vec<_> =
        paste.pieces.iter().map(|p| (::hex::encode(&p.bytes), p.continues)).collect();
    let continues = Some(Continues { mistake: 0, missing: 1, meant: None });
    let expected = [(&CONNECT[..20], None), (&CONNECT[22..], continues), (CONNACK, None)];
    assert_eq!(told, expected.map(|(h, c)| (h.to_owned(), c)));
}

#[test]
fn a_mistake_in_one_line_of_many() {
    let text = format!("c0 00\nd0 0O\nc0 00\n{CONNACK}\n");
    check(&text, &["c000", "d0", "c000", CONNACK], &[(2, 5, "the letter 'O' is not a digit")]);
}

#[test]
fn a_mistake_in_a_dump_and_in_prose() {
    let dump = "00000000  10 0e 00 04 4d 5g 54 54  04 02 00 3c 00 02 61 62  |....MQTT...<..ab|\n";
    check(
        dump,
        &["100e00044d", "54540402003c00026162"],
        &[(1, 27, "the letter 'g' is not a hex digit")],
    );
    let prose =
        "This is what it sent: 10 0e 00 04 4d 5O 54 54 04 02 00 3c 00 02 61 62 and then it died.";
    check(
        prose,
        &["100e00044d", "54540402003c00026162"],
        &[(1, 39, "the letter 'O' is not a digit")],
    );
}

#[test]
fn the_whole_message() {
    let text = "c0 00\n10 0O 00";
    let paste = read(text);
    let mistake = &paste.mistakes[0];
    assert_eq!(mistake.to_string(), "line 2, column 5: the letter 'O' is not a digit");
    assert_eq!(mistake.hint().unwrap(), "the letter 'O' was probably meant to be the digit 0");
    assert_eq!(caret(text, &mistake.place, 80), "10 0O 00\n    ^\n");
}

#[test]
fn a_single_digit_beside_leading_zeros_is_a_slip_even_where_the_packet_would_frame() {
    check(
        "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 0",
        &["100c00044d5154540402003c00"],
        &[(1, 40, "one hex digit, its second is missing")],
    );
}

/// Whatever is wrong with one byte of pairs, the others keep their places: the packet behind it is
/// found.
#[test]
fn one_byte_that_cannot_be_read_moves_no_other() {
    let bytes: Vec<&str> =
        "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62 d0 00".split(' ').collect();
    for wrong in ["g1", "1g", "gg", "OO", "1", "101"] {
        for at in 1..16 {
            let mut text = bytes.clone();
            text[at] = wrong;
            let text = text.join(" ");
            let paste = read(&text);
            let last = paste.pieces.last().unwrap();
            assert_eq!(last.bytes, [0xd0, 0], "{text:?}");
            let missing: usize =
                paste.pieces.iter().filter_map(|p| p.continues).map(|c| c.missing).sum();
            let here: usize = paste.pieces.iter().map(|p| p.bytes.len()).sum();
            assert_eq!((missing, here), (usize::from(at < 15), 17), "{text:?}");
        }
    }
}

#[test]
fn what_was_meant_is_told_from_looks_and_a_length_from_what_follows() {
    let meant = |text: &str| read(text).pieces.iter().find_map(|p| p.continues).unwrap().meant;
    assert_eq!(meant("10 Oe 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62"), Some(Meant::Looks(0x0e)));
    assert_eq!(meant("10 0e OO 04 4d 51 54 54 04 02 00 3c 00 02 61 62"), Some(Meant::Looks(0)));
    assert_eq!(meant("100e00O44d5154540402003c00026162"), Some(Meant::Looks(4)));
    assert_eq!(
        meant("10 ge 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62 d0 00"),
        Some(Meant::Length(0x0e))
    );
    assert_eq!(meant("10 0e 00 04 4d 51 g4 54 04 02 00 3c 00 02 61 62"), None);
}

/// What a mistake at the end hides belongs to the packet, as far as this goes.
#[test]
fn a_mistake_behind_the_last_byte_is_a_part_of_its_packet() {
    let lacks = |text: &str| {
        let paste = read(text);
        assert!(!paste.mistakes.is_empty(), "{text}");
        paste.pieces.last().unwrap().lacks.map(|it| (it.mistake, it.missing, it.meant))
    };
    assert_eq!(lacks("c0 0O"), Some((0, 1, Some(Meant::Looks(0)))));
    assert_eq!(lacks("c0 0l"), Some((0, 1, Some(Meant::Length(0)))));
    assert_eq!(lacks("c0 0l d0 0O"), Some((1, 1, Some(Meant::Looks(0)))));
    assert_eq!(lacks("82 06 00 01 00 01 61 0l"), Some((0, 1, Some(Meant::Looks(1)))));
    assert_eq!(lacks("82 06 00 01 00 01 6l l1"), Some((1, 2, None)));
    let paste = read("c0 0l d0 O0 e0 00");
    let all: Vec<_> = paste.pieces.iter().map(|p| p.lacks.map(|it| it.missing)).collect();
    assert_eq!(all, [Some(1), Some(1), None]);
    // No packet goes on here.
    assert_eq!(lacks("c0 00 0g"), None);
    assert_eq!(lacks("<Buffer 10 0e ... 12 more bytes>"), None);
    // With other lines in between.
    let paste = parse("c0 0l\nd0 0l\n", &Options { lines: true });
    let mistakes: Vec<_> = paste.pieces.iter().map(|p| p.lacks.unwrap().mistake).collect();
    assert_eq!(mistakes, [0, 1]);
}

/// Who leaves zeros out leaves out more than one, or prints a list.
#[test]
fn a_single_digit_is_a_slip() {
    for (text, column) in [("c0 0", 4), ("c0 00 c0 0", 10), ("40 2 12 34", 4), ("d0 0", 4)] {
        let paste = read(text);
        let told: Vec<_> = paste.mistakes.iter().map(|m| (m.place.column, &m.kind)).collect();
        assert_eq!(told, [(column, &MistakeKind::OneDigit)], "{text}");
        assert_eq!(paste.pieces[0].bytes[0], u8::from_str_radix(&text[..2], 16).unwrap());
    }
    for text in ["c0, 0", "c0,0", "0xc0 0x0", "c0 0 c0 0", "40 2 0 1"] {
        assert_eq!(read(text).mistakes, [], "{text}");
    }
}

/// Base64 of a CONNECT and a PUBLISH, cut at each of its characters.
#[test]
fn base64_that_is_cut_is_read_as_far_as_it_goes() {
    let bytes = [&EXAMPLE[..], b"\x30\x09\0\x03a/b\x01xyz"].concat();
    let engine = ::base64::engine::general_purpose::STANDARD_NO_PAD;
    let all = ::base64::Engine::encode(&engine, &bytes);
    for len in 12..=all.len() {
        let paste = read(&all[..len]);
        let found: Vec<u8> = paste.pieces.iter().flat_map(|p| p.bytes.clone()).collect();
        let is_whole = found == EXAMPLE;
        assert_eq!(found, bytes[..len * 6 / 8], "{len}");
        // A character that begins a byte, or ends in the middle of one with bits that say so.
        let has_rest = match len % 4 {
            1 => true,
            2 => bytes.get(len * 6 / 8).is_some_and(|next| next >> 4 != 0),
            3 => bytes.get(len * 6 / 8).is_some_and(|next| next >> 6 != 0),
            _ => false,
        };
        let told: Vec<_> = paste.mistakes.iter().map(|m| (m.place.column, &m.kind)).collect();
        let expected = [(len, &MistakeKind::CutByte)];
        assert_eq!(told, &expected[..usize::from(has_rest && !is_whole)], "{len}");
    }
    // Words that are no packets, though their letters are digits of base64.
    for text in
        ["MyPassword12345", "HelloWorldHelloWorld", "MAAA/Users/me", "sometextwithoutblanks"]
    {
        assert!(read(text).pieces.is_empty(), "{text}");
    }
}

/// The byte of which a character of base64 holds bits is lost, and its place is told.
#[test]
fn a_character_that_is_none_of_base64_is_told() {
    let paste = read("EA4ABE1RVFQEAgA!AAJhYg==");
    assert_eq!(paste.mistakes.len(), 1);
    assert_eq!((paste.mistakes[0].place.line, paste.mistakes[0].place.column), (1, 16));
    assert_eq!(paste.mistakes[0].kind, MistakeKind::NotADigit { found: '!', base: 64 });
    let bytes: usize = paste.pieces.iter().map(|piece| piece.bytes.len()).sum();
    assert_eq!(bytes, 15);
    // The first one: of the first byte too.
    let paste = read("A packet:\n?A4ABE1RVFQEAgA8AAJhYg==\n");
    assert_eq!(paste.mistakes[0].kind, MistakeKind::NotADigit { found: '?', base: 64 });
    assert_eq!((paste.mistakes[0].place.line, paste.mistakes[0].place.column), (2, 1));
    assert_eq!(paste.pieces[0].bytes, EXAMPLE[1..]);
    assert!(read("(This is no base64, nor is this) and /neither/this/one").mistakes.is_empty());
    assert!(read("This is no base64!Nor is this, though it is long enough.").mistakes.is_empty());
}

/// A letter in the zero of a `0x` hides nothing: the byte is read, and the letter told.
#[test]
fn a_letter_in_a_prefix() {
    let letter = "the letter 'O' is not a digit";
    check("0xc0 0x00 Oxc0 0x00 0xe0 0x00", &["c000c000e000"], &[(1, 11, letter)]);
    check("Oxc0 0x00 0xe0 0x00", &["c000e000"], &[(1, 1, letter)]);
    check("0xc0, 0x00, 0xe0, Ox00", &["c000e000"], &[(1, 19, letter)]);
    check("0xc0,Ox0,0xe0,0x0", &["c000e000"], &[(1, 6, letter)]);
    check("It sent 0xc0 0x00 Oxd0 0x00 and then nothing more.", &["c000d000"], &[(1, 19, letter)]);
    check("An Oxca is no byte.", &[], &[]);
}

/// As EMQX prints bytes, and digits of two: one letter among them takes nothing else away.
#[test]
fn a_letter_among_digits_of_emqx_and_of_two() {
    let line = "2024-01-01T10:00:00 [debug] msg: raw_bin_received, peername: 10.0.0.1:5, size: 6, \
                bin: C000D0O0E000, type: hex";
    check(line, &["c000d0", "e000"], &[(1, 94, "the letter 'O' is not a digit")]);
    check(
        "11000000 00000000 11010000 00000O00 11100000 00000000",
        &["c000d0", "e000"],
        &[(1, 33, "the letter 'O' is not a digit")],
    );
    check(
        "11000000 00000000 11010000 00000200 11100000 00000000",
        &["c000d0", "e000"],
        &[(1, 33, "'2' is not a digit in base 2")],
    );
}

/// A letter alone in an array is a character where letters spell something, and a slip among numbers.
#[test]
fn a_letter_that_looks_like_a_number_of_an_array() {
    let letter = "the letter 'O' is not a digit";
    check("[192, O, 192, 0]", &["c0", "c000"], &[(1, 7, letter)]);
    check("{0xc0, O, 0xe0, 0x00}", &["c0", "e000"], &[(1, 8, letter)]);
    check("{0x30, 5, 0, 1, O, H, I}", &["300500014f4849"], &[]);
    check("{0x30, 5, 0, 1, 'O', 1, 2}", &["300500014f0102"], &[]);
}

/// `od -a` shows no highest bit: what it says of SUBSCRIBE is what it says of 0x02.
#[test]
fn names_of_characters_are_told() {
    let text = "0000000 dle  so nul eot   M   Q   T   T eot stx nul   < nul stx   a   b\n\
                0000020 stx  bs nul soh nul etx   a   /   b nul\n0000032\n";
    let paste = read(text);
    assert!(paste.pieces.is_empty(), "{paste:?}");
    assert_eq!(paste.hint, Some(Hint::NamedCharacters));
}

/// Words with their low byte first and no addresses, of which some have a mistake.
#[test]
fn mistakes_in_words_without_addresses() {
    for text in [
        "04000e10 5454514d 3co00204 62610200",
        "04000e10 54545g4d 3c000204 62610200",
        "0e10 0400 514d 545g 0204 3c00 0200 6261",
    ] {
        let paste = read(text);
        let bytes: Vec<u8> = paste.pieces.iter().flat_map(|piece| piece.bytes.clone()).collect();
        assert_eq!(bytes.len(), EXAMPLE.len() - 1, "{text}\n{paste:?}");
        assert!(EXAMPLE.starts_with(&bytes[..4]) && EXAMPLE.ends_with(&bytes[13..]), "{text}");
        assert_eq!(paste.mistakes.len(), 1, "{text}");
    }
}
