//! Packets of several lines with a typing mistake, beside good ones, in all that may stand around them.
use super::*;

const PUBLISH: &str =
    "30 1b 00 14 68 6f 6d 65 2f 6c 69 76 69 6e 67 72\n6f 6f 6d 2f 74 65 6d 70 00 32 31 2e 35";
const DISCONNECT: &str = "e0 02 04 00";

/// What stands before each line, and above and below all of them.
const AROUND: [(&str, &str, &str); 6] = [
    ("", "Hi, the client sends:\n\n```\n", "\n```\n\nAny idea?\n"),
    ("> ", "Bob wrote:\n", "\n\nI think that the length is wrong.\n"),
    ("+", "@@ -10,3 +10,6 @@ foo\n some context\n", "\n more context\n"),
    (" * ", "/**\n", "\n */"),
    ("14:22:07.074 -> ", "", "\n"),
    ("Jul 03 14:22:07 raspberrypi mqttd[1234]: ", "", "\n"),
];

fn around(text: &str, (before, above, below): (&str, &str, &str)) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("{before}{line}")).collect();
    [above, &lines.join("\n"), below].concat()
}

#[test]
fn a_mistake_in_each_digit_is_told() {
    for place in AROUND {
        for (at, digit) in PUBLISH.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()) {
            let twice = format!("{digit}{digit}");
            for wrong in ["g", "", &twice] {
                let wrong = [&PUBLISH[..at], wrong, &PUBLISH[at + 1..]].concat();
                let text = around(&format!("{DISCONNECT}\n\n{wrong}\n\n{DISCONNECT}"), place);
                let paste = read(&text);
                let row = 3 + usize::from(at > PUBLISH.find('\n').unwrap());
                let line = place.1.lines().count() + row;
                assert!(
                    paste.mistakes.iter().any(|it| it.place.line == line),
                    "{text}{:?}",
                    paste.mistakes
                );
                let good = paste.pieces.iter().filter(|it| it.bytes == [0xe0, 2, 4, 0]).count();
                assert_eq!(good, 2, "{text}");
            }
        }
    }
}

/// The packet is shown, as far as the mistake lets it be read.
#[test]
fn the_packet_is_whole_but_for_the_byte() {
    let wrong = PUBLISH.replacen("00", "0O", 1);
    for place in AROUND {
        let text = around(&format!("{DISCONNECT}\n\n{wrong}"), place);
        let paste = read(&text);
        let bytes: Vec<_> = paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
        let rest = PUBLISH.replace([' ', '\n'], "");
        assert_eq!(bytes, ["e0020400", "301b", &rest[6..]], "{text}");
        assert_eq!(paste.mistakes.len(), 1, "{text}");
    }
}

/// Packets of several lines alone show how such packets are written, too.
#[test]
fn beside_packets_of_several_lines() {
    let wrong = PUBLISH.replacen("72\n6f", "7g\n6f", 1);
    for place in AROUND {
        let paste_of = around(&format!("{PUBLISH}\n\n{wrong}"), place);
        assert_eq!(read(&paste_of).mistakes.len(), 1, "{paste_of}");
    }
}

/// Of what is neither of them the rest is told: a line, of which nothing tells where its packet begins.
#[test]
fn a_line_without_its_packet_is_told_and_makes_none() {
    let text = "Look:\n\ne0 02 04 00\n\nand then\n\n6f 6f 6d 2f 74 6g 6d 70 00 32 31 2e 35\n";
    let paste = read(text);
    assert_eq!(paste.pieces.len(), 1, "{:?}", paste.pieces);
    let places: Vec<_> = paste.mistakes.iter().map(|it| (it.place.line, it.place.column)).collect();
    assert_eq!(places, [(7, 17)]);
}

#[test]
fn other_lines_are_no_packets() {
    for other in [
        "2b 7e 15 16 28 ae d2 a6 ab f7 15 88 09 cf 4f 3c\n2b 7e 15 16 28 ae d2 a6 ab f7 15 88 09 cf 4f 3c",
        "10 20 30 40 50 60 70 80 90 100\n11 21 31 41 51 61 71 81 91 101",
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16\n17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
        "Mo Tu We Th Fr Sa Su\n 1  2  3  4  5  6  7\n 8  9 10 11 12 13 14",
    ] {
        let text = format!("Look:\n\n{DISCONNECT}\n\n{other}\n\nand\n\n{PUBLISH}\n");
        let paste = read(&text);
        assert_eq!(
            (paste.pieces.len(), &paste.mistakes[..]),
            (2, &[][..]),
            "{text}{:?}",
            paste.pieces
        );
    }
}

/// A packet that ends too early is no packet by itself; who sent it, as with the others, tells that it is one.
#[test]
fn a_short_packet_that_is_cut_behind_a_label() {
    for (client, server) in [("Client", "Server"), ("TX", "RX"), ("sent", "received")] {
        let text =
            format!("{client}: 82 06 00 01 00 01 61 00\n{server}: 20 02 00\n{client}: c0 00\n");
        assert_eq!(hexes(&text), ["8206000100016100", "200200", "c000"], "{text}");
    }
    let text = "Client: c0 00\nServer: 20 08 24\nVersion: 20 02 00\nClient: c0 00\n";
    assert_eq!(hexes(text).concat().replace("c000", ""), "", "{text}");
}

/// A last line of a byte or two, below what would be a packet but for these.
#[test]
fn a_mistake_in_a_short_last_line() {
    for wrong in ["fe O0", "fe 0", "fe g0", "fe 000"] {
        for (first, last) in [("10", wrong), ("0f", wrong.trim_start_matches("fe "))] {
            let text = format!(
                "Look:\n\n{DISCONNECT}\n\n3c {first} 00 05 61 2f 62 2f 63 12 34 01 02 03 ff 07\n{last}\n\nand\n"
            );
            let lines: Vec<_> = read(&text).mistakes.iter().map(|it| it.place.line).collect();
            assert_eq!(lines, [6], "{text}");
        }
    }
}
