//! The fields of log lines: one row each. A template names them between braces.

use super::super::field::Field;

/// A field of a log line: an index into [`LOG_FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogField(pub u8);

/// What the text of a field may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Decimal digits.
    Number,
    /// Hexadecimal digits.
    Hex,
    /// Text without a blank.
    Word,
    /// Any text, blanks and quotes included: log lines escape nothing.
    Text,
    /// PUBACK or PUBCOMP.
    Ack,
}

/// Where the words on a value come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The same for every value; empty where the value says it all.
    Always(&'static str),
    /// What the field of MQTT means, by the table of fields.
    Field(Field),
    /// A reason code or return code, in the packet of the line.
    Code,
    /// The number of the protocol, by the release that wrote the line.
    Protocol,
    /// A count of bytes.
    Bytes,
    /// The Subscription Options of 5.0 as one byte.
    Options,
    /// A name of a client; or what stands for it where the broker does not know it.
    Client,
    /// Text that is clearer between quotes.
    Quoted(&'static str),
    /// The name of a packet type.
    Packet,
}

/// One row of the table of fields.
#[derive(Debug)]
pub struct LogFieldInfo {
    /// The name in templates and JSON.
    pub key: &'static str,
    /// The name for people; the standard's where it has one.
    pub label: &'static str,
    /// What its text may be.
    pub shape: Shape,
    /// What a value means.
    pub says: Says,
    /// What stands right before the value in some lines and belongs to it for people: `c`, `k`,
    /// `Mid: `.
    pub marks: &'static [&'static str],
}

impl LogField {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> &'static LogFieldInfo {
        let [first, ..] = LOG_FIELDS else { return UNKNOWN };
        LOG_FIELDS.get(usize::from(self.0)).unwrap_or(first)
    }

    /// The field of this name.
    #[must_use]
    pub fn by_key(key: &str) -> Option<Self> {
        let index = LOG_FIELDS.iter().position(|row| row.key == key)?;
        u8::try_from(index).ok().map(Self)
    }
}

const UNKNOWN: &LogFieldInfo =
    &LogFieldInfo { key: "", label: "", shape: Shape::Text, says: Says::Always(""), marks: &[] };

const fn row(
    key: &'static str,
    label: &'static str,
    shape: Shape,
    says: Says,
    marks: &'static [&'static str],
) -> LogFieldInfo {
    LogFieldInfo { key, label, shape, says, marks }
}

// Turns   NAME: row;   into   pub const NAME: LogField = LogField(n)   and the n-th row.
macro_rules! log_fields {
    ($($name:ident: $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Index { $($name),* }
        impl LogField {
            $(#[doc = concat!("The field ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u8);)*
        }
        /// The rows, in the order of the constants.
        pub static LOG_FIELDS: &[LogFieldInfo] = &[$($row),*];
    };
}

use Says::{Always, Bytes, Code, Options, Protocol, Quoted};
use Shape::{Ack, Hex, Number, Text, Word};

#[rustfmt::skip]
log_fields! {
    CLIENT: row("client", "Client Identifier", Text, Says::Client, &[]);
    ADDRESS: row("address", "Address", Word, Always("where the client's connection comes from"), &[]);
    PORT: row("port", "Port", Number, Always("of the client, which picks one for each connection"), &[]);
    LISTENER: row("listener", "Port of the broker", Number, Always("where it listens: 1883 is MQTT's own, 8883 that of MQTT over TLS"), &["port "]);
    PROTOCOL: row("protocol", "Protocol Version", Number, Protocol, &["p"]);
    CLEAN: row("clean", "Clean Session, Clean Start", Number, Says::Field(Field::CLEAN_START), &["c"]);
    KEEP_ALIVE: row("keep_alive", "Keep Alive", Number, Says::Field(Field::KEEP_ALIVE), &["k"]);
    USER: row("user", "User Name", Text, Quoted("names who connects; the password is never logged"), &["u'", "u"]);
    WILL_BYTES: row("will_bytes", "Length of the Will Message", Number, Bytes, &["("]);
    WILL_RETAIN: row("will_retain", "Will Retain", Number, Says::Field(Field::WILL_RETAIN), &["r"]);
    WILL_QOS: row("will_qos", "Will QoS", Number, Says::Field(Field::WILL_QOS), &["q"]);
    SESSION_PRESENT: row("session_present", "Session Present", Number, Says::Field(Field::SESSION_PRESENT), &[]);
    CODE: row("code", "Reason Code, return code", Number, Code, &["rc", "RC:"]);
    DUP: row("dup", "DUP", Number, Says::Field(Field::DUP), &["d"]);
    QOS: row("qos", "QoS", Number, Says::Field(Field::QOS), &["q"]);
    RETAIN: row("retain", "RETAIN", Number, Says::Field(Field::RETAIN), &["r"]);
    MID: row("mid", "Packet Identifier", Number, Says::Field(Field::PACKET_ID), &["Mid: ", "mid: ", "m"]);
    TOPIC: row("topic", "Topic Name", Text, Always("what the message is about; an alias is already replaced, and the mount point added"), &[]);
    BYTES: row("bytes", "Length of the payload", Number, Bytes, &["("]);
    FILTER: row("filter", "Topic Filter", Text, Always("+ stands for one level, # for all that remain"), &["Topic: "]);
    REQUESTED_QOS: row("requested_qos", "Requested QoS", Number, Says::Field(Field::REQUESTED_QOS), &["QoS ", "QoS: "]);
    GRANTED_QOS: row("granted_qos", "Granted QoS", Number, Code, &[]);
    OPTIONS: row("options", "Subscription Options", Hex, Options, &["Options: 0x"]);
    ACK: row("ack", "Packet type", Ack, Says::Packet, &[]);
    METHOD: row("method", "Authentication Method", Text, Always("how client and broker prove who they are"), &[]);
    CAUSE: row("cause", "Cause", Text, Always("in the broker's words"), &[]);
    VALUE: row("value", "Value", Number, Always("the value that is wrong"), &[]);
    NAME: row("name", "Name", Text, Always(""), &[]);
    VERSION: row("version", "Version", Text, Always("the release of mosquitto"), &["version "]);
    TEXT: row("text", "Text", Text, Always(""), &[]);
    TLS: row("tls", "TLS version", Word, Always(""), &[]);
    CIPHER: row("cipher", "Cipher suite", Word, Always(""), &[]);
    CODES: row("codes", "Granted QoS", Text, Always("one a filter, in their order; 128 is a refusal"), &[]);
}
