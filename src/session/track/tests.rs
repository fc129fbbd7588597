//! Conversations by hand: each rule has a case that breaks it and a near one that does not.

use super::*;
use crate::mqtt::{Reading, decode};
use crate::session::Proof;
use crate::spec::PacketType;

const CONNECT: (Sender, &str) = (Sender::Client, "101100044d5154540502000a032100ff000161");
const CONNACK: (Sender, &str) = (Sender::Server, "2003000000");

/// The findings of a connection that was seen from its first byte on, each with the number of its
/// packet, and what the last packet answers. The packets come `step` seconds apart, each when its
/// sender had all those before it.
fn run(
    packets: &[(Sender, &str)],
    step: i64,
    lost_before: usize,
) -> (Vec<(u64, Rule)>, Facts<'static>) {
    let (found, facts, _) = run_with(packets, step, lost_before, Version::V5, true);
    (found, facts)
}

/// The same in another version, or without a proof of the order.
fn run_with(
    packets: &[(Sender, &str)],
    step: i64,
    lost_before: usize,
    version: Version,
    is_settled: bool,
) -> (Vec<(u64, Rule)>, Facts<'static>, Ended) {
    let (mut track, mut shared, mut found) = (Track::default(), Shared::default(), Vec::new());
    track.begin();
    let mut last = Facts::default();
    let mut record = Ended::default();
    for (number, (sender, hex)) in (1u64..).zip(packets) {
        let bytes = hex::decode(hex).unwrap();
        let time = Some(number as i64 * step * 1_000_000_000);
        let at = At { number, frame: number, time };
        if number as usize == lost_before {
            track.lost(*sender, at, &mut shared, &mut record);
        }
        let (mut tape, mut ours) = (Tape::new(), Tape::new());
        let how = Reading { version, sender: Some(*sender) };
        let decoded = decode(&bytes, how, &mut tape);
        assert!(decoded.packet.is_some(), "{hex}");
        let place = Some(number as u32).filter(|_| is_settled);
        let proof = Proof { is_settled, had: place, end: place };
        let (sender, is_secret) = (Some(*sender), true);
        let seen =
            Seen { at, sender, line: None, began: None, proof, is_secret, bytes: &bytes, decoded };
        record.packet(&seen);
        track.packet(&seen, &mut shared, &mut ours, &mut record);
        found.extend(ours.findings().iter().map(|finding| (number, finding.rule)));
        let Facts { answers, repeats, .. } = track.facts();
        last = Facts { answers, repeats, ..Facts::default() };
    }
    track.end(&mut shared, &mut record);
    (found, last, record)
}

fn finds(packets: &[(Sender, &str)], expected: &[(u64, Rule)]) {
    assert_eq!(run(packets, 1, 0).0, expected);
    // Behind a loss nothing is judged by what came before.
    let lost = run(packets, 1, packets.len()).0;
    assert!(
        lost.iter().all(|(number, rule)| {
            (*number as usize) < packets.len() || *rule == Rule::ALIAS_NOT_SEEN
        }),
        "{lost:?}"
    );
}

fn client(hex: &str) -> (Sender, &str) {
    (Sender::Client, hex)
}

fn server(hex: &str) -> (Sender, &str) {
    (Sender::Server, hex)
}

#[test]
fn the_order_of_packets() {
    finds(&[CONNECT, CONNACK, client("c000"), server("d000")], &[]);
    finds(&[client("c000")], &[(1, Rule::FIRST_NOT_CONNECT)]);
    finds(&[CONNECT, client("c000"), server("d000")], &[(3, Rule::BEFORE_CONNACK)]);
    finds(&[CONNECT, server("f0021800"), CONNACK], &[]);
    finds(&[CONNECT, CONNACK, CONNACK], &[(3, Rule::SECOND_CONNACK)]);
    finds(&[CONNECT, server("2003008700"), server("d000")], &[(3, Rule::AFTER_REFUSAL)]);
    finds(&[CONNECT, CONNACK, client("e000"), client("c000")], &[(4, Rule::AFTER_DISCONNECT)]);
    finds(&[CONNECT, CONNACK, client("e000"), server("d000")], &[]);
}

#[test]
fn aliases() {
    let (set, used) = ("300800016103230001aa", "3007000003230001aa");
    let takes = server("2006000003220003");
    finds(&[CONNECT, takes, client(set), client(used)], &[]);
    finds(&[CONNECT, takes, client(used)], &[(3, Rule::ALIAS_UNKNOWN)]);
    // The server takes two, or none.
    let two = server("2006000003220002");
    finds(&[CONNECT, two, client(set)], &[(3, Rule::ALIAS_ABOVE_MAXIMUM)]);
    finds(&[CONNECT, CONNACK, client(set)], &[(3, Rule::ALIAS_ABOVE_MAXIMUM)]);
    // What was sent before the CONNACK came could not keep to it.
    finds(&[CONNECT, client(set), CONNACK], &[]);
    // The client takes none.
    finds(&[CONNECT, CONNACK, server(set)], &[(3, Rule::ALIAS_ABOVE_MAXIMUM)]);
}

#[test]
fn codes_and_grants() {
    let subscribe = client("820700010000016101");
    finds(&[CONNECT, CONNACK, subscribe, server("900400010001")], &[]);
    finds(&[CONNECT, CONNACK, subscribe, server("90050001000101")], &[(4, Rule::CODE_COUNT)]);
    finds(
        &[CONNECT, CONNACK, subscribe, server("900400010002")],
        &[(4, Rule::GRANTED_ABOVE_REQUESTED)],
    );
}

#[test]
fn a_session_after_clean_start() {
    finds(&[CONNECT, server("2003010000")], &[(2, Rule::SESSION_AFTER_CLEAN_START)]);
    let keeps = client("100e00044d5154540500000a00000161");
    finds(&[keeps, server("2003010000")], &[]);
}

/// Keep Alive is 10 s: a silence of 15 s is the longest.
#[test]
fn keep_alive() {
    let packets = [CONNECT, client("c000")];
    assert_eq!(run(&packets, 15, 0).0, []);
    assert_eq!(run(&packets, 16, 0).0, [(2, Rule::KEEP_ALIVE_EXPIRED)]);
    assert_eq!(run(&packets, 16, 2).0, []);
}

#[test]
fn each_step_of_qos_2_answers_the_one_before() {
    let steps = [
        CONNECT,
        CONNACK,
        client("3407000161000700aa"),
        server("50020007"),
        client("62020007"),
        server("70020007"),
    ];
    let answers = |len: usize| {
        let partner = run(&steps[..len], 1, 0).1.answers?;
        Some((partner.kind, partner.at.number, partner.latency))
    };
    assert_eq!(answers(2), Some((PacketType::CONNECT, 1, Some(1_000_000_000))));
    assert_eq!(answers(3), None);
    assert_eq!(answers(4), Some((PacketType::PUBLISH, 3, Some(1_000_000_000))));
    assert_eq!(answers(5), Some((PacketType::PUBREC, 4, Some(1_000_000_000))));
    assert_eq!(answers(6), Some((PacketType::PUBREL, 5, Some(1_000_000_000))));
    // Identifiers of the two directions have nothing to do with each other.
    assert_eq!(run(&[steps[0], steps[1], steps[2], client("50020007")], 1, 0).1.answers, None);
}
