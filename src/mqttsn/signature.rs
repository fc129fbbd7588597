//! What tells MQTT-SN from other traffic on a port that nobody named.

use super::decode;
use super::message::Message;
use crate::annotate::Tape;
use crate::spec::Sender;
use crate::spec::sn::MessageType;

/// Whether a datagram is a CONNECT of MQTT-SN beyond doubt: its Length is the datagram's, its
/// ProtocolId is 1, flags that CONNECT does not use are 0, and its ClientId has 1 to 23 printable
/// ASCII characters. Random bytes of such a length pass once in a thousand million; DNS, mDNS, QUIC,
/// NTP, SSDP, syslog, CoAP, STUN, DTLS and RTP differ in the first two bytes already. No packet of
/// MQTT without fault passes: there the first byte would be a CONNECT of at most 4 bytes, or type 0.
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
