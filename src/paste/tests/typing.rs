//! A typing mistake at every place of every notation: all but what it stands in is read, the caret stands
//! under it, and nothing behind it moves.
use super::*;
use std::ops::Range;

/// Three lines of most dumps: CONNECT, SUBSCRIBE, PUBLISH and PINGREQ.
const FOUR: &str =
    "100e00044d5154540402003c00026162820800010003612f6200300a000474657374686f6c61c000";

/// How a notation is tested.
struct Form {
    name: &'static str,
    text: String,
    /// What is put in the place of a digit; two characters are one too many, none is one too few.
    wrong: &'static [&'static str],
    /// Places where a mistake makes another number or another text.
    silent: usize,
}

/// So many places of a text are tried with each kind of mistake.
const PLACES: usize = 30;
/// Letters that look like digits, letters that don't, a digit too few and one too many.
const ALL: &[&str] = &["O", "l", "S", "g", "", "77"];
/// Where other numbers of digits are numbers too.
const LETTERS: &[&str] = &["O", "l", "S", "g"];

fn bytes() -> Vec<u8> {
    ::hex::decode(FOUR).unwrap()
}

fn each(join: &str, one: impl Fn(u8) -> String) -> String {
    bytes().into_iter().map(one).collect::<Vec<_>>().join(join)
}

/// Lines of `width` bytes, each behind what `head` says for its address.
fn lines(width: usize, head: impl Fn(usize) -> String, one: impl Fn(&[u8]) -> String) -> String {
    let all = bytes();
    let lines = all.chunks(width).enumerate();
    lines.map(|(n, line)| format!("{}{}\n", head(n * width), one(line))).collect()
}

fn pairs(line: &[u8], join: &str) -> String {
    line.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(join)
}

fn ascii(line: &[u8]) -> String {
    line.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect()
}

/// Words of `len` bytes, their low byte first.
fn words(line: &[u8], len: usize) -> String {
    let word = |word: &[u8]| {
        let mut word = word.to_vec();
        word.resize(len, 0);
        word.reverse();
        ::hex::encode(word)
    };
    line.chunks(len).map(word).collect::<Vec<_>>().join(" ")
}

