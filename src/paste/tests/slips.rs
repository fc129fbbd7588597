//! A typing mistake at each digit of a CONNECT, in every notation of digits and wherever bytes stand in a text: a
//! caret shows it.
use super::*;
use std::ops::Range;

const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

/// What stands around the bytes, which are `@`.
const AROUND: [&str; 8] = [
    "@",
    "It sent @ and died.",
    "my client sends\n\n@\n\nand stops\n",
    "TX: @\n",
    "My payload is this: @ which is odd.\n",
    "12:00:01.250 TX: @\n12:00:01.300 RX: 20 02 00 00\n",
    "12:00:01 @\n",
    "2023-11-05 12:01:02 [net] DEBUG: @\n",
];

/// What is put in the place of a digit: letters that look like one and one that does not, the digit twice,
/// nothing.
const KINDS: [&str; 5] = ["O", "l", "g", "twice", ""];

fn each(join: &str, one: impl Fn(u8) -> String) -> String {
    let bytes = ::hex::decode(WHOLE).unwrap();
    bytes.into_iter().map(one).collect::<Vec<_>>().join(join)
}

fn notations() -> [String; 10] {
    [
        each(":", |b| format!("{b:02X}")),
        each(" ", |b| format!("{b:02x}")),
        each("-", |b| format!("{b:02x}")),
        each(",", |b| format!("{b:02x}")),
        each("", |b| format!("{b:02x}")),
        each("", |b| format!("\\x{b:02x}")),
        each(", ", |b| format!("0x{b:02x}")),
        each(" ", |b| format!("0x{b:02x}")),
        each(",", |b| b.to_string()),
        each(" ", |b| b.to_string()),
    ]
}

/// The places that a caret may stand at: the character, or the word that has a digit more or less.
fn expected(text: &str, at: usize, put: &str) -> Range<usize> {
    if put.len() == 1 {
        return at..at + 1;
    }
    let ends = |c: char| !c.is_ascii_alphanumeric();
    let from = text[..at].rfind(ends).map_or(0, |n| n + 1);
    from..text[at..].find(ends).map_or(text.len(), |n| n + at)
}

#[test]
fn no_mistake_is_silent_wherever_bytes_stand() {
    for (notation, around) in notations().iter().flat_map(|it| AROUND.map(|around| (it, around))) {
        let before = around.find('@').unwrap();
        let is_stream = notation == WHOLE;
        let is_decimal = notation.starts_with("16");
        for (n, kind) in KINDS.into_iter().enumerate() {
            // Each kind at a third of the places, all kinds together at all.
            for at in (0..notation.len()).skip(n % 3).step_by(3) {
                let digit = &notation[at..=at];
                let is_digit = digit.as_bytes()[0].is_ascii_hexdigit();
                // Of a decimal number a digit more or less makes another one.
                let counts = is_decimal && kind.len() != 1;
                if !is_digit || counts || notation[at..].starts_with("0x") {
                    continue;
                }
                let twice = digit.repeat(2);
                let put = if kind == "twice" { twice.as_str() } else { kind };
                let mut bytes = notation.clone();
                bytes.replace_range(at..=at, put);
                let text = around.replace('@', &bytes);
                let paste = read(&text);
                let places = expected(&text, before + at, put);
                let is_there = paste.mistakes.iter().any(|it| {
                    it.place.start <= places.end
                        && it.place.end >= places.start
                        && (put.len() != 1 || it.place.start == places.start)
                });
                assert!(is_there, "{kind:?} at {at}\n{text}\n{:?}", paste.mistakes);
                // Of all that stands before it nothing is lost, but in a stream: there a digit may be anywhere.
                let found: String =
                    paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
                let whole = bytes_before(notation, at);
                assert!(
                    is_stream || found.starts_with(&WHOLE[..whole * 2]),
                    "{kind:?} at {at}\n{text}\n{found}"
                );
            }
        }
    }
}

/// How many bytes of a notation end before a place.
fn bytes_before(notation: &str, at: usize) -> usize {
    if notation.starts_with("16") {
        return notation[..at].matches([',', ' ']).count();
    }
    let digits = notation[..at].replace("0x", "").bytes().filter(u8::is_ascii_hexdigit).count();
    digits / 2
}

