//! Whole connections: what comes out is what was put in, whatever the frames and pieces are.

use super::*;
use crate::carrier::Output;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, compress, create_comp_flags_from_zip_params,
};
use proptest::prelude::*;

const REQUEST: &[u8] =
    b"GET /mqtt HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n";

/// What one side gives.
#[derive(Debug, Default, PartialEq)]
struct Given {
    data: Vec<u8>,
    /// All but data, in words.
    lines: Vec<String>,
}

impl Given {
    fn take(&mut self, output: Output<'_>) {
        let line = match output {
            Output::Data { bytes, from, to } => {
                assert!(!bytes.is_empty() && from < to, "{output:?}");
                self.data.extend_from_slice(bytes);
                return;
            }
            Output::Gap(missing) => format!("gap {missing:?}"),
            Output::Header { unit, bytes, from } => {
                format!("{from} {unit:?} {}", hex::encode(bytes))
            }
            Output::Unit { unit, bytes, from, to } => {
                assert!(to - from >= bytes.len() as u64, "{output:?}");
                format!("{from}..{to} {unit:?} {}", hex::encode(bytes))
            }
            Output::Note { text, .. } => format!("note {text}"),
            Output::Finding { rule, a, b } => format!("{rule:?} {a} {b}"),
            Output::End => "end".into(),
        };
        self.lines.push(line);
    }

    fn has(&self, start: &str) -> bool {
        self.lines.iter().any(|line| line.contains(start))
    }
}

fn push(layer: &mut WebSocket, sender: Sender, input: Input<'_>, given: &mut Given) {
    layer.push(sender, input, &mut |by, output| {
        if by == sender {
            given.take(output);
        }
    });
}

fn accepted(extensions: &str) -> WebSocket {
    let mut layer = WebSocket::new();
    let answer = format!("{ANSWER}{extensions}\r\n");
    let mut given = Given::default();
    push(&mut layer, Sender::Client, Input::Data(REQUEST), &mut given);
    push(&mut layer, Sender::Server, Input::Data(answer.as_bytes()), &mut given);
    assert!(layer.is_for_mqtt());
    assert!(!given.has("websocket-"), "{given:?}");
    layer
}

fn frame(first: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut out = vec![first];
    match payload.len() {
        len @ 0..126 => out.push(mask | len as u8),
        len @ 126..65_536 => {
            out.push(mask | 126);
            out.extend((len as u16).to_be_bytes());
        }
        len => {
            out.push(mask | 127);
            out.extend((len as u64).to_be_bytes());
        }
    }
    out.extend(key.into_iter().flatten());
    let key = key.unwrap_or_default();
    out.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    out
}

/// A sender of compressed messages, as RFC 7692 7.2.1 has it.
struct Deflater(CompressorOxide);

impl Deflater {
    fn new() -> Self {
        Self(CompressorOxide::new(create_comp_flags_from_zip_params(6, -15, 0)))
    }

    fn message(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![0; bytes.len() * 2 + 100];
        let (_, read, written) = compress(&mut self.0, bytes, &mut out, TDEFLFlush::Sync);
        assert_eq!(read, bytes.len());
        out.truncate(written);
        assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
        out.truncate(written - 4);
        out
    }
}

fn run(layer: &mut WebSocket, sender: Sender, bytes: &[u8], pieces: usize) -> Given {
    let mut given = Given::default();
    for piece in bytes.chunks(pieces.max(1)) {
        push(layer, sender, Input::Data(piece), &mut given);
    }
    given
}

