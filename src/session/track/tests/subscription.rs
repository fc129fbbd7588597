//! Subscriptions, and what is delivered for them.

use super::*;

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

/// A message that waited has the Subscription Identifier that its subscription had when it came in (3.3.4-3).
#[test]
fn a_subscription_identifier_that_was_replaced() {
    let (one, two) = (client("820b0001020b07 0003612f2b01"), client("820b0002020b08 0003612f2b01"));
    let suback = [server("900400010001"), server("900400020001")];
    let named = |id: &str| format!("30090003612f62 020b{id}78");
    let judge = |id: &str| {
        let message = named(id);
        after(PLAIN, &[one, suback[0], two, suback[1], server(&message)])
    };
    assert_eq!((judge("07"), judge("08")), (vec![], vec![]));
    assert_eq!(judge("09"), [(5, Rule::SUBSCRIPTION_ID_UNKNOWN)]);
}