/// A digit that stands twice is shown where it does: the packet tells the place.
#[test]
fn the_packet_tells_which_digit_of_a_stream_stands_twice() {
    for at in 0..WHOLE.len() {
        let mut text = WHOLE.to_owned();
        text.insert(at, char::from(WHOLE.as_bytes()[at]));
        let text = format!("It sent {text} and died.");
        let paste = read(&text);
        let place = &paste.mistakes[0].place;
        // Of two neighbours that are the same either may be the one too many.
        let near = place.start - 2..place.end + 1;
        assert!(near.contains(&(at + 8)) && near.len() <= 14, "{at}\n{text}\n{place:?}");
        assert_eq!(paste.mistakes.len(), 1, "{text}");
    }
}

/// Lines that say who sent the bytes, and lines between others that are packets beyond doubt.
#[test]
fn a_mistake_in_a_short_packet_is_shown_where_its_line_or_the_packets_around_say_that_it_is_one() {
    let forms = |bytes: &[u8]| {
        let pairs =
            |join: &str| bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(join);
        [pairs(""), pairs(" "), pairs("-"), pairs(":"), format!("0x{}", pairs(" 0x"))]
    };
    let around = [
        "TX: @\n".to_owned(),
        "12:00:01.250 RX: @\n".to_owned(),
        format!("12:00:01 net: @\n12:00:02 net: {WHOLE}\n"),
        format!("1\t{WHOLE}\n20\t@\n30\te000\n"),
        format!("Look:\n{WHOLE}\n@\ne000\n"),
    ];
    for bytes in
        [&b"\x20\x02\0\x05"[..], b"\xd0\0", b"\x82\x08\0\x01\0\x03a/b\0", b"\x40\x02\x12\x34"]
    {
        for (form, around) in forms(bytes).iter().flat_map(|it| around.iter().map(move |a| (it, a)))
        {
            for at in (0..form.len()).filter(|at| form.as_bytes()[*at].is_ascii_hexdigit()) {
                // What a colon makes a time is one; a letter that looks like no digit begins no line.
                let is_time = form.contains(':') && bytes.len() == 4 && around.contains("Look");
                if form[at..].starts_with("0x") || is_time {
                    continue;
                }
                for put in ["O", "l"] {
                    let mut broken = form.clone();
                    broken.replace_range(at..=at, put);
                    let text = around.replace('@', &broken);
                    let paste = read(&text);
                    let place = around.find('@').unwrap() + at;
                    let is_there = paste.mistakes.iter().any(|it| it.place.start == place);
                    assert!(is_there, "{text}\n{:?}", paste.mistakes);
                }
            }
        }
    }
}

/// What has the form of a short packet with a mistake, and is none.
#[test]
fn numbers_and_words_are_no_short_packets_with_a_mistake() {
    for text in [
        "Sent: 300\nReceived: 2002000\n",
        "int IN\t\t500\nint OUT\t\t300\n",
        "if patterns <= 100\n  a => 100,\n",
        "let protocol = Protocol::V500;\n",
        "Add: bO OO\nin: soil\n",
        &format!("{WHOLE}\nworld.seconds += 200;\n"),
    ] {
        assert_eq!(read(text).mistakes, [], "{text}");
    }
}

#[test]
fn a_blank_inside_of_a_byte() {
    for text in ["300 6000174414243", "TX: 300 6000174414243\n"] {
        let paste = read(text);
        assert_eq!(paste.pieces[0].bytes, b"\x30\x06\0\x01tABC", "{text}");
        let place = &paste.mistakes[0].place;
        assert_eq!((paste.mistakes.len(), &text[place.start..place.end]), (1, " "), "{text}");
        assert_eq!(paste.mistakes[0].kind, MistakeKind::SplitByte);
    }
    let paste = parse("300 6000174414243\nc0OO\nc000\n", &Options { lines: true });
    let told: Vec<_> = paste.mistakes.iter().map(|it| (it.place.line, it.place.column)).collect();
    assert_eq!(told, [(1, 4), (2, 3), (2, 4)], "{:?}", paste.mistakes);
    assert_eq!(paste.ignored.without_bytes.len(), 0);
}

