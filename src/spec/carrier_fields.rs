//! Fields of what carries MQTT packets: one row each. Keys are Wireshark's where Wireshark has the
//! field.
//!
//! To add a field: add a row; the constant in [`Field`] comes with it. A line of HTTP is found by
//! its label, which is the name before its colon. A line that has no row may hold a secret, and so may
//! what is told apart here by `hides`: whoever adds a row says with it that `--redact` shows the value.

use super::field::{Context, Field, FieldInfo, Kind, Kind::*, Meaning::*, Secret};
use super::property::Unit;
use super::{proxy, websocket};
use std::borrow::Cow;

// Turns   NAME: info;   into   pub const NAME: Field = Field(base + n)   and the n-th row.
macro_rules! carrier_fields {
    ($($name:ident: $info:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Index { $($name),* }
        impl Field {
            $(#[doc = concat!("The field ", stringify!($name), ".")]
            pub const $name: Self = Self(Self::CARRIER_BASE | Index::$name as u16);)*
        }
        /// The rows, in the order of the constants.
        pub static CARRIER_FIELDS: &[FieldInfo] = &[$($info),*];
    };
}

const fn field(key: &'static str, label: &'static str, kind: Kind) -> FieldInfo {
    FieldInfo::new(key, label, kind)
}

const fn line(key: &'static str, name: &'static str) -> FieldInfo {
    FieldInfo::new(key, name, HeaderLine)
}

#[rustfmt::skip]
carrier_fields! {
    // ---- WebSocket frames
    WS_FLAGS: field("websocket.flags", "WebSocket flags", Group).of("RFC 6455 5.2");
    WS_FIN: field("websocket.fin", "FIN", Flag)
        .means(Bit("further frames of this message follow", "the last frame of its message")).of("RFC 6455 5.2").allows("0 or 1; 1 in a control frame");
    WS_RSV: field("websocket.rsv", "Reserved", Bits)
        .means(Computed(reserved)).of("RFC 6455 5.2").allows("0; 4 (RSV1) where permessage-deflate was agreed on");
    WS_OPCODE: field("websocket.opcode", "Opcode", Bits)
        .means(Values(websocket::OPCODES)).of("RFC 6455 5.2").binds("MQTT-6.0.0-1", "MQTT-6.0.0-1").allows("0, 1, 2, 8, 9, 10");
    WS_MASK_AND_LENGTH: field("websocket.mask_and_length", "Mask and length", Group).of("RFC 6455 5.2");
    WS_MASK: field("websocket.mask", "MASK", Flag)
        .means(Bit("not masked: a server must not mask what it sends", "masked: a client must mask what it sends")).of("RFC 6455 5.2").allows("1 from the client, 0 from the server");
    WS_LENGTH: field("websocket.payload_length", "Payload length", Bits)
        .means(Computed(length)).of("RFC 6455 5.2").allows("0 to 127");
    WS_LENGTH_16: field("websocket.payload_length_ext_16", "Extended payload length", Number(Unit::Bytes)).of("RFC 6455 5.2").allows("126 to 65,535");
    WS_LENGTH_64: field("websocket.payload_length_ext_64", "Extended payload length", Number(Unit::Bytes)).of("RFC 6455 5.2").allows("65,536 and more; the first bit is 0");
    WS_KEY: field("websocket.masking_key", "Masking-Key", Hex)
        .means(Always("each byte of the payload is XORed with one of these four in turn")).of("RFC 6455 5.3").allows("any four bytes, new ones for each frame");
    WS_PAYLOAD: field("websocket.payload", "Payload", Rest).of("RFC 6455 5.2");
    WS_PING: field("websocket.payload.ping", "Ping data", Rest)
        .means(Always("the pong that answers carries the same bytes")).of("RFC 6455 5.5.2");
    WS_PONG: field("websocket.payload.pong", "Pong data", Rest)
        .means(Always("that of the ping which this answers")).of("RFC 6455 5.5.3");
    WS_CLOSE_CODE: field("websocket.payload.close.status_code", "Close code", Number(Unit::None))
        .means(Values(websocket::CLOSE_CODES)).of("RFC 6455 7.4").allows("1000 to 1003, 1007 to 1014, 3000 to 4999");
    WS_CLOSE_REASON: field("websocket.payload.close.reason", "Close reason", Rest)
        .means(Always("words for whoever looks for the cause")).of("RFC 6455 7.1.6").allows("UTF-8, at most 123 bytes");
    WS_STRAY: field("websocket.stray", "Stray bytes", Undecoded)
        .means(Always("in no frame that can be read"));

    // ---- HTTP: the request for WebSocket and its answer
    HTTP_REQUEST_LINE: field("http.request", "Request line", Group).of("RFC 9112 3");
    HTTP_METHOD: field("http.request.method", "Method", Line).of("RFC 9112 3.1").allows("GET for WebSocket");
    HTTP_URI: field("http.request.uri", "Target", Line)
        .means(Always("where on the server; brokers tend to use /mqtt")).of("RFC 9112 3.2").hides(Secret::InUri);
    HTTP_REQUEST_VERSION: field("http.request.version", "Version", Line).of("RFC 9112 2.3").allows("HTTP/1.1 and above for WebSocket").hides(Secret::AllBut(websocket::HTTP_VERSIONS));
    HTTP_STATUS_LINE: field("http.response", "Status line", Group).of("RFC 9112 4");
    HTTP_RESPONSE_VERSION: field("http.response.version", "Version", Line).of("RFC 9112 2.3");
    HTTP_STATUS: field("http.response.code", "Status", Digits)
        .means(Computed(status)).of("RFC 9110 15").allows("101 to go on with WebSocket");
    HTTP_PHRASE: field("http.response.phrase", "Reason", Line).of("RFC 9112 4");
    HTTP_HOST: line("http.host", "Host").means(Always("the server that the client means")).of("RFC 9110 7.2").hides(Secret::InUri);
    HTTP_UPGRADE: line("http.upgrade", "Upgrade").means(Always("the protocol to go on with")).of("RFC 6455 4.1").allows("websocket");
    HTTP_CONNECTION: line("http.connection", "Connection").of("RFC 6455 4.1").allows("Upgrade");
    HTTP_WS_KEY: line("http.sec_websocket_key", "Sec-WebSocket-Key")
        .means(Always("16 bytes by chance; the server proves with them that it speaks WebSocket")).of("RFC 6455 11.3.1");
    HTTP_WS_VERSION: line("http.sec_websocket_version", "Sec-WebSocket-Version").of("RFC 6455 11.3.5").allows("13");
    HTTP_WS_PROTOCOL: line("http.sec_websocket_protocol", "Sec-WebSocket-Protocol")
        .means(Always("what the frames carry")).of("RFC 6455 11.3.4").binds("MQTT-6.0.0-3 MQTT-6.0.0-4", "MQTT-6.0.0-3 MQTT-6.0.0-4").allows("mqtt; mqttv3.1 in clients of 3.1").hides(Secret::AllBut(websocket::SUBPROTOCOLS));
    HTTP_WS_EXTENSIONS: line("http.sec_websocket_extensions", "Sec-WebSocket-Extensions")
        .means(Always("asked for or agreed on; permessage-deflate compresses messages")).of("RFC 6455 11.3.2");
    HTTP_WS_ACCEPT: line("http.sec_websocket_accept", "Sec-WebSocket-Accept")
        .means(Always("the proof, made from the key")).of("RFC 6455 11.3.3");
    HTTP_ORIGIN: line("http.origin", "Origin").means(Always("the web page that the request comes from")).of("RFC 6455 10.2").hides(Secret::InUri);
    HTTP_USER_AGENT: line("http.user_agent", "User-Agent").means(Always("the client's program")).of("RFC 9110 10.1.5");
    HTTP_SERVER: line("http.server", "Server").means(Always("the server's program")).of("RFC 9110 10.2.4");
    HTTP_AUTHORIZATION: line("http.authorization", "Authorization").means(Always("who asks, with the proof")).of("RFC 9110 11.6.2").secret();
    HTTP_PROXY_AUTHORIZATION: line("http.proxy_authorization", "Proxy-Authorization").means(Always("who asks, with the proof")).of("RFC 9110 11.7.2").secret();
    HTTP_COOKIE: line("http.cookie", "Cookie").means(Always("what the server gave the client earlier")).of("RFC 6265 4.2").secret();
    HTTP_SET_COOKIE: line("http.set_cookie", "Set-Cookie").means(Always("the client is to send this with each request")).of("RFC 6265 4.1").secret();
    HTTP_FORWARDED_FOR: line("http.x_forwarded_for", "X-Forwarded-For").means(Always("the client that a proxy stands for"));
    HTTP_CONTENT_LENGTH: line("http.content_length_header", "Content-Length").means(Always("bytes that follow the head")).of("RFC 9110 8.6");
    HTTP_CONTENT_TYPE: line("http.content_type", "Content-Type").means(Always("what the body is")).of("RFC 9110 8.3");
    HTTP_TRANSFER_ENCODING: line("http.transfer_encoding", "Transfer-Encoding").means(Always("how the body is sent")).of("RFC 9112 6.1");
    HTTP_DATE: line("http.date", "Date").means(Always("when the answer was made")).of("RFC 9110 6.6.1");
    HTTP_ACCEPT: line("http.accept", "Accept").means(Always("what the client can read")).of("RFC 9110 12.5.1");
    HTTP_ACCEPT_ENCODING: line("http.accept_encoding", "Accept-Encoding").means(Always("compression that the client can undo")).of("RFC 9110 12.5.3");
    HTTP_ACCEPT_LANGUAGE: line("http.accept_language", "Accept-Language").means(Always("languages of whoever uses the client")).of("RFC 9110 12.5.4");
    HTTP_CACHE_CONTROL: line("http.cache_control", "Cache-Control").means(Always("what may be kept on the way")).of("RFC 9111 5.2");
    HTTP_PRAGMA: line("http.pragma", "Pragma").means(Always("what may be kept on the way, for old caches")).of("RFC 9111 5.4");
    HTTP_REQUEST_HEADER: field("http.request.line", "Header", Line).of("RFC 9112 5").hides(Secret::Value);
    HTTP_RESPONSE_HEADER: field("http.response.line", "Header", Line).of("RFC 9112 5").hides(Secret::Value);
    HTTP_END: field("http.end", "Empty line", Line).means(Always("ends the head")).of("RFC 9112 2.1");
    HTTP_DATA: field("http.file_data", "Body", Rest).of("RFC 9112 6").secret();

    // ---- PROXY protocol
    PROXY_V1_MAGIC: field("proxy.v1.magic", "Signature", Line).of("PROXY protocol 2.1").allows("PROXY");
    PROXY_V1_PROTO: field("proxy.v1.proto", "Protocol", Line)
        .means(Always("how the client reached the balancer")).of("PROXY protocol 2.1").allows("TCP4, TCP6, UNKNOWN");
    PROXY_V1_SRC_4: field("proxy.src.ipv4", "Source address", Line).means(Always("the client")).of("PROXY protocol 2.1");
    PROXY_V1_DST_4: field("proxy.dst.ipv4", "Destination address", Line).means(Always("what the client connected to")).of("PROXY protocol 2.1");
    PROXY_V1_SRC_6: field("proxy.src.ipv6", "Source address", Line).means(Always("the client")).of("PROXY protocol 2.1");
    PROXY_V1_DST_6: field("proxy.dst.ipv6", "Destination address", Line).means(Always("what the client connected to")).of("PROXY protocol 2.1");
    PROXY_V1_SRC_PORT: field("proxy.srcport", "Source port", Digits).of("PROXY protocol 2.1").allows("0 to 65,535");
    PROXY_V1_DST_PORT: field("proxy.dstport", "Destination port", Digits).of("PROXY protocol 2.1").allows("0 to 65,535");
    PROXY_V1_UNKNOWN: field("proxy.v1.unknown", "Unknown data", Line).means(Always("to be ignored")).of("PROXY protocol 2.1").secret();
    PROXY_V2_MAGIC: field("proxy.v2.magic", "Signature", Hex).of("PROXY protocol 2.2").allows("0d0a0d0a000d0a515549540a");
    PROXY_V2_VERSION_COMMAND: field("proxy.v2.version_command", "Version and command", Group).of("PROXY protocol 2.2");
    PROXY_V2_VERSION: field("proxy.v2.version", "Version", Bits).of("PROXY protocol 2.2").allows("2");
    PROXY_V2_COMMAND: field("proxy.v2.cmd", "Command", Bits).means(Values(proxy::COMMANDS)).of("PROXY protocol 2.2").allows("0 or 1");
    PROXY_V2_FAMILY_PROTOCOL: field("proxy.v2.addr_family_protocol", "Address family and protocol", Group).of("PROXY protocol 2.2");
    PROXY_V2_FAMILY: field("proxy.v2.addr_family", "Address family", Bits).means(Values(proxy::FAMILIES)).of("PROXY protocol 2.2").allows("0 to 3");
    PROXY_V2_PROTOCOL: field("proxy.v2.protocol", "Protocol", Bits).means(Values(proxy::PROTOCOLS)).of("PROXY protocol 2.2").allows("0 to 2");
    PROXY_V2_LENGTH: field("proxy.v2.length", "Length", Number(Unit::Bytes)).means(Always("bytes of the header that follow")).of("PROXY protocol 2.2").allows("0 to 65,535");
    PROXY_V2_SRC_4: field("proxy.src.ipv4", "Source address", Address).means(Always("the client")).of("PROXY protocol 2.2");
    PROXY_V2_DST_4: field("proxy.dst.ipv4", "Destination address", Address).means(Always("what the client connected to")).of("PROXY protocol 2.2");
    PROXY_V2_SRC_6: field("proxy.src.ipv6", "Source address", Address).means(Always("the client")).of("PROXY protocol 2.2");
    PROXY_V2_DST_6: field("proxy.dst.ipv6", "Destination address", Address).means(Always("what the client connected to")).of("PROXY protocol 2.2");
    PROXY_V2_SRC_PORT: field("proxy.srcport", "Source port", Number(Unit::None)).of("PROXY protocol 2.2").allows("0 to 65,535");
    PROXY_V2_DST_PORT: field("proxy.dstport", "Destination port", Number(Unit::None)).of("PROXY protocol 2.2").allows("0 to 65,535");
    PROXY_V2_SRC_UNIX: field("proxy.v2.src.unix", "Source path", Rest).means(Always("the client")).of("PROXY protocol 2.2");
    PROXY_V2_DST_UNIX: field("proxy.v2.dst.unix", "Destination path", Rest).means(Always("what the client connected to")).of("PROXY protocol 2.2");
    PROXY_V2_TLV: field("proxy.v2.tlv", "Value", Group).of("PROXY protocol 2.2.1");
    PROXY_V2_TLV_TYPE: field("proxy.v2.tlv.type", "Type", Number(Unit::None)).means(Values(proxy::TLVS)).of("PROXY protocol 2.2.1").allows("0 to 255");
    PROXY_V2_TLV_LENGTH: field("proxy.v2.tlv.length", "Length", Number(Unit::Bytes)).of("PROXY protocol 2.2.1").allows("0 to what the header leaves");
    PROXY_V2_TLV_VALUE: field("proxy.v2.tlv.value", "Value", Rest).of("PROXY protocol 2.2.1").hides(Secret::ByType);
    PROXY_V2_SSL_CLIENT: field("proxy.v2.tlv.ssl.client", "Client", Number(Unit::None)).means(Computed(ssl_client)).of("PROXY protocol 2.2.5").allows("a sum of 1, 2, 4");
    PROXY_V2_SSL_VERIFY: field("proxy.v2.tlv.ssl.verify", "Verify", Number(Unit::None))
        .means(Bit("the client's certificate was good", "the client's certificate was not good")).of("PROXY protocol 2.2.5");
    PROXY_V2_UNKNOWN: field("proxy.v2.unknown", "Unknown data", Rest).means(Always("to be ignored")).of("PROXY protocol 2.2").secret();
}

/// The field of a line of HTTP, by the name before its colon.
#[must_use]
pub fn header_line(name: &[u8]) -> Option<Field> {
    let is_named = |info: &FieldInfo| {
        info.kind == HeaderLine && name.eq_ignore_ascii_case(info.label.as_bytes())
    };
    let index = CARRIER_FIELDS.iter().position(is_named)?;
    Some(Field(Field::CARRIER_BASE | u16::try_from(index).ok()?))
}

/// The three reserved bits: what uses them.
fn reserved(_: &Context, value: u64) -> Cow<'static, str> {
    match value {
        0 => "nothing uses them here".into(),
        0b100 => "RSV1: the message is compressed (permessage-deflate, RFC 7692)".into(),
        _ => "no extension that is known uses them".into(),
    }
}

