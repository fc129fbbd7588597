//! Lines that are mistyped packets beside lines of the same kind with good ones.
use super::*;

/// The bytes of the pieces, and the columns of the mistakes.
fn told(text: &str) -> (String, Vec<usize>) {
    let paste = read(text);
    let bytes = paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
    (bytes, paste.mistakes.iter().map(|it| it.place.column).collect())
}

#[test]
fn a_blank_inside_of_a_byte() {
    for (good, bad, column) in [
        ("> 20 02 00 00", "> 20 0 2 00 00", 7),
        ("TX: 20 02 00 00", "TX: 20 0 2 00 00", 9),
        ("TX: 20 02 00 00", "RX: 20 02 0 0 00", 12),
        ("Good: 20 02 00 00", "Bad: 20 0 2 00 00", 10),
        ("20 02 00 00", "20 0 2 00 00", 5),
        ("> \\x20\\x02\\x00\\x00", "> \\x20\\x0 2\\x00\\x00", 10),
        ("00100000 00000010 00000000 00000000", "00100000 000000 10 00000000 00000000", 16),
        ("10:00:01 TX 20 02 00 00", "10:00:02 TX 20 0 2 00 00", 17),
    ] {
        for text in [format!("{good}\n\nand\n\n{bad}\n"), format!("and\n{bad}\n{good}\n")] {
            assert_eq!(told(&text), ("2002000020020000".to_owned(), vec![column]), "{text}");
        }
    }
}

#[test]
fn a_digit_that_is_none_or_too_many() {
    for (good, bad, bytes, column) in [
        ("bytes.fromhex(\"c000\")", "bytes.fromhex(\"c0O0\")", "c000c0", 18),
        ("&H20, &H02, &H00, &H00", "&H20, &H2F2, &H00, &H00", "20020000200000", 9),
        ("[20, 02, 00, 00]", "[20, 02, 00, 000]", "20020000200200", 14),
        ("> 20 02 00 00", "> 20 022 00 00", "20020000200000", 6),
    ] {
        let text = format!("{good}\n\nand\n\n{bad}\n");
        assert_eq!(told(&text), (bytes.to_owned(), vec![column]), "{text}");
    }
}

#[test]
fn other_lines_of_digits_are_no_packets() {
    for other in [
        "key: 2b 7e 15 16 28 ae d2 a6",
        "2b 7e 15 16 28 ae d2 a6",
        "> In 2O days",
        "TX: 5 packets",
        "ID 20 08 2024",
        "c0:ff:ee:12:34:56",
        "32 12 17 40",
        "4003 373458",
        "sp: 0x20020000 pc : 0x40020001",
        "10 1O",
        "world.seconds += 200;",
        "620effa9-a088-5cea-35f6-81f682f4cbed",
        "620e:7ff8:7cf:f0e4:416b:e73e:bc81:6fe2",
        "const primes = [2, 3, 5, 7, 11, 13];",
        "total 20 3 4",
    ] {
        let text = format!("> 20 02 00 00\nand\nTX: c0 00\n\n{other}\n");
        assert_eq!(told(&text), ("20020000c000".to_owned(), vec![]), "{text}");
    }
}

/// A time of day between packets, in a text of nothing but digits.
#[test]
fn a_time_between_packets_is_none_of_them() {
    assert_eq!(hexes("20 02 00 00\n02:38\nc0 00\n"), ["20020000", "c000"]);
    assert_eq!(hexes("20:02:00:00\n02:38\n"), ["20020000", "0238"]);
}

/// As a program prints bytes without the zeros before them.
#[test]
fn a_faulty_packet_leaves_the_others_as_they_are() {
    let connect = "10 E 0 4 4D 51 54 54 4 2 0 3C 0 2 61 62";
    for (faulty, bytes) in [("20 2 0", "200200"), ("E0 1", "e001"), ("82 2 0 1", "82020001")] {
        let text = format!("{connect}\n20 2 0 0\n{faulty}\nC0 0\n");
        let all = format!("{}20020000{bytes}c000", ::hex::encode(EXAMPLE));
        assert_eq!(told(&text), (all, vec![]), "{text}");
    }
    assert_eq!(told("40 4 10 17 83\n64 2 0 1\n32 2 0 0\n").0, "28040a11534002000120020000");
}

/// What keeps a line from being a packet though all others are is told, in numbers and in base64 too.
#[test]
fn short_packets_in_other_notations() {
    for (good, bad, bytes, columns) in [
        ("[32, 2, 0, 0]", "[6 4, 2, 0, 1]", "2002000040020001", &[3][..]),
        ("[32, 2, 0, 0]", "[64, 1, 0, 1]", "2002000040010001", &[]),
        (
            "s.send(b\"\\x20\\x02\\x00\\x00\")",
            "s.send(b\"\\x40\\x01\\x00\\x01\")",
            "2002000040010001",
            &[],
        ),
        ("IAIAAA==", "QAI AAQ==", "2002000040020001", &[4]),
        ("IAIAAA==", "QAEAAQ==", "2002000040010001", &[]),
        ("IAIAAA==", "QAIB", "20020000400201", &[]),
    ] {
        let text = format!("{good}\n\nand\n\n{bad}\n");
        assert_eq!(told(&text), (bytes.to_owned(), columns.to_vec()), "{text}");
    }
}

/// No digit of them is one of hex alone.
#[test]
fn a_faulty_packet_among_others_of_decimal_digits() {
    assert_eq!(
        hexes("20 02 00 00\n\n40 01 00 09\n\n40 02 00 01\n").concat(),
        "200200004001000940020001"
    );
}

#[test]
fn a_blank_inside_of_a_byte_in_a_sentence() {
    for packet in ["30 0a 00 06 74 6f 70 69 6 3 58 68 69", "40 0 2 00 01"] {
        let text = format!(
            "It sends 30 07 00 03 61 2f 62 68 69 first.\nThen the device sends {packet} to it.\n"
        );
        let all = format!("30070003612f626869{}", packet.replace(' ', ""));
        let (bytes, columns) = told(&text);
        assert_eq!((bytes, columns.len()), (all, 1), "{text}");
    }
}
