use super::*;

#[test]
fn what_is_no_packet() {
    for text in [
        "deadbeef add a face",
        "Meet me at 20:02:00 on 2023-08-26, room 10 14.",
        "The address of the card is 30:04:00:01:61:62, as it says.",
        "See 550e8400-e29b-41d4-a716-446655440000 for c0ffee.",
        "sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of file",
        "192.168.1.1:1883 connected, 10 clients, 20 messages, 30 topics",
        "I was born in 1984 and paid 20 00 for it",
        "1\n2\n3\n10\n11\n12\n13\n14\nlines are numbered like this\n",
        "fe80::1 is not ::1 [1] [2] {1, 2} (3)",
        "the server fe80::c000:d000:e000:1 answered c000:d000:c000:d000:c000:d000:c000:d000 at once",
        "it's \"quoted\" and b'ok' too",
        "The table has 0x10 and 0x20 and 0x30.",
        "Is 10 2 or 3? I say so: 5S is 55, l0 is 10 and O is 0.",
        "See the C0 and S3 and l2 caches of 8O 51 and 4l 04.",
        "client c0000000-0000-4000-a000-d0000000e000 connected",
        "id=10000000-c000-d000-e000-c00000000000",
        "uuid: 30030001-6162-4000-8000-c0000000d000",
        "the words ['ab', 'cd', 'ef'] and [\"1a\", \"2b\"] are no bytes, nor is ['v1', 'v2']",
        "parse_url(string, of(base)) and read_all(theBytes, offset) return EAgA(BERVFQ",
        "commit 3fe19a0c4d1e8b7a6f5e4d3c2b1a09f8e7d6c5bO fixes it",
        "the file C:\\x\\new\\x10 is \\\\server\\x00",
        "0x7ffe: main.c:12 and 0x4040 <buf>: too",
        "0000000 of 0000020 and 0000040",
        "0x0O10: nothing",
        "",
        "   \n\n",
    ] {
        let paste = read(text);
        assert!(paste.pieces.is_empty(), "{text}: {:?}", paste.pieces);
        assert_eq!(paste.mistakes, [], "{text}");
        assert!(paste.hint.is_some());
    }
}

#[test]
fn nothing_but_hex_is_bytes_whatever_they_are() {
    for (text, expected) in [
        ("c000", "c000"),
        ("e0 00", "e000"),
        ("10 ff ff", "10ffff"),
        ("DEADBEEF", "deadbeef"),
        ("10 0c 00 04 4d51 5454", "100c00044d515454"),
        ("0x10,0xc,0x00", "100c00"),
        ("10:ff", "10ff"),
        ("10-ff\n", "10ff"),
        ("\\x10\\xff\\x00", "10ff00"),
        ("10h 0ffh 00h", "10ff00"),
        ("10ff00 # a comment\n00", "10ff0000"),
        ("00 01 02\n03 04", "0001020304"),
        ("%10%ff", "10ff"),
        ("00, c0, 00", "00c000"),
        ("00h c0h 00h", "00c000"),
        ("0x00 0xc0 0x00", "00c000"),
    ] {
        assert_eq!(hexes(text), [expected], "{text}");
    }
}

#[test]
fn a_packet_a_line_or_over_lines() {
    assert_eq!(hexes("c000\nd000\nc000"), ["c000", "d000", "c000"]);
    let wrapped: Vec<_> =
        CONNECT.as_bytes().chunks(32).map(|c| std::str::from_utf8(c).unwrap()).collect();
    assert_eq!(hexes(&wrapped.join("\n")), [CONNECT]);
    let odd: Vec<_> =
        CONNECT.as_bytes().chunks(37).map(|c| std::str::from_utf8(c).unwrap()).collect();
    assert_eq!(hexes(&odd.join("\n")), [CONNECT], "broken in the middle of a byte");
    // Of many short lines each is odd; together they are three packets.
    let all = "100e00044d5154540402003c0002616220020000c000";
    for len in [5, 7, 9, 11, 13] {
        let lines: Vec<&str> =
            (0..all.len()).step_by(len).map(|at| &all[at..(at + len).min(all.len())]).collect();
        assert_eq!(hexes(&lines.join("\n")), [all], "{len} digits a line");
    }
    assert_eq!(
        hexes(&format!("{}\n{CONNACK}\nc000", wrapped.join("\n"))),
        [CONNECT, CONNACK, "c000"]
    );
    assert_eq!(hexes("10 ff 00\nc0 00"), ["10ff00", "c000"]);
}