/// What stands behind bytes with bare escapes in a sentence is none of them, though a byte of them is mistyped.
#[test]
fn bare_escapes_in_a_sentence_end_with_their_word() {
    let connect = b"\x10\x18\0\x04MQTT\x04\x02\0\x3c\0\x0cphone-button";
    let subscribe = b"\x82\x08\0\x01\0\x03a/b\0";
    let all = |bytes: &[u8]| bytes.iter().map(|it| format!("\\x{it:02x}")).collect::<String>();
    let shown = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    let some = |bytes: &[u8]| bytes.iter().map(shown).collect::<String>();
    for [connect, behind] in [[all(connect), all(subscribe)], [some(connect), some(subscribe)]] {
        let escapes = connect.match_indices("\\x").map(|(at, _)| at + 2);
        let twice = |at: usize| connect[at..=at].repeat(2);
        let wrong = |at: usize| {
            [(at, "g".to_owned()), (at + 1, "O".to_owned()), (at, String::new()), (at, twice(at))]
        };
        for (at, wrong) in escapes.flat_map(wrong) {
            let wrong = [&connect[..at], &wrong, &connect[at + 1..]].concat();
            let text =
                format!("It sends {wrong} to the broker, which sends {behind} back to it.\n");
            let paste = read(&text);
            let pieces: Vec<_> = paste.pieces.iter().map(|it| &it.bytes[..]).collect();
            assert!(pieces.contains(&&subscribe[..]), "{text}{pieces:x?}");
            let column = "It sends ".len() + at + 1;
            let is_near = |it: &Mistake| it.place.column.abs_diff(column) < 5;
            assert!(paste.mistakes.iter().any(is_near), "{text}{:?}", paste.mistakes);
        }
    }
}

/// A packet longer than numbers are is shown with its mistake, however short the packets beside it are.
#[test]
fn a_mistake_beside_short_packets_is_not_silent() {
    let connect = "101000044d5154540402003c000461626364";
    let form = |stream: &str, before: &str, join: &str| {
        let bytes = ::hex::decode(stream).unwrap();
        bytes.iter().map(|b| format!("{before}{b:02x}")).collect::<Vec<_>>().join(join)
    };
    let around = [
        "Hi all\n\n@\n\nthe server says\n\n#\n",
        "I get\n```\n#\n```\nafter\n```\n@\n```\n",
        "Client sends:\n@\nServer answers:\n#\n",
        "> @\n>\n> gives\n> #\n",
        "Text\n\n    @\n\nand\n\n    #\n",
    ];
    for text in [
        "Hi all\n\n20 02 0O 00\n\nthen\n\nc0 00\n",
        "Client sends:\nc0 0O\nServer answers:\nd0 00\n",
        "```\n20:02:00:00\n```\nand\n```\n40:02:OO:07\n```\n",
        "one\n2002000O\ntwo\nc000\n",
    ] {
        assert!(!read(text).mistakes.is_empty(), "{text}");
    }
    // A word is none, nor is what has another form.
    for text in ["one\nbOO\ntwo\nc000\n", "a list\n10 1O\nof\n0xc0 0x00\n", "soil\nc0 00\n"] {
        assert_eq!(read(text).mistakes, [], "{text}");
    }
    for (n, around) in around.into_iter().enumerate() {
        for (m, short) in
            ["20020000", "40020007", "9003000100", "30050003612f62"].into_iter().enumerate()
        {
            for (before, join) in [("", ""), ("", " "), ("", ":"), ("", ", "), ("0x", ", ")] {
                let (bytes, short) = (form(connect, before, join), form(short, before, join));
                for at in (0..bytes.len()).skip((n + m) % 3).step_by(3) {
                    if !bytes.as_bytes()[at].is_ascii_hexdigit() || bytes[at..].starts_with("0x") {
                        continue;
                    }
                    for put in ["O", "l", "g", ""] {
                        let mut broken = bytes.clone();
                        broken.replace_range(at..=at, put);
                        let text = around.replace('@', &broken).replace('#', &short);
                        assert!(!read(&text).mistakes.is_empty(), "{put:?} at {at}\n{text}");
                    }
                }
            }
        }
    }
}
