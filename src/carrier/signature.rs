//! What a stream carries, told from the first bytes of a side: one row a kind.
//!
//! A signature is certain or it is none: what the first bytes do not settle stays unknown. To add
//! a kind: add a row with its test.

use super::websocket::{WebSocket, chained_frames, compressed_frames, whole_packets};
use super::{Layer, Proxy};
use crate::mqtt::framing::{Framing, frame};
use crate::spec::websocket::Opcode;
use crate::spec::{PacketType, Sender, level::LEVELS, proxy};

/// The most bytes that a signature needs: a request for WebSocket, as far as the line that says so.
pub const MAX_BYTES: usize = super::probe::MAX_HELD;

/// What the first bytes say of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are this.
    Certain,
    /// They may be this; so many bytes will tell more, counted from the first.
    NeedMore(usize),
    /// They are not.
    No,
}

/// One row of the table.
pub struct Signature {
    /// The name in words: `this connection carries TLS`.
    pub name: &'static str,
    /// The side that begins so; `None` where either may.
    pub sender: Option<Sender>,
    /// What comes of it.
    pub carries: Carries,
    /// The test.
    pub test: fn(&[u8]) -> Verdict,
}

/// What a stream with a signature carries.
#[derive(Clone, Copy)]
pub enum Carries {
    /// MQTT itself.
    Mqtt,
    /// Something that MQTT may be in, and the layer that takes it out.
    Layer(fn() -> Box<dyn Layer>),
    /// The same, but what it carries may begin in the middle of a packet.
    Within(fn() -> Box<dyn Layer>),
    /// Something that MQTT may be in; its layer needs more than the bytes.
    Tls,
    /// Something else.
    Other,
}

/// What the first bytes of a side are.
#[derive(Clone, Copy)]
pub enum Recognised {
    /// This, for certain.
    Is(&'static Signature),
    /// It takes so many bytes to tell, counted from the first.
    NeedMore(usize),
    /// Nothing that the table knows.
    Unknown,
}

/// The first row that is certain of the bytes; where one may still become certain, it is waited
/// for, unless no more bytes come (`is_all`): then the beginning of a request must do to call it
/// HTTP.
#[must_use]
pub fn recognise(first_bytes: &[u8], is_all: bool) -> Recognised {
    for row in SIGNATURES {
        match (row.test)(first_bytes) {
            Verdict::Certain => return Recognised::Is(row),
            Verdict::NeedMore(needed) if !is_all => return Recognised::NeedMore(needed),
            _ => {}
        }
    }
    if is_all && any(first_bytes, METHODS) == Verdict::Certain {
        return Recognised::Is(&HTTP);
    }
    Recognised::Unknown
}

/// Whether bytes begin a request that may be one for WebSocket, or an answer of HTTP that may accept one.
#[must_use]
pub fn may_upgrade(bytes: &[u8]) -> bool {
    starts(bytes, b"GET ") == Verdict::Certain
        || matches!(starts(bytes, ACCEPTS), Verdict::NeedMore(_))
}

/// Whether bytes may be frames of WebSocket in a row, as more of them will tell.
#[must_use]
pub fn may_be_frames(bytes: &[u8], sender: Sender) -> bool {
    !bytes.is_empty() && bytes.len() < MAX_BYTES && chained_frames(bytes, sender).is_none()
}

/// What a server answers that takes a request for WebSocket.
const ACCEPTS: &[u8] = b"HTTP/1.1 101 ";

/// What the few bytes that a snap length left are: the header of a record of TLS is no packet, as no CONNECT has
/// a Remaining Length of 3.
#[must_use]
pub fn recognise_cut(head: &[u8]) -> Option<&'static Signature> {
    let is_record = matches!(head, [0x14..=0x17, 3, 0..=4, ..]);
    is_record.then_some(&TLS)
}

/// A record of TLS of which no more than its header was captured.
static TLS: Signature = row("TLS", None, Tls, tls_record);

/// A request that does not ask for WebSocket.
static HTTP: Signature = row("HTTP", CLIENT, Other, http_request);

const fn row(
    name: &'static str,
    sender: Option<Sender>,
    carries: Carries,
    test: fn(&[u8]) -> Verdict,
) -> Signature {
    Signature { name, sender, carries, test }
}

