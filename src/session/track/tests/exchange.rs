//! Requests and their answers.

use super::*;

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

/// What is acknowledged a second time names the first acknowledgment of that type.
#[test]
fn the_first_of_two_acknowledgments() {
    let (two, pubrec, pubrel, pubcomp) =
        (publish(0x34, 7), ack(0x50, 7), ack(0x62, 7), ack(0x70, 7));
    let head = [CONNECT, CONNACK, client(&two), server(&pubrec), client(&pubrel)];
    for over in [&[][..], &[server(&pubcomp)]] {
        let all = [&head, over, &[server(&pubrec)]].concat();
        let (found, ..) = run_whole(&all, 1, 0, Version::V5, true);
        let found: Vec<_> = found.iter().map(|(_, it)| (it.rule, it.a, it.b)).collect();
        assert_eq!(found, [(Rule::ACK_TWICE, 7, 4)]);
    }
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
    let refused = [client(&two), server("5003000787"), client(&pubrel)];
    assert_eq!(after(PLAIN, &refused), [(3, Rule::PUBREL_REFUSED)]);
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

/// One PINGREQ is not answered: the PINGRESP behind the next one is that one's, and so on.
#[test]
fn a_ping_without_an_answer_shifts_no_other() {
    let (ping, pong) = (client("c000"), server("d000"));
    let lost = [CONNECT, CONNACK, ping, ping, pong, ping, pong];
    let run = |packets: &[(Sender, &str)]| run_with(packets, 5, 0, Version::V5, true);
    for len in [5, 7] {
        let (found, last, _) = run(&lost[..len]);
        assert_eq!(found, [(4, Rule::PING_UNANSWERED)]);
        let asked = last.answers.map(|asked| asked.at.number);
        assert_eq!(asked, Some(len as u64 - 1));
    }
    // Both answers come after all: the second is no fault, but what it answers is not certain.
    let (found, last, _) = run(&[CONNECT, CONNACK, ping, ping, pong, pong]);
    assert_eq!((found, last.answers), (vec![(4, Rule::PING_UNANSWERED)], None));
    // Where none comes the first is told at the end.
    let ended = run(&[CONNECT, CONNACK, ping, ping]).2;
    assert_eq!(ended.keep_alive.unanswered.map(|at| at.number), Some(3));
    let ended = run(&lost).2;
    assert_eq!(ended.keep_alive.unanswered, None);
}
