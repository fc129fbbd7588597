//! TLS, against OpenSSL: every cipher suite that both know, every version, and what may go wrong.

#[path = "../support/mod.rs"]
mod support;

mod loss;
mod peers;
mod reading;
mod secrets;

use mqttscope::carrier::tls::suite::SUITES;
use peers::{Bench, Does, Session};
use reading::{cut, read, secrets};
use std::process::Command;

const LINES: [Does; 3] =
    [Does::Line("hello over there"), Does::Line("a second line"), Does::Line("and one more")];
const SAID: &str = "hello over there\na second line\nand one more\n";
const BACK: &str = "ereht revo olleh\nenil dnoces a\nerom eno dna\n";

/// What a whole session gives: both texts, no gap, one note.
fn assert_whole(session: &Session, words: &[&str]) {
    let reading = read(&session.chunks, &secrets(&session.key_log));
    assert_eq!(
        String::from_utf8_lossy(&reading.client),
        SAID,
        "{:?} {}",
        reading.notes,
        session.printed
    );
    assert_eq!(String::from_utf8_lossy(&reading.server), BACK, "{:?}", reading.notes);
    assert_eq!(reading.gaps(), 0, "{:?}", reading.notes);
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    for word in words {
        assert!(reading.notes[0].contains(word), "{word} is not in {:?}", reading.notes);
    }
}

/// The suites that OpenSSL has and this reads: IANA's name, OpenSSL's name, its version.
fn suites() -> Vec<(String, String, String)> {
    let output = Command::new("openssl")
        .args(["ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        // 0xC0,0x2C - TLS_ECDHE_... - ECDHE-... TLSv1.2 ...
        let [_, _, standard, _, own, version, ..] = words[..] else { continue };
        // These need what s_server lacks here: SRP users, DSA and DH certificates.
        let is_possible = !standard.contains("SRP") && !standard.contains("DSS");
        let row = SUITES.iter().find(|row| row.name == standard);
        if is_possible && row.is_some_and(|row| row.protection.is_some()) {
            found.push((standard.to_owned(), own.to_owned(), version.to_owned()));
        }
    }
    assert!(found.len() > 60, "{text}");
    found
}

#[test]
fn every_suite_is_read() {
    let bench = Bench::new();
    let psk = ["-psk", "00112233445566778899aabbccddeeff", "-psk_identity", "me"];
    let server = bench.server(&[&["-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"], &psk[..]].concat());
    let no_etm = bench.server(&[&["-cipher", "ALL:@SECLEVEL=0", "-no_etm"], &psk[..]].concat());
    let mut read = 0;
    for (standard, own, version) in suites() {
        if version == "TLSv1.3" {
            let session = bench.session(&server, &["-tls1_3", "-ciphersuites", &own], &LINES);
            assert_whole(&session, &["TLS 1.3", &standard]);
            read += 1;
            continue;
        }
        let cipher = format!("{own}:@SECLEVEL=0");
        let mut args = vec!["-tls1_2", "-cipher", &cipher];
        if standard.contains("PSK") {
            args.extend(psk);
        }
        assert_whole(&bench.session(&server, &args, &LINES), &["TLS 1.2", &standard]);
        read += 1;
        if standard.contains("CBC") {
            assert_whole(&bench.session(&no_etm, &args, &LINES), &["TLS 1.2", &standard]);
            if !standard.contains("CBC_SHA256") && !standard.contains("CBC_SHA384") {
                for old in ["-tls1", "-tls1_1"] {
                    args[0] = old;
                    for server in [&server, &no_etm] {
                        let words = if old == "-tls1" { "TLS 1.0" } else { "TLS 1.1" };
                        assert_whole(&bench.session(server, &args, &LINES), &[words, &standard]);
                    }
                }
            }
        }
    }
    assert!(read > 60, "only {read} suites");
}

#[test]
fn names_are_told() {
    let bench = Bench::new();
    let server = bench.server(&["-alpn", "mqtt"]);
    for version in ["-tls1_2", "-tls1_3"] {
        let session = bench.session(&server, &[version, "-alpn", "mqtt,http/1.1"], &LINES);
        let certificate =
            "certificate \"CN=broker.example,O=Test\" for \"broker.example, 127.0.0.1\"";
        assert_whole(
            &session,
            &["SNI \"broker.example\"", "ALPN \"mqtt\"", certificate, "decrypted"],
        );
    }
}

#[test]
fn any_cut_gives_the_same() {
    let bench = Bench::new();
    let server = bench.server(&[]);
    for args in [&["-tls1_3"][..], &["-tls1_2"], &["-tls1_2", "-cipher", "AES128-SHA"]] {
        let session = bench.session(&server, args, &LINES);
        let secrets = secrets(&session.key_log);
        let whole = read(&session.chunks, &secrets);
        for len in [1, 2, 3, 5, 7, 64, 1000] {
            assert_eq!(read(&cut(&session.chunks, len), &secrets), whole, "pieces of {len}");
        }
    }
}

#[test]
fn key_updates_of_both_sides_are_followed() {
    let bench = Bench::new();
    let server = bench.server(&[]);
    let does =
        [LINES[0], Does::Command("K"), LINES[1], Does::Command("k"), Does::Command("K"), LINES[2]];
    let session = bench.session(&server, &["-tls1_3"], &does);
    let reading = read(&session.chunks, &secrets(&session.key_log));
    assert_eq!(String::from_utf8_lossy(&reading.client), SAID, "{:?}", reading.notes);
    assert_eq!(String::from_utf8_lossy(&reading.server), BACK);
    assert_eq!(reading.gaps(), 0);
    let updates = |who: &str| {
        reading
            .notes
            .iter()
            .filter(|note| note.starts_with(who) && note.contains("KeyUpdate"))
            .count()
    };
    assert_eq!((updates("the client"), updates("the server")), (3, 2), "{:?}", reading.notes);
}

#[test]
fn resumed_sessions_are_read() {
    let bench = Bench::new();
    let ticket = bench.path("ticket");
    let ticket = ticket.to_str().unwrap();
    for (version, server_args) in
        [("-tls1_3", &[][..]), ("-tls1_2", &[][..]), ("-tls1_2", &["-no_ticket"][..])]
    {
        let server = bench.server(server_args);
        let first = bench.session(&server, &[version, "-sess_out", ticket], &LINES);
        assert_whole(&first, &[]);
        assert!(!read(&first.chunks, &secrets(&first.key_log)).notes[0].contains("resumed"));
        let second = bench.session(&server, &[version, "-sess_in", ticket], &LINES);
        assert_whole(&second, &["resumed"]);
    }
}

#[test]
fn another_client_hello_is_asked_for() {
    let bench = Bench::new();
    let server = bench.server(&["-groups", "P-384"]);
    let session = bench.session(&server, &["-tls1_3", "-groups", "X25519:P-384"], &LINES);
    assert_whole(&session, &["TLS 1.3"]);
    // Both ClientHellos: the first record of the client, and one after the HelloRetryRequest. In what
    // is encrypted the five bytes hardly ever stand by chance.
    let hellos = session
        .chunks
        .iter()
        .filter(|(_, bytes)| bytes.windows(7).any(|w| w[..2] == [22, 3] && w[5..] == [1, 0]));
    assert_eq!(hellos.count(), 2);
}

#[test]
fn a_handshake_inside_the_session_is_followed() {
    let bench = Bench::new();
    let server = bench.server(&["-tls1_2", "-legacy_renegotiation", "-client_renegotiation"]);
    let does = [LINES[0], Does::Command("R"), LINES[1], LINES[2]];
    for cipher in ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384"] {
        let session = bench.session(&server, &["-tls1_2", "-cipher", cipher], &does);
        let randoms = session.key_log.lines().filter(|line| line.starts_with("CLIENT_RANDOM"));
        assert_eq!(randoms.count(), 2, "no renegotiation: {}", session.printed);
        assert_whole(&session, &["TLS 1.2"]);
    }
}

