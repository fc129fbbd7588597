//! Conversations by hand: each rule has a case that breaks it and a near one that does not.

use super::*;
use crate::mqtt::{Reading, decode};
use crate::session::Proof;
use crate::spec::{PacketType, Severity};

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
    assert_eq!(run(&packets, 10, 0).0, []);
    assert_eq!(run(&packets, 15, 0).0, [(2, Rule::KEEP_ALIVE_LATE)]);
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

#[test]
fn an_identifier_is_free_once_its_exchange_is_over() {
    let (one, two) = (publish(0x32, 7), publish(0x34, 7));
    let (puback, pubrec, pubcomp) = (ack(0x40, 7), ack(0x50, 7), ack(0x70, 7));
    let pubrel = ack(0x62, 7);
    assert_eq!(after(PLAIN, &[client(&one), server(&puback), client(&two)]), []);
    assert_eq!(after(PLAIN, &[client(&one), client(&one)]), [(2, Rule::ID_IN_USE)]);
    let steps = [client(&two), server(&pubrec), client(&pubrel), client(&one)];
    assert_eq!(after(PLAIN, &steps), [(4, Rule::ID_IN_USE)]);
    let steps = [client(&two), server(&pubrec), client(&pubrel), server(&pubcomp), client(&one)];
    assert_eq!(after(PLAIN, &steps), []);
    // A PUBREC that refuses ends it.
    let refusal = "50030007 87".replace(' ', "");
    assert_eq!(after(PLAIN, &[client(&two), server(&refusal), client(&one)]), []);
    // SUBSCRIBE and PUBLISH of the client share their identifiers; the server has its own.
    let subscribe = "820700070000016101".to_owned();
    assert_eq!(after(PLAIN, &[client(&subscribe), client(&one)]), [(2, Rule::ID_IN_USE)]);
    assert_eq!(after(PLAIN, &[client(&subscribe), server(&one)]), []);
}

/// QoS 2 is over with PUBCOMP (sections 4.3.3 of both): its identifier is free for another message,
/// and the message itself must not come again.
#[test]
fn what_is_sent_again_when_it_is_over() {
    let (pubrec, pubrel, pubcomp) = (ack(0x50, 7), ack(0x62, 7), ack(0x70, 7));
    let v3 = |sender: Sender, last: &str| {
        let mut all = vec![
            client("100d00044d51545404020000000161"),
            server("20020000"),
            (sender, "340600016100 0778"),
            (sender.other(), &pubrec),
            (sender, &pubrel),
            (sender.other(), &pubcomp),
            (sender, last),
        ];
        let packets: Vec<String> = all.iter().map(|(_, hex)| hex.replace(' ', "")).collect();
        for (one, hex) in all.iter_mut().zip(&packets) {
            one.1 = hex;
        }
        let mut found = run_with(&all, 1, 0, Version::V311, true).0;
        found.retain(|(_, rule)| *rule != Rule::NO_SUBSCRIPTION);
        found
    };
    for sender in [Sender::Client, Sender::Server] {
        assert_eq!(v3(sender, "3c0600016100 0778"), [(7, Rule::PUBLISH_AFTER_PUBREL)]);
        // The same contents, or others, under the same identifier are a new message.
        assert_eq!(v3(sender, "340600016100 0778"), []);
        assert_eq!(v3(sender, "340600016100 0779"), []);
        // Not the same message: a first one with DUP, or one again whose exchange is over.
        assert_eq!(v3(sender, "3c0600016100 0779"), [(7, Rule::DUP_AFTER_ANSWER)]);
    }
    let (two, two_again) = (publish(0x34, 7), publish(0x3c, 7));
    let over =
        |last| [client(&two), server(&pubrec), client(&pubrel), server(&pubcomp), client(last)];
    assert_eq!(after(PLAIN, &over(&two_again)), [(5, Rule::PUBLISH_AFTER_PUBREL)]);
    assert_eq!(after(PLAIN, &over(&two)), []);
}