/// Every notation whose bytes are written in digits.
fn forms() -> Vec<Form> {
    let form = |name, text: String| Form { name, text, wrong: ALL, silent: 0 };
    let letters = |name, text: String| Form { name, text, wrong: LETTERS, silent: 0 };
    let hexdump =
        |one: &dyn Fn(&[u8]) -> String| lines(16, |at| format!("{at:07x} "), one) + "0000028\n";
    let od =
        |one: &dyn Fn(&[u8]) -> String| lines(16, |at| format!("{at:07o} "), one) + "0000050\n";
    let bits = |b: u8| format!("{b:08b}");
    let zero_x = |b: u8| format!("0x{b:02x}");
    let of = |line: &[u8], one: &dyn Fn(u8) -> String| {
        line.iter().map(|b| one(*b)).collect::<Vec<_>>().join(" ")
    };
    vec![
        form("pairs", each(" ", |b| format!("{b:02x}"))),
        form("pairs in lines", lines(16, |_| String::new(), |line| pairs(line, " "))),
        form("commas", each(", ", |b| format!("{b:02x}"))),
        form("colons", each(":", |b| format!("{b:02X}"))),
        form("dashes", each("-", |b| format!("{b:02x}"))),
        form("0x", each(" ", zero_x)),
        form("0x and commas", each(", ", zero_x)),
        form(r"\x", each("", |b| format!("\\x{b:02x}"))),
        form(r"\\x", each("", |b| format!("\\\\x{b:02x}"))),
        form("%", each("", |b| format!("%{b:02x}"))),
        letters("h", each(" ", |b| format!("{b:02X}h"))),
        form("words", words_of_four()),
        form("C array", format!("uint8_t p[] = {{ {} }};", each(", ", zero_x))),
        form("C string", format!("\"{}\"", each("", |b| format!("\\x{b:02x}")))),
        form("Python string", format!("b'{}'", each("", |b| format!("\\x{b:02x}")))),
        form("Node", format!("<Buffer {}>", each(" ", |b| format!("{b:02x}")))),
        form("digits of two", each(" ", bits)),
        form("0b", each(", ", |b| format!("0b{b:08b}"))),
        letters("JSON array", format!("[{}]", each(", ", |b| b.to_string()))),
        letters("decimal", each(", ", |b| b.to_string())),
        letters("decimal and blanks", each(" ", |b| b.to_string())),
        letters("Erlang 16#", format!("<<{}>>", each(",", |b| format!("16#{b:02X}")))),
        form("strings of 0x", format!("[{}]", each(", ", |b| format!("\"0x{b:02x}\"")))),
        letters("strings of hex", format!("[{}]", each(", ", |b| format!("'{b:02x}'")))),
        form(
            "EMQX",
            format!(
                "2023-01-30T16:39:24.889+08:00 [debug] msg: raw_bin_received, peername: 1.1.1.1:1, \
                 bin: {}, type: hex",
                FOUR.to_uppercase()
            ),
        ),
        form(
            "xxd",
            lines(16, |at| format!("{at:08x}: "), |line| words_big(line) + &shown(line, 39)),
        ),
        form(
            "xxd -e",
            lines(16, |at| format!("{at:08x}: "), |line| words(line, 4) + &shown(line, 35)),
        ),
        form(
            "xxd -e -g2",
            lines(16, |at| format!("{at:08x}: "), |line| words(line, 2) + &shown(line, 39)),
        ),
        form(
            "xxd -b",
            lines(
                6,
                |at| format!("{at:08x}: "),
                |line| of(line, &bits) + &format!("  {}", ascii(line)),
            ),
        ),
        form("hexdump", hexdump(&|line| words(line, 2))),
        form("hexdump -x", hexdump(&|line| format!("   {}", words(line, 2).replace(' ', "    ")))),
        form("hexdump -b, od -b", od(&|line| of(line, &|b| format!("{b:03o}")))),
        form("hexdump -b", hexdump(&|line| of(line, &|b| format!("{b:03o}")))),
        form("od -t x1", od(&|line| pairs(line, " "))),
        form("od -t x4", od(&|line| words(line, 4))),
        form("od -t x8", od(&|line| words(line, 8))),
        form(
            "gdb x/8xb",
            lines(
                8,
                |at| format!("0x{:x}:\t", 0x7fff_a0a0 + at),
                |line| line.iter().map(|b| zero_x(*b)).collect::<Vec<_>>().join("\t"),
            ),
        ),
        form(
            "gdb x/4xw",
            lines(
                16,
                |at| format!("0x4040 <buf+{at}>:\t"),
                |line| {
                    words(line, 4)
                        .split(' ')
                        .map(|it| format!("0x{it}"))
                        .collect::<Vec<_>>()
                        .join("\t")
                },
            ),
        ),
        Form { silent: 1, ..letters("a line of a log", format!("12:00:01.250 TX: {FOUR}")) },
        Form {
            silent: 4,
            ..form("pairs in a log", format!("TX: {}", each(" ", |b| format!("{b:02x}"))))
        },
        Form {
            silent: 4,
            ..form(
                "pairs in a sentence",
                format!("It sent {} and died.", each(" ", |b| format!("{b:02x}"))),
            )
        },
    ]
}

fn words_of_four() -> String {
    bytes().chunks(2).map(::hex::encode).collect::<Vec<_>>().join(" ")
}

fn words_big(line: &[u8]) -> String {
    line.chunks(2).map(::hex::encode).collect::<Vec<_>>().join(" ")
}

/// The characters of a line whose digits take `width` columns when it is full.
fn shown(line: &[u8], width: usize) -> String {
    let missing = 16 - line.len();
    let digits = missing * 2 + missing * (width - 32 + 1) / 16;
    format!("{}  {}", " ".repeat(digits), ascii(line))
}

/// Where the digits of each byte stand, without what marks them as such.
fn places(text: &str) -> Vec<Range<usize>> {
    let paste = read(text);
    let of = |piece: &Piece| -> Vec<Range<usize>> {
        (0..piece.bytes.len()).map(|n| piece.map.text_of(n..n + 1).unwrap()).collect()
    };
    let mut places: Vec<Range<usize>> = paste.pieces.iter().flat_map(of).collect();
    for place in &mut places {
        let digits = &text[place.clone()];
        let marks = ["0x", "0b", "\\\\x", "\\x", "16#", "%"];
        place.start += marks.into_iter().find(|it| digits.starts_with(it)).map_or(0, str::len);
        place.end -= usize::from(digits.ends_with('h'));
    }
    places
}

