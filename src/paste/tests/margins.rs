//! What is written over several lines, with the same before each of them: it reads as it does without that.
use super::*;

/// A PUBLISH of 28 bytes to `a/b`.
const PACKET: &str = "301a0003612f62000102030405060708090a0b0c0d0e0f1011121314";

const C_ARRAY: &str = "static const uint8_t p[] = {\n    0x30, 0x1a, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x00, 0x01, 0x02,\n    \
                       0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,\n    0x0c, 0x0d, 0x0e, 0x0f, 0x10, \
                       0x11, 0x12, 0x13, 0x14,\n};\n";
const JSON: &str = "[\n  48, 26, 0, 3, 97, 47, 98, 0, 1, 2, 3, 4, 5, 6,\n  7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                    18, 19, 20\n]\n";
const STRINGS: &str = "p = (\n    b\"\\x30\\x1a\\x00\\x03a/b\\x00\\x01\\x02\\x03\\x04\\x05\\x06\"\n    \
                       b\"\\x07\\x08\\x09\\x0a\\x0b\\x0c\\x0d\\x0e\\x0f\\x10\\x11\\x12\\x13\\x14\"\n)\n";
const OD_HEX: &str =
    " 30 1a 00 03 61 2f 62 00 01 02 03 04 05 06 07 08\n 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14\n";
const OD_DECIMAL: &str = "  48  26   0   3  97  47  98   0   1   2   3   4   5   6   7   8\n   9  10  11  12  13  14  \
                          15  16  17  18  19  20\n";
const STREAM: &str = "301a0003612f6200010203040506\n0708090a0b0c0d0e0f1011121314\n";

/// As Rust prints a slice with `{:#?}`: a number a line.
fn rust() -> String {
    let numbers: Vec<_> =
        ::hex::decode(PACKET).unwrap().iter().map(|it| format!("    {it},\n")).collect();
    format!("[\n{}]\n", numbers.concat())
}

fn texts() -> [String; 7] {
    [C_ARRAY, JSON, STRINGS, OD_HEX, OD_DECIMAL, STREAM, &rust()].map(str::to_owned)
}

#[track_caller]
fn is_read(text: &str, before: impl Fn(usize) -> String) {
    let lines = text.lines().enumerate().map(|(n, line)| format!("{}{line}\n", before(n)));
    let text: String = lines.collect();
    assert_eq!(hexes(&text), [PACKET], "{text}");
}

#[test]
fn marks_of_quotes_comments_and_changes() {
    for text in texts() {
        for mark in ["> ", ">> ", "> > ", "+", "-", "# ", "// ", " * ", "> // ", "-- ", "; "] {
            is_read(&text, |_| mark.to_owned());
        }
    }
}

#[test]
fn numbers_of_lines() {
    for text in texts() {
        is_read(&text, |n| format!("{:6}\t", n + 1));
        is_read(&text, |n| format!("{:6}\t", n + 98));
        is_read(&text, |n| format!("> {:6}\t", n + 1));
    }
    is_read(C_ARRAY, |n| format!("{}: ", n + 12));
    is_read(C_ARRAY, |n| format!("{:4} │ ", n + 1));
}

/// As journald and syslog print what a program wrote line by line.
#[test]
fn labels_of_logs() {
    for text in texts() {
        is_read(&text, |_| "Nov 28 10:00:00 host prog[123]: ".to_owned());
        is_read(&text, |n| format!("2023-01-02 10:00:0{} [mqtt] ", n % 10));
    }
    for label in ["app-1  | ", "mosquitto_1 | ", "my.broker-1\t| "] {
        is_read(OD_HEX, |_| label.to_owned());
    }
    let text: String =
        JSON.lines().map(|line| format!("2023-01-02 10:00:00 tx: {line}\n")).collect();
    let paste = read(&text);
    assert_eq!(paste.pieces[0].direction, Some(Direction::Sent));
    assert!(paste.pieces[0].time.is_some());
}

#[test]
fn tables_of_one_column() {
    for text in texts() {
        let rows: String = text.lines().map(|line| format!("| {line} |\n")).collect();
        assert_eq!(hexes(&rows), [PACKET], "{rows}");
    }
}

/// Comments within an array say what its elements are, and are none of them.
#[test]
fn comments_in_code_stay_what_they_are() {
    for text in [
        "uint8_t p[] = {\n  // CONNACK\n  // 2 bytes behind 0x20 0x02\n  0x20, 0x02,\n  0x00, 0x00 };\n",
        "p = [ 0x20, 0x02,\n  # flags\n  # 0 1 2\n  0x00, 0x00 ]\n",
        "uint8_t p[] = {\n  0x20, 0x02, 0x00, 0x00\n  // 1 end\n  // 2 end\n};\n",
    ] {
        assert_eq!(hexes(text), ["20020000"], "{text}");
    }
}

/// A minus is a sign before a number; arrows and the answers of a modem are no marks.
#[test]
fn marks_that_mean_something() {
    assert_eq!(hexes("[\n-112, 3,\n0, 1,\n1\n]"), ["9003000101"]);
    assert_eq!(hexes("[\n-64,\n-0, -32,\n0\n]"), ["c000e000"]);
    let text = ">> 30 05 00 01 61 68 69\n>> c0 00\n<< d0 00\n";
    let paste = read(text);
    assert_eq!(paste.pieces[0].direction, Some(Direction::Sent));
    assert_eq!(paste.pieces[2].direction, Some(Direction::Received));
}

/// Places are those of the text as it was pasted.
#[test]
fn places_stay_what_they_are() {
    let text = format!("He wrote:\n> > {}", JSON.replace('\n', "\n> > ").replace("26", "26O"));
    let paste = read(&text);
    let mistake = &paste.mistakes[0];
    assert_eq!((mistake.place.line, mistake.place.column), (3, 13), "{:?}", paste.mistakes);
}