/// What a server must not do either.
/// With DUP under another identifier than before it is taken for a new message; without DUP it may be
/// one, as somebody who was not captured may have published the same again.
#[test]
fn what_is_sent_again_under_another_identifier() {
    let first = server("340700016100010078");
    let over = [client("50020001"), server("62020001"), client("70020001")];
    let after = |last: (Sender, &'static str), is_over: bool| {
        let subscribe = [client("820700010000016102"), server("900400010002")];
        let over = over.iter().take(if is_over { 3 } else { 0 });
        let all = [CONNECT, CONNACK].into_iter().chain(subscribe).chain([first]);
        let all: Vec<_> = all.chain(over.copied()).chain([last]).collect();
        run(&all, 1, 0).0.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>()
    };
    for is_over in [false, true] {
        assert_eq!(after(server("3c0700016100020078"), is_over), [Rule::DELIVERED_TWICE]);
        assert_eq!(after(server("340700016100020078"), is_over), []);
        assert_eq!(after(server("3c0700016100020079"), is_over), [Rule::DUP_WITHOUT_FIRST]);
    }
}

#[test]
fn a_server_sends_again() {
    let (one, again) = (publish(0x32, 7), publish(0x3a, 7));
    let found = |packets: &[(Sender, &str)]| {
        let mut found = after(PLAIN, packets);
        found.retain(|(_, rule)| *rule != Rule::NO_SUBSCRIPTION);
        found
    };
    assert_eq!(found(&[server(&one), server(&again)]), [(2, Rule::SENT_AGAIN)]);
    let (two, again) = (publish(0x34, 7), publish(0x3c, 7));
    assert_eq!(found(&[server(&two), server(&again)]), [(2, Rule::SENT_AGAIN)]);
}

#[test]
fn what_is_sent_again() {
    let (one, again) = (publish(0x32, 7), publish(0x3a, 7));
    let (two, two_again) = (publish(0x34, 7), publish(0x3c, 7));
    let (pubrec, pubrel) = (ack(0x50, 7), ack(0x62, 7));
    assert_eq!(after(PLAIN, &[client(&one), client(&again)]), [(2, Rule::SENT_AGAIN)]);
    assert_eq!(after(PLAIN, &[client(&again)]), [(1, Rule::DUP_WITHOUT_FIRST)]);
    let late = [client(&one), server("40020007"), client(&again)];
    assert_eq!(after(PLAIN, &late), [(3, Rule::SENT_AGAIN)]);
    let behind = [client(&two), server(&pubrec), client(&pubrel), client(&two_again)];
    assert_eq!(after(PLAIN, &behind), [(4, Rule::PUBLISH_AFTER_PUBREL)]);
    let twice = [client(&two), server(&pubrec), client(&pubrel), client(&pubrel)];
    assert_eq!(after(PLAIN, &twice), [(4, Rule::SENT_AGAIN)]);
    // Before 5.0 it may be sent again, and answered again.
    let v3 = |packets: &[(Sender, &str)]| {
        let head = [client("100d00044d51545404020 00a000161"), server("20020000")];
        let all: Vec<_> = head.iter().chain(packets).copied().collect();
        found(Version::V311, true, &all)
    };
    let (one, again) = ("320600016100 0778", "3a0600016100 0778");
    let acks = [server("40020007"), server("40020007")];
    let twice = [client(one), client(again), acks[0], acks[1]];
    assert_eq!(v3(&twice), [(4, Rule::RETRIED)]);
    assert_eq!(v3(&[client(one), acks[0], acks[1]]), [(5, Rule::ACK_TWICE)]);
    let (two, again) = ("340600016100 0778", "3c0600016100 0778");
    let behind = [client(two), server(&pubrec), client(&pubrel), client(again)];
    assert_eq!(v3(&behind), [(6, Rule::PUBLISH_AFTER_PUBREL)]);
}

/// An identifier that no PUBLISH of the session had, whatever else was sent again before.
#[test]
fn dup_on_what_was_never_sent() {
    let (one, again, other) = ("320600016100 0778", "3a0600016100 0778", "3a0600016100 0878");
    let v3 = |packets: &[(Sender, &str)]| {
        let head = [client("100d00044d51545404020 00a000161"), server("20020000")];
        let all: Vec<_> = head.iter().chain(packets).copied().collect();
        found(Version::V311, true, &all)
    };
    let puback = ack(0x40, 7);
    let retried = [client(one), client(again), server(&puback)];
    assert_eq!(v3(&retried), [(4, Rule::RETRIED)]);
    let all = [&retried[..], &[client(other)]].concat();
    assert_eq!(v3(&all), [(4, Rule::RETRIED), (6, Rule::DUP_WITHOUT_FIRST)]);
    let all = [&retried[..], &[client(again)]].concat();
    assert_eq!(v3(&all), [(4, Rule::RETRIED)]);
}