#[test]
fn the_examples_of_rfc_6455() {
    // 5.7: single, masked, fragmented, ping and its masked pong, 256 bytes, 64 KiB.
    let hello = |hex: &str| hex::decode(hex).unwrap();
    let mut server = [hello("810548656c6c6f"), hello("010348656c"), hello("80026c6f")].concat();
    server.extend(hello("890548656c6c6f"));
    server.extend([&[0x82, 0x7e, 1, 0][..], &[7; 256]].concat());
    server.extend([&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0][..], &[8; 65_536]].concat());
    let client = [hello("818537fa213d7f9f4d5158"), hello("8a8537fa213d7f9f4d5158")].concat();
    for pieces in [1, 2, 3, 7, 1000, 100_000] {
        let mut layer = accepted("");
        let given = run(&mut layer, Sender::Server, &server, pieces);
        assert_eq!(given.data.len(), 10 + 256 + 65_536);
        assert!(given.data.starts_with(b"HelloHello\x07"));
        assert!(given.has("WEBSOCKET PING 890548656c6c6f") && given.has("websocket-text"));
        let given = run(&mut layer, Sender::Client, &client, pieces);
        assert_eq!(given.data, b"Hello");
        assert!(given.has("WEBSOCKET PONG 8a8537fa213d48656c6c6f"), "{given:?}");
    }
}

#[test]
fn a_refusal_is_told_and_the_client_may_ask_again() {
    let mut layer = WebSocket::new();
    let (mut client, mut server) = (Given::default(), Given::default());
    let refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nno!\n";
    push(&mut layer, Sender::Client, Input::Data(REQUEST), &mut client);
    push(&mut layer, Sender::Server, Input::Data(refusal), &mut server);
    assert!(server.has("HTTP BODY 6e6f210a") && server.has("websocket-refused 401"), "{server:?}");
    push(&mut layer, Sender::Client, Input::Data(REQUEST), &mut client);
    let answer = format!("{ANSWER}\r\n\u{2}");
    push(&mut layer, Sender::Server, Input::Data(answer.as_bytes()), &mut server);
    push(
        &mut layer,
        Sender::Client,
        Input::Data(&frame(0x82, Some([1, 2, 3, 4]), b"ab")),
        &mut client,
    );
    assert_eq!(client.data, b"ab");
    assert_eq!(client.lines.iter().filter(|line| line.contains("HTTP REQUEST")).count(), 2);
}

#[test]
fn without_a_subprotocol_it_is_told() {
    let mut layer = WebSocket::new();
    let request = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    let given = run(&mut layer, Sender::Client, request, 5);
    assert!(given.has("websocket-no-subprotocol") && !layer.is_for_mqtt());
    let answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
    assert!(run(&mut layer, Sender::Server, answer, 5).has("websocket-subprotocol"));
}

#[test]
fn what_breaks_the_rules_is_told() {
    let mut layer = accepted("");
    let given = run(&mut layer, Sender::Client, &frame(0x82, None, b"ab"), 1);
    assert!(given.has("websocket-unmasked") && given.data == b"ab");
    let given = run(&mut layer, Sender::Server, &frame(0x82, Some([9; 4]), b"ab"), 1);
    assert!(given.has("websocket-masked") && given.data == b"ab");
    for (hex, rule) in [
        ("827e000161", "websocket-length 1 2"),
        ("090161", "websocket-control"),
        ("8900a20161", "websocket-reserved-bits 2"),
        ("830161", "websocket-opcode 3"),
        ("800161", "websocket-continuation"),
        ("020161820162", "websocket-unfinished"),
        ("827fff00000000000000", "websocket-length-too-large"),
        ("c203f200ff", "websocket-reserved-bits 4"),
    ] {
        let given = run(&mut accepted(""), Sender::Server, &hex::decode(hex).unwrap(), 1);
        assert!(given.has(rule), "{hex} {given:?}");
    }
}

#[test]
fn a_gap_inside_a_payload_costs_no_frame() {
    let first = frame(0x82, None, &[5; 100]);
    let second = frame(0x82, None, b"\xd0\0");
    let mut layer = accepted("");
    let mut given = Given::default();
    push(&mut layer, Sender::Server, Input::Data(&first[..40]), &mut given);
    push(&mut layer, Sender::Server, Input::Gap(Some(30)), &mut given);
    push(&mut layer, Sender::Server, Input::Data(&first[70..]), &mut given);
    push(&mut layer, Sender::Server, Input::Data(&second), &mut given);
    assert_eq!(given.data.len(), 38 + 32 + 2);
    let gaps: Vec<_> = given.lines.iter().filter(|line| line.starts_with("gap")).collect();
    assert_eq!(gaps, ["gap Some(30)"]);
}

