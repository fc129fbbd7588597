//! Secrets that come late, in part, or not at all.

use crate::LINES;
use crate::peers::{Bench, Session};
use crate::reading::{Reading, read, secrets};
use mqttscope::carrier::tls::{Secrets, Tls};
use mqttscope::carrier::{Input, Layer};

fn both_versions() -> Vec<(&'static str, Session)> {
    let bench = Bench::new();
    let server = bench.server(&["-alpn", "mqtt"]);
    ["-tls1_2", "-tls1_3"]
        .map(|version| (version, bench.session(&server, &[version, "-alpn", "mqtt"], &LINES)))
        .into_iter()
        .collect()
}

#[test]
fn secrets_may_come_at_any_time() {
    for (version, session) in both_versions() {
        let whole = read(&session.chunks, &secrets(&session.key_log));
        for late in 0..session.chunks.len() {
            let secrets = Secrets::new();
            secrets.add_text(b"# nothing yet\n");
            let mut tls = Tls::new(secrets.clone());
            let mut reading = Reading::default();
            for (at, (sender, bytes)) in session.chunks.iter().enumerate() {
                if at == late {
                    secrets.add_text(session.key_log.as_bytes());
                }
                tls.push(*sender, Input::Data(bytes), &mut |s, output| reading.take(s, output));
            }
            tls.finish(&mut |s, output| reading.take(s, output));
            assert_eq!(reading, whole, "{version}: {late}");
        }
    }
}

#[test]
fn without_a_key_log_the_session_is_listed() {
    for (version, session) in both_versions() {
        let reading = read(&session.chunks, &Secrets::new());
        assert!(reading.client.is_empty() && reading.server.is_empty());
        let (first, last) = (&reading.notes[0], &reading.notes[1]);
        assert_eq!(reading.notes.len(), 2, "{:?}", reading.notes);
        let words = match version {
            "-tls1_2" => ["TLS 1.2, TLS_ECDHE_", "ALPN \"mqtt\""],
            _ => ["TLS 1.3, TLS_AES_256_GCM_SHA384", "ALPN offered \"mqtt\""],
        };
        for word in words.into_iter().chain(["SNI \"broker.example\"", "no key log was given"]) {
            assert!(first.contains(word), "{word}: {:?}", reading.notes);
        }
        let size = |client| -> usize {
            let of = session
                .chunks
                .iter()
                .filter(|(s, _)| (*s == mqttscope::spec::Sender::Client) == client);
            of.map(|(_, bytes)| bytes.len()).sum()
        };
        let sizes =
            format!("the client sent {} bytes, the server {} bytes", size(true), size(false));
        assert_eq!(*last, format!("stayed closed: {sizes}"));
        // Where the whole capture is there, one line says all of it.
        let secrets = Secrets::new();
        secrets.expect();
        let reading = read(&session.chunks, &secrets);
        assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
        for word in words.into_iter().chain(["no key log was given", "-o tls.keylog_file", &sizes])
        {
            assert!(reading.notes[0].contains(word), "{word}: {:?}", reading.notes);
        }
    }
}

#[test]
fn a_key_log_of_others_is_named_in_the_reason() {
    for (_, session) in both_versions() {
        let others = format!("CLIENT_RANDOM {} {}\n", "5f".repeat(32), "00".repeat(48));
        let reading = read(&session.chunks, &secrets(&others));
        let random = random_of(&session);
        let words = format!("no secret for client random {}...", &random[..16]);
        assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
        assert!(reading.notes[0].contains(&words), "{words}: {:?}", reading.notes);
    }
}

fn random_of(session: &Session) -> &str {
    session.key_log.split_whitespace().find(|word| word.len() == 64).unwrap()
}

#[test]
fn wrong_secrets_are_told_from_missing_ones() {
    for (version, session) in both_versions() {
        let mut wrong = String::new();
        for line in session.key_log.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split_whitespace().collect();
            wrong += &format!("{} {} {}\n", words[0], words[1], "ab".repeat(words[2].len() / 2));
        }
        let reading = read(&session.chunks, &secrets(&wrong));
        assert!(reading.client.is_empty() && reading.server.is_empty());
        let told = reading.notes.iter().any(|note| note.contains("do not open its records"));
        assert!(told, "{version}: {:?}", reading.notes);
    }
}

/// Some logs have the secrets of application data alone.
#[test]
fn the_handshake_need_not_be_readable() {
    let (_, session) = both_versions().remove(1);
    let traffic: String = session
        .key_log
        .lines()
        .filter(|line| line.contains("TRAFFIC_SECRET_0"))
        .map(|line| format!("{line}\n"))
        .collect();
    let whole = read(&session.chunks, &secrets(&session.key_log));
    let reading = read(&session.chunks, &secrets(&traffic));
    assert_eq!((&reading.client, &reading.server), (&whole.client, &whole.server));
    assert_eq!(reading.gaps(), 0, "{:?}", reading.notes);
    // And of one side alone: the other one waits, and is told.
    let server: String = traffic
        .lines()
        .filter(|line| line.starts_with("SERVER"))
        .map(|line| format!("{line}\n"))
        .collect();
    let reading = read(&session.chunks, &secrets(&server));
    assert_eq!(reading.server, whole.server);
    assert!(reading.client.is_empty());
}

/// What waits for secrets is bounded, and is told when it goes.
#[test]
fn not_everything_is_held() {
    let bench = Bench::new();
    let server = bench.server(&[]);
    let session = bench.session(&server, &["-tls1_3"], &LINES);
    let secrets = Secrets::new();
    secrets.add_text(b"# nothing yet\n");
    let mut tls = Tls::new(secrets.clone());
    let mut reading = Reading::default();
    let (last, before) = session.chunks.split_last().unwrap();
    for (sender, bytes) in before {
        tls.push(*sender, Input::Data(bytes), &mut |s, output| reading.take(s, output));
    }
    let record = [&[23, 3, 3, 0x40, 0][..], &[7; 0x4000]].concat();
    let client = mqttscope::spec::Sender::Client;
    let of_client = before.iter().filter(|(sender, _)| *sender == client);
    let mut pushed: u64 = of_client.map(|(_, bytes)| bytes.len() as u64).sum();
    for _ in 0..100 {
        pushed += record.len() as u64;
        let from = tls.needs_from(client);
        tls.push(client, Input::Data(&record), &mut |s, output| reading.take(s, output));
        assert!(tls.needs_from(client) >= from);
    }
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    assert!(reading.notes[0].contains("closed so far: no secret"), "{:?}", reading.notes);
    let held = pushed - tls.needs_from(client);
    assert!(held < 300_000, "{held} bytes are held");
    tls.push(last.0, Input::Data(&last.1), &mut |s, output| reading.take(s, output));
    tls.finish(&mut |s, output| reading.take(s, output));
}