#[test]
fn answers_that_nothing_waits_for() {
    let (one, two) = (publish(0x32, 7), publish(0x34, 7));
    let (puback, pubrec, pubcomp) = (ack(0x40, 7), ack(0x50, 7), ack(0x70, 7));
    let pubrel = ack(0x62, 7);
    assert_eq!(after(PLAIN, &[client(&one), server(&puback)]), []);
    assert_eq!(after(PLAIN, &[server(&puback)]), [(1, Rule::ACK_UNASKED)]);
    assert_eq!(after(PLAIN, &[client(&one), server(&ack(0x40, 8))]), [(2, Rule::ACK_UNASKED)]);
    let twice = [client(&one), server(&puback), server(&puback)];
    assert_eq!(after(PLAIN, &twice), [(3, Rule::ACK_TWICE)]);
    let twice = [client(&two), server(&pubrec), server(&pubrec)];
    assert_eq!(after(PLAIN, &twice), [(3, Rule::ACK_TWICE)]);
    // Each PUBREC asks for a PUBREL.
    let twice = [client(&two), server(&pubrec), client(&pubrel), server(&pubrec), client(&pubrel)];
    assert_eq!(after(PLAIN, &twice), [(4, Rule::ACK_TWICE)]);
    // Who does not know the identifier says so.
    assert_eq!(after(PLAIN, &[client("6203000792")]), []);
    assert_eq!(after(PLAIN, &[client(&two), server(&puback)]), [(2, Rule::ACK_WRONG)]);
    assert_eq!(after(PLAIN, &[client(&two), server(&pubcomp)]), [(2, Rule::ACK_WRONG)]);
    assert_eq!(after(PLAIN, &[client(&two), client(&pubrel)]), [(2, Rule::PUBREL_EARLY)]);
    assert_eq!(after(PLAIN, &[client(&pubrel)]), [(1, Rule::PUBREL_UNKNOWN)]);
    assert_eq!(after(PLAIN, &[server("d000")]), [(1, Rule::PINGRESP_UNASKED)]);
    assert_eq!(after(PLAIN, &[client("c000"), server("d000")]), []);
}

/// An answer that the capture shows before its request is none to nothing, and the request is
/// answered.
#[test]
fn an_answer_may_be_seen_before_its_request() {
    let (one, puback) = (publish(0x32, 7), ack(0x40, 7));
    let mixed = [CONNECT, CONNACK, server(&puback), client(&one)];
    let (found, _, record) = run_with(&mixed, 1, 0, Version::V5, false);
    assert_eq!((found, record.open_count), (Vec::new(), 0));
    let (_, _, record) = run_with(&mixed[..3], 1, 0, Version::V5, false);
    assert_eq!(record.open_count, 0);
    let (_, _, record) = run_with(&[CONNECT, CONNACK, client(&one)], 1, 0, Version::V5, true);
    let open = record.open.first().unwrap();
    assert_eq!((open.packet_id, open.next, open.first.number), (7, PacketType::PUBACK, 3));
}

#[test]
fn receive_maximum() {
    let two = connack("210002");
    let ids = [1, 2, 3, 4].map(|id| publish(0x32, id));
    let [a, b, c, d] = ids.each_ref().map(|hex| client(hex));
    assert_eq!(after(&two, &[a, b]), []);
    assert_eq!(after(&two, &[a, b, c]), [(3, Rule::RECEIVE_MAXIMUM_EXCEEDED)]);
    let puback = ack(0x40, 1);
    assert_eq!(after(&two, &[a, b, server(&puback), c]), []);
    let found = after(&two, &[a, b, server(&puback), c, d]);
    assert_eq!(found, [(5, Rule::RECEIVE_MAXIMUM_EXCEEDED)]);
    // QoS 2 counts until PUBCOMP, QoS 0 not at all.
    let (exact, pubrec) = (publish(0x34, 9), ack(0x50, 9));
    let found = after(&two, &[client(&exact), a, server(&pubrec), b]);
    assert_eq!(found, [(4, Rule::RECEIVE_MAXIMUM_EXCEEDED)]);
    assert_eq!(after(&two, &[a, b, client("300500016100 78")]), []);
    // The client's own, which is 255, holds for the server; its subscription is not known here.
    let many: Vec<String> = (0..=255u16).map(|id| format!("32070001610 1{id:02x}0078")).collect();
    let many: Vec<_> = many.iter().map(|hex| server(hex)).collect();
    let found = after(PLAIN, &many);
    let last = found.iter().filter(|(_, rule)| *rule == Rule::RECEIVE_MAXIMUM_EXCEEDED).count();
    assert_eq!(last, 1, "{found:?}");
}