#[test]
fn early_data_is_read_when_it_is_taken_and_left_when_not() {
    let bench = Bench::new();
    let ticket = bench.path("early-ticket");
    let ticket = ticket.to_str().unwrap();
    let early = bench.path("early");
    std::fs::write(&early, "early words\n").unwrap();
    let early = early.to_str().unwrap();
    let server = bench.silent_server(&["-early_data", "-no_anti_replay"]);
    let says = [Does::Say("hello over there")];
    // On a busy machine the client may be gone before the ticket comes.
    for _ in 0..5 {
        bench.session(&server, &["-tls1_3", "-sess_out", ticket], &says);
        if std::path::Path::new(ticket).exists() {
            break;
        }
    }
    let args = ["-tls1_3", "-sess_in", ticket, "-early_data", early];
    let session = bench.session(&server, &args, &says);
    assert!(session.printed.contains("Early data was accepted"), "{}", session.printed);
    let reading = read(&session.chunks, &secrets(&session.key_log));
    assert_eq!(said(&reading.client), "early words\nhello over there\n", "{:?}", reading.notes);
    assert_eq!(reading.gaps(), 0, "{:?}", reading.notes);
    assert!(reading.notes.iter().any(|note| note.contains("0-RTT")), "{:?}", reading.notes);
    // The same at a server that does not know the ticket.
    let refusing = bench.silent_server(&[]);
    let session = bench.session(&refusing, &args, &says);
    assert!(session.printed.contains("Early data was rejected"), "{}", session.printed);
    let reading = read(&session.chunks, &secrets(&session.key_log));
    assert_eq!(said(&reading.client), "hello over there\n", "{:?}", reading.notes);
    assert_eq!(reading.gaps(), 0, "{:?}", reading.notes);
    assert!(reading.notes[0].contains("early data (0-RTT) refused"), "{:?}", reading.notes);
}

/// What the client was told to say. On a busy machine it reads the command to quit together with the
/// line before, and sends that too.
fn said(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.strip_suffix("Q\n").unwrap_or(&text).to_owned()
}

#[test]
fn alerts_are_told_in_words() {
    let bench = Bench::new();
    let server = bench.server(&[]);
    // The client does not trust the certificate: in the clear with 1.2, protected with 1.3.
    for version in ["-tls1_2", "-tls1_3"] {
        let session = bench.session(&server, &[version, "-verify_return_error"], &[]);
        let reading = read(&session.chunks, &secrets(&session.key_log));
        let told = reading.notes.iter().any(|note| {
            note.contains("the client ends it: unknown_ca (48)")
                && note.contains("during the handshake")
        });
        assert!(told, "{version}: {:?}", reading.notes);
    }
    let only_13 = bench.server(&["-tls1_3"]);
    let session = bench.session(&only_13, &["-tls1_2"], &[]);
    let reading = read(&session.chunks, &secrets(""));
    assert!(
        reading.notes[0].contains("the server ends it: protocol_version (70)"),
        "{:?}",
        reading.notes
    );
    assert!(
        reading.notes[1].contains("ended before the handshake was complete"),
        "{:?}",
        reading.notes
    );
}
