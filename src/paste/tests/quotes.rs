//! Dumps in the frames that people put around them: marks above and below, marks before each row, a label.
use super::*;

/// A CONNECT of 18 bytes, as od, hexdump and Wireshark print it.
const PACKET: &str = "101000044d5154540402003c000461626364";
const DUMPS: [&str; 7] = [
    // od -tx1
    "0000000 10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0000020 63 64\n0000022\n",
    // od -Ad -tx1
    "0000000 10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0000016 63 64\n0000018\n",
    // hexdump
    "0000000 1010 0400 514d 5454 0204 3c00 0400 6261\n0000010 6463                                   \n0000012\n",
    // hexdump -x
    "0000000    1010    0400    514d    5454    0204    3c00    0400    6261\n\
     0000010    6463                                                        \n0000012\n",
    // od
    "0000000 010020 002000 050515 052124 001004 036000 002000 061141\n0000020 062143\n0000022\n",
    // Wireshark without characters
    "0000   10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0010   63 64\n",
    // xxd
    "00000000: 1010 0004 4d51 5454 0402 003c 0004 6162  ....MQTT...<..ab\n\
     00000010: 6364                                     cd\n",
];

#[test]
fn a_line_of_marks_stands_above() {
    for dump in DUMPS {
        for marks in ["```", "---", "##", "#", "//", "\"\"\"", "`", "~~~", "/*", "# od -tx1"] {
            let text = format!("{marks}\n{dump}{marks}\n");
            assert_eq!(hexes(&text), [PACKET], "{text}");
        }
    }
}

#[test]
fn a_mark_stands_before_each_row() {
    for dump in DUMPS {
        for mark in ["> ", ">", "# ", "// ", "| ", " * ", "> > ", "/// ", "    > ", "+"] {
            let rows: String = dump.lines().map(|line| format!("{mark}{line}\n")).collect();
            assert_eq!(hexes(&rows), [PACKET], "{rows}");
            let text = format!("He wrote:\r\n{}", rows.replace('\n', "\r\n"));
            assert_eq!(hexes(&text), [PACKET], "{text}");
            // Two dumps, one below the other, and what is mistyped in the second.
            let wrong = rows.replacen("6162", "6g62", 1).replacen("61 62", "6g 62", 1);
            if wrong != rows {
                let text = [rows.as_str(), wrong.as_str()].concat();
                let paste = read(&text);
                let line = rows.lines().count() + 1;
                let column = wrong.find('g').unwrap_or(0) + 1;
                let places: Vec<_> =
                    paste.mistakes.iter().map(|it| (it.place.line, it.place.column)).collect();
                assert_eq!(places, [(line, column)], "{text}");
                assert_eq!(::hex::encode(&paste.pieces[0].bytes), PACKET, "{text}");
            }
        }
    }
}

#[test]
fn short_packets_in_quoted_dumps_one_below_the_other() {
    let text = "> 00000000: 100c 0004 4d51 5454 0402 003c 0000       ....MQTT...<..\n\
                > 00000000: 2002 0000                                 ...\n";
    assert_eq!(hexes(text), ["100c00044d5154540402003c0000", "20020000"]);
    let text = "> 23:51:04.582516 IP 127.0.0.1.42782 > 127.0.0.1.1883: Flags [P.]\n\
                > \t0x0000:  4500 003c 0eb2 4000 4006 2e08 7f00 0001  E..<..@.@.......\n\
                > \t0x0010:  7f00 0001 a71e 075b 710d 7fbe 0000 0000  .......[q.......\n\
                > \t0x0020:  a002 faf0 fe30 0000 0204 05b4 0402 080a  .....0..........\n\
                > \t0x0030:  2fa0 ed37 0000 0000 0103 030a            /..7........\n";
    let paste = read(text);
    let [piece] = paste.pieces.as_slice() else { panic!("{paste:?}") };
    assert_eq!((piece.bytes.len(), piece.kind), (60, Kind::Frame(Link::RawIp)));
    assert!(piece.time.is_some(), "{paste:?}");
}

#[test]
fn a_label_stands_before_the_rows() {
    let row = "00000000: 2002 0000                                 ...";
    for (label, direction) in [
        ("10:00:02 rx: ", Some(Direction::Received)),
        ("10:00:02 rx ", Some(Direction::Received)),
        ("packet: ", None),
        ("[D] mqtt: sent> ", Some(Direction::Sent)),
    ] {
        let text = format!("{label}{row}\n");
        assert_eq!(hexes(&text), ["20020000"], "{text}");
        let paste = read(&text);
        assert_eq!(paste.pieces[0].direction, direction, "{text}");
        assert_eq!(paste.pieces[0].time.is_some(), label.starts_with("10:"), "{text}");
        assert_eq!(paste.pieces[0].place.line, 1);
    }
    let rows = |first: &str, next: &str| {
        let mut lines = DUMPS[6].lines();
        let (a, b) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        format!("{first}{a}\n{next}{b}\n")
    };
    for text in [
        rows("10:00:01 tx: ", "10:00:02 tx: "),
        rows("10:00:01 tx: ", ""),
        rows("[  12.345] tx: ", "[  12.346] tx: "),
    ] {
        assert_eq!(hexes(&text), [PACKET], "{text}");
        assert_eq!(read(&text).pieces[0].direction, Some(Direction::Sent), "{text}");
    }
    // Each line by itself.
    let text = format!("rx: {row}\nrx: {row}\n");
    let paste = parse(&text, &Options { lines: true });
    let found: Vec<_> = paste.pieces.iter().map(|it| (it.place.line, it.direction)).collect();
    assert_eq!(found, [(1, Some(Direction::Received)), (2, Some(Direction::Received))]);
}
