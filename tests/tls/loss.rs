//! Bytes that were not captured, and bytes that are not what they were.

use crate::peers::{Bench, Chunks, Does, Session};
use crate::reading::{Piece, Reading, read, read_inputs, secrets};
use mqttscope::carrier::Input;
use mqttscope::carrier::tls::Secrets;
use mqttscope::spec::Sender;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const LINES: [Does; 6] = [
    Does::Line("the first line"),
    Does::Line("2: two"),
    Does::Line("a third line, which is somewhat longer than the second"),
    Does::Line("4: four"),
    Does::Line("five is the number of this one"),
    Does::Line("the last"),
];

/// Sessions of every way to protect records.
fn sessions() -> Vec<(&'static str, Session)> {
    let bench = Bench::new();
    let all = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_8_SHA256";
    let server = bench.server(&["-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", all]);
    let no_etm = bench.server(&["-cipher", "ALL:@SECLEVEL=0", "-no_etm"]);
    let row = |name, server, args: &[&str]| (name, bench.session(server, args, &LINES));
    vec![
        row("1.3 GCM", &server, &["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"]),
        row("1.3 ChaCha20", &server, &["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]),
        row("1.3 CCM", &server, &["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"]),
        row("1.2 GCM", &server, &["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"]),
        row("1.2 ChaCha20", &server, &["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"]),
        row(
            "1.2 CBC, encrypt then MAC",
            &server,
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
        ),
        row(
            "1.2 CBC, MAC then encrypt",
            &no_etm,
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
        ),
        row("1.0 CBC, MAC then encrypt", &no_etm, &["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"]),
        row("1.0 CBC, encrypt then MAC", &server, &["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"]),
    ]
}

/// A session without the bytes `from` to `to` of one side.
fn without(
    chunks: &Chunks,
    sender: Sender,
    from: usize,
    to: usize,
    told: bool,
) -> Vec<(Sender, Option<Vec<u8>>, u64)> {
    let mut inputs = Vec::new();
    let mut offset = 0;
    let mut is_told = false;
    for (side, bytes) in chunks {
        if *side != sender {
            inputs.push((*side, Some(bytes.clone()), 0));
            continue;
        }
        let cut = |at: usize| at.saturating_sub(offset).min(bytes.len());
        let (before, after) = (&bytes[..cut(from)], &bytes[cut(to)..]);
        if !before.is_empty() {
            inputs.push((*side, Some(before.to_vec()), 0));
        }
        if before.len() + after.len() < bytes.len() && !is_told {
            is_told = true;
            inputs.push((*side, None, if told { (to - from) as u64 } else { u64::MAX }));
        }
        if !after.is_empty() {
            inputs.push((*side, Some(after.to_vec()), 0));
        }
        offset += bytes.len();
    }
    inputs
}

fn read_without(
    chunks: &Chunks,
    sender: Sender,
    from: usize,
    to: usize,
    told: bool,
    secrets: &Secrets,
) -> Reading {
    let inputs = without(chunks, sender, from, to, told);
    let inputs: Vec<_> = inputs
        .iter()
        .map(|(sender, bytes, gap)| match bytes {
            Some(bytes) => (*sender, Input::Data(bytes)),
            None => (*sender, Input::Gap((*gap != u64::MAX).then_some(*gap))),
        })
        .collect();
    read_inputs(&inputs, secrets)
}

fn total(chunks: &Chunks, sender: Sender) -> usize {
    chunks.iter().filter(|(side, _)| *side == sender).map(|(_, bytes)| bytes.len()).sum()
}

/// Bytes of the first record of a side, which is its hello.
fn hello(chunks: &Chunks, sender: Sender) -> usize {
    let (_, first) = chunks.iter().find(|(side, _)| *side == sender).unwrap();
    5 + usize::from(u16::from_be_bytes([first[3], first[4]]))
}

/// What is there is part of what was said, in its order, and what is not there is told as a gap.
fn check_pieces(whole: &[Piece], damaged: &[Piece], notes: &[String]) -> Result<(), TestCaseError> {
    let mut rest = whole.iter().flatten();
    // What never opens tells that instead.
    let is_closed = notes.iter().any(|note| note.contains("stay") || note.contains("ended before"));
    let mut told = is_closed;
    for piece in damaged {
        let Some(piece) = piece else {
            told = true;
            continue;
        };
        let mut passed = 0;
        while rest.next().ok_or_else(|| TestCaseError::fail(format!("invented {piece:?}")))?
            != piece
        {
            passed += 1;
        }
        prop_assert!(passed == 0 || told, "{passed} pieces were lost without a word");
        told = is_closed;
    }
    prop_assert!(rest.next().is_none() || told, "the end was lost without a word");
    Ok(())
}

#[test]
fn whatever_is_lost_nothing_is_invented_and_what_follows_is_read() {
    let sessions: Vec<_> = sessions()
        .into_iter()
        .map(|(name, session)| {
            let secrets = secrets(&session.key_log);
            let whole = read(&session.chunks, &secrets);
            assert_eq!(whole.gaps(), 0, "{name}: {:?}", whole.notes);
            assert_eq!(
                whole
                    .client_pieces
                    .iter()
                    .filter(|p| p.as_ref().is_some_and(|p| p.1.len() > 1))
                    .count(),
                6,
                "{name}"
            );
            (name, session, secrets, whole)
        })
        .collect();
    let mut runner =
        TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let strategy = (0..sessions.len(), any::<bool>(), 0.0..1.0_f64, 1..700_usize);
    let result = runner.run(&strategy, |(which, is_client, at, len)| {
        let (name, session, secrets, whole) = &sessions[which];
        let sender = if is_client { Sender::Client } else { Sender::Server };
        let all = total(&session.chunks, sender);
        let from = (all as f64 * at) as usize;
        let to = (from + len).min(all);
        let damaged = read_without(&session.chunks, sender, from, to, true, secrets);
        check_pieces(&whole.client_pieces, &damaged.client_pieces, &damaged.notes)?;
        check_pieces(&whole.server_pieces, &damaged.server_pieces, &damaged.notes)?;
        if from >= hello(&session.chunks, sender) {
            let mut after: Vec<_> = whole
                .ranges
                .iter()
                .filter(|(side, from, _)| *side != is_client || *from >= to as u64)
                .collect();
            if name.starts_with("1.0") {
                // The first record needs the end of the one before it.
                let first = after.iter().position(|(side, _, _)| *side == is_client);
                first.map(|at| after.remove(at));
            }
            for range in after {
                prop_assert!(
                    damaged.ranges.contains(range),
                    "{name}: {range:?} is lost with {from} to {to}: {:?}",
                    damaged.notes
                );
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// With TLS 1.0 the record after a lost Finished has no IV: its first block must not be made up.
#[test]
fn a_lost_finished_takes_the_iv_of_tls_1_0_with_it() {
    for (name, session) in sessions().into_iter().filter(|(name, _)| name.starts_with("1.0")) {
        let secrets = secrets(&session.key_log);
        let whole = read(&session.chunks, &secrets);
        let of_client = || whole.client_pieces.iter().flatten();
        let first = of_client().next().unwrap().0 as usize;
        // The next that is seen has several blocks: of one block alone the padding would tell.
        let to = of_client().max_by_key(|(_, text)| text.len()).unwrap().0 as usize;
        for from in first - 100..first {
            let damaged = read_without(&session.chunks, Sender::Client, from, to, true, &secrets);
            let check = check_pieces(&whole.client_pieces, &damaged.client_pieces, &damaged.notes);
            assert!(check.is_ok(), "{name}, from {from}: {check:?} {:?}", damaged.notes);
        }
    }
}

#[test]
fn a_gap_of_unknown_length_is_read_over() {
    for (name, session) in sessions() {
        let secrets = secrets(&session.key_log);
        let whole = read(&session.chunks, &secrets);
        let (_, from, to) = *whole.ranges.iter().filter(|(side, _, _)| *side).nth(2).unwrap();
        let damaged = read_without(
            &session.chunks,
            Sender::Client,
            from as usize + 3,
            to as usize,
            false,
            &secrets,
        );
        assert!(damaged.client.ends_with(b"the last\n"), "{name}: {:?}", damaged.notes);
        assert_eq!(damaged.gaps(), 1, "{name}");
        let told = damaged.notes.iter().any(|note| note.contains("not captured whole"));
        assert!(told, "{name}: {:?}", damaged.notes);
    }
}

#[test]
fn without_a_hello_it_stays_closed_and_the_reason_is_told() {
    let (_, session) = sessions().remove(0);
    let secrets = secrets(&session.key_log);
    for (sender, what) in [(Sender::Client, "ClientHello"), (Sender::Server, "ServerHello")] {
        let to = hello(&session.chunks, sender);
        let lost = read_without(&session.chunks, sender, 0, to, true, &secrets);
        assert!(lost.client.is_empty() && lost.server.is_empty());
        assert!(
            lost.notes[0].contains(&format!("its {what} was not captured")),
            "{:?}",
            lost.notes
        );
        assert_eq!(lost.notes.len(), 2, "{:?}", lost.notes);
        assert!(lost.notes[1].contains("the client sent"), "{:?}", lost.notes);
    }
    // A capture that begins in the middle: no gap is told, the first bytes are just others.
    let middle: Chunks = session.chunks[4..].to_vec();
    let lost = read(&middle, &secrets);
    assert!(lost.notes[0].contains("its ClientHello was not captured"), "{:?}", lost.notes);
}

#[test]
fn changed_bytes_are_never_taken_for_data() {
    for (name, session) in sessions() {
        let secrets = secrets(&session.key_log);
        let whole = read(&session.chunks, &secrets);
        let all: usize = session.chunks.iter().map(|(_, bytes)| bytes.len()).sum();
        for at in (0..all).step_by(7) {
            let mut chunks = session.chunks.clone();
            let mut left = at;
            for (_, bytes) in &mut chunks {
                if left < bytes.len() {
                    bytes[left] ^= 0x41;
                    break;
                }
                left -= bytes.len();
            }
            let damaged = read(&chunks, &secrets);
            let check = |whole: &[_], damaged_pieces: &[_]| {
                if let Err(error) = check_pieces(whole, damaged_pieces, &damaged.notes) {
                    panic!("{name}, byte {at}: {error}: {:?}", damaged.notes);
                }
            };
            check(&whole.client_pieces, &damaged.client_pieces);
            check(&whole.server_pieces, &damaged.server_pieces);
        }
    }
}

#[test]
fn any_bytes_are_taken() {
    let (_, session) = sessions().remove(0);
    let secrets = secrets(&session.key_log);
    let piece = (any::<bool>(), proptest::collection::vec(any::<u8>(), 1..80));
    let strategy =
        (0..session.chunks.len(), proptest::collection::vec(piece, 0..20), any::<bool>());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let result = runner.run(&strategy, |(known, pieces, has_headers)| {
        let mut chunks: Chunks = session.chunks[..known].to_vec();
        for (is_client, mut bytes) in pieces {
            if has_headers {
                let len = bytes.len() as u8;
                bytes.splice(0..0, [20 + len % 4, 3, 3, 0, len]);
            }
            chunks.push((if is_client { Sender::Client } else { Sender::Server }, bytes));
        }
        read(&chunks, &secrets);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
