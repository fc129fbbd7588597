//! Who sent what a text shows, in other words and beside other notations.
use super::*;

#[test]
fn who_sent_it_stands_beside_every_notation() {
    let (sent, received) = (Some(Direction::Sent), Some(Direction::Received));
    let (client, server) = (Some(Direction::FromClient), Some(Direction::FromServer));
    for (text, direction) in [
        ("RX: <Buffer 30 05 00 03 61 2f 62>", received),
        ("TX: <<48,5,0,3,97,47,98>>", sent),
        ("RX:\n00000000  30 05 00 03 61 2f 62                              |0..a/b|\n", received),
        ("Client: 30 05 00 03 61 2f 62", client),
        ("[12:00:01] Broker: 30 05 00 03 61 2f 62", server),
        ("client -> server: 30 05 00 03 61 2f 62", client),
        ("broker --> client: 30 05 00 03 61 2f 62", server),
        ("C->S: 30 05 00 03 61 2f 62", client),
        ("S->C: 30 05 00 03 61 2f 62", server),
        ("[11:22:33.444]\u{53d1}\u{2192}\u{25c7}30 05 00 03 61 2f 62 \u{25a1}", sent),
        ("[11:22:33.444]\u{6536}\u{2190}\u{25c6}30 05 00 03 61 2f 62 ", received),
        ("Connected to broker: 30 05 00 03 61 2f 62", None),
        ("A -> S: 30 05 00 03 61 2f 62", None),
    ] {
        let paste = read(text);
        let found: Vec<_> =
            paste.pieces.iter().map(|it| (::hex::encode(&it.bytes), it.direction)).collect();
        assert_eq!(found, [("30050003612f62".to_owned(), direction)], "{text}");
    }
    // Names stand before other things.
    assert_eq!(hexes("Client: 10 20"), [""; 0]);
    assert_eq!(hexes("server: 20 30"), [""; 0]);
}

#[test]
fn a_verb_nearer_to_the_packet_turns_the_direction() {
    let connect = "10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63";
    let (sent, received) = (Some(Direction::Sent), Some(Direction::Received));
    for (text, due) in [
        (format!("I send {connect} and get 20 02 00 00 then c0 00."), vec![sent, received, None]),
        (
            format!("I send {connect} and get 20 02 00 00, then I send c0 00."),
            vec![sent, received, sent],
        ),
        (format!("Sent {connect}, received 20 02 00 00\n"), vec![sent, received]),
        (
            format!("I sent {} and received 20020000 there\n", connect.replace(' ', "")),
            vec![sent, received],
        ),
        (format!("I send {connect} and the broker answers 20 02 00 00\n"), vec![sent, received]),
        ("It received 62 02 00 11 and replied 70 02 00 11\n".to_owned(), vec![received, sent]),
        (format!("Sent {}, received 20020000\n", connect.replace(' ', "")), vec![sent, received]),
        ("TX 62020011, RX 70020011\n".to_owned(), vec![sent, received]),
        // Words of a place, and what is told of the bytes before.
        (format!("I send {connect} and c0 00 in a row\n"), vec![sent, sent]),
        (format!("I send {connect} in one write, then c0 00\n"), vec![sent, sent]),
        ("It was c0 00 that I sent, and d0 00 that I got\n".to_owned(), vec![None, None]),
        // One sentence, whose first word says it.
        (
            "Received 5 bytes at 10:20:30 to send on: 30 05 00 03 61 2f 62\n".to_owned(),
            vec![received],
        ),
    ] {
        let paste = read(&text);
        let found: Vec<_> = paste.pieces.iter().map(|it| it.direction).collect();
        assert_eq!((found, &paste.mistakes[..]), (due, &[][..]), "{text}");
    }
}
