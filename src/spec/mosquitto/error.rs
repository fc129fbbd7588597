//! What client libraries mean by an `rc` of their own, which is no code of a packet: the numbers that
//! libmosquitto and Paho's Python client return, and hand to the function that is told of a lost connection.

/// One number.
#[derive(Debug)]
pub struct ErrorInfo {
    /// The number.
    pub number: u8,
    /// Its name in libmosquitto, behind `MOSQ_ERR_`; empty where it has none.
    pub mosquitto: &'static str,
    /// Its name in Paho's Python client, behind `MQTT_ERR_`; empty where it has none.
    pub paho: &'static str,
    /// What it means.
    pub about: &'static str,
}

const fn row(
    number: u8,
    mosquitto: &'static str,
    paho: &'static str,
    about: &'static str,
) -> ErrorInfo {
    ErrorInfo { number, mosquitto, paho, about }
}

/// The rows, by number; there may be two of one, as the libraries went apart.
#[rustfmt::skip]
pub static ERRORS: &[ErrorInfo] = &[
    row(0, "SUCCESS", "SUCCESS", "all is well"),
    row(1, "NOMEM", "NOMEM", "the client is out of memory; older releases of Paho hand it to on_disconnect for whatever ended the connection"),
    row(2, "PROTOCOL", "PROTOCOL", "the broker sent something that breaks a rule of the protocol"),
    row(3, "INVAL", "INVAL", "the program gave a function something that it does not take"),
    row(4, "NO_CONN", "NO_CONN", "the client is not connected"),
    row(5, "CONN_REFUSED", "CONN_REFUSED", "the broker refused the connection: its CONNACK says why"),
    row(6, "NOT_FOUND", "NOT_FOUND", "the library does not find a message of its own"),
    row(7, "CONN_LOST", "CONN_LOST", "the connection ended without a DISCONNECT of the client: a capture tells who closed it, and why"),
    row(8, "TLS", "TLS", "TLS failed: a certificate or a setting of it"),
    row(9, "PAYLOAD_SIZE", "PAYLOAD_SIZE", "the payload is too large"),
    row(10, "NOT_SUPPORTED", "NOT_SUPPORTED", "the library was built without it"),
    row(11, "AUTH", "AUTH", "the authentication failed"),
    row(12, "ACL_DENIED", "ACL_DENIED", "an access control list does not allow it"),
    row(13, "UNKNOWN", "UNKNOWN", "something that has no number of its own"),
    row(14, "ERRNO", "ERRNO", "a call of the operating system failed: its errno says why"),
    row(15, "EAI", "", "the name of the broker was not found"),
    row(15, "", "QUEUE_SIZE", "the queue of messages to be sent is full"),
    row(16, "PROXY", "", "the proxy refused, or failed"),
    row(16, "", "KEEPALIVE", "the broker did not answer a PINGREQ in time"),
    row(18, "MALFORMED_UTF8", "", "a text is not UTF-8"),
    row(19, "KEEPALIVE", "", "the broker did not answer a PINGREQ in time"),
    row(22, "DUPLICATE_PROPERTY", "", "a property stands twice that may stand once"),
    row(23, "TLS_HANDSHAKE", "", "the handshake of TLS failed"),
    row(24, "QOS_NOT_SUPPORTED", "", "the broker does not take this QoS"),
    row(25, "OVERSIZE_PACKET", "", "the packet is larger than the broker takes"),
    row(26, "OCSP", "", "the state of the broker's certificate could not be asked for (OCSP)"),
];
