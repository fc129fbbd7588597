//! What stands around bytes, between them or inside of them where a text was copied from a page, wrapped or quoted.
use super::*;

const CONNECT: &str = "101000044d5154540402003c000461626364";

/// The bytes as words with something before and behind each.
fn words(stream: &str, before: &str, behind: &str) -> String {
    let bytes = ::hex::decode(stream).unwrap();
    bytes.iter().map(|b| format!("{before}{b:02x}{behind}")).collect()
}

#[test]
fn tags_of_a_page_are_not_read() {
    let spans = words(CONNECT, "<span class=\"mh\">0x", "</span><span class=\"p\">,</span> ");
    for text in [
        format!(
            "<pre><span class=\"kt\">char</span> p[] = <span class=\"p\">{{</span>{spans}}};</pre>\n"
        ),
        format!("{spans}\n"),
        format!("<p>It sent</p>\n<p>{CONNECT}</p>\n<p>and died.</p>\n"),
        format!("It sent<br>{}<br/>and died.<br>\n", words(CONNECT, "", " ")),
        format!("<ul><li>one<li><code>{CONNECT}</code><li>two</ul>\n"),
        format!("<tr><td>TX</td><td>{CONNECT}</td><td>the first</td></tr>\n"),
    ] {
        assert_eq!(hexes(&text), [CONNECT], "{text}");
        let place = read(&text).pieces[0].place;
        assert!(text[place.start..].starts_with(['1', '0', '{']), "{text}\n{place:?}");
    }
}

/// A payload may be a page.
#[test]
fn tags_among_bytes_are_bytes() {
    let publish = "30090003612f623c62723e";
    for text in [
        "b\"0\\t\\x00\\x03a/b<br>\"\n",
        "\\x30\\t\\x00\\x03a/b<br>\n",
        "00000000  30 09 00 03 61 2f 62 3c  62 72 3e                 |0...a/b<br>|\n0000000b\n",
        "0000   30 09 00 03 61 2f 62 3c 62 72 3e   0...a/b<br>\n",
        "30 09 00 03 61 2f 62 3c 62 72 3e  0...a/b<br>\n",
    ] {
        assert_eq!(hexes(text), [publish], "{text}");
    }
}

/// What stands behind whole packets is a tag; so is what each row of a dump ends with.
#[test]
fn tags_behind_escapes_and_rows() {
    for text in [
        "\\x20\\x02\\x00\\x00<br>\n",
        "<pre><code>\\x20\\x02\\x00\\x00</code></pre>\n",
        "<p>It got \\x20\\x02\\x00\\x00</p>\n",
        "0000000 20 02<br>\n0000002 00 00<br>\n0000004<br>\n",
        "00000000: 2002  ..<br>\n00000002: 0000  ..<br>\n",
        "20&nbsp;02&nbsp;00&nbsp;00<br>\n",
        "&lt;Buffer 20 02 00 00&gt;\n",
        "&quot;\\x20\\x02\\x00\\x00&quot;\n",
    ] {
        assert_eq!(hexes(text), ["20020000"], "{text}");
    }
}

/// As `tcpdump -x` prints a CONNACK, on a page.
#[test]
fn rows_of_tcpdump_on_a_page() {
    let text = "12:00:00.1 IP 127.0.0.1.1883 &gt; 127.0.0.1.42956: Flags [P.], length 4<br>\n\
        \t0x0000:  4500 0038 f5bb 4000 4006 4702 7f00 0001<br>\n\
        \t0x0010:  7f00 0001 075b a7cc cacf 2c7c 1149 917a<br>\n\
        \t0x0020:  8018 0040 fe2c 0000 0101 080a 9bb0 f16f<br>\n\
        \t0x0030:  3063 2c20 2002 0000<br>\n";
    let paste = read(text);
    let [piece] = paste.pieces.as_slice() else { panic!("{paste:?}") };
    assert_eq!((piece.bytes.len(), piece.kind), (56, Kind::Frame(Link::RawIp)));
}

#[test]
fn line_breaks_that_json_writes_out() {
    let pairs = words(CONNECT, "", " ");
    for text in [
        format!("{{\"body\":\"I sent:\\n\\n{pairs}\\nand got\\r\\n20 02 00 00\\n\"}}\n"),
        format!("[{{\"id\":1,\"body\":\"I sent\\n{CONNECT}\\nand got\\n20 02 00 00\"}}]"),
    ] {
        assert_eq!(hexes(&text), [CONNECT, "20020000"], "{text}");
        assert_eq!(read(&text).pieces[0].place.line, 1);
    }
    let text = "{\"a\": \"30 07 00 03 61 2f 62 0a 5c 6e\"}";
    assert!(read(text).pieces.iter().all(|it| it.bytes.len() <= 10), "{text}");
}

#[test]
fn strings_of_digits_side_by_side_are_one() {
    let (first, second) = CONNECT.split_at(8);
    for text in [
        format!("bytes.fromhex(\"{first}\" \"{second}\")\n"),
        format!("x = bytes.fromhex('{first}'\n                  '{second}')\n"),
        format!("const char *hex =\n    \"{first}\"\n    \"{second}\";\n"),
    ] {
        assert_eq!(hexes(&text), [CONNECT], "{text}");
    }
}

