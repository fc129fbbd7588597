//! What stands before bytes in a line, and what has their form and is none.
use super::*;

const PAIRS: &str = "10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65 76 2d 31 37";
const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

#[test]
fn what_a_line_begins_with_is_no_byte() {
    for head in [
        "12:01:02 ",
        "2023-11-05 12:01:02 ",
        "12:01:02 TX: ",
        "12:01:02: ",
        "12:01:02,345 ",
        "12:01 ",
        "12:01:02;",
        "12:01:02|",
        "2023-11-05T12:01:02Z ",
        "20231105 ",
        "1699185662 ",
        "05.11.2023 12:01:02 ",
        "10:12:00 ",
        "2020-02-00 ",
        "0.001234 ",
        "1. ",
        "1) ",
        "a) ",
        "1: ",
        "10: ",
        "0: ",
        "ID 10 ",
        "COM3 12:01:02 ",
        "len=15 ",
        "len 15: ",
        "size 0x0f: ",
        "+IPD,15:",
        "+QIRD: 15 ",
    ] {
        let text = format!("{head}{PAIRS}\n{head}20 02 00 00\n{head}30 05 00 01 74 41 42\n");
        assert_eq!(hexes(&text), [WHOLE, "20020000", "30050001744142"], "{head:?}");
        assert_eq!(hexes(&format!("{head}20 02 00 00")), ["20020000"], "{head:?}");
    }
}

/// Digits alone are bytes, and so is what a typing mistake stands in.
#[test]
fn bytes_are_no_head_of_others() {
    assert_eq!(hexes("10 12 c0 00"), ["1012c000"]);
    assert_eq!(hexes("10:12:00:c0:00"), ["101200c000"]);
    assert_eq!(hexes("20240103"), ["20240103"]);
    for text in ["cO 00 d0 00", "g0 00 d0 00", "110 0e c0 00", "10 0g c0 00"] {
        assert_eq!(read(text).mistakes.len(), 1, "{text}");
    }
}

/// A time has three parts at most.
#[test]
fn hex_with_colons_that_begins_like_a_time() {
    let colons = PAIRS.replace(' ', ":");
    assert_eq!(hexes(&format!("my client sends\n\n{colons}\n\nand stops\n")), [WHOLE]);
    assert_eq!(hexes("Hallo\n20:02:00:00\nDas war es\n"), ["20020000"]);
    assert_eq!(hexes(&format!("error 0x05\n{colons}\n")), [WHOLE]);
    assert_eq!(hexes(&format!("12:01:02 {colons}\n12:01:03 20:02:00:00\n")), [WHOLE, "20020000"]);
}

#[test]
fn dates_addresses_and_timetables_are_no_bytes() {
    for text in [
        "Date: 2004-01-09",
        "Stand: 2002-00-00",
        "date=2020-05-12",
        "Date: 20200512",
        "It was on\n20-02-2024\nand later",
        "from\n30-06-2024\non",
        "my address is 2001:db8:3002:0000:1:2:3:4 since today",
        "Abfahrt: 10 12, 10 20, 10 30, 10 40, 10 50",
        "Add a face: :D c0 00l",
    ] {
        let paste = read(text);
        assert!(paste.pieces.is_empty(), "{text}: {:?}", paste.pieces);
        assert_eq!(paste.mistakes, [], "{text}");
    }
}

#[test]
fn zeros_left_out_within_a_text() {
    let short = "10 12 0 4 4D 51 54 54 4 2 0 3C 0 6 64 65 76 2D 31 37";
    let paste = read("");
    assert!(paste.pieces.is_empty());
    let text = format!("My client sends:\n\n{short}\n\nWhy?\n");
    assert_eq!(hexes(&text), [WHOLE]);
    assert_eq!(read(&text).pieces[0].notation.name, "hex with zeros left out");
    assert_eq!(hexes(&format!("TX: {short}\nis all")), [WHOLE]);
    assert!(read("I have\n1 2 3 4 5 6 7 8 9\nof them").pieces.is_empty());
}

/// A line without a label goes on with the packet of the one that has it.
#[test]
fn lines_that_go_on() {
    for text in [
        "TX: 10 12 00 04 4d 51 54 54 04 02\n    00 3c 00 06 64 65 76 2d 31 37\nRX: 20 02 00 00\n",
        "Payload: 101200044d5154540402003c00066465\n762d3137\nAnswer: 20 02 00 00\n",
        "Payload: 101200044d5154540402003c00066465\n         762d3137\nAnswer: 20020000\n",
    ] {
        assert_eq!(hexes(text), [WHOLE, "20020000"], "{text}");
    }
}