const CLIENT: Option<Sender> = Some(Sender::Client);
const SERVER: Option<Sender> = Some(Sender::Server);
use Carries::{Mqtt, Other, Tls};

/// The rows. One with a longer beginning stands before those that it contains.
pub static SIGNATURES: &[Signature] = &[
    row("MQTT", CLIENT, Mqtt, connect),
    row("a PROXY header", CLIENT, Carries::Layer(|| Box::new(Proxy::new())), |b| {
        match proxy_len(b) {
            Some(Some(len)) if len <= b.len() => Verdict::Certain,
            Some(Some(len)) => Verdict::NeedMore(len),
            Some(None) => Verdict::NeedMore(b.len().saturating_add(1)),
            None => Verdict::No,
        }
    }),
    row("WebSocket", CLIENT, Carries::Layer(|| Box::new(WebSocket::new())), upgrade),
    row("WebSocket", SERVER, Carries::Layer(|| Box::new(WebSocket::new())), |b| starts(b, ACCEPTS)),
    row("WebSocket", CLIENT, Carries::Layer(|| Box::new(WebSocket::mid_stream())), masked_connect),
    row("WebSocket", CLIENT, Carries::Layer(|| Box::new(WebSocket::mid_stream())), |b| {
        frames(b, Sender::Client)
    }),
    row("WebSocket", SERVER, Carries::Layer(|| Box::new(WebSocket::mid_stream())), |b| {
        frames(b, Sender::Server)
    }),
    row("WebSocket", CLIENT, Carries::Within(|| Box::new(WebSocket::mid_stream())), |b| {
        in_a_row(b, Sender::Client)
    }),
    row("WebSocket", SERVER, Carries::Within(|| Box::new(WebSocket::mid_stream())), |b| {
        in_a_row(b, Sender::Server)
    }),
    row("TLS", CLIENT, Tls, |b| tls_handshake(b, 1)),
    row("TLS", SERVER, Tls, |b| tls_handshake(b, 2)),
    row("TLS", None, Tls, tls_record),
    row("HTTP/2", CLIENT, Other, |b| starts(b, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    row("HTTP", CLIENT, Other, http_request),
    row("HTTP", SERVER, Other, |b| any(b, &[b"HTTP/1.0 ", b"HTTP/1.1 "])),
    row("SSH", None, Other, |b| any(b, &[b"SSH-2.0-", b"SSH-1."])),
    row("AMQP", None, Other, amqp),
    row("STOMP", CLIENT, Other, |b| {
        any(b, &[b"CONNECT\n", b"CONNECT\r\n", b"STOMP\n", b"STOMP\r\n"])
    }),
    row("STOMP", SERVER, Other, |b| any(b, &[b"CONNECTED\n", b"CONNECTED\r\n"])),
    row("Redis", CLIENT, Other, redis),
    row("NATS", SERVER, Other, |b| starts(b, b"INFO {")),
    row("NATS", CLIENT, Other, |b| starts(b, b"CONNECT {")),
    row("PostgreSQL", CLIENT, Other, postgres),
    row("MySQL", SERVER, Other, mysql),
    row("MongoDB", CLIENT, Other, mongo),
    row("SMTP or FTP", SERVER, Other, banner_220),
    row("SMTP", CLIENT, Other, |b| any(b, &[b"EHLO ", b"HELO "])),
    row("POP3", SERVER, Other, |b| starts(b, b"+OK ")),
    row("IMAP", SERVER, Other, |b| any(b, &[b"* OK ", b"* PREAUTH "])),
    row("RTSP", None, Other, |b| starts(b, b"RTSP/1.0 ")),
    row("SIP", None, Other, |b| starts(b, b"SIP/2.0 ")),
    row("BitTorrent", None, Other, |b| starts(b, b"\x13BitTorrent protocol")),
    row("VNC", SERVER, Other, |b| starts(b, b"RFB 003.")),
    row("SMB", None, Other, |b| match b.get(4..) {
        Some(rest) if b.first() == Some(&0) => any(rest, &[b"\xffSMB", b"\xfeSMB"]),
        _ => Verdict::No,
    }),
];

/// Whether bytes begin with `start`.
fn starts(bytes: &[u8], start: &[u8]) -> Verdict {
    if bytes.starts_with(start) {
        Verdict::Certain
    } else if start.starts_with(bytes) && !bytes.is_empty() {
        Verdict::NeedMore(start.len())
    } else {
        Verdict::No
    }
}

/// Whether bytes begin with one of several.
fn any(bytes: &[u8], starts_with: &[&[u8]]) -> Verdict {
    let mut verdict = Verdict::No;
    for start in starts_with {
        match starts(bytes, start) {
            Verdict::Certain => return Verdict::Certain,
            Verdict::NeedMore(needed) => verdict = Verdict::NeedMore(needed),
            Verdict::No => {}
        }
    }
    verdict
}

/// A CONNECT whose Protocol Name stands where it must, with a level behind it.
fn connect(bytes: &[u8]) -> Verdict {
    match bytes.first() {
        Some(first) if PacketType::of_header(*first) == PacketType::CONNECT && first & 0xf == 0 => {
        }
        _ => return Verdict::No,
    }
    let header = match frame(bytes) {
        Framing::Endless => return Verdict::No,
        Framing::NeedMore => return Verdict::NeedMore(bytes.len().saturating_add(1)),
        Framing::Length(_) => {
            bytes.iter().skip(1).take_while(|byte| *byte & 0x80 != 0).count().saturating_add(2)
        }
    };
    let body = bytes.get(header..).unwrap_or_default();
    let mut verdict = Verdict::No;
    for level in &LEVELS {
        let len = u16::try_from(level.name.len()).unwrap_or_default().to_be_bytes();
        let name = [&len[..], level.name.as_bytes()].concat();
        let needed = header.saturating_add(name.len()).saturating_add(1);
        if body.starts_with(&name) && bytes.len() >= needed {
            return Verdict::Certain;
        } else if name.starts_with(body) || body == name {
            verdict = Verdict::NeedMore(needed);
        }
    }
    verdict
}

/// The length of a PROXY header, where it is known yet; the outer `None`: there is none.
#[must_use]
pub fn proxy_len(bytes: &[u8]) -> Option<Option<usize>> {
    /// The longest line of version 1, with its end (PROXY protocol 2.1).
    const MAX_LINE: usize = 107;
    if bytes.is_empty() {
        return Some(None);
    }
    if bytes.starts_with(&proxy::SIGNATURE) {
        let Some(len) = bytes.get(14..16) else { return Some(None) };
        let len = len.iter().fold(0_usize, |n, byte| n << 8 | usize::from(*byte));
        let is_version_2 = bytes.get(12).is_some_and(|byte| byte >> 4 == 2);
        return is_version_2.then_some(Some(len.saturating_add(16)));
    }
    let line = bytes.get(..MAX_LINE).unwrap_or(bytes);
    match starts(bytes, b"PROXY ") {
        Verdict::Certain => match memchr::memmem::find(line, b"\r\n") {
            Some(end) => Some(Some(end.saturating_add(2))),
            None => (line.len() < MAX_LINE).then_some(None),
        },
        Verdict::NeedMore(_) => Some(None),
        Verdict::No => proxy::SIGNATURE.starts_with(bytes).then_some(None),
    }
}

/// A request for WebSocket: its head is needed up to the line that says so.
fn upgrade(bytes: &[u8]) -> Verdict {
    match starts(bytes, b"GET ") {
        Verdict::Certain => {}
        other => return other,
    }
    let head = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    let end = memchr::memmem::find(head, b"\r\n\r\n");
    let lines = head.get(..end.unwrap_or(head.len())).unwrap_or(head);
    let first = lines.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if lines.len() > first.len() && !first.ends_with(b" HTTP/1.1\r") {
        return Verdict::No;
    }
    let is_websocket = lines.split(|byte| *byte == b'\n').any(|line| {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default().trim_ascii();
        name.eq_ignore_ascii_case(b"upgrade") && value.eq_ignore_ascii_case(b"websocket")
    });
    match end {
        _ if is_websocket => Verdict::Certain,
        None if head.len() < MAX_BYTES => Verdict::NeedMore(head.len().saturating_add(1)),
        _ => Verdict::No,
    }
}

/// A binary frame of a client whose payload begins with CONNECT: the request for WebSocket was
/// not captured.
fn masked_connect(bytes: &[u8]) -> Verdict {
    let [0x82, second, rest @ ..] = bytes else { return Verdict::No };
    let long = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if second & 0x80 == 0 || Opcode::BINARY.0 != 0x2 {
        return Verdict::No;
    }
    let Some((key, payload)) = rest.get(long..).and_then(|rest| rest.split_first_chunk::<4>())
    else {
        return Verdict::NeedMore(long.saturating_add(6));
    };
    let plain: Vec<u8> =
        payload.iter().take(32).zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    match connect(&plain) {
        Verdict::NeedMore(needed) => {
            Verdict::NeedMore(needed.saturating_add(long).saturating_add(6))
        }
        Verdict::No if plain.is_empty() => Verdict::NeedMore(long.saturating_add(7)),
        verdict => verdict,
    }
}

/// Two frames in a row that hold whole packets, as nothing else does.
fn frames(bytes: &[u8], sender: Sender) -> Verdict {
    let mut rest = bytes;
    for _ in 0..2 {
        match whole_packets(rest, sender) {
            Some(Some(len)) => rest = rest.get(len..).unwrap_or_default(),
            Some(None) if bytes.len() < MAX_BYTES => {
                return Verdict::NeedMore(bytes.len().saturating_add(1));
            }
            _ => return Verdict::No,
        }
    }
    Verdict::Certain
}

/// Frames in a row that hold anything: parts of packets, or compressed messages, which can be told where they
/// stand for themselves.
fn in_a_row(bytes: &[u8], sender: Sender) -> Verdict {
    let are = [compressed_frames(bytes, sender), chained_frames(bytes, sender)];
    match are {
        _ if are.contains(&Some(true)) => Verdict::Certain,
        _ if are.contains(&None) && bytes.len() < MAX_BYTES && !bytes.is_empty() => {
            Verdict::NeedMore(bytes.len().saturating_add(1))
        }
        _ => Verdict::No,
    }
}

/// A record of TLS with a handshake message of this type: a ClientHello (1), a ServerHello (2).
fn tls_handshake(bytes: &[u8], kind: u8) -> Verdict {
    match bytes {
        [0x16, 3, 0..=4, _, _, first, ..] if *first == kind => Verdict::Certain,
        [0x16] | [0x16, 3] | [0x16, 3, 0..=4] | [0x16, 3, 0..=4, _] | [0x16, 3, 0..=4, _, _] => {
            Verdict::NeedMore(6)
        }
        _ => Verdict::No,
    }
}

/// Any record of TLS, behind which another one begins or the bytes end.
fn tls_record(bytes: &[u8]) -> Verdict {
    let is_record =
        |bytes: &[u8]| matches!(bytes, [0x14..=0x17, 3, 1..=3, high, ..] if *high <= 0x41);
    if !is_record(bytes) {
        return Verdict::No;
    }
    let Some([high, low]) = bytes.get(3..5) else { return Verdict::NeedMore(5) };
    let len = usize::from(u16::from_be_bytes([*high, *low]));
    let end = len.saturating_add(5);
    match bytes.get(end..) {
        _ if len == 0 => Verdict::No,
        Some([]) => Verdict::Certain,
        Some(next) if is_record(next) => Verdict::Certain,
        Some(next) if next.len() >= 4 => Verdict::No,
        Some(_) => Verdict::NeedMore(end.saturating_add(4)),
        // Longer than what is held: its header must do.
        None if end > MAX_BYTES => Verdict::Certain,
        None => Verdict::NeedMore(end),
    }
}

/// What a request of HTTP begins with.
const METHODS: &[&[u8]] = &[
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
];

/// A request of HTTP/1: a method, a target, the version.
fn http_request(bytes: &[u8]) -> Verdict {
    match any(bytes, METHODS) {
        Verdict::Certain => {}
        other => return other,
    }
    let line = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    match memchr::memchr(b'\n', line) {
        Some(end) => {
            let line = line.get(..end).unwrap_or_default().trim_ascii_end();
            let version = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
            if matches!(version, b"HTTP/1.0" | b"HTTP/1.1") {
                Verdict::Certain
            } else {
                Verdict::No
            }
        }
        None if line.len() < MAX_BYTES => Verdict::NeedMore(line.len().saturating_add(1)),
        None => Verdict::No,
    }
}

/// AMQP's header: the name, a protocol id, the version.
fn amqp(bytes: &[u8]) -> Verdict {
    match (starts(bytes, b"AMQP"), bytes.get(4..8)) {
        (Verdict::Certain, Some([0..=3, 0..=1, ..])) => Verdict::Certain,
        (Verdict::Certain, Some(_)) | (Verdict::No, _) => Verdict::No,
        _ => Verdict::NeedMore(8),
    }
}

/// A request of Redis: an array of strings, `*2\r\n$4\r\n`.
fn redis(bytes: &[u8]) -> Verdict {
    let [b'*', rest @ ..] = bytes else { return Verdict::No };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = rest.get(digits..).unwrap_or_default();
    if digits == 0 && !rest.is_empty() || digits > 7 {
        return Verdict::No;
    }
    match behind {
        [] | [b'\r'] | [b'\r', b'\n'] => Verdict::NeedMore(bytes.len().saturating_add(1)),
        [b'\r', b'\n', b'$', ..] => Verdict::Certain,
        _ => Verdict::No,
    }
}

/// PostgreSQL's first message: a length, then version 3.0 or the code that asks for TLS.
fn postgres(bytes: &[u8]) -> Verdict {
    match bytes {
        [0, 0, high, low, 0, 3, 0, 0, ..] if u16::from_be_bytes([*high, *low]) > 8 => {
            Verdict::Certain
        }
        [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2e..=0x30, ..] => Verdict::Certain,
        [0, 0, 0, 8, 4] | [0, 0, 0, 8, 4, 0xd2] | [0, 0, 0, 8, 4, 0xd2, 0x16] => {
            Verdict::NeedMore(8)
        }
        [0, 0, _, _] | [0, 0, _, _, 0] | [0, 0, _, _, 0, 3] | [0, 0, _, _, 0, 3, 0] => {
            Verdict::NeedMore(8)
        }
        _ => Verdict::No,
    }
}

/// MySQL's greeting: a length, sequence 0, protocol 10, the version in digits.
fn mysql(bytes: &[u8]) -> Verdict {
    match bytes {
        [_, 0, 0, 0, 10, b'0'..=b'9', b'0'..=b'9' | b'.', ..] => Verdict::Certain,
        [_, 0, 0, 0] | [_, 0, 0, 0, 10] | [_, 0, 0, 0, 10, b'0'..=b'9'] => Verdict::NeedMore(7),
        _ => Verdict::No,
    }
}

/// MongoDB's header: a length, two ids, the operation.
fn mongo(bytes: &[u8]) -> Verdict {
    match bytes {
        [_, _, 0, 0, _, _, _, _, 0, 0, 0, 0, 0xd4 | 0xdd, 7, 0, 0, ..] => Verdict::Certain,
        _ => Verdict::No,
    }
}

/// The banner of a mail or file server: `220`, a blank or a hyphen, and a line of text.
fn banner_220(bytes: &[u8]) -> Verdict {
    match any(bytes, &[b"220 ", b"220-"]) {
        Verdict::Certain => match memchr::memchr(b'\n', bytes.get(..512).unwrap_or(bytes)) {
            Some(end)
                if bytes
                    .get(..end)
                    .unwrap_or_default()
                    .iter()
                    .all(|b| *b >= b' ' || *b == b'\r') =>
            {
                Verdict::Certain
            }
            None if bytes.len() < 512 => Verdict::NeedMore(bytes.len().saturating_add(1)),
            _ => Verdict::No,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Option<&'static str> {
        match recognise(bytes, false) {
            Recognised::Is(row) => Some(row.name),
            _ => None,
        }
    }

    const EXAMPLES: &[(&str, &[u8])] = &[
        ("MQTT", b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0"),
        ("MQTT", b"\x10\x0e\0\x06MQIsdp\x03\x02\0\x3c\0\0"),
        ("a PROXY header", b"PROXY TCP4 192.0.2.1 198.51.100.1 1 1883\r\n"),
        ("a PROXY header", b"PROXY UNKNOWN\r\n"),
        ("a PROXY header", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
        ("WebSocket", b"GET /mqtt HTTP/1.1\r\nHost: a\r\nupgrade: WebSocket\r\n"),
        ("WebSocket", b"HTTP/1.1 101 Switching Protocols\r\n"),
        (
            "WebSocket",
            b"\x82\x8e\x01\x02\x03\x04\x11\x0e\x03\0\x4c\x53\x57\x50\x05\0\x03\x38\x01\x02",
        ),
        ("WebSocket", b"\x82\x02\xd0\0\x82\x04\x40\x02\0\x07"),
        ("TLS", b"\x16\x03\x01\x02\0\x01\0\x01"),
        ("TLS", b"\x16\x03\x03\0\x7a\x02\0"),
        ("TLS", b"\x17\x03\x03\0\x02ab"),
        ("TLS", b"\x17\x03\x03\0\x02ab\x17\x03\x03\0"),
        ("HTTP", b"GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("HTTP", b"POST /mqtt HTTP/1.0\r\n"),
        ("HTTP", b"HTTP/1.1 200 OK\r\n"),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("SSH", b"SSH-2.0-OpenSSH_9.2p1\r\n"),
        ("AMQP", b"AMQP\0\0\x09\x01"),
        ("AMQP", b"AMQP\x03\x01\0\0"),
        ("STOMP", b"CONNECT\naccept-version:1.2\n"),
        ("STOMP", b"CONNECTED\nversion:1.2\n"),
        ("Redis", b"*1\r\n$4\r\nPING\r\n"),
        ("NATS", b"INFO {\"server_id\":1}"),
        ("PostgreSQL", b"\0\0\0\x08\x04\xd2\x16\x2f"),
        ("PostgreSQL", b"\0\0\0\x29\0\x03\0\0user\0"),
        ("MySQL", b"\x4a\0\0\0\x0a8.0.36\0"),
        ("SMTP or FTP", b"220 mail.example.org ESMTP Postfix\r\n"),
        ("IMAP", b"* OK IMAP4rev1 ready\r\n"),
        ("BitTorrent", b"\x13BitTorrent protocol"),
    ];

    #[test]
    fn streams_are_named() {
        for (name, bytes) in EXAMPLES {
            assert_eq!(named(bytes), Some(*name), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn with_fewer_bytes_more_are_asked_for_and_never_fewer_than_there_are() {
        for (name, bytes) in EXAMPLES {
            for cut in 1..bytes.len() {
                match recognise(&bytes[..cut], false) {
                    Recognised::Is(row) => {
                        // Certain before the example ends is right only as the same.
                        assert_eq!(row.name, *name, "{cut} of {name}");
                    }
                    Recognised::NeedMore(needed) => assert!(needed > cut, "{cut} of {name}"),
                    Recognised::Unknown => {}
                }
            }
        }
    }

    #[test]
    fn a_request_that_is_cut_short_is_http() {
        let cut = b"GET /index.html HT";
        assert!(matches!(recognise(cut, false), Recognised::NeedMore(_)));
        assert!(matches!(recognise(cut, true), Recognised::Is(row) if row.name == "HTTP"));
    }

    #[test]
    fn packets_of_mqtt_without_a_connect_are_nothing_else() {
        for hex in [
            "30070003612f626869",
            "3209000474656d70000721",
            "4002000a",
            "5002000a",
            "6202000a",
            "7002000a",
            "820a000100056c2f23616100",
            "9003000a00",
            "a208000a0004612f622f",
            "b002000a",
            "c000",
            "d000",
            "e000",
            "20020000",
            "2003000000",
            "f0021800",
            "10 05 00 04 4d 51 54",
            "3280012122",
            "500380010a",
            "31313131",
        ] {
            let bytes = hex::decode(hex.replace(' ', "")).unwrap();
            for cut in 1..=bytes.len() {
                assert_eq!(named(&bytes[..cut]), None, "{hex}");
            }
        }
    }

    #[test]
    fn random_bytes_are_hardly_ever_anything() {
        let mut state = 3_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        let taken = (0..100_000)
            .filter(|_| named(&(0..24).map(|_| noise()).collect::<Vec<_>>()).is_some())
            .count();
        assert_eq!(taken, 0);
    }
}
