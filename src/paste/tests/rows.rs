//! Rows of dumps of which some are odd: columns of other codes, rows without addresses, rows between
//! rows, rows that are missing.
use super::*;

const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

/// As tcpdump 4.99 prints a CONNACK and `xxd -E` a PUBLISH: what the characters are is no measure.
#[test]
fn characters_that_look_like_digits() {
    let tcpdump = "12:00:00.1 IP 127.0.0.1.1883 > 127.0.0.1.42956: Flags [P.], length 11\n\
        \t0x0000:  4500 003f f5bb 4000 4006 46fb 7f00 0001  E..?..@.@.F.....\n\
        \t0x0010:  7f00 0001 075b a7cc cacf 2c7c 1149 917a  .....[....,|.I.z\n\
        \t0x0020:  8018 0040 fe33 0000 0101 080a 9bb0 f16f  ...@.3.........o\n\
        \t0x0030:  3063 2c20 2009 0000 0622 000a 2100 14    0c,......\"..!..\n";
    let paste = read(tcpdump);
    assert_eq!((paste.pieces.len(), paste.pieces[0].bytes.len()), (1, 63));
    let ebcdic = "00000000: 3006 0001 6182 8384                      ..../bcd\n\
                  00000008: c000                                     {.\n";
    assert_eq!(hexes(ebcdic), ["3006000161828384c000"]);
}

#[test]
fn rows_without_addresses() {
    let pairs = "10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65";
    for text in [
        format!("{pairs}   ....MQTT...<..de\n76 2d 31 37   v-17\n"),
        format!(
            "> 2023/11/05 12:01:02.000123  length=20 from=0 to=19\n {pairs}  ....MQTT...<..de\n \
             76 2d 31 37                                      v-17\n--\n"
        ),
        format!("|00000000| {pairs} |....MQTT...<..de|\n|00000010| 76 2d 31 37 {:35} |v-17            |\n", ""),
        "T 127.0.0.1:50000 -> 127.0.0.1:1883 [AP] #4\n  10 12 00 04 4d 51 54 54    04 02 00 3c 00 06 \
         64 65    ....MQTT...<..de\n  76 2d 31 37                                        v-17            \n"
            .to_owned(),
        "[00:00:05.123,000] <dbg> mqtt: data\n          10 12 00 04 4d 51 54 54  04 02 00 3c 00 06 64 65 \
         |....MQTT ...<..de\n          76 2d 31 37                                      |v-17             \n"
            .to_owned(),
    ] {
        assert_eq!(hexes(&text), [WHOLE], "{text}");
    }
}

/// As od 9.1 prints two types of the same bytes.
#[test]
fn rows_of_characters_beneath() {
    let x1c = "0000000  10  12  00  04  4d  51  54  54  04  02  00  3c  00  06  64  65\n\
               \x20       020 022  \\0 004   M   Q   T   T 004 002  \\0   <  \\0 006   d   e\n\
               0000020  76  2d  31  37\n          v   -   1   7\n0000024\n";
    assert_eq!(hexes(x1c), [WHOLE]);
    let named = "0000000  20  02  00  00\n         sp stx nul nul\n0000004\n";
    assert_eq!(hexes(named), ["20020000"]);
}

#[test]
fn short_rows_of_characters() {
    for (text, bytes) in [
        ("0000000 300  \\0\n0000002\n", "c000"),
        (
            "0000000 340  \\0                                                        \n0000002\n",
            "e000",
        ),
        ("0000000     002  \\0  \\0\n0000004\n", "20020000"),
        ("0000000 220 003  \\0 001 001\n0000005\n", "9003000101"),
        (" 300  \\0\n", "c000"),
        ("     002  \\0  \\0\n", "20020000"),
        (
            " 020 022  \\0 004   M   Q   T   T 004 002  \\0   <  \\0 006   d   e\n   v   -   1   7\n",
            WHOLE,
        ),
        (" 192   0\n", "c000"),
        (" 144   3   0   1   1\n", "9003000101"),
    ] {
        assert_eq!(hexes(text), [bytes], "{text}");
    }
}

/// `od --endian=big -t x2` and `-t x4`, with a last word that is filled.
#[test]
fn words_with_their_high_byte_first() {
    let x2 = "0000000 1012 0004 4d51 5454 0402 003c 0006 6465\n0000020 762d 3137\n0000024\n";
    assert_eq!(hexes(x2), [WHOLE]);
    let x4 = "0000000 10120004 4d515454 0402003c 00066465\n0000020 762d3137\n0000024\n";
    assert_eq!(hexes(x4), [WHOLE]);
    assert_eq!(hexes("0000000 3005 0001 6168 6900\n0000007\n"), ["30050001616869"]);
    assert_eq!(hexes("0000000 30050001 61686900\n0000007\n"), ["30050001616869"]);
}