/// As `tshark -T fields -e frame.number -e tcp.payload` prints them, and tables that people make.
#[test]
fn columns_before_the_bytes() {
    for (text, directions) in [
        (format!("1\t{WHOLE}\n2\t20020000\n3\tc000\n"), false),
        (format!("frame.number\ttcp.payload\n1\t{WHOLE}\n2\t20020000\n3\tc000\n"), false),
        (format!("10\t{WHOLE}\n12\t20020000\n14\tc000\n"), false),
        (format!("9 {WHOLE}\n10 20020000\n11 c000\n"), false),
        (format!("1 {PAIRS}\n2 20 02 00 00\n3 c0 00\n"), false),
        (format!("1\to\t{PAIRS}\n2\ti\t20 02 00 00\n3\to\tc0 00\n"), true),
        (format!("nr\tdir\tbytes\n1\to\t{PAIRS}\n2\ti\t20 02 00 00\n3\to\tc0 00\n"), true),
        (format!("1,o,{WHOLE}\n2,i,20020000\n3,o,c000\n"), true),
        (format!("1;>;{WHOLE}\n2;<;20020000\n3;>;c000\n"), true),
        (
            format!(
                "1585066894.31\t127.0.0.1\t38588\t{WHOLE}\n1585066894.41\t127.0.0.1\t1883\t20020000\n1585066894.51\t127.0.0.1\t1883\tc000\n"
            ),
            false,
        ),
    ] {
        assert_eq!(hexes(&text), [WHOLE, "20020000", "c000"], "{text}");
        if directions {
            let all: Vec<_> = read(&text).pieces.iter().map(|it| it.direction).collect();
            let (sent, received) = (Some(Direction::Sent), Some(Direction::Received));
            assert_eq!(all, [sent, received, sent], "{text}");
        }
    }
    // Bytes with tabs between them, and a number that is one of them.
    assert_eq!(hexes(&PAIRS.replace(' ', "\t")), [WHOLE]);
    assert_eq!(hexes("10 c000"), ["10c000"]);
}

/// As `grep -n` prints them, and as it does the lines around.
#[test]
fn the_number_of_a_line_right_before_the_bytes() {
    let connect = "10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63";
    let packed = connect.replace(' ', "");
    for text in [
        format!("3:{connect}\n"),
        format!("3:{packed}\n"),
        format!("12:{packed}\n"),
        format!("128:{packed}\n"),
        format!("3-{connect}\n"),
    ] {
        assert_eq!(hexes(&text), std::slice::from_ref(&packed), "{text}");
    }
    for text in [
        "12:62 02 00 11\n19:70 02 00 11\n",
        "12:62 02 00 11\n13-70 02 00 11\n",
        "7:62020011\n8:70020011\n",
        "112:62 02 00 11\n1019:70 02 00 11\n",
        "12:14:22:01 TX: 62 02 00 11\n19:14:22:02 TX: 70 02 00 11\n",
        "12:TX: 62 02 00 11\n19:RX: 70 02 00 11\n",
    ] {
        assert_eq!(hexes(text), ["62020011", "70020011"], "{text}");
    }
    // The first byte of packets, and numbers of other things.
    assert_eq!(hexes("62:02 00 11\n"), ["62020011"]);
    assert_eq!(hexes("62:02:00:11\n"), ["62020011"]);
    for other in ["at 3:10 we met\n", "scores 3:10 02 and 4:20\n", "9:20 am\n"] {
        assert_eq!(hexes(other), [""; 0], "{other}");
    }
}

/// Which of two sides a line is of, as a letter behind its time or alone.
#[test]
fn a_letter_before_whole_packets_is_no_digit() {
    let connect = "10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63";
    for text in [
        format!("14:22:01 C {connect}\n14:22:01 S 20 02 00 00\n"),
        format!("[14:22:01.123] C {connect}\n[14:22:01.124] S 20 02 00 00\n"),
        format!("C {connect}\nS 20 02 00 00\n"),
        format!("A {connect}\nB 20 02 00 00\n"),
        format!("14:22:01 c {connect}\n14:22:01 b 20 02 00 00\n"),
        format!("14:22:01 C: {connect}\n14:22:01 B: 20 02 00 00\n"),
    ] {
        assert_eq!(hexes(&text), [connect.replace(' ', ""), "20020000".to_owned()], "{text}");
    }
    // A digit of which the other one is missing.
    assert_eq!(read("3 05 00 03 61 2f 62\n").mistakes.len(), 1);
    assert_eq!(read("c 00 30 05 00 03 61 2f 62\n").mistakes.len(), 1);
}
