//! Dumps of decimal words, rows that stand for others, and what stands behind a dump's last row.
use super::*;

const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

/// As od 9.1 prints them.
#[test]
fn decimal_words() {
    for text in [
        "0000000  4624  1024 20813 21588   516 15360  1536 25956\n0000020 11638 14129\n0000024\n",
        "0000000   4624   1024  20813  21588    516  15360   1536  25956\n0000020  11638  14129\n0000024\n",
        "0000000   67113488 1414811981 1006633476 1701053952\n0000020  925969782\n0000024\n",
        "0000000    67113488  1414811981  1006633476  1701053952\n0000020   925969782\n0000024\n",
        "0000000  6076571188451086864  7305971093578187268\n0000020            925969782\n0000024\n",
    ] {
        assert_eq!(hexes(text), [WHOLE], "{text}");
    }
    // A last word of one byte, and numbers with a sign, the first one too.
    assert_eq!(hexes("0000000   912   256     1\n0000005\n"), ["9003000101"]);
    assert_eq!(hexes("0000000    192\n0000002\n"), ["c000"]);
    assert_eq!(hexes("0000000 -32446      0   -256\n0000006\n"), ["4281000000ff"]);
}

#[test]
fn mistakes_in_decimal_words() {
    let text =
        "0000000  4624  1O24 20813 21588   516 15360  1536 25956\n0000020 11638 14129\n0000024\n";
    let paste = read(text);
    assert_eq!((paste.mistakes.len(), paste.mistakes[0].place.column), (1, 17), "{paste:?}");
    let text =
        "0000000  4624  1024 20813 215881   516 15360  1536 25956\n0000020 11638 14129\n0000024\n";
    assert_eq!(read(text).mistakes.len(), 1, "{:?}", read(text));
}

/// As `od -A n -t x1 -w1` prints them: how many rows a star stands for is told by the packet.
#[test]
fn rows_that_stand_for_others() {
    for (text, bytes) in [
        (" 20\n 02\n 00\n*\n", "20020000"),
        (" 90\n 03\n 00\n 01\n*\n", "9003000101"),
        (" 30\n 06\n 00\n 01\n 61\n*\n", "3006000161616161"),
        (
            "So:\n 10\n 12\n 00\n 04\n 4d\n 51\n 54\n*\n 04\n 02\n 00\n 3c\n 00\n 06\n 64\n 65\n 76\n 2d\n 31\n 37\n",
            WHOLE,
        ),
        (" 30 26 00 02\n 61 61 61 61\n*\n", "30260002"),
    ] {
        let paste = read(text);
        assert_eq!(paste.mistakes, [], "{text}");
        assert_eq!(paste.pieces.len(), 1, "{text}");
        assert!(::hex::encode(&paste.pieces[0].bytes).starts_with(bytes), "{text}{paste:?}");
    }
    let two = " 30\n 10\n 00\n 02\n 61\n*\n 62\n*\n";
    let paste = read(two);
    assert!(matches!(paste.mistakes[0].kind, MistakeKind::LeftOut { count: None }), "{paste:?}");
    assert_eq!((paste.mistakes.len(), paste.mistakes[0].place.line), (1, 6));
}

/// As od 9.1 prints them: octal numbers that look like addresses.
#[test]
fn characters_beneath_that_look_like_addresses() {
    let x1c = "0000000  30  12  00  03  61  2f  62  01  08  0f  16  1d  24  2b  32  39\n\
               \x20         0 022  \\0 003   a   /   b 001  \\b 017 026 035   $   +   2   9\n\
               0000020  01  08  0f  16\n        001  \\b 017 026\n0000024\n";
    assert_eq!(hexes(x1c), ["30120003612f6201080f161d242b323901080f16"]);
}

#[test]
fn words_behind_the_last_row() {
    for text in [
        "0000000 10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65\n0000020 76 2d 31 37 end of it\n",
        "0000   10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65   ....MQTT...<..de\n0010   76 2d 31 37 (this is the end)\n",
        "00000000: 1012 0004 4d51 5454 0402 003c 0006 6465  ....MQTT...<..de\n00000010: 762d 3137   (last row)\n",
    ] {
        assert_eq!(hexes(text), [WHOLE], "{text}");
    }
}

