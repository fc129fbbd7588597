//! Random packets, written by a small writer in each notation, come back the same.
use super::*;
use proptest::prelude::*;

type Writer = fn(&[u8]) -> String;

fn join(bytes: &[u8], separator: &str, one: impl Fn(&u8) -> String) -> String {
    bytes.iter().map(one).collect::<Vec<_>>().join(separator)
}

fn dump(bytes: &[u8], one: impl Fn(usize, &[u8]) -> String) -> String {
    bytes.chunks(16).enumerate().map(|(n, line)| one(n * 16, line) + "\n").collect()
}

fn ascii(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' })
        .collect()
}

fn python(bytes: &[u8]) -> String {
    let one = |b: &u8| match b {
        b'\'' | b'\\' => format!("\\{}", char::from(*b)),
        b'\n' => "\\n".into(),
        b'\r' => "\\r".into(),
        b'\t' => "\\t".into(),
        32..=126 => char::from(*b).into(),
        _ => format!("\\x{b:02x}"),
    };
    format!("b'{}'", join(bytes, "", one))
}

const WRITERS: [(&str, Writer); 22] = [
    ("hex", |b| join(b, " ", |b| format!("{b:02x}"))),
    ("stream", |b| ::hex::encode(b)),
    ("colons", |b| join(b, ":", |b| format!("{b:02X}"))),
    ("dashes", |b| join(b, "-", |b| format!("{b:02X}"))),
    ("commas", |b| join(b, ", ", |b| format!("{b:02x}"))),
    ("0x", |b| join(b, ", ", |b| format!("{b:#04x}"))),
    ("\\x", |b| join(b, "", |b| format!("\\x{b:02x}"))),
    ("h", |b| join(b, " ", |b| format!("{b:02x}h"))),
    ("C", |b| {
        format!(
            "char peer0_0[] = {{ /* Packet 4 */\n{} }};",
            join(b, ", ", |b| format!("{b:#04x}"))
        )
    }),
    ("Rust", |b| format!("let packet: &[u8] = &{b:?};")),
    ("Go", |b| format!("[]byte{{{}}}", join(b, ", ", |b| format!("{b:#x}")))),
    ("Go %v", |b| format!("[{}]", join(b, " ", u8::to_string))),
    ("Java", |b| format!("[{}]", join(b, ", ", |b| b.cast_signed().to_string()))),
    ("Node", |b| format!("<Buffer {}>", join(b, " ", |b| format!("{b:02x}")))),
    ("Erlang", |b| format!("<<{}>>", join(b, ",", u8::to_string))),
    ("Python", python),
    ("base64", |b| ::base64::Engine::encode(&::base64::engine::general_purpose::STANDARD, b)),
    ("bits", |b| join(b, " ", |b| format!("{b:08b}"))),
    ("xxd", |b| {
        dump(b, |at, line| {
            let pairs: Vec<_> = line.chunks(2).map(::hex::encode).collect();
            format!("{at:08x}: {:<39}  {}", pairs.join(" "), ascii(line))
        })
    }),
    ("hexdump -C", |b| {
        dump(b, |at, line| {
            let halves: Vec<_> =
                line.chunks(8).map(|h| join(h, " ", |b| format!("{b:02x}"))).collect();
            format!("{at:08x}  {:<48}  |{}|", halves.join("  "), ascii(line))
        }) + &format!("{:08x}\n", b.len())
    }),
    ("od", |b| dump(b, |at, line| format!("{at:07o} {}", join(line, " ", |b| format!("{b:02x}"))))),
    ("Wireshark", |b| {
        dump(b, |at, line| {
            format!("{at:04x}   {:<47}   {}", join(line, " ", |b| format!("{b:02x}")), ascii(line))
        })
    }),
];

prop_compose! {
    fn publish()(topic in "[a-z/]{1,12}", payload in proptest::collection::vec(any::<u8>(), 0..100)) -> Vec<u8> {
        let body = 2 + topic.len() + payload.len();
        let mut bytes = vec![0x30, u8::try_from(body).unwrap(), 0, u8::try_from(topic.len()).unwrap()];
        bytes.extend(topic.as_bytes());
        bytes.extend(payload);
        bytes
    }
}

proptest! {
    #[test]
    fn alone(bytes in publish(), writer in 0..WRITERS.len()) {
        let (name, write) = WRITERS[writer];
        let text = write(&bytes);
        let paste = read(&text);
        prop_assert_eq!(&paste.mistakes, &[], "{}: {}", name, text);
        prop_assert_eq!(paste.pieces.len(), 1, "{}: {}", name, text);
        prop_assert_eq!(&paste.pieces[0].bytes, &bytes, "{}: {}", name, text);
    }

    #[test]
    fn among_prose(bytes in publish(), writer in 0..WRITERS.len(), words in "[a-z]{1,8}( [a-z]{1,8}){0,5}") {
        let (name, write) = WRITERS[writer];
        let text = format!("Look {words}:\n\n{}\n\nand {words}.\n", write(&bytes));
        let paste = read(&text);
        prop_assert_eq!(&paste.mistakes, &[], "{}: {}", name, text);
        let all: Vec<u8> = paste.pieces.iter().flat_map(|p| p.bytes.clone()).collect();
        prop_assert_eq!(&all, &bytes, "{}: {}", name, text);
        prop_assert_eq!(paste.pieces[0].place.line >= 3, true);
    }

    #[test]
    fn any_bytes_as_hex_alone(bytes in proptest::collection::vec(any::<u8>(), 1..60), writer in 0..8_usize) {
        let (name, write) = WRITERS[writer];
        let text = write(&bytes);
        // Hex that reads as numbers or binary digits too is not meant here.
        prop_assume!(text.bytes().any(|b| matches!(b, b'c'..=b'f' | b'C'..=b'F')) && bytes.iter().any(|b| *b < 0xa0));
        let paste = read(&text);
        let all: Vec<u8> = paste.pieces.iter().flat_map(|p| p.bytes.clone()).collect();
        prop_assert_eq!(&all, &bytes, "{}: {}", name, text);
    }
}
