//! Numbers and names that happen to be packets, and packets that could be numbers.
use super::*;

#[test]
fn numbers_and_names() {
    for text in [
        "The range 0xC000 to 0xE000 is free.",
        "We meet in Room C0 00",
        "Serial: C000",
        "Model: D000",
        "color: #c000e0",
        "background: #d000",
        "we sold 40020001 of them",
        "sold 9003000101 pieces",
        "commit e000c0000000000000000000d0000000c000d000",
        "md5: c000d000c000d000c000d000c000d000",
        "We use d000 as the base",
        "The file has mode e000 or c000.",
        "the error 0xE000 comes up",
        "#define BASE 0xC000",
        "x = 0x4000;",
        "In 30 00 days",
        "RX packets 20020005",
        "RX packets 20020005  bytes 40020001 (38.1 MiB)",
        "Content-Length: 40020001",
        "received 20020005 bytes",
        "sent 9003000101 messages",
        "TCP 74 44462 → 1883 [SYN] Seq=0 Win=64240 Len=0 WS=1024\nTCP 74 44462 → 1883 [SYN] Seq=0 Win=64240 Len=0 WS=1024",
        "443 → 49360 [ACK] Seq=1 Ack=1 Win=32851 Len=3948\n443 → 49360 [ACK] Seq=1 Ack=1 Win=32851 Len=1452",
        "pub const IOC_OUT: u32 = 1073741824;",
        "use constant MAX_TRIES => 1000;",
        "IPv6Network('C000::/3'), IPv6Network('E000::/4'),",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
}

#[test]
fn hex_of_which_the_words_around_say_that_it_is_bytes() {
    for (text, bytes) in [
        ("The client sends c000 every minute", "c000"),
        ("PINGREQ is c0 00", "c000"),
        ("it answers D0 00 then", "d000"),
        ("TX c000 ok", "c000"),
        ("bytes: c000", "c000"),
        ("it wrote `c000` to it", "c000"),
        ("then 0xC0 0x00 came", "c000"),
        ("I got 20 02 00 00 back", "20020000"),
        ("text\nc000\nmore", "c000"),
        ("text\n0xC000\nmore", "c000"),
        ("\"c000\" is what I see", "c000"),
        ("Der Client schickt c000 und mehr", "c000"),
        ("the packet 40020001 is wrong", "40020001"),
        ("payload=c000", "c000"),
        ("-> c000", "c000"),
        ("> c000", "c000"),
        ("hex e000 was seen", "e000"),
        ("40 02 00 01 is what it wrote", "40020001"),
        ("发送 c000", "c000"),
        ("fd 5: c0 00\n", "c000"),
        ("send: 0x40020001 -> ok", "40020001"),
        ("RX 0x20020005", "20020005"),
        ("I get an error: 20 02 00 05", "20020005"),
        ("CONNACK code: 20 02 00 05", "20020005"),
        ("I get no 20 02 00 00 back", "20020000"),
        ("The broker returns 20020005", "20020005"),
        ("what does 20020005 mean, which I see", "20020005"),
        ("服务器返回 20020000", "20020000"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
    assert_eq!(hexes("we see c000 d000 there").concat(), "c000d000");
}

/// Where a text holds packets beyond doubt, short ones are believed, however they are labelled.
#[test]
fn short_packets_beside_others() {
    let connect = "101200044d5154540402003c00066465762d3137";
    for [up, down] in [
        ["> ", "< "],
        ["OUT ", "IN "],
        ["1. ", "2. "],
        ["12:00:01 OUT ", "12:00:02 IN "],
        ["1,out,", "2,in,"],
        ["DEBUG net: ", "DEBUG net: "],
        ["[error] ", "[error] "],
        ["| 1 | o | ", "| 2 | i | "],
    ] {
        let text = format!("{up}{connect}\n{down}20020000\n{up}c000\n{down}d000\n");
        assert_eq!(hexes(&text), [connect, "20020000", "c000", "d000"], "{text}");
    }
}

/// Strings of a program's source that hold text alone, and lists of its constants.
#[test]
fn sources_of_programs() {
    for text in [
        "print \";\\n\"; print \" :\\n\";",
        "a(\"</pre>\\n\", 3)",
        "{32,64}-unknown",
        "const A: u8 = 10;\nconst B: u8 = 18;\n",
        "'\\x10'     #  0x10 -> DATA LINK ESCAPE\n'\\x11' # 0x11 ->",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
}

/// What is left out though it could be packets is told, with its place.
#[test]
fn what_is_taken_for_a_number_is_named() {
    for (text, told) in [
        ("we sold 40020001 of them", &["40020001"][..]),
        ("my order number 40020001 came\nwith invoice 20020000", &["40020001", "20020000"]),
        ("RX packets 20020005", &["20020005"]),
        ("we sold 40020002 of them and 12345678 of these", &["40020002"]),
        ("It sent c000 to us", &[]),
    ] {
        let paste = read(text);
        let numbers: Vec<&str> =
            paste.ignored.number_places.iter().map(|it| &text[it.start..it.end]).collect();
        assert_eq!((&numbers[..], paste.ignored.numbers), (told, told.len()), "{text}");
    }
}

#[test]
fn six_bytes_with_colons_in_a_log_of_packets_are_no_address() {
    let subscribe = "82:08:b7:f2:00:03:61:2f:62:00";
    for (send, receive) in [
        ("send ", "recv "),
        ("10:00:01 send ", "10:00:02 recv "),
        ("[D] mqtt: tx ", "[D] mqtt: rx "),
    ] {
        let text = format!("{send}{subscribe}\n{receive}90:04:b7:f2:00:02\n{send}c0:00\n");
        assert_eq!(hexes(&text), ["8208b7f20003612f6200", "9004b7f20002", "c000"], "{text}");
        let others = format!(
            "{send}82-08-b7-f2-00-03-61-2f-62-00\npeer address {receive}90:04:b7:f2:00:02\n"
        );
        assert_eq!(hexes(&others), ["8208b7f20003612f6200"], "{others}");
        let alone = format!("{receive}90:04:b7:f2:00:02 from the peer\n");
        assert!(read(&alone).pieces.is_empty(), "{alone}");
    }
}

#[test]
fn a_list_of_numbers_is_no_packet_where_nothing_says_so() {
    for text in [
        "ports = [48, 50, 52]",
        "for w in [60, 80, 99, 120]",
        "const fib = [1, 1, 2, 3, 5, 8];",
        "sizes = [48, 64, 96, 128, 256]",
    ] {
        let paste = read(text);
        assert!(paste.pieces.is_empty() && paste.mistakes.is_empty(), "{text}: {paste:?}");
        assert_eq!(paste.hint, Some(Hint::NoPackets), "{text}");
    }
    // A list alone, a name that says it, digits of hex, the beginning of a packet.
    for (text, bytes) in [
        ("[48, 50, 52]", "303234"),
        ("[48, 50, 52];\n", "303234"),
        ("uint8_t x[] = {48, 50, 52, 54};", "30323436"),
        ("rxBuf = [48, 50, 52]", "303234"),
        ("payload: [48, 50, 52]", "303234"),
        ("ports = [0x30, 0x32, 0x34]", "303234"),
        ("x = [192, 0, 208, 0, 64, 2]", "c000d0004002"),
        ("x = [16, 14, 0, 4, 77, 81, 84, 84, 4, 2]", "100e00044d5154540402"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
}
