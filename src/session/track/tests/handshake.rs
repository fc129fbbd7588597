//! CONNECT and CONNACK, and what they settle.

use super::*;

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
fn a_session_after_clean_start() {
    finds(&[CONNECT, server("2003010000")], &[(2, Rule::SESSION_AFTER_CLEAN_START)]);
    let keeps = client("100e00044d5154540500000a00000161");
    finds(&[keeps, server("2003010000")], &[]);
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
    // A CONNACK that accepts has the method (MQTT-4.12.0-5), one that refuses need not.
    assert_eq!(judge(&[server(PLAIN)]), [(2, Rule::AUTHENTICATION_METHOD_MISSING)]);
    assert_eq!(judge(&[server("2003008700")]), []);
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
