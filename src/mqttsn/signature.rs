//! What tells MQTT-SN from other traffic on a port that nobody named.

use super::message::Message;
use super::{Framing, decode, frame, messages};
use crate::annotate::Tape;
use crate::spec::Sender;
use crate::spec::sn::MessageType;

/// Whether a datagram is a CONNECT of MQTT-SN beyond doubt: its Length is the datagram's, its
/// ProtocolId is 1, flags that CONNECT does not use are 0, and its ClientId has 1 to 23 printable
/// ASCII characters. Random bytes of such a length pass once in a thousand million; DNS, mDNS, QUIC,
/// NTP, SSDP, syslog, CoAP, STUN, DTLS and RTP differ in the first two bytes already. No packet of
/// MQTT without fault passes: there the first byte would be a CONNECT of at most 4 bytes, or type 0.
///
/// ```
/// # use mqttscope::mqttsn::is_connect;
/// assert!(is_connect(b"\x08\x04\x04\x01\x00\x3cme"));
/// assert!(!is_connect(b"\x02\x16"));
/// ```
#[must_use]
pub fn is_connect(datagram: &[u8]) -> bool {
    /// Length, message type, Flags, ProtocolId and Duration.
    const HEADER: usize = 6;
    const LONGEST: usize = HEADER + 23;
    if !(HEADER < datagram.len() && datagram.len() <= LONGEST) {
        return false;
    }
    let mut tape = Tape::new();
    let decoded = decode(datagram, Some(Sender::Client), &mut tape);
    let is_printable = |message: &Message<'_>| {
        message.client_id.is_some_and(|id| id.iter().all(|byte| matches!(byte, 0x20..=0x7e)))
    };
    let is_short = datagram.first().is_some_and(|length| usize::from(*length) == datagram.len());
    is_short
        && decoded.message.is_some_and(|message| {
            message.message_type == MessageType::CONNECT && is_printable(&message)
        })
        && tape.findings().is_empty()
}

/// Whether a datagram may be MQTT-SN: messages that fill it to its last byte, of types that the
/// standard has, in which nothing is wrong. Of a datagram that was captured in part, the Length of
/// the first message must lie within it.
///
/// ```
/// # use mqttscope::mqttsn::is_plausible;
/// assert!(is_plausible(&[2, 0x16, 2, 0x17], 0));
/// assert!(!is_plausible(b"M-SEARCH * HTTP/1.1", 0));
/// ```
#[must_use]
pub fn is_plausible(datagram: &[u8], missing: usize) -> bool {
    if missing > 0 {
        let whole = datagram.len().saturating_add(missing);
        let kind = decode(datagram, None, &mut ()).message_type;
        return kind.is_some_and(|kind| kind.info().is_some())
            && matches!(frame(datagram), Framing::Length(len) if len <= whole);
    }
    let mut tape = Tape::new();
    let is_clean = |bytes: &[u8]| {
        tape.clear();
        let decoded = decode(bytes, None, &mut tape);
        decoded.message.is_some_and(|message| message.message_type.info().is_some())
            && tape.errors() == 0
    };
    !datagram.is_empty() && messages(datagram).map(|(_, bytes)| bytes).all(is_clean)
}
