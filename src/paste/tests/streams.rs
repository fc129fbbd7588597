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

fn bits(hex: &str) -> String {
    ::hex::decode(hex).unwrap().iter().map(|byte| format!("{byte:08b}")).collect()
}

#[test]
fn a_slip_in_digits_of_base_2_is_shown_wherever_they_stand() {
    let contexts = [
        ("", "\n\n", "\n"),
        ("TX: ", "\nRX: ", "\n"),
        ("payload: ", "\npayload: ", "\n"),
        ("12:30:45.123 [D] mqtt: sent ", "\n12:30:45.323 [D] mqtt: received ", "\n"),
        ("It sends ", " and it gets ", " back.\n"),
    ];
    for packet in [STREAM, PUBLISH, "40020001"] {
        let stream = bits(packet);
        for at in (0..stream.len()).step_by(5) {
            let twin = if &stream[at..=at] == "0" { "O" } else { "l" };
            for wrong in ["2", twin, "", &stream[at..=at].repeat(2)] {
                let wrong = [&stream[..at], wrong, &stream[at + 1..]].concat();
                for (before, between, behind) in contexts {
                    let text = [before, &wrong, between, &bits(PUBLISH), behind].concat();
                    let paste = read(&text);
                    let at = before.len() + at;
                    let is_near = |it: &Mistake| it.place.start <= at + 2 && at <= it.place.end + 2;
                    assert!(paste.mistakes.iter().any(is_near), "{text}{at} {:?}", paste.mistakes);
                    assert!(pieces(&text).contains(&PUBLISH.to_owned()), "{text}");
                }
            }
        }
    }
}

/// As the log of the third write-up has them, but without blanks.
#[test]
fn the_header_and_the_rest_of_a_packet_may_be_streams_of_base_2() {
    let stream = bits(STREAM);
    let log = |header: &str, rest: &str| {
        let time = "2023-08-26 20:06:01:481";
        format!("{time} Send Message Header : {header}\n{time} Send Message payload : {rest}\n")
    };
    assert_eq!(hexes(&log(&stream[..16], &stream[16..])), [STREAM]);
    let text = log(&stream[..16], &stream[17..]);
    assert_eq!(read(&text).mistakes.len(), 1, "{text}");
    let text = log(&format!("O{}", &stream[1..16]), &stream[16..]);
    assert_eq!(read(&text).mistakes.len(), 1, "{text}");
}

#[test]
fn numbers_of_ones_and_zeros_are_no_packets() {
    for text in ["It cost 10000000000000000000000 wei.", "It cost 1100000000000000000000002 wei."] {
        assert_eq!(read(text).mistakes, [], "{text}");
        assert_eq!(pieces(text), [""; 0], "{text}");
    }
}
