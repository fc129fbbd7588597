//! One MQTT conversation as the frames of its TCP connection, tidy or not.

use super::Tcp;

/// A turn: what one side sends before the other speaks. May hold several packets.
#[derive(Clone, Debug)]
pub struct Turn {
    pub from_client: bool,
    pub bytes: Vec<u8>,
}

/// A piece of a turn: where it begins, and its length.
pub type Piece = (usize, usize);

/// Sequence numbers that wrap within the conversation.
const CLIENT: u32 = u32::MAX - 20;
const SERVER: u32 = u32::MAX - 5;

/// 5.0, with packets of a Remaining Length of two bytes, several in a turn, and all QoS.
pub fn turns() -> Vec<Turn> {
    let text = |text: &str| [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat();
    let publish = |header: u8, topic: &str, id: &[u8], payload: &[u8]| {
        packet(header, &[&text(topic), id, &[0], payload].concat())
    };
    let connect = [&text("MQTT")[..], &[5, 2, 0, 60, 0], &text("shuffled")].concat();
    let subscribe = [&[0, 1, 0][..], &text("a/#"), &[1], &text("b"), &[2]].concat();
    let client = |packets: &[Vec<u8>]| Turn { from_client: true, bytes: packets.concat() };
    let server = |packets: &[Vec<u8>]| Turn { from_client: false, bytes: packets.concat() };
    vec![
        client(&[packet(0x10, &connect)]),
        server(&[packet(0x20, &[0, 0, 3, 0x21, 0, 20])]),
        client(&[packet(0x82, &subscribe), publish(0x30, "a/b", &[], &[b'x'; 150])]),
        server(&[packet(0x90, &[0, 1, 0, 1, 2]), publish(0x32, "a/b", &[0, 9], b"hello")]),
        client(&[
            packet(0x40, &[0, 9]),
            publish(0x34, "b", &[0, 2], b"once"),
            packet(0xc0, &[]),
            publish(0x30, "a", &[], b""),
        ]),
        server(&[packet(0x50, &[0, 2, 0x10]), packet(0xd0, &[])]),
        client(&[packet(0x62, &[0, 2])]),
        server(&[packet(0x70, &[0, 2])]),
        client(&[packet(0xe0, &[0x04, 0])]),
    ]
}

/// A packet: header byte, Remaining Length, body.
pub fn packet(header: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![header];
    let mut left = body.len();
    loop {
        bytes.push((left % 128) as u8 | if left >= 128 { 0x80 } else { 0 });
        left /= 128;
        if left == 0 {
            break;
        }
    }
    [bytes.as_slice(), body].concat()
}

/// The frames of a conversation: handshake, the turns in the pieces that `cut` makes of each, end.
pub fn frames(turns: &[Turn], cut: impl FnMut(usize, &Turn) -> Vec<Piece>) -> Vec<Vec<u8>> {
    frames_until(turns, cut, |client, server| {
        let answer = Tcp::server(server, client.wrapping_add(1), &[]).fin();
        vec![Tcp::client(client, &[]).fin(), answer]
    })
}

/// The same with each turn in one segment, ended by the server.
pub fn closed_by_server(turns: &[Turn]) -> Vec<Vec<u8>> {
    let cut = |_, turn: &Turn| vec![(0, turn.bytes.len())];
    frames_until(turns, cut, |client, server| vec![Tcp::server(server, client, &[]).fin()])
}

/// The same, ended by the client, which answers with RST what its server sends then.
pub fn gone(turns: &[Turn], late: &[u8]) -> Vec<Vec<u8>> {
    let cut = |_, turn: &Turn| vec![(0, turn.bytes.len())];
    frames_until(turns, cut, |client, server| {
        let behind = client.wrapping_add(1);
        let fin = Tcp::client(client, &[]).fin();
        vec![fin, Tcp::server(server, behind, late), Tcp::client(behind, &[]).rst()]
    })
}

fn frames_until(
    turns: &[Turn],
    mut cut: impl FnMut(usize, &Turn) -> Vec<Piece>,
    end: impl Fn(u32, u32) -> Vec<Tcp>,
) -> Vec<Vec<u8>> {
    let (mut client, mut server) = (CLIENT, SERVER);
    let mut frames = vec![
        Tcp::client(client, &[]).syn().ethernet(),
        Tcp::server(server, client.wrapping_add(1), &[]).syn().ethernet(),
    ];
    (client, server) = (client.wrapping_add(1), server.wrapping_add(1));
    for (index, turn) in turns.iter().enumerate() {
        for (start, len) in cut(index, turn) {
            let (at, payload) = (start as u32, &turn.bytes[start..start + len]);
            frames.push(match turn.from_client {
                true => Tcp::client(client.wrapping_add(at), payload).ethernet(),
                false => Tcp::server(server.wrapping_add(at), client, payload).ethernet(),
            });
        }
        let sent = if turn.from_client { &mut client } else { &mut server };
        *sent = sent.wrapping_add(turn.bytes.len() as u32);
    }
    frames.extend(end(client, server).iter().map(Tcp::ethernet));
    frames
}

/// The frames of the conversation with each turn in one segment.
pub fn tidy() -> Vec<Vec<u8>> {
    frames(&turns(), |_, turn| vec![(0, turn.bytes.len())])
}
