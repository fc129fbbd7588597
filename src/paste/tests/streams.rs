//! Streams of digits without anything between the bytes, in base 16 and in base 2, with a digit missing or too many.
use super::*;

fn pieces(text: &str) -> Vec<String> {
    read(text).pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect()
}

/// A CONNECT of `phone-button`.
const STREAM: &str = "101800044d5154540402003c000c70686f6e652d627574746f6e";
const PUBLISH: &str = "30070003612f626869";

/// A stream with the digit at a place left out, and doubled.
fn miscounted(stream: &str) -> impl Iterator<Item = (usize, String)> {
    let with = move |at: usize, times: usize| {
        (at, [&stream[..at], &stream[at..=at].repeat(times), &stream[at + 1..]].concat())
    };
    (0..stream.len()).flat_map(move |at| [with(at, 0), with(at, 2)])
}

/// Of a name, a length or a level only one place fits; of the letters of a text none tells which has too few.
#[test]
fn a_digit_too_many_or_too_few_is_shown_where_it_is() {
    for (before, between) in [("", "\n\n"), ("TX: ", "\nRX: "), ("It sends ", " and gets ")] {
        for (at, wrong) in miscounted(STREAM) {
            let text = format!("{before}{wrong}{between}{PUBLISH}\n");
            let paste = read(&text);
            let [mistake] = &paste.mistakes[..] else { panic!("{text}{:?}", paste.mistakes) };
            let (at, place) = (before.len() + at, &mistake.place);
            assert!(place.start <= at + 2 && at <= place.end + 2, "{text}{at} {mistake:?}");
            assert!(place.end - place.start < 15, "{text}{at} {mistake:?}");
            assert_eq!(pieces(&text).last().map(String::as_str), Some(PUBLISH), "{text}");
        }
    }
}

#[test]
fn a_short_one_alone_in_its_line_tells_too() {
    // A digit too many at the end of a packet stands behind it.
    for (at, wrong) in miscounted("40020001").filter(|(_, wrong)| wrong != "400220001") {
        let paste = format!("{wrong}\n\n{PUBLISH}\n");
        let paste = read(&paste);
        let is_near = |it: &Mistake| it.place.start.abs_diff(at) < 4;
        assert!(paste.mistakes.iter().all(is_near), "{wrong} {at} {:?}", paste.mistakes);
    }
}
