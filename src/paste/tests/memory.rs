//! What debuggers print of memory: rows with what people put before them, and what stands there several times.
use super::*;

const PUBLISH: &str = "300b0003612f62686868686868";

#[test]
fn gdb_says_how_often_an_element_stands_there() {
    let zeros = format!("30260003612f62{}", "00".repeat(33));
    for text in [
        "$2 = {0x30, 0x26, 0x0, 0x3, 0x61, 0x2f, 0x62, 0x0 <repeats 33 times>}",
        "$2 = {48, 38, 0, 3, 97, 47, 98, 0 <repeats 33 times>}",
        "$2 = {48 '0', 38 '&', 0 '\\000', 3 '\\003', 97 'a', 47 '/', 98 'b', 0 '\\000' <repeats 33 times>}",
        "$1 = \"0&\\000\\003a/b\", '\\000' <repeats 33 times>",
    ] {
        assert_eq!(hexes(text), [zeros.as_str()], "{text}");
    }
    let text = "$1 = \"0'\\000\\003a/b\", '\\000' <repeats 33 times>, \"\\001\"";
    assert_eq!(hexes(text), [format!("30270003612f62{}01", "00".repeat(33))]);
    let text = "$1 = 'a' <repeats 12 times>, \"b\"";
    assert_eq!(hexes(text), [""; 0]);
}

/// A number that no memory has takes none: what is left out is told.
#[test]
fn no_number_of_times_takes_much_memory() {
    let paste = read("{0x30, 0x26, 0x0 <repeats 999999999 times>}");
    assert!(matches!(paste.mistakes[0].kind, MistakeKind::LeftOut { count: Some(_) }));
    assert!(paste.pieces.iter().all(|it| it.bytes.len() < 10_000));
}

#[test]
fn marks_and_labels_stand_before_rows_of_memory() {
    let gdb = "0x7ffe4a0 <buf>:\t0x30\t0x0b\t0x00\t0x03\t0x61\t0x2f\t0x62\t0x68\n\
               0x7ffe4a8 <buf+8>:\t0x68\t0x68\t0x68\t0x68\t0x68\n";
    let plain = "0x7ffe4a0:\t0x30\t0x0b\t0x00\t0x03\t0x61\t0x2f\t0x62\t0x68\n\
                 0x7ffe4a8:\t0x68\t0x68\t0x68\t0x68\t0x68\n";
    let lldb =
        "0x7ffee000: 30 0b 00 03 61 2f 62 68 68 68 68 68 68                    0...a/bhhhhhh\n";
    let netty = "|00000000| 30 0b 00 03 61 2f 62 68 68 68 68 68 68          |0...a/bhhhhhh   |\n";
    for rows in [gdb, plain, lldb, netty] {
        for mark in ["> ", " * ", "TX: ", "# "] {
            let text: String = rows.lines().map(|line| format!("{mark}{line}\n")).collect();
            assert_eq!(hexes(&text), [PUBLISH], "{text}");
            let sent = read(&text).pieces[0].direction;
            assert_eq!(sent.is_some(), mark == "TX: ", "{text}");
        }
    }
}

#[test]
fn a_box_in_a_mail() {
    let text = "> +--------+-------------------------------------------------+----------------+\n\
                > |00000000| 30 0b 00 03 61 2f 62 68 68 68 68 68 68 c0 00 30 |0...a/bhhhhhh..0|\n\
                > |00000010| 0b 00 03 61 2f 62 68 68 68 68 68 68             |...a/bhhhhhh    |\n\
                > +--------+-------------------------------------------------+----------------+\n";
    let paste = read(text);
    let bytes: Vec<_> = paste.pieces.iter().flat_map(|it| it.bytes.clone()).collect();
    assert_eq!(::hex::encode(bytes), format!("{PUBLISH}c000{PUBLISH}"));
}

#[test]
fn strings_in_a_comment() {
    for mark in [" * ", "# ", "// "] {
        let text = format!("{mark}\"\\x30\\x0b\\x00\\x03\" \\\n{mark}\"a/bhhhhhh\"\n");
        assert_eq!(hexes(&text), [PUBLISH], "{text}");
    }
}