/// What a mistake at `at` may hide: the bytes of the word around it.
fn hidden(text: &str, at: usize, all: bool, places: &[Range<usize>]) -> Range<usize> {
    let is_inside = |place: &Range<usize>| place.contains(&at);
    let own: Vec<usize> = (0..places.len()).filter(|n| is_inside(&places[*n])).collect();
    let ends = |c: char| !c.is_ascii_alphanumeric();
    let from = text[..at].rfind(ends).map_or(0, |n| n + 1);
    let to = text[at..].find(ends).map_or(text.len(), |n| n + at);
    let in_word = |place: &Range<usize>| place.start < to && place.end > from;
    let word: Vec<usize> = (0..places.len()).filter(|n| in_word(&places[*n])).collect();
    let of = if all { &word } else { &own };
    of[0]..of[of.len() - 1] + 1
}

#[test]
fn all_but_the_word_with_the_mistake_is_read() {
    for Form { name, text, wrong, silent } in forms() {
        assert_eq!(hexes(&text).concat(), FOUR, "{name}\n{text}");
        let places = places(&text);
        let digits: Vec<usize> = (0..text.len())
            .filter(|at| text.as_bytes()[*at].is_ascii_hexdigit())
            .filter(|at| places.iter().any(|place| place.contains(at)))
            .collect();
        let is_stream = text.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it.len() > 40);
        for (n, wrong) in wrong.iter().enumerate() {
            let mut unseen = 0;
            // Each kind of mistake at some of the places, all kinds together at all.
            let step = (digits.len() / PLACES).max(1);
            for at in digits.iter().skip(n % step).step_by(step) {
                let own = &text[*at..=*at];
                let put = if *wrong == "77" { format!("{own}{own}") } else { (*wrong).to_owned() };
                let mut broken = text.clone();
                broken.replace_range(at..=at, &put);
                let paste = read(&broken);
                if paste.mistakes.is_empty() {
                    unseen += 1;
                    continue;
                }
                let counts = put.len() != 1;
                if counts && is_stream {
                    continue;
                }
                let told = || format!("{name}, {put:?} at {at}\n{broken}\n{:?}", paste.mistakes);
                assert_eq!(paste.mistakes.len(), 1, "{}", told());
                let place = &paste.mistakes[0].place;
                let line = text[..*at].matches('\n').count() + 1;
                assert_eq!((place.line, place.end_line), (line, line), "{}", told());
                let slack = if counts { 8 * 2 } else { 0 };
                assert!(place.start <= at + slack && at <= &(place.end + slack), "{}", told());
                let hides = hidden(&text, *at, counts, &places);
                let found: String = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
                // Of a word with a letter in it some bytes may be told all the same.
                assert!(found.starts_with(&FOUR[..hides.start * 2]), "{}\n{found}", told());
                assert!(found.ends_with(&FOUR[hides.end * 2..]), "{}\n{found}", told());
                let rest = FOUR.len() - hides.len() * 2;
                assert!(found.len() >= rest, "{}\n{found}", told());
                let missing: usize = (paste.pieces.iter())
                    .flat_map(|p| [p.continues, p.lacks])
                    .flatten()
                    .map(|it| it.missing)
                    .sum();
                let whole = found.len() / 2 + missing;
                assert!(whole == FOUR.len() / 2 || hides.end == 40, "{}\n{found}", told());
            }
            assert!(unseen <= silent, "{name}, {wrong:?}: {unseen} not seen");
        }
    }
}

/// Two mistakes side by side, in two words, are two, and hide no more than these.
#[test]
fn two_mistakes_side_by_side() {
    for Form { name, text, silent, .. } in forms() {
        let places = places(&text);
        let mut unseen = 0;
        for n in (0..places.len() - 1).step_by(3) {
            let [first, second] = [n, n + 1].map(|n| places[n].start);
            let words = [first, second].map(|at| hidden(&text, at, true, &places));
            let between = &text[first.min(second)..first.max(second)];
            let is_one_word =
                words[0].len() > 1 && between.bytes().all(|b| b.is_ascii_alphanumeric());
            if between.contains('\n') || is_one_word {
                continue;
            }
            let mut broken = text.clone();
            for at in [first, second] {
                broken.replace_range(at..=at, "g");
            }
            let paste = read(&broken);
            // Among other text nothing tells the first byte of a packet.
            if paste.mistakes.len() < 2 && silent > 0 {
                unseen += 1;
                continue;
            }
            let hides = words[0].start.min(words[1].start)..words[0].end.max(words[1].end);
            let found: String = paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect();
            let told = || format!("{name} {n}\n{broken}\n{found} {:?}", paste.mistakes);
            assert_eq!(paste.mistakes.len(), 2, "{}", told());
            assert!(found.starts_with(&FOUR[..hides.start * 2]), "{}", told());
            assert!(found.ends_with(&FOUR[hides.end * 2..]), "{}", told());
        }
        assert!(unseen <= silent, "{name}: {unseen} not seen");
    }
}
