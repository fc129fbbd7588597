//! The same bytes a second time: sent again, or shown another way.
use super::*;

const PAIRS: &str = "10 12 00 04 4d 51 54 54 04 02 00 3c 00 06 64 65 76 2d 31 37";
const STREAM: &str = "101200044d5154540402003c00066465762d3137";
const BASE64: &str = "EBIABE1RVFQEAgA8AAZkZXYtMTc=";

fn told(text: &str) -> Vec<Option<usize>> {
    let paste = read(text);
    assert_eq!(paste.mistakes, [], "{text}");
    assert!(paste.pieces.iter().all(|it| ::hex::encode(&it.bytes) == STREAM), "{text}");
    paste.pieces.iter().map(|it| it.repeat_of).collect()
}

/// Words between them say that it was sent again, as do lines of a list.
#[test]
fn what_stands_twice_in_one_notation_was_sent_twice() {
    for bytes in [PAIRS, STREAM, BASE64] {
        for text in [
            format!("It connects:\n{bytes}\nthen it reconnects:\n{bytes}\n"),
            format!("First it sends {bytes} and after a minute {bytes} once more."),
            format!("a list\n{bytes}\n{bytes}\n"),
        ] {
            assert_eq!(told(&text), [None, None], "{text}");
        }
    }
}

#[test]
fn another_notation_shows_the_same_bytes() {
    for text in [
        format!("As hex:\n{PAIRS}\nand as base64:\n{BASE64}\n"),
        format!("As base64:\n{BASE64}\nwhich is {PAIRS}\n"),
        format!("The log: TX: {STREAM}\nis explained here:\n{PAIRS}\n"),
        format!("TX: {PAIRS}\nTX as base64: {BASE64}\n"),
        format!(
            "This {PAIRS} is\n00000000  {}  {}  |.......|\n00000010  76 2d 31 37   |v-17|\n",
            &PAIRS[..23],
            &PAIRS[24..47]
        ),
    ] {
        assert_eq!(told(&text), [None, Some(0)], "{text}");
    }
}

/// Two lines of a log are two packets, though its clock counts seconds; what is quoted below the log is one.
#[test]
fn the_time_of_a_line_is_that_of_another() {
    let line = format!("[10:22:33] sent {PAIRS}\n");
    let fine = format!("[10:22:33.120] sent {PAIRS}\n");
    for (text, expected) in [
        (format!("{line}{line}"), [None, None]),
        (format!("a log\n{line}[10:22:33] received nothing\n\n{line}"), [None, None]),
        (format!("{fine}{fine}"), [None, None]),
        (format!("{fine}[10:22:33.125] received\n{fine}"), [None, None]),
        (format!("{fine}\nThe first line\nis this:\n{fine}"), [None, Some(0)]),
    ] {
        assert_eq!(told(&text), expected, "{text}");
    }
    let quoted = format!("{line}[10:22:34] received 20 02 00 00\n\nIn the line\n{line}you see\n");
    let repeats: Vec<_> = read(&quoted).pieces.iter().map(|it| it.repeat_of).collect();
    assert_eq!(repeats, [None, None, Some(0)]);
}
