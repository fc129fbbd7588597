//! What a client sends before its server has said anything: by TCP alone it is certain that it had no CONNACK.

mod support;

use support::conversation::packet;
use support::program::{command, finish};
use support::{Tcp, pcap};

/// What is found of a connection whose client sends a PINGREQ behind its CONNECT, which has this Authentication
/// Method or none; `has_begin`: its handshake was captured. The server answers late.
fn found(method: &[u8], has_begin: bool) -> Vec<String> {
    let properties = [&[method.len() as u8], method].concat();
    let connect =
        packet(0x10, &[b"\0\x04MQTT\x05\x02\0\x3c", &properties[..], b"\0\x01a"].concat());
    let connack = packet(0x20, &[&[0, 0], &properties[..]].concat());
    let behind = 101 + connect.len() as u32;
    let begin = [Tcp::client(100, &[]).syn(), Tcp::server(7, 101, &[]).syn()];
    let rest = [
        Tcp { ack: Some(8), ..Tcp::client(101, &connect) },
        Tcp { ack: Some(8), ..Tcp::client(behind, b"\xc0\0") },
        Tcp::server(8, behind + 2, &connack),
    ];
    let all = begin.iter().filter(|_| has_begin).chain(&rest);
    let frames: Vec<Vec<u8>> = all.map(Tcp::ethernet).collect();
    let run = finish(command(["read", "-", "-T", "json"]), &pcap(1, &frames));
    let records = run.json();
    let findings = records.iter().flat_map(|it| it["findings"].as_array().unwrap());
    let errors = findings.filter(|it| it["severity"] == "error");
    errors.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

/// 5.0: MQTT-3.1.2-30.
#[test]
fn only_auth_and_disconnect_come_before_connack_where_there_is_a_method() {
    let method = b"\x15\0\x01m";
    assert_eq!(found(method, true), ["before-authenticated"]);
    assert_eq!(found(b"", true), [""; 0]);
    // Whether the server had said something by then is not known.
    assert_eq!(found(method, false), [""; 0]);
}