#[test]
fn rows_that_were_wrapped() {
    let at = "[D/AT] sendline: 0000-0020: 10 10 00 04 4D 51 54 54 04 02 \n00 3C 00 04 61 62 63 \
              64 ....MQTT...<..abcd\n[D/AT] recvline: 0000-0020: 20 0D 0A ..\n";
    assert_eq!(hexes(at), [CONNECT]);
    let beneath = "[D/AT] sendline: 0000-0020: 10 10 00 04 4D 51 54 54 04 02 00 3C 00 04 61 62 63 64 \n\
                   ....MQTT...<..abcd\n";
    assert_eq!(hexes(beneath), [CONNECT]);
    let bits = "10:00:01 Send header: 10000010 \n00001000 00000000 00000001\n\
                10:00:01 Send payload: \n00000000 00000011 01100001\n00101111 01100010 00000000\n\
                10:00:02 Receive header: 10010000 00000011\n00000000 00000001 00000000\n";
    let paste = read(bits);
    let found: Vec<_> =
        paste.pieces.iter().map(|it| (::hex::encode(&it.bytes), it.place.line)).collect();
    assert_eq!(found, [("82080001 0003612f6200".replace(' ', ""), 1), ("9003000100".into(), 6)]);
    assert_eq!(paste.mistakes, []);
    // Behind a whole packet another one begins.
    let two = "Send: 11000000 00000000\n11010000 00000000\n";
    assert_eq!(hexes(two), ["c000", "d000"]);
}

#[test]
fn blank_lines_between_the_rows_of_a_log() {
    let log = "[D/AT] sendline: 0000-0020: 10 10 00 04 4D 51 54 54 ....MQTT\n\n\
               [D/AT] sendline: 0008-0020: 04 02 00 3C 00 04 61 62 63 64 ...<..abcd\n\n";
    assert_eq!(hexes(log), [CONNECT]);
}

#[test]
fn marks_and_numbers_before_a_time() {
    for mark in ["> ", "+", "- ", "-", "\t", "| ", "* ", "# ", "    12\t", "12:", "12. ", "(", "["]
    {
        let text = format!("{mark}2023-08-26 20:46:01 TX: c0 00\n");
        let time = read(&text).pieces[0].time.as_ref().map(|it| it.text.clone());
        assert_eq!(time.as_deref(), Some("2023-08-26 20:46:01"), "{text}");
    }
    for blanks in ["  ", "\u{a0}", "\t"] {
        let text = format!("2023-08-26{blanks}20:46:01 TX: c0 00\n");
        assert!(read(&text).pieces[0].time.is_some(), "{text}");
    }
    for text in [">> c0:00\n<< 20:02:00:00\n", "<< 20:02:00:00\n"] {
        assert_eq!(hexes(text).last().map(String::as_str), Some("20020000"), "{text}");
    }
}

#[test]
fn a_letter_before_digits_of_two_is_a_label() {
    for (text, bytes) in [
        ("C: 11000000 00000000\nS: 11010000 00000000\n", ["c000", "d000"]),
        ("C: 00100000 00000010 00000000 00000000\nS: 11010000 00000000\n", ["20020000", "d000"]),
        ("A> 11000000 00000000\nB> 11010000 00000000\n", ["c000", "d000"]),
    ] {
        assert_eq!(hexes(text), bytes, "{text}");
    }
}

#[test]
fn commands_of_modems_count_the_bytes_of_their_digits() {
    for (text, bytes) in [
        (format!("AT+NSOSD=0,18,{CONNECT},0x100\n"), CONNECT),
        (format!("AT+QISENDHEX=0,18,{CONNECT}\r\nOK\r\n"), CONNECT),
        ("AT+QISENDHEX=0,2,c000\n".to_owned(), "c000"),
        ("12:00:01 AT+QISENDHEX=0,2,c000\n".to_owned(), "c000"),
        ("+NSORF: 0,10.0.0.1,1883,4,20020000,0\n".to_owned(), "20020000"),
    ] {
        assert_eq!(hexes(&text), [bytes], "{text}");
    }
    for text in ["AT+CPIN=1,3,c000\n", "AT+X=2,c000e0\n", "a+b=2,c000\n"] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
}

#[test]
fn a_point_in_the_place_of_a_comma() {
    for array in ["[48, 5, 0, 3. 97, 47, 98]", "{0x30, 0x05, 0x00, 0x03. 0x61, 0x2f, 0x62}"] {
        for text in [format!("{array}\n"), format!("c0 00\n{array}\nd0 00\n")] {
            let paste = read(&text);
            let publish = b"\x30\x05\0\x03a/b";
            assert!(paste.pieces.iter().any(|it| it.bytes == publish), "{text}\n{paste:?}");
            let found = MistakeKind::NoComma { found: '.' };
            let told: Vec<_> =
                paste.mistakes.iter().map(|it| (it.kind.clone(), it.place.start)).collect();
            assert_eq!(told, [(found, text.find('.').unwrap())], "{text}");
        }
    }
    for text in ["[48. 5. 0. 3.]\n", "[0.5, 1.5, 2.5]\n", "we have [1. 2. 3. 4.] of them\n"] {
        assert_eq!(read(text).mistakes, [], "{text}");
    }
}

/// The address of a dump has no number of five or seven digits behind it.
#[test]
fn two_numbers_of_seven_digits_are_no_dump() {
    for gap in [" ", "  ", "\u{a0}"] {
        let text = format!("the bits\n0000000{gap}0000010{gap}: 6 bytes\n");
        let paste = read(&text);
        assert!(paste.pieces.is_empty() && paste.mistakes.is_empty(), "{text}{paste:?}");
    }
}
