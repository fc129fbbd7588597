//! Numbers of short packets, in decimal, behind labels: the name of the type, or who sent it.
use super::*;

const CONNECT_20: &str = "16 18 0 4 77 81 84 84 4 2 0 60 0 6 100 101 118 45 49 55";

#[test]
fn the_name_of_the_type_says_that_numbers_are_a_packet() {
    for (before, behind) in [
        ("@: ", ""),
        ("@ ", ""),
        ("@ = ", ""),
        ("@ -> ", ""),
        ("* @: ", ""),
        ("1. @ ", ""),
        ("| @ | ", " |"),
        ("@\t", ""),
        ("", " (@)"),
        ("", "  # @"),
        ("@:\n", ""),
        ("// @: ", ""),
        ("rx,@,", ""),
        ("Then @ is ", ", as it says."),
    ] {
        for join in [" ", ", "] {
            let line = |name: &str, numbers: &str| {
                let numbers = numbers.replace(' ', join);
                format!("{}{numbers}{}\n", before.replace('@', name), behind.replace('@', name))
            };
            let (ack, ping) = (line("CONNACK", "32 2 0 0"), line("PINGREQ", "192 0"));
            assert_eq!(hexes(&ack), ["20020000"], "{ack}");
            assert_eq!(hexes(&format!("Hello\n{ping}")), ["c000"], "{ping}");
            let all =
                format!("{}{ack}{}{ping}", line("CONNECT", CONNECT_20), line("PUBACK", "64 2 0 1"));
            let found = hexes(&all);
            assert_eq!(
                found.get(1..),
                Some(&["20020000", "40020001", "c000"].map(String::from)[..]),
                "{all}"
            );
        }
    }
    for text in [
        "PUBACK: 32 2 0 0 and more",
        "CONNACK 64 2 0 1 it is",
        "we connect 16 2 0 1",
        "CONNACK: 3 2 0 0",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
}

#[test]
fn who_sent_them_says_it_too() {
    for (tx, rx) in [
        ("tx ", "rx "),
        ("-> ", "<- "),
        (">> ", "<< "),
        ("12:00:01 tx ", "12:00:02 rx "),
        ("[tx] ", "[rx] "),
        ("client: ", "server: "),
        ("→ ", "← "),
    ] {
        for join in [" ", ", "] {
            let text = format!("{tx}{CONNECT_20}\n{rx}32 2 0 0\n{rx}64 2 0 1\n{tx}192 0\n");
            let found = hexes(
                &text
                    .replace(' ', join)
                    .replace(&tx.replace(' ', join), tx)
                    .replace(&rx.replace(' ', join), rx),
            );
            let expected = ["20020000", "40020001", "c000"].map(String::from);
            let count = if tx == "client: " { 2 } else { 3 };
            assert_eq!(found.get(1..=count), Some(&expected[..count]), "{text}{join:?}");
        }
    }
    assert_eq!(hexes("rx 64 2 0 1"), ["40020001"]);
    assert_eq!(hexes("<- 64, 2, 0, 1\n"), ["40020001"]);
    for text in [
        "rx 192 0",
        "sent 192 0 bytes",
        "server: 32 2 0 0",
        "count: 64 2 0 1",
        "received 64 2 0 1 of them",
    ] {
        assert_eq!(hexes(text), [""; 0], "{text}");
    }
}
