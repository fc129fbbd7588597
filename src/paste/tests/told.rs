//! Typing mistakes in short packets, which tell by themselves no more than numbers do: the rest of the text tells
//! that they are packets.
use super::*;

/// The places of the mistakes, as line and column.
fn places(text: &str) -> Vec<(usize, usize)> {
    let place = |it: &Mistake| (it.place.line, it.place.column);
    read(text).mistakes.iter().map(place).collect()
}

fn bytes(text: &str) -> Vec<String> {
    read(text).pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect()
}

fn written(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
}

/// A text with a digit of it mistyped in each way, each with the column of the digit.
fn mistyped(text: &str) -> Vec<(usize, String)> {
    let with = |at: usize, it: &str| (at, [&text[..at], it, &text[at + 1..]].concat());
    let digits = text.char_indices().filter(|(_, c)| c.is_ascii_hexdigit());
    digits
        .flat_map(|(at, c)| {
            let twin = match c {
                '0' => "O",
                '1' => "l",
                _ => "g",
            };
            [with(at, "g"), with(at, twin), with(at, ""), with(at, &format!("{c}{c}"))]
        })
        .collect()
}

/// PUBACK of packet 1, and a PUBLISH of "hi" to "a/b" behind it.
const ACK: [u8; 4] = [0x40, 2, 0, 1];
const PUBLISH: [u8; 9] = *b"\x30\x07\0\x03a/bhi";

#[test]
fn in_a_sentence_and_in_a_log_beside_a_packet_beyond_doubt() {
    let contexts = [
        ("The device sends ", " to the broker, which then sends ", " back.\n"),
        (
            "2024-05-01 12:30:45.123 [DEBUG] mqtt: sent ",
            "\n2024-05-01 12:30:45.223 [DEBUG] mqtt: received ",
            "\n",
        ),
        ("[DEBUG] mqtt: sent ", "\n[DEBUG] mqtt: received ", "\n"),
    ];
    for separator in [" ", ":", "-", ""] {
        let publish = written(&PUBLISH, separator);
        for (before, between, behind) in contexts {
            for (at, wrong) in mistyped(&written(&ACK, separator)) {
                let text = [before, &wrong, between, &publish, behind].concat();
                let column = before.len() + at + 1;
                let near =
                    |(line, found): &(usize, usize)| *line == 1 && found.abs_diff(column) < 5;
                assert!(places(&text).iter().any(near), "{text}{:?}", places(&text));
                assert!(bytes(&text).contains(&written(&PUBLISH, "")), "{text}");
            }
        }
    }
}

#[test]
fn in_a_line_as_others_are_and_behind_a_time() {
    let text = "[D] mqtt: sent 40 02 00 01\n[D] mqtt: received 62 02 0O 01\n";
    assert_eq!(bytes(text), ["40020001", "6202", "01"]);
    assert_eq!(places(text), [(2, 27)]);
    let text = "2024-05-01 12:30:45.123 [D] mqtt: sent 40 02 0O 01\n";
    assert_eq!(places(text), [(1, 47)]);
}

/// Behind the bytes stand words that are hex, too, and marks of a sentence.
#[test]
fn where_the_packet_ends_its_length_says() {
    let publish = written(&PUBLISH, " ");
    for text in [
        format!("It answers 20 02 0O 00 be careful, and {publish} too"),
        format!("It answers `20 O2 00 00` (be careful), and {publish} too"),
        format!("It answers `c0 O0` (be careful), and {publish} too"),
        format!("It answers `do 00` (be careful), and {publish} too"),
        format!("It answers with the bytes dO 00, and {publish} too"),
    ] {
        assert_eq!(places(&text).len(), 1, "{text}");
    }
}

#[test]
fn numbers_of_sentences_are_no_mistyped_packets() {
    let publish = written(&PUBLISH, " ");
    for text in [
        format!("Call +49 30 12 3l5, and {publish} too"),
        format!("Commit 4002001 fixed it, and {publish} too"),
        format!("At 20:02:0l a frame {publish} came"),
        format!("In 40 of 02 cases b is 0, and {publish} came"),
        format!("The Will is discarded by a DISCONNECT of 0x00 alone, and not by {publish}"),
        format!("The server answers with PINGRESP; do 00 and {publish} mean anything?"),
        format!("If 02 00 01 follows, the packet is a PUBACK; {publish} is none"),
        format!("The bytes c0 of a client that sends {publish} are a PINGREQ"),
    ] {
        assert_eq!(places(&text), [], "{text}");
    }
}

/// Words of two bytes, eight digits of base 2, decimal numbers, and columns of a table of commas.
#[test]
fn in_other_notations_too() {
    let text =
        "Why does 4002 00O1 fail?\nBecause the answer was 30 07 00 03 61 2f 62 68 69, I think.\n";
    assert_eq!(places(text), [(1, 17)]);
    assert!(bytes(text).contains(&written(&PUBLISH, "")));
    let connect = "1018 0004 4d51 5g54 0402 003c 000c 7068 6f6e 652d 6275 7474 6f6e";
    assert_eq!(places(&format!("TX: {connect}\nRX: 4002 0001\n")), [(1, 21)]);
    let text = "It sends 01000000 00000010 0000000 00000001 to the broker.\n";
    assert_eq!(places(text), [(1, 28)]);
    let text = "The device sends 64 2 O 1 and gets 48 7 0 3 97 47 98 104 105 back.\n";
    assert_eq!(places(text), [(1, 23)]);
    assert!(bytes(text).contains(&written(&PUBLISH, "")));
    let text = "time,dir,data\n1,out,400200O1\n2,in,30070003612f626869\n";
    assert_eq!(places(text), [(2, 13)]);
    let text = "[D] mqtt: sent 48 7 0 3 97 47 98 104 105\n";
    assert_eq!(hexes(text), [written(&PUBLISH, "")]);
}

#[test]
fn words_of_programs_are_no_mistyped_packets() {
    let publish = written(&PUBLISH, " ");
    for line in [
        "#define EM_V800\t\t36\t/* NEC V800 series */",
        "#define R_IA64_NONE\t\t0x00\t/* none */",
        "620e:7ff8:7cf:f0e4:416b:e73e:bc81:6fe2",
        "50 232 89 67\n70 255 56 81\n12 3 4 5",
        "4002 words and 17 others, of 2003 in all",
    ] {
        let text = format!("{line}\nTX: {publish}\n");
        assert_eq!(hexes(&text), [written(&PUBLISH, "")], "{text}");
    }
}