#[test]
fn limits_of_the_server() {
    let one = publish(0x32, 1);
    let retained = "310500016100 78";
    let wild = "82070001000001 2b01";
    let share = "820e0001000008 2473686172652f78 01";
    let named = "82090001020b05 00016101";
    let long = format!("300f000161 00{}", "78".repeat(11));
    for (property, packet, rule) in [
        ("2400", one.as_str(), Rule::QOS_ABOVE_MAXIMUM),
        ("2500", retained, Rule::RETAIN_UNAVAILABLE),
        ("2700000010", &long, Rule::PACKET_ABOVE_MAXIMUM),
        ("2800", wild, Rule::WILDCARD_UNAVAILABLE),
        ("2900", named, Rule::SUBSCRIPTION_ID_UNAVAILABLE),
        ("2a00", share, Rule::SHARED_UNAVAILABLE),
    ] {
        let strict = connack(property);
        assert_eq!(after(&strict, &[client(packet)]), [(1, rule)], "{property}");
        assert_eq!(after(PLAIN, &[client(packet)]), [], "{property}");
        let early = found(Version::V5, true, &[CONNECT, client(packet), server(&strict)]);
        assert_eq!(early, [], "{property}: sent before the CONNACK came");
    }
}

#[test]
fn what_a_delivery_matches() {
    let subscribe = client("8209000100 0003612f2b01");
    let suback = server("900400010001");
    let matching = server("30070003612f62 0078");
    let other = server("30070003622f62 0078");
    assert_eq!(after(PLAIN, &[subscribe, suback, matching]), []);
    assert_eq!(after(PLAIN, &[subscribe, suback, other]), [(3, Rule::NO_SUBSCRIPTION)]);
    // What is granted counts, once the SUBACK is there; what was granted before may be on its way.
    let wants = |id: &str| format!("8209 {id} 00 0003612f2b02").replace(' ', "");
    let (wants, again) = (wants("0001"), wants("0002"));
    let (wants, again) = (client(&wants), client(&again));
    let two = server("34090003612f6200070078");
    let granted = [server("900400010002"), server("900400010001")];
    let above = |packets: &[(Sender, &str)]| after(PLAIN, packets);
    assert_eq!(above(&[wants, granted[0], two]), []);
    assert_eq!(above(&[wants, two, granted[1]]), []);
    assert_eq!(above(&[wants, granted[1], two]), [(3, Rule::QOS_ABOVE_GRANTED)]);
    assert_eq!(above(&[wants, granted[0], again, server("900400020001"), two]), []);
    assert_eq!(above(&[wants, granted[1], again, two]), []);
    // It may come before the SUBACK, and after the UNSUBSCRIBE.
    assert_eq!(after(PLAIN, &[subscribe, matching, suback]), []);
    let leave = client("a2080002000003612f2b");
    let left = server("b00400020000");
    assert_eq!(after(PLAIN, &[subscribe, suback, leave, left, matching]), []);
    let refused = server("900400010087");
    assert_eq!(after(PLAIN, &[subscribe, refused, matching]), [(3, Rule::NO_SUBSCRIPTION)]);
    // QoS 2 though 1 was granted.
    let exact = server("34090003612f62 00050078");
    assert_eq!(after(PLAIN, &[subscribe, suback, exact]), [(3, Rule::QOS_ABOVE_GRANTED)]);
    let named = server("30090003612f62 020b0778");
    let found = after(PLAIN, &[subscribe, suback, named]);
    assert_eq!(found, [(3, Rule::SUBSCRIPTION_ID_UNKNOWN)]);
    let with_id = client("820b0001020b07 0003612f2b01");
    assert_eq!(after(PLAIN, &[with_id, suback, named]), []);
}

/// A CONNECT of 5.0 with Clean Start, these properties and this Client Identifier.
fn connect(flags: &str, properties: &str, rest: &str) -> String {
    let len = properties.len() / 2;
    let body = format!("00044d51545405{flags}000a{len:02x}{properties}{rest}");
    format!("10{:02x}{body}", body.len() / 2)
}

/// What is found on a CONNACK behind a CONNECT.
fn on_connack(connect: &str, connack: &str) -> Vec<(u64, Rule)> {
    found(Version::V5, true, &[client(connect), server(connack)])
}

