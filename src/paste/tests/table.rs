use super::*;
use std::collections::HashSet;

#[test]
fn names_are_unique() {
    let names: HashSet<_> = NOTATIONS.iter().map(|n| n.name).collect();
    assert_eq!(names.len(), NOTATIONS.len());
}

#[test]
fn every_example_is_read_by_its_own_row() {
    for row in NOTATIONS.iter().filter(|n| !n.example.is_empty()) {
        let paste = read(row.example);
        assert_eq!(paste.mistakes, [], "{}", row.name);
        let pieces: Vec<_> =
            paste.pieces.iter().map(|p| (p.notation.name, p.bytes.as_slice())).collect();
        assert_eq!(pieces, [(row.name, &EXAMPLE[..])]);
    }
}

#[test]
fn every_example_is_found_among_prose() {
    for row in NOTATIONS.iter().filter(|n| !n.example.is_empty()) {
        let text = format!(
            "The 2 packets of 2023-08-26 are these, see page 20:\n\n{}\n\nThat was all, 10 of 10.\n",
            row.example
        );
        let paste = read(&text);
        assert_eq!(paste.mistakes, [], "{}", row.name);
        // Alone they can't be told from numbers in a sentence.
        if row.name == "hex words, low byte first" {
            continue;
        }
        let pieces: Vec<_> =
            paste.pieces.iter().map(|p| (p.notation.name, p.bytes.as_slice())).collect();
        assert_eq!(pieces, [(row.name, &EXAMPLE[..])], "{text}");
        assert!(paste.pieces[0].place.line >= 3);
    }
}

#[test]
fn raw_bytes() {
    let paste = parse_bytes(&EXAMPLE, &Options::default());
    assert_eq!(paste.pieces[0].bytes, EXAMPLE);
    assert_eq!(paste.pieces[0].notation.name, "raw bytes");
    let text: Vec<u8> = "\u{feff}c0 00".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(parse_bytes(&text, &Options::default()).pieces[0].bytes, [0xc0, 0]);
    assert_eq!(parse_bytes(b"\xef\xbb\xbfc0 00", &Options::default()).pieces[0].bytes, [0xc0, 0]);
    assert_eq!(parse_bytes(&[0xc0, 0], &Options::default()).pieces[0].bytes, [0xc0, 0]);
    let capture = parse_bytes(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0], &Options::default());
    assert_eq!(capture.hint, Some(Hint::Capture { format: "pcap" }));
}

#[test]
fn each_line_by_itself() {
    let text = "c0 00\n\n# a comment\n102f0004\nd0 0O\n[16, 14]\n";
    let paste = parse(text, &Options { lines: true });
    let pieces: Vec<_> =
        paste.pieces.iter().map(|p| (::hex::encode(&p.bytes), p.place.line)).collect();
    let expected = [("c000", 1), ("102f0004", 4), ("d0", 5), ("100e", 6)];
    assert_eq!(pieces, expected.map(|(h, n)| (h.to_owned(), n)));
    assert_eq!(paste.ignored.without_bytes.len(), 1);
    assert_eq!((paste.mistakes[0].place.line, paste.mistakes[0].place.column), (5, 5));
}