/// The seven bits of the length: where it stands.
fn length(_: &Context, value: u64) -> Cow<'static, str> {
    match value {
        126 => "the next 2 bytes hold the length".into(),
        127 => "the next 8 bytes hold the length".into(),
        0 => "no bytes of payload".into(),
        1 => "1 byte of payload".into(),
        n => format!("{n} bytes of payload").into(),
    }
}

/// The status of an answer: what it does to the request for WebSocket.
fn status(_: &Context, value: u64) -> Cow<'static, str> {
    match value {
        101 => "the server goes on with WebSocket".into(),
        100..=199 => "the answer is still to come".into(),
        401 | 407 => "the server refuses: it wants to know who asks".into(),
        300..=399 => "the server refuses: it sends the client elsewhere".into(),
        _ => "the server refuses".into(),
    }
}

/// How the client came to the balancer.
fn ssl_client(_: &Context, value: u64) -> Cow<'static, str> {
    let words = [
        (1, "over TLS"),
        (2, "with a certificate on this connection"),
        (4, "with a certificate in this session"),
    ];
    let set: Vec<&str> =
        words.iter().filter(|(bit, _)| value & bit != 0).map(|(_, words)| *words).collect();
    if set.is_empty() { "not over TLS".into() } else { format!("came {}", set.join(", ")).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_name_and_every_row_names_its_standard() {
        assert_eq!(header_line(b"sec-websocket-protocol"), Some(Field::HTTP_WS_PROTOCOL));
        assert!(header_line(b"X-Other").is_none());
        for info in CARRIER_FIELDS {
            let is_ours = ["websocket.stray", "http.x_forwarded_for"].contains(&info.key);
            assert!(is_ours || !info.elsewhere.is_empty(), "{}", info.key);
        }
    }
}