#[test]
fn what_connack_makes_of_connect() {
    let plain = connect("02", "", "000161");
    assert_eq!(on_connack(&plain, PLAIN), []);
    // Response Information, which 0x19 asks for.
    let response = connack("1a000178");
    assert_eq!(on_connack(&plain, &response), [(2, Rule::RESPONSE_UNASKED)]);
    assert_eq!(on_connack(&connect("02", "1901", "000161"), &response), []);
    // A name that each server has to allow, and one that none has to.
    assert_eq!(on_connack(&plain, "2003008500"), [(2, Rule::CLIENT_ID_REFUSED)]);
    assert_eq!(on_connack(&connect("02", "", "00012d"), "2003008500"), []);
    assert_eq!(on_connack(&plain, "2003008700"), []);
    let nameless = connect("02", "", "0000");
    assert_eq!(on_connack(&nameless, PLAIN), [(2, Rule::CLIENT_ID_NOT_ASSIGNED)]);
    assert_eq!(on_connack(&nameless, &connack("12000178")), []);
    assert_eq!(on_connack(&nameless, "2003008500"), []);
    // Wills of QoS 2, and retained.
    let will = connect("36", "", "00016100000177000178");
    assert_eq!(on_connack(&will, &connack("2401")), [(2, Rule::WILL_QOS_ACCEPTED)]);
    assert_eq!(on_connack(&will, &connack("2500")), [(2, Rule::WILL_RETAIN_ACCEPTED)]);
    assert_eq!(on_connack(&will, PLAIN), []);
    let v3 = |connack| {
        found(Version::V311, true, &[client("100c00044d51545404 00000a0000"), server(connack)])
    };
    assert_eq!(v3("20020000"), [(2, Rule::CLIENT_ID_EMPTY_ACCEPTED)]);
    assert_eq!(v3("20020002"), []);
}

#[test]
fn authentication() {
    // Methods m and n.
    let asked = connect("02", "1500016d", "000161");
    let asked = client(&asked);
    let (goes_on, accepted) = ("f00618041500016d", connack("1500016d"));
    let accepted = server(&accepted);
    let judge = |packets: &[(Sender, &str)]| {
        let all: Vec<_> = [asked].iter().chain(packets).copied().collect();
        found(Version::V5, true, &all)
    };
    let whole = [server(goes_on), client(goes_on), accepted];
    assert_eq!(judge(&whole), []);
    let again = goes_on.replace("f00618", "f00619");
    assert_eq!(judge(&[server(&again)]), [(2, Rule::AUTH_CODE)]);
    assert_eq!(judge(&[server(goes_on), client(&again)]), [(3, Rule::AUTH_CODE)]);
    // To authenticate again is right once the connection is accepted, with the same method.
    let other = again.replace("6d", "6e");
    assert_eq!(judge(&[accepted, client(&again)]), []);
    assert_eq!(judge(&[accepted, client(&other)]), [(3, Rule::METHOD_CHANGED)]);
    let changed = connack("1500016e");
    assert_eq!(judge(&[server(&changed)]), [(2, Rule::METHOD_CHANGED)]);
    assert_eq!(judge(&[client("c000")]), [(2, Rule::BEFORE_AUTHENTICATED)]);
    // Without a method there is no AUTH.
    let without = |packet: (Sender, &str)| found(Version::V5, false, &[CONNECT, packet]);
    let named = connack("1500016d");
    assert_eq!(without(server(&named)), [(2, Rule::AUTH_WITHOUT_METHOD)]);
    assert_eq!(without(client(&again)), [(2, Rule::AUTH_WITHOUT_METHOD)]);
}

#[test]
fn what_the_client_does_not_want_to_be_told() {
    let (publish, told) = (publish(0x32, 7), "40090007 10 05 1f 000278 78".replace(' ', ""));
    let quiet = connect("02", "1700", "000161");
    let packets = [client(&quiet), server(PLAIN), client(&publish), server(&told)];
    assert_eq!(found(Version::V5, true, &packets), [(4, Rule::PROBLEM_UNASKED)]);
    assert_eq!(after(PLAIN, &[client(&publish), server(&told)]), []);
    let left = server("e0019b");
    assert_eq!(after(PLAIN, &[left]), [(1, Rule::QOS_UNANNOUNCED)]);
    assert_eq!(after(&connack("2401"), &[left]), []);
}

#[test]
fn a_client_that_goes_on_with_a_session_it_does_not_know() {
    let present = "2003010000";
    let judge = |packet| found(Version::V5, true, &[CONNECT, server(present), client(packet)]);
    let stale = (2, Rule::SESSION_AFTER_CLEAN_START);
    assert_eq!(judge("c000"), [stale, (3, Rule::GOES_ON_WITH_SESSION)]);
    assert_eq!(judge("e000"), [stale]);
}