#[test]
fn a_gap_beyond_the_frame_is_searched_over() {
    let ping = frame(0x82, None, b"\xd0\0");
    let mut layer = accepted("");
    let mut given = Given::default();
    push(&mut layer, Sender::Server, Input::Data(&frame(0x82, None, &[5; 100])[..40]), &mut given);
    push(&mut layer, Sender::Server, Input::Gap(Some(300)), &mut given);
    push(
        &mut layer,
        Sender::Server,
        Input::Data(&[&[5, 5, 5][..], &ping, &ping].concat()),
        &mut given,
    );
    assert_eq!(&given.data[38..], b"\xd0\0\xd0\0", "{given:?}");
    assert!(given.has("gap Some(62)") && given.has("gap None"));
    let at = ANSWER.len() + 2 + 40 + 300;
    assert!(given.has(&format!("{at}..{} WEBSOCKET STRAY 050505", at + 3)), "{given:?}");
    assert!(given.has("websocket-skipped 3"));
}

#[test]
fn mid_stream_frames_are_found() {
    let publish = frame(0x82, Some([0xa1, 0xb2, 0xc3, 0xd4]), b"\x30\x07\0\x03a/bhi");
    for cut in 0..publish.len() {
        let mut layer = WebSocket::mid_stream();
        let bytes = [&publish[cut..], &publish, &publish].concat();
        let given = run(&mut layer, Sender::Client, &bytes, bytes.len());
        let times = if cut == 0 { 3 } else { 2 };
        assert_eq!(given.data, b"\x30\x07\0\x03a/bhi".repeat(times), "{cut} {given:?}");
    }
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
const ALONE: &str = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

#[test]
fn after_a_gap_compressed_messages_stay_closed_until_they_stand_for_themselves() {
    let words = b"home/heating/temperature 21.4";
    for (extensions, reads) in [(DEFLATE, false), (ALONE, true)] {
        let mut deflater = Deflater::new();
        let mut frames = Vec::new();
        for _ in 0..4 {
            if reads {
                deflater = Deflater::new();
            }
            frames.push(frame(0xc2, None, &deflater.message(words)));
        }
        frames.push(frame(0xc2, None, &Deflater::new().message(b"new words here")));
        let mut layer = accepted(extensions);
        let mut given = Given::default();
        push(&mut layer, Sender::Server, Input::Data(&frames[0]), &mut given);
        push(&mut layer, Sender::Server, Input::Data(&frames[1][..3]), &mut given);
        push(&mut layer, Sender::Server, Input::Gap(Some(frames[1].len() as u64 - 3)), &mut given);
        for frame in &frames[2..] {
            push(&mut layer, Sender::Server, Input::Data(frame), &mut given);
        }
        let text = String::from_utf8_lossy(&given.data).into_owned();
        let times = text.matches("temperature").count();
        assert_eq!(times, if reads { 3 } else { 1 }, "{text}");
        assert!(text.ends_with("new words here"), "{text}");
        assert_eq!(given.has("websocket-context"), !reads, "{given:?}");
        assert!(given.has("gap None"));
    }
}

#[test]
fn a_bomb_is_not_swallowed() {
    let bomb = Deflater::new().message(&vec![0; 20 << 20]);
    let mut layer = accepted(DEFLATE);
    let given = run(&mut layer, Sender::Server, &frame(0xc2, None, &bomb), 1400);
    assert!(given.has("websocket-bomb") && given.data.len() < 17 << 20);
    let next = Deflater::new().message(b"after");
    assert_eq!(run(&mut layer, Sender::Server, &frame(0xc2, None, &next), 9).data, b"after");
}

/// Cuts a stream into frames and messages.
fn frames(sender: Sender, stream: &[u8], plan: &[Plan], takeover: Option<bool>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = stream;
    let mut deflater = Deflater::new();
    for plan in plan.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (message, behind) = rest.split_at(plan.message.min(rest.len()));
        rest = behind;
        let compressed = takeover.filter(|_| plan.compress).map(|keeps| {
            if !keeps {
                deflater = Deflater::new();
            }
            deflater.message(message)
        });
        let rsv1 = if compressed.is_some() { 0x40 } else { 0 };
        let payload = compressed.as_deref().unwrap_or(message);
        let mut parts: Vec<&[u8]> = payload.chunks(plan.fragment.max(1)).collect();
        if parts.is_empty() || plan.empty {
            parts.push(b"");
        }
        let last = parts.len() - 1;
        for (i, part) in parts.iter().enumerate() {
            let opcode = if i == 0 { 0x02 | rsv1 } else { 0x00 };
            let fin = if i == last { 0x80 } else { 0 };
            let key = (sender == Sender::Client).then_some(plan.key);
            out.extend(frame(fin | opcode, key, part));
            if plan.ping {
                out.extend(frame(0x89, key, b"are you there?"));
            }
        }
    }
    out
}

