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
