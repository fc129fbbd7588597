//! The log that a broker would have written has the order in which one broker can work: it answers a packet
//! of a client before it takes the next one, and before it reads that the client is gone.

mod support;

use std::path::Path;
use support::program::run;

/// The lines of a capture's log about one client, without their times.
fn lines(capture: &Path, client: &str) -> Vec<String> {
    let run = run(["log".as_ref(), capture.as_os_str()]);
    let lines = run.out.lines().filter_map(|line| Some(line.split_once(": ")?.1.to_owned()));
    let is_of =
        |line: &String| line.split([' ', ',']).any(|word| word.trim_end_matches('.') == client);
    lines.filter(is_of).collect()
}

#[test]
fn a_client_is_gone_once_it_was_answered() {
    let lines = |capture: &str, client| lines(&Path::new("captures").join(capture), client);
    assert_eq!(
        lines("ends.pcap", "unheard"),
        [
            "New client connected from 127.0.0.1:50030 as unheard (p2, c1, k60).",
            "Sending CONNACK to unheard (0, 0)",
            "Client unheard closed its connection.",
        ]
    );
    assert_eq!(
        lines("sessions-late.pcap", "patient")[2..],
        [
            "Received PINGREQ from patient",
            "Sending PINGRESP to patient",
            "Client patient closed its connection.",
        ]
    );
}

/// A capture of one direction has no CONNACK: the client is called what its CONNECT says.
#[test]
fn a_client_without_its_connack_has_its_name() {
    let is_of_client = |frame: &Vec<u8>| frame[34..36] != 1883_u16.to_be_bytes();
    let frames: Vec<_> = support::conversation::tidy().into_iter().filter(is_of_client).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one-way.pcap");
    std::fs::write(&file, support::pcap(1, &frames)).unwrap();
    let lines = lines(&file, "shuffled");
    for line in ["Received PUBREL from shuffled (Mid: 2)", "Received PINGREQ from shuffled"] {
        assert!(lines.iter().any(|own| own == line), "{line}: {lines:#?}");
    }
    assert!(!run(["log".as_ref(), file.as_os_str()]).out.contains("<unknown>"));
}

/// No client has two packets that wait for an answer at once, and nothing comes of one that is gone.
#[test]
fn one_thing_at_a_time() {
    for entry in std::fs::read_dir("captures").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(".pcap") {
            continue;
        }
        let run = run(["log".as_ref(), path.as_os_str()]);
        let mut clients: Vec<&str> = run.out.lines().filter_map(client).collect();
        clients.sort_unstable();
        clients.dedup();
        for client in clients {
            check(&name, client, &lines(&path, client));
        }
    }
}

fn client(line: &str) -> Option<&str> {
    line.split_once(" as ")?.1.split_once(" (p").map(|(client, _)| client)
}

fn check(capture: &str, client: &str, lines: &[String]) {
    let (mut open, mut is_gone) = (None, false);
    for line in lines {
        let place = format!("{capture}, {client}: {line}");
        let word = line.split(' ').nth(1).unwrap_or_default();
        let is_taken = line.starts_with("New ");
        assert!(!is_gone || is_taken || line.starts_with("Client "), "{place}");
        if is_taken {
            (open, is_gone) = (None, false);
        } else if line.starts_with("Received ") {
            assert_eq!(open, None, "{place}");
            let is_asked = ["SUBSCRIBE", "UNSUBSCRIBE", "PINGREQ", "PUBREL"].contains(&word);
            let is_published = word == "PUBLISH" && !line.contains(", q0,");
            open = (is_asked || is_published).then(|| line.clone());
        } else if line.starts_with("Sending ") && word != "PUBLISH" && word != "PUBREL" {
            open = None;
        } else if line.starts_with("Client ") {
            is_gone = line.ends_with("disconnected.") || line.ends_with("its connection.");
        }
    }
}
