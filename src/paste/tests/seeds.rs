//! Five write-ups of people who decoded MQTT by hand, pasted whole. They are not ours to copy:
//! they are read from the folder that MQTTSCOPE_SHARED names.
use super::*;

fn seed(number: &str) -> Option<String> {
    let Ok(shared) = std::env::var("MQTTSCOPE_SHARED") else {
        eprintln!("SKIPPED: MQTTSCOPE_SHARED is not set, the write-ups are not read");
        return None;
    };
    let folder = std::path::Path::new(&shared).join("seeds");
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let file =
        files.filter(|f| f.file_name().unwrap().to_string_lossy().starts_with(number)).next();
    Some(std::fs::read_to_string(file.unwrap()).unwrap())
}

type Found = (String, Option<Direction>, usize, usize, Option<usize>);

fn found(text: &str) -> Vec<Found> {
    let paste = read(text);
    assert_eq!(paste.mistakes, []);
    for piece in &paste.pieces {
        let whole = paste.place_of(piece, 0..piece.bytes.len()).unwrap();
        assert_eq!(whole.line, piece.place.line);
    }
    let piece = |p: &Piece| {
        (::hex::encode(&p.bytes), p.direction, p.place.line, p.place.column, p.repeat_of)
    };
    paste.pieces.iter().map(piece).collect()
}

#[test]
fn an_article_with_the_two_packets_of_a_connection() {
    let Some(text) = seed("001") else { return };
    let expected = [(CONNECT.to_owned(), None, 6, 1, None), (CONNACK.to_owned(), None, 9, 1, None)];
    assert_eq!(found(&text), expected);
}

#[test]
fn the_log_of_a_modem() {
    let Some(text) = seed("002") else { return };
    let connect = "102300044d51545404c2001e00063635373037370008323031393031353600057\
                   36e383838"
        .replace(' ', "");
    let expected = [
        (connect.clone(), Some(Direction::Sent), 6, 32, None),
        ("20020000".into(), Some(Direction::Received), 12, 32, None),
        (connect, None, 14, 0, Some(0)),
        ("20020000".into(), None, 44, 0, Some(1)),
    ];
    let found = found(&text);
    assert_eq!(found.len(), 4, "{found:#?}");
    for (f, e) in found.iter().zip(&expected) {
        assert_eq!((&f.0, f.1, f.4), (&e.0, e.1, e.4));
    }
    eprintln!("{found:#?}");
}

#[test]
fn the_log_of_binary_digits() {
    let Some(text) = seed("003") else { return };
    let subscribe = "820c000100000668617276657901";
    let expected = [
        (subscribe, Direction::Sent, None),
        ("9004000100 01", Direction::Received, None),
        (subscribe, Direction::Sent, Some(0)),
        ("9004000100 01", Direction::Received, None),
    ];
    let found = found(&text);
    eprintln!("{found:#?}");
    let found: Vec<_> = found.iter().map(|f| (f.0.clone(), f.1.unwrap(), f.4)).collect();
    assert_eq!(found, expected.map(|(h, d, r)| (h.replace(' ', ""), d, r)));
}

#[test]
fn texts_without_bytes() {
    for (number, hint) in [("000", Hint::BrokerLog), ("004", Hint::NoBytes)] {
        let Some(text) = seed(number) else { return };
        assert_eq!(found(&text), []);
        let paste = read(&text);
        eprintln!("{number}: {:?} {:?}", paste.hint, paste.ignored);
        let told = paste.hint.unwrap();
        assert!(told == hint || told == Hint::NoPackets, "{told:?}");
    }
}
