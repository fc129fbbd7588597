//! The request for WebSocket and its answer (RFC 6455 4): what is asked for and agreed on.

/// The longest head that is held, in bytes: twice what common servers take.
pub(super) const MAX_HEAD: usize = 16_384;
/// Header lines that are looked at.
const MAX_LINES: usize = 100;

/// A subprotocol that the names of MQTT's standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subprotocol {
    /// `mqtt`: 3.1.1 and 5.0.
    Mqtt,
    /// `mqttv3.1`: what clients of 3.1 ask for.
    MqttV31,
    /// Any other.
    Other,
}

/// What was agreed on for compression (RFC 7692 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflate {
    /// Each message of the client stands for itself.
    pub client_no_context_takeover: bool,
    /// Each message of the server stands for itself.
    pub server_no_context_takeover: bool,
    /// The client's window has two to this power bytes.
    pub client_max_window_bits: u8,
    /// The server's window has two to this power bytes.
    pub server_max_window_bits: u8,
}

impl Default for Deflate {
    fn default() -> Self {
        Self {
            client_no_context_takeover: false,
            server_no_context_takeover: false,
            client_max_window_bits: 15,
            server_max_window_bits: 15,
        }
    }
}

/// What a head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The status of an answer; 0 in a request.
    pub(super) status: u16,
    /// The first subprotocol of MQTT, or the first at all.
    pub(super) subprotocol: Option<Subprotocol>,
    pub(super) deflate: Option<Deflate>,
    /// Bytes of the body, where the head says so.
    pub(super) body: Option<u64>,
}

impl Head {
    /// Reads a whole head of a request; `None` where it is none.
    pub(super) fn request(bytes: &[u8]) -> Option<Self> {
        let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
        let mut request = httparse::Request::new(&mut lines);
        let status = request.parse(bytes).ok()?;
        status.is_complete().then(|| Self::of(request.headers))
    }

    /// Reads a whole head of an answer; `None` where it is none.
    pub(super) fn response(bytes: &[u8]) -> Option<Self> {
        let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
        let mut response = httparse::Response::new(&mut lines);
        let is_complete = response.parse(bytes).ok()?.is_complete();
        let status = response.code?;
        is_complete.then(|| Self { status, ..Self::of(response.headers) })
    }

    fn of(lines: &[httparse::Header<'_>]) -> Self {
        let mut head = Self::default();
        for line in lines {
            let Ok(value) = std::str::from_utf8(line.value) else { continue };
            let is = |name: &str| line.name.eq_ignore_ascii_case(name);
            if is("Sec-WebSocket-Protocol") {
                head.subprotocol = best(head.subprotocol, value);
            } else if is("Sec-WebSocket-Extensions") {
                head.deflate = head.deflate.or_else(|| value.split(',').find_map(deflate));
            } else if is("Content-Length") {
                head.body = value.trim().parse().ok();
            }
        }
        head
    }
}

fn best(before: Option<Subprotocol>, list: &str) -> Option<Subprotocol> {
    list.split(',').map(subprotocol).fold(before, |best, next| match best {
        None | Some(Subprotocol::Other) => Some(next),
        best => best,
    })
}

fn subprotocol(name: &str) -> Subprotocol {
    match name.trim() {
        "mqtt" => Subprotocol::Mqtt,
        "mqttv3.1" => Subprotocol::MqttV31,
        _ => Subprotocol::Other,
    }
}

/// The parameters of permessage-deflate; `None` for any other extension.
fn deflate(extension: &str) -> Option<Deflate> {
    let mut parts = extension.split(';').map(str::trim);
    parts.next().filter(|name| *name == "permessage-deflate")?;
    let mut found = Deflate::default();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let bits = value.trim().trim_matches('"').parse().unwrap_or(15).clamp(8, 15);
        match name.trim() {
            "client_no_context_takeover" => found.client_no_context_takeover = true,
            "server_no_context_takeover" => found.server_no_context_takeover = true,
            "client_max_window_bits" => found.client_max_window_bits = bits,
            "server_max_window_bits" => found.server_max_window_bits = bits,
            _ => {}
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_and_agreed() {
        let request = b"GET /mqtt HTTP/1.1\r\nHost: a\r\nsec-websocket-protocol: chat, mqtt\r\n\
            Sec-WebSocket-Extensions: x-other, permessage-deflate; client_max_window_bits\r\n\r\n";
        let head = Head::request(request).unwrap();
        assert_eq!(head.subprotocol, Some(Subprotocol::Mqtt));
        assert_eq!(head.deflate, Some(Deflate::default()));
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: mqttv3.1\r\n\
            Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; \
            client_max_window_bits=\"10\"\r\n\r\n";
        let head = Head::response(answer).unwrap();
        assert_eq!((head.status, head.subprotocol), (101, Some(Subprotocol::MqttV31)));
        let deflate = head.deflate.unwrap();
        assert!(deflate.server_no_context_takeover && !deflate.client_no_context_takeover);
        assert_eq!((deflate.client_max_window_bits, deflate.server_max_window_bits), (10, 15));
    }

    #[test]
    fn a_refusal_has_its_status_and_its_body() {
        let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n";
        let head = Head::response(answer).unwrap();
        assert_eq!((head.status, head.body), (401, Some(12)));
        assert_eq!(Head::response(b"SSH-2.0\r\n\r\n"), None);
    }
}
