//! Sentences on parts of a packet agree with the rest of it.

mod support;

use support::program::run;

/// The tree of a packet of this version, with all that is said of it.
fn tree(version: &str, bytes: &str) -> String {
    let run = run(["decode", "--mqtt-version", version, "--explain", "full", bytes]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{bytes}");
    run.out
}

/// What the tree of a packet must say, and what it must not.
fn says(version: &str, bytes: &str, must: &[&str], must_not: &[&str]) {
    let tree = tree(version, bytes);
    for words in must {
        assert!(tree.contains(words), "{bytes}: no \"{words}\" in\n{tree}");
    }
    for words in must_not {
        assert!(!tree.contains(words), "{bytes}: \"{words}\" in\n{tree}");
    }
}

/// 3.2.2.2 of 3.1.1 and 3.2.2.1.1 of 5.0: Session Present is about an accepted connection; with any other code
/// it must be 0.
#[test]
fn a_refused_connection_has_no_session() {
    let starts = "starts without a stored session";
    says("3.1.1", "20 02 00 00", &[starts], &["refused, so"]);
    says("3.1.1", "20 02 00 05", &["refused, so there is no session"], &[starts]);
    says("3.1.1", "20 02 01 05", &["refused, so it must be 0"], &["goes on with the session that"]);
    says("5.0", "20 03 00 00 00", &[starts, "no Maximum QoS"], &[]);
    let refusal = "20 09 00 9d 06 1c 00 03 61 20 62";
    says(
        "5.0",
        refusal,
        &["refused, so there is no session"],
        &[starts, "no Maximum QoS", "no Receive"],
    );
}

/// 4.3.2 and 4.3.3 of 5.0: a Reason Code of 0x80 or more refuses the message.
#[test]
fn an_acknowledgement_that_refuses_says_so_at_its_type() {
    let (arrived, has) = ("the message has arrived", "the receiver has the message");
    says("5.0", "40 02 00 05", &[arrived], &[]);
    says("5.0", "40 03 00 05 10", &[arrived], &["refused"]);
    says("5.0", "40 03 00 05 97", &["the message is refused"], &[arrived]);
    says("5.0", "50 03 00 05 00", &[has], &["refused"]);
    says("5.0", "50 03 00 05 97", &["the message is refused, and the delivery ends"], &[has]);
    says(
        "5.0",
        "62 03 00 05 92",
        &["a PUBREC of which the sender knows no message"],
        &["lets the"],
    );
    says("5.0", "70 03 00 05 92", &["knows no message"], &["delivery is complete"]);
}

/// Rows that were written before are written again only where the whole packet says the same.
#[test]
fn packets_that_begin_alike_have_sentences_of_their_own() {
    let pairs = [
        ("40 03 00 05 00 40 03 00 05 97", "the message has arrived", "the message is refused"),
        ("31 04 00 01 61 62 31 03 00 01 61", "store it as", "delete the topic's stored message"),
    ];
    for ((bytes, first, second), version) in pairs.into_iter().zip(["5.0", "3.1.1"]) {
        says(version, bytes, &[first, second], &[]);
    }
}

/// 3.3.1.3: a message without payload is not stored, it removes the one that is.
#[test]
fn a_retained_message_without_payload_deletes() {
    says("3.1.1", "31 03 00 01 61", &["delete the topic's stored message"], &["store it as"]);
    says("3.1.1", "31 04 00 01 61 62", &["store it as"], &["delete"]);
    says("5.0", "31 04 00 01 61 00", &["delete the topic's stored message"], &["store it as"]);
    let will = "10 13 00 04 4d 51 54 54 04 26 00 3c 00 01 61 00 02 61 62 00 00";
    says("3.1.1", will, &["deletes the topic's stored message, as the Will"], &["stores the Will"]);
    // The payload is missing, not empty.
    says("3.1.1", "31 05 00 01 61", &["store it as"], &["delete the topic's", "this deletes"]);
}

/// 4.8.2 of 5.0: a message goes to one of the sessions that share a subscription.
#[test]
fn a_shared_subscription_does_not_get_all_messages() {
    let (filter, own) = ("00 0a 24 73 68 61 72 65 2f 67 2f 61 00", "go to this client");
    says("5.0", &format!("82 10 00 01 00 {filter}"), &["to one client of the group"], &[own]);
    says("3.1.1", &format!("82 0f 00 01 {filter}"), &["before 5.0", "one client"], &[own]);
    says("5.0", "82 07 00 01 00 00 01 61 00", &[own], &["shared:"]);
}

/// The statements on the lower four bits of the first byte, by type.
#[test]
fn the_reserved_flags_cite_the_statement_of_their_type() {
    says("5.0", "82 07 00 01 00 00 01 61 00", &["[MQTT-2.1.3-1] [MQTT-3.8.1-1]"], &[]);
    says("3.1.1", "82 06 00 01 00 01 61 00", &["[MQTT-3.8.1-1]"], &[]);
    says("5.0", "a2 06 00 01 00 00 01 61", &["[MQTT-3.10.1-1]"], &[]);
    says("3.1.1", "62 02 00 01", &["[MQTT-3.6.1-1]"], &[]);
    says("5.0", "c0 00", &["section 2.1.3", "[MQTT-2.1.3-1]"], &["[MQTT-3."]);
}

/// Bytes that are missing may hold what the packet seems to leave out.
#[test]
fn nothing_is_left_out_of_a_packet_that_is_cut() {
    let complete = ["no Reason Code", "no Session Expiry Interval"];
    says("5.0", "e0 00", &complete, &[]);
    says("5.0", "e0", &[], &complete);
    says("5.0", "e0 02", &[], &complete);
    says("5.0", "e0 03 00 05 11", &[], &complete);
}