#[test]
fn pieces_of_a_string() {
    for text in [
        "b\"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x06\"\n  b\"dev-17\"\n",
        "char *s = \"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x06\" \"dev-17\";\n",
        "p = b\"\\x10\\x12\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x06\" + b\"dev-17\"\n",
    ] {
        assert_eq!(hexes(text), [WHOLE], "{text}");
    }
    // Behind whole packets a string without escapes is another one.
    assert_eq!(hexes("send(b\"\\xc0\\x00\" \"ping\")"), ["c000"]);
}

#[test]
fn quoted_over_lines() {
    let array = "Hi:\n> [\n>   16, 18, 0, 4, 77, 81, 84, 84, 4, 2, 0,\n>   60, 0, 6, 100, 101, 118, 45, \
                 49, 55\n> ]\n";
    assert_eq!(hexes(array), [WHOLE]);
    let buffer = "Hi:\n> <Buffer 10 12 00 04 4d 51 54 54 04 02 00 3c 00\n> 06 64 65 76 2d 31 37>\n";
    assert_eq!(hexes(buffer), [WHOLE]);
}

/// The frames of a text count, not what tshark made of them.
#[test]
fn frames_are_read_once() {
    let ip = "4500002c0001000040067cc97f0000017f000001075b96bc00000000000000005018020000000000";
    let dump = |name: &str, hex: &str| {
        let bytes = ::hex::decode(hex).unwrap();
        let rows = bytes.chunks(16).enumerate().map(|(n, row)| {
            let pairs: Vec<_> = row.iter().map(|b| format!("{b:02x}")).collect();
            format!("{:04x}  {}\n", n * 16, pairs.join(" "))
        });
        format!("{name} ({} bytes):\n\n{}\n", bytes.len(), rows.collect::<String>())
    };
    let frame = dump("Frame", &format!("{ip}20020000"));
    let made = dump("Reassembled TCP", "20020000");
    let paste = read(&made);
    assert_eq!((paste.pieces.len(), paste.ignored.of_frames), (1, 0));
    let text = format!("Data (4 bytes)\n    Data: 20020000\n\n{frame}{made}");
    let paste = read(&text);
    assert_eq!((paste.pieces.len(), paste.ignored.of_frames), (1, 2), "{:?}", paste.pieces);
    assert!(matches!(paste.pieces[0].kind, Kind::Frame(_)));
}

/// Two letters in one word, a row that is nothing but mistakes, a short last word of `xxd -e`.
#[test]
fn mistakes_drop_no_row() {
    for (text, mistakes, end) in [
        (
            "00000000: 1012 0004 4d51 5454 0402 003c 0006 6465  ....MQTT...<..de\n\
             00000010: 762d 3137 c0OO                           v-17..\n",
            2,
            "762d3137c0",
        ),
        (
            "00000000: 1012 0004 4d51 5454 0402 003c 0006 6465  ....MQTT...<..de\n\
             00000010: 7OOd 3137 c000                           v-17..\n",
            2,
            "3137c000",
        ),
        (
            "00000000: 1012 0004 4d51 5454 0402 003c 0006 6465  ....MQTT...<..de\n\
             00000010: 7OOd 31OO lOg0                           v-17..\n",
            1,
            "6465",
        ),
        (
            "00000000: 04001210 5454514d 3c000204 65640600  ....MQTT...<..de\n\
             00000010: 37312d76     00cO                    v-17..\n",
            1,
            "762d313700",
        ),
    ] {
        let paste = read(text);
        let all: String = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
        assert!(
            all.starts_with("101200044d5154540402003c00066465") && all.ends_with(end),
            "{all}\n{text}"
        );
        assert_eq!(paste.mistakes.len(), mistakes, "{text}{:?}", paste.mistakes);
    }
}

/// A digit too many or too few hides no more than the byte it stands in.
#[test]
fn an_odd_digit_at_the_end() {
    for (text, good) in [
        ("101200044d5154540402003c00066465762d317", &WHOLE[..38]),
        ("101200044d5154540402003c00066465762d31372", WHOLE),
        ("30060001616865790", "3006000161686579"),
        ("It sent 101200044d5154540402003c00066465762d317", &WHOLE[..38]),
    ] {
        let paste = read(text);
        let all: String = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
        assert_eq!((all.as_str(), paste.mistakes.len()), (good, 1), "{text}");
        assert_eq!(paste.mistakes[0].place.end, text.len(), "{text}");
    }
}

/// Rows that are missing: nothing is made up behind the packet that they cut.
#[test]
fn missing_rows_are_told_once() {
    let text = "00000000: 1012 0004 4d51 5454 0402 003c 0006 6465  ....MQTT...<..de\n\
                00000030: c000 c000 c000 c000 c000 c000 c000 c000  ................\n";
    let paste = read(text);
    assert_eq!(paste.mistakes.len(), 1);
    assert!(paste.mistakes[0].to_string().ends_with("0x10 was due, 32 bytes are skipped"));
    let told: Vec<_> = (paste.pieces.iter())
        .map(|p| (p.bytes.len(), p.continues.map(|it| it.missing), p.lacks.map(|it| it.missing)))
        .collect();
    assert_eq!(told, [(16, None, Some(4)), (16, None, None)]);
}
