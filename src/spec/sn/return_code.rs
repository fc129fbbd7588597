//! Return codes (section 5.3.10).

use super::message_type::MessageType;

/// One return code.
#[derive(Debug)]
pub struct ReturnCodeInfo {
    /// The code on the wire.
    pub code: u8,
    /// The standard's name of it.
    pub name: &'static str,
    /// What follows from it, as one clause.
    pub meaning: &'static str,
}

const fn row(code: u8, name: &'static str, meaning: &'static str) -> ReturnCodeInfo {
    ReturnCodeInfo { code, name, meaning }
}

/// All codes; 0x04 to 0xff are reserved.
#[rustfmt::skip]
pub static RETURN_CODES: [ReturnCodeInfo; 4] = [
    row(0, "Accepted", "the request is granted"),
    row(1, "Rejected: congestion", "the gateway is too busy: try again after a while"),
    row(2, "Rejected: invalid topic ID", "the topic id is not known here: the topic has to be registered again"),
    row(3, "Rejected: not supported", "the gateway does not do this: trying again is of no use"),
];

/// The row of a code; `None` for one that is reserved.
#[must_use]
pub fn return_code(code: u8) -> Option<&'static ReturnCodeInfo> {
    RETURN_CODES.iter().find(|row| row.code == code)
}

/// What a code means in the message that carries it.
#[must_use]
pub fn meaning(message: MessageType, code: u8) -> &'static str {
    match (message, code) {
        (MessageType::CONNACK, 0) => "the client is connected",
        (MessageType::REGACK, 0) => "the topic id can be used in PUBLISH from now on",
        (MessageType::PUBACK, 0) => "the message has arrived",
        (MessageType::SUBACK, 0) => "the client is subscribed",
        (MessageType::WILLTOPICRESP, 0) => "the Will topic is changed",
        (MessageType::WILLMSGRESP, 0) => "the Will message is changed",
        _ => return_code(code).map_or("reserved: the standard gives it no meaning", |r| r.meaning),
    }
}