/// As a sketch for Arduino prints them, a mark behind the last one too.
#[test]
fn numbers_behind_a_label() {
    let decimal = "16,18,0,4,77,81,84,84,4,2,0,60,0,6,100,101,118,45,49,55";
    let hex = "10,12,0,4,4D,51,54,54,4,2,0,3C,0,6,64,65,76,2D,31,37";
    for text in [
        format!("Sent: {decimal},\nReceived: 32,2,0,0,\nSent: 192,0,\n"),
        format!("Sent: {decimal}\nReceived: 32,2,0,0\nSent: 192,0\n"),
        format!("TX> {}\nRX> 32 2 0 0\nTX> 192 0\n", decimal.replace(',', " ")),
        format!(
            "12:00:01 TX> {}\n12:00:02 RX> 32 2 0 0\n12:00:03 TX> 192 0\n",
            decimal.replace(',', " ")
        ),
        format!("Sent: {hex},\nReceived: 20,2,0,0,\nSent: C0,0,\n"),
        format!("TX: {hex}\nRX: 20,2,0,0\nTX: C0,0\n"),
    ] {
        assert_eq!(hexes(&text), [WHOLE, "20020000", "c000"], "{text}");
    }
    for text in [
        format!("It prints {decimal} and stops"),
        format!("12:00:01 {decimal}"),
        format!("[12] {decimal},"),
    ] {
        assert_eq!(hexes(&text), [WHOLE], "{text}");
    }
    // Numbers of another kind, though they make packets.
    for text in
        ["Received: 208, 0 lost", "Sent: 192,0", "sent: 192 0 bytes", "we have 48 5 0 1 97 98 99"]
    {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
    let text = format!("Sent: {},\n", decimal.replace(",60,", ",6O,"));
    let paste = read(&text);
    assert_eq!((paste.mistakes.len(), paste.mistakes[0].place.column), (1, 36), "{text}");
}

/// As od 9.1 and hexdump print them: a star stands for rows like the one before it.
#[test]
fn characters_in_rows_that_stand_for_others() {
    let od = "0000000   0   T  \\0 002   a   b   A   A   A   A   A   A   A   A   A   A\n\
              0000020   A   A   A   A   A   A   A   A   A   A   A   A   A   A   A   A\n*\n\
              0000120   A   A   A   A   A   A\n0000126\n";
    let bare = "   0   T  \\0 002   a   b   A   A   A   A   A   A   A   A   A   A\n\
                \x20  A   A   A   A   A   A   A   A   A   A   A   A   A   A   A   A\n*\n\
                \x20  A   A   A   A   A   A\n";
    for text in [od, bare] {
        assert_eq!(hexes(text), [format!("305400026162{}", "41".repeat(80))], "{text}");
    }
    let hexdump = "0000000   0   `  \\0 002   a   b   A   A   A   A   A   A   A   A   A   A\n\
                   0000010   A   A   A   A   A   A   A   A   A   A   A   A   A   A   A   A\n*\n\
                   0000060   A   A                                                        \n0000062\n";
    assert_eq!(hexes(hexdump), [format!("306000026162{}", "41".repeat(92))]);
}

/// As `od -A n -t u1` prints a PUBLISH, in an answer to a question.
#[test]
fn rows_of_numbers_in_prose() {
    let rows = "  48  26   0   3  97  47  98   0   1   2   3   4   5   6   7   8\n\
                \x20  9  10  11  12  13  14  15  16  17  18  19  20\n";
    let packet = "301a0003612f62000102030405060708090a0b0c0d0e0f1011121314";
    for text in [
        format!("Hello, what are these?\n\n```\n{rows}```\n\nIs it 3 of them?\n"),
        format!("Hello, what are these?\n{rows}\nIs it 3 of them?\n"),
        format!("Hello, what are these?\n\n{}\nand?\n", rows.replace('\n', "<br>\n")),
        format!("On Monday he wrote:\n> {}\nand?\n", rows.trim_end().replace('\n', "\n> ")),
    ] {
        assert_eq!(hexes(&text), [packet], "{text}");
    }
    // Tables of numbers.
    for text in [
        "We sold this:\n 12  14   3\n 48  99   1\n  7   8   9\nin May.\n",
        "Scores:\n48 26 0 3\n97 47 98 0\n1 2 3 4\n",
    ] {
        assert!(read(text).pieces.is_empty(), "{text}");
    }
}