#[test]
fn logs_with_labels() {
    let text = format!(
        "12:00:00.001 TX: {}\n12:00:00.050 RX: {CONNACK}\nlink is up at 115200\n12:00:01 TX: c0 00\n12:00:02 TX: c0 00\n",
        ::hex::encode(::hex::decode(CONNECT).unwrap())
    );
    let paste = read(&text);
    let told: Vec<_> =
        paste.pieces.iter().map(|p| (::hex::encode(&p.bytes), p.direction, p.repeat_of)).collect();
    let (sent, received) = (Some(Direction::Sent), Some(Direction::Received));
    let expected = [(CONNECT, sent), (CONNACK, received), ("c000", sent), ("c000", sent)];
    assert_eq!(told, expected.map(|(h, d)| (h.to_owned(), d, None)));
    assert_eq!(paste.pieces[1].time.as_ref().unwrap().text, "12:00:00.050");
}

/// Letters that look like digits make up a word, where the packet before it is whole.
#[test]
fn a_word_behind_a_packet() {
    let example = "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62";
    for word in ["is", "so", "Is", "I"] {
        let text = format!("What {example} {word}\nnobody knows.\n");
        assert_eq!(hexes(&text), [::hex::encode(EXAMPLE)], "{text}");
    }
}

#[test]
fn numbers_that_are_called_so() {
    for text in [
        "Flags [.], ack 28, win 512, options [nop,nop,TS val 4003668307 ecr 4003668307], length 0",
        "my order number 40020001, invoice 20020000",
        "Rechnung Nr. 20020000 vom 30.06.2024",
        "Telefon: 2002000000",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
    assert_eq!(hexes("the PUBACK is 40020001"), ["40020001"]);
    assert_eq!(hexes("40020001"), ["40020001"]);
}

#[test]
fn an_esp_log_over_lines() {
    let text = "I (10) mqtt: connecting\nI (12) mqtt: 10 0e 00 04 4d 51 54 54\nI (12) mqtt: 04 02 00 3c 00 02 61 62 \nI (15) wifi: c0 ffee\n";
    assert_eq!(hexes(text), [::hex::encode(EXAMPLE)]);
    let text = "I (12) mqtt: 0x3ffb1234   10 0e 00 04 4d 51 54 54  04 02 00 3c 00 02 61 62  |....MQTT...<..ab|\n";
    assert_eq!(hexes(text), [::hex::encode(EXAMPLE)]);
    // A terminal puts its own time before each line.
    for time in ["14:22:02.074 > ", "[2023-07-03 14:22:02.074] "] {
        let text = format!("{time}{text}");
        assert_eq!(hexes(&text), [::hex::encode(EXAMPLE)]);
        assert!(read(&text).pieces[0].time.as_ref().unwrap().text.contains("14:22:02.074"));
    }
}

#[test]
fn a_line_that_announces_the_next() {
    let text = "[12:00:01]# SEND HEX>\n10 0E 00 04 4D 51 54 54\n04 02 00 3C 00 02 61 62\n\n\
                [12:00:02]# RECV HEX>\n20 02 00 00\n";
    let paste = read(text);
    let told: Vec<_> = paste.pieces.iter().map(|p| (p.bytes.len(), p.direction)).collect();
    assert_eq!(told, [(16, Some(Direction::Sent)), (4, Some(Direction::Received))]);
    assert_eq!(paste.pieces[1].time.as_ref().unwrap().text, "12:00:02");
    assert_eq!(hexes("TX: 10 ff ff\n"), ["10ffff"]);
}

#[test]
fn signed_numbers() {
    assert_eq!(hexes("16, -119, 1, 127, -1"), ["1089017fff"]);
    assert_eq!(hexes("[(byte)0x10, (byte) -1, (byte)0, 4]"), ["10ff0004"]);
}

#[test]
fn a_number_before_a_packet() {
    let example = "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62";
    assert_eq!(hexes(&format!("packet 12 {example} end")), [::hex::encode(EXAMPLE)]);
    assert_eq!(hexes(&format!("send({example}) 16 bytes")), [::hex::encode(EXAMPLE)]);
    assert_eq!(hexes(&format!("包{example}字")), [::hex::encode(EXAMPLE)]);
}
