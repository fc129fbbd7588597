//! What is sent again.

use super::*;

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

/// Two messages that look the same, from a connection before: which of them DUP is about says the identifier,
/// of which the new session knows nothing.
#[test]
fn a_client_that_sends_again_in_a_new_session() {
    let (one, two) = (publish(0x3c, 34), publish(0x3c, 45));
    let found = after(PLAIN, &[client(&one), client(&two)]);
    assert_eq!(found, [(1, Rule::DUP_WITHOUT_FIRST), (2, Rule::DUP_WITHOUT_FIRST)]);
}

/// Its PUBREC has come, so that the message is not sent again (3.1.1: MQTT-4.3.3-1).
#[test]
fn a_message_of_qos_2_that_was_received() {
    let head = [client("100d00044d51545404020 00a000161"), server("20020000")];
    let (two, again, pubrec) = ("340600016100 0778", "3c0600016100 0778", ack(0x50, 7));
    let found = |is_settled, packets: &[(Sender, &str)]| {
        let all: Vec<_> = head.iter().chain(packets).copied().collect();
        found(Version::V311, is_settled, &all)
    };
    // That the PUBREC had arrived when the segment left does not say that the client had read it: it may have
    // written the packet before, and TCP have sent it again.
    assert_eq!(
        found(true, &[client(two), server(&pubrec), client(again)]),
        [(5, Rule::RETRIED_ANSWERED)]
    );
    // It has answered what came behind the PUBREC.
    let (other, answer) = (server("320600016100 0979"), ack(0x40, 9));
    let read = [client(two), server(&pubrec), other, client(&answer), client(again)];
    let told = [(5, Rule::NO_SUBSCRIPTION), (7, Rule::DUP_AFTER_ANSWER)];
    assert_eq!(found(true, &read), told);
    assert_eq!(found(false, &read), []);
    // What it answers may have come before.
    let before = [client(two), other, server(&pubrec), client(&answer), client(again)];
    let told_before = [(4, Rule::NO_SUBSCRIPTION), (7, Rule::RETRIED_ANSWERED)];
    assert_eq!(found(true, &before), told_before);
    // The same of QoS 1.
    let (one, again, puback) = ("320600016100 0778", "3a0600016100 0778", ack(0x40, 7));
    assert_eq!(found(true, &[client(one), server(&puback), client(again)]), []);
    let read = [client(one), server(&puback), other, client(&answer), client(again)];
    assert_eq!(found(true, &read), told);
    let (two, again) = ("340600016100 0778", "3c0600016100 0778");
    assert_eq!(found(true, &[client(two), client(again)]), [(4, Rule::RETRIED)]);
}