#[test]
fn a_server_leaves_before_it_has_accepted() {
    let asked = connect("02", "1500016d", "000161");
    let goes_on = server("f0061804 1500016d");
    let packets = [client(&asked), goes_on, server("e00187")];
    assert_eq!(found(Version::V5, true, &packets), [(3, Rule::BEFORE_CONNACK)]);
}

#[test]
fn acknowledgments_keep_the_order() {
    let (one, two) = (publish(0x32, 1), publish(0x32, 2));
    let (first, second) = (ack(0x40, 1), ack(0x40, 2));
    let subscribe = [client("82070009000001 6101"), server("900400090001")];
    let judge = |packets: &[(Sender, &str)]| {
        let all: Vec<_> = subscribe.iter().chain(packets).copied().collect();
        after(PLAIN, &all)
    };
    let sent = [server(&one), server(&two)];
    assert_eq!(judge(&[sent[0], sent[1], client(&first), client(&second)]), []);
    let swapped = [sent[0], sent[1], client(&second), client(&first)];
    assert_eq!(judge(&swapped), [(5, Rule::ACK_ORDER)]);
    // It binds the client alone.
    let swapped = [client(&one), client(&two), server(&second), server(&first)];
    assert_eq!(after(PLAIN, &swapped), []);
    // QoS 2: PUBREC by PUBLISH, and PUBREL by PUBREC, which a server may send in any order.
    let (one, two) = (publish(0x34, 1), publish(0x34, 2));
    let (first, second) = (ack(0x50, 1), ack(0x50, 2));
    let (third, fourth) = (ack(0x62, 2), ack(0x62, 1));
    let packets = [client(&one), client(&two), server(&second), server(&first)];
    let with = |rest: &[(Sender, &str)]| after(PLAIN, &[&packets[..], rest].concat());
    assert_eq!(with(&[client(&third), client(&fourth)]), []);
    assert_eq!(with(&[client(&fourth), client(&third)]), [(5, Rule::ACK_ORDER)]);
}

#[test]
fn what_is_not_answered() {
    let judge = |packets: &[(Sender, &str)], step| {
        let all: Vec<_> = [CONNECT, CONNACK].iter().chain(packets).copied().collect();
        let mut found = run(&all, step, 0).0;
        let is_silence = |rule| matches!(rule, Rule::KEEP_ALIVE_EXPIRED | Rule::KEEP_ALIVE_LATE);
        found.retain(|(_, rule)| !is_silence(*rule));
        found
    };
    let ping = client("c000");
    assert_eq!(judge(&[ping, ping, server("d000"), server("d000")], 1), []);
    assert_eq!(judge(&[ping, ping], 5), [(4, Rule::PING_UNANSWERED)]);
    assert_eq!(judge(&[ping, server("d000"), ping], 5), []);
    let subscribe = client("820700010000016101");
    let leaves = client("e000");
    assert_eq!(judge(&[subscribe, leaves], 10), [(4, Rule::UNANSWERED)]);
    assert_eq!(judge(&[subscribe, leaves], 9), []);
    assert_eq!(judge(&[subscribe, server("900400010001"), leaves], 10), []);
    let publish = server("3207000161000700 78");
    let publish = (publish.0, &publish.1.replace(' ', "")[..]);
    let found = judge(&[subscribe, server("900400010001"), publish, leaves], 10);
    assert_eq!(found, [(6, Rule::UNANSWERED)]);
}

#[test]
fn what_subscriptions_want() {
    let suback = server("900400010001");
    let named = client("82090001020b07 00016101");
    let plain = server("3005000161 0078");
    assert_eq!(after(PLAIN, &[named, suback, plain]), [(3, Rule::SUBSCRIPTION_ID_MISSING)]);
    assert_eq!(after(PLAIN, &[client("820700010000016101"), suback, plain]), []);
    // Retain Handling 2, without and with Retain As Published; Retain Handling 0.
    let retained = server("3105000161 0078");
    let judge = |subscribe| after(PLAIN, &[client(subscribe), suback, retained]);
    assert_eq!(judge("820700010000016121"), [(3, Rule::RETAINED_UNWANTED)]);
    assert_eq!(judge("820700010000016129"), []);
    assert_eq!(judge("820700010000016101"), []);
    assert_eq!(judge("820700010000016111"), []);
}
