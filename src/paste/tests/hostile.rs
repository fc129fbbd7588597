use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Texts that would take hours if a reader walked through them from each of their characters: a
/// text that is eight times as long may take some eight times as long, not sixty-four times.
#[test]
fn no_text_takes_long() {
    let length = if cfg!(debug_assertions) { 4_000 } else { 120_000 };
    for (name, unit) in [
        ("one letter", "a"),
        ("no hex", "g"),
        ("brackets", "["),
        ("braces", "{["),
        ("quotes", "\""),
        ("escaped quotes", "\"\\x\\\""),
        ("backslashes", "\\"),
        ("escapes", "\\x1"),
        ("angles", "<<"),
        ("strings in angles", "<<\"a"),
        ("comments", "[/*"),
        ("numbers", "[1,"),
        ("pairs", "c0 00 "),
        ("words", "c0 00 x "),
        ("lines", "\n"),
        ("dump lines", "00000000: 10 \n"),
        ("same dump", "0000  10\n"),
        ("tcpdump", "\t0x0000:  10\n"),
        ("buffer", "<Buffer "),
        ("base64", "AAAA="),
        ("digits", "0 "),
        ("bits", "00000001 "),
        ("commas", ","),
        ("blanks", " "),
        ("cyrillic", "С0 "),
        ("colons", "00:"),
        ("dump row", "0000: "),
        ("words", "00000000: 00d000c0  ....\n"),
        ("mistakes", "10 0O "),
        ("mistaken numbers", "1O 18 00 04 "),
        ("mistaken lines", "10 0O 00 00\n"),
        ("casts", "[(byte)"),
        ("signs", "[1, 2, &"),
        ("dollars", "$1 "),
        ("labels", "TX: c0 0O\n"),
        ("columns", "1\tc000\n"),
        ("stars", "   0   T  \\0 002   a   b   A   A   A   A   A   A   A   A   A   A\n*\n"),
        ("decimal", "TX: 16,18,0,4,77\n"),
        ("lua", "\"\\16\\18"),
        ("tags", "<b>0x1</b>"),
        ("open tags", "<b "),
        ("strings side by side", "(\"1010\" \"10"),
        ("more strings side by side", "\"1010\" "),
        ("wrapped bits", "TX: 10000010\n00000001\n"),
        ("wrapped rows", "[D/AT] sendline: 0000-0020: 10 10 \n"),
        ("rows and blank lines", "[D/AT] sendline: 0000-0020: 10 10\n\n"),
        ("numbers of a modem", "AT+X=2,"),
        ("the same time", "[10:22:33.5] sent c0 00\n\nx\n"),
        ("points", "[48, 5. 3. "),
        ("words of base64", "q83vEjRWeJq8+3hbX0d/PLMn2kTzV9c1Yw+Xo5"),
        (
            "lines of base64",
            "yJk2q83vEjRWeJq83hbX0dPLMn2kTzV9c1YwXo5Lr8pQmZ7uHs4Bf6GtDi1KaC0vNxWe3RqUyTbM\n",
        ),
        ("odd numbers", "141, 203, 250, 169, "),
        ("odd streams", "102000044d5154540402003c00066465762d313\n"),
    ] {
        let (short, long) = (shortest(unit, length), shortest(unit, length * 8));
        eprintln!("{name}: {short:?} and {long:?}");
        // What is too short to be measured is not slow either.
        let short = short.max(Duration::from_millis(5));
        assert!(
            long < short * 32,
            "{name}: {short:?} for {length} bytes, {long:?} for 8 times that"
        );
    }
}

/// The shortest time of three that a text of this unit and length takes.
fn shortest(unit: &str, length: usize) -> Duration {
    let text = unit.repeat(length / unit.len());
    let start = Instant::now();
    let times = (0..3).map(|_| {
        let before = worked(start);
        read(&text);
        worked(start) - before
    });
    times.min().unwrap()
}

/// How long this thread has worked, without the time in which others did, where the system tells (Linux);
/// else the time since `start`.
fn worked(start: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat");
    let first = stat.ok().and_then(|stat| stat.split(' ').next()?.parse().ok());
    first.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn no_almost_hex_panics(text in "[0-9a-fOlg\\\\x<>\\[\\]{}\"' ,:;\\n\t|%.(){}#/*=-]{0,120}") {
        check(&text);
    }

    #[test]
    fn no_mutilated_example_panics(row in 0..NOTATIONS.len(), cut in 0..200_usize, put in "\\PC{0,3}", skip in 0..4_usize) {
        let chars: Vec<char> = NOTATIONS[row].example.chars().collect();
        let cut = cut.min(chars.len());
        let rest = chars.iter().skip(cut + skip);
        let text: String = chars[..cut].iter().copied().chain(put.chars()).chain(rest.copied()).collect();
        check(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = parse_bytes(&bytes, &Options::default());
        let _ = parse_bytes(&bytes, &Options { lines: true });
    }
}

/// A mistake at the very end of a text ends there.
#[test]
fn a_list_that_ends_with_a_dot() {
    check("{ 0x10, 0x0e, 0x00, 0x04, 97, 9.}");
    check("{ 0x10, 0x0e, 0x00, 0x04, 97, 9.");
}

/// Places lie in the text, in order, and each byte has one.
fn check(text: &str) {
    for options in [Options { lines: false }, Options { lines: true }] {
        let paste = parse(text, &options);
        for piece in &paste.pieces {
            assert!(!piece.bytes.is_empty());
            assert!(piece.place.line >= 1 && piece.place.start <= piece.place.end);
            for n in 0..piece.bytes.len() {
                let range = piece.map.text_of(n..n + 1).unwrap();
                assert!(range.start < range.end && range.end <= text.len(), "{range:?} {text:?}");
            }
        }
        for mistake in &paste.mistakes {
            let _ = (mistake.to_string(), mistake.hint(), caret(text, &mistake.place, 40));
            assert!(mistake.place.end <= text.len());
        }
        let nothing = paste.pieces.is_empty() && paste.mistakes.is_empty();
        assert_eq!(nothing, paste.hint.is_some());
    }
}
