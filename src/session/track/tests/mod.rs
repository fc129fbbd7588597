//! Conversations by hand: each rule has a case that breaks it and a near one that does not.

mod again;
mod exchange;
mod handshake;
mod subscription;

use super::*;
use crate::annotate::Finding;
use crate::mqtt::{Reading, decode};
use crate::session::Proof;
use crate::spec::{PacketType, Rule, Severity, Version};

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
    let (found, last, record) = run_whole(packets, step, lost_before, version, is_settled);
    (found.into_iter().map(|(number, finding)| (number, finding.rule)).collect(), last, record)
}

/// The same with the whole findings.
fn run_whole(
    packets: &[(Sender, &str)],
    step: i64,
    lost_before: usize,
    version: Version,
    is_settled: bool,
) -> (Vec<(u64, Finding)>, Facts<'static>, Ended) {
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
        let proof = Proof { is_settled, had: place, end: place, ..Proof::default() };
        let (sender, is_secret) = (Some(*sender), true);
        let (line, bytes, decoded) = (None, &bytes[..], &decoded);
        let proof = &proof;
        let seen = Seen { at, sender, line, began: None, proof, is_secret, bytes, decoded };
        record.packet(&seen);
        track.packet(&seen, &mut shared, &mut ours, &mut record);
        found.extend(ours.findings().iter().map(|finding| (number, *finding)));
        let Facts { answers, repeats, .. } = track.facts();
        let [answers, repeats] = [answers, repeats].map(kept);
        last = Facts { answers, repeats, ..Facts::default() };
    }
    track.end(&mut shared, &mut record);
    (found, last, record)
}

/// A partner that outlives its track.
fn kept(partner: Option<&Partner>) -> Option<&'static Partner> {
    partner.map(|partner| &*Box::leak(Box::new(*partner)))
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
    // What it answers was not captured, nor was the CONNACK then.
    finds(&[server("d000")], &[]);
    finds(&[CONNECT, server("f0021800"), CONNACK], &[(2, Rule::AUTH_WITHOUT_METHOD)]);
    finds(&[CONNECT, CONNACK, CONNACK], &[(3, Rule::SECOND_CONNACK)]);
    finds(
        &[CONNECT, client("c000"), server("2003008700"), server("d000")],
        &[(4, Rule::AFTER_REFUSAL)],
    );
    finds(&[CONNECT, CONNACK, client("e000"), client("c000")], &[(4, Rule::AFTER_DISCONNECT)]);
    finds(&[CONNECT, CONNACK, client("c000"), client("e000"), server("d000")], &[]);
}

#[test]
fn aliases() {
    let (set, used) = ("300800016103230001aa", "3007000003230001aa");
    let takes = server("2006000003220003");
    finds(&[CONNECT, takes, client(set), client(used)], &[]);
    finds(&[CONNECT, takes, client(used)], &[(3, Rule::ALIAS_UNKNOWN)]);
    // The server takes two, or none.
    let two = server("2006000003220002");
    finds(&[CONNECT, two, client("300800016103230003aa")], &[(3, Rule::ALIAS_ABOVE_MAXIMUM)]);
    finds(&[CONNECT, CONNACK, client(set)], &[(3, Rule::ALIAS_ABOVE_MAXIMUM)]);
    // What was sent before the CONNACK came could not keep to it.
    finds(&[CONNECT, client(set), CONNACK], &[]);
    // The client takes none.
    let found = [(3, Rule::ALIAS_ABOVE_MAXIMUM), (3, Rule::NO_SUBSCRIPTION)];
    finds(&[CONNECT, CONNACK, server(set)], &found);
}

/// Keep Alive is 10 s: a silence of 15 s is the longest.
#[test]
fn keep_alive() {
    let packets = [CONNECT, client("c000")];
    assert_eq!(run(&packets, 10, 0).0, []);
    assert_eq!(run(&packets, 15, 0).0, [(2, Rule::KEEP_ALIVE_LATE)]);
    assert_eq!(run(&packets, 16, 0).0, [(2, Rule::KEEP_ALIVE_EXPIRED)]);
    assert_eq!(run(&packets, 16, 2).0, []);
}

/// A CONNACK with a property: identifier and value in hexadecimal.
fn connack(property: &str) -> String {
    let len = property.len() / 2;
    format!("20{:02x}0000{len:02x}{property}", 3 + len)
}

/// A PUBLISH of QoS 1 or 2 to `a` with this first byte and identifier.
fn publish(first: u8, id: u8) -> String {
    format!("{first:02x}0700016100{id:02x}0078")
}

fn ack(kind: u8, id: u8) -> String {
    format!("{kind:02x}0200{id:02x}")
}

/// The findings of a conversation in a version, whose order is certain or not.
fn found(version: Version, is_settled: bool, packets: &[(Sender, &str)]) -> Vec<(u64, Rule)> {
    let packets: Vec<(Sender, String)> =
        packets.iter().map(|(sender, hex)| (*sender, hex.replace(' ', ""))).collect();
    let packets: Vec<(Sender, &str)> = packets.iter().map(|(s, hex)| (*s, hex.as_str())).collect();
    run_with(&packets, 1, 0, version, is_settled).0
}

/// A conversation behind CONNECT and CONNACK: what is found with a proof of the order, numbered
/// from the first packet that is given. Without the proof there must be no error.
fn after(connack: &str, packets: &[(Sender, &str)]) -> Vec<(u64, Rule)> {
    let all: Vec<_> = [CONNECT, server(connack)].iter().chain(packets).copied().collect();
    let open = found(Version::V5, false, &all);
    let is_error = |(_, rule): &&(u64, Rule)| rule.info().severity == Severity::Error;
    assert_eq!(open.iter().find(is_error), None, "accused without proof");
    found(Version::V5, true, &all).into_iter().map(|(number, rule)| (number - 2, rule)).collect()
}

const PLAIN: &str = "2003000000";