#[derive(Clone, Debug)]
struct Plan {
    message: usize,
    fragment: usize,
    key: [u8; 4],
    ping: bool,
    empty: bool,
    compress: bool,
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (1..400usize, 1..400usize, any::<[u8; 4]>(), any::<[bool; 3]>());
    prop::collection::vec(plan, 1..6).prop_map(|plans| {
        plans
            .into_iter()
            .map(|(message, fragment, key, [ping, empty, compress])| Plan {
                message,
                fragment,
                key,
                ping,
                empty,
                compress,
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_frames_in_any_pieces_give_the_stream(
        stream in prop::collection::vec(0..8u8, 1..3000),
        plan in plans(),
        pieces in 1..600usize,
        takeover: Option<bool>,
        is_client: bool,
    ) {
        let sender = if is_client { Sender::Client } else { Sender::Server };
        let bytes = frames(sender, &stream, &plan, takeover);
        let mut layer = accepted(match takeover { None => "", Some(true) => DEFLATE, Some(false) => ALONE });
        let mut given = run(&mut layer, sender, &bytes, pieces);
        prop_assert_eq!(&given.data, &stream);
        prop_assert!(!given.has("websocket-") && !given.has("gap") && !given.has("STRAY"), "{:?}", given.lines);
        push(&mut layer, sender, Input::End, &mut given);
        prop_assert!(given.has("end"));
        layer.finish(&mut |_, output| panic!("{output:?}"));
    }

    #[test]
    fn no_bytes_and_no_gaps_panic_or_pile_up(
        start in 0..3usize,
        pieces in prop::collection::vec((prop::collection::vec(prop_oneof![any::<u8>(), Just(0x82), Just(0xc2), Just(0), Just(0x7f)], 1..300), any::<bool>(), 0..5u8, 0..500u64), 0..30),
    ) {
        let mut layer = match start { 0 => WebSocket::new(), 1 => WebSocket::mid_stream(), _ => accepted(DEFLATE) };
        let mut at = [0u64; 2];
        if start == 2 {
            at = [REQUEST.len() as u64, (ANSWER.len() + DEFLATE.len() + 2) as u64];
        }
        for (bytes, is_client, gap, missing) in &pieces {
            let sender = if *is_client { Sender::Client } else { Sender::Server };
            let side = &mut at[usize::from(!is_client)];
            let mut given = Given::default();
            push(&mut layer, sender, Input::Data(bytes), &mut given);
            *side += bytes.len() as u64;
            match gap {
                0 => push(&mut layer, sender, Input::Gap(None), &mut given),
                1 => {
                    push(&mut layer, sender, Input::Gap(Some(*missing)), &mut given);
                    *side += missing;
                }
                _ => {}
            }
            prop_assert!(layer.needs_from(sender) <= *side);
        }
        layer.finish(&mut |_, _| {});
    }
}
