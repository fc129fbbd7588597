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
    let mut files = files.filter(|f| f.file_name().unwrap().to_string_lossy().starts_with(number));
    Some(std::fs::read_to_string(files.next().unwrap()).unwrap())
}

type Found = (String, Option<Direction>, usize, usize, Option<usize>);

fn found(text: &str) -> Vec<Found> {
    let paste = read(text);
    assert_eq!(paste.mistakes, []);
    for piece in &paste.pieces {
        let whole = paste.locator().place(piece.map.text_of(0..piece.bytes.len()).unwrap());
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
        (connect.clone(), Some(Direction::Sent), 6, 29, None),
        ("20020000".into(), Some(Direction::Received), 12, 29, None),
        (connect, None, 14, 24, Some(0)),
        ("20020000".into(), None, 42, 14, Some(1)),
    ];
    assert_eq!(found(&text), expected);
    assert_eq!(read(&text).ignored.modem, 8);
}

#[test]
fn the_log_of_binary_digits() {
    let Some(text) = seed("003") else { return };
    let subscribe = "820c000100000668617276657901";
    let suback = "900400010001";
    let (sent, received) = (Some(Direction::Sent), Some(Direction::Received));
    // The last one was logged two days later: it is no repetition.
    let expected = [
        (subscribe, sent, 8, 54, None),
        (suback, received, 13, 57, None),
        (subscribe, sent, 22, 54, Some(0)),
        (suback, received, 46, 57, None),
    ];
    assert_eq!(found(&text), expected.map(|(h, d, l, c, r)| (h.to_owned(), d, l, c, r)));
}

#[test]
fn texts_without_bytes() {
    for (number, hint) in [("000", Hint::BrokerLog), ("004", Hint::NoBytes)] {
        let Some(text) = seed(number) else { return };
        assert_eq!(found(&text), []);
        assert_eq!(read(&text).hint, Some(hint));
    }
}

type Edit = fn(&str) -> String;

fn each_line(text: &str, edit: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| edit(line) + "\n").collect()
}

/// As `fold -s` wraps lines: behind the last blank that fits.
fn folded(line: &str, width: usize) -> String {
    let (mut folded, mut row) = (String::new(), String::new());
    for word in line.split_inclusive(' ') {
        if row.len() + word.len() > width {
            folded += &(std::mem::take(&mut row) + "\n");
        }
        row += word;
    }
    folded + &row
}

/// As `fold` without `-s` wraps lines: behind so many characters.
fn cut(line: &str, width: usize) -> String {
    let chars: Vec<char> = line.chars().collect();
    let rows = chars.chunks(width).map(|row| row.iter().collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}

fn quoted(text: &str) -> String {
    each_line(text, |line| format!("> {line}"))
}

/// The string that a text is in JSON, with all characters as they are.
fn json(text: &str) -> String {
    let escaped =
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t").replace('\n', "\\n");
    format!("\"{escaped}\"\n")
}

/// The same write-ups as mails, pages and terminals show them.
#[test]
fn edited_texts_hold_the_same_packets() {
    let edits: [(&str, Edit); 20] = [
        ("cut", |text| each_line(text, |line| cut(line, 80))),
        ("cut elsewhere", |text| each_line(text, |line| cut(line, 77))),
        ("cut and quoted", |text| quoted(&each_line(text, |line| cut(line, 80)))),
        ("folded and quoted", |text| quoted(&each_line(text, |line| folded(line, 80)))),
        ("comment", |text| each_line(text, |line| format!("// {line}"))),
        ("backticks", |text| each_line(text, |line| format!("`{line}`"))),
        ("table", |text| each_line(text, |line| format!("| {line} |"))),
        ("json", json),
        ("json object", |text| format!("{{\"body\": {}}}\n", json(text).trim())),
        ("names of blanks", |text| text.replace(' ', "&nbsp;")),
        ("fence", |text| format!("```\n{text}\n```\n")),
        ("72", |text| each_line(text, |line| folded(line, 72))),
        ("80", |text| each_line(text, |line| folded(line, 80))),
        ("120", |text| each_line(text, |line| folded(line, 120))),
        ("br", |text| each_line(text, |line| format!("{line}<br>"))),
        ("quote", |text| each_line(text, |line| format!("> {line}"))),
        ("diff", |text| each_line(text, |line| format!("+{line}"))),
        ("blank lines", |text| each_line(text, |line| format!("{line}\n"))),
        ("blanks", |text| text.replace(' ', "\u{a0}")),
        ("two blanks", |text| text.replace(' ', "  ")),
    ];
    for number in ["002", "003"] {
        let Some(text) = seed(number) else { return };
        let whole = |text: &str| {
            let paste = read(text);
            let pieces = paste.pieces.iter().filter(|it| it.repeat_of.is_none());
            (pieces.map(|it| ::hex::encode(&it.bytes)).collect::<Vec<_>>(), paste.mistakes.len())
        };
        let expected = whole(&text);
        for (name, edit) in edits {
            assert_eq!(whole(&edit(&text)), expected, "{number} {name}");
        }
    }
}
